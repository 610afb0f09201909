/* A renamed account's data: all of it arrives, opens there and nowhere else, however often it was
 * interrupted, and whoever has the old address next gets none of it. */
#include "webmail/account/move.h"

#include "base/b64.h"
#include "policy/rename.h"
#include "tests/unit/webmail/book_acts.h"
#include "webmail/routes.h"
#include "webmail/settings/settings.h"
#include "webmail/store.h"

#define ALICE "alice@demo.test"
#define ANNA "anna@demo.test"
#define SECRET STR("a key file in its own passphrase")

static struct config_plan plans[] = {{STR_INIT("basic"), true}};

static rc_t put(struct rig *r, enum record_kind kind, str_t id, const char *patch)
{
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    CLEANUP_JSON json_t *row = patch ? rig_json(patch) : NULL;
    struct registry_write w = {.at = {kind, STR_NULL, id}, .patch = row};
    rc_t rc = registry_write(&registry, &by, &w, NULL);
    json_decref(w.after);
    return rc;
}

static rc_t rename_account(struct rig *r, const char *from, const char *to)
{
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    const struct renaming what = {.from = str_c(from), .to = str_c(to), .keep = true};
    json_t *row = NULL;
    rc_t rc = account_rename(&registry, &by, NULL, &what, &row, NULL);
    json_decref(row);
    return rc;
}

static int open_world(void **state)
{
    assert_int_equal(open_rig(state), 0);
    struct rig *r = *state;
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    r->config.plans = plans;
    r->config.plan_count = 1;
    assert_int_equal(plan_store_new(&r->config, &r->app.plans, NULL), RC_OK);
    assert_int_equal(put(r, RECORD_CUSTOMER, STR("demo"), "{}"), RC_OK);
    assert_int_equal(put(r, RECORD_ORGANISATION, STR("demo"), "{\"customer\": \"demo\"}"), RC_OK);
    assert_int_equal(
        registry_attach(&registry, &by, STR("demo.test"), STR("demo"), "operator", NULL), RC_OK);
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(ALICE), "{\"name\": \"Alice\"}"), RC_OK);
    return 0;
}

static int close_world(void **state)
{
    struct rig *r = *state;
    plan_store_free(r->app.plans);
    return close_rig(state);
}

static rc_t settle(struct rig *r, const char *address)
{
    struct rig_call *rc = rig_call(r, NULL);
    rc_t code = move_settle(&rc->c, str_c(address), NULL);
    rig_call_free(rc);
    return code;
}

static bool renamed(struct rig *r, const char *address)
{
    struct rig_call *rc = rig_call(r, NULL);
    struct entitlement now;
    assert_int_equal(
        plan_of(r->app.plans, r->kv, str_c(address), call_now(), rc->c.arena, &now, NULL), RC_OK);
    if (now.renamed) assert_false(now.features.smime);
    bool is = now.renamed;
    rig_call_free(rc);
    return is;
}

/* --- what a person has --------------------------------------------------------------------------
 */

static str_t seal_for(struct rig_call *rc, const char *purpose, str_t place)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t out;
    assert_int_equal(app_key(rc->c.app, str_c(purpose), rc->session.address, key, NULL), RC_OK);
    assert_int_equal(seal(key, SECRET, place, rc->c.arena, &out, NULL), RC_OK);
    return out;
}

static void opens(struct rig_call *rc, const char *purpose, str_t place, str_t blob)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t out;
    assert_int_equal(app_key(rc->c.app, str_c(purpose), rc->session.address, key, NULL), RC_OK);
    assert_int_equal(unseal(key, blob, place, rc->c.arena, &out, NULL), RC_OK);
    assert_str(out, SECRET);
}

static void save(struct rig_call *rc, const char *what, const char *text)
{
    CLEANUP_JSON json_t *doc = rig_json(text);
    assert_int_equal(store_save(&rc->c, str_c(what), doc, STR_NULL, NULL), RC_OK);
}

