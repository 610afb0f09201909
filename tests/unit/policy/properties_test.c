/* What must hold of every decision, over random worlds. POLICY_CASES and POLICY_SEED choose how
 * many and which; POLICY_REPORT names a file to write the counts to (make policy-properties). */
#include <ctype.h>

#include "policy/decision_json.h"
#include "policy/warnings.h"
#include "tests/unit/policy/policy_json.h"
#include "tests/unit/policy/reference.h"
#include "tests/unit/policy/rule_world.h"

/* Under the address sanitizer, which looks for other faults and takes ten times as long, fewer. */
#ifdef __SANITIZE_ADDRESS__
static uint64_t first_seed = 1, cases = 500;
#else
static uint64_t first_seed = 1, cases = 3000;
#endif
static uint64_t units, passes, by_rule, delivered, refused, deferred, quarantined, copies, held,
    required, matched_twice, compared, warnings, hidden;

/* One world, decided. */
struct world {
    uint64_t seed;
    json_t *json;
    struct arena *a;
    struct example x;
    struct decision d;
};

static void fail_world(const struct world *w, const char *what)
{
    char *text = json_dumps(w->json, JSON_INDENT(1));
    fprintf(stderr, "seed %llu:\n%s\n", (unsigned long long) w->seed, text);
    free(text);
    fail_msg("seed %llu: %s", (unsigned long long) w->seed, what);
}
#define HOLDS(w, what)                                                                             \
    do {                                                                                           \
        if (!(what)) fail_world((w), #what);                                                       \
    } while (0)

/* Takes over json. */
static void decide_world(struct world *w, uint64_t seed, json_t *json)
{
    struct err e = {.code = RC_OK};
    *w = (struct world){.seed = seed, .json = json, .a = arena_new(64 << 20)};
    if (example_read(json, NULL, w->a, NULL, &w->x, &e) != RC_OK ||
        policy_evaluate(&w->x.in, w->a, &w->d, &e) != RC_OK)
        fail_world(w, e.message);
}

static void end_world(struct world *w)
{
    example_free(&w->x);
    arena_free(w->a);
    json_decref(w->json);
}

static void each_world(void (*check)(struct world *w))
{
    for (uint64_t s = first_seed; s < first_seed + cases; s++) {
        struct world w;
        decide_world(&w, s, world_example(s));
        check(&w);
        end_world(&w);
    }
}

/* --- copies and reports ------------------------------------------------------------------------
 */

static size_t times_in(const size_t *list, size_t n, size_t i)
{
    size_t found = 0;
    for (size_t k = 0; k < n; k++)
        found += list[k] == i;
    return found;
}

static bool sends(const struct world *w)
{
    const struct decision_recipient *r = &w->d.recipients[0];
    return w->d.recipient_count > 0 && r->direction != DIRECTION_RELAY &&
           r->direction != DIRECTION_INBOUND && r->pass[0].org->smime != SMIME_DISABLED;
}

/* A recipient is in one copy or in one report; a copy is as protected as its rules demand. */
static void check_recipient(struct world *w, size_t i)
{
    const struct decision *d = &w->d;
    const struct decision_recipient *r = &d->recipients[i];
    size_t in_copies = 0, in_reports = 0;
    for (size_t k = 0; k < d->copy_count; k++) {
        size_t here = times_in(d->copies[k].recipients, d->copies[k].count, i);
        in_copies += here;
        if (!here) continue;
        HOLDS(w, d->copies[k].as_encrypted == r->as_encrypted);
        HOLDS(w, d->copies[k].as_signed == r->as_signed);
        HOLDS(w, !r->own_copy || d->copies[k].count == 1);
        const struct decision_pass *p = &r->pass[0];
        if (p->note) continue;
        bool must = p->matched.level[RULE_ENCRYPT] == LEVEL_REQUIRE;
        required += must;
        HOLDS(w, !must || d->copies[k].as_encrypted);
        must = p->matched.level[RULE_SIGN] == LEVEL_REQUIRE;
        HOLDS(w, !must || d->copies[k].as_signed || w->x.in.message->encrypted);
    }
    for (size_t k = 0; k < d->report_count; k++)
        in_reports += times_in(d->reports[k].recipients, d->reports[k].count, i);
    bool goes = r->outcome == OUTCOME_DELIVER;
    HOLDS(w, in_copies == (goes && sends(w) ? 1u : 0u));
    HOLDS(w, in_reports == (goes ? 0u : 1u));
    HOLDS(w, (r->status == STATUS_DELIVERED) == goes);
    HOLDS(w, goes || r->stored == STORED_NOWHERE);
    HOLDS(w, (decision_status_code(r->status).p[0] == '4') == (r->outcome == OUTCOME_DEFER));
    HOLDS(w, !r->held || !goes);
    delivered += goes;
    refused += r->outcome == OUTCOME_REJECT;
    deferred += r->outcome == OUTCOME_DEFER;
    quarantined += r->outcome == OUTCOME_QUARANTINE;
    held += r->held;
}

static void check_outcomes(struct world *w)
{
    const struct decision *d = &w->d;
    size_t rejected = 0;
    for (size_t i = 0; i < d->recipient_count; i++) {
        check_recipient(w, i);
        rejected += d->recipients[i].outcome == OUTCOME_REJECT;
    }
    for (size_t k = 0; k < d->report_count; k++) {
        const struct decision_report *r = &d->reports[k];
        HOLDS(w, r->count > 0);
        HOLDS(w, r->kind != REPORT_SMTP_REJECT || r->count == d->recipient_count);
        HOLDS(w, r->kind == REPORT_DEFER || r->kind == REPORT_SMTP_REJECT || r->count == 1);
        /* nobody is written to who did not write */
        HOLDS(w, r->kind != REPORT_DSN || r->to.n > 0);
        HOLDS(w, r->kind != REPORT_DSN || w->x.in.message->authenticated ||
                     w->x.in.message->auth != AUTH_FAIL);
        HOLDS(w, r->kind != REPORT_DSN || rejected < d->recipient_count);
    }
    units += d->recipient_count;
    copies += d->copy_count;
}

static void ends_nothing_without_a_copy_or_a_report(void **state)
{
    (void) state;
    each_world(check_outcomes);
    assert_true(required > 0 && refused > 0 && deferred > 0 && quarantined > 0 && held > 0);
}

/* --- one rule ----------------------------------------------------------------------------------
 */

static void check_pass(struct world *w, const struct decision_recipient *r,
                       const struct decision_pass *p, bool first)
{
    struct matched want = {.rule = -1};
    const struct rule_document *d = ruleset_document(p->org->rules);
    const struct policy_message *m = w->x.in.message;
    str_t subject = first || !w->d.subject.p ? m->subject : w->d.subject;
    const struct ref_facts f = {d, m->from, r->address, m, subject};
    size_t selected = 0;
    want.trace = arena_alloc(w->a, d->rule_count + 1);
    ref_match(&f, p->kind, &want);
    HOLDS(w, p->matched.rule == want.rule);
    for (size_t i = 0; i < d->rule_count; i++) {
        HOLDS(w, p->matched.trace[i] == want.trace[i]);
        selected += p->matched.trace[i] == VERDICT_SELECTED;
    }
    HOLDS(w, selected == (p->matched.rule >= 0 ? 1u : 0u)); /* one executed rule */
    for (int i = 0; i < RULE_FIELD_COUNT; i++) {
        if (!(pass_fields(p->kind) & 1u << i) || p->matched.giver[i] == GIVER_USER) continue;
        HOLDS(w, p->matched.giver[i] == want.giver[i]);
        HOLDS(w, p->matched.level[i] == want.level[i]);
    }
    by_rule += selected;
    compared += d->rule_count;
    passes++;
}

static void check_rules(struct world *w)
{
    for (size_t i = 0; i < w->d.recipient_count; i++) {
        const struct decision_recipient *r = &w->d.recipients[i];
        for (size_t k = 0; k < r->pass_count; k++)
            if (!r->pass[k].note) check_pass(w, r, &r->pass[k], k == 0);
        /* an organisation passes once */
        HOLDS(w, r->pass_count < 2 || r->pass[0].org != r->pass[1].org);
        matched_twice += r->pass_count == 2;
    }
}

static void executes_the_rule_that_the_text_says(void **state)
{
    (void) state;
    each_world(check_rules);
    assert_true(by_rule > 0 && matched_twice > 0);
}

/* --- what changes nothing ----------------------------------------------------------------------
 */

static json_t *message_of(json_t *example)
{
    return json_object_get(example, "message");
}

/* The decision as JSON text, without what is told to whom if so asked. The caller's to free. */
static char *words_of(json_t *example, bool reports)
{
    CLEANUP_JSON json_t *d = decide(example);
    if (!reports) json_object_del(d, "notify");
    return comparable(d);
}

static void same(struct world *w, json_t *other, bool reports)
{
    char *a = words_of(w->json, reports), *b = words_of(other, reports);
    if (strcmp(a, b) != 0) {
        char *text = json_dumps(other, JSON_INDENT(1));
        fprintf(stderr, "the other world:\n%s\n%s\n%s\n", text, a, b);
        fail_world(w, "the decisions differ");
    }
    free(a);
    free(b);
    json_decref(other);
}

/* The status of a refusal in the dialogue is that of the first recipient: reports are left out. */
static void check_order(struct world *w)
{
    static const char *const LISTS[] = {"to", "cc", "bcc"};
    json_t *other = json_deep_copy(w->json);
    for (int k = 0; k < 3; k++) {
        json_t *list = json_object_get(message_of(other), LISTS[k]);
        for (size_t i = json_array_size(list); i > 1; i--) {
            size_t j = world_below((uint32_t) i);
            json_t *x = json_incref(json_array_get(list, i - 1));
            json_array_set(list, i - 1, json_array_get(list, j));
            json_array_set_new(list, j, x);
        }
    }
    same(w, other, false);
}

static void does_not_depend_on_the_order_of_recipients(void **state)
{
    (void) state;
    each_world(check_order);
}

static json_t *other_case(const char *s)
{
    char text[256];
    size_t n = strlen(s);
    if (n >= sizeof text) return json_string(s);
    for (size_t i = 0; i <= n; i++)
        text[i] = (char) (one_in(2) ? toupper((unsigned char) s[i]) : s[i]);
    return json_string(text);
}

/* Every text below these keys; names, ids and words of the format stay. */
static void change_case(json_t *v, bool inside)
{
    static const char *const KEYS[] = {
        "from",    "to",       "cc",       "bcc",          "domains", "exclude_from", "exclude_to",
        "address", "datasets", "triggers", "content_type", "cipher",  "alg"};
    const char *key;
    json_t *x;
    size_t i;
    void *next;
    if (json_is_array(v)) {
        json_array_foreach(v, i, x)
        {
            const char *s = json_string_value(x);
            if (!s)
                change_case(x, inside);
            else if (inside && strncmp(s, "dataset:", 8) != 0)
                json_array_set_new(v, i, other_case(s));
        }
        return;
    }
    json_object_foreach_safe(v, next, key, x)
    {
        bool here = inside;
        for (size_t k = 0; k < sizeof KEYS / sizeof KEYS[0]; k++)
            here = here || strcmp(key, KEYS[k]) == 0;
        bool text = strcmp(key, "value") == 0 && json_object_get(v, "op") &&
                    !strstr(json_string_value(json_object_get(v, "op")), "dataset") &&
                    !strstr(json_string_value(json_object_get(v, "op")), "word");
        if (json_is_string(x) && (here || text))
            json_object_set_new(v, key, other_case(json_string_value(x)));
        else if (!json_is_string(x))
            change_case(x, here);
    }
}

static void check_case(struct world *w)
{
    json_t *other = json_deep_copy(w->json);
    change_case(other, false);
    same(w, other, true);
}

static void does_not_depend_on_letter_case(void **state)
{
    (void) state;
    each_world(check_case);
}

/* What a recipient's own passes are with nobody else among the recipients. */
static void check_alone(struct world *w)
{
    static const char *const LISTS[] = {"to", "cc", "bcc"};
    CLEANUP_JSON json_t *all = decide(w->json), *other = json_deep_copy(w->json), *alone = NULL;
    if (w->d.recipient_count == 0) return;
    const struct decision_recipient *r =
        &w->d.recipients[world_below((uint32_t) w->d.recipient_count)];
    for (int k = 0; k < 3; k++)
        json_object_set_new(message_of(other), LISTS[k], json_array());
    json_object_set_new(message_of(other), LISTS[r->role], json_pack("[s]", r->address.p));
    alone = decide(other);
    json_t *a = json_object_get(json_object_get(all, "recipients"), r->address.p);
    json_t *b = json_object_get(json_object_get(alone, "recipients"), r->address.p);
    HOLDS(w, json_equal(json_object_get(a, "passes"), json_object_get(b, "passes")));
    HOLDS(w, json_equal(json_object_get(a, "direction"), json_object_get(b, "direction")));
}

static void decides_for_each_recipient_by_itself(void **state)
{
    (void) state;
    each_world(check_alone);
}

/* Another organisation's rules, certificates, accounts and defaults: the first pass over a message
 * is the same whatever they are. (A second one sees the message as the first left it.) */
static void check_isolation(struct world *w)
{
    CLEANUP_JSON json_t *other = json_deep_copy(w->json), *a = decide(w->json), *b = NULL;
    json_t *orgs = json_object_get(other, "orgs"), *mine = json_object_get(a, "recipients"), *r;
    const char *address;
    if (json_array_size(orgs) < 2) return;
    json_array_set_new(orgs, 1, world_org("zeta"));
    b = decide(other);
    json_object_foreach(mine, address, r)
    {
        json_t *p = json_array_get(json_object_get(r, "passes"), 0);
        json_t *q = json_object_get(json_object_get(b, "recipients"), address);
        if (!p || strcmp(json_string_value(json_object_get(p, "org")), "acme") != 0) continue;
        HOLDS(w, json_equal(p, json_array_get(json_object_get(q, "passes"), 0)));
    }
}

static void sees_nothing_of_another_organisation(void **state)
{
    (void) state;
    each_world(check_isolation);
}

/* A rule that is off changes nothing, wherever it stands. */
static void check_disabled(struct world *w)
{
    json_t *other = json_deep_copy(w->json), *o;
    size_t i;
    json_array_foreach(json_object_get(other, "orgs"), i, o)
    {
        json_t *more = world_rule("off", 0);
        json_object_set_new(more, "enabled", json_false());
        json_array_insert_new(json_object_get(o, "rules"), 0, more);
    }
    CLEANUP_JSON json_t *a = decide(w->json), *b = decide(other);
    json_t *r;
    const char *address;
    json_object_foreach(json_object_get(b, "recipients"), address, r)
    {
        json_t *p;
        json_array_foreach(json_object_get(r, "passes"), i, p)
            json_object_del(json_object_get(p, "trace"), "o0");
    }
    HOLDS(w, json_equal(a, b));
    json_decref(other);
}

static void ignores_a_rule_that_is_off(void **state)
{
    (void) state;
    each_world(check_disabled);
}

/* --- warnings ----------------------------------------------------------------------------------
 */

/* What a warning says is true: over more messages, no such rule is ever executed, and one that is
 * hidden gives no field either. */
static void check_silent(struct world *w, const struct decision_pass *p,
                         const struct rule_warnings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rule_warning *x = &list->list[i];
        if (x->kind >= WARNING_CANNOT_SIGN) continue;
        uint8_t verdict = p->matched.trace[x->rule];
        if (verdict == VERDICT_SELECTED || verdict == VERDICT_INHERITED_FROM) {
            fprintf(stderr, "rule %zu: %.*s (by %td)\n", x->rule,
                    STR_ARG(rule_warning_word(x->kind)), x->by);
            fail_world(w, "a rule that should not fire is executed");
        }
    }
}

