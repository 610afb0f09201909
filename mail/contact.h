/* vCards (RFC 6350, RFC 2426, vCard 2.1) as data to show or keep, and written.
 *
 * Reads what address books write, not only what the RFCs allow. Photographs and unknown properties
 * are left out. Every value is clean UTF-8 without control and direction characters, on
 * one line (notes and postal addresses may have several, separated by LF).
 */
#ifndef WAXSEAL_MAIL_CONTACT_H
#define WAXSEAL_MAIL_CONTACT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    CONTACT_MAX = 100,
    CONTACT_MAX_VALUES = 20,
    CONTACT_MAX_KEYS = 8,
    CONTACT_MAX_BYTES = 1 << 20
};

struct contact_value {
    str_t value;
    str_t label; /* "work", "home", "cell", "fax", or "" */
};

struct contact_values {
    struct contact_value list[CONTACT_MAX_VALUES];
    size_t count;
    bool more; /* there were others, left out */
};

struct contact {
    str_t name, organization, title, birthday, note; /* null when not there */
    struct contact_values emails, phones, addresses, urls;
    str_t keys[CONTACT_MAX_KEYS]; /* X.509 certificates, as the file has them: not checked */
    size_t key_count;
    bool more_keys,
        other_keys; /* left out: past the limit; OpenPGP, or a place to fetch one from */
    bool note_cut;  /* there was more of it */
    size_t line;    /* where the card begins, from 1 */
};

struct contacts {
    struct contact *list;
    size_t count, total; /* total: also those past CONTACT_MAX */
};

/* text: UTF-8. */
rc_t contacts_read(str_t text, struct arena *a, struct contacts *out, struct err *e) WX_MUST_USE;

/* Card by card, for files of any length. */
struct contact_reader {
    str_t left;
    size_t lines;    /* read so far */
    size_t began;    /* line of the card that has begun; 0: none */
    struct buf line; /* the one at hand, with those that continue it */
};
/* text: UTF-8; it must outlive the reader. */
void contact_reader_start(struct contact_reader *r, str_t text);
/* False: there are no more cards. Values live in the arena. */
bool contact_reader_next(struct contact_reader *r, struct arena *a, struct contact *out);
void contact_reader_free(struct contact_reader *r);

/* What is written of a contact. */
struct contact_card {
    str_t name, phone, note;
    const struct contact_value *emails; /* label: "work" and "home" are written */
    size_t email_count;
    const str_t *keys; /* DER */
    size_t key_count;
};
/* One card of version 3 (RFC 2426) or 4 (RFC 6350), appended. Whatever the texts hold stays inside
 * its value. False when the buffer refused. */
bool contact_write(const struct contact_card *card, int version, struct buf *out);

#endif
