/* Mail for the tests of mail/rewrite*.c: who signs, who opens, and whether two messages show the
 * same. Header only. */
#ifndef WAXSEAL_TEST_REWRITE_WORLD_H
#define WAXSEAL_TEST_REWRITE_WORLD_H

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "mail/rewrite.h"
#include "mail/rewrite_part.h"
#include "mail/text.h"
#include "tests/unit/mail/message_world.h"

#define MAIL_MAX ((size_t) 256 << 20)

/* What the key agent does (agent_sign), with a key of the test. */
static inline rc_t sign_with(void *holder, const struct agent_signing *what, struct arena *a,
                             str_t *signature, struct err *e)
{
    const struct pki *p = holder;
    unsigned char *out = arena_alloc(a, 1024);
    char name[16] = "";
    size_t n = 1024;
    snprintf(name, sizeof name, "%.*s", STR_ARG(what->digest_name));
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    EVP_PKEY_CTX *k = NULL;
    bool ok = EVP_DigestSignInit(c, &k, EVP_get_digestbyname(name), NULL, p->key) == 1;
    if (ok && what->pss)
        ok = EVP_PKEY_CTX_set_rsa_padding(k, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(k, RSA_PSS_SALTLEN_DIGEST) == 1;
    ok = ok && EVP_DigestSign(c, out, &n, (const unsigned char *) what->attributes.p,
                              what->attributes.n) == 1;
    EVP_MD_CTX_free(c);
    if (!ok) return err_set(e, RC_INTERNAL, "test signature");
    *signature = str_n(out, n);
    return RC_OK;
}

static inline struct rewrite_signer signer_of(struct pki *p)
{
    return (struct rewrite_signer){
        .cert = p->cert, .signing_time = PKI_NOW - PKI_DAY, .sign = sign_with, .holder = p};
}

/* The key of an RSA recipient. */
static inline enum key_answer unwrap_with(void *holder, const struct cms_recipient *r,
                                          unsigned key_bytes, struct buf *out)
{
    const struct pki *p = holder;
    unsigned char key[512];
    size_t n = sizeof key;
    if (r->kind != CMS_KEY_RSA_V15) return KEY_NONE;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(p->key, NULL);
    bool ok = EVP_PKEY_decrypt_init(c) == 1 &&
              EVP_PKEY_decrypt(c, key, &n, (const unsigned char *) r->encrypted_key.p,
                               r->encrypted_key.n) == 1;
    EVP_PKEY_CTX_free(c);
    ERR_clear_error();
    return ok && n == key_bytes && buf_add(out, key, n) ? KEY_DONE : KEY_NONE;
}

static inline rc_t rewrite_to(struct world *w, str_t raw, const struct rewrite_order *o,
                              str_t *made, struct err *e)
{
    CLEANUP_BUF struct buf out = BUF_INIT(MAIL_MAX);
    buf_cstr(&out, "kept");
    rc_t rc = rewrite_outgoing(raw, o, w->a, &out, e);
    if (rc != RC_OK) {
        assert_int_equal(out.n, 4); /* untouched */
        return rc;
    }
    *made = arena_str(w->a, str_sub(buf_view(&out), 4, out.n));
    assert_false(str_is_null(*made));
    return rc;
}

static inline str_t rewritten(struct world *w, str_t raw, const struct rewrite_order *o)
{
    struct err e = {0};
    str_t made = STR_NULL;
    rc_t rc = rewrite_to(w, raw, o, &made, &e);
    if (rc != RC_OK) fail_msg("%s: %s", err_word(rc), e.message);
    return made;
}

static inline str_t signed_mail(struct world *w, str_t raw)
{
    struct rewrite_signer s = signer_of(&w->anna);
    return rewritten(w, raw, &(struct rewrite_order){.sign = &s});
}

static inline str_t sealed_mail(struct world *w, str_t raw, bool sign, enum cms_cipher cipher)
{
    struct rewrite_signer s = signer_of(&w->anna);
    struct cert *to[] = {w->bert.cert};
    struct rewrite_seal seal = {.certs = to, .count = 1, .cipher = cipher};
    return rewritten(w, raw, &(struct rewrite_order){.sign = sign ? &s : NULL, .seal = &seal});
}

static inline struct message_view *opened_mail(struct world *w, str_t raw)
{
    const struct key_ops ops = {.unwrap = unwrap_with, .holder = &w->bert};
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .ops = &ops, .max_plain = MAIL_MAX / 4};
    return open_with(w, raw, &o);
}

/* --- the same to see? ------------------------------------------------------------------------ */

