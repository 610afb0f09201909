/* What a URL may look like, and what its parts are. */
#include "fetch/place.h"

#include "base/fetch.h"
#include "tests/unit/test.h"

static const struct config_place ALLOW[] = {{STR_INIT("ca.intern"), 8080},
                                            {STR_INIT("fd00::1"), 80},
                                            {STR_INIT("10.1.2.3"), 9000},
                                            {STR_INIT("pki"), 80}};

static bool parse(const char *url, struct place *out, const char **why)
{
    return place_parse(str_c(url), ALLOW, sizeof ALLOW / sizeof *ALLOW, out, why);
}

static void takes_good_urls_apart(void **state)
{
    (void) state;
    static const struct {
        const char *url, *host;
        uint16_t port;
        bool https, listed;
    } rows[] = {
        {"http://ocsp.example", "ocsp.example", 80, false, false},
        {"http://ocsp.example/a?b=c#d", "ocsp.example", 80, false, false},
        {"HTTP://OCSP.Example/MEowSDBG%2FMEQ=", "ocsp.example", 80, false, false},
        {"https://crl.example/x.crl", "crl.example", 443, true, false},
        {"http://crl.example:443/", "crl.example", 443, false, false},
        {"https://crl.example:80/", "crl.example", 80, true, false},
        {"http://crl.example./", "crl.example", 80, false, false},
        {"http://11.1.2.3/", "11.1.2.3", 80, false, false},
        {"http://[2A00::80]/", "2a00::80", 80, false, false},
        {"http://under_score.example/", "under_score.example", 80, false, false},
        {"http://crl.example/a@b:c", "crl.example", 80, false, false},
        /* numbers become the address they mean, which the connection is judged by */
        {"http://2130706433/", "127.0.0.1", 80, false, false},
        {"http://0x7f.1/", "127.0.0.1", 80, false, false},
        {"http://0177.0.0.01/", "127.0.0.1", 80, false, false},
        {"http://127.1/", "127.0.0.1", 80, false, false},
        /* the operator's list */
        {"http://ca.intern:8080/x", "ca.intern", 8080, false, true},
        {"https://CA.Intern.:8080/x", "ca.intern", 8080, true, true},
        {"http://[fd00::1]/x", "fd00::1", 80, false, true},
        {"http://10.1.2.3:9000/x", "10.1.2.3", 9000, false, true},
        {"http://pki/x", "pki", 80, false, true},
        {"http://ca.intern/x", "ca.intern", 80, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place p;
        const char *why;
        if (!parse(rows[i].url, &p, &why)) fail_msg("%s: %s", rows[i].url, why);
        assert_null(why);
        assert_string_equal(p.host, rows[i].host);
        assert_int_equal(p.port, rows[i].port);
        assert_int_equal(p.https, rows[i].https);
        if (p.listed != rows[i].listed) fail_msg("%s: listed %d", rows[i].url, p.listed);
        place_free(&p);
    }
}

static void refuses_everything_else(void **state)
{
    (void) state;
    static const struct {
        const char *url, *why;
    } rows[] = {
        {"", "too long"},
        {"ocsp.example/x", "neither http nor https"},
        {"//ocsp.example/x", "neither http nor https"},
        {"ftp://ocsp.example/x", "neither http nor https"},
        {"file:///etc/passwd", "neither http nor https"},
        {"gopher://ocsp.example/", "neither http nor https"},
        {"dict://ocsp.example:80/", "neither http nor https"},
        {"ldap://ocsp.example/", "neither http nor https"},
        {"javascript:alert(1)", "neither http nor https"},
        {"http:ocsp.example", "neither http nor https"},
        {"http:/ocsp.example", "neither http nor https"},
        {"http:///ocsp.example", "no host"},
        {"http://", "no host"},
        {"http://?x", "no host"},
        {"http://:80/", ""},
        {"http://user@ocsp.example/", "user info"},
        {"http://user:secret@ocsp.example/", "user info"},
        {"http://ocsp.example@127.0.0.1/", "user info"},
        {"http://ocsp.example:80@127.0.0.1/", "user info"},
        {"http://@ocsp.example/", "user info"},
        {"http://ocsp.example%2f@x.example/", "user info"},
        {"http://ocsp.example%00.evil/", "an encoded host"},
        {"http://127%2e0.0.1/", "an encoded host"},
        {"http://ocsp.example\\@127.0.0.1/", "not a clean URL"},
        {"http:\\\\ocsp.example/", "not a clean URL"},
        {"http://ocsp.example/\r\nHost: x", "not a clean URL"},
        {" http://ocsp.example/", "not a clean URL"},
        {"http://ocsp.example/\t", "not a clean URL"},
        {"http://\xe2\x91\xa0.example/", "not a clean URL"},
        {"http://ocsp.example:22/", "a port that may not be asked"},
        {"http://ocsp.example:8080/", "a port that may not be asked"},
        {"https://ca.intern:8081/", "a port that may not be asked"},
        {"http://ocsp.example:0/", ""},
        {"http://ocsp.example:65616/", ""},
        {"http://ocsp.example:-80/", ""},
        {"http://ocsp.example:80a/", ""},
        {"http://localhost/", "no public name"},
        {"http://intranet/", "no public name"},
        {"http://localhost./", "no public name"},
        {"http://pki:443/", "no public name"},
        {"http://[fe80::1%25eth0]/", "an encoded host"},
        {"http://[::1/", ""},
        {"http://[1.2.3.4]/", ""},
        {"http://[zz::1]/", ""},
        {"http://.example/", "not a host name"},
        {"http://a..example/", "not a host name"},
        {"http://a.example../", "not a host name"},
        {"http://a'b.example/", ""},
        {"http://a,b.example/", ""},
        {"http://a;b.example/", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place p = {.port = 7};
        const char *why = NULL;
        if (parse(rows[i].url, &p, &why)) fail_msg("%s was accepted", rows[i].url);
        assert_non_null(why);
        if (!strstr(why, rows[i].why)) fail_msg("%s: %s", rows[i].url, why);
        assert_int_equal(p.port, 7);
        assert_null(p.url);
    }
}

static void refuses_long_urls_and_labels(void **state)
{
    (void) state;
    char url[FETCH_MAX_URL + 2];
    struct place p;
    const char *why;
    memset(url, 'a', sizeof url);
    memcpy(url, "http://x.example/", 17);
    assert_true(place_parse(str_n(url, FETCH_MAX_URL), NULL, 0, &p, &why));
    place_free(&p);
    assert_false(place_parse(str_n(url, FETCH_MAX_URL + 1), NULL, 0, &p, &why));
    memset(url + 7, 'b', 64);
    memcpy(url + 7 + 64, ".example/", 9);
    assert_false(place_parse(str_n(url, 7 + 64 + 9), NULL, 0, &p, &why));
    assert_true(place_parse(str_n("http://x.example/", 17), NULL, 0, &p, &why));
    place_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_good_urls_apart),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(refuses_long_urls_and_labels),
    };
    return cmocka_run_group_tests_name("fetch/place", tests, NULL, NULL);
}
