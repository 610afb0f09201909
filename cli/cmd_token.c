/* waxsealctl token, role totp-off: programs that administer, and administrators' second factors. */
#include "cli/command.h"
#include "cli/registry.h"
#include "policy/edit.h"
#include "policy/name.h"
#include "policy/token.h"

int cmd_token_make(int argc, char **argv)
{
    struct err e = {0};
    int code;
    str_t token;
    const char *usage = "token make NAME UNTIL SCOPE… [--organisation ID]";
    CLEANUP_JSON json_t *scopes = json_array(), *view = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 3, 20, usage, &code);
    if (!d) return code;
    struct token_wish wish = {
        .name = desk_word(d, 0), .organisation = d->organisation, .scopes = scopes};
    for (size_t i = 2; i < d->count; i++)
        json_array_append_new(scopes, json_from_str(desk_word(d, i)));
    if (!name_read_time(d->words[1], &wish.expires)) return cli_usage(usage);
    if (token_make(&d->r, &d->by, &wish, d->c.a, &token, &view, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    json_put_str(view, "token", token);
    desk_print(d, view);
    return EXIT_FINE;
}

int cmd_token_list(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 1, "token list [ORGANISATION]", &code);
    if (!d) return code;
    if (token_list(&d->r, desk_word(d, 0), d->by.now, &rows, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, rows);
    return EXIT_FINE;
}

int cmd_token_remove(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 2, "token remove ID [ORGANISATION]", &code);
    if (!d) return code;
    if (token_remove(&d->r, &d->by, desk_word(d, 1), desk_word(d, 0), &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return desk_done(d, "removed; it is good for nothing from the next request on");
}

/* Deleted and in the audit in one step. */
static rc_t forget_factor(struct edit *t, void *arg, struct err *e)
{
    const str_t *who = arg;
    CLEANUP_JSON json_t *after = json_object();
    EDIT_COMMAND(
        t, STR("DEL"),
        arena_printf(t->a, "%.*s:a:u:%.*s:totp", STR_ARG(t->r->config->instance), STR_ARG(*who)));
    json_put_bool(after, "second_factor", false);
    return edit_audit(t, STR_NULL, "administrator", *who, NULL, after, e);
}

int cmd_role_totp_off(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "role totp-off NAME", &code);
    if (!d) return code;
    str_t who = desk_word(d, 0);
    if (record_check_id(RECORD_ROLE, who, &e) != RC_OK ||
        edit_run(&d->r, &d->by, forget_factor, &who, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return desk_done(d, "%.*s: no second factor; what is signed in only reads", STR_ARG(who));
}
