/* What an attachment says, as data: invitations, cards, reports. Every value is text. */
#include "mail/preview.h"

#include "mail/calendar.h"
#include "mail/contact.h"
#include "mail/report.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/view/view.h"

enum { ORIGINAL_BYTES = 1 << 20 };

static str_t text_or_empty(str_t s)
{
    return str_is_null(s) ? STR("") : s;
}

static void put_word(json_t *v, const char *key, const char *word)
{
    json_put_str(v, key, word ? str_c(word) : STR_NULL);
}

static void put_time(json_t *v, const char *key, int64_t t, struct arena *a)
{
    json_put_str(v, key, t > 0 ? time_text(a, t) : STR_NULL);
}

/* --- invitations -------------------------------------------------------------------------------
 */

static json_t *time_json(const struct calendar_time *t, struct arena *a)
{
    if (!t->given) return json_null();
    json_t *v = json_object();
    json_put_str(v, "utc", t->has_utc ? time_text(a, t->utc) : STR_NULL);
    json_put_str(v, "local", t->local);
    json_put_str(v, "zone", t->zone);
    return v;
}

static json_t *person_json(const struct calendar_person *p, bool with_answer)
{
    json_t *v = json_object();
    json_put_str(v, "name", text_or_empty(p->name));
    json_put_str(v, "address", text_or_empty(p->address));
    if (!with_answer) return v;
    json_put_str(v, "role", p->role);
    json_put_str(v, "status", p->status);
    return v;
}

static json_t *repeat_json(const struct calendar_repeat *r, struct arena *a)
{
    if (!r->frequency) return json_null();
    json_t *v = json_object(), *days = json_array();
    for (size_t i = 0; i < r->day_count; i++)
        json_array_append_new(days, json_from_str(r->days[i]));
    put_word(v, "frequency", r->frequency);
    json_put_int(v, "interval", r->interval);
    json_object_set_new(v, "count", r->count ? json_integer(r->count) : json_null());
    json_object_set_new(v, "until", time_json(&r->until, a));
    json_object_set_new(v, "days", days);
    return v;
}

static json_t *event_json(const struct calendar_event *ev, struct arena *a)
{
    json_t *v = json_object(), *people = json_array();
    for (size_t i = 0; i < ev->attendee_count; i++)
        json_array_append_new(people, person_json(&ev->attendees[i], true));
    json_put_str(v, "uid", text_or_empty(ev->uid));
    json_put_int(v, "sequence", ev->sequence);
    put_word(v, "status", ev->status);
    json_put_str(v, "summary", text_or_empty(ev->summary));
    json_put_str(v, "location", text_or_empty(ev->location));
    json_put_str(v, "description", text_or_empty(ev->description));
    json_put_str(v, "url", ev->url);
    json_object_set_new(v, "start", time_json(&ev->start, a));
    json_object_set_new(v, "end", time_json(&ev->end, a));
    json_put_bool(v, "all_day", ev->all_day);
    json_object_set_new(v, "repeats", repeat_json(&ev->repeat, a));
    json_object_set_new(v, "recurrence_id", time_json(&ev->recurrence, a));
    json_object_set_new(v, "organizer",
                        ev->has_organizer ? person_json(&ev->organizer, false) : json_null());
    json_object_set_new(v, "attendees", people);
    json_put_int(v, "attendees_total", (long long) ev->attendee_total);
    return v;
}

static rc_t preview_calendar(struct call *c, struct opened_message *m, str_t id, json_t *out,
                             struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET((size_t) CALENDAR_MAX_BYTES * 3);
    struct calendar k;
    TRY(message_part_text(m->view, id, &text, e));
    TRY(calendar_read(buf_view(&text), c->secret, &k, e));
    json_t *events = json_array();
    for (size_t i = 0; i < k.count; i++)
        json_array_append_new(events, event_json(&k.events[i], c->secret));
    put_word(out, "method", k.method);
    json_object_set_new(out, "events", events);
    json_put_int(out, "total", (long long) k.total);
    return RC_OK;
}

/* --- cards -------------------------------------------------------------------------------------
 */

static json_t *values_json(const struct contact_values *list)
{
    json_t *v = json_array();
    for (size_t i = 0; i < list->count; i++) {
        json_t *one = json_object();
        json_put_str(one, "value", list->list[i].value);
        json_put_str(one, "label", list->list[i].label);
        json_array_append_new(v, one);
    }
    return v;
}

