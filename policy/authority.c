/* The organisation's authority: made, renewed, shown. */
#include "policy/authority.h"

#include <string.h>

#include "base/b64.h"
#include "crypto/issue.h"
#include "policy/asking.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"

enum {
    WORK_BYTES = 32 << 20,
    BACKDATED = 3600,
    SECONDS_A_DAY = 86400,
    DER_MAX = 14 << 10,
    TRIES = 20
};

/* --- parts ------------------------------------------------------------------------------------ */

str_t authority_sealed_key(struct edit *t, str_t organisation)
{
    return arena_printf(t->a, "%.*s:oa:%.*s", STR_ARG(t->r->config->instance),
                        STR_ARG(organisation));
}

rc_t authority_need_agent(const struct agent *agent, struct err *e)
{
    if (agent) return RC_OK;
    err_set(e, RC_KEYD_DOWN, NULL);
    err_detail(e, "there is no section [keyd]");
    return RC_KEYD_DOWN;
}

static rc_t fail_field(struct err *e, rc_t code, const char *field, const char *sentence)
{
    err_set(e, code, "%s", sentence);
    err_field(e, field);
    return code;
}

rc_t authority_none(struct err *e)
{
    return fail_field(e, RC_NOT_FOUND, "authority",
                      "The organisation has no authority of its own.");
}

static rc_t read_sealed(struct edit *t, str_t organisation, struct authority *u, struct err *e)
{
    struct kv_value v;
    str_t id = arena_str(t->a, record_text(u->row, "key"));
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"), authority_sealed_key(t, organisation), id));
    u->key = (struct agent_key){
        .purpose = AGENT_AUTHORITY, .organisation = organisation, .mailbox = STR(""), .id = id};
    if (v.type == KV_STR && b64_decode(t->a, v.s, &u->key.sealed)) return RC_OK;
    return err_set(e, RC_DAMAGED, "The authority's sealed key is not there.");
}

void authority_close(struct authority *u)
{
    json_decref(u->row);
    cert_unref(u->cert);
    *u = (struct authority){0};
}

rc_t authority_open(struct edit *t, str_t organisation, bool sealed, struct authority *out,
                    struct err *e)
{
    CLEANUP_AUTHORITY struct authority u = {0};
    struct cert_info info;
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(edit_get(t, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &u.row, e));
    if (!u.row) return authority_none(e);
    TRY(certificate_of(u.row, t->a, &u.cert, e));
    TRY(cert_describe(u.cert, t->a, &info, e));
    u.not_before = info.not_before;
    u.not_after = info.not_after;
    if (sealed) TRY(read_sealed(t, organisation, &u, e));
    *out = u;
    u = (struct authority){0};
    return RC_OK;
}

bool authority_covers(const struct cert *c, str_t domain)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t *list;
    size_t n;
    if (!a || issue_domains(c, a, &list, &n, NULL) != RC_OK) return false;
    for (size_t i = 0; i < n; i++)
        if (str_ieq(list[i], domain)) return true;
    return false;
}

rc_t authority_domains(struct edit *t, str_t organisation, str_t **out, size_t *n, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    size_t count = 0;
    TRY(edit_list(t, RECORD_DOMAIN, STR_NULL, &rows, e));
    str_t *list = ARENA_ARRAY(t->a, json_object_size(rows) + 1, str_t);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach(rows, id, row)
    {
        if (str_eq(record_text(row, "organisation"), organisation))
            list[count++] = arena_str(t->a, str_c(id));
    }
    *out = list;
    *n = count;
    return RC_OK;
}

rc_t authority_serial(const struct cert *c, struct arena *a, str_t *out, struct err *e)
{
    struct cert_info info;
    TRY(cert_describe(c, a, &info, e));
    if (info.serial.n != ISSUE_SERIAL_DIGITS)
        return fail_field(e, RC_NOT_FOUND, "certificate",
                          "It was not issued by the organisation's authority.");
    *out = info.serial;
    return RC_OK;
}

/* --- making it -------------------------------------------------------------------------------- */

