#include "crypto/ocsp.h"

#include <openssl/ocsp.h>

#include "crypto/ossl.h"

OSSL_CLEANUP(OCSP_REQUEST, OCSP_REQUEST_free)
OSSL_CLEANUP(OCSP_RESPONSE, OCSP_RESPONSE_free)
OSSL_CLEANUP(OCSP_BASICRESP, OCSP_BASICRESP_free)
OSSL_CLEANUP(OCSP_CERTID, OCSP_CERTID_free)

enum { ANSWERS_MAX = 64, RESPONDERS_MAX = 8 };

/* --- asking -------------------------------------------------------------------------- */

rc_t ocsp_request(const struct cert *c, const struct cert *issuer, struct arena *a, str_t *out,
                  struct err *e)
{
    const struct ossl_algorithms *alg = ossl_algorithms();
    OSSL_OWN(OCSP_REQUEST) request = OCSP_REQUEST_new();
    OSSL_OWN(OCSP_CERTID)
    id = alg ? OCSP_cert_to_id(alg->sha1, cert_x509(c), cert_x509(issuer)) : NULL;
    if (!request || !id || !OCSP_request_add0_id(request, id))
        return ossl_fail(e, RC_INTERNAL, NULL);
    id = NULL; /* the request's now */
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_OCSP_REQUEST(request, &der);
    str_t copy = n > 0 ? arena_str(a, str_n(der, (size_t) n)) : STR_NULL;
    if (str_is_null(copy)) return ossl_fail(e, RC_NO_MEMORY, NULL);
    *out = copy;
    return RC_OK;
}

/* --- what is said about the certificate ------------------------------------------------ */

/* The responder may answer with another digest than we asked with: ours is then made anew. */
static bool is_about(const OCSP_CERTID *said, const struct cert *c, const struct cert *issuer)
{
    ASN1_OBJECT *digest = NULL;
    const struct ossl_algorithms *alg = ossl_algorithms();
    if (!alg || !OCSP_id_get0_info(NULL, &digest, NULL, NULL, (OCSP_CERTID *) said)) return false;
    int nid = OBJ_obj2nid(digest);
    const EVP_MD *md = nid == NID_sha1 ? alg->sha1 : ossl_md(OBJ_nid2sn(nid));
    OSSL_OWN(OCSP_CERTID) ours = md ? OCSP_cert_to_id(md, cert_x509(c), cert_x509(issuer)) : NULL;
    return ours && OCSP_id_cmp(said, ours) == 0;
}

static bool is_worse(const struct revoked_answer *a, const struct revoked_answer *b)
{
    static const int rank[] = {
        [REVOCATION_GOOD] = 1, [REVOCATION_UNKNOWN] = 2, [REVOCATION_REVOKED] = 3};
    return rank[a->status] > rank[b->status];
}

static rc_t read_single(OCSP_SINGLERESP *single, int64_t now, struct revoked_answer *out,
                        struct err *e)
{
    int reason = -1;
    ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
    struct revoked_answer v = {.reason = -1};
    int status = OCSP_single_get0_status(single, &reason, &revoked, &this_update, &next_update);
    if (!revoked_unix_time(this_update, &v.this_update) ||
        (next_update && !revoked_unix_time(next_update, &v.next_update)) ||
        (status == V_OCSP_CERTSTATUS_REVOKED && !revoked_unix_time(revoked, &v.revoked_at)))
        return ossl_fail(e, RC_DAMAGED, "The answer about revocation is damaged.");
    if (OCSP_SINGLERESP_get_ext_by_critical(single, 1, -1) >= 0)
        return err_set(e, RC_UNSUPPORTED, "The answer about revocation has unknown conditions.");
    TRY(revoked_check_times(v.this_update, v.next_update, now, e));
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        v.status = REVOCATION_REVOKED;
        v.reason = reason;
        if (v.revoked_at < 1) v.revoked_at = 1; /* 0 would say: not revoked */
    } else {
        v.status = status == V_OCSP_CERTSTATUS_GOOD ? REVOCATION_GOOD : REVOCATION_UNKNOWN;
    }
    *out = v;
    return RC_OK;
}

static rc_t find_answer(OCSP_BASICRESP *basic, const struct cert *c, const struct cert *issuer,
                        int64_t now, struct revoked_answer *out, struct err *e)
{
    bool found = false, current = false;
    struct revoked_answer worst = {0};
    int n = OCSP_resp_count(basic);
    if (n > ANSWERS_MAX)
        return err_set(e, RC_TOO_LARGE, "The answer about revocation is too large.");
    for (int i = 0; i < n; i++) {
        struct revoked_answer v = {0};
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        if (!is_about(OCSP_SINGLERESP_get0_id(single), c, issuer)) continue;
        found = true;
        if (read_single(single, now, &v, e) != RC_OK) continue;
        if (!current || is_worse(&v, &worst)) worst = v;
        current = true;
    }
    ossl_drain();
    if (!found) return err_set(e, RC_INVALID, "The answer is about another certificate.");
    if (!current) return e && e->code != RC_OK ? e->code : RC_INVALID;
    *out = worst;
    return RC_OK;
}

/* --- who says it ----------------------------------------------------------------------- */

