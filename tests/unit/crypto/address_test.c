#include "crypto/address.h"

#include "tests/unit/test.h"

struct row {
    const char *a, *b;
    enum address_match want;
};

static void compares_mailboxes(void **state)
{
    (void) state;
    static const struct row rows[] = {
        {"bob@example.org", "bob@example.org", ADDRESS_YES},
        {"bob@EXAMPLE.org", "bob@example.ORG", ADDRESS_YES},
        {"Bob@example.org", "bob@example.org", ADDRESS_CASE},
        {"bob@example.org", "bob@example.com", ADDRESS_NO},
        {"bob@example.org", "b0b@example.org", ADDRESS_NO},
        /* Equal, but nobody can see whose it is. */
        {"bob\xe2\x80\x8b@example.org", "bob\xe2\x80\x8b@example.org", ADDRESS_NO},
        {"j\xc3\xb6rg@example.org", "j\xc3\xb6rg@example.org", ADDRESS_YES},
        {"bob@example.org", "bob@example.org.", ADDRESS_NO},
        {"bob@example.org", "bob@example.org ", ADDRESS_NO},
        {"bob@example.org", "<bob@example.org>", ADDRESS_NO},
        {"bob@example.org", "bob@example.orgx", ADDRESS_NO},
        {"bob@b\xc3\xbc"
         "cher.example",
         "bob@xn--bcher-kva.example", ADDRESS_YES},
        {"bob@b\xc3\xbc"
         "cher.example",
         "bob@XN--BCHER-KVA.example", ADDRESS_YES},
        {"bob@b\xc3\x9c"
         "cher.example",
         "bob@xn--bcher-kva.example", ADDRESS_NO}, /* no mapping */
        {"j\xc3\xb6rg@example.org", "j\xc3\xb6rg@example.org", ADDRESS_YES},
        {"j\xc3\xb6rg@example.org", "j\xc3\x96rg@example.org", ADDRESS_NO},
        {"\"a b\"@example.org", "\"a b\"@example.org", ADDRESS_YES},
        {"\"a@evil.example\"@example.org", "a@evil.example", ADDRESS_NO},
        {"bob@[192.0.2.1]", "bob@[192.0.2.1]", ADDRESS_YES},
        {"", "", ADDRESS_NO},
        {"@example.org", "@example.org", ADDRESS_NO},
        {"bob@", "bob@", ADDRESS_NO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (address_compare(str_c(rows[i].a), str_c(rows[i].b)) != rows[i].want ||
            address_compare(str_c(rows[i].b), str_c(rows[i].a)) != rows[i].want) {
            fail_msg("row %zu: %s, %s", i, rows[i].a, rows[i].b);
        }
    }
}

/* Samples of RFC 3492 section 7.1 (A Arabic, B Chinese, E Hebrew) and two in daily use. */
static void encodes_punycode(void **state)
{
    (void) state;
    static const struct {
        const char *u, *a;
    } rows[] = {
        {"\xd9\x84\xd9\x8a\xd9\x87\xd9\x85\xd8\xa7\xd8\xa8\xd8\xaa\xd9\x83\xd9\x84\xd9\x85\xd9\x88"
         "\xd8\xb4\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a\xd8\x9f",
         "xn--egbpdaj6bu4bxfgehfvwxn"},
        {"\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8\xaf\xb4\xe4"
         "\xb8"
         "\xad\xe6\x96\x87",
         "xn--ihqwcrb4cv8a8dqg056pqjye"},
        {"\xd7\x9c\xd7\x9e\xd7\x94\xd7\x94\xd7\x9d\xd7\xa4\xd7\xa9\xd7\x95\xd7\x98\xd7\x9c\xd7\x90"
         "\xd7"
         "\x9e\xd7\x93\xd7\x91\xd7\xa8\xd7\x99\xd7\x9d\xd7\xa2\xd7\x91\xd7\xa8\xd7\x99\xd7\xaa",
         "xn--4dbcagdahymbxekheh6e0a7fei0b"},
        {"M\xc3\xbcnchen.de", "xn--mnchen-3ya.de"},
        {"stra\xc3\x9f"
         "e.example",
         "xn--strae-oqa.example"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[256];
        assert_true(address_domain_ascii(str_c(rows[i].u), out));
        assert_string_equal(out, rows[i].a);
    }
}

static void refuses_what_is_no_mailbox(void **state)
{
    (void) state;
    static const str_t rows[] = {
        STR_INIT("bob@example.org\0.evil.example"),
        STR_INIT("bob\0@example.org"),
        STR_INIT("Bob <bob@example.org>"),
        STR_INIT("bob@example.org, eve@evil.example"),
        STR_INIT("bob@exa mple.org"),
        STR_INIT("bob@example..org"),
        STR_INIT("bob@.example.org"),
        STR_INIT(".bob@example.org"),
        STR_INIT("bob\r\n@example.org"),
        STR_INIT("bob@\xff\xfe.org"),
        STR_INIT("\"@example.org"),
        STR_INIT("\"a\"b\"@example.org"),
        STR_INIT("\"a\\\"@example.org"),
        STR_INIT("bob@[192.0.2.1"),
        STR_INIT("bob"),
        STR_INIT("bob\xe2\x80\x8b@example.org"),     /* U+200B: looks like bob@example.org */
        STR_INIT("\xe2\x80\xaeobo@example.org"),     /* U+202E */
        STR_INIT("\"bob\xc2\xad\"@example.org"),     /* U+00AD */
        STR_INIT("bob\xf3\xa0\x81\xa1@example.org"), /* U+E0061, a tag */
        STR_INIT("bob@\xe2\x80\xaegro.elpmaxe.evil.example"),
        STR_INIT("bob@exam\xe2\x81\xa0ple.org"), /* U+2060 */
        STR_INIT(
            "bob@"
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (address_is_mailbox(rows[i])) fail_msg("row %zu is taken for a mailbox", i);
    }
    assert_true(address_is_mailbox(STR("o'hara+x@mail.example.org")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_mailboxes),
        cmocka_unit_test(encodes_punycode),
        cmocka_unit_test(refuses_what_is_no_mailbox),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
