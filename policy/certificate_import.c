/* Registering many certificates from one archive. */
#include <time.h>

#include "base/clock.h"
#include "base/csv.h"
#include "crypto/unzip.h"
#include "policy/certificate_parts.h"

enum {
    ENTRIES_MAX = 3 * CERTIFICATE_IMPORT_ROWS, /* with what file managers add */
    UNFOLDED_MAX = 256 << 20,
    TABLE_ARENA = 64 << 20,
    UNUSED_TOLD = 100,
    TRIES = 3,
    PAUSE_MS = 300
};

enum column { ADDRESS, FILE_NAME, PASSPHRASE, USAGE, PRIMARY, CUSTODY, COLUMNS };
static const char *const NAMES[COLUMNS] = {"address", "file",    "passphrase",
                                           "usage",   "primary", "custody"};

struct row {
    size_t number;
    str_t cells[COLUMNS]; /* null: not there, or empty */
    bool surplus;         /* more cells than columns */
};

struct import {
    const struct registry *r;
    struct actor by;
    const struct agent *agent;
    const struct certificate_import *in;
    struct unzip zip;
    const struct unzip_file *table;
    struct buf text; /* of the table */
    struct arena *a; /* wiped: has passphrases */
    struct row *rows;
    size_t count;
    json_t *seen, *keys; /* of a check: id → row; key → address */
    json_t *used;        /* files that rows name */
    struct buf file;     /* of the row at work */
    json_t *report, *list;
    size_t done, already, failed, not_tried;
};

static rc_t refuse(struct err *e, rc_t rc, const char *field, const char *sentence)
{
    err_set(e, rc, "%s", sentence);
    err_field(e, field);
    return rc;
}

/* --- the archive ------------------------------------------------------------------------------ */

static str_t base_of(str_t name)
{
    ptrdiff_t slash = str_rchr(name, '/');
    return str_sub(name, slash < 0 ? 0 : (size_t) slash + 1, name.n);
}

static str_t folder_of(str_t name)
{
    ptrdiff_t slash = str_rchr(name, '/');
    return str_sub(name, 0, slash < 0 ? 0 : (size_t) slash + 1);
}

/* What file managers put beside the files of people. */
static bool is_litter(str_t name)
{
    str_t base = base_of(name);
    return str_starts(name, STR("__MACOSX/")) || str_starts(base, STR(".")) ||
           str_ieq(base, STR("Thumbs.db")) || str_ieq(base, STR("desktop.ini"));
}

static rc_t find_table(struct import *w, struct err *e)
{
    size_t files = 0;
    for (size_t i = 0; i < w->zip.count; i++) {
        const struct unzip_file *f = &w->zip.files[i];
        if (is_litter(f->name)) continue;
        files++;
        if (!str_iends(f->name, STR(".csv"))) continue;
        if (w->table)
            return refuse(e, RC_INVALID, "file", "There are several tables (.csv) in the archive.");
        w->table = f;
    }
    if (!w->table) return refuse(e, RC_INVALID, "file", "There is no table (.csv) in the archive.");
    if (files > CERTIFICATE_IMPORT_ROWS + 1)
        return refuse(e, RC_TOO_LARGE, "file", "There are more than 5,000 files in the archive.");
    return unzip_read(&w->zip, w->table, &w->text, e);
}

/* --- the table -------------------------------------------------------------------------------- */

/* Names are not repeated in the refusal: without a row of names they would be somebody's values. */
static rc_t read_columns(const struct csv_record *head, enum column *which, struct err *e)
{
    bool there[COLUMNS] = {false};
    for (size_t i = 0; i < head->count; i++) {
        size_t c = 0;
        while (c < COLUMNS && !str_ieq(str_trim(head->fields[i]), str_c(NAMES[c])))
            c++;
        if (c == COLUMNS || there[c]) {
            err_set(e, RC_INVALID,
                    "Column %zu of the table %s. The first row names the columns: address, file, "
                    "passphrase, usage, primary, custody.",
                    i + 1, c == COLUMNS ? "is not known" : "is there twice");
            err_field(e, "table");
            return RC_INVALID;
        }
        there[c] = true;
        which[i] = (enum column) c;
    }
    if (there[ADDRESS] && there[FILE_NAME]) return RC_OK;
    return refuse(e, RC_INVALID, "table", "The table needs the columns address and file.");
}

