#include "mail/build.h"

#include "crypto/seal.h"
#include "mail/build_part.h"
#include "mail/text.h"

#define RECEIPT_FIELD "Disposition-Notification-To"

struct builder {
    const struct build_message *m;
    struct buf *out;
    struct arena *a;
    struct build_piece *pieces;
    size_t *starts; /* offset of each piece in out: slices are made when out has its end */
    size_t count;
    const char *further; /* parameter of the root's Content-Type: "; hp=\"clear\"" */
    bool around;         /* attachments are not written */
    bool legacy;         /* texts repeat the hidden subject for readers without RFC 9788 */
    struct err *e;
};

rc_t build_boundary(char out[BOUNDARY_CHARS], struct err *e)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char raw[16];
    TRY(random_bytes(raw, sizeof raw, e));
    /* "=_" cannot occur in quoted-printable nor base64 (RFC 2045 section 6.7, rule 5 note) */
    char *p = out;
    *p++ = '=';
    *p++ = '_';
    for (size_t i = 0; i < sizeof raw; i++) {
        *p++ = hex[raw[i] >> 4];
        *p++ = hex[raw[i] & 15];
    }
    *p = '\0';
    return RC_OK;
}

/* --- header ----------------------------------------------------------------------------- */

static rc_t put_addresses(const char *name, const struct mail_address *list, size_t n,
                          struct buf *out, struct err *e)
{
    if (n == 0) return RC_OK;
    buf_printf(out, "%s: ", name);
    rc_t rc = build_address_list(list, n, out, e);
    if (rc != RC_OK) {
        char field[32] = "";
        for (size_t i = 0; name[i] && i + 1 < sizeof field; i++)
            field[i] = name[i] == '-' ? '_' : (char) (name[i] | 0x20);
        err_field(e, field);
        return rc;
    }
    buf_cstr(out, "\r\n");
    return RC_OK;
}

/* Both spellings that readers go by; RFC 2156's Priority is about the speed of transport. */
static void put_priority(enum build_priority priority, struct buf *out)
{
    if (priority == PRIORITY_HIGH) buf_cstr(out, "X-Priority: 1\r\nImportance: high\r\n");
    if (priority == PRIORITY_LOW) buf_cstr(out, "X-Priority: 5\r\nImportance: low\r\n");
}

static rc_t put_fields(const struct build_message *m, str_t subject, struct buf *out, struct err *e)
{
    buf_cstr(out, "Date: ");
    field_put_date(m->date, m->zone_minutes, out);
    buf_cstr(out, "\r\n");
    TRY(put_addresses("From", &m->from, 1, out, e));
    TRY(put_addresses("Sender", &m->sender, m->sender.address.p ? 1 : 0, out, e));
    TRY(put_addresses("Reply-To", &m->reply_to, m->reply_to.address.p ? 1 : 0, out, e));
    TRY(put_addresses("To", m->to, m->to_count, out, e));
    TRY(put_addresses("Cc", m->cc, m->cc_count, out, e));
    if (m->to_count + m->cc_count == 0) buf_cstr(out, "To: undisclosed-recipients:;\r\n");
    TRY(build_text_field("Subject", subject.p ? subject : STR(""), out, e));
    field_put_ids("Message-ID", m->message_id, out);
    field_put_ids("In-Reply-To", m->in_reply_to, out);
    field_put_ids("References", m->references, out);
    put_priority(m->priority, out);
    TRY(put_addresses(RECEIPT_FIELD, &m->receipt_to, m->receipt_to.address.p ? 1 : 0, out, e));
    if (m->asks_certificate) buf_cstr(out, "X-Waxseal-Request: certificate\r\n");
    return RC_OK;
}

static str_t outer_subject(const struct build_message *m)
{
    return m->outer_subject.p ? m->outer_subject : m->subject;
}

