/* rewrite_opened: the outermost encrypted layer taken off, and how our reader treats the result. */
#include "tests/unit/mail/rewrite_world.h"

#define HEAD                                                                                       \
    "From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: [...]\r\nX-Other: stays\r\n"    \
    "X-Waxseal-Opened: cipher=forged; protected=yes\r\nX-Waxseal-Report: forged\r\n"               \
    "MIME-Version: 1.0\r\n"
#define INNER                                                                                      \
    "From: Eve <eve@e.example>\r\nSubject: inner\r\nX-Waxseal-Opened: cipher=y\r\n"                \
    "HP-Outer: Subject: [...]\r\n"
#define HTML "Content-Type: text/html; hp=\"cipher\"\r\n\r\n<b>hi</b>\r\n"

static bool has(str_t text, const char *what)
{
    return str_find(text, str_c(what)) >= 0;
}

static rc_t open_to(struct world *w, str_t mail, str_t notice, str_t *made)
{
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(MAIL_MAX);
    static const struct message_key keys[] = {{0, {(const char *) KEY, 32}},
                                              {1, {(const char *) KEY, 32}}};
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .keys = keys, .key_count = 2};
    struct message_view *v = open_with(w, mail, &o);
    buf_cstr(&out, "kept");
    rc_t rc = rewrite_opened(v, notice, w->a, &out, NULL);
    message_close(v);
    if (rc == RC_OK)
        *made = arena_str(w->a, str_sub(buf_view(&out), 4, out.n));
    else
        assert_str(buf_view(&out), STR("kept"));
    return rc;
}

static str_t opened_of(struct world *w, str_t entity, enum cms_cipher cipher)
{
    str_t made = STR_NULL;
    assert_int_equal(open_to(w, JOIN(w->a, STR(HEAD), sealed(w, entity, cipher)), STR_NULL, &made),
                     RC_OK);
    return made;
}

static void the_content_takes_its_place(void **state)
{
    struct world *w = *state;
    str_t made = opened_of(w,
                           STR(INNER "Content-Type: text/plain; hp=\"cipher\"\r\n"
                                     "Content-Transfer-Encoding: 8bit\r\n\r\n\xff \r\n"),
                           CMS_AES_256_GCM);
    assert_str(made, STR("From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: inner\r\n"
                         "X-Other: stays\r\nMIME-Version: 1.0\r\n"
                         "X-Waxseal-Opened: cipher=aes-256-gcm; protected=yes\r\n"
                         "Content-Type: text/plain; hp=\"cipher\"\r\n"
                         "Content-Transfer-Encoding: 8bit\r\n\r\n\xff \r\n"));
    struct message_view *v = opened_mail(w, made);
    assert_string_equal(v->verdict, "none");
    assert_true(v->parts[0].sealed);
    message_close(v);
    /* no header of its own: nothing is hidden, nothing is lost */
    made = opened_of(w, STR("\r\njust text"), CMS_AES_256_GCM);
    assert_true(has(made, "Subject: [...]\r\n") &&
                str_ends(made, STR("protected=yes\r\n\r\njust text")));
}

static void signed_content_stays_to_the_octet(void **state)
{
    struct world *w = *state;
    str_t inner =
        STR("From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: inner\r\n" HTML);
    str_t forms[] = {clear(w, &w->anna, inner), opaque(w, &w->anna, inner)};
    for (size_t i = 0; i < 2; i++) {
        str_t made = opened_of(w, forms[i], CMS_AES_256_CBC);
        assert_true(str_ends(made, forms[i]));
        assert_true(has(made, "X-Waxseal-Opened: cipher=aes-256-cbc; protected=yes\r\n"));
        struct message_view *v = opened_mail(w, made);
        assert_string_equal(v->verdict, "signed-valid");
        assert_int_equal(v->level, LEVEL_GOOD);
        assert_true(v->parts[0].sealed && v->header_protected);
        assert_str(v->subject, STR("inner"));
        message_close(v);
    }
}