struct make {
    const struct agent *agent;
    str_t organisation, algorithm;
    struct arena *a;
    struct agent_imported key; /* of a new one */
    struct cert *cert;         /* signed for what `basis` says, and kept if that is so still */
    str_t basis;
    bool again;
};

/* By the key: another authority of the same organisation has another list. */
static str_t list_url(struct edit *t, str_t organisation, str_t key)
{
    str_t name = authority_list_name(t->a, organisation, key);
    return authority_list_url(t->a, t->r->config, name);
}

static rc_t sign_authority(struct edit *t, const struct make *m, const struct agent_key *key,
                           str_t public_key, int64_t from, struct cert **out, struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL;
    str_t *domains, tbs, der;
    size_t n;
    struct record_at at = {RECORD_ORGANISATION, STR_NULL, m->organisation};
    TRY(edit_get(t, at, &organisation, e));
    if (!organisation)
        return fail_field(e, RC_NOT_FOUND, "organisation", "There is no such organisation.");
    TRY(authority_domains(t, m->organisation, &domains, &n, e));
    str_t name = record_text(organisation, "name");
    const struct issue_authority in = {.public_key = public_key,
                                       .name = name.n ? name : m->organisation,
                                       .domains = domains,
                                       .domain_count = n,
                                       .from = from,
                                       .until = t->by->now +
                                                (AUTHORITY_YEARS * 365LL + 2) * SECONDS_A_DAY};
    TRY(issue_authority(&in, t->a, &tbs, e));
    TRY(agent_issue(m->agent, key, tbs, t->a, &der, e));
    if (der.n > DER_MAX)
        return fail_field(e, RC_TOO_LARGE, "domains", "It has too many domains for one authority.");
    return cert_parse(der, out, e);
}

static json_t *new_row(struct edit *t, const struct make *m, str_t key, str_t der)
{
    char now[NAME_TIME_BYTES + 1];
    json_t *row = json_object();
    name_write_time(t->by->now, now);
    json_put_str(row, "der", b64_encode(t->a, der));
    json_put_str(row, "key", key);
    json_put_str(row, "algorithm", m->algorithm);
    json_put_str(row, "list_url", list_url(t, m->organisation, key));
    json_put_str(row, "since", str_c(now));
    return row;
}

static rc_t put_row(struct edit *t, str_t organisation, const json_t *before, const json_t *after,
                    struct err *e)
{
    CLEANUP_JSON json_t *whole = NULL, *copy = json_deep_copy(after);
    if (before) json_put_int(copy, "version", record_version(before) + 1);
    TRY(record_read(RECORD_AUTHORITY, copy, &whole, e));
    TRY(edit_store(t, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, whole, e));
    TRY(edit_audit(t, organisation, "authority", organisation, before, whole, e));
    edit_touch(t, organisation);
    return RC_OK;
}

/* The organisation's accounts trust it: of its own certificates the newest alone. */
static rc_t trust(struct edit *t, str_t organisation, const struct cert *old,
                  const struct cert *new, struct err *e)
{
    CLEANUP_JSON json_t *row = json_object(), *whole = NULL;
    char now[NAME_TIME_BYTES + 1];
    name_write_time(t->by->now, now);
    json_put_str(row, "der", b64_encode(t->a, cert_der(new)));
    json_put_str(row, "source", STR("issued"));
    json_put_str(row, "since", str_c(now));
    TRY(record_read(RECORD_ROOT, row, &whole, e));
    if (old) {
        str_t id = arena_str(t->a, cert_fingerprint(old));
        TRY(edit_store(t, (struct record_at){RECORD_ROOT, organisation, id}, NULL, e));
    }
    str_t id = arena_str(t->a, cert_fingerprint(new));
    return edit_store(t, (struct record_at){RECORD_ROOT, organisation, id}, whole, e);
}

/* What a certificate is made for: name and domains of the organisation, and the certificate before
 * it (null: none). */
