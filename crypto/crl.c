#include "crypto/crl.h"

#include <openssl/pem.h>

#include "base/b64.h"
#include "crypto/ber.h"
#include "crypto/ossl.h"

OSSL_CLEANUP(ISSUING_DIST_POINT, ISSUING_DIST_POINT_free)
OSSL_CLEANUP(ASN1_TIME, ASN1_TIME_free)
OSSL_CLEANUP(ASN1_BIT_STRING, ASN1_BIT_STRING_free)

enum { UTC_TIME = 0x17, GENERALIZED_TIME = 0x18, BOOLEAN = 0x01, ENUMERATED = 0x0a };

/* The parts of a CertificateList, slices of its bytes. */
struct crl {
    str_t signed_part, algorithm, signature; /* whole values */
    str_t inner_algorithm, issuer, this_update, next_update;
    struct ber entries, extensions; /* empty when absent */
};

static rc_t damaged(struct err *e)
{
    return ossl_fail(e, RC_DAMAGED, "The revocation list is damaged.");
}

static rc_t unsupported(struct err *e, const char *what)
{
    rc_t rc = err_set(e, RC_UNSUPPORTED, "The revocation list is of a kind that is not used.");
    err_detail(e, "%s", what);
    return rc;
}

/* --- reading --------------------------------------------------------------------------- */

static bool read_time(struct ber *r, str_t *out)
{
    struct ber_value v;
    unsigned char id = ber_peek(r);
    if ((id != UTC_TIME && id != GENERALIZED_TIME) || !ber_next(r, &v)) return false;
    *out = v.whole;
    return true;
}

static bool read_signed_part(const struct ber_value *tbs, struct crl *out)
{
    struct ber_value v;
    struct ber r = ber_inside(tbs);
    if (ber_peek(&r) == BER_INTEGER &&
        (!ber_next(&r, &v) || v.content.n != 1 || v.content.p[0] != 1))
        return false; /* version 2 is the only one that is written */
    if (!ber_expect(&r, BER_SEQUENCE, &v)) return false;
    out->inner_algorithm = v.whole;
    if (!ber_expect(&r, BER_SEQUENCE, &v)) return false;
    out->issuer = v.whole;
    if (!read_time(&r, &out->this_update)) return false;
    if ((ber_peek(&r) == UTC_TIME || ber_peek(&r) == GENERALIZED_TIME) &&
        !read_time(&r, &out->next_update))
        return false;
    if (ber_peek(&r) == BER_SEQUENCE) {
        if (!ber_next(&r, &v)) return false;
        out->entries = ber_inside(&v);
    }
    if (ber_peek(&r) == BER_CONTEXT_CONS(0)) {
        struct ber_value list;
        if (!ber_next(&r, &v)) return false;
        struct ber inside = ber_inside(&v);
        if (!ber_expect(&inside, BER_SEQUENCE, &list) || !ber_end(&inside)) return false;
        out->extensions = ber_inside(&list);
    }
    return ber_end(&r);
}

static bool read_list(str_t der, struct crl *out)
{
    struct ber r = ber_start(der);
    struct ber_value list, tbs, v;
    if (!ber_expect(&r, BER_SEQUENCE, &list) || !ber_end(&r)) return false;
    struct ber inside = ber_inside(&list);
    if (!ber_expect(&inside, BER_SEQUENCE, &tbs) || !read_signed_part(&tbs, out)) return false;
    out->signed_part = tbs.whole;
    if (!ber_expect(&inside, BER_SEQUENCE, &v)) return false;
    out->algorithm = v.whole;
    if (!ber_expect(&inside, BER_BIT_STRING, &v)) return false;
    out->signature = v.whole;
    return ber_end(&inside);
}

static bool unix_time(str_t whole, int64_t *out)
{
    const unsigned char *p = (const unsigned char *) whole.p;
    OSSL_OWN(ASN1_TIME) t = d2i_ASN1_TIME(NULL, &p, (long) whole.n);
    return t && revoked_unix_time(t, out);
}

/* --- extensions ------------------------------------------------------------------------ */

