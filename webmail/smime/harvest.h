/* Keeping the certificate of a validly signed message in the reader's own address book.
 *
 * Only by a POST, after a full verdict that this server reaches again itself, never from a shared
 * mailbox. A certificate to encrypt to must name the sender's address, have a trusted chain and the
 * right key usage, and be the one the signer prefers in a signed attribute (or the signing one).
 * Where revocation could not be checked it is kept as pending; nothing known is replaced.
 */
#ifndef WAXSEAL_WEBMAIL_HARVEST_H
#define WAXSEAL_WEBMAIL_HARVEST_H

#include "webmail/app.h"

/* {folder, uid, uidvalidity, keys} → {harvested, reason, contact?}. reason: "harvested", "known",
 * "shared_mailbox", "not_valid", "own_address", "no_encryption_certificate",
 * "untrusted_certificate". */
call_handler smime_harvest;

#endif
