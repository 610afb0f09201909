/* waxsealctl branding show|set|remove: what people see of an organisation, or of the installation.
 */
#include "base/b64.h"
#include "cli/command.h"
#include "cli/registry.h"
#include "policy/branding.h"

static str_t whose(const struct desk *d)
{
    return d->count ? desk_word(d, 0) : STR_NULL;
}

int cmd_branding_show(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *row = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 1, "branding show [ORGANISATION]", &code);
    if (!d) return code;
    if (branding_get(&d->r, whose(d), &row, &e) != RC_OK) return desk_fail(d, &e, NULL);
    desk_print(d, row);
    return EXIT_FINE;
}

/* --logo names a file; its bytes take its place. */
static rc_t read_logo(struct desk *d, struct err *e)
{
    CLEANUP_BUF struct buf file = BUF_INIT(BRANDING_LOGO_BYTES + 1);
    const char *name = json_string_value(json_object_get(d->patch, "logo"));
    if (!name) return RC_OK;
    rc_t rc = cli_read_file(name, &file, e);
    if (rc == RC_OK && buf_view(&file).n > BRANDING_LOGO_BYTES)
        rc = err_set(e, RC_TOO_LARGE, "A logo has at most 64 KB.");
    if (rc != RC_OK) {
        err_field(e, "logo");
        return rc;
    }
    json_put_str(d->patch, "logo", b64_encode(d->c.a, buf_view(&file)));
    return RC_OK;
}

static int put(struct desk *d, const json_t *patch)
{
    struct err e = {0};
    CLEANUP_JSON json_t *row = NULL;
    if (branding_set(&d->r, &d->by, whose(d), patch, d->seen, &row, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, row);
    return EXIT_FINE;
}

int cmd_branding_set(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_BRANDING, 0, 1,
                                            "branding set [ORGANISATION] [OPTIONS]", &code);
    if (!d) return code;
    if (read_logo(d, &e) != RC_OK) return desk_fail(d, &e, NULL);
    return put(d, d->patch);
}

int cmd_branding_remove(int argc, char **argv)
{
    int code;
    CLEANUP_JSON json_t *nothing =
        json_pack("{s:n, s:n, s:n, s:n}", "name", "accent", "support", "logo");
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 1, "branding remove [ORGANISATION]", &code);
    if (!d) return code;
    return put(d, nothing);
}
