/* Personal trust, and the first verification of a signature. */
#include "base/b64.h"
#include "tests/unit/webmail/people.h"
#include "webmail/smime/trust.h"
#include "webmail/smime/verified.h"

#define ALICE "alice@demo.test"

static struct pki bob, own_ca;

static int open_all(void **state)
{
    assert_int_equal(open_pki(state), 0);
    bob = leaf("email:bob@demo.test", -10, 10, "digitalSignature", &intermediate);
    own_ca = PKI(.subject = "Own", .ca = true, .usage = "keyCertSign,cRLSign",
                 .from = today() - PKI_DAY, .to = today() + PKI_DAY);
    return 0;
}

static int close_all(void **state)
{
    pki_free(&bob);
    pki_free(&own_ca);
    return close_pki(state);
}

/* --- routes ------------------------------------------------------------------------------------
 */

static rc_t post(struct rig *r, const char *kind, const struct pki *p, const char *address,
                 char id[64], struct err *e)
{
    struct rig_call *rc = rig_call(r, ALICE);
    rc->c.in = json_object();
    json_put_str(rc->c.in, "kind", str_c(kind));
    json_put_str(rc->c.in, "address", address ? str_c(address) : STR_NULL);
    json_put_str(rc->c.in, "certificate",
                 p ? b64_encode(rc->c.arena, cert_der(p->cert)) : STR("bm8="));
    rc_t code = trust_add(&rc->c, e);
    if (code == RC_OK) {
        str_t given = json_text(json_object_get(rc->c.out, "id"));
        assert_int_equal(given.n, 16);
        if (id) snprintf(id, 64, "%.*s", STR_ARG(given));
        assert_str(json_text(json_object_get(rc->c.out, "kind")), str_c(kind));
        const json_t *cert = json_object_get(rc->c.out, "certificate");
        assert_str(json_text(json_object_get(cert, "fingerprint")), cert_fingerprint(p->cert));
    }
    rig_call_free(rc);
    return code;
}

static size_t count_entries(struct rig *r, const char *user)
{
    struct rig_call *rc = rig_call(r, user);
    assert_int_equal(trust_list(&rc->c, NULL), RC_OK);
    size_t n = json_array_size(json_object_get(rc->c.out, "entries"));
    rig_call_free(rc);
    return n;
}

/* Is exactly this one an anchor for the address? NULL: none is. */
static void expect_anchor(struct rig *r, const char *user, const char *address,
                          const struct pki *want)
{
    struct rig_call *rc = rig_call(r, user);
    struct trust_anchors found;
    assert_int_equal(trust_anchors(&rc->c, address ? str_c(address) : STR_NULL, &found, NULL),
                     RC_OK);
    assert_int_equal(found.count, want ? 1 : 0);
    if (want) assert_true(cert_equal(found.certs[0], want->cert));
    trust_anchors_free(&found);
    rig_call_free(rc);
}

static void a_certificate_counts_for_its_address(void **state)
{
    struct rig *r = *state;
    char id[64], again[64];
    expect_anchor(r, ALICE, "bob@demo.test", NULL);
    assert_int_equal(post(r, "certificate", &bob, "bob@demo.test", id, NULL), RC_OK);
    assert_int_equal(post(r, "certificate", &bob, "bob@demo.test", again, NULL), RC_OK);
    assert_string_equal(id, again);
    assert_int_equal(count_entries(r, ALICE), 1);
    expect_anchor(r, ALICE, "bob@demo.test", &bob);
    expect_anchor(r, ALICE, "Bob@DEMO.test", &bob);
    expect_anchor(r, ALICE, "carol@demo.test", NULL);
    expect_anchor(r, ALICE, "", NULL);
    expect_anchor(r, ALICE, NULL, NULL);
    expect_anchor(r, "dave@demo.test", "bob@demo.test", NULL);
    assert_int_equal(count_entries(r, "dave@demo.test"), 0);
}

