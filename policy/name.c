#include "policy/name.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_low(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool name_is_plan(str_t s)
{
    if (!s.n || s.n > NAME_ID_MAX) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_low(s.p[i]) && s.p[i] != '-' && s.p[i] != '_') return false;
    return true;
}

bool name_is_id(str_t s)
{
    return name_is_plan(s) && is_low(s.p[0]);
}

bool name_is_domain(str_t s)
{
    str_t label, rest = s;
    if (!s.n || s.n > NAME_DOMAIN_MAX) return false;
    for (bool more = true; more;) {
        more = str_cut(rest, '.', &label, &rest);
        if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_low(label.p[i]) && label.p[i] != '-') return false;
    }
    return true;
}

bool name_is_address(str_t s)
{
    ptrdiff_t at = str_chr(s, '@');
    if (s.n > NAME_ADDRESS_MAX || at < 1 || at != str_rchr(s, '@') || !str_is_utf8(s)) return false;
    for (size_t i = 0; i < (size_t) at; i++) {
        char c = s.p[i];
        if (((unsigned char) c <= ' ') || c == 0x7f || (c >= 'A' && c <= 'Z') ||
            strchr("<>()[]\\,;:\"", c))
            return false;
    }
    return name_is_domain(name_domain_of(s));
}

bool name_is_actor(str_t s)
{
    return name_is_id(s) || name_is_address(s);
}

str_t name_domain_of(str_t address)
{
    ptrdiff_t at = str_rchr(address, '@');
    return at < 0 ? STR_NULL : str_sub(address, (size_t) at + 1, address.n);
}

/* n digits at s[*at], which is moved behind them and behind `after`, if that is there as it must.
 */
static bool digits(str_t s, size_t *at, size_t n, char after, int *out)
{
    uint32_t v;
    if (*at + n + (after ? 1 : 0) > s.n || !str_to_u32(str_sub(s, *at, *at + n), &v)) return false;
    if (after && s.p[*at + n] != after) return false;
    *at += n + (after ? 1 : 0);
    *out = (int) v;
    return true;
}

bool name_read_time(str_t s, int64_t *out)
{
    struct tm tm = {0}, back;
    size_t at = 0;
    bool day_only = s.n == 10;
    if (!digits(s, &at, 4, '-', &tm.tm_year) || !digits(s, &at, 2, '-', &tm.tm_mon) ||
        !digits(s, &at, 2, day_only ? 0 : 'T', &tm.tm_mday))
        return false;
    if (!day_only && (!digits(s, &at, 2, ':', &tm.tm_hour) || !digits(s, &at, 2, ':', &tm.tm_min) ||
                      !digits(s, &at, 2, 'Z', &tm.tm_sec)))
        return false;
    if (at != s.n || tm.tm_year < 1970 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    back = tm;
    time_t t = timegm(&back);
    /* What timegm had to mend (the 31st of February) was no day. */
    if (back.tm_mday != tm.tm_mday || back.tm_mon != tm.tm_mon) return false;
    *out = (int64_t) t;
    return true;
}

void name_write_time(int64_t t, char out[NAME_TIME_BYTES + 1])
{
    struct tm tm;
    time_t value = (time_t) t;
    if (t < 0 || t > 253402300799 || !gmtime_r(&value, &tm)) { /* the year 9999 */
        value = t < 0 ? 0 : 253402300799;
        gmtime_r(&value, &tm);
    }
    strftime(out, NAME_TIME_BYTES + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
