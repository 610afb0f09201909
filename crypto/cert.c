#include "crypto/cert.h"

#include <openssl/pem.h>
#include <time.h>

#include "base/b64.h"
#include "crypto/address.h"
#include "crypto/cert_cache.h"
#include "crypto/ossl.h"
#include "crypto/seal.h"

enum { CERT_MAX = 64 * 1024, CACHED_MAX = 4096, ADDRESSES_MAX = 64 };

struct cert {
    unsigned refs;
    X509 *x;
    GENERAL_NAMES *san; /* NULL: none, twice, or unreadable */
    unsigned char *der; /* OpenSSL's */
    size_t der_n;
    char fingerprint[65];
};

/* --- life ---------------------------------------------------------------------------- */

static void hex(const unsigned char *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = "0123456789abcdef"[p[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
    }
    out[2 * n] = '\0';
}

rc_t cert_from_x509(X509 *x, struct cert **out, struct err *e)
{
    struct cert *c = calloc(1, sizeof *c);
    if (!c || !(c->x = x = cert_own(x))) {
        free(c);
        return ossl_fail(e, RC_NO_MEMORY, NULL);
    }
    c->refs = 1;
    int n = i2d_X509(x, &c->der);
    c->der_n = n > 0 ? (size_t) n : 0;
    unsigned char digest[32];
    if (n <= 0 || n > CERT_MAX || sha256(str_n(c->der, c->der_n), digest, NULL) != RC_OK) {
        cert_unref(c);
        return ossl_fail(e, RC_DAMAGED, "The certificate cannot be read.");
    }
    hex(digest, sizeof digest, c->fingerprint);
    /* Fills OpenSSL's cache of the extensions now, so that later readers change nothing. */
    X509_check_purpose(x, -1, 0);
    c->san = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    ossl_drain();
    *out = c;
    return RC_OK;
}

static X509 *parse_x509(str_t bytes)
{
    if (bytes.n && bytes.p[0] == 0x30) {
        const unsigned char *p = (const unsigned char *) bytes.p;
        X509 *x = d2i_X509(NULL, &p, (long) bytes.n);
        if (x && p == (const unsigned char *) bytes.p + bytes.n) return x;
        X509_free(x);
        return NULL;
    }
    OSSL_OWN(BIO) bio = BIO_new_mem_buf(bytes.p, (int) bytes.n);
    return bio ? PEM_read_bio_X509(bio, NULL, ossl_no_passphrase, NULL) : NULL;
}

static rc_t parse_fresh(str_t bytes, struct cert **out, struct err *e)
{
    OSSL_OWN(X509) x = bytes.n ? parse_x509(bytes) : NULL;
    if (!x) return ossl_fail(e, RC_DAMAGED, "This is not a readable certificate.");
    return cert_from_x509(x, out, e);
}

rc_t cert_parse(str_t bytes, struct cert **out, struct err *e)
{
    unsigned char digest[32];
    if (bytes.n > 4 * CERT_MAX) return err_set(e, RC_TOO_LARGE, "The certificate is too large.");
    bool der = bytes.n && bytes.n <= CACHED_MAX && bytes.p[0] == 0x30 &&
               sha256(bytes, digest, NULL) == RC_OK;
    struct cert *known = der ? cert_cache_get(digest) : NULL;
    if (known) {
        *out = known;
        return RC_OK;
    }
    TRY(parse_fresh(bytes, out, e));
    if (der) cert_cache_put(digest, *out);
    return RC_OK;
}

struct cert *cert_ref(struct cert *c)
{
    if (c) __atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
    return c;
}

void cert_unref(struct cert *c)
{
    if (!c || __atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL)) return;
    GENERAL_NAMES_free(c->san);
    X509_free(c->x);
    OPENSSL_free(c->der);
    free(c);
}

str_t cert_der(const struct cert *c)
{
    return str_n(c->der, c->der_n);
}

str_t cert_fingerprint(const struct cert *c)
{
    return str_n(c->fingerprint, 64);
}

rc_t cert_key_id(const struct cert *c, char out[65], struct err *e)
{
    OSSL_OWN_BYTES spki = NULL;
    unsigned char digest[32];
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x), &spki);
    if (n <= 0) return ossl_fail(e, RC_NO_MEMORY, NULL);
    TRY(sha256(str_n(spki, (size_t) n), digest, e));
    hex(digest, sizeof digest, out);
    return RC_OK;
}

bool cert_equal(const struct cert *a, const struct cert *b)
{
    return str_eq(cert_der(a), cert_der(b));
}

X509 *cert_x509(const struct cert *c)
{
    return c->x;
}

/* --- addresses ----------------------------------------------------------------------- */

/* Mailbox of one SAN entry; the null slice for every other kind and for text that is not one bare
 * mailbox (embedded NUL, display name): such an entry proves nothing. */