static void an_issuer_counts_for_one_or_all(void **state)
{
    struct rig *r = *state;
    char one[64], all[64];
    assert_int_equal(post(r, "issuer", &intermediate, "bob@demo.test", one, NULL), RC_OK);
    expect_anchor(r, ALICE, "bob@demo.test", &intermediate);
    expect_anchor(r, ALICE, "carol@demo.test", NULL);
    assert_int_equal(post(r, "issuer", &own_ca, NULL, all, NULL), RC_OK);
    expect_anchor(r, ALICE, "carol@demo.test", &own_ca);
    assert_int_equal(count_entries(r, ALICE), 2);
    struct rig_call *rc = rig_call(r, ALICE);
    rc->q.params[0] = str_c(all);
    assert_int_equal(trust_delete(&rc->c, NULL), RC_OK);
    rig_call_free(rc);
    rc = rig_call(r, ALICE);
    rc->q.params[0] = str_c(all);
    assert_int_equal(trust_delete(&rc->c, NULL), RC_NOT_FOUND);
    rig_call_free(rc);
    expect_anchor(r, ALICE, "carol@demo.test", NULL);
    expect_anchor(r, ALICE, "bob@demo.test", &intermediate);
}

static void refuses_what_nobody_should_trust(void **state)
{
    struct rig *r = *state;
    struct pki subject = PKI(.subject = "Eve", .subject_mail = "eve@demo.test",
                             .from = today() - PKI_DAY, .to = today() + PKI_DAY);
    const struct {
        const char *kind, *address, *field;
        const struct pki *p;
    } rows[] = {{"certificate", NULL, "address", &bob},
                {"certificate", "carol@demo.test", "address", &bob},
                {"certificate", "eve@demo.test", "address", &subject},
                {"issuer", NULL, "certificate", &bob},
                {"issuer", "nobody", "address", &intermediate},
                {"issuer", "a@b\r\nc", "address", &intermediate},
                {"root", NULL, "kind", &intermediate},
                {"issuer", NULL, "certificate", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        rc_t rc = post(r, rows[i].kind, rows[i].p, rows[i].address, NULL, &e);
        if (rc != RC_INVALID || strcmp(e.field, rows[i].field) != 0)
            fail_msg("row %zu: %s, field %s", i, err_word(rc), e.field);
    }
    assert_int_equal(count_entries(r, ALICE), 0);
    pki_free(&subject);
}

static void there_is_a_most(void **state)
{
    struct rig *r = *state;
    char address[64];
    for (unsigned i = 0; i <= TRUST_MAX_ENTRIES; i++) {
        snprintf(address, sizeof address, "user%u@demo.test", i);
        rc_t want = i < TRUST_MAX_ENTRIES ? RC_OK : RC_FULL;
        assert_int_equal(post(r, "issuer", &intermediate, address, NULL, NULL), want);
    }
}

static void what_redis_says_is_not_enough(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, ALICE);
    struct trust_anchors found;
    assert_int_equal(post(r, "issuer", &own_ca, NULL, NULL, NULL), RC_OK);
    struct kv_value v = RIG_REDIS(r, rc->c.arena, STR("GET"), STR("test:u:alice@demo.test:trust"));
    /* Moved to another user, or changed: refused. */
    RIG_REDIS(r, rc->c.arena, STR("SET"), STR("test:u:dave@demo.test:trust"), v.s);
    struct rig_call *dave = rig_call(r, "dave@demo.test");
    assert_int_equal(trust_anchors(&dave->c, STR("x@demo.test"), &found, NULL), RC_OK);
    assert_int_equal(found.count, 0);
    assert_int_equal(trust_list(&dave->c, NULL), RC_DAMAGED);
    rig_call_free(dave);
    ((char *) v.s.p)[40] ^= 1;
    RIG_REDIS(r, rc->c.arena, STR("SET"), STR("test:u:alice@demo.test:trust"), v.s);
    assert_int_equal(trust_anchors(&rc->c, STR("x@demo.test"), &found, NULL), RC_OK);
    assert_int_equal(found.count, 0);
    rig_call_free(rc);
}

/* --- first verification --------------------------------------------------------------------------
 */

static const unsigned char KEY[32] = "waxseal test: key of a signature", OTHER[32] = {1};

