/* The pool: who may share a connection, how many there are, who waits, who gives way. Also run
 * under SAN=thread. */
#include <time.h>

#include "tests/unit/mail/imap_fake.h"

static struct imap_account account(struct world *w, const char *session)
{
    struct imap_account a = w->account;
    a.session = str_c(session);
    return a;
}

static struct imap *open_for(struct world *w, const char *session, const char *mailbox)
{
    struct imap_account a = account(w, session);
    struct imap *im = NULL;
    rc_t rc = imap_acquire(w->pool, &a, str_c(mailbox), FAKE_DEADLINE, &im, &w->e);
    if (rc != RC_OK) fail_msg("%s: %s (%s)", session, err_word(rc), w->e.detail);
    return im;
}

/* Waits for something the other side does on its own; only its never happening fails. */
static void wait_until(bool (*holds)(struct fake *f), struct fake *f)
{
    for (int i = 0; i < 3000 && !holds(f); i++) {
        struct timespec little = {.tv_nsec = 10000000};
        nanosleep(&little, NULL);
    }
    assert_true(holds(f));
}

static bool saw_logout(struct fake *f)
{
    return fake_saw(f, "LOGOUT\n");
}

static void test_mailbox_is_kept(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *a = open_for(&w, "s1", "INBOX"), *b = open_for(&w, "s1", "Sent");
    assert_int_equal(w.f.connections, 2);
    imap_release(a);
    imap_release(b);
    unsigned before = fake_commands(&w.f);
    a = open_for(&w, "s1", "Sent");
    b = open_for(&w, "s1", "INBOX");
    assert_int_equal(fake_commands(&w.f), before); /* no SELECT: each got its own back */
    imap_release(a);
    imap_release(b);
    a = open_for(&w, "s1", "Trash"); /* the one unused longest is used for something new */
    assert_int_equal(fake_commands(&w.f), before + 1);
    imap_release(a);
    a = open_for(&w, "s1", "INBOX");
    assert_int_equal(fake_commands(&w.f), before + 1);
    imap_release(a);
    assert_int_equal(w.f.connections, 2);
    world_stop(&w);
}

/* Another session, another password, another login or server: never the same connection. */
static void test_nothing_is_shared(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    imap_release(open_for(&w, "s1", "INBOX"));
    assert_int_equal(w.f.connections, 1);
    imap_release(open_for(&w, "s2", "INBOX"));
    assert_int_equal(w.f.connections, 2);
    struct imap_account a = account(&w, "s1");
    a.password = STR("other");
    struct imap *im = NULL;
    assert_int_equal(imap_acquire(w.pool, &a, STR("INBOX"), FAKE_DEADLINE, &im, &w.e), RC_OK);
    imap_release(im);
    assert_int_equal(w.f.connections, 3);
    /* A sign-in is always proved anew. */
    a = account(&w, "s1");
    assert_int_equal(imap_check_login(w.pool, &a, FAKE_DEADLINE, &w.e), RC_OK);
    assert_int_equal(w.f.connections, 4);
    world_stop(&w);
}

static void test_limit_per_session(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *a = open_for(&w, "s1", "INBOX"), *b = open_for(&w, "s1", "INBOX"), *c = NULL;
    struct imap_account acc = account(&w, "s1");
    assert_int_equal(imap_acquire(w.pool, &acc, STR("INBOX"), 50, &c, &w.e), RC_TIMEOUT);
    imap_release(open_for(&w, "s2", "INBOX")); /* others are not held up */
    imap_release(a);
    c = open_for(&w, "s1", "INBOX");
    imap_release(b);
    imap_release(c);
    assert_int_equal(w.f.connections, 3);
    world_stop(&w);
}

struct waiter {
    struct world *w;
    struct imap *got;
};

/* imap_acquire, again as long as too many wait already. */
static rc_t acquire_patiently(struct world *w, const struct imap_account *acc, str_t mailbox,
                              struct imap **out)
{
    for (;;) {
        rc_t rc = imap_acquire(w->pool, acc, mailbox, FAKE_DEADLINE, out, NULL);
        if (rc != RC_THROTTLED) return rc;
        struct timespec little = {.tv_nsec = 1000000};
        nanosleep(&little, NULL);
    }
}

static void *wait_for_one(void *arg)
{
    struct waiter *x = arg;
    struct imap_account acc = account(x->w, "s1");
    if (acquire_patiently(x->w, &acc, STR("INBOX"), &x->got) != RC_OK) x->got = NULL;
    return NULL;
}

static void *wait_and_release(void *arg)
{
    struct waiter *x = arg;
    wait_for_one(x);
    imap_release(x->got);
    return NULL;
}

static void test_waiter_gets_what_is_released(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *a = open_for(&w, "s1", "INBOX"), *b = open_for(&w, "s1", "INBOX");
    struct waiter x = {.w = &w};
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_one, &x);
    imap_release(a);
    pthread_join(thread, NULL);
    assert_non_null(x.got);
    imap_release(x.got);
    imap_release(b);
    assert_int_equal(w.f.connections, 2);
    world_stop(&w);
}

/* A session with everything busy may not collect all threads: the seventeenth waiter is sent away,
 * another session is not. */
