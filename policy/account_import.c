#include "policy/account_import.h"

#include "base/clock.h"
#include "base/csv.h"
#include "policy/audit.h"
#include "policy/edit.h"
#include "policy/licence.h"
#include "policy/name.h"

/* TOLD_BYTES: of addresses in an entry of the audit. Half of what a value may have, as JSON may
 * need two bytes for one; 200 usual ones fit. */
enum { PART = 200, TABLE_ARENA = 64 << 20, TOLD_BYTES = AUDIT_VALUE_MAX / 2 };

enum column { ADDRESS, NAME, PLAN, LICENCE, FROM, PER_HOUR, RECIPIENTS, STATE, COLUMNS };
/* The first ones in the order of a table that names none. */
static const char *const NAMES[COLUMNS] = {
    "address", "name", "plan", "licence", "from", "outbound_per_hour", "outbound_recipients",
    "state"};

enum result { NOT_TRIED, ADDED, ALREADY, REFUSED, RESULTS };
static const char *const RESULT_WORDS[RESULTS] = {"not_tried", "added", "already", "refused"};

struct row {
    size_t number;
    str_t cells[COLUMNS]; /* null: not there, or empty */
    size_t twin;          /* number of an earlier row of the same address; 0: none */
    bool surplus;         /* more cells than columns */
    /* What a run of its part found. */
    enum result result;
    bool wants;          /* a licence */
    const char *licence; /* word of the report */
    unsigned differs;    /* bits by column */
    struct err why;
};

struct import {
    const struct registry *r;
    struct actor by;
    const struct account_import *in;
    struct arena *a;
    struct row *rows;
    size_t count;
    struct row *part; /* the rows at work */
    size_t part_count;
    long long taken; /* by a check */
    json_t *report, *list;
    size_t of[RESULTS], licences, unlicensed;
};

static rc_t refuse(struct err *e, rc_t rc, const char *field, const char *sentence)
{
    err_set(e, rc, "%s", sentence);
    err_field(e, field);
    return rc;
}

/* --- the table -------------------------------------------------------------------------------- */

/* Names are not repeated in the refusal: they may be somebody's values. */
static rc_t read_columns(const struct csv_record *head, enum column *which, struct err *e)
{
    bool there[COLUMNS] = {false};
    for (size_t i = 0; i < head->count; i++) {
        size_t c = 0;
        while (c < COLUMNS && !str_ieq(str_trim(head->fields[i]), str_c(NAMES[c])))
            c++;
        if (c == COLUMNS || there[c]) {
            err_set(e, RC_INVALID,
                    "Column %zu of the table %s. The first row names the columns: address, name, "
                    "plan, licence, from, outbound_per_hour, outbound_recipients, state.",
                    i + 1, c == COLUMNS ? "is not known" : "is there twice");
            err_field(e, "table");
            return RC_INVALID;
        }
        there[c] = true;
        which[i] = (enum column) c;
    }
    return there[ADDRESS] ? RC_OK
                          : refuse(e, RC_INVALID, "table", "The table needs the column address.");
}

static bool names_none(struct arena *a, const struct csv_record *head)
{
    return name_is_address(arena_lower(a, str_trim(head->fields[0])));
}

static void take_cells(struct import *w, const struct csv_record *record, const enum column *which,
                       size_t columns, struct row *row)
{
    row->surplus = record->count > columns;
    for (size_t i = 0; i < record->count && i < columns; i++) {
        str_t cell = str_trim(record->fields[i]);
        if (which[i] != NAME) cell = arena_lower(w->a, cell);
        row->cells[which[i]] = cell.n ? cell : STR_NULL;
    }
}

static rc_t add_row(struct import *w, json_t *seen, const struct csv *c,
                    const struct csv_record *record, const enum column *which, size_t columns,
                    struct err *e)
{
    if (w->count == ACCOUNT_IMPORT_ROWS)
        return refuse(e, RC_TOO_LARGE, "table", "The table has more than 10,000 rows.");
    struct row *row = &w->rows[w->count++];
    row->number = c->record;
    take_cells(w, record, which, columns, row);
    str_t address = row->cells[ADDRESS];
    if (!address.n) return RC_OK;
    const json_t *twin = json_object_getn(seen, address.p, address.n);
    row->twin = (size_t) json_integer_value(twin);
    if (!twin)
        json_object_setn_new_nocheck(seen, address.p, address.n,
                                     json_integer((json_int_t) row->number));
    return RC_OK;
}

