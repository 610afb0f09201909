#include "policy/decision_log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "policy/caseless.h"
#include "policy/decision_json.h"

enum {
    FIELDS = 11,
    STATS = 8,
    LINES_MAX = 16,
    CALLS_EACH = STATS + 2, /* stream, counts, expiry */
    TEXT_MAX = 256 << 10
};

static atomic_uint_fast64_t lost;

uint64_t decision_log_lost(void)
{
    return atomic_load(&lost);
}

/* One recipient as one organisation treated him. */
struct treated {
    const struct decision_recipient *r;
    const struct decision_pass *p;
};
struct group {
    struct treated first;
    json_t *recipients; /* borrowed from v */
    json_t *v;
};
/* What is said of one organisation. */
struct entry {
    const struct decision_log_entry *in;
    const struct policy_organisation *org;
    int64_t version;
    struct group groups[DECISION_LOG_GROUPS_MAX];
    size_t group_count, count;
    unsigned kinds; /* bit: enum pass_kind */
    const struct decision_recipient *worst;
    uint32_t stats[STATS];
    struct buf recipients, rules, text;
};
enum stat {
#define X(name) STAT_##name,
    DECISION_STAT_TABLE(X)
#undef X
};

static void entry_free(struct entry *x)
{
    for (size_t i = 0; i < x->group_count; i++)
        json_decref(x->groups[i].v);
    buf_free(&x->recipients);
    buf_free(&x->rules);
    buf_free(&x->text);
}

/* --- who was treated alike ---------------------------------------------------------------------
 */

static bool same_actions(const struct decision_pass *x, const struct decision_pass *y)
{
    for (int f = 0; f < RULE_ON_PARTIAL; f++) {
        const struct decision_action *a = &x->action[f], *b = &y->action[f];
        if (a->result != b->result || a->reason != b->reason || !str_eq(a->cert, b->cert))
            return false;
    }
    return true;
}

static bool is_same(const struct treated *x, const struct treated *y)
{
    const struct decision_pass *p = x->p, *q = y->p;
    if (p->kind != q->kind || p->note != q->note || x->r->outcome != y->r->outcome ||
        x->r->status != y->r->status || x->r->held != y->r->held)
        return false;
    if (p->note) return true;
    if (p->matched.rule != q->matched.rule) return false;
    for (int f = 0; f < RULE_FIELD_COUNT; f++) {
        if (!(pass_fields(p->kind) & 1u << f)) continue;
        if (p->matched.level[f] != q->matched.level[f] ||
            p->matched.giver[f] != q->matched.giver[f])
            return false;
    }
    size_t n = ruleset_document(p->org->rules)->rule_count;
    return memcmp(p->matched.trace, q->matched.trace, n) == 0 && same_actions(p, q);
}

static void leave_out_the_rest(json_t *trace)
{
    const char *rule;
    json_t *verdict;
    void *next;
    json_object_foreach_safe(trace, next, rule, verdict)
    {
        str_t word = json_text(verdict);
        if (str_eq(word, match_verdict_word(VERDICT_NO_MATCH)) ||
            str_eq(word, match_verdict_word(VERDICT_DISABLED)))
            json_object_del(trace, rule);
    }
}

static json_t *group_json(const struct treated *t)
{
    json_t *v = decision_pass_json(t->p);
    json_object_del(v, "org");
    json_object_del(v, "pass");
    json_object_set_new(v, "recipients", json_array());
    json_put_str(v, "direction", decision_pass_word(t->p->kind));
    leave_out_the_rest(json_object_get(v, "trace"));
    json_put_str(v, "outcome", decision_outcome_word(t->r->outcome));
    json_put_str(v, "status", decision_status_code(t->r->status));
    if (t->r->held) json_put_bool(v, "held", true);
    return v;
}

