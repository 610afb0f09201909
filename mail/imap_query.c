#include "mail/imap_query.h"

#include <time.h>

#include "mail/imap_conn.h"
#include "mail/imap_kinds.h"

enum operator{
    OP_TEXT,
    OP_NAME,
    OP_LABEL,
    OP_KEYWORD,
    OP_IN,
    OP_IS,
    OP_HAS,
    OP_AFTER,
    OP_BEFORE,
    OP_ON,
    OP_LARGER,
    OP_SMALLER
};

static const struct field {
    str_t name;
    enum operator op;
    enum query_place place;
} fields[] = {
    {STR_INIT("from"), OP_TEXT, PLACE_FROM},
    {STR_INIT("to"), OP_TEXT, PLACE_TO},
    {STR_INIT("cc"), OP_TEXT, PLACE_CC},
    {STR_INIT("bcc"), OP_TEXT, PLACE_BCC},
    {STR_INIT("subject"), OP_TEXT, PLACE_SUBJECT},
    {STR_INIT("list"), OP_TEXT, PLACE_LIST},
    {STR_INIT("body"), OP_TEXT, PLACE_BODY},
    {STR_INIT("filename"), OP_NAME, PLACE_ANY},
    {STR_INIT("label"), OP_LABEL, PLACE_ANY},
    {STR_INIT("keyword"), OP_KEYWORD, PLACE_ANY},
    {STR_INIT("in"), OP_IN, PLACE_ANY},
    {STR_INIT("is"), OP_IS, PLACE_ANY},
    {STR_INIT("has"), OP_HAS, PLACE_ANY},
    {STR_INIT("after"), OP_AFTER, PLACE_ANY},
    {STR_INIT("since"), OP_AFTER, PLACE_ANY},
    {STR_INIT("before"), OP_BEFORE, PLACE_ANY},
    {STR_INIT("on"), OP_ON, PLACE_ANY},
    {STR_INIT("larger"), OP_LARGER, PLACE_ANY},
    {STR_INIT("smaller"), OP_SMALLER, PLACE_ANY},
};

static const struct mark {
    str_t word, key; /* key null: a kind */
    unsigned kind;
} marks[] = {
    {STR_INIT("unread"), STR_INIT("UNSEEN"), 0},
    {STR_INIT("read"), STR_INIT("SEEN"), 0},
    {STR_INIT("starred"), STR_INIT("FLAGGED"), 0},
    {STR_INIT("flagged"), STR_INIT("FLAGGED"), 0},
    {STR_INIT("unstarred"), STR_INIT("UNFLAGGED"), 0},
    {STR_INIT("answered"), STR_INIT("ANSWERED"), 0},
    {STR_INIT("unanswered"), STR_INIT("UNANSWERED"), 0},
    {STR_INIT("draft"), STR_INIT("DRAFT"), 0},
    {STR_INIT("forwarded"), STR_INIT("KEYWORD $Forwarded"), 0},
    {STR_INIT("encrypted"), {NULL, 0}, KIND_SEALED},
    {STR_INIT("signed"), {NULL, 0}, KIND_SIGNED},
};

struct parser {
    str_t s;
    size_t at;
    unsigned depth;
    enum query_place place; /* of bare words: inside from:( ... ) it is FROM */
    int64_t today;
    struct imap_terms *t;
    struct err *e;
};

/* --- complaints ------------------------------------------------------------------------------- */

/* Position for a person: characters, counted from 1. */
static unsigned position_of(const struct parser *p, size_t at)
{
    unsigned n = 1;
    for (size_t i = 0; i < at && i < p->s.n; i++)
        n += ((unsigned char) p->s.p[i] & 0xc0) != 0x80;
    return n;
}

