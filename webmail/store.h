/* A user's documents in Redis: JSON, authenticated with a key of this host.
 *
 * Every document carries trust (which certificate to encrypt to, whether to sign),
 * so each is stored as MAC ‖ JSON, the MAC covering its Redis key too: a value
 * written by somebody else, or moved to another user, is RC_DAMAGED and logged.
 * Writes compare and set: two tabs never overwrite each other unseen.
 */
#ifndef WAXSEAL_WEBMAIL_STORE_H
#define WAXSEAL_WEBMAIL_STORE_H

#include "webmail/app.h"

#define STORE_MAX_BYTES (4u << 20)

/* Document `<instance>:u:<address>:<what>`; *out NULL when there is none. New reference.
 * *version names the state read, for store_save; null when absent. */
rc_t store_load(struct call *c, str_t what, json_t **out, str_t *version,
                struct err *e) WX_MUST_USE;
/* RC_CONFLICT when the document is not the one of `version` any more. RC_TOO_LARGE. */
rc_t store_save(struct call *c, str_t what, const json_t *doc, str_t version,
                struct err *e) WX_MUST_USE;

/* Changes *doc (NULL: there is none yet; may be replaced). */
typedef rc_t store_change(struct call *c, json_t **doc, void *arg, struct err *e);
/* Load, change, save; begun again when another writer was faster (at most 8 times). */
rc_t store_update(struct call *c, str_t what, store_change *change, void *arg,
                  struct err *e) WX_MUST_USE;

/* The same protection for values with keys of their own. */
rc_t store_protect(struct call *c, str_t key, str_t value, str_t *out, struct err *e) WX_MUST_USE;
rc_t store_reveal(struct call *c, str_t key, str_t blob, str_t *out, struct err *e) WX_MUST_USE;
/* Is the value ours, written for this key? *out: what was protected. Says nothing in the log. */
bool store_is_ours(struct call *c, str_t key, str_t blob, str_t *out);

#endif
