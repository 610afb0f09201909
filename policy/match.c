#include "policy/match.h"

enum { FILTER_UNKNOWN, FILTER_IS_TRUE, FILTER_IS_FALSE };

/* Best selector of each list for one address: 0 for none, else (class + 1) << 8 | dots. */
struct scores {
    uint16_t list[LIST_COUNT];
};
struct matcher {
    const struct ruleset *rules;
    struct arena *a;
    struct filter_view view;
    struct scores *sender, *recipient; /* by rule */
    uint8_t *filters;                  /* what is known about filters that ask for no recipient */
};
/* A rule that matches, as a number: the smaller comes first. */
struct candidate {
    uint64_t order;
    size_t rule;
};
#define NOBODY ((struct candidate){.order = UINT64_MAX})

#define FIELD_BIT(f) (1u << RULE_##f)

unsigned pass_relevant_fields(enum pass_kind k)
{
    unsigned out = FIELD_BIT(SIGN) | FIELD_BIT(ENCRYPT);
    unsigned in = FIELD_BIT(DECRYPT) | FIELD_BIT(VALIDATE);
    return k == PASS_OUTBOUND ? out : k == PASS_INBOUND ? in : out | in;
}

unsigned pass_fields(enum pass_kind k)
{
    return pass_relevant_fields(k) | (k == PASS_INBOUND ? 0 : FIELD_BIT(ON_PARTIAL));
}

str_t match_verdict_word(enum match_verdict v)
{
    static const str_t WORDS[] = {
#define X(name, word) STR_INIT(word),
        MATCH_VERDICT_TABLE(X)
#undef X
    };
    return WORDS[v];
}

static void keep_best(const struct ruleset_use *use, unsigned class, void *ctx)
{
    uint16_t *best = &((struct scores *) ctx)[use->rule].list[use->list];
    uint16_t score = (uint16_t) ((class + 1) << 8 | use->dots);
    if (score > *best) *best = score;
}

rc_t matcher_new(const struct ruleset *r, const struct policy_message *m, str_t from, str_t subject,
                 struct arena *a, struct matcher **out, struct err *e)
{
    size_t n = ruleset_document(r)->rule_count + 1;
    struct matcher *x = ARENA_NEW(a, struct matcher);
    struct scores *scores = ARENA_ARRAY(a, 2 * n, struct scores);
    uint8_t *filters = ARENA_ARRAY(a, n, uint8_t);
    if (!x || !scores || !filters) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(filter_view_new(r, m, from, subject, a, &x->view, e));
    x->rules = r;
    x->a = a;
    x->sender = scores;
    x->recipient = scores + n;
    x->filters = filters;
    ruleset_each_match(r, from, keep_best, x->sender);
    *out = x;
    return RC_OK;
}

static bool passes_filter(struct matcher *m, const struct rule *rule, size_t i)
{
    if (!rule->filter) return true;
    if (m->filters[i] == FILTER_UNKNOWN) {
        bool yes = filter_true(rule->filter, &m->view);
        if (filter_sees_recipient(rule->filter)) return yes;
        m->filters[i] = yes ? FILTER_IS_TRUE : FILTER_IS_FALSE;
    }
    return m->filters[i] == FILTER_IS_TRUE;
}

/* --- specificity -------------------------------------------------------------------------------
 */

static unsigned class_of(uint16_t score)
{
    return (score >> 8) - 1u;
}

/* How specific one orientation is, filters aside; more is more specific. recipient_side,
 * sender_side: what matched whom. */
static uint32_t specificity(uint16_t sender_side, uint16_t recipient_side, enum pass_kind k,
                            bool has_filter)
{
    uint32_t sum = class_of(sender_side) + class_of(recipient_side);
    uint32_t other = class_of(k == PASS_INBOUND ? sender_side : recipient_side);
    uint32_t dots = (sender_side & 0xffu) + (recipient_side & 0xffu);
    return sum << 12 | (uint32_t) has_filter << 11 | other << 8 | dots;
}

/* Which of two orientations match, and how well. */
struct orientation {
    bool matches, counts;
    uint32_t specificity;
};

