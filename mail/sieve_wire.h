/* Internal to mail/: one line of a ManageSieve server's answer (RFC 5804 section 4): words, quoted
 * strings, literals and one response code in parentheses.
 */
#ifndef WAXSEAL_MAIL_SIEVE_WIRE_H
#define WAXSEAL_MAIL_SIEVE_WIRE_H

#include "base/arena.h"
#include "base/err.h"

#define SIEVE_MAX_WORDS 8
#define SIEVE_MAX_LINE 65536u      /* without its literals */
#define SIEVE_MAX_LITERAL 1048576u /* scripts are far smaller */

enum sieve_word_kind { SIEVE_ATOM, SIEVE_STRING, SIEVE_CODE };

struct sieve_word {
    enum sieve_word_kind kind;
    str_t text; /* unescaped; of a code: what stands in the parentheses, raw */
};

struct sieve_line {
    struct sieve_word words[SIEVE_MAX_WORDS];
    size_t count;
};

/* Reads one line from the start of `in`. *used = its bytes with the line end; 0: more is needed
 * (then nothing else is said). Strings are slices of `in` or live in the arena. RC_DAMAGED: no
 * server says that; RC_TOO_LARGE. */
rc_t sieve_line_read(str_t in, struct arena *a, struct sieve_line *out, size_t *used,
                     struct err *e) WX_MUST_USE;
/* A quoted string that means exactly s, or null: s has CR, LF or NUL, or is longer than 1024
 * bytes. */
str_t sieve_quote(struct arena *a, str_t s);

#endif