/* A rule before another that is almost or quite the same, wider in places. */
static void add_double(json_t *org)
{
    json_t *rules = json_object_get(org, "rules");
    if (json_array_size(rules) == 0) return;
    json_t *of = json_array_get(rules, world_below((uint32_t) json_array_size(rules)));
    json_t *r = json_deep_copy(of);
    json_object_set_new(r, "id", json_string("double"));
    if (one_in(2)) json_object_set_new(r, "priority", json_integer(1));
    if (one_in(3)) json_object_set_new(r, "from", json_pack("[s]", "*"));
    if (one_in(3)) json_object_set_new(r, "to", json_pack("[s,s]", "@managed", "@external"));
    if (one_in(3)) json_object_del(r, one_in(2) ? "exclude_from" : "exclude_to");
    if (one_in(3)) json_object_del(r, "filter");
    if (one_in(3)) json_object_set_new(r, "bidirectional", json_true());
    if (one_in(3)) json_object_set_new(r, "outbound", json_string("enforce"));
    if (one_in(3)) json_object_set_new(r, "created", json_integer(world_below(5)));
    json_array_append_new(rules, r);
}

static void check_warnings(struct world *plain)
{
    struct rule_warnings found[2];
    struct world doubled, *w = &doubled;
    json_t *with = json_deep_copy(plain->json);
    add_double(json_array_get(json_object_get(with, "orgs"), 0));
    decide_world(w, plain->seed, with);
    for (size_t i = 0; i < w->x.in.org_count; i++) {
        assert_int_equal(rule_warnings_find(&w->x.in.orgs[i], w->a, &found[i], NULL), RC_OK);
        HOLDS(w, found[i].complete);
        for (size_t k = 0; k < found[i].count; k++) {
            warnings += found[i].list[k].kind < WARNING_CANNOT_SIGN;
            hidden += found[i].list[k].kind == WARNING_HIDDEN;
        }
    }
    for (int n = 0; n < 8; n++) {
        struct world other;
        json_t *json = json_deep_copy(w->json);
        json_object_set_new(json, "message", world_message());
        decide_world(&other, w->seed, json);
        for (size_t i = 0; i < other.d.recipient_count; i++) {
            const struct decision_recipient *r = &other.d.recipients[i];
            for (size_t k = 0; k < r->pass_count; k++)
                if (!r->pass[k].note)
                    check_silent(&other, &r->pass[k], &found[r->pass[k].org - other.x.in.orgs]);
        }
        end_world(&other);
    }
    end_world(w);
}

