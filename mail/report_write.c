#include "mail/report_write.h"

#include "base/b64.h"
#include "mail/build_part.h"
#include "mail/param.h"
#include "mail/text.h"

#define LINE_AT 76
#define LINE_MOST 998            /* RFC 5322 section 2.1.1 */
#define LAST_SECOND 253402300799 /* of the year 9999 */

struct writer {
    const struct report_notice *n;
    struct arena *a;
    struct buf *out;
    bool no_memory;
};

/* --- foreign values ----------------------------------------------------------------------------
 */

/* Whole characters of s, at most max bytes. */
static str_t cut(str_t s, size_t max)
{
    if (s.n <= max) return s;
    while (max > 0 && ((unsigned char) s.p[max] & 0xc0) == 0x80)
        max--;
    return str_trim(str_sub(s, 0, max));
}

/* One line of UTF-8, at most max bytes; empty where there is nothing. */
static str_t clean(struct writer *w, str_t foreign, size_t max)
{
    if (foreign.n == 0) return STR("");
    str_t line = text_one_line(str_sub(foreign, 0, 8 * max), w->a);
    w->no_memory = w->no_memory || !line.p;
    return line.p ? cut(line, max) : STR("");
}

static bool is_ascii(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] >= 0x80) return false;
    return true;
}

/* "+2B" and the like; the null slice for what is no xtext (RFC 3461 section 4). UTF-8 may stand in
 * it as it is (RFC 6533 section 3). */
static str_t decode_xtext(struct writer *w, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(REPORT_VALUE_BYTES);
    for (size_t i = 0; i < s.n; i++) {
        str_t octet;
        unsigned char c = (unsigned char) s.p[i];
        if (c <= ' ' || c == '=' || c == 0x7f) return STR_NULL;
        if (c != '+') {
            buf_char(&b, s.p[i]);
            continue;
        }
        if (i + 2 >= s.n || !hex_decode(w->a, str_sub(s, i + 1, i + 3), &octet)) return STR_NULL;
        buf_str(&b, octet);
        i += 2;
    }
    return b.failed ? STR_NULL : arena_str(w->a, buf_view(&b));
}

/* "\x{E9}" (RFC 6533 section 3); the null slice for what is none. */
static str_t decode_points(struct writer *w, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(REPORT_VALUE_BYTES);
    str_t before, rest;
    while (str_cut(s, '\\', &before, &rest)) {
        str_t digits, octets;
        uint32_t cp = 0;
        buf_str(&b, before);
        if (!str_starts(rest, STR("x{")) || !str_cut(rest, '}', &digits, &s)) return STR_NULL;
        digits = str_sub(digits, 2, digits.n);
        if (digits.n < 2 || digits.n > 6) return STR_NULL;
        digits = arena_printf(w->a, "%s%.*s", digits.n % 2 ? "0" : "", STR_ARG(digits));
        if (!hex_decode(w->a, digits, &octets)) return STR_NULL;
        for (size_t i = 0; i < octets.n; i++)
            cp = cp << 8 | (unsigned char) octets.p[i];
        text_put_utf8(&b, cp);
    }
    buf_str(&b, s);
    return b.failed ? STR_NULL : arena_str(w->a, buf_view(&b));
}

/* What a parameter of the envelope stands for; empty where it cannot be written just so. */
static str_t exact(struct writer *w, str_t value)
{
    str_t line = clean(w, value, REPORT_VALUE_BYTES);
    return str_eq(line, value) && str_find(line, STR("\xef\xbf\xbd")) < 0 ? line : STR("");
}

/* ORCPT. *type is empty where there is none that could be written. */
static str_t read_original(struct writer *w, str_t raw, str_t *type)
{
    str_t value;
    bool token = str_cut(raw, ';', type, &value) && type->n > 0 && type->n <= 20;
    for (size_t i = 0; token && i < type->n; i++)
        token = type->p[i] == '-' || (type->p[i] >= '0' && type->p[i] <= '9') ||
                ((type->p[i] | 0x20) >= 'a' && (type->p[i] | 0x20) <= 'z');
    if (!token) {
        *type = STR("");
        return STR("");
    }
    bool utf8 = str_ieq(*type, STR("utf-8"));
    value = decode_xtext(w, value);
    if (utf8) value = decode_points(w, value);
    return utf8 || is_ascii(value) ? exact(w, value) : STR("");
}

