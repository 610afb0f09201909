#include "webmail/compose/draft.h"

#include "base/kill.h"
#include "base/log.h"
#include "crypto/cms.h"
#include "mail/build_part.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/decide.h"
#include "webmail/compose/faulty.h"
#include "webmail/compose/older.h"
#include "webmail/contacts/waiting.h"
#include "webmail/session/session.h"

#define STORE_TRIES 8

str_t compose_message_id(struct call *c, str_t submission)
{
    str_t address = c->session->address;
    ptrdiff_t at = str_rchr(address, '@');
    str_t domain = str_sub(address, (size_t) at + 1, address.n);
    return arena_printf(c->arena, "<%.*s@%.*s>", STR_ARG(submission), STR_ARG(domain));
}

struct build_message compose_message(struct call *c, const struct compose *m)
{
    return (struct build_message){
        .from = m->from,
        .reply_to = m->reply_to,
        .to = m->to,
        .to_count = m->to_count,
        .cc = m->cc,
        .cc_count = m->cc_count,
        .subject = m->subject,
        .outer_subject = m->hide_subject && m->mode & MODE_ENCRYPT ? STR("[...]") : STR_NULL,
        .date = m->date,
        .message_id = compose_message_id(c, m->submission),
        .in_reply_to = m->in_reply_to,
        .references = m->references,
        .priority = m->priority,
        .asks_certificate = m->asks_certificate,
        /* One signature is over all copies: where some must not have it, it stays outside. */
        .receipt_to =
            m->receipt && m->bcc_count == 0 ? m->from : (struct mail_address){.name = STR_NULL},
        .text = m->text,
        .html = m->html,
        .attachments = m->attachments,
        .attachment_count = m->attachment_count,
    };
}

/* --- building -------------------------------------------------------------------------------- */

static void put_marks(const struct compose *m, struct buf *out)
{
    buf_printf(out,
               "X-Waxseal-Submission: %.*s\r\nX-Waxseal-Mode: %s\r\nX-Waxseal-May-Encrypt: %s\r\n"
               "X-Waxseal-Hide-Subject: %s\r\nX-Waxseal-Opaque: %s\r\n",
               STR_ARG(m->submission), compose_mode_word(m->mode), m->may_encrypt ? "yes" : "no",
               m->hide_subject ? "yes" : "no", m->opaque ? "yes" : "no");
    draft_put_window(m->submission, &m->base, out);
}

/* Only what was asked for. */
static void put_wishes(struct call *c, const struct compose *m, struct buf *out)
{
    str_t dsn = compose_dsn_words(m->dsn, false, c->arena);
    if (m->priority != PRIORITY_NORMAL)
        buf_printf(out, "X-Waxseal-Priority: %s\r\n", compose_priority_word(m->priority));
    if (m->receipt) buf_cstr(out, "X-Waxseal-Receipt: yes\r\n");
    if (dsn.p) buf_printf(out, "X-Waxseal-DSN: %.*s\r\n", STR_ARG(dsn));
}

/* Who is not in To and Cc. */
static rc_t put_others(struct call *c, const struct compose *m, struct buf *out, struct err *e)
{
    faulty_put(m->faulty, c->secret, out);
    if (m->bcc_count == 0) return RC_OK;
    buf_cstr(out, "Bcc: ");
    TRY(build_address_list(m->bcc, m->bcc_count, out, e));
    buf_cstr(out, "\r\n");
    return RC_OK;
}

static rc_t freeze_plain(struct call *c, const struct compose *m, enum header_protection hp,
                         struct draft *d, struct err *e)
{
    struct build_message b = compose_message(c, m);
    put_marks(m, &d->head);
    put_wishes(c, m, &d->head);
    TRY(put_others(c, m, &d->head, e));
    if (hp == HP_NONE) TRY(build_header(&b, &d->head, e)); /* else the entity has its own */
    return build_around(&b, hp, c->secret, &d->text, &d->pieces, &d->piece_count, e);
}

/* Outer header of an encrypted draft: nothing of what is inside. */
static rc_t put_outer(const struct build_message *b, struct buf *out, struct err *e)
{
    buf_cstr(out, "Date: ");
    field_put_date(b->date, 0, out);
    buf_cstr(out, "\r\nFrom: ");
    TRY(build_address_list(&b->from, 1, out, e));
    buf_cstr(out, "\r\n");
    TRY(build_text_field("Subject", STR("Encrypted draft"), out, e));
    buf_cstr(out, "MIME-Version: 1.0\r\n");
    return RC_OK;
}

