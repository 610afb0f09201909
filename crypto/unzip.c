#include "crypto/unzip.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/zip.h"

enum {
    END_BYTES = 22,
    ENTRY_BYTES = 46,
    LOCAL_BYTES = 30,
    COMMENT_MAX = 65535,
    STORED = 0,
    DEFLATED = 8,
    FLAG_ENCRYPTED = 1,
    FLAG_LATER = 1 << 3,  /* checksum and sizes follow the file */
    FLAG_PATCH = 1 << 5,  /* compressed patched data */
    FLAG_STRONG = 1 << 6, /* strong encryption */
    FLAG_UTF8 = 1 << 11,
    FLAG_MASKED = 1 << 13, /* the headers are encrypted */
    FLAGS_THAT_COUNT = FLAG_ENCRYPTED | FLAG_PATCH | FLAG_STRONG | FLAG_UTF8 | FLAG_MASKED,
    MADE_BY_UNIX = 3,
    UNIX_KIND = 0170000,
    UNIX_FILE = 0100000,
    UNIX_FOLDER = 0040000
};
#define NEED_64 0xffffffffu

static uint32_t get(str_t s, size_t at, unsigned bytes)
{
    uint32_t v = 0;
    for (unsigned i = bytes; i > 0; i--)
        v = v << 8 | (unsigned char) s.p[at + i - 1];
    return v;
}

static rc_t refuse(struct err *e, rc_t rc, const char *sentence)
{
    err_set(e, rc, "%s", sentence);
    err_field(e, "file");
    return rc;
}

/* Names of the sender's are shown as far as they are text. */
static rc_t refuse_file(struct err *e, rc_t rc, str_t name, const char *why)
{
    bool text = name.n <= 100 && str_is_clean(name) && str_is_utf8(name);
    err_set(e, rc, "%.*s %s", STR_ARG(text && name.n ? name : STR("A file in the archive")), why);
    err_field(e, "file");
    return rc;
}

/* --- the directory ---------------------------------------------------------------------------- */

struct directory {
    size_t start, end, count;
};

/* The end record is the last thing in the file but for its comment. */
static bool find_end(str_t z, size_t *at)
{
    if (z.n < END_BYTES) return false;
    size_t last = z.n - END_BYTES, least = last > COMMENT_MAX ? last - COMMENT_MAX : 0;
    for (size_t i = last + 1; i-- > least;) {
        if (!str_starts(str_sub(z, i, z.n), STR("PK\5\6"))) continue;
        if (i + END_BYTES + get(z, i + 20, 2) != z.n) continue;
        *at = i;
        return true;
    }
    return false;
}

static rc_t read_end(str_t z, size_t most, struct directory *d, struct err *e)
{
    size_t at;
    if (!find_end(z, &at)) return refuse(e, RC_DAMAGED, "This is no complete ZIP archive.");
    uint32_t size = get(z, at + 12, 4), start = get(z, at + 16, 4);
    d->count = get(z, at + 10, 2);
    if (get(z, at + 4, 4) != 0 || get(z, at + 8, 2) != d->count)
        return refuse(e, RC_UNSUPPORTED, "The archive is one volume of several.");
    if (start == NEED_64 || size == NEED_64 || d->count == 0xffff)
        return refuse(e, RC_UNSUPPORTED, "The archive is a ZIP64 one; make it without.");
    if (d->count > most) return refuse(e, RC_TOO_LARGE, "There are too many files in the archive.");
    if ((uint64_t) start + size != at)
        return refuse(e, RC_DAMAGED, "The archive's directory is not where it should be.");
    d->start = start;
    d->end = at;
    return RC_OK;
}

/* --- one entry -------------------------------------------------------------------------------- */

struct entry {
    struct unzip_file file;
    uint32_t flags, local; /* where its own header stands */
    bool folder;
};

/* No way out of the folder it is unpacked to, and nothing that systems read in two ways. */
static const char *fault_of_name(str_t name, uint32_t flags)
{
    str_t part, rest = name;
    if (name.n == 0) return "has no name.";
    if (name.n > UNZIP_NAME_MAX) return "has too long a name.";
    if (!str_is_utf8(name))
        return flags & FLAG_UTF8 ? "has a name that is no UTF-8."
                                 : "has a name in an old encoding; name it without accents.";
    if (!str_is_clean(name)) return "has a control character in its name.";
    if (str_chr(name, '\\') >= 0) return "has a backslash in its name.";
    if (name.p[0] == '/') return "names a place on the disk.";
    if (name.n > 1 && name.p[1] == ':') return "names a place on the disk.";
    for (bool more = true; more;) {
        more = str_cut(rest, '/', &part, &rest);
        if (str_eq(part, STR("..")) || str_eq(part, STR(".")) || (part.n == 0 && more))
            return "leads out of its folder.";
    }
    return NULL;
}