static bool is_server_name(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
            (c == '\0' || !strchr("-._[]:", c)))
            return false;
    }
    return s.n > 0 && s.n <= 253;
}

/* RFC 3463 section 2, of the classes 4 and 5. */
static bool is_status(str_t s)
{
    unsigned dots = 0, digits = 0;
    if (s.n < 5 || (s.p[0] != '4' && s.p[0] != '5') || s.p[1] != '.') return false;
    for (size_t i = 2; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            if (++digits > 3) return false;
        } else {
            if (s.p[i] != '.' || digits == 0 || ++dots > 1) return false;
            digits = 0;
        }
    }
    return dots == 1 && digits > 0;
}

/* --- the fields for programs -------------------------------------------------------------------
 */

/* One line, so that reading it as a text (RFC 2047) gives it again. */
static void put_value(str_t value, struct buf *out)
{
    if (str_find(value, STR("=?")) >= 0)
        field_put_text(value, 40, out);
    else
        buf_str(out, value);
    buf_cstr(out, "\r\n");
}

static void put_typed(const char *name, str_t type, str_t value, struct buf *out)
{
    if (value.n == 0) return;
    buf_printf(out, "%s: %.*s; ", name, STR_ARG(type));
    put_value(value, out);
}

static void put_time(const char *name, int64_t t, struct buf *out)
{
    if (t <= 0 || t > LAST_SECOND) return;
    buf_printf(out, "%s: ", name);
    field_put_date(t, 0, out);
    buf_cstr(out, "\r\n");
}

static void put_recipient(struct writer *w, const struct report_about *r, struct buf *out)
{
    bool failed = r->action == REPORT_FAILED;
    str_t type, original = read_original(w, r->original, &type);
    str_t final = clean(w, r->final, REPORT_VALUE_BYTES);
    str_t said = clean(w, r->diagnostic, REPORT_DIAGNOSTIC_BYTES);
    buf_cstr(out, "\r\n");
    put_typed("Original-Recipient", type, original, out);
    put_typed("Final-Recipient", is_ascii(final) ? STR("rfc822") : STR("utf-8"), final, out);
    buf_printf(out, "Action: %s\r\n", failed ? "failed" : "delayed");
    str_t status = failed ? STR("5.0.0") : STR("4.0.0");
    if (is_status(r->status)) status = r->status;
    buf_printf(out, "Status: %.*s\r\n", STR_ARG(status));
    if (is_server_name(r->remote)) put_typed("Remote-MTA", STR("dns"), r->remote, out);
    if (said.n > 0) {
        buf_printf(out, "Diagnostic-Code: %s; ", r->of_server ? "smtp" : "x-waxseal");
        field_put_text(said, 30, out);
        buf_cstr(out, "\r\n");
    }
    if (!failed) put_time("Will-Retry-Until", r->retry_until, out);
}

static bool has_long_line(str_t s)
{
    str_t line;
    while (s.n > 0) {
        str_cut(s, '\n', &line, &s);
        if (line.n > LINE_MOST) return true;
    }
    return false;
}

/* A part of its own: 7-bit as it is, else by RFC 6533; in quoted-printable where it must be. */
static void put_fields_part(const char *type, const char *global, str_t fields, struct buf *out)
{
    bool ascii = is_ascii(fields), plain = ascii && !has_long_line(fields);
    buf_printf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n",
               ascii ? type : global, plain ? "7bit" : "quoted-printable");
    if (plain)
        buf_str(out, fields);
    else
        mime_qp_encode(fields, out);
}

