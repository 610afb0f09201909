/* SignedData taken apart into its content and everything else, so that a large content is
 * neither copied nor parsed a second time. */
#include "crypto/cms_parts.h"

#define DIGEST_ALGORITHMS_MAX 4096 /* bytes */

static bool put_length(struct buf *out, size_t n)
{
    unsigned char head[1 + sizeof n];
    size_t bytes = 0;
    if (n < 0x80) return buf_char(out, (char) n);
    for (size_t left = n; left; left >>= 8)
        bytes++;
    head[0] = (unsigned char) (0x80 | bytes);
    for (size_t i = 0; i < bytes; i++)
        head[1 + i] = (unsigned char) (n >> (8 * (bytes - 1 - i)));
    return buf_add(out, head, bytes + 1);
}

static bool put(struct buf *out, unsigned char id, str_t content)
{
    return buf_char(out, (char) id) && put_length(out, content.n) && buf_str(out, content);
}

struct signed_parts {
    str_t type;               /* contentType of the ContentInfo, whole */
    str_t before;             /* version and digestAlgorithms */
    str_t content_type;       /* eContentType, whole */
    struct ber_value content; /* OCTET STRING; id 0: absent */
    str_t after;              /* certificates, CRLs, signers */
};

static bool find_parts(str_t der, struct signed_parts *out)
{
    struct signed_parts p = {.content = {.id = 0}};
    struct ber_value info, oid, wrapped, data, version, digests, inner, kind, outer;
    struct ber r = ber_start(der);
    if (!ber_expect(&r, BER_SEQUENCE, &info)) return false;
    r = ber_inside(&info);
    if (!ber_expect(&r, BER_OID, &oid) || cms_type_of_oid(oid.content) != CMS_TYPE_SIGNED ||
        !ber_expect(&r, BER_CONTEXT_CONS(0), &wrapped)) {
        return false;
    }
    r = ber_inside(&wrapped);
    if (!ber_expect(&r, BER_SEQUENCE, &data)) return false;
    r = ber_inside(&data);
    if (!ber_expect(&r, BER_INTEGER, &version) || !ber_expect(&r, BER_SET, &digests) ||
        !ber_expect(&r, BER_SEQUENCE, &inner)) {
        return false;
    }
    /* One entry for each digest the signers use; a list without end costs memory and time only. */
    if (digests.content.n > DIGEST_ALGORITHMS_MAX) return false;
    p.type = oid.whole;
    p.before = str_n(version.whole.p, version.whole.n + digests.whole.n);
    p.after = r.rest;
    r = ber_inside(&inner);
    if (!ber_expect(&r, BER_OID, &kind)) return false;
    p.content_type = kind.whole;
    if (!ber_end(&r)) {
        size_t n;
        if (!ber_expect(&r, BER_CONTEXT_CONS(0), &outer) || !ber_end(&r)) return false;
        r = ber_inside(&outer);
        if ((ber_peek(&r) & ~BER_CONSTRUCTED) != BER_OCTET_STRING || !ber_next(&r, &p.content) ||
            !ber_end(&r) || !ber_octets_size(&p.content, &n)) {
            return false;
        }
    }
    *out = p;
    return true;
}

bool cms_holds_message(str_t der)
{
    struct signed_parts p;
    struct ber r;
    struct ber_value kind;
    enum cms_type type = cms_sniff(der);
    if (type == CMS_TYPE_ENVELOPED || type == CMS_TYPE_AUTH_ENVELOPED) return true;
    if (type != CMS_TYPE_SIGNED || !find_parts(der, &p) || p.content.id == 0) return false;
    r = ber_start(p.content_type);
    return ber_next(&r, &kind) && cms_type_of_oid(kind.content) == CMS_TYPE_DATA;
}

static bool write_rest(const struct signed_parts *p, struct buf *rest)
{
    CLEANUP_BUF struct buf body = BUF_INIT(rest->max), data = BUF_INIT(rest->max);
    CLEANUP_BUF struct buf info = BUF_INIT(rest->max);
    return buf_str(&body, p->before) && put(&body, BER_SEQUENCE, p->content_type) &&
           buf_str(&body, p->after) && put(&data, BER_SEQUENCE, buf_view(&body)) &&
           buf_str(&info, p->type) && put(&info, BER_CONTEXT_CONS(0), buf_view(&data)) &&
           put(rest, BER_SEQUENCE, buf_view(&info));
}

