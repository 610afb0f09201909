/* Personal trust: what a user vouches for where nobody else does.
 *
 * An entry is either an issuer (a CA certificate; for one address, or for every) or one
 * certificate of one address. It makes an unknown issuer known to this user and mends nothing
 * else: a certificate that was revoked, has expired, is weak or of somebody else stays what it
 * is (crypto/cert.h). Document "trust" of the user (authenticated, see store.h):
 * {entries: [{id, kind, address, der, since}]}.
 */
#ifndef WAXSEAL_WEBMAIL_TRUST_H
#define WAXSEAL_WEBMAIL_TRUST_H

#include "webmail/app.h"

#define TRUST_MAX_ENTRIES 200u

struct trust_anchors {
    struct cert **certs; /* owned; for struct cert_question and its kin */
    size_t count;
};
/* Where that is kept, to be read ahead of trust_anchors. */
str_t trust_key(struct call *c);
/* What this user trusts for mail from (or to) an address: issuers for every address, and what was
 * trusted for this one, compared without regard to case. Nothing stored is not a failure, a
 * null address has nothing, and a document that was forged trusts nobody. Free with
 * trust_anchors_free. */
rc_t trust_anchors(struct call *c, str_t address, struct trust_anchors *out,
                   struct err *e) WX_MUST_USE;
void trust_anchors_free(struct trust_anchors *a);

call_handler trust_list, trust_add, trust_delete;

#endif
