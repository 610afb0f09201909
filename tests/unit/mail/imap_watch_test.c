/* Watching mailboxes: against a real Dovecot by NOTIFY and by IDLE, and against servers that cut,
 * refuse and cannot. */
#include "tests/unit/mail/dovecot.h"
#include "tests/unit/mail/imap_fake.h"

#include "mail/imap_watch.h"

#define HEARD_MAX 512

struct heard {
    enum imap_news_kind kind;
    uint64_t watcher;
    char name[64];
    struct imap_mailbox state;
};

struct ears {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct heard list[HEARD_MAX];
    size_t count;
    struct imap_watch *watch;
};

static void on_news(void *ctx, const struct imap_news *n)
{
    struct ears *h = ctx;
    pthread_mutex_lock(&h->lock);
    if (h->count < HEARD_MAX) {
        struct heard *one = &h->list[h->count++];
        *one = (struct heard){.kind = n->kind, .watcher = n->watcher, .state = n->state};
        snprintf(one->name, sizeof one->name, "%.*s", STR_ARG(n->name));
    }
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
}

typedef bool wanted_fn(const struct heard *h, const void *what);

/* Waits for news that fits, from *from on; the deadline only ends a hang. */
static struct heard await(struct ears *h, size_t *from, wanted_fn *fits, const void *what,
                          const char *said)
{
    struct timespec until;
    struct heard found = {0};
    bool ok = false;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 40;
    pthread_mutex_lock(&h->lock);
    for (int late = 0; !ok && late == 0;) {
        while (*from < h->count && !ok) {
            found = h->list[(*from)++];
            ok = fits(&found, what);
        }
        if (!ok) late = pthread_cond_timedwait(&h->more, &h->lock, &until);
    }
    pthread_mutex_unlock(&h->lock);
    if (!ok) fail_msg("never told: %s", said);
    return found;
}

static bool is_live(const struct heard *h, const void *what)
{
    (void) what;
    return h->kind == IMAP_NEWS_LIVE;
}
static bool is_refused(const struct heard *h, const void *what)
{
    (void) what;
    return h->kind == IMAP_NEWS_REFUSED;
}
static bool is_folders(const struct heard *h, const void *what)
{
    (void) what;
    return h->kind == IMAP_NEWS_FOLDERS;
}

struct box {
    const char *name;
    uint32_t total, unseen;
};
static bool is_box(const struct heard *h, const void *what)
{
    const struct box *b = what;
    return h->kind == IMAP_NEWS_FOLDER && strcmp(h->name, b->name) == 0 &&
           h->state.total == b->total && h->state.unseen == b->unseen;
}
static bool is_named(const struct heard *h, const void *what)
{
    return h->kind == IMAP_NEWS_FOLDER && strcmp(h->name, what) == 0;
}

static void ears_start(struct ears *h, bool no_notify, int look_seconds)
{
    struct err e = {0};
    *h = (struct ears){.count = 0};
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->more, NULL);
    struct imap_watch_options o = {.most = 4,
                                   .threads = 3,
                                   .look_seconds = look_seconds,
                                   .renew_seconds = 1500,
                                   .retry_ms = 20,
                                   .timeout_ms = 20000,
                                   .linger_ms = 60000,
                                   .no_notify = no_notify,
                                   .on_news = on_news,
                                   .ctx = h};
    assert_int_equal(imap_watch_new(&o, &h->watch, &e), RC_OK);
}

static void ears_stop(struct ears *h)
{
    imap_watch_free(h->watch);
    pthread_cond_destroy(&h->more);
    pthread_mutex_destroy(&h->lock);
}

static uint32_t put(struct dovecot *d, struct imap *im, const char *mailbox)
{
    uint32_t uid = 0, validity = 0;
    assert_int_equal(imap_append(im, str_c(mailbox), STR("Subject: x\r\n\r\ny\r\n"), NULL, 0, &uid,
                                 &validity, &d->e),
                     RC_OK);
    return uid;
}

/* --- Dovecot -----------------------------------------------------------------------------------
 */

