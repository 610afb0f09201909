/* Keys of managed mailboxes as the mail flow uses them: sealed in Redis, opened by the key agent
 * for the length of one operation, never here.
 */
#ifndef WAXSEAL_GATEWAY_KEYS_H
#define WAXSEAL_GATEWAY_KEYS_H

#include "crypto/cert.h"
#include "gateway/gate.h"
#include "mail/message.h"

/* A registered certificate of an address. */
struct held_cert {
    str_t organisation, address; /* lower case */
    str_t id;                    /* fingerprint, as rules name it */
    struct cert *cert;           /* owned by the ring */
    struct cert_info info;
    bool can_sign, can_encrypt;
    bool revoked;  /* by the organisation's own authority */
    bool has_key;  /* the agent opens its key */
    str_t issuers; /* of the record: for certificate_issuers */
};

/* The certificates that organisations registered for the addresses of a mail. */
struct key_ring {
    struct gate_work *w;
    struct held_cert *list;
    size_t count, room;
    /* Whose keys may open: one mailbox of one organisation. Who is named beside it in a mail is
     * named by whoever wrote the mail. Null: nobody's. */
    str_t opener, opener_organisation; /* lower case */
    /* What went wrong when a key was used, and is no answer to whether it fits. RC_OK: nothing. */
    rc_t trouble;
    bool asked;                   /* a key was asked, and answered */
    const struct held_cert *used; /* whose key gave the content key; it gives one */
};

/* Empty; in the work's arena. To be given back with key_ring_close. */
void key_ring_open(struct key_ring *r, struct gate_work *w);
/* Adds what the organisation registered for these addresses (lower case). */
rc_t key_ring_add(struct key_ring *r, str_t organisation, const str_t *addresses, size_t n,
                  struct err *e) WX_MUST_USE;
void key_ring_close(struct key_ring *r);

/* By fingerprint, of that organisation; NULL: not here. */
const struct held_cert *key_ring_find(const struct key_ring *r, str_t organisation, str_t id);
/* Is it to this certificate that the recipient info is (issuer and serial number, or key
 * identifier)? */
bool held_cert_is_recipient(const struct held_cert *h, const struct cms_recipient *r);

/* Opens what is encrypted to a certificate of the opener whose key the agent has, one layer of it.
 * What goes wrong beside "not ours" is in r->trouble. */
struct key_ops key_ring_ops(struct key_ring *r);
/* Tells the agent that the content key of r->used did not open its message: it counts failures. */
void key_ring_failed(struct key_ring *r);

/* Signs with the key of a certificate. holder of the callback: struct key_signing. */
struct key_signing {
    struct gate_work *w;
    const struct held_cert *with;
};
/* For struct rewrite_signer. RC_KEYD_DOWN, RC_KEY_STOPPED, RC_BUSY, RC_FORBIDDEN, RC_NOT_FOUND
 * (there is no such key any more). */
rc_t key_sign(void *holder, const struct agent_signing *what, struct arena *a, str_t *signature,
              struct err *e) WX_MUST_USE;

#endif
