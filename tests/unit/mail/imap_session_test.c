/* The client against servers that die, hang, lie and flood: clean errors, nothing half read, and
 * the next request works. */
#include <malloc.h>
#include <sys/resource.h>

#include "tests/unit/mail/imap_fake.h"

#include "mail/imap_lease.h"

#define HEADER_BODY "Subject: x\r\n\r\nwhole body\r\n"

static const str_t one_row = STR_INIT(
    "* 3 FETCH (UID 8 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 26 "
    "ENVELOPE (NIL \"hi\" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (\"text\" \"plain\" NIL "
    "NIL "
    "NIL \"7bit\" 12 1))\r\n%T OK fetched\r\n");
static const str_t whole =
    STR_INIT("* 3 FETCH (UID 8 BODY[] {26}\r\n" HEADER_BODY ")\r\n%T OK fetched\r\n");

static void test_list_and_fetch(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "FETCH", one_row, FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH 8 (UID BODY.PEEK[])", whole, FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    assert_int_equal(imap_uidvalidity(im), 77);
    struct imap_rows rows;
    assert_int_equal(imap_list(im, 0, 1, w.a, &rows, &w.e), RC_OK);
    assert_int_equal(rows.count, 1);
    assert_str(rows.rows[0].subject, STR("hi"));
    assert_int_equal(rows.mailbox.total, 3);
    assert_int_equal(rows.mailbox.unseen, 1);
    assert_int_equal(rows.mailbox.modseq, 5);
    assert_true(fake_saw(&w.f, "FETCH 3:3 (UID FLAGS"));
    struct buf body = BUF_INIT(1000);
    assert_int_equal(imap_fetch(im, 8, &body, &w.e), RC_OK);
    assert_str(buf_view(&body), STR(HEADER_BODY));
    buf_free(&body);
    imap_release(im);
    /* The connection was kept, with its mailbox. */
    unsigned before = fake_commands(&w.f);
    im = world_open(&w, FAKE_DEADLINE);
    assert_int_equal(fake_commands(&w.f), before);
    imap_release(im);
    assert_int_equal(w.f.connections, 1);
    world_stop(&w);
}

/* --- what may be sent ------------------------------------------------------------------------ */

static rc_t try_arguments(struct imap *im, struct world *w, str_t s)
{
    static const uint32_t uid = 8;
    uint32_t u = 0, v = 0, *found;
    size_t n;
    struct imap_found hits;
    struct imap_query q = {.text = s, .headers = true};
    str_t name;
    rc_t rc[] = {
        imap_folder_create(im, s, w->a, &name, &w->e),
        imap_store(im, &uid, 1, true, &s, 1, &w->e),
        imap_move(im, &uid, 1, s, &u, &v, &w->e),
        imap_copy(im, &uid, 1, s, &w->e),
        imap_append(im, s, STR("a: b\r\n\r\nc\r\n"), NULL, 0, &u, &v, &w->e),
        imap_append(im, STR("INBOX"), STR("a: b\r\n\r\nc\r\n"), &s, 1, &u, &v, &w->e),
        imap_search_header(im, STR("Message-ID"), s, w->a, &found, &n, &w->e),
        imap_search_header(im, s, STR("x"), w->a, &found, &n, &w->e),
        imap_search(im, &q, w->a, &hits, &w->e),
    };
    for (size_t i = 0; i < sizeof rc / sizeof *rc; i++)
        if (rc[i] != RC_INVALID) fail_msg("operation %zu took it: %s", i, err_word(rc[i]));
    return RC_INVALID;
}

/* CR, LF, NUL and over-long values in every argument: nothing is sent at all. */
static void test_hostile_arguments(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    static char longest[2000];
    memset(longest, 'a', sizeof longest);
    const str_t hostile[] = {STR("x\r\nz9 CREATE injected"), STR("x\nz9 NOOP"), STR("x\rz9 NOOP"),
                             STR("x\0y"), str_n(longest, sizeof longest)};
    unsigned before = fake_commands(&w.f);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        try_arguments(im, &w, hostile[i]);
        struct imap *other = NULL;
        assert_int_equal(imap_acquire(w.pool, &w.account, hostile[i], 1000, &other, &w.e),
                         RC_INVALID);
        struct imap_account evil = w.account;
        evil.login = hostile[i];
        assert_int_equal(imap_check_login(w.pool, &evil, 1000, &w.e), RC_INVALID);
        evil = w.account;
        evil.password = hostile[i];
        assert_int_equal(imap_check_login(w.pool, &evil, 1000, &w.e), RC_INVALID);
    }
    struct buf none = BUF_INIT(10);
    assert_int_equal(imap_fetch(im, 0, &none, &w.e), RC_INVALID);
    assert_int_equal(fake_commands(&w.f), before);
    assert_int_equal(w.f.connections, 1);
    imap_release(im);
    world_stop(&w);
}

