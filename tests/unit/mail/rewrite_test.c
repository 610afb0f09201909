/* mail/rewrite.h: mail of other programs signed and encrypted, and what does not come out of it. */
#include "tests/unit/mail/rewrite_world.h"

#define HEAD                                                                                       \
    "From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: outer\r\n"                      \
    "Date: Sun, 15 Jun 2025 12:00:00 +0000\r\nMessage-ID: <1@a.example>\r\n"

static bool has(str_t text, const char *what)
{
    return str_find(text, str_c(what)) >= 0;
}

static size_t count(str_t text, const char *what)
{
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(text, str_c(what))) >= 0; n++)
        text = str_sub(text, (size_t) at + 1, text.n);
    return n;
}

/* Signed, verified by both, the same to see. */
static str_t sign_checked(struct world *w, str_t raw)
{
    str_t made = signed_mail(w, raw);
    struct message_view *before = opened_mail(w, raw), *after = opened_mail(w, made);
    if (!is_signed_by_anna(w, after)) fail_msg("%s", after->verdict);
    expect_same(before, after, "signed");
    assert_true(openssl_verifies(made));
    message_close(before);
    message_close(after);
    return made;
}

/* --- what is signed -------------------------------------------------------------------------- */

static void safe_mail_keeps_its_octets(void **state)
{
    struct world *w = *state;
    str_t body =
        STR("--b\r\nContent-Type: text/plain; format=flowed\r\n\r\nA line that\r\n>quote\r\n"
            ".dot\r\n\x1b$B%F\x1b(B\r\n--b\r\nContent-Type: image/png; name=a.png\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\nepilogue\r\n");
    str_t raw = JOIN(w->a,
                     STR(HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n"
                              "\tboundary=b\r\nX-Mailer: other\r\n\r\n"),
                     body);
    str_t made = sign_checked(w, raw);
    assert_false(is_opaque(made));
    assert_true(str_find(made, body) > 0);
    assert_true(has(made, "Content-Type: multipart/mixed;\r\n hp=\"clear\";\r\n\tboundary=b\r\n"));
    assert_int_equal(count(made, "X-Mailer"), 1); /* stays outside */
    assert_int_equal(count(made, "Subject: outer\r\n"), 2);
    assert_int_equal(count(made, "MIME-Version: 1.0"), 2);
    assert_true(str_starts(made, STR(HEAD)));
    assert_true(has(made, "micalg=sha-256"));
}

static void what_goes_where(void **state)
{
    struct world *w = *state;
    str_t made = sign_checked(
        w, STR("Return-Path: <x@y.example>\r\nReceived: from a by b\r\nDKIM-Signature: v=1\r\n" HEAD
               "Bcc: secret@a.example\r\nResent-Bcc: other@a.example\r\nX-Priority: 1\r\n"
               "X-Trace: y\r\nHP-Outer: Subject: forged\r\nImportance: high\r\n"
               "Keywords: one\r\nContent-Language: de\r\n\r\nx\r\n"));
    ptrdiff_t inner = str_find(made, STR("This is an S/MIME"));
    str_t outside = str_sub(made, 0, (size_t) inner),
          inside = str_sub(made, (size_t) inner, made.n);
    static const char *const outer[] = {"Return-Path: <x", "Received: from", "DKIM-", "X-Trace: y"};
    static const char *const both[] = {"X-Priority: 1", "Importance: high", "Keywords: one",
                                       "From: Anna",    "Date: Sun",        "Message-ID: <1@"};
    for (size_t i = 0; i < 4; i++)
        assert_true(has(outside, outer[i]) && !has(inside, outer[i]));
    for (size_t i = 0; i < 6; i++)
        assert_true(has(outside, both[i]) && has(inside, both[i]));
    assert_true(!has(made, "secret@") && !has(made, "other@") && !has(made, "HP-Outer"));
    assert_true(has(inside, "Content-Language: de") && !has(outside, "Content-Language"));
    /* no Content-Type: plain text, of no named charset */
    assert_true(has(inside, "Content-Type: text/plain;\r\n hp=\"clear\"\r\nContent-Lang"));
    assert_true(has(outside, "MIME-Version: 1.0\r\n"));
}

static const char *BODIES[] = {
    "trailing blank \r\n",
    "-- \r\nAnna\r\n",
    "From here on\r\n",
    "line\r\nFrom here\r\nend",
    "gr\xfc\xdf"
    "e in latin\r\n",
    "lone\rCR\r\n",
    "lone\nLF\r\n",
    "nul\0",
    "ends in CR\r",
    "tab at the end\t",
};