static void fill(struct rig *r, const char *user)
{
    struct rig_call *rc = rig_call(r, user);
    struct arena *a = rc->c.arena;
    str_t file = call_user_key(&rc->c, STR("keyfile:0011")), set = STR("aabb");
    str_t modes = call_user_key(&rc->c, STR("modes")), value;
    save(rc, "trust", "{\"entries\": []}");
    save(rc, "keys", "{\"keys\": []}");
    CLEANUP_JSON json_t *settings =
        json_pack("{s:[{s:s,s:s,s:b}]}", "identities", "name", "Me", "address", user, "default", 1);
    assert_int_equal(store_save(&rc->c, STR("settings"), settings, STR_NULL, NULL), RC_OK);
    RIG_REDIS(r, a, STR("SET"), file, seal_for(rc, "vault", file));
    CLEANUP_JSON json_t *totp = rig_json("{\"on\": true, \"recovery\": [\"00\"], \"used\": 7}");
    json_put_str(totp, "secret",
                 b64_encode(a, seal_for(rc, "totp", call_user_key(&rc->c, STR("totp")))));
    assert_int_equal(store_save(&rc->c, STR("totp"), totp, STR_NULL, NULL), RC_OK);
    assert_int_equal(store_protect(&rc->c,
                                   arena_printf(a, "%.*s:%.*s", STR_ARG(modes), STR_ARG(set)),
                                   STR("sign\t1"), &value, NULL),
                     RC_OK);
    RIG_REDIS(r, a, STR("HSET"), modes, set, value);
    RIG_REDIS(r, a, STR("ZADD"), call_user_key(&rc->c, STR("modes-used")), STR("17"), set);
    RIG_REDIS(r, a, STR("SET"), call_user_key(&rc->c, STR("found:x")), STR("for a while"));
    rig_call_free(rc);
}

/* All of it, and it opens. */
static void has_all(struct rig *r, const char *user)
{
    struct rig_call *rc = rig_call(r, user);
    struct arena *a = rc->c.arena;
    static const char *const documents[] = {"trust", "keys", "settings", "totp"};
    str_t file = call_user_key(&rc->c, STR("keyfile:0011")), sealed, out, version;
    str_t modes = call_user_key(&rc->c, STR("modes"));
    for (size_t i = 0; i < 4; i++) {
        CLEANUP_JSON json_t *doc = NULL;
        assert_int_equal(store_load(&rc->c, str_c(documents[i]), &doc, &version, NULL), RC_OK);
        assert_non_null(doc);
        if (i == 2)
            assert_str(json_text(json_object_get(
                           json_array_get(json_object_get(doc, "identities"), 0), "address")),
                       str_c(user));
        if (i < 3) continue;
        assert_true(b64_decode(a, json_text(json_object_get(doc, "secret")), &sealed));
        opens(rc, "totp", call_user_key(&rc->c, STR("totp")), sealed);
        assert_true(json_is_true(json_object_get(doc, "on")));
        assert_int_equal(json_array_size(json_object_get(doc, "recovery")), 1);
    }
    opens(rc, "vault", file, RIG_REDIS(r, a, STR("GET"), file).s);
    str_t blob = RIG_REDIS(r, a, STR("HGET"), modes, STR("aabb")).s;
    assert_int_equal(
        store_reveal(&rc->c, arena_printf(a, "%.*s:aabb", STR_ARG(modes)), blob, &out, NULL),
        RC_OK);
    assert_str(out, STR("sign\t1"));
    assert_str(
        RIG_REDIS(r, a, STR("ZSCORE"), call_user_key(&rc->c, STR("modes-used")), STR("aabb")).s,
        STR("17"));
    rig_call_free(rc);
}

static size_t count(struct rig *r, const char *user)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    return RIG_REDIS(r, a, STR("KEYS"), arena_printf(a, "test:u:%s:*", user)).count;
}

/* --- tests
 * ---------------------------------------------------------------------------------------- */

