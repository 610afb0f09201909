/* Requests to an authority outside: a key made here, and the certificate that comes back for it. */
#include <string.h>

#include "base/b64.h"
#include "crypto/request.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/issuing.h"
#include "policy/name.h"

enum { WORK_BYTES = 8 << 20, WAITING_MAX = 10, CHAIN_MAX = 16, ISSUERS_BYTES = 20 << 10 };

static rc_t fail_field(struct err *e, rc_t code, const char *field, const char *sentence)
{
    err_set(e, code, "%s", sentence);
    err_field(e, field);
    return code;
}

static rc_t check(str_t organisation, str_t address, struct err *e)
{
    if (!name_is_address(address)) return err_invalid(e, "address", "That is not an address.");
    return record_check_id(RECORD_ORGANISATION, organisation, e);
}

/* --- asking ----------------------------------------------------------------------------------- */

struct ask {
    str_t organisation, address, algorithm, csr;
    struct agent_imported key;
};

static rc_t judge(struct edit *t, const struct ask *w, struct err *e)
{
    CLEANUP_JSON json_t *account = NULL, *rows = NULL;
    const char *id;
    json_t *row;
    size_t waiting = 0;
    struct record_at at = {RECORD_ACCOUNT, w->organisation, w->address};
    TRY(edit_get(t, at, &account, e));
    if (!account)
        return fail_field(e, RC_NOT_FOUND, "account", "The organisation has no such account.");
    TRY(edit_list(t, RECORD_REQUEST, w->organisation, &rows, e));
    json_object_foreach(rows, id, row) waiting += str_eq(record_text(row, "address"), w->address);
    if (waiting < WAITING_MAX) return RC_OK;
    return fail_field(e, RC_CONFLICT, "address",
                      "Ten requests of this address wait already; withdraw one.");
}

static rc_t look_step(struct edit *t, void *arg, struct err *e)
{
    return judge(t, arg, e);
}

static rc_t ask_step(struct edit *t, void *arg, struct err *e)
{
    const struct ask *w = arg;
    CLEANUP_JSON json_t *row = json_object(), *whole = NULL;
    char now[NAME_TIME_BYTES + 1];
    TRY(judge(t, w, e));
    name_write_time(t->by->now, now);
    json_put_str(row, "address", w->address);
    json_put_str(row, "algorithm", w->algorithm);
    json_put_str(row, "csr", b64_encode(t->a, w->csr));
    json_put_str(row, "since", str_c(now));
    TRY(record_read(RECORD_REQUEST, row, &whole, e));
    TRY(edit_store(t, (struct record_at){RECORD_REQUEST, w->organisation, w->key.id}, whole, e));
    EDIT_COMMAND(t, STR("HSET"), certificate_sealed_key(t, w->organisation), w->key.id,
                 b64_encode(t->a, w->key.sealed));
    return edit_audit(t, w->organisation, "request", w->key.id, NULL, whole, e);
}

static json_t *shown(str_t key, str_t address, str_t algorithm, str_t since, str_t pem)
{
    json_t *out = json_object();
    json_put_str(out, "key", key);
    json_put_str(out, "address", address);
    json_put_str(out, "algorithm", algorithm);
    json_put_str(out, "since", since);
    json_put_str(out, "request", pem);
    return out;
}

rc_t issuing_request(const struct registry *r, const struct actor *by, const struct agent *agent,
                     str_t organisation, str_t address, str_t algorithm, json_t **out,
                     struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new_secret(WORK_BYTES);
    struct ask w = {.organisation = organisation,
                    .address = address,
                    .algorithm = algorithm.n ? algorithm : STR("rsa3072")};
    char now[NAME_TIME_BYTES + 1];
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(authority_need_agent(agent, e));
    TRY(check(organisation, address, e));
    if (!str_eq(w.algorithm, STR("rsa3072")) && !str_eq(w.algorithm, STR("p256")) &&
        !str_eq(w.algorithm, STR("p384")))
        return err_invalid(e, "algorithm", "It must be one of: rsa3072 p256 p384.");
    TRY(edit_run(r, by, look_step, &w, e));
    TRY(agent_generate(agent, AGENT_MAILBOX, organisation, address, w.algorithm, a, &w.key, e));
    const struct agent_key key = {
        .organisation = organisation, .mailbox = address, .id = w.key.id, .sealed = w.key.sealed};
    TRY(agent_request(agent, &key, address, address, a, &w.csr, e));
    TRY(edit_run(r, by, ask_step, &w, e));
    name_write_time(by->now, now);
    *out = shown(w.key.id, address, w.algorithm, str_c(now), request_pem(w.csr, a));
    return RC_OK;
}

rc_t issuing_requests(const struct registry *r, str_t organisation, json_t **rows, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(64 << 20);
    CLEANUP_JSON json_t *list = NULL;
    const char *id;
    json_t *row;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(registry_list(r, RECORD_REQUEST, organisation, &list, e));
    json_t *out = json_array();
    json_object_foreach(list, id, row)
    {
        str_t der = STR_NULL;
        str_t pem = b64_decode(a, record_text(row, "csr"), &der) ? request_pem(der, a) : STR_NULL;
        json_array_append_new(out,
                              shown(str_c(id), record_text(row, "address"),
                                    record_text(row, "algorithm"), record_text(row, "since"), pem));
    }
    *rows = out;
    return RC_OK;
}

