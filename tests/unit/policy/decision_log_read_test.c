/* The log of decisions, read: every filter, page after page, and what Redis may hold beside it. */
#include "policy/decision_log.h"

#include "tests/unit/policy/world.h"

static void append(struct world *w, const char *id, const char *from, const char *to,
                   const char *direction, const char *outcome, const char *status,
                   const char *rules)
{
    struct kv_value v;
    str_t message = arena_printf(w->a, "<%s@x>", id);
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("XADD"), STR("t:log:north"), str_c(id),
                            STR("message_id"), message, STR("source"), STR("web"), STR("from"),
                            str_c(from), STR("recipients"), str_c(to), STR("count"), STR("2"),
                            STR("direction"), str_c(direction), STR("outcome"), str_c(outcome),
                            STR("status"), str_c(status), STR("rules"), str_c(rules),
                            STR("version"), STR("7"), STR("groups"),
                            STR("[{\"recipients\":[],\"rule\":\"A\",\"actions\":{\"sign\":{}}}]")),
                     RC_OK);
}

/* Ids found, with blanks between; a "+" behind where there are more. */
static str_t find(struct world *w, struct decision_log_query q)
{
    struct err e = {0};
    CLEANUP_JSON json_t *out = NULL;
    str_t all = STR("");
    if (!q.limit) q.limit = 50;
    if (decision_log_find(w->kv, &w->config, STR("north"), &q, &out, &e) != RC_OK)
        return arena_printf(w->a, "! %s", e.field);
    const json_t *list = json_object_get(out, "entries");
    for (size_t i = 0; i < json_array_size(list); i++) {
        str_t id = record_text(json_array_get(list, i), "id");
        all = arena_printf(w->a, "%.*s%s%.*s", STR_ARG(all), all.n ? " " : "", STR_ARG(id));
    }
    return arena_printf(w->a, "%.*s%s", STR_ARG(all),
                        json_is_true(json_object_get(out, "more")) ? "+" : "");
}
#define FIND(want, ...) assert_str(find(w, (struct decision_log_query){__VA_ARGS__}), STR(want))

static void every_filter_finds_what_it_says(void **state)
{
    struct world *w = *state;
    append(w, "1000-0", "ann@north.test", "pat@partner.example zoe@south.test", "outbound",
           "deliver", "2.0.0", "A -");
    append(w, "2000-0", "pat@partner.example", "ann@north.test", "inbound", "reject", "5.7.1", "B");
    append(w, "3000-0", "ann@north.test", "ben@north.test", "internal outbound", "defer", "4.7.5",
           "AB");
    FIND("3000-0 2000-0 1000-0", .limit = 3);
    FIND("3000-0 2000-0+", .limit = 2);
    FIND("1000-0", .limit = 2, .before = STR("2000-0"));
    FIND("2000-0 1000-0", .address = STR(" PAT@Partner"));
    FIND("2000-0", .status = STR("reject"));
    FIND("3000-0", .status = STR("4.7.5"));
    FIND("3000-0 1000-0", .direction = STR("outbound"));
    FIND("1000-0", .rule = STR("A"));
    FIND("2000-0", .message_id = STR("2000-0@x"));
    FIND("2000-0", .message_id = STR(" <2000-0@x> "));
    FIND("3000-0 2000-0", .from = 2);
    FIND("2000-0 1000-0", .until = 2);
    FIND("", .address = STR("nobody@"));
    FIND("! status", .status = STR("fine"));
    FIND("! direction", .direction = STR("up"));
    FIND("! before_id", .before = STR("1 +"));
    FIND("! limit", .limit = 501);
}

static void pages_go_on_where_the_last_one_ended(void **state)
{
    struct world *w = *state;
    char id[24], last[24] = "";
    int seen = 0;
    for (int i = 1; i <= 250; i++) { /* more than is read at once */
        snprintf(id, sizeof id, "%d-0", i);
        append(w, id, i % 2 ? "odd@north.test" : "even@north.test", "x@y.test", "outbound",
               "deliver", "2.0.0", "A");
    }
    for (bool more = true; more;) {
        struct err e = {0};
        CLEANUP_JSON json_t *out = NULL;
        const struct decision_log_query q = {
            .limit = 40, .address = STR("odd@"), .before = str_c(last)};
        assert_int_equal(decision_log_find(w->kv, &w->config, STR("north"), &q, &out, &e), RC_OK);
        const json_t *list = json_object_get(out, "entries");
        for (size_t i = 0; i < json_array_size(list); i++) {
            snprintf(id, sizeof id, "%d-0", 249 - 2 * seen++);
            assert_str(record_text(json_array_get(list, i), "id"), str_c(id));
        }
        snprintf(last, sizeof last, "%s", id);
        more = json_is_true(json_object_get(out, "more"));
    }
    assert_int_equal(seen, 125);
}

