/* Drafts that wait for a certificate: their writer asked somebody for one.
 *
 * Document "waiting" (authenticated, see store.h): {entries: [{submission, since, addresses:
 * [{address, asked, arrived, apart}]}]}. The draft itself lies in Drafts, encrypted to its writer;
 * nothing of it is here. An entry whose draft was sent, discarded or forgotten (submission.h)
 * counts no longer and goes with the next change. apart: asked, but the draft as it was saved last
 * is not encrypted to this address; nobody waits for it then. It stays, because a recipient who is
 * taken out and put back was asked all the same.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_WAITING_H
#define WAXSEAL_WEBMAIL_CONTACTS_WAITING_H

#include "webmail/app.h"

#define WAITING_MAX_DRAFTS 100u
#define WAITING_MAX_ADDRESSES 20u /* of one draft */

/* The document; NULL: nothing waits. New reference. */
rc_t waiting_load(struct call *c, json_t **out, str_t *version, struct err *e) WX_MUST_USE;
/* The entries of a document, borrowed; NULL. */
json_t *waiting_entries(const json_t *doc);
/* Notes in *doc (made when NULL) that these were asked for the draft. RC_FULL, RC_INVALID. */
rc_t waiting_note(json_t **doc, str_t submission, const str_t *addresses, size_t n, str_t now,
                  struct err *e) WX_MUST_USE;

/* The draft was saved for these recipients (none: it is not to be encrypted any more). True: it
 * waits for others than before; doc (may be NULL) says so then. */
bool waiting_set_recipients(json_t *doc, str_t submission, const str_t *recipients, size_t n);
bool waiting_is_apart(const json_t *item);
/* The same in the stored document; the person's pages are told of a change. What fails is logged:
 * the draft is kept all the same. */
void waiting_follow(struct call *c, str_t submission, const str_t *recipients, size_t n);

/* Can this address be encrypted to, as far as is known here? Nothing is asked outside. */
rc_t waiting_can_receive(struct call *c, str_t address, bool *out, struct err *e) WX_MUST_USE;
/* Something came into the address book, or was decided there: who can be encrypted to now is
 * written down, and the person's pages are told (event "waiting"). What fails is logged and costs
 * nothing but the telling: who asks (GET /compose/waiting) is answered by what is so then. */
void waiting_look(struct call *c);

/* The person's pages are told that something changed. */
rc_t waiting_tell(struct call *c, struct err *e) WX_MUST_USE;
/* For the event streams: a key whose value changes whenever somebody's waiting changed, and how
 * often that of one account did. */
str_t waiting_version_key(struct arena *a, str_t instance);
rc_t waiting_news(struct kv *kv, struct arena *a, str_t instance, str_t address, int64_t *out,
                  struct err *e) WX_MUST_USE;

#endif
