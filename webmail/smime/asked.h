/* Asking one's organisation for a certificate (policy/asking.h): for a key of the vault that was
 * made in the browser and waits. The server adds nothing to the vault; the browser joins what was
 * issued with its key and stores that as any certificate that arrives.
 */
#ifndef WAXSEAL_WEBMAIL_ASKED_H
#define WAXSEAL_WEBMAIL_ASKED_H

#include "webmail/app.h"

call_handler asked_get, asked_post, asked_delete;
/* A key is gone: nothing is asked for it any more. A failure is logged. */
void asked_key_removed(struct call *c, str_t key);

#endif
