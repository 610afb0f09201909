/* Address book: what a person writes into it, how it is listed, groups. Certificates:
 * contacts_test.c.
 */
#include "tests/unit/webmail/book_acts.h"
#include "webmail/contacts/groups.h"
#include "webmail/contacts/met.h"
#include "webmail/store.h"

#define ALICE "alice@demo.test"

/* A call with a JSON body, by `who`; *out a new reference, NULL when it failed. */
static rc_t call_as(struct rig *r, const char *who, call_handler *f, const char *id,
                    const char *text, json_t **out, struct err *e)
{
    struct rig_call *rc = rig_call(r, who);
    rc->q.params[0] = str_c(id);
    if (text) rc->c.in = rig_json(text);
    rc_t code = f(&rc->c, e);
    if (out) *out = code == RC_OK ? json_incref(rc->c.out) : NULL;
    rig_call_free(rc);
    return code;
}

static rc_t put(struct rig *r, const char *id, const char *text, json_t **out)
{
    return call_as(r, ALICE, contacts_put, id, text, out, NULL);
}

/* Makes one, and gives its id (until the next call of another index). */
static const char *make(struct rig *r, unsigned i, const char *text)
{
    static char ids[4][20];
    json_t *made = NULL;
    assert_int_equal(put(r, "new", text, &made), RC_OK);
    snprintf(ids[i], sizeof ids[i], "%s", json_string_value(json_object_get(made, "id")));
    json_decref(made);
    return ids[i];
}

/* "total: name,name" */
static const char *list(struct rig *r, const char *query)
{
    static char out[512];
    struct rig_call *rc = rig_call(r, ALICE);
    struct err e = {0};
    rc->q.query = str_c(query);
    rc->q.method = METHOD_GET;
    rc_t code = contacts_list(&rc->c, &e);
    const json_t *all = json_object_get(rc->c.out, "contacts");
    int n = snprintf(out, sizeof out, "%s%lld:", code == RC_OK ? "" : err_word(code),
                     json_integer_value(json_object_get(rc->c.out, "total")));
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        assert_null(json_object_get(one, "notes"));
        n += snprintf(out + n, sizeof out - (size_t) n, "%s%s", i ? "," : " ",
                      json_string_value(json_object_get(one, "name")));
    }
    rig_call_free(rc);
    return out;
}

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

/* "source name <address>, ..." */
static const char *complete_with(struct rig *r, const char *who, const char *body)
{
    static char out[1024];
    json_t *v = NULL;
    struct err e = {0};
    out[0] = 0;
    if (call_as(r, who, contacts_complete, "", body, &v, &e) != RC_OK) return err_word(e.code);
    const json_t *all = json_object_get(v, "found");
    for (size_t i = 0, n = 0; i < json_array_size(all); i++) {
        const json_t *x = json_array_get(all, i);
        const json_t *address = json_object_get(x, "address"), *ready = json_object_get(x, "ready");
        n += (size_t) snprintf(out + n, sizeof out - n, "%s%s %s <%s>%s", i ? ", " : "",
                               json_string_value(json_object_get(x, "source")),
                               json_string_value(json_object_get(x, "name")),
                               json_is_null(address) ? "" : json_string_value(address),
                               json_is_true(ready) ? "!" : "");
    }
    json_decref(v);
    return out;
}

static const char *complete(struct rig *r, const char *text)
{
    char body[200];
    snprintf(body, sizeof body, "{\"text\":\"%s\"}", text);
    return complete_with(r, ALICE, body);
}
#define COMPLETE(text, found) assert_string_equal(complete(r, text), found)

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

/* --- merging, photographs ------------------------------------------------------------------------
 */

static rc_t merge(struct rig *r, const char *who, const char *first, const char *second,
                  json_t **out)
{
    char text[100];
    snprintf(text, sizeof text, "{\"ids\":[\"%s\",\"%s\"]}", first, second);
    return call_as(r, who, contacts_merge, "", text, out, NULL);
}

/* {added, changed, skipped} of a file; new reference. */
static json_t *import_cards(struct rig *r, const char *text)
{
    struct rig_call *rc = rig_call(r, ALICE);
    json_t *out = NULL;
    assert_int_equal(contacts_import_text(&rc->c, str_c(text), &out, NULL), RC_OK);
    rig_call_free(rc);
    return out;
}

