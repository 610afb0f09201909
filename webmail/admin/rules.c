/* An organisation's rules: the document, operations on it, what is wrong with it. */
#include "policy/rule_ops.h"
#include "policy/rules_store.h"
#include "policy/simulate.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

rc_t admin_rules_get(struct call *c, struct err *e)
{
    json_t *document = NULL;
    TRY(rules_store_get(admin_registry(c), admin_organisation(c), &document, e));
    return call_answer(c, document, e);
}

/* What the caller saw; absent: whatever is there is to be replaced. */
static rc_t read_seen(const struct call *c, int64_t *seen, struct err *e)
{
    TRY(place_int(c->in, "version", 0, INT64_MAX / 2, -1, NULL, seen, e));
    *seen = *seen > 0 ? *seen : *seen == 0 ? RULES_STORE_NONE : 0;
    return RC_OK;
}

rc_t admin_rules_put(struct call *c, struct err *e)
{
    int64_t seen, version = 0;
    json_t *conflict = NULL;
    CLEANUP_JSON json_t *answer = json_object();
    TRY(read_seen(c, &seen, e));
    rc_t rc = rules_store_put(admin_registry(c), admin_actor(c), admin_organisation(c), c->in, seen,
                              &version, &conflict, e);
    if (rc != RC_OK) {
        admin_conflict(c, &conflict);
        return rc;
    }
    json_put_int(answer, "version", version);
    return call_answer(c, json_incref(answer), e);
}

rc_t admin_rules_ops(struct call *c, struct err *e)
{
    static const char *const KEYS[] = {"ops", "version", NULL};
    int64_t seen;
    const json_t *ops;
    json_t *document = NULL, *conflict = NULL;
    TRY(place_known(c->in, KEYS, NULL, e));
    TRY(place_array(c->in, "ops", RULE_OPS_MAX, true, NULL, &ops, e));
    TRY(read_seen(c, &seen, e));
    rc_t rc = rules_store_change(admin_registry(c), admin_actor(c), admin_organisation(c), ops,
                                 seen, &document, &conflict, e);
    if (rc != RC_OK) {
        admin_conflict(c, &conflict);
        return rc;
    }
    return call_answer(c, document, e);
}

rc_t admin_rules_check(struct call *c, struct err *e)
{
    static const char *const KEYS[] = {"document", NULL};
    const json_t *document;
    json_t *out = NULL;
    TRY(place_known(c->in, KEYS, NULL, e));
    TRY(place_object(c->in, "document", false, NULL, &document, e));
    const struct simulation s = {.book = c->app->rules,
                                 .r = admin_registry(c),
                                 .now = call_now(),
                                 .organisation = admin_organisation(c),
                                 .draft = document,
                                 .draft_of = admin_organisation(c)};
    TRY(simulate_check(&s, &out, e));
    return call_answer(c, out, e);
}
