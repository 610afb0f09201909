#include "webmail/settings/settings.h"

#include <stdio.h>

#include "webmail/store.h"

#define MAX_REMINDED 64u

enum kind { KIND_WORD, KIND_TEXT, KIND_NUMBER, KIND_FLAG, KIND_LANGUAGE, KIND_REMINDED };

struct field {
    const char *group, *name;
    enum kind kind;
    const char *words;       /* KIND_WORD: allowed ones between blanks; "-" as first: null is too */
    const char *fallback;    /* KIND_WORD, KIND_TEXT */
    int least, most, number; /* KIND_NUMBER, KIND_FLAG: default; KIND_TEXT: most bytes */
};

static const struct field FIELDS[] = {
    {"security", "mode", KIND_WORD, " auto none sign sign_encrypt ", "auto", 0, 0, 0},
    {"security", "lock_after_minutes", KIND_NUMBER, NULL, NULL, 0, 1440, 15},
    {"security", "last_mode", KIND_WORD, "- none sign encrypt sign_encrypt ", NULL, 0, 0, 0},
    {"security", "hide_subject", KIND_FLAG, NULL, NULL, 0, 0, 0},
    {"security", "reminded", KIND_REMINDED, NULL, NULL, 0, 0, 0},
    {"reading", "shortcuts", KIND_FLAG, NULL, NULL, 0, 0, 1},
    {"reading", "mark_read", KIND_FLAG, NULL, NULL, 0, 0, 1},
    {"ui", "theme", KIND_WORD, " system light dark ", "system", 0, 0, 0},
    {"ui", "density", KIND_WORD, " comfortable compact ", "comfortable", 0, 0, 0},
    {"ui", "language", KIND_LANGUAGE, NULL, "", 0, 16, 0},
    {"identity", "name", KIND_TEXT, NULL, "", 0, 200, 0},
    {"identity", "signature", KIND_TEXT, NULL, "", 0, 10000, 0},
};
#define FIELD_COUNT (sizeof FIELDS / sizeof FIELDS[0])

static bool is_word(const struct field *f, const json_t *v)
{
    if (json_is_null(v)) return f->words[0] == '-';
    str_t word = str_n(json_string_value(v), json_string_length(v));
    char padded[40];
    if (!json_is_string(v) || word.n == 0 || word.n > 30 || str_chr(word, ' ') >= 0) return false;
    snprintf(padded, sizeof padded, " %.*s ", STR_ARG(word));
    return str_find(str_c(f->words), str_c(padded)) >= 0;
}

static bool is_language(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-')) return false;
    }
    return true;
}

/* Text for people: one line break more than none only in the signature, no other control. */
static bool is_text(const struct field *f, str_t s)
{
    bool lines = strcmp(f->name, "signature") == 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\t' || c == '\r'))))
            return false;
    }
    return true;
}

/* {fingerprint: days}: the last reminder about a certificate that the person has dismissed. In a
 * change, null forgets one. */
static bool is_reminded(const json_t *v)
{
    const char *fingerprint;
    json_t *days;
    if (!json_is_object(v) || json_object_size(v) > MAX_REMINDED) return false;
    json_object_foreach((json_t *) v, fingerprint, days)
    {
        if (strlen(fingerprint) != 64 || strspn(fingerprint, "0123456789abcdef") != 64)
            return false;
        json_int_t n = json_integer_value(days);
        if (!json_is_null(days) &&
            (!json_is_integer(days) || (n != 0 && n != 1 && n != 7 && n != 30)))
            return false;
    }
    return true;
}

/* Joined by fingerprint; the oldest entries make room. */
static void merge_reminded(json_t *group, const json_t *change)
{
    json_t *all = json_object_get(group, "reminded"), *days;
    const char *fingerprint;
    json_object_foreach((json_t *) change, fingerprint, days)
    {
        json_object_del(all, fingerprint); /* moves to the end */
        if (!json_is_null(days)) json_object_set(all, fingerprint, days);
    }
    while (json_object_size(all) > MAX_REMINDED)
        json_object_del(all, json_object_iter_key(json_object_iter(all)));
}

