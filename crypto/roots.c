#include "crypto/roots.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <time.h>

#include "crypto/ossl.h"
#include "crypto/pkcs11.h"

enum { OBJECTS_MAX = 4096, SLOTS_MAX = 16, VALUE_MAX = 65536 };

struct module {
    void *library;
    struct ck_functions *f; /* NULL: not started */
    ck_ulong session;
    bool has_session;
    struct arena *arena;
};

static void close_module(struct module *m)
{
    if (m->has_session) m->f->close_session(m->session);
    if (m->f) m->f->finalize(NULL);
    if (m->library) dlclose(m->library);
    *m = (struct module){0};
}
#define CLEANUP_MODULE __attribute__((cleanup(close_module)))

static rc_t open_module(str_t name, struct module *m, struct err *e)
{
    const char *path = arena_cstr(m->arena, name);
    ck_get_functions *get = NULL;
    struct ck_functions *f = NULL;
    if (!path) return err_set(e, RC_NO_MEMORY, NULL);
    /* The libraries under NSS keep state of the process: they are never unloaded. */
    m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!m->library) {
        rc_t rc = err_set(e, RC_NOT_FOUND, "The module with the list of roots cannot be loaded.");
        err_detail(e, "%s", dlerror());
        return rc;
    }
    void *symbol = dlsym(m->library, "C_GetFunctionList");
    memcpy(&get, &symbol, sizeof get); /* ISO C has no cast from an object to a function */
    if (!get || get(&f) != CK_OK || !f || f->initialize(NULL) != CK_OK)
        return err_set(e, RC_UNSUPPORTED, "This is not a PKCS#11 module that can be read.");
    m->f = f;
    return RC_OK;
}

/* A session on the first slot that gives one. */
static rc_t open_session(struct module *m, struct err *e)
{
    ck_ulong slots[SLOTS_MAX], n = SLOTS_MAX;
    if (m->f->get_slots(1, slots, &n) != CK_OK || n > SLOTS_MAX) n = 0;
    for (ck_ulong i = 0; i < n && !m->has_session; i++) {
        m->has_session =
            m->f->open_session(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &m->session) == CK_OK;
    }
    return m->has_session ? RC_OK : err_set(e, RC_UNSUPPORTED, "The PKCS#11 module has no token.");
}

static rc_t find_objects(struct module *m, ck_ulong class, ck_ulong **out, size_t *n, struct err *e)
{
    struct ck_attribute wanted = {CKA_CLASS, &class, sizeof class};
    ck_ulong *all = ARENA_ARRAY(m->arena, OBJECTS_MAX, ck_ulong), count = 0, found = 0;
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    bool ok = m->f->find_begin(m->session, &wanted, 1) == CK_OK;
    do {
        ok = ok && m->f->find_next(m->session, all + count, OBJECTS_MAX - count, &found) == CK_OK;
        count += ok ? found : 0;
    } while (ok && found && count < OBJECTS_MAX);
    m->f->find_end(m->session);
    if (!ok) return err_set(e, RC_UNSUPPORTED, "The PKCS#11 module does not list its objects.");
    *out = all;
    *n = count;
    return RC_OK;
}

/* The null slice when there is none. In the arena. */
static str_t value_of(const struct module *m, ck_ulong object, ck_ulong type)
{
    struct ck_attribute a = {type, NULL, 0};
    if (m->f->get_attributes(m->session, object, &a, 1) != CK_OK || a.n == CK_UNAVAILABLE ||
        a.n > VALUE_MAX)
        return STR_NULL;
    a.value = arena_alloc(m->arena, a.n + 1);
    if (!a.value || m->f->get_attributes(m->session, object, &a, 1) != CK_OK) return STR_NULL;
    return str_n(a.value, a.n);
}

