/* Field values: texts come out as clean UTF-8, addresses as such or not at all. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/entity.h"

static void check_clean(str_t s)
{
    if (!str_is_clean(s) || !str_is_utf8(s)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    struct mail_address *list = NULL;
    size_t count = 0;
    int64_t seconds;
    int zone;
    str_t raw = str_n(bytes, n);
    check_clean(header_text(raw, a));
    if (header_addresses(raw, a, &list, &count, NULL) == RC_OK) {
        for (size_t i = 0; i < count; i++) {
            check_clean(list[i].address);
            check_clean(list[i].name);
            check_clean(list[i].raw);
        }
    }
    if (header_date(raw, &seconds, &zone) && (zone > 24 * 60 + 59 || zone < -24 * 60 - 59)) abort();
    arena_free(a);
    return 0;
}