static void test_odd_arguments_are_quoted(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "UID COPY", STR("%T OK copied\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    uint32_t uid = 8;
    assert_int_equal(imap_copy(im, &uid, 1, STR("a\"b\\c (d) {5}"), &w.e), RC_OK);
    assert_true(fake_saw(&w.f, "UID COPY 8 \"a\\\"b\\\\c (d) {5}\"\n"));
    assert_int_equal(imap_copy(im, &uid, 1, STR("Entw\xc3\xbcrfe"), &w.e), RC_OK);
    assert_true(fake_saw(&w.f, "UID COPY 8 {9+}\n"));
    imap_release(im);
    world_stop(&w);
}

/* A refusal without a code is about the name, which a person can mend: never "the mail server
 * refused". One whose code says otherwise is left as it is: no field, no word about the name. */
static void test_refused_folder_names(void **state)
{
    (void) state;
    static const struct {
        const char *path, *reply;
        rc_t rc;
        const char *says; /* NULL: nothing about the name */
    } tries[] = {
        {"Trips/2026", "%T NO no such parent\r\n", RC_CONFLICT, "\"Trips\""},
        {"Trips/2026", "%T NO [NONEXISTENT] no\r\n", RC_CONFLICT, "\"Trips\""},
        {"Old/2026", "%T NO strange name\r\n", RC_INVALID, "does not take this name"},
        {"Free", "%T BAD what\r\n", RC_INVALID, "does not take this name"},
        {"Free", "%T NO [ALREADYEXISTS] it is\r\n", RC_CONFLICT, "already"},
        {"Old", "", RC_CONFLICT, "already"},
        {"Box/deeper", "", RC_INVALID, "inside itself"},
        {"Old/2026", "%T NO [CANNOT] no such names here\r\n", RC_INVALID,
         "does not take this name"},
        {"Free", "%T NO [INUSE] somebody has it open\r\n", RC_IMAP_ERROR, NULL},
        {"Free", "%T NO [SERVERBUG] see the log\r\n", RC_IMAP_ERROR, NULL},
        {"Free", "%T NO [CONTACTADMIN] ask\r\n", RC_IMAP_ERROR, NULL},
        {"Free", "%T NO [X-ODD a b] what\r\n", RC_IMAP_ERROR, NULL},
        {"Free", "%T NO [LIMIT] too many\r\n", RC_FULL, NULL},
        {"Free", "%T NO [NOPERM] not yours\r\n", RC_FORBIDDEN, NULL},
        {"Trips/2026", "%T NO [SERVERBUG] see the log\r\n", RC_IMAP_ERROR, NULL},
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct world w = {0};
        fake_rule(
            &w.f, "LIST",
            STR("* LIST () \"/\" INBOX\r\n* LIST () \"/\" Box\r\n* LIST () \"/\" Old\r\n%T OK "
                "listed\r\n"),
            FAKE_GO_ON, 0);
        fake_rule(&w.f, "LSUB", STR("%T OK none\r\n"), FAKE_GO_ON, 0);
        fake_rule(&w.f, "NAMESPACE", STR("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n%T OK spaces\r\n"),
                  FAKE_GO_ON, 0);
        if (*tries[i].reply) fake_rule(&w.f, "RENAME", str_c(tries[i].reply), FAKE_GO_ON, 0);
        world_start(&w);
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        str_t out;
        rc_t rc = imap_folder_rename(im, STR("Box"), str_c(tries[i].path), w.a, &out, &w.e);
        const char *says = tries[i].says;
        bool right = says ? strstr(w.e.message, says) != NULL : !strstr(w.e.message, "name");
        if (rc != tries[i].rc || !right)
            fail_msg("%zu: %s %s (%s)", i, err_word(rc), w.e.message, w.e.detail);
        assert_string_equal(w.e.field, says ? "path" : "");
        imap_release(im);
        world_stop(&w);
    }
}

/* --- servers that fail ---------------------------------------------------------------------------
 */

struct fault {
    const char *name;
    str_t reply; /* to UID FETCH, on the connections the rule names */
    enum fake_then then;
    rc_t rc; /* expected of imap_fetch when it happens always */
};

static const struct fault faults[] = {
    {"closed before the reply", STR_INIT(""), FAKE_CLOSE, RC_IMAP_DOWN},
    {"killed inside the line", STR_INIT("* 3 FETCH (UID 8 BO"), FAKE_CLOSE, RC_IMAP_DOWN},
    {"killed inside the literal", STR_INIT("* 3 FETCH (UID 8 BODY[] {26}\r\nSubject: x\r\n"),
     FAKE_CLOSE, RC_IMAP_DOWN},
    {"killed behind the literal", STR_INIT("* 3 FETCH (UID 8 BODY[] {26}\r\n" HEADER_BODY),
     FAKE_CLOSE, RC_IMAP_DOWN},
    {"killed before the tag", STR_INIT("* 3 FETCH (UID 8 BODY[] {26}\r\n" HEADER_BODY ")\r\n"),
     FAKE_CLOSE, RC_IMAP_DOWN},
    {"garbage", STR_INIT("\x01\x02%%% garbage\r\n"), FAKE_GO_ON, RC_IMAP_DOWN},
    {"someone else's tag", STR_INIT("w9999 OK done\r\n"), FAKE_GO_ON, RC_IMAP_DOWN},
    {"goodbye", STR_INIT("* BYE shutting down\r\n"), FAKE_CLOSE, RC_IMAP_DOWN},
    {"another message's body",
     STR_INIT("* 3 FETCH (UID 9 BODY[] {26}\r\n" HEADER_BODY ")\r\n%T OK fetched\r\n"), FAKE_GO_ON,
     RC_IMAP_DOWN},
    {"two bodies",
     STR_INIT("* 3 FETCH (UID 8 BODY[] {2}\r\nab)\r\n* 3 FETCH (UID 8 BODY[] {2}\r\ncd)"
              "\r\n%T OK fetched\r\n"),
     FAKE_GO_ON, RC_IMAP_DOWN},
    {"4 GiB literal", STR_INIT("* 3 FETCH (UID 8 BODY[] {4294967295}\r\nSubject"), FAKE_FLOOD,
     RC_TOO_LARGE},
    {"absurd literal", STR_INIT("* 3 FETCH (UID 8 BODY[] {9223372036854775807}\r\n"), FAKE_FLOOD,
     RC_TOO_LARGE},
    {"4 GiB literal elsewhere", STR_INIT("* 3 FETCH (UID 8 ENVELOPE (NIL {4294967295}\r\n"),
     FAKE_FLOOD, RC_IMAP_DOWN},
    {"no body", STR_INIT("%T OK nothing\r\n"), FAKE_GO_ON, RC_NOT_FOUND},
    {"NIL body", STR_INIT("* 3 FETCH (UID 8 BODY[] NIL)\r\n%T OK fetched\r\n"), FAKE_GO_ON,
     RC_NOT_FOUND},
    {"refused", STR_INIT("%T NO [NOPERM] not yours\r\n"), FAKE_GO_ON, RC_FORBIDDEN},
};

/* Most a fault may add to the process (R3); sanitizers copy where realloc does not. */
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_KIB (40 * 1024)
#else
#define MEMORY_KIB (10 * 1024)
#endif

static long peak_kib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static void one_fault(const struct fault *f)
{
    struct world w = {0};
    fake_rule(&w.f, "UID FETCH 8", f->reply, f->then, 1);
    fake_rule(&w.f, "UID FETCH 8", f->reply, f->then, 2);
    fake_rule(&w.f, "UID FETCH 9", f->reply, f->then, 3);
    fake_rule(&w.f, "UID FETCH 8", whole, FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct buf body = BUF_INIT(1000);
    buf_cstr(&body, "before ");
    long peak = peak_kib();
    rc_t rc = imap_fetch(im, 8, &body, &w.e);
    if (rc != f->rc) fail_msg("%s: %s (%s)", f->name, err_word(rc), w.e.detail);
    assert_str(buf_view(&body), STR("before "));
    if (peak_kib() - peak > MEMORY_KIB) fail_msg("%s: %ld KiB", f->name, peak_kib() - peak);
    imap_release(im);
    /* The next request works, on a connection that is not the broken one. */
    w.f.rules[0].prefix = w.f.rules[1].prefix = "never";
    im = world_open(&w, FAKE_DEADLINE);
    if (imap_fetch(im, 8, &body, &w.e) != RC_OK) fail_msg("%s: next request", f->name);
    assert_str(buf_view(&body), STR("before " HEADER_BODY));
    buf_free(&body);
    imap_release(im);
    world_stop(&w);
}

static void test_faults(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        one_fault(&faults[i]);
}

/* A read that met a dying connection is asked again on a fresh one, once. */
static void test_retry(void **state)
{
    (void) state;
    for (size_t i = 0; i < 5; i++) {
        struct world w = {0};
        fake_rule(&w.f, "UID FETCH 8", faults[i].reply, faults[i].then, 1);
        fake_rule(&w.f, "UID FETCH 8", whole, FAKE_GO_ON, 0);
        world_start(&w);
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        struct buf body = BUF_INIT(1000);
        assert_int_equal(imap_fetch(im, 8, &body, &w.e), RC_OK);
        assert_str(buf_view(&body), STR(HEADER_BODY));
        assert_int_equal(w.f.connections, 2);
        buf_free(&body);
        imap_release(im);
        world_stop(&w);
    }
}

/* Nothing that changes the mailbox is ever sent twice. */
static void test_writes_are_not_retried(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "UID STORE", STR(""), FAKE_CLOSE, 0);
    fake_rule(&w.f, "UID MOVE", STR("* 1 EXPUNGE\r\n"), FAKE_CLOSE, 0);
    fake_rule(&w.f, "APPEND", STR(""), FAKE_CLOSE, 0);
    world_start(&w);
    static const str_t seen[] = {STR_INIT("\\Seen")};
    uint32_t uid = 8, u = 42, v = 43;
    for (int i = 0; i < 3; i++) {
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        rc_t rc = i == 0   ? imap_store(im, &uid, 1, true, seen, 1, &w.e)
                  : i == 1 ? imap_move(im, &uid, 1, STR("Trash"), &u, &v, &w.e)
                           : imap_append(im, STR("Sent"), STR("a: b\r\n\r\nc\r\n"), NULL, 0, &u, &v,
                                         &w.e);
        assert_int_equal(rc, RC_IMAP_DOWN);
        imap_release(im);
    }
    assert_int_equal(u, 42);
    assert_int_equal(v, 43);
    assert_int_equal(w.f.connections, 3);
    world_stop(&w);
}

static void test_uidvalidity_change_stops_the_retry(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "UID FETCH 8", STR(""), FAKE_CLOSE, 1);
    fake_rule(&w.f, "UID FETCH 8", whole, FAKE_GO_ON, 0);
    fake_rule(&w.f, "SELECT", STR("* 3 EXISTS\r\n* OK [UIDVALIDITY 78] new\r\n%T OK selected\r\n"),
              FAKE_GO_ON, 2);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct buf body = BUF_INIT(1000);
    assert_int_equal(imap_fetch(im, 8, &body, &w.e), RC_IMAP_DOWN);
    assert_int_equal(body.n, 0);
    assert_false(fake_saw(&w.f, "UID FETCH 8 (UID BODY.PEEK[])\nUID FETCH"));
    buf_free(&body);
    imap_release(im);
    world_stop(&w);
}

