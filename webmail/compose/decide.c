#include "webmail/compose/decide.h"

#include "base/mutant.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/registered.h"
#include "webmail/smime/revocation.h"

static struct decided_recipient *find_listed(const struct decision *d, str_t address)
{
    for (size_t i = 0; i < d->count; i++)
        if (str_ieq(d->recipients[i].address, address)) return &d->recipients[i];
    return NULL;
}

static void add(struct decision *d, const struct mail_address *list, size_t n,
                enum decided_list which)
{
    for (size_t i = 0; i < n; i++) {
        struct decided_recipient *r = find_listed(d, list[i].address);
        if (!r) {
            r = &d->recipients[d->count++];
            *r = (struct decided_recipient){.address = list[i].address, .bcc = which == LISTED_BCC};
        }
        r->lists |= which;
    }
}

static const char *why_not(enum recipient_status s)
{
    switch (s) {
    case RECIPIENT_EXPIRED:
        return "has expired";
    case RECIPIENT_NOT_YET_VALID:
        return "is not valid yet";
    case RECIPIENT_WEAK:
        return "is too weak";
    case RECIPIENT_UNTRUSTED:
        return "is not trusted";
    case RECIPIENT_REVOKED:
        return "was revoked";
    case RECIPIENT_REVOCATION_UNKNOWN:
        return "may have been revoked: that could not be checked";
    default:
        return "is not known";
    }
}

static rc_t find_certificates(struct call *c, struct decision *d, const struct cert_checks *checks,
                              struct err *e)
{
    str_t *addresses = ARENA_ARRAY(c->arena, d->count + 1, str_t);
    if (!addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < d->count; i++)
        addresses[i] = d->recipients[i].address;
    TRY(registered_ahead(c, addresses, d->count, e));
    for (size_t i = 0; i < d->count; i++) {
        struct decided_recipient *r = &d->recipients[i];
        struct recipient_certificate found;
        TRY(contacts_find_certificate(c, r->address, checks, &found, e));
        r->cert = found.cert;
        if (!recipient_is_ready(found.status) || !found.cert) {
            err_set(e, RC_NO_CERTIFICATE, "The certificate of %.*s %s.", STR_ARG(r->address),
                    why_not(found.status));
            err_field(e, r->bcc ? "bcc" : "to");
            return RC_NO_CERTIFICATE;
        }
        r->takes_gcm = found.takes_gcm;
    }
    return RC_OK;
}

rc_t compose_own_encryption(const struct own_certificates *own, struct arena *a, struct cert **out,
                            struct err *e)
{
    struct cert_info info;
    int64_t now = call_now();
    if (own->encrypt && cert_describe(own->encrypt, a, &info, NULL) == RC_OK && info.can_encrypt &&
        info.not_before <= now && info.not_after > now) {
        *out = own->encrypt;
        return RC_OK;
    }
    return compose_refuse(e, RC_NO_CERTIFICATE, "from",
                          "You have no valid certificate of your own to encrypt with. Import one "
                          "under Preferences, Security.");
}

static rc_t check_signer(struct call *c, const struct decision_input *in, struct cert *cert,
                         struct err *e)
{
    struct cert_info info;
    int64_t now = call_now();
    TRY(cert_describe(cert, c->arena, &info, e));
    if (!info.can_sign)
        return compose_refuse(e, RC_NO_CERTIFICATE, "signer",
                              "This certificate may not be used for signing.");
    if (info.not_after <= now || info.not_before > now)
        return compose_refuse(e, RC_NO_CERTIFICATE, "signer",
                              "Your certificate has expired or is not valid yet.");
    if (cert_matches_address(cert, in->from) == ADDRESS_NO)
        return compose_refuse(e, RC_NO_CERTIFICATE, "signer",
                              "This certificate is not for the address you write from.");
    if (info.weak)
        return compose_refuse(e, RC_NO_CERTIFICATE, "signer", "Your certificate is too weak.");
    return RC_OK;
}

