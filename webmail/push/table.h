/* Internal to webmail/push: the streams of a process. */
#ifndef WAXSEAL_WEBMAIL_PUSH_TABLE_H
#define WAXSEAL_WEBMAIL_PUSH_TABLE_H

#include <pthread.h>

#include "fcgi/push.h"
#include "mail/imap_watch.h"
#include "webmail/push/events.h"

#define EVENTS_EPOCH_MAX 64u

struct event_stream {
    struct event_stream *next;
    uint64_t stream;  /* of the hub */
    uint64_t watcher; /* of the mailbox */
    char session[72]; /* the session's id */
    char *address, *epoch;
    int64_t ends_at;  /* the session's absolute end, seconds since the epoch */
    int64_t check_at; /* of the warden, clock_ms */
    int64_t news;     /* waiting_news, as told last */
    bool smime, said_hello;
};

struct events {
    struct app *app;
    struct push_hub *hub;
    struct imap_watch *watch;
    struct kv *kv; /* the warden's */
    pthread_t warden;
    pthread_cond_t stopping;
    bool stop, has_warden;
    /* Guards the list. Taken before the locks of hub and watch, never held while either calls us.
     */
    pthread_mutex_t lock;
    struct event_stream *streams;
    size_t count;
};

/* Lock held. Takes it off the list, frees it and lets the mailbox go. session_over: its credentials
 * are no longer to be used. */
void events_remove(struct events *ev, struct event_stream *s, bool session_over);
/* Lock held. Queues an event with this data for the stream (the reference stays the caller's). */
void events_send(struct events *ev, const struct event_stream *s, const char *name,
                 const json_t *data);

/* --- the warden (warden.c) ------------------------------------------------------------------ */

rc_t warden_start(struct events *ev, struct err *e) WX_MUST_USE;
void warden_stop(struct events *ev);

#endif
