/* Pictures a browser shows and runs nothing of, known by their first bytes alone.
 *
 * What a sender calls a file decides nothing: the type that is told to the browser comes from here,
 * so that no script, page or vector drawing is ever shown as a picture. Nothing is decoded; only
 * the size in the header is read, so that a small file cannot unfold into gigabytes. Pure
 * functions.
 */
#ifndef WAXSEAL_MAIL_RASTER_H
#define WAXSEAL_MAIL_RASTER_H

#include "base/str.h"

enum { RASTER_MAX_SIDE = 16384 };
#define RASTER_MAX_PIXELS ((uint64_t) 64 << 20)

struct raster {
    const char *type; /* "image/png": PNG, JPEG, GIF, WebP, AVIF or BMP */
    uint32_t width, height;
};

/* False, and *out untouched, for everything else, for a header that is cut off before the size, and
 * for a picture without or with too many pixels. */
bool raster_read(str_t bytes, struct raster *out);

#endif
