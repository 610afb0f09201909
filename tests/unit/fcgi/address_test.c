/* Whose address a request has, and which networks throttling sees. */
#include "fcgi/address.h"
#include "tests/unit/test.h"

static void matches_networks(void **state)
{
    (void) state;
    static const struct {
        const char *cidr, *ip;
        bool inside;
    } rows[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.128/25", "192.0.2.200", true},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::/0", "10.0.0.1", true},
        {"::1", "::1", true},
        {"fe80::/10", "febf::1", true},
        {"fe80::/10", "fec0::1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ip ip;
        assert_true(ip_parse(str_c(rows[i].ip), &ip));
        if (cidr_contains(str_c(rows[i].cidr), &ip) != rows[i].inside)
            fail_msg("%s in %s", rows[i].ip, rows[i].cidr);
    }
}

static void checks_networks(void **state)
{
    (void) state;
    static const char *const good[] = {"10.0.0.0/8", "::1", "2001:db8::/128", "1.2.3.4/32"};
    static const char *const bad[] = {"",          "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
                                      "::/129",    "10.0.0/8",    "unix:",     "localhost",
                                      "1.2.3.4/8x"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(cidr_check(str_c(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cidr_check(str_c(bad[i])));
}

static void finds_the_client(void **state)
{
    (void) state;
    const str_t trusted[] = {STR("10.0.0.0/8"), STR("::1")};
    static const struct {
        const char *peer, *forwarded, *client;
    } rows[] = {
        {"192.0.2.1", NULL, "192.0.2.1"},
        {"192.0.2.1", "198.51.100.7", "192.0.2.1"}, /* a stranger's header is his own invention */
        {"10.0.0.1", "198.51.100.7", "198.51.100.7"},
        {"10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"}, /* left of it: the client's words */
        {"10.0.0.1", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"},
        {"10.0.0.1", "10.1.1.1, 10.2.2.2", "10.1.1.1"},
        {"10.0.0.1", NULL, "10.0.0.1"},
        {"10.0.0.1", "nonsense", "10.0.0.1"},
        {"10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"},
        {"::1", " 2001:db8::5 ", "2001:db8::5"},
        {"unix:", "198.51.100.7", "unix:"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(client_address(str_c(rows[i].peer), str_c(rows[i].forwarded), trusted, 2),
                   str_c(rows[i].client));
}

static void names_networks(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    assert_str(address_network(a, STR("192.0.2.77")), STR("192.0.2.0/24"));
    assert_str(address_network(a, STR("::ffff:192.0.2.77")), STR("192.0.2.0/24"));
    assert_str(address_network(a, STR("2001:db8:1:2:3:4:5:6")), STR("2001:db8:1:2::/64"));
    assert_str(address_network(a, STR("odd")), STR("odd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_networks),
        cmocka_unit_test(checks_networks),
        cmocka_unit_test(finds_the_client),
        cmocka_unit_test(names_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
