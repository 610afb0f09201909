/* One talk of a watching connection. */
#include <stdlib.h>

#include "mail/imap_lease.h"
#include "mail/imap_watcher.h"

/* A server that takes long to list its folders is asked more rarely. */
#define LOOK_SHARE 50

void watcher_forget_folders(struct watcher *w)
{
    for (size_t i = 0; i < w->folder_count; i++)
        free(w->folders[i].name);
    free(w->folders);
    w->folders = NULL;
    w->folder_count = 0;
}

void watcher_hang_up(struct watcher *w)
{
    imap_conn_close(w->c);
    w->c = NULL;
    w->idling = w->notify = false;
}

/* --- telling --------------------------------------------------------------------------------- */

static void tell(struct talk *t, enum imap_news_kind kind, const struct watched_folder *f)
{
    struct imap_news n = {.kind = kind, .watcher = t->w->id};
    if (f) {
        n.name = str_c(f->name);
        n.state = f->state;
    }
    t->options->on_news(t->options->ctx, &n);
}

static bool same_state(const struct imap_mailbox *a, const struct imap_mailbox *b)
{
    return a->uidvalidity == b->uidvalidity && a->uidnext == b->uidnext && a->total == b->total &&
           a->unseen == b->unseen && a->modseq == b->modseq;
}

static struct watched_folder *find(struct watcher *w, str_t name)
{
    bool inbox = str_ieq(name, STR("INBOX"));
    for (size_t i = 0; i < w->folder_count; i++) {
        str_t have = str_c(w->folders[i].name);
        if (inbox ? str_ieq(have, name) : str_eq(have, name)) return &w->folders[i];
    }
    return NULL;
}

/* --- STATUS ------------------------------------------------------------------------------------
 */

struct status {
    struct imap_mailbox m;
    bool whole; /* messages and unseen are among it */
};

static bool read_items(struct wire *w, struct status *s)
{
    bool messages = false, unseen = false;
    if (!wire_take(w, '(')) return false;
    while (!w->bad && !wire_take(w, ')')) {
        str_t item = wire_atom(w);
        uint64_t v = wire_number(w);
        uint32_t small = v > UINT32_MAX ? UINT32_MAX : (uint32_t) v;
        if (str_ieq(item, STR("MESSAGES"))) {
            s->m.total = small;
            messages = true;
        }
        if (str_ieq(item, STR("UNSEEN"))) {
            s->m.unseen = small;
            unseen = true;
        }
        if (str_ieq(item, STR("UIDNEXT"))) s->m.uidnext = small;
        if (str_ieq(item, STR("UIDVALIDITY"))) s->m.uidvalidity = small;
        if (str_ieq(item, STR("HIGHESTMODSEQ"))) s->m.modseq = v;
    }
    s->whole = messages && unseen;
    return !w->bad;
}

/* A notification names only what has changed; where that is not all the numbers they are asked for
 * (RFC 5465 section 5 lets a server leave UNSEEN out). */
static void take_status(struct talk *t, struct imap_response *r)
{
    str_t name = wire_nstring(&r->rest, t->a);
    struct watched_folder *f = r->rest.bad ? NULL : find(t->w, name);
    if (!f) {
        bool may_be_new = !r->rest.bad && t->w->folder_count < WATCHER_FOLDERS_MAX;
        t->list_again = t->list_again || may_be_new;
        return;
    }
    struct status s = {.m = f->state};
    if (!read_items(&r->rest, &s)) return;
    f->asked = !s.whole;
    t->unclear = t->unclear || f->asked;
    if (f->asked || same_state(&f->state, &s.m)) return;
    f->state = s.m;
    if (!t->silent) tell(t, IMAP_NEWS_FOLDER, f);
}

/* --- what the server says ----------------------------------------------------------------------
 */

static rc_t on_news(void *ctx, struct imap_response *r, struct err *e)
{
    struct talk *t = ctx;
    (void) e;
    if (r->cut) return RC_OK;
    if (r->has_number) { /* EXISTS, EXPUNGE, FETCH: of the selected INBOX */
        t->dirty = t->dirty || !str_ieq(r->word, STR("RECENT"));
    } else if (str_ieq(r->word, STR("VANISHED"))) {
        t->dirty = true;
    } else if (str_ieq(r->word, STR("STATUS"))) {
        take_status(t, r);
    } else if (str_ieq(r->word, STR("LIST"))) {
        t->list_again = true;
    } else if (str_ieq(r->word, STR("OK"))) {
        str_t text = wire_rest(&r->rest);
        if (str_istarts(text, STR("[NOTIFICATIONOVERFLOW]"))) t->overflow = true;
    }
    return RC_OK;
}

