/* Dates of mail (RFC 5322 section 3.3 with the obsolete forms, asctime, ISO 8601). */
#include "mail/entity.h"
#include "mail/text.h"

struct stamp {
    int day, month, year;     /* month 1..12, 0: not seen; year -1 */
    int hour, minute, second; /* hour -1 */
    int zone;
    bool has_zone;
};

static int digits(str_t s)
{
    int v = 0;
    if (s.n == 0 || s.n > 6) return -1;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return -1;
        v = v * 10 + (s.p[i] - '0');
    }
    return v;
}

static int month_number(str_t s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int m = 0; m < 12; m++)
        if (s.n >= 3 && str_istarts(s, str_n(names + 3 * m, 3))) return m + 1;
    return 0;
}

/* h:mm or h:mm:ss, also with a fraction. */
static bool read_time(str_t s, struct stamp *t)
{
    str_t h, m, rest, sec, fraction;
    if (!str_cut(s, ':', &h, &rest)) return false;
    if (!str_cut(rest, ':', &m, &sec)) sec = STR("00");
    str_cut(sec, '.', &sec, &fraction);
    t->hour = digits(h);
    t->minute = digits(m);
    t->second = digits(sec);
    if (t->second == 60) t->second = 59; /* leap second */
    return t->hour >= 0 && t->hour < 24 && t->minute >= 0 && t->minute < 60 && t->second >= 0 &&
           t->second < 60;
}

/* +hhmm, +hh:mm, names of RFC 822; anything else is UTC (RFC 5322 section 4.3). */
static bool read_zone(str_t s, struct stamp *t)
{
    static const struct {
        str_t name;
        int minutes;
    } names[] = {{STR_INIT("gmt"), 0},    {STR_INIT("ut"), 0},     {STR_INIT("utc"), 0},
                 {STR_INIT("z"), 0},      {STR_INIT("est"), -300}, {STR_INIT("edt"), -240},
                 {STR_INIT("cst"), -360}, {STR_INIT("cdt"), -300}, {STR_INIT("mst"), -420},
                 {STR_INIT("mdt"), -360}, {STR_INIT("pst"), -480}, {STR_INIT("pdt"), -420},
                 {STR_INIT("cet"), 60},   {STR_INIT("cest"), 120}, {STR_INIT("bst"), 60},
                 {STR_INIT("jst"), 540}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!str_ieq(s, names[i].name)) continue;
        t->zone = names[i].minutes;
        return t->has_zone = true;
    }
    if (s.n < 3 || (s.p[0] != '+' && s.p[0] != '-')) return false;
    int h = digits(str_sub(s, 1, 3));
    int m = s.n == 3 ? 0 : digits(str_sub(s, s.n - 2, s.n));
    if (h < 0 || h > 24 || m < 0 || m > 59 || s.n > 6) return false;
    t->zone = (s.p[0] == '-' ? -1 : 1) * (h * 60 + m);
    return t->has_zone = true;
}

/* 2026-10-02 or 2026-10-02T09:15:00+02:00 */
static bool read_iso(str_t s, struct stamp *t)
{
    if (s.n < 10 || s.p[4] != '-' || s.p[7] != '-') return false;
    t->year = digits(str_sub(s, 0, 4));
    t->month = digits(str_sub(s, 5, 7));
    t->day = digits(str_sub(s, 8, 10));
    if (t->year < 0 || t->month < 1 || t->day < 1) return false;
    if (s.n == 10) return true;
    str_t rest = str_sub(s, 11, s.n);
    size_t i = 0;
    while (i < rest.n && ((rest.p[i] >= '0' && rest.p[i] <= '9') || strchr(":.", rest.p[i])))
        i++;
    if (i < rest.n && !read_zone(str_sub(rest, i, rest.n), t)) return false;
    return read_time(str_sub(rest, 0, i), t);
}

static bool read_number(str_t s, struct stamp *t)
{
    int v = digits(s);
    if (v < 0) return false;
    if (t->day == 0 && s.n <= 2) {
        t->day = v;
        return v > 0;
    }
    if (t->year >= 0) return true;           /* "2026 2026": the first counts */
    if (s.n == 2) v += v < 50 ? 2000 : 1900; /* RFC 5322 section 4.3 */
    if (s.n == 3) v += 1900;
    t->year = v;
    return true;
}

static bool read_token(str_t s, struct stamp *t)
{
    if (s.n == 0) return true;
    if (s.p[0] >= '0' && s.p[0] <= '9') {
        if (str_chr(s, ':') >= 0 && s.p[s.n > 4 ? 4 : 0] != '-') return read_time(s, t);
        if (s.n >= 10 && s.p[4] == '-') return read_iso(s, t);
        return read_number(s, t);
    }
    if (t->month == 0 && (t->month = month_number(s)) > 0) return true;
    if (t->hour >= 0 && !t->has_zone) read_zone(s, t);
    return true; /* day names, unknown zones */
}

/* Days since 1970-01-01 of a Gregorian date. */
static int64_t days_of(int y, int m, int d)
{
    int64_t year = m <= 2 ? y - 1 : y;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_real(const struct stamp *t)
{
    static const int days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return t->year >= 1900 && t->year <= 9999 && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= days[t->month - 1];
}

bool header_date(str_t raw, int64_t *seconds, int *zone_minutes)
{
    struct stamp t = {.year = -1, .hour = -1};
    unsigned depth = 0;
    size_t from = 0;
    if (raw.n > 256) raw.n = 256;
    for (size_t i = 0; i <= raw.n; i++) {
        char c = i < raw.n ? raw.p[i] : ' ';
        bool open = c == '(', close = c == ')';
        bool month_dash = c == '-' && i > from && t.year < 0 && t.hour < 0 && raw.n > from + 4 &&
                          raw.p[from + 4 < raw.n ? from + 4 : from] != '-'; /* 2-Oct-2026 */
        if (!open && !close && !text_is_blank(c) && c != ',' && !month_dash) continue;
        if (depth == 0 && !read_token(str_sub(raw, from, i), &t)) return false;
        depth += open;
        if (close && depth > 0) depth--;
        from = i + 1;
    }
    if (!is_real(&t)) return false;
    if (t.hour < 0) t.hour = t.minute = t.second = 0;
    *seconds = days_of(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second -
               t.zone * 60;
    *zone_minutes = t.zone;
    return true;
}
