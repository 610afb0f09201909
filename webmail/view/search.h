/* What a search request says. */
#ifndef WAXSEAL_WEBMAIL_SEARCH_H
#define WAXSEAL_WEBMAIL_SEARCH_H

#include "webmail/app.h"

/* {text, scope, filters, today?} as a query of this mailbox (in: needs to know it; null: none yet).
 * held: the connection that the caller holds, or NULL: nobody takes a second one while holding one.
 * Everything lives in the request arena. RC_INVALID with field and position. */
rc_t search_read(struct call *c, const json_t *from, str_t mailbox, struct imap *held,
                 struct imap_query *q, struct err *e) WX_MUST_USE;

/* `limit` of the request. */
rc_t search_read_limit(struct call *c, uint32_t *limit, struct err *e) WX_MUST_USE;

/* Where a search goes on. `next` is "uidvalidity.below.piece", and ".folder" behind it in a search
 * of all folders. */
struct search_place {
    uint32_t uidvalidity;
    struct imap_scan at;
    str_t folder; /* id */
};
/* `next` of the request, if it is given. RC_INVALID. */
rc_t search_read_next(struct call *c, struct search_place *out, bool *given,
                      struct err *e) WX_MUST_USE;

/* {done, of}: messages in one folder, folders everywhere; of 0: done at once. New reference. */
json_t *search_progress(size_t done, size_t of);

/* A Row with folder and uidvalidity; new reference. */
json_t *row_json_in(const struct imap_row *row, str_t folder, uint32_t uidvalidity,
                    struct arena *a);

#endif
