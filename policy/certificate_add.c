/* Registering certificates, with or without their keys. */
#include <string.h>

#include "base/b64.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"

enum { WORK_BYTES = 8 << 20, PIECES_MAX = 8, ISSUERS_MAX = 8, ISSUERS_BYTES = 20 << 10 };

/* One certificate of the file. */
struct piece {
    struct cert *cert;
    unsigned use;
    char key[CERTIFICATE_FINGERPRINT + 1];
    str_t sealed; /* in base64; null: no key came along */
    bool there;   /* registered already */
    bool kept;    /* its key is here already, and this mailbox's */
};

struct add {
    const struct certificate_upload *u;
    struct arena *a;
    struct piece pieces[PIECES_MAX];
    size_t count;
    str_t organisation; /* bound to the keys, found before the agent is asked */
    str_t issuers;
    unsigned primary;
    bool automatic; /* primary where there is no usable one */
    bool check;     /* all but the writing */
    json_t *rows;
};

static rc_t blame(struct err *e, const char *field, rc_t rc)
{
    if (e && !e->field[0]) err_field(e, field);
    return rc;
}

/* --- the file --------------------------------------------------------------------------------- */

static rc_t add_piece(struct add *w, str_t der, str_t sealed, int64_t now, struct err *e)
{
    struct piece *p = &w->pieces[w->count];
    unsigned want;
    TRY(certificate_read_use(w->u->usage, "usage", USE_NONE, &want, e));
    rc_t rc = cert_parse(der, &p->cert, e);
    if (rc != RC_OK) return blame(e, "file", rc);
    w->count++; /* from here on it is released */
    TRY(cert_key_id(p->cert, p->key, e));
    TRY(certificate_judge(p->cert, w->u->address, want, now, w->a, &p->use, e));
    if (w->primary & ~p->use)
        return err_invalid(e, "primary", "It is not for that; primary is more than its usage.");
    p->sealed = sealed.n ? b64_encode(w->a, sealed) : STR_NULL;
    return sealed.n && !p->sealed.n ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* Authorities that came along: a signature will want to bring them. */
static rc_t take_issuers(struct add *w, const struct agent_import *in, struct err *e)
{
    CLEANUP_BUF struct buf list = BUF_INIT(ISSUERS_BYTES);
    size_t n = 0;
    for (size_t i = 0; i < in->certificate_count && n < ISSUERS_MAX; i++) {
        CLEANUP_CERT struct cert *c = NULL;
        struct cert_info info;
        if (cert_parse(in->certificates[i], &c, NULL) != RC_OK ||
            cert_describe(c, w->a, &info, NULL) != RC_OK || !info.is_ca)
            continue;
        str_t text = b64_encode(w->a, cert_der(c));
        if (text.n + list.n + 1 > ISSUERS_BYTES) continue;
        if ((n++ && !buf_str(&list, STR(" "))) || !buf_str(&list, text))
            return err_set(e, RC_NO_MEMORY, NULL);
    }
    w->issuers = arena_str(w->a, buf_view(&list));
    return RC_OK;
}

static rc_t open_p12(struct add *w, const struct agent *agent, int64_t now, struct err *e)
{
    const struct certificate_upload *u = w->u;
    struct agent_import in;
    if (!agent) {
        err_set(e, RC_KEYD_DOWN, NULL);
        err_detail(e, "there is no section [keyd]");
        return RC_KEYD_DOWN;
    }
    rc_t rc = agent_import_p12(agent, AGENT_MAILBOX, w->organisation, u->address, u->file,
                               u->passphrase, w->a, &in, e);
    if (rc == RC_WRONG_PASSPHRASE) return blame(e, "passphrase", rc);
    if (rc == RC_KEYD_DOWN) return rc;
    if (rc == RC_DAMAGED)
        err_set(e, rc, "The file is neither a certificate nor PKCS#12, or it is damaged.");
    if (rc != RC_OK) return blame(e, "file", rc);
    if (in.key_count > PIECES_MAX) return blame(e, "file", err_set(e, RC_TOO_LARGE, NULL));
    for (size_t i = 0; i < in.key_count; i++) {
        const struct agent_imported *k = &in.keys[i];
        if (!k->certificate.n) {
            err_set(e, RC_NO_CERTIFICATE, "No certificate in the file belongs to its key.");
            return blame(e, "file", RC_NO_CERTIFICATE);
        }
        TRY(add_piece(w, k->certificate, k->sealed, now, e));
        if (!str_eq(str_c(w->pieces[i].key), k->id)) /* the agent's own word for the same key */
            return err_invalid(e, "key", "The certificate does not belong to the key.");
    }
    return take_issuers(w, &in, e);
}

static rc_t open_certificate(struct add *w, int64_t now, struct err *e)
{
    if (str_find(w->u->file, STR("PRIVATE KEY-----")) >= 0)
        return err_invalid(e, "file", "There is a private key in the file; bring it as PKCS#12.");
    return add_piece(w, w->u->file, STR_NULL, now, e);
}

/* --- the registry ----------------------------------------------------------------------------- */

static rc_t find_owner(const struct registry *r, struct add *w, struct err *e)
{
    w->organisation = w->u->organisation;
    if (w->organisation.n) return record_check_id(RECORD_ORGANISATION, w->organisation, e);
    TRY(registry_organisation_of(r, w->a, name_domain_of(w->u->address), &w->organisation, e));
    if (w->organisation.n) return RC_OK;
    err_set(e, RC_NOT_FOUND, "Its domain belongs to no organisation; name one.");
    err_field(e, "address");
    return RC_NOT_FOUND;
}

/* A mailbox of the organisation, or somebody outside, of whom there are no keys. */
static rc_t judge_owner(struct edit *t, const struct add *w, struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL, *account = NULL;
    str_t owner, address = w->u->address;
    struct record_at at = {RECORD_ORGANISATION, STR_NULL, w->organisation};
    TRY(edit_get(t, at, &organisation, e));
    if (!organisation) {
        err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(w->organisation));
        return blame(e, "organisation", RC_NOT_FOUND);
    }
    TRY(registry_organisation_of(t->r, t->a, name_domain_of(address), &owner, e));
    if (!str_eq(owner, w->organisation)) {
        if (!str_is_null(w->u->passphrase) || str_eq(w->u->custody, STR("user")))
            return err_invalid(e, "address", "Keys are only of the organisation's own mailboxes.");
        return RC_OK;
    }
    TRY(edit_get(t, (struct record_at){RECORD_ACCOUNT, owner, address}, &account, e));
    if (account) return RC_OK;
    err_set(e, RC_NOT_FOUND, "There is no account %.*s.", STR_ARG(str_sub(address, 0, 100)));
    return blame(e, "account", RC_NOT_FOUND);
}

