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
