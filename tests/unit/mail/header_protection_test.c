/* RFC 9788 and older forms: which header is shown, and what is said of it. */
#include "mail/message.h"

#include "tests/unit/mail/message_world.h"

#include <openssl/cms.h>

/* --- header protection ----------------------------------------------------------------------- */

static void the_protected_header_is_shown(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: Anna <anna@a.example>\r\nSubject: inner\r\nTo: bert@a.example\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n");
    struct message_view *v = open_mail(w, FROM_ANNA, clear(w, &w->anna, inner));
    assert_string_equal(v->verdict, "signed-valid");
    assert_true(v->header_protected);
    assert_str(v->subject, STR("inner"));
    assert_str(v->outer_subject, STR("outer"));
    assert_true(has_reason(v, "subject_changed"));
    message_close(v);
    /* the form of signed mail around it, but nobody signed */
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);
    if (!*content) *content = ASN1_OCTET_STRING_new();
    assert_int_equal(
        ASN1_OCTET_STRING_set(*content, (const unsigned char *) inner.p, (int) inner.n), 1);
    unsigned char *der = NULL;
    int n = i2d_CMS_ContentInfo(cms, &der);
    v = open_mail(w, FROM_ANNA, pkcs7(w, str_n(der, (size_t) n), "signed-data"));
    assert_string_equal(v->verdict, "not-signed");
    assert_false(v->header_protected);
    assert_str(v->subject, STR("outer"));
    message_close(v);
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    /* unsigned mail has no protected header, whatever it says */
    v = open_mail(w, FROM_ANNA, STR("Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n"));
    assert_false(v->header_protected);
    assert_str(v->subject, STR("outer"));
    message_close(v);
}

#define FROM "From: Anna <anna@a.example>\r\n"

static struct message_view *wishing(struct world *w, const char *outer, const char *inner)
{
    str_t head = arena_printf(w->a, FROM "%s", outer);
    str_t entity = arena_printf(w->a,
                                FROM "Subject: x\r\n%sContent-Type: text/plain;"
                                     " hp=\"clear\"\r\n\r\nx\r\n",
                                inner);
    return open_mail(w, head, clear(w, &w->anna, entity));
}

static void nobody_on_the_way_makes_it_important(void **state)
{
    struct world *w = *state;
    struct message_view *v = wishing(w, "X-Priority: 1\r\nImportance: high\r\n", "");
    assert_int_equal(v->priority, 0);
    message_close(v);
    v = wishing(w, "X-Priority: 1\r\n", "X-Priority: 5 (Lowest)\r\n");
    assert_int_equal(v->priority, -1);
    assert_false(v->receipt_wanted);
    message_close(v);
    v = wishing(w, "Disposition-Notification-To: anna@a.example\r\n", "Importance: High\r\n");
    assert_int_equal(v->priority, 1);
    assert_true(v->receipt_wanted);
    message_close(v);
    /* nothing is protected: what stands there is all there is */
    v = open_mail(w, STR(FROM "X-Priority: 2\r\n"), STR("\r\nx\r\n"));
    assert_int_equal(v->priority, 1);
    message_close(v);
    v = open_mail(w, STR(FROM "X-Priority: urgent\r\nImportance: low\r\n"), STR("\r\nx\r\n"));
    assert_int_equal(v->priority, -1);
    message_close(v);
}

static void another_inner_from_is_red(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: Anna <anna@a.example>\r\nSubject: inner\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n");
    struct message_view *v =
        open_mail(w, STR("From: mallory@evil.example\r\n"), clear(w, &w->anna, inner));
    assert_string_equal(v->verdict, "signer-mismatch");
    assert_int_equal(v->level, LEVEL_BAD);
    assert_str(v->from[0].address, STR("mallory@evil.example"));
    assert_true(has_reason(v, "from_differs"));
    message_close(v);
}

static void altered_headers_are_not_believed(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: Anna <anna@a.example>\r\nSubject: inner\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\n4711\r\n");
    str_t good = clear(w, &w->anna, inner);
    char *bad = arena_cstr(w->a, good);
    bad[str_find(good, STR("inner"))] = 'I';
    struct message_view *v = open_mail(w, FROM_ANNA, str_n(bad, good.n));
    assert_string_equal(v->verdict, "signed-invalid");
    assert_false(v->header_protected);
    assert_str(v->subject, STR("outer"));
    message_close(v);
}

