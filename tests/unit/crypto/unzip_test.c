/* Archives of every kind that people and attackers make. Each is written here byte by byte, so that
 * each lie is possible. */
#include "crypto/unzip.h"

#include <stdio.h>
#include <zlib.h>

#include "base/zip.h"
#include "tests/unit/test.h"

struct part {
    const char *name, *text;
    bool pack;            /* deflated */
    bool later;           /* checksum and sizes behind the file */
    const char *own_name; /* in its own header, where it is another one */
    unsigned flags, method_add, own_size_add, size_add, crc_add;
    unsigned attributes, made_by;
    bool shares; /* the same place as the entry before */
    bool zip64;
};

static void put(struct buf *b, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(b, (char) (v >> (8 * i)));
}

static str_t deflated(struct arena *a, str_t text)
{
    z_stream z = {0};
    char *out = arena_alloc(a, text.n + 64);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *) text.p;
    z.avail_in = (uInt) text.n;
    z.next_out = (unsigned char *) out;
    z.avail_out = (uInt) text.n + 64;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = z.total_out;
    deflateEnd(&z);
    return str_n(out, n);
}

struct edges {
    const char *front, *behind, *comment;
    unsigned volume, count_add, size_add;
};

static str_t archive(struct arena *a, const struct part *parts, size_t n, const struct edges *x)
{
    struct buf b = BUF_INIT(1 << 20), d = BUF_INIT(1 << 20);
    uint32_t at = 0;
    if (x && x->front) buf_cstr(&b, x->front);
    for (size_t i = 0; i < n; i++) {
        const struct part *p = &parts[i];
        str_t text = str_c(p->text ? p->text : ""), bytes = p->pack ? deflated(a, text) : text;
        str_t name = str_c(p->name), own = str_c(p->own_name ? p->own_name : p->name);
        uint32_t crc = crc32_of(text) + p->crc_add, size = (uint32_t) text.n + p->size_add;
        unsigned method = (p->pack ? 8 : 0) + p->method_add;
        unsigned flags = p->flags | (p->later ? 8 : 0);
        if (!p->shares) at = (uint32_t) b.n;
        buf_str(&b, STR("PK\3\4"));
        put(&b, 20, 2);
        put(&b, flags, 2);
        put(&b, method, 2);
        put(&b, 0, 4);
        put(&b, p->later ? 0 : crc, 4);
        put(&b, p->later ? 0 : (uint32_t) bytes.n, 4);
        put(&b, p->later ? 0 : size + p->own_size_add, 4);
        put(&b, (uint32_t) own.n, 2);
        put(&b, 0, 2);
        buf_str(&b, own);
        buf_str(&b, bytes);
        if (p->later) {
            buf_str(&b, STR("PK\7\10"));
            put(&b, crc, 4);
            put(&b, (uint32_t) bytes.n, 4);
            put(&b, size, 4);
        }
        buf_str(&d, STR("PK\1\2"));
        put(&d, 20 | p->made_by << 8, 2);
        put(&d, 20, 2);
        put(&d, flags, 2);
        put(&d, method, 2);
        put(&d, 0, 4);
        put(&d, crc, 4);
        put(&d, (uint32_t) bytes.n, 4);
        put(&d, p->zip64 ? 0xffffffff : size, 4);
        put(&d, (uint32_t) name.n, 2);
        put(&d, 0, 8);
        put(&d, p->attributes, 4);
        put(&d, at, 4);
        buf_str(&d, name);
    }
    uint32_t start = (uint32_t) b.n;
    str_t comment = str_c(x && x->comment ? x->comment : "");
    buf_str(&b, buf_view(&d));
    buf_str(&b, STR("PK\5\6"));
    put(&b, x ? x->volume : 0, 4);
    put(&b, (uint32_t) n + (x ? x->count_add : 0), 2);
    put(&b, (uint32_t) n + (x ? x->count_add : 0), 2);
    put(&b, (uint32_t) d.n + (x ? x->size_add : 0), 4);
    put(&b, start, 4);
    put(&b, (uint32_t) comment.n, 2);
    buf_str(&b, comment);
    if (x && x->behind) buf_cstr(&b, x->behind);
    assert_false(b.failed || d.failed);
    str_t out = arena_str(a, buf_view(&b));
    buf_free(&b);
    buf_free(&d);
    return out;
}

