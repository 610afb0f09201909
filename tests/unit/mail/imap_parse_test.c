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
         "a b "},         /* controls */
        {"&AAo-x", " x"}, /* a line end inside */
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

/* --- what people type
 * ------------------------------------------------------------------------------ */

static void describe_node(const struct imap_terms *t, unsigned i, struct buf *b)
{
    static const char *const places[] = {
        "", "from=", "to=", "cc=", "bcc=", "subject=", "list=", "body="};
    const struct query_node *n = &t->nodes[i];
    switch (n->kind) {
    case QUERY_AND:
    case QUERY_OR:
        buf_cstr(b, n->kind == QUERY_AND ? "(" : "<");
        describe_node(t, n->left, b);
        buf_cstr(b, n->kind == QUERY_AND ? " " : "|");
        describe_node(t, n->right, b);
        buf_cstr(b, n->kind == QUERY_AND ? ")" : ">");
        break;
    case QUERY_NOT:
        buf_cstr(b, "-");
        describe_node(t, n->left, b);
        break;
    case QUERY_TEXT:
        buf_printf(b, "%s[%.*s]", places[n->place], STR_ARG(n->text));
        break;
    case QUERY_MARK:
    case QUERY_KEYWORD:
    case QUERY_IN:
        buf_printf(b, "%s%.*s",
                   n->kind == QUERY_KEYWORD ? "label="
                   : n->kind == QUERY_IN    ? "in="
                                            : "",
                   STR_ARG(n->text));
        break;
    case QUERY_NAME:
        buf_printf(b, "name=%.*s", STR_ARG(t->names[n->number]));
        break;
    case QUERY_ALL:
        buf_cstr(b, "*");
        break;
    default: {
        static const char *const words[] = {[QUERY_SINCE] = "since",
                                            [QUERY_BEFORE] = "before",
                                            [QUERY_LARGER] = "larger",
                                            [QUERY_SMALLER] = "smaller",
                                            [QUERY_KIND] = "kind"};
        buf_printf(b, "%s=%lld", words[n->kind], (long long) n->number);
    }
    }
}

#define TODAY 19783 /* 2024-03-01 */