static rc_t basis_of(struct edit *t, const struct make *m, const struct cert *old, str_t *out,
                     struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    str_t *domains;
    size_t n;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, m->organisation},
                 &organisation, e));
    TRY(authority_domains(t, m->organisation, &domains, &n, e));
    bool ok = buf_str(&b, old ? cert_fingerprint(old) : STR("-")) && buf_str(&b, STR("\n")) &&
              buf_str(&b, record_text(organisation, "name"));
    for (size_t i = 0; i < n && ok; i++)
        ok = buf_str(&b, STR("\n")) && buf_str(&b, domains[i]);
    if (!ok) return err_set(e, RC_TOO_LARGE, NULL);
    *out = arena_str(t->a, buf_view(&b));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t refuse_second(struct edit *t, str_t organisation, struct err *e)
{
    CLEANUP_JSON json_t *had = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &had, e));
    if (!had) return RC_OK;
    return fail_field(e, RC_CONFLICT, "authority", "The organisation has an authority already.");
}

static rc_t keep_signed(struct edit *t, struct make *m, const struct cert *old, struct cert *c,
                        struct err *e)
{
    str_t basis;
    cert_unref(m->cert);
    m->cert = c;
    TRY(basis_of(t, m, old, &basis, e));
    m->basis = arena_str(m->a, basis);
    return str_is_null(m->basis) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* Signing takes its time: outside the change. */
static rc_t create_look(struct edit *t, void *arg, struct err *e)
{
    struct make *m = arg;
    struct cert *c = NULL;
    const struct agent_key key = {.purpose = AGENT_AUTHORITY,
                                  .organisation = m->organisation,
                                  .mailbox = STR(""),
                                  .id = m->key.id,
                                  .sealed = m->key.sealed};
    TRY(refuse_second(t, m->organisation, e));
    TRY(sign_authority(t, m, &key, m->key.public_key, t->by->now - BACKDATED, &c, e));
    return keep_signed(t, m, NULL, c, e);
}

static rc_t create_step(struct edit *t, void *arg, struct err *e)
{
    struct make *m = arg;
    CLEANUP_JSON json_t *row = NULL;
    str_t basis;
    TRY(refuse_second(t, m->organisation, e));
    TRY(basis_of(t, m, NULL, &basis, e));
    m->again = !str_eq(basis, m->basis);
    if (m->again) return RC_OK;
    row = new_row(t, m, m->key.id, cert_der(m->cert));
    EDIT_COMMAND(t, STR("HSET"), authority_sealed_key(t, m->organisation), m->key.id,
                 b64_encode(t->a, m->key.sealed));
    TRY(put_row(t, m->organisation, NULL, row, e));
    return trust(t, m->organisation, NULL, m->cert, e);
}

static rc_t renew_look(struct edit *t, void *arg, struct err *e)
{
    struct make *m = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    struct cert *c = NULL;
    str_t public_key;
    TRY(authority_open(t, m->organisation, true, &u, e));
    TRY(issue_public_key(u.cert, t->a, &public_key, e));
    /* From the first one's beginning: what was issued before today is judged by this one, too. */
    TRY(sign_authority(t, m, &u.key, public_key, u.not_before, &c, e));
    return keep_signed(t, m, u.cert, c, e);
}

static rc_t renew_step(struct edit *t, void *arg, struct err *e)
{
    struct make *m = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *row = NULL;
    str_t basis;
    TRY(authority_open(t, m->organisation, false, &u, e));
    TRY(basis_of(t, m, u.cert, &basis, e));
    m->again = !str_eq(basis, m->basis);
    if (m->again) return RC_OK;
    row = json_deep_copy(u.row);
    json_put_str(row, "der", b64_encode(t->a, cert_der(m->cert)));
    json_put_str(row, "list_url", list_url(t, m->organisation, record_text(u.row, "key")));
    TRY(put_row(t, m->organisation, u.row, row, e));
    return trust(t, m->organisation, u.cert, m->cert, e);
}

/* Signs, and keeps what was signed where it is still for what it was signed for. */
static rc_t make(const struct registry *r, const struct actor *by, struct make *m, edit_step *look,
                 edit_step *step, struct err *e)
{
    rc_t rc = RC_OK;
    m->again = true;
    for (int i = 0; i < TRIES && rc == RC_OK && m->again; i++) {
        rc = edit_look(r, by, look, m, e);
        if (rc == RC_OK) rc = edit_run(r, by, step, m, e);
    }
    cert_unref(m->cert);
    m->cert = NULL;
    if (rc != RC_OK || !m->again) return rc;
    return err_set(e, RC_BUSY, "Others keep changing the organisation. Please try again.");
}

rc_t authority_create(const struct registry *r, const struct actor *by, const struct agent *agent,
                      str_t organisation, str_t algorithm, json_t **view, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new_secret(WORK_BYTES);
    struct make m = {.agent = agent,
                     .organisation = organisation,
                     .algorithm = algorithm.n ? algorithm : STR("rsa3072"),
                     .a = a};
    CLEANUP_JSON json_t *had = NULL;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(authority_need_agent(agent, e));
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    if (!str_eq(m.algorithm, STR("rsa3072")) && !str_eq(m.algorithm, STR("p256")) &&
        !str_eq(m.algorithm, STR("p384")))
        return err_invalid(e, "algorithm", "It must be one of: rsa3072 p256 p384.");
    TRY(registry_get(r, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &had, e));
    if (!had) return fail_field(e, RC_NOT_FOUND, "organisation", "There is no such organisation.");
    TRY(agent_generate(agent, AGENT_AUTHORITY, organisation, STR(""), m.algorithm, a, &m.key, e));
    TRY(make(r, by, &m, create_look, create_step, e));
    TRY(authority_list_publish(r, by, agent, organisation, true, NULL, e));
    return authority_view(r, organisation, by->now, view, e);
}

rc_t authority_renew(const struct registry *r, const struct actor *by, const struct agent *agent,
                     str_t organisation, json_t **view, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    struct make m = {.agent = agent, .organisation = organisation, .a = a};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(authority_need_agent(agent, e));
    TRY(make(r, by, &m, renew_look, renew_step, e));
    TRY(authority_list_publish(r, by, agent, organisation, true, NULL, e));
    return authority_view(r, organisation, by->now, view, e);
}

rc_t authority_set(const struct registry *r, const struct actor *by, str_t organisation,
                   bool automatic, int64_t seen, json_t **view, struct err *e)
{
    CLEANUP_JSON json_t *patch = json_object();
    json_put_bool(patch, "automatic", automatic);
    struct registry_write w = {.at = {RECORD_AUTHORITY, STR_NULL, organisation},
                               .patch = patch,
                               .mode = REGISTRY_SET,
                               .seen = seen};
    rc_t rc = registry_write(r, by, &w, e);
    json_decref(w.after);
    json_decref(w.conflict);
    return rc == RC_OK ? authority_view(r, organisation, by->now, view, e) : rc;
}

/* --- showing ---------------------------------------------------------------------------------- */

static void put_time(json_t *v, const char *name, int64_t at)
{
    char text[NAME_TIME_BYTES + 1];
    name_write_time(at, text);
    json_put_str(v, name, str_c(text));
}

static rc_t put_domains(struct edit *t, str_t organisation, const struct cert *c, json_t *v,
                        struct err *e)
{
    str_t *of_certificate, *all;
    size_t n, m;
    json_t *named = json_array(), *uncovered = json_array();
    json_object_set_new(v, "domains", named);
    json_object_set_new(v, "uncovered", uncovered);
    TRY(issue_domains(c, t->a, &of_certificate, &n, e));
    TRY(authority_domains(t, organisation, &all, &m, e));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(named, json_from_str(of_certificate[i]));
    for (size_t i = 0; i < m; i++)
        if (!authority_covers(c, all[i])) json_array_append_new(uncovered, json_from_str(all[i]));
    return RC_OK;
}

static rc_t put_list(struct edit *t, str_t organisation, const json_t *row, long long revoked,
                     int64_t now, json_t *v, struct err *e)
{
    struct authority_list list = {0};
    json_t *out = json_object();
    json_object_set_new(v, "list", out);
    json_put_str(out, "url", record_text(row, "list_url"));
    str_t name = authority_list_name(t->a, organisation, record_text(row, "key"));
    str_t before = arena_printf(t->a, "/%.*s.crl", STR_ARG(organisation));
    if (str_ends(record_text(row, "list_url"), before)) name = organisation;
    json_put_str(out, "key", record_text(row, "key"));
    rc_t rc = authority_list_read(t->r->kv, t->r->config->instance, name, t->a, &list, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND) return rc;
    json_put_str(out, "status",
                 rc == RC_NOT_FOUND ? STR("none")
                 : list.next < now  ? STR("expired")
                                    : STR("current"));
    json_put_int(out, "number", list.number);
    if (list.at) put_time(out, "at", list.at);
    if (list.next) put_time(out, "next", list.next);
    json_put_int(out, "revoked", revoked);
    return RC_OK;
}

static rc_t count_issued(struct edit *t, str_t organisation, int64_t now, long long *valid,
                         long long *revoked, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    char text[NAME_TIME_BYTES + 1];
    name_write_time(now, text);
    *valid = *revoked = 0;
    TRY(edit_list(t, RECORD_ISSUED, organisation, &rows, e));
    json_object_foreach(rows, id, row)
    {
        if (record_text(row, "revoked_at").n)
            (*revoked)++;
        else
            *valid += str_cmp(record_text(row, "until"), str_c(text)) > 0;
    }
    return RC_OK;
}

struct look {
    str_t organisation;
    int64_t now;
    json_t *out;
};

static rc_t view_step(struct edit *t, void *arg, struct err *e)
{
    struct look *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *v = json_object(), *issued = json_object();
    struct cert_info info;
    long long valid, revoked;
    TRY(authority_open(t, w->organisation, false, &u, e));
    TRY(cert_describe(u.cert, t->a, &info, e));
    json_put_str(v, "organisation", w->organisation);
    json_put_str(v, "fingerprint", cert_fingerprint(u.cert));
    json_put_str(v, "subject", info.subject);
    json_put_str(v, "algorithm", record_text(u.row, "algorithm"));
    put_time(v, "not_before", u.not_before);
    put_time(v, "not_after", u.not_after);
    json_put_str(v, "status", u.not_after < w->now ? STR("expired") : STR("valid"));
    TRY(put_domains(t, w->organisation, u.cert, v, e));
    json_object_set(v, "automatic", json_object_get(u.row, "automatic"));
    json_put_str(v, "since", record_text(u.row, "since"));
    TRY(count_issued(t, w->organisation, w->now, &valid, &revoked, e));
    TRY(put_list(t, w->organisation, u.row, revoked, w->now, v, e));
    json_put_int(issued, "valid", valid);
    json_put_int(issued, "revoked", revoked);
    json_object_set(v, "issued", issued);
    json_put_str(v, "certificate", issue_pem(u.cert, t->a));
    json_put_int(v, "version", record_version(u.row));
    json_decref(w->out);
    w->out = json_incref(v);
    return RC_OK;
}

rc_t authority_view(const struct registry *r, str_t organisation, int64_t now, json_t **view,
                    struct err *e)
{
    const struct actor nobody = {STR("look"), false, now};
    struct look w = {organisation, now, NULL};
    rc_t rc = edit_look(r, &nobody, view_step, &w, e);
    if (rc == RC_OK)
        *view = w.out;
    else
        json_decref(w.out);
    return rc;
}

rc_t authority_all(const struct registry *r, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row, *ids = json_array();
    rc_t rc = registry_list(r, RECORD_AUTHORITY, STR_NULL, &rows, e);
    json_object_foreach(rows, id, row) json_array_append_new(ids, json_string(id));
    if (rc == RC_OK)
        *out = ids;
    else
        json_decref(ids);
    return rc;
}