static void unsafe_leaves_are_encoded(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        str_t body = i == 7 ? STR("nul\0nul\r\n") : str_c(BODIES[i]);
        str_t raw = JOIN(w->a,
                         STR(HEAD "Content-Type: text/plain; charset=iso-8859-1; "
                                  "format=flowed; delsp=yes\r\n"
                                  "Content-Transfer-Encoding: 8bit\r\n\r\n"),
                         body);
        str_t made = sign_checked(w, raw);
        assert_false(is_opaque(made));
        assert_true(rewrite_is_safe(made));
        assert_true(has(made, "charset=iso-8859-1") && !has(made, "Encoding: 8bit"));
        assert_true(has(made, i > 4 && i < 9 ? "Encoding: base64\r\nContent"
                                             : "Encoding: quoted"
                                               "-printable") ||
                    (i > 4 && i < 9));
    }
    /* an attachment without an encoding is no text */
    str_t made =
        sign_checked(w, STR(HEAD "Content-Type: application/x-data; name=x\r\n"
                                 "Content-Transfer-Encoding: binary\r\n\r\na\nb\0 \xff\r"));
    assert_true(has(made, "Content-Transfer-Encoding: base64\r\n") && !is_opaque(made));
    /* 8bit label on 7-bit text: the label is wrong, the text stays */
    made = sign_checked(w, STR(HEAD "Content-Transfer-Encoding: 8bit\r\n\r\nplain\r\n"));
    assert_true(has(made, "Content-Transfer-Encoding: 7bit\r\n\r\nplain\r\n"));
    /* nobody said what it is: UTF-8 is named, anything else is not */
    made = sign_checked(w, STR(HEAD "\r\ngr\xc3\xbc\xc3\x9f"
                                    "e\r\n"));
    assert_true(has(made, "text/plain; charset=\"utf-8\"; hp=\"clear\"") ||
                has(made, "charset=\"utf-8\";\r\n hp=\"clear\""));
    made = sign_checked(w, STR(HEAD "\r\ngr\xfc\xdf"
                                    "e\r\n"));
    assert_false(has(made, "charset"));
}

