/* What rules see of a mail in the mail flow (the design's policy/README, section 4, "Facts").
 *
 * Gathered in two steps: facts_gather looks at the mail as it came, without any key; what is
 * encrypted counts as openable and validly signed inside then. Only where the decision made of that
 * would open it is it opened (facts_open), and decided once more with what was found.
 */
#ifndef WAXSEAL_GATEWAY_FACTS_H
#define WAXSEAL_GATEWAY_FACTS_H

#include "gateway/keys.h"
#include "gateway/lmtp.h"
#include "policy/looking.h"

/* A mail, or the part of its recipients that are decided about together. */
struct gate_mail {
    const struct lmtp_mail *mail;
    bool submitted;          /* came from the submission server, which verified its submitter */
    const str_t *recipients; /* addresses, lower case, each once */
    size_t recipient_count;
    str_t organisation; /* whose trust its signatures are judged by; null: nobody's */
};

struct facts {
    struct gate_work *w;
    const struct gate_mail *in;
    struct policy_message m;
    struct policy_encryption encryption; /* m.encrypted points here */
    struct entity *header;               /* its fields alone */
    struct key_ring ring; /* what is registered for sender and recipients where they are at home */
    struct message_view *view;
    struct roots_set *roots;
    struct key_ops ops;
    struct revocation_ops asked;
    struct revocation_asking asking;
    struct cert_checks checks;
    const struct cert **vouched;
    size_t vouched_count;
    /* The root is encrypted by a cipher that does not notice changes, and it was tried with a key
     * of ours: outsiders are told nothing then that depends on the outcome. */
    bool would_be_oracle;
};

/* Is the From of this mail the submitter's own: the one From (and Sender) the envelope's sender or
 * an address that the registry gives to that account? */
rc_t facts_is_authenticated(struct gate_work *w, const struct lmtp_mail *mail, bool *out,
                            struct err *e) WX_MUST_USE;

/* RC_STATE_DOWN and its kin: nothing is known, the mail has to wait. in and w are borrowed until
 * facts_close, which is to be called in any case. */
rc_t facts_gather(struct gate_work *w, const struct gate_mail *in, struct facts *out,
                  struct err *e) WX_MUST_USE;
/* Opens it with the keys of one recipient (lower case), and nobody else's: who is named in a mail
 * beside him is named by whoever wrote it, and the one key would open it for the other. What a key
 * says ("does not fit", altered, not there) is a fact; RC_KEYD_DOWN, RC_KEY_STOPPED, RC_BUSY,
 * RC_STATE_DOWN are not: the mail has to wait. */
rc_t facts_open(struct facts *f, str_t opener, str_t organisation, struct err *e) WX_MUST_USE;
void facts_close(struct facts *f);

#endif
