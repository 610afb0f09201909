/* CMS objects as they arrive: some senders and gateways lose the transfer encoding's name, or send
 * the PEM form. Both are base64 text where DER is expected. */
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
