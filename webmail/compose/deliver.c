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

/* Encrypted to the envelope's recipients and always to the sender. */
static rc_t encrypt(struct call *c, const struct sending *s, const struct envelope *env,
                    str_t further, struct letter *out, struct err *e)
{
    const struct decision *d = s->decision;
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
    return letter_make_encrypted(s->ticket->header, further, s->content, certs, n, gcm, c->arena,
                                 out, e);
}

static rc_t build(struct call *c, const struct sending *s, const struct envelope *env,
                  struct letter *out, struct err *e)
{
    str_t further = env->bcc ? STR("") : s->ticket->receipt;
    if (s->decision->mode & MODE_ENCRYPT) return encrypt(c, s, env, further, out, e);
    return letter_make(s->ticket->header, further, s->content, out, e);
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
    *out = list;
    *n = count;
    return RC_OK;
}

/* --- submitting ------------------------------------------------------------------------------ */

struct totals {
    size_t sent, failed, unknown;
};

static const char *submit(struct call *c, struct sending *s, struct envelope *env,
                          const struct flow *message, struct err *e)
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
    rc_t rc = smtp_submit_flow(&account, &se, message, SMTP_DEADLINE_MS, c->arena, &outcome, e);
    if (outcome == SMTP_UNKNOWN) return "unknown";
    return rc == RC_OK && outcome == SMTP_SENT ? "sent" : "failed";
}

/* Submits and writes down one envelope. The first one's message is kept for Sent. */
static rc_t send_envelope(struct call *c, struct sending *s, struct envelope *env,
                          struct letter *out, struct totals *t, struct err *why)
{
    struct err e = {0};
    const char *status = "failed";
    rc_t rc = build(c, s, env, out, why);
    WX_KILL_POINT("message_built");
    if (rc == RC_OK) status = submit(c, s, env, &out->message, why);
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

static rc_t append_copy(struct call *c, const struct flow *message, struct place *out,
                        struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    const str_t seen[] = {STR_INIT("\\Seen")};
    struct place p;
    TRY(compose_mailbox(c, FOLDER_SENT, "Sent", &p.folder, e));
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_append_flow(im, p.folder, message, seen, 1, &p.uid, &p.uidvalidity, e));
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

static rc_t file_copy(struct call *c, const struct ticket *t, const struct flow *message,
                      struct submission *state, struct err *e)
{
    CLEANUP_BUF struct buf copy = BUF_INIT(1u << 19);
    struct place p;
    TRY(put_bcc(t, c->arena, &copy, e));
    if (copy.failed) return err_set(e, RC_TOO_LARGE, NULL);
    const str_t bcc = buf_view(&copy);
    const struct flow parts[] = {flow_of_str(&bcc), *message};
    const struct flow_list list = {parts, 2};
    const struct flow all = flow_of_list(&list);
    WX_KILL_POINT("copy_before");
    TRY(append_copy(c, &all, &p, e));
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

static void file_sent(struct call *c, struct sending *s, const struct flow *message)
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

/* *first: the first envelope's message. */
static rc_t send_all(struct call *c, struct sending *s, struct letter *first, struct err *e)
{
    struct envelope *envelopes;
    size_t n = 0;
    struct totals t = {0};
    struct err why = {0};
    TRY(make_envelopes(c, s, &envelopes, &n, e));
    for (size_t i = 0; i < n; i++) {
        CLEANUP_LETTER struct letter other = {.sealed = NULL};
        /* After a failed or doubtful main envelope no blind copies leave. */
        if (t.failed + t.unknown > 0 && i > 0 && !envelopes[0].bcc && t.sent == 0) {
            put_result(&envelopes[i], "failed");
            t.failed++;
            continue;
        }
        rc_t rc = send_envelope(c, s, &envelopes[i], i == 0 ? first : &other, &t, &why);
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
    CLEANUP_LETTER struct letter first = {.sealed = NULL};
    rc_t rc = send_all(c, s, &first, e);
    if (rc != RC_OK && str_eq(submission_status(s->state), STR("pending")))
        submission_set_status(s->state, "failed", str_c(e->message));
    keep_state(c, s->state);
    if (rc != RC_OK) return rc;
    WX_KILL_POINT("result_noted");
    remember_recipients(c, s);
    WX_KILL_POINT("recipients_remembered");
    if (!json_object_get(s->state->doc, "copy")) return RC_OK;
    file_sent(c, s, &first.message);
    keep_state(c, s->state);
    WX_KILL_POINT("copy_noted");
    if (!json_object_get(s->state->doc, "copy") && drop_draft(c, s->state)) keep_state(c, s->state);
    return RC_OK;
}

/* --- another try ----------------------------------------------------------------------------- */

/* Content of the copy from the draft: plain ones are built again, encrypted ones are what the
 * draft holds, which only the sender can open. */
static rc_t file_again(struct call *c, const struct ticket *t, const struct flow *rest,
                       str_t signature, const char *micalg, struct submission *state, struct err *e)
{
    CLEANUP_LETTER struct letter letter = {.sealed = NULL};
    struct signed_text text = {.all = *rest};
    rc_t rc = RC_OK;
    if (!t->shape.encrypted && signature.p)
        rc = signed_text_make(rest, signature, micalg, t->opaque, &text, e);
    if (rc == RC_OK) rc = letter_make(t->header, t->receipt, &text.all, &letter, e);
    if (rc == RC_OK) rc = file_copy(c, t, &letter.message, state, e);
    signed_text_free(&text);
    return rc;
}

static rc_t copy_from_draft(struct call *c, struct submission *state, struct err *e)
{
    CLEANUP_ROPE struct rope rest = {.n = 0};
    const json_t *owed = json_object_get(state->doc, "copy");
    struct ticket t;
    str_t text, micalg, signature = STR_NULL;
    TRY(ticket_from_json(owed, c->arena, &t, e));
    TRY(json_want_str(owed, "signature", STR_NULL, &text, e));
    TRY(json_want_str(owed, "micalg", STR("sha-256"), &micalg, e));
    if (text.p && !b64_decode(c->arena, text, &signature)) return err_set(e, RC_DAMAGED, NULL);
    const struct draft_shape as_it_is = {.head = t.shape.head};
    TRY(draft_entity(c, submission_place(state, "draft", c->arena), &as_it_is, STR_NULL, &rest, e));
    const struct flow flow = rope_flow(&rest);
    return file_again(c, &t, &flow, signature, micalg.p, state, e);
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
