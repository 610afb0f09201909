/* Internal to mail/: the one grammar of what a person types into the search field.
 *
 *   query   = { ["AND"] either }                  all of them must hold
 *   either  = unary { "OR" unary }                OR binds closer than the blank, as people expect
 *   unary   = ("-" | "NOT ") unary | primary
 *   primary = "(" query ")" | [field ":"] ("(" query ")" | value) | value
 *   value   = word | "several words"              typographic quotes do too
 *
 * Fields: from to cc bcc subject body list; filename; label (a name, else a keyword) keyword (never
 * a name); in; is; has; after before on; larger smaller (docs/MANUAL.md lists them with their other
 * names). What looks like a field and is none is a word ("http://a"). A field whose value makes no
 * sense is an error that names the place. Everything is bounded: nodes, depth, length.
 */
#ifndef WAXSEAL_MAIL_IMAP_QUERY_H
#define WAXSEAL_MAIL_IMAP_QUERY_H

#include "mail/imap.h"

#define QUERY_NODES 96
#define QUERY_DEPTH 16
#define QUERY_NAMES 4 /* filename: terms */

enum query_kind {
    QUERY_ALL,
    QUERY_NONE,
    QUERY_AND,
    QUERY_OR,
    QUERY_NOT,
    QUERY_TEXT, /* `text` at `place` */
    QUERY_MARK, /* `text` is a search key of IMAP: UNSEEN, FLAGGED, ... */
    QUERY_KEYWORD,
    QUERY_SINCE, /* `number`: whole days since 1970 */
    QUERY_BEFORE,
    QUERY_LARGER, /* `number`: octets */
    QUERY_SMALLER,
    QUERY_KIND, /* `number`: KIND_ bit (imap_kinds.h) */
    QUERY_NAME, /* `number`: which of names[] */
    QUERY_IN    /* `text`: role, path or last element of it */
};

enum query_place {
    PLACE_ANY,
    PLACE_FROM,
    PLACE_TO,
    PLACE_CC,
    PLACE_BCC,
    PLACE_SUBJECT,
    PLACE_LIST,
    PLACE_BODY
};

struct query_node {
    enum query_kind kind;
    enum query_place place;
    unsigned left, right; /* QUERY_AND, QUERY_OR; left of QUERY_NOT */
    int64_t number;
    str_t text; /* points into the query's text, or is constant */
    bool quoted;
};

/* A query as a tree. The filters of the caller are part of it. */
struct imap_terms {
    struct imap_query q;
    struct query_node nodes[QUERY_NODES];
    unsigned count, root;
    unsigned kinds; /* KIND_ bits that decide about something */
    str_t names[QUERY_NAMES];
    unsigned name_count;
    bool eight_bit; /* some text needs CHARSET UTF-8 */
    bool in_body;   /* some text is looked for in bodies or names of attachments */
    bool names_folder;
};

/* RC_INVALID with a sentence, field "text" and the position (err.position): too long, not UTF-8,
 * CR LF NUL, or what the grammar does not allow. */
rc_t imap_query_read(const struct imap_query *q, struct imap_terms *out, struct err *e) WX_MUST_USE;

/* --- values (imap_query_value.c) ------------------------------------------------------------ */

/* imap_query_days (imap.h): "2024-01-31", "2024/01/31", "2024-01", "2024", "today", "yesterday",
 * "7d", "2w", "3m", "1y" (that long before today: one day). */

/* "5000", "300k", "2.5M", "1gb"; at most 2^32 - 1. */
bool query_size(str_t s, int64_t *out);

/* Does in: with this word mean the folder (may be NULL)? By role, path or last element. */
bool imap_in_folder(str_t word, const struct imap_folder *f);

/* --- what is left of it for a message (imap_plan.c) --------------------------------------------
 */

struct plan_node {
    enum query_kind kind; /* no QUERY_NOT, QUERY_KIND, QUERY_NAME, QUERY_IN any more */
    bool without;
    bool headers, body; /* QUERY_TEXT at PLACE_ANY: where to look */
    unsigned left, right;
    const struct query_node *of;
};
/* For one class of messages what is known of them (kinds, names, folder) is put in, and what
 * remains is what the server is asked. */
struct imap_plan {
    struct plan_node nodes[QUERY_NODES];
    unsigned count, root;
    bool body; /* bodies are looked into */
};
/* bits: KIND_ bits of the messages, and PLAN_NAME(i) where a name of an attachment matches
 * names[i]. Of a sealed message nothing but headers says anything: what would be looked for in its
 * body is not found, whether asked for or excluded. */
#define PLAN_NAME(i) (0x100u << (i))
void imap_plan_make(const struct imap_terms *t, unsigned bits, struct imap_plan *out);
bool imap_plan_same(const struct imap_plan *a, const struct imap_plan *b);
bool imap_plan_is(const struct imap_plan *p, enum query_kind all_or_none);

#endif
