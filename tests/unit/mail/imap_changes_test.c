/* What changed since a state (QRESYNC): against a real Dovecot, and against servers that cannot. */
#include "tests/unit/mail/dovecot.h"
#include "tests/unit/mail/imap_fake.h"

static uint32_t append(struct dovecot *d, struct imap *im, const char *subject)
{
    char text[200];
    uint32_t uid = 0, validity = 0;
    int n = snprintf(text, sizeof text, "From: a@b.test\r\nSubject: %s\r\n\r\nx\r\n", subject);
    assert_int_equal(
        imap_append(im, STR("INBOX"), str_n(text, (size_t) n), NULL, 0, &uid, &validity, &d->e),
        RC_OK);
    assert_true(uid > 0);
    return uid;
}

static struct imap_mailbox state_of(struct dovecot *d, struct imap *im)
{
    struct imap_mailbox m;
    assert_int_equal(imap_mailbox(im, &m, &d->e), RC_OK);
    return m;
}

static struct imap_changes since(struct dovecot *d, struct imap *im, const struct imap_mailbox *m)
{
    struct imap_changes c;
    rc_t rc = imap_changes(im, m->uidvalidity, m->modseq, m->uidnext, d->a, &c, &d->e);
    if (rc != RC_OK) fail_msg("changes: %s (%s)", err_word(rc), d->e.detail);
    return c;
}

static bool has_flag(const struct imap_change *c, const char *flag)
{
    for (size_t i = 0; i < c->flag_count; i++)
        if (str_ieq(c->flags[i], str_c(flag))) return true;
    return false;
}

/* Another connection flags, unflags, removes and adds; ours is told exactly that, each time. */
static void test_told_exactly(void **state)
{
    (void) state;
    if (!dovecot_there()) skip();
    struct dovecot d = {0};
    dovecot_start(&d);
    struct imap *mine = dovecot_open(&d, "mine", "INBOX");
    struct imap *other = dovecot_open(&d, "other", "INBOX");
    static const str_t seen[] = {STR_INIT("\\Seen")}, label[] = {STR_INIT("work")};
    uint32_t uid[6];
    for (int i = 0; i < 6; i++)
        uid[i] = append(&d, other, "first");
    struct imap_mailbox before = state_of(&d, mine);
    assert_int_equal(before.total, 6);
    struct imap_changes c = since(&d, mine, &before);
    assert_false(c.reset);
    assert_int_equal(c.count, 0);
    assert_null(c.vanished.p);

    assert_int_equal(state_of(&d, other).total, 6);
    assert_int_equal(imap_store(other, &uid[1], 1, true, seen, 1, &d.e), RC_OK);
    assert_int_equal(imap_store(other, &uid[4], 1, true, label, 1, &d.e), RC_OK);
    assert_int_equal(imap_expunge(other, &uid[2], 1, &d.e), RC_OK);
    append(&d, other, "new");
    c = since(&d, mine, &before);
    assert_false(c.reset);
    assert_int_equal(c.mailbox.total, 6);
    assert_int_equal(c.mailbox.unseen, 5);
    assert_int_equal(c.mailbox.uidnext, before.uidnext + 1);
    assert_int_equal(c.count, 2); /* what is new is not among them */
    assert_int_equal(c.changed[0].uid, uid[1]);
    assert_true(has_flag(&c.changed[0], "\\Seen"));
    assert_int_equal(c.changed[1].uid, uid[4]);
    assert_true(has_flag(&c.changed[1], "work"));
    char gone[16];
    snprintf(gone, sizeof gone, "%u", uid[2]);
    assert_true(str_eq(c.vanished, str_c(gone)));

    /* The next time only what came after; a flag taken away is told as flags without it. */
    struct imap_mailbox then = c.mailbox;
    assert_int_equal(imap_store(other, &uid[1], 1, false, seen, 1, &d.e), RC_OK);
    c = since(&d, mine, &then);
    assert_int_equal(c.count, 1);
    assert_int_equal(c.changed[0].uid, uid[1]);
    assert_int_equal(c.changed[0].flag_count, 0);
    assert_null(c.vanished.p);
    /* From the older state on, everything at once. */
    c = since(&d, mine, &before);
    assert_int_equal(c.count, 2);
    assert_true(c.vanished.n > 0);
    imap_release(mine);
    imap_release(other);
    dovecot_stop(&d);
}

