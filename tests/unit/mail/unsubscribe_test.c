/* Ways out of a mailing list: which are offered, and when one click may be. */
#include "mail/unsubscribe.h"
#include "tests/unit/mail/mime_test.h"

#define ID STR("mx.own.example")
#define LIST "List-Unsubscribe: <mailto:out@l.example?subject=out>, <https://l.example/u?x=1>\r\n"
#define POST "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
#define PASS "Authentication-Results: mx.own.example; dkim=pass header.d=l.example header.s=k1\r\n"
#define DKIM(h)                                                                                    \
    "DKIM-Signature: v=1; a=rsa-sha256; d=l.example; s=k1;\r\n\th=" h                              \
    ";\r\n bh=xx; b=AbCdEfGh\r\n ijkl\r\n"
#define BOTH DKIM("From:To:List-Unsubscribe:\r\n\tlist-unsubscribe-post")
#define TEN_LESS_ONE "; a=b; a=b; a=b; a=b; a=b; a=b; a=b; a=b; a=b"
#define TEN TEN_LESS_ONE "; a=b"
#define GOOD PASS BOTH LIST POST

static void test_one_click(void **state)
{
    static const struct {
        const char *why, *head;
        bool want;
    } rows[] = {
        {"all that is needed", GOOD, true},
        {"another order", LIST POST BOTH PASS, true},
        {"by the signature's start",
         "Authentication-Results: MX.OWN.EXAMPLE 1; spf=fail; dkim = pass (2048 bit) "
         "reason=\"good; x\" header.d = L.example header.b=AbCdEfGh\r\n" BOTH LIST POST,
         true},
        {"by the identity",
         "Authentication-Results: mx.own.example; dkim=pass header.i=@l.example\r\n" BOTH LIST POST,
         true},
        {"below another server's word",
         "Authentication-Results: mx.evil.example; dkim=fail\r\n" GOOD, true},
        {"only by the second field of ours",
         "Authentication-Results: mx.own.example; spf=pass\r\n" GOOD, false},
        {"by the twentieth result",
         "Authentication-Results: mx.own.example" TEN_LESS_ONE TEN
         "; dkim=pass header.d=l.example\r\n" BOTH LIST POST,
         true},
        {"by the twenty-first result",
         "Authentication-Results: mx.own.example" TEN TEN
         "; dkim=pass header.d=l.example\r\n" BOTH LIST POST,
         false},
        {"a pass in quotes, escaped",
         "Authentication-Results: mx.own.example; dkim=fail reason=\"x\\; dkim\\=pass\\ "
         "header.d\\=l.example\"\r\n" BOTH LIST POST,
         false},
        {"a property in quotes, escaped",
         "Authentication-Results: mx.own.example; dkim=pass "
         "reason=\"\\ header.d\\=l.example\"\r\n" BOTH LIST POST,
         false},
        {"our name in quotes, escaped",
         "Authentication-Results: \"mx.own.example\\ 1\\; x\"; dkim=pass "
         "header.d=l.example\r\n" BOTH LIST POST,
         false},
        {"no word of ours", BOTH LIST POST, false},
        {"another server's word",
         "Authentication-Results: mx.evil.example; dkim=pass header.d=l.example\r\n" BOTH LIST POST,
         false},
        {"our name in a comment",
         "Authentication-Results: mx.evil.example (mx.own.example; ) ; dkim=pass "
         "header.d=l.example\r\n" BOTH LIST POST,
         false},
        {"our name only begins so",
         "Authentication-Results: mx.own.example.evil.example; dkim=pass "
         "header.d=l.example\r\n" BOTH LIST POST,
         false},
        {"it failed",
         "Authentication-Results: mx.own.example; dkim=fail header.d=l.example\r\n" BOTH LIST POST,
         false},
        {"a pass in a comment",
         "Authentication-Results: mx.own.example; dkim=fail (; dkim=pass "
         "header.d=l.example)\r\n" BOTH LIST POST,
         false},
        {"a pass in quotes",
         "Authentication-Results: mx.own.example; dkim=fail reason=\"; dkim=pass "
         "header.d=l.example\"\r\n" BOTH LIST POST,
         false},
        {"of another domain",
         "Authentication-Results: mx.own.example; dkim=pass header.d=evil.example\r\n" BOTH LIST
             POST,
         false},
        {"of another selector",
         "Authentication-Results: mx.own.example; dkim=pass header.d=l.example header.s=k2\r\n" BOTH
             LIST POST,
         false},
        {"of another signature",
         "Authentication-Results: mx.own.example; dkim=pass header.d=l.example "
         "header.b=ZZZZZZZZ\r\n" BOTH LIST POST,
         false},
        {"without a domain", "Authentication-Results: mx.own.example; dkim=pass\r\n" BOTH LIST POST,
         false},
        {"no signature", PASS LIST POST, false},
        {"the link is not covered", PASS DKIM("from:list-unsubscribe-post") LIST POST, false},
        {"the post is not covered", PASS DKIM("from:list-unsubscribe") LIST POST, false},
        {"one of two that may be meant covers nothing", PASS DKIM("from") BOTH LIST POST, false},
        {"a second link above", LIST GOOD, false},
        {"a second post", GOOD POST, false},
        {"no post", PASS BOTH LIST, false},
        {"another post", PASS BOTH LIST "List-Unsubscribe-Post: List-Unsubscribe=Two-Clicks\r\n",
         false},
        {"no https", PASS BOTH POST "List-Unsubscribe: <http://l.example/u>\r\n", false},
        {"mail only", PASS BOTH POST "List-Unsubscribe: <mailto:out@l.example>\r\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct unsubscribe u = {0};
        struct entity *m = parse_ok(rows[i].head, strlen(rows[i].head), *state);
        if (!unsubscribe_read(m, ID, *state, &u)) fail_msg("%s: no way out", rows[i].why);
        if (u.one_click != rows[i].want) fail_msg("%s: %d", rows[i].why, u.one_click);
        assert_true(unsubscribe_read(m, STR_NULL, *state, &u));
        assert_false(u.one_click); /* nobody is believed */
    }
}

static void test_ways(void **state)
{
    static const struct {
        const char *value, *url, *host, *mailto, *address;
    } rows[] = {
        {"<mailto:out@l.example?subject=out>, <https://l.example:8443/u?x=1#y>",
         "https://l.example:8443/u?x=1#y", "l.example", "mailto:out@l.example?subject=out",
         "out@l.example"},
        {"<http://a.example/>, <https://b.example/>", "https://b.example/", "b.example", NULL,
         NULL},
        {"<https://a.example/1>, <https://b.example/2>", "https://a.example/1", "a.example", NULL,
         NULL},
        {"(a note) <https://a.example\r\n\t/folded>", "https://a.example/folded", "a.example", NULL,
         NULL},
        {"<https://[2001:db8::1]/x>", "https://[2001:db8::1]/x", "[2001:db8::1]", NULL, NULL},
        {"<mailto:a%40b@l.example>", NULL, NULL, "mailto:a%40b@l.example", "a@b@l.example"},
        {"<https://user@evil.example/>", NULL, NULL, NULL, NULL},
        {"<javascript:alert(1)>", NULL, NULL, NULL, NULL},
        {"<mailto:a%0d%0aBcc:x@l.example>", NULL, NULL, NULL, NULL},
        {"<https://a.example/\xc3\xa4>", NULL, NULL, NULL, NULL},
        {"https://a.example/ without brackets", NULL, NULL, NULL, NULL},
        {"<https://a.example/", NULL, NULL, NULL, NULL},
        {"<https:///x>", NULL, NULL, NULL, NULL},
        {"<mailto:>", NULL, NULL, NULL, NULL},
        {"", NULL, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct unsubscribe u = {0};
        str_t head = arena_printf(*state, "List-Unsubscribe: %s\r\n\r\n", rows[i].value);
        bool any = unsubscribe_read(parse_ok(head.p, head.n, *state), ID, *state, &u);
        assert_int_equal(any, rows[i].url || rows[i].mailto);
        expect_str(rows[i].value, u.url, rows[i].url);
        expect_str(rows[i].value, u.host, rows[i].host);
        expect_str(rows[i].value, u.mailto, rows[i].mailto);
        expect_str(rows[i].value, u.address, rows[i].address);
        assert_int_equal(u.https, str_starts(u.url, STR("https:")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {ARENA_TEST(test_one_click), ARENA_TEST(test_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
