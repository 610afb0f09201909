/* The hub: one thread, one epoll set. The lock guards the table of streams; no call but a
 * non-blocking write happens under it. */
#include "fcgi/push.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "fcgi/record.h"

#define EVENTS 64
#define TICK_MS 1000
/* A front server has nothing to say after its request but the end of an empty body. */
#define HEARD_MAX 4096u
#define END_MS 5000   /* a reader that does not take the end is cut off */
#define LEAVE_MS 2000 /* the same when the process ends */
#define WAKE_ID UINT64_MAX

enum { STREAM_FREE, STREAM_TAKEN, STREAM_OPEN };

struct stream_slot {
    struct buf out;   /* records not written yet, from `sent` on */
    int64_t due;      /* comment line, or when ending: the cut */
    uint32_t sent;    /* of out */
    uint32_t turn;    /* of the slot: ids of earlier streams find nothing */
    uint32_t heard;   /* bytes */
    int fd;           /* STREAM_OPEN */
    uint16_t request; /* FastCGI's number */
    uint8_t state;
    bool ending, waits; /* waits: EPOLLOUT is asked for */
    bool dirty;         /* on the list of those to write */
};

struct push_hub {
    struct push_options options;
    pthread_mutex_t lock;
    pthread_t thread;
    int epoll_fd, wake_fd;
    bool stop, woken;
    struct stream_slot *slots;
    uint32_t *free_slots, *dirty_slots;
    size_t free_count, dirty_count;
    uint64_t
        *gone; /* hub's thread: whose closed() is to be called, before the next look at epoll */
    size_t gone_count;
};

/* --- slots: call with the lock held ---------------------------------------------------------- */

static uint64_t id_of(const struct push_hub *h, const struct stream_slot *s)
{
    return (uint64_t) s->turn << 32 | (uint64_t) (s - h->slots);
}

static struct stream_slot *find(struct push_hub *h, uint64_t id)
{
    size_t i = (size_t) (id & UINT32_MAX);
    if (i >= h->options.most) return NULL;
    struct stream_slot *s = &h->slots[i];
    return s->state != STREAM_FREE && s->turn == id >> 32 ? s : NULL;
}

static void mark_dirty(struct push_hub *h, struct stream_slot *s)
{
    if (!s->dirty) h->dirty_slots[h->dirty_count++] = (uint32_t) (s - h->slots);
    s->dirty = true;
    if (h->woken) return;
    h->woken = true;
    uint64_t one = 1;
    if (write(h->wake_fd, &one, sizeof one) < 0) h->woken = false; /* the tick finds it */
}

static void release(struct push_hub *h, struct stream_slot *s)
{
    if (s->fd >= 0) close(s->fd); /* leaves the epoll set with it */
    buf_free(&s->out);
    s->fd = -1;
    s->state = STREAM_FREE;
    s->ending = s->waits = false;
    h->free_slots[h->free_count++] = (uint32_t) (s - h->slots);
}

/* Its reader has gone, or must go. */
static void lose(struct push_hub *h, struct stream_slot *s)
{
    h->gone[h->gone_count++] = id_of(h, s);
    release(h, s);
}

/* --- writing: hub's thread, lock held -------------------------------------------------------- */

static void ask_writable(struct push_hub *h, struct stream_slot *s, bool on)
{
    if (s->waits == on) return;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP | (on ? (uint32_t) EPOLLOUT : 0),
                             .data.u64 = id_of(h, s)};
    epoll_ctl(h->epoll_fd, EPOLL_CTL_MOD, s->fd, &ev);
    s->waits = on;
}

static void flush(struct push_hub *h, struct stream_slot *s)
{
    while (s->sent < s->out.n) {
        ssize_t n = send(s->fd, s->out.p + s->sent, s->out.n - s->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            ask_writable(h, s, true);
            return;
        }
        if (n <= 0) {
            lose(h, s);
            return;
        }
        s->sent += (uint32_t) n;
    }
    buf_free(&s->out); /* a quiet stream keeps no buffer */
    s->sent = 0;
    if (s->ending) {
        shutdown(s->fd, SHUT_WR);
        lose(h, s);
        return;
    }
    ask_writable(h, s, false);
    s->due = clock_ms() + h->options.heartbeat_ms;
}

static void flush_dirty(struct push_hub *h)
{
    h->woken = false;
    for (size_t i = 0; i < h->dirty_count; i++) {
        struct stream_slot *s = &h->slots[h->dirty_slots[i]];
        s->dirty = false;
        if (s->state == STREAM_OPEN) flush(h, s);
    }
    h->dirty_count = 0;
}

