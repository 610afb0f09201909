#include "policy/warnings.h"

#include <stdlib.h>

#include "policy/cover.h"

/* MEETINGS_MAX: of an account and a rule that matches it. */
enum { COMPARISONS_MAX = 30000000, MEETINGS_MAX = 100000000 };

struct finder {
    const struct policy_organisation *facts;
    const struct ruleset *rules;
    const struct rule_document *doc;
    struct arena *a;
    struct cover cover;
    struct rule_warnings out;
    size_t room;
};

static rc_t warn(struct finder *f, const struct rule_warning *w, struct err *e)
{
    if (f->out.count == f->room) {
        size_t room = f->room ? f->room * 2 : 64;
        struct rule_warning *more = ARENA_ARRAY(f->a, room, struct rule_warning);
        if (!more) return err_set(e, RC_NO_MEMORY, NULL);
        if (f->out.count) memcpy(more, f->out.list, f->out.count * sizeof *more);
        f->out.list = more;
        f->room = room;
    }
    f->out.list[f->out.count++] = *w;
    return RC_OK;
}

static bool defines(const struct rule *r, enum rule_field f)
{
    return r->level[f] != LEVEL_INHERIT;
}

/* --- rules that match nothing ------------------------------------------------------------------
 */

/* Why no address matches this side; WARNING_COUNT: one may. */
static enum rule_warning_kind dead_side(const struct ruleset *r, const struct selectors *s)
{
    bool missing = s->count > 0, sets = s->count > 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct selector *x = &s->list[i];
        if (cover_reaches_anybody(r, x)) return WARNING_COUNT;
        sets = sets && x->kind == SELECTOR_DATASET;
        missing = missing && x->kind == SELECTOR_DATASET && !ruleset_dataset(r, x->text);
    }
    return missing ? WARNING_DATASET_MISSING
           : sets  ? WARNING_DATASET_EMPTY
                   : WARNING_MATCHES_NOBODY;
}

enum truth { NEVER, MAYBE, ALWAYS };

static enum truth truth_of_test(const struct filter *t, const struct ruleset *r)
{
    const struct ruleset_set *set;
    if (t->op == FILTER_IN_DATASET || t->op == FILTER_CONTAINS_WORD_OF) {
        set = ruleset_dataset(r, t->text);
        return set && set->entries.count > 0 ? MAYBE : NEVER;
    }
    if (t->field != FILTER_SIZE) return MAYBE;
    if (t->op == FILTER_GT) return t->number < 0 ? ALWAYS : MAYBE;
    if (t->op == FILTER_LT) return t->number <= 0 ? NEVER : MAYBE;
    return t->number < 0 ? NEVER : MAYBE;
}

static enum truth truth_of(const struct filter *f, const struct ruleset *r)
{
    if (f->kind == FILTER_TEST) return truth_of_test(f, r);
    if (f->kind == FILTER_NOT) return (enum truth)(ALWAYS - truth_of(&f->parts[0], r));
    enum truth all = ALWAYS, any = NEVER;
    for (size_t i = 0; i < f->count; i++) {
        enum truth t = truth_of(&f->parts[i], r);
        if (t < all) all = t;
        if (t > any) any = t;
    }
    return f->kind == FILTER_ALL ? all : any;
}

/* Sending fields need a sender of ours, receiving ones a recipient of ours. */
static bool goes_wrong_way(const struct ruleset *r, const struct rule *rule)
{
    bool from = cover_reaches_managed(r, &rule->lists[LIST_FROM]);
    bool to = cover_reaches_managed(r, &rule->lists[LIST_TO]);
    bool sends = defines(rule, RULE_SIGN) || defines(rule, RULE_ENCRYPT);
    bool receives = defines(rule, RULE_DECRYPT) || defines(rule, RULE_VALIDATE);
    bool sender = from || (rule->bidirectional && to),
         recipient = to || (rule->bidirectional && from);
    return !(sends && sender) && !(receives && recipient);
}

/* The one reason, the plainest first; WARNING_COUNT: it may be executed, as far as it is concerned.
 */
