/* Addresses for what has been typed so far. */
#include "mail/fold.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/groups.h"
#include "webmail/contacts/met.h"
#include "webmail/contacts/names.h"
#include "webmail/session/session.h"
#include "webmail/smime/revocation.h"

#define MOST_FOUND 12u
/* What is no longer as the words say, or is a contact already, leaves room for others. */
#define MOST_KEPT (2 * MOST_FOUND)

/* Best first: what was typed to the letter, those written to most, then by name, then by address.
 */
struct candidate {
    bool typed; /* the address begins with the very text: "anna_b@", not only its words */
    uint32_t count;
    str_t name, folded; /* folded name and address; of a group folded is null */
    str_t address;      /* lower case: two that fold alike are two; null of a group */
    str_t id;           /* of the contact or group; null: of an earlier correspondent */
    const struct met *met;
    const struct names_entry *colleague;
};

struct best {
    struct candidate list[MOST_KEPT];
    size_t count;
};

struct search {
    struct fold_query query;
    bool by_address; /* an "@" was typed: names do not count */
    str_t typed;     /* in lower case, where it is more than a word; else null */
    struct met *met;
    struct folded_met {
        str_t name, folded, address; /* as in struct candidate */
    } * folded;                      /* of each met */
    size_t met_count;
    uint32_t *table; /* index of met + 1 by hash of the lower-case address; 0: free */
    size_t table_size;
    struct best contacts, earlier, colleagues;
};

static bool comes_before(const struct candidate *a, const struct candidate *b)
{
    if (a->typed != b->typed) return a->typed;
    if (a->count != b->count) return a->count > b->count;
    int order = str_cmp(a->name, b->name);
    return order ? order < 0 : str_cmp(a->address, b->address) < 0;
}

static void keep(struct best *b, const struct candidate *x)
{
    size_t at = b->count;
    while (at > 0 && comes_before(x, &b->list[at - 1]))
        at--;
    if (at == MOST_KEPT) return;
    size_t last = b->count < MOST_KEPT ? b->count++ : MOST_KEPT - 1;
    for (size_t i = last; i > at; i--)
        b->list[i] = b->list[i - 1];
    b->list[at] = *x;
}

static bool is_typed(const struct search *s, str_t address)
{
    return s->typed.n > 0 && str_starts(address, s->typed);
}

/* --- earlier correspondents ----------------------------------------------------------------------
 */

static size_t slot_of(const struct search *s, str_t address)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < address.n; i++)
        hash = (hash ^ (unsigned char) address.p[i]) * 16777619u;
    size_t at = hash & (s->table_size - 1);
    while (s->table[at] && !str_eq(s->folded[s->table[at] - 1].address, address))
        at = (at + 1) & (s->table_size - 1);
    return at;
}

static uint32_t uses_of(const struct search *s, str_t address)
{
    uint32_t i = s->table[slot_of(s, address)];
    return i ? s->met[i - 1].count : 0;
}

static rc_t fold_met(struct call *c, struct search *s, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 14);
    TRY(met_all(c, &s->met, &s->met_count, e));
    s->table_size = 16;
    while (s->table_size < 2 * s->met_count)
        s->table_size *= 2;
    s->folded = ARENA_ARRAY(c->arena, s->met_count + 1, struct folded_met);
    s->table = ARENA_ARRAY(c->arena, s->table_size, uint32_t);
    if (!s->folded || !s->table) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < s->met_count; i++) {
        buf_clear(&b);
        fold_words(s->met[i].name, &b);
        size_t end = b.n;
        fold_words(s->met[i].address, &b);
        str_t both = arena_str(c->arena, buf_view(&b));
        str_t lower = arena_lower(c->arena, s->met[i].address);
        if (!both.p || !lower.p) return err_set(e, RC_NO_MEMORY, NULL);
        s->folded[i] =
            (struct folded_met){str_sub(both, 0, end), str_sub(both, end, both.n), lower};
        s->table[slot_of(s, s->folded[i].address)] = (uint32_t) i + 1;
    }
    return RC_OK;
}

