/* What messages refer to, from their headers: conversations where the server has no THREAD, and
 * what in another folder belongs to a conversation. Ids are kept as 64-bit hashes with a seed of
 * the process: two different ids that met would only join two conversations. */
#include <stdlib.h>

#include "mail/entity.h"
#include "mail/imap_row.h"
#include "mail/imap_thread.h"
#include "mail/text.h"

#define FIELDS "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID REFERENCES IN-REPLY-TO SUBJECT)])"
#define REFS_PER_MESSAGE 24u /* the first ones and the last ones count */
#define REFS_HEAD 4u
#define FIRST_REF 2u /* behind own id and subject */
#define SUBJECT_MAX 1000u

/* --- hashes -------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

/* Never 0. Blanks inside do not count: long ids are folded. */
static uint64_t hash_of(uint64_t seed, str_t s)
{
    uint64_t h = seed;
    for (size_t i = 0; i < s.n; i++)
        if (!text_is_blank(s.p[i])) h = (h ^ (unsigned char) s.p[i]) * 0x100000001b3u + (h >> 47);
    h = mix(h);
    return h != 0 ? h : 1;
}

/* --- subjects --------------------------------------------------------------------------------- */

static bool is_reply_word(str_t w)
{
    static const str_t words[] = {
        STR_INIT("re"),   STR_INIT("aw"),  STR_INIT("sv"),  STR_INIT("vs"), STR_INIT("rv"),
        STR_INIT("antw"), STR_INIT("odp"), STR_INIT("res"), STR_INIT("r"),  STR_INIT("antwort")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieq(w, words[i])) return true;
    return false;
}

/* Takes "Re:", "AW[2]:", "[list] Re:" off. True when one was there. */
static bool strip_reply(str_t *s)
{
    bool reply = false;
    for (int i = 0; i < 20; i++) {
        str_t rest = *s;
        if (rest.n > 0 && rest.p[0] == '[') { /* only in front of a Re: */
            ptrdiff_t close = str_chr(rest, ']');
            if (close > 0) rest = str_trim(str_sub(rest, (size_t) close + 1, rest.n));
        }
        str_t word, tail;
        if (!str_cut(rest, ':', &word, &tail)) return reply;
        ptrdiff_t bracket = str_chr(word, '[');
        if (bracket < 0) bracket = str_chr(word, '(');
        if (bracket > 0) word = str_sub(word, 0, (size_t) bracket);
        if (!is_reply_word(str_trim(word))) return reply;
        reply = true;
        *s = str_trim(tail);
    }
    return reply;
}

static uint64_t subject_number(uint64_t seed, str_t raw, struct arena *a)
{
    str_t s = str_trim(header_text(str_sub(raw, 0, SUBJECT_MAX), a));
    bool reply = strip_reply(&s);
    if (s.n == 0) return 0;
    return (hash_of(seed, arena_lower(a, s)) & ~(uint64_t) 1) | (reply ? 1 : 0);
}

/* --- one header ----------------------------------------------------------------------------------
 */

struct header_ids {
    uint64_t seed;
    uint64_t numbers[FIRST_REF + REFS_PER_MESSAGE];
    size_t count;
};

/* Each <id> of a field. What stands without brackets is none. */
static void take_ids(struct header_ids *h, str_t value, bool own)
{
    str_t rest = value, inside;
    for (;;) {
        ptrdiff_t open = str_chr(rest, '<');
        if (open < 0) return;
        rest = str_sub(rest, (size_t) open + 1, rest.n);
        if (!str_cut(rest, '>', &inside, &rest)) return;
        if (inside.n == 0) continue;
        uint64_t number = hash_of(h->seed, inside);
        if (own) {
            h->numbers[0] = number;
            return;
        }
        if (h->count == FIRST_REF + REFS_PER_MESSAGE) { /* the oldest of the later ones goes */
            uint64_t *gone = h->numbers + FIRST_REF + REFS_HEAD;
            memmove(gone, gone + 1, (REFS_PER_MESSAGE - REFS_HEAD - 1) * sizeof *gone);
            h->count--;
        }
        h->numbers[h->count++] = number;
    }
}

