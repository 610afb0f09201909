/* The agent's wire and its client, against a peer that answers whatever a row says. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/listen.h"
#include "base/local.h"
#include "crypto/agent.h"
#include "crypto/agent_wire.h"
#include "tests/unit/test.h"

enum { ROOM = 1 << 20 };

static void frames_come_back_as_they_were_put(void **state)
{
    (void) state;
    const str_t fields[] = {STR("mailbox"), STR("acme"), STR("a@b.c"), STR("p256")};
    struct agent_frame f;
    CLEANUP_BUF struct buf b = BUF_INIT(ROOM);
    assert_true(agent_put(true, AGENT_GENERATE, fields, 4, &b));
    assert_true(agent_read_head(AGENT_ADMIN, (const unsigned char *) b.p, &f));
    assert_int_equal(f.code, AGENT_GENERATE);
    assert_true(agent_cut(AGENT_ADMIN, str_sub(buf_view(&b), AGENT_HEAD, b.n), &f));
    for (size_t i = 0; i < 4; i++)
        assert_str(f.fields[i], fields[i]);
    assert_false(agent_read_head(AGENT_GATE, (const unsigned char *) b.p, &f));
    assert_false(agent_read_head(0, (const unsigned char *) b.p, &f));
}

static void every_operation_has_its_limits(void **state)
{
    (void) state;
    for (int op = 0; op < AGENT_OPERATION_COUNT; op++) {
        size_t most, n = agent_operation_fields(op, &most);
        unsigned doors = agent_operation_doors(op);
        assert_true(doors != 0 && (doors == (AGENT_GATE | AGENT_ADMIN)) == (op == AGENT_PING));
        assert_true(n <= AGENT_MAX_FIELDS && most <= AGENT_MAX_ANSWER);
        assert_int_equal(agent_operation_has_key(op), n >= AGENT_MAX_PLACE && op != AGENT_IMPORT);
        assert_true(agent_operation_word(op)[0] != '\0');
    }
    for (int r = 0; r < AGENT_RESULT_COUNT; r++)
        assert_true(agent_result_word(r)[0] != '\0');
}

static void a_length_that_lies_is_refused(void **state)
{
    (void) state;
    const str_t fields[] = {STR("mailbox"), STR("acme"), STR("a@b.c"), STR("p256")};
    CLEANUP_BUF struct buf b = BUF_INIT(ROOM);
    assert_true(agent_put(true, AGENT_GENERATE, fields, 4, &b));
    for (size_t at = AGENT_HEAD; at < AGENT_HEAD + 4; at++)
        for (int v = 1; v < 256; v++) {
            struct agent_frame f;
            b.p[at] = (char) (b.p[at] ^ v);
            assert_true(agent_read_head(AGENT_ADMIN, (const unsigned char *) b.p, &f));
            assert_false(agent_cut(AGENT_ADMIN, str_sub(buf_view(&b), AGENT_HEAD, b.n), &f));
            b.p[at] = (char) (b.p[at] ^ v);
        }
}

/* --- the client ---------------------------------------------------------------------- */

struct peer {
    int listens;
    const struct buf *answer; /* empty: closes at once */
    bool silent;              /* takes the request and never answers */
    char got[ROOM];
    size_t got_n;
};

static void *play(void *arg)
{
    struct peer *p = arg;
    int fd = accept(p->listens, NULL, NULL);
    unsigned char head[AGENT_HEAD];
    if (fd < 0) return NULL;
    if (p->answer->n || p->silent) {
        struct agent_frame f = {.count = 0};
        local_receive(fd, clock_ms() + 5000, head, sizeof head);
        unsigned door = AGENT_GATE;
        if (!agent_read_head(door, head, &f)) agent_read_head(door = AGENT_ADMIN, head, &f);
        local_receive(fd, clock_ms() + 5000, p->got, f.length);
        p->got_n = f.length;
    }
    if (p->silent) local_receive(fd, clock_ms() + 5000, head, 1); /* until the client leaves */
    local_send(fd, clock_ms() + 5000, buf_view(p->answer));
    close(fd);
    return NULL;
}

static const struct agent_key key = {.organisation = STR_INIT("acme"),
                                     .mailbox = STR_INIT("a@b.c"),
                                     .id = STR_INIT("id"),
                                     .sealed = STR_INIT("\1"
                                                        "01234567sealed")};

