#include "webmail/view/view.h"

#include "base/b64.h"
#include "base/mutant.h"
#include "webmail/contacts/contacts.h"
#include "webmail/session/session.h"
#include "webmail/shared.h"
#include "webmail/smime/vault.h"
#include "webmail/smime/verified.h"
#include "webmail/view/message_json.h"

#define MAX_KEYS 8u
/* Decryptions that may fail for one account in a window. */
#define MAX_FAILURES 60u
#define FAILURE_SECONDS 600u
#define KNOWN (sizeof((struct opened_message *) 0)->known / sizeof(struct cert *))

/* --- opening --------------------------------------------------------------------------------- */

static rc_t read_keys(struct call *c, const json_t *list, struct message_key **out, size_t *n,
                      struct err *e)
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
    *out = keys;
    *n = count;
    return RC_OK;
}

static rc_t fetch(struct call *c, str_t mailbox, uint32_t uid, uint32_t uidvalidity,
                  struct opened_message *m, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    TRY(call_imap(c, mailbox, &im, e));
    /* A selected mailbox keeps its UIDVALIDITY: nothing has to be asked. */
    if (imap_uidvalidity(im) != uidvalidity)
        return err_set(e, RC_CONFLICT, "The folder was made anew meanwhile.");
    m->uidvalidity = uidvalidity;
    return imap_open(im, uid, c->arena, &m->row, &m->raw, e);
}

static rc_t mark_of(struct call *c, str_t mailbox, const struct opened_message *m,
                    struct shared_key *out, struct err *e)
{
    str_t parts[] = {c->session->address, mailbox,
                     arena_printf(c->arena, "%u.%u", m->uidvalidity, m->row.uid)};
    return shared_key_of(parts, 3, out, e);
}

static rc_t parse(struct call *c, struct opened_message *m, const struct message_key *keys,
                  size_t key_count, struct err *e)
{
#if WAXSEAL_MUTANT_ABORT
    /* Stands for a parser's crash; only in the build that tests what happens then. */
    if (str_find(buf_view(&m->raw), STR("\nX-Waxseal-Abort: yes")) >= 0) abort();
#endif
    struct verified_lookup before = {.call = c};
    const struct message_options options = {.smime = c->features.smime || WX_MUTANT(FEATURE),
                                            .trust = c->app->trust,
                                            .now = call_now(),
                                            .known = m->known,
                                            .known_count = m->known_count,
                                            .anchors = m->anchors.certs,
                                            .anchor_count = m->anchors.count,
                                            .verified_at = verified_at,
                                            .verified_holder = &before,
                                            .keys = keys,
                                            .key_count = key_count};
    TRY(message_open(buf_view(&m->raw), &options, key_count ? c->secret : c->arena, &m->view, e));
    if (before.rc != RC_OK && e) *e = before.err;
    return before.rc;
}

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

rc_t view_open_message(struct call *c, str_t mailbox, uint32_t uid, uint32_t uidvalidity,
                       const json_t *keys, struct opened_message *out, struct err *e)
{
    struct message_key *content_keys = NULL;
    size_t key_count = 0;
    struct shared_key mark;
    *out = (struct opened_message){.raw = BUF_INIT(c->app->config->message_max_bytes)};
    if (keys) TRY(check_failures(c, e));
    if (keys) TRY(read_keys(c, keys, &content_keys, &key_count, e));
    TRY(fetch(c, mailbox, uid, uidvalidity, out, e));
    if (c->features.smime && out->row.from_count > 0 && out->row.from[0].address.n > 0) {
        str_t from = out->row.from[0].address;
        TRY(contacts_known_certificates(c, from, out->known, KNOWN, &out->known_count, e));
        TRY(trust_anchors(c, from, &out->anchors, e));
    }
    TRY(mark_of(c, mailbox, out, &mark, e));
    TRY(shared_parse_begin(c->app->shared, &mark, e));
    rc_t rc = parse(c, out, content_keys, key_count, e);
    shared_parse_end(c->app->shared);
    return rc == RC_OK && keys ? count_failure(c, out->view, e) : rc;
}

void opened_message_free(struct opened_message *m)
{
    if (m->view) message_close(m->view);
    for (size_t i = 0; i < m->known_count; i++)
        cert_unref(m->known[i]);
    trust_anchors_free(&m->anchors);
    buf_free(&m->raw);
    *m = (struct opened_message){0};
}

#define CLEANUP_OPENED __attribute__((cleanup(opened_message_free)))

/* --- one message --------------------------------------------------------------------------------
 */

static rc_t query_uidvalidity(struct call *c, uint32_t *out, struct err *e)
{
    if (str_to_u32(request_query(c->q, STR("uidvalidity")), out)) return RC_OK;
    err_set(e, RC_INVALID, "uidvalidity must be a number.");
    err_field(e, "uidvalidity");
    return RC_INVALID;
}

