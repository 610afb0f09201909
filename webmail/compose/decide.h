/* Who gets what, and by which certificates: the decision, made at prepare and again at finish. */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DECIDE_H
#define WAXSEAL_WEBMAIL_COMPOSE_DECIDE_H

#include "webmail/compose/parse.h"
#include "webmail/smime/vault.h"

enum decided_list { LISTED_TO = 1, LISTED_CC = 2, LISTED_BCC = 4 };

struct decided_recipient {
    str_t address;
    bool bcc;
    unsigned lists;    /* decided_list bits: each that names the address, as rules see it */
    struct cert *cert; /* owned; NULL when nothing is encrypted */
    bool takes_gcm;
};

struct decision {
    enum compose_mode mode;
    struct decided_recipient *recipients; /* doubles removed: To and Cc win over Bcc */
    size_t count;
    struct own_certificates own;
    struct cert *signer; /* owned; NULL unless signed */
    struct cert *self;   /* borrowed from own: the sender's encryption certificate, or NULL */
};

struct decision_input {
    enum compose_mode mode;
    str_t from;
    str_t signer; /* fingerprint */
    const struct mail_address *to, *cc, *bcc;
    size_t to_count, cc_count, bcc_count;
};

/* RC_FEATURE_DISABLED; RC_INVALID (nobody to send to); RC_NO_CERTIFICATE, naming whose: a
 * recipient's, the sender's own to encrypt to, or the signer's. Free in any case. */
rc_t compose_decide(struct call *c, const struct decision_input *in, struct decision *out,
                    struct err *e) WX_MUST_USE;
void decision_free(struct decision *d);
#define CLEANUP_DECISION __attribute__((cleanup(decision_free)))

/* The user's own encryption certificate, valid now, for drafts. RC_NO_CERTIFICATE. */
rc_t compose_own_encryption(const struct own_certificates *own, struct arena *a, struct cert **out,
                            struct err *e) WX_MUST_USE;
/* Of all that is encrypted to. NULL: RC_NO_MEMORY. */
str_t *decision_fingerprints(const struct decision *d, struct arena *a, size_t *n);
/* Certificate authorities among the own certificates, to go along with a signature; borrowed. */
size_t decision_chain(const struct decision *d, struct arena *a, struct cert **out, size_t max);

#endif
