/* One FETCH response, a mailbox name, first bytes of a part: rows and names come out clean. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/imap_body.h"
#include "mail/imap_lease.h"
#include "mail/imap_row.h"

static void check_clean(str_t s)
{
    if (!str_is_clean(s) || !str_is_utf8(s)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    str_t raw = str_n(bytes, n);
    struct imap_response r = {.has_number = true, .number = 1, .rest = wire_of(raw)};
    struct imap_row row;
    struct imap_body body;
    imap_row_read(&r, a, &row, &body);
    check_clean(row.subject);
    check_clean(row.message_id);
    for (size_t i = 0; i < row.from_count; i++) {
        check_clean(row.from[i].name);
        check_clean(row.from[i].address);
    }
    for (size_t i = 0; i < row.flag_count; i++)
        check_clean(row.flags[i]);
    str_t shown = imap_utf7_decode(raw, a);
    check_clean(shown);
    /* What is shown can be made a name again, and that is shown the same. */
    str_t name = imap_utf7_encode(shown, a);
    if (!str_is_null(name) && !str_eq(imap_utf7_decode(name, a), shown)) abort();
    imap_cms_sniff(raw);
    arena_free(a);
    return 0;
}
