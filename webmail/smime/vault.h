/* The user's key files and own certificates.
 *
 * A file is accepted only in the strong form (keyring_is_strong: PBES2, at least 600,000
 * iterations), so it was re-wrapped in the browser; it is sealed again under a key of
 * this host with user and file name as associated data. The passphrase never comes here.
 * A key that was made in the browser has a certification request until its certificate arrives.
 * Nothing is dropped by itself: the key of an expired certificate opens old mail for ever.
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
    struct cert *sign; /* the chosen one while it is valid, else the newest usable one of the user's
                          address, else the chosen one although it is not; or NULL; borrowed */
    struct cert *encrypt;
};
/* Nothing stored is not a failure: count 0. Free with own_certificates_free. */
rc_t vault_own_certificates(struct call *c, struct own_certificates *out,
                            struct err *e) WX_MUST_USE;
void own_certificates_free(struct own_certificates *o);
/* Which reminder is due for a certificate in use that ends at not_after: 30, 7, 1 or 0 (it has
 * ended) days; -1: none, or the person has dismissed this one already (dismissed: -1 none). */
int vault_reminder(int64_t not_after, int64_t now, int dismissed);

call_handler vault_list, vault_add, vault_replace, vault_file, vault_delete, vault_set_primary;

#endif
