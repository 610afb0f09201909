/* The organisation's directory: what is listed when, for whom, and what is done with it. */
#include "webmail/contacts/colleagues.h"

#include "base/b64.h"
#include "policy/registry.h"
#include "tests/unit/webmail/book_acts.h"
#include "webmail/contacts/names.h"
#include "webmail/settings/settings.h"
#include "webmail/store.h"

static struct config_plan plans[] = {{STR_INIT("basic"), true}, {STR_INIT("bare"), false}};

static rc_t give(struct rig *r, str_t account, str_t alias, bool on)
{
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    return registry_set_from(&registry, &by, account, alias, on, NULL);
}

static rc_t put(struct rig *r, enum record_kind kind, str_t id, const char *patch)
{
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    CLEANUP_JSON json_t *row = rig_json(patch);
    struct registry_write w = {.at = {kind, STR_NULL, id}, .patch = row};
    rc_t rc = registry_write(&registry, &by, &w, NULL);
    json_decref(w.after);
    return rc;
}

static rc_t set_plan(struct rig *r, str_t account, const char *plan)
{
    char patch[64];
    snprintf(patch, sizeof patch, plan ? "{\"plan\": \"%s\"}" : "{\"plan\": null}", plan);
    return put(r, RECORD_ACCOUNT, account, patch);
}

static void attach(struct rig *r, str_t domain, str_t organisation)
{
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    assert_int_equal(registry_attach(&registry, &by, domain, organisation, "operator", NULL),
                     RC_OK);
}

/* A request of that account, as it is entitled now. */
static struct rig_call *call_of(struct rig *r, const char *account)
{
    struct rig_call *rc = rig_call(r, account);
    struct entitlement now;
    assert_int_equal(
        plan_of(r->app.plans, r->kv, str_c(account), call_now(), rc->c.arena, &now, NULL), RC_OK);
    rc->c.organisation = now.organisation;
    rc->c.directory = now.directory;
    rc->c.registry_version = now.version;
    return rc;
}

static int open_world(void **state)
{
    assert_int_equal(open_rig(state), 0);
    struct rig *r = *state;
    r->config.plans = plans;
    r->config.plan_count = 2;
    assert_int_equal(plan_store_new(&r->config, &r->app.plans, NULL), RC_OK);
    assert_int_equal(names_new(&r->app.names, NULL), RC_OK);
    assert_int_equal(put(r, RECORD_CUSTOMER, STR("demo"), "{}"), RC_OK);
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("demo"), "{\"customer\": \"demo\"}"), RC_OK);
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("other"), "{\"customer\": \"demo\"}"), RC_OK);
    attach(r, STR("demo.test"), STR("demo"));
    attach(r, STR("other.test"), STR("other"));
    return 0;
}

static int close_world(void **state)
{
    struct rig *r = *state;
    plan_store_free(r->app.plans);
    names_free(r->app.names);
    return close_rig(state);
}

/* The account's vault holds these, the newest last; then it lists what is to be listed. */
static void keep(struct rig *r, const char *account, const struct pki *const *certs, size_t n)
{
    struct rig_call *rc = call_of(r, account);
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    assert_int_equal(store_load(&rc->c, STR("keys"), &doc, &version, NULL), RC_OK);
    json_decref(doc);
    doc = rig_json("{\"keys\": []}");
    for (size_t i = 0; i < n; i++) {
        json_t *key = json_object(), *list = json_array();
        json_array_append_new(list,
                              json_from_str(b64_encode(rc->c.arena, cert_der(certs[i]->cert))));
        json_put_str(key, "id", STR("0011223344556677"));
        json_object_set_new(key, "certificates", list);
        json_array_append_new(json_object_get(doc, "keys"), key);
    }
    assert_int_equal(store_save(&rc->c, STR("keys"), doc, version, NULL), RC_OK);
    assert_int_equal(colleagues_publish(&rc->c, NULL), RC_OK);
    rig_call_free(rc);
}
#define KEEP(r, account, ...)                                                                      \
    keep((r), (account), (const struct pki *const[]){__VA_ARGS__},                                 \
         sizeof((const struct pki *const[]){__VA_ARGS__}) / sizeof(struct pki *))

