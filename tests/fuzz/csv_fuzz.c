/* A table that anybody wrote. It is read to its end or refused; a record has at least one field,
 * each within its limit, and rows only count up. */
#include <stdlib.h>

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct csv c;
    struct csv_record r;
    if (!a || csv_open(str_n(bytes, n), &c, NULL) != RC_OK) return 0;
    for (size_t last = 0, left = n + 1;; last = c.record, left = c.rest.n) {
        if (csv_next(&c, a, &r, NULL) != RC_OK) break;
        if (r.count == 0) {
            if (c.rest.n != 0) abort();
            break;
        }
        if (r.count > CSV_FIELDS_MAX || c.record <= last || c.rest.n >= left) abort();
        for (size_t i = 0; i < r.count; i++)
            if (str_is_null(r.fields[i]) || r.fields[i].n > CSV_FIELD_BYTES_MAX ||
                !str_is_utf8(r.fields[i]))
                abort();
    }
    return 0;
}
