/* Sessions: what opens them, what does not, and when they end. */
#include "base/b64.h"
#include <time.h>

#include "tests/unit/webmail/rig.h"
#include "webmail/session/devices.h"

/* Signs in; the cookie header for later requests lives in `a`. */
static str_t sign_in(struct rig *r, const char *address, struct arena *a)
{
    struct rig_call *rc = rig_call(r, NULL);
    struct session_seed seed;
    const struct session *s = NULL;
    str_t cookie, rest;
    assert_int_equal(session_seed_new(&rc->c, &seed, NULL), RC_OK);
    assert_int_equal(session_create(&rc->c, &seed, str_c(address), str_c(address),
                                    STR("correct horse"), &r->domain, &s, NULL),
                     RC_OK);
    str_t header = rig_header(rc, STR("Set-Cookie"));
    assert_true(str_find(header, STR("; Path=/; Secure; HttpOnly; SameSite=Strict")) > 0);
    assert_true(str_starts(header, STR("__Host-waxseal-test=")));
    str_cut(header, ';', &cookie, &rest);
    cookie = arena_str(a, cookie);
    rig_call_free(rc);
    return cookie;
}

static rc_t load(struct rig *r, str_t cookie)
{
    struct rig_call *rc = rig_call(r, NULL);
    const struct session *s = NULL;
    rc->q.cookie = cookie;
    rc_t code = session_load(&rc->c, &s, NULL);
    if (code == RC_OK)
        assert_str(s->password, STR("correct horse"));
    else
        assert_null(s);
    rig_call_free(rc);
    return code;
}

static str_t only_key(struct rig *r, struct arena *a, str_t pattern)
{
    struct kv_value v = RIG_REDIS(r, a, STR("KEYS"), pattern);
    assert_int_equal(v.count, 1);
    return v.items[0].s;
}

static void opens_with_its_cookie(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a);
    struct rig_call *rc = rig_call(r, NULL);
    const struct session *s = NULL;
    rc->q.cookie = arena_printf(a, "other=1; %.*s; x=2", STR_ARG(cookie));
    assert_int_equal(session_load(&rc->c, &s, NULL), RC_OK);
    assert_str(s->address, STR("alice@demo.test"));
    assert_str(s->password, STR("correct horse"));
    assert_int_equal(s->csrf.n, 43);
    assert_int_equal(s->id.n, 64);
    rig_call_free(rc);
}

static void redis_alone_tells_nothing(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a), raw, name, value;
    str_t record = RIG_REDIS(r, a, STR("GET"), only_key(r, a, STR("test:s:*"))).s;
    assert_true(str_find(record, STR("correct")) < 0);
    assert_true(str_find(record, b64_encode(a, STR("correct horse"))) < 0);
    str_cut(cookie, '=', &name, &value);
    assert_true(b64url_decode(a, value, &raw));
    /* Neither the cookie's id nor its key is in key name or record. */
    str_t key = only_key(r, a, STR("test:s:*"));
    assert_true(str_find(key, hex_encode(a, str_sub(raw, 0, 16))) < 0);
    assert_true(str_find(record, str_sub(raw, 0, 16)) < 0);
    assert_true(str_find(record, str_sub(raw, 16, 48)) < 0);
}

static void refuses_every_changed_cookie(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a);
    char *p = (char *) cookie.p;
    for (size_t i = STR("__Host-waxseal-test=").n; i < cookie.n; i++) {
        char before = p[i];
        p[i] = before == 'A' ? 'B' : 'A';
        if (load(r, cookie) != RC_UNAUTHENTICATED) fail_msg("byte %zu may be changed", i);
        p[i] = before;
    }
    assert_int_equal(load(r, str_sub(cookie, 0, cookie.n - 1)), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, STR("__Host-waxseal-test=")), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, STR_NULL), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, cookie), RC_OK);
}

static void refuses_every_changed_record(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a);
    str_t key = only_key(r, a, STR("test:s:*"));
    str_t record = RIG_REDIS(r, a, STR("GET"), key).s;
    char *p = (char *) record.p;
    for (size_t i = 0; i < record.n; i += 3) {
        p[i] ^= 1;
        RIG_REDIS(r, a, STR("SET"), key, record);
        if (load(r, cookie) != RC_UNAUTHENTICATED) fail_msg("byte %zu may be changed", i);
        p[i] ^= 1;
    }
    RIG_REDIS(r, a, STR("SET"), key, str_sub(record, 0, 20));
    assert_int_equal(load(r, cookie), RC_UNAUTHENTICATED);
    RIG_REDIS(r, a, STR("SET"), key, record);
    assert_int_equal(load(r, cookie), RC_OK);
}