static rc_t read_whole(str_t bytes, struct arena *a, struct err *e)
{
    struct unzip z;
    rc_t rc = unzip_open(bytes, 100, 1 << 20, a, &z, e);
    for (size_t i = 0; rc == RC_OK && i < z.count; i++) {
        CLEANUP_BUF struct buf out = BUF_INIT(1 << 16);
        rc = unzip_read(&z, &z.files[i], &out, e);
    }
    return rc;
}

static void test_what_is_there(void **state)
{
    (void) state;
    struct arena *a = arena_new(1 << 20);
    const struct part parts[] = {
        {.name = "list/", .made_by = 3, .attributes = 0040755u << 16},
        {.name = "list/b.txt", .text = "bbbbbbbbbbbbbbbbbbbbbbbbbbbb", .pack = true},
        {.name = "a.txt", .text = "stored", .made_by = 3, .attributes = 0100644u << 16},
        {.name = "gr\xc3\xbc\xc3\x9f", .text = "later later later", .pack = true, .later = true},
        {.name = "none", .text = ""},
        {.name = "none packed", .text = "", .pack = true}};
    str_t z = archive(a, parts, 6, &(struct edges){.comment = "a comment"});
    struct unzip u;
    assert_int_equal(unzip_open(z, 100, 1 << 20, a, &u, NULL), RC_OK);
    assert_int_equal(u.count, 5);
    for (size_t i = 1; i < 6; i++) {
        CLEANUP_BUF struct buf out = BUF_INIT(100);
        const struct unzip_file *f = unzip_find(&u, str_c(parts[i].name));
        assert_non_null(f);
        assert_int_equal(unzip_read(&u, f, &out, NULL), RC_OK);
        assert_str(out.p ? buf_view(&out) : STR(""), str_c(parts[i].text));
    }
    assert_null(unzip_find(&u, STR("list/")));
    assert_null(unzip_find(&u, STR("b.txt")));
    /* no more than there is room for, and nothing of it */
    CLEANUP_BUF struct buf small = BUF_INIT(27);
    assert_int_equal(unzip_read(&u, unzip_find(&u, STR("list/b.txt")), &small, NULL), RC_TOO_LARGE);
    assert_int_equal(small.n, 0);
    /* entries and bytes have a maximum */
    assert_int_equal(unzip_open(z, 5, 1 << 20, a, &u, NULL), RC_TOO_LARGE);
    assert_int_equal(unzip_open(z, 100, 50, a, &u, NULL), RC_TOO_LARGE);
    z = archive(a, parts, 0, NULL);
    assert_int_equal(unzip_open(z, 5, 100, a, &u, NULL), RC_OK);
    assert_int_equal(u.count, 0);
    arena_free(a);
}