static rc_t preview_contact(struct call *c, struct opened_message *m, str_t id, json_t *out,
                            struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET((size_t) CONTACT_MAX_BYTES * 3);
    struct contacts k;
    TRY(message_part_text(m->view, id, &text, e));
    TRY(contacts_read(buf_view(&text), c->secret, &k, e));
    json_t *all = json_array();
    for (size_t i = 0; i < k.count; i++) {
        const struct contact *one = &k.list[i];
        json_t *v = json_object();
        json_put_str(v, "name", text_or_empty(one->name));
        json_put_str(v, "organization", text_or_empty(one->organization));
        json_put_str(v, "title", text_or_empty(one->title));
        json_object_set_new(v, "emails", values_json(&one->emails));
        json_object_set_new(v, "phones", values_json(&one->phones));
        json_object_set_new(v, "addresses", values_json(&one->addresses));
        json_object_set_new(v, "urls", values_json(&one->urls));
        json_put_str(v, "birthday", one->birthday);
        json_put_str(v, "note", text_or_empty(one->note));
        json_array_append_new(all, v);
    }
    json_object_set_new(out, "contacts", all);
    json_put_int(out, "total", (long long) k.total);
    return RC_OK;
}

/* --- reports -----------------------------------------------------------------------------------
 */

/* The message a report is about comes behind it: whole, or its header alone. */
static bool is_original(str_t type)
{
    static const str_t types[] = {STR_INIT("message/rfc822"), STR_INIT("text/rfc822-headers"),
                                  STR_INIT("message/global"), STR_INIT("message/global-headers"),
                                  STR_INIT("message/rfc822-headers")};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq(type, types[i])) return true;
    return false;
}

static str_t header_or_empty(const struct entity *m, str_t name, struct arena *a)
{
    str_t raw = entity_field(m, name);
    return str_is_null(raw) ? STR("") : text_or_empty(header_text(raw, a));
}

static rc_t original_json(struct call *c, struct opened_message *m, str_t id, json_t **out,
                          struct err *e)
{
    CLEANUP_BUF struct buf raw = BUF_INIT_SECRET(c->app->config->message_max_bytes);
    struct entity *header;
    str_t type, name, id_of;
    int64_t date = 0;
    int zone;
    TRY(message_part_bytes(m->view, id, &raw, &type, &name, e));
    str_t bytes = str_sub(buf_view(&raw), 0, ORIGINAL_BYTES);
    const struct entity_limits limits = {.depth = 1, .parts = 1};
    TRY(entity_parse(bytes, &limits, c->secret, &header, e));
    (void) header_date(entity_field(header, STR("Date")), &date, &zone);
    id_of = header_or_empty(header, STR("Message-ID"), c->secret);
    json_t *v = json_object();
    json_put_str(v, "subject", header_or_empty(header, STR("Subject"), c->secret));
    json_put_str(v, "from", header_or_empty(header, STR("From"), c->secret));
    json_put_str(v, "to", header_or_empty(header, STR("To"), c->secret));
    put_time(v, "date", date, c->secret);
    json_put_str(v, "message_id", id_of.n ? id_of : STR_NULL);
    *out = v;
    return RC_OK;
}

static rc_t put_original(struct call *c, struct opened_message *m, str_t id, json_t *out,
                         struct err *e)
{
    bool behind = false;
    json_t *v = NULL;
    for (size_t i = 0; i < m->view->attachment_count && !v; i++) {
        const struct message_attachment *at = &m->view->attachments[i];
        if (behind && is_original(at->type)) TRY(original_json(c, m, at->id, &v, e));
        behind = behind || str_eq(at->id, id);
    }
    json_object_set_new(out, "original", v ? v : json_null());
    return RC_OK;
}

static json_t *recipients_json(const struct report *r, struct arena *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->count; i++) {
        const struct report_recipient *one = &r->recipients[i];
        json_t *v = json_object();
        json_put_str(v, "address", one->address);
        json_put_str(v, "action", one->action);
        json_put_str(v, "status", one->status);
        json_put_str(v, "diagnostic", one->diagnostic);
        json_put_str(v, "remote", one->remote);
        put_time(v, "last_attempt", one->last_attempt, a);
        put_time(v, "retry_until", one->retry_until, a);
        json_array_append_new(list, v);
    }
    return list;
}

