#include "webmail/filters/forwards.h"

#include <string.h>

#include "base/buf.h"
#include "base/mutant.h"

#define MAX_PLACE 4096u

/* Commands and tests that send no mail to a place of the script's choosing (RFC 5228, 5229, 5173,
 * 5183, 5230, 5231, 5232, 5235, 5260, 5293, 5429, 5463, 5490, 5703, 7352, 8579, 8580). An answer
 * by vacation, reject or ereject goes to the sender. */
static const char HARMLESS[] =
    " require if elsif else stop keep discard fileinto setflag addflag removeflag vacation reject "
    "ereject set addheader deleteheader foreverypart break replace enclose extracttext error "
    "address allof anyof body currentdate date duplicate envelope environment exists false "
    "hasflag header ihave mailbox mailboxexists mailboxidexists not size spamtest "
    "specialuse_exists string true virustest ";

enum kind { T_END, T_WORD, T_TAG, T_STRING, T_NUMBER, T_MARK, T_BROKEN };

struct token {
    enum kind kind;
    str_t text; /* of a string: as it is written, without its quotes */
};

struct places {
    str_t list[FORWARDS_MAX_PLACES];
    size_t count;
    bool unclear; /* it sends, or may send, and cannot be told where */
};

/* --- tokens ------------------------------------------------------------------------------------
 */

static bool is_word(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static str_t rest_after(str_t in, size_t n)
{
    return str_sub(in, n, in.n);
}

/* Blanks and comments; false: a comment without an end. */
static bool skip(str_t *in)
{
    for (;;) {
        if (in->n > 0 && is_blank(in->p[0])) {
            *in = rest_after(*in, 1);
        } else if (in->n > 0 && in->p[0] == '#') {
            ptrdiff_t end = str_chr(*in, '\n');
            *in = rest_after(*in, end < 0 ? in->n : (size_t) end + 1);
        } else if (str_starts(*in, STR("/*"))) {
            ptrdiff_t end = str_find(rest_after(*in, 2), STR("*/"));
            if (end < 0) return false;
            *in = rest_after(*in, (size_t) end + 4);
        } else {
            return true;
        }
    }
}

static struct token quoted(str_t *in)
{
    for (size_t i = 1; i < in->n; i++) {
        if (in->p[i] == '\\') {
            i++;
        } else if (in->p[i] == '"') {
            struct token t = {T_STRING, str_sub(*in, 1, i)};
            *in = rest_after(*in, i + 1);
            return t;
        }
    }
    return (struct token){T_BROKEN, STR_NULL};
}

/* After "text:": lines up to one that is a dot alone. */
static struct token lines(str_t *in)
{
    str_t line, tail = *in, text;
    bool more = str_cut(tail, '\n', &line, &tail);
    line = str_trim(line);
    if (!more || (line.n > 0 && line.p[0] != '#')) return (struct token){T_BROKEN, STR_NULL};
    text = tail;
    while (tail.n > 0) {
        size_t at = text.n - tail.n;
        more = str_cut(tail, '\n', &line, &tail);
        if (!str_eq(line, STR(".\r")) && !str_eq(line, STR("."))) continue;
        *in = tail;
        return (struct token){T_STRING, str_sub(text, 0, at)};
    }
    return (struct token){T_BROKEN, STR_NULL};
}

static size_t run_of(str_t in, size_t from)
{
    size_t n = from;
    while (n < in.n && is_word(in.p[n], false))
        n++;
    return n;
}

static struct token next(str_t *in)
{
    if (!skip(in)) return (struct token){T_BROKEN, STR_NULL};
    if (in->n == 0) return (struct token){T_END, STR_NULL};
    char c = in->p[0];
    if (c == '"') return quoted(in);
    if (str_istarts(*in, STR("text:"))) {
        *in = rest_after(*in, 5);
        return lines(in);
    }
    struct token t = {T_MARK, str_sub(*in, 0, 1)};
    if (is_word(c, true)) t = (struct token){T_WORD, str_sub(*in, 0, run_of(*in, 0))};
    if (c >= '0' && c <= '9') t = (struct token){T_NUMBER, str_sub(*in, 0, run_of(*in, 0))};
    if (c == ':') t = (struct token){T_TAG, str_sub(*in, 0, run_of(*in, 1))};
    bool fine = c == ':' ? t.text.n > 1 && is_word(t.text.p[1], true)
                         : t.kind != T_MARK || strchr(";,()[]{}", c) != NULL;
    *in = rest_after(*in, t.text.n);
    return fine ? t : (struct token){T_BROKEN, STR_NULL};
}

/* --- places ------------------------------------------------------------------------------------
 */

static bool is_harmless(str_t word)
{
    char padded[32] = " ";
    if (word.n > sizeof padded - 3) return false;
    for (size_t i = 0; i < word.n; i++)
        padded[i + 1] = (char) (word.p[i] >= 'A' && word.p[i] <= 'Z' ? word.p[i] + 32 : word.p[i]);
    padded[word.n + 1] = ' ';
    padded[word.n + 2] = 0;
    return strstr(HARMLESS, padded) != NULL;
}

/* The word with its tags and strings, up to the end of the command or the beginning of a block.
 * Whether a copy stays here makes it no other place. */
static void take_place(str_t *in, str_t word, struct places *out, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(MAX_PLACE);
    struct token t = {T_WORD, word};
    for (; t.kind != T_END && t.kind != T_BROKEN; t = next(in)) {
        if (t.kind == T_MARK && strchr(";{}", t.text.p[0])) break;
        if (t.kind == T_MARK) continue;
        if (t.kind == T_TAG && str_ieq(t.text, STR(":copy"))) continue;
        /* "${name}" and "$\{name}" are what a variable holds; "\a" is "a". */
        if (t.kind == T_STRING && (str_chr(t.text, '$') >= 0 || str_chr(t.text, '\\') >= 0))
            out->unclear = true;
        if (t.kind == T_WORD && str_ieq(t.text, STR("include"))) out->unclear = true;
        buf_printf(&b, "%d ", (int) t.kind);
        buf_str(&b, t.text);
        buf_char(&b, '\n');
    }
    str_t place = b.failed ? STR_NULL : arena_str(a, buf_view(&b));
    if (t.kind == T_BROKEN || str_is_null(place) || out->count == FORWARDS_MAX_PLACES)
        out->unclear = true;
    else
        out->list[out->count++] = place;
}

/* A server may end a comment where we do not. */
static bool has_bare_cr(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n')) return true;
    return false;
}

static void read_places(str_t script, struct places *out, struct arena *a)
{
    struct token t;
    out->unclear = has_bare_cr(script) || str_chr(script, 0) >= 0;
    while (!out->unclear && (t = next(&script)).kind != T_END) {
        if (t.kind == T_BROKEN) out->unclear = true;
        if (t.kind == T_WORD && !is_harmless(t.text)) take_place(&script, t.text, out, a);
    }
}

static bool names(const struct places *p, str_t place)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->list[i], place)) return true;
    return false;
}

bool forwards_added(str_t before, str_t after, struct arena *a)
{
    struct places old = {0}, new = {0};
    if (WX_MUTANT(FORWARD) || str_eq(before, after)) return false;
    read_places(after, &new, a);
    if (new.unclear) return true;
    read_places(before, &old, a);
    for (size_t i = 0; i < new.count; i++)
        if (!names(&old, new.list[i])) return true;
    return false;
}
