/* Small helpers of the MIME code: growing text in an arena, code points, unfolding. */
#ifndef WAXSEAL_MAIL_TEXT_H
#define WAXSEAL_MAIL_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Space, tab, CR or LF. */
bool text_is_blank(char c);
/* Appends one code point as UTF-8; what is none becomes U+FFFD. */
bool text_put_utf8(struct buf *out, uint32_t cp);
/* Takes one code point off s at *off. Bytes that are not UTF-8 give U+FFFD, one maximal
 * subpart a time. */
uint32_t text_next_utf8(str_t s, size_t *off);
/* Bytes of unknown origin: UTF-8 as it is, else windows-1252. */
bool text_guess_utf8(str_t s, struct buf *out);
/* Field value without folds: a line end before a blank goes, any other becomes a blank. */
bool text_unfold(str_t raw, struct buf *out);
/* A line feed without CR becomes CRLF. *canonical: s itself where there is none, else out (empty
 * before). False: out is full or out of memory. */
bool text_with_crlf(str_t s, struct buf *out, str_t *canonical);
/* Does the first line end with CRLF? False also where no line ends. */
bool text_stored_with_crlf(str_t s);
/* Length of the character at `at` when it must not stand in a line as it is: a control (C0, DEL,
 * C1), a line separator, or a mark that turns its neighbours around or is not seen (bidi controls,
 * the byte order mark); else 0. */
size_t text_control(str_t s, size_t at);
/* UTF-8 on one line: controls become blanks, bidi controls vanish, outer blanks go. */
str_t text_one_line(str_t s, struct arena *a);
/* The same line by line, with LF between them; at most 200 lines, empty ones at the ends go. */
str_t text_lines(str_t s, struct arena *a);
/* RFC 2047 words (also where the RFC forbids them) and raw 8-bit text to UTF-8, appended. s is
 * unfolded. */
bool text_decode_words(str_t s, struct buf *out);

#endif
