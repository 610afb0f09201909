/* Address lists (RFC 5322 section 3.4), read as people write them. One pass, no recursion. */
#include "mail/entity.h"
#include "mail/text.h"

#define LIST_MAX (1u << 20) /* bytes of a list that are looked at */

struct reader {
    str_t s; /* unfolded, UTF-8 */
    size_t at;
    struct arena *a;
    struct buf plain;   /* this entry outside <> and comments, as written */
    struct buf words;   /* the same, quotes and escapes removed: a display name */
    struct buf comment; /* last comment: the old place of the name */
    struct buf angle;   /* inside <> */
    bool has_angle;
    bool in_group;
    size_t start; /* of this entry */
    struct mail_address *list;
    size_t n, room;
};

static void read_comment(struct reader *r)
{
    unsigned depth = 1;
    buf_clear(&r->comment);
    for (r->at++; r->at < r->s.n && depth > 0; r->at++) {
        char c = r->s.p[r->at];
        if (c == '(') depth++;
        if (c == ')' && --depth == 0) continue;
        if (c == '\\' && r->at + 1 < r->s.n) c = r->s.p[++r->at];
        buf_char(&r->comment, c);
    }
}

/* Appends the quoted string as written to raw and its meaning to words (may be NULL). */
static void read_quoted(struct reader *r, struct buf *raw, struct buf *words)
{
    buf_char(raw, '"');
    for (r->at++; r->at < r->s.n; r->at++) {
        char c = r->s.p[r->at];
        if (c == '"') {
            r->at++;
            break;
        }
        if (c == '\\' && r->at + 1 < r->s.n) {
            buf_char(raw, c);
            c = r->s.p[++r->at];
        }
        buf_char(raw, c);
        if (words) buf_char(words, c);
    }
    buf_char(raw, '"');
}

static void read_angle(struct reader *r)
{
    buf_clear(&r->angle);
    r->has_angle = true;
    r->at++;
    while (r->at < r->s.n) {
        char c = r->s.p[r->at];
        if (c == '>') {
            r->at++;
            return;
        }
        if (c == '(') {
            read_comment(r);
        } else if (c == '"') {
            read_quoted(r, &r->angle, NULL);
        } else {
            if (c == '<') buf_clear(&r->angle); /* "<<a@b>>" */
            if (c != '<' && !text_is_blank(c)) buf_char(&r->angle, c);
            r->at++;
        }
    }
}

/* Exactly one @ outside quotes, something on both sides, nothing that is no address. */
static bool is_address(str_t s)
{
    size_t ats = 0, at = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c == '\\' && quoted) {
            i++;
            continue;
        }
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == ',' || c == ';') return false;
        if (c == '@') {
            ats++;
            at = i;
        }
    }
    return ats == 1 && at > 0 && at + 1 < s.n && !quoted && str_is_utf8(s);
}

/* Address of an entry: controls never come out of here. */
static str_t take_address(struct reader *r, str_t s)
{
    s = str_trim(s);
    /* obsolete route: <@a,@b:user@host> */
    if (s.n > 0 && s.p[0] == '@') {
        ptrdiff_t colon = str_chr(s, ':');
        if (colon >= 0) s = str_sub(s, (size_t) colon + 1, s.n);
    }
    if (str_istarts(s, STR("mailto:"))) s = str_sub(s, 7, s.n);
    str_t copy = is_address(s) ? text_one_line(s, r->a) : STR_NULL;
    return copy.n == s.n ? copy : STR_NULL; /* something had to be removed: not an address */
}

static str_t take_name(struct reader *r, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4 * s.n + 64);
    s = str_trim(s);
    if (s.n == 0) return STR_NULL;
    /* some put the quotes inside the encoded word, or use single ones */
    text_decode_words(s, &b);
    str_t name = text_one_line(buf_view(&b), r->a);
    if (name.n >= 2 && name.p[0] == '\'' && name.p[name.n - 1] == '\'')
        name = str_sub(name, 1, name.n - 1);
    return name.n > 0 ? name : STR_NULL;
}

/* "Some Name user@host" without <>: the last word is the address. */
static str_t last_word(str_t s, str_t *before)
{
    size_t i = s.n;
    while (i > 0 && !text_is_blank(s.p[i - 1]))
        i--;
    *before = str_sub(s, 0, i);
    return str_sub(s, i, s.n);
}

