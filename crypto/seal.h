/* Sealing state, and random numbers. AES-256-GCM with a fresh nonce; associated
 * data binds a value to its place (user, key id), so that a blob moved elsewhere
 * does not open. Keys are derived per purpose with HKDF-SHA-256 (RFC 5869).
 */
#ifndef WAXSEAL_CRYPTO_SEAL_H
#define WAXSEAL_CRYPTO_SEAL_H

#include "base/arena.h"
#include "base/err.h"

#define SEAL_KEY_BYTES 32

rc_t random_bytes(void *out, size_t n, struct err *e) WX_MUST_USE;
/* out = HKDF-SHA-256(secret, info = length of purpose (2 bytes) ‖ purpose ‖ context). A null or
 * empty secret is refused; purpose at most 256 bytes, context at most 640. */
rc_t seal_derive(str_t secret, str_t purpose, str_t context, unsigned char out[SEAL_KEY_BYTES],
                 struct err *e) WX_MUST_USE;
/* version ‖ nonce ‖ ciphertext ‖ tag. */
rc_t seal(const unsigned char key[SEAL_KEY_BYTES], str_t plain, str_t associated, struct arena *a,
          str_t *out, struct err *e) WX_MUST_USE;
/* RC_DAMAGED when it does not open. */
rc_t unseal(const unsigned char key[SEAL_KEY_BYTES], str_t blob, str_t associated, struct arena *a,
            str_t *out, struct err *e) WX_MUST_USE;
/* HMAC-SHA-256, 32 bytes. */
rc_t mac(const unsigned char key[SEAL_KEY_BYTES], str_t text, unsigned char out[32],
         struct err *e) WX_MUST_USE;
/* Constant time. */
bool mac_equal(str_t a, str_t b);
rc_t sha256(str_t bytes, unsigned char out[32], struct err *e) WX_MUST_USE;

#endif
