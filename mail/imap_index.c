#include "mail/imap_index.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/seal.h"
#include "mail/imap_search.h"

#define ENTRIES 128
#define KEY_MAX 4096
#define ROUNDS_MAX 4
#define LARGEST 4u /* times the limit, for the indexes of one mailbox */
#define SCRATCH_BYTES (96u << 20)
#define UIDS_MAX 2000000u

struct held {
    struct imap_index ix; /* first: what callers see */
    unsigned holders;     /* changed atomically */
};

struct entry {
    char *key; /* owned; NULL: free */
    struct imap_index *ix;
    uint64_t used;
};

struct imap_indexes {
    pthread_mutex_t lock;
    struct entry entries[ENTRIES];
    size_t bytes, most;
    uint64_t clock, seed;
};

/* --- one index --------------------------------------------------------------------------- */

struct imap_index *imap_index_make(size_t count, size_t groups, size_t numbers)
{
    size_t starts = groups > 0 ? groups + 1 : 0;
    if (count > UIDS_MAX || starts > UIDS_MAX || numbers > 64u * UIDS_MAX) return NULL;
    size_t bytes = sizeof(struct held) + numbers * 8 + (count + starts) * 4;
    struct held *h = calloc(1, bytes);
    if (!h) return NULL;
    h->holders = 1;
    h->ix = (struct imap_index){.count = count, .groups = groups, .numbers = numbers};
    h->ix.bytes = bytes;
    h->ix.ids = (uint64_t *) (void *) (h + 1);
    h->ix.uids = (uint32_t *) (void *) (h->ix.ids + numbers);
    h->ix.starts = h->ix.uids + count;
    return &h->ix;
}

static struct held *held_of(struct imap_index *ix)
{
    return (struct held *) (void *) ix;
}

void imap_index_release(struct imap_index **ix)
{
    struct imap_index *one = *ix;
    *ix = NULL;
    if (one && __atomic_sub_fetch(&held_of(one)->holders, 1, __ATOMIC_ACQ_REL) == 0) free(one);
}

static struct imap_index *hold(struct imap_index *ix)
{
    __atomic_add_fetch(&held_of(ix)->holders, 1, __ATOMIC_RELAXED);
    return ix;
}

/* --- all of them --------------------------------------------------------------------------- */

struct imap_indexes *imap_indexes_new(size_t most)
{
    struct imap_indexes *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    pthread_mutex_init(&x->lock, NULL);
    x->most = most;
    if (random_bytes(&x->seed, sizeof x->seed, NULL) == RC_OK) return x;
    imap_indexes_free(x);
    return NULL;
}

static void clear_entry(struct imap_indexes *x, struct entry *en)
{
    if (!en->key) return;
    x->bytes -= en->ix->bytes;
    imap_index_release(&en->ix);
    free(en->key);
    *en = (struct entry){0};
}

void imap_indexes_free(struct imap_indexes *x)
{
    if (!x) return;
    for (size_t i = 0; i < ENTRIES; i++)
        clear_entry(x, &x->entries[i]);
    pthread_mutex_destroy(&x->lock);
    free(x);
}

uint64_t imap_indexes_seed(const struct imap_indexes *x)
{
    return x->seed;
}

static struct entry *find_entry(struct imap_indexes *x, str_t key)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (x->entries[i].key && str_eq(str_c(x->entries[i].key), key)) return &x->entries[i];
    return NULL;
}

/* Of a key: account and folder, without the kind that stands before them. */
static str_t mailbox_of(str_t key)
{
    str_t kind, rest;
    str_cut(key, ' ', &kind, &rest);
    return rest;
}

static struct entry *free_entry(struct imap_indexes *x)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (!x->entries[i].key) return &x->entries[i];
    return NULL;
}

/* Of all but this mailbox's. */
static struct entry *oldest_entry(struct imap_indexes *x, str_t but)
{
    struct entry *oldest = NULL;
    for (size_t i = 0; i < ENTRIES; i++) {
        struct entry *en = &x->entries[i];
        if (!en->key || (but.n > 0 && str_eq(mailbox_of(str_c(en->key)), but))) continue;
        if (!oldest || en->used < oldest->used) oldest = en;
    }
    return oldest;
}

static struct imap_index *recall(struct imap_indexes *x, str_t key, uint32_t uidvalidity)
{
    struct imap_index *found = NULL;
    pthread_mutex_lock(&x->lock);
    struct entry *en = find_entry(x, key);
    if (en && en->ix->uidvalidity == uidvalidity) {
        en->used = ++x->clock;
        found = hold(en->ix);
    }
    pthread_mutex_unlock(&x->lock);
    return found;
}

/* Makes room, the least recently used first. The other indexes of the same mailbox stay up to a
 * multiple of the limit: an order needs several at once, and of a mailbox so large that they do not
 * fit together each would else be thrown out for the next and made again without end. */
static void make_room(struct imap_indexes *x, str_t mailbox, size_t bytes)
{
    struct entry *en;
    while (x->bytes + bytes > x->most && (en = oldest_entry(x, mailbox)) != NULL)
        clear_entry(x, en);
    while (x->bytes + bytes > LARGEST * x->most && (en = oldest_entry(x, STR_NULL)) != NULL)
        clear_entry(x, en);
}

/* Whatever its size: what is not kept is never known. */
static void keep(struct imap_indexes *x, str_t key, struct imap_index *ix)
{
    char *copy = strndup(key.p, key.n);
    if (!copy) return; /* made again next time */
    pthread_mutex_lock(&x->lock);
    struct entry *en = find_entry(x, key);
    if (en) clear_entry(x, en);
    make_room(x, mailbox_of(key), ix->bytes);
    en = free_entry(x);
    if (!en) en = oldest_entry(x, STR_NULL);
    clear_entry(x, en);
    *en = (struct entry){.key = copy, .ix = hold(ix), .used = ++x->clock};
    x->bytes += ix->bytes;
    pthread_mutex_unlock(&x->lock);
}

