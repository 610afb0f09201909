/* The first words of a message, as one line for a list.
 *
 * Left out are quotes and what introduces them, signatures, rules, invisible text and the padding
 * that newsletters put behind their first line. Where nothing else is left, quotes count. Linear in
 * the length, no recursion; the result is plain text, never markup. Encrypted text is the caller's
 * to keep away; what looks like armoured encryption gives nothing all the same.
 */
#ifndef WAXSEAL_MAIL_SNIPPET_H
#define WAXSEAL_MAIL_SNIPPET_H

#include "base/arena.h"
#include "base/str.h"

#define SNIPPET_MAX 120u /* characters: code points, never ending inside a cluster */

/* utf8: text/plain or text/html, perhaps cut off at its end. Empty when there is nothing to show;
 * the null slice past the arena's limit. */
str_t snippet_of_plain(str_t utf8, struct arena *a);
str_t snippet_of_html(str_t utf8, struct arena *a);
/* start: a message's header fields (the two about its content are enough) and the first bytes of
 * its body. *cut: some text was found but its end is missing, so that more bytes may give more. */
str_t snippet_of_message(str_t start, bool *cut, struct arena *a);

#endif
