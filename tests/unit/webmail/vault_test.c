/* The vault: what is stored how, which certificate is in use, and what may take a file's place. */
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include "base/b64.h"
#include "crypto/keyring/keyring.h"
#include "crypto/request.h"
#include "policy/asking.h"
#include "tests/unit/webmail/people.h"
#include "webmail/contacts/contacts.h"
#include "webmail/settings/settings.h"
#include "webmail/smime/vault.h"

#define DIGITAL "digitalSignature,keyAgreement"

/* A PKCS#12 file with key and certificate, then in the strong form with `iterations`. */
static str_t p12_of(struct arena *a, const struct pki *p, uint32_t iterations)
{
    struct keyring *k = NULL;
    unsigned char *der = NULL;
    uint8_t *strong = NULL;
    size_t n = 0;
    PKCS12 *p12 = PKCS12_create("weak", "Test key", p->key, p->x, NULL, 0, 0, 1000, 1000, 0);
    int len = i2d_PKCS12(p12, &der);
    str_t out = arena_str(a, str_n(der, (size_t) len));
    if (iterations) {
        assert_int_equal(keyring_new(&k), KEYRING_OK);
        assert_int_equal(keyring_open(k, der, (size_t) len, "weak", 4), KEYRING_OK);
        assert_int_equal(keyring_rewrap(k, "a good passphrase", 17, iterations, &strong, &n),
                         KEYRING_OK);
        out = arena_str(a, str_n(strong, n));
        keyring_release(strong, n);
        keyring_free(k);
    }
    OPENSSL_free(der);
    PKCS12_free(p12);
    return out;
}

static rc_t store_key(struct rig *r, const char *user, str_t p12, const struct pki *p, json_t **out,
                      struct err *e)
{
    struct rig_call *rc = rig_call(r, user);
    rc->c.in = json_object();
    json_put_str(rc->c.in, "p12", b64_encode(rc->c.arena, p12));
    json_put_str(rc->c.in, "label", STR("Work"));
    json_object_set_new(rc->c.in, "certificates", json_array());
    json_array_append_new(json_object_get(rc->c.in, "certificates"),
                          json_from_str(b64_encode(rc->c.arena, cert_der(p->cert))));
    rc_t code = vault_add(&rc->c, e);
    if (out) *out = json_incref(rc->c.out);
    rig_call_free(rc);
    return code;
}

static rc_t get_file(struct rig *r, const char *user, const char *id, str_t *p12, size_t *downloads,
                     struct arena *a)
{
    struct rig_call *rc = rig_call(r, user);
    rc->q.params[0] = str_c(id);
    rc_t code = vault_file(&rc->c, NULL);
    if (code == RC_OK) {
        assert_true(
            b64_decode(a, str_c(json_string_value(json_object_get(rc->c.out, "p12"))), p12));
        *downloads = json_array_size(json_object_get(rc->c.out, "downloads"));
    }
    rig_call_free(rc);
    return code;
}

static void keeps_strong_files_only(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct err e = {0};
    json_t *key = NULL;
    struct pki own = leaf("email:alice@demo.test", -5, 50, DIGITAL, &root);
    assert_int_equal(store_key(r, "alice@demo.test", p12_of(a, &own, 0), &own, NULL, &e),
                     RC_INVALID);
    assert_string_equal(e.field, "p12");
    assert_int_equal(store_key(r, "alice@demo.test", STR("no file"), &own, NULL, &e), RC_INVALID);
    str_t strong = p12_of(a, &own, VAULT_MIN_ITERATIONS);
    assert_int_equal(store_key(r, "alice@demo.test", strong, &own, &key, &e), RC_OK);
    const char *id = json_string_value(json_object_get(key, "id"));
    str_t back;
    size_t downloads;
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_str(back, strong);
    assert_int_equal(downloads, 1);
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_int_equal(downloads, 2);
    /* Nobody else's id opens it, and what Redis holds is sealed. */
    assert_int_equal(get_file(r, "bob@demo.test", id, &back, &downloads, a), RC_NOT_FOUND);
    str_t name = arena_printf(a, "test:u:alice@demo.test:keyfile:%s", id);
    str_t sealed = RIG_REDIS(r, a, STR("GET"), name).s;
    assert_true(str_find(sealed, str_sub(strong, 40, 80)) < 0);
    /* A file moved to another user's place does not open there. */
    RIG_REDIS(r, a, STR("SET"), arena_printf(a, "test:u:bob@demo.test:keyfile:%s", id), sealed);
    str_t doc = RIG_REDIS(r, a, STR("GET"), STR("test:u:alice@demo.test:keys")).s;
    RIG_REDIS(r, a, STR("SET"), STR("test:u:bob@demo.test:keys"), doc);
    assert_int_equal(get_file(r, "bob@demo.test", id, &back, &downloads, a), RC_DAMAGED);
    json_decref(key);
    pki_free(&own);
}

