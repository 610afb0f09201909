/* Internal to mail/: one FETCH response becomes a row. */
#ifndef WAXSEAL_MAIL_IMAP_ROW_H
#define WAXSEAL_MAIL_IMAP_ROW_H

#include "mail/imap.h"
#include "mail/imap_body.h"
#include "mail/imap_conn.h"

/* The items a list asks for, cheap and certain ones first: what is cut is cut at the end. */
#define IMAP_ROW_ITEMS "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)"

/* Reads "(UID 3 FLAGS (...) ...)". Unknown items are skipped. True when it had a UID; what could
 * not be read stays empty. `body` (may be NULL) takes the structure. */
bool imap_row_read(struct imap_response *r, struct arena *a, struct imap_row *row,
                   struct imap_body *body);

/* Reads "(UID 3 BODYSTRUCTURE (...))". */
bool imap_row_names(struct imap_response *r, struct arena *a, uint32_t *uid,
                    struct imap_names *names);

#endif
