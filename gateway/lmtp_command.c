#include <stdio.h>

#include "gateway/lmtp_parts.h"
#include "gateway/lmtp_path.h"

enum { ENVID_MAX = 100, PROTO_MAX = 64, SIZE_DIGITS_MAX = 20 };

/* Replies that several commands give. */
static const char syntax[] = "501 5.5.4 Syntax error in the parameters",
                  sequence[] = "503 5.5.1 Not in this order",
                  unicode[] = "553 5.6.7 Addresses beyond ASCII need SMTPUTF8",
                  no_memory[] = "452 4.3.1 There is no memory for this now";

/* --- parameters of MAIL and RCPT: each returns NULL or the refusal ----------------------- */

/* What a command says, kept only when all of it is right. */
struct said {
    struct lmtp_mail mail;
    struct lmtp_recipient to;
    size_t message_bytes;
};

static const char *say_size(struct said *s, str_t value)
{
    if (value.n == 0 || value.n > SIZE_DIGITS_MAX) return syntax;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] < '0' || value.p[i] > '9') return syntax;
    s->mail.sized = true;
    if (!str_to_u64(value, &s->mail.size) || s->mail.size > s->message_bytes)
        return "552 5.3.4 The message is larger than this server takes";
    return NULL;
}

static const char *say_body(struct said *s, str_t value)
{
    bool seven = str_ieq(value, STR("7BIT"));
    s->mail.body = seven ? LMTP_BODY_7BIT : LMTP_BODY_8BITMIME;
    return seven || str_ieq(value, STR("8BITMIME")) ? NULL : syntax;
}

static const char *say_utf8(struct said *s, str_t value)
{
    s->mail.utf8 = true;
    return str_is_null(value) ? NULL : syntax;
}

static const char *say_ret(struct said *s, str_t value)
{
    bool full = str_ieq(value, STR("FULL"));
    s->mail.ret = full ? LMTP_RET_FULL : LMTP_RET_HDRS;
    return full || str_ieq(value, STR("HDRS")) ? NULL : syntax;
}

static const char *say_envid(struct said *s, str_t value)
{
    s->mail.envid = value;
    return lmtp_is_printable_xtext(value, ENVID_MAX) ? NULL : syntax;
}

static const char *say_notify(struct said *s, str_t value)
{
    static const struct {
        str_t word;
        unsigned bit;
    } words[] = {{STR_INIT("NEVER"), LMTP_NOTIFY_NEVER},
                 {STR_INIT("SUCCESS"), LMTP_NOTIFY_SUCCESS},
                 {STR_INIT("FAILURE"), LMTP_NOTIFY_FAILURE},
                 {STR_INIT("DELAY"), LMTP_NOTIFY_DELAY}};
    unsigned set = 0;
    do {
        str_t word;
        unsigned bit = 0;
        str_cut(value, ',', &word, &value);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (str_ieq(word, words[i].word)) bit = words[i].bit;
        if (!bit) return syntax;
        set |= bit;
    } while (value.p);
    s->to.notify = set;
    return (set & LMTP_NOTIFY_NEVER) && set != LMTP_NOTIFY_NEVER ? syntax : NULL;
}

static const char *say_orcpt(struct said *s, str_t value)
{
    s->to.orcpt = value;
    return lmtp_is_orcpt(value, s->mail.utf8) ? NULL : syntax;
}

struct known {
    const char *name;
    const char *(*say)(struct said *s, str_t value);
};
static const struct known mail_params[] = {{"SIZE", say_size},     {"BODY", say_body},
                                           {"SMTPUTF8", say_utf8}, {"RET", say_ret},
                                           {"ENVID", say_envid},   {NULL, NULL}},
                          rcpt_params[] = {
                              {"NOTIFY", say_notify}, {"ORCPT", say_orcpt}, {NULL, NULL}};

