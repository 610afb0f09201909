/* What people ask for: the queue, and the administration's answers. */
#include "policy/asking.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/b64.h"
#include "crypto/request.h"
#include "policy/certificate_parts.h"
#include "policy/edit.h"
#include "policy/issuing_parts.h"
#include "policy/name.h"

enum {
    WORK_BYTES = 1 << 20,
    LIST_BYTES = 512 << 20,
    ROW_MAX = 64 << 10,
    SECONDS_A_DAY = 86400,
    ISSUERS_MAX = 16
};

static rc_t fail_field(struct err *e, rc_t code, const char *field, const char *sentence)
{
    err_set(e, code, "%s", sentence);
    err_field(e, field);
    return code;
}

str_t asking_key(struct arena *a, str_t instance, str_t organisation)
{
    return arena_printf(a, "%.*s:req:%.*s", STR_ARG(instance), STR_ARG(organisation));
}

/* --- rows ------------------------------------------------------------------------------------- */

static void put_time(json_t *row, const char *field, int64_t at)
{
    char text[NAME_TIME_BYTES + 1];
    name_write_time(at, text);
    json_put_str(row, field, str_c(text));
}

static bool has_ended(const json_t *row, int64_t now)
{
    int64_t until;
    return !name_read_time(record_text(row, "until"), &until) || until <= now;
}

static bool is_waiting(const json_t *row, int64_t now)
{
    return str_eq(record_text(row, "state"), STR("waiting")) && !has_ended(row, now);
}

/* NULL: nothing there, or nothing that can be read. */
static json_t *read_row(const struct kv_value *v)
{
    json_t *row = NULL;
    if (v->type != KV_STR || v->s.n > ROW_MAX || json_parse_object(v->s, &row, NULL) != RC_OK)
        return NULL;
    return row;
}

static rc_t text_of(const json_t *row, struct arena *a, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(ROW_MAX);
    if (!json_write(row, &b)) return err_set(e, RC_TOO_LARGE, NULL);
    *out = arena_str(a, buf_view(&b));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* --- asking ----------------------------------------------------------------------------------- */

rc_t asking_check(str_t der, str_t address, struct err *e)
{
    rc_t rc = request_check(der, e);
    if (rc == RC_OK && !request_is_of(der, address))
        rc = err_set(e, RC_INVALID, "The request is not for this address, or not for it alone.");
    if (rc != RC_OK) err_field(e, "request");
    return rc;
}

static const char PUT_SCRIPT[] =
    "local old = redis.call('HGET', KEYS[1], ARGV[1])\n"
    "if (old or '') ~= ARGV[2] then return 2 end\n"
    "if not old and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 1 end\n"
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])\n"
    "return 0\n";

static rc_t store(const struct asker *w, struct arena *a, str_t before, str_t after, struct err *e)
{
    struct kv_value v;
    const str_t keys[] = {asking_key(a, w->instance, w->organisation)};
    const str_t args[] = {w->address, before, after, arena_printf(a, "%d", ASKING_MOST)};
    TRY(kv_eval(w->kv, a, &v, e, str_c(PUT_SCRIPT), keys, 1, args, 4));
    if (v.type != KV_INT) return err_set(e, RC_STATE_DOWN, NULL);
    if (v.i == 2)
        return fail_field(e, RC_CONFLICT, "request", "It was changed meanwhile. Please try again.");
    if (v.i != 0) return err_set(e, RC_FULL, "Too many requests of the organisation wait already.");
    return RC_OK;
}

