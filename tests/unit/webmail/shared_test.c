/* Crash marks across processes, counters, and the list cache. */
#include "tests/unit/webmail/rig.h"
#include "webmail/view/list_cache.h"

static struct shared_key key_of(const char *name)
{
    struct shared_key key;
    str_t part = str_c(name);
    assert_int_equal(shared_key_of(&part, 1, &key, NULL), RC_OK);
    return key;
}

enum end { END_EXIT, END_ABORT, END_SEGV, END_KILL };

/* A worker that is parsing `message` when it ends. */
static void worker(struct shared *s, const struct shared_key *message, enum end end)
{
    if (!shared_thread_start(s)) _exit(3);
    shared_watch_crashes();
    if (shared_parse_begin(s, message, NULL) != RC_OK) _exit(4);
    if (end == END_ABORT) abort();
    volatile uintptr_t nowhere = 8;
    if (end == END_SEGV) *(volatile int *) nowhere = 1;
    if (end == END_KILL) raise(SIGKILL);
    shared_parse_end(s);
    shared_thread_stop(s);
    _exit(0);
}

static void run_worker(struct shared *s, const struct shared_key *message, enum end end)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(20);
        worker(s, message, end);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (end == END_EXIT) assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    shared_reap(s, pid, end != END_EXIT);
}

static rc_t begin(struct shared *s, const struct shared_key *message)
{
    rc_t rc = shared_parse_begin(s, message, NULL);
    shared_parse_end(s);
    return rc;
}

static void remembers_what_crashed(void **state)
{
    (void) state;
    struct shared *s = NULL;
    assert_int_equal(shared_new(&s, NULL), RC_OK);
    struct shared_key fine = key_of("fine"), aborts = key_of("aborts"), faults = key_of("faults");
    run_worker(s, &fine, END_EXIT);
    assert_int_equal(begin(s, &fine), RC_OK);
    run_worker(s, &aborts, END_ABORT);
    assert_int_equal(begin(s, &aborts), RC_DAMAGED);
    run_worker(s, &faults, END_SEGV);
    assert_int_equal(begin(s, &faults), RC_DAMAGED);
    assert_int_equal(begin(s, &fine), RC_OK);
}

static void a_kill_makes_suspect_only(void **state)
{
    (void) state;
    struct shared *s = NULL;
    assert_int_equal(shared_new(&s, NULL), RC_OK);
    struct shared_key message = key_of("large");
    run_worker(s, &message, END_KILL);
    assert_int_equal(begin(s, &message), RC_OK);
    run_worker(s, &message, END_KILL);
    assert_int_equal(begin(s, &message), RC_DAMAGED);
}

static void marks_are_given_back(void **state)
{
    (void) state;
    struct shared *s = NULL;
    assert_int_equal(shared_new(&s, NULL), RC_OK);
    for (int i = 0; i < 20000; i++) {
        assert_true(shared_thread_start(s));
        shared_thread_stop(s);
    }
}

static void keys_tell_parts_apart(void **state)
{
    (void) state;
    struct shared_key a, b;
    const str_t one[] = {STR("ab"), STR("c")}, two[] = {STR("a"), STR("bc")};
    assert_int_equal(shared_key_of(one, 2, &a, NULL), RC_OK);
    assert_int_equal(shared_key_of(two, 2, &b, NULL), RC_OK);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void counts_in_windows(void **state)
{
    (void) state;
    struct shared *s = NULL;
    assert_int_equal(shared_new(&s, NULL), RC_OK);
    struct shared_key a = key_of("a"), b = key_of("b");
    assert_int_equal(shared_count(s, &a, 900, 1, 1000), 1);
    assert_int_equal(shared_count(s, &a, 900, 1, 1899), 2);
    assert_int_equal(shared_count(s, &b, 900, 0, 1000), 0);
    assert_int_equal(shared_count(s, &a, 900, -5, 1899), 0);
    assert_int_equal(shared_count(s, &a, 900, 3, 1899), 3);
    assert_int_equal(shared_count(s, &a, 900, 0, 1900), 0);
    for (int i = 0; i < 100000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        struct shared_key key = key_of(name);
        assert_int_equal(shared_count(s, &key, 900, 1, 5000), 1);
    }
}

/* --- list cache ------------------------------------------------------------------------------- */

static void keeps_pages(void **state)
{
    (void) state;
    struct list_cache *l = NULL;
    CLEANUP_ARENA struct arena *a = arena_new(16 << 20);
    static char big[3000];
    memset(big, 'x', sizeof big);
    assert_int_equal(list_cache_new(20000, 512, &l, NULL), RC_OK);
    list_cache_put(l, STR("s1 a"), STR("one"));
    list_cache_put(l, STR("s1 a"), STR("two"));
    list_cache_put(l, STR("s2 a"), STR("three"));
    assert_str(list_cache_get(l, STR("s1 a"), a), STR("two"));
    assert_str(list_cache_get(l, STR("s2 a"), a), STR("three"));
    assert_null(list_cache_get(l, STR("s3 a"), a).p);
    list_cache_drop(l, STR("s1 "));
    assert_null(list_cache_get(l, STR("s1 a"), a).p);
    for (int i = 0; i < 1000; i++) {
        str_t key = arena_printf(a, "k%d", i);
        list_cache_put(l, key, str_n(big, sizeof big));
        assert_str(list_cache_get(l, key, a), str_n(big, sizeof big));
    }
    list_cache_put(l, STR("huge"), str_n(big, sizeof big - 0));
    size_t kept = 0;
    for (int i = 0; i < 1000; i++)
        kept += list_cache_get(l, arena_printf(a, "k%d", i), a).p != NULL;
    assert_in_range(kept, 1, 6);
    list_cache_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_what_crashed), cmocka_unit_test(a_kill_makes_suspect_only),
        cmocka_unit_test(marks_are_given_back),   cmocka_unit_test(keys_tell_parts_apart),
        cmocka_unit_test(counts_in_windows),      cmocka_unit_test(keeps_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
