/* Calendar files through the look before libical, and libical. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/calendar.h"

static void check(str_t s)
{
    if (!str_is_utf8(s)) abort();
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] < 0x20 && s.p[i] != '\n') abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    struct calendar c;
    if (calendar_read(str_n(bytes, n), a, &c, NULL) == RC_OK) {
        if (c.count > CALENDAR_MAX_EVENTS || c.count > c.total) abort();
        for (size_t i = 0; i < c.count; i++) {
            const struct calendar_event *ev = &c.events[i];
            check(ev->summary);
            check(ev->description);
            check(ev->start.zone);
            if (ev->attendee_count > CALENDAR_MAX_PEOPLE) abort();
            for (size_t k = 0; k < ev->attendee_count; k++)
                check(ev->attendees[k].address);
        }
    }
    arena_free(a);
    return 0;
}
