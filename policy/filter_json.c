/* Filters of rules as JSON: {"all": [..]}, {"any": [..]}, {"not": ..}, {"field", "op", "value"}. */
#include <stdio.h>

#include "policy/caseless.h"
#include "policy/rules_json.h"

struct reader {
    struct arena *a;
    size_t tests;
};

static const struct {
    const char *word;
    enum filter_op op;
} OPS[] = {
    {"equals", FILTER_EQUALS},
    {"contains", FILTER_CONTAINS},
    {"gt", FILTER_GT},
    {"lt", FILTER_LT},
    {"in_dataset", FILTER_IN_DATASET},
    {"contains_word_of", FILTER_CONTAINS_WORD_OF},
};
static const struct {
    const char *word;
    enum filter_field field;
} FIELDS[] = {
    {"subject", FILTER_SUBJECT}, {"size", FILTER_SIZE}, {"has_attachment", FILTER_HAS_ATTACHMENT},
    {"from", FILTER_FROM},       {"to", FILTER_TO},
};

static rc_t read_field(const json_t *obj, struct reader *r, const struct place *at,
                       struct filter *f, struct err *e)
{
    str_t word;
    TRY(place_text(obj, "field", RULE_TEXT_MAX, true, at, &word, e));
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        if (!str_eq(word, str_c(FIELDS[i].word))) continue;
        f->field = FIELDS[i].field;
        return RC_OK;
    }
    if (!str_istarts(word, STR("header:")) || word.n == 7)
        return place_fail_key(at, "field", RC_INVALID, e,
                              "subject, size, has_attachment, from, to or header:NAME is expected");
    f->field = FILTER_HEADER;
    f->header = caseless_lower(r->a, str_sub(word, 7, word.n));
    return f->header.p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static bool goes_with(enum filter_field field, enum filter_op op)
{
    bool number = op == FILTER_GT || op == FILTER_LT;
    if (field == FILTER_HAS_ATTACHMENT) return op == FILTER_EQUALS;
    if (field == FILTER_SIZE) return number || op == FILTER_EQUALS;
    return !number || field == FILTER_HEADER;
}

static rc_t read_op(const json_t *obj, const struct place *at, struct filter *f, struct err *e)
{
    str_t word;
    TRY(place_text(obj, "op", RULE_TEXT_MAX, true, at, &word, e));
    for (size_t i = 0; i < sizeof OPS / sizeof OPS[0]; i++) {
        if (!str_eq(word, str_c(OPS[i].word))) continue;
        f->op = OPS[i].op;
        if (goes_with(f->field, f->op)) return RC_OK;
        return place_fail_key(at, "op", RC_INVALID, e, "this field cannot be compared in this way");
    }
    return place_fail_key(at, "op", RC_INVALID, e,
                          "equals, contains, gt, lt, in_dataset or contains_word_of is expected");
}

static rc_t read_number(const json_t *v, const struct place *at, struct filter *f, struct err *e)
{
    double real = json_real_value(v);
    if (json_is_real(v) && real > -9e15 && real < 9e15 && (double) (int64_t) real == real)
        f->number = (int64_t) real;
    else if (json_is_integer(v))
        f->number = json_integer_value(v);
    else
        return place_fail_key(at, "value", RC_INVALID, e, "a whole number is expected");
    return RC_OK;
}

static rc_t read_flag(const json_t *v, const struct place *at, struct filter *f, struct err *e)
{
    if (!json_is_boolean(v))
        return place_fail_key(at, "value", RC_INVALID, e, "true or false is expected");
    f->flag = json_is_true(v);
    return RC_OK;
}

