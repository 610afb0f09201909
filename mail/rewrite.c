#include "mail/rewrite.h"

#include "mail/build_part.h"
#include "mail/message_state.h"
#include "mail/rewrite_part.h"
#include "mail/text.h"

struct rewriting {
    const struct rewrite_order *what;
    const struct entity *root;
    size_t size; /* of the mail */
    struct arena *a;
    struct err *e;
};

/* Most that anything here can become: quoted-printable triples, base64 adds a third, and the header
 * is there three times. */
static size_t bytes_max(const struct rewriting *r)
{
    return 8 * r->size + (1u << 20);
}

/* --- what may be done ------------------------------------------------------------------------ */

static bool is_encrypted(const struct entity *m)
{
    if (str_eq(m->type, STR("multipart"))) return str_eq(m->subtype, STR("encrypted"));
    enum cms_type type = message_sniff(m);
    return type == CMS_TYPE_ENVELOPED || type == CMS_TYPE_AUTH_ENVELOPED ||
           type == CMS_TYPE_ENCRYPTED;
}

static rc_t check_order(const struct rewriting *r)
{
    if (!rewrite_is_protected(r->root)) return RC_OK;
    if (r->what->sign) return err_set(r->e, RC_INVALID, "The mail is signed or encrypted already.");
    if (r->what->seal && is_encrypted(r->root))
        return err_set(r->e, RC_INVALID, "The mail is encrypted already.");
    return RC_OK;
}

/* --- the content with its protected header --------------------------------------------------- */

static const struct field *first_field(const struct entity *m, str_t name)
{
    for (size_t i = 0; i < m->field_count; i++)
        if (str_ieq(m->fields[i].name, name)) return &m->fields[i];
    return NULL;
}

static rc_t put_subject(const struct rewriting *r, bool *done, struct buf *out)
{
    if (*done) return RC_OK;
    *done = true;
    return build_text_field("Subject", r->what->subject, out, r->e);
}

