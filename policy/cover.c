#include "policy/cover.h"

static bool spend(struct cover *c)
{
    if (c->budget == 0) return false;
    c->budget--;
    return true;
}

static bool is_address(str_t s)
{
    return str_chr(s, '@') >= 0;
}

static bool in_set(const struct ruleset *r, str_t name, str_t text)
{
    const struct ruleset_set *s = ruleset_dataset(r, name);
    return s && ruleset_words_find(&s->entries, text) < s->entries.count;
}

/* Does a match each address of this domain? */
static bool covers_domain(const struct ruleset *r, const struct selector *a, str_t domain)
{
    switch (a->kind) {
    case SELECTOR_ANY:
        return true;
    case SELECTOR_MANAGED:
        return ruleset_manages(r, domain);
    case SELECTOR_EXTERNAL:
        return !ruleset_manages(r, domain);
    case SELECTOR_WILDCARD:
        return domain.n > a->text.n && str_ends(domain, a->text);
    case SELECTOR_DOMAIN:
        return str_eq(a->text, domain);
    case SELECTOR_DATASET:
        return in_set(r, a->text, domain);
    default:
        return false;
    }
}

static bool covers_address(const struct ruleset *r, const struct selector *a, str_t address)
{
    if (a->kind == SELECTOR_ADDRESS) return str_eq(a->text, address);
    return covers_domain(r, a, ruleset_domain_of(address)) ||
           (a->kind == SELECTOR_DATASET && in_set(r, a->text, address));
}

/* text: an address or a domain. */
static bool covers_text(struct cover *c, const struct selectors *a, str_t text)
{
    bool address = is_address(text);
    for (size_t i = 0; i < a->count && spend(c); i++)
        if (address ? covers_address(c->rules, &a->list[i], text)
                    : covers_domain(c->rules, &a->list[i], text))
            return true;
    return false;
}

/* "*.dom": of a wider wildcard, or of what is not ours where none of ours is below it. */
static bool covers_wildcard(const struct ruleset *r, const struct selector *a, str_t suffix)
{
    const struct rule_document *d = ruleset_document(r);
    if (a->kind == SELECTOR_ANY) return true;
    if (a->kind == SELECTOR_WILDCARD) return str_ends(suffix, a->text);
    if (a->kind != SELECTOR_EXTERNAL) return false;
    for (size_t i = 0; i < d->domain_count; i++)
        if (d->domains[i].n > suffix.n && str_ends(d->domains[i], suffix)) return false;
    return true;
}

static bool covers_kind(struct cover *c, const struct selectors *a, const struct selector *b)
{
    for (size_t i = 0; i < a->count && spend(c); i++) {
        const struct selector *s = &a->list[i];
        if (s->kind == SELECTOR_ANY) return true;
        if (b->kind == SELECTOR_WILDCARD && covers_wildcard(c->rules, s, b->text)) return true;
        if (b->kind == s->kind && str_eq(b->text, s->text)) return true;
    }
    return false;
}

bool cover_selector(struct cover *c, const struct selectors *a, const struct selector *b)
{
    const struct rule_document *d = ruleset_document(c->rules);
    const struct ruleset_set *set;
    if (b->kind == SELECTOR_ADDRESS || b->kind == SELECTOR_DOMAIN)
        return covers_text(c, a, b->text);
    if (covers_kind(c, a, b)) return true;
    if (b->kind == SELECTOR_MANAGED) {
        for (size_t i = 0; i < d->domain_count; i++)
            if (!covers_text(c, a, d->domains[i])) return false;
        return c->budget > 0;
    }
    if (b->kind != SELECTOR_DATASET) return false;
    set = ruleset_dataset(c->rules, b->text);
    for (size_t i = 0; set && i < set->entries.count; i++)
        if (!covers_text(c, a, set->entries.list[i].text)) return false;
    return c->budget > 0;
}

bool cover_all(struct cover *c, const struct selectors *a, const struct selectors *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!cover_selector(c, a, &b->list[i])) return false;
    return c->budget > 0;
}

/* Only what is plain: an address or a domain against anything, ours against not ours. */
static bool disjoint(const struct ruleset *r, const struct selector *a, const struct selector *b)
{
    if (a->kind == SELECTOR_ADDRESS) return !covers_address(r, b, a->text);
    if (b->kind == SELECTOR_ADDRESS) return !covers_address(r, a, b->text);
    if (a->kind == SELECTOR_DATASET || b->kind == SELECTOR_DATASET) return false;
    if (a->kind == SELECTOR_DOMAIN) return !covers_domain(r, b, a->text);
    if (b->kind == SELECTOR_DOMAIN) return !covers_domain(r, a, b->text);
    return (a->kind == SELECTOR_MANAGED && b->kind == SELECTOR_EXTERNAL) ||
           (a->kind == SELECTOR_EXTERNAL && b->kind == SELECTOR_MANAGED);
}

bool cover_disjoint(struct cover *c, const struct selector *a, const struct selectors *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!spend(c) || !disjoint(c->rules, a, &b->list[i])) return false;
    return true;
}

static bool reaches_managed(const struct ruleset *r, const struct selector *s)
{
    const struct rule_document *d = ruleset_document(r);
    const struct ruleset_set *set;
    if (s->kind == SELECTOR_ADDRESS) return ruleset_manages(r, ruleset_domain_of(s->text));
    if (s->kind == SELECTOR_DATASET) {
        set = ruleset_dataset(r, s->text);
        return set && set->managed;
    }
    for (size_t i = 0; i < d->domain_count; i++)
        if (covers_domain(r, s, d->domains[i])) return true;
    return false;
}

bool cover_reaches_managed(const struct ruleset *r, const struct selectors *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (reaches_managed(r, &s->list[i])) return true;
    return false;
}

bool cover_reaches_anybody(const struct ruleset *r, const struct selector *s)
{
    const struct ruleset_set *set;
    if (s->kind == SELECTOR_MANAGED) return ruleset_document(r)->domain_count > 0;
    if (s->kind != SELECTOR_DATASET) return true;
    set = ruleset_dataset(r, s->text);
    return set && set->entries.count > 0;
}
