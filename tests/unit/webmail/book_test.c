/* Address book: what a person writes into it, how it is listed, groups. Certificates:
 * contacts_test.c.
 */
#include "tests/unit/webmail/book_calls.h"

static void keeps_what_was_written(void **state)
{
    struct rig *r = *state;
    json_t *one = NULL;
    const char *id = make(r, 0,
                          "{\"name\":\"Zo\xc3\xab\",\"addresses\":[\"z@x.test\",{\"address\":"
                          "\"Z2@x.test\",\"label\":\"work\"},\"Z@X.test\"],\"phone\":\"+43 1\","
                          "\"notes\":\"one\\ntwo\\t\\\"<b>\"}");
    assert_int_equal(call_as(r, ALICE, contacts_get, id, NULL, &one, NULL), RC_OK);
    CLEANUP_JSON json_t *want = rig_json(
        "{\"name\":\"Zo\xc3\xab\",\"addresses\":[{\"address\":\"z@x.test\",\"label\":\"\"},"
        "{\"address\":\"Z2@x.test\",\"label\":\"work\"}],\"phone\":\"+43 1\",\"notes\":\"one\\n"
        "two\\t\\\"<b>\",\"photo\":false,\"groups\":[],\"certificates\":[],\"version\":1}");
    json_object_set(want, "id", json_object_get(one, "id"));
    assert_true(json_equal(one, want));
    json_decref(one);
    /* What is not given stays; what is given empty is empty. */
    assert_int_equal(put(r, id, "{\"addresses\":[\"z@x.test\"],\"phone\":\"\"}", &one), RC_OK);
    assert_string_equal(json_string_value(json_object_get(one, "name")), "Zo\xc3\xab");
    assert_string_equal(json_string_value(json_object_get(one, "phone")), "");
    assert_string_equal(json_string_value(json_object_get(one, "notes")), "one\ntwo\t\"<b>");
    assert_int_equal(json_integer_value(json_object_get(one, "version")), 2);
    json_decref(one);
}

static void another_version_is_not_overwritten(void **state)
{
    struct rig *r = *state;
    json_t *one = NULL;
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    const char *id = make(r, 0, "{\"addresses\":[\"bob@demo.test\"]}");
#define BOB(version) "{\"addresses\":[\"bob@demo.test\"],\"version\":" version "}"
    assert_int_equal(put(r, id, BOB("0"), NULL), RC_CONFLICT);
    assert_int_equal(put(r, id, BOB("2"), NULL), RC_CONFLICT);
    assert_int_equal(put(r, id, BOB("\"1\""), NULL), RC_INVALID);
    /* A certificate that arrived is not the person's change. */
    add(r, "bob@demo.test", &bob, NULL, &added);
    assert_int_equal(put(r, id, BOB("1"), &one), RC_OK);
    assert_int_equal(json_array_size(json_object_get(one, "certificates")), 1);
    json_decref(one);
    assert_int_equal(put(r, id, BOB("1"), NULL), RC_CONFLICT);
    assert_int_equal(put(r, id, BOB("2"), NULL), RC_OK);
    pki_free(&bob);
}

static void nobody_elses_is_there(void **state)
{
    struct rig *r = *state;
    const char *body = "{\"addresses\":[\"x@x.test\"]}", *mallory = "mallory@demo.test";
    const char *id = make(r, 0, "{\"name\":\"A\",\"addresses\":[\"a@x.test\"]}");
    assert_int_equal(call_as(r, mallory, contacts_get, id, NULL, NULL, NULL), RC_NOT_FOUND);
    assert_int_equal(call_as(r, mallory, contacts_put, id, body, NULL, NULL), RC_NOT_FOUND);
    assert_int_equal(call_as(r, mallory, contacts_delete, id, NULL, NULL, NULL), RC_NOT_FOUND);
    assert_int_equal(put(r, "merge", body, NULL), RC_NOT_FOUND);
    assert_string_equal(list(r, ""), "1: A");
}

