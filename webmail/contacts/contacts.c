#include "webmail/contacts/contacts.h"

#include <stdlib.h>

#include "base/b64.h"
#include "mail/build.h"
#include "mail/fold.h"
#include "webmail/contacts/groups.h"
#include "webmail/contacts/judge.h"
#include "webmail/smime/revocation.h"

/* --- what the API shows ------------------------------------------------------------------------
 */

#define MAX_LOOKED_UP 100u /* certificates of one answer */

struct showing {
    struct smime_checks checks;
    json_t *groups; /* as groups_by_member; owned */
    bool whole;     /* with notes */
    unsigned looked_up;
};

struct worth {
    enum revocation revocation;
    const char
        *status; /* word of recipient_status: whether it could be used today; NULL: not judged */
};

/* What is kept about it; nobody is asked because of a list. */
static struct worth worth_of(struct call *c, struct showing *s, const struct entry *entry,
                             const json_t *addresses)
{
    struct worth nothing = {.revocation = REVOCATION_NOT_CHECKED};
    if (entry->state != ENTRY_VALID && entry->state != ENTRY_PENDING) return nothing;
    for (size_t i = 0; i < json_array_size(addresses) && s->looked_up < MAX_LOOKED_UP; i++) {
        CLEANUP_JUDGED struct judged j = {.fits = false};
        struct trust_anchors anchors = {.count = 0};
        struct cert_info info;
        struct judge_basis basis = {.address = book_address(json_array_get(addresses, i)),
                                    .checks = &s->checks.checks,
                                    .anchors = &anchors};
        if (cert_matches_address(entry->cert, basis.address) == ADDRESS_NO ||
            cert_describe(entry->cert, c->arena, &info, NULL) != RC_OK ||
            trust_anchors(c, basis.address, &anchors, NULL) != RC_OK)
            continue;
        basis.purpose = info.can_encrypt && !entry->for_signing ? PURPOSE_ENCRYPT : PURPOSE_SIGN;
        s->looked_up++;
        judge_certificate(c, entry->cert, entry->chain, entry->chain_count, &basis, &j);
        trust_anchors_free(&anchors);
        return (struct worth){j.verdict.revocation.status, recipient_status_word(j.status)};
    }
    return nothing;
}

static json_t *certificate_json(struct call *c, struct showing *s, json_t *item,
                                const json_t *addresses)
{
    CLEANUP_ENTRY struct entry entry = {.item = NULL};
    json_t *v = entry_read(item, c->arena, &entry) ? cert_json(entry.cert, c->arena) : NULL;
    if (!v) return NULL;
    json_object_set(v, "source", json_object_get(item, "source"));
    json_object_set(v, "since", json_object_get(item, "since"));
    json_put_str(v, "state", str_c(entry_state_word(entry.state)));
    json_put_str(v, "why", entry.state == ENTRY_PENDING ? entry.why : STR_NULL);
    json_put_bool(v, "preferred", entry.preferred);
    json_put_bool(v, "takes_gcm", entry.takes_gcm);
    json_t *from = json_object_get(item, "provenance");
    json_object_set_new(v, "provenance", from ? json_incref(from) : json_null());
    struct worth worth = worth_of(c, s, &entry, addresses);
    json_put_str(v, "revocation", str_c(revocation_word(worth.revocation)));
    json_put_str(v, "status", worth.status ? str_c(worth.status) : STR_NULL);
    return v;
}

static rc_t begin_showing(struct call *c, bool whole, struct showing *out, struct err *e)
{
    CLEANUP_JSON json_t *groups = NULL;
    str_t version;
    TRY(groups_load(c, &groups, &version, e));
    *out = (struct showing){.whole = whole, .groups = groups_by_member(groups, c->arena)};
    smime_checks_start(&out->checks, c, false);
    return RC_OK;
}

static void put_text(json_t *v, const char *key, const json_t *contact)
{
    str_t text = json_text(json_object_get(contact, key));
    json_put_str(v, key, text.p ? text : STR(""));
}

