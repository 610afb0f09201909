/* Documents and preferences: authenticated, compared before they are written, checked by one table.
 */
#include "policy/registry.h"
#include "tests/unit/webmail/rig.h"
#include "webmail/routes.h"
#include "webmail/settings/settings.h"
#include "webmail/store.h"

static void save(struct rig *r, const char *address, const char *what, const char *text)
{
    struct rig_call *rc = rig_call(r, address);
    json_t *doc = rig_json(text), *before = NULL;
    str_t version;
    assert_int_equal(store_load(&rc->c, str_c(what), &before, &version, NULL), RC_OK);
    assert_int_equal(store_save(&rc->c, str_c(what), doc, version, NULL), RC_OK);
    json_decref(before);
    json_decref(doc);
    rig_call_free(rc);
}

static rc_t load(struct rig *r, const char *address, const char *what, const char *text)
{
    struct rig_call *rc = rig_call(r, address);
    json_t *doc = NULL;
    str_t version;
    rc_t code = store_load(&rc->c, str_c(what), &doc, &version, NULL);
    if (code == RC_OK && text) {
        json_t *want = rig_json(text);
        assert_true(json_equal(doc, want));
        json_decref(want);
    } else {
        assert_null(doc);
    }
    json_decref(doc);
    rig_call_free(rc);
    return code;
}

static void keeps_documents(void **state)
{
    struct rig *r = *state;
    assert_int_equal(load(r, "alice@demo.test", "x", NULL), RC_OK);
    save(r, "alice@demo.test", "x", "{\"a\": [1, \"\\u0001\"]}");
    assert_int_equal(load(r, "alice@demo.test", "x", "{\"a\": [1, \"\\u0001\"]}"), RC_OK);
    assert_int_equal(load(r, "bob@demo.test", "x", NULL), RC_OK);
}

static void refuses_what_it_did_not_write(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    save(r, "alice@demo.test", "x", "{\"a\": 1}");
    str_t key = STR("test:u:alice@demo.test:x");
    str_t value = RIG_REDIS(r, a, STR("GET"), key).s;
    RIG_REDIS(r, a, STR("SET"), STR("test:u:bob@demo.test:x"), value);
    assert_int_equal(load(r, "bob@demo.test", "x", NULL), RC_DAMAGED);
    RIG_REDIS(r, a, STR("SET"), STR("test:u:alice@demo.test:y"), value);
    assert_int_equal(load(r, "alice@demo.test", "y", NULL), RC_DAMAGED);
    for (size_t i = 0; i < value.n; i++) {
        ((char *) value.p)[i] ^= 4;
        RIG_REDIS(r, a, STR("SET"), key, value);
        assert_int_equal(load(r, "alice@demo.test", "x", NULL), RC_DAMAGED);
        ((char *) value.p)[i] ^= 4;
    }
    RIG_REDIS(r, a, STR("SET"), key, STR("{\"a\": 1}"));
    assert_int_equal(load(r, "alice@demo.test", "x", NULL), RC_DAMAGED);
}

static void a_second_writer_notices(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    json_t *doc = rig_json("{\"a\": 1}"), *seen = NULL;
    str_t first, second;
    assert_int_equal(store_load(&rc->c, STR("x"), &seen, &first, NULL), RC_OK);
    assert_int_equal(store_save(&rc->c, STR("x"), doc, first, NULL), RC_OK);
    assert_int_equal(store_save(&rc->c, STR("x"), doc, first, NULL), RC_CONFLICT);
    assert_int_equal(store_load(&rc->c, STR("x"), &seen, &second, NULL), RC_OK);
    json_object_set_new(doc, "a", json_integer(2));
    assert_int_equal(store_save(&rc->c, STR("x"), doc, second, NULL), RC_OK);
    assert_int_equal(store_save(&rc->c, STR("x"), doc, second, NULL), RC_CONFLICT);
    json_decref(seen);
    json_decref(doc);
    rig_call_free(rc);
}