static enum rule_warning_kind never_fires(struct finder *f, const struct rule *rule)
{
    const struct selectors *l = rule->lists;
    if (!rule->enabled) return WARNING_DISABLED;
    if (!defines(rule, RULE_SIGN) && !defines(rule, RULE_ENCRYPT) && !defines(rule, RULE_DECRYPT) &&
        !defines(rule, RULE_VALIDATE))
        return WARNING_SETS_NOTHING;
    for (int side = LIST_FROM; side <= LIST_TO; side++) {
        enum rule_warning_kind why = dead_side(f->rules, &l[side]);
        if (why != WARNING_COUNT) return why;
    }
    if (cover_all(&f->cover, &l[LIST_EXCLUDE_FROM], &l[LIST_FROM]) ||
        cover_all(&f->cover, &l[LIST_EXCLUDE_TO], &l[LIST_TO]))
        return WARNING_ALL_EXCLUDED;
    if (rule->filter && truth_of(rule->filter, f->rules) == NEVER) return WARNING_FILTER_NEVER;
    return goes_wrong_way(f->rules, rule) ? WARNING_WRONG_WAY : WARNING_COUNT;
}

/* --- rules behind others -----------------------------------------------------------------------
 */

static bool same_filter(const struct filter *x, const struct filter *y)
{
    if (!x || !y) return x == y;
    if (x->kind != y->kind || x->count != y->count) return false;
    for (size_t i = 0; i < x->count; i++)
        if (!same_filter(&x->parts[i], &y->parts[i])) return false;
    return x->kind != FILTER_TEST ||
           (x->field == y->field && x->op == y->op && str_eq(x->header, y->header) &&
            str_eq(x->text, y->text) && x->number == y->number && x->flag == y->flag);
}

static bool same_list(const struct selectors *x, const struct selectors *y)
{
    if (x->count != y->count) return false;
    for (size_t i = 0; i < x->count; i++)
        if (x->list[i].kind != y->list[i].kind || !str_eq(x->list[i].text, y->list[i].text))
            return false;
    return true;
}

/* What `first` excludes on this side, `second` excludes too, or does not match anyway. */
static bool excludes_no_more(struct cover *c, const struct selectors *first,
                             const struct selectors *second, const struct selectors *matched)
{
    for (size_t i = 0; i < first->count; i++)
        if (!cover_selector(c, second, &first->list[i]) &&
            !cover_disjoint(c, &first->list[i], matched))
            return false;
    return true;
}

/* Whatever `second` matches in one orientation, `first` matches with its From where second has
 * `from` and its To where second has `to`. */
static bool reaches(struct cover *c, const struct rule *first, const struct rule *second,
                    enum rule_list from, enum rule_list to)
{
    const struct selectors *a = first->lists, *b = second->lists;
    return cover_all(c, &a[LIST_FROM], &b[from]) && cover_all(c, &a[LIST_TO], &b[to]) &&
           excludes_no_more(c, &a[LIST_EXCLUDE_FROM], &b[from + 2], &b[from]) &&
           excludes_no_more(c, &a[LIST_EXCLUDE_TO], &b[to + 2], &b[to]);
}

static bool matches_all_of(struct cover *c, const struct rule *first, const struct rule *second)
{
    bool straight = reaches(c, first, second, LIST_FROM, LIST_TO);
    bool crossed = (second->bidirectional || (first->bidirectional && !straight)) &&
                   reaches(c, first, second, LIST_TO, LIST_FROM);
    bool forward = straight || (first->bidirectional && crossed);
    bool swapped = crossed || (first->bidirectional && straight);
    return forward && (swapped || !second->bidirectional);
}

/* Is it always the earlier of the two? Of one priority only where nothing but age differs. */
static bool always_before(const struct finder *f, size_t first, size_t second)
{
    const struct rule *a = &f->doc->rules[first], *b = &f->doc->rules[second];
    if (a->priority != b->priority) return a->priority < b->priority;
    return ruleset_age(f->rules, first) < ruleset_age(f->rules, second) &&
           same_list(&a->lists[LIST_FROM], &b->lists[LIST_FROM]) &&
           same_list(&a->lists[LIST_TO], &b->lists[LIST_TO]) &&
           same_list(&a->lists[LIST_EXCLUDE_FROM], &b->lists[LIST_EXCLUDE_FROM]) &&
           same_list(&a->lists[LIST_EXCLUDE_TO], &b->lists[LIST_EXCLUDE_TO]) &&
           a->bidirectional == b->bidirectional && same_filter(a->filter, b->filter);
}

/* The rule that leaves nothing to this one, or -1. */
static ptrdiff_t hidden_by(struct finder *f, size_t i)
{
    const struct rule *r = &f->doc->rules[i];
    for (size_t k = 0; k < f->doc->rule_count && f->cover.budget > 0; k++) {
        const struct rule *o = &f->doc->rules[k];
        bool says_all = true;
        f->cover.budget--;
        if (k == i || !o->enabled || o->priority > r->priority) continue;
        if (o->filter && !same_filter(o->filter, r->filter)) continue;
        for (int field = 0; field < RULE_FIELD_COUNT; field++)
            if (defines(r, (enum rule_field) field) && !defines(o, (enum rule_field) field))
                says_all = false;
        if (says_all && always_before(f, k, i) && matches_all_of(&f->cover, o, r))
            return (ptrdiff_t) k;
    }
    return -1;
}

