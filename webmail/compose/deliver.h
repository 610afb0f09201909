/* From a verified, decided message to the outgoing server and the Sent folder. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DELIVER_H
#define WAXSEAL_WEBMAIL_COMPOSE_DELIVER_H

#include "webmail/compose/decide.h"
#include "webmail/compose/ticket.h"

struct sending {
    const struct ticket *ticket;
    const struct decision *decision;
    str_t content;      /* the entity, or what is signed around it */
    size_t room;        /* bytes before content, of the same storage, that may be overwritten */
    struct buf *owner;  /* content's storage: freed as soon as nothing needs it */
    str_t signature;    /* DER, or null; kept while the Sent copy is due */
    const char *micalg; /* "sha-256"; NULL unless signed */
    struct submission *state; /* "pending", ours */
};

/* The entity with its (detached) signature: multipart/signed, or application/pkcs7-mime with the
 * entity inside (RFC 8551 sections 3.5.3, 3.5.2). */
rc_t deliver_signed(str_t entity, str_t signature, const char *micalg, bool opaque, struct buf *out,
                    struct err *e) WX_MUST_USE;

/* Submits every envelope (main first, each Bcc of encrypted mail its own copy), writes down what
 * became of each before the next, then files the Sent copy and removes the draft. Results are in
 * the state; a failure is returned only when nothing can have been sent (state "failed"). */
rc_t deliver(struct call *c, struct sending *s, struct err *e) WX_MUST_USE;

/* Another try at a Sent copy that is due, from the draft; nothing to do is RC_OK. */
rc_t deliver_copy_again(struct call *c, struct submission *state, struct err *e) WX_MUST_USE;

#endif
