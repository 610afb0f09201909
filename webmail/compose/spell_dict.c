#include "webmail/compose/spell_dict.h"

#include <dirent.h>
#include <hunspell/hunspell.h>
#include <iconv.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DICTIONARIES 8
#define MAX_WORD 96 /* bytes */
#define MAX_PATH 600

struct dictionary {
    char name[16];
    Hunhandle *h;
    iconv_t to, from; /* (iconv_t) -1: the dictionary is UTF-8 */
    unsigned long used;
    atomic_uint holders; /* jobs with a text to check: it may not go before they have done */
};

/* Of the process; whose turn it is (spell_turn.h) has them all. */
static struct dictionary dictionaries[MAX_DICTIONARIES];
static size_t dictionary_count;
static unsigned long uses;

/* --- files ----------------------------------------------------------------------------------- */

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

/* The name behind links: "de_AT" may be de_DE. false: there is no such dictionary. */
static bool true_name(const char *dir, const char *name, char out[16])
{
    char path[MAX_PATH], aff[MAX_PATH], real[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.dic", dir, name);
    snprintf(aff, sizeof aff, "%s/%s.aff", dir, name);
    if (access(aff, R_OK) != 0 || !realpath(path, real)) return false;
    const char *base = strrchr(real, '/');
    size_t n = strlen(base + 1);
    bool here = n > 4 && n - 4 < 16 && strcmp(base + 1 + n - 4, ".dic") == 0;
    snprintf(out, 16, "%.*s", here ? (int) n - 4 : 15, here ? base + 1 : name);
    if (!here) return true;
    snprintf(aff, sizeof aff, "%s/%s.aff", dir, out);
    /* A link to elsewhere keeps its own name. */
    if (access(aff, R_OK) != 0) snprintf(out, 16, "%s", name);
    return true;
}

/* "de" is de_DE where there is no de. */
static bool find_base(const char *dir, const char base[2], char out[16])
{
    char name[16];
    bool english = base[0] == 'e' && base[1] == 'n';
    snprintf(name, sizeof name, "%.2s", base);
    if (true_name(dir, name, out)) return true;
    snprintf(name, sizeof name, "%.2s_%c%c", base, english ? 'U' : base[0] - 32,
             english ? 'S' : base[1] - 32);
    return true_name(dir, name, out);
}

rc_t spell_find(str_t dir, str_t language, struct arena *a, struct spell_dictionary *out,
                struct err *e)
{
    char name[16];
    struct spell_dictionary d;
    char *path = arena_cstr(a, dir);
    if (!path) return err_set(e, RC_NO_MEMORY, NULL);
    bool ok = file_name(language, name);
    bool base = ok && name[0] >= 'a' && name[1] >= 'a' && (!name[2] || name[2] == '_');
    ok = ok && (true_name(path, name, d.name) || (base && find_base(path, name, d.name)));
    if (!ok) return err_set(e, RC_UNSUPPORTED, "There is no dictionary for this language.");
    *out = d;
    return RC_OK;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(*(const str_t *) x, *(const str_t *) y);
}

/* "de_DE.dic" of a file (not a link) beside its .aff: "de-DE". */
static bool tag_of(const char *dir, const char *file, struct arena *a, str_t *out)
{
    char name[16], path[MAX_PATH];
    struct stat st;
    size_t n = strlen(file);
    if (n < 6 || strcmp(file + n - 4, ".dic") != 0 || !file_name(str_n(file, n - 4), name))
        return false;
    snprintf(path, sizeof path, "%s/%s", dir, file);
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) return false;
    snprintf(path, sizeof path, "%s/%s.aff", dir, name);
    if (access(path, R_OK) != 0) return false;
    for (char *c = name; *c; c++)
        if (*c == '_') *c = '-';
    *out = arena_str(a, str_c(name));
    return out->p != NULL;
}