static str_t san_mailbox(const GENERAL_NAME *name)
{
    const ASN1_STRING *s = NULL;
    if (name->type == GEN_EMAIL) {
        s = name->d.rfc822Name;
    } else if (name->type == GEN_OTHERNAME &&
               OBJ_obj2nid(name->d.otherName->type_id) == NID_id_on_SmtpUTF8Mailbox &&
               name->d.otherName->value->type == V_ASN1_UTF8STRING) {
        s = name->d.otherName->value->value.utf8string;
    }
    if (!s) return STR_NULL;
    str_t text = str_n(ASN1_STRING_get0_data(s), (size_t) ASN1_STRING_length(s));
    if (name->type == GEN_EMAIL) { /* IA5String */
        for (size_t i = 0; i < text.n; i++) {
            if ((unsigned char) text.p[i] >= 0x80) return STR_NULL;
        }
    }
    return address_is_mailbox(text) ? text : STR_NULL;
}

enum address_match cert_matches_address(const struct cert *c, str_t address)
{
    enum address_match best = ADDRESS_NO;
    for (int i = 0; i < sk_GENERAL_NAME_num(c->san); i++) {
        str_t text = san_mailbox(sk_GENERAL_NAME_value(c->san, i));
        enum address_match m = text.n ? address_compare(text, address) : ADDRESS_NO;
        if (m == ADDRESS_YES) return m;
        if (m == ADDRESS_CASE) best = m;
    }
    return best;
}

static rc_t describe_addresses(const struct cert *c, struct arena *a, struct cert_info *info)
{
    int n = sk_GENERAL_NAME_num(c->san);
    info->addresses = ARENA_ARRAY(a, n > 0 ? (size_t) n : 1, str_t);
    if (!info->addresses) return RC_NO_MEMORY;
    for (int i = 0; i < n && info->address_count < ADDRESSES_MAX; i++) {
        str_t text = san_mailbox(sk_GENERAL_NAME_value(c->san, i));
        if (!text.n) continue;
        str_t copy = arena_str(a, text);
        if (str_is_null(copy)) return RC_NO_MEMORY;
        info->addresses[info->address_count++] = copy;
    }
    return RC_OK;
}

/* --- names --------------------------------------------------------------------------- */

/* Length of a character that may turn or hide its neighbours on the screen (C1 controls,
 * zero-width and direction marks), or 0. */
static size_t tricky(str_t s, size_t i)
{
    unsigned char a = (unsigned char) s.p[i];
    unsigned char b = i + 1 < s.n ? (unsigned char) s.p[i + 1] : 0;
    unsigned char c = i + 2 < s.n ? (unsigned char) s.p[i + 2] : 0;
    if (a == 0xc2 && b >= 0x80 && b <= 0x9f) return 2;
    if (a == 0xe2 && b == 0x80 && ((c >= 0x8b && c <= 0x8f) || (c >= 0xa8 && c <= 0xae))) return 3;
    if (a == 0xe2 && b == 0x81 && c >= 0xa0 && c <= 0xaf) return 3;
    if (a == 0xef && b == 0xbb && c == 0xbf) return 3;
    return 0;
}

/* Names are written by whoever made the certificate: what comes out is one line of valid UTF-8
 * without characters that change how the rest is shown. */
static str_t clean_text(struct arena *a, str_t raw)
{
    if (!str_is_utf8(raw)) return arena_str(a, STR("(unreadable name)"));
    char *out = arena_alloc(a, raw.n + 1);
    if (!out) return STR_NULL;
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        size_t skip = tricky(raw, i);
        unsigned char c = (unsigned char) raw.p[i];
        if (skip || c < 0x20 || c == 0x7f) {
            out[n++] = '?';
            i += skip ? skip : 1;
        } else {
            out[n++] = raw.p[i++];
        }
    }
    return str_n(out, n);
}

static str_t name_text(const X509_NAME *name, struct arena *a)
{
    OSSL_OWN(BIO) bio = BIO_new(BIO_s_mem());
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long) ASN1_STRFLGS_ESC_MSB;
    char *p = NULL;
    if (!bio || X509_NAME_print_ex(bio, name, 0, flags) < 0) return STR_NULL;
    long n = BIO_get_mem_data(bio, &p);
    return clean_text(a, str_n(n > 0 ? p : "", n > 0 ? (size_t) n : 0));
}

str_t cert_name_text(str_t der_name, struct arena *a)
{
    const unsigned char *p = (const unsigned char *) der_name.p;
    OSSL_OWN(X509_NAME)
    name = der_name.n && der_name.n <= CERT_MAX ? d2i_X509_NAME(NULL, &p, (long) der_name.n) : NULL;
    str_t text = name ? name_text(name, a) : STR_NULL;
    ossl_drain();
    return text;
}

/* The last CN is the most specific one. */
static str_t common_name(const X509_NAME *name, struct arena *a)
{
    int at = -1;
    for (int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1); i >= 0;
         i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) {
        at = i;
    }
    if (at < 0) return STR_NULL;
    OSSL_OWN_BYTES utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    return n < 0 ? STR_NULL : clean_text(a, str_n(utf8 ? (char *) utf8 : "", (size_t) n));
}

