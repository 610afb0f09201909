#include "webmail/compose/parse.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mutant.h"
#include "policy/alias.h"
#include "webmail/compose/faulty.h"
#include "webmail/session/session.h"

#define JSON_MAX (16u << 20)
#define TEXT_MAX 998u

rc_t compose_refuse(struct err *e, rc_t code, const char *field, const char *sentence)
{
    if (sentence)
        err_set(e, code, "%s", sentence);
    else
        err_set(e, code, NULL);
    err_field(e, field);
    return code;
}

const char *compose_mode_word(enum compose_mode mode)
{
    static const char *const words[] = {"none", "sign", "encrypt", "sign_encrypt"};
    return words[mode];
}

rc_t compose_mode_of(str_t word, enum compose_mode *out, struct err *e)
{
    for (int m = MODE_NONE; m <= MODE_SIGN_ENCRYPT; m++) {
        if (!str_eq(word, str_c(compose_mode_word((enum compose_mode) m)))) continue;
        *out = (enum compose_mode) m;
        return RC_OK;
    }
    return compose_refuse(e, RC_INVALID, "mode", "This is not a way to send.");
}

rc_t compose_check_submission(str_t id, struct err *e)
{
    bool ok = id.n == 36;
    for (size_t i = 0; ok && i < id.n; i++) {
        char ch = id.p[i];
        if (i == 8 || i == 13 || i == 18 || i == 23)
            ok = ch == '-';
        else
            ok = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f');
    }
    if (ok) return RC_OK;
    return compose_refuse(e, RC_INVALID, "submission", "The submission id must be a UUID.");
}

/* "17\n{json of 17 bytes}attachments": *rest is what follows the JSON. */
static rc_t split_body(str_t body, str_t *json, str_t *rest, struct err *e)
{
    str_t length, tail;
    uint32_t n;
    if (!str_cut(str_sub(body, 0, 16), '\n', &length, &tail) || !str_to_u32(length, &n) ||
        n > JSON_MAX || n > body.n - length.n - 1)
        return err_set(e, RC_BAD_REQUEST, "The body does not begin with the length of its JSON.");
    *json = str_sub(body, length.n + 1, length.n + 1 + n);
    *rest = str_sub(body, length.n + 1 + n, body.n);
    return RC_OK;
}

/* --- addresses ------------------------------------------------------------------------------- */

static rc_t read_address(const json_t *obj, const char *field, struct mail_address *out,
                         struct err *e)
{
    struct err why;
    str_t name, address;
    if (!json_is_object(obj)) return compose_refuse(e, RC_INVALID, field, "An address is missing.");
    TRY(json_want_str(obj, "name", STR_NULL, &name, e));
    TRY(json_need_str(obj, "address", &address, e));
    if (address_check(address, &why) != RC_OK)
        return compose_refuse(e, RC_INVALID, field, why.message);
    if (name.n > TEXT_MAX) return compose_refuse(e, RC_INVALID, field, "This name is too long.");
    *out = (struct mail_address){.name = name, .address = address};
    return RC_OK;
}

static rc_t read_addresses(struct call *c, const json_t *in, const char *key,
                           struct mail_address **out, size_t *n, struct err *e)
{
    json_t *list;
    char field[48];
    TRY(json_want_array(in, key, COMPOSE_MAX_RECIPIENTS, &list, e));
    size_t count = json_array_size(list);
    struct mail_address *a = ARENA_ARRAY(c->arena, count + 1, struct mail_address);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        snprintf(field, sizeof field, "%s[%zu]", key, i);
        TRY(read_address(json_array_get(list, i), field, &a[i], e));
    }
    *out = a;
    *n = count;
    return RC_OK;
}

rc_t compose_check_from(struct call *c, str_t address, struct err *e)
{
    bool allowed;
    TRY(alias_allows(c->kv, c->arena, c->app->config->instance, c->organisation,
                     c->session->address, address, &allowed, e));
    if (allowed) return RC_OK;
    return compose_refuse(e, RC_FORBIDDEN, "from", "You may not send with this address.");
}

static rc_t read_people(struct call *c, const json_t *in, struct compose *m, struct err *e)
{
    const json_t *reply_to = json_object_get(in, "reply_to");
    TRY(read_address(json_object_get(in, "from"), "from", &m->from, e));
    TRY(compose_check_from(c, m->from.address, e));
    if (str_ieq(m->from.address, c->session->address)) m->from.address = c->session->address;
    if (json_is_array(reply_to)) reply_to = json_array_get(reply_to, 0);
    if (json_is_object(reply_to)) TRY(read_address(reply_to, "reply_to", &m->reply_to, e));
    TRY(read_addresses(c, in, "to", &m->to, &m->to_count, e));
    TRY(read_addresses(c, in, "cc", &m->cc, &m->cc_count, e));
    TRY(read_addresses(c, in, "bcc", &m->bcc, &m->bcc_count, e));
    TRY(faulty_parse(in, c->secret, &m->has_faulty, &m->faulty, e));
    if (m->to_count + m->cc_count + m->bcc_count > COMPOSE_MAX_RECIPIENTS)
        return compose_refuse(e, RC_INVALID, "to", "These are too many recipients.");
    return RC_OK;
}

