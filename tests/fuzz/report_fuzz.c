/* Delivery reports and receipts: what is shown is clean, and bounded. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/report.h"

static void check(str_t s)
{
    if (!str_is_clean(s) || !str_is_utf8(s)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    struct report r;
    for (int delivery = 0; delivery < 2; delivery++) {
        if (report_read(str_n(bytes, n), delivery, a, &r, NULL) != RC_OK) continue;
        if (r.count > REPORT_MAX_RECIPIENTS || r.count > r.total) abort();
        for (size_t i = 0; i < r.count; i++) {
            check(r.recipients[i].address);
            check(r.recipients[i].action);
            check(r.recipients[i].diagnostic);
        }
        check(r.disposition);
        check(r.problem);
        check(r.reporter);
    }
    arena_free(a);
    return 0;
}
