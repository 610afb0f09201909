/* Searching in a real Dovecot: what is encrypted is never searched by its body. */
#include "base/buf.h"
#include "base/json.h"
#include "tests/unit/mail/dovecot_calls.h"

/* --- the search promise
 * --------------------------------------------------------------------------- */

#define P7M "MIAGCSqGSIb3DQEHA6CAMIACAQAxggEwMIIBLAIBADAUMA8xDTALBgNVBAMTBFRlc3QCAQEwDQYJ\r\n"
#define SIGNED "MIAGCSqGSIb3DQEHAqCAMIACAQExDzANBglghkgBZQMEAgEFADCABgkqhkiG9w0BBwGggCSABCNl\r\n"
#define B64 "Content-Transfer-Encoding: base64\r\n"
#define TWO_PARTS(second)                                                                          \
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nneedle in the text "              \
    "part\r\n--b\r\n" second "\r\n--b--\r\n"

static const struct mail {
    str_t message;
    bool sealed;
} mails[] = {
    {STR_INIT(HEAD("plain") "\r\nMIAG is a word here, needle too\r\n"), false},
    {STR_INIT(HEAD("labelled") "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; "
                               "name=smime.p7m\r\n" B64 "\r\n" P7M),
     true},
    {STR_INIT(HEAD("old label") "Content-Type: application/x-pkcs7-mime; name=smime.p7m\r\n" B64
                                "\r\n" P7M),
     true},
    {STR_INIT(HEAD(
         "wrong smime-type") "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n" B64
                             "\r\n" P7M),
     true},
    {STR_INIT(HEAD(
         "octet-stream needle") "Content-Type: application/octet-stream; name=SMIME.P7M\r\n" B64
                                "\r\n" P7M),
     true},
    {STR_INIT(HEAD("octet-stream without name") "Content-Type: application/octet-stream\r\n" B64
                                                "\r\n" P7M),
     true},
    {STR_INIT(HEAD("text by label") "Content-Type: text/plain; name=\"smime.p7m\"\r\n\r\n" P7M),
     true},
    {STR_INIT(HEAD(
         "name in the disposition only") "Content-Type: text/plain\r\n"
                                         "Content-Disposition: attachment; "
                                         "filename*0*=utf-8''smime; filename*1=.p7m\r\n\r\n" P7M),
     true},
    {STR_INIT(HEAD("inside a multipart")
                  TWO_PARTS("Content-Type: application/pkcs7-mime\r\n" B64 "\r\n" P7M)),
     true},
    {STR_INIT(HEAD("inside, no name")
                  TWO_PARTS("Content-Type: application/octet-stream\r\n" B64 "\r\n" P7M)),
     true},
    {STR_INIT(HEAD("forwarded") TWO_PARTS("Content-Type: message/rfc822\r\n\r\n" HEAD(
         "in") "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data\r\n" B64
               "\r\n" P7M)),
     true},
    {STR_INIT(
         HEAD("pgp") "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; "
                     "boundary=b\r\n\r\n--b\r\nContent-Type: "
                     "application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b"
                     "\r\nContent-Type: application/octet-stream\r\n\r\nMIAG needle\r\n--b--\r\n"),
     true},
    {STR_INIT(HEAD("empty") "Content-Type: application/pkcs7-mime\r\n\r\n"), true},
    {STR_INIT(HEAD(
         "opaque signed") "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n" B64
                          "\r\n" SIGNED),
     false},
    {STR_INIT(HEAD("data") TWO_PARTS("Content-Type: application/octet-stream\r\n" B64
                                     "\r\nSGVsbG8sIHdvcmxkISBNSUFH\r\n")),
     false},
    {STR_INIT(HEAD("base64 fragment") "Content-Type: text/plain\r\n\r\nsee " P7M), false},
};
#define MAILS (sizeof mails / sizeof *mails)

static size_t hits(struct imap *im, const char *text, bool body, size_t *header_only,
                   uint32_t first_uids[MAILS])
{
    struct imap_query q = {.text = str_c(text), .headers = true, .body = body};
    struct imap_found f;
    rc_t rc = imap_search(im, &q, d.a, &f, &d.e);
    if (rc != RC_OK) fail_msg("%s: %s (%s)", text, err_word(rc), d.e.detail);
    if (header_only) *header_only = f.header_only;
    for (size_t i = 0; first_uids && i < f.count && i < MAILS; i++)
        first_uids[i] = f.uids[i];
    return f.count;
}

