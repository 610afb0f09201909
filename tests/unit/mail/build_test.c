#include "tests/unit/mail/mime_test.h"

#include "mail/build.h"
#include "mail/build_part.h"
#include "mail/message_state.h"

static const struct mail_address anna = {.name = STR_INIT("Anna Müller"),
                                         .address = STR_INIT("anna@x.test")};
static const struct mail_address to[] = {
    {.name = STR_INIT("Doe, \"John\""), .address = STR_INIT("john@x.test")},
    {.name = STR_INIT("非常に長い名前の人はここにいますので折り返します"),
     .address = STR_INIT("b@x.test")},
    {.address = STR_INIT("c@x.test")},
};

static struct build_message message(void)
{
    return (struct build_message){
        .from = anna,
        .to = to,
        .to_count = 3,
        .subject = STR("Grüße an alle, die das lesen, und noch viel mehr Wörter: =?utf-8?q?x?="),
        .date = 1790925300,
        .zone_minutes = 120,
        .message_id = STR("<m1@x.test>"),
        .in_reply_to = STR("<a@b>"),
        .references = STR("<r1@b> junk\r\nBcc: evil@x.test <a@b>"),
        .text = STR("Hello\nwörld \n-- \nAnna"),
    };
}

/* RFC 8551 section 3.1.1: what no relay has a reason to change. */
static void check_safe(str_t s)
{
    assert_true(str_ends(s, STR("\r\n")));
    while (s.n > 0) {
        str_t line;
        assert_true(str_cut(s, '\n', &line, &s));
        assert_true(line.n > 0 && line.p[line.n - 1] == '\r');
        line.n--;
        if (line.n > 100) fail_msg("%zu: %.*s", line.n, STR_ARG(line));
        if (line.n) assert_true(line.p[line.n - 1] != ' ' && line.p[line.n - 1] != '\t');
        if (str_starts(line, STR("From ")) || str_starts(line, STR(".")))
            fail_msg("%.*s", STR_ARG(line));
        for (size_t i = 0; i < line.n; i++)
            assert_true((unsigned char) line.p[i] < 0x7f &&
                        (line.p[i] >= ' ' || line.p[i] == '\t'));
    }
}

static str_t build(const struct build_message *m, enum header_protection hp, struct arena *a,
                   struct build_piece **pieces, size_t *n)
{
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 22);
    struct err e;
    struct build_piece *p = NULL;
    size_t count = 0;
    rc_t rc = build_entity(m, hp, a, &out, &p, &count, &e);
    if (rc != RC_OK) fail_msg("build_entity: %s", e.message);
    str_t whole = arena_str(a, buf_view(&out)), joined = STR("");
    for (size_t i = 0; i < count; i++) {
        /* the pieces cover all bytes, in order */
        size_t at = (size_t) (p[i].bytes.p - out.p);
        assert_int_equal(at, joined.n);
        p[i].bytes = str_sub(whole, at, at + p[i].bytes.n);
        joined = str_sub(whole, 0, at + p[i].bytes.n);
    }
    assert_int_equal(joined.n, whole.n);
    if (pieces) *pieces = p;
    if (n) *n = count;
    check_safe(whole);
    return whole;
}

static str_t text_of(const struct entity *m, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    assert_int_equal(entity_decode_text(m, &b, NULL), RC_OK);
    return arena_str(a, buf_view(&b));
}

static void check_header(const struct entity *m, struct arena *a)
{
    struct mail_address *l = NULL;
    size_t n = 0;
    int64_t seconds = 0;
    int zone = 0;
    struct build_message want = message();
    assert_int_equal(header_addresses(entity_field(m, STR("To")), a, &l, &n, NULL), RC_OK);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_str(l[i].address, to[i].address);
        assert_str(l[i].name, to[i].name);
    }
    assert_int_equal(header_addresses(entity_field(m, STR("From")), a, &l, &n, NULL), RC_OK);
    assert_str(l[0].name, anna.name);
    assert_str(header_text(entity_field(m, STR("Subject")), a), want.subject);
    assert_true(header_date(entity_field(m, STR("Date")), &seconds, &zone));
    assert_true(seconds == want.date && zone == 120);
    expect_str("ids", header_text(entity_field(m, STR("References")), a), "<r1@b> <a@b>");
    assert_int_equal(entity_field_count(m, STR("Bcc")), 0);
}