static void search_names(struct search *s, const struct names_list *list)
{
    unsigned all = fold_all(&s->query);
    for (size_t i = 0; list && i < list->count; i++) {
        const struct names_entry *n = &list->rows[i];
        unsigned by_name = s->by_address ? 0 : fold_match(&s->query, n->folded_name);
        if ((by_name | fold_match(&s->query, n->folded_address)) != all) continue;
        const struct candidate x = {.typed = is_typed(s, n->address),
                                    .count = uses_of(s, n->address),
                                    .name = n->folded_name,
                                    .folded = n->folded_address,
                                    .address = n->address,
                                    .colleague = n};
        keep(&s->colleagues, &x);
    }
}

static void search_met(struct search *s)
{
    unsigned all = fold_all(&s->query);
    for (size_t i = 0; i < s->met_count; i++) {
        const struct folded_met *f = &s->folded[i];
        unsigned by_name = s->by_address ? 0 : fold_match(&s->query, f->name);
        if ((by_name | fold_match(&s->query, f->folded)) != all) continue;
        const struct candidate x = {.typed = is_typed(s, f->address),
                                    .count = s->met[i].count,
                                    .name = f->name,
                                    .folded = f->folded,
                                    .address = f->address,
                                    .met = &s->met[i]};
        keep(&s->earlier, &x);
    }
}

/* --- contacts and groups -------------------------------------------------------------------------
 */

static void search_line(struct search *s, const struct book_line *line)
{
    unsigned all = fold_all(&s->query);
    if (fold_match(&s->query, line->text) != all) return;
    str_t name = book_line_name(line), folded, address;
    unsigned by_name = s->by_address ? 0 : fold_match(&s->query, name);
    for (size_t i = 0; book_line_address(line, i, &folded, &address); i++) {
        if ((by_name | fold_match(&s->query, folded)) != all) continue;
        const struct candidate x = {.typed = is_typed(s, address),
                                    .count = uses_of(s, address),
                                    .name = name,
                                    .folded = folded,
                                    .address = address,
                                    .id = line->id};
        keep(&s->contacts, &x);
    }
}

static rc_t search_groups(struct call *c, struct search *s, const json_t *doc, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 12);
    const json_t *list = json_object_get(doc, "groups");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *group = json_array_get(list, i);
        buf_clear(&b);
        fold_words(json_text(json_object_get(group, "name")), &b);
        if (fold_match(&s->query, buf_view(&b)) != fold_all(&s->query)) continue;
        struct candidate x = {.name = arena_str(c->arena, buf_view(&b)),
                              .id = json_text(json_object_get(group, "id"))};
        if (!x.name.p) return err_set(e, RC_NO_MEMORY, NULL);
        keep(&s->contacts, &x);
    }
    return RC_OK;
}

/* --- the answer ----------------------------------------------------------------------------------
 */

struct answer {
    json_t *found; /* array */
    size_t limit;
    struct smime_checks checks;
};

/* Nobody is asked outside; null where the plan has no S/MIME. */
static rc_t put_ready(struct call *c, struct answer *out, json_t *v, str_t address, struct err *e)
{
    struct recipient_certificate cert;
    json_object_set_new(v, "ready", json_null());
    if (!c->features.smime) return RC_OK;
    TRY(contacts_find_certificate(c, address, &out->checks.checks, &cert, e));
    json_put_bool(v, "ready", recipient_is_ready(cert.status));
    cert_unref(cert.cert);
    return RC_OK;
}

static rc_t put_found(struct call *c, struct answer *out, const char *source, str_t id, str_t name,
                      str_t address, struct err *e)
{
    CLEANUP_JSON json_t *v = json_object();
    json_put_str(v, "name", name.p ? name : STR(""));
    json_put_str(v, "address", address);
    json_put_str(v, "source", str_c(source));
    json_put_str(v, "id", id);
    TRY(put_ready(c, out, v, address, e));
    json_array_append(out->found, v);
    return RC_OK;
}

static void put_group(struct answer *out, const json_t *group)
{
    json_t *v = json_object();
    json_object_set(v, "name", json_object_get(group, "name"));
    json_object_set_new(v, "address", json_null());
    json_put_str(v, "source", STR("group"));
    json_object_set(v, "id", json_object_get(group, "id"));
    json_put_int(v, "members", (long long) json_array_size(json_object_get(group, "members")));
    json_object_set_new(v, "ready", json_null());
    json_array_append_new(out->found, v);
}

/* The address as the contact itself has it; null: it has none such. Words in Redis alone are not
 * believed: neither what they say the address is, nor what it is found by. */
