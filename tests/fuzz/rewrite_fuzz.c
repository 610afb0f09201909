/* Any bytes are a mail: signing, encrypting and opening it either fails and leaves nothing, or
 * gives a mail that is signed by exactly this key, intact over the whole, and shows what the first
 * one showed. Nothing of Bcc, nor of X-Waxseal-* in what was opened, comes through. */
#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/rewrite.h"
#include "mail/text.h"
#include "tests/unit/crypto/pki.h"

#define MOST ((size_t) 32 << 20)

static struct pki root, anna, bert;

static rc_t sign(void *holder, const struct agent_signing *what, struct arena *a, str_t *signature,
                 struct err *e)
{
    unsigned char *out = arena_alloc(a, 256);
    size_t n = 256;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    (void) holder;
    if (!out || EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, anna.key) != 1 ||
        EVP_DigestSign(c, out, &n, (const unsigned char *) what->attributes.p,
                       what->attributes.n) != 1)
        abort();
    EVP_MD_CTX_free(c);
    *signature = str_n(out, n);
    (void) e;
    return RC_OK;
}

static enum key_answer unwrap(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                              struct buf *out)
{
    unsigned char key[512];
    size_t n = sizeof key;
    (void) holder;
    if (r->kind != CMS_KEY_RSA_V15) return KEY_NONE;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(bert.key, NULL);
    bool ok = EVP_PKEY_decrypt_init(c) == 1 &&
              EVP_PKEY_decrypt(c, key, &n, (const unsigned char *) r->encrypted_key.p,
                               r->encrypted_key.n) == 1;
    EVP_PKEY_CTX_free(c);
    ERR_clear_error();
    return ok && n == key_bytes && buf_add(out, key, n) ? KEY_DONE : KEY_NONE;
}

static struct message_view *open_mail(str_t raw, struct arena *a, bool must)
{
    const struct key_ops ops = {.unwrap = unwrap};
    struct message_options o = {.smime = true, .now = PKI_NOW, .ops = &ops, .max_plain = MOST};
    struct message_view *v = NULL;
    if (message_open(raw, &o, a, &v, NULL) == RC_OK) return v;
    if (must) abort();
    return NULL;
}

static void must(bool x)
{
    if (!x) abort();
}

static void same_people(const struct mail_address *x, size_t n, const struct mail_address *y,
                        size_t m)
{
    must(n == m);
    for (size_t i = 0; i < n; i++)
        must(str_eq(x[i].address, y[i].address) && str_eq(x[i].name, y[i].name));
}

static void same_header(const struct message_view *x, const struct message_view *y)
{
    must(str_eq(x->subject, y->subject) && x->date == y->date && y->bcc_count == 0);
    same_people(x->from, x->from_count, y->from, y->from_count);
    same_people(x->to, x->to_count, y->to, y->to_count);
    same_people(x->cc, x->cc_count, y->cc, y->cc_count);
    same_people(x->reply_to, x->reply_to_count, y->reply_to, y->reply_to_count);
}

/* Lone CR and NUL become blanks in a header. */
static bool is_odd(str_t raw)
{
    for (size_t i = 0; i < raw.n; i++)
        if (raw.p[i] == '\0' || (raw.p[i] == '\r' && (i + 1 == raw.n || raw.p[i + 1] != '\n')))
            return true;
    return false;
}

static void same_parts(struct message_view *x, struct message_view *y)
{
    must(x->part_count == y->part_count && x->attachment_count == y->attachment_count);
    for (size_t i = 0; i < x->part_count; i++) {
        must(x->parts[i].html == y->parts[i].html && str_eq(x->parts[i].text, y->parts[i].text));
        must(x->parts[i].flowed == y->parts[i].flowed &&
             str_eq(x->parts[i].plain, y->parts[i].plain));
    }
    for (size_t i = 0; i < x->attachment_count; i++) {
        const struct message_attachment *p = &x->attachments[i], *q = &y->attachments[i];
        must(str_eq(p->name, q->name) && str_eq(p->type, q->type));
        must(p->size == q->size || str_starts(p->type, STR("message/")));
    }
}

static void check_signed(const struct message_view *v)
{
    must(v->has_signature && v->signature_whole && v->signer_count == 1 && v->header_protected);
    must(v->signers[0].integrity == CMS_INTACT && cert_equal(v->signers[0].cert, anna.cert));
}

static void check_opened(const struct message_view *v, bool is_signed, struct arena *a)
{
    struct buf out = BUF_INIT_SECRET(MOST);
    if (rewrite_opened(v, STR_NULL, a, &out, NULL) == RC_OK) {
        struct message_view *plain = open_mail(buf_view(&out), a, true);
        for (size_t i = 0; i < plain->part_count; i++)
            must(plain->parts[i].sealed);
        if (is_signed) check_signed(plain);
        message_close(plain);
    } else {
        must(out.n == 0 && !is_signed);
    }
    buf_free(&out);
}

static void check_order(str_t raw, struct message_view *before, unsigned which, struct arena *a)
{
    struct rewrite_signer s = {.cert = anna.cert, .signing_time = PKI_NOW, .sign = sign};
    struct cert *to[] = {bert.cert};
    struct rewrite_seal seal = {
        .certs = to, .count = 1, .cipher = which & 4 ? CMS_AES_256_CBC : CMS_AES_256_GCM};
    struct rewrite_order o = {.sign = which & 1 ? &s : NULL, .seal = which & 2 ? &seal : NULL};
    struct buf out = BUF_INIT_SECRET(MOST);
    struct err e = {0};
    rc_t rc = rewrite_outgoing(raw, &o, a, &out, &e);
    must(rc != RC_INTERNAL);
    if (rc == RC_OK) {
        struct message_view *after = open_mail(buf_view(&out), a, true);
        if (which & 1) check_signed(after);
        if (which & 2) must(after->layer_count > 0 && after->layers[0].opened);
        /* signed already, then encrypted: the header shown is the one in there */
        bool legacy =
            str_ifind(raw, STR("hp-legacy")) >= 0 || str_ifind(raw, STR("protected-h")) >= 0;
        if (before && before->layer_count == 0 && !legacy &&
            (which & 1 || !before->has_signature)) {
            if (!is_odd(raw)) same_header(before, after);
            same_parts(before, after);
        }
        if (which & 2) check_opened(after, which & 1, a);
        message_close(after);
    } else {
        must(out.n == 0);
    }
    buf_free(&out);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    root = PKI(.subject = "Test root", .ca = true, .usage = "keyCertSign");
    anna = PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature",
               .issuer = &root);
    bert = PKI(.key = "rsa2048", .subject = "Bert", .san = "email:bert@a.example",
               .usage = "keyEncipherment", .issuer = &root);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n > 65536) return 0;
    struct arena *a = arena_new_secret(256u << 20);
    struct buf lines = BUF_INIT(2 * n + 16);
    str_t raw = str_n(bytes, n), as_read = raw;
    if (!text_stored_with_crlf(raw)) must(text_with_crlf(raw, &lines, &as_read));
    struct message_view *before = open_mail(as_read, a, false);
    static const unsigned orders[] = {1, 2, 3, 7};
    check_order(raw, before, 1, a);
    check_order(raw, before, orders[n % 4], a);
    if (before) {
        check_opened(before, false, a);
        message_close(before);
    }
    buf_free(&lines);
    arena_free(a);
    return 0;
}