static void watch_dovecot(bool no_notify)
{
    struct dovecot d = {0};
    struct ears h;
    uint64_t id = 0, again = 0;
    size_t at = 0;
    bool live = true;
    static const str_t seen[] = {STR_INIT("\\Seen")}, star[] = {STR_INIT("\\Flagged")};
    dovecot_start(&d);
    ears_start(&h, no_notify, 1);
    struct imap *im = dovecot_open(&d, "other", "INBOX");
    put(&d, im, "INBOX");
    assert_int_equal(imap_watch_add(h.watch, &d.account, &id, &live, &d.e), RC_OK);
    assert_false(live);
    await(&h, &at, is_live, NULL, "live");
    /* New, read, starred (numbers stay but for MODSEQ), gone; and another folder. */
    uint32_t uid = put(&d, im, "INBOX");
    await(&h, &at, is_box, &(struct box){"INBOX", 2, 2}, "a new message");
    assert_int_equal(imap_store(im, &uid, 1, true, seen, 1, &d.e), RC_OK);
    struct heard read = await(&h, &at, is_box, &(struct box){"INBOX", 2, 1}, "read elsewhere");
    assert_int_equal(read.state.uidnext, uid + 1);
    assert_true(read.state.uidvalidity > 0 && read.state.modseq > 0);
    assert_int_equal(imap_store(im, &uid, 1, true, star, 1, &d.e), RC_OK);
    struct heard starred = await(&h, &at, is_box, &(struct box){"INBOX", 2, 1}, "a star");
    assert_true(starred.state.modseq > read.state.modseq);
    assert_int_equal(imap_expunge(im, &uid, 1, &d.e), RC_OK);
    await(&h, &at, is_box, &(struct box){"INBOX", 1, 1}, "gone");
    put(&d, im, "Trash");
    await(&h, &at, is_box, &(struct box){"Trash", 1, 1}, "another folder");
    str_t name;
    assert_int_equal(imap_folder_create(im, STR("Neu & \xc3\xbc"), d.a, &name, &d.e), RC_OK);
    await(&h, &at, is_folders, NULL, "a folder more");
    put(&d, im, arena_cstr(d.a, name));
    struct heard other = await(&h, &at, is_named, arena_cstr(d.a, name), "mail in the new folder");
    assert_int_equal(other.state.total, 1);
    /* Who joins is told nothing by news: it is live already. */
    assert_int_equal(imap_watch_add(h.watch, &d.account, &again, &live, &d.e), RC_OK);
    assert_true(live);
    assert_int_equal(again, id);
    assert_int_equal(imap_watch_count(h.watch), 1);
    imap_watch_drop(h.watch, id, true);
    imap_watch_drop(h.watch, id, true);
    imap_release(im);
    ears_stop(&h);
    dovecot_stop(&d);
}

static void test_dovecot_notify(void **state)
{
    (void) state;
    if (!dovecot_there()) skip();
    watch_dovecot(false);
}

static void test_dovecot_idle(void **state)
{
    (void) state;
    if (!dovecot_there()) skip();
    watch_dovecot(true);
}

/* The connection is cut while things happen: they are told after it stands again. */
static void test_dovecot_cut(void **state)
{
    (void) state;
    if (!dovecot_there()) skip();
    struct dovecot d = {0};
    struct ears h;
    uint64_t id = 0;
    size_t at = 0;
    bool live = false;
    dovecot_start(&d);
    ears_start(&h, false, 60);
    struct imap *im = dovecot_open(&d, "other", "INBOX");
    assert_int_equal(imap_watch_add(h.watch, &d.account, &id, &live, &d.e), RC_OK);
    await(&h, &at, is_live, NULL, "live");
    for (int i = 1; i <= 3; i++) {
        dovecot_cut_later_ones(&d);
        put(&d, im, "INBOX");
        await(&h, &at, is_box, &(struct box){"INBOX", (uint32_t) i, (uint32_t) i},
              "what came while cut");
    }
    imap_watch_drop(h.watch, id, true);
    imap_release(im);
    ears_stop(&h);
    dovecot_stop(&d);
}