static rc_t judge(const struct entry *n, uint32_t made_by, uint32_t attributes, struct err *e)
{
    const struct unzip_file *f = &n->file;
    uint32_t kind = made_by == MADE_BY_UNIX ? attributes >> 16 & UNIX_KIND : 0;
    const char *fault = fault_of_name(f->name, n->flags);
    if (fault) return refuse_file(e, RC_INVALID, f->name, fault);
    if (n->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
        return refuse_file(e, RC_UNSUPPORTED, f->name,
                           "is protected by a password of the archive; make it without.");
    if (n->flags & FLAG_PATCH || (f->method != STORED && f->method != DEFLATED))
        return refuse_file(e, RC_UNSUPPORTED, f->name,
                           "is packed in an unusual way; use the ordinary one (deflate).");
    if (kind != 0 && kind != UNIX_FILE && kind != UNIX_FOLDER)
        return refuse_file(e, RC_UNSUPPORTED, f->name, "is no file but a link or a device.");
    if (f->size == NEED_64 || f->packed == NEED_64 || n->local == NEED_64)
        return refuse_file(e, RC_UNSUPPORTED, f->name, "is in the form of ZIP64.");
    if (f->method == STORED && f->packed != f->size)
        return refuse_file(e, RC_DAMAGED, f->name, "has two lengths.");
    return RC_OK;
}

/* The file's own header must say what the directory says. */
static rc_t find_bytes(str_t z, const struct directory *d, struct entry *n, struct err *e)
{
    static const char *const TWO = "is told in two ways in the archive.";
    struct unzip_file *f = &n->file;
    uint64_t at = n->local;
    if (at + LOCAL_BYTES > d->start || !str_starts(str_sub(z, at, z.n), STR("PK\3\4")))
        return refuse_file(e, RC_DAMAGED, f->name, "is not where the archive says.");
    uint32_t flags = get(z, at + 6, 2);
    bool later = flags & FLAG_LATER;
    size_t name = get(z, at + 26, 2), extra = get(z, at + 28, 2);
    uint64_t start = at + LOCAL_BYTES + name + extra;
    if (start + f->packed > d->start) return refuse_file(e, RC_DAMAGED, f->name, "is cut off.");
    if (!str_eq(str_sub(z, at + LOCAL_BYTES, at + LOCAL_BYTES + name), f->name) ||
        get(z, at + 8, 2) != f->method || (flags ^ n->flags) & FLAGS_THAT_COUNT)
        return refuse_file(e, RC_DAMAGED, f->name, TWO);
    uint32_t crc = get(z, at + 14, 4), packed = get(z, at + 18, 4), size = get(z, at + 22, 4);
    bool none = later && crc == 0 && packed == 0 && size == 0;
    if (!none && (crc != f->crc || packed != f->packed || size != f->size))
        return refuse_file(e, RC_DAMAGED, f->name, TWO);
    f->at = (uint32_t) start;
    return RC_OK;
}

static rc_t read_entry(str_t z, const struct directory *d, size_t *at, struct entry *out,
                       struct err *e)
{
    size_t p = *at;
    if (p + ENTRY_BYTES > d->end || !str_starts(str_sub(z, p, z.n), STR("PK\1\2")))
        return refuse(e, RC_DAMAGED, "The archive's directory is damaged.");
    size_t name = get(z, p + 28, 2), extra = get(z, p + 30, 2), comment = get(z, p + 32, 2);
    if (p + ENTRY_BYTES + name + extra + comment > d->end)
        return refuse(e, RC_DAMAGED, "The archive's directory is damaged.");
    *out = (struct entry){.file = {.name = str_sub(z, p + ENTRY_BYTES, p + ENTRY_BYTES + name),
                                   .size = get(z, p + 24, 4),
                                   .packed = get(z, p + 20, 4),
                                   .crc = get(z, p + 16, 4),
                                   .method = (uint16_t) get(z, p + 10, 2)},
                          .flags = get(z, p + 8, 2),
                          .local = get(z, p + 42, 4)};
    TRY(judge(out, get(z, p + 5, 1), get(z, p + 38, 4), e));
    out->folder = str_ends(out->file.name, STR("/"));
    *at = p + ENTRY_BYTES + name + extra + comment;
    return find_bytes(z, d, out, e);
}

/* --- all of them ------------------------------------------------------------------------------ */

static int by_place(const void *x, const void *y)
{
    uint32_t a = ((const struct entry *) x)->local, b = ((const struct entry *) y)->local;
    return a < b ? -1 : a > b;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(((const struct unzip_file *) x)->name, ((const struct unzip_file *) y)->name);
}

/* No two share bytes: an archive cannot unfold the same bytes again and again. */
static rc_t judge_places(struct entry *list, size_t n, struct err *e)
{
    qsort(list, n, sizeof *list, by_place);
    for (size_t i = 1; i < n; i++)
        if (list[i].local < (uint64_t) list[i - 1].file.at + list[i - 1].file.packed)
            return refuse_file(e, RC_DAMAGED, list[i].file.name,
                               "shares its bytes with another file.");
    if (n && list[0].local != 0)
        return refuse(e, RC_DAMAGED, "Something stands in front of the archive.");
    return RC_OK;
}

static rc_t judge_names(const struct unzip *z, struct err *e)
{
    for (size_t i = 1; i < z->count; i++)
        if (str_eq(z->files[i].name, z->files[i - 1].name))
            return refuse_file(e, RC_INVALID, z->files[i].name, "is in the archive twice.");
    return RC_OK;
}

rc_t unzip_open(str_t bytes, size_t most, uint64_t total, struct arena *a, struct unzip *out,
                struct err *e)
{
    struct directory d;
    uint64_t sum = 0;
    if (bytes.n >= NEED_64) return refuse(e, RC_TOO_LARGE, "The archive is too large.");
    TRY(read_end(bytes, most, &d, e));
    struct entry *list = ARENA_ARRAY(a, d.count + 1, struct entry);
    struct unzip z = {.bytes = bytes, .files = ARENA_ARRAY(a, d.count + 1, struct unzip_file)};
    if (!list || !z.files) return err_set(e, RC_NO_MEMORY, NULL);
    size_t at = d.start;
    for (size_t i = 0; i < d.count; i++) {
        TRY(read_entry(bytes, &d, &at, &list[i], e));
        sum += list[i].file.size;
        if (sum > total)
            return refuse(e, RC_TOO_LARGE, "The archive would unfold to more than is allowed.");
    }
    if (at != d.end) return refuse(e, RC_DAMAGED, "The archive's directory is damaged.");
    TRY(judge_places(list, d.count, e));
    for (size_t i = 0; i < d.count; i++)
        if (!list[i].folder) z.files[z.count++] = list[i].file;
    qsort(z.files, z.count, sizeof *z.files, by_name);
    TRY(judge_names(&z, e));
    *out = z;
    return RC_OK;
}

const struct unzip_file *unzip_find(const struct unzip *z, str_t name)
{
    const struct unzip_file key = {.name = name};
    return bsearch(&key, z->files, z->count, sizeof key, by_name);
}

/* --- one file --------------------------------------------------------------------------------- */

/* zlib's window holds what was inflated, which may be passphrases: it is wiped. */
static void *take_memory(void *holder, unsigned n, unsigned size)
{
    size_t *p = size && n > (SIZE_MAX - 16) / size ? NULL : malloc(16 + (size_t) n * size);
    (void) holder;
    if (!p) return NULL;
    *p = (size_t) n * size;
    return (char *) p + 16;
}

static void give_memory(void *holder, void *memory)
{
    char *p = (char *) memory - 16;
    (void) holder;
    wipe(p, 16 + *(size_t *) (void *) p);
    free(p);
}

/* Exactly `size` bytes from exactly `packed` bytes, to where there is room for them. */
static rc_t inflate_to(str_t packed, uint32_t size, char *to)
{
    char none;
    z_stream z = {.zalloc = take_memory,
                  .zfree = give_memory,
                  .next_in = (unsigned char *) packed.p,
                  .avail_in = (uInt) packed.n,
                  .next_out = (unsigned char *) (size ? to : &none),
                  .avail_out = size};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) return RC_NO_MEMORY;
    int rc = inflate(&z, Z_FINISH);
    bool whole = rc == Z_STREAM_END && z.avail_in == 0 && z.avail_out == 0;
    inflateEnd(&z);
    return whole ? RC_OK : RC_DAMAGED;
}

rc_t unzip_read(const struct unzip *z, const struct unzip_file *f, struct buf *out, struct err *e)
{
    str_t packed = str_sub(z->bytes, f->at, (size_t) f->at + f->packed);
    if (f->size > out->max - out->n) return refuse_file(e, RC_TOO_LARGE, f->name, "is too large.");
    if (!buf_reserve(out, f->size)) return err_set(e, RC_NO_MEMORY, NULL);
    char *to = out->p + out->n;
    rc_t rc = RC_OK;
    if (f->method == STORED)
        memcpy(to, packed.p, packed.n);
    else
        rc = inflate_to(packed, f->size, to);
    if (rc == RC_NO_MEMORY) return err_set(e, rc, NULL);
    if (rc != RC_OK || crc32_of(str_n(to, f->size)) != f->crc) {
        wipe(to, f->size);
        return refuse_file(e, RC_DAMAGED, f->name, "is damaged in the archive.");
    }
    out->n += f->size;
    out->p[out->n] = '\0';
    return RC_OK;
}