rc_t asking_put(const struct asker *w, str_t key, str_t der, json_t **row, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    struct kv_value v;
    str_t text, algorithm;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(asking_check(der, w->address, e));
    TRY(request_algorithm(der, a, &algorithm, e));
    TRY(KV_CMD(w->kv, a, &v, e, STR("HGET"), asking_key(a, w->instance, w->organisation),
               w->address));
    CLEANUP_JSON json_t *old = read_row(&v), *new = json_object();
    str_t csr = b64_encode(a, der);
    if (old && is_waiting(old, w->now)) {
        if (!str_eq(record_text(old, "key"), key) || !str_eq(record_text(old, "csr"), csr))
            return fail_field(e, RC_CONFLICT, "request",
                              "Another request waits already; withdraw it first.");
        *row = json_incref(old);
        return RC_OK;
    }
    json_put_str(new, "key", key);
    json_put_str(new, "csr", csr);
    json_put_str(new, "algorithm", algorithm);
    json_put_str(new, "state", STR("waiting"));
    put_time(new, "since", w->now);
    put_time(new, "until", w->now + (int64_t) ASKING_DAYS * SECONDS_A_DAY);
    TRY(text_of(new, a, &text, e));
    TRY(store(w, a, v.type == KV_STR ? v.s : STR(""), text, e));
    *row = json_incref(new);
    return RC_OK;
}

rc_t asking_get(const struct asker *w, json_t **row, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(w->kv, a, &v, e, STR("HGET"), asking_key(a, w->instance, w->organisation),
               w->address));
    CLEANUP_JSON json_t *found = read_row(&v);
    *row = found && !has_ended(found, w->now) ? json_incref(found) : NULL;
    return RC_OK;
}

static const char FORGET_SCRIPT[] =
    "if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) "
    "end\n"
    "return 0\n";

rc_t asking_forget(const struct asker *w, str_t key, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    struct kv_value v, done;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    const str_t keys[] = {asking_key(a, w->instance, w->organisation)};
    TRY(KV_CMD(w->kv, a, &v, e, STR("HGET"), keys[0], w->address));
    if (v.type != KV_STR) return RC_OK;
    CLEANUP_JSON json_t *row = read_row(&v);
    if (!str_is_null(key) && !str_eq(record_text(row, "key"), key)) return RC_OK;
    const str_t args[] = {w->address, v.s};
    return kv_eval(w->kv, a, &done, e, str_c(FORGET_SCRIPT), keys, 1, args, 2);
}

/* --- what waits ------------------------------------------------------------------------------- */

struct waiting {
    str_t address, text;
    json_t *row;
};

static int by_address(const void *x, const void *y)
{
    return str_cmp(((const struct waiting *) x)->address, ((const struct waiting *) y)->address);
}

/* In the arena; the rows are the caller's to release. ended: those that are to be swept instead. */
static rc_t read_all(const struct registry *r, str_t organisation, int64_t now, bool ended,
                     struct arena *a, struct waiting **out, size_t *n, struct err *e)
{
    struct kv_value v;
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(KV_CMD(r->kv, a, &v, e, STR("HGETALL"), asking_key(a, r->config->instance, organisation)));
    size_t count = v.type == KV_ARRAY ? v.count / 2 : 0;
    *n = 0;
    *out = ARENA_ARRAY(a, count + 1, struct waiting);
    if (!*out) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        struct waiting w = {v.items[2 * i].s, v.items[2 * i + 1].s, read_row(&v.items[2 * i + 1])};
        bool wanted = ended ? !w.row || has_ended(w.row, now)
                            : w.row && is_waiting(w.row, now) && name_is_address(w.address);
        if (wanted)
            (*out)[(*n)++] = w;
        else
            json_decref(w.row);
    }
    qsort(*out, *n, sizeof **out, by_address);
    return RC_OK;
}

static void release(const struct waiting *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        json_decref(w[i].row);
}

/* {address: true} of those without a usable certificate; of licensed accounts only. */
static rc_t lacking_set(const struct registry *r, str_t organisation, int64_t now, json_t **out,
                        struct err *e)
{
    CLEANUP_JSON json_t *lacking = NULL;
    size_t i;
    json_t *v;
    TRY(issuing_lacking(r, organisation, STR_NULL, now, NULL, &lacking, NULL, e));
    *out = json_object();
    json_array_foreach(lacking, i, v) json_object_set(*out, json_string_value(v), json_true());
    return RC_OK;
}

struct used {
    str_t organisation;
    const struct waiting *who;
    size_t n;
    json_t *out;    /* {address: uses} of what is primary and holds */
    json_t *barred; /* issuing_barred */
};

