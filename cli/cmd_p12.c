/* waxsealctl p12 inspect: what is in a PKCS#12 file, or why it does not open. The code that reads
 * it is the keyring's, the same as in the browser.
 */
#include <stdio.h>

#include "cli/command.h"
#include "cli/keys.h"
#include "crypto/cert.h"

static const char *sentence(enum keyring_rc rc)
{
    switch (rc) {
    case KEYRING_WRONG_PASSPHRASE:
        return "The passphrase does not fit this file.";
    case KEYRING_UNSUPPORTED:
        return "The file uses an algorithm that is not supported.";
    case KEYRING_EMPTY:
        return "There is no private key in the file.";
    default:
        return "The file is damaged or is not a PKCS#12 file.";
    }
}

/* The four reasons the interface knows. */
static const char *error_code(enum keyring_rc rc)
{
    if (rc == KEYRING_REFUSED || rc == KEYRING_FAILED) return "damaged";
    return keyring_word(rc);
}

static int fail(const char *code, const char *message)
{
    CLEANUP_JSON json_t *v = json_object();
    json_t *error = json_object();
    json_put_str(error, "code", str_c(code));
    json_put_str(error, "message", str_c(message));
    json_object_set_new(v, "error", error);
    cli_print(v);
    return EXIT_FAILED;
}

static json_t *describe_cert(const struct keyring *k, size_t i, struct arena *a)
{
    json_t *v = json_object();
    size_t n;
    const uint8_t *der = keyring_cert(k, i, &n);
    struct cert *c = NULL;
    struct cert_info info;
    if (cert_parse(str_n(der, n), &c, NULL) != RC_OK) return v;
    if (cert_describe(c, a, &info, NULL) == RC_OK) {
        json_put_str(v, "fingerprint", arena_str(a, cert_fingerprint(c)));
        json_put_str(v, "subject", info.subject);
        json_put_str(v, "issuer", info.issuer);
        json_put_str(v, "serial", info.serial);
        json_t *list = json_array();
        for (size_t k2 = 0; k2 < info.address_count; k2++) {
            json_array_append_new(list, json_from_str(info.addresses[k2]));
        }
        json_object_set_new(v, "addresses", list);
        json_put_str(v, "not_before", cli_format_time(info.not_before, a));
        json_put_str(v, "not_after", cli_format_time(info.not_after, a));
        json_put_str(v, "algorithm", str_c(info.key_algorithm));
        json_put_int(v, "bits", info.key_bits);
        json_put_str(v, "curve", info.curve);
        json_put_bool(v, "can_sign", info.can_sign);
        json_put_bool(v, "can_encrypt", info.can_encrypt);
        json_put_bool(v, "authority", info.is_ca);
        json_put_bool(v, "weak", info.weak);
    }
    cert_unref(c);
    return v;
}

static json_t *describe_key(const struct keyring *k, size_t i)
{
    json_t *v = json_object();
    unsigned bits = 0;
    const char *type = keyring_key_type(k, i, &bits), *name = keyring_key_name(k, i);
    int cert = keyring_key_cert(k, i);
    json_put_str(v, "type", str_c(type));
    json_put_int(v, "bits", bits);
    json_put_str(v, "name", name ? str_c(name) : STR_NULL);
    if (cert >= 0)
        json_put_int(v, "certificate", cert);
    else
        json_object_set_new(v, "certificate", json_null());
    return v;
}

static int inspect(const struct keyring *k)
{
    CLEANUP_ARENA struct arena *a = arena_new(16 << 20);
    if (!a) return fail("damaged", err_sentence(RC_NO_MEMORY));
    CLEANUP_JSON json_t *v = json_object();
    json_t *keys = json_array(), *certs = json_array();
    for (size_t i = 0; i < keyring_key_count(k); i++) {
        json_array_append_new(keys, describe_key(k, i));
    }
    for (size_t i = 0; i < keyring_cert_count(k); i++) {
        json_array_append_new(certs, describe_cert(k, i, a));
    }
    json_object_set_new(v, "keys", keys);
    json_object_set_new(v, "certificates", certs);
    cli_print(v);
    return EXIT_FINE;
}

int cmd_p12_inspect(int argc, char **argv)
{
    const char *passphrase_file = NULL, *file = NULL;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--passphrase-file") == 0 && i + 1 < argc)
            passphrase_file = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1] != '\0')
            return cli_usage("unknown option");
        else if (file)
            return cli_usage("p12 inspect takes one file");
        else
            file = argv[i];
    }
    if (!file || !passphrase_file) return cli_usage("p12 inspect --passphrase-file F FILE");
    CLEANUP_BUF struct buf p12 = BUF_INIT_SECRET(CLI_KEY_FILE_MAX);
    CLEANUP_BUF struct buf passphrase = BUF_INIT_SECRET(4096);
    struct err e = {0};
    if (cli_read_file(file, &p12, &e) != RC_OK ||
        cli_read_passphrase(passphrase_file, &passphrase, &e) != RC_OK) {
        fprintf(stderr, "waxsealctl: %s\n", e.message);
        return fail("damaged", e.message);
    }
    struct keyring *k = NULL;
    enum keyring_rc rc = keyring_new(&k);
    if (rc == KEYRING_OK) {
        rc = keyring_open(k, (const uint8_t *) p12.p, p12.n, passphrase.p ? passphrase.p : "",
                          passphrase.n);
    }
    int code = rc == KEYRING_OK ? inspect(k) : fail(error_code(rc), sentence(rc));
    keyring_free(k);
    return code;
}