static void merging_leaves_one(void **state)
{
    struct rig *r = *state;
    json_t *one = NULL, *groups = NULL;
    char text[200];
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    const char *a = make(r, 0, "{\"name\":\"Bob\",\"addresses\":[\"b@x.test\"],\"notes\":\"n\"}");
    const char *b = make(r, 1,
                         "{\"name\":\"Robert\",\"addresses\":[\"bob@demo.test\"],"
                         "\"notes\":\"m\"}");
    const char *other = make(r, 2, "{\"name\":\"Other\",\"addresses\":[\"o@x.test\"]}");
    add(r, "bob@demo.test", &bob, NULL, &added);
    snprintf(text, sizeof text, "{\"name\":\"g\",\"members\":[\"%s\",\"%s\",\"%s\"]}", b, other, a);
    assert_int_equal(call_as(r, ALICE, groups_create, "", text, NULL, NULL), RC_OK);
    assert_int_equal(merge(r, ALICE, a, a, NULL), RC_INVALID);
    assert_int_equal(merge(r, ALICE, a, "x", NULL), RC_INVALID);
    assert_int_equal(merge(r, ALICE, a, "0123456789abcdef", NULL), RC_NOT_FOUND);
    assert_int_equal(merge(r, "mallory@demo.test", a, b, NULL), RC_NOT_FOUND);
    assert_string_equal(list(r, ""), "3: Bob,Other,Robert"); /* nothing happened */
    assert_int_equal(merge(r, ALICE, a, b, &one), RC_OK);
    assert_string_equal(json_string_value(json_object_get(one, "id")), a);
    assert_string_equal(json_string_value(json_object_get(one, "name")), "Bob");
    assert_string_equal(json_string_value(json_object_get(one, "notes")), "n\n\nm");
    assert_int_equal(json_array_size(json_object_get(one, "addresses")), 2);
    assert_int_equal(json_array_size(json_object_get(one, "certificates")), 1);
    json_decref(one);
    assert_string_equal(list(r, ""), "2: Bob,Other");
    expect(r, "bob@demo.test", RECIPIENT_READY, &bob);
    assert_int_equal(call_as(r, ALICE, contacts_get, b, NULL, NULL, NULL), RC_NOT_FOUND);
    assert_int_equal(call_as(r, ALICE, groups_list, "", NULL, &groups, NULL), RC_OK);
    const json_t *members =
        json_object_get(json_array_get(json_object_get(groups, "groups"), 0), "members");
    assert_int_equal(json_array_size(members), 2);
    json_decref(groups);
    pki_free(&bob);
}

static void set_photo(struct rig *r, const char *id, const char *photo)
{
    struct rig_call *rc = rig_call(r, ALICE);
    CLEANUP_JSON json_t *contact = NULL, *changed = NULL;
    struct book_change x = {.id = str_c(id), .photo = str_c(photo)};
    assert_int_equal(book_load(&rc->c, x.id, &contact, &x.version, NULL), RC_OK);
    changed = json_deep_copy(contact);
    json_put_bool(changed, "photo", true);
    x.contact = changed;
    x.before = contact;
    assert_int_equal(book_commit(&rc->c, &x, 1, NULL, NULL), RC_OK);
    rig_call_free(rc);
}