/* Next field of a header block, its folds included. */
static bool next_field(str_t *rest, str_t *name, str_t *value)
{
    while (rest->n > 0) {
        size_t end = 0;
        for (;;) {
            ptrdiff_t nl = str_chr(str_sub(*rest, end, rest->n), '\n');
            end = nl < 0 ? rest->n : end + (size_t) nl + 1;
            if (end == rest->n || (rest->p[end] != ' ' && rest->p[end] != '\t')) break;
        }
        str_t field = str_sub(*rest, 0, end);
        *rest = str_sub(*rest, end, rest->n);
        if (str_cut(field, ':', name, value)) return true;
    }
    return false;
}

static void read_header(struct header_ids *h, str_t header, struct arena *scratch)
{
    str_t name, value;
    h->count = FIRST_REF;
    h->numbers[0] = h->numbers[1] = 0;
    while (next_field(&header, &name, &value)) {
        name = str_trim(name);
        if (str_ieq(name, STR("Message-ID"))) {
            if (h->numbers[0] == 0) take_ids(h, value, true);
        } else if (str_ieq(name, STR("References")) || str_ieq(name, STR("In-Reply-To"))) {
            take_ids(h, value, false);
        } else if (str_ieq(name, STR("Subject"))) {
            CLEANUP_BUF struct buf line = BUF_INIT(SUBJECT_MAX);
            if (text_unfold(str_sub(value, 0, SUBJECT_MAX), &line))
                h->numbers[1] = subject_number(h->seed, buf_view(&line), scratch);
        }
    }
}

/* --- many headers --------------------------------------------------------------------------------
 */

struct message_ids {
    uint32_t uid;
    uint32_t from, n; /* into numbers */
};

struct refs_reader {
    struct arena *a;       /* of what is collected */
    struct arena *scratch; /* of one response */
    uint64_t seed;
    uint32_t low; /* smaller UIDs are known */
    struct message_ids *list;
    size_t count, cap;
    uint64_t *numbers;
    size_t number_count, number_cap;
};

static bool room(struct arena *a, void **p, size_t count, size_t more, size_t *cap, size_t size)
{
    if (count + more <= *cap) return true;
    size_t bigger = *cap ? *cap * 2 : 1024;
    void *q = arena_array(a, bigger, size);
    if (!q) return false;
    if (count > 0) memcpy(q, *p, count * size);
    *p = q;
    *cap = bigger;
    return true;
}

static rc_t add_message(struct refs_reader *rr, uint32_t uid, const struct header_ids *h,
                        struct err *e)
{
    void *list = rr->list, *numbers = rr->numbers;
    if (rr->count >= IMAP_REFERENCES_MAX * 2) return err_set(e, RC_TOO_LARGE, NULL);
    bool ok = room(rr->a, &list, rr->count, 1, &rr->cap, sizeof *rr->list);
    rr->list = list;
    ok = ok && room(rr->a, &numbers, rr->number_count, h->count, &rr->number_cap, sizeof(uint64_t));
    rr->numbers = numbers;
    if (!ok) return err_set(e, RC_NO_MEMORY, NULL);
    rr->list[rr->count++] = (struct message_ids){
        .uid = uid, .from = (uint32_t) rr->number_count, .n = (uint32_t) h->count};
    memcpy(rr->numbers + rr->number_count, h->numbers, h->count * sizeof(uint64_t));
    rr->number_count += h->count;
    return RC_OK;
}

/* "(UID 3 BODY[HEADER.FIELDS (...)] {n}...)" */
static rc_t on_header(void *ctx, struct imap_response *r, struct err *e)
{
    struct refs_reader *rr = ctx;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH"))) return RC_OK;
    struct wire *w = &r->rest;
    uint64_t uid = 0;
    str_t header = STR_NULL;
    arena_reset(rr->scratch);
    if (!wire_take(w, '(')) return RC_OK;
    while (!w->bad && !wire_at_end(w) && !wire_take(w, ')')) {
        str_t name = wire_atom(w);
        if (str_ieq(name, STR("UID")))
            uid = wire_number(w);
        else if (str_istarts(name, STR("BODY[")))
            header = wire_nstring(w, rr->scratch);
        else
            wire_skip(w);
    }
    if (str_is_null(header) || uid < rr->low || uid == 0 || uid > UINT32_MAX) return RC_OK;
    struct header_ids h = {.seed = rr->seed};
    read_header(&h, header, rr->scratch);
    return add_message(rr, (uint32_t) uid, &h, e);
}

