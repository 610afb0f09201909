/* The client of waxseal-fetch against a scripted peer, and both sides of the wire format. */
#include "base/fetch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fetch_wire.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/waxseal-fetch-XXXXXX";
static char path[64];

/* --- the peer: takes one connection, reads a request, sends what it was told ---------------------
 */

struct peer {
    pthread_t thread;
    int listener;
    str_t send;  /* as it stands */
    bool read;   /* the request first */
    bool linger; /* then hold the connection until the client leaves */
    struct fetch_request_head head;
    char rest[FETCH_MAX_URL + FETCH_MAX_TYPE + FETCH_MAX_BODY];
    struct fetch_request got;
    bool understood;
};

static bool read_all(int fd, void *to, size_t n)
{
    for (char *p = to; n > 0;) {
        ssize_t got = read(fd, p, n);
        if (got <= 0) return false;
        p += got;
        n -= (size_t) got;
    }
    return true;
}

static void *peer_main(void *arg)
{
    struct peer *p = arg;
    unsigned char head[FETCH_REQUEST_HEAD];
    char end;
    int fd = accept(p->listener, NULL, NULL);
    if (p->read && read_all(fd, head, sizeof head) && fetch_read_request_head(head, &p->head)) {
        size_t n = (size_t) p->head.url + p->head.content_type + p->head.body;
        p->understood =
            read_all(fd, p->rest, n) && fetch_cut_request(&p->head, str_n(p->rest, n), &p->got);
    }
    while (p->send.n > 0) {
        ssize_t n = send(fd, p->send.p, p->send.n, MSG_NOSIGNAL);
        if (n <= 0) break;
        p->send = str_sub(p->send, (size_t) n, p->send.n);
    }
    if (p->linger)
        while (read(fd, &end, 1) > 0)
            ;
    close(fd);
    return NULL;
}

static void peer_start(struct peer *p)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    unlink(path);
    p->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *) &addr, sizeof addr), 0);
    assert_int_equal(listen(p->listener, 4), 0);
    assert_int_equal(pthread_create(&p->thread, NULL, peer_main, p), 0);
}

static void peer_stop(struct peer *p)
{
    pthread_join(p->thread, NULL);
    close(p->listener);
    unlink(path);
}

static rc_t call(struct peer *p, const struct fetch_request *q, struct arena *a,
                 struct fetch_answer *out, struct err *e)
{
    peer_start(p);
    rc_t rc = fetch_call(str_c(path), q, a, out, e);
    peer_stop(p);
    return rc;
}

static const struct fetch_request ASK = {.kind = FETCH_OCSP,
                                         .method = FETCH_POST,
                                         .url = STR_INIT("http://ocsp.example/a"),
                                         .content_type = STR_INIT("application/ocsp-request"),
                                         .body = STR_INIT("\0\1\2"),
                                         .max_bytes = 100,
                                         .timeout_ms = 20000};

/* --- the client
 * ----------------------------------------------------------------------------------- */

static void carries_request_and_answer(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    struct fetch_answer answer = {0}, sent = {200, STR("application/ocsp-response"), STR("\0yes")};
    struct err e;
    assert_true(fetch_put_answer(FETCH_ANSWERED, &sent, STR("not sent"), &b));
    struct peer p = {.send = buf_view(&b), .read = true};
    assert_int_equal(call(&p, &ASK, a, &answer, &e), RC_OK);
    assert_true(p.understood);
    assert_int_equal(p.got.kind, FETCH_OCSP);
    assert_int_equal(p.got.method, FETCH_POST);
    assert_str(p.got.url, ASK.url);
    assert_str(p.got.content_type, ASK.content_type);
    assert_str(p.got.body, ASK.body);
    assert_int_equal(p.got.max_bytes, 100);
    assert_true(p.got.timeout_ms > 0 && p.got.timeout_ms < 20000);
    assert_int_equal(answer.status, 200);
    assert_str(answer.content_type, STR("application/ocsp-response"));
    assert_str(answer.body, STR("\0yes"));
}

