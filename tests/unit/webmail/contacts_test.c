/* Address book: whose certificate is used for whom, and what is stored how. Revocation and what is
 * kept of a chain: contacts_revocation_test.c. */
#include "tests/unit/webmail/book_acts.h"

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

/* --- what a signed mail may change -------------------------------------------------------------
 */

/* A signed mail whose certificate could not be looked up changes nothing, and is not used. */
static void unknown_revocation_waits(void **state)
{
    struct rig *r = *state;
    struct pki one = leaf("email:p@demo.test", -100, 30, ENCRYPT, &root);
    struct pki two = leaf("email:p@demo.test", -50, 100, ENCRYPT, &root);
    assert_string_equal(harvest(r, "p@demo.test", &one, REVOCATION_UNKNOWN), "pending revocation");
    expect(r, "p@demo.test", RECIPIENT_REVOCATION_UNKNOWN, &one);
    assert_string_equal(harvest(r, "p@demo.test", &one, REVOCATION_NOT_CHECKED),
                        "pending revocation");
    /* seen again, and this time nothing was left open */
    assert_string_equal(harvest(r, "p@demo.test", &one, REVOCATION_GOOD), "valid first");
    expect(r, "p@demo.test", RECIPIENT_READY, &one);
    assert_string_equal(harvest(r, "p@demo.test", &two, REVOCATION_UNKNOWN), "pending revocation");
    expect(r, "p@demo.test", RECIPIENT_PENDING_CHANGE, &one);
    assert_string_equal(harvest(r, "p@demo.test", &two, REVOCATION_GOOD), "valid renewed");
    expect(r, "p@demo.test", RECIPIENT_READY, &two);
    STATE(one, "superseded");
    assert_string_equal(harvest(r, "p@demo.test", &one, REVOCATION_GOOD), "superseded");
    pki_free(&one);
    pki_free(&two);
}

/* Key substitution: a new certificate for the address while the old one is good for long. */
static void a_change_waits_for_the_person(void **state)
{
    struct rig *r = *state;
    struct pki old = leaf("email:v@demo.test", -100, 300, ENCRYPT, &root);
    struct pki other = leaf("email:v@demo.test", -1, 300, ENCRYPT, &root);
    struct pki third = leaf("email:v@demo.test", 0, 300, ENCRYPT, &root);
    struct pki same = PKI(.subject = "Leaf", .san = "email:v@demo.test", .usage = ENCRYPT,
                          .extended = "emailProtection", .issuer = &root, .key_of = &old,
                          .from = today() - 9 * PKI_DAY, .to = today() + 350 * PKI_DAY);
    HARVEST("v@demo.test", old, "valid first");
    HARVEST("v@demo.test", other, "pending early");
    expect(r, "v@demo.test", RECIPIENT_PENDING_CHANGE, &old);
    HARVEST("v@demo.test", other, "pending early"); /* saying it twice does not help */
    expect(r, "v@demo.test", RECIPIENT_PENDING_CHANGE, &old);
    HARVEST("v@demo.test", same, "valid same_key"); /* nobody reads more than before */
    expect(r, "v@demo.test", RECIPIENT_PENDING_CHANGE, &same);
    STATE(old, "superseded");
    /* No: it is forgotten, never asked about again, and the next one is asked about in any case. */
    assert_int_equal(act(r, &other, "reject"), RC_OK);
    expect(r, "v@demo.test", RECIPIENT_READY, &same);
    HARVEST("v@demo.test", other, "rejected");
    HARVEST("v@demo.test", third, "pending rejected_before");
    /* Yes: it is used, the one before is kept. */
    assert_int_equal(act(r, &third, "accept"), RC_OK);
    expect(r, "v@demo.test", RECIPIENT_READY, &third);
    STATE(same, "superseded");
    STATE(other, "rejected");
    /* And back. */
    assert_int_equal(act(r, &third, "reject"), RC_OK);
    expect(r, "v@demo.test", RECIPIENT_READY, &same);
    STATE(same, "valid");
    pki_free(&old);
    pki_free(&other);
    pki_free(&third);
    pki_free(&same);
}

static void authorities_are_not_exchanged(void **state)
{
    struct rig *r = *state;
    struct pki second = PKI(.subject = "Second", .ca = true, .usage = "keyCertSign",
                            .from = today() - 400 * PKI_DAY, .to = today() + 400 * PKI_DAY);
    trust_free((struct trust *) r->app.trust);
    r->app.trust = PKI_TRUST(&root, &second);
    struct pki ending = leaf("email:w@demo.test", -300, 20, ENCRYPT, &root);
    struct pki foreign = leaf("email:w@demo.test", -3, 300, ENCRYPT, &second);
    struct pki older = leaf("email:w@demo.test", -310, 90, ENCRYPT, &root);
    struct pki renewed = leaf("email:w@demo.test", -2, 300, ENCRYPT, &root);
    HARVEST("w@demo.test", ending, "valid first");
    HARVEST("w@demo.test", foreign, "pending authority");
    expect(r, "w@demo.test", RECIPIENT_PENDING_CHANGE, &ending);
    HARVEST("w@demo.test", older, "superseded older");
    HARVEST("w@demo.test", renewed, "valid renewed");
    expect(r, "w@demo.test", RECIPIENT_PENDING_CHANGE, &renewed);
    STATE(foreign, "pending");
    pki_free(&second);
    pki_free(&ending);
    pki_free(&foreign);
    pki_free(&older);
    pki_free(&renewed);
}

