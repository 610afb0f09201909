/* Which of the known certificates to use for an address. */
#include "base/b64.h"
#include "policy/certificate.h"
#include "webmail/contacts/colleagues.h"
#include "webmail/contacts/judge.h"
#include "webmail/contacts/lookup.h"
#include "webmail/contacts/registered.h"
#include "webmail/session/session.h"
#include "webmail/smime/vault.h"

const char *recipient_status_word(enum recipient_status s)
{
    static const char *const words[] = {"ready",          "pending_change", "none",
                                        "expired",        "not_yet_valid",  "weak",
                                        "untrusted",      "revoked",        "revocation_unknown",
                                        "invalid_address"};
    return words[s];
}

bool recipient_is_ready(enum recipient_status s)
{
    return s == RECIPIENT_READY || s == RECIPIENT_PENDING_CHANGE;
}

/* Best first. What is of no use still says why nobody can be encrypted to. */
enum grade { GRADE_PREFERRED, GRADE_READY, GRADE_UNUSABLE, GRADE_NONE };

struct choice {
    enum grade grade;
    enum recipient_status status;
    enum revocation revocation;
    int64_t not_before;
    struct cert *cert; /* owned */
    const char *source;
    bool takes_gcm;
    bool harvest_waits;   /* a pending one that would be usable */
    struct cert *unasked; /* owned: pending only because nobody could say whether it was revoked */
};

static void choice_free(struct choice *choice)
{
    cert_unref(choice->cert);
    cert_unref(choice->unasked);
    *choice = (struct choice){0};
}

struct offer {
    struct cert *cert;
    struct cert *const *chain;
    size_t chain_count;
    const char *source;
    bool takes_gcm, preferred, vouched, revoked;
};

static void consider(struct call *c, struct choice *choice, const struct offer *o,
                     const struct judge_basis *basis)
{
    CLEANUP_JUDGED struct judged j = {.fits = false};
    struct judge_basis own = *basis;
    own.vouched = o->vouched;
    judge_certificate(c, o->cert, o->chain, o->chain_count, &own, &j);
    if (!j.fits) return;
    if (o->revoked) {
        j.status = RECIPIENT_REVOKED;
        j.verdict.revocation.status = REVOCATION_REVOKED;
    }
    enum grade grade = j.status != RECIPIENT_READY ? GRADE_UNUSABLE
                       : o->preferred              ? GRADE_PREFERRED
                                                   : GRADE_READY;
    if (grade > choice->grade) return;
    if (grade == choice->grade && j.info.not_before <= choice->not_before) return;
    cert_unref(choice->cert);
    choice->grade = grade;
    choice->status = j.status;
    choice->revocation = j.verdict.revocation.status;
    choice->not_before = j.info.not_before;
    choice->cert = cert_ref(o->cert);
    choice->source = o->source;
    choice->takes_gcm = o->takes_gcm;
}

static void consider_waiting(struct call *c, struct choice *choice, const struct entry *entry,
                             const struct judge_basis *basis)
{
    CLEANUP_JUDGED struct judged j = {.fits = false};
    struct judge_basis unasked = *basis;
    unasked.checks = NULL;
    judge_certificate(c, entry->cert, entry->chain, entry->chain_count, &unasked, &j);
    if (!j.fits || (j.status != RECIPIENT_READY && j.status != RECIPIENT_REVOCATION_UNKNOWN))
        return;
    choice->harvest_waits = true;
    if (!str_eq(entry->why, STR("revocation"))) return;
    cert_unref(choice->unasked);
    choice->unasked = cert_ref(entry->cert);
}

/* All entries of one state. */
static void consider_entries(struct call *c, struct choice *choice, const json_t *list,
                             enum entry_state state, const struct judge_basis *basis)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (!entry_read(json_array_get(list, i), c->arena, &entry) || entry.state != state ||
            entry.for_signing || entry_never_used(&entry))
            continue;
        if (state == ENTRY_PENDING) {
            consider_waiting(c, choice, &entry, basis);
            continue;
        }
        const struct offer o = {.cert = entry.cert,
                                .chain = entry.chain,
                                .chain_count = entry.chain_count,
                                .source = entry.harvested ? "harvested" : "imported",
                                .takes_gcm = entry.takes_gcm,
                                .preferred = entry.preferred};
        consider(c, choice, &o, basis);
    }
}