static rc_t used_step(struct edit *t, void *arg, struct err *e)
{
    struct used *w = arg;
    str_t *addresses = ARENA_ARRAY(t->a, w->n + 1, str_t);
    if (!addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < w->n; i++)
        addresses[i] = w->who[i].address;
    TRY(issuing_barred(t, w->organisation, &w->barred, e));
    return issuing_uses(t, w->organisation, addresses, w->n, t->by->now, &w->out, e);
}

rc_t asking_list(const struct registry *r, str_t organisation, int64_t now, json_t **rows,
                 struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(LIST_BYTES);
    const struct actor nobody = {STR("look"), false, now};
    struct waiting *found;
    size_t n;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_all(r, organisation, now, false, a, &found, &n, e));
    struct used u = {organisation, found, n, NULL, NULL};
    rc_t rc = edit_look(r, &nobody, used_step, &u, e);
    CLEANUP_JSON json_t *used = u.out, *barred = u.barred;
    if (rc != RC_OK) {
        release(found, n);
        return rc;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *row = json_object();
        str_t der;
        bool sound = b64_decode(a, record_text(found[i].row, "csr"), &der);
        json_put_str(row, "address", found[i].address);
        json_put_str(row, "algorithm", record_text(found[i].row, "algorithm"));
        json_put_str(row, "since", record_text(found[i].row, "since"));
        json_put_str(row, "until", record_text(found[i].row, "until"));
        json_put_bool(row, "has",
                      json_object_getn(used, found[i].address.p, found[i].address.n) != NULL);
        json_put_bool(row, "barred",
                      json_object_getn(barred, found[i].address.p, found[i].address.n) != NULL);
        json_put_str(row, "request", sound ? request_pem(der, a) : STR_NULL);
        json_array_append_new(list, row);
    }
    release(found, n);
    *rows = list;
    return RC_OK;
}

/* --- yes -------------------------------------------------------------------------------------- */

rc_t asking_answer(struct edit *t, str_t organisation, str_t address, str_t seen,
                   const struct cert *cert, str_t issuers, struct err *e)
{
    struct kv_value v;
    str_t text, key = asking_key(t->a, t->r->config->instance, organisation), rest = issuers, one;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), key, address));
    CLEANUP_JSON json_t *row = read_row(&v), *list = json_array();
    if (!row || !str_eq(v.s, seen) || !is_waiting(row, t->by->now))
        return fail_field(e, RC_CONFLICT, "request", "The request was changed meanwhile.");
    for (int i = 0; i < ISSUERS_MAX && rest.n; i++) {
        if (!str_cut(rest, ' ', &one, &rest)) rest = STR_NULL;
        json_array_append_new(list, json_from_str(one));
    }
    json_put_str(row, "state", STR("issued"));
    json_put_str(row, "certificate", b64_encode(t->a, cert_der(cert)));
    json_object_set(row, "issuers", list);
    put_time(row, "answered", t->by->now);
    put_time(row, "until", t->by->now + (int64_t) ASKING_DAYS * SECONDS_A_DAY);
    TRY(text_of(row, t->a, &text, e));
    EDIT_COMMAND(t, STR("HSET"), key, address, text);
    return RC_OK;
}

/* A report of issuing_issue, or one like it. */
struct tally {
    json_t *rows;
    long long done, failed, not_tried;
    str_t stopped; /* of the code; in `word` */
    char word[40];
};

static json_t *row_of(str_t address, const char *result, bool ok)
{
    json_t *row = json_object();
    json_put_str(row, "address", address);
    json_put_bool(row, "ok", ok);
    json_put_str(row, "result", str_c(result));
    return row;
}

static void add_failed(struct tally *s, str_t address, rc_t rc, const struct err *why)
{
    json_t *row = row_of(address, "refused", false);
    json_put_str(row, "code", str_c(err_word(rc)));
    json_put_str(row, "field", str_c(why->field));
    json_put_str(row, "message", str_c(why->message));
    json_array_append_new(s->rows, row);
    s->failed++;
}

