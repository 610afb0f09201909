#include "keyd/limits.h"

#include <pthread.h>
#include <stdlib.h>

enum { ID = 64, WAYS = 16 }; /* a key may stand in one of 16 places */

struct seen {
    char id[ID];   /* id[0] 0: free */
    unsigned next; /* where the oldest failure is, or none yet */
    int64_t failures[LIMITS_FAILURES];
    int64_t left[LIMITS_USES], at[LIMITS_USES]; /* sixty-thousandths of a use; when counted */
};

struct limits {
    pthread_mutex_t lock;
    int64_t full, per_ms; /* sixty-thousandths of a use, so that nothing is rounded */
    size_t sets;
    struct seen *keys; /* sets * WAYS */
};

rc_t limits_new(size_t keys, unsigned per_minute, struct limits **out, struct err *e)
{
    struct limits *l = calloc(1, sizeof *l);
    if (!l) return err_set(e, RC_NO_MEMORY, NULL);
    l->sets = keys / WAYS + 1;
    l->full = (int64_t) per_minute * 60000;
    l->per_ms = per_minute;
    l->keys = calloc(l->sets * WAYS, sizeof *l->keys);
    if (!l->keys) {
        free(l);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    pthread_mutex_init(&l->lock, NULL);
    *out = l;
    return RC_OK;
}

void limits_free(struct limits *l)
{
    if (!l) return;
    pthread_mutex_destroy(&l->lock);
    free(l->keys);
    free(l);
}

static void refill(const struct limits *l, struct seen *s, enum limits_use use, int64_t now)
{
    int64_t more = (now - s->at[use]) * l->per_ms;
    s->left[use] = more >= l->full - s->left[use] ? l->full : s->left[use] + more;
    s->at[use] = now;
}

static unsigned failures(const struct seen *s, int64_t now)
{
    unsigned n = 0;
    for (size_t i = 0; i < LIMITS_FAILURES; i++)
        n += s->failures[i] != 0 && now - s->failures[i] < LIMITS_WINDOW_MS;
    return n;
}

static bool is_forgettable(const struct limits *l, struct seen *s, int64_t now)
{
    for (int use = 0; use < LIMITS_USES; use++) {
        refill(l, s, use, now);
        if (s->left[use] < l->full) return false;
    }
    return failures(s, now) == 0;
}

static size_t set_of(const struct limits *l, str_t id)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 15; i++) /* the id is a digest: any of its digits will do */
        v = (v << 4) ^ (uint64_t) (unsigned char) id.p[i];
    return v % l->sets * WAYS;
}

/* NULL: no room. Under the lock. */
static struct seen *find(struct limits *l, str_t id, int64_t now)
{
    struct seen *free_one = NULL, *set = l->keys + set_of(l, id);
    for (size_t i = 0; i < WAYS; i++) {
        if (memcmp(set[i].id, id.p, ID) == 0) return &set[i];
        if (!free_one && (set[i].id[0] == '\0' || is_forgettable(l, &set[i], now)))
            free_one = &set[i];
    }
    if (!free_one) return NULL;
    *free_one = (struct seen){.next = 0};
    memcpy(free_one->id, id.p, ID);
    for (int use = 0; use < LIMITS_USES; use++) {
        free_one->left[use] = l->full;
        free_one->at[use] = now;
    }
    return free_one;
}

enum limits_answer limits_take(struct limits *l, str_t id, enum limits_use use, int64_t now)
{
    enum limits_answer answer = LIMITS_TOO_FAST;
    if (id.n != ID) return answer;
    pthread_mutex_lock(&l->lock);
    struct seen *s = find(l, id, now);
    if (s && use == LIMITS_DECRYPT && failures(s, now) >= LIMITS_FAILURES) {
        answer = LIMITS_STOPPED;
    } else if (s) {
        refill(l, s, use, now);
        if (s->left[use] >= 60000) {
            s->left[use] -= 60000;
            answer = LIMITS_GO;
        }
    }
    pthread_mutex_unlock(&l->lock);
    return answer;
}

unsigned limits_fail(struct limits *l, str_t id, int64_t now)
{
    unsigned n = LIMITS_FAILURES;
    if (id.n != ID) return n;
    pthread_mutex_lock(&l->lock);
    struct seen *s = find(l, id, now);
    if (s) {
        s->failures[s->next] = now ? now : 1; /* 0 means none */
        s->next = (s->next + 1) % LIMITS_FAILURES;
        n = failures(s, now);
    }
    pthread_mutex_unlock(&l->lock);
    return n;
}
