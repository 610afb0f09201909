#include "policy/rotate.h"

#include <string.h>

#include "base/b64.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"

enum { KEY_BYTES = 1 << 20, LIST_BYTES = 256 << 20, FAULTS_TOLD = 100 };

struct turn {
    const struct registry *r;
    const struct actor *by;
    const struct agent *agent;
    const struct rotation *in;
    str_t master; /* id of the newest */
    size_t done, of;
    bool stopped;
    rc_t down; /* the agent or Redis went away */
};

/* One organisation at work. */
struct shelf {
    struct turn *t;
    str_t organisation;
    json_t *mailboxes; /* key → address */
    json_t *report, *faults;
    long long keys, current, resealed, left;
};

/* One key, from its old form to the new one. */
struct change {
    struct agent_key key;
    str_t stored, next; /* in base64 */
    bool written;
};

/* --- what is there ---------------------------------------------------------------------------- */

static rc_t add_mailboxes(struct shelf *s, enum record_kind kind, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    TRY(registry_list(s->t->r, kind, s->organisation, &rows, e));
    json_object_foreach(rows, id, row)
    {
        str_t address, rest, key = record_text(row, "key");
        if (kind == RECORD_REQUEST) {
            json_object_set(s->mailboxes, id, json_object_get(row, "address"));
        } else if (key.n) {
            str_cut(str_c(id), ' ', &address, &rest);
            json_object_setn_new(s->mailboxes, key.p, key.n, json_from_str(address));
        }
    }
    return RC_OK;
}

static str_t hash_of(struct edit *t, str_t organisation, enum agent_purpose purpose)
{
    return purpose == AGENT_AUTHORITY ? authority_sealed_key(t, organisation)
                                      : certificate_sealed_key(t, organisation);
}

static rc_t list_keys(struct shelf *s, enum agent_purpose purpose, struct arena *a,
                      struct kv_value *out, struct err *e)
{
    struct edit t = {.r = s->t->r, .a = a};
    return KV_CMD(s->t->r->kv, a, out, e, STR("HKEYS"), hash_of(&t, s->organisation, purpose));
}

/* --- one key ---------------------------------------------------------------------------------- */

static rc_t read_key(struct shelf *s, struct change *c, struct arena *a, bool *there, struct err *e)
{
    struct edit t = {.r = s->t->r, .a = a};
    struct kv_value v;
    TRY(KV_CMD(s->t->r->kv, a, &v, e, STR("HGET"), hash_of(&t, s->organisation, c->key.purpose),
               c->key.id));
    *there = v.type == KV_STR;
    if (!*there) return RC_OK; /* removed meanwhile */
    c->stored = v.s;
    if (b64_decode(a, v.s, &c->key.sealed)) return RC_OK;
    return err_set(e, RC_DAMAGED, "What is stored is no sealed key.");
}

/* Sealed anew, and what came of it opened for the same place. */
static rc_t seal_anew(struct shelf *s, struct change *c, struct arena *a, struct err *e)
{
    struct agent_key made = c->key;
    str_t again;
    const struct agent *g = s->t->agent;
    TRY(agent_reseal(g, &c->key, c->key.mailbox, a, &made.sealed, e));
    TRY(agent_reseal(g, &made, made.mailbox, a, &again, e));
    if (!str_eq(agent_sealed_with(made.sealed, a), s->t->master))
        return err_set(e, RC_INTERNAL, "The agent sealed it with another master key.");
    c->next = b64_encode(a, made.sealed);
    return c->next.n ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

struct write {
    struct shelf *s;
    struct change *c;
};

static rc_t write_step(struct edit *t, void *arg, struct err *e)
{
    struct write *w = arg;
    struct kv_value v;
    str_t hash = hash_of(t, w->s->organisation, w->c->key.purpose);
    CLEANUP_JSON json_t *after = json_object();
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), hash, w->c->key.id));
    w->c->written = v.type == KV_STR && str_eq(v.s, w->c->stored);
    if (!w->c->written) return RC_OK; /* somebody else was faster; it is looked at the next time */
    EDIT_COMMAND(t, STR("HSET"), hash, w->c->key.id, w->c->next);
    json_put_str(after, "master", w->s->t->master);
    return edit_audit(t, w->s->organisation, "key", w->c->key.id, NULL, after, e);
}

static void add_fault(struct shelf *s, const struct change *c, const struct err *e)
{
    if (json_array_size(s->faults) >= FAULTS_TOLD) return;
    json_t *v = json_object();
    json_put_str(v, "key", c->key.id);
    json_put_str(v, "address", c->key.mailbox.n ? c->key.mailbox : STR_NULL);
    json_put_str(v, "code", str_c(err_word(e->code)));
    json_put_str(v, "message", str_c(e->message));
    json_array_append_new(s->faults, v);
}

/* Its mailbox, which the seal is bound to. */
static rc_t find_place(struct shelf *s, struct change *c, struct err *e)
{
    c->key.mailbox = STR("");
    if (c->key.purpose == AGENT_AUTHORITY) return RC_OK;
    c->key.mailbox = json_text(json_object_getn(s->mailboxes, c->key.id.p, c->key.id.n));
    return c->key.mailbox.n ? RC_OK
                            : err_set(e, RC_NOT_FOUND, "No certificate and no request names it.");
}

