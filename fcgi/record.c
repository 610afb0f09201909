#include "fcgi/record.h"

#define VERSION 1
#define TYPE_END_REQUEST 3
#define TYPE_STDOUT 6
#define HEADER_BYTES 8u
#define CONTENT_MAX 65528u /* the largest multiple of 8 that the length field holds */

static bool record(struct buf *out, unsigned char type, uint16_t request, str_t content)
{
    static const char zeros[8] = {0};
    size_t padding = (8 - content.n % 8) % 8;
    const unsigned char head[HEADER_BYTES] = {VERSION,
                                              type,
                                              (unsigned char) (request >> 8),
                                              (unsigned char) request,
                                              (unsigned char) (content.n >> 8),
                                              (unsigned char) content.n,
                                              (unsigned char) padding,
                                              0};
    return buf_add(out, head, sizeof head) && buf_str(out, content) && buf_add(out, zeros, padding);
}

bool record_stdout(struct buf *out, uint16_t request, str_t text)
{
    size_t records = (text.n + CONTENT_MAX - 1) / CONTENT_MAX;
    size_t whole = text.n + records * (HEADER_BYTES + 7);
    if (text.n > out->max || !buf_reserve(out, whole)) return false;
    while (text.n > 0) {
        size_t n = text.n < CONTENT_MAX ? text.n : CONTENT_MAX;
        if (!record(out, TYPE_STDOUT, request, str_sub(text, 0, n))) return false;
        text = str_sub(text, n, text.n);
    }
    return true;
}

bool record_end(struct buf *out, uint16_t request)
{
    static const char complete[8] = {0}; /* appStatus 0, FCGI_REQUEST_COMPLETE */
    if (!buf_reserve(out, 3 * HEADER_BYTES)) return false;
    return record(out, TYPE_STDOUT, request, STR("")) &&
           record(out, TYPE_END_REQUEST, request, str_n(complete, sizeof complete));
}
