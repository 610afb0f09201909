/* base64 of mail bodies against OpenSSL's, in one run on one machine: prints MB/s (of raw bytes)
 * and the ratio to EVP. A program for reports, never a test: it makes no assertion about time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "mail/codec.h"
#include "mail/entity.h"

#define RAW (25u << 20)
#define ROUNDS 15

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

struct job {
    str_t raw, text; /* text: 64 columns LF for EVP, 76 columns CRLF for us */
    unsigned char *room;
    struct buf out; /* kept between rounds, as room is: no page faults are measured */
};

static void ours_encode(struct job *j)
{
    buf_clear(&j->out);
    if (!mime_base64_encode(j->raw, &j->out)) abort();
}

static void ours_decode(struct job *j)
{
    buf_clear(&j->out);
    if (!mime_base64_decode(j->text, &j->out) || j->out.n != RAW) abort();
}

static void evp_encode(struct job *j)
{
    EVP_ENCODE_CTX *c = EVP_ENCODE_CTX_new();
    int n;
    EVP_EncodeInit(c);
    EVP_EncodeUpdate(c, j->room, &n, (const unsigned char *) j->raw.p, (int) j->raw.n);
    EVP_ENCODE_CTX_free(c);
}

static void evp_decode(struct job *j)
{
    EVP_ENCODE_CTX *c = EVP_ENCODE_CTX_new();
    int n;
    EVP_DecodeInit(c);
    if (EVP_DecodeUpdate(c, j->room, &n, (const unsigned char *) j->text.p, (int) j->text.n) < 0)
        abort();
    EVP_ENCODE_CTX_free(c);
}

static void bio_encode(struct job *j)
{
    BIO *b = BIO_push(BIO_new(BIO_f_base64()), BIO_new(BIO_s_null()));
    for (size_t i = 0; i < j->raw.n; i += 65536)
        BIO_write(b, j->raw.p + i, (int) (j->raw.n - i < 65536 ? j->raw.n - i : 65536));
    BIO_flush(b);
    BIO_free_all(b);
}

static double best(void (*f)(struct job *), struct job *j)
{
    double least = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double t = now();
        f(j);
        t = now() - t;
        if (t < least) least = t;
    }
    return RAW / least / 1e6;
}

int main(void)
{
    unsigned char *raw = malloc(RAW), *room = malloc(2 * RAW);
    struct buf text = BUF_INIT(2 * RAW);
    unsigned seed = 1;
    if (!raw || !room) return 1;
    memset(room, 0, 2 * RAW);
    for (size_t i = 0; i < RAW; i++)
        raw[i] = (unsigned char) ((seed = seed * 1664525u + 1) >> 24);
    if (!mime_base64_encode(str_n(raw, RAW), &text)) return 1;
    struct job j = {
        .raw = str_n(raw, RAW), .text = buf_view(&text), .room = room, .out = BUF_INIT(2 * RAW)};
    double evp_out = best(evp_encode, &j), evp_in = best(evp_decode, &j);
    double bio_out = best(bio_encode, &j);
    printf("encode EVP_EncodeUpdate %.0f MB/s, BIO_f_base64 %.0f MB/s\n", evp_out, bio_out);
    printf("decode EVP_DecodeUpdate %.0f MB/s\n", evp_in);
    for (int p = CODEC_TABLE; p <= CODEC_BEST; p++) {
        codec_use((enum codec_path) p);
        double out = best(ours_encode, &j), in = best(ours_decode, &j);
        printf("%s: encode %.0f MB/s (%.2f x EVP, %.2f x BIO), decode %.0f MB/s (%.2f x EVP)\n",
               p == CODEC_TABLE ? "table" : "best", out, out / evp_out, out / bio_out, in,
               in / evp_in);
    }
    buf_free(&text);
    buf_free(&j.out);
    free(raw);
    free(room);
    return 0;
}
