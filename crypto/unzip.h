/* Reads a ZIP archive that somebody sent (APPNOTE 6.3.10). It lies in memory as it came; files are
 * inflated one by one, when they are asked for.
 *
 * What the directory says is believed only as far as the files' own headers say the same: names,
 * methods and sizes must agree, no two files may share bytes, and everything lies between the
 * archive's beginning and its directory. So there is one way to read it, and no archive unfolds to
 * more than its own directory admits. Refused are archives in several volumes, ZIP64 (these are
 * small), passwords, links, other methods than stored and deflated, names that leave the folder or
 * stand there twice, bytes in front or behind. All failures have err.field "file" and name the
 * entry.
 */
#ifndef WAXSEAL_CRYPTO_UNZIP_H
#define WAXSEAL_CRYPTO_UNZIP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { UNZIP_NAME_MAX = 512 };

struct unzip_file {
    str_t name;    /* UTF-8, with "/" between folders; lives as long as the archive's bytes */
    uint32_t size; /* inflated */
    uint32_t packed, crc, at; /* of its bytes in the archive */
    uint16_t method;
};

struct unzip {
    str_t bytes;
    struct unzip_file *files; /* by name; folders are left out */
    size_t count;
};

/* At most `most` entries, which inflate to at most `total` bytes. The list lives in the arena, the
 * bytes are the caller's. RC_DAMAGED: no archive, or not one that can be read in one way only;
 * RC_UNSUPPORTED: encrypted, ZIP64, several volumes, another method; RC_INVALID: a name;
 * RC_TOO_LARGE. */
rc_t unzip_open(str_t bytes, size_t most, uint64_t total, struct arena *a, struct unzip *out,
                struct err *e) WX_MUST_USE;
/* By its whole name; NULL: it is not there. */
const struct unzip_file *unzip_find(const struct unzip *z, str_t name);
/* Appends the file to `out`. RC_TOO_LARGE: more than `out` may hold; RC_DAMAGED: length or checksum
 * is another one. Nothing of it stays elsewhere in memory. */
rc_t unzip_read(const struct unzip *z, const struct unzip_file *f, struct buf *out,
                struct err *e) WX_MUST_USE;

#endif
