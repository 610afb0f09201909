/* waxsealctl registry export|import|migrate: all of it at once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/document.h"
#include "policy/migrate.h"

/* The file is there whole, readable by its owner only, or not at all. */
static rc_t write_file(const struct desk *d, const json_t *v, struct err *e)
{
    char *part = arena_cstr(d->c.a, arena_printf(d->c.a, "%.*s.part", STR_ARG(d->out)));
    char *path = arena_cstr(d->c.a, d->out);
    if (!part || !path) return err_set(e, RC_NO_MEMORY, NULL);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f) return err_set(e, RC_INTERNAL, "%s: %s", part, strerror(errno));
    bool fine = json_dumpf(v, f, JSON_INDENT(1)) == 0 && fputc('\n', f) != EOF && fflush(f) == 0 &&
                fsync(fd) == 0;
    fine = fclose(f) == 0 && fine && rename(part, path) == 0;
    if (fine) return RC_OK;
    rc_t rc = err_set(e, RC_INTERNAL, "%s: %s", path, strerror(errno));
    unlink(part);
    return rc;
}

int cmd_registry_export(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *v = NULL;
    CLEANUP_DESK struct desk *d = desk_open(
        argc, argv, RECORD_KINDS, 0, 0, "registry export [--with-sealed-keys] [--out FILE]", &code);
    if (!d) return code;
    rc_t rc = d->sealed_keys && !d->out.n
                  ? err_invalid(&e, "out", "Sealed keys are only written to a file: --out FILE.")
                  : document_export(&d->r, d->sealed_keys, &v, &e);
    if (rc == RC_OK && d->out.n) rc = write_file(d, v, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    if (!d->out.n) cli_print(v);
    return EXIT_FINE;
}

int cmd_registry_import(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_BUF struct buf text = BUF_INIT(DOCUMENT_MAX_BYTES);
    CLEANUP_JSON json_t *in = NULL, *document = NULL, *report = NULL;
    CLEANUP_DESK struct desk *d = desk_open(
        argc, argv, RECORD_KINDS, 1, 1, "registry import FILE [--dry-run] [--replace-keys]", &code);
    if (!d) return code;
    unsigned how =
        (d->dry_run ? DOCUMENT_DRY_RUN : 0) | (d->replace_keys ? DOCUMENT_REPLACE_KEYS : 0);
    rc_t rc = cli_read_file(d->raw[0], &text, &e);
    if (rc == RC_OK) rc = json_parse_object(buf_view(&text), &in, &e);
    if (rc == RC_OK) rc = document_read(d->c.config, in, &document, &e);
    if (rc == RC_OK) rc = document_import(&d->r, &d->by, document, how, &report, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    if (!d->json && json_array_size(json_object_get(report, "changes")) > 0)
        desk_print(d, json_object_get(report, "changes"));
    if (!d->json) json_object_del(report, "changes");
    desk_print(d, report);
    return EXIT_FINE;
}

int cmd_registry_migrate(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *report = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 0, "registry migrate", &code);
    if (!d) return code;
    if (registry_migrate(&d->r, &d->by, &report, &e) != RC_OK) return desk_fail(d, &e, NULL);
    desk_print(d, report);
    return json_array_size(json_object_get(report, "left")) ? EXIT_FAILED : EXIT_FINE;
}