static void test_queries(void **state)
{
    (void) state;
    static const struct {
        const char *text, *means;
    } table[] = {
        {"", "*"},
        {"  one   two ", "([one] [two])"},
        {"\"one two\" three", "([one two] [three])"},
        {"\xe2\x80\x9cone two\xe2\x80\x9d x", "([one two] [x])"},
        {"one\xe3\x80\x80two\xc2\xa0three", "(([one] [two]) [three])"},
        {"from:alice subject:\"the roof\" x", "((from=[alice] subject=[the roof]) [x])"},
        {"FROM:alice TO:b cc:c bcc:d", "(((from=[alice] to=[b]) cc=[c]) bcc=[d])"},
        {"body:needle list:users", "(body=[needle] list=[users])"},
        {"-spam -from:bob -\"two words\"", "((-[spam] -from=[bob]) -[two words])"},
        {"a OR b c", "(<[a]|[b]> [c])"},
        {"a b OR c", "([a] <[b]|[c]>)"},
        {"a OR b OR -c", "<<[a]|[b]>|-[c]>"},
        {"a or b", "(([a] [or]) [b])"},
        {"a AND b", "([a] [b])"},
        {"NOT a b", "(-[a] [b])"},
        {"--a", "[a]"},
        {"(a b) OR (c -d)", "<([a] [b])|([c] -[d])>"},
        {"-(a OR b)", "-<[a]|[b]>"},
        {"from:(alice OR bob) x", "(<from=[alice]|from=[bob]> [x])"},
        {"from:(alice subject:x)", "(from=[alice] subject=[x])"},
        {"f(x) :) a)b", "(([f(x)] [:)]) [a)b])"},
        {"(f(x))", "[f(x)]"},
        {"from: alice", "from=[alice]"},
        {"is:unread is:starred has:attachment", "((UNSEEN FLAGGED) kind=4)"},
        {"is:read is:answered is:encrypted is:signed", "(((SEEN ANSWERED) kind=1) kind=2)"},
        {"is:draft is:forwarded", "(DRAFT KEYWORD $Forwarded)"},
        {"after:1970-01-02 before:2024-03-01", "(since=1 before=19783)"},
        {"after:2024-02-29", "since=19782"},
        {"after:2024/2/29 before:1.1.2024", NULL},
        {"on:2024-02", "(since=19754 before=19783)"},
        {"on:2023", "(since=19358 before=19723)"},
        {"after:7d before:yesterday", "(since=19776 before=19782)"},
        {"after:1m before:1y", "(since=19754 before=19417)"},
        {"since:today", "since=19783"},
        {"larger:5M smaller:300k", "(larger=5242880 smaller=307200)"},
        {"larger:1.5mb", "larger=1572864"},
        {"label:work -keyword:$Junk", "(label=work -label=$Junk)"},
        {"label:\"To do\"", "label=todo"},
        {"in:sent in:\"Work/2024\"", "(in=sent in=Work/2024)"},
        {"filename:pdf", "name=pdf"},
        {"\"is:unread\"", "[is:unread]"},
        {"-is:unread", "-UNSEEN"},
        {"from:\"\" x", "(* [x])"},
        {"-\"\"", "*"},
        {"- -- a-b", "(([-] -[-]) [a-b])"},
        {"\"not closed", "[not closed]"},
        {"mailto:x http://a/b Re: x", "((([mailto:x] [http://a/b]) [Re:]) [x])"},
        {"size:5 fromage:x", "([size:5] [fromage:x])"},
    };
    static const struct imap_label labels[] = {{STR_INIT("To do"), STR_INIT("todo")}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_query q = {
            .text = str_c(table[i].text), .today = TODAY, .labels = labels, .label_count = 1};
        struct imap_terms t;
        struct buf b = BUF_INIT(4000);
        rc_t rc = imap_query_read(&q, &t, NULL);
        if (!table[i].means) {
            assert_int_equal(rc, RC_INVALID);
            continue;
        }
        if (rc != RC_OK) fail_msg("\"%s\" is refused", table[i].text);
        describe_node(&t, t.root, &b);
        if (!str_eq(buf_view(&b), str_c(table[i].means)))
            fail_msg("\"%s\" is %.*s", table[i].text, STR_ARG(buf_view(&b)));
        assert_true(t.q.headers);
        buf_free(&b);
    }
}

/* What makes no sense is told in a sentence, with the place. */
static void test_wrong_queries(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        unsigned position; /* 0: of the whole */
        const char *says;
    } table[] = {
        {"after:2023-02-29", 7, "not a date"},
        {"after:1969-01-01", 7, "not a date"},
        {"x before:2024-13-01", 10, "not a date"},
        {"\xc3\xa4\xc3\xb6 on:soon", 7, "not a date"},
        {"is:nothing", 4, "is: takes"},
        {"has:", 1, "is missing"},
        {"has:wheels", 5, "has: takes attachment"},
        {"larger:huge", 8, "not a size"},
        {"larger:5000G", 8, "not a size"},
        {"label:\"two words\"", 7, "no such label"},
        {"label:a\\b", 7, "no such label"},
        {"(a b", 1, "not closed"},
        {"a (b OR ())", 9, "nothing between"},
        {"OR a", 1, "In front of OR"},
        {"a OR", 3, "Behind OR"},
        {"a OR OR b", 3, "Behind OR"},
        {"(a OR) b", 4, "Behind OR"},
        {"from: OR b", 1, "is missing"},
        {"((((((((((((((((((a))))))))))))))))))", 17, "too many parentheses"},
        {"filename:a filename:b filename:c filename:d filename:e", 54, "four times"},
    };
    struct imap_terms t;
    struct err e = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_query q = {.text = str_c(table[i].text), .today = TODAY};
        if (imap_query_read(&q, &t, &e) != RC_INVALID) fail_msg("\"%s\" is taken", table[i].text);
        if (e.position != table[i].position || !strstr(e.message, table[i].says))
            fail_msg("\"%s\": %u %s", table[i].text, e.position, e.message);
        assert_string_equal(e.field, "text");
    }
    static char many[400];
    for (size_t i = 0; i + 2 < sizeof many; i += 2)
        memcpy(many + i, "a ", 3);
    const str_t wrong[] = {str_c(many), STR("\xff"), STR("a\r\nb"), STR("a\0b")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct imap_query q = {.text = wrong[i]};
        assert_int_equal(imap_query_read(&q, &t, &e), RC_INVALID);
        assert_string_equal(e.field, "text");
    }
}