static void set(struct rig *r, const char *account, const char *settings)
{
    struct rig_call *rc = call_of(r, account);
    rc->c.in = rig_json(settings);
    assert_int_equal(settings_put(&rc->c, NULL), RC_OK);
    rig_call_free(rc);
}

/* What `user` may encrypt to for the address; found NULL: nothing. */
static void sees(struct rig *r, const char *user, const char *address, enum recipient_status status,
                 const struct pki *found, const char *source)
{
    struct rig_call *rc = call_of(r, user);
    struct recipient_certificate got;
    assert_int_equal(contacts_find_certificate(&rc->c, str_c(address), NULL, &got, NULL), RC_OK);
    assert_int_equal(got.status, status);
    assert_int_equal(got.cert != NULL, found != NULL);
    if (found) {
        assert_true(cert_equal(got.cert, found->cert));
        assert_string_equal(got.source, source);
    }
    cert_unref(got.cert);
    rig_call_free(rc);
}
static void sees_nothing(struct rig *r, const char *user, const char *address)
{
    sees(r, user, address, RECIPIENT_NONE, NULL, NULL);
}
static void sees_listed(struct rig *r, const char *user, const char *address,
                        const struct pki *found)
{
    sees(r, user, address, RECIPIENT_READY, found, "directory");
}

static long long entries(struct rig *r, const char *address)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    return RIG_REDIS(r, a, STR("HLEN"), arena_printf(a, "test:dir:%s", address)).i;
}

#define BOB "bob@demo.test"
#define ALICE "alice@demo.test"

static void colleagues_find_each_other(void **state)
{
    struct rig *r = *state;
    struct pki bob = leaf("email:" BOB, -10, 50, ENCRYPT, &intermediate);
    sees_nothing(r, ALICE, BOB);
    KEEP(r, BOB, &bob, &intermediate);
    sees_listed(r, ALICE, BOB, &bob); /* by the authority that came along */
    sees_listed(r, ALICE, "Bob@Demo.Test", &bob);
    sees_nothing(r, "mallory@other.test", BOB);
    sees_nothing(r, "mallory@sub.demo.test", BOB);
    sees_nothing(r, ALICE, "bob@other.test");
    set(r, ALICE, "{\"security\": {\"lookups\": false}}");
    sees_nothing(r, ALICE, BOB);
    pki_free(&bob);
}

/* The organisation is what counts, not the domain; its word about it, too. */
static void the_organisation_decides(void **state)
{
    struct rig *r = *state;
    struct pki bob = leaf("email:" BOB, -10, 50, ENCRYPT, &root);
    struct pki eve = leaf("email:eve@public.test", -10, 50, ENCRYPT, &root);
    KEEP(r, BOB, &bob);
    attach(r, STR("sister.test"), STR("demo"));
    sees_listed(r, "sue@sister.test", BOB, &bob);
    sees_nothing(r, "sue@other.test", BOB);
    /* A domain of no organisation: nobody's colleagues, not each other's either. */
    KEEP(r, "eve@public.test", &eve);
    sees_nothing(r, "mallory@public.test", "eve@public.test");
    sees_nothing(r, ALICE, "eve@public.test");
    sees_nothing(r, "eve@public.test", BOB);
    attach(r, STR("public.test"), STR("other"));
    sees_listed(r, "mallory@public.test", "eve@public.test", &eve);
    /* A hoster whose customers are strangers to each other. */
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("other"), "{\"directory\": \"off\"}"), RC_OK);
    sees_nothing(r, "mallory@public.test", "eve@public.test");
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("other"), "{\"directory\": \"names\"}"),
                     RC_OK);
    sees_listed(r, "mallory@public.test", "eve@public.test", &eve);
    assert_int_equal(put(r, RECORD_ACCOUNT, STR("eve@public.test"), "{\"state\": \"suspended\"}"),
                     RC_OK);
    sees_nothing(r, "mallory@public.test", "eve@public.test");
    pki_free(&bob);
    pki_free(&eve);
}

