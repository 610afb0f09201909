/* The sessions of an account, for its owner to see and to end: `u:<address>:sessions`, a hash of
 * session id to "<time> <client address>" of the last use. The index names sessions and says what
 * is shown; which of them are ones says each session's own record.
 */
#ifndef WAXSEAL_WEBMAIL_DEVICES_H
#define WAXSEAL_WEBMAIL_DEVICES_H

#include "webmail/app.h"

#define DEVICES_MAX_LISTED 200u

/* A session was made. Now and then the names of ended ones are swept out. */
rc_t devices_add(struct call *c, str_t address, str_t id, struct err *e) WX_MUST_USE;
/* It was used just now; called at most once a minute and session. */
rc_t devices_touch(struct call *c, str_t address, str_t id, struct err *e) WX_MUST_USE;
/* It is no more. */
rc_t devices_forget(struct call *c, str_t address, str_t id, struct err *e) WX_MUST_USE;
/* Deletes the records of all sessions of the account, but this one when `but` is not null. */
rc_t devices_end(struct call *c, str_t address, str_t but, struct err *e) WX_MUST_USE;

/* The rows of GET sessions; new reference. */
rc_t devices_describe(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

/* "Firefox" and "Linux" of a User-Agent line, or null: for people, never for decisions. */
void agent_words(str_t user_agent, str_t *browser, str_t *system);

/* A thread of each worker process that closes the IMAP connections of sessions that were ended
 * elsewhere, within a second. Stopped with session_watch_stop. */
struct session_watch;
rc_t session_watch_start(struct app *app, struct session_watch **out, struct err *e) WX_MUST_USE;
void session_watch_stop(struct session_watch *w);

call_handler sessions_list, sessions_end;

#endif
