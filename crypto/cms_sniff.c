/* Which CMS type a run of bytes is, by the contentType of its ContentInfo. */
#include "crypto/cms_parts.h"

/* 1.2.840.113549.1.7 (PKCS #7) and 1.2.840.113549.1.9.16.1 (S/MIME content types). */
#define OID_PKCS7 "\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define OID_SMIME_CT "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01"

static const struct {
    str_t oid;
    enum cms_type type;
} TYPES[] = {
    {STR_INIT(OID_PKCS7 "\x01"), CMS_TYPE_DATA},
    {STR_INIT(OID_PKCS7 "\x02"), CMS_TYPE_SIGNED},
    {STR_INIT(OID_PKCS7 "\x03"), CMS_TYPE_ENVELOPED},
    {STR_INIT(OID_PKCS7 "\x06"), CMS_TYPE_ENCRYPTED},
    {STR_INIT(OID_SMIME_CT "\x09"), CMS_TYPE_COMPRESSED},
    {STR_INIT(OID_SMIME_CT "\x17"), CMS_TYPE_AUTH_ENVELOPED},
};

enum cms_type cms_type_of_oid(str_t oid)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        if (str_eq(oid, TYPES[i].oid)) return TYPES[i].type;
    }
    return CMS_TYPE_UNKNOWN;
}

/* Only heads are read, so that a message cut short is still known for what it was. */
enum cms_type cms_sniff(str_t der)
{
    struct ber r = ber_start(der), info;
    struct ber_value oid;
    if (!ber_open_head(&r, BER_SEQUENCE, &info) || !ber_expect(&info, BER_OID, &oid)) {
        return CMS_TYPE_UNKNOWN;
    }
    return cms_type_of_oid(oid.content);
}

bool cms_behind(str_t bytes, str_t *behind)
{
    struct ber r = ber_start(bytes);
    struct ber_value whole;
    if (!ber_expect(&r, BER_SEQUENCE, &whole)) return false;
    *behind = r.rest;
    return true;
}

bool cms_content_info(str_t der, enum cms_type *type, struct ber *inside)
{
    struct ber r = ber_start(der), info;
    struct ber_value whole, oid, content;
    if (!ber_expect(&r, BER_SEQUENCE, &whole)) return false;
    info = ber_inside(&whole);
    if (!ber_expect(&info, BER_OID, &oid) || !ber_expect(&info, BER_CONTEXT_CONS(0), &content)) {
        return false;
    }
    *type = cms_type_of_oid(oid.content);
    *inside = ber_inside(&content);
    return true;
}

rc_t cms_data(str_t der, struct buf *out, struct err *e)
{
    struct ber inside;
    struct ber_value v;
    struct ber_octets pieces;
    enum cms_type type;
    size_t n;
    str_t piece;
    if (!cms_content_info(der, &type, &inside) || type != CMS_TYPE_DATA ||
        (ber_peek(&inside) & ~BER_CONSTRUCTED) != BER_OCTET_STRING || !ber_next(&inside, &v) ||
        !ber_octets_size(&v, &n)) {
        return err_set(e, RC_DAMAGED, "The S/MIME content of this message is damaged.");
    }
    if (!buf_reserve(out, n)) {
        out->failed = false;
        return err_set(e, RC_TOO_LARGE, "The message is too large.");
    }
    ber_octets_start(&pieces, &v);
    while (ber_octets_next(&pieces, &piece))
        (void) buf_str(out, piece);
    return RC_OK;
}
