/* What the registry holds: one table says which kinds of records there are, what fields each has
 * and where it is kept. The same table reads what Redis holds, what an administrator sends, what
 * an import brings, and names the options of waxsealctl; there is no second description.
 *
 * A record is a JSON object of just these fields and `version`, a number that counts its changes.
 * Times are "YYYY-MM-DDTHH:MM:SSZ", addresses and domains lower case.
 */
#ifndef WAXSEAL_POLICY_RECORD_H
#define WAXSEAL_POLICY_RECORD_H

#include "base/json.h"

enum record_kind {
    RECORD_PLAN,         /* features of a plan; stands over the configuration's */
    RECORD_CUSTOMER,     /* who pays */
    RECORD_ORGANISATION, /* belongs to a customer */
    RECORD_DOMAIN,       /* belongs to an organisation, or to none and only has a plan */
    RECORD_ACCOUNT,      /* group: the organisation, or null: of a domain of no organisation */
    RECORD_LICENCE,      /* group: the customer; id: the account's address */
    RECORD_ROLE,         /* group: the organisation, or null: operators; id: who signs in */
    RECORD_CLAIM,        /* group: the organisation that says a domain is its own; id: the domain */
    RECORD_CERTIFICATE,  /* group: the organisation that registered it; id: "<address>
                            <fingerprint>";  changed by policy/certificate.h only */
    RECORD_ROOT,         /* group: the organisation that trusts it; id: its SHA-256 fingerprint;
                            changed by policy/roots.h only */
    RECORD_TOKEN, /* of a program; id: SHA-256 in hex; made and removed by policy/token.h only */
    RECORD_AUTHORITY, /* id: the organisation; policy/authority.h */
    RECORD_ISSUED,    /* group: the organisation; id: serial number; policy/issuing.h */
    RECORD_REQUEST,   /* group: the organisation; id of the key that waits for an answer from
                         outside; policy/issuing.h */
    RECORD_RENAMED,   /* id: an address that lost its account; policy/rename.h */
    RECORD_BRANDING,  /* id: the organisation, or BRANDING_INSTANCE; changed by policy/branding.h
                         only */
    RECORD_KINDS
};

enum record_type {
    TYPE_TEXT,      /* UTF-8 without controls, at most `max` bytes */
    TYPE_ID,        /* name_is_id */
    TYPE_PLAN,      /* name_is_plan */
    TYPE_TIME,      /* a date is taken for its first second */
    TYPE_NUMBER,    /* 0 to max */
    TYPE_BOOL,      /* */
    TYPE_WORD,      /* one of `words`, separated by blanks */
    TYPE_ADDRESS,   /* name_is_address */
    TYPE_ADDRESSES, /* at most max of them, sorted, each once */
};

enum record_flags {
    RECORD_NEEDED = 1, /* never null */
    RECORD_FIXED = 2,  /* given when the record is made, never changed */
    RECORD_INNER = 4,  /* set by the registry itself, by a function of its own; never by a patch */
    RECORD_OPEN = 8,   /* null is a value: "not said" */
};

struct record_field {
    const char *name;
    enum record_type type;
    unsigned flags;
    unsigned max;
    const char *words;
    const char *fallback; /* of what is not given: a text, "true"/"false" or digits; NULL: null */
    const char *help;
};

struct record_shape {
    const char *name, *plural; /* "customer", "customers" (also the member of the export) */
    const char *id_name;       /* what an error calls the id */
    const struct record_field *fields;
    size_t count;
};

const struct record_shape *record_shape(enum record_kind kind);

/* `<instance>:o:<plural>` with `:<group>` where the kind has groups. Group null: see the kinds. */
str_t record_key(struct arena *a, str_t instance, enum record_kind kind, str_t group);
/* RC_INVALID with err.field = the kind's id_name unless the id may name such a record. */
rc_t record_check_id(enum record_kind kind, str_t id, struct err *e) WX_MUST_USE;

/* A whole record from a foreign or stored object: every member known and of its type, absent ones
 * filled in, texts in the form they are kept in. `version` may be there. RC_INVALID with err.field.
 * New reference. */
rc_t record_read(enum record_kind kind, const json_t *in, json_t **out, struct err *e) WX_MUST_USE;
/* The same from the text of a value in Redis; RC_DAMAGED when it is none. */
rc_t record_parse(enum record_kind kind, str_t text, json_t **out, struct err *e) WX_MUST_USE;
/* What `before` (NULL: a new one) becomes by a patch: members of the patch replace. Inner fields
 * and, after the making, fixed ones are RC_INVALID with err.field. Version counts up. New
 * reference. */
rc_t record_patch(enum record_kind kind, const json_t *before, const json_t *patch, json_t **out,
                  struct err *e) WX_MUST_USE;
/* [{field, before, after}] of the members that differ; `version` does not count. New reference. */
json_t *record_difference(enum record_kind kind, const json_t *before, const json_t *after);

/* 0 of NULL. */
int64_t record_version(const json_t *row);
/* Text of a member, or the null slice. Lives as long as row. */
str_t record_text(const json_t *row, const char *field);

#endif