/* Without S/MIME in the plan nobody sees certificates; they are kept for when it comes back. */
static json_t *show(struct call *c, struct showing *s, const json_t *contact)
{
    json_t *v = json_object(), *certificates = json_array();
    const json_t *list = c->features.smime ? json_object_get(contact, "certificates") : NULL;
    const json_t *addresses = json_object_get(contact, "addresses"), *id, *in;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *certificate = certificate_json(c, s, json_array_get(list, i), addresses);
        if (certificate) json_array_append_new(certificates, certificate);
    }
    id = json_object_get(contact, "id");
    in = json_object_get(s->groups, json_is_string(id) ? json_string_value(id) : "");
    json_object_set(v, "id", json_object_get(contact, "id"));
    json_object_set(v, "name", json_object_get(contact, "name"));
    json_object_set(v, "addresses", json_object_get(contact, "addresses"));
    put_text(v, "phone", contact);
    if (s->whole) put_text(v, "notes", contact);
    json_put_bool(v, "photo", json_is_true(json_object_get(contact, "photo")));
    json_object_set_new(v, "groups", in ? json_deep_copy(in) : json_array());
    json_object_set_new(v, "certificates", certificates);
    json_put_int(v, "version", json_integer_value(json_object_get(contact, "version")));
    return v;
}

json_t *contact_json(struct call *c, const json_t *contact)
{
    struct showing s;
    struct err e = {0};
    if (begin_showing(c, true, &s, &e) != RC_OK) return NULL;
    json_t *v = show(c, &s, contact);
    json_decref(s.groups);
    return v;
}

rc_t contacts_get(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    str_t version;
    TRY(book_need(c, c->q->params[0], &contact, &version, e));
    return call_answer(c, contact_json(c, contact), e);
}

/* --- the list ------------------------------------------------------------------------------------
 */

#define PAGE_MOST 200u

struct wanted {
    uint32_t offset, limit;
    bool searched;
    struct fold_query query;
    json_t *members; /* of the group, {id: true}; owned; NULL: of all */
};

static rc_t number(struct call *c, const char *name, uint32_t *out, struct err *e)
{
    str_t text = request_query(c->q, str_c(name));
    if (str_is_null(text) || str_to_u32(text, out)) return RC_OK;
    return err_invalid(e, name, "This must be a number.");
}

static rc_t read_group(struct call *c, struct wanted *w, str_t id, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    if (id.n == 0) return RC_OK;
    TRY(groups_load(c, &doc, &version, e));
    const json_t *members = json_object_get(groups_find(doc, id), "members");
    if (!members) return err_set(e, RC_NOT_FOUND, "There is no such group.");
    w->members = json_object();
    for (size_t i = 0; i < json_array_size(members); i++) {
        const char *key = arena_cstr(c->arena, json_text(json_array_get(members, i)));
        if (key) json_object_set_new(w->members, key, json_true());
    }
    return RC_OK;
}

/* From the address of a GET, or the body of a POST: names and addresses that are looked for then
 * stand in no log of requests. */
static rc_t read_wanted(struct call *c, struct wanted *w, struct err *e)
{
    str_t text = request_query(c->q, STR("text")), group = request_query(c->q, STR("group"));
    *w = (struct wanted){.limit = PAGE_MOST};
    if (c->in) {
        TRY(json_want_str(c->in, "text", STR(""), &text, e));
        TRY(json_want_str(c->in, "group", STR(""), &group, e));
        TRY(json_want_u32(c->in, "offset", 0, &w->offset, e));
        TRY(json_want_u32(c->in, "limit", PAGE_MOST, &w->limit, e));
    } else {
        TRY(number(c, "offset", &w->offset, e));
        TRY(number(c, "limit", &w->limit, e));
    }
    w->searched = text.n > 0;
    if (w->limit == 0 || w->limit > PAGE_MOST)
        return err_invalid(e, "limit", "At most 200 at once.");
    if (!fold_query(text, c->arena, &w->query)) return err_set(e, RC_NO_MEMORY, NULL);
    return read_group(c, w, group, e);
}