static void test_silence(void **state)
{
    (void) state;
    static const char *const silent_at[] = {"CAPABILITY", "LOGIN", "SELECT", "UID FETCH"};
    for (size_t i = 0; i < 4; i++) {
        struct world w = {0};
        fake_rule(&w.f, silent_at[i], STR("* OK still here\r\n"), FAKE_HANG, 0);
        world_start(&w);
        struct imap *im = NULL;
        rc_t rc = imap_acquire(w.pool, &w.account, STR("INBOX"), i == 3 ? 5000 : 300, &im, &w.e);
        if (i == 3) {
            assert_int_equal(rc, RC_OK);
            struct buf body = BUF_INIT(1000);
            rc = imap_fetch(im, 8, &body, &w.e);
            imap_release(im);
        }
        if (rc != RC_TIMEOUT) fail_msg("silent at %s: %s", silent_at[i], err_word(rc));
        world_stop(&w);
    }
    struct world w = {.f = {.greeting = STR_INIT(" ")}};
    world_start(&w);
    struct imap *im = NULL;
    assert_int_equal(imap_acquire(w.pool, &w.account, STR("INBOX"), 300, &im, &w.e), RC_TIMEOUT);
    world_stop(&w);
}

/* Bytes without end that are never an answer: the deadline ends it, memory stays bounded. */
static void test_flood(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(&w.f, "UID FETCH", STR("* 3 FETCH (UID 8 FLAGS ("), FAKE_FLOOD, 0);
    world_start(&w);
    struct imap *im = world_open(&w, 5000);
    long peak = peak_kib();
    struct imap_row row;
    rc_t rc = imap_flags_of(im, 8, w.a, &row, &w.e);
    assert_true(rc == RC_TIMEOUT || rc == RC_IMAP_DOWN);
    if (peak_kib() - peak > MEMORY_KIB) fail_msg("%ld KiB", peak_kib() - peak);
    imap_release(im);
    world_stop(&w);
}