static rc_t put_hp_outer(const struct build_message *m, struct buf *out, struct err *e)
{
    CLEANUP_BUF struct buf outer = BUF_INIT(out->max);
    outer.secret = out->secret;
    TRY(put_fields(m, outer_subject(m), &outer, e));
    field_put_hp_outer(buf_view(&outer), out);
    return outer.failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

static rc_t check_extra(const struct build_message *m, struct err *e)
{
    for (size_t i = 0; i < m->extra_count; i++)
        if (!str_is_clean(m->extra[i].name) || !str_is_clean(m->extra[i].value) ||
            m->extra[i].name.n == 0 || m->extra[i].value.n > 900)
            return err_set(e, RC_INVALID, "A header field is not acceptable.");
    return RC_OK;
}

static rc_t finish(struct buf *out, size_t before, rc_t rc, struct err *e)
{
    if (rc == RC_OK && !out->failed) return RC_OK;
    out->n = before;
    if (out->p) out->p[before] = '\0';
    return rc != RC_OK ? rc : err_set(e, RC_TOO_LARGE, "The message is too large.");
}

rc_t build_receipt_field(const struct mail_address *to, struct buf *out, struct err *e)
{
    size_t before = out->n;
    return finish(out, before, put_addresses(RECEIPT_FIELD, to, 1, out, e), e);
}

rc_t build_header(const struct build_message *m, struct buf *out, struct err *e)
{
    size_t before = out->n;
    rc_t rc = check_extra(m, e);
    if (rc == RC_OK) rc = put_fields(m, outer_subject(m), out, e);
    for (size_t i = 0; rc == RC_OK && i < m->extra_count; i++)
        buf_printf(out, "%.*s: %.*s\r\n", STR_ARG(m->extra[i].name), STR_ARG(m->extra[i].value));
    buf_cstr(out, "MIME-Version: 1.0\r\n");
    return finish(out, before, rc, e);
}

/* --- entity ----------------------------------------------------------------------------- */

static void start_piece(struct builder *b, int attachment)
{
    b->starts[b->count] = b->out->n;
    b->pieces[b->count++].attachment = attachment;
}

static bool is_inline(const struct builder *b, size_t i)
{
    return b->m->html.p && b->m->attachments[i].content_id.p;
}

static size_t count_inline(const struct builder *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->m->attachment_count; i++)
        n += is_inline(b, i);
    return n;
}

static void open_multipart(struct builder *b, const char *kind, const char *boundary)
{
    buf_printf(b->out, "Content-Type: multipart/%s;\r\n boundary=\"%s\"%s\r\n\r\n", kind, boundary,
               b->further);
    b->further = "";
}

static void next_part(struct builder *b, const char *boundary)
{
    buf_printf(b->out, "--%s\r\n", boundary);
}

static void close_multipart(struct builder *b, const char *boundary)
{
    buf_printf(b->out, "--%s--\r\n", boundary);
}

static rc_t put_leaf(struct builder *b, str_t text, bool html)
{
    const char *mark = b->legacy ? ";\r\n hp-legacy-display=\"1\"" : "";
    str_t further = arena_printf(b->a, "%s%s", b->further, mark);
    if (b->legacy) text = legacy_display(b->m->subject, text, html, b->a);
    if (!further.p || (b->legacy && !text.p)) return err_set(b->e, RC_NO_MEMORY, NULL);
    part_put_text(text, html, further.p, b->out);
    /* quoted-printable of text that ends in CRLF ends so too; every part must */
    if (b->out->n < 2 || b->out->p[b->out->n - 1] != '\n') buf_cstr(b->out, "\r\n");
    b->further = "";
    return RC_OK;
}

