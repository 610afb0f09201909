/* Headers: defaults, replacement, refusal of injections, file names. */
#include "fcgi/response.h"
#include "tests/unit/test.h"

static str_t header(const struct response *r, str_t name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_ieq(r->headers[i].name, name)) return r->headers[i].value;
    return STR_NULL;
}

static void replaces_and_removes(void **state)
{
    (void) state;
    struct response r = {.status = 200};
    assert_true(response_header(&r, STR("X-A"), STR("1")));
    assert_true(response_header(&r, STR("x-a"), STR("2")));
    assert_int_equal(r.header_count, 1);
    assert_str(header(&r, STR("X-A")), STR("2"));
    assert_true(response_header(&r, STR("X-A"), STR_NULL));
    assert_int_equal(r.header_count, 0);
    assert_true(response_header(&r, STR("X-A"), STR_NULL));
}

static void refuses_controls(void **state)
{
    (void) state;
    struct response r = {.status = 200};
    static const str_t bad[] = {STR_INIT("a\r\nSet-Cookie: x"), STR_INIT("a\n"), STR_INIT("a\0b"),
                                STR_INIT("\x7f")};
    for (size_t i = 0; i < 4; i++)
        assert_false(response_header(&r, STR("X-A"), bad[i]));
    assert_false(response_header(&r, STR("X-A\r\nB"), STR("1")));
    assert_int_equal(r.header_count, 0);
}

static void is_bounded(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    struct response r = {.status = 200};
    size_t most = sizeof r.headers / sizeof r.headers[0];
    for (size_t i = 0; i < most; i++)
        assert_true(response_header(&r, arena_printf(a, "X-%zu", i), STR("1")));
    assert_false(response_header(&r, STR("X-More"), STR("1")));
    assert_true(response_header(&r, STR("X-1"), STR("2")));
}

static void has_safe_defaults(void **state)
{
    (void) state;
    struct response r = {.status = 200};
    response_defaults(&r);
    assert_str(header(&r, STR("X-Content-Type-Options")), STR("nosniff"));
    assert_str(header(&r, STR("Referrer-Policy")), STR("no-referrer"));
    assert_str(header(&r, STR("Cache-Control")), STR("no-store"));
    assert_str(header(&r, STR("Cross-Origin-Opener-Policy")), STR("same-origin"));
    assert_str(header(&r, STR("Cross-Origin-Resource-Policy")), STR("same-origin"));
    assert_true(str_find(header(&r, STR("Content-Security-Policy")), STR("default-src 'none'")) ==
                0);
}

static void writes_the_head(void **state)
{
    (void) state;
    struct response r = {.status = 404, .body = BUF_INIT(100)};
    CLEANUP_BUF struct buf head = BUF_INIT(1000);
    buf_cstr(&r.body, "gone");
    response_type(&r, STR("text/plain"));
    assert_true(response_head(&r, true, &head));
    assert_str(buf_view(&head), STR("Status: 404 Not Found\r\nContent-Type: text/plain\r\n"
                                    "Content-Length: 4\r\n\r\n"));
    buf_free(&r.body);
}

static void names_files(void **state)
{
    (void) state;
    static const struct {
        str_t name, value;
    } rows[] = {
        {STR_INIT("a.txt"), STR_INIT("attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt")},
        {STR_INIT("a b\"c.txt"),
         STR_INIT("attachment; filename=\"a b_c.txt\"; filename*=UTF-8''a%20b%22c.txt")},
        {STR_INIT("\xc3\xbc.pdf"),
         STR_INIT("attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%BC.pdf")},
        {STR_INIT("../../etc/passwd"),
         STR_INIT("attachment; filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd")},
        {STR_INIT("a\r\nX: y"),
         STR_INIT("attachment; filename=\"a__X: y\"; filename*=UTF-8''a__X%3A%20y")},
        /* U+202E, which would show "exe.fdp" as "pdf.exe" and the other way round */
        {STR_INIT("a\xe2\x80\xaegpj.exe"),
         STR_INIT("attachment; filename=\"a_gpj.exe\"; filename*=UTF-8''a_gpj.exe")},
        {STR_INIT("50%.txt"),
         STR_INIT("attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt")},
        {STR_INIT(""), STR_INIT("attachment")},
        {STR_INIT("\xff\xfe"), STR_INIT("attachment")},
    };
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    struct response r = {.status = 200};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t v = content_disposition(a, false, rows[i].name);
        assert_str(v, rows[i].value);
        assert_true(response_header(&r, STR("Content-Disposition"), v));
    }
    assert_true(str_starts(content_disposition(a, true, STR("x.png")), STR("inline; ")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_and_removes), cmocka_unit_test(refuses_controls),
        cmocka_unit_test(is_bounded),           cmocka_unit_test(has_safe_defaults),
        cmocka_unit_test(writes_the_head),      cmocka_unit_test(names_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
