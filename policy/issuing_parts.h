/* What issuing*.c and asking.c share. */
#ifndef WAXSEAL_POLICY_ISSUING_PARTS_H
#define WAXSEAL_POLICY_ISSUING_PARTS_H

#include "policy/edit.h"
#include "policy/issuing.h"

/* For what the addresses have a certificate that is primary and holds at that time:
 * {address: uses}, without those that have none. */
rc_t issuing_uses(struct edit *t, str_t organisation, const str_t *addresses, size_t n, int64_t now,
                  json_t **out, struct err *e) WX_MUST_USE;

/* {address: when} of those whose certificate was revoked for a reason that forbids another one
 * (ISSUING_BARRING), unless one issued to them since was revoked for another. */
rc_t issuing_barred(struct edit *t, str_t organisation, json_t **out, struct err *e) WX_MUST_USE;

/* Is it one that renewal renews: issued here, primary, not revoked? */
bool issuing_is_renewable(const json_t *row);
/* Is there an authority, before every address is told that there is none? */
rc_t issuing_need_authority(const struct registry *r, str_t organisation,
                            struct err *e) WX_MUST_USE;

/* One after the other: addresses, or rows of issuing_due. */
struct issuing_batch {
    const struct registry *r;
    const struct actor *by;
    const struct agent *agent;
    const struct issuing_order *o;
    unsigned use;
    bool renew;
};
rc_t issuing_run(const struct issuing_batch *b, const json_t *list, json_t **report,
                 struct err *e) WX_MUST_USE;

#endif
