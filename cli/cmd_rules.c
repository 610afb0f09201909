/* waxsealctl rules show|set|change: an organisation's rules as one document. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/rule_ops.h"
#include "policy/rules_store.h"

int cmd_rules_show(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *document = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "rules show ORGANISATION", &code);
    if (!d) return code;
    if (rules_store_get(&d->r, desk_word(d, 0), &document, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    cli_print(document);
    return EXIT_FINE;
}

int cmd_rules_set(int argc, char **argv)
{
    struct err e = {0};
    int code;
    int64_t version = 0;
    CLEANUP_BUF struct buf text = BUF_INIT(RULES_STORE_MAX_BYTES);
    CLEANUP_JSON json_t *in = NULL, *conflict = NULL, *more = json_object();
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 2, 2,
                                            "rules set ORGANISATION FILE [--version N]", &code);
    if (!d) return code;
    rc_t rc = cli_read_file(d->raw[1], &text, &e);
    if (rc == RC_OK) rc = json_parse_object(buf_view(&text), &in, &e);
    if (rc == RC_OK)
        rc = rules_store_put(&d->r, &d->by, desk_word(d, 0), in, d->seen, &version, &conflict, &e);
    if (conflict) json_object_set(more, "conflict", conflict);
    if (rc != RC_OK) return desk_fail(d, &e, more);
    json_put_int(more, "version", version);
    desk_print(d, more);
    return EXIT_FINE;
}

/* {"ops": [..]} of policy/rule_ops.h. */
int cmd_rules_change(int argc, char **argv)
{
    static const char *const KEYS[] = {"ops", NULL};
    struct err e = {0};
    int code;
    const json_t *ops;
    CLEANUP_BUF struct buf text = BUF_INIT(RULES_STORE_MAX_BYTES);
    CLEANUP_JSON json_t *in = NULL, *conflict = NULL, *document = NULL, *more = json_object();
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 2, 2,
                                            "rules change ORGANISATION FILE [--version N]", &code);
    if (!d) return code;
    rc_t rc = cli_read_file(d->raw[1], &text, &e);
    if (rc == RC_OK) rc = json_parse_object(buf_view(&text), &in, &e);
    if (rc == RC_OK) rc = place_known(in, KEYS, NULL, &e);
    if (rc == RC_OK) rc = place_array(in, "ops", RULE_OPS_MAX, true, NULL, &ops, &e);
    if (rc == RC_OK)
        rc = rules_store_change(&d->r, &d->by, desk_word(d, 0), ops, d->seen, &document, &conflict,
                                &e);
    if (conflict) json_object_set(more, "conflict", conflict);
    if (rc != RC_OK) return desk_fail(d, &e, more);
    json_put_int(more, "version", record_version(document));
    desk_print(d, more);
    return EXIT_FINE;
}
