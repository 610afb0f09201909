/* What senders are told: of every cause inside, of next to none outside. */
#include "gateway/refusal.h"

#include "policy/decision_json.h"
#include "tests/unit/policy/policy_json.h"

#define BIT(r) (UINT64_C(1) << REASON_##r)

/* The causes that can keep a mail back, by the action that fails (policy/actions.c). */
static const uint64_t REFUSES[RULE_ON_PARTIAL] = {
    [RULE_SIGN] = BIT(FEATURE_LAPSED) | BIT(NO_ACCOUNT) | BIT(LICENCE_REVOKE_PENDING) |
                  BIT(LICENCE_INACTIVE) | BIT(NO_CERTIFICATE) | BIT(NOT_PRIMARY) |
                  BIT(CERT_REVOKED) | BIT(CERT_EXPIRED) | BIT(CERT_NOT_YET_VALID) |
                  BIT(CERT_UNTRUSTED) | BIT(ALG_UNSUPPORTED) | BIT(KEY_USER_HELD) | BIT(NO_KEY),
    [RULE_ENCRYPT] = BIT(FEATURE_LAPSED) | BIT(NO_ACCOUNT) | BIT(LICENCE_REVOKE_PENDING) |
                     BIT(LICENCE_INACTIVE) | BIT(NO_CERTIFICATE) | BIT(RECIPIENT_REVOKE_PENDING) |
                     BIT(RECIPIENT_INACTIVE) | BIT(CERT_REVOKED) | BIT(CERT_EXPIRED) |
                     BIT(CERT_NOT_YET_VALID) | BIT(CERT_UNTRUSTED) | BIT(ALG_UNSUPPORTED) |
                     BIT(NOT_FOR_RECIPIENT),
    [RULE_DECRYPT] = BIT(FEATURE_LAPSED) | BIT(NO_ACCOUNT) | BIT(LICENCE_INACTIVE) | BIT(NO_KEY) |
                     BIT(KEY_USER_HELD) | BIT(CIPHER_REFUSED) | BIT(NOT_ENCRYPTED),
    [RULE_VALIDATE] = BIT(UNSIGNED) | BIT(CORRUPT) | BIT(UNTRUSTED) | BIT(EXPIRED) | BIT(REVOKED) |
                      BIT(MISMATCH) | BIT(OPAQUE),
};

/* A recipient whose mail fails at this action for this reason. */
static struct decision_recipient failing(enum pass_kind kind, enum rule_field f,
                                         enum decision_reason why)
{
    struct decision_recipient r = {.outcome = OUTCOME_REJECT,
                                   .status = STATUS_NOT_PROTECTED,
                                   .pass_count = 1,
                                   .pass = {{.kind = kind}}};
    bool refuses = f == RULE_VALIDATE || (f == RULE_DECRYPT && why == REASON_NOT_ENCRYPTED);
    r.pass[0].action[f].result = refuses ? RESULT_REFUSED : RESULT_UNAVAILABLE;
    r.pass[0].action[f].reason = why;
    r.pass[0].matched.level[f] = LEVEL_REQUIRE;
    return r;
}

/* A sentence each, that can stand in a reply (English) and in a mail. */
static void check_words(const struct refusal *x)
{
    for (int l = 0; l < REPORT_LANGUAGES; l++) {
        const str_t list[] = {x->words[l].why, x->words[l].help};
        assert_true(list[0].n > 0);
        for (int i = 0; i < 2; i++) {
            if (list[i].n == 0) continue;
            assert_true(str_is_clean(list[i]) && str_is_utf8(list[i]) && list[i].n <= 200);
            assert_true(str_ends(list[i], STR(".")));
            for (size_t k = 0; l == REPORT_ENGLISH && k < list[i].n; k++)
                assert_true(list[i].p[k] > 0);
        }
    }
    assert_false(str_eq(x->words[0].why, x->words[1].why));
    assert_true(x->status.n == 5 && x->word.n > 0);
}

static void is_no_cause(const struct refusal *x)
{
    check_words(x);
    assert_str(x->status, STR("5.7.5"));
    assert_str(x->word, STR("refused"));
    assert_str(x->words[REPORT_ENGLISH].why,
               STR("The rules of the recipient's organisation do not let this message in."));
}

/* Every cause has sentences of its own for those inside, and nothing else has. */
static void tells_inside(void **state)
{
    str_t seen[4 * 64];
    size_t n = 0;
    (void) state;
    for (int f = 0; f < RULE_ON_PARTIAL; f++) {
        for (int why = 0; why < DECISION_REASONS; why++) {
            struct refusal x = {0};
            const struct decision_recipient r =
                failing(PASS_INTERNAL, (enum rule_field) f, (enum decision_reason) why);
            bool known = REFUSES[f] >> why & 1;
            assert_true(refusal_of(&r, &x));
            check_words(&x);
            if (f == RULE_ENCRYPT && why == REASON_REVOCATION_UNKNOWN) continue;
            if (!known) {
                is_no_cause(&x);
                continue;
            }
            assert_str(x.status, STR("5.7.3"));
            assert_str(x.word, decision_reason_word((enum decision_reason) why));
            for (size_t i = 0; i < n; i++)
                assert_false(str_eq(seen[i], x.words[REPORT_GERMAN].why));
            seen[n++] = x.words[REPORT_GERMAN].why;
        }
    }
    assert_int_equal(n, 40);
}

