#include "webmail/compose/older.h"

#define SUBMISSION_FIELD "X-Waxseal-Submission"
/* Named in the state: as many workers may die one after the other. */
#define REPLACED_MOST 4
/* Of a window that are looked at: more of them are left only where many workers died. */
#define LEFT_MOST 16

bool draft_next_line(str_t *rest, str_t *line)
{
    ptrdiff_t end = str_chr(*rest, '\n');
    str_t whole = end < 0 ? *rest : str_sub(*rest, 0, (size_t) end + 1);
    if (str_trim(whole).n == 0) return false;
    *line = whole;
    *rest = str_sub(*rest, whole.n, rest->n);
    return true;
}

str_t draft_field(str_t head, const char *name)
{
    str_t line, rest = head;
    size_t n = strlen(name);
    while (draft_next_line(&rest, &line)) {
        if (str_istarts(line, str_c(name)) && line.n > n && line.p[n] == ':')
            return str_trim(str_sub(line, n + 1, line.n));
    }
    return STR_NULL;
}

void draft_put_window(str_t submission, const struct draft_base *by, struct buf *out)
{
    if (by->window.p)
        buf_printf(out, WINDOW_FIELD ": %.*s %.*s %u\r\n", STR_ARG(submission), STR_ARG(by->window),
                   (unsigned) by->turn);
}

void older_note(struct submission *s, struct place p, struct arena *a)
{
    json_t *list = json_object_get(s->doc, "replaced");
    if (!p.folder.p) return;
    if (!json_is_array(list)) {
        list = json_array();
        json_object_set_new(s->doc, "replaced", list);
    }
    json_array_append_new(list, place_json(p, a));
    while (json_array_size(list) > REPLACED_MOST)
        json_array_remove(list, 0);
}

/* --- those that go --------------------------------------------------------------------------- */

struct uids {
    uint32_t list[REPLACED_MOST + LEFT_MOST];
    size_t n;
};

static bool has(const struct uids *u, uint32_t uid)
{
    for (size_t i = 0; i < u->n; i++)
        if (u->list[i] == uid) return true;
    return false;
}

static void add(struct uids *u, uint32_t uid)
{
    if (!has(u, uid)) u->list[u->n++] = uid;
}

/* In the selected folder; elsewhere (Drafts is another folder since): one by one. */
static rc_t add_replaced(struct call *c, const struct older *o, struct uids *u, struct err *e)
{
    for (size_t i = 0; i < json_array_size(o->replaced); i++) {
        struct place p;
        TRY(place_from_json(json_array_get(o->replaced, i), c->arena, &p, e));
        if (!str_eq(p.folder, o->now.folder))
            TRY(place_remove(c, p, e));
        else if (p.uidvalidity == o->now.uidvalidity && p.uid != o->now.uid)
            add(u, p.uid);
    }
    return RC_OK;
}

/* Kept by an earlier request of the window than this one? A later one has its own to replace. */
static rc_t is_earlier(struct imap *im, uint32_t uid, str_t own, uint32_t turn, bool *out,
                       struct err *e)
{
    CLEANUP_BUF struct buf head = BUF_INIT_SECRET(1u << 20);
    uint32_t n;
    *out = false;
    rc_t rc = imap_fetch_header(im, uid, &head, e);
    if (rc == RC_NOT_FOUND) return RC_OK;
    TRY(rc);
    str_t said = draft_field(buf_view(&head), WINDOW_FIELD);
    *out =
        str_starts(said, own) && str_to_u32(str_trim(str_sub(said, own.n, said.n)), &n) && n < turn;
    return RC_OK;
}

static rc_t add_own(struct call *c, struct imap *im, const struct older *o, struct uids *u,
                    struct err *e)
{
    uint32_t *found;
    size_t n, looked = 0;
    if (!o->by.window.p) return RC_OK;
    str_t own = arena_printf(c->arena, "%.*s %.*s", STR_ARG(o->submission), STR_ARG(o->by.window));
    TRY(imap_search_header(im, STR(WINDOW_FIELD), own, c->arena, &found, &n, e));
    for (size_t i = 0; i < n && looked < LEFT_MOST; i++) {
        bool earlier;
        if (found[i] == o->now.uid || has(u, found[i])) continue;
        looked++;
        TRY(is_earlier(im, found[i], own, o->by.turn, &earlier, e));
        if (earlier) add(u, found[i]);
    }
    return RC_OK;
}

