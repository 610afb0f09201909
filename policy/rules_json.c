#include "policy/rules_json.h"

#include <stdlib.h>

#include "policy/caseless.h"

static const char *const LISTS[] = {"from", "to", "exclude_from", "exclude_to"};

/* --- a rule ------------------------------------------------------------------------------------
 */

static rc_t read_selectors(const json_t *rule, enum rule_list which, struct arena *a,
                           const struct place *at, struct selectors *out, struct err *e)
{
    const json_t *list;
    bool needed = which == LIST_FROM || which == LIST_TO;
    TRY(place_array(rule, LISTS[which], RULE_SELECTORS_MAX, needed, at, &list, e));
    size_t n = json_array_size(list);
    struct selectors s = {.list = ARENA_ARRAY(a, n + 1, struct selector), .count = n};
    if (!s.list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct place side = PLACE_KEY(at, LISTS[which]), here = PLACE_AT(&side, i);
        const json_t *v = json_array_get(list, i);
        struct err why;
        if (!json_is_string(v)) return place_fail(&here, RC_INVALID, e, "a text is expected");
        rc_t rc = rule_selector_read(json_text(v), a, &s.list[i], &why);
        if (rc != RC_OK) return place_fail(&here, rc, e, why.message);
    }
    *out = s;
    return RC_OK;
}

struct preset {
    const char *word;
    enum rule_level first, second; /* sign and encrypt, or decrypt */
};
static const struct preset OUTBOUND[] = {
    {"not_defined", LEVEL_INHERIT, LEVEL_INHERIT},
    {"none", LEVEL_OFF, LEVEL_OFF},
    {"sign_only", LEVEL_ON, LEVEL_OFF},
    {"optional", LEVEL_ON, LEVEL_ON},
    {"enforce", LEVEL_REQUIRE, LEVEL_REQUIRE},
};
static const struct preset INBOUND[] = {
    {"not_defined", LEVEL_INHERIT, LEVEL_INHERIT}, {"do_not_decrypt", LEVEL_OFF, LEVEL_INHERIT},
    {"optional", LEVEL_ON, LEVEL_INHERIT},         {"always", LEVEL_ALWAYS, LEVEL_INHERIT},
    {"force", LEVEL_FORCE, LEVEL_INHERIT},
};

/* NULL and RC_OK when the rule has none. */
static rc_t read_preset(const json_t *rule, const char *key, const struct preset *list, size_t n,
                        const struct place *at, const struct preset **out, struct err *e)
{
    str_t word;
    *out = NULL;
    TRY(place_text(rule, key, RULE_TEXT_MAX, false, at, &word, e));
    for (size_t i = 0; i < n && word.p; i++)
        if (str_eq(word, str_c(list[i].word))) *out = &list[i];
    if (word.p && !*out) return place_fail_key(at, key, RC_INVALID, e, "this preset is not known");
    return RC_OK;
}

static rc_t read_level(const json_t *obj, enum rule_field f, const struct place *at, uint8_t *level,
                       struct err *e)
{
    str_t word;
    enum rule_level l;
    TRY(place_text(obj, rule_field_word(f).p, RULE_TEXT_MAX, false, at, &word, e));
    if (!word.p) return RC_OK;
    if (!rule_level_read(f, word, &l))
        return place_fail_key(at, rule_field_word(f).p, RC_INVALID, e,
                              f == RULE_ON_PARTIAL ? "inherit, split or all_or_none is expected"
                              : f == RULE_DECRYPT  ? "inherit, off, on, always or force is expected"
                                                   : "inherit, off, on or require is expected");
    *level = (uint8_t) l;
    return RC_OK;
}