/* Key substitution by a certificate that begins before the one in use: it makes nobody known, and
 * is not what comes when the one in use goes. */
static void older_ones_do_not_creep_in(void **state)
{
    struct rig *r = *state;
    struct cert *known[8];
    size_t n;
    struct pki good = leaf("email:o@demo.test", -20, 300, ENCRYPT, &root);
    struct pki strange = leaf("email:o@demo.test", -30, 300, ENCRYPT, &root);
    HARVEST("o@demo.test", good, "valid first");
    HARVEST("o@demo.test", strange, "superseded older");
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(contacts_known_certificates(&rc->c, STR("o@demo.test"), known, 8, &n, NULL),
                     RC_OK);
    assert_int_equal(n, 1);
    assert_true(cert_equal(known[0], good.cert));
    cert_unref(known[0]);
    rig_call_free(rc);
    assert_int_equal(act(r, &good, "remove"), RC_OK);
    STATE(strange, "pending");
    expect(r, "o@demo.test", RECIPIENT_NONE, NULL);
    assert_int_equal(act(r, &strange, "accept"), RC_OK);
    expect(r, "o@demo.test", RECIPIENT_READY, &strange);
    pki_free(&good);
    pki_free(&strange);
}

/* A certificate that names two addresses of a contact is judged for both: coming from the one where
 * nothing is in use, it does not take the place of what is in use for the other. */
static void other_addresses_are_guarded(void **state)
{
    struct rig *r = *state;
    struct pki work = leaf("email:x@work.test", -100, 300, ENCRYPT, &root);
    struct pki both = leaf("email:x@home.test,email:x@work.test", -1, 300, ENCRYPT, &root);
    assert_int_equal(put(r, "new", "{\"addresses\":[\"x@work.test\",\"x@home.test\"]}", NULL, NULL),
                     RC_OK);
    HARVEST("x@work.test", work, "valid first");
    HARVEST("x@home.test", both, "pending early");
    expect(r, "x@work.test", RECIPIENT_PENDING_CHANGE, &work);
    expect(r, "x@home.test", RECIPIENT_NONE, NULL);
    assert_int_equal(act(r, &both, "accept"), RC_OK);
    expect(r, "x@work.test", RECIPIENT_READY, &both);
    expect(r, "x@home.test", RECIPIENT_READY, &both);
    STATE(work, "superseded");
    pki_free(&work);
    pki_free(&both);
}

static void the_person_decides(void **state)
{
    struct rig *r = *state;
    struct pki one = leaf("email:d@demo.test", -100, 20, ENCRYPT, &root);
    struct pki two = leaf("email:d@demo.test", -50, 300, ENCRYPT, &root);
    struct pki sign = leaf("email:d@demo.test", -50, 300, "digitalSignature", &root);
    struct pki next = leaf("email:d@demo.test", -1, 300, ENCRYPT, &root);
    HARVEST("d@demo.test", one, "valid first");
    HARVEST("d@demo.test", sign, "valid first"); /* of another purpose: takes no place */
    STATE(one, "valid");
    HARVEST("d@demo.test", two, "valid renewed");
    assert_int_equal(act(r, &sign, "prefer"), RC_INVALID);
    assert_int_equal(act(r, &two, "shred"), RC_INVALID);
    assert_int_equal(act(r, &next, "accept"), RC_NOT_FOUND);
    /* A choice stays, also against a renewal; both are kept. */
    assert_int_equal(act(r, &one, "prefer"), RC_OK);
    STATE(one, "valid preferred");
    STATE(two, "superseded");
    expect(r, "d@demo.test", RECIPIENT_READY, &one);
    HARVEST("d@demo.test", next, "pending preferred");
    assert_int_equal(act(r, &next, "prefer"), RC_OK);
    STATE(next, "valid preferred");
    STATE(one, "superseded");
    expect(r, "d@demo.test", RECIPIENT_READY, &next);
    assert_int_equal(act(r, &next, "remove"), RC_OK);
    STATE(next, "gone");
    expect(r, "d@demo.test", RECIPIENT_READY, &two); /* the newest of what was used before */
    STATE(sign, "valid");
    pki_free(&one);
    pki_free(&two);
    pki_free(&sign);
    pki_free(&next);
}

