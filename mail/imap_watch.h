/* Watching mailboxes for news: one connection an account, which waits for the server to speak.
 *
 * The connection stands in IDLE (RFC 2177) on the INBOX and looks at all folders now and then.
 * Where the server offers NOTIFY (RFC 5465) it also tells of folders that are not selected, mostly
 * at once; the looks stay, since not every server tells all of it. A connection that fails is
 * opened again, later each time; what happened meanwhile is then told by comparing. Nothing is
 * missed: every state a folder had at two looks and that differs is told, and each look is made
 * after the server was asked to tell of what follows.
 *
 * A waiting connection costs a descriptor and its TLS state; few threads do all the talking. The
 * password is kept, sealed under a key of the process, only as long as somebody watches.
 */
#ifndef WAXSEAL_MAIL_IMAP_WATCH_H
#define WAXSEAL_MAIL_IMAP_WATCH_H

#include "mail/imap.h"

struct imap_watch;

enum imap_news_kind {
    IMAP_NEWS_LIVE,    /* the first look was taken: from now on changes are told */
    IMAP_NEWS_FOLDER,  /* this folder is now so */
    IMAP_NEWS_FOLDERS, /* folders came, went or were renamed: list them */
    IMAP_NEWS_REFUSED  /* the password is no longer accepted; nothing more will come */
};
struct imap_news {
    enum imap_news_kind kind;
    uint64_t watcher;
    str_t name; /* FOLDER: the server's bytes, and its state */
    struct imap_mailbox state;
};

struct imap_watch_options {
    size_t most;       /* accounts at a time */
    unsigned threads;  /* that talk to servers; at least 2 */
    int look_seconds;  /* all folders are looked at that often */
    int renew_seconds; /* IDLE is asked anew after that long; under 29 minutes (RFC 2177) */
    int retry_ms;      /* the first wait after a failure; doubled each time, to a minute */
    int timeout_ms;    /* of one talk */
    int linger_ms;     /* a watcher that nobody wants is kept for who may come back */
    bool no_notify;    /* never use NOTIFY */
    /* On one of the threads, without locks held. May call imap_watch_drop. */
    void (*on_news)(void *ctx, const struct imap_news *n);
    void *ctx;
};

rc_t imap_watch_new(const struct imap_watch_options *o, struct imap_watch **out,
                    struct err *e) WX_MUST_USE;
/* Waits for talks under way. */
void imap_watch_free(struct imap_watch *w);
/* Begins to watch, or joins who watches with the same server, login and password. server must
 * outlive the watch; the rest is copied. *live: LIVE was told before. RC_THROTTLED: too many. Each
 * call is paired with one imap_watch_drop. */
rc_t imap_watch_add(struct imap_watch *w, const struct imap_account *acc, uint64_t *watcher,
                    bool *live, struct err *e) WX_MUST_USE;
/* at_once: the credentials are no longer to be used (the session is over); else after a while. */
void imap_watch_drop(struct imap_watch *w, uint64_t watcher, bool at_once);
size_t imap_watch_count(struct imap_watch *w);

#endif