static void test_waiters_are_limited(void **state)
{
    (void) state;
    enum { MANY = 16 }; /* eight for each connection */
    struct world w = {0};
    world_start(&w);
    struct imap *a = open_for(&w, "s1", "INBOX"), *b = open_for(&w, "s1", "INBOX"), *c = NULL;
    struct imap_account acc = account(&w, "s1");
    struct waiter x[MANY];
    pthread_t threads[MANY];
    for (int i = 0; i < MANY; i++) {
        x[i] = (struct waiter){.w = &w};
        pthread_create(&threads[i], NULL, wait_and_release, &x[i]);
    }
    rc_t rc = RC_TIMEOUT; /* until all of them wait, this one only waits too */
    for (int i = 0; i < 3000 && rc == RC_TIMEOUT; i++)
        rc = imap_acquire(w.pool, &acc, STR("INBOX"), 10, &c, &w.e);
    assert_int_equal(rc, RC_THROTTLED);
    imap_release(open_for(&w, "s2", "INBOX"));
    imap_release(a);
    imap_release(b);
    for (int i = 0; i < MANY; i++) {
        /* Each gives way to the next. */
        pthread_join(threads[i], NULL);
        assert_non_null(x[i].got);
    }
    world_stop(&w);
}

/* At the total the connection unused longest gives way; busy ones never. */
static void test_total(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *busy = open_for(&w, "busy", "INBOX");
    char name[16];
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "s%d", i);
        imap_release(open_for(&w, name, "INBOX"));
    }
    assert_int_equal(w.f.connections, 13);
    wait_until(saw_logout, &w.f);
    imap_release(open_for(&w, "s11", "INBOX"));
    assert_int_equal(w.f.connections, 13); /* the newest is still there */
    imap_release(open_for(&w, "s0", "INBOX"));
    assert_int_equal(w.f.connections, 14); /* the oldest is not */
    struct imap_mailbox m;
    assert_int_equal(imap_mailbox(busy, &m, &w.e), RC_OK);
    imap_release(busy);
    assert_int_equal(w.f.connections, 14);
    world_stop(&w);
}

static void test_drop(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *busy = open_for(&w, "s1", "INBOX");
    imap_release(open_for(&w, "s1", "Sent"));
    imap_release(open_for(&w, "s2", "INBOX"));
    assert_int_equal(w.f.connections, 3);
    imap_pool_drop(w.pool, STR("s1"));
    imap_release(busy);
    imap_release(open_for(&w, "s2", "INBOX"));
    assert_int_equal(w.f.connections, 3);
    imap_release(open_for(&w, "s1", "INBOX"));
    assert_int_equal(w.f.connections, 4); /* neither of its two was left */
    world_stop(&w);
}

static void test_idle_ones_are_closed(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    imap_pool_free(w.pool);
    struct imap_pool_options o = {.per_session = 2, .idle_seconds = 1, .total = 8};
    assert_int_equal(imap_pool_new(&o, &w.pool, &w.e), RC_OK);
    imap_release(open_for(&w, "s1", "INBOX"));
    wait_until(saw_logout, &w.f);
    imap_release(open_for(&w, "s1", "INBOX"));
    assert_int_equal(w.f.connections, 2);
    world_stop(&w);
}

/* A held connection that died while idle is replaced before anyone notices, for writes as well. */
static void test_dead_while_idle(void **state)
{
    (void) state;
    struct world w = {0};
    static const str_t seen[] = {STR_INIT("\\Seen")};
    fake_rule(&w.f, "UID STORE", STR("%T OK stored\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "NOOP", STR("%T OK noop\r\n* BYE idle too long\r\n"), FAKE_CLOSE, 1);
    world_start(&w);
    struct imap *im = open_for(&w, "s1", "INBOX");
    struct imap_mailbox m;
    (void) !imap_mailbox(im, &m, &w.e);
    imap_release(im);
    im = open_for(&w, "s1", "INBOX");
    uint32_t uid = 8;
    assert_int_equal(imap_store(im, &uid, 1, true, seen, 1, &w.e), RC_OK);
    imap_release(im);
    assert_int_equal(w.f.connections, 2);
    world_stop(&w);
}

/* --- many threads -------------------------------------------------------------------------------
 */

#define THREADS 16
#define ROUNDS 40

struct worker {
    struct world *w;
    unsigned number, failed;
};

static void *work(void *arg)
{
    struct worker *me = arg;
    char session[16];
    static const char *const boxes[] = {"INBOX", "Sent", "Trash"};
    for (unsigned i = 0; i < ROUNDS; i++) {
        snprintf(session, sizeof session, "s%u", (me->number + i) % 4);
        struct imap_account acc = account(me->w, session);
        struct imap *im = NULL;
        struct imap_mailbox m;
        struct err e = {0};
        rc_t rc = acquire_patiently(me->w, &acc, str_c(boxes[i % 3]), &im);
        if (rc == RC_OK) rc = imap_mailbox(im, &m, &e);
        if (rc != RC_OK || m.uidvalidity != 77) me->failed++;
        imap_release(im);
        if (i == ROUNDS / 2 && me->number == 0) imap_pool_drop(me->w->pool, STR("s1"));
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    pthread_t threads[THREADS];
    struct worker workers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.w = &w, .number = i};
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    unsigned failed = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failed += workers[i].failed;
    }
    assert_int_equal(failed, 0);
    assert_true(w.f.connections <= 8 + 3);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mailbox_is_kept),
        cmocka_unit_test(test_nothing_is_shared),
        cmocka_unit_test(test_limit_per_session),
        cmocka_unit_test(test_waiter_gets_what_is_released),
        cmocka_unit_test(test_waiters_are_limited),
        cmocka_unit_test(test_total),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_idle_ones_are_closed),
        cmocka_unit_test(test_dead_while_idle),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests_name("imap_pool", tests, NULL, NULL);
}
