#include "cli/keys.h"

#include "cli/command.h"
#include "crypto/cert.h"
#include "crypto/seal.h"

static rc_t keyring_error(enum keyring_rc rc, const char *file, struct err *e)
{
    switch (rc) {
    case KEYRING_OK:
        return RC_OK;
    case KEYRING_WRONG_PASSPHRASE:
        return err_set(e, RC_WRONG_PASSPHRASE, "%s: the passphrase does not fit", file);
    case KEYRING_UNSUPPORTED:
        return err_set(e, RC_UNSUPPORTED, "%s: uses an algorithm that is not supported", file);
    case KEYRING_EMPTY:
        return err_set(e, RC_INVALID, "%s: holds no private key", file);
    default:
        return err_set(e, RC_DAMAGED, "%s: damaged, or not a key file", file);
    }
}

rc_t cli_add_p12(struct keyring *k, const char *file, const char *passphrase_file, struct err *e)
{
    CLEANUP_BUF struct buf p12 = BUF_INIT_SECRET(CLI_KEY_FILE_MAX);
    CLEANUP_BUF struct buf passphrase = BUF_INIT_SECRET(4096);
    TRY(cli_read_file(file, &p12, e));
    TRY(cli_read_passphrase(passphrase_file, &passphrase, e));
    return keyring_error(keyring_open(k, (const uint8_t *) p12.p, p12.n,
                                      passphrase.p ? passphrase.p : "", passphrase.n),
                         file, e);
}

static rc_t read_der(const char *file, struct buf *out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(CLI_KEY_FILE_MAX);
    TRY(cli_read_file(file, &text, e));
    if (!cli_pem_to_der(buf_view(&text), out)) return keyring_error(KEYRING_DAMAGED, file, e);
    return RC_OK;
}

rc_t cli_add_key(struct keyring *k, const char *key_file, const char *cert_file, struct err *e)
{
    CLEANUP_BUF struct buf key = BUF_INIT_SECRET(CLI_KEY_FILE_MAX);
    CLEANUP_BUF struct buf cert = BUF_INIT(CLI_KEY_FILE_MAX);
    TRY(read_der(key_file, &key, e));
    TRY(read_der(cert_file, &cert, e));
    return keyring_error(
        keyring_add_plain(k, (const uint8_t *) key.p, key.n, (const uint8_t *) cert.p, cert.n),
        key_file, e);
}

static bool names_certificate(const struct cms_recipient *r, const struct cert *c)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct cert_info info;
    if (!a || cert_describe(c, a, &info, NULL) != RC_OK) return false;
    if (r->key_identifier.n) return str_eq(r->key_identifier, info.key_identifier);
    return r->issuer.n && str_eq(r->issuer, info.issuer_der) && str_eq(r->serial, info.serial_der);
}

static enum keyring_rc use_key(const struct keyring *k, size_t key, const struct cms_recipient *r,
                               unsigned want, uint8_t **out, size_t *n)
{
    const uint8_t *algorithm = (const uint8_t *) r->key_algorithm.p;
    const uint8_t *encrypted = (const uint8_t *) r->encrypted_key.p;
    if (r->kind == CMS_KEY_ECDH) {
        return keyring_derive(k, key, algorithm, r->key_algorithm.n,
                              (const uint8_t *) r->originator_key.p, r->originator_key.n,
                              (const uint8_t *) r->ukm.p, r->ukm.n, encrypted, r->encrypted_key.n,
                              out, n);
    }
    if (r->kind == CMS_KEY_OTHER) return KEYRING_UNSUPPORTED;
    return keyring_unwrap(k, key, algorithm, r->key_algorithm.n, encrypted, r->encrypted_key.n,
                          want, out, n);
}

enum key_answer cli_unwrap(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                           struct buf *out)
{
    const struct keyring *k = holder;
    for (size_t i = 0; i < keyring_cert_count(k); i++) {
        size_t n, made_n = 0;
        const uint8_t *der = keyring_cert(k, i, &n);
        uint8_t *made = NULL;
        struct cert *c = NULL;
        int key = keyring_cert_key(k, i);
        if (key < 0 || cert_parse(str_n(der, n), &c, NULL) != RC_OK) continue;
        bool mine = names_certificate(r, c);
        cert_unref(c);
        if (!mine) continue;
        if (use_key(k, (size_t) key, r, key_bytes, &made, &made_n) != KEYRING_OK) {
            /* Ours, but it does not open: with a random key the message fails as every other one
             * does (RFC 3218). */
            unsigned char other[64];
            if (random_bytes(other, sizeof other, NULL) != RC_OK) return KEY_NONE;
            return buf_add(out, other, key_bytes < 64 ? key_bytes : 64) ? KEY_DONE : KEY_NONE;
        }
        bool kept = buf_add(out, made, made_n);
        keyring_release(made, made_n);
        return kept ? KEY_DONE : KEY_NONE;
    }
    return KEY_NONE;
}