/* Each parameter once (RFC 5321 section 4.1.1.11 knows no repetition). */
static const char *say_params(struct said *s, str_t rest, const struct known *known)
{
    unsigned seen = 0;
    while (rest.n > 0) {
        struct lmtp_param p;
        size_t i = 0;
        if (!lmtp_param_read(&rest, &p)) return syntax;
        while (known[i].name && !str_ieq(p.name, str_c(known[i].name)))
            i++;
        if (!known[i].name) return "555 5.5.4 A parameter that was not offered";
        if (seen & 1u << i) return syntax;
        seen |= 1u << i;
        const char *refusal = known[i].say(s, p.value);
        if (refusal) return refusal;
    }
    return NULL;
}

/* --- the envelope ------------------------------------------------------------------------ */

/* Recipients are refused for their address without counting as errors: who writes to many wrong
 * ones must not keep a mail from the right ones. */
static void do_mail(struct lmtp *l, str_t args)
{
    struct lmtp_path path;
    struct said s = {.message_bytes = l->o.message_bytes};
    if (!l->greeted || l->mail.a) {
        lmtp_refuse(l, sequence);
        return;
    }
    str_t rest = str_sub(args, 5, args.n);
    enum lmtp_path_result r =
        str_istarts(args, STR("FROM:")) ? lmtp_path_read(&rest, &path) : PATH_NONE;
    const char *refusal = r == PATH_NONE               ? syntax
                          : r == PATH_BAD || path.bare ? "553 5.1.7 Not a mailbox address"
                                                       : say_params(&s, rest, mail_params);
    if (!refusal && !path.ascii && !s.mail.utf8) refusal = unicode;
    if (refusal) {
        lmtp_refuse(l, refusal);
        return;
    }
    s.mail.a = arena_new_secret(LMTP_ENVELOPE_BYTES + l->o.work_bytes);
    if (s.mail.a) {
        s.mail.from = arena_str(s.mail.a, path.address);
        if (s.mail.envid.p) s.mail.envid = arena_str(s.mail.a, s.mail.envid);
    }
    if (!s.mail.a || !s.mail.from.p) {
        arena_free(s.mail.a);
        lmtp_say(l, no_memory);
        return;
    }
    l->mail = s.mail;
    lmtp_say(l, "250 2.1.0 Sender taken");
}

/* Room for one more; doubles, so that filling it stays linear. */
static bool make_room(struct lmtp *l)
{
    struct lmtp_mail *m = &l->mail;
    if (m->count < l->room) return true;
    size_t room = l->room ? l->room * 2 : 8;
    if (arena_used(m->a) + room * sizeof *m->recipients > LMTP_ENVELOPE_BYTES) return false;
    struct lmtp_recipient *grown = ARENA_ARRAY(m->a, room, struct lmtp_recipient);
    if (!grown) return false;
    if (m->count) memcpy(grown, m->recipients, m->count * sizeof *grown);
    m->recipients = grown;
    l->room = room;
    return true;
}

static void add_recipient(struct lmtp *l, const struct lmtp_recipient *to)
{
    struct lmtp_mail *m = &l->mail;
    struct lmtp_recipient r = *to;
    bool room = m->count < LMTP_RECIPIENTS_MAX && make_room(l) &&
                arena_used(m->a) + LMTP_LINE_MAX < LMTP_ENVELOPE_BYTES;
    if (room) {
        r.address = arena_str(m->a, to->address);
        if (to->orcpt.p) r.orcpt = arena_str(m->a, to->orcpt);
        room = r.address.p && !!r.orcpt.p == !!to->orcpt.p;
    }
    if (room) {
        m->recipients[m->count++] = r;
        lmtp_say(l, "250 2.1.5 Recipient taken");
    } else if (l->beyond++ < LMTP_RECIPIENTS_MAX) {
        lmtp_say(l, "452 4.5.3 Too many recipients");
    } else {
        lmtp_give_up(l, "4.5.3", "Far too many recipients");
    }
}

