/* Dictionaries. The one caller of hunspell; one object a dictionary and process, used in turns
 * (spell_turn.h). */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_SPELL_H
#define WAXSEAL_WEBMAIL_COMPOSE_SPELL_H

#include "base/arena.h"
#include "base/err.h"

#define SPELL_MAX_MISSES 200u
/* A suggestion takes 50 to 500 ms, for nonsense of 90 letters in words of many parts seconds. */
#define SPELL_MAX_SUGGESTED 1u
#define SPELL_MAX_LETTERS 32u /* of a word with suggestions */
#define SPELL_MAX_SUGGESTIONS 5u
#define SPELL_BUDGET_MS 3000 /* of a check or a guess, with its waiting for others */
#define SPELL_MAX_LANGUAGES 40u

struct spell_miss {
    size_t offset, length; /* UTF-16 code units, as a browser counts */
    str_t *suggestions;    /* UTF-8, at most SPELL_MAX_SUGGESTIONS */
    size_t count;
};

/* A dictionary by the name of its files without ending: "de_DE", "fr". */
struct spell_dictionary {
    char name[16];
};

/* Which one `language` means ("en_US", "de-AT", "de"; any of "-" and "_"): "de" is de_DE where
 * there is no de, "de_AT" is de where there is no de_AT, and where files are links they are one
 * dictionary. dir: folder of NAME.aff and NAME.dic. RC_UNSUPPORTED: none. */
rc_t spell_find(str_t dir, str_t language, struct arena *a, struct spell_dictionary *out,
                struct err *e) WX_MUST_USE;
/* The dictionary of the language that the text seems to be written in: the one that knows most of
 * its first words; `hint` (may be null) where that does not decide. Among the first dictionary of
 * each language in `names`. RC_UNSUPPORTED: there is none at all; RC_BUSY as spell_check. */
rc_t spell_guess(str_t dir, str_t hint, str_t text, const str_t *names, size_t n, struct arena *a,
                 struct spell_dictionary *out, struct err *e) WX_MUST_USE;
/* Tags ("de-DE", "fr") of what is in dir, sorted, at most SPELL_MAX_LANGUAGES; links are left out
 * (of Spanish there are twenty). An absent folder has none. */
rc_t spell_languages(str_t dir, struct arena *a, str_t **out, size_t *n, struct err *e) WX_MUST_USE;

struct spell_text {
    str_t text;         /* UTF-8 */
    const str_t *known; /* words that are right all the same, sorted by str_cmp */
    size_t known_count;
    bool suggest; /* costs more than all the rest */
};

/* Misspelt words. At most SPELL_MAX_MISSES are reported, the first SPELL_MAX_SUGGESTED that are not
 * too long with suggestions where these are wanted. RC_BUSY: it was not done within its budget. */
rc_t spell_check(str_t dir, const struct spell_dictionary *d, const struct spell_text *t,
                 struct arena *a, struct spell_miss **out, size_t *n, struct err *e) WX_MUST_USE;

#endif
