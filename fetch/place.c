#include "fetch/place.h"

#include <arpa/inet.h>

#include "base/fetch.h"

static void free_text(char **text)
{
    curl_free(*text);
}
#define CLEANUP_TEXT __attribute__((cleanup(free_text)))

static bool is_name(const char *host)
{
    size_t n = strlen(host), label = 0;
    if (n == 0 || n > 253) return false;
    for (size_t i = 0; i < n; i++) {
        char c = host[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (c == '.' ? label == 0 : !letter) return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63) return false;
    }
    return label > 0;
}

/* In place: lower case, without the brackets of IPv6 and the dot of the root. */
static bool normalise(char *host, bool *literal)
{
    unsigned char address[16];
    size_t n = strlen(host);
    for (size_t i = 0; i < n; i++)
        if (host[i] >= 'A' && host[i] <= 'Z') host[i] = (char) (host[i] + 32);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        memmove(host, host + 1, n - 2);
        host[n - 2] = '\0';
        *literal = true;
        return inet_pton(AF_INET6, host, address) == 1;
    }
    if (n > 1 && host[n - 1] == '.') host[n - 1] = '\0';
    *literal = inet_pton(AF_INET, host, address) == 1;
    return *literal || is_name(host);
}

static bool is_listed(const struct config_place *allow, size_t n, const struct place *p)
{
    for (size_t i = 0; i < n; i++)
        if (allow[i].port == p->port && str_eq(allow[i].host, str_c(p->host))) return true;
    return false;
}

/* What curl's parser forgives and others read differently is refused before it sees it. */
static const char *odd_spelling(str_t url)
{
    if (url.n == 0 || url.n > FETCH_MAX_URL) return "the URL is too long";
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= 0x20 || url.p[i] >= 0x7f || url.p[i] == '\\') return "not a clean URL";
    size_t slashes = str_istarts(url, STR("https://")) ? 8 : 7;
    if (slashes == 7 && !str_istarts(url, STR("http://"))) return "neither http nor https";
    str_t rest = str_sub(url, slashes, url.n);
    size_t end = 0;
    while (end < rest.n && !strchr("/?#", rest.p[end]))
        end++;
    str_t authority = str_sub(rest, 0, end);
    if (authority.n == 0) return "no host";
    if (str_chr(authority, '@') >= 0) return "user info in the URL";
    if (str_chr(authority, '%') >= 0) return "an encoded host";
    return NULL;
}

static const char *take_apart(CURLU *u, const struct config_place *allow, size_t n,
                              struct place *out)
{
    CLEANUP_TEXT char *scheme = NULL, *host = NULL, *port = NULL, *zone = NULL, *user = NULL;
    uint32_t number;
    bool literal = false;
    if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        return "not a URL";
    if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK) return "user info in the URL";
    if (curl_url_get(u, CURLUPART_ZONEID, &zone, 0) == CURLUE_OK) return "an address with a zone";
    out->https = strcmp(scheme, "https") == 0;
    if (!out->https && strcmp(scheme, "http") != 0) return "neither http nor https";
    if (!str_to_u32(str_c(port), &number) || number == 0 || number > 65535) return "not a port";
    if (!normalise(host, &literal) || strlen(host) >= sizeof out->host) return "not a host name";
    out->port = (uint16_t) number;
    memcpy(out->host, host, strlen(host) + 1);
    out->listed = is_listed(allow, n, out);
    if (out->listed) return NULL;
    if (number != 80 && number != 443) return "a port that may not be asked";
    if (!literal && !strchr(host, '.')) return "no public name";
    return NULL;
}

bool place_parse(str_t url, const struct config_place *allow, size_t allow_count, struct place *out,
                 const char **why)
{
    char text[FETCH_MAX_URL + 1];
    struct place p = {.port = 0};
    *why = odd_spelling(url);
    if (*why) return false;
    memcpy(text, url.p, url.n);
    text[url.n] = '\0';
    p.url = curl_url();
    if (!p.url) {
        *why = "out of memory";
        return false;
    }
    *why = curl_url_set(p.url, CURLUPART_URL, text, CURLU_DISALLOW_USER) == CURLUE_OK
               ? take_apart(p.url, allow, allow_count, &p)
               : "not a URL";
    if (*why) {
        curl_url_cleanup(p.url);
        return false;
    }
    *out = p;
    return true;
}

void place_free(struct place *p)
{
    curl_url_cleanup(p->url);
    p->url = NULL;
}
