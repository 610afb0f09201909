/* Who may do what: roles of a sign-in name in an organisation, and operators over all. */
#ifndef WAXSEAL_POLICY_ROLE_H
#define WAXSEAL_POLICY_ROLE_H

#include "policy/registry.h"

enum role { ROLE_NONE, ROLE_READER, ROLE_WRITER, ROLE_OWNER, ROLE_OPERATOR };

enum role_act {
    ROLE_LOOK,       /* everything of the organisation but secrets */
    ROLE_CHANGE,     /* accounts, rules, certificates, licences */
    ROLE_CHANGE_WHO, /* roles, tokens */
    ROLE_OPERATE     /* customers, organisations, domains without proof, plans, quotas */
};

/* "none", "reader", "writer", "owner", "operator". */
const char *role_word(enum role role);
bool role_may(enum role role, enum role_act act);
/* What the name may be in the organisation (null: is it an operator?). An operator is one
 * everywhere. A stored role that is damaged is RC_DAMAGED, not a guess. who: lower case. */
rc_t role_of(const struct registry *r, str_t organisation, str_t who, enum role *out,
             struct err *e) WX_MUST_USE;

/* Is the name an operator, or has it a role in any organisation? */
rc_t role_anywhere(const struct registry *r, str_t who, bool *out, struct err *e) WX_MUST_USE;
/* [{id, name, customer, smime, role}] of the organisations it has a role in, by id; of an operator
 * all, with the role "operator". New reference. */
rc_t role_organisations(const struct registry *r, str_t who, json_t **out,
                        struct err *e) WX_MUST_USE;

#endif
