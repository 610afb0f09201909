#include "policy/effort.h"

/* What is compared in how many comparisons, at worst: a condition, an entry of a list. */
enum { COMPARISONS_A_TEST = 8, COMPARISONS_A_PHRASE = 2, COMPARISONS_A_FAILED_MATCH = 5 };
/* Of what little is done with, so many in the time of one comparison. */
enum { BYTES_A_SEARCH = 2, SELECTORS_A_COMPARISON = 4 };

/* What deciding for one organisation is counted from. */
struct load {
    const struct ruleset *rules;
    uint64_t recipients;
    uint64_t longest[FILTER_HEADER + 1]; /* by enum filter_field: bytes a condition may look at */
    uint64_t text;                       /* all of it */
    uint64_t once; /* the subject is searched for a list's words once, whoever asks */
    bool asked[RULE_DATASETS_MAX];
};

static uint64_t bits_of(uint64_t n)
{
    uint64_t bits = 1;
    for (; n > 1; n /= 2)
        bits++;
    return bits;
}

static uint64_t min(uint64_t x, uint64_t y)
{
    return x < y ? x : y;
}

/* Each word is looked up, each phrase searched for; where one is found that begins or ends inside a
 * word, the search begins again. At one place of the text there are no two of the same length. */
static uint64_t cost_of_words(const struct ruleset_set *s, uint64_t text)
{
    uint64_t lengths = min(min(s->phrase_count, RULE_SELECTOR_MAX), text);
    return text * bits_of(s->entries.count) +
           s->phrase_count * (COMPARISONS_A_PHRASE + text / BYTES_A_SEARCH) +
           text * lengths * COMPARISONS_A_FAILED_MATCH;
}

static uint64_t cost_of_list(const struct filter *f, struct load *x)
{
    const struct ruleset_set *s = ruleset_dataset(x->rules, f->text);
    if (!s) return 0;
    if (f->op == FILTER_IN_DATASET) return 2 * bits_of(s->entries.count);
    uint64_t cost = cost_of_words(s, x->longest[f->field]);
    if (f->field != FILTER_SUBJECT) return cost;
    bool *asked = &x->asked[ruleset_dataset_index(x->rules, s)];
    if (!*asked) x->once += cost;
    *asked = true;
    return 0;
}

/* One filter, decided once, with all of its conditions. */
static uint64_t cost_of(const struct filter *f, struct load *x)
{
    uint64_t sum = 1;
    if (f->kind != FILTER_TEST) {
        for (size_t i = 0; i < f->count; i++)
            sum += cost_of(&f->parts[i], x);
        return sum;
    }
    sum = COMPARISONS_A_TEST + x->longest[f->field] / BYTES_A_SEARCH;
    if (f->op == FILTER_IN_DATASET || f->op == FILTER_CONTAINS_WORD_OF) sum += cost_of_list(f, x);
    return sum;
}

static void measure(const struct policy_message *m, struct load *x)
{
    uint64_t *to = &x->longest[FILTER_TO], *header = &x->longest[FILTER_HEADER];
    x->longest[FILTER_SUBJECT] = x->text = m->subject.n;
    x->longest[FILTER_FROM] = m->from.n;
    for (size_t i = 0; i < m->header_count; i++) {
        size_t n = m->headers[i].value.n;
        x->text += m->headers[i].name.n + n;
        if (n > *header) *header = n;
    }
    for (int role = 0; role < 3; role++) {
        x->recipients += m->to_count[role];
        for (size_t i = 0; i < m->to_count[role]; i++)
            if (m->to[role][i].n > *to) *to = m->to[role][i].n;
    }
}

static uint64_t selectors_of(const struct rule *r)
{
    uint64_t n = 0;
    for (int i = 0; i < LIST_COUNT; i++)
        n += r->lists[i].count;
    return n;
}

/* All filters; no further than `most`. What asks for the recipient is decided anew for each. None
 * of a rule's numbers is so large that its product with the recipients is beyond 64 bits. */
