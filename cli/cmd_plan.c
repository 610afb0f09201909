/* waxsealctl plan|domain|user: which plan, and what a plan holds. A change has effect at the next
 * request of every session. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/ctl.h"
#include "policy/plan.h"

static const struct config_plan *configured(const struct ctl *c, str_t plan)
{
    for (size_t i = 0; i < c->config->plan_count; i++) {
        if (str_eq(c->config->plans[i].name, plan)) return &c->config->plans[i];
    }
    return NULL;
}

static rc_t stored(struct ctl *c, const char *kind, str_t name, struct kv_value *out, struct err *e)
{
    str_t key =
        arena_printf(c->a, "%.*s:%s:%.*s", STR_ARG(c->config->instance), kind, STR_ARG(name));
    bool hash = strcmp(kind, "plan") == 0;
    return hash ? KV_CMD(c->kv, c->a, out, e, STR("HGET"), key, STR("smime"))
                : KV_CMD(c->kv, c->a, out, e, STR("GET"), key);
}

/* A slip of the pen must not take S/MIME from a whole domain: the plan has to exist. */
static rc_t plan_exists(struct ctl *c, str_t plan, struct err *e)
{
    struct kv_value v;
    if (configured(c, plan)) return RC_OK;
    TRY(stored(c, "plan", plan, &v, e));
    if (v.type != KV_NIL) return RC_OK;
    return err_set(
        e, RC_NOT_FOUND,
        "There is no plan \"%.*s\"; \"waxsealctl plan set %.*s smime on|off\" makes one.",
        STR_ARG(str_sub(plan, 0, 64)), STR_ARG(str_sub(plan, 0, 64)));
}

/* --- plan ---------------------------------------------------------------------------- */

int cmd_plan_set(int argc, char **argv)
{
    struct err e;
    CLEANUP_CTL struct ctl c = {0};
    bool on = argc == 3 && strcmp(argv[2], "on") == 0;
    if (argc != 3 || (!on && strcmp(argv[2], "off") != 0)) {
        return cli_usage("plan set PLAN FEATURE on|off");
    }
    if (ctl_open(&c, &e) != RC_OK || plan_set_feature(c.kv, c.a, c.config->instance, str_c(argv[0]),
                                                      str_c(argv[1]), on, &e) != RC_OK) {
        return ctl_failed(&e);
    }
    printf("plan %s: %s %s\n", argv[0], argv[1], argv[2]);
    return EXIT_FINE;
}

static rc_t describe_plan(struct ctl *c, str_t name, json_t *list, struct err *e)
{
    struct kv_value v;
    const struct config_plan *p = configured(c, name);
    TRY(stored(c, "plan", name, &v, e));
    bool on = v.type == KV_STR ? str_eq(v.s, STR("on")) : p && p->smime;
    json_t *row = json_object();
    json_put_str(row, "plan", name);
    json_put_bool(row, "smime", on);
    json_put_str(row, "said_by",
                 v.type == KV_STR ? STR("redis")
                 : p              ? STR("configuration")
                                  : STR("nobody"));
    json_array_append_new(list, row);
    return RC_OK;
}

int cmd_plan_show(int argc, char **argv)
{
    struct err e;
    CLEANUP_CTL struct ctl c = {0};
    CLEANUP_JSON json_t *list = json_array();
    if (argc > 1) return cli_usage("plan show [PLAN]");
    rc_t rc = ctl_open(&c, &e);
    for (size_t i = 0; rc == RC_OK && argc == 0 && i < c.config->plan_count; i++) {
        rc = describe_plan(&c, c.config->plans[i].name, list, &e);
    }
    if (rc == RC_OK && argc == 1) rc = describe_plan(&c, str_c(argv[0]), list, &e);
    if (rc != RC_OK) return ctl_failed(&e);
    cli_print(list);
    return EXIT_FINE;
}

/* --- domain, user ---------------------------------------------------------------------- */

typedef rc_t (*set_fn)(struct kv *, struct arena *, str_t, str_t, str_t, struct err *);

/* "default" removes what was set. */
static int set_plan(const char *kind, const char *name, const char *plan, set_fn set)
{
    struct err e;
    CLEANUP_CTL struct ctl c = {0};
    bool remove = strcmp(plan, "default") == 0;
    str_t to = remove ? STR_NULL : str_c(plan);
    if (ctl_open(&c, &e) != RC_OK || (!remove && plan_exists(&c, to, &e) != RC_OK) ||
        set(c.kv, c.a, c.config->instance, str_c(name), to, &e) != RC_OK) {
        return ctl_failed(&e);
    }
    printf("%s %s: %s\n", kind, name, remove ? "no plan of its own" : plan);
    return EXIT_FINE;
}

int cmd_domain_set(int argc, char **argv)
{
    if (argc != 2) return cli_usage("domain set DOMAIN PLAN|default");
    return set_plan("domain", argv[0], argv[1], plan_set_domain);
}

int cmd_user_set(int argc, char **argv)
{
    if (argc != 2) return cli_usage("user set ADDRESS PLAN|default");
    return set_plan("user", argv[0], argv[1], plan_set_user);
}

int cmd_user_show(int argc, char **argv)
{
    struct err e;
    CLEANUP_CTL struct ctl c = {0};
    struct plan_store *store = NULL;
    struct entitlement got;
    struct kv_value user, domain;
    if (argc != 1) return cli_usage("user show ADDRESS");
    rc_t rc = ctl_open(&c, &e);
    str_t account = rc == RC_OK ? arena_lower(c.a, str_c(argv[0])) : STR_NULL, local, host;
    if (rc == RC_OK && !str_cut(account, '@', &local, &host)) {
        rc = err_set(&e, RC_INVALID, "That is not an account: user@domain is.");
    }
    if (rc == RC_OK) rc = plan_store_new(c.config, &store, &e);
    if (rc == RC_OK) rc = plan_of(store, c.kv, account, c.a, &got, &e);
    plan_store_free(store);
    if (rc == RC_OK) rc = stored(&c, "user", account, &user, &e);
    if (rc == RC_OK) rc = stored(&c, "domain", host, &domain, &e);
    if (rc != RC_OK) return ctl_failed(&e);
    CLEANUP_JSON json_t *row = json_object();
    json_put_str(row, "account", account);
    json_put_str(row, "plan", got.plan);
    json_put_bool(row, "smime", got.features.smime);
    json_put_str(row, "said_by",
                 user.type == KV_STR     ? STR("user")
                 : domain.type == KV_STR ? STR("domain")
                                         : STR("configuration"));
    cli_print(row);
    return EXIT_FINE;
}
