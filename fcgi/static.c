#include "fcgi/static.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"

#define MAX_FILES 4096u
#define MAX_FILE_BYTES (64u << 20)

struct file {
    str_t name; /* "app.1a2b3c.js" */
    str_t content;
    str_t br, gz; /* variants, or null */
    str_t type;
    str_t etag, etag_br, etag_gz;
};

struct logical {
    str_t name, url;
    const struct file *file;
};

struct static_files {
    struct arena *arena;
    struct file *files; /* sorted by name */
    size_t count;
    struct logical *logicals; /* sorted by name */
    size_t logical_count;
};

static const str_t EMPTY = STR_INIT("");

static str_t type_of(str_t name)
{
    static const struct {
        str_t suffix, type;
    } types[] = {
        {STR_INIT(".js"), STR_INIT("text/javascript; charset=utf-8")},
        {STR_INIT(".mjs"), STR_INIT("text/javascript; charset=utf-8")},
        {STR_INIT(".css"), STR_INIT("text/css; charset=utf-8")},
        {STR_INIT(".json"), STR_INIT("application/json")},
        {STR_INIT(".webmanifest"), STR_INIT("application/manifest+json")},
        {STR_INIT(".svg"), STR_INIT("image/svg+xml")},
        {STR_INIT(".png"), STR_INIT("image/png")},
        {STR_INIT(".ico"), STR_INIT("image/x-icon")},
        {STR_INIT(".woff2"), STR_INIT("font/woff2")},
        {STR_INIT(".wasm"), STR_INIT("application/wasm")},
        {STR_INIT(".txt"), STR_INIT("text/plain; charset=utf-8")},
        {STR_INIT(".map"), STR_INIT("application/json")},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(name, types[i].suffix)) return types[i].type;
    return STR("application/octet-stream");
}

/* Read, not mapped: a file that is rebuilt in place must not end the process with SIGBUS. */
static rc_t read_file(int dir_fd, const char *name, str_t *out, struct err *e)
{
    struct stat st;
    char *p = NULL;
    size_t n = 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size <= (off_t) MAX_FILE_BYTES)
        p = malloc((size_t) st.st_size + 1);
    while (p && n < (size_t) st.st_size) {
        ssize_t got = read(fd, p + n, (size_t) st.st_size - n);
        if (got <= 0) break;
        n += (size_t) got;
    }
    if (fd >= 0) close(fd);
    if (!p || n < (size_t) st.st_size) {
        free(p);
        return err_set(e, RC_INVALID, "%s: cannot be read, or is too large", name);
    }
    *out = str_n(p, n);
    return RC_OK;
}

static int file_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct file *) a)->name, ((const struct file *) b)->name);
}

static int logical_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct logical *) a)->name, ((const struct logical *) b)->name);
}

static struct file *find_file(const struct static_files *f, str_t name)
{
    struct file key = {.name = name};
    return f->count ? bsearch(&key, f->files, f->count, sizeof key, file_cmp) : NULL;
}

static const struct logical *find_logical(const struct static_files *f, str_t name)
{
    struct logical key = {.name = name};
    return f->logical_count ? bsearch(&key, f->logicals, f->logical_count, sizeof key, logical_cmp)
                            : NULL;
}

static rc_t read_dir(struct static_files *f, DIR *d, struct err *e)
{
    struct dirent *entry;
    while ((entry = readdir(d))) {
        struct stat st;
        if (entry->d_name[0] == '.') continue;
        if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (!S_ISREG(st.st_mode)) continue;
        if (f->count == MAX_FILES) return err_set(e, RC_TOO_LARGE, "Too many static files.");
        struct file *file = &f->files[f->count];
        file->name = arena_str(f->arena, str_c(entry->d_name));
        if (str_is_null(file->name)) return err_set(e, RC_NO_MEMORY, NULL);
        TRY(read_file(dirfd(d), entry->d_name, &file->content, e));
        f->count++;
    }
    qsort(f->files, f->count, sizeof *f->files, file_cmp);
    return RC_OK;
}

/* Types, ETags, and each file's compressed variants. */
static void finish_files(struct static_files *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct file *file = &f->files[i];
        file->type = type_of(file->name);
        file->etag = arena_printf(f->arena, "\"%.*s\"", STR_ARG(file->name));
        file->etag_br = arena_printf(f->arena, "\"%.*s-br\"", STR_ARG(file->name));
        file->etag_gz = arena_printf(f->arena, "\"%.*s-gz\"", STR_ARG(file->name));
        const struct file *br =
            find_file(f, arena_printf(f->arena, "%.*s.br", STR_ARG(file->name)));
        const struct file *gz =
            find_file(f, arena_printf(f->arena, "%.*s.gz", STR_ARG(file->name)));
        if (br) file->br = br->content;
        if (gz) file->gz = gz->content;
    }
}