static rc_t collect(void *holder, str_t piece, struct err *e)
{
    return buf_str(holder, piece) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

static void test_what_our_own_writer_makes(void **state)
{
    (void) state;
    struct arena *a = arena_new(1 << 20);
    CLEANUP_BUF struct buf out = BUF_INIT(1 << 16);
    struct zip z = ZIP_INIT(collect, &out);
    assert_int_equal(zip_add(&z, STR("x"), STR("text"), 0, NULL), RC_OK);
    assert_int_equal(zip_end(&z, NULL), RC_OK);
    zip_free(&z);
    assert_int_equal(read_whole(buf_view(&out), a, NULL), RC_OK);
    arena_free(a);
}

static void test_refused(void **state)
{
    (void) state;
    static const struct {
        struct part parts[2];
        rc_t want;
        const char *word;
    } rows[] = {
        {{{.name = "/etc/passwd"}}, RC_INVALID, "disk"},
        {{{.name = "C:x"}}, RC_INVALID, "disk"},
        {{{.name = "a/../../b"}}, RC_INVALID, "leads out"},
        {{{.name = ".."}}, RC_INVALID, "leads out"},
        {{{.name = "a//b"}}, RC_INVALID, "leads out"},
        {{{.name = "a\\b"}}, RC_INVALID, "backslash"},
        {{{.name = "a\nb"}}, RC_INVALID, "control"},
        {{{.name = ""}}, RC_INVALID, "no name"},
        {{{.name = "\x81\x82", .flags = 1 << 11}}, RC_INVALID, "UTF-8"},
        {{{.name = "m\x81ller"}}, RC_INVALID, "old encoding"},
        {{{.name = "x"}, {.name = "x"}}, RC_INVALID, "twice"},
        {{{.name = "x", .flags = 1}}, RC_UNSUPPORTED, "password"},
        {{{.name = "x", .flags = 1 << 6 | 1}}, RC_UNSUPPORTED, "password"},
        {{{.name = "x", .flags = 1 << 13}}, RC_UNSUPPORTED, "password"},
        {{{.name = "x", .method_add = 12}}, RC_UNSUPPORTED, "unusual"},
        {{{.name = "x", .made_by = 3, .attributes = 0120777u << 16}}, RC_UNSUPPORTED, "link"},
        {{{.name = "x", .zip64 = true}}, RC_UNSUPPORTED, "ZIP64"},
        {{{.name = "x", .own_name = "y"}}, RC_DAMAGED, "two ways"},
        {{{.name = "x", .text = "abc", .own_size_add = 1}}, RC_DAMAGED, "two ways"},
        {{{.name = "x", .text = "abc", .crc_add = 1}}, RC_DAMAGED, "damaged"},
        {{{.name = "x", .text = "abc", .size_add = 1}}, RC_DAMAGED, "two lengths"},
        {{{.name = "x", .text = "abcabcabcabc", .pack = true, .size_add = 1}}, RC_DAMAGED, ""},
        {{{.name = "x", .text = "abcabcabcabc", .pack = true, .size_add = -1u}}, RC_DAMAGED, ""},
        {{{.name = "x", .text = "abc"}, {.name = "x", .text = "abc", .shares = true}},
         RC_DAMAGED,
         "shares"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(1 << 20);
        struct err e = {0};
        size_t n = rows[i].parts[1].name ? 2 : 1;
        rc_t rc = read_whole(archive(a, rows[i].parts, n, NULL), a, &e);
        if (rc != rows[i].want || !strstr(e.message, rows[i].word))
            fail_msg("row %zu: %s %s", i, err_word(rc), e.message);
        assert_string_equal(e.field, "file");
        arena_free(a);
    }
}

static void test_edges(void **state)
{
    (void) state;
    static const struct {
        struct edges x;
        rc_t want;
    } rows[] = {{{.front = "MZ"}, RC_DAMAGED},    {{.behind = "x"}, RC_DAMAGED},
                {{.volume = 1}, RC_UNSUPPORTED},  {{.count_add = 1}, RC_DAMAGED},
                {{.count_add = -1u}, RC_DAMAGED}, {{.size_add = 1}, RC_DAMAGED},
                {{.comment = "PK\5\6"}, RC_OK},   {{.count_add = 0xfffe}, RC_UNSUPPORTED}};
    const struct part one = {.name = "x", .text = "abc"};
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rc_t rc = read_whole(archive(a, &one, 1, &rows[i].x), a, NULL);
        if (rc != rows[i].want) fail_msg("row %zu: %s", i, err_word(rc));
    }
    str_t z = archive(a, &one, 1, NULL);
    for (size_t n = 0; n < z.n; n++) /* cut anywhere it is no archive */
        assert_int_equal(read_whole(str_sub(z, 0, n), a, NULL), RC_DAMAGED);
    arena_free(a);
}

/* 42 kilobytes that say they are 4 gigabytes: refused before anything is inflated. */
static void test_bombs(void **state)
{
    (void) state;
    struct arena *a = arena_new(8 << 20);
    static char zeros[200000];
    memset(zeros, 'x', sizeof zeros - 1);
    struct part parts[20];
    char names[20][4];
    for (unsigned i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "%u", i);
        parts[i] = (struct part){.name = names[i], .text = zeros, .pack = true};
    }
    struct err e = {0};
    str_t z = archive(a, parts, 20, NULL);
    assert_true(z.n < 20000);
    assert_int_equal(read_whole(z, a, &e), RC_TOO_LARGE);
    assert_non_null(strstr(e.message, "unfold"));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there), cmocka_unit_test(test_what_our_own_writer_makes),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_edges),
        cmocka_unit_test(test_bombs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
