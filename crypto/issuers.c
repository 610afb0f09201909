#include "crypto/issuers.h"

#include "crypto/ber.h"
#include "crypto/ossl.h"

static size_t read_row(str_t bytes, struct cert **out, size_t max)
{
    struct ber r = ber_start(bytes);
    struct ber_value v;
    size_t n = 0;
    while (n < max && ber_expect(&r, BER_SEQUENCE, &v)) {
        if (cert_parse(v.whole, &out[n], NULL) != RC_OK) break;
        n++;
    }
    return n;
}

static size_t read_cms(str_t bytes, struct cert **out, size_t max)
{
    const unsigned char *p = (const unsigned char *) bytes.p;
    size_t n = 0;
    OSSL_OWN(CMS_ContentInfo) cms = d2i_CMS_ContentInfo(NULL, &p, (long) bytes.n);
    if (!cms || OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) return 0;
    STACK_OF(X509) *list = CMS_get1_certs(cms);
    for (int i = 0; i < sk_X509_num(list) && n < max; i++) {
        if (cert_from_x509(sk_X509_value(list, i), &out[n], NULL) == RC_OK) n++;
    }
    sk_X509_pop_free(list, X509_free);
    return n;
}

size_t issuers_read(str_t bytes, struct cert **out, size_t max)
{
    size_t n = 0;
    if (!bytes.n || bytes.n > ISSUERS_MAX_BYTES || !max) return 0;
    if (bytes.p[0] == BER_SEQUENCE) {
        n = read_row(bytes, out, max);
        if (!n) n = read_cms(bytes, out, max);
    } else if (cert_parse(bytes, &out[0], NULL) == RC_OK) {
        n = 1;
    }
    ossl_drain();
    return n;
}