static void test_plain_message(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct build_piece *p;
    size_t n;
    assert_int_equal(build_header(&m, &out, NULL), RC_OK);
    assert_int_equal(build_entity(&m, HP_NONE, a, &out, &p, &n, NULL), RC_OK);
    check_safe(buf_view(&out));
    struct entity *got = parse_ok(out.p, out.n, a);
    check_header(got, a);
    expect_str("date", entity_field(got, STR("Date")), " Fri, 02 Oct 2026 09:15:00 +0200");
    expect_str("version", entity_field(got, STR("MIME-Version")), " 1.0");
    expect_str("format", entity_param(got, STR("format")), "flowed");
    expect_str("text", text_of(got, a), "Hello\r\nwörld\r\n-- \r\nAnna\r\n");
    assert_int_equal(n, 1);
}

/* RFC 3676 section 4.3: "-- " alone on a line is the signature separator and ends the paragraph. */
static void test_flowing_makes_no_signature_separator(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    m.text = STR(
        "-- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx "
        "and more\n-- \nAnna");
    str_t s = build(&m, HP_CLEAR, a, NULL, NULL);
    str_t text = text_of(parse_ok(s.p, s.n, a), a);
    ptrdiff_t first = str_find(text, STR("-- \r\n"));
    assert_true(first > 0);
    assert_int_equal(str_find(str_sub(text, (size_t) first + 1, text.n), STR("-- \r\n")), -1);
}

static void test_protected_headers(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    str_t s = build(&m, HP_CLEAR, a, NULL, NULL);
    struct entity *got = parse_ok(s.p, s.n, a);
    check_header(got, a);
    expect_str("hp", entity_param(got, STR("hp")), "clear");
    assert_int_equal(entity_field_count(got, STR("HP-Outer")), 0);
    m.outer_subject = STR("[...]");
    s = build(&m, HP_CIPHER, a, NULL, NULL);
    got = parse_ok(s.p, s.n, a);
    check_header(got, a);
    expect_str("hp", entity_param(got, STR("hp")), "cipher");
    CLEANUP_BUF struct buf outer = BUF_INIT(1 << 20);
    assert_int_equal(build_header(&m, &outer, NULL), RC_OK);
    struct entity *out = parse_ok(outer.p, outer.n, a);
    expect_str("hidden", entity_field(out, STR("Subject")), " [...]");
    size_t listed = 0; /* each outer field once, with the same value (RFC 9788 section 2.2) */
    for (size_t i = 0; i < got->field_count; i++) {
        if (!str_eq(got->fields[i].name, STR("HP-Outer"))) continue;
        str_t name, value;
        assert_true(str_cut(str_trim(got->fields[i].value), ':', &name, &value));
        assert_str(header_text(value, a), header_text(entity_field(out, name), a));
        listed++;
    }
    assert_int_equal(listed, out->field_count - 1); /* all but MIME-Version */
}

/* RFC 9788 section 5.2: the hidden subject stands in the texts, and our own reader takes it away.
 */