static void put_status(struct writer *w)
{
    const struct report_notice *n = w->n;
    CLEANUP_BUF struct buf b = BUF_INIT(REPORT_MAX_BYTES);
    put_typed("Reporting-MTA", STR("dns"), n->reporting_mta, &b);
    str_t envid = exact(w, decode_xtext(w, n->envid));
    if (envid.n > 0 && is_ascii(envid)) {
        buf_cstr(&b, "Original-Envelope-Id: ");
        put_value(envid, &b);
    }
    put_time("Arrival-Date", n->arrived, &b);
    for (size_t i = 0; i < n->count; i++)
        put_recipient(w, &n->about[i], &b);
    put_fields_part("message/delivery-status", "message/global-delivery-status", buf_view(&b),
                    w->out);
    if (b.failed) w->out->failed = true;
}

/* --- the text for people -----------------------------------------------------------------------
 */

struct phrases {
    const char *failed_subject, *delayed_subject, *intro, *subject, *failed, *delayed, *waits, *end;
};

static const struct phrases PHRASES[REPORT_LANGUAGES] = {
    [REPORT_ENGLISH] =
        {"Undelivered mail", "Delayed mail", "This is an automatic message of the mail server",
         "It is about your message with the subject:", "Your message was not delivered to:",
         "Your message has not yet reached:",
         "The server goes on trying; you need not send the message again.",
         "This says nothing about other recipients of your message. Its text is not repeated "
         "here; attached are details for mail programs, and by which fields you know the message."},
    [REPORT_GERMAN] = {"Nicht zugestellte Nachricht", "Verzögerte Nachricht",
                       "Dies ist eine automatische Nachricht des Mailservers",
                       "Es geht um Ihre Nachricht mit dem Betreff:",
                       "Ihre Nachricht wurde nicht zugestellt an:",
                       "Ihre Nachricht ist noch nicht angekommen bei:",
                       "Der Server versucht es weiter; Sie müssen die Nachricht nicht noch einmal "
                       "senden.",
                       "Über andere Empfänger Ihrer Nachricht sagt das nichts. Ihr Text wird hier "
                       "nicht wiederholt; angehängt sind Angaben für Mailprogramme und die Felder, "
                       "an denen Sie die Nachricht erkennen."},
};

static void put_sentence(struct writer *w, str_t sentence, struct buf *out)
{
    str_t line = clean(w, sentence, REPORT_FIELD_BYTES);
    if (line.n > 0) buf_printf(out, "%.*s\n", STR_ARG(line));
}

static void put_text_of(struct writer *w, enum report_language l, struct buf *out)
{
    const struct report_notice *n = w->n;
    const struct phrases *p = &PHRASES[l];
    str_t subject = clean(w, n->subject, REPORT_VALUE_BYTES);
    buf_printf(out, "%s %.*s.\n\n", p->intro, STR_ARG(n->reporting_mta));
    if (subject.n > 0) buf_printf(out, "%s\n\n    %.*s\n\n", p->subject, STR_ARG(subject));
    for (size_t i = 0; i < n->count; i++) {
        const struct report_about *r = &n->about[i];
        str_t to = clean(w, r->final, REPORT_VALUE_BYTES);
        buf_printf(out, "%s\n\n    %.*s\n\n", r->action == REPORT_FAILED ? p->failed : p->delayed,
                   STR_ARG(to));
        put_sentence(w, r->words[l].why, out);
        put_sentence(w, r->words[l].help, out);
        if (r->action == REPORT_DELAYED) buf_printf(out, "%s\n", p->waits);
        buf_char(out, '\n');
    }
    buf_printf(out, "%s\n", p->end);
}

static void put_text(struct writer *w)
{
    CLEANUP_BUF struct buf b = BUF_INIT(w->out->max);
    const unsigned both = 1u << REPORT_ENGLISH | 1u << REPORT_GERMAN;
    if (w->n->languages == both) buf_cstr(&b, "(Deutscher Text weiter unten.)\n\n");
    if (w->n->languages & 1u << REPORT_ENGLISH) put_text_of(w, REPORT_ENGLISH, &b);
    if (w->n->languages == both) buf_cstr(&b, "\n* * *\n\n");
    if (w->n->languages & 1u << REPORT_GERMAN) put_text_of(w, REPORT_GERMAN, &b);
    part_put_text(buf_view(&b), false, "", w->out);
    if (b.failed) w->out->failed = true;
}

