/* An IMAP mailbox played by fake_server.h, and a client for it. */
#ifndef WAXSEAL_TEST_IMAP_FAKE_H
#define WAXSEAL_TEST_IMAP_FAKE_H

#include "tests/unit/mail/fake_server.h"
#include "tests/unit/test.h"

#include "crypto/tls.h"
#include "mail/imap.h"

#define FAKE_DEADLINE 20000 /* far away: tests that wait for it set their own */

struct world {
    struct fake f;
    struct imap_pool *pool;
    struct config_endpoint server;
    struct imap_account account;
    struct arena *a;
    struct err e;
};

static const char fake_caps[] = "IMAP4rev1 LITERAL+ UIDPLUS MOVE NAMESPACE CONDSTORE";

/* Rules of the test come first; these answer what they leave. */
static inline void world_start(struct world *w)
{
    static char caps[200];
    snprintf(caps, sizeof caps, "* CAPABILITY %s\r\n%%T OK done\r\n", fake_caps);
    w->f.tagged = true;
    if (w->f.greeting.n == 0) w->f.greeting = STR("* OK ready\r\n");
    fake_rule(&w->f, "CAPABILITY", str_c(caps), FAKE_GO_ON, 0);
    fake_rule(&w->f, "LOGIN", STR("%T OK in\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "SELECT",
              STR("* 3 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 77] v\r\n"
                  "* OK [UIDNEXT 9] n\r\n%T OK [READ-WRITE] selected\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w->f, "NOOP", STR("%T OK noop\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w->f, "STATUS",
              STR("* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 77 UNSEEN 1 "
                  "HIGHESTMODSEQ 5)\r\n%T OK status\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w->f, "LOGOUT", STR("* BYE\r\n%T OK bye\r\n"), FAKE_CLOSE, 0);
    fake_start(&w->f);
    struct imap_pool_options o = {.per_session = 2, .idle_seconds = 60, .total = 8};
    assert_int_equal(imap_pool_new(&o, &w->pool, &w->e), RC_OK);
    w->server = (struct config_endpoint){
        .host = STR("127.0.0.1"), .port = (uint16_t) w->f.port, .tls = TLS_MODE_NONE};
    w->account = (struct imap_account){.server = &w->server,
                                       .session = STR("session"),
                                       .login = STR("alice"),
                                       .password = STR("secret")};
    w->a = arena_new(64u << 20);
    assert_non_null(w->a);
}

static inline void world_stop(struct world *w)
{
    imap_pool_free(w->pool);
    fake_stop(&w->f);
    arena_free(w->a);
}

static inline struct imap *world_open(struct world *w, int deadline_ms)
{
    struct imap *im = NULL;
    rc_t rc = imap_acquire(w->pool, &w->account, STR("INBOX"), deadline_ms, &im, &w->e);
    if (rc != RC_OK) fail_msg("acquire: %s %s", err_word(rc), w->e.detail);
    return im;
}

#endif
