/* What the accounts of an organisation trust, at hand for every request. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"
#include "policy/roots.h"

enum { PAGES = 256, VERSION_BYTES = 32, WORK_BYTES = 8 << 20 };

struct roots_set {
    atomic_size_t refs;
    struct trust *trust; /* base and the organisation's */
    struct cert *certs[ROOTS_MAX];
    size_t count;
};

/* One organisation, as of a version of the instance and of its own. */
struct page {
    char organisation[NAME_ID_MAX + 1]; /* "": free */
    char instance[VERSION_BYTES + 1], version[VERSION_BYTES + 1];
    struct roots_set *set; /* NULL: it trusts nobody but base */
    uint64_t used;
};
struct roots {
    const struct config *config;
    const struct trust *base;
    pthread_mutex_t lock; /* of all below; never held while Redis is asked */
    struct page pages[PAGES];
    uint64_t clock;
};

rc_t roots_new(const struct config *c, const struct trust *base, struct roots **out, struct err *e)
{
    struct roots *r = calloc(1, sizeof *r);
    if (!r) return err_set(e, RC_NO_MEMORY, NULL);
    r->config = c;
    r->base = base;
    pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return RC_OK;
}

static struct roots_set *set_ref(struct roots_set *s)
{
    if (s) atomic_fetch_add(&s->refs, 1);
    return s;
}

void roots_unref(struct roots_set *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1) return;
    for (size_t i = 0; i < s->count; i++)
        cert_unref(s->certs[i]);
    trust_free(s->trust);
    free(s);
}

void roots_free(struct roots *r)
{
    if (!r) return;
    for (size_t i = 0; i < PAGES; i++)
        roots_unref(r->pages[i].set);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

const struct trust *roots_trust(const struct roots *r, const struct roots_set *s)
{
    return s ? s->trust : r->base;
}

/* --- the cache -------------------------------------------------------------------------------- */

static struct page *page_of(struct roots *r, str_t organisation)
{
    for (size_t i = 0; i < PAGES; i++)
        if (str_eq(str_c(r->pages[i].organisation), organisation)) return &r->pages[i];
    return NULL;
}

/* False: nothing is known, or (*version is what it is of) something older. */
static bool recall(struct roots *r, str_t organisation, str_t instance, struct page *out)
{
    *out = (struct page){.set = NULL};
    pthread_mutex_lock(&r->lock);
    struct page *p = page_of(r, organisation);
    if (p) {
        p->used = ++r->clock;
        *out = *p;
        set_ref(out->set);
    }
    pthread_mutex_unlock(&r->lock);
    return p && str_eq(str_c(out->instance), instance);
}

static void remember(struct roots *r, str_t organisation, str_t instance, str_t version,
                     struct roots_set *set)
{
    if (organisation.n > NAME_ID_MAX || instance.n > VERSION_BYTES || version.n > VERSION_BYTES)
        return;
    pthread_mutex_lock(&r->lock);
    struct page *to = page_of(r, organisation);
    for (size_t i = 0; !to && i < PAGES; i++)
        if (!r->pages[i].organisation[0]) to = &r->pages[i];
    if (!to) {
        to = &r->pages[0];
        for (size_t i = 1; i < PAGES; i++)
            if (r->pages[i].used < to->used) to = &r->pages[i];
    }
    struct roots_set *old = to->set;
    *to = (struct page){.set = set_ref(set), .used = ++r->clock};
    memcpy(to->organisation, organisation.p, organisation.n);
    memcpy(to->instance, instance.p, instance.n);
    memcpy(to->version, version.p, version.n);
    pthread_mutex_unlock(&r->lock);
    roots_unref(old);
}

/* --- building --------------------------------------------------------------------------------- */

static void read_rows(const json_t *rows, struct arena *a, struct roots_set *s)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        struct cert *c = NULL;
        bool good = s->count < ROOTS_MAX && !roots_fault(str_c(id), row) &&
                    certificate_of(row, a, &c, NULL) == RC_OK;
        if (good)
            s->certs[s->count++] = c;
        else
            log_event(LOG_ERROR, "organisation_root_damaged", "fingerprint", LOG_S(str_c(id)),
                      NULL);
    }
}

static bool is_same(const struct roots_set *a, const struct roots_set *b)
{
    bool same = a && a->count == b->count;
    for (size_t i = 0; same && i < b->count; i++)
        same = cert_equal(a->certs[i], b->certs[i]);
    return same;
}

/* *out NULL: none. before: of an older version; kept where nothing about it changed. */
static rc_t build(struct roots *r, struct kv *kv, str_t organisation, struct arena *a,
                  struct roots_set *before, struct roots_set **out, struct err *e)
{
    const struct registry registry = {kv, r->config};
    CLEANUP_JSON json_t *rows = NULL;
    struct err why = {0};
    rc_t rc = registry_list(&registry, RECORD_ROOT, organisation, &rows, &why);
    *out = NULL;
    if (rc == RC_DAMAGED) { /* mail must stay readable; who is not trusted is shown so */
        log_err(LOG_ERROR, "organisation_roots_damaged", &why);
        return RC_OK;
    }
    if (rc != RC_OK) return err_set(e, rc, NULL);
    if (json_object_size(rows) == 0) return RC_OK;
    struct roots_set *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    s->refs = 1;
    read_rows(rows, a, s);
    if (is_same(before, s)) {
        roots_unref(s);
        *out = set_ref(before);
        return RC_OK;
    }
    rc = trust_extend(r->base, s->certs, s->count, TRUSTED_BY_ORGANISATION, &s->trust, e);
    if (rc == RC_OK)
        *out = s;
    else
        roots_unref(s);
    return rc;
}

static rc_t bring_up(struct roots *r, struct kv *kv, str_t organisation, str_t instance,
                     const struct page *known, struct roots_set **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    struct kv_value v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(
        kv, a, &v, e, STR("GET"),
        arena_printf(a, "%.*s:o:ver:%.*s", STR_ARG(r->config->instance), STR_ARG(organisation))));
    str_t version = v.type == KV_STR ? v.s : STR("0");
    if (known->organisation[0] && str_eq(str_c(known->version), version))
        *out = set_ref(known->set);
    else /* read after the versions: as new as they say, or newer */
        TRY(build(r, kv, organisation, a, known->set, out, e));
    remember(r, organisation, instance, version, *out);
    return RC_OK;
}

rc_t roots_of(struct roots *r, struct kv *kv, str_t organisation, str_t version,
              struct roots_set **out, struct err *e)
{
    struct page known;
    *out = NULL;
    if (!organisation.n) return RC_OK;
    if (recall(r, organisation, version, &known)) {
        *out = known.set;
        return RC_OK;
    }
    rc_t rc = bring_up(r, kv, organisation, version, &known, out, e);
    roots_unref(known.set);
    return rc;
}
