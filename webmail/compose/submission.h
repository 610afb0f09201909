/* What became of a message, by the submission id of its composer.
 *
 * One document in Redis (`<instance>:sub:<address>:<submission>`), sealed with a key of this
 * host, changed by compare-and-set only. That is what makes "same id, one mail" true over all
 * tabs, workers and processes: whoever turns the state into "pending" sends, nobody else does.
 *
 *     (absent) → draft → pending → sent | partly | failed | unknown
 *                  ↑_______________________________|failed
 *
 * "pending" that was not touched for SUBMISSION_STALE_SECONDS is shown as "unknown": its sender
 * died, the mail may have left. Nothing is resent by itself.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_SUBMISSION_H
#define WAXSEAL_WEBMAIL_COMPOSE_SUBMISSION_H

#include "webmail/app.h"

#define SUBMISSION_STALE_SECONDS 300

/* Where a message lies. folder null: nowhere. */
struct place {
    str_t folder; /* mailbox name */
    uint32_t uid, uidvalidity;
};

struct submission {
    str_t id;
    json_t *doc;   /* owned; {"status": ...}; never NULL after loading */
    str_t version; /* blob read from Redis, or the null slice */
};

/* An absent one has the status "new". RC_STATE_DOWN, RC_DAMAGED. */
rc_t submission_load(struct call *c, str_t id, struct submission *out, struct err *e) WX_MUST_USE;
void submission_free(struct submission *s);
#define CLEANUP_SUBMISSION __attribute__((cleanup(submission_free)))
/* Writes doc and notes the time. RC_CONFLICT: somebody else changed it; load again. */
rc_t submission_save(struct call *c, struct submission *s, struct err *e) WX_MUST_USE;

/* "new", "draft", "pending", "sent", "partly", "failed", "unknown" (also for stale pending). */
str_t submission_status(const struct submission *s);
/* True when a draft may be written or a sending begun: new, draft, failed. */
bool submission_is_open(const struct submission *s);
/* RC_CONFLICT and the sentence for one that is not open. */
rc_t submission_refuse(const struct submission *s, struct err *e) WX_MUST_USE;
void submission_set_status(struct submission *s, const char *status, str_t message);

/* The place under a key ("draft", "sent_copy"). */
struct place submission_place(const struct submission *s, const char *key, struct arena *a);
void submission_set_place(struct submission *s, const char *key, struct place p, struct arena *a);
/* {folder, uid, uidvalidity} as the API has it, or JSON null; new reference. */
json_t *place_json(struct place p, struct arena *a);
rc_t place_from_json(const json_t *obj, struct arena *a, struct place *out,
                     struct err *e) WX_MUST_USE;

/* The Sent object of the API; new reference. */
json_t *submission_answer(struct call *c, const struct submission *s);

#endif
