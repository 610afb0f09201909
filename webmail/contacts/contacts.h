/* The user's address book with certificates and where each came from.
 *
 * A contact is one document in Redis (authenticated, see store.h), found by any of its
 * addresses. Certificates are only ever added for an address that is in their subject
 * alternative name; a silent replacement does not exist: every certificate stays, and
 * the choice among them is made here, at each use.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_H
#define WAXSEAL_WEBMAIL_CONTACTS_H

#include "webmail/app.h"

enum recipient_status {
    RECIPIENT_READY,
    RECIPIENT_NONE,
    RECIPIENT_EXPIRED,
    RECIPIENT_NOT_YET_VALID,
    RECIPIENT_WEAK,
    RECIPIENT_UNTRUSTED,
    RECIPIENT_INVALID_ADDRESS
};
const char *recipient_status_word(enum recipient_status s); /* "ready", "none", ... */

struct recipient_certificate {
    enum recipient_status status;
    struct cert *cert;  /* owned by the caller (cert_unref); NULL for none, invalid_address */
    const char *source; /* "harvested", "imported", "own"; NULL without certificate */
    bool takes_gcm;     /* AES-256-GCM is known to be understood */
};
/* The best encryption certificate known for an address: own ones first when the address is the
 * user's, else of the contact; usable before unusable, newest first. Never one whose SAN does not
 * equal the address. Fails only when Redis does. */
rc_t contacts_find_certificate(struct call *c, str_t address, struct recipient_certificate *out,
                               struct err *e) WX_MUST_USE;

/* Everything known of a sender (for message_options.known), at most `max`; each owned by the
 * caller. An unknown sender gives 0. */
rc_t contacts_known_certificates(struct call *c, str_t address, struct cert **out, size_t max,
                                 size_t *n, struct err *e) WX_MUST_USE;

struct contact_certificate {
    str_t der;
    const char *source; /* "harvested" or "imported" */
    bool pending;       /* revocation could not be checked yet */
    bool takes_gcm;     /* its owner's signed capabilities name AES-256-GCM */
    const str_t *chain; /* DER of intermediates to keep with it */
    size_t chain_count;
};
/* Adds a certificate to the contact of `address` (made when missing, with `name` or null). The
 * SAN must equal the address: RC_INVALID. *added is false when it was there already (a weaker or
 * older one is added beside, never instead). *contact: as GET /contacts gives it, new reference. */
rc_t contacts_add_certificate(struct call *c, str_t address, str_t name,
                              const struct contact_certificate *cert, bool *added, json_t **contact,
                              struct err *e) WX_MUST_USE;

/* A certificate kept as base64 DER; owned by the caller. NULL: it is none. */
struct cert *cert_from_json(const json_t *text, struct arena *a);
/* The Cert object of the API; new reference, NULL when it cannot be described. */
json_t *cert_json(const struct cert *cert, struct arena *a);

/* Handlers. */
call_handler contacts_list, contacts_put, contacts_delete, contacts_import_certificate;

#endif
