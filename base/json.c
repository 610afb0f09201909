#include "base/json.h"

#include <malloc.h>
#include <stdlib.h>

static void free_wiped(void *p)
{
    if (!p) return;
    wipe(p, malloc_usable_size(p));
    free(p);
}

void json_wipe_freed(void)
{
    json_set_alloc_funcs(malloc, free_wiped);
}

rc_t json_parse_object(str_t text, json_t **out, struct err *e)
{
    json_error_t je;
    if (text.n == 0) return err_set(e, RC_BAD_REQUEST, "A JSON object was expected, none came.");
    json_t *v = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &je);
    if (!v) {
        rc_t rc = err_set(e, RC_BAD_REQUEST, "The JSON could not be read.");
        err_detail(e, "line %d, column %d: %s", je.line, je.column, je.text);
        return rc;
    }
    if (!json_is_object(v)) {
        json_decref(v);
        return err_set(e, RC_BAD_REQUEST, "A JSON object was expected.");
    }
    *out = v;
    return RC_OK;
}

static rc_t wrong(struct err *e, const char *key, const char *expected)
{
    rc_t rc = err_set(e, RC_INVALID, "“%s” must be %s.", key, expected);
    err_field(e, key);
    return rc;
}

static const json_t *member(const json_t *obj, const char *key)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_null(v) ? NULL : v;
}

rc_t json_need_str(const json_t *obj, const char *key, str_t *out, struct err *e)
{
    const json_t *v = member(obj, key);
    if (!json_is_string(v)) return wrong(e, key, "a text");
    *out = str_n(json_string_value(v), json_string_length(v));
    return RC_OK;
}

rc_t json_want_str(const json_t *obj, const char *key, str_t fallback, str_t *out, struct err *e)
{
    if (member(obj, key)) return json_need_str(obj, key, out, e);
    *out = fallback;
    return RC_OK;
}

rc_t json_need_u32(const json_t *obj, const char *key, uint32_t *out, struct err *e)
{
    const json_t *v = member(obj, key);
    json_int_t i = json_integer_value(v);
    if (!json_is_integer(v) || i < 0 || i > (json_int_t) UINT32_MAX)
        return wrong(e, key, "a whole number from 0 to 4294967295");
    *out = (uint32_t) i;
    return RC_OK;
}

rc_t json_want_u32(const json_t *obj, const char *key, uint32_t fallback, uint32_t *out,
                   struct err *e)
{
    if (member(obj, key)) return json_need_u32(obj, key, out, e);
    *out = fallback;
    return RC_OK;
}

rc_t json_want_bool(const json_t *obj, const char *key, bool fallback, bool *out, struct err *e)
{
    const json_t *v = member(obj, key);
    if (v && !json_is_boolean(v)) return wrong(e, key, "true or false");
    *out = v ? json_is_true(v) : fallback;
    return RC_OK;
}

rc_t json_need_array(const json_t *obj, const char *key, size_t max, json_t **out, struct err *e)
{
    json_t *v = json_object_get(obj, key);
    if (!json_is_array(v)) return wrong(e, key, "a list");
    if (json_array_size(v) > max) {
        rc_t rc = err_set(e, RC_TOO_LARGE, "“%s” may have at most %zu entries.", key, max);
        err_field(e, key);
        return rc;
    }
    *out = v;
    return RC_OK;
}

rc_t json_want_array(const json_t *obj, const char *key, size_t max, json_t **out, struct err *e)
{
    if (member(obj, key)) return json_need_array(obj, key, max, out, e);
    *out = NULL;
    return RC_OK;
}

rc_t json_want_object(const json_t *obj, const char *key, json_t **out, struct err *e)
{
    json_t *v = json_object_get(obj, key);
    if (json_is_null(v)) v = NULL;
    if (v && !json_is_object(v)) return wrong(e, key, "an object");
    *out = v;
    return RC_OK;
}

/* Longest well-formed prefix of s. */
static size_t good_prefix(str_t s)
{
    size_t lo = 0;
    while (lo < s.n) {
        size_t step = 1;
        while (step <= 4 && lo + step <= s.n && !str_is_utf8(str_sub(s, lo, lo + step)))
            step++;
        if (step > 4 || lo + step > s.n) break;
        lo += step;
    }
    return lo;
}

str_t json_text(const json_t *v)
{
    return str_n(json_string_value(v), json_string_length(v));
}

json_t *json_from_str(str_t s)
{
    if (str_is_null(s)) return json_null();
    if (str_is_utf8(s)) return json_stringn_nocheck(s.p, s.n);
    struct buf b = BUF_INIT(s.n * 3 + 16);
    while (s.n) {
        size_t good = good_prefix(s);
        buf_str(&b, str_sub(s, 0, good));
        s = str_sub(s, good, s.n);
        if (s.n) {
            buf_cstr(&b, "\xef\xbf\xbd");
            s = str_sub(s, 1, s.n);
        }
    }
    json_t *v = b.failed ? NULL : json_stringn_nocheck(buf_view(&b).p, b.n);
    buf_free(&b);
    return v;
}

void json_put_str(json_t *obj, const char *key, str_t s)
{
    json_object_set_new_nocheck(obj, key, json_from_str(s));
}

void json_put_int(json_t *obj, const char *key, long long v)
{
    json_object_set_new_nocheck(obj, key, json_integer(v));
}

void json_put_bool(json_t *obj, const char *key, bool v)
{
    json_object_set_new_nocheck(obj, key, json_boolean(v));
}

static int append(const char *p, size_t n, void *b)
{
    return buf_add(b, p, n) ? 0 : -1;
}

bool json_write(const json_t *v, struct buf *b)
{
    return json_dump_callback(v, append, b, JSON_COMPACT | JSON_ENCODE_ANY) == 0;
}

static void write_escape(char c, struct buf *b)
{
    static const char short_form[] = "b\bf\fn\nr\rt\t\"\"\\\\";
    for (const char *f = short_form; *f; f += 2) {
        if (f[1] != c) continue;
        buf_char(b, '\\');
        buf_char(b, f[0]);
        return;
    }
    buf_printf(b, "\\u%04x", (unsigned char) c);
}

bool json_write_text(str_t s, struct buf *b)
{
    if (str_is_null(s)) return buf_cstr(b, "null");
    if (!str_is_utf8(s)) {
        CLEANUP_JSON json_t *mended = json_from_str(s);
        return mended && json_write(mended, b);
    }
    buf_reserve(b, s.n + 2);
    buf_char(b, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(b, s.p + from, i - from);
        write_escape((char) c, b);
        from = i + 1;
    }
    buf_add(b, s.p + from, s.n - from);
    buf_char(b, '"');
    return !b->failed;
}

json_t *json_from_err(const struct err *e)
{
    json_t *v = json_object(), *details = json_object();
    json_put_str(v, "code", str_c(err_word(e->code)));
    json_put_str(v, "message", str_c(e->message[0] ? e->message : err_sentence(e->code)));
    if (e->field[0]) json_put_str(details, "field", str_c(e->field));
    if (e->detail[0]) json_put_str(details, "detail", str_c(e->detail));
    if (e->position > 0) json_put_int(details, "position", e->position);
    json_object_set_new_nocheck(v, "details", details);
    return v;
}
