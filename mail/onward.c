#include "mail/onward.h"

#include <stdlib.h>

#include "mail/smtp.h"
#include "mail/smtp_value.h"
#include "mail/smtp_wire.h"

#define NAME_BYTES 255
#define ENVID_BYTES 100 /* RFC 3461 section 4.4 */
#define ORCPT_BYTES 500 /* RFC 3461 section 4.2 */
#define XFORWARD_BYTES 255

struct onward {
    const struct onward_hop *hop;
    struct smtp_wire wire;
};

enum step {
    STEP_OPEN,   /* RCPT may be said for it */
    STEP_WANTED, /* RCPT was accepted */
    STEP_DECIDED
};

/* One mail. */
struct handing {
    struct onward *o;
    struct smtp_wire *w;
    struct onward_envelope *env;
    str_t message;
    struct smtp_look look;
    enum step *steps; /* of each recipient */
    size_t *lines;    /* which recipients are said, in order */
    bool utf8;        /* MAIL was said with SMTPUTF8 */
    bool dotted;      /* the dot was sent, or part of it */
};

/* --- what became of whom --------------------------------------------------------------------- */

struct verdict {
    enum onward_state state;
    int code;
    str_t enhanced, words;
};

static const struct verdict bad_recipient = {
    ONWARD_REFUSED, 553, STR_INIT("5.1.3"),
    STR_INIT("This recipient's address cannot be used for sending.")};
static const struct verdict bad_sender = {
    ONWARD_REFUSED, 553, STR_INIT("5.1.7"),
    STR_INIT("The sender's address cannot be used for sending.")};
static const struct verdict bad_parameter = {
    ONWARD_REFUSED, 501, STR_INIT("5.5.4"),
    STR_INIT("A parameter of the envelope has no valid form.")};
static const struct verdict bad_message = {
    ONWARD_REFUSED, 554, STR_INIT("5.6.0"),
    STR_INIT("The message has line ends or bytes that cannot be sent.")};
static const struct verdict too_large = {
    ONWARD_REFUSED, 552, STR_INIT("5.3.4"),
    STR_INIT("The message is larger than the next mail server takes.")};
static const struct verdict no_eight_bits = {
    ONWARD_REFUSED, 554, STR_INIT("5.6.3"),
    STR_INIT("The next mail server does not take eight-bit messages.")};
static const struct verdict no_utf8 = {
    ONWARD_REFUSED, 553, STR_INIT("5.6.7"),
    STR_INIT("The next mail server does not take letters like these in addresses or headers.")};
static const struct verdict no_answer = {
    ONWARD_LATER, 451, STR_INIT("4.4.1"),
    STR_INIT("The next mail server cannot be reached or does not take mail now.")};
static const struct verdict cut_off = {
    ONWARD_LATER, 451, STR_INIT("4.4.2"),
    STR_INIT("The connection to the next mail server did not last.")};
static const struct verdict not_known = {
    ONWARD_UNKNOWN, 451, STR_INIT("4.4.2"),
    STR_INIT("The next mail server did not say whether it has taken the message.")};
static const struct verdict no_memory = {ONWARD_LATER, 452, STR_INIT("4.3.1"),
                                         STR_INIT("The server is short of memory.")};

static void set(struct onward_recipient *r, const struct verdict *v, bool said)
{
    r->state = v->state;
    r->code = v->code;
    r->enhanced = v->enhanced;
    r->reply = v->words;
    r->said = said;
    r->unreported = false;
}

static void decide(struct handing *h, size_t i, const struct verdict *v, bool said)
{
    struct onward_recipient *r = &h->env->recipients[i];
    set(r, v, said);
    r->unreported = v->state == ONWARD_TAKEN && str_find(r->notify, STR("SUCCESS")) >= 0 &&
                    !(h->w->offers & SMTP_OFFERS_DSN);
    h->steps[i] = STEP_DECIDED;
}

static void decide_all(struct handing *h, const struct verdict *v)
{
    for (size_t i = 0; i < h->env->count; i++)
        if (h->steps[i] != STEP_DECIDED) decide(h, i, v, false);
}

static bool any(const struct handing *h, enum step step)
{
    for (size_t i = 0; i < h->env->count; i++)
        if (h->steps[i] == step) return true;
    return false;
}

