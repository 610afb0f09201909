/* What one send costs in IMAP and SMTP alone, by the layer the server has for both: append the
 * draft, fetch it, submit, append to Sent, remove the draft. Prints processor time of one such
 * round in milliseconds (median): what tests/bench/sending.mjs takes for its limit. Judges nothing.
 *
 *     build/bench/send HOST IMAP-PORT SMTP-PORT LOGIN PASSWORD RECIPIENT BYTES ROUNDS */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "mail/imap.h"
#include "mail/smtp.h"

enum { ROUNDS_MAX = 1001, SMTP_MS = 60000 };

struct bench {
    struct imap_pool *pool;
    struct config_endpoint imap_server, smtp_server;
    struct imap_account imap;
    struct smtp_account smtp;
    str_t recipient;
    struct buf message, back;
    struct arena *a;
};

static void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static double processor_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static void write_message(struct bench *b, size_t size)
{
    b->message = BUF_INIT(size + 1000);
    buf_printf(&b->message,
               "Date: Mon, 01 Jan 2024 10:00:00 +0100\r\nFrom: %.*s\r\nTo: %.*s\r\n"
               "Subject: bench alone\r\nMIME-Version: 1.0\r\n\r\n",
               STR_ARG(b->imap.login), STR_ARG(b->recipient));
    while (b->message.n + 78 < size)
        buf_cstr(
            &b->message,
            "JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyICA8PC9MZW5ndGgg\r\n");
    need(!b->message.failed, "message");
}

static struct imap *take(struct bench *b, str_t folder)
{
    struct imap *im = NULL;
    need(imap_acquire(b->pool, &b->imap, folder, SMTP_MS, &im, NULL) == RC_OK, "sign-in");
    return im;
}

static uint32_t append(struct bench *b, const char *folder)
{
    uint32_t uid = 0, validity = 0;
    struct imap *im = take(b, STR_NULL);
    need(imap_append(im, str_c(folder), buf_view(&b->message), NULL, 0, &uid, &validity, NULL) ==
             RC_OK,
         "append");
    imap_release(im);
    return uid;
}

static void submit(struct bench *b)
{
    struct err e = {0};
    enum smtp_outcome outcome;
    struct smtp_recipient to = {.address = b->recipient};
    struct smtp_envelope envelope = {.from = b->imap.login, .recipients = &to, .count = 1};
    need(smtp_submit(&b->smtp, &envelope, buf_view(&b->message), SMTP_MS, b->a, &outcome, &e) ==
             RC_OK,
         "submit");
}

static void round_trip(struct bench *b)
{
    uint32_t draft = append(b, "Drafts");
    struct imap *im = take(b, STR("Drafts"));
    buf_clear(&b->back);
    need(imap_fetch(im, draft, &b->back, NULL) == RC_OK, "fetch");
    imap_release(im);
    submit(b);
    append(b, "Sent");
    im = take(b, STR("Drafts"));
    need(imap_expunge(im, &draft, 1, NULL) == RC_OK, "expunge");
    imap_release(im);
    arena_reset(b->a);
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *) x, c = *(const double *) y;
    return (a > c) - (a < c);
}

int main(int argc, char **argv)
{
    static double spent[ROUNDS_MAX];
    uint32_t imap_port = 0, smtp_port = 0, bytes = 0, rounds = 0;
    if (argc < 9) {
        fprintf(stderr,
                "usage: %s HOST IMAP-PORT SMTP-PORT LOGIN PASSWORD RECIPIENT BYTES ROUNDS\n",
                argv[0]);
        return 2;
    }
    need(str_to_u32(str_c(argv[2]), &imap_port) && imap_port < 65536, "IMAP port");
    need(str_to_u32(str_c(argv[3]), &smtp_port) && smtp_port < 65536, "SMTP port");
    need(str_to_u32(str_c(argv[7]), &bytes), "bytes");
    need(str_to_u32(str_c(argv[8]), &rounds) && rounds > 0 && rounds <= ROUNDS_MAX, "rounds");
    struct bench b = {.back = BUF_INIT((size_t) bytes + 2000), .a = arena_new(1u << 20)};
    b.recipient = str_c(argv[6]);
    b.imap_server = (struct config_endpoint){.host = str_c(argv[1]), .port = (uint16_t) imap_port};
    b.smtp_server = (struct config_endpoint){.host = str_c(argv[1]), .port = (uint16_t) smtp_port};
    b.imap = (struct imap_account){.server = &b.imap_server,
                                   .session = STR("bench"),
                                   .login = str_c(argv[4]),
                                   .password = str_c(argv[5])};
    b.smtp = (struct smtp_account){
        .server = &b.smtp_server, .login = str_c(argv[4]), .password = str_c(argv[5])};
    struct imap_pool_options o = {.per_session = 4, .idle_seconds = 600, .total = 8};
    need(b.a && imap_pool_new(&o, &b.pool, NULL) == RC_OK, "pool");
    write_message(&b, bytes);
    round_trip(&b);
    for (uint32_t i = 0; i < rounds; i++) {
        double start = processor_ms();
        round_trip(&b);
        spent[i] = processor_ms() - start;
    }
    qsort(spent, rounds, sizeof *spent, by_value);
    printf("%.3f\n", spent[rounds / 2]);
    imap_pool_free(b.pool);
    buf_free(&b.message);
    buf_free(&b.back);
    arena_free(b.a);
    return 0;
}
