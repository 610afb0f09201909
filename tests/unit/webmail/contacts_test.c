/* Address book: whose certificate is used for whom, and what is stored how. */
#include "base/b64.h"
#include "tests/unit/webmail/people.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"

#define ENCRYPT "keyAgreement"

static rc_t add_as(struct rig *r, const char *address, const struct pki *p, const struct pki *chain,
                   bool pending, bool *added)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    json_t *contact = NULL;
    str_t der = chain ? cert_der(chain->cert) : STR_NULL;
    const struct contact_certificate item = {.der = cert_der(p->cert),
                                             .source = "harvested",
                                             .pending = pending,
                                             .chain = &der,
                                             .chain_count = chain ? 1 : 0};
    rc_t code =
        contacts_add_certificate(&rc->c, str_c(address), STR("Bob"), &item, added, &contact, NULL);
    json_decref(contact);
    rig_call_free(rc);
    return code;
}

static rc_t add(struct rig *r, const char *address, const struct pki *p, const struct pki *chain,
                bool *added)
{
    return add_as(r, address, p, chain, false, added);
}

static void expect(struct rig *r, const char *address, enum recipient_status status,
                   const struct pki *p)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct recipient_certificate found;
    assert_int_equal(contacts_find_certificate(&rc->c, str_c(address), &found, NULL), RC_OK);
    if (found.status != status) fail_msg("%s is %s", address, recipient_status_word(found.status));
    if (p)
        assert_true(cert_equal(found.cert, p->cert));
    else
        assert_null(found.cert);
    cert_unref(found.cert);
    rig_call_free(rc);
}

static void finds_the_best(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki old = leaf("email:bob@demo.test", -300, -10, ENCRYPT, &root);
    struct pki good = leaf("email:bob@demo.test", -100, 50, ENCRYPT, &root);
    struct pki newer = leaf("email:bob@demo.test", -50, 100, ENCRYPT, &root);
    struct pki stranger = leaf("email:bob@demo.test", -1, 300, ENCRYPT, NULL);
    expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
    assert_int_equal(add(r, "bob@demo.test", &old, NULL, &added), RC_OK);
    expect(r, "bob@demo.test", RECIPIENT_EXPIRED, &old);
    assert_int_equal(add(r, "bob@demo.test", &good, NULL, &added), RC_OK);
    expect(r, "bob@demo.test", RECIPIENT_READY, &good);
    /* Newer, but of nobody we trust: beside the good one, never instead of it. */
    assert_int_equal(add(r, "bob@demo.test", &stranger, NULL, &added), RC_OK);
    expect(r, "bob@demo.test", RECIPIENT_READY, &good);
    assert_int_equal(add(r, "bob@demo.test", &newer, NULL, &added), RC_OK);
    expect(r, "BOB@DEMO.test", RECIPIENT_READY, &newer);
    assert_true(added);
    assert_int_equal(add(r, "bob@demo.test", &newer, NULL, &added), RC_OK);
    assert_false(added);
    pki_free(&old);
    pki_free(&good);
    pki_free(&newer);
    pki_free(&stranger);
}

/* A signed mail whose certificate could not be looked up changes nothing for whom we know. */
static void pending_replaces_nothing(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki good = leaf("email:p@demo.test", -100, 50, ENCRYPT, &root);
    struct pki newer = leaf("email:p@demo.test", -50, 100, ENCRYPT, &root);
    assert_int_equal(add_as(r, "p@demo.test", &newer, NULL, true, &added), RC_OK);
    expect(r, "p@demo.test", RECIPIENT_READY, &newer); /* the only one there is */
    assert_int_equal(add(r, "p@demo.test", &good, NULL, &added), RC_OK);
    expect(r, "p@demo.test", RECIPIENT_READY, &good);
    /* seen again, and this time nothing was left open */
    assert_int_equal(add(r, "p@demo.test", &newer, NULL, &added), RC_OK);
    assert_false(added);
    expect(r, "p@demo.test", RECIPIENT_READY, &newer);
    pki_free(&good);
    pki_free(&newer);
}

