/* Address book and vault: whose certificate is used for whom, and what is stored how. */
#include "base/b64.h"
#include "crypto/keyring/keyring.h"
#include <openssl/pkcs12.h>

#include "tests/unit/crypto/pki.h"
#include "tests/unit/webmail/rig.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"
#include "webmail/smime/vault.h"

static struct pki root, intermediate;

static int64_t today(void)
{
    return call_now();
}

static int open_pki(void **state)
{
    (void) state;
    root = PKI(.subject = "Root", .ca = true, .usage = "keyCertSign,cRLSign",
               .from = today() - 400 * PKI_DAY, .to = today() + 400 * PKI_DAY);
    intermediate =
        PKI(.subject = "Middle", .ca = true, .usage = "keyCertSign,cRLSign", .issuer = &root,
            .from = today() - 400 * PKI_DAY, .to = today() + 400 * PKI_DAY);
    return 0;
}

static int close_pki(void **state)
{
    (void) state;
    pki_free(&intermediate);
    pki_free(&root);
    return 0;
}

static int open_rig(void **state)
{
    assert_int_equal(rig_open(state), 0);
    struct rig *r = *state;
    r->app.trust = PKI_TRUST(&root);
    return 0;
}

static int close_rig(void **state)
{
    struct rig *r = *state;
    trust_free((struct trust *) r->app.trust);
    return rig_close(state);
}

/* A certificate for `san`, valid from..to days from today. */
static struct pki leaf(const char *san, int from, int to, const char *usage,
                       const struct pki *issuer)
{
    return PKI(.subject = "Leaf", .san = san, .usage = usage, .extended = "emailProtection",
               .issuer = issuer, .from = today() + from * PKI_DAY, .to = today() + to * PKI_DAY);
}
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

/* --- vault
 * ------------------------------------------------------------------------------------------ */

/* A PKCS#12 file with key and certificate, then in the strong form with `iterations`. */
static str_t p12_of(struct arena *a, const struct pki *p, uint32_t iterations)
{
    struct keyring *k = NULL;
    unsigned char *der = NULL;
    uint8_t *strong = NULL;
    size_t n = 0;
    PKCS12 *p12 = PKCS12_create("weak", "Test key", p->key, p->x, NULL, 0, 0, 1000, 1000, 0);
    int len = i2d_PKCS12(p12, &der);
    str_t out = arena_str(a, str_n(der, (size_t) len));
    if (iterations) {
        assert_int_equal(keyring_new(&k), KEYRING_OK);
        assert_int_equal(keyring_open(k, der, (size_t) len, "weak", 4), KEYRING_OK);
        assert_int_equal(keyring_rewrap(k, "a good passphrase", 17, iterations, &strong, &n),
                         KEYRING_OK);
        out = arena_str(a, str_n(strong, n));
        keyring_release(strong, n);
        keyring_free(k);
    }
    OPENSSL_free(der);
    PKCS12_free(p12);
    return out;
}

static rc_t store_key(struct rig *r, const char *user, str_t p12, const struct pki *p, json_t **out,
                      struct err *e)
{
    struct rig_call *rc = rig_call(r, user);
    rc->c.in = json_object();
    json_put_str(rc->c.in, "p12", b64_encode(rc->c.arena, p12));
    json_put_str(rc->c.in, "label", STR("Work"));
    json_object_set_new(rc->c.in, "certificates", json_array());
    json_array_append_new(json_object_get(rc->c.in, "certificates"),
                          json_from_str(b64_encode(rc->c.arena, cert_der(p->cert))));
    rc_t code = vault_add(&rc->c, e);
    if (out) *out = json_incref(rc->c.out);
    rig_call_free(rc);
    return code;
}

static rc_t get_file(struct rig *r, const char *user, const char *id, str_t *p12, size_t *downloads,
                     struct arena *a)
{
    struct rig_call *rc = rig_call(r, user);
    rc->q.params[0] = str_c(id);
    rc_t code = vault_file(&rc->c, NULL);
    if (code == RC_OK) {
        assert_true(
            b64_decode(a, str_c(json_string_value(json_object_get(rc->c.out, "p12"))), p12));
        *downloads = json_array_size(json_object_get(rc->c.out, "downloads"));
    }
    rig_call_free(rc);
    return code;
}