/* Presets first: an explicit field wins. */
static rc_t read_levels(const json_t *obj, const struct place *at, struct rule *r, struct err *e)
{
    const struct preset *out, *in;
    TRY(read_preset(obj, "outbound", OUTBOUND, sizeof OUTBOUND / sizeof OUTBOUND[0], at, &out, e));
    TRY(read_preset(obj, "inbound", INBOUND, sizeof INBOUND / sizeof INBOUND[0], at, &in, e));
    r->level[RULE_SIGN] = (uint8_t) (out ? out->first : LEVEL_INHERIT);
    r->level[RULE_ENCRYPT] = (uint8_t) (out ? out->second : LEVEL_INHERIT);
    r->level[RULE_DECRYPT] = (uint8_t) (in ? in->first : LEVEL_INHERIT);
    for (int f = 0; f < RULE_FIELD_COUNT; f++)
        TRY(read_level(obj, (enum rule_field) f, at, &r->level[f], e));
    return RC_OK;
}

static rc_t read_filter(const json_t *obj, struct arena *a, const struct place *at, struct rule *r,
                        struct err *e)
{
    const json_t *filter;
    const struct place here = PLACE_KEY(at, "filter");
    TRY(place_object(obj, "filter", false, at, &filter, e));
    return filter ? filter_json_read(filter, a, &here, &r->filter, e) : RC_OK;
}

rc_t rules_json_rule(const json_t *obj, bool needs_priority, struct arena *a,
                     const struct place *at, struct rule *out, struct err *e)
{
    static const char *const KEYS[] = {
        "id",         "priority", "created", "enabled",  "from",       "to",      "bidirectional",
        "name",       "note",     "filter",  "sign",     "encrypt",    "decrypt", "exclude_from",
        "exclude_to", "outbound", "inbound", "validate", "on_partial", NULL};
    struct rule r = {.filter = NULL};
    int64_t priority;
    str_t text;
    if (!json_is_object(obj)) return place_fail(at, RC_INVALID, e, "an object is expected");
    TRY(place_known(obj, KEYS, at, e));
    TRY(place_text(obj, "id", RULE_ID_MAX, true, at, &text, e));
    if (text.n == 0) return place_fail_key(at, "id", RC_INVALID, e, "the text is empty");
    TRY(place_int(obj, "priority", 1, RULE_PRIORITY_MAX, 0, at, &priority, e));
    if (needs_priority && priority == 0)
        return place_fail_key(at, "priority", RC_INVALID, e, "a number is expected");
    TRY(place_int(obj, "created", INT64_MIN / 2, INT64_MAX / 2, 0, at, &r.created, e));
    TRY(place_bool(obj, "enabled", true, at, &r.enabled, e));
    TRY(place_bool(obj, "bidirectional", false, at, &r.bidirectional, e));
    TRY(read_levels(obj, at, &r, e));
    TRY(read_filter(obj, a, at, &r, e));
    for (int i = 0; i < LIST_COUNT; i++)
        TRY(read_selectors(obj, (enum rule_list) i, a, at, &r.lists[i], e));
    r.priority = (uint32_t) priority;
    r.id = arena_str(a, text);
    if (!r.id.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(place_text(obj, "name", RULE_TEXT_MAX, false, at, &text, e));
    TRY(place_text(obj, "note", 4 * RULE_TEXT_MAX, false, at, &text, e));
    *out = r;
    return RC_OK;
}

rc_t rules_json_room(struct rule_document *d, const struct place *at, struct err *e)
{
    if (d->rule_count >= RULES_MAX)
        return place_fail(at, RC_TOO_LARGE, e, "an organisation may have at most 5000 rules");
    if (d->rule_count < d->rule_room) return RC_OK;
    size_t room = d->rule_room ? d->rule_room * 2 : 16;
    struct rule *more = ARENA_ARRAY(d->a, room, struct rule);
    if (!more) return err_set(e, RC_NO_MEMORY, NULL);
    if (d->rule_count) memcpy(more, d->rules, d->rule_count * sizeof *more);
    d->rules = more;
    d->rule_room = room;
    return RC_OK;
}

static int by_id(const void *a, const void *b)
{
    return str_cmp((*(const struct rule *const *) a)->id, (*(const struct rule *const *) b)->id);
}

static rc_t ids_differ(const struct rule_document *d, const struct place *at, struct err *e)
{
    size_t n = d->rule_count, selectors = 0;
    const struct rule **sorted = ARENA_ARRAY(d->a, n + 1, const struct rule *);
    if (!sorted) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &d->rules[i];
        for (int l = 0; l < LIST_COUNT; l++)
            selectors += d->rules[i].lists[l].count;
    }
    if (selectors > RULES_SELECTORS_MAX)
        return place_fail(at, RC_TOO_LARGE, e, "the rules have too many selectors together");
    qsort(sorted, n, sizeof *sorted, by_id);
    for (size_t i = 1; i < n; i++) {
        if (!str_eq(sorted[i]->id, sorted[i - 1]->id)) continue;
        const struct rule *second = sorted[i] > sorted[i - 1] ? sorted[i] : sorted[i - 1];
        const struct place here = PLACE_AT(at, (size_t) (second - d->rules));
        return place_fail_key(&here, "id", RC_INVALID, e, "another rule has this id");
    }
    return RC_OK;
}

