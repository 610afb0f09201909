/* A next hop that answers by rules, over TCP or a Unix socket, as SMTP or LMTP server. */
#ifndef WAXSEAL_TEST_ONWARD_WORLD_H
#define WAXSEAL_TEST_ONWARD_WORLD_H

#include "tests/unit/mail/fake_server.h"
#include "tests/unit/test.h"

#include "mail/onward.h"

#define MESSAGE "Subject: x\r\n\r\n.first dot\r\nplain\r\n..two\r\nend\r\n"
#define OFFERS                                                                                     \
    "250-here\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250-DSN\r\n250-SMTPUTF8\r\n250 "            \
    "8BITMIME\r\n"

struct world {
    struct fake f;
    bool local;
    char path[64];
    struct onward_hop hop;
    struct onward *o;
    struct onward_recipient to[3];
    struct onward_envelope env;
    struct arena *a;
    struct err e;
    rc_t rc;
};

/* Rules of the test come first. */
static inline void world_start(struct world *w)
{
    static unsigned count;
    bool lmtp = w->hop.protocol == ONWARD_LMTP;
    if (w->f.greeting.n == 0) w->f.greeting = STR("220 ready\r\n");
    fake_rule(&w->f, lmtp ? "LHLO" : "EHLO", STR(OFFERS), FAKE_GO_ON, 0);
    fake_rule(&w->f, "RSET", STR("250 2.0.0 forgotten\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "MAIL", STR("250 2.1.0 sender ok\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "RCPT", STR("250 2.1.5 recipient ok\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "DATA", STR("354 go\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, ".",
              lmtp ? STR("250 2.0.0 first\r\n250 2.0.0 second\r\n250 2.0.0 third\r\n")
                   : STR("250 2.0.0 queued as 1\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w->f, "QUIT", STR("221 bye\r\n"), FAKE_CLOSE, 0);
    if (w->local) {
        snprintf(w->path, sizeof w->path, "/tmp/waxseal-onward-%d-%u", (int) getpid(), ++count);
        w->f.path = w->path;
        w->hop.socket = str_c(w->path);
    }
    fake_start(&w->f);
    w->hop.server = (struct config_endpoint){
        .host = STR("127.0.0.1"), .port = (uint16_t) w->f.port, .tls = TLS_MODE_NONE};
    w->hop.name = STR("gate.test");
    w->env.from = STR("alice@demo.test");
    w->env.recipients = w->to;
    w->env.count = 3;
    w->to[0].address = STR("bob@demo.test");
    w->to[1].address = STR("carol@demo.test");
    w->to[2].address = STR("dave@demo.test");
    w->a = arena_new(4u << 20);
    assert_non_null(w->a);
    assert_int_equal(onward_new(&w->hop, &w->o, &w->e), RC_OK);
}

static inline void world_stop(struct world *w)
{
    onward_free(w->o);
    fake_stop(&w->f);
    if (w->local) unlink(w->path);
    arena_free(w->a);
}

static inline rc_t hand(struct world *w, str_t message, int deadline_ms)
{
    w->rc = onward_hand(w->o, &w->env, message, deadline_ms, w->a, &w->e);
    return w->rc;
}

/* Whatever happens: code and enhanced code fit the state, and the words can be told on. */
static inline void check_form(const struct onward_recipient *r)
{
    static const char class[] = {
        [ONWARD_LATER] = '4', [ONWARD_TAKEN] = '2', [ONWARD_REFUSED] = '5', [ONWARD_UNKNOWN] = '4'};
    char want = class[r->state];
    if (r->code / 100 != want - '0' || r->enhanced.n < 5 || r->enhanced.p[0] != want)
        fail_msg("state %d, code %d, enhanced %.*s", r->state, r->code, STR_ARG(r->enhanced));
    assert_true(str_is_clean(r->reply) && r->reply.n <= 500);
    for (size_t i = 0; i < r->reply.n; i++)
        assert_true((unsigned char) r->reply.p[i] < 0x80);
}

static inline void expect(const struct world *w, size_t i, enum onward_state state,
                          const char *enhanced)
{
    const struct onward_recipient *r = &w->to[i];
    check_form(r);
    if (r->state != state || (enhanced && !str_eq(r->enhanced, str_c(enhanced))))
        fail_msg("recipient %zu: state %d, %d %.*s %.*s (%s: %s)", i, r->state, r->code,
                 STR_ARG(r->enhanced), STR_ARG(r->reply), err_word(w->rc), w->e.detail);
}

static inline void expect_all(const struct world *w, enum onward_state state, const char *enhanced)
{
    for (size_t i = 0; i < w->env.count; i++)
        expect(w, i, state, enhanced);
}

/* How often a line beginning so arrived. */
static inline unsigned saw(struct world *w, const char *line)
{
    unsigned n = 0;
    pthread_mutex_lock(&w->f.lock);
    str_t rest = buf_view(&w->f.seen), one;
    while (rest.n > 0) {
        str_cut(rest, '\n', &one, &rest);
        n += str_starts(one, str_c(line)) ? 1 : 0;
    }
    pthread_mutex_unlock(&w->f.lock);
    return n;
}

#endif
