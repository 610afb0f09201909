#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/config.h"
#include "tests/unit/test.h"

#define GOOD_SERVER                                                                                \
    "[server]\nlisten = /run/w.sock\npublic_origin = https://mail.example\nstatic_dir = /s\n"      \
    "template_dir = /t\nredis_socket = /r\nhost_key_file = /k\ntrust_dir = /d\n"
#define GOOD_DOMAIN                                                                                \
    "[domain example.org]\nimap = imaps://imap.example.org:993\nsmtp = smtp://127.0.0.1:587\n"
#define GOOD_PLAN "[plan basic]\nsmime = off\n"

static rc_t load(const char *text, struct arena *a, struct config **c, struct err *e)
{
    char path[] = "/tmp/waxseal-config-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    rc_t rc = config_load(path, a, c, e);
    unlink(path);
    return rc;
}

static void reads_a_whole_file(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct config *c = NULL;
    struct err e;
    assert_int_equal(
        load(GOOD_SERVER
             "threads = 5\ntrusted_proxies = 127.0.0.1 10.0.0.0/8\n" GOOD_DOMAIN
             "login = %n\n[domain *]\nimap = imap://[::1]:143?starttls&ca=/ca.pem&name=x.y\n"
             "smtp = smtps://h:465\nplan = gold\n[plan gold]\nsmime = on\n" GOOD_PLAN,
             a, &c, &e),
        RC_OK);
    assert_int_equal(c->threads, 5);
    assert_int_equal(c->processes, 2);
    assert_str(c->instance, STR("waxseal"));
    assert_true(str_is_null(c->redis_user));
    assert_int_equal(c->trusted_proxy_count, 2);
    const struct config_domain *d = config_domain_of(c, STR("Bob@EXAMPLE.org"));
    assert_str(d->name, STR("example.org"));
    assert_int_equal(d->imap.tls, TLS_MODE_IMPLICIT);
    assert_int_equal(d->imap.port, 993);
    assert_true(str_is_null(d->sieve.host));
    assert_str(config_login_name(d, STR("Bob@EXAMPLE.org"), a), STR("Bob"));
    d = config_domain_of(c, STR("x@else.where"));
    assert_str(d->name, STR("*"));
    assert_str(d->imap.host, STR("::1"));
    assert_int_equal(d->imap.tls, TLS_MODE_STARTTLS);
    assert_str(d->imap.ca_file, STR("/ca.pem"));
    assert_str(d->imap.tls_name, STR("x.y"));
    assert_str(config_login_name(d, STR("x@else.where"), a), STR("x@else.where"));
}

#define KEYD                                                                                       \
    "[keyd]\ngate_socket = /g\nadmin_socket = /a\ngate_users = gate\nadmin_users = admin\n"        \
    "master_keys = /m\n"
#define GATE                                                                                       \
    "[gate]\nsubmission = 127.0.0.1:10025\nnext = smtp:127.0.0.1:10026\nname = mx.example.org\n"   \
    "postmaster = postmaster@example.org\nquarantine = quarantine@example.org\n"

static void reads_the_mail_flow(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct config *c = NULL;
    struct err e;
    assert_int_equal(load(GOOD_SERVER GOOD_DOMAIN GOOD_PLAN, a, &c, &e), RC_OK);
    assert_false(config_has_gate(c));
    assert_int_equal(
        load(GOOD_SERVER KEYD GATE
             "mailbox = unix:/run/in\nmailboxes = lmtp:unix:/run/lmtp\n" GOOD_DOMAIN GOOD_PLAN,
             a, &c, &e),
        RC_OK);
    assert_true(config_has_gate(c));
    assert_str(c->gate_submission.host, STR("127.0.0.1"));
    assert_int_equal(c->gate_submission.port, 10025);
    assert_str(c->gate_mailbox.path, STR("/run/in"));
    assert_false(c->gate_next.lmtp);
    assert_int_equal(c->gate_next.port, 10026);
    assert_true(c->gate_mailboxes.lmtp);
    assert_str(c->gate_mailboxes.path, STR("/run/lmtp"));
    assert_str(c->gate_quarantine, STR("quarantine@example.org"));
}