static void test_legacy_display(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    m.subject =
        STR("Grüße & <b>Küsse</b>\r\nfrom a line that is long enough to be folded, and more");
    m.outer_subject = STR("[...]");
    m.html = STR("<p>Hello</p>");
    str_t s = build(&m, HP_CIPHER, a, NULL, NULL);
    struct entity *got = parse_ok(s.p, s.n, a);
    struct entity *text = &got->children[0], *html = &got->children[1];
    expect_str("root", entity_param(got, STR("hp-legacy-display")), NULL);
    expect_str("text", entity_param(text, STR("hp-legacy-display")), "1");
    expect_str("html", entity_param(html, STR("hp-legacy-display")), "1");
    expect_str("shown", text_of(text, a),
               "Subject: Grüße & <b>Küsse</b>  from a line that is long enough to be \r\n"
               "folded, and more\r\n\r\nHello\r\nwörld\r\n-- \r\nAnna");
    expect_str("shown", text_of(html, a),
               "<div class=\"header-protection-legacy-display\"><pre>Subject: Grüße &amp; "
               "&lt;b&gt;Küsse&lt;/b&gt;  from a line that is long enough to be folded, and more"
               "</pre></div>\r\n<p>Hello</p>");
    expect_str("read", message_skip_legacy_text(text_of(text, a)), "Hello\r\nwörld\r\n-- \r\nAnna");
    expect_str("read", message_skip_legacy_html(text_of(html, a), a), "\r\n<p>Hello</p>");
    /* one text: both parameters on the root. No hidden subject, or no encryption: none of it. */
    m.html = STR_NULL;
    s = build(&m, HP_CIPHER, a, NULL, NULL);
    got = parse_ok(s.p, s.n, a);
    expect_str("both", entity_param(got, STR("hp-legacy-display")), "1");
    expect_str("both", entity_param(got, STR("hp")), "cipher");
    s = build(&m, HP_CLEAR, a, NULL, NULL);
    assert_true(str_find(s, STR("legacy")) < 0 && str_find(s, STR("HP-Outer")) < 0);
    m.outer_subject = STR_NULL;
    s = build(&m, HP_CIPHER, a, NULL, NULL);
    assert_true(str_find(s, STR("legacy")) < 0);
}

