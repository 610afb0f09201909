/* Certificates of an organisation: its mailboxes' and those of people outside. No route gives a
 * private key; none is ever here. */

#include "base/b64.h"
#include "policy/name.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/certified.h"
#include "webmail/admin/handlers.h"
#include "webmail/admin/pour.h"

enum { CALENDAR_DAYS = 366, CALENDAR_ADDRESSES = 20, DAY = 86400 };

/* --- looking ---------------------------------------------------------------------------------- */

static rc_t want_time(struct call *c, const char *name, int64_t *out, struct err *e)
{
    str_t text;
    TRY(json_want_str(c->in, name, STR(""), &text, e));
    *out = 0;
    if (text.n && !name_read_time(text, out))
        return err_invalid(e, name, "That is not a time: 2026-01-31T00:00:00Z is.");
    return RC_OK;
}

static rc_t read_filter(struct call *c, struct certified_filter *f, struct err *e)
{
    TRY(json_want_str(c->in, "address", STR(""), &f->address, e));
    TRY(json_want_str(c->in, "text", STR(""), &f->text, e));
    TRY(json_want_str(c->in, "status", STR(""), &f->status, e));
    TRY(json_want_str(c->in, "usage", STR(""), &f->usage, e));
    TRY(json_want_str(c->in, "custody", STR(""), &f->custody, e));
    TRY(json_want_str(c->in, "primary", STR(""), &f->primary, e));
    TRY(want_time(c, "from", &f->from, e));
    TRY(want_time(c, "until", &f->until, e));
    f->address = arena_lower(c->arena, f->address);
    f->text = arena_lower(c->arena, str_trim(f->text));
    return RC_OK;
}

static json_t *row_json(const struct certified_row *row, int64_t now)
{
    json_t *v = json_copy((json_t *) row->view);
    json_put_str(v, "status", str_c(certified_status(row, now)));
    return v;
}

rc_t admin_certificates_query(struct call *c, struct err *e)
{
    CLEANUP_CERTIFIED const struct certified *t = NULL;
    struct certified_filter f;
    struct certified_order order = {0};
    uint32_t offset, limit, *rows;
    size_t count;
    int64_t version, now = admin_actor(c)->now;
    TRY(admin_window(c, &offset, &limit, e));
    TRY(read_filter(c, &f, e));
    TRY(json_want_str(c->in, "sort", STR("address"), &order.by, e));
    TRY(json_want_bool(c->in, "descending", false, &order.descending, e));
    TRY(certified_acquire(admin_registry(c), admin_organisation(c), &t, &version, e));
    TRY(certified_select(t, &f, order, now, c->arena, &rows, &count, e));
    json_t *answer = json_object(), *list = json_array();
    for (size_t i = offset; i < count && i - offset < limit; i++)
        json_array_append_new(list, row_json(&t->rows[rows[i]], now));
    json_put_int(answer, "total", (long long) count);
    json_put_int(answer, "offset", offset);
    json_object_set_new(answer, "rows", list);
    json_put_int(answer, "version", version);
    return call_answer(c, answer, e);
}

/* Only what is used counts: a certificate that was replaced may end. */
static bool is_used(const struct certified_row *row)
{
    return !str_eq(record_text(row->view, "primary"), STR("none"));
}

static json_t *day_json(const struct certified *t, const uint32_t *rows, size_t from, size_t to,
                        int64_t day)
{
    json_t *v = json_object(), *list = json_array();
    char text[NAME_TIME_BYTES + 1];
    name_write_time(day, text);
    json_put_str(v, "day", str_n(text, 10));
    json_put_int(v, "count", (long long) (to - from));
    for (size_t i = from; i < to && i - from < CALENDAR_ADDRESSES; i++)
        json_array_append_new(list, json_from_str(t->rows[rows[i]].address));
    json_object_set_new(v, "addresses", list);
    return v;
}

rc_t admin_certificates_calendar(struct call *c, struct err *e)
{
    CLEANUP_CERTIFIED const struct certified *t = NULL;
    const struct certified_filter all = {.address = STR("")};
    uint32_t *rows;
    size_t count, n = 0;
    long long expired = 0, later = 0;
    int64_t now = admin_actor(c)->now, first = now - now % DAY, last = first + CALENDAR_DAYS * DAY;
    TRY(certified_acquire(admin_registry(c), admin_organisation(c), &t, NULL, e));
    TRY(certified_select(t, &all, (struct certified_order){STR("expires"), false}, now, c->arena,
                         &rows, &count, e));
    for (size_t i = 0; i < count; i++) { /* what is used and ends in this year, in order */
        const struct certified_row *row = &t->rows[rows[i]];
        if (!is_used(row)) continue;
        expired += row->not_after < now;
        later += row->not_after >= last;
        if (row->not_after >= now && row->not_after < last) rows[n++] = rows[i];
    }
    json_t *answer = json_object(), *days = json_array();
    for (size_t i = 0, k; i < n; i = k) {
        int64_t at = t->rows[rows[i]].not_after, day = at - at % DAY;
        for (k = i; k < n && t->rows[rows[k]].not_after < day + DAY;)
            k++;
        json_array_append_new(days, day_json(t, rows, i, k, day));
    }
    json_put_str(answer, "from", time_text(c->arena, first));
    json_put_str(answer, "until", time_text(c->arena, last));
    json_object_set_new(answer, "days", days);
    json_put_int(answer, "expired", expired);
    json_put_int(answer, "later", later);
    return call_answer(c, answer, e);
}

