#include "policy/audit.h"

#include <stdlib.h>

#include "policy/edit.h"
#include "policy/name.h"

enum { STEP = 50, STEPS = 2001, PAGE_ARENA = 8 << 20 };

static str_t field_of(const struct kv_value *fields, str_t name)
{
    for (size_t i = 0; i + 1 < fields->count; i += 2)
        if (str_eq(fields->items[i].s, name)) return fields->items[i + 1].s;
    return STR_NULL;
}

/* JSON of a member; null where there is none, or what is stored is not JSON. */
static json_t *value_of(str_t text)
{
    json_t *v = NULL;
    return text.n && json_parse_object(text, &v, NULL) == RC_OK ? v : json_null();
}

static json_t *entry_of(str_t id, const struct kv_value *fields)
{
    static const char *const texts[] = {"at", "who", "organisation", "what"};
    json_t *row = json_object();
    json_put_str(row, "id", id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        str_t text = field_of(fields, str_c(texts[i]));
        json_put_str(row, texts[i], text.n ? text : STR_NULL);
    }
    json_object_set_new(row, "before", value_of(field_of(fields, STR("before"))));
    json_object_set_new(row, "after", value_of(field_of(fields, STR("after"))));
    return row;
}

/* "account" and "account eve@example.org" both name the latter. */
static bool is_kind(str_t what, str_t kind)
{
    str_t first, rest;
    str_cut(what, ' ', &first, &rest);
    return str_eq(first, kind) || str_eq(what, kind);
}

static bool has_text(const struct kv_value *fields, str_t text)
{
    static const str_t names[] = {STR_INIT("who"), STR_INIT("what"), STR_INIT("before"),
                                  STR_INIT("after")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str_t in = field_of(fields, names[i]);
        for (size_t at = 0; text.n && in.n >= text.n && at <= in.n - text.n; at++)
            if (str_ieq(str_sub(in, at, at + text.n), text)) return true;
    }
    return false;
}

static bool in_time(const struct audit_filter *f, const struct kv_value *fields)
{
    int64_t at;
    if (!f->from && !f->until) return true;
    if (!name_read_time(field_of(fields, STR("at")), &at)) return false;
    return at >= f->from && (!f->until || at < f->until);
}

static bool wanted(const struct audit_filter *f, const struct kv_value *fields)
{
    if (f->kind.n && !is_kind(field_of(fields, STR("what")), f->kind)) return false;
    if (f->who.n && !str_eq(field_of(fields, STR("who")), f->who)) return false;
    if (!in_time(f, fields) || (f->text.n && !has_text(fields, f->text))) return false;
    return (!f->organisation.n || str_eq(field_of(fields, STR("organisation")), f->organisation)) &&
           (!f->what.n || str_eq(field_of(fields, STR("what")), f->what));
}

/* --- several streams as one ------------------------------------------------------------------- */

/* "<time>-<count>@<stream>": Redis numbers each stream's entries by itself. */
struct place {
    uint64_t time, count;
    str_t id, stream; /* stream null: behind all that have this id */
};

static bool read_place(str_t s, struct place *out)
{
    str_t time, count;
    str_cut(s, '@', &out->id, &out->stream);
    if (out->id.n == s.n) out->stream = STR_NULL;
    str_cut(out->id, '-', &time, &count);
    return str_to_u64(time, &out->time) && str_to_u64(count, &out->count);
}

/* Does x come before y: newer, or of the same moment and of an earlier stream? */
static bool is_before(const struct place *x, const struct place *y)
{
    if (x->time != y->time) return x->time > y->time;
    if (x->count != y->count) return x->count > y->count;
    return !str_is_null(x->stream) && (str_is_null(y->stream) || str_cmp(x->stream, y->stream) < 0);
}

static bool row_is_before(const json_t *x, const json_t *y)
{
    struct place a = {0}, b = {0};
    return read_place(record_text(x, "id"), &a) && read_place(record_text(y, "id"), &b) &&
           is_before(&a, &b);
}

