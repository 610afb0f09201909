#include "crypto/agent.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/local.h"
#include "crypto/agent_wire.h"

enum { SEALED_VERSION = 1, MASTER_ID = 8, IMPORT_FIELDS = 6 };

const char *agent_purpose_word(enum agent_purpose p)
{
    return p == AGENT_AUTHORITY ? "authority" : "mailbox";
}

str_t agent_sealed_with(str_t sealed, struct arena *a)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(a, (size_t) 2 * MASTER_ID + 1);
    if (!text || sealed.n < 1 + MASTER_ID || sealed.p[0] != SEALED_VERSION) return STR_NULL;
    for (size_t i = 0; i < MASTER_ID; i++) {
        unsigned char c = (unsigned char) sealed.p[1 + i];
        text[2 * i] = digits[c >> 4];
        text[2 * i + 1] = digits[c & 15];
    }
    return str_n(text, (size_t) 2 * MASTER_ID);
}

/* --- one call ----------------------------------------------------------------------- */

static rc_t down(struct err *e, const char *what, enum local_result r)
{
    err_set(e, RC_KEYD_DOWN, NULL);
    if (r == LOCAL_LATE)
        err_detail(e, "waxseal-keyd: no answer in time (%s)", what);
    else
        err_detail(e, "waxseal-keyd: %s", what);
    return RC_KEYD_DOWN;
}

static rc_t failure(enum agent_operation op, enum agent_result result, struct err *e)
{
    static const rc_t codes[AGENT_RESULT_COUNT] = {
        [AGENT_RESULT_REFUSED] = RC_FORBIDDEN,
        [AGENT_RESULT_UNKNOWN] = RC_DAMAGED,
        [AGENT_RESULT_FAILURE] = RC_INTERNAL,
        [AGENT_RESULT_WRONG_PASSPHRASE] = RC_WRONG_PASSPHRASE,
        [AGENT_RESULT_DAMAGED] = RC_DAMAGED,
        [AGENT_RESULT_UNSUPPORTED] = RC_UNSUPPORTED,
        [AGENT_RESULT_EMPTY] = RC_NO_CERTIFICATE,
        [AGENT_RESULT_STOPPED] = RC_KEY_STOPPED,
        [AGENT_RESULT_TOO_FAST] = RC_BUSY,
        [AGENT_RESULT_BUSY] = RC_KEYD_DOWN,
    };
    bool decrypts = op == AGENT_UNWRAP || op == AGENT_DERIVE;
    rc_t rc = result == AGENT_RESULT_FAILURE && decrypts ? RC_DECRYPT_FAILED : codes[result];
    err_set(e, rc, NULL);
    err_detail(e, "waxseal-keyd: %s: %s", agent_operation_word(op), agent_result_word(result));
    return rc;
}

static rc_t receive(int fd, int64_t deadline, struct arena *a, struct agent_frame *out,
                    struct err *e)
{
    unsigned char head[AGENT_HEAD];
    enum local_result r = local_receive(fd, deadline, head, sizeof head);
    if (r != LOCAL_DONE) return down(e, "closed without an answer; may this user ask?", r);
    if (!agent_read_head(0, head, out)) return down(e, "an answer I cannot read", LOCAL_DONE);
    char *rest = arena_alloc(a, out->length + 1);
    if (!rest) return err_set(e, RC_NO_MEMORY, NULL);
    r = local_receive(fd, deadline, rest, out->length);
    if (r != LOCAL_DONE) return down(e, "the answer ended early", r);
    if (!agent_cut(0, str_n(rest, out->length), out))
        return down(e, "an answer I cannot read", LOCAL_DONE);
    return RC_OK;
}