#define SAME(what, x)                                                                              \
    do {                                                                                           \
        if (!(x)) return what;                                                                     \
    } while (0)

static inline bool same_people(const struct mail_address *x, size_t n, const struct mail_address *y,
                               size_t m)
{
    if (n != m) return false;
    for (size_t i = 0; i < n; i++)
        if (!str_eq(x[i].address, y[i].address) || !str_eq(x[i].name, y[i].name)) return false;
    return true;
}

static inline const char *differs_in_header(const struct message_view *x,
                                            const struct message_view *y)
{
    SAME("subject", str_eq(x->subject, y->subject));
    SAME("message id", str_eq(x->message_id, y->message_id));
    SAME("in-reply-to", str_eq(x->in_reply_to, y->in_reply_to));
    SAME("references", str_eq(x->references, y->references));
    SAME("from", same_people(x->from, x->from_count, y->from, y->from_count));
    SAME("sender", same_people(x->sender, x->sender_count, y->sender, y->sender_count));
    SAME("reply-to", same_people(x->reply_to, x->reply_to_count, y->reply_to, y->reply_to_count));
    SAME("to", same_people(x->to, x->to_count, y->to, y->to_count));
    SAME("cc", same_people(x->cc, x->cc_count, y->cc, y->cc_count));
    SAME("bcc", y->bcc_count == 0);
    SAME("date", x->date == y->date);
    SAME("priority", x->priority == y->priority);
    SAME("receipt", x->receipt_wanted == y->receipt_wanted);
    return NULL;
}

static inline const char *differs_in_file(struct message_view *x, struct message_view *y, size_t i)
{
    const struct message_attachment *p = &x->attachments[i], *q = &y->attachments[i];
    SAME("file name", str_eq(p->name, q->name));
    SAME("file type", str_eq(p->type, q->type));
    SAME("file id", str_eq(p->content_id, q->content_id));
    SAME("file title", str_eq(p->title, q->title));
    SAME("file inlined", p->inlined == q->inlined);
    if (str_starts(p->type, STR("message/"))) return NULL; /* may be encoded again inside */
    CLEANUP_BUF struct buf one = BUF_INIT(MAIL_MAX);
    CLEANUP_BUF struct buf two = BUF_INIT(MAIL_MAX);
    str_t type, name;
    assert_int_equal(message_part_bytes(x, p->id, &one, &type, &name, NULL), RC_OK);
    assert_int_equal(message_part_bytes(y, q->id, &two, &type, &name, NULL), RC_OK);
    SAME("file octets", str_eq(buf_view(&one), buf_view(&two)));
    return NULL;
}

/* NULL: nothing. */
static inline const char *differs(struct message_view *x, struct message_view *y)
{
    const char *what = differs_in_header(x, y);
    SAME("parts", x->part_count == y->part_count);
    SAME("attachments", x->attachment_count == y->attachment_count);
    for (size_t i = 0; i < x->part_count; i++) {
        const struct message_part *p = &x->parts[i], *q = &y->parts[i];
        SAME("html", p->html == q->html);
        SAME("flowed", p->flowed == q->flowed && p->delsp == q->delsp);
        SAME("text", str_eq(p->text, q->text));
        SAME("plain", str_eq(p->plain, q->plain));
    }
    for (size_t i = 0; !what && i < x->attachment_count; i++)
        what = differs_in_file(x, y, i);
    return what;
}

static inline void expect_same(struct message_view *x, struct message_view *y, const char *which)
{
    const char *what = differs(x, y);
    if (what) fail_msg("%s: %s differs", which, what);
}

static inline bool is_signed_by_anna(const struct world *w, const struct message_view *v)
{
    return v->has_signature && v->signature_whole && v->signer_count == 1 && v->header_protected &&
           v->signers[0].integrity == CMS_INTACT && cert_equal(v->signers[0].cert, w->anna.cert);
}

static inline bool is_opaque(str_t mail)
{
    return str_find(mail, STR("smime-type=signed-data")) >= 0;
}

/* As `openssl cms -verify` does it, but for the chain. */
static inline bool openssl_verifies(str_t mail)
{
    BIO *in = BIO_new_mem_buf(mail.p, (int) mail.n), *content = NULL;
    CMS_ContentInfo *cms = SMIME_read_CMS(in, &content);
    bool ok = cms && CMS_verify(cms, NULL, NULL, content, NULL, CMS_NO_SIGNER_CERT_VERIFY) == 1;
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    BIO_free(in);
    ERR_clear_error();
    return ok;
}

#endif