static void the_mail_flow_stays_on_this_machine(void **state)
{
    static const struct {
        const char *text, *key;
    } wrong[] = {
        {KEYD GATE "mailbox = unix:/run/in\n", "mailboxes"},
        {KEYD GATE "mailboxes = lmtp:10.0.0.1:24\n", "mailboxes"},
        {KEYD GATE "mailboxes = unix:/x\n", "mailboxes"},
        {KEYD GATE "mailbox = unix:relative\n", "mailbox"},
        {KEYD GATE "mailbox = 192.0.2.1:24\n", "mailbox"},
        {KEYD "[gate]\nnext = smtp:127.0.0.1:1\nname = x\npostmaster = a@b\nquarantine = q@b\n",
         "submission"},
        {KEYD "[gate]\nsubmission = unix:/s\nnext = smtp:127.0.0.1:1\nname = x\npostmaster = a\n"
              "quarantine = q@b\n",
         "postmaster"},
        {GATE, "[keyd]"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
        char text[2048];
        struct config *c = NULL;
        struct err e;
        snprintf(text, sizeof text, "%s%s%s", GOOD_SERVER, wrong[i].text, GOOD_DOMAIN GOOD_PLAN);
        assert_int_equal(load(text, a, &c, &e), RC_INVALID);
        assert_non_null(strstr(e.message, wrong[i].key));
    }
}

#define ADMIN(origin, listen, key)                                                                 \
    "[admin]\nlisten = " listen "\npublic_origin = " origin "\nkey_file = " key                    \
    "\nredis_user = admin\nthreads = 3\n"

static rc_t admin(const char *text, const struct config **out, struct arena *a, struct err *e)
{
    struct config *c = NULL;
    TRY(load(text, a, &c, e));
    return config_for_admin(c, a, out, e);
}

/* What mail brings into the client's page must never be able to act as an administrator. */
static void the_administration_is_apart(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(64 << 20);
    const struct config *c = NULL;
    struct err e = {0};
#define WHOLE(admin) GOOD_SERVER admin GOOD_DOMAIN GOOD_PLAN
    assert_int_equal(admin(WHOLE(ADMIN("https://admin.example", "/run/a.sock", "/a")), &c, a, &e),
                     RC_OK);
    assert_str(c->listen, STR("/run/a.sock"));
    assert_str(c->public_origin, STR("https://admin.example"));
    assert_str(c->host_key_file, STR("/a"));
    assert_str(c->redis_user, STR("admin"));
    assert_int_equal(c->threads, 3);
    assert_int_equal(c->session_idle_minutes, 30);
    assert_int_equal(c->session_max_hours, 12);
    assert_int_equal(admin(WHOLE(""), &c, a, &e), RC_INVALID);
    static const char *const same[] = {
        WHOLE(ADMIN("https://mail.example", "/run/a.sock", "/a")),
        WHOLE(ADMIN("https://MAIL.example", "/run/a.sock", "/a")),
        WHOLE(ADMIN("https://mail.example:443", "/run/a.sock", "/a")),
        WHOLE(ADMIN("https://mail.example/", "/run/a.sock", "/a")),
        WHOLE(ADMIN("https://admin.example", "/run/w.sock", "/a")),
        WHOLE(ADMIN("https://admin.example", "/run/a.sock", "/k")),
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(admin(same[i], &c, a, &e), RC_INVALID);
        assert_non_null(strstr(e.message, "another"));
    }
    assert_int_equal(
        admin(WHOLE(ADMIN("https://mail.example:8443", "/run/a.sock", "/a")), &c, a, &e), RC_OK);
}

#define TWO(name, login)                                                                           \
    "[domain " name "]\nimap = imap://localhost:143\nsmtp = smtp://localhost:25\nlogin = " login   \
    "\n"

static void takes_logins_that_cannot_be_the_same(void **state)
{
    (void) state;
    static const char *const rows[] = {
        GOOD_SERVER TWO("a.test", "%u") TWO("b.test", "%u") TWO("*", "%u") GOOD_PLAN,
        GOOD_SERVER TWO("a.test", "%n-a") TWO("b.test", "%n-b") GOOD_PLAN,
        GOOD_SERVER TWO("a.test", "%n") TWO("*", "%n@%d") GOOD_PLAN};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
        struct config *c = NULL;
        struct err e;
        if (load(rows[i], a, &c, &e) != RC_OK) fail_msg("row %zu: %s", i, e.message);
    }
}