/* Is the key held by one of these? */
static bool holds(const json_t *rows, const char *key)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        if (str_eq(record_text(row, "key"), str_c(key))) return true;
    }
    return false;
}

/* A sealed key is bound to its mailbox: it must not take the place of another one's. */
static rc_t judge_key(struct edit *t, const struct add *w, const struct piece *p,
                      const json_t *rows, struct err *e)
{
    struct kv_value v;
    if (!p->sealed.n || p->kept || holds(rows, p->key)) return RC_OK;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HEXISTS"), certificate_sealed_key(t, w->organisation),
               str_c(p->key)));
    if (v.type == KV_INT && v.i == 0) return RC_OK;
    err_set(e, RC_CONFLICT, "The same key is held for another mailbox.");
    return blame(e, "key", RC_CONFLICT);
}

static int64_t next_seq(const json_t *rows)
{
    int64_t most = 0;
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        int64_t seq = json_integer_value(json_object_get(row, "seq"));
        if (seq > most) most = seq;
    }
    return most + 1;
}

static rc_t is_valid(const char *id, const json_t *row, int64_t now, bool *out, struct err *e)
{
    CLEANUP_JSON json_t *view = NULL;
    TRY(certificate_view(str_c(id), row, now, &view, e));
    *out = str_eq(record_text(view, "status"), STR("valid"));
    return RC_OK;
}

