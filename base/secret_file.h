/* A key or a password in a file of its own. */
#ifndef WAXSEAL_BASE_SECRET_FILE_H
#define WAXSEAL_BASE_SECRET_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* The whole file, at most `most` bytes, in the arena (a secret one). RC_INVALID names what is
 * wrong: it is not there, too long, or others than its owner may read it. */
rc_t secret_file_read(struct arena *a, str_t path, size_t most, str_t *out,
                      struct err *e) WX_MUST_USE;

#endif
