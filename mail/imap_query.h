/* Internal to mail/: what a person types into the search field. */
#ifndef WAXSEAL_MAIL_IMAP_QUERY_H
#define WAXSEAL_MAIL_IMAP_QUERY_H

#include "mail/imap.h"

#define IMAP_QUERY_WORDS 16

enum imap_word_field { WORD_ANY, WORD_FROM, WORD_TO, WORD_CC, WORD_SUBJECT, WORD_BODY };

struct imap_word {
    enum imap_word_field field;
    bool without; /* "-word": must not be found */
    str_t text;
};

/* A query with the operators of its text taken out of it. */
struct imap_terms {
    struct imap_query q; /* flags of the caller and of is:, has: */
    struct imap_word words[IMAP_QUERY_WORDS];
    size_t count;
    bool seen, answered;   /* is:read, is:answered */
    int64_t since, before; /* whole days since 1970; INT64_MIN: not given */
    bool eight_bit;        /* some word needs CHARSET UTF-8 */
    bool body_only;        /* some word may be found in a body only */
};

/* Words between blanks, all of which must be found; "several words" in quotes are one. from: to:
 * cc: subject: body: narrow a word to one place; a minus in front excludes it; is:unread read
 * flagged answered encrypted signed, has:attachment, after:2024-01-31 (that day or later),
 * before:2024-01-31. What looks like an operator and is none is a word. RC_INVALID: too many words,
 * not UTF-8, CR LF NUL. */
rc_t imap_query_read(const struct imap_query *q, struct imap_terms *out, struct err *e) WX_MUST_USE;

#endif