/* --- attachments ----------------------------------------------------------------------------- */

static rc_t read_attachments(struct call *c, const json_t *in, str_t bytes, struct compose *m,
                             struct err *e)
{
    json_t *list;
    char field[48];
    TRY(json_want_array(in, "attachments", COMPOSE_MAX_ATTACHMENTS, &list, e));
    size_t n = json_array_size(list);
    m->attachments = ARENA_ARRAY(c->arena, n + COMPOSE_MAX_ATTACHMENTS, struct build_attachment);
    if (!m->attachments) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        struct build_attachment *x = &m->attachments[i];
        const json_t *item = json_array_get(list, i);
        uint32_t size;
        snprintf(field, sizeof field, "attachments[%zu]", i);
        if (!json_is_object(item)) return compose_refuse(e, RC_INVALID, field, NULL);
        TRY(json_want_str(item, "name", STR(""), &x->name, e));
        TRY(json_want_str(item, "type", STR(""), &x->type, e));
        TRY(json_want_str(item, "content_id", STR_NULL, &x->content_id, e));
        TRY(json_need_u32(item, "size", &size, e));
        if (size > bytes.n)
            return compose_refuse(e, RC_BAD_REQUEST, field, "The attachment is cut off.");
        if (x->name.n > TEXT_MAX)
            return compose_refuse(e, RC_INVALID, field, "The file's name is too long.");
        x->content = str_n(bytes.n ? bytes.p : "", size);
        bytes = str_sub(bytes, size, bytes.n);
        m->attachment_count = m->own_count = i + 1;
    }
    if (bytes.n > 0) return err_set(e, RC_BAD_REQUEST, "There is more than the attachments.");
    return RC_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static rc_t read_turn(const json_t *in, struct draft_base *out, struct err *e)
{
    json_t *v;
    TRY(json_want_object(in, "turn", &v, e));
    if (!v) return RC_OK;
    TRY(json_need_str(v, "window", &out->window, e));
    TRY(json_need_u32(v, "n", &out->turn, e));
    TRY(json_want_str(v, "was", STR_NULL, &out->was, e));
    if (compose_check_submission(out->window, NULL) == RC_OK && out->turn > 0 &&
        (!out->was.p || compose_check_submission(out->was, NULL) == RC_OK))
        return RC_OK;
    return compose_refuse(e, RC_INVALID, "turn", "This does not say which window it is of.");
}

rc_t compose_parse_base(const json_t *in, struct draft_base *out, struct err *e)
{
    const json_t *v = json_object_get(in, "base");
    struct draft_base base = {.window = STR_NULL};
    if (json_is_object(v)) {
        TRY(json_need_u32(v, "uid", &base.uid, e));
        TRY(json_need_u32(v, "uidvalidity", &base.uidvalidity, e));
    } else if (v && !json_is_null(v)) {
        TRY(json_need_u32(in, "base", &base.uid, e));
    }
    TRY(read_turn(in, &base, e));
    *out = base;
    return RC_OK;
}

static rc_t read_security(struct call *c, const json_t *in, struct compose *m, struct err *e)
{
    str_t mode;
    TRY(json_want_str(in, "mode", STR("none"), &mode, e));
    TRY(compose_mode_of(mode, &m->mode, e));
    TRY(json_want_bool(in, "may_encrypt", false, &m->may_encrypt, e));
    TRY(compose_parse_base(in, &m->base, e));
    TRY(json_want_bool(in, "hide_subject", false, &m->hide_subject, e));
    TRY(json_want_bool(in, "opaque", false, &m->opaque, e));
    TRY(json_want_bool(in, "remember", true, &m->remember, e));
    TRY(json_want_str(in, "signer", STR_NULL, &m->signer, e));
    if (m->mode & MODE_ENCRYPT) m->may_encrypt = true;
    /* Never silently: what was to be encrypted is not kept or sent in the clear. */
    if (!c->features.smime && !WX_MUTANT(FEATURE) && (m->mode != MODE_NONE || m->may_encrypt))
        return err_set(e, RC_FEATURE_DISABLED, NULL);
    return RC_OK;
}

/* --- priority, receipt, delivery reports ----------------------------------------------------- */

static const char *const priorities[] = {"normal", "high", "low"};
static const char *const reports[] = {"success", "failure", "delay"};

const char *compose_priority_word(enum build_priority priority)
{
    return priorities[priority];
}

str_t compose_dsn_words(unsigned dsn, bool upper, struct arena *a)
{
    static const char *const loud[] = {"SUCCESS", "FAILURE", "DELAY"};
    CLEANUP_BUF struct buf b = BUF_INIT(64);
    for (size_t i = 0; i < 3; i++)
        if (dsn & 1u << i) buf_printf(&b, "%s%s", b.n ? "," : "", upper ? loud[i] : reports[i]);
    return b.n ? arena_str(a, buf_view(&b)) : STR_NULL;
}

