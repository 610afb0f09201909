/* Text without regard to letter case, for rules: lower case by code point (the one-to-one mappings
 * of the Latin, Greek, Cyrillic, Armenian and fullwidth letters; "ß" stays, and no accent is
 * lost), and whole words. No locale is asked, so that an answer is the same on every machine.
 */
#ifndef WAXSEAL_POLICY_CASELESS_H
#define WAXSEAL_POLICY_CASELESS_H

#include "base/arena.h"

/* Copy in lower case; bytes that are not UTF-8 stay. The null slice past the arena's limit. */
str_t caseless_lower(struct arena *a, str_t s);
/* The first place in text, from *start on, whose lower case is `lower`: [*start, *end). `lower` is
 * in lower case and not empty. */
bool caseless_find(str_t text, str_t lower, size_t *start, size_t *end);
/* The next word (letters, digits, "_") of lower from *at on; false when there is none. */
bool caseless_next_word(str_t lower, size_t *at, str_t *word);
/* Is s one such word from end to end? */
bool caseless_is_word(str_t s);
/* Does phrase stand in text with no letter, digit or "_" right before or behind it? Both are in
 * lower case; an empty phrase does not. */
bool caseless_has_phrase(str_t text, str_t phrase);

#endif
