/* Drafts that wait for a certificate. The note that asks for it is a message like any other, which
 * the browser prepared, signed and finished; here is only remembered what it was sent for. */
#include "base/log.h"
#include "webmail/compose/compose.h"
#include "webmail/compose/older.h"
#include "webmail/compose/parse.h"
#include "webmail/compose/submission.h"
#include "webmail/contacts/waiting.h"
#include "webmail/store.h"

#define LOOK_TRIES 4

struct asking {
    str_t submission;
    str_t addresses[WAITING_MAX_ADDRESSES];
    size_t count;
};

/* Did this note leave for this address? */
static bool was_sent_to(const struct submission *note, str_t address)
{
    const json_t *envelopes = json_object_get(note->doc, "envelopes");
    for (size_t i = 0; i < json_array_size(envelopes); i++) {
        const json_t *list = json_object_get(json_array_get(envelopes, i), "recipients");
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *r = json_array_get(list, k);
            if (str_ieq(json_text(json_object_get(r, "address")), address) &&
                str_eq(json_text(json_object_get(r, "status")), STR("sent")))
                return true;
        }
    }
    return false;
}

static rc_t read_asked(struct call *c, const json_t *item, str_t *out, struct err *e)
{
    CLEANUP_SUBMISSION struct submission note = {0};
    str_t id;
    TRY(json_need_str(item, "address", out, e));
    TRY(json_need_str(item, "note", &id, e));
    TRY(compose_check_submission(id, e));
    TRY(submission_load(c, id, &note, e));
    if (was_sent_to(&note, *out)) return RC_OK;
    return compose_refuse(e, RC_CONFLICT, "note", "No note was sent to this address.");
}

static rc_t read_asking(struct call *c, struct asking *out, struct err *e)
{
    json_t *list;
    TRY(json_need_str(c->in, "submission", &out->submission, e));
    TRY(compose_check_submission(out->submission, e));
    TRY(json_need_array(c->in, "asked", WAITING_MAX_ADDRESSES, &list, e));
    out->count = json_array_size(list);
    if (out->count == 0) return compose_refuse(e, RC_INVALID, "asked", "Nobody was asked.");
    for (size_t i = 0; i < out->count; i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_object(item)) return compose_refuse(e, RC_INVALID, "asked", NULL);
        TRY(read_asked(c, item, &out->addresses[i], e));
    }
    return RC_OK;
}

static rc_t noted_draft(struct call *c, str_t id, struct place *out, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    *out = (struct place){.folder = STR_NULL};
    TRY(submission_load(c, id, &s, e));
    if (submission_is_open(&s)) *out = submission_place(&s, "draft", c->arena);
    return RC_OK;
}

/* The draft that waits, as long as it does: one that was deleted elsewhere waits no longer. A save
 * may replace it while it is looked for. A mail server that does not answer proves nothing. */
static rc_t waiting_draft(struct call *c, str_t id, struct place *out, struct err *e)
{
    struct place noted, now = {.folder = STR_NULL};
    TRY(noted_draft(c, id, &noted, e));
    for (int i = 0; noted.folder.p && i < LOOK_TRIES; i++) {
        struct place before = noted;
        struct err why = {0};
        if (draft_where(c, id, noted, &now, &why) != RC_OK) {
            log_err(LOG_WARN, "waiting_draft_unknown", &why);
            now = noted;
        }
        if (now.folder.p) break;
        TRY(noted_draft(c, id, &noted, e));
        if (noted.uid == before.uid && noted.uidvalidity == before.uidvalidity) break;
    }
    *out = now;
    return RC_OK;
}

/* Entries whose draft is there no more make room. */
static rc_t drop_gone(struct call *c, const json_t *doc, struct err *e)
{
    json_t *entries = waiting_entries(doc);
    for (size_t i = json_array_size(entries); i-- > 0;) {
        struct place p;
        TRY(waiting_draft(c, json_text(json_object_get(json_array_get(entries, i), "submission")),
                          &p, e));
        if (!p.folder.p) json_array_remove(entries, i);
    }
    return RC_OK;
}

static rc_t note(struct call *c, json_t **doc, void *arg, struct err *e)
{
    const struct asking *asking = arg;
    TRY(drop_gone(c, *doc, e));
    return waiting_note(doc, asking->submission, asking->addresses, asking->count,
                        time_text(c->arena, call_now()), e);
}

/* The mail that waits is a secret: only a draft that is encrypted to its writer may. */
static rc_t check_draft(struct call *c, str_t id, struct err *e)
{
    CLEANUP_SUBMISSION struct submission s = {0};
    TRY(submission_load(c, id, &s, e));
    struct place p = submission_place(&s, "draft", c->arena);
    if (!submission_is_open(&s) || !p.folder.p)
        return compose_refuse(e, RC_CONFLICT, "submission", "There is no such draft.");
    if (json_is_true(json_object_get(s.doc, "sealed"))) return RC_OK;
    return compose_refuse(e, RC_INVALID, "submission",
                          "Only a draft that is kept encrypted can wait for a certificate.");
}

static json_t *address_json(const json_t *item, bool ready)
{
    json_t *v = json_object();
    json_put_str(v, "address", json_text(json_object_get(item, "address")));
    json_put_str(v, "asked", json_text(json_object_get(item, "asked")));
    json_put_bool(v, "ready", ready);
    return v;
}

/* NULL: it waits no longer. What arrived is looked at again: it may be of no use by now. */
static rc_t entry_json(struct call *c, const json_t *entry, json_t **out, struct err *e)
{
    const json_t *list = json_object_get(entry, "addresses");
    str_t id = json_text(json_object_get(entry, "submission"));
    struct place p;
    bool all = true;
    *out = NULL;
    TRY(waiting_draft(c, id, &p, e));
    if (!p.folder.p) return RC_OK;
    CLEANUP_JSON json_t *addresses = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        bool ready = false;
        if (waiting_is_apart(item)) continue;
        TRY(waiting_can_receive(c, json_text(json_object_get(item, "address")), &ready, e));
        all = all && ready;
        json_array_append_new(addresses, address_json(item, ready));
    }
    if (json_array_size(addresses) == 0) return RC_OK; /* nobody who was asked is written to */
    json_t *v = json_object();
    json_put_str(v, "submission", id);
    json_put_str(v, "since", json_text(json_object_get(entry, "since")));
    json_object_set_new(v, "draft", place_json(p, c->arena));
    json_object_set(v, "addresses", addresses);
    json_put_bool(v, "ready", all);
    *out = v;
    return RC_OK;
}

static rc_t answer(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL, *list = json_array();
    str_t version;
    TRY(waiting_load(c, &doc, &version, e));
    const json_t *entries = waiting_entries(doc);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *v = NULL;
        TRY(entry_json(c, json_array_get(entries, i), &v, e));
        if (v) json_array_append_new(list, v);
    }
    return call_answer(c, json_pack("{s:O}", "waiting", list), e);
}

rc_t compose_ask(struct call *c, struct err *e)
{
    struct asking asking = {.count = 0};
    TRY(read_asking(c, &asking, e));
    TRY(check_draft(c, asking.submission, e));
    TRY(store_update(c, STR("waiting"), note, &asking, e));
    TRY(waiting_tell(c, e));
    return answer(c, e);
}

rc_t compose_waiting(struct call *c, struct err *e)
{
    return answer(c, e);
}
