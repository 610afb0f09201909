#include "fetch/range.h"

#include <stddef.h>
#include <string.h>

struct range {
    unsigned char net[16];
    unsigned bits;
};

/* Not public (registry of IPv4 special-purpose addresses, and multicast). */
static const struct range V4[] = {
    {{0}, 8},             /* this network, RFC 1122 */
    {{10}, 8},            /* private, RFC 1918 */
    {{100, 64}, 10},      /* shared by carriers, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local, with the clouds' metadata services */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* IETF protocols: DS-Lite, NAT64 discovery */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 31, 196}, 24}, /* AS112, RFC 7535 */
    {{192, 52, 193}, 24}, /* AMT relays, RFC 7450 */
    {{192, 88, 99}, 24},  /* 6to4 relays, RFC 7526 */
    {{192, 168}, 16},     /* private */
    {{192, 175, 48}, 24}, /* AS112, RFC 7534 */
    {{198, 18}, 15},      /* benchmarks, RFC 2544 */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, and broadcast */
};

/* What IPv6 has given out; inside it, what is not public. Mapped (::ffff:0:0/96), compatible
 * (::/96), translated (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local, site-local and
 * multicast addresses are outside. */
static const struct range V6_GLOBAL = {{0x20}, 3};
static const struct range V6[] = {
    {{0x20, 0x01}, 23},                   /* IETF protocols: Teredo, ORCHID, benchmarks */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},       /* documentation */
    {{0x20, 0x02}, 16},                   /* 6to4: carries any IPv4 address */
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48}, /* AS112, RFC 7534 */
    {{0x3f, 0xfe}, 16},                   /* 6bone, RFC 3701 */
    {{0x3f, 0xff}, 20},                   /* documentation, RFC 9637 */
};

static bool contains(const struct range *r, const unsigned char *address)
{
    size_t whole = r->bits / 8;
    if (memcmp(r->net, address, whole) != 0) return false;
    if (r->bits % 8 == 0) return true;
    unsigned mask = 0xffu << (8 - r->bits % 8) & 0xffu;
    return (r->net[whole] & mask) == (address[whole] & mask);
}

bool range_is_public_v4(const unsigned char address[4])
{
    for (size_t i = 0; i < sizeof V4 / sizeof *V4; i++)
        if (contains(&V4[i], address)) return false;
    return true;
}

bool range_is_public_v6(const unsigned char address[16])
{
    if (!contains(&V6_GLOBAL, address)) return false;
    for (size_t i = 0; i < sizeof V6 / sizeof *V6; i++)
        if (contains(&V6[i], address)) return false;
    return true;
}

bool range_is_public(const struct sockaddr *address, socklen_t length)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (length < sizeof address->sa_family) return false;
    if (address->sa_family == AF_INET && length >= sizeof v4) {
        memcpy(&v4, address, sizeof v4);
        return range_is_public_v4((const unsigned char *) &v4.sin_addr);
    }
    if (address->sa_family == AF_INET6 && length >= sizeof v6) {
        memcpy(&v6, address, sizeof v6);
        return range_is_public_v6(v6.sin6_addr.s6_addr);
    }
    return false;
}
