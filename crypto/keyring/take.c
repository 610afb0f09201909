/* Certificates that arrive after their key: alone or with their chain, in each form that
 * authorities send (RFC 5280, RFC 7468, RFC 5652 section 5 "certs-only"). */
#include "crypto/keyring/state.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <string.h>

enum { MAX_BUNDLE = 64, MAX_PATH = 8, MAX_LABEL = 32 };

struct bundle {
    struct keyring_cert certs[MAX_BUNDLE];
    bool taken[MAX_BUNDLE];
    size_t count;
};

static void bundle_clear(struct bundle *b)
{
    for (size_t i = 0; i < b->count; i++) {
        X509_free(b->certs[i].x509);
        OPENSSL_free(b->certs[i].der);
    }
    OPENSSL_free(b);
}

bool keyring_cert_read(OSSL_LIB_CTX *ctx, const uint8_t *der, size_t n, struct keyring_cert *out)
{
    const uint8_t *p = der;
    struct keyring_cert c = {.x509 = X509_new_ex(ctx, NULL)};
    if (c.x509 && d2i_X509(&c.x509, &p, (long) n)) {
        c.n = (size_t) (p - der);
        c.der = OPENSSL_memdup(der, c.n);
        if (c.der) {
            *out = c;
            return true;
        }
    }
    X509_free(c.x509); /* d2i frees and clears it on failure */
    return false;
}

/* --- what the file holds ---------------------------------------------------------- */

static enum keyring_rc add_cert(const struct keyring *k, struct bundle *b, const uint8_t *der,
                                size_t n)
{
    if (b->count == MAX_BUNDLE) return KEYRING_UNSUPPORTED;
    if (!keyring_cert_read(k->ctx, der, n, &b->certs[b->count])) return KEYRING_DAMAGED;
    b->count++;
    return KEYRING_OK;
}

static enum keyring_rc add_signed(const struct keyring *k, struct bundle *b, const PKCS7 *p7)
{
    const STACK_OF(X509) *certs = p7->d.sign ? p7->d.sign->cert : NULL;
    enum keyring_rc rc = KEYRING_OK;
    for (int i = 0; rc == KEYRING_OK && i < sk_X509_num(certs); i++) {
        uint8_t *der = NULL;
        int n = i2d_X509(sk_X509_value(certs, i), &der);
        rc = n > 0 ? add_cert(k, b, der, (size_t) n) : KEYRING_DAMAGED;
        OPENSSL_free(der);
    }
    return rc;
}

/* A certificate, or a PKCS#7 that carries some. */
static enum keyring_rc add_binary(const struct keyring *k, struct bundle *b, const uint8_t *p,
                                  size_t n)
{
    const uint8_t *at = p;
    enum keyring_rc rc = add_cert(k, b, p, n);
    if (rc != KEYRING_DAMAGED) return rc;
    PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long) n);
    if (p7 && PKCS7_type_is_signed(p7)) rc = add_signed(k, b, p7);
    PKCS7_free(p7);
    return rc;
}

/* --- text ------------------------------------------------------------------------- */

static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Base64 with blanks and line ends anywhere. Returns how many bytes were written to out, which has
 * room for n; 0: something else stands there. */
static size_t decode(const uint8_t *p, size_t n, uint8_t *out)
{
    uint32_t bits = 0;
    size_t held = 0, at = 0, i = 0;
    for (; i < n && p[i] != '='; i++) {
        if (p[i] == '\n' || p[i] == '\r' || p[i] == ' ' || p[i] == '\t') continue;
        int v = value_of(p[i]);
        if (v < 0) return 0;
        bits = bits << 6 | (uint32_t) v;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out[at++] = (uint8_t) (bits >> held);
    }
    for (; i < n; i++)
        if (!memchr("=\n\r \t", p[i], 5)) return 0;
    return at;
}

static const uint8_t *find(const uint8_t *p, size_t n, const char *what)
{
    size_t m = strlen(what);
    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(p + i, what, m) == 0) return p + i;
    return NULL;
}

static bool label_is_ours(const uint8_t *p, size_t n)
{
    static const char *const labels[] = {"CERTIFICATE",         "X509 CERTIFICATE",
                                         "TRUSTED CERTIFICATE", "PKCS7",
                                         "PKCS #7 SIGNED DATA", "CMS"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strlen(labels[i]) == n && memcmp(labels[i], p, n) == 0) return true;
    return false;
}

