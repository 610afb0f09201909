#include "webmail/view/view.h"

#include <stdio.h>

#include "base/b64.h"
#include "webmail/session/session.h"
#include "webmail/view/ahead.h"
#include "webmail/view/list_cache.h"
#include "webmail/view/row_text.h"
#include "webmail/view/selection.h"

#define PAGE_BYTES (8u << 20)

static json_t *addresses_json(const struct imap_address *list, size_t n)
{
    json_t *v = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *address = json_object();
        json_put_str(address, "name", list[i].name.p ? list[i].name : STR(""));
        json_put_str(address, "address", list[i].address.p ? list[i].address : STR(""));
        json_array_append_new(v, address);
    }
    return v;
}

json_t *row_json(const struct imap_row *row, struct arena *a)
{
    json_t *v = json_object(), *flags = json_array();
    for (size_t i = 0; i < row->flag_count; i++)
        json_array_append_new(flags, json_from_str(row->flags[i]));
    json_put_int(v, "uid", row->uid);
    json_object_set_new(v, "from", addresses_json(row->from, row->from_count));
    json_object_set_new(v, "to", addresses_json(row->to, row->to_count));
    json_put_str(v, "subject", row->subject.p ? row->subject : STR(""));
    json_put_str(v, "date", time_text(a, row->date ? row->date : row->internaldate));
    json_put_str(v, "received", time_text(a, row->internaldate));
    json_put_int(v, "size", row->size);
    json_object_set_new(v, "flags", flags);
    json_put_bool(v, "attachment", row->attachment);
    json_put_str(v, "security", security_word(row->security));
    json_put_str(v, "message_id", row->message_id);
    return v;
}

/* --- which list ----------------------------------------------------------------------------- */

static rc_t number(struct call *c, str_t name, uint32_t fallback, uint32_t *out, struct err *e)
{
    str_t text = request_query(c->q, name);
    if (str_is_null(text)) {
        *out = fallback;
        return RC_OK;
    }
    if (str_to_u32(text, out)) return RC_OK;
    err_set(e, RC_INVALID, "%.*s must be a number.", STR_ARG(name));
    err_field(e, arena_cstr(c->arena, name));
    return RC_INVALID;
}

static rc_t check_limit(uint32_t limit, struct err *e)
{
    if (limit >= 1 && limit <= VIEW_MAX_LIMIT) return RC_OK;
    err_set(e, RC_INVALID, "Between 1 and %u messages at once.", VIEW_MAX_LIMIT);
    err_field(e, "limit");
    return RC_INVALID;
}

/* A page of the list: its order and its place in it. */
struct list_query {
    struct imap_order order;
    uint32_t offset, limit;
    bool pending; /* not in that order yet: by position until it is found out */
};

static rc_t bad_word(struct err *e, const char *field, const char *what)
{
    err_set(e, RC_INVALID, "%s", what);
    err_field(e, field);
    return RC_INVALID;
}

/* Names and subjects begin with A, all else with the newest or largest, unless asked otherwise. */
static rc_t read_order(struct call *c, struct imap_order *o, struct err *e)
{
    static const struct {
        str_t word;
        enum imap_sort sort;
        bool ascending;
    } keys[] = {{STR_INIT("date"), IMAP_SORT_DATE, false},
                {STR_INIT("from"), IMAP_SORT_FROM, true},
                {STR_INIT("to"), IMAP_SORT_TO, true},
                {STR_INIT("subject"), IMAP_SORT_SUBJECT, true},
                {STR_INIT("size"), IMAP_SORT_SIZE, false}};
    str_t sort = request_query(c->q, STR("sort")), order = request_query(c->q, STR("order"));
    str_t threads = request_query(c->q, STR("threads"));
    bool known = str_is_null(sort);
    *o = (struct imap_order){.sort = IMAP_SORT_POSITION};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!str_eq(sort, keys[i].word)) continue;
        *o = (struct imap_order){.sort = keys[i].sort, .ascending = keys[i].ascending};
        known = true;
    }
    if (!known) return bad_word(e, "sort", "A list is sorted by date, from, to, subject or size.");
    if (str_eq(order, STR("asc")) || str_eq(order, STR("desc")))
        o->ascending = str_eq(order, STR("asc"));
    else if (!str_is_null(order))
        return bad_word(e, "order", "The order is asc or desc.");
    if (!str_is_null(threads) && !str_eq(threads, STR("0")) && !str_eq(threads, STR("1")))
        return bad_word(e, "threads", "threads is 0 or 1.");
    o->threads = str_eq(threads, STR("1"));
    return RC_OK;
}

static rc_t read_query(struct call *c, struct list_query *l, struct err *e)
{
    TRY(number(c, STR("offset"), 0, &l->offset, e));
    TRY(number(c, STR("limit"), 50, &l->limit, e));
    TRY(check_limit(l->limit, e));
    return read_order(c, &l->order, e);
}

#define TAG_BYTES 8u
#define SOON_MS 250 /* as long as a list without conversations may be kept back for them */

/* --- answers --------------------------------------------------------------------------------- */

/* Written as text at once: a value of thousands of parts in between costs more than reading the
 * rows. */