static bool is_wanted(struct call *c, const struct wanted *w, const struct book_line *line)
{
    if (w->members) {
        const char *key = arena_cstr(c->arena, line->id);
        if (!key || !json_object_get(w->members, key)) return false;
    }
    if (!w->searched) return true;
    return w->query.count > 0 && fold_match(&w->query, line->text) == fold_all(&w->query);
}

struct sorted {
    str_t key, id;
};

/* By name; who has none, by address. */
static int by_key(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    int order = str_cmp(x->key, y->key);
    return order ? order : str_cmp(x->id, y->id);
}

static rc_t find_wanted(struct call *c, const struct wanted *w, struct sorted **out, size_t *n,
                        struct err *e)
{
    struct book_line *lines;
    size_t count, found = 0;
    TRY(book_lines(c, &lines, &count, e));
    struct sorted *list = ARENA_ARRAY(c->arena, count + 1, struct sorted);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        if (!is_wanted(c, w, &lines[i])) continue;
        str_t key = book_line_name(&lines[i]), address;
        if (key.n == 0) (void) book_line_address(&lines[i], 0, &key, &address);
        list[found++] = (struct sorted){key, lines[i].id};
    }
    qsort(list, found, sizeof *list, by_key);
    *out = list;
    *n = found;
    return RC_OK;
}

static rc_t list_page(struct call *c, const struct wanted *w, struct err *e)
{
    CLEANUP_JSON json_t *page = NULL, *list = json_array();
    struct showing s;
    struct sorted *found;
    str_t ids[PAGE_MOST];
    size_t total, n = 0;
    TRY(find_wanted(c, w, &found, &total, e));
    for (size_t i = w->offset; i < total && n < w->limit; i++)
        ids[n++] = found[i].id;
    TRY(book_some(c, ids, n, &page, NULL, e));
    TRY(begin_showing(c, false, &s, e));
    for (size_t i = 0; i < n; i++)
        if (json_is_object(json_array_get(page, i)))
            json_array_append_new(list, show(c, &s, json_array_get(page, i)));
    json_decref(s.groups);
    json_t *answer = json_object();
    json_put_int(answer, "total", (long long) total);
    json_object_set(answer, "contacts", list);
    return call_answer(c, answer, e);
}

rc_t contacts_list(struct call *c, struct err *e)
{
    struct wanted w = {.members = NULL};
    rc_t rc = read_wanted(c, &w, e);
    if (rc == RC_OK) rc = list_page(c, &w, e);
    json_decref(w.members);
    return rc;
}

/* --- making and changing ------------------------------------------------------------------------
 */

static bool has_address(const json_t *list, str_t address)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_ieq(book_address(json_array_get(list, i)), address)) return true;
    return false;
}

/* Texts, or {address, label}; each address once. New reference. */
static rc_t read_addresses(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *all = json_array();
    json_t *list;
    TRY(json_need_array(c->in, "addresses", BOOK_MAX_ADDRESSES, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        str_t address = book_address(v), label = STR("");
        if (!address.p) return err_invalid(e, "addresses", "An address is not text.");
        TRY(address_check(address, e));
        if (json_is_object(v)) TRY(json_want_str(v, "label", STR(""), &label, e));
        if (label.n > BOOK_MAX_LABEL || !str_is_clean(label))
            return err_invalid(e, "addresses", "This is not a label.");
        if (!has_address(all, address))
            json_array_append_new(all, book_new_address(address, label));
    }
    if (json_array_size(all) == 0) return err_invalid(e, "addresses", "A contact has an address.");
    *out = json_incref(all);
    return RC_OK;
}

static bool is_note(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char) s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t') || s.p[i] == 0x7f)
            return false;
    return true;
}

