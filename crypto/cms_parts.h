/* Internal to crypto/: the outer shape of CMS structures, read by the pull reader. */
#ifndef WAXSEAL_CRYPTO_CMS_PARTS_H
#define WAXSEAL_CRYPTO_CMS_PARTS_H

#include "crypto/ber.h"
#include "crypto/cms.h"

/* Most bytes of a RecipientInfos SET. */
#define CMS_RECIPIENTS_MAX (256u * 1024)
/* Most bytes of a content cipher's parameters. */
#define CMS_PARAMETERS_MAX 1024u

enum cms_mode { CMS_MODE_CBC, CMS_MODE_RC2, CMS_MODE_GCM, CMS_MODE_CHACHA };

/* One content cipher we can read. */
struct cms_cipher_kind {
    str_t oid;          /* content octets */
    const char *word;   /* as cms_envelope.cipher has it */
    const char *fetch;  /* OpenSSL's name */
    unsigned key_bytes; /* 0: any the parameters say (RC2) */
    unsigned block;
    enum cms_mode mode;
};
/* With a tag of its own: belongs into AuthEnvelopedData. */
static inline bool cms_mode_is_aead(enum cms_mode m)
{
    return m == CMS_MODE_GCM || m == CMS_MODE_CHACHA;
}
/* NULL: not one we read. */
const struct cms_cipher_kind *cms_cipher_find(str_t oid);

/* EnvelopedData (RFC 5652 section 6.1) or AuthEnvelopedData (RFC 5083 section 2.1). Slices of the
 * input. */
struct cms_envelope_parts {
    enum cms_type type;
    struct ber_value recipients;
    str_t cipher_oid;
    struct ber_value parameters; /* of the cipher; id 0: absent */
    struct ber_value content;    /* encryptedContent, [0]; id 0: absent */
    struct ber_value attributes; /* authAttrs, [1]; id 0: absent */
    struct ber_value tag;        /* mac; id 0: EnvelopedData */
};
rc_t cms_parts_read(str_t der, struct cms_envelope_parts *out, struct err *e) WX_MUST_USE;
/* The beginning of an AuthEnvelopedData or EnvelopedData in DER with definite lengths, up to its
 * content. False: none, or (*more) not all of it is here yet. */
struct cms_opening_head {
    struct cms_envelope_parts parts; /* content: id only; tag: id only where one must come */
    size_t head, content, total;     /* bytes before the content, of it, of all */
};
bool cms_opening_head(str_t der, struct cms_opening_head *out, bool *more);
/* As cms_envelope_read, of what was read already; the content is not looked at. */
rc_t cms_envelope_describe(const struct cms_envelope_parts *p, struct arena *a,
                           struct cms_envelope *out, struct err *e) WX_MUST_USE;
/* Cipher parameters in DER, whatever pieces their strings came in. False: damaged or too large. */
bool cms_parameters_normal(const struct ber_value *in, struct arena *a, struct ber_value *out);

/* Opens the ContentInfo: *inside is positioned in the [0] content. False when it is not one. */
bool cms_content_info(str_t der, enum cms_type *type, struct ber *inside);
enum cms_type cms_type_of_oid(str_t oid);

/* A SignedData without content again, its SignerInfos in DER; appended to out. False: damaged or
 * too large. */
bool cms_signers_normal(str_t rest, struct arena *a, struct buf *out);

/* Effective key bits of RC2 parameters (RFC 2268 section 6) and the IV; false when malformed. */
bool cms_rc2_parameters(const struct ber_value *parameters, unsigned *bits, str_t *iv);

/* A detached SignedData in DER, as it becomes with an eContent of `size` bytes put in: what stands
 * before and behind them, appended. False: it has one already, or is no such thing. */
bool cms_insert_content(str_t detached, size_t size, struct buf *before, struct buf *after);

/* What cms_split left, without its certificates, which are listed instead (slices of rest): they
 * are read one by one, and those that were read before need not be again (cert_cache.h). False, and
 * nothing useful in out: there are none, more than max, or other things among them. */
bool cms_take_certificates(str_t rest, struct buf *out, str_t *list, size_t max, size_t *n);
/* The other way: `bare` with the certificates of `from`, appended to out. */
bool cms_with_certificates(str_t bare, str_t from, struct buf *out);

#endif
