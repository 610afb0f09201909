/* base64 and base64url (RFC 4648) and hex, for identifiers, tokens and JSON.
 * Mail bodies use the MIME codec in mail/, which is made for megabytes.
 */
#ifndef WAXSEAL_BASE_B64_H
#define WAXSEAL_BASE_B64_H

#include "base/arena.h"
#include "base/str.h"

/* Standard alphabet, padded. The null slice when the arena is full. */
str_t b64_encode(struct arena *a, str_t raw);
/* URL alphabet, no padding (RFC 4648 section 5). */
str_t b64url_encode(struct arena *a, str_t raw);
/* Strict: only the alphabet, correct padding, no white space, zero trailing bits.
 * False and *out untouched otherwise. */
bool b64_decode(struct arena *a, str_t text, str_t *out);
bool b64url_decode(struct arena *a, str_t text, str_t *out);
/* Lower-case hex. */
str_t hex_encode(struct arena *a, str_t raw);
bool hex_decode(struct arena *a, str_t text, str_t *out);

#endif
