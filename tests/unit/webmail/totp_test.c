/* The second factor at sign-in: guesses are few, codes work once, and what cannot be read lets
 * nobody in. */
#include "webmail/account/totp.h"

#include "base/b64.h"
#include "crypto/totp.h"
#include "tests/unit/webmail/rig.h"
#include "webmail/session/devices.h"
#include "webmail/store.h"

#define ALICE STR("alice@demo.test")
#define SECRET STR("12345678901234567890")

static rc_t check(struct rig *r, str_t code)
{
    struct rig_call *rc = rig_call(r, NULL);
    rc_t result = totp_check(&rc->c, ALICE, code, NULL);
    assert_null(rc->c.session);
    rig_call_free(rc);
    return result;
}

/* The document as `confirm` leaves it. */
static void switch_on(struct rig *r)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t sealed;
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(app_key(&r->app, STR("totp"), ALICE, key, NULL), RC_OK);
    assert_int_equal(
        seal(key, SECRET, STR("test:u:alice@demo.test:totp"), rc->c.arena, &sealed, NULL), RC_OK);
    json_t *doc = rig_json("{\"on\":true,\"recovery\":[]}");
    json_put_str(doc, "secret", b64_encode(rc->c.arena, sealed));
    assert_int_equal(store_save(&rc->c, STR("totp"), doc, STR_NULL, NULL), RC_OK);
    json_decref(doc);
    rig_call_free(rc);
}

static void code_of(int64_t steps_from_now, char out[TOTP_DIGITS + 1])
{
    int64_t step = call_now() / TOTP_STEP_SECONDS + steps_from_now;
    assert_int_equal(totp_code(SECRET, (uint64_t) step, out, NULL), RC_OK);
}

static void without_one_any_code_will_do(void **state)
{
    struct rig *r = *state;
    assert_int_equal(check(r, STR("")), RC_OK);
    assert_int_equal(check(r, STR("123456")), RC_OK);
}

static void a_code_is_asked_for_and_taken_once(void **state)
{
    struct rig *r = *state;
    char code[TOTP_DIGITS + 1], old[TOTP_DIGITS + 1];
    switch_on(r);
    assert_int_equal(check(r, STR("")), RC_CODE_NEEDED);
    assert_int_equal(check(r, STR("  ")), RC_CODE_NEEDED);
    code_of(-100, old);
    assert_int_equal(check(r, str_c(old)), RC_WRONG_CODE);
    code_of(0, code);
    assert_int_equal(check(r, str_c(code)), RC_OK);
    assert_int_equal(check(r, str_c(code)), RC_WRONG_CODE);
}

static void guesses_are_few(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    char wrong[TOTP_DIGITS + 1], right[TOTP_DIGITS + 1];
    switch_on(r);
    code_of(-1000, wrong);
    for (unsigned i = 0; i < TOTP_GUESSES; i++)
        assert_int_equal(check(r, str_c(wrong)), RC_WRONG_CODE);
    code_of(0, right);
    assert_int_equal(check(r, str_c(right)), RC_THROTTLED);
    /* Neither an emptied counter in Redis nor asking for the code helps. */
    struct kv_value keys = RIG_REDIS(r, a, STR("KEYS"), STR("test:thr:c:*"));
    assert_int_equal(keys.count, 1);
    assert_in_range(RIG_REDIS(r, a, STR("TTL"), keys.items[0].s).i, 1, TOTP_GUESS_SECONDS);
    RIG_REDIS(r, a, STR("DEL"), keys.items[0].s);
    assert_int_equal(check(r, str_c(right)), RC_THROTTLED);
    assert_int_equal(check(r, STR("")), RC_CODE_NEEDED);
}

static void a_right_code_begins_the_count_anew(void **state)
{
    struct rig *r = *state;
    char wrong[TOTP_DIGITS + 1], right[TOTP_DIGITS + 1];
    switch_on(r);
    code_of(-1000, wrong);
    for (unsigned i = 0; i < TOTP_GUESSES - 1; i++)
        assert_int_equal(check(r, str_c(wrong)), RC_WRONG_CODE);
    code_of(0, right);
    assert_int_equal(check(r, str_c(right)), RC_OK);
    for (unsigned i = 0; i < TOTP_GUESSES; i++)
        assert_int_equal(check(r, str_c(wrong)), RC_WRONG_CODE);
    assert_int_equal(check(r, str_c(wrong)), RC_THROTTLED);
}

static void what_cannot_be_read_lets_nobody_in(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    char code[TOTP_DIGITS + 1];
    switch_on(r);
    code_of(0, code);
    /* Another account's document does not fit either. */
    struct kv_value v = RIG_REDIS(r, a, STR("GET"), STR("test:u:alice@demo.test:totp"));
    RIG_REDIS(r, a, STR("SET"), STR("test:u:bob@demo.test:totp"), v.s);
    struct rig_call *rc = rig_call(r, NULL);
    assert_int_equal(totp_check(&rc->c, STR("bob@demo.test"), str_c(code), NULL), RC_DAMAGED);
    rig_call_free(rc);
    RIG_REDIS(r, a, STR("SET"), STR("test:u:alice@demo.test:totp"), STR("{\"on\":false}"));
    assert_int_equal(check(r, str_c(code)), RC_DAMAGED);
    assert_int_equal(check(r, STR("")), RC_DAMAGED);
}

static void says_agents_in_words(void **state)
{
    (void) state;
    static const struct {
        const char *line, *browser, *system;
    } rows[] = {
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
         "Edge", "Windows"},
        {"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/140.0.0.0 Mobile Safari/537.36",
         "Chrome", "Android"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/18.0 Safari/605.1.15",
         "Safari", "macOS"},
        {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox",
         "Linux"},
        {"curl/8", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t browser, system;
        agent_words(str_c(rows[i].line), &browser, &system);
        assert_str(browser, rows[i].browser ? str_c(rows[i].browser) : STR_NULL);
        assert_str(system, rows[i].system ? str_c(rows[i].system) : STR_NULL);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(without_one_any_code_will_do),
        T(a_code_is_asked_for_and_taken_once),
        T(guesses_are_few),
        T(a_right_code_begins_the_count_anew),
        T(what_cannot_be_read_lets_nobody_in),
        cmocka_unit_test(says_agents_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
