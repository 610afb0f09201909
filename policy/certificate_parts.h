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
/* The certificate of a record. RC_DAMAGED. */
rc_t certificate_of(const json_t *row, struct arena *a, struct cert **out,
                    struct err *e) WX_MUST_USE;

static inline void certificate_cleanup(struct cert **c)
{
    cert_unref(*c);
}
#define CLEANUP_CERT __attribute__((cleanup(certificate_cleanup)))

/* "<instance>:o:certified:<organisation>", "<instance>:ok:<organisation>" */
str_t certificate_index_key(struct edit *t, str_t organisation);
str_t certificate_sealed_key(struct edit *t, str_t organisation);

/* {id: record} of one address. */
rc_t certificate_held(struct edit *t, str_t organisation, str_t address, json_t **out,
                      struct err *e) WX_MUST_USE;
/* {id: record} of several; ids in the order of the addresses. */
rc_t certificate_held_by(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                         json_t **out, struct err *e) WX_MUST_USE;
/* Queues what makes the address's certificates those of `after`: records, index, audit; sealed keys
 * that none names any more go. */
rc_t certificate_put(struct edit *t, str_t organisation, str_t address, const json_t *before,
                     const json_t *after, struct err *e) WX_MUST_USE;

#endif
