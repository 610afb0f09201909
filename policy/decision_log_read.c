/* The log of decisions, read: searched entry by entry from the newest on, a part of the stream at a
 * time. Nothing else is kept of it, so that no index has to hold what the stream forgot. */
#include <stdlib.h>
#include <time.h>

#include "policy/caseless.h"
#include "policy/decision_json.h"
#include "policy/decision_log.h"

enum { CHUNK = 100, CHUNK_BYTES = 64 << 20, ID_MAX = 40, DAY = 86400 };

enum field {
#define X(name, what) FIELD_##name,
    DECISION_LOG_FIELD_TABLE(X)
#undef X
        FIELD_COUNT
};
/* An entry as Redis has it. */
struct found {
    str_t id, field[FIELD_COUNT];
};

static str_t key_of(const struct config *config, struct arena *a, str_t organisation)
{
    return arena_printf(a, "%.*s:log:%.*s", STR_ARG(config->instance), STR_ARG(organisation));
}

static bool read_entry(const struct kv_value *v, struct found *out)
{
    static const str_t NAMES[] = {
#define X(name, what) STR_INIT(#name),
        DECISION_LOG_FIELD_TABLE(X)
#undef X
    };
    *out = (struct found){.id = STR_NULL};
    if (v->type != KV_ARRAY || v->count != 2 || v->items[0].type != KV_STR ||
        v->items[1].type != KV_ARRAY)
        return false;
    out->id = v->items[0].s;
    const struct kv_value *list = v->items[1].items;
    for (size_t i = 0; i + 1 < v->items[1].count; i += 2)
        for (int f = 0; f < FIELD_COUNT; f++)
            if (str_eq(list[i].s, NAMES[f])) out->field[f] = list[i + 1].s;
    return true;
}

/* --- which are wanted --------------------------------------------------------------------------
 */

static str_t without_brackets(str_t id)
{
    id = str_trim(id);
    return id.n >= 2 && id.p[0] == '<' && id.p[id.n - 1] == '>' ? str_sub(id, 1, id.n - 1) : id;
}

static bool has_word(str_t words, str_t word)
{
    str_t one;
    while (str_cut(words, ' ', &one, &words) || one.n)
        if (str_eq(one, word)) return true;
    return false;
}

static bool is_wanted(const struct found *x, const struct decision_log_query *q)
{
    const str_t *f = x->field;
    if (q->status.n && !str_eq(f[FIELD_status], q->status) && !str_eq(f[FIELD_outcome], q->status))
        return false;
    if (q->direction.n && !has_word(f[FIELD_direction], q->direction)) return false;
    if (q->rule.n && !has_word(f[FIELD_rules], q->rule)) return false;
    if (q->address.n && str_find(f[FIELD_from], q->address) < 0 &&
        str_find(f[FIELD_recipients], q->address) < 0)
        return false;
    return !q->message_id.n || str_eq(without_brackets(f[FIELD_message_id]), q->message_id);
}

static bool is_id(str_t s)
{
    size_t digits = 0, parts = 1;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '-' && digits > 0 && parts == 1 && i + 1 < s.n)
            parts = 2;
        else if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        else
            digits++;
    }
    return s.n > 0 && s.n <= ID_MAX && digits > 0;
}

static bool is_status(str_t s)
{
    for (int k = OUTCOME_DELIVER; k <= OUTCOME_QUARANTINE; k++)
        if (str_eq(s, decision_outcome_word((enum decision_outcome) k))) return true;
    for (int k = 0; k < DECISION_STATUSES; k++)
        if (str_eq(s, decision_status_code((enum decision_status) k))) return true;
    return false;
}

/* As it is compared; in the arena. */
static rc_t tidy(const struct decision_log_query *in, struct arena *a,
                 struct decision_log_query *out, struct err *e)
{
    struct decision_log_query q = *in;
    bool way = false;
    for (int k = PASS_OUTBOUND; k <= PASS_INTERNAL; k++)
        way = way || str_eq(q.direction, decision_pass_word((enum pass_kind) k));
    if (q.limit < 1 || q.limit > DECISION_LOG_PAGE_MAX)
        return err_invalid(e, "limit", "A number from 1 to 500 is expected.");
    if (q.status.n && !is_status(q.status))
        return err_invalid(e, "status", "An outcome or an enhanced status code is expected.");
    if (q.direction.n && !way)
        return err_invalid(e, "direction", "outbound, inbound or internal is expected.");
    if (q.before.n && !is_id(q.before))
        return err_invalid(e, "before_id", "The id of an entry is expected.");
    if (q.from < 0 || q.until < 0 || q.from > INT64_MAX / 2000 || q.until > INT64_MAX / 2000)
        return err_invalid(e, q.from < 0 ? "from" : "until", "A time is expected.");
    q.message_id = without_brackets(q.message_id);
    q.address = caseless_lower(a, str_trim(q.address));
    if (!q.address.p) return err_set(e, RC_NO_MEMORY, NULL);
    *out = q;
    return RC_OK;
}

