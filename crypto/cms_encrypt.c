#include <stdlib.h>

#include "crypto/cms.h"
#include "crypto/cms_parts.h"
#include "crypto/cms_wrap.h"
#include "crypto/der.h"
#include "crypto/ossl.h"
#include "crypto/seal.h"

/* All lengths are known before the first content byte is encrypted, so the structure is made from
 * its beginning to its end with large updates, and never held: OpenSSL's own chain of BIOs does it
 * in 4 KB pieces with growing buffers and reaches a fifth of the speed. */

enum { IV_CBC = 16, NONCE = 12, TAG = 16, STEP = 1 << 16, CONTENT_MAX = 1 << 30, LIST_MAX = 2000 };

#define OID_DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_ENVELOPED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
#define OID_AUTH_ENVELOPED "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
#define OID_AES256_CBC "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a"
#define OID_AES256_GCM "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"

struct plan {
    bool gcm;
    size_t cipher_n; /* bytes of encryptedContent */
    unsigned char iv[IV_CBC];
    unsigned char key[CMS_KEY_BYTES];
    struct buf head; /* everything before the content */
};

/* --- recipients ------------------------------------------------------------------------ */

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str_t *) a, *(const str_t *) b);
}

static bool seen_before(struct cert *const *list, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (cert_equal(list[k], list[i])) return true;
    }
    return false;
}

/* SET OF in DER order. *version becomes 3 when there is a KeyAgreeRecipientInfo. */
static rc_t add_recipients(const struct plan *p, struct cert *const *list, size_t n,
                           struct buf *out, unsigned *version, struct err *e)
{
    CLEANUP_BUF struct buf all = BUF_INIT(CMS_RECIPIENTS_MAX);
    CLEANUP_ARENA struct arena *a = arena_new(n * (sizeof(size_t) + sizeof(str_t)) + 4096);
    size_t *ends = a ? ARENA_ARRAY(a, n, size_t) : NULL;
    str_t *each = a ? ARENA_ARRAY(a, n, str_t) : NULL;
    if (!ends || !each) return err_set(e, RC_NO_MEMORY, NULL);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned v = 0;
        if (seen_before(list, i)) continue;
        TRY(cms_wrap_key(list[i], p->key, &all, &v, e));
        if (v > *version) *version = v;
        ends[count++] = all.n;
    }
    for (size_t i = 0, from = 0; i < count; from = ends[i++]) {
        each[i] = str_sub(buf_view(&all), from, ends[i]);
    }
    qsort(each, count, sizeof *each, by_bytes);
    size_t at = out->n;
    for (size_t i = 0; i < count; i++) {
        buf_str(out, each[i]);
    }
    der_wrap(out, at, BER_SET);
    return out->failed ? err_set(e, RC_TOO_LARGE, "The message has too many recipients.") : RC_OK;
}

/* --- the head ------------------------------------------------------------------------- */

/* ContentEncryptionAlgorithmIdentifier (RFC 3565; RFC 5084: nonce, tag length 16). */
static void add_cipher(const struct plan *p, struct buf *out)
{
    size_t at = out->n;
    if (p->gcm) {
        buf_str(out, STR(OID_AES256_GCM));
        size_t params = out->n;
        der_add(out, BER_OCTET_STRING, str_n(p->iv, NONCE));
        der_add(out, BER_INTEGER, STR("\x10"));
        der_wrap(out, params, BER_SEQUENCE);
    } else {
        buf_str(out, STR(OID_AES256_CBC));
        der_add(out, BER_OCTET_STRING, str_n(p->iv, IV_CBC));
    }
    der_wrap(out, at, BER_SEQUENCE);
}

/* Puts a header in front of `inner` for a value that also holds `later` bytes to come. */
static void open_around(struct buf *inner, unsigned char id, size_t later)
{
    unsigned char head[DER_HEAD_MAX];
    size_t n = der_head(head, id, inner->n + later), had = inner->n;
    if (!buf_reserve(inner, n)) return;
    memmove(inner->p + n, inner->p, had);
    memcpy(inner->p, head, n);
    inner->n += n;
}