static void goes_with_the_key(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct pki old = leaf("email:" BOB, -20, 50, ENCRYPT, &root);
    struct pki newer = leaf("email:" BOB, -10, 80, ENCRYPT, &root);
    struct pki ended = leaf("email:" BOB, -20, -1, ENCRYPT, &root);
    struct pki signing = leaf("email:" BOB, -20, 50, "digitalSignature", &root);
    KEEP(r, BOB, &old);
    sees_listed(r, ALICE, BOB, &old);
    KEEP(r, BOB, &old, &newer);
    sees_listed(r, ALICE, BOB, &newer);
    assert_int_equal(entries(r, BOB), 1);
    long long left = RIG_REDIS(r, a, STR("TTL"), STR("test:dir:" BOB)).i;
    assert_true(left > 79 * PKI_DAY && left <= 80 * PKI_DAY);
    KEEP(r, BOB, &ended);
    assert_int_equal(entries(r, BOB), 0);
    KEEP(r, BOB, &old);
    KEEP(r, BOB, &signing);
    assert_int_equal(entries(r, BOB), 0);
    KEEP(r, BOB, &old);
    keep(r, BOB, NULL, 0);
    sees_nothing(r, ALICE, BOB);
    assert_int_equal(entries(r, BOB), 0);
    pki_free(&old);
    pki_free(&newer);
    pki_free(&ended);
    pki_free(&signing);
}

static void listing_can_be_declined(void **state)
{
    struct rig *r = *state;
    struct pki bob = leaf("email:" BOB, -10, 50, ENCRYPT, &root);
    KEEP(r, BOB, &bob);
    set(r, BOB, "{\"security\": {\"listed\": false}}");
    assert_int_equal(entries(r, BOB), 0);
    KEEP(r, BOB, &bob);
    assert_int_equal(entries(r, BOB), 0);
    set(r, BOB, "{\"security\": {\"listed\": true}}");
    sees_listed(r, ALICE, BOB, &bob);
    struct rig_call *rc = call_of(r, BOB);
    assert_int_equal(colleagues_withdraw(&rc->c, NULL), RC_OK);
    rig_call_free(rc);
    assert_int_equal(entries(r, BOB), 0);
    pki_free(&bob);
}

static void ends_with_the_feature(void **state)
{
    struct rig *r = *state;
    struct pki bob = leaf("email:" BOB, -10, 50, ENCRYPT, &root);
    KEEP(r, BOB, &bob);
    assert_int_equal(set_plan(r, STR(BOB), "bare"), RC_OK);
    sees_nothing(r, ALICE, BOB);
    assert_int_equal(set_plan(r, STR(BOB), NULL), RC_OK);
    sees_listed(r, ALICE, BOB, &bob);
    struct rig_call *rc = call_of(r, BOB); /* signs in without the feature */
    rc->c.features.smime = false;
    colleagues_follow(&rc->c);
    rig_call_free(rc);
    assert_int_equal(entries(r, BOB), 0);
    pki_free(&bob);
}

