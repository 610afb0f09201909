/* Drives CMS as the product does: the server's half in crypto/, the private half in keyring/.
 *
 *     cmsdrive encrypt gcm|cbc CERT...              content -> (Auth)EnvelopedData
 *     cmsdrive open P12 PASSPHRASE                  (Auth)EnvelopedData -> content
 *     cmsdrive sign detached|opaque P12 PASSPHRASE  content -> SignedData
 *     cmsdrive verify TRUST [CONTENT]               SignedData -> eContent; the verdict on stderr
 *
 * Input on stdin, output on stdout, both DER or raw bytes. Exit 0 when it worked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/cms.h"
#include "crypto/keyring/keyring.h"

enum { INPUT_MAX = 64 << 20 };

static void die(const char *what, const struct err *e)
{
    fprintf(stderr, "%s: %s (%s)\n", what, e ? e->message : "", e ? e->detail : "");
    exit(1);
}

static struct buf read_stream(FILE *f)
{
    struct buf b = BUF_INIT(INPUT_MAX);
    char chunk[65536];
    for (size_t n; f && (n = fread(chunk, 1, sizeof chunk, f)) > 0;) {
        buf_add(&b, chunk, n);
    }
    if (!f || b.failed) die("input", NULL);
    return b;
}

static struct buf read_path(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct buf b = read_stream(f);
    fclose(f);
    return b;
}

static int write_out(const struct buf *b)
{
    return (!b->n || fwrite(b->p, 1, b->n, stdout) == b->n) && fflush(stdout) == 0 ? 0 : 1;
}

static struct cert *read_cert(str_t bytes)
{
    struct err e;
    struct cert *c = NULL;
    if (cert_parse(bytes, &c, &e) != RC_OK) die("certificate", &e);
    return c;
}

static struct keyring *unlock(const char *path, const char *passphrase)
{
    struct keyring *k = NULL;
    CLEANUP_BUF struct buf p12 = read_path(path);
    enum keyring_rc rc = keyring_new(&k);
    if (rc == KEYRING_OK) {
        rc = keyring_open(k, (const uint8_t *) p12.p, p12.n, passphrase, strlen(passphrase));
    }
    if (rc == KEYRING_OK && keyring_key_cert(k, 0) >= 0) return k;
    fprintf(stderr, "p12: %s\n", keyring_word(rc));
    exit(1);
}

static struct cert *own_cert(const struct keyring *k)
{
    size_t n = 0;
    const uint8_t *der = keyring_cert(k, (size_t) keyring_key_cert(k, 0), &n);
    return read_cert(str_n(der, n));
}

/* --- encrypt, open --------------------------------------------------------------------- */

static int encrypt(int argc, char **argv)
{
    struct cert *to[16];
    struct err e;
    size_t n = 0;
    CLEANUP_BUF struct buf in = read_stream(stdin), out = BUF_INIT(2 * INPUT_MAX);
    for (int i = 3; i < argc && n < 16; i++) {
        CLEANUP_BUF struct buf pem = read_path(argv[i]);
        to[n++] = read_cert(buf_view(&pem));
    }
    enum cms_cipher cipher = strcmp(argv[2], "gcm") == 0 ? CMS_AES_256_GCM : CMS_AES_256_CBC;
    rc_t rc = cms_encrypt(buf_view(&in), to, n, cipher, STR_NULL, NULL, &out, &e);
    while (n) {
        cert_unref(to[--n]);
    }
    if (rc != RC_OK) die("encrypt", &e);
    return write_out(&out);
}

static const uint8_t *u8(str_t s)
{
    return (const uint8_t *) s.p;
}

static enum keyring_rc unwrap(const struct keyring *k, const struct cms_recipient *r, size_t want,
                              uint8_t **key, size_t *n)
{
    str_t alg = r->key_algorithm, wrapped = r->encrypted_key;
    if (r->kind != CMS_KEY_ECDH) {
        return keyring_unwrap(k, 0, u8(alg), alg.n, u8(wrapped), wrapped.n, want, key, n);
    }
    return keyring_derive(k, 0, u8(alg), alg.n, u8(r->originator_key), r->originator_key.n,
                          u8(r->ukm), r->ukm.n, u8(wrapped), wrapped.n, key, n);
}

