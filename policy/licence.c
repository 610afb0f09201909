#include "policy/licence.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "policy/edit.h"
#include "policy/name.h"

enum { CHANGE_MAX = 100000, AUDIT_ROWS = 100 };

const char *licence_word(enum licence_state s)
{
    static const char *const words[] = {"inactive", "active", "revoke_pending"};
    return words[s];
}

enum licence_state licence_state_at(const json_t *row, int64_t now)
{
    int64_t until;
    if (!row) return LICENCE_INACTIVE;
    if (str_eq(record_text(row, "state"), STR("active"))) return LICENCE_ACTIVE;
    if (!name_read_time(record_text(row, "until"), &until) || until <= now) return LICENCE_INACTIVE;
    return LICENCE_REVOKE_PENDING;
}

bool licence_period_holds(const json_t *customer, int64_t now)
{
    int64_t from, until;
    if (!customer || json_is_true(json_object_get(customer, "disabled"))) return false;
    if (name_read_time(record_text(customer, "valid_from"), &from) && now < from) return false;
    return !name_read_time(record_text(customer, "valid_until"), &until) || now < until;
}

/* --- changing --------------------------------------------------------------------------------- */

/* What a run knows; all new references. */
struct seats {
    str_t customer, organisation;
    json_t *row, *licences, *accounts; /* of the accounts that are asked for */
    long long quota, used;
    const struct kv_value *over; /* accounts whose time is over, some */
    size_t over_count;
    bool fresh; /* accounts that are not there yet are made by the same change */
};

static void forget_seats(struct seats *s)
{
    json_decref(s->row);
    json_decref(s->licences);
    json_decref(s->accounts);
}
#define CLEANUP_SEATS __attribute__((cleanup(forget_seats)))

static rc_t no_organisation(str_t id, struct err *e)
{
    err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(str_sub(id, 0, 64)));
    err_field(e, "organisation");
    return RC_NOT_FOUND;
}

static rc_t no_customer(str_t id, struct err *e)
{
    err_set(e, RC_NOT_FOUND, "There is no customer %.*s.", STR_ARG(str_sub(id, 0, 64)));
    err_field(e, "customer");
    return RC_NOT_FOUND;
}

static rc_t find_customer(struct edit *t, str_t organisation, str_t *out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &row, e));
    if (!row) return no_organisation(organisation, e);
    *out = arena_str(t->a, record_text(row, "customer"));
    return RC_OK;
}

static long long count_used(const json_t *licences, int64_t now)
{
    const char *id;
    json_t *row;
    long long n = 0;
    json_object_foreach((json_t *) licences, id, row) n +=
        licence_state_at(row, now) != LICENCE_INACTIVE;
    return n;
}

/* How many are counted, and the first hundred that no longer are. Each record is counted but one
 * that is written as we write it and whose time is over, so that what cannot be read takes a seat
 * and gives none. KEYS: licences. ARGV: now. */
static const char COUNT_SCRIPT[] =
    "local function ends(row)\n"
    "  if string.find(row, '\"state\":\"active\"', 1, true) then return nil end\n"
    "  return string.match(row, '\"state\":\"revoke_pending\".-\"until\":\"([^\"]*)\"')\n"
    "end\n"
    "local used, gone, over = 0, 0, {}\n"
    "for _, row in ipairs(redis.call('HVALS', KEYS[1])) do\n"
    "  local t = ends(row)\n"
    "  if not t or t > ARGV[1] then used = used + 1 else gone = gone + 1 end\n"
    "end\n"
    "local rows = gone > 0 and redis.call('HGETALL', KEYS[1]) or {}\n"
    "for i = 1, #rows, 2 do\n"
    "  local t = ends(rows[i + 1])\n"
    "  if t and t <= ARGV[1] and #over < 100 then over[#over + 1] = rows[i] end\n"
    "end\n"
    "return {used, over}\n";

static rc_t count_seats(struct edit *t, struct seats *s, struct err *e)
{
    char now[NAME_TIME_BYTES + 1];
    struct kv_value v;
    str_t key = edit_key(t, RECORD_LICENCE, s->customer);
    name_write_time(t->by->now, now);
    const str_t arg = str_c(now);
    TRY(kv_eval_ro(t->r->kv, t->a, &v, e, str_c(COUNT_SCRIPT), &key, 1, &arg, 1));
    if (v.type != KV_ARRAY || v.count != 2) return err_set(e, RC_STATE_DOWN, NULL);
    s->used = v.items[0].i;
    s->over = v.items[1].items;
    s->over_count = v.items[1].count;
    return RC_OK;
}