static rc_t remove_all(struct call *c, struct imap *im, const struct older *o, struct err *e)
{
    uint32_t *found;
    size_t n, older = 0;
    TRY(imap_search_header(im, STR(SUBMISSION_FIELD), o->submission, c->arena, &found, &n, e));
    for (size_t i = 0; i < n; i++)
        if (found[i] < o->now.uid) found[older++] = found[i];
    return older > 0 ? imap_expunge(im, found, older, e) : RC_OK;
}

/* What this window left of the message it went on from lies in the draft that was just kept. What
 * the state of that one names is another window's, or was sent. */
static rc_t remove_apart(struct call *c, struct imap *im, const struct older *o, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    uint32_t *found;
    size_t n, left = 0;
    TRY(submission_load(c, o->by.was, &s, e));
    struct place p = submission_place(&s, "draft", c->arena);
    bool here = p.folder.p && str_eq(p.folder, o->now.folder);
    str_t own = arena_printf(c->arena, "%.*s %.*s ", STR_ARG(o->by.was), STR_ARG(o->by.window));
    TRY(imap_search_header(im, STR(WINDOW_FIELD), own, c->arena, &found, &n, e));
    for (size_t i = 0; i < n; i++)
        if (!(here && found[i] == p.uid) && found[i] != o->now.uid) found[left++] = found[i];
    return left > 0 ? imap_expunge(im, found, left, e) : RC_OK;
}

rc_t older_remove(struct call *c, const struct older *o, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    struct uids u = {.n = 0};
    TRY(call_imap(c, o->now.folder, &im, e));
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != o->now.uidvalidity) return RC_OK;
    TRY(add_replaced(c, o, &u, e));
    TRY(add_own(c, im, o, &u, e));
    if (u.n > 0) TRY(imap_expunge(im, u.list, u.n, e));
    if (o->by.was.p && o->by.window.p) TRY(remove_apart(c, im, o, e));
    return o->all ? remove_all(c, im, o, e) : RC_OK;
}

static rc_t is_there(struct call *c, struct place p, bool *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    struct imap_row row;
    *out = false;
    rc_t rc = call_imap(c, p.folder, &im, e);
    if (rc == RC_NOT_FOUND) return RC_OK;
    TRY(rc);
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != p.uidvalidity) return RC_OK;
    rc = imap_flags_of(im, p.uid, c->arena, &row, e);
    *out = rc == RC_OK;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

rc_t draft_where(struct call *c, str_t submission, struct place p, struct place *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    struct place found = {.folder = STR_NULL};
    uint32_t *uids;
    size_t n = 0;
    bool there;
    TRY(is_there(c, p, &there, e));
    *out = there ? p : (struct place){.folder = STR_NULL};
    if (there) return RC_OK;
    TRY(compose_mailbox_find(c, FOLDER_DRAFTS, &found.folder, e));
    if (!found.folder.p) return RC_OK;
    TRY(call_imap(c, found.folder, &im, e));
    TRY(imap_mailbox(im, &box, e));
    found.uidvalidity = box.uidvalidity;
    TRY(imap_search_header(im, STR(SUBMISSION_FIELD), submission, c->arena, &uids, &n, e));
    for (size_t i = 0; i < n; i++)
        if (uids[i] > found.uid) found.uid = uids[i];
    if (found.uid) *out = found;
    return RC_OK;
}

rc_t older_adopt(struct call *c, str_t submission, struct draft_base base, struct place *out,
                 struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    struct place p = {.uid = base.uid, .uidvalidity = base.uidvalidity};
    uint32_t *found;
    size_t n = 0;
    *out = (struct place){.folder = STR_NULL};
    if (base.uid == 0 || base.uidvalidity == 0) return RC_OK;
    TRY(compose_mailbox_find(c, FOLDER_DRAFTS, &p.folder, e));
    if (!p.folder.p) return RC_OK;
    TRY(call_imap(c, p.folder, &im, e));
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != p.uidvalidity) return RC_OK;
    TRY(imap_search_header(im, STR(SUBMISSION_FIELD), submission, c->arena, &found, &n, e));
    for (size_t i = 0; i < n; i++)
        if (found[i] == p.uid) *out = p;
    return RC_OK;
}