static rc_t set_primary(struct rig *r, const char *field, str_t fingerprint, struct err *e)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->c.in = json_object();
    json_put_str(rc->c.in, field, fingerprint);
    rc_t code = vault_set_primary(&rc->c, e);
    rig_call_free(rc);
    return code;
}

static void expect_own(struct rig *r, size_t count, const struct pki *sign,
                       const struct pki *encrypt)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct own_certificates own;
    assert_int_equal(vault_own_certificates(&rc->c, &own, NULL), RC_OK);
    assert_int_equal(own.count, count);
    assert_true(sign ? cert_equal(own.sign, sign->cert) : own.sign == NULL);
    assert_true(encrypt ? cert_equal(own.encrypt, encrypt->cert) : own.encrypt == NULL);
    own_certificates_free(&own);
    rig_call_free(rc);
}

static void chooses_own_certificates(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    struct err e = {0};
    struct pki both = leaf("email:alice@demo.test", -50, 50, DIGITAL, &root);
    struct pki sign = leaf("email:alice@demo.test", -5, 50, "digitalSignature", &root);
    struct pki old = leaf("email:alice@demo.test", -90, -1, DIGITAL, &root);
    struct pki other = leaf("email:alice@else.test", -1, 90, DIGITAL, &root);
    const struct pki *all[] = {&both, &sign, &old, &other};
    expect_own(r, 0, NULL, NULL);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(store_key(r, "alice@demo.test", p12_of(a, all[i], VAULT_MIN_ITERATIONS),
                                   all[i], NULL, &e),
                         RC_OK);
    expect_own(r, 4, &sign, &both);
    assert_int_equal(set_primary(r, "sign", cert_fingerprint(both.cert), &e), RC_OK);
    expect_own(r, 4, &both, &both);
    assert_int_equal(set_primary(r, "encrypt", cert_fingerprint(sign.cert), &e), RC_INVALID);
    assert_int_equal(set_primary(r, "sign", STR("00"), &e), RC_INVALID);
    assert_int_equal(set_primary(r, "sign", STR_NULL, &e), RC_OK);
    expect_own(r, 4, &sign, &both);
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct recipient_certificate found;
    assert_int_equal(contacts_find_certificate(&rc->c, STR("alice@demo.test"), NULL, &found, NULL),
                     RC_OK);
    assert_int_equal(found.status, RECIPIENT_READY);
    assert_true(cert_equal(found.cert, both.cert));
    cert_unref(found.cert);
    rig_call_free(rc);
    for (size_t i = 0; i < 4; i++)
        pki_free((struct pki *) all[i]);
}

/* --- keys made in the browser, and files that take another's place -----------------------------
 */

/* names: of the subjectAltName, in OpenSSL's words; NULL: none. */
static str_t request_naming(struct arena *a, EVP_PKEY *key, EVP_PKEY *signer, const EVP_MD *md,
                            const char *names)
{
    X509_REQ *req = X509_REQ_new();
    if (names) {
        STACK_OF(X509_EXTENSION) *all = sk_X509_EXTENSION_new_null();
        X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
        assert_non_null(san);
        sk_X509_EXTENSION_push(all, san);
        assert_int_equal(X509_REQ_add_extensions(req, all), 1);
        sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
    }
    unsigned char *der = NULL;
    X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8,
                               (const unsigned char *) "Waxseal test key", -1, -1, 0);
    X509_REQ_set_pubkey(req, key);
    assert_true(X509_REQ_sign(req, signer, md) > 0);
    int n = i2d_X509_REQ(req, &der);
    str_t out = arena_str(a, str_n(der, (size_t) n));
    OPENSSL_free(der);
    X509_REQ_free(req);
    return out;
}