/* One monstrous message must not make its folder unreadable. */
static void test_oversize_row(void **state)
{
    (void) state;
    enum { HUGE = 6u << 20 };
    struct buf reply = BUF_INIT(64u << 20);
    buf_printf(&reply, "* 2 FETCH (UID 7 FLAGS (\\Seen) ENVELOPE (NIL {%u}\r\n", (unsigned) HUGE);
    assert_true(buf_reserve(&reply, HUGE));
    memset(reply.p + reply.n, 'y', HUGE);
    reply.n += HUGE;
    buf_cstr(&reply, " NIL NIL NIL NIL NIL NIL NIL {3}\r\nabc))\r\n");
    buf_str(&reply, one_row);
    struct world w = {0};
    fake_rule(&w.f, "FETCH", buf_view(&reply), FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct imap_rows rows;
    assert_int_equal(imap_list(im, 0, 2, w.a, &rows, &w.e), RC_OK);
    assert_int_equal(rows.count, 2);
    assert_str(rows.rows[0].subject, STR("hi"));
    assert_int_equal(rows.rows[1].uid, 7);
    assert_int_equal(rows.rows[1].flag_count, 1);
    assert_int_equal(w.f.connections, 1);
    imap_release(im);
    world_stop(&w);
    buf_free(&reply);
}

/* --- opening -------------------------------------------------------------------------------------
 */

static void expect_refused(str_t greeting, const struct fake_rule *rule, enum tls_mode tls, rc_t rc)
{
    struct world w = {.f = {.greeting = greeting}};
    if (rule) fake_rule(&w.f, rule->prefix, rule->reply, rule->then, 0);
    world_start(&w);
    w.server.tls = tls;
    struct imap *im = NULL;
    rc_t got = imap_acquire(w.pool, &w.account, STR("INBOX"), FAKE_DEADLINE, &im, &w.e);
    if (got != rc) fail_msg("%.*s: %s (%s)", STR_ARG(greeting), err_word(got), w.e.detail);
    if (tls != TLS_MODE_NONE || str_starts(greeting, STR("* PREAUTH")))
        assert_false(fake_saw(&w.f, "LOGIN"));
    world_stop(&w);
}

static void test_openings(void **state)
{
    (void) state;
    const struct fake_rule leftover = {
        .prefix = "STARTTLS", .reply = STR("%T OK go\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n")};
    const struct fake_rule no_tls = {.prefix = "STARTTLS", .reply = STR("%T NO not today\r\n")};
    const struct fake_rule wrong = {.prefix = "LOGIN",
                                    .reply = STR("%T NO [AUTHENTICATIONFAILED] no\r\n")};
    const struct fake_rule busy = {.prefix = "LOGIN",
                                   .reply = STR("%T NO [UNAVAILABLE] database down\r\n")};
    const struct fake_rule bye = {.prefix = "LOGIN", .reply = STR("* BYE\r\n"), .then = FAKE_CLOSE};
    const struct fake_rule both = {.prefix = "LOGIN", .reply = STR("* BYE x\r\n%T NO no\r\n")};
    const struct fake_rule missing = {.prefix = "SELECT",
                                      .reply = STR("%T NO no such mailbox\r\n")};
    expect_refused(STR("* OK ready\r\n"), &leftover, TLS_MODE_STARTTLS, RC_UNTRUSTED_PEER);
    expect_refused(STR("* OK ready\r\n"), &no_tls, TLS_MODE_STARTTLS, RC_IMAP_DOWN);
    expect_refused(STR("* PREAUTH hello\r\n"), NULL, TLS_MODE_STARTTLS, RC_UNTRUSTED_PEER);
    expect_refused(STR("* PREAUTH hello\r\n"), NULL, TLS_MODE_NONE, RC_UNTRUSTED_PEER);
    expect_refused(STR("* OK ready\r\n"), &wrong, TLS_MODE_NONE, RC_WRONG_PASSWORD);
    expect_refused(STR("* OK ready\r\n"), &busy, TLS_MODE_NONE, RC_IMAP_DOWN);
    expect_refused(STR("* OK ready\r\n"), &bye, TLS_MODE_NONE, RC_IMAP_DOWN);
    expect_refused(STR("* OK ready\r\n"), &both, TLS_MODE_NONE, RC_IMAP_DOWN);
    expect_refused(STR("* OK ready\r\n"), &missing, TLS_MODE_NONE, RC_NOT_FOUND);
    expect_refused(STR("* BYE full\r\n"), NULL, TLS_MODE_NONE, RC_IMAP_DOWN);
    expect_refused(STR("SSH-2.0-OpenSSH\r\n"), NULL, TLS_MODE_NONE, RC_IMAP_DOWN);
    expect_refused(STR("\r\n\r\n"), NULL, TLS_MODE_NONE, RC_IMAP_DOWN);
}

/* While libetpan parses, neither nesting nor length may grow: it recurses (facts: stack overflow).
 */
static void test_opening_is_guarded(void **state)
{
    (void) state;
    enum { DEEP = 100000 };
    struct buf reply = BUF_INIT(1u << 20);
    buf_cstr(&reply, "* 1 FETCH (BODYSTRUCTURE ");
    for (int i = 0; i < DEEP; i++)
        buf_char(&reply, '(');
    buf_cstr(&reply, "\r\n%T OK in\r\n");
    const struct fake_rule deep = {.prefix = "LOGIN", .reply = buf_view(&reply)};
    expect_refused(STR("* OK ready\r\n"), &deep, TLS_MODE_NONE, RC_IMAP_DOWN);
    const struct fake_rule flood = {.prefix = "LOGIN", .reply = STR("* OK "), .then = FAKE_FLOOD};
    expect_refused(STR("* OK ready\r\n"), &flood, TLS_MODE_NONE, RC_IMAP_DOWN);
    buf_free(&reply);
}

/* libetpan's session ends with the opening, but it had made itself the stream's logger: a call
 * through its freed memory crashed workers now and then. */
static void test_no_logger_is_left(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    assert_null(im->c->ms->logger);
    assert_null(im->c->ms->low->logger);
    imap_release(im);
    world_stop(&w);
}

static void test_unreachable(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    struct imap *im = NULL;
    w.server.port = 1; /* nobody listens there */
    assert_int_equal(imap_acquire(w.pool, &w.account, STR("INBOX"), 3000, &im, &w.e), RC_IMAP_DOWN);
    w.server.host = STR("no-such-host.invalid");
    rc_t rc = imap_acquire(w.pool, &w.account, STR("INBOX"), 3000, &im, &w.e);
    assert_true(rc == RC_IMAP_DOWN || rc == RC_TIMEOUT);
    assert_null(im);
    world_stop(&w);
}

int main(void)
{
    /* Poisoned allocations touch pages that the program itself never does; here memory is measured.
     */
    mallopt(M_PERTURB, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_and_fetch),
        cmocka_unit_test(test_hostile_arguments),
        cmocka_unit_test(test_odd_arguments_are_quoted),
        cmocka_unit_test(test_refused_folder_names),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_retry),
        cmocka_unit_test(test_writes_are_not_retried),
        cmocka_unit_test(test_uidvalidity_change_stops_the_retry),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_oversize_row),
        cmocka_unit_test(test_openings),
        cmocka_unit_test(test_opening_is_guarded),
        cmocka_unit_test(test_no_logger_is_left),
        cmocka_unit_test(test_unreachable),
    };
    return cmocka_run_group_tests_name("imap_session", tests, NULL, NULL);
}