static rc_t run_fetch(struct imap_conn *c, struct imap_command *cmd, struct refs_reader *rr,
                      struct err *e)
{
    imap_cmd_text(c, STR(" " FIELDS));
    imap_cmd_end(c);
    return imap_conn_run(c, cmd, on_header, rr, e);
}

static int by_uid(const void *x, const void *y)
{
    const struct message_ids *a = x, *b = y;
    return a->uid < b->uid ? -1 : a->uid > b->uid;
}

/* What was known in front of what was read, each message once. */
static struct imap_index *joined(struct refs_reader *rr, const struct imap_index *old)
{
    if (rr->count > 0) qsort(rr->list, rr->count, sizeof *rr->list, by_uid);
    size_t known = old ? old->count : 0;
    struct imap_index *ix = imap_index_make(known + rr->count, known + rr->count,
                                            (old ? old->numbers : 0) + rr->number_count);
    if (!ix) return NULL;
    size_t n = known, at = old ? old->numbers : 0;
    if (known > 0) {
        memcpy(ix->uids, old->uids, known * sizeof *ix->uids);
        memcpy(ix->starts, old->starts, known * sizeof *ix->starts);
        memcpy(ix->ids, old->ids, old->numbers * sizeof *ix->ids);
    }
    for (size_t i = 0; i < rr->count; i++) {
        const struct message_ids *m = &rr->list[i];
        if (n > 0 && ix->uids[n - 1] >= m->uid) continue;
        ix->uids[n] = m->uid;
        ix->starts[n++] = (uint32_t) at;
        memcpy(ix->ids + at, rr->numbers + m->from, m->n * sizeof *ix->ids);
        at += m->n;
    }
    ix->count = ix->groups = n;
    if (n > 0) ix->starts[n] = (uint32_t) at;
    return ix;
}