/* Every block whose label is one of ours; others, and the text between them, are passed over. */
static enum keyring_rc add_blocks(const struct keyring *k, struct bundle *b, const uint8_t *p,
                                  size_t n, uint8_t *room)
{
    static const char begin[] = "-----BEGIN ", dashes[] = "-----", stop[] = "-----END ";
    const uint8_t *end = p + n;
    enum keyring_rc rc = KEYRING_OK;
    while (rc == KEYRING_OK && (p = find(p, (size_t) (end - p), begin))) {
        const uint8_t *label = p + sizeof begin - 1;
        size_t left = (size_t) (end - label);
        const uint8_t *tail = find(label, left < MAX_LABEL ? left : MAX_LABEL, dashes);
        p = label;
        if (!tail || !label_is_ours(label, (size_t) (tail - label))) continue;
        const uint8_t *body = tail + sizeof dashes - 1;
        const uint8_t *over = find(body, (size_t) (end - body), stop);
        if (!over) return KEYRING_DAMAGED;
        size_t got = decode(body, (size_t) (over - body), room);
        rc = got ? add_binary(k, b, room, got) : KEYRING_DAMAGED;
        p = over;
    }
    return rc;
}

static enum keyring_rc read_bundle(const struct keyring *k, const uint8_t *p, size_t n,
                                   struct bundle *b)
{
    if (p[0] == 0x30) return add_binary(k, b, p, n);
    uint8_t *room = OPENSSL_malloc(n);
    if (!room) return KEYRING_FAILED;
    enum keyring_rc rc = add_blocks(k, b, p, n, room);
    size_t got = rc == KEYRING_OK && b->count == 0 ? decode(p, n, room) : 0;
    if (got) rc = add_binary(k, b, room, got); /* base64 without the lines around it */
    OPENSSL_free(room);
    return rc;
}

/* --- what of it is ours ----------------------------------------------------------- */

static bool belongs(const struct keyring_cert *c, const struct keyring_key *key)
{
    EVP_PKEY *pub = X509_get0_pubkey(c->x509);
    return pub && EVP_PKEY_eq(pub, key->pkey) == 1;
}

/* The certificate becomes the one that its key is known by, here and after the next opening. */
static bool name_after(const struct keyring *k, struct keyring_key *key, struct keyring_cert *c)
{
    uint8_t sum[EVP_MAX_MD_SIZE];
    size_t n = 0;
    if (EVP_Q_digest(k->ctx, "SHA256", NULL, c->der, c->n, sum, &n) != 1) return false;
    memcpy(c->id.b, sum, 20);
    c->id.n = 20;
    key->id = c->id;
    return true;
}

/* One that the keyring has already keeps its place and gets the new name. */
static void rename_known(struct keyring_set *s, const struct keyring_cert *c)
{
    for (size_t i = 0; i < s->cert_count; i++)
        if (s->certs[i].n == c->n && memcmp(s->certs[i].der, c->der, c->n) == 0)
            s->certs[i].id = c->id;
}

/* Marks the issuers of certificate i, as far as the file has them. Who really signed what is for
 * the server to judge. */
static void mark_path(struct bundle *b, size_t i)
{
    for (size_t depth = 0; depth < MAX_PATH; depth++) {
        const X509_NAME *issuer = X509_get_issuer_name(b->certs[i].x509);
        size_t j = 0;
        while (j < b->count &&
               (b->taken[j] || X509_NAME_cmp(X509_get_subject_name(b->certs[j].x509), issuer) != 0))
            j++;
        if (j == b->count) return;
        b->taken[j] = true;
        i = j;
    }
}

static enum keyring_rc adopt(struct keyring *k, struct bundle *b, size_t *ours)
{
    enum keyring_rc rc = KEYRING_OK;
    *ours = 0;
    for (size_t i = 0; i < b->count; i++)
        for (size_t key = 0; key < k->set.key_count; key++) {
            if (!belongs(&b->certs[i], &k->set.keys[key])) continue;
            if (!name_after(k, &k->set.keys[key], &b->certs[i])) return KEYRING_FAILED;
            rename_known(&k->set, &b->certs[i]);
            b->taken[i] = true;
            mark_path(b, i);
            ++*ours;
            break;
        }
    if (*ours == 0) return KEYRING_EMPTY;
    for (size_t i = 0; rc == KEYRING_OK && i < b->count; i++) {
        if (!b->taken[i]) continue;
        rc = keyring_set_add_cert(&k->set, &b->certs[i]);
        memset(&b->certs[i], 0, sizeof b->certs[i]);
    }
    keyring_set_match(&k->set);
    return rc;
}

enum keyring_rc keyring_take(struct keyring *k, const uint8_t *p, size_t n)
{
    size_t ours;
    if (n == 0 || n > KEYRING_MAX_FILE) return KEYRING_DAMAGED;
    struct bundle *b = OPENSSL_zalloc(sizeof *b);
    if (!b) return KEYRING_FAILED;
    enum keyring_rc rc = read_bundle(k, p, n, b);
    if (rc == KEYRING_OK && b->count == 0) rc = KEYRING_DAMAGED;
    if (rc == KEYRING_OK && b->count > KEYRING_MAX_CERTS - k->set.cert_count)
        rc = KEYRING_UNSUPPORTED;
    if (rc == KEYRING_OK) rc = adopt(k, b, &ours);
    bundle_clear(b);
    ERR_clear_error();
    return rc;
}