/* --- by what the sender knows the mail ---------------------------------------------------------
 */

/* Words with one blank between them, folded. */
static void put_folded(const char *name, str_t value, struct buf *out)
{
    size_t col = strlen(name) + 1;
    str_t word;
    buf_printf(out, "%s:", name);
    while (value.n > 0) {
        str_cut(value, ' ', &word, &value);
        if (word.n == 0) continue;
        if (col + 1 + word.n > LINE_AT && col > strlen(name) + 1) {
            buf_cstr(out, "\r\n");
            col = 0;
        }
        buf_char(out, ' ');
        buf_str(out, word);
        col += 1 + word.n;
    }
    buf_cstr(out, "\r\n");
}

/* As it stood there, encoded words and all, but on lines of ours. */
static str_t header_value(struct writer *w, str_t raw)
{
    CLEANUP_BUF struct buf flat = BUF_INIT(REPORT_HEADER_READ + 16);
    CLEANUP_BUF struct buf text = BUF_INIT(4 * REPORT_HEADER_READ + 64);
    text_unfold(raw, &flat);
    text_guess_utf8(buf_view(&flat), &text);
    w->no_memory = w->no_memory || flat.failed || text.failed;
    return clean(w, buf_view(&text), REPORT_FIELD_BYTES);
}

static rc_t read_header(struct writer *w, struct entity **out, struct err *e)
{
    const struct entity_limits limits = {.depth = 1, .parts = 1, .fields = REPORT_HEADER_READ};
    return entity_parse(str_sub(w->n->header, 0, REPORT_HEADER_READ), &limits, w->a, out, e);
}

