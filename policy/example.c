#include "policy/example.h"

#include "policy/decision_json.h"
#include "policy/rule_ops.h"
#include "policy/rules_json.h"
#include "policy/warnings.h"

enum { ARENA_BYTES = 256 << 20 };

void example_note_unknown(const json_t *obj, const char *const *keys, const struct place *at,
                          struct example_reader *r)
{
    const char *key;
    json_t *v;
    if (!r->notes) return;
    json_object_foreach((json_t *) obj, key, v)
    {
        const char *const *k = keys;
        struct err told;
        while (*k && strcmp(*k, key) != 0)
            k++;
        if (*k) continue;
        place_fail_key(at, key, RC_INVALID, &told, "this field is not known and was ignored");
        buf_cstr(r->notes, told.message);
        buf_char(r->notes, '\n');
    }
}

void example_free(struct example *x)
{
    for (size_t i = 0; x->rules && i < x->in.org_count; i++)
        ruleset_unref(x->rules[i]);
    *x = (struct example){.rules = NULL};
}

static rc_t read_domains(const json_t *org, const struct place *at, struct rule_document *d,
                         struct err *e)
{
    const json_t *list;
    const struct place domains = PLACE_KEY(at, "domains");
    TRY(place_array(org, "domains", RULE_DOMAINS_MAX, true, at, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct place here = PLACE_AT(&domains, i);
        TRY(rules_json_domain(d, json_text(json_array_get(list, i)), &here, e));
    }
    return RC_OK;
}

/* Rules, as they are after the operations. */
static rc_t read_rules(const json_t *org, str_t id, const struct place *at, bool *has_ops,
                       struct ruleset **out, struct err *e)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = NULL;
    const json_t *ops;
    const struct place here = PLACE_KEY(at, "ops");
    TRY(rules_json_document(org, id, at, &d, e));
    TRY(read_domains(org, at, d, e));
    TRY(place_array(org, "ops", RULE_OPS_MAX, false, at, &ops, e));
    TRY(rule_ops_apply(d, ops, &here, e));
    *has_ops = json_array_size(ops) > 0;
    return ruleset_compile(&d, 0, out, e);
}

static rc_t read_org(const json_t *v, const struct place *at, struct example_reader *r,
                     struct example *x, size_t i, struct err *e)
{
    static const char *const KEYS[] = {"id",       "domains",  "smime", "defaults",
                                       "triggers", "accounts", "certs", "datasets",
                                       "rules",    "ops",      NULL};
    struct policy_organisation *o = (struct policy_organisation *) &x->in.orgs[i];
    if (!json_is_object(v)) return place_fail(at, RC_INVALID, e, "an object is expected");
    example_note_unknown(v, KEYS, at, r);
    TRY(place_text(v, "id", RULE_ID_MAX, true, at, &o->id, e));
    TRY(example_read_facts(v, at, r, o, e));
    TRY(read_rules(v, o->id, at, &x->has_ops[i], &x->rules[i], e));
    o->rules = x->rules[i];
    return RC_OK;
}

/* A domain has one owner, an id one organisation: otherwise there is no one answer. */
static rc_t orgs_differ(const struct example *x, const struct place *at, struct err *e)
{
    for (size_t i = 1; i < x->in.org_count; i++) {
        const struct place here = PLACE_AT(at, i);
        const struct rule_document *d = ruleset_document(x->rules[i]);
        for (size_t k = 0; k < i; k++) {
            if (str_eq(x->in.orgs[k].id, x->in.orgs[i].id))
                return place_fail_key(&here, "id", RC_INVALID, e,
                                      "another organisation has this id");
            for (size_t n = 0; n < d->domain_count; n++)
                if (ruleset_manages(x->rules[k], d->domains[n]))
                    return place_fail_key(&here, "domains", RC_INVALID, e,
                                          "another organisation has a domain of these");
        }
    }
    return RC_OK;
}

static rc_t read_orgs(const json_t *v, const struct place *at, struct example_reader *r,
                      struct example *x, struct err *e)
{
    const json_t *list;
    const struct place orgs = PLACE_KEY(at, "orgs");
    TRY(place_array(v, "orgs", EXAMPLE_ORGS_MAX, true, at, &list, e));
    size_t n = json_array_size(list);
    x->in.orgs = ARENA_ARRAY(r->a, n + 1, struct policy_organisation);
    x->rules = ARENA_ARRAY(r->a, n + 1, struct ruleset *);
    x->has_ops = ARENA_ARRAY(r->a, n + 1, bool);
    if (!x->in.orgs || !x->rules || !x->has_ops) return err_set(e, RC_NO_MEMORY, NULL);
    x->in.org_count = n;
    for (size_t i = 0; i < n; i++) {
        const struct place here = PLACE_AT(&orgs, i);
        TRY(read_org(json_array_get(list, i), &here, r, x, i, e));
    }
    return orgs_differ(x, &orgs, e);
}