static void do_rcpt(struct lmtp *l, str_t args)
{
    struct lmtp_path path;
    struct said s = {.mail.utf8 = l->mail.utf8};
    if (!l->mail.a) {
        lmtp_refuse(l, sequence);
        return;
    }
    str_t rest = str_sub(args, 3, args.n);
    enum lmtp_path_result r =
        str_istarts(args, STR("TO:")) ? lmtp_path_read(&rest, &path) : PATH_NONE;
    if (r == PATH_NONE) {
        lmtp_refuse(l, syntax);
    } else if (r == PATH_BAD || path.address.n == 0) {
        lmtp_say(l, "553 5.1.3 Not a mailbox address");
    } else if (!path.ascii && !l->mail.utf8) {
        lmtp_say(l, unicode);
    } else {
        const char *refusal = say_params(&s, rest, rcpt_params);
        s.to.address = path.address;
        if (refusal)
            lmtp_refuse(l, refusal);
        else
            add_recipient(l, &s.to);
    }
}

/* RFC 2033 section 4.2: without a recipient there is nobody to answer for. */
static void do_data(struct lmtp *l, str_t args)
{
    if (args.n > 0) {
        lmtp_refuse(l, syntax);
    } else if (l->mail.count == 0) {
        lmtp_refuse(l, l->mail.a ? "503 5.5.1 No valid recipients" : sequence);
    } else {
        l->data =
            (struct lmtp_data){.state = DATA_LINE, .text = BUF_INIT_SECRET(l->o.message_bytes)};
        if (l->mail.sized) buf_expect(&l->data.text, (size_t) l->mail.size);
        l->at = LMTP_AT_DATA;
        lmtp_say(l, "354 End with a dot on a line of its own");
    }
}

/* --- the session ------------------------------------------------------------------------- */

static void do_lhlo(struct lmtp *l, str_t args)
{
    if (!lmtp_is_domain(args)) {
        lmtp_refuse(l, syntax);
        return;
    }
    lmtp_reset(l);
    memcpy(l->lhlo, args.p, args.n);
    l->lhlo[args.n] = '\0';
    l->greeted = true;
    buf_printf(&l->out,
               "250-%.*s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n"
               "250-DSN\r\n250-SMTPUTF8\r\n250-SIZE %zu\r\n250 XFORWARD",
               STR_ARG(str_sub(l->o.name, 0, 255)), l->o.message_bytes);
#define X(member, word) buf_cstr(&l->out, " " word);
    LMTP_XFORWARD_TABLE(X)
#undef X
    buf_cstr(&l->out, "\r\n");
}

/* Blanks and controls are not in it after its xtext was read; what is special in a header field
 * goes too, so that a value may be written into one. */
static bool is_attribute(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("()<>@,;\\\"", s.p[i])) return false;
    return s.n > 0;
}

static bool read_attribute(const struct lmtp_param *p, size_t which, struct arena *a, str_t *out)
{
    static const size_t proto = offsetof(struct lmtp_xforward, proto) / sizeof(str_t);
    if (p->value.n > LMTP_XFORWARD_MAX || !lmtp_xtext(p->value, a, out)) return false;
    if (!is_attribute(*out) || (which == proto && out->n > PROTO_MAX)) return false;
    if (str_ieq(*out, STR("[UNAVAILABLE]")) || str_ieq(*out, STR("[TEMPUNAVAIL]"))) *out = STR_NULL;
    return true;
}

