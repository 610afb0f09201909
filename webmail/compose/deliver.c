#include "webmail/compose/deliver.h"

#include "base/b64.h"
#include "base/kill.h"
#include "base/log.h"
#include "crypto/cms.h"
#include "webmail/contacts/met.h"
#include "webmail/session/session.h"

#define SMTP_DEADLINE_MS (WX_PATIENCE(60) * 1000)
#define COPY_PATIENCE_SECONDS WX_PATIENCE(60)

struct envelope {
    size_t first, count; /* of decision->recipients by `pick` */
    bool bcc;
    bool last;  /* nobody needs the content any more */
    bool alone; /* the only one */
    struct smtp_recipient *to;
    size_t to_count;
    json_t *result; /* borrowed from the state */
};

/* --- messages -------------------------------------------------------------------------------- */

static bool in_envelope(const struct sending *s, const struct envelope *env, size_t i)
{
    const struct decided_recipient *r = &s->decision->recipients[i];
    if (!(s->decision->mode & MODE_ENCRYPT)) return !s->ticket->receipt.p || env->bcc == r->bcc;
    return env->bcc ? i == env->first : !r->bcc;
}

rc_t deliver_signed(str_t entity, str_t signature, const char *micalg, bool opaque, struct buf *out,
                    struct err *e)
{
    CLEANUP_BUF struct buf der = BUF_INIT_SECRET(out->max);
    if (!opaque) return build_multipart_signed(entity, signature, micalg, out, e);
    TRY(cms_sign_attach(signature, entity, &der, e));
    return build_pkcs7_mime(buf_view(&der), "signed-data", out, e);
}

/* Encrypted to the envelope's recipients and always to the sender. */
static rc_t encrypt(struct call *c, struct sending *s, const struct envelope *env, struct buf *out,
                    struct err *e)
{
    const struct decision *d = s->decision;
    CLEANUP_BUF struct buf der = BUF_INIT(out->max);
    struct cms_envelope check;
    bool gcm = true;
    size_t n = 0;
    struct cert **certs = ARENA_ARRAY(c->arena, d->count + 1, struct cert *);
    if (!certs) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < d->count; i++) {
        if (!in_envelope(s, env, i) || cert_equal(d->recipients[i].cert, d->self)) continue;
        certs[n++] = d->recipients[i].cert;
        gcm = gcm && d->recipients[i].takes_gcm;
    }
    certs[n++] = d->self;
    TRY(cms_encrypt(s->content, certs, n, gcm ? CMS_AES_256_GCM : CMS_AES_256_CBC, STR_NULL, NULL,
                    &der, e));
    if (env->last) {
        s->content = STR_NULL;
        buf_free(s->owner);
    }
    /* Fail closed: what leaves is read back and must be what was wanted. */
    TRY(cms_envelope_read(buf_view(&der), c->arena, &check, e));
    if (check.authenticated != gcm || check.key_bytes != 32 || check.count == 0 || check.count > n)
        return err_set(e, RC_INTERNAL, "The message could not be encrypted.");
    return build_pkcs7_mime(buf_view(&der), gcm ? "authEnveloped-data" : "enveloped-data", out, e);
}

/* *message is in out, or, in clear and when it is the only one, where the content is. */
static rc_t build(struct call *c, struct sending *s, const struct envelope *env, struct buf *out,
                  str_t *message, struct err *e)
{
    str_t header = s->ticket->header;
    bool encrypted = s->decision->mode & MODE_ENCRYPT;
    /* Where others follow, this one's header would be overwritten: it is kept for Sent. */
    if (!encrypted && env->alone && s->ticket->receipt.n == 0 && s->room >= header.n) {
        char *p = (char *) (uintptr_t) (s->content.p - header.n);
        memcpy(p, header.p, header.n);
        *message = str_n(p, header.n + s->content.n);
        return RC_OK;
    }
    buf_str(out, header);
    if (!env->bcc) buf_str(out, s->ticket->receipt);
    if (encrypted)
        TRY(encrypt(c, s, env, out, e));
    else
        buf_str(out, s->content);
    *message = buf_view(out);
    return out->failed ? err_set(e, RC_TOO_LARGE, "The message is too large.") : RC_OK;
}