/* What only another one has is not lost. */
static void merging_keeps_what_the_first_has_not(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, ALICE);
    CLEANUP_ARENA struct arena *arena = arena_new(1 << 20);
    CLEANUP_JSON json_t *one = NULL;
    static const char fill[] = "for i = 1, ARGV[1] do redis.call('HSET', KEYS[1], i, 'x') end";
    str_t photo, photos = STR("test:u:alice@demo.test:contact-photos");
    char text[9000];
    const char *a = make(r, 0, "{\"addresses\":[\"a@x.test\"]}");
    const char *b = make(r, 1,
                         "{\"name\":\"B\",\"addresses\":[\"b@x.test\"],\"phone\":\"1\","
                         "\"notes\":\"same\"}");
    const char *d = make(r, 2,
                         "{\"name\":\"C\",\"addresses\":[\"c@x.test\"],\"phone\":\"2\","
                         "\"notes\":\"same\"}");
    set_photo(r, b, "\x89PNG\r\n\x1a\nb");
    set_photo(r, d, "\x89PNG\r\n\x1a\nc");
    /* There is room for no more photographs: none is added. */
    RIG_REDIS(r, arena, STR("EVAL"), str_c(fill), STR("1"), photos, STR("498"));
    snprintf(text, sizeof text, "{\"ids\":[\"%s\",\"%s\",\"%s\"]}", a, b, d);
    assert_int_equal(call_as(r, ALICE, contacts_merge, "", text, &one, NULL), RC_OK);
    assert_string_equal(json_string_value(json_object_get(one, "name")), "B");
    assert_string_equal(json_string_value(json_object_get(one, "phone")), "1");
    assert_string_equal(json_string_value(json_object_get(one, "notes")), "same");
    assert_true(json_is_true(json_object_get(one, "photo")));
    assert_int_equal(book_photo(&rc->c, str_c(a), &photo, NULL), RC_OK);
    assert_true(str_eq(photo, STR("\x89PNG\r\n\x1a\nb")));
    assert_int_equal(RIG_REDIS(r, arena, STR("HLEN"), photos).i, 499);
    /* Notes that are too long together: nothing is merged, nothing cut. */
    int n =
        snprintf(text, sizeof text, "{\"name\":\"D\",\"addresses\":[\"d@x.test\"],\"notes\":\"");
    memset(text + n, 'x', BOOK_MAX_NOTES);
    memcpy(text + n + BOOK_MAX_NOTES, "\"}", 3);
    b = make(r, 1, text);
    assert_int_equal(merge(r, ALICE, a, b, NULL), RC_INVALID);
    assert_string_equal(list(r, ""), "2: B,D");
    rig_call_free(rc);
}

static json_t *rejected(const struct pki *p, struct arena *a, const char *since)
{
    json_t *v = json_object();
    json_put_str(v, "der", b64_encode(a, cert_der(p->cert)));
    json_put_str(v, "source", STR("harvested"));
    json_put_str(v, "since", str_c(since));
    json_put_str(v, "state", STR("rejected"));
    return v;
}

/* Where there are too many rejected ones, the oldest go, whichever contact they were of. */
static void merging_forgets_the_oldest_first(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, ALICE);
    struct pki certs[17];
    char ids[2][20];
    for (int i = 0; i < 2; i++) {
        snprintf(ids[i], sizeof ids[i], "%016d", i);
        CLEANUP_JSON json_t *v = book_new_contact(str_c(ids[i]), STR("x"));
        json_t *addresses = json_object_get(v, "addresses");
        json_t *list = json_object_get(v, "certificates");
        json_array_append_new(addresses,
                              book_new_address(i ? STR("b@x.test") : STR("a@x.test"), STR_NULL));
        for (int k = i ? 1 : 0; k < (i ? 17 : 1); k++) {
            char since[32];
            certs[k] = leaf("email:a@x.test", -5, 50, ENCRYPT, &root);
            snprintf(since, sizeof since, "2026-01-%02dT00:00:00Z", i ? k : 28);
            json_array_append_new(list, rejected(&certs[k], rc->c.arena, since));
        }
        assert_int_equal(book_save(&rc->c, str_c(ids[i]), v, NULL, STR_NULL, NULL), RC_OK);
    }
    assert_int_equal(merge(r, ALICE, ids[0], ids[1], NULL), RC_OK);
    STATE(certs[0], "rejected"); /* the newest, though it was of the first */
    STATE(certs[1], "gone");
    STATE(certs[2], "rejected");
    for (int k = 0; k < 17; k++)
        pki_free(&certs[k]);
    rig_call_free(rc);
}

/* Mallory's mail brought a certificate that names Bob too. It was looked at for Mallory's address
 * only: merging the two does not make it Bob's. */