/* False in *ok: a field has no safe form. */
static rc_t put_protected(const struct rewriting *r, bool safe, struct buf *out, bool *ok)
{
    bool subject = str_is_null(r->what->subject);
    size_t from = out->n;
    for (size_t i = 0; i < r->root->field_count && *ok; i++) {
        const struct field *f = &r->root->fields[i];
        if (!rewrite_is_protected_field(f->name)) continue;
        if (!str_is_null(r->what->subject) && str_ieq(f->name, STR("Subject")))
            TRY(put_subject(r, &subject, out));
        else if (safe)
            *ok = rewrite_put_safe_field(f, r->a, out);
        else
            rewrite_put_field(f, out);
    }
    TRY(put_subject(r, &subject, out));
    CLEANUP_BUF struct buf outer = BUF_INIT_SECRET(bytes_max(r));
    if (out->n > from) buf_str(&outer, str_n(out->p + from, out->n - from));
    buf_cstr(out, "MIME-Version: 1.0\r\n");
    if (r->what->seal) field_put_hp_outer(buf_view(&outer), out);
    return outer.failed ? err_set(r->e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* Text that never said what it is: of UTF-8 that can be seen. ESC: readers take it for Japanese. */
static const char *charset_of(const struct entity *m)
{
    bool high = false;
    if (first_field(m, STR("Content-Type")) || str_chr(m->body, '\x1b') >= 0) return NULL;
    if (m->encoding == ENC_BASE64 || m->encoding == ENC_QP) return NULL;
    for (size_t i = 0; i < m->body.n && !high; i++)
        high = (unsigned char) m->body.p[i] >= 0x80;
    return high && str_is_utf8(m->body) ? "utf-8" : NULL;
}

/* Content-* of the root, each that must be one only once (what a second one says, nobody agrees
 * on), and the empty line. encoding: NULL: as it is. */
static bool put_content_fields(const struct rewriting *r, bool safe, const char *encoding,
                               struct buf *out)
{
    const struct field *type = first_field(r->root, STR("Content-Type"));
    const struct field *old = first_field(r->root, STR("Content-Transfer-Encoding"));
    const char *hp = r->what->seal ? "cipher" : "clear";
    if (!rewrite_put_root_type(type, hp, charset_of(r->root), safe, r->a, out)) return false;
    if (encoding) buf_printf(out, "Content-Transfer-Encoding: %s\r\n", encoding);
    for (size_t i = 0; i < r->root->field_count; i++) {
        const struct field *f = &r->root->fields[i];
        bool is_encoding = str_ieq(f->name, STR("Content-Transfer-Encoding"));
        if (!rewrite_is_content_field(f->name) || str_ieq(f->name, STR("Content-Type"))) continue;
        if (is_encoding && (encoding || f != old)) continue;
        if (safe && !rewrite_put_safe_field(f, r->a, out)) return false;
        if (!safe) rewrite_put_field(f, out);
    }
    return buf_cstr(out, "\r\n");
}

/* The content as it came, under the protected header. */
static rc_t put_as_it_is(const struct rewriting *r, struct buf *out, bool *ok)
{
    TRY(put_protected(r, false, out, ok));
    *ok = put_content_fields(r, false, NULL, out);
    buf_str(out, r->root->body);
    return RC_OK;
}

static rc_t put_planned(const struct rewriting *r, const struct rewrite_plan *p, struct buf *out,
                        bool *ok)
{
    TRY(put_protected(r, true, out, ok));
    *ok = *ok && put_content_fields(r, true, rewrite_encoding(p), out);
    if (*ok) TRY(rewrite_put_body(r->root, p, r->a, out, ok, r->e));
    return RC_OK;
}

static rc_t put_safe(const struct rewriting *r, struct buf *out, bool *ok)
{
    struct rewrite_plan p;
    *ok = false;
    if (r->root->cut) return RC_OK; /* there is more in it than can be seen here */
    rc_t rc = rewrite_plan_body(r->root, &p, r->e);
    *ok = rc == RC_OK && p.how != REWRITE_CANNOT;
    if (*ok) rc = put_planned(r, &p, out, ok);
    rewrite_plan_free(&p);
    return rc;
}

/* Nobody has to believe the writers above: what they made is read again. */
static rc_t check_content(const struct rewriting *r, bool safe, const struct buf *made, bool *ok)
{
    struct entity *again;
    if (!*ok || made->failed) return made->failed ? err_set(r->e, RC_TOO_LARGE, NULL) : RC_OK;
    *ok = !safe || rewrite_is_safe(buf_view(made));
    if (!*ok) return RC_OK;
    TRY(entity_parse(buf_view(made), NULL, r->a, &again, r->e));
    *ok = rewrite_is_same_header(r->root, again, str_is_null(r->what->subject), r->a);
    return *ok ? rewrite_is_same(r->root, again, r->a, ok, r->e) : RC_OK;
}

/* *opaque: it is not safe for transport, and to be signed as a whole only. */
static rc_t put_content(const struct rewriting *r, struct buf *out, bool *opaque)
{
    bool ok = true;
    buf_expect(out, r->size + r->size / 16 + 65536);
    if (r->what->sign) {
        TRY(put_safe(r, out, &ok));
        TRY(check_content(r, true, out, &ok));
        if (ok) return RC_OK;
        buf_clear(out);
        *opaque = true;
    }
    ok = true;
    TRY(put_as_it_is(r, out, &ok));
    TRY(check_content(r, false, out, &ok));
    if (ok) return RC_OK;
    return err_set(r->e, RC_INVALID, "The mail's header cannot be written again.");
}

/* --- signing --------------------------------------------------------------------------------- */

/* "sha256" is "sha-256" in micalg (RFC 8551 section 3.5.3.2). */
static str_t micalg(const char *digest, struct arena *a)
{
    return arena_printf(a, "sha-%s", digest + 3);
}

static rc_t ask_signature(const struct rewriting *r, str_t content, struct buf *state,
                          str_t *signature)
{
    const struct rewrite_signer *s = r->what->sign;
    CLEANUP_BUF struct buf attributes = BUF_INIT(1u << 16);
    struct cms_sign_options o = {.signer = s->cert,
                                 .chain = s->chain,
                                 .chain_count = s->chain_count,
                                 .encryption = s->encryption,
                                 .signing_time = s->signing_time};
    struct cert_info info;
    unsigned char digest[64];
    size_t n;
    const char *name = cms_sign_digest(s->cert);
    TRY(cert_describe(s->cert, r->a, &info, r->e));
    TRY(cms_digest(name, content, digest, &n, r->e));
    TRY(cms_sign_prepare(&o, str_n(digest, n), state, &attributes, r->e));
    struct agent_signing what = {.digest_name = str_c(name),
                                 .pss = strcmp(info.key_algorithm, "rsa-pss") == 0,
                                 .attributes = buf_view(&attributes),
                                 .digest = str_n(digest, n)};
    return s->sign(s->holder, &what, r->a, signature, r->e);
}

/* content is given free: the signed form has it. */
static rc_t put_signed(const struct rewriting *r, struct buf *content, bool opaque, struct buf *out)
{
    CLEANUP_BUF struct buf state = BUF_INIT(1u << 20);
    CLEANUP_BUF struct buf der = BUF_INIT_SECRET(bytes_max(r));
    str_t signature = STR_NULL, text = buf_view(content);
    str_t alg = micalg(cms_sign_digest(r->what->sign->cert), r->a);
    if (str_is_null(alg)) return err_set(r->e, RC_NO_MEMORY, NULL);
    TRY(ask_signature(r, text, &state, &signature));
    TRY(cms_sign_finish(buf_view(&state), signature, opaque ? text : STR_NULL, &der, r->e));
    if (!opaque) {
        buf_expect(out, text.n + 2 * der.n + 4096);
        return build_multipart_signed(text, buf_view(&der), alg.p, out, r->e);
    }
    buf_free(content);
    return build_pkcs7_mime(buf_view(&der), "signed-data", out, r->e);
}

/* --- encrypting ------------------------------------------------------------------------------ */

static rc_t put_sealed(const struct rewriting *r, struct buf *content, unsigned char key[32],
                       struct buf *out)
{
    const struct rewrite_seal *s = r->what->seal;
    CLEANUP_BUF struct buf der = BUF_INIT(bytes_max(r));
    buf_expect(&der, content->n + 4096);
    TRY(cms_encrypt(buf_view(content), s->certs, s->count, s->cipher, STR_NULL, key, &der, r->e));
    buf_free(content);
    bool gcm = s->cipher == CMS_AES_256_GCM;
    buf_expect(out, der.n / 57 * 78 + 4096);
    return build_pkcs7_mime(buf_view(&der), gcm ? "authEnveloped-data" : "enveloped-data", out,
                            r->e);
}

/* --- the result is opened again -------------------------------------------------------------- */

static bool is_as_ordered(const struct rewriting *r, const struct message_view *v)
{
    bool encrypted = r->what->seal != NULL;
    if (v->layer_count < encrypted || (encrypted && !v->layers[0].opened)) return false;
    if (!r->what->sign) return true;
    return v->has_signature && v->signature_whole && v->signer_count == 1 &&
           v->signers[0].integrity == CMS_INTACT &&
           cert_equal(v->signers[0].cert, r->what->sign->cert) && v->header_protected;
}

static rc_t check_result(const struct rewriting *r, str_t mail, const unsigned char *key)
{
    CLEANUP_ARENA struct arena *a = arena_new_secret(bytes_max(r) + (64u << 20));
    struct message_key keys[] = {{0, str_n(key, 32)}};
    struct message_options o = {.smime = true,
                                .now = r->what->sign ? r->what->sign->signing_time : 0,
                                .keys = keys,
                                .key_count = 1,
                                .max_plain = bytes_max(r)};
    struct message_view *v;
    if (!a) return err_set(r->e, RC_NO_MEMORY, NULL);
    TRY(message_open(mail, &o, a, &v, r->e));
    bool ok = is_as_ordered(r, v);
    message_close(v);
    return ok ? RC_OK : err_set(r->e, RC_INTERNAL, "The mail does not open as it was meant to.");
}

/* --- all of it ------------------------------------------------------------------------------- */

static rc_t put_header(const struct rewriting *r, bool content, struct buf *out)
{
    struct rewrite_outer o = {
        .root = r->root, .subject = r->what->subject, .content = content, .own = true};
    TRY(rewrite_put_outer(&o, out, r->e));
    if (!content && !first_field(r->root, STR("MIME-Version")))
        buf_cstr(out, "MIME-Version: 1.0\r\n");
    return RC_OK;
}

static rc_t protect(const struct rewriting *r, struct buf *out, unsigned char key[32])
{
    CLEANUP_BUF struct buf content = BUF_INIT_SECRET(bytes_max(r));
    CLEANUP_BUF struct buf with_signature = BUF_INIT_SECRET(bytes_max(r));
    bool opaque = false;
    if (rewrite_is_protected(r->root)) { /* signed already: see check_order */
        for (size_t i = 0; i < r->root->field_count; i++)
            if (rewrite_is_content_field(r->root->fields[i].name))
                rewrite_put_field(&r->root->fields[i], &content);
        buf_cstr(&content, "\r\n");
        buf_str(&content, r->root->body);
    } else {
        TRY(put_content(r, &content, &opaque));
    }
    if (!r->what->seal) return put_signed(r, &content, opaque, out);
    if (!r->what->sign) return put_sealed(r, &content, key, out);
    TRY(put_signed(r, &content, opaque, &with_signature));
    buf_free(&content);
    return put_sealed(r, &with_signature, key, out);
}

static rc_t put_mail(const struct rewriting *r, struct buf *out)
{
    size_t from = out->n;
    unsigned char key[32] = {0};
    bool protecting = r->what->sign || r->what->seal;
    TRY(put_header(r, !protecting, out));
    if (!protecting) {
        buf_cstr(out, "\r\n");
        buf_str(out, r->root->body);
        return RC_OK;
    }
    rc_t rc = protect(r, out, key);
    if (rc == RC_OK && !out->failed) rc = check_result(r, str_n(out->p + from, out->n - from), key);
    wipe(key, sizeof key);
    return rc;
}

rc_t rewrite_outgoing(str_t raw, const struct rewrite_order *what, struct arena *a, struct buf *out,
                      struct err *e)
{
    CLEANUP_BUF struct buf lines = BUF_INIT_SECRET(2 * raw.n + 16);
    struct entity *root;
    size_t before = out->n;
    if (!text_stored_with_crlf(raw) && !text_with_crlf(raw, &lines, &raw))
        return err_set(e, RC_NO_MEMORY, NULL);
    TRY(entity_parse(raw, NULL, a, &root, e));
    struct rewriting r = {.what = what, .root = root, .size = raw.n, .a = a, .e = e};
    TRY(check_order(&r));
    rc_t rc = put_mail(&r, out);
    if (rc == RC_OK && out->failed) rc = err_set(e, RC_TOO_LARGE, "The mail is too large.");
    if (rc != RC_OK && out->p) {
        out->n = before;
        out->p[before] = '\0';
    }
    return rc;
}
