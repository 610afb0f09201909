/* Dictionaries. The one caller of hunspell; one object a language and process, behind a lock. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_SPELL_H
#define WAXSEAL_WEBMAIL_COMPOSE_SPELL_H

#include "base/arena.h"
#include "base/err.h"

struct spell_miss {
    size_t offset, length; /* UTF-16 code units, as a browser counts */
    str_t *suggestions;    /* UTF-8, at most 5 */
    size_t count;
};

/* Misspelt words of text (UTF-8). dir: folder of LANG.aff and LANG.dic; language: "en_US", "de",
 * any of "-" and "_". At most 200 are reported, the first 40 with suggestions. RC_UNSUPPORTED:
 * no such dictionary. */
rc_t spell_check(str_t dir, str_t language, str_t text, struct arena *a, struct spell_miss **out,
                 size_t *n, struct err *e) WX_MUST_USE;

#endif
