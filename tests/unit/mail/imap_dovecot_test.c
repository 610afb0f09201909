/* The mail layer against a real Dovecot: bytes, folders, flags, moves, conversations. */
#include "base/buf.h"
#include "tests/unit/mail/dovecot_calls.h"

/* --- bytes ------------------------------------------------------------------------------------ */

static void test_messages_come_back_byte_for_byte(void **state)
{
    (void) state;
    need_dovecot();
    struct imap *im = dovecot_open(&d, "bytes", "INBOX");
    CLEANUP_BUF struct buf big = BUF_INIT(16u << 20);
    buf_cstr(&big, HEAD("big") "\r\n");
    while (big.n < 6000000)
        buf_printf(&big, "%zu .. {5} ) w1 OK * BYE\r\n", big.n);
    CLEANUP_BUF struct buf all_bytes = BUF_INIT(1u << 20);
    buf_cstr(&all_bytes, HEAD("8 bit") "\r\n");
    for (int i = 0; i < 20000; i++)
        if (i % 256 != 0 && i % 256 != '\r' && i % 256 != '\n') buf_char(&all_bytes, (char) i);
    buf_cstr(&all_bytes, "\r\n");
    const str_t messages[] = {STR(HEAD("small") "\r\nx\r\n"), STR(HEAD("no end") "\r\nx"),
                              STR("Subject: header only\r\n\r\n"), buf_view(&big),
                              buf_view(&all_bytes)};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        uint32_t uid = put(im, "INBOX", messages[i]);
        CLEANUP_BUF struct buf back = BUF_INIT(16u << 20);
        rc_t rc = imap_fetch(im, uid, &back, &d.e);
        if (rc != RC_OK) fail_msg("message %zu: %s (%s)", i, err_word(rc), d.e.detail);
        if (!str_eq(buf_view(&back), messages[i]))
            fail_msg("message %zu: %zu bytes came back of %zu", i, back.n, messages[i].n);
    }
    struct buf small = BUF_INIT(1000);
    struct imap_rows rows;
    assert_int_equal(imap_list(im, 0, 10, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.count, 5);
    assert_str(rows.rows[4].subject, STR("small"));
    assert_int_equal(imap_fetch(im, rows.rows[1].uid, &small, &d.e), RC_TOO_LARGE);
    assert_int_equal(small.n, 0);
    buf_free(&small);
    imap_release(im);
}

/* --- folders, flags, moves ---------------------------------------------------------------------
 */

static void test_folders(void **state)
{
    (void) state;
    need_dovecot();
    struct imap *im = dovecot_open(&d, "folders", "INBOX");
    str_t name = fresh_box(im, "Bücher/日本 & \"x\"");
    uint32_t uid = put(im, arena_cstr(d.a, name), STR(HEAD("x") "\r\ny\r\n"));
    struct imap_folder *f = NULL;
    size_t n = 0;
    assert_int_equal(imap_folders(im, d.a, &f, &n, &d.e), RC_OK);
    assert_int_equal(f[0].role, FOLDER_INBOX);
    bool made = false, sent = false, trash = false;
    for (size_t i = 0; i < n; i++) {
        if (f[i].role == FOLDER_SENT) sent = str_eq(f[i].name, STR("Sent"));
        if (f[i].role == FOLDER_TRASH) trash = true;
        if (!str_eq(f[i].name, name)) continue;
        made = true;
        assert_str(f[i].display, STR("Bücher/日本 & \"x\""));
        assert_true(f[i].selectable && f[i].subscribed && !f[i].shared);
        assert_int_equal(f[i].total, 1);
        assert_int_equal(f[i].unseen, 1);
        assert_int_equal(f[i].uidnext, uid + 1);
    }
    assert_true(made && sent && trash);
    struct imap_folder *named = NULL;
    size_t count = 0;
    assert_int_equal(imap_folder_names(im, d.a, &named, &count, &d.e), RC_OK);
    assert_int_equal(count, n);
    for (size_t i = 0; i < n; i++) {
        assert_str(named[i].name, f[i].name);
        assert_str(named[i].display, f[i].display);
        assert_int_equal(named[i].role, f[i].role);
        assert_int_equal(named[i].delimiter, f[i].delimiter);
        assert_true(named[i].selectable == f[i].selectable && named[i].shared == f[i].shared);
        assert_int_equal(named[i].total + named[i].uidnext, 0);
    }
    assert_int_equal(imap_folder_create(im, STR("Bücher/日本 & \"x\""), d.a, &name, &d.e),
                     RC_CONFLICT);
    assert_int_equal(
        imap_append(im, STR("nowhere"), STR("a: b\r\n\r\n"), NULL, 0, NULL, NULL, &d.e),
        RC_NOT_FOUND);
    imap_release(im);
}

