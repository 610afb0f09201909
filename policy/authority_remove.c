/* The end of an organisation's authority: its last list goes on without it. */
#include "policy/asking.h"
#include "policy/authority_parts.h"
#include "policy/name.h"

enum { TRIES = 50, ARENA_MAX = 64 << 20, SECONDS_A_DAY = 86400, ABOVE = 3600 };

struct removal {
    const struct agent *agent;
    str_t organisation;
    struct arena *a; /* of one try; holds what follows */
    struct list_state state;
    str_t text, version; /* last list, null: none is needed */
    bool again;
};

void authority_forget(struct edit *t, str_t organisation)
{
    EDIT_COMMAND(t, STR("HDEL"), edit_key(t, RECORD_AUTHORITY, STR_NULL), organisation);
    EDIT_COMMAND(t, STR("DEL"), edit_key(t, RECORD_ISSUED, organisation));
    EDIT_COMMAND(t, STR("DEL"), authority_list_before(t->a, t->r->config->instance, organisation));
    EDIT_COMMAND(t, STR("DEL"), authority_sealed_key(t, organisation));
    EDIT_COMMAND(t, STR("DEL"), asking_key(t->a, t->r->config->instance, organisation));
}

/* --- what is still out there ------------------------------------------------------------------ */

/* *valid: how many hold; *ends: when the last of all ends, revoked ones too (0: all have). */
static rc_t count(struct edit *t, const json_t *issued, long long *valid, int64_t *ends,
                  struct err *e)
{
    const char *serial;
    json_t *row;
    *valid = *ends = 0;
    json_object_foreach((json_t *) issued, serial, row)
    {
        int64_t until;
        if (!name_read_time(record_text(row, "until"), &until))
            return err_set(e, RC_DAMAGED, "A stored certificate is damaged.");
        if (until <= t->by->now) continue;
        *valid += !record_text(row, "revoked_at").n;
        if (until > *ends) *ends = until;
    }
    return RC_OK;
}

rc_t authority_list_drop(struct edit *t, str_t organisation, str_t key, struct err *e)
{
    str_t lists = authority_lists_key(t->a, t->r->config->instance);
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), lists, organisation));
    EDIT_COMMAND(t, STR("HDEL"), lists, authority_list_name(t->a, organisation, key));
    if (v.type == KV_STR && str_eq(v.s, key)) EDIT_COMMAND(t, STR("HDEL"), lists, organisation);
    return RC_OK;
}

rc_t authority_judge_end(struct edit *t, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *issued = NULL, *row = NULL;
    long long valid;
    int64_t ends;
    TRY(edit_get(t, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &row, e));
    if (!row) return RC_OK;
    TRY(edit_list(t, RECORD_ISSUED, organisation, &issued, e));
    TRY(count(t, issued, &valid, &ends, e));
    if (!ends)
        return authority_list_drop(t, organisation, arena_str(t->a, record_text(row, "key")), e);
    err_set(e, RC_CONFLICT, "Its authority has to sign a last list first: remove that before.");
    err_field(e, "authority");
    return RC_CONFLICT;
}

/* --- removing --------------------------------------------------------------------------------- */

static rc_t version_of(struct edit *t, str_t organisation, struct arena *a, str_t *out,
                       struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("GET"),
               arena_printf(t->a, "%.*s:o:ver:%.*s", STR_ARG(t->r->config->instance),
                            STR_ARG(organisation))));
    *out = arena_str(a, v.type == KV_STR ? v.s : STR("0"));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t judge_kept(struct edit *t, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    TRY(authority_lists_kept(t->r, organisation, &rows, e));
    if (json_array_size(rows) < AUTHORITY_KEPT_MAX) return RC_OK;
    err_set(e, RC_CONFLICT, "Lists of %d authorities before are served still.", AUTHORITY_KEPT_MAX);
    err_field(e, "lists");
    return RC_CONFLICT;
}