static uint64_t filters_of(struct load *x, uint64_t most)
{
    const struct rule_document *d = ruleset_document(x->rules);
    uint64_t sum = 0;
    for (size_t i = 0; i < d->rule_count && sum + x->once <= most; i++) {
        const struct filter *f = d->rules[i].filter;
        if (f) sum += cost_of(f, x) * (filter_sees_recipient(f) ? x->recipients : 1);
    }
    return sum + x->once;
}

static uint64_t work_of(const struct policy_organisation *o, const struct policy_message *m,
                        uint64_t most)
{
    const struct rule_document *d = ruleset_document(o->rules);
    struct load x = {.rules = o->rules};
    uint64_t selectors = 0;
    measure(m, &x);
    for (size_t i = 0; i < d->rule_count; i++)
        selectors += selectors_of(&d->rules[i]);
    uint64_t each =
        1 + o->account_count + o->cert_count + d->rule_count + selectors / SELECTORS_A_COMPARISON;
    uint64_t once = x.text + o->cert_count * (m->encrypted ? m->encrypted->cert_count : 0);
    for (int i = 0; i < TRIGGER_COUNT; i++)
        once += d->triggers[i].n * m->subject.n; /* looked for letter by letter */
    return x.recipients * each + once + filters_of(&x, most);
}

rc_t effort_take_work(struct effort *left, const struct policy_input *in, struct err *e)
{
    for (size_t i = 0; left && i < in->org_count; i++) {
        uint64_t work = work_of(&in->orgs[i], in->message, left->work);
        if (work > left->work)
            return err_set(e, RC_TOO_LARGE,
                           "Deciding this would take too long here: describe fewer recipients, "
                           "filters or certificates, or a shorter text.");
        left->work -= work;
    }
    return RC_OK;
}

/* --- the answer --------------------------------------------------------------------------------
 */

/* Bytes of a line of the trace, of a pass, of a recipient beside the texts in it. */
enum { BYTES_A_LINE = 32, BYTES_A_PASS = 1000, BYTES_A_RECIPIENT = 300 };

/* As JSON has it; nothing is longer than the six bytes of a control character. */
static uint64_t written(str_t s)
{
    uint64_t n = s.n;
    for (size_t i = 0; i < s.n; i++)
        n += (unsigned char) s.p[i] < 0x20 ? 5 : s.p[i] == '"' || s.p[i] == '\\';
    return n;
}

static bool take(uint64_t *left, uint64_t n)
{
    if (n > *left) return false;
    *left -= n;
    return true;
}

/* The trace names each rule, and what was done the certificates; who set a field is a rule again.
 */
static bool take_pass(struct effort *left, const struct decision_pass *p)
{
    const struct rule_document *d = ruleset_document(p->org->rules);
    uint64_t n = BYTES_A_PASS, longest = 0;
    if (!take(&left->lines, 1 + d->rule_count)) return false;
    for (int f = 0; f < RULE_ON_PARTIAL; f++)
        n += written(p->action[f].cert);
    for (size_t i = 0; i < d->rule_count; i++) {
        uint64_t id = written(d->rules[i].id);
        n += BYTES_A_LINE + id;
        if (id > longest) longest = id;
    }
    return take(&left->bytes, n + written(p->org->id) + (1 + RULE_FIELD_COUNT) * longest);
}

static bool take_decision(struct effort *left, const struct decision *d)
{
    bool fits = take(&left->bytes, written(d->subject));
    for (size_t i = 0; fits && i < d->recipient_count; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        /* by itself, in its copy, in its report */
        fits = take(&left->bytes, BYTES_A_RECIPIENT + 3 * written(r->address));
        for (size_t k = 0; fits && k < r->pass_count; k++)
            fits = take_pass(left, &r->pass[k]);
    }
    for (size_t i = 0; fits && i < d->report_count; i++)
        fits = take(&left->bytes, written(d->reports[i].to));
    return fits;
}

rc_t effort_take_answer(struct effort *left, const struct decision *d, struct err *e)
{
    if (!left || take_decision(left, d)) return RC_OK;
    return err_set(e, RC_TOO_LARGE,
                   "The answer would be too long, as it names each rule for every recipient: "
                   "describe fewer recipients.");
}
