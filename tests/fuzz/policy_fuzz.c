/* Described mail: what is read is decided without fault, twice in the same way, and every recipient
 * ends with a copy or a report. The same text is read as a document of rules with operations, too.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "policy/decision_json.h"
#include "policy/example.h"
#include "policy/rule_ops.h"

static size_t reported(const struct decision *d, size_t i)
{
    size_t n = 0;
    for (size_t k = 0; k < d->report_count; k++)
        for (size_t m = 0; m < d->reports[k].count; m++)
            n += d->reports[k].recipients[m] == i;
    return n;
}

static void check(const struct decision *d)
{
    for (size_t i = 0; i < d->recipient_count; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        if (reported(d, i) != (r->outcome != OUTCOME_DELIVER)) abort();
        if (r->direction == DIRECTION_RELAY || r->direction == DIRECTION_INBOUND) continue;
        const struct decision_pass *p = &r->pass[0];
        if (r->outcome == OUTCOME_DELIVER && !p->note &&
            p->matched.level[RULE_ENCRYPT] == LEVEL_REQUIRE && !r->as_encrypted)
            abort();
    }
}

static char *decide(const json_t *v, bool look)
{
    struct arena *a = arena_new(64u << 20);
    struct example x;
    struct decision d;
    char *text = NULL;
    if (example_read(v, NULL, a, NULL, &x, NULL) == RC_OK) {
        if (policy_evaluate(&x.in, a, &d, NULL) == RC_OK) {
            json_t *out = decision_to_json(&d);
            if (look) check(&d);
            text = json_dumps(out, 0);
            json_decref(out);
        }
        example_free(&x);
    }
    arena_free(a);
    return text;
}

static void read_document(const json_t *v)
{
    struct rule_document *d = NULL;
    struct ruleset *r = NULL;
    struct err e = {.code = RC_OK};
    rc_t rc = rules_json_document(v, STR("o"), NULL, &d, &e);
    if (rc == RC_OK) rc = rule_ops_apply(d, json_object_get(v, "ops"), NULL, &e);
    if (rc == RC_OK) rc = ruleset_compile(&d, 1, &r, &e);
    if (rc != RC_OK && (e.code != rc || !str_is_clean(str_c(e.field)))) abort();
    rule_document_free(d);
    ruleset_unref(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    json_t *v = NULL;
    if (json_parse_object(str_n(bytes, n), &v, NULL) != RC_OK) return 0;
    read_document(v);
    char *once = decide(v, true), *again = decide(v, false);
    if (once && again && strcmp(once, again) != 0) abort();
    if (!once != !again) abort();
    free(once);
    free(again);
    json_decref(v);
    return 0;
}
