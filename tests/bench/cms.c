/* CMS against what the algorithms alone can do, in one run on one machine. Prints a table: median
 * milliseconds, the limit's milliseconds, and the ratio limit / ours (1.00 = no overhead). The
 * limit is what `openssl speed` measures: the same EVP calls on a 16 KB block that stays in the
 * cache. A program for reports, never a test: it makes no assertion about time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "crypto/cms.h"
#include "tests/unit/crypto/pki.h"

enum { BLOCK = 16384, ROUNDS = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

struct bench {
    str_t content, plain_digest;
    struct pki root, rsa[2];
    struct trust *trust;
    struct buf encrypted, signature; /* of the round that made them */
    unsigned char key[32];
    enum cms_cipher cipher;
    bool reuse;
    struct buf kept;
};

typedef void (*step_fn)(struct bench *b);

static double median_ms(step_fn f, struct bench *b)
{
    double t[ROUNDS];
    f(b);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now();
        f(b);
        t[i] = (now() - start) * 1000;
    }
    qsort(t, ROUNDS, sizeof *t, by_value);
    return t[ROUNDS / 2];
}

static void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

/* --- limits -------------------------------------------------------------------------- */

static unsigned char block[BLOCK], result[BLOCK + 32];

static void cipher_limit(struct bench *b, const EVP_CIPHER *cipher, int encrypt)
{
    OSSL_OWN(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    EVP_CipherInit_ex2(ctx, cipher, b->key, block, encrypt, NULL);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    for (size_t at = 0; at < b->content.n; at += BLOCK) {
        size_t step = b->content.n - at < BLOCK ? b->content.n - at : BLOCK;
        need(EVP_CipherUpdate(ctx, result, &n, block, (int) step) == 1, "limit");
    }
}

static void limit_gcm(struct bench *b)
{
    cipher_limit(b, ossl_algorithms()->aes256_gcm, 1);
}
static void limit_cbc(struct bench *b)
{
    cipher_limit(b, ossl_algorithms()->aes256_cbc, 1);
}
static void limit_gcm_open(struct bench *b)
{
    cipher_limit(b, ossl_algorithms()->aes256_gcm, 0);
}
static void limit_cbc_open(struct bench *b)
{
    cipher_limit(b, ossl_algorithms()->aes256_cbc, 0);
}

static void limit_hash(struct bench *b)
{
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    EVP_DigestInit_ex2(ctx, ossl_algorithms()->sha256, NULL);
    for (size_t at = 0; at < b->content.n; at += BLOCK) {
        size_t step = b->content.n - at < BLOCK ? b->content.n - at : BLOCK;
        EVP_DigestUpdate(ctx, block, step);
    }
    EVP_DigestFinal_ex(ctx, result, NULL);
}

static size_t rsa_sign(struct bench *b, const void *p, size_t n, unsigned char *out, size_t max)
{
    OSSL_OWN(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
    need(EVP_DigestSignInit(ctx, NULL, ossl_algorithms()->sha256, NULL, b->rsa[0].key) == 1 &&
             EVP_DigestSign(ctx, out, &max, p, n) == 1,
         "RSA");
    return max;
}

static void limit_sign(struct bench *b)
{
    limit_hash(b);
    rsa_sign(b, block, 64, result, sizeof result);
}

/* --- ours ---------------------------------------------------------------------------- */

static void encrypt(struct bench *b)
{
    struct cert *to[] = {b->rsa[0].cert, b->rsa[1].cert};
    struct buf fresh = BUF_INIT(64u << 20), *out = b->reuse ? &b->kept : &fresh;
    buf_clear(out);
    need(cms_encrypt(b->content, to, 2, b->cipher, str_n(b->key, 32), NULL, out, NULL) == RC_OK,
         "encrypt");
    buf_free(&fresh);
}

static void open_envelope(struct bench *b)
{
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(64u << 20);
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct cms_envelope env;
    need(cms_envelope_read(buf_view(&b->encrypted), a, &env, NULL) == RC_OK &&
             cms_envelope_open(buf_view(&b->encrypted), str_n(b->key, 32), &out, NULL) == RC_OK &&
             out.n == b->content.n,
         "open");
}

static void sign(struct bench *b)
{
    CLEANUP_BUF struct buf state = BUF_INIT(1 << 20), attributes = BUF_INIT(1 << 20);
    struct cert *chain[] = {b->root.cert};
    struct cms_sign_options o = {b->rsa[0].cert, chain, 1, b->rsa[0].cert, PKI_NOW};
    unsigned char digest[64], sig[512];
    size_t n = 0;
    buf_clear(&b->signature);
    need(cms_digest("sha256", b->content, digest, &n, NULL) == RC_OK &&
             cms_sign_prepare(&o, str_n(digest, n), &state, &attributes, NULL) == RC_OK,
         "prepare");
    n = rsa_sign(b, attributes.p, attributes.n, sig, sizeof sig);
    need(cms_sign_finish(buf_view(&state), str_n(sig, n), STR_NULL, &b->signature, NULL) == RC_OK,
         "finish");
}

static void verify(struct bench *b)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct buf none = BUF_INIT(1);
    struct cms_signed r;
    struct cms_verify_options o = {.trust = b->trust, .now = PKI_NOW};
    need(cms_verify(buf_view(&b->signature), b->content, &o, a, &none, &r, NULL) == RC_OK &&
             r.count == 1 && r.signers[0].integrity == CMS_INTACT &&
             r.signers[0].chain.chain == CHAIN_TRUSTED,
         "verify");
    cms_signed_free(&r);
}

/* --- the table ----------------------------------------------------------------------- */

/* Ours and the limit in turn: a change of the machine's load meets both. */
static void row(const char *name, const char *size, step_fn ours, step_fn limit, struct bench *b)
{
    double l1 = median_ms(limit, b), o = median_ms(ours, b), l2 = median_ms(limit, b);
    double l = (l1 + l2) / 2;
    printf("%-34s %6s %9.3f %9.3f %6.2f\n", name, size, o, l, l / o);
    fflush(stdout);
}

static void rows(struct bench *b, const char *size)
{
    static const struct {
        enum cms_cipher cipher;
        const char *write, *again, *read;
        step_fn limit, limit_open;
    } kinds[] = {{CMS_AES_256_GCM, "encrypt AES-256-GCM", "the same, buffer used before",
                  "open AES-256-GCM", limit_gcm, limit_gcm_open},
                 {CMS_AES_256_CBC, "encrypt AES-256-CBC", "the same, buffer used before",
                  "open AES-256-CBC", limit_cbc, limit_cbc_open}};
    for (size_t i = 0; i < 2; i++) {
        struct cert *to[] = {b->rsa[0].cert, b->rsa[1].cert};
        b->cipher = kinds[i].cipher;
        b->reuse = false;
        row(kinds[i].write, size, encrypt, kinds[i].limit, b);
        b->reuse = true;
        row(kinds[i].again, size, encrypt, kinds[i].limit, b);
        buf_clear(&b->encrypted);
        need(cms_encrypt(b->content, to, 2, b->cipher, str_n(b->key, 32), NULL, &b->encrypted,
                         NULL) == RC_OK,
             "encrypt");
        row(kinds[i].read, size, open_envelope, kinds[i].limit_open, b);
    }
    row("sign (both phases, RSA-2048)", size, sign, limit_sign, b);
    row("verify (with chain)", size, verify, limit_hash, b);
}

int main(void)
{
    static const struct {
        const char *name;
        size_t n;
    } sizes[] = {{"10 KB", 10240}, {"1 MB", 1 << 20}, {"25 MB", 25u << 20}};
    struct bench b = {.encrypted = BUF_INIT(64u << 20),
                      .signature = BUF_INIT(1 << 20),
                      .kept = BUF_INIT(64u << 20)};
    char *text = malloc(sizes[2].n);
    if (!text || !ossl_algorithms()) return 1;
    memset(text, 'x', sizes[2].n);
    b.root = PKI(.key = "rsa2048", .subject = "Root", .ca = true, .usage = "keyCertSign");
    b.rsa[0] = PKI(.key = "rsa2048", .issuer = &b.root);
    b.rsa[1] = PKI(.key = "rsa2048", .issuer = &b.root);
    b.trust = PKI_TRUST(&b.root);
    printf("%-34s %6s %9s %9s %6s\n", "operation (CPU time)", "size", "ours ms", "limit ms",
           "ratio");
    for (size_t i = 0; i < 3; i++) {
        b.content = str_n(text, sizes[i].n);
        rows(&b, sizes[i].name);
    }
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("peak memory %ld MiB (25 MB content, 25 MB kept ciphertext, one result)\n",
           use.ru_maxrss / 1024);
    free(text);
    return 0;
}
