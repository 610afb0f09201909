/* Several contacts become one, in one step. */
#include "mail/build.h"
#include "webmail/contacts/groups.h"
#include "webmail/contacts/judge.h"

struct merge {
    str_t ids[BOOK_MAX_AT_ONCE];
    json_t *before[BOOK_MAX_AT_ONCE]; /* owned */
    str_t versions[BOOK_MAX_AT_ONCE];
    size_t count;
};

static json_t *certificates_of(const json_t *contact)
{
    return json_object_get(contact, "certificates");
}

static rc_t read_ids(struct call *c, struct merge *m, struct err *e)
{
    json_t *list;
    TRY(json_need_array(c->in, "ids", BOOK_MAX_AT_ONCE, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        str_t id = json_text(json_array_get(list, i));
        if (!book_is_id(id)) return err_invalid(e, "ids", "This is not a contact.");
        for (size_t k = 0; k < m->count; k++)
            if (str_eq(m->ids[k], id)) return err_invalid(e, "ids", "A contact is named twice.");
        m->ids[m->count++] = id;
    }
    if (m->count < 2) return err_invalid(e, "ids", "It takes two contacts.");
    return RC_OK;
}

/* For the addresses of the others. */
static void guard(struct call *c, const struct merge *m, size_t from, json_t *item)
{
    const json_t *own = json_object_get(m->before[from], "addresses");
    for (size_t i = 0; i < m->count; i++)
        if (i != from)
            contacts_guard_certificate(c, item, own, json_object_get(m->before[i], "addresses"));
}

/* Oldest first: where there are too many, those go first. */
static void insert_by_age(json_t *all, json_t *item)
{
    str_t since = json_text(json_object_get(item, "since"));
    size_t at = json_array_size(all);
    while (at > 0 &&
           str_cmp(json_text(json_object_get(json_array_get(all, at - 1), "since")), since) > 0)
        at--;
    json_array_insert(all, at, item);
}

/* Of one that several have, the most careful word counts. */
static void add_certificate(struct call *c, json_t *all, json_t *item)
{
    static const int care[] = {
        [ENTRY_VALID] = 0, [ENTRY_SUPERSEDED] = 1, [ENTRY_PENDING] = 2, [ENTRY_REJECTED] = 3};
    str_t der = json_text(json_object_get(item, "der"));
    for (size_t i = 0; i < json_array_size(all); i++) {
        json_t *known = json_array_get(all, i);
        if (!str_eq(json_text(json_object_get(known, "der")), der)) continue;
        CLEANUP_ENTRY struct entry a = {.item = NULL}, b = {.item = NULL};
        if (entry_read(known, c->arena, &a) && entry_read(item, c->arena, &b) &&
            care[b.state] > care[a.state]) {
            json_array_remove(all, i);
            insert_by_age(all, item);
        }
        return;
    }
    insert_by_age(all, item);
}

/* Empty where the first has nothing: what the next one has. */
static void fill_text(const struct merge *m, json_t *one, const char *key)
{
    for (size_t i = 1; i < m->count && json_text(json_object_get(one, key)).n == 0; i++) {
        str_t text = json_text(json_object_get(m->before[i], key));
        if (text.n > 0) json_put_str(one, key, text);
    }
}

static bool said_before(const struct merge *m, size_t i, const char *key)
{
    str_t text = json_text(json_object_get(m->before[i], key));
    bool known = text.n == 0;
    for (size_t k = 0; k < i; k++)
        known = known || str_eq(text, json_text(json_object_get(m->before[k], key)));
    return known;
}

/* All of them, each once, with an empty line between; then the phone numbers that are not kept as
 * such. What is too long together is not cut. */
static rc_t join_notes(const struct merge *m, json_t *one, struct err *e)
{
    CLEANUP_BUF struct buf all = BUF_INIT(BOOK_MAX_NOTES);
    for (size_t i = 0; i < m->count; i++) {
        if (said_before(m, i, "notes")) continue;
        if (all.n > 0) buf_cstr(&all, "\n\n");
        buf_str(&all, json_text(json_object_get(m->before[i], "notes")));
    }
    str_t kept = json_text(json_object_get(one, "phone"));
    bool first = true;
    for (size_t i = 0; i < m->count; i++) {
        str_t phone = json_text(json_object_get(m->before[i], "phone"));
        if (said_before(m, i, "phone") || str_eq(phone, kept)) continue;
        if (all.n > 0) buf_cstr(&all, first ? "\n\n" : "\n");
        buf_str(&all, phone);
        first = false;
    }
    if (all.failed) return err_invalid(e, "ids", "Together their notes are too long.");
    if (all.n > 0) json_put_str(one, "notes", buf_view(&all));
    return RC_OK;
}

/* Of the first that has one; *out null: the first of all has it already, or none has. */
static rc_t find_photo(struct call *c, const struct merge *m, json_t *one, str_t *out,
                       struct err *e)
{
    *out = STR_NULL;
    for (size_t i = 0; i < m->count && !out->p; i++) {
        if (!json_is_true(json_object_get(m->before[i], "photo"))) continue;
        if (i == 0) return RC_OK;
        TRY(book_photo(c, m->ids[i], out, e));
    }
    if (out->p) json_put_bool(one, "photo", true);
    return RC_OK;
}

static rc_t join(struct call *c, const struct merge *m, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *one = json_deep_copy(m->before[0]);
    json_t *addresses = json_array(), *certificates = json_array();
    long long version = 0;
    if (!one) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < m->count; i++) {
        const json_t *list = certificates_of(m->before[i]);
        long long its = json_integer_value(json_object_get(m->before[i], "version"));
        if (its > version) version = its;
        json_array_extend(addresses, json_object_get(m->before[i], "addresses"));
        for (size_t k = 0; k < json_array_size(list); k++) {
            CLEANUP_JSON json_t *item = json_deep_copy(json_array_get(list, k));
            guard(c, m, i, item);
            add_certificate(c, certificates, item);
        }
    }
    json_object_set_new(one, "addresses", addresses);
    json_object_set_new(one, "certificates", certificates);
    json_put_int(one, "version", version + 1);
    fill_text(m, one, "name");
    fill_text(m, one, "phone");
    TRY(join_notes(m, one, e));
    if (json_array_size(addresses) > BOOK_MAX_ADDRESSES)
        return err_invalid(e, "ids", "Together they have more than 20 addresses.");
    TRY(contacts_keep_limits(one, c->arena, e));
    *out = json_incref(one);
    return RC_OK;
}

