#include "webmail/admin/certified.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "policy/name.h"
#include "webmail/admin/turn.h"

enum { KEPT = 8 };
#define TABLE_BYTES ((size_t) 256 << 20)

static struct {
    pthread_mutex_t lock;
    struct certified *kept[KEPT]; /* the newest first */
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct turns turns = TURNS_INIT;

/* One brief, read; of all tables that have it. */
struct certified_entry {
    unsigned used;
    str_t id, text, words; /* behind the struct */
    json_t *view;
    int64_t not_before, not_after;
};

static void entry_release(struct certified_entry *n)
{
    if (__atomic_sub_fetch(&n->used, 1, __ATOMIC_ACQ_REL) > 0) return;
    json_decref(n->view);
    free(n);
}

static void certified_free(struct certified *t)
{
    for (size_t i = 0; i < t->count; i++)
        entry_release(t->entries[i]);
    arena_free(t->arena);
    free(t);
}

/* --- reading ---------------------------------------------------------------------------------- */

static rc_t read_version(const struct registry *r, struct arena *a, str_t organisation,
                         int64_t *out, struct err *e)
{
    struct kv_value v;
    uint64_t n = 0;
    str_t key =
        arena_printf(a, "%.*s:o:ver:%.*s", STR_ARG(r->config->instance), STR_ARG(organisation));
    if (!key.n) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(r->kv, a, &v, e, STR("GET"), key));
    if (v.type == KV_STR && !str_to_u64(v.s, &n)) return err_set(e, RC_DAMAGED, NULL);
    *out = (int64_t) n;
    return RC_OK;
}

static str_t behind(char **at, str_t s)
{
    char *to = *at;
    if (s.n) memcpy(to, s.p, s.n);
    *at += s.n;
    return str_n(to, s.n);
}

/* Texts of the brief live as long as its view. */
static rc_t entry_new(str_t id, str_t text, struct arena *a, struct certified_entry **out,
                      struct err *e)
{
    CLEANUP_JSON json_t *view = NULL;
    int64_t from, until;
    if (json_parse_object(text, &view, NULL) != RC_OK || !record_text(view, "address").n ||
        !name_read_time(record_text(view, "not_before"), &from) ||
        !name_read_time(record_text(view, "not_after"), &until)) {
        err_set(e, RC_DAMAGED, "What is kept of a certificate is damaged.");
        err_detail(e, "%.*s: waxsealctl registry migrate", STR_ARG(str_sub(id, 0, 80)));
        return RC_DAMAGED;
    }
    str_t words = arena_printf(
        a, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(record_text(view, "address")),
        STR_ARG(record_text(view, "subject")), STR_ARG(record_text(view, "issuer")),
        STR_ARG(record_text(view, "serial")), STR_ARG(record_text(view, "fingerprint")));
    words = arena_lower(a, words);
    struct certified_entry *n = words.n ? malloc(sizeof *n + id.n + text.n + words.n) : NULL;
    if (!n) return err_set(e, RC_NO_MEMORY, NULL);
    char *at = (char *) (n + 1);
    *n = (struct certified_entry){
        .used = 1, .view = json_incref(view), .not_before = from, .not_after = until};
    n->id = behind(&at, id);
    n->text = behind(&at, text);
    n->words = behind(&at, words);
    *out = n;
    return RC_OK;
}

static int by_id(const void *id, const void *entry)
{
    return str_cmp(*(const str_t *) id, (*(struct certified_entry *const *) entry)->id);
}

/* The one kept before, where its brief is the same, else a new one. */
static rc_t take_entry(const struct certified *before, const struct certificate_text *brief,
                       struct arena *a, struct certified_entry **out, struct err *e)
{
    struct certified_entry **had = NULL;
    if (before && before->count)
        had = bsearch(&brief->id, before->entries, before->count, sizeof *before->entries, by_id);
    if (!had || !str_eq((*had)->text, brief->text))
        return entry_new(brief->id, brief->text, a, out, e);
    __atomic_add_fetch(&(*had)->used, 1, __ATOMIC_RELAXED);
    *out = *had;
    return RC_OK;
}

static void add_row(struct certified *t, struct certified_entry *n)
{
    t->entries[t->count] = n;
    t->rows[t->count++] =
        (struct certified_row){.address = record_text(n->view, "address"),
                               .fingerprint = record_text(n->view, "fingerprint"),
                               .words = n->words,
                               .view = n->view,
                               .not_before = n->not_before,
                               .not_after = n->not_after,
                               .seq = json_integer_value(json_object_get(n->view, "seq"))};
}

