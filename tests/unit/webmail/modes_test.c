/* Auto: the mode of a set of recipients. */
#include "tests/unit/webmail/rig.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/modes.h"

#define ALICE "alice@demo.test"
#define MANY 8

/* Addresses of a text, behind blanks; the same list as To, Cc and Bcc. */
struct people {
    struct mail_address list[MANY];
    str_t addresses[MANY];
    size_t n;
};

static struct people people_of(const char *text)
{
    struct people p = {0};
    str_t word, rest = str_c(text);
    while (rest.n > 0 && p.n < MANY) {
        str_cut(rest, ' ', &word, &rest);
        p.list[p.n].address = word;
        p.addresses[p.n++] = word;
    }
    return p;
}

static void remember(struct rig *r, const char *who, enum compose_mode mode, const char *to,
                     const char *cc, const char *bcc)
{
    struct rig_call *rc = rig_call(r, who);
    struct people t = people_of(to), k = people_of(cc), b = people_of(bcc);
    const struct compose m = {.mode = mode,
                              .to = t.list,
                              .to_count = t.n,
                              .cc = k.list,
                              .cc_count = k.n,
                              .bcc = b.list,
                              .bcc_count = b.n};
    assert_int_equal(modes_remember(&rc->c, &m, NULL), RC_OK);
    rig_call_free(rc);
}

/* The word of the mode, or "-". */
static const char *mode_of(struct rig *r, const char *who, const char *text)
{
    struct rig_call *rc = rig_call(r, who);
    struct people p = people_of(text);
    enum compose_mode mode = MODE_NONE;
    bool known = true;
    assert_int_equal(modes_find(&rc->c, p.addresses, p.n, &known, &mode, NULL), RC_OK);
    rig_call_free(rc);
    return known ? compose_mode_word(mode) : "-";
}

static void a_set_has_no_order(void **state)
{
    struct rig *r = *state;
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "-");
    remember(r, ALICE, MODE_SIGN_ENCRYPT, "bob@x.test", "Cy@x.test", "dee@x.test");
    remember(r, ALICE, MODE_SIGN, "bob@x.test", "", "");
    assert_string_equal(mode_of(r, ALICE, "dee@x.test BOB@x.test cy@x.test"), "sign_encrypt");
    assert_string_equal(mode_of(r, ALICE, "cy@x.test dee@x.test bob@x.test cy@X.test"),
                        "sign_encrypt");
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "sign");
    assert_string_equal(mode_of(r, ALICE, "bob@x.test cy@x.test"), "-");
    /* what stands between two addresses is no part of one */
    assert_string_equal(mode_of(r, ALICE, "bob@x.testcy@x.test dee@x.test"), "-");
    remember(r, ALICE, MODE_NONE, "", "bob@x.test", "");
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "none");
    remember(r, ALICE, MODE_SIGN, "", "", "");
    assert_string_equal(mode_of(r, ALICE, ""), "-");
}

static void only_what_was_written_here_counts(void **state)
{
    struct rig *r = *state;
    remember(r, ALICE, MODE_SIGN_ENCRYPT, "bob@x.test", "", "");
    remember(r, ALICE, MODE_NONE, "cy@x.test", "", "");
    assert_string_equal(mode_of(r, "bob@demo.test", "bob@x.test"), "-");
    struct rig_call *rc = rig_call(r, ALICE);
    str_t bob = modes_set_of(&rc->c, &STR("bob@x.test"), 1);
    str_t cy = modes_set_of(&rc->c, &STR("cy@x.test"), 1);
    str_t key = call_user_key(&rc->c, STR("modes"));
    struct kv_value v;
    /* The mode of another set, then of another user, then none of ours at all. */
    assert_int_equal(KV_CMD(r->kv, rc->c.arena, &v, NULL, STR("HGET"), key, cy), RC_OK);
    str_t other = v.s;
    assert_int_equal(KV_CMD(r->kv, rc->c.arena, &v, NULL, STR("HSET"), key, bob, other), RC_OK);
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "-");
    remember(r, "bob@demo.test", MODE_NONE, "bob@x.test", "", "");
    assert_int_equal(
        KV_CMD(r->kv, rc->c.arena, &v, NULL, STR("HGET"), STR("test:u:bob@demo.test:modes"), bob),
        RC_OK);
    assert_int_equal(v.type, KV_STR);
    other = v.s;
    assert_int_equal(KV_CMD(r->kv, rc->c.arena, &v, NULL, STR("HSET"), key, bob, other), RC_OK);
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "-");
    assert_int_equal(KV_CMD(r->kv, rc->c.arena, &v, NULL, STR("HSET"), key, bob, STR("none\t1")),
                     RC_OK);
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "-");
    json_t *all = NULL;
    assert_int_equal(modes_export(&rc->c, &all, NULL), RC_OK);
    assert_int_equal(json_array_size(all), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 0), "mode")), "none");
    json_decref(all);
    rig_call_free(rc);
    remember(r, ALICE, MODE_ENCRYPT, "bob@x.test", "", "");
    assert_string_equal(mode_of(r, ALICE, "bob@x.test"), "encrypt");
}

