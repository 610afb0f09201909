/* For the overview: {customer, quota, active, pending, used, free, frees, valid_from, valid_until,
 * lapsed, forecast: {days_left, per_month}, warnings} of the organisation's customer. New
 * reference. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_LICENCES_H
#define WAXSEAL_WEBMAIL_ADMIN_LICENCES_H

#include "webmail/app.h"

rc_t admin_licences_summary(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

#endif
