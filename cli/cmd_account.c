/* waxsealctl alias, user totp-off: what the operator decides about one account. */
#include <stdio.h>
#include <time.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/alias.h"
#include "policy/name.h"

static int change(const char *account, const char *alias, bool on)
{
    struct err e = {0};
    CLEANUP_CTL struct ctl c = {0};
    if (ctl_open(&c, &e) != RC_OK) return ctl_failed(&e);
    struct registry r = {c.kv, c.config};
    struct actor by = {registry_whoami(c.a), true, (int64_t) time(NULL)};
    if (registry_set_from(&r, &by, arena_lower(c.a, str_c(account)), arena_lower(c.a, str_c(alias)),
                          on, &e) != RC_OK)
        return ctl_failed(&e);
    printf("%s: %s %s\n", account, alias, on ? "added" : "removed");
    return EXIT_FINE;
}

int cmd_alias_add(int argc, char **argv)
{
    if (argc != 2) return cli_usage("alias add ADDRESS ALIAS");
    return change(argv[0], argv[1], true);
}

int cmd_alias_remove(int argc, char **argv)
{
    if (argc != 2) return cli_usage("alias remove ADDRESS ALIAS");
    return change(argv[0], argv[1], false);
}

int cmd_alias_show(int argc, char **argv)
{
    struct err e = {0};
    CLEANUP_CTL struct ctl c = {0};
    struct alias_list list = {0};
    str_t organisation;
    CLEANUP_JSON json_t *rows = json_array();
    if (argc != 1) return cli_usage("alias show ADDRESS");
    if (ctl_open(&c, &e) != RC_OK) return ctl_failed(&e);
    struct registry r = {c.kv, c.config};
    str_t account = arena_lower(c.a, str_c(argv[0]));
    if (registry_organisation_of(&r, c.a, name_domain_of(account), &organisation, &e) != RC_OK ||
        alias_list(c.kv, c.a, c.config->instance, organisation, account, &list, &e) != RC_OK)
        return ctl_failed(&e);
    for (size_t i = 0; i < list.count; i++)
        json_array_append_new(rows, json_from_str(list.addresses[i]));
    cli_print(rows);
    return EXIT_FINE;
}

/* For whoever lost the device and the recovery codes: the operator has made sure who asks. */
int cmd_user_totp_off(int argc, char **argv)
{
    struct err e = {0};
    struct kv_value v;
    CLEANUP_CTL struct ctl c = {0};
    if (argc != 1) return cli_usage("user totp-off ADDRESS");
    rc_t rc = ctl_open(&c, &e);
    if (rc == RC_OK) {
        str_t key = arena_printf(c.a, "%.*s:u:%.*s:totp", STR_ARG(c.config->instance),
                                 STR_ARG(arena_lower(c.a, str_c(argv[0]))));
        rc = KV_CMD(c.kv, c.a, &v, &e, STR("DEL"), key);
    }
    if (rc == RC_OK && v.i != 1) rc = err_set(&e, RC_NOT_FOUND, "It was not on.");
    if (rc != RC_OK) return ctl_failed(&e);
    printf("%s: second factor off\n", argv[0]);
    return EXIT_FINE;
}
