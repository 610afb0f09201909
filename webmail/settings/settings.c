#include "webmail/settings/settings.h"

#include <stdio.h>

#include "base/b64.h"
#include "mail/build.h"
#include "policy/alias.h"
#include "webmail/contacts/colleagues.h"
#include "webmail/session/session.h"
#include "webmail/settings/fields.h"
#include "webmail/store.h"

/* What the user may send as. */
static rc_t find_owner(struct call *c, struct field_owner *out, struct err *e)
{
    struct alias_list aliases;
    TRY(alias_list(c->kv, c->arena, c->app->config->instance, c->organisation, c->session->address,
                   &aliases, e));
    *out = (struct field_owner){
        .address = c->session->address, .aliases = aliases.addresses, .alias_count = aliases.count};
    return RC_OK;
}

/* --- documents of earlier releases -------------------------------------------------------------
 */

static json_t *member(const json_t *stored, const char *group, const char *name)
{
    const json_t *from = group[0] ? json_object_get(stored, group) : stored;
    return json_object_get(from, name);
}

/* {name, signature} of the one identity there was. */
static json_t *identities_of_before(const json_t *stored, const struct field_owner *o)
{
    const json_t *old = json_object_get(stored, "identity");
    if (!json_is_object(old)) return NULL;
    json_t *list = field_default_identities(o), *one = json_array_get(list, 0);
    if (json_is_string(json_object_get(old, "name")))
        json_object_set(one, "name", json_object_get(old, "name"));
    if (json_is_string(json_object_get(old, "signature")))
        json_object_set(one, "signature", json_object_get(old, "signature"));
    return list;
}

/* The stored value of a field, also from where an earlier release kept it; new reference or NULL.
 */
static json_t *stored_value(const json_t *stored, const struct preference *f,
                            const struct field_owner *o)
{
    json_t *v = member(stored, f->group, f->name);
    if (v) return json_incref(v);
    if (strcmp(f->name, "shortcuts") == 0)
        return json_incref(member(stored, "reading", "shortcuts"));
    if (strcmp(f->name, "density") == 0) return json_incref(member(stored, "ui", "density"));
    if (f->kind == FIELD_IDENTITIES) return identities_of_before(stored, o);
    return NULL;
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* Without the identities that may be used no more; one of those that stay is the default. */
static json_t *usable_identities(const struct preference *f, const json_t *list,
                                 const struct field_owner *o)
{
    CLEANUP_JSON json_t *kept = json_array();
    struct err ignored;
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_JSON json_t *one = json_deep_copy(json_array_get(list, i)), *alone = json_array();
        bool is_default = json_is_true(json_object_get(one, "default"));
        if (!json_is_object(one)) continue;
        json_object_set_new(one, "default", json_true());
        json_array_append(alone, one);
        if (field_check(f, alone, o, &ignored) != RC_OK) continue;
        json_object_set_new(one, "default", json_boolean(is_default));
        json_array_append(kept, one);
    }
    if (json_array_size(kept) == 0) return field_default_identities(o);
    if (field_check(f, kept, o, &ignored) != RC_OK)
        json_object_set_new(json_array_get(kept, 0), "default", json_true());
    if (field_check(f, kept, o, &ignored) != RC_OK) return field_default_identities(o);
    return json_incref(kept);
}

/* Stored values that are still acceptable, defaults for the others. A copy: merging must not change
 * what was loaded. */
static json_t *complete(const json_t *stored, const struct field_owner *o)
{
    json_t *all = json_object();
    struct err ignored;
    for (size_t i = 0; i < PREFERENCE_COUNT; i++) {
        const struct preference *f = &PREFERENCES[i];
        json_t *group = f->group[0] ? json_object_get(all, f->group) : all;
        if (!group) {
            group = json_object();
            json_object_set_new(all, f->group, group);
        }
        CLEANUP_JSON json_t *v = stored_value(stored, f, o);
        if (v && field_check(f, v, o, &ignored) == RC_OK)
            json_object_set_new(group, f->name, json_deep_copy(v));
        else if (v && f->kind == FIELD_IDENTITIES)
            json_object_set_new(group, f->name, usable_identities(f, v, o));
        else
            json_object_set_new(group, f->name, field_default(f, o));
    }
    return all;
}

/* Which state of the document this is; "": there is none yet. */
static void put_version(struct call *c, json_t *all, str_t version)
{
    json_put_str(all, "version", version.p ? hex_encode(c->arena, version) : STR(""));
}

rc_t settings_load(struct call *c, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *stored = NULL;
    struct field_owner owner;
    str_t version;
    TRY(store_load(c, STR("settings"), &stored, &version, e));
    TRY(find_owner(c, &owner, e));
    json_t *all = complete(stored, &owner);
    put_version(c, all, version);
    *out = all;
    return RC_OK;
}

/* --- changing ----------------------------------------------------------------------------------
 */

static rc_t refuse_unknown(const char *group, const char *name, struct err *e)
{
    char path[64];
    snprintf(path, sizeof path, "%.30s%s%.30s", group, group[0] && name[0] ? "." : "", name);
    return err_invalid(e, path, "There is no such preference.");
}

static bool is_group(const char *name)
{
    for (size_t i = 0; i < PREFERENCE_COUNT; i++)
        if (name[0] && strcmp(PREFERENCES[i].group, name) == 0) return true;
    return false;
}