typedef rc_t call_fn(const struct agent *g, struct arena *a, str_t *out, struct err *e);

static rc_t do_unwrap(const struct agent *g, struct arena *a, str_t *out, struct err *e)
{
    return agent_unwrap(g, &key, STR("alg"), STR("wrapped"), 32, a, out, e);
}
static rc_t do_derive(const struct agent *g, struct arena *a, str_t *out, struct err *e)
{
    return agent_derive(g, &key, STR("alg"), STR("spki"), STR(""), STR("wrapped"), a, out, e);
}
static rc_t do_sign(const struct agent *g, struct arena *a, str_t *out, struct err *e)
{
    const struct agent_signing s = {.digest_name = STR("sha256"), .attributes = STR("set")};
    return agent_sign(g, &key, &s, a, out, e);
}
static rc_t do_issue(const struct agent *g, struct arena *a, str_t *out, struct err *e)
{
    return agent_issue(g, &key, STR("tbs"), a, out, e);
}
static rc_t do_import(const struct agent *g, struct arena *a, str_t *out, struct err *e)
{
    struct agent_import got;
    rc_t rc = agent_import_p12(g, AGENT_MAILBOX, STR("acme"), STR("a@b.c"), STR("p12"), STR("pass"),
                               a, &got, e);
    if (rc == RC_OK) *out = got.keys[0].id;
    return rc;
}
static rc_t do_ping(const struct agent *g, struct arena *a, str_t *out, struct err *e)
{
    struct agent_state s;
    rc_t rc = agent_ping(g, a, &s, e);
    if (rc == RC_OK) *out = s.master_key;
    return rc;
}

/* Runs one call against a peer that sends these bytes. */
static rc_t with_peer(call_fn *call, const struct buf *answer, bool silent, struct arena *a,
                      str_t *out, struct err *e)
{
    char path[] = "/tmp/waxseal-agent-XXXXXX", socket_path[64];
    static struct peer p;
    pthread_t thread;
    assert_non_null(mkdtemp(path));
    snprintf(socket_path, sizeof socket_path, "%s/s", path);
    p = (struct peer){.answer = answer, .silent = silent};
    assert_int_equal(listen_unix(str_c(socket_path), 4, false, &p.listens, e), RC_OK);
    assert_int_equal(pthread_create(&thread, NULL, play, &p), 0);
    const struct agent g = {.socket = str_c(socket_path), .timeout_ms = silent ? 200 : 5000};
    rc_t rc = call(&g, a, out, e);
    pthread_join(thread, NULL);
    close(p.listens);
    unlink(socket_path);
    rmdir(path);
    return rc;
}

static void results_become_our_codes(void **state)
{
    (void) state;
    static const struct {
        call_fn *call;
        enum agent_result result;
        rc_t want;
    } rows[] = {{do_unwrap, AGENT_RESULT_FAILURE, RC_DECRYPT_FAILED},
                {do_derive, AGENT_RESULT_FAILURE, RC_DECRYPT_FAILED},
                {do_sign, AGENT_RESULT_FAILURE, RC_INTERNAL},
                {do_unwrap, AGENT_RESULT_STOPPED, RC_KEY_STOPPED},
                {do_unwrap, AGENT_RESULT_TOO_FAST, RC_BUSY},
                {do_unwrap, AGENT_RESULT_BUSY, RC_KEYD_DOWN},
                {do_sign, AGENT_RESULT_REFUSED, RC_FORBIDDEN},
                {do_issue, AGENT_RESULT_REFUSED, RC_FORBIDDEN},
                {do_sign, AGENT_RESULT_UNKNOWN, RC_DAMAGED},
                {do_import, AGENT_RESULT_WRONG_PASSPHRASE, RC_WRONG_PASSPHRASE},
                {do_import, AGENT_RESULT_EMPTY, RC_NO_CERTIFICATE},
                {do_import, AGENT_RESULT_UNSUPPORTED, RC_UNSUPPORTED},
                {do_ping, AGENT_RESULT_BUSY, RC_KEYD_DOWN}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
        CLEANUP_BUF struct buf b = BUF_INIT(ROOM);
        struct err e;
        str_t out = STR("untouched");
        assert_true(agent_put(false, rows[i].result, NULL, 0, &b));
        rc_t rc = with_peer(rows[i].call, &b, false, a, &out, &e);
        if (rc != rows[i].want) fail_msg("row %zu: %s", i, err_word(rc));
        assert_str(out, STR("untouched"));
    }
}

