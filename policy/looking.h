/* Where revocation is looked up, for any process that judges certificates: the lists of
 * organisations' own authorities, which stand in Redis, and places outside by way of waxseal-fetch.
 * For the callbacks of struct revocation_ops (crypto/revocation.h).
 */
#ifndef WAXSEAL_POLICY_LOOKING_H
#define WAXSEAL_POLICY_LOOKING_H

#include "base/config.h"
#include "base/kv.h"
#include "crypto/revocation.h"

/* Asks outside, and writes a line `asked_outside` of the program's log. As revocation_ops.fetch. */
rc_t looking_fetch(const struct config *c, enum revocation_place kind, str_t url, str_t body,
                   uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e) WX_MUST_USE;
/* The list at this URL where it is one that this installation publishes (`crl_origin`); false: it
 * is not. As revocation_ops.own. */
bool looking_own(const struct config *c, struct kv *kv, str_t url, struct arena *a, str_t *list);

#endif
