#include "base/raster.h"

static const unsigned char *at(str_t s, size_t off)
{
    return (const unsigned char *) s.p + off;
}

static uint32_t be16(const unsigned char *p)
{
    return (uint32_t) p[0] << 8 | p[1];
}

static uint32_t be32(const unsigned char *p)
{
    return be16(p) << 16 | be16(p + 2);
}

static uint32_t le16(const unsigned char *p)
{
    return (uint32_t) p[1] << 8 | p[0];
}

static uint32_t le24(const unsigned char *p)
{
    return (uint32_t) p[2] << 16 | le16(p);
}

static uint32_t le32(const unsigned char *p)
{
    return le16(p + 2) << 16 | le16(p);
}

static bool is_at(str_t s, size_t off, str_t what)
{
    return s.n >= off && str_starts(str_sub(s, off, s.n), what);
}

/* Each reader is given what begins as its format does. False: the size is not there. */

static bool read_png(str_t s, struct raster *out)
{
    if (s.n < 24 || !is_at(s, 12, STR("IHDR"))) return false;
    *out = (struct raster){"image/png", be32(at(s, 16)), be32(at(s, 20))};
    return true;
}

static bool read_gif(str_t s, struct raster *out)
{
    if (s.n < 10) return false;
    *out = (struct raster){"image/gif", le16(at(s, 6)), le16(at(s, 8))};
    return true;
}

/* Start of frame: FFC0 to FFCF without the tables and extensions among them. */
static bool is_frame(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool read_jpeg(str_t s, struct raster *out)
{
    for (size_t off = 2; off + 9 < s.n;) {
        const unsigned char *p = at(s, off);
        if (p[0] != 0xff) return false;
        unsigned marker = p[1];
        if (marker == 0xff) { /* fill bytes */
            off++;
            continue;
        }
        if (is_frame(marker)) {
            *out = (struct raster){"image/jpeg", be16(p + 7), be16(p + 5)};
            return true;
        }
        if (marker == 0xd9 || marker == 0xda) return false; /* the picture begins without a size */
        bool alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
        size_t length = alone ? 0 : be16(p + 2);
        if (!alone && length < 2) return false;
        off += 2 + length;
    }
    return false;
}

static bool read_webp(str_t s, struct raster *out)
{
    if (s.n < 30) return false;
    struct raster r = {.type = "image/webp"};
    if (is_at(s, 12, STR("VP8X"))) {
        r.width = le24(at(s, 24)) + 1;
        r.height = le24(at(s, 27)) + 1;
    } else if (is_at(s, 12, STR("VP8L")) && *at(s, 20) == 0x2f) {
        uint32_t bits = le32(at(s, 21));
        r.width = (bits & 0x3fff) + 1;
        r.height = (bits >> 14 & 0x3fff) + 1;
    } else if (is_at(s, 12, STR("VP8 ")) && is_at(s, 23, STR("\x9d\x01\x2a"))) {
        r.width = le16(at(s, 26)) & 0x3fff;
        r.height = le16(at(s, 28)) & 0x3fff;
    } else {
        return false;
    }
    *out = r;
    return true;
}

static bool read_bmp(str_t s, struct raster *out)
{
    if (s.n < 26) return false;
    uint32_t header = le32(at(s, 14)), width = le32(at(s, 18)), height = le32(at(s, 22));
    if (header < 40 || header > 124 || width > INT32_MAX) return false;
    /* Negative: from the top. */
    *out = (struct raster){"image/bmp", width, height > INT32_MAX ? -height : height};
    return true;
}

/* --- AVIF: boxes of ISO 14496-12 ---------------------------------------------------------------
 */

/* Content of the first box of that kind in s; the null slice without one. */
static str_t find_box(str_t s, str_t kind)
{
    while (s.n >= 8) {
        uint64_t size = be32(at(s, 0));
        size_t head = 8;
        if (size == 1) {
            if (s.n < 16) break;
            size = (uint64_t) be32(at(s, 8)) << 32 | be32(at(s, 12));
            head = 16;
        }
        if (size == 0) size = s.n;
        if (size < head || size > s.n) break;
        if (is_at(s, 4, kind)) return str_sub(s, head, (size_t) size);
        s = str_sub(s, (size_t) size, s.n);
    }
    return STR_NULL;
}

/* The largest of the sizes in meta/iprp/ipco: of the picture itself, its tiles or its preview. */
static bool read_avif(str_t s, struct raster *out)
{
    struct raster r = {.type = "image/avif"};
    str_t meta = find_box(s, STR("meta"));
    str_t left = find_box(find_box(str_sub(meta, 4, meta.n), STR("iprp")), STR("ipco"));
    while (left.n >= 8) {
        str_t size = find_box(left, STR("ispe"));
        if (size.n < 12) break;
        uint32_t width = be32(at(size, 4)), height = be32(at(size, 8));
        if ((uint64_t) width * height >= (uint64_t) r.width * r.height) {
            r.width = width;
            r.height = height;
        }
        left = str_n(size.p + size.n, (size_t) (left.p + left.n - (size.p + size.n)));
    }
    if (r.width == 0) return false;
    *out = r;
    return true;
}

static bool is_avif(str_t s)
{
    return is_at(s, 4, STR("ftyp")) &&
           (is_at(s, 8, STR("avif")) || is_at(s, 8, STR("avis")) ||
            (is_at(s, 8, STR("mif1")) && str_find(str_sub(s, 16, 64), STR("avif")) >= 0));
}

bool raster_read(str_t s, struct raster *out)
{
    struct raster r = {0};
    bool known = false;
    if (is_at(s, 0, STR("\x89PNG\r\n\x1a\n")))
        known = read_png(s, &r);
    else if (is_at(s, 0, STR("GIF87a")) || is_at(s, 0, STR("GIF89a")))
        known = read_gif(s, &r);
    else if (is_at(s, 0, STR("\xff\xd8\xff")))
        known = read_jpeg(s, &r);
    else if (is_at(s, 0, STR("RIFF")) && is_at(s, 8, STR("WEBP")))
        known = read_webp(s, &r);
    else if (is_avif(s))
        known = read_avif(s, &r);
    else if (is_at(s, 0, STR("BM")))
        known = read_bmp(s, &r);
    if (!known || r.width == 0 || r.height == 0) return false;
    if (r.width > RASTER_MAX_SIDE || r.height > RASTER_MAX_SIDE) return false;
    if ((uint64_t) r.width * r.height > RASTER_MAX_PIXELS) return false;
    *out = r;
    return true;
}