/* What is before the frozen entity in the plaintext. An entity that leaves without a signature or
 * encryption has no header of its own: it is wrapped in one (RFC 8551 section 3.1), so that the
 * draft is read with its recipients and subject. */
static rc_t put_inner(struct call *c, const struct compose *m, const struct build_message *b,
                      enum header_protection hp, struct buf *out, struct err *e)
{
    if (hp == HP_NONE) buf_cstr(out, "Content-Type: message/rfc822; forwarded=no\r\n\r\n");
    TRY(put_others(c, m, out, e));
    return hp == HP_NONE ? build_header(b, out, e) : RC_OK;
}

static rc_t freeze_encrypted(struct call *c, const struct compose *m, enum header_protection hp,
                             struct draft *d, struct err *e)
{
    struct build_message b = compose_message(c, m);
    put_marks(m, &d->head);
    put_wishes(c, m, &d->head);
    TRY(put_outer(&b, &d->head, e));
    TRY(put_inner(c, m, &b, hp, &d->text, e));
    d->shape.inner = d->text.n;
    return build_around(&b, hp, c->secret, &d->text, &d->pieces, &d->piece_count, e);
}

static rc_t check_size(struct call *c, const struct draft *d, size_t n, struct err *e)
{
    if (!d->head.failed && !d->text.failed && n <= c->app->config->message_max_bytes) return RC_OK;
    return err_set(e, RC_TOO_LARGE, "The message is too large with its attachments.");
}

rc_t draft_freeze(struct call *c, const struct compose *m, enum header_protection hp,
                  bool encrypted, struct draft *out, struct err *e)
{
    size_t most = c->app->config->message_max_bytes;
    *out = (struct draft){.head = BUF_INIT_SECRET(2u << 20), .text = BUF_INIT_SECRET(most)};
    out->shape.encrypted = encrypted;
    if (encrypted)
        TRY(freeze_encrypted(c, m, hp, out, e));
    else
        TRY(freeze_plain(c, m, hp, out, e));
    out->shape.head = out->head.n;
    for (size_t i = 0; i < out->piece_count; i++)
        TRY(rope_add(&out->entity, out->pieces[i].bytes, out->pieces[i].base64, e));
    return check_size(c, out, out->head.n + out->shape.inner + out->entity.n, e);
}

rc_t draft_seal(struct call *c, struct cert *self, struct draft *d, struct err *e)
{
    if (!d->shape.encrypted) return RC_OK;
    if (!self) return err_set(e, RC_INTERNAL, NULL);
    d->views[1] = str_sub(buf_view(&d->text), 0, d->shape.inner);
    d->plain[0] = flow_of_str(&d->views[1]);
    d->plain[1] = rope_flow(&d->entity);
    d->plain_list = (struct flow_list){d->plain, 2};
    const struct flow plain = flow_of_list(&d->plain_list);
    /* Read by ourselves only: authenticated encryption. */
    TRY(cms_seal(&plain, &self, 1, CMS_AES_256_GCM, STR_NULL, d->content_key, &d->sealed, e));
    build_pkcs7_fields("authEnveloped-data", &d->head);
    return check_size(c, d, draft_message(d).n, e);
}

struct flow draft_message(struct draft *d)
{
    d->views[0] = buf_view(&d->head);
    d->parts[0] = flow_of_str(&d->views[0]);
    if (d->sealed) {
        d->cipher = cms_sealed_flow(d->sealed);
        d->parts[1] = base64_flow(&d->cipher);
    } else {
        d->parts[1] = rope_flow(&d->entity);
    }
    d->list = (struct flow_list){d->parts, 2};
    return flow_of_list(&d->list);
}

void draft_free(struct draft *d)
{
    buf_free(&d->head);
    buf_free(&d->text);
    rope_free(&d->entity);
    cms_sealed_free(d->sealed);
    d->sealed = NULL;
    wipe(d->content_key, sizeof d->content_key);
}

/* --- storing --------------------------------------------------------------------------------- */

static rc_t find_mailbox(struct call *c, struct imap *im, enum folder_role role, str_t *out,
                         struct err *e)
{
    struct imap_folder *folders;
    size_t n;
    TRY(imap_folder_names(im, c->arena, &folders, &n, e));
    *out = STR_NULL;
    for (size_t i = 0; i < n && !out->p; i++)
        if (folders[i].role == role && folders[i].selectable && !folders[i].shared)
            *out = folders[i].name;
    return RC_OK;
}

rc_t compose_mailbox_find(struct call *c, enum folder_role role, str_t *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    TRY(call_imap(c, STR_NULL, &im, e));
    return find_mailbox(c, im, role, out, e);
}

