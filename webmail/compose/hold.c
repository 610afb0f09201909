/* Undo send: a finished message waits as a draft with the mark X-Waxseal-Held until the browser,
 * which alone can sign it, sends it. A tab that is gone by then leaves the mark behind, and that
 * means "not sent". */
#include "base/kill.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/draft.h"
#include "webmail/compose/older.h"
#include "webmail/compose/submission.h"
#include "webmail/session/session.h"

#define HELD_FIELD "X-Waxseal-Held"
#define HOLD_MOST 120
/* So long after its time a message may still be on its way: signed, uploaded, prepared. */
#define HELD_GRACE 20
#define HELD_MOST 50
#define HOLD_TRIES 8
#define HEAD_MAX (2u << 20) /* and what came behind it in one piece */

struct holding {
    str_t submission;
    struct draft_base base;
    int64_t until; /* 0: the mark goes */
    bool raced;    /* another was kept while it was copied */
};

/* The same draft with the mark (until > 0) or without, and with the name of the window that marks
 * it; what is sealed in it stays as it is. */
static rc_t mark(str_t raw, const struct holding *h, struct buf *out, struct err *e)
{
    str_t line, rest = raw;
    if (h->until > 0) buf_printf(out, HELD_FIELD ": until %lld\r\n", (long long) h->until);
    draft_put_window(h->submission, &h->base, out);
    while (draft_next_line(&rest, &line)) {
        if (!str_istarts(line, STR(HELD_FIELD ":")) && !str_istarts(line, STR(WINDOW_FIELD ":")))
            buf_str(out, line);
    }
    buf_str(out, rest);
    return out->failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

/* The draft that is to be marked. */
static rc_t find_draft(struct call *c, const struct holding *h, struct submission *s,
                       struct place *out, struct err *e)
{
    TRY(submission_load(c, h->submission, s, e));
    if (!submission_is_open(s)) return submission_refuse(s, e);
    TRY(draft_check_base(c, s, h->base, e));
    *out = submission_place(s, "draft", c->arena);
    return out->folder.p ? RC_OK : err_set(e, RC_NOT_FOUND, "There is no draft of this message.");
}

/* A draft taken apart into its header, empty line included, and the rest. */
struct parting {
    struct buf head; /* secret */
    bool ended;
    struct rope *rest;
};

static rc_t part(void *ctx, str_t bytes, struct err *e)
{
    struct parting *p = ctx;
    if (p->ended) return rope_feed(p->rest, bytes, e);
    if (!buf_str(&p->head, bytes)) return err_set(e, RC_TOO_LARGE, NULL);
    ptrdiff_t end = str_find(buf_view(&p->head), STR("\r\n\r\n"));
    if (end < 0) return RC_OK;
    size_t n = (size_t) end + 4;
    p->ended = true;
    TRY(rope_feed(p->rest, str_sub(buf_view(&p->head), n, p->head.n), e));
    p->head.n = n;
    return RC_OK;
}

static rc_t take_apart(struct call *c, struct place p, const struct holding *h, struct draft *d,
                       struct err *e)
{
    struct parting parting = {.head = BUF_INIT_SECRET(HEAD_MAX), .rest = &d->entity};
    const struct flow_sink sink = {part, &parting};
    rc_t rc = draft_fetch(c, p, &sink, e);
    if (rc == RC_OK) rc = rope_end(&d->entity, e);
    WX_KILL_POINT("hold_read");
    if (rc == RC_OK) rc = mark(buf_view(&parting.head), h, &d->head, e);
    buf_free(&parting.head);
    return rc;
}

static rc_t keep(struct call *c, struct holding *h, struct place *out, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    CLEANUP_DRAFT struct draft d = {.head = BUF_INIT_SECRET(HEAD_MAX)};
    struct place p;
    TRY(find_draft(c, h, &s, &p, e));
    rc_t rc = take_apart(c, p, h, &d, e);
    h->raced = rc == RC_CONFLICT; /* replaced before it was read */
    TRY(rc);
    /* What was kept, or turned into a secret, since then is newer than this copy. */
    d.base = h->base;
    d.base.uid = p.uid;
    d.base.uidvalidity = p.uidvalidity;
    d.base.exact = true;
    d.shape.encrypted = json_is_true(json_object_get(s.doc, "sealed"));
    rc = draft_store(c, h->submission, &d, out, e);
    h->raced = rc == RC_CONFLICT;
    return rc;
}

/* An earlier save of the same window that came to its end meanwhile is no reason to refuse. */
static rc_t keep_newest(struct call *c, struct holding *h, struct place *out, struct err *e)
{
    rc_t rc = keep(c, h, out, e);
    for (int i = 1; h->raced && h->base.window.p && i < HOLD_TRIES; i++) {
        h->raced = false;
        if (c->more) json_object_del(c->more, "draft");
        rc = keep(c, h, out, e);
    }
    return rc;
}

/* While it is on its way longer than the mark says: the draft stays where it is, for what is being
 * uploaded was written from it. */
static rc_t renew(struct call *c, const struct holding *h, struct place *out, struct err *e)
{
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && !c->more && i < HOLD_TRIES; i++) {
        CLEANUP_SUBMISSION struct submission s = {0};
        struct place p;
        TRY(find_draft(c, h, &s, &p, e));
        json_put_int(s.doc, "busy", h->until);
        rc = submission_save(c, &s, e);
        if (rc == RC_OK) *out = p;
    }
    return rc;
}