/* A signature nothing is wrong with. */
static struct message_signer signer(const struct pki *p, enum revocation revocation)
{
    struct message_signer s = {.integrity = CMS_INTACT, .match = ADDRESS_YES, .cert = p->cert};
    s.chain = (struct cert_verdict){.chain = CHAIN_TRUSTED, .revocation = {.status = revocation}};
    memcpy(s.key, KEY, sizeof s.key);
    return s;
}

static struct message_view view_of(struct message_signer *s, enum message_level level)
{
    return (struct message_view){
        .signers = s, .signer_count = 1, .signature_whole = true, .level = level};
}

static void record(struct rig *r, const struct message_signer *s, enum message_level level)
{
    struct rig_call *rc = rig_call(r, ALICE);
    struct message_signer copy = *s;
    struct message_view v = view_of(&copy, level);
    assert_int_equal(verified_record(&rc->c, &v, NULL), RC_OK);
    rig_call_free(rc);
}

static struct verified find(struct rig *r, const char *user, const unsigned char key[32])
{
    struct rig_call *rc = rig_call(r, user);
    struct verified v;
    assert_int_equal(verified_find(&rc->c, key, &v, NULL), RC_OK);
    rig_call_free(rc);
    return v;
}

static int64_t ask(struct rig *r, const unsigned char key[32])
{
    struct rig_call *rc = rig_call(r, ALICE);
    struct verified_lookup l = {.call = &rc->c};
    int64_t at = verified_at(&l, key);
    assert_int_equal(l.rc, RC_OK);
    rig_call_free(rc);
    return at;
}

static void remembers_the_first_time(void **state)
{
    struct rig *r = *state;
    struct message_signer s = signer(&bob, REVOCATION_GOOD);
    int64_t begin = call_now();
    assert_int_equal(find(r, ALICE, KEY).at, 0);
    record(r, &s, LEVEL_GOOD);
    struct verified v = find(r, ALICE, KEY);
    assert_true(v.at >= begin && v.at <= call_now());
    assert_int_equal(v.revocation, REVOCATION_GOOD);
    assert_int_equal(ask(r, KEY), v.at);
    s.chain.revocation.status = REVOCATION_NO_SOURCE;
    record(r, &s, LEVEL_GOOD); /* the first word stands */
    assert_int_equal(find(r, ALICE, KEY).revocation, REVOCATION_GOOD);
    assert_int_equal(find(r, ALICE, OTHER).at, 0);
    assert_int_equal(find(r, "dave@demo.test", KEY).at, 0);
}

static void remembers_only_what_was_good(void **state)
{
    struct rig *r = *state;
    const struct message_signer good = signer(&bob, REVOCATION_GOOD);
    struct message_signer s;
    static const enum revocation unknown[] = {REVOCATION_NOT_CHECKED, REVOCATION_UNKNOWN};
    for (size_t i = 0; i < 2; i++) {
        s = signer(&bob, unknown[i]);
        record(r, &s, LEVEL_NEUTRAL);
    }
    for (int c = CHAIN_UNKNOWN_ISSUER; c <= CHAIN_INVALID; c++) {
        s = good;
        s.chain.chain = (enum chain_status) c;
        record(r, &s, LEVEL_GOOD);
    }
    s = good;
    s.integrity = CMS_ALTERED;
    record(r, &s, LEVEL_GOOD);
    s = good;
    s.match = ADDRESS_NO;
    record(r, &s, LEVEL_GOOD);
    record(r, &good, LEVEL_WARNING);
    record(r, &good, LEVEL_BAD);
    record(r, &good, LEVEL_NONE);
    struct rig_call *rc = rig_call(r, ALICE);
    struct message_view part = view_of(&s, LEVEL_GOOD);
    part.signature_whole = false;
    s = good;
    assert_int_equal(verified_record(&rc->c, &part, NULL), RC_OK);
    rig_call_free(rc);
    assert_int_equal(find(r, ALICE, KEY).at, 0);
    record(r, &good, LEVEL_GOOD);
    assert_true(find(r, ALICE, KEY).at > 0);
}

