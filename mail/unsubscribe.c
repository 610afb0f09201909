#include "mail/unsubscribe.h"

#include "mail/auth_results.h"
#include "mail/message_state.h"

enum { MAX_FIELD = 64 << 10, MAX_URI = 2048, MAX_FIELDS = 64 };

/* --- URIs --------------------------------------------------------------------------------------
 */

/* Without the blanks of folding; the null slice for what is no clean URI. */
static str_t clean_uri(str_t raw, struct arena *a)
{
    char *p = arena_alloc(a, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < raw.n; i++) {
        unsigned char c = (unsigned char) raw.p[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c <= 0x20 || c >= 0x7f || strchr("<>\"\\^`{|}", c)) return STR_NULL;
        p[n++] = (char) c;
    }
    return p && n > 0 && n <= MAX_URI ? str_n(p, n) : STR_NULL;
}

/* Host of an http or https URI; the null slice when there is none, or user info before it. */
static str_t host_of(str_t url)
{
    ptrdiff_t start = str_find(url, STR("://"));
    size_t end = (size_t) start + 3;
    str_t rest = str_sub(url, end, url.n);
    for (end = 0; end < rest.n && !strchr("/?#", rest.p[end]);)
        end++;
    str_t host = str_sub(rest, 0, end);
    if (host.n == 0 || str_chr(host, '@') >= 0) return STR_NULL;
    ptrdiff_t port = str_rchr(host, ':');
    if (port > 0 && str_chr(str_sub(host, (size_t) port, host.n), ']') < 0)
        host = str_sub(host, 0, (size_t) port);
    return host;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The first address of a mailto: URI, percent-decoded. */
static str_t address_of(str_t mailto, struct arena *a)
{
    str_t to = str_sub(mailto, 7, mailto.n), rest;
    str_cut(to, '?', &to, &rest);
    str_cut(to, ',', &to, &rest);
    char *p = arena_alloc(a, to.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < to.n; i++) {
        int high = i + 2 < to.n ? hex(to.p[i + 1]) : -1, low = i + 2 < to.n ? hex(to.p[i + 2]) : -1;
        bool coded = to.p[i] == '%' && high >= 0 && low >= 0;
        if (coded) i += 2;
        p[n] = to.p[i];
        if (coded) p[n] = (char) (high * 16 + low);
        n++;
    }
    str_t address = str_n(p, p ? n : 0);
    bool good = str_is_clean(address) && str_is_utf8(address) && str_chr(address, '@') > 0;
    return good ? address : STR_NULL;
}

static void read_uris(str_t value, struct arena *a, struct unsubscribe *out)
{
    while (value.n > 0) {
        str_t before, one;
        if (!str_cut(value, '<', &before, &value) || !str_cut(value, '>', &one, &value)) return;
        one = clean_uri(one, a);
        bool https = str_istarts(one, STR("https://"));
        if (https || str_istarts(one, STR("http://"))) {
            /* The first one counts, but https before http. */
            if (out->url.n && (out->https || !https)) continue;
            str_t host = host_of(one);
            if (!host.n) continue;
            out->url = one;
            out->host = host;
            out->https = https;
        } else if (str_istarts(one, STR("mailto:")) && !out->mailto.n) {
            str_t address = address_of(one, a);
            if (!address.n) continue;
            out->mailto = one;
            out->address = address;
        }
    }
}

/* --- what our own server says ------------------------------------------------------------------
 */

struct pass { /* of one "dkim=pass": what signed; the null slice: not said */
    str_t domain, selector, signature;
};

static void read_property(str_t word, struct pass *out)
{
    str_t name, value;
    if (!str_cut(word, '=', &name, &value)) return;
    if (str_ieq(name, STR("header.d"))) out->domain = value;
    if (str_ieq(name, STR("header.s"))) out->selector = value;
    if (str_ieq(name, STR("header.b"))) out->signature = value;
    if (str_ieq(name, STR("header.i")) && !out->domain.n) {
        ptrdiff_t at = str_rchr(value, '@');
        if (at >= 0) out->domain = str_sub(value, (size_t) at + 1, value.n);
    }
}

/* "dkim=pass header.d=example.org header.s=x" */
static bool read_pass(str_t result, struct pass *out)
{
    str_t word, rest = str_trim(result);
    *out = (struct pass){.domain = STR_NULL};
    str_cut(rest, ' ', &word, &rest);
    if (!str_ieq(word, STR("dkim=pass"))) return false;
    while (rest.n > 0) {
        str_cut(rest, ' ', &word, &rest);
        read_property(word, out);
    }
    return out->domain.n > 0;
}

/* --- what the signature covers -----------------------------------------------------------------
 */

/* A tag of a DKIM-Signature (RFC 6376 section 3.2), without any blanks; the null slice without it.
 */
static str_t tag_of(str_t value, char tag, struct arena *a)
{
    while (value.n > 0) {
        str_t one, name, text;
        str_cut(value, ';', &one, &value);
        if (!str_cut(one, '=', &name, &text)) continue;
        name = str_trim(name);
        if (name.n != 1 || name.p[0] != tag) continue;
        char *p = arena_alloc(a, text.n + 1);
        size_t n = 0;
        for (size_t i = 0; p && i < text.n; i++)
            if (!strchr(" \t\r\n", text.p[i])) p[n++] = text.p[i];
        return str_n(p, p ? n : 0);
    }
    return STR_NULL;
}

static bool lists(str_t fields, str_t name)
{
    while (fields.n > 0) {
        str_t one;
        str_cut(fields, ':', &one, &fields);
        if (str_ieq(one, name)) return true;
    }
    return false;
}

static bool is_of(str_t signature, const struct pass *p, struct arena *a)
{
    if (!str_ieq(tag_of(signature, 'd', a), p->domain)) return false;
    if (p->selector.n && !str_ieq(tag_of(signature, 's', a), p->selector)) return false;
    return !p->signature.n || str_starts(tag_of(signature, 'b', a), p->signature);
}

/* Every signature that may be the one that is meant covers both fields, and there is one. */
static bool covers(const struct entity *header, const struct pass *p, struct arena *a)
{
    unsigned found = 0, looked = 0;
    for (size_t i = 0; i < header->field_count && looked < MAX_FIELDS; i++) {
        const struct field *f = &header->fields[i];
        if (!str_ieq(f->name, STR("DKIM-Signature")) || f->value.n > MAX_FIELD) continue;
        looked++;
        if (!is_of(f->value, p, a)) continue;
        str_t fields = tag_of(f->value, 'h', a);
        if (!lists(fields, STR("List-Unsubscribe")) || !lists(fields, STR("List-Unsubscribe-Post")))
            return false;
        found++;
    }
    return found > 0;
}

static bool is_covered(const struct entity *header, str_t authserv_id, struct arena *a)
{
    str_t left = auth_results_of(header, authserv_id, a), one;
    for (unsigned results = 0; left.n > 0 && results < AUTH_RESULTS_MAX; results++) {
        struct pass p;
        str_cut(left, ';', &one, &left);
        if (read_pass(one, &p) && covers(header, &p, a)) return true;
    }
    return false;
}

/* Both fields once: of two, a signature covers the lower one, and a reader takes the upper one. */
static bool may_post(const struct entity *header, str_t authserv_id, struct arena *a)
{
    if (entity_field_count(header, STR("List-Unsubscribe")) != 1 ||
        entity_field_count(header, STR("List-Unsubscribe-Post")) != 1)
        return false;
    str_t post = str_trim(entity_field(header, STR("List-Unsubscribe-Post")));
    return str_ieq(post, STR("List-Unsubscribe=One-Click")) && is_covered(header, authserv_id, a);
}

bool unsubscribe_read(const struct entity *header, str_t authserv_id, struct arena *a,
                      struct unsubscribe *out)
{
    struct unsubscribe v = {.https = false};
    str_t value = entity_field(header, STR("List-Unsubscribe"));
    if (str_is_null(value) || value.n > MAX_FIELD) return false;
    read_uris(value, a, &v);
    if (!v.url.n && !v.mailto.n) return false;
    v.one_click = v.https && may_post(header, authserv_id, a);
    *out = v;
    return true;
}

bool message_unsubscribe(const struct message_view *v, str_t authserv_id, struct arena *a,
                         struct unsubscribe *out)
{
    const struct opened *m = (const struct opened *) v;
    return m->depth == 0 && unsubscribe_read(m->root, authserv_id, a, out);
}