/* With QRESYNC a server says VANISHED in place of EXPUNGE: positions must stay right. */
static void test_positions_after_vanished(void **state)
{
    (void) state;
    if (!dovecot_there()) skip();
    struct dovecot d = {0};
    dovecot_start(&d);
    struct imap *mine = dovecot_open(&d, "mine", "INBOX");
    struct imap *other = dovecot_open(&d, "other", "INBOX");
    uint32_t uid[9];
    for (int i = 0; i < 9; i++)
        uid[i] = append(&d, other, "first");
    assert_int_equal(state_of(&d, mine).total, 9);
    assert_int_equal(state_of(&d, other).total, 9);
    const uint32_t some[] = {uid[0], uid[1], uid[2], uid[5], uid[8]};
    assert_int_equal(imap_expunge(other, some, 5, &d.e), RC_OK);
    struct imap_rows rows;
    assert_int_equal(imap_list(mine, 0, 50, d.a, &rows, &d.e), RC_OK);
    assert_int_equal(rows.count, 4);
    assert_int_equal(rows.mailbox.total, 4);
    assert_int_equal(rows.rows[0].uid, uid[7]);
    assert_int_equal(rows.rows[3].uid, uid[3]);
    assert_int_equal(state_of(&d, other).total, 4);
    imap_release(mine);
    imap_release(other);
    dovecot_stop(&d);
}

static void test_reset(void **state)
{
    (void) state;
    if (!dovecot_there()) skip();
    struct dovecot d = {0};
    dovecot_start(&d);
    struct imap *im = dovecot_open(&d, "mine", "INBOX");
    append(&d, im, "one");
    const struct imap_mailbox now = state_of(&d, im);
    struct imap_mailbox m = now;
    m.uidvalidity++;
    assert_true(since(&d, im, &m).reset);
    m = now;
    m.modseq = 0;
    assert_true(since(&d, im, &m).reset);
    m.modseq = now.modseq + 1000;
    assert_true(since(&d, im, &m).reset);
    m = now;
    m.uidnext++;
    assert_true(since(&d, im, &m).reset);
    m.uidnext = 0;
    assert_true(since(&d, im, &m).reset);
    struct imap_changes c = since(&d, im, &now);
    assert_false(c.reset);
    assert_int_equal(c.mailbox.total, 1);
    imap_release(im);
    dovecot_stop(&d);
}

