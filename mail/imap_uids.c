/* UID sets (RFC 3501 sequence-set). */
#include "mail/imap_lease.h"

#define UIDS_MAX 200000

rc_t imap_uids_check(const uint32_t *uids, size_t n, struct err *e)
{
    bool ok = n > 0 && n <= UIDS_MAX;
    for (size_t i = 0; ok && i < n; i++)
        ok = uids[i] != 0;
    if (ok) return RC_OK;
    err_set(e, RC_INVALID, NULL);
    err_field(e, "uids");
    return RC_INVALID;
}

void imap_uids_write(struct buf *out, const uint32_t *uids, size_t n, size_t *from, size_t max)
{
    size_t start = out->n, i = *from;
    while (i < n && out->n - start + 24 < max) {
        size_t run = 1;
        while (i + run < n && uids[i + run] == uids[i] + run && uids[i + run] != 0)
            run++;
        if (out->n > start) buf_char(out, ',');
        if (run > 1)
            buf_printf(out, "%u:%u", uids[i], uids[i + run - 1]);
        else
            buf_printf(out, "%u", uids[i]);
        i += run;
    }
    *from = i;
}

bool imap_uids_read(str_t set, uint32_t *out, size_t max, size_t *n)
{
    size_t count = 0;
    while (set.n > 0) {
        str_t item, first, last;
        uint32_t a = 0, b = 0;
        str_cut(set, ',', &item, &set);
        bool range = str_cut(item, ':', &first, &last);
        if (!str_to_u32(first, &a)) return false;
        b = a;
        if (range && !str_to_u32(last, &b)) return false;
        if (b < a) {
            uint32_t swap = a;
            a = b;
            b = swap;
        }
        if (a == 0 || (size_t) (b - a) >= max - count) return false;
        for (uint32_t u = a;; u++) {
            out[count++] = u;
            if (u == b) break;
        }
    }
    *n = count;
    return true;
}