static void test_search_promise(void **state)
{
    (void) state;
    need_dovecot();
    struct imap *im = dovecot_open(&d, "search", "INBOX");
    fresh_box(im, "Search");
    imap_release(im);
    im = dovecot_open(&d, "search", "Search");
    size_t sealed = 0, header_only = 99;
    uint32_t uids[MAILS], found[MAILS];
    /* Counted after each arrival: what was learnt before is kept, what is new is looked at. */
    for (size_t i = 0; i < MAILS; i++) {
        uids[i] = put(im, "Search", mails[i].message);
        sealed += mails[i].sealed ? 1 : 0;
        hits(im, "nothing has this", true, &header_only, NULL);
        if (header_only != sealed) fail_msg("mail %zu: %zu of %zu", i, header_only, sealed);
    }
    /* "MIAG" stands in nearly every body; only the readable ones may be found by it. */
    assert_int_equal(hits(im, "MIAG", true, NULL, found), 2);
    assert_int_equal(found[0], uids[15]);
    assert_int_equal(found[1], uids[0]);
    assert_int_equal(hits(im, "MIAGCSqGSIb3", true, NULL, found), 1);
    /* Text parts beside an encrypted part are not searched either, headers are. */
    assert_int_equal(hits(im, "needle", true, NULL, found), 3);
    assert_int_equal(found[0], uids[14]);
    assert_int_equal(found[1], uids[4]);
    assert_int_equal(found[2], uids[0]);
    /* Operators keep the promise too. */
    assert_int_equal(hits(im, "body:needle", false, &header_only, found), 2);
    assert_int_equal(header_only, sealed);
    assert_int_equal(found[0], uids[14]);
    assert_int_equal(found[1], uids[0]);
    assert_int_equal(hits(im, "body:MIAG subject:inside", true, NULL, found), 0);
    assert_int_equal(hits(im, "subject:needle", true, NULL, found), 1);
    assert_int_equal(found[0], uids[4]);
    assert_int_equal(hits(im, "-body:zzz subject:labelled", true, NULL, found), 0);
    assert_int_equal(hits(im, "inside multipart", true, NULL, found), 1);
    assert_int_equal(found[0], uids[8]);
    assert_int_equal(hits(im, "\"inside a\"", false, &header_only, found), 1);
    assert_int_equal(header_only, 0); /* a header search leaves nothing out */
    /* A sealed mail that is gone is not counted any more. */
    assert_int_equal(imap_expunge(im, &uids[1], 1, &d.e), RC_OK);
    hits(im, "needle", true, &header_only, NULL);
    assert_int_equal(header_only, sealed - 1);
    struct imap_query q = {.encrypted = true};
    struct imap_found f;
    assert_int_equal(imap_search(im, &q, d.a, &f, &d.e), RC_OK);
    assert_int_equal(f.count, sealed - 1);
    q = (struct imap_query){
        .text = STR("needle"), .body = true, .headers = true, .encrypted = true};
    assert_int_equal(imap_search(im, &q, d.a, &f, &d.e), RC_OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.uids[0], uids[4]);
    imap_release(im);
}

/* --- the corpus: what OpenSSL found encrypted, at any depth, must be sealed
 * ------------------------- */

/* Messages without ciphertext that are searched by header only all the same: nobody can tell from
 * outside what a second layer, a damaged structure or a tree beyond our limits holds. */
static const char *const doubtful[] = {
    "attacks/dos/opaque-12-layers.eml", "attacks/dos/truncated-cms.eml",
    "mime/generated/dos-10000-parts.eml", "mime/generated/dos-nest-300.eml",
    "smime/thunderbird/alice.plain.sig.SHA256.opaque.dave.sig.SHA256.opaque.eml"};

static bool read_file(const char *path, bool drop_nul, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    char chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        for (size_t i = 0; i < n; i++)
            if (!drop_nul || chunk[i] != '\0') buf_char(out, chunk[i]);
    fclose(f);
    return !out->failed;
}

static bool is_encrypted(json_t *entry)
{
    CLEANUP_BUF struct buf text = BUF_INIT(1u << 20);
    json_t *measured = json_object_get(entry, "measured"), *whole = json_object();
    if (measured) json_object_set(whole, "m", measured);
    json_write(whole, &text);
    json_decref(whole);
    return str_find(buf_view(&text), STR("enveloped_data")) >= 0;
}

static bool is_doubtful(const char *file)
{
    for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++)
        if (strcmp(file, doubtful[i]) == 0) return true;
    return false;
}

