/* The notation of schemas.def as JSON Schema. */
#include "webmail/admin/openapi.h"

enum { DEPTH_MAX = 12 };

struct reader {
    str_t left;
    unsigned depth;
};

static rc_t read_type(struct reader *r, json_t **out, struct err *e);

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void skip(struct reader *r, size_t n)
{
    r->left = str_sub(r->left, n, r->left.n);
}

/* Takes one character when it comes next, behind blanks. */
static bool take(struct reader *r, char c)
{
    while (r->left.n && r->left.p[0] == ' ')
        skip(r, 1);
    if (!r->left.n || r->left.p[0] != c) return false;
    skip(r, 1);
    return true;
}

static rc_t wrong(const struct reader *r, struct err *e)
{
    return err_set(e, RC_INVALID, "not a notation at “%.*s”", STR_ARG(str_sub(r->left, 0, 40)));
}

static str_t word(struct reader *r)
{
    size_t n = 0;
    while (n < r->left.n && is_word(r->left.p[n]))
        n++;
    str_t w = str_sub(r->left, 0, n);
    skip(r, n);
    return w;
}

static json_t *of_type(const char *type, const char *format)
{
    json_t *v = json_object();
    json_put_str(v, "type", str_c(type));
    if (format) json_put_str(v, "format", str_c(format));
    return v;
}

static json_t *named(str_t w)
{
    static const struct {
        str_t word;
        const char *type, *format;
    } simple[] = {
        {STR_INIT("text"), "string", NULL},       {STR_INIT("int"), "integer", NULL},
        {STR_INIT("bool"), "boolean", NULL},      {STR_INIT("time"), "string", "date-time"},
        {STR_INIT("address"), "string", "email"}, {STR_INIT("null"), "null", NULL}};
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
        if (str_eq(w, simple[i].word)) return of_type(simple[i].type, simple[i].format);
    if (str_eq(w, STR("any"))) return json_object();
    if (str_eq(w, STR("base64"))) {
        json_t *v = of_type("string", NULL);
        json_put_str(v, "contentEncoding", STR("base64"));
        return v;
    }
    if (!w.n || w.p[0] < 'A' || w.p[0] > 'Z') return NULL;
    json_t *v = json_object();
    json_object_set_new(v, "$ref", json_sprintf("#/components/schemas/%.*s", STR_ARG(w)));
    return v;
}

static rc_t read_member(struct reader *r, json_t *properties, json_t *required, json_t **rest,
                        struct err *e)
{
    json_t *type = NULL;
    bool any = take(r, '*');
    while (!any && r->left.n && r->left.p[0] == ' ')
        skip(r, 1);
    str_t name = any ? STR("") : word(r);
    bool maybe = take(r, '?');
    if ((!any && !name.n) || !take(r, ':')) return wrong(r, e);
    TRY(read_type(r, &type, e));
    if (any) {
        json_decref(*rest);
        *rest = type;
        return RC_OK;
    }
    if (!maybe) json_array_append_new(required, json_from_str(name));
    json_object_setn_new(properties, name.p, name.n, type);
    return RC_OK;
}

static rc_t read_object(struct reader *r, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *properties = json_object(), *required = json_array(), *rest = NULL;
    if (!take(r, '}')) {
        do
            TRY(read_member(r, properties, required, &rest, e));
        while (take(r, ','));
        if (!take(r, '}')) return wrong(r, e);
    }
    json_t *v = of_type("object", NULL);
    if (json_object_size(properties)) json_object_set(v, "properties", properties);
    if (json_array_size(required)) json_object_set(v, "required", required);
    if (rest) json_object_set(v, "additionalProperties", rest);
    *out = v;
    return RC_OK;
}

static rc_t read_list(struct reader *r, json_t **out, struct err *e)
{
    json_t *items = NULL;
    TRY(read_type(r, &items, e));
    if (!take(r, ']')) {
        json_decref(items);
        return wrong(r, e);
    }
    *out = of_type("array", NULL);
    json_object_set_new(*out, "items", items);
    return RC_OK;
}

static rc_t read_one(struct reader *r, json_t **out, struct err *e)
{
    if (take(r, '{')) return read_object(r, out, e);
    if (take(r, '[')) return read_list(r, out, e);
    if (take(r, '"')) {
        ptrdiff_t end = str_chr(r->left, '"');
        if (end < 0) return wrong(r, e);
        *out = json_object();
        json_put_str(*out, "const", str_sub(r->left, 0, (size_t) end));
        skip(r, (size_t) end + 1);
        return RC_OK;
    }
    while (r->left.n && r->left.p[0] == ' ')
        skip(r, 1);
    *out = named(word(r));
    return *out ? RC_OK : wrong(r, e);
}

/* Words alone are an enum, which generators of clients understand. */
static json_t *joined(json_t *list)
{
    json_t *words = json_array(), *v = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *word = json_object_get(json_array_get(list, i), "const");
        if (word) json_array_append(words, word);
    }
    if (json_array_size(words) == json_array_size(list)) {
        json_put_str(v, "type", STR("string"));
        json_object_set(v, "enum", words);
    } else {
        json_object_set(v, "anyOf", list);
    }
    json_decref(words);
    return v;
}

static rc_t read_type(struct reader *r, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *list = json_array();
    if (++r->depth > DEPTH_MAX) return wrong(r, e);
    do {
        json_t *one = NULL;
        TRY(read_one(r, &one, e));
        json_array_append_new(list, one);
    } while (take(r, '|'));
    r->depth--;
    *out = json_array_size(list) == 1 ? json_incref(json_array_get(list, 0)) : joined(list);
    return RC_OK;
}

rc_t openapi_schema(str_t notation, json_t **out, struct err *e)
{
    struct reader r = {.left = notation};
    json_t *v = NULL;
    TRY(read_type(&r, &v, e));
    if (r.left.n) {
        json_decref(v);
        return wrong(&r, e);
    }
    *out = v;
    return RC_OK;
}