static void one_entry_is_read_whole_and_only_its_own_organisation_s(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    CLEANUP_JSON json_t *out = NULL;
    struct kv_value v;
    append(w, "86400000-3", "a@north.test", "b@x.test c@x.test", "outbound", "deliver", "2.0.0",
           "A B");
    assert_int_equal(
        decision_log_get(w->kv, &w->config, STR("north"), 0, STR("86400000-3"), &out, &e), RC_OK);
    assert_str(record_text(out, "at"), STR("1970-01-02T00:00:00Z"));
    assert_str(record_text(out, "rule"), STR("A"));
    assert_int_equal(json_array_size(json_object_get(out, "recipients")), 2);
    assert_int_equal(json_array_size(json_object_get(out, "groups")), 1);
    assert_int_equal(record_version(out), 7);
    assert_int_equal(
        decision_log_get(w->kv, &w->config, STR("south"), 0, STR("86400000-3"), &out, &e),
        RC_NOT_FOUND);
    static const char *const IDS[] = {"86400000-4", "+", "-", "1-2-3", "", "86400000 -"};
    for (size_t i = 0; i < sizeof IDS / sizeof *IDS; i++)
        assert_int_equal(
            decision_log_get(w->kv, &w->config, STR("north"), 0, str_c(IDS[i]), &out, &e),
            RC_NOT_FOUND);
    /* whatever else stands in the stream is shown as far as it is understood */
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("XADD"), STR("t:log:north"),
                            STR("86400001-0"), STR("groups"), STR("{"), STR("other"), STR("x")),
                     RC_OK);
    FIND("86400001-0 86400000-3", .limit = 5);
}

static void days_without_mail_are_zero(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    CLEANUP_JSON json_t *out = NULL;
    struct kv_value v;
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HINCRBY"), STR("t:stat:north:19720926"),
                            STR("signed"), STR("4")),
                     RC_OK);
    assert_int_equal(decision_log_days(w->kv, &w->config, STR("north"), 0, NOW, 3, &out, &e),
                     RC_OK);
    assert_int_equal(json_array_size(out), 3);
    const json_t *day = json_array_get(out, 1);
    assert_str(record_text(day, "day"), STR("1972-09-26"));
    assert_int_equal(json_integer_value(json_object_get(day, "signed")), 4);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(out, 2), "signed")), 0);
    assert_int_equal(decision_log_days(w->kv, &w->config, STR("north"), 0, NOW, 401, &out, &e),
                     RC_INVALID);
}

/* What an earlier organisation of the id left behind. */
static void nothing_older_is_seen(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    CLEANUP_JSON json_t *entry = NULL, *days = NULL, *later = NULL;
    struct kv_value v;
    append(w, "86400999-0", "a@north.test", "b@x.test", "outbound", "deliver", "2.0.0", "A");
    append(w, "86401000-0", "a@north.test", "b@x.test", "outbound", "deliver", "2.0.0", "A");
    FIND("86401000-0", .from = 86401);
    FIND("", .from = 86401, .before = STR("86401000-0"));
    assert_int_equal(
        decision_log_get(w->kv, &w->config, STR("north"), 86401, STR("86400999-0"), &entry, &e),
        RC_NOT_FOUND);
    assert_null(entry);
    assert_int_equal(
        decision_log_get(w->kv, &w->config, STR("north"), 86401, STR("86401000-0"), &entry, &e),
        RC_OK);
    /* A day is the earlier one's where it began before: whose its mail was is not counted. */
    assert_int_equal(KV_CMD(w->kv, w->a, &v, NULL, STR("HINCRBY"), STR("t:stat:north:19720926"),
                            STR("signed"), STR("4")),
                     RC_OK);
    int64_t day = NOW - NOW % 86400 - 86400;
    assert_int_equal(decision_log_days(w->kv, &w->config, STR("north"), day, NOW, 3, &days, &e),
                     RC_OK);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(days, 1), "signed")), 4);
    assert_int_equal(
        decision_log_days(w->kv, &w->config, STR("north"), day + 1, NOW, 3, &later, &e), RC_OK);
    assert_int_equal(json_array_size(later), 3);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(later, 1), "signed")), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_filter_finds_what_it_says),
        T(pages_go_on_where_the_last_one_ended),
        T(one_entry_is_read_whole_and_only_its_own_organisation_s),
        T(days_without_mail_are_zero),
        T(nothing_older_is_seen),
    };
    return cmocka_run_group_tests_name("decision_log_read", tests, NULL, NULL);
}