static void warns_only_of_what_is_true(void **state)
{
    (void) state;
    each_world(check_warnings);
    assert_true(hidden > 0 && warnings > hidden);
}

static void write_report(void)
{
    const char *path = getenv("POLICY_REPORT");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f) return;
    fprintf(f, "| counted | number |\n|---|---|\n");
    const struct {
        const char *what;
        uint64_t n;
    } rows[] = {{"worlds, each checked by every property", cases},
                {"recipients decided", units},
                {"passes compared with the second evaluator", passes},
                {"rules compared in them", compared},
                {"passes with an executed rule", by_rule},
                {"recipients with passes of two organisations", matched_twice},
                {"delivered", delivered},
                {"refused", refused},
                {"deferred", deferred},
                {"quarantined", quarantined},
                {"held back for another recipient", held},
                {"copies", copies},
                {"warnings about rules, none of which was executed in 8 more messages", warnings},
                {"of them: hidden by another rule", hidden},
                {"delivered under demanded encryption, all of them encrypted", required}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fprintf(f, "| %s | %llu |\n", rows[i].what, (unsigned long long) rows[i].n);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_nothing_without_a_copy_or_a_report),
        cmocka_unit_test(executes_the_rule_that_the_text_says),
        cmocka_unit_test(does_not_depend_on_the_order_of_recipients),
        cmocka_unit_test(does_not_depend_on_letter_case),
        cmocka_unit_test(decides_for_each_recipient_by_itself),
        cmocka_unit_test(sees_nothing_of_another_organisation),
        cmocka_unit_test(ignores_a_rule_that_is_off),
        cmocka_unit_test(warns_only_of_what_is_true),
    };
    if (getenv("POLICY_CASES")) cases = strtoull(getenv("POLICY_CASES"), NULL, 10);
    if (getenv("POLICY_SEED")) first_seed = strtoull(getenv("POLICY_SEED"), NULL, 10);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    if (rc == 0) write_report();
    return rc;
}
