/* How much one spell check may take from others. hunspell is stood in for: what counts is how often
 * it is called, and who gets its turn meanwhile. A check that holds what others wait for never ends
 * here: the alarm ends it. */
#include <hunspell/hunspell.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/unit/test.h"
#include "webmail/compose/spell.h"
#include "webmail/compose/spell_turn.h"

/* --- a dictionary in which no word is right ----------------------------------------------------
 */

static atomic_int suggested, looked_at, loaded;
static atomic_long now_ms = 1000;
static void (*on_look)(int n); /* the n-th word is being looked at, turn held */
static void (*on_suggest)(void);

struct Hunhandle {
    int unused;
};
static Hunhandle handle;

Hunhandle *Hunspell_create(const char *aff, const char *dic)
{
    (void) aff, (void) dic;
    atomic_fetch_add(&loaded, 1);
    return &handle;
}
void Hunspell_destroy(Hunhandle *h)
{
    (void) h;
    atomic_fetch_sub(&loaded, 1);
}
char *Hunspell_get_dic_encoding(Hunhandle *h)
{
    static char encoding[] = "UTF-8";
    (void) h;
    return encoding;
}
int Hunspell_spell(Hunhandle *h, const char *word)
{
    (void) h, (void) word;
    int n = atomic_fetch_add(&looked_at, 1) + 1;
    if (on_look) on_look(n);
    return strcmp(word, "right") == 0;
}
int Hunspell_suggest(Hunhandle *h, char ***list, const char *word)
{
    (void) h, (void) word;
    atomic_fetch_add(&suggested, 1);
    if (on_suggest) on_suggest();
    *list = malloc(sizeof **list);
    (*list)[0] = strdup("better");
    return 1;
}
void Hunspell_free_list(Hunhandle *h, char ***list, int n)
{
    (void) h;
    for (int i = 0; i < n; i++)
        free((*list)[i]);
    free(*list);
}
/* Time goes on when a test says so. */
int64_t clock_ms(void)
{
    return atomic_load(&now_ms);
}

static char dir[] = "/tmp/waxseal-spell-XXXXXX";

static void put_dictionary(const char *name)
{
    char path[80];
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.%s", dir, name, i ? "aff" : "dic");
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fclose(f);
    }
}

static int open_all(void **state)
{
    (void) state;
    alarm(120);
    assert_non_null(mkdtemp(dir));
    put_dictionary("xx");
    return 0;
}
static int close_all(void **state)
{
    char command[80];
    (void) state;
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}
static int begin(void **state)
{
    (void) state;
    suggested = looked_at = 0;
    on_look = NULL;
    on_suggest = NULL;
    return 0;
}

static rc_t check(str_t text, struct spell_miss *first, size_t *n)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 22);
    struct spell_dictionary d = {"xx"};
    struct spell_text t = {.text = text, .suggest = true};
    struct spell_miss *list;
    struct err e = {0};
    rc_t rc = spell_check(str_c(dir), &d, &t, a, &list, n, &e);
    if (rc == RC_OK && *n > 0 && first) *first = list[0];
    return rc;
}

/* --- what one request may cost -----------------------------------------------------------------
 */

#define LONG "abcdefghijklmnopqrstuvwxyzabcdefg" /* 33 */

static void suggestions_are_for_one_word_that_is_not_too_long(void **state)
{
    (void) state;
    struct spell_miss m;
    size_t n = 0;
    assert_int_equal(strlen(LONG), SPELL_MAX_LETTERS + 1);
    assert_int_equal(check(STR(LONG " " LONG "x " LONG), &m, &n), RC_OK);
    assert_int_equal(n, 3); /* they are marked all the same */
    assert_int_equal(suggested, 0);
    assert_int_equal(m.count, 0);
    assert_int_equal(check(STR("wrong wrongly wronged wrong"), &m, &n), RC_OK);
    assert_int_equal(n, 4);
    assert_int_equal(suggested, 1);
    assert_int_equal(m.count, 1);
    suggested = 0; /* letters, not bytes */
    assert_int_equal(check(STR("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                               "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                               "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"),
                           &m, &n),
                     RC_OK);
    assert_int_equal(suggested, 1);
}

static void a_word_takes_a_second(int n)
{
    (void) n;
    atomic_fetch_add(&now_ms, 1000);
}

static void a_check_ends_within_its_budget(void **state)
{
    (void) state;
    size_t n = 7;
    on_look = a_word_takes_a_second;
    assert_int_equal(check(STR("right right right right right right right"), NULL, &n), RC_BUSY);
    assert_int_equal(looked_at, SPELL_BUDGET_MS / 1000);
    assert_int_equal(n, 7);
    on_look = NULL; /* and nothing is left behind */
    assert_int_equal(check(STR("right"), NULL, &n), RC_OK);
    assert_int_equal(n, 0);
}