/* What is asked of the server about a class of messages. */
static void test_plans(void **state)
{
    (void) state;
    enum { SEALED = KIND_SEALED, SIGNED = KIND_SIGNED, FILES = KIND_ATTACHMENT };
    static const struct {
        const char *text;
        unsigned bits;
        enum query_kind root;
        bool body;
    } table[] = {
        {"a", 0, QUERY_TEXT, true},
        {"a", SEALED, QUERY_TEXT, false},
        {"body:a", SEALED, QUERY_NONE, false},
        {"-body:a", SEALED, QUERY_NONE, false}, /* nobody knows */
        {"-body:a", 0, QUERY_TEXT, true},
        {"a OR body:b", SEALED, QUERY_TEXT, false},
        {"is:encrypted", SEALED, QUERY_ALL, false},
        {"is:encrypted", 0, QUERY_NONE, false},
        {"-is:encrypted", 0, QUERY_ALL, false},
        {"is:signed a", SIGNED, QUERY_TEXT, true},
        {"is:signed OR from:b", 0, QUERY_TEXT, false},
        {"is:signed OR from:b", SIGNED, QUERY_ALL, false},
        {"-(is:signed from:b)", SIGNED, QUERY_TEXT, false},
        {"-(is:signed OR from:b)", SIGNED, QUERY_NONE, false},
        {"-(is:signed OR from:b)", 0, QUERY_TEXT, false},
        {"has:attachment is:unread", FILES, QUERY_MARK, false},
        {"filename:x", FILES | PLAN_NAME(0), QUERY_ALL, false},
        {"filename:x", FILES, QUERY_NONE, false},
        {"filename:x", FILES | SEALED | PLAN_NAME(0), QUERY_NONE, false},
        {"-filename:x", SEALED, QUERY_NONE, false},
        {"-filename:x", 0, QUERY_ALL, false},
        {"in:work a", 0, QUERY_TEXT, true},
        {"in:\"Clients/Work\"", 0, QUERY_ALL, false},
        {"in:archive", 0, QUERY_ALL, false},
        {"in:sent a", 0, QUERY_NONE, false},
        {"-in:sent a", 0, QUERY_TEXT, true},
        {"in:anywhere", 0, QUERY_ALL, false},
    };
    const struct imap_folder folder = {
        .display = STR("Clients/Work"), .delimiter = '/', .role = FOLDER_ARCHIVE};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_query q = {
            .text = str_c(table[i].text), .headers = true, .body = true, .folder = &folder};
        struct imap_terms t;
        struct imap_plan p, again;
        assert_int_equal(imap_query_read(&q, &t, NULL), RC_OK);
        imap_plan_make(&t, table[i].bits, &p);
        imap_plan_make(&t, table[i].bits, &again);
        if (p.nodes[p.root].kind != table[i].root || p.body != table[i].body)
            fail_msg("\"%s\" of %x is %d", table[i].text, table[i].bits, p.nodes[p.root].kind);
        assert_true(imap_plan_same(&p, &again));
    }
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
        cmocka_unit_test(test_row_hostile),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_wrong_queries),
        cmocka_unit_test(test_plans),
    };
    return cmocka_run_group_tests_name("imap_parse", tests, setup, teardown);
}
