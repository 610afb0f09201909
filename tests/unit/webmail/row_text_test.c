/* A row written as text is the row that is made of values. */
#include "tests/unit/webmail/rig.h"

#include "base/json.h"
#include "webmail/view/row_text.h"
#include "webmail/view/view.h"

static void check(const struct imap_row *row, const struct imap_thread *thread, const char *set)
{
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20), by_value = BUF_INIT(1 << 20);
    CLEANUP_JSON json_t *want = row_json(row, a), *got = NULL;
    row_write(&text, row, thread);
    assert_int_equal(json_parse_object(buf_view(&text), &got, NULL), RC_OK);
    if (thread) {
        json_t *t = json_object_get(got, "thread");
        assert_int_equal(json_integer_value(json_object_get(t, "count")), thread->count);
        assert_int_equal(json_integer_value(json_object_get(t, "unread")), thread->unread);
        assert_int_equal(json_is_true(json_object_get(t, "flagged")), thread->flagged);
        assert_string_equal(json_string_value(json_object_get(t, "uids")), set);
        json_object_del(got, "thread");
    }
    assert_true(json_write(want, &by_value));
    if (!json_equal(want, got)) fail_msg("%s\ninstead of %s", text.p, by_value.p);
}

static void full_and_empty_rows(void **state)
{
    (void) state;
    struct imap_address people[] = {{STR("Zo\xc3\xab \"Q\""), STR("zoe@demo.test")},
                                    {STR_NULL, STR("a\\b@demo.test")},
                                    {STR("Undisclosed\x01"), STR_NULL}};
    str_t flags[] = {STR_INIT("\\Seen"), STR_INIT("$Forwarded"), STR_INIT("odd\"one")};
    struct imap_row row = {.uid = 4294967295u,
                           .size = 1234567,
                           .internaldate = 1700000000,
                           .date = 1699999999,
                           .from = people,
                           .from_count = 3,
                           .to = people,
                           .to_count = 1,
                           .subject = STR("a \"quoted\" \\ subject\t\xff"),
                           .message_id = STR("<x@y>"),
                           .flags = flags,
                           .flag_count = 3,
                           .attachment = true,
                           .security = IMAP_SEC_OPAQUE};
    check(&row, NULL, NULL);
    check(&(struct imap_row){.uid = 1}, NULL, NULL);
    for (int s = IMAP_SEC_NONE; s <= IMAP_SEC_OPAQUE; s++) {
        row.security = (enum imap_security) s;
        check(&row, NULL, NULL);
    }
    static const uint32_t uids[] = {3, 4, 5, 9};
    const struct imap_thread thread = {.uids = uids, .count = 4, .unread = 2, .flagged = true};
    check(&row, &thread, "3:5,9");
}

static void every_day(void **state)
{
    (void) state;
    /* the years 1900 to 2200 by odd steps, and edges */
    for (int64_t t = -2208988800; t < 7258118400; t += 86399 * 7 + 11)
        check(&(struct imap_row){.uid = 1, .internaldate = t, .date = t / 3}, NULL, NULL);
    static const int64_t edges[] = {
        0,          -1,           951782399,    951782400,    1709164800,    4107542399,
        4107542400, -62135596800, 253402300799, 253402300800, INT64_MAX / 2, INT64_MIN / 2};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        CLEANUP_BUF struct buf text = BUF_INIT(1 << 16);
        if (edges[i] == -62135596800) continue; /* strftime leaves zeros out of the year 1 */
        check(&(struct imap_row){.uid = 1, .internaldate = edges[i]}, NULL, NULL);
    }
}

/* Longer than its room: the set ends at a whole number. */
static void a_thread_as_long_as_they_get(void **state)
{
    (void) state;
    uint32_t uids[IMAP_THREAD_MAX];
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
    for (uint32_t i = 0; i < IMAP_THREAD_MAX; i++)
        uids[i] = 4000000000u + 2 * i;
    const struct imap_thread thread = {.uids = uids, .count = IMAP_THREAD_MAX};
    row_write(&text, &(struct imap_row){.uid = 1}, &thread);
    assert_true(str_ends(buf_view(&text), STR(",4000000998\"}}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_and_empty_rows),
        cmocka_unit_test(every_day),
        cmocka_unit_test(a_thread_as_long_as_they_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
