/* Opens what cms_seal has written, while it arrives: definite lengths, content in one piece. */
#include <stdlib.h>

#include "crypto/cms_parts.h"
#include "crypto/ossl.h"

enum { NONCE = 12, TAG = 16, TAIL = 2 + TAG, STEP = 1 << 16, KEY = 32 };
#define HEAD_MAX (CMS_RECIPIENTS_MAX + (512u << 10)) /* and what came behind it in one piece */

/* --- the head -------------------------------------------------------------------------- */

struct reader {
    str_t in;
    size_t at;
    bool more; /* it ends too early */
};

/* Identifier and length; the reader stands behind them. */
static bool open_value(struct reader *r, unsigned char id, size_t *n)
{
    const unsigned char *p = (const unsigned char *) r->in.p + r->at;
    size_t left = r->in.n - r->at, bytes = left > 1 && p[1] > 0x80 ? p[1] & 0x7fu : 0, v = 0;
    if (left > 0 && p[0] != id) return false;
    if (bytes > 4 || (left > 1 && p[1] == 0x80)) return false;
    if (left < 2 + bytes) {
        r->more = true;
        return false;
    }
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | p[2 + i];
    *n = bytes ? v : p[1];
    r->at += 2 + bytes;
    return true;
}

/* A value that must be here as a whole. */
static bool whole_value(struct reader *r, unsigned char id, struct ber_value *out)
{
    size_t from = r->at, n;
    if (!open_value(r, id, &n)) return false;
    if (n > CMS_RECIPIENTS_MAX) return false;
    if (n > r->in.n - r->at) {
        r->more = true;
        return false;
    }
    r->at += n;
    struct ber b = ber_start(str_sub(r->in, from, r->at));
    return ber_next(&b, out) && ber_end(&b);
}

static bool read_outside(struct reader *r, struct cms_opening_head *h)
{
    struct ber_value oid, version;
    size_t n;
    if (!open_value(r, BER_SEQUENCE, &n)) return false;
    h->total = r->at + n;
    if (!whole_value(r, BER_OID, &oid)) return false;
    h->parts.type = cms_type_of_oid(oid.content);
    if (h->parts.type != CMS_TYPE_ENVELOPED && h->parts.type != CMS_TYPE_AUTH_ENVELOPED)
        return false;
    return open_value(r, BER_CONTEXT_CONS(0), &n) && r->at + n == h->total &&
           open_value(r, BER_SEQUENCE, &n) && r->at + n == h->total &&
           whole_value(r, BER_INTEGER, &version) && whole_value(r, BER_SET, &h->parts.recipients);
}

static bool read_inside(struct reader *r, struct cms_opening_head *h)
{
    struct ber_value type, algorithm, oid;
    size_t n, tail = h->parts.type == CMS_TYPE_AUTH_ENVELOPED ? TAIL : 0;
    if (!open_value(r, BER_SEQUENCE, &n) || r->at + n + tail != h->total) return false;
    if (!whole_value(r, BER_OID, &type) || !whole_value(r, BER_SEQUENCE, &algorithm)) return false;
    struct ber alg = ber_inside(&algorithm);
    if (!ber_expect(&alg, BER_OID, &oid) || !ber_next(&alg, &h->parts.parameters) || !ber_end(&alg))
        return false;
    h->parts.cipher_oid = oid.content;
    if (!open_value(r, BER_CONTEXT(0), &h->content)) return false;
    h->parts.content.id = BER_CONTEXT(0);
    h->parts.tag.id = tail ? BER_OCTET_STRING : 0;
    h->head = r->at;
    return r->at + h->content + tail == h->total;
}

bool cms_opening_head(str_t der, struct cms_opening_head *out, bool *more)
{
    struct cms_opening_head h = {.total = 0};
    struct reader r = {.in = der};
    bool ok = read_outside(&r, &h) && read_inside(&r, &h);
    *more = !ok && r.more;
    if (ok) *out = h;
    return ok;
}

/* --- the content ----------------------------------------------------------------------- */

struct cms_opening {
    unsigned char key[KEY];
    struct flow_sink to;
    struct buf begin; /* until the head is whole */
    bool begun;
    size_t left; /* of the content */
    unsigned char tail[TAIL];
    size_t have; /* of the tail */
    EVP_CIPHER_CTX *ctx;
    unsigned char out[STEP + 32];
};

