/* Messages for the tests of mail/message*.c: made while the test runs, with certificates of
 * tests/unit/crypto/pki.h. Header only. */
#ifndef WAXSEAL_TEST_MESSAGE_WORLD_H
#define WAXSEAL_TEST_MESSAGE_WORLD_H

#include "base/arena.h"
#include "mail/build.h"
#include "mail/message.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/join.h"
#include "tests/unit/test.h"

#define FROM_ANNA STR("From: Anna <anna@a.example>\r\nTo: bert@a.example\r\nSubject: outer\r\n")
#define PLAIN STR("Content-Type: text/plain\r\n\r\nThe code is 4711.\r\n")

static const unsigned char KEY[32] = "test key: never used elsewhere.";

struct world {
    struct pki root, anna, bert, crl, bare;
    struct trust *trust;
    struct arena *a;
};

static inline int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->root = PKI(.subject = "Test root", .ca = true, .usage = "keyCertSign");
    w->anna = PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature",
                  .extended = "emailProtection", .issuer = &w->root);
    w->bert = PKI(.key = "rsa2048", .subject = "Bert", .san = "email:bert@a.example",
                  .usage = "keyEncipherment,digitalSignature", .issuer = &w->root);
    w->crl = PKI(.subject = "Anna", .san = "email:anna@a.example", .usage = "digitalSignature",
                 .issuer = &w->root,
                 .more = {{NID_crl_distribution_points, "URI:http://crl.a.example/x"}});
    w->bare = PKI(.subject = "anna@a.example", .subject_mail = "anna@a.example",
                  .usage = "digitalSignature", .issuer = &w->root);
    w->trust = PKI_TRUST(&w->root);
    w->a = arena_new_secret(64 << 20);
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    struct pki *all[] = {&w->root, &w->anna, &w->bert, &w->crl, &w->bare};
    for (size_t i = 0; i < 5; i++)
        pki_free(all[i]);
    trust_free(w->trust);
    arena_free(w->a);
    free(w);
    return 0;
}

/* --- making messages ------------------------------------------------------------------------- */

/* SignedData that gives this time as its own, with this digest (NULL: the usual one) and a
 * further certificate (or NULL). */
static inline str_t signature_at(struct world *w, const struct pki *p, str_t text, unsigned flags,
                                 int64_t at, const char *md, const struct pki *also)
{
    int n = 0;
    unsigned char *der = pki_sign(p, text, flags, at, md, also, &n);
    str_t out = arena_str(w->a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    return out;
}

static inline str_t signature(struct world *w, const struct pki *p, str_t text, unsigned flags)
{
    return signature_at(w, p, text, flags, PKI_NOW - PKI_DAY, NULL, NULL);
}

static inline str_t pkcs7(struct world *w, str_t der, const char *type)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    assert_int_equal(build_pkcs7_mime(der, type, &b, NULL), RC_OK);
    return arena_str(w->a, buf_view(&b));
}

static inline str_t opaque(struct world *w, const struct pki *p, str_t entity)
{
    return pkcs7(w, signature(w, p, entity, 0), "signed-data");
}

static inline str_t clear_of(struct world *w, str_t entity, str_t der)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    assert_int_equal(build_multipart_signed(entity, der, "sha-256", &b, NULL), RC_OK);
    return arena_str(w->a, buf_view(&b));
}

static inline str_t clear(struct world *w, const struct pki *p, str_t entity)
{
    return clear_of(w, entity, signature(w, p, entity, CMS_DETACHED));
}

static inline str_t sealed(struct world *w, str_t entity, enum cms_cipher cipher)
{
    CLEANUP_BUF struct buf b = BUF_INIT(8 << 20);
    struct cert *to[] = {w->bert.cert};
    assert_int_equal(cms_encrypt(entity, to, 1, cipher, str_n(KEY, 32), NULL, &b, NULL), RC_OK);
    bool gcm = cipher == CMS_AES_256_GCM;
    return pkcs7(w, buf_view(&b), gcm ? "authEnveloped-data" : "enveloped-data");
}

/* --- opening them ---------------------------------------------------------------------------- */

static inline struct message_view *open_with(struct world *w, str_t raw,
                                             const struct message_options *o)
{
    struct message_view *v = NULL;
    struct err e = {0};
    rc_t rc = message_open(raw, o, w->a, &v, &e);
    if (rc != RC_OK) fail_msg("%s: %s", err_word(rc), e.message);
    return v;
}

static inline struct message_view *open_mail(struct world *w, str_t header, str_t entity)
{
    static const struct message_key keys[] = {{0, {(const char *) KEY, 32}},
                                              {1, {(const char *) KEY, 32}}};
    struct message_options o = {
        .smime = true, .trust = w->trust, .now = PKI_NOW, .keys = keys, .key_count = 2};
    return open_with(w, JOIN(w->a, header, STR("MIME-Version: 1.0\r\n"), entity), &o);
}

static inline bool has_reason(const struct message_view *v, const char *code)
{
    for (size_t i = 0; i < v->reason_count; i++) {
        if (strcmp(v->reasons[i].code, code) == 0) return true;
    }
    return false;
}
struct row {
    str_t header, entity;
    const char *verdict;
    enum message_level level;
    const char *reason;
};

static inline void expect(struct world *w, size_t i, const struct row *row)
{
    struct message_view *v = open_mail(w, row->header, row->entity);
    if (strcmp(v->verdict, row->verdict) != 0) fail_msg("row %zu: %s", i, v->verdict);
    if (v->level != row->level) fail_msg("row %zu: level %d", i, (int) v->level);
    if (row->reason && !has_reason(v, row->reason)) fail_msg("row %zu: no %s", i, row->reason);
    message_close(v);
}

static inline str_t mixed(struct world *w, str_t first, str_t second)
{
    return JOIN(w->a, STR("Content-Type: multipart/mixed; boundary=\"mix\"\r\n\r\n--mix\r\n"),
                first, STR("\r\n--mix\r\n"), second, STR("\r\n--mix--\r\n"));
}

#endif