struct stream {
    str_t name, key; /* name "": of earlier releases, which had one for all */
    json_t *rows;    /* newest first */
    str_t next;      /* where to read on; null: at its end, or nothing more is wanted */
    size_t step;     /* entries at once */
};

/* Takes what is wanted of one entry; false: older ones are not wanted any more. */
static bool take(const struct audit_filter *f, struct stream *s, const json_t *others,
                 const struct kv_value *entry, struct arena *a)
{
    if (!wanted(f, &entry->items[1])) return true;
    str_t id = arena_printf(a, "%.*s@%.*s", STR_ARG(entry->items[0].s), STR_ARG(s->name));
    CLEANUP_JSON json_t *row = entry_of(id, &entry->items[1]);
    size_t n = json_array_size(others);
    if (n >= f->count && row_is_before(json_array_get(others, n - 1), row)) return false;
    json_array_append(s->rows, row);
    return json_array_size(s->rows) < f->count;
}

static rc_t read_some(const struct registry *r, const struct audit_filter *f, struct stream *s,
                      const json_t *others, struct arena *keep, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(PAGE_ARENA);
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(r->kv, a, &v, e, STR("XREVRANGE"), s->key, s->next, STR("-"), STR("COUNT"),
               arena_printf(a, "%zu", s->step)));
    s->next = STR_NULL;
    for (size_t i = 0; v.type == KV_ARRAY && i < v.count; i++) {
        const struct kv_value *entry = &v.items[i];
        if (entry->type != KV_ARRAY || entry->count != 2) return err_set(e, RC_DAMAGED, NULL);
        if (!take(f, s, others, entry, a)) return RC_OK;
        if (i + 1 == v.count && v.count == s->step)
            s->next = arena_printf(keep, "(%.*s", STR_ARG(entry->items[0].s));
    }
    return RC_OK;
}

/* Entries of earlier releases have up to half a megabyte: where as many as usual have no room,
 * fewer are asked for. */
static rc_t read_page(const struct registry *r, const struct audit_filter *f, struct stream *s,
                      const json_t *others, struct arena *keep, struct err *e)
{
    rc_t rc = read_some(r, f, s, others, keep, e);
    for (; rc == RC_NO_MEMORY && s->step > 1 && s->next.n; rc = read_some(r, f, s, others, keep, e))
        s->step /= 2;
    return rc;
}

/* The first `count` of both. New reference. */
static json_t *merge(const json_t *x, const json_t *y, size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0, j = 0; json_array_size(out) < count;) {
        json_t *a = json_array_get(x, i), *b = json_array_get(y, j);
        if (!a && !b) break;
        bool first = a && (!b || row_is_before(a, b));
        json_array_append(out, first ? a : b);
        if (first)
            i++;
        else
            j++;
    }
    return out;
}

static rc_t add_stream(const struct registry *r, const struct audit_filter *f,
                       const struct place *behind, str_t name, json_t **rows, struct err *e)
{
    CLEANUP_ARENA struct arena *keep = arena_new(1u << 20);
    CLEANUP_JSON json_t *mine = json_array();
    if (!keep) return err_set(e, RC_NO_MEMORY, NULL);
    struct stream s = {.name = name, .rows = mine, .next = STR("+"), .step = STEP};
    s.key = name.n ? audit_key(keep, r->config->instance, name)
                   : arena_printf(keep, "%.*s:o:audit", STR_ARG(r->config->instance));
    if (behind) {
        bool same = !str_is_null(behind->stream) && str_cmp(name, behind->stream) > 0;
        s.next = arena_printf(keep, "%s%.*s", same ? "" : "(", STR_ARG(behind->id));
    }
    for (int i = 0; i < STEPS * STEP && s.next.n; i++)
        TRY(read_page(r, f, &s, *rows, keep, e));
    json_t *both = merge(*rows, mine, f->count);
    json_decref(*rows);
    *rows = both;
    return RC_OK;
}

