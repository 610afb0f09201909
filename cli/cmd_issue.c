/* waxsealctl certificate issue|renew|due|issued|revoke|request|requests|answer|withdraw. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/issuing.h"
#include "policy/asking.h"

/* Rows as a table for a person; fails where one did. */
static int report(const struct desk *d, rc_t rc, const struct err *e, const json_t *v)
{
    if (rc != RC_OK) return desk_fail(d, e, NULL);
    bool failed = json_integer_value(json_object_get(v, "failed")) > 0 ||
                  json_integer_value(json_object_get(v, "not_tried")) > 0;
    if (d->json) {
        cli_print(v);
        return failed ? EXIT_FAILED : EXIT_FINE;
    }
    static const char *const COLUMNS[] = {"address", "result", "fingerprint", "field", "message"};
    CLEANUP_JSON json_t *table = json_array();
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(v, "rows"), i, row)
    {
        json_t *line = json_object();
        for (size_t c = 0; c < sizeof COLUMNS / sizeof *COLUMNS; c++)
            json_object_set_new(line, COLUMNS[c],
                                json_from_str(json_text(json_object_get(row, COLUMNS[c]))));
        json_array_append_new(table, line);
    }
    desk_print(d, table);
    return failed ? EXIT_FAILED : EXIT_FINE;
}

/* A list; requests themselves only for programs. */
static int show(const struct desk *d, rc_t rc, const struct err *e, json_t *rows)
{
    size_t i;
    json_t *row;
    if (rc != RC_OK) return desk_fail(d, e, NULL);
    if (!d->json) json_array_foreach(rows, i, row) json_object_del(row, "request");
    desk_print(d, rows);
    return EXIT_FINE;
}

/* Words from the second on; NULL: --all or --due stands for them. */
static json_t *addresses(const struct desk *d, bool instead)
{
    if (instead) return NULL;
    json_t *list = json_array();
    for (size_t i = 1; i < d->count; i++)
        json_array_append_new(list, json_from_str(d->words[i]));
    return list;
}

static rc_t read_request(const struct desk *d, struct buf *der, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(ISSUING_REQUEST_MAX);
    if (!d->request) return RC_OK;
    rc_t rc = cli_read_file(d->request, &text, e);
    if (rc == RC_OK && !cli_pem_to_der(buf_view(&text), der))
        rc = err_set(e, RC_DAMAGED, "This is not a readable certification request.");
    if (rc != RC_OK) err_field(e, "request");
    return rc;
}

int cmd_certificate_issue(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    static const char USAGE[] =
        "certificate issue ORGANISATION ADDRESS…|--all [--usage sign|encrypt|both] "
        "[--algorithm KIND] [--request FILE] [--again]";
    CLEANUP_BUF struct buf request = BUF_INIT(ISSUING_REQUEST_MAX);
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_CERTIFICATE, 1, DESK_WORDS_MAX, USAGE, &code);
    if (!d) return code;
    if ((d->count == 1) != d->all) return cli_usage(USAGE);
    if (read_request(d, &request, &e) != RC_OK) return desk_fail(d, &e, NULL);
    const struct issuing_order o = {.organisation = desk_word(d, 0),
                                    .usage = record_text(d->patch, "usage"),
                                    .algorithm = d->algorithm,
                                    .request = d->request ? buf_view(&request) : STR_NULL,
                                    .again = d->again};
    CLEANUP_JSON json_t *list = addresses(d, d->all);
    rc_t rc = issuing_issue(&d->r, &d->by, issuing_agent(d, &agent), &o, list, &out, &e);
    return report(d, rc, &e, out);
}

static rc_t read_at(const struct desk *d, int64_t *out, struct err *e)
{
    *out = d->by.now;
    if (!d->at || cli_parse_time(d->at, out)) return RC_OK;
    return err_invalid(e, "at", "A time is 2026-12-31T00:00:00Z.");
}

/* Everywhere: what a timer runs. Each organisation a line. */
static int renew_everywhere(struct desk *d)
{
    struct err e = {0};
    struct agent agent;
    CLEANUP_JSON json_t *out = NULL;
    if (issuing_everywhere(&d->r, &d->by, issuing_agent(d, &agent), &out, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    bool failed = json_integer_value(json_object_get(out, "failed")) > 0;
    if (d->json)
        cli_print(out);
    else
        desk_print(d, json_object_get(out, "organisations"));
    return failed ? EXIT_FAILED : EXIT_FINE;
}

int cmd_certificate_renew(int argc, char **argv)
{
    struct err e = {0};
    int code;
    int64_t at;
    struct agent agent;
    static const char USAGE[] =
        "certificate renew [ORGANISATION ADDRESS…|[ORGANISATION] --due [--at RFC3339]]";
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, DESK_WORDS_MAX, USAGE, &code);
    if (!d) return code;
    if (d->due ? d->count > 1 : d->count < 2) return cli_usage(USAGE);
    if (d->due && d->count == 0 && !d->at) return renew_everywhere(d);
    if (d->count == 0) return cli_usage(USAGE);
    if (read_at(d, &at, &e) != RC_OK) return desk_fail(d, &e, NULL);
    CLEANUP_JSON json_t *list = addresses(d, d->due);
    rc_t rc =
        issuing_renew(&d->r, &d->by, issuing_agent(d, &agent), desk_word(d, 0), list, at, &out, &e);
    return report(d, rc, &e, out);
}

int cmd_certificate_due(int argc, char **argv)
{
    struct err e = {0};
    int code;
    int64_t at;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 1, 1,
                                            "certificate due ORGANISATION [--at RFC3339]", &code);
    if (!d) return code;
    rc_t rc = read_at(d, &at, &e);
    if (rc == RC_OK) rc = issuing_due(&d->r, desk_word(d, 0), at, NULL, &rows, &e);
    return show(d, rc, &e, rows);
}