static rc_t complain(struct parser *p, size_t at, const char *sentence)
{
    unsigned position = position_of(p, at);
    err_set(p->e, RC_INVALID, "Position %u: %s", position, sentence);
    err_field(p->e, "text");
    err_position(p->e, position);
    return RC_INVALID;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static rc_t add(struct parser *p, struct query_node node, unsigned *out)
{
    if (p->t->count == QUERY_NODES)
        return complain(p, p->at, "This search has too many words. Leave some out.");
    *out = p->t->count++;
    p->t->nodes[*out] = node;
    return RC_OK;
}

static rc_t join(struct parser *p, enum query_kind kind, unsigned left, unsigned right,
                 unsigned *out)
{
    return add(p, (struct query_node){.kind = kind, .left = left, .right = right}, out);
}

/* --- reading words -----------------------------------------------------------------------------
 */

static bool here(const struct parser *p, str_t what)
{
    return str_starts(str_sub(p->s, p->at, p->s.n), what);
}

/* Bytes of the blank, quotation mark or other token that stands at the cursor; 0: none. */
static size_t token(const struct parser *p, const str_t *tokens, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (here(p, tokens[i])) return tokens[i].n;
    return 0;
}

static size_t blank(const struct parser *p)
{
    static const str_t blanks[] = {STR_INIT(" "), STR_INIT("\t"), STR_INIT("\xc2\xa0"),
                                   STR_INIT("\xe3\x80\x80")};
    return token(p, blanks, sizeof blanks / sizeof *blanks);
}

static size_t quote(const struct parser *p)
{
    static const str_t quotes[] = {STR_INIT("\""), STR_INIT("\xe2\x80\x9c"),
                                   STR_INIT("\xe2\x80\x9d"), STR_INIT("\xe2\x80\x9e")};
    return token(p, quotes, sizeof quotes / sizeof *quotes);
}

static bool at_end(const struct parser *p)
{
    return p->at >= p->s.n;
}

static void skip_blanks(struct parser *p)
{
    while (!at_end(p) && blank(p) > 0)
        p->at += blank(p);
}

static bool closes(const struct parser *p)
{
    return p->depth > 0 && here(p, STR(")"));
}

/* AND, OR and NOT are such in capitals only, standing alone. */
static bool is_word(const struct parser *p, str_t word)
{
    if (!here(p, word)) return false;
    struct parser behind = *p;
    behind.at += word.n;
    return at_end(&behind) || blank(&behind) > 0 || closes(&behind) || here(&behind, STR("("));
}

static str_t read_quoted(struct parser *p)
{
    p->at += quote(p);
    size_t from = p->at;
    while (!at_end(p) && quote(p) == 0)
        p->at++;
    str_t text = str_sub(p->s, from, p->at);
    p->at += at_end(p) ? 0 : quote(p);
    return str_trim(text);
}

/* Up to a blank; parentheses that open inside a word close there. */
static str_t read_bare(struct parser *p)
{
    size_t from = p->at;
    unsigned inside = 0;
    for (; !at_end(p) && blank(p) == 0; p->at++) {
        if (here(p, STR(")")) && inside == 0 && p->depth > 0) break;
        if (here(p, STR("("))) inside++;
        if (here(p, STR(")")) && inside > 0) inside--;
    }
    return str_sub(p->s, from, p->at);
}

/* --- terms --------------------------------------------------------------------------------------
 */

static rc_t parse_all(struct parser *p, unsigned *out);
static rc_t parse_unary(struct parser *p, unsigned *out);

static rc_t add_text(struct parser *p, enum query_place place, str_t text, bool quoted,
                     unsigned *out)
{
    if (text.n == 0) return add(p, (struct query_node){.kind = QUERY_ALL}, out);
    struct imap_terms *t = p->t;
    t->eight_bit = t->eight_bit || imap_cmd_is_literal(text);
    t->in_body = t->in_body || place == PLACE_BODY || (place == PLACE_ANY && t->q.body);
    return add(
        p, (struct query_node){.kind = QUERY_TEXT, .place = place, .text = text, .quoted = quoted},
        out);
}

static rc_t add_kind(struct parser *p, unsigned bit, unsigned *out)
{
    p->t->kinds |= bit;
    return add(p, (struct query_node){.kind = QUERY_KIND, .number = bit}, out);
}

static rc_t add_mark(struct parser *p, str_t word, size_t at, unsigned *out)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!str_ieq(word, marks[i].word)) continue;
        if (!marks[i].key.p) return add_kind(p, marks[i].kind, out);
        return add(p, (struct query_node){.kind = QUERY_MARK, .text = marks[i].key}, out);
    }
    return complain(p, at,
                    "is: takes unread, read, starred, answered, forwarded, draft, encrypted or "
                    "signed.");
}

static rc_t add_has(struct parser *p, str_t word, size_t at, unsigned *out)
{
    static const str_t words[] = {STR_INIT("attachment"), STR_INIT("attachments"), STR_INIT("file"),
                                  STR_INIT("files")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieq(word, words[i])) return add_kind(p, KIND_ATTACHMENT, out);
    return complain(p, at, "has: takes attachment.");
}

/* What the mail server keeps, never a label's name: what programs ask by. */
static rc_t add_keyword(struct parser *p, str_t word, size_t at, unsigned *out)
{
    bool ok = word.n > 0 && word.n <= 100;
    for (size_t i = 0; ok && i < word.n; i++) { /* an atom, RFC 3501 section 9 flag-keyword */
        unsigned char c = (unsigned char) word.p[i];
        ok = c > ' ' && c < 0x7f && !strchr("(){%*\"\\]", c);
    }
    if (!ok) return complain(p, at, "There is no such label.");
    return add(p, (struct query_node){.kind = QUERY_KEYWORD, .text = word}, out);
}

