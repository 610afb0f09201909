#include "mail/imap_row.h"

#include "mail/entity.h"

#define ADDRESSES_MAX 50
#define FLAGS_MAX 64

/* --- INTERNALDATE: "17-Jul-1996 02:44:25 -0700" --------------------------------------------- */

static bool digits(str_t s, size_t from, size_t to, int *out)
{
    uint32_t v = 0;
    if (!str_to_u32(str_trim(str_sub(s, from, to)), &v) || v > 9999) return false;
    *out = (int) v;
    return true;
}

static int64_t days_from_civil(int y, int m, int d)
{
    y -= m <= 2;
    int era = y / 400, yoe = y - era * 400;
    int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return (int64_t) era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t internal_date(str_t s)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    int day, year, hour, minute, second, zone_h, zone_m;
    if (s.n != 26 || s.p[2] != '-' || s.p[6] != '-') return 0;
    bool ok = digits(s, 0, 2, &day) && digits(s, 7, 11, &year) && digits(s, 12, 14, &hour) &&
              digits(s, 15, 17, &minute) && digits(s, 18, 20, &second) &&
              digits(s, 22, 24, &zone_h) && digits(s, 24, 26, &zone_m);
    if (!ok) return 0;
    for (int m = 0; m < 12; m++) {
        if (!str_ieq(str_sub(s, 3, 6), str_n(months + (ptrdiff_t) m * 3, 3))) continue;
        int64_t t = days_from_civil(year, m + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
        int zone = zone_h * 3600 + zone_m * 60;
        return s.p[21] == '-' ? t + zone : t - zone;
    }
    return 0;
}

/* --- texts -------------------------------------------------------------------------------------
 */

static bool is_plain(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c < 0x20 || c >= 0x7f || (c == '=' && i + 1 < s.n && s.p[i + 1] == '?')) return false;
    }
    return true;
}

/* Decoded for showing. The plain case, nearly all, is one copy. */
static str_t shown(str_t raw, struct arena *a)
{
    if (str_is_null(raw)) return STR_NULL;
    return is_plain(raw) ? arena_str(a, raw) : header_text(raw, a);
}

static str_t without_controls(str_t raw, struct arena *a)
{
    str_t copy = arena_str(a, raw);
    char *p = (char *) (uintptr_t) copy.p;
    size_t n = 0;
    for (size_t i = 0; i < copy.n; i++) {
        unsigned char c = (unsigned char) p[i];
        if (c >= 0x20 && c != 0x7f) p[n++] = p[i];
    }
    str_t clean = str_n(copy.p, n);
    return str_is_utf8(clean) ? clean : header_text(clean, a);
}

/* --- ENVELOPE ------------------------------------------------------------------------------------
 */

/* ("name" NIL "mailbox" "host"); group marks have no host. */
static bool read_address(struct wire *w, struct arena *a, struct imap_address *out)
{
    if (!wire_take(w, '(')) {
        w->bad = true;
        return false;
    }
    str_t name = wire_nstring(w, a);
    wire_nstring(w, a);
    str_t mailbox = wire_nstring(w, a);
    str_t host = wire_nstring(w, a);
    while (!w->bad && !wire_take(w, ')'))
        wire_skip(w);
    if (w->bad) return false;
    if (str_is_null(host) && str_is_null(mailbox)) return false; /* end of a group */
    if (str_is_null(host)) {
        *out = (struct imap_address){.name = shown(mailbox, a)};
        return true;
    }
    /* Dovecot's stand-ins for what an address lacks: of those nothing is shown as an address. */
    if (str_eq(host, STR("MISSING_DOMAIN")) || str_eq(mailbox, STR("MISSING_MAILBOX"))) {
        str_t said = name.n > 0 || str_eq(mailbox, STR("MISSING_MAILBOX")) ? name : mailbox;
        *out = (struct imap_address){.name = shown(said, a)};
        return true;
    }
    str_t whole = arena_printf(a, "%.*s@%.*s", STR_ARG(mailbox), STR_ARG(host));
    *out = (struct imap_address){.name = shown(name, a), .address = without_controls(whole, a)};
    return true;
}

static void read_addresses(struct wire *w, struct arena *a, struct imap_address **out,
                           size_t *count)
{
    if (!wire_take(w, '(')) {
        wire_nstring(w, a);
        return;
    }
    struct imap_address few[ADDRESSES_MAX];
    size_t n = 0;
    while (!w->bad && !wire_take(w, ')')) {
        if (n == ADDRESSES_MAX)
            wire_skip(w);
        else if (read_address(w, a, &few[n]))
            n++;
    }
    struct imap_address *kept = n > 0 ? ARENA_ARRAY(a, n, struct imap_address) : NULL;
    if (!kept) return;
    memcpy(kept, few, n * sizeof *kept);
    *out = kept;
    *count = n;
}

