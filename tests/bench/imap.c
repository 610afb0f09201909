/* The IMAP layer against a raw socket on the same server, in turns within one run. Prints a table:
 * median milliseconds of both and ours / raw. A program for reports: it judges nothing.
 *
 *     build/bench/imap HOST PORT LOGIN PASSWORD [MESSAGES]
 *
 * Fills the folder "Waxseal bench" up to MESSAGES (2,000) mails first. HOST is this machine: raw
 * has no TLS. */
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "mail/imap.h"

enum { ROUNDS = 301, WINDOW = 50 };
#define BOX "Waxseal bench"

struct bench {
    int raw;
    unsigned tag;
    struct imap_pool *pool;
    struct imap_account account;
    struct config_endpoint server;
    struct imap *im;
    struct arena *a;
    struct buf body;
    uint32_t total, small_uid, big_uid;
};

static void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

/* --- raw ---------------------------------------------------------------------------------------
 */

/* Sends one command and reads until its tagged reply; everything read is thrown away. */
static void raw_command(struct bench *b, const char *text)
{
    static char in[1 << 16];
    char line[512], end[32];
    int n = snprintf(line, sizeof line, "r%u %s\r\n", ++b->tag, text);
    int m = snprintf(end, sizeof end, "\nr%u OK", b->tag);
    need(write(b->raw, line, (size_t) n) == n, "write");
    size_t kept = 1;
    in[0] = '\n';
    for (;;) {
        ssize_t got = read(b->raw, in + kept, sizeof in - kept);
        need(got > 0, text);
        kept += (size_t) got;
        /* The tagged line is short and last: it stands in the last 2,000 bytes. */
        size_t from = kept > 2000 ? kept - 2000 : 0;
        if (in[kept - 1] == '\n' && memmem(in + from, kept - from, end, (size_t) m)) return;
        if (kept > sizeof in / 2) {
            memmove(in, in + kept - 2000, 2000);
            kept = 2000;
        }
    }
}

static void raw_open(struct bench *b, const char *host, const char *port, const char *login,
                     const char *password)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    need(getaddrinfo(host, port, &hints, &list) == 0, "address");
    b->raw = socket(list->ai_family, SOCK_STREAM, 0);
    need(connect(b->raw, list->ai_addr, list->ai_addrlen) == 0, "connect");
    freeaddrinfo(list);
    int on = 1;
    setsockopt(b->raw, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char line[400];
    snprintf(line, sizeof line, "LOGIN \"%s\" \"%s\"", login, password);
    raw_command(b, line);
    raw_command(b, "SELECT \"" BOX "\"");
}

/* --- the folder ---------------------------------------------------------------------------------
 */

static void put(struct bench *b, unsigned i, size_t size, uint32_t *uid)
{
    struct buf m = BUF_INIT(4u << 20);
    uint32_t validity;
    buf_printf(
        &m,
        "From: =?utf-8?q?J=C3=BCrgen?= Number %u <sender%u@demo.test>\r\n"
        "To: \"Reader, The\" <reader@demo.test>, other%u@demo.test\r\nSubject: Message number "
        "%u about =?utf-8?b?w4RwZmVs?=\r\nDate: Mon, 01 Jan 2024 10:%02u:00 +0100\r\n"
        "Message-ID: <%u@demo.test>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
        "charset=utf-8\r\n\r\nHello %u\r\n--b\r\nContent-Type: application/pdf; "
        "name=\"file.pdf\"\r\nContent-Disposition: attachment; filename=\"file.pdf\"\r\n\r\n",
        i, i, i, i, i % 60, i, i);
    while (m.n < size)
        buf_cstr(&m, "JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFIvRmlsdGVyIC\r\n");
    buf_cstr(&m, "\r\n--b--\r\n");
    need(imap_append(b->im, STR(BOX), buf_view(&m), NULL, 0, uid, &validity, NULL) == RC_OK,
         "append");
    buf_free(&m);
}

static void fill(struct bench *b, unsigned messages)
{
    str_t name;
    struct err e;
    need(imap_acquire(b->pool, &b->account, STR_NULL, 600000, &b->im, &e) == RC_OK, "sign-in");
    if (imap_folder_create(b->im, STR(BOX), b->a, &name, &e) != RC_OK)
        need(e.code == RC_CONFLICT, "create");
    imap_release(b->im);
    need(imap_acquire(b->pool, &b->account, STR(BOX), 600000, &b->im, &e) == RC_OK, "select");
    struct imap_mailbox m;
    need(imap_mailbox(b->im, &m, &e) == RC_OK, "status");
    for (uint32_t i = m.total; i < messages; i++)
        put(b, i, 2000, &b->small_uid);
    put(b, messages, 1000000, &b->big_uid);
    put(b, messages + 1, 2000, &b->small_uid);
    need(imap_mailbox(b->im, &m, &e) == RC_OK, "status");
    b->total = m.total;
}

/* --- what is measured
 * ------------------------------------------------------------------------------ */

static void raw_list(struct bench *b)
{
    char line[200];
    snprintf(line, sizeof line,
             "FETCH %u:%u (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)",
             b->total - WINDOW + 1, b->total);
    raw_command(b, line);
}

static void our_list(struct bench *b)
{
    struct imap_rows rows;
    need(imap_list(b->im, 0, WINDOW, b->a, &rows, NULL) == RC_OK && rows.count == WINDOW, "list");
}

static void raw_noop(struct bench *b)
{
    raw_command(b, "NOOP");
}

static void our_state(struct bench *b)
{
    struct imap_mailbox m;
    need(imap_mailbox(b->im, &m, NULL) == RC_OK, "mailbox");
}