static void refuses_bad_values(void **state)
{
    struct rig *r = *state;
    static const char *const rows[] = {
        "{\"addresses\":[{\"address\":5}]}",
        "{\"addresses\":[{}]}",
        "{\"addresses\":[{\"address\":\"a@b.test\",\"label\":5}]}",
        "{\"addresses\":[{\"address\":\"a@b.test\",\"label\":\"a\\nb\"}]}",
        "{\"addresses\":[{\"address\":\"a@b.test\",\"label\":"
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}]}",
        "{\"addresses\":[\"a@b.test\"],\"phone\":\"a\\nb\"}",
        "{\"addresses\":[\"a@b.test\"],\"phone\":5}",
        "{\"addresses\":[\"a@b.test\"],\"notes\":\"a\\u0000b\"}",
        "{\"addresses\":[\"a@b.test\"],\"notes\":\"a\\u001bb\"}",
        "{\"addresses\":[\"a@b.test\"],\"notes\":[]}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (put(r, "new", rows[i], NULL) != RC_INVALID) fail_msg("%s was taken", rows[i]);
    char *long_one = calloc(1, 9000);
    int n = snprintf(long_one, 9000, "{\"addresses\":[\"a@b.test\"],\"notes\":\"");
    memset(long_one + n, 'x', BOOK_MAX_NOTES);
    memcpy(long_one + n + BOOK_MAX_NOTES, "\"}", 3);
    json_t *made = NULL;
    assert_int_equal(put(r, "new", long_one, &made), RC_OK);
    json_decref(made);
    memcpy(long_one + n + BOOK_MAX_NOTES, "x\"}", 4);
    assert_int_equal(put(r, "new", long_one, NULL), RC_INVALID);
    free(long_one);
}

static void lists_pages_by_name(void **state)
{
    struct rig *r = *state;
    make(r, 0,
         "{\"name\":\"\xc3\x9c"
         "ber\",\"addresses\":[\"u@x.test\"]}");
    make(r, 0, "{\"name\":\"vera\",\"addresses\":[\"v@x.test\"]}");
    make(r, 0, "{\"name\":\"Anna\",\"addresses\":[\"1@x.test\",\"other@lake.test\"]}");
    make(r, 0, "{\"addresses\":[\"nobody@x.test\"]}");
    assert_string_equal(list(r, ""), "4: Anna,,\xc3\x9c"
                                     "ber,vera");
    assert_string_equal(list(r, "offset=1&limit=2"), "4: ,\xc3\x9c"
                                                     "ber");
    assert_string_equal(list(r, "offset=9"), "4:");
    assert_string_equal(list(r, "text=UB"), "1: \xc3\x9c"
                                            "ber");
    assert_string_equal(list(r, "text=lake%20an"), "1: Anna");
    assert_string_equal(list(r, "text=era"), "0:");
    assert_string_equal(list(r, "text=%40"), "0:");
    assert_string_equal(list(r, "limit=0"), "invalid0:");
    assert_string_equal(list(r, "limit=201"), "invalid0:");
    assert_string_equal(list(r, "offset=-1"), "invalid0:");
    assert_string_equal(list(r, "group=nothing"), "not_found0:");
}