rc_t compose_mailbox(struct call *c, enum folder_role role, const char *name, str_t *out,
                     struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    str_t found;
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(find_mailbox(c, im, role, &found, e));
    if (!found.p) return imap_folder_create(im, str_c(name), c->arena, out, e);
    *out = found;
    return RC_OK;
}

static rc_t append(struct call *c, struct draft *d, struct place *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    const str_t flags[] = {STR_INIT("\\Draft"), STR_INIT("\\Seen")};
    struct place p;
    TRY(compose_mailbox(c, FOLDER_DRAFTS, "Drafts", &p.folder, e));
    const struct flow message = draft_message(d);
    TRY(call_imap(c, STR_NULL, &im, e));
    TRY(imap_append_flow(im, p.folder, &message, flags, 2, &p.uid, &p.uidvalidity, e));
    *out = p;
    return RC_OK;
}

rc_t place_remove(struct call *c, struct place p, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    if (!p.folder.p || p.uid == 0) return RC_OK;
    TRY(call_imap(c, p.folder, &im, e));
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != p.uidvalidity) return RC_OK; /* made anew: it is gone */
    return imap_expunge(im, &p.uid, 1, e);
}

/* UIDs of the draft at p and of every other one of this submission in its folder. */
static rc_t find_all(struct call *c, struct imap *im, str_t submission, struct place p,
                     uint32_t **out, size_t *count, struct err *e)
{
    struct imap_mailbox box;
    uint32_t *found, *uids;
    size_t n = 0;
    bool known = false;
    TRY(imap_mailbox(im, &box, e));
    TRY(imap_search_header(im, STR("X-Waxseal-Submission"), submission, c->arena, &found, &n, e));
    uids = ARENA_ARRAY(c->arena, n + 1, uint32_t);
    if (!uids) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        uids[i] = found[i];
        known = known || found[i] == p.uid;
    }
    if (!known && p.uid != 0 && box.uidvalidity == p.uidvalidity) uids[n++] = p.uid;
    *out = uids;
    *count = n;
    return RC_OK;
}

rc_t draft_remove_all(struct call *c, str_t submission, struct place p, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    uint32_t *uids;
    size_t n;
    if (!p.folder.p) return RC_OK;
    TRY(call_imap(c, p.folder, &im, e));
    TRY(find_all(c, im, submission, p, &uids, &n, e));
    return n > 0 ? imap_expunge(im, uids, n, e) : RC_OK;
}

static bool is_sealed(const struct submission *s)
{
    return json_is_true(json_object_get(s->doc, "sealed"));
}

/* Known to be in the clear; a state that was lost says nothing of what lies in Drafts. */
static bool is_clear(const struct submission *s)
{
    return json_is_false(json_object_get(s->doc, "sealed"));
}

/* A draft that is on its way. */
struct storing {
    str_t submission;
    struct place now;
    struct place adopted; /* what base names, where the state does not; folder null: none */
    json_t *replaced;     /* owned: see older.h */
    bool sealed;
    bool was_sealed, was_clear; /* what the state said when this began; neither: nothing */
    bool overtaken;             /* another window turned encryption on meanwhile */
    struct draft_base base;     /* as in struct draft */
};

/* 1: this window kept the newest, and asks for this after it (or a browser has repeated the very
 * request); -1: before it; 0: another did. */
static int is_own(const struct submission *s, const struct draft_base *base)
{
    const json_t *turn = json_object_get(s->doc, "turn");
    if (!base->window.p || !str_eq(json_text(json_object_get(turn, "window")), base->window))
        return 0;
    return json_integer_value(json_object_get(turn, "n")) <= (json_int_t) base->turn ? 1 : -1;
}

static void note_turn(struct submission *s, const struct draft_base *base)
{
    json_t *turn;
    json_object_del(s->doc, "turn");
    if (!base->window.p) return;
    turn = json_object();
    json_put_str(turn, "window", base->window);
    json_put_int(turn, "n", base->turn);
    json_object_set_new(s->doc, "turn", turn);
}

/* The draft that the state names was deleted and brought back, and this is written from it. */
static rc_t was_brought_back(struct call *c, const struct submission *s, struct place p,
                             const struct draft_base *base, bool *out, struct err *e)
{
    struct place now;
    *out = false;
    if (!p.folder.p || base->uidvalidity == 0 || base->exact) return RC_OK;
    TRY(draft_where(c, s->id, p, &now, e));
    if (now.uid == p.uid && now.uidvalidity == p.uidvalidity) return RC_OK;
    TRY(older_adopt(c, s->id, *base, &now, e));
    *out = now.folder.p != NULL;
    return RC_OK;
}

