#include "webmail/view/row_text.h"

#include "base/json.h"

str_t security_word(enum imap_security s)
{
    switch (s) {
    case IMAP_SEC_SIGNED:
        return STR("signed");
    case IMAP_SEC_ENCRYPTED:
        return STR("encrypted");
    case IMAP_SEC_OPAQUE:
        return STR("opaque");
    default:
        return STR_NULL;
    }
}

static void put_digits(char *to, unsigned v, size_t n)
{
    for (; n > 0; v /= 10)
        to[--n] = (char) ('0' + v % 10);
}

/* RFC 3339, UTC; null for years that have no such form. */
static void put_time(struct buf *b, int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    /* Civil date of a day number, years beginning in March; 400 years are 146,097 days. */
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    if (year < 0 || year > 9999) {
        buf_cstr(b, "null");
        return;
    }
    char text[] = "\"0000-00-00T00:00:00Z\"";
    put_digits(text + 1, (unsigned) year, 4);
    put_digits(text + 6, (unsigned) month, 2);
    put_digits(text + 9, (unsigned) (doy - (153 * mp + 2) / 5 + 1), 2);
    put_digits(text + 12, (unsigned) (rest / 3600), 2);
    put_digits(text + 15, (unsigned) (rest / 60 % 60), 2);
    put_digits(text + 18, (unsigned) (rest % 60), 2);
    buf_add(b, text, sizeof text - 1);
}

static void put_number(struct buf *b, uint64_t v)
{
    char text[20];
    size_t at = sizeof text;
    do
        text[--at] = (char) ('0' + v % 10);
    while ((v /= 10) > 0);
    buf_add(b, text + at, sizeof text - at);
}

static void put_addresses(struct buf *b, const struct imap_address *list, size_t n)
{
    buf_char(b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i > 0 ? STR(",{\"name\":") : STR("{\"name\":"));
        json_write_text(list[i].name.p ? list[i].name : STR(""), b);
        buf_str(b, STR(",\"address\":"));
        json_write_text(list[i].address.p ? list[i].address : STR(""), b);
        buf_char(b, '}');
    }
    buf_char(b, ']');
}

static void put_thread(struct buf *b, const struct imap_thread *t)
{
    size_t from = 0;
    buf_str(b, STR(",\"thread\":{\"count\":"));
    put_number(b, t->count);
    buf_str(b, STR(",\"unread\":"));
    put_number(b, t->unread);
    buf_str(b, t->flagged ? STR(",\"flagged\":true,\"uids\":\"")
                          : STR(",\"flagged\":false,\"uids\":\""));
    imap_uids_write(b, t->uids, t->count, &from, THREAD_SET_BYTES);
    buf_str(b, STR("\"}"));
}

void row_write(struct buf *b, const struct imap_row *row, const struct imap_thread *thread)
{
    buf_str(b, STR("{\"uid\":"));
    put_number(b, row->uid);
    buf_str(b, STR(",\"from\":"));
    put_addresses(b, row->from, row->from_count);
    buf_str(b, STR(",\"to\":"));
    put_addresses(b, row->to, row->to_count);
    buf_str(b, STR(",\"subject\":"));
    json_write_text(row->subject.p ? row->subject : STR(""), b);
    buf_str(b, STR(",\"date\":"));
    put_time(b, row->date ? row->date : row->internaldate);
    buf_str(b, STR(",\"received\":"));
    put_time(b, row->internaldate);
    buf_str(b, STR(",\"size\":"));
    put_number(b, row->size);
    buf_str(b, STR(",\"flags\":["));
    for (size_t i = 0; i < row->flag_count; i++) {
        if (i > 0) buf_char(b, ',');
        json_write_text(row->flags[i], b);
    }
    buf_str(b, row->attachment ? STR("],\"attachment\":true,\"security\":")
                               : STR("],\"attachment\":false,\"security\":"));
    json_write_text(security_word(row->security), b);
    buf_str(b, STR(",\"message_id\":"));
    json_write_text(row->message_id, b);
    if (thread) put_thread(b, thread);
    buf_char(b, '}');
}