static rc_t look_at_rules(struct finder *f, struct err *e)
{
    for (size_t i = 0; i < f->doc->rule_count; i++) {
        struct rule_warning w = {.rule = i, .by = -1};
        w.kind = never_fires(f, &f->doc->rules[i]);
        if (w.kind == WARNING_COUNT) {
            w.by = hidden_by(f, i);
            w.kind = w.by >= 0 ? WARNING_HIDDEN : WARNING_COUNT;
        }
        if (w.kind != WARNING_COUNT) TRY(warn(f, &w, e));
    }
    f->out.complete = f->cover.budget > 0;
    return RC_OK;
}

/* --- what accounts can -------------------------------------------------------------------------
 */

/* How many accounts a rule is about, and of how many a warning is true. */
struct tally {
    bool from_us[2]; /* can who is matched by From, by To be one of ours? */
    size_t senders, recipients, count[WARNING_COUNT];
    str_t first[WARNING_COUNT];
};
/* Which lists of a rule match an account, and which rules have such lists. */
struct seen {
    bool met, in[LIST_COUNT];
};
struct sight {
    struct seen *rules;
    uint16_t *met;
    size_t count;
};

static void see(const struct ruleset_use *use, unsigned class, void *ctx)
{
    struct sight *s = ctx;
    struct seen *rule = &s->rules[use->rule];
    (void) class;
    if (!rule->met) s->met[s->count++] = use->rule;
    rule->met = rule->in[use->list] = true;
}

static void count_one(struct tally *t, enum rule_warning_kind k, str_t account)
{
    if (t->count[k]++ == 0) t->first[k] = account;
}

/* What the account can do, for itself: an organisation of one. */
struct ability {
    enum decision_reason sign, receive, open;
};

static void count_account(const struct rule *r, const struct seen *s, const struct ability *can,
                          str_t account, struct tally *t)
{
    bool from = s->in[LIST_FROM] && !s->in[LIST_EXCLUDE_FROM];
    bool to = s->in[LIST_TO] && !s->in[LIST_EXCLUDE_TO];
    bool sender = from || (r->bidirectional && to), recipient = to || (r->bidirectional && from);
    t->senders += sender;
    t->recipients += recipient;
    if (sender && r->level[RULE_SIGN] == LEVEL_REQUIRE && can->sign != REASON_OK)
        count_one(t,
                  can->sign == REASON_KEY_USER_HELD ? WARNING_BROWSER_SIGNS : WARNING_CANNOT_SIGN,
                  account);
    /* encrypting to one of ours needs a sender of ours: for others they encrypt themselves */
    bool inside =
        (to && t->from_us[LIST_FROM]) || (r->bidirectional && from && t->from_us[LIST_TO]);
    if (inside && r->level[RULE_ENCRYPT] == LEVEL_REQUIRE && can->receive != REASON_OK)
        count_one(t, WARNING_CANNOT_ENCRYPT, account);
    bool must_open =
        r->level[RULE_DECRYPT] == LEVEL_ALWAYS || r->level[RULE_DECRYPT] == LEVEL_FORCE;
    if (recipient && must_open && can->open != REASON_OK)
        count_one(t,
                  can->open == REASON_KEY_USER_HELD ? WARNING_BROWSER_OPENS : WARNING_CANNOT_OPEN,
                  account);
}

static int by_address(const void *a, const void *b)
{
    return str_cmp(((const struct policy_cert *) a)->address,
                   ((const struct policy_cert *) b)->address);
}

/* The organisation as far as it concerns one account; certs: sorted by address. */
static struct policy_organisation only(const struct policy_organisation *all,
                                       const struct policy_cert *certs, size_t i)
{
    size_t lo = 0, hi = all->cert_count;
    str_t address = all->accounts[i].address;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(certs[mid].address, address) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    struct policy_organisation one = {.id = all->id,
                                      .smime = all->smime,
                                      .rules = all->rules,
                                      .accounts = &all->accounts[i],
                                      .account_count = 1,
                                      .certs = certs + lo};
    while (lo + one.cert_count < all->cert_count &&
           str_eq(certs[lo + one.cert_count].address, address))
        one.cert_count++;
    return one;
}