static void merging_trusts_nothing_new(void **state)
{
    struct rig *r = *state;
    char ids[2][20];
    struct pki both = leaf("email:mallory@demo.test,email:bob@demo.test", -5, 50, ENCRYPT, &root);
    HARVEST("mallory@demo.test", both, "valid first");
    make(r, 0, "{\"name\":\"Bob\",\"addresses\":[\"bob@demo.test\"]}");
    expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
    struct rig_call *rc = rig_call(r, ALICE);
    assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
    for (size_t i = 0; i < 2; i++)
        snprintf(ids[i], sizeof ids[i], "%s",
                 json_string_value(json_object_get(
                     json_array_get(json_object_get(rc->c.out, "contacts"), i), "id")));
    rig_call_free(rc);
    assert_int_equal(merge(r, ALICE, ids[0], ids[1], NULL), RC_OK);
    STATE(both, "pending");
    expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
    pki_free(&both);
}

/* Nor does the address become Mallory's by being written into his contact, by hand or by a card. */
static void adding_an_address_trusts_nothing_new(void **state)
{
    struct rig *r = *state;
    struct pki both = leaf("email:mallory@demo.test,email:bob@demo.test", -5, 50, ENCRYPT, &root);
    char id[20];
    for (int i = 0; i < 3; i++) {
        HARVEST("mallory@demo.test", both, "valid first");
        expect(r, "mallory@demo.test", RECIPIENT_READY, &both);
        struct rig_call *rc = rig_call(r, ALICE);
        assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
        snprintf(id, sizeof id, "%s",
                 json_string_value(json_object_get(
                     json_array_get(json_object_get(rc->c.out, "contacts"), 0), "id")));
        rig_call_free(rc);
        if (i == 0)
            assert_int_equal(
                put(r, id, "{\"addresses\":[\"Mallory@demo.test\",\"BOB@demo.test\"]}", NULL),
                RC_OK);
        else if (i == 1)
            assert_int_equal(put(r, id, "{\"addresses\":[\"bob@demo.test\"]}", NULL), RC_OK);
        else
            json_decref(import_cards(r, "BEGIN:VCARD\r\nEMAIL:mallory@demo.test\r\n"
                                        "EMAIL:bob@demo.test\r\nEND:VCARD\r\n"));
        STATE(both, "pending");
        expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
        assert_int_equal(act(r, &both, "accept"), RC_OK);
        expect(r, "bob@demo.test", RECIPIENT_READY, &both);
        /* What the person said, another edit does not take back. */
        assert_int_equal(put(r, id, "{\"addresses\":[\"bob@demo.test\",\"o@x.test\"]}", NULL),
                         RC_OK);
        STATE(both, "valid");
        assert_int_equal(call_as(r, ALICE, contacts_delete, id, NULL, NULL, NULL), RC_OK);
    }
    pki_free(&both);
}

/* More than there is room for: the contacts are as they were. */
static void merging_is_all_or_nothing(void **state)
{
    struct rig *r = *state;
    char text[2][800];
    for (int i = 0; i < 2; i++) {
        int n = snprintf(text[i], sizeof text[i], "{\"name\":\"%d\",\"addresses\":[", i);
        for (int k = 0; k < 11; k++)
            n += snprintf(text[i] + n, sizeof text[i] - (size_t) n, "%s\"a%d.%d@x.test\"",
                          k ? "," : "", i, k);
        snprintf(text[i] + n, sizeof text[i] - (size_t) n, "]}");
    }
    const char *a = make(r, 0, text[0]), *b = make(r, 1, text[1]);
    assert_int_equal(merge(r, ALICE, a, b, NULL), RC_INVALID);
    assert_string_equal(list(r, ""), "2: 0,1");
    COMPLETE("a1 10", "contact 1 <a1.10@x.test>");
}

static void imports(struct rig *r, const char *text, const char *want)
{
    CLEANUP_JSON json_t *got = import_cards(r, text), *expected = rig_json(want);
    char *shown = json_dumps(got, JSON_COMPACT);
    if (!json_equal(got, expected)) fail_msg("%s\n%s", shown, want);
    free(shown);
}

