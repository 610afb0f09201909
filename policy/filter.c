#include "policy/caseless.h"
#include "policy/match.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct ruleset_word *x = a, *y = b;
    int order = str_cmp(x->text, y->text);
    return order ? order : (x->value > y->value) - (x->value < y->value);
}

rc_t filter_view_new(const struct ruleset *r, const struct policy_message *m, str_t from,
                     str_t subject, struct arena *a, struct filter_view *out, struct err *e)
{
    struct filter_view v = {.rules = r, .message = m, .from = from};
    v.subject = caseless_lower(a, subject);
    v.headers.list = ARENA_ARRAY(a, m->header_count + 1, struct ruleset_word);
    v.header_values = ARENA_ARRAY(a, m->header_count + 1, str_t);
    v.lists = ARENA_ARRAY(a, ruleset_document(r)->dataset_count + 1, uint8_t);
    if (!v.subject.p || !v.headers.list || !v.header_values || !v.lists)
        return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < m->header_count; i++) {
        str_t name = caseless_lower(a, m->headers[i].name);
        v.header_values[i] = caseless_lower(a, m->headers[i].value);
        if (!name.p || !v.header_values[i].p) return err_set(e, RC_NO_MEMORY, NULL);
        v.headers.list[v.headers.count++] = (struct ruleset_word){name, (uint32_t) i};
    }
    if (v.headers.count) qsort(v.headers.list, v.headers.count, sizeof *v.headers.list, by_name);
    *out = v;
    return RC_OK;
}

static str_t field_text(const struct filter *f, const struct filter_view *v)
{
    size_t at;
    switch (f->field) {
    case FILTER_SUBJECT:
        return v->subject;
    case FILTER_FROM:
        return v->from;
    case FILTER_TO:
        return v->to;
    default:
        at = ruleset_words_find(&v->headers, f->header);
        return at < v->headers.count ? v->header_values[v->headers.list[at].value] : STR("");
    }
}

/* The address, or the domain of it, is an entry. */
static bool in_dataset(const struct ruleset_set *s, str_t address)
{
    address = str_trim(address);
    if (!s || address.n == 0) return false;
    if (ruleset_words_find(&s->entries, address) < s->entries.count) return true;
    str_t domain = ruleset_domain_of(address);
    return domain.n > 0 && ruleset_words_find(&s->entries, domain) < s->entries.count;
}

static bool contains_word_of(const struct ruleset_set *s, str_t text)
{
    str_t word;
    if (!s) return false;
    for (size_t at = 0; caseless_next_word(text, &at, &word);)
        if (ruleset_words_find(&s->entries, word) < s->entries.count) return true;
    for (size_t i = 0; i < s->phrase_count; i++)
        if (caseless_has_phrase(text, s->phrases[i])) return true;
    return false;
}

/* A subject may be long, a list may have 200,000 entries, and many rules may ask for the same. */
static bool subject_has_word_of(const struct filter_view *v, str_t name)
{
    enum { NOT_ASKED, HAS, HAS_NOT };
    const struct ruleset_set *s = ruleset_dataset(v->rules, name);
    if (!s) return false;
    uint8_t *known = &v->lists[ruleset_dataset_index(v->rules, s)];
    if (*known == NOT_ASKED) *known = contains_word_of(s, v->subject) ? HAS : HAS_NOT;
    return *known == HAS;
}

/* A field of the header as a whole number; anything else is neither greater nor less. */
static bool number_of(str_t text, int64_t *out)
{
    uint64_t n;
    text = str_trim(text);
    bool minus = str_starts(text, STR("-"));
    if (!str_to_u64(str_sub(text, minus, text.n), &n) || n > INT64_MAX) return false;
    *out = minus ? -(int64_t) n : (int64_t) n;
    return true;
}

static bool compare(enum filter_op op, int64_t have, int64_t want)
{
    return op == FILTER_GT ? have > want : op == FILTER_LT ? have < want : have == want;
}

static bool test_true(const struct filter *f, const struct filter_view *v)
{
    int64_t number;
    if (f->field == FILTER_HAS_ATTACHMENT) return v->message->has_attachment == f->flag;
    if (f->field == FILTER_SIZE) {
        uint64_t size = v->message->size;
        return compare(f->op, size > INT64_MAX ? INT64_MAX : (int64_t) size, f->number);
    }
    str_t text = field_text(f, v);
    switch (f->op) {
    case FILTER_EQUALS:
        return str_eq(text, f->text);
    case FILTER_CONTAINS:
        return str_find(text, f->text) >= 0;
    case FILTER_IN_DATASET:
        return in_dataset(ruleset_dataset(v->rules, f->text), text);
    case FILTER_CONTAINS_WORD_OF:
        if (f->field == FILTER_SUBJECT) return subject_has_word_of(v, f->text);
        return contains_word_of(ruleset_dataset(v->rules, f->text), text);
    default:
        return number_of(text, &number) && compare(f->op, number, f->number);
    }
}

bool filter_true(const struct filter *f, const struct filter_view *v)
{
    if (f->kind == FILTER_TEST) return test_true(f, v);
    if (f->kind == FILTER_NOT) return !filter_true(&f->parts[0], v);
    for (size_t i = 0; i < f->count; i++)
        if (filter_true(&f->parts[i], v) != (f->kind == FILTER_ALL)) return f->kind == FILTER_ANY;
    return f->kind == FILTER_ALL;
}

bool filter_sees_recipient(const struct filter *f)
{
    if (f->kind == FILTER_TEST) return f->field == FILTER_TO;
    for (size_t i = 0; i < f->count; i++)
        if (filter_sees_recipient(&f->parts[i])) return true;
    return false;
}
