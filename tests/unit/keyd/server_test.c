/* Whole mail through the agent: the server in a process of its own, confined as it is in earnest,
 * asked by the client that gateway and administration use, with what crypto/cms.h makes and reads.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/listen.h"
#include "base/log.h"
#include "crypto/agent.h"
#include "crypto/cms.h"
#include "crypto/request.h"
#include "crypto/seal.h"
#include "keyd/server.h"
#include "tests/unit/test.h"

enum { ROOM = 8 << 20 };

static char folder[] = "/tmp/waxseal-server-XXXXXX", gate_path[64], admin_path[64];
static pid_t server;

static int serve(void)
{
    struct agency agency = {.locked = false};
    struct server_door doors[SERVER_DOORS] = {
        {.which = AGENT_GATE, .users = {getuid()}, .user_count = 1, .threads = 3},
        {.which = AGENT_ADMIN, .users = {getuid()}, .user_count = 1, .threads = 2}};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    log_init(STDERR_FILENO, LOG_ERROR, "test");
    /* a test key */
    if (master_read(STR("00112233445566778899aabbccddeeff102132435465768798a9babbdcedfe0f"),
                    &agency.master, NULL) != RC_OK ||
        limits_new(64, 1000, &agency.limits, NULL) != RC_OK ||
        listen_unix(str_c(gate_path), 64, true, &doors[0].fd, NULL) != RC_OK ||
        listen_unix(str_c(admin_path), 64, true, &doors[1].fd, NULL) != RC_OK)
        return 1;
    rc_t rc = server_run(&agency, doors, NULL);
    limits_free(agency.limits);
    return rc == RC_OK ? 0 : 2;
}

static struct agent gate(void)
{
    return (struct agent){.socket = str_c(gate_path), .timeout_ms = 30000};
}
static struct agent admin(void)
{
    return (struct agent){.socket = str_c(admin_path), .timeout_ms = 30000};
}

static int start(void **state)
{
    (void) state;
    if (!mkdtemp(folder)) return 1;
    snprintf(gate_path, sizeof gate_path, "%s/gate", folder);
    snprintf(admin_path, sizeof admin_path, "%s/admin", folder);
    server = fork();
    if (server == 0) _exit(serve());
    const struct agent g = admin();
    for (int i = 0; i < 6000; i++) { /* until it listens; a hang fails */
        CLEANUP_ARENA struct arena *a = arena_new(ROOM);
        struct agent_state s;
        if (agent_ping(&g, a, &s, NULL) == RC_OK) return 0;
        usleep(10000);
    }
    return 1;
}

static int stop(void **state)
{
    (void) state;
    int status = 1;
    kill(server, SIGTERM);
    waitpid(server, &status, 0);
    unlink(gate_path);
    unlink(admin_path);
    rmdir(folder);
    return status; /* it ended by itself, with 0 */
}

/* --- what a test works with ----------------------------------------------------------- */

struct mailbox {
    struct agent_key key;
    struct cert *cert;
};

static struct mailbox import(const char *file, struct arena *a)
{
    char path[128];
    static char p12[1 << 16];
    struct err e;
    struct agent_import got;
    const struct agent g = admin();
    snprintf(path, sizeof path, "tests/fixtures/p12/%s.p12", file);
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, p12, sizeof p12);
    assert_true(fd >= 0 && n > 0);
    close(fd);
    if (agent_import_p12(&g, AGENT_MAILBOX, STR("acme"), STR("a@b.c"), str_n(p12, (size_t) n),
                         STR("corpus"), a, &got, &e) != RC_OK)
        fail_msg("%s: %s (%s)", file, e.message, e.detail);
    struct mailbox m = {.key = {.organisation = STR("acme"),
                                .mailbox = STR("a@b.c"),
                                .id = got.keys[0].id,
                                .sealed = got.keys[0].sealed}};
    assert_int_equal(cert_parse(got.keys[0].certificate, &m.cert, &e), RC_OK);
    return m;
}

