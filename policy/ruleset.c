#include "policy/ruleset.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "policy/caseless.h"

/* Selectors are filed under what an address is looked up by: itself, its domain, ".parent" for each
 * parent of its domain, the data sets that it or its domain is in, and the three that need no text.
 * Sorted lists and binary search: nobody can make entries that are slow to find. */
struct uses {
    struct ruleset_use *list;
    size_t count;
};
struct ruleset {
    atomic_uint refs;
    uint64_t version;
    struct rule_document *doc; /* owned, with its arena, where all of this is */
    struct ruleset_words domains;
    struct ruleset_words texts; /* of exact selectors; value: index into text_uses */
    struct ruleset_use *text_uses;
    struct ruleset_words members; /* of data sets; value: index of the data set */
    struct uses *dataset_uses;    /* for each data set */
    struct uses any, managed, external;
    struct ruleset_words names; /* of data sets */
    struct ruleset_set *sets;
    uint16_t *age;
};

/* --- lists of words ----------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    const struct ruleset_word *x = a, *y = b;
    int order = str_cmp(x->text, y->text);
    return order ? order : (x->value > y->value) - (x->value < y->value);
}

/* What stands there twice counts once: a list may name its only entry 200,000 times. */
static void sort_words(struct ruleset_words *w)
{
    size_t n = 0;
    if (w->count) qsort(w->list, w->count, sizeof *w->list, by_text);
    for (size_t i = 0; i < w->count; i++)
        if (n == 0 || by_text(&w->list[n - 1], &w->list[i]) != 0) w->list[n++] = w->list[i];
    w->count = n;
}

size_t ruleset_words_find(const struct ruleset_words *w, str_t text)
{
    size_t lo = 0, hi = w->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(w->list[mid].text, text) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < w->count && str_eq(w->list[lo].text, text) ? lo : w->count;
}

static bool has_word(const struct ruleset_words *w, str_t text)
{
    return ruleset_words_find(w, text) < w->count;
}

static bool room_for_words(struct arena *a, struct ruleset_words *w, size_t n)
{
    w->list = ARENA_ARRAY(a, n + 1, struct ruleset_word);
    return w->list != NULL;
}

static void add_word(struct ruleset_words *w, str_t text, size_t value)
{
    w->list[w->count++] = (struct ruleset_word){text, (uint32_t) value};
}

/* --- compiling ---------------------------------------------------------------------------------
 */

static bool compile_domains(struct ruleset *r)
{
    const struct rule_document *d = r->doc;
    if (!room_for_words(d->a, &r->domains, d->domain_count)) return false;
    for (size_t i = 0; i < d->domain_count; i++)
        add_word(&r->domains, d->domains[i], i);
    sort_words(&r->domains);
    return true;
}

static bool is_managed(const struct ruleset *r, str_t entry)
{
    ptrdiff_t at = str_rchr(entry, '@');
    return has_word(&r->domains, at < 0 ? entry : str_sub(entry, (size_t) at + 1, entry.n));
}

static bool compile_set(const struct ruleset *r, const struct dataset *from, struct arena *a,
                        struct ruleset_set *to)
{
    to->phrases = ARENA_ARRAY(a, from->count + 1, str_t);
    if (!to->phrases || !room_for_words(a, &to->entries, from->count)) return false;
    for (size_t i = 0; i < from->count; i++) {
        add_word(&to->entries, from->entries[i], 0);
        to->managed = to->managed || is_managed(r, from->entries[i]);
    }
    sort_words(&to->entries);
    for (size_t i = 0; i < to->entries.count; i++) {
        str_t entry = to->entries.list[i].text;
        if (!caseless_is_word(entry)) to->phrases[to->phrase_count++] = entry;
    }
    return true;
}

static bool compile_datasets(struct ruleset *r)
{
    const struct rule_document *d = r->doc;
    size_t entries = 0;
    for (size_t i = 0; i < d->dataset_count; i++)
        entries += d->datasets[i].count;
    r->sets = ARENA_ARRAY(d->a, d->dataset_count + 1, struct ruleset_set);
    if (!r->sets || !room_for_words(d->a, &r->names, d->dataset_count) ||
        !room_for_words(d->a, &r->members, entries))
        return false;
    for (size_t i = 0; i < d->dataset_count; i++) {
        add_word(&r->names, d->datasets[i].name, i);
        if (!compile_set(r, &d->datasets[i], d->a, &r->sets[i])) return false;
        for (size_t k = 0; k < d->datasets[i].count; k++)
            add_word(&r->members, d->datasets[i].entries[k], i);
    }
    sort_words(&r->names);
    sort_words(&r->members);
    return true;
}

