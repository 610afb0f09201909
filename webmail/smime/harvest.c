#include "webmail/smime/harvest.h"

#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/waiting.h"
#include "webmail/session/session.h"
#include "webmail/smime/revocation.h"
#include "webmail/smime/trust.h"
#include "webmail/view/view.h"

static rc_t answer(struct call *c, const char *reason, struct err *e)
{
    json_t *v = json_object();
    json_put_bool(v, "harvested", false);
    json_put_str(v, "reason", str_c(reason));
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
    TRY(imap_folder_names(im, c->arena, &folders, &n, e));
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

/* What became of it, for the page. */
static const char *reason_of(const struct contact_added *done)
{
    if (done->taken) return "harvested";
    if (str_eq(str_c(done->state), STR("pending"))) return "pending";
    if (str_eq(str_c(done->state), STR("rejected"))) return "rejected";
    return done->added ? "older" : "known";
}

static rc_t answer_kept(struct call *c, const struct contact_added *done, str_t fingerprint,
                        struct err *e)
{
    json_t *v = json_object();
    json_put_bool(v, "harvested", done->taken);
    json_put_str(v, "reason", str_c(reason_of(done)));
    json_put_str(v, "why", str_c(done->why));
    json_put_str(v, "certificate", fingerprint);
    json_object_set_new(v, "contact", done->contact);
    return call_answer(c, v, e);
}

struct harvest {
    const struct message_view *view;
    const struct message_signer *signer;
    struct provenance from;
    struct smime_checks checks;
    struct trust_anchors anchors; /* of the sender */
};

/* When the signer said what it takes: 0 nothing was said, 1 nobody knows when. */
static int64_t told_at(const struct message_signer *s)
{
    int64_t now = call_now();
    if (!s->lists_ciphers) return 0;
    if (s->signed_at <= 0) return 1;
    return s->signed_at < now ? s->signed_at : now;
}

/* Judged for its purpose, now: the message's own verdict may be about the past. */
static rc_t keep(struct call *c, const struct harvest *h, const struct cert *cert,
                 enum cert_purpose purpose, const struct cert_verdict *verdict,
                 struct contact_added *done, struct err *e)
{
    str_t intermediates[BOOK_MAX_CHAIN];
    const struct mail_address *from = &h->view->from[0];
    const struct contact_certificate entry = {
        .der = cert_der(cert),
        .source = "harvested",
        .takes_gcm = h->signer->takes_gcm,
        .told_at = told_at(h->signer),
        .chain = intermediates,
        .chain_count = collect_chain(h->view, c->arena, intermediates, BOOK_MAX_CHAIN),
        .from = &h->from,
        .verdict = verdict,
        .purpose = purpose,
        .checks = &h->checks.checks};
    return contacts_add_certificate(c, from->address, from->name, &entry, done, e);
}

static rc_t keep_if_trusted(struct call *c, const struct harvest *h, const struct cert *cert,
                            enum cert_purpose purpose, bool *trusted, struct contact_added *done,
                            struct err *e)
{
    const struct cert_question question = {.bag = h->view->certificates,
                                           .bag_count = h->view->certificate_count,
                                           .trust = call_trust(c),
                                           .anchors = h->anchors.certs,
                                           .anchor_count = h->anchors.count,
                                           .purpose = purpose,
                                           .at = call_now(),
                                           .checks = &h->checks.checks};
    struct cert_verdict verdict;
    cert_verify(cert, &question, &verdict);
    *trusted = verdict.chain == CHAIN_TRUSTED && verdict.revocation.status != REVOCATION_REVOKED;
    rc_t rc = *trusted ? keep(c, h, cert, purpose, &verdict, done, e) : RC_OK;
    cert_verdict_free(&verdict);
    return rc;
}

/* The certificate somebody signs with, when it is not the one to encrypt to: so that it is known
 * when the next mail comes. */
static rc_t keep_signing(struct call *c, const struct harvest *h, const struct cert *encryption,
                         struct err *e)
{
    struct contact_added done = {.contact = NULL};
    struct cert_info info;
    bool trusted;
    const struct cert *cert = h->signer->cert;
    if (encryption && cert_equal(cert, encryption)) return RC_OK;
    if (cert_describe(cert, c->arena, &info, NULL) != RC_OK || info.is_ca || info.weak ||
        cert_matches_address(cert, h->view->from[0].address) == ADDRESS_NO)
        return RC_OK;
    TRY(keep_if_trusted(c, h, cert, PURPOSE_SIGN, &trusted, &done, e));
    json_decref(done.contact);
    return RC_OK;
}

static rc_t harvest_signer(struct call *c, struct harvest *h, struct err *e)
{
    struct contact_added done = {.contact = NULL};
    bool trusted = false;
    struct cert *cert = find_encryption(h->signer, h->view->from[0].address, c->arena);
    rc_t rc = keep_signing(c, h, cert, e);
    if (rc == RC_OK && cert) rc = keep_if_trusted(c, h, cert, PURPOSE_ENCRYPT, &trusted, &done, e);
    bool found = cert != NULL;
    str_t fingerprint = found ? arena_str(c->arena, cert_fingerprint(cert)) : STR_NULL;
    cert_unref(cert);
    TRY(rc);
    if (!found) return answer(c, "no_encryption_certificate", e);
    if (!trusted) return answer(c, "untrusted_certificate", e);
    if (done.taken) waiting_look(c);
    return answer_kept(c, &done, fingerprint, e);
}

static rc_t harvest(struct call *c, struct harvest *h, struct err *e)
{
    h->signer = find_signer(h->view);
    if (!h->signer) return answer(c, "not_valid", e);
    str_t address = h->view->from[0].address;
    if (str_ieq(address, c->session->address)) return answer(c, "own_address", e);
    TRY(trust_anchors(c, address, &h->anchors, e));
    smime_checks_start(&h->checks, c, true);
    rc_t rc = harvest_signer(c, h, e);
    trust_anchors_free(&h->anchors);
    return rc;
}

rc_t smime_harvest(struct call *c, struct err *e)
{
    struct message_request q = {.ask = true};
    str_t folder;
    json_t *keys = NULL;
    bool shared;
    TRY(json_need_str(c->in, "folder", &folder, e));
    TRY(json_need_u32(c->in, "uid", &q.uid, e));
    TRY(json_need_u32(c->in, "uidvalidity", &q.uidvalidity, e));
    TRY(json_want_array(c->in, "keys", VIEW_MAX_KEYS, &keys, e));
    TRY(folder_from_id(c->arena, folder, &q.mailbox, e));
    TRY(is_shared(c, q.mailbox, &shared, e));
    if (shared) return answer(c, "shared_mailbox", e);
    struct opened_message m = {0};
    q.keys = keys;
    rc_t rc = view_open_message(c, &q, &m, e);
    if (rc == RC_OK) {
        /* Of an encrypted message only what everybody sees: a hidden subject is not written down.
         */
        bool sealed = m.view->layer_count > 0;
        struct harvest h = {.view = m.view,
                            .from = {.folder = folder,
                                     .message_id = m.view->message_id,
                                     .subject = sealed ? m.row.subject : m.view->subject,
                                     .date = m.view->date}};
        rc = harvest(c, &h, e);
    }
    opened_message_free(&m);
    return rc;
}