static void put_in_group(struct entry *x, const struct treated *t)
{
    struct group *g = NULL;
    for (size_t i = 0; i < x->group_count && !g; i++)
        if (is_same(&x->groups[i].first, t)) g = &x->groups[i];
    if (!g && x->group_count < DECISION_LOG_GROUPS_MAX) {
        g = &x->groups[x->group_count++];
        *g = (struct group){.first = *t, .v = group_json(t)};
        g->recipients = json_object_get(g->v, "recipients");
    }
    if (g && json_array_size(g->recipients) < DECISION_LOG_RECIPIENTS_MAX)
        json_array_append_new(g->recipients, json_from_str(t->r->address));
}

/* --- counts ------------------------------------------------------------------------------------
 */

static bool was_signed(const struct decision_pass *p, const struct policy_message *m)
{
    const struct decision_action *a = &p->action[RULE_SIGN];
    if (a->result == RESULT_DONE || a->reason == REASON_ALREADY_SIGNED) return true;
    return a->reason == REASON_ALREADY_ENCRYPTED && m->encrypted &&
           m->encrypted->inner != SIGNATURE_NONE;
}

static void count_one(struct entry *x, const struct treated *t)
{
    const struct decision_action *act = t->p->action;
    uint32_t *n = x->stats;
    if (t->r->outcome != OUTCOME_DELIVER) {
        n[t->r->outcome == OUTCOME_DEFER ? STAT_deferred : STAT_refused]++;
        return;
    }
    n[STAT_signed] += was_signed(t->p, x->in->in->message);
    n[STAT_encrypted] +=
        act[RULE_ENCRYPT].result == RESULT_DONE || act[RULE_ENCRYPT].result == RESULT_SATISFIED;
    n[STAT_decrypted] += act[RULE_DECRYPT].result == RESULT_DONE;
    n[STAT_validated] += act[RULE_VALIDATE].reason == REASON_VALID;
    bool skipped = false;
    for (int f = 0; f < RULE_ON_PARTIAL; f++)
        skipped = skipped || act[f].result == RESULT_UNAVAILABLE;
    n[STAT_skipped] += skipped;
}

/* --- an entry ----------------------------------------------------------------------------------
 */

/* The worse, the higher. */
static int badness(enum decision_outcome o)
{
    return o == OUTCOME_DELIVER ? 0 : o == OUTCOME_DEFER ? 1 : o == OUTCOME_QUARANTINE ? 2 : 3;
}

static void add_word(struct buf *b, str_t word)
{
    if (b->n) buf_char(b, ' ');
    buf_str(b, word);
}

static bool has_word(str_t words, str_t word)
{
    str_t one;
    while (str_cut(words, ' ', &one, &words) || one.n)
        if (str_eq(one, word)) return true;
    return false;
}

static void take(struct entry *x, const struct treated *t)
{
    const struct decision_pass *p = t->p;
    if (x->count++ < DECISION_LOG_RECIPIENTS_MAX) add_word(&x->recipients, t->r->address);
    if (!x->worst || badness(t->r->outcome) > badness(x->worst->outcome)) x->worst = t->r;
    x->kinds |= 1u << p->kind;
    str_t rule = p->note || p->matched.rule < 0
                     ? STR("-")
                     : ruleset_document(p->org->rules)->rules[p->matched.rule].id;
    if (!has_word(buf_view(&x->rules), rule)) add_word(&x->rules, rule);
    put_in_group(x, t);
    count_one(x, t);
}

static void gather(struct entry *x)
{
    const struct decision *d = x->in->decision;
    for (size_t i = 0; i < d->recipient_count; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        for (size_t k = 0; k < r->pass_count; k++) {
            const struct treated t = {r, &r->pass[k]};
            if (t.p->org == x->org && t.p->note != NOTE_FEATURE_DISABLED) take(x, &t);
        }
    }
    x->stats[STAT_messages] = 1;
}

static void write_groups(struct entry *x)
{
    CLEANUP_JSON json_t *all = json_array();
    for (size_t i = 0; i < x->group_count; i++)
        json_array_append(all, x->groups[i].v);
    if (json_write(all, &x->text) && x->text.n <= DECISION_LOG_BYTES_MAX) return;
    for (size_t i = 0; i < x->group_count; i++)
        json_object_del(x->groups[i].v, "trace");
    buf_clear(&x->text);
    if (json_write(all, &x->text) && x->text.n <= DECISION_LOG_BYTES_MAX) return;
    buf_clear(&x->text);
    buf_cstr(&x->text, "[]");
}