static void test_move_copy_expunge(void **state)
{
    (void) state;
    need_dovecot();
    struct imap *im = dovecot_open(&d, "moves", "INBOX");
    fresh_box(im, "From");
    fresh_box(im, "To");
    uint32_t uids[6], moved[3] = {0}, validity = 0;
    for (int i = 0; i < 6; i++)
        uids[i] = put(im, "From", STR(HEAD("m") "\r\nx\r\n"));
    imap_release(im);
    im = dovecot_open(&d, "moves", "From");
    static const str_t deleted[] = {STR_INIT("\\Deleted")};
    assert_int_equal(imap_store(im, &uids[0], 1, true, deleted, 1, &d.e), RC_OK);
    const uint32_t some[] = {uids[4], uids[2], 999}; /* any order, one that is not there */
    assert_int_equal(imap_move(im, some, 3, STR("To"), moved, &validity, &d.e), RC_OK);
    assert_int_equal(imap_copy(im, &uids[1], 1, STR("To"), &d.e), RC_OK);
    assert_int_equal(imap_expunge(im, &uids[5], 1, &d.e), RC_OK);
    struct imap_rows rows;
    assert_int_equal(imap_list(im, 0, 10, d.a, &rows, &d.e), RC_OK);
    /* What another program marked \Deleted is not ours to take along. */
    assert_int_equal(rows.count, 3);
    assert_int_equal(rows.rows[2].uid, uids[0]);
    assert_int_equal(rows.rows[0].uid, uids[3]);
    assert_int_equal(imap_move(im, uids, 1, STR("nowhere"), NULL, NULL, &d.e), RC_NOT_FOUND);
    imap_release(im);
    im = dovecot_open(&d, "moves", "To");
    assert_int_equal(imap_uidvalidity(im), validity);
    assert_int_equal(imap_rows_of(im, moved, 2, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.count, 2);
    assert_int_equal(rows.rows[0].uid, moved[0]); /* in the order asked for */
    assert_int_equal(moved[2], 0);
    imap_release(im);
}

/* What one session changes the other sees with its next request: flags, counts, messages. */
static void test_news(void **state)
{
    (void) state;
    need_dovecot();
    struct imap *one = dovecot_open(&d, "news", "INBOX");
    fresh_box(one, "News");
    for (int i = 0; i < 5; i++)
        put(one, "News", STR(HEAD("n") "\r\nx\r\n"));
    imap_release(one);
    one = dovecot_open(&d, "news", "News");
    struct imap *two = dovecot_open(&d, "news2", "News");
    struct imap_rows rows;
    struct imap_mailbox m, before;
    static const str_t seen[] = {STR_INIT("\\Seen"), STR_INIT("$Label")};
    for (uint32_t round = 0; round < 20; round++) {
        assert_int_equal(imap_mailbox(one, &before, &d.e), RC_OK);
        assert_int_equal(imap_list(two, 0, 3, d.a, &rows, &d.e), RC_OK);
        uint32_t uid = rows.rows[0].uid;
        assert_int_equal(imap_store(two, &uid, 1, true, seen, 2, &d.e), RC_OK);
        assert_int_equal(imap_mailbox(one, &m, &d.e), RC_OK);
        assert_int_equal(m.unseen, before.unseen - 1);
        assert_true(m.modseq > before.modseq);
        assert_int_equal(imap_list(one, 0, 3, d.a, &rows, &d.e), RC_OK);
        assert_int_equal(rows.rows[0].flag_count, 2);
        assert_int_equal(rows.mailbox.unseen, m.unseen);
        uint32_t newer = put(two, "News", STR(HEAD("n") "\r\nx\r\n"));
        assert_int_equal(imap_list(one, 0, 3, d.a, &rows, &d.e), RC_OK);
        assert_int_equal(rows.rows[0].uid, newer);
        assert_int_equal(rows.mailbox.unseen, m.unseen + 1);
        assert_int_equal(imap_expunge(two, &uid, 1, &d.e), RC_OK);
        assert_int_equal(imap_list(one, 0, 10, d.a, &rows, &d.e), RC_OK);
        assert_int_equal(rows.count, 5);
        assert_int_equal(rows.mailbox.total, 5);
    }
    /* A message that only the other connection has heard of can be opened all the same. */
    struct imap_row row;
    CLEANUP_BUF struct buf raw = BUF_INIT(10000);
    uint32_t fresh = put(two, "News", STR(HEAD("fresh") "\r\nx\r\n"));
    assert_int_equal(imap_open(one, fresh, d.a, &row, &raw, &d.e), RC_OK);
    assert_int_equal(row.uid, fresh);
    assert_str(row.subject, STR("fresh"));
    assert_str(row.from[0].address, STR("a@demo.test"));
    assert_int_equal(row.size, raw.n);
    fresh = put(two, "News", STR(HEAD("fresh") "\r\nx\r\n"));
    assert_int_equal(imap_flags_of(one, fresh, d.a, &row, &d.e), RC_OK);
    assert_int_equal(imap_expunge(two, &fresh, 1, &d.e), RC_OK);
    assert_int_equal(imap_open(one, fresh + 1, d.a, &row, &raw, &d.e), RC_NOT_FOUND);
    fresh--;
    assert_int_equal(imap_expunge(two, &fresh, 1, &d.e), RC_OK);
    /* A list right behind the state asks for the rows only, unless something moves in between. */
    assert_int_equal(imap_mailbox(one, &m, &d.e), RC_OK);
    assert_int_equal(imap_list(one, 0, 2, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.mailbox.modseq, m.modseq);
    assert_int_equal(rows.count, 2);
    uint32_t gone = rows.rows[0].uid, older = rows.rows[1].uid;
    assert_int_equal(imap_mailbox(one, &m, &d.e), RC_OK);
    assert_int_equal(imap_expunge(two, &gone, 1, &d.e), RC_OK);
    uint32_t newest = put(two, "News", STR(HEAD("n") "\r\nx\r\n"));
    assert_int_equal(imap_list(one, 0, 2, d.a, &rows, &d.e), RC_OK);
    assert_true(rows.rows[0].uid == newest || rows.rows[0].uid == gone);
    assert_int_equal(imap_list(one, 0, 2, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.rows[0].uid, newest);
    assert_int_equal(rows.rows[1].uid, older);
    assert_int_equal(imap_list(one, 4, 10, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.count, 1);
    assert_int_equal(imap_list(one, 5, 10, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.count, 0);
    imap_release(one);
    imap_release(two);
}

/* --- conversations ------------------------------------------------------------------------------
 */

static uint32_t put_answer(struct imap *im, const char *box, const char *id, const char *refs)
{
    CLEANUP_BUF struct buf m = BUF_INIT(10000);
    buf_printf(&m, HEAD("talk") "Message-ID: <%s@x>\r\n", id);
    if (refs) buf_printf(&m, "References: %s\r\n", refs);
    buf_cstr(&m, "\r\nx\r\n");
    return put(im, box, buf_view(&m));
}

/* What another session does is seen by the next list, and never leaves a message out. */
static void test_threads_follow_the_mailbox(void **state)
{
    (void) state;
    need_dovecot();
    static const struct imap_order threads = {.threads = true};
    struct imap *im = dovecot_open(&d, "threads", "INBOX");
    str_t box = fresh_box(im, "threads");
    imap_release(im);
    im = dovecot_open(&d, "threads", "threads");
    struct imap *other = dovecot_open(&d, "threads-2", "threads");
    const char *name = arena_cstr(d.a, box);
    uint32_t a = put_answer(other, name, "a", NULL), b = put_answer(other, name, "b", NULL);
    struct imap_rows rows;
    assert_int_equal(imap_list_ordered(im, &threads, 0, 50, d.a, &rows, &d.e), RC_OK);
    assert_true(rows.count == 2 && rows.rows[0].uid == b && rows.total == 2);
    for (unsigned round = 0; round < 20; round++) {
        char refs[40];
        snprintf(refs, sizeof refs, "<%s@x>", round % 2 ? "a" : "b");
        char id[20];
        snprintf(id, sizeof id, "r%u", round);
        uint32_t c = put_answer(other, name, id, refs);
        struct imap_mailbox box_now;
        bool quiet;
        /* as the list route asks: a look first */
        assert_int_equal(imap_look(im, &box_now, &quiet, &d.e), RC_OK);
        assert_int_equal(imap_list_ordered(im, &threads, 0, 50, d.a, &rows, &d.e), RC_OK);
        assert_true(rows.count == 2 && rows.mailbox.total == round + 3);
        assert_int_equal(rows.rows[0].uid, c);
        assert_int_equal(rows.threads[0].uids[0], round % 2 ? a : b);
        assert_int_equal(rows.threads[0].count + rows.threads[1].count, round + 3);
        assert_int_equal(rows.threads[0].unread, rows.threads[0].count);
    }
    /* the first messages of both go: what hung on them stays together */
    const uint32_t gone[] = {a, b};
    assert_int_equal(imap_expunge(other, gone, 2, &d.e), RC_OK);
    assert_int_equal(imap_list_ordered(im, &threads, 0, 50, d.a, &rows, &d.e), RC_OK);
    assert_true(rows.count == 2 && rows.threads[0].count == 10 && rows.threads[1].count == 10);
    imap_release(im);
    imap_release(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_back_byte_for_byte),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_move_copy_expunge),
        cmocka_unit_test(test_news),
        cmocka_unit_test(test_threads_follow_the_mailbox),
    };
    return cmocka_run_group_tests_name("imap_dovecot", tests, setup, teardown);
}