static void encoded_leaves_stay_what_they_are(void **state)
{
    struct world *w = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    buf_cstr(&b, HEAD "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    for (size_t i = 0; i < 2000; i++)
        buf_cstr(&b, "AAEC");
    str_t made = sign_checked(w, buf_view(&b)); /* one long line */
    assert_true(!is_opaque(made) && rewrite_is_safe(made));
    buf_cstr(&b, "==\r\nA footer of a list, behind the end\r\n \r\n");
    made = sign_checked(w, buf_view(&b)); /* encoding it again would lose the footer */
    assert_true(is_opaque(made) && !has(made, "footer"));
    /* =0A is content, the line's end is not; =2D-b must not become a delimiter */
    made = sign_checked(
        w,
        STR(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                 "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                 "one=0Atwo \r\n=2D-b\r\nthree\r\n--b\r\n"
                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n=2D-b \r\nx\r\n--b--\r\n"));
    assert_true(!is_opaque(made) && count(made, "Content-Transfer-Encoding: base64") == 3);
}

static void multiparts_are_written_again(void **state)
{
    struct world *w = *state;
    str_t made = sign_checked(
        w, STR(HEAD "Content-Type: multipart/mixed; \r\n boundary=\"x y\"\r\n"
                    "Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xbc preamble \r\n--x y \r\n"
                    "Content-Type: text/plain; name=\"\xc3\xbc.txt\"\r\n"
                    "Content-Description: \xc3\xbc\r\n\r\nplain\r\n"
                    "--x y\r\n\r\nno header \r\n--x y\r\nno line between\r\n"
                    "--x y--\r\nepilogue \r\n"));
    assert_true(!is_opaque(made) && rewrite_is_safe(made));
    assert_true(has(made, "Content-Transfer-Encoding: 7bit\r\n") && !has(made, "8bit"));
    assert_true(!has(made, "preamble") && !has(made, "epilogue"));
    assert_true(has(made, "Content-Description: =?utf-8?B?"));
    /* without an end */
    made = sign_checked(w, STR(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                                    "--b\r\n\r\none\r\n--b\r\n\r\ntwo \r\n"));
    assert_false(is_opaque(made));
    /* a message inside, its header in 8 bits */
    made = sign_checked(
        w, STR(HEAD "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n"
                    "From: \"J\xc3\xb6rg\" <j@a.example>\r\nSubject: gr\xc3\xbc\xc3\x9f"
                    "e\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: 8bit\r\n\r\nand \xc3\xbc in a text\r\n--b--\r\n"));
    assert_true(!is_opaque(made) && rewrite_is_safe(made) && has(made, "=C3=BC"));
}

/* What cannot be made safe is signed as it is. */
static void protected_parts_are_not_touched(void **state)
{
    struct world *w = *state;
    static const char *const parts[] = {
        "Content-Type: multipart/signed; boundary=s; protocol=\"application/pgp-signature\"\r\n\r\n"
        "--s\r\n\r\nsigned%s\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nxyz\r\n"
        "--s--\r\n",
        "Content-Type: multipart/encrypted; boundary=s\r\n\r\n--s\r\n\r\nVersion: 1"
        "%s\r\n--s--\r\n",
        "Content-Type: application/pkcs7-mime\r\n\r\nMIAG%s\r\n",
        "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n"
        "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nsigned%s\r\n--s--\r\n",
        "Content-Type: message/partial; id=x; number=1\r\n\r\nSubject: x\r\n\r\nhalf%s\r\n",
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
        "begin 644 a\r\n#86)C\r\n`\r\nend\r\nbehind%s\r\n",
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-own\r\n\r\n?%s\r\n",
        "Content-Type: multipart/mixed\r\n\r\nno boundary%s\r\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (unsigned unsafe = 0; unsafe < 2; unsafe++) {
            char text[512];
            const char *at = strstr(parts[i], "%s");
            int n = snprintf(text, sizeof text, "%.*s%s%s", (int) (at - parts[i]), parts[i],
                             unsafe ? " " : "", at + 2);
            str_t part = str_n(text, (size_t) n);
            str_t raw = JOIN(w->a,
                             STR(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                                      "--b\r\n\r\ntext \r\n--b\r\n"),
                             part, STR("--b--\r\n"));
            str_t made = sign_checked(w, raw);
            if (is_opaque(made) != unsafe) fail_msg("%zu %u", i, unsafe);
            assert_true(unsafe || str_find(made, part) > 0);
        }
    }
}

/* --- the header ------------------------------------------------------------------------------ */

static void subjects(void **state)
{
    struct world *w = *state;
    struct rewrite_signer s = signer_of(&w->anna);
    str_t raw = STR("To: bert@a.example\r\nSubject: [sign] old\r\nsubject: second\r\n"
                    "From: anna@a.example\r\nContent-Type: text/plain\r\n\r\nx \r\n");
    str_t made = rewritten(w, raw, &(struct rewrite_order){.subject = STR("new \xc3\xbc")});
    assert_str(made, STR("To: bert@a.example\r\nSubject: =?utf-8?B?bmV3IMO8?=\r\n"
                         "From: anna@a.example\r\nContent-Type: text/plain\r\n\r\nx \r\n"));
    made = rewritten(w, raw, &(struct rewrite_order){.subject = STR("new"), .sign = &s});
    assert_int_equal(count(made, "Subject: new\r\n"), 2);
    assert_true(!has(made, "[sign]") && !has(made, "second"));
    struct message_view *v = opened_mail(w, made);
    assert_true(is_signed_by_anna(w, v));
    assert_str(v->subject, STR("new"));
    assert_true(str_is_null(v->outer_subject));
    message_close(v);
    made = rewritten(w, STR("From: anna@a.example\r\n\r\nx"),
                     &(struct rewrite_order){.subject = STR("made")});
    assert_str(made, STR("From: anna@a.example\r\nSubject: made\r\n\r\nx"));
}

static void headers_of_all_kinds(void **state)
{
    struct world *w = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    static const char *const heads[] = {
        "", /* no header at all is the next */
        "From: \"J\xc3\xb6rg\" <anna@a.example>\r\nSubject: gr\xc3\xbc\xc3\x9f"
        "e\r\n",
        "From: anna@a.example\r\nFrom: eve@e.example\r\nSubject: a\r\nSubject: b\r\n",
        "From: anna@a.example\r\nSubject: a\rBcc: x@y.example\r\n",
        "From: anna@a.example\r\nSubject: a\nX-Y: z\r\n",
        "From: anna@a.example\r\nSubject: a\r\n \r\n \t\r\n b \r\n",
        "From : anna@a.example\r\nSubject:\r\n folded \r\n",
        "From someone Mon Jan  1\r\nFrom: anna@a.example\r\n",
        "From: anna@a.example\r\nno field here\r\nSubject: behind it\r\n",
        "From: anna@a.example\r\nContent-Type: text/plain; charset=utf-8; hp=\"cipher\";"
        " hp-legacy-display=1\r\n",
        "From: anna@a.example\r\nContent-Type: text\r\n",
        "From: anna@a.example\r\nContent-Type: text/plain; charset=\"utf-8\r\n",
        "From: anna@a.example\r\nContent-Type: text/plain (comment; x=y); charset=utf-8;\r\n",
        "From: anna@a.example\r\nContent-Type:\r\n text/html\r\nContent-Type: text/plain\r\n"
        "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n",
        "From: anna@a.example\r\nContent-Type: message/rfc822; forwarded=no\r\n",
        "From: \xe4@a.example\r\nReferences: <\xff@x>\r\n", /* no safe form */
        "From: anna@a.example\r\nSubject: nul \0 here\r\n",
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        str_t head =
            i == 16 ? STR("From: anna@a.example\r\nSubject: nul \0 here\r\n") : str_c(heads[i]);
        str_t raw = JOIN(w->a, head, STR("\r\nFrom: x@y.example\r\nSubject: body\r\n\r\ntext\r\n"));
        str_t made = signed_mail(w, raw);
        struct message_view *before = opened_mail(w, raw), *after = opened_mail(w, made);
        if (!is_signed_by_anna(w, after)) fail_msg("%zu: %s", i, after->verdict);
        expect_same(before, after, heads[i]);
        if (is_opaque(made) != (i == 15)) fail_msg("%zu", i);
        if (i == 2) assert_true(has_reason(after, "from_several"));
        message_close(before);
        message_close(after);
    }
    buf_cstr(&b, "From: anna@a.example\r\nTo: ");
    for (size_t i = 0; i < 200; i++)
        buf_printf(&b, "%s\"Recipient  %zu\" <r%zu@a.example>", i ? ", " : "", i, i);
    buf_cstr(&b, "\r\n\r\nx\r\n");
    str_t made = sign_checked(w, buf_view(&b));
    assert_false(is_opaque(made));
    sign_checked(w, STR(""));
    sign_checked(w, STR("just text, no header \r\n"));
    sign_checked(w, STR("\r\n"));
}

/* Stored with LF: the same mail. */
static void line_feeds(void **state)
{
    struct world *w = *state;
    str_t lf = STR("From: anna@a.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
                   "--b\n\none\n--b\n\ntwo \n--b--\n");
    str_t made = signed_mail(w, lf);
    assert_true(rewrite_is_safe(made) && openssl_verifies(made));
    struct message_view *v = opened_mail(w, made);
    assert_true(is_signed_by_anna(w, v));
    assert_str(v->parts[1].text, STR("two "));
    message_close(v);
}

/* --- limits ---------------------------------------------------------------------------------- */

static void sizes(void **state)
{
    struct world *w = *state;
    CLEANUP_BUF struct buf b = BUF_INIT(64 << 20);
    struct rewrite_signer s = signer_of(&w->anna);
    struct err e = {0};
    str_t made;
    for (size_t i = 0; i < 100000; i++)
        buf_cstr(&b, "X-A: b\r\n");
    assert_int_equal(rewrite_to(w, buf_view(&b), &(struct rewrite_order){.sign = &s}, &made, &e),
                     RC_TOO_LARGE);
    buf_clear(&b);
    buf_cstr(&b, HEAD "\r\n");
    for (size_t i = 0; i < (10 << 20) / 16; i++)
        buf_cstr(&b, "0123456789abcdef");
    made = signed_mail(w, buf_view(&b)); /* one line of 10 MB */
    assert_true(rewrite_is_safe(made) && !is_opaque(made));
    buf_clear(&b);
    buf_cstr(&b, HEAD);
    for (size_t i = 0; i < 60; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%zu\r\n\r\n--b%zu\r\n", i, i);
    buf_cstr(&b, "\r\ndeep\r\n");
    for (size_t i = 60; i-- > 0;)
        buf_printf(&b, "--b%zu--\r\n", i);
    made = sign_checked(w, buf_view(&b)); /* more than is looked into */
    assert_true(is_opaque(made));
}

static void keys_of_all_kinds(void **state)
{
    struct world *w = *state;
    static const char *const kinds[] = {"P-384", "P-521", "rsa2048", "rsa-pss"};
    for (size_t i = 0; i < 4; i++) {
        struct pki p = PKI(.key = kinds[i], .subject = "Anna", .san = "email:anna@a.example",
                           .usage = "digitalSignature", .issuer = &w->root);
        struct rewrite_signer s = signer_of(&p);
        struct cert *chain[] = {w->root.cert};
        s.chain = chain;
        s.chain_count = 1;
        s.encryption = w->bert.cert;
        str_t made = rewritten(w, STR(HEAD "\r\nx\r\n"), &(struct rewrite_order){.sign = &s});
        struct message_view *v = opened_mail(w, made);
        assert_string_equal(v->verdict, "signed-valid");
        assert_true(openssl_verifies(made));
        message_close(v);
        pki_free(&p);
    }
    /* a signature of another key is not handed out */
    struct rewrite_signer s = signer_of(&w->anna);
    s.holder = &w->crl;
    str_t made;
    assert_int_equal(
        rewrite_to(w, STR(HEAD "\r\nx\r\n"), &(struct rewrite_order){.sign = &s}, &made, NULL),
        RC_SIGNATURE_REJECTED);
}

/* --- encrypted ------------------------------------------------------------------------------- */

static void encrypted_mail_has_all_of_it_inside(void **state)
{
    struct world *w = *state;
    str_t body = STR("any \xff octets\nand\rlines \r\n");
    str_t raw = JOIN(w->a,
                     STR(HEAD "Bcc: x@a.example\r\nContent-Type: text/plain\r\n"
                              "Content-Transfer-Encoding: binary\r\n\r\n"),
                     body);
    str_t made = sealed_mail(w, raw, false, CMS_AES_256_GCM);
    assert_true(
        str_starts(made, STR(HEAD "MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime;"
                                  " smime-type=authEnveloped-data")));
    struct message_view *v = opened_mail(w, made);
    struct message_inside in;
    assert_int_equal(message_inside(v, &in, NULL), RC_OK);
    assert_true(in.covered && str_ends(in.entity, body) && !has(in.entity, "x@a.example"));
    assert_true(has(in.entity, "hp=\"cipher\""));
    assert_int_equal(count(in.entity, "HP-Outer: "), 5);
    assert_true(has(in.entity, "HP-Outer: Subject: outer\r\n"));
    assert_true(v->header_protected);
    message_close(v);
    /* signed first */
    made = sealed_mail(w, raw, true, CMS_AES_256_CBC);
    v = opened_mail(w, made);
    assert_string_equal(v->verdict, "encrypted+signed-valid");
    assert_true(v->header_protected);
    message_close(v);
}

static void what_is_protected_already(void **state)
{
    struct world *w = *state;
    struct rewrite_signer s = signer_of(&w->anna);
    struct cert *to[] = {w->bert.cert};
    struct rewrite_seal seal = {.certs = to, .count = 1, .cipher = CMS_AES_256_GCM};
    struct rewrite_order sign = {.sign = &s}, close = {.seal = &seal};
    str_t plain = STR(HEAD "\r\nx\r\n"), made;
    str_t one = signed_mail(w, plain);
    str_t two = sealed_mail(w, plain, false, CMS_AES_256_CBC);
    str_t three = JOIN(w->a, STR(HEAD), opaque(w, &w->anna, PLAIN));
    assert_int_equal(rewrite_to(w, one, &sign, &made, NULL), RC_INVALID);
    assert_int_equal(rewrite_to(w, two, &sign, &made, NULL), RC_INVALID);
    assert_int_equal(rewrite_to(w, three, &sign, &made, NULL), RC_INVALID);
    assert_int_equal(rewrite_to(w, two, &close, &made, NULL), RC_INVALID);
    str_t signed_ones[] = {one, three};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(rewrite_to(w, signed_ones[i], &close, &made, NULL), RC_OK);
        struct message_view *v = opened_mail(w, made);
        assert_string_equal(v->verdict, "encrypted+signed-valid");
        message_close(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(safe_mail_keeps_its_octets),
        TEST(what_goes_where),
        TEST(unsafe_leaves_are_encoded),
        TEST(encoded_leaves_stay_what_they_are),
        TEST(multiparts_are_written_again),
        TEST(protected_parts_are_not_touched),
        TEST(subjects),
        TEST(headers_of_all_kinds),
        TEST(line_feeds),
        TEST(sizes),
        TEST(keys_of_all_kinds),
        TEST(encrypted_mail_has_all_of_it_inside),
        TEST(what_is_protected_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