static void keeps_strong_files_only(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct err e = {0};
    json_t *key = NULL;
    struct pki own = leaf("email:alice@demo.test", -5, 50, "digitalSignature,keyAgreement", &root);
    assert_int_equal(store_key(r, "alice@demo.test", p12_of(a, &own, 0), &own, NULL, &e),
                     RC_INVALID);
    assert_string_equal(e.field, "p12");
    assert_int_equal(store_key(r, "alice@demo.test", STR("no file"), &own, NULL, &e), RC_INVALID);
    str_t strong = p12_of(a, &own, VAULT_MIN_ITERATIONS);
    assert_int_equal(store_key(r, "alice@demo.test", strong, &own, &key, &e), RC_OK);
    const char *id = json_string_value(json_object_get(key, "id"));
    str_t back;
    size_t downloads;
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_str(back, strong);
    assert_int_equal(downloads, 1);
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_int_equal(downloads, 2);
    /* Nobody else's id opens it, and what Redis holds is sealed. */
    assert_int_equal(get_file(r, "bob@demo.test", id, &back, &downloads, a), RC_NOT_FOUND);
    str_t name = arena_printf(a, "test:u:alice@demo.test:keyfile:%s", id);
    str_t sealed = RIG_REDIS(r, a, STR("GET"), name).s;
    assert_true(str_find(sealed, str_sub(strong, 40, 80)) < 0);
    /* A file moved to another user's place does not open there. */
    RIG_REDIS(r, a, STR("SET"), arena_printf(a, "test:u:bob@demo.test:keyfile:%s", id), sealed);
    str_t doc = RIG_REDIS(r, a, STR("GET"), STR("test:u:alice@demo.test:keys")).s;
    RIG_REDIS(r, a, STR("SET"), STR("test:u:bob@demo.test:keys"), doc);
    assert_int_equal(get_file(r, "bob@demo.test", id, &back, &downloads, a), RC_DAMAGED);
    json_decref(key);
    pki_free(&own);
}

static rc_t set_primary(struct rig *r, const char *field, str_t fingerprint, struct err *e)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->c.in = json_object();
    json_put_str(rc->c.in, field, fingerprint);
    rc_t code = vault_set_primary(&rc->c, e);
    rig_call_free(rc);
    return code;
}

static void expect_own(struct rig *r, size_t count, const struct pki *sign,
                       const struct pki *encrypt)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct own_certificates own;
    assert_int_equal(vault_own_certificates(&rc->c, &own, NULL), RC_OK);
    assert_int_equal(own.count, count);
    assert_true(sign ? cert_equal(own.sign, sign->cert) : own.sign == NULL);
    assert_true(encrypt ? cert_equal(own.encrypt, encrypt->cert) : own.encrypt == NULL);
    own_certificates_free(&own);
    rig_call_free(rc);
}

static void chooses_own_certificates(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct err e = {0};
    struct pki both =
        leaf("email:alice@demo.test", -50, 50, "digitalSignature,keyAgreement", &root);
    struct pki sign = leaf("email:alice@demo.test", -5, 50, "digitalSignature", &root);
    struct pki old = leaf("email:alice@demo.test", -90, -1, "digitalSignature,keyAgreement", &root);
    struct pki other =
        leaf("email:alice@else.test", -1, 90, "digitalSignature,keyAgreement", &root);
    const struct pki *all[] = {&both, &sign, &old, &other};
    expect_own(r, 0, NULL, NULL);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(store_key(r, "alice@demo.test", p12_of(a, all[i], VAULT_MIN_ITERATIONS),
                                   all[i], NULL, &e),
                         RC_OK);
    expect_own(r, 4, &sign, &both);
    assert_int_equal(set_primary(r, "sign", cert_fingerprint(both.cert), &e), RC_OK);
    expect_own(r, 4, &both, &both);
    assert_int_equal(set_primary(r, "encrypt", cert_fingerprint(sign.cert), &e), RC_INVALID);
    assert_int_equal(set_primary(r, "sign", STR("00"), &e), RC_INVALID);
    assert_int_equal(set_primary(r, "sign", STR_NULL, &e), RC_OK);
    expect_own(r, 4, &sign, &both);
    expect(r, "alice@demo.test", RECIPIENT_READY, &both);
    for (size_t i = 0; i < 4; i++)
        pki_free((struct pki *) all[i]);
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
        T(keeps_strong_files_only),
        T(chooses_own_certificates),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