/* As the gateway will: find the recipient info, have it opened, open the message. */
static rc_t open_mail(const struct mailbox *m, str_t der, struct arena *a, struct buf *out,
                      struct err *e)
{
    const struct agent g = gate();
    struct cms_envelope envelope;
    str_t content_key = STR_NULL;
    TRY(cms_envelope_read(der, a, &envelope, e));
    const struct cms_recipient *r = &envelope.recipients[0];
    rc_t rc = r->kind == CMS_KEY_ECDH
                  ? agent_derive(&g, &m->key, r->key_algorithm, r->originator_key, r->ukm,
                                 r->encrypted_key, a, &content_key, e)
                  : agent_unwrap(&g, &m->key, r->key_algorithm, r->encrypted_key,
                                 envelope.key_bytes, a, &content_key, e);
    return rc == RC_OK ? cms_envelope_open(der, content_key, out, e) : rc;
}

static const char *const files[] = {"key-rsa3072", "key-p256", "key-p384", "rsa2048-default"};
enum { FILES = sizeof files / sizeof *files };

static void mail_is_opened(void **state)
{
    (void) state;
    for (size_t i = 0; i < FILES; i++)
        for (int cipher = 0; cipher < 2; cipher++) {
            CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
            CLEANUP_BUF struct buf der = BUF_INIT(ROOM);
            CLEANUP_BUF struct buf plain = BUF_INIT_SECRET(ROOM);
            struct err e = {0};
            struct mailbox m = import(files[i], a);
            assert_int_equal(cms_encrypt(STR("the text"), &m.cert, 1,
                                         cipher ? CMS_AES_256_CBC : CMS_AES_256_GCM, STR_NULL, NULL,
                                         &der, &e),
                             RC_OK);
            if (open_mail(&m, buf_view(&der), a, &plain, &e) != RC_OK)
                fail_msg("%s: %s (%s)", files[i], e.message, e.detail);
            assert_str(buf_view(&plain), STR("the text"));
            cert_unref(m.cert);
        }
}

/* A damaged key: RSA v1.5 answers with a key that opens nothing, ECDH with a failure. Who asks sees
 * one code. */
static void damaged_mail_fails_in_one_way(void **state)
{
    (void) state;
    static const char *const names[] = {"rsa2048-default", "key-p256"};
    for (size_t i = 0; i < 2; i++) {
        CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
        CLEANUP_BUF struct buf der = BUF_INIT(ROOM);
        CLEANUP_BUF struct buf plain = BUF_INIT_SECRET(ROOM);
        struct err e = {0};
        struct cms_envelope envelope;
        struct mailbox m = import(names[i], a);
        const struct agent g = gate();
        assert_int_equal(
            cms_encrypt(STR("x"), &m.cert, 1, CMS_AES_256_GCM, STR_NULL, NULL, &der, &e), RC_OK);
        assert_int_equal(cms_envelope_read(buf_view(&der), a, &envelope, &e), RC_OK);
        ptrdiff_t at = str_find(buf_view(&der), envelope.recipients[0].encrypted_key);
        assert_true(at > 0);
        der.p[at + 9] = (char) (der.p[at + 9] ^ 1);
        assert_int_equal(open_mail(&m, buf_view(&der), a, &plain, &e), RC_DECRYPT_FAILED);
        assert_int_equal(plain.n, 0);
        assert_int_equal(agent_failed(&g, &m.key, &e), RC_OK);
        cert_unref(m.cert);
    }
}

static rc_t sign_mail(const struct mailbox *m, bool pss, struct arena *a, struct buf *out,
                      struct err *e)
{
    const struct agent g = gate();
    const struct cms_sign_options o = {.signer = m->cert, .signing_time = 1700000000};
    const char *name = cms_sign_digest(m->cert);
    unsigned char digest[64];
    size_t n = 0;
    str_t signature;
    CLEANUP_BUF struct buf state = BUF_INIT(ROOM);
    CLEANUP_BUF struct buf attributes = BUF_INIT(ROOM);
    TRY(cms_digest(name, STR("the text"), digest, &n, e));
    TRY(cms_sign_prepare(&o, str_n(digest, n), &state, &attributes, e));
    const struct agent_signing what = {.digest_name = str_c(name),
                                       .pss = pss,
                                       .attributes = buf_view(&attributes),
                                       .digest = str_n(digest, n)};
    TRY(agent_sign(&g, &m->key, &what, a, &signature, e));
    return cms_sign_finish(buf_view(&state), signature, STR_NULL, out, e);
}