static void says_why_not(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki future = leaf("email:f@demo.test", 5, 50, ENCRYPT, &root);
    struct pki unknown = leaf("email:u@demo.test", -5, 50, ENCRYPT, NULL);
    struct pki signer = leaf("email:s@demo.test", -5, 50, "digitalSignature", &root);
    struct pki weak = PKI(.key = "rsa1024", .subject = "Weak", .san = "email:w@demo.test",
                          .usage = "keyEncipherment", .extended = "emailProtection",
                          .issuer = &root, .from = today() - PKI_DAY, .to = today() + PKI_DAY);
    add(r, "f@demo.test", &future, NULL, &added);
    add(r, "u@demo.test", &unknown, NULL, &added);
    add(r, "s@demo.test", &signer, NULL, &added);
    add(r, "w@demo.test", &weak, NULL, &added);
    expect(r, "f@demo.test", RECIPIENT_NOT_YET_VALID, &future);
    expect(r, "u@demo.test", RECIPIENT_UNTRUSTED, &unknown);
    expect(r, "s@demo.test", RECIPIENT_NONE, NULL);
    expect(r, "w@demo.test", RECIPIENT_WEAK, &weak);
    static const char *const bad[] = {"", "x", "@y", "x@", "a b@c", "a@b\n"};
    for (size_t i = 0; i < 6; i++)
        expect(r, bad[i], RECIPIENT_INVALID_ADDRESS, NULL);
    pki_free(&future);
    pki_free(&unknown);
    pki_free(&signer);
    pki_free(&weak);
}

static void a_kept_chain_is_used(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki a = leaf("email:a@demo.test", -5, 50, ENCRYPT, &intermediate);
    struct pki b = leaf("email:b@demo.test", -5, 50, ENCRYPT, &intermediate);
    add(r, "a@demo.test", &a, NULL, &added);
    add(r, "b@demo.test", &b, &intermediate, &added);
    expect(r, "a@demo.test", RECIPIENT_UNTRUSTED, &a);
    expect(r, "b@demo.test", RECIPIENT_READY, &b);
    pki_free(&a);
    pki_free(&b);
}

static void only_for_its_own_address(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    bool added = true;
    struct pki mallory = leaf("email:mallory@demo.test", -5, 50, ENCRYPT, &root);
    struct pki subject = PKI(.subject = "S", .subject_mail = "bob@demo.test", .usage = ENCRYPT,
                             .issuer = &root, .from = today() - PKI_DAY, .to = today() + PKI_DAY);
    assert_int_equal(add(r, "bob@demo.test", &mallory, NULL, &added), RC_INVALID);
    assert_int_equal(add(r, "bob@demo.test", &subject, NULL, &added), RC_INVALID);
    expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
    /* Somebody with write access to Redis points the index at another contact: it is not believed.
     */
    assert_int_equal(add(r, "mallory@demo.test", &mallory, NULL, &added), RC_OK);
    str_t index = STR("test:u:alice@demo.test:contact-index");
    str_t id = RIG_REDIS(r, a, STR("HGET"), index, STR("mallory@demo.test")).s;
    RIG_REDIS(r, a, STR("HSET"), index, STR("bob@demo.test"), id);
    expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
    pki_free(&mallory);
    pki_free(&subject);
}

static void a_forged_contact_is_refused(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    add(r, "bob@demo.test", &bob, NULL, &added);
    str_t book = STR("test:u:alice@demo.test:contacts");
    str_t id = RIG_REDIS(r, a, STR("HKEYS"), book).items[0].s;
    str_t value = RIG_REDIS(r, a, STR("HGET"), book, id).s;
    ((char *) value.p)[value.n - 3] ^= 1;
    RIG_REDIS(r, a, STR("HSET"), book, id, value);
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct recipient_certificate found;
    assert_int_equal(contacts_find_certificate(&rc->c, STR("bob@demo.test"), &found, NULL),
                     RC_DAMAGED);
    rig_call_free(rc);
    pki_free(&bob);
}