/* Contacts that were stored when addresses were texts, and before there were words to find by. */
static void old_contacts_keep_working(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, ALICE);
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    json_t *one = NULL;
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    CLEANUP_JSON json_t *old = rig_json("{\"id\":\"00000000000000aa\",\"name\":\"Bob\","
                                        "\"addresses\":[\"Bob@demo.test\"],\"certificates\":[]}");
    assert_int_equal(book_save(&rc->c, STR("00000000000000aa"), old, NULL, STR_NULL, NULL), RC_OK);
    str_t lines = STR("test:u:alice@demo.test:contact-lines");
    RIG_REDIS(r, a, STR("DEL"), lines, STR("test:u:alice@demo.test:contact-state"));
    assert_string_equal(list(r, "text=bob"), "1: Bob");
    assert_int_equal(RIG_REDIS(r, a, STR("HLEN"), lines).i, 1); /* kept by the GET */
    assert_int_equal(RIG_REDIS(r, a, STR("EXISTS"), STR("test:u:alice@demo.test:contact-state")).i,
                     1);
    /* Words of before addresses were beside them are made anew; then they are read no more. */
    RIG_REDIS(r, a, STR("HSET"), lines, STR("00000000000000aa"), STR("\t bob\t bob demo test"));
    assert_string_equal(complete_with(r, ALICE, "{\"text\":\"bob@\"}"),
                        "contact Bob <Bob@demo.test>");
    assert_string_equal(list(r, "text=bob"), "1: Bob");
    RIG_REDIS(r, a, STR("DEL"), STR("test:u:alice@demo.test:contacts"));
    assert_string_equal(list(r, "text=bob&limit=1&offset=1"), "1:"); /* from memory */
    assert_int_equal(book_save(&rc->c, STR("00000000000000aa"), old, NULL, STR_NULL, NULL), RC_OK);
    assert_int_equal(add(r, "bob@demo.test", &bob, NULL, &added), RC_OK);
    expect(r, "bob@demo.test", RECIPIENT_READY, &bob);
    assert_int_equal(call_as(r, ALICE, contacts_get, "00000000000000aa", NULL, &one, NULL), RC_OK);
    CLEANUP_JSON json_t *want = rig_json("[{\"address\":\"Bob@demo.test\",\"label\":\"\"}]");
    assert_true(json_equal(json_object_get(one, "addresses"), want));
    assert_int_equal(json_integer_value(json_object_get(one, "version")), 0);
    assert_int_equal(json_array_size(json_object_get(one, "certificates")), 1);
    json_decref(one);
    assert_int_equal(
        put(r, "00000000000000aa", "{\"addresses\":[\"bob@demo.test\"],\"version\":0}", NULL),
        RC_OK);
    assert_int_equal(put(r, "new", "{\"addresses\":[\"BOB@demo.test\"]}", NULL), RC_INVALID);
    rig_call_free(rc);
    pki_free(&bob);
}

static void is_full_at_its_limit(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct err e = {0};
    static const char fill[] = "for i = 1, 20000 do redis.call('HSET', KEYS[1], i, 'x') end";
    str_t key = STR("test:u:alice@demo.test:contacts");
    RIG_REDIS(r, a, STR("EVAL"), str_c(fill), STR("1"), key);
    assert_int_equal(
        call_as(r, ALICE, contacts_put, "new", "{\"addresses\":[\"a@x.test\"]}", NULL, &e),
        RC_FULL);
    RIG_REDIS(r, a, STR("HDEL"), key, STR("1"));
    assert_int_equal(put(r, "new", "{\"addresses\":[\"a@x.test\"]}", NULL), RC_OK);
}

/* --- groups --------------------------------------------------------------------------------------
 */