static void test_structure_and_pieces(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    CLEANUP_BUF struct buf big = BUF_INIT(1 << 20);
    for (int i = 0; i < 100000; i++)
        buf_char(&big, (char) (i * 7 + i / 251));
    struct build_attachment x[] = {
        {.name = STR("b.bin"), .type = STR("application/x-b"), .content = buf_view(&big)},
        {.name = STR("pic.png"),
         .type = STR("image/png"),
         .content = STR("PNG"),
         .content_id = STR("p@x")},
        {.name = STR("Grüße \"x\" und ein sehr langer Name mit Umlauten äöü ÄÖÜ ß 100%.pdf"),
         .type = STR("multipart/evil"),
         .content = STR("")},
    };
    m.html = STR("<p>w&ouml;rld</p>\n<img src=\"cid:p@x\">");
    m.attachments = x;
    m.attachment_count = 3;
    struct build_piece *p;
    size_t n;
    str_t s = build(&m, HP_CLEAR, a, &p, &n);
    struct entity *got = parse_ok(s.p, s.n, a);
    expect_str("root", got->subtype, "mixed");
    expect_str("hp on root", entity_param(got, STR("hp")), "clear");
    assert_int_equal(got->child_count, 3);
    expect_str("alternative", got->children[0].subtype, "alternative");
    expect_str("no hp inside", entity_param(&got->children[0], STR("hp")), NULL);
    struct entity *related = &got->children[0].children[1];
    expect_str("related", related->subtype, "related");
    expect_str("html", text_of(&related->children[0], a),
               "<p>w&ouml;rld</p>\r\n<img src=\"cid:p@x\">");
    expect_str("cid", related->children[1].content_id, "p@x");
    expect_str("inline", related->children[1].disposition, "inline");
    assert_str(got->children[2].filename, x[2].name);
    expect_str("type made harmless", got->children[2].type, "application");
    assert_str(text_of(&got->children[1], a).p ? STR("x") : STR(""), STR("x"));
    CLEANUP_BUF struct buf body = BUF_INIT(1 << 20);
    assert_int_equal(entity_decode_body(&got->children[1], &body, NULL), RC_OK);
    assert_str(buf_view(&body), buf_view(&big));
    bool seen[3] = {false};
    for (size_t i = 0; i < n; i++) {
        if (p[i].attachment < 0) continue;
        CLEANUP_BUF struct buf b64 = BUF_INIT(1 << 20);
        assert_true(mime_base64_encode(x[p[i].attachment].content, &b64));
        assert_str(p[i].bytes, b64.n ? buf_view(&b64) : STR(""));
        seen[p[i].attachment] = true;
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

/* Texts that relays or readers like to break, and back through RFC 3676. */
static void test_text_bodies(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *text, *sent;
    } rows[] = {
        {"", "\r\n"},
        {"From here\n", " From here\r\n"},
        {".\n", ".\r\n"},
        {"  indented\n", "   indented\r\n"},
        {"> quote stays whole aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbb "
         "ccccccccc\n",
         "> quote stays whole aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbb "
         "ccccccccc\r\n"},
        {"one two three four five six seven eight nine ten eleven twelve thirteen fourteen\n",
         "one two three four five six seven eight nine ten eleven twelve thirteen "
         "\r\nfourteen\r\n"},
        {"trailing   \nx", "trailing\r\nx\r\n"},
        {"日本語の文章です\n", "日本語の文章です\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct build_message m = message();
        m.text = str_c(rows[i].text);
        str_t s = build(&m, HP_NONE, a, NULL, NULL);
        expect_str(rows[i].text, text_of(parse_ok(s.p, s.n, a), a), rows[i].sent);
    }
}

static void test_random_texts_are_safe(void **state)
{
    struct arena *a = *state;
    unsigned seed = 5;
    for (int round = 0; round < 300; round++) {
        CLEANUP_BUF struct buf text = BUF_INIT(4096);
        for (int i = 0; i < 600; i++) {
            seed = seed * 1664525u + 1013904223u;
            const char *bits[] = {"From ", " ",
                                  ".",     "\n",
                                  "> ",    "ü",
                                  "x",     "=",
                                  "-- \n", "\t",
                                  "\r",    "long-word-without-any-blank-in-it-",
                                  "--",    "\xf0\x9f\x98\x80"};
            buf_cstr(&text, bits[(seed >> 20) % (sizeof bits / sizeof *bits)]);
        }
        struct build_message m = message();
        m.text = buf_view(&text);
        m.subject = str_sub(buf_view(&text), 0, 200);
        if (round % 2) m.html = m.text;
        if (round % 3) m.outer_subject = STR("[...]");
        build(&m, HP_CIPHER, a, NULL, NULL);
        arena_reset(a);
    }
}

static void test_addresses_are_checked(void **state)
{
    (void) state;
    static const char *good[] = {"a@b",
                                 "a.b+c@x.test",
                                 "\"a b\"@x.test",
                                 "a@[127.0.0.1]",
                                 "o'neil@sub.x-y.test",
                                 "müller@x.test",
                                 "用户@x.test",
                                 "δοκιμή.ü@xn--bcher-kva.test",
                                 "é@x.test"};
    static const char *bad[] = {"",
                                "a",
                                "@x.test",
                                "a@",
                                "a@-x.test",
                                "a@x..test",
                                "a@x.test\r\nRCPT TO:<b@c>",
                                "a b@x.test",
                                ".a@x.test",
                                "a.@x.test",
                                "a@x.test>",
                                "m\xfcller@x.test",
                                "m\xc3@x.test",
                                "ü.@x.test",
                                "ü..b@x.test",
                                "a\u00a0b@x.test",
                                "a\u00adb@x.test",
                                "a\u200bb@x.test",
                                "a\u202eb@x.test",
                                "a\u3000b@x.test",
                                "a\ufeff@x.test",
                                "a\u0600b@x.test",
                                "ceo\uff20bank.example@x.test",
                                "a\ufe6bb@x.test",
                                "a\uff0eb@x.test",
                                "a\u3002b@x.test",
                                "a\U000110bdb@x.test",
                                "a\U00013430b@x.test",
                                "a\U00016fe4b@x.test",
                                "a\U0001bca0b@x.test",
                                "a\U0001d173b@x.test",
                                "a\U0001fffeb@x.test",
                                "a\xc2\x85@x.test",
                                "\"ü\"@x.test",
                                "ü@bücher.test",
                                "a@bücher.test",
                                "a@x.test,b@x.test",
                                "\"a@x.test",
                                "\"a\"b\"@x.test",
                                "a..b@x.test",
                                "a@x-.test",
                                "a@[]",
                                "a@b@c"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (address_check(str_c(good[i]), NULL) != RC_OK) fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (address_check(str_c(bad[i]), NULL) != RC_INVALID) fail_msg("accepted: %s", bad[i]);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[64] = '@';
    assert_int_equal(address_check(str_n(longest, 255), NULL), RC_INVALID);
    assert_int_equal(address_check(STR("a@[127.0\0.1]"), NULL), RC_INVALID);
}

static void test_refusals_leave_out_untouched(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
    struct build_piece *p = NULL;
    size_t n = 7;
    struct err e = {0};
    buf_cstr(&out, "before");
    m.cc = &(struct mail_address){.address = STR("evil\r\nBcc: x@y")};
    m.cc_count = 1;
    assert_int_equal(build_header(&m, &out, &e), RC_INVALID);
    assert_string_equal(e.field, "cc");
    assert_int_equal(build_entity(&m, HP_CLEAR, a, &out, &p, &n, &e), RC_INVALID);
    expect_str("untouched", buf_view(&out), "before");
    assert_true(p == NULL && n == 7);
    m = message();
    m.extra = &(struct field){.name = STR("X-A"), .value = STR("a\r\nBcc: b@c")};
    m.extra_count = 1;
    assert_int_equal(build_header(&m, &out, &e), RC_INVALID);
    CLEANUP_BUF struct buf small = BUF_INIT(300);
    m = message();
    assert_int_equal(build_header(&m, &small, &e), RC_TOO_LARGE);
    assert_int_equal(small.n, 0);
}

static void test_smime_wrappers(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    str_t entity = build(&m, HP_CLEAR, a, NULL, NULL);
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 20), der = BUF_INIT(1 << 20);
    assert_int_equal(build_header(&m, &out, NULL), RC_OK);
    assert_int_equal(
        build_multipart_signed(entity, STR("\x30\x03\x02\x01\x01"), "sha-256", &out, NULL), RC_OK);
    check_safe(buf_view(&out));
    struct entity *got = parse_ok(out.p, out.n, a);
    expect_str("micalg", entity_param(got, STR("micalg")), "sha-256");
    assert_int_equal(got->child_count, 2);
    assert_str(got->children[0].raw, entity);
    assert_int_equal(entity_decode_body(&got->children[1], &der, NULL), RC_OK);
    assert_str(buf_view(&der), STR("\x30\x03\x02\x01\x01"));
    buf_clear(&out);
    assert_int_equal(build_pkcs7_mime(STR("\x30\x00"), "enveloped-data", &out, NULL), RC_OK);
    check_safe(buf_view(&out));
    got = parse_ok(out.p, out.n, a);
    expect_str("type", got->subtype, "pkcs7-mime");
    expect_str("smime-type", entity_param(got, STR("smime-type")), "enveloped-data");
    expect_str("name", got->filename, "smime.p7m");
}

static void test_dates_round_trip(void **state)
{
    (void) state;
    static const int64_t times[] = {0, 951782400, 1790925300, 4102444799, 1709164800, 68169600};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        for (int zone = -720; zone <= 840; zone += 195) {
            CLEANUP_BUF struct buf b = BUF_INIT(64);
            int64_t s = -1;
            int z = 0;
            field_put_date(times[i], zone, &b);
            if (!header_date(buf_view(&b), &s, &z) || s != times[i] || z != zone)
                fail_msg("%s: %lld %d", b.p, (long long) s, z);
        }
    }
}

static void test_priority_and_receipt(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    str_t with = STR("X-Priority: 1\r\nImportance: high\r\n"
                     "Disposition-Notification-To: =?utf-8?B?QW5uYSBNw7xsbGVy?= <anna@x.test>\r\n");
    assert_int_equal(str_find(build(&m, HP_CLEAR, a, NULL, NULL), STR("riority")), -1);
    assert_int_equal(str_find(build(&m, HP_CLEAR, a, NULL, NULL), STR("Disposition")), -1);
    m.priority = PRIORITY_HIGH;
    m.receipt_to = anna;
    assert_true(str_find(build(&m, HP_CLEAR, a, NULL, NULL), with) > 0);
    str_t sealed = build(&m, HP_CIPHER, a, NULL, NULL);
    assert_true(str_find(sealed, with) > 0);
    assert_true(str_find(sealed, STR("HP-Outer: X-Priority: 1\r\nHP-Outer: Importance: high\r\n"
                                     "HP-Outer: Disposition-Notification-To: ")) > 0);
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 16);
    assert_int_equal(build_header(&m, &out, NULL), RC_OK);
    assert_true(str_find(buf_view(&out), with) > 0);
    m.priority = PRIORITY_LOW;
    assert_true(str_find(build(&m, HP_CLEAR, a, NULL, NULL),
                         STR("X-Priority: 5\r\nImportance: low\r\n")) > 0);
}