static str_t address_of(const json_t *contact, const struct candidate *x)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 12);
    const json_t *list = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(list); i++) {
        str_t address = book_address(json_array_get(list, i));
        if (!str_ieq(address, x->address)) continue;
        fold_words(address, &b);
        return str_eq(buf_view(&b), x->folded) ? address : STR_NULL;
    }
    return STR_NULL;
}

static rc_t give_contacts(struct call *c, const struct best *b, const json_t *groups,
                          struct answer *out, struct err *e)
{
    for (size_t i = 0; i < b->count && json_array_size(out->found) < out->limit; i++) {
        CLEANUP_JSON json_t *contact = NULL;
        const struct candidate *x = &b->list[i];
        str_t version;
        if (!x->address.p) {
            put_group(out, groups_find(groups, x->id));
            continue;
        }
        TRY(book_load(c, x->id, &contact, &version, e));
        str_t address = address_of(contact, x);
        if (!address.p) continue;
        TRY(put_found(c, out, "contact", x->id, json_text(json_object_get(contact, "name")),
                      address, e));
    }
    return RC_OK;
}

static rc_t give_met(struct call *c, const struct best *b, struct answer *out, struct err *e)
{
    for (size_t i = 0; i < b->count && json_array_size(out->found) < out->limit; i++) {
        CLEANUP_JSON json_t *contact = NULL;
        const struct met *m = b->list[i].met;
        str_t id, version;
        if (!met_is_ours(c, m)) continue;
        TRY(book_find(c, m->address, &contact, &id, &version, e));
        if (contact) continue;
        TRY(put_found(c, out, "met", STR_NULL, m->name, m->address, e));
    }
    return RC_OK;
}

static bool is_found(const struct answer *out, str_t address)
{
    bool found = false;
    for (size_t i = 0; i < json_array_size(out->found) && !found; i++)
        found =
            str_ieq(json_text(json_object_get(json_array_get(out->found, i), "address")), address);
    return found;
}

/* Who is a contact was found there, by what the person calls him. */
static rc_t give_colleagues(struct call *c, const struct best *b, struct answer *out, struct err *e)
{
    for (size_t i = 0; i < b->count && json_array_size(out->found) < out->limit; i++) {
        CLEANUP_JSON json_t *contact = NULL;
        const struct names_entry *n = b->list[i].colleague;
        str_t id, version;
        if (str_eq(n->address, c->session->address) || is_found(out, n->address)) continue;
        TRY(book_find(c, n->address, &contact, &id, &version, e));
        if (contact) continue;
        TRY(put_found(c, out, "directory", STR_NULL, n->name, n->address, e));
    }
    return RC_OK;
}

static rc_t search_all(struct call *c, struct search *s, const json_t *groups, struct err *e)
{
    struct book_line *lines;
    size_t n;
    TRY(fold_met(c, s, e));
    TRY(book_lines(c, &lines, &n, e));
    for (size_t i = 0; i < n; i++)
        search_line(s, &lines[i]);
    search_met(s);
    return search_groups(c, s, groups, e);
}

rc_t contacts_complete(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *found = json_array(), *groups = NULL;
    struct search *s = ARENA_NEW(c->arena, struct search);
    CLEANUP_NAMES const struct names_list *names = NULL;
    struct answer out = {.found = found};
    str_t text, version;
    uint32_t limit;
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(json_need_str(c->in, "text", &text, e));
    TRY(json_want_u32(c->in, "limit", 8, &limit, e));
    if (limit == 0 || limit > MOST_FOUND) return err_invalid(e, "limit", "At most 12 at once.");
    if (!fold_query(text, c->arena, &s->query)) return err_set(e, RC_NO_MEMORY, NULL);
    s->by_address = str_chr(text, '@') >= 0;
    if (s->by_address || s->query.count > 1) s->typed = arena_lower(c->arena, str_trim(text));
    out.limit = limit;
    if (s->query.count > 0) {
        TRY(groups_load(c, &groups, &version, e));
        TRY(search_all(c, s, groups, e));
        TRY(names_of(c, &names, e));
        search_names(s, names);
        smime_checks_start(&out.checks, c, false);
        TRY(give_contacts(c, &s->contacts, groups, &out, e));
        TRY(give_met(c, &s->earlier, &out, e));
        TRY(give_colleagues(c, &s->colleagues, &out, e));
    }
    json_t *answer = json_object();
    json_object_set(answer, "found", found);
    return call_answer(c, answer, e);
}