static rc_t sign_last(struct edit *t, struct removal *w, const struct authority *u,
                      const json_t *issued, int64_t ends, struct err *e)
{
    int64_t week = t->by->now + AUTHORITY_LIST_DAYS * (int64_t) SECONDS_A_DAY;
    struct list_state above = w->state;
    const struct list_order o = {.agent = w->agent,
                                 .authority = u,
                                 .state = &above,
                                 .issued = issued,
                                 .next = ends > week ? ends : week,
                                 .last = true};
    str_t text;
    /* Others may be published before this one is stored, until the last of all tries: above all of
     * those, which count by their time or by one. */
    if (above.last.number < t->by->now) above.last.number = t->by->now;
    above.last.number += ABOVE;
    TRY(authority_need_agent(w->agent, e));
    TRY(judge_kept(t, w->organisation, e));
    TRY(authority_list_sign(t, &o, NULL, &text, e));
    w->text = arena_str(w->a, text);
    return str_is_null(w->text) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* Everything slow: what was issued is read, the last list is signed. */
static rc_t look_step(struct edit *t, void *arg, struct err *e)
{
    struct removal *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *issued = NULL;
    struct list_state *s = &w->state;
    long long valid;
    int64_t ends;
    TRY(version_of(t, w->organisation, w->a, &w->version, e));
    TRY(authority_list_state(t, w->organisation, s, e));
    TRY(edit_list(t, RECORD_ISSUED, w->organisation, &issued, e));
    TRY(count(t, issued, &valid, &ends, e));
    if (valid > 0) {
        err_set(e, RC_CONFLICT, "Certificates of it still hold (%lld); revoke those first.", valid);
        err_field(e, "issued");
        return RC_CONFLICT;
    }
    s->name = arena_str(w->a, s->name);
    s->was = arena_str(w->a, s->was);
    s->authority = arena_str(w->a, s->authority);
    s->revoked = arena_str(w->a, s->revoked);
    if (str_is_null(s->revoked)) return err_set(e, RC_NO_MEMORY, NULL);
    if (!ends) return RC_OK;
    TRY(authority_open(t, w->organisation, true, &u, e));
    return sign_last(t, w, &u, issued, ends, e);
}

static bool is_same(const struct list_state *x, const struct list_state *y)
{
    return str_eq(x->name, y->name) && str_eq(x->was, y->was) &&
           str_eq(x->authority, y->authority) && str_eq(x->revoked, y->revoked) &&
           x->issued == y->issued;
}

static rc_t remove_step(struct edit *t, void *arg, struct err *e)
{
    struct removal *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    struct list_state now;
    str_t version;
    TRY(version_of(t, w->organisation, t->a, &version, e));
    TRY(authority_list_state(t, w->organisation, &now, e));
    w->again = !str_eq(version, w->version) || !is_same(&now, &w->state);
    if (w->again) return RC_OK;
    TRY(authority_open(t, w->organisation, false, &u, e));
    str_t root = arena_str(t->a, cert_fingerprint(u.cert));
    TRY(edit_store(t, (struct record_at){RECORD_ROOT, w->organisation, root}, NULL, e));
    TRY(edit_audit(t, w->organisation, "authority", w->organisation, u.row, NULL, e));
    authority_forget(t, w->organisation);
    if (str_is_null(w->text))
        TRY(authority_list_drop(t, w->organisation, arena_str(t->a, record_text(u.row, "key")), e));
    else
        EDIT_COMMAND(t, STR("HSET"), authority_lists_key(t->a, t->r->config->instance), now.name,
                     w->text);
    edit_touch(t, w->organisation);
    return RC_OK;
}

static rc_t attempt(const struct registry *r, const struct actor *by, struct removal *w,
                    struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_MAX);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    w->a = a;
    w->text = STR_NULL;
    TRY(edit_look(r, by, look_step, w, e));
    return edit_run(r, by, remove_step, w, e);
}

rc_t authority_remove(const struct registry *r, const struct actor *by, const struct agent *agent,
                      str_t organisation, struct err *e)
{
    struct removal w = {.agent = agent, .organisation = organisation};
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(authority_lists_adopt(r, e));
    for (int i = 0; i < TRIES; i++) {
        TRY(attempt(r, by, &w, e));
        if (!w.again) return RC_OK;
    }
    return err_set(e, RC_BUSY, "Others keep changing the authority. Please try again.");
}
