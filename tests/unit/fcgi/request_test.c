/* FastCGI parameters to struct request: tables of what is taken and what is refused. */
#include <stdio.h>

#include "fcgi/request.h"
#include "tests/unit/test.h"

static rc_t parse_with(struct arena *a, const char *const *lines, struct request *q)
{
    struct err e = {0};
    return request_parse((char *const *) lines, NULL, 0, a, q, &e);
}

static rc_t parse_uri(struct arena *a, const char *uri, struct request *q)
{
    char line[4096];
    snprintf(line, sizeof line, "REQUEST_URI=%s", uri);
    const char *const lines[] = {"REQUEST_METHOD=GET", line, NULL};
    return parse_with(a, lines, q);
}

static void takes_paths(void **state)
{
    (void) state;
    static const struct {
        const char *uri, *path, *query;
    } rows[] = {
        {"/", "/", NULL},
        {"/mail/", "/mail/", NULL},
        {"/mail/a%20b", "/mail/a b", NULL},
        {"/mail/%C3%BC", "/mail/\xc3\xbc", NULL},
        {"/a/b?x=1&y=%2F", "/a/b", "x=1&y=%2F"},
        {"/a?", "/a", ""},
        {"/parts/L1%2F1.2", "/parts/L1/1.2", NULL},
        {"/a+b", "/a+b", NULL},
        {"/..a/b..", "/..a/b..", NULL},
        {"/a?b?c", "/a", "b?c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct request q;
        if (parse_uri(a, rows[i].uri, &q) != RC_OK) fail_msg("%s was refused", rows[i].uri);
        assert_str(q.path, str_c(rows[i].path));
        assert_str(q.query, str_c(rows[i].query));
    }
}

static void refuses_paths(void **state)
{
    (void) state;
    static const char *const rows[] = {
        "",        "a",      "*",         "http://host/", "/../x",
        "/a/../b", "/a/..",  "/.",        "/a/./b",       "//a",
        "/a//b",   "/a%00b", "/%ff",      "/%c0%af",      "/%",
        "/%4",     "/%zz",   "/%2e%2e/x", "/a%2f..%2fb",  "/a%0ab",
        "/a\x7f",  "/a\\b",  "/a%5cb",    "/%ed%a0%80",   "/%252e%252e/%2e%2e/b",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct request q = {.path = STR("untouched")};
        if (parse_uri(a, rows[i], &q) != RC_BAD_REQUEST) fail_msg("\"%s\" was taken", rows[i]);
        assert_str(q.path, STR("untouched"));
    }
}

static void bounds_lengths(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct request q;
    char path[REQUEST_MAX_PATH + 2], query[REQUEST_MAX_QUERY + 4];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[REQUEST_MAX_PATH] = '\0';
    assert_int_equal(parse_uri(a, path, &q), RC_OK);
    path[REQUEST_MAX_PATH] = 'a';
    path[REQUEST_MAX_PATH + 1] = '\0';
    assert_int_equal(parse_uri(a, path, &q), RC_BAD_REQUEST);
    memset(query, 'q', sizeof query);
    memcpy(query, "/?", 2);
    query[REQUEST_MAX_QUERY + 3] = '\0';
    char line[sizeof query + 16];
    snprintf(line, sizeof line, "REQUEST_URI=%s", query);
    const char *const lines[] = {line, NULL};
    assert_int_equal(parse_with(a, lines, &q), RC_BAD_REQUEST);
}

static void bounds_parameters(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct request q;
    static char big[REQUEST_MAX_PARAM_BYTES + 1];
    static const char *many[REQUEST_MAX_PARAMS + 2];
    memset(big, 'x', sizeof big - 1);
    const char *const heavy[] = {"REQUEST_URI=/", big, NULL};
    assert_int_equal(parse_with(a, heavy, &q), RC_TOO_LARGE);
    for (size_t i = 0; i <= REQUEST_MAX_PARAMS; i++)
        many[i] = "A=1";
    assert_int_equal(parse_with(a, many, &q), RC_TOO_LARGE);
    many[REQUEST_MAX_PARAMS] = NULL;
    many[0] = "REQUEST_URI=/";
    assert_int_equal(parse_with(a, many, &q), RC_OK);
}

static void reads_headers(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct request q;
    const char *const lines[] = {"REQUEST_METHOD=PUT",
                                 "REQUEST_URI=/x",
                                 "CONTENT_TYPE= Application/JSON ; charset=utf-8",
                                 "CONTENT_LENGTH=42",
                                 "HTTP_ORIGIN=https://mail.test",
                                 "HTTP_X_WAXSEAL_CSRF=abc",
                                 "HTTP_COOKIE=a=1; __Host-b=2=3;c=",
                                 "HTTPS=on",
                                 "REQUEST_ID=0123456789abcdef",
                                 "no equals sign",
                                 NULL};
    assert_int_equal(parse_with(a, lines, &q), RC_OK);
    assert_int_equal(q.method, METHOD_PUT);
    assert_str(q.content_type, STR("application/json"));
    assert_int_equal(q.content_length, 42);
    assert_str(q.origin, STR("https://mail.test"));
    assert_str(q.csrf, STR("abc"));
    assert_true(q.https);
    assert_str(q.id, STR("0123456789abcdef"));
    assert_str(request_cookie(&q, STR("__Host-b")), STR("2=3"));
    assert_str(request_cookie(&q, STR("c")), STR(""));
    assert_null(request_cookie(&q, STR("b")).p);
    assert_null(q.fetch_site.p);
}

static void refuses_bad_lengths(void **state)
{
    (void) state;
    static const char *const rows[] = {"CONTENT_LENGTH=-1", "CONTENT_LENGTH=1x",
                                       "CONTENT_LENGTH=+1",
                                       "CONTENT_LENGTH=99999999999999999999999"};
    for (size_t i = 0; i < 4; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        struct request q;
        const char *const lines[] = {"REQUEST_URI=/x", rows[i], NULL};
        assert_int_equal(parse_with(a, lines, &q), RC_BAD_REQUEST);
    }
}

static void escapes(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(65536);
    char all[256];
    str_t back;
    assert_true(str_eq(percent_encode(STR("a-Z_0.9~ /?&+\xc3\xa4\""), "", a),
                       STR("a-Z_0.9~%20%2F%3F%26%2B%C3%A4%22")));
    assert_true(str_eq(percent_encode(STR("/mail/x?y"), "/", a), STR("/mail/x%3Fy")));
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char) i;
    str_t coded = percent_encode(str_n(all, sizeof all), "", a);
    for (size_t i = 0; i < coded.n; i++)
        assert_non_null(strchr(
            "%-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", coded.p[i]));
    assert_true(str_starts(coded, STR("%00%01")));
    assert_true(percent_decode(percent_encode(STR("a+b c"), "", a), true, a, &back));
    assert_true(str_eq(back, STR("a+b c")));
    CLEANUP_ARENA struct arena *small = arena_new(64);
    static const char long_text[8192];
    assert_null(percent_encode(str_n(long_text, sizeof long_text), "", small).p);
}