static void groups_hold_contacts_and_addresses(void **state)
{
    struct rig *r = *state;
    json_t *group = NULL, *one = NULL;
    char text[256], query[64], gid[20];
    const char *anna = make(r, 0, "{\"name\":\"Anna\",\"addresses\":[\"a@x.test\"]}");
    make(r, 1, "{\"name\":\"Ben\",\"addresses\":[\"b@x.test\"]}");
    snprintf(text, sizeof text,
             "{\"name\":\" Team \",\"members\":[\"%s\",\"c@x.test\",\"%s\",\"C@x.test\"]}", anna,
             anna);
    assert_int_equal(call_as(r, ALICE, groups_create, "", text, &group, NULL), RC_OK);
    assert_string_equal(json_string_value(json_object_get(group, "name")), "Team");
    assert_int_equal(json_array_size(json_object_get(group, "members")), 2);
    snprintf(gid, sizeof gid, "%s", json_string_value(json_object_get(group, "id")));
    json_decref(group);
    snprintf(query, sizeof query, "group=%s", gid);
    assert_string_equal(list(r, query), "1: Anna");
    assert_int_equal(call_as(r, ALICE, contacts_get, anna, NULL, &one, NULL), RC_OK);
    assert_string_equal(json_string_value(json_array_get(json_object_get(one, "groups"), 0)), gid);
    json_decref(one);
    /* Who is removed is in no group; the rest of it stays. */
    assert_int_equal(call_as(r, ALICE, contacts_delete, anna, NULL, NULL, NULL), RC_OK);
    assert_int_equal(call_as(r, ALICE, groups_list, "", NULL, &group, NULL), RC_OK);
    const json_t *members =
        json_object_get(json_array_get(json_object_get(group, "groups"), 0), "members");
    assert_int_equal(json_array_size(members), 1);
    assert_string_equal(json_string_value(json_array_get(members, 0)), "c@x.test");
    json_decref(group);
    assert_int_equal(call_as(r, "bob@demo.test", groups_delete, gid, NULL, NULL, NULL),
                     RC_NOT_FOUND);
    assert_int_equal(
        call_as(r, "bob@demo.test", groups_put, gid, "{\"name\":\"x\",\"members\":[]}", NULL, NULL),
        RC_NOT_FOUND);
    assert_int_equal(
        call_as(r, ALICE, groups_put, gid, "{\"name\":\"x\",\"members\":[]}", NULL, NULL), RC_OK);
    assert_int_equal(call_as(r, ALICE, groups_delete, gid, NULL, NULL, NULL), RC_OK);
    assert_int_equal(call_as(r, ALICE, groups_delete, gid, NULL, NULL, NULL), RC_NOT_FOUND);
}

static json_t *first_group(struct rig *r)
{
    json_t *all = NULL;
    assert_int_equal(call_as(r, ALICE, groups_list, "", NULL, &all, NULL), RC_OK);
    json_t *group = json_incref(json_array_get(json_object_get(all, "groups"), 0));
    json_decref(all);
    return group;
}

static rc_t put_group(struct rig *r, const char *gid, const char *member, const char *version)
{
    char text[200];
    snprintf(text, sizeof text, "{\"name\":\"g\",\"members\":[\"a@x.test\",\"%s\"]%s%s}", member,
             version ? ",\"version\":" : "", version ? version : "");
    return call_as(r, ALICE, groups_put, gid, text, NULL, NULL);
}

/* Two tabs do not overwrite each other; who is gone keeps no group from being saved. */
static void groups_have_versions(void **state)
{
    struct rig *r = *state;
    CLEANUP_JSON json_t *made = NULL, *left = NULL;
    const char *anna = make(r, 0, "{\"name\":\"Anna\",\"addresses\":[\"a@x.test\"]}");
    assert_int_equal(
        call_as(r, ALICE, groups_create, "", "{\"name\":\"g\",\"members\":[]}", &made, NULL),
        RC_OK);
    const char *gid = json_string_value(json_object_get(made, "id"));
    assert_int_equal(json_integer_value(json_object_get(made, "version")), 1);
    assert_int_equal(put_group(r, gid, "b@x.test", "0"), RC_CONFLICT);
    assert_int_equal(put_group(r, gid, "b@x.test", "2"), RC_CONFLICT);
    assert_int_equal(put_group(r, gid, "b@x.test", "\"1\""), RC_INVALID);
    assert_int_equal(put_group(r, gid, anna, "1"), RC_OK);
    assert_int_equal(put_group(r, gid, anna, "1"), RC_CONFLICT);
    assert_int_equal(put_group(r, gid, anna, "null"), RC_OK);
    assert_int_equal(put_group(r, gid, anna, NULL), RC_OK);
    /* A contact that goes is a change of its groups. */
    assert_int_equal(call_as(r, ALICE, contacts_delete, anna, NULL, NULL, NULL), RC_OK);
    assert_int_equal(put_group(r, gid, anna, "4"), RC_CONFLICT);
    assert_int_equal(put_group(r, gid, anna, "5"), RC_OK);
    left = first_group(r);
    assert_int_equal(json_integer_value(json_object_get(left, "version")), 6);
    assert_int_equal(json_array_size(json_object_get(left, "members")), 1);
}

