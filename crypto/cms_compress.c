/* CompressedData (RFC 3274). With unzip.c the caller of zlib. */
#include <zlib.h>

#include "crypto/cms_parts.h"

/* Mail text shrinks to a tenth at best; what grows more than this was made to fill memory. */
#define RATIO_MAX 200
#define STEP ((size_t) 64 * 1024)

struct inflating {
    z_stream z;
    struct buf *out;
    size_t taken; /* compressed bytes so far */
    size_t made;
    bool ended;
    bool over; /* a limit was passed */
};

static bool grow(struct inflating *in)
{
    size_t allowed = in->taken * RATIO_MAX;
    if (in->made > allowed || !buf_reserve(in->out, STEP)) {
        in->over = true;
        return false;
    }
    return true;
}

static bool inflate_piece(struct inflating *in, str_t piece)
{
    for (size_t at = 0; at < piece.n && !in->ended;) {
        size_t step = piece.n - at < STEP ? piece.n - at : STEP;
        in->taken += step;
        in->z.next_in = (unsigned char *) piece.p + at;
        in->z.avail_in = (uInt) step;
        do {
            if (!grow(in)) return false;
            in->z.next_out = (unsigned char *) in->out->p + in->out->n;
            in->z.avail_out = (uInt) STEP;
            int rc = inflate(&in->z, Z_NO_FLUSH);
            size_t got = STEP - in->z.avail_out;
            in->out->n += got;
            in->made += got;
            if (rc == Z_STREAM_END)
                in->ended = true;
            else if (rc != Z_OK && rc != Z_BUF_ERROR)
                return false;
        } while (!in->ended && (in->z.avail_in > 0 || in->z.avail_out == 0));
        at += step;
    }
    return true;
}

/* The [0] EXPLICIT OCTET STRING of the encapsulated content; the algorithm is zlib alone. */
static bool find_content(str_t der, struct ber_value *out)
{
    static const str_t ZLIB = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08");
    enum cms_type type;
    struct ber inside;
    struct ber_value body, version, algorithm, oid, info, kind, wrapped;
    if (!cms_content_info(der, &type, &inside) || type != CMS_TYPE_COMPRESSED ||
        !ber_expect(&inside, BER_SEQUENCE, &body)) {
        return false;
    }
    struct ber r = ber_inside(&body);
    if (!ber_expect(&r, BER_INTEGER, &version) || !ber_expect(&r, BER_SEQUENCE, &algorithm) ||
        !ber_expect(&r, BER_SEQUENCE, &info)) {
        return false;
    }
    struct ber alg = ber_inside(&algorithm), in = ber_inside(&info);
    if (!ber_expect(&alg, BER_OID, &oid) || !str_eq(oid.content, ZLIB) ||
        !ber_expect(&in, BER_OID, &kind) || !ber_expect(&in, BER_CONTEXT_CONS(0), &wrapped)) {
        return false;
    }
    struct ber w = ber_inside(&wrapped);
    size_t n;
    return (ber_peek(&w) & ~BER_CONSTRUCTED) == BER_OCTET_STRING && ber_next(&w, out) &&
           ber_octets_size(out, &n);
}

rc_t cms_decompress(str_t der, struct buf *out, struct err *e)
{
    struct ber_value content;
    if (!find_content(der, &content)) {
        return err_set(e, RC_DAMAGED, "The compressed message is damaged.");
    }
    struct inflating in = {.out = out};
    size_t before = out->n;
    if (inflateInit(&in.z) != Z_OK) return err_set(e, RC_NO_MEMORY, NULL);
    struct ber_octets pieces;
    str_t piece;
    bool ok = true;
    ber_octets_start(&pieces, &content);
    while (ok && !in.ended && ber_octets_next(&pieces, &piece))
        ok = inflate_piece(&in, piece);
    inflateEnd(&in.z);
    if (ok && in.ended) {
        out->p[out->n] = '\0';
        return RC_OK;
    }
    if (out->p) {
        wipe(out->p + before, out->n - before);
        out->n = before;
        out->p[before] = '\0';
    }
    if (in.over) {
        out->failed = false;
        return err_set(e, RC_TOO_LARGE, "The compressed message would become too large.");
    }
    return err_set(e, RC_DAMAGED, "The compressed message is damaged.");
}