static int open_envelope(char **argv)
{
    struct err e;
    struct cms_envelope env;
    struct cert_info me;
    CLEANUP_BUF struct buf in = read_stream(stdin);
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(INPUT_MAX);
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct keyring *k = unlock(argv[2], argv[3]);
    struct cert *c = own_cert(k);
    if (cert_describe(c, a, &me, &e) != RC_OK) die("describe", &e);
    if (cms_envelope_read(buf_view(&in), a, &env, &e) != RC_OK) die("read", &e);
    int result = 1;
    for (size_t i = 0; i < env.count && result; i++) {
        const struct cms_recipient *r = &env.recipients[i];
        bool by_name =
            r->issuer.p && str_eq(r->issuer, me.issuer_der) && str_eq(r->serial, me.serial_der);
        bool by_id = r->key_identifier.p && str_eq(r->key_identifier, me.key_identifier);
        uint8_t *key = NULL;
        size_t n = 0;
        if (!by_name && !by_id) continue;
        enum keyring_rc rc = unwrap(k, r, env.key_bytes, &key, &n);
        if (rc != KEYRING_OK) fprintf(stderr, "unwrap: %s\n", keyring_word(rc));
        if (rc == KEYRING_OK &&
            cms_envelope_open(buf_view(&in), str_n(key, n), &out, &e) == RC_OK) {
            result = write_out(&out);
        }
        keyring_release(key, n);
    }
    cert_unref(c);
    keyring_free(k);
    return result;
}

/* --- sign, verify ----------------------------------------------------------------------- */

static int sign(char **argv)
{
    struct err e;
    unsigned char digest[64];
    size_t n = 0, sig_n = 0;
    uint8_t *sig = NULL;
    struct cert *chain[16];
    size_t chain_n = 0;
    CLEANUP_BUF struct buf in = read_stream(stdin), state = BUF_INIT(1 << 20);
    CLEANUP_BUF struct buf attributes = BUF_INIT(1 << 20), out = BUF_INIT(2 * INPUT_MAX);
    struct keyring *k = unlock(argv[3], argv[4]);
    struct cert *c = own_cert(k);
    for (size_t i = 0; i < keyring_cert_count(k) && chain_n < 16; i++) {
        size_t der_n = 0;
        const uint8_t *der = keyring_cert(k, i, &der_n);
        chain[chain_n++] = read_cert(str_n(der, der_n));
    }
    const char *md = cms_sign_digest(c);
    struct cms_sign_options o = {c, chain, chain_n, c, time(NULL)};
    if (cms_digest(md, buf_view(&in), digest, &n, &e) != RC_OK ||
        cms_sign_prepare(&o, str_n(digest, n), &state, &attributes, &e) != RC_OK) {
        die("prepare", &e);
    }
    enum keyring_rc rc = keyring_sign(k, 0, (const uint8_t *) attributes.p, attributes.n, digest, n,
                                      md, 0, &sig, &sig_n);
    if (rc != KEYRING_OK) die(keyring_word(rc), NULL);
    str_t body = strcmp(argv[2], "opaque") == 0 ? buf_view(&in) : STR_NULL;
    if (cms_sign_finish(buf_view(&state), str_n(sig, sig_n), body, &out, &e) != RC_OK)
        die("finish", &e);
    keyring_release(sig, sig_n);
    for (size_t i = 0; i < chain_n; i++) {
        cert_unref(chain[i]);
    }
    cert_unref(c);
    keyring_free(k);
    return write_out(&out);
}

static int verify(int argc, char **argv)
{
    struct err e;
    struct trust *t = NULL;
    struct cms_signed r;
    CLEANUP_BUF struct buf in = read_stream(stdin), out = BUF_INIT(INPUT_MAX);
    CLEANUP_BUF struct buf body = argc > 3 ? read_path(argv[3]) : BUF_INIT(1);
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    if (trust_load(str_c(argv[2]), &t, &e) != RC_OK) die("trust", &e);
    struct cms_verify_options o = {.trust = t, .now = time(NULL)};
    str_t content = argc > 3 ? buf_view(&body) : STR_NULL;
    if (cms_verify(buf_view(&in), content, &o, a, &out, &r, &e) != RC_OK) die("verify", &e);
    bool good = r.count == 1 && r.signers[0].integrity == CMS_INTACT &&
                r.signers[0].chain.chain == CHAIN_TRUSTED;
    for (size_t i = 0; i < r.count; i++) {
        fprintf(stderr, "integrity %d, %s, chain %s %s\n", (int) r.signers[i].integrity,
                r.signers[i].signature_algorithm, chain_status_word(r.signers[i].chain.chain),
                r.signers[i].chain.detail);
    }
    cms_signed_free(&r);
    trust_free(t);
    return good ? write_out(&out) : 1;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc > 3 && strcmp(what, "encrypt") == 0) return encrypt(argc, argv);
    if (argc == 4 && strcmp(what, "open") == 0) return open_envelope(argv);
    if (argc == 5 && strcmp(what, "sign") == 0) return sign(argv);
    if ((argc == 3 || argc == 4) && strcmp(what, "verify") == 0) return verify(argc, argv);
    fprintf(stderr, "usage: see the head of tests/interop/cmsdrive.c\n");
    return 2;
}
