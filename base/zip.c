#include "base/zip.h"

#include <pthread.h>
#include <time.h>

enum { VERSION_OLD = 20, VERSION_64 = 45, UTF8_NAMES = 1 << 11, LOCAL_BYTES = 30, EXTRA_64 = 1 };
#define MAX_32 0xffffffffu
#define MAX_16 0xffffu

/* --- checksum ----------------------------------------------------------------------------------
 */

static uint32_t table[8][256];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v >> 1 ^ (v & 1 ? 0xedb88320u : 0);
        table[0][i] = v;
    }
    for (int k = 1; k < 8; k++)
        for (uint32_t i = 0; i < 256; i++)
            table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 0xff];
}

/* Eight bytes a step. */
uint32_t crc32_of(str_t bytes)
{
    const unsigned char *p = (const unsigned char *) bytes.p;
    uint32_t v = MAX_32;
    size_t n = bytes.n;
    pthread_once(&made, make_table);
    for (; n >= 8; n -= 8, p += 8) {
        v ^= (uint32_t) p[0] | (uint32_t) p[1] << 8 | (uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
        v = table[7][v & 0xff] ^ table[6][v >> 8 & 0xff] ^ table[5][v >> 16 & 0xff] ^
            table[4][v >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    }
    for (; n > 0; n--, p++)
        v = v >> 8 ^ table[0][(v ^ *p) & 0xff];
    return ~v;
}

/* --- fields ------------------------------------------------------------------------------------
 */

static void put(struct buf *b, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(b, (char) (v >> (8 * i)));
}

static uint64_t fit(uint64_t v, uint64_t most)
{
    return v < most ? v : most;
}

/* Date and time as DOS counts them: two seconds a step. */
static uint32_t dos_time(int64_t seconds)
{
    struct tm tm;
    time_t t = (time_t) seconds;
    if (!gmtime_r(&t, &tm) || tm.tm_year < 80 || tm.tm_year > 207) return 1u << 21 | 1u << 16;
    return (uint32_t) (tm.tm_year - 80) << 25 | (uint32_t) (tm.tm_mon + 1) << 21 |
           (uint32_t) tm.tm_mday << 16 | (uint32_t) tm.tm_hour << 11 | (uint32_t) tm.tm_min << 5 |
           (uint32_t) tm.tm_sec / 2;
}

struct file {
    str_t name;
    uint64_t size, offset;
    uint32_t crc, time;
};

/* What local header and directory entry have in common. */
static void put_common(struct buf *b, const struct file *f, bool large, size_t extra)
{
    put(b, large ? VERSION_64 : VERSION_OLD, 2);
    put(b, UTF8_NAMES, 2);
    put(b, 0, 2); /* stored */
    put(b, f->time, 4);
    put(b, f->crc, 4);
    put(b, fit(f->size, MAX_32), 4);
    put(b, fit(f->size, MAX_32), 4);
    put(b, f->name.n, 2);
    put(b, extra, 2);
}

static void put_local(struct buf *b, const struct file *f)
{
    bool large = f->size >= MAX_32;
    buf_str(b, STR("PK\3\4"));
    put_common(b, f, large, large ? 20 : 0);
    buf_str(b, f->name);
    if (!large) return;
    put(b, EXTRA_64, 2);
    put(b, 16, 2);
    put(b, f->size, 8);
    put(b, f->size, 8);
}

static void put_entry(struct buf *b, const struct file *f)
{
    bool large = f->size >= MAX_32, far = f->offset >= MAX_32;
    unsigned extra = (large ? 16u : 0u) + (far ? 8u : 0u);
    buf_str(b, STR("PK\1\2"));
    put(b, large || far ? VERSION_64 : VERSION_OLD, 2);
    put_common(b, f, large || far, extra ? extra + 4 : 0);
    put(b, 0, 2); /* comment */
    put(b, 0, 2); /* disk */
    put(b, 0, 2); /* internal attributes */
    put(b, 0, 4); /* external ones */
    put(b, fit(f->offset, MAX_32), 4);
    buf_str(b, f->name);
    if (!extra) return;
    put(b, EXTRA_64, 2);
    put(b, extra, 2);
    if (large) put(b, f->size, 8);
    if (large) put(b, f->size, 8);
    if (far) put(b, f->offset, 8);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static rc_t give(struct zip *z, str_t piece, struct err *e)
{
    if (piece.n) TRY(z->write(z->holder, piece, e));
    z->offset += piece.n;
    return RC_OK;
}

rc_t zip_add(struct zip *z, str_t name, str_t bytes, int64_t mtime, struct err *e)
{
    CLEANUP_BUF struct buf head = BUF_INIT(LOCAL_BYTES + ZIP_MAX_NAME + 32);
    if (name.n == 0 || name.n > ZIP_MAX_NAME)
        return err_set(e, RC_TOO_LARGE, "A name in the archive would be too long.");
    const struct file f = {.name = name,
                           .size = bytes.n,
                           .offset = z->offset,
                           .crc = crc32_of(bytes),
                           .time = dos_time(mtime)};
    put_local(&head, &f);
    put_entry(&z->directory, &f);
    if (head.failed || z->directory.failed) return err_set(e, RC_TOO_LARGE, NULL);
    z->count++;
    TRY(give(z, buf_view(&head), e));
    return give(z, bytes, e);
}

static void put_end(struct buf *b, const struct zip *z, uint64_t start)
{
    uint64_t size = z->directory.n, end = start + size;
    if (z->count >= MAX_16 || size >= MAX_32 || start >= MAX_32) {
        buf_str(b, STR("PK\6\6"));
        put(b, 44, 8);
        put(b, VERSION_64, 2);
        put(b, VERSION_64, 2);
        put(b, 0, 8); /* disks */
        put(b, z->count, 8);
        put(b, z->count, 8);
        put(b, size, 8);
        put(b, start, 8);
        buf_str(b, STR("PK\6\7"));
        put(b, 0, 4);
        put(b, end, 8);
        put(b, 1, 4);
    }
    buf_str(b, STR("PK\5\6"));
    put(b, 0, 4); /* disks */
    put(b, fit(z->count, MAX_16), 2);
    put(b, fit(z->count, MAX_16), 2);
    put(b, fit(size, MAX_32), 4);
    put(b, fit(start, MAX_32), 4);
    put(b, 0, 2); /* comment */
}

rc_t zip_end(struct zip *z, struct err *e)
{
    CLEANUP_BUF struct buf end = BUF_INIT(128);
    uint64_t start = z->offset;
    TRY(give(z, buf_view(&z->directory), e));
    put_end(&end, z, start);
    return end.failed ? err_set(e, RC_NO_MEMORY, NULL) : give(z, buf_view(&end), e);
}

void zip_free(struct zip *z)
{
    buf_free(&z->directory);
}
