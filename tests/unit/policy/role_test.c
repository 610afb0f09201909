/* Who may do what in an organisation, and to whom; what becomes of a role. */
#include "policy/role.h"

#include <pthread.h>

#include "policy/rename.h"
#include "tests/unit/policy/world.h"

static void roles_are_what_the_lists_say(void **state)
{
    struct world *w = *state;
    enum role role;
    struct kv_value v;
    world_acme(w, 5);
    world_must(w, RECORD_ROLE, "north", "anna@north.test", "{\"role\":\"writer\"}");
    world_must(w, RECORD_ROLE, NULL, "root", "{\"role\":\"operator\"}");
    static const struct {
        const char *organisation, *who;
        enum role role;
    } cases[] = {{"north", "anna@north.test", ROLE_WRITER},
                 {"south", "anna@north.test", ROLE_NONE},
                 {NULL, "anna@north.test", ROLE_NONE},
                 {"south", "root", ROLE_OPERATOR},
                 {NULL, "root", ROLE_OPERATOR},
                 {"north", "nobody", ROLE_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(
            role_of(&w->r, str_c(cases[i].organisation), str_c(cases[i].who), &role, NULL), RC_OK);
        assert_int_equal(role, cases[i].role);
    }
    assert_true(role_may(ROLE_WRITER, ROLE_CHANGE));
    assert_false(role_may(ROLE_WRITER, ROLE_CHANGE_WHO));
    assert_false(role_may(ROLE_OWNER, ROLE_OPERATE));
    assert_false(role_may(ROLE_NONE, ROLE_LOOK));
    assert_true(role_may(ROLE_READER, ROLE_LOOK));
    /* A word in an organisation's list makes nobody an operator, and a damaged one nothing. */
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HSET"), STR("t:o:roles:north"), STR("eve"),
                            STR("{\"role\":\"operator\"}")),
                     RC_OK);
    assert_int_equal(role_of(&w->r, STR("north"), STR("eve"), &role, NULL), RC_OK);
    assert_int_equal(role, ROLE_NONE);
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HSET"), STR("t:o:roles:north"), STR("eve"),
                            STR("owner")),
                     RC_OK);
    assert_int_equal(role_of(&w->r, STR("north"), STR("eve"), &role, NULL), RC_DAMAGED);
}

struct demotion {
    struct world *w;
    const char *who, *whom;
    rc_t rc;
};

static void *demote(void *arg)
{
    struct demotion *d = arg;
    struct registry r = {world_connect(d->w), &d->w->config};
    const struct actor by = {str_c(d->who), false, NOW};
    json_t *patch = world_json("{\"role\":\"reader\"}");
    struct registry_write out = {.at = {RECORD_ROLE, STR("north"), str_c(d->whom)}, .patch = patch};
    d->rc = registry_write(&r, &by, &out, NULL);
    json_decref(out.after);
    json_decref(patch);
    kv_free(r.kv);
    return NULL;
}

static void the_last_owner_stays(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    for (int round = 0; round < 10; round++) {
        struct demotion both[2] = {{w, "anna@north.test", "bert@north.test", RC_OK},
                                   {w, "bert@north.test", "anna@north.test", RC_OK}};
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
            world_must(w, RECORD_ROLE, "north", both[i].who, "{\"role\":\"owner\"}");
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, demote, &both[i]), 0);
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal((both[0].rc == RC_OK) + (both[1].rc == RC_OK), 1);
        assert_int_equal((both[0].rc == RC_INVALID) + (both[1].rc == RC_INVALID), 1);
    }
    /* Neither is it taken away; only an operator does that. */
    world_must(w, RECORD_ROLE, "north", "bert@north.test", NULL);
    world_must(w, RECORD_ROLE, "north", "anna@north.test", "{\"role\":\"owner\"}");
    w->by.operator= false;
    world_refuses(w, RECORD_ROLE, "north", "anna@north.test", NULL, RC_INVALID, "role");
    w->by.operator= true;
    world_must(w, RECORD_ROLE, "north", "anna@north.test", NULL);
}