int cmd_certificate_issued(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "certificate issued ORGANISATION", &code);
    if (!d) return code;
    rc_t rc = issuing_list(&d->r, desk_word(d, 0), &rows, &e);
    return show(d, rc, &e, rows);
}

int cmd_certificate_revoke(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    static const char USAGE[] = "certificate revoke ADDRESS FINGERPRINT --reason WORD";
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 2, 2, USAGE, &code);
    if (!d) return code;
    if (!d->reason.n) return cli_usage(USAGE);
    const struct certificate_at at = {d->organisation, desk_word(d, 0), desk_word(d, 1)};
    if (issuing_revoke(&d->r, &d->by, issuing_agent(d, &agent), at, d->reason, &out, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    desk_print(d, out);
    return EXIT_FINE;
}

/* --- what people ask for ---------------------------------------------------------------------- */

int cmd_certificate_asked(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "certificate asked ORGANISATION", &code);
    if (!d) return code;
    rc_t rc = asking_list(&d->r, desk_word(d, 0), d->by.now, &rows, &e);
    return show(d, rc, &e, rows);
}

int cmd_certificate_approve(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    static const char USAGE[] = "certificate approve ORGANISATION ADDRESS…|--all";
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, DESK_WORDS_MAX, USAGE, &code);
    if (!d) return code;
    if ((d->count == 1) != d->all) return cli_usage(USAGE);
    CLEANUP_JSON json_t *list = addresses(d, d->all);
    rc_t rc =
        asking_approve(&d->r, &d->by, issuing_agent(d, &agent), desk_word(d, 0), list, &out, &e);
    return report(d, rc, &e, out);
}

int cmd_certificate_refuse(int argc, char **argv)
{
    struct err e = {0};
    int code;
    static const char USAGE[] = "certificate refuse ORGANISATION ADDRESS… --reason TEXT";
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, DESK_WORDS_MAX, USAGE, &code);
    if (!d) return code;
    if (!d->reason.n) return cli_usage(USAGE);
    CLEANUP_JSON json_t *list = addresses(d, false);
    rc_t rc = asking_refuse(&d->r, &d->by, desk_word(d, 0), list, d->reason, &out, &e);
    return report(d, rc, &e, out);
}

/* --- an authority outside --------------------------------------------------------------------- */

/* The request goes to a file, or alone to standard output, as authorities want it. */
int cmd_certificate_request(int argc, char **argv)
{
    struct err e = {0};
    int code;
    struct agent agent;
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d = desk_open(
        argc, argv, RECORD_KINDS, 2, 2,
        "certificate request ORGANISATION ADDRESS [--algorithm KIND] [--out FILE]", &code);
    if (!d) return code;
    if (issuing_request(&d->r, &d->by, issuing_agent(d, &agent), desk_word(d, 0), desk_word(d, 1),
                        d->algorithm, &out, &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    str_t pem = record_text(out, "request");
    if (d->out.n && issuing_write(d->out, pem, &e) != RC_OK) return desk_fail(d, &e, NULL);
    if (d->json)
        cli_print(out);
    else if (!d->out.n)
        printf("%.*s", STR_ARG(pem));
    else
        return desk_done(d, "request for %.*s: %.*s", STR_ARG(desk_word(d, 1)), STR_ARG(d->out));
    return EXIT_FINE;
}

int cmd_certificate_requests(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "certificate requests ORGANISATION", &code);
    if (!d) return code;
    rc_t rc = issuing_requests(&d->r, desk_word(d, 0), &rows, &e);
    return show(d, rc, &e, rows);
}

int cmd_certificate_answer(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_BUF struct buf file = BUF_INIT(ISSUING_ANSWER_MAX);
    CLEANUP_JSON json_t *view = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 3, 3,
                                            "certificate answer ORGANISATION ADDRESS FILE", &code);
    if (!d) return code;
    rc_t rc = cli_read_file(d->raw[2], &file, &e);
    if (rc != RC_OK) err_field(&e, "file");
    if (rc == RC_OK)
        rc = issuing_answer(&d->r, &d->by, desk_word(d, 0), desk_word(d, 1), buf_view(&file), &view,
                            &e);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    desk_print(d, view);
    return EXIT_FINE;
}

int cmd_certificate_withdraw(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 2, 2, "certificate withdraw ORGANISATION KEY", &code);
    if (!d) return code;
    if (issuing_withdraw(&d->r, &d->by, desk_word(d, 0), desk_word(d, 1), &e) != RC_OK)
        return desk_fail(d, &e, NULL);
    return desk_done(d, "request %.*s: withdrawn", STR_ARG(desk_word(d, 1)));
}
