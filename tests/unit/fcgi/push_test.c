/* Records as they go out, and the hub: what is sent before and after the connection is there, the
 * end, readers that go or do not read, limits. */
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fcgi/push.h"
#include "fcgi/record.h"
#include "tests/unit/test.h"

#define WAIT_MS 20000 /* only ends a hang */

/* --- reading records ------------------------------------------------------------------------- */

struct read_back {
    struct buf text;
    unsigned records, ends;
    bool whole; /* ended exactly with a record */
    bool last_was_empty_stdout;
};

static void take_records(struct buf *in, uint16_t request, struct read_back *out)
{
    size_t at = 0;
    while (in->n - at >= 8) {
        const unsigned char *h = (const unsigned char *) in->p + at;
        size_t n = (size_t) h[4] << 8 | h[5], padding = h[6];
        if (in->n - at < 8 + n + padding) break;
        assert_int_equal(h[0], 1);
        assert_int_equal(h[2] << 8 | h[3], request);
        assert_int_equal((n + padding) % 8, 0);
        out->records++;
        if (h[1] == 3) {
            assert_int_equal(n, 8);
            assert_true(out->last_was_empty_stdout);
            out->ends++;
        } else {
            assert_int_equal(h[1], 6);
            out->last_was_empty_stdout = n == 0;
            buf_add(&out->text, h + 8, n);
        }
        at += 8 + n + padding;
    }
    memmove(in->p, in->p + at, in->n - at);
    in->n -= at;
    out->whole = in->n == 0;
}

static void records_have_their_form(void **state)
{
    (void) state;
    static const size_t sizes[] = {0, 1, 7, 8, 9, 65527, 65528, 65529, 65536, 200001};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf text = BUF_INIT(1u << 20), out = BUF_INIT(1u << 20);
        for (size_t k = 0; k < sizes[i]; k++)
            buf_char(&text, (char) ('a' + k % 26));
        struct read_back back = {.text = BUF_INIT(1u << 20)};
        assert_true(record_stdout(&out, 0x1234, buf_view(&text)));
        assert_int_equal(out.n == 0, sizes[i] == 0);
        assert_true(record_end(&out, 0x1234));
        take_records(&out, 0x1234, &back);
        assert_true(back.whole);
        assert_int_equal(back.ends, 1);
        assert_str(buf_view(&back.text), buf_view(&text));
        buf_free(&text);
        buf_free(&out);
        buf_free(&back.text);
    }
}

static void what_does_not_fit_changes_nothing(void **state)
{
    (void) state;
    struct buf out = BUF_INIT(40);
    assert_true(record_stdout(&out, 1, STR("12345678")));
    assert_int_equal(out.n, 16);
    assert_false(record_stdout(&out, 1, STR("1234567890123456789012345")));
    assert_int_equal(out.n, 16);
    assert_true(out.failed); /* for those that look once at the end */
    out.failed = false;
    assert_true(record_end(&out, 1));
    assert_int_equal(out.n, 40);
    assert_false(record_end(&out, 1));
    buf_free(&out);
}

/* --- the hub --------------------------------------------------------------------------------- */

struct rig {
    struct push_hub *hub;
    pthread_mutex_t lock;
    pthread_cond_t more;
    uint64_t gone[64];
    size_t gone_count;
};

static void closed(void *ctx, uint64_t id)
{
    struct rig *r = ctx;
    pthread_mutex_lock(&r->lock);
    r->gone[r->gone_count++] = id;
    pthread_cond_broadcast(&r->more);
    pthread_mutex_unlock(&r->lock);
}

static void start(struct rig *r, size_t most, int heartbeat_ms)
{
    struct err e = {0};
    *r = (struct rig){.hub = NULL};
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL);
    const struct push_options o = {
        .most = most, .heartbeat_ms = heartbeat_ms, .closed = closed, .ctx = r};
    assert_int_equal(push_new(&o, &r->hub, &e), RC_OK);
}

static size_t gone_so_far(struct rig *r)
{
    pthread_mutex_lock(&r->lock);
    size_t n = r->gone_count;
    pthread_mutex_unlock(&r->lock);
    return n;
}

static void await_gone(struct rig *r, size_t n)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_MS / 1000;
    pthread_mutex_lock(&r->lock);
    for (int late = 0; r->gone_count < n && late == 0;)
        late = pthread_cond_timedwait(&r->more, &r->lock, &until);
    assert_int_equal(r->gone_count, n);
    pthread_mutex_unlock(&r->lock);
}

/* A stream with its connection; *peer is the front server's end. */
static uint64_t attach(struct rig *r, uint64_t id, uint16_t request, int *peer)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    push_attach(r->hub, id, fds[0], request);
    *peer = fds[1];
    return id;
}

/* Reads until that text has come, or until the end. */
static void read_until(int fd, uint16_t request, const char *text, struct read_back *back)
{
    struct buf in = BUF_INIT(4u << 20);
    while (!text || str_find(buf_view(&back->text), str_c(text)) < 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_true(poll(&p, 1, WAIT_MS) == 1);
        assert_true(buf_reserve(&in, 4096));
        ssize_t n = read(fd, in.p + in.n, 4096);
        if (n <= 0) break;
        in.n += (size_t) n;
        take_records(&in, request, back);
    }
    if (!text) assert_int_equal(in.n, 0);
    buf_free(&in);
}

