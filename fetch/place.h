/* A place to be asked: what a URL says, taken apart once, by the parser that also connects.
 *
 * Accepted: http and https with a host name (or address literal), port 80 or 443, and any port of a
 * host:port pair on the operator's list. Refused: everything else, above all user info, other
 * schemes, zone ids, backslashes, and names no public place can have ("localhost", "intranet").
 * Numbers in odd spellings (0x7f.1, 2130706433) become the address they mean.
 */
#ifndef WAXSEAL_FETCH_PLACE_H
#define WAXSEAL_FETCH_PLACE_H

#include <curl/curl.h>

#include "base/config.h"

struct place {
    CURLU *url; /* owned; place_free */
    char host[256];
    uint16_t port;
    bool https;
    bool listed; /* on the operator's list: its address may be any */
};

/* False, and *out untouched, for what may not be asked; *why is a constant phrase for the log. */
bool place_parse(str_t url, const struct config_place *allow, size_t allow_count, struct place *out,
                 const char **why) WX_MUST_USE;
void place_free(struct place *p);

#endif