static void all_of_it_arrives(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -10, 50, ENCRYPT, &root);
    fill(r, ALICE);
    assert_int_equal(add(r, "bob@demo.test", &bob, NULL, &added), RC_OK);
    has_all(r, ALICE);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    assert_true(renamed(r, ALICE)); /* signs in no more; whoever is signed in is not any more */
    assert_false(renamed(r, ANNA));
    assert_int_equal(settle(r, ANNA), RC_OK);
    has_all(r, ANNA);
    assert_int_equal(count(r, ALICE), 0);
    struct rig_call *rc = rig_call(r, ANNA);
    assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
    const json_t *contacts = json_object_get(rc->c.out, "contacts");
    assert_int_equal(json_array_size(contacts), 1);
    assert_int_equal(json_array_size(json_object_get(json_array_get(contacts, 0), "certificates")),
                     1);
    rig_call_free(rc);
    size_t before = count(r, ANNA);
    assert_int_equal(settle(r, ANNA), RC_OK);
    assert_int_equal(count(r, ANNA), before);
    pki_free(&bob);
}

static void an_interrupted_move_is_completed(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    fill(r, ALICE);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    /* something that cannot be written to, in the middle of it */
    RIG_REDIS(r, a, STR("SET"), STR("test:u:" ANNA ":modes"), STR("no hash"));
    assert_int_not_equal(settle(r, ANNA), RC_OK);
    assert_true(count(r, ALICE) > 0);
    RIG_REDIS(r, a, STR("DEL"), STR("test:u:" ANNA ":modes"));
    assert_int_equal(settle(r, ANNA), RC_OK);
    has_all(r, ANNA);
    assert_int_equal(count(r, ALICE), 0);
}

static void who_comes_next_gets_none_of_it(void **state)
{
    struct rig *r = *state;
    fill(r, ALICE);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    /* somebody else is given the address before Anna signs in */
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(ALICE), "{\"name\": \"Another Alice\"}"), RC_OK);
    assert_false(renamed(r, ALICE));
    assert_int_equal(settle(r, ALICE), RC_OK);
    assert_int_equal(count(r, ALICE), 0);
    has_all(r, ANNA);
    /* what she makes is hers, whatever the first one does or deletes */
    fill(r, ALICE);
    assert_int_equal(settle(r, ANNA), RC_OK);
    assert_int_equal(settle(r, ALICE), RC_OK);
    has_all(r, ALICE);
    has_all(r, ANNA);
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct kv_value keys = RIG_REDIS(r, a, STR("KEYS"), STR("test:u:" ANNA ":*"));
    for (size_t i = 0; i < keys.count; i++)
        RIG_REDIS(r, a, STR("DEL"), keys.items[i].s); /* as deleting an account's data does */
    assert_int_equal(settle(r, ANNA), RC_OK);
    has_all(r, ALICE);
    assert_int_equal(count(r, ANNA), 0);
}

static void several_names_and_back(void **state)
{
    struct rig *r = *state;
    fill(r, ALICE);
    assert_int_equal(rename_account(r, ALICE, "b@demo.test"), RC_OK);
    assert_int_equal(rename_account(r, "b@demo.test", "c@demo.test"), RC_OK);
    assert_int_equal(settle(r, "c@demo.test"), RC_OK); /* nobody ever was b */
    has_all(r, "c@demo.test");
    assert_int_equal(rename_account(r, "c@demo.test", ALICE), RC_OK);
    assert_false(renamed(r, ALICE));
    assert_int_equal(settle(r, ALICE), RC_OK);
    has_all(r, ALICE);
    assert_int_equal(count(r, "b@demo.test") + count(r, "c@demo.test"), 0);
    assert_int_equal(settle(r, ALICE), RC_OK);
    has_all(r, ALICE);
}

static void what_is_there_stays(void **state)
{
    struct rig *r = *state;
    fill(r, ALICE);
    struct rig_call *rc = rig_call(r, ANNA);
    save(rc, "trust", "{\"entries\": [], \"mine\": true}");
    rig_call_free(rc);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    assert_int_equal(settle(r, ANNA), RC_OK);
    assert_int_equal(count(r, ALICE), 1); /* what it stands in the way of is not thrown away */
    has_all(r, ANNA);
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    rc = rig_call(r, ANNA);
    assert_int_equal(store_load(&rc->c, STR("trust"), &doc, &version, NULL), RC_OK);
    assert_true(json_is_true(json_object_get(doc, "mine")));
    rig_call_free(rc);
}