/* Only addresses that are the account's, whatever its certificate names. */
static void only_its_own_addresses(void **state)
{
    struct rig *r = *state;
    struct pki many =
        leaf("email:" BOB ",email:sales@demo.test,email:boss@demo.test", -10, 50, ENCRYPT, &root);
    struct pki sales = leaf("email:sales@demo.test", -5, 50, ENCRYPT, &root);
    assert_int_equal(give(r, STR(BOB), STR("sales@demo.test"), true), RC_OK);
    KEEP(r, BOB, &many);
    sees_listed(r, ALICE, BOB, &many);
    sees_listed(r, ALICE, "sales@demo.test", &many);
    sees_nothing(r, ALICE, "boss@demo.test");
    assert_int_equal(entries(r, "boss@demo.test"), 0);
    /* The alias was taken back: at once, and for good when its account is seen again. */
    assert_int_equal(give(r, STR(BOB), STR("sales@demo.test"), false), RC_OK);
    sees_nothing(r, ALICE, "sales@demo.test");
    KEEP(r, BOB, &many);
    assert_int_equal(entries(r, "sales@demo.test"), 0);
    /* A certificate of its own for the alias. */
    assert_int_equal(give(r, STR(BOB), STR("sales@demo.test"), true), RC_OK);
    struct pki bob = leaf("email:" BOB, -10, 50, ENCRYPT, &root);
    KEEP(r, BOB, &bob, &sales);
    sees_listed(r, ALICE, BOB, &bob);
    sees_listed(r, ALICE, "sales@demo.test", &sales);
    pki_free(&bob);
    pki_free(&many);
    pki_free(&sales);
}

static void is_judged_and_comes_after_the_address_book(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki stranger = leaf("email:" BOB, -10, 50, ENCRYPT, NULL);
    struct pki bob = leaf("email:" BOB, -10, 50, ENCRYPT, &root);
    struct pki known = leaf("email:" BOB, -20, 50, ENCRYPT, &root);
    struct pki past = leaf("email:" BOB, -20, -5, ENCRYPT, &root);
    KEEP(r, BOB, &stranger); /* of nobody we trust: listed is not trusted */
    sees(r, ALICE, BOB, RECIPIENT_UNTRUSTED, &stranger, "directory");
    KEEP(r, BOB, &bob);
    assert_int_equal(add(r, BOB, &past, NULL, &added), RC_OK);
    sees_listed(r, ALICE, BOB, &bob);
    assert_int_equal(add(r, BOB, &known, NULL, &added), RC_OK);
    sees(r, ALICE, BOB, RECIPIENT_READY, &known, "imported");
    pki_free(&stranger);
    pki_free(&bob);
    pki_free(&known);
    pki_free(&past);
}

/* Redis is not trusted: what was changed, moved or renamed there is not used. */
static void forged_entries_are_nothing(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct pki bob = leaf("email:" BOB ",email:eve@demo.test", -10, 50, ENCRYPT, &root);
    KEEP(r, BOB, &bob);
    str_t blob = RIG_REDIS(r, a, STR("HGET"), STR("test:dir:" BOB), STR(BOB)).s;
    RIG_REDIS(r, a, STR("HSET"), STR("test:dir:eve@demo.test"), STR("eve@demo.test"), blob);
    sees_nothing(r, ALICE, "eve@demo.test");
    RIG_REDIS(r, a, STR("HSET"), STR("test:dir:eve@demo.test"), STR(BOB), blob);
    sees_nothing(r, ALICE, "eve@demo.test");
    char *changed = arena_alloc(a, blob.n);
    memcpy(changed, blob.p, blob.n);
    changed[blob.n - 1] ^= 1;
    RIG_REDIS(r, a, STR("HSET"), STR("test:dir:" BOB), STR(BOB), str_n(changed, blob.n));
    sees_nothing(r, ALICE, BOB);
    RIG_REDIS(r, a, STR("HSET"), STR("test:dir:" BOB), STR(BOB), STR(""));
    sees_nothing(r, ALICE, BOB);
    char *huge = arena_alloc(a, 100000);
    memset(huge, 'x', 100000);
    RIG_REDIS(r, a, STR("HSET"), STR("test:dir:" BOB), STR(BOB), str_n(huge, 100000));
    sees_nothing(r, ALICE, BOB);
    KEEP(r, BOB, &bob);
    sees_listed(r, ALICE, BOB, &bob);
    pki_free(&bob);
}