static rc_t read_down(const json_t *state, const char *key, const struct place *at, bool *down,
                      struct err *e)
{
    str_t word;
    TRY(place_text(state, key, RULE_ID_MAX, false, at, &word, e));
    *down = str_eq(word, STR("down"));
    if (word.p && !*down && !str_eq(word, STR("up")))
        return place_fail_key(at, key, RC_INVALID, e, "\"down\" or nothing is expected");
    return RC_OK;
}

rc_t example_read_state(const json_t *v, const struct place *at, struct policy_state *out,
                        struct err *e)
{
    static const char *const KEYS[] = {"rules_store", "revocation", NULL};
    const json_t *state;
    const struct place here = PLACE_KEY(at, "state");
    TRY(place_object(v, "state", false, at, &state, e));
    if (!state) return RC_OK;
    TRY(place_known(state, KEYS, &here, e));
    TRY(read_down(state, "rules_store", &here, &out->rules_down, e));
    return read_down(state, "revocation", &here, &out->revocation_down, e);
}

rc_t example_read(const json_t *v, const struct place *at, struct arena *a, struct buf *notes,
                  struct example *out, struct err *e)
{
    struct example_reader r = {.a = a, .notes = notes};
    struct example x = {.rules = NULL};
    const json_t *message;
    const struct place here = PLACE_KEY(at, "message");
    struct policy_message *m = ARENA_NEW(a, struct policy_message);
    if (!m) return err_set(e, RC_NO_MEMORY, NULL);
    if (!json_is_object(v)) return place_fail(at, RC_INVALID, e, "an object is expected");
    rc_t rc = place_object(v, "message", true, at, &message, e);
    if (rc == RC_OK) rc = example_read_message(message, &here, &r, m, e);
    if (rc == RC_OK) rc = example_read_state(v, at, &x.in.state, e);
    if (rc == RC_OK) rc = read_orgs(v, at, &r, &x, e);
    if (rc != RC_OK) {
        example_free(&x);
        return rc;
    }
    x.in.message = m;
    *out = x;
    return RC_OK;
}

static json_t *priorities_json(const struct example *x)
{
    json_t *all = NULL;
    for (size_t i = 0; i < x->in.org_count; i++) {
        if (!x->has_ops[i]) continue;
        const struct rule_document *d = ruleset_document(x->rules[i]);
        json_t *org = json_object();
        for (size_t k = 0; k < d->rule_count; k++)
            json_object_setn_new(org, d->rules[k].id.p, d->rules[k].id.n,
                                 json_integer(d->rules[k].priority));
        if (!all) all = json_object();
        json_object_setn_new(all, x->in.orgs[i].id.p, x->in.orgs[i].id.n, org);
    }
    return all;
}

/* The decision, with `priorities` where there were operations. */
static rc_t decide(const struct example *x, struct effort *left, struct arena *a, json_t **out,
                   struct err *e)
{
    struct decision d;
    TRY(effort_take_work(left, &x->in, e));
    TRY(policy_evaluate(&x->in, a, &d, e));
    TRY(effort_take_answer(left, &d, e));
    json_t *v = decision_to_json(&d), *priorities = priorities_json(x);
    if (!v) return err_set(e, RC_NO_MEMORY, NULL);
    if (priorities) json_object_set_new(v, "priorities", priorities);
    *out = v;
    return RC_OK;
}

/* What is said about one example: a row's member and its value. */
typedef rc_t (*answer_fn)(const struct example *x, struct effort *left, struct arena *a,
                          json_t **out, struct err *e);

static rc_t check(const struct example *x, struct effort *left, struct arena *a, json_t **out,
                  struct err *e)
{
    (void) left;
    CLEANUP_JSON json_t *all = json_object();
    for (size_t i = 0; i < x->in.org_count; i++) {
        struct rule_warnings w;
        const struct policy_organisation *o = &x->in.orgs[i];
        TRY(rule_warnings_find(o, a, &w, e));
        json_t *one = json_object();
        json_put_bool(one, "complete", w.complete);
        json_object_set_new(one, "warnings", rule_warnings_json(&w, o->rules));
        json_object_setn_new(all, o->id.p, o->id.n, one);
    }
    *out = json_incref(all);
    return RC_OK;
}

