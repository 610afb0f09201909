#include "webmail/view/message_json.h"
#include "webmail/compose/faulty.h"

#include <ctype.h>

#include "base/b64.h"
#include "mail/auth_results.h"
#include "mail/preview.h"
#include "mail/unsubscribe.h"
#include "webmail/app.h"

enum { JOB_RECIPIENTS_MAX = 256, MINE_MAX = 64 };

/* --- header ------------------------------------------------------------------------------------
 */

static str_t or_empty(str_t s)
{
    return str_is_null(s) ? STR("") : s;
}

static json_t *addresses_json(const struct mail_address *list, size_t n)
{
    json_t *v = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();
        /* What cannot be read as an address is shown as it was written. */
        bool readable = !str_is_null(list[i].address);
        json_put_str(one, "name", readable ? or_empty(list[i].name) : or_empty(list[i].raw));
        json_put_str(one, "address", or_empty(list[i].address));
        json_array_append_new(v, one);
    }
    return v;
}

static str_t time_or_null(struct arena *a, int64_t t)
{
    return t ? time_text(a, t) : STR_NULL;
}

/* Names as in the API: "reply_to". */
static json_t *protected_json(const struct message_view *m, struct arena *a)
{
    json_t *v = json_array();
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        char *name = arena_cstr(a, message_field_name(f));
        for (char *p = name; p && *p; p++)
            *p = *p == '-' ? '_' : (char) tolower(*p);
        if (name && (m->protected_fields & 1u << f))
            json_array_append_new(v, json_from_str(str_c(name)));
    }
    return v;
}

static json_t *headers_json(const struct message_view *m, struct arena *a)
{
    json_t *v = json_object();
    json_put_str(v, "subject", or_empty(m->subject));
    json_object_set_new(v, "from", addresses_json(m->from, m->from_count));
    json_object_set_new(v, "sender", addresses_json(m->sender, m->sender_count));
    json_object_set_new(v, "reply_to", addresses_json(m->reply_to, m->reply_to_count));
    json_object_set_new(v, "to", addresses_json(m->to, m->to_count));
    json_object_set_new(v, "cc", addresses_json(m->cc, m->cc_count));
    json_object_set_new(v, "bcc", addresses_json(m->bcc, m->bcc_count));
    json_put_str(v, "date", time_or_null(a, m->date));
    json_put_str(v, "message_id", m->message_id);
    json_put_str(v, "in_reply_to", m->in_reply_to);
    json_put_str(v, "references", m->references);
    json_put_bool(v, "protected", m->header_protected);
    json_object_set_new(v, "protected_fields", protected_json(m, a));
    json_put_str(v, "outer_subject", m->outer_subject);
    json_put_str(v, "request", m->asks_certificate ? STR("certificate") : STR_NULL);
    json_put_str(v, "priority",
                 m->priority > 0   ? STR("high")
                 : m->priority < 0 ? STR("low")
                                   : STR("normal"));
    json_put_bool(v, "receipt_wanted", m->receipt_wanted);
    json_object_set_new(v, "faulty", faulty_json(m->faulty, a));
    return v;
}

/* --- signature ---------------------------------------------------------------------------------
 */

static json_t *path_json(const struct cert_verdict *v, struct arena *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->path_count; i++) {
        struct cert_info info;
        if (cert_describe(v->path[i], a, &info, NULL) != RC_OK) continue;
        json_t *one = json_object();
        json_put_str(one, "subject", or_empty(info.subject));
        json_put_str(one, "issuer", or_empty(info.issuer));
        json_put_str(one, "serial", or_empty(info.serial));
        json_put_str(one, "fingerprint", cert_fingerprint(v->path[i]));
        json_put_str(one, "not_before", or_empty(time_or_null(a, info.not_before)));
        json_put_str(one, "not_after", or_empty(time_or_null(a, info.not_after)));
        /* What the page posts to smime/trust; of no use where somebody is trusted already. */
        json_put_str(one, "der",
                     v->trusted_by == TRUSTED_BY_NONE ? b64_encode(a, cert_der(v->path[i]))
                                                      : STR_NULL);
        json_array_append_new(list, one);
    }
    return list;
}