rc_t spell_languages(str_t dir, struct arena *a, str_t **out, size_t *n, struct err *e)
{
    str_t *list = ARENA_ARRAY(a, SPELL_MAX_LANGUAGES, str_t);
    char *path = arena_cstr(a, dir);
    size_t count = 0;
    if (!list || !path) return err_set(e, RC_NO_MEMORY, NULL);
    DIR *d = opendir(path);
    for (struct dirent *f; d && count < SPELL_MAX_LANGUAGES && (f = readdir(d));)
        if (tag_of(path, f->d_name, a, &list[count])) count++;
    if (d) closedir(d);
    if (count > 1) qsort(list, count, sizeof *list, by_name);
    *out = list;
    *n = count;
    return RC_OK;
}

/* --- in memory ------------------------------------------------------------------------------- */

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

static void unload(struct dictionary *d)
{
    if (!d->h) return; /* it could not be read */
    Hunspell_destroy(d->h);
    if (d->to != (iconv_t) -1) iconv_close(d->to);
    if (d->from != (iconv_t) -1) iconv_close(d->from);
    *d = (struct dictionary){0};
}

/* A free place; the least lately used dictionary that nobody holds gives way. NULL: there is none.
 */
static struct dictionary *place(void)
{
    struct dictionary *oldest = NULL;
    if (dictionary_count < MAX_DICTIONARIES) return &dictionaries[dictionary_count++];
    for (size_t i = 0; i < MAX_DICTIONARIES; i++) {
        struct dictionary *d = &dictionaries[i];
        if (atomic_load(&d->holders) == 0 && (!oldest || d->used < oldest->used)) oldest = d;
    }
    if (oldest) unload(oldest);
    return oldest;
}

static struct dictionary *loaded(const char *name)
{
    for (size_t i = 0; i < dictionary_count; i++)
        if (strcmp(dictionaries[i].name, name) == 0) return &dictionaries[i];
    return NULL;
}

rc_t dictionary_take(str_t dir, const char *name, struct arena *a, struct dictionary **out,
                     struct err *e)
{
    struct dictionary *d = loaded(name);
    const char *path = arena_cstr(a, dir);
    if (!path) return err_set(e, RC_NO_MEMORY, NULL);
    if (!d && !(d = place())) return err_set(e, RC_BUSY, NULL);
    if (!d->h && !load(path, name, d))
        return err_set(e, RC_UNSUPPORTED, "There is no dictionary for this language.");
    d->used = ++uses;
    atomic_fetch_add(&d->holders, 1);
    *out = d;
    return RC_OK;
}

void dictionary_leave(struct dictionary *d)
{
    atomic_fetch_sub(&d->holders, 1);
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

/* As the dictionary writes it; no dictionary knows the typographic apostrophe. */
static bool written(const struct dictionary *d, str_t word, char out[2 * MAX_WORD])
{
    char plain[MAX_WORD];
    size_t n = 0;
    if (word.n >= MAX_WORD) return false;
    for (size_t i = 0; i < word.n; n++) {
        bool mark = str_starts(str_sub(word, i, word.n), STR("\xe2\x80\x99"));
        plain[n] = mark ? '\'' : word.p[i];
        i += mark ? 3 : 1;
    }
    return convert(d->to, plain, n, out, 2 * MAX_WORD);
}

bool dictionary_knows(const struct dictionary *d, str_t word)
{
    char text[2 * MAX_WORD];
    return !written(d, word, text) || Hunspell_spell(d->h, text) != 0;
}

bool dictionary_suggest(const struct dictionary *d, str_t word, struct arena *a,
                        struct spell_miss *m)
{
    char **list = NULL, text[4 * MAX_WORD], as_it_is[2 * MAX_WORD];
    if (!written(d, word, as_it_is)) return true;
    int n = Hunspell_suggest(d->h, &list, as_it_is);
    m->suggestions = ARENA_ARRAY(a, SPELL_MAX_SUGGESTIONS, str_t);
    bool ok = m->suggestions != NULL;
    for (int i = 0; ok && i < n && m->count < SPELL_MAX_SUGGESTIONS; i++) {
        if (!convert(d->from, list[i], strlen(list[i]), text, sizeof text)) continue;
        m->suggestions[m->count] = arena_str(a, str_c(text));
        ok = m->suggestions[m->count++].p != NULL;
    }
    Hunspell_free_list(d->h, &list, n);
    return ok;
}
