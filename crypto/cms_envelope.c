/* Decryption of (Auth)EnvelopedData with a content key that is known already. */
#include <pthread.h>

#include <openssl/provider.h>

#include "base/mutant.h"
#include "crypto/cms_parts.h"
#include "crypto/ossl.h"

/* GCM tag lengths that RFC 5084 section 3.2 allows. */
#define TAG_MIN 12
#define TAG_MAX 16
/* Most bytes handed to one EVP call, whose lengths are int. */
#define STEP ((size_t) 1 << 30)
#define PARAMETERS_ROOM (16u * CMS_PARAMETERS_MAX)

/* RC2 lives in OpenSSL's legacy provider, which stays in a library context of its own so that
 * nothing else can pick up an old algorithm by chance. */
static OSSL_LIB_CTX *legacy;
static pthread_once_t legacy_once = PTHREAD_ONCE_INIT;

static void legacy_load(void)
{
    legacy = OSSL_LIB_CTX_new();
    if (legacy &&
        (!OSSL_PROVIDER_load(legacy, "default") || !OSSL_PROVIDER_load(legacy, "legacy"))) {
        OSSL_LIB_CTX_free(legacy);
        legacy = NULL;
    }
}

static EVP_CIPHER *cipher_fetch(const struct cms_cipher_kind *kind)
{
    if (kind->mode != CMS_MODE_RC2) return EVP_CIPHER_fetch(NULL, kind->fetch, NULL);
    if (pthread_once(&legacy_once, legacy_load) != 0 || !legacy) return NULL;
    return EVP_CIPHER_fetch(legacy, kind->fetch, NULL);
}

struct opening {
    const struct cms_envelope_parts *parts;
    const struct cms_cipher_kind *kind;
    str_t key;
    EVP_CIPHER_CTX *ctx;
    unsigned char *to; /* room for the ciphertext and one block */
    size_t n;          /* plaintext so far */
};

static const unsigned char *octets(str_t s)
{
    return (const unsigned char *) s.p;
}

/* Feeds bytes; associated data are authenticated only. */
static bool feed(struct opening *op, str_t bytes, bool associated)
{
    for (size_t at = 0; at < bytes.n;) {
        size_t step = bytes.n - at < STEP ? bytes.n - at : STEP;
        int written = 0;
        if (EVP_DecryptUpdate(op->ctx, associated ? NULL : op->to + op->n, &written,
                              octets(bytes) + at, (int) step) != 1) {
            return false;
        }
        if (!associated) op->n += (size_t) written;
        at += step;
    }
    return true;
}

static bool feed_content(struct opening *op)
{
    struct ber_octets pieces;
    str_t piece;
    ber_octets_start(&pieces, &op->parts->content);
    while (ber_octets_next(&pieces, &piece)) {
        if (!feed(op, piece, false)) return false;
    }
    return !pieces.damaged;
}

/* Padding or tag. */
static bool finish(struct opening *op)
{
    int written = 0;
    if (EVP_DecryptFinal_ex(op->ctx, op->to + op->n, &written) != 1) return false;
    op->n += (size_t) written;
    return true;
}

/* AES (RFC 3565) and 3DES (RFC 3370): the parameter is the IV. */
static bool open_cbc(struct opening *op, const EVP_CIPHER *cipher)
{
    const struct ber_value *iv = &op->parts->parameters;
    return iv->id == BER_OCTET_STRING && iv->content.n == op->kind->block &&
           op->key.n == op->kind->key_bytes &&
           EVP_DecryptInit_ex2(op->ctx, cipher, octets(op->key), octets(iv->content), NULL) == 1 &&
           feed_content(op) && finish(op);
}

