/* Dictionaries in memory and the words of a text, for spell_dict.c and spell_scan.c only. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_SPELL_DICT_H
#define WAXSEAL_WEBMAIL_COMPOSE_SPELL_DICT_H

#include "webmail/compose/spell.h"

struct dictionary;

/* All of these but dictionary_leave: with the turn held (spell_turn.h); hunspell is not made for
 * threads. */

/* Loads it where it is not there; the least used one goes where there are too many. It stays until
 * dictionary_leave, also while others have the turn. RC_UNSUPPORTED: not to be had; RC_BUSY: all
 * that are loaded are in use. */
rc_t dictionary_take(str_t dir, const char *name, struct arena *a, struct dictionary **out,
                     struct err *e) WX_MUST_USE;
void dictionary_leave(struct dictionary *d);
/* A word it cannot write, or too long for it, is no mistake. */
bool dictionary_knows(const struct dictionary *d, str_t word);
/* Into m->suggestions. false: no memory. */
bool dictionary_suggest(const struct dictionary *d, str_t word, struct arena *a,
                        struct spell_miss *m);

/* The next word at or behind *at, which moves behind it; addresses, links, and whatever has a
 * digit are passed over. false: no more. */
bool spell_next_word(str_t text, size_t *at, str_t *word);

#endif