static void add_report(struct tally *s, const json_t *report)
{
    str_t stopped = record_text(report, "stopped");
    json_array_extend(s->rows, json_object_get(report, "rows"));
    s->done += json_integer_value(json_object_get(report, "done"));
    s->failed += json_integer_value(json_object_get(report, "failed"));
    s->not_tried += json_integer_value(json_object_get(report, "not_tried"));
    if (!stopped.n) return;
    snprintf(s->word, sizeof s->word, "%.*s", STR_ARG(stopped));
    s->stopped = str_c(s->word);
}

static json_t *report_of(struct tally *s)
{
    json_t *out = json_object();
    json_object_set_new(out, "rows", s->rows);
    json_put_int(out, "done", s->done);
    json_put_int(out, "unchanged", 0);
    json_put_int(out, "failed", s->failed);
    json_put_int(out, "not_tried", s->not_tried);
    json_put_str(out, "stopped", s->stopped);
    return out;
}

static rc_t approve_row(const struct registry *r, const struct actor *by, const struct agent *agent,
                        str_t organisation, const struct waiting *w, struct arena *a,
                        json_t **report, struct err *e)
{
    CLEANUP_JSON json_t *address = json_array();
    struct issuing_order o = {.organisation = organisation, .again = true, .asked = w->text};
    if (!b64_decode(a, record_text(w->row, "csr"), &o.request) || !o.request.n)
        return fail_field(e, RC_DAMAGED, "request", "The stored request is damaged.");
    TRY(asking_check(o.request, w->address, e));
    json_array_append_new(address, json_from_str(w->address));
    return issuing_issue(r, by, agent, &o, address, report, e);
}

static void approve_one(const struct registry *r, const struct actor *by, const struct agent *agent,
                        str_t organisation, const struct waiting *w, struct arena *a,
                        struct tally *s)
{
    CLEANUP_JSON json_t *report = NULL;
    struct err why = {0};
    if (s->stopped.n) {
        json_array_append_new(s->rows, row_of(w->address, "not_tried", false));
        s->not_tried++;
        return;
    }
    rc_t rc = approve_row(r, by, agent, organisation, w, a, &report, &why);
    if (rc == RC_OK)
        add_report(s, report);
    else
        add_failed(s, w->address, rc, &why);
}

static const struct waiting *find(const struct waiting *all, size_t n, str_t address)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].address, address)) return &all[i];
    return NULL;
}

static void none_waits(struct tally *s, str_t address)
{
    struct err why = {0};
    rc_t rc = fail_field(&why, RC_NOT_FOUND, "request", "No request of this address waits.");
    add_failed(s, address, rc, &why);
}

static rc_t barred_step(struct edit *t, void *arg, struct err *e)
{
    struct used *w = arg;
    return issuing_barred(t, w->organisation, &w->barred, e);
}

/* only: {address: …}; NULL: all. Without addresses nobody who is barred. */
static rc_t approve(const struct registry *r, const struct actor *by, const struct agent *agent,
                    str_t organisation, const json_t *addresses, const json_t *only,
                    json_t **report, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(LIST_BYTES);
    struct tally s = {.rows = json_array()};
    struct used u = {.organisation = organisation};
    struct waiting *all;
    size_t n;
    rc_t rc = a ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK && json_array_size(addresses) > ISSUING_MANY)
        rc = err_set(e, RC_TOO_LARGE, "Too many addresses at once.");
    if (rc == RC_OK && !addresses) rc = edit_look(r, by, barred_step, &u, e);
    CLEANUP_JSON json_t *barred = u.barred;
    if (rc == RC_OK) rc = read_all(r, organisation, by->now, false, a, &all, &n, e);
    if (rc != RC_OK) {
        json_decref(s.rows);
        return rc;
    }
    for (size_t i = 0; !addresses && i < n; i++)
        if (!json_object_getn(barred, all[i].address.p, all[i].address.n) &&
            (!only || json_object_getn(only, all[i].address.p, all[i].address.n)))
            approve_one(r, by, agent, organisation, &all[i], a, &s);
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        str_t address = arena_lower(a, json_text(json_array_get(addresses, i)));
        const struct waiting *w = find(all, n, address);
        if (w)
            approve_one(r, by, agent, organisation, w, a, &s);
        else
            none_waits(&s, address);
    }
    release(all, n);
    *report = report_of(&s);
    return RC_OK;
}

