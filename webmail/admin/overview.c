/* An organisation at a glance. */
#include <pthread.h>
#include <stdio.h>

#include "policy/decision_log.h"
#include "policy/name.h"
#include "policy/rules_store.h"
#include "policy/simulate.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"
#include "webmail/admin/licences.h"
#include "webmail/admin/table.h"

#define MAIL_DAYS 30u

static json_t *warning(json_t *list, const char *code, long long a)
{
    json_t *v = json_object();
    json_put_str(v, "code", str_c(code));
    json_put_int(v, "a", a);
    json_array_append_new(list, v);
    return v;
}

static void put_accounts(const struct table *t, int64_t now, json_t *out, json_t *warnings)
{
    long long active = 0, expiring = 0, expired = 0, without = 0;
    long long all_valid = 0, all_expiring = 0, all_expired = 0; /* as the list of certificates */
    for (size_t i = 0; i < t->certified->count; i++) {
        str_t is = str_c(certified_status(&t->certified->rows[i], now));
        all_valid += str_eq(is, STR("valid")) || str_eq(is, STR("expiring"));
        all_expiring += str_eq(is, STR("expiring"));
        all_expired += str_eq(is, STR("expired"));
    }
    for (size_t i = 0; i < t->count; i++) {
        str_t word = str_c(table_certificate_word(&t->rows[i], now));
        active += str_eq(record_text(t->rows[i].record, "state"), STR("active"));
        expiring += str_eq(word, STR("expiring"));
        expired += str_eq(word, STR("expired"));
        without += str_eq(word, STR("none"));
    }
    json_t *certificates = json_object();
    json_put_int(certificates, "valid", all_valid);
    json_put_int(certificates, "expiring_30", all_expiring);
    json_put_int(certificates, "expired", all_expired);
    json_put_int(certificates, "without", without);
    json_put_int(out, "accounts", (long long) t->count);
    json_put_int(out, "active", active);
    json_object_set_new(out, "certificates", certificates);
    /* Whom it concerns is a mailbox: one of its certificates may have ended long ago. */
    if (expired) warning(warnings, "mailboxes_expired", expired);
    if (expiring) warning(warnings, "mailboxes_expiring", expiring);
}

static rc_t put_domains(struct call *c, json_t *out, json_t *warnings, struct err *e)
{
    CLEANUP_JSON json_t *all = NULL;
    const char *id;
    json_t *row;
    long long n = 0;
    TRY(registry_list(admin_registry(c), RECORD_DOMAIN, STR_NULL, &all, e));
    json_object_foreach(all, id, row) n +=
        str_eq(record_text(row, "organisation"), admin_organisation(c));
    json_put_int(out, "domains", n);
    if (n == 0) warning(warnings, "no_domain", 0);
    return RC_OK;
}

/* --- rules -------------------------------------------------------------------------------------
 */

/* What is wrong with rules depends on all mailboxes and certificates and takes a while to find: it
 * is kept for a version of the organisation, and found anew now and then, as certificates expire.
 */
#define KEPT 16u
#define KEPT_SECONDS 300

struct rule_count {
    char organisation[NAME_ID_MAX + 1];
    int64_t version, at;
    long long rules, warnings;
};

static struct {
    pthread_mutex_t lock;
    struct rule_count kept[KEPT];
    unsigned next;
} rule_counts = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool recall(str_t organisation, int64_t version, int64_t now, struct rule_count *out)
{
    bool found = false;
    pthread_mutex_lock(&rule_counts.lock);
    for (size_t i = 0; !found && i < KEPT; i++) {
        const struct rule_count *k = &rule_counts.kept[i];
        found = k->version == version && str_eq(str_c(k->organisation), organisation) &&
                now >= k->at && now < k->at + KEPT_SECONDS;
        if (found) *out = *k;
    }
    pthread_mutex_unlock(&rule_counts.lock);
    return found;
}

static void remember(const struct rule_count *one)
{
    pthread_mutex_lock(&rule_counts.lock);
    rule_counts.kept[rule_counts.next++ % KEPT] = *one;
    pthread_mutex_unlock(&rule_counts.lock);
}

/* version: of the organisation, read before. */
static rc_t count_rules(struct call *c, int64_t version, struct rule_count *out, struct err *e)
{
    CLEANUP_JSON json_t *document = NULL, *found = NULL;
    str_t organisation = admin_organisation(c);
    int64_t now = admin_actor(c)->now;
    const struct simulation s = {
        .book = c->app->rules, .r = admin_registry(c), .now = now, .organisation = organisation};
    if (recall(organisation, version, now, out)) return RC_OK;
    TRY(rules_store_get(admin_registry(c), organisation, &document, e));
    TRY(simulate_check(&s, &found, e));
    *out = (struct rule_count){.version = version, .at = now};
    snprintf(out->organisation, sizeof out->organisation, "%.*s", STR_ARG(organisation));
    out->rules = (long long) json_array_size(json_object_get(document, "rules"));
    out->warnings = (long long) json_array_size(json_object_get(found, "warnings"));
    remember(out);
    return RC_OK;
}

static rc_t put_rules(struct call *c, int64_t version, json_t *out, json_t *warnings, struct err *e)
{
    struct rule_count n;
    TRY(count_rules(c, version, &n, e));
    json_t *rules = json_object();
    json_put_int(rules, "count", n.rules);
    json_put_int(rules, "warnings", n.warnings);
    json_object_set_new(out, "rules", rules);
    if (n.warnings) warning(warnings, "rules", n.warnings);
    return RC_OK;
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static void take_licence_warnings(const json_t *licences, json_t *warnings)
{
    const json_t *list = json_object_get(licences, "warnings");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i), *n = json_object_get(one, "days");
        if (!n) n = json_object_get(one, "seats");
        CLEANUP_JSON json_t *code =
            json_sprintf("licences_%s", json_string_value(json_object_get(one, "code")));
        warning(warnings, json_string_value(code), n ? json_integer_value(n) : 0);
    }
}

rc_t admin_overview_get(struct call *c, struct err *e)
{
    CLEANUP_TABLE const struct table *t = NULL;
    CLEANUP_JSON json_t *out = json_object(), *warnings = json_array(), *licences = NULL,
                        *mail = NULL;
    int64_t now = admin_actor(c)->now, since;
    TRY(admin_since(c, &since, e));
    TRY(table_acquire(admin_registry(c), admin_organisation(c), &t, e));
    TRY(admin_licences_summary(c, &licences, e));
    TRY(decision_log_days(c->kv, c->app->config, admin_organisation(c), since, now, MAIL_DAYS,
                          &mail, e));
    put_accounts(t, now, out, warnings);
    TRY(put_domains(c, out, warnings, e));
    TRY(put_rules(c, t->version, out, warnings, e));
    take_licence_warnings(licences, warnings);
    json_object_set(out, "licences", licences);
    json_object_set(out, "mail", mail);
    json_object_set(out, "warnings", warnings);
    return call_answer(c, json_incref(out), e);
}
