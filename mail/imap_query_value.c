/* Values of search operators: days and sizes. */
#include <time.h>

#include "mail/imap_query.h"

#define FIRST_YEAR 1970u
#define LAST_YEAR 9998u

/* Days since 1970 of a day that exists. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static unsigned days_in(unsigned y, unsigned m)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return lengths[m - 1] + (m == 2 && leap ? 1 : 0);
}

/* "2024", "2024-01" or "2024-01-31", one separator throughout: how many numbers, 0: none of it. */
static unsigned date_numbers(str_t s, uint32_t n[3])
{
    char separator = s.n > 4 ? s.p[4] : '-';
    if (separator != '-' && separator != '/' && separator != '.') return 0;
    for (unsigned i = 0; i < 3; i++) {
        str_t part;
        bool more = str_cut(s, separator, &part, &s);
        if (part.n != (i == 0 ? 4u : part.n == 1 ? 1u : 2u) || !str_to_u32(part, &n[i])) return 0;
        if (!more) return i + 1;
    }
    return 0;
}

static bool calendar(str_t s, int64_t *from, int64_t *to)
{
    uint32_t n[3] = {0, 1, 1};
    unsigned count = date_numbers(s, n);
    if (count == 0 || n[0] < FIRST_YEAR || n[0] > LAST_YEAR || n[1] < 1 || n[1] > 12) return false;
    if (n[2] < 1 || n[2] > days_in(n[0], n[1])) return false;
    *from = days_of(n[0], n[1], n[2]);
    *to = count == 3   ? *from + 1
          : count == 2 ? *from + days_in(n[0], n[1])
                       : days_of((int64_t) n[0] + 1, 1, 1);
    return true;
}

/* The same day some months before, or the last of that month. */
static int64_t months_before(int64_t today, uint32_t months)
{
    time_t t = (time_t) (today * 86400);
    struct tm tm;
    if (!gmtime_r(&t, &tm)) return 0;
    int64_t all = ((int64_t) tm.tm_year + 1900) * 12 + tm.tm_mon - months;
    if (all < (int64_t) FIRST_YEAR * 12) return 0;
    unsigned y = (unsigned) (all / 12), m = (unsigned) (all % 12) + 1;
    unsigned d = (unsigned) tm.tm_mday, last = days_in(y, m);
    return days_of(y, m, d < last ? d : last);
}

static bool ago(str_t s, int64_t today, int64_t *out)
{
    uint32_t n;
    if (s.n < 2 || s.n > 5 || !str_to_u32(str_sub(s, 0, s.n - 1), &n)) return false;
    switch (s.p[s.n - 1] | 0x20) {
    case 'd':
        *out = today - n;
        break;
    case 'w':
        *out = today - (int64_t) n * 7;
        break;
    case 'm':
        *out = months_before(today, n);
        break;
    case 'y':
        *out = months_before(today, n * 12);
        break;
    default:
        return false;
    }
    if (*out < 0) *out = 0;
    return true;
}

bool imap_query_days(str_t s, int64_t today, int64_t *from, int64_t *to)
{
    if (calendar(s, from, to)) return true;
    int64_t day;
    if (str_ieq(s, STR("today")))
        day = today;
    else if (str_ieq(s, STR("yesterday")))
        day = today - 1;
    else if (!ago(s, today, &day))
        return false;
    *from = day;
    *to = day + 1;
    return true;
}

/* "", "k", "kb", "KiB" ... */
static bool size_unit(str_t s, uint64_t *out)
{
    static const struct {
        char letter;
        uint64_t bytes;
    } units[] = {{'k', 1u << 10}, {'m', 1u << 20}, {'g', 1u << 30}};
    *out = 1;
    if (s.n == 0 || str_ieq(s, STR("b"))) return true;
    str_t tail = str_sub(s, 1, s.n);
    if (tail.n > 0 && !str_ieq(tail, STR("b")) && !str_ieq(tail, STR("ib"))) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if ((s.p[0] | 0x20) != units[i].letter) continue;
        *out = units[i].bytes;
        return true;
    }
    return false;
}

bool query_size(str_t s, int64_t *out)
{
    size_t digits = 0;
    while (digits < s.n && ((s.p[digits] >= '0' && s.p[digits] <= '9') || s.p[digits] == '.'))
        digits++;
    str_t whole, part;
    bool fraction = str_cut(str_sub(s, 0, digits), '.', &whole, &part);
    uint32_t n, tenth = 0;
    uint64_t unit;
    if (!str_to_u32(whole, &n) || !size_unit(str_sub(s, digits, s.n), &unit)) return false;
    if (fraction && (part.n != 1 || !str_to_u32(part, &tenth))) return false;
    uint64_t bytes = n * unit + tenth * unit / 10;
    if (bytes > UINT32_MAX) return false;
    *out = (int64_t) bytes;
    return true;
}
