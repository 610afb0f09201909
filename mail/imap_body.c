#include "mail/imap_body.h"

#include <stdio.h>

#include "mail/entity.h"
#include "mail/param.h"

#define DEPTH_MAX 40
#define PARTS_MAX 500

enum parent { IN_NOTHING, IN_MULTIPART, IN_SIGNED, IN_RELATED };

struct reader {
    struct wire *w;
    struct arena *a;
    struct imap_body *out;
    struct imap_names *names; /* or NULL */
    unsigned parts;
};

struct leaf {
    str_t type, subtype, smime_type, name, id, disposition;
    bool root;
    enum parent parent;
    const char *path;
};

/* --- what a part is ------------------------------------------------------------------------- */

static bool one_of(str_t s, const str_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(s, words[i])) return true;
    return false;
}
#define ONE_OF(s, ...)                                                                             \
    one_of((s), (const str_t[]){__VA_ARGS__}, sizeof((const str_t[]){__VA_ARGS__}) / sizeof(str_t))

static bool is_cms_type(const struct leaf *l)
{
    return str_ieq(l->type, STR("application")) &&
           ONE_OF(l->subtype, STR("pkcs7-mime"), STR("x-pkcs7-mime"), STR("cms"), STR("x-pkcs7"));
}

static bool has_cms_name(const struct leaf *l)
{
    static const str_t ends[] = {STR_INIT(".p7m"), STR_INIT(".p7z"), STR_INIT(".p7")};
    str_t name = str_trim(l->name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_iends(name, ends[i])) return true;
    return false;
}

static bool is_signature(const struct leaf *l)
{
    return str_ieq(l->type, STR("application")) &&
           ONE_OF(l->subtype, STR("pkcs7-signature"), STR("x-pkcs7-signature"),
                  STR("pgp-signature"));
}

static bool says_encrypted(const struct leaf *l)
{
    if (str_ieq(l->type, STR("application")) && str_ieq(l->subtype, STR("pgp-encrypted")))
        return true;
    return is_cms_type(l) &&
           ONE_OF(l->smime_type, STR("enveloped-data"), STR("authenveloped-data"));
}

static bool is_candidate(const struct leaf *l)
{
    if (is_cms_type(l) || has_cms_name(l)) return true;
    return str_ieq(l->type, STR("application")) && str_ieq(l->subtype, STR("octet-stream")) &&
           (l->root || l->name.n == 0);
}

static bool is_attachment(const struct leaf *l)
{
    if (is_signature(l) && l->parent == IN_SIGNED) return false;
    if (l->root && (is_cms_type(l) || has_cms_name(l))) return false;
    if (str_ieq(l->disposition, STR("attachment"))) return true;
    if (str_ieq(l->type, STR("text"))) return l->name.n > 0 && !l->root;
    if (l->parent == IN_RELATED && l->id.n > 0) return false; /* a picture of the HTML */
    if (str_ieq(l->type, STR("message")))
        return !ONE_OF(l->subtype, STR("delivery-status"), STR("disposition-notification"));
    return !str_ieq(l->type, STR("multipart"));
}

static enum imap_security root_security(const struct leaf *l)
{
    if (says_encrypted(l)) return IMAP_SEC_ENCRYPTED;
    if (!is_cms_type(l) && !has_cms_name(l)) return IMAP_SEC_NONE;
    if (str_ieq(l->smime_type, STR("signed-data"))) return IMAP_SEC_SIGNED;
    return IMAP_SEC_OPAQUE;
}

static void add_candidate(struct imap_body *b, const char *path, bool labelled, bool root)
{
    if (b->candidate_count == IMAP_BODY_CANDIDATES) {
        b->unclear = true;
        return;
    }
    snprintf(b->candidates[b->candidate_count].path, IMAP_BODY_PATH, "%s", path);
    b->candidates[b->candidate_count].root = root;
    b->candidates[b->candidate_count++].labelled = labelled;
}

static void judge_leaf(struct reader *r, const struct leaf *l)
{
    struct imap_body *b = r->out;
    if (is_attachment(l)) b->attachment = true;
    if (says_encrypted(l))
        b->sealed = true;
    else if (is_candidate(l))
        add_candidate(b, l->path, is_cms_type(l) || has_cms_name(l), l->root);
    if (l->root) b->security = root_security(l);
}

/* --- reading ------------------------------------------------------------------------------------
 */

struct body_params {
    str_t name, smime_type, protocol;
};

/* RFC 2231 continuations and charsets ("name*0*") keep their base name: the end of a file name is
 * what counts, and the last piece comes last. */
static bool param_is(str_t key, str_t name)
{
    return str_istarts(key, name) && (key.n == name.n || key.p[name.n] == '*');
}

/* --- names ---------------------------------------------------------------------------------- */

#define NAMES_MAX_BYTES 16384

/* The parameter as it stood in the field. */
static void put_param(struct buf *field, str_t key, str_t value)
{
    bool extended = str_ends(key, STR("*")); /* RFC 2231: percent-encoded, never quoted */
    buf_cstr(field, "; ");
    buf_str(field, key);
    buf_cstr(field, extended ? "=" : "=\"");
    for (size_t i = 0; i < value.n; i++) {
        if (!extended && (value.p[i] == '"' || value.p[i] == '\\')) buf_char(field, '\\');
        buf_char(field, value.p[i]);
    }
    if (!extended) buf_char(field, '"');
}