static rc_t write_all(struct call *c, const struct merge *m, const json_t *joined, str_t photo,
                      struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    struct book_change changes[BOOK_MAX_AT_ONCE];
    struct book_groups groups;
    TRY(groups_load(c, &doc, &groups.version, e));
    groups.doc = doc;
    for (size_t i = 0; i < m->count; i++) {
        changes[i] = (struct book_change){.id = m->ids[i],
                                          .contact = i == 0 ? joined : NULL,
                                          .before = m->before[i],
                                          .version = m->versions[i]};
        if (i > 0) groups_replace(doc, m->ids[i], m->ids[0]);
    }
    changes[0].photo = photo;
    return book_commit(c, changes, m->count, &groups, e);
}

static rc_t merge_once(struct call *c, struct merge *m, struct err *e)
{
    CLEANUP_JSON json_t *joined = NULL;
    str_t photo;
    for (size_t i = 0; i < m->count; i++) {
        json_t *contact = NULL;
        TRY(book_need(c, m->ids[i], &contact, &m->versions[i], e));
        json_decref(m->before[i]);
        m->before[i] = contact;
    }
    TRY(join(c, m, &joined, e));
    TRY(find_photo(c, m, joined, &photo, e));
    TRY(write_all(c, m, joined, photo, e));
    return call_answer(c, contact_json(c, joined), e);
}

rc_t contacts_merge(struct call *c, struct err *e)
{
    struct merge m = {.count = 0};
    TRY(read_ids(c, &m, e));
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = merge_once(c, &m, e);
    for (size_t i = 0; i < m.count; i++)
        json_decref(m.before[i]);
    return rc;
}