/* From the inside out: each header counts what it holds of `before`, the content, and `after`. */
bool cms_insert_content(str_t detached, size_t size, struct buf *before, struct buf *after)
{
    struct signed_parts p;
    CLEANUP_BUF struct buf in = BUF_INIT(before->max), out = BUF_INIT(before->max);
    if (!find_parts(detached, &p) || p.content.id != 0) return false;
    const struct {
        str_t first; /* stands before what was written so far */
        unsigned char id;
        size_t behind;
    } steps[] = {
        {STR(""), BER_OCTET_STRING, 0},
        {STR(""), BER_CONTEXT_CONS(0), 0},
        {p.content_type, BER_SEQUENCE, 0},
        {p.before, BER_SEQUENCE, p.after.n},
        {STR(""), BER_CONTEXT_CONS(0), p.after.n},
        {p.type, BER_SEQUENCE, p.after.n},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        buf_clear(&out);
        if (!buf_char(&out, (char) steps[i].id) ||
            !put_length(&out, steps[i].first.n + in.n + size + steps[i].behind) ||
            !buf_str(&out, steps[i].first) || !buf_str(&out, buf_view(&in)))
            return false;
        struct buf swap = in;
        in = out;
        out = swap;
    }
    return buf_str(before, buf_view(&in)) && buf_str(after, p.after);
}

static bool join(const struct ber_value *v, struct buf *out)
{
    struct ber_octets pieces;
    str_t piece;
    ber_octets_start(&pieces, v);
    while (ber_octets_next(&pieces, &piece)) {
        if (!buf_str(out, piece)) return false;
    }
    return !pieces.damaged && buf_reserve(out, 1); /* empty content is present all the same */
}

rc_t cms_split(str_t der, struct buf *rest, struct buf *joined, str_t *content, struct err *e)
{
    struct signed_parts p;
    if (!find_parts(der, &p)) return err_set(e, RC_DAMAGED, "The signature is damaged.");
    if (!write_rest(&p, rest)) {
        rest->failed = false;
        return err_set(e, RC_TOO_LARGE, "The signature is too large.");
    }
    if (p.content.id == 0) {
        *content = STR_NULL;
    } else if (!(p.content.id & BER_CONSTRUCTED)) {
        *content = p.content.content;
    } else if (join(&p.content, joined)) {
        *content = buf_view(joined);
    } else {
        joined->failed = false;
        return err_set(e, RC_TOO_LARGE, "The signed message is too large.");
    }
    return RC_OK;
}

/* RFC 5652 section 5.4: what was signed of the attributes is their DER, whatever form they have in
 * the message. */
bool cms_signers_normal(str_t rest, struct arena *a, struct buf *out)
{
    struct signed_parts p;
    struct ber_value v;
    CLEANUP_BUF struct buf after = BUF_INIT(out->max);
    str_t der;
    if (!find_parts(rest, &p)) return false;
    struct ber r = ber_start(p.after);
    while (!ber_end(&r)) {
        if (!ber_next(&r, &v)) return false;
        if (v.id != BER_SET) {
            if (!buf_str(&after, v.whole)) return false;
        } else if (v.whole.n > CMS_RECIPIENTS_MAX || !ber_to_der(&v, a, &der) ||
                   !buf_str(&after, der)) {
            return false;
        }
    }
    p.after = buf_view(&after);
    return write_rest(&p, out);
}

/* Each certificate of a CertificateSet; false when there is something else among them. */
static bool list_certificates(const struct ber_value *set, str_t *out, size_t max, size_t *n)
{
    struct ber r = ber_inside(set);
    struct ber_value v;
    for (*n = 0; !ber_end(&r); (*n)++) {
        if (*n == max || !ber_next(&r, &v) || v.id != BER_SEQUENCE) return false;
        out[*n] = v.whole;
    }
    return true;
}

bool cms_take_certificates(str_t rest, struct buf *out, str_t *list, size_t max, size_t *n)
{
    struct signed_parts p;
    struct ber_value set;
    if (!find_parts(rest, &p)) return false;
    struct ber r = ber_start(p.after);
    if (!ber_expect(&r, BER_CONTEXT_CONS(0), &set) || !list_certificates(&set, list, max, n))
        return false;
    p.after = r.rest;
    return write_rest(&p, out);
}

bool cms_with_certificates(str_t bare, str_t from, struct buf *out)
{
    struct signed_parts p, other;
    struct ber_value set;
    CLEANUP_BUF struct buf after = BUF_INIT(out->max);
    if (!find_parts(bare, &p) || !find_parts(from, &other)) return false;
    struct ber r = ber_start(other.after);
    if (!ber_expect(&r, BER_CONTEXT_CONS(0), &set) || !buf_str(&after, set.whole) ||
        !buf_str(&after, p.after))
        return false;
    p.after = buf_view(&after);
    return write_rest(&p, out);
}