/* What the last reply means; only those that accept or refuse come here. */
static struct verdict verdict_of(const struct smtp_reply *r)
{
    static const str_t plain[] = {STR_INIT("2.0.0"), STR_INIT(""), STR_INIT("4.0.0"),
                                  STR_INIT("5.0.0")};
    static const enum onward_state states[] = {ONWARD_TAKEN, ONWARD_UNKNOWN, ONWARD_LATER,
                                               ONWARD_REFUSED};
    int class = r->code / 100 - 2;
    return (struct verdict){states[class], r->code, r->enhanced.n > 0 ? r->enhanced : plain[class],
                            r->words.p ? r->words : STR("")};
}

/* The last reply refuses all who are still in it, or is none that can be understood. */
static rc_t refuse_all(struct handing *h, const char *where, struct err *e)
{
    if (h->w->reply.code / 100 < 4) return smtp_wire_lost(h->w, where, e);
    const struct verdict v = verdict_of(&h->w->reply);
    for (size_t i = 0; i < h->env->count; i++)
        if (h->steps[i] != STEP_DECIDED) decide(h, i, &v, true);
    return RC_OK;
}

/* --- before anything is said ----------------------------------------------------------------- */

static bool is_orcpt(str_t s, bool utf8)
{
    str_t type, address;
    if (s.n == 0) return true;
    if (s.n > ORCPT_BYTES || !str_cut(s, ';', &type, &address) || type.n == 0) return false;
    for (size_t i = 0; i < type.n; i++) {
        char c = (char) (type.p[i] | 0x20);
        if ((c < 'a' || c > 'z') && (type.p[i] < '0' || type.p[i] > '9') && type.p[i] != '-')
            return false;
    }
    /* RFC 6533 section 3: "utf-8;" addresses may stand as they are in SMTPUTF8 mail. */
    if (utf8 && str_ieq(type, STR("utf-8")) && smtp_is_international(address))
        return smtp_value_is_path(address) && str_chr(address, ' ') < 0;
    return smtp_value_is_xtext(address);
}

static bool is_ret(str_t s)
{
    return s.n == 0 || str_ieq(s, STR("FULL")) || str_ieq(s, STR("HDRS"));
}

static void judge_envelope(struct handing *h)
{
    const struct onward_envelope *env = h->env;
    if (env->from.n > 0 && !smtp_value_is_path(env->from)) decide_all(h, &bad_sender);
    if (!is_ret(env->ret) || env->envid.n > ENVID_BYTES || !smtp_value_is_xtext(env->envid))
        decide_all(h, &bad_parameter);
    if (!h->look.sound) decide_all(h, &bad_message);
    for (size_t i = 0; i < env->count; i++) {
        const struct onward_recipient *r = &env->recipients[i];
        if (h->steps[i] == STEP_DECIDED) continue;
        if (!smtp_value_is_path(r->address))
            decide(h, i, &bad_recipient, false);
        else if (!smtp_value_is_notify(r->notify) || !is_orcpt(r->orcpt, env->utf8))
            decide(h, i, &bad_parameter, false);
    }
}

/* What the hop offers against what the mail needs. */
static void judge_needs(struct handing *h)
{
    const struct onward_envelope *env = h->env;
    unsigned can = h->w->offers;
    if (h->w->size_max > 0 && h->message.n > h->w->size_max) decide_all(h, &too_large);
    if (!(can & SMTP_OFFERS_UTF8)) {
        if ((env->utf8 && h->look.wide_header) || smtp_is_international(env->from))
            decide_all(h, &no_utf8);
        for (size_t i = 0; i < env->count; i++)
            if (h->steps[i] != STEP_DECIDED && smtp_is_international(env->recipients[i].address))
                decide(h, i, &no_utf8, false);
    }
    if (h->look.wide && !(can & (SMTP_OFFERS_8BITMIME | SMTP_OFFERS_UTF8)))
        decide_all(h, &no_eight_bits);
}

/* --- XFORWARD (Postfix's XFORWARD_README) ---------------------------------------------------- */

static str_t xforward_value(struct arena *a, str_t s)
{
    str_t coded = s.n > 0 && s.n <= XFORWARD_BYTES ? smtp_value_xtext(a, s) : STR_NULL;
    return coded.n > 0 && coded.n <= XFORWARD_BYTES ? coded : STR("[UNAVAILABLE]");
}