/* An inner signature that is not intact protects nothing. */
static void unprotected_html_is_warned_of(void **state)
{
    struct world *w = *state;
    str_t bad = clear_of(w, STR(HTML), signature(w, &w->anna, PLAIN, CMS_DETACHED));
    str_t deep = STR("Content-Type: message/rfc822\r\n\r\nSubject: x\r\n" HTML);
    str_t coded = STR("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                      "Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwNCg0KPGI+eDwvYj4NCg==\r\n");
    str_t file = STR("Content-Type: application/octet-stream; name=\"x.HTML\"\r\n\r\n<b>\r\n");
    str_t blind = STR("Content-Type: multipart/mixed\r\n\r\n--b\r\n<b>\r\n");
    str_t all[] = {STR(HTML), bad,   opaque(w, &w->anna, STR(HTML)), deep, coded,
                   file,      blind, mixed(w, PLAIN, STR(HTML))};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (i == 2) continue; /* intact: below */
        str_t made = opened_of(w, all[i], CMS_AES_256_CBC);
        if (!has(made, "protected=no\r\nContent-Type: multipart/mixed;")) fail_msg("%zu", i);
        assert_true(str_find(made, all[i]) > str_find(made, STR("Do not trust")));
        struct message_view *v = opened_mail(w, made);
        assert_false(v->parts[0].html);
        assert_true(str_find(v->parts[0].text, STR("Do not trust its HTML")) > 0);
        assert_true(v->level >= LEVEL_NEUTRAL);
        assert_true(has_reason(v, "opened_unauthenticated"));
        if (i == 0) assert_string_equal(v->verdict, "opened-unauthenticated");
        for (size_t k = 0; k < v->part_count; k++)
            assert_true(v->parts[k].sealed);
        message_close(v);
    }
    assert_true(has(opened_of(w, all[2], CMS_AES_256_CBC), "protected=yes"));
    /* the same with a cipher that tells */
    assert_false(has(opened_of(w, STR(HTML), CMS_AES_256_GCM), "multipart/mixed"));
    /* text alone needs no words in front: the verdict has them */
    str_t made = opened_of(w, PLAIN, CMS_AES_256_CBC);
    assert_true(has(made, "protected=no\r\n") && str_ends(made, PLAIN));
    /* the caller's words */
    assert_int_equal(open_to(w, JOIN(w->a, STR(HEAD), sealed(w, STR(HTML), CMS_AES_256_CBC)),
                             STR("Vorsicht."), &made),
                     RC_OK);
    assert_true(has(made, "\r\n\r\nVorsicht.\r\n") && !has(made, "Do not trust"));
}

static void one_layer_is_taken_off(void **state)
{
    struct world *w = *state;
    str_t once = sealed(w, STR(HTML), CMS_AES_256_GCM);
    str_t made = opened_of(w, once, CMS_AES_256_CBC); /* encrypted twice */
    assert_true(str_ends(made, once));
    struct message_view *v = opened_mail(w, made);
    assert_true(v->has_encryption && v->layer_count == 1);
    message_close(v);
}

static void what_is_not_opened(void **state)
{
    struct world *w = *state;
    str_t gcm = sealed(w, PLAIN, CMS_AES_256_GCM), made;
    str_t triple = clear(w, &w->anna, sealed(w, clear(w, &w->anna, PLAIN), CMS_AES_256_GCM));
    struct {
        str_t entity;
        rc_t rc;
    } rows[] = {{PLAIN, RC_INVALID},
                {clear(w, &w->anna, PLAIN), RC_INVALID},
                {clear(w, &w->anna, gcm), RC_UNSUPPORTED},
                {opaque(w, &w->anna, gcm), RC_UNSUPPORTED},
                {triple, RC_UNSUPPORTED},
                {JOIN(w->a, gcm, STR("A footer of a list.\r\n")), RC_INVALID},
                {mixed(w, PLAIN, gcm), RC_INVALID}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rc_t rc = open_to(w, JOIN(w->a, STR(HEAD), rows[i].entity), STR_NULL, &made);
        if (rc != rows[i].rc) fail_msg("%zu: %s", i, err_word(rc));
    }
    /* nobody's key */
    struct message_options o = {.smime = true, .now = PKI_NOW};
    struct message_view *v = open_with(w, JOIN(w->a, STR(HEAD), gcm), &o);
    CLEANUP_BUF struct buf out = BUF_INIT(MAIL_MAX);
    assert_int_equal(rewrite_opened(v, STR_NULL, w->a, &out, NULL), RC_INVALID);
    message_close(v);
    /* more header inside than anybody reads */
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    for (size_t i = 0; i < 6000; i++)
        buf_cstr(&b, "X-A: b\r\n");
    str_t full = JOIN(w->a, STR(HEAD), sealed(w, buf_view(&b), CMS_AES_256_GCM));
    assert_int_equal(open_to(w, full, STR_NULL, &made), RC_TOO_LARGE);
}

/* Who adds the mark himself only takes away from what his mail may do. */
static void a_forged_mark_takes_away(void **state)
{
    struct world *w = *state;
    static const char *const marks[] = {"cipher=aes-256-gcm; protected=yes", "", "protected=NO"};
    for (size_t i = 0; i < 3; i++) {
        str_t head = arena_printf(w->a, "From: eve@e.example\r\nX-Waxseal-Opened:%s\r\n", marks[i]);
        struct message_view *v = open_mail(w, head, STR(HTML));
        assert_true(v->parts[0].sealed && !v->has_encryption && !v->has_signature);
        assert_int_equal(v->level, i == 2 ? LEVEL_NEUTRAL : LEVEL_NONE);
        assert_false(v->header_protected);
        message_close(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(the_content_takes_its_place),
        TEST(signed_content_stays_to_the_octet),
        TEST(unprotected_html_is_warned_of),
        TEST(one_layer_is_taken_off),
        TEST(what_is_not_opened),
        TEST(a_forged_mark_takes_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