static size_t most_bytes(const struct call *c)
{
    return 3 * (size_t) c->app->config->message_max_bytes;
}

/* --- envelopes ------------------------------------------------------------------------------- */

static json_t *recipient_json(str_t address, const char *status, int code, str_t reply)
{
    json_t *v = json_object();
    json_put_str(v, "address", address);
    json_put_str(v, "status", str_c(status));
    json_put_int(v, "code", code);
    json_put_str(v, "reply", reply);
    return v;
}

static void put_result(struct envelope *env, const char *status)
{
    json_t *list = json_array();
    for (size_t i = 0; i < env->to_count; i++) {
        const struct smtp_recipient *r = &env->to[i];
        json_array_append_new(list, recipient_json(r->address, status, r->code, r->reply));
    }
    json_put_str(env->result, "status", str_c(status));
    json_object_set_new(env->result, "recipients", list);
}

static rc_t make_envelope(struct call *c, const struct sending *s, bool bcc, size_t first,
                          struct envelope *env, struct err *e)
{
    *env = (struct envelope){.bcc = bcc, .first = first};
    env->to = ARENA_ARRAY(c->arena, s->decision->count, struct smtp_recipient);
    if (!env->to) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < s->decision->count; i++)
        if (in_envelope(s, env, i))
            env->to[env->to_count++].address = s->decision->recipients[i].address;
    return RC_OK;
}

/* One envelope for all; encrypted: one for To and Cc, one for each Bcc (recipient infos would
 * show them to the others); in clear with a field that only To and Cc get: one for all of Bcc. */
static rc_t make_envelopes(struct call *c, const struct sending *s, struct envelope **out,
                           size_t *n, struct err *e)
{
    const struct decision *d = s->decision;
    struct envelope *list = ARENA_ARRAY(c->arena, d->count + 1, struct envelope);
    json_t *results = json_array();
    size_t count = 0;
    if (!list || !results) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_set_new(s->state->doc, "envelopes", results);
    TRY(make_envelope(c, s, false, 0, &list[0], e));
    if (list[0].to_count > 0) count = 1;
    bool each = d->mode & MODE_ENCRYPT, apart = each || s->ticket->receipt.p;
    for (size_t i = 0; apart && i < d->count; i++) {
        if (!d->recipients[i].bcc) continue;
        TRY(make_envelope(c, s, true, i, &list[count++], e));
        apart = each;
    }
    for (size_t i = 0; i < count; i++) {
        list[i].result = json_object();
        json_array_append_new(results, list[i].result);
        put_result(&list[i], "pending");
    }
    if (count > 0) list[count - 1].last = true;
    list[0].alone = count == 1;
    *out = list;
    *n = count;
    return RC_OK;
}

/* --- submitting ------------------------------------------------------------------------------ */

struct totals {
    size_t sent, failed, unknown;
};

static const char *submit(struct call *c, struct sending *s, struct envelope *env, str_t message,
                          struct err *e)
{
    struct smtp_account account = call_smtp_account(c);
    enum smtp_outcome outcome = SMTP_REFUSED;
    /* Who writes as an alias does not show the account's own address as the envelope's sender. */
    str_t from = s->ticket->from.n ? s->ticket->from : c->session->address;
    struct smtp_envelope se = {.from = from,
                               .recipients = env->to,
                               .count = env->to_count,
                               .notify = s->ticket->notify,
                               .envid = s->ticket->submission,
                               .all_or_none = true};
    rc_t rc = smtp_submit(&account, &se, message, SMTP_DEADLINE_MS, c->arena, &outcome, e);
    if (outcome == SMTP_UNKNOWN) return "unknown";
    return rc == RC_OK && outcome == SMTP_SENT ? "sent" : "failed";
}

