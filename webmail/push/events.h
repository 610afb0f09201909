/* GET /api/v1/events: server-sent events of a session (docs/PLAN.md, docs/adr/0016).
 *
 * A stream takes no thread: its connection goes to the hub (fcgi/push.h), and one IMAP connection
 * an account tells all its streams of a process what changes (mail/imap_watch.h). The warden, one
 * thread, looks twice a second whether a session ended or a plan changed anywhere.
 */
#ifndef WAXSEAL_WEBMAIL_EVENTS_H
#define WAXSEAL_WEBMAIL_EVENTS_H

#include "webmail/app.h"

struct events;

#define EVENTS_PER_SESSION 6u  /* streams of one session in one process */
#define EVENTS_PER_ACCOUNT 24u /* and of all its sessions */
#define EVENTS_HEARTBEAT_MS 25000

/* app must outlive it and have everything else set. */
rc_t events_new(struct app *app, struct events **out, struct err *e) WX_MUST_USE;
/* Ends every stream; browsers come again elsewhere. NULL is allowed. */
void events_free(struct events *ev);

call_handler events_get;

/* "event: NAME\ndata: JSON\n\n". False when it does not fit. JSON holds no line ends. */
bool event_write(struct buf *out, const char *name, const json_t *data);

#endif