static bool accepts(const struct field *f, const json_t *v)
{
    str_t s = str_n(json_string_value(v), json_string_length(v));
    switch (f->kind) {
    case KIND_WORD:
        return is_word(f, v);
    case KIND_FLAG:
        return json_is_boolean(v);
    case KIND_NUMBER:
        return json_is_integer(v) && json_integer_value(v) >= f->least &&
               json_integer_value(v) <= f->most;
    case KIND_TEXT:
        return json_is_string(v) && s.n <= (size_t) f->most && is_text(f, s);
    case KIND_REMINDED:
        return is_reminded(v);
    case KIND_LANGUAGE:
        return json_is_string(v) && s.n <= (size_t) f->most && is_language(s);
    }
    return false;
}

static json_t *fallback(const struct field *f)
{
    switch (f->kind) {
    case KIND_NUMBER:
        return json_integer(f->number);
    case KIND_FLAG:
        return json_boolean(f->number);
    case KIND_REMINDED:
        return json_object();
    default:
        return f->fallback ? json_string(f->fallback) : json_null();
    }
}

/* Stored values that are still acceptable, defaults for the others. */
static json_t *complete(const json_t *stored)
{
    json_t *all = json_object();
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *f = &FIELDS[i];
        json_t *group = json_object_get(all, f->group);
        if (!group) {
            group = json_object();
            json_object_set_new(all, f->group, group);
        }
        json_t *v = json_object_get(json_object_get(stored, f->group), f->name);
        if (v && accepts(f, v)) /* a copy: merging must not change what was loaded */
            json_object_set_new(group, f->name, json_deep_copy(v));
        else
            json_object_set_new(group, f->name, fallback(f));
    }
    return all;
}

static const struct field *find_field(const char *group, const char *name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(FIELDS[i].group, group) == 0 && strcmp(FIELDS[i].name, name) == 0)
            return &FIELDS[i];
    return NULL;
}

static rc_t refuse(const char *group, const char *name, struct err *e)
{
    char path[64];
    snprintf(path, sizeof path, "%.30s%s%.30s", group, name[0] ? "." : "", name);
    err_set(e, RC_INVALID, "This preference is unknown or has an unacceptable value.");
    err_field(e, path);
    return RC_INVALID;
}

static rc_t check(const json_t *subset, struct err *e)
{
    const char *group, *name;
    json_t *members, *v;
    json_object_foreach((json_t *) subset, group, members)
    {
        if (!json_is_object(members)) return refuse(group, "", e);
        json_object_foreach(members, name, v)
        {
            const struct field *f = find_field(group, name);
            if (!f || !accepts(f, v)) return refuse(group, name, e);
        }
    }
    return RC_OK;
}

static rc_t merge(struct call *c, json_t **doc, void *arg, struct err *e)
{
    (void) c;
    json_t *all = complete(*doc), *members, *v;
    const char *group, *name;
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) arg, group, members) json_object_foreach(members, name, v)
    {
        if (find_field(group, name)->kind == KIND_REMINDED)
            merge_reminded(json_object_get(all, group), v);
        else
            json_object_set(json_object_get(all, group), name, v);
    }
    json_decref(*doc);
    *doc = all;
    return RC_OK;
}

rc_t settings_load(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *stored = NULL;
    str_t version;
    TRY(store_load(c, STR("settings"), &stored, &version, e));
    *out = complete(stored);
    return RC_OK;
}

rc_t settings_merge(struct call *c, const json_t *subset, json_t **out, struct err *e)
{
    TRY(check(subset, e));
    TRY(store_update(c, STR("settings"), merge, (void *) subset, e));
    return settings_load(c, out, e);
}

rc_t settings_get(struct call *c, struct err *e)
{
    json_t *all = NULL;
    TRY(settings_load(c, &all, e));
    return call_answer(c, all, e);
}

rc_t settings_put(struct call *c, struct err *e)
{
    json_t *all = NULL;
    TRY(settings_merge(c, c->in, &all, e));
    return call_answer(c, all, e);
}