static rc_t add_one(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct rig *r = arg;
    (void) e;
    if (!*doc) *doc = json_pack("{s:i}", "n", 0);
    json_int_t n = json_integer_value(json_object_get(*doc, "n"));
    json_object_set_new(*doc, "n", json_integer(n + 1));
    if (n == 0) save(r, "alice@demo.test", "n", "{\"n\": 10}"); /* somebody is faster */
    (void) c;
    return RC_OK;
}

static void an_update_is_begun_again(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(store_update(&rc->c, STR("n"), add_one, r, NULL), RC_OK);
    rig_call_free(rc);
    assert_int_equal(load(r, "alice@demo.test", "n", "{\"n\": 11}"), RC_OK);
}

/* --- preferences
 * ---------------------------------------------------------------------------------- */

static json_t *rig_value(const char *text)
{
    return json_loads(text, JSON_DECODE_ANY, NULL);
}

static rc_t merge(struct rig *r, const char *subset, struct err *e, const char *group,
                  const char *name, json_t **value)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    json_t *in = rig_json(subset), *all = NULL;
    rc_t code = settings_merge(&rc->c, in, &all, e);
    if (value) {
        if (code != RC_OK) assert_int_equal(settings_load(&rc->c, &all, NULL), RC_OK);
        *value = json_incref(json_object_get(group[0] ? json_object_get(all, group) : all, name));
    }
    json_decref(all);
    json_decref(in);
    rig_call_free(rc);
    return code;
}

static void takes_good_preferences(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *subset, *group, *name, *value;
    } rows[] = {
        {"{}", "security", "mode", "\"auto\""},
        {"{\"security\":{\"mode\":\"sign_encrypt\"}}", "security", "mode", "\"sign_encrypt\""},
        {"{\"ui\":{\"theme\":\"dark\"}}", "security", "mode", "\"sign_encrypt\""},
        {"{\"security\":{\"last_mode\":\"sign\"}}", "security", "last_mode", "\"sign\""},
        {"{\"security\":{\"last_mode\":null}}", "security", "last_mode", "null"},
        {"{\"security\":{\"lock_after_minutes\":1440}}", "security", "lock_after_minutes", "1440"},
        {"{\"ui\":{\"language\":\"de-AT\"}}", "ui", "language", "\"de-AT\""},
        {"{\"ui\":{\"language\":\"sr-Latn-RS\"}}", "ui", "language", "\"sr-Latn-RS\""},
        {"{\"ui\":{\"language\":\"\"}}", "ui", "language", "\"\""},
        {"{\"list\":{\"preview\":\"none\",\"threads\":false}}", "list", "preview", "\"none\""},
        {"{\"list\":{\"sort\":\"size\"}}", "list", "threads", "false"},
        {"{\"reading\":{\"images\":\"never\"}}", "reading", "images", "\"never\""},
        {"{\"notifications\":{\"desktop\":true}}", "notifications", "desktop", "true"},
        {"{\"shortcuts\":false}", "", "shortcuts", "false"},
        {"{\"time_zone\":\"America/Argentina/Buenos_Aires\"}", "", "time_zone",
         "\"America/Argentina/Buenos_Aires\""},
        {"{\"remote_images\":[\"news@example.org\"]}", "", "remote_images",
         "[\"news@example.org\"]"},
        {"{\"labels\":[{\"keyword\":\"Work\",\"name\":\"W\u00f6rk\",\"colour\":\"teal\"}]}", "",
         "labels", "[{\"keyword\":\"Work\",\"name\":\"W\u00f6rk\",\"colour\":\"teal\"}]"},
        {"{}", "", "identities",
         "[{\"name\":\"\",\"address\":\"alice@demo.test\",\"reply_to\":\"\",\"signature\":\"\","
         "\"default\":true}]"},
        {"{\"identities\":[{\"name\":\"A\",\"address\":\"alice@demo.test\",\"reply_to\":\"\","
         "\"signature\":\"a\\nb\",\"default\":true}]}",
         "", "identities",
         "[{\"name\":\"A\",\"address\":\"alice@demo.test\",\"reply_to\":\"\",\"signature\":"
         "\"a\\nb\","
         "\"default\":true}]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        json_t *got = NULL, *want = rig_value(rows[i].value);
        if (merge(r, rows[i].subset, &e, rows[i].group, rows[i].name, &got) != RC_OK)
            fail_msg("%s: %s", rows[i].subset, e.message);
        if (!json_equal(got, want)) fail_msg("%s", rows[i].subset);
        json_decref(got);
        json_decref(want);
    }
}

