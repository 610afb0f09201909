/* All that this server keeps of a user: out of it as one JSON file, or away.
 *
 * Everything of a user is in Redis below `<instance>:u:<address>:` and `<instance>:sub:<address>:`;
 * the mail is the mail server's and is not touched. What the operator said about the account (plan,
 * aliases) stays too. docs/ADMIN.md describes the file.
 */
#ifndef WAXSEAL_WEBMAIL_DATA_H
#define WAXSEAL_WEBMAIL_DATA_H

#include "webmail/app.h"

call_handler account_export, account_delete;

#endif
