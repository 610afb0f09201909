/* Certificates' companions in a document: sealed keys, and which address has which certificates. */
#ifndef WAXSEAL_POLICY_DOCUMENT_KEYS_H
#define WAXSEAL_POLICY_DOCUMENT_KEYS_H

#include "policy/edit.h"

/* `sealed_keys` of `in` into `out`, looked at. */
rc_t document_read_keys(const json_t *in, json_t *out, struct err *e) WX_MUST_USE;
/* The same of any section {organisation: {key id: base64}}. */
rc_t document_read_sealed(const json_t *in, json_t *out, const char *section,
                          struct err *e) WX_MUST_USE;
/* An address has one primary certificate for a use; certificates: the document's section. */
rc_t document_judge_primary(const json_t *certificates, struct err *e) WX_MUST_USE;
/* Adds `sealed_keys` to the document of all that is there. */
rc_t document_take_keys(struct edit *t, json_t *document, struct err *e) WX_MUST_USE;
/* The same of any section; key: where an organisation's are. */
rc_t document_take_sealed(struct edit *t, json_t *document, const char *section,
                          str_t (*key)(struct edit *t, str_t organisation),
                          struct err *e) WX_MUST_USE;
/* Queues keys and index of the wanted document; keys that only certificates and requests had which
 * are gone are removed. One that is there stays unless `replace`, or if it is of another mailbox.
 * Each key that was not there counts in *changed. RC_INVALID: the key of a certificate or request
 * is missing. */
rc_t document_put_keys(struct edit *t, const json_t *had, const json_t *wanted, bool replace,
                       long long *changed, struct err *e) WX_MUST_USE;

#endif