static str_t request_of(struct arena *a, EVP_PKEY *key, EVP_PKEY *signer, const EVP_MD *md)
{
    return request_naming(a, key, signer, md, NULL);
}

/* What an organisation's authority is asked for: this address, by this key, strong, and only that.
 */
static void checks_requests_of_an_address(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const struct {
        const char *names;
        rc_t rc;
    } cases[] = {{"email:eve@demo.test", RC_OK},
                 {"email:Eve@DEMO.test", RC_OK},
                 {"email:mallory@demo.test", RC_INVALID},
                 {"email:eve@demo.test,email:boss@demo.test", RC_INVALID},
                 {"email:eve@demo.test,DNS:demo.test", RC_INVALID},
                 {"email:Eve <eve@demo.test>", RC_INVALID},
                 {"URI:mailto:eve@demo.test", RC_INVALID},
                 {NULL, RC_INVALID}};
    EVP_PKEY *small = pki_key("rsa1024"), *rsa = pki_key("rsa2048");
    struct pki one = PKI(.subject = "One");
    const str_t eve = STR("eve@demo.test");
    struct err e;
    str_t kind;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        str_t der = request_naming(a, one.key, one.key, EVP_sha256(), cases[i].names);
        e = (struct err){0};
        assert_int_equal(asking_check(der, eve, &e), cases[i].rc);
        if (cases[i].rc != RC_OK) assert_string_equal(e.field, "request");
    }
    const char *mine = cases[0].names;
    assert_int_equal(asking_check(request_naming(a, rsa, one.key, EVP_sha256(), mine), eve, &e),
                     RC_DAMAGED);
    assert_int_equal(asking_check(request_naming(a, small, small, EVP_sha256(), mine), eve, &e),
                     RC_UNSUPPORTED);
    assert_int_equal(asking_check(request_naming(a, rsa, rsa, EVP_sha1(), mine), eve, &e),
                     RC_UNSUPPORTED);
    str_t good = request_naming(a, rsa, rsa, EVP_sha256(), mine);
    assert_int_equal(request_algorithm(good, a, &kind, NULL), RC_OK);
    assert_true(str_eq(kind, STR("RSA 2048")));
    assert_false(request_has_key_of(good, one.cert));
    EVP_PKEY_free(small);
    EVP_PKEY_free(rsa);
    pki_free(&one);
}

static void checks_requests(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    struct pki one = PKI(.subject = "One"), two = PKI(.subject = "Two"),
               same = PKI(.subject = "Same", .key_of = &one);
    EVP_PKEY *small = pki_key("rsa1024"), *rsa = pki_key("rsa2048"), *ed = pki_key("ed25519");
    str_t good = request_of(a, one.key, one.key, EVP_sha256());
    assert_int_equal(request_check(good, NULL), RC_OK);
    assert_int_equal(request_check(request_of(a, rsa, rsa, EVP_sha512()), NULL), RC_OK);
    assert_true(request_has_key_of(good, one.cert));
    assert_true(request_has_key_of(good, same.cert));
    assert_false(request_has_key_of(good, two.cert));
    assert_true(cert_same_key(one.cert, same.cert));
    assert_false(cert_same_key(one.cert, two.cert));
    /* signed by another key; a byte more, a byte less; kinds we do not use */
    assert_int_equal(request_check(request_of(a, one.key, two.key, EVP_sha256()), NULL),
                     RC_DAMAGED);
    assert_int_equal(request_check(STR("0"), NULL), RC_DAMAGED);
    assert_int_equal(request_check(str_sub(good, 0, good.n - 1), NULL), RC_DAMAGED);
    char *more = arena_alloc(a, good.n + 1);
    memcpy(more, good.p, good.n);
    more[good.n] = 0;
    assert_int_equal(request_check(str_n(more, good.n + 1), NULL), RC_DAMAGED);
    assert_false(request_has_key_of(str_n(more, good.n + 1), one.cert));
    assert_int_equal(request_check(request_of(a, small, small, EVP_sha256()), NULL),
                     RC_UNSUPPORTED);
    assert_int_equal(request_check(request_of(a, rsa, rsa, EVP_sha1()), NULL), RC_UNSUPPORTED);
    assert_int_equal(request_check(request_of(a, ed, ed, NULL), NULL), RC_UNSUPPORTED);
    assert_int_equal(
        request_check(str_n(arena_alloc(a, REQUEST_MAX_BYTES + 1), REQUEST_MAX_BYTES + 1), NULL),
        RC_TOO_LARGE);
    EVP_PKEY_free(small);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ed);
    pki_free(&one);
    pki_free(&two);
    pki_free(&same);
}

