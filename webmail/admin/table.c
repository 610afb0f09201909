#include "webmail/admin/table.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "policy/name.h"
#include "webmail/admin/turn.h"

#define TABLE_BYTES ((size_t) 512 << 20)

static struct {
    pthread_mutex_t lock;
    const struct table *kept[TABLE_KEPT]; /* the newest first */
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct turns turns = TURNS_INIT;

static void list_free(struct table_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        json_decref(list->rows[i].row);
}

static void table_free(struct table *t)
{
    list_free(&t->records);
    list_free(&t->licences);
    if (t->certified) certified_release(t->certified);
    arena_free(t->arena);
    free(t);
}

/* --- records -----------------------------------------------------------------------------------
 */

static int by_id(const void *x, const void *y)
{
    return str_cmp(((const struct table_kept *) x)->id, ((const struct table_kept *) y)->id);
}

static const struct table_kept *find_kept(const struct table_list *list, str_t id)
{
    const struct table_kept key = {.id = id};
    if (!list || list->count == 0) return NULL;
    return bsearch(&key, list->rows, list->count, sizeof *list->rows, by_id);
}

const json_t *table_find(const struct table_list *list, str_t id)
{
    const struct table_kept *kept = find_kept(list, id);
    return kept ? kept->row : NULL;
}

static rc_t take_row(enum record_kind kind, const struct table_list *before, str_t id, str_t text,
                     json_t **row, struct err *e)
{
    const struct table_kept *had = find_kept(before, id);
    struct err why = {0};
    if (had && str_eq(had->text, text)) {
        *row = json_incref(had->row);
        return RC_OK;
    }
    if (record_check_id(kind, id, &why) == RC_OK && record_parse(kind, text, row, &why) == RC_OK)
        return RC_OK;
    err_set(e, RC_DAMAGED, "A stored %s is damaged.", record_shape(kind)->name);
    err_detail(e, "%.*s: %s", STR_ARG(str_sub(id, 0, 80)), why.detail);
    return RC_DAMAGED;
}

/* All of a hash of the registry. What was taken before a failure is freed with the table. */
static rc_t read_list(const struct registry *r, struct table *t, enum record_kind kind, str_t group,
                      const struct table_list *before, struct table_list *out, struct err *e)
{
    CLEANUP_ARENA struct arena *once = arena_new(TABLE_BYTES);
    struct kv_value v;
    if (!once) return err_set(e, RC_NO_MEMORY, NULL);
    str_t key = record_key(once, r->config->instance, kind, group);
    TRY(KV_CMD(r->kv, once, &v, e, STR("HGETALL"), key));
    size_t n = v.type == KV_ARRAY ? v.count / 2 : 0;
    out->rows = ARENA_ARRAY(t->arena, n + 1, struct table_kept);
    if (!out->rows) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        struct table_kept *kept = &out->rows[i];
        TRY(take_row(kind, before, v.items[2 * i].s, v.items[2 * i + 1].s, &kept->row, e));
        out->count = i + 1;
        kept->id = arena_str(t->arena, v.items[2 * i].s);
        kept->text = arena_str(t->arena, v.items[2 * i + 1].s);
        if (str_is_null(kept->id) || str_is_null(kept->text)) return err_set(e, RC_NO_MEMORY, NULL);
    }
    qsort(out->rows, n, sizeof *out->rows, by_id);
    return RC_OK;
}

/* --- certificates ------------------------------------------------------------------------------
 */

static int by_address(const void *x, const void *y)
{
    return str_cmp(((const struct table_row *) x)->address,
                   ((const struct table_row *) y)->address);
}

static struct table_row *row_of(const struct table *t, str_t address)
{
    const struct table_row key = {.address = address};
    return bsearch(&key, t->rows, t->count, sizeof *t->rows, by_address);
}

static void put_primary(struct table_row *at, const struct certified_row *row)
{
    str_t primary = record_text(row->view, "primary"), custody = record_text(row->view, "custody");
    bool both = str_eq(primary, STR("both"));
    struct table_certificate one = {row->fingerprint, row->not_before, row->not_after, false};
    int64_t revoked;
    if (name_read_time(record_text(row->view, "revoked_at"), &revoked)) {
        if (revoked < one.not_after) one.not_after = revoked; /* no longer good from then on */
        one.revoked = true;
        at->revoked++;
    }
    at->certificates++;
    if (!at->custody.n || str_eq(custody, STR("agent"))) at->custody = custody;
    if (both || str_eq(primary, STR("sign"))) at->sign = one;
    if (both || str_eq(primary, STR("encrypt"))) at->encrypt = one;
}

static void add_certificates(struct table *t)
{
    for (size_t i = 0; i < t->certified->count; i++) {
        const struct certified_row *row = &t->certified->rows[i];
        struct table_row *at = row_of(t, row->address);
        if (at) put_primary(at, row);
    }
}

/* --- reading -----------------------------------------------------------------------------------
 */