static void raw_fetch(struct bench *b, uint32_t uid)
{
    char line[100];
    snprintf(line, sizeof line, "UID FETCH %u (UID BODY.PEEK[])", uid);
    raw_command(b, line);
}

static void our_fetch(struct bench *b, uint32_t uid)
{
    struct imap_row row;
    buf_clear(&b->body);
    need(imap_open(b->im, uid, b->a, &row, &b->body, NULL) == RC_OK, "open");
}

static void raw_small(struct bench *b)
{
    raw_fetch(b, b->small_uid);
}
static void our_small(struct bench *b)
{
    our_fetch(b, b->small_uid);
}
static void raw_big(struct bench *b)
{
    raw_fetch(b, b->big_uid);
}
static void our_big(struct bench *b)
{
    our_fetch(b, b->big_uid);
}

static void raw_folders(struct bench *b)
{
    raw_command(b, "LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES UNSEEN))");
}
static void our_folders(struct bench *b)
{
    struct imap_folder *f;
    size_t n;
    need(imap_folders(b->im, b->a, &f, &n, NULL) == RC_OK, "folders");
}

static void raw_search(struct bench *b)
{
    raw_command(b, "UID SEARCH OR OR OR FROM \"number 17\" TO \"number 17\" CC \"number 17\" "
                   "SUBJECT \"number 17\"");
}
static void our_search(struct bench *b)
{
    struct imap_found f;
    struct imap_query q = {.text = STR("\"number 17\""), .headers = true};
    need(imap_search(b->im, &q, b->a, &f, NULL) == RC_OK, "search");
}

static void raw_search_subject(struct bench *b)
{
    raw_command(b, "UID SEARCH SUBJECT \"number 17\"");
}
static void our_search_subject(struct bench *b)
{
    struct imap_found f;
    struct imap_query q = {.text = STR("subject:\"number 17\""), .headers = true};
    need(imap_search(b->im, &q, b->a, &f, NULL) == RC_OK, "search");
}

static void raw_search_body(struct bench *b)
{
    raw_command(b,
                "UID SEARCH OR OR OR OR FROM \"Hello 17\" TO \"Hello 17\" CC \"Hello 17\" SUBJECT "
                "\"Hello 17\" BODY \"Hello 17\"");
}
static void our_search_body(struct bench *b)
{
    struct imap_found f;
    struct imap_query q = {.text = STR("\"Hello 17\""), .headers = true, .body = true};
    need(imap_search(b->im, &q, b->a, &f, NULL) == RC_OK, "search");
}

/* --- table
 * ------------------------------------------------------------------------------------------- */

static int by_value(const void *x, const void *y)
{
    double a = *(const double *) x, c = *(const double *) y;
    return (a > c) - (a < c);
}

typedef void step_fn(struct bench *b);

static void compare(struct bench *b, const char *name, step_fn *raw, step_fn *ours, int rounds)
{
    double r[ROUNDS], o[ROUNDS];
    raw(b);
    ours(b);
    for (int i = 0; i < rounds; i++) {
        double t0 = now_ms();
        raw(b);
        double t1 = now_ms();
        ours(b);
        o[i] = now_ms() - t1;
        r[i] = t1 - t0;
        arena_reset(b->a);
    }
    qsort(r, (size_t) rounds, sizeof *r, by_value);
    qsort(o, (size_t) rounds, sizeof *o, by_value);
    printf("%-28s %9.3f %9.3f %7.2f\n", name, r[rounds / 2], o[rounds / 2],
           o[rounds / 2] / r[rounds / 2]);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s HOST PORT LOGIN PASSWORD [MESSAGES]\n", argv[0]);
        return 2;
    }
    struct bench b = {.body = BUF_INIT(8u << 20), .a = arena_new(256u << 20)};
    uint32_t port = 0, messages = 2000;
    need(str_to_u32(str_c(argv[2]), &port) && port < 65536, "port");
    if (argc > 5) need(str_to_u32(str_c(argv[5]), &messages) && messages >= WINDOW, "messages");
    b.server = (struct config_endpoint){.host = str_c(argv[1]), .port = (uint16_t) port};
    b.account = (struct imap_account){.server = &b.server,
                                      .session = STR("bench"),
                                      .login = str_c(argv[3]),
                                      .password = str_c(argv[4])};
    struct imap_pool_options o = {.per_session = 2, .idle_seconds = 600, .total = 4};
    need(b.a && imap_pool_new(&o, &b.pool, NULL) == RC_OK, "pool");
    fill(&b, messages);
    raw_open(&b, argv[1], argv[2], argv[3], argv[4]);
    printf("%u messages\n%-28s %9s %9s %7s\n", b.total, "operation", "raw ms", "ours ms", "ratio");
    compare(&b, "list of 50", raw_list, our_list, ROUNDS);
    compare(&b, "nothing changed (NOOP)", raw_noop, our_state, ROUNDS);
    compare(&b, "open 2 KB", raw_small, our_small, ROUNDS);
    compare(&b, "open 1 MB", raw_big, our_big, 51);
    compare(&b, "folders with counts", raw_folders, our_folders, ROUNDS);
    compare(&b, "search subject", raw_search_subject, our_search_subject, 51);
    compare(&b, "search headers", raw_search, our_search, 51);
    compare(&b, "search body", raw_search_body, our_search_body, 15);
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("peak memory %.1f MiB\n", (double) u.ru_maxrss / 1024);
    imap_release(b.im);
    imap_pool_free(b.pool);
    buf_free(&b.body);
    arena_free(b.a);
    close(b.raw);
    return 0;
}
