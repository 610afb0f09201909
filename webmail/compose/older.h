/* Older states of a draft, which go when a newer one is kept: those that were noted in the
 * submission before, and those that a request of the same window has left whose worker died between
 * the mail server and the state. What another window left so is its newest text, and stays.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_OLDER_H
#define WAXSEAL_WEBMAIL_COMPOSE_OLDER_H

#include "webmail/compose/draft.h"

/* Which window kept it, and with which of its requests: "<submission> <window> <n>". */
#define WINDOW_FIELD "X-Waxseal-Window"

/* The next line of a header with its end; false at the empty line, or where there is none more. */
bool draft_next_line(str_t *rest, str_t *line);
/* The value of an unfolded field of a message's header, trimmed; or the null slice. */
str_t draft_field(str_t head, const char *name);
/* Nothing where the window was not said. */
void draft_put_window(str_t submission, const struct draft_base *by, struct buf *out);

/* Notes in the state that the draft at p was replaced and has to go. A worker may die before it
 * does: the last few are named until others push them out. */
void older_note(struct submission *s, struct place p, struct arena *a);

struct older {
    str_t submission;
    struct place now;       /* the newest */
    struct draft_base by;   /* who kept it */
    const json_t *replaced; /* what older_note left in the state */
    bool all;               /* it was just encrypted: whatever is older is known to be in clear */
};
/* They are gone. A draft of another request that may still be noted is never among them. */
rc_t older_remove(struct call *c, const struct older *o, struct err *e) WX_MUST_USE;

/* Where the draft that the state names lies now: there, or, where it is gone from there (deleted
 * and brought back, a folder made anew), the newest one in Drafts that is of this submission by its
 * header; folder null: nowhere. */
rc_t draft_where(struct call *c, str_t submission, struct place p, struct place *out,
                 struct err *e) WX_MUST_USE;

/* Of a submission that the server knows nothing of any more: the draft that base names, if it is
 * one of this submission (by its header) and lies in Drafts; else folder null. */
rc_t older_adopt(struct call *c, str_t submission, struct draft_base base, struct place *out,
                 struct err *e) WX_MUST_USE;

#endif
