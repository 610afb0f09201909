/* Texts that a name has in the DNS (TXT, RFC 1035 section 3.3.14): a domain's proof of whose it is.
 *
 * Only the name servers of this machine's resolv.conf are asked, over UDP with EDNS(0): two of
 * them, two times each, at most five seconds together; what does not fit into one answer is a
 * failure. The body of an answer is the texts, each with a line feed behind it; texts with control
 * characters are left out. No such name or no text: status 404.
 */
#ifndef WAXSEAL_FETCH_TXT_H
#define WAXSEAL_FETCH_TXT_H

#include "fetch/transfer.h"

enum { TXT_MAX_ANSWER = 4096, TXT_MAX_TEXTS = 32, TXT_MAX_TEXT = 512 };

/* "txt:NAME": letters, digits, hyphens, underscores and dots. False: it is none. */
bool txt_cut(str_t url, str_t *name);
/* The texts of a DNS message, as above; false when it is not one. Pure; for the fuzzer. */
bool txt_read(const unsigned char *message, size_t n, struct buf *out);
/* Fills *out, which starts zeroed. Any thread; blocks for five seconds at most. */
void txt_run(const struct fetch_request *q, struct transfer *out);

#endif
