/* What rules would do with a described message, or with one of the log of decisions. */
#include "policy/simulate.h"
#include "policy/certificate.h"
#include "policy/decision_log.h"
#include "policy/example.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

enum { NOTES_BYTES = 64 << 10 };

/* --- a message as far as the log knows it ------------------------------------------------------
 */

/* Ids of the certificates that a message to these may have been encrypted for: all that are
 * registered today. */
static rc_t certificates_of(struct call *c, const json_t *recipients, json_t **out, struct err *e)
{
    size_t n = json_array_size(recipients), count = 0;
    struct policy_cert *certs = NULL;
    str_t *addresses = ARENA_ARRAY(c->arena, n + 1, str_t);
    if (!addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++)
        addresses[i] = json_text(json_array_get(recipients, i));
    const struct certificate_view_by by = {.now = call_now()};
    TRY(certificate_facts(admin_registry(c), admin_organisation(c), addresses, n, &by, c->arena,
                          &certs, &count, e));
    *out = json_array();
    for (size_t i = 0; i < count; i++)
        if (certs[i].can_encrypt) json_array_append_new(*out, json_from_str(certs[i].id));
    return RC_OK;
}

static str_t action_word(const json_t *actions, const char *field, const char *member)
{
    return json_text(json_object_get(json_object_get(actions, field), member));
}

/* What a decision about one field says of the person who sent: "yes", "no" or nothing. */
static void tell_choice(const json_t *group, const char *field, json_t *user)
{
    str_t by = json_text(json_object_get(json_object_get(group, "from_rule"), field));
    if (!str_eq(by, STR("user"))) return;
    str_t level = json_text(json_object_get(json_object_get(group, "effective"), field));
    json_put_bool(user, field, str_eq(level, STR("require")));
}

static bool is_signature(str_t reason)
{
    static const char *const WORDS[] = {"valid",   "corrupt", "untrusted",
                                        "expired", "revoked", "mismatch"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_eq(reason, str_c(WORDS[i]))) return true;
    return false;
}

/* Was it signed, was it encrypted when it came? */
static rc_t tell_protection(struct call *c, const json_t *entry, const json_t *group,
                            json_t *message, struct err *e)
{
    const json_t *actions = json_object_get(group, "actions");
    str_t decrypted = action_word(actions, "decrypt", "result");
    str_t seen = action_word(actions, "validate", "reason");
    bool was_signed = str_eq(action_word(actions, "sign", "reason"), STR("already_signed"));
    bool was_encrypted =
        str_eq(action_word(actions, "encrypt", "reason"), STR("already_encrypted")) ||
        str_eq(decrypted, STR("done")) || str_eq(decrypted, STR("unavailable")) ||
        str_eq(seen, STR("opaque"));
    str_t signature = is_signature(seen) ? seen : was_signed ? STR("valid") : STR_NULL;
    if (!was_encrypted) {
        if (!signature.p) return RC_OK;
        json_t *one = json_object();
        json_put_str(one, "result", signature);
        json_object_set_new(message, "signed", one);
        return RC_OK;
    }
    json_t *certs = NULL, *one = json_object();
    rc_t rc = certificates_of(c, json_object_get(entry, "recipients"), &certs, e);
    if (rc != RC_OK) {
        json_decref(one);
        return rc;
    }
    json_object_set_new(one, "for", certs);
    json_put_str(one, "cipher", STR("aes-256-gcm"));
    json_put_str(one, "integrity", STR("ok"));
    if (signature.p) json_put_str(one, "inner_signed", signature);
    json_object_set_new(message, "encrypted", one);
    return RC_OK;
}