static void match_name(struct imap_names *names, str_t name)
{
    for (unsigned i = 0; i < names->count; i++)
        if (name.n > 0 && str_ifind(name, names->wanted[i]) >= 0) names->found |= 1u << i;
}

static void match_names(struct reader *r, const struct buf *field)
{
    struct param_value v;
    if (field->failed || field->n == 0) return;
    if (param_parse(buf_view(field), r->a, &v, NULL) != RC_OK) return;
    match_name(r->names, param_find(v.params, v.count, STR("name")));
    match_name(r->names, param_find(v.params, v.count, STR("filename")));
}

/* ("name" "smime.p7m" "smime-type" "enveloped-data") or NIL */
static void read_params(struct reader *r, struct body_params *out)
{
    struct wire *w = r->w;
    if (!wire_take(w, '(')) {
        wire_nstring(w, r->a);
        return;
    }
    CLEANUP_BUF struct buf field = BUF_INIT(NAMES_MAX_BYTES);
    if (r->names) buf_cstr(&field, "x");
    while (!w->bad && !wire_take(w, ')')) {
        str_t key = wire_nstring(w, r->a);
        str_t value = wire_nstring(w, r->a);
        if (r->names) put_param(&field, key, value);
        if (param_is(key, STR("name")) || param_is(key, STR("filename"))) out->name = value;
        if (str_ieq(key, STR("smime-type"))) out->smime_type = str_trim(value);
        if (str_ieq(key, STR("protocol"))) out->protocol = str_trim(value);
    }
    if (r->names) match_names(r, &field);
}

/* ("attachment" ("filename" "a.pdf")) or NIL: RFC 3501 body-fld-dsp */
static str_t read_disposition(struct reader *r, struct body_params *params)
{
    struct wire *w = r->w;
    if (!wire_take(w, '(')) return wire_nstring(w, r->a);
    str_t kind = wire_nstring(w, r->a);
    struct body_params own = {.name = STR_NULL};
    if (!wire_next_is(w, ')')) read_params(r, &own);
    if (own.name.n > 0) params->name = own.name;
    while (!w->bad && !wire_take(w, ')'))
        wire_skip(w);
    return kind;
}

/* Whatever else is in this list, and its end. */
static void close_list(struct wire *w)
{
    while (!w->bad && !wire_take(w, ')'))
        wire_skip(w);
}

static void read_part(struct reader *r, const char *path, unsigned depth, enum parent parent);

static void child_path(char out[IMAP_BODY_PATH], const char *path, unsigned number)
{
    int n = path[0] ? snprintf(out, IMAP_BODY_PATH, "%s.%u", path, number)
                    : snprintf(out, IMAP_BODY_PATH, "%u", number);
    if (n >= IMAP_BODY_PATH) out[0] = '\0';
}

/* The kind of a multipart stands behind its children, so the text is looked at twice: once to
 * skip to the kind, once to read the children knowing it. */
static str_t peek_subtype(struct reader *r)
{
    struct wire ahead = *r->w;
    while (!ahead.bad && wire_next_is(&ahead, '('))
        wire_skip(&ahead);
    return wire_nstring(&ahead, r->a);
}

static void read_multipart(struct reader *r, const char *path, unsigned depth, enum parent parent)
{
    struct wire *w = r->w;
    /* Peeking is linear in the part, so bounded depth keeps the whole linear too. */
    str_t subtype = peek_subtype(r);
    enum parent kind = str_ieq(subtype, STR("signed"))    ? IN_SIGNED
                       : str_ieq(subtype, STR("related")) ? IN_RELATED
                                                          : IN_MULTIPART;
    for (unsigned i = 1; !w->bad && wire_next_is(w, '('); i++) {
        char child[IMAP_BODY_PATH];
        child_path(child, path, i);
        read_part(r, child, depth + 1, kind);
    }
    wire_nstring(w, r->a);
    struct body_params params = {.name = STR_NULL};
    if (!w->bad && !wire_next_is(w, ')')) read_params(r, &params);
    close_list(w);
    if (str_ieq(subtype, STR("encrypted"))) r->out->sealed = true;
    bool root = depth == 0 && parent == IN_NOTHING;
    if (root && kind == IN_SIGNED &&
        (params.protocol.n == 0 || ONE_OF(params.protocol, STR("application/pkcs7-signature"),
                                          STR("application/x-pkcs7-signature"))))
        r->out->security = IMAP_SEC_SIGNED;
}

/* Envelope, body and lines of a message/rfc822 part. */
static void read_embedded(struct reader *r, const char *path, unsigned depth)
{
    struct wire *w = r->w;
    wire_skip(w);
    if (w->bad || !wire_next_is(w, '(')) {
        r->out->unclear = true;
        return;
    }
    struct wire ahead = *w;
    bool multipart = wire_take(&ahead, '(') && wire_next_is(&ahead, '(');
    char child[IMAP_BODY_PATH];
    if (multipart)
        snprintf(child, sizeof child, "%s", path);
    else
        child_path(child, path, 1);
    read_part(r, child, depth + 1, IN_MULTIPART);
    wire_skip(w);
}

