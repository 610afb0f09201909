/* CMS objects as they arrive: some senders and gateways lose the transfer encoding's name, or send
 * the PEM form. Both are base64 text where DER is expected. Others lose the type and the name: then
 * only the content tells (RFC 8551 section 3.10 asks receivers to be forgiving about it).
 *
 * Decoders leave out what they do not understand. Where a person could have read it, that would be
 * lost behind a signature that does not cover it: so everything around the object must be blank. */
#include "crypto/cms.h"
#include "mail/message_state.h"

/* --- what is around the object -----------------------------------------------------------------
 */

/* Some writers fill up with zeros. */
static inline bool is_blank_char(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '\0';
}

/* Of the base64 alphabet. */
static inline bool is_letter(char c)
{
    unsigned char u = (unsigned char) c;
    return (unsigned) (u | 0x20) - 'a' < 26 || (unsigned) u - '0' < 10 || u == '+' || u == '/';
}

static bool is_blank(str_t s)
{
    size_t i = 0;
    while (i < s.n && is_blank_char(s.p[i]))
        i++;
    return i == s.n;
}

bool message_is_base64_only(str_t s)
{
    size_t i = 0, letters = 0, pads = 0;
    for (; i < s.n; i++) {
        if (is_letter(s.p[i]))
            letters++;
        else if (!is_blank_char(s.p[i]))
            break;
    }
    for (; i < s.n; i++) {
        if (s.p[i] == '=')
            pads++;
        else if (!is_blank_char(s.p[i]))
            return false;
    }
    return letters % 4 != 1 && pads <= 2;
}

/* The lines around a PEM block, where they are; *label: what the first one names. */
static str_t without_armor(str_t text, str_t *label, str_t *behind)
{
    const str_t begin = STR("-----BEGIN "), last = STR("-----END ");
    str_t line, rest;
    *label = *behind = STR("");
    if (!str_starts(text, begin) || !str_cut(text, '\n', &line, &rest)) return text;
    *label = str_trim(str_sub(line, begin.n, line.n));
    ptrdiff_t end = str_find(rest, last);
    if (end < 0) return rest;
    *behind = str_sub(rest, (size_t) end + last.n, rest.n);
    return str_sub(rest, 0, (size_t) end);
}

/* The names that writers of CMS give; any other could be a sentence. */
static bool is_cms_label(str_t label)
{
    static const str_t names[] = {
        STR_INIT("CMS-----"), STR_INIT("PKCS7-----"), STR_INIT("PKCS #7 SIGNED DATA-----"),
        STR_INIT("SIGNED MESSAGE-----"), STR_INIT("ENCRYPTED MESSAGE-----")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(label, names[i])) return true;
    return false;
}

static bool is_armor_only(str_t text)
{
    str_t label, behind;
    str_t inside = without_armor(text, &label, &behind);
    if (inside.p == text.p) return message_is_base64_only(text);
    return is_cms_label(label) && str_starts(behind, label) &&
           is_blank(str_sub(behind, label.n, behind.n)) && message_is_base64_only(inside);
}

/* A line behind "end", or in front of "begin", is skipped as well. */
static bool is_transfer_only(const struct entity *m)
{
    if (m->encoding == ENC_BASE64) return message_is_base64_only(m->body);
    if (m->encoding != ENC_UUENCODE) return true;
    str_t text = str_trim(m->body);
    ptrdiff_t end = str_find(text, STR("\nend"));
    return str_starts(text, STR("begin ")) && end >= 0 && (size_t) end + 4 == text.n;
}

/* --- the object --------------------------------------------------------------------------------
 */

bool message_is_alone(str_t der)
{
    str_t behind;
    return cms_behind(der, &behind) && is_blank(behind);
}

/* alone: may be NULL (then nothing is looked at); else false when there is more than the object. */
static rc_t read_bytes(const struct entity *m, struct buf *out, bool *alone)
{
    TRY(entity_decode_body(m, out, NULL));
    str_t text = str_trim(buf_view(out)), behind, label;
    if (alone) *alone = is_transfer_only(m);
    /* A SEQUENCE in base64 begins with M. */
    bool armored = str_starts(text, STR("-----BEGIN "));
    if (cms_sniff(text) == CMS_TYPE_UNKNOWN && (armored || str_starts(text, STR("MI")))) {
        struct buf der = *out;
        der.p = NULL;
        der.n = der.cap = 0;
        if (mime_base64_decode(without_armor(text, &label, &behind), &der) &&
            cms_sniff(buf_view(&der)) != CMS_TYPE_UNKNOWN) {
            if (alone) *alone = *alone && is_armor_only(text);
            buf_free(out);
            *out = der;
        } else {
            buf_free(&der);
        }
    }
    if (alone) *alone = *alone && message_is_alone(buf_view(out));
    return RC_OK;
}

rc_t message_cms_bytes(const struct entity *m, struct buf *out)
{
    return read_bytes(m, out, NULL);
}

rc_t message_cms_alone(const struct entity *m, struct buf *out, bool *alone)
{
    return read_bytes(m, out, alone);
}

/* --- what no label tells -----------------------------------------------------------------------
 */

/* A ContentInfo says what it is in its first bytes, behind a PEM line and whatever surrounds it. */
#define SNIFF_BYTES 1024

enum cms_type message_sniff(const struct entity *m)
{
    CLEANUP_BUF struct buf der = BUF_INIT_SECRET(SNIFF_BYTES);
    struct entity head = *m;
    head.body = str_sub(str_trim(m->body), 0, SNIFF_BYTES);
    if (message_cms_bytes(&head, &der) != RC_OK) return CMS_TYPE_UNKNOWN;
    return cms_sniff(str_trim(buf_view(&der)));
}

/* A name of its own makes it a file (contract.pdf.sig, app.mobileprovision), whatever is inside. */
static bool is_named_otherwise(const struct entity *m)
{
    static const str_t ends[] = {STR_INIT(".p7m"), STR_INIT(".p7z"), STR_INIT(".p7s")};
    if (m->filename.n == 0 || str_ieq(m->filename, STR("smime"))) return false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (str_iends(m->filename, ends[i])) return false;
    return !str_istarts(m->filename, STR("smime.")) || str_iends(m->filename, STR(".p7b")) ||
           str_iends(m->filename, STR(".p7c"));
}

bool message_hides_cms(const struct entity *m)
{
    CLEANUP_BUF struct buf der = BUF_INIT_SECRET(MESSAGE_PLAIN_MAX);
    bool alone;
    if (m->child_count > 0 || str_eq(m->type, STR("multipart")) ||
        str_eq(m->type, STR("message")) || message_is_cms(m) || message_is_signature(m) ||
        str_eq(m->subtype, STR("x-pkcs7-certificates")) || is_named_otherwise(m)) {
        return false;
    }
    if (message_sniff(m) == CMS_TYPE_UNKNOWN) return false; /* few bytes, for nearly all parts */
    return message_cms_alone(m, &der, &alone) == RC_OK && alone &&
           cms_holds_message(buf_view(&der));
}
