/* Address book: merging, what comes in and goes out as vCards, photographs. */
#include "tests/unit/webmail/book_calls.h"

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
    const char *a = make(
        r, 0, "{\"name\":\"Bob\",\"addresses\":[\"b@x.test\"],\"notes\":\"n\",\"phone\":\"1\"}");
    const char *b = make(r, 1,
                         "{\"name\":\"Robert\",\"addresses\":[\"bob@demo.test\"],"
                         "\"notes\":\"m\",\"phone\":\"2\"}");
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
    assert_string_equal(json_string_value(json_object_get(one, "notes")), "n\n\nm\n\n2");
    assert_string_equal(json_string_value(json_object_get(one, "phone")), "1");
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
    assert_string_equal(json_string_value(json_object_get(one, "notes")), "same\n\n2");
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