/* The front server speaks: that is the rest of its request, or the end. */
static void listen_to(struct push_hub *h, struct stream_slot *s, uint32_t events)
{
    char heard[512];
    if (events & EPOLLIN) {
        ssize_t n = recv(s->fd, heard, sizeof heard, MSG_DONTWAIT);
        if (n > 0) s->heard += (uint32_t) n;
        bool nothing = n < 0 && (errno == EAGAIN || errno == EINTR);
        if ((n <= 0 && !nothing) || s->heard > HEARD_MAX) {
            lose(h, s);
            return;
        }
    }
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        lose(h, s);
        return;
    }
    if (events & EPOLLOUT) flush(h, s);
}

static void tick(struct push_hub *h, int64_t now)
{
    for (size_t i = 0; i < h->options.most; i++) {
        struct stream_slot *s = &h->slots[i];
        if (s->state != STREAM_OPEN || s->due > now) continue;
        if (s->ending) {
            lose(h, s);
        } else if (s->out.n > 0) {
            s->due = now + h->options.heartbeat_ms; /* it waits for its reader already */
        } else {
            s->out = BUF_INIT(PUSH_PENDING_MAX);
            if (record_stdout(&s->out, s->request, STR(":\n\n"))) flush(h, s);
        }
    }
}

/* --- the thread ------------------------------------------------------------------------------ */

static void handle_events(struct push_hub *h, const struct epoll_event *events, int n)
{
    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == WAKE_ID) {
            uint64_t count;
            ssize_t ignored = read(h->wake_fd, &count, sizeof count);
            (void) ignored; /* a second look costs nothing */
            continue;
        }
        struct stream_slot *s = find(h, events[i].data.u64);
        if (s && s->state == STREAM_OPEN) listen_to(h, s, events[i].events);
    }
}

static void *run(void *arg)
{
    struct push_hub *h = arg;
    struct epoll_event events[EVENTS];
    int64_t next_tick = clock_ms() + TICK_MS;
    pthread_mutex_lock(&h->lock);
    while (!h->stop) {
        pthread_mutex_unlock(&h->lock);
        int64_t left = next_tick - clock_ms();
        int n = epoll_wait(h->epoll_fd, events, EVENTS, left > 0 ? (int) left : 0);
        pthread_mutex_lock(&h->lock);
        handle_events(h, events, n > 0 ? n : 0);
        flush_dirty(h);
        int64_t now = clock_ms();
        if (now >= next_tick) {
            tick(h, now);
            next_tick = now + TICK_MS;
        }
        while (h->gone_count > 0 && !h->stop) {
            uint64_t id = h->gone[--h->gone_count];
            pthread_mutex_unlock(&h->lock);
            h->options.closed(h->options.ctx, id);
            pthread_mutex_lock(&h->lock);
        }
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* --- life --------------------------------------------------------------------------------------
 */

static bool allocate(struct push_hub *h)
{
    size_t n = h->options.most;
    h->slots = calloc(n, sizeof *h->slots);
    h->free_slots = calloc(n, sizeof *h->free_slots);
    h->dirty_slots = calloc(n, sizeof *h->dirty_slots);
    h->gone = calloc(n, sizeof *h->gone);
    if (!h->slots || !h->free_slots || !h->dirty_slots || !h->gone) return false;
    for (size_t i = 0; i < n; i++) {
        h->slots[i].fd = -1;
        h->free_slots[i] = (uint32_t) (n - 1 - i);
    }
    h->free_count = n;
    return true;
}

static bool open_epoll(struct push_hub *h)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u64 = WAKE_ID};
    h->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    h->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return h->epoll_fd >= 0 && h->wake_fd >= 0 &&
           epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, h->wake_fd, &ev) == 0;
}

static void destroy(struct push_hub *h)
{
    if (h->epoll_fd >= 0) close(h->epoll_fd);
    if (h->wake_fd >= 0) close(h->wake_fd);
    pthread_mutex_destroy(&h->lock);
    free(h->slots);
    free(h->free_slots);
    free(h->dirty_slots);
    free(h->gone);
    free(h);
}

/* Signals are for the threads that wait for them. */
static bool start_thread(struct push_hub *h)
{
    sigset_t all, before;
    pthread_attr_t attr;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256u << 10);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&h->thread, &attr, run, h) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return ok;
}