/* Where the uses of a selector are kept; NULL for one that names a text, or matches nothing. */
static struct uses *uses_of(struct ruleset *r, const struct selector *s)
{
    size_t at;
    switch (s->kind) {
    case SELECTOR_ANY:
        return &r->any;
    case SELECTOR_MANAGED:
        return &r->managed;
    case SELECTOR_EXTERNAL:
        return &r->external;
    case SELECTOR_DATASET:
        at = ruleset_words_find(&r->names, s->text);
        return at < r->names.count ? &r->dataset_uses[r->names.list[at].value] : NULL;
    default:
        return NULL;
    }
}

static bool names_text(const struct selector *s)
{
    return s->kind == SELECTOR_ADDRESS || s->kind == SELECTOR_DOMAIN ||
           s->kind == SELECTOR_WILDCARD;
}

static uint8_t dots_of(const struct selector *s)
{
    size_t n = 0;
    for (size_t i = 0; s->kind == SELECTOR_WILDCARD && i < s->text.n; i++)
        n += s->text.p[i] == '.';
    return (uint8_t) (n < 127 ? n : 127);
}

/* Twice over all selectors: count (fill false), then file. */
static void file_selectors(struct ruleset *r, bool fill)
{
    for (size_t i = 0; i < r->doc->rule_count; i++) {
        const struct rule *rule = &r->doc->rules[i];
        for (size_t k = 0; k < LIST_COUNT && rule->enabled; k++) {
            for (size_t n = 0; n < rule->lists[k].count; n++) {
                const struct selector *s = &rule->lists[k].list[n];
                const struct ruleset_use use = {(uint16_t) i, (uint16_t) k, dots_of(s)};
                struct uses *u = uses_of(r, s);
                if (u && fill) u->list[u->count] = use;
                if (u) u->count++;
                if (!names_text(s)) continue;
                if (fill) {
                    r->text_uses[r->texts.count] = use;
                    r->texts.list[r->texts.count] =
                        (struct ruleset_word){s->text, (uint32_t) r->texts.count};
                }
                r->texts.count++;
            }
        }
    }
}

static bool room_for_uses(struct arena *a, struct uses *u)
{
    u->list = ARENA_ARRAY(a, u->count + 1, struct ruleset_use);
    u->count = 0;
    return u->list != NULL;
}

static bool compile_selectors(struct ruleset *r)
{
    struct arena *a = r->doc->a;
    r->dataset_uses = ARENA_ARRAY(a, r->doc->dataset_count + 1, struct uses);
    if (!r->dataset_uses) return false;
    file_selectors(r, false);
    bool ok = room_for_uses(a, &r->any) && room_for_uses(a, &r->managed) &&
              room_for_uses(a, &r->external);
    for (size_t i = 0; ok && i < r->doc->dataset_count; i++)
        ok = room_for_uses(a, &r->dataset_uses[i]);
    r->text_uses = ARENA_ARRAY(a, r->texts.count + 1, struct ruleset_use);
    if (!ok || !r->text_uses || !room_for_words(a, &r->texts, r->texts.count)) return false;
    r->texts.count = 0;
    file_selectors(r, true);
    sort_words(&r->texts);
    return true;
}

static int by_age(const void *a, const void *b)
{
    const struct rule *x = *(const struct rule *const *) a, *y = *(const struct rule *const *) b;
    if (x->created != y->created) return x->created > y->created ? -1 : 1;
    return str_cmp(x->id, y->id);
}

static bool compile_age(struct ruleset *r)
{
    struct rule_document *d = r->doc;
    const struct rule **sorted = ARENA_ARRAY(d->a, d->rule_count + 1, const struct rule *);
    r->age = ARENA_ARRAY(d->a, d->rule_count + 1, uint16_t);
    if (!sorted || !r->age) return false;
    for (size_t i = 0; i < d->rule_count; i++)
        sorted[i] = &d->rules[i];
    qsort(sorted, d->rule_count, sizeof *sorted, by_age);
    for (size_t i = 0; i < d->rule_count; i++)
        r->age[sorted[i] - d->rules] = (uint16_t) i;
    return true;
}

