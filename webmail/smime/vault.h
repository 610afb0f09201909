/* The user's key files and own certificates.
 *
 * A file is accepted only in the strong form (keyring_is_strong: PBES2, at least 600,000
 * iterations), so it was re-wrapped in the browser; it is sealed again under a key of
 * this host with user and key id as associated data. The passphrase never comes here.
 */
#ifndef WAXSEAL_WEBMAIL_VAULT_H
#define WAXSEAL_WEBMAIL_VAULT_H

#include "webmail/app.h"

#define VAULT_MIN_ITERATIONS 600000u
#define VAULT_MAX_KEYS 20u
#define VAULT_MAX_CERTIFICATES 40u

struct own_certificates {
    struct cert **certs; /* all certificates of the vault, newest key first; owned */
    size_t count;
    struct cert *sign; /* primary, or the best usable one, or NULL; borrowed from certs */
    struct cert *encrypt;
};
/* Nothing stored is not a failure: count 0. Free with own_certificates_free. */
rc_t vault_own_certificates(struct call *c, struct own_certificates *out,
                            struct err *e) WX_MUST_USE;
void own_certificates_free(struct own_certificates *o);
/* The own certificate of this fingerprint (64 hex digits), owned by the caller. RC_NOT_FOUND. */
rc_t vault_certificate(struct call *c, str_t fingerprint, struct cert **out,
                       struct err *e) WX_MUST_USE;

call_handler vault_list, vault_add, vault_file, vault_delete, vault_set_primary;

#endif