/* What the new one is to be primary for. */
static rc_t choose_primary(const struct add *w, const struct piece *p, const char *id,
                           const json_t *rows, int64_t now, unsigned *out, struct err *e)
{
    const char *other;
    json_t *row;
    unsigned use = w->automatic ? p->use : w->primary;
    bool valid = false;
    TRY(is_valid(id, json_object_get(rows, id), now, &valid, e));
    if (!valid && !w->automatic && use)
        return err_invalid(e, "validity", "It is not valid yet and cannot be primary.");
    if (!valid) use = USE_NONE;
    json_object_foreach((json_t *) rows, other, row)
    {
        unsigned had = certificate_use_of(row, "primary") & use;
        if (!w->automatic || !had || strcmp(other, id) == 0) continue;
        TRY(is_valid(other, row, now, &valid, e));
        if (valid) use &= ~had;
    }
    *out = use;
    return RC_OK;
}

static json_t *new_row(struct edit *t, const struct add *w, const struct piece *p,
                       const json_t *rows)
{
    json_t *row = json_object();
    char since[NAME_TIME_BYTES + 1];
    bool agent = p->sealed.n || p->kept || holds(rows, p->key);
    str_t custody = agent ? STR("agent") : w->u->custody.n ? w->u->custody : STR("none");
    name_write_time(t->by->now, since);
    json_put_str(row, "der", b64_encode(t->a, cert_der(p->cert)));
    json_put_str(row, "issuers", w->issuers);
    json_put_str(row, "usage", str_c(certificate_use_word(p->use)));
    json_put_str(row, "custody", custody);
    json_put_str(row, "primary", STR("none"));
    json_put_str(row, "key", agent ? str_c(p->key) : STR_NULL);
    json_put_int(row, "seq", next_seq(rows));
    json_put_str(row, "source", str_c(w->u->source));
    json_put_str(row, "since", str_c(since));
    json_put_str(row, "replaced_by", STR_NULL);
    json_put_str(row, "replaced_at", STR_NULL);
    json_put_str(row, "revoked_at", STR_NULL);
    json_put_str(row, "former", STR_NULL);
    return row;
}

/* What was registered alone before gets its key; false: it is there as it is already. */
static bool meet(const struct piece *p, json_t *row)
{
    if (!p->sealed.n || str_eq(record_text(row, "custody"), STR("agent"))) return false;
    json_put_str(row, "custody", STR("agent"));
    json_put_str(row, "key", str_c(p->key));
    return true;
}

static rc_t put_piece(struct edit *t, const struct add *w, struct piece *p, json_t *rows,
                      struct err *e)
{
    const char *id = arena_cstr(t->a, arena_printf(t->a, "%.*s %.*s", STR_ARG(w->u->address),
                                                   STR_ARG(cert_fingerprint(p->cert))));
    if (!id) return err_set(e, RC_NO_MEMORY, NULL);
    json_t *row = json_object_get(rows, id);
    unsigned primary;
    str_t revoked;
    TRY(judge_key(t, w, p, rows, e));
    p->there = row && !meet(p, row);
    if (p->there) return RC_OK;
    if (!row && json_object_size(rows) >= CERTIFICATES_PER_ADDRESS)
        return blame(e, "certificate",
                     err_set(e, RC_TOO_LARGE, "The address has too many certificates."));
    if (!row) {
        row = new_row(t, w, p, rows);
        json_object_set_new(rows, id, row);
        TRY(authority_revoked_at(t, w->organisation, p->cert, &revoked, e));
        json_put_str(row, "revoked_at", revoked); /* it may come back to read with */
    }
    TRY(choose_primary(w, p, id, rows, t->by->now, &primary, e));
    const char *other;
    json_t *it;
    json_object_foreach(rows, other, it) if (it != row)
        certificate_yield(it, primary, id, t->by->now);
    if (primary) certificate_take(row, primary);
    if (p->sealed.n)
        EDIT_COMMAND(t, STR("HSET"), certificate_sealed_key(t, w->organisation), str_c(p->key),
                     p->sealed);
    return RC_OK;
}

static rc_t tell(struct edit *t, struct add *w, const json_t *after, struct err *e)
{
    const char *id;
    json_t *row, *view;
    json_object_foreach((json_t *) after, id, row)
    {
        str_t address, fingerprint;
        bool mine = false;
        str_cut(str_c(id), ' ', &address, &fingerprint);
        for (size_t i = 0; i < w->count; i++)
            mine = mine || str_eq(cert_fingerprint(w->pieces[i].cert), fingerprint);
        if (!mine) continue;
        TRY(certificate_view(str_c(id), row, t->by->now, &view, e));
        json_array_append_new(w->rows, view);
    }
    return RC_OK;
}