static void test_a_request_for_a_certificate(void **state)
{
    struct arena *a = *state;
    struct build_message m = message();
    str_t field = STR("X-Waxseal-Request: certificate\r\n");
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 16);
    assert_int_equal(str_find(build(&m, HP_CLEAR, a, NULL, NULL), STR("Request")), -1);
    m.asks_certificate = true;
    assert_true(str_find(build(&m, HP_CLEAR, a, NULL, NULL), field) > 0);
    assert_int_equal(build_header(&m, &out, NULL), RC_OK);
    assert_true(str_find(buf_view(&out), field) > 0);
}

/* An address that is none, or a name that would begin another field. */
static void test_receipt_takes_no_other_field(void **state)
{
    (void) state;
    struct err e;
    CLEANUP_BUF struct buf out = BUF_INIT(4096);
    const struct mail_address bad = {.address = STR("a@x.test\r\nBcc: eve@x.test")};
    const struct mail_address name = {.name = STR("A\r\nBcc: eve@x.test"), .address = anna.address};
    buf_cstr(&out, "kept");
    assert_int_equal(build_receipt_field(&bad, &out, &e), RC_INVALID);
    assert_str(buf_view(&out), STR("kept"));
    assert_int_equal(build_receipt_field(&name, &out, &e), RC_OK);
    assert_int_equal(str_find(buf_view(&out), STR("\nBcc")), -1);
    check_safe(str_sub(buf_view(&out), 4, out.n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_plain_message),
        ARENA_TEST(test_flowing_makes_no_signature_separator),
        ARENA_TEST(test_protected_headers),
        ARENA_TEST(test_legacy_display),
        ARENA_TEST(test_structure_and_pieces),
        ARENA_TEST(test_text_bodies),
        ARENA_TEST(test_random_texts_are_safe),
        cmocka_unit_test(test_addresses_are_checked),
        ARENA_TEST(test_refusals_leave_out_untouched),
        ARENA_TEST(test_smime_wrappers),
        cmocka_unit_test(test_dates_round_trip),
        ARENA_TEST(test_priority_and_receipt),
        ARENA_TEST(test_a_request_for_a_certificate),
        cmocka_unit_test(test_receipt_takes_no_other_field),
    };
    return cmocka_run_group_tests_name("mail/build", tests, NULL, NULL);
}
