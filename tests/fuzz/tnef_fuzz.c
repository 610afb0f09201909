/* winmail.dat: files with clean names, whose bytes can be read. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/tnef.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(256u << 20);
    struct tnef t;
    unsigned sum = 0;
    char *copy = malloc(n + 1); /* its end is where a sanitizer looks */
    memcpy(copy, bytes, n);
    if (tnef_read(str_n(copy, n), a, &t, NULL) == RC_OK) {
        if (t.count > TNEF_MAX_FILES || t.count > t.total) abort();
        for (size_t i = 0; i < t.count; i++) {
            str_t name = t.files[i].name, data = t.files[i].bytes;
            if (!name.n || !str_is_clean(name) || !str_is_utf8(name)) abort();
            if (str_chr(name, '/') >= 0 || str_chr(name, '\\') >= 0) abort();
            if (!str_is_clean(t.files[i].type) || !t.files[i].type.n) abort();
            if (data.n) sum += (unsigned char) data.p[0] + (unsigned char) data.p[data.n - 1];
        }
    }
    CLEANUP_BUF struct buf rtf = BUF_INIT(1 << 20);
    if (tnef_rtf(str_n(copy, n), &rtf) && rtf.n) sum += (unsigned char) rtf.p[rtf.n - 1];
    free(copy);
    arena_free(a);
    return sum == 0xffffffffu;
}