static void refuses_bad_preferences(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *subset, *field;
    } rows[] = {
        {"{\"security\":{\"mode\":\"encrypt\"}}", "security.mode"},
        {"{\"security\":{\"mode\":\"auto none\"}}", "security.mode"},
        {"{\"security\":{\"mode\":\"\"}}", "security.mode"},
        {"{\"security\":{\"mode\":null}}", "security.mode"},
        {"{\"security\":{\"last_mode\":\"-\"}}", "security.last_mode"},
        {"{\"security\":{\"lock_after_minutes\":1441}}", "security.lock_after_minutes"},
        {"{\"security\":{\"lock_after_minutes\":-1}}", "security.lock_after_minutes"},
        {"{\"security\":{\"lock_after_minutes\":\"5\"}}", "security.lock_after_minutes"},
        {"{\"security\":{\"other\":1}}", "security.other"},
        {"{\"security\":1}", "security"},
        {"{\"other\":{\"x\":1}}", "other"},
        {"{\"labels\":{\"x\":1}}", "labels"},
        {"{\"ui\":{\"theme\":\"pink\"}}", "ui.theme"},
        {"{\"ui\":{\"language\":\"<x>\"}}", "ui.language"},
        {"{\"identity\":{\"name\":\"x\"}}", "identity"},
        {"{\"identities\":[{\"name\":\"a\\r\\nBcc: "
         "x\",\"address\":\"alice@demo.test\",\"reply_to\":\"\",\"signature\":\"\",\"default\":"
         "true}]}",
         "identities[0].name"},
        {"{\"identities\":[{\"name\":\"a\\u0000\",\"address\":\"alice@demo.test\",\"reply_to\":"
         "\"\",\"signature\":\"\",\"default\":true}]}",
         "identities[0].name"},
        {"{\"identities\":[]}", "identities"},
        {"{\"identities\":[{\"name\":\"\",\"address\":\"alice@demo.test\",\"reply_to\":\"\","
         "\"signature\":\"\",\"default\":true},{\"name\":\"\",\"address\":\"alice@demo.test\","
         "\"reply_to\":\"\",\"signature\":\"\",\"default\":true}]}",
         "identities"},
        {"{\"identities\":[{\"name\":\"\",\"address\":\"alice@demo.test\",\"reply_to\":\"\","
         "\"signature\":\"\",\"default\":false}]}",
         "identities"},
        {"{\"identities\":[{\"name\":\"\",\"address\":\"bob@demo.test\",\"reply_to\":\"\","
         "\"signature\":\"\",\"default\":true}]}",
         "identities[0].address"},
        {"{\"identities\":[{\"name\":\"\",\"address\":\"alice@demo.test\\r\\nx\",\"reply_to\":\"\","
         "\"signature\":\"\",\"default\":true}]}",
         "identities[0].address"},
        {"{\"identities\":[{\"name\":\"\",\"address\":\"alice@demo.test\",\"reply_to\":\"nobody\","
         "\"signature\":\"\",\"default\":true}]}",
         "identities[0].reply_to"},
        {"{\"identities\":[{\"name\":\"\",\"address\":\"alice@demo.test\",\"reply_to\":\"\","
         "\"signature\":\"a\\u0007\",\"default\":true}]}",
         "identities[0].signature"},
        {"{\"identities\":[{\"name\":\"\"}]}", "identities[0]"},
        {"{\"identities\":\"x\"}", "identities"},
        {"{\"shortcuts\":1}", "shortcuts"},
        {"{\"reading\":{\"shortcuts\":true}}", "reading.shortcuts"},
        {"{\"ui\":{\"language\":\"de-\"}}", "ui.language"},
        {"{\"ui\":{\"language\":\"d\"}}", "ui.language"},
        {"{\"ui\":{\"language\":\"de-AT-x-y\"}}", "ui.language"},
        {"{\"time_zone\":\"../../etc/passwd\"}", "time_zone"},
        {"{\"time_zone\":\"/Europe\"}", "time_zone"},
        {"{\"time_zone\":\"Europe//Berlin\"}", "time_zone"},
        {"{\"time_zone\":7}", "time_zone"},
        {"{\"list\":{\"sort\":\"weight\"}}", "list.sort"},
        {"{\"list\":{\"preview\":null}}", "list.preview"},
        {"{\"reading\":{\"mark_read_after\":61}}", "reading.mark_read_after"},
        {"{\"remote_images\":[\"a@b.test\",\"a@b.test\"]}", "remote_images[1]"},
        {"{\"remote_images\":[\"A@b.test\"]}", "remote_images[0]"},
        {"{\"remote_images\":[\"b.test\"]}", "remote_images[0]"},
        {"{\"remote_images\":{}}", "remote_images"},
        {"{\"labels\":[{\"keyword\":\"a b\",\"name\":\"x\",\"colour\":\"red\"}]}",
         "labels[0].keyword"},
        {"{\"labels\":[{\"keyword\":\"$Junk\",\"name\":\"x\",\"colour\":\"red\"}]}",
         "labels[0].keyword"},
        {"{\"labels\":[{\"keyword\":\"\\\\Seen\",\"name\":\"x\",\"colour\":\"red\"}]}",
         "labels[0].keyword"},
        {"{\"labels\":[{\"keyword\":\"a\",\"name\":\"\",\"colour\":\"red\"}]}", "labels[0].name"},
        {"{\"labels\":[{\"keyword\":\"a\",\"name\":\"x\",\"colour\":\"red orange\"}]}",
         "labels[0].colour"},
        {"{\"labels\":[{\"keyword\":\"a\",\"name\":\"x\",\"colour\":\"url(x)\"}]}",
         "labels[0].colour"},
        {"{\"labels\":[{\"keyword\":\"a\",\"name\":\"x\",\"colour\":\"red\",\"z\":1}]}",
         "labels[0]"},
        {"{\"labels\":[{\"keyword\":\"ab\",\"name\":\"x\",\"colour\":\"red\"},{\"keyword\":\"AB\","
         "\"name\":\"x\",\"colour\":\"red\"}]}",
         "labels[1].keyword"},
        {"{\"labels\":[7]}", "labels[0]"},
        /* one good and one bad: nothing is written */
        {"{\"ui\":{\"theme\":\"dark\"},\"list\":{\"density\":\"x\"}}", "list.density"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        json_t *theme = NULL;
        if (merge(r, rows[i].subset, &e, "ui", "theme", &theme) != RC_INVALID)
            fail_msg("%s was taken", rows[i].subset);
        assert_string_equal(e.field, rows[i].field);
        assert_string_equal(json_string_value(theme), "system");
        json_decref(theme);
    }
}