static void put_first(struct buf *b, str_t s)
{
    size_t had = b->n;
    if (!buf_reserve(b, s.n)) return;
    memmove(b->p + s.n, b->p, had);
    memcpy(b->p, s.p, s.n);
    b->n += s.n;
}

/* From the inside out: EncryptedContentInfo, RecipientInfos, version, ContentInfo. */
static rc_t write_head(struct plan *p, struct cert *const *recipients, size_t n, struct err *e)
{
    CLEANUP_BUF struct buf set = BUF_INIT(2 * CMS_RECIPIENTS_MAX);
    unsigned version = 0;
    TRY(add_recipients(p, recipients, n, &set, &version, e));
    struct buf *h = &p->head;
    size_t content = p->cipher_n, tail = p->gcm ? 2 + TAG : 0;
    open_around(h, BER_CONTEXT(0), content);
    CLEANUP_BUF struct buf cipher = BUF_INIT(256);
    buf_str(&cipher, STR(OID_DATA));
    add_cipher(p, &cipher);
    put_first(h, buf_view(&cipher));
    open_around(h, BER_SEQUENCE, content);
    put_first(h, buf_view(&set));
    /* EnvelopedData: 2 as soon as a RecipientInfo is not version 0; AuthEnvelopedData: always 0. */
    put_first(h, !p->gcm && version ? STR("\x02\x01\x02") : STR("\x02\x01\x00"));
    open_around(h, BER_SEQUENCE, content + tail);
    open_around(h, BER_CONTEXT_CONS(0), content + tail);
    put_first(h, p->gcm ? STR(OID_AUTH_ENVELOPED) : STR(OID_ENVELOPED));
    open_around(h, BER_SEQUENCE, content + tail);
    return h->failed || cipher.failed ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* --- the content ---------------------------------------------------------------------- */

struct cms_sealed {
    struct plan plan;
    struct flow content;
};

/* Content on its way through the cipher. */
struct ciphering {
    EVP_CIPHER_CTX *ctx;
    const struct flow_sink *to;
    unsigned char out[STEP + 32];
};

static rc_t cipher_piece(void *ctx, str_t bytes, struct err *e)
{
    struct ciphering *c = ctx;
    for (size_t at = 0; at < bytes.n; at += STEP) {
        size_t step = bytes.n - at < STEP ? bytes.n - at : STEP;
        int n = 0;
        if (!EVP_EncryptUpdate(c->ctx, c->out, &n, (const unsigned char *) bytes.p + at,
                               (int) step))
            return ossl_fail(e, RC_INTERNAL, NULL);
        if (n > 0) TRY(c->to->take(c->to->ctx, str_n(c->out, (size_t) n), e));
    }
    return RC_OK;
}

/* Padding, or the tag of GCM as OCTET STRING. */
static rc_t cipher_end(const struct plan *p, struct ciphering *c, struct err *e)
{
    int n = 0;
    if (!EVP_EncryptFinal_ex(c->ctx, c->out, &n)) return ossl_fail(e, RC_INTERNAL, NULL);
    if (n > 0) TRY(c->to->take(c->to->ctx, str_n(c->out, (size_t) n), e));
    if (!p->gcm) return RC_OK;
    c->out[0] = BER_OCTET_STRING;
    c->out[1] = TAG;
    if (EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG, TAG, c->out + 2) != 1)
        return ossl_fail(e, RC_INTERNAL, NULL);
    return c->to->take(c->to->ctx, str_n(c->out, 2 + TAG), e);
}

