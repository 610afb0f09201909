/* The list of what an organisation's authority revoked. */
#include <string.h>

#include "base/b64.h"
#include "crypto/issue.h"
#include "policy/authority_parts.h"
#include "policy/name.h"

enum { SECONDS_A_DAY = 86400, SWEPT_AFTER = 7 * SECONDS_A_DAY, TRIES = 100 };

/* --- making ----------------------------------------------------------------------------------- */

/* "revoked": counts revocations; "listed": how many of them the list holds. */
static str_t count_key(struct edit *t, const char *what, str_t organisation)
{
    return arena_printf(t->a, "%.*s:o:ver:%s:%.*s", STR_ARG(t->r->config->instance), what,
                        STR_ARG(organisation));
}

void authority_list_outdate(struct edit *t, str_t organisation)
{
    EDIT_COMMAND(t, STR("INCR"), count_key(t, "revoked", organisation));
}

struct publish {
    const struct agent *agent;
    str_t organisation;
    bool only_due, made, again;
    json_t *swept; /* serials */
};

/* KEYS: lists, authorities, issued, count of what is listed. ARGV: name of the list, list as read
 * ("": none), organisation, its authority's record as read, new list, serials to sweep as JSON,
 * count. */
static const char STORE_SCRIPT[] =
    "if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end\n"
    "if redis.call('HGET', KEYS[2], ARGV[3]) ~= ARGV[4] then return 0 end\n"
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])\n"
    "redis.call('SET', KEYS[4], ARGV[7])\n"
    "for _, id in ipairs(cjson.decode(ARGV[6])) do redis.call('HDEL', KEYS[3], id) end\n"
    "return 1\n";

/* In this order: the authority, the list, the count, then (by the caller) what was issued: where
 * authority and list are the same afterwards, no revocation of an earlier list is missed. */
rc_t authority_list_state(struct edit *t, str_t organisation, struct list_state *out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    struct kv_value v[4];
    struct list_state s = {0};
    str_t instance = t->r->config->instance;
    TRY(KV_CMD(t->r->kv, t->a, &v[0], e, STR("HGET"), edit_key(t, RECORD_AUTHORITY, STR_NULL),
               organisation));
    if (v[0].type != KV_STR) return authority_none(e);
    s.authority = v[0].s;
    TRY(record_parse(RECORD_AUTHORITY, s.authority, &row, e));
    s.name = authority_list_name(t->a, organisation, record_text(row, "key"));
    const str_t list[] = {STR("HGET"), authority_lists_key(t->a, instance), s.name};
    const str_t revoked[] = {STR("GET"), count_key(t, "revoked", organisation)};
    const str_t listed[] = {STR("GET"), count_key(t, "listed", organisation)};
    const str_t issued[] = {STR("HLEN"), edit_key(t, RECORD_ISSUED, organisation)};
    const struct kv_call calls[] = {{list, 3}, {revoked, 2}, {listed, 2}, {issued, 2}};
    TRY(kv_pipeline(t->r->kv, t->a, calls, 4, v, e));
    s.was = v[0].type == KV_STR ? v[0].s : STR("");
    s.revoked = v[1].type == KV_STR ? v[1].s : STR("0");
    s.listed = v[2].type == KV_STR ? v[2].s : STR("0");
    s.issued = v[3].i;
    if (s.was.n) TRY(authority_list_parse(s.was, t->a, &s.last, e));
    *out = s;
    return RC_OK;
}

/* Revoked ones of the rows; what ended long ago is in no list any more and leaves the registry. */
static rc_t take_revoked(struct edit *t, const json_t *issued, json_t *swept,
                         struct issue_revoked *out, size_t *count, struct err *e)
{
    const char *serial;
    json_t *row;
    *count = 0;
    json_object_foreach((json_t *) issued, serial, row)
    {
        int64_t until, at;
        if (!name_read_time(record_text(row, "until"), &until))
            return err_set(e, RC_DAMAGED, "A stored certificate is damaged.");
        if (until + SWEPT_AFTER < t->by->now) {
            if (swept) json_array_append_new(swept, json_string(serial));
            continue;
        }
        if (!name_read_time(record_text(row, "revoked_at"), &at)) continue;
        int reason = issue_reason(record_text(row, "reason"));
        out[(*count)++] =
            (struct issue_revoked){arena_str(t->a, str_c(serial)), at, reason > 0 ? reason : 0};
    }
    return RC_OK;
}