static void put_header(struct writer *w, const struct entity *header)
{
    /* no trace fields: they tell strangers how we are built; never Bcc; nothing that is ours */
    static const char *const KNOWN[] = {
        "Date",    "From",       "Sender",      "Reply-To",   "To",           "Cc",
        "Subject", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type"};
    CLEANUP_BUF struct buf b = BUF_INIT(REPORT_HEADER_BYTES);
    for (size_t i = 0; i < header->field_count; i++) {
        for (size_t k = 0; k < sizeof KNOWN / sizeof KNOWN[0]; k++) {
            if (!str_ieq(header->fields[i].name, str_c(KNOWN[k]))) continue;
            size_t before = b.n;
            str_t value = header_value(w, header->fields[i].value);
            if (value.n > 0) put_folded(KNOWN[k], value, &b);
            if (b.failed) b.n = before; /* what is too much is left out */
            b.failed = false;
        }
    }
    put_fields_part("text/rfc822-headers", "message/global-headers", buf_view(&b), w->out);
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static bool is_message_id(str_t s)
{
    for (size_t i = 1; i + 1 < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '<' || s.p[i] == '>') return false;
    return s.n > 2 && s.n <= 250 && s.p[0] == '<' && s.p[s.n - 1] == '>';
}

static str_t first_id(str_t raw)
{
    ptrdiff_t from = str_chr(raw, '<'), to = str_chr(raw, '>');
    str_t id = from >= 0 && to > from ? str_sub(raw, (size_t) from, (size_t) to + 1) : STR("");
    return is_message_id(id) ? id : STR_NULL;
}

static rc_t check(struct writer *w, struct err *e)
{
    const struct report_notice *n = w->n;
    if (n->count > REPORT_MAX_RECIPIENTS)
        return err_set(e, RC_TOO_LARGE, "The report has too many recipients.");
    if (n->count == 0) return err_invalid(e, "about", "The report is about nobody.");
    if (!is_server_name(n->reporting_mta))
        return err_invalid(e, "reporting_mta", "This is not the name of a server.");
    if (!is_message_id(n->message_id))
        return err_invalid(e, "message_id", "This is not a message id.");
    if (n->date <= 0 || n->date > LAST_SECOND) return err_invalid(e, "date", "This is not a time.");
    if (n->languages == 0 || n->languages >= 1u << REPORT_LANGUAGES)
        return err_invalid(e, "languages", "The report needs a language.");
    for (size_t i = 0; i < n->count; i++)
        if (clean(w, n->about[i].final, REPORT_VALUE_BYTES).n == 0)
            return err_invalid(e, "final", "A recipient has no address.");
    return RC_OK;
}

static str_t subject_of(struct writer *w)
{
    bool failed = false;
    str_t all = STR("");
    for (size_t i = 0; i < w->n->count; i++)
        failed = failed || w->n->about[i].action == REPORT_FAILED;
    for (unsigned l = 0; l < REPORT_LANGUAGES; l++) {
        if (!(w->n->languages & 1u << l)) continue;
        all = arena_printf(w->a, "%.*s%s%s", STR_ARG(all), all.n ? " / " : "",
                           failed ? PHRASES[l].failed_subject : PHRASES[l].delayed_subject);
    }
    return all;
}

static rc_t put_outer_header(struct writer *w, const struct entity *header, struct err *e)
{
    const struct field automatic = {STR("Auto-Submitted"), STR("auto-replied")};
    const struct mail_address to = {.address = w->n->to};
    str_t about = first_id(entity_field(header, STR("Message-ID")));
    const struct build_message m = {.from = w->n->from,
                                    .to = &to,
                                    .to_count = 1,
                                    .subject = subject_of(w),
                                    .date = w->n->date,
                                    .message_id = w->n->message_id,
                                    .in_reply_to = about,
                                    .references = about,
                                    .extra = &automatic,
                                    .extra_count = 1};
    return build_header(&m, w->out, e);
}

static rc_t put_report(struct writer *w, struct err *e)
{
    char boundary[BOUNDARY_CHARS];
    struct entity *header;
    TRY(check(w, e));
    TRY(read_header(w, &header, e));
    TRY(put_outer_header(w, header, e));
    TRY(build_boundary(boundary, e));
    buf_printf(w->out,
               "Content-Type: multipart/report; report-type=delivery-status;\r\n"
               " boundary=\"%s\"\r\n\r\n--%s\r\n",
               boundary, boundary);
    put_text(w);
    buf_printf(w->out, "\r\n--%s\r\n", boundary);
    put_status(w);
    buf_printf(w->out, "\r\n--%s\r\n", boundary);
    put_header(w, header);
    buf_printf(w->out, "\r\n--%s--\r\n", boundary);
    if (w->no_memory) return err_set(e, RC_NO_MEMORY, NULL);
    return w->out->failed ? err_set(e, RC_TOO_LARGE, "The report is too large.") : RC_OK;
}

rc_t report_write(const struct report_notice *n, struct arena *a, struct buf *out, struct err *e)
{
    struct writer w = {.n = n, .a = a, .out = out};
    size_t before = out->n;
    rc_t rc = put_report(&w, e);
    if (rc == RC_OK) return RC_OK;
    out->n = before;
    if (out->p) out->p[before] = '\0';
    return rc;
}

/* --- may one be written ------------------------------------------------------------------------
 */

/* The first word of a field's value, in lower case; what cannot be read is empty. */
static str_t word_of(str_t raw, struct arena *a)
{
    struct param_value v;
    return param_parse(raw, a, &v, NULL) == RC_OK ? str_trim(v.token) : STR("");
}

bool report_allowed(str_t mail_from, const struct entity *m, struct arena *a)
{
    str_t sender = str_trim(mail_from);
    if (sender.n == 0 || str_eq(sender, STR("<>"))) return false;
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        bool automatic = str_ieq(f->name, STR("Auto-Submitted"));
        if (!automatic && !str_ieq(f->name, STR("Content-Type"))) continue;
        str_t word = word_of(f->value, a);
        if (automatic ? !str_eq(word, STR("no")) : str_eq(word, STR("multipart/report")))
            return false;
    }
    return true;
}

bool report_wanted(str_t notify, enum report_action action)
{
    str_t one;
    str_t wanted = action == REPORT_FAILED ? STR("FAILURE") : STR("DELAY");
    if (str_is_null(notify)) return true;
    while (notify.n > 0) {
        str_cut(notify, ',', &one, &notify);
        if (str_ieq(str_trim(one), wanted)) return true;
    }
    return false;
}
