#include "cli/ctl.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"

static rc_t read_password(const struct config *c, struct buf *out, struct err *e)
{
    if (str_is_null(c->redis_password_file)) return RC_OK;
    char path[4096];
    snprintf(path, sizeof path, "%.*s", STR_ARG(c->redis_password_file));
    return cli_read_passphrase(path, out, e);
}

rc_t ctl_open(struct ctl *out, struct err *e)
{
    const char *file = getenv("WAXSEAL_CONF");
    CLEANUP_BUF struct buf password = BUF_INIT_SECRET(4096);
    CLEANUP_CTL struct ctl c = {.a = arena_new(8u << 20)};
    if (!c.a) return err_set(e, RC_NO_MEMORY, NULL);
    if (!file || !*file) {
        return err_set(e, RC_INVALID, "Name the configuration: --config FILE, or WAXSEAL_CONF.");
    }
    TRY(config_load(file, c.a, &c.config, e));
    TRY(read_password(c.config, &password, e));
    struct kv_options o = {
        .socket = c.config->redis_socket,
        .user = c.config->redis_user,
        .password = str_is_null(c.config->redis_password_file) ? STR_NULL : buf_view(&password),
        .timeout_ms = 10000, /* nobody waits for a page */
    };
    TRY(kv_new(&o, &c.kv, e));
    *out = c;
    c = (struct ctl){0};
    return RC_OK;
}

void ctl_close(struct ctl *c)
{
    kv_free(c->kv);
    arena_free(c->a);
    *c = (struct ctl){0};
}

int ctl_failed(const struct err *e)
{
    fprintf(stderr, "waxsealctl: %s", e->message);
    if (e->detail[0]) fprintf(stderr, " (%s)", e->detail);
    fputc('\n', stderr);
    return EXIT_FAILED;
}
