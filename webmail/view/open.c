/* Opening one message for a request: fetched, parsed under a mark, verified; and, where that is
 * what was asked for, a message attached to it. */
#include "webmail/view/view.h"

#include "base/b64.h"
#include "base/mutant.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/registered.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/smime/revocation.h"
#include "webmail/smime/trust.h"
#include "webmail/smime/verified.h"

#define MAX_KEYS VIEW_MAX_KEYS
/* Decryptions that may fail for one account in a window. */
#define MAX_FAILURES 60u
#define FAILURE_SECONDS 600u
/* Of a message, in which a signature's type usually stands. */
#define HEAD_BYTES 16384u
/* Certificates of one sender that are given to verify. */
#define MAX_KNOWN 16

struct content_keys {
    struct message_key *list;
    size_t count;
};

static rc_t read_keys(struct call *c, const json_t *list, struct content_keys *out, struct err *e)
{
    size_t count = json_array_size(list);
    struct message_key *keys = ARENA_ARRAY(c->secret, count + 1, struct message_key);
    if (!keys) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        str_t text;
        uint32_t layer;
        TRY(json_need_u32(item, "layer", &layer, e));
        TRY(json_need_str(item, "content_key", &text, e));
        keys[i].layer = layer;
        if (layer >= MAX_KEYS || text.n > 128 ||
            !b64_decode(c->secret, text, &keys[i].content_key)) {
            err_set(e, RC_INVALID, "This is not a content key.");
            err_field(e, "keys");
            return RC_INVALID;
        }
    }
    *out = (struct content_keys){keys, count};
    return RC_OK;
}

static rc_t fetch(struct call *c, const struct message_request *q, struct opened_message *m,
                  struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    TRY(call_imap(c, q->mailbox, &im, e));
    /* A selected mailbox keeps its UIDVALIDITY: nothing has to be asked. */
    if (imap_uidvalidity(im) != q->uidvalidity)
        return err_set(e, RC_CONFLICT, "The folder was made anew meanwhile.");
    m->uidvalidity = q->uidvalidity;
    return imap_open(im, q->uid, c->arena, &m->row, &m->raw, e);
}

/* --- the oracle's limit -------------------------------------------------------------------------
 */

/* Whoever sends many keys that do not fit is asking an oracle, not reading mail. */
static rc_t failures_key(struct call *c, struct shared_key *out, struct err *e)
{
    str_t parts[] = {STR("decrypt failures"), c->session->address};
    return shared_key_of(parts, 2, out, e);
}

static rc_t check_failures(struct call *c, struct err *e)
{
    struct shared_key key;
    TRY(failures_key(c, &key, e));
    if (shared_count(c->app->shared, &key, FAILURE_SECONDS, 0, call_now()) < MAX_FAILURES)
        return RC_OK;
    return err_set(e, RC_THROTTLED,
                   "Too many messages could not be decrypted. Please wait a while.");
}

static rc_t count_failure(struct call *c, const struct message_view *v, struct err *e)
{
    struct shared_key key;
    bool all_opened = true;
    for (size_t i = 0; i < v->layer_count; i++)
        all_opened = all_opened && (v->layers[i].opened || (int) i == v->job);
    if (all_opened) return RC_OK;
    TRY(failures_key(c, &key, e));
    (void) shared_count(c->app->shared, &key, FAILURE_SECONDS, 1, call_now());
    return RC_OK;
}

/* --- verifying ----------------------------------------------------------------------------------
 */

/* What is known of one sender; lives while a message is opened. */
struct sender {
    struct cert *known[MAX_KNOWN];
    size_t known_count;
    struct trust_anchors anchors;         /* whom the user trusts for that address */
    struct registered_signers registered; /* what his organisation registered for it */
};

static rc_t sender_read(struct call *c, str_t address, struct sender *out, struct err *e)
{
    *out = (struct sender){0};
    if (!c->features.smime || !address.n) return RC_OK;
    kv_ahead(c->kv, trust_key(c)); /* in the round trip of the next line */
    TRY(contacts_known_certificates(c, address, out->known, MAX_KNOWN, &out->known_count, e));
    TRY(trust_anchors(c, address, &out->anchors, e));
    return registered_signers(c, address, &out->registered, e);
}

static void sender_free(struct sender *s)
{
    for (size_t i = 0; i < s->known_count; i++)
        cert_unref(s->known[i]);
    trust_anchors_free(&s->anchors);
    registered_signers_free(&s->registered);
    *s = (struct sender){0};
}

/* What may be asked, and what was answered; lives while a message and those attached to it are
 * opened. */
struct looking {
    struct smime_checks checks; /* first: what ops.holder points to */
    struct verified_lookup before;
    struct opened_message *m;
};