/* {message}, and in *assumed the names of what the log does not say. */
static rc_t described_by_log(struct call *c, str_t id, json_t **message, json_t **assumed,
                             struct err *e)
{
    CLEANUP_JSON json_t *entry = NULL, *user = json_object();
    int64_t since;
    TRY(admin_since(c, &since, e));
    TRY(decision_log_get(c->kv, c->app->config, admin_organisation(c), since, id, &entry, e));
    const json_t *group = json_array_get(json_object_get(entry, "groups"), 0);
    bool inbound = str_eq(record_text(entry, "direction"), STR("inbound"));
    CLEANUP_JSON json_t *m = json_object();
    json_put_bool(m, "authenticated", !inbound);
    json_put_str(m, "mail_from", record_text(entry, "from"));
    json_put_str(m, "from", record_text(entry, "from"));
    json_object_set(m, "to", json_object_get(entry, "recipients"));
    json_put_str(m, "subject", STR(""));
    tell_choice(group, "sign", user);
    tell_choice(group, "encrypt", user);
    if (json_object_size(user) > 0) json_object_set(m, "user", user);
    TRY(tell_protection(c, entry, group, m, e));
    *message = json_incref(m);
    *assumed = json_pack("[s,s,s,s]", "subject", "size", "has_attachment", "headers");
    if (inbound) json_array_append_new(*assumed, json_string("mail_from"));
    if (inbound) json_array_append_new(*assumed, json_string("auth"));
    if (json_object_get(m, "encrypted")) json_array_append_new(*assumed, json_string("encrypted"));
    return RC_OK;
}

/* --- answers -----------------------------------------------------------------------------------
 */

static json_t *lines_of(str_t text)
{
    json_t *list = json_array();
    str_t line;
    while (text.n > 0) {
        str_cut(text, '\n', &line, &text);
        if (line.n) json_array_append_new(list, json_from_str(line));
    }
    return list;
}

/* {message, …} of a request that names an entry of the log. */
static rc_t request_of_log(struct call *c, str_t id, json_t *answer, json_t **request,
                           struct err *e)
{
    static const char *const KEYS[] = {"log", "document", NULL};
    json_t *message = NULL, *assumed = NULL;
    TRY(place_known(c->in, KEYS, NULL, e));
    TRY(described_by_log(c, id, &message, &assumed, e));
    json_object_set_new(answer, "message", message);
    json_object_set_new(answer, "assumed", assumed);
    *request = json_object();
    json_object_set(*request, "message", message);
    return RC_OK;
}

rc_t admin_rules_simulate(struct call *c, struct err *e)
{
    const json_t *document;
    str_t id;
    CLEANUP_BUF struct buf notes = BUF_INIT(NOTES_BYTES);
    CLEANUP_JSON json_t *request = NULL, *answer = json_object(), *versions = NULL;
    json_t *decision = NULL;
    TRY(place_object(c->in, "document", false, NULL, &document, e));
    TRY(place_text(c->in, "log", 64, false, NULL, &id, e));
    if (id.p) {
        TRY(request_of_log(c, id, answer, &request, e));
    } else {
        request = json_copy(c->in);
        json_object_del(request, "document");
    }
    str_t own = admin_organisation(c);
    const struct simulation s = {.book = c->app->rules,
                                 .r = admin_registry(c),
                                 .now = call_now(),
                                 .organisation = c->admin->operator? STR_NULL : own,
                                 .draft = document,
                                 .draft_of = own};
    TRY(simulate_decide(&s, request, &notes, &decision, &versions, e));
    json_object_set_new(answer, "decision", decision);
    const json_t *version = json_object_getn(versions, own.p, own.n);
    json_object_set_new(answer, "rules_version",
                        version ? json_incref((json_t *) version) : json_null());
    json_object_set_new(answer, "notes", lines_of(buf_view(&notes)));
    return call_answer(c, json_incref(answer), e);
}

/* Examples of the policy text: everything is described, nothing of this installation is asked. */
rc_t admin_policy_evaluate(struct call *c, struct err *e)
{
    CLEANUP_BUF struct buf notes = BUF_INIT(NOTES_BYTES);
    json_t *rows = NULL;
    struct effort left = EFFORT_OF_A_REQUEST;
    TRY(examples_evaluate_within(c->in, &left, &notes, &rows, e));
    json_t *answer = json_object();
    json_object_set_new(answer, "results", rows);
    json_object_set_new(answer, "notes", lines_of(buf_view(&notes)));
    return call_answer(c, answer, e);
}
