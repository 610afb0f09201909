/* Calendar files (RFC 5545, RFC 5546) as data to show; the only user of libical.
 *
 * libical sees nothing that was not measured first: length, number and depth of components, and
 * time zones whose rules are more than "once a year". Repetitions are described, never unfolded.
 * Every value is clean UTF-8 without control and direction characters; descriptions may have
 * several lines, separated by LF. Any thread.
 */
#ifndef WAXSEAL_MAIL_CALENDAR_H
#define WAXSEAL_MAIL_CALENDAR_H

#include "base/arena.h"
#include "base/err.h"

enum {
    CALENDAR_MAX_BYTES = 1 << 20,
    CALENDAR_MAX_COMPONENTS = 2000,
    CALENDAR_MAX_DEPTH = 5,
    CALENDAR_MAX_EVENTS = 50,
    CALENDAR_MAX_PEOPLE = 100
};

struct calendar_time {
    bool given;
    bool has_utc;
    int64_t utc; /* of the moment, when its zone is known */
    str_t local; /* "2026-01-31T09:00:00" as it stands there, "2026-01-31" for a whole day */
    str_t zone;  /* name as it stands there, "UTC", or null: the reader's own */
};

struct calendar_person {
    str_t name, address; /* null when not given */
    str_t role, status;  /* "REQ-PARTICIPANT", "ACCEPTED", or null */
};

struct calendar_repeat {
    const char *frequency; /* "DAILY"; NULL: once */
    int interval, count;   /* count 0: no end by number */
    struct calendar_time until;
    str_t days[14]; /* "MO", "-1SU" */
    size_t day_count;
};

struct calendar_event {
    str_t uid, summary, location, description, url; /* null when not given */
    const char *status;                             /* "CANCELLED", or NULL */
    int sequence;
    bool all_day;
    struct calendar_time start, end, recurrence;
    struct calendar_repeat repeat;
    struct calendar_person organizer;
    bool has_organizer;
    struct calendar_person *attendees;
    size_t attendee_count, attendee_total;
};

struct calendar {
    const char *method; /* "REQUEST", or NULL */
    struct calendar_event *events;
    size_t count, total; /* total: also those past the limit */
};

/* text: UTF-8. RC_DAMAGED: no calendar; RC_TOO_LARGE: over a limit above. */
rc_t calendar_read(str_t text, struct arena *a, struct calendar *out, struct err *e) WX_MUST_USE;

#endif
