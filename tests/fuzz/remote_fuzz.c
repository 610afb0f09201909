/* Pictures that HTML names: whatever is found may be asked for as it is. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    struct remote_images r;
    char *copy = malloc(n + 1); /* its end is where a sanitizer looks */
    memcpy(copy, bytes, n);
    if (remote_images_new(32, a, &r, NULL) == RC_OK &&
        remote_images_add(&r, str_n(copy, n), a, NULL) == RC_OK) {
        for (size_t i = 0; i < r.count; i++) {
            str_t url = r.list[i].url;
            if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://"))) abort();
            if (!str_is_clean(url) || str_chr(url, ' ') >= 0 || url.n > REMOTE_MAX_URL) abort();
            if (!str_is_utf8(r.list[i].name) || !str_is_clean(r.list[i].name)) abort();
        }
    }
    free(copy);
    arena_free(a);
    return 0;
}