static long long size_of(struct rig *r, const char *command, const char *key)
{
    struct rig_call *rc = rig_call(r, ALICE);
    struct kv_value v;
    assert_int_equal(KV_CMD(r->kv, rc->c.arena, &v, NULL, str_c(command), str_c(key)), RC_OK);
    long long n = (long long) v.i;
    rig_call_free(rc);
    return n;
}

static void the_oldest_go(void **state)
{
    struct rig *r = *state;
    char address[32];
    struct rig_call *rc = rig_call(r, ALICE);
    struct kv_value v;
    remember(r, ALICE, MODE_SIGN, "old@x.test", "", "");
    str_t old = modes_set_of(&rc->c, &STR("old@x.test"), 1);
    assert_int_equal(KV_CMD(r->kv, rc->c.arena, &v, NULL, STR("ZADD"),
                            call_user_key(&rc->c, STR("modes-used")), STR("1"), old),
                     RC_OK);
    rig_call_free(rc);
    for (unsigned i = 1; i < MODES_MAX; i++) {
        snprintf(address, sizeof address, "p%u@x.test", i);
        remember(r, ALICE, MODE_SIGN, address, "", "");
    }
    assert_string_equal(mode_of(r, ALICE, "old@x.test"), "sign");
    remember(r, ALICE, MODE_SIGN, "new@x.test", "", "");
    assert_string_equal(mode_of(r, ALICE, "old@x.test"), "-");
    assert_string_equal(mode_of(r, ALICE, "new@x.test"), "sign");
    assert_int_equal(size_of(r, "HLEN", "test:u:" ALICE ":modes"), MODES_MAX);
    assert_int_equal(size_of(r, "ZCARD", "test:u:" ALICE ":modes-used"), MODES_MAX);
}

static const char *answered(struct rig *r, const char *body)
{
    static char out[64];
    struct rig_call *rc = rig_call(r, ALICE);
    struct err e = {0};
    rc->c.features.smime = true;
    rc->c.in = rig_json(body);
    rc_t code = compose_recipients(&rc->c, &e);
    const json_t *mode = json_object_get(rc->c.out, "mode");
    snprintf(out, sizeof out, "%s %zu",
             code != RC_OK          ? err_word(code)
             : json_is_string(mode) ? json_string_value(mode)
                                    : "-",
             json_array_size(json_object_get(rc->c.out, "recipients")));
    rig_call_free(rc);
    return out;
}

static void the_composer_is_told(void **state)
{
    struct rig *r = *state;
    remember(r, ALICE, MODE_SIGN, "bob@x.test", "cy@x.test", "");
    assert_string_equal(answered(r, "{\"addresses\":[\"bob@x.test\"]}"), "- 1");
    assert_string_equal(answered(r, "{\"addresses\":[\"cy@x.test\"],\"others\":[\"bob@x.test\"]}"),
                        "sign 1");
    assert_string_equal(answered(r, "{\"addresses\":[],\"others\":[\"BOB@x.test\",\"cy@x.test\"]}"),
                        "sign 0");
    assert_string_equal(answered(r, "{\"addresses\":[]}"), "- 0");
    assert_string_equal(answered(r, "{\"addresses\":[],\"others\":[7]}"), "invalid 0");
}

#define T(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_set_has_no_order),
        T(only_what_was_written_here_counts),
        T(the_oldest_go),
        T(the_composer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
