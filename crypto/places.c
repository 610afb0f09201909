#include "crypto/places.h"

static bool is_usable(str_t url)
{
    if (!str_istarts(url, STR("http://")) && !str_istarts(url, STR("https://"))) return false;
    if (url.n > PLACE_URL_MAX) return false;
    for (size_t i = 0; i < url.n; i++) {
        if (url.p[i] <= 0x20 || url.p[i] >= 0x7f) return false;
    }
    return true;
}

static void take(const GENERAL_NAME *name, str_t *list, size_t *n, struct arena *a)
{
    if (name->type != GEN_URI || *n == PLACES_EACH) return;
    const ASN1_IA5STRING *s = name->d.uniformResourceIdentifier;
    str_t url = str_n(ASN1_STRING_get0_data(s), (size_t) ASN1_STRING_length(s));
    for (size_t i = 0; i < *n; i++) {
        if (str_eq(list[i], url)) return;
    }
    str_t copy = is_usable(url) ? arena_str(a, url) : STR_NULL;
    if (!str_is_null(copy)) list[(*n)++] = copy;
}

static void take_access(const struct cert *c, int method, str_t *list, size_t *n, struct arena *a)
{
    OSSL_OWN(AUTHORITY_INFO_ACCESS)
    aia = X509_get_ext_d2i(cert_x509(c), NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
        const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(aia, i);
        if (OBJ_obj2nid(d->method) == method) take(d->location, list, n, a);
    }
    ossl_drain();
}

void places_of_revocation(const struct cert *c, struct arena *a, struct places *out)
{
    *out = (struct places){0};
    take_access(c, NID_ad_OCSP, out->ocsp, &out->ocsp_count, a);
    OSSL_OWN(CRL_DIST_POINTS)
    points = X509_get_ext_d2i(cert_x509(c), NID_crl_distribution_points, NULL, NULL);
    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT *d = sk_DIST_POINT_value(points, i);
        if (!d->distpoint || d->distpoint->type != 0 || d->CRLissuer || d->reasons) continue;
        for (int k = 0; k < sk_GENERAL_NAME_num(d->distpoint->name.fullname); k++)
            take(sk_GENERAL_NAME_value(d->distpoint->name.fullname, k), out->crl, &out->crl_count,
                 a);
    }
    ossl_drain();
}

void places_of_issuers(const struct cert *c, struct arena *a, struct places *out)
{
    *out = (struct places){0};
    take_access(c, NID_ad_ca_issuers, out->aia, &out->aia_count, a);
}
