/* CMS (RFC 5652, 5083, 8551): sign, verify, open, encrypt. Pure functions over bytes: no I/O,
 * no clock (the caller gives `now`), so that they can be compiled for the browser too.
 *
 * A private key does three things (key_ops): sign, unwrap, derive. Each answers KEY_DONE, or
 * KEY_PENDING when its holder (a browser) must be asked, in which case the caller gets what to ask
 * and calls again with the answer. Failures of decryption are uniform (RC_DECRYPT_FAILED without
 * a cause); nothing is released before integrity is known.
 */
#ifndef WAXSEAL_CRYPTO_CMS_H
#define WAXSEAL_CRYPTO_CMS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/flow.h"
#include "crypto/cert.h"

/* --- what is it -------------------------------------------------------------------- */

enum cms_type {
    CMS_TYPE_UNKNOWN,
    CMS_TYPE_DATA,
    CMS_TYPE_SIGNED,
    CMS_TYPE_ENVELOPED,
    CMS_TYPE_AUTH_ENVELOPED,
    CMS_TYPE_COMPRESSED,
    CMS_TYPE_ENCRYPTED
};
/* By the contentType of the outer ContentInfo; DER or BER. */
enum cms_type cms_sniff(str_t der);
/* What stands behind the whole ContentInfo at the beginning. False when that is cut short or no
 * BER.
 */
bool cms_behind(str_t bytes, str_t *behind);
/* A message in itself, by its structure: encrypted, or signed with its content (of type data)
 * inside. Not so files of certificates, detached signatures, time stamps. */
bool cms_holds_message(str_t der);
/* The octets of a ContentInfo of type data, appended to out. RC_DAMAGED, RC_TOO_LARGE. */
rc_t cms_data(str_t der, struct buf *out, struct err *e) WX_MUST_USE;

/* --- opening (two phases) ---------------------------------------------------------- */

enum cms_key_kind { CMS_KEY_RSA_V15, CMS_KEY_RSA_OAEP, CMS_KEY_ECDH, CMS_KEY_OTHER };

/* One recipient of an (Auth)EnvelopedData, as the keyring needs it. */
struct cms_recipient {
    unsigned index; /* position in the RecipientInfos, KARI's keys flattened */
    enum cms_key_kind kind;
    str_t issuer;         /* DER Name, or null when by key identifier */
    str_t serial;         /* big-endian content octets of the INTEGER */
    str_t key_identifier; /* SubjectKeyIdentifier, or null */
    str_t encrypted_key;  /* RSA ciphertext, or wrapped key of ECDH */
    str_t key_algorithm;  /* DER AlgorithmIdentifier (OAEP parameters, KDF and wrap of ECDH) */
    str_t originator_key; /* ECDH: ephemeral public key, DER SubjectPublicKeyInfo */
    str_t ukm;            /* ECDH: or null */
};

struct cms_envelope {
    enum cms_type type; /* ENVELOPED or AUTH_ENVELOPED */
    const char *cipher; /* "aes-256-gcm", "aes-256-cbc", "des-ede3-cbc", ... or "unknown" */
    unsigned key_bytes; /* length of the content key; 0: unknown cipher */
    bool authenticated;
    struct cms_recipient *recipients;
    size_t count;
};

/* Reads the head of the structure (DER or BER, indefinite and constructed forms). Recipients are
 * at most 256 KB, nesting 16. RC_DAMAGED, RC_UNSUPPORTED, RC_TOO_LARGE. Slices live in the arena.
 */
rc_t cms_envelope_read(str_t der, struct arena *a, struct cms_envelope *out,
                       struct err *e) WX_MUST_USE;
/* Decrypts with the content key. Plaintext is appended to out (a secret buffer) only when the tag
 * is right (AES-GCM: tag length 12..16 checked here; RFC 5084) or the padding is (CBC). Everything
 * that goes wrong is RC_DECRYPT_FAILED, but RC_TOO_LARGE when the ciphertext alone tells that
 * out->max is too small. */
rc_t cms_envelope_open(str_t der, str_t content_key, struct buf *out, struct err *e) WX_MUST_USE;
/* The same in the ciphertext's own memory, for large messages: der is overwritten, *plain is a
 * slice of it. When it fails, der is wiped. */
rc_t cms_envelope_open_within(char *der, size_t n, str_t content_key, str_t *plain,
                              struct err *e) WX_MUST_USE;
