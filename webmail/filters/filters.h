/* Filters and vacation: the user's Sieve scripts on the mail server.
 *
 * We write one script, "waxseal". Others are shown as text, kept, and can be edited as text; ours
 * takes the place of an active foreign one only when the user says so, and the foreign one stays.
 */
#ifndef WAXSEAL_WEBMAIL_FILTERS_H
#define WAXSEAL_WEBMAIL_FILTERS_H

#include "webmail/app.h"

call_handler filters_get, filters_put;

#endif
