/* API tokens: how programs administer an organisation.
 *
 * A token is `wxs_` and 43 characters (256 random bits), told once, when it is made; kept is its
 * SHA-256 (`o:tokens`, also its id). It has scopes, an end, and the rights of a writer within them,
 * in one organisation or (made by an operator) in each. An export has their hashes, which sign
 * nobody in.
 */
#ifndef WAXSEAL_POLICY_TOKEN_H
#define WAXSEAL_POLICY_TOKEN_H

#include "policy/registry.h"

enum { TOKEN_TEXT_BYTES = 47, TOKENS_MAX = 100, TOKEN_DAYS_MAX = 731 };

struct token_wish {
    str_t name;           /* name_is_id, each once in an organisation */
    str_t organisation;   /* null: all */
    const json_t *scopes; /* ["accounts:read", …], at least one */
    int64_t expires;      /* seconds since 1970, at most TOKEN_DAYS_MAX days from now */
};

/* *token: the text, in the arena; *view as token_list's. RC_INVALID by field (name, scopes,
 * expires); RC_CONFLICT: the name is in use; RC_TOO_LARGE: TOKENS_MAX. */
rc_t token_make(const struct registry *r, const struct actor *by, const struct token_wish *wish,
                struct arena *a, str_t *token, json_t **view, struct err *e) WX_MUST_USE;
/* [{id, name, organisation, scopes: [..], expires, made_by, made_at, ended}] of an organisation;
 * null: of those for all. New reference. */
rc_t token_list(const struct registry *r, str_t organisation, int64_t now, json_t **out,
                struct err *e) WX_MUST_USE;
/* RC_NOT_FOUND: the organisation has none of this id. */
rc_t token_remove(const struct registry *r, const struct actor *by, str_t organisation, str_t id,
                  struct err *e) WX_MUST_USE;

/* Whose is this text? RC_UNAUTHENTICATED: nobody's, or its time is over. *id: 64 characters in the
 * arena. New reference. */
rc_t token_find(const struct registry *r, str_t token, int64_t now, struct arena *a, str_t *id,
                json_t **row, struct err *e) WX_MUST_USE;
/* Of a row of token_find: may it `area:read` (or, write, `area:write`)? */
bool token_may(const json_t *row, str_t area, bool write);

/* What is wrong with tokens as a document has them ({id: record}), or NULL; *id: with which. */
const char *tokens_fault(const json_t *tokens, const char **id);

struct edit;
/* The organisation is removed: so are its tokens, in the same change. One of the same id that is
 * made later is another. */
rc_t token_forget(struct edit *t, str_t organisation, struct err *e) WX_MUST_USE;

#endif