static str_t directions(const struct entry *x, struct arena *a)
{
    str_t words = STR("");
    for (int k = PASS_OUTBOUND; k <= PASS_INTERNAL; k++)
        if (x->kinds & 1u << k)
            words = arena_printf(a, "%.*s%s%.*s", STR_ARG(words), words.n ? " " : "",
                                 STR_ARG(decision_pass_word((enum pass_kind) k)));
    return words;
}

/* "sign=done/ok encrypt=unavailable/no_certificate" */
static void action_words(const struct decision_pass *p, struct buf *b)
{
    for (int f = 0; f < RULE_ON_PARTIAL && !p->note; f++) {
        const struct decision_action *act = &p->action[f];
        if (act->result == RESULT_ABSENT) continue;
        buf_printf(
            b, "%s%.*s=%.*s/%.*s", b->n ? " " : "", STR_ARG(rule_field_word((enum rule_field) f)),
            STR_ARG(decision_result_word(act->result)), STR_ARG(decision_reason_word(act->reason)));
    }
}

static void say(const struct entry *x, str_t from)
{
    for (size_t i = 0; i < x->group_count && i < LINES_MAX; i++) {
        const struct group *g = &x->groups[i];
        const struct treated *t = &g->first;
        CLEANUP_BUF struct buf acts = BUF_INIT(1024), trace = BUF_INIT(TEXT_MAX);
        const json_t *rule = json_object_get(g->v, "rule");
        action_words(t->p, &acts);
        json_write(json_object_get(g->v, "trace"), &trace);
        log_event(LOG_INFO, "decision", "organisation", LOG_S(x->org->id), "message_id",
                  LOG_S(x->in->message_id), "source", LOG_C(x->in->source), "direction",
                  LOG_S(decision_pass_word(t->p->kind)), "from", LOG_S(from), "recipient",
                  LOG_S(t->r->address), "alike", LOG_I(json_array_size(g->recipients)), "version",
                  LOG_I(x->version), "rule", LOG_S(json_text(rule)), "trace",
                  LOG_S(buf_view(&trace)), "actions", LOG_S(buf_view(&acts)), "outcome",
                  LOG_S(decision_outcome_word(t->r->outcome)), "status",
                  LOG_S(decision_status_code(t->r->status)), NULL);
    }
}

/* --- Redis -------------------------------------------------------------------------------------
 */

struct commands {
    struct kv_call *calls;
    size_t count;
};

static bool add_command(struct commands *c, struct arena *a, const str_t *argv, size_t n)
{
    str_t *kept = ARENA_ARRAY(a, n, str_t);
    if (!kept) return false;
    memcpy(kept, argv, n * sizeof *argv);
    c->calls[c->count++] = (struct kv_call){kept, n};
    return true;
}

static str_t day_of(int64_t now, struct arena *a)
{
    time_t t = (time_t) now;
    struct tm tm;
    char text[16] = "";
    if (gmtime_r(&t, &tm)) strftime(text, sizeof text, "%Y%m%d", &tm);
    return arena_str(a, str_c(text));
}

