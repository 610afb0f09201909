#include "policy/rule.h"

#include <stdlib.h>

#include "policy/caseless.h"

enum { DOCUMENT_BYTES = 96 << 20 };

struct rule_document *rule_document_new(void)
{
    struct arena *a = arena_new(DOCUMENT_BYTES);
    struct rule_document *d = a ? ARENA_NEW(a, struct rule_document) : NULL;
    if (!d) {
        arena_free(a);
        return NULL;
    }
    d->a = a;
    return d;
}

void rule_document_free(struct rule_document *d)
{
    if (d) arena_free(d->a); /* d is in it */
}

static const str_t FIELD_WORDS[] = {
#define X(name, word) STR_INIT(word),
    RULE_FIELD_TABLE(X)
#undef X
};
static const str_t LEVEL_WORDS[] = {
#define X(name, word) STR_INIT(word),
    RULE_LEVEL_TABLE(X)
#undef X
};

str_t rule_field_word(enum rule_field f)
{
    return FIELD_WORDS[f];
}

str_t rule_level_word(enum rule_level l)
{
    return LEVEL_WORDS[l];
}

bool rule_field_takes(enum rule_field f, enum rule_level l)
{
    switch (l) {
    case LEVEL_INHERIT:
        return true;
    case LEVEL_OFF:
    case LEVEL_ON:
        return f != RULE_ON_PARTIAL;
    case LEVEL_REQUIRE:
        return f == RULE_SIGN || f == RULE_ENCRYPT || f == RULE_VALIDATE;
    case LEVEL_ALWAYS:
    case LEVEL_FORCE:
        return f == RULE_DECRYPT;
    default:
        return f == RULE_ON_PARTIAL;
    }
}

bool rule_level_read(enum rule_field f, str_t word, enum rule_level *out)
{
    for (int l = 0; l < LEVEL_COUNT; l++) {
        if (!str_eq(LEVEL_WORDS[l], word) || !rule_field_takes(f, (enum rule_level) l)) continue;
        *out = (enum rule_level) l;
        return true;
    }
    return false;
}

enum rule_level rule_builtin_default(enum rule_field f)
{
    static const enum rule_level DEFAULTS[] = {[RULE_SIGN] = LEVEL_ON,
                                               [RULE_ENCRYPT] = LEVEL_OFF,
                                               [RULE_DECRYPT] = LEVEL_ON,
                                               [RULE_VALIDATE] = LEVEL_ON,
                                               [RULE_ON_PARTIAL] = LEVEL_SPLIT};
    return DEFAULTS[f];
}

ptrdiff_t rule_find(const struct rule_document *d, str_t id)
{
    for (size_t i = 0; i < d->rule_count; i++)
        if (str_eq(d->rules[i].id, id)) return (ptrdiff_t) i;
    return -1;
}

/* --- selectors ---------------------------------------------------------------------------------
 */

static rc_t bad_selector(struct err *e, const char *sentence)
{
    return err_set(e, RC_INVALID, "%s", sentence);
}

/* Labels between dots; nothing that would make it look like another kind of selector. */
static bool is_domain(str_t s)
{
    if (s.n == 0 || s.n > 253 || s.p[0] == '.' || s.p[s.n - 1] == '.') return false;
    if (str_find(s, STR("..")) >= 0) return false;
    for (size_t i = 0; i < s.n; i++)
        if (strchr("@*:/\\\"<>(),; \t", s.p[i])) return false;
    return true;
}

static rc_t read_lower(str_t s, struct arena *a, struct selector *out, struct err *e)
{
    struct selector r = {.kind = SELECTOR_DOMAIN, .text = s};
    ptrdiff_t at = str_rchr(s, '@');
    if (str_eq(s, STR("*"))) {
        r = (struct selector){.kind = SELECTOR_ANY};
    } else if (str_eq(s, STR("@managed"))) {
        r = (struct selector){.kind = SELECTOR_MANAGED};
    } else if (str_eq(s, STR("@external"))) {
        r = (struct selector){.kind = SELECTOR_EXTERNAL};
    } else if (str_starts(s, STR("*."))) {
        r = (struct selector){.kind = SELECTOR_WILDCARD, .text = str_sub(s, 1, s.n)};
        if (!is_domain(str_sub(s, 2, s.n)))
            return bad_selector(e, "A wildcard is \"*.\" and a domain, such as *.example.com.");
    } else if (at == 0) {
        return bad_selector(e,
                            "Behind a leading \"@\" only \"managed\" and \"external\" are known.");
    } else if (at > 0) {
        r.kind = SELECTOR_ADDRESS;
        if (!is_domain(str_sub(s, (size_t) at + 1, s.n)) ||
            str_chr(str_sub(s, 0, (size_t) at), '*') >= 0)
            return bad_selector(e, "An address is name@domain; it has no wildcards.");
    } else if (!is_domain(s)) {
        return bad_selector(e, "This is no address, domain, *.domain, dataset:NAME, @managed, "
                               "@external or *.");
    }
    if (r.text.p && !(r.text = arena_str(a, r.text)).p) return err_set(e, RC_NO_MEMORY, NULL);
    *out = r;
    return RC_OK;
}

rc_t rule_selector_read(str_t text, struct arena *a, struct selector *out, struct err *e)
{
    if (text.n == 0) return bad_selector(e, "A selector is empty.");
    if (text.n > RULE_SELECTOR_MAX) return err_set(e, RC_TOO_LARGE, "A selector is too long.");
    if (!str_is_clean(text) || !str_is_utf8(text))
        return bad_selector(e, "A selector holds characters that it may not.");
    if (str_istarts(text, STR("dataset:"))) {
        struct selector r = {.kind = SELECTOR_DATASET, .text = str_sub(text, 8, text.n)};
        if (r.text.n == 0) return bad_selector(e, "A name follows \"dataset:\".");
        if (!(r.text = arena_str(a, r.text)).p) return err_set(e, RC_NO_MEMORY, NULL);
        *out = r;
        return RC_OK;
    }
    str_t low = caseless_lower(a, text);
    if (!low.p) return err_set(e, RC_NO_MEMORY, NULL);
    return read_lower(low, a, out, e);
}

str_t rule_selector_write(const struct selector *s, struct arena *a)
{
    switch (s->kind) {
    case SELECTOR_ANY:
        return arena_str(a, STR("*"));
    case SELECTOR_EXTERNAL:
        return arena_str(a, STR("@external"));
    case SELECTOR_MANAGED:
        return arena_str(a, STR("@managed"));
    case SELECTOR_WILDCARD:
        return arena_printf(a, "*%.*s", STR_ARG(s->text));
    case SELECTOR_DATASET:
        return arena_printf(a, "dataset:%.*s", STR_ARG(s->text));
    default:
        return arena_str(a, s->text);
    }
}
