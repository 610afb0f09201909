/* The compose body (docs/PLAN.md) as typed values.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_PARSE_H
#define WAXSEAL_WEBMAIL_COMPOSE_PARSE_H

#include "mail/build.h"
#include "webmail/app.h"

#define COMPOSE_MAX_RECIPIENTS 500u
#define COMPOSE_MAX_ATTACHMENTS 200u

enum compose_mode { MODE_NONE = 0, MODE_SIGN = 1, MODE_ENCRYPT = 2, MODE_SIGN_ENCRYPT = 3 };

/* The draft that something was written from, and by whom. uid 0: not said; uidvalidity 0: only the
 * UID was. window: the composer's own UUID, null where it was not said; turn counts the requests of
 * that composer that keep, move or discard its draft, so that one whose answer was lost, or which
 * comes late, is known as its own. */
struct draft_base {
    uint32_t uid, uidvalidity;
    str_t window;
    uint32_t turn;
    str_t was;  /* the submission this window went on from when another was quicker; or null */
    bool exact; /* also what the same window kept since is another one */
};

enum compose_dsn { DSN_SUCCESS = 1, DSN_FAILURE = 2, DSN_DELAY = 4 };

struct compose {
    struct buf body;  /* secret; attachments point into it */
    json_t *json;     /* texts point into it */
    str_t submission; /* UUID, lower case */
    int64_t date;     /* of this request: inner and outer header say the same */
    struct mail_address from, reply_to;
    struct mail_address *to, *cc, *bcc;
    size_t to_count, cc_count, bcc_count;
    str_t subject, text, html;
    str_t in_reply_to, references;
    enum compose_mode mode;
    bool may_encrypt; /* mode encrypts, or the writer may still choose so */
    struct draft_base base;
    bool hide_subject; /* counts only where the mode encrypts */
    bool opaque;       /* counts only where the mode signs */
    bool remember;     /* the mode is the person's choice for these recipients */
    enum build_priority priority;
    bool receipt;          /* To and Cc are asked for one; never who is in Bcc */
    bool asks_certificate; /* the note that asks for one */
    bool has_faulty;       /* some recipients are none, kept or not: it cannot be sent */
    str_t faulty;          /* recipients that are none (faulty.h), or null; of drafts only */
    unsigned dsn;          /* compose_dsn bits; 0: as the mail servers do by themselves */
    str_t signer;          /* fingerprint, or null */
    struct build_attachment *attachments; /* the browser's, then the forwarded ones */
    size_t attachment_count;
    size_t own_count;      /* of the browser's */
    struct buf *forwarded; /* secret; contents of the forwarded ones */
    size_t forwarded_count;
};

/* Reads and checks the request's body. RC_BAD_REQUEST, RC_TOO_LARGE, RC_INVALID with the field
 * ("to[3]"), RC_FORBIDDEN (From is not the user's), RC_FEATURE_DISABLED. compose_free in any case.
 */
rc_t compose_parse(struct call *c, struct compose *out, struct err *e) WX_MUST_USE;
void compose_free(struct compose *m);
/* What rules see of a message that is being written: people, subject, mode, wishes; of a zeroed m,
 * of which nothing is to be freed. `submission` need not be said. */
rc_t compose_parse_envelope(struct call *c, const json_t *in, struct compose *m,
                            struct err *e) WX_MUST_USE;
#define CLEANUP_COMPOSE __attribute__((cleanup(compose_free)))

/* RC_FORBIDDEN, field "mode": what was to be encrypted would be sent in clear, and the
 * configuration (clear_fallback) forbids it. For sending; such a draft may be kept. */
rc_t compose_check_clear(struct call *c, const struct compose *m, struct err *e) WX_MUST_USE;
/* RC_FORBIDDEN, field "from", unless it is the account's own address or one of its aliases. */
rc_t compose_check_from(struct call *c, str_t address, struct err *e) WX_MUST_USE;
const char *compose_mode_word(enum compose_mode mode);
/* RC_INVALID, field "mode". */
rc_t compose_mode_of(str_t word, enum compose_mode *out, struct err *e) WX_MUST_USE;
const char *compose_priority_word(enum build_priority priority);
/* The wanted reports joined by commas, as NOTIFY has them ("SUCCESS,DELAY") or in lower case; null
 * for none. */
str_t compose_dsn_words(unsigned dsn, bool upper, struct arena *a);
/* Members of a body, either absent or null is "not said": `base`, a UID or {uid, uidvalidity}, and
 * `turn`, {window, n, was?} with n of at least 1. */
rc_t compose_parse_base(const json_t *in, struct draft_base *out, struct err *e) WX_MUST_USE;
/* Members priority, receipt and dsn of a body, as compose_parse reads them; sets these of a zeroed
 * m only, and nothing of it is to be freed. RC_INVALID with the field. */
rc_t compose_parse_wishes(const json_t *in, struct compose *m, struct err *e) WX_MUST_USE;
/* A UUID in lower case: RC_INVALID, field "submission". */
rc_t compose_check_submission(str_t id, struct err *e) WX_MUST_USE;
/* Parts of a message in a folder, appended to the attachments (forward.c). */
rc_t compose_forward(struct call *c, const json_t *forward, struct compose *m,
                     struct err *e) WX_MUST_USE;
/* err_set with a field; returns the code. */
rc_t compose_refuse(struct err *e, rc_t code, const char *field, const char *sentence);

#endif
