/* Opening signed and encrypted messages: milliseconds of processor time, against base64, cipher and
 * hash alone in the same run, and memory above the message itself. A program for reports: it
 * prints and judges nothing. open [SIZE...] */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mail/build.h"
#include "mail/message.h"
#include "tests/unit/crypto/pki.h"

enum { ROUNDS_MAX = 101 };

struct bench {
    struct pki root, anna, bert;
    struct trust *trust;
    struct buf mail, body, cipher_text, plain;
    unsigned char key[32];
    bool cbc;
};

static void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec * 1000 + (double) t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median(void (*f)(struct bench *), struct bench *b, int rounds)
{
    double t[ROUNDS_MAX];
    f(b);
    for (int i = 0; i < rounds; i++) {
        double start = now();
        f(b);
        t[i] = now() - start;
    }
    qsort(t, (size_t) rounds, sizeof *t, by_value);
    return t[rounds / 2];
}

/* --- the message ---------------------------------------------------------------------------------
 */

static void make_entity(struct buf *out, size_t size)
{
    static const char HEAD[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n\r\nThe text.\r\n--b\r\n"
                               "Content-Type: application/octet-stream; name=a.bin\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\n";
    static const char LINE[] =
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";
    buf_cstr(out, HEAD);
    while (out->n + sizeof LINE < size)
        buf_cstr(out, LINE);
    buf_cstr(out, "--b--\r\n");
}

static void make_mail(struct bench *b, size_t size, bool encrypt)
{
    CLEANUP_BUF struct buf entity = BUF_INIT(128u << 20), der = BUF_INIT(1 << 20);
    CLEANUP_BUF struct buf sealed = BUF_INIT(128u << 20);
    make_entity(&entity, size);
    int n = 0;
    unsigned char *p =
        pki_sign(&b->anna, buf_view(&entity), CMS_DETACHED, PKI_NOW - PKI_DAY, NULL, NULL, &n);
    buf_add(&der, p, (size_t) n);
    OPENSSL_free(p);
    buf_clear(&b->mail);
    buf_clear(&b->plain);
    buf_cstr(&b->mail, "From: Anna <anna@a.example>\r\nSubject: bench\r\nMIME-Version: 1.0\r\n");
    need(build_multipart_signed(buf_view(&entity), buf_view(&der), "sha-256", &b->plain, NULL) ==
             RC_OK,
         "multipart/signed");
    if (!encrypt) {
        buf_str(&b->mail, buf_view(&b->plain));
        return;
    }
    struct cert *to[] = {b->bert.cert};
    need(cms_encrypt(buf_view(&b->plain), to, 1, b->cbc ? CMS_AES_256_CBC : CMS_AES_256_GCM,
                     str_n(b->key, 32), NULL, &sealed, NULL) == RC_OK,
         "encrypt");
    buf_clear(&b->cipher_text);
    buf_str(&b->cipher_text, buf_view(&sealed));
    need(build_pkcs7_mime(buf_view(&sealed), b->cbc ? "enveloped-data" : "authEnveloped-data",
                          &b->mail, NULL) == RC_OK,
         "p7m");
}

/* --- ours ----------------------------------------------------------------------------------------
 */

static void open_mail(struct bench *b)
{
    struct arena *a = arena_new_secret(64u << 20);
    struct message_key key = {0, {(const char *) b->key, 32}};
    struct message_options o = {
        .smime = true, .trust = b->trust, .now = PKI_NOW, .keys = &key, .key_count = 1};
    struct message_view *v = NULL;
    need(message_open(buf_view(&b->mail), &o, a, &v, NULL) == RC_OK, "open");
    need(v->level == LEVEL_GOOD && v->attachment_count == 1, v->verdict);
    message_close(v);
    arena_free(a);
}

/* --- the limits ----------------------------------------------------------------------------------
 */

static void limit_base64(struct bench *b)
{
    CLEANUP_BUF struct buf out = BUF_INIT(128u << 20);
    str_t mail = buf_view(&b->mail);
    ptrdiff_t body = str_find(mail, STR("\r\n\r\n"));
    need(mime_base64_decode(str_sub(mail, (size_t) body, mail.n), &out), "base64");
}

static void limit_crypto(struct bench *b)
{
    static unsigned char block[16384 + 32];
    unsigned char digest[32];
    OSSL_OWN(EVP_CIPHER_CTX) c = EVP_CIPHER_CTX_new();
    OSSL_OWN(EVP_MD_CTX) h = EVP_MD_CTX_new();
    int n;
    const struct ossl_algorithms *all = ossl_algorithms();
    EVP_DecryptInit_ex2(c, b->cbc ? all->aes256_cbc : all->aes256_gcm, b->key, block, NULL);
    EVP_DigestInit_ex2(h, ossl_algorithms()->sha256, NULL);
    for (size_t at = 0; at < b->plain.n; at += 16384) {
        EVP_DecryptUpdate(c, block, &n, block, 16384);
        EVP_DigestUpdate(h, block, 16384);
    }
    EVP_DigestFinal_ex(h, digest, NULL);
}

static void limit_verify(struct bench *b)
{
    OSSL_OWN(EVP_MD_CTX) c = EVP_MD_CTX_new();
    unsigned char sig[512];
    size_t n = sizeof sig;
    EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, b->anna.key);
    EVP_DigestSign(c, sig, &n, b->key, 32);
    OSSL_OWN(EVP_MD_CTX) v = EVP_MD_CTX_new();
    for (int i = 0; i < 20; i++) {
        EVP_DigestVerifyInit(v, NULL, EVP_sha256(), NULL, b->anna.key);
        EVP_DigestVerify(v, sig, n, b->key, 32);
        EVP_MD_CTX_reset(v);
    }
}