/* null when nobody has answered. */
static json_t *revocation_json(const struct cert_revocation *r, struct arena *a)
{
    if (!r->source) return json_null();
    json_t *v = json_object();
    json_put_str(v, "source", str_c(r->source));
    json_put_str(v, "url", r->url[0] ? str_c(r->url) : STR_NULL);
    json_put_str(v, "this_update", time_or_null(a, r->this_update));
    json_put_str(v, "next_update", time_or_null(a, r->next_update));
    json_put_str(v, "revoked_at", time_or_null(a, r->revoked_at));
    json_put_str(v, "reason", r->reason ? str_c(r->reason) : STR_NULL);
    return v;
}

static json_t *signer_json(const struct message_signer *s, struct arena *a)
{
    static const char *const INTEGRITY[] = {"intact", "altered", "no_certificate", "unsupported"};
    static const char *const MATCH[] = {
        [ADDRESS_NO] = "no", [ADDRESS_YES] = "yes", [ADDRESS_CASE] = "case"};
    json_t *v = json_object();
    json_put_str(v, "address", s->address);
    json_put_str(v, "subject", or_empty(s->subject));
    json_put_str(v, "issuer", or_empty(s->issuer));
    json_put_str(v, "serial", or_empty(s->serial));
    json_put_str(v, "fingerprint", or_empty(s->fingerprint));
    json_put_str(v, "algorithm", str_c(s->algorithm));
    json_put_str(v, "integrity", str_c(INTEGRITY[s->integrity]));
    json_put_str(v, "match", str_c(MATCH[s->match]));
    json_put_str(v, "known", str_c(message_known_word(s->known)));
    /* Without a certificate there is no chain to speak of: its issuer is not known. */
    enum chain_status chain = s->cert ? s->chain.chain : CHAIN_UNKNOWN_ISSUER;
    enum revocation revocation = s->cert ? s->chain.revocation.status : REVOCATION_NOT_CHECKED;
    json_put_str(v, "chain", str_c(chain_status_word(chain)));
    json_put_str(v, "chain_detail", s->chain.detail[0] ? str_c(s->chain.detail) : STR_NULL);
    json_put_str(v, "trusted_by", str_c(trusted_by_word(s->chain.trusted_by)));
    json_object_set_new(v, "path", path_json(&s->chain, a));
    json_put_str(v, "revocation", str_c(revocation_word(revocation)));
    json_object_set_new(v, "revocation_detail", revocation_json(&s->chain.revocation, a));
    json_put_str(v, "not_before", or_empty(time_or_null(a, s->not_before)));
    json_put_str(v, "not_after", or_empty(time_or_null(a, s->not_after)));
    json_put_str(v, "signed_at", time_or_null(a, s->signed_at));
    return v;
}

static json_t *signature_json(const struct message_view *m, struct arena *a)
{
    if (!m->has_signature) return json_null();
    json_t *v = json_object(), *list = json_array();
    for (size_t i = 0; i < m->signer_count; i++)
        json_array_append_new(list, signer_json(&m->signers[i], a));
    json_put_bool(v, "whole", m->signature_whole);
    json_object_set_new(v, "signers", list);
    return v;
}

/* --- encryption --------------------------------------------------------------------------------
 */

static json_t *encryption_json(const struct message_view *m)
{
    if (!m->has_encryption) return json_null();
    json_t *v = json_object(), *list = json_array();
    for (size_t i = 0; i < m->layer_count; i++) {
        const struct message_encryption *l = &m->layers[i];
        json_t *one = json_object();
        json_put_int(one, "layer", l->layer);
        json_put_str(one, "cipher", str_c(l->envelope.cipher));
        json_put_bool(one, "authenticated", l->envelope.authenticated);
        json_put_bool(one, "opened", l->opened);
        json_put_int(one, "recipients", (long long) l->envelope.count);
        json_array_append_new(list, one);
    }
    json_put_bool(v, "whole", m->encryption_whole);
    json_object_set_new(v, "layers", list);
    return v;
}

/* How recipient infos name the user's certificates. */
struct own_names {
    struct cert_info info[MINE_MAX];
    size_t count;
};

static void read_own(const struct message_context *ctx, struct arena *a, struct own_names *out)
{
    out->count = 0;
    for (size_t i = 0; i < ctx->mine_count && out->count < MINE_MAX; i++) {
        if (cert_describe(ctx->mine[i], a, &out->info[out->count], NULL) == RC_OK) out->count++;
    }
}

static bool is_mine(const struct cms_recipient *r, const struct own_names *own)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct cert_info *c = &own->info[i];
        bool by_id = r->key_identifier.n > 0 && str_eq(r->key_identifier, c->key_identifier);
        bool by_name =
            r->issuer.n > 0 && str_eq(r->issuer, c->issuer_der) && str_eq(r->serial, c->serial_der);
        if (by_id || by_name) return true;
    }
    return false;
}