/* --- the rest of a document --------------------------------------------------------------------
 */

static rc_t read_rules(const json_t *obj, const struct place *at, struct rule_document *d,
                       struct err *e)
{
    const json_t *list;
    const struct place rules = PLACE_KEY(at, "rules");
    TRY(place_array(obj, "rules", RULES_MAX, false, at, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct place here = PLACE_AT(&rules, i);
        TRY(rules_json_room(d, &here, e));
        TRY(rules_json_rule(json_array_get(list, i), true, d->a, &here, &d->rules[i], e));
        d->rule_count = i + 1;
    }
    return ids_differ(d, &rules, e);
}

static rc_t read_entries(const json_t *list, const struct place *at, struct rule_document *d,
                         struct dataset *out, struct err *e)
{
    size_t n = json_array_size(list);
    out->entries = ARENA_ARRAY(d->a, n + 1, str_t);
    if (!out->entries) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct place here = PLACE_AT(at, i);
        const json_t *v = json_array_get(list, i);
        str_t s = json_text(v);
        if (!json_is_string(v) || s.n == 0)
            return place_fail(&here, RC_INVALID, e, "an address, a domain or a word is expected");
        if (s.n > RULE_SELECTOR_MAX)
            return place_fail(&here, RC_TOO_LARGE, e, "the text is too long");
        out->entries[i] = caseless_lower(d->a, s);
        if (!out->entries[i].p) return err_set(e, RC_NO_MEMORY, NULL);
        out->count = i + 1;
    }
    return RC_OK;
}

static rc_t read_datasets(const json_t *obj, const struct place *at, struct rule_document *d,
                          struct err *e)
{
    const json_t *sets;
    const struct place all = PLACE_KEY(at, "datasets");
    const char *name;
    json_t *list;
    size_t left = RULE_DATASET_ENTRIES_MAX;
    TRY(place_object(obj, "datasets", false, at, &sets, e));
    if (json_object_size(sets) > RULE_DATASETS_MAX)
        return place_fail(&all, RC_TOO_LARGE, e, "at most 1000 data sets are possible");
    d->datasets = ARENA_ARRAY(d->a, json_object_size(sets) + 1, struct dataset);
    if (!d->datasets) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) sets, name, list)
    {
        const struct place here = PLACE_KEY(&all, name);
        struct dataset s = {.name = arena_str(d->a, str_c(name))};
        if (!s.name.p) return err_set(e, RC_NO_MEMORY, NULL);
        if (s.name.n == 0 || s.name.n > RULE_ID_MAX)
            return place_fail(&here, RC_INVALID, e, "a name has 1 to 128 bytes");
        if (!json_is_array(list)) return place_fail(&here, RC_INVALID, e, "a list is expected");
        if (json_array_size(list) > left)
            return place_fail(&all, RC_TOO_LARGE, e,
                              "all data sets together may have at most 200000 entries");
        left -= json_array_size(list);
        TRY(read_entries(list, &here, d, &s, e));
        d->datasets[d->dataset_count++] = s;
    }
    return RC_OK;
}