/* --- contacts as the API changes them -----------------------------------------------------------
 */

static rc_t put(struct rig *r, const char *id, const char *text, json_t **out, struct err *e)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->q.params[0] = str_c(id);
    rc->c.in = rig_json(text);
    rc_t code = contacts_put(&rc->c, e);
    if (out) *out = json_incref(rc->c.out);
    rig_call_free(rc);
    return code;
}

static size_t count_contacts(struct rig *r)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
    size_t n = json_array_size(json_object_get(rc->c.out, "contacts"));
    rig_call_free(rc);
    return n;
}

static void changes_contacts(void **state)
{
    struct rig *r = *state;
    struct err e = {0};
    bool added;
    json_t *made = NULL, *changed = NULL;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    assert_int_equal(
        put(r, "new", "{\"name\":\"Bob\",\"addresses\":[\"bob@demo.test\"]}", &made, &e), RC_OK);
    const char *id = json_string_value(json_object_get(made, "id"));
    add(r, "bob@demo.test", &bob, NULL, &added);
    assert_int_equal(count_contacts(r), 1);
    /* An address more: certificates stay. The address away: its certificate goes with it. */
    assert_int_equal(put(r, id, "{\"addresses\":[\"b@x.test\",\"bob@demo.test\"]}", &changed, &e),
                     RC_OK);
    assert_int_equal(json_array_size(json_object_get(changed, "certificates")), 1);
    json_decref(changed);
    assert_int_equal(put(r, id, "{\"addresses\":[\"b@x.test\"]}", &changed, &e), RC_OK);
    assert_int_equal(json_array_size(json_object_get(changed, "certificates")), 0);
    json_decref(changed);
    expect(r, "bob@demo.test", RECIPIENT_NONE, NULL);
    /* The freed address can be another contact's now, a taken one cannot. */
    assert_int_equal(put(r, "new", "{\"addresses\":[\"bob@demo.test\"]}", NULL, &e), RC_OK);
    assert_int_equal(put(r, "new", "{\"addresses\":[\"B@X.test\"]}", NULL, &e), RC_INVALID);
    assert_string_equal(e.field, "addresses");
    assert_int_equal(count_contacts(r), 2);
    assert_int_equal(put(r, "0000", "{\"addresses\":[\"c@x.test\"]}", NULL, &e), RC_NOT_FOUND);
    json_decref(made);
    pki_free(&bob);
}

static void without_the_feature_no_certificate_shows(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki bob = leaf("email:bob@demo.test", -5, 50, ENCRYPT, &root);
    add(r, "bob@demo.test", &bob, NULL, &added);
    for (int on = 0; on < 2; on++) {
        struct rig_call *rc = rig_call(r, "alice@demo.test");
        rc->c.features.smime = on;
        assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
        const json_t *contact = json_array_get(json_object_get(rc->c.out, "contacts"), 0);
        assert_int_equal(json_array_size(json_object_get(contact, "certificates")), on);
        rig_call_free(rc);
    }
    pki_free(&bob);
}

static void refuses_bad_contacts(void **state)
{
    struct rig *r = *state;
    static const char *const rows[] = {
        "{}",
        "{\"addresses\":[]}",
        "{\"addresses\":\"a@b.test\"}",
        "{\"addresses\":[1]}",
        "{\"addresses\":[\"not an address\"]}",
        "{\"addresses\":[\"a@b.test\\r\\nX: y\"]}",
        "{\"name\":\"a\\nb\",\"addresses\":[\"a@b.test\"]}",
        "{\"name\":5,\"addresses\":[\"a@b.test\"]}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        if (put(r, "new", rows[i], NULL, &e) != RC_INVALID) fail_msg("%s was taken", rows[i]);
    }
    assert_int_equal(count_contacts(r), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(finds_the_best),
        T(pending_replaces_nothing),
        T(says_why_not),
        T(a_kept_chain_is_used),
        T(only_for_its_own_address),
        T(a_forged_contact_is_refused),
        T(changes_contacts),
        T(refuses_bad_contacts),
        T(without_the_feature_no_certificate_shows),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
