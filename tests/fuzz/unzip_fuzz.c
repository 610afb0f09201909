/* An archive that anybody made. What is listed lies inside it, no name leads out or comes twice,
 * and a file that is read has the length it was said to have. */
#include <stdlib.h>

#include "crypto/unzip.h"

static void check_name(const struct unzip *z, size_t i)
{
    str_t name = z->files[i].name;
    if (name.n == 0 || name.p[0] == '/' || str_ends(name, STR("/")) || !str_is_utf8(name) ||
        str_starts(name, STR("../")) || str_find(name, STR("/../")) >= 0)
        abort();
    if (i > 0 && str_cmp(z->files[i - 1].name, name) >= 0) abort();
    if (unzip_find(z, name) != &z->files[i]) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct unzip z;
    struct err e = {0};
    if (!a) return 0;
    if (unzip_open(str_n(bytes, n), 1000, 4 << 20, a, &z, &e) != RC_OK) {
        if (e.code == RC_OK || (e.code != RC_NO_MEMORY && !e.field[0])) abort();
        return 0;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < z.count; i++) {
        const struct unzip_file *f = &z.files[i];
        CLEANUP_BUF struct buf out = BUF_INIT_SECRET(1 << 20);
        check_name(&z, i);
        sum += f->size;
        if ((uint64_t) f->at + f->packed > n || sum > 4 << 20) abort();
        rc_t rc = unzip_read(&z, f, &out, &e);
        if (out.n != (rc == RC_OK ? f->size : 0)) abort();
    }
    return 0;
}