/* --- the index of a mailbox -------------------------------------------------------------------
 */

static bool is_true(const struct imap_index *ix, const struct imap_mailbox *box, bool by_uidnext)
{
    return ix && ix->uidvalidity == box->uidvalidity && ix->uidnext == box->uidnext &&
           (by_uidnext || ix->total == box->total);
}

static rc_t make_round(struct imap *im, const struct imap_mailbox *box,
                       const struct imap_index *old, unsigned kind, imap_index_fn *make,
                       struct imap_index **out, struct err *e)
{
    im->fresh = false;
    im->c->sel.moved = false;
    TRY(make(im, box, old, kind, out, e));
    (*out)->uidvalidity = box->uidvalidity;
    (*out)->uidnext = box->uidnext;
    (*out)->total = box->total;
    return RC_OK;
}

static str_t key_of(const struct imap *im, unsigned kind, char text[KEY_MAX])
{
    int n = snprintf(text, KEY_MAX, "%u %.*s:%u %zu %s %s", kind, STR_ARG(im->server->host),
                     im->server->port, strlen(im->login), im->login, im->c->sel.name);
    return n > 0 && n < KEY_MAX ? str_n(text, (size_t) n) : STR_NULL;
}

bool imap_index_is_known(struct imap *im, unsigned kind)
{
    char text[KEY_MAX];
    if (!im->c || !im->c->sel.name) return false;
    CLEANUP_INDEX struct imap_index *ix =
        recall(imap_pool_indexes(im->pool), key_of(im, kind, text), im->c->sel.uidvalidity);
    return ix != NULL;
}

rc_t imap_index_get(struct imap *im, unsigned kind, bool by_uidnext, imap_index_fn *make,
                    struct imap_mailbox *box, struct imap_index **out, struct err *e)
{
    struct imap_indexes *x = imap_pool_indexes(im->pool);
    char text[KEY_MAX];
    CLEANUP_INDEX struct imap_index *now = NULL;
    if (imap_is_fresh(im))
        *box = im->state;
    else
        TRY(imap_mailbox(im, box, e));
    str_t key = key_of(im, kind, text);
    if (str_is_null(key)) return err_set(e, RC_INTERNAL, NULL);
    now = recall(x, key, box->uidvalidity);
    if (im->assumed && !is_true(now, box, by_uidnext)) {
        im->assumed = false;
        TRY(imap_mailbox(im, box, e));
    }
    for (int round = 0; !is_true(now, box, by_uidnext); round++) {
        struct imap_index *next = NULL;
        TRY(make_round(im, box, now, kind, make, &next, e));
        imap_index_release(&now);
        now = next;
        bool settled = !im->c->sel.moved;
        if (settled) keep(x, key, now);
        if (settled || round == ROUNDS_MAX)
            break; /* a folder that never rests: as good as can be */
        TRY(imap_mailbox(im, box, e));
    }
    *out = now;
    now = NULL;
    return RC_OK;
}

/* --- helpers ------------------------------------------------------------------------------------
 */

struct arena *imap_index_scratch(void)
{
    return arena_new(SCRATCH_BYTES);
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b;
}

bool imap_uids_has(const uint32_t *sorted, size_t n, uint32_t uid)
{
    return n > 0 && bsearch(&uid, sorted, n, sizeof uid, by_number) != NULL;
}

struct esearch_reader {
    uint32_t *uids;
    size_t count, max;
    bool bad;
};

/* "* ESEARCH (TAG "w3") UID ALL 1:17,21" (RFC 4731) */
static rc_t on_esearch(void *ctx, struct imap_response *r, struct err *e)
{
    struct esearch_reader *s = ctx;
    if (r->has_number || !str_ieq(r->word, STR("ESEARCH"))) return RC_OK;
    if (r->cut) return err_set(e, RC_TOO_LARGE, NULL);
    if (wire_next_is(&r->rest, '(')) wire_skip(&r->rest);
    while (!wire_at_end(&r->rest) && !r->rest.bad) {
        str_t word = wire_atom(&r->rest);
        if (str_ieq(word, STR("UID"))) continue;
        str_t value = wire_atom(&r->rest);
        if (str_ieq(word, STR("ALL")))
            s->bad = s->bad || !imap_uids_read(value, s->uids, s->max, &s->count);
    }
    return RC_OK;
}

rc_t imap_uids_now(struct imap *im, struct arena *a, uint32_t **uids, size_t *n, struct err *e)
{
    if (!imap_conn_has(im->c, "ESEARCH")) return imap_search_all(im, a, uids, n, e);
    struct imap_command cmd;
    struct esearch_reader s = {.max = im->c->sel.exists + 1000u};
    s.uids = ARENA_ARRAY(a, s.max, uint32_t);
    if (!s.uids) return err_set(e, RC_NO_MEMORY, NULL);
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_text(im->c, STR("UID SEARCH RETURN (ALL) ALL"));
    imap_cmd_end(im->c);
    TRY(imap_conn_run(im->c, &cmd, on_esearch, &s, e));
    if (s.bad)
        return err_set(e, RC_IMAP_ERROR, "The mail server's answer could not be understood.");
    for (size_t i = 1; i < s.count; i++)
        if (s.uids[i] <= s.uids[i - 1]) return err_set(e, RC_IMAP_ERROR, NULL);
    *uids = s.uids;
    *n = s.count;
    return RC_OK;
}
