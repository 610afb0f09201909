/* A Row of the API as text, the same as row_json gives (webmail/view/view.h). */
#ifndef WAXSEAL_WEBMAIL_ROW_TEXT_H
#define WAXSEAL_WEBMAIL_ROW_TEXT_H

#include "base/buf.h"
#include "mail/imap.h"

/* Room for the numbers of IMAP_THREAD_MAX messages with nothing between them. */
#define THREAD_SET_BYTES (16u << 10)

/* Appends the object; with a thread also its member `thread`. The word of an IMAP_SEC_ value or
 * the null slice. */
void row_write(struct buf *b, const struct imap_row *row, const struct imap_thread *thread);
str_t security_word(enum imap_security s);

#endif