/* Passphrases are taken as they are. */
static void take_cells(struct import *w, const struct csv_record *record, const enum column *which,
                       size_t columns, struct row *row)
{
    row->surplus = record->count > columns;
    for (size_t i = 0; i < record->count && i < columns; i++) {
        str_t cell = which[i] == PASSPHRASE ? record->fields[i] : str_trim(record->fields[i]);
        if (which[i] != PASSPHRASE && which[i] != FILE_NAME) cell = arena_lower(w->a, cell);
        row->cells[which[i]] = cell.n ? cell : STR_NULL;
    }
}

static rc_t read_rows(struct import *w, struct csv *c, struct err *e)
{
    struct csv_record record;
    enum column which[CSV_FIELDS_MAX];
    TRY(csv_next(c, w->a, &record, e));
    size_t columns = record.count;
    if (columns == 0) return refuse(e, RC_INVALID, "table", "The table is empty.");
    TRY(read_columns(&record, which, e));
    w->rows = ARENA_ARRAY(w->a, CERTIFICATE_IMPORT_ROWS, struct row);
    if (!w->rows) return err_set(e, RC_NO_MEMORY, NULL);
    for (;;) {
        TRY(csv_next(c, w->a, &record, e));
        if (record.count == 0) return RC_OK;
        if (w->count == CERTIFICATE_IMPORT_ROWS)
            return refuse(e, RC_TOO_LARGE, "table", "The table has more than 5,000 rows.");
        struct row *row = &w->rows[w->count++];
        row->number = c->record;
        take_cells(w, &record, which, columns, row);
    }
}

static rc_t read_table(struct import *w, struct err *e)
{
    struct csv c;
    rc_t rc = csv_open(buf_view(&w->text), &c, e);
    if (rc == RC_OK) rc = read_rows(w, &c, e);
    if (rc != RC_OK && e && !e->field[0]) err_field(e, "table");
    return rc;
}

/* --- one row ---------------------------------------------------------------------------------- */

static rc_t read_file(struct import *w, const struct row *row, struct err *e)
{
    str_t name = row->cells[FILE_NAME];
    buf_clear(&w->file);
    if (!name.n) return refuse(e, RC_INVALID, "file", "The row names no file.");
    str_t path = arena_printf(w->a, "%.*s%.*s", STR_ARG(folder_of(w->table->name)), STR_ARG(name));
    const struct unzip_file *f = path.n ? unzip_find(&w->zip, path) : NULL;
    if (!f || f == w->table)
        return refuse(e, RC_NOT_FOUND, "file", "There is no such file in the archive.");
    json_object_setn_new_nocheck(w->used, path.p, path.n, json_true());
    return unzip_read(&w->zip, f, &w->file, e);
}

static bool is_certificate(str_t file)
{
    struct cert *c = NULL;
    bool is = str_find(file, STR("-----BEGIN ")) >= 0 || cert_parse(file, &c, NULL) == RC_OK;
    cert_unref(c);
    return is;
}