static rc_t make_references(struct imap *im, const struct imap_mailbox *box,
                            const struct imap_index *old, unsigned kind, struct imap_index **out,
                            struct err *e)
{
    (void) kind;
    struct imap_command cmd;
    CLEANUP_ARENA struct arena *a = imap_index_scratch();
    CLEANUP_ARENA struct arena *scratch = arena_new(8u << 20);
    struct refs_reader rr = {.a = a, .scratch = scratch, .low = 1};
    if (!a || !scratch) return err_set(e, RC_NO_MEMORY, NULL);
    rr.seed = imap_indexes_seed(imap_pool_indexes(im->pool));
    /* Of messages that went, too many would be kept: then all is read anew. */
    if (old && old->count > IMAP_REFERENCES_MAX * 3 / 2) old = NULL;
    uint32_t exists = im->c->sel.exists;
    if (old && old->uidnext < box->uidnext && exists > 0) {
        rr.low = old->uidnext;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_printf(im->c, "UID FETCH %u:*", rr.low);
        TRY(run_fetch(im->c, &cmd, &rr, e));
    } else if (!old && exists > 0) {
        uint32_t low = exists > IMAP_REFERENCES_MAX ? exists - IMAP_REFERENCES_MAX + 1 : 1;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_printf(im->c, "FETCH %u:%u", low, exists);
        TRY(run_fetch(im->c, &cmd, &rr, e));
    }
    *out = joined(&rr, old);
    return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

rc_t imap_references_get(struct imap *im, struct imap_mailbox *box, struct imap_index **out,
                         struct err *e)
{
    return imap_index_get(im, INDEX_REFERENCES, true, make_references, box, out, e);
}

/* --- grouping ------------------------------------------------------------------------------------
 */

/* Number -> message, open addressing; 0 is no number. */
struct number_map {
    uint64_t *keys;
    uint32_t *values;
    size_t mask;
};

static bool map_make(struct number_map *m, size_t n, struct arena *a)
{
    size_t cap = 64;
    while (cap < n * 2)
        cap *= 2;
    m->keys = ARENA_ARRAY(a, cap, uint64_t);
    m->values = ARENA_ARRAY(a, cap, uint32_t);
    m->mask = cap - 1;
    return m->keys && m->values;
}

/* The slot of a number: its own, or the empty one where it would go. */
static size_t map_slot(const struct number_map *m, uint64_t number)
{
    size_t i = (size_t) number & m->mask;
    while (m->keys[i] != 0 && m->keys[i] != number)
        i = (i + 1) & m->mask;
    return i;
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* The older message is the root: roots stay where a conversation began. */
static void join(uint32_t *parent, uint32_t i, uint32_t k)
{
    uint32_t a = root_of(parent, i), b = root_of(parent, k);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

static void join_by_ids(const struct imap_index *refs, struct number_map *ids, uint32_t *parent)
{
    for (uint32_t i = 0; i < refs->count; i++) {
        for (uint32_t k = refs->starts[i]; k < refs->starts[i + 1]; k++) {
            if (k == refs->starts[i] + 1 || refs->ids[k] == 0) continue; /* the subject */
            size_t slot = map_slot(ids, refs->ids[k]);
            if (ids->keys[slot] == 0) {
                ids->keys[slot] = refs->ids[k];
                ids->values[slot] = i;
            } else {
                join(parent, i, ids->values[slot]);
            }
        }
    }
}

/* A reply that does not say to what goes to the latest message of that subject before it. Equal
 * subjects alone join nothing: two invoices are two conversations. */
static void join_by_subjects(const struct imap_index *refs, struct number_map *subjects,
                             uint32_t *parent)
{
    for (uint32_t i = 0; i < refs->count; i++) {
        const uint64_t *m = refs->ids + refs->starts[i];
        if (m[1] == 0) continue;
        bool lost = (m[1] & 1) != 0 && refs->starts[i + 1] - refs->starts[i] == FIRST_REF;
        size_t slot = map_slot(subjects, (m[1] & ~(uint64_t) 1) | 1);
        if (lost && subjects->keys[slot] != 0) join(parent, i, subjects->values[slot]);
        subjects->keys[slot] = (m[1] & ~(uint64_t) 1) | 1;
        subjects->values[slot] = i;
    }
}

/* Messages by root: counted, then dealt out. */
static bool deal(const struct imap_index *refs, uint32_t *parent, struct arena *a,
                 struct imap_groups *out)
{
    size_t n = refs->count;
    uint32_t *group = ARENA_ARRAY(a, n + 1, uint32_t), *at = ARENA_ARRAY(a, n + 2, uint32_t);
    struct imap_groups g = {.uids = ARENA_ARRAY(a, n + 1, uint32_t),
                            .starts = ARENA_ARRAY(a, n + 2, uint32_t)};
    if (!group || !at || !g.uids || !g.starts) return false;
    for (uint32_t i = 0; i < n; i++) /* a root comes before what hangs on it */
        group[i] = root_of(parent, i) == i ? (uint32_t) g.groups++ : group[root_of(parent, i)];
    for (size_t i = 0; i < n; i++)
        g.starts[group[i] + 1]++;
    for (size_t i = 0; i < g.groups; i++)
        g.starts[i + 1] += g.starts[i];
    for (size_t i = 0; i < n; i++)
        g.uids[g.starts[group[i]] + at[group[i]]++] = refs->uids[i];
    g.count = n;
    *out = g;
    return true;
}

rc_t imap_references_group(const struct imap_index *refs, struct arena *scratch,
                           struct imap_groups *out, struct err *e)
{
    struct number_map ids, subjects;
    uint32_t *parent = ARENA_ARRAY(scratch, refs->count + 1, uint32_t);
    bool ok = parent && map_make(&ids, refs->numbers, scratch) &&
              map_make(&subjects, refs->count, scratch);
    if (!ok) return err_set(e, RC_NO_MEMORY, NULL);
    for (uint32_t i = 0; i < refs->count; i++)
        parent[i] = i;
    join_by_ids(refs, &ids, parent);
    join_by_subjects(refs, &subjects, parent);
    return deal(refs, parent, scratch, out) ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* --- ids of a conversation, and what has them ----------------------------------------------------
 */

static rc_t ids_once(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                     struct imap_ids *out, struct err *e)
{
    CLEANUP_ARENA struct arena *scratch = arena_new(8u << 20);
    struct refs_reader rr = {.a = a, .scratch = scratch, .low = 1};
    TRY(imap_need_selected(im, e));
    if (!scratch) return err_set(e, RC_NO_MEMORY, NULL);
    rr.seed = imap_indexes_seed(imap_pool_indexes(im->pool));
    for (size_t from = 0; from < n;) {
        struct imap_command cmd;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_text(im->c, STR("UID FETCH "));
        imap_uids_write(&im->c->out, uids, n, &from, IMAP_LINE_MAX);
        TRY(run_fetch(im->c, &cmd, &rr, e));
    }
    size_t kept = 0;
    for (size_t i = 0; i < rr.count; i++)
        for (uint32_t k = 0; k < rr.list[i].n; k++) {
            uint64_t number = rr.numbers[rr.list[i].from + k];
            if (k != 1 && number != 0) rr.numbers[kept++] = number; /* in place: kept is behind */
        }
    *out = (struct imap_ids){.list = rr.numbers, .count = kept};
    return RC_OK;
}

rc_t imap_ids_of(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                 struct imap_ids *out, struct err *e)
{
    rc_t rc;
    TRY(imap_uids_check(uids, n, e));
    do
        rc = ids_once(im, uids, n, a, out, e);
    while (imap_should_retry(im, rc));
    return rc;
}

static bool is_related(const struct imap_index *refs, size_t i, const struct number_map *wanted)
{
    for (uint32_t k = refs->starts[i]; k < refs->starts[i + 1]; k++) {
        if (k == refs->starts[i] + 1 || refs->ids[k] == 0) continue;
        if (wanted->keys[map_slot(wanted, refs->ids[k])] != 0) return true;
    }
    return false;
}

static rc_t related_once(struct imap *im, const struct imap_ids *ids, size_t most, struct arena *a,
                         uint32_t **uids, size_t *n, struct err *e)
{
    CLEANUP_INDEX struct imap_index *refs = NULL;
    struct imap_mailbox box;
    struct number_map wanted;
    TRY(imap_need_selected(im, e));
    TRY(imap_references_get(im, &box, &refs, e));
    uint32_t *out = ARENA_ARRAY(a, most + 1, uint32_t);
    if (!out || !map_make(&wanted, ids->count, a)) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < ids->count; i++)
        wanted.keys[map_slot(&wanted, ids->list[i])] = ids->list[i];
    size_t found = 0;
    for (size_t i = refs->count; i-- > 0 && found < most;)
        if (is_related(refs, i, &wanted)) out[found++] = refs->uids[i];
    for (size_t i = 0; i < found / 2; i++) {
        uint32_t swap = out[i];
        out[i] = out[found - 1 - i];
        out[found - 1 - i] = swap;
    }
    *uids = out;
    *n = found;
    return RC_OK;
}

rc_t imap_related(struct imap *im, const struct imap_ids *ids, size_t most, struct arena *a,
                  uint32_t **uids, size_t *n, struct err *e)
{
    rc_t rc;
    do
        rc = related_once(im, ids, most, a, uids, n, e);
    while (imap_should_retry(im, rc));
    return rc;
}

bool imap_references_are_known(struct imap *im)
{
    return imap_index_is_known(im, INDEX_REFERENCES);
}

rc_t imap_references_prepare(struct imap *im, struct err *e)
{
    static const struct imap_ids none = {0};
    uint32_t *uids;
    size_t n;
    CLEANUP_ARENA struct arena *a = arena_new(1u << 20);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    return imap_related(im, &none, 1, a, &uids, &n, e);
}