static str_t without_blanks(struct reader *r, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(s.n + 1);
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') quoted = !quoted;
        if (quoted || !text_is_blank(s.p[i])) buf_char(&b, s.p[i]);
    }
    return arena_str(r->a, buf_view(&b));
}

static bool push(struct reader *r, struct mail_address m)
{
    if (r->n == r->room) {
        size_t room = r->room ? r->room * 2 : 4;
        struct mail_address *grown = ARENA_ARRAY(r->a, room, struct mail_address);
        if (!grown) return false;
        if (r->n) memcpy(grown, r->list, r->n * sizeof *grown);
        r->list = grown;
        r->room = room;
    }
    r->list[r->n++] = m;
    return true;
}

/* Ends the entry at r->at and adds it when it holds anything. */
static bool end_entry(struct reader *r)
{
    struct mail_address m = {.raw = str_trim(str_sub(r->s, r->start, r->at))};
    str_t plain = str_trim(buf_view(&r->plain)), words = str_trim(buf_view(&r->words));
    str_t comment = str_trim(buf_view(&r->comment)), before;
    if (r->has_angle) {
        m.address = take_address(r, buf_view(&r->angle));
        m.name = take_name(r, words);
    } else if (plain.n > 0) {
        m.address = take_address(r, plain);
        str_t word = last_word(words, &before);
        if (!m.address.p && (m.address = take_address(r, word)).p) m.name = take_name(r, before);
        if (!m.address.p) /* "user @ host" (obsolete) */
            m.address = take_address(r, without_blanks(r, plain));
        if (!m.address.p) m.name = take_name(r, words);
    }
    if (!m.name.p && comment.n > 0) m.name = take_name(r, comment);
    bool something = r->has_angle || plain.n > 0;
    buf_clear(&r->plain);
    buf_clear(&r->words);
    buf_clear(&r->comment);
    buf_clear(&r->angle);
    r->has_angle = false;
    return !something || push(r, m);
}

static bool step(struct reader *r)
{
    char c = r->s.p[r->at];
    switch (c) {
    case '(':
        read_comment(r);
        return true;
    case '"':
        read_quoted(r, &r->plain, &r->words);
        return true;
    case '<': {
        /* "a <b@c> <d@e>": two addresses. To keep one would be to choose who is shown. */
        bool ok = !r->has_angle || end_entry(r);
        read_angle(r);
        return ok;
    }
    case ',':
    case ';': {
        bool ok = end_entry(r);
        if (c == ';') r->in_group = false;
        r->start = ++r->at;
        return ok;
    }
    case ':':
        /* a group's name, unless an address or a second colon is on */
        if (!r->has_angle && !r->in_group && str_chr(buf_view(&r->plain), '@') < 0) {
            buf_clear(&r->plain);
            buf_clear(&r->words);
            r->in_group = true;
            r->start = ++r->at;
            return true;
        }
        break;
    default:
        break;
    }
    if (c != '>') {
        buf_char(&r->plain, c);
        buf_char(&r->words, c);
    }
    r->at++;
    return true;
}

rc_t header_addresses(str_t raw, struct arena *a, struct mail_address **out, size_t *n,
                      struct err *e)
{
    CLEANUP_BUF struct buf flat = BUF_INIT(raw.n + 16), utf8 = BUF_INIT(4 * raw.n + 64);
    raw = str_sub(raw, 0, LIST_MAX);
    size_t max = 4 * raw.n + 64;
    struct reader r = {.a = a,
                       .plain = BUF_INIT(max),
                       .words = BUF_INIT(max),
                       .comment = BUF_INIT(max),
                       .angle = BUF_INIT(max)};
    text_unfold(raw, &flat);
    text_guess_utf8(buf_view(&flat), &utf8);
    r.s = text_one_line(buf_view(&utf8), a);
    bool ok = r.s.p != NULL;
    while (ok && r.at < r.s.n)
        ok = step(&r);
    ok = ok && end_entry(&r);
    ok = ok && !r.plain.failed && !r.words.failed && !r.comment.failed && !r.angle.failed;
    buf_free(&r.plain);
    buf_free(&r.words);
    buf_free(&r.comment);
    buf_free(&r.angle);
    if (!ok) return err_set(e, RC_NO_MEMORY, NULL);
    *out = r.list;
    *n = r.n;
    return RC_OK;
}