static rc_t preview_report(struct call *c, struct opened_message *m, str_t id, json_t *out,
                           struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT_SECRET(REPORT_MAX_BYTES);
    struct report r;
    str_t type, name;
    TRY(message_part_bytes(m->view, id, &bytes, &type, &name, e));
    bool delivery = str_ends(type, STR("delivery-status"));
    TRY(report_read(buf_view(&bytes), delivery, c->secret, &r, e));
    json_put_str(out, "report", delivery ? STR("delivery") : STR("disposition"));
    json_put_str(out, "reporter", r.reporter);
    if (delivery) {
        put_time(out, "arrived", r.arrived, c->secret);
        json_object_set_new(out, "recipients", recipients_json(&r, c->secret));
        json_put_int(out, "total", (long long) r.total);
    } else {
        json_put_str(out, "recipient", r.recipient);
        json_put_str(out, "disposition", r.disposition);
        json_put_bool(out, "automatic", r.automatic);
        json_put_str(out, "problem", r.problem);
        json_put_str(out, "message_id", r.message_id);
    }
    return put_original(c, m, id, out, e);
}

/* --- winmail.dat -------------------------------------------------------------------------------
 */

static rc_t preview_tnef(struct call *c, struct opened_message *m, str_t id, json_t *out,
                         struct err *e)
{
    struct tnef t;
    TRY(message_part_tnef(m->view, id, &t, e));
    json_t *files = json_array();
    for (size_t i = 0; i < t.count; i++) {
        const struct tnef_file *f = &t.files[i];
        json_t *v = json_object();
        json_put_str(v, "id", arena_printf(c->arena, "%.*s/t%zu", STR_ARG(id), i + 1));
        json_put_str(v, "name", f->name);
        json_put_str(v, "type", f->type);
        json_put_int(v, "size", (long long) f->bytes.n);
        put_word(v, "preview", preview_word(preview_of(f->type, f->name)));
        json_array_append_new(files, v);
    }
    json_put_str(out, "subject", t.subject);
    json_object_set_new(out, "attachments", files);
    json_put_int(out, "total", (long long) t.total);
    return RC_OK;
}

/* --- any ---------------------------------------------------------------------------------------
 */

static rc_t read_part(struct call *c, struct opened_message *m, str_t id, enum preview kind,
                      json_t *out, struct err *e)
{
    switch (kind) {
    case PREVIEW_CALENDAR:
        return preview_calendar(c, m, id, out, e);
    case PREVIEW_CONTACT:
        return preview_contact(c, m, id, out, e);
    case PREVIEW_REPORT:
        return preview_report(c, m, id, out, e);
    case PREVIEW_TNEF:
        return preview_tnef(c, m, id, out, e);
    default:
        return err_set(e, RC_UNSUPPORTED, "There is nothing more to be shown of this file.");
    }
}

/* Under a mark of its own: what ends a worker here makes this preview unreadable, not the message.
 */
static rc_t read_guarded(struct call *c, const struct message_request *q, struct opened_message *m,
                         enum preview kind, json_t *out, struct err *e)
{
    struct shared_key mark;
    str_t which = arena_printf(c->arena, "%u.%u", q->uidvalidity, q->uid);
    str_t parts[] = {STR("preview"), c->session->address, q->mailbox, which, q->part};
    TRY(shared_key_of(parts, 5, &mark, e));
    if (shared_parse_begin(c->app->shared, &mark, NULL) != RC_OK)
        return err_set(e, RC_DAMAGED, "This file cannot be shown. It can still be downloaded.");
    rc_t rc = read_part(c, m, q->part, kind, out, e);
    shared_parse_end(c->app->shared);
    return rc;
}

rc_t message_preview(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    struct message_request q = {0};
    enum preview kind;
    TRY(message_request_read(c, &q, e));
    TRY(json_need_str(c->in, "part", &q.part, e));
    if (!q.part.n) return err_invalid(e, "part", "No part is named.");
    TRY(view_open_message(c, &q, &m, e));
    TRY(message_part_kind(m.view, q.part, &kind, e));
    CLEANUP_JSON json_t *v = json_object();
    put_word(v, "kind", preview_word(kind));
    TRY(read_guarded(c, &q, &m, kind, v, e));
    return call_answer(c, json_incref(v), e);
}