static rc_t turn_key(struct shelf *s, struct change *c, struct arena *a, struct err *e)
{
    bool there;
    TRY(read_key(s, c, a, &there, e));
    if (!there) return RC_OK;
    s->keys++;
    if (str_eq(agent_sealed_with(c->key.sealed, a), s->t->master)) {
        s->current++;
        return RC_OK;
    }
    s->left++;
    TRY(find_place(s, c, e));
    if (s->t->in->check || s->t->stopped) return RC_OK;
    TRY(seal_anew(s, c, a, e));
    struct write w = {s, c};
    TRY(edit_run(s->t->r, s->t->by, write_step, &w, e));
    s->resealed += c->written;
    s->left -= c->written;
    return RC_OK;
}

static void turn_one(struct shelf *s, enum agent_purpose purpose, str_t id)
{
    CLEANUP_ARENA struct arena *a = arena_new_secret(KEY_BYTES);
    struct change c = {.key = {.purpose = purpose, .organisation = s->organisation, .id = id}};
    struct err e = {0};
    if (s->t->down != RC_OK) { /* nobody is asked in vain for each of the rest */
        s->keys++;
        s->left++;
        return;
    }
    rc_t rc = a ? turn_key(s, &c, a, &e) : err_set(&e, RC_NO_MEMORY, NULL);
    if (rc != RC_OK) add_fault(s, &c, &e);
    if (rc == RC_KEYD_DOWN || rc == RC_STATE_DOWN) {
        s->t->down = rc;
        s->t->stopped = true;
    }
    s->t->done++;
    const struct rotation *in = s->t->in;
    if (!s->t->stopped && in->told && !in->told(in->arg, s->t->done, s->t->of))
        s->t->stopped = true;
}

/* --- all of them ------------------------------------------------------------------------------ */

static rc_t turn_shelf(struct shelf *s, struct err *e)
{
    static const enum agent_purpose KINDS[] = {AGENT_MAILBOX, AGENT_AUTHORITY};
    CLEANUP_ARENA struct arena *a = arena_new(LIST_BYTES);
    struct kv_value lists[2];
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    for (int k = 0; k < 2; k++)
        TRY(list_keys(s, KINDS[k], a, &lists[k], e));
    for (int k = 0; k < 2; k++)
        s->t->of += lists[k].type == KV_ARRAY ? lists[k].count : 0;
    /* After the keys: what has a place now has one here. */
    TRY(add_mailboxes(s, RECORD_REQUEST, e));
    TRY(add_mailboxes(s, RECORD_CERTIFICATE, e));
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; lists[k].type == KV_ARRAY && i < lists[k].count; i++)
            turn_one(s, KINDS[k], lists[k].items[i].s);
    return RC_OK;
}

static void put_counts(json_t *v, const struct shelf *s)
{
    static const char *const NAMES[] = {"keys", "current", "resealed", "left"};
    const long long counts[] = {s->keys, s->current, s->resealed, s->left};
    for (int i = 0; i < 4; i++)
        json_put_int(v, NAMES[i], json_integer_value(json_object_get(v, NAMES[i])) + counts[i]);
}

static rc_t turn_organisation(struct turn *t, str_t id, json_t *report, struct err *e)
{
    CLEANUP_JSON json_t *mailboxes = json_object();
    json_t *v = json_object(), *faults = json_array();
    struct shelf s = {.t = t, .organisation = id, .mailboxes = mailboxes, .faults = faults};
    json_array_append_new(json_object_get(report, "organisations"), v);
    json_put_str(v, "organisation", id);
    json_object_set_new(v, "faults", faults);
    TRY(turn_shelf(&s, e));
    put_counts(v, &s);
    put_counts(report, &s);
    return RC_OK;
}

static rc_t turn_all(struct turn *t, json_t *report, struct err *e)
{
    CLEANUP_JSON json_t *organisations = NULL;
    const char *id;
    json_t *row;
    TRY(registry_list(t->r, RECORD_ORGANISATION, STR_NULL, &organisations, e));
    if (t->in->organisation.n &&
        !json_object_getn(organisations, t->in->organisation.p, t->in->organisation.n)) {
        err_set(e, RC_NOT_FOUND, "There is no such organisation.");
        err_field(e, "organisation");
        return RC_NOT_FOUND;
    }
    json_object_foreach(organisations, id, row)
    {
        if (t->in->organisation.n && !str_eq(str_c(id), t->in->organisation)) continue;
        TRY(turn_organisation(t, str_c(id), report, e));
    }
    return RC_OK;
}

rc_t rotate_keys(const struct registry *r, const struct actor *by, const struct agent *agent,
                 const struct rotation *in, json_t **report, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    CLEANUP_JSON json_t *out = json_object();
    struct agent_state state;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(authority_need_agent(agent, e));
    TRY(agent_ping(agent, a, &state, e));
    struct turn t = {.r = r, .by = by, .agent = agent, .in = in, .master = state.master_key};
    json_put_str(out, "master", t.master);
    json_object_set_new(out, "organisations", json_array());
    for (size_t i = 0; i < 4; i++)
        json_put_int(out, (const char *const[]){"keys", "current", "resealed", "left"}[i], 0);
    TRY(turn_all(&t, out, e));
    json_put_bool(out, "finished", !t.stopped);
    json_put_str(out, "stopped", t.down == RC_OK ? STR_NULL : str_c(err_word(t.down)));
    *report = json_incref(out);
    return RC_OK;
}