/* Any request to the vault. Members that are null slices or NULL are left out. */
struct sent {
    str_t p12, label, request, version;
    const struct pki *const *certificates; /* ends with NULL */
};

static rc_t ask(struct rig *r, const char *id, const struct sent *s, json_t **out, struct err *e)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct arena *a = rc->c.arena;
    rc->c.in = json_object();
    rc->q.params[0] = str_c(id);
    if (s->p12.p) json_put_str(rc->c.in, "p12", b64_encode(a, s->p12));
    if (s->label.p) json_put_str(rc->c.in, "label", s->label);
    if (s->version.p) json_put_str(rc->c.in, "version", s->version);
    if (s->request.p) json_put_str(rc->c.in, "request", b64_encode(a, s->request));
    if (s->certificates) {
        json_t *list = json_array();
        for (size_t i = 0; s->certificates[i]; i++)
            json_array_append_new(list,
                                  json_from_str(b64_encode(a, cert_der(s->certificates[i]->cert))));
        json_object_set_new(rc->c.in, "certificates", list);
    }
    rc_t code = id ? vault_replace(&rc->c, e) : vault_add(&rc->c, e);
    if (out) *out = json_incref(rc->c.out);
    rig_call_free(rc);
    return code;
}
#define CERTS(...) ((const struct pki *const[]){__VA_ARGS__, NULL})
static const struct pki *const nobody[] = {NULL};

static size_t count_files(struct rig *r, struct arena *a)
{
    return RIG_REDIS(r, a, STR("KEYS"), STR("test:u:alice@demo.test:keyfile:*")).count;
}

