#include "policy/rename.h"

#include <stdlib.h>

#include "base/b64.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"
#include "policy/rename_rules.h"

enum { TRIES = 4, WORK_BYTES = 16 << 20, SEALED_MAX = 64 << 10 };

static rc_t refuse(struct err *e, rc_t code, const char *field, const char *sentence)
{
    err_set(e, code, "%s", sentence);
    err_field(e, field);
    return code;
}

/* --- where accounts went ---------------------------------------------------------------------- */

/* "<to> <before or -> <seq>", blanks between all. */
static bool read_moves(str_t text, struct rename_move *out, size_t *n)
{
    str_t word[3], rest = text;
    *n = 0;
    for (bool more = text.n > 0; more;) {
        struct rename_move m = {.before = STR_NULL};
        for (size_t i = 0; i < 3; i++) {
            if (i > 0 && !more) return false;
            more = str_cut(rest, ' ', &word[i], &rest);
        }
        m.to = word[0];
        if (!str_eq(word[1], STR("-"))) m.before = word[1];
        bool good = name_is_address(m.to) && (!m.before.n || name_is_address(m.before)) &&
                    str_to_u64(word[2], &m.seq) && m.seq > 0;
        if (!good || *n == RENAME_MOVES_MAX || (*n > 0 && out[*n - 1].seq >= m.seq)) return false;
        out[(*n)++] = m;
    }
    return *n > 0;
}

const char *rename_fault(const json_t *row)
{
    struct rename_move moves[RENAME_MOVES_MAX];
    size_t n;
    return read_moves(record_text(row, "moves"), moves, &n) ? NULL : "“moves” cannot be read.";
}

rc_t rename_moves(struct kv *kv, struct arena *a, str_t instance, str_t address,
                  struct rename_move **out, size_t *n, struct err *e)
{
    struct kv_value v;
    CLEANUP_JSON json_t *row = NULL;
    *out = NULL;
    *n = 0;
    TRY(KV_CMD(kv, a, &v, e, STR("HGET"), record_key(a, instance, RECORD_RENAMED, STR_NULL),
               address));
    if (v.type == KV_NIL) return RC_OK;
    if (v.type != KV_STR) return err_set(e, RC_DAMAGED, NULL);
    TRY(record_parse(RECORD_RENAMED, v.s, &row, e));
    str_t text = arena_str(a, record_text(row, "moves"));
    *out = ARENA_ARRAY(a, RENAME_MOVES_MAX, struct rename_move);
    if (!*out || str_is_null(text)) return err_set(e, RC_NO_MEMORY, NULL);
    return read_moves(text, *out, n) ? RC_OK : err_set(e, RC_DAMAGED, NULL);
}

/* --- the change ------------------------------------------------------------------------------- */

struct rename {
    const struct renaming *what;
    str_t organisation;
    const json_t *sealed; /* key id → sealed for the new address, base64 */
    json_t *out;
};

static rc_t find_organisation(struct edit *t, struct rename *w, struct err *e)
{
    str_t other;
    TRY(registry_organisation_of(t->r, t->a, name_domain_of(w->what->from), &w->organisation, e));
    TRY(registry_organisation_of(t->r, t->a, name_domain_of(w->what->to), &other, e));
    if (!w->organisation.n ||
        (w->what->organisation.n && !str_eq(w->what->organisation, w->organisation)))
        return refuse(e, RC_NOT_FOUND, "from", "There is no such mailbox in an organisation.");
    if (str_eq(other, w->organisation)) return RC_OK;
    return refuse(e, RC_FORBIDDEN, "to", "The new address is not in a domain of the organisation.");
}

static struct record_at account_at(const struct rename *w, str_t address)
{
    return (struct record_at){RECORD_ACCOUNT, w->organisation, address};
}

/* The addresses it may send from: not its own, the old one if wanted. */
static rc_t put_from(const struct rename *w, const json_t *before, json_t *row)
{
    const json_t *had = json_object_get(before, "from");
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(had); i++)
        if (!str_eq(json_text(json_array_get(had, i)), w->what->to))
            json_array_append(list, json_array_get(had, i));
    if (w->what->keep) json_array_append_new(list, json_from_str(w->what->from));
    json_object_set_new(row, "from", list);
    return RC_OK;
}

