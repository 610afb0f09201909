#include "mail/calendar.h"

#include <libical/ical.h>
#include <pthread.h>

#include "mail/calendar_scan.h"
#include "mail/text.h"

struct reading {
    struct arena *a;
    icalcomponent *root; /* of which the zones are */
    bool zones_are_tame;
};

static void free_component(icalcomponent **c)
{
    if (*c) icalcomponent_free(*c);
}
#define CLEANUP_COMPONENT __attribute__((cleanup(free_component)))

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void)
{
    icalerror_set_errors_are_fatal(false);
    icaltimezone_set_tzid_prefix("/waxseal.invalid/");
}

/* --- texts -------------------------------------------------------------------------------------
 */

static str_t one_line(struct reading *r, const char *text)
{
    str_t v = text ? text_one_line(str_c(text), r->a) : STR_NULL;
    return v.n ? v : STR_NULL;
}

static str_t lines(struct reading *r, const char *text)
{
    str_t v = text ? text_lines(str_c(text), r->a) : STR_NULL;
    return v.n ? v : STR_NULL;
}

static icalproperty *first(icalcomponent *c, icalproperty_kind kind)
{
    return icalcomponent_get_first_property(c, kind);
}

/* --- times -------------------------------------------------------------------------------------
 */

/* A zone of the system's database; of "/vendor/Europe/Vienna" the last two words. */
static icaltimezone *known_zone(const char *name)
{
    icaltimezone *zone = icaltimezone_get_builtin_timezone(name);
    const char *last = strrchr(name, '/');
    if (zone || !last || last == name) return zone;
    const char *cut = last - 1;
    while (cut > name && *cut != '/')
        cut--;
    return *cut == '/' ? icaltimezone_get_builtin_timezone(cut + 1) : NULL;
}

static icaltimezone *find_zone(struct reading *r, const char *name)
{
    icaltimezone *zone = known_zone(name);
    if (zone || !r->zones_are_tame || !r->root) return zone;
    return icalcomponent_get_timezone(r->root, name);
}

static bool is_sane(struct icaltimetype t)
{
    return !icaltime_is_null_time(t) && t.year >= 1900 && t.year <= 2200 && t.month >= 1 &&
           t.month <= 12 && t.day >= 1 && t.day <= 31 && t.hour >= 0 && t.hour <= 24 &&
           t.minute >= 0 && t.minute <= 60 && t.second >= 0 && t.second <= 61;
}

/* tzid: of the property, or NULL. */
static struct calendar_time time_of(struct reading *r, struct icaltimetype t, const char *tzid)
{
    struct calendar_time out = {.given = false};
    if (!is_sane(t)) return out;
    out.given = true;
    if (t.is_date) {
        out.local = arena_printf(r->a, "%04d-%02d-%02d", t.year, t.month, t.day);
        return out;
    }
    out.local = arena_printf(r->a, "%04d-%02d-%02dT%02d:%02d:%02d", t.year, t.month, t.day, t.hour,
                             t.minute, t.second);
    icaltimezone *zone = NULL;
    if (icaltime_is_utc(t)) {
        zone = icaltimezone_get_utc_timezone();
        out.zone = STR("UTC");
    } else if (tzid) {
        zone = find_zone(r, tzid);
        out.zone = one_line(r, tzid);
    }
    if (zone) {
        out.utc = icaltime_as_timet_with_zone(t, zone);
        out.has_utc = true;
    }
    return out;
}

static const char *tzid_of(icalproperty *p)
{
    icalparameter *zone = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
    return zone ? icalparameter_get_tzid(zone) : NULL;
}

static struct icaltimetype value_time(icalproperty *p)
{
    icalvalue *v = icalproperty_get_value(p);
    icalvalue_kind kind = v ? icalvalue_isa(v) : ICAL_NO_VALUE;
    if (kind == ICAL_DATETIME_VALUE) return icalvalue_get_datetime(v);
    return kind == ICAL_DATE_VALUE ? icalvalue_get_date(v) : icaltime_null_time();
}

static struct calendar_time time_property(struct reading *r, icalcomponent *c,
                                          icalproperty_kind kind)
{
    icalproperty *p = first(c, kind);
    return p ? time_of(r, value_time(p), tzid_of(p)) : (struct calendar_time){.given = false};
}

