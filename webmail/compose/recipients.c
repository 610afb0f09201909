/* Who can be encrypted to: asked by the composer for each address as it is entered. */
#include "base/clock.h"
#include "mail/build.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/modes.h"
#include "webmail/compose/parse.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/lookup.h"
#include "webmail/contacts/registered.h"
#include "webmail/contacts/waiting.h"
#include "webmail/smime/revocation.h"

static rc_t find(struct call *c, str_t address, const struct cert_checks *checks,
                 struct recipient_certificate *out, struct err *e)
{
    struct recipient_certificate found;
    bool changed = false;
    TRY(contacts_find_certificate(c, address, checks, &found, e));
    if (found.status == RECIPIENT_REVOCATION_UNKNOWN || found.status == RECIPIENT_PENDING_CHANGE) {
        rc_t rc = contacts_settle(c, address, checks, &changed, e);
        if (changed || rc != RC_OK) cert_unref(found.cert);
        TRY(rc);
        if (changed) TRY(contacts_find_certificate(c, address, checks, &found, e));
    }
    *out = found;
    return RC_OK;
}

static rc_t recipient_json(struct call *c, str_t address, const struct cert_checks *checks,
                           json_t **out, struct err *e)
{
    struct recipient_certificate r = {.status = RECIPIENT_INVALID_ADDRESS};
    if (address_check(address, NULL) == RC_OK) TRY(find(c, address, checks, &r, e));
    json_t *v = json_object();
    json_put_str(v, "address", address);
    json_put_str(v, "status", str_c(recipient_status_word(r.status)));
    json_object_set_new(v, "certificate", r.cert ? cert_json(r.cert, c->arena) : json_null());
    json_put_str(v, "source", str_c(r.source));
    json_put_str(v, "revocation", r.cert ? str_c(revocation_word(r.revocation)) : STR_NULL);
    cert_unref(r.cert);
    *out = v;
    return RC_OK;
}

/* The mode for `addresses` and `others` together; null where nothing is known. */
static rc_t mode_json(struct call *c, const json_t *addresses, json_t **out, struct err *e)
{
    json_t *others;
    enum compose_mode mode;
    bool known;
    size_t n = 0;
    TRY(json_want_array(c->in, "others", COMPOSE_MAX_RECIPIENTS, &others, e));
    size_t count = json_array_size(addresses);
    str_t *all = ARENA_ARRAY(c->arena, count + json_array_size(others) + 1, str_t);
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        all[n++] = json_text(json_array_get(addresses, i));
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *v = json_array_get(others, i);
        if (!json_is_string(v))
            return compose_refuse(e, RC_INVALID, "others", "An address must be a text.");
        all[n++] = json_text(v);
    }
    TRY(modes_find(c, all, n, &known, &mode, e));
    *out = known ? json_string(compose_mode_word(mode)) : json_null();
    return RC_OK;
}

/* About all of them at once. */
static rc_t ask_registry(struct call *c, const json_t *addresses, struct err *e)
{
    size_t n = json_array_size(addresses);
    str_t *list = ARENA_ARRAY(c->arena, n + 1, str_t);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++)
        list[i] = json_text(json_array_get(addresses, i));
    return registered_ahead(c, list, n, e);
}

static rc_t read_addresses(struct call *c, json_t **out, struct err *e)
{
    TRY(json_need_array(c->in, "addresses", COMPOSE_MAX_RECIPIENTS, out, e));
    for (size_t i = 0; i < json_array_size(*out); i++)
        if (!json_is_string(json_array_get(*out, i)))
            return compose_refuse(e, RC_INVALID, "addresses", "An address must be a text.");
    return ask_registry(c, *out, e);
}

/* The time for asking about certificates is for all of them together. */
static rc_t recipients_json(struct call *c, const json_t *addresses, json_t **out, struct err *e)
{
    struct smime_checks checks;
    smime_checks_start(&checks, c, true);
    CLEANUP_JSON json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        json_t *item = NULL;
        TRY(recipient_json(c, json_text(json_array_get(addresses, i)), &checks.checks, &item, e));
        json_array_append_new(list, item);
    }
    *out = json_incref(list);
    return RC_OK;
}

rc_t compose_recipients(struct call *c, struct err *e)
{
    json_t *addresses;
    CLEANUP_JSON json_t *list = NULL;
    json_t *mode = NULL;
    TRY(read_addresses(c, &addresses, e));
    TRY(recipients_json(c, addresses, &list, e));
    TRY(mode_json(c, addresses, &mode, e));
    return call_answer(c, json_pack("{s:O, s:o}", "recipients", list, "mode", mode), e);
}

/* Only for whom nothing that can be used is known: nobody else is told of. */
static rc_t look_up(struct call *c, str_t address, bool anew, int64_t deadline,
                    enum lookup_outcome *worst, struct err *e)
{
    struct recipient_certificate known;
    struct smime_checks cached;
    enum lookup_outcome outcome;
    if (address_check(address, NULL) != RC_OK) return RC_OK;
    smime_checks_start(&cached, c, false);
    TRY(contacts_find_certificate(c, address, &cached.checks, &known, e));
    bool ready = recipient_is_ready(known.status);
    cert_unref(known.cert);
    if (ready) return RC_OK;
    TRY(lookup_ask(c, address, anew, deadline, &outcome, e));
    if (outcome > *worst) *worst = outcome;
    return RC_OK;
}

rc_t compose_find(struct call *c, struct err *e)
{
    json_t *addresses;
    CLEANUP_JSON json_t *list = NULL;
    enum lookup_outcome worst = LOOKUP_NONE;
    int64_t deadline = clock_ms() + LOOKUP_BUDGET_MS;
    bool again;
    TRY(read_addresses(c, &addresses, e));
    TRY(json_want_bool(c->in, "again", false, &again, e));
    for (size_t i = 0; i < json_array_size(addresses); i++)
        TRY(look_up(c, json_text(json_array_get(addresses, i)), again, deadline, &worst, e));
    TRY(recipients_json(c, addresses, &list, e));
    waiting_look(c);
    return call_answer(c, json_pack("{s:O, s:s}", "recipients", list, "lookup", lookup_word(worst)),
                       e);
}