static const struct {
    unsigned offer;
    const char *name;
} attributes[] = {{SMTP_OFFERS_XFORWARD_NAME, "NAME"},
                  {SMTP_OFFERS_XFORWARD_ADDR, "ADDR"},
                  {SMTP_OFFERS_XFORWARD_PROTO, "PROTO"},
                  {SMTP_OFFERS_XFORWARD_HELO, "HELO"}};
#define ATTRIBUTES (sizeof attributes / sizeof *attributes)

struct introducing {
    struct smtp_wire *w;
    const struct onward_client *client;
    size_t which[ATTRIBUTES];
};

static str_t introduce(void *ctx, size_t k)
{
    const struct introducing *in = ctx;
    const struct onward_client *c = in->client;
    struct arena *a = in->w->a;
    bool six = str_chr(c->address, ':') >= 0 && !str_istarts(c->address, STR("IPv6:"));
    str_t address = six ? arena_printf(a, "IPv6:%.*s", STR_ARG(c->address)) : c->address;
    const str_t values[ATTRIBUTES] = {c->name, address, c->protocol, c->helo};
    size_t i = in->which[k];
    return arena_printf(a, "XFORWARD %s=%.*s\r\n", attributes[i].name,
                        STR_ARG(xforward_value(a, values[i])));
}

static void go_on(void *ctx, size_t k)
{
    (void) ctx;
    (void) k;
}

/* A command for each attribute that is offered: one that the hop does not like (an IPv6 address, to
 * a Postfix without IPv6) spoils no other. It is for the log: refused or not, the mail goes on. */
static rc_t say_client(struct smtp_wire *w, const struct onward_client *c, struct err *e)
{
    struct introducing in = {.w = w, .client = c};
    struct smtp_series all = {.where = "XFORWARD", .line = introduce, .replied = go_on, .ctx = &in};
    for (size_t i = 0; c && i < ATTRIBUTES; i++)
        if (w->offers & attributes[i].offer) in.which[all.count++] = i;
    return smtp_wire_series(w, &all, e);
}

/* --- the transaction ------------------------------------------------------------------------- */

/* As it came, and wherever an address cannot do without. */
static bool needs_utf8(const struct handing *h)
{
    const struct onward_envelope *env = h->env;
    bool needs =
        (env->utf8 && (h->w->offers & SMTP_OFFERS_UTF8)) || smtp_is_international(env->from);
    for (size_t i = 0; !needs && i < env->count; i++)
        needs = h->steps[i] == STEP_OPEN && smtp_is_international(env->recipients[i].address);
    return needs;
}

static rc_t say_sender(struct handing *h, struct err *e)
{
    const struct onward_envelope *env = h->env;
    struct smtp_wire *w = h->w;
    CLEANUP_BUF struct buf line = BUF_INIT(2048);
    h->utf8 = needs_utf8(h);
    buf_printf(&line, "MAIL FROM:<%.*s>", STR_ARG(env->from));
    if (w->offers & SMTP_OFFERS_SIZE) buf_printf(&line, " SIZE=%zu", h->message.n);
    /* Whoever takes SMTPUTF8 takes eight bits (RFC 6531 section 3.1, item 8). */
    if (h->look.wide || h->utf8) buf_cstr(&line, " BODY=8BITMIME");
    if (h->utf8) buf_cstr(&line, " SMTPUTF8");
    if ((w->offers & SMTP_OFFERS_DSN) && env->ret.n > 0)
        buf_printf(&line, " RET=%.*s", STR_ARG(env->ret));
    if ((w->offers & SMTP_OFFERS_DSN) && env->envid.n > 0)
        buf_printf(&line, " ENVID=%.*s", STR_ARG(env->envid));
    buf_cstr(&line, "\r\n");
    TRY(smtp_wire_command(w, line.failed ? STR_NULL : buf_view(&line), "MAIL", e));
    return w->reply.code / 100 == 2 ? RC_OK : refuse_all(h, "MAIL", e);
}

