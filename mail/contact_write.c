/* vCards, written: RFC 2426 and RFC 6350. */
#include "base/b64.h"
#include "mail/contact.h"

enum { LINE_OCTETS = 75, LINE_MAX_BYTES = 1 << 20 };

/* Lines of at most 75 octets; a character is not cut (RFC 6350 section 3.2). */
static void put_folded(str_t line, struct buf *out)
{
    size_t col = 0;
    for (size_t i = 0; i < line.n;) {
        size_t n = 1;
        while (i + n < line.n && ((unsigned char) line.p[i + n] & 0xc0) == 0x80)
            n++;
        if (col + n > LINE_OCTETS) {
            buf_cstr(out, "\r\n ");
            col = 1;
        }
        buf_add(out, line.p + i, n);
        col += n;
        i += n;
    }
    buf_cstr(out, "\r\n");
}

/* RFC 6350 section 3.4; what no text may hold is dropped. */
static void put_text(str_t text, struct buf *line)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char) text.p[i];
        if (c == '\n') {
            buf_cstr(line, "\\n");
        } else if (c == '\\' || c == ',' || c == ';') {
            buf_char(line, '\\');
            buf_char(line, (char) c);
        } else if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
            buf_char(line, (char) c);
        }
    }
}

static void put_property(const char *head, str_t text, const char *tail, struct buf *out)
{
    CLEANUP_BUF struct buf line = BUF_INIT(LINE_MAX_BYTES);
    buf_cstr(&line, head);
    put_text(text, &line);
    buf_cstr(&line, tail);
    if (line.failed)
        out->failed = true;
    else
        put_folded(buf_view(&line), out);
}

static void put_email(const struct contact_value *email, int version, struct buf *out)
{
    bool work = str_ieq(email->label, STR("work")), home = str_ieq(email->label, STR("home"));
    if (version == 4)
        put_property(work   ? "EMAIL;TYPE=work:"
                     : home ? "EMAIL;TYPE=home:"
                            : "EMAIL:",
                     email->value, "", out);
    else
        put_property(work   ? "EMAIL;TYPE=INTERNET,WORK:"
                     : home ? "EMAIL;TYPE=INTERNET,HOME:"
                            : "EMAIL;TYPE=INTERNET:",
                     email->value, "", out);
}

static void put_key(str_t der, int version, struct buf *out)
{
    CLEANUP_ARENA struct arena *a = arena_new(LINE_MAX_BYTES);
    str_t text = a ? b64_encode(a, der) : STR_NULL, line;
    const char *head = version == 4 ? "KEY;MEDIATYPE=application/pkix-cert:data:application/"
                                      "pkix-cert;base64,"
                                    : "KEY;ENCODING=b;TYPE=X509:";
    line = text.p ? arena_printf(a, "%s%.*s", head, STR_ARG(text)) : STR_NULL;
    if (line.p)
        put_folded(line, out);
    else
        out->failed = true;
}

bool contact_write(const struct contact_card *card, int version, struct buf *out)
{
    str_t name = card->name.n > 0    ? card->name
                 : card->email_count ? card->emails[0].value
                                     : STR("");
    buf_cstr(out,
             version == 4 ? "BEGIN:VCARD\r\nVERSION:4.0\r\n" : "BEGIN:VCARD\r\nVERSION:3.0\r\n");
    put_property("FN:", name, "", out);
    if (version != 4) put_property("N:", name, ";;;;", out);
    for (size_t i = 0; i < card->email_count; i++)
        put_email(&card->emails[i], version, out);
    if (card->phone.n > 0) put_property("TEL:", card->phone, "", out);
    if (card->note.n > 0) put_property("NOTE:", card->note, "", out);
    for (size_t i = 0; i < card->key_count; i++)
        put_key(card->keys[i], version, out);
    buf_cstr(out, "END:VCARD\r\n");
    return !out->failed;
}