/* One entry for every kind of thing a contact has no place for; none for what was kept. */
static void importing_says_what_is_left_out(void **state)
{
    struct rig *r = *state;
    char text[12000] = "BEGIN:VCARD\r\nFN:Two\r\nEMAIL:two@x.test\r\nNOTE:";
    imports(r,
            "BEGIN:VCARD\r\nFN:A\r\nEMAIL:a@x.test\r\nTEL:1\r\nNOTE:n\r\nEND:VCARD\r\n"
            "BEGIN:VCARD\r\nFN:B\r\nEMAIL:b@x.test\r\nEMAIL:no address\r\nEMAIL:nor this\r\n"
            "TEL:1\r\nTEL:2\r\nTEL:3\r\nORG:O;U\r\nTITLE:T\r\nADR:;;Street;City\r\n"
            "URL:https://x.test/\r\nBDAY:2000-01-01\r\nKEY;TYPE=PGP:x\r\nEND:VCARD\r\n"
            "BEGIN:VCARD\r\nEMAIL:none\r\nORG:O\r\nEND:VCARD\r\n",
            "{\"added\":2,\"changed\":0,\"skipped\":["
            "{\"line\":7,\"why\":\"address_bad\"},{\"line\":7,\"why\":\"phone_more\"},"
            "{\"line\":7,\"why\":\"organization\"},{\"line\":7,\"why\":\"title\"},"
            "{\"line\":7,\"why\":\"postal\"},{\"line\":7,\"why\":\"url\"},"
            "{\"line\":7,\"why\":\"birthday\"},{\"line\":7,\"why\":\"key_kind\"},"
            "{\"line\":22,\"why\":\"no_address\"}]}");
    size_t n = strlen(text);
    memset(text + n, 'x', BOOK_MAX_NOTES + 1);
    snprintf(text + n + BOOK_MAX_NOTES + 1, 100, "\r\nTEL:%065d\r\nEND:VCARD\r\n", 1);
    imports(r, text,
            "{\"added\":1,\"changed\":0,\"skipped\":[{\"line\":1,\"why\":\"phone_cut\"},"
            "{\"line\":1,\"why\":\"notes_cut\"}]}");
    n = (size_t) snprintf(text, sizeof text, "BEGIN:VCARD\r\nFN:%0201d\r\n", 1);
    for (int i = 0; i < 21; i++)
        n += (size_t) snprintf(text + n, sizeof text - n, "EMAIL:%d@m.test\r\n", i);
    snprintf(text + n, sizeof text - n, "END:VCARD\r\n");
    imports(r, text,
            "{\"added\":1,\"changed\":0,\"skipped\":[{\"line\":1,\"why\":\"address_more\"},"
            "{\"line\":1,\"why\":\"name_cut\"}]}");
    /* The contact has twenty: there is no room for one more. */
    imports(r, "BEGIN:VCARD\r\nEMAIL:0@m.test\r\nEMAIL:x@m.test\r\nEND:VCARD\r\n",
            "{\"added\":0,\"changed\":0,\"skipped\":[{\"line\":1,\"why\":\"address_more\"}]}");
    n = (size_t) snprintf(text, sizeof text, "BEGIN:VCARD\r\nEMAIL:k@x.test\r\n");
    for (int i = 0; i < 9; i++)
        n += (size_t) snprintf(text + n, sizeof text - n, "KEY;ENCODING=b:AAAA\r\n");
    snprintf(text + n, sizeof text - n, "END:VCARD\r\n");
    CLEANUP_JSON json_t *keys = import_cards(r, text);
    const json_t *first = json_array_get(json_object_get(keys, "skipped"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "why")), "key_more");
    assert_int_equal(json_array_size(json_object_get(keys, "skipped")), 9);
}

/* What is told of parts does not push out what is told of cards. */
static void importing_names_whole_cards_first(void **state)
{
    struct rig *r = *state;
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
    for (int i = 0; i < 1001; i++)
        buf_cstr(&text, "BEGIN:VCARD\nEMAIL:a@x.test\nORG:O\nEND:VCARD\n");
    buf_cstr(&text, "BEGIN:VCARD\nFN:Nobody\nEND:VCARD\n");
    buf_char(&text, 0);
    CLEANUP_JSON json_t *got = import_cards(r, text.p);
    const json_t *skipped = json_object_get(got, "skipped");
    assert_int_equal(json_array_size(skipped), 1001);
    assert_string_equal(json_string_value(json_object_get(json_array_get(skipped, 1000), "why")),
                        "no_address");
}