/* --- played servers -------------------------------------------------------------------------- */

static const char list_reply[] =
    "* LIST () \"/\" INBOX\r\n* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 77 UNSEEN 1)\r\n"
    "* LIST () \"/\" Sent\r\n* STATUS Sent (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 78 UNSEEN 0)\r\n"
    "%T OK list\r\n";

/* A server that is played, and who hears what is told of it. */
struct played {
    struct world w;
    struct ears h;
    uint64_t id;
    size_t at;
    char capability[160];
};
static void played_can(struct played *p, const char *also)
{
    snprintf(p->capability, sizeof p->capability,
             "* CAPABILITY IMAP4rev1 LITERAL+ LIST-EXTENDED LIST-STATUS %s\r\n%%T OK\r\n", also);
    fake_rule(&p->w.f, "CAPABILITY", str_c(p->capability), FAKE_GO_ON, 0);
    fake_rule(&p->w.f, "LIST", str_c(list_reply), FAKE_GO_ON, 0);
}
static void played_watch(struct played *p)
{
    bool live = false;
    world_start(&p->w);
    ears_start(&p->h, false, 60);
    assert_int_equal(imap_watch_add(p->h.watch, &p->w.account, &p->id, &live, &p->w.e), RC_OK);
    await(&p->h, &p->at, is_live, NULL, "live");
}
static void played_stop(struct played *p)
{
    imap_watch_drop(p->h.watch, p->id, true);
    ears_stop(&p->h);
    world_stop(&p->w);
}

/* Only IDLE, no CONDSTORE: each word about the INBOX is news, its numbers may be the same. */
static void test_idle_only(void **state)
{
    (void) state;
    struct played p = {0};
    played_can(&p, "IDLE");
    /* The first go-ahead comes with a change and the end of the connection, later ones stand. */
    fake_rule(&p.w.f, "IDLE", STR("+ idling\r\n* 2 FETCH (FLAGS (\\Flagged))\r\n"), FAKE_GO_ON, 1);
    fake_rule(&p.w.f, "DONE", STR("w6 OK idle\r\n"), FAKE_CLOSE, 1);
    fake_rule(&p.w.f, "IDLE", STR("+ idling\r\n"), FAKE_GO_ON, 0);
    played_watch(&p);
    /* The first connection is cut in the talk; the second tells the INBOX in any case. */
    await(&p.h, &p.at, is_box, &(struct box){"INBOX", 3, 1}, "INBOX after the cut");
    assert_true(fake_saw(&p.w.f, "SELECT \"INBOX\""));
    assert_false(fake_saw(&p.w.f, "NOTIFY"));
    played_stop(&p);
}

