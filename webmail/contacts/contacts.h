/* The user's address book with certificates and where each came from.
 *
 * A contact is one document in Redis (authenticated, see store.h), found by any of its
 * addresses. Certificates are only ever added for an address that is in their subject
 * alternative name; what may take the place of the one in use without asking is decided
 * by the rule of change.h; the choice among them is made at each use (choose.c).
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_H
#define WAXSEAL_WEBMAIL_CONTACTS_H

#include "webmail/app.h"

enum recipient_status {
    RECIPIENT_READY,
    RECIPIENT_PENDING_CHANGE, /* as ready: the one in use is given, another waits for the person */
    RECIPIENT_NONE,
    RECIPIENT_EXPIRED,
    RECIPIENT_NOT_YET_VALID,
    RECIPIENT_WEAK,
    RECIPIENT_UNTRUSTED,
    RECIPIENT_REVOKED,
    RECIPIENT_REVOCATION_UNKNOWN, /* policy hard, or the only one waits because of it */
    RECIPIENT_INVALID_ADDRESS
};
const char *recipient_status_word(enum recipient_status s); /* "ready", "none", ... */
/* May mail to a recipient of this status be encrypted? */
bool recipient_is_ready(enum recipient_status s);

struct recipient_certificate {
    enum recipient_status status;
    struct cert *cert;  /* owned by the caller (cert_unref); NULL for none, invalid_address */
    const char *source; /* "harvested", "imported", "own", "registered", "directory", "ldap"; NULL
                           without certificate */
    bool takes_gcm;     /* AES-256-GCM is known to be understood */
    enum revocation revocation;
};
/* The certificate to encrypt to for an address: own ones first when the address is the user's, else
 * of the contact: the preferred one while it can be used, else the newest valid one that can; of
 * what cannot be used, the one that says why. A superseded one only where none is valid; a pending
 * or rejected one never, and never one whose SAN does not equal the address. Where none of these
 * can be used, the primary one that the organisation registered for the address (registered.h),
 * then what its accounts list (colleagues.h), then others it registered, then what a directory said
 * of the address (lookup.h). checks: as in struct
 * cert_question, NULL asks nothing. Fails only when Redis does. */
rc_t contacts_find_certificate(struct call *c, str_t address, const struct cert_checks *checks,
                               struct recipient_certificate *out, struct err *e) WX_MUST_USE;

/* Looks again at what waits only because nobody could say whether it was revoked: when that can be
 * said now, the rule of change.h decides. For POST requests, with checks that ask. *changed:
 * something is used now that was not. */
rc_t contacts_settle(struct call *c, str_t address, const struct cert_checks *checks, bool *changed,
                     struct err *e) WX_MUST_USE;

/* Everything known of a sender (for message_options.known), newest first, at most `max`; each owned
 * by the caller. What is pending or rejected is not known. An unknown sender gives 0. */
rc_t contacts_known_certificates(struct call *c, str_t address, struct cert **out, size_t max,
                                 size_t *n, struct err *e) WX_MUST_USE;

/* Where a certificate came from. */
struct provenance {
    str_t folder; /* id */
    str_t message_id, subject;
    int64_t date;
};

struct contact_certificate {
    str_t der;
    const char *source; /* "harvested" or "imported" */
    bool takes_gcm;     /* its owner's signed capabilities name AES-256-GCM */
    int64_t told_at;    /* when they were signed; 0: nothing was said about ciphers */
    const str_t *chain; /* DER of intermediates to keep with it */
    size_t chain_count;
    const struct provenance *from; /* or NULL */
    /* Harvested: what was found out about it just now, for this purpose. NULL: a person brought it,
     * so nothing has to be decided. */
    const struct cert_verdict *verdict;
    enum cert_purpose purpose;
    const struct cert_checks *checks; /* for what is in use; NULL: nothing is asked */
};
struct contact_added {
    bool added;        /* it was not there before */
    bool taken;        /* it is used from now on, and was not before */
    const char *state; /* word of enum entry_state */
    const char *why;   /* word of change_decide; NULL when nothing was decided */
    json_t *contact;   /* as GET /contacts gives it, new reference */
};
/* Adds a certificate to the contact of `address` (made when missing, with `name` or null), or
 * learns what is new about a known one. A harvested one takes the place of the one in use only by
 * the rule of change.h. The SAN must equal the address: RC_INVALID. RC_FULL. */
rc_t contacts_add_certificate(struct call *c, str_t address, str_t name,
                              const struct contact_certificate *cert, struct contact_added *out,
                              struct err *e) WX_MUST_USE;

/* Superseded, rejected and pending certificates of a stored contact are kept in limits, the oldest
 * go. RC_FULL: there still are too many. */
rc_t contacts_keep_limits(const json_t *contact, struct arena *a, struct err *e) WX_MUST_USE;

/* A certificate kept as base64 DER; owned by the caller. NULL: it is none. */
struct cert *cert_from_json(const json_t *text, struct arena *a);
/* The Cert object of the API; new reference, NULL when it cannot be described. */
json_t *cert_json(const struct cert *cert, struct arena *a);

/* A whole Contact of the API from its stored form; new reference. NULL: Redis does not answer. */
json_t *contact_json(struct call *c, const json_t *contact);

/* vCards in any of the usual charsets: {added, changed, skipped}, new reference. */
rc_t contacts_import_text(struct call *c, str_t bytes, json_t **out, struct err *e) WX_MUST_USE;

/* Handlers. */
call_handler contacts_list, contacts_get, contacts_put, contacts_delete, contacts_complete,
    contacts_export, contacts_import, contacts_merge, contacts_photo_get, contacts_photo_put,
    contacts_photo_delete, contacts_import_certificate, contacts_change_certificate;

#endif