/* All that are known here are id-ce (2.5.29) followed by one octet. */
enum known {
    CE_CRL_NUMBER = 20,
    CE_REASON,
    CE_INVALIDITY = 24,
    CE_DELTA = 27,
    CE_SCOPE,
    CE_AKI = 35
};

struct extension {
    unsigned ce; /* the octet behind id-ce; 0: another one */
    bool critical;
    str_t value;
};

static bool read_extension(struct ber *list, struct extension *out)
{
    struct ber_value ext, oid, v;
    struct extension x = {0};
    if (!ber_expect(list, BER_SEQUENCE, &ext)) return false;
    struct ber r = ber_inside(&ext);
    if (!ber_expect(&r, BER_OID, &oid)) return false;
    if (ber_peek(&r) == BOOLEAN) {
        if (!ber_next(&r, &v) || v.content.n != 1) return false;
        x.critical = v.content.p[0] != 0;
    }
    if (!ber_expect(&r, BER_OCTET_STRING, &v) || !ber_end(&r)) return false;
    x.value = v.content;
    if (oid.content.n == 3 && str_starts(oid.content, STR("\x55\x1d")))
        x.ce = (unsigned char) oid.content.p[2];
    *out = x;
    return true;
}

static bool is_named_in(const GENERAL_NAME *name, const GENERAL_NAMES *list)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(list); i++) {
        if (GENERAL_NAME_cmp((GENERAL_NAME *) name, sk_GENERAL_NAME_value(list, i)) == 0)
            return true;
    }
    return false;
}

/* One of the list's names is one of those under which c says that its list is found. Points of
 * other issuers or for some reasons only tell nothing about the lists used here. */
static bool is_point_of(const GENERAL_NAMES *names, const struct cert *c)
{
    bool found = false;
    OSSL_OWN(CRL_DIST_POINTS)
    points = X509_get_ext_d2i(cert_x509(c), NID_crl_distribution_points, NULL, NULL);
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT *d = sk_DIST_POINT_value(points, i);
        if (!d->distpoint || d->distpoint->type != 0 || d->CRLissuer || d->reasons) continue;
        for (int k = 0; k < sk_GENERAL_NAME_num(names); k++)
            found |= is_named_in(sk_GENERAL_NAME_value(names, k), d->distpoint->name.fullname);
    }
    return found;
}

/* RFC 5280 section 5.2.5. */
static rc_t check_scope(str_t der, const struct cert *c, struct err *e)
{
    const unsigned char *p = (const unsigned char *) der.p;
    OSSL_OWN(ISSUING_DIST_POINT) idp = d2i_ISSUING_DIST_POINT(NULL, &p, (long) der.n);
    if (!idp || p != (const unsigned char *) der.p + der.n) return damaged(e);
    bool is_ca = (X509_get_extension_flags(cert_x509(c)) & EXFLAG_CA) != 0;
    if (idp->indirectCRL > 0) return unsupported(e, "indirect");
    if (idp->onlyattr > 0) return unsupported(e, "only for attribute certificates");
    if (idp->onlysomereasons) return unsupported(e, "only for some reasons");
    if ((idp->onlyuser > 0 && is_ca) || (idp->onlyCA > 0 && !is_ca))
        return err_set(e, RC_INVALID, "The revocation list is for other certificates.");
    if (!idp->distpoint) return RC_OK;
    if (idp->distpoint->type != 0) return unsupported(e, "relative name");
    if (!is_point_of(idp->distpoint->name.fullname, c))
        return err_set(e, RC_INVALID, "The revocation list is for other certificates.");
    return RC_OK;
}

static rc_t check_extensions(struct ber list, const struct cert *c, struct err *e)
{
    while (!ber_end(&list)) {
        struct extension x;
        if (!read_extension(&list, &x)) return damaged(e);
        if (x.ce == CE_DELTA) return unsupported(e, "delta");
        if (x.ce == CE_SCOPE)
            TRY(check_scope(x.value, c, e));
        else if (x.critical && x.ce != CE_AKI && x.ce != CE_CRL_NUMBER)
            return unsupported(e, "unknown critical extension");
    }
    return RC_OK;
}

/* --- entries --------------------------------------------------------------------------- */

