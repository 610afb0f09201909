/* Any bytes are the body of a compose request. What is accepted becomes a draft whose header is
 * ours: one From, which is the user's, no field the composer did not write, the subject as it was
 * given, and as many attachments as were sent. */
#include <stdlib.h>

#include "mail/message.h"
#include "webmail/compose/draft.h"
#include "webmail/session/session.h"
#include "webmail/view/view.h"

static str_t input;

/* Takes the place of fcgi/server.c. */
rc_t request_body(struct request *q, struct buf *out, struct err *e)
{
    (void) q;
    return buf_str(out, input) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

/* Take the place of webmail/view/open.c: nothing can be forwarded. */
rc_t view_open_message(struct call *c, const struct message_request *q, struct opened_message *out,
                       struct err *e)
{
    *out = (struct opened_message){0};
    return err_set(e, RC_NOT_FOUND, NULL);
}

void opened_message_free(struct opened_message *m)
{
    (void) m;
}

/* Take the place of base/kv.c: an empty Redis, where nobody has another address. */
rc_t kv_pipeline(struct kv *kv, struct arena *a, const struct kv_call *calls, size_t n,
                 struct kv_value *outs, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        outs[i] = (struct kv_value){.type = KV_NIL};
    return RC_OK;
}

rc_t kv_command(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e,
                const str_t *argv, size_t argc)
{
    return kv_pipeline(kv, a, &(struct kv_call){argv, argc}, 1, out, e);
}

rc_t kv_eval(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
             const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    *out = (struct kv_value){.type = KV_NIL};
    return RC_OK;
}

rc_t kv_eval_ro(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
                const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    return kv_eval(kv, a, out, e, script, keys, nkeys, args, nargs);
}

void kv_ahead(struct kv *kv, str_t key)
{
    (void) kv;
    (void) key;
}

static void check_header(const struct entity *m)
{
    static const char *const OURS[] = {"From",
                                       "Reply-To",
                                       "To",
                                       "Cc",
                                       "Bcc",
                                       "Subject",
                                       "Date",
                                       "Message-ID",
                                       "In-Reply-To",
                                       "References",
                                       "MIME-Version",
                                       "Content-Type",
                                       "Content-Transfer-Encoding",
                                       "Content-Disposition",
                                       "X-Waxseal-Submission",
                                       "X-Waxseal-Mode",
                                       "X-Waxseal-May-Encrypt",
                                       "X-Waxseal-Hide-Subject",
                                       "X-Waxseal-Opaque",
                                       "X-Waxseal-Faulty",
                                       "X-Waxseal-Priority",
                                       "X-Waxseal-Receipt",
                                       "X-Waxseal-DSN",
                                       "X-Priority",
                                       "Importance",
                                       "Disposition-Notification-To",
                                       "HP-Outer"};
    for (size_t i = 0; i < m->field_count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof OURS / sizeof OURS[0]; k++)
            known = known || str_eq(m->fields[i].name, str_c(OURS[k]));
        if (!known || entity_field_count(m, m->fields[i].name) != 1) abort();
    }
}

static void check_draft(struct call *c, const struct compose *m, struct draft *d)
{
    CLEANUP_BUF struct buf whole = BUF_INIT(16u << 20);
    const struct flow f = draft_message(d);
    if (flow_collect(&f, &whole, NULL) != RC_OK || whole.n != f.n) abort();
    struct entity *root;
    struct mail_address *from;
    size_t n = 0;
    struct message_view *view;
    struct message_options o = {.now = 1750000000, .max_plain = 8u << 20};
    if (entity_parse(buf_view(&whole), NULL, c->arena, &root, NULL) != RC_OK) abort();
    check_header(root);
    if (header_addresses(entity_field(root, STR("From")), c->arena, &from, &n, NULL) != RC_OK ||
        n != 1 || !str_eq(from[0].address, c->session->address))
        abort();
    if (header_addresses(entity_field(root, STR("To")), c->arena, &from, &n, NULL) != RC_OK ||
        n != m->to_count)
        abort();
    if (message_open(buf_view(&whole), &o, c->arena, &view, NULL) != RC_OK) abort();
    if (view->attachment_count > m->attachment_count) abort();
    message_close(view);
}

static void build(struct call *c, const struct compose *m, enum header_protection hp)
{
    struct draft d;
    if (draft_freeze(c, m, hp, false, &d, NULL) == RC_OK && draft_seal(c, NULL, &d, NULL) == RC_OK)
        check_draft(c, m, &d);
    draft_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct config config = {.instance = STR("fuzz"), .message_max_bytes = 1u << 20};
    struct app app = {.config = &config};
    struct session me = {.id = STR("0123"), .address = STR("alice@example.org")};
    struct request q = {.content_type = STR("application/vnd.waxseal.compose")};
    struct call c = {.app = &app, .q = &q, .session = &me, .body_limit = 1u << 20};
    struct compose m;
    c.features.smime = true;
    c.arena = arena_new(32u << 20);
    c.secret = arena_new_secret(32u << 20);
    q.arena = c.arena;
    input = str_n(bytes, n);
    if (c.arena && c.secret) {
        if (compose_parse(&c, &m, NULL) == RC_OK) {
            build(&c, &m, HP_NONE);
            build(&c, &m, HP_CLEAR);
        }
        compose_free(&m);
    }
    arena_free(c.arena);
    arena_free(c.secret);
    return 0;
}
