#include "webmail/contacts/groups.h"

#include "mail/build.h"
#include "webmail/contacts/book.h"
#include "webmail/store.h"

static json_t *list_of(const json_t *doc)
{
    return json_object_get(doc, "groups");
}

static json_t *members_of(const json_t *group)
{
    return json_object_get(group, "members");
}

rc_t groups_load(struct call *c, json_t **doc, str_t *version, struct err *e)
{
    json_t *found = NULL;
    TRY(store_load(c, STR("groups"), &found, version, e));
    if (!found) found = json_object();
    if (!list_of(found)) json_object_set_new(found, "groups", json_array());
    *doc = found;
    return RC_OK;
}

static size_t place_of(const json_t *doc, str_t id)
{
    const json_t *list = list_of(doc);
    size_t i = 0;
    while (i < json_array_size(list) &&
           !str_eq(json_text(json_object_get(json_array_get(list, i), "id")), id))
        i++;
    return i;
}

json_t *groups_find(const json_t *doc, str_t id)
{
    return json_array_get(list_of(doc), place_of(doc, id));
}

json_t *groups_by_member(const json_t *doc, struct arena *a)
{
    json_t *all = json_object();
    const json_t *list = list_of(doc);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *group = json_array_get(list, i), *members = members_of(group);
        for (size_t k = 0; k < json_array_size(members); k++) {
            const char *key = arena_cstr(a, json_text(json_array_get(members, k)));
            if (!key) continue;
            if (!json_object_get(all, key)) json_object_set_new(all, key, json_array());
            json_array_append(json_object_get(all, key), json_object_get(group, "id"));
        }
    }
    return all;
}

static size_t find_member(const json_t *members, str_t member)
{
    size_t i = 0;
    while (i < json_array_size(members) && !str_ieq(json_text(json_array_get(members, i)), member))
        i++;
    return i;
}

static void count_up(json_t *v, const char *key)
{
    json_put_int(v, key, json_integer_value(json_object_get(v, key)) + 1);
}

void groups_replace(json_t *doc, str_t member, str_t by)
{
    const json_t *list = list_of(doc);
    count_up(doc, "gone");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *group = json_array_get(list, i), *members = members_of(group);
        size_t at = find_member(members, member);
        if (at == json_array_size(members)) continue;
        count_up(group, "version");
        if (by.p && find_member(members, by) == json_array_size(members))
            json_array_set_new(members, at, json_from_str(by));
        else
            json_array_remove(members, at);
    }
}

/* --- handlers ------------------------------------------------------------------------------------
 */

rc_t groups_list(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(groups_load(c, &doc, &version, e));
    json_t *answer = json_object();
    const json_t *list = list_of(doc);
    for (size_t i = 0; i < json_array_size(list); i++) { /* kept without one before there were */
        json_t *group = json_array_get(list, i);
        json_put_int(group, "version", json_integer_value(json_object_get(group, "version")));
    }
    json_object_set(answer, "groups", list_of(doc));
    return call_answer(c, answer, e);
}

static rc_t read_name(struct call *c, str_t *out, struct err *e)
{
    str_t name;
    TRY(json_need_str(c->in, "name", &name, e));
    name = str_trim(name);
    if (name.n == 0 || name.n > BOOK_MAX_NAME || !str_is_clean(name))
        return err_invalid(e, "name", "This is not a name.");
    *out = name;
    return RC_OK;
}

/* Ids of contacts there are, and addresses; each once. New reference. Of a group that is there
 * contacts that are gone are left out: they may have gone since it was read. */
static rc_t read_members(struct call *c, bool make, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *members = json_array();
    json_t *list;
    TRY(json_need_array(c->in, "members", GROUP_MAX_MEMBERS, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_JSON json_t *contact = NULL;
        str_t member = json_text(json_array_get(list, i)), version;
        if (book_is_id(member)) {
            TRY(book_load(c, member, &contact, &version, e));
            if (!contact && !make) continue;
            if (!contact) return err_invalid(e, "members", "One of these contacts is gone.");
        } else if (address_check(member, e) != RC_OK) {
            return err_invalid(e, "members", "One of these is no contact and no address.");
        }
        if (find_member(members, member) == json_array_size(members))
            json_array_append(members, json_array_get(list, i));
    }
    *out = json_incref(members);
    return RC_OK;
}

static rc_t check_version(struct call *c, const json_t *group, struct err *e)
{
    const json_t *read = json_object_get(c->in, "version");
    if (!read || json_is_null(read)) return RC_OK;
    if (!json_is_integer(read)) return err_invalid(e, "version", "This is not a version.");
    if (json_integer_value(read) == json_integer_value(json_object_get(group, "version")))
        return RC_OK;
    return err_set(e, RC_CONFLICT, NULL);
}

struct change {
    str_t id, name;
    bool make, remove;
    json_t *done; /* the group as it is now; owned */
};

/* Members are looked at after the document was read: whoever removes a contact changes it, so what
 * was seen here is still so when this is saved. */
static rc_t change(struct call *c, json_t **doc, void *arg, struct err *e)
{
    struct change *x = arg;
    CLEANUP_JSON json_t *members = NULL;
    if (!*doc) *doc = json_object();
    if (!list_of(*doc)) json_object_set_new(*doc, "groups", json_array());
    json_t *list = list_of(*doc);
    size_t at = x->make ? json_array_size(list) : place_of(*doc, x->id);
    const json_t *before = json_array_get(list, at);
    if (!x->make && !before) return err_set(e, RC_NOT_FOUND, "There is no such group.");
    if (x->make && at >= GROUPS_MAX) return err_set(e, RC_FULL, "There are too many groups.");
    if (x->remove) {
        json_array_remove(list, at);
        return RC_OK;
    }
    if (!x->make) TRY(check_version(c, before, e));
    TRY(read_members(c, x->make, &members, e));
    json_t *group = json_object();
    json_put_str(group, "id", x->id);
    json_put_str(group, "name", x->name);
    json_object_set(group, "members", members);
    json_put_int(group, "version", json_integer_value(json_object_get(before, "version")) + 1);
    json_decref(x->done);
    x->done = json_incref(group);
    if (x->make)
        json_array_append_new(list, group);
    else
        json_array_set_new(list, at, group);
    return RC_OK;
}

static rc_t save(struct call *c, str_t id, bool make, struct err *e)
{
    struct change x = {.id = id, .make = make};
    TRY(read_name(c, &x.name, e));
    rc_t rc = store_update(c, STR("groups"), change, &x, e);
    if (rc != RC_OK) {
        json_decref(x.done);
        return rc;
    }
    return call_answer(c, x.done, e);
}

rc_t groups_create(struct call *c, struct err *e)
{
    str_t id;
    TRY(book_new_id(c, &id, e));
    return save(c, id, true, e);
}

rc_t groups_put(struct call *c, struct err *e)
{
    return save(c, c->q->params[0], false, e);
}

rc_t groups_delete(struct call *c, struct err *e)
{
    struct change x = {.id = c->q->params[0], .remove = true};
    TRY(store_update(c, STR("groups"), change, &x, e));
    return call_answer(c, json_object(), e);
}