static void finding_out_the_language_ends_within_it_too(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 22);
    struct spell_dictionary d;
    struct err e = {0};
    const str_t names[] = {STR("xx")};
    on_look = a_word_takes_a_second;
    assert_int_equal(spell_guess(str_c(dir), STR_NULL, STR("right right right right right right"),
                                 names, 1, a, &d, &e),
                     RC_BUSY);
    assert_int_equal(looked_at, SPELL_BUDGET_MS / 1000);
}

/* --- turns -------------------------------------------------------------------------------------
 */

static sem_t thinking, go_on;
static atomic_bool other_done;
static pthread_t other;
static rc_t other_rc;
static char right[] = "right", wrong[] = "wrong"; /* outlive whoever asks */

static void think(void)
{
    sem_post(&thinking);
    sem_wait(&go_on);
}

static void *one_check(void *arg)
{
    size_t n;
    other_rc = check(str_c(arg), NULL, &n);
    atomic_store(&other_done, true);
    return NULL;
}

static void who_waits_is_told_in_time(void **state)
{
    (void) state;
    size_t n;
    sem_init(&thinking, 0, 0);
    sem_init(&go_on, 0, 0);
    on_suggest = think;
    assert_int_equal(pthread_create(&other, NULL, one_check, wrong), 0);
    sem_wait(&thinking); /* it has the turn, and keeps it until it is let go on */
    assert_int_equal(check(STR("right"), NULL, &n), RC_BUSY);
    assert_int_equal(looked_at, 1);
    sem_post(&go_on);
    pthread_join(other, NULL);
    assert_int_equal(other_rc, RC_OK);
    assert_int_equal(check(STR("right"), NULL, &n), RC_OK);
}

/* The other asks while the first word is looked at, and has its answer before the text ends. */
static void let_another_in(int n)
{
    if (n == 1) assert_int_equal(pthread_create(&other, NULL, one_check, right), 0);
    /* Time enough that the turn is to be shared, never enough for the budget to end. */
    if (n % 200 == 0) atomic_fetch_add(&now_ms, 25);
    if (!atomic_load(&other_done)) usleep(1000);
}

static void a_long_text_lets_others_in_between(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
    size_t n;
    for (int i = 0; i < 20000; i++)
        buf_cstr(&text, "right ");
    other_done = false;
    on_look = let_another_in;
    assert_int_equal(check(buf_view(&text), NULL, &n), RC_OK);
    assert_true(atomic_load(&other_done));
    pthread_join(other, NULL);
    assert_int_equal(other_rc, RC_OK);
}

/* --- jobs --------------------------------------------------------------------------------------
 */

static void an_account_has_one_job_and_all_have_few(void **state)
{
    (void) state;
    struct shared_key who[SPELL_MAX_JOBS + 1];
    struct err e = {0};
    for (unsigned i = 0; i <= SPELL_MAX_JOBS; i++)
        memset(&who[i], (int) i + 1, sizeof who[i]);
    assert_int_equal(spell_job_begin(&who[0], 99, &e), RC_OK);
    assert_int_equal(spell_job_begin(&who[0], 99, &e), RC_THROTTLED);
    assert_int_equal(err_http_status(e.code), 429);
    assert_int_equal(spell_job_begin(&who[1], 1, &e), RC_BUSY);
    assert_int_equal(err_http_status(e.code), 503);
    for (unsigned i = 1; i < SPELL_MAX_JOBS; i++)
        assert_int_equal(spell_job_begin(&who[i], 99, &e), RC_OK);
    assert_int_equal(spell_job_begin(&who[SPELL_MAX_JOBS], 99, &e), RC_BUSY);
    spell_job_end(&who[0]);
    assert_int_equal(spell_job_begin(&who[SPELL_MAX_JOBS], 99, &e), RC_OK);
    for (unsigned i = 1; i <= SPELL_MAX_JOBS; i++)
        spell_job_end(&who[i]);
    assert_int_equal(spell_job_begin(&who[0], 1, &e), RC_OK);
    spell_job_end(&who[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(suggestions_are_for_one_word_that_is_not_too_long, begin),
        cmocka_unit_test_setup(a_check_ends_within_its_budget, begin),
        cmocka_unit_test_setup(finding_out_the_language_ends_within_it_too, begin),
        cmocka_unit_test_setup(who_waits_is_told_in_time, begin),
        cmocka_unit_test_setup(a_long_text_lets_others_in_between, begin),
        cmocka_unit_test_setup(an_account_has_one_job_and_all_have_few, begin),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