static rc_t read_rows(struct import *w, struct csv *c, struct err *e)
{
    CLEANUP_JSON json_t *seen = json_object();
    struct csv_record record;
    enum column which[CSV_FIELDS_MAX];
    TRY(csv_next(c, w->a, &record, e));
    size_t columns = record.count;
    if (columns == 0) return refuse(e, RC_INVALID, "table", "The table is empty.");
    bool none = names_none(w->a, &record);
    if (none) columns = LICENCE + 1;
    for (size_t i = 0; none && i < columns; i++)
        which[i] = (enum column) i;
    if (!none) TRY(read_columns(&record, which, e));
    w->rows = ARENA_ARRAY(w->a, ACCOUNT_IMPORT_ROWS, struct row);
    if (!w->rows || !seen) return err_set(e, RC_NO_MEMORY, NULL);
    if (none) TRY(add_row(w, seen, c, &record, which, columns, e));
    for (;;) {
        TRY(csv_next(c, w->a, &record, e));
        if (record.count == 0) break;
        TRY(add_row(w, seen, c, &record, which, columns, e));
    }
    return w->count ? RC_OK : refuse(e, RC_INVALID, "table", "The table has no rows.");
}

static rc_t read_table(struct import *w, struct err *e)
{
    struct csv c;
    if (w->in->table.n > ACCOUNT_IMPORT_MAX)
        return refuse(e, RC_TOO_LARGE, "table", "The table is larger than 4 MB.");
    rc_t rc = csv_open(w->in->table, &c, e);
    if (rc == RC_OK) rc = read_rows(w, &c, e);
    if (rc != RC_OK && e && !e->field[0]) err_field(e, "table");
    return rc;
}

/* --- one row ---------------------------------------------------------------------------------- */

static bool is_break(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == ';';
}

static json_t *addresses_of(str_t cell)
{
    json_t *list = json_array();
    for (size_t i = 0, from; i < cell.n; i++) {
        if (is_break(cell.p[i])) continue;
        for (from = i; i < cell.n && !is_break(cell.p[i]);)
            i++;
        json_array_append_new(list, json_from_str(str_sub(cell, from, i)));
    }
    return list;
}

/* What is no number stays a text, which the record refuses in its words. */
static json_t *number_of(str_t cell)
{
    uint32_t n;
    return str_to_u32(cell, &n) ? json_integer(n) : json_from_str(cell);
}

static json_t *patch_of(const struct row *row)
{
    json_t *patch = json_object();
    for (size_t c = 0; c < COLUMNS; c++) {
        str_t cell = row->cells[c];
        if (!cell.n || c == ADDRESS || c == LICENCE) continue;
        json_object_set_new(patch, NAMES[c],
                            c == FROM                          ? addresses_of(cell)
                            : c == PER_HOUR || c == RECIPIENTS ? number_of(cell)
                                                               : json_from_str(cell));
    }
    return patch;
}

static rc_t read_licence(struct row *row, struct err *e)
{
    str_t cell = row->cells[LICENCE];
    row->wants = str_eq(cell, STR("yes"));
    if (!cell.n || row->wants || str_eq(cell, STR("no"))) return RC_OK;
    return refuse(e, RC_INVALID, "licence", "It must be yes or no; nothing is no.");
}

static rc_t read_row(struct row *row, struct err *e)
{
    if (row->surplus)
        return refuse(e, RC_INVALID, "table", "The row has more cells than there are columns.");
    if (!name_is_address(row->cells[ADDRESS]))
        return refuse(e, RC_INVALID, "address", "That is not an address: user@domain.");
    if (row->twin) {
        err_set(e, RC_CONFLICT, "Row %zu has this address already.", row->twin);
        err_field(e, "row");
        return RC_CONFLICT;
    }
    return read_licence(row, e);
}

/* Which cells say something else than what is there. */
static rc_t compare(struct edit *t, struct record_at at, const json_t *patch, struct row *row,
                    struct err *e)
{
    CLEANUP_JSON json_t *there = NULL;
    TRY(edit_get(t, at, &there, e));
    for (size_t c = 0; c < COLUMNS; c++) {
        const json_t *cell = json_object_get(patch, NAMES[c]);
        if (cell && !json_equal(cell, json_object_get(there, NAMES[c]))) row->differs |= 1u << c;
    }
    return RC_OK;
}

static bool is_fault_of_ours(rc_t rc)
{
    return rc == RC_STATE_DOWN || rc == RC_NO_MEMORY || rc == RC_DAMAGED || rc == RC_UNSUPPORTED;
}

