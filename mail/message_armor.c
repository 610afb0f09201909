/* CMS objects as they arrive: some senders and gateways lose the transfer encoding's name, or send
 * the PEM form. Both are base64 text where DER is expected. Others lose the type and the name: then
 * only the content tells (RFC 8551 section 3.10 asks receivers to be forgiving about it). */
#include "crypto/cms.h"
#include "mail/message_state.h"

/* Without the first line and everything from the last one on, when it is a PEM block. */
static str_t without_armor(str_t text)
{
    str_t line, rest;
    if (!str_starts(text, STR("-----BEGIN ")) || !str_cut(text, '\n', &line, &rest)) return text;
    ptrdiff_t end = str_find(rest, STR("-----END "));
    return end < 0 ? rest : str_sub(rest, 0, (size_t) end);
}

rc_t message_cms_bytes(const struct entity *m, struct buf *out)
{
    TRY(entity_decode_body(m, out, NULL));
    str_t text = str_trim(buf_view(out));
    /* A SEQUENCE in base64 begins with M. */
    bool armored = str_starts(text, STR("-----BEGIN "));
    if (cms_sniff(text) != CMS_TYPE_UNKNOWN || (!armored && !str_starts(text, STR("MI"))))
        return RC_OK;
    struct buf der = *out;
    der.p = NULL;
    der.n = der.cap = 0;
    if (mime_base64_decode(without_armor(text), &der) &&
        cms_sniff(buf_view(&der)) != CMS_TYPE_UNKNOWN) {
        buf_free(out);
        *out = der;
    } else {
        buf_free(&der);
    }
    return RC_OK;
}

/* --- what no label tells -----------------------------------------------------------------------
 */

/* A ContentInfo says what it is in its first bytes, behind a PEM line and whatever surrounds it. */
#define SNIFF_BYTES 1024

enum cms_type message_sniff(const struct entity *m)
{
    CLEANUP_BUF struct buf der = BUF_INIT_SECRET(SNIFF_BYTES);
    struct entity head = *m;
    head.body = str_sub(str_trim(m->body), 0, SNIFF_BYTES);
    if (message_cms_bytes(&head, &der) != RC_OK) return CMS_TYPE_UNKNOWN;
    return cms_sniff(str_trim(buf_view(&der)));
}

/* Files that hold certificates alone, or the signature of something else, are of the same type. */
static bool is_other_cms(const struct entity *m)
{
    static const str_t names[] = {STR_INIT(".p7b"), STR_INIT(".p7c"), STR_INIT(".p7s"),
                                  STR_INIT(".spc")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_iends(m->filename, names[i])) return true;
    return message_is_signature(m) || str_eq(m->subtype, STR("x-pkcs7-certificates"));
}

bool message_hides_cms(const struct entity *m)
{
    if (m->child_count > 0 || str_eq(m->type, STR("multipart")) ||
        str_eq(m->type, STR("message")) || is_other_cms(m)) {
        return false;
    }
    enum cms_type type = message_sniff(m);
    return type == CMS_TYPE_SIGNED || type == CMS_TYPE_ENVELOPED ||
           type == CMS_TYPE_AUTH_ENVELOPED || type == CMS_TYPE_COMPRESSED;
}