rc_t ruleset_compile(struct rule_document **doc, uint64_t version, struct ruleset **out,
                     struct err *e)
{
    struct ruleset *r = ARENA_NEW((*doc)->a, struct ruleset);
    if (!r) return err_set(e, RC_NO_MEMORY, NULL);
    r->doc = *doc;
    r->version = version;
    atomic_init(&r->refs, 1);
    if (!compile_domains(r) || !compile_datasets(r) || !compile_selectors(r) || !compile_age(r))
        return err_set(e, RC_NO_MEMORY, NULL);
    *doc = NULL;
    *out = r;
    return RC_OK;
}

struct ruleset *ruleset_ref(const struct ruleset *r)
{
    struct ruleset *own = (struct ruleset *) r; /* the count is all that ever changes */
    atomic_fetch_add_explicit(&own->refs, 1, memory_order_relaxed);
    return own;
}

void ruleset_unref(const struct ruleset *r)
{
    struct ruleset *own = (struct ruleset *) r;
    if (own && atomic_fetch_sub_explicit(&own->refs, 1, memory_order_acq_rel) == 1)
        rule_document_free(own->doc);
}

/* --- asking ------------------------------------------------------------------------------------
 */

uint64_t ruleset_version(const struct ruleset *r)
{
    return r->version;
}

const struct rule_document *ruleset_document(const struct ruleset *r)
{
    return r->doc;
}

bool ruleset_manages(const struct ruleset *r, str_t domain)
{
    return has_word(&r->domains, domain);
}

uint16_t ruleset_age(const struct ruleset *r, size_t rule)
{
    return r->age[rule];
}

const struct ruleset_set *ruleset_dataset(const struct ruleset *r, str_t name)
{
    size_t at = ruleset_words_find(&r->names, name);
    return at < r->names.count ? &r->sets[r->names.list[at].value] : NULL;
}

size_t ruleset_dataset_index(const struct ruleset *r, const struct ruleset_set *s)
{
    return (size_t) (s - r->sets);
}

str_t ruleset_domain_of(str_t address)
{
    ptrdiff_t at = str_rchr(address, '@');
    return at < 0 ? STR("") : str_sub(address, (size_t) at + 1, address.n);
}

struct visit {
    void (*see)(const struct ruleset_use *use, unsigned class, void *ctx);
    void *ctx;
};

static void see_uses(const struct uses *u, unsigned class, const struct visit *v)
{
    for (size_t i = 0; i < u->count; i++)
        v->see(&u->list[i], class, v->ctx);
}

static void see_text(const struct ruleset *r, str_t text, unsigned class, const struct visit *v)
{
    for (size_t i = ruleset_words_find(&r->texts, text);
         i < r->texts.count && str_eq(r->texts.list[i].text, text); i++)
        v->see(&r->text_uses[r->texts.list[i].value], class, v->ctx);
}

static void see_members(const struct ruleset *r, str_t text, const struct visit *v)
{
    for (size_t i = ruleset_words_find(&r->members, text);
         i < r->members.count && str_eq(r->members.list[i].text, text); i++)
        see_uses(&r->dataset_uses[r->members.list[i].value], 4, v);
}

void ruleset_each_match(const struct ruleset *r, str_t address,
                        void (*see)(const struct ruleset_use *use, unsigned class, void *ctx),
                        void *ctx)
{
    const struct visit v = {see, ctx};
    str_t domain = ruleset_domain_of(address);
    bool managed = ruleset_manages(r, domain);
    see_uses(&r->any, 0, &v);
    if (managed)
        see_uses(&r->managed, 3, &v);
    else
        see_uses(&r->external, 1, &v);
    if (domain.n == 0) return; /* no address: only what matches everything, or what is not ours */
    see_text(r, address, 5, &v);
    see_members(r, address, &v);
    see_text(r, domain, 3, &v);
    see_members(r, domain, &v);
    for (size_t i = 1; i < domain.n; i++)
        if (domain.p[i] == '.') see_text(r, str_sub(domain, i, domain.n), 2, &v);
}
