/* Internal to mail/: one watcher, and one talk of its connection (imap_talk.c). Whoever has it in
 * state WATCHER_TALKING owns it; everything else is guarded by the watch's lock. */
#ifndef WAXSEAL_MAIL_IMAP_WATCHER_H
#define WAXSEAL_MAIL_IMAP_WATCHER_H

#include "crypto/seal.h"
#include "mail/imap_conn.h"
#include "mail/imap_watch.h"

#define WATCHER_FOLDERS_MAX 1000u /* more are not told of; the INBOX always is */

enum watcher_state {
    WATCHER_QUEUED, /* a thread will take it */
    WATCHER_TALKING,
    WATCHER_WAITING, /* for the server, or for `due` */
    WATCHER_REFUSED
};

struct watched_folder {
    char *name;
    struct imap_mailbox state;
    bool seen, asked; /* marks of one talk: it is still there; its numbers were not told whole */
};

struct watcher {
    struct watcher *next; /* of all */
    uint64_t id;
    unsigned wanted; /* how many */
    enum watcher_state state;
    int64_t queued_at;
    int64_t due;        /* the next talk, although nobody spoke */
    int64_t rests_till; /* a server that speaks all the time is not heard more often */
    int64_t die_at;     /* nobody wants it any more; 0: wanted */
    bool told;          /* that it is live */
    bool refused;       /* nobody joins it any more; under the lock */
    const struct config_endpoint *server;
    unsigned char owner[32];
    char *login;
    unsigned char *password; /* sealed; NULL while nobody wants it. Not touched during a talk. */
    size_t password_n;
    /* --- of the talk --- */
    struct imap_conn *c; /* NULL: not connected */
    bool idling, notify, no_notify, live;
    unsigned idle_tag;
    unsigned failures;
    int64_t look_at, renew_at;
    struct watched_folder *folders;
    size_t folder_count;
};

struct talk {
    struct imap_watch *watch;
    const struct imap_watch_options *options;
    struct watcher *w;
    struct arena *a;
    bool dirty;      /* the selected INBOX changed */
    bool list_again; /* folders came or went */
    bool unclear;    /* some folder's numbers were not told whole */
    bool overflow;   /* the server gave NOTIFY up */
    bool silent;     /* first look: nothing is news */
};

/* Connects if need be, hears what the server has to say, looks where it must, tells, and makes the
 * connection wait again. w->due is set. After a failure the connection is closed. */
rc_t watcher_talk(struct talk *t, str_t password, struct err *e) WX_MUST_USE;
/* Before LIVE is told, so that whoever joins at this moment hears of it either way. */
void watcher_mark_live(struct imap_watch *h, struct watcher *w);
void watcher_hang_up(struct watcher *w);
void watcher_forget_folders(struct watcher *w);

#endif