rc_t draft_check_base(struct call *c, const struct submission *s, struct draft_base base,
                      struct err *e)
{
    struct place p = submission_place(s, "draft", c->arena);
    int own = is_own(s, &base);
    bool same = p.folder.p && p.uid == base.uid &&
                (base.uidvalidity == 0 || p.uidvalidity == base.uidvalidity);
    /* A window that says its name and no base knows of no draft. So it was where the answer to its
     * first save was lost; what another window has kept meanwhile it never saw. */
    bool unsaid = base.uid == 0 && (!base.window.p || own > 0 || !p.folder.p);
    if (own >= 0) {
        if (unsaid || same || str_eq(submission_status(s), STR("new"))) return RC_OK;
        if (own > 0 && p.folder.p && !base.exact) return RC_OK;
        TRY(was_brought_back(c, s, p, &base, &same, e));
        if (same) return RC_OK;
    }
    if (!c->more) c->more = json_object();
    json_object_set_new(c->more, "draft", place_json(p, c->arena));
    if (own < 0) return err_set(e, RC_CONFLICT, "This window has kept a newer draft since.");
    return err_set(e, RC_CONFLICT,
                   p.folder.p ? "This draft was changed in another window."
                              : "This draft was discarded in another window.");
}

/* Notes the new place. Whoever turns encryption on removes all older drafts; one that was on its
 * way then must not be noted, for it may be among them. */
static rc_t note(struct call *c, struct storing *w, struct err *e)
{
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < STORE_TRIES; i++) {
        CLEANUP_SUBMISSION struct submission s = {0};
        TRY(submission_load(c, w->submission, &s, e));
        if (!submission_is_open(&s)) return submission_refuse(&s, e);
        w->overtaken = !w->was_sealed && is_sealed(&s);
        if (w->overtaken)
            return err_set(e, RC_CONFLICT, "This draft was encrypted in another window.");
        TRY(draft_check_base(c, &s, w->base, e));
        older_note(&s, w->adopted, c->arena);
        older_note(&s, submission_place(&s, "draft", c->arena), c->arena);
        submission_set_place(&s, "draft", w->now, c->arena);
        note_turn(&s, &w->base);
        json_put_bool(s.doc, "sealed", w->sealed);
        json_object_del(s.doc, "busy"); /* hold.c: of the draft that goes */
        submission_set_status(&s, "draft", STR_NULL);
        rc = submission_save(c, &s, e);
        if (rc == RC_OK) w->replaced = json_deep_copy(json_object_get(s.doc, "replaced"));
    }
    return rc;
}

/* What the draft was until now. */
static void drop_older(struct call *c, const struct storing *w)
{
    struct err e = {0};
    const struct older o = {.submission = w->submission,
                            .now = w->now,
                            .by = w->base,
                            .replaced = w->replaced,
                            .all = w->sealed && w->was_clear};
    if (older_remove(c, &o, &e) != RC_OK) log_err(LOG_WARN, "draft_left", &e);
}

static rc_t look(struct call *c, struct storing *w, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    TRY(submission_load(c, w->submission, &s, e));
    w->was_sealed = is_sealed(&s);
    w->was_clear = is_clear(&s);
    if (!submission_is_open(&s)) return submission_refuse(&s, e);
    TRY(draft_check_base(c, &s, w->base, e));
    /* What it is written from goes also where the state names another one, or none. */
    struct place p = submission_place(&s, "draft", c->arena);
    if (p.folder.p && p.uid == w->base.uid) return RC_OK;
    return older_adopt(c, w->submission, w->base, &w->adopted, e);
}

static rc_t store_once(struct call *c, struct draft *d, struct storing *w, struct err *e)
{
    struct err ignored = {0};
    w->overtaken = false;
    TRY(look(c, w, e));
    WX_KILL_POINT("draft_before");
    TRY(append(c, d, &w->now, e));
    WX_KILL_POINT("draft_appended");
    rc_t rc = note(c, w, e);
    if (rc == RC_OK) return RC_OK;
    /* Nobody will ever know of it: take it back. */
    if (place_remove(c, w->now, &ignored) != RC_OK) log_err(LOG_WARN, "draft_left", &ignored);
    return rc;
}

rc_t draft_store(struct call *c, str_t submission, struct draft *d, struct place *out,
                 struct err *e)
{
    struct storing w = {.submission = submission, .sealed = d->shape.encrypted, .base = d->base};
    rc_t rc = store_once(c, d, &w, e);
    if (rc == RC_CONFLICT && w.overtaken && w.sealed) rc = store_once(c, d, &w, e);
    TRY(rc);
    WX_KILL_POINT("draft_noted");
    drop_older(c, &w);
    json_decref(w.replaced);
    WX_KILL_POINT("draft_replaced");
    *out = w.now;
    return RC_OK;
}