static void an_address_of_many_accounts_is_bounded(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct pki shared = leaf("email:desk@demo.test", -10, 50, ENCRYPT, &root);
    for (unsigned i = 0; i < COLLEAGUES_MAX_ACCOUNTS + 3; i++) {
        str_t account = arena_printf(a, "clerk%u@demo.test", i);
        assert_int_equal(give(r, account, STR("desk@demo.test"), true), RC_OK);
        KEEP(r, arena_cstr(a, account), &shared);
    }
    assert_int_equal(entries(r, "desk@demo.test"), COLLEAGUES_MAX_ACCOUNTS);
    sees_listed(r, ALICE, "desk@demo.test", &shared);
    pki_free(&shared);
}

/* What is offered to `user` for the text: "Name <address> source", one a line. */
static const char *offered(struct rig *r, const char *user, const char *text)
{
    static char out[2000];
    struct rig_call *rc = call_of(r, user);
    size_t n = 0;
    rc->c.in = json_object();
    json_put_str(rc->c.in, "text", str_c(text));
    assert_int_equal(contacts_complete(&rc->c, NULL), RC_OK);
    const json_t *found = json_object_get(rc->c.out, "found");
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(found); i++) {
        const json_t *v = json_array_get(found, i);
        n += (size_t) snprintf(out + n, sizeof out - n, "%s%s <%s> %s", i ? "\n" : "",
                               json_string_value(json_object_get(v, "name")),
                               json_string_value(json_object_get(v, "address")),
                               json_string_value(json_object_get(v, "source")));
    }
    rig_call_free(rc);
    return out;
}
#define OFFERED(user, text, expected) assert_string_equal(offered(r, user, text), expected)

static void names_are_offered_where_the_organisation_wants_it(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki pat = leaf("email:pat@demo.test", -10, 50, ENCRYPT, &root);
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(BOB), "{\"name\": \"Bob Builder\"}"), RC_OK);
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(ALICE), "{\"name\": \"Alice Builder\"}"), RC_OK);
    assert_int_equal(put(r, RECORD_ACCOUNT, STR("eve@other.test"), "{\"name\": \"Eve Builder\"}"),
                     RC_OK);
    OFFERED(ALICE, "build", ""); /* certificates only */
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("demo"), "{\"directory\": \"names\"}"), RC_OK);
    OFFERED(ALICE, "build", "Bob Builder <" BOB "> directory"); /* nobody else's, not oneself */
    OFFERED(ALICE, "bob@dem", "Bob Builder <" BOB "> directory");
    OFFERED(ALICE, "bulid", "");
    OFFERED("eve@other.test", "build", "");
    OFFERED("sue@public.test", "build", "");
    /* a change counts at the next request; who is suspended is not offered */
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(BOB), "{\"name\": \"Bob Mason\"}"), RC_OK);
    OFFERED(ALICE, "mason", "Bob Mason <" BOB "> directory");
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(BOB), "{\"state\": \"suspended\"}"), RC_OK);
    OFFERED(ALICE, "mason", "");
    /* a contact is what the person calls him, once */
    assert_int_equal(put(r, RECORD_ACCOUNT, STR("pat@demo.test"), "{\"name\": \"Pat Mason\"}"),
                     RC_OK);
    OFFERED(ALICE, "pat", "Pat Mason <pat@demo.test> directory");
    assert_int_equal(add(r, "pat@demo.test", &pat, NULL, &added), RC_OK);
    OFFERED(ALICE, "pat", "Bob <pat@demo.test> contact");
    OFFERED(ALICE, "mason", "");
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("demo"), "{\"directory\": \"off\"}"), RC_OK);
    OFFERED(BOB, "pat", "");
    pki_free(&pat);
}

#define W(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
int main(void)
{
    const struct CMUnitTest tests[] = {
        W(colleagues_find_each_other), W(names_are_offered_where_the_organisation_wants_it),
        W(the_organisation_decides),   W(goes_with_the_key),
        W(listing_can_be_declined),    W(ends_with_the_feature),
        W(only_its_own_addresses),     W(is_judged_and_comes_after_the_address_book),
        W(forged_entries_are_nothing), W(an_address_of_many_accounts_is_bounded),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