/* Submits and writes down one envelope. The message's bytes of the first one are kept for Sent. */
static rc_t send_envelope(struct call *c, struct sending *s, struct envelope *env, struct buf *out,
                          str_t *message, struct totals *t, struct err *why)
{
    struct err e = {0};
    const char *status = "failed";
    rc_t rc = build(c, s, env, out, message, why);
    WX_KILL_POINT("message_built");
    if (rc == RC_OK) status = submit(c, s, env, *message, why);
    WX_KILL_POINT("envelope_submitted");
    put_result(env, status);
    t->sent += strcmp(status, "sent") == 0;
    t->unknown += strcmp(status, "unknown") == 0;
    t->failed += strcmp(status, "failed") == 0;
    /* Redis away now: the state stays "pending" and turns into "unknown", which is the truth. */
    if (submission_save(c, s->state, &e) != RC_OK) log_err(LOG_WARN, "send_state_lost", &e);
    WX_KILL_POINT("envelope_noted");
    return rc;
}

static void conclude(struct sending *s, const struct totals *t, const struct err *why)
{
    str_t reason = str_c(why->message);
    if (t->unknown > 0)
        submission_set_status(s->state, "unknown",
                              STR("The outgoing server did not answer after the message was handed "
                                  "over. It may have been sent."));
    else if (t->sent > 0 && t->failed > 0)
        submission_set_status(s->state, "partly", STR("Not everybody has got the message."));
    else if (t->sent > 0)
        submission_set_status(s->state, "sent", STR_NULL);
    else
        submission_set_status(s->state, "failed", reason);
}

/* --- Sent and draft -------------------------------------------------------------------------- */

/* The Sent copy says who had a blind copy; only the sender sees it. */
static rc_t put_bcc(const struct ticket *t, struct arena *a, struct buf *out, struct err *e)
{
    struct mail_address *list = ARENA_ARRAY(a, t->count + 1, struct mail_address);
    size_t n = 0;
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < t->count; i++)
        if (t->recipients[i].bcc) list[n++].address = t->recipients[i].address;
    if (n == 0) return RC_OK;
    buf_cstr(out, "Bcc: ");
    TRY(build_address_list(list, n, out, e));
    buf_cstr(out, "\r\n");
    return RC_OK;
}

static rc_t append_copy(struct call *c, str_t message, struct place *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    const str_t seen[] = {STR_INIT("\\Seen")};
    struct place p;
    TRY(compose_mailbox(c, FOLDER_SENT, "Sent", &p.folder, e));
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_append(im, p.folder, message, seen, 1, &p.uid, &p.uidvalidity, e));
    *out = p;
    return RC_OK;
}

static void note_copy(struct call *c, struct submission *state, struct place p)
{
    submission_set_place(state, "sent_copy", p, c->arena);
    json_object_del(state->doc, "copy");
}

/* A copy that an earlier try has put there without having lived to say so. */
static rc_t find_copy(struct call *c, str_t submission, struct place *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    uint32_t *uids;
    size_t n = 0;
    TRY(compose_mailbox(c, FOLDER_SENT, "Sent", &out->folder, e));
    TRY(call_imap(c, out->folder, &im, e));
    TRY(imap_mailbox(im, &box, e));
    TRY(imap_search_header(im, STR("Message-ID"), compose_message_id(c, submission), c->arena,
                           &uids, &n, e));
    out->uid = n > 0 ? uids[0] : 0;
    out->uidvalidity = box.uidvalidity;
    return RC_OK;
}

static rc_t file_copy(struct call *c, const struct ticket *t, str_t message,
                      struct submission *state, struct err *e)
{
    CLEANUP_BUF struct buf copy = BUF_INIT(message.n + (1u << 19));
    str_t all = message;
    struct place p;
    TRY(put_bcc(t, c->arena, &copy, e));
    if (copy.n > 0) {
        if (!buf_str(&copy, message)) return err_set(e, RC_TOO_LARGE, NULL);
        all = buf_view(&copy);
    }
    WX_KILL_POINT("copy_before");
    TRY(append_copy(c, all, &p, e));
    WX_KILL_POINT("copy_appended");
    note_copy(c, state, p);
    return RC_OK;
}