static bool add_stream(struct commands *c, const struct config *config, struct arena *a,
                       const struct entry *x, str_t from)
{
    const struct decision_log_entry *in = x->in;
    const str_t values[] = {in->message_id.p ? in->message_id : STR(""),
                            str_c(in->source),
                            from,
                            arena_str(a, buf_view(&x->recipients)),
                            arena_printf(a, "%zu", x->count),
                            directions(x, a),
                            decision_outcome_word(x->worst->outcome),
                            decision_status_code(x->worst->status),
                            arena_str(a, buf_view(&x->rules)),
                            arena_printf(a, "%lld", (long long) x->version),
                            arena_str(a, buf_view(&x->text))};
    static const str_t NAMES[] = {
#define X(name, what) STR_INIT(#name),
        DECISION_LOG_FIELD_TABLE(X)
#undef X
    };
    _Static_assert(sizeof NAMES / sizeof *NAMES == FIELDS, "each field has its name");
    _Static_assert(sizeof values / sizeof *values == FIELDS, "and its value");
    str_t argv[6 + 2 * FIELDS] = {
        STR("XADD"),
        arena_printf(a, "%.*s:log:%.*s", STR_ARG(config->instance), STR_ARG(x->org->id)),
        STR("MAXLEN"),
        STR("~"),
        arena_printf(a, "%d", DECISION_LOG_ENTRIES),
        STR("*")};
    for (size_t i = 0; i < FIELDS; i++) {
        if (!values[i].p) return false;
        argv[6 + 2 * i] = NAMES[i];
        argv[7 + 2 * i] = values[i];
    }
    return argv[1].p && argv[4].p && add_command(c, a, argv, 6 + 2 * FIELDS);
}

static bool add_counts(struct commands *c, const struct config *config, struct arena *a,
                       const struct entry *x)
{
    static const str_t NAMES[] = {
#define X(name) STR_INIT(#name),
        DECISION_STAT_TABLE(X)
#undef X
    };
    _Static_assert(sizeof NAMES / sizeof *NAMES == STATS, "each count has its name");
    str_t key = arena_printf(a, "%.*s:stat:%.*s:%.*s", STR_ARG(config->instance),
                             STR_ARG(x->org->id), STR_ARG(day_of(x->in->now, a)));
    if (!key.p) return false;
    for (size_t i = 0; i < STATS; i++) {
        if (!x->stats[i]) continue;
        const str_t argv[] = {STR("HINCRBY"), key, NAMES[i],
                              arena_printf(a, "%lu", (unsigned long) x->stats[i])};
        if (!argv[3].p || !add_command(c, a, argv, 4)) return false;
    }
    const str_t argv[] = {STR("EXPIRE"), key, arena_printf(a, "%d", DECISION_STAT_DAYS * 86400)};
    return argv[2].p && add_command(c, a, argv, 3);
}

static rc_t add_entry(struct commands *c, const struct config *config, struct arena *a,
                      const struct decision_log_entry *in, size_t org, str_t from, struct err *e)
{
    struct entry x = {.in = in,
                      .org = &in->in->orgs[org],
                      .version = in->versions[org],
                      .recipients = BUF_INIT(TEXT_MAX),
                      .rules = BUF_INIT(TEXT_MAX),
                      .text = BUF_INIT(8 << 20)};
    bool ok = true;
    gather(&x);
    if (x.count > 0) {
        say(&x, from);
        write_groups(&x);
        ok = add_stream(c, config, a, &x, from) && add_counts(c, config, a, &x);
    }
    entry_free(&x);
    return ok ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

rc_t decision_log_append(struct kv *kv, const struct config *config, struct arena *a,
                         const struct decision_log_entry *entry, struct err *e)
{
    struct commands c = {.count = 0};
    size_t n = entry->in->org_count * CALLS_EACH;
    str_t from = caseless_lower(a, entry->in->message->from);
    c.calls = ARENA_ARRAY(a, n + 1, struct kv_call);
    struct kv_value *answers = ARENA_ARRAY(a, n + 1, struct kv_value);
    if (!from.p || !c.calls || !answers) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < entry->in->org_count; i++)
        TRY(add_entry(&c, config, a, entry, i, from, e));
    return c.count ? kv_pipeline(kv, a, c.calls, c.count, answers, e) : RC_OK;
}

void decision_log_write(struct kv *kv, const struct config *config, struct arena *a,
                        const struct decision_log_entry *entry)
{
    struct err why = {0};
    if (decision_log_append(kv, config, a, entry, &why) == RC_OK) return;
    unsigned long long n = atomic_fetch_add(&lost, 1) + 1;
    log_err(LOG_WARN, "decision_log_failed", &why);
    log_event(LOG_WARN, "decision_log_lost", "message_id", LOG_S(entry->message_id), "lost",
              LOG_I(n), NULL);
}
