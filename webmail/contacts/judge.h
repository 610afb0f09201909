/* What a certificate of the address book is worth for an address, today.
 */
#ifndef WAXSEAL_WEBMAIL_JUDGE_H
#define WAXSEAL_WEBMAIL_JUDGE_H

#include "webmail/contacts/book.h"
#include "webmail/contacts/change.h"
#include "webmail/contacts/contacts.h"
#include "webmail/smime/trust.h"

struct judged {
    enum recipient_status status; /* READY, EXPIRED, NOT_YET_VALID, WEAK, UNTRUSTED, REVOKED,
                                     REVOCATION_UNKNOWN */
    bool fits; /* of this address, and made for the purpose; the rest counts only then */
    struct cert_info info;       /* in the request arena */
    struct cert_verdict verdict; /* at the time, or, of what is not valid now, while it was */
};

struct judge_basis {
    str_t address;
    enum cert_purpose purpose;
    const struct cert_checks *checks;    /* as in struct cert_question; NULL: nothing is asked */
    const struct trust_anchors *anchors; /* of the address; or NULL */
    bool vouched; /* the user's organisation registered it for the address (registered.h) */
};
/* What has ended is not asked about. */
void judge_certificate(struct call *c, const struct cert *cert, struct cert *const *chain,
                       size_t chain_count, const struct judge_basis *basis, struct judged *out);
void judged_free(struct judged *j);
#define CLEANUP_JUDGED __attribute__((cleanup(judged_free)))

/* One stored certificate with its chain, ready to be judged. */
struct entry {
    json_t *item; /* borrowed */
    struct cert *cert;
    struct cert *chain[BOOK_MAX_CHAIN];
    size_t chain_count;
    enum entry_state state;
    bool preferred, harvested, takes_gcm;
    bool for_signing; /* its owner signs with it and wants mail encrypted to another one */
    str_t why;        /* why it is what it is, or null */
};
/* Superseded because it arrived as the older one: it never was in use, nobody decided about it. */
bool entry_never_used(const struct entry *e);
/* False when what is stored is no certificate. Free with entry_free in any case. */
bool entry_read(json_t *item, struct arena *a, struct entry *out);
void entry_free(struct entry *e);
#define CLEANUP_ENTRY __attribute__((cleanup(entry_free)))
void entry_set_state(json_t *item, enum entry_state state, const char *why);

/* A certificate that came by mail was looked at for the addresses (array) its contact had. One that
 * may be used and names an address that comes to it otherwise, waits for the person (why "merged").
 */
void contacts_guard_certificate(struct call *c, json_t *item, const json_t *had,
                                const json_t *gets);

#endif
