/* The answer of what does many rows: one JSON document, written as it comes to be, a line for each
 * row: {of, rows: […], …the report's other members}. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_POUR_H
#define WAXSEAL_WEBMAIL_ADMIN_POUR_H

#include "webmail/admin/admin.h"

enum { POURS_AT_ONCE = 2 };

struct pour {
    struct call *c;
    bool gone; /* nobody listens any more */
};

/* The query's mode: check (all but the writing) or do. */
rc_t pour_mode(struct call *c, bool *check, struct err *e) WX_MUST_USE;
/* Room for one more: each holds a whole upload and a thread for seconds. RC_BUSY: POURS_AT_ONCE are
 * under way in this process. Whoever has it gives it back by pour_leave. */
rc_t pour_enter(struct err *e) WX_MUST_USE;
void pour_leave(void);
/* `told` of certificate_import and account_import; arg: struct pour. */
bool pour_row(void *arg, const json_t *row, size_t done, size_t of);
/* The members of the report behind the rows. RC_CANCELLED: nobody listens. */
rc_t pour_end(struct pour *p, json_t *report, struct err *e) WX_MUST_USE;

#endif
