/* What a person types into the search field: every query becomes a tree within its bounds, or an
 * error that names a place in it; and every plan of it stays within them too. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/imap_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct imap_folder folder = {.display = {"Work/2024", 9}, .delimiter = '/'};
    struct imap_query q = {
        .text = str_n(bytes, n), .headers = true, .body = true, .folder = &folder, .today = 20000};
    struct imap_terms t;
    struct err e = {0};
    if (imap_query_read(&q, &t, &e) != RC_OK) {
        if (e.code != RC_INVALID || e.position > n + 1 || !e.message[0]) abort();
        return 0;
    }
    if (t.count > QUERY_NODES || t.name_count > QUERY_NAMES || t.root >= t.count) abort();
    for (unsigned bits = 0; bits < 8; bits++) {
        struct imap_plan p;
        imap_plan_make(&t, bits | (bits & 4 ? PLAN_NAME(0) : 0), &p);
        if (p.count > QUERY_NODES || p.root >= p.count) abort();
        /* The promise: nothing asks for the body of a sealed message. */
        if (p.body && (bits & 1)) abort();
    }
    return 0;
}
