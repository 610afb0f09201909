/* Keys given on the command line, as a key holder for mail/message.h. */
#ifndef WAXSEAL_CLI_KEYS_H
#define WAXSEAL_CLI_KEYS_H

#include "crypto/keyring/keyring.h"
#include "mail/message.h"

#define CLI_KEY_FILE_MAX ((size_t) 2 << 20)

/* Adds a PKCS#12 file, or a bare key with its certificate (PEM or DER). */
rc_t cli_add_p12(struct keyring *k, const char *file, const char *passphrase_file,
                 struct err *e) WX_MUST_USE;
rc_t cli_add_key(struct keyring *k, const char *key_file, const char *cert_file,
                 struct err *e) WX_MUST_USE;
/* key_ops.unwrap with a `struct keyring *` as holder: recipients are matched by certificate. */
enum key_answer cli_unwrap(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                           struct buf *out);

#endif