static rc_t add_step(struct edit *t, void *arg, struct err *e)
{
    struct add *w = arg;
    CLEANUP_JSON json_t *before = NULL, *after = NULL;
    json_array_clear(w->rows);
    TRY(judge_owner(t, w, e));
    TRY(certificate_held(t, w->organisation, w->u->address, &before, e));
    after = json_deep_copy(before);
    size_t there = 0;
    for (size_t i = 0; i < w->count; i++) {
        TRY(put_piece(t, w, &w->pieces[i], after, e));
        there += w->pieces[i].there;
    }
    if (there == w->count) {
        err_set(e, RC_CONFLICT, "This certificate is registered already.");
        return blame(e, "certificate", RC_CONFLICT);
    }
    TRY(certificate_put(t, w->organisation, w->u->address, before, after, e));
    if (w->check) json_array_clear(t->commands);
    return tell(t, w, after, e);
}

/* What is asked for, before anything is read. */
static rc_t read_upload(struct add *w, struct err *e)
{
    const struct certificate_upload *u = w->u;
    if (!name_is_address(u->address))
        return err_invalid(e, "address", "That is not an address: user@domain is.");
    if (u->file.n == 0 || u->file.n > CERTIFICATE_FILE_MAX)
        return err_invalid(e, "file", "The file is empty or too large.");
    if (u->custody.n && !str_eq(u->custody, STR("user")) && !str_eq(u->custody, STR("none")))
        return err_invalid(e, "custody", "It must be user or none; keys come as PKCS#12.");
    if (u->custody.n && !str_is_null(u->passphrase))
        return err_invalid(e, "custody", "The key agent has the keys of PKCS#12 files.");
    w->automatic = str_is_null(u->primary);
    return certificate_read_use(u->primary, "primary", USE_NONE, &w->primary, e);
}

rc_t certificate_try(const struct registry *r, const struct actor *by, const struct agent *agent,
                     const struct certificate_upload *u, bool check,
                     char fingerprint[CERTIFICATE_FINGERPRINT + 1], json_t **rows, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_JSON json_t *list = json_array();
    struct add w = {.u = u, .a = a, .rows = list, .issuers = STR(""), .check = check};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_upload(&w, e));
    TRY(find_owner(r, &w, e));
    rc_t rc = str_is_null(u->passphrase) ? open_certificate(&w, by->now, e)
                                         : open_p12(&w, agent, by->now, e);
    if (w.count) memcpy(fingerprint, cert_fingerprint(w.pieces[0].cert).p, CERTIFICATE_FINGERPRINT);
    if (rc == RC_OK) rc = edit_run(r, by, add_step, &w, e);
    for (size_t i = 0; i < w.count; i++)
        cert_unref(w.pieces[i].cert);
    if (rc == RC_OK) *rows = json_incref(list);
    return rc;
}

rc_t certificate_add(const struct registry *r, const struct actor *by, const struct agent *agent,
                     const struct certificate_upload *u, json_t **rows, struct err *e)
{
    char fingerprint[CERTIFICATE_FINGERPRINT + 1];
    return certificate_try(r, by, agent, u, false, fingerprint, rows, e);
}

/* --- certificates that came of keys here ------------------------------------------------------ */

rc_t certificate_put_made(struct edit *t, const struct certificate_made *m, json_t **view,
                          struct err *e)
{
    CLEANUP_JSON json_t *rows = json_array();
    bool here = m->sealed.n || m->kept;
    const struct certificate_upload u = {.organisation = m->organisation,
                                         .address = m->address,
                                         .custody = here ? STR_NULL : STR("user"),
                                         .source = m->source};
    struct add w = {.u = &u,
                    .a = t->a,
                    .count = 1,
                    .organisation = m->organisation,
                    .issuers = m->issuers,
                    .primary = m->primary,
                    .automatic = m->automatic,
                    .rows = rows};
    struct piece *p = &w.pieces[0];
    *p = (struct piece){.cert = m->cert, .sealed = m->sealed, .kept = m->kept};
    TRY(cert_key_id(m->cert, p->key, e));
    TRY(certificate_judge(m->cert, m->address, m->use, t->by->now, t->a, &p->use, e));
    TRY(add_step(t, &w, e));
    *view = json_incref(json_array_get(rows, 0));
    return RC_OK;
}