static rc_t add(struct edit *t, struct import *w, struct row *row, struct err *e)
{
    CLEANUP_JSON json_t *patch = patch_of(row);
    struct registry_write what = {.at = {RECORD_ACCOUNT, w->in->organisation, row->cells[ADDRESS]},
                                  .patch = patch,
                                  .mode = REGISTRY_ADD,
                                  .told = true};
    rc_t rc = edit_write(t, &what, e);
    json_decref(what.after);
    json_decref(what.conflict);
    if (rc == RC_OK) row->result = ADDED;
    if (rc != RC_CONFLICT || strcmp(e->field, "account") != 0) return rc;
    row->result = ALREADY;
    *e = (struct err){0};
    return compare(t, what.at, patch, row, e);
}

/* RC_OK also where the row is refused. */
static rc_t do_row(struct edit *t, struct import *w, struct row *row)
{
    size_t queued = json_array_size(t->commands);
    row->result = REFUSED;
    row->wants = false;
    row->licence = NULL;
    row->differs = 0;
    row->why = (struct err){0};
    rc_t rc = read_row(row, &row->why);
    if (rc == RC_OK) rc = add(t, w, row, &row->why);
    if (rc == RC_OK) return RC_OK;
    while (json_array_size(t->commands) > queued)
        json_array_remove(t->commands, json_array_size(t->commands) - 1);
    if (strcmp(row->why.field, "account") == 0) err_field(&row->why, "address");
    row->result = REFUSED;
    row->wants = false;
    return is_fault_of_ours(rc) ? rc : RC_OK;
}

/* --- licences --------------------------------------------------------------------------------- */

static void not_given(struct row *row, rc_t rc, const char *field, const char *sentence)
{
    row->licence = "missing";
    (void) refuse(&row->why, rc, field, sentence);
}

static void take_licence(struct row *row, const json_t *given)
{
    str_t result = record_text(given, "result");
    if (str_eq(result, STR("no_seat")))
        not_given(row, RC_FULL, "quota", "No licence is left.");
    else
        row->licence = str_eq(result, STR("activated")) ? "given" : "there";
}

static rc_t give_licences(struct edit *t, struct import *w, struct err *e)
{
    CLEANUP_JSON json_t *asked = json_array(), *given = NULL;
    for (size_t i = 0; i < w->part_count; i++) {
        struct row *row = &w->part[i];
        if (row->result == ADDED || row->result == ALREADY) row->licence = "none";
        if (row->wants) json_array_append_new(asked, json_from_str(row->cells[ADDRESS]));
    }
    if (json_array_size(asked) == 0) return RC_OK;
    long long taken = w->taken;
    rc_t rc = licence_give(t, w->in->organisation, asked, &taken, &given, e);
    if (rc != RC_OK && rc != RC_FEATURE_DISABLED) return rc;
    for (size_t i = 0, k = 0; i < w->part_count; i++) {
        struct row *row = &w->part[i];
        if (!row->wants) continue;
        if (rc == RC_OK)
            take_licence(row, json_array_get(given, k++));
        else
            not_given(row, rc, "customer", e->message);
    }
    if (w->in->check) w->taken = taken;
    return RC_OK;
}

static rc_t tell_added(struct edit *t, const struct import *w, json_t *added, struct err *e)
{
    if (json_array_size(added) == 0) return RC_OK;
    CLEANUP_JSON json_t *after = json_object(), *copy = json_copy(added);
    json_object_set(after, "added", copy);
    json_array_clear(added);
    return edit_audit(t, w->in->organisation, "accounts", w->in->organisation, NULL, after, e);
}

/* An entry for all that the part added, so that a large table does not push out of the audit what
 * was before it; several where the addresses are long. */
static rc_t write_audit(struct edit *t, const struct import *w, struct err *e)
{
    CLEANUP_JSON json_t *added = json_array();
    size_t bytes = 0;
    for (size_t i = 0; i < w->part_count; i++) {
        const struct row *row = &w->part[i];
        if (row->result != ADDED) continue;
        size_t more = row->cells[ADDRESS].n + STR("\"\",").n;
        if (bytes + more > TOLD_BYTES) {
            TRY(tell_added(t, w, added, e));
            bytes = 0;
        }
        json_array_append_new(added, json_from_str(row->cells[ADDRESS]));
        bytes += more;
    }
    return tell_added(t, w, added, e);
}

