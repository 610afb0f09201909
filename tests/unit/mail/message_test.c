/* From bytes to a view: layers, keys, parts. The corpus tests hold what others made. */
#include "mail/message.h"

#include "tests/unit/mail/message_world.h"

static void layers_are_read_from_outside_in(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    str_t gcm = sealed(w, PLAIN, CMS_AES_256_GCM), cbc = sealed(w, PLAIN, CMS_AES_256_CBC);
    const struct row rows[] = {
        {FROM_ANNA, gcm, "encrypted", LEVEL_NEUTRAL, "encrypted"},
        {FROM_ANNA, cbc, "encrypted-unauthenticated", LEVEL_NEUTRAL, "encrypted_unauthenticated"},
        {FROM_ANNA, sealed(w, good, CMS_AES_256_CBC), "encrypted+signed-valid", LEVEL_GOOD, NULL},
        {FROM_ANNA, sealed(w, clear(w, &w->bert, PLAIN), CMS_AES_256_CBC),
         "encrypted+signer-mismatch", LEVEL_BAD, NULL},
        {FROM_ANNA, clear(w, &w->anna, cbc), "signed-valid+encrypted", LEVEL_NEUTRAL,
         "signs_ciphertext_only"},
        {FROM_ANNA, clear(w, &w->bert, sealed(w, good, CMS_AES_256_CBC)),
         "signed+encrypted+signed-valid", LEVEL_GOOD, "outer_signature"},
        {FROM_ANNA, sealed(w, gcm, CMS_AES_256_GCM), "encrypted+encrypted", LEVEL_NEUTRAL, NULL},
        /* a stranger's signature around the ciphertext protects nothing */
        {FROM_ANNA, clear(w, &w->bert, cbc), "signer-mismatch+encrypted-unauthenticated", LEVEL_BAD,
         "encrypted_unauthenticated"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

/* Changed text inside a signature, in all places where a signature may be. */
static void altered_text_is_red_everywhere(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    char *bad = arena_cstr(w->a, good);
    ptrdiff_t at = str_find(good, STR("4711"));
    assert_true(at > 0);
    bad[at] = '9';
    str_t changed = str_n(bad, good.n);
    const struct row rows[] = {
        {FROM_ANNA, changed, "signed-invalid", LEVEL_BAD, "signature_altered"},
        {FROM_ANNA, sealed(w, changed, CMS_AES_256_GCM), "encrypted+signed-invalid", LEVEL_BAD,
         NULL},
        {FROM_ANNA, clear(w, &w->anna, changed), "signed+signed-invalid", LEVEL_BAD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

static void parts_earn_no_badge(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN), gcm = sealed(w, PLAIN, CMS_AES_256_GCM);
    str_t evil = STR("Content-Type: text/plain\r\n\r\nEVIL\r\n");
    str_t attached = JOIN(w->a, STR("Content-Type: message/rfc822\r\n\r\n"), FROM_ANNA, good);
    const struct row rows[] = {
        {FROM_ANNA, mixed(w, evil, good), "partially-signed", LEVEL_WARNING, "partially_signed"},
        {FROM_ANNA, mixed(w, good, evil), "partially-signed", LEVEL_WARNING, NULL},
        {FROM_ANNA, mixed(w, evil, gcm), "partially-encrypted", LEVEL_WARNING, NULL},
        {FROM_ANNA, mixed(w, evil, opaque(w, &w->anna, PLAIN)), "partially-signed", LEVEL_WARNING,
         NULL},
        {FROM_ANNA, mixed(w, evil, attached), "not-signed", LEVEL_NONE, "attached_signed"},
        {FROM_ANNA, sealed(w, mixed(w, evil, good), CMS_AES_256_GCM), "encrypted+partially-signed",
         LEVEL_WARNING, NULL},
        /* what is inside a whole signature is covered by it */
        {FROM_ANNA, clear(w, &w->anna, mixed(w, evil, good)), "signed-valid", LEVEL_GOOD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
    struct message_view *v = open_mail(w, FROM_ANNA, mixed(w, evil, gcm));
    assert_int_equal(v->part_count, 1); /* the encrypted part is not opened */
    assert_int_equal(v->attachment_count, 1);
    assert_int_equal(v->layer_count, 0);
    message_close(v);
}

/* Parts that somebody added to a multipart/signed are shown, and nothing is green. */
static void added_parts_are_shown(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    ptrdiff_t end = str_rchr(str_sub(good, 0, good.n - 4), '\r');
    str_t delimiter = str_trim(str_sub(good, (size_t) end, good.n));
    delimiter = str_sub(delimiter, 0, delimiter.n - 2);
    str_t more =
        JOIN(w->a, str_sub(good, 0, (size_t) end), STR("\r\n"), delimiter,
             STR("\r\nContent-Type: text/plain\r\n\r\nEVIL\r\n"), delimiter, STR("--\r\n"));
    struct message_view *v = open_mail(w, FROM_ANNA, more);
    assert_string_equal(v->verdict, "partially-signed");
    assert_int_equal(v->part_count, 2);
    assert_str(v->parts[1].text, STR("EVIL"));
    message_close(v);
    /* and one without its signature is broken */
    str_t half =
        JOIN(w->a, str_sub(good, 0, (size_t) str_find(good, STR("\r\nContent-Type: application/"))),
             STR("\r\n"));
    v = open_mail(w, FROM_ANNA, half);
    assert_string_equal(v->verdict, "signed-invalid");
    assert_int_equal(v->level, LEVEL_BAD);
    message_close(v);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void without_key_there_is_a_job(void **state)
{
    struct world *w = *state;
    struct message_options o = {.smime = true, .trust = w->trust, .now = PKI_NOW};
    str_t raw = JOIN(w->a, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM));
    struct message_view *v = open_with(w, raw, &o);
    assert_string_equal(v->verdict, "encrypted-no-key");
    assert_int_equal(v->job, 0);
    assert_int_equal(v->layers[0].envelope.key_bytes, 32);
    assert_int_equal(v->layers[0].envelope.recipients[0].kind, CMS_KEY_RSA_V15);
    assert_int_equal(v->layers[0].envelope.recipients[0].encrypted_key.n, 256);
    assert_false(v->layers[0].opened);
    assert_int_equal(v->part_count, 0);
    assert_int_equal(v->attachment_count, 1); /* the file itself, for saving */
    message_close(v);
}

static void wrong_key_shows_nothing(void **state)
{
    struct world *w = *state;
    static const struct message_key wrong[] = {{0, STR_INIT("thirty-two bytes, but not the key")}};
    struct message_key key = wrong[0];
    key.content_key.n = 32;
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .keys = &key, .key_count = 1};
    str_t raw = JOIN(w->a, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM));
    struct message_view *v = open_with(w, raw, &o);
    assert_string_equal(v->verdict, "decrypt-error");
    assert_int_equal(v->level, LEVEL_BAD);
    assert_int_equal(v->part_count, 0);
    assert_int_equal(v->job, -1);
    message_close(v);
}

struct asked {
    unsigned times;
    enum key_answer answer;
};

static enum key_answer answer(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                              struct buf *out)
{
    struct asked *asked = holder;
    (void) r;
    asked->times++;
    if (asked->answer == KEY_DONE) buf_add(out, KEY, key_bytes);
    return asked->answer;
}

static void the_holder_is_asked(void **state)
{
    struct world *w = *state;
    static const struct {
        enum key_answer answer;
        const char *verdict;
    } rows[] = {
        {KEY_DONE, "encrypted"}, {KEY_NONE, "encrypted-no-key"}, {KEY_PENDING, "encrypted-no-key"}};
    for (size_t i = 0; i < 3; i++) {
        struct asked asked = {.answer = rows[i].answer};
        struct key_ops ops = {.unwrap = answer, .holder = &asked};
        struct message_options o = {.smime = true, .now = PKI_NOW, .ops = &ops};
        struct message_view *v = open_with(w, sealed(w, PLAIN, CMS_AES_256_GCM), &o);
        assert_string_equal(v->verdict, rows[i].verdict);
        assert_int_equal(asked.times, 1);
        message_close(v);
    }
}

static void without_the_feature_it_is_ordinary_mail(void **state)
{
    struct world *w = *state;
    struct message_options o = {.smime = false, .trust = w->trust, .now = PKI_NOW};
    str_t signed_mail = JOIN(w->a, FROM_ANNA, clear(w, &w->anna, PLAIN));
    struct message_view *v = open_with(w, signed_mail, &o);
    assert_string_equal(v->verdict, "none");
    assert_false(v->has_signature);
    assert_int_equal(v->signer_count, 0);
    assert_int_equal(v->part_count, 1);
    assert_int_equal(v->attachment_count, 1);
    assert_str(v->attachments[0].name, STR("smime.p7s"));
    message_close(v);
    v = open_with(w, JOIN(w->a, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM)), &o);
    assert_string_equal(v->verdict, "none");
    assert_int_equal(v->reason_count, 0);
    assert_int_equal(v->job, -1);
    assert_int_equal(v->attachment_count, 1);
    message_close(v);
}

/* How a mailbox stores lines must not matter; what was really signed over LF is not canonical. */
static void line_ends_are_put_back(void **state)
{
    struct world *w = *state;
    str_t good = clear(w, &w->anna, PLAIN);
    char *lf = arena_cstr(w->a, good);
    size_t n = 0;
    for (size_t i = 0; i < good.n; i++) {
        if (good.p[i] != '\r') lf[n++] = good.p[i];
    }
    str_t bare = STR("Content-Type: text/plain\n\nThe code is 4711.\n");
    str_t odd = STR("Content-Type: text/plain\r\n\r\nOne\nline of 4711.\r\n");
    const struct row rows[] = {
        {FROM_ANNA, str_n(lf, n), "signed-valid", LEVEL_GOOD, NULL},
        {FROM_ANNA, opaque(w, &w->anna, bare), "signed-valid", LEVEL_GOOD, NULL}, /* exact bytes */
        {FROM_ANNA, clear(w, &w->anna, bare), "signed-invalid", LEVEL_BAD, NULL},
        {FROM_ANNA, clear(w, &w->anna, odd), "signed-valid", LEVEL_GOOD, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(w, i, &rows[i]);
}

/* A layer that is fine around content that is not: said, not an error. */
static void unreadable_content_is_said(void **state)
{
    struct world *w = *state;
    CLEANUP_BUF struct buf many = BUF_INIT(1 << 20);
    for (int i = 0; i < 6000; i++)
        buf_cstr(&many, "X-Field: x\r\n");
    buf_cstr(&many, "\r\n4711\r\n");
    struct message_view *v = open_mail(w, FROM_ANNA, sealed(w, buf_view(&many), CMS_AES_256_GCM));
    assert_string_equal(v->verdict, "encrypted+damaged");
    assert_int_equal(v->part_count, 0);
    message_close(v);
}

/* Certificates kept of the sender: they verify what comes without one, and another one is named. */
/* --- parts ----------------------------------------------------------------------------------- */

#define RELATED                                                                                    \
    "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"                                     \
    "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n"                               \
    "Content-Type: text/plain\r\n\r\nplain form\r\n--a\r\n"                                        \
    "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"                                   \
    "Content-Type: text/html\r\n\r\n<img src=cid:one>\r\n--r\r\n"                                  \
    "Content-Type: image/png\r\nContent-ID: <one>\r\nContent-Transfer-Encoding: base64\r\n\r\n"    \
    "iVBORw0K\r\n--r--\r\n--a\r\n"                                                                 \
    "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n--a--\r\n--m\r\n"                       \
    "Content-Type: application/pdf; name=\"a.pdf\"\r\n"                                            \
    "Content-Disposition: attachment\r\n\r\npdf\r\n--m\r\n"                                        \
    "Content-Type: text/plain\r\n\r\nfooter\r\n--m--\r\n"

static void parts_come_in_order(void **state)
{
    struct world *w = *state;
    struct message_view *v = open_mail(w, FROM_ANNA, STR(RELATED));
    assert_int_equal(v->part_count, 2);
    assert_true(v->parts[0].html && !v->parts[1].html);
    assert_str(v->parts[0].plain, STR("plain form"));
    assert_str(v->parts[1].text, STR("footer"));
    assert_false(v->parts[0].sealed);
    assert_int_equal(v->attachment_count, 3);
    assert_str(v->attachments[0].type, STR("image/png"));
    assert_true(v->attachments[0].inlined);
    assert_str(v->attachments[0].content_id, STR("one"));
    assert_int_equal(v->attachments[0].size, 6);
    assert_str(v->attachments[1].type, STR("text/calendar"));
    assert_str(v->attachments[2].name, STR("a.pdf"));
    message_close(v);
}

static void bytes_are_had_by_id(void **state)
{
    struct world *w = *state;
    struct message_view *v = open_mail(w, FROM_ANNA, sealed(w, STR(RELATED), CMS_AES_256_GCM));
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(1 << 20);
    str_t type, name;
    assert_str(v->parts[0].id, STR("L1/1.2.1"));
    assert_true(v->parts[0].sealed && v->attachments[0].sealed);
    assert_str(v->attachments[2].id, STR("L1/2"));
    assert_int_equal(message_part_bytes(v, STR("L1/2"), &out, &type, &name, NULL), RC_OK);
    assert_str(buf_view(&out), STR("pdf"));
    assert_str(name, STR("a.pdf"));
    assert_int_equal(message_part_bytes(v, STR("2"), &out, &type, &name, NULL), RC_NOT_FOUND);
    assert_int_equal(message_part_bytes(v, STR("L1/9"), &out, &type, &name, NULL), RC_NOT_FOUND);
    message_close(v);
}

/* --- attached messages -------------------------------------------------------------------------
 */

static str_t attach(struct world *w, str_t header, str_t entity)
{
    return JOIN(w->a, STR("Content-Type: message/rfc822\r\n\r\n"), header,
                STR("MIME-Version: 1.0\r\n"), entity);
}

static struct message_view *open_attached(struct world *w, struct message_view *v, str_t id)
{
    static const struct message_key keys[] = {{0, {(const char *) KEY, 32}}};
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .keys = keys, .key_count = 1};
    struct message_view *inner = NULL;
    assert_int_equal(message_open_attached(v, id, &o, w->a, &inner, NULL), RC_OK);
    return inner;
}

/* An attached message has its own verdict, and the one around it none of that. */
static void an_attached_message_stands_alone(void **state)
{
    struct world *w = *state;
    str_t evil = STR("Content-Type: text/plain\r\n\r\nEVIL\r\n");
    str_t good = attach(w, FROM_ANNA, clear(w, &w->anna, PLAIN)), from;
    struct message_view *v =
        open_mail(w, STR("From: mallory@evil.example\r\n"), mixed(w, evil, good));
    assert_string_equal(v->verdict, "not-signed");
    assert_int_equal(v->level, LEVEL_NONE);
    assert_str(v->attachments[0].id, STR("2"));
    assert_int_equal(message_attached_from(v, STR("2"), w->a, &from, NULL), RC_OK);
    assert_str(from, STR("anna@a.example"));
    struct message_view *inner = open_attached(w, v, STR("2"));
    message_close(v); /* not needed any more */
    assert_string_equal(inner->verdict, "signed-valid");
    assert_int_equal(inner->level, LEVEL_GOOD);
    assert_str(inner->parts[0].text, STR("The code is 4711.\r\n"));
    assert_str(inner->parts[0].id, STR("2/1"));
    assert_false(inner->parts[0].sealed);
    message_close(inner);
}

static void attached_ciphertext_stays_closed(void **state)
{
    struct world *w = *state;
    str_t secret = attach(w, FROM_ANNA, sealed(w, PLAIN, CMS_AES_256_GCM));
    str_t both[] = {mixed(w, PLAIN, secret), sealed(w, mixed(w, PLAIN, secret), CMS_AES_256_GCM)};
    for (size_t i = 0; i < 2; i++) {
        struct message_view *v = open_mail(w, FROM_ANNA, both[i]);
        struct message_view *inner = open_attached(w, v, v->attachments[0].id);
        assert_string_equal(inner->verdict, "encrypted-no-key");
        assert_int_equal(inner->level, LEVEL_NEUTRAL);
        assert_true(has_reason(inner, "attached_encrypted"));
        assert_int_equal(inner->job, -1);
        assert_int_equal(inner->part_count, 0);
        assert_int_equal(inner->attachments[0].sealed, i == 1);
        message_close(inner);
        message_close(v);
    }
}

static void attached_messages_nest_four_deep(void **state)
{
    struct world *w = *state;
    static const struct message_options o = {.smime = true, .now = PKI_NOW};
    str_t entity = PLAIN, type, name;
    for (int i = 0; i < 5; i++)
        entity = attach(w, FROM_ANNA, entity);
    struct message_view *v[6] = {open_mail(w, FROM_ANNA, entity)};
    for (int i = 0; i < 4; i++)
        v[i + 1] = open_attached(w, v[i], v[i]->attachments[0].id);
    assert_str(v[4]->attachments[0].id, STR("1/1/1/1/1"));
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(1 << 20);
    assert_int_equal(message_part_bytes(v[4], STR("1/1/1/1/1"), &out, &type, &name, NULL), RC_OK);
    assert_true(str_find(buf_view(&out), STR("The code is 4711.\r\n")) > 0);
    assert_int_equal(message_open_attached(v[4], v[4]->attachments[0].id, &o, w->a, &v[5], NULL),
                     RC_TOO_LARGE);
    assert_int_equal(message_open_attached(v[0], STR("1/1"), &o, w->a, &v[5], NULL), RC_NOT_FOUND);
    assert_int_equal(message_open_attached(v[0], STR("9"), &o, w->a, &v[5], NULL), RC_NOT_FOUND);
    for (int i = 0; i < 5; i++)
        message_close(v[i]);
}

/* As our own composer attaches it. */
static void a_file_called_eml_is_a_message(void **state)
{
    struct world *w = *state;
    str_t file = STR("Content-Type: application/octet-stream; name=\"old.eml\"\r\n\r\n");
    str_t mail = JOIN(w->a, FROM_ANNA, opaque(w, &w->anna, PLAIN));
    struct message_view *v = open_mail(w, FROM_ANNA, mixed(w, PLAIN, JOIN(w->a, file, mail)));
    struct message_view *inner = open_attached(w, v, STR("2"));
    assert_string_equal(inner->verdict, "signed-valid");
    assert_str(inner->parts[0].id, STR("2/L1/1"));
    message_close(inner);
    message_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_read_from_outside_in),
        cmocka_unit_test(altered_text_is_red_everywhere),
        cmocka_unit_test(parts_earn_no_badge),
        cmocka_unit_test(added_parts_are_shown),
        cmocka_unit_test(without_key_there_is_a_job),
        cmocka_unit_test(wrong_key_shows_nothing),
        cmocka_unit_test(the_holder_is_asked),
        cmocka_unit_test(without_the_feature_it_is_ordinary_mail),
        cmocka_unit_test(line_ends_are_put_back),
        cmocka_unit_test(unreadable_content_is_said),
        cmocka_unit_test(parts_come_in_order),
        cmocka_unit_test(bytes_are_had_by_id),
        cmocka_unit_test(an_attached_message_stands_alone),
        cmocka_unit_test(attached_ciphertext_stays_closed),
        cmocka_unit_test(attached_messages_nest_four_deep),
        cmocka_unit_test(a_file_called_eml_is_a_message),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
