#include "mail/imap_kinds.h"

#include <pthread.h>
#include <stdlib.h>

#include "mail/imap_row.h"
#include "mail/imap_search.h"

#define FOLDERS_MAX 256     /* remembered at once; the least recently used gives way */
#define KINDS_MAX 1000000   /* of one folder */
#define KINDS_TOTAL 2000000 /* of all folders: 16 MB */
#define CHUNK 1000          /* messages asked for in one go, and remembered when they are known */
#define SNIFF_FLIGHT 16
#define SNIFF_FIRST_BYTES 6144

struct entry {
    unsigned char *key;
    size_t key_n;
    uint32_t uidvalidity;
    uint32_t from, below; /* every message with such a UID is known */
    struct imap_kind *list;
    size_t count;
    int64_t last_used;
};

struct imap_kinds_cache {
    pthread_mutex_t lock;
    struct entry entries[FOLDERS_MAX];
};

struct imap_kinds_cache *imap_kinds_new(void)
{
    struct imap_kinds_cache *k = calloc(1, sizeof *k);
    if (k) pthread_mutex_init(&k->lock, NULL);
    return k;
}

static void clear_entry(struct entry *en)
{
    free(en->key);
    free(en->list);
    *en = (struct entry){0};
}

void imap_kinds_free(struct imap_kinds_cache *k)
{
    if (!k) return;
    for (size_t i = 0; i < FOLDERS_MAX; i++)
        clear_entry(&k->entries[i]);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

/* --- cache: with the lock held ------------------------------------------------------------- */

static struct entry *find_entry(struct imap_kinds_cache *k, str_t key)
{
    for (size_t i = 0; i < FOLDERS_MAX; i++) {
        struct entry *en = &k->entries[i];
        if (en->key && str_eq(str_n(en->key, en->key_n), key)) return en;
    }
    return NULL;
}

static struct entry *make_entry(struct imap_kinds_cache *k, str_t key)
{
    struct entry *oldest = &k->entries[0];
    for (size_t i = 1; i < FOLDERS_MAX && oldest->key; i++)
        if (!k->entries[i].key || k->entries[i].last_used < oldest->last_used)
            oldest = &k->entries[i];
    clear_entry(oldest);
    oldest->key = malloc(key.n);
    if (!oldest->key) return NULL;
    memcpy(oldest->key, key.p, key.n);
    oldest->key_n = key.n;
    return oldest;
}

/* Forgets other folders until the total fits; the one just used stays. */
static void make_room(struct imap_kinds_cache *k, const struct entry *keep)
{
    for (;;) {
        struct entry *oldest = NULL;
        size_t total = 0;
        for (size_t i = 0; i < FOLDERS_MAX; i++) {
            struct entry *en = &k->entries[i];
            total += en->count;
            if (en != keep && en->count > 0 && (!oldest || en->last_used < oldest->last_used))
                oldest = en;
        }
        if (total <= KINDS_TOTAL || !oldest) return;
        clear_entry(oldest);
    }
}

/* --- a piece being learnt ----------------------------------------------------------------------
 */

struct learner {
    struct imap *im;
    struct arena *scratch; /* one response */
    struct arena *a;       /* of this piece */
    struct imap_kind *list;
    size_t count, cap;
    struct doubt { /* parts to look into */
        uint32_t uid;
        bool labelled, root, answered;
        char path[IMAP_BODY_PATH];
    } * doubts;
    size_t doubt_count, doubt_cap;
    const uint32_t *uids;
    size_t uid_count;
    bool answered[CHUNK];
};

static rc_t grow(struct arena *a, void **p, size_t count, size_t *cap, size_t size, struct err *e)
{
    if (count < *cap) return RC_OK;
    size_t bigger = *cap ? *cap * 2 : 64;
    void *q = arena_array(a, bigger, size);
    if (!q) return err_set(e, RC_NO_MEMORY, NULL);
    if (count > 0) memcpy(q, *p, count * size);
    *p = q;
    *cap = bigger;
    return RC_OK;
}

static int by_number(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    return a < b ? -1 : a > b ? 1 : 0;
}

static rc_t add_bits(struct learner *l, uint32_t uid, uint32_t bits, struct err *e)
{
    if (bits == 0) return RC_OK;
    for (size_t i = l->count; i > 0; i--) {
        if (l->list[i - 1].uid != uid) continue;
        l->list[i - 1].bits |= bits;
        return RC_OK;
    }
    if (!bsearch(&uid, l->uids, l->uid_count, sizeof uid, by_number)) return RC_OK;
    void *list = l->list;
    TRY(grow(l->a, &list, l->count, &l->cap, sizeof *l->list, e));
    l->list = list;
    l->list[l->count++] = (struct imap_kind){.uid = uid, .bits = bits};
    return RC_OK;
}

static rc_t add_doubt(struct learner *l, uint32_t uid, const struct imap_body *b, size_t i,
                      struct err *e)
{
    void *list = l->doubts;
    TRY(grow(l->a, &list, l->doubt_count, &l->doubt_cap, sizeof *l->doubts, e));
    l->doubts = list;
    struct doubt *d = &l->doubts[l->doubt_count++];
    *d = (struct doubt){
        .uid = uid, .labelled = b->candidates[i].labelled, .root = b->candidates[i].root};
    memcpy(d->path, b->candidates[i].path, sizeof d->path);
    return RC_OK;
}

static void note_answer(struct learner *l, uint32_t uid)
{
    const uint32_t *at = bsearch(&uid, l->uids, l->uid_count, sizeof uid, by_number);
    if (at) l->answered[at - l->uids] = true;
}

static rc_t on_structure(void *ctx, struct imap_response *r, struct err *e)
{
    struct learner *l = ctx;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH"))) return RC_OK;
    arena_reset(l->scratch);
    struct imap_row row;
    struct imap_body body;
    if (!imap_row_read(r, l->scratch, &row, &body) || !body.read) return RC_OK;
    note_answer(l, row.uid);
    uint32_t bits = body.sealed || body.unclear ? KIND_SEALED : 0u;
    if (body.security == IMAP_SEC_SIGNED) bits |= KIND_SIGNED;
    if (body.attachment) bits |= KIND_ATTACHMENT;
    TRY(add_bits(l, row.uid, bits, e));
    if (bits & KIND_SEALED) return RC_OK;
    for (size_t i = 0; i < body.candidate_count; i++)
        TRY(add_doubt(l, row.uid, &body, i, e));
    return RC_OK;
}

/* "(UID 3 BODY[1.2]<0> {6144}...)" */
static rc_t on_first_bytes(void *ctx, struct imap_response *r, struct err *e)
{
    struct learner *l = ctx;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH"))) return RC_OK;
    struct wire *w = &r->rest;
    arena_reset(l->scratch);
    uint64_t uid = 0;
    str_t section = STR_NULL, bytes = STR_NULL;
    if (!wire_take(w, '(')) return RC_OK;
    while (!w->bad && !wire_at_end(w) && !wire_take(w, ')')) {
        str_t name = wire_atom(w);
        if (str_ieq(name, STR("UID"))) {
            uid = wire_number(w);
        } else if (str_istarts(name, STR("BODY["))) {
            ptrdiff_t end = str_chr(name, ']');
            section = end > 5 ? str_sub(name, 5, (size_t) end) : STR_NULL;
            bytes = wire_nstring(w, l->scratch);
        } else {
            wire_skip(w);
        }
    }
    for (size_t i = 0; i < l->doubt_count; i++) {
        struct doubt *d = &l->doubts[i];
        if (d->answered || d->uid != uid || !str_eq(str_c(d->path), section)) continue;
        d->answered = true;
        enum imap_sniff s = imap_cms_sniff(bytes);
        bool open = s == IMAP_SNIFF_OPEN || s == IMAP_SNIFF_SIGNED;
        if (s == IMAP_SNIFF_SEALED || (d->labelled && !open))
            return add_bits(l, d->uid, KIND_SEALED, e);
        return s == IMAP_SNIFF_SIGNED && d->root ? add_bits(l, d->uid, KIND_SIGNED, e) : RC_OK;
    }
    return RC_OK;
}

static rc_t settle_doubts(struct learner *l, struct err *e)
{
    struct imap_conn *c = l->im->c;
    for (size_t i = 0; i < l->doubt_count;) {
        struct imap_command cmds[SNIFF_FLIGHT], *refs[SNIFF_FLIGHT];
        size_t n = 0;
        for (; i < l->doubt_count && n < SNIFF_FLIGHT; i++, n++) {
            imap_cmd_begin(c, &cmds[n]);
            imap_cmd_printf(c, "UID FETCH %u (UID BODY.PEEK[%s]<0.%d>)", l->doubts[i].uid,
                            l->doubts[i].path, SNIFF_FIRST_BYTES);
            imap_cmd_end(c);
            refs[n] = &cmds[n];
        }
        TRY(imap_conn_collect(c, refs, n, on_first_bytes, l, NULL, e));
    }
    /* A part the server would not show is not known to be readable: never searched. */
    for (size_t i = 0; i < l->doubt_count; i++)
        if (!l->doubts[i].answered) TRY(add_bits(l, l->doubts[i].uid, KIND_SEALED, e));
    l->doubt_count = 0;
    return RC_OK;
}

static int by_uid(const void *x, const void *y)
{
    const struct imap_kind *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid ? 1 : 0;
}

static rc_t learn_piece(struct learner *l, struct err *e)
{
    struct imap_conn *c = l->im->c;
    for (size_t from = 0; from < l->uid_count;) {
        struct imap_command cmd;
        imap_cmd_begin(c, &cmd);
        imap_cmd_text(c, STR("UID FETCH "));
        imap_uids_write(&c->out, l->uids, l->uid_count, &from, IMAP_LINE_MAX);
        imap_cmd_text(c, STR(" (UID BODYSTRUCTURE)"));
        imap_cmd_end(c);
        TRY(imap_conn_run(c, &cmd, on_structure, l, e));
    }
    TRY(settle_doubts(l, e));
    /* No structure: gone meanwhile, or kept from us. Not known to be readable, so never searched.
     */
    for (size_t i = 0; i < l->uid_count; i++)
        if (!l->answered[i]) TRY(add_bits(l, l->uids[i], KIND_SEALED, e));
    if (l->count > 0) qsort(l->list, l->count, sizeof *l->list, by_uid);
    return RC_OK;
}

/* --- to and from the cache -----------------------------------------------------------------------
 */

static void publish(const struct imap_kinds *known)
{
    struct imap_kinds_cache *k = imap_pool_kinds(known->im->pool);
    struct imap_kind *copy = malloc((known->count + 1) * sizeof *copy);
    if (!copy) return; /* learnt again next time */
    if (known->count > 0) memcpy(copy, known->list, known->count * sizeof *copy);
    pthread_mutex_lock(&k->lock);
    struct entry *en = find_entry(k, known->key);
    if (!en) en = make_entry(k, known->key);
    bool wider = en && (en->uidvalidity != known->uidvalidity ||
                        (en->below <= known->below && en->from >= known->from));
    if (wider) {
        free(en->list);
        en->list = copy;
        en->count = known->count;
        en->uidvalidity = known->uidvalidity;
        en->from = known->from;
        en->below = known->below;
        en->last_used = clock_ms();
        make_room(k, en);
    }
    pthread_mutex_unlock(&k->lock);
    if (!wider) free(copy);
}

static rc_t recall(struct imap_kinds *known, struct err *e)
{
    struct imap_kinds_cache *k = imap_pool_kinds(known->im->pool);
    rc_t rc = RC_OK;
    pthread_mutex_lock(&k->lock);
    struct entry *en = find_entry(k, known->key);
    if (en && en->uidvalidity == known->uidvalidity && en->below > en->from) {
        known->list = ARENA_ARRAY(known->a, en->count + 64, struct imap_kind);
        if (known->list) {
            if (en->count > 0) memcpy(known->list, en->list, en->count * sizeof *en->list);
            known->count = en->count;
            known->cap = en->count + 64;
            known->from = en->from;
            known->below = en->below;
            en->last_used = clock_ms();
        } else {
            rc = err_set(e, RC_NO_MEMORY, NULL);
        }
    }
    pthread_mutex_unlock(&k->lock);
    return rc;
}

/* A learnt piece joins what is known, in front of it or behind. */
static rc_t join_piece(struct imap_kinds *k, const struct learner *l, bool in_front, struct err *e)
{
    size_t all = k->count + l->count;
    if (all > KINDS_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    if (all > k->cap) {
        size_t cap = all * 2;
        struct imap_kind *bigger = ARENA_ARRAY(k->a, cap, struct imap_kind);
        if (!bigger) return err_set(e, RC_NO_MEMORY, NULL);
        if (k->count > 0) memcpy(bigger, k->list, k->count * sizeof *bigger);
        k->list = bigger;
        k->cap = cap;
    }
    if (l->count > 0) {
        if (in_front && k->count > 0)
            memmove(k->list + l->count, k->list, k->count * sizeof *k->list);
        memcpy(k->list + (in_front ? 0 : k->count), l->list, l->count * sizeof *l->list);
    }
    k->count = all;
    return RC_OK;
}

/* uids[low..high), which touch what is known. */
static rc_t learn(struct imap_kinds *k, size_t low, size_t high, bool in_front, struct err *e)
{
    struct learner *l = ARENA_NEW(k->a, struct learner);
    CLEANUP_ARENA struct arena *piece = arena_new(16u << 20), *scratch = arena_new(8u << 20);
    if (!l || !piece || !scratch) return err_set(e, RC_NO_MEMORY, NULL);
    *l = (struct learner){.im = k->im,
                          .scratch = scratch,
                          .a = piece,
                          .uids = k->uids + low,
                          .uid_count = high - low};
    TRY(learn_piece(l, e));
    TRY(join_piece(k, l, in_front, e));
    if (k->from == k->below) {
        k->from = k->uids[low];
        k->below = k->uids[high - 1] + 1;
    } else if (in_front) {
        k->from = k->uids[low];
    } else {
        k->below = k->uids[high - 1] + 1;
    }
    publish(k);
    return RC_OK;
}

/* How many messages have a UID below this one. */
static size_t older_than(const struct imap_kinds *k, uint32_t uid)
{
    size_t low = 0, high = k->uid_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (k->uids[middle] < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

rc_t imap_kinds_learn(struct imap_kinds *k, size_t at, int64_t until, bool *done, struct err *e)
{
    *done = false;
    for (;;) {
        bool nothing = k->from == k->below;
        size_t newer = nothing ? k->uid_count : older_than(k, k->below);
        size_t older = nothing ? k->uid_count : older_than(k, k->from);
        if (newer < k->uid_count) { /* what came since */
            size_t high = k->uid_count - newer > CHUNK ? newer + CHUNK : k->uid_count;
            TRY(learn(k, newer, high, false, e));
        } else if (older > at) {
            TRY(learn(k, older > CHUNK ? older - CHUNK : 0, older, true, e));
        } else {
            *done = true;
            return RC_OK;
        }
        if (clock_ms() >= until) break;
    }
    *done = older_than(k, k->from) <= at && older_than(k, k->below) == k->uid_count;
    return RC_OK;
}

rc_t imap_kinds_open(struct imap *im, struct arena *a, struct imap_kinds *out, struct err *e)
{
    TRY(imap_need_selected(im, e));
    struct imap_kinds k = {.im = im, .a = a, .uidvalidity = im->c->sel.uidvalidity};
    uint32_t *uids = NULL;
    k.key = arena_printf(a, "%.*s:%u %zu %s %s", STR_ARG(im->server->host), im->server->port,
                         strlen(im->login), im->login, im->c->sel.name);
    if (str_is_null(k.key)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(imap_search_all(im, a, &uids, &k.uid_count, e));
    k.uids = uids;
    TRY(recall(&k, e));
    *out = k;
    return RC_OK;
}

uint32_t imap_kind_of(const struct imap_kinds *k, uint32_t uid)
{
    struct imap_kind key = {.uid = uid};
    const struct imap_kind *hit =
        k->count > 0 ? bsearch(&key, k->list, k->count, sizeof key, by_uid) : NULL;
    return hit ? hit->bits : 0;
}