rc_t compose_hold(struct call *c, struct err *e)
{
    uint32_t seconds;
    bool again;
    struct place p;
    struct holding h = {0};
    TRY(json_need_str(c->in, "submission", &h.submission, e));
    TRY(compose_check_submission(h.submission, e));
    TRY(json_need_u32(c->in, "seconds", &seconds, e));
    TRY(json_want_bool(c->in, "renew", false, &again, e));
    TRY(compose_parse_base(c->in, &h.base, e));
    if (seconds > HOLD_MOST) return err_invalid(e, "seconds", "That is too long.");
    h.until = seconds > 0 ? call_now() + seconds : 0;
    if (again)
        TRY(renew(c, &h, &p, e));
    else
        TRY(keep_newest(c, &h, &p, e));
    WX_KILL_POINT("hold_done");
    json_t *v = place_json(p, c->arena);
    json_put_int(v, "until", h.until);
    return call_answer(c, v, e);
}

/* --- what was not sent ----------------------------------------------------------------------- */

/* Until when its window said last that it is on its way; 0: it did not say. */
static int64_t busy_until(struct call *c, str_t id, struct place p)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    if (compose_check_submission(id, NULL) != RC_OK || submission_load(c, id, &s, NULL) != RC_OK)
        return 0;
    struct place now = submission_place(&s, "draft", c->arena);
    if (!now.folder.p || now.uid != p.uid || now.uidvalidity != p.uidvalidity) return 0;
    return json_integer_value(json_object_get(s.doc, "busy"));
}

static json_t *held_json(struct call *c, struct place p, str_t head, str_t subject)
{
    uint32_t until = 0;
    str_t mark = draft_field(head, HELD_FIELD);
    str_t id = draft_field(head, "X-Waxseal-Submission");
    str_t secret = draft_field(head, "X-Waxseal-May-Encrypt");
    if (!str_starts(mark, STR("until ")) || !str_to_u32(str_sub(mark, 6, mark.n), &until))
        return NULL;
    int64_t busy = busy_until(c, id, p);
    int64_t left = (busy > until ? busy : (int64_t) until) + HELD_GRACE - call_now();
    json_t *v = json_object();
    json_put_str(v, "submission", id);
    json_object_set_new(v, "draft", place_json(p, c->arena));
    json_put_int(v, "until", until);
    json_put_int(v, "left", left > 0 ? left : 0);
    json_put_bool(v, "encrypted", str_eq(secret, STR("yes")));
    json_put_str(v, "subject", subject);
    return v;
}

static rc_t add_held(struct call *c, struct imap *im, struct place p, json_t *list, struct err *e)
{
    CLEANUP_BUF struct buf head = BUF_INIT_SECRET(1u << 20);
    struct imap_rows rows;
    TRY(imap_fetch_header(im, p.uid, &head, e));
    TRY(imap_rows_of(im, &p.uid, 1, c->arena, &rows, e));
    if (rows.count == 0) return RC_OK;
    json_t *v = held_json(c, p, buf_view(&head), rows.rows[0].subject);
    if (v) json_array_append_new(list, v);
    return RC_OK;
}

static rc_t find_held(struct call *c, json_t *list, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    struct place p = {.uid = 0};
    uint32_t *uids;
    size_t n = 0;
    TRY(compose_mailbox_find(c, FOLDER_DRAFTS, &p.folder, e));
    if (!p.folder.p) return RC_OK;
    TRY(call_imap(c, p.folder, &im, e));
    TRY(imap_mailbox(im, &box, e));
    p.uidvalidity = box.uidvalidity;
    TRY(imap_search_header(im, STR(HELD_FIELD), STR("until"), c->arena, &uids, &n, e));
    for (size_t i = 0; i < n && i < HELD_MOST; i++) {
        p.uid = uids[i];
        rc_t rc = add_held(c, im, p, list, e);
        if (rc != RC_OK && rc != RC_NOT_FOUND) return rc; /* not found: sent meanwhile */
    }
    return RC_OK;
}

rc_t compose_held(struct call *c, struct err *e)
{
    json_t *list = json_array();
    rc_t rc = find_held(c, list, e);
    if (rc != RC_OK) {
        json_decref(list);
        return rc;
    }
    json_t *v = json_object();
    json_object_set_new(v, "held", list);
    return call_answer(c, v, e);
}
