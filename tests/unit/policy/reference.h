/* A second evaluator of matching, order and inheritance, written from the text of the rules alone:
 * plain, slow, without an index. The tests compare it with policy/match.c. */
#ifndef WAXSEAL_TEST_POLICY_REFERENCE_H
#define WAXSEAL_TEST_POLICY_REFERENCE_H

#include <ctype.h>
#include <stdlib.h>

#include "policy/match.h"

struct ref_side {
    int class; /* -1: no selector matches */
    int dots;
};
struct ref_fit { /* one orientation */
    bool fits, excluded;
    int sum, other, dots;
};
struct ref_entry {
    const struct rule *rule;
    size_t index;
    struct ref_fit fit;
};
struct ref_facts {
    const struct rule_document *doc;
    str_t from, to; /* any case */
    const struct policy_message *message;
    str_t subject;
};

static inline bool ref_same(str_t a, str_t b)
{
    return str_ieq(a, b);
}

static inline str_t ref_domain(str_t address)
{
    while (address.n > 0 && memchr(address.p, '@', address.n))
        address = str_sub(address, 1, address.n);
    return address;
}

static inline bool ref_managed(const struct rule_document *d, str_t address)
{
    for (size_t i = 0; i < d->domain_count; i++)
        if (ref_same(d->domains[i], ref_domain(address))) return true;
    return false;
}

static inline bool ref_listed(const struct rule_document *d, str_t name, str_t address)
{
    for (size_t i = 0; i < d->dataset_count; i++) {
        if (!str_eq(d->datasets[i].name, name)) continue;
        for (size_t k = 0; k < d->datasets[i].count; k++) {
            str_t entry = d->datasets[i].entries[k];
            if (ref_same(entry, address)) return true;
            if (!memchr(entry.p, '@', entry.n) && ref_same(entry, ref_domain(address))) return true;
        }
    }
    return false;
}

static inline int ref_class(const struct rule_document *d, const struct selector *s, str_t address)
{
    switch (s->kind) {
    case SELECTOR_ANY:
        return 0;
    case SELECTOR_EXTERNAL:
        return ref_managed(d, address) ? -1 : 1;
    case SELECTOR_MANAGED:
        return ref_managed(d, address) ? 3 : -1;
    case SELECTOR_WILDCARD:
        return str_iends(ref_domain(address), s->text) && ref_domain(address).n > s->text.n ? 2
                                                                                            : -1;
    case SELECTOR_DOMAIN:
        return ref_same(ref_domain(address), s->text) ? 3 : -1;
    case SELECTOR_DATASET:
        return ref_listed(d, s->text, address) ? 4 : -1;
    default:
        return ref_same(address, s->text) ? 5 : -1;
    }
}

static inline struct ref_side ref_best(const struct rule_document *d, const struct selectors *s,
                                       str_t address)
{
    struct ref_side best = {.class = -1};
    for (size_t i = 0; i < s->count; i++) {
        struct ref_side here = {.class = ref_class(d, &s->list[i], address)};
        for (size_t k = 0; here.class == 2 && k < s->list[i].text.n; k++)
            here.dots += s->list[i].text.p[k] == '.';
        if (here.class > best.class || (here.class == best.class && here.dots > best.dots))
            best = here;
    }
    return best;
}

static inline struct ref_fit ref_orientation(const struct ref_facts *f, const struct rule *r,
                                             enum pass_kind k, bool swapped)
{
    const struct rule_document *d = f->doc;
    /* swapped: what is written for From looks at the recipient */
    str_t first = swapped ? f->to : f->from, second = swapped ? f->from : f->to;
    struct ref_side from = ref_best(d, &r->lists[LIST_FROM], first);
    struct ref_side to = ref_best(d, &r->lists[LIST_TO], second);
    struct ref_side sender = swapped ? to : from, recipient = swapped ? from : to;
    return (struct ref_fit){
        .fits = from.class >= 0 && to.class >= 0,
        .excluded = ref_best(d, &r->lists[LIST_EXCLUDE_FROM], first).class >= 0 ||
                    ref_best(d, &r->lists[LIST_EXCLUDE_TO], second).class >= 0,
        .sum = from.class + to.class,
        .other = k == PASS_INBOUND ? sender.class : recipient.class,
        .dots = from.dots + to.dots,
    };
}

/* Positive: x is more specific. */
static inline int ref_more_specific(const struct ref_entry *x, const struct ref_entry *y)
{
    if (x->fit.sum != y->fit.sum) return x->fit.sum - y->fit.sum;
    int fx = x->rule->filter != NULL, fy = y->rule->filter != NULL;
    if (fx != fy) return fx - fy;
    if (x->fit.other != y->fit.other) return x->fit.other - y->fit.other;
    return x->fit.dots - y->fit.dots;
}

static inline int ref_order(const void *a, const void *b)
{
    const struct ref_entry *x = a, *y = b;
    if (x->rule->priority != y->rule->priority)
        return x->rule->priority < y->rule->priority ? -1 : 1;
    int specific = ref_more_specific(x, y);
    if (specific) return -specific;
    if (x->rule->created != y->rule->created) return x->rule->created > y->rule->created ? -1 : 1;
    return str_cmp(x->rule->id, y->rule->id);
}

/* --- filters, for ASCII texts ------------------------------------------------------------------
 */