/* Whoever saves a group while a contact is removed, or merged, begins again, though it was in none:
 * it may have looked at the contact before. */
static void removing_changes_the_groups(void **state)
{
    struct rig *r = *state;
    char ids[100];
    const char *anna = make(r, 0, "{\"addresses\":[\"a@x.test\"]}");
    const char *ben = make(r, 1, "{\"addresses\":[\"b@x.test\"]}");
    const char *cleo = make(r, 2, "{\"addresses\":[\"c@x.test\"]}");
    snprintf(ids, sizeof ids, "{\"ids\":[\"%s\",\"%s\"]}", ben, cleo);
    for (int i = 0; i < 2; i++) {
        struct rig_call *rc = rig_call(r, ALICE);
        CLEANUP_JSON json_t *doc = NULL;
        str_t version;
        assert_int_equal(groups_load(&rc->c, &doc, &version, NULL), RC_OK);
        if (i == 0)
            assert_int_equal(call_as(r, ALICE, contacts_delete, anna, NULL, NULL, NULL), RC_OK);
        else
            assert_int_equal(call_as(r, ALICE, contacts_merge, "", ids, NULL, NULL), RC_OK);
        assert_int_equal(store_save(&rc->c, STR("groups"), doc, version, NULL), RC_CONFLICT);
        rig_call_free(rc);
    }
}

