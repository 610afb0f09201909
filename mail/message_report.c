#include "mail/message_report.h"

#include <stdio.h>
#include <time.h>

#include "base/b64.h"
#include "mail/text.h"

struct report {
    struct arena *a;
    struct buf *out;
    const struct message_report_context *ctx;
    bool ok;
};

/* --- lines --------------------------------------------------------------------------------------
 */

static bool put_escaped(struct buf *out, str_t s)
{
    bool utf8 = str_is_utf8(s), ok = true;
    for (size_t i = 0; ok && i < s.n;) {
        size_t n = !utf8 && (unsigned char) s.p[i] >= 0x80 ? 1 : text_control(s, i);
        if (n == 0) {
            ok = s.p[i] == '\\' ? buf_cstr(out, "\\\\") : buf_char(out, s.p[i]);
            i++;
        }
        for (; ok && n > 0; n--, i++) {
            char hex[8];
            snprintf(hex, sizeof hex, "\\x%02x", (unsigned) (unsigned char) s.p[i]);
            ok = buf_cstr(out, hex);
        }
    }
    return ok;
}

/* Nothing where there is no value. */
static void line(struct report *r, const char *name, str_t value)
{
    if (str_is_null(value)) return;
    r->ok = r->ok && buf_cstr(r->out, name) && buf_cstr(r->out, ": ") &&
            put_escaped(r->out, value) && buf_char(r->out, '\n');
}

static void title(struct report *r, const char *text, size_t number)
{
    char head[64];
    snprintf(head, sizeof head, number ? "\n== %s %zu ==\n" : "\n== %s ==\n", text, number);
    r->ok = r->ok && buf_cstr(r->out, head);
}

static void line_time(struct report *r, const char *name, int64_t t)
{
    struct tm tm;
    char text[40];
    time_t when = (time_t) t;
    if (t && gmtime_r(&when, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
        line(r, name, str_c(text));
}

static void line_number(struct report *r, const char *name, size_t n)
{
    line(r, name, arena_printf(r->a, "%zu", n));
}

/* --- sections -----------------------------------------------------------------------------------
 */

static void put_addresses(struct report *r, const char *name, const struct mail_address *list,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool readable = !str_is_null(list[i].address);
        line(r, name, readable ? list[i].address : list[i].raw);
    }
}

static rc_t put_message(struct report *r, const struct message_view *v, struct err *e)
{
    unsigned char digest[64];
    size_t n;
    TRY(cms_digest("sha256", r->ctx->raw, digest, &n, e));
    title(r, "Message", 0);
    line(r, "message-id", v->message_id);
    line_time(r, "date", v->date);
    put_addresses(r, "from", v->from, v->from_count);
    line(r, "subject", v->subject);
    line_number(r, "bytes", r->ctx->raw.n);
    line(r, "sha256", hex_encode(r->a, str_n(digest, n)));
    line(r, "attached-part", r->ctx->attached);
    return RC_OK;
}

static void put_verdict(struct report *r, const struct message_view *v)
{
    title(r, "Verdict", 0);
    line(r, "verdict", str_c(v->verdict));
    line(r, "level", str_c(message_level_word(v->level)));
    for (size_t i = 0; i < v->reason_count; i++) {
        line(r, "reason", str_c(v->reasons[i].code));
        line(r, "text", v->reasons[i].text);
        line(r, "better", v->reasons[i].better);
    }
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        if (v->protected_fields & 1u << f) line(r, "protected-field", message_field_name(f));
    }
    for (size_t i = 0; i < v->layer_count; i++) {
        line(r, "cipher", str_c(v->layers[i].envelope.cipher));
        line(r, "opened", v->layers[i].opened ? STR("yes") : STR("no"));
    }
}

static void put_revocation(struct report *r, const struct cert_revocation *v)
{
    line(r, "revocation", str_c(revocation_word(v->status)));
    line(r, "revocation-source", v->source ? str_c(v->source) : STR_NULL);
    line(r, "revocation-url", v->url[0] ? str_c(v->url) : STR_NULL);
    line_time(r, "revocation-this-update", v->this_update);
    line_time(r, "revocation-next-update", v->next_update);
    line_time(r, "revoked-at", v->revoked_at);
    line(r, "revocation-reason", v->reason ? str_c(v->reason) : STR_NULL);
}

static rc_t put_certificate(struct report *r, const struct cert *cert, size_t number, struct err *e)
{
    struct cert_info info;
    TRY(cert_describe(cert, r->a, &info, e));
    title(r, "Certificate of the path", number);
    line(r, "subject", info.subject);
    line(r, "issuer", info.issuer);
    line(r, "serial", info.serial);
    line(r, "sha256", cert_fingerprint(cert));
    for (size_t i = 0; i < info.address_count; i++)
        line(r, "address", info.addresses[i]);
    line_time(r, "not-before", info.not_before);
    line_time(r, "not-after", info.not_after);
    line(r, "der", b64_encode(r->a, cert_der(cert)));
    for (size_t i = 0; i < r->ctx->evidence_count; i++) {
        const struct message_evidence *found = &r->ctx->evidence[i];
        if (!cert_equal(found->about, cert)) continue;
        put_revocation(r, &found->revocation);
        if (found->answer.n) line(r, "answer", b64_encode(r->a, found->answer));
    }
    return RC_OK;
}

static rc_t put_signer(struct report *r, const struct message_signer *s, size_t number,
                       struct err *e)
{
    static const char *const INTEGRITY[] = {"intact", "altered", "no_certificate", "unsupported"};
    static const char *const MATCH[] = {
        [ADDRESS_NO] = "no", [ADDRESS_YES] = "yes", [ADDRESS_CASE] = "case"};
    title(r, "Signer", number);
    line(r, "address", s->address);
    line(r, "integrity", str_c(INTEGRITY[s->integrity]));
    line(r, "is-the-sender", str_c(MATCH[s->match]));
    line(r, "algorithm", str_c(s->algorithm));
    line_time(r, "claims-to-have-signed-at", s->signed_at);
    if (!s->cert) {
        line(r, "issuer", s->issuer);
        line(r, "serial", s->serial);
        return RC_OK;
    }
    line(r, "signature-sha256", hex_encode(r->a, str_n(s->key, sizeof s->key)));
    line_time(r, "judged-at", s->judged_at);
    line(r, "chain", str_c(chain_status_word(s->chain.chain)));
    line(r, "chain-detail", s->chain.detail[0] ? str_c(s->chain.detail) : STR_NULL);
    line(r, "trusted-by", str_c(trusted_by_word(s->chain.trusted_by)));
    line(r, "known", str_c(message_known_word(s->known)));
    put_revocation(r, &s->chain.revocation);
    if (s->chain.path_count == 0) return put_certificate(r, s->cert, 1, e);
    for (size_t i = 0; i < s->chain.path_count; i++)
        TRY(put_certificate(r, s->chain.path[i], i + 1, e));
    return RC_OK;
}

rc_t message_report(const struct message_view *v, const struct message_report_context *ctx,
                    struct arena *a, struct buf *out, struct err *e)
{
    struct report r = {.a = a, .out = out, .ctx = ctx, .ok = true};
    r.ok = buf_cstr(out, "== Verification report ==\n");
    line(&r, "program", arena_printf(a, "Waxseal %s", ctx->version));
    line_time(&r, "checked-at", ctx->checked_at);
    TRY(put_message(&r, v, e));
    put_verdict(&r, v);
    for (size_t i = 0; i < v->signer_count; i++)
        TRY(put_signer(&r, &v->signers[i], i + 1, e));
    return r.ok ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}