/* What an earlier release stored is found where it is now. */
static void takes_over_older_preferences(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *group, *name, *value;
    } rows[] = {
        {"list", "density", "\"compact\""},
        {"", "shortcuts", "false"},
        {"", "identities",
         "[{\"name\":\"Al\",\"address\":\"alice@demo.test\",\"reply_to\":\"\",\"signature\":"
         "\"Bye\","
         "\"default\":true}]"},
    };
    save(r, "alice@demo.test", "settings",
         "{\"ui\":{\"density\":\"compact\"},\"reading\":{\"shortcuts\":false},"
         "\"identity\":{\"name\":\"Al\",\"signature\":\"Bye\"}}");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *got = NULL, *want = rig_value(rows[i].value);
        assert_int_equal(merge(r, "{}", NULL, rows[i].group, rows[i].name, &got), RC_OK);
        if (!json_equal(got, want)) fail_msg("%s", rows[i].name);
        json_decref(got);
        json_decref(want);
    }
}

static size_t identities(struct rig *r, bool *first_is_default)
{
    json_t *list = NULL;
    assert_int_equal(merge(r, "{}", NULL, "", "identities", &list), RC_OK);
    size_t n = json_array_size(list);
    *first_is_default = json_is_true(json_object_get(json_array_get(list, 0), "default"));
    json_decref(list);
    return n;
}