/* fields: as the operation has them. least: how many an answer must have at least. */
static rc_t call(const struct agent *g, enum agent_operation op, const str_t *fields, size_t least,
                 struct arena *a, struct agent_frame *out, struct err *e)
{
    size_t most, count = agent_operation_fields(op, &most);
    int64_t deadline = clock_ms() + g->timeout_ms;
    CLEANUP_BUF struct buf b = BUF_INIT_SECRET(AGENT_HEAD + most);
    int fd = -1;
    if (!agent_put(true, op, fields, count, &b)) return err_set(e, RC_TOO_LARGE, NULL);
    enum local_result r = local_connect(g->socket, deadline, &fd);
    if (r != LOCAL_DONE) return down(e, strerror(errno), r);
    /* It may have answered and closed before it took everything: the answer tells then. */
    r = local_send(fd, deadline, buf_view(&b));
    rc_t rc = r == LOCAL_LATE ? down(e, "send", r) : receive(fd, deadline, a, out, e);
    close(fd);
    if (rc != RC_OK) return rc;
    if (out->code != AGENT_RESULT_DONE) return failure(op, out->code, e);
    return out->count >= least ? RC_OK : down(e, "an answer I cannot read", LOCAL_DONE);
}

static void put_place(const struct agent_key *k, str_t fields[AGENT_MAX_PLACE])
{
    fields[0] = str_c(agent_purpose_word(k->purpose));
    fields[1] = k->organisation;
    fields[2] = k->mailbox;
    fields[3] = k->id;
    fields[4] = k->sealed;
}

/* An operation on a key with up to four fields of its own, whose answer is one field (out NULL:
 * none). */
static rc_t on_key(const struct agent *g, enum agent_operation op, const struct agent_key *k,
                   const str_t own[4], struct arena *a, str_t *out, struct err *e)
{
    str_t fields[AGENT_MAX_PLACE + 4];
    struct agent_frame f;
    put_place(k, fields);
    for (size_t i = 0; i < 4; i++)
        fields[AGENT_MAX_PLACE + i] = own[i];
    TRY(call(g, op, fields, out ? 1 : 0, a, &f, e));
    if (out) *out = f.fields[0];
    return RC_OK;
}

/* --- the gate's socket -------------------------------------------------------------- */

rc_t agent_sign(const struct agent *g, const struct agent_key *k, const struct agent_signing *what,
                struct arena *a, str_t *signature, struct err *e)
{
    const str_t own[4] = {what->digest_name, what->pss ? STR("pss") : STR("pkcs1"),
                          what->attributes, what->digest};
    return on_key(g, AGENT_SIGN, k, own, a, signature, e);
}

rc_t agent_unwrap(const struct agent *g, const struct agent_key *k, str_t algorithm,
                  str_t encrypted, size_t want, struct arena *a, str_t *content_key, struct err *e)
{
    str_t size = arena_printf(a, "%zu", want);
    const str_t own[4] = {algorithm, encrypted, size};
    if (str_is_null(size)) return err_set(e, RC_NO_MEMORY, NULL);
    return on_key(g, AGENT_UNWRAP, k, own, a, content_key, e);
}

rc_t agent_derive(const struct agent *g, const struct agent_key *k, str_t algorithm,
                  str_t originator, str_t ukm, str_t wrapped, struct arena *a, str_t *content_key,
                  struct err *e)
{
    str_t known = STR("");
    if (!str_is_null(ukm)) {
        char *p = arena_alloc(a, ukm.n + 1);
        if (!p) return err_set(e, RC_NO_MEMORY, NULL);
        p[0] = 1;
        if (ukm.n) memcpy(p + 1, ukm.p, ukm.n);
        known = str_n(p, ukm.n + 1);
    }
    const str_t own[4] = {algorithm, originator, known, wrapped};
    return on_key(g, AGENT_DERIVE, k, own, a, content_key, e);
}

rc_t agent_failed(const struct agent *g, const struct agent_key *k, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(AGENT_MAX_ANSWER);
    const str_t own[4] = {STR_NULL};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    return on_key(g, AGENT_FAILED, k, own, a, NULL, e);
}

/* --- the administration's socket ----------------------------------------------------- */