static str_t binary(str_t s, struct arena *a)
{
    return str_is_null(s) ? STR_NULL : b64_encode(a, s);
}

static json_t *recipient_json(const struct cms_recipient *r, bool mine, struct arena *a)
{
    static const char *const KINDS[] = {"rsa-v15", "rsa-oaep", "ecdh"};
    json_t *v = json_object();
    json_put_int(v, "index", r->index);
    json_put_str(v, "kind", str_c(KINDS[r->kind]));
    json_put_bool(v, "mine", mine);
    json_put_str(v, "issuer", binary(r->issuer, a));
    json_put_str(v, "serial", binary(r->serial, a));
    json_put_str(v, "key_identifier", binary(r->key_identifier, a));
    json_put_str(v, "encrypted_key", or_empty(binary(r->encrypted_key, a)));
    json_put_str(v, "key_algorithm", or_empty(binary(r->key_algorithm, a)));
    json_put_str(v, "originator_key", binary(r->originator_key, a));
    json_put_str(v, "ukm", binary(r->ukm, a));
    return v;
}

/* The user's own recipient infos first: the keyring tries them in this order, and the rest serves
 * keys that are unlocked without being in the vault. */
static json_t *job_json(const struct message_view *m, const struct message_context *ctx,
                        struct arena *a)
{
    if (m->job < 0 || (size_t) m->job >= m->layer_count) return json_null();
    const struct message_encryption *l = &m->layers[m->job];
    struct own_names own;
    read_own(ctx, a, &own);
    json_t *v = json_object(), *list = json_array();
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < l->envelope.count; i++) {
            const struct cms_recipient *r = &l->envelope.recipients[i];
            bool mine = is_mine(r, &own);
            if (r->kind == CMS_KEY_OTHER || mine != (pass == 0)) continue;
            if (json_array_size(list) < JOB_RECIPIENTS_MAX)
                json_array_append_new(list, recipient_json(r, mine, a));
        }
    }
    json_put_int(v, "layer", l->layer);
    json_put_int(v, "key_bytes", l->envelope.key_bytes);
    json_object_set_new(v, "recipients", list);
    return v;
}

/* --- security ----------------------------------------------------------------------------------
 */

static json_t *security_json(const struct message_view *m, const struct message_context *ctx,
                             struct arena *a)
{
    bool refused = json_is_true(json_object_get(ctx->policy, "refused"));
    /* A rule that is not met warns, and makes nothing better. */
    enum message_level level = refused && m->level < LEVEL_WARNING ? LEVEL_WARNING : m->level;
    if (level == LEVEL_NONE && m->reason_count == 0 && !ctx->policy) return json_null();
    json_t *v = json_object(), *reasons = json_array();
    for (size_t i = 0; i < m->reason_count; i++) {
        json_t *one = json_object();
        json_put_str(one, "code", str_c(m->reasons[i].code));
        json_put_str(one, "text", m->reasons[i].text);
        json_put_str(one, "a", m->reasons[i].a);
        json_put_str(one, "b", m->reasons[i].b);
        json_put_str(one, "better", m->reasons[i].better);
        json_array_append_new(reasons, one);
    }
    json_put_str(v, "verdict", str_c(m->verdict));
    json_put_str(v, "level", str_c(message_level_word(level)));
    json_object_set_new(v, "reasons", reasons);
    json_object_set_new(v, "signature", signature_json(m, a));
    json_object_set_new(v, "encryption", encryption_json(m));
    json_object_set_new(v, "job", job_json(m, ctx, a));
    json_put_bool(v, "check", ctx->check);
    json_object_set_new(v, "policy", ctx->policy ? json_incref(ctx->policy) : json_null());
    return v;
}

json_t *message_security_json(const struct message_view *m, const struct message_context *ctx,
                              struct arena *a)
{
    json_t *v = json_object();
    json_object_set_new(v, "security", security_json(m, ctx, a));
    return v;
}

/* --- content -----------------------------------------------------------------------------------
 */

