/* Legacy display elements (RFC 9788 sections 5.2.2 and 5.2.3): the hidden subject once more at the
 * top of the text, for readers that know nothing of protected headers. What is written here is what
 * message_legacy.c leaves out.
 */
#include "mail/build_part.h"
#include "mail/text.h"

#define OPEN "<div class=\"header-protection-legacy-display\"><pre>Subject: "
#define CLOSE "</pre></div>\r\n"

/* As the Subject field has it: one line, controls are blanks. */
static void put_line(str_t subject, bool html, struct buf *out)
{
    for (size_t i = 0; i < subject.n;) {
        uint32_t cp = text_next_utf8(subject, &i);
        if (html && cp == '&')
            buf_cstr(out, "&amp;");
        else if (html && cp == '<')
            buf_cstr(out, "&lt;");
        else if (html && cp == '>')
            buf_cstr(out, "&gt;");
        else
            text_put_utf8(out, cp < 0x20 || cp == 0x7f ? ' ' : cp);
    }
}

str_t legacy_display(str_t subject, str_t text, bool html, struct arena *a)
{
    CLEANUP_BUF struct buf b = BUF_INIT(6 * subject.n + text.n + sizeof OPEN + sizeof CLOSE);
    b.secret = true;
    buf_cstr(&b, html ? OPEN : "Subject: ");
    put_line(subject, html, &b);
    buf_cstr(&b, html ? CLOSE : "\r\n\r\n");
    buf_str(&b, text);
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}
