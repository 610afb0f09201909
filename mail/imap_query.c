#include "mail/imap_query.h"

#include "mail/imap_conn.h"

static const struct {
    str_t prefix;
    enum imap_word_field field;
} fields[] = {
    {STR_INIT("from:"), WORD_FROM}, {STR_INIT("to:"), WORD_TO},
    {STR_INIT("cc:"), WORD_CC},     {STR_INIT("subject:"), WORD_SUBJECT},
    {STR_INIT("body:"), WORD_BODY},
};

static bool *flag_of(struct imap_terms *t, str_t word)
{
    const struct {
        str_t word;
        bool *flag;
    } flags[] = {
        {STR("is:unread"), &t->q.unseen},          {STR("is:read"), &t->seen},
        {STR("is:flagged"), &t->q.flagged},        {STR("is:answered"), &t->answered},
        {STR("is:encrypted"), &t->q.encrypted},    {STR("is:signed"), &t->q.signed_only},
        {STR("has:attachment"), &t->q.attachment},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (str_ieq(word, flags[i].word)) return flags[i].flag;
    return NULL;
}

/* Days since 1970 of "2024-01-31". */
static bool read_day(str_t s, int64_t *out)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t y, m, d;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') return false;
    if (!str_to_u32(str_sub(s, 0, 4), &y) || !str_to_u32(str_sub(s, 5, 7), &m) ||
        !str_to_u32(str_sub(s, 8, 10), &d))
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (y < 1970 || m < 1 || m > 12 || d < 1 || d > lengths[m - 1] + (m == 2 && leap ? 1 : 0))
        return false;
    int64_t days =
        (int64_t) (y - 1970) * 365 + (y - 1969) / 4 - (y - 1901) / 100 + (y - 1601) / 400;
    for (uint32_t i = 1; i < m; i++)
        days += lengths[i - 1];
    *out = days + d - 1 + (m > 2 && leap ? 1 : 0);
    return true;
}

static bool take_operator(struct imap_terms *t, str_t word)
{
    bool *flag = flag_of(t, word);
    if (flag) {
        *flag = true;
        return true;
    }
    if (str_istarts(word, STR("after:"))) return read_day(str_sub(word, 6, word.n), &t->since);
    if (str_istarts(word, STR("before:"))) return read_day(str_sub(word, 7, word.n), &t->before);
    return false;
}

/* Cuts the next word off: up to a blank, or in quotes (which may stand behind a field name). */
static str_t next_word(str_t *rest, struct imap_word *w)
{
    *w = (struct imap_word){.field = WORD_ANY};
    str_t s = *rest;
    if (s.n > 1 && s.p[0] == '-' && s.p[1] != ' ') {
        w->without = true;
        s = str_sub(s, 1, s.n);
    }
    str_t whole = s, word;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!str_istarts(s, fields[i].prefix)) continue;
        str_t behind = str_sub(s, fields[i].prefix.n, s.n);
        if (behind.n == 0 || behind.p[0] == ' ') break; /* "from:" alone is a word */
        w->field = fields[i].field;
        s = behind;
        break;
    }
    bool quoted = s.n > 0 && s.p[0] == '"';
    if (quoted) s = str_sub(s, 1, s.n);
    str_cut(s, quoted ? '"' : ' ', &word, rest);
    *rest = str_trim(*rest);
    w->text = str_trim(word);
    return quoted ? STR_NULL : str_sub(whole, 0, (size_t) (word.p - whole.p) + word.n);
}

rc_t imap_query_read(const struct imap_query *q, struct imap_terms *out, struct err *e)
{
    TRY(imap_check_text(q->text, IMAP_TEXT_MAX, "text", e));
    struct imap_terms t = {.q = *q, .since = INT64_MIN, .before = INT64_MIN};
    if (!q->body) t.q.headers = true; /* words must stand somewhere */
    bool ok = str_is_utf8(q->text);
    str_t rest = str_trim(q->text);
    while (ok && rest.n > 0) {
        struct imap_word w;
        str_t plain = next_word(&rest, &w);
        if (w.text.n == 0) continue;
        if (!w.without && w.field == WORD_ANY && plain.n > 0 && take_operator(&t, plain)) continue;
        ok = t.count < IMAP_QUERY_WORDS;
        if (ok) t.words[t.count++] = w;
        t.eight_bit = t.eight_bit || imap_cmd_is_literal(w.text);
        t.body_only = t.body_only || w.field == WORD_BODY;
    }
    if (!ok) {
        err_set(e, RC_INVALID, "This cannot be searched for.");
        err_field(e, "text");
        return RC_INVALID;
    }
    *out = t;
    return RC_OK;
}