/* --- memory --------------------------------------------------------------------------------------
 */

static long peak_kib(void)
{
    char line[128];
    long peak = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "VmHWM:", 6) == 0) peak = strtol(line + 6, NULL, 10);
    }
    if (f) fclose(f);
    return peak;
}

/* Peak of one opening in a process of its own, above what it had before. */
static long memory_of(struct bench *b)
{
    int channel[2];
    long grown = -1;
    need(pipe(channel) == 0, "pipe");
    fflush(stdout);
    if (fork() == 0) {
        /* The child's peak starts at what it has now; nothing freed earlier may serve again. */
        malloc_trim(0);
        FILE *f = fopen("/proc/self/clear_refs", "w");
        if (f) {
            fputs("5", f);
            fclose(f);
        }
        long before = peak_kib();
        open_mail(b);
        grown = peak_kib() - before;
        _exit(write(channel[1], &grown, sizeof grown) != sizeof grown);
    }
    close(channel[1]);
    need(read(channel[0], &grown, sizeof grown) == sizeof grown, "memory");
    close(channel[0]);
    wait(NULL);
    return grown;
}

static void report(struct bench *b, size_t size)
{
    int rounds = size > (4u << 20) ? 7 : size > (256u << 10) ? 31 : 101;
    make_mail(b, size, true);
    double ours = median(open_mail, b, rounds), base64 = median(limit_base64, b, rounds);
    double crypto = median(limit_crypto, b, rounds);
    long memory = memory_of(b);
    printf("%9zu  %8.3f  %8.3f  %8.3f  %5.2f  %9.1f  AES-256-%s\n", b->mail.n, ours, base64, crypto,
           (base64 + crypto) / ours, (double) memory / 1024, b->cbc ? "CBC" : "GCM");
    if (b->cbc) return;
    make_mail(b, size, false);
    ours = median(open_mail, b, rounds);
    printf("%9zu  %8.3f  (signed only)\n", b->mail.n, ours);
}

int main(int argc, char **argv)
{
    static const size_t SIZES[] = {10 << 10, 1 << 20, 25 << 20};
    struct bench b = {.mail = BUF_INIT(128u << 20),
                      .cipher_text = BUF_INIT(128u << 20),
                      .plain = BUF_INIT(128u << 20)};
    b.root = PKI(.key = "rsa2048", .subject = "Root", .ca = true, .usage = "keyCertSign");
    b.anna = PKI(.key = "rsa2048", .subject = "Anna", .san = "email:anna@a.example",
                 .usage = "digitalSignature", .issuer = &b.root);
    b.bert = PKI(.key = "rsa2048", .subject = "Bert", .san = "email:bert@a.example",
                 .usage = "keyEncipherment", .issuer = &b.root);
    b.trust = PKI_TRUST(&b.root);
    printf("bytes      open ms   base64    crypto    ratio  memory MiB\n");
    for (int i = 1; i < argc; i++)
        report(&b, strtoul(argv[i], NULL, 10));
    for (size_t i = 0; argc == 1 && i < 6; i++) {
        b.cbc = i >= 3;
        report(&b, SIZES[i % 3]);
    }
    printf("RSA-2048 verification alone: %.4f ms\n", median(limit_verify, &b, 31) / 20);
    return 0;
}