static rc_t ask_status(struct talk *t, str_t name, struct err *e)
{
    struct imap_conn *c = t->w->c;
    struct imap_command cmd, *const one = &cmd;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("STATUS "));
    TRY(imap_cmd_string(c, name, e));
    imap_cmd_text(c, STR(" (MESSAGES UNSEEN UIDVALIDITY UIDNEXT"));
    if (imap_conn_has(c, "CONDSTORE")) imap_cmd_text(c, STR(" HIGHESTMODSEQ"));
    imap_cmd_text(c, STR(")"));
    imap_cmd_end(c);
    TRY(imap_conn_collect(c, &one, 1, on_news, t, NULL, e));
    if (cmd.result != RC_OK) t->list_again = true; /* it went meanwhile */
    return RC_OK;
}

static rc_t ask_unclear(struct talk *t, struct err *e)
{
    if (!t->unclear) return RC_OK;
    t->unclear = false;
    for (size_t i = 0; i < t->w->folder_count; i++) {
        struct watched_folder *f = &t->w->folders[i];
        if (!f->asked) continue;
        f->asked = false;
        /* HIGHESTMODSEQ may be all that differs, so what was told before is forgotten. */
        f->state.modseq = 0;
        TRY(ask_status(t, str_c(f->name), e));
    }
    return RC_OK;
}

/* --- all folders ---------------------------------------------------------------------------------
 */

static bool add_folder(struct watcher *w, const struct imap_folder *f)
{
    if (w->folder_count == WATCHER_FOLDERS_MAX) return true;
    if (w->folder_count % 16 == 0) {
        struct watched_folder *more =
            realloc(w->folders, (w->folder_count + 16) * sizeof *w->folders);
        if (!more) return false;
        w->folders = more;
    }
    char *name = strndup(f->name.p, f->name.n);
    if (!name) return false;
    w->folders[w->folder_count++] = (struct watched_folder){.name = name, .seen = true};
    return true;
}

static size_t drop_unseen(struct watcher *w)
{
    size_t n = 0, before = w->folder_count;
    for (size_t i = 0; i < before; i++) {
        if (w->folders[i].seen)
            w->folders[n++] = w->folders[i];
        else
            free(w->folders[i].name);
    }
    w->folder_count = n;
    return before - n;
}

static rc_t compare(struct talk *t, const struct imap_folder *list, size_t n, struct err *e)
{
    struct watcher *w = t->w;
    bool others = false;
    for (size_t i = 0; i < w->folder_count; i++)
        w->folders[i].seen = false;
    for (size_t i = 0; i < n; i++) {
        const struct imap_folder *f = &list[i];
        if (!f->selectable) continue;
        struct imap_mailbox m = {.uidvalidity = f->uidvalidity,
                                 .uidnext = f->uidnext,
                                 .total = f->total,
                                 .unseen = f->unseen,
                                 .modseq = f->modseq};
        struct watched_folder *old = find(w, f->name);
        if (!old) {
            size_t before = w->folder_count;
            if (!add_folder(w, f)) return err_set(e, RC_NO_MEMORY, NULL);
            if (w->folder_count == before) continue;
            old = &w->folders[before];
            old->state = m;
            others = true;
            continue;
        }
        old->seen = true;
        if (same_state(&old->state, &m)) continue;
        old->state = m;
        if (!t->silent) tell(t, IMAP_NEWS_FOLDER, old);
    }
    if (drop_unseen(w) > 0) others = true;
    if (others && !t->silent) tell(t, IMAP_NEWS_FOLDERS, NULL);
    return RC_OK;
}

static rc_t look(struct talk *t, struct err *e)
{
    /* A lease without a pool: imap_folders asks nothing else of it. */
    struct imap lease = {.c = t->w->c, .retried = true};
    struct imap_folder *list = NULL;
    size_t n = 0;
    int64_t began = clock_ms();
    t->list_again = false;
    TRY(imap_folders(&lease, t->a, &list, &n, e));
    TRY(compare(t, list, n, e));
    int64_t took = clock_ms() - began;
    int64_t period = (int64_t) t->options->look_seconds * 1000;
    if (period < took * LOOK_SHARE) period = took * LOOK_SHARE;
    t->w->look_at = clock_ms() + period;
    return RC_OK;
}

/* --- waiting ------------------------------------------------------------------------------------
 */

static rc_t begin_notify(struct talk *t, struct err *e)
{
    struct imap_conn *c = t->w->c;
    struct imap_command cmd, *const one = &cmd;
    if (!imap_conn_has(c, "NOTIFY") || t->w->no_notify || t->options->no_notify) return RC_OK;
    imap_cmd_begin(c, &cmd);
    imap_cmd_text(c, STR("NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) "
                         "(personal (MessageNew MessageExpunge FlagChange MailboxName))"));
    imap_cmd_end(c);
    TRY(imap_conn_collect(c, &one, 1, on_news, t, NULL, e));
    t->w->notify = cmd.result == RC_OK;
    t->w->no_notify = !t->w->notify;
    return RC_OK;
}

