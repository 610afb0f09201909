/* From a verified, decided message to the outgoing server and the Sent folder. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DELIVER_H
#define WAXSEAL_WEBMAIL_COMPOSE_DELIVER_H

#include "webmail/compose/decide.h"
#include "webmail/compose/letter.h"
#include "webmail/compose/ticket.h"

struct sending {
    const struct ticket *ticket;
    const struct decision *decision;
    const struct flow *content; /* the entity, or what is signed around it */
    str_t signature;            /* DER, or null; kept while the Sent copy is due */
    const char *micalg;         /* "sha-256"; NULL unless signed */
    struct submission *state;   /* "pending", ours */
};

/* Submits every envelope (main first, each Bcc of encrypted mail its own copy), writes down what
 * became of each before the next, then files the Sent copy and removes the draft. Results are in
 * the state; a failure is returned only when nothing can have been sent (state "failed"). */
rc_t deliver(struct call *c, struct sending *s, struct err *e) WX_MUST_USE;

/* Another try at a Sent copy that is due, from the draft; nothing to do is RC_OK. */
rc_t deliver_copy_again(struct call *c, struct submission *state, struct err *e) WX_MUST_USE;

#endif
