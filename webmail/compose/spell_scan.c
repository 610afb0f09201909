/* Words of a text, those that are wrong, and which language it is written in. */
#include <stdlib.h>

#include "base/clock.h"
#include "mail/text.h"
#include "webmail/compose/spell_dict.h"
#include "webmail/compose/spell_turn.h"

#define GUESS_WORDS 60
#define MAX_CANDIDATES 8

/* Letters and combining marks; not the punctuation, symbols, emoji and ideographs among what is
 * not ASCII (no dictionary knows those). */
static bool is_letter(uint32_t cp)
{
    if (cp < 0x80) return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z');
    if (cp < 0xc0) return cp == 0xaa || cp == 0xb5 || cp == 0xba;
    if (cp == 0xd7 || cp == 0xf7 || cp == 0xfffd) return false;
    return cp < 0x2000 || (cp >= 0x2c00 && cp < 0x2e00) || (cp >= 0xa4d0 && cp < 0xd800) ||
           (cp >= 0xf900 && cp < 0xfe00) || (cp >= 0xfe20 && cp < 0xff00) ||
           (cp >= 0x10000 && cp < 0x1d000);
}

static bool letter_at(str_t s, size_t i, size_t *next)
{
    *next = i;
    return i < s.n && is_letter(text_next_utf8(s, next));
}

/* A word: letters, apostrophes (also U+2019) between them. */
static size_t word_end(str_t s, size_t from)
{
    size_t i = from, next, after;
    for (;;) {
        if (letter_at(s, i, &next)) {
            i = next;
            continue;
        }
        size_t mark = str_starts(str_sub(s, i, s.n), STR("\xe2\x80\x99")) ? 3 : 1;
        bool apostrophe = mark == 3 || (i < s.n && s.p[i] == '\'');
        if (i == from || !apostrophe || !letter_at(s, i + mark, &after)) return i;
        i = after;
    }
}

/* Not words but addresses, links, names of files: letters with more than blanks around them. */
static size_t skip_token(str_t s, size_t from)
{
    size_t i = from;
    while (i < s.n && (unsigned char) s.p[i] > ' ')
        i++;
    str_t token = str_sub(s, from, i);
    bool odd = str_chr(token, '@') >= 0 || str_find(token, STR("://")) >= 0 ||
               str_istarts(token, STR("www."));
    for (size_t k = 0; k < token.n && !odd; k++)
        odd = token.p[k] >= '0' && token.p[k] <= '9';
    return odd ? i : from;
}

bool spell_next_word(str_t text, size_t *at, str_t *word)
{
    for (size_t i = *at; i < text.n;) {
        bool starts = i == 0 || (unsigned char) text.p[i - 1] <= ' ';
        size_t skipped = starts ? skip_token(text, i) : i, next;
        bool letter = letter_at(text, i, &next);
        if (skipped > i || !letter) {
            i = skipped > i ? skipped : next;
            continue;
        }
        *at = word_end(text, i);
        *word = str_sub(text, i, *at);
        return true;
    }
    *at = text.n;
    return false;
}

/* UTF-16 code units of UTF-8. */
static size_t units(str_t s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        n += ((c & 0xc0) != 0x80) + (c >= 0xf0);
    }
    return n;
}

static int by_word(const void *x, const void *y)
{
    return str_cmp(*(const str_t *) x, *(const str_t *) y);
}

/* As it was added, or with the capital that the beginning of a sentence gives it. */
static bool is_known(const struct spell_text *t, str_t word, struct arena *a)
{
    if (t->known_count == 0) return false;
    if (bsearch(&word, t->known, t->known_count, sizeof *t->known, by_word)) return true;
    if (!(word.p[0] >= 'A' && word.p[0] <= 'Z')) return false;
    char *small = arena_cstr(a, word);
    if (!small) return false;
    small[0] = (char) (small[0] + 32);
    str_t lower = str_n(small, word.n);
    return bsearch(&lower, t->known, t->known_count, sizeof *t->known, by_word) != NULL;
}

static size_t letters(str_t s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char) s.p[i] & 0xc0) != 0x80;
    return n;
}