static inline str_t ref_field(const struct filter *t, const struct ref_facts *f)
{
    if (t->field == FILTER_SUBJECT) return f->subject;
    if (t->field == FILTER_FROM) return f->from;
    if (t->field == FILTER_TO) return f->to;
    for (size_t i = 0; i < f->message->header_count; i++)
        if (ref_same(f->message->headers[i].name, t->header)) return f->message->headers[i].value;
    return STR("");
}

static inline bool ref_word_of(const struct rule_document *d, str_t name, str_t text)
{
    for (size_t i = 0; i < text.n;) {
        size_t start = i;
        while (i < text.n && (isalnum((unsigned char) text.p[i]) || text.p[i] == '_'))
            i++;
        str_t word = str_sub(text, start, i);
        for (size_t s = 0; s < d->dataset_count && word.n > 0; s++)
            for (size_t k = 0; k < d->datasets[s].count; k++)
                if (str_eq(d->datasets[s].name, name) && ref_same(d->datasets[s].entries[k], word))
                    return true;
        if (i == start) i++;
    }
    return false;
}

static inline bool ref_test(const struct filter *t, const struct ref_facts *f)
{
    int64_t size = (int64_t) f->message->size;
    if (t->field == FILTER_HAS_ATTACHMENT) return f->message->has_attachment == t->flag;
    if (t->field == FILTER_SIZE && t->op == FILTER_GT) return size > t->number;
    if (t->field == FILTER_SIZE && t->op == FILTER_LT) return size < t->number;
    if (t->field == FILTER_SIZE) return size == t->number;
    str_t text = ref_field(t, f);
    if (t->op == FILTER_EQUALS) return ref_same(text, t->text);
    if (t->op == FILTER_CONTAINS) return str_ifind(text, t->text) >= 0;
    if (t->op == FILTER_IN_DATASET) return ref_listed(f->doc, t->text, text);
    return ref_word_of(f->doc, t->text, text);
}

static inline bool ref_filter(const struct filter *t, const struct ref_facts *f)
{
    size_t yes = 0;
    if (t->kind == FILTER_TEST) return ref_test(t, f);
    for (size_t i = 0; i < t->count; i++)
        yes += ref_filter(&t->parts[i], f);
    return t->kind == FILTER_NOT ? yes == 0 : t->kind == FILTER_ALL ? yes == t->count : yes > 0;
}

/* --- one rule ----------------------------------------------------------------------------------
 */

static inline enum match_verdict ref_judge(const struct ref_facts *f, const struct rule *r,
                                           enum pass_kind k, struct ref_fit *fit)
{
    if (!r->enabled) return VERDICT_DISABLED;
    struct ref_fit ways[2] = {ref_orientation(f, r, k, false), ref_orientation(f, r, k, true)};
    if (!r->bidirectional) ways[1].fits = false;
    if (!ways[0].fits && !ways[1].fits) return VERDICT_NO_MATCH;
    struct ref_entry x = {r, 0, ways[0]}, y = {r, 0, ways[1]};
    bool first = ways[0].fits && !ways[0].excluded, second = ways[1].fits && !ways[1].excluded;
    if (!first && !second) return VERDICT_EXCLUDED;
    *fit = !second || (first && ref_more_specific(&x, &y) >= 0) ? ways[0] : ways[1];
    if (r->filter && !ref_filter(r->filter, f)) return VERDICT_FILTER_FALSE;
    bool out = r->level[RULE_SIGN] || r->level[RULE_ENCRYPT];
    bool in = r->level[RULE_DECRYPT] || r->level[RULE_VALIDATE];
    bool matters = (k != PASS_INBOUND && out) || (k != PASS_OUTBOUND && in);
    return matters ? VERDICT_SELECTED : VERDICT_TRANSPARENT;
}

/* trace: room for every rule. Levels and givers of the fields of the pass, as the rules have them.
 */
static inline void ref_match(const struct ref_facts *f, enum pass_kind k, struct matched *out)
{
    static const enum rule_level BUILT_IN[] = {LEVEL_ON, LEVEL_OFF, LEVEL_ON, LEVEL_ON,
                                               LEVEL_SPLIT};
    const struct rule_document *d = f->doc;
    struct ref_entry *list = calloc(d->rule_count + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < d->rule_count; i++) {
        struct ref_fit fit = {.fits = false};
        out->trace[i] = (uint8_t) ref_judge(f, &d->rules[i], k, &fit);
        if (out->trace[i] == VERDICT_SELECTED) list[n++] = (struct ref_entry){&d->rules[i], i, fit};
    }
    qsort(list, n, sizeof *list, ref_order);
    for (size_t i = 0; i < n; i++)
        out->trace[list[i].index] = VERDICT_OUTRANKED;
    out->rule = n > 0 ? (ptrdiff_t) list[0].index : -1;
    for (int field = 0; field < RULE_FIELD_COUNT; field++) {
        size_t i = 0;
        while (i < n && list[i].rule->level[field] == LEVEL_INHERIT)
            i++;
        out->giver[field] = i < n ? (ptrdiff_t) list[i].index : GIVER_DEFAULT;
        out->level[field] = i < n                ? list[i].rule->level[field]
                            : d->defaults[field] ? d->defaults[field]
                                                 : (uint8_t) BUILT_IN[field];
        if (i < n && (pass_fields(k) & 1u << field))
            out->trace[list[i].index] = VERDICT_INHERITED_FROM;
    }
    if (n > 0) out->trace[list[0].index] = VERDICT_SELECTED;
    free(list);
}

#endif
