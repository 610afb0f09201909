/* Certificates of a mail address from an LDAP server of the configuration (RFC 4511, 4523, 2798).
 *
 * The asker names a directory of the configuration and an address, nothing else: where a connection
 * goes is the operator's word alone, so that its address may be any. Referrals are not followed.
 * Everything an answer may hold is limited, and one deadline holds for all of it, whatever the
 * server does: at its time the connection is shut from beside.
 *
 * The body of an answer is a sequence of records: one byte, 'c' (userCertificate: X.509, DER) or
 * 's' (userSMIMECertificate: CMS SignedData), four bytes length (big endian), the value as it came.
 * What it is worth is for whoever asked to judge.
 */
#ifndef WAXSEAL_FETCH_DIRECTORY_H
#define WAXSEAL_FETCH_DIRECTORY_H

#include "fetch/transfer.h"

enum {
    DIRECTORY_MAX_ENTRIES = 5,
    DIRECTORY_MAX_VALUES = 16,      /* certificates of one answer; more are left out */
    DIRECTORY_MAX_VALUE = 64 << 10, /* bytes of one; longer ones are left out */
    DIRECTORY_MAX_PDU = 512 << 10,  /* bytes of one message of the server */
    DIRECTORY_MAX_MESSAGES = 32     /* entries, references and the rest, of one search */
};

/* "ldap:NAME/ADDRESS". False: it is none, or the address has characters that no filter shall see.
 */
bool directory_cut(str_t url, str_t *name, str_t *address);
/* "(mail=...)" with everything but letters and digits escaped (RFC 4515 section 3). Appends. */
void directory_filter(str_t address, struct buf *out);

/* Once a process, before any thread, after transfer_setup. */
rc_t directory_setup(struct err *e) WX_MUST_USE;
/* Fills *out, which starts zeroed. Any thread; blocks until the deadline at most. */
void directory_run(const struct fetch_request *q, const struct transfer_options *o,
                   struct transfer *out);

#endif