/* What rows of one archive have against each other; when they are written the registry knows. */
static rc_t compare(struct import *w, const json_t *views, struct err *e)
{
    for (size_t i = 0; w->in->check && i < json_array_size(views); i++) {
        const json_t *view = json_array_get(views, i);
        str_t address = record_text(view, "address"), key = record_text(view, "key");
        char id[CERTIFICATE_FINGERPRINT + 1] = {0};
        str_t both = arena_printf(w->a, "%.*s %.*s", STR_ARG(address),
                                  STR_ARG(record_text(view, "fingerprint")));
        if (!both.n) return err_set(e, RC_NO_MEMORY, NULL);
        if (json_object_getn(w->seen, both.p, both.n))
            return refuse(e, RC_CONFLICT, "certificate", "This certificate is registered already.");
        json_object_setn_new_nocheck(w->seen, both.p, both.n, json_true());
        if (key.n != CERTIFICATE_FINGERPRINT) continue;
        memcpy(id, key.p, key.n);
        const json_t *other = json_object_get(w->keys, id);
        if (other && !str_eq(json_text(other), address))
            return refuse(e, RC_CONFLICT, "key", "The same key is held for another mailbox.");
        json_object_set_new(w->keys, id, json_from_str(address));
    }
    return RC_OK;
}

static bool is_down(rc_t rc)
{
    return rc == RC_KEYD_DOWN || rc == RC_STATE_DOWN;
}

static void pause_a_moment(void)
{
    struct timespec t = {0, (long) PAUSE_MS * 1000000};
    nanosleep(&t, NULL);
}

static rc_t register_row(struct import *w, const struct row *row, char *fingerprint, struct err *e)
{
    CLEANUP_JSON json_t *views = NULL;
    str_t file = buf_view(&w->file), passphrase = row->cells[PASSPHRASE];
    bool alone = is_certificate(file);
    if (alone && passphrase.n)
        return refuse(e, RC_INVALID, "passphrase",
                      "The file is a certificate without a key; leave its passphrase empty.");
    const struct certificate_upload u = {.organisation = w->in->organisation,
                                         .address = row->cells[ADDRESS],
                                         .file = file,
                                         .passphrase = alone          ? STR_NULL
                                                       : passphrase.n ? passphrase
                                                                      : STR(""),
                                         .usage = row->cells[USAGE],
                                         .custody = row->cells[CUSTODY],
                                         .primary = row->cells[PRIMARY],
                                         .source = "upload"};
    rc_t rc = RC_OK;
    for (int i = 0; i < TRIES; i++) {
        if (i) pause_a_moment(); /* somebody starts it anew */
        if (e) *e = (struct err){0};
        rc = certificate_try(w->r, &w->by, w->agent, &u, w->in->check, fingerprint, &views, e);
        if (!is_down(rc) || !w->agent) break;
    }
    return rc == RC_OK ? compare(w, views, e) : rc;
}

static rc_t do_row(struct import *w, const struct row *row, char *fingerprint, struct err *e)
{
    if (row->surplus)
        return refuse(e, RC_INVALID, "table", "The row has more cells than there are columns.");
    TRY(read_file(w, row, e));
    rc_t rc = register_row(w, row, fingerprint, e);
    buf_clear(&w->file);
    return rc;
}

/* --- the report ------------------------------------------------------------------------------- */

static json_t *tell(struct import *w, const struct row *row, const char *result, bool ok,
                    const char *fingerprint, const struct err *e)
{
    json_t *v = json_object();
    json_put_int(v, "row", (long long) row->number);
    json_put_str(v, "address", row->cells[ADDRESS].n ? row->cells[ADDRESS] : STR(""));
    json_put_str(v, "file", row->cells[FILE_NAME].n ? row->cells[FILE_NAME] : STR(""));
    json_put_bool(v, "ok", ok);
    json_put_str(v, "result", str_c(result));
    json_put_str(v, "fingerprint", *fingerprint ? str_c(fingerprint) : STR_NULL);
    json_put_str(v, "code", e->code == RC_OK ? STR_NULL : str_c(err_word(e->code)));
    json_put_str(v, "field", e->field[0] ? str_c(e->field) : STR_NULL);
    json_put_str(v, "message", e->code == RC_OK ? STR_NULL : str_c(e->message));
    json_array_append_new(w->list, v);
    return v;
}

static bool told(struct import *w, const json_t *row)
{
    return !w->in->told || w->in->told(w->in->arg, row, json_array_size(w->list), w->count);
}

