/* Client addresses: parsing, networks, and the trusted-proxy rule.
 *
 * IPv4 is kept in its IPv4-mapped IPv6 form, so that ::ffff:10.0.0.1 is inside 10.0.0.0/8.
 */
#ifndef WAXSEAL_FCGI_ADDRESS_H
#define WAXSEAL_FCGI_ADDRESS_H

#include "base/arena.h"
#include "base/str.h"

struct ip {
    unsigned char bytes[16];
    bool v4;
};

bool ip_parse(str_t text, struct ip *out);
/* "10.0.0.0/8", "::1", "2001:db8::/32". False when it is not one. */
bool cidr_check(str_t cidr);
bool cidr_contains(str_t cidr, const struct ip *ip);
/* The peer, unless it is a trusted proxy: then the rightmost address of X-Forwarded-For that is not
 * one itself. What a client wrote into the header further left never counts. */
str_t client_address(str_t peer, str_t forwarded_for, const str_t *trusted, size_t n);
/* "192.0.2.0/24" or "2001:db8:1:2::/64" for throttling; the text itself when unreadable. */
str_t address_network(struct arena *a, str_t address);

#endif
