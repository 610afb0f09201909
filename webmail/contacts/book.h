/* The address book in Redis: a hash of contacts by id, an index from address to id, photographs by
 * id, and of each contact the words it can be found by.
 *
 * Each contact and photograph is authenticated (store.h) under its own name. Index and words are
 * not: what they find must itself list the address, or have the words, it was looked for by.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_BOOK_H
#define WAXSEAL_WEBMAIL_CONTACTS_BOOK_H

#include "webmail/app.h"

#define BOOK_MAX_CONTACTS 20000u
#define BOOK_MAX_ADDRESSES 20u
#define BOOK_MAX_CERTIFICATES 40u
#define BOOK_MAX_CHAIN 8u
#define BOOK_MAX_PHOTOS 500u
#define BOOK_MAX_PHOTO_BYTES (256u << 10)
#define BOOK_MAX_NAME 200u
#define BOOK_MAX_LABEL 40u
#define BOOK_MAX_PHONE 64u
#define BOOK_MAX_NOTES 8192u
#define BOOK_MAX_AT_ONCE 20u /* contacts changed in one step, or read by one command: 200 */

#define BOOK_SAVE_TRIES 8

/* Stored form: {id, name, version, addresses: [{address, label}], phone, notes, photo,
 * certificates: [{der, source, since, state, why, preferred, for_signing, gcm, told_at, chain,
 * provenance}]}, oldest first. Addresses that were stored as texts are read as {address, label:
 * ""}. version (0 when absent) counts what the person changed; certificates that come and go do
 * not.
 */

/* The address of an element of "addresses", in either form. */
str_t book_address(const json_t *item);
/* New reference. */
json_t *book_new_address(str_t address, str_t label);
/* Has this the form of an id? */
bool book_is_id(str_t s);

/* *out NULL: there is none. New reference. *version for book_save; null when absent. */
rc_t book_load(struct call *c, str_t id, json_t **out, str_t *version, struct err *e) WX_MUST_USE;
/* As book_load; RC_NOT_FOUND when there is none. */
rc_t book_need(struct call *c, str_t id, json_t **out, str_t *version, struct err *e) WX_MUST_USE;
/* By address, without regard to case. *id in the request arena. */
rc_t book_find(struct call *c, str_t address, json_t **out, str_t *id, str_t *version,
               struct err *e) WX_MUST_USE;
/* At most 200 at once: an array with null in the place of what is not there. New reference.
 * versions: of each, null where there is none; or NULL. */
rc_t book_some(struct call *c, const str_t *ids, size_t n, json_t **out, str_t *versions,
               struct err *e) WX_MUST_USE;
rc_t book_all(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

/* One contact's part of a step. */
struct book_change {
    str_t id;
    const json_t *contact; /* NULL: removed, with its photograph */
    const json_t *before;  /* what was there, for its addresses; or NULL */
    str_t version;
    str_t photo; /* null: as it is; empty: removed */
};
/* The document of groups, changed in the same step. */
struct book_groups {
    const json_t *doc;
    str_t version;
};
/* Writes all of it, or nothing. RC_CONFLICT: something changed meanwhile. RC_INVALID, field
 * addresses: another contact has one. RC_FULL. Addresses of two of them are not compared with each
 * other. groups: or NULL. */
rc_t book_commit(struct call *c, const struct book_change *list, size_t n,
                 const struct book_groups *groups, struct err *e) WX_MUST_USE;
/* book_commit of one contact (NULL: removes it). */
rc_t book_save(struct call *c, str_t id, const json_t *contact, const json_t *before, str_t version,
               struct err *e) WX_MUST_USE;

/* *out null: there is none. In the request arena. */
rc_t book_photo(struct call *c, str_t id, str_t *out, struct err *e) WX_MUST_USE;

/* One without addresses and certificates; new reference. name may be null. */
json_t *book_new_contact(str_t id, str_t name);
rc_t book_new_id(struct call *c, str_t *id, struct err *e) WX_MUST_USE;

/* --- finding by words (lines.c) ------------------------------------------------------------------
 */

/* Folded words (mail/fold.h) of the name, then of each address with the address itself in lower
 * case, all behind tabs: "\t anna\t anna b x test\tanna.b@x.test". */
struct book_line {
    str_t id, text;
};
rc_t book_line_of(struct call *c, const json_t *contact, str_t *out, struct err *e) WX_MUST_USE;
/* Of every contact, in no order. Made anew, and kept, where contacts were written without. */
rc_t book_lines(struct call *c, struct book_line **out, size_t *n, struct err *e) WX_MUST_USE;
str_t book_line_name(const struct book_line *line); /* folded */
/* Address i: its words, and itself in lower case. False when there is none. */
bool book_line_address(const struct book_line *line, size_t i, str_t *folded, str_t *address);

#endif