static rc_t look_at_accounts(struct finder *f, struct err *e)
{
    const struct policy_organisation *all = f->facts;
    size_t n = f->doc->rule_count;
    struct policy_cert *certs = ARENA_ARRAY(f->a, all->cert_count + 1, struct policy_cert);
    struct tally *tally = ARENA_ARRAY(f->a, n + 1, struct tally);
    struct sight s = {ARENA_ARRAY(f->a, n + 1, struct seen), ARENA_ARRAY(f->a, n + 1, uint16_t), 0};
    size_t left = MEETINGS_MAX;
    if (!certs || !tally || !s.rules || !s.met) return err_set(e, RC_NO_MEMORY, NULL);
    if (all->cert_count) memcpy(certs, all->certs, all->cert_count * sizeof *certs);
    if (all->cert_count) qsort(certs, all->cert_count, sizeof *certs, by_address);
    for (size_t k = 0; k < n; k++)
        for (int side = LIST_FROM; side <= LIST_TO; side++)
            tally[k].from_us[side] = cover_reaches_managed(f->rules, &f->doc->rules[k].lists[side]);
    for (size_t i = 0; i < all->account_count; i++) {
        struct policy_organisation one = only(all, certs, i);
        str_t address = all->accounts[i].address;
        const struct ability can = {actions_sign_reason(&one, address),
                                    actions_receive_reason(&one, address),
                                    actions_open_reason(&one, address)};
        s.count = 0;
        ruleset_each_match(f->rules, address, see, &s);
        if (s.count > left) { /* half a count would be a wrong one */
            f->out.complete = false;
            return RC_OK;
        }
        left -= s.count;
        for (size_t k = 0; k < s.count; k++) {
            size_t rule = s.met[k];
            count_account(&f->doc->rules[rule], &s.rules[rule], &can, address, &tally[rule]);
            s.rules[rule] = (struct seen){.met = false};
        }
    }
    for (size_t k = 0; k < n; k++) {
        for (int w = WARNING_CANNOT_SIGN; w < WARNING_COUNT; w++) {
            bool sends = w == WARNING_CANNOT_SIGN || w == WARNING_BROWSER_SIGNS;
            const struct rule_warning found = {.rule = k,
                                               .kind = (enum rule_warning_kind) w,
                                               .by = -1,
                                               .count = tally[k].count[w],
                                               .of = sends ? tally[k].senders : tally[k].recipients,
                                               .account = tally[k].first[w]};
            if (found.count > 0) TRY(warn(f, &found, e));
        }
    }
    return RC_OK;
}

/* --- all ---------------------------------------------------------------------------------------
 */

static int by_rule(const void *a, const void *b)
{
    const struct rule_warning *x = a, *y = b;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return (int) x->kind - (int) y->kind;
}

rc_t rule_warnings_find(const struct policy_organisation *facts, struct arena *a,
                        struct rule_warnings *out, struct err *e)
{
    struct finder f = {.facts = facts,
                       .rules = facts->rules,
                       .a = a,
                       .doc = ruleset_document(facts->rules),
                       .cover = {.rules = facts->rules, .budget = COMPARISONS_MAX}};
    TRY(look_at_rules(&f, e));
    if (facts->accounts) TRY(look_at_accounts(&f, e));
    if (f.out.count) qsort(f.out.list, f.out.count, sizeof *f.out.list, by_rule);
    *out = f.out;
    return RC_OK;
}

str_t rule_warning_word(enum rule_warning_kind k)
{
    static const str_t WORDS[] = {
#define X(name, word, sentence) STR_INIT(word),
        RULE_WARNING_TABLE(X)
#undef X
    };
    return WORDS[k];
}

str_t rule_warning_sentence(enum rule_warning_kind k)
{
    static const str_t SENTENCES[] = {
#define X(name, word, sentence) STR_INIT(sentence),
        RULE_WARNING_TABLE(X)
#undef X
    };
    return SENTENCES[k];
}

json_t *rule_warnings_json(const struct rule_warnings *w, const struct ruleset *r)
{
    const struct rule_document *d = ruleset_document(r);
    json_t *list = json_array();
    for (size_t i = 0; i < w->count; i++) {
        const struct rule_warning *x = &w->list[i];
        json_t *v = json_object();
        json_put_str(v, "rule", d->rules[x->rule].id);
        json_put_str(v, "warning", rule_warning_word(x->kind));
        json_put_str(v, "text", rule_warning_sentence(x->kind));
        if (x->by >= 0) json_put_str(v, "by", d->rules[x->by].id);
        if (x->count > 0) {
            json_t *accounts = json_object();
            json_put_int(accounts, "count", (long long) x->count);
            json_put_int(accounts, "of", (long long) x->of);
            json_put_str(accounts, "first", x->account);
            json_object_set_new(v, "accounts", accounts);
        }
        json_array_append_new(list, v);
    }
    return list;
}
