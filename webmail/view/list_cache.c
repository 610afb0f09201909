#include "webmail/view/list_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"

#define WAYS 4u /* an entry may lie in any of the slots after its hash */

struct entry {
    char *p; /* key, then value; NULL: free */
    size_t key_n, n;
    uint64_t hash, used;
};

struct list_cache {
    pthread_mutex_t lock;
    size_t bytes, most, count;
    uint64_t clock;
    struct entry slots[]; /* count of them */
};

rc_t list_cache_new(size_t most, size_t entries, struct list_cache **out, struct err *e)
{
    struct list_cache *l = calloc(1, sizeof *l + entries * sizeof l->slots[0]);
    if (!l) return err_set(e, RC_NO_MEMORY, NULL);
    pthread_mutex_init(&l->lock, NULL);
    l->most = most;
    l->count = entries;
    *out = l;
    return RC_OK;
}

static void clear(struct list_cache *l, struct entry *s)
{
    if (!s->p) return;
    l->bytes -= s->n;
    wipe(s->p, s->n);
    free(s->p);
    *s = (struct entry){0};
}

void list_cache_free(struct list_cache *l)
{
    if (!l) return;
    for (size_t i = 0; i < l->count; i++)
        clear(l, &l->slots[i]);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static uint64_t hash_of(str_t key)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (size_t i = 0; i < key.n; i++)
        h = (h ^ (unsigned char) key.p[i]) * 1099511628211u;
    return h;
}

static bool is_key(const struct entry *s, uint64_t hash, str_t key)
{
    return s->p && s->hash == hash && str_eq(str_n(s->p, s->key_n), key);
}

str_t list_cache_get(struct list_cache *l, str_t key, struct arena *a)
{
    uint64_t hash = hash_of(key);
    str_t found = STR_NULL;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < WAYS; i++) {
        struct entry *s = &l->slots[(hash + i) % l->count];
        if (!is_key(s, hash, key)) continue;
        s->used = ++l->clock;
        found = arena_str(a, str_n(s->p + s->key_n, s->n - s->key_n));
        break;
    }
    pthread_mutex_unlock(&l->lock);
    return found;
}

/* The least used entry of all goes until there is room. */
static bool make_room(struct list_cache *l, size_t n)
{
    if (n > l->most / 4) return false;
    while (l->bytes + n > l->most) {
        struct entry *oldest = NULL;
        for (size_t i = 0; i < l->count; i++)
            if (l->slots[i].p && (!oldest || l->slots[i].used < oldest->used))
                oldest = &l->slots[i];
        if (!oldest) return false;
        clear(l, oldest);
    }
    return true;
}

void list_cache_put(struct list_cache *l, str_t key, str_t value)
{
    uint64_t hash = hash_of(key);
    size_t n = key.n + value.n;
    char *p = malloc(n + 1);
    if (!p) return;
    memcpy(p, key.p, key.n);
    memcpy(p + key.n, value.p, value.n);
    pthread_mutex_lock(&l->lock);
    struct entry *slot = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        struct entry *s = &l->slots[(hash + i) % l->count];
        if (is_key(s, hash, key)) {
            slot = s;
            break;
        }
        if (!slot || s->used < slot->used) slot = s;
    }
    clear(l, slot);
    if (make_room(l, n)) {
        *slot = (struct entry){.p = p, .key_n = key.n, .n = n, .hash = hash, .used = ++l->clock};
        l->bytes += n;
        p = NULL;
    }
    pthread_mutex_unlock(&l->lock);
    free(p);
}

void list_cache_put_once(struct list_cache *l, str_t key, str_t value)
{
    uint64_t hash = hash_of(key);
    bool there = false;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < WAYS && !there; i++) {
        struct entry *s = &l->slots[(hash + i) % l->count];
        there = is_key(s, hash, key);
        if (there) s->used = ++l->clock;
    }
    pthread_mutex_unlock(&l->lock);
    if (!there) list_cache_put(l, key, value);
}

void list_cache_drop(struct list_cache *l, str_t prefix)
{
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < l->count; i++) {
        struct entry *s = &l->slots[i];
        if (s->p && str_starts(str_n(s->p, s->key_n), prefix)) clear(l, s);
    }
    pthread_mutex_unlock(&l->lock);
}

static bool is_among(const str_t *ids, size_t n, str_t id)
{
    for (size_t i = n; i > 0; i--)
        if (str_eq(ids[i - 1], id)) return true;
    return false;
}

size_t list_cache_owners(struct list_cache *l, size_t n, struct arena *a, str_t *ids, size_t most)
{
    size_t found = 0;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 0; i < l->count && found < most; i++) {
        const struct entry *s = &l->slots[i];
        if (!s->p || s->key_n < n || is_among(ids, found, str_n(s->p, n))) continue;
        str_t id = arena_str(a, str_n(s->p, n));
        if (str_is_null(id)) break;
        ids[found++] = id;
    }
    pthread_mutex_unlock(&l->lock);
    return found;
}