static rc_t move_record(struct edit *t, struct rename *w, json_t **before, struct err *e)
{
    CLEANUP_JSON json_t *there = NULL, *row = NULL, *whole = NULL;
    TRY(edit_get(t, account_at(w, w->what->from), before, e));
    if (!*before) return refuse(e, RC_NOT_FOUND, "from", "There is no such mailbox.");
    TRY(edit_get(t, account_at(w, w->what->to), &there, e));
    if (there) return refuse(e, RC_CONFLICT, "to", "There is a mailbox of that address already.");
    row = json_copy(*before);
    TRY(put_from(w, *before, row));
    json_put_str(row, "renamed_from", w->what->from);
    json_put_int(row, "version", record_version(*before) + 1);
    TRY(record_read(RECORD_ACCOUNT, row, &whole, e));
    TRY(edit_store(t, account_at(w, w->what->from), NULL, e));
    TRY(edit_store(t, account_at(w, w->what->to), whole, e));
    json_decref(w->out);
    w->out = json_incref(whole);
    return edit_audit(t, w->organisation, "account", w->what->to, *before, whole, e);
}

/* Where it went, for those who move the person's data. */
static rc_t put_marker(struct edit *t, const struct rename *w, const json_t *account, struct err *e)
{
    struct record_at at = {RECORD_RENAMED, STR_NULL, w->what->from};
    CLEANUP_JSON json_t *had = NULL, *row = json_object(), *whole = NULL;
    struct rename_move moves[RENAME_MOVES_MAX];
    uint64_t seq = 0;
    size_t n = 0;
    str_t before = record_text(account, "renamed_from");
    TRY(edit_get(t, at, &had, e));
    str_t text = had ? record_text(had, "moves") : STR("");
    if (had && !read_moves(text, moves, &n)) return err_set(e, RC_DAMAGED, NULL);
    if (n == RENAME_MOVES_MAX)
        return refuse(e, RC_TOO_LARGE, "from", "This address was given up too often.");
    /* of the instance: only one change is written at each */
    if (!str_to_u64(t->version, &seq)) return err_set(e, RC_STATE_DOWN, NULL);
    json_put_str(row, "moves",
                 arena_printf(t->a, "%.*s%s%.*s %.*s %llu", STR_ARG(text), n ? " " : "",
                              STR_ARG(w->what->to), STR_ARG(before.n ? before : STR("-")),
                              (unsigned long long) seq + 1));
    json_put_int(row, "version", record_version(had) + 1);
    TRY(record_read(RECORD_RENAMED, row, &whole, e));
    return edit_store(t, at, whole, e);
}

static rc_t move_licence(struct edit *t, const struct rename *w, struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL, *had = NULL, *there = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, w->organisation},
                 &organisation, e));
    str_t customer = arena_str(t->a, record_text(organisation, "customer"));
    struct record_at from = {RECORD_LICENCE, customer, w->what->from};
    struct record_at to = {RECORD_LICENCE, customer, w->what->to};
    TRY(edit_get(t, from, &had, e));
    TRY(edit_get(t, to, &there, e));
    if (!had) return RC_OK;
    if (there)
        return refuse(e, RC_CONFLICT, "to",
                      "A mailbox that was there has a licence which has not run out yet.");
    TRY(edit_store(t, from, NULL, e));
    TRY(edit_store(t, to, had, e));
    return edit_audit(t, w->organisation, "licence", w->what->to, NULL, had, e);
}

static rc_t move_role(struct edit *t, const struct rename *w, str_t group, struct err *e)
{
    struct record_at from = {RECORD_ROLE, group, w->what->from};
    struct record_at to = {RECORD_ROLE, group, w->what->to};
    CLEANUP_JSON json_t *had = NULL;
    TRY(edit_get(t, from, &had, e));
    if (!had) return RC_OK;
    if (!t->by->operator&& !str_eq(group, w->organisation))
        return refuse(e, RC_FORBIDDEN, "roles",
                      "It holds roles beyond this organisation, which an operator has to move.");
    TRY(edit_store(t, from, NULL, e));
    TRY(edit_store(t, to, had, e));
    return edit_audit(t, group, "role", w->what->to, NULL, had, e);
}

/* Rights that were given to the name before: they would be the renamed one's, or lost. */
static rc_t check_role(struct edit *t, const struct rename *w, str_t group, struct err *e)
{
    CLEANUP_JSON json_t *there = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ROLE, group, w->what->to}, &there, e));
    if (!there) return RC_OK;
    return refuse(e, RC_CONFLICT, "roles",
                  "The new address has a role already; it has to be taken back before.");
}

