/* Invitations as data, and what libical is never shown. */
#include "mail/calendar.h"
#include "tests/unit/mail/mime_test.h"

#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\n"
#define EVENT(lines) HEAD "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"
/* As Outlook writes it: a zone no database knows, with its rules. */
#define ZONE(rule)                                                                                 \
    "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard "                                                  \
    "Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n"                                        \
    "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:" rule                                        \
    ";BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"                                                   \
    "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"      \
    "RRULE:" rule ";BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

static struct calendar read_ok(struct arena *a, const char *text)
{
    struct calendar c = {0};
    struct err e = {0};
    if (calendar_read(str_c(text), a, &c, &e) != RC_OK) fail_msg("%s: %s", text, e.message);
    return c;
}

static void test_invitation(void **state)
{
    struct calendar c = read_ok(
        *state,
        EVENT(
            "UID:1@a.example\r\nSEQUENCE:3\r\nSTATUS:CONFIRMED\r\nSUMMARY:Plan\\, and\r\n  more\r\n"
            "LOCATION:Room 7\r\nDESCRIPTION:one\\ntwo\r\nURL:https://a.example/x\r\n"
            "DTSTART;TZID=Europe/Vienna:20260715T090000\r\nDURATION:PT1H30M\r\n"
            "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR,2MO;UNTIL=20261231T000000Z\r\n"
            "ORGANIZER;CN=\"Ana L\":MAILTO:ana@a.example\r\n"
            "ATTENDEE;CN=Bert;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:bert@b.example\r\n"
            "ATTENDEE:mailto:carl@b.example\r\n"));
    expect_str("method", str_c(c.method), "REQUEST");
    assert_int_equal(c.total, 1);
    const struct calendar_event *ev = &c.events[0];
    expect_str("uid", ev->uid, "1@a.example");
    assert_int_equal(ev->sequence, 3);
    expect_str("status", str_c(ev->status), "CONFIRMED");
    expect_str("summary", ev->summary, "Plan, and more");
    expect_str("location", ev->location, "Room 7");
    expect_str("description", ev->description, "one\ntwo");
    expect_str("url", ev->url, "https://a.example/x");
    expect_str("local", ev->start.local, "2026-07-15T09:00:00");
    expect_str("zone", ev->start.zone, "Europe/Vienna");
    assert_true(ev->start.has_utc);
    assert_int_equal(ev->start.utc, 1784098800); /* 07:00 UTC */
    expect_str("end", ev->end.local, "2026-07-15T10:30:00");
    assert_int_equal(ev->end.utc, 1784098800 + 5400);
    expect_str("frequency", str_c(ev->repeat.frequency), "MONTHLY");
    assert_int_equal(ev->repeat.interval, 2);
    assert_int_equal(ev->repeat.day_count, 2);
    expect_str("day", ev->repeat.days[0], "2MO");
    expect_str("day", ev->repeat.days[1], "-1FR");
    expect_str("until", ev->repeat.until.local, "2026-12-31T00:00:00");
    expect_str("organizer", ev->organizer.name, "Ana L");
    expect_str("organizer", ev->organizer.address, "ana@a.example");
    assert_int_equal(ev->attendee_total, 2);
    expect_str("role", ev->attendees[0].role, "OPT-PARTICIPANT");
    expect_str("status", ev->attendees[0].status, "ACCEPTED");
    expect_str("address", ev->attendees[1].address, "carl@b.example");
    expect_str("status", ev->attendees[1].status, NULL);
}

