/* What mailboxes may send: an account's own limits, and the ceilings over them, which are the
 * operator's. A ceiling is the organisation's, else its customer's, else the configuration's
 * ([server] outbound_per_hour, outbound_recipients), each of the two numbers by itself. Accounts of
 * no organisation have no ceiling: their records are the operator's anyway.
 */
#ifndef WAXSEAL_POLICY_OUTBOUND_H
#define WAXSEAL_POLICY_OUTBOUND_H

#include "base/config.h"
#include "base/json.h"

#define OUTBOUND_ANY UINT32_MAX
struct outbound {
    uint32_t per_hour;   /* messages; OUTBOUND_ANY: as many as there are */
    uint32_t recipients; /* of one message; OUTBOUND_ANY */
};

/* What a record of an account, an organisation or a customer says; OUTBOUND_ANY where it says
 * nothing, or is NULL. */
struct outbound outbound_said(const json_t *row);
/* Over the accounts of an organisation: its record and its customer's, either may be NULL. */
struct outbound outbound_ceiling(const struct config *c, const json_t *organisation,
                                 const json_t *customer);
/* What counts: nothing above the ceiling. */
struct outbound outbound_within(struct outbound said, struct outbound ceiling);

/* An account's record as it is to be: what it newly says (before NULL: all of it) is within the
 * ceiling. RC_INVALID with the field; the message names the ceiling. */
rc_t outbound_check(const json_t *before, const json_t *after, struct outbound ceiling,
                    struct err *e) WX_MUST_USE;
/* Do the two records say the same? */
bool outbound_same(const json_t *x, const json_t *y);
/* Ceilings of an organisation stay what they are: RC_FORBIDDEN with the field. */
rc_t outbound_keep(const json_t *before, const json_t *after, struct err *e) WX_MUST_USE;

/* {outbound_per_hour, outbound_recipients}, null for OUTBOUND_ANY. New reference. */
json_t *outbound_json(struct outbound o);

#endif