/* All attributes of a command or none. Those not named stay as they are (XFORWARD_README). */
static void do_xforward(struct lmtp *l, str_t args)
{
    static const char *const words[LMTP_ATTRIBUTES] = {
#define X(member, word) word,
        LMTP_XFORWARD_TABLE(X)
#undef X
    };
    union {
        struct lmtp_xforward by_name;
        str_t at[LMTP_ATTRIBUTES];
    } set = {.by_name = l->xforward};
    bool named[LMTP_ATTRIBUTES] = {false};
    CLEANUP_ARENA struct arena *a = arena_new(8 * LMTP_LINE_MAX);
    if (!l->greeted || l->mail.a || !a) {
        lmtp_refuse(l, a ? sequence : no_memory);
        return;
    }
    bool ok = args.n > 0;
    for (str_t rest = args; ok && rest.n > 0;) {
        struct lmtp_param p;
        size_t i = 0;
        ok = lmtp_param_read(&rest, &p);
        while (ok && i < LMTP_ATTRIBUTES && !str_ieq(p.name, str_c(words[i])))
            i++;
        ok = ok && i < LMTP_ATTRIBUTES && !named[i] && read_attribute(&p, i, a, &set.at[i]);
        if (ok) named[i] = true;
    }
    if (!ok) {
        lmtp_refuse(l, syntax);
        return;
    }
    for (size_t i = 0; i < LMTP_ATTRIBUTES; i++)
        if (named[i] && set.at[i].p) {
            snprintf(l->attributes[i], sizeof l->attributes[i], "%.*s", STR_ARG(set.at[i]));
            set.at[i] = str_c(l->attributes[i]);
        }
    l->xforward = set.by_name;
    lmtp_say(l, "250 2.0.0 Ok");
}

static void do_rset(struct lmtp *l, str_t args)
{
    if (args.n > 0) {
        lmtp_refuse(l, syntax);
        return;
    }
    lmtp_reset(l);
    lmtp_say(l, "250 2.0.0 Ok");
}

static void do_noop(struct lmtp *l, str_t args)
{
    (void) args;
    lmtp_say(l, "250 2.0.0 Ok");
}

static void do_vrfy(struct lmtp *l, str_t args)
{
    if (args.n > 0)
        lmtp_say(l, "252 2.0.0 Write, and you will see");
    else
        lmtp_refuse(l, syntax);
}

static void do_quit(struct lmtp *l, str_t args)
{
    if (args.n > 0) {
        lmtp_refuse(l, syntax);
        return;
    }
    lmtp_reset(l);
    l->at = LMTP_AT_END;
    lmtp_say(l, "221 2.0.0 Bye");
}

/* RFC 2033 section 4.1: who says HELO or EHLO takes this for SMTP, with one reply for all. */
static void do_helo(struct lmtp *l, str_t args)
{
    (void) args;
    lmtp_refuse(l, "500 5.5.1 This is LMTP: LHLO, please");
}

void lmtp_command(struct lmtp *l, str_t line)
{
    static const struct {
        str_t verb;
        void (*run)(struct lmtp *l, str_t args);
    } commands[] = {{STR_INIT("LHLO"), do_lhlo}, {STR_INIT("MAIL"), do_mail},
                    {STR_INIT("RCPT"), do_rcpt}, {STR_INIT("DATA"), do_data},
                    {STR_INIT("RSET"), do_rset}, {STR_INIT("NOOP"), do_noop},
                    {STR_INIT("VRFY"), do_vrfy}, {STR_INIT("QUIT"), do_quit},
                    {STR_INIT("HELO"), do_helo}, {STR_INIT("EHLO"), do_helo}};
    str_t verb, args;
    while (line.n > 0 && line.p[line.n - 1] == ' ') /* RFC 5321 section 4.1.1 */
        line.n--;
    str_cut(line, ' ', &verb, &args);
    bool rcpt = str_ieq(verb, STR("RCPT"));
    if (!rcpt && ++l->idle > LMTP_IDLE_MAX) {
        lmtp_give_up(l, "4.7.0", "Too many commands without a mail");
        return;
    }
    if (str_ieq(verb, STR("XFORWARD"))) { /* its arguments with the blank before them */
        do_xforward(l, str_sub(line, verb.n, line.n));
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_ieq(verb, commands[i].verb)) {
            commands[i].run(l, args);
            return;
        }
    lmtp_refuse(l, "500 5.5.1 Not a command of this server");
}