static bool is_delegator(const struct module *m, ck_ulong trust)
{
    ck_ulong level = 0;
    str_t v = value_of(m, trust, CKA_TRUST_EMAIL_PROTECTION);
    if (v.n != sizeof level) return false;
    memcpy(&level, v.p, sizeof level);
    return level == CKT_NSS_TRUSTED_DELEGATOR;
}

static bool has_digest(str_t der, str_t sha1)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    return EVP_Digest(der.p, der.n, digest, &n, EVP_sha1(), NULL) == 1 &&
           str_eq(str_n(digest, n), sha1);
}

/* "YYMMDDHHMMSSZ", or one zero octet for "no end". False: something else. */
static bool read_end(str_t v, int64_t *out)
{
    *out = 0;
    if (str_is_null(v) || (v.n == 1 && v.p[0] == '\0')) return true;
    OSSL_OWN(ASN1_UTCTIME) t = ASN1_UTCTIME_new();
    struct tm tm;
    bool ok = t && ASN1_STRING_set(t, v.p, (int) v.n) == 1 && ASN1_UTCTIME_check(t) == 1 &&
              ASN1_TIME_to_tm(t, &tm) == 1;
    if (ok) *out = (int64_t) timegm(&tm);
    return ok;
}

/* Names come from the module's authors; still, they end up in a comment line. */
static str_t clean_name(struct arena *a, str_t raw)
{
    if (raw.n && raw.p[raw.n - 1] == '\0') raw.n--;
    char *text = arena_alloc(a, raw.n + 1);
    if (!text) return STR_NULL;
    for (size_t i = 0; i < raw.n; i++)
        text[i] = (unsigned char) raw.p[i] < 0x20 || raw.p[i] == 0x7f ? '?' : raw.p[i];
    return str_n(text, raw.n);
}

/* The certificate that a trust object speaks of: issuer, serial number and digest must fit. */
static bool read_root(const struct module *m, ck_ulong trust, const ck_ulong *certs, size_t n,
                      struct mail_root *out)
{
    str_t issuer = value_of(m, trust, CKA_ISSUER), serial = value_of(m, trust, CKA_SERIAL_NUMBER);
    str_t sha1 = value_of(m, trust, CKA_CERT_SHA1_HASH);
    for (size_t i = 0; i < n; i++) {
        if (!serial.n || !str_eq(value_of(m, certs[i], CKA_SERIAL_NUMBER), serial) ||
            !str_eq(value_of(m, certs[i], CKA_ISSUER), issuer))
            continue;
        struct mail_root r = {.der = value_of(m, certs[i], CKA_VALUE),
                              .name = clean_name(m->arena, value_of(m, certs[i], CKA_LABEL))};
        if (!r.der.n || !has_digest(r.der, sha1)) continue;
        if (!read_end(value_of(m, certs[i], CKA_NSS_EMAIL_DISTRUST_AFTER), &r.distrust_after))
            continue;
        *out = r;
        return true;
    }
    return false;
}

rc_t roots_read(str_t module, struct arena *a, struct mail_root **out, size_t *n, struct err *e)
{
    CLEANUP_MODULE struct module m = {.arena = a};
    ck_ulong *trusts, *certs;
    size_t trust_count, cert_count, count = 0;
    TRY(open_module(module, &m, e));
    TRY(open_session(&m, e));
    TRY(find_objects(&m, CKO_NSS_TRUST, &trusts, &trust_count, e));
    TRY(find_objects(&m, CKO_CERTIFICATE, &certs, &cert_count, e));
    struct mail_root *roots = ARENA_ARRAY(a, trust_count + 1, struct mail_root);
    if (!roots) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < trust_count; i++) {
        if (!is_delegator(&m, trusts[i])) continue;
        count += read_root(&m, trusts[i], certs, cert_count, &roots[count]);
    }
    ossl_drain();
    if (!count) return err_set(e, RC_UNSUPPORTED, "The module trusts no root for e-mail.");
    *out = roots;
    *n = count;
    return RC_OK;
}