/* --- places -------------------------------------------------------------------------- */

/* Keeps the first URI, but prefers HTTP: that is what can be fetched. */
static void take_uri(const GENERAL_NAME *name, str_t *uri)
{
    if (name->type != GEN_URI) return;
    const ASN1_IA5STRING *s = name->d.uniformResourceIdentifier;
    str_t text = str_n(ASN1_STRING_get0_data(s), (size_t) ASN1_STRING_length(s));
    if (!text.n || text.n > 2048 || !str_is_clean(text) || !str_is_utf8(text)) return;
    if (str_is_null(*uri) || (!str_istarts(*uri, STR("http")) && str_istarts(text, STR("http")))) {
        *uri = text;
    }
}

str_t cert_access_uri(X509 *x, int method, struct arena *a)
{
    str_t uri = STR_NULL;
    OSSL_OWN(AUTHORITY_INFO_ACCESS) aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
        const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(aia, i);
        if (OBJ_obj2nid(d->method) == method) take_uri(d->location, &uri);
    }
    return str_is_null(uri) ? uri : arena_str(a, uri);
}

static str_t crl_uri(X509 *x, struct arena *a)
{
    str_t uri = STR_NULL;
    OSSL_OWN(CRL_DIST_POINTS) points = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT_NAME *dp = sk_DIST_POINT_value(points, i)->distpoint;
        if (!dp || dp->type != 0) continue;
        for (int k = 0; k < sk_GENERAL_NAME_num(dp->name.fullname); k++) {
            take_uri(sk_GENERAL_NAME_value(dp->name.fullname, k), &uri);
        }
    }
    return str_is_null(uri) ? uri : arena_str(a, uri);
}

bool cert_names_revocation(X509 *x)
{
    bool named = X509_get_ext_by_NID(x, NID_crl_distribution_points, -1) >= 0;
    OSSL_OWN(AUTHORITY_INFO_ACCESS) aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
        named |= OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(aia, i)->method) == NID_ad_OCSP;
    }
    return named;
}

/* --- the description ------------------------------------------------------------------ */

static bool unix_time(const ASN1_TIME *t, int64_t *out)
{
    struct tm tm;
    if (!ASN1_TIME_to_tm(t, &tm)) return false;
    *out = timegm(&tm);
    return true;
}

static str_t name_der(const X509_NAME *name, struct arena *a)
{
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_X509_NAME(name, &der);
    return n > 0 ? arena_str(a, str_n(der, (size_t) n)) : STR_NULL;
}

/* Content octets of the INTEGER: what follows the tag and the one-byte length. */
static str_t serial_octets(const ASN1_INTEGER *serial, struct arena *a)
{
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_ASN1_INTEGER((ASN1_INTEGER *) serial, &der);
    if (n < 3 || der[1] >= 0x80) return STR_NULL; /* over 127 octets: no such serial (RFC 5280) */
    return arena_str(a, str_n(der + 2, (size_t) n - 2));
}

static void describe_names(X509 *x, struct arena *a, struct cert_info *info)
{
    info->subject = name_text(X509_get_subject_name(x), a);
    info->issuer = name_text(X509_get_issuer_name(x), a);
    info->common_name = common_name(X509_get_subject_name(x), a);
    info->issuer_der = name_der(X509_get_issuer_name(x), a);
    info->serial_der = serial_octets(X509_get0_serialNumber(x), a);
    info->serial = str_is_null(info->serial_der) ? arena_str(a, STR("(too long)"))
                                                 : hex_encode(a, info->serial_der);
    const ASN1_OCTET_STRING *ski = X509_get0_subject_key_id(x);
    if (ski && ASN1_STRING_length(ski) > 0) {
        info->key_identifier =
            arena_str(a, str_n(ASN1_STRING_get0_data(ski), (size_t) ASN1_STRING_length(ski)));
    }
}

rc_t cert_describe(const struct cert *c, struct arena *a, struct cert_info *out, struct err *e)
{
    struct cert_info info = {0};
    X509 *x = c->x;
    if (!unix_time(X509_get0_notBefore(x), &info.not_before) ||
        !unix_time(X509_get0_notAfter(x), &info.not_after)) {
        return ossl_fail(e, RC_DAMAGED, "The certificate has no readable validity period.");
    }
    describe_names(x, a, &info);
    if (describe_addresses(c, a, &info) != RC_OK || str_is_null(info.subject) ||
        str_is_null(info.issuer) || str_is_null(info.issuer_der)) {
        return ossl_fail(e, RC_NO_MEMORY, NULL);
    }
    cert_describe_key(x, a, &info);
    info.is_ca = (X509_get_extension_flags(x) & EXFLAG_CA) != 0;
    info.weak = cert_is_weak(x);
    info.weak_hash = cert_has_weak_hash(x);
    info.ocsp_url = cert_access_uri(x, NID_ad_OCSP, a);
    info.crl_url = crl_uri(x, a);
    ossl_drain();
    *out = info;
    return RC_OK;
}
