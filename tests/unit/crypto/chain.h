/* A chain of three for the tests of crypto/cert.h, and what is thought of it. */
#ifndef WAXSEAL_TEST_CHAIN_H
#define WAXSEAL_TEST_CHAIN_H

#include <openssl/err.h>

#include "crypto/cert.h"
#include "tests/unit/crypto/pki.h"
#include "tests/unit/test.h"

#define CA_USAGE "critical,keyCertSign,cRLSign"

static struct pki root, inter, anna;

static inline void make_authorities(void)
{
    root = PKI(.subject = "Root", .ca = true, .usage = CA_USAGE);
    inter = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE, .issuer = &root);
}

/* With a plain leaf. */
static inline int make_chain(void **state)
{
    (void) state;
    make_authorities();
    anna = PKI(.subject = "Anna", .issuer = &inter, .san = "email:anna@example.org",
               .extended = "emailProtection");
    return 0;
}

static inline int free_chain(void **state)
{
    (void) state;
    pki_free(&root);
    pki_free(&inter);
    pki_free(&anna);
    return 0;
}

#define CLEANUP_VERDICT __attribute__((cleanup(cert_verdict_free))) struct cert_verdict
#define CLEANUP_PKI __attribute__((cleanup(pki_free))) struct pki
#define CLEANUP_TRUST __attribute__((cleanup(free_trust))) struct trust *

static inline void free_trust(struct trust **t)
{
    trust_free(*t);
}

static inline struct cert_verdict judge(const struct pki *p, const struct cert_question *from)
{
    struct cert_question q = *from;
    struct cert_verdict v;
    if (!q.at) q.at = PKI_NOW;
    cert_verify(p->cert, &q, &v);
    assert_int_equal(v.trusted_by != TRUSTED_BY_NONE, v.chain == CHAIN_TRUSTED);
    assert_int_equal(v.detail[0] == '\0', v.chain == CHAIN_TRUSTED);
    assert_true(v.path_count > 0 && cert_equal(v.path[0], p->cert));
    assert_int_equal(ERR_peek_error(), 0);
    return v;
}
#define JUDGE(p, ...) judge(p, &(struct cert_question){__VA_ARGS__})

static inline void assert_verdict(const struct cert_verdict *v, enum chain_status chain,
                                  enum trusted_by by)
{
    if (v->chain != chain || v->trusted_by != by)
        fail_msg("%s by %s, not %s by %s: %s", chain_status_word(v->chain),
                 trusted_by_word(v->trusted_by), chain_status_word(chain), trusted_by_word(by),
                 v->detail);
}

#endif