/* The name a person gave; a keyword where no label has the name. */
static rc_t add_label(struct parser *p, str_t word, size_t at, unsigned *out)
{
    const struct imap_query *q = &p->t->q;
    for (size_t i = 0; i < q->label_count; i++)
        if (str_ieq(word, q->labels[i].name)) return add_keyword(p, q->labels[i].keyword, at, out);
    return add_keyword(p, word, at, out);
}

static rc_t add_name(struct parser *p, str_t word, size_t at, unsigned *out)
{
    struct imap_terms *t = p->t;
    if (t->name_count == QUERY_NAMES)
        return complain(p, at, "filename: can be used four times only.");
    t->names[t->name_count] = word;
    t->kinds |= KIND_SEALED | KIND_ATTACHMENT;
    t->in_body = true;
    return add(p, (struct query_node){.kind = QUERY_NAME, .number = t->name_count++}, out);
}

static rc_t add_days(struct parser *p, enum operator op, str_t word, size_t at, unsigned *out)
{
    int64_t from, to;
    unsigned since = 0, before = 0;
    if (!imap_query_days(word, p->today, &from, &to))
        return complain(p, at,
                        "This is not a date. Write 2024-01-31, 2024-01, today, or 7d for seven "
                        "days ago.");
    if (op == OP_BEFORE)
        return add(p, (struct query_node){.kind = QUERY_BEFORE, .number = from}, out);
    TRY(add(p, (struct query_node){.kind = QUERY_SINCE, .number = from}, &since));
    *out = since;
    if (op == OP_AFTER) return RC_OK;
    TRY(add(p, (struct query_node){.kind = QUERY_BEFORE, .number = to}, &before));
    return join(p, QUERY_AND, since, before, out);
}

static rc_t add_size(struct parser *p, enum operator op, str_t word, size_t at, unsigned *out)
{
    struct query_node n = {.kind = op == OP_LARGER ? QUERY_LARGER : QUERY_SMALLER};
    if (!query_size(word, &n.number))
        return complain(p, at, "This is not a size. Write 500k, 5M or a number of bytes.");
    return add(p, n, out);
}

static rc_t add_value(struct parser *p, const struct field *f, str_t word, bool quoted, size_t at,
                      unsigned *out)
{
    switch (f->op) {
    case OP_TEXT:
        return add_text(p, f->place, word, quoted, out);
    case OP_NAME:
        return add_name(p, word, at, out);
    case OP_LABEL:
        return add_label(p, word, at, out);
    case OP_KEYWORD:
        return add_keyword(p, word, at, out);
    case OP_IN:
        p->t->names_folder = true;
        return add(p, (struct query_node){.kind = QUERY_IN, .text = word}, out);
    case OP_IS:
        return add_mark(p, word, at, out);
    case OP_HAS:
        return add_has(p, word, at, out);
    case OP_LARGER:
    case OP_SMALLER:
        return add_size(p, f->op, word, at, out);
    default:
        return add_days(p, f->op, word, at, out);
    }
}

static rc_t parse_group(struct parser *p, enum query_place place, unsigned *out)
{
    size_t at = p->at++;
    enum query_place outer = p->place;
    if (++p->depth > QUERY_DEPTH)
        return complain(p, at, "There are too many parentheses inside each other.");
    p->place = place;
    skip_blanks(p);
    if (closes(p)) return complain(p, at, "There is nothing between these parentheses.");
    TRY(parse_all(p, out));
    if (!closes(p)) return complain(p, at, "This parenthesis is not closed.");
    p->at++;
    p->depth--;
    p->place = outer;
    return RC_OK;
}

/* The field in front of the cursor's colon, moved behind it; NULL: an ordinary word. */
static const struct field *take_field(struct parser *p)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        str_t rest = str_sub(p->s, p->at, p->s.n), name = fields[i].name;
        if (!str_istarts(rest, name) || rest.n == name.n || rest.p[name.n] != ':') continue;
        p->at += name.n + 1;
        return &fields[i];
    }
    return NULL;
}

static rc_t parse_primary(struct parser *p, unsigned *out)
{
    if (here(p, STR("("))) return parse_group(p, p->place, out);
    size_t start = p->at;
    const struct field *f = take_field(p);
    if (f) skip_blanks(p); /* "from: bob", as people paste it */
    if (f && f->op == OP_TEXT && here(p, STR("("))) return parse_group(p, f->place, out);
    if (f && (at_end(p) || closes(p) || is_word(p, STR("OR"))))
        return complain(p, start, "Behind this operator something to look for is missing.");
    size_t at = p->at;
    bool quoted = quote(p) > 0;
    str_t word = quoted ? read_quoted(p) : read_bare(p);
    if (!f) return add_text(p, p->place, word, quoted, out);
    if (word.n == 0) return add(p, (struct query_node){.kind = QUERY_ALL}, out);
    return add_value(p, f, word, quoted, at, out);
}