static void read_envelope(struct wire *w, struct arena *a, struct imap_row *row)
{
    if (!wire_take(w, '(')) {
        wire_skip(w);
        return;
    }
    int zone = 0;
    str_t date = wire_nstring(w, a);
    if (!header_date(date, &row->date, &zone)) row->date = 0;
    row->subject = shown(wire_nstring(w, a), a);
    read_addresses(w, a, &row->from, &row->from_count);
    wire_skip(w); /* sender */
    wire_skip(w); /* reply-to */
    read_addresses(w, a, &row->to, &row->to_count);
    wire_skip(w); /* cc */
    wire_skip(w); /* bcc */
    str_t reply = wire_nstring(w, a);
    str_t id = wire_nstring(w, a);
    row->in_reply_to = str_is_null(reply) ? reply : without_controls(reply, a);
    row->message_id = str_is_null(id) ? id : without_controls(id, a);
    while (!w->bad && !wire_take(w, ')'))
        wire_skip(w);
}

/* --- FETCH
 * ------------------------------------------------------------------------------------------ */

static void read_flags(struct wire *w, struct arena *a, struct imap_row *row)
{
    str_t few[FLAGS_MAX];
    size_t n = 0;
    if (!wire_take(w, '(')) {
        w->bad = true;
        return;
    }
    while (!w->bad && !wire_take(w, ')')) {
        str_t flag = wire_atom(w);
        if (str_ieq(flag, STR("\\Recent"))) continue; /* of the session, not of the message */
        if (!w->bad && n < FLAGS_MAX) few[n++] = without_controls(flag, a);
    }
    row->flags = n > 0 ? ARENA_ARRAY(a, n, str_t) : NULL;
    row->flag_count = row->flags ? n : 0;
    row->has_flags = !w->bad;
    if (row->flags) memcpy(row->flags, few, n * sizeof *few);
}

static uint32_t small_number(struct wire *w)
{
    uint64_t v = wire_number(w);
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t) v;
}

static void read_item(struct wire *w, str_t name, struct arena *a, struct imap_row *row,
                      struct imap_body *body)
{
    if (str_ieq(name, STR("UID"))) {
        row->uid = small_number(w);
    } else if (str_ieq(name, STR("FLAGS"))) {
        read_flags(w, a, row);
    } else if (str_ieq(name, STR("INTERNALDATE"))) {
        row->internaldate = internal_date(wire_nstring(w, a));
    } else if (str_ieq(name, STR("RFC822.SIZE"))) {
        row->size = small_number(w);
    } else if (str_ieq(name, STR("ENVELOPE"))) {
        read_envelope(w, a, row);
    } else if (str_ieq(name, STR("BODYSTRUCTURE"))) {
        struct imap_body own = {0};
        struct imap_body *b = body ? body : &own;
        imap_body_read(w, a, b, NULL);
        row->attachment = b->attachment;
        row->security = b->security;
    } else if (str_ieq(name, STR("MODSEQ")) && wire_take(w, '(')) {
        row->modseq = wire_number(w);
        if (!wire_take(w, ')')) w->bad = true;
    } else {
        wire_skip(w);
    }
}

bool imap_row_read(struct imap_response *r, struct arena *a, struct imap_row *row,
                   struct imap_body *body)
{
    struct wire *w = &r->rest;
    *row = (struct imap_row){.seq = r->number};
    if (body) *body = (struct imap_body){.read = r->cut, .unclear = true};
    /* Some servers put single items into parentheses of their own. */
    unsigned depth = 0;
    while (!w->bad && !wire_at_end(w)) {
        if (wire_take(w, '(')) {
            depth++;
        } else if (wire_take(w, ')')) {
            if (--depth == 0) break;
        } else if (depth == 0) {
            return false;
        } else {
            str_t name = wire_atom(w);
            if (!w->bad) read_item(w, name, a, row, body);
        }
    }
    return row->uid != 0;
}

bool imap_row_names(struct imap_response *r, struct arena *a, uint32_t *uid,
                    struct imap_names *names)
{
    struct wire *w = &r->rest;
    uint64_t number = 0;
    if (!wire_take(w, '(')) return false;
    while (!w->bad && !wire_at_end(w) && !wire_take(w, ')')) {
        str_t item = wire_atom(w);
        struct imap_body body;
        if (str_ieq(item, STR("UID")))
            number = wire_number(w);
        else if (str_ieq(item, STR("BODYSTRUCTURE")))
            imap_body_read(w, a, &body, names);
        else
            wire_skip(w);
    }
    *uid = (uint32_t) number;
    return number > 0 && number <= UINT32_MAX;
}