str_t audit_key(struct arena *a, str_t instance, str_t organisation)
{
    return arena_printf(a, "%.*s:o:audit:%.*s", STR_ARG(instance),
                        STR_ARG(organisation.n ? organisation : STR("-")));
}

str_t audit_streams_key(struct arena *a, str_t instance)
{
    return arena_printf(a, "%.*s:o:audits", STR_ARG(instance));
}

str_t audit_ended_key(struct arena *a, str_t instance)
{
    return arena_printf(a, "%.*s:o:audits:ended", STR_ARG(instance));
}

/* What was done in the second of its end counts as done before it. */
rc_t audit_own_since(const struct registry *r, str_t organisation, int64_t *since, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(64u << 10);
    struct kv_value v;
    int64_t ended;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(r->kv, a, &v, e, STR("HGET"), audit_ended_key(a, r->config->instance),
               organisation));
    if (v.type == KV_STR && !name_read_time(v.s, &ended)) return err_set(e, RC_DAMAGED, NULL);
    *since = v.type == KV_STR ? ended + 1 : 0;
    return RC_OK;
}

static rc_t after_its_end(const struct registry *r, struct audit_filter *f, struct err *e)
{
    int64_t since;
    if (!f->own || !f->organisation.n) return RC_OK;
    TRY(audit_own_since(r, f->organisation, &since, e));
    if (f->from < since) f->from = since;
    return RC_OK;
}

rc_t audit_list(const struct registry *r, const struct audit_filter *wanted, json_t **out,
                struct err *e)
{
    struct audit_filter all = *wanted, *f = &all;
    CLEANUP_JSON json_t *rows = json_array();
    CLEANUP_ARENA struct arena *a = arena_new(16u << 20);
    struct place behind;
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (f->before.n && (f->before.n > AUDIT_ID_MAX || !read_place(f->before, &behind)))
        return err_invalid(e, "before", "That is no entry of the audit.");
    if (f->count < 1 || f->count > AUDIT_PAGE_MAX)
        return err_invalid(e, "count", "1 to 1000 entries can be had at once.");
    const struct place *from = f->before.n ? &behind : NULL;
    TRY(after_its_end(r, f, e));
    TRY(add_stream(r, f, from, STR(""), &rows, e));
    if (f->organisation.n) {
        TRY(add_stream(r, f, from, f->organisation, &rows, e));
    } else {
        TRY(KV_CMD(r->kv, a, &v, e, STR("SMEMBERS"), audit_streams_key(a, r->config->instance)));
        for (size_t i = 0; v.type == KV_ARRAY && i < v.count; i++)
            TRY(add_stream(r, f, from, v.items[i].s, &rows, e));
    }
    *out = json_incref(rows);
    return RC_OK;
}

rc_t audit_changes_since(const struct registry *r, struct arena *a, struct record_at at,
                         int64_t seen, const json_t *now, json_t **out, struct err *e)
{
    struct audit_filter f = {.count = AUDIT_PAGE_MAX};
    CLEANUP_JSON json_t *rows = NULL;
    const json_t *base = NULL;
    if (at.kind == RECORD_ACCOUNT || at.kind == RECORD_ROLE) f.organisation = at.group;
    f.own = true;
    f.what = arena_printf(a, "%s %.*s", record_shape(at.kind)->name, STR_ARG(at.id));
    TRY(audit_list(r, &f, &rows, e));
    for (size_t i = 0; !base && i < json_array_size(rows); i++) {
        const json_t *before = json_object_get(json_array_get(rows, i), "before");
        if (json_is_object(before) && record_version(before) == seen &&
            !json_object_get(before, AUDIT_LEFT_OUT))
            base = before;
    }
    const json_t *newest = json_array_get(rows, 0);
    json_t *v = json_object();
    json_put_int(v, "version", record_version(now));
    json_put_str(v, "who", json_text(json_object_get(newest, "who")));
    json_put_str(v, "at", json_text(json_object_get(newest, "at")));
    json_object_set_new(v, "changes", base ? record_difference(at.kind, base, now) : json_null());
    *out = v;
    return RC_OK;
}