static rc_t read_manifest(struct static_files *f, struct err *e)
{
    const struct file *manifest = find_file(f, STR("manifest.json"));
    CLEANUP_JSON json_t *root = NULL;
    const char *key;
    json_t *value;
    if (!manifest)
        return err_set(e, RC_NOT_FOUND, "manifest.json is missing: is the client built?");
    TRY(json_parse_object(manifest->content, &root, e));
    f->logicals = ARENA_ARRAY(f->arena, json_object_size(root) + 1, struct logical);
    if (!f->logicals) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach(root, key, value)
    {
        struct logical *l = &f->logicals[f->logical_count];
        str_t name = str_n(json_string_value(value), json_string_length(value));
        l->name = arena_str(f->arena, str_c(key));
        l->file = json_is_string(value) ? find_file(f, name) : NULL;
        if (!l->file) return err_set(e, RC_INVALID, "manifest.json: %s: its file is missing", key);
        l->url = arena_printf(f->arena, "/static/%.*s", STR_ARG(name));
        f->logical_count++;
    }
    qsort(f->logicals, f->logical_count, sizeof *f->logicals, logical_cmp);
    return RC_OK;
}

rc_t static_load(str_t dir, struct static_files **out, struct err *e)
{
    struct arena *a = arena_new(8u << 20);
    struct static_files *f = a ? ARENA_NEW(a, struct static_files) : NULL;
    char *path = a ? arena_cstr(a, dir) : NULL;
    rc_t rc = RC_NO_MEMORY;
    DIR *d = path ? opendir(path) : NULL;
    if (f && !d) rc = err_set(e, RC_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (f && d) {
        f->arena = a;
        f->files = ARENA_ARRAY(a, MAX_FILES, struct file);
        rc = f->files ? read_dir(f, d, e) : err_set(e, RC_NO_MEMORY, NULL);
        if (rc == RC_OK) finish_files(f);
        if (rc == RC_OK) rc = read_manifest(f, e);
        if (rc == RC_OK) *out = f;
        if (rc != RC_OK) static_free(f);
    } else {
        arena_free(a);
    }
    if (d) closedir(d);
    return rc;
}

void static_free(struct static_files *f)
{
    if (!f) return;
    for (size_t i = 0; i < f->count; i++)
        free((void *) f->files[i].content.p);
    arena_free(f->arena);
}

str_t static_url(const struct static_files *f, str_t logical)
{
    const struct logical *l = find_logical(f, logical);
    return l ? l->url : STR_NULL;
}

str_t static_content(const struct static_files *f, str_t logical)
{
    const struct logical *l = find_logical(f, logical);
    return l ? l->file->content : STR_NULL;
}

str_t static_logical(const struct static_files *f, size_t i)
{
    return i < f->logical_count ? f->logicals[i].name : STR_NULL;
}

/* True when Accept-Encoding names the coding and does not weigh it with 0 (RFC 9110 12.5.3). */
static bool accepts(str_t header, str_t coding)
{
    while (header.n > 0) {
        str_t item, name, weight;
        str_cut(header, ',', &item, &header);
        bool weighed = str_cut(item, ';', &name, &weight);
        if (!str_ieq(str_trim(name), coding)) continue;
        if (!weighed) return true;
        weight = str_trim(weight);
        if (!str_istarts(weight, STR("q="))) return false;
        for (size_t i = 2; i < weight.n; i++)
            if (weight.p[i] >= '1' && weight.p[i] <= '9') return true;
        return false;
    }
    return false;
}

/* If-None-Match: a list of tags or "*", weak comparison. */
static bool etag_matches(str_t header, str_t etag)
{
    while (header.n > 0) {
        str_t item;
        str_cut(header, ',', &item, &header);
        item = str_trim(item);
        if (str_starts(item, STR("W/"))) item = str_sub(item, 2, item.n);
        if (str_eq(item, etag) || str_eq(item, STR("*"))) return true;
    }
    return false;
}

static void serve(const struct file *file, const struct request *q, str_t caching,
                  struct response *s)
{
    str_t body = file->content, etag = file->etag;
    response_type(s, file->type);
    response_header(s, STR("Cache-Control"), caching);
    if (file->br.p || file->gz.p) response_header(s, STR("Vary"), STR("Accept-Encoding"));
    if (file->br.p && accepts(q->accept_encoding, STR("br"))) {
        body = file->br;
        etag = file->etag_br;
        response_header(s, STR("Content-Encoding"), STR("br"));
    } else if (file->gz.p && accepts(q->accept_encoding, STR("gzip"))) {
        body = file->gz;
        etag = file->etag_gz;
        response_header(s, STR("Content-Encoding"), STR("gzip"));
    }
    response_header(s, STR("ETag"), etag);
    if (etag_matches(q->if_none_match, etag)) {
        s->status = 304;
        body = EMPTY;
    }
    s->static_body = body;
}

rc_t static_serve(const struct static_files *f, const struct request *q, str_t name,
                  struct response *s, struct err *e)
{
    const struct file *file = find_file(f, name);
    if (!file || str_eq(name, STR("manifest.json"))) return err_set(e, RC_NOT_FOUND, NULL);
    serve(file, q, STR("public, max-age=31536000, immutable"), s);
    /* Public code, and the composer's frame has an opaque origin: it may be used from there. */
    response_header(s, STR("Cross-Origin-Resource-Policy"), STR("cross-origin"));
    return RC_OK;
}

rc_t static_serve_logical(const struct static_files *f, const struct request *q, str_t logical,
                          struct response *s, struct err *e)
{
    const struct logical *l = find_logical(f, logical);
    if (!l) return err_set(e, RC_NOT_FOUND, NULL);
    serve(l->file, q, STR("no-cache"), s);
    return RC_OK;
}