/* DTEND, or the start and how long it takes. */
static struct calendar_time read_end(struct reading *r, icalcomponent *c)
{
    icalproperty *start = first(c, ICAL_DTSTART_PROPERTY), *d = first(c, ICAL_DURATION_PROPERTY);
    if (first(c, ICAL_DTEND_PROPERTY)) return time_property(r, c, ICAL_DTEND_PROPERTY);
    if (!start || !d) return (struct calendar_time){.given = false};
    struct icaltimetype t = value_time(start);
    struct icaldurationtype long_ = icalproperty_get_duration(d);
    if (!is_sane(t) || icaldurationtype_is_bad_duration(long_) || long_.is_neg ||
        long_.weeks > 5000 || long_.days > 36500 || long_.hours > 1000000 ||
        long_.minutes > 60000000)
        return (struct calendar_time){.given = false};
    return time_of(r, icaltime_add(t, long_), tzid_of(start));
}

static void read_days(struct reading *r, const struct icalrecurrencetype *rule,
                      struct calendar_repeat *out)
{
    static const char *const names[] = {NULL, "SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    for (size_t i = 0; i < ICAL_BY_DAY_SIZE && out->day_count < 14; i++) {
        short day = rule->by_day[i];
        if (day == ICAL_RECURRENCE_ARRAY_MAX) return;
        int which = icalrecurrencetype_day_day_of_week(day);
        int position = icalrecurrencetype_day_position(day);
        if (which < 1 || which > 7) continue;
        out->days[out->day_count++] =
            position ? arena_printf(r->a, "%d%s", position, names[which]) : str_c(names[which]);
    }
}

static void read_repeat(struct reading *r, icalcomponent *c, struct calendar_repeat *out)
{
    static const char *const words[] = {
        [ICAL_SECONDLY_RECURRENCE] = "SECONDLY", [ICAL_MINUTELY_RECURRENCE] = "MINUTELY",
        [ICAL_HOURLY_RECURRENCE] = "HOURLY",     [ICAL_DAILY_RECURRENCE] = "DAILY",
        [ICAL_WEEKLY_RECURRENCE] = "WEEKLY",     [ICAL_MONTHLY_RECURRENCE] = "MONTHLY",
        [ICAL_YEARLY_RECURRENCE] = "YEARLY"};
    icalproperty *p = first(c, ICAL_RRULE_PROPERTY);
    if (!p) return;
    struct icalrecurrencetype rule = icalproperty_get_rrule(p);
    if ((unsigned) rule.freq > ICAL_YEARLY_RECURRENCE) return;
    out->frequency = words[rule.freq];
    out->interval = rule.interval > 0 ? rule.interval : 1;
    out->count = rule.count > 0 ? rule.count : 0;
    out->until = time_of(r, rule.until, NULL);
    read_days(r, &rule, out);
}

/* --- people ------------------------------------------------------------------------------------
 */

static str_t address_of(struct reading *r, const char *uri)
{
    str_t v = one_line(r, uri);
    return str_istarts(v, STR("mailto:")) ? str_trim(str_sub(v, 7, v.n)) : v;
}

static struct calendar_person person_of(struct reading *r, icalproperty *p, const char *address)
{
    icalparameter *name = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
    icalparameter *role = icalproperty_get_first_parameter(p, ICAL_ROLE_PARAMETER);
    icalparameter *status = icalproperty_get_first_parameter(p, ICAL_PARTSTAT_PARAMETER);
    struct calendar_person out = {.address = address_of(r, address)};
    if (name) out.name = one_line(r, icalparameter_get_cn(name));
    if (role)
        out.role = one_line(r, icalparameter_enum_to_string((int) icalparameter_get_role(role)));
    if (status)
        out.status =
            one_line(r, icalparameter_enum_to_string((int) icalparameter_get_partstat(status)));
    return out;
}

