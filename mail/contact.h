/* vCards (RFC 6350, RFC 2426, vCard 2.1) as data to show.
 *
 * Reads what address books write, not only what the RFCs allow. Photographs, keys and unknown
 * properties are left out. Every value is clean UTF-8 without control and direction characters, on
 * one line (notes and postal addresses may have several, separated by LF).
 */
#ifndef WAXSEAL_MAIL_CONTACT_H
#define WAXSEAL_MAIL_CONTACT_H

#include "base/arena.h"
#include "base/err.h"

enum { CONTACT_MAX = 100, CONTACT_MAX_VALUES = 20, CONTACT_MAX_BYTES = 1 << 20 };

struct contact_value {
    str_t value;
    str_t label; /* "work", "home", "cell", "fax", or "" */
};

struct contact_values {
    struct contact_value list[CONTACT_MAX_VALUES];
    size_t count;
};

struct contact {
    str_t name, organization, title, birthday, note; /* null when not there */
    struct contact_values emails, phones, addresses, urls;
};

struct contacts {
    struct contact *list;
    size_t count, total; /* total: also those past CONTACT_MAX */
};

/* text: UTF-8. */
rc_t contacts_read(str_t text, struct arena *a, struct contacts *out, struct err *e) WX_MUST_USE;

#endif
