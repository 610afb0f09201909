#include "fcgi/address.h"

#include <arpa/inet.h>

static const unsigned char MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool ip_parse(str_t text, struct ip *out)
{
    char copy[INET6_ADDRSTRLEN];
    if (text.n == 0 || text.n >= sizeof copy) return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    struct ip ip = {.v4 = false};
    if (inet_pton(AF_INET, copy, ip.bytes + 12) == 1) {
        memcpy(ip.bytes, MAPPED, sizeof MAPPED);
        ip.v4 = true;
    } else if (inet_pton(AF_INET6, copy, ip.bytes) == 1) {
        ip.v4 = memcmp(ip.bytes, MAPPED, sizeof MAPPED) == 0;
    } else {
        return false;
    }
    *out = ip;
    return true;
}

/* Network and prefix length in the 128-bit form. */
static bool cidr_parse(str_t cidr, struct ip *net, unsigned *bits)
{
    str_t host, length;
    bool has_length = str_cut(cidr, '/', &host, &length);
    if (!ip_parse(host, net)) return false;
    bool dotted = str_chr(host, ':') < 0;
    uint32_t n = dotted ? 32 : 128;
    if (has_length && (!str_to_u32(length, &n) || n > (dotted ? 32u : 128u))) return false;
    *bits = dotted ? n + 96 : n;
    return true;
}

bool cidr_check(str_t cidr)
{
    struct ip net;
    unsigned bits;
    return cidr_parse(cidr, &net, &bits);
}

bool cidr_contains(str_t cidr, const struct ip *ip)
{
    struct ip net;
    unsigned bits;
    if (!cidr_parse(cidr, &net, &bits)) return false;
    size_t whole = bits / 8;
    if (memcmp(net.bytes, ip->bytes, whole) != 0) return false;
    if (bits % 8 == 0) return true;
    unsigned mask = 0xffu << (8 - bits % 8) & 0xffu;
    return (net.bytes[whole] & mask) == (ip->bytes[whole] & mask);
}

static bool is_trusted(str_t address, const str_t *trusted, size_t n)
{
    struct ip ip;
    if (!ip_parse(address, &ip)) return false;
    for (size_t i = 0; i < n; i++)
        if (cidr_contains(trusted[i], &ip)) return true;
    return false;
}

str_t client_address(str_t peer, str_t forwarded_for, const str_t *trusted, size_t n)
{
    str_t address = peer;
    while (forwarded_for.n > 0 && is_trusted(address, trusted, n)) {
        ptrdiff_t comma = str_rchr(forwarded_for, ',');
        str_t last = str_trim(str_sub(forwarded_for, (size_t) (comma + 1), forwarded_for.n));
        struct ip ip;
        if (!ip_parse(last, &ip)) break; /* the proxy wrote something odd: it is the client */
        address = last;
        forwarded_for = comma < 0 ? STR_NULL : str_sub(forwarded_for, 0, (size_t) comma);
    }
    return address;
}

str_t address_network(struct arena *a, str_t address)
{
    struct ip ip;
    if (!ip_parse(address, &ip)) return address;
    char text[INET6_ADDRSTRLEN];
    if (ip.v4) {
        return arena_printf(a, "%u.%u.%u.0/24", ip.bytes[12], ip.bytes[13], ip.bytes[14]);
    }
    memset(ip.bytes + 8, 0, 8);
    if (!inet_ntop(AF_INET6, ip.bytes, text, sizeof text)) return address;
    return arena_printf(a, "%s/64", text);
}
