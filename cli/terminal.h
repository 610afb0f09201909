/* Foreign text on a terminal: what it would obey (controls), and what turns the text beside it
 * around or is not seen (bidi controls, line separators), is a "?", and so is a byte that is no
 * UTF-8.
 */
#ifndef WAXSEAL_CLI_TERMINAL_H
#define WAXSEAL_CLI_TERMINAL_H

#include <stdio.h>

#include "base/buf.h"

/* Appended to out. False when out is full. */
bool terminal_text(str_t foreign, struct buf *out);
void terminal_put(FILE *f, str_t foreign);

#endif