/* Turn held; after a failure it may not be. */
static rc_t scan(const struct dictionary *d, const struct spell_text *t, int64_t deadline,
                 struct arena *a, struct spell_miss *out, size_t *n, struct err *e)
{
    size_t counted = 0, units_before = 0, at = 0, suggested = 0;
    str_t w;
    while (*n < SPELL_MAX_MISSES && spell_next_word(t->text, &at, &w)) {
        TRY(spell_turn_share(deadline, e));
        if (dictionary_knows(d, w) || is_known(t, w, a)) continue;
        size_t begin = at - w.n;
        units_before += units(str_sub(t->text, counted, begin));
        counted = begin;
        struct spell_miss *m = &out[(*n)++];
        *m = (struct spell_miss){.offset = units_before, .length = units(w)};
        if (!t->suggest || suggested == SPELL_MAX_SUGGESTED || letters(w) > SPELL_MAX_LETTERS)
            continue;
        suggested++;
        if (dictionary_suggest(d, w, a, m)) continue;
        spell_turn_leave();
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    spell_turn_leave();
    return RC_OK;
}

static rc_t take(str_t dir, const char *name, int64_t deadline, struct arena *a,
                 struct dictionary **out, struct err *e)
{
    TRY(spell_turn_take(deadline, e));
    rc_t rc = dictionary_take(dir, name, a, out, e);
    if (rc != RC_OK) spell_turn_leave();
    return rc;
}

rc_t spell_check(str_t dir, const struct spell_dictionary *which, const struct spell_text *t,
                 struct arena *a, struct spell_miss **out, size_t *n, struct err *e)
{
    int64_t deadline = clock_ms() + SPELL_BUDGET_MS;
    struct spell_miss *list = ARENA_ARRAY(a, SPELL_MAX_MISSES, struct spell_miss);
    struct dictionary *d;
    size_t count = 0;
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(take(dir, which->name, deadline, a, &d, e));
    rc_t rc = scan(d, t, deadline, a, list, &count, e);
    dictionary_leave(d);
    TRY(rc);
    *out = list;
    *n = count;
    return RC_OK;
}

/* --- which language -------------------------------------------------------------------------- */

/* Turn held; after a failure it is not. */
static rc_t known_words(const struct dictionary *d, str_t text, int64_t deadline, size_t *known,
                        struct err *e)
{
    size_t at = 0, n = 0;
    str_t w;
    for (int i = 0; i < GUESS_WORDS && spell_next_word(text, &at, &w); i++) {
        TRY(spell_turn_share(deadline, e));
        n += dictionary_knows(d, w);
    }
    spell_turn_leave();
    *known = n;
    return RC_OK;
}

static bool same_language(str_t x, str_t y)
{
    return x.n >= 2 && y.n >= 2 && str_ieq(str_sub(x, 0, 2), str_sub(y, 0, 2)) &&
           (x.n == 2 || x.p[2] == '-' || x.p[2] == '_') &&
           (y.n == 2 || y.p[2] == '-' || y.p[2] == '_');
}

/* The hint, then one of each other language. */
static size_t candidates(str_t dir, str_t hint, const str_t *names, size_t n, struct arena *a,
                         struct spell_dictionary out[MAX_CANDIDATES])
{
    struct err ignored = {0};
    size_t count = 0;
    if (hint.p && spell_find(dir, hint, a, &out[0], &ignored) == RC_OK) count = 1;
    for (size_t i = 0; i < n && count < MAX_CANDIDATES; i++) {
        bool had = false;
        for (size_t k = 0; k < count && !had; k++)
            had = same_language(str_c(out[k].name), names[i]);
        if (!had && spell_find(dir, names[i], a, &out[count], &ignored) == RC_OK) count++;
    }
    return count;
}

rc_t spell_guess(str_t dir, str_t hint, str_t text, const str_t *names, size_t n, struct arena *a,
                 struct spell_dictionary *out, struct err *e)
{
    int64_t deadline = clock_ms() + SPELL_BUDGET_MS;
    struct spell_dictionary list[MAX_CANDIDATES];
    size_t count = candidates(dir, hint, names, n, a, list), best = 0, most = 0;
    if (count == 0) return err_set(e, RC_UNSUPPORTED, "There is no dictionary.");
    for (size_t i = 0; i < count; i++) {
        struct dictionary *d;
        size_t known = 0;
        rc_t rc = take(dir, list[i].name, deadline, a, &d, e);
        if (rc == RC_UNSUPPORTED) continue;
        TRY(rc);
        rc = known_words(d, text, deadline, &known, e);
        dictionary_leave(d);
        TRY(rc);
        if (known <= most) continue;
        most = known;
        best = i;
    }
    *out = list[best];
    return RC_OK;
}
