/* Writes a ZIP archive piece by piece: files stored as they are, nothing kept but the list of them.
 *
 * Names are UTF-8 (bit 11), sizes and checksum stand before each file, and the 64-bit forms are
 * used exactly where a number does not fit the old ones (APPNOTE 6.3.10, sections 4.3 and 4.5.3).
 *
 *     struct zip z = ZIP_INIT(write, holder);
 *     TRY(zip_add(&z, name, bytes, mtime, e));
 *     TRY(zip_end(&z, e));
 *     zip_free(&z);                            in every case
 */
#ifndef WAXSEAL_BASE_ZIP_H
#define WAXSEAL_BASE_ZIP_H

#include "base/buf.h"
#include "base/err.h"

enum { ZIP_MAX_NAME = 4096 };

struct zip {
    rc_t (*write)(void *holder, str_t piece, struct err *e);
    void *holder;
    uint64_t offset; /* bytes written */
    uint64_t count;
    struct buf directory; /* its entries so far */
};

#define ZIP_INIT(fn, arg)                                                                          \
    ((struct zip){.write = (fn), .holder = (arg), .directory = BUF_INIT((size_t) 64 << 20)})

/* name: as it is to stand in the archive; the caller has made it safe and unique. mtime: seconds
 * since the epoch, shown as UTC (1980 to 2107). RC_TOO_LARGE: the name, or too many files. */
rc_t zip_add(struct zip *z, str_t name, str_t bytes, int64_t mtime, struct err *e) WX_MUST_USE;
rc_t zip_end(struct zip *z, struct err *e) WX_MUST_USE;
void zip_free(struct zip *z);

/* CRC-32 of ISO 3309, as ZIP and PNG use it. */
uint32_t crc32_of(str_t bytes);

#endif