static rc_t consider_own(struct call *c, struct choice *choice, const struct judge_basis *basis,
                         struct err *e)
{
    struct own_certificates own;
    TRY(vault_own_certificates(c, &own, e));
    for (size_t i = 0; i < own.count; i++) {
        const struct offer o = {.cert = own.certs[i],
                                .chain = own.certs,
                                .chain_count = own.count,
                                .source = "own",
                                .takes_gcm = true,
                                .preferred = own.certs[i] == own.encrypt};
        consider(c, choice, &o, basis);
    }
    own_certificates_free(&own);
    return RC_OK;
}

static rc_t consider_contact(struct call *c, struct choice *choice, const struct judge_basis *basis,
                             struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    str_t id, version;
    TRY(book_find(c, basis->address, &contact, &id, &version, e));
    const json_t *list = json_object_get(contact, "certificates");
    consider_entries(c, choice, list, ENTRY_VALID, basis);
    if (choice->grade == GRADE_NONE) consider_entries(c, choice, list, ENTRY_SUPERSEDED, basis);
    consider_entries(c, choice, list, ENTRY_PENDING, basis);
    return RC_OK;
}

/* What the person decided about, or has to, is not decided by a directory. */
static bool is_decided(struct call *c, const json_t *contact, const struct cert *cert)
{
    const json_t *list = json_object_get(contact, "certificates");
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        found = entry_read(json_array_get(list, i), c->arena, &entry) &&
                (entry.state == ENTRY_REJECTED || entry.state == ENTRY_PENDING) &&
                cert_equal(entry.cert, cert);
    }
    return found;
}

struct registered_offers {
    struct call *call;
    struct choice *choice;
    const struct judge_basis *basis;
    const json_t *contact;
    bool primary; /* those that are, else the others */
};

static void consider_one_registered(const struct certificate_known *k, void *arg)
{
    const struct registered_offers *r = arg;
    struct cert *chain[CERTIFICATE_ISSUERS_MAX], *cert = NULL;
    /* What the organisation's key opens, its owner cannot read in the web client. */
    if (!k->can_encrypt || k->held || k->primary_encrypt != r->primary ||
        cert_parse(k->der, &cert, NULL) != RC_OK)
        return;
    size_t n = certificate_issuers(k->issuers, r->call->arena, chain);
    const struct offer o = {.cert = cert,
                            .chain = chain,
                            .chain_count = n,
                            .source = "registered",
                            .vouched = true,
                            .revoked = k->revoked};
    if (!is_decided(r->call, r->contact, cert)) consider(r->call, r->choice, &o, r->basis);
    for (size_t i = 0; i < n; i++)
        cert_unref(chain[i]);
    cert_unref(cert);
}

/* What the user's organisation registered for the address. */
static rc_t consider_registered(struct call *c, struct choice *choice,
                                const struct judge_basis *basis, bool primary, struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    str_t id, version;
    if (!c->organisation.n) return RC_OK;
    TRY(book_find(c, basis->address, &contact, &id, &version, e));
    struct registered_offers r = {c, choice, basis, contact, primary};
    return registered_of(c, basis->address, consider_one_registered, &r, e);
}

struct listed {
    struct call *call;
    struct choice *choice;
    const struct judge_basis *basis;
    const json_t *contact;
};

static void consider_listed(struct cert *const *certs, size_t count, void *arg)
{
    const struct listed *l = arg;
    const struct offer o = {
        .cert = certs[0], .chain = certs, .chain_count = count, .source = "directory"};
    if (!is_decided(l->call, l->contact, certs[0])) consider(l->call, l->choice, &o, l->basis);
}

/* What accounts of the user's organisation list for the address. */
static rc_t consider_colleagues(struct call *c, struct choice *choice,
                                const struct judge_basis *basis, struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    str_t id, version;
    TRY(book_find(c, basis->address, &contact, &id, &version, e));
    struct listed l = {c, choice, basis, contact};
    return colleagues_find(c, basis->address, consider_listed, &l, e);
}

