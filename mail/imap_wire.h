/* Internal to mail/: reading the values of an IMAP response (RFC 3501 section 9).
 *
 * A struct wire is a cursor over one complete response held in memory, literals included.
 * Nothing recurses and nothing allocates but copies into the caller's arena, so hostile nesting
 * costs nothing. A reader that fails sets `bad` and every later one fails too.
 */
#ifndef WAXSEAL_MAIL_IMAP_WIRE_H
#define WAXSEAL_MAIL_IMAP_WIRE_H

#include "base/arena.h"
#include "base/str.h"

struct wire {
    const char *p, *end;
    bool bad;
};

static inline struct wire wire_of(str_t s)
{
    return (struct wire){.p = s.p, .end = s.p + s.n};
}
/* Skips blanks, then takes c if it is next. */
bool wire_take(struct wire *w, char c);
/* Is c next (after blanks)? */
bool wire_next_is(struct wire *w, char c);
bool wire_at_end(struct wire *w);
/* Atom (also flags with '\', and section names: "BODY[HEADER.FIELDS (A B)]<0>"). Points into
 * the response. */
str_t wire_atom(struct wire *w);
uint64_t wire_number(struct wire *w);
/* nstring: quoted, literal or an atom some servers send instead; NIL and failure: null slice.
 * Points into the response, or into the arena when escapes had to be removed. */
str_t wire_nstring(struct wire *w, struct arena *a);
/* Skips one value of any kind: string, atom, or a list of any depth. */
void wire_skip(struct wire *w);
/* The rest up to the end, blanks in front removed. */
str_t wire_rest(struct wire *w);

/* Length of a literal announced at the end of this line ("... {123}"), or -1. */
int64_t wire_literal_size(str_t line);

#endif