static void a_request_waits_for_its_certificate(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct err e = {0};
    json_t *key = NULL, *after = NULL;
    struct pki own = leaf("email:alice@demo.test", -5, 50, DIGITAL, &root);
    struct pki renewed =
        PKI(.subject = "Leaf", .san = "email:alice@demo.test", .usage = DIGITAL, .key_of = &own,
            .issuer = &root, .from = today() - PKI_DAY, .to = today() + 300 * PKI_DAY);
    struct pki other = leaf("email:alice@demo.test", -5, 50, DIGITAL, &root);
    str_t file = p12_of(a, &own, VAULT_MIN_ITERATIONS);
    str_t request = request_of(a, own.key, own.key, EVP_sha256());
    const struct sent waiting = {.p12 = file, .certificates = nobody, .request = request};
    assert_int_equal(
        ask(r, NULL, &(struct sent){.p12 = file, .certificates = nobody, .request = STR("junk")},
            NULL, &e),
        RC_INVALID);
    assert_string_equal(e.field, "request");
    assert_int_equal(
        ask(r, NULL, &(struct sent){.p12 = file, .certificates = CERTS(&own), .request = request},
            NULL, &e),
        RC_INVALID);
    assert_int_equal(ask(r, NULL, &waiting, &key, &e), RC_OK);
    assert_str(json_text(json_object_get(key, "request")), b64_encode(a, request));
    const char *id = json_string_value(json_object_get(key, "id"));
    expect_own(r, 0, NULL, NULL);
    /* Somebody else's certificate is not taken, nor one without the file, nor a weak file. */
    assert_int_equal(
        ask(r, id, &(struct sent){.p12 = file, .certificates = CERTS(&other)}, NULL, &e),
        RC_INVALID);
    assert_string_equal(e.field, "certificates");
    assert_int_equal(ask(r, id, &(struct sent){.certificates = CERTS(&own)}, NULL, &e), RC_INVALID);
    assert_string_equal(e.field, "p12");
    assert_int_equal(ask(r, id,
                         &(struct sent){.p12 = p12_of(a, &own, 0), .certificates = CERTS(&own)},
                         NULL, &e),
                     RC_INVALID);
    assert_int_equal(count_files(r, a), 1);
    assert_int_equal(
        ask(r, id, &(struct sent){.p12 = file, .certificates = CERTS(&own, &root)}, &after, &e),
        RC_OK);
    assert_true(json_is_null(json_object_get(after, "request")));
    expect_own(r, 2, &own, &own);
    json_decref(after);
    /* Renewed with the same key: the old certificate stays, mail to it is still ours. */
    assert_int_equal(
        ask(r, id, &(struct sent){.p12 = file, .certificates = CERTS(&renewed)}, &after, &e),
        RC_OK);
    expect_own(r, 3, &renewed, &renewed);
    assert_int_equal(count_files(r, a), 1);
    json_decref(after);
    json_decref(key);
    pki_free(&own);
    pki_free(&renewed);
    pki_free(&other);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct err e = {0};
    json_t *key = NULL;
    struct pki own = leaf("email:alice@demo.test", -5, 50, DIGITAL, &root);
    str_t first = p12_of(a, &own, VAULT_MIN_ITERATIONS), back;
    str_t second = p12_of(a, &own, VAULT_MIN_ITERATIONS);
    size_t downloads;
    assert_int_equal(store_key(r, "alice@demo.test", first, &own, &key, &e), RC_OK);
    const char *id = json_string_value(json_object_get(key, "id"));
    assert_int_equal(ask(r, id, &(struct sent){.p12 = second, .version = STR("another")}, NULL, &e),
                     RC_CONFLICT);
    assert_int_equal(ask(r, id, &(struct sent){.p12 = p12_of(a, &own, 0)}, NULL, &e), RC_INVALID);
    assert_int_equal(ask(r, id, &(struct sent){.p12 = STR("junk")}, NULL, &e), RC_INVALID);
    assert_int_equal(ask(r, "0000", &(struct sent){.p12 = second}, NULL, &e), RC_NOT_FOUND);
    assert_int_equal(count_files(r, a), 1);
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_str(back, first);
    assert_int_equal(ask(r, id,
                         &(struct sent){.p12 = second, .version = str_c(id), .label = STR("Home")},
                         NULL, &e),
                     RC_OK);
    assert_int_equal(count_files(r, a), 1);
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_str(back, second);
    assert_int_equal(downloads, 2);
    /* The file that was replaced is no file of this key any more: put back, it does not open. */
    assert_int_equal(ask(r, id, &(struct sent){.p12 = first, .version = str_c(id)}, NULL, &e),
                     RC_CONFLICT);
    assert_int_equal(ask(r, id, &(struct sent){.label = STR("a\nb")}, NULL, &e), RC_INVALID);
    assert_int_equal(ask(r, id, &(struct sent){.label = STR("Only a name")}, NULL, &e), RC_OK);
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->q.params[0] = str_c(id);
    assert_int_equal(vault_delete(&rc->c, &e), RC_OK);
    assert_int_equal(count_files(r, a), 0);
    rig_call_free(rc);
    json_decref(key);
    pki_free(&own);
}

/* Passes on what one client and Redis say to each other, and loses the answer to the first script
 * that is run. */
