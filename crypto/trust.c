#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "crypto/trust_set.h"

enum { FILES_MAX = 1024, CERTS_MAX = 8192, FILE_MAX = 16 << 20 };

void trust_free(struct trust *t)
{
    if (!t) return;
    for (size_t i = 0; i < t->count; i++)
        cert_unref(t->anchors[i].cert);
    free(t->anchors);
    X509_STORE_free(t->store);
    free(t);
}

static void trust_cleanup(struct trust **t)
{
    trust_free(*t);
}

/* Takes over cert. One that is there already keeps what was said of it first. */
static rc_t add(struct trust *t, struct trust_anchor anchor, struct err *e)
{
    struct trust_anchor *more = t->anchors;
    if (t->count == CERTS_MAX) {
        cert_unref(anchor.cert);
        return err_set(e, RC_TOO_LARGE, "Too many trusted certificates.");
    }
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        more = reallocarray(t->anchors, room, sizeof *more);
        if (more) {
            t->anchors = more;
            t->room = room;
        }
    }
    if (!more || !X509_STORE_add_cert(t->store, cert_x509(anchor.cert))) {
        cert_unref(anchor.cert);
        return ossl_fail(e, RC_NO_MEMORY, NULL);
    }
    anchor.order = t->count;
    t->anchors[t->count++] = anchor;
    return RC_OK;
}

static int by_object(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) cert_x509(((const struct trust_anchor *) a)->cert);
    uintptr_t y = (uintptr_t) cert_x509(((const struct trust_anchor *) b)->cert);
    return (x > y) - (x < y);
}

static int by_content(const void *a, const void *b)
{
    const struct trust_anchor *p = a, *q = b;
    int order = str_cmp(cert_fingerprint(p->cert), cert_fingerprint(q->cert));
    return order ? order : (p->order > q->order) - (p->order < q->order);
}

/* Of a certificate that came twice the first counts, as in the store; then by object, for
 * trust_find. */
static void settle(struct trust *t)
{
    size_t kept = 0;
    if (t->count == 0) return;
    qsort(t->anchors, t->count, sizeof *t->anchors, by_content);
    for (size_t i = 0; i < t->count; i++) {
        if (kept && cert_equal(t->anchors[kept - 1].cert, t->anchors[i].cert))
            cert_unref(t->anchors[i].cert);
        else
            t->anchors[kept++] = t->anchors[i];
    }
    t->count = kept;
    qsort(t->anchors, t->count, sizeof *t->anchors, by_object);
}

const struct trust_anchor *trust_find(const struct trust *t, const X509 *x)
{
    size_t low = 0, high = t ? t->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uintptr_t at = (uintptr_t) cert_x509(t->anchors[middle].cert);
        if (at == (uintptr_t) x) return &t->anchors[middle];
        if (at < (uintptr_t) x)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* --- one file ------------------------------------------------------------------------- */

static rc_t damaged(const char *path, struct err *e)
{
    rc_t rc = err_set(e, RC_DAMAGED, "A file with trusted certificates is damaged or empty.");
    err_detail(e, "%s", path);
    return rc;
}

/* The comment in front of a certificate: "# distrust-after: 2022-08-31T00:00:00Z". What cannot be
 * read must not be taken for "no end". */
static bool read_end(str_t comment, int64_t *out)
{
    const str_t key = STR("# distrust-after:");
    ptrdiff_t at = str_find(comment, key);
    struct tm tm = {0};
    char text[32] = "";
    *out = 0;
    if (at < 0) return true;
    str_t line = str_sub(comment, (size_t) at + key.n, comment.n), rest;
    (void) str_cut(line, '\n', &line, &rest);
    line = str_trim(line);
    if (line.n >= sizeof text) return false;
    memcpy(text, line.p, line.n);
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (!end || *end) return false;
    *out = (int64_t) timegm(&tm);
    return *out > 0;
}

/* The next PEM block behind *at: its label, itself, and the text in front of it. False: none is
 * left, or (bad) it does not end. */
static bool next_block(str_t text, size_t *at, str_t *before, str_t *label, str_t *block, bool *bad)
{
    str_t rest = str_sub(text, *at, text.n);
    ptrdiff_t begin = str_find(rest, STR("-----BEGIN "));
    if (begin < 0) return false;
    *before = str_sub(rest, 0, (size_t) begin);
    str_t from = str_sub(rest, (size_t) begin, rest.n);
    ptrdiff_t end = str_find(from, STR("-----END "));
    ptrdiff_t line = str_chr(from, '\n');
    *bad = end < 0 || line < 0 || line > end;
    if (*bad) return false;
    *label = str_trim(str_sub(from, sizeof "-----BEGIN " - 1, (size_t) line));
    ptrdiff_t stop = str_chr(str_sub(from, (size_t) end, from.n), '\n');
    size_t n = stop < 0 ? from.n : (size_t) (end + stop + 1);
    *block = str_sub(from, 0, n);
    *at += (size_t) begin + n;
    return true;
}

static rc_t load_pem(struct trust *t, str_t text, const char *path, enum trusted_by source,
                     struct err *e)
{
    size_t before = t->count, at = 0;
    str_t comment, label, block;
    bool bad = false;
    while (next_block(text, &at, &comment, &label, &block, &bad)) {
        struct trust_anchor anchor = {.source = source};
        if (!str_eq(label, STR("CERTIFICATE-----")) && !str_eq(label, STR("X509 CERTIFICATE-----")))
            continue;
        if (!read_end(comment, &anchor.distrust_after) ||
            cert_parse(block, &anchor.cert, NULL) != RC_OK)
            return damaged(path, e);
        TRY(add(t, anchor, e));
    }
    return bad || t->count == before ? damaged(path, e) : RC_OK;
}

static bool read_all(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");
    bool ok = f != NULL;
    for (size_t n = 1; ok && n > 0;) {
        ok = buf_reserve(out, 65536);
        n = ok ? fread(out->p + out->n, 1, 65536, f) : 0;
        out->n += n;
    }
    ok = ok && !ferror(f);
    if (f) fclose(f);
    return ok;
}

static rc_t load_file(struct trust *t, const char *path, enum trusted_by source, struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT(FILE_MAX);
    if (!read_all(path, &bytes)) {
        rc_t rc = err_set(e, RC_NOT_FOUND, "A file with trusted certificates cannot be read.");
        err_detail(e, "%s: %s", path, bytes.failed ? "too large" : strerror(errno));
        return rc;
    }
    str_t text = buf_view(&bytes);
    if (!text.n || text.p[0] != 0x30) return load_pem(t, text, path, source, e);
    /* DER, as authorities offer theirs for download (.cer, .der). */
    struct trust_anchor anchor = {.source = source};
    if (cert_parse(text, &anchor.cert, NULL) != RC_OK) return damaged(path, e);
    return add(t, anchor, e);
}

/* --- folders and sets ------------------------------------------------------------------ */

static int is_pem(const struct dirent *d)
{
    str_t name = str_c(d->d_name);
    return name.n > 4 && name.p[0] != '.' && str_iends(name, STR(".pem"));
}

static rc_t load_directory(struct trust *t, const char *path, enum trusted_by source, struct err *e)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, is_pem, alphasort);
    rc_t rc = n < 0 ? err_set(e, RC_NOT_FOUND, "The folder of trusted certificates cannot be read.")
                    : RC_OK;
    if (n < 0) err_detail(e, "%s: %s", path, strerror(errno));
    if (n > FILES_MAX) rc = err_set(e, RC_TOO_LARGE, "Too many trusted certificates.");
    for (int i = 0; i < n; i++) {
        char file[4096];
        int len = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (rc == RC_OK && len >= (int) sizeof file) rc = err_set(e, RC_TOO_LARGE, NULL);
        if (rc == RC_OK) rc = load_file(t, file, source, e);
        free(names[i]);
    }
    free(names);
    return rc;
}

