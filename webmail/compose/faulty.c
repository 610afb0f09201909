#include "webmail/compose/faulty.h"

#include "base/b64.h"

#define LINE 72u
#define FRAME 64u /* bytes of the JSON around the recipients */

static const char *const LISTS[] = {"to", "cc", "bcc", "reply_to"};

static bool is_kept(str_t s)
{
    return s.n <= FAULTY_TEXT_MAX && str_is_utf8(s) && str_is_clean(s);
}

/* What was read so far. */
struct keeping {
    size_t kept, left_out;
    size_t bytes; /* of the kept ones as JSON, with their commas */
};

/* As it is to be kept; NULL: it cannot be. */
static json_t *read_one(const json_t *item, struct keeping *k)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(FAULTY_BYTES_MAX);
    str_t name = json_text(json_object_get(item, "name"));
    str_t address = json_text(json_object_get(item, "address"));
    if (k->kept == FAULTY_MAX || !is_kept(name) || !is_kept(address) || name.n + address.n == 0)
        return NULL;
    json_t *one = json_object();
    json_put_str(one, "name", name.n ? name : STR(""));
    json_put_str(one, "address", address.n ? address : STR(""));
    if (!json_write(one, &text) || k->bytes + text.n + 1 > FAULTY_BYTES_MAX - FRAME) {
        json_decref(one);
        return NULL;
    }
    k->kept++;
    k->bytes += text.n + 1;
    return one;
}

/* One list, without what cannot be kept; NULL: it is none. */
static json_t *read_list(const json_t *list, struct keeping *k)
{
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_object(item)) {
            json_decref(out);
            return NULL;
        }
        json_t *one = read_one(item, k);
        if (one)
            json_array_append_new(out, one);
        else
            k->left_out++;
    }
    return out;
}

/* NULL: these are no lists. */
static json_t *read_all(const json_t *in, struct keeping *k)
{
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        const json_t *list = json_object_get(in, LISTS[i]);
        json_t *kept = !list || json_is_array(list) ? read_list(list, k) : NULL;
        if (!kept) {
            json_decref(all);
            return NULL;
        }
        json_object_set_new(all, LISTS[i], kept);
    }
    return all;
}

rc_t faulty_parse(const json_t *in, struct arena *a, bool *any, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(FAULTY_BYTES_MAX);
    CLEANUP_JSON json_t *all = NULL;
    struct keeping k = {.kept = 0};
    json_t *given;
    *out = STR_NULL;
    *any = false;
    TRY(json_want_object(in, "faulty", &given, e));
    if (!given) return RC_OK;
    all = read_all(given, &k);
    if (!all || !json_write(all, &text)) {
        err_set(e, RC_INVALID, "These recipients cannot be kept.");
        err_field(e, "faulty");
        return RC_INVALID;
    }
    *any = k.kept + k.left_out > 0;
    if (k.kept == 0) return RC_OK;
    *out = arena_str(a, buf_view(&text));
    return out->p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

void faulty_put(str_t text, struct arena *a, struct buf *out)
{
    if (!text.p) return;
    str_t code = b64_encode(a, text);
    buf_cstr(out, FAULTY_FIELD ":");
    for (size_t at = 0; at < code.n; at += LINE) {
        str_t line = str_sub(code, at, at + LINE < code.n ? at + LINE : code.n);
        buf_printf(out, "%s %.*s", at ? "\r\n" : "", STR_ARG(line));
    }
    buf_cstr(out, "\r\n");
}

json_t *faulty_json(str_t value, struct arena *a)
{
    CLEANUP_BUF struct buf code = BUF_INIT_SECRET(2 * FAULTY_BYTES_MAX);
    CLEANUP_JSON json_t *given = NULL;
    struct keeping k = {.kept = 0};
    str_t text;
    for (size_t i = 0; i < value.n; i++)
        if (!strchr(" \t\r\n", value.p[i])) buf_char(&code, value.p[i]);
    if (code.n == 0 || code.failed || !b64_decode(a, buf_view(&code), &text) ||
        text.n > FAULTY_BYTES_MAX || json_parse_object(text, &given, NULL) != RC_OK)
        return json_null();
    json_t *all = read_all(given, &k);
    if (all && k.kept > 0 && k.left_out == 0) return all;
    json_decref(all);
    return json_null();
}
