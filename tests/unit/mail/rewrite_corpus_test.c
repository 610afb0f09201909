/* Every mail there is, rewritten: of the repository's fixtures, and of WAXSEAL_CORPUS where that
 * is.
 */
#include <ftw.h>

#include "tests/unit/mail/rewrite_world.h"

enum { FILES_MAX = 4000 };
static char *files[FILES_MAX];
static size_t file_count;

static int found(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void) st;
    (void) where;
    static const char *const ends[] = {".eml", ".txt", ".msg", ".mbox"};
    for (size_t i = 0; kind == FTW_F && i < sizeof ends / sizeof ends[0]; i++)
        if (str_iends(str_c(path), str_c(ends[i])) && file_count < FILES_MAX)
            files[file_count++] = strdup(path);
    return 0;
}

/* With CRLF. */
static str_t mail_of(struct world *w, const char *path)
{
    CLEANUP_BUF struct buf raw = BUF_INIT(MAIL_MAX);
    CLEANUP_BUF struct buf lines = BUF_INIT(MAIL_MAX);
    char piece[65536];
    size_t n;
    str_t text;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&raw, piece, n);
    fclose(f);
    text = buf_view(&raw);
    if (!text_stored_with_crlf(text)) assert_true(text_with_crlf(buf_view(&raw), &lines, &text));
    return arena_str(w->a, text.p ? text : STR(""));
}

struct tally {
    size_t mails, refused, opaque, verified;
};

static void one_mail(struct world *w, const char *path, struct tally *t)
{
    struct entity *m;
    struct err e = {0};
    struct rewrite_signer s = signer_of(&w->anna);
    str_t raw = mail_of(w, path), made;
    if (entity_parse(raw, NULL, w->a, &m, NULL) != RC_OK) return;
    rc_t rc = rewrite_to(w, raw, &(struct rewrite_order){.sign = &s}, &made, &e);
    if (rewrite_is_protected(m)) {
        assert_int_equal(rc, RC_INVALID);
        t->refused++;
        return;
    }
    if (rc != RC_OK) fail_msg("%s: %s: %s", path, err_word(rc), e.message);
    struct message_view *before = opened_mail(w, raw), *after = opened_mail(w, made);
    t->mails++;
    t->opaque += is_opaque(made);
    t->verified += openssl_verifies(made);
    if (!is_signed_by_anna(w, after)) fail_msg("%s: %s", path, after->verdict);
    expect_same(before, after, path);
    message_close(after);
    if (!is_opaque(made)) assert_true(str_is_utf8(made) || !str_is_utf8(m->head));
    for (unsigned i = 0; i < 2; i++) {
        str_t closed = sealed_mail(w, raw, i == 1, i ? CMS_AES_256_CBC : CMS_AES_256_GCM);
        after = opened_mail(w, closed);
        if (after->layer_count != 1 || !after->layers[0].opened) fail_msg("%s: closed", path);
        if (i == 1 && !is_signed_by_anna(w, after)) fail_msg("%s: %s", path, after->verdict);
        expect_same(before, after, path);
        CLEANUP_BUF struct buf out = BUF_INIT_SECRET(MAIL_MAX);
        assert_int_equal(rewrite_opened(after, STR_NULL, w->a, &out, &e), RC_OK);
        struct message_view *plain = opened_mail(w, buf_view(&out));
        if (i == 1 && !is_signed_by_anna(w, plain)) fail_msg("%s: %s", path, plain->verdict);
        /* what nobody says of a mail (Bcc) is not looked at here */
        const char *what = differs(before, plain);
        if (what && strcmp(what, "bcc") != 0) fail_msg("%s: %s differs when opened", path, what);
        for (size_t k = 0; k < plain->part_count; k++)
            assert_true(plain->parts[k].sealed);
        message_close(plain);
        message_close(after);
    }
    message_close(before);
}

static void all_of(struct world *w, const char *folder)
{
    struct tally t = {0};
    file_count = 0;
    assert_int_equal(nftw(folder, found, 16, FTW_PHYS), 0);
    assert_true(file_count > 10);
    for (size_t i = 0; i < file_count; i++) {
        arena_reset(w->a);
        one_mail(w, files[i], &t);
        free(files[i]);
    }
    print_message("%s: %zu mails signed and encrypted, %zu of them opaque; openssl verifies %zu; "
                  "%zu protected already\n",
                  folder, t.mails, t.opaque, t.verified, t.refused);
    assert_true(t.mails > 10 && t.refused > 10);
}

static void fixtures(void **state)
{
    all_of(*state, "tests/fixtures");
}

static void corpus(void **state)
{
    const char *folder = getenv("WAXSEAL_CORPUS");
    if (!folder || !folder[0]) {
        print_message("SKIPPED: no corpus (WAXSEAL_CORPUS)\n");
        skip();
    }
    all_of(*state, folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fixtures, setup, teardown),
        cmocka_unit_test_setup_teardown(corpus, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
