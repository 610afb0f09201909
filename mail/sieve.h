/* ManageSieve (RFC 5804): the scripts that the mail server sorts arriving mail by. TLS by
 * crypto/tls; AUTHENTICATE PLAIN only under TLS or on loopback. Everything a server says is
 * bounded.
 */
#ifndef WAXSEAL_MAIL_SIEVE_H
#define WAXSEAL_MAIL_SIEVE_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"

#define SIEVE_MAX_SCRIPTS 64u
#define SIEVE_MAX_SCRIPT (512u << 10) /* bytes we take and send */
#define SIEVE_MAX_NAME 255u

struct sieve; /* one connection, one thread */

struct sieve_account {
    const struct config_endpoint *server;
    str_t login, password;
};

struct sieve_features {
    str_t implementation; /* the server's name for itself */
    str_t extensions;     /* between single blanks, with one before and after: " fileinto copy " */
    uint32_t max_redirects; /* 0: not said */
    bool checks;            /* CHECKSCRIPT is there */
};

struct sieve_script {
    str_t name;
    bool active;
};

/* Connects and signs in. RC_SIEVE_DOWN, RC_UNTRUSTED_PEER, RC_WRONG_PASSWORD, RC_TIMEOUT. The
 * arena holds everything the server says until it goes; it is the caller's. */
rc_t sieve_open(const struct sieve_account *acc, int deadline_ms, struct arena *a,
                struct sieve **out, struct err *e) WX_MUST_USE;
/* Says goodbye. NULL is allowed. */
void sieve_close(struct sieve *s);

const struct sieve_features *sieve_features(const struct sieve *s);
bool sieve_has(const struct sieve_features *f, const char *extension);
rc_t sieve_list(struct sieve *s, struct sieve_script **out, size_t *n, struct err *e) WX_MUST_USE;
/* RC_NOT_FOUND. */
rc_t sieve_get(struct sieve *s, str_t name, str_t *script, struct err *e) WX_MUST_USE;
/* Lets the server compile a script without storing it. *problem: what it says is wrong (its own
 * words, possibly several lines, controls removed), or null. */
rc_t sieve_check(struct sieve *s, str_t script, str_t *problem, struct err *e) WX_MUST_USE;
/* Stores a script, which servers compile too: *problem as above (nothing is stored then). RC_FULL.
 */
rc_t sieve_put(struct sieve *s, str_t name, str_t script, str_t *problem,
               struct err *e) WX_MUST_USE;
/* name "": none is active. RC_NOT_FOUND. */
rc_t sieve_activate(struct sieve *s, str_t name, struct err *e) WX_MUST_USE;

#endif