static rc_t put_attachment(struct builder *b, size_t i)
{
    const struct build_attachment *x = &b->m->attachments[i];
    str_t type = field_type_is_safe(x->type) ? x->type : STR("application/octet-stream");
    str_t name = text_one_line(x->name, b->a);
    if (!name.p) return err_set(b->e, RC_NO_MEMORY, NULL);
    buf_printf(b->out, "Content-Type: %.*s", STR_ARG(type));
    if (name.n > 0) field_put_param("name", name, b->out);
    buf_cstr(b->out, "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: ");
    buf_cstr(b->out, is_inline(b, i) ? "inline" : "attachment");
    if (name.n > 0) field_put_param("filename", name, b->out);
    buf_cstr(b->out, "\r\n");
    if (is_inline(b, i)) {
        if (!str_is_clean(x->content_id) || x->content_id.n > 200 || x->content_id.n == 0 ||
            str_chr(x->content_id, '>') >= 0 || str_chr(x->content_id, ' ') >= 0) {
            err_set(b->e, RC_INVALID, "A picture in the text has an unusable id.");
            err_field(b->e, "attachments");
            return RC_INVALID;
        }
        buf_printf(b->out, "Content-ID: <%.*s>\r\n", STR_ARG(x->content_id));
    }
    buf_cstr(b->out, "\r\n");
    start_piece(b, (int) i);
    if (!b->around) mime_base64_encode(x->content, b->out);
    start_piece(b, -1);
    return RC_OK;
}

static rc_t put_related(struct builder *b)
{
    char boundary[BOUNDARY_CHARS];
    if (count_inline(b) == 0) return put_leaf(b, b->m->html, true);
    TRY(build_boundary(boundary, b->e));
    open_multipart(b, "related", boundary);
    next_part(b, boundary);
    TRY(put_leaf(b, b->m->html, true));
    for (size_t i = 0; i < b->m->attachment_count; i++) {
        if (!is_inline(b, i)) continue;
        next_part(b, boundary);
        TRY(put_attachment(b, i));
    }
    close_multipart(b, boundary);
    return RC_OK;
}

static rc_t put_body(struct builder *b)
{
    char boundary[BOUNDARY_CHARS];
    if (!b->m->html.p) return put_leaf(b, b->m->text, false);
    TRY(build_boundary(boundary, b->e));
    open_multipart(b, "alternative", boundary);
    next_part(b, boundary);
    TRY(put_leaf(b, b->m->text, false));
    next_part(b, boundary);
    TRY(put_related(b));
    close_multipart(b, boundary);
    return RC_OK;
}

static rc_t put_content(struct builder *b)
{
    char boundary[BOUNDARY_CHARS];
    if (b->m->attachment_count == count_inline(b)) return put_body(b);
    TRY(build_boundary(boundary, b->e));
    open_multipart(b, "mixed", boundary);
    next_part(b, boundary);
    TRY(put_body(b));
    for (size_t i = 0; i < b->m->attachment_count; i++) {
        if (is_inline(b, i)) continue;
        next_part(b, boundary);
        TRY(put_attachment(b, i));
    }
    close_multipart(b, boundary);
    return RC_OK;
}

static rc_t put_entity(struct builder *b, enum header_protection hp)
{
    start_piece(b, -1);
    if (hp != HP_NONE) {
        TRY(put_fields(b->m, b->m->subject, b->out, b->e));
        buf_cstr(b->out, "MIME-Version: 1.0\r\n");
    }
    if (hp == HP_CIPHER) TRY(put_hp_outer(b->m, b->out, b->e));
    b->legacy = hp == HP_CIPHER && b->m->outer_subject.p;
    b->further = hp == HP_CLEAR    ? ";\r\n hp=\"clear\""
                 : hp == HP_CIPHER ? ";\r\n hp=\"cipher\""
                                   : "";
    return put_content(b);
}

/* About what will be written: large bodies are then never moved while they grow. */
static size_t expected_bytes(const struct build_message *m, bool around)
{
    size_t n = 4096 + 2 * (m->text.n + m->html.n);
    for (size_t i = 0; i < m->attachment_count; i++)
        n += (around ? 0 : m->attachments[i].content.n / 57 * 78) + 4096;
    return n;
}