static void text_before_and_after_the_connection(void **state)
{
    (void) state;
    struct rig r;
    struct read_back back = {.text = BUF_INIT(1u << 20)};
    int peer;
    start(&r, 4, 60000);
    uint64_t id = push_reserve(r.hub);
    assert_int_not_equal(id, 0);
    push_send(r.hub, id, STR("one\n"));
    push_send(r.hub, id, STR("two\n"));
    attach(&r, id, 7, &peer);
    push_send(r.hub, id, STR("three\n"));
    read_until(peer, 7, "three\n", &back);
    assert_str(buf_view(&back.text), STR("one\ntwo\nthree\n"));
    push_send(r.hub, id, STR("last\n"));
    push_end(r.hub, id);
    push_send(r.hub, id, STR("too late\n"));
    read_until(peer, 7, NULL, &back);
    assert_str(buf_view(&back.text), STR("one\ntwo\nthree\nlast\n"));
    assert_int_equal(back.ends, 1);
    await_gone(&r, 1);
    assert_int_equal(r.gone[0], id);
    assert_int_equal(push_count(r.hub), 0);
    close(peer);
    buf_free(&back.text);
    push_free(r.hub);
}

static void ended_before_the_connection_is_there(void **state)
{
    (void) state;
    struct rig r;
    struct read_back back = {.text = BUF_INIT(1u << 20)};
    int peer;
    start(&r, 4, 60000);
    uint64_t id = push_reserve(r.hub);
    push_send(r.hub, id, STR("x"));
    push_end(r.hub, id);
    attach(&r, id, 9, &peer);
    read_until(peer, 9, NULL, &back);
    assert_str(buf_view(&back.text), STR("x"));
    assert_int_equal(back.ends, 1);
    await_gone(&r, 1);
    close(peer);
    buf_free(&back.text);
    push_free(r.hub);
}

static void a_quiet_stream_gives_signs_of_life(void **state)
{
    (void) state;
    struct rig r;
    struct read_back back = {.text = BUF_INIT(1u << 20)};
    int peer;
    start(&r, 4, 10);
    attach(&r, push_reserve(r.hub), 1, &peer);
    read_until(peer, 1, ":\n\n:\n\n", &back);
    close(peer);
    await_gone(&r, 1);
    buf_free(&back.text);
    push_free(r.hub);
}

static void readers_that_go_are_noticed_and_their_ids_mean_nothing(void **state)
{
    (void) state;
    struct rig r;
    int peer[3];
    start(&r, 3, 60000);
    uint64_t id[3];
    for (int i = 0; i < 3; i++)
        id[i] = attach(&r, push_reserve(r.hub), (uint16_t) (i + 1), &peer[i]);
    assert_int_equal(push_reserve(r.hub), 0); /* there are no more */
    close(peer[1]);
    await_gone(&r, 1);
    assert_int_equal(r.gone[0], id[1]);
    uint64_t next = push_reserve(r.hub);
    assert_int_not_equal(next, 0);
    assert_int_not_equal(next, id[1]);
    push_send(r.hub, id[1], STR("for nobody"));
    push_give_back(r.hub, next);
    next = attach(&r, push_reserve(r.hub), 4, &peer[1]);
    struct read_back back = {.text = BUF_INIT(1u << 20)};
    push_send(r.hub, next, STR("mine"));
    read_until(peer[1], 4, "mine", &back);
    assert_str(buf_view(&back.text), STR("mine"));
    buf_free(&back.text);
    for (int i = 0; i < 3; i++)
        close(peer[i]);
    await_gone(&r, 4);
    push_free(r.hub);
}

/* What it did not read is never half of something: the connection is cut. */
static void a_reader_that_does_not_read_is_cut(void **state)
{
    (void) state;
    struct rig r;
    int peer;
    char text[4096];
    memset(text, 'x', sizeof text);
    start(&r, 2, 60000);
    uint64_t id = attach(&r, push_reserve(r.hub), 1, &peer);
    for (int i = 0; i < 4000 && gone_so_far(&r) == 0; i++)
        push_send(r.hub, id, str_n(text, sizeof text));
    await_gone(&r, 1);
    assert_int_equal(push_count(r.hub), 0);
    close(peer);
    push_free(r.hub);
}

static void a_front_server_that_talks_is_cut(void **state)
{
    (void) state;
    struct rig r;
    int peer;
    char noise[512] = {0};
    start(&r, 2, 60000);
    attach(&r, push_reserve(r.hub), 1, &peer);
    for (int i = 0; i < 9; i++)
        assert_true(send(peer, noise, sizeof noise, MSG_NOSIGNAL) > 0 || i > 7);
    await_gone(&r, 1);
    close(peer);
    push_free(r.hub);
}

static void the_end_of_the_process_is_said_to_all(void **state)
{
    (void) state;
    struct rig r;
    int peer[2];
    start(&r, 3, 60000);
    for (int i = 0; i < 2; i++)
        attach(&r, push_reserve(r.hub), (uint16_t) (i + 1), &peer[i]);
    push_reserve(r.hub); /* its connection never comes */
    push_free(r.hub);
    for (int i = 0; i < 2; i++) {
        struct read_back back = {.text = BUF_INIT(1u << 20)};
        read_until(peer[i], (uint16_t) (i + 1), NULL, &back);
        assert_int_equal(back.ends, 1);
        buf_free(&back.text);
        close(peer[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_have_their_form),
        cmocka_unit_test(what_does_not_fit_changes_nothing),
        cmocka_unit_test(text_before_and_after_the_connection),
        cmocka_unit_test(ended_before_the_connection_is_there),
        cmocka_unit_test(a_quiet_stream_gives_signs_of_life),
        cmocka_unit_test(readers_that_go_are_noticed_and_their_ids_mean_nothing),
        cmocka_unit_test(a_reader_that_does_not_read_is_cut),
        cmocka_unit_test(a_front_server_that_talks_is_cut),
        cmocka_unit_test(the_end_of_the_process_is_said_to_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