/* What a directory said of the address, where there is nothing better. */
static rc_t consider_found(struct call *c, struct choice *choice, const struct judge_basis *basis,
                           struct err *e)
{
    struct cert *found[LOOKUP_MAX_CERTIFICATES];
    CLEANUP_JSON json_t *contact = NULL;
    str_t id, version;
    size_t n = 0;
    TRY(lookup_found(c, basis->address, found, LOOKUP_MAX_CERTIFICATES, &n, e));
    rc_t rc = n > 0 ? book_find(c, basis->address, &contact, &id, &version, e) : RC_OK;
    for (size_t i = 0; i < n; i++) {
        const struct offer o = {
            .cert = found[i], .chain = found, .chain_count = n, .source = "ldap"};
        if (rc == RC_OK && !is_decided(c, contact, found[i])) consider(c, choice, &o, basis);
    }
    for (size_t i = 0; i < n; i++)
        cert_unref(found[i]);
    return rc;
}

static struct recipient_certificate conclude(const struct choice *choice)
{
    struct recipient_certificate r = {.status = RECIPIENT_NONE};
    if (choice->cert) {
        r = (struct recipient_certificate){.status = choice->status,
                                           .cert = cert_ref(choice->cert),
                                           .source = choice->source,
                                           .takes_gcm = choice->takes_gcm,
                                           .revocation = choice->revocation};
        if (r.status == RECIPIENT_READY && choice->harvest_waits)
            r.status = RECIPIENT_PENDING_CHANGE;
    } else if (choice->unasked) {
        r = (struct recipient_certificate){.status = RECIPIENT_REVOCATION_UNKNOWN,
                                           .cert = cert_ref(choice->unasked),
                                           .source = "harvested",
                                           .revocation = REVOCATION_UNKNOWN};
    }
    return r;
}

static bool is_address(str_t s)
{
    ptrdiff_t at = str_rchr(s, '@');
    return at > 0 && s.n <= 254 && (size_t) at + 1 < s.n && str_is_clean(s) &&
           str_chr(s, ' ') < 0 && str_is_utf8(s);
}

rc_t contacts_find_certificate(struct call *c, str_t address, const struct cert_checks *checks,
                               struct recipient_certificate *out, struct err *e)
{
    struct choice choice = {.grade = GRADE_NONE};
    rc_t rc = RC_OK;
    if (!is_address(address)) {
        *out = (struct recipient_certificate){.status = RECIPIENT_INVALID_ADDRESS};
        return RC_OK;
    }
    struct trust_anchors anchors = {.count = 0};
    const struct judge_basis basis = {
        .address = address, .purpose = PURPOSE_ENCRYPT, .checks = checks, .anchors = &anchors};
    TRY(trust_anchors(c, address, &anchors, e));
    if (str_ieq(address, c->session->address)) rc = consider_own(c, &choice, &basis, e);
    if (rc == RC_OK && choice.grade > GRADE_READY) rc = consider_contact(c, &choice, &basis, e);
    if (rc == RC_OK && choice.grade > GRADE_READY)
        rc = consider_registered(c, &choice, &basis, true, e);
    if (rc == RC_OK && choice.grade > GRADE_READY) rc = consider_colleagues(c, &choice, &basis, e);
    if (rc == RC_OK && choice.grade > GRADE_READY)
        rc = consider_registered(c, &choice, &basis, false, e);
    if (rc == RC_OK && choice.grade > GRADE_READY) rc = consider_found(c, &choice, &basis, e);
    if (rc == RC_OK) *out = conclude(&choice);
    trust_anchors_free(&anchors);
    choice_free(&choice);
    return rc;
}

rc_t contacts_known_certificates(struct call *c, str_t address, struct cert **out, size_t max,
                                 size_t *n, struct err *e)
{
    CLEANUP_JSON json_t *contact = NULL;
    str_t id, version;
    *n = 0;
    if (!is_address(address)) return RC_OK;
    TRY(book_find(c, address, &contact, &id, &version, e));
    const json_t *list = json_object_get(contact, "certificates");
    for (size_t i = json_array_size(list); i-- > 0 && *n < max;) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (!entry_read(json_array_get(list, i), c->arena, &entry)) continue;
        if (entry.state == ENTRY_PENDING || entry.state == ENTRY_REJECTED) continue;
        if (entry_never_used(&entry)) continue;
        out[(*n)++] = cert_ref(entry.cert);
    }
    return RC_OK;
}