/* A minus belongs to what follows it at once. */
static bool take_not(struct parser *p)
{
    if (is_word(p, STR("NOT"))) {
        struct parser behind = *p;
        behind.at += 3;
        skip_blanks(&behind);
        if (at_end(&behind) || closes(&behind)) return false;
        *p = behind;
        return true;
    }
    struct parser behind = *p;
    behind.at++;
    if (!here(p, STR("-")) || at_end(&behind) || blank(&behind) > 0) return false;
    *p = behind;
    return true;
}

static rc_t parse_unary(struct parser *p, unsigned *out)
{
    unsigned turns = 0;
    unsigned inner;
    while (take_not(p))
        turns++;
    TRY(parse_primary(p, &inner));
    *out = inner;
    /* Nothing to look for is nothing to exclude either. */
    if (turns % 2 == 0 || p->t->nodes[inner].kind == QUERY_ALL) return RC_OK;
    return join(p, QUERY_NOT, inner, inner, out);
}

static rc_t parse_either(struct parser *p, unsigned *out)
{
    if (is_word(p, STR("OR"))) return complain(p, p->at, "In front of OR something is missing.");
    TRY(parse_unary(p, out));
    for (;;) {
        skip_blanks(p);
        if (at_end(p) || !is_word(p, STR("OR"))) return RC_OK;
        size_t at = p->at;
        unsigned right;
        p->at += 2;
        skip_blanks(p);
        if (at_end(p) || closes(p) || is_word(p, STR("OR")))
            return complain(p, at, "Behind OR something is missing.");
        TRY(parse_unary(p, &right));
        TRY(join(p, QUERY_OR, *out, right, out));
    }
}

static rc_t parse_all(struct parser *p, unsigned *out)
{
    bool any = false;
    unsigned all = 0;
    for (;;) {
        skip_blanks(p);
        if (at_end(p) || closes(p)) break;
        if (any && is_word(p, STR("AND"))) {
            p->at += 3;
            continue;
        }
        unsigned next;
        TRY(parse_either(p, &next));
        if (any)
            TRY(join(p, QUERY_AND, all, next, &all));
        else
            all = next;
        any = true;
    }
    if (!any) TRY(add(p, (struct query_node){.kind = QUERY_ALL}, &all));
    *out = all;
    return RC_OK;
}

/* --- the whole ----------------------------------------------------------------------------------
 */

/* What the caller narrows by stands beside the text. */
static rc_t add_filters(struct parser *p)
{
    struct imap_terms *t = p->t;
    const struct {
        bool on;
        struct query_node node;
    } filters[] = {
        {t->q.unseen, {.kind = QUERY_MARK, .text = STR("UNSEEN")}},
        {t->q.flagged, {.kind = QUERY_MARK, .text = STR("FLAGGED")}},
        {t->q.encrypted, {.kind = QUERY_KIND, .number = KIND_SEALED}},
        {t->q.signed_only, {.kind = QUERY_KIND, .number = KIND_SIGNED}},
        {t->q.attachment, {.kind = QUERY_KIND, .number = KIND_ATTACHMENT}},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        unsigned one;
        if (!filters[i].on) continue;
        if (filters[i].node.kind == QUERY_KIND) t->kinds |= (unsigned) filters[i].node.number;
        TRY(add(p, filters[i].node, &one));
        TRY(join(p, QUERY_AND, t->root, one, &t->root));
    }
    return RC_OK;
}

rc_t imap_query_read(const struct imap_query *q, struct imap_terms *out, struct err *e)
{
    TRY(imap_check_text(q->text, IMAP_TEXT_MAX, "text", e));
    if (!str_is_utf8(q->text)) {
        err_set(e, RC_INVALID, "This cannot be searched for.");
        err_field(e, "text");
        return RC_INVALID;
    }
    struct imap_terms t = {.q = *q};
    int64_t today = q->today > 0 ? q->today : (int64_t) time(NULL) / 86400;
    struct parser p = {.s = q->text, .t = &t, .today = today, .e = e};
    if (!q->body) t.q.headers = true; /* words must stand somewhere */
    TRY(parse_all(&p, &t.root));
    TRY(add_filters(&p));
    if (t.in_body) t.kinds |= KIND_SEALED;
    *out = t;
    return RC_OK;
}