/* What the person wrote; what was not given stays as it was. */
static rc_t apply_texts(struct call *c, json_t *contact, struct err *e)
{
    str_t name, phone, notes;
    TRY(json_want_str(c->in, "name", STR_NULL, &name, e));
    TRY(json_want_str(c->in, "phone", STR_NULL, &phone, e));
    TRY(json_want_str(c->in, "notes", STR_NULL, &notes, e));
    if (name.n > BOOK_MAX_NAME || !str_is_clean(name))
        return err_invalid(e, "name", "This is not a name.");
    if (phone.n > BOOK_MAX_PHONE || !str_is_clean(phone))
        return err_invalid(e, "phone", "This is not a phone number.");
    if (notes.n > BOOK_MAX_NOTES || !is_note(notes))
        return err_invalid(e, "notes", "These notes are too long, or hold control characters.");
    if (name.p) json_put_str(contact, "name", name);
    if (phone.p) json_put_str(contact, "phone", phone);
    if (notes.p) json_put_str(contact, "notes", notes);
    return RC_OK;
}

/* The certificates that still are of one of the contact's addresses. What came by mail is not used
 * for an address the person adds, before the person says so. New reference. */
static json_t *certificates_of(struct call *c, const json_t *before, const json_t *addresses)
{
    json_t *kept = json_array();
    const json_t *certificates = json_object_get(before, "certificates");
    for (size_t i = 0; i < json_array_size(certificates); i++) {
        CLEANUP_JSON json_t *item = json_deep_copy(json_array_get(certificates, i));
        struct cert *cert = cert_from_json(json_object_get(item, "der"), c->arena);
        bool keep = false;
        if (cert) {
            for (size_t k = 0; k < json_array_size(addresses); k++) {
                str_t address = book_address(json_array_get(addresses, k));
                keep = keep || cert_matches_address(cert, address) != ADDRESS_NO;
            }
            cert_unref(cert);
        }
        if (!keep) continue;
        contacts_guard_certificate(c, item, json_object_get(before, "addresses"), addresses);
        json_array_append(kept, item);
    }
    return kept;
}

static rc_t check_version(struct call *c, const json_t *contact, struct err *e)
{
    const json_t *read = json_object_get(c->in, "version");
    if (!read || json_is_null(read)) return RC_OK;
    if (!json_is_integer(read)) return err_invalid(e, "version", "This is not a version.");
    if (json_integer_value(read) == json_integer_value(json_object_get(contact, "version")))
        return RC_OK;
    return err_set(e, RC_CONFLICT, NULL);
}

static rc_t put_once(struct call *c, str_t id, bool make, json_t *addresses, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    str_t state = STR_NULL;
    if (!make) TRY(book_need(c, id, &before, &state, e));
    if (!make) TRY(check_version(c, before, e));
    contact = before ? json_deep_copy(before) : book_new_contact(id, STR_NULL);
    TRY(apply_texts(c, contact, e));
    json_object_set(contact, "addresses", addresses);
    json_object_set_new(contact, "certificates", certificates_of(c, before, addresses));
    json_put_int(contact, "version", json_integer_value(json_object_get(before, "version")) + 1);
    TRY(contacts_keep_limits(contact, c->arena, e));
    TRY(book_save(c, id, contact, before, state, e));
    return call_answer(c, contact_json(c, contact), e);
}

rc_t contacts_put(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *addresses = NULL;
    str_t id = c->q->params[0];
    bool make = str_eq(id, STR("new"));
    if (!make && !book_is_id(id)) return err_set(e, RC_NOT_FOUND, "There is no such contact.");
    TRY(read_addresses(c, &addresses, e));
    if (make) TRY(book_new_id(c, &id, e));
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = put_once(c, id, make, addresses, e);
    return rc;
}

static rc_t delete_once(struct call *c, str_t id, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *doc = NULL;
    struct book_groups groups;
    str_t version;
    TRY(book_need(c, id, &before, &version, e));
    TRY(groups_load(c, &doc, &groups.version, e));
    groups.doc = doc;
    groups_replace(doc, id, STR_NULL);
    const struct book_change gone = {.id = id, .before = before, .version = version};
    return book_commit(c, &gone, 1, &groups, e);
}

rc_t contacts_delete(struct call *c, struct err *e)
{
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = delete_once(c, c->q->params[0], e);
    TRY(rc);
    return call_answer(c, json_object(), e);
}
