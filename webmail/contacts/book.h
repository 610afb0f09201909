/* The address book in Redis: a hash of contacts by id, and an index from address to id.
 *
 * Each contact is authenticated (store.h) under its own name. The index is not: what it finds must
 * itself list the address it was looked for by.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_BOOK_H
#define WAXSEAL_WEBMAIL_CONTACTS_BOOK_H

#include "webmail/app.h"

#define BOOK_MAX_CONTACTS 5000u
#define BOOK_MAX_ADDRESSES 20u
#define BOOK_MAX_CERTIFICATES 40u
#define BOOK_MAX_CHAIN 8u

#define BOOK_SAVE_TRIES 8

/* Stored form: {id, name, addresses: [...], certificates: [{der, source, since, state, why,
 * preferred, for_signing, gcm, told_at, chain, provenance}]}, oldest first.
 */

/* *out NULL: there is none. New reference. *version for book_save; null when absent. */
rc_t book_load(struct call *c, str_t id, json_t **out, str_t *version, struct err *e) WX_MUST_USE;
/* By address, without regard to case. *id in the request arena. */
rc_t book_find(struct call *c, str_t address, json_t **out, str_t *id, str_t *version,
               struct err *e) WX_MUST_USE;
rc_t book_all(struct call *c, json_t **out, struct err *e) WX_MUST_USE;
/* Writes the contact (NULL: removes it) and its index entries in one step. before: the addresses it
 * had. RC_CONFLICT: changed meanwhile. RC_INVALID, field addresses: another contact has one. */
rc_t book_save(struct call *c, str_t id, const json_t *contact, const json_t *before, str_t version,
               struct err *e) WX_MUST_USE;
/* One without addresses and certificates; new reference. name may be null. */
json_t *book_new_contact(str_t id, str_t name);
rc_t book_new_id(struct call *c, str_t *id, struct err *e) WX_MUST_USE;

#endif
