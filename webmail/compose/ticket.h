/* The ticket between prepare and finish.
 *
 * A random word the browser carries; Redis holds what was frozen under its hash, sealed with a
 * key of this host and bound to the session: another session cannot even find it. Taken once
 * (GETDEL), gone after TICKET_SECONDS.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_TICKET_H
#define WAXSEAL_WEBMAIL_COMPOSE_TICKET_H

#include "webmail/compose/decide.h"
#include "webmail/compose/draft.h"

#define TICKET_SECONDS 1800

struct ticket {
    str_t submission;
    str_t from; /* address; null in tickets of before: the account's own */
    enum compose_mode mode;
    struct place draft;
    struct draft_shape shape;
    str_t digest;  /* SHA-256 of the frozen entity, hex */
    str_t header;  /* outer header of what is sent */
    str_t receipt; /* field for the copies of To and Cc only, after the header; or null */
    str_t notify;  /* RFC 3461 NOTIFY, or null */
    str_t signer;  /* fingerprint, or null */
    str_t
        subject; /* with the next two: what rules see. Not in ticket_json: only in Redis, sealed */
    uint32_t size;
    bool has_attachment;
    str_t rules; /* digest of what they decided (demand_settle); with the three above */
    str_t state; /* unsigned CMS, DER; null unless signed */
    bool opaque; /* the entity goes inside its signature */
    struct ticket_recipient {
        str_t address, fingerprint; /* fingerprint null unless encrypted */
        bool bcc;
        uint32_t lists; /* decided_list bits; 0 in tickets of before: by bcc alone */
    } * recipients;
    size_t count;
};

/* *out: the word, base64url. */
rc_t ticket_issue(struct call *c, const struct ticket *t, str_t *out, struct err *e) WX_MUST_USE;
/* RC_CONFLICT: used, expired, of another session, or never issued. */
rc_t ticket_take(struct call *c, str_t word, struct ticket *out, struct err *e) WX_MUST_USE;

/* As JSON, for the state of a submission whose Sent copy is due. New reference. */
json_t *ticket_json(const struct ticket *t, struct arena *a);
rc_t ticket_from_json(const json_t *v, struct arena *a, struct ticket *out,
                      struct err *e) WX_MUST_USE;

#endif
