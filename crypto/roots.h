/* Roots for e-mail, out of the PKCS#11 module in which NSS keeps its list (libnssckbi).
 *
 * The module says of each root what it is trusted for; the TLS bundle of the system does not, and
 * holds others. Only `waxsealctl roots` reads the module; the server reads the PEM file it writes.
 */
#ifndef WAXSEAL_CRYPTO_ROOTS_H
#define WAXSEAL_CRYPTO_ROOTS_H

#include "base/arena.h"
#include "base/err.h"

struct mail_root {
    str_t name;             /* one clean line */
    str_t der;              /* the certificate */
    int64_t distrust_after; /* what it issued later than that (Unix seconds) is not trusted; 0: no
                               end */
};

#define ROOTS_MODULE "libnssckbi.so" /* found by the dynamic linker; Debian: libnss3 */

/* Every certificate whose trust object delegates for e-mail protection, in the module's order; in
 * the arena. module: path, or a bare name for the linker to find. RC_NOT_FOUND: no such module.
 * RC_UNSUPPORTED: one without e-mail trust. A root whose trust object does not fit its certificate
 * is left out. Not for several threads at once. */
rc_t roots_read(str_t module, struct arena *a, struct mail_root **out, size_t *n,
                struct err *e) WX_MUST_USE;

#endif
