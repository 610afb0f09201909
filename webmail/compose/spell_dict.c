#include "webmail/compose/spell.h"

#include <hunspell/hunspell.h>
#include <iconv.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mail/text.h"

#define MAX_DICTIONARIES 8
#define MAX_MISSES 200
#define MAX_SUGGESTED 40
#define MAX_SUGGESTIONS 5
#define MAX_WORD 96 /* bytes */

struct dictionary {
    char name[16];
    Hunhandle *h;
    iconv_t to, from; /* (iconv_t) -1: the dictionary is UTF-8 */
};

/* Of the process; `lock` is held while any of it is used (hunspell is not made for threads). */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct dictionary dictionaries[MAX_DICTIONARIES];
static size_t dictionary_count;

/* Letters and '_' only: it becomes a file name. */
static bool file_name(str_t language, char out[16])
{
    if (language.n < 2 || language.n > 12) return false;
    for (size_t i = 0; i < language.n; i++) {
        char c = language.p[i] == '-' ? '_' : language.p[i];
        if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) return false;
        out[i] = c;
    }
    out[language.n] = '\0';
    return true;
}

static bool load(const char *dir, const char *name, struct dictionary *d)
{
    char aff[600], dic[600];
    snprintf(aff, sizeof aff, "%s/%s.aff", dir, name);
    snprintf(dic, sizeof dic, "%s/%s.dic", dir, name);
    if (access(aff, R_OK) != 0 || access(dic, R_OK) != 0) return false;
    d->h = Hunspell_create(aff, dic);
    if (!d->h) return false;
    const char *encoding = Hunspell_get_dic_encoding(d->h);
    bool utf8 = strcmp(encoding, "UTF-8") == 0;
    d->to = utf8 ? (iconv_t) -1 : iconv_open(encoding, "UTF-8");
    d->from = utf8 ? (iconv_t) -1 : iconv_open("UTF-8", encoding);
    snprintf(d->name, sizeof d->name, "%s", name);
    return true;
}

/* "de" means de_DE where there is no de. */
static struct dictionary *find(str_t dir, str_t language, struct arena *a)
{
    char name[16], region[24];
    if (!file_name(language, name)) return NULL;
    for (size_t i = 0; i < dictionary_count; i++)
        if (strcmp(dictionaries[i].name, name) == 0) return &dictionaries[i];
    if (dictionary_count == MAX_DICTIONARIES) return NULL;
    struct dictionary *d = &dictionaries[dictionary_count];
    char *path = arena_cstr(a, dir);
    if (!path) return NULL;
    bool ok = load(path, name, d);
    if (!ok && strlen(name) == 2) {
        bool english = strcmp(name, "en") == 0;
        snprintf(region, sizeof region, "%s_%c%c", name, english ? 'U' : name[0] - 32,
                 english ? 'S' : name[1] - 32);
        ok = load(path, region, d);
        if (ok) snprintf(d->name, sizeof d->name, "%s", name);
    }
    if (!ok) return NULL;
    dictionary_count++;
    return d;
}

static bool convert(iconv_t cd, const char *in, size_t n, char *out, size_t room)
{
    char *from = (char *) in, *to = out; /* iconv does not write to its input */
    if (cd == (iconv_t) -1) {
        if (n >= room) return false;
        memcpy(out, in, n);
        out[n] = '\0';
        return true;
    }
    room--;
    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &from, &n, &to, &room) == (size_t) -1) return false;
    *to = '\0';
    return true;
}

static bool add_suggestions(const struct dictionary *d, const char *word, struct arena *a,
                            struct spell_miss *m)
{
    char **list = NULL, text[4 * MAX_WORD];
    int n = Hunspell_suggest(d->h, &list, word);
    m->suggestions = ARENA_ARRAY(a, MAX_SUGGESTIONS, str_t);
    bool ok = m->suggestions != NULL;
    for (int i = 0; ok && i < n && m->count < MAX_SUGGESTIONS; i++) {
        if (!convert(d->from, list[i], strlen(list[i]), text, sizeof text)) continue;
        m->suggestions[m->count] = arena_str(a, str_c(text));
        ok = m->suggestions[m->count++].p != NULL;
    }
    Hunspell_free_list(d->h, &list, n);
    return ok;
}

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

/* Typographic apostrophes and other letters outside the dictionary's set are not words to it. */
static bool is_misspelt(const struct dictionary *d, str_t word, char out[2 * MAX_WORD])
{
    if (word.n >= MAX_WORD || !convert(d->to, word.p, word.n, out, 2 * MAX_WORD)) return false;
    return Hunspell_spell(d->h, out) == 0;
}

static bool scan(const struct dictionary *d, str_t text, struct arena *a, struct spell_miss *out,
                 size_t *n)
{
    size_t counted = 0, at = 0; /* code units before `counted` are in `at` */
    char word[2 * MAX_WORD];
    for (size_t i = 0; i < text.n && *n < MAX_MISSES;) {
        bool starts = i == 0 || (unsigned char) text.p[i - 1] <= ' ';
        size_t skipped = starts ? skip_token(text, i) : i;
        size_t next;
        bool letter = letter_at(text, i, &next);
        if (skipped > i || !letter) {
            i = skipped > i ? skipped : next;
            continue;
        }
        size_t end = word_end(text, i);
        str_t w = str_sub(text, i, end);
        if (is_misspelt(d, w, word)) {
            at += units(str_sub(text, counted, i));
            counted = i;
            struct spell_miss *m = &out[*n];
            *m = (struct spell_miss){.offset = at, .length = units(w)};
            if (*n < MAX_SUGGESTED && !add_suggestions(d, word, a, m)) return false;
            (*n)++;
        }
        i = end;
    }
    return true;
}

rc_t spell_check(str_t dir, str_t language, str_t text, struct arena *a, struct spell_miss **out,
                 size_t *n, struct err *e)
{
    struct spell_miss *list = ARENA_ARRAY(a, MAX_MISSES, struct spell_miss);
    size_t count = 0;
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    pthread_mutex_lock(&lock);
    struct dictionary *d = find(dir, language, a);
    bool ok = d && scan(d, text, a, list, &count);
    pthread_mutex_unlock(&lock);
    if (!d) return err_set(e, RC_UNSUPPORTED, "There is no dictionary for this language.");
    if (!ok) return err_set(e, RC_NO_MEMORY, NULL);
    *out = list;
    *n = count;
    return RC_OK;
}
