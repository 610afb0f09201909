/* Words of an HTML text, for output in a terminal or a test. Not a sanitiser: the result is text.
 */
#ifndef WAXSEAL_CLI_PLAIN_TEXT_H
#define WAXSEAL_CLI_PLAIN_TEXT_H

#include "base/buf.h"
#include "base/str.h"

/* Appends what a reader would see: no tags, no scripts or styles, the usual entities decoded. */
bool cli_html_to_text(str_t html, struct buf *out);

#endif