static int by_address(const void *x, const void *y)
{
    const struct certified_row *a = x, *b = y;
    int way = str_cmp(a->address, b->address);
    if (way) return way;
    return a->seq < b->seq ? 1 : a->seq > b->seq ? -1 : 0;
}

static rc_t fill(const struct registry *r, struct certified *t, const struct certified *before,
                 struct err *e)
{
    CLEANUP_ARENA struct arena *once = arena_new(TABLE_BYTES);
    CLEANUP_JSON json_t *organisation = NULL;
    const struct record_at at = {RECORD_ORGANISATION, STR_NULL, t->organisation};
    struct certificate_text *briefs;
    size_t n;
    if (!once) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(registry_get(r, at, &organisation, e));
    if (!organisation) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(certificate_briefs(r, once, t->organisation, &briefs, &n, e));
    t->rows = ARENA_ARRAY(t->arena, n + 1, struct certified_row);
    t->entries = ARENA_ARRAY(t->arena, n + 1, struct certified_entry *);
    if (!t->rows || !t->entries) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        struct certified_entry *entry;
        TRY(take_entry(before, &briefs[i], once, &entry, e));
        add_row(t, entry);
    }
    qsort(t->rows, t->count, sizeof *t->rows, by_address);
    return RC_OK;
}

static rc_t build(const struct registry *r, str_t organisation, const struct certified *before,
                  struct certified **out, struct err *e)
{
    struct certified *t = calloc(1, sizeof *t);
    if (!t) return err_set(e, RC_NO_MEMORY, NULL);
    t->arena = arena_new(TABLE_BYTES);
    t->organisation = t->arena ? arena_str(t->arena, organisation) : STR_NULL;
    rc_t rc = t->organisation.n ? fill(r, t, before, e) : err_set(e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK)
        *out = t;
    else
        certified_free(t);
    return rc;
}

/* --- the cache -------------------------------------------------------------------------------- */

void certified_release(const struct certified *shared)
{
    struct certified *t = (struct certified *) shared;
    pthread_mutex_lock(&cache.lock);
    bool last = --t->used == 0;
    pthread_mutex_unlock(&cache.lock);
    if (last) certified_free(t);
}

/* The kept one of the organisation, whatever its version; counted for the caller. */
static const struct certified *find(str_t organisation)
{
    struct certified *found = NULL;
    pthread_mutex_lock(&cache.lock);
    for (size_t i = 0; !found && i < KEPT; i++)
        if (cache.kept[i] && str_eq(cache.kept[i]->organisation, organisation))
            found = cache.kept[i];
    if (found) found->used++;
    pthread_mutex_unlock(&cache.lock);
    return found;
}

/* Takes the place of an older one of the organisation, or of the one kept longest. */
static void keep(struct certified *t)
{
    size_t at = 0;
    pthread_mutex_lock(&cache.lock);
    while (at + 1 < KEPT && cache.kept[at] &&
           !str_eq(cache.kept[at]->organisation, t->organisation))
        at++;
    const struct certified *out = cache.kept[at];
    memmove(cache.kept + 1, cache.kept, at * sizeof *cache.kept);
    cache.kept[0] = t;
    t->used += 2; /* the cache, and who asked */
    pthread_mutex_unlock(&cache.lock);
    if (out) certified_release(out);
}

/* The kept one, where nothing changed since; else null. now, changes: what to call a new one by. */
static rc_t still(const struct registry *r, str_t organisation, const struct certified **out,
                  int64_t *now, int64_t *changes, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4096);
    CLEANUP_CERTIFIED const struct certified *kept = find(organisation);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_version(r, a, organisation, now, e));
    TRY(certificate_count_changes(r, organisation, changes, e));
    *out = NULL;
    if (kept && (kept->version == *now || (*changes && kept->changes == *changes))) {
        *out = kept;
        kept = NULL;
    }
    return RC_OK;
}

static rc_t renew(const struct registry *r, str_t organisation, int64_t version, int64_t changes,
                  const struct certified **out, struct err *e)
{
    CLEANUP_CERTIFIED const struct certified *before = find(organisation);
    struct certified *fresh;
    TRY(build(r, organisation, before, &fresh, e));
    fresh->version = version;
    fresh->changes = changes;
    keep(fresh);
    *out = fresh;
    return RC_OK;
}

