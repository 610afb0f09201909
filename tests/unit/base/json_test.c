#include "base/json.h"
#include "tests/unit/test.h"

static void refuses_what_is_not_one_object(void **state)
{
    (void) state;
    static const char *const bad[] = {
        "", "[]", "1", "{", "{\"a\":1,\"a\":2}", "{}x", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *v = NULL;
        struct err e;
        assert_int_equal(json_parse_object(str_c(bad[i]), &v, &e), RC_BAD_REQUEST);
        assert_null(v);
        assert_true(e.message[0] != '\0');
    }
}

static void reads_members_by_type(void **state)
{
    (void) state;
    CLEANUP_JSON json_t *v = NULL;
    struct err e;
    str_t s;
    uint32_t n;
    bool flag;
    json_t *list;
    assert_int_equal(json_parse_object(STR("{\"s\":\"x\",\"n\":7,\"b\":true,\"l\":[1,2],\"z\":null,"
                                           "\"minus\":-1,\"big\":4294967296}"),
                                       &v, &e),
                     RC_OK);
    assert_int_equal(json_need_str(v, "s", &s, &e), RC_OK);
    assert_str(s, STR("x"));
    assert_int_equal(json_need_str(v, "n", &s, &e), RC_INVALID);
    assert_string_equal(e.field, "n");
    assert_int_equal(json_want_str(v, "z", STR("other"), &s, &e), RC_OK);
    assert_str(s, STR("other"));
    assert_int_equal(json_need_u32(v, "n", &n, &e), RC_OK);
    assert_int_equal(n, 7);
    assert_int_equal(json_need_u32(v, "minus", &n, &e), RC_INVALID);
    assert_int_equal(json_need_u32(v, "big", &n, &e), RC_INVALID);
    assert_int_equal(json_want_bool(v, "b", false, &flag, &e), RC_OK);
    assert_true(flag);
    assert_int_equal(json_want_bool(v, "s", false, &flag, &e), RC_INVALID);
    assert_int_equal(json_need_array(v, "l", 1, &list, &e), RC_TOO_LARGE);
    assert_int_equal(json_need_array(v, "l", 2, &list, &e), RC_OK);
}

static void writes_any_bytes_as_utf8(void **state)
{
    (void) state;
    CLEANUP_JSON json_t *v = json_object();
    CLEANUP_BUF struct buf b = BUF_INIT(1000);
    json_put_str(v, "good",
                 STR("Gr\xc3\xbc\xc3\x9f"
                     "e"));
    json_put_str(v, "bad", STR("a\xff\xfe z"));
    json_put_str(v, "none", STR_NULL);
    assert_true(json_write(v, &b));
    assert_str(buf_view(&b), STR("{\"good\":\"Gr\xc3\xbc\xc3\x9f"
                                 "e\",\"bad\":\"a\xef\xbf\xbd\xef\xbf\xbd z\",\"none\":null}"));
}

static void writes_texts_as_values_are_written(void **state)
{
    (void) state;
    static const str_t texts[] = {STR_INIT(""),
                                  STR_INIT("plain"),
                                  STR_INIT("\"\\/\b\f\n\r\t\x01\x1f\x7f"),
                                  STR_INIT("a\0b"),
                                  STR_INIT("\xc3\xa4 \xf0\x9f\x98\x80"),
                                  STR_INIT("bad \xff\xc3 bytes"),
                                  STR_INIT("</script>\xe2\x80\xa8"),
                                  {NULL, 0}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CLEANUP_BUF struct buf direct = BUF_INIT(1000), by_value = BUF_INIT(1000);
        CLEANUP_JSON json_t *v = json_from_str(texts[i]), *back = NULL;
        assert_true(json_write_text(texts[i], &direct));
        assert_true(json_write(v, &by_value));
        back = json_loadb(direct.p, direct.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        if (!back || !json_equal(back, v))
            fail_msg("%zu: %s instead of %s", i, direct.p, by_value.p);
    }
    CLEANUP_BUF struct buf small = BUF_INIT(4);
    assert_false(json_write_text(STR("too long"), &small));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_one_object),
        cmocka_unit_test(reads_members_by_type),
        cmocka_unit_test(writes_any_bytes_as_utf8),
        cmocka_unit_test(writes_texts_as_values_are_written),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
