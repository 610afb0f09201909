/* waxsealctl certificate import, account import: many from one archive or table, and what became
 * of each row. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "cli/terminal.h"
#include "policy/account_import.h"
#include "policy/certificate.h"

enum { AGENT_MS = 20000 };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void) signal;
    stopped = 1;
}

/* How far it is, for somebody who watches. */
static bool told(void *arg, const json_t *row, size_t done, size_t of)
{
    const struct desk *d = arg;
    (void) row;
    if (!d->json && isatty(STDERR_FILENO) && (done % 10 == 0 || done == of))
        fprintf(stderr, "\r%zu of %zu%s", done, of, done == of ? "\n" : "");
    return !stopped;
}

/* The row at work is finished, and the report is written. */
static void stop_gently(void)
{
    struct sigaction on = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &on, NULL);
    sigaction(SIGTERM, &on, NULL);
}

/* For a person: the rows in which something is left to say. */
static void print_rows(const struct desk *d, const json_t *report, const char *const *columns)
{
    CLEANUP_JSON json_t *table = json_array();
    const json_t *rows = json_object_get(report, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        if (json_is_true(json_object_get(row, "ok")) &&
            !json_array_size(json_object_get(row, "differs")) &&
            !str_eq(json_text(json_object_get(row, "licence")), STR("missing")))
            continue;
        json_t *line = json_object();
        for (size_t c = 0; columns[c]; c++)
            json_object_set(line, columns[c], json_object_get(row, columns[c]));
        json_array_append_new(table, line);
    }
    if (json_array_size(table)) desk_print(d, table);
}

static void print_report(const struct desk *d, const json_t *report)
{
    static const char *const COLUMNS[] = {"row",  "address", "file",    "result",
                                          "code", "field",   "message", NULL};
    print_rows(d, report, COLUMNS);
    const json_t *unused = json_object_get(report, "unused");
    for (size_t i = 0; i < json_array_size(unused); i++) {
        printf("no row names the file ");
        terminal_put(stdout, json_text(json_array_get(unused, i)));
        putchar('\n');
    }
    printf("%lld %s, %lld registered already, %lld refused, %lld not tried\n",
           json_integer_value(json_object_get(report, "done")),
           d->dry_run ? "can be registered" : "registered",
           json_integer_value(json_object_get(report, "already")),
           json_integer_value(json_object_get(report, "failed")),
           json_integer_value(json_object_get(report, "not_tried")));
}

static int exit_of(const json_t *report)
{
    bool all = json_integer_value(json_object_get(report, "failed")) == 0 &&
               json_integer_value(json_object_get(report, "not_tried")) == 0 &&
               json_integer_value(json_object_get(report, "unlicensed")) == 0;
    return all ? EXIT_FINE : EXIT_FAILED;
}

static rc_t import(struct desk *d, str_t archive, json_t **report, struct err *e)
{
    const struct agent agent = {.socket = d->c.config->keyd_admin_socket, .timeout_ms = AGENT_MS};
    const struct certificate_import in = {.organisation = desk_word(d, 0),
                                          .zip = archive,
                                          .check = d->dry_run,
                                          .told = told,
                                          .arg = d};
    stop_gently();
    return certificate_import(&d->r, &d->by, str_is_null(agent.socket) ? NULL : &agent, &in, report,
                              e);
}

int cmd_certificate_import(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_BUF struct buf archive = BUF_INIT_SECRET(CERTIFICATE_IMPORT_MAX);
    CLEANUP_JSON json_t *report = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2,
                  "certificate import ORGANISATION FILE.zip [--check] [--json]", &code);
    if (!d) return code;
    rc_t rc = cli_read_file(d->raw[1], &archive, &e);
    if (rc != RC_OK) err_field(&e, "file");
    if (rc == RC_OK) rc = import(d, buf_view(&archive), &report, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    if (d->json)
        desk_print(d, report);
    else
        print_report(d, report);
    return exit_of(report);
}

/* --- mailboxes -------------------------------------------------------------------------------- */

static void print_mailboxes(const struct desk *d, const json_t *report)
{
    static const char *const COLUMNS[] = {"row",  "address", "result",  "licence", "differs",
                                          "code", "field",   "message", NULL};
    print_rows(d, report, COLUMNS);
    printf("%lld %s, %lld there already, %lld refused, %lld not tried; licences: %lld %s, %lld "
           "missing\n",
           json_integer_value(json_object_get(report, "done")),
           d->dry_run ? "can be added" : "added",
           json_integer_value(json_object_get(report, "already")),
           json_integer_value(json_object_get(report, "failed")),
           json_integer_value(json_object_get(report, "not_tried")),
           json_integer_value(json_object_get(report, "licences")),
           d->dry_run ? "can be given" : "given",
           json_integer_value(json_object_get(report, "unlicensed")));
}

int cmd_account_import(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_BUF struct buf table = BUF_INIT(ACCOUNT_IMPORT_MAX);
    CLEANUP_JSON json_t *report = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2,
                  "account import ORGANISATION FILE.csv [--check] [--json]", &code);
    if (!d) return code;
    rc_t rc = cli_read_file(d->raw[1], &table, &e);
    if (rc != RC_OK) err_field(&e, "file");
    const struct account_import in = {.organisation = desk_word(d, 0),
                                      .table = buf_view(&table),
                                      .check = d->dry_run,
                                      .told = told,
                                      .arg = d};
    stop_gently();
    if (rc == RC_OK) rc = account_import(&d->r, &d->by, &in, &report, &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    if (d->json)
        desk_print(d, report);
    else
        print_mailboxes(d, report);
    return exit_of(report);
}