static str_t say_recipient(void *ctx, size_t k)
{
    const struct handing *h = ctx;
    const struct onward_recipient *r = &h->env->recipients[h->lines[k]];
    CLEANUP_BUF struct buf line = BUF_INIT(2048);
    bool dsn = h->w->offers & SMTP_OFFERS_DSN;
    buf_printf(&line, "RCPT TO:<%.*s>", STR_ARG(r->address));
    if (dsn && r->notify.n > 0) buf_printf(&line, " NOTIFY=%.*s", STR_ARG(r->notify));
    /* RFC 6533 section 3: letters beyond ASCII in it are for SMTPUTF8 only. */
    if (dsn && r->orcpt.n > 0 && (h->utf8 || !smtp_is_international(r->orcpt)))
        buf_printf(&line, " ORCPT=%.*s", STR_ARG(r->orcpt));
    buf_cstr(&line, "\r\n");
    return line.failed ? STR_NULL : arena_str(h->w->a, buf_view(&line));
}

/* 552 was once what 452 is now: too many recipients for one mail (RFC 5321 section 4.5.3.1.10). */
static bool is_one_too_many(const struct handing *h, const struct smtp_reply *r)
{
    bool may_be = r->enhanced.n == 0 || str_eq(r->enhanced, STR("5.5.3"));
    return r->code == 552 && may_be && any(h, STEP_WANTED);
}

static void note_recipient(void *ctx, size_t k)
{
    struct handing *h = ctx;
    const struct smtp_reply *r = &h->w->reply;
    size_t i = h->lines[k];
    struct verdict v = verdict_of(r);
    if (r->code / 100 == 2) {
        h->steps[i] = STEP_WANTED;
        return;
    }
    if (r->code / 100 == 3) return; /* neither taken nor refused: out of step */
    if (is_one_too_many(h, r)) v = (struct verdict){ONWARD_LATER, 452, STR("4.5.3"), v.words};
    decide(h, i, &v, true);
}

static rc_t say_recipients(struct handing *h, struct err *e)
{
    struct smtp_series all = {
        .where = "RCPT", .line = say_recipient, .replied = note_recipient, .ctx = h};
    for (size_t i = 0; i < h->env->count; i++)
        if (h->steps[i] == STEP_OPEN) h->lines[all.count++] = i;
    TRY(smtp_wire_series(h->w, &all, e));
    return any(h, STEP_OPEN) ? smtp_wire_lost(h->w, "RCPT", e) : RC_OK;
}

/* After the dot: SMTP has one reply for all, LMTP one for each recipient it accepted, in the order
 * of RCPT (RFC 2033 section 4.2). */
static rc_t read_verdicts(struct handing *h, struct err *e)
{
    bool each = h->o->hop->protocol == ONWARD_LMTP, read = false;
    for (size_t i = 0; i < h->env->count; i++) {
        if (h->steps[i] != STEP_WANTED) continue;
        if (each || !read) TRY(smtp_wire_read(h->w, "end of message", e));
        read = true;
        if (h->w->reply.code / 100 == 3) return smtp_wire_lost(h->w, "end of message", e);
        const struct verdict v = verdict_of(&h->w->reply);
        decide(h, i, &v, true);
    }
    return RC_OK;
}

static rc_t say_message(struct handing *h, struct err *e)
{
    const struct flow flow = flow_of_str(&h->message);
    TRY(smtp_wire_command(h->w, STR("DATA\r\n"), "DATA", e));
    if (h->w->reply.code != 354) return refuse_all(h, "DATA", e);
    TRY(smtp_wire_message(h->w, &flow, e));
    /* From the first byte of the dot on, the hop may have the message whatever happens here. */
    h->dotted = true;
    TRY(smtp_wire_send(h->w, STR(".\r\n"), true, "end of message", e));
    return read_verdicts(h, e);
}

static rc_t say_all(struct handing *h, struct err *e)
{
    judge_needs(h);
    if (!any(h, STEP_OPEN)) return RC_OK;
    TRY(say_client(h->w, h->env->client, e));
    TRY(say_sender(h, e));
    if (any(h, STEP_OPEN)) TRY(say_recipients(h, e));
    return any(h, STEP_WANTED) ? say_message(h, e) : RC_OK;
}

/* --- the connection -------------------------------------------------------------------------- */

