/* The first words of messages, by partial fetches. */
#include "mail/imap_lease.h"
#include "mail/imap_row.h"
#include "mail/snippet.h"

#define FIRST_BYTES 6144u
#define MORE_BYTES 65536u

struct snippet_reader {
    struct arena *a;       /* of the texts */
    struct arena *scratch; /* of one response */
    const uint32_t *uids;
    size_t n;
    size_t most; /* bytes of a body that were asked for */
    struct imap_snippet *out;
    size_t count;
    uint32_t again[IMAP_SNIPPETS_MAX]; /* their text begins behind what came */
    size_t again_count;
};

static bool is_wanted(const struct snippet_reader *s, uint32_t uid)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->uids[i] == uid) return true;
    return false;
}

/* Anything encrypted, or perhaps encrypted, anywhere: then nothing of it is looked at. */
static bool is_sealed(const struct imap_body *b)
{
    bool sealed = !b->read || b->sealed || b->unclear || b->security == IMAP_SEC_ENCRYPTED ||
                  b->security == IMAP_SEC_OPAQUE;
    for (size_t i = 0; i < b->candidate_count; i++)
        sealed = sealed || b->candidates[i].labelled;
    return sealed;
}

static struct imap_snippet *slot_of(struct snippet_reader *s, uint32_t uid)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->out[i].uid == uid) return &s->out[i];
    return s->count < s->n ? &s->out[s->count++] : NULL;
}

/* The two literals of "(UID 3 BODYSTRUCTURE (...) BODY[HEADER.FIELDS (...)] {n}... BODY[TEXT]<0>
 * {n}...)" joined to the beginning of a message. */
static bool read_start(struct wire *w, struct arena *a, str_t *start)
{
    str_t header = STR_NULL, text = STR_NULL;
    if (!wire_take(w, '(')) return false;
    while (!w->bad && !wire_at_end(w) && !wire_take(w, ')')) {
        str_t name = wire_atom(w);
        if (str_istarts(name, STR("BODY[HEADER")))
            header = wire_nstring(w, a);
        else if (str_istarts(name, STR("BODY[TEXT]")))
            text = wire_nstring(w, a);
        else
            wire_skip(w);
    }
    if (w->bad || str_is_null(header)) return false;
    *start = arena_printf(a, "%.*s%.*s", STR_ARG(header), STR_ARG(text));
    return !str_is_null(*start);
}

static rc_t on_start(void *ctx, struct imap_response *r, struct err *e)
{
    struct snippet_reader *s = ctx;
    if (!r->has_number || !str_ieq(r->word, STR("FETCH")) || r->cut) return RC_OK;
    struct imap_response again = *r;
    struct imap_row row;
    struct imap_body body;
    str_t start;
    arena_reset(s->scratch);
    if (!imap_row_read(&again, s->scratch, &row, &body) || !is_wanted(s, row.uid)) return RC_OK;
    if (!read_start(&r->rest, s->scratch, &start)) return RC_OK; /* news of another kind */
    struct imap_snippet *slot = slot_of(s, row.uid);
    if (!slot) return RC_OK;
    *slot = (struct imap_snippet){.uid = row.uid, .sealed = is_sealed(&body), .text = STR("")};
    if (slot->sealed) return RC_OK;
    bool cut = false;
    for (size_t i = 0; s->most == MORE_BYTES && i < s->again_count; i++)
        if (s->again[i] == row.uid) s->again[i] = 0; /* as good as it gets */
    str_t text = snippet_of_message(start, &cut, s->scratch);
    bool more = cut && start.n >= s->most && s->most < MORE_BYTES;
    if (more && s->again_count < IMAP_SNIPPETS_MAX) s->again[s->again_count++] = row.uid;
    slot->text = arena_str(s->a, text.p ? text : STR(""));
    return slot->text.p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static rc_t fetch(struct imap *im, struct snippet_reader *s, const uint32_t *uids, size_t n,
                  size_t bytes, struct err *e)
{
    struct imap_command cmd;
    size_t from = 0;
    s->most = bytes;
    imap_cmd_begin(im->c, &cmd);
    imap_cmd_text(im->c, STR("UID FETCH "));
    imap_uids_write(&im->c->out, uids, n, &from, IMAP_LINE_MAX);
    imap_cmd_printf(im->c,
                    " (UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE "
                    "CONTENT-TRANSFER-ENCODING)] BODY.PEEK[TEXT]<0.%zu>)",
                    bytes);
    imap_cmd_end(im->c);
    return imap_conn_run(im->c, &cmd, on_start, s, e);
}

static rc_t snippets_once(struct imap *im, struct snippet_reader *s, struct err *e)
{
    TRY(imap_need_selected(im, e));
    s->count = s->again_count = 0;
    TRY(fetch(im, s, s->uids, s->n, FIRST_BYTES, e));
    if (s->again_count == 0) return RC_OK;
    uint32_t again[IMAP_SNIPPETS_MAX];
    memcpy(again, s->again, sizeof again);
    return fetch(im, s, again, s->again_count, MORE_BYTES, e);
}

/* After a failure: only what is whole, not what still waited for more bytes. */
static size_t whole_ones(const struct snippet_reader *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool waits = str_is_null(s->out[i].text);
        for (size_t k = 0; k < s->again_count; k++)
            waits = waits || s->again[k] == s->out[i].uid;
        if (!waits) s->out[kept++] = s->out[i];
    }
    return kept;
}

rc_t imap_snippets(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                   struct imap_snippet *out, size_t *count, struct err *e)
{
    if (n > IMAP_SNIPPETS_MAX) return err_set(e, RC_INVALID, NULL);
    TRY(imap_uids_check(uids, n, e));
    struct snippet_reader s = {.a = a, .uids = uids, .n = n, .out = out};
    s.scratch = arena_new(8u << 20);
    if (!s.scratch) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc;
    do
        rc = snippets_once(im, &s, e);
    while (imap_should_retry(im, rc));
    arena_free(s.scratch);
    *count = rc == RC_OK ? s.count : whole_ones(&s);
    return rc;
}