static void names_the_wrong_line(void **state)
{
    (void) state;
    static const struct {
        const char *text, *expected; /* part of the message */
    } rows[] = {
        {GOOD_SERVER "threads = many\n" GOOD_DOMAIN GOOD_PLAN,
         ":9: threads: expected a number from 1 to 256, got \"many\""},
        {GOOD_SERVER "threads = 0\n" GOOD_DOMAIN GOOD_PLAN, ":9: threads: expected a number"},
        {GOOD_SERVER "colour = red\n" GOOD_DOMAIN GOOD_PLAN, ":9: colour: expected a known key"},
        {GOOD_SERVER "listen = /again\n" GOOD_DOMAIN GOOD_PLAN,
         ":9: listen: expected to be given once"},
        {GOOD_SERVER "nonsense\n" GOOD_DOMAIN GOOD_PLAN, ":9: expected [section] or key = value"},
        {GOOD_SERVER "[garden]\na = b\n" GOOD_DOMAIN GOOD_PLAN, ":10: expected a key inside"},
        {"[server]\nlisten = /x\n" GOOD_DOMAIN GOOD_PLAN,
         ":2: public_origin: expected https://HOST"},
        {GOOD_SERVER GOOD_PLAN, "expected a section [domain NAME]"},
        {GOOD_SERVER GOOD_DOMAIN, "plan: expected a plan that has a section"},
        {GOOD_DOMAIN GOOD_PLAN, "expected a section [server]"},
        {GOOD_SERVER
         "[domain a]\nimap = imap://mail.example:143\nsmtp = smtp://localhost:25\n" GOOD_PLAN,
         ":10: imap: expected"},
        {GOOD_SERVER "[domain a]\nimap = imaps://h:0\nsmtp = smtp://localhost:25\n" GOOD_PLAN,
         ":10: imap: expected"},
        {GOOD_SERVER
         "[domain a]\nimap = imaps://h:993?tls=no\nsmtp = smtp://localhost:25\n" GOOD_PLAN,
         ":10: imap: expected"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN "[fetch]\nallow = a:1\n",
         ":15: socket: expected the path of a Unix socket"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN "[fetch]\nsocket = /f\nallow = a\n",
         ":16: allow: expected HOST:PORT"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN "[fetch]\nsocket = /f\nallow = a:80 b:70000\n",
         ":16: allow: expected HOST:PORT"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN "[fetch]\nsocket = /f\nallow = ::1:80\n",
         ":16: allow: expected HOST:PORT"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN "[fetch]\nsocket = /f\nproxy = http://p\n",
         ":16: proxy: expected a known key"},
        {GOOD_SERVER "revocation = strict\n" GOOD_DOMAIN GOOD_PLAN,
         ":9: revocation: expected soft or hard"},
        {GOOD_SERVER "revocation = hard\n" GOOD_DOMAIN GOOD_PLAN,
         "revocation: expected a section [fetch] when it is hard"},
        {GOOD_SERVER "instance = Has Spaces\n" GOOD_DOMAIN GOOD_PLAN,
         ":9: instance: expected 1 to 32"},
        {GOOD_SERVER TWO("a.test", "%n") TWO("b.test", "%n") GOOD_PLAN, "login: expected a login"},
        {GOOD_SERVER TWO("a.test", "%n") TWO("b.test", "%n-b") GOOD_PLAN,
         "login: expected a login"},
        {GOOD_SERVER TWO("a.test", "%u") TWO("b.test", "%n@A.test") GOOD_PLAN, "no other domain"},
        {GOOD_SERVER TWO("*", "%u") TWO("b.test", "%n@a.test") GOOD_PLAN, "no other domain"},
        {GOOD_SERVER TWO("*", "%n") GOOD_PLAN, "no other domain"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
        struct config *c = NULL;
        struct err e;
        if (load(rows[i].text, a, &c, &e) == RC_OK) fail_msg("row %zu was accepted", i);
        if (!strstr(e.message, rows[i].expected)) fail_msg("row %zu: %s", i, e.message);
        assert_null(c);
    }
}

static void reads_the_places_that_may_be_asked(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct config *c = NULL;
    struct err e;
    assert_int_equal(load(GOOD_SERVER GOOD_DOMAIN GOOD_PLAN, a, &c, &e), RC_OK);
    assert_true(str_is_null(c->fetch_socket));
    assert_int_equal(c->fetch_allow_count, 0);
    assert_false(c->revocation_hard);
    assert_int_equal(load(GOOD_SERVER "revocation = hard\n" GOOD_DOMAIN GOOD_PLAN
                                      "[fetch]\nsocket = /run/f.sock\n",
                          a, &c, &e),
                     RC_OK);
    assert_true(c->revocation_hard);
    assert_true(c->fetch_issuers);
    assert_int_equal(load(GOOD_SERVER GOOD_DOMAIN GOOD_PLAN
                          "[fetch]\nsocket = /run/f.sock\nissuers = off\n",
                          a, &c, &e),
                     RC_OK);
    assert_false(c->fetch_issuers);
    assert_int_equal(load(GOOD_SERVER GOOD_DOMAIN GOOD_PLAN
                          "[fetch]\nsocket = /run/f.sock\nallow = CA.Example:8080  [FD00::1]:80\n",
                          a, &c, &e),
                     RC_OK);
    assert_str(c->fetch_socket, STR("/run/f.sock"));
    assert_true(str_is_null(c->fetch_users));
    assert_int_equal(c->fetch_threads, 8);
    assert_int_equal(c->fetch_allow_count, 2);
    assert_str(c->fetch_allow[0].host, STR("ca.example"));
    assert_int_equal(c->fetch_allow[0].port, 8080);
    assert_str(c->fetch_allow[1].host, STR("fd00::1"));
    assert_int_equal(c->fetch_allow[1].port, 80);
}

#define FETCH "[fetch]\nsocket = /run/f.sock\n"
#define STAFF                                                                                      \
    "[directory staff]\nurl = ldaps://ldap.example:636?name=l.example\nbase = dc=example\n"

static void reads_directories_and_whom_they_know(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct config *c = NULL;
    struct err e;
    assert_int_equal(load(GOOD_SERVER GOOD_DOMAIN GOOD_PLAN FETCH STAFF
                          "[directory other]\nurl = ldap://127.0.0.1:389\nbase = o=x\n"
                          "domains = One.example two.example\nbind_dn = cn=r\n"
                          "bind_password_file = /etc/p\n",
                          a, &c, &e),
                     RC_OK);
    assert_int_equal(c->directory_count, 2);
    const struct config_directory *d = config_directory_named(c, STR("staff"));
    assert_str(d->server.host, STR("ldap.example"));
    assert_str(d->server.tls_name, STR("l.example"));
    assert_int_equal(d->server.tls, TLS_MODE_IMPLICIT);
    assert_true(str_is_null(d->bind_dn));
    assert_ptr_equal(config_directory_of(c, STR("a@TWO.example")),
                     config_directory_named(c, STR("other")));
    assert_ptr_equal(config_directory_of(c, STR("a@three.example")), d);
    assert_null(config_directory_of(c, STR("nobody")));
    assert_null(config_directory_named(c, STR("none")));
}

static void refuses_directories_that_are_none(void **state)
{
    (void) state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN STAFF, "a section [fetch]"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN FETCH
         "[directory x]\nurl = ldap://ldap.example:389\nbase = o=x\n",
         "url: expected ldaps://"}, /* the password and the answer would go in the clear */
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN FETCH
         "[directory x]\nurl = imaps://ldap.example:636\nbase = o=x\n",
         "url: expected ldaps://"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN FETCH "[directory x]\nurl = ldaps://l.example:636\n",
         "base: expected"},
        {GOOD_SERVER GOOD_DOMAIN GOOD_PLAN FETCH
         "[directory X/Y]\nurl = ldaps://l.example:636\nbase = o=x\n",
         "[directory NAME]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
        struct config *c = NULL;
        struct err e;
        assert_int_equal(load(rows[i].text, a, &c, &e), RC_INVALID);
        if (!strstr(e.message, rows[i].expected)) fail_msg("row %zu: %s", i, e.message);
    }
}

static void says_when_there_is_no_file(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct config *c = NULL;
    struct err e;
    assert_int_equal(config_load("/nonexistent/waxseal.conf", a, &c, &e), RC_NOT_FOUND);
    assert_non_null(strstr(e.message, "/nonexistent/waxseal.conf: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_whole_file),
        cmocka_unit_test(reads_the_mail_flow),
        cmocka_unit_test(the_mail_flow_stays_on_this_machine),
        cmocka_unit_test(the_administration_is_apart),
        cmocka_unit_test(names_the_wrong_line),
        cmocka_unit_test(takes_logins_that_cannot_be_the_same),
        cmocka_unit_test(reads_the_places_that_may_be_asked),
        cmocka_unit_test(reads_directories_and_whom_they_know),
        cmocka_unit_test(refuses_directories_that_are_none),
        cmocka_unit_test(says_when_there_is_no_file),
    };
    return cmocka_run_group_tests_name("base/config", tests, NULL, NULL);
}
