/* waxsealctl plan|domain|user: which plan, and what a plan holds. A change has effect at the next
 * request of every session. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/plan.h"

/* A patch of one member; says on standard error what went wrong. */
static int put(struct record_at at, enum registry_mode mode, const char *member, json_t *value,
               bool may_lack)
{
    struct err e = {0};
    CLEANUP_CTL struct ctl c = {0};
    CLEANUP_JSON json_t *patch = json_object();
    json_object_set_new(patch, member, value);
    if (ctl_open(&c, &e) != RC_OK) return ctl_failed(&e);
    struct registry r = {c.kv, c.config};
    struct actor by = {registry_whoami(c.a), true, (int64_t) time(NULL)};
    struct registry_write w = {.at = at, .patch = patch, .mode = mode};
    w.at.id = arena_lower(c.a, at.id);
    rc_t rc = registry_write(&r, &by, &w, &e);
    json_decref(w.after);
    json_decref(w.conflict);
    if (rc == RC_OK || (may_lack && rc == RC_NOT_FOUND)) return EXIT_FINE;
    return ctl_failed(&e);
}

/* --- plan ---------------------------------------------------------------------------- */

int cmd_plan_set(int argc, char **argv)
{
    bool on = argc == 3 && strcmp(argv[2], "on") == 0;
    if (argc != 3 || (!on && strcmp(argv[2], "off") != 0)) {
        return cli_usage("plan set PLAN FEATURE on|off");
    }
    struct record_at at = {RECORD_PLAN, STR_NULL, str_c(argv[0])};
    int code = put(at, REGISTRY_PUT, argv[1], json_boolean(on), false);
    if (code == EXIT_FINE) printf("plan %s: %s %s\n", argv[0], argv[1], argv[2]);
    return code;
}

static void describe_plan(const struct ctl *c, str_t name, const json_t *row, json_t *list)
{
    const struct config_plan *p = NULL;
    for (size_t i = 0; i < c->config->plan_count; i++)
        if (str_eq(c->config->plans[i].name, name)) p = &c->config->plans[i];
    const json_t *said = json_object_get(row, "smime");
    bool on = json_is_boolean(said) ? json_is_true(said) : p && p->smime;
    json_t *v = json_object();
    json_put_str(v, "plan", name);
    json_put_bool(v, "smime", on);
    json_put_str(v, "said_by",
                 json_is_boolean(said) ? STR("registry")
                 : p                   ? STR("configuration")
                                       : STR("nobody"));
    json_array_append_new(list, v);
}

static bool is_configured(const struct ctl *c, const char *name)
{
    for (size_t i = 0; i < c->config->plan_count; i++)
        if (str_eq(c->config->plans[i].name, str_c(name))) return true;
    return false;
}

int cmd_plan_show(int argc, char **argv)
{
    struct err e;
    const char *name;
    json_t *row;
    CLEANUP_CTL struct ctl c = {0};
    CLEANUP_JSON json_t *list = json_array(), *rows = NULL;
    if (argc > 1) return cli_usage("plan show [PLAN]");
    if (ctl_open(&c, &e) != RC_OK) return ctl_failed(&e);
    struct registry r = {c.kv, c.config};
    if (registry_list(&r, RECORD_PLAN, STR_NULL, &rows, &e) != RC_OK) return ctl_failed(&e);
    if (argc == 1) describe_plan(&c, str_c(argv[0]), json_object_get(rows, argv[0]), list);
    for (size_t i = 0; argc == 0 && i < c.config->plan_count; i++) {
        str_t plan = c.config->plans[i].name;
        describe_plan(&c, plan, json_object_get(rows, arena_cstr(c.a, plan)), list);
    }
    json_object_foreach(rows, name, row)
    {
        if (argc == 0 && !is_configured(&c, name)) describe_plan(&c, str_c(name), row, list);
    }
    cli_print(list);
    return EXIT_FINE;
}

/* --- domain, user ---------------------------------------------------------------------- */

/* "default" removes what was set. */
static int set_plan(enum record_kind kind, const char *noun, const char *name, const char *plan)
{
    bool remove = strcmp(plan, "default") == 0;
    struct record_at at = {kind, STR_NULL, str_c(name)};
    int code = put(at, remove ? REGISTRY_SET : REGISTRY_PUT, "plan",
                   remove ? json_null() : json_from_str(str_c(plan)), remove);
    if (code == EXIT_FINE) printf("%s %s: %s\n", noun, name, remove ? "no plan of its own" : plan);
    return code;
}

int cmd_domain_set(int argc, char **argv)
{
    if (argc != 2) return cli_usage("domain set DOMAIN PLAN|default");
    return set_plan(RECORD_DOMAIN, "domain", argv[0], argv[1]);
}

int cmd_user_set(int argc, char **argv)
{
    if (argc != 2) return cli_usage("user set ADDRESS PLAN|default");
    return set_plan(RECORD_ACCOUNT, "user", argv[0], argv[1]);
}

int cmd_user_show(int argc, char **argv)
{
    static const char *const sources[] = {"configuration", "customer", "domain", "user"};
    static const char *const states[] = {NULL, "enabled", "disabled", "lapsed"};
    struct err e;
    CLEANUP_CTL struct ctl c = {0};
    struct plan_store *store = NULL;
    struct entitlement got;
    if (argc != 1) return cli_usage("user show ADDRESS");
    rc_t rc = ctl_open(&c, &e);
    str_t account = rc == RC_OK ? arena_lower(c.a, str_c(argv[0])) : STR_NULL;
    if (rc == RC_OK && str_chr(account, '@') < 1)
        rc = err_set(&e, RC_INVALID, "That is not an account: user@domain is.");
    if (rc == RC_OK) rc = plan_store_new(c.config, &store, &e);
    if (rc == RC_OK) rc = plan_of(store, c.kv, account, (int64_t) time(NULL), c.a, &got, &e);
    plan_store_free(store);
    if (rc != RC_OK) return ctl_failed(&e);
    CLEANUP_JSON json_t *row = json_object();
    json_put_str(row, "account", account);
    json_put_str(row, "plan", got.plan);
    json_put_bool(row, "smime", got.features.smime);
    json_put_str(row, "said_by", str_c(sources[got.said_by]));
    json_put_str(row, "organisation", got.organisation);
    json_put_str(row, "rules", states[got.smime] ? str_c(states[got.smime]) : STR_NULL);
    json_put_bool(row, "suspended", got.suspended);
    cli_print(row);
    return EXIT_FINE;
}