/* accounts NULL: all of the organisation. */
static rc_t load(struct edit *t, str_t organisation, const json_t *accounts, struct seats *s,
                 struct err *e)
{
    s->organisation = organisation;
    TRY(find_customer(t, organisation, &s->customer, e));
    TRY(edit_get(t, (struct record_at){RECORD_CUSTOMER, STR_NULL, s->customer}, &s->row, e));
    if (!s->row) return no_customer(s->customer, e);
    s->quota = json_integer_value(json_object_get(s->row, "quota"));
    TRY(count_seats(t, s, e));
    if (!accounts) {
        TRY(edit_list(t, RECORD_LICENCE, s->customer, &s->licences, e));
        return edit_list(t, RECORD_ACCOUNT, organisation, &s->accounts, e);
    }
    TRY(edit_get_many(t, RECORD_LICENCE, s->customer, accounts, &s->licences, e));
    return edit_get_many(t, RECORD_ACCOUNT, organisation, accounts, &s->accounts, e);
}

static json_t *licence_row(struct edit *t, const struct seats *s, const json_t *before, bool active)
{
    char now[NAME_TIME_BYTES + 1], until[NAME_TIME_BYTES + 1];
    json_t *row = json_object();
    name_write_time(t->by->now, now);
    name_write_time(t->by->now + LICENCE_PENDING_SECONDS, until);
    json_put_str(row, "organisation", s->organisation);
    json_put_str(row, "state", active ? STR("active") : STR("revoke_pending"));
    json_put_str(row, "since", str_c(now));
    json_put_str(row, "until", active ? STR_NULL : str_c(until));
    json_put_int(row, "version", record_version(before) + 1);
    return row;
}

/* The word for the row of the answer; queues what changes and keeps count. */
static rc_t change_one(struct edit *t, struct seats *s, str_t account, bool on,
                       enum licence_state *state, const char **word, struct err *e)
{
    const char *id = arena_cstr(t->a, account);
    const json_t *before = json_object_get(s->licences, id);
    enum licence_state had = licence_state_at(before, t->by->now);
    *state = had;
    *word = "unchanged";
    if (!s->fresh && !json_object_get(s->accounts, id)) {
        *word = "no_account";
        *state = LICENCE_INACTIVE; /* what it may be elsewhere is not told here */
        return RC_OK;
    }
    if (on ? had == LICENCE_ACTIVE : had != LICENCE_ACTIVE) return RC_OK;
    if (on && had == LICENCE_INACTIVE) {
        *word = "no_seat";
        if (!WX_MUTANT(QUOTA) && s->used >= s->quota) return RC_OK;
        s->used++;
    }
    json_t *after = licence_row(t, s, before, on);
    json_object_set_new(s->licences, id, after);
    *state = on ? LICENCE_ACTIVE : LICENCE_REVOKE_PENDING;
    *word = on ? "activated" : "deactivated";
    return edit_store(t, (struct record_at){RECORD_LICENCE, s->customer, account}, after, e);
}

/* Pending ones whose time is over are no records any more, unless this change made them active. */
static rc_t sweep(struct edit *t, const struct seats *s, struct err *e)
{
    for (size_t i = 0; i < s->over_count; i++) {
        str_t account = s->over[i].s;
        const json_t *row = json_object_getn(s->licences, account.p ? account.p : "", account.n);
        if (licence_state_at(row, t->by->now) != LICENCE_INACTIVE) continue;
        TRY(edit_store(t, (struct record_at){RECORD_LICENCE, s->customer, account}, NULL, e));
    }
    return RC_OK;
}

struct change {
    str_t organisation;
    const json_t *accounts;
    bool on;
    json_t *rows;     /* out */
    long long *taken; /* of licence_give, else NULL */
};