/* A refusal at the greeting or at EHLO says nothing about this mail. */
static rc_t open_wire(struct onward *o, int64_t deadline, struct arena *a, struct err *e)
{
    const struct onward_hop *hop = o->hop;
    const struct smtp_peer peer = {.socket = hop->socket,
                                   .server = &hop->server,
                                   .lmtp = hop->protocol == ONWARD_LMTP,
                                   .name = hop->name};
    struct err why = {.code = RC_OK};
    o->wire = (struct smtp_wire){.a = a};
    rc_t rc = smtp_wire_open(&o->wire, &peer, deadline, &why);
    if (rc == RC_OK) return RC_OK;
    smtp_wire_close(&o->wire, rc == RC_SMTP_REFUSED);
    if (rc == RC_SMTP_REFUSED) rc = RC_SMTP_DOWN;
    err_set(e, rc, NULL);
    err_detail(e, "%s", why.detail);
    return rc;
}

/* The connection that is kept, if the server still answers there. */
static bool reuse(struct onward *o, int64_t deadline, struct arena *a)
{
    smtp_wire_until(&o->wire, deadline, a);
    bool alive = smtp_wire_is_waiting(&o->wire) &&
                 smtp_wire_command(&o->wire, STR("RSET\r\n"), "RSET", NULL) == RC_OK &&
                 o->wire.reply.code == 250;
    if (!alive) smtp_wire_close(&o->wire, false);
    return alive;
}

static rc_t prepare(struct handing *h, struct arena *a, struct err *e)
{
    size_t n = h->env->count;
    const struct flow flow = flow_of_str(&h->message);
    h->steps = ARENA_ARRAY(a, n, enum step);
    h->lines = ARENA_ARRAY(a, n, size_t);
    if (!h->steps || !h->lines) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(smtp_value_look(&flow, &h->look, e));
    judge_envelope(h);
    return RC_OK;
}

/* Whoever is still without a word. */
static void give_up(struct handing *h, rc_t rc, bool reached)
{
    const struct verdict *v = rc == RC_NO_MEMORY ? &no_memory : reached ? &cut_off : &no_answer;
    for (size_t i = 0; i < h->env->count; i++) {
        if (h->steps[i] == STEP_DECIDED) continue;
        bool sent = h->dotted && h->steps[i] == STEP_WANTED;
        decide(h, i, sent ? &not_known : v, false);
    }
}

rc_t onward_hand(struct onward *o, struct onward_envelope *env, str_t message, int deadline_ms,
                 struct arena *a, struct err *e)
{
    int64_t deadline = clock_ms() + deadline_ms;
    struct handing h = {.o = o, .w = &o->wire, .env = env, .message = message};
    if (env->count == 0 || env->count > SMTP_RECIPIENTS_MAX)
        return err_invalid(e, "to", "A mail has one to 1000 recipients.");
    for (size_t i = 0; i < env->count; i++)
        set(&env->recipients[i], &no_memory, false);
    TRY(prepare(&h, a, e));
    if (!any(&h, STEP_OPEN)) return RC_OK;
    bool reached = reuse(o, deadline, a);
    rc_t rc = RC_OK;
    if (!reached) {
        rc = open_wire(o, deadline, a, e);
        reached = rc == RC_OK;
    }
    if (reached) rc = say_all(&h, e);
    give_up(&h, rc, reached);
    if (rc != RC_OK || o->wire.reply.code == 421) smtp_wire_close(&o->wire, false);
    smtp_wire_until(&o->wire, 0, NULL);
    return rc;
}

rc_t onward_new(const struct onward_hop *hop, struct onward **out, struct err *e)
{
    str_t name = hop->name;
    if (name.n > NAME_BYTES || !str_is_clean(name) || str_chr(name, ' ') >= 0 ||
        smtp_is_international(name))
        return err_invalid(e, "name", "This name cannot be said to a mail server.");
    struct onward *o = calloc(1, sizeof *o);
    if (!o) return err_set(e, RC_NO_MEMORY, NULL);
    o->hop = hop;
    *out = o;
    return RC_OK;
}

void onward_rest(struct onward *o)
{
    smtp_wire_close(&o->wire, true);
}

void onward_free(struct onward *o)
{
    if (!o) return;
    onward_rest(o);
    free(o);
}