/* Who signs with one and wants mail encrypted to another certificate gets it so, however new the
 * one for signing is. */
static void signing_ones_are_not_encrypted_to(void **state)
{
    struct rig *r = *state;
    const char *both = "digitalSignature,keyAgreement";
    struct pki enc = leaf("email:q@demo.test", -100, 300, both, &root);
    struct pki sign = leaf("email:q@demo.test", -1, 300, both, &root);
    assert_string_equal(harvest_for(r, "q@demo.test", &sign, PURPOSE_SIGN, REVOCATION_GOOD),
                        "valid first");
    expect(r, "q@demo.test", RECIPIENT_NONE, NULL);
    assert_string_equal(harvest_for(r, "q@demo.test", &enc, PURPOSE_ENCRYPT, REVOCATION_GOOD),
                        "valid first");
    STATE(sign, "valid");
    expect(r, "q@demo.test", RECIPIENT_READY, &enc);
    /* Mail that is signed with it again changes nothing; mail that wants it is judged as any other.
     */
    assert_string_equal(harvest_for(r, "q@demo.test", &sign, PURPOSE_SIGN, REVOCATION_GOOD),
                        "valid");
    assert_string_equal(harvest_for(r, "q@demo.test", &enc, PURPOSE_SIGN, REVOCATION_GOOD),
                        "valid");
    expect(r, "q@demo.test", RECIPIENT_READY, &enc);
    assert_string_equal(harvest_for(r, "q@demo.test", &sign, PURPOSE_ENCRYPT, REVOCATION_GOOD),
                        "pending early");
    expect(r, "q@demo.test", RECIPIENT_PENDING_CHANGE, &enc);
    assert_int_equal(act(r, &sign, "prefer"), RC_OK);
    expect(r, "q@demo.test", RECIPIENT_READY, &sign);
    pki_free(&enc);
    pki_free(&sign);
}

/* Nobody can fill the book, or push out what is used. */
static void waiting_ones_are_kept_in_limits(void **state)
{
    struct rig *r = *state;
    struct pki good = leaf("email:l@demo.test", -100, 300, ENCRYPT, &root);
    struct pki first = {0};
    HARVEST("l@demo.test", good, "valid first");
    for (int i = 0; i < 9; i++) {
        struct pki more = leaf("email:l@demo.test", -1, 300, ENCRYPT, &root);
        HARVEST("l@demo.test", more, "pending early");
        if (i == 0)
            first = more;
        else
            pki_free(&more);
    }
    STATE(first, "gone");
    STATE(good, "valid");
    expect(r, "l@demo.test", RECIPIENT_PENDING_CHANGE, &good);
    pki_free(&first);
    pki_free(&good);
}

static bool takes_gcm(struct rig *r, const struct pki *p, bool gcm, int64_t told_at)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct contact_added done = {.contact = NULL};
    struct recipient_certificate found;
    const struct contact_certificate item = {
        .der = cert_der(p->cert), .source = "imported", .takes_gcm = gcm, .told_at = told_at};
    assert_int_equal(
        contacts_add_certificate(&rc->c, STR("g@demo.test"), STR_NULL, &item, &done, NULL), RC_OK);
    assert_int_equal(contacts_find_certificate(&rc->c, STR("g@demo.test"), NULL, &found, NULL),
                     RC_OK);
    bool out = found.takes_gcm;
    cert_unref(found.cert);
    json_decref(done.contact);
    rig_call_free(rc);
    return out;
}

/* The newest signed word about ciphers counts (RFC 8551 section 2.7.1); old mail seen late, and
 * mail that says nothing, change nothing. */
static void learns_ciphers(void **state)
{
    struct rig *r = *state;
    struct pki p = leaf("email:g@demo.test", -5, 50, ENCRYPT, &root);
    assert_false(takes_gcm(r, &p, false, 0));
    assert_true(takes_gcm(r, &p, true, 1000));
    assert_true(takes_gcm(r, &p, false, 0));
    assert_true(takes_gcm(r, &p, false, 999));
    assert_false(takes_gcm(r, &p, false, 1001));
    assert_true(takes_gcm(r, &p, true, 2000));
    pki_free(&p);
}

/* --- contacts as the API changes them -----------------------------------------------------------
 */

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
        T(unknown_revocation_waits),
        T(a_change_waits_for_the_person),
        T(authorities_are_not_exchanged),
        T(older_ones_do_not_creep_in),
        T(other_addresses_are_guarded),
        T(the_person_decides),
        T(signing_ones_are_not_encrypted_to),
        T(waiting_ones_are_kept_in_limits),
        T(learns_ciphers),
        T(changes_contacts),
        T(refuses_bad_contacts),
        T(without_the_feature_no_certificate_shows),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
