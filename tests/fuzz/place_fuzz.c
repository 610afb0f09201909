/* URLs: what is accepted has a clean host which the text names too, an allowed port, and means the
 * same when it is read again. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "fetch/place.h"

static const struct config_place ALLOW[] = {{STR_INIT("ca.intern"), 8080},
                                            {STR_INIT("fd00::1"), 80}};

static bool parse(str_t url, struct place *out)
{
    const char *why;
    return place_parse(url, ALLOW, 2, out, &why);
}

/* The authority must begin with the host, unless it is a number that curl has spelled anew. */
static void check_host(str_t url, const struct place *p)
{
    unsigned char address[16];
    str_t host = str_c(p->host), authority = str_sub(url, p->https ? 8 : 7, url.n);
    if (strspn(p->host, "0123456789abcdefghijklmnopqrstuvwxyz-_.:") != host.n) abort();
    if (inet_pton(AF_INET, p->host, address) == 1) return;
    if (inet_pton(AF_INET6, p->host, address) == 1) {
        if (!str_starts(authority, STR("["))) abort();
        return;
    }
    str_t after = str_sub(authority, host.n, authority.n);
    if (!str_istarts(authority, host) || (after.n && !strchr(":/?#.", after.p[0]))) abort();
    if (!p->listed && !strchr(p->host, '.')) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct place p, again;
    char *text = NULL;
    if (!parse(str_n(bytes, n), &p)) return 0;
    if (!p.listed && p.port != 80 && p.port != 443) abort();
    check_host(str_n(bytes, n), &p);
    if (curl_url_get(p.url, CURLUPART_URL, &text, 0) == CURLUE_OK && parse(str_c(text), &again)) {
        if (strcmp(p.host, again.host) || p.port != again.port || p.https != again.https) abort();
        place_free(&again);
    }
    curl_free(text);
    place_free(&p);
    return 0;
}
