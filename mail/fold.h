/* Text as people look for it: without case and accents, in words.
 *
 * Latin, Greek and Cyrillic letters lose case and accents ("Łódź" and "lodz" are one; "ß" is "ss");
 * other letters stay as they are. Everything else of ASCII and the blanks and punctuation of
 * U+00A0-U+00BF and U+2000-U+206F separate words. For finding only: never compare addresses of
 * certificates by it.
 */
#ifndef WAXSEAL_MAIL_FOLD_H
#define WAXSEAL_MAIL_FOLD_H

#include "base/arena.h"
#include "base/buf.h"

enum { FOLD_MAX_WORDS = 8 };

/* Appends each word of s behind one blank: "Anna-Lena Müller" is " anna lena muller". What is not
 * UTF-8 separates too. False when the buffer refused. */
bool fold_words(str_t s, struct buf *out);

/* What somebody typed: each of these must begin a word. */
struct fold_query {
    str_t words[FOLD_MAX_WORDS]; /* with their blank; what is more than that is left out */
    size_t count;
};
/* The words live in the arena. False when it is full. */
bool fold_query(str_t typed, struct arena *a, struct fold_query *out);
/* Which words of the query (bit i: words[i]) begin one in this folded text? */
unsigned fold_match(const struct fold_query *q, str_t folded);
/* All bits. */
unsigned fold_all(const struct fold_query *q);

#endif
