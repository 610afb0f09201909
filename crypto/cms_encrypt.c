#include <stdlib.h>

#include "crypto/cms.h"
#include "crypto/cms_parts.h"
#include "crypto/cms_wrap.h"
#include "crypto/der.h"
#include "crypto/ossl.h"
#include "crypto/seal.h"

/* All lengths are known before the first content byte is encrypted, so the whole structure is
 * written once, in place, with large updates: OpenSSL's own chain of BIOs does it in 4 KB pieces
 * with growing buffers and reaches a fifth of the speed. */

enum { IV_CBC = 16, NONCE = 12, TAG = 16, STEP = 1 << 20, CONTENT_MAX = 1 << 30, LIST_MAX = 2000 };

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

/* Writes cipher_n bytes, and behind them the tag of GCM as OCTET STRING. */
static bool write_content(const struct plan *p, str_t content, unsigned char *out)
{
    const struct ossl_algorithms *a = ossl_algorithms();
    OSSL_OWN(EVP_CIPHER_CTX) ctx = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = p->gcm ? a->aes256_gcm : a->aes256_cbc;
    if (!ctx || !EVP_EncryptInit_ex2(ctx, cipher, p->key, p->iv, NULL)) return false;
    size_t done = 0;
    int n = 0;
    for (size_t at = 0; at < content.n; at += STEP) {
        size_t step = content.n - at < STEP ? content.n - at : STEP;
        if (!EVP_EncryptUpdate(ctx, out + done, &n, (const unsigned char *) content.p + at,
                               (int) step)) {
            return false;
        }
        done += (size_t) n;
    }
    if (!EVP_EncryptFinal_ex(ctx, out + done, &n) || done + (size_t) n != p->cipher_n) return false;
    if (!p->gcm) return true;
    unsigned char *tag = out + p->cipher_n;
    tag[0] = BER_OCTET_STRING;
    tag[1] = TAG;
    return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, tag + 2) == 1;
}

static rc_t write_all(const struct plan *p, str_t content, struct buf *out, struct err *e)
{
    size_t size = p->head.n + p->cipher_n + (p->gcm ? 2 + TAG : 0), start = out->n;
    if (!buf_reserve(out, size)) return err_set(e, RC_TOO_LARGE, NULL);
    memcpy(out->p + start, p->head.p, p->head.n);
    if (!write_content(p, content, (unsigned char *) out->p + start + p->head.n)) {
        out->p[start] = '\0';
        return ossl_fail(e, RC_INTERNAL, NULL);
    }
    out->n = start + size;
    out->p[out->n] = '\0';
    return RC_OK;
}

static rc_t make_plan(str_t content, enum cms_cipher cipher, str_t content_key, struct plan *p,
                      struct err *e)
{
    *p = (struct plan){.gcm = cipher == CMS_AES_256_GCM,
                       .head = BUF_INIT(2 * CMS_RECIPIENTS_MAX + 4096)};
    if (!ossl_algorithms()) return ossl_fail(e, RC_INTERNAL, NULL);
    if (content.n > CONTENT_MAX) return err_set(e, RC_TOO_LARGE, NULL);
    p->cipher_n = p->gcm ? content.n : (content.n / 16 + 1) * 16;
    if (content_key.n && content_key.n != CMS_KEY_BYTES) return err_set(e, RC_INTERNAL, NULL);
    TRY(random_bytes(p->iv, sizeof p->iv, e));
    if (!content_key.n) return random_bytes(p->key, sizeof p->key, e);
    memcpy(p->key, content_key.p, CMS_KEY_BYTES);
    return RC_OK;
}

static void plan_cleanup(struct plan *p)
{
    buf_free(&p->head);
    wipe(p, sizeof *p);
}

rc_t cms_encrypt(str_t content, struct cert *const *recipients, size_t n, enum cms_cipher cipher,
                 str_t content_key, unsigned char *made, struct buf *out, struct err *e)
{
    __attribute__((cleanup(plan_cleanup))) struct plan p = {0};
    if (!n) return err_set(e, RC_NO_CERTIFICATE, "There is nobody to encrypt to.");
    if (n > LIST_MAX) return err_set(e, RC_TOO_LARGE, "The message has too many recipients.");
    TRY(make_plan(content, cipher, content_key, &p, e));
    TRY(write_head(&p, recipients, n, e));
    TRY(write_all(&p, content, out, e));
    if (made) memcpy(made, p.key, CMS_KEY_BYTES);
    ossl_drain();
    return RC_OK;
}
