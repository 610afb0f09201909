#include "policy/role.h"

static const char *const WORDS[] = {"none", "reader", "writer", "owner", "operator"};

const char *role_word(enum role role)
{
    return WORDS[role];
}

bool role_may(enum role role, enum role_act act)
{
    static const enum role least[] = {[ROLE_LOOK] = ROLE_READER,
                                      [ROLE_CHANGE] = ROLE_WRITER,
                                      [ROLE_CHANGE_WHO] = ROLE_OWNER,
                                      [ROLE_OPERATE] = ROLE_OPERATOR};
    return role >= least[act];
}

static enum role role_named(str_t word)
{
    for (int i = ROLE_OPERATOR; i > ROLE_NONE; i--)
        if (str_eq(str_c(WORDS[i]), word)) return (enum role) i;
    return ROLE_NONE;
}

rc_t role_of(const struct registry *r, str_t organisation, str_t who, enum role *out, struct err *e)
{
    CLEANUP_JSON json_t *over = NULL, *in = NULL;
    enum role role = ROLE_NONE;
    if (organisation.n) TRY(record_check_id(RECORD_ORGANISATION, organisation, e));
    TRY(registry_get(r, (struct record_at){RECORD_ROLE, STR_NULL, who}, &over, e));
    /* Only the list of operators makes one: the word in an organisation's list is worth nothing. */
    if (role_named(record_text(over, "role")) == ROLE_OPERATOR) role = ROLE_OPERATOR;
    if (role == ROLE_NONE && organisation.n) {
        TRY(registry_get(r, (struct record_at){RECORD_ROLE, organisation, who}, &in, e));
        role = role_named(record_text(in, "role"));
        if (role == ROLE_OPERATOR) role = ROLE_NONE;
    }
    *out = role;
    return RC_OK;
}

/* --- everywhere --------------------------------------------------------------------------------
 */

enum { AT_ONCE = 200 };

/* role[i]: of the name in the organisation with the i-th id. */
static rc_t roles_in(const struct registry *r, struct arena *a, const str_t *ids, size_t n,
                     str_t who, enum role *role, struct err *e)
{
    str_t argv[AT_ONCE][3];
    struct kv_call calls[AT_ONCE];
    struct kv_value values[AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        argv[i][0] = STR("HGET");
        argv[i][1] = record_key(a, r->config->instance, RECORD_ROLE, ids[i]);
        argv[i][2] = who;
        calls[i] = (struct kv_call){argv[i], 3};
    }
    TRY(kv_pipeline(r->kv, a, calls, n, values, e));
    for (size_t i = 0; i < n; i++) {
        CLEANUP_JSON json_t *row = NULL;
        if (values[i].type == KV_STR) TRY(record_parse(RECORD_ROLE, values[i].s, &row, e));
        role[i] = role_named(record_text(row, "role"));
        if (role[i] == ROLE_OPERATOR) role[i] = ROLE_NONE;
    }
    return RC_OK;
}

static void append_place(json_t *out, str_t id, const json_t *organisation, enum role role)
{
    json_t *place = json_object();
    json_put_str(place, "id", id);
    json_put_str(place, "name", record_text(organisation, "name"));
    json_put_str(place, "customer", record_text(organisation, "customer"));
    json_put_str(place, "smime", record_text(organisation, "smime"));
    json_put_str(place, "role", str_c(WORDS[role]));
    json_array_append_new(out, place);
}

static rc_t places_of(const struct registry *r, struct arena *a, const json_t *organisations,
                      bool operator, str_t who, json_t *out, struct err *e)
{
    str_t ids[AT_ONCE];
    enum role role[AT_ONCE];
    size_t n = 0, left = json_object_size(organisations);
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) organisations, id, row)
    {
        ids[n++] = str_c(id);
        left--;
        if (n < AT_ONCE && left > 0) continue;
        if (!operator) TRY(roles_in(r, a, ids, n, who, role, e));
        for (size_t i = 0; i < n; i++) {
            enum role is = operator? ROLE_OPERATOR : role[i];
            if (is == ROLE_NONE) continue;
            append_place(out, ids[i], json_object_getn(organisations, ids[i].p, ids[i].n), is);
        }
        n = 0;
    }
    return RC_OK;
}

rc_t role_organisations(const struct registry *r, str_t who, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *organisations = NULL, *places = json_array();
    enum role over;
    TRY(role_of(r, STR_NULL, who, &over, e));
    TRY(registry_list(r, RECORD_ORGANISATION, STR_NULL, &organisations, e));
    struct arena *a = arena_new(64u << 20);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = places_of(r, a, organisations, over == ROLE_OPERATOR, who, places, e);
    arena_free(a);
    if (rc == RC_OK) *out = json_incref(places);
    return rc;
}

rc_t role_anywhere(const struct registry *r, str_t who, bool *out, struct err *e)
{
    CLEANUP_JSON json_t *places = NULL;
    enum role over;
    TRY(role_of(r, STR_NULL, who, &over, e));
    if (over != ROLE_OPERATOR) TRY(role_organisations(r, who, &places, e));
    *out = over == ROLE_OPERATOR || json_array_size(places) > 0;
    return RC_OK;
}