/* The INBOX is selected, and stands in IDLE, with NOTIFY too: of folders that are not selected a
 * Dovecot 2.3 may say nothing for most of a minute. Selected before the first look, so that nothing
 * falls between. */
static rc_t begin(struct talk *t, str_t password, struct err *e)
{
    struct watcher *w = t->w;
    t->silent = !w->live;
    TRY(imap_conn_open(w->server, str_c(w->login), password, clock_ms() + t->options->timeout_ms,
                       &w->c, e));
    TRY(imap_conn_select(w->c, STR("INBOX"), e));
    TRY(begin_notify(t, e));
    w->renew_at = 0;
    TRY(look(t, e));
    t->dirty = false;
    struct watched_folder *inbox = find(w, STR("INBOX"));
    /* Without CONDSTORE a change of flags alone cannot be seen by comparing. */
    if (w->live && inbox && inbox->state.modseq == 0) tell(t, IMAP_NEWS_FOLDER, inbox);
    if (!w->live) {
        watcher_mark_live(t->watch, w);
        tell(t, IMAP_NEWS_LIVE, NULL);
    }
    w->live = true;
    t->silent = false;
    return RC_OK;
}

/* The INBOX changed, whatever its numbers say: a flag may have. */
static rc_t settle_inbox(struct talk *t, struct err *e)
{
    struct watched_folder *f = find(t->w, STR("INBOX"));
    t->dirty = false;
    if (!f) return RC_OK;
    bool silent = t->silent;
    t->silent = true;
    rc_t rc = ask_status(t, str_c(f->name), e);
    t->silent = silent;
    if (rc == RC_OK) tell(t, IMAP_NEWS_FOLDER, f);
    return rc;
}

static rc_t stop_idling(struct talk *t, struct err *e)
{
    if (!t->w->idling) return RC_OK;
    t->w->idling = false;
    return imap_conn_idle_done(t->w->c, t->w->idle_tag, on_news, t, e);
}

static rc_t renew(struct talk *t, struct err *e)
{
    struct imap_command cmd, *const one = &cmd;
    imap_cmd_begin(t->w->c, &cmd);
    imap_cmd_text(t->w->c, STR("NOOP"));
    imap_cmd_end(t->w->c);
    return imap_conn_collect(t->w->c, &one, 1, on_news, t, NULL, e);
}

static rc_t start_idling(struct talk *t, struct err *e)
{
    struct watcher *w = t->w;
    if (!imap_conn_has(w->c, "IDLE")) return RC_OK;
    TRY(imap_conn_idle(w->c, &w->idle_tag, on_news, t, e));
    w->idling = true;
    return RC_OK;
}

static bool unsettled(const struct talk *t)
{
    return t->dirty || t->list_again || t->unclear;
}

/* Everything that is to be asked, until nothing new came in while asking. */
static rc_t catch_up(struct talk *t, struct err *e)
{
    struct watcher *w = t->w;
    enum { ROUNDS = 8 };
    for (int round = 0; round < ROUNDS; round++) {
        int64_t now = clock_ms();
        bool polls = !w->notify && !imap_conn_has(w->c, "IDLE");
        if (now >= w->renew_at || (polls && now >= w->look_at)) {
            TRY(stop_idling(t, e));
            TRY(renew(t, e));
            w->renew_at = now + (int64_t) t->options->renew_seconds * 1000;
        }
        if (unsettled(t) || now >= w->look_at) TRY(stop_idling(t, e));
        if (t->dirty) TRY(settle_inbox(t, e));
        if (t->list_again || now >= w->look_at) TRY(look(t, e));
        TRY(ask_unclear(t, e));
        if (!w->idling) TRY(start_idling(t, e));
        if (!unsettled(t)) break;
    }
    return RC_OK;
}

static rc_t talk(struct talk *t, str_t password, struct err *e)
{
    struct watcher *w = t->w;
    if (!w->c) {
        TRY(begin(t, password, e));
    } else {
        if (!imap_conn_wake(w->c)) return err_set(e, RC_NO_MEMORY, NULL);
        stream_set_deadline(w->c->stream, clock_ms() + t->options->timeout_ms);
        TRY(imap_conn_take_news(w->c, on_news, t, e));
    }
    do {
        TRY(catch_up(t, e));
        if (t->overflow) {
            w->no_notify = true;
            return imap_conn_fail(w->c, "the server gave NOTIFY up", e);
        }
        TRY(imap_conn_take_news(w->c, on_news, t, e));
    } while (unsettled(t) || !imap_conn_rest(w->c));
    return RC_OK;
}

rc_t watcher_talk(struct talk *t, str_t password, struct err *e)
{
    struct watcher *w = t->w;
    rc_t rc = talk(t, password, e);
    if (rc != RC_OK) {
        if (w->c) w->c->broken = true;
        watcher_hang_up(w);
        return rc;
    }
    w->due = w->look_at < w->renew_at ? w->look_at : w->renew_at;
    return RC_OK;
}
