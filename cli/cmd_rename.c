/* waxsealctl account rename: a mailbox gets another address. */
#include "cli/command.h"
#include "cli/registry.h"
#include "policy/rename.h"

enum { AGENT_MS = 20000 };

int cmd_account_rename(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *account = NULL;
    CLEANUP_DESK struct desk *d = desk_open(
        argc, argv, RECORD_KINDS, 2, 2, "account rename ADDRESS NEW-ADDRESS [--drop-old]", &code);
    if (!d) return code;
    const struct agent agent = {.socket = d->c.config->keyd_admin_socket, .timeout_ms = AGENT_MS};
    const struct renaming what = {.organisation = d->organisation,
                                  .from = desk_word(d, 0),
                                  .to = desk_word(d, 1),
                                  .keep = !d->drop_old};
    if (account_rename(&d->r, &d->by, str_is_null(agent.socket) ? NULL : &agent, &what, &account,
                       &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, account);
    return EXIT_FINE;
}
