#include "fcgi/record.h"

#define VERSION 1
#define TYPE_END_REQUEST 3
#define TYPE_STDOUT 6
#define HEADER_BYTES RECORD_HEADER_BYTES
#define CONTENT_MAX RECORD_CONTENT_MAX

static void put_head(unsigned char head[HEADER_BYTES], unsigned char type, uint16_t request,
                     size_t n, size_t padding)
{
    head[0] = VERSION;
    head[1] = type;
    head[2] = (unsigned char) (request >> 8);
    head[3] = (unsigned char) request;
    head[4] = (unsigned char) (n >> 8);
    head[5] = (unsigned char) n;
    head[6] = (unsigned char) padding;
    head[7] = 0;
}

void record_stdout_head(unsigned char head[RECORD_HEADER_BYTES], uint16_t request, size_t n)
{
    put_head(head, TYPE_STDOUT, request, n, 0);
}

static bool record(struct buf *out, unsigned char type, uint16_t request, str_t content)
{
    static const char zeros[8] = {0};
    size_t padding = (8 - content.n % 8) % 8;
    unsigned char head[HEADER_BYTES];
    put_head(head, type, request, content.n, padding);
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