/* For the report. */
static void found(void *holder, const struct cert *about, const struct cert_revocation *v,
                  str_t raw)
{
    struct looking *l = holder;
    struct opened_message *m = l->m;
    struct arena *a = l->checks.c->arena;
    if (!m->evidence) m->evidence = ARENA_ARRAY(a, VIEW_MAX_EVIDENCE, struct message_evidence);
    if (!m->evidence || m->evidence_count == VIEW_MAX_EVIDENCE) return;
    m->evidence[m->evidence_count++] =
        (struct message_evidence){.about = cert_ref((struct cert *) about),
                                  .revocation = *v,
                                  .answer = raw.n ? arena_str(a, raw) : STR_NULL};
}

static void looking_start(struct looking *l, struct call *c, struct opened_message *m, bool ask)
{
    l->m = m;
    l->before = (struct verified_lookup){.call = c};
    smime_checks_start(&l->checks, c, ask);
    if (ask) l->checks.ops.found = found;
}

static struct message_options options_of(struct call *c, const struct sender *s, struct looking *l)
{
    return (struct message_options){.smime = c->features.smime || WX_MUTANT(FEATURE),
                                    .trust = call_trust(c),
                                    .now = call_now(),
                                    .checks = &l->checks.checks,
                                    .strict_revocation = c->app->config->revocation_hard,
                                    .known = s->known,
                                    .known_count = s->known_count,
                                    .anchors = s->anchors.certs,
                                    .anchor_count = s->anchors.count,
                                    .vouched = s->registered.certs,
                                    .vouched_count = s->registered.count,
                                    .verified_at = verified_at,
                                    .verified_holder = &l->before};
}

/* The message judged by what is known of the sender `from`. */
static rc_t parse_as(struct call *c, struct opened_message *m, const struct content_keys *keys,
                     struct looking *l, str_t from, struct err *e)
{
    struct sender sender;
    rc_t rc = sender_read(c, from, &sender, e);
    struct message_options options = options_of(c, &sender, l);
    options.keys = keys->list;
    options.key_count = keys->count;
    if (rc == RC_OK) {
        rc = message_open(buf_view(&m->raw), &options, keys->count ? c->secret : c->arena, &m->view,
                          e);
    }
    sender_free(&sender);
    return rc;
}

/* Nothing is judged of most mail, so most senders need not be asked about. This is a guess by its
 * first bytes; where it errs, `parse` parses again. */
static bool seems_signed(const struct opened_message *m, const struct content_keys *keys)
{
    str_t head = str_sub(buf_view(&m->raw), 0, HEAD_BYTES);
    return keys->count > 0 || str_ifind(head, STR("pkcs7")) >= 0;
}

static void forget_view(struct opened_message *m)
{
    message_close(m->view);
    m->view = NULL;
    for (; m->evidence_count > 0; m->evidence_count--)
        cert_unref((struct cert *) m->evidence[m->evidence_count - 1].about);
}

/* By the sender that the mail server's ENVELOPE names; where the message, as it is read here, names
 * another one, by that one: personal trust is for one address, and the server's word is not the
 * message's. */
static rc_t parse(struct call *c, struct opened_message *m, const struct content_keys *keys,
                  struct looking *l, struct err *e)
{
#if WAXSEAL_MUTANT_ABORT
    /* Stands for a parser's crash; only in the build that tests what happens then. */
    if (str_find(buf_view(&m->raw), STR("\nX-Waxseal-Abort: yes")) >= 0) abort();
#endif
    str_t said = m->row.from_count > 0 ? m->row.from[0].address : STR_NULL, from;
    bool asked = seems_signed(m, keys);
    TRY(parse_as(c, m, keys, l, asked ? said : STR_NULL, e));
    if (!asked && (m->view->has_signature || m->view->signer_count > 0)) {
        forget_view(m);
        TRY(parse_as(c, m, keys, l, said, e));
    }
    if (!m->view->signature_whole) return RC_OK; /* nothing was judged */
    from = m->view->from_count == 1 ? m->view->from[0].address : STR_NULL;
    if (str_ieq(from, said)) return RC_OK;
    from = arena_str(c->arena, from);
    forget_view(m);
    return parse_as(c, m, keys, l, from, e);
}

/* --- attached messages --------------------------------------------------------------------------
 */

/* The attachment on the way to a part's id; null: there is none. */
static str_t next_step(const struct message_view *v, str_t part, bool itself)
{
    for (size_t i = 0; i < v->attachment_count; i++) {
        str_t id = v->attachments[i].id;
        if (itself && str_eq(id, part)) return id;
        if (part.n > id.n && part.p[id.n] == '/' && str_starts(part, id)) return id;
    }
    return STR_NULL;
}