static void a_record_opens_at_its_place_only(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t alice = sign_in(r, "alice@demo.test", a);
    str_t key = only_key(r, a, STR("test:s:*")), stolen = RIG_REDIS(r, a, STR("GET"), key).s;
    RIG_REDIS(r, a, STR("DEL"), key);
    str_t mallory = sign_in(r, "mallory@demo.test", a);
    RIG_REDIS(r, a, STR("SET"), only_key(r, a, STR("test:s:*")), stolen);
    assert_int_equal(load(r, mallory), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, alice), RC_UNAUTHENTICATED);
}

static void another_host_key_opens_nothing(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a);
    r->app.host_key[0] ^= 1;
    assert_int_equal(load(r, cookie), RC_UNAUTHENTICATED);
    r->app.host_key[0] ^= 1;
    assert_int_equal(load(r, cookie), RC_OK);
}

static void ends_in_time(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a), key = only_key(r, a, STR("test:s:*"));
    long long ttl = RIG_REDIS(r, a, STR("TTL"), key).i;
    assert_in_range(ttl, 3500, 3600);
    /* Use refreshes the idle time. */
    RIG_REDIS(r, a, STR("EXPIRE"), key, STR("100"));
    assert_int_equal(load(r, cookie), RC_OK);
    assert_in_range(RIG_REDIS(r, a, STR("TTL"), key).i, 3500, 3600);
    /* What the page asks by itself does not. */
    RIG_REDIS(r, a, STR("EXPIRE"), key, STR("100"));
    struct rig_call *rc = rig_call(r, NULL);
    const struct session *s = NULL;
    rc->q.cookie = cookie;
    rc->q.background = true;
    assert_int_equal(session_load(&rc->c, &s, NULL), RC_OK);
    rig_call_free(rc);
    assert_in_range(RIG_REDIS(r, a, STR("TTL"), key).i, 1, 100);
    RIG_REDIS(r, a, STR("DEL"), key);
    assert_int_equal(load(r, cookie), RC_UNAUTHENTICATED);
}

static void signing_out_ends_it(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t one = sign_in(r, "alice@demo.test", a), two = sign_in(r, "alice@demo.test", a);
    struct rig_call *rc = rig_call(r, NULL);
    rc->q.cookie = one;
    assert_int_equal(session_load(&rc->c, &rc->c.session, NULL), RC_OK);
    assert_int_equal(session_end(&rc->c, NULL), RC_OK);
    assert_true(str_find(rig_header(rc, STR("Set-Cookie")), STR("Max-Age=0")) > 0);
    rig_call_free(rc);
    assert_int_equal(load(r, one), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, two), RC_OK);
    /* The event streams of all processes are told to look. */
    assert_str(RIG_REDIS(r, a, STR("GET"), STR("test:s:ver")).s, STR("1"));
}

/* In another process than the one in which it was ended. */
static void what_is_remembered_goes_with_its_session(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct list_cache *const caches[] = {r->app.lists, r->app.snippets, r->app.accounts,
                                         image_desk_kept(r->app.images)};
    char ended[SESSION_ID_CHARS + 9], there[SESSION_ID_CHARS + 9];
    memset(ended, 'a', sizeof ended);
    memset(there, 'b', sizeof there);
    const str_t gone = str_n(ended, sizeof ended), live = str_n(there, sizeof there);
    str_t record = session_record_key(a, STR("test"), str_sub(live, 0, SESSION_ID_CHARS));
    RIG_REDIS(r, a, STR("SET"), record, STR("x"));
    for (size_t i = 0; i < 4; i++) {
        list_cache_put(caches[i], gone, STR("plaintext"));
        list_cache_put(caches[i], live, STR("plaintext"));
    }
    struct session_watch *w = NULL;
    assert_int_equal(session_watch_start(&r->app, &w, NULL), RC_OK);
    RIG_REDIS(r, a, STR("INCR"), session_version_key(a, STR("test")));
    for (size_t i = 0; i < 4; i++) {
        for (int tries = 0; tries < 3000 && list_cache_get(caches[i], gone, a).p; tries++) {
            arena_reset(a);
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        }
        assert_true(str_is_null(list_cache_get(caches[i], gone, a)));
        assert_false(str_is_null(list_cache_get(caches[i], live, a)));
    }
    session_watch_stop(w);
}