static rc_t pour_sealed(const void *ctx, const struct flow_sink *to, struct err *e)
{
    const struct cms_sealed *s = ctx;
    const struct plan *p = &s->plan;
    const struct ossl_algorithms *a = ossl_algorithms();
    OSSL_OWN(EVP_CIPHER_CTX) cipher = EVP_CIPHER_CTX_new();
    struct ciphering *c = malloc(sizeof *c);
    if (!c) return err_set(e, RC_NO_MEMORY, NULL);
    c->ctx = cipher;
    c->to = to;
    rc_t rc = RC_OK;
    if (!cipher ||
        !EVP_EncryptInit_ex2(cipher, p->gcm ? a->aes256_gcm : a->aes256_cbc, p->key, p->iv, NULL))
        rc = ossl_fail(e, RC_INTERNAL, NULL);
    const struct flow_sink sink = {cipher_piece, c};
    if (rc == RC_OK) rc = to->take(to->ctx, buf_view(&p->head), e);
    if (rc == RC_OK) rc = flow_pour(&s->content, &sink, e);
    if (rc == RC_OK) rc = cipher_end(p, c, e);
    free(c);
    ossl_drain();
    return rc;
}

struct flow cms_sealed_flow(const struct cms_sealed *s)
{
    const struct plan *p = &s->plan;
    return (struct flow){p->head.n + p->cipher_n + (p->gcm ? 2 + TAG : 0), pour_sealed, s};
}

static rc_t make_plan(size_t size, enum cms_cipher cipher, str_t content_key, struct plan *p,
                      struct err *e)
{
    *p = (struct plan){.gcm = cipher == CMS_AES_256_GCM,
                       .head = BUF_INIT(2 * CMS_RECIPIENTS_MAX + 4096)};
    if (!ossl_algorithms()) return ossl_fail(e, RC_INTERNAL, NULL);
    if (size > CONTENT_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    p->cipher_n = p->gcm ? size : (size / 16 + 1) * 16;
    if (content_key.n && content_key.n != CMS_KEY_BYTES) return err_set(e, RC_INTERNAL, NULL);
    TRY(random_bytes(p->iv, sizeof p->iv, e));
    if (!content_key.n) return random_bytes(p->key, sizeof p->key, e);
    memcpy(p->key, content_key.p, CMS_KEY_BYTES);
    return RC_OK;
}

void cms_sealed_free(struct cms_sealed *s)
{
    if (!s) return;
    buf_free(&s->plan.head);
    wipe(s, sizeof *s);
    free(s);
}

rc_t cms_seal(const struct flow *content, struct cert *const *recipients, size_t n,
              enum cms_cipher cipher, str_t content_key, unsigned char *made,
              struct cms_sealed **out, struct err *e)
{
    if (!n) return err_set(e, RC_NO_CERTIFICATE, "There is nobody to encrypt to.");
    if (n > LIST_MAX) return err_set(e, RC_TOO_LARGE, "The message has too many recipients.");
    struct cms_sealed *s = calloc(1, sizeof *s);
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    s->content = *content;
    rc_t rc = make_plan(content->n, cipher, content_key, &s->plan, e);
    if (rc == RC_OK) rc = write_head(&s->plan, recipients, n, e);
    ossl_drain();
    if (rc != RC_OK) {
        cms_sealed_free(s);
        return rc;
    }
    if (made) memcpy(made, s->plan.key, CMS_KEY_BYTES);
    *out = s;
    return RC_OK;
}

rc_t cms_encrypt(str_t content, struct cert *const *recipients, size_t n, enum cms_cipher cipher,
                 str_t content_key, unsigned char *made, struct buf *out, struct err *e)
{
    const struct flow in = flow_of_str(&content);
    struct cms_sealed *s;
    size_t had = out->n;
    TRY(cms_seal(&in, recipients, n, cipher, content_key, made, &s, e));
    const struct flow sealed = cms_sealed_flow(s);
    rc_t rc = flow_collect(&sealed, out, e);
    cms_sealed_free(s);
    if (rc == RC_OK) return RC_OK;
    out->n = had;
    if (out->p) out->p[had] = '\0';
    return rc;
}

rc_t cms_sealed_read(const struct cms_sealed *s, struct arena *a, struct cms_envelope *out,
                     struct err *e)
{
    const struct flow all = cms_sealed_flow(s);
    struct cms_opening_head head;
    bool more;
    if (!cms_opening_head(buf_view(&s->plan.head), &head, &more) || head.total != all.n)
        return err_set(e, RC_DAMAGED, NULL);
    return cms_envelope_describe(&head.parts, a, out, e);
}