static rc_t read_entry_extensions(struct ber list, int *reason, struct err *e)
{
    while (!ber_end(&list)) {
        struct extension x;
        struct ber_value v;
        if (!read_extension(&list, &x)) return damaged(e);
        if (x.ce == CE_REASON) {
            struct ber r = ber_start(x.value);
            if (!ber_expect(&r, ENUMERATED, &v) || v.content.n != 1) return damaged(e);
            *reason = (unsigned char) v.content.p[0];
        } else if (x.critical && x.ce != CE_INVALIDITY) {
            return unsupported(e, "unknown critical extension of an entry");
        }
    }
    return RC_OK;
}

/* Without the superfluous leading octets that some writers leave. */
static str_t shortest(str_t serial)
{
    while (serial.n > 1) {
        unsigned char a = (unsigned char) serial.p[0], b = (unsigned char) serial.p[1];
        if (!(a == 0 && b < 0x80) && !(a == 0xff && b >= 0x80)) break;
        serial = str_sub(serial, 1, serial.n);
    }
    return serial;
}

/* What an entry says; its time as it stands there. */
struct entry {
    str_t serial, when;
    int reason;
};

static rc_t next_entry(struct ber *list, struct entry *out, struct err *e)
{
    struct ber_value entry, number, extensions;
    struct entry x = {.reason = -1};
    if (!ber_expect(list, BER_SEQUENCE, &entry)) return damaged(e);
    struct ber r = ber_inside(&entry);
    if (!ber_expect(&r, BER_INTEGER, &number) || !read_time(&r, &x.when)) return damaged(e);
    if (!ber_end(&r)) {
        if (!ber_expect(&r, BER_SEQUENCE, &extensions) || !ber_end(&r)) return damaged(e);
        TRY(read_entry_extensions(ber_inside(&extensions), &x.reason, e));
    }
    x.serial = shortest(number.content);
    *out = x;
    return RC_OK;
}

static bool read_when(str_t when, int64_t *out)
{
    if (!unix_time(when, out)) return false;
    if (*out < 1) *out = 1; /* 0 would say: not revoked */
    return true;
}

/* Reads every entry, also those behind the one that is looked for: a critical extension anywhere
 * makes the whole list unusable. */
static rc_t find_entry(struct ber list, str_t serial, struct revoked_answer *out, struct err *e)
{
    while (!ber_end(&list)) {
        struct entry x;
        TRY(next_entry(&list, &x, e));
        if (x.reason == CRL_REASON_REMOVE_FROM_CRL) return unsupported(e, "entries to be removed");
        if (!str_eq(x.serial, serial)) continue;
        if (!read_when(x.when, &out->revoked_at)) return damaged(e);
        out->status = REVOCATION_REVOKED;
        out->reason = x.reason;
    }
    return RC_OK;
}

static rc_t all_entries(struct ber list, struct arena *a, struct crl_entry **out, size_t *n,
                        struct err *e)
{
    size_t count = 0, at = 0;
    for (struct ber r = list; !ber_end(&r); count++) {
        struct ber_value v;
        if (!ber_expect(&r, BER_SEQUENCE, &v)) return damaged(e);
    }
    struct crl_entry *all = ARENA_ARRAY(a, count + 1, struct crl_entry);
    if (!all) return err_set(e, RC_NO_MEMORY, NULL);
    for (; !ber_end(&list); at++) {
        struct entry x;
        TRY(next_entry(&list, &x, e));
        all[at] = (struct crl_entry){.serial = hex_encode(a, x.serial), .reason = x.reason};
        if (str_is_null(all[at].serial)) return err_set(e, RC_NO_MEMORY, NULL);
        if (!read_when(x.when, &all[at].at)) return damaged(e);
    }
    *out = all;
    *n = count;
    return RC_OK;
}

rc_t crl_entries(str_t der, struct arena *a, struct crl_entry **out, size_t *n, struct err *e)
{
    struct crl list = {0};
    if (der.n > CRL_MAX) return err_set(e, RC_TOO_LARGE, "The revocation list is too large.");
    rc_t rc = read_list(der, &list) ? all_entries(list.entries, a, out, n, e) : damaged(e);
    ossl_drain();
    return rc;
}

/* --- who says it ----------------------------------------------------------------------- */

