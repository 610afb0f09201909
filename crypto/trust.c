#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "crypto/cert.h"
#include "crypto/ossl.h"

enum { FILES_MAX = 1024, CERTS_MAX = 8192, CHAIN_DEPTH = 10, BAG_MAX = 256 };

struct trust {
    X509_STORE *store;
    size_t count;
};

/* --- the set ------------------------------------------------------------------------- */

void trust_free(struct trust *t)
{
    if (!t) return;
    X509_STORE_free(t->store);
    free(t);
}

static void trust_cleanup(struct trust **t)
{
    trust_free(*t);
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
    if (!X509_STORE_add_cert(t->store, x)) return ossl_fail(e, RC_NO_MEMORY, NULL);
    t->count++;
    return RC_OK;
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
        if (t->count == CERTS_MAX)
            return err_set(e, RC_TOO_LARGE, "Too many trusted certificates.");
        if (!X509_STORE_add_cert(t->store, x)) return ossl_fail(e, RC_NO_MEMORY, NULL);
        t->count++;
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
    *out = t;
    t = NULL;
    return RC_OK;
}

rc_t trust_load(str_t path, struct trust **out, struct err *e)
{
    return trust_load_all(&path, 1, out, e);
}

/* --- verification -------------------------------------------------------------------- */

/* Worst first. */
static const enum chain_status by_weight[] = {
    CHAIN_INVALID, CHAIN_UNKNOWN_ISSUER, CHAIN_INCOMPLETE,    CHAIN_PURPOSE,
    CHAIN_EXPIRED, CHAIN_WEAK,           CHAIN_NOT_YET_VALID, CHAIN_TRUSTED};

struct findings {
    enum cert_purpose purpose;
    enum chain_status status;
    int error, depth;
};

static size_t weight(enum chain_status s)
{
    size_t i = 0;
    while (by_weight[i] != s && by_weight[i] != CHAIN_TRUSTED) {
        i++;
    }
    return i;
}

static void find(struct findings *f, enum chain_status status, int error, int depth)
{
    if (weight(status) >= weight(f->status)) return;
    f->status = status;
    f->error = error;
    f->depth = depth;
}

static bool names_issuer_place(X509 *x)
{
    bool named = false;
    OSSL_OWN(AUTHORITY_INFO_ACCESS) aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
        int method = OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(aia, i)->method);
        named |= method == NID_ad_ca_issuers;
    }
    return named;
}

/* OpenSSL's purposes are stricter than RFC 8550 in two places: anyExtendedKeyUsage does not count
 * for it, and S/MIME encryption wants keyEncipherment, which an EC key cannot have. */
static bool purpose_is_fine(const struct findings *f, X509 *x, int depth)
{
    if (depth == 0) return cert_usage_allows(x, f->purpose);
    return (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) &&
           (X509_get_extended_key_usage(x) & XKU_ANYEKU) && X509_check_ca(x) > 0;
}

static enum chain_status classify(const struct findings *f, int error, X509 *x, int depth)
{
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return x && names_issuer_place(x) ? CHAIN_INCOMPLETE : CHAIN_UNKNOWN_ISSUER;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return CHAIN_UNKNOWN_ISSUER;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return CHAIN_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return CHAIN_NOT_YET_VALID;
    case X509_V_ERR_INVALID_PURPOSE:
        return x && purpose_is_fine(f, x, depth) ? CHAIN_TRUSTED : CHAIN_PURPOSE;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return CHAIN_WEAK;
    default:
        return CHAIN_INVALID;
    }
}

/* Collects every complaint instead of stopping at the first: which one OpenSSL meets first says
 * nothing about which is worst. The verdict is made from the findings, never from the return
 * value that going on produces. */
static int on_error(int ok, X509_STORE_CTX *ctx)
{
    struct findings *f = X509_STORE_CTX_get_app_data(ctx);
    if (ok) return 1;
    int error = X509_STORE_CTX_get_error(ctx), depth = X509_STORE_CTX_get_error_depth(ctx);
    find(f, classify(f, error, X509_STORE_CTX_get_current_cert(ctx), depth), error, depth);
    return 1;
}

