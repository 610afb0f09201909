/* Acts on many mailboxes: {rows: [{address, ok, result?, code?, field?, message?}], done, failed},
 * a row for each that was asked for, in that order. Each is done whole or not at all. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_BULK_H
#define WAXSEAL_WEBMAIL_ADMIN_BULK_H

#include "webmail/admin/admin.h"

enum { BULK_MAX = 10000 };

struct bulk {
    json_t *rows;
    size_t done, failed;
};
void bulk_free(struct bulk *b);
#define CLEANUP_BULK __attribute__((cleanup(bulk_free)))

/* RC_INVALID, field "addresses[i]", unless all are addresses. */
rc_t bulk_check_addresses(const json_t *list, struct err *e) WX_MUST_USE;
/* What became of one; why NULL: it is done. */
void bulk_row(struct bulk *b, str_t address, const char *result, const struct err *why);
/* Those from `from` on were not tried, for the same reason. */
rc_t bulk_rest(struct bulk *b, const json_t *addresses, size_t from, const struct err *why);
/* Activates or deactivates; addresses NULL: all of the organisation. */
rc_t bulk_licences(struct call *c, const json_t *addresses, bool on, struct bulk *b,
                   struct err *e) WX_MUST_USE;
/* Answers with it. */
rc_t bulk_answer(struct call *c, struct bulk *b, struct err *e) WX_MUST_USE;

#endif