/* The draft has done its duty: everybody has the message, and so has Sent. True when the state says
 * now that it is gone, and is to be saved. Only after the copy's place was: whoever finds a copy
 * due may count on the draft. */
static bool drop_draft(struct call *c, struct submission *state)
{
    struct err e = {0};
    struct place p = submission_place(state, "draft", c->arena);
    if (!str_eq(submission_status(state), STR("sent")) || !p.folder.p) return false;
    if (draft_remove_all(c, state->id, p, &e) != RC_OK) {
        log_err(LOG_WARN, "draft_left", &e);
        return false;
    }
    WX_KILL_POINT("draft_dropped");
    submission_set_place(state, "draft", (struct place){.folder = STR_NULL}, c->arena);
    return true;
}

/* What a later try needs: written down before the first one. */
static void owe_copy(struct call *c, struct sending *s)
{
    json_t *owed = ticket_json(s->ticket, c->arena);
    json_put_str(owed, "signature", s->signature.p ? b64_encode(c->arena, s->signature) : STR_NULL);
    json_put_str(owed, "micalg", str_c(s->micalg));
    json_object_set_new(s->state->doc, "copy", owed);
    /* Whoever asks for the status meanwhile leaves the copy to us. */
    json_put_int(s->state->doc, "copy_tried", call_now() + COPY_PATIENCE_SECONDS);
}

static void file_sent(struct call *c, struct sending *s, str_t message)
{
    struct err e = {0};
    struct place there = {.uid = 0};
    rc_t rc = RC_TIMEOUT;
    for (int i = 0; rc != RC_OK && i < 3; i++) {
        /* A try that failed may have filed it all the same. */
        if (i > 0 && find_copy(c, s->ticket->submission, &there, &e) == RC_OK && there.uid != 0) {
            note_copy(c, s->state, there);
            rc = RC_OK;
        } else {
            rc = file_copy(c, s->ticket, message, s->state, &e);
        }
    }
    if (rc != RC_OK) {
        log_err(LOG_ERROR, "sent_copy_failed", &e);
        json_object_del(s->state->doc, "copy_tried");
        submission_set_status(s->state, submission_status(s->state).p,
                              STR("The message was sent, but no copy could be put into Sent yet."));
    }
}

/* *message: the first one, in out or where the content is. */
static rc_t send_all(struct call *c, struct sending *s, struct buf *out, str_t *message,
                     struct err *e)
{
    struct envelope *envelopes;
    size_t n = 0;
    struct totals t = {0};
    struct err why = {0};
    TRY(make_envelopes(c, s, &envelopes, &n, e));
    for (size_t i = 0; i < n; i++) {
        CLEANUP_BUF struct buf other = BUF_INIT(most_bytes(c));
        /* After a failed or doubtful main envelope no blind copies leave. */
        if (t.failed + t.unknown > 0 && i > 0 && !envelopes[0].bcc && t.sent == 0) {
            put_result(&envelopes[i], "failed");
            t.failed++;
            continue;
        }
        str_t another = STR_NULL;
        rc_t rc = send_envelope(c, s, &envelopes[i], i == 0 ? out : &other,
                                i == 0 ? message : &another, &t, &why);
        if (rc != RC_OK && t.sent + t.unknown == 0 && i == 0) {
            conclude(s, &t, &why);
            *e = why;
            return rc;
        }
    }
    conclude(s, &t, &why);
    if (t.sent > 0) owe_copy(c, s);
    return RC_OK;
}

/* Who has the message is somebody the user writes to. Nothing else hangs on it. */
static void remember_recipients(struct call *c, const struct sending *s)
{
    CLEANUP_JSON json_t *all = json_array();
    const json_t *envelopes = json_object_get(s->state->doc, "envelopes");
    struct err e = {0};
    for (size_t i = 0; i < json_array_size(envelopes); i++) {
        const json_t *one = json_array_get(envelopes, i);
        if (str_eq(json_text(json_object_get(one, "status")), STR("sent")))
            json_array_extend(all, json_object_get(one, "recipients"));
    }
    if (met_remember(c, all, s->ticket->header, &e) != RC_OK)
        log_err(LOG_WARN, "recipients_not_remembered", &e);
}