/* --- one -------------------------------------------------------------------------------------- */

static rc_t read_at(struct call *c, struct certificate_at *at, struct err *e)
{
    at->organisation = admin_organisation(c);
    TRY(json_need_str(c->in, "address", &at->address, e));
    TRY(json_need_str(c->in, "fingerprint", &at->fingerprint, e));
    at->address = arena_lower(c->arena, at->address);
    at->fingerprint = arena_lower(c->arena, at->fingerprint);
    return RC_OK;
}

static rc_t answer_one(struct call *c, json_t *view, struct err *e)
{
    json_t *answer = json_object();
    json_object_set_new(answer, "certificate", view);
    return call_answer(c, answer, e);
}

rc_t admin_certificates_show(struct call *c, struct err *e)
{
    struct certificate_at at;
    json_t *view = NULL;
    TRY(read_at(c, &at, e));
    TRY(certificate_get(admin_registry(c), at, admin_actor(c)->now, &view, e));
    return answer_one(c, view, e);
}

rc_t admin_certificates_primary(struct call *c, struct err *e)
{
    struct certificate_at at;
    str_t use;
    json_t *view = NULL;
    TRY(read_at(c, &at, e));
    TRY(json_want_str(c->in, "use", STR_NULL, &use, e));
    TRY(certificate_make_primary(admin_registry(c), admin_actor(c), at, use, &view, e));
    return answer_one(c, view, e);
}

rc_t admin_certificates_remove(struct call *c, struct err *e)
{
    struct certificate_at at;
    TRY(read_at(c, &at, e));
    TRY(certificate_remove(admin_registry(c), admin_actor(c), at, e));
    return call_answer(c, json_object(), e);
}

/* Passphrase null: a certificate alone. Where the file is none, it is PKCS#12 with no passphrase.
 */
rc_t admin_certificates_add(struct call *c, struct err *e)
{
    struct certificate_upload u = {.organisation = admin_organisation(c), .source = "upload"};
    str_t file;
    json_t *rows = NULL;
    TRY(json_need_str(c->in, "address", &u.address, e));
    TRY(json_need_str(c->in, "file", &file, e));
    TRY(json_want_str(c->in, "passphrase", STR_NULL, &u.passphrase, e));
    TRY(json_want_str(c->in, "usage", STR_NULL, &u.usage, e));
    TRY(json_want_str(c->in, "custody", STR_NULL, &u.custody, e));
    TRY(json_want_str(c->in, "primary", STR_NULL, &u.primary, e));
    u.address = arena_lower(c->arena, str_trim(u.address));
    if (!b64_decode(c->secret, file, &u.file))
        return err_invalid(e, "file", "The file is not in base64.");
    TRY(certificate_add(admin_registry(c), admin_actor(c), admin_agent(c), &u, &rows, e));
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_object_del(json_array_get(rows, i), "der");
    json_t *answer = json_object();
    json_object_set_new(answer, "rows", rows);
    return call_answer(c, answer, e);
}

/* --- many ------------------------------------------------------------------------------------- */

static rc_t import(struct call *c, bool check, struct err *e)
{
    CLEANUP_BUF struct buf archive = BUF_INIT_SECRET(c->body_limit);
    CLEANUP_JSON json_t *report = NULL;
    struct pour p = {.c = c};
    TRY(request_body(c->q, &archive, e));
    const struct certificate_import in = {.organisation = admin_organisation(c),
                                          .zip = buf_view(&archive),
                                          .check = check,
                                          .told = pour_row,
                                          .arg = &p};
    TRY(certificate_import(admin_registry(c), admin_actor(c), admin_agent(c), &in, &report, e));
    return pour_end(&p, report, e);
}

rc_t admin_certificates_import(struct call *c, struct err *e)
{
    bool check;
    TRY(pour_mode(c, &check, e));
    if (!str_eq(c->q->content_type, STR("application/zip")))
        return err_set(e, RC_BAD_REQUEST, "The body must be of type application/zip.");
    TRY(pour_enter(e));
    rc_t rc = import(c, check, e);
    pour_leave();
    return rc;
}
