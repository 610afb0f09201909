/* Spell check of a text of 10 KB in each language that is installed: milliseconds for the whole,
 * for finding out the language, and for the suggestions of one word. A program for reports, never a
 * test: it makes no assertion about time. */
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "webmail/compose/spell.h"

#define DIR STR("/usr/share/hunspell")
#define BYTES 10240
#define ROUNDS 11

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static const struct {
    const char *language, *sentence, *wrong;
} TEXTS[] = {
    {"en", "The meeting on Monday is postponed, becuase nobody has prepared anything at all. ",
     "becuase"},
    {"de",
     "Die Besprechung am Montag f\xc3\xa4llt aus, weil der Tagungsraum nicht verf\xc3\xbcgber "
     "ist. ",
     "verf\xc3\xbcgber"},
    {"fr",
     "La r\xc3\xa9union de lundi est annul\xc3\xa9"
     "e, parce que l'organisateur est maladde. ",
     "maladde"},
    {"es",
     "La reuni\xc3\xb3n del lunes queda cancelada porque nadie ha preparado los documentoss. ",
     "documentoss"},
};

static double check(const char *language, str_t text, bool suggest, size_t *found)
{
    struct spell_dictionary d;
    struct spell_text t = {.text = text, .suggest = suggest};
    struct spell_miss *list;
    struct err e = {0};
    double least = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(1u << 24);
        double from = now();
        if (spell_find(DIR, str_c(language), a, &d, &e) != RC_OK ||
            spell_check(DIR, &d, &t, a, &list, found, &e) != RC_OK)
            return -1;
        double took = now() - from;
        if (took < least) least = took;
    }
    return least;
}

static double guess(str_t text)
{
    CLEANUP_ARENA struct arena *a = arena_new(1u << 24);
    struct spell_dictionary d;
    struct err e = {0};
    str_t *names;
    size_t n;
    double from = now();
    if (spell_languages(DIR, a, &names, &n, &e) != RC_OK ||
        spell_guess(DIR, STR("en"), text, names, n, a, &d, &e) != RC_OK)
        return -1;
    return now() - from;
}

int main(void)
{
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        CLEANUP_BUF struct buf text = BUF_INIT(2 * BYTES);
        size_t found = 0, one = 0;
        while (text.n < BYTES)
            buf_cstr(&text, TEXTS[i].sentence);
        double loading = guess(buf_view(&text)); /* loads every dictionary the first time */
        double whole = check(TEXTS[i].language, buf_view(&text), false, &found);
        double word = check(TEXTS[i].language, str_c(TEXTS[i].wrong), true, &one);
        printf(
            "%s: %zu bytes, %zu wrong: %.1f ms; language found in %.1f ms; suggestions of one word "
            "%.1f ms\n",
            TEXTS[i].language, text.n, found, whole, loading, word);
    }
    return 0;
}
