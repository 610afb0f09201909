/* Rules: what processor time a decision about one message takes, with an index and without. The
 * same worlds for the compiled rule set and for the plain second evaluator of the tests; and
 * strcasecmp over as many addresses, as a yardstick of the machine. A program for reports: it
 * prints and judges nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "policy/evaluate.h"
#include "policy/rules_json.h"
#include "tests/unit/policy/reference.h"

enum { TAKES = 20000, PLAIN_TAKES = 400 };

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

static void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

/* Rules as an organisation has them: exact people, partners' domains, wildcards, data sets,
 * filters, and a few that match everything. all: every rule matches every mail. */
static json_t *make_rule(int i, bool all)
{
    char id[16], one[64], two[64];
    snprintf(id, sizeof id, "R%d", i);
    snprintf(one, sizeof one, "person%d@acme.example", i);
    snprintf(two, sizeof two, i % 5 == 0 ? "*.partner%d.example" : "partner%d.example", i);
    if (i % 7 == 0) snprintf(two, sizeof two, "dataset:set%d", i % 20);
    bool any = all || i % 50 == 0;
    json_t *r = json_pack("{s:s,s:i,s:i,s:[s,s],s:[s],s:s,s:b}", "id", id, "priority", i % 40 + 1,
                          "created", i, "from", any ? "*" : one, "acme2.example", "to",
                          any ? "*" : two, "outbound", "optional", "bidirectional", i % 3 == 0);
    if (i % 4 == 0) json_object_set_new(r, "exclude_to", json_pack("[s]", "boss@partner1.example"));
    if (i % 6 == 0)
        json_object_set_new(
            r, "filter",
            json_pack("{s:s,s:s,s:s}", "field", "subject", "op", "contains", "value", "invoice"));
    return r;
}

static struct ruleset *make_rules(int n, bool all)
{
    struct rule_document *d = NULL;
    struct ruleset *r = NULL;
    struct err e = {.code = RC_OK};
    json_t *rules = json_array(), *sets = json_object();
    for (int i = 0; i < n; i++)
        json_array_append_new(rules, make_rule(i, all));
    for (int s = 0; s < 20; s++) {
        char name[16], entry[64];
        json_t *list = json_array();
        snprintf(name, sizeof name, "set%d", s);
        for (int i = 0; i < 500; i++) {
            snprintf(entry, sizeof entry, "name%d@set%d.example", i, s);
            json_array_append_new(list, json_string(entry));
        }
        json_object_set_new(sets, name, list);
    }
    json_t *v = json_pack("{s:o,s:o}", "rules", rules, "datasets", sets);
    need(rules_json_document(v, STR("acme"), NULL, &d, &e) == RC_OK, e.message);
    need(rules_json_domain(d, STR("acme.example"), NULL, &e) == RC_OK, e.message);
    need(ruleset_compile(&d, 1, &r, &e) == RC_OK, e.message);
    json_decref(v);
    return r;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *t, int n)
{
    qsort(t, (size_t) n, sizeof *t, by_value);
    printf("| %s | %.1f | %.1f | %.1f |\n", what, t[n / 2], t[n * 99 / 100], t[n - 1]);
}

static struct policy_message message_to(const str_t *to, int i, char *from, size_t room)
{
    int n = snprintf(from, room, "person%d@acme.example", i % 1000);
    return (struct policy_message){.authenticated = true,
                                   .mail_from = str_n(from, (size_t) n),
                                   .from = str_n(from, (size_t) n),
                                   .to = {to},
                                   .to_count = {1},
                                   .subject = STR("Your invoice for May")};
}

static void run_indexed(const struct ruleset *r, const char *what)
{
    static double t[TAKES];
    const struct policy_account account = {STR("person1@acme.example"), SEAT_ACTIVE};
    const struct policy_organisation org = {
        .id = STR("acme"), .rules = r, .accounts = &account, .account_count = 1};
    struct arena *a = arena_new(16 << 20);
    for (int i = 0; i < TAKES; i++) {
        char from[64], to[64];
        str_t recipient =
            str_n(to, (size_t) snprintf(to, sizeof to, "pat@sub.partner%d.example", i % 1000));
        const struct policy_message m = message_to(&recipient, i, from, sizeof from);
        const struct policy_input in = {.orgs = &org, .org_count = 1, .message = &m};
        struct decision d;
        double start = now_us();
        need(policy_evaluate(&in, a, &d, NULL) == RC_OK, "policy_evaluate");
        t[i] = now_us() - start;
        arena_reset(a);
    }
    arena_free(a);
    print(what, t, TAKES);
}

static void run_plain(const struct ruleset *r, const char *what)
{
    static double t[PLAIN_TAKES];
    const struct rule_document *d = ruleset_document(r);
    struct matched out = {.trace = calloc(d->rule_count + 1, 1)};
    for (int i = 0; i < PLAIN_TAKES; i++) {
        char from[64], to[64];
        str_t recipient =
            str_n(to, (size_t) snprintf(to, sizeof to, "pat@sub.partner%d.example", i % 1000));
        const struct policy_message m = message_to(&recipient, i, from, sizeof from);
        const struct ref_facts f = {d, m.from, recipient, &m, m.subject};
        double start = now_us();
        ref_match(&f, PASS_OUTBOUND, &out);
        t[i] = now_us() - start;
    }
    free(out.trace);
    print(what, t, PLAIN_TAKES);
}

static void run_yardstick(int n)
{
    static double t[TAKES / 10];
    static char addresses[5000][64];
    volatile int found = 0;
    for (int i = 0; i < n; i++)
        snprintf(addresses[i], sizeof addresses[i], "person%d@acme.example", i);
    for (int k = 0; k < TAKES / 10; k++) {
        double start = now_us();
        for (int i = 0; i < n; i++)
            found += strcasecmp(addresses[i], "Person999@acme.example") == 0;
        t[k] = now_us() - start;
    }
    print("strcasecmp over 1,000 addresses", t, TAKES / 10);
}

int main(void)
{
    struct ruleset *usual = make_rules(1000, false), *all = make_rules(1000, true);
    double start = now_us();
    struct ruleset *large = make_rules(5000, false);
    double read = now_us() - start;
    printf("| microseconds of processor time for one recipient | p50 | p99 | worst "
           "|\n|---|---|---|---|\n");
    run_indexed(usual, "1,000 rules");
    run_plain(usual, "the same by the plain second evaluator (matching only)");
    run_indexed(all, "1,000 rules that all match");
    run_plain(all, "the same by the plain second evaluator");
    run_indexed(large, "5,000 rules");
    run_yardstick(1000);
    printf("\nReading and compiling 5,000 rules and 10,000 entries of data sets: %.1f ms.\n",
           read / 1000);
    ruleset_unref(usual);
    ruleset_unref(all);
    ruleset_unref(large);
    return 0;
}
