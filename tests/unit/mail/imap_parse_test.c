/* The readers of IMAP values: tables of what servers send. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/test.h"

#include "mail/imap_body.h"
#include "mail/imap_kinds.h"
#include "mail/imap_lease.h"
#include "mail/imap_query.h"
#include "mail/imap_row.h"

static struct arena *a;

static int setup(void **state)
{
    (void) state;
    a = arena_new(16u << 20);
    return a ? 0 : -1;
}

static int teardown(void **state)
{
    (void) state;
    arena_free(a);
    return 0;
}

/* --- values ------------------------------------------------------------------------------ */

static void test_nstring(void **state)
{
    (void) state;
    static const struct {
        const char *in, *out; /* NULL: null slice */
        bool bad;
    } table[] = {
        {"\"abc\" x", "abc", false},
        {"\"a\\\"b\\\\c\"", "a\"b\\c", false},
        {"\"\"", "", false},
        {"NIL", NULL, false},
        {"nil", NULL, false},
        {"atom", "atom", false},
        {"{3}\r\nabc", "abc", false},
        {"{3}\nabc", "abc", false},
        {"~{2}\r\nab", "ab", false},
        {"{0}\r\n", "", false},
        {"{4}\r\nabc", NULL, true},
        {"{99999999999999999999}\r\nabc", NULL, true},
        {"{-1}\r\nabc", NULL, true},
        {"{3}abc", NULL, true},
        {"\"abc", NULL, true},
        {"\"a\rb\"", NULL, true},
        {"", NULL, true},
        {")", NULL, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct wire w = wire_of(str_c(table[i].in));
        str_t s = wire_nstring(&w, a);
        if (w.bad != table[i].bad) fail_msg("%s: bad is %d", table[i].in, w.bad);
        if (table[i].out)
            assert_str(s, str_c(table[i].out));
        else
            assert_null(s.p);
    }
}

static void test_skip(void **state)
{
    (void) state;
    static const struct {
        const char *in, *rest;
        bool bad;
    } table[] = {
        {"(a (b \")\" {1}\r\n( )) c", "c", false},
        {"\"x y\" z", "z", false},
        {"BODY[HEADER.FIELDS (A B)] 3", "3", false},
        {"(a (b", "", true},
        {") x", ") x", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct wire w = wire_of(str_c(table[i].in));
        wire_skip(&w);
        assert_int_equal(w.bad, table[i].bad);
        if (!w.bad) assert_str(wire_rest(&w), str_c(table[i].rest));
    }
}

static void test_deep_nesting_costs_nothing(void **state)
{
    (void) state;
    enum { DEEP = 200000 };
    char *text = malloc(DEEP + 1);
    assert_non_null(text);
    memset(text, '(', DEEP);
    text[DEEP] = '\0';
    struct wire w = wire_of(str_n(text, DEEP));
    wire_skip(&w);
    assert_true(w.bad);
    struct imap_body b;
    w = wire_of(str_n(text, DEEP));
    imap_body_read(&w, a, &b, NULL);
    assert_true(w.bad);
    assert_true(b.unclear);
    free(text);
}

static void test_literal_size(void **state)
{
    (void) state;
    static const struct {
        const char *line;
        int64_t size;
    } table[] = {
        {"* X {12}", 12}, {"* X {12+}", 12},
        {"{0}", 0},       {"* X {4294967295}", 4294967295},
        {"* X", -1},      {"* X {}", -1},
        {"* X {a}", -1},  {"* X {1} ", -1},
        {"* X }", -1},    {"12}", -1},
        {"* X {-1}", -1}, {"* X {99999999999999999999999}", -1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (wire_literal_size(str_c(table[i].line)) != table[i].size)
            fail_msg("%s gave %ld", table[i].line, (long) wire_literal_size(str_c(table[i].line)));
}

/* --- names ---------------------------------------------------------------------------------- */

static void test_utf7(void **state)
{
    (void) state;
    static const struct {
        const char *name, *shown;
    } both[] = {
        {"INBOX", "INBOX"},
        {"a&-b", "a&b"},
        {"Entw&APw-rfe", "Entwürfe"},
        {"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"},
        {"&2DzfiQ-", "🎉"},
        {"&AOQA9gD8-", "äöü"},
    };
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        assert_str(imap_utf7_decode(str_c(both[i].name), a), str_c(both[i].shown));
        assert_str(imap_utf7_encode(str_c(both[i].shown), a), str_c(both[i].name));
    }
    static const struct {
        const char *name, *shown;
    } hostile[] = {
        {"a&b", "a&b"},       /* no end */
        {"&AOQ!-", "&AOQ!-"}, /* not the alphabet */
        {"&2Dw-", "&2Dw-"},   /* half a surrogate pair */
        {"&3IA-", "&3IA-"},   /* the other half */
        {"&AOR-", "&AOR-"},   /* bits left over */
        {"a\x01"
         "b\x7f",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"},                        /* controls */
        {"&AAo-x", "&AAo-x"},                     /* a line end inside */
        {"&AEkATgBCAE8AWA-", "&AEkATgBCAE8AWA-"}, /* INBOX, where it need not be encoded */
        {"a&AC8-b", "a&AC8-b"},                   /* a separator that is none */
        {"&AOQ-&APY-", "&AOQ-&APY-"}, /* two runs: looks like the one of the same letters */
        {"x&IC4-fdp", "x&IC4-fdp"},   /* turns what follows */
        {"&IAs-", "&IAs-"},           /* nothing to be seen */
        {"&2DzfiSAN2DzfiQ-", "🎉\xe2\x80\x8d🎉"}, /* a joiner is spelling */
        {"\xe2\x80\xae", "\xef\xbf\xbd"},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"Entwürfe", "Entwürfe"}, /* UTF-8 servers */
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        assert_str(imap_utf7_decode(str_c(hostile[i].name), a), str_c(hostile[i].shown));
    assert_null(imap_utf7_encode(STR("\xff"), a).p);
}

static void test_uid_sets(void **state)
{
    (void) state;
    static const uint32_t uids[] = {1, 2, 3, 7, 9, 10, 4294967295u};
    struct buf b = BUF_INIT(1000);
    size_t from = 0;
    imap_uids_write(&b, uids, 7, &from, 1000);
    assert_str(buf_view(&b), STR("1:3,7,9:10,4294967295"));
    assert_int_equal(from, 7);
    buf_clear(&b);
    from = 0;
    imap_uids_write(&b, uids, 7, &from, 26);
    assert_str(buf_view(&b), STR("1:3"));
    assert_int_equal(from, 3);
    buf_free(&b);
    uint32_t out[8];
    size_t n = 0;
    assert_true(imap_uids_read(STR("304,319:320,5:4"), out, 8, &n));
    assert_int_equal(n, 5);
    assert_int_equal(out[0], 304);
    assert_int_equal(out[2], 320);
    assert_int_equal(out[3], 4);
    static const char *const wrong[] = {"1:4294967295", "0", "1:*", "a", "1,,2", "1:", "1:9"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (imap_uids_read(str_c(wrong[i]), out, 8, &n)) fail_msg("%s was read", wrong[i]);
    static const uint32_t zero[] = {1, 0};
    assert_int_equal(imap_uids_check(zero, 2, NULL), RC_INVALID);
    assert_int_equal(imap_uids_check(zero, 0, NULL), RC_INVALID);
}

/* --- BODYSTRUCTURE ------------------------------------------------------------------------------
 */

#define TEXT "(\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 12 1 NIL NIL NIL NIL)"
#define P7M(params)                                                                                \
    "(\"application\" \"pkcs7-mime\" " params " NIL NIL \"base64\" 900 NIL NIL NIL NIL)"
#define PART(type, sub, params, disposition)                                                       \
    "(\"" type "\" \"" sub "\" " params " NIL NIL \"base64\" 900 NIL " disposition " NIL NIL)"

static void test_structures(void **state)
{
    (void) state;
    static const struct {
        const char *in;
        enum imap_security security;
        bool attachment, sealed;
        size_t candidates;
        const char *path; /* of the first candidate */
    } table[] = {
        {TEXT, IMAP_SEC_NONE, false, false, 0, NULL},
        {P7M("(\"smime-type\" \"enveloped-data\" \"name\" \"smime.p7m\")"), IMAP_SEC_ENCRYPTED,
         false, true, 0, NULL},
        {P7M("(\"smime-type\" \"AuthEnveloped-Data\")"), IMAP_SEC_ENCRYPTED, false, true, 0, NULL},
        {P7M("(\"smime-type\" \"signed-data\")"), IMAP_SEC_SIGNED, false, false, 1, "1"},
        {P7M("NIL"), IMAP_SEC_OPAQUE, false, false, 1, "1"},
        {PART("application", "octet-stream", "(\"name\" \"smime.p7m\")", "NIL"), IMAP_SEC_OPAQUE,
         false, false, 1, "1"},
        {PART("text", "plain", "(\"name*\" \"utf-8''SMIME.P7M\")", "NIL"), IMAP_SEC_OPAQUE, false,
         false, 1, "1"},
        {"(" TEXT PART(
             "application", "pkcs7-signature", "(\"name\" \"smime.p7s\")",
             "(\"attachment\" (\"filename\" \"smime.p7s\"))") " \"signed\" "
                                                              "(\"protocol\" "
                                                              "\"application/pkcs7-signature\" "
                                                              "\"boundary\" \"b\") NIL NIL NIL)",
         IMAP_SEC_SIGNED, false, false, 0, NULL},
        {"(" TEXT PART("application", "pgp-signature", "NIL",
                       "NIL") " \"signed\" "
                              "(\"protocol\" \"application/pgp-signature\") NIL NIL NIL)",
         IMAP_SEC_NONE, false, false, 0, NULL},
        {"(" TEXT PART("application", "pdf", "(\"name\" \"a.pdf\")", "NIL") " \"mixed\")",
         IMAP_SEC_NONE, true, false, 0, NULL},
        {"(" TEXT TEXT " \"alternative\")", IMAP_SEC_NONE, false, false, 0, NULL},
        {"(" TEXT "(\"image\" \"png\" NIL \"<c@d>\" NIL \"base64\" 9 NIL (\"inline\" NIL) NIL NIL) "
         "\"related\" NIL NIL NIL NIL)",
         IMAP_SEC_NONE, false, false, 0, NULL},
        {"(" TEXT P7M("(\"smime-type\" \"enveloped-data\")") " \"mixed\")", IMAP_SEC_NONE, true,
         true, 0, NULL},
        {"(" TEXT
         "(" TEXT PART("application", "octet-stream", "NIL", "NIL") " \"mixed\") \"mixed\")",
         IMAP_SEC_NONE, true, false, 1, "2.2"},
        /* message/rfc822 around one part, and around several */
        {"(" TEXT
         "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 999 (NIL NIL NIL NIL NIL NIL NIL NIL "
         "NIL NIL) " P7M("NIL") " 30 NIL NIL NIL NIL) \"mixed\")",
         IMAP_SEC_NONE, true, false, 1, "2.1"},
        {"(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 999 (NIL NIL NIL NIL NIL NIL NIL NIL NIL "
         "NIL) "
         "(" TEXT P7M("NIL") " \"mixed\") 30 NIL NIL NIL NIL)",
         IMAP_SEC_NONE, true, false, 1, "1.2"},
        {"(" PART("application", "pgp-encrypted", "NIL", "NIL")
             PART("application", "octet-stream", "(\"name\" \"encrypted.asc\")",
                  "NIL") " \"encrypted\" (\"protocol\" "
                         "\"application/pgp-encrypted\"))",
         IMAP_SEC_NONE, true, true, 0, NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct wire w = wire_of(str_c(table[i].in));
        struct imap_body b;
        imap_body_read(&w, a, &b, NULL);
        bool same = !w.bad && !b.unclear && wire_at_end(&w) && b.security == table[i].security &&
                    b.attachment == table[i].attachment && b.sealed == table[i].sealed &&
                    b.candidate_count == table[i].candidates;
        if (!same)
            fail_msg("structure %zu: bad %d unclear %d security %d attachment %d sealed %d "
                     "candidates %zu",
                     i, w.bad, b.unclear, b.security, b.attachment, b.sealed, b.candidate_count);
        if (table[i].path) assert_string_equal(b.candidates[0].path, table[i].path);
    }
}

static void test_sniff(void **state)
{
    (void) state;
    static const struct {
        str_t bytes;
        enum imap_sniff what;
    } table[] = {
        {STR_INIT("MIAGCSqGSIb3DQEHA6CAMIACAQAxggEwMIIBLAIBADAU"), IMAP_SNIFF_SEALED},
        {STR_INIT("MIAG\r\nCSqGSIb3DQEHA6CA\r\n"), IMAP_SNIFF_SEALED},
        {STR_INIT("MIAGCSqGSIb3DQEHAqCAMIACAQExDzANBglghkgB"), IMAP_SNIFF_SIGNED},
        {STR_INIT("MIAGCyqGSIb3DQEJEAEXoIAwgAIBADGC"), IMAP_SNIFF_SEALED},
        {STR_INIT("-----BEGIN PKCS7-----\r\nMIAGCSqGSIb3DQEHA6CAMIAC\r\n"), IMAP_SNIFF_SEALED},
        {STR_INIT("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80"),
         IMAP_SNIFF_SEALED},
        {STR_INIT("\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0"),
         IMAP_SNIFF_SEALED},
        {STR_INIT("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x04\x09"
                  "Content-Type: application/PKCS7-mime"),
         IMAP_SNIFF_SEALED},
        {STR_INIT("Hello MIAG"), IMAP_SNIFF_OTHER},
        {STR_INIT("MIAG"), IMAP_SNIFF_OTHER},
        {STR_INIT(""), IMAP_SNIFF_OTHER},
        {STR_INIT("\x30\xff\xff"), IMAP_SNIFF_OTHER},
        {STR_INIT("-----BEGIN"), IMAP_SNIFF_OTHER},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (imap_cms_sniff(table[i].bytes) != table[i].what) fail_msg("bytes %zu", i);
}

/* --- FETCH
 * ---------------------------------------------------------------------------------------- */

static bool read_row(const char *text, bool cut, struct imap_row *row)
{
    struct imap_response r = {.has_number = true,
                              .number = 12,
                              .word = STR("FETCH"),
                              .rest = wire_of(str_c(text)),
                              .cut = cut};
    return imap_row_read(&r, a, row, NULL);
}

static void test_row(void **state)
{
    (void) state;
    struct imap_row row;
    assert_true(read_row(
        "(FLAGS (\\Seen $Work) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 44827 X-NEW "
        "(1 "
        "(2)) MODSEQ (99) ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" "
        "\"=?utf-8?q?=C3=84pfel?= \\\"x\\\"\" ((\"=?utf-8?q?J=C3=BCrg?=\" NIL \"jg\" "
        "\"a.example\")) "
        "NIL NIL ((NIL NIL \"group\" NIL)(NIL NIL \"b\" \"c.example\")(NIL NIL NIL NIL)) NIL NIL "
        "NIL \"<i\x01"
        "d@x>\") UID 7)",
        false, &row));
    assert_int_equal(row.seq, 12);
    assert_int_equal(row.uid, 7);
    assert_int_equal(row.size, 44827);
    assert_int_equal(row.modseq, 99);
    assert_int_equal(row.internaldate, 837596665);
    assert_int_equal(row.date, 837595405);
    assert_str(row.subject, STR("Äpfel \"x\""));
    assert_int_equal(row.from_count, 1);
    assert_str(row.from[0].name, STR("Jürg"));
    assert_str(row.from[0].address, STR("jg@a.example"));
    assert_int_equal(row.to_count, 2);
    assert_null(row.to[0].address.p);
    assert_str(row.to[1].address, STR("b@c.example"));
    assert_int_equal(row.flag_count, 2);
    assert_str(row.flags[1], STR("$Work"));
    assert_str(row.message_id, STR("<id@x>"));
}

/* Dovecot's words for what an address lacks are no address. */
static void test_row_without_a_domain(void **state)
{
    (void) state;
    struct imap_row row;
    assert_true(read_row(
        "(UID 5 ENVELOPE (NIL \"s\" ((\"Nobody\" NIL \"nobody\" \"MISSING_DOMAIN\")(NIL NIL "
        "\"root\" \"MISSING_DOMAIN\")(\"Only a name\" NIL \"MISSING_MAILBOX\" "
        "\"MISSING_DOMAIN\")(NIL NIL \"a\" \"b.example\")) NIL NIL NIL NIL NIL NIL NIL))",
        false, &row));
    static const char *const names[] = {"Nobody", "root", "Only a name"};
    assert_int_equal(row.from_count, 4);
    for (size_t i = 0; i < 3; i++) {
        assert_str(row.from[i].name, str_c(names[i]));
        assert_null(row.from[i].address.p);
    }
    assert_str(row.from[3].address, STR("a@b.example"));
}

static void test_row_hostile(void **state)
{
    (void) state;
    struct imap_row row;
    /* An item in parentheses of its own (Domino). */
    assert_true(
        read_row("(UID 5 (ENVELOPE (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL)) RFC822.SIZE 3)",
                 false, &row));
    assert_str(row.subject, STR("s"));
    assert_int_equal(row.size, 3);
    /* What could be read of a response cut short is kept. */
    assert_true(read_row("(UID 5 FLAGS (\\Seen) ENVELOPE (NIL \"su", true, &row));
    assert_int_equal(row.flag_count, 1);
    assert_null(row.subject.p);
    static const char *const nothing[] = {"",
                                          "UID 5",
                                          "(",
                                          "()",
                                          "(UID",
                                          "(UID x)",
                                          "(UID 0)",
                                          "(FLAGS \\Seen UID 5)",
                                          "(\"a\" 1)",
                                          ")",
                                          "(UID 5000000000x)"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        if (read_row(nothing[i], false, &row) && row.uid != UINT32_MAX)
            fail_msg("%s gave UID %u", nothing[i], row.uid);
}

static void test_dates(void **state)
{
    (void) state;
    static const struct {
        const char *in;
        int64_t t;
    } table[] = {
        {"\" 1-Jan-1970 00:00:00 +0000\"", 0},
        {"\"29-Feb-2024 23:59:59 +0100\"", 1709247599},
        {"\"01-Mar-2000 00:00:00 -1200\"", 951912000},
        {"\"x\"", 0},
        {"\"01-Foo-2000 00:00:00 +0000\"", 0},
        {"NIL", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[100];
        snprintf(text, sizeof text, "(UID 1 INTERNALDATE %s)", table[i].in);
        struct imap_row row;
        assert_true(read_row(text, false, &row));
        assert_int_equal(row.internaldate, table[i].t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nstring),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_deep_nesting_costs_nothing),
        cmocka_unit_test(test_literal_size),
        cmocka_unit_test(test_utf7),
        cmocka_unit_test(test_uid_sets),
        cmocka_unit_test(test_structures),
        cmocka_unit_test(test_sniff),
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_row_without_a_domain),
        cmocka_unit_test(test_row_hostile),
        cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests_name("imap_parse", tests, setup, teardown);
}
