/* Which addresses belong to somebody on the public internet.
 *
 * Pure functions over the address itself, by the special-purpose registries of RFC 6890 (as of
 * RFC 8190, RFC 9637): whatever can mean this machine, its neighbours, a private network, a group
 * or another address in disguise is not public. IPv6 outside 2000::/3 is not public at all.
 */
#ifndef WAXSEAL_FETCH_RANGE_H
#define WAXSEAL_FETCH_RANGE_H

#include <netinet/in.h>
#include <stdbool.h>

bool range_is_public_v4(const unsigned char address[4]);
bool range_is_public_v6(const unsigned char address[16]);
/* False for any other family, and when length is too short for the family. */
bool range_is_public(const struct sockaddr *address, socklen_t length);

#endif