/* More than can be worth telling. */
static void test_too_many(void **state)
{
    (void) state;
    static const char flags[] = "* %u FETCH (UID %u FLAGS (\\Seen) MODSEQ (6))\r\n";
    struct world w = {0};
    struct buf reply = BUF_INIT(1u << 20);
    for (unsigned i = 1; i <= IMAP_CHANGES_MAX + 1; i++)
        buf_printf(&reply, flags, i, i);
    buf_cstr(&reply, "%T OK done\r\n");
    fake_rule(&w.f, "CAPABILITY",
              STR("* CAPABILITY IMAP4rev1 LITERAL+ ENABLE CONDSTORE QRESYNC\r\n%T OK done\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "ENABLE QRESYNC", STR("* ENABLED QRESYNC\r\n%T OK done\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "STATUS",
              STR("* STATUS INBOX (MESSAGES 3 UIDNEXT 9000 UIDVALIDITY 77 UNSEEN 1 "
                  "HIGHESTMODSEQ 7)\r\n%T OK status\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH", buf_view(&reply), FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct imap_changes c;
    assert_int_equal(imap_changes(im, 77, 5, 9000, w.a, &c, &w.e), RC_OK);
    assert_true(c.reset);
    assert_int_equal(c.count, 0);
    /* Those that came since the caller looked are no changes. */
    assert_int_equal(imap_changes(im, 77, 5, IMAP_CHANGES_MAX, w.a, &c, &w.e), RC_OK);
    assert_false(c.reset);
    assert_int_equal(c.count, IMAP_CHANGES_MAX - 1);
    imap_release(im);
    world_stop(&w);
    buf_free(&reply);
}

struct hostile {
    str_t reply;
    bool reset;
    size_t count;
    str_t vanished;
};

/* What a server says is taken for what it is, or not at all. */
static void test_odd_answers(void **state)
{
    (void) state;
    static const struct hostile cases[] = {
        {STR_INIT("* VANISHED (EARLIER) 1:4294967295\r\n"), false, 0, STR_INIT("1:8")},
        {STR_INIT("* VANISHED (EARLIER) 8:2,5,900\r\n"), false, 0, STR_INIT("2:8,5")},
        {STR_INIT("* VANISHED (EARLIER) 1:*\r\n"), true, 0, STR_INIT("")},
        {STR_INIT("* VANISHED (EARLIER) x\r\n"), true, 0, STR_INIT("")},
        {STR_INIT("* 2 FETCH (UID 5 MODSEQ (6))\r\n"), false, 0, STR_INIT("")},
        {STR_INIT("* 2 FETCH (UID 5 FLAGS (\\Seen))\r\n* 2 FETCH (UID 4 FLAGS ())\r\n"
                  "* 2 FETCH (UID 5 FLAGS (a))\r\n"),
         false, 2, STR_INIT("")},
        /* Without a UID nobody knows whose flags these are; it never gets quiet. */
        {STR_INIT("* 2 FETCH (FLAGS (\\Seen))\r\n"), true, 0, STR_INIT("")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w = {0};
        struct buf reply = BUF_INIT(1u << 16);
        buf_str(&reply, cases[i].reply);
        buf_cstr(&reply, "%T OK done\r\n");
        fake_rule(&w.f, "CAPABILITY",
                  STR("* CAPABILITY IMAP4rev1 LITERAL+ ENABLE CONDSTORE QRESYNC\r\n%T OK done\r\n"),
                  FAKE_GO_ON, 0);
        fake_rule(&w.f, "ENABLE", STR("* ENABLED QRESYNC\r\n%T OK done\r\n"), FAKE_GO_ON, 0);
        fake_rule(&w.f, "UID FETCH", buf_view(&reply), FAKE_GO_ON, 0);
        world_start(&w);
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        struct imap_changes c;
        assert_int_equal(imap_changes(im, 77, 4, 9, w.a, &c, &w.e), RC_OK);
        if (c.reset != cases[i].reset || c.count != cases[i].count)
            fail_msg("case %zu: reset %d, %zu changed", i, c.reset, c.count);
        if (!str_eq(c.vanished, cases[i].vanished))
            fail_msg("case %zu: %.*s", i, STR_ARG(c.vanished));
        if (c.count == 2) {
            assert_int_equal(c.changed[0].uid, 4);
            assert_true(has_flag(&c.changed[1], "a"));
        }
        imap_release(im);
        world_stop(&w);
        buf_free(&reply);
    }
}

/* A server with neither: asked for nothing it does not know. */
static void test_without_condstore(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct imap_changes c;
    assert_int_equal(imap_changes(im, 77, 4, 9, w.a, &c, &w.e), RC_OK);
    assert_true(c.reset);
    assert_int_equal(c.mailbox.total, 3);
    assert_false(fake_saw(&w.f, "ENABLE"));
    assert_false(fake_saw(&w.f, "CHANGEDSINCE"));
    imap_release(im);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told_exactly), cmocka_unit_test(test_positions_after_vanished),
        cmocka_unit_test(test_reset),        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_odd_answers),  cmocka_unit_test(test_without_condstore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
