#include "webmail/smime/harvest.h"

#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/view/view.h"

#define MAX_KEYS 8u

static rc_t answer(struct call *c, bool harvested, const char *reason, json_t *contact,
                   struct err *e)
{
    json_t *v = json_object();
    json_put_bool(v, "harvested", harvested);
    json_put_str(v, "reason", str_c(reason));
    if (contact) json_object_set_new(v, "contact", contact);
    return call_answer(c, v, e);
}

/* Whoever can write into a shared folder could plant a message there. An unknown folder counts as
 * shared. */
static rc_t is_shared(struct call *c, str_t mailbox, bool *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_folder *folders;
    size_t n;
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_folders(im, c->arena, &folders, &n, e));
    *out = true;
    for (size_t i = 0; i < n; i++) {
        if (str_eq(folders[i].name, mailbox)) *out = folders[i].shared;
    }
    return RC_OK;
}

/* The one signer whose badge the message may wear; NULL when something does not hold. A revocation
 * that could not be looked up is the only doubt allowed: it makes the entry pending. */
static const struct message_signer *find_signer(const struct message_view *v)
{
    if (!v->signature_whole || v->from_count != 1) return NULL;
    if (v->level != LEVEL_GOOD && v->level != LEVEL_NEUTRAL) return NULL;
    const struct message_signer *found = NULL;
    for (size_t i = 0; i < v->signer_count; i++) {
        const struct message_signer *s = &v->signers[i];
        if (s->integrity != CMS_INTACT || !s->cert || s->chain.chain != CHAIN_TRUSTED) return NULL;
        if (s->chain.revocation.status == REVOCATION_REVOKED) return NULL;
        if (s->match != ADDRESS_NO) found = s;
    }
    return found;
}

static bool is_usable(const struct cert *cert, str_t address, struct arena *a)
{
    struct cert_info info;
    return cert_describe(cert, a, &info, NULL) == RC_OK && info.can_encrypt && !info.is_ca &&
           !info.weak && cert_matches_address(cert, address) != ADDRESS_NO;
}

/* What the signer wants mail encrypted to, owned by the caller. NULL: nothing fit. */
static struct cert *find_encryption(const struct message_signer *s, str_t address, struct arena *a)
{
    struct cert *cert = NULL;
    if (s->encryption_cert.n) {
        if (cert_parse(s->encryption_cert, &cert, NULL) != RC_OK) return NULL;
    } else {
        cert = cert_ref(s->cert);
    }
    if (is_usable(cert, address, a)) return cert;
    cert_unref(cert);
    return NULL;
}

/* Intermediates that the message brought, so that the chain can be built later without it. */
static size_t collect_chain(const struct message_view *v, struct arena *a, str_t *out, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < v->certificate_count && n < most; i++) {
        struct cert_info info;
        if (cert_describe(v->certificates[i], a, &info, NULL) != RC_OK || !info.is_ca) continue;
        out[n++] = cert_der(v->certificates[i]);
    }
    return n;
}

static rc_t keep(struct call *c, const struct message_view *v, const struct cert *cert,
                 bool takes_gcm, const struct cert_verdict *chain, struct err *e)
{
    str_t intermediates[BOOK_MAX_CHAIN];
    struct contact_certificate entry = {
        .der = cert_der(cert),
        .source = "harvested",
        .takes_gcm = takes_gcm,
        .chain = intermediates,
        .chain_count = collect_chain(v, c->arena, intermediates, BOOK_MAX_CHAIN),
        .pending = chain->revocation.status != REVOCATION_GOOD &&
                   chain->revocation.status != REVOCATION_NO_SOURCE};
    json_t *contact = NULL;
    bool added = false;
    TRY(contacts_add_certificate(c, v->from[0].address, v->from[0].name, &entry, &added, &contact,
                                 e));
    return answer(c, added, added ? "harvested" : "known", contact, e);
}

static rc_t harvest(struct call *c, const struct message_view *v, struct err *e)
{
    const struct message_signer *s = find_signer(v);
    if (!s) return answer(c, false, "not_valid", NULL, e);
    str_t address = v->from[0].address;
    if (str_ieq(address, c->session->address)) return answer(c, false, "own_address", NULL, e);
    struct cert *cert = find_encryption(s, address, c->arena);
    if (!cert) return answer(c, false, "no_encryption_certificate", NULL, e);
    struct cert_verdict chain;
    const struct cert_question question = {.bag = v->certificates,
                                           .bag_count = v->certificate_count,
                                           .trust = c->app->trust,
                                           .purpose = PURPOSE_ENCRYPT,
                                           .at = call_now()};
    cert_verify(cert, &question, &chain);
    rc_t rc = chain.chain != CHAIN_TRUSTED || chain.revocation.status == REVOCATION_REVOKED
                  ? answer(c, false, "untrusted_certificate", NULL, e)
                  : keep(c, v, cert, s->takes_gcm, &chain, e);
    cert_verdict_free(&chain);
    cert_unref(cert);
    return rc;
}

rc_t smime_harvest(struct call *c, struct err *e)
{
    str_t folder, mailbox;
    uint32_t uid, uidvalidity;
    json_t *keys = NULL;
    bool shared;
    TRY(json_need_str(c->in, "folder", &folder, e));
    TRY(json_need_u32(c->in, "uid", &uid, e));
    TRY(json_need_u32(c->in, "uidvalidity", &uidvalidity, e));
    TRY(json_want_array(c->in, "keys", MAX_KEYS, &keys, e));
    TRY(folder_from_id(c->arena, folder, &mailbox, e));
    TRY(is_shared(c, mailbox, &shared, e));
    if (shared) return answer(c, false, "shared_mailbox", NULL, e);
    struct opened_message m = {0};
    rc_t rc = view_open_message(c, mailbox, uid, uidvalidity, keys, &m, e);
    if (rc == RC_OK) rc = harvest(c, m.view, e);
    opened_message_free(&m);
    return rc;
}
