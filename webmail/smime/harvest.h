/* Keeping the certificate of a validly signed message in the reader's own address book.
 *
 * Only by a POST, after a full verdict that this server reaches again itself, never from a shared
 * mailbox. A certificate to encrypt to must name the sender's address, have a trusted chain and the
 * right key usage, and be the one the signer prefers in a signed attribute (or the signing one).
 * Whether it may take the place of the one in use is decided in contacts/change.h. A certificate
 * that is for signing only is kept beside it, so that it is known next time.
 */
#ifndef WAXSEAL_WEBMAIL_HARVEST_H
#define WAXSEAL_WEBMAIL_HARVEST_H

#include "webmail/app.h"

/* {folder, uid, uidvalidity, keys} → {harvested, reason, why?, certificate?, contact?}. harvested:
 * it is used from now on; certificate: fingerprint of the one it is about. reason: "harvested",
 * "known", "pending" (waits for the person; why says what for), "older", "rejected",
 * "shared_mailbox", "not_valid", "own_address", "no_encryption_certificate",
 * "untrusted_certificate". */
call_handler smime_harvest;

#endif