static void read_single(struct reader *r, const char *path, unsigned depth, enum parent parent)
{
    struct wire *w = r->w;
    struct leaf l = {.root = depth == 0, .parent = parent, .path = path};
    struct body_params params = {.name = STR_NULL};
    l.type = wire_nstring(w, r->a);
    l.subtype = wire_nstring(w, r->a);
    read_params(r, &params);
    l.id = wire_nstring(w, r->a);
    for (int i = 0; i < 3; i++)
        wire_nstring(w, r->a); /* description, encoding, size */
    if (!w->bad && str_ieq(l.type, STR("message")) && str_ieq(l.subtype, STR("rfc822")) &&
        wire_next_is(w, '('))
        read_embedded(r, path, depth);
    else if (!w->bad && str_ieq(l.type, STR("text")) && !wire_next_is(w, ')'))
        wire_skip(w);
    if (!w->bad && !wire_next_is(w, ')')) wire_nstring(w, r->a); /* MD5 */
    if (!w->bad && !wire_next_is(w, ')')) l.disposition = read_disposition(r, &params);
    close_list(w);
    l.smime_type = params.smime_type;
    l.name = params.name;
    judge_leaf(r, &l);
}

static void read_part(struct reader *r, const char *path, unsigned depth, enum parent parent)
{
    if (depth > DEPTH_MAX || ++r->parts > PARTS_MAX || (depth > 0 && path[0] == '\0')) {
        r->out->unclear = true;
        wire_skip(r->w);
        return;
    }
    if (!wire_take(r->w, '(')) {
        r->w->bad = true;
        return;
    }
    if (wire_next_is(r->w, '('))
        read_multipart(r, path, depth, parent);
    else
        read_single(r, depth == 0 ? "1" : path, depth, parent);
}

void imap_body_read(struct wire *w, struct arena *a, struct imap_body *out,
                    struct imap_names *names)
{
    *out = (struct imap_body){.read = true, .security = IMAP_SEC_NONE};
    struct reader r = {.w = w, .a = a, .out = out, .names = names};
    read_part(&r, "", 0, IN_NOTHING);
    if (w->bad) out->unclear = true;
}

/* --- first bytes
 * ------------------------------------------------------------------------------------ */

#define SNIFF_BYTES 8192

/* ContentInfo (RFC 5652 section 3): SEQUENCE, its length, then the type. */
static bool content_type_at(str_t der, str_t *rest)
{
    if (der.n < 4 || (unsigned char) der.p[0] != 0x30) return false;
    unsigned char length = (unsigned char) der.p[1];
    size_t skip = 2 + (length > 0x80 ? (size_t) (length & 0x7f) : 0);
    if (length > 0x88 || skip >= der.n) return false;
    *rest = str_sub(der, skip, der.n);
    return true;
}

static bool one_starts(str_t s, const str_t *heads, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(s, heads[i])) return true;
    return false;
}

static enum imap_sniff sniff_der(str_t der)
{
    static const str_t sealed[] = {
        STR_INIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"), /* envelopedData */
        STR_INIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x04"), /* signedAndEnvelopedData */
        STR_INIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"), /* encryptedData */
        STR_INIT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"), /* authEnveloped */
    };
    static const str_t open[] = {
        STR_INIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"),         /* signedData */
        STR_INIT("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"), /* compressedData */
    };
    str_t type;
    if (!content_type_at(der, &type)) return IMAP_SNIFF_OTHER;
    if (one_starts(type, sealed, sizeof sealed / sizeof *sealed)) return IMAP_SNIFF_SEALED;
    if (!one_starts(type, open, sizeof open / sizeof *open)) return IMAP_SNIFF_OTHER;
    /* Triple wrapping: the signed entity says itself that it is CMS again. */
    bool inside = str_ifind(type, STR("pkcs7-mime")) >= 0;
    for (size_t i = 0; i < sizeof sealed / sizeof *sealed; i++)
        inside = inside || str_find(type, sealed[i]) >= 0;
    if (inside) return IMAP_SNIFF_SEALED;
    return str_starts(type, open[0]) ? IMAP_SNIFF_SIGNED : IMAP_SNIFF_OPEN;
}

enum imap_sniff imap_cms_sniff(str_t bytes)
{
    enum imap_sniff raw = sniff_der(bytes);
    if (raw != IMAP_SNIFF_OTHER) return raw;
    str_t text = str_trim(bytes);
    if (str_starts(text, STR("-----BEGIN"))) {
        str_t head;
        if (!str_cut(text, '\n', &head, &text)) return IMAP_SNIFF_OTHER;
    }
    CLEANUP_BUF struct buf decoded = BUF_INIT(SNIFF_BYTES);
    text = str_sub(text, 0, SNIFF_BYTES);
    if (text.n < 4 || !mime_base64_decode(text, &decoded)) return IMAP_SNIFF_OTHER;
    return sniff_der(buf_view(&decoded));
}