static rc_t load_place(struct trust *t, const struct trust_place *place, struct err *e)
{
    char name[4096];
    struct stat st;
    str_t path = place->path;
    if (path.n >= sizeof name) return err_set(e, RC_TOO_LARGE, NULL);
    memcpy(name, path.p ? path.p : "", path.n);
    name[path.n] = '\0';
    if (stat(name, &st) != 0) {
        rc_t rc = err_set(e, RC_NOT_FOUND, "The trusted certificates cannot be found.");
        err_detail(e, "%s: %s", name, strerror(errno));
        return rc;
    }
    return S_ISDIR(st.st_mode) ? load_directory(t, name, place->source, e)
                               : load_file(t, name, place->source, e);
}

#define CLEANUP_TRUST __attribute__((cleanup(trust_cleanup))) struct trust

static struct trust *trust_new(void)
{
    struct trust *t = calloc(1, sizeof *t);
    if (t && (t->store = X509_STORE_new())) return t;
    free(t);
    return NULL;
}

rc_t trust_read(str_t pem, enum trusted_by source, struct trust **out, struct err *e)
{
    CLEANUP_TRUST *t = trust_new();
    if (!t) return ossl_fail(e, RC_NO_MEMORY, NULL);
    TRY(load_pem(t, pem, "the text", source, e));
    settle(t);
    *out = t;
    t = NULL;
    return RC_OK;
}

rc_t trust_load_places(const struct trust_place *places, size_t n, struct trust **out,
                       struct err *e)
{
    CLEANUP_TRUST *t = trust_new();
    if (!t) return ossl_fail(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        if (str_is_null(places[i].path)) continue;
        TRY(load_place(t, &places[i], e));
    }
    settle(t);
    *out = t;
    t = NULL;
    return RC_OK;
}

rc_t trust_extend(const struct trust *base, struct cert *const *certs, size_t n,
                  enum trusted_by source, struct trust **out, struct err *e)
{
    CLEANUP_TRUST *t = trust_new();
    if (!t) return ossl_fail(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; base && i < base->count; i++) {
        struct trust_anchor anchor = base->anchors[i];
        anchor.cert = cert_ref(anchor.cert);
        TRY(add(t, anchor, e));
    }
    for (size_t i = 0; i < n; i++)
        TRY(add(t, (struct trust_anchor){.cert = cert_ref(certs[i]), .source = source}, e));
    settle(t);
    *out = t;
    t = NULL;
    return RC_OK;
}

rc_t trust_load(str_t path, struct trust **out, struct err *e)
{
    const struct trust_place place = {path, TRUSTED_BY_ORGANISATION};
    return trust_load_places(&place, 1, out, e);
}

size_t trust_count(const struct trust *t, enum trusted_by source)
{
    size_t n = 0;
    for (size_t i = 0; t && i < t->count; i++)
        n += t->anchors[i].source == source;
    return n;
}