/* from, to: the lists that look at sender and recipient in this orientation. */
static void orient(const struct matcher *m, const struct rule *rule, size_t i, enum pass_kind k,
                   enum rule_list from, enum rule_list to, struct orientation *o)
{
    const struct scores *s = &m->sender[i], *r = &m->recipient[i];
    if (!s->list[from] || !r->list[to]) return;
    o->matches = true;
    /* the exclusions go with their sides: LIST_EXCLUDE_FROM is LIST_FROM + 2 */
    if (s->list[from + 2] || r->list[to + 2]) return;
    uint32_t here = specificity(s->list[from], r->list[to], k, rule->filter != NULL);
    if (!o->counts || here > o->specificity) o->specificity = here;
    o->counts = true;
}

/* What a rule is to this recipient; *order is set when it is VERDICT_OUTRANKED, which says here
 * that it is one of those to choose from. */
static enum match_verdict judge(struct matcher *m, const struct rule *rule, size_t i,
                                enum pass_kind k, uint64_t *order)
{
    struct orientation o = {.matches = false};
    if (!rule->enabled) return VERDICT_DISABLED;
    orient(m, rule, i, k, LIST_FROM, LIST_TO, &o);
    if (rule->bidirectional) orient(m, rule, i, k, LIST_TO, LIST_FROM, &o);
    if (!o.matches) return VERDICT_NO_MATCH;
    if (!o.counts) return VERDICT_EXCLUDED;
    if (!passes_filter(m, rule, i)) return VERDICT_FILTER_FALSE;
    unsigned relevant = pass_relevant_fields(k), defined = 0;
    for (int f = 0; f < RULE_FIELD_COUNT; f++)
        if (rule->level[f] != LEVEL_INHERIT) defined |= 1u << f;
    if (!(relevant & defined)) return VERDICT_TRANSPARENT;
    /* priority 32 bits, specificity 16, age 16 */
    *order = (uint64_t) rule->priority << 32 | (uint64_t) (0xffffu - o.specificity) << 16 |
             ruleset_age(m->rules, i);
    return VERDICT_OUTRANKED;
}

/* --- one rule ----------------------------------------------------------------------------------
 */

static void keep_first(struct candidate *c, uint64_t order, size_t rule)
{
    if (order < c->order) *c = (struct candidate){order, rule};
}

static void take_defaults(const struct rule_document *d, struct matched *r)
{
    r->rule = -1;
    for (int f = 0; f < RULE_FIELD_COUNT; f++) {
        enum rule_level own = (enum rule_level) d->defaults[f];
        r->level[f] =
            (uint8_t) (own != LEVEL_INHERIT ? own : rule_builtin_default((enum rule_field) f));
        r->giver[f] = GIVER_DEFAULT;
    }
}

rc_t matcher_run(struct matcher *m, enum pass_kind k, str_t recipient, struct matched *out,
                 struct err *e)
{
    const struct rule_document *d = ruleset_document(m->rules);
    struct candidate first = NOBODY, giver[RULE_FIELD_COUNT];
    struct matched r = {.trace = ARENA_ARRAY(m->a, d->rule_count + 1, uint8_t)};
    if (!r.trace) return err_set(e, RC_NO_MEMORY, NULL);
    memset(m->recipient, 0, d->rule_count * sizeof *m->recipient);
    ruleset_each_match(m->rules, recipient, keep_best, m->recipient);
    m->view.to = recipient;
    for (int f = 0; f < RULE_FIELD_COUNT; f++)
        giver[f] = NOBODY;
    for (size_t i = 0; i < d->rule_count; i++) {
        const struct rule *rule = &d->rules[i];
        uint64_t order = 0;
        enum match_verdict v = judge(m, rule, i, k, &order);
        r.trace[i] = (uint8_t) v;
        if (v != VERDICT_OUTRANKED) continue;
        keep_first(&first, order, i);
        for (int f = 0; f < RULE_FIELD_COUNT; f++)
            if (rule->level[f] != LEVEL_INHERIT) keep_first(&giver[f], order, i);
    }
    take_defaults(d, &r);
    for (int f = 0; f < RULE_FIELD_COUNT; f++) {
        if (!(pass_fields(k) & 1u << f) || giver[f].order == UINT64_MAX) continue;
        r.level[f] = d->rules[giver[f].rule].level[f];
        r.giver[f] = (ptrdiff_t) giver[f].rule;
        r.trace[giver[f].rule] = VERDICT_INHERITED_FROM;
    }
    if (first.order != UINT64_MAX) {
        r.rule = (ptrdiff_t) first.rule;
        r.trace[first.rule] = VERDICT_SELECTED;
    }
    *out = r;
    return RC_OK;
}