static void pass_on(int client, const char *path, bool *lost)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    int redis = socket(AF_UNIX, SOCK_STREAM, 0);
    bool ran = false, going = connect(redis, (const struct sockaddr *) &to, sizeof to) == 0;
    while (going) {
        static char bytes[1 << 20];
        struct pollfd fds[] = {{.fd = client, .events = POLLIN}, {.fd = redis, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0) break;
        bool asks = fds[0].revents != 0;
        ssize_t n = read(asks ? client : redis, bytes, sizeof bytes);
        if (n <= 0) break;
        if (asks) ran = ran || str_find(str_n(bytes, (size_t) n), STR("EVAL")) >= 0;
        if (!asks && ran && !*lost) {
            *lost = true;
            break;
        }
        going = write(asks ? redis : client, bytes, (size_t) n) == n;
    }
    close(redis);
    close(client);
}

static pid_t start_loser(const char *path, const char *redis)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *) &at, sizeof at), 0);
    assert_int_equal(listen(fd, 4), 0);
    pid_t pid = fork();
    bool lost = false;
    while (pid == 0)
        pass_on(accept(fd, NULL, NULL), redis, &lost);
    close(fd);
    return pid;
}

/* The list names the new file already, and nobody told us. */
static void a_lost_answer_loses_no_key(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct err e = {0};
    json_t *key = NULL;
    struct pki own = leaf("email:alice@demo.test", -5, 50, DIGITAL, &root);
    str_t second = p12_of(a, &own, VAULT_MIN_ITERATIONS), back;
    size_t downloads;
    char path[80];
    assert_int_equal(
        store_key(r, "alice@demo.test", p12_of(a, &own, VAULT_MIN_ITERATIONS), &own, &key, &e),
        RC_OK);
    const char *id = json_string_value(json_object_get(key, "id"));
    snprintf(path, sizeof path, "%s/l", r->folder);
    struct kv *straight = r->kv;
    const struct kv_options o = {.socket = str_c(path), .timeout_ms = 20000};
    pid_t loser = start_loser(path, r->socket_path);
    assert_int_equal(kv_new(&o, &r->kv, NULL), RC_OK);
    assert_int_equal(ask(r, id, &(struct sent){.p12 = second}, NULL, &e), RC_STATE_DOWN);
    kv_free(r->kv);
    redis_stop(loser, path);
    r->kv = straight;
    assert_int_equal(get_file(r, "alice@demo.test", id, &back, &downloads, a), RC_OK);
    assert_str(back, second);
    json_decref(key);
    pki_free(&own);
}

/* --- reminders ---------------------------------------------------------------------------------
 */

static void reminds_in_steps(void **state)
{
    (void) state;
    static const struct {
        int64_t left; /* seconds */
        int dismissed, expected;
    } rows[] = {
        {31 * PKI_DAY, -1, -1},
        {30 * PKI_DAY + 1, -1, -1},
        {30 * PKI_DAY, -1, 30},
        {8 * PKI_DAY, -1, 30},
        {8 * PKI_DAY, 30, -1},
        {7 * PKI_DAY, 30, 7},
        {7 * PKI_DAY, 7, -1},
        {PKI_DAY, 7, 1},
        {PKI_DAY, 1, -1},
        {3600, -1, 1},
        {0, 1, 0},
        {-90 * PKI_DAY, 1, 0},
        {-90 * PKI_DAY, 0, -1},
        {20 * PKI_DAY, 7, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int got = vault_reminder(PKI_NOW + rows[i].left, PKI_NOW, rows[i].dismissed);
        if (got != rows[i].expected) fail_msg("row %zu: %d", i, got);
    }
}

static int reminder(struct rig *r, size_t at)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(vault_list(&rc->c, NULL), RC_OK);
    const json_t *key = json_array_get(json_object_get(rc->c.out, "keys"), at);
    const json_t *days = json_object_get(key, "reminder");
    assert_non_null(days);
    int out = json_is_null(days) ? -1 : (int) json_integer_value(days);
    rig_call_free(rc);
    return out;
}