rc_t push_new(const struct push_options *o, struct push_hub **out, struct err *e)
{
    struct push_hub *h = calloc(1, sizeof *h);
    if (!h) return err_set(e, RC_NO_MEMORY, NULL);
    h->options = *o;
    if (h->options.most == 0) h->options.most = 1;
    pthread_mutex_init(&h->lock, NULL);
    h->epoll_fd = h->wake_fd = -1;
    if (!allocate(h) || !open_epoll(h) || !start_thread(h)) {
        destroy(h);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    *out = h;
    return RC_OK;
}

/* What is queued, and the end, as far as the readers take it. */
static void say_goodbye(struct push_hub *h)
{
    int64_t until = clock_ms() + LEAVE_MS;
    bool left = true;
    for (size_t i = 0; i < h->options.most; i++)
        if (h->slots[i].state == STREAM_OPEN && !h->slots[i].ending) {
            if (h->slots[i].out.max == 0) h->slots[i].out = BUF_INIT(PUSH_PENDING_MAX);
            record_end(&h->slots[i].out, h->slots[i].request);
            h->slots[i].ending = true;
        }
    while (left && clock_ms() < until) {
        left = false;
        h->gone_count = 0;
        for (size_t i = 0; i < h->options.most; i++) {
            if (h->slots[i].state != STREAM_OPEN) continue;
            flush(h, &h->slots[i]);
            left = left || h->slots[i].state == STREAM_OPEN;
        }
        if (left) nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    for (size_t i = 0; i < h->options.most; i++)
        if (h->slots[i].state != STREAM_FREE) release(h, &h->slots[i]);
}

void push_free(struct push_hub *h)
{
    if (!h) return;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    uint64_t one = 1;
    if (write(h->wake_fd, &one, sizeof one) < 0) log_event(LOG_WARN, "push_wake_failed", NULL);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    say_goodbye(h);
    destroy(h);
}

/* --- streams ------------------------------------------------------------------------------------
 */

uint64_t push_reserve(struct push_hub *h)
{
    pthread_mutex_lock(&h->lock);
    uint64_t id = 0;
    if (h->free_count > 0 && !h->stop) {
        struct stream_slot *s = &h->slots[h->free_slots[--h->free_count]];
        uint32_t turn = s->turn + 1;
        *s = (struct stream_slot){.fd = -1,
                                  .turn = turn == 0 ? 1 : turn,
                                  .state = STREAM_TAKEN,
                                  .dirty = s->dirty,
                                  .out = BUF_INIT(PUSH_PENDING_MAX)};
        id = id_of(h, s);
    }
    pthread_mutex_unlock(&h->lock);
    return id;
}

void push_give_back(struct push_hub *h, uint64_t id)
{
    pthread_mutex_lock(&h->lock);
    struct stream_slot *s = find(h, id);
    if (s && s->state == STREAM_TAKEN) release(h, s);
    pthread_mutex_unlock(&h->lock);
}

void push_attach(struct push_hub *h, uint64_t id, int fd, uint16_t request)
{
    int flags = fcntl(fd, F_GETFL);
    bool ready = flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
    struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP, .data.u64 = id};
    pthread_mutex_lock(&h->lock);
    struct stream_slot *s = find(h, id);
    if (!s) {
        close(fd);
        pthread_mutex_unlock(&h->lock);
        return;
    }
    /* What was queued before the number of the request was known is bare text. */
    struct buf text = s->out;
    s->out = BUF_INIT(PUSH_PENDING_MAX);
    s->fd = fd;
    s->request = request;
    s->state = STREAM_OPEN;
    s->due = clock_ms() + (s->ending ? END_MS : h->options.heartbeat_ms);
    bool ok = ready && record_stdout(&s->out, request, buf_view(&text));
    if (ok && s->ending) ok = record_end(&s->out, request);
    buf_free(&text);
    if (!ok || epoll_ctl(h->epoll_fd, EPOLL_CTL_ADD, fd, &ev) != 0) {
        log_event(LOG_WARN, "push_attach_failed", "errno", LOG_I(errno), NULL);
        shutdown(fd, SHUT_RDWR);
        s->ending = true;
        s->due = 0; /* the hub's thread finds it and says that it has gone */
    }
    mark_dirty(h, s);
    pthread_mutex_unlock(&h->lock);
}

void push_send(struct push_hub *h, uint64_t id, str_t text)
{
    pthread_mutex_lock(&h->lock);
    struct stream_slot *s = find(h, id);
    if (s && !s->ending) {
        if (s->out.max == 0) s->out = BUF_INIT(PUSH_PENDING_MAX);
        bool open = s->state == STREAM_OPEN;
        bool ok = open ? record_stdout(&s->out, s->request, text) : buf_str(&s->out, text);
        if (!ok) {
            /* Too slow, or no memory: half an event must not go out, so nothing more does. */
            if (open) shutdown(s->fd, SHUT_RDWR);
            s->ending = true;
            s->due = 0;
        }
        if (open) mark_dirty(h, s);
    }
    pthread_mutex_unlock(&h->lock);
}

void push_end(struct push_hub *h, uint64_t id)
{
    pthread_mutex_lock(&h->lock);
    struct stream_slot *s = find(h, id);
    if (s && !s->ending) {
        s->ending = true;
        if (s->state == STREAM_OPEN) {
            if (s->out.max == 0) s->out = BUF_INIT(PUSH_PENDING_MAX);
            s->due = record_end(&s->out, s->request) ? clock_ms() + END_MS : 0;
            mark_dirty(h, s);
        }
    }
    pthread_mutex_unlock(&h->lock);
}

size_t push_count(struct push_hub *h)
{
    pthread_mutex_lock(&h->lock);
    size_t n = h->options.most - h->free_count;
    pthread_mutex_unlock(&h->lock);
    return n;
}