static rc_t answer_message(struct call *c, const struct opened_message *m, struct err *e)
{
    struct own_certificates own = {0};
    if (c->features.smime && m->view->has_encryption) TRY(vault_own_certificates(c, &own, e));
    const struct message_context ctx = {
        .uidvalidity = m->uidvalidity, .row = &m->row, .mine = own.certs, .mine_count = own.count};
    json_t *v = message_json(m->view, &ctx, c->arena);
    own_certificates_free(&own);
    return call_answer(c, v, e);
}

rc_t message_get(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    str_t mailbox;
    uint32_t uid, uidvalidity;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(call_uid(c, 1, &uid, e));
    TRY(query_uidvalidity(c, &uidvalidity, e));
    TRY(view_open_message(c, mailbox, uid, uidvalidity, NULL, &m, e));
    return answer_message(c, &m, e);
}

static rc_t unlock(struct call *c, struct opened_message *m, struct err *e)
{
    str_t mailbox;
    uint32_t uid, uidvalidity;
    json_t *keys;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(call_uid(c, 1, &uid, e));
    TRY(json_need_u32(c->in, "uidvalidity", &uidvalidity, e));
    TRY(json_need_array(c->in, "keys", MAX_KEYS, &keys, e));
    return view_open_message(c, mailbox, uid, uidvalidity, keys, m, e);
}

rc_t message_unlock(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    TRY(unlock(c, &m, e));
    return answer_message(c, &m, e);
}

rc_t message_source(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    CLEANUP_BUF struct buf raw = BUF_INIT(c->app->config->message_max_bytes);
    str_t mailbox;
    uint32_t uid, uidvalidity;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(call_uid(c, 1, &uid, e));
    TRY(query_uidvalidity(c, &uidvalidity, e));
    TRY(call_imap(c, mailbox, &im, e));
    TRY(call_check_uidvalidity(im, uidvalidity, e));
    TRY(imap_fetch(im, uid, &raw, e));
    response_type(c->s, STR("message/rfc822"));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("message.eml")));
    response_take(c->s, &raw);
    return RC_OK;
}

/* --- parts --------------------------------------------------------------------------------------
 */

/* Types a browser shows as a picture and runs nothing of. */
static bool is_safe_image(str_t type)
{
    static const str_t types[] = {STR_INIT("image/png"),  STR_INIT("image/jpeg"),
                                  STR_INIT("image/gif"),  STR_INIT("image/webp"),
                                  STR_INIT("image/avif"), STR_INIT("image/bmp")};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq(type, types[i])) return true;
    return false;
}

/* type/subtype of RFC 6838 names and nothing else; what a browser would run is not named. */
static str_t download_type(str_t type)
{
    static const str_t active[] = {STR_INIT("text/html"),
                                   STR_INIT("image/svg+xml"),
                                   STR_INIT("application/xhtml+xml"),
                                   STR_INIT("text/xml"),
                                   STR_INIT("application/xml"),
                                   STR_INIT("text/javascript"),
                                   STR_INIT("application/javascript")};
    unsigned slashes = 0;
    bool ok = type.n > 2 && type.n < 128;
    for (size_t i = 0; ok && i < type.n; i++) {
        char ch = type.p[i];
        slashes += ch == '/';
        ok = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || strchr("/!#$&-^_.+", ch);
    }
    for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
        ok = ok && !str_eq(type, active[i]);
    return ok && slashes == 1 ? type : STR("application/octet-stream");
}

static rc_t answer_part(struct call *c, struct opened_message *m, str_t id, bool inline_,
                        struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT_SECRET(c->app->config->message_max_bytes);
    str_t type = STR_NULL, name = STR_NULL;
    TRY(message_part_bytes(m->view, id, &bytes, &type, &name, e));
    if (inline_ && !is_safe_image(type))
        return err_set(e, RC_FORBIDDEN, "Only pictures can be shown in place.");
    response_type(c->s,
                  inline_ ? arena_str(c->arena, type) : arena_str(c->arena, download_type(type)));
    response_header(c->s, STR("Content-Disposition"), content_disposition(c->arena, inline_, name));
    response_take(c->s, &bytes);
    return RC_OK;
}

rc_t part_get(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    str_t mailbox;
    uint32_t uid, uidvalidity;
    TRY(call_folder(c, 0, &mailbox, e));
    TRY(call_uid(c, 1, &uid, e));
    TRY(query_uidvalidity(c, &uidvalidity, e));
    TRY(view_open_message(c, mailbox, uid, uidvalidity, NULL, &m, e));
    bool inline_ = str_eq(request_query(c->q, STR("inline")), STR("1"));
    return answer_part(c, &m, c->q->params[2], inline_, e);
}

rc_t part_unlock(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    TRY(unlock(c, &m, e));
    return answer_part(c, &m, c->q->params[2], false, e);
}
