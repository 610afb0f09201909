/* Pictures by their first bytes: what they are, how large, and what is none. */
#include "base/raster.h"
#include "tests/unit/mail/mime_test.h"

#define AVIF_SIZE(w, h) "\0\0\0\x14ispe\0\0\0\0" w h
/* ftyp, meta (iprp (ipco (one box, two sizes))) */
#define AVIF                                                                                       \
    "\0\0\0\x14"                                                                                   \
    "ftypavif\0\0\0\0avif"                                                                         \
    "\0\0\0\x4c"                                                                                   \
    "meta\0\0\0\0"                                                                                 \
    "\0\0\0\x40iprp\0\0\0\x38ipco\0\0\0\x08pixi" AVIF_SIZE("\0\0\0\x10", "\0\0\0\x10")             \
        AVIF_SIZE("\0\0\x01\0", "\0\0\0\x20")

static void test_kinds(void **state)
{
    (void) state;
    static const struct {
        str_t bytes;
        const char *type;
        uint32_t width, height;
    } rows[] = {
        {STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x02\0\0\0\x07\x08"), "image/png", 258,
         7},
        {STR_INIT("GIF89a\x03\0\x04\x01;"), "image/gif", 3, 260},
        {STR_INIT("GIF87a\x01\0\x01\0;"), "image/gif", 1, 1},
        {STR_INIT("\xff\xd8\xff\xe0\0\x04xx\xff\xff\xc2\0\x11\x08\0\x02\0\x03\x03\0"), "image/jpeg",
         3, 2},
        {STR_INIT("RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0"), "image/webp", 16,
         32},
        {STR_INIT("RIFF\x20\0\0\0WEBPVP8L\x0a\0\0\0\x2f\x04\x80\x01\0\0\0\0\0\0"), "image/webp", 5,
         7},
        {STR_INIT("RIFF\x20\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x05\0\x06\0"), "image/webp",
         5, 6},
        {STR_INIT(AVIF), "image/avif", 256, 32},
        {STR_INIT("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x02\0\0\0\xfd\xff\xff\xff"), "image/bmp", 2,
         3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct raster r = {0};
        if (!raster_read(rows[i].bytes, &r)) fail_msg("row %zu: not read", i);
        expect_str("type", str_c(r.type), rows[i].type);
        assert_int_equal(r.width, rows[i].width);
        assert_int_equal(r.height, rows[i].height);
        /* Cut anywhere before the size, it is none. */
        for (size_t n = 0; n < 10; n++)
            assert_false(raster_read(str_sub(rows[i].bytes, 0, n), &r));
    }
}

static void test_none(void **state)
{
    (void) state;
    static const str_t rows[] = {
        STR_INIT(""),
        STR_INIT("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>"),
        STR_INIT("<html><body><script>alert(1)</script>"),
        STR_INIT("%PDF-1.7 and more text that is long enough"),
        STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0dJUNK\0\0\x01\x02\0\0\0\x07\x08"),
        STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\0\0\0\0\x07\x08"),
        STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x40\x01\0\0\0\x01\x08"),
        STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x40\0\0\0\x40\0\x08"),
        STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08"),
        STR_INIT("\xff\xd8\xff\xe0\0\x01xxxxxxxxxxxxxxxxxxxx"),
        STR_INIT("\xff\xd8\xff\xda\0\x04xx\xff\xc0\0\x11\x08\0\x02\0\x03\x03\0"),
        STR_INIT("\xff\xd8\xff\xe0\xff\xffxx\xff\xc0\0\x11\x08\0\x02\0\x03\x03\0"),
        STR_INIT("RIFF\x20\0\0\0WAVEfmt x\x0a\0\0\0\0\0\0\x9d\x01\x2a\x05\0\x06\0"),
        STR_INIT("BM is how this text begins, by chance"),
        STR_INIT("\0\0\0\x14"
                 "ftypavif\0\0\0\0avif\0\0\0\x08meta"),
        STR_INIT("\0\0\0\x14"
                 "ftypheic\0\0\0\0mif1\0\0\0\x08meta"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct raster r = {.width = 77};
        if (raster_read(rows[i], &r)) fail_msg("row %zu is taken for %s", i, r.type);
        assert_int_equal(r.width, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds), cmocka_unit_test(test_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
