#include <stdio.h>

#include "keyd/master.h"
#include "tests/unit/test.h"

/* test keys */
#define FIRST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECOND "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct agent_key place = {
    .organisation = STR_INIT("acme"), .mailbox = STR_INIT("a@b.c"), .id = STR_INIT(ID)};

static struct master read_master(const char *text)
{
    struct master m = {.count = 0};
    assert_int_equal(master_read(str_c(text), &m, NULL), RC_OK);
    return m;
}

static void seals_and_opens(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new_secret(1 << 20);
    struct master m = read_master(FIRST "\n");
    struct agent_key k = place;
    str_t plain, other;
    assert_int_equal(master_seal(&m, &k, STR("the private key"), a, &k.sealed, NULL), RC_OK);
    assert_int_equal(str_find(k.sealed, STR("private")), -1);
    assert_int_equal(master_seal(&m, &k, STR("the private key"), a, &other, NULL), RC_OK);
    assert_false(str_eq(k.sealed, other)); /* a fresh nonce */
    assert_int_equal(master_open(&m, &k, a, &plain, NULL), RC_OK);
    assert_str(plain, STR("the private key"));
}

static void opens_for_no_other_place(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new_secret(1 << 20);
    struct master m = read_master(FIRST);
    struct agent_key k = place;
    str_t plain = STR("untouched");
    assert_int_equal(master_seal(&m, &k, STR("the private key"), a, &k.sealed, NULL), RC_OK);
    struct agent_key rows[6] = {k, k, k, k, k, k};
    rows[0].organisation = STR("acm");
    rows[1].mailbox = STR("b@b.c");
    rows[2].mailbox = STR("a@b.ce"); /* nothing moves between two fields */
    rows[3].id = STR("ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
    rows[4].purpose = AGENT_AUTHORITY;
    rows[4].mailbox = STR("");
    rows[5].organisation = STR("acmea");
    rows[5].mailbox = STR("@b.c");
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(master_open(&m, &rows[i], a, &plain, NULL), RC_DAMAGED);
    for (size_t i = 0; i < k.sealed.n; i++) { /* and with no byte changed or missing */
        struct agent_key changed = k;
        char *p = arena_cstr(a, k.sealed);
        memcpy(p, k.sealed.p, k.sealed.n);
        p[i] = (char) (p[i] ^ 0x40);
        changed.sealed = str_n(p, k.sealed.n);
        assert_int_equal(master_open(&m, &changed, a, &plain, NULL), RC_DAMAGED);
        changed.sealed = str_sub(k.sealed, 0, i);
        assert_int_equal(master_open(&m, &changed, a, &plain, NULL), RC_DAMAGED);
    }
    assert_str(plain, STR("untouched"));
}

static void the_newest_seals_and_all_open(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new_secret(1 << 20);
    struct master old = read_master(FIRST), both = read_master(FIRST "\n# a word\n\n" SECOND "\n"),
                  young = read_master(SECOND);
    char old_id[17], both_id[17], young_id[17];
    struct agent_key k = place;
    str_t plain;
    master_newest(&old, old_id);
    master_newest(&both, both_id);
    master_newest(&young, young_id);
    assert_string_equal(both_id, young_id);
    assert_string_not_equal(old_id, young_id);
    assert_int_equal(master_seal(&old, &k, STR("x"), a, &k.sealed, NULL), RC_OK);
    assert_str(agent_sealed_with(k.sealed, a), str_c(old_id));
    assert_int_equal(master_open(&both, &k, a, &plain, NULL), RC_OK);
    assert_int_equal(master_open(&young, &k, a, &plain, NULL), RC_DAMAGED);
    assert_int_equal(master_seal(&both, &k, STR("x"), a, &k.sealed, NULL), RC_OK);
    assert_int_equal(master_open(&young, &k, a, &plain, NULL), RC_OK);
    assert_int_equal(master_open(&old, &k, a, &plain, NULL), RC_DAMAGED);
}

static void places_are_exact(void **state)
{
    (void) state;
    static const struct {
        enum agent_purpose purpose;
        const char *organisation, *mailbox, *id;
        bool good;
    } rows[] = {{AGENT_MAILBOX, "acme", "a@b.c", ID, true},
                {AGENT_MAILBOX, "a-1_b", "\xc3\xbc@b.c", ID, true},
                {AGENT_AUTHORITY, "acme", "", ID, true},
                {AGENT_AUTHORITY, "acme", "a@b.c", ID, false},
                {AGENT_MAILBOX, "acme", "", ID, false},
                {AGENT_MAILBOX, "", "a@b.c", ID, false},
                {AGENT_MAILBOX, "Acme", "a@b.c", ID, false},
                {AGENT_MAILBOX, "ac me", "a@b.c", ID, false},
                {AGENT_MAILBOX, "acme", "A@b.c", ID, false},
                {AGENT_MAILBOX, "acme", "a b@b.c", ID, false},
                {AGENT_MAILBOX, "acme", "@b.c", ID, false},
                {AGENT_MAILBOX, "acme", "a@", ID, false},
                {AGENT_MAILBOX, "acme", "ab", ID, false},
                {AGENT_MAILBOX, "acme", "a\x80@b.c", ID, false},
                {AGENT_MAILBOX, "acme", "a@b.c\n", ID, false},
                {AGENT_MAILBOX, "acme", "a@b.c", "0011", false},
                {AGENT_MAILBOX, "acme", "a@b.c", "0011223344556677889" ID, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct agent_key k = {.purpose = rows[i].purpose,
                                    .organisation = str_c(rows[i].organisation),
                                    .mailbox = str_c(rows[i].mailbox),
                                    .id = str_c(rows[i].id)};
        if (master_is_place(&k) != rows[i].good) fail_msg("row %zu", i);
    }
}

static void a_wrong_file_is_told_without_its_content(void **state)
{
    (void) state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "There is no master key."},
        {"# nothing\n\n", "There is no master key."},
        {FIRST "\n" FIRST "\n", "Line 2 repeats a master key."},
        {FIRST "0\n", "Line 1 is no master key (64 hexadecimal digits, random)."},
        {FIRST "\nshort\n", "Line 2 is no master key (64 hexadecimal digits, random)."},
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "Line 1 is no master key (64 hexadecimal digits, random)."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct master m = {.count = 99};
        struct err e = {0};
        assert_int_equal(master_read(str_c(rows[i].text), &m, &e), RC_INVALID);
        assert_string_equal(e.message, rows[i].says);
        assert_int_equal(m.count, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seals_and_opens),
        cmocka_unit_test(opens_for_no_other_place),
        cmocka_unit_test(the_newest_seals_and_all_open),
        cmocka_unit_test(places_are_exact),
        cmocka_unit_test(a_wrong_file_is_told_without_its_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
