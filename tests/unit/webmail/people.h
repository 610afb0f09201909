/* Authorities and correspondents for the tests of address book and vault. */
#ifndef WAXSEAL_TEST_PEOPLE_H
#define WAXSEAL_TEST_PEOPLE_H

#include "tests/unit/crypto/pki.h"
#include "tests/unit/webmail/rig.h"

static struct pki root, intermediate;

static inline int64_t today(void)
{
    return call_now();
}

static inline int open_pki(void **state)
{
    (void) state;
    root = PKI(.subject = "Root", .ca = true, .usage = "keyCertSign,cRLSign",
               .from = today() - 400 * PKI_DAY, .to = today() + 400 * PKI_DAY);
    intermediate =
        PKI(.subject = "Middle", .ca = true, .usage = "keyCertSign,cRLSign", .issuer = &root,
            .from = today() - 400 * PKI_DAY, .to = today() + 400 * PKI_DAY);
    return 0;
}

static inline int close_pki(void **state)
{
    (void) state;
    pki_free(&intermediate);
    pki_free(&root);
    return 0;
}

static inline int open_rig(void **state)
{
    assert_int_equal(rig_open(state), 0);
    struct rig *r = *state;
    r->app.trust = PKI_TRUST(&root);
    return 0;
}

static inline int close_rig(void **state)
{
    struct rig *r = *state;
    trust_free((struct trust *) r->app.trust);
    return rig_close(state);
}

/* A certificate for `san`, valid from..to days from today. */
static inline struct pki leaf(const char *san, int from, int to, const char *usage,
                              const struct pki *issuer)
{
    return PKI(.subject = "Leaf", .san = san, .usage = usage, .extended = "emailProtection",
               .issuer = issuer, .from = today() + from * PKI_DAY, .to = today() + to * PKI_DAY);
}

#endif