/* Outside: only what everybody sees of the mail. */
static void tells_outside(void **state)
{
    (void) state;
    for (int f = RULE_DECRYPT; f <= RULE_VALIDATE; f++) {
        for (int why = 0; why < DECISION_REASONS; why++) {
            struct refusal x = {0};
            struct decision_recipient r =
                failing(PASS_INBOUND, (enum rule_field) f, (enum decision_reason) why);
            r.status = STATUS_ALTERED;
            assert_true(refusal_of(&r, &x));
            if ((f == RULE_DECRYPT && why == REASON_NOT_ENCRYPTED) ||
                (f == RULE_VALIDATE && why == REASON_UNSIGNED))
                assert_str(x.word, decision_reason_word((enum decision_reason) why));
            else
                is_no_cause(&x);
        }
    }
}

/* What was found by opening is told to nobody, inside or outside. */
static void hides_what_was_opened(void **state)
{
    static const enum decision_reason found[] = {REASON_UNSIGNED, REASON_CORRUPT, REASON_UNTRUSTED,
                                                 REASON_EXPIRED,  REASON_REVOKED, REASON_MISMATCH};
    struct refusal x;
    (void) state;
    for (int kind = PASS_OUTBOUND; kind <= PASS_INTERNAL; kind++) {
        for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
            struct decision_recipient r = failing((enum pass_kind) kind, RULE_VALIDATE, found[i]);
            r.pass[0].action[RULE_DECRYPT].result = RESULT_DONE;
            assert_true(refusal_of(&r, &x));
            is_no_cause(&x);
        }
        const struct decision_recipient r =
            failing((enum pass_kind) kind, RULE_DECRYPT, REASON_TAMPERED);
        assert_true(refusal_of(&r, &x));
        is_no_cause(&x);
    }
}

static void decides_which(void **state)
{
    struct refusal x;
    (void) state;
    /* encryption before the signature, and what is only wished is no cause */
    struct decision_recipient r = failing(PASS_OUTBOUND, RULE_SIGN, REASON_NO_KEY);
    r.pass[0].action[RULE_ENCRYPT].result = RESULT_UNAVAILABLE;
    r.pass[0].action[RULE_ENCRYPT].reason = REASON_CERT_EXPIRED;
    r.pass[0].matched.level[RULE_ENCRYPT] = LEVEL_ON;
    assert_true(refusal_of(&r, &x));
    assert_str(x.word, STR("no_key"));
    r.pass[0].matched.level[RULE_ENCRYPT] = LEVEL_REQUIRE;
    assert_true(refusal_of(&r, &x));
    assert_str(x.word, STR("cert_expired"));
    /* of two organisations the last one looked at */
    r.pass_count = 2;
    r.pass[1] = failing(PASS_INBOUND, RULE_DECRYPT, REASON_NO_KEY).pass[0];
    assert_true(refusal_of(&r, &x));
    is_no_cause(&x);
    r.held = true;
    assert_true(refusal_of(&r, &x));
    assert_str(x.word, STR("held"));
    check_words(&x);
    r.outcome = OUTCOME_DELIVER;
    assert_false(refusal_of(&r, &x));
}

static void tells_what_waits(void **state)
{
    struct refusal x;
    (void) state;
    struct decision_recipient r = failing(PASS_OUTBOUND, RULE_ENCRYPT, REASON_REVOCATION_UNKNOWN);
    r.outcome = OUTCOME_DEFER;
    r.status = STATUS_REVOCATION_WAITS;
    r.pass[0].action[RULE_ENCRYPT].result = RESULT_DEFERRED;
    assert_true(refusal_of(&r, &x));
    assert_str(x.status, STR("4.7.5"));
    assert_str(x.word, STR("revocation_unknown"));
    check_words(&x);
    r = (struct decision_recipient){
        .outcome = OUTCOME_DEFER,
        .status = STATUS_RULES_DOWN,
        .pass_count = 1,
        .pass = {{.kind = PASS_INBOUND, .note = NOTE_RULES_UNAVAILABLE}}};
    assert_true(refusal_of(&r, &x));
    assert_str(x.status, STR("4.3.0"));
    assert_str(x.word, STR("rules_unavailable"));
    check_words(&x);
    r.pass[0].note = NOTE_NONE; /* what waits is never told to be refused for good */
    assert_true(refusal_of(&r, &x));
    assert_str(x.status, STR("4.3.0"));
}

/* The worked examples: whoever is not delivered to gives a text; inside it names the cause, and the
 * status is the decision's. */
static void tells_of_each_example(void **state)
{
    CLEANUP_JSON json_t *file = load("tests/fixtures/policy/examples.json");
    const json_t *all = json_object_get(file, "examples");
    size_t told = 0, hidden = 0;
    (void) state;
    for (size_t i = 0; i < json_array_size(all); i++) {
        CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
        struct example x;
        struct decision d;
        assert_int_equal(example_read(json_array_get(all, i), NULL, a, NULL, &x, NULL), RC_OK);
        assert_int_equal(policy_evaluate(&x.in, a, &d, NULL), RC_OK);
        for (size_t k = 0; k < d.recipient_count; k++) {
            const struct decision_recipient *r = &d.recipients[k];
            struct refusal y;
            assert_int_equal(refusal_of(r, &y), r->outcome != OUTCOME_DELIVER);
            if (r->outcome == OUTCOME_DELIVER) continue;
            check_words(&y);
            bool outside = r->pass[r->pass_count - 1].kind == PASS_INBOUND;
            if (str_eq(y.word, STR("refused"))) {
                is_no_cause(&y);
                hidden++;
            } else {
                assert_str(y.status, decision_status_code(r->status));
                told += !outside;
            }
        }
        example_free(&x);
    }
    if (told < 15 || hidden < 4) fail_msg("%zu told, %zu hidden", told, hidden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_inside),          cmocka_unit_test(tells_outside),
        cmocka_unit_test(hides_what_was_opened), cmocka_unit_test(decides_which),
        cmocka_unit_test(tells_what_waits),      cmocka_unit_test(tells_of_each_example)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
