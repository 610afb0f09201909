/* What ids, domains and addresses of the registry may be. All are parts of keys or of fields in
 * Redis, of headers and of log lines: nothing gets in that could end one of those.
 */
#ifndef WAXSEAL_POLICY_NAME_H
#define WAXSEAL_POLICY_NAME_H

#include "base/str.h"

enum { NAME_ID_MAX = 64, NAME_DOMAIN_MAX = 253, NAME_ADDRESS_MAX = 254, NAME_TIME_BYTES = 20 };

/* 1 to 64 of a-z, 0-9, - and _, the first a letter or digit: customers, organisations. */
bool name_is_id(str_t s);
/* 1 to 64 of a-z, 0-9, - and _: plans, also of the configuration. */
bool name_is_plan(str_t s);
/* Lower case, labels of letters, digits and hyphens (RFC 1123; A-labels of RFC 5890), at most 253
 * bytes, no dot at its end. */
bool name_is_domain(str_t s);
/* local@domain with a domain as above and a local part of UTF-8 without blanks, controls and what
 * quotes, routes or ends an address. At most 254 bytes. Upper case ASCII is refused: lower it. */
bool name_is_address(str_t s);
/* Who signs in or acts: an address, or an id. */
bool name_is_actor(str_t s);
/* The part behind the last @; the null slice without one. */
str_t name_domain_of(str_t address);

/* "YYYY-MM-DDTHH:MM:SSZ", or a date alone, which is its first second (RFC 3339, UTC only).
 * Seconds since 1970. */
bool name_read_time(str_t s, int64_t *out);
/* The same, 20 bytes and a NUL. Times order as their texts do. */
void name_write_time(int64_t t, char out[NAME_TIME_BYTES + 1]);

#endif