/* A notification without UNSEEN leads to the question for it. */
static void test_partial_notification(void **state)
{
    (void) state;
    struct played p = {0};
    played_can(&p, "NOTIFY");
    fake_rule(&p.w.f, "NOTIFY", STR("%T OK notify\r\n"), FAKE_GO_ON, 0);
    fake_rule(&p.w.f, "NOOP", STR("%T OK noop\r\n* STATUS Sent (MESSAGES 6 UIDNEXT 7)\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&p.w.f, "STATUS \"Sent\"",
              STR("* STATUS Sent (MESSAGES 6 UIDNEXT 7 UIDVALIDITY 78 UNSEEN 1)\r\n%T OK\r\n"),
              FAKE_GO_ON, 0);
    played_watch(&p);
    struct heard sent = await(&p.h, &p.at, is_named, "Sent", "Sent");
    assert_int_equal(sent.state.unseen, 1);
    assert_int_equal(sent.state.total, 6);
    assert_false(fake_saw(&p.w.f, "IDLE"));
    played_stop(&p);
}

/* A server that takes NOTIFY and then says nothing of folders that are not selected, as Dovecot 2.3
 * does at times: the INBOX is heard all the same. */
static void test_silent_notify(void **state)
{
    (void) state;
    struct played p = {0};
    played_can(&p, "IDLE NOTIFY");
    fake_rule(&p.w.f, "NOTIFY", STR("%T OK notify\r\n"), FAKE_GO_ON, 0);
    fake_rule(&p.w.f, "IDLE", STR("+ idling\r\n* 4 EXISTS\r\n"), FAKE_GO_ON, 1);
    fake_rule(&p.w.f, "DONE", STR("w7 OK idle\r\n"), FAKE_GO_ON, 1);
    fake_rule(&p.w.f, "STATUS \"INBOX\"",
              STR("* STATUS INBOX (MESSAGES 4 UIDNEXT 10 UIDVALIDITY 77 UNSEEN 2)\r\n%T OK\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&p.w.f, "IDLE", STR("+ idling\r\n"), FAKE_GO_ON, 0);
    played_watch(&p);
    struct heard inbox = await(&p.h, &p.at, is_named, "INBOX", "the new message");
    assert_int_equal(inbox.state.total, 4);
    assert_int_equal(inbox.state.unseen, 2);
    assert_true(fake_saw(&p.w.f, "SELECT \"INBOX\""));
    assert_true(fake_saw(&p.w.f, "NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) "));
    played_stop(&p);
}

/* A refused password is told once and not tried again; a server in trouble is tried again. */
static void test_refusals(void **state)
{
    (void) state;
    struct world w = {0};
    struct ears h;
    uint64_t id = 0, second = 0;
    size_t at = 0;
    bool live = false;
    fake_rule(&w.f, "LOGIN", STR("%T NO [UNAVAILABLE] later\r\n"), FAKE_GO_ON, 1);
    fake_rule(&w.f, "LOGIN", STR("%T NO [AUTHENTICATIONFAILED] no\r\n"), FAKE_GO_ON, 2);
    world_start(&w);
    ears_start(&h, false, 60);
    assert_int_equal(imap_watch_add(h.watch, &w.account, &id, &live, &w.e), RC_OK);
    await(&h, &at, is_refused, NULL, "refused");
    pthread_mutex_lock(&w.f.lock);
    assert_int_equal(w.f.connections, 2);
    pthread_mutex_unlock(&w.f.lock);
    /* Nobody joins one that was refused. */
    assert_int_equal(imap_watch_add(h.watch, &w.account, &second, &live, &w.e), RC_OK);
    assert_int_not_equal(second, id);
    imap_watch_drop(h.watch, id, true);
    imap_watch_drop(h.watch, second, true);
    ears_stop(&h);
    world_stop(&w);
}

static void test_limits(void **state)
{
    (void) state;
    struct world w = {0};
    struct ears h;
    uint64_t id[5] = {0};
    bool live = false;
    world_start(&w);
    ears_start(&h, false, 60);
    for (int i = 0; i < 5; i++) {
        char login[16];
        snprintf(login, sizeof login, "user%d", i);
        struct imap_account acc = w.account;
        acc.login = str_c(login);
        assert_int_equal(imap_watch_add(h.watch, &acc, &id[i], &live, &w.e),
                         i < 4 ? RC_OK : RC_THROTTLED);
    }
    /* The same login with another password is somebody else. */
    imap_watch_drop(h.watch, id[0], true);
    while (imap_watch_count(h.watch) == 4)
        usleep(2000);
    struct imap_account acc = w.account;
    acc.login = STR("user1");
    acc.password = STR("other");
    uint64_t other = 0;
    assert_int_equal(imap_watch_add(h.watch, &acc, &other, &live, &w.e), RC_OK);
    assert_int_not_equal(other, id[1]);
    acc.login = STR("a\r\nb");
    assert_int_equal(imap_watch_add(h.watch, &acc, &other, &live, &w.e), RC_INVALID);
    ears_stop(&h);
    world_stop(&w);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dovecot_notify), cmocka_unit_test(test_silent_notify),
        cmocka_unit_test(test_dovecot_idle),   cmocka_unit_test(test_dovecot_cut),
        cmocka_unit_test(test_idle_only),      cmocka_unit_test(test_partial_notification),
        cmocka_unit_test(test_refusals),       cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