static rc_t move_roles(struct edit *t, const struct rename *w, struct err *e)
{
    CLEANUP_JSON json_t *organisations = NULL;
    const char *id;
    json_t *row;
    TRY(check_role(t, w, STR_NULL, e));
    TRY(move_role(t, w, STR_NULL, e));
    TRY(edit_list(t, RECORD_ORGANISATION, STR_NULL, &organisations, e));
    json_object_foreach(organisations, id, row)
        TRY(check_role(t, w, arena_str(t->a, str_c(id)), e));
    json_object_foreach(organisations, id, row) TRY(move_role(t, w, arena_str(t->a, str_c(id)), e));
    return RC_OK;
}

/* The certificate's record at the new address. */
static rc_t move_certificate(struct edit *t, const struct rename *w, str_t fingerprint,
                             const json_t *row, json_t *rows, struct err *e)
{
    CLEANUP_CERT struct cert *c = NULL;
    json_t *copy = json_copy((json_t *) row);
    str_t id = arena_printf(t->a, "%.*s %.*s", STR_ARG(w->what->to), STR_ARG(fingerprint));
    str_t former = record_text(row, "former");
    json_object_setn_new_nocheck(rows, id.p, id.n, copy);
    TRY(certificate_of(row, t->a, &c, e));
    if (cert_matches_address(c, w->what->to) != ADDRESS_NO) {
        json_put_str(copy, "former", STR_NULL);
        return RC_OK;
    }
    if (!former.n) json_put_str(copy, "former", w->what->from);
    json_put_str(copy, "primary", STR("none"));
    return RC_OK;
}

static rc_t put_sealed(struct edit *t, const struct rename *w, const json_t *rows, struct err *e)
{
    const char *id;
    json_t *row;
    str_t key = certificate_sealed_key(t, w->organisation);
    json_object_foreach((json_t *) rows, id, row)
    {
        str_t name = arena_str(t->a, record_text(row, "key"));
        str_t sealed = json_text(json_object_getn(w->sealed, name.p ? name.p : "", name.n));
        if (!name.n) continue;
        if (!sealed.n) return err_set(e, RC_BUSY, "A key was registered just now; try again.");
        EDIT_COMMAND(t, STR("HSET"), key, name, sealed);
    }
    return RC_OK;
}

static rc_t move_certificates(struct edit *t, const struct rename *w, struct err *e)
{
    CLEANUP_JSON json_t *had = NULL, *there = NULL, *rows = json_object(), *none = json_object();
    const char *id;
    json_t *row;
    TRY(certificate_held(t, w->organisation, w->what->from, &had, e));
    TRY(certificate_held(t, w->organisation, w->what->to, &there, e));
    if (json_object_size(had) == 0) return RC_OK;
    if (json_object_size(there) > 0) /* of somebody outside, from before the domain was attached */
        return refuse(e, RC_CONFLICT, "to", "There are certificates of that address already.");
    json_object_foreach(had, id, row)
    {
        str_t address, fingerprint;
        str_cut(str_c(id), ' ', &address, &fingerprint);
        TRY(move_certificate(t, w, fingerprint, row, rows, e));
    }
    TRY(certificate_put(t, w->organisation, w->what->from, had, none, e));
    TRY(certificate_put(t, w->organisation, w->what->to, there, rows, e));
    return put_sealed(t, w, rows, e); /* after the old ones were removed */
}

/* What the organisation's authority issued to it: whoever revokes it names the address of today. */
static rc_t move_issued(struct edit *t, const struct rename *w, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *serial;
    json_t *row;
    TRY(edit_list(t, RECORD_ISSUED, w->organisation, &rows, e));
    json_object_foreach(rows, serial, row)
    {
        if (!str_eq(record_text(row, "address"), w->what->from)) continue;
        json_put_str(row, "address", w->what->to);
        json_put_int(row, "version", record_version(row) + 1);
        TRY(edit_store(
            t, (struct record_at){RECORD_ISSUED, w->organisation, arena_str(t->a, str_c(serial))},
            row, e));
    }
    return RC_OK;
}