static rc_t dismiss(struct rig *r, str_t fingerprint, const char *days)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->c.in = rig_json(arena_printf(rc->c.arena, "{\"security\":{\"reminded\":{\"%.*s\":%s}}}",
                                     STR_ARG(fingerprint), days)
                            .p);
    rc_t code = settings_put(&rc->c, NULL);
    rig_call_free(rc);
    return code;
}

static void reminds_of_what_is_in_use(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct err e = {0};
    struct pki ended = leaf("email:alice@demo.test", -90, -2, DIGITAL, &root);
    struct pki soon = leaf("email:alice@demo.test", -50, 5, DIGITAL, &root);
    struct pki fresh = leaf("email:alice@demo.test", -1, 300, DIGITAL, &root);
    assert_int_equal(
        store_key(r, "alice@demo.test", p12_of(a, &ended, VAULT_MIN_ITERATIONS), &ended, NULL, &e),
        RC_OK);
    assert_int_equal(reminder(r, 0), 0); /* nothing else is there */
    assert_int_equal(
        store_key(r, "alice@demo.test", p12_of(a, &soon, VAULT_MIN_ITERATIONS), &soon, NULL, &e),
        RC_OK);
    assert_int_equal(reminder(r, 0), -1); /* replaced long ago */
    assert_int_equal(reminder(r, 1), 7);
    assert_int_equal(dismiss(r, cert_fingerprint(soon.cert), "8"), RC_INVALID);
    assert_int_equal(dismiss(r, STR("xyz"), "7"), RC_INVALID);
    assert_int_equal(dismiss(r, cert_fingerprint(soon.cert), "7"), RC_OK);
    assert_int_equal(dismiss(r, cert_fingerprint(ended.cert), "0"), RC_OK);
    assert_int_equal(reminder(r, 1), -1);
    assert_int_equal(dismiss(r, cert_fingerprint(soon.cert), "null"), RC_OK);
    assert_int_equal(reminder(r, 1), 7);
    assert_int_equal(
        store_key(r, "alice@demo.test", p12_of(a, &fresh, VAULT_MIN_ITERATIONS), &fresh, NULL, &e),
        RC_OK);
    assert_int_equal(reminder(r, 1), -1); /* its successor is there */
    assert_int_equal(reminder(r, 2), -1);
    pki_free(&ended);
    pki_free(&soon);
    pki_free(&fresh);
}

/* What was chosen is used while it is valid; nothing that cannot be used can be chosen. */
static void a_choice_ends_with_its_certificate(void **state)
{
    struct rig *r = *state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    struct err e = {0};
    struct pki ended = leaf("email:alice@demo.test", -90, -2, DIGITAL, &root);
    struct pki fresh = leaf("email:alice@demo.test", -1, 300, DIGITAL, &root);
    struct pki foreign = leaf("email:bob@demo.test", -1, 300, DIGITAL, &root);
    const struct pki *all[] = {&ended, &fresh, &foreign};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(store_key(r, "alice@demo.test", p12_of(a, all[i], VAULT_MIN_ITERATIONS),
                                   all[i], NULL, &e),
                         RC_OK);
    static const char *const fields[] = {"sign", "encrypt"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(set_primary(r, fields[i], cert_fingerprint(ended.cert), &e), RC_INVALID);
        assert_int_equal(set_primary(r, fields[i], cert_fingerprint(foreign.cert), &e), RC_INVALID);
        assert_string_equal(e.field, fields[i]);
        assert_int_equal(set_primary(r, fields[i], cert_fingerprint(fresh.cert), &e), RC_OK);
    }
    expect_own(r, 3, &fresh, &fresh);
    for (size_t i = 0; i < 3; i++)
        pki_free((struct pki *) all[i]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(keeps_strong_files_only),
        T(chooses_own_certificates),
        T(checks_requests),
        T(checks_requests_of_an_address),
        T(a_request_waits_for_its_certificate),
        T(a_file_is_replaced_whole_or_not_at_all),
        T(a_lost_answer_loses_no_key),
        T(reminds_in_steps),
        T(reminds_of_what_is_in_use),
        T(a_choice_ends_with_its_certificate),
    };
    return cmocka_run_group_tests(tests, open_pki, close_pki);
}