static void refuses_bad_groups(void **state)
{
    struct rig *r = *state;
    static const char *const rows[] = {
        "{}",
        "{\"name\":\"x\"}",
        "{\"members\":[]}",
        "{\"name\":\" \",\"members\":[]}",
        "{\"name\":\"a\\nb\",\"members\":[]}",
        "{\"name\":\"x\",\"members\":[5]}",
        "{\"name\":\"x\",\"members\":[\"nobody\"]}",
        "{\"name\":\"x\",\"members\":[\"00000000000000aa\"]}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (call_as(r, ALICE, groups_create, "", rows[i], NULL, NULL) != RC_INVALID)
            fail_msg("%s was taken", rows[i]);
    for (unsigned i = 0; i < GROUPS_MAX; i++)
        assert_int_equal(
            call_as(r, ALICE, groups_create, "", "{\"name\":\"x\",\"members\":[]}", NULL, NULL),
            RC_OK);
    assert_int_equal(
        call_as(r, ALICE, groups_create, "", "{\"name\":\"x\",\"members\":[]}", NULL, NULL),
        RC_FULL);
}

/* --- completing ----------------------------------------------------------------------------------
 */

static void remember(struct rig *r, const char *addresses, const char *header)
{
    struct rig_call *rc = rig_call(r, ALICE);
    CLEANUP_JSON json_t *list = rig_json(addresses);
    assert_int_equal(met_remember(&rc->c, list, str_c(header), NULL), RC_OK);
    rig_call_free(rc);
}

static void completes_what_is_typed(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    const char *id = make(r, 0,
                          "{\"name\":\"B\xc3\xb6"
                          "b Berg\",\"addresses\":[\"bob@demo.test\","
                          "\"home@lake.test\"]}");
    make(r, 1, "{\"name\":\"Anna Berg\",\"addresses\":[\"anna@x.test\"]}");
    add(r, "bob@demo.test", &bob, NULL, &added);
    COMPLETE("berg", "contact Anna Berg <anna@x.test>, contact B\xc3\xb6"
                     "b Berg <bob@demo.test>!, "
                     "contact B\xc3\xb6"
                     "b Berg <home@lake.test>");
    COMPLETE("BOB la", "contact B\xc3\xb6"
                       "b Berg <home@lake.test>");
    COMPLETE("home@lake.test", "contact B\xc3\xb6"
                               "b Berg <home@lake.test>");
    COMPLETE("erg", "");
    COMPLETE("", "");
    COMPLETE(" @ ", "");
    /* Who is written to more comes first; who is no contact comes after. */
    remember(r, "[{\"address\":\"Home@lake.test\"},{\"address\":\"alice@demo.test\"}]", "");
    remember(r,
             "[{\"address\":\"home@lake.test\"},{\"address\":\"bob@demo.test\"},"
             "{\"address\":\"new@berg.test\"},{\"address\":\"a@berg.test\"}]",
             "To: =?utf-8?q?N=C3=ABw?= One <New@berg.test>\r\nCc: Other <other@x.test>\r\n");
    COMPLETE("berg", "contact B\xc3\xb6"
                     "b Berg <home@lake.test>, "
                     "contact B\xc3\xb6"
                     "b Berg <bob@demo.test>!, contact Anna Berg <anna@x.test>, "
                     "met  <a@berg.test>, met N\xc3\xabw One <new@berg.test>");
    COMPLETE("new one", "met N\xc3\xabw One <new@berg.test>");
    COMPLETE("alice", "");
    assert_string_equal(complete_with(r, ALICE, "{\"text\":\"berg\",\"limit\":1}"),
                        "contact B\xc3\xb6"
                        "b Berg <home@lake.test>");
    assert_string_equal(complete_with(r, ALICE, "{\"text\":\"berg\",\"limit\":13}"), "invalid");
    assert_string_equal(complete_with(r, ALICE, "{\"text\":5}"), "invalid");
    assert_string_equal(complete_with(r, "mallory@demo.test", "{\"text\":\"berg\"}"), "");
    char group[120];
    snprintf(group, sizeof group, "{\"name\":\"Lake people\",\"members\":[\"%s\"]}", id);
    assert_int_equal(call_as(r, ALICE, groups_create, "", group, NULL, NULL), RC_OK);
    COMPLETE("peo", "group Lake people <>");
    /* A name of before stays where the header says none; nobody is offered after that. */
    remember(r, "[{\"address\":\"new@berg.test\"}]", "To: new@berg.test\r\n");
    COMPLETE("new", "met N\xc3\xabw One <new@berg.test>");
    assert_int_equal(
        call_as(r, ALICE, met_forget, "", "{\"address\":\"NEW@berg.test\"}", NULL, NULL), RC_OK);
    COMPLETE("new", "");
    pki_free(&bob);
}

/* "anna.b" and "anna_b" are the same words, and two people. */
static void what_folds_alike_is_not_one_address(void **state)
{
    struct rig *r = *state;
    make(r, 0, "{\"name\":\"B\",\"addresses\":[\"anna.b@x.test\",\"Anna_B@x.test\"]}");
    COMPLETE("anna_b@x", "contact B <Anna_B@x.test>, contact B <anna.b@x.test>");
    COMPLETE("anna.b@x", "contact B <anna.b@x.test>, contact B <Anna_B@x.test>");
    COMPLETE("ANNA_B", "contact B <Anna_B@x.test>, contact B <anna.b@x.test>");
    COMPLETE("anna", "contact B <anna.b@x.test>, contact B <Anna_B@x.test>");
    /* Who was written to is counted by the address too. */
    remember(r, "[{\"address\":\"anna_b@x.test\"},{\"address\":\"a+b@y.test\"}]", "");
    remember(r, "[{\"address\":\"anna-b@x.test\"},{\"address\":\"anna_b@x.test\"}]", "");
    COMPLETE("anna", "contact B <Anna_B@x.test>, contact B <anna.b@x.test>, met  <anna-b@x.test>");
    make(r, 1, "{\"name\":\"C\",\"addresses\":[\"a-b@y.test\"]}");
    make(r, 2, "{\"name\":\"D\",\"addresses\":[\"a+b@y.test\"]}");
    COMPLETE("y", "contact D <a+b@y.test>, contact C <a-b@y.test>");
    /* Behind an "@" names do not count. */
    make(r, 3, "{\"name\":\"Yvonne\",\"addresses\":[\"z@z.test\"]}");
    COMPLETE("@y", "contact D <a+b@y.test>, contact C <a-b@y.test>");
}

/* Somebody with write access to Redis offers addresses: they are not believed. */
static void forged_words_complete_nothing(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t met = STR("test:u:alice@demo.test:met"),
          lines = STR("test:u:alice@demo.test:contact-lines");
    const char *id = make(r, 0, "{\"name\":\"Bob\",\"addresses\":[\"bob@x.test\"]}");
    remember(r, "[{\"address\":\"friend@x.test\"}]", "");
    str_t value = RIG_REDIS(r, a, STR("HGET"), met, STR("friend@x.test")).s;
    RIG_REDIS(r, a, STR("HSET"), met, STR("evil@y.test"),
              arena_printf(a, "%.*s1\t1\tevil@y.test\tBob", 32, value.p));
    RIG_REDIS(r, a, STR("HSET"), met, STR("short"), STR("x"));
    RIG_REDIS(r, a, STR("HSET"), lines, str_c(id), STR("\t bob\t evil y test\tevil@y.test"));
    RIG_REDIS(r, a, STR("DEL"), STR("test:u:alice@demo.test:contact-state")); /* not from memory */
    COMPLETE("bob", "");
    COMPLETE("evil", "");
    RIG_REDIS(r, a, STR("HSET"), lines, str_c(id), STR("\t bob\t evil y test\tbob@x.test"));
    RIG_REDIS(r, a, STR("DEL"), STR("test:u:alice@demo.test:contact-state"));
    COMPLETE("evil", "");
    COMPLETE("friend", "met  <friend@x.test>");
    RIG_REDIS(r, a, STR("HDEL"), met, STR("evil@y.test"), STR("short"));
    RIG_REDIS(r, a, STR("DEL"), lines);
    COMPLETE("bob", "contact Bob <bob@x.test>");
}

static void the_least_used_go(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const char fill[] = "for i = 1, 4999 do redis.call('HSET', KEYS[1], i, 'x')\n"
                               "redis.call('ZADD', KEYS[2], 20000000000 + i, i) end";
    str_t met = STR("test:u:alice@demo.test:met"), used = STR("test:u:alice@demo.test:met-used");
    RIG_REDIS(r, a, STR("EVAL"), str_c(fill), STR("2"), met, used);
    remember(r, "[{\"address\":\"a@x.test\"}]", "");
    assert_int_equal(RIG_REDIS(r, a, STR("HLEN"), met).i, MET_MAX);
    /* Once is less than twice; of those the one longest ago goes. */
    remember(r, "[{\"address\":\"b@x.test\"},{\"address\":\"c@x.test\"}]", "");
    assert_int_equal(RIG_REDIS(r, a, STR("HLEN"), met).i, MET_MAX);
    assert_int_equal(RIG_REDIS(r, a, STR("ZCARD"), used).i, MET_MAX);
    assert_int_equal(RIG_REDIS(r, a, STR("HEXISTS"), met, STR("a@x.test")).i, 0);
    assert_int_equal(RIG_REDIS(r, a, STR("HEXISTS"), met, STR("1")).i, 0);
    assert_int_equal(RIG_REDIS(r, a, STR("HEXISTS"), met, STR("2")).i, 1);
    COMPLETE("b", "met  <b@x.test>");
    remember(r, "[{\"address\":\"c@x.test\"}]", ""); /* known: nobody has to go */
    assert_int_equal(RIG_REDIS(r, a, STR("HEXISTS"), met, STR("b@x.test")).i, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(keeps_what_was_written),
        T(another_version_is_not_overwritten),
        T(nobody_elses_is_there),
        T(refuses_bad_values),
        T(lists_pages_by_name),
        T(old_contacts_keep_working),
        T(is_full_at_its_limit),
        T(groups_hold_contacts_and_addresses),
        T(groups_have_versions),
        T(removing_changes_the_groups),
        T(refuses_bad_groups),
        T(completes_what_is_typed),
        T(what_folds_alike_is_not_one_address),
        T(forged_words_complete_nothing),
        T(the_least_used_go),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