static rc_t read_people(struct reading *r, icalcomponent *c, struct calendar_event *ev,
                        struct err *e)
{
    icalproperty *p = first(c, ICAL_ORGANIZER_PROPERTY);
    ev->has_organizer = p != NULL;
    if (p) ev->organizer = person_of(r, p, icalproperty_get_organizer(p));
    for (p = first(c, ICAL_ATTENDEE_PROPERTY); p;
         p = icalcomponent_get_next_property(c, ICAL_ATTENDEE_PROPERTY)) {
        if (!ev->attendees)
            ev->attendees = ARENA_ARRAY(r->a, CALENDAR_MAX_PEOPLE, struct calendar_person);
        if (!ev->attendees) return err_set(e, RC_NO_MEMORY, NULL);
        if (ev->attendee_total++ < CALENDAR_MAX_PEOPLE)
            ev->attendees[ev->attendee_count++] = person_of(r, p, icalproperty_get_attendee(p));
    }
    return RC_OK;
}

/* --- events ------------------------------------------------------------------------------------
 */

static rc_t read_event(struct reading *r, icalcomponent *c, struct calendar_event *ev,
                       struct err *e)
{
    icalproperty *p;
    if ((p = first(c, ICAL_UID_PROPERTY))) ev->uid = one_line(r, icalproperty_get_uid(p));
    if ((p = first(c, ICAL_SUMMARY_PROPERTY)))
        ev->summary = one_line(r, icalproperty_get_summary(p));
    if ((p = first(c, ICAL_LOCATION_PROPERTY)))
        ev->location = one_line(r, icalproperty_get_location(p));
    if ((p = first(c, ICAL_DESCRIPTION_PROPERTY)))
        ev->description = lines(r, icalproperty_get_description(p));
    if ((p = first(c, ICAL_URL_PROPERTY))) ev->url = one_line(r, icalproperty_get_url(p));
    if ((p = first(c, ICAL_SEQUENCE_PROPERTY))) ev->sequence = icalproperty_get_sequence(p);
    if ((p = first(c, ICAL_STATUS_PROPERTY)))
        ev->status = icalproperty_status_to_string(icalproperty_get_status(p));
    p = first(c, ICAL_DTSTART_PROPERTY);
    ev->all_day = p && value_time(p).is_date;
    ev->start = time_property(r, c, ICAL_DTSTART_PROPERTY);
    ev->end = read_end(r, c);
    ev->recurrence = time_property(r, c, ICAL_RECURRENCEID_PROPERTY);
    read_repeat(r, c, &ev->repeat);
    return read_people(r, c, ev, e);
}

static rc_t read_calendar(struct reading *r, icalcomponent *root, struct calendar *out,
                          struct err *e)
{
    icalproperty *method = first(root, ICAL_METHOD_PROPERTY);
    r->root = root;
    if (method && !out->method)
        out->method = icalproperty_method_to_string(icalproperty_get_method(method));
    for (icalcomponent *c = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT); c;
         c = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
        if (out->total++ >= CALENDAR_MAX_EVENTS) continue;
        TRY(read_event(r, c, &out->events[out->count++], e));
    }
    return RC_OK;
}

/* A file may hold several calendars: libical then puts them under a root of its own. */
static rc_t read_all(struct reading *r, icalcomponent *root, struct calendar *out, struct err *e)
{
    if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) return read_calendar(r, root, out, e);
    for (icalcomponent *c = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT); c;
         c = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT))
        TRY(read_calendar(r, c, out, e));
    return RC_OK;
}

rc_t calendar_read(str_t text, struct arena *a, struct calendar *out, struct err *e)
{
    struct reading r = {.a = a};
    struct calendar all = {.method = NULL};
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET((size_t) CALENDAR_MAX_BYTES * 2 + 16);
    CLEANUP_COMPONENT icalcomponent *root = NULL;
    pthread_once(&once, set_up);
    TRY(calendar_scan(text, &b, &r.zones_are_tame, e));
    all.events = ARENA_ARRAY(a, CALENDAR_MAX_EVENTS, struct calendar_event);
    if (!all.events) return err_set(e, RC_NO_MEMORY, NULL);
    root = icalparser_parse_string(b.p);
    if (!root) return err_set(e, RC_DAMAGED, "This calendar cannot be read.");
    TRY(read_all(&r, root, &all, e));
    *out = all;
    return RC_OK;
}
