/* The sentences of a verdict, all from one table (message_reasons.def). */
#include <time.h>

#include "base/buf.h"
#include "mail/message_state.h"

static const struct message_reason_info REASONS[] = {
#define REASON(code, level, text, better) {#code, LEVEL_##level, text, better},
#include "mail/message_reasons.def"
#undef REASON
};

const struct message_reason_info *message_reason_info(size_t i)
{
    return i < REASON_COUNT ? &REASONS[i] : NULL;
}

/* The sentence with its arguments; NULL-safe, valid UTF-8, at most a screen line or two each. */
static str_t fill(struct arena *arena, const char *sentence, str_t a, str_t b)
{
    CLEANUP_BUF struct buf out = BUF_INIT(4096);
    for (const char *p = sentence; *p; p++) {
        bool first = strncmp(p, "{a}", 3) == 0;
        if (first || strncmp(p, "{b}", 3) == 0) {
            buf_str(&out, first ? a : b);
            p += 2;
        } else {
            buf_char(&out, *p);
        }
    }
    return arena_str(arena, buf_view(&out));
}

/* Long names are cut, at the end of a character. */
static str_t shorten(str_t s)
{
    enum { LONGEST = 320 }; /* an address has 254 bytes */
    if (s.n <= LONGEST) return s;
    s.n = LONGEST;
    while (s.n && !str_is_utf8(s))
        s.n--;
    return s;
}

const char *message_level_word(enum message_level l)
{
    static const char *const WORDS[] = {"none", "good", "neutral", "warning", "bad"};
    return WORDS[l];
}

static rc_t add(struct opened *m, const struct message_reason *r, struct err *e)
{
    struct message_view *v = &m->view;
    if (!v->reasons) v->reasons = ARENA_ARRAY(m->arena, MESSAGE_REASONS_MAX, struct message_reason);
    if (!v->reasons) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < v->reason_count; i++) {
        if (str_eq(v->reasons[i].text, r->text)) return RC_OK;
    }
    if (v->reason_count < MESSAGE_REASONS_MAX) v->reasons[v->reason_count++] = *r;
    return RC_OK;
}

/* Why a certificate was revoked: the words of RFC 5280 section 5.3.1 for people. */
static str_t revoked_why(str_t word)
{
    static const struct {
        str_t word, said;
    } words[] = {
        {STR_INIT("keyCompromise"), STR_INIT("its key fell into strange hands")},
        {STR_INIT("cACompromise"), STR_INIT("the key of its authority fell into strange hands")},
        {STR_INIT("aACompromise"), STR_INIT("the key of its authority fell into strange hands")},
        {STR_INIT("affiliationChanged"), STR_INIT("its owner has changed name or organisation")},
        {STR_INIT("superseded"), STR_INIT("it was replaced by another one")},
        {STR_INIT("cessationOfOperation"), STR_INIT("it is no longer used")},
        {STR_INIT("certificateHold"), STR_INIT("it is suspended for the time being")},
        {STR_INIT("privilegeWithdrawn"), STR_INIT("its owner may not use it any more")},
        {STR_INIT("unspecified"), STR_INIT("no reason given")}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_eq(word, words[i].word)) return words[i].said;
    }
    return word;
}

/* a and b stay what they are, for the client's own texts. */
rc_t message_reason(struct opened *m, enum message_level *level, enum reason which, str_t a,
                    str_t b, struct err *e)
{
    const struct message_reason_info *info = &REASONS[which];
    struct message_reason r = {.code = info->code, .a = shorten(a), .b = shorten(b)};
    message_raise(level, info->level);
    str_t said = which == REASON_certificate_revoked ? revoked_why(r.b) : r.b;
    r.text = fill(m->arena, info->text, r.a, said);
    r.better = info->better ? fill(m->arena, info->better, r.a, r.b) : STR_NULL;
    if (str_is_null(r.text) || (info->better && str_is_null(r.better)))
        return err_set(e, RC_NO_MEMORY, NULL);
    return add(m, &r, e);
}

str_t message_day(struct arena *a, int64_t t)
{
    struct tm tm;
    char text[32];
    time_t when = (time_t) t;
    if (!gmtime_r(&when, &tm) || strftime(text, sizeof text, "%Y-%m-%d", &tm) == 0) return STR_NULL;
    return arena_str(a, str_c(text));
}
