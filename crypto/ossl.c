#include "crypto/ossl.h"

#include <openssl/err.h>
#include <pthread.h>
#include <strings.h>

static struct ossl_algorithms algorithms;
static bool algorithms_ready;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
    struct ossl_algorithms *a = &algorithms;
    a->sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    a->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    a->sha384 = EVP_MD_fetch(NULL, "SHA384", NULL);
    a->sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
    a->aes256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    a->aes256_cbc = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    a->aes128_wrap = EVP_CIPHER_fetch(NULL, "AES-128-WRAP", NULL);
    a->aes192_wrap = EVP_CIPHER_fetch(NULL, "AES-192-WRAP", NULL);
    a->aes256_wrap = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
    a->x963 = EVP_KDF_fetch(NULL, "X963KDF", NULL);
    algorithms_ready = a->sha1 && a->sha256 && a->sha384 && a->sha512 && a->aes256_gcm &&
                       a->aes256_cbc && a->aes128_wrap && a->aes192_wrap && a->aes256_wrap &&
                       a->x963;
    ossl_drain();
}

const struct ossl_algorithms *ossl_algorithms(void)
{
    return pthread_once(&once, fetch_all) == 0 && algorithms_ready ? &algorithms : NULL;
}

const EVP_MD *ossl_md(const char *name)
{
    const struct ossl_algorithms *a = ossl_algorithms();
    if (!a || !name) return NULL;
    if (strcasecmp(name, "sha256") == 0) return a->sha256;
    if (strcasecmp(name, "sha384") == 0) return a->sha384;
    if (strcasecmp(name, "sha512") == 0) return a->sha512;
    return NULL;
}

rc_t ossl_fail(struct err *e, rc_t code, const char *sentence)
{
    unsigned long last = ERR_peek_last_error();
    if (sentence) {
        err_set(e, code, "%s", sentence);
    } else {
        err_set(e, code, NULL);
    }
    if (last) {
        char text[200];
        ERR_error_string_n(last, text, sizeof text);
        err_detail(e, "%s", text);
    }
    ERR_clear_error();
    return code;
}

void ossl_drain(void)
{
    ERR_clear_error();
}

int ossl_no_passphrase(char *p, int n, int write, void *u)
{
    (void) p;
    (void) n;
    (void) write;
    (void) u;
    return -1; /* never asks a terminal */
}
