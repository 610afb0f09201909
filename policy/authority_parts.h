/* What authority*.c and issuing*.c share. */
#ifndef WAXSEAL_POLICY_AUTHORITY_PARTS_H
#define WAXSEAL_POLICY_AUTHORITY_PARTS_H

#include "crypto/cert.h"
#include "policy/authority.h"
#include "policy/edit.h"

/* Read from the registry; to be given to authority_close. */
struct authority {
    json_t *row;
    struct cert *cert;
    struct agent_key key; /* in the arena it was read into */
    int64_t not_before, not_after;
};
/* RC_NOT_FOUND, field "authority". sealed: its key as well. */
rc_t authority_open(struct edit *t, str_t organisation, bool sealed, struct authority *out,
                    struct err *e) WX_MUST_USE;
void authority_close(struct authority *u);
#define CLEANUP_AUTHORITY __attribute__((cleanup(authority_close)))

/* Is there an agent at all? RC_KEYD_DOWN. */
rc_t authority_need_agent(const struct agent *agent, struct err *e) WX_MUST_USE;
/* Does the authority's certificate allow this domain? */
bool authority_covers(const struct cert *c, str_t domain);
/* Domains of the organisation, sorted, in the run's arena. */
rc_t authority_domains(struct edit *t, str_t organisation, str_t **out, size_t *n,
                       struct err *e) WX_MUST_USE;
/* How many it issued that are neither revoked nor at their end: to that address, or to the
 * addresses of that domain. */
rc_t authority_holding(struct edit *t, str_t organisation, str_t whose, long long *out,
                       struct err *e) WX_MUST_USE;
/* When it revoked the certificate; null: it did not, or did not issue it. */
rc_t authority_revoked_at(struct edit *t, str_t organisation, const struct cert *c, str_t *at,
                          struct err *e) WX_MUST_USE;
/* Queues that something was revoked: the list is due. */
void authority_list_outdate(struct edit *t, str_t organisation);
/* "<instance>:oa:<organisation>" */
str_t authority_sealed_key(struct edit *t, str_t organisation);
/* RC_NOT_FOUND, field "authority". */
rc_t authority_none(struct err *e);

/* --- lists ------------------------------------------------------------------------------------ */

/* "<instance>:o:lists": "<organisation>-<key id>" -> {number, at, next, der, issuer} (issuer: the
 * certificate of an authority that is gone, in base64; last: true where it was removed, when all it
 * had issued was revoked), "<organisation>" -> id of the key whose certificates name the list so.
 */
str_t authority_lists_key(struct arena *a, str_t instance);
str_t authority_list_name(struct arena *a, str_t organisation, str_t key);
/* Where the list of that name is served. */
str_t authority_list_url(struct arena *a, const struct config *c, str_t name);
/* Names of all lists, sorted; in the arena. */
rc_t authority_list_names(const struct registry *r, struct arena *a, str_t **out, size_t *n,
                          struct err *e) WX_MUST_USE;
/* Back again; *key null: "<organisation>" alone. False: it is no such name. */
bool authority_list_split(str_t name, str_t *organisation, str_t *key);
rc_t authority_list_parse(str_t text, struct arena *a, struct authority_list *out,
                          struct err *e) WX_MUST_USE;
/* "<instance>:o:crl:<organisation>", where releases before kept the list of the one authority. */
str_t authority_list_before(struct arena *a, str_t instance, str_t organisation);

/* What a list is made from, but for what was issued; in the run's arena. */
struct list_state {
    str_t name, was, authority; /* list ("": none) and authority's record as they are stored */
    str_t revoked, listed;      /* counts */
    long long issued;           /* how many */
    struct authority_list last; /* zero: none */
};
rc_t authority_list_state(struct edit *t, str_t organisation, struct list_state *out,
                          struct err *e) WX_MUST_USE;
struct list_order {
    const struct agent *agent;
    const struct authority *authority; /* with its key */
    const struct list_state *state;
    const json_t *issued;
    int64_t next;
    bool last; /* it goes on without the authority */
};
/* *text: as it is kept. swept (may be NULL) gets the serials of what ended long ago. */
rc_t authority_list_sign(struct edit *t, const struct list_order *o, json_t *swept, str_t *text,
                         struct err *e) WX_MUST_USE;

/* Queues that the list of that key goes, with the name that means it. */
rc_t authority_list_drop(struct edit *t, str_t organisation, str_t key, struct err *e) WX_MUST_USE;
/* The organisation goes: RC_CONFLICT "authority" where its authority has to sign a last list first;
 * else queues that its list goes, too. */
rc_t authority_judge_end(struct edit *t, str_t organisation, struct err *e) WX_MUST_USE;
/* All of it goes, but for requests to others, and its list. */
void authority_forget(struct edit *t, str_t organisation);
/* Serial number as records have it. RC_DAMAGED. */
rc_t authority_serial(const struct cert *c, struct arena *a, str_t *out, struct err *e) WX_MUST_USE;

#endif
