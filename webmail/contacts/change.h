/* May a certificate that arrived in a signed mail take the place of the one in use?
 *
 * The attack is key substitution: whoever can make any trusted authority issue a certificate for
 * the correspondent's address would be encrypted to from then on. So only what cannot be that, or
 * what a renewal looks like, goes without asking; everything else waits for the person. The rule is
 * pure (no certificates, no I/O) and is told as a table in docs/VERDICTS.md, "Whose certificate is
 * used".
 */
#ifndef WAXSEAL_WEBMAIL_CHANGE_H
#define WAXSEAL_WEBMAIL_CHANGE_H

#include "crypto/cert.h"

/* A certificate that ends within these days is about to be renewed. */
#define CHANGE_RENEWAL_DAYS 45

enum entry_state {
    ENTRY_VALID,      /* may be used */
    ENTRY_SUPERSEDED, /* was used, another took its place; still known */
    ENTRY_PENDING,    /* waits for the person; never used */
    ENTRY_REJECTED    /* the person does not want it; never used, never asked about again */
};
const char *entry_state_word(enum entry_state s); /* "valid", ... */
/* ENTRY_VALID for a word that is none. */
enum entry_state entry_state_of(str_t word);

struct change_side {
    int64_t not_before, not_after;
    enum trusted_by trusted_by;
};

struct change_question {
    struct change_side arrived;
    enum revocation revocation; /* of what arrived, and its chain */
    bool has_current;           /* something is, or was, used for this address */
    struct change_side current; /* trusted_by: as it was while it was valid */
    bool current_usable;        /* trusted, within its time, not known to be revoked */
    bool current_preferred;     /* chosen by the person */
    bool same_key;              /* both certificates are for one key */
    bool same_authority;  /* both chains end at one anchor, and the issuer's name is the same or
                             the anchor is the organisation's */
    bool rejected_before; /* the person has said no to another one for this address */
    int64_t now;
};

struct change_answer {
    enum entry_state state; /* VALID, SUPERSEDED or PENDING */
    const char *why; /* "first", "same_key", "renewed", "older", "revocation", "rejected_before",
                        "trust", "preferred", "authority", "early"; elsewhere "merged" */
};
struct change_answer change_decide(const struct change_question *q);

/* organisation 3, personal 2, mail_roots 1, none 0. */
int change_trust_rank(enum trusted_by t);

#endif
