/* Whose From is believed: a signature's, or one that our own mail server has checked. */
#include "mail/auth_results.h"
#include "tests/unit/mail/message_world.h"

#define ID STR("mx.own.example")
#define AR(text) "Authentication-Results: mx.own.example" text "\r\n"
#define PASS AR("; dkim=pass header.d=a.example")

static void our_server_says(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *why, *head;
        bool want;
    } rows[] = {
        {"a signature of the domain", PASS, true},
        {"written in another way",
         AR(" 1;\r\n\tspf=fail; DKIM = pass (2048 bit) header.d = A.example header.s=x"), true},
        {"by DMARC", AR("; dmarc=pass (p=reject) header.from=a.example"), true},
        {"by DMARC, signed above",
         AR("; dkim=pass header.d=m.example; dmarc=pass header.from=A.EXAMPLE"), true},
        {"an identity alone, which a domain above may have signed",
         AR("; dkim=pass header.i=@a.example"), false},
        {"an identity above its own signature",
         AR("; dkim=pass header.i=anna@a.example header.d=a.example"), true},
        {"an identity beside the signature of a domain above",
         AR("; dkim=pass header.d=example header.i=@a.example"), false},
        {"nobody says anything", "", false},
        {"another domain", AR("; dkim=pass header.d=evil.example"), false},
        {"a domain above", AR("; dkim=pass header.d=example"), false},
        {"a domain below", AR("; dkim=pass header.d=x.a.example"), false},
        {"an identity below another's signature",
         AR("; dkim=pass header.d=evil.example header.i=@a.example"), false},
        {"failed", AR("; dkim=fail header.d=a.example; dmarc=fail header.from=a.example"), false},
        {"the path of the envelope alone", AR("; spf=pass smtp.mailfrom=a.example"), false},
        {"DMARC of another", AR("; dmarc=pass header.from=evil.example"), false},
        {"DMARC with what DKIM says", AR("; dmarc=pass header.d=a.example"), false},
        {"another server's word",
         "Authentication-Results: mx.evil.example; dkim=pass header.d=a.example\r\n", false},
        {"forged below ours", AR("; dkim=fail header.d=a.example") PASS, false},
        {"in a comment", AR("; dkim=fail (; dkim=pass header.d=a.example)"), false},
        {"in quotes", AR("; dkim=fail reason=\"; dkim=pass header.d=a.example\""), false},
        {"below two authors", PASS "From: bert@a.example\r\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
        str_t raw = JOIN(w->a, str_c(rows[i].head), FROM_ANNA, PLAIN);
        struct message_view *v = open_with(w, raw, &o);
        if (message_sender_confirmed(v, ID, w->a) != rows[i].want) fail_msg("%s", rows[i].why);
        assert_false(message_sender_confirmed(v, STR_NULL, w->a)); /* nobody is believed */
        assert_false(message_sender_confirmed(v, STR(""), w->a));
        message_close(v);
    }
}

static void a_signature_says(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    char *bad = arena_cstr(w->a, good);
    bad[str_find(good, STR("4711"))] = '9';
    const struct {
        str_t header, entity;
        bool want;
    } rows[] = {
        {FROM_ANNA, good, true},
        {FROM_ANNA, clear(w, &w->crl, PLAIN), true},
        {FROM_ANNA, clear(w, &w->bert, PLAIN), false},
        {FROM_ANNA, clear(w, &w->bare, PLAIN), false},
        {FROM_ANNA, str_n(bad, good.n), false},
        {STR("From: \"chef@a.example\" <anna@a.example>\r\n"), good, false},
        {STR("From: anna@a.example, bert@a.example\r\n"), good, false},
        {STR("From: \r\n"), good, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct message_view *v = open_mail(w, rows[i].header, rows[i].entity);
        if (message_sender_confirmed(v, STR_NULL, w->a) != rows[i].want) fail_msg("row %zu", i);
        message_close(v);
    }
}

/* The word is about the field outside; what stands inside a signature may be another. */
static void an_attached_message_is_nobodys(void **state)
{
    struct world *w = *state;
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    str_t raw = JOIN(w->a, STR(PASS), FROM_ANNA,
                     STR("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                         "Content-Type: message/rfc822\r\n\r\n"),
                     STR(PASS), FROM_ANNA, PLAIN, STR("\r\n--b--\r\n"));
    struct message_view *v = open_with(w, raw, &o), *inner = NULL;
    assert_true(message_sender_confirmed(v, ID, w->a));
    assert_int_equal(message_open_attached(v, v->attachments[0].id, &o, w->a, &inner, NULL), RC_OK);
    assert_false(message_sender_confirmed(inner, ID, w->a));
    message_close(inner);
    message_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_server_says),
        cmocka_unit_test(a_signature_says),
        cmocka_unit_test(an_attached_message_is_nobodys),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
