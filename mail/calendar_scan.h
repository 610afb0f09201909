/* Looks over a calendar file before libical may. Internal to mail/calendar*.c. */
#ifndef WAXSEAL_MAIL_CALENDAR_SCAN_H
#define WAXSEAL_MAIL_CALENDAR_SCAN_H

#include "base/buf.h"
#include "base/err.h"

/* text without folds and NUL, appended to out. *zones_are_tame: every VTIMEZONE has few rules, and
 * none but yearly ones. RC_DAMAGED: it does not begin as a calendar; RC_TOO_LARGE. */
rc_t calendar_scan(str_t text, struct buf *out, bool *zones_are_tame, struct err *e) WX_MUST_USE;

#endif
