/* Licences: states over time, the quota, one seat and many who want it. */
#include "policy/licence.h"

#include <pthread.h>
#include <sys/wait.h>

#include "tests/unit/policy/world.h"

static void register_accounts(struct world *w, const char *organisation, int n)
{
    char id[64];
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof id, "u%d@%s.test", i, organisation);
        world_must(w, RECORD_ACCOUNT, organisation, id, "{}");
    }
}

/* "result state, result state, …" of a change; accounts NULL: all. */
static const char *change(struct world *w, const char *organisation, const char *accounts, bool on)
{
    static char text[512];
    json_t *list = accounts ? world_json(accounts) : NULL, *rows = NULL;
    struct err e = {0};
    size_t n = 0;
    rc_t rc = licence_change(&w->r, &w->by, str_c(organisation), list, on, &rows, &e);
    if (rc != RC_OK) {
        snprintf(text, sizeof text, "%s %s", err_word(rc), e.field);
    } else {
        text[0] = '\0';
        for (size_t i = 0; i < json_array_size(rows); i++) {
            const json_t *row = json_array_get(rows, i);
            n += (size_t) snprintf(text + n, sizeof text - n, "%s%.*s %.*s", i ? ", " : "",
                                   STR_ARG(record_text(row, "result")),
                                   STR_ARG(record_text(row, "state")));
        }
    }
    json_decref(rows);
    json_decref(list);
    return text;
}

static void expect_counts(struct world *w, int active, int pending, int free_seats)
{
    json_t *v = NULL;
    assert_int_equal(licence_forecast(&w->r, STR("acme"), w->by.now, &v, NULL), RC_OK);
    assert_int_equal(json_integer_value(json_object_get(v, "active")), active);
    assert_int_equal(json_integer_value(json_object_get(v, "revoke_pending")), pending);
    assert_int_equal(json_integer_value(json_object_get(v, "used")), active + pending);
    assert_int_equal(json_integer_value(json_object_get(v, "free")), free_seats);
    json_decref(v);
}

#define U0 "[\"u0@north.test\"]"
#define U1 "[\"u1@north.test\"]"

static void a_seat_goes_its_way(void **state)
{
    struct world *w = *state;
    world_acme(w, 1);
    register_accounts(w, "north", 2);
    assert_string_equal(change(w, "north", U0, true), "activated active");
    assert_string_equal(change(w, "north", U0, true), "unchanged active");
    assert_string_equal(change(w, "north", U1, true), "no_seat inactive");
    assert_string_equal(change(w, "north", U1, false), "unchanged inactive");
    assert_string_equal(change(w, "north", U0, false), "deactivated revoke_pending");
    assert_string_equal(change(w, "north", U0, false), "unchanged revoke_pending");
    expect_counts(w, 0, 1, 0); /* still counted */
    assert_string_equal(change(w, "north", U1, true), "no_seat inactive");
    assert_string_equal(change(w, "north", U0, true),
                        "activated active"); /* takes no second seat */
    expect_counts(w, 1, 0, 0);
    assert_string_equal(change(w, "north", U0, false), "deactivated revoke_pending");
    w->by.now += 14 * DAY - 1;
    assert_string_equal(change(w, "north", U1, true), "no_seat inactive");
    w->by.now += 1; /* nobody did anything */
    expect_counts(w, 0, 0, 1);
    assert_string_equal(change(w, "north", U1, true), "activated active");
    expect_counts(w, 1, 0, 0);
    struct kv_value v;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HLEN"), STR("t:o:licences:acme")), RC_OK);
    assert_int_equal(v.i, 1); /* what ran out is swept */
}

static void the_quota_is_over_all_organisations(void **state)
{
    struct world *w = *state;
    world_acme(w, 3);
    register_accounts(w, "north", 2);
    register_accounts(w, "south", 2);
    assert_string_equal(change(w, "north", NULL, true), "activated active, activated active");
    assert_string_equal(change(w, "south", NULL, true), "activated active, no_seat inactive");
    assert_string_equal(change(w, "south", NULL, false),
                        "deactivated revoke_pending, unchanged inactive");
    assert_string_equal(
        change(w, "north", "[\"u0@south.test\",\"x@north.test\",\"u1@north.test\"]", true),
        "no_account inactive, no_account inactive, unchanged active");
    assert_string_equal(change(w, "nobody", NULL, true), "not_found organisation");
    assert_string_equal(change(w, "north", "[\"x\"]", true), "invalid account");
}