static void test_times(void **state)
{
    static const struct {
        const char *text, *local, *zone;
        int64_t utc; /* 0: not known */
    } rows[] = {
        {EVENT("DTSTART:20260715T090000Z\r\n"), "2026-07-15T09:00:00", "UTC", 1784106000},
        {EVENT("DTSTART;VALUE=DATE:20260715\r\n"), "2026-07-15", NULL, 0},
        {EVENT("DTSTART:20260715T090000\r\n"), "2026-07-15T09:00:00", NULL, 0},
        {EVENT("DTSTART;TZID=/x.org/2026/Europe/Vienna:20260115T090000\r\n"), "2026-01-15T09:00:00",
         "/x.org/2026/Europe/Vienna", 1768464000},
        {EVENT("DTSTART;TZID=Nowhere/At All:20260715T090000\r\n"), "2026-07-15T09:00:00",
         "Nowhere/At All", 0},
        {EVENT("DTSTART;TZID=../../etc/passwd:20260715T090000\r\n"), "2026-07-15T09:00:00",
         "../../etc/passwd", 0},
        {HEAD ZONE("FREQ=YEARLY") "BEGIN:VEVENT\r\nDTSTART;TZID=W. Europe Standard "
                                  "Time:20260715T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
         "2026-07-15T09:00:00", "W. Europe Standard Time", 1784098800},
        /* Rules that could be unfolded for hours are not: the zone is unknown then. */
        {HEAD ZONE("FREQ=SECONDLY") "BEGIN:VEVENT\r\nDTSTART;TZID=W. Europe Standard "
                                    "Time:20260715T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
         "2026-07-15T09:00:00", "W. Europe Standard Time", 0},
        {HEAD ZONE("FREQ=YEARLY;BYSECOND=1,2,3") "BEGIN:VEVENT\r\nDTSTART;TZID=W. Europe Standard "
                                                 "Time:20260715T090000\r\nEND:VEVENT\r\n"
                                                 "END:VCALENDAR\r\n",
         "2026-07-15T09:00:00", "W. Europe Standard Time", 0},
        {HEAD ZONE("FREQ=YEARLY;FREQ=SECONDLY") "BEGIN:VEVENT\r\nDTSTART;TZID=W. Europe Standard "
                                                "Time:20260715T090000\r\nEND:VEVENT\r\n"
                                                "END:VCALENDAR\r\n",
         "2026-07-15T09:00:00", "W. Europe Standard Time", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct calendar c = read_ok(*state, rows[i].text);
        const struct calendar_time *t = &c.events[0].start;
        expect_str(rows[i].text, t->local, rows[i].local);
        expect_str(rows[i].text, t->zone, rows[i].zone);
        if (t->utc != rows[i].utc) fail_msg("%s: %lld", rows[i].text, (long long) t->utc);
        assert_int_equal(t->has_utc, rows[i].utc != 0);
        assert_int_equal(c.events[0].all_day, rows[i].local[10] == '\0');
    }
}

static void test_odd(void **state)
{
    struct calendar c;
    static const struct {
        const char *text;
        rc_t want;
    } rows[] = {
        {"", RC_DAMAGED},
        {"BEGIN:VCARD\r\nEND:VCARD\r\n", RC_DAMAGED},
        {"hello", RC_DAMAGED},
        {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nBEGIN:VALARM\r\nBEGIN:X\r\nBEGIN:X\r\nBEGIN:X\r\n",
         RC_TOO_LARGE},
        {"BEGIN:VCALENDAR\r\nBEG\r\n IN:VEVENT\r\nBEGIN:A\r\nBEGIN:A\r\nBEGIN:A\r\nBEGIN:A\r\n",
         RC_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(calendar_read(str_c(rows[i].text), *state, &c, NULL), rows[i].want);
    c = read_ok(
        *state,
        EVENT("SUMMARY:a\xe2\x80\xae"
              "b\x01<b>\r\nDTSTART:99999999T999999\r\nRRULE:FREQ=NEVER\r\n"
              "DURATION:P99999999W\r\nSEQUENCE:x\r\nATTENDEE\r\nORGANIZER:\r\nSTATUS:ODD\r\n"));
    expect_str("summary", c.events[0].summary, "ab <b>");
    assert_false(c.events[0].start.given);
    assert_false(c.events[0].end.given);
    assert_null(c.events[0].repeat.frequency);
    c = read_ok(*state, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    assert_int_equal(c.total, 0);
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    buf_cstr(&b, "BEGIN:VCALENDAR\r\n");
    for (unsigned i = 0; i < 300; i++)
        buf_printf(&b, "BEGIN:VEVENT\r\nSUMMARY:%u\r\nEND:VEVENT\r\n", i);
    buf_cstr(&b, "END:VCALENDAR\r\n");
    c = read_ok(*state, b.p);
    assert_int_equal(c.count, CALENDAR_MAX_EVENTS);
    assert_int_equal(c.total, 300);
    buf_clear(&b);
    buf_cstr(&b, "BEGIN:VCALENDAR\r\n");
    for (unsigned i = 0; i < CALENDAR_MAX_COMPONENTS; i++)
        buf_cstr(&b, "BEGIN:VEVENT\r\nEND:VEVENT\r\n");
    assert_int_equal(calendar_read(buf_view(&b), *state, &c, NULL), RC_TOO_LARGE);
}

static void test_people(void **state)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    buf_cstr(&b, HEAD "BEGIN:VEVENT\r\n");
    for (unsigned i = 0; i < 300; i++)
        buf_printf(&b, "ATTENDEE:mailto:%u@b.example\r\n", i);
    buf_cstr(&b, "END:VEVENT\r\nEND:VCALENDAR\r\n");
    struct calendar c = read_ok(*state, b.p);
    assert_int_equal(c.events[0].attendee_count, CALENDAR_MAX_PEOPLE);
    assert_int_equal(c.events[0].attendee_total, 300);
    expect_str("last", c.events[0].attendees[99].address, "99@b.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = {ARENA_TEST(test_invitation), ARENA_TEST(test_times),
                                       ARENA_TEST(test_odd), ARENA_TEST(test_people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