static bool prepare(X509_STORE_CTX *ctx, const struct trust *t, const struct cert *c,
                    STACK_OF(X509) * bag, int64_t at, struct findings *f)
{
    if (!X509_STORE_CTX_init(ctx, t ? t->store : NULL, cert_x509(c), bag)) return false;
    if (!t) X509_STORE_CTX_set0_trusted_stack(ctx, NULL);
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t) at);
    X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH);
    X509_VERIFY_PARAM_set_auth_level(param, 2); /* RSA 2048, SHA-224 at least: else "weak" */
    X509_STORE_CTX_set_app_data(ctx, f);
    X509_STORE_CTX_set_verify_cb(ctx, on_error);
    return X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) &&
           X509_STORE_CTX_set_purpose(ctx, f->purpose == PURPOSE_SIGN ? X509_PURPOSE_SMIME_SIGN
                                                                      : X509_PURPOSE_SMIME_ENCRYPT);
}

static enum revocation revocation_of(X509_STORE_CTX *ctx, const struct cert *c)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    bool named = cert_names_revocation(cert_x509(c));
    for (int i = 1; i + 1 < sk_X509_num(chain); i++) {
        named |= cert_names_revocation(sk_X509_value(chain, i));
    }
    return named ? REVOCATION_NOT_CHECKED : REVOCATION_NO_SOURCE;
}

static void stack_cleanup(STACK_OF(X509) * *s)
{
    sk_X509_free(*s); /* borrowed certificates */
}

void cert_verify(const struct cert *c, struct cert *const *bag, size_t n, const struct trust *t,
                 enum cert_purpose purpose, int64_t at, struct cert_verdict *out)
{
    struct findings f = {.purpose = purpose, .status = CHAIN_TRUSTED};
    struct cert_verdict v = {.chain = CHAIN_INVALID, .revocation = REVOCATION_NOT_CHECKED};
    OSSL_OWN(X509_STORE_CTX) ctx = X509_STORE_CTX_new();
    __attribute__((cleanup(stack_cleanup))) STACK_OF(X509) *others = sk_X509_new_null();
    bool ready = ctx && others;
    for (size_t i = 0; i < n && i < BAG_MAX && ready; i++) {
        ready = sk_X509_push(others, cert_x509(bag[i])) > 0;
    }
    if (ready && prepare(ctx, t, c, others, at, &f)) {
        if (X509_verify_cert(ctx) <= 0) {
            find(&f, CHAIN_INVALID, X509_STORE_CTX_get_error(ctx), 0);
        }
        if (!cert_usage_allows(cert_x509(c), purpose)) {
            find(&f, CHAIN_PURPOSE, X509_V_ERR_INVALID_PURPOSE, 0);
        }
        if (cert_is_weak(cert_x509(c))) find(&f, CHAIN_WEAK, X509_V_ERR_EE_KEY_TOO_SMALL, 0);
        v.chain = f.status;
        v.revocation = revocation_of(ctx, c);
        if (f.status != CHAIN_TRUSTED) {
            snprintf(v.detail, sizeof v.detail, "%s (certificate %d of the chain)",
                     X509_verify_cert_error_string(f.error), f.depth);
        }
    } else {
        snprintf(v.detail, sizeof v.detail, "the chain could not be examined");
    }
    ossl_drain();
    *out = v;
}

/* --- words --------------------------------------------------------------------------- */

const char *chain_status_word(enum chain_status s)
{
    static const char *const words[] = {"trusted",       "unknown_issuer", "incomplete", "expired",
                                        "not_yet_valid", "purpose",        "weak",       "invalid"};
    return words[s];
}

const char *revocation_word(enum revocation r)
{
    static const char *const words[] = {"not_checked", "no_source", "good", "revoked", "unknown"};
    return words[r];
}
