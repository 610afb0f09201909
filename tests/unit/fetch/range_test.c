/* Every special range by its first and last address, and the neighbours that are public. */
#include "fetch/range.h"

#include <arpa/inet.h>

#include "tests/unit/test.h"

static bool is_public(const char *text)
{
    unsigned char bytes[16];
    if (inet_pton(AF_INET, text, bytes) == 1) {
        struct sockaddr_in a = {.sin_family = AF_INET};
        memcpy(&a.sin_addr, bytes, 4);
        bool v = range_is_public_v4(bytes);
        assert_int_equal(range_is_public((struct sockaddr *) &a, sizeof a), v);
        assert_false(range_is_public((struct sockaddr *) &a, sizeof a - 1));
        return v;
    }
    if (inet_pton(AF_INET6, text, bytes) != 1) fail_msg("%s is no address", text);
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    memcpy(&a.sin6_addr, bytes, 16);
    bool v = range_is_public_v6(bytes);
    assert_int_equal(range_is_public((struct sockaddr *) &a, sizeof a), v);
    assert_false(range_is_public((struct sockaddr *) &a, sizeof a - 1));
    return v;
}

static void special_ranges_are_not_public(void **state)
{
    (void) state;
    static const char *const rows[] = {
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
        "127.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254",
        "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.170",
        "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.31.196.1", "192.52.193.1", "192.88.99.0",
        "192.88.99.255", "192.168.0.0", "192.168.255.255", "192.175.48.1", "198.18.0.0",
        "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255",
        "224.0.0.0", "224.0.0.1", "239.255.255.255", "240.0.0.0", "255.255.255.254",
        "255.255.255.255",
        /* unspecified, loopback, IPv4-compatible, mapped */
        "::", "::1", "::2", "::10.0.0.1", "::11.1.2.3", "::ffff:0.0.0.0", "::ffff:127.0.0.1",
        "::ffff:11.1.2.3", "::ffff:0:11.1.2.3", "::ffff:255.255.255.255",
        /* NAT64, discard, segment routing */
        "64:ff9b::", "64:ff9b::127.0.0.1", "64:ff9b::11.1.2.3", "64:ff9b::ffff:ffff",
        "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "100::1", "100:0:0:1::1", "5f00::1",
        "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        /* IETF protocols with Teredo, benchmarks, ORCHID, ORCHIDv2 */
        "2001::", "2001::1", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::1", "2001:2::1",
        "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        /* documentation, 6to4, AS112, 6bone */
        "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:7f00:1::1",
        "2002:b01:203::1", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8000::1", "3ffe::1",
        "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        /* not given out, unique local, link-local, site-local, multicast */
        "4000::1", "8000::1", "c000::1", "fbff::1", "fc00::", "fd00::1",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::1", "fe80::", "fe80::1",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::", "fec0::1",
        "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ff00::", "ff02::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_public(rows[i])) fail_msg("%s counts as public", rows[i]);
}

static void neighbours_of_special_ranges_are_public(void **state)
{
    (void) state;
    static const char *const rows[] = {
        "1.0.0.0",         "9.255.255.255",
        "11.0.0.0",        "11.1.2.3",
        "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0",
        "172.15.255.255",  "172.32.0.0",
        "191.255.255.255", "192.0.1.0",
        "192.0.3.0",       "192.31.195.255",
        "192.31.197.0",    "192.52.192.255",
        "192.52.194.0",    "192.88.98.255",
        "192.88.100.0",    "192.167.255.255",
        "192.169.0.0",     "192.175.47.255",
        "192.175.49.0",    "198.17.255.255",
        "198.20.0.0",      "198.51.99.255",
        "198.51.101.0",    "203.0.112.255",
        "203.0.114.0",     "223.255.255.255",
        "2000::",          "2001:200::",
        "2001:200::1",     "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",      "2003::",
        "2003::1",         "2620:4f:7fff::1",
        "2620:4f:8001::1", "2a00::80",
        "2606:4700::1111", "3ffd:ffff::1",
        "3fff:1000::",     "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!is_public(rows[i])) fail_msg("%s does not count as public", rows[i]);
}

static void other_families_are_not_public(void **state)
{
    (void) state;
    struct sockaddr_storage a = {.ss_family = AF_UNIX};
    assert_false(range_is_public((struct sockaddr *) &a, sizeof a));
    a.ss_family = AF_UNSPEC;
    assert_false(range_is_public((struct sockaddr *) &a, sizeof a));
    assert_false(range_is_public((struct sockaddr *) &a, 0));
}

/* The whole IPv4 space by /8 and all of 192/8 by /24, against a second way to say it. */
static void agrees_with_masks(void **state)
{
    (void) state;
    static const struct {
        uint32_t net, mask;
    } special[] = {{0x00000000, 0xff000000}, {0x0a000000, 0xff000000}, {0x64400000, 0xffc00000},
                   {0x7f000000, 0xff000000}, {0xa9fe0000, 0xffff0000}, {0xac100000, 0xfff00000},
                   {0xc0000000, 0xffffff00}, {0xc0000200, 0xffffff00}, {0xc01fc400, 0xffffff00},
                   {0xc034c100, 0xffffff00}, {0xc0586300, 0xffffff00}, {0xc0a80000, 0xffff0000},
                   {0xc0af3000, 0xffffff00}, {0xc6120000, 0xfffe0000}, {0xc6336400, 0xffffff00},
                   {0xcb007100, 0xffffff00}, {0xe0000000, 0xe0000000}};
    for (uint32_t i = 0; i < 1u << 24; i++) {
        uint32_t address = i << 8 | (i * 37 & 0xff);
        bool want = true;
        for (size_t k = 0; k < sizeof special / sizeof *special; k++)
            if ((address & special[k].mask) == special[k].net) want = false;
        uint32_t net = htonl(address);
        if (range_is_public_v4((const unsigned char *) &net) != want)
            fail_msg("%08x is judged wrong", address);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_ranges_are_not_public),
        cmocka_unit_test(neighbours_of_special_ranges_are_public),
        cmocka_unit_test(other_families_are_not_public),
        cmocka_unit_test(agrees_with_masks),
    };
    return cmocka_run_group_tests_name("fetch/range", tests, NULL, NULL);
}
