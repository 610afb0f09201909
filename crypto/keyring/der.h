/* A strict reader for DER (X.690): definite minimal lengths, one-byte tags. For the few structures
 * that must be judged byte for byte; everything BER goes through OpenSSL's templates.
 */
#ifndef WAXSEAL_KEYRING_DER_H
#define WAXSEAL_KEYRING_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DER_OCTET_STRING 0x04
#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_SET 0x31

struct der {
    const uint8_t *p;
    size_t n;
};

/* Takes the next element off `in`. content: its value; whole (may be NULL): with tag and length.
 * False, and `in` untouched, when what is there is not DER or does not fit. */
bool der_next(struct der *in, uint8_t *tag, struct der *content, struct der *whole);
/* The same, for one expected tag. */
bool der_expect(struct der *in, uint8_t tag, struct der *content);
bool der_equal(struct der a, const void *p, size_t n);
/* Writes tag and length of an element with n bytes of value; returns how many bytes (2..6). */
size_t der_put_head(uint8_t out[6], uint8_t tag, size_t n);

#endif