static void keep_state(struct call *c, struct submission *state)
{
    struct err e = {0};
    if (submission_save(c, state, &e) != RC_OK) log_err(LOG_WARN, "send_state_lost", &e);
}

rc_t deliver(struct call *c, struct sending *s, struct err *e)
{
    CLEANUP_BUF struct buf out = BUF_INIT(most_bytes(c));
    str_t message = STR_NULL;
    rc_t rc = send_all(c, s, &out, &message, e);
    if (rc != RC_OK && str_eq(submission_status(s->state), STR("pending")))
        submission_set_status(s->state, "failed", str_c(e->message));
    keep_state(c, s->state);
    if (rc != RC_OK) return rc;
    WX_KILL_POINT("result_noted");
    remember_recipients(c, s);
    WX_KILL_POINT("recipients_remembered");
    if (!json_object_get(s->state->doc, "copy")) return RC_OK;
    file_sent(c, s, message);
    keep_state(c, s->state);
    WX_KILL_POINT("copy_noted");
    if (!json_object_get(s->state->doc, "copy") && drop_draft(c, s->state)) keep_state(c, s->state);
    return RC_OK;
}

/* --- another try ----------------------------------------------------------------------------- */

/* Content of the copy from the draft: plain ones are built again, encrypted ones are what the
 * draft holds, which only the sender can open. */
static rc_t content_again(const struct ticket *t, str_t raw, str_t signature, const char *micalg,
                          struct buf *out, struct err *e)
{
    if (raw.n < t->shape.head) return err_set(e, RC_CONFLICT, NULL);
    str_t rest = str_sub(raw, t->shape.head, raw.n);
    buf_str(out, t->header);
    buf_str(out, t->receipt);
    if (t->shape.encrypted || !signature.p) {
        buf_str(out, rest);
        return RC_OK;
    }
    return deliver_signed(rest, signature, micalg, t->opaque, out, e);
}

static rc_t copy_from_draft(struct call *c, struct submission *state, struct err *e)
{
    CLEANUP_BUF struct buf raw = BUF_INIT_SECRET(most_bytes(c));
    CLEANUP_BUF struct buf message = BUF_INIT(most_bytes(c));
    const json_t *owed = json_object_get(state->doc, "copy");
    const struct draft_shape as_it_is = {.head = 0};
    struct ticket t;
    str_t text, micalg, whole, signature = STR_NULL;
    TRY(ticket_from_json(owed, c->arena, &t, e));
    TRY(json_want_str(owed, "signature", STR_NULL, &text, e));
    TRY(json_want_str(owed, "micalg", STR("sha-256"), &micalg, e));
    if (text.p && !b64_decode(c->arena, text, &signature)) return err_set(e, RC_DAMAGED, NULL);
    TRY(draft_entity(c, submission_place(state, "draft", c->arena), &as_it_is, STR_NULL, &raw,
                     &whole, e));
    TRY(content_again(&t, whole, signature, micalg.p, &message, e));
    return file_copy(c, &t, buf_view(&message), state, e);
}

static rc_t try_copy(struct call *c, struct submission *state, struct err *e)
{
    struct place there;
    TRY(find_copy(c, state->id, &there, e));
    if (there.uid != 0)
        note_copy(c, state, there);
    else
        TRY(copy_from_draft(c, state, e));
    if (str_eq(submission_status(state), STR("sent")))
        submission_set_status(state, "sent", STR_NULL);
    return submission_save(c, state, e);
}

rc_t deliver_copy_again(struct call *c, struct submission *state, struct err *e)
{
    int64_t tried = json_integer_value(json_object_get(state->doc, "copy_tried"));
    if (json_object_get(state->doc, "copy")) {
        if (tried + 5 > call_now()) return RC_OK;
        /* Whoever saves this first does it: two tabs never file two copies. */
        json_put_int(state->doc, "copy_tried", call_now());
        TRY(submission_save(c, state, e));
        TRY(try_copy(c, state, e));
    }
    return drop_draft(c, state) ? submission_save(c, state, e) : RC_OK;
}