static void forged_values_become_nothing_better(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    fill(r, ALICE);
    str_t blob = RIG_REDIS(r, a, STR("GET"), STR("test:u:" ALICE ":trust")).s;
    RIG_REDIS(r, a, STR("SET"), STR("test:u:" ALICE ":templates"),
              blob); /* ours, of another place */
    RIG_REDIS(r, a, STR("SET"), STR("test:u:" ALICE ":keyfile:0011"), STR("no sealed file"));
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    assert_int_equal(settle(r, ANNA), RC_OK); /* and it keeps nobody from signing in */
    struct rig_call *rc = rig_call(r, ANNA);
    assert_int_equal(store_load(&rc->c, STR("templates"), &doc, &version, NULL), RC_DAMAGED);
    assert_int_equal(store_load(&rc->c, STR("trust"), &doc, &version, NULL), RC_OK);
    rig_call_free(rc);
    assert_int_equal(count(r, ALICE), 0);
}

static void a_factor_that_is_on_is_not_kept_back(void **state)
{
    struct rig *r = *state;
    fill(r, ALICE);
    struct rig_call *rc = rig_call(r, ANNA);
    save(rc, "totp", "{\"pending\": {\"since\": 1}}");
    rig_call_free(rc);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    assert_int_equal(settle(r, ANNA), RC_OK);
    has_all(r, ANNA);
    assert_int_equal(count(r, ALICE), 0);
}

static void who_was_unregistered_since_brings_it_too(void **state)
{
    struct rig *r = *state;
    fill(r, ALICE);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    assert_int_equal(put(r, RECORD_ACCOUNT, STR(ANNA), NULL), RC_OK);
    assert_int_equal(settle(r, ANNA), RC_OK);
    has_all(r, ANNA);
}

/* The administration keeps its own second factor, and its own note of what was moved. */
static void each_site_moves_its_own(void **state)
{
    struct rig *r = *state;
    const struct site admin = {.mail = false};
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    bool due;
    fill(r, ALICE);
    r->app.site = &admin;
    r->app.prefix = STR("test:a");
    fill(r, ALICE);
    assert_int_equal(rename_account(r, ALICE, ANNA), RC_OK);
    struct rig_call *rc = rig_call(r, ANNA);
    assert_int_equal(move_is_due(&rc->c, STR(ALICE), &due, NULL), RC_OK);
    assert_true(due);
    assert_int_equal(settle(r, ANNA), RC_OK);
    assert_int_equal(move_is_due(&rc->c, STR(ALICE), &due, NULL), RC_OK);
    assert_false(due);
    assert_int_equal(store_load(&rc->c, STR("totp"), &doc, &version, NULL), RC_OK);
    assert_true(json_is_true(json_object_get(doc, "on")));
    assert_str(json_text(json_object_get(doc, "recovery_of")), STR(ALICE));
    rig_call_free(rc);
    assert_int_equal(RIG_REDIS(r, a, STR("EXISTS"), STR("test:a:u:" ALICE ":totp")).i, 0);
    assert_int_equal(count(r, ANNA), 0);
    r->app.site = NULL;
    r->app.prefix = STR_NULL;
    assert_int_equal(settle(r, ANNA), RC_OK);
    has_all(r, ANNA);
}

#define W(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
int main(void)
{
    const struct CMUnitTest tests[] = {
        W(all_of_it_arrives),
        W(an_interrupted_move_is_completed),
        W(who_comes_next_gets_none_of_it),
        W(several_names_and_back),
        W(what_is_there_stays),
        W(forged_values_become_nothing_better),
        W(a_factor_that_is_on_is_not_kept_back),
        W(who_was_unregistered_since_brings_it_too),
        W(each_site_moves_its_own),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