static void answers_are_read(void **state)
{
    (void) state;
    const str_t one[] = {STR("the content key")};
    const str_t pong[] = {STR("0123456789abcdef"), STR("2"), STR("locked"), STR("confined")};
    const str_t imported[] = {STR("1"),  STR("the id"), STR("sealed"), STR("rsa"),    STR("2048"),
                              STR("pk"), STR(""),       STR("issuer"), STR("issuer2")};
    struct {
        call_fn *call;
        const str_t *fields;
        size_t n;
        const char *want;
    } rows[] = {{do_unwrap, one, 1, "the content key"},
                {do_derive, one, 1, "the content key"},
                {do_ping, pong, 4, "0123456789abcdef"},
                {do_import, imported, 9, "the id"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
        CLEANUP_BUF struct buf b = BUF_INIT(ROOM);
        struct err e;
        str_t out = STR_NULL;
        assert_true(agent_put(false, AGENT_RESULT_DONE, rows[i].fields, rows[i].n, &b));
        assert_int_equal(with_peer(rows[i].call, &b, false, a, &out, &e), RC_OK);
        assert_str(out, str_c(rows[i].want));
    }
}

static void a_peer_that_answers_nonsense_is_down(void **state)
{
    (void) state;
    const str_t none[] = {STR("0")}, many[] = {STR("40"), STR("x")}, text[] = {STR("x")};
    const str_t few[] = {STR("id"), STR("two"), STR("locked"), STR("confined")};
    struct {
        call_fn *call;
        const str_t *fields;
        size_t n;
        const char *bytes; /* instead of a frame */
        bool silent;
    } rows[] = {{do_unwrap, NULL, 0, NULL, false},
                {do_ping, few, 4, NULL, false},
                {do_ping, few, 3, NULL, false},
                {do_import, none, 1, NULL, false},
                {do_import, many, 2, NULL, false},
                {do_import, text, 1, NULL, false},
                {do_sign, NULL, 0, "", false},
                {do_sign, NULL, 0, "WXL1", false},
                {do_sign, NULL, 0, "HTTP/1.1 400 Bad", false},
                {do_sign, NULL, 0, "", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
        CLEANUP_BUF struct buf b = BUF_INIT(ROOM);
        struct err e;
        str_t out = STR("untouched");
        if (rows[i].bytes)
            buf_cstr(&b, rows[i].bytes);
        else
            assert_true(agent_put(false, AGENT_RESULT_DONE, rows[i].fields, rows[i].n, &b));
        rc_t rc = with_peer(rows[i].call, &b, rows[i].silent, a, &out, &e);
        if (rc != RC_KEYD_DOWN) fail_msg("row %zu: %s", i, err_word(rc));
        assert_str(out, STR("untouched"));
    }
}

static void says_that_it_is_not_there(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(ROOM);
    const struct agent g = {.socket = STR("/nonexistent/keyd.sock"), .timeout_ms = 1000};
    struct agent_state s;
    struct err e;
    assert_int_equal(agent_ping(&g, a, &s, &e), RC_KEYD_DOWN);
    assert_string_equal(e.detail, "waxseal-keyd: No such file or directory");
    assert_int_equal(agent_failed(&(struct agent){.timeout_ms = 10}, &key, &e), RC_KEYD_DOWN);
}

static void names_the_master_key(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(ROOM);
    assert_str(agent_sealed_with(key.sealed, a), STR("3031323334353637"));
    assert_true(str_is_null(agent_sealed_with(STR("\1short"), a)));
    assert_true(str_is_null(agent_sealed_with(STR("\2"
                                                  "01234567sealed"),
                                              a)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_back_as_they_were_put),
        cmocka_unit_test(every_operation_has_its_limits),
        cmocka_unit_test(a_length_that_lies_is_refused),
        cmocka_unit_test(results_become_our_codes),
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(a_peer_that_answers_nonsense_is_down),
        cmocka_unit_test(says_that_it_is_not_there),
        cmocka_unit_test(names_the_master_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