static void makes_request_ids(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct request q, r;
    const char *const odd[] = {"REQUEST_URI=/x", "REQUEST_ID=x\"y injected", NULL};
    assert_int_equal(parse_with(a, odd, &q), RC_OK);
    assert_int_equal(q.id.n, 32);
    assert_int_equal(parse_with(a, odd, &r), RC_OK);
    assert_false(str_eq(q.id, r.id));
}

static void reads_forms(void **state)
{
    (void) state;
    static const struct {
        const char *form, *name, *value;
    } rows[] = {
        {"a=1&b=2", "b", "2"},
        {"a=1+2%2B3", "a", "1 2+3"},
        {"a", "a", ""},
        {"a=", "a", ""},
        {"%61=x", "a", "x"},
        {"a=1&a=2", "a", "1"},
        {"a=%C3%BC", "a", "\xc3\xbc"},
        {"a=%ff", "a", NULL},
        {"a=%00", "a", NULL},
        {"a=%", "a", NULL},
        {"&&=&a=1", "a", "1"},
        {"", "a", NULL},
        {"aa=1", "a", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
        str_t got = form_field(str_c(rows[i].form), str_c(rows[i].name), a);
        if (str_is_null(got) != (rows[i].value == NULL)) fail_msg("row %s", rows[i].form);
        assert_str(got, str_c(rows[i].value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_paths),    cmocka_unit_test(refuses_paths),
        cmocka_unit_test(bounds_lengths), cmocka_unit_test(bounds_parameters),
        cmocka_unit_test(reads_headers),  cmocka_unit_test(refuses_bad_lengths),
        cmocka_unit_test(escapes),        cmocka_unit_test(makes_request_ids),
        cmocka_unit_test(reads_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
