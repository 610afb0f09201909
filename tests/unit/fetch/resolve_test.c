/* A name server that never answers. The system's resolver is stood in for: it answers when the test
 * lets it. A question that waits for it never ends here: the alarm ends it. */
#include "fetch/resolve.h"

#include <arpa/inet.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/directory.h"
#include "tests/unit/test.h"

static atomic_int asked, waiting;
static atomic_bool silent;
static sem_t answer;

int getaddrinfo(const char *host, const char *port, const struct addrinfo *want,
                struct addrinfo **out)
{
    struct in_addr numeric;
    (void) port;
    if (want->ai_flags & AI_NUMERICHOST && inet_pton(AF_INET, host, &numeric) != 1)
        return EAI_NONAME;
    if (!(want->ai_flags & AI_NUMERICHOST)) {
        atomic_fetch_add(&asked, 1);
        if (atomic_load(&silent)) {
            atomic_fetch_add(&waiting, 1);
            sem_wait(&answer);
            atomic_fetch_sub(&waiting, 1);
        }
        if (strcmp(host, "nobody.test") == 0) return EAI_NONAME;
    }
    *out = calloc(1, sizeof **out);
    return 0;
}
void freeaddrinfo(struct addrinfo *all)
{
    free(all);
}

static int64_t in_ms(int64_t ms)
{
    return transfer_now_ms() + ms;
}

static enum resolve_outcome resolve(const char *host, int64_t ms)
{
    struct addrinfo *all = NULL;
    enum resolve_outcome outcome = resolve_name(host, 389, in_ms(ms), &all);
    assert_int_equal(outcome == RESOLVE_KNOWN, all != NULL);
    if (all) freeaddrinfo(all);
    return outcome;
}

static void a_name_is_known_or_not(void **state)
{
    (void) state;
    assert_int_equal(resolve("ldap.test", 60000), RESOLVE_KNOWN);
    assert_int_equal(resolve("nobody.test", 60000), RESOLVE_UNKNOWN);
    asked = 0;
    assert_int_equal(resolve("192.0.2.1", 60000), RESOLVE_KNOWN);
    assert_int_equal(asked, 0);
}

static void silence_ends_at_the_deadline_and_threads_do_not_pile_up(void **state)
{
    (void) state;
    asked = 0;
    silent = true;
    for (int i = 0; i < RESOLVE_MAX_THREADS; i++)
        assert_int_equal(resolve("ldap.test", 20), RESOLVE_LATE);
    for (int i = 0; i < 20; i++)
        assert_int_equal(resolve("ldap.test", 60000), RESOLVE_BUSY);
    assert_int_equal(resolve("192.0.2.1", 60000), RESOLVE_KNOWN); /* an address needs none */
    while (waiting < RESOLVE_MAX_THREADS)
        usleep(1000);
    assert_int_equal(asked, RESOLVE_MAX_THREADS);
    silent = false;
    for (int i = 0; i < RESOLVE_MAX_THREADS; i++)
        sem_post(&answer);
    /* Those that were given up end, and names are looked up again. */
    enum resolve_outcome o;
    while ((o = resolve("ldap.test", 60000)) == RESOLVE_BUSY)
        usleep(1000);
    assert_int_equal(o, RESOLVE_KNOWN);
    /* Each has taken its own answer, none that is meant for the next test. */
    while (waiting > 0)
        usleep(1000);
}

static void a_question_to_a_directory_ends_too(void **state)
{
    (void) state;
    struct config_directory d = {.name = STR("staff"),
                                 .base = STR("dc=test"),
                                 .server = {.host = STR("ldap.test"), .port = 389}};
    struct config config = {.directories = &d, .directory_count = 1};
    struct crowd crowd = CROWD_INIT(8);
    const struct fetch_request q = {.kind = FETCH_LDAP,
                                    .method = FETCH_GET,
                                    .url = STR("ldap:staff/anna@example.org"),
                                    .max_bytes = 1000,
                                    .timeout_ms = 1000};
    const struct transfer_options o = {
        .config = &config, .crowd = &crowd, .patient = &crowd, .deadline = in_ms(50)};
    struct transfer t = {.status = 0};
    silent = true;
    directory_run(&q, &o, &t);
    assert_int_equal(t.outcome, FETCH_TIMED_OUT);
    assert_non_null(strstr(t.detail, "name"));
    buf_free(&t.body);
    silent = false;
    sem_post(&answer);
}

static int begin(void **state)
{
    (void) state;
    alarm(120);
    return sem_init(&answer, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_known_or_not),
        cmocka_unit_test(silence_ends_at_the_deadline_and_threads_do_not_pile_up),
        cmocka_unit_test(a_question_to_a_directory_ends_too),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