/* A failure on the way is no file. */
static void a_broken_book_is_not_exported(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t key = STR("test:u:alice@demo.test:contacts");
    make(r, 0, "{\"name\":\"A\",\"addresses\":[\"a@x.test\"]}");
    const char *id = make(r, 1, "{\"name\":\"B\",\"addresses\":[\"b@x.test\"]}");
    struct rig_call *rc = rig_call(r, ALICE);
    assert_int_equal(contacts_export(&rc->c, NULL), RC_OK);
    assert_true(str_starts(buf_view(&rc->s.body), STR("BEGIN:VCARD\r\n")));
    assert_true(str_find(buf_view(&rc->s.body), STR("b@x.test")) > 0);
    assert_false(rc->s.started);
    rig_call_free(rc);
    rc = rig_call(r, ALICE);
    RIG_REDIS(r, a, STR("HSET"), key, str_c(id), STR("forged and longer than a code, by far"));
    assert_int_equal(contacts_export(&rc->c, NULL), RC_DAMAGED);
    assert_int_equal(rc->s.body.n, 0);
    assert_int_equal(rc->s.header_count, 0);
    assert_false(rc->s.started);
    rig_call_free(rc);
}

static void photographs_stand_beside(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    str_t key = STR("test:u:alice@demo.test:contact-photos"), photo;
    struct rig_call *rc = rig_call(r, ALICE);
    const char *id = make(r, 0, "{\"name\":\"Bob\",\"addresses\":[\"bob@x.test\"]}");
    CLEANUP_JSON json_t *contact = NULL, *changed = NULL;
    struct book_change x = {.id = str_c(id), .photo = STR("\x89PNG\r\n\x1a\nx")};
    assert_int_equal(book_load(&rc->c, x.id, &contact, &x.version, NULL), RC_OK);
    changed = json_deep_copy(contact);
    json_put_bool(changed, "photo", true);
    x.contact = changed;
    x.before = contact;
    assert_int_equal(book_commit(&rc->c, &x, 1, NULL, NULL), RC_OK);
    assert_int_equal(book_commit(&rc->c, &x, 1, NULL, NULL), RC_CONFLICT);
    assert_int_equal(put(r, id, "{\"addresses\":[\"bob@x.test\"]}", NULL), RC_OK);
    rc->q.params[0] = x.id;
    assert_int_equal(contacts_photo_get(&rc->c, NULL), RC_OK);
    assert_true(str_eq(buf_view(&rc->s.body), x.photo));
    assert_true(
        str_eq(rig_header(rc, STR("Content-Security-Policy")), STR("sandbox; default-src 'none'")));
    assert_true(str_eq(rig_header(rc, STR("Content-Type")), STR("image/png")));
    assert_int_equal(call_as(r, "bob@demo.test", contacts_photo_get, id, NULL, NULL, NULL),
                     RC_NOT_FOUND);
    /* Another one's, moved here by somebody with write access to Redis. */
    str_t value = RIG_REDIS(r, a, STR("HGET"), key, x.id).s;
    const char *other = make(r, 1, "{\"addresses\":[\"o@x.test\"]}");
    RIG_REDIS(r, a, STR("HSET"), key, str_c(other), value);
    assert_int_equal(call_as(r, ALICE, contacts_photo_get, other, NULL, NULL, NULL), RC_DAMAGED);
    RIG_REDIS(r, a, STR("HDEL"), key, str_c(other));
    assert_int_equal(call_as(r, ALICE, contacts_photo_get, other, NULL, NULL, NULL), RC_NOT_FOUND);
    assert_int_equal(call_as(r, ALICE, contacts_photo_delete, id, NULL, NULL, NULL), RC_OK);
    assert_int_equal(book_photo(&rc->c, x.id, &photo, NULL), RC_OK);
    assert_true(str_is_null(photo));
    rig_call_free(rc);
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
        T(merging_leaves_one),
        T(merging_keeps_what_the_first_has_not),
        T(merging_forgets_the_oldest_first),
        T(merging_trusts_nothing_new),
        T(adding_an_address_trusts_nothing_new),
        T(merging_is_all_or_nothing),
        T(importing_says_what_is_left_out),
        T(importing_names_whole_cards_first),
        T(a_broken_book_is_not_exported),
        T(photographs_stand_beside),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