/* RFC 3274; RC_TOO_LARGE past out->max or a ratio of 200. */
rc_t cms_decompress(str_t der, struct buf *out, struct err *e) WX_MUST_USE;

/* --- verifying --------------------------------------------------------------------- */

enum cms_integrity { CMS_INTACT, CMS_ALTERED, CMS_NO_CERTIFICATE, CMS_SIG_UNSUPPORTED };

struct cms_signer {
    enum cms_integrity integrity;
    struct cert *cert; /* NULL: not in the message nor in `extra`; owned by the result */
    const char *signature_algorithm; /* "rsa-pkcs1-sha256", "rsa-pss-sha256", "ecdsa-sha256", ... */
    bool weak;                       /* SHA-1, MD5, RSA < 2048: never green */
    bool lists_ciphers;              /* it has smimeCapabilities */
    bool takes_gcm;                  /* its smimeCapabilities name AES-256-GCM (RFC 8551 2.5.2) */
    int64_t signed_at;               /* signingTime; 0: absent */
    struct cert_verdict chain;       /* of `cert`, at judged_at; owned by the result */
    int64_t judged_at;               /* the caller's now, or what verified_at answered */
    unsigned char key[32];           /* names this signature of this certificate (see below) */
    struct cert *encryption; /* of the bag: what the signer wants mail encrypted to (RFC 8551
                                section 2.5.3); or NULL; lives as long as the result */
    str_t issuer, serial;    /* of the SignerIdentifier, for saying who is missing */
};

struct cms_signed {
    struct cms_signer *signers;
    size_t count;               /* 0: certs-only, or a degenerate message without signer */
    struct cert **certificates; /* the bag */
    size_t certificate_count;
    bool detached;
};

struct cms_verify_options {
    const struct trust *trust;
    int64_t now;
    struct cert *const *extra; /* known certificates of the sender */
    size_t extra_count;
    struct cert *const *anchors; /* personal trust (struct cert_question) */
    size_t anchor_count;
    struct cert *const *vouched; /* each for itself (struct cert_question) */
    size_t vouched_count;
    const struct cert_checks *checks; /* or NULL */
    /* When this signature was found good for the first time, 0: never; or NULL. Asked about intact
     * ones whose certificate has expired: they are judged at that time. key: SHA-256 over the
     * certificate's SHA-256 (32 octets) and the signature value. */
    int64_t (*verified_at)(void *holder, const unsigned char key[32]);
    void *verified_holder;
    struct cert_effort *effort; /* shared with other signatures of the message; NULL: its own */
    const struct flow *flow; /* the content, where it is not held (then null); or NULL. Signatures
                                without signed attributes are not taken then */
};

/* Verifies over content (detached: the exact bytes of the signed part) or the eContent, which is
 * then appended to out. A structure that carries eContent although content is given is
 * RC_DAMAGED, and so is one with signers and no content at all. Per-signer results, never one word
 * for all. cms_signed_free when done. */
rc_t cms_verify(str_t der, str_t content, const struct cms_verify_options *o, struct arena *a,
                struct buf *out, struct cms_signed *result, struct err *e) WX_MUST_USE;
void cms_signed_free(struct cms_signed *s);
/* Takes an opaque SignedData apart: `rest` (appended) is the same structure without eContent, to be
 * verified over *content, which is a slice of der, or of `joined` when it came in pieces, or null
 * when there is none. For large messages: nothing is copied. RC_DAMAGED, RC_TOO_LARGE. */
rc_t cms_split(str_t der, struct buf *rest, struct buf *joined, str_t *content,
               struct err *e) WX_MUST_USE;

/* --- signing (two phases) ---------------------------------------------------------- */

struct cms_sign_options {
    const struct cert *signer; /* public part only; always put into the message */
    struct cert *const *chain; /* intermediates to put beside it, at most 16; doubles are fine */
    size_t chain_count;
    const struct cert *encryption; /* for SMIMEEncryptionKeyPreference, put in too; or NULL */
    int64_t signing_time;
};
/* First phase. digest: of the exact content (algorithm by cms_sign_digest). `state` receives the
 * unsigned CMS (DER, about 1 KB), `attributes` the DER SET of signed attributes to be signed:
 * contentType, messageDigest, signingTime, smimeCapabilities, signingCertificateV2, and the
 * preference. An RSA-PSS key must sign with PSS, salt as long as the hash. RC_UNSUPPORTED: a key
 * other than RSA and EC. RC_NO_CERTIFICATE: not one for signing mail. */