static void test_search_corpus(void **state)
{
    (void) state;
    need_dovecot();
    const char *top = getenv("WAXSEAL_CORPUS") ? getenv("WAXSEAL_CORPUS") : "../shared/corpus";
    char path[600];
    CLEANUP_BUF struct buf text = BUF_INIT(8u << 20);
    snprintf(path, sizeof path, "%s/manifest.json", top);
    if (!read_file(path, false, &text)) {
        print_message("# SKIP: no corpus at %s (set WAXSEAL_CORPUS)\n", top);
        skip();
    }
    CLEANUP_JSON json_t *manifest = json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL);
    assert_non_null(manifest);
    struct imap *im = dovecot_open(&d, "corpus", "INBOX");
    fresh_box(im, "Corpus");
    imap_release(im);
    im = dovecot_open(&d, "corpus", "Corpus");
    struct entry {
        uint32_t uid;
        const char *file;
        bool encrypted;
    } *mail = arena_array(d.a, 2000, sizeof *mail);
    size_t n = 0, i, wanted = 0;
    json_t *entry;
    json_array_foreach(json_object_get(manifest, "files"), i, entry)
    {
        const char *file = json_string_value(json_object_get(entry, "file"));
        size_t length = file ? strlen(file) : 0;
        if (length < 4 || strcmp(file + length - 4, ".eml") != 0 || n == 2000) continue;
        CLEANUP_BUF struct buf raw = BUF_INIT(64u << 20);
        snprintf(path, sizeof path, "%s/%s", top, file);
        if (!read_file(path, true, &raw) || raw.n == 0) continue;
        mail[n] = (struct entry){put(im, "Corpus", buf_view(&raw)), file, is_encrypted(entry)};
        wanted += mail[n++].encrypted ? 1 : 0;
    }
    assert_true(wanted > 30);
    struct imap_query q = {.encrypted = true};
    struct imap_found f;
    assert_int_equal(imap_search(im, &q, d.a, &f, &d.e), RC_OK);
    for (i = 0; i < n; i++) {
        bool sealed = false;
        for (size_t k = 0; k < f.count; k++)
            sealed = sealed || f.uids[k] == mail[i].uid;
        if (mail[i].encrypted && !sealed) fail_msg("%s would be searched", mail[i].file);
        if (!mail[i].encrypted && sealed && !is_doubtful(mail[i].file))
            fail_msg("%s would not be searched", mail[i].file);
    }
    print_message("# %zu messages, %zu encrypted\n", n, wanted);
    imap_release(im);
}

static void test_search_filters_and_charsets(void **state)
{
    (void) state;
    need_dovecot();
    struct imap *im = dovecot_open(&d, "filters", "INBOX");
    fresh_box(im, "Filters");
    imap_release(im);
    im = dovecot_open(&d, "filters", "Filters");
    uint32_t a =
        put(im, "Filters", STR(HEAD("=?utf-8?q?=C3=84pfel_=E6=97=A5=E6=9C=AC?=") "\r\nx\r\n"));
    uint32_t b = put(im, "Filters",
                     STR(HEAD("b") "Content-Type: text/plain; charset=iso-8859-1\r\n"
                                   "\r\n\xc4pfel\r\n"));
    uint32_t s =
        put(im, "Filters",
            STR(HEAD("apfel") "Content-Type: multipart/signed; protocol=\""
                              "application/pkcs7-signature\"; micalg=sha-256; boundary=b\r\n"
                              "\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: application/"
                              "pkcs7-signature; name=smime.p7s\r\n" B64 "\r\n" SIGNED "--b--\r\n"));
    static const str_t seen[] = {STR_INIT("\\Seen"), STR_INIT("\\Flagged")};
    assert_int_equal(imap_store(im, &a, 1, true, seen, 2, &d.e), RC_OK);
    const struct {
        struct imap_query q;
        size_t count;
        uint32_t first;
    } table[] = {
        {{.text = STR("ÄPFEL"), .headers = true, .body = true}, 2, b},
        {{.text = STR("äpfel 日本"), .headers = true}, 1, a},
        {{.text = STR("äpfel"), .headers = true, .body = true, .unseen = true}, 1, b},
        {{.flagged = true}, 1, a},
        {{.unseen = true}, 2, s},
        {{.signed_only = true}, 1, s},
        {{.attachment = true}, 0, 0},
        {{.encrypted = true}, 0, 0},
        {{.text = STR("b"), .body = true}, 0, 0},
        {{.text = STR("\xc3\xa4pfel"), .body = true}, 1, b},
        {{.headers = true}, 3, s},
        {{.text = STR("subject:apfel")}, 1, s},
        {{.text = STR("from:a@demo.test to:b@demo.test")}, 3, s},
        {{.text = STR("from:b@demo.test")}, 0, 0},
        {{.text = STR("-subject:apfel")}, 2, b},
        {{.text = STR("-äpfel"), .body = true, .headers = true}, 1, s},
        {{.text = STR("body:äpfel")}, 1, b},
        {{.text = STR("-body:äpfel")}, 2, s},
        {{.text = STR("is:read")}, 1, a},
        {{.text = STR("is:unread is:signed")}, 1, s},
        {{.text = STR("is:answered")}, 0, 0},
        {{.text = STR("after:2020-01-01")}, 3, s},
        {{.text = STR("before:2020-01-01")}, 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_found f;
        assert_int_equal(imap_search(im, &table[i].q, d.a, &f, &d.e), RC_OK);
        if (f.count != table[i].count || (f.count > 0 && f.uids[0] != table[i].first))
            fail_msg("query %zu: %zu", i, f.count);
    }
    uint32_t *list;
    size_t n;
    assert_int_equal(imap_search_header(im, STR("To"), STR("b@demo.test"), d.a, &list, &n, &d.e),
                     RC_OK);
    assert_int_equal(n, 3);
    imap_release(im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_promise),
        cmocka_unit_test(test_search_corpus),
        cmocka_unit_test(test_search_filters_and_charsets),
    };
    return cmocka_run_group_tests_name("imap_dovecot_search", tests, setup, teardown);
}