static void nobody_takes_the_mailbox_of_whoever_may_more(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *who, *address;
        bool may;
    } cases[] = {
        {"wanda@north.test", "olaf@north.test", false},
        {"wanda@north.test", "wilma@north.test", false},
        {"wanda@north.test", "rita@north.test", true},
        {"wanda@north.test", "nina@north.test", true},
        {"token:backup", "olaf@north.test", false},
        {"token:backup", "wilma@north.test", false},
        {"token:backup", "rita@north.test", true},
        {"olaf@north.test", "wilma@north.test", true},
        {"olaf@north.test", "otto@north.test", true},
        {"olaf@north.test", "root@north.test", false},
        {"wanda@north.test", "root@north.test", false},
    };
    static const char *const roles[][2] = {{"wanda", "writer"},
                                           {"wilma", "writer"},
                                           {"rita", "reader"},
                                           {"olaf", "owner"},
                                           {"otto", "owner"}};
    char id[40], patch[40];
    struct registry_write out;
    struct renaming what = {.to = STR("new@north.test")};
    struct err e = {0};
    json_t *row = NULL;
    world_acme(w, 5);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        snprintf(id, sizeof id, "%s@north.test", roles[i][0]);
        snprintf(patch, sizeof patch, "{\"role\":\"%s\"}", roles[i][1]);
        world_must(w, RECORD_ACCOUNT, "north", id, "{}");
        world_must(w, RECORD_ROLE, "north", id, patch);
    }
    world_must(w, RECORD_ACCOUNT, "north", "nina@north.test", "{}");
    world_must(w, RECORD_ACCOUNT, "north", "root@north.test", "{}");
    world_must(w, RECORD_ROLE, NULL, "root@north.test", "{\"role\":\"operator\"}");
    w->by.operator= false;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w->by.who = str_c(cases[i].who);
        if (!cases[i].may) {
            world_refuses(w, RECORD_ACCOUNT, "north", cases[i].address, NULL, RC_FORBIDDEN,
                          "roles");
            world_refuses(w, RECORD_ACCOUNT, "north", cases[i].address, "{\"state\":\"suspended\"}",
                          RC_FORBIDDEN, "roles");
            what.from = str_c(cases[i].address);
            assert_int_equal(account_rename(&w->r, &w->by, NULL, &what, &row, &e), RC_FORBIDDEN);
            assert_string_equal(e.field, "roles");
            continue;
        }
        world_must(w, RECORD_ACCOUNT, "north", cases[i].address, "{\"state\":\"suspended\"}");
        world_must(w, RECORD_ACCOUNT, "north", cases[i].address, "{\"state\":\"active\"}");
    }
    assert_int_equal(world_write(w, RECORD_ACCOUNT, "north", "olaf@north.test",
                                 "{\"name\":\"Olaf\"}", REGISTRY_SET, 0, &out, &e),
                     RC_OK); /* what he is called is no such thing */
    json_decref(out.after);
}

static void roles_do_not_outlive_the_mailbox(void **state)
{
    struct world *w = *state;
    enum role role;
    struct err e = {0};
    world_acme(w, 5);
    world_must(w, RECORD_ORGANISATION, NULL, "west", "{\"customer\":\"acme\"}");
    for (int i = 0; i < 2; i++) {
        const char *id = i ? "bert@north.test" : "anna@north.test";
        world_must(w, RECORD_ACCOUNT, "north", id, "{}");
        world_must(w, RECORD_ROLE, "north", id, "{\"role\":\"owner\"}");
    }
    world_must(w, RECORD_ROLE, "west", "anna@north.test", "{\"role\":\"reader\"}");
    w->by = (struct actor){STR("bert@north.test"), false, NOW};
    world_refuses(w, RECORD_ACCOUNT, "north", "anna@north.test", NULL, RC_FORBIDDEN, "roles");
    w->by.operator= true;
    world_must(w, RECORD_ROLE, "west", "anna@north.test", NULL);
    w->by.operator= false;
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", NULL);
    assert_int_equal(role_of(&w->r, STR("north"), STR("anna@north.test"), &role, &e), RC_OK);
    assert_int_equal(role, ROLE_NONE);
    world_refuses(w, RECORD_ACCOUNT, "north", "bert@north.test", NULL, RC_INVALID, "role");
    w->by.operator= true;
    world_must(w, RECORD_ACCOUNT, "north", "bert@north.test", NULL);
    assert_int_equal(role_of(&w->r, STR("north"), STR("bert@north.test"), &role, &e), RC_OK);
    assert_int_equal(role, ROLE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(roles_are_what_the_lists_say),
        WORLD_TEST(the_last_owner_stays),
        WORLD_TEST(nobody_takes_the_mailbox_of_whoever_may_more),
        WORLD_TEST(roles_do_not_outlive_the_mailbox),
    };
    return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