rc_t cms_sign_prepare(const struct cms_sign_options *o, str_t digest, struct buf *state,
                      struct buf *attributes, struct err *e) WX_MUST_USE;
/* Second phase: signature as RFC 5652 has it (ECDSA in DER). The result is verified with the
 * certificate before it is given out: RC_SIGNATURE_REJECTED otherwise. content NULL: detached;
 * else opaque with that eContent. */
rc_t cms_sign_finish(str_t state, str_t signature, str_t content, struct buf *out,
                     struct err *e) WX_MUST_USE;
/* A detached result of cms_sign_finish with its eContent put in (opaque): RC_SIGNATURE_REJECTED
 * when that is not what was signed. */
rc_t cms_sign_attach(str_t detached, str_t content, struct buf *out, struct err *e) WX_MUST_USE;
/* The same for content that is not held: what stands before and behind it. */
rc_t cms_sign_around(str_t detached, const struct flow *content, struct buf *before,
                     struct buf *after, struct err *e) WX_MUST_USE;
/* "sha256"; "sha384" for EC keys over 256 bits, "sha512" over 384. */
const char *cms_sign_digest(const struct cert *signer);
/* SHA-256/384/512 of bytes by name, into 64 bytes; *n its length. */
rc_t cms_digest(const char *name, str_t bytes, unsigned char out[64], size_t *n,
                struct err *e) WX_MUST_USE;

/* The same of what is poured. */
rc_t cms_digest_flow(const char *name, const struct flow *bytes, unsigned char out[64], size_t *n,
                     struct err *e) WX_MUST_USE;

/* --- encrypting -------------------------------------------------------------------- */

enum cms_cipher { CMS_AES_256_CBC, CMS_AES_256_GCM };

/* (Auth)EnvelopedData in DER appended to out. content_key: 32 bytes, or null to make one; `made`
 * (32 bytes) receives the key when not NULL. Every recipient must be usable (RC_NO_CERTIFICATE
 * names the address otherwise; validity and trust are the caller's matter); nothing is written on
 * failure. A certificate that is there twice counts once. Recipients by issuer and serial: RSA
 * v1.5, RSAES-OAEP where the certificate demands it (RFC 4055), EC by ephemeral ECDH with the X9.63
 * KDF (SHA-256 to 256 bits, SHA-384 to 384, then SHA-512) and AES-256 key wrap (RFC 5753). Content
 * up to 1 GiB, RecipientInfos up to 256 KB: RC_TOO_LARGE. */
rc_t cms_encrypt(str_t content, struct cert *const *recipients, size_t n, enum cms_cipher cipher,
                 str_t content_key, unsigned char *made, struct buf *out,
                 struct err *e) WX_MUST_USE;

/* The same, made as it is wanted: keys and nonce are chosen once, so every pouring gives the same
 * bytes. content is borrowed and must be the same every time (a nonce is never used for two).
 * cms_sealed_free. */
struct cms_sealed;
rc_t cms_seal(const struct flow *content, struct cert *const *recipients, size_t n,
              enum cms_cipher cipher, str_t content_key, unsigned char *made,
              struct cms_sealed **out, struct err *e) WX_MUST_USE;
void cms_sealed_free(struct cms_sealed *s);
struct flow cms_sealed_flow(const struct cms_sealed *s);
/* What a reader finds in it: as cms_envelope_read of the poured bytes. */
rc_t cms_sealed_read(const struct cms_sealed *s, struct arena *a, struct cms_envelope *out,
                     struct err *e) WX_MUST_USE;

/* --- decrypting what was sealed here ---------------------------------------------------- */

/* Opens AuthEnvelopedData with AES-GCM in DER as cms_seal writes it, however it is cut. The sink
 * gets plaintext that nothing vouches for yet: what it got counts only when cms_opening_end says
 * RC_OK, and is to be wiped otherwise. RC_DECRYPT_FAILED. */
struct cms_opening;
rc_t cms_opening_new(str_t content_key, const struct flow_sink *to, struct cms_opening **out,
                     struct err *e) WX_MUST_USE;
rc_t cms_opening_feed(struct cms_opening *o, str_t piece, struct err *e) WX_MUST_USE;
rc_t cms_opening_end(struct cms_opening *o, struct err *e) WX_MUST_USE;
void cms_opening_free(struct cms_opening *o);

#endif