static void carries_megabytes(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(64 << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(64 << 20), body = BUF_INIT(FETCH_MAX_ANSWER);
    struct fetch_request q = {
        .kind = FETCH_CRL, .url = STR("https://crl.example/x"), .timeout_ms = 30000};
    struct fetch_answer answer = {0};
    assert_true(buf_reserve(&body, FETCH_MAX_ANSWER));
    for (size_t i = 0; i < FETCH_MAX_ANSWER; i++)
        buf_char(&body, (char) (i * 7 >> 3));
    struct fetch_answer sent = {404, STR_NULL, buf_view(&body)};
    assert_true(fetch_put_answer(FETCH_ANSWERED, &sent, STR_NULL, &b));
    struct peer p = {.send = buf_view(&b), .read = true};
    assert_int_equal(call(&p, &q, a, &answer, NULL), RC_OK);
    assert_int_equal(answer.status, 404);
    assert_true(str_is_null(answer.content_type));
    assert_true(str_eq(answer.body, buf_view(&body)));
}

static void tells_failures_apart(void **state)
{
    (void) state;
    static const struct {
        enum fetch_outcome outcome;
        rc_t rc;
    } rows[] = {
        {FETCH_UNREACHABLE, RC_SOURCE_DOWN}, {FETCH_REFUSED, RC_SOURCE_REFUSED},
        {FETCH_TOO_LARGE, RC_TOO_LARGE},     {FETCH_TIMED_OUT, RC_TIMEOUT},
        {FETCH_BUSY, RC_FETCH_DOWN},         {FETCH_FAILED, RC_FETCH_DOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        CLEANUP_BUF struct buf b = BUF_INIT(4096);
        struct fetch_answer answer = {.status = 77};
        struct err e;
        assert_true(fetch_put_answer(rows[i].outcome, NULL, STR("x.example: why\n\xff"), &b));
        struct peer p = {.send = buf_view(&b), .read = true};
        assert_int_equal(call(&p, &ASK, a, &answer, &e), rows[i].rc);
        assert_string_equal(e.detail, "x.example: why??");
        assert_string_equal(e.message, err_sentence(rows[i].rc));
        assert_int_equal(answer.status, 77);
    }
}

static void believes_no_broken_peer(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    struct fetch_answer sent = {200, STR("a/b"), STR("0123456789")};
    assert_true(fetch_put_answer(FETCH_ANSWERED, &sent, STR_NULL, &b));
    static const struct {
        size_t at;
        char value;
    } rows[] = {{0, 'X'},  {3, '2'}, {4, 1},  {4, 99},   {5, 1},  {6, 9},  {7, 100},  {8, 1},
                {11, 127}, {12, 1},  {14, 1}, {15, 101}, {19, 1}, {23, 1}, {25, '\n'}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct fetch_answer answer = {.status = 77};
        struct err e;
        char bytes[64];
        memcpy(bytes, b.p, b.n);
        bytes[rows[i].at] = rows[i].value;
        struct peer p = {.send = str_n(bytes, b.n), .read = true};
        if (call(&p, &ASK, a, &answer, &e) != RC_FETCH_DOWN) fail_msg("row %zu was believed", i);
        assert_int_equal(answer.status, 77);
    }
    for (size_t n = 0; n < b.n; n++) { /* cut off anywhere */
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct fetch_answer answer = {.status = 77};
        struct peer p = {.send = str_n(b.p, n), .read = true};
        assert_int_equal(call(&p, &ASK, a, &answer, NULL), RC_FETCH_DOWN);
        assert_int_equal(answer.status, 77);
    }
}

static void hears_a_peer_that_does_not_listen(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    struct fetch_answer answer;
    struct err e;
    assert_true(fetch_put_answer(FETCH_BUSY, NULL, STR("too many requests"), &b));
    struct peer p = {.send = buf_view(&b)};
    assert_int_equal(call(&p, &ASK, a, &answer, &e), RC_FETCH_DOWN);
}

static void gives_up_at_its_deadline(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct fetch_request q = ASK;
    struct fetch_answer answer = {.status = 77};
    struct err e;
    q.timeout_ms = 50;
    struct peer silent = {.read = true, .linger = true};
    /* The daemon's fault, not the far server's: it would have said so in time. */
    assert_int_equal(call(&silent, &q, a, &answer, &e), RC_FETCH_DOWN);
    struct peer half = {.send = STR("WXA1\0\0"), .read = true, .linger = true};
    assert_int_equal(call(&half, &q, a, &answer, &e), RC_FETCH_DOWN);
    assert_int_equal(answer.status, 77);
}

static void says_when_nobody_is_there(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct fetch_answer answer;
    struct err e;
    assert_int_equal(fetch_call(STR("/nonexistent/fetch.sock"), &ASK, a, &answer, &e),
                     RC_FETCH_DOWN);
    assert_non_null(strstr(e.detail, "connect: No such file"));
    assert_int_equal(fetch_call(STR_NULL, &ASK, a, &answer, &e), RC_FETCH_DOWN);
    assert_non_null(strstr(e.detail, "no socket is configured"));
}

/* --- what neither side writes nor reads
 * ------------------------------------------------------------ */

static void refuses_requests_over_a_limit(void **state)
{
    (void) state;
    static char longer[FETCH_MAX_BODY + 1];
    memset(longer, 'a', sizeof longer);
    struct fetch_request rows[16], good = ASK;
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = good;
    rows[n++].url = str_n(longer, FETCH_MAX_URL + 1);
    rows[n++].content_type = str_n(longer, FETCH_MAX_TYPE + 1);
    rows[n++].body = str_n(longer, FETCH_MAX_BODY + 1);
    rows[n++].url = STR_NULL;
    rows[n++].url = STR("http://a/ b");
    rows[n++].url = STR("http://a/\r\nX: y");
    rows[n++].url = STR("http://\xc3\xbc.example/");
    rows[n++].content_type = STR("a/b\r\nX: y");
    rows[n++].content_type = STR_NULL;
    rows[n++].timeout_ms = 0;
    rows[n++].timeout_ms = UINT32_MAX;
    rows[n++].max_bytes = FETCH_MAX_ANSWER + 1;
    rows[n++].kind = FETCH_KIND_COUNT;
    rows[n++].kind = FETCH_PING;
    rows[n++].method = FETCH_GET; /* with a body */
    rows[n++].method = 2;
    assert_int_equal(n, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct fetch_answer answer;
        if (fetch_call(str_c("/nonexistent"), &rows[i], a, &answer, NULL) != RC_INVALID)
            fail_msg("row %zu was sent", i);
    }
}

static void reads_only_heads_it_would_write(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    struct fetch_request_head head;
    struct fetch_request cut;
    unsigned char bytes[FETCH_REQUEST_HEAD];
    assert_true(fetch_put_request(&ASK, &b));
    memcpy(bytes, b.p, sizeof bytes);
    assert_true(fetch_read_request_head(bytes, &head));
    str_t rest = str_sub(buf_view(&b), sizeof bytes, b.n);
    assert_true(fetch_cut_request(&head, rest, &cut));
    assert_false(fetch_cut_request(&head, str_sub(rest, 0, rest.n - 1), &cut));
    static const struct {
        size_t at;
        unsigned char value;
    } rows[] = {{0, 'w'}, {3, '9'}, {4, 0},  {4, FETCH_KIND_COUNT},
                {4, 255}, {5, 0},   {5, 2},  {6, 1},
                {7, 1},   {8, 1},   {9, 1},  {11, 0},
                {12, 1},  {15, 0},  {16, 1}, {20, 2},
                {24, 1},  {25, 9}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char broken[FETCH_REQUEST_HEAD];
        memcpy(broken, bytes, sizeof broken);
        broken[rows[i].at] = rows[i].value;
        if (fetch_read_request_head(broken, &head)) fail_msg("row %zu was read", i);
    }
}

static void a_ping_is_the_smallest_request(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(4096);
    struct fetch_request q = {.kind = FETCH_PING, .timeout_ms = 20000};
    struct fetch_answer answer, sent = {204, STR_NULL, STR("")};
    assert_true(fetch_put_answer(FETCH_ANSWERED, &sent, STR_NULL, &b));
    struct peer p = {.send = buf_view(&b), .read = true};
    assert_int_equal(call(&p, &q, a, &answer, NULL), RC_OK);
    assert_true(p.understood);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.body.n, 0);
    assert_non_null(answer.body.p);
}

static int setup(void **state)
{
    (void) state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_request_and_answer),
        cmocka_unit_test(carries_megabytes),
        cmocka_unit_test(tells_failures_apart),
        cmocka_unit_test(believes_no_broken_peer),
        cmocka_unit_test(hears_a_peer_that_does_not_listen),
        cmocka_unit_test(gives_up_at_its_deadline),
        cmocka_unit_test(says_when_nobody_is_there),
        cmocka_unit_test(refuses_requests_over_a_limit),
        cmocka_unit_test(reads_only_heads_it_would_write),
        cmocka_unit_test(a_ping_is_the_smallest_request),
    };
    return cmocka_run_group_tests_name("base/fetch", tests, setup, teardown);
}
