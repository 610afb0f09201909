/* Mailbox addresses of certificates (RFC 5280 section 4.2.1.6, RFC 9598). Internal to crypto/.
 *
 * A mailbox here is an addr-spec without comments: local part as dot-atom or quoted string,
 * UTF-8 allowed; domain of LDH labels, U-labels or an address literal.
 */
#ifndef WAXSEAL_CRYPTO_ADDRESS_H
#define WAXSEAL_CRYPTO_ADDRESS_H

#include "base/str.h"
#include "crypto/cert.h"

/* True for one bare mailbox: no display name, brackets, blanks, control characters, nor characters
 * that turn or hide their neighbours on the screen. */
bool address_is_mailbox(str_t s);
/* Local parts byte by byte (ADDRESS_CASE when only the case of ASCII letters differs); domains as
 * A-labels without case. U-labels become A-labels by Punycode (RFC 3492) alone, without the
 * mapping and normalisation of IDNA: a domain written in another form than NFC lower case does
 * not match, which is the safe direction. */
enum address_match address_compare(str_t a, str_t b);
/* The domain as lower-case A-labels, NUL-terminated; false when it is not one or too long. */
bool address_domain_ascii(str_t domain, char out[256]);

#endif
