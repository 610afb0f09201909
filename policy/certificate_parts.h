/* What the certificate_*.c share. */
#ifndef WAXSEAL_POLICY_CERTIFICATE_PARTS_H
#define WAXSEAL_POLICY_CERTIFICATE_PARTS_H

#include "policy/certificate.h"
#include "policy/edit.h"

enum certificate_use { USE_NONE, USE_SIGN = 1, USE_ENCRYPT = 2, USE_BOTH = 3 };

/* "none", "sign", "encrypt", "both" */
const char *certificate_use_word(unsigned use);
/* RC_INVALID with the field; null: fallback. */
rc_t certificate_read_use(str_t word, const char *field, unsigned fallback, unsigned *out,
                          struct err *e) WX_MUST_USE;
/* The record is primary for that no more, because of the certificate with that id; or is it now. */
void certificate_yield(json_t *row, unsigned use, const char *to_id, int64_t now);
void certificate_take(json_t *row, unsigned use);
/* What a record says in that member. */
unsigned certificate_use_of(const json_t *row, const char *member);

/* May it be registered for this address, for `want` (0: all it can)? *use: what for. */
rc_t certificate_judge(const struct cert *c, str_t address, unsigned want, int64_t now,
                       struct arena *a, unsigned *use, struct err *e) WX_MUST_USE;
/* A certificate that came of a key that is here, or of a request: put among the address's in a
 * larger change. As certificate_add refuses. */
struct certificate_made {
    str_t organisation, address;
    struct cert *cert;
    str_t issuers; /* base64, blanks between */
    str_t sealed;  /* base64, to be kept; null: none comes along */
    bool kept;     /* its sealed key is there already */
    unsigned use;
    bool automatic;   /* primary where there is no usable one */
    unsigned primary; /* else */
    const char *source;
};
rc_t certificate_put_made(struct edit *t, const struct certificate_made *m, json_t **view,
                          struct err *e) WX_MUST_USE;

/* The certificate of a record. RC_DAMAGED. */
rc_t certificate_of(const json_t *row, struct arena *a, struct cert **out,
                    struct err *e) WX_MUST_USE;

static inline void certificate_cleanup(struct cert **c)
{
    cert_unref(*c);
}
#define CLEANUP_CERT __attribute__((cleanup(certificate_cleanup)))

/* certificate_add; check: all but the writing. fingerprint: of the first certificate in the file,
 * written as soon as it is known, also when it is refused then. */
rc_t certificate_try(const struct registry *r, const struct actor *by, const struct agent *agent,
                     const struct certificate_upload *u, bool check,
                     char fingerprint[CERTIFICATE_FINGERPRINT + 1], json_t **rows,
                     struct err *e) WX_MUST_USE;

/* "<instance>:o:certified:<organisation>", "<instance>:ok:<organisation>" */
str_t certificate_index_key(struct edit *t, str_t organisation);
str_t certificate_sealed_key(struct edit *t, str_t organisation);
/* Sealed keys and index go with the organisation; also keys that nothing names any more. */
void certificate_forget(struct edit *t, str_t organisation);

/* {id: record} of one address. */
rc_t certificate_held(struct edit *t, str_t organisation, str_t address, json_t **out,
                      struct err *e) WX_MUST_USE;
/* Appends the ids of all they have, in the order of the addresses. */
rc_t certificate_ids_of(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                        json_t *ids, struct err *e) WX_MUST_USE;
/* {id: record} of several; ids in the order of the addresses. */
rc_t certificate_held_by(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                         json_t **out, struct err *e) WX_MUST_USE;
/* Queues what makes the address's certificates those of `after`: records, index, audit; sealed keys
 * that none names any more go. */
rc_t certificate_put(struct edit *t, str_t organisation, str_t address, const json_t *before,
                     const json_t *after, struct err *e) WX_MUST_USE;

/* edit_store of a certificate: its brief is what the record says, in the same change. */
rc_t certificate_store_brief(struct edit *t, struct record_at at, const json_t *after,
                             struct err *e) WX_MUST_USE;
/* Their briefs, in the arena; where one is lacking it is derived. */
rc_t certificate_briefs_by(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                           struct certificate_text **out, size_t *count, struct err *e) WX_MUST_USE;
/* What a brief says in a member whose values are words or times: a slice of it, null where it has
 * none so. In compact JSON no text can look like a member, as its quotes are escaped. */
str_t certificate_brief_word(str_t brief, const char *member);

#endif