static json_t *parts_json(const struct message_view *m)
{
    json_t *v = json_array();
    for (size_t i = 0; i < m->part_count; i++) {
        const struct message_part *p = &m->parts[i];
        json_t *one = json_object();
        json_put_str(one, "id", p->id);
        json_put_str(one, "kind", p->html ? STR("html") : STR("text"));
        json_put_bool(one, "flowed", p->flowed);
        json_put_bool(one, "delsp", p->delsp);
        json_put_bool(one, "sealed", p->sealed);
        json_put_str(one, "content", or_empty(p->text));
        json_array_append_new(v, one);
    }
    return v;
}

str_t attachment_shown_name(const struct message_attachment *at, struct arena *a)
{
    if (at->name.n) return at->name;
    if (at->title.n) return arena_printf(a, "%.*s.eml", STR_ARG(at->title));
    if (str_eq(at->type, STR("message/rfc822"))) return STR("message.eml");
    ptrdiff_t slash = str_chr(at->type, '/');
    str_t kind = str_sub(at->type, (size_t) (slash + 1), at->type.n);
    bool image = str_starts(at->type, STR("image/")) && kind.n < 16;
    return image ? arena_printf(a, "image.%.*s", STR_ARG(kind)) : STR("attachment");
}

static json_t *attachments_json(const struct message_view *m, struct arena *a)
{
    json_t *v = json_array();
    for (size_t i = 0; i < m->attachment_count; i++) {
        const struct message_attachment *at = &m->attachments[i];
        json_t *one = json_object();
        json_put_str(one, "id", at->id);
        json_put_str(one, "name", or_empty(attachment_shown_name(at, a)));
        json_put_str(one, "type", at->type);
        json_put_int(one, "size", (long long) at->size);
        json_put_bool(one, "inline", at->inlined);
        json_put_str(one, "content_id", at->content_id);
        json_put_bool(one, "sealed", at->sealed);
        const char *preview = preview_word(preview_of(at->type, at->name));
        json_put_str(one, "preview", preview ? str_c(preview) : STR_NULL);
        json_array_append_new(v, one);
    }
    return v;
}

/* --- what can be done with it ------------------------------------------------------------------
 */

static json_t *unsubscribe_json(const struct message_view *m, const struct message_context *ctx,
                                struct arena *a)
{
    struct unsubscribe u;
    if (!message_unsubscribe(m, ctx->authserv_id, a, &u)) return json_null();
    json_t *v = json_object();
    json_put_bool(v, "one_click", u.one_click && ctx->can_post);
    json_put_bool(v, "https", u.https);
    json_put_str(v, "url", u.url);
    json_put_str(v, "host", u.host);
    json_put_str(v, "mailto", u.mailto);
    json_put_str(v, "address", u.address);
    return v;
}

/* The part of a delivery report or receipt that says what became of a message. */
static json_t *report_json(const struct message_view *m)
{
    for (size_t i = 0; i < m->attachment_count; i++) {
        const struct message_attachment *at = &m->attachments[i];
        if (preview_of(at->type, at->name) != PREVIEW_REPORT) continue;
        json_t *v = json_object();
        bool delivery = str_ends(at->type, STR("delivery-status"));
        json_put_str(v, "kind", delivery ? STR("delivery") : STR("disposition"));
        json_put_str(v, "part", at->id);
        return v;
    }
    return json_null();
}

json_t *message_json(const struct message_view *m, const struct message_context *ctx,
                     struct arena *a)
{
    json_t *v = json_object(), *flags = json_array();
    for (size_t i = 0; i < ctx->row->flag_count; i++)
        json_array_append_new(flags, json_from_str(ctx->row->flags[i]));
    json_put_int(v, "uid", ctx->row->uid);
    json_put_int(v, "uidvalidity", ctx->uidvalidity);
    json_put_str(v, "part", ctx->part);
    json_object_set_new(v, "flags", flags);
    json_put_int(v, "size", ctx->row->size);
    json_put_str(v, "received", time_text(a, ctx->row->internaldate));
    json_object_set_new(v, "headers", headers_json(m, a));
    json_object_set_new(v, "security", security_json(m, ctx, a));
    json_object_set_new(v, "parts", parts_json(m));
    json_object_set_new(v, "attachments", attachments_json(m, a));
    json_object_set_new(v, "unsubscribe", unsubscribe_json(m, ctx, a));
    json_object_set_new(v, "report", report_json(m));
    json_put_bool(v, "sender_confirmed", message_sender_confirmed(m, ctx->authserv_id, a));
    json_object_set_new(v, "remote", ctx->remote ? json_incref(ctx->remote) : json_null());
    return v;
}