rc_t cms_opening_new(str_t content_key, const struct flow_sink *to, struct cms_opening **out,
                     struct err *e)
{
    if (content_key.n != KEY) return err_set(e, RC_DECRYPT_FAILED, NULL);
    struct cms_opening *o = calloc(1, sizeof *o);
    if (!o) return err_set(e, RC_NO_MEMORY, NULL);
    memcpy(o->key, content_key.p, KEY);
    o->to = *to;
    o->begin = BUF_INIT(HEAD_MAX);
    *out = o;
    return RC_OK;
}

void cms_opening_free(struct cms_opening *o)
{
    if (!o) return;
    buf_free(&o->begin);
    EVP_CIPHER_CTX_free(o->ctx);
    wipe(o, sizeof *o);
    free(o);
}

/* GCMParameters as they are written here: 12 bytes of nonce, 16 of tag. */
static bool nonce_of(const struct cms_envelope_parts *p, str_t *out)
{
    const struct cms_cipher_kind *kind = cms_cipher_find(p->cipher_oid);
    struct ber_value nonce, length;
    if (!kind || kind->mode != CMS_MODE_GCM || kind->key_bytes != KEY) return false;
    if (p->type != CMS_TYPE_AUTH_ENVELOPED || p->parameters.id != BER_SEQUENCE) return false;
    struct ber r = ber_inside(&p->parameters);
    if (!ber_expect(&r, BER_OCTET_STRING, &nonce) || !ber_expect(&r, BER_INTEGER, &length) ||
        !ber_end(&r))
        return false;
    *out = nonce.content;
    return nonce.content.n == NONCE && str_eq(length.content, STR("\x10"));
}

static bool begin(struct cms_opening *o, const struct cms_opening_head *h)
{
    const struct ossl_algorithms *a = ossl_algorithms();
    str_t nonce;
    o->begun = true;
    o->left = h->content;
    o->ctx = EVP_CIPHER_CTX_new();
    return a && o->ctx && nonce_of(&h->parts, &nonce) &&
           EVP_DecryptInit_ex2(o->ctx, a->aes256_gcm, o->key, (const unsigned char *) nonce.p,
                               NULL) == 1;
}

static rc_t feed_content(struct cms_opening *o, str_t bytes, struct err *e)
{
    for (size_t at = 0; at < bytes.n; at += STEP) {
        size_t step = bytes.n - at < STEP ? bytes.n - at : STEP;
        int n = 0;
        if (EVP_DecryptUpdate(o->ctx, o->out, &n, (const unsigned char *) bytes.p + at,
                              (int) step) != 1)
            return ossl_fail(e, RC_DECRYPT_FAILED, NULL);
        if (n > 0) TRY(o->to.take(o->to.ctx, str_n(o->out, (size_t) n), e));
    }
    o->left -= bytes.n;
    return RC_OK;
}

static rc_t feed_begun(struct cms_opening *o, str_t piece, struct err *e)
{
    size_t n = piece.n < o->left ? piece.n : o->left;
    TRY(feed_content(o, str_sub(piece, 0, n), e));
    piece = str_sub(piece, n, piece.n);
    if (piece.n > TAIL - o->have) return err_set(e, RC_DECRYPT_FAILED, NULL);
    if (piece.n) memcpy(o->tail + o->have, piece.p, piece.n);
    o->have += piece.n;
    return RC_OK;
}

rc_t cms_opening_feed(struct cms_opening *o, str_t piece, struct err *e)
{
    struct cms_opening_head h;
    bool more = false;
    if (o->begun) return feed_begun(o, piece, e);
    if (!buf_str(&o->begin, piece)) return err_set(e, RC_DECRYPT_FAILED, NULL);
    bool ok = cms_opening_head(buf_view(&o->begin), &h, &more);
    if (!ok && more && o->begin.n < CMS_RECIPIENTS_MAX + 4096) return RC_OK;
    if (!ok || !begin(o, &h)) return ossl_fail(e, RC_DECRYPT_FAILED, NULL);
    rc_t rc = feed_begun(o, str_sub(buf_view(&o->begin), h.head, o->begin.n), e);
    buf_free(&o->begin);
    return rc;
}

rc_t cms_opening_end(struct cms_opening *o, struct err *e)
{
    int n = 0;
    bool whole = o->begun && o->ctx && o->left == 0 && o->have == TAIL &&
                 o->tail[0] == BER_OCTET_STRING && o->tail[1] == TAG;
    if (!whole || EVP_CIPHER_CTX_ctrl(o->ctx, EVP_CTRL_AEAD_SET_TAG, TAG, o->tail + 2) != 1 ||
        EVP_DecryptFinal_ex(o->ctx, o->out, &n) != 1 || n != 0)
        return ossl_fail(e, RC_DECRYPT_FAILED, NULL);
    return RC_OK;
}