rc_t draft_is_sealed(struct call *c, str_t submission, bool *out, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    TRY(submission_load(c, submission, &s, e));
    *out = is_sealed(&s);
    return RC_OK;
}

/* --- routes ---------------------------------------------------------------------------------- */

/* What waits for certificates waits for those it shall be encrypted to now. */
static void tell_waiting(struct call *c, const struct compose *m)
{
    const struct mail_address *lists[] = {m->to, m->cc, m->bcc};
    const size_t counts[] = {m->to_count, m->cc_count, m->bcc_count};
    size_t n = 0;
    str_t *all = ARENA_ARRAY(c->arena, m->to_count + m->cc_count + m->bcc_count + 1, str_t);
    if (!all) return;
    for (size_t k = 0; k < 3 && m->mode & MODE_ENCRYPT; k++)
        for (size_t i = 0; i < counts[k]; i++)
            all[n++] = lists[k][i].address;
    waiting_follow(c, m->submission, all, n);
}

rc_t compose_draft(struct call *c, struct err *e)
{
    CLEANUP_COMPOSE struct compose m = {0};
    CLEANUP_DRAFT struct draft d = {0};
    struct own_certificates own = {0};
    struct cert *self = NULL;
    struct place p;
    rc_t rc;
    TRY(compose_parse(c, &m, e));
    if (m.may_encrypt) {
        TRY(vault_own_certificates(c, &own, e));
        rc = compose_own_encryption(&own, c->arena, &self, e);
    } else {
        rc = RC_OK;
    }
    if (rc == RC_OK) rc = draft_freeze(c, &m, self ? HP_CIPHER : HP_NONE, self != NULL, &d, e);
    if (rc == RC_OK) rc = draft_seal(c, self, &d, e);
    own_certificates_free(&own);
    TRY(rc);
    d.base = m.base;
    TRY(draft_store(c, m.submission, &d, &p, e));
    tell_waiting(c, &m);
    json_t *answer = place_json(p, c->arena);
    json_put_bool(answer, "encrypted", d.shape.encrypted);
    return call_answer(c, answer, e);
}

/* First it is nobody's draft any more, then it goes: what another window keeps meanwhile is not
 * among what was found before. `gone`: where it lay, for another try if this one ends here. */
static rc_t discard_once(struct call *c, str_t id, struct draft_base base, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    CLEANUP_IMAP struct imap *im = NULL;
    uint32_t *uids = NULL;
    size_t n = 0;
    TRY(submission_load(c, id, &s, e));
    if (!submission_is_open(&s)) return submission_refuse(&s, e);
    struct place p = submission_place(&s, "draft", c->arena);
    if (p.folder.p)
        TRY(draft_check_base(c, &s, base, e));
    else if (str_eq(submission_status(&s), STR("new")))
        TRY(older_adopt(c, id, base, &p, e));
    else
        p = submission_place(&s, "gone", c->arena);
    if (!p.folder.p && !base.window.p) return RC_OK;
    if (p.folder.p) {
        TRY(call_imap(c, p.folder, &im, e));
        TRY(find_all(c, im, id, p, &uids, &n, e));
        submission_set_place(&s, "gone", p, c->arena);
    }
    submission_set_place(&s, "draft", (struct place){.folder = STR_NULL}, c->arena);
    /* A save of this window that is still on its way is refused when it comes. */
    if (is_own(&s, &base) >= 0) note_turn(&s, &base);
    if (str_eq(submission_status(&s), STR("new"))) submission_set_status(&s, "draft", STR_NULL);
    WX_KILL_POINT("discard_found");
    TRY(submission_save(c, &s, e));
    WX_KILL_POINT("discard_noted");
    TRY(n > 0 ? imap_expunge(im, uids, n, e) : RC_OK);
    WX_KILL_POINT("discard_done");
    return RC_OK;
}

rc_t compose_draft_delete(struct call *c, struct err *e)
{
    str_t id;
    struct draft_base base;
    rc_t rc = RC_CONFLICT;
    TRY(json_need_str(c->in, "submission", &id, e));
    TRY(compose_check_submission(id, e));
    TRY(compose_parse_base(c->in, &base, e));
    /* Without details it is only that somebody was quicker: look again. */
    for (int i = 0; rc == RC_CONFLICT && !c->more && i < STORE_TRIES; i++)
        rc = discard_once(c, id, base, e);
    TRY(rc);
    return call_answer(c, json_object(), e);
}