static void legacy_display_is_left_out(void **state)
{
    struct world *w = *state;
    str_t text = STR("Subject: hidden\r\nContent-Type: text/plain; hp=\"cipher\";"
                     " hp-legacy-display=\"1\"\r\n\r\nSubject: hidden\r\n\r\nreal text\r\n");
    str_t html = STR("Subject: hidden\r\nContent-Type: text/html; hp=\"cipher\";"
                     " hp-legacy-display=\"1\"\r\n\r\n<html><body>"
                     "<div class=\"header-protection-legacy-display\"><div>Subject: hidden</div>"
                     "</div><p>real text</p></body></html>\r\n");
    struct message_view *v = open_mail(w, FROM_ANNA, sealed(w, text, CMS_AES_256_GCM));
    assert_str(v->subject, STR("hidden"));
    assert_str(v->parts[0].text, STR("real text\r\n"));
    message_close(v);
    v = open_mail(w, FROM_ANNA, sealed(w, html, CMS_AES_256_GCM));
    assert_str(v->parts[0].text, STR("<html><body><p>real text</p></body></html>\r\n"));
    message_close(v);
}

static bool covers(const struct message_view *v, enum message_field f)
{
    return (v->protected_fields & 1u << f) != 0;
}

/* An old writer's protected-headers="v1" may cover the subject alone: no more is said. */
static void old_writers_protect_what_they_protect(void **state)
{
    struct world *w = *state;
    str_t header = STR("From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: ...\r\n"
                       "Date: Sun, 15 Jun 2025 12:00:00 +0000\r\n");
    str_t part = STR("Subject: inner\r\n"
                     "Content-Type: text/plain; protected-headers=\"v1\"\r\n\r\nx\r\n");
    str_t whole = STR("Subject: inner\r\nFrom: anna@a.example\r\nTo: bert@a.example\r\n"
                      "Date: Sun, 15 Jun 2025 12:00:00 +0000\r\n"
                      "Content-Type: text/plain; protected-headers=\"v1\"\r\n\r\nx\r\n");
    struct message_view *v = open_mail(w, header, clear(w, &w->anna, part));
    assert_str(v->subject, STR("inner"));
    assert_false(v->header_protected);
    assert_int_equal(v->protected_fields, 1u << FIELD_SUBJECT);
    assert_str(v->to[0].address, STR("bert@a.example"));
    message_close(v);
    v = open_mail(w, header, clear(w, &w->anna, whole));
    assert_true(v->header_protected);
    assert_true(covers(v, FIELD_FROM) && covers(v, FIELD_TO) && covers(v, FIELD_DATE));
    assert_false(covers(v, FIELD_CC));
    message_close(v);
}

/* In RFC 9788 what is absent inside was not in the message, but for the fields none is without. */
static void what_was_added_outside_is_not_shown(void **state)
{
    struct world *w = *state;
    str_t inner = STR("From: anna@a.example\r\nTo: bert@a.example\r\nSubject: s\r\n"
                      "Date: Sun, 15 Jun 2025 12:00:00 +0000\r\n"
                      "Content-Type: text/plain; hp=\"clear\"\r\n\r\nx\r\n");
    str_t same = STR("From: anna@a.example\r\nTo: bert@a.example\r\nSubject: s\r\n"
                     "Date: Sun, 15 Jun 2025 14:00:00 +0200\r\n");
    str_t more = STR("From: anna@a.example\r\nTo: chef@a.example\r\nSubject: s\r\n"
                     "Reply-To: evil@e.example\r\nDate: Mon, 16 Jun 2025 12:00:00 +0000\r\n");
    str_t entity = clear(w, &w->anna, inner);
    struct message_view *v = open_mail(w, same, entity);
    assert_true(v->header_protected);
    assert_false(has_reason(v, "header_changed"));
    message_close(v);
    v = open_mail(w, more, entity);
    assert_int_equal(v->level, LEVEL_GOOD);
    assert_int_equal(v->reply_to_count, 0);
    assert_str(v->to[0].address, STR("bert@a.example"));
    assert_int_equal(v->date, 1749988800);
    assert_true(v->header_protected);
    for (size_t i = 0; i < v->reason_count; i++) {
        if (strcmp(v->reasons[i].code, "header_changed") == 0)
            assert_str(v->reasons[i].a, STR("Reply-To, To, Date"));
    }
    assert_true(has_reason(v, "header_changed"));
    message_close(v);
    /* a hidden subject is no change */
    v = open_mail(w, more, sealed(w, entity, CMS_AES_256_GCM));
    assert_false(has_reason(v, "header_changed"));
    message_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_protected_header_is_shown),
        cmocka_unit_test(another_inner_from_is_red),
        cmocka_unit_test(nobody_on_the_way_makes_it_important),
        cmocka_unit_test(altered_headers_are_not_believed),
        cmocka_unit_test(legacy_display_is_left_out),
        cmocka_unit_test(old_writers_protect_what_they_protect),
        cmocka_unit_test(what_was_added_outside_is_not_shown),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