/* Is x the one the answer names as its responder? */
static bool is_responder(const OCSP_BASICRESP *basic, X509 *x)
{
    const ASN1_OCTET_STRING *key_hash = NULL;
    const X509_NAME *name = NULL;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const struct ossl_algorithms *alg = ossl_algorithms();
    if (!alg || !OCSP_resp_get0_id(basic, &key_hash, &name)) return false;
    if (name) return X509_NAME_cmp(name, X509_get_subject_name(x)) == 0;
    return X509_pubkey_digest(x, alg->sha1, hash, &n) == 1 &&
           ASN1_STRING_length(key_hash) == (int) n &&
           memcmp(ASN1_STRING_get0_data(key_hash), hash, n) == 0;
}

static bool is_valid_at(X509 *x, int64_t now)
{
    int64_t from, to;
    return revoked_unix_time(X509_get0_notBefore(x), &from) &&
           revoked_unix_time(X509_get0_notAfter(x), &to) && from <= now + REVOKED_SKEW &&
           to >= now - REVOKED_SKEW;
}

/* RFC 6960 section 4.2.2.2: signed by the issuer itself, and for this purpose alone; the purpose
 * "any" is no authority to speak for the issuer. */
static bool is_named_by(X509 *x, const struct cert *issuer, const struct cert *c, int64_t now)
{
    uint32_t flags = X509_get_extension_flags(x);
    EVP_PKEY *key = X509_get0_pubkey(cert_x509(issuer));
    if (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) return false;
    if (!(flags & EXFLAG_XKUSAGE) || !(X509_get_extended_key_usage(x) & XKU_OCSP_SIGN))
        return false;
    if (!(X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE)) return false;
    if (X509_get_ext_by_NID(x, NID_id_pkix_OCSP_noCheck, -1) < 0 && cert_names_revocation(x))
        return false; /* its issuer wants it looked up: we do not go round in circles */
    return is_valid_at(x, now) && !cert_is_weak(x) && X509_cmp(x, cert_x509(c)) != 0 &&
           X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(cert_x509(issuer))) == 0 &&
           key && X509_verify(x, key) == 1;
}

static rc_t check_signed_by(const OCSP_BASICRESP *basic, X509 *signer, struct err *e)
{
    return revoked_check_signature(ASN1_ITEM_rptr(OCSP_RESPDATA), OCSP_resp_get0_tbs_sigalg(basic),
                                   OCSP_resp_get0_signature(basic), OCSP_resp_get0_respdata(basic),
                                   signer, e);
}

static rc_t check_signer(const OCSP_BASICRESP *basic, const struct cert *c,
                         const struct cert *issuer, int64_t now, struct err *e)
{
    if (is_responder(basic, cert_x509(issuer)) &&
        check_signed_by(basic, cert_x509(issuer), e) == RC_OK)
        return RC_OK;
    const STACK_OF(X509) *certs = OCSP_resp_get0_certs(basic);
    int n = sk_X509_num(certs);
    rc_t rc = RC_SIGNATURE_REJECTED;
    err_set(e, rc, "The answer about revocation is not signed by who should have.");
    for (int i = 0; i < n && i < RESPONDERS_MAX && rc != RC_OK; i++) {
        X509 *x = sk_X509_value(certs, i);
        X509_check_purpose(x, -1, 0); /* fills its cache of extensions */
        if (is_responder(basic, x) && is_named_by(x, issuer, c, now))
            rc = check_signed_by(basic, x, e);
    }
    ossl_drain();
    return rc;
}

rc_t ocsp_check(str_t response, const struct cert *c, const struct cert *issuer, int64_t now,
                struct revoked_answer *out, struct err *e)
{
    const unsigned char *p = (const unsigned char *) response.p;
    struct err why = {0};
    if (response.n > OCSP_RESPONSE_MAX)
        return err_set(e, RC_TOO_LARGE, "The answer about revocation is too large.");
    OSSL_OWN(OCSP_RESPONSE)
    whole = response.n ? d2i_OCSP_RESPONSE(NULL, &p, (long) response.n) : NULL;
    if (!whole || p != (const unsigned char *) response.p + response.n)
        return ossl_fail(e, RC_DAMAGED, "The answer about revocation is damaged.");
    int status = OCSP_response_status(whole);
    if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        err_set(e, RC_UNSUPPORTED, "The OCSP responder gave no answer.");
        err_detail(e, "%s", OCSP_response_status_str(status));
        return RC_UNSUPPORTED;
    }
    OSSL_OWN(OCSP_BASICRESP) basic = OCSP_response_get1_basic(whole);
    if (!basic) return ossl_fail(e, RC_DAMAGED, "The answer about revocation is damaged.");
    if (OCSP_BASICRESP_get_ext_by_critical(basic, 1, -1) >= 0)
        return err_set(e, RC_UNSUPPORTED, "The answer about revocation has unknown conditions.");
    struct revoked_answer v;
    rc_t rc = find_answer(basic, c, issuer, now, &v, &why);
    if (rc == RC_OK) rc = check_signer(basic, c, issuer, now, &why);
    if (rc != RC_OK) {
        if (e) *e = why;
        return rc;
    }
    *out = v;
    return RC_OK;
}