static void write_page(struct buf *b, const struct imap_rows *rows, const struct list_query *l)
{
    const struct imap_mailbox *m = &rows->mailbox;
    buf_printf(b, "{\"uidvalidity\":%u,\"uidnext\":%u,\"modseq\":%llu,\"total\":%u,",
               m->uidvalidity, m->uidnext, (unsigned long long) m->modseq, m->total);
    buf_printf(b, "\"unread\":%u,\"rows\":%zu,\"offset\":%u,", m->unseen, rows->total, l->offset);
    if (l->pending) buf_cstr(b, "\"pending\":true,");
    buf_cstr(b, "\"messages\":[");
    for (size_t i = 0; i < rows->count; i++) {
        if (i > 0) buf_char(b, ',');
        row_write(b, &rows->rows[i], rows->threads ? &rows->threads[i] : NULL);
    }
    buf_cstr(b, "]}");
}

/* What a page of the list depends on. Without MODSEQ a flag can change unseen: then it is null. */
static str_t state_of(struct call *c, const struct imap_mailbox *box, const struct list_query *l)
{
    if (box->modseq == 0) return STR_NULL;
    return arena_printf(c->arena, "%u-%u-%llu-%u-%u-%u-%u-%d%d%d", box->uidvalidity, box->uidnext,
                        (unsigned long long) box->modseq, box->total, box->unseen, l->offset,
                        l->limit, l->order.sort, l->order.ascending, l->order.threads);
}

/* The tag that names a page for the browser. A cache of one browser may be asked by two accounts,
 * one after the other, and two mailboxes can be in the same state: so it names the session too, by
 * a keyed hash. Null when there is none. */
static str_t tag_of(struct call *c, str_t state)
{
    unsigned char key[SEAL_KEY_BYTES];
    struct err ignored = {0};
    if (!state.p || app_key(c->app, STR("list tag"), c->session->id, key, &ignored) != RC_OK)
        return STR_NULL;
    str_t who = hex_encode(c->arena, str_n(key, TAG_BYTES));
    wipe(key, sizeof key);
    return arena_printf(c->arena, "W/\"%.*s-%.*s\"", STR_ARG(who), STR_ARG(state));
}

/* Where a page in this state is remembered, and the tag that names it for the browser. */
static str_t name_page(struct call *c, str_t mailbox, str_t state)
{
    str_t tag = tag_of(c, state);
    if (!tag.p) return STR_NULL;
    response_header(c->s, STR("ETag"), tag);
    response_header(c->s, STR("Cache-Control"), STR("private, no-cache"));
    return arena_printf(c->arena, "%.*s %.*s %.*s", STR_ARG(c->session->id), STR_ARG(state),
                        STR_ARG(mailbox));
}

static bool is_known(struct call *c, str_t state)
{
    str_t tag = tag_of(c, state);
    return tag.p && str_eq(c->q->if_none_match, tag);
}

/* Reads the page and remembers it under the state it was read in, which the rows tell. */
static rc_t read_page(struct call *c, struct imap *im, const struct list_query *l, str_t mailbox,
                      struct err *e)
{
    struct imap_rows rows;
    struct buf *body = &c->s->body;
    TRY(imap_list_ordered(im, &l->order, l->offset, l->limit, c->arena, &rows, e));
    response_type(c->s, STR("application/json"));
    buf_reserve(body, 512 + rows.count * 512);
    write_page(body, &rows, l);
    if (body->failed) return err_set(e, RC_NO_MEMORY, NULL);
    str_t key = l->pending ? STR_NULL : name_page(c, mailbox, state_of(c, &rows.mailbox, l));
    if (key.p) list_cache_put(c->app->lists, key, buf_view(body));
    return RC_OK;
}

/* An order that is not known yet, of a folder so large that finding it out may take long. */
static bool is_slow(struct imap *im, const struct imap_mailbox *box, const struct list_query *l)
{
    bool plain = l->order.sort == IMAP_SORT_POSITION && !l->order.threads;
    return !plain && box->total > AHEAD_LARGE && !imap_order_is_known(im, &l->order);
}

rc_t messages_list(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    str_t mailbox;
    struct list_query l = {0};
    struct imap_mailbox box;
    bool quiet = false;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(read_query(c, &l, e));
    TRY(call_imap(c, mailbox, &im, e));
    TRY(imap_look(im, &box, &quiet, e));
    if (is_slow(im, &box, &l)) {
        /* Conversations join a list that is there in nearly the same order; another order that a
         * person asked for would not come by itself. */
        int first_ms = l.order.sort == IMAP_SORT_POSITION ? SOON_MS : AHEAD_PATIENCE_MS;
        l.pending = !ahead_ready(c, im, mailbox, &l.order, first_ms);
        if (l.pending) l.order = (struct imap_order){.sort = IMAP_SORT_POSITION};
        TRY(imap_look(im, &box, &quiet, e)); /* that took a moment */
        if (l.pending) return read_page(c, im, &l, mailbox, e);
    }
    str_t state = quiet ? state_of(c, &box, &l) : STR_NULL;
    if (!state.p) return read_page(c, im, &l, mailbox, e);
    str_t key = name_page(c, mailbox, state);
    if (key.p && is_known(c, state)) {
        c->s->status = 304;
        return RC_OK;
    }
    str_t text = key.p ? list_cache_get(c->app->lists, key, c->arena) : STR_NULL;
    if (str_is_null(text)) {
        response_header(c->s, STR("ETag"), STR_NULL);
        return read_page(c, im, &l, mailbox, e);
    }
    response_type(c->s, STR("application/json"));
    return buf_str(&c->s->body, text) ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}