static void mail_is_signed(void **state)
{
    (void) state;
    for (size_t i = 0; i < FILES; i++) {
        CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
        CLEANUP_BUF struct buf der = BUF_INIT(ROOM);
        CLEANUP_BUF struct buf content = BUF_INIT(ROOM);
        struct err e = {0};
        struct cms_signed result;
        struct mailbox m = import(files[i], a);
        if (sign_mail(&m, false, a, &der, &e) != RC_OK)
            fail_msg("%s: %s (%s)", files[i], e.message, e.detail);
        const struct cms_verify_options o = {.now = 1700000000};
        assert_int_equal(cms_verify(buf_view(&der), STR("the text"), &o, a, &content, &result, &e),
                         RC_OK);
        assert_int_equal(result.count, 1);
        assert_int_equal(result.signers[0].integrity, CMS_INTACT);
        cms_signed_free(&result);
        cert_unref(m.cert);
    }
}

static void what_is_no_signed_attributes_is_refused(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
    const struct agent g = gate();
    struct err e;
    str_t out = STR("untouched");
    struct mailbox m = import("key-p256", a);
    unsigned char digest[32] = {1};
    const struct agent_signing what = {.digest_name = STR("sha256"),
                                       .attributes = STR("to be signed"),
                                       .digest = str_n(digest, 32)};
    assert_int_equal(agent_sign(&g, &m.key, &what, a, &out, &e), RC_FORBIDDEN);
    assert_str(out, STR("untouched"));
    cert_unref(m.cert);
}

static void keys_are_made_and_ask_for_certificates(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
    const struct agent g = admin();
    struct err e;
    struct agent_imported made;
    str_t request, sealed, out = STR("untouched");
    assert_int_equal(
        agent_generate(&g, AGENT_MAILBOX, STR("acme"), STR("new@b.c"), STR("p384"), a, &made, &e),
        RC_OK);
    assert_int_equal(made.bits, 384);
    assert_true(str_is_null(made.certificate));
    struct agent_key key = {.organisation = STR("acme"),
                            .mailbox = STR("new@b.c"),
                            .id = made.id,
                            .sealed = made.sealed};
    assert_int_equal(agent_request(&g, &key, STR("New"), STR("new@b.c"), a, &request, &e), RC_OK);
    assert_int_equal(request_check(request, &e), RC_OK);
    assert_int_equal(agent_request(&g, &key, STR("New"), STR("no address"), a, &out, &e),
                     RC_FORBIDDEN);
    assert_int_equal(agent_reseal(&g, &key, STR("renamed@b.c"), a, &sealed, &e), RC_OK);
    key.sealed = sealed;
    assert_int_equal(agent_request(&g, &key, STR("New"), STR("new@b.c"), a, &out, &e), RC_DAMAGED);
    key.mailbox = STR("renamed@b.c");
    assert_int_equal(agent_request(&g, &key, STR("New"), STR("new@b.c"), a, &request, &e), RC_OK);
    assert_int_equal(agent_issue(&g, &key, STR("tbs"), a, &out, &e), RC_FORBIDDEN);
    assert_str(out, STR("untouched"));
    assert_int_equal(agent_generate(&g, AGENT_MAILBOX, STR("acme"), STR("new@b.c"), STR("rsa1024"),
                                    a, &made, &e),
                     RC_UNSUPPORTED);
}

static void files_that_do_not_open_say_why(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new_secret(ROOM);
    const struct agent g = admin();
    struct agent_import got;
    struct err e;
    assert_int_equal(agent_import_p12(&g, AGENT_MAILBOX, STR("acme"), STR("a@b.c"), STR("nothing"),
                                      STR("x"), a, &got, &e),
                     RC_DAMAGED);
    struct agent_state s;
    assert_int_equal(agent_ping(&g, a, &s, &e), RC_OK);
    assert_int_equal(s.master_keys, 1);
    assert_int_equal(s.master_key.n, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_is_opened),
        cmocka_unit_test(damaged_mail_fails_in_one_way),
        cmocka_unit_test(mail_is_signed),
        cmocka_unit_test(what_is_no_signed_attributes_is_refused),
        cmocka_unit_test(keys_are_made_and_ask_for_certificates),
        cmocka_unit_test(files_that_do_not_open_say_why),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