/* One example of many: its place is in the message, its id is what its writer looks for. */
static rc_t name_example(rc_t rc, const json_t *id, struct err *e)
{
    if (json_is_string(id) && e && e->detail[0] == '\0')
        err_detail(e, "(example \"%.*s\")", STR_ARG(json_text(id)));
    return rc;
}

/* How a file is answered. */
struct answering {
    const char *member;
    answer_fn answer;
    struct effort *left;
    struct buf *notes;
    size_t *refused; /* NULL: the first example that is refused ends it */
};

static void refused_into(const json_t *v, const struct err *e, json_t *list)
{
    json_t *row = json_object(), *id = json_object_get(v, "id");
    json_object_set_new(row, "id", id ? json_incref(id) : json_null());
    json_put_str(row, "error", str_c(e->message));
    if (e->detail[0]) json_put_str(row, "detail", str_c(e->detail));
    json_array_append_new(list, row);
}

static rc_t answer_into(const json_t *v, const struct place *at, const struct answering *how,
                        json_t *list, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_BYTES);
    struct example x;
    json_t *value = NULL;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    json_t *id = json_object_get(v, "id");
    rc_t rc = example_read(v, at, a, how->notes, &x, e);
    if (rc == RC_OK) {
        rc = how->answer(&x, how->left, a, &value, e);
        example_free(&x);
    }
    if (rc != RC_OK) return name_example(rc, id, e);
    json_t *row = json_object();
    json_object_set_new(row, "id", id ? json_incref(id) : json_null());
    json_object_set_new(row, how->member, value);
    json_array_append_new(list, row);
    return RC_OK;
}

/* One of many: where refusals are counted, one of them is a row as any other. */
static rc_t answer_one(const json_t *v, const struct place *at, const struct answering *how,
                       json_t *list, struct err *e)
{
    struct err why = {.code = RC_OK};
    if (!how->refused) return answer_into(v, at, how, list, e);
    rc_t rc = answer_into(v, at, how, list, &why);
    if (rc == RC_OK) return RC_OK;
    if (rc == RC_NO_MEMORY) return err_set(e, rc, NULL);
    refused_into(v, &why, list);
    ++*how->refused;
    return RC_OK;
}

static rc_t answer_all(const json_t *file, const struct answering *how, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *list = json_array();
    const json_t *all;
    str_t schema;
    const struct place place = PLACE_KEY(NULL, "examples");
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(place_text(file, "schema", RULE_ID_MAX, false, NULL, &schema, e));
    if (schema.p && !str_eq(schema, STR("smime-policy-examples/1")))
        return place_fail_key(NULL, "schema", RC_UNSUPPORTED, e,
                              "only smime-policy-examples/1 is known");
    bool single = !json_object_get(file, "examples") && json_object_get(file, "message");
    if (single) {
        TRY(answer_into(file, NULL, how, list, e));
    } else {
        TRY(place_array(file, "examples", EXAMPLES_MAX, true, NULL, &all, e));
        for (size_t i = 0; i < json_array_size(all); i++) {
            const struct place here = PLACE_AT(&place, i);
            TRY(answer_one(json_array_get(all, i), &here, how, list, e));
        }
    }
    *out = json_incref(list);
    return RC_OK;
}

rc_t examples_evaluate(const json_t *file, struct buf *notes, json_t **out, struct err *e)
{
    return answer_all(file, &(struct answering){"decision", decide, NULL, notes, NULL}, out, e);
}

rc_t examples_evaluate_each(const json_t *file, struct buf *notes, size_t *refused, json_t **out,
                            struct err *e)
{
    *refused = 0;
    return answer_all(file, &(struct answering){"decision", decide, NULL, notes, refused}, out, e);
}

rc_t examples_evaluate_within(const json_t *file, struct effort *left, struct buf *notes,
                              json_t **out, struct err *e)
{
    return answer_all(file, &(struct answering){"decision", decide, left, notes, NULL}, out, e);
}

rc_t examples_check(const json_t *file, struct buf *notes, json_t **out, struct err *e)
{
    return answer_all(file, &(struct answering){"organisations", check, NULL, notes, NULL}, out, e);
}
