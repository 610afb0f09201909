/* Internal to mail/: the line that a snippet is written into. */
#ifndef WAXSEAL_MAIL_SNIPPET_LINE_H
#define WAXSEAL_MAIL_SNIPPET_LINE_H

#include "base/buf.h"

struct snippet_line {
    struct buf out;
    size_t count;    /* characters */
    size_t cluster;  /* where in out the last one that stands on its own begins */
    uint32_t joiner; /* seen, to be written between two visible characters only */
    bool space;      /* one to be written before the next character */
    bool full;
};

#define SNIPPET_LINE_BYTES 1024u

/* One code point. Blanks fold, what cannot be seen is dropped. */
void snippet_put(struct snippet_line *l, uint32_t cp);
void snippet_put_text(struct snippet_line *l, str_t utf8);
/* "amp", "#8203" or "#x200b" as a code point; 0: no such entity. */
uint32_t snippet_entity(str_t name);

/* HTML into the line; quotes: also what is quoted. */
void snippet_read_html(struct snippet_line *l, str_t html, bool quotes);

#endif