rc_t certified_acquire(const struct registry *r, str_t organisation, const struct certified **out,
                       int64_t *version, struct err *e)
{
    const struct certified *found;
    int64_t now, changes;
    TRY(still(r, organisation, &found, &now, &changes, e));
    if (!found) {
        CLEANUP_TURN struct turn turn = {0};
        turn_take(&turns, organisation, &turn);
        /* Both are read first: what changes while the rest is read makes the next ones differ. */
        TRY(still(r, organisation, &found, &now, &changes, e));
        if (!found) {
            TRY(renew(r, organisation, now, changes, &found, e));
            malloc_trim(0); /* answers of Redis: several times what is kept of them */
        }
    }
    if (version) *version = now;
    *out = found;
    return RC_OK;
}

/* --- choosing --------------------------------------------------------------------------------- */

const char *certified_status(const struct certified_row *row, int64_t now)
{
    if (record_text(row->view, "revoked_at").n) return "revoked";
    if (row->not_after < now) return "expired";
    if (row->not_before > now) return "not_yet_valid";
    return row->not_after < now + CERTIFIED_EXPIRING_DAYS * 86400 ? "expiring" : "valid";
}

static bool has_status(const struct certified_row *row, str_t want, int64_t now)
{
    str_t is = str_c(certified_status(row, now));
    return str_eq(is, want) || (str_eq(want, STR("valid")) && str_eq(is, STR("expiring")));
}

static bool can(const struct certified_row *row, str_t want)
{
    str_t usage = record_text(row->view, "usage");
    return str_eq(usage, want) || str_eq(usage, STR("both"));
}

static bool matches(const struct certified_row *row, const struct certified_filter *f, int64_t now)
{
    bool primary = !str_eq(record_text(row->view, "primary"), STR("none"));
    if (f->address.n && !str_eq(row->address, f->address)) return false;
    if (f->text.n && str_find(row->words, f->text) < 0) return false;
    if (f->status.n && !has_status(row, f->status, now)) return false;
    if (f->usage.n && !can(row, f->usage)) return false;
    if (f->custody.n && !str_eq(record_text(row->view, "custody"), f->custody)) return false;
    if (f->primary.n && primary != str_eq(f->primary, STR("yes"))) return false;
    if (f->from && row->not_after < f->from) return false;
    return !f->until || row->not_after < f->until;
}

/* Is the word one of those, blanks between? */
static bool is_one(str_t word, const char *of)
{
    str_t one, rest = str_c(of);
    for (bool more = true; more;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (str_eq(one, word)) return true;
    }
    return false;
}

static rc_t check(const struct certified_filter *f, struct err *e)
{
    const struct {
        str_t word;
        const char *field, *of;
    } rows[] = {{f->status, "status", "valid expiring expired not_yet_valid revoked"},
                {f->usage, "usage", "sign encrypt both"},
                {f->custody, "custody", "agent user none"},
                {f->primary, "primary", "yes no"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].word.n && !is_one(rows[i].word, rows[i].of))
            return err_invalid(e, rows[i].field, "There is no such word for it.");
    return RC_OK;
}

struct sorting {
    const struct certified *t;
    bool expires, since;
    int sign;
};

static int in_order(const void *x, const void *y, void *arg)
{
    const struct sorting *s = arg;
    uint32_t i = *(const uint32_t *) x, k = *(const uint32_t *) y;
    const struct certified_row *a = &s->t->rows[i], *b = &s->t->rows[k];
    int way = 0;
    if (s->expires) way = a->not_after < b->not_after ? -1 : a->not_after > b->not_after;
    if (s->since) way = str_cmp(record_text(a->view, "since"), record_text(b->view, "since"));
    if (!s->expires && !s->since) way = str_cmp(a->address, b->address);
    if (way) return way * s->sign;
    return i < k ? -1 : i > k;
}

rc_t certified_select(const struct certified *t, const struct certified_filter *f,
                      struct certified_order order, int64_t now, struct arena *a, uint32_t **rows,
                      size_t *count, struct err *e)
{
    struct sorting s = {.t = t,
                        .expires = str_eq(order.by, STR("expires")),
                        .since = str_eq(order.by, STR("since")),
                        .sign = order.descending ? -1 : 1};
    uint32_t *list = ARENA_ARRAY(a, t->count + 1, uint32_t);
    size_t n = 0;
    TRY(check(f, e));
    if (order.by.n && !is_one(order.by, "address expires since"))
        return err_invalid(e, "sort", "It is not sorted by that.");
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < t->count; i++)
        if (matches(&t->rows[i], f, now)) list[n++] = (uint32_t) i;
    if (s.expires || s.since || order.descending) qsort_r(list, n, sizeof *list, in_order, &s);
    *rows = list;
    *count = n;
    return RC_OK;
}