/* --- the answer ------------------------------------------------------------------------------- */

struct answer {
    str_t organisation, address;
    struct cert *certs[CHAIN_MAX];
    size_t count;
    json_t *view;
};

/* The one that answers a request of the address; *key: the request's id. */
static struct cert *find(const struct answer *w, const json_t *rows, char key[65])
{
    for (size_t i = 0; i < w->count; i++) {
        if (cert_key_id(w->certs[i], key, NULL) != RC_OK) continue;
        const json_t *row = json_object_get(rows, key);
        if (row && str_eq(record_text(row, "address"), w->address)) return w->certs[i];
    }
    return NULL;
}

/* Its chain, as far as it came along. */
static rc_t issuers_of(struct edit *t, const struct answer *w, const struct cert *leaf, str_t *out,
                       struct err *e)
{
    CLEANUP_BUF struct buf list = BUF_INIT(ISSUERS_BYTES);
    for (size_t i = 0; i < w->count; i++) {
        struct cert_info info;
        if (w->certs[i] == leaf || cert_describe(w->certs[i], t->a, &info, NULL) != RC_OK ||
            !info.is_ca)
            continue;
        str_t text = b64_encode(t->a, cert_der(w->certs[i]));
        if (list.n + text.n + 1 > ISSUERS_BYTES) continue;
        if ((list.n && !buf_str(&list, STR(" "))) || !buf_str(&list, text))
            return err_set(e, RC_NO_MEMORY, NULL);
    }
    *out = arena_str(t->a, buf_view(&list));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t answer_step(struct edit *t, void *arg, struct err *e)
{
    struct answer *w = arg;
    CLEANUP_JSON json_t *rows = NULL;
    char key[65];
    str_t issuers;
    json_decref(w->view);
    w->view = NULL;
    TRY(edit_list(t, RECORD_REQUEST, w->organisation, &rows, e));
    struct cert *leaf = find(w, rows, key);
    if (!leaf)
        return fail_field(e, RC_NOT_FOUND, "request",
                          "No certificate in the file is for a key that waits for this address.");
    TRY(issuers_of(t, w, leaf, &issuers, e));
    const struct certificate_made m = {.organisation = w->organisation,
                                       .address = w->address,
                                       .cert = leaf,
                                       .issuers = issuers,
                                       .kept = true,
                                       .automatic = true,
                                       .source = "upload"};
    TRY(certificate_put_made(t, &m, &w->view, e));
    str_t id = arena_str(t->a, str_c(key));
    TRY(edit_store(t, (struct record_at){RECORD_REQUEST, w->organisation, id}, NULL, e));
    return edit_audit(t, w->organisation, "request", id, json_object_get(rows, key), NULL, e);
}

rc_t issuing_answer(const struct registry *r, const struct actor *by, str_t organisation,
                    str_t address, str_t file, json_t **view, struct err *e)
{
    struct answer w = {.organisation = organisation, .address = address};
    TRY(check(organisation, address, e));
    if (file.n == 0 || file.n > ISSUING_ANSWER_MAX)
        return err_invalid(e, "file", "The file is empty or too large.");
    rc_t rc = request_read_answer(file, w.certs, CHAIN_MAX, &w.count, e);
    if (rc != RC_OK && e && !e->field[0]) err_field(e, "file");
    if (rc == RC_OK) rc = edit_run(r, by, answer_step, &w, e);
    for (size_t i = 0; i < w.count; i++)
        cert_unref(w.certs[i]);
    if (rc == RC_OK)
        *view = w.view;
    else
        json_decref(w.view);
    return rc;
}

/* --- withdrawn -------------------------------------------------------------------------------- */

struct withdraw {
    str_t organisation, key;
};

static rc_t withdraw_step(struct edit *t, void *arg, struct err *e)
{
    const struct withdraw *w = arg;
    CLEANUP_JSON json_t *rows = NULL;
    const char *id, *found = NULL;
    json_t *row;
    size_t n = 0;
    TRY(edit_list(t, RECORD_REQUEST, w->organisation, &rows, e));
    json_object_foreach(rows, id, row)
    {
        if (!str_starts(str_c(id), w->key)) continue;
        found = id;
        n++;
    }
    if (n == 0) return fail_field(e, RC_NOT_FOUND, "request", "There is no such request.");
    if (n > 1) return fail_field(e, RC_CONFLICT, "request", "Several begin like that.");
    str_t key = arena_str(t->a, str_c(found));
    TRY(edit_store(t, (struct record_at){RECORD_REQUEST, w->organisation, key}, NULL, e));
    EDIT_COMMAND(t, STR("HDEL"), certificate_sealed_key(t, w->organisation), key);
    return edit_audit(t, w->organisation, "request", key, json_object_get(rows, found), NULL, e);
}

rc_t issuing_withdraw(const struct registry *r, const struct actor *by, str_t organisation,
                      str_t key, struct err *e)
{
    struct withdraw w = {organisation, key};
    TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    if (key.n < CERTIFICATE_PREFIX_MIN)
        return err_invalid(e, "request", "Eight digits of the key's id are the least.");
    return edit_run(r, by, withdraw_step, &w, e);
}
