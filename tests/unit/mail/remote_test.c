/* Pictures on other hosts, as HTML names them. */
#include "mail/remote.h"
#include "tests/unit/mail/mime_test.h"

static void expect_names(struct arena *a, const char *html, const char *want)
{
    struct remote_images r;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    assert_int_equal(remote_images_new(64, a, &r, NULL), RC_OK);
    assert_int_equal(remote_images_add(&r, str_c(html), a, NULL), RC_OK);
    for (size_t i = 0; i < r.count; i++)
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(r.list[i].name));
    buf_char(&b, '\n');
    expect_str(html, str_sub(buf_view(&b), 0, b.n - 1), want);
}

static void test_names(void **state)
{
    static const struct {
        const char *html, *want;
    } rows[] = {
        {"<img src=\"http://a.example/x.png\">", "http://a.example/x.png"},
        {"<IMG\nSRC = 'HTTPS://a.example/x'>", "HTTPS://a.example/x"},
        {"<img src=http://a.example/x/y>", "http://a.example/x/y"},
        {"<img src=\" http://a.example/\n x\t \">", "http://a.example/ x"},
        {"<img src=\"//a.example/x\">", "//a.example/x"},
        {"<img src=\"http://a.example/?a=1&amp;b=2&copy=3&#x26;d&#38;e&ampf\">",
         "http://a.example/?a=1&b=2&copy=3&d&e&ampf"},
        {"<img src=\"&#104;ttp:&sol;&#x2F;a.example/\">", "http://a.example/"},
        {"<img src=\"h&#116;tp:&sol;&#x2F;a.example/\">", "http://a.example/"},
        {"<img srcset=\"http://a.example/1 1x, http://a.example/2 2x,http://a.example/3, /4 4x\">",
         "http://a.example/1 http://a.example/2 http://a.example/3"},
        {"<td background=http://a.example/1><video poster=http://a.example/2>",
         "http://a.example/1 http://a.example/2"},
        {"<p style=\"background:url(&quot;http://a.example/1&quot;) , URL( 'http://a.example/2' "
         ")\">",
         "http://a.example/1 http://a.example/2"},
        {"<style>a{background:url(http://a.example/1)}b{content:url(\"http\\3a //a.example\\/2\")}"
         "</style><p>url(http://a.example/3)",
         "http://a.example/1 http://a.example/2"},
        {"<style>a{background:url(http://a.example/1", "http://a.example/1"},
        {"<img src=http://a.example/1><img src=http://a.example/1>", "http://a.example/1"},
        {"<a href=\"http://a.example/\">http://a.example/2</a><script src2=http://a.example/>", ""},
        {"<img src=\"cid:x\"><img src=\"data:image/png;base64,xx\"><img src=\"/local\">", ""},
        {"<img src=\"javascript:alert(1)\"><img src=\"ftp://a.example/\"><img src=\"http:a\">", ""},
        {"<img src=\"http://u:p@a.example/\"><img src=\"http:///x\"><img "
         "src=\"http://\xc3\xa4.example/\">",
         ""},
        {"<img src=\"http://a.example/\xff\">", ""},
        {"<img src=\"http://a.example/never closed", "http://a.example/never closed"},
        {"< img src=http://a.example/><1 src=http://a.example/>", ""},
        {"<img src", ""},
        {"<", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_names(*state, rows[i].html, rows[i].want);
}

static void test_url(void **state)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"http://a.example/x?y#z", "http://a.example/x?y"},
        {"HTTPS://A.example", "https://A.example"},
        {"//a.example:8080/x", "https://a.example:8080/x"},
        {"http://a.example/a b\"<>\\^`{|}\xc3\xa4%20",
         "http://a.example/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A4%20"},
        {"http://a.example?x y", "http://a.example?x%20y"},
        {"http://a b/", NULL},
        {"http://a\\b/", NULL},
        {"http://a@b/", NULL},
        {"http://", NULL},
        {"/x", NULL},
        {"https:/x", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_str(rows[i].name, remote_url(str_c(rows[i].name), *state), rows[i].want);
    char *longest = arena_alloc(*state, REMOTE_MAX_URL + 1);
    memset(longest, 'a', REMOTE_MAX_URL + 1);
    memcpy(longest, "http://a/", 9);
    assert_int_equal(remote_url(str_n(longest, REMOTE_MAX_URL), *state).n, REMOTE_MAX_URL);
    assert_true(str_is_null(remote_url(str_n(longest, REMOTE_MAX_URL + 1), *state)));
}

/* Many of them, and shapes that would cost a careless reader the square of the length. */
static void test_bounds(void **state)
{
    static const char *const PIECES[] = {"<img src=http://a.example/%u>",
                                         "<style>%u",
                                         "<a b=\"%u",
                                         "<p style='url(%u ",
                                         "<img srcset='%u,",
                                         "<%u",
                                         "&#%u;"};
    for (size_t p = 0; p < sizeof PIECES / sizeof *PIECES; p++) {
        CLEANUP_ARENA struct arena *a = arena_new(256u << 20);
        CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
        struct remote_images r;
        str_t head, tail;
        bool cut = str_cut(str_c(PIECES[p]), '%', &head, &tail);
        assert_true(cut);
        for (unsigned i = 0; i < 100000; i++)
            buf_printf(&b, "%.*s%u%.*s", STR_ARG(head), i, STR_ARG(str_sub(tail, 1, tail.n)));
        assert_int_equal(remote_images_new(256, a, &r, NULL), RC_OK);
        assert_int_equal(remote_images_add(&r, buf_view(&b), a, NULL), RC_OK);
        assert_int_equal(r.count, p == 0 ? 256 : 0);
        assert_true(r.looked_at <= REMOTE_LOOKED_AT);
    }
    (void) state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {ARENA_TEST(test_names), ARENA_TEST(test_url),
                                       ARENA_TEST(test_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