/* RC2 (RFC 3370 section 5.2): the parameters fix the effective key size. */
static bool open_rc2(struct opening *op, const EVP_CIPHER *cipher)
{
    unsigned bits;
    str_t iv;
    return cms_rc2_parameters(&op->parts->parameters, &bits, &iv) && op->key.n >= 5 &&
           op->key.n <= 128 && EVP_DecryptInit_ex2(op->ctx, cipher, NULL, NULL, NULL) == 1 &&
           EVP_CIPHER_CTX_set_key_length(op->ctx, (int) op->key.n) == 1 &&
           EVP_CIPHER_CTX_ctrl(op->ctx, EVP_CTRL_SET_RC2_KEY_BITS, (int) bits, NULL) == 1 &&
           EVP_DecryptInit_ex2(op->ctx, NULL, octets(op->key), octets(iv), NULL) == 1 &&
           feed_content(op) && finish(op);
}

/* GCMParameters of RFC 5084 section 3.2: nonce, and the tag's length (12 when absent). */
static bool gcm_parameters(const struct ber_value *v, str_t *nonce, size_t *tag)
{
    struct ber_value octet, length;
    if (v->id != BER_SEQUENCE) return false;
    struct ber r = ber_inside(v);
    if (!ber_expect(&r, BER_OCTET_STRING, &octet) || octet.content.n < 1 || octet.content.n > 64) {
        return false;
    }
    *nonce = octet.content;
    *tag = 12;
    if (ber_end(&r)) return true;
    if (!ber_expect(&r, BER_INTEGER, &length) || length.content.n != 1) return false;
    *tag = (unsigned char) length.content.p[0];
    return ber_end(&r);
}

/* authAttrs come after the content but are authenticated before it, as a SET OF in DER (RFC 5083
 * section 2.2). */
static bool feed_attributes(struct opening *op)
{
    const struct ber_value *v = &op->parts->attributes;
    if (v->id == 0) return true;
    CLEANUP_ARENA struct arena *a = arena_new(2 * CMS_RECIPIENTS_MAX);
    str_t der;
    return a && v->whole.n <= CMS_RECIPIENTS_MAX && ber_to_der_as(v, BER_SET, a, &der) &&
           feed(op, der, true);
}

/* AEADChaCha20Poly1305Nonce of RFC 8103 section 3; the tag has 16 bytes. */
static bool chacha_parameters(const struct ber_value *v, str_t *nonce, size_t *tag)
{
    if (v->id != BER_OCTET_STRING || v->content.n != 12) return false;
    *nonce = v->content;
    *tag = 16;
    return true;
}

static bool aead_parameters(const struct opening *op, str_t *nonce, size_t *tag)
{
    const struct ber_value *v = &op->parts->parameters;
    return op->kind->mode == CMS_MODE_CHACHA ? chacha_parameters(v, nonce, tag)
                                             : gcm_parameters(v, nonce, tag);
}

static bool open_aead(struct opening *op, const EVP_CIPHER *cipher)
{
    str_t nonce, tag;
    size_t promised;
    unsigned char expected[TAG_MAX];
    CLEANUP_ARENA struct arena *a = arena_new(1024);
    if (!a || op->parts->tag.whole.n > 64 || !ber_octets_join(&op->parts->tag, a, &tag) ||
        !aead_parameters(op, &nonce, &promised)) {
        return false;
    }
    /* OpenSSL takes any tag it is given, also one of four bytes. */
    bool length_right = tag.n == promised && tag.n >= TAG_MIN && tag.n <= TAG_MAX;
    if (!WX_MUTANT(TAG) && !length_right) return false;
    if (tag.n == 0 || tag.n > TAG_MAX || op->key.n != op->kind->key_bytes) return false;
    memcpy(expected, tag.p, tag.n);
    if (EVP_DecryptInit_ex2(op->ctx, cipher, NULL, NULL, NULL) != 1 ||
        EVP_CIPHER_CTX_ctrl(op->ctx, EVP_CTRL_AEAD_SET_IVLEN, (int) nonce.n, NULL) != 1 ||
        EVP_DecryptInit_ex2(op->ctx, NULL, octets(op->key), octets(nonce), NULL) != 1 ||
        EVP_CIPHER_CTX_ctrl(op->ctx, EVP_CTRL_AEAD_SET_TAG, (int) tag.n, expected) != 1 ||
        !feed_attributes(op) || !feed_content(op)) {
        return false;
    }
    bool tag_right = finish(op);
    return WX_MUTANT(TAG) || tag_right;
}