static rc_t read_version(const struct registry *r, str_t organisation, int64_t *out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4096);
    struct kv_value v;
    uint64_t n = 0;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    str_t key =
        arena_printf(a, "%.*s:o:ver:%.*s", STR_ARG(r->config->instance), STR_ARG(organisation));
    TRY(KV_CMD(r->kv, a, &v, e, STR("GET"), key));
    if (v.type == KV_STR && !str_to_u64(v.s, &n)) return err_set(e, RC_DAMAGED, NULL);
    *out = (int64_t) n;
    return RC_OK;
}

static rc_t add_rows(struct table *t, struct err *e)
{
    t->rows = ARENA_ARRAY(t->arena, t->records.count + 1, struct table_row);
    if (!t->rows) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < t->records.count; i++) {
        const struct table_kept *kept = &t->records.rows[i];
        str_t words = arena_printf(t->arena, "%.*s %.*s", STR_ARG(kept->id),
                                   STR_ARG(record_text(kept->row, "name")));
        t->rows[t->count++] = (struct table_row){.address = kept->id,
                                                 .words = arena_lower(t->arena, words),
                                                 .record = kept->row,
                                                 .licence = table_find(&t->licences, kept->id)};
    }
    return RC_OK;
}

static rc_t fill(const struct registry *r, struct table *t, const struct table *before,
                 struct err *e)
{
    CLEANUP_JSON json_t *organisation = NULL;
    struct record_at at = {RECORD_ORGANISATION, STR_NULL, t->organisation};
    TRY(registry_get(r, at, &organisation, e));
    if (!organisation) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(read_list(r, t, RECORD_ACCOUNT, t->organisation, before ? &before->records : NULL,
                  &t->records, e));
    TRY(read_list(r, t, RECORD_LICENCE, record_text(organisation, "customer"),
                  before ? &before->licences : NULL, &t->licences, e));
    TRY(certified_acquire(r, t->organisation, &t->certified, NULL, e));
    TRY(add_rows(t, e));
    add_certificates(t);
    return RC_OK;
}

static rc_t build(const struct registry *r, str_t organisation, int64_t version,
                  const struct table *before, struct table **out, struct err *e)
{
    struct table *t = calloc(1, sizeof *t);
    if (!t) return err_set(e, RC_NO_MEMORY, NULL);
    t->version = version;
    t->arena = arena_new(TABLE_BYTES);
    t->organisation = t->arena ? arena_str(t->arena, organisation) : STR_NULL;
    rc_t rc = t->organisation.n ? fill(r, t, before, e) : err_set(e, RC_NO_MEMORY, NULL);
    if (rc == RC_OK)
        *out = t;
    else
        table_free(t);
    return rc;
}

/* --- the cache ---------------------------------------------------------------------------------
 */

void table_release(const struct table *shared)
{
    struct table *t = (struct table *) shared;
    pthread_mutex_lock(&cache.lock);
    bool last = --t->used == 0;
    pthread_mutex_unlock(&cache.lock);
    if (last) table_free(t);
}

/* The kept table of the organisation, whatever its version; counted for the caller. */
static const struct table *find(str_t organisation)
{
    const struct table *found = NULL;
    pthread_mutex_lock(&cache.lock);
    for (size_t i = 0; !found && i < TABLE_KEPT; i++)
        if (cache.kept[i] && str_eq(cache.kept[i]->organisation, organisation))
            found = cache.kept[i];
    if (found) ((struct table *) found)->used++;
    pthread_mutex_unlock(&cache.lock);
    return found;
}

/* Takes the place of an older one of the organisation, or of the one kept longest. */
static void keep(struct table *t)
{
    size_t at = 0;
    pthread_mutex_lock(&cache.lock);
    while (at + 1 < TABLE_KEPT && cache.kept[at] &&
           !str_eq(cache.kept[at]->organisation, t->organisation))
        at++;
    const struct table *out = cache.kept[at];
    memmove(cache.kept + 1, cache.kept, at * sizeof *cache.kept);
    cache.kept[0] = t;
    t->used += 2; /* the cache, and who asked */
    pthread_mutex_unlock(&cache.lock);
    if (out) table_release(out);
}

/* The kept table, where it is of the version of now; else null. */
static rc_t still(const struct registry *r, str_t organisation, const struct table **out,
                  int64_t *now, struct err *e)
{
    CLEANUP_TABLE const struct table *kept = find(organisation);
    TRY(read_version(r, organisation, now, e));
    *out = NULL;
    if (kept && kept->version == *now) {
        *out = kept;
        kept = NULL;
    }
    return RC_OK;
}

static rc_t renew(const struct registry *r, str_t organisation, int64_t version,
                  const struct table **out, struct err *e)
{
    CLEANUP_TABLE const struct table *before = find(organisation);
    struct table *fresh;
    TRY(build(r, organisation, version, before, &fresh, e));
    keep(fresh);
    *out = fresh;
    return RC_OK;
}