/* One entry for each hundred, so that the audit of a large customer keeps its past. */
static rc_t write_audit(struct edit *t, const struct change *w, struct err *e)
{
    const char *word = w->on ? "activated" : "deactivated";
    CLEANUP_JSON json_t *list = json_array();
    size_t n = json_array_size(w->rows);
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(w->rows, i);
        if (str_eq(record_text(row, "result"), str_c(word)))
            json_array_append(list, json_object_get(row, "account"));
        if (json_array_size(list) < AUDIT_ROWS && i + 1 < n) continue;
        if (json_array_size(list) == 0) continue;
        CLEANUP_JSON json_t *after = json_object(), *copy = json_copy(list);
        json_object_set(after, word, copy);
        TRY(edit_audit(t, w->organisation, "licences", w->organisation, NULL, after, e));
        json_array_clear(list);
    }
    return RC_OK;
}

static rc_t change_account(struct edit *t, struct seats *s, struct change *w, str_t account,
                           struct err *e)
{
    enum licence_state state;
    const char *word;
    TRY(change_one(t, s, account, w->on, &state, &word, e));
    json_t *row = json_object();
    json_put_str(row, "account", account);
    json_put_str(row, "result", str_c(word));
    json_put_str(row, "state", str_c(licence_word(state)));
    json_array_append_new(w->rows, row);
    return RC_OK;
}

static rc_t change_step(struct edit *t, void *arg, struct err *e)
{
    struct change *w = arg;
    CLEANUP_SEATS struct seats s = {.fresh = w->taken};
    const char *id;
    json_t *row;
    json_array_clear(w->rows);
    TRY(load(t, w->organisation, w->accounts, &s, e));
    long long used = s.used += w->taken ? *w->taken : 0;
    if (w->on && !licence_period_holds(s.row, t->by->now)) {
        err_set(e, RC_FEATURE_DISABLED, "The customer's plan is not in force now.");
        err_field(e, "customer");
        return RC_FEATURE_DISABLED;
    }
    if (!w->accounts) {
        json_object_foreach(s.accounts, id, row)
            TRY(change_account(t, &s, w, arena_str(t->a, str_c(id)), e));
    }
    for (size_t i = 0; i < json_array_size(w->accounts); i++)
        TRY(change_account(t, &s, w, json_text(json_array_get(w->accounts, i)), e));
    if (w->taken) *w->taken += s.used - used;
    if (json_array_size(t->commands) == 0) return RC_OK;
    TRY(sweep(t, &s, e));
    edit_touch(t, w->organisation);
    return write_audit(t, w, e);
}