/* A number or a truth value is compared as it is written. */
static rc_t read_text(const json_t *v, struct reader *r, const struct place *at, struct filter *f,
                      struct err *e)
{
    char digits[24];
    bool dataset = f->op == FILTER_IN_DATASET || f->op == FILTER_CONTAINS_WORD_OF;
    str_t s = json_text(v);
    if (json_is_integer(v) && !dataset) {
        snprintf(digits, sizeof digits, "%lld", (long long) json_integer_value(v));
        s = str_c(digits);
    } else if (json_is_boolean(v) && !dataset) {
        s = json_is_true(v) ? STR("true") : STR("false");
    } else if (!json_is_string(v)) {
        return place_fail_key(at, "value", RC_INVALID, e,
                              dataset ? "the name of a data set is expected"
                                      : "a text is expected");
    }
    if (s.n > RULE_TEXT_MAX)
        return place_fail_key(at, "value", RC_TOO_LARGE, e, "the text is too long");
    if (f->op != FILTER_EQUALS && s.n == 0)
        return place_fail_key(at, "value", RC_INVALID, e, "the text is empty");
    f->text = dataset ? arena_str(r->a, s) : caseless_lower(r->a, s);
    return f->text.p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static rc_t read_test(const json_t *obj, struct reader *r, const struct place *at, struct filter *f,
                      struct err *e)
{
    static const char *const KEYS[] = {"field", "op", "value", NULL};
    const json_t *v = json_object_get(obj, "value");
    f->kind = FILTER_TEST;
    if (++r->tests > RULE_FILTER_TESTS_MAX)
        return place_fail(at, RC_TOO_LARGE, e, "the filter has too many conditions");
    TRY(place_known(obj, KEYS, at, e));
    TRY(read_field(obj, r, at, f, e));
    TRY(read_op(obj, at, f, e));
    if (f->op == FILTER_GT || f->op == FILTER_LT || f->field == FILTER_SIZE)
        return read_number(v, at, f, e);
    if (f->field == FILTER_HAS_ATTACHMENT) return read_flag(v, at, f, e);
    return read_text(v, r, at, f, e);
}

static rc_t read_node(const json_t *obj, struct reader *r, unsigned depth, const struct place *at,
                      struct filter *out, struct err *e);

static rc_t read_parts(const json_t *list, struct reader *r, unsigned depth, const struct place *at,
                       struct filter *f, struct err *e)
{
    if (!json_is_array(list)) return place_fail(at, RC_INVALID, e, "a list is expected");
    if (json_array_size(list) > RULE_FILTER_TESTS_MAX)
        return place_fail(at, RC_TOO_LARGE, e, "the filter has too many conditions");
    f->parts = ARENA_ARRAY(r->a, json_array_size(list) + 1, struct filter);
    if (!f->parts) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct place here = PLACE_AT(at, i);
        TRY(read_node(json_array_get(list, i), r, depth + 1, &here, &f->parts[i], e));
        f->count = i + 1;
    }
    return RC_OK;
}

static rc_t read_not(const json_t *v, struct reader *r, unsigned depth, const struct place *at,
                     struct filter *f, struct err *e)
{
    f->kind = FILTER_NOT;
    f->parts = ARENA_NEW(r->a, struct filter);
    f->count = 1;
    if (!f->parts) return err_set(e, RC_NO_MEMORY, NULL);
    return read_node(v, r, depth + 1, at, f->parts, e);
}

static rc_t read_node(const json_t *obj, struct reader *r, unsigned depth, const struct place *at,
                      struct filter *out, struct err *e)
{
    static const char *const JOINS[] = {"all", "any", "not"};
    if (!json_is_object(obj)) return place_fail(at, RC_INVALID, e, "an object is expected");
    if (depth > RULE_FILTER_DEPTH_MAX)
        return place_fail(at, RC_TOO_LARGE, e, "the filter is nested too deeply");
    for (size_t i = 0; i < sizeof JOINS / sizeof JOINS[0]; i++) {
        const char *const only[] = {JOINS[i], NULL};
        const json_t *v = json_object_get(obj, JOINS[i]);
        const struct place here = PLACE_KEY(at, JOINS[i]);
        if (!v) continue;
        TRY(place_known(obj, only, at, e));
        out->kind = (enum filter_kind) i; /* in the order of the enum */
        return i == 2 ? read_not(v, r, depth, &here, out, e)
                      : read_parts(v, r, depth, &here, out, e);
    }
    return read_test(obj, r, at, out, e);
}

rc_t filter_json_read(const json_t *obj, struct arena *a, const struct place *at,
                      struct filter **out, struct err *e)
{
    struct reader r = {.a = a};
    struct filter *f = ARENA_NEW(a, struct filter);
    if (!f) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_node(obj, &r, 1, at, f, e));
    *out = f;
    return RC_OK;
}