static bool open_content(struct opening *op)
{
    EVP_CIPHER *cipher = cipher_fetch(op->kind);
    bool ok = false;
    op->ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;
    if (op->ctx) {
        switch (op->kind->mode) {
        case CMS_MODE_CBC:
            ok = open_cbc(op, cipher);
            break;
        case CMS_MODE_RC2:
            ok = open_rc2(op, cipher);
            break;
        case CMS_MODE_GCM:
        case CMS_MODE_CHACHA:
            ok = open_aead(op, cipher);
            break;
        }
    }
    EVP_CIPHER_CTX_free(op->ctx);
    EVP_CIPHER_free(cipher);
    ossl_drain();
    return ok;
}

/* Finds content and cipher of a structure that can be opened at all. Parameters come to lie in a.
 */
static bool prepare(str_t der, struct arena *a, struct cms_envelope_parts *parts,
                    struct opening *op, size_t *size)
{
    if (!a || cms_parts_read(der, parts, NULL) != RC_OK || parts->content.id == 0 ||
        !ber_octets_size(&parts->content, size) ||
        !cms_parameters_normal(&parts->parameters, a, &parts->parameters)) {
        return false;
    }
    op->parts = parts;
    op->kind = cms_cipher_find(parts->cipher_oid);
    bool aead = op->kind && cms_mode_is_aead(op->kind->mode);
    return op->kind && aead == (parts->type == CMS_TYPE_AUTH_ENVELOPED);
}

rc_t cms_envelope_open(str_t der, str_t content_key, struct buf *out, struct err *e)
{
    struct opening op = {.key = content_key};
    struct cms_envelope_parts parts;
    CLEANUP_ARENA struct arena *a = arena_new(PARAMETERS_ROOM);
    size_t size = 0;
    if (!prepare(der, a, &parts, &op, &size)) return err_set(e, RC_DECRYPT_FAILED, NULL);
    /* The size is public: telling it apart gives no oracle. */
    if (!buf_reserve(out, size + op.kind->block)) {
        out->failed = false;
        return err_set(e, RC_TOO_LARGE, "The decrypted message would be too large.");
    }
    op.to = (unsigned char *) out->p + out->n;
    if (!open_content(&op)) {
        /* Nothing of an unverified plaintext stays behind. */
        wipe(op.to, size + op.kind->block);
        out->p[out->n] = '\0';
        return err_set(e, RC_DECRYPT_FAILED, NULL);
    }
    out->n += op.n;
    out->p[out->n] = '\0';
    return RC_OK;
}

/* Pieces moved together to the first one's place; they come in order, so a piece only moves
 * down. The headers that their reader still needs lie above. */
static char *compact(const struct cms_envelope_parts *parts, char *der, str_t whole, size_t *n)
{
    struct ber_octets pieces;
    str_t piece;
    char *start = NULL;
    size_t sum = 0;
    ber_octets_start(&pieces, &parts->content);
    while (ber_octets_next(&pieces, &piece)) {
        char *own = der + (piece.p - whole.p); /* the same bytes, writable */
        if (!start) start = own;
        if (piece.n) memmove(start + sum, own, piece.n);
        sum += piece.n;
    }
    *n = sum;
    return start;
}

rc_t cms_envelope_open_within(char *der, size_t n, str_t content_key, str_t *plain, struct err *e)
{
    struct opening op = {.key = content_key};
    struct cms_envelope_parts parts;
    CLEANUP_ARENA struct arena *a = arena_new(PARAMETERS_ROOM);
    size_t size = 0;
    str_t whole = str_n(der, n);
    bool ok = prepare(whole, a, &parts, &op, &size);
    char *start = ok ? compact(&parts, der, whole, &size) : NULL;
    if (start) {
        parts.content = (struct ber_value){.id = BER_CONTEXT(0), .content = str_n(start, size)};
        op.to = (unsigned char *) start;
    }
    if (!start || !open_content(&op)) {
        wipe(der, n);
        return err_set(e, RC_DECRYPT_FAILED, NULL);
    }
    *plain = str_n(start, op.n);
    return RC_OK;
}