static void signing_out_everywhere_ends_all(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t one = sign_in(r, "alice@demo.test", a), two = sign_in(r, "alice@demo.test", a);
    str_t bob = sign_in(r, "bob@demo.test", a);
    struct rig_call *rc = rig_call(r, NULL);
    rc->q.cookie = one;
    assert_int_equal(session_load(&rc->c, &rc->c.session, NULL), RC_OK);
    assert_int_equal(session_end_all(&rc->c, NULL), RC_OK);
    rig_call_free(rc);
    assert_int_equal(load(r, one), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, two), RC_UNAUTHENTICATED);
    assert_int_equal(load(r, bob), RC_OK);
    assert_int_equal(load(r, sign_in(r, "alice@demo.test", a)), RC_OK);
}

static void a_new_sign_in_ends_the_session_before(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t before = sign_in(r, "alice@demo.test", a);
    struct rig_call *rc = rig_call(r, NULL);
    struct session_seed seed;
    const struct session *s;
    rc->q.cookie = before;
    assert_int_equal(session_seed_new(&rc->c, &seed, NULL), RC_OK);
    assert_int_equal(session_create(&rc->c, &seed, STR("bob@demo.test"), STR("bob"),
                                    STR("correct horse"), &r->domain, &s, NULL),
                     RC_OK);
    assert_true(str_find(rig_header(rc, STR("Set-Cookie")), STR("Max-Age=0")) < 0);
    rig_call_free(rc);
    assert_int_equal(load(r, before), RC_UNAUTHENTICATED);
}

static void redis_away_is_said_and_no_answer(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t cookie = sign_in(r, "alice@demo.test", a);
    rig_stop_redis(r);
    r->redis = 0;
    assert_int_equal(load(r, cookie), RC_STATE_DOWN);
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->q.cookie = cookie;
    assert_int_equal(session_end(&rc->c, NULL), RC_STATE_DOWN);
    assert_null(rig_header(rc, STR("Set-Cookie")).p);
    rig_call_free(rc);
    rig_start_redis(r);
    assert_int_equal(load(r, cookie), RC_UNAUTHENTICATED); /* this Redis has forgotten */
}

static void checks_where_a_change_comes_from(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *token, *form, *origin, *site;
        bool ok;
    } rows[] = {
        {"right", NULL, "https://mail.test", "same-origin", true},
        {"right", NULL, NULL, NULL, true},
        {"right", NULL, "https://mail.test", NULL, true},
        {NULL, "right", "null", "same-origin", true},
        {NULL, NULL, "https://mail.test", "same-origin", false},
        {"wrong", NULL, "https://mail.test", "same-origin", false},
        {"right1", NULL, NULL, NULL, false},
        {"", NULL, NULL, NULL, false},
        {NULL, "", "https://mail.test", "same-origin", false},
        {"right", "wrong", NULL, NULL, false},
        {"right", NULL, "https://evil.test", NULL, false},
        {"right", NULL, "https://mail.test.evil.test", NULL, false},
        {"right", NULL, "http://mail.test", NULL, false},
        {"right", NULL, "null", NULL, false},
        {"right", NULL, "null", "cross-site", false},
        {"right", NULL, "https://mail.test", "cross-site", false},
        {"right", NULL, "https://mail.test", "same-site", false},
        {"right", NULL, NULL, "none", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig_call *rc = rig_call(r, "alice@demo.test");
        rc->session.csrf = STR("right");
        rc->q.csrf = str_c(rows[i].token);
        rc->q.origin = str_c(rows[i].origin);
        rc->q.fetch_site = str_c(rows[i].site);
        rc_t code = session_check_csrf(&rc->c, str_c(rows[i].form), NULL);
        if (code != (rows[i].ok ? RC_OK : RC_CSRF)) fail_msg("row %zu: %s", i, err_word(code));
        rig_call_free(rc);
    }
    /* Without a session: sign-in; only the origin can be checked. */
    struct rig_call *rc = rig_call(r, NULL);
    rc->q.origin = STR("https://evil.test");
    assert_int_equal(session_check_csrf(&rc->c, STR_NULL, NULL), RC_CSRF);
    rc->q.origin = STR("https://mail.test");
    assert_int_equal(session_check_csrf(&rc->c, STR_NULL, NULL), RC_OK);
    rig_call_free(rc);
}

#define T(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(opens_with_its_cookie),
        T(redis_alone_tells_nothing),
        T(refuses_every_changed_cookie),
        T(refuses_every_changed_record),
        T(a_record_opens_at_its_place_only),
        T(another_host_key_opens_nothing),
        T(ends_in_time),
        T(signing_out_ends_it),
        T(what_is_remembered_goes_with_its_session),
        T(signing_out_everywhere_ends_all),
        T(a_new_sign_in_ends_the_session_before),
        T(redis_away_is_said_and_no_answer),
        T(checks_where_a_change_comes_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