static bool has_warning(struct world *w, const char *code, const char *member, int value)
{
    json_t *v = NULL;
    bool found = false;
    assert_int_equal(licence_forecast(&w->r, STR("acme"), w->by.now, &v, NULL), RC_OK);
    const json_t *list = json_object_get(v, "warnings");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        if (!str_eq(record_text(row, "code"), str_c(code))) continue;
        found = !member || json_integer_value(json_object_get(row, member)) == value;
    }
    json_decref(v);
    return found;
}

static void a_lowered_quota_takes_nothing_away(void **state)
{
    struct world *w = *state;
    world_acme(w, 3);
    register_accounts(w, "north", 4);
    assert_string_equal(change(w, "north", NULL, true),
                        "activated active, activated active, activated active, no_seat inactive");
    assert_true(has_warning(w, "no_seat_left", NULL, 0));
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":1}");
    assert_true(has_warning(w, "over_quota", "seats", 2));
    expect_counts(w, 3, 0, 0);
    assert_string_equal(change(w, "north", "[\"u3@north.test\"]", true), "no_seat inactive");
    assert_string_equal(change(w, "north", U0, false), "deactivated revoke_pending");
    assert_string_equal(change(w, "north", U0, true), "activated active"); /* it was counted */
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"quota\":4}");
    assert_true(has_warning(w, "few_seats_left", "seats", 1) == false); /* more than a tenth */
    assert_string_equal(change(w, "north", "[\"u3@north.test\"]", true), "activated active");
}

static void the_period_is_obeyed_and_foretold(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    register_accounts(w, "north", 3);
    /* day 1000 is 1972-09-27 */
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"valid_until\":\"1972-10-07\"}");
    assert_true(has_warning(w, "ends", "days", 10));
    assert_string_equal(change(w, "north", NULL, true),
                        "activated active, activated active, activated active");
    assert_string_equal(change(w, "north", U0, false), "deactivated revoke_pending");
    w->by.now += DAY;
    assert_string_equal(change(w, "north", U1, false), "deactivated revoke_pending");
    json_t *v = NULL;
    assert_int_equal(licence_forecast(&w->r, STR("acme"), w->by.now, &v, NULL), RC_OK);
    json_t *want = world_json("[{\"at\":\"1972-10-11T00:00:00Z\",\"seats\":1},"
                              "{\"at\":\"1972-10-12T00:00:00Z\",\"seats\":1}]");
    assert_true(json_equal(json_object_get(v, "frees"), want));
    json_decref(want);
    json_decref(v);
    w->by.now = NOW + 10 * DAY; /* its last second is over */
    assert_true(has_warning(w, "ended", NULL, 0));
    assert_string_equal(change(w, "north", U0, true), "feature_disabled customer");
    assert_string_equal(change(w, "north", "[\"u2@north.test\"]", false),
                        "deactivated revoke_pending");
    world_must(w, RECORD_CUSTOMER, NULL, "acme", "{\"valid_until\":null,\"disabled\":true}");
    assert_true(has_warning(w, "disabled", NULL, 0));
    assert_string_equal(change(w, "north", U0, true), "feature_disabled customer");
    world_must(w, RECORD_CUSTOMER, NULL, "acme",
               "{\"valid_from\":\"1980-01-01\",\"disabled\":false}");
    assert_true(has_warning(w, "not_begun", NULL, 0));
    assert_string_equal(change(w, "north", U0, true), "feature_disabled customer");
}

/* Mailboxes cannot take turns on one seat by being removed. */
static void a_removed_account_keeps_its_seat_for_a_while(void **state)
{
    struct world *w = *state;
    world_acme(w, 1);
    register_accounts(w, "north", 2);
    assert_string_equal(change(w, "north", U0, true), "activated active");
    world_must(w, RECORD_ACCOUNT, "north", "u0@north.test", NULL);
    expect_counts(w, 0, 1, 0);
    json_t *rows = NULL;
    struct audit_filter f = {.what = STR("licences north"), .count = 1};
    assert_int_equal(audit_list(&w->r, &f, &rows, NULL), RC_OK);
    const json_t *told = json_object_get(json_array_get(rows, 0), "after");
    assert_str(json_text(json_array_get(json_object_get(told, "deactivated"), 0)),
               STR("u0@north.test"));
    json_decref(rows);
    assert_string_equal(change(w, "north", U1, true), "no_seat inactive");
    w->by.now += 14 * DAY;
    assert_string_equal(change(w, "north", U1, true), "activated active");
}

