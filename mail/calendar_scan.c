#include "mail/calendar_scan.h"

#include "mail/calendar.h"

enum { MAX_ZONE_RULES = 64, MAX_ZONE_DATES = 400 };

struct scan {
    unsigned depth, components;
    unsigned zone_depth; /* depth of the VTIMEZONE we are in; 0: none */
    unsigned rules, dates;
    bool tame;
};

/* Folds, and what would end the text early, gone (RFC 5545 section 3.1). */
static void unfold(str_t s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        size_t end = c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n' ? i + 1 : i;
        bool ends = c == '\n' || c == '\r';
        if (ends && end + 1 < s.n && (s.p[end + 1] == ' ' || s.p[end + 1] == '\t')) {
            i = end + 1;
            continue;
        }
        if (ends) {
            buf_cstr(out, "\r\n");
            i = end;
        } else if (c != '\0') {
            buf_char(out, c);
        }
    }
}

/* Name of a line, without parameters. */
static str_t name_of(str_t line, str_t *value)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != ':' && line.p[n] != ';')
        n++;
    ptrdiff_t colon = str_chr(line, ':');
    *value = colon < 0 ? STR("") : str_sub(line, (size_t) colon + 1, line.n);
    return str_trim(str_sub(line, 0, n));
}

/* "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU": some changes a year, not some thousands. */
static bool is_tame_rule(str_t rule)
{
    bool yearly = false;
    while (rule.n > 0) {
        str_t one, key, value;
        str_cut(rule, ';', &one, &rule);
        str_cut(one, '=', &key, &value);
        key = str_trim(key);
        if (str_ieq(key, STR("FREQ"))) {
            yearly = str_ieq(str_trim(value), STR("YEARLY"));
        } else if (!str_ieq(key, STR("BYMONTH")) && !str_ieq(key, STR("BYDAY")) &&
                   !str_ieq(key, STR("BYMONTHDAY")) && !str_ieq(key, STR("UNTIL")) &&
                   !str_ieq(key, STR("INTERVAL")) && !str_ieq(key, STR("WKST"))) {
            return false;
        }
        if (value.n > 100) return false;
    }
    return yearly;
}

static void look_at_zone(struct scan *s, str_t name, str_t value)
{
    if (str_ieq(name, STR("RRULE"))) {
        s->tame = s->tame && is_tame_rule(value) && ++s->rules <= MAX_ZONE_RULES;
    } else if (str_ieq(name, STR("EXRULE"))) {
        s->tame = false;
    } else if (str_ieq(name, STR("RDATE"))) {
        for (size_t i = 0; i < value.n; i++)
            s->dates += value.p[i] == ',';
        s->tame = s->tame && ++s->dates <= MAX_ZONE_DATES;
    }
}

static rc_t look_at(struct scan *s, str_t line, struct err *e)
{
    str_t value, name = name_of(line, &value);
    if (str_ieq(name, STR("BEGIN"))) {
        if (++s->depth > CALENDAR_MAX_DEPTH || ++s->components > CALENDAR_MAX_COMPONENTS)
            return err_set(e, RC_TOO_LARGE, "The calendar has too many parts.");
        if (!s->zone_depth && str_ieq(str_trim(value), STR("VTIMEZONE"))) s->zone_depth = s->depth;
    } else if (str_ieq(name, STR("END"))) {
        if (s->depth == s->zone_depth) s->zone_depth = 0;
        if (s->depth > 0) s->depth--;
    } else if (s->zone_depth) {
        look_at_zone(s, name, value);
    }
    return RC_OK;
}

rc_t calendar_scan(str_t text, struct buf *out, bool *zones_are_tame, struct err *e)
{
    struct scan s = {.tame = true};
    if (text.n > CALENDAR_MAX_BYTES) return err_set(e, RC_TOO_LARGE, "The calendar is too long.");
    if (str_starts(text, STR("\xef\xbb\xbf"))) text = str_sub(text, 3, text.n);
    size_t before = out->n;
    unfold(text, out);
    if (out->failed) return err_set(e, RC_NO_MEMORY, NULL);
    str_t left = str_sub(buf_view(out), before, out->n);
    if (!str_istarts(str_trim(left), STR("BEGIN:VCALENDAR")))
        return err_set(e, RC_DAMAGED, "This is no calendar.");
    while (left.n > 0) {
        str_t line;
        str_cut(left, '\n', &line, &left);
        TRY(look_at(&s, str_trim(line), e));
    }
    *zones_are_tame = s.tame;
    return RC_OK;
}
