#include "webmail/contacts/names.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "mail/fold.h"
#include "policy/name.h"
#include "policy/registry.h"

enum { PAGES = 64, VERSION_BYTES = 32, ARENA_BYTES = 64 << 20, WORK_BYTES = 256 << 10 };

struct held {
    struct names_list list; /* first: what callers see */
    atomic_size_t refs;
    struct arena *arena;
};
/* One organisation, as of a version of the instance and of its own. */
struct page {
    char organisation[NAME_ID_MAX + 1]; /* "": free */
    char instance[VERSION_BYTES + 1], version[VERSION_BYTES + 1];
    struct held *held;
    uint64_t used;
};
struct names {
    pthread_mutex_t lock; /* of all below; never held while Redis is asked */
    struct page pages[PAGES];
    uint64_t clock;
};

rc_t names_new(struct names **out, struct err *e)
{
    struct names *n = calloc(1, sizeof *n);
    if (!n) return err_set(e, RC_NO_MEMORY, NULL);
    pthread_mutex_init(&n->lock, NULL);
    *out = n;
    return RC_OK;
}

static struct held *held_ref(struct held *h)
{
    if (h) atomic_fetch_add(&h->refs, 1);
    return h;
}

static void held_unref(struct held *h)
{
    if (!h || atomic_fetch_sub(&h->refs, 1) != 1) return;
    arena_free(h->arena);
    free(h);
}

void names_unref(const struct names_list *l)
{
    held_unref((struct held *) (uintptr_t) l);
}

void names_free(struct names *n)
{
    if (!n) return;
    for (size_t i = 0; i < PAGES; i++)
        held_unref(n->pages[i].held);
    pthread_mutex_destroy(&n->lock);
    free(n);
}

/* --- the cache -------------------------------------------------------------------------------- */

static struct page *page_of(struct names *n, str_t organisation)
{
    for (size_t i = 0; i < PAGES; i++)
        if (str_eq(str_c(n->pages[i].organisation), organisation)) return &n->pages[i];
    return NULL;
}

/* What is known, with a reference; true: of this version of the instance. */
static bool recall(struct names *n, str_t organisation, str_t instance, struct page *out)
{
    *out = (struct page){.held = NULL};
    pthread_mutex_lock(&n->lock);
    struct page *p = page_of(n, organisation);
    if (p) {
        p->used = ++n->clock;
        *out = *p;
        held_ref(out->held);
    }
    pthread_mutex_unlock(&n->lock);
    return p && str_eq(str_c(out->instance), instance);
}

static void remember(struct names *n, str_t organisation, str_t instance, str_t version,
                     struct held *held)
{
    if (organisation.n > NAME_ID_MAX || instance.n > VERSION_BYTES || version.n > VERSION_BYTES)
        return;
    pthread_mutex_lock(&n->lock);
    struct page *to = page_of(n, organisation);
    for (size_t i = 0; !to && i < PAGES; i++)
        if (!n->pages[i].organisation[0]) to = &n->pages[i];
    if (!to) {
        to = &n->pages[0];
        for (size_t i = 1; i < PAGES; i++)
            if (n->pages[i].used < to->used) to = &n->pages[i];
    }
    struct held *old = to->held;
    *to = (struct page){.held = held_ref(held), .used = ++n->clock};
    memcpy(to->organisation, organisation.p, organisation.n);
    memcpy(to->instance, instance.p, instance.n);
    memcpy(to->version, version.p, version.n);
    pthread_mutex_unlock(&n->lock);
    held_unref(old);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool fold(struct arena *a, struct buf *work, str_t text, str_t *out)
{
    buf_clear(work);
    fold_words(text, work);
    *out = arena_str(a, buf_view(work));
    return !work->failed && out->p;
}

static rc_t fill(struct held *h, const json_t *rows, struct err *e)
{
    CLEANUP_BUF struct buf work = BUF_INIT(WORK_BYTES);
    struct arena *a = h->arena;
    const char *address;
    json_t *row;
    size_t n = json_object_size(rows);
    if (n > NAMES_MAX) return RC_OK;
    h->list.rows = ARENA_ARRAY(a, n + 1, struct names_entry);
    if (!h->list.rows) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) rows, address, row)
    {
        struct names_entry *x = &h->list.rows[h->list.count];
        if (!str_eq(record_text(row, "state"), STR("active"))) continue;
        x->address = arena_str(a, str_c(address));
        x->name = arena_str(a, record_text(row, "name"));
        if (!x->address.p || !x->name.p || !fold(a, &work, x->name, &x->folded_name) ||
            !fold(a, &work, x->address, &x->folded_address))
            return err_set(e, RC_NO_MEMORY, NULL);
        h->list.count++;
    }
    return RC_OK;
}

static rc_t read_all(struct call *c, struct held **out, struct err *e)
{
    const struct registry r = {c->kv, c->app->config};
    CLEANUP_JSON json_t *rows = NULL;
    TRY(registry_list(&r, RECORD_ACCOUNT, c->organisation, &rows, e));
    struct held *h = calloc(1, sizeof *h);
    if (!h || !(h->arena = arena_new(ARENA_BYTES))) {
        free(h);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    h->refs = 1;
    rc_t rc = fill(h, rows, e);
    if (rc == RC_OK)
        *out = h;
    else
        held_unref(h);
    return rc;
}

static rc_t bring_up(struct call *c, const struct page *known, struct held **out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("GET"),
               arena_printf(c->arena, "%.*s:o:ver:%.*s", STR_ARG(c->app->config->instance),
                            STR_ARG(c->organisation))));
    str_t version = v.type == KV_STR ? v.s : STR("0");
    if (known->held && str_eq(str_c(known->version), version))
        *out = held_ref(known->held);
    else /* read after the versions: as new as they say, or newer */
        TRY(read_all(c, out, e));
    remember(c->app->names, c->organisation, c->registry_version, version, *out);
    return RC_OK;
}

rc_t names_of(struct call *c, const struct names_list **out, struct err *e)
{
    struct page known;
    struct held *h = NULL;
    *out = NULL;
    if (!c->app->names || !c->organisation.n || c->directory != DIRECTORY_NAMES) return RC_OK;
    if (recall(c->app->names, c->organisation, c->registry_version, &known)) {
        *out = &known.held->list;
        return RC_OK;
    }
    rc_t rc = bring_up(c, &known, &h, e);
    held_unref(known.held);
    if (rc == RC_OK) *out = &h->list;
    return rc;
}
