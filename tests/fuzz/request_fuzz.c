/* FastCGI parameters, one a line: what is taken has a clean path, and cookies, queries and forms
 * decode to UTF-8 or not at all. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "fcgi/address.h"
#include "fcgi/request.h"

static void check_text(str_t s)
{
    if (s.p && (!str_is_utf8(s) || memchr(s.p, '\0', s.n))) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const str_t trusted[] = {STR("10.0.0.0/8"), STR("::1")};
    struct arena *a = arena_new(4u << 20);
    char *copy = arena_cstr(a, str_n(bytes, n)), *lines[REQUEST_MAX_PARAMS + 4] = {0};
    size_t count = 0;
    struct request q;
    struct ip ip;
    for (char *p = copy; p && count < REQUEST_MAX_PARAMS + 2;) {
        char *end = strchr(p, '\n');
        if (end) *end = '\0';
        lines[count++] = p;
        p = end ? end + 1 : NULL;
    }
    if (request_parse(lines, trusted, 2, a, &q, NULL) == RC_OK) {
        check_text(q.path);
        if (q.path.p[0] != '/' || str_find(q.path, STR("/../")) >= 0 ||
            str_find(q.path, STR("//")) >= 0 || !str_is_clean(q.path))
            abort();
        check_text(request_query(&q, STR("a")));
        check_text(form_field(q.cookie, STR("a"), a));
        (void) request_cookie(&q, STR("a"));
        if (ip_parse(q.client_address, &ip)) (void) address_network(a, q.client_address);
        (void) cidr_check(q.host);
    }
    arena_free(a);
    return 0;
}