/* id, sealed, type, bits, public key, certificate or "". */
static bool read_imported(const str_t *f, struct agent_imported *out)
{
    *out = (struct agent_imported){.id = f[0],
                                   .sealed = f[1],
                                   .type = f[2],
                                   .public_key = f[4],
                                   .certificate = f[5].n ? f[5] : STR_NULL};
    return str_to_u32(f[3], &out->bits);
}

rc_t agent_import_p12(const struct agent *g, enum agent_purpose purpose, str_t organisation,
                      str_t mailbox, str_t p12, str_t passphrase, struct arena *a,
                      struct agent_import *out, struct err *e)
{
    const str_t fields[] = {str_c(agent_purpose_word(purpose)), organisation, mailbox, passphrase,
                            p12};
    struct agent_frame f;
    uint32_t n;
    TRY(call(g, AGENT_IMPORT, fields, 1, a, &f, e));
    if (!str_to_u32(f.fields[0], &n) || n == 0 || n > (f.count - 1) / IMPORT_FIELDS)
        return down(e, "an answer I cannot read", LOCAL_DONE);
    struct agent_import got = {.key_count = n,
                               .certificate_count = f.count - 1 - n * IMPORT_FIELDS};
    got.keys = ARENA_ARRAY(a, n, struct agent_imported);
    got.certificates = ARENA_ARRAY(a, got.certificate_count + 1, str_t);
    if (!got.keys || !got.certificates) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++)
        if (!read_imported(f.fields + 1 + i * IMPORT_FIELDS, &got.keys[i]))
            return down(e, "an answer I cannot read", LOCAL_DONE);
    for (size_t i = 0; i < got.certificate_count; i++)
        got.certificates[i] = f.fields[1 + n * IMPORT_FIELDS + i];
    *out = got;
    return RC_OK;
}

rc_t agent_generate(const struct agent *g, enum agent_purpose purpose, str_t organisation,
                    str_t mailbox, str_t kind, struct arena *a, struct agent_imported *out,
                    struct err *e)
{
    const str_t fields[] = {str_c(agent_purpose_word(purpose)), organisation, mailbox, kind};
    struct agent_frame f;
    struct agent_imported got;
    TRY(call(g, AGENT_GENERATE, fields, IMPORT_FIELDS, a, &f, e));
    if (!read_imported(f.fields, &got)) return down(e, "an answer I cannot read", LOCAL_DONE);
    *out = got;
    return RC_OK;
}

rc_t agent_request(const struct agent *g, const struct agent_key *k, str_t common_name,
                   str_t address, struct arena *a, str_t *request, struct err *e)
{
    const str_t own[4] = {common_name, address};
    return on_key(g, AGENT_REQUEST, k, own, a, request, e);
}

rc_t agent_issue(const struct agent *g, const struct agent_key *k, str_t tbs, struct arena *a,
                 str_t *out, struct err *e)
{
    const str_t own[4] = {tbs};
    return on_key(g, AGENT_ISSUE, k, own, a, out, e);
}

rc_t agent_reseal(const struct agent *g, const struct agent_key *k, str_t mailbox, struct arena *a,
                  str_t *sealed, struct err *e)
{
    const str_t own[4] = {mailbox};
    return on_key(g, AGENT_RESEAL, k, own, a, sealed, e);
}

/* --- both ---------------------------------------------------------------------------- */

rc_t agent_ping(const struct agent *g, struct arena *a, struct agent_state *out, struct err *e)
{
    struct agent_frame f;
    struct agent_state s = {.master_keys = 0};
    TRY(call(g, AGENT_PING, NULL, 4, a, &f, e));
    if (!str_to_u32(f.fields[1], &s.master_keys))
        return down(e, "an answer I cannot read", LOCAL_DONE);
    s.master_key = f.fields[0];
    s.locked = str_eq(f.fields[2], STR("locked"));
    s.confined = str_eq(f.fields[3], STR("confined"));
    *out = s;
    return RC_OK;
}