static rc_t check_issuer(const struct crl *list, const struct cert *c, const struct cert *issuer,
                         struct err *e)
{
    X509 *x = cert_x509(issuer);
    const unsigned char *p = (const unsigned char *) list->issuer.p;
    OSSL_OWN(X509_NAME) name = d2i_X509_NAME(NULL, &p, (long) list->issuer.n);
    if (!name) return damaged(e);
    if (X509_NAME_cmp(name, X509_get_subject_name(x)) != 0 ||
        X509_NAME_cmp(name, X509_get_issuer_name(cert_x509(c))) != 0)
        return err_set(e, RC_INVALID, "The revocation list is of another issuer.");
    if (!(X509_get_key_usage(x) & KU_CRL_SIGN))
        return err_set(e, RC_SIGNATURE_REJECTED, "The issuer may not sign revocation lists.");
    return RC_OK;
}

/* Over the bytes as they came: an ASN1_TYPE holds a SEQUENCE in encoded form. */
static rc_t check_signature(const struct crl *list, const struct cert *issuer, struct err *e)
{
    const unsigned char *a = (const unsigned char *) list->algorithm.p;
    const unsigned char *s = (const unsigned char *) list->signature.p;
    OSSL_OWN(X509_ALGOR) algorithm = d2i_X509_ALGOR(NULL, &a, (long) list->algorithm.n);
    OSSL_OWN(ASN1_BIT_STRING) signature = d2i_ASN1_BIT_STRING(NULL, &s, (long) list->signature.n);
    if (!algorithm || !signature || !str_eq(list->algorithm, list->inner_algorithm))
        return damaged(e); /* RFC 5280 section 5.1.1.2 */
    /* Lent, not copied: lists are long. */
    ASN1_STRING bytes = {.type = V_ASN1_SEQUENCE,
                         .data = (unsigned char *) list->signed_part.p,
                         .length = (int) list->signed_part.n};
    const ASN1_TYPE part = {.type = V_ASN1_SEQUENCE, .value.sequence = &bytes};
    return revoked_check_signature(ASN1_ITEM_rptr(ASN1_ANY), algorithm, signature, &part,
                                   cert_x509(issuer), e);
}

static rc_t check_der(str_t der, const struct cert *c, const struct cert *issuer, int64_t now,
                      struct revoked_answer *out, struct err *e)
{
    struct crl list = {0};
    struct revoked_answer v = {.status = REVOCATION_GOOD, .reason = -1};
    OSSL_OWN_BYTES serial = NULL;
    if (!read_list(der, &list)) return damaged(e);
    if (!unix_time(list.this_update, &v.this_update) ||
        (list.next_update.n && !unix_time(list.next_update, &v.next_update)))
        return damaged(e);
    TRY(revoked_check_times(v.this_update, v.next_update, now, e));
    TRY(check_issuer(&list, c, issuer, e));
    TRY(check_extensions(list.extensions, c, e));
    int n = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert_x509(c)), &serial);
    if (n < 3 || serial[1] >= 0x80) return err_set(e, RC_UNSUPPORTED, "A strange serial number.");
    TRY(find_entry(list.entries, str_n(serial + 2, (size_t) n - 2), &v, e));
    TRY(check_signature(&list, issuer, e));
    *out = v;
    return RC_OK;
}

rc_t crl_check(str_t bytes, const struct cert *c, const struct cert *issuer, int64_t now,
               struct revoked_answer *out, struct err *e)
{
    rc_t rc = RC_DAMAGED;
    if (bytes.n > CRL_MAX) return err_set(e, RC_TOO_LARGE, "The revocation list is too large.");
    if (!bytes.n) return damaged(e);
    if (bytes.p[0] == BER_SEQUENCE) {
        rc = check_der(bytes, c, issuer, now, out, e);
    } else {
        OSSL_OWN_BYTES der = NULL;
        long n = 0;
        OSSL_OWN(BIO) bio = BIO_new_mem_buf(bytes.p, (int) bytes.n);
        if (!bio ||
            !PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_X509_CRL, bio, ossl_no_passphrase, NULL))
            return damaged(e);
        rc = check_der(str_n(der, (size_t) n), c, issuer, now, out, e);
    }
    ossl_drain();
    return rc;
}