static void the_audit_names_them_by_the_hundred(void **state)
{
    struct world *w = *state;
    json_t *rows = NULL;
    size_t named = 0;
    world_acme(w, 150);
    register_accounts(w, "north", 160);
    assert_int_equal(licence_change(&w->r, &w->by, STR("north"), NULL, true, &rows, NULL), RC_OK);
    assert_int_equal(json_array_size(rows), 160);
    json_decref(rows);
    struct audit_filter f = {.what = STR("licences north"), .count = 10};
    assert_int_equal(audit_list(&w->r, &f, &rows, NULL), RC_OK);
    assert_int_equal(json_array_size(rows), 2);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *after = json_object_get(json_array_get(rows, i), "after");
        named += json_array_size(json_object_get(after, "activated"));
    }
    assert_int_equal(named, 150);
    json_decref(rows);
}

/* --- one free seat, a hundred who want it --------------------------------------------------------
 */

enum { PROCESSES = 10, THREADS = 10 };

struct wish {
    const struct world *w;
    int number, got;
};

static void *ask(void *arg)
{
    struct wish *wish = arg;
    struct registry r = {world_connect(wish->w), &wish->w->config};
    json_t *list = json_array(), *rows = NULL;
    json_array_append_new(list, json_sprintf("u%d@north.test", wish->number));
    if (licence_change(&r, &wish->w->by, STR("north"), list, true, &rows, NULL) != RC_OK)
        wish->got = 100; /* an error would be told apart */
    else
        wish->got = str_eq(record_text(json_array_get(rows, 0), "result"), STR("activated"));
    json_decref(list);
    json_decref(rows);
    kv_free(r.kv);
    return NULL;
}

/* Ends with the number of seats it got. */
static void rush(const struct world *w, int process, int begin)
{
    pthread_t threads[THREADS];
    struct wish wishes[THREADS];
    int got = 0;
    char go;
    if (read(begin, &go, 1) < 0) _exit(255); /* the end of file: all at once */
    for (int i = 0; i < THREADS; i++) {
        wishes[i] = (struct wish){w, process * THREADS + i, 0};
        if (pthread_create(&threads[i], NULL, ask, &wishes[i]) != 0) _exit(255);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        got += wishes[i].got;
    }
    _exit(got < 255 ? got : 255);
}

static void one_of_a_hundred_gets_the_free_seat(void **state)
{
    struct world *w = *state;
    pid_t pids[PROCESSES];
    int begin[2], got = 0;
    world_acme(w, 1);
    register_accounts(w, "north", PROCESSES * THREADS);
    assert_int_equal(pipe(begin), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            close(begin[1]);
            rush(w, i, begin[0]);
        }
    }
    close(begin[0]);
    close(begin[1]);
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status));
        got += WEXITSTATUS(status);
    }
    assert_int_equal(got, 1);
    expect_counts(w, 1, 0, 0);
}

static void enough_seats_are_all_given(void **state)
{
    struct world *w = *state;
    pthread_t threads[THREADS];
    struct wish wishes[THREADS];
    world_acme(w, THREADS);
    register_accounts(w, "north", THREADS);
    for (int i = 0; i < THREADS; i++) {
        wishes[i] = (struct wish){w, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &wishes[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wishes[i].got, 1);
    }
    expect_counts(w, THREADS, 0, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_seat_goes_its_way),
        T(the_quota_is_over_all_organisations),
        T(a_lowered_quota_takes_nothing_away),
        T(the_period_is_obeyed_and_foretold),
        T(a_removed_account_keeps_its_seat_for_a_while),
        T(the_audit_names_them_by_the_hundred),
        T(one_of_a_hundred_gets_the_free_seat),
        T(enough_seats_are_all_given),
    };
    return cmocka_run_group_tests_name("licence", tests, NULL, NULL);
}
