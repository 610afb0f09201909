#include "tests/unit/test.h"
#include "webmail/admin/openapi.h"
#include "webmail/admin/routes.h"

static void expect(const char *notation, const char *schema)
{
    json_t *got = NULL;
    struct err e = {0};
    assert_int_equal(openapi_schema(str_c(notation), &got, &e), RC_OK);
    CLEANUP_BUF struct buf text = BUF_INIT(1u << 20);
    assert_true(json_write(got, &text));
    assert_str(buf_view(&text), str_c(schema));
    json_decref(got);
}

static void a_notation_is_a_schema(void **state)
{
    (void) state;
    expect("text", "{\"type\":\"string\"}");
    expect("any", "{}");
    expect("time|null",
           "{\"anyOf\":[{\"type\":\"string\",\"format\":\"date-time\"},{\"type\":\"null\"}]}");
    expect("\"a\"|\"b\"", "{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}");
    expect("[Row]", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Row\"}}");
    expect("{}", "{\"type\":\"object\"}");
    expect("{ a: int, b_2?: bool }",
           "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b_2\":{\"type\":"
           "\"boolean\"}},\"required\":[\"a\"]}");
    expect("{*: base64}", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\","
                          "\"contentEncoding\":\"base64\"}}");
}

static void what_is_no_notation_is_refused(void **state)
{
    (void) state;
    static const char *const wrong[] = {"",
                                        "tekst",
                                        "[text",
                                        "{a}",
                                        "{a: }",
                                        "{a: text",
                                        "\"open",
                                        "text|",
                                        "text x",
                                        "{a text}",
                                        "{: int}",
                                        "{a: int,}",
                                        "[[[[[[[[[[[[[text]]]]]]]]]]]]]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *got = NULL;
        assert_int_equal(openapi_schema(str_c(wrong[i]), &got, NULL), RC_INVALID);
        assert_null(got);
    }
}

static void every_route_is_sound_and_described(void **state)
{
    (void) state;
    json_t *v = NULL;
    struct err e = {0};
    assert_int_equal(admin_routes_check(&e), RC_OK);
    assert_int_equal(openapi_describe(&v, &e), RC_OK);
    for (size_t i = 0; i < ADMIN_ROUTE_COUNT; i++) {
        const struct route *r = &ADMIN_ROUTES[i];
        /* What a page can be made to ask by a link or a form changes nothing. */
        assert_true(r->key.method == METHOD_GET || r->guard != GUARD_NONE);
        assert_true(r->act == ACT_PUBLIC || r->auth == AUTH_API);
    }
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_notation_is_a_schema),
                                       cmocka_unit_test(what_is_no_notation_is_refused),
                                       cmocka_unit_test(every_route_is_sound_and_described)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