/* --- as JSON -----------------------------------------------------------------------------------
 */

static json_t *words_json(str_t words)
{
    json_t *list = json_array();
    str_t one;
    while (str_cut(words, ' ', &one, &words) || one.n)
        if (one.n) json_array_append_new(list, json_from_str(one));
    return list;
}

static long long number(str_t s)
{
    long long n = 0;
    for (size_t i = 0; i < s.n && i < 18 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        n = n * 10 + (s.p[i] - '0');
    return n;
}

static json_t *time_json(str_t id)
{
    time_t t = (time_t) (number(id) / 1000);
    struct tm tm;
    char text[32] = "";
    if (gmtime_r(&t, &tm)) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

static json_t *groups_of(const struct found *x)
{
    json_t *v = json_loadb(x->field[FIELD_groups].p ? x->field[FIELD_groups].p : "",
                           x->field[FIELD_groups].n, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_array(v)) return v;
    json_decref(v);
    return json_array();
}

static json_t *entry_json(const struct found *x, bool whole)
{
    const str_t *f = x->field;
    json_t *v = json_object(), *groups = groups_of(x);
    const json_t *first = json_array_get(groups, 0);
    json_t *rule = json_object_get(first, "rule"), *actions = json_object_get(first, "actions");
    json_put_str(v, "id", x->id);
    json_object_set_new(v, "at", time_json(x->id));
    json_put_str(v, "message_id", f[FIELD_message_id]);
    json_put_str(v, "source", f[FIELD_source]);
    json_put_str(v, "direction", f[FIELD_direction]);
    json_put_str(v, "from", f[FIELD_from]);
    json_object_set_new(v, "recipients", words_json(f[FIELD_recipients]));
    json_put_int(v, "count", number(f[FIELD_count]));
    json_put_str(v, "outcome", f[FIELD_outcome]);
    json_put_str(v, "status", f[FIELD_status]);
    json_object_set_new(v, "rule", rule ? json_incref(rule) : json_null());
    json_object_set_new(v, "rules", words_json(f[FIELD_rules]));
    json_put_int(v, "version", number(f[FIELD_version]));
    json_object_set_new(v, "actions", actions ? json_incref(actions) : json_object());
    if (whole)
        json_object_set_new(v, "groups", groups);
    else
        json_decref(groups);
    return v;
}

/* --- questions ---------------------------------------------------------------------------------
 */

struct search {
    struct kv *kv;
    struct decision_log_query q;
    str_t key, start;
    char end[ID_MAX + 2]; /* of the next part: with "(" it is not in it any more */
    json_t *entries;
    bool more, over;
};

static rc_t search_part(struct search *s, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(CHUNK_BYTES);
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(s->kv, a, &v, e, STR("XREVRANGE"), s->key, str_c(s->end), s->start, STR("COUNT"),
               arena_printf(a, "%d", CHUNK)));
    s->over = v.type != KV_ARRAY || v.count < CHUNK;
    for (size_t i = 0; v.type == KV_ARRAY && i < v.count; i++) {
        struct found x;
        if (!read_entry(&v.items[i], &x)) continue;
        snprintf(s->end, sizeof s->end, "(%.*s", (int) (x.id.n < ID_MAX ? x.id.n : ID_MAX), x.id.p);
        if (!is_wanted(&x, &s->q)) continue;
        if (json_array_size(s->entries) >= s->q.limit) {
            s->more = s->over = true;
            return RC_OK;
        }
        if (json_array_append_new(s->entries, entry_json(&x, false)) != 0)
            return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

rc_t decision_log_find(struct kv *kv, const struct config *config, str_t organisation,
                       const struct decision_log_query *q, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_JSON json_t *entries = json_array();
    struct search s = {.kv = kv, .entries = entries};
    if (!a || !entries) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(tidy(q, a, &s.q, e));
    s.key = key_of(config, a, organisation);
    s.start = s.q.from ? arena_printf(a, "%lld", (long long) s.q.from * 1000) : STR("-");
    if (!s.key.p || !s.start.p) return err_set(e, RC_NO_MEMORY, NULL);
    if (s.q.before.n)
        snprintf(s.end, sizeof s.end, "(%.*s", STR_ARG(s.q.before));
    else if (s.q.until)
        snprintf(s.end, sizeof s.end, "%lld", (long long) s.q.until * 1000 + 999);
    else
        snprintf(s.end, sizeof s.end, "+");
    while (!s.over)
        TRY(search_part(&s, e));
    json_t *answer = json_object();
    if (!answer) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_set(answer, "entries", entries);
    json_put_bool(answer, "more", s.more);
    *out = answer;
    return RC_OK;
}

rc_t decision_log_get(struct kv *kv, const struct config *config, str_t organisation, int64_t since,
                      str_t id, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(CHUNK_BYTES);
    struct kv_value v;
    struct found x;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (!is_id(id)) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(KV_CMD(kv, a, &v, e, STR("XRANGE"), key_of(config, a, organisation), id, id));
    if (v.type != KV_ARRAY || v.count != 1 || !read_entry(&v.items[0], &x))
        return err_set(e, RC_NOT_FOUND, NULL);
    if (number(x.id) / 1000 < since) return err_set(e, RC_NOT_FOUND, NULL);
    *out = entry_json(&x, true);
    return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static json_t *day_json(const struct kv_value *v, time_t day)
{
    static const char *const NAMES[] = {
#define X(name) #name,
        DECISION_STAT_TABLE(X)
#undef X
    };
    struct tm tm;
    char text[16] = "";
    json_t *out = json_object();
    if (gmtime_r(&day, &tm)) strftime(text, sizeof text, "%Y-%m-%d", &tm);
    json_object_set_new(out, "day", json_string(text));
    for (size_t n = 0; n < sizeof NAMES / sizeof *NAMES; n++) {
        long long count = 0;
        for (size_t i = 0; v->type == KV_ARRAY && i + 1 < v->count; i += 2)
            if (str_eq(v->items[i].s, str_c(NAMES[n]))) count = number(v->items[i + 1].s);
        json_put_int(out, NAMES[n], count);
    }
    return out;
}

rc_t decision_log_days(struct kv *kv, const struct config *config, str_t organisation,
                       int64_t since, int64_t now, unsigned days, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    CLEANUP_JSON json_t *list = json_array();
    if (!a || !list) return err_set(e, RC_NO_MEMORY, NULL);
    if (days < 1 || days > DECISION_STAT_DAYS)
        return err_invalid(e, "days", "A number of days from 1 to 400 is expected.");
    struct kv_call *calls = ARENA_ARRAY(a, days, struct kv_call);
    struct kv_value *values = ARENA_ARRAY(a, days, struct kv_value);
    str_t *argv = ARENA_ARRAY(a, 2 * (size_t) days, str_t);
    if (!calls || !values || !argv) return err_set(e, RC_NO_MEMORY, NULL);
    for (unsigned i = 0; i < days; i++) {
        time_t day = (time_t) (now - (int64_t) (days - 1 - i) * DAY);
        struct tm tm;
        char text[16] = "";
        if (gmtime_r(&day, &tm)) strftime(text, sizeof text, "%Y%m%d", &tm);
        argv[2 * i] = STR("HGETALL");
        argv[2 * i + 1] = arena_printf(a, "%.*s:stat:%.*s:%s", STR_ARG(config->instance),
                                       STR_ARG(organisation), text);
        if (!argv[2 * i + 1].p) return err_set(e, RC_NO_MEMORY, NULL);
        calls[i] = (struct kv_call){&argv[2 * i], 2};
    }
    TRY(kv_pipeline(kv, a, calls, days, values, e));
    for (unsigned i = 0; i < days; i++) {
        int64_t day = now - (int64_t) (days - 1 - i) * DAY;
        if (day - day % DAY < since) values[i].type = KV_NIL;
        json_array_append_new(list, day_json(&values[i], (time_t) day));
    }
    *out = json_incref(list);
    return RC_OK;
}