/* Once revoked is revoked for ever, though the authority forgets it with the certificate's end. */
static void remembers_revocation(void **state)
{
    struct rig *r = *state;
    struct message_signer s = signer(&bob, REVOCATION_GOOD);
    record(r, &s, LEVEL_GOOD);
    assert_true(ask(r, KEY) > 0);
    s.chain.revocation.status = REVOCATION_REVOKED;
    record(r, &s, LEVEL_BAD);
    assert_int_equal(ask(r, KEY), 0);
    assert_int_equal(find(r, ALICE, KEY).revocation, REVOCATION_REVOKED);
    s.chain.revocation.status = REVOCATION_GOOD;
    record(r, &s, LEVEL_GOOD);
    assert_int_equal(ask(r, KEY), 0);
}

static void forgets_the_oldest(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, ALICE);
    const str_t entries = STR("test:u:alice@demo.test:verified");
    const str_t order = STR("test:u:alice@demo.test:verified-order");
    const str_t fill = STR("for i = 1, 20000 do redis.call('HSET', KEYS[1], 'f' .. i, 'x') "
                           "redis.call('ZADD', KEYS[2], i, 'f' .. i) end return 1");
    RIG_REDIS(r, rc->c.arena, STR("EVAL"), fill, STR("2"), entries, order);
    struct message_signer s = signer(&bob, REVOCATION_GOOD);
    record(r, &s, LEVEL_GOOD);
    assert_true(ask(r, KEY) > 0);
    assert_int_equal(RIG_REDIS(r, rc->c.arena, STR("HLEN"), entries).i, VERIFIED_MAX);
    assert_int_equal(RIG_REDIS(r, rc->c.arena, STR("ZCARD"), order).i, VERIFIED_MAX);
    assert_int_equal(RIG_REDIS(r, rc->c.arena, STR("HEXISTS"), entries, STR("f1")).i, 0);
    assert_int_equal(RIG_REDIS(r, rc->c.arena, STR("HEXISTS"), entries, STR("f2")).i, 1);
    rig_call_free(rc);
}

/* Somebody who writes Redis moves the entry of one signature to another. */
static void cannot_be_invented(void **state)
{
    struct rig *r = *state;
    struct rig_call *rc = rig_call(r, ALICE);
    const str_t entries = STR("test:u:alice@demo.test:verified");
    struct message_signer s = signer(&bob, REVOCATION_GOOD);
    struct verified v;
    record(r, &s, LEVEL_GOOD);
    str_t from = hex_encode(rc->c.arena, str_n(KEY, 32));
    str_t to = hex_encode(rc->c.arena, str_n(OTHER, 32));
    struct kv_value stored = RIG_REDIS(r, rc->c.arena, STR("HGET"), entries, from);
    RIG_REDIS(r, rc->c.arena, STR("HSET"), entries, to, stored.s);
    assert_int_equal(verified_find(&rc->c, OTHER, &v, NULL), RC_OK);
    assert_int_equal(v.at, 0);
    assert_int_equal(ask(r, OTHER), 0);
    /* and does not keep the truth from being written */
    memcpy(s.key, OTHER, sizeof s.key);
    record(r, &s, LEVEL_GOOD);
    assert_true(ask(r, OTHER) > 0);
    rig_call_free(rc);
    rc = rig_call(r, ALICE);
    rig_stop_redis(r);
    struct verified_lookup l = {.call = &rc->c};
    assert_int_equal(verified_at(&l, KEY), 0);
    assert_int_equal(l.rc, RC_STATE_DOWN);
    rig_call_free(rc);
    rig_start_redis(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_certificate_counts_for_its_address, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(an_issuer_counts_for_one_or_all, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(refuses_what_nobody_should_trust, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(there_is_a_most, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(what_redis_says_is_not_enough, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(remembers_the_first_time, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(remembers_only_what_was_good, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(remembers_revocation, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(forgets_the_oldest, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(cannot_be_invented, open_rig, close_rig),
    };
    return cmocka_run_group_tests_name("trust", tests, open_all, close_all);
}