/* --- what is kept ----------------------------------------------------------------------------- */

/* Entries and the newest one's time; of a stream that is gone none. */
static rc_t measure(struct edit *t, str_t stream, json_t *row, struct err *e)
{
    str_t key = audit_key(t->a, t->r->config->instance, stream);
    struct kv_value n, v;
    TRY(KV_CMD(t->r->kv, t->a, &n, e, STR("XLEN"), key));
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("XREVRANGE"), key, STR("+"), STR("-"), STR("COUNT"),
               STR("1")));
    bool some = v.type == KV_ARRAY && v.count == 1 && v.items[0].count == 2;
    json_put_int(row, "entries", n.i);
    json_put_str(row, "last", some ? field_of(&v.items[0].items[1], STR("at")) : STR_NULL);
    return RC_OK;
}

static rc_t keep_row(struct edit *t, str_t stream, json_t *rows, struct err *e)
{
    CLEANUP_JSON json_t *row = json_object(), *organisation = NULL;
    bool none = str_eq(stream, STR("-"));
    struct kv_value ended;
    if (!none)
        TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, stream}, &organisation,
                     e));
    TRY(KV_CMD(t->r->kv, t->a, &ended, e, STR("HGET"),
               audit_ended_key(t->a, t->r->config->instance), stream));
    json_put_str(row, "organisation", none ? STR_NULL : stream);
    json_put_str(row, "name", organisation ? record_text(organisation, "name") : STR_NULL);
    json_put_str(row, "ended", ended.type == KV_STR ? ended.s : STR_NULL);
    TRY(measure(t, stream, row, e));
    json_array_append(rows, row);
    return RC_OK;
}

static int by_stream(const void *x, const void *y)
{
    return str_cmp(((const struct kv_value *) x)->s, ((const struct kv_value *) y)->s);
}

static rc_t kept_step(struct edit *t, void *arg, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("SMEMBERS"),
               audit_streams_key(t->a, t->r->config->instance)));
    if (v.type != KV_ARRAY) return RC_OK;
    qsort(v.items, v.count, sizeof *v.items, by_stream);
    for (size_t i = 0; i < v.count; i++)
        TRY(keep_row(t, v.items[i].s, arg, e));
    return RC_OK;
}

rc_t audit_kept(const struct registry *r, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *rows = json_array();
    struct actor nobody = {STR("audit"), false, 0};
    TRY(edit_look(r, &nobody, kept_step, rows, e));
    *out = json_incref(rows);
    return RC_OK;
}

static rc_t blame(rc_t rc, const char *sentence, struct err *e)
{
    err_set(e, rc, "%s", sentence);
    err_field(e, "organisation");
    return rc;
}

static rc_t remove_step(struct edit *t, void *arg, struct err *e)
{
    const str_t organisation = *(const str_t *) arg;
    CLEANUP_JSON json_t *row = NULL, *had = json_object();
    str_t key = audit_key(t->a, t->r->config->instance, organisation);
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &row, e));
    if (row) return blame(RC_CONFLICT, "The audit of an organisation that is there stays.", e);
    TRY(measure(t, organisation, had, e));
    if (json_integer_value(json_object_get(had, "entries")) == 0)
        return blame(RC_NOT_FOUND, "There is no audit of such an organisation.", e);
    EDIT_COMMAND(t, STR("DEL"), key);
    EDIT_COMMAND(t, STR("SREM"), audit_streams_key(t->a, t->r->config->instance), organisation);
    return edit_audit(t, STR_NULL, "audit", organisation, had, NULL, e);
}

rc_t audit_remove(const struct registry *r, const struct actor *by, str_t organisation,
                  struct err *e)
{
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    return edit_run(r, by, remove_step, &organisation, e);
}
