/* Address book: what revocation changes, and which chains are kept and believed. */
#include "tests/unit/webmail/book_acts.h"

static void says(void *holder, struct cert *const *path, size_t n, struct cert_revocation *out)
{
    (void) path;
    (void) n;
    *out = (struct cert_revocation){.status = *(enum revocation *) holder};
}

static struct recipient_certificate look(struct rig *r, const char *address, enum revocation answer)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct recipient_certificate found;
    const struct cert_checks checks = {.revocation = says, .holder = &answer};
    assert_int_equal(contacts_find_certificate(&rc->c, str_c(address), &checks, &found, NULL),
                     RC_OK);
    cert_unref(found.cert);
    rig_call_free(rc);
    return found;
}

static void follows_revocation(void **state)
{
    struct rig *r = *state;
    bool added;
    struct pki p = PKI(.subject = "Leaf", .san = "email:r@demo.test", .usage = ENCRYPT,
                       .extended = "emailProtection", .issuer = &root, .from = today() - PKI_DAY,
                       .to = today() + 300 * PKI_DAY,
                       .more = {{NID_crl_distribution_points, "URI:http://crl.demo.test/x"}});
    static const struct {
        enum revocation answer;
        enum recipient_status soft, hard;
    } rows[] = {
        {REVOCATION_GOOD, RECIPIENT_READY, RECIPIENT_READY},
        {REVOCATION_REVOKED, RECIPIENT_REVOKED, RECIPIENT_REVOKED},
        {REVOCATION_UNKNOWN, RECIPIENT_READY, RECIPIENT_REVOCATION_UNKNOWN},
        {REVOCATION_NOT_CHECKED, RECIPIENT_READY, RECIPIENT_REVOCATION_UNKNOWN},
    };
    assert_int_equal(add(r, "r@demo.test", &p, NULL, &added), RC_OK);
    for (size_t i = 0; i < 4; i++) {
        struct recipient_certificate found = look(r, "r@demo.test", rows[i].answer);
        assert_int_equal(found.status, rows[i].soft);
        assert_int_equal(found.revocation, rows[i].answer);
        r->config.revocation_hard = true;
        assert_int_equal(look(r, "r@demo.test", rows[i].answer).status, rows[i].hard);
        r->config.revocation_hard = false;
    }
    pki_free(&p);
}

/* What waited for an answer is looked at again; what waits for the person is not. */
static void settles_when_somebody_answers(void **state)
{
    struct rig *r = *state;
    struct pki one = leaf("email:t@demo.test", -100, 300, ENCRYPT, &root);
    struct pki two = leaf("email:t@demo.test", -1, 300, ENCRYPT, &root);
    enum revocation answer = REVOCATION_GOOD;
    const struct cert_checks checks = {.revocation = says, .holder = &answer};
    bool changed;
    assert_string_equal(harvest(r, "t@demo.test", &one, REVOCATION_UNKNOWN), "pending revocation");
    assert_string_equal(harvest(r, "t@demo.test", &two, REVOCATION_UNKNOWN), "pending revocation");
    expect(r, "t@demo.test", RECIPIENT_REVOCATION_UNKNOWN, &two);
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(contacts_settle(&rc->c, STR("t@demo.test"), &checks, &changed, NULL), RC_OK);
    assert_true(changed);
    STATE(one, "valid");
    STATE(two, "pending"); /* the first is good for long */
    expect(r, "t@demo.test", RECIPIENT_PENDING_CHANGE, &one);
    assert_int_equal(contacts_settle(&rc->c, STR("t@demo.test"), &checks, &changed, NULL), RC_OK);
    assert_false(changed);
    STATE(two, "pending");
    rig_call_free(rc);
    pki_free(&one);
    pki_free(&two);
}

/* Only what is accepted makes a sender known. */
static void pending_ones_are_not_known(void **state)
{
    struct rig *r = *state;
    struct cert *known[8];
    size_t n;
    struct pki good = leaf("email:k@demo.test", -100, 300, ENCRYPT, &root);
    struct pki other = leaf("email:k@demo.test", -1, 300, ENCRYPT, &root);
    HARVEST("k@demo.test", good, "valid first");
    HARVEST("k@demo.test", other, "pending early");
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(contacts_known_certificates(&rc->c, STR("k@demo.test"), known, 8, &n, NULL),
                     RC_OK);
    assert_int_equal(n, 1);
    assert_true(cert_equal(known[0], good.cert));
    cert_unref(known[0]);
    rig_call_free(rc);
    pki_free(&good);
    pki_free(&other);
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
    assert_int_equal(contacts_find_certificate(&rc->c, STR("bob@demo.test"), NULL, &found, NULL),
                     RC_DAMAGED);
    rig_call_free(rc);
    pki_free(&bob);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(follows_revocation),          T(settles_when_somebody_answers),
        T(pending_ones_are_not_known),  T(says_why_not),
        T(a_kept_chain_is_used),        T(only_for_its_own_address),
        T(a_forged_contact_is_refused),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
