/* What Redis answers is anything. Bytes nobody sealed are never taken for a session, a ticket, a
 * submission or a document. The same bytes properly sealed (an older version wrote them) are read
 * or refused, and what was read can be answered with. The first byte chooses which, its high bit
 * whether they are sealed. Redis is replaced: base/kv.c is not linked. */
#include <stdlib.h>

#include "base/b64.h"
#include "webmail/compose/ticket.h"
#include "webmail/contacts/book.h"
#include "webmail/session/session.h"
#include "webmail/settings/settings.h"
#include "webmail/smime/vault.h"
#include "webmail/store.h"
#include "webmail/view/list_cache.h"

static str_t input;
static bool sealed;
static struct call *at;

/* input as a value of this key, the way its writer seals it. */
static bool seal_for(str_t key, struct arena *a, str_t *out)
{
    unsigned char k[SEAL_KEY_BYTES];
    bool ticket = str_find(key, STR(":t:")) >= 0, sub = str_find(key, STR(":sub:")) >= 0;
    if (!ticket && !sub) return store_protect(at, key, input, out, NULL) == RC_OK;
    str_t context = ticket ? at->session->id : at->session->address;
    return app_key(at->app, ticket ? STR("ticket") : STR("submission"), context, k, NULL) ==
               RC_OK &&
           seal(k, input, key, a, out, NULL) == RC_OK;
}

rc_t kv_pipeline(struct kv *kv, struct arena *a, const struct kv_call *calls, size_t n,
                 struct kv_value *outs, struct err *e)
{
    (void) kv;
    (void) e;
    for (size_t i = 0; i < n; i++) {
        outs[i] = (struct kv_value){.type = KV_NIL};
        if (calls[i].argc < 2 || str_eq(calls[i].argv[0], STR("TTL"))) continue;
        if (str_ends(calls[i].argv[1], STR(":epoch"))) continue;
        outs[i].type = KV_STR;
        outs[i].s = input;
        if (sealed && !seal_for(calls[i].argv[1], a, &outs[i].s)) return RC_STATE_DOWN;
    }
    return RC_OK;
}

rc_t kv_command(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e,
                const str_t *argv, size_t argc)
{
    return kv_pipeline(kv, a, &(struct kv_call){argv, argc}, 1, out, e);
}

void kv_ahead(struct kv *kv, str_t key)
{
    (void) kv;
    (void) key;
}

rc_t kv_eval(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
             const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    *out = (struct kv_value){.type = KV_INT, .i = 1};
    return RC_OK;
}

rc_t kv_eval_ro(struct kv *kv, struct arena *a, struct kv_value *out, struct err *e, str_t script,
                const str_t *keys, size_t nkeys, const str_t *args, size_t nargs)
{
    return kv_eval(kv, a, out, e, script, keys, nkeys, args, nargs);
}

static rc_t read_submission(struct call *c)
{
    struct submission s = {0};
    rc_t rc = submission_load(c, STR("7d9f0c0a-1111-4222-8333-0123456789ab"), &s, NULL);
    if (rc != RC_OK) return rc;
    json_t *answer = submission_answer(c, &s);
    if (!answer || submission_status(&s).n == 0) abort();
    (void) submission_place(&s, "draft", c->arena);
    (void) submission_is_open(&s);
    json_decref(answer);
    submission_free(&s);
    return RC_OK;
}

static rc_t read_ticket(struct call *c)
{
    struct ticket t, twice;
    rc_t rc = ticket_take(c, STR("word"), &t, NULL);
    if (rc != RC_OK) return rc;
    json_t *v = ticket_json(&t, c->arena);
    if (!v || ticket_from_json(v, c->arena, &twice, NULL) != RC_OK || twice.count != t.count)
        abort();
    json_decref(v);
    return RC_OK;
}

static rc_t read_document(struct call *c, unsigned which)
{
    json_t *doc = NULL;
    str_t version, id;
    struct own_certificates own = {0};
    rc_t rc = RC_OK;
    if (which == 0) rc = settings_load(c, &doc, NULL);
    if (which == 1) rc = book_load(c, STR("x"), &doc, &version, NULL);
    if (which == 2) rc = book_find(c, STR("a@example.org"), &doc, &id, &version, NULL);
    if (which == 3) rc = vault_own_certificates(c, &own, NULL);
    own_certificates_free(&own);
    json_decref(doc);
    return rc;
}

static rc_t run(struct call *c, unsigned which)
{
    const struct session *s;
    if (which == 0) return read_submission(c);
    if (which == 1) return read_ticket(c);
    if (which == 2) return session_load(c, &s, NULL);
    return read_document(c, which - 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct config config = {.instance = STR("fuzz"), .session_idle_minutes = 30};
    struct app app = {.config = &config, .host_key = "a host key of the fuzz target  "};
    struct session me = {.id = STR("0123"), .address = STR("alice@example.org")};
    struct request q = {.cookie =
                            STR("__Host-waxseal-fuzz=QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
                                "FBQUFBQUFBQUFBQUFBQUFB")};
    struct response s = {0};
    struct call c = {.app = &app, .q = &q, .s = &s, .session = &me};
    static struct list_cache *accounts;
    if (n < 1 || (!accounts && list_cache_new(1 << 16, 64, &accounts, NULL) != RC_OK)) return 0;
    app.accounts = accounts;
    c.arena = arena_new(32u << 20);
    c.secret = arena_new_secret(32u << 20);
    q.arena = c.arena;
    input = str_n(bytes + 1, n - 1);
    sealed = bytes[0] & 0x80;
    at = &c;
    if (c.arena && c.secret) {
        rc_t rc = run(&c, (bytes[0] & 0x7f) % 7);
        if (rc == RC_OK && !sealed) abort(); /* something nobody sealed was believed */
    }
    arena_free(c.arena);
    arena_free(c.secret);
    return 0;
}