/* *stop: no further row is worth trying. */
static void work(struct import *w, const struct row *row, rc_t *stop)
{
    char fingerprint[CERTIFICATE_FINGERPRINT + 1] = {0};
    struct err e = {0};
    if (*stop != RC_OK) {
        err_set(&e, *stop, NULL);
        w->not_tried++;
        told(w, tell(w, row, "not_tried", false, fingerprint, &e));
        return;
    }
    rc_t rc = do_row(w, row, fingerprint, &e);
    bool there = rc == RC_CONFLICT && strcmp(e.field, "certificate") == 0;
    if (is_down(rc)) *stop = rc;
    w->done += rc == RC_OK;
    w->already += there;
    w->failed += rc != RC_OK && !there;
    const char *result = rc == RC_OK ? "registered" : there ? "already" : "refused";
    const json_t *done = tell(w, row, result, rc == RC_OK || there, fingerprint, &e);
    if (!told(w, done) && *stop == RC_OK) *stop = RC_CANCELLED;
}

static void put_unused(struct import *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->zip.count && json_array_size(list) < UNUSED_TOLD; i++) {
        const struct unzip_file *f = &w->zip.files[i];
        if (f == w->table || is_litter(f->name)) continue;
        if (!json_object_getn(w->used, f->name.p, f->name.n))
            json_array_append_new(list, json_from_str(f->name));
    }
    json_object_set_new(w->report, "unused", list);
}

static void do_all(struct import *w)
{
    rc_t stop = RC_OK;
    int64_t began = clock_ms(), now = w->by.now;
    for (size_t i = 0; i < w->count; i++) {
        w->by.now = now + (clock_ms() - began) / 1000;
        work(w, &w->rows[i], &stop);
    }
    json_put_int(w->report, "done", (long long) w->done);
    json_put_int(w->report, "already", (long long) w->already);
    json_put_int(w->report, "failed", (long long) w->failed);
    json_put_int(w->report, "not_tried", (long long) w->not_tried);
    put_unused(w);
    json_put_str(w->report, "stopped", stop == RC_OK ? STR_NULL : str_c(err_word(stop)));
}

static rc_t open_all(struct import *w, struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL;
    const struct record_at at = {RECORD_ORGANISATION, STR_NULL, w->in->organisation};
    TRY(record_check_id(RECORD_ORGANISATION, w->in->organisation, e));
    TRY(registry_get(w->r, at, &organisation, e));
    if (!organisation) {
        err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(w->in->organisation));
        err_field(e, "organisation");
        return RC_NOT_FOUND;
    }
    if (w->in->zip.n > CERTIFICATE_IMPORT_MAX)
        return refuse(e, RC_TOO_LARGE, "file", "The archive is larger than 64 MB.");
    TRY(unzip_open(w->in->zip, ENTRIES_MAX, UNFOLDED_MAX, w->a, &w->zip, e));
    TRY(find_table(w, e));
    return read_table(w, e);
}

rc_t certificate_import(const struct registry *r, const struct actor *by, const struct agent *agent,
                        const struct certificate_import *in, json_t **report, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new_secret(TABLE_ARENA);
    CLEANUP_JSON json_t *seen = json_object(), *keys = json_object(), *used = json_object();
    CLEANUP_JSON json_t *out = json_object();
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    struct import w = {.r = r,
                       .by = *by,
                       .agent = agent,
                       .in = in,
                       .text = BUF_INIT_SECRET(CERTIFICATE_IMPORT_TABLE),
                       .file = BUF_INIT_SECRET(CERTIFICATE_FILE_MAX),
                       .a = a,
                       .seen = seen,
                       .keys = keys,
                       .used = used,
                       .report = out,
                       .list = json_array()};
    json_object_set_new(out, "rows", w.list);
    rc_t rc = open_all(&w, e);
    if (rc == RC_OK) do_all(&w);
    buf_free(&w.text);
    buf_free(&w.file);
    if (rc == RC_OK) *report = json_incref(out);
    return rc;
}
