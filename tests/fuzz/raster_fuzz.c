/* The header of a picture: a type and a size within the limits, or none. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/raster.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct raster r;
    char *copy = malloc(n + 1); /* its end is where a sanitizer looks */
    memcpy(copy, bytes, n);
    if (raster_read(str_n(copy, n), &r)) {
        if (!r.type || r.width == 0 || r.height == 0) abort();
        if (r.width > RASTER_MAX_SIDE || r.height > RASTER_MAX_SIDE) abort();
    }
    free(copy);
    return 0;
}
