/* The rule for certificates that change, as a table. */
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"
#include "webmail/contacts/change.h"

#define BY(x) TRUSTED_BY_##x
#define NEWER .arrived.not_before = PKI_NOW - PKI_DAY
#define OLDER .arrived.not_before = PKI_NOW - 400 * PKI_DAY
/* The one in use: begun a year ago, `left` days to go. */
#define IN_USE(by, left)                                                                           \
    .has_current = true, .current_usable = (left) > 0,                                             \
    .current = {PKI_NOW - 365 * PKI_DAY, PKI_NOW + (left) *PKI_DAY, BY(by)}

struct row {
    struct change_question q;
    const char *expected;
};

static const struct row rows[] = {
    /* nobody there */
    {{NEWER, .revocation = REVOCATION_GOOD, .arrived.trusted_by = BY(MAIL_ROOTS)}, "valid first"},
    {{NEWER, .revocation = REVOCATION_NO_SOURCE, .arrived.trusted_by = BY(MAIL_ROOTS)},
     "valid first"},
    {{NEWER, .revocation = REVOCATION_UNKNOWN, .arrived.trusted_by = BY(ORGANISATION)},
     "pending revocation"},
    {{NEWER, .revocation = REVOCATION_NOT_CHECKED, .arrived.trusted_by = BY(MAIL_ROOTS)},
     "pending revocation"},
    {{NEWER, .revocation = REVOCATION_GOOD, .rejected_before = true,
      .arrived.trusted_by = BY(MAIL_ROOTS)},
     "pending rejected_before"},
    /* a renewal as it should be */
    {{NEWER, IN_USE(MAIL_ROOTS, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "valid renewed"},
    {{NEWER, IN_USE(MAIL_ROOTS, CHANGE_RENEWAL_DAYS), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "valid renewed"},
    {{NEWER, IN_USE(MAIL_ROOTS, -20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "valid renewed"},
    {{NEWER, IN_USE(MAIL_ROOTS, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(ORGANISATION), .same_authority = true},
     "valid renewed"},
    /* in the middle of the other's life, also by the same authority */
    {{NEWER, IN_USE(MAIL_ROOTS, CHANGE_RENEWAL_DAYS + 1), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "pending early"},
    {{NEWER, IN_USE(ORGANISATION, 200), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(ORGANISATION), .same_authority = true},
     "pending early"},
    /* unless the other was revoked: its place is empty */
    {{NEWER, .revocation = REVOCATION_GOOD, .arrived.trusted_by = BY(MAIL_ROOTS),
      .same_authority = true, .has_current = true, .current_usable = false,
      .current = {PKI_NOW - 365 * PKI_DAY, PKI_NOW + 200 * PKI_DAY, BY(MAIL_ROOTS)}},
     "valid renewed"},
    /* by another authority: never without asking, not even when the other has ended */
    {{NEWER, IN_USE(MAIL_ROOTS, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS)},
     "pending authority"},
    {{NEWER, IN_USE(MAIL_ROOTS, -20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(ORGANISATION)},
     "pending authority"},
    /* of less trust */
    {{NEWER, IN_USE(ORGANISATION, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "pending trust"},
    {{NEWER, IN_USE(ORGANISATION, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(PERSONAL), .same_key = true},
     "pending trust"},
    {{NEWER, IN_USE(PERSONAL, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "pending trust"},
    /* for the same key: nobody reads more than before, whenever it was issued */
    {{NEWER, IN_USE(MAIL_ROOTS, 200), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_key = true, .same_authority = true},
     "valid same_key"},
    {{NEWER, IN_USE(MAIL_ROOTS, 200), .revocation = REVOCATION_GOOD, .current_preferred = true,
      .arrived.trusted_by = BY(ORGANISATION), .same_key = true, .same_authority = true},
     "valid same_key"},
    /* but not by another authority: whose next certificate, for another key, would be a renewal */
    {{NEWER, IN_USE(MAIL_ROOTS, 200), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_key = true},
     "pending authority"},
    {{NEWER, IN_USE(MAIL_ROOTS, 200), .revocation = REVOCATION_UNKNOWN,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_key = true},
     "pending revocation"},
    /* older, or as old */
    {{OLDER, IN_USE(MAIL_ROOTS, 20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "superseded older"},
    {{.arrived = {.not_before = PKI_NOW - 365 * PKI_DAY, .trusted_by = BY(MAIL_ROOTS)},
      IN_USE(MAIL_ROOTS, 20),
      .revocation = REVOCATION_GOOD,
      .same_authority = true},
     "superseded older"},
    {{OLDER, IN_USE(MAIL_ROOTS, -20), .revocation = REVOCATION_GOOD,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "pending older"},
    /* chosen by the person */
    {{NEWER, IN_USE(MAIL_ROOTS, 20), .revocation = REVOCATION_GOOD, .current_preferred = true,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "pending preferred"},
    {{NEWER, IN_USE(MAIL_ROOTS, -20), .revocation = REVOCATION_GOOD, .current_preferred = true,
      .arrived.trusted_by = BY(MAIL_ROOTS), .same_authority = true},
     "valid renewed"},
};

static void decides_as_the_table_says(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct change_question q = rows[i].q;
        char got[64];
        q.now = PKI_NOW;
        struct change_answer a = change_decide(&q);
        snprintf(got, sizeof got, "%s %s", entry_state_word(a.state), a.why);
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("row %zu: %s, expected %s", i, got, rows[i].expected);
    }
}

/* Whatever the rest says: a certificate that is not known to be good is never taken silently, nor
 * is one of less trust, nor another key of another authority. All combinations. */
static void never_takes_what_it_must_not(void **state)
{
    (void) state;
    static const enum revocation all[] = {REVOCATION_NOT_CHECKED, REVOCATION_NO_SOURCE,
                                          REVOCATION_GOOD, REVOCATION_REVOKED, REVOCATION_UNKNOWN};
    for (unsigned bits = 0; bits < 1u << 7; bits++) {
        for (int r = 0; r < 5 * 4 * 4; r++) {
            struct change_question q = {
                .revocation = all[r % 5],
                .has_current = bits & 1,
                .current_usable = bits & 2,
                .current_preferred = bits & 4,
                .same_key = bits & 8,
                .same_authority = bits & 16,
                .rejected_before = bits & 32,
                .now = PKI_NOW,
                .arrived = {PKI_NOW - PKI_DAY, PKI_NOW + 9 * PKI_DAY, (enum trusted_by)(r / 5 % 4)},
                .current = {PKI_NOW - 2 * PKI_DAY, PKI_NOW + (bits & 64 ? 1 : 99) * PKI_DAY,
                            (enum trusted_by)(r / 20)}};
            if (change_decide(&q).state != ENTRY_VALID) continue;
            assert_true(q.revocation == REVOCATION_GOOD || q.revocation == REVOCATION_NO_SOURCE);
            assert_false(q.rejected_before);
            if (!q.has_current) continue;
            assert_true(change_trust_rank(q.arrived.trusted_by) >=
                        change_trust_rank(q.current.trusted_by));
            assert_true(q.same_authority);
            assert_true(q.same_key || !(q.current_preferred && q.current_usable));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_as_the_table_says),
        cmocka_unit_test(never_takes_what_it_must_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