rc_t table_acquire(const struct registry *r, str_t organisation, const struct table **out,
                   struct err *e)
{
    const struct table *found;
    int64_t now;
    TRY(still(r, organisation, &found, &now, e));
    if (!found) {
        CLEANUP_TURN struct turn turn = {0};
        turn_take(&turns, organisation, &turn);
        /* The version is read first: what changes while the rest is read makes the next one
         * differ. */
        TRY(still(r, organisation, &found, &now, e));
        if (!found) {
            TRY(renew(r, organisation, now, &found, e));
            malloc_trim(0); /* answers of Redis: several times what is kept of them */
        }
    }
    *out = found;
    return RC_OK;
}

/* --- choosing ----------------------------------------------------------------------------------
 */

/* When the first of the primary ones ends; INT64_MAX: there is none. */
static int64_t ends(const struct table_row *row)
{
    int64_t at = INT64_MAX;
    if (row->sign.fingerprint.n) at = row->sign.not_after;
    if (row->encrypt.fingerprint.n && row->encrypt.not_after < at) at = row->encrypt.not_after;
    return at;
}

static bool holds(const struct table_certificate *c, int64_t now)
{
    return c->fingerprint.n && c->not_before <= now && now < c->not_after;
}

/* Why there is none that holds, as one says it. */
static const char *ended_word(const struct table_row *row)
{
    if ((row->sign.fingerprint.n && !row->sign.revoked) ||
        (row->encrypt.fingerprint.n && !row->encrypt.revoked))
        return "expired";
    return row->revoked > 0 ? "revoked" : "former";
}

const char *table_certificate_word(const struct table_row *row, int64_t now)
{
    if (row->certificates == 0) return "none";
    if (!holds(&row->sign, now) && !holds(&row->encrypt, now)) return ended_word(row);
    return ends(row) < now + TABLE_EXPIRING_DAYS * 86400 ? "expiring" : "valid";
}

static const char *licence_of(const struct table_row *row, int64_t now)
{
    return licence_word(licence_state_at(row->licence, now));
}

static bool matches(const struct table_row *row, const struct table_filter *f, int64_t now)
{
    if (f->text.n && str_find(row->words, f->text) < 0) return false;
    if (f->state.n && !str_eq(record_text(row->record, "state"), f->state)) return false;
    if (f->licence.n && !str_eq(str_c(licence_of(row, now)), f->licence)) return false;
    if (f->certificate.n && !str_eq(str_c(table_certificate_word(row, now)), f->certificate))
        return false;
    return !f->domain.n || str_eq(name_domain_of(row->address), f->domain);
}

struct sorting {
    const struct table *t;
    const char *member; /* of the record */
    int sign;
    int64_t now;
    bool licence, expires;
};

static int compare(const void *x, const void *y, void *arg)
{
    const struct sorting *s = arg;
    uint32_t i = *(const uint32_t *) x, k = *(const uint32_t *) y;
    const struct table_row *a = &s->t->rows[i], *b = &s->t->rows[k];
    int order = 0;
    if (s->member)
        order = str_cmp(record_text(a->record, s->member), record_text(b->record, s->member));
    if (s->licence) order = str_cmp(str_c(licence_of(a, s->now)), str_c(licence_of(b, s->now)));
    if (s->expires) order = (ends(a) > ends(b)) - (ends(a) < ends(b));
    if (order == 0) order = (i > k) - (i < k);
    return order * s->sign;
}

static rc_t one_of(str_t word, const char *words, const char *field, struct err *e)
{
    str_t one, rest = str_c(words);
    if (!word.n) return RC_OK;
    for (bool more = true; more;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (str_eq(one, word)) return RC_OK;
    }
    return err_invalid(e, field, "That is none of the words that are known here.");
}

static rc_t check(const struct table_filter *f, struct table_order order, struct err *e)
{
    TRY(one_of(f->state, "active suspended", "state", e));
    TRY(one_of(f->licence, "active revoke_pending inactive", "licence", e));
    TRY(one_of(f->certificate, "valid expiring expired revoked former none", "certificate", e));
    return one_of(order.by, "address name state plan licence expires", "sort", e);
}

rc_t table_select(const struct table *t, const struct table_filter *f, struct table_order order,
                  int64_t now, struct arena *a, uint32_t **rows, size_t *count, struct err *e)
{
    size_t n = 0;
    TRY(check(f, order, e));
    uint32_t *found = ARENA_ARRAY(a, t->count + 1, uint32_t);
    if (!found) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < t->count; i++)
        if (matches(&t->rows[i], f, now)) found[n++] = (uint32_t) i;
    struct sorting s = {.t = t, .sign = order.descending ? -1 : 1, .now = now};
    s.licence = str_eq(order.by, STR("licence"));
    s.expires = str_eq(order.by, STR("expires"));
    if (str_eq(order.by, STR("name"))) s.member = "name";
    if (str_eq(order.by, STR("state"))) s.member = "state";
    if (str_eq(order.by, STR("plan"))) s.member = "plan";
    if (s.member || s.licence || s.expires || order.descending)
        qsort_r(found, n, sizeof *found, compare, &s);
    *rows = found;
    *count = n;
    return RC_OK;
}