static rc_t write_list(struct edit *t, const struct issue_list *in, str_t der, bool last,
                       str_t *text, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(AUTHORITY_LIST_MAX);
    CLEANUP_JSON json_t *row = json_object();
    char at[NAME_TIME_BYTES + 1], next[NAME_TIME_BYTES + 1];
    name_write_time(in->at, at);
    name_write_time(in->next, next);
    json_put_int(row, "number", in->number);
    json_put_str(row, "at", str_c(at));
    json_put_str(row, "next", str_c(next));
    json_put_str(row, "der", b64_encode(t->a, der));
    if (last) {
        json_put_str(row, "issuer", b64_encode(t->a, cert_der(in->authority)));
        json_put_bool(row, "last", true);
    }
    if (!json_write(row, &b)) return err_set(e, RC_TOO_LARGE, NULL);
    *text = arena_str(t->a, buf_view(&b));
    return str_is_null(*text) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

rc_t authority_list_sign(struct edit *t, const struct list_order *o, json_t *swept, str_t *text,
                         struct err *e)
{
    str_t tbs, der;
    size_t n;
    struct issue_revoked *revoked =
        ARENA_ARRAY(t->a, json_object_size(o->issued) + 1, struct issue_revoked);
    if (!revoked) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(take_revoked(t, o->issued, swept, revoked, &n, e));
    int64_t now = t->by->now, number = o->state->last.number;
    const struct issue_list in = {.authority = o->authority->cert,
                                  .number = number < now ? now : number + 1,
                                  .at = now,
                                  .next = o->next,
                                  .revoked = revoked,
                                  .count = n};
    TRY(issue_list(&in, t->a, &tbs, e));
    TRY(agent_issue(o->agent, &o->authority->key, tbs, t->a, &der, e));
    return write_list(t, &in, der, o->last, text, e);
}

static rc_t store(struct edit *t, struct publish *w, const struct list_state *s, str_t text,
                  struct err *e)
{
    CLEANUP_BUF struct buf swept = BUF_INIT(AUTHORITY_LIST_MAX);
    struct kv_value v;
    if (!json_write(w->swept, &swept)) return err_set(e, RC_TOO_LARGE, NULL);
    const str_t keys[] = {
        authority_lists_key(t->a, t->r->config->instance), edit_key(t, RECORD_AUTHORITY, STR_NULL),
        edit_key(t, RECORD_ISSUED, w->organisation), count_key(t, "listed", w->organisation)};
    const str_t args[] = {s->name, s->was,           w->organisation, s->authority,
                          text,    buf_view(&swept), s->revoked};
    TRY(kv_eval(t->r->kv, t->a, &v, e, str_c(STORE_SCRIPT), keys, 4, args, 7));
    w->made = v.type == KV_INT && v.i == 1;
    w->again = !w->made;
    return RC_OK;
}

static bool is_due(const struct list_state *s, int64_t now)
{
    return !s->was.n || s->last.last || s->last.at + AUTHORITY_LIST_AGE <= now ||
           !str_eq(s->listed, s->revoked);
}

static rc_t publish_step(struct edit *t, void *arg, struct err *e)
{
    struct publish *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *issued = NULL, *swept = json_array();
    struct list_state s;
    str_t text;
    w->made = w->again = false;
    w->swept = swept;
    TRY(authority_list_state(t, w->organisation, &s, e));
    TRY(authority_open(t, w->organisation, true, &u, e));
    if (w->only_due && !is_due(&s, t->by->now)) return RC_OK;
    TRY(edit_list(t, RECORD_ISSUED, w->organisation, &issued, e));
    const struct list_order o = {.agent = w->agent,
                                 .authority = &u,
                                 .state = &s,
                                 .issued = issued,
                                 .next =
                                     t->by->now + AUTHORITY_LIST_DAYS * (int64_t) SECONDS_A_DAY};
    TRY(authority_list_sign(t, &o, swept, &text, e));
    return store(t, w, &s, text, e);
}

rc_t authority_list_publish(const struct registry *r, const struct actor *by,
                            const struct agent *agent, str_t organisation, bool only_due,
                            bool *made, struct err *e)
{
    struct publish w = {.agent = agent, .organisation = organisation, .only_due = only_due};
    TRY(authority_need_agent(agent, e));
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(authority_lists_adopt(r, e));
    for (int i = 0; i < TRIES; i++) {
        TRY(edit_look(r, by, publish_step, &w, e));
        if (w.again) continue; /* another list of this authority was faster */
        if (made) *made = w.made;
        return RC_OK;
    }
    return err_set(e, RC_BUSY, "Others keep changing the authority. Please try again.");
}