static rc_t part_step(struct edit *t, void *arg, struct err *e)
{
    struct import *w = arg;
    for (size_t i = 0; i < w->part_count; i++) {
        rc_t rc = do_row(t, w, &w->part[i]);
        if (rc != RC_OK) {
            *e = w->part[i].why;
            return rc;
        }
    }
    TRY(write_audit(t, w, e));
    return give_licences(t, w, e);
}

/* --- the report ------------------------------------------------------------------------------- */

static json_t *differs_json(const struct row *row)
{
    json_t *list = json_array();
    for (size_t c = 0; c < COLUMNS; c++)
        if (row->differs & 1u << c) json_array_append_new(list, json_string(NAMES[c]));
    return list;
}

static json_t *row_json(const struct row *row)
{
    json_t *v = json_object();
    bool ok = row->result == ADDED || row->result == ALREADY, why = row->why.code != RC_OK;
    json_put_int(v, "row", (long long) row->number);
    json_put_str(v, "address", row->cells[ADDRESS].n ? row->cells[ADDRESS] : STR(""));
    json_put_str(v, "name", row->cells[NAME].n ? row->cells[NAME] : STR(""));
    json_put_bool(v, "ok", ok);
    json_put_str(v, "result", str_c(RESULT_WORDS[row->result]));
    json_put_str(v, "licence", row->licence ? str_c(row->licence) : STR_NULL);
    json_object_set_new(v, "differs", differs_json(row));
    json_put_str(v, "code", why ? str_c(err_word(row->why.code)) : STR_NULL);
    json_put_str(v, "field", row->why.field[0] ? str_c(row->why.field) : STR_NULL);
    json_put_str(v, "message", why ? str_c(row->why.message) : STR_NULL);
    return v;
}

/* false: nobody listens any more. */
static bool tell_part(struct import *w)
{
    bool go_on = true;
    for (size_t i = 0; i < w->part_count; i++) {
        const struct row *row = &w->part[i];
        json_t *v = row_json(row);
        w->of[row->result]++;
        w->licences += row->licence && strcmp(row->licence, "given") == 0;
        w->unlicensed += row->licence && strcmp(row->licence, "missing") == 0;
        json_array_append_new(w->list, v);
        if (w->in->told && !w->in->told(w->in->arg, v, json_array_size(w->list), w->count))
            go_on = false;
    }
    return go_on;
}

static void leave_part(struct import *w, rc_t why)
{
    for (size_t i = 0; i < w->part_count; i++) {
        struct row *row = &w->part[i];
        row->result = NOT_TRIED;
        row->licence = NULL;
        row->differs = 0;
        err_set(&row->why, why, NULL);
        row->why.field[0] = 0;
    }
}

static void do_all(struct import *w)
{
    rc_t stop = RC_OK;
    int64_t began = clock_ms(), now = w->by.now;
    for (size_t i = 0; i < w->count; i += w->part_count) {
        struct err e = {0};
        w->part = w->rows + i;
        w->part_count = w->count - i < PART ? w->count - i : PART;
        w->by.now = now + (clock_ms() - began) / 1000;
        if (stop == RC_OK)
            stop = w->in->check ? edit_look(w->r, &w->by, part_step, w, &e)
                                : edit_run(w->r, &w->by, part_step, w, &e);
        if (stop != RC_OK) leave_part(w, stop);
        if (!tell_part(w) && stop == RC_OK) stop = RC_CANCELLED;
    }
    json_put_int(w->report, "done", (long long) w->of[ADDED]);
    json_put_int(w->report, "already", (long long) w->of[ALREADY]);
    json_put_int(w->report, "failed", (long long) w->of[REFUSED]);
    json_put_int(w->report, "not_tried", (long long) w->of[NOT_TRIED]);
    json_put_int(w->report, "licences", (long long) w->licences);
    json_put_int(w->report, "unlicensed", (long long) w->unlicensed);
    json_put_str(w->report, "stopped", w->of[NOT_TRIED] ? str_c(err_word(stop)) : STR_NULL);
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
    return read_table(w, e);
}

rc_t account_import(const struct registry *r, const struct actor *by,
                    const struct account_import *in, json_t **report, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(TABLE_ARENA);
    CLEANUP_JSON json_t *out = json_object();
    if (!a || !out) return err_set(e, RC_NO_MEMORY, NULL);
    struct import w = {.r = r, .by = *by, .in = in, .a = a, .report = out, .list = json_array()};
    json_object_set_new(out, "rows", w.list);
    TRY(open_all(&w, e));
    do_all(&w);
    *report = json_incref(out);
    return RC_OK;
}