static void an_identity_goes_with_its_alias(void **state)
{
    struct rig *r = *state;
    struct arena *a = arena_new(1 << 20);
    const str_t alice = STR("alice@demo.test"), alias = STR("al@demo.test");
    const struct registry registry = {r->kv, &r->config};
    const struct actor by = {STR("test"), true, 1000};
    static const char two[] =
        "{\"identities\":[{\"name\":\"\",\"address\":\"alice@demo.test\",\"reply_to\":\"\","
        "\"signature\":\"\",\"default\":false},{\"name\":\"Al\",\"address\":\"al@demo.test\","
        "\"reply_to\":\"x@y.test\",\"signature\":\"\",\"default\":true}]}";
    struct err e = {0};
    bool first;
    assert_int_equal(merge(r, two, &e, "", "identities", NULL), RC_INVALID);
    assert_string_equal(e.field, "identities[1].address");
    assert_int_equal(registry_set_from(&registry, &by, alice, alias, true, NULL), RC_OK);
    assert_int_equal(merge(r, two, &e, "", "identities", NULL), RC_OK);
    assert_int_equal(identities(r, &first), 2);
    assert_false(first);
    assert_int_equal(registry_set_from(&registry, &by, alice, alias, false, NULL), RC_OK);
    assert_int_equal(identities(r, &first), 1);
    assert_true(first);
    assert_int_equal(registry_set_from(&registry, &by, alice, alias, false, NULL), RC_NOT_FOUND);
    arena_free(a);
}

static void remembers_senders(void **state)
{
    struct rig *r = *state;
    char address[32];
    for (int i = 0; i < 502; i++) {
        struct rig_call *rc = rig_call(r, "alice@demo.test");
        snprintf(address, sizeof address, "A%d@example.org", i < 501 ? i : 5);
        assert_int_equal(settings_remember_sender(&rc->c, str_c(address), NULL), RC_OK);
        rig_call_free(rc);
    }
    json_t *list = NULL;
    assert_int_equal(merge(r, "{}", NULL, "", "remote_images", &list), RC_OK);
    assert_int_equal(json_array_size(list), 500);
    assert_string_equal(json_string_value(json_array_get(list, 0)), "a1@example.org");
    assert_string_equal(json_string_value(json_array_get(list, 499)), "a5@example.org");
    json_decref(list);
}

/* --- the table of routes
 * ---------------------------------------------------------------------------- */

static void every_route_is_guarded(void **state)
{
    (void) state;
    struct err e = {0};
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
    if (routes_check(&e) != RC_OK) fail_msg("%s", e.message);
    assert_true(routes_document(&text));
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *route = &ROUTES[i];
        assert_non_null(route->handler);
        assert_true(str_find(buf_view(&text), route->key.pattern) > 0);
        bool api = str_starts(route->key.pattern, STR("/api/"));
        bool signin = str_eq(route->key.pattern, STR("/api/v1/signin"));
        if (api && !signin) assert_int_equal(route->auth, AUTH_API);
        if (route->body != BODY_NONE) assert_true(route->body_bytes > 0);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(keeps_documents),
        T(refuses_what_it_did_not_write),
        T(a_second_writer_notices),
        T(an_update_is_begun_again),
        T(takes_good_preferences),
        T(refuses_bad_preferences),
        T(takes_over_older_preferences),
        T(an_identity_goes_with_its_alias),
        T(remembers_senders),
        cmocka_unit_test(every_route_is_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
