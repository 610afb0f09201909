#include "fcgi/router.h"

const char *method_name(enum method m)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OTHER"};
    return names[m];
}

static bool match(str_t pattern, str_t path, str_t *params)
{
    unsigned n = 0;
    while (pattern.n > 0 && path.n > 0) {
        str_t want, have, next_pattern, next_path;
        bool more_pattern = str_cut(str_sub(pattern, 1, pattern.n), '/', &want, &next_pattern);
        bool more_path = str_cut(str_sub(path, 1, path.n), '/', &have, &next_path);
        if (str_eq(want, STR("*"))) {
            params[n] = str_sub(path, 1, path.n);
            return true;
        }
        if (want.n > 1 && want.p[0] == '{') {
            if (have.n == 0 || n == ROUTER_MAX_PARAMS) return false;
            params[n++] = have;
        } else if (!str_eq(want, have)) {
            return false;
        }
        if (more_pattern != more_path) {
            /* "/mail" is what "/mail/" followed by a star means without a rest */
            return more_pattern && str_eq(next_pattern, STR("*"));
        }
        if (!more_path) return true;
        pattern = str_sub(pattern, 1 + want.n, pattern.n);
        path = str_sub(path, 1 + have.n, path.n);
    }
    return false;
}

int router_find(const struct route_key *routes, size_t stride, size_t n, enum method method,
                str_t path, str_t *params, bool *known)
{
    if (method == METHOD_HEAD) method = METHOD_GET;
    *known = false;
    for (size_t i = 0; i < n; i++) {
        const struct route_key *r =
            (const struct route_key *) (const void *) ((const char *) routes + i * stride);
        str_t found[ROUTER_MAX_PARAMS] = {{0}};
        if (!match(r->pattern, path, found)) continue;
        *known = true;
        if (r->method != method) continue;
        memcpy(params, found, sizeof found);
        return (int) i;
    }
    return -1;
}
