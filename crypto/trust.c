#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "crypto/trust_set.h"

enum { FILES_MAX = 1024, CERTS_MAX = 8192 };

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

static rc_t add(struct trust *t, X509 *x, struct err *e)
{
    struct cert *cert = NULL;
    if (t->count == CERTS_MAX) return err_set(e, RC_TOO_LARGE, "Too many trusted certificates.");
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        struct trust_anchor *more = reallocarray(t->anchors, room, sizeof *more);
        if (!more) return err_set(e, RC_NO_MEMORY, NULL);
        t->anchors = more;
        t->room = room;
    }
    TRY(cert_from_x509(x, &cert, e));
    if (!X509_STORE_add_cert(t->store, cert_x509(cert))) {
        cert_unref(cert);
        return ossl_fail(e, RC_NO_MEMORY, NULL);
    }
    t->anchors[t->count++] = (struct trust_anchor){cert, TRUSTED_BY_ORGANISATION};
    return RC_OK;
}

static int by_object(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) cert_x509(((const struct trust_anchor *) a)->cert);
    uintptr_t y = (uintptr_t) cert_x509(((const struct trust_anchor *) b)->cert);
    return (x > y) - (x < y);
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

static int no_passphrase(char *p, int n, int write, void *u)
{
    (void) p;
    (void) n;
    (void) write;
    (void) u;
    return -1; /* never asks a terminal */
}

static bool begins_as_der(BIO *bio)
{
    unsigned char first = 0;
    bool der = BIO_read(bio, &first, 1) == 1 && first == 0x30;
    (void) BIO_reset(bio);
    return der;
}

/* One certificate, as authorities offer theirs for download (.cer, .der). */
static rc_t load_der(struct trust *t, BIO *bio, const char *path, struct err *e)
{
    OSSL_OWN(X509) x = d2i_X509_bio(bio, NULL);
    ossl_drain();
    if (!x) {
        rc_t rc = err_set(e, RC_DAMAGED, "A file with trusted certificates is damaged or empty.");
        err_detail(e, "%s", path);
        return rc;
    }
    return add(t, x, e);
}

static rc_t load_file(struct trust *t, const char *path, struct err *e)
{
    OSSL_OWN(BIO) bio = BIO_new_file(path, "r");
    if (!bio) {
        rc_t rc = ossl_fail(e, RC_NOT_FOUND, "A file with trusted certificates cannot be read.");
        err_detail(e, "%s: %s", path, strerror(errno));
        return rc;
    }
    size_t before = t->count;
    if (begins_as_der(bio)) return load_der(t, bio, path, e);
    for (;;) {
        OSSL_OWN(X509) x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        if (!x) break;
        TRY(add(t, x, e));
    }
    /* The loop ends on "no start line" at the end of the file, on anything else at a bad block. */
    unsigned long last = ERR_peek_last_error();
    bool end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    ossl_drain();
    if (t->count == before || !end) {
        rc_t rc = err_set(e, RC_DAMAGED, "A file with trusted certificates is damaged or empty.");
        err_detail(e, "%s", path);
        return rc;
    }
    return RC_OK;
}

static int is_pem(const struct dirent *d)
{
    str_t name = str_c(d->d_name);
    return name.n > 4 && name.p[0] != '.' && str_iends(name, STR(".pem"));
}

static rc_t load_directory(struct trust *t, const char *path, struct err *e)
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
        if (rc == RC_OK) rc = load_file(t, file, e);
        free(names[i]);
    }
    free(names);
    return rc;
}

static rc_t load_path(struct trust *t, str_t path, struct err *e)
{
    char name[4096];
    struct stat st;
    if (path.n >= sizeof name) return err_set(e, RC_TOO_LARGE, NULL);
    memcpy(name, path.p ? path.p : "", path.n);
    name[path.n] = '\0';
    if (stat(name, &st) != 0) {
        rc_t rc = err_set(e, RC_NOT_FOUND, "The trusted certificates cannot be found.");
        err_detail(e, "%s: %s", name, strerror(errno));
        return rc;
    }
    return S_ISDIR(st.st_mode) ? load_directory(t, name, e) : load_file(t, name, e);
}

rc_t trust_load_all(const str_t *paths, size_t n, struct trust **out, struct err *e)
{
    __attribute__((cleanup(trust_cleanup))) struct trust *t = calloc(1, sizeof *t);
    if (t) t->store = X509_STORE_new();
    if (!t || !t->store) return ossl_fail(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        TRY(load_path(t, paths[i], e));
    }
    if (t->count) qsort(t->anchors, t->count, sizeof *t->anchors, by_object);
    *out = t;
    t = NULL;
    return RC_OK;
}

rc_t trust_load(str_t path, struct trust **out, struct err *e)
{
    return trust_load_all(&path, 1, out, e);
}