/* Slices of the finished text; runs without bytes are left out. */
static size_t make_slices(struct builder *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        size_t end = i + 1 < b->count ? b->starts[i + 1] : b->out->n;
        int attachment = b->pieces[i].attachment;
        if (end == b->starts[i] && attachment < 0) continue;
        str_t bytes = str_n(b->out->p + b->starts[i], end - b->starts[i]);
        bool own = b->around && attachment >= 0;
        if (own) bytes = b->m->attachments[attachment].content;
        b->pieces[n++] =
            (struct build_piece){.bytes = bytes, .attachment = attachment, .base64 = own};
    }
    return n;
}

static rc_t build_pieces(const struct build_message *m, enum header_protection hp, bool around,
                         struct arena *a, struct buf *out, struct build_piece **pieces, size_t *n,
                         struct err *e)
{
    size_t before = out->n;
    size_t room = 2 * m->attachment_count + 2;
    struct builder b = {.m = m, .out = out, .a = a, .around = around, .e = e};
    b.pieces = ARENA_ARRAY(a, room, struct build_piece);
    b.starts = ARENA_ARRAY(a, room, size_t);
    if (!b.pieces || !b.starts) return err_set(e, RC_NO_MEMORY, NULL);
    buf_expect(out, expected_bytes(m, around));
    TRY(finish(out, before, put_entity(&b, hp), e));
    *n = make_slices(&b);
    *pieces = b.pieces;
    return RC_OK;
}

rc_t build_entity(const struct build_message *m, enum header_protection hp, struct arena *a,
                  struct buf *out, struct build_piece **pieces, size_t *n, struct err *e)
{
    return build_pieces(m, hp, false, a, out, pieces, n, e);
}

rc_t build_around(const struct build_message *m, enum header_protection hp, struct arena *a,
                  struct buf *out, struct build_piece **pieces, size_t *n, struct err *e)
{
    return build_pieces(m, hp, true, a, out, pieces, n, e);
}

/* --- S/MIME wrappers --------------------------------------------------------------------- */

rc_t build_signed_around(str_t signature, const char *micalg, struct buf *before, struct buf *after,
                         struct err *e)
{
    char boundary[BOUNDARY_CHARS];
    size_t had = before->n, behind = after->n;
    TRY(build_boundary(boundary, e));
    buf_printf(before,
               "Content-Type: multipart/signed; micalg=%s;\r\n"
               " protocol=\"application/pkcs7-signature\";\r\n boundary=\"%s\"\r\n\r\n"
               "This is an S/MIME signed message.\r\n--%s\r\n",
               micalg, boundary, boundary);
    buf_printf(after,
               "\r\n--%s\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
               "Content-Transfer-Encoding: base64\r\n"
               "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n",
               boundary);
    mime_base64_encode(signature, after);
    buf_printf(after, "--%s--\r\n", boundary);
    TRY(finish(before, had, RC_OK, e));
    return finish(after, behind, RC_OK, e);
}

rc_t build_multipart_signed(str_t entity, str_t signature, const char *micalg, struct buf *out,
                            struct err *e)
{
    CLEANUP_BUF struct buf after = BUF_INIT(out->max);
    size_t before = out->n;
    TRY(build_signed_around(signature, micalg, out, &after, e));
    buf_str(out, entity);
    buf_str(out, buf_view(&after));
    return finish(out, before, RC_OK, e);
}

void build_pkcs7_fields(const char *smime_type, struct buf *out)
{
    buf_printf(out,
               "Content-Type: application/pkcs7-mime; smime-type=%s;\r\n name=\"smime.p7m\"\r\n"
               "Content-Transfer-Encoding: base64\r\n"
               "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n",
               smime_type);
}

rc_t build_pkcs7_mime(str_t der, const char *smime_type, struct buf *out, struct err *e)
{
    size_t before = out->n;
    build_pkcs7_fields(smime_type, out);
    mime_base64_encode(der, out);
    return finish(out, before, RC_OK, e);
}