rc_t licence_change(const struct registry *r, const struct actor *by, str_t organisation,
                    const json_t *accounts, bool on, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *rows = json_array();
    struct change w = {organisation, accounts, on, rows, NULL};
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    if (json_array_size(accounts) > CHANGE_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    for (size_t i = 0; i < json_array_size(accounts); i++)
        TRY(record_check_id(RECORD_LICENCE, json_text(json_array_get(accounts, i)), e));
    TRY(edit_run(r, by, change_step, &w, e));
    *out = json_incref(rows);
    return RC_OK;
}

rc_t licence_give(struct edit *t, str_t organisation, const json_t *accounts, long long *taken,
                  json_t **rows, struct err *e)
{
    CLEANUP_JSON json_t *list = json_array();
    struct change w = {organisation, accounts, true, list, taken};
    TRY(change_step(t, &w, e));
    *rows = json_incref(list);
    return RC_OK;
}

rc_t licence_release(struct edit *t, str_t organisation, str_t account, struct err *e)
{
    struct seats s = {.organisation = organisation};
    struct record_at at = {RECORD_LICENCE, STR_NULL, account};
    CLEANUP_JSON json_t *before = NULL, *after = NULL;
    TRY(find_customer(t, organisation, &at.group, e));
    TRY(edit_get(t, at, &before, e));
    if (licence_state_at(before, t->by->now) != LICENCE_ACTIVE) return RC_OK;
    after = licence_row(t, &s, before, false);
    CLEANUP_JSON json_t *told = json_pack("{s:[o]}", "deactivated", json_from_str(account));
    TRY(edit_store(t, at, after, e));
    return edit_audit(t, organisation, "licences", organisation, NULL, told, e);
}

/* --- looking ---------------------------------------------------------------------------------- */

rc_t licence_list(const struct registry *r, str_t customer, str_t organisation, int64_t now,
                  json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *licences = NULL, *rows = json_array();
    const char *id;
    json_t *row;
    TRY(record_check_id(RECORD_CUSTOMER, customer, e));
    TRY(registry_list(r, RECORD_LICENCE, customer, &licences, e));
    json_object_foreach(licences, id, row)
    {
        enum licence_state state = licence_state_at(row, now);
        if (organisation.n && !str_eq(record_text(row, "organisation"), organisation)) continue;
        if (state == LICENCE_INACTIVE) continue;
        json_t *v = json_object();
        json_put_str(v, "account", str_c(id));
        json_object_set(v, "organisation", json_object_get(row, "organisation"));
        json_put_str(v, "state", str_c(licence_word(state)));
        json_object_set(v, "since", json_object_get(row, "since"));
        json_object_set(v, "until", json_object_get(row, "until"));
        json_array_append_new(rows, v);
    }
    *out = json_incref(rows);
    return RC_OK;
}

static json_t *warn(json_t *list, const char *code)
{
    json_t *v = json_object();
    json_put_str(v, "code", str_c(code));
    json_array_append_new(list, v);
    return v;
}

static void warn_of_period(const json_t *customer, int64_t now, json_t *list)
{
    int64_t from, until;
    bool has_end = name_read_time(record_text(customer, "valid_until"), &until);
    if (json_is_true(json_object_get(customer, "disabled"))) warn(list, "disabled");
    if (name_read_time(record_text(customer, "valid_from"), &from) && now < from)
        warn(list, "not_begun");
    if (has_end && until <= now) warn(list, "ended");
    if (has_end && until > now && until - now <= LICENCE_NOTICE_DAYS * 86400)
        json_put_int(warn(list, "ends"), "days", (until - now + 86399) / 86400);
}

static void warn_of_seats(long long quota, long long used, json_t *list)
{
    if (used > quota)
        json_put_int(warn(list, "over_quota"), "seats", used - quota);
    else if (used == quota && quota > 0)
        warn(list, "no_seat_left");
    else if (quota > 0 && (quota - used) * 10 <= quota)
        json_put_int(warn(list, "few_seats_left"), "seats", quota - used);
}

static int by_time(const void *x, const void *y)
{
    return str_cmp(*(const str_t *) x, *(const str_t *) y);
}

/* [{at, seats}]: pending ones by the time they end. */
static rc_t count_frees(const json_t *licences, int64_t now, struct arena *a, json_t **out,
                        struct err *e)
{
    const char *id;
    json_t *row, *list = json_array();
    size_t n = 0;
    str_t *times = ARENA_ARRAY(a, json_object_size(licences) + 1, str_t);
    *out = list;
    if (!times) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) licences, id, row)
    {
        if (licence_state_at(row, now) == LICENCE_REVOKE_PENDING)
            times[n++] = record_text(row, "until");
    }
    qsort(times, n, sizeof *times, by_time);
    for (size_t i = 0, same; i < n; i += same) {
        for (same = 1; i + same < n && str_eq(times[i], times[i + same]);)
            same++;
        json_t *v = json_object();
        json_put_str(v, "at", times[i]);
        json_put_int(v, "seats", (long long) same);
        json_array_append_new(list, v);
    }
    return RC_OK;
}

rc_t licence_forecast(const struct registry *r, str_t customer, int64_t now, json_t **out,
                      struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
    CLEANUP_JSON json_t *row = NULL, *licences = NULL, *v = json_object(), *frees = NULL;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(registry_get(r, (struct record_at){RECORD_CUSTOMER, STR_NULL, customer}, &row, e));
    if (!row) return no_customer(customer, e);
    TRY(registry_list(r, RECORD_LICENCE, customer, &licences, e));
    TRY(count_frees(licences, now, a, &frees, e));
    long long quota = json_integer_value(json_object_get(row, "quota")), pending = 0;
    long long used = count_used(licences, now);
    for (size_t i = 0; i < json_array_size(frees); i++)
        pending += json_integer_value(json_object_get(json_array_get(frees, i), "seats"));
    json_t *warnings = json_array();
    warn_of_period(row, now, warnings);
    warn_of_seats(quota, used, warnings);
    json_put_str(v, "customer", customer);
    json_put_int(v, "quota", quota);
    json_put_int(v, "active", used - pending);
    json_put_int(v, "revoke_pending", pending);
    json_put_int(v, "used", used);
    json_put_int(v, "free", used < quota ? quota - used : 0);
    json_object_set(v, "frees", frees);
    json_object_set(v, "valid_from", json_object_get(row, "valid_from"));
    json_object_set(v, "valid_until", json_object_get(row, "valid_until"));
    json_object_set_new(v, "warnings", warnings);
    *out = json_incref(v);
    return RC_OK;
}