static rc_t step_into(struct call *c, struct opened_message *m, str_t id, struct looking *l,
                      struct err *e)
{
    struct sender sender;
    struct message_view *inner = NULL;
    str_t from;
    TRY(message_attached_from(m->view, id, c->arena, &from, e));
    rc_t rc = sender_read(c, from, &sender, e);
    const struct message_options options = options_of(c, &sender, l);
    if (rc == RC_OK) rc = message_open_attached(m->view, id, &options, c->secret, &inner, e);
    sender_free(&sender);
    if (rc != RC_OK) return rc;
    message_close(m->view);
    m->view = inner;
    m->attached = id;
    return RC_OK;
}

/* Into attached messages until the part is there, or is itself the message that was opened. */
static rc_t descend(struct call *c, struct opened_message *m, const struct message_request *q,
                    struct looking *l, struct err *e)
{
    while (q->part.n &&
           (q->attached ? !str_eq(m->attached, q->part) : !message_has_part(m->view, q->part))) {
        str_t id = arena_str(c->arena, next_step(m->view, q->part, q->attached));
        if (!id.n) return err_set(e, RC_NOT_FOUND, "The message has no such part.");
        TRY(step_into(c, m, id, l, e));
    }
    return RC_OK;
}

/* --- what remains to be done --------------------------------------------------------------------
 */

/* Something that could be looked up outside. */
static bool is_worth_asking(const struct call *c, const struct message_view *v)
{
    if (!v->signature_whole || str_is_null(c->app->config->fetch_socket)) return false;
    for (size_t i = 0; i < v->signer_count; i++) {
        const struct message_signer *s = &v->signers[i];
        if (s->integrity != CMS_INTACT || !s->cert) continue;
        if (s->chain.chain == CHAIN_INCOMPLETE) return true;
        bool judged = s->chain.chain == CHAIN_TRUSTED || s->chain.chain == CHAIN_EXPIRED;
        if (judged && s->chain.revocation.status == REVOCATION_NOT_CHECKED) return true;
    }
    return false;
}

/* A good verification that has no record yet. */
static rc_t is_worth_recording(struct call *c, const struct message_view *v, bool *out,
                               struct err *e)
{
    *out = false;
    for (size_t i = 0; verified_worthy(v) && !*out && i < v->signer_count; i++) {
        struct verified record;
        TRY(verified_find(c, v->signers[i].key, &record, e));
        *out = !v->signers[i].judged_before && record.at == 0;
    }
    return RC_OK;
}

/* What POST check would do. */
static rc_t find_work(struct call *c, struct opened_message *m, struct err *e)
{
    if (!c->features.smime) return RC_OK;
    if (is_worth_asking(c, m->view)) {
        m->worth_a_check = true;
        return RC_OK;
    }
    return is_worth_recording(c, m->view, &m->worth_a_check, e);
}

/* --- all ----------------------------------------------------------------------------------------
 */

static rc_t mark_of(struct call *c, const struct message_request *q, struct shared_key *out,
                    struct err *e)
{
    str_t parts[] = {c->session->address, q->mailbox,
                     arena_printf(c->arena, "%u.%u", q->uidvalidity, q->uid)};
    return shared_key_of(parts, 3, out, e);
}

rc_t view_open_message(struct call *c, const struct message_request *q, struct opened_message *out,
                       struct err *e)
{
    struct content_keys keys = {0};
    struct shared_key mark;
    *out = (struct opened_message){.raw = BUF_INIT(c->app->config->message_max_bytes)};
    if (q->keys) TRY(check_failures(c, e));
    if (q->keys) TRY(read_keys(c, q->keys, &keys, e));
    TRY(fetch(c, q, out, e));
    TRY(mark_of(c, q, &mark, e));
    TRY(shared_parse_begin(c->app->shared, &mark, e));
    struct looking looking;
    looking_start(&looking, c, out, q->ask);
    rc_t rc = parse(c, out, &keys, &looking, e);
    if (rc == RC_OK && q->keys) rc = count_failure(c, out->view, e);
    if (rc == RC_OK) rc = descend(c, out, q, &looking, e);
    shared_parse_end(c->app->shared);
    if (rc == RC_OK && looking.before.rc != RC_OK) {
        if (e) *e = looking.before.err;
        rc = looking.before.rc;
    }
    return rc == RC_OK && !q->ask ? find_work(c, out, e) : rc;
}

void opened_message_free(struct opened_message *m)
{
    if (m->view) message_close(m->view);
    for (size_t i = 0; i < m->evidence_count; i++)
        cert_unref((struct cert *) m->evidence[i].about);
    buf_free(&m->raw);
    *m = (struct opened_message){0};
}
