/* Which of the known certificates to use for an address. */
#include "base/b64.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/smime/vault.h"

const char *recipient_status_word(enum recipient_status s)
{
    static const char *const words[] = {"ready", "none",      "expired",        "not_yet_valid",
                                        "weak",  "untrusted", "invalid_address"};
    return words[s];
}

struct candidate {
    enum recipient_status status;
    int64_t not_before;
    bool fits;
    bool pending; /* nobody could ask whether it was revoked */
};

static struct candidate judge(struct call *c, const struct cert *cert, struct cert *const *chain,
                              size_t chain_count, str_t address)
{
    struct cert_info info;
    struct err ignored = {0};
    struct cert_verdict verdict;
    int64_t now = call_now();
    struct candidate r = {.status = RECIPIENT_UNTRUSTED};
    if (cert_matches_address(cert, address) == ADDRESS_NO ||
        cert_describe(cert, c->arena, &info, &ignored) != RC_OK || !info.can_encrypt)
        return r;
    r.fits = true;
    r.not_before = info.not_before;
    const struct cert_question question = {.bag = chain,
                                           .bag_count = chain_count,
                                           .trust = c->app->trust,
                                           .purpose = PURPOSE_ENCRYPT,
                                           .at = now};
    cert_verify(cert, &question, &verdict);
    if (info.not_after < now)
        r.status = RECIPIENT_EXPIRED;
    else if (info.not_before > now)
        r.status = RECIPIENT_NOT_YET_VALID;
    else if (info.weak || verdict.chain == CHAIN_WEAK)
        r.status = RECIPIENT_WEAK;
    else if (verdict.chain == CHAIN_TRUSTED && verdict.revocation.status != REVOCATION_REVOKED)
        r.status = RECIPIENT_READY;
    cert_verdict_free(&verdict);
    return r;
}

static bool is_better(struct candidate a, struct candidate b)
{
    if ((a.status == RECIPIENT_READY) != (b.status == RECIPIENT_READY))
        return a.status == RECIPIENT_READY;
    /* What is pending never takes the place of what is not, however new it is. */
    if (a.pending != b.pending) return b.pending;
    return a.not_before > b.not_before;
}

struct choice {
    struct candidate best;
    struct cert *cert; /* owned */
    const char *source;
    bool takes_gcm;
};

static void consider(struct call *c, struct choice *choice, struct cert *cert,
                     struct cert *const *chain, size_t chain_count, str_t address,
                     const char *source, bool takes_gcm, bool pending)
{
    struct candidate r = judge(c, cert, chain, chain_count, address);
    r.pending = pending;
    if (!r.fits || (choice->cert && !is_better(r, choice->best))) return;
    cert_unref(choice->cert);
    *choice = (struct choice){
        .best = r, .cert = cert_ref(cert), .source = source, .takes_gcm = takes_gcm};
}

static void consider_stored(struct call *c, struct choice *choice, const json_t *item,
                            str_t address)
{
    struct cert *chain[BOOK_MAX_CHAIN];
    size_t n = 0;
    const json_t *list = json_object_get(item, "chain");
    struct cert *cert = cert_from_json(json_object_get(item, "der"), c->arena);
    if (!cert) return;
    for (size_t i = 0; i < json_array_size(list) && n < BOOK_MAX_CHAIN; i++) {
        chain[n] = cert_from_json(json_array_get(list, i), c->arena);
        n += chain[n] != NULL;
    }
    bool harvested = str_eq(json_text(json_object_get(item, "source")), STR("harvested"));
    consider(c, choice, cert, chain, n, address, harvested ? "harvested" : "imported",
             json_is_true(json_object_get(item, "gcm")),
             json_is_true(json_object_get(item, "pending")));
    for (size_t i = 0; i < n; i++)
        cert_unref(chain[i]);
    cert_unref(cert);
}

static rc_t consider_own(struct call *c, struct choice *choice, str_t address, struct err *e)
{
    struct own_certificates own;
    TRY(vault_own_certificates(c, &own, e));
    for (size_t i = 0; i < own.count; i++)
        consider(c, choice, own.certs[i], own.certs, own.count, address, "own", true, false);
    /* The one the user chose, when it is as good as the best. */
    if (own.encrypt && choice->cert) {
        struct candidate r = judge(c, own.encrypt, own.certs, own.count, address);
        if (r.fits && r.status == choice->best.status) {
            cert_unref(choice->cert);
            choice->cert = cert_ref(own.encrypt);
            choice->best = r;
        }
    }
    own_certificates_free(&own);
    return RC_OK;
}

static bool is_address(str_t s)
{
    ptrdiff_t at = str_rchr(s, '@');
    return at > 0 && s.n <= 254 && (size_t) at + 1 < s.n && str_is_clean(s) &&
           str_chr(s, ' ') < 0 && str_is_utf8(s);
}

rc_t contacts_find_certificate(struct call *c, str_t address, struct recipient_certificate *out,
                               struct err *e)
{
    struct choice choice = {0};
    CLEANUP_JSON json_t *contact = NULL;
    str_t id, version;
    if (!is_address(address)) {
        *out = (struct recipient_certificate){.status = RECIPIENT_INVALID_ADDRESS};
        return RC_OK;
    }
    if (str_ieq(address, c->session->address)) TRY(consider_own(c, &choice, address, e));
    if (!choice.cert || choice.best.status != RECIPIENT_READY) {
        rc_t rc = book_find(c, address, &contact, &id, &version, e);
        if (rc != RC_OK) {
            cert_unref(choice.cert);
            return rc;
        }
        const json_t *list = json_object_get(contact, "certificates");
        for (size_t i = 0; i < json_array_size(list); i++)
            consider_stored(c, &choice, json_array_get(list, i), address);
    }
    *out = (struct recipient_certificate){.status = RECIPIENT_NONE};
    if (choice.cert)
        *out = (struct recipient_certificate){.status = choice.best.status,
                                              .cert = choice.cert,
                                              .source = choice.source,
                                              .takes_gcm = choice.takes_gcm};
    return RC_OK;
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
    for (size_t i = 0; i < json_array_size(list) && *n < max; i++) {
        struct cert *cert =
            cert_from_json(json_object_get(json_array_get(list, i), "der"), c->arena);
        if (cert) out[(*n)++] = cert;
    }
    return RC_OK;
}
