/* Both sides of waxseal-fetch's socket: what is read is within the limits and is exactly what would
 * be written. The first byte chooses the side. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/fetch_wire.h"

#define MAX_ASKED 4096

static void check(const struct buf *written, bool put, const uint8_t *bytes, size_t n)
{
    if (!put || !str_eq(buf_view(written), str_n(bytes, n))) abort();
}

static void request(const uint8_t *bytes, size_t n, struct buf *again)
{
    struct fetch_request_head head;
    struct fetch_request q;
    if (n < FETCH_REQUEST_HEAD || !fetch_read_request_head(bytes, &head)) return;
    str_t rest = str_n(bytes + FETCH_REQUEST_HEAD, n - FETCH_REQUEST_HEAD);
    if (!fetch_cut_request(&head, rest, &q)) return;
    if (q.url.n > FETCH_MAX_URL || q.body.n > FETCH_MAX_BODY || q.timeout_ms == 0) abort();
    if (!str_is_clean(q.url) || !str_is_clean(q.content_type)) abort();
    check(again, fetch_put_request(&q, again), bytes, n);
}

static void answer(const uint8_t *bytes, size_t n, struct buf *again)
{
    struct fetch_answer_head head;
    struct fetch_answer a;
    str_t detail;
    if (n < FETCH_ANSWER_HEAD || !fetch_read_answer_head(bytes, MAX_ASKED, &head)) return;
    str_t rest = str_n(bytes + FETCH_ANSWER_HEAD, n - FETCH_ANSWER_HEAD);
    if (!fetch_cut_answer(&head, rest, &a, &detail)) return;
    if (a.body.n > MAX_ASKED || !str_is_clean(a.content_type) || !str_is_clean(detail)) abort();
    check(again, fetch_put_answer(head.outcome, &a, detail, again), bytes, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n == 0) return 0;
    struct buf again = BUF_INIT(1u << 20);
    (bytes[0] == 'q' ? request : answer)(bytes + 1, n - 1, &again);
    buf_free(&again);
    return 0;
}