static rc_t read_dsn(const json_t *in, struct compose *m, struct err *e)
{
    json_t *list;
    char field[32];
    TRY(json_want_array(in, "dsn", 16, &list, e));
    for (size_t i = 0; i < json_array_size(list); i++) {
        str_t word = json_text(json_array_get(list, i));
        unsigned bit = 0;
        for (unsigned k = 0; k < 3; k++)
            if (str_eq(word, str_c(reports[k]))) bit = 1u << k;
        snprintf(field, sizeof field, "dsn[%zu]", i);
        if (!bit || m->dsn & bit)
            return compose_refuse(e, RC_INVALID, field,
                                  "This is not a delivery report to ask for.");
        m->dsn |= bit;
    }
    return RC_OK;
}

rc_t compose_parse_wishes(const json_t *in, struct compose *m, struct err *e)
{
    str_t word;
    bool known = false;
    TRY(json_want_str(in, "priority", STR("normal"), &word, e));
    for (int p = PRIORITY_NORMAL; p <= PRIORITY_LOW; p++) {
        if (!str_eq(word, str_c(priorities[p]))) continue;
        m->priority = (enum build_priority) p;
        known = true;
    }
    if (!known) return compose_refuse(e, RC_INVALID, "priority", "This is not a priority.");
    TRY(json_want_bool(in, "receipt", false, &m->receipt, e));
    return read_dsn(in, m, e);
}

static rc_t read_wishes(const json_t *in, struct compose *m, struct err *e)
{
    str_t word;
    TRY(json_want_str(in, "request", STR_NULL, &word, e));
    m->asks_certificate = str_eq(word, STR("certificate"));
    if (word.p && !m->asks_certificate)
        return compose_refuse(e, RC_INVALID, "request", "This is nothing to ask for.");
    return compose_parse_wishes(in, m, e);
}

rc_t compose_check_clear(struct call *c, const struct compose *m, struct err *e)
{
    if (c->app->config->clear_fallback || !m->may_encrypt || (m->mode & MODE_ENCRYPT)) return RC_OK;
    return compose_refuse(e, RC_FORBIDDEN, "mode",
                          "Your organisation does not allow sending this without encryption.");
}

static rc_t read_texts(const json_t *in, struct compose *m, struct err *e)
{
    TRY(json_need_str(in, "submission", &m->submission, e));
    TRY(compose_check_submission(m->submission, e));
    TRY(json_want_str(in, "subject", STR(""), &m->subject, e));
    TRY(json_want_str(in, "text", STR(""), &m->text, e));
    TRY(json_want_str(in, "html", STR_NULL, &m->html, e));
    TRY(json_want_str(in, "in_reply_to", STR_NULL, &m->in_reply_to, e));
    TRY(json_want_str(in, "references", STR_NULL, &m->references, e));
    if (m->subject.n > 4 * TEXT_MAX)
        return compose_refuse(e, RC_INVALID, "subject", "The subject is too long.");
    return RC_OK;
}

rc_t compose_parse_envelope(struct call *c, const json_t *in, struct compose *m, struct err *e)
{
    str_t mode;
    TRY(json_want_str(in, "submission", STR("00000000-0000-0000-0000-000000000000"), &m->submission,
                      e));
    TRY(compose_check_submission(m->submission, e));
    TRY(json_want_str(in, "subject", STR(""), &m->subject, e));
    TRY(json_want_str(in, "in_reply_to", STR_NULL, &m->in_reply_to, e));
    TRY(json_want_str(in, "references", STR_NULL, &m->references, e));
    if (m->subject.n > 4 * TEXT_MAX)
        return compose_refuse(e, RC_INVALID, "subject", "The subject is too long.");
    TRY(read_people(c, in, m, e));
    TRY(json_want_str(in, "mode", STR("none"), &mode, e));
    TRY(compose_mode_of(mode, &m->mode, e));
    TRY(json_want_bool(in, "hide_subject", false, &m->hide_subject, e));
    return read_wishes(in, m, e);
}

rc_t compose_parse(struct call *c, struct compose *out, struct err *e)
{
    str_t json, bytes;
    json_t *forward;
    *out = (struct compose){.body = BUF_INIT_SECRET(c->body_limit), .date = call_now()};
    if (!str_eq(c->q->content_type, STR("application/vnd.waxseal.compose")))
        return err_set(e, RC_BAD_REQUEST,
                       "The body must be of type application/vnd.waxseal.compose.");
    TRY(request_body(c->q, &out->body, e));
    TRY(split_body(buf_view(&out->body), &json, &bytes, e));
    TRY(json_parse_object(json, &out->json, e));
    TRY(read_texts(out->json, out, e));
    TRY(read_people(c, out->json, out, e));
    TRY(read_security(c, out->json, out, e));
    TRY(read_wishes(out->json, out, e));
    TRY(read_attachments(c, out->json, bytes, out, e));
    TRY(json_want_object(out->json, "forward", &forward, e));
    if (forward) TRY(compose_forward(c, forward, out, e));
    return RC_OK;
}

void compose_free(struct compose *m)
{
    for (size_t i = 0; i < m->forwarded_count; i++)
        buf_free(&m->forwarded[i]);
    buf_free(&m->body);
    json_decref(m->json);
    *m = (struct compose){0};
}