static rc_t check_member(const char *group, const char *name, const json_t *v,
                         const struct field_owner *o, struct err *e)
{
    const struct preference *f = field_find(group, name);
    return f ? field_check(f, v, o, e) : refuse_unknown(group, name, e);
}

static rc_t check_group(const char *group, const json_t *members, const struct field_owner *o,
                        struct err *e)
{
    const char *name;
    json_t *v;
    if (!json_is_object(members)) return refuse_unknown(group, "", e);
    json_object_foreach((json_t *) members, name, v) TRY(check_member(group, name, v, o, e));
    return RC_OK;
}

static rc_t check(const json_t *subset, const struct field_owner *o, struct err *e)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *) subset, name, v)
    {
        if (is_group(name))
            TRY(check_group(name, v, o, e));
        else
            TRY(check_member("", name, v, o, e));
    }
    return RC_OK;
}

/* Joined by fingerprint; the oldest entries make room. */
static void merge_reminded(json_t *group, const json_t *change)
{
    json_t *all = json_object_get(group, "reminded"), *days;
    const char *fingerprint;
    json_object_foreach((json_t *) change, fingerprint, days)
    {
        json_object_del(all, fingerprint); /* moves to the end */
        if (!json_is_null(days)) json_object_set(all, fingerprint, days);
    }
    while (json_object_size(all) > SETTINGS_MAX_REMINDED)
        json_object_del(all, json_object_iter_key(json_object_iter(all)));
}

static void put(json_t *group, const struct preference *f, json_t *v)
{
    if (f->kind == FIELD_REMINDED)
        merge_reminded(group, v);
    else
        json_object_set(group, f->name, v);
}

struct change {
    const json_t *subset;
    const struct field_owner *owner;
};

static rc_t merge(struct call *c, json_t **doc, void *arg, struct err *e)
{
    const struct change *change = arg;
    json_t *all = complete(*doc, change->owner), *v, *w;
    const char *name, *inner;
    (void) c;
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) change->subset, name, v)
    {
        const struct preference *f = field_find("", name);
        if (f) {
            put(all, f, v);
            continue;
        }
        json_object_foreach(v, inner, w)
            put(json_object_get(all, name), field_find(name, inner), w);
    }
    json_decref(*doc);
    *doc = all;
    return RC_OK;
}

/* Only onto the state the user saw: a list that is replaced whole takes nothing away unseen. */
static rc_t merge_onto(struct call *c, str_t wanted, struct change *change, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, STR("settings"), &doc, &version, e));
    str_t now = version.p ? hex_encode(c->arena, version) : STR("");
    if (!str_eq(wanted, now))
        return err_set(e, RC_CONFLICT, "The settings were changed elsewhere meanwhile.");
    TRY(merge(c, &doc, change, e));
    return store_save(c, STR("settings"), doc, version, e);
}

rc_t settings_merge(struct call *c, const json_t *subset, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *fields = json_copy((json_t *) subset);
    struct field_owner owner;
    str_t wanted;
    TRY(json_want_str(subset, "version", STR_NULL, &wanted, e));
    json_object_del(fields, "version");
    TRY(find_owner(c, &owner, e));
    TRY(check(fields, &owner, e));
    struct change change = {fields, &owner};
    if (wanted.p)
        TRY(merge_onto(c, wanted, &change, e));
    else
        TRY(store_update(c, STR("settings"), merge, &change, e));
    return settings_load(c, out, e);
}

struct sender {
    str_t address;
    const struct field_owner *owner;
};

static rc_t add_sender(struct call *c, json_t **doc, void *arg, struct err *e)
{
    const struct sender *s = arg;
    json_t *all = complete(*doc, s->owner);
    (void) c;
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    json_t *list = json_object_get(all, "remote_images");
    for (size_t i = json_array_size(list); i > 0; i--)
        if (str_eq(json_text(json_array_get(list, i - 1)), s->address))
            json_array_remove(list, i - 1);
    while (json_array_size(list) >= SETTINGS_MAX_SENDERS)
        json_array_remove(list, 0);
    json_array_append_new(list, json_from_str(s->address));
    json_decref(*doc);
    *doc = all;
    return RC_OK;
}

rc_t settings_remember_sender(struct call *c, str_t address, struct err *e)
{
    struct field_owner owner;
    str_t lower = arena_str(c->arena, address);
    char *p = (char *) lower.p;
    for (size_t i = 0; i < lower.n; i++)
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char) (p[i] + 32);
    TRY(address_check(lower, e));
    TRY(find_owner(c, &owner, e));
    struct sender s = {lower, &owner};
    return store_update(c, STR("settings"), add_sender, &s, e);
}

rc_t settings_get(struct call *c, struct err *e)
{
    json_t *all = NULL;
    TRY(settings_load(c, &all, e));
    return call_answer(c, all, e);
}

rc_t settings_put(struct call *c, struct err *e)
{
    json_t *all = NULL;
    TRY(settings_merge(c, c->in, &all, e));
    rc_t rc = RC_OK;
    if (json_object_get(json_object_get(c->in, "security"), "listed"))
        rc = colleagues_publish(c, e);
    if (rc == RC_OK) return call_answer(c, all, e);
    json_decref(all);
    return rc;
}