static rc_t read_defaults(const json_t *obj, const struct place *at, struct rule_document *d,
                          struct err *e)
{
    static const char *const KEYS[] = {"sign",     "encrypt",    "decrypt",
                                       "validate", "on_partial", NULL};
    const json_t *defaults;
    const struct place here = PLACE_KEY(at, "defaults");
    TRY(place_object(obj, "defaults", false, at, &defaults, e));
    if (!defaults) return RC_OK;
    TRY(place_known(defaults, KEYS, &here, e));
    for (int f = 0; f < RULE_FIELD_COUNT; f++)
        TRY(read_level(defaults, (enum rule_field) f, &here, &d->defaults[f], e));
    return RC_OK;
}

static rc_t read_triggers(const json_t *obj, const struct place *at, struct rule_document *d,
                          struct err *e)
{
    static const char *const KEYS[] = {
        [TRIGGER_SIGN] = "sign", [TRIGGER_ENCRYPT] = "encrypt", [TRIGGER_COUNT] = NULL};
    const json_t *triggers;
    const struct place here = PLACE_KEY(at, "triggers");
    TRY(place_object(obj, "triggers", false, at, &triggers, e));
    if (!triggers) return RC_OK;
    TRY(place_known(triggers, KEYS, &here, e));
    for (int i = 0; i < TRIGGER_COUNT; i++) {
        str_t text;
        TRY(place_text(triggers, KEYS[i], RULE_TEXT_MAX, false, &here, &text, e));
        if (text.n == 0) continue; /* an empty text is nothing to look for */
        d->triggers[i] = caseless_lower(d->a, text);
        if (!d->triggers[i].p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

rc_t rules_json_document(const json_t *obj, str_t organisation, const struct place *at,
                         struct rule_document **out, struct err *e)
{
    CLEANUP_RULE_DOCUMENT struct rule_document *d = rule_document_new();
    if (!d) return err_set(e, RC_NO_MEMORY, NULL);
    d->organisation = arena_str(d->a, organisation);
    if (!d->organisation.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_datasets(obj, at, d, e));
    TRY(read_defaults(obj, at, d, e));
    TRY(read_triggers(obj, at, d, e));
    TRY(read_rules(obj, at, d, e));
    *out = d;
    d = NULL;
    return RC_OK;
}

rc_t rules_json_domain(struct rule_document *d, str_t domain, const struct place *at, struct err *e)
{
    enum { STEP = 16 };
    struct selector s;
    struct err why;
    rc_t rc = rule_selector_read(domain, d->a, &s, &why);
    if (rc != RC_OK || s.kind != SELECTOR_DOMAIN)
        return place_fail(at, rc != RC_OK ? rc : RC_INVALID, e, "a domain is expected");
    if (d->domain_count >= RULE_DOMAINS_MAX)
        return place_fail(at, RC_TOO_LARGE, e, "an organisation may have at most 10000 domains");
    /* the room is a power of two times STEP: full exactly when the count is one of those */
    size_t n = d->domain_count, multiple = n / STEP;
    if (n % STEP == 0 && (multiple & (multiple - 1)) == 0) {
        str_t *more = ARENA_ARRAY(d->a, n ? n * 2 : STEP, str_t);
        if (!more) return err_set(e, RC_NO_MEMORY, NULL);
        if (n) memcpy(more, d->domains, n * sizeof *more);
        d->domains = more;
    }
    d->domains[d->domain_count++] = s.text;
    return RC_OK;
}
