/* The domains of an organisation: attached by the operator, or proved by a text in the DNS. */
#include "base/fetch.h"
#include "policy/claim.h"
#include "policy/name.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

#define DNS_TIMEOUT_MS 8000

static rc_t read_domain(struct call *c, str_t *out, struct err *e)
{
    str_t domain;
    TRY(json_need_str(c->in, "domain", &domain, e));
    *out = arena_lower(c->arena, str_trim(domain));
    return record_check_id(RECORD_DOMAIN, *out, e);
}

/* {name, text}: what the DNS has to say. */
static void put_claim(struct call *c, json_t *v, str_t domain, const json_t *claim)
{
    json_put_str(v, "name", claim_name(c->arena, domain));
    json_put_str(v, "text", claim_text(c->arena, claim));
    json_object_set(v, "since", json_object_get(claim, "since"));
}

rc_t admin_domains_get(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL, *claims = NULL, *rows = json_array(), *open = json_array();
    const char *id;
    json_t *row;
    TRY(registry_list(admin_registry(c), RECORD_DOMAIN, STR_NULL, &all, e));
    TRY(registry_list(admin_registry(c), RECORD_CLAIM, admin_organisation(c), &claims, e));
    json_object_foreach(all, id, row)
    {
        if (!str_eq(record_text(row, "organisation"), admin_organisation(c))) continue;
        json_object_del(row, "organisation");
        json_put_str(row, "domain", str_c(id));
        json_array_append(rows, row);
    }
    json_object_foreach(claims, id, row)
    {
        json_t *v = json_object();
        json_put_str(v, "domain", str_c(id));
        put_claim(c, v, str_c(id), row);
        json_array_append_new(open, v);
    }
    json_t *answer = json_object();
    json_object_set(answer, "rows", rows);
    json_object_set(answer, "claims", open);
    return call_answer(c, answer, e);
}

rc_t admin_domains_claim(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *claim = NULL;
    str_t domain;
    TRY(read_domain(c, &domain, e));
    TRY(claim_make(admin_registry(c), admin_actor(c), domain, admin_organisation(c), &claim, e));
    json_t *answer = json_object();
    json_put_str(answer, "domain", domain);
    put_claim(c, answer, domain, claim);
    return call_answer(c, answer, e);
}

/* The texts of the name, or "": that there are none is no error here. */
static rc_t ask_dns(struct call *c, str_t domain, str_t *out, struct err *e)
{
    const struct config *config = c->app->config;
    struct fetch_request q = {.kind = FETCH_TXT, .method = FETCH_GET, .timeout_ms = DNS_TIMEOUT_MS};
    struct fetch_answer answer;
    if (str_is_null(config->fetch_socket)) return err_set(e, RC_FETCH_DOWN, NULL);
    q.url = arena_printf(c->arena, "txt:%.*s", STR_ARG(claim_name(c->arena, domain)));
    TRY(fetch_call(config->fetch_socket, &q, c->arena, &answer, e));
    *out = answer.status == 200 ? answer.body : STR("");
    return RC_OK;
}

rc_t admin_domains_verify(struct call *c, struct err *e)
{
    str_t domain, texts;
    TRY(read_domain(c, &domain, e));
    TRY(ask_dns(c, domain, &texts, e));
    TRY(claim_prove(admin_registry(c), admin_actor(c), domain, admin_organisation(c), texts, e));
    return call_answer(c, json_object(), e);
}

rc_t admin_domains_release(struct call *c, struct err *e)
{
    str_t domain;
    TRY(read_domain(c, &domain, e));
    TRY(registry_detach(admin_registry(c), admin_actor(c), domain, admin_organisation(c), e));
    return call_answer(c, json_object(), e);
}

rc_t admin_domains_attach(struct call *c, struct err *e)
{
    str_t domain;
    TRY(read_domain(c, &domain, e));
    TRY(registry_attach(admin_registry(c), admin_actor(c), domain, admin_organisation(c),
                        "operator", e));
    return call_answer(c, json_object(), e);
}