rc_t asking_approve(const struct registry *r, const struct actor *by, const struct agent *agent,
                    str_t organisation, const json_t *addresses, json_t **report, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(registry_get(r, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &row, e));
    if (!row)
        return fail_field(e, RC_NOT_FOUND, "authority",
                          "The organisation has no authority of its own.");
    return approve(r, by, agent, organisation, addresses, NULL, report, e);
}

rc_t asking_approve_due(const struct registry *r, const struct actor *by, const struct agent *agent,
                        str_t organisation, json_t **report, struct err *e)
{
    CLEANUP_JSON json_t *who = NULL, *due = NULL;
    size_t i;
    json_t *row;
    TRY(lacking_set(r, organisation, by->now, &who, e));
    TRY(issuing_due(r, organisation, by->now, NULL, &due, e));
    json_array_foreach(due, i, row)
    {
        if (str_eq(record_text(row, "custody"), STR("user")))
            json_object_set(who, json_string_value(json_object_get(row, "address")), json_true());
    }
    return approve(r, by, agent, organisation, NULL, who, report, e);
}

/* --- no --------------------------------------------------------------------------------------- */

struct refusal {
    str_t organisation, address, reason;
};

static rc_t refuse_step(struct edit *t, void *arg, struct err *e)
{
    const struct refusal *w = arg;
    struct kv_value v;
    str_t text, key = asking_key(t->a, t->r->config->instance, w->organisation);
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), key, w->address));
    CLEANUP_JSON json_t *row = read_row(&v), *said = json_object();
    if (!row || !is_waiting(row, t->by->now))
        return fail_field(e, RC_NOT_FOUND, "request", "No request of this address waits.");
    json_put_str(row, "state", STR("refused"));
    json_put_str(row, "reason", w->reason);
    put_time(row, "answered", t->by->now);
    put_time(row, "until", t->by->now + (int64_t) ASKING_DAYS * SECONDS_A_DAY);
    TRY(text_of(row, t->a, &text, e));
    EDIT_COMMAND(t, STR("HSET"), key, w->address, text);
    json_put_str(said, "state", STR("refused"));
    json_put_str(said, "reason", w->reason);
    return edit_audit(t, w->organisation, "asked", w->address, NULL, said, e);
}

rc_t asking_refuse(const struct registry *r, const struct actor *by, str_t organisation,
                   const json_t *addresses, str_t reason, json_t **report, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES * 4);
    reason = str_trim(reason);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    if (!reason.n || reason.n > ASKING_REASON_MAX || !str_is_clean(reason) || !str_is_utf8(reason))
        return err_invalid(e, "reason", "A reason is a text of 1 to 200 bytes.");
    if (json_array_size(addresses) > ISSUING_MANY)
        return err_set(e, RC_TOO_LARGE, "Too many addresses at once.");
    struct tally s = {.rows = json_array()};
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        struct err why = {0};
        const struct refusal w = {organisation,
                                  arena_lower(a, json_text(json_array_get(addresses, i))), reason};
        rc_t rc = edit_run(r, by, refuse_step, (void *) &w, &why);
        if (rc != RC_OK) {
            add_failed(&s, w.address, rc, &why);
            continue;
        }
        json_array_append_new(s.rows, row_of(w.address, "refused_request", true));
        s.done++;
    }
    *report = report_of(&s);
    return RC_OK;
}

/* --- sweeping --------------------------------------------------------------------------------- */

rc_t asking_sweep(const struct registry *r, const struct actor *by, str_t organisation,
                  struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(LIST_BYTES);
    struct waiting *old;
    size_t n;
    rc_t rc = RC_OK;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_all(r, organisation, by->now, true, a, &old, &n, e));
    const str_t keys[] = {asking_key(a, r->config->instance, organisation)};
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct kv_value v;
        const str_t args[] = {old[i].address, old[i].text};
        rc = kv_eval(r->kv, a, &v, e, str_c(FORGET_SCRIPT), keys, 1, args, 2);
    }
    release(old, n);
    return rc;
}