/* What it signs would be red everywhere. Whom others trust is not our business here. */
static rc_t check_signer_revocation(struct call *c, const struct decision *d,
                                    const struct cert_checks *checks, struct err *e)
{
    struct cert_verdict verdict;
    const struct cert_question q = {.bag = d->own.certs,
                                    .bag_count = d->own.count,
                                    .trust = call_trust(c),
                                    .purpose = PURPOSE_SIGN,
                                    .at = call_now(),
                                    .checks = checks};
    cert_verify(d->signer, &q, &verdict);
    bool revoked = verdict.revocation.status == REVOCATION_REVOKED;
    cert_verdict_free(&verdict);
    if (!revoked) return RC_OK;
    return compose_refuse(e, RC_NO_CERTIFICATE, "signer", "Your certificate was revoked.");
}

static rc_t find_signer(struct call *c, const struct decision_input *in, struct decision *d,
                        struct err *e)
{
    if (in->signer.n == 0)
        return compose_refuse(e, RC_NO_CERTIFICATE, "signer", "There is nothing to sign with.");
    for (size_t i = 0; i < d->own.count && !d->signer; i++)
        if (str_eq(cert_fingerprint(d->own.certs[i]), in->signer))
            d->signer = cert_ref(d->own.certs[i]);
    if (!d->signer)
        return compose_refuse(e, RC_NO_CERTIFICATE, "signer",
                              "The certificate to sign with is not among yours.");
    return check_signer(c, in, d->signer, e);
}

rc_t compose_decide(struct call *c, const struct decision_input *in, struct decision *out,
                    struct err *e)
{
    struct decision *d = out;
    *d = (struct decision){.mode = in->mode};
    if (in->mode != MODE_NONE && !c->features.smime && !WX_MUTANT(FEATURE))
        return err_set(e, RC_FEATURE_DISABLED, NULL);
    size_t most = in->to_count + in->cc_count + in->bcc_count;
    d->recipients = ARENA_ARRAY(c->arena, most + 1, struct decided_recipient);
    if (!d->recipients) return err_set(e, RC_NO_MEMORY, NULL);
    add(d, in->to, in->to_count, LISTED_TO);
    add(d, in->cc, in->cc_count, LISTED_CC);
    add(d, in->bcc, in->bcc_count, LISTED_BCC);
    if (d->count == 0) return compose_refuse(e, RC_INVALID, "to", "There is no recipient.");
    if (in->mode == MODE_NONE) return RC_OK;
    TRY(vault_own_certificates(c, &d->own, e));
    struct smime_checks checks; /* its time is for everybody together */
    smime_checks_start(&checks, c, true);
    if (in->mode & MODE_SIGN) {
        TRY(find_signer(c, in, d, e));
        TRY(check_signer_revocation(c, d, &checks.checks, e));
    }
    if (!(in->mode & MODE_ENCRYPT)) return RC_OK;
    TRY(compose_own_encryption(&d->own, c->arena, &d->self, e));
    return find_certificates(c, d, &checks.checks, e);
}

void decision_free(struct decision *d)
{
    for (size_t i = 0; i < d->count; i++)
        cert_unref(d->recipients[i].cert);
    cert_unref(d->signer);
    own_certificates_free(&d->own);
    *d = (struct decision){0};
}

str_t *decision_fingerprints(const struct decision *d, struct arena *a, size_t *n)
{
    str_t *list = ARENA_ARRAY(a, d->count + 2, str_t);
    *n = 0;
    for (size_t i = 0; list && i < d->count; i++)
        if (d->recipients[i].cert) list[(*n)++] = cert_fingerprint(d->recipients[i].cert);
    if (list && d->self) list[(*n)++] = cert_fingerprint(d->self);
    return list;
}

size_t decision_chain(const struct decision *d, struct arena *a, struct cert **out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < d->own.count && n < max; i++) {
        struct cert_info info;
        if (cert_describe(d->own.certs[i], a, &info, NULL) == RC_OK && info.is_ca)
            out[n++] = d->own.certs[i];
    }
    return n;
}