/* The key of a request that waits for its answer is sealed for the old address, which it names. */
static rc_t check_requests(struct edit *t, const struct rename *w, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    TRY(edit_list(t, RECORD_REQUEST, w->organisation, &rows, e));
    json_object_foreach(rows, id, row)
    {
        if (str_eq(record_text(row, "address"), w->what->from))
            return refuse(e, RC_CONFLICT, "request",
                          "A certificate request of this mailbox waits for its answer.");
    }
    return RC_OK;
}

static rc_t step(struct edit *t, void *arg, struct err *e)
{
    struct rename *w = arg;
    CLEANUP_JSON json_t *account = NULL;
    TRY(find_organisation(t, w, e));
    TRY(edit_judge_person(t, w->organisation, w->what->from, e));
    TRY(move_record(t, w, &account, e));
    TRY(put_marker(t, w, account, e));
    TRY(move_licence(t, w, e));
    TRY(move_roles(t, w, e));
    TRY(check_requests(t, w, e));
    TRY(move_certificates(t, w, e));
    TRY(move_issued(t, w, e));
    TRY(rename_in_rules(t, w->organisation, w->what->from, w->what->to, w->what->keep, e));
    edit_touch(t, w->organisation);
    return RC_OK;
}

/* --- keys ------------------------------------------------------------------------------------- */

static rc_t reseal_one(const struct registry *r, const struct agent *agent, const struct rename *w,
                       str_t id, struct arena *a, json_t *out, struct err *e)
{
    struct kv_value v;
    str_t key =
        arena_printf(a, "%.*s:ok:%.*s", STR_ARG(r->config->instance), STR_ARG(w->organisation));
    struct agent_key k = {.purpose = AGENT_MAILBOX,
                          .organisation = w->organisation,
                          .mailbox = w->what->from,
                          .id = id};
    str_t sealed;
    rc_t rc = KV_CMD(r->kv, a, &v, e, STR("HGET"), key, id);
    if (rc == RC_INTERNAL)
        return refuse(e, RC_FORBIDDEN, "key",
                      "The key agent holds keys of this mailbox, and this Redis user may not read "
                      "them to have them sealed anew. Use one that may, such as admin.");
    TRY(rc);
    if (v.type != KV_STR || v.s.n > SEALED_MAX || !b64_decode(a, v.s, &k.sealed))
        return err_set(e, RC_DAMAGED, "A sealed key of this mailbox is missing.");
    if (!agent) return err_set(e, RC_KEYD_DOWN, NULL);
    TRY(agent_reseal(agent, &k, w->what->to, a, &sealed, e));
    str_t text = b64_encode(a, sealed);
    if (!text.n) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_setn_new_nocheck(out, id.p, id.n, json_from_str(text));
    return RC_OK;
}

static rc_t reseal(const struct registry *r, const struct actor *by, const struct agent *agent,
                   struct rename *w, json_t *out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_JSON json_t *views = NULL;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(registry_organisation_of(r, a, name_domain_of(w->what->from), &w->organisation, e));
    if (!w->organisation.n) return RC_OK; /* the step says so */
    TRY(certificate_list(r, w->organisation, w->what->from, by->now, &views, e));
    for (size_t i = 0; i < json_array_size(views); i++) {
        str_t id = record_text(json_array_get(views, i), "key");
        if (!id.n || json_object_getn(out, id.p, id.n)) continue;
        TRY(reseal_one(r, agent, w, id, a, out, e));
    }
    return RC_OK;
}

rc_t account_rename(const struct registry *r, const struct actor *by, const struct agent *agent,
                    const struct renaming *what, json_t **out, struct err *e)
{
    rc_t rc = RC_BUSY;
    if (!name_is_address(what->from) || !name_is_address(what->to))
        return refuse(e, RC_INVALID, name_is_address(what->from) ? "to" : "from",
                      "That is not an address: user@domain is.");
    if (str_eq(what->from, what->to))
        return refuse(e, RC_INVALID, "to", "That is its address already.");
    for (int i = 0; i < TRIES && rc == RC_BUSY; i++) {
        CLEANUP_JSON json_t *sealed = json_object();
        struct rename w = {.what = what, .sealed = sealed};
        TRY(reseal(r, by, agent, &w, sealed, e));
        rc = edit_run(r, by, step, &w, e);
        if (rc == RC_OK) {
            json_put_str(w.out, "address", what->to);
            *out = w.out;
        } else {
            json_decref(w.out);
        }
    }
    return rc;
}
