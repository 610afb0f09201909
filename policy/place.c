#include "policy/place.h"

#include <stdio.h>

enum { PATH_MAX_BYTES = 200, DEPTH_MAX = 40 };

static void write_path(const struct place *at, char *to, size_t room)
{
    const struct place *chain[DEPTH_MAX];
    int n = 0;
    size_t used = 0;
    for (; at && n < DEPTH_MAX; at = at->up)
        chain[n++] = at;
    to[0] = '\0';
    while (n-- > 0 && used + 1 < room) {
        const struct place *p = chain[n];
        int w = p->key ? snprintf(to + used, room - used, "%s%s", used ? "." : "", p->key)
                       : snprintf(to + used, room - used, "[%zu]", p->index);
        if (w > 0) used += (size_t) w;
    }
    for (char *c = to; *c; c++) /* a key is what somebody wrote */
        if (*c < 0x20 || *c > 0x7e) *c = '?';
}

/* A place may be long; the sentence must be read in any case. */
rc_t place_fail(const struct place *at, rc_t code, struct err *e, const char *sentence)
{
    char path[PATH_MAX_BYTES];
    write_path(at, path, sizeof path);
    err_set(e, code, "%.120s%s%s", path, path[0] ? ": " : "", sentence);
    err_field(e, path);
    return code;
}

rc_t place_fail_key(const struct place *at, const char *key, rc_t code, struct err *e,
                    const char *sentence)
{
    const struct place here = PLACE_KEY(at, key);
    return place_fail(&here, code, e, sentence);
}

rc_t place_known(const json_t *obj, const char *const *keys, const struct place *at, struct err *e)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *) obj, key, v)
    {
        const char *const *k = keys;
        while (*k && strcmp(*k, key) != 0)
            k++;
        if (!*k) return place_fail_key(at, key, RC_INVALID, e, "there is no such field");
    }
    return RC_OK;
}

static const json_t *member(const json_t *obj, const char *key)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_null(v) ? NULL : v;
}

rc_t place_text(const json_t *obj, const char *key, size_t max, bool needed, const struct place *at,
                str_t *out, struct err *e)
{
    const json_t *v = member(obj, key);
    if (!v && !needed) {
        *out = STR_NULL;
        return RC_OK;
    }
    if (!json_is_string(v)) return place_fail_key(at, key, RC_INVALID, e, "a text is expected");
    str_t s = json_text(v);
    if (s.n > max) return place_fail_key(at, key, RC_TOO_LARGE, e, "the text is too long");
    if (str_chr(s, '\0') >= 0)
        return place_fail_key(at, key, RC_INVALID, e, "the text holds a zero byte");
    *out = s;
    return RC_OK;
}

rc_t place_bool(const json_t *obj, const char *key, bool fallback, const struct place *at,
                bool *out, struct err *e)
{
    const json_t *v = member(obj, key);
    if (v && !json_is_boolean(v))
        return place_fail_key(at, key, RC_INVALID, e, "true or false is expected");
    *out = v ? json_is_true(v) : fallback;
    return RC_OK;
}

rc_t place_int(const json_t *obj, const char *key, int64_t lo, int64_t hi, int64_t fallback,
               const struct place *at, int64_t *out, struct err *e)
{
    const json_t *v = member(obj, key);
    char sentence[96];
    if (!v) {
        *out = fallback;
        return RC_OK;
    }
    int64_t n = json_integer_value(v);
    if (!json_is_integer(v) || n < lo || n > hi) {
        snprintf(sentence, sizeof sentence, "a whole number from %lld to %lld is expected",
                 (long long) lo, (long long) hi);
        return place_fail_key(at, key, RC_INVALID, e, sentence);
    }
    *out = n;
    return RC_OK;
}

rc_t place_array(const json_t *obj, const char *key, size_t max, bool needed,
                 const struct place *at, const json_t **out, struct err *e)
{
    const json_t *v = member(obj, key);
    char sentence[64];
    if (!v && !needed) {
        *out = NULL;
        return RC_OK;
    }
    if (!json_is_array(v)) return place_fail_key(at, key, RC_INVALID, e, "a list is expected");
    if (json_array_size(v) > max) {
        snprintf(sentence, sizeof sentence, "at most %zu entries are possible", max);
        return place_fail_key(at, key, RC_TOO_LARGE, e, sentence);
    }
    *out = v;
    return RC_OK;
}

rc_t place_object(const json_t *obj, const char *key, bool needed, const struct place *at,
                  const json_t **out, struct err *e)
{
    const json_t *v = member(obj, key);
    if (!v && !needed) {
        *out = NULL;
        return RC_OK;
    }
    if (!json_is_object(v)) return place_fail_key(at, key, RC_INVALID, e, "an object is expected");
    *out = v;
    return RC_OK;
}
