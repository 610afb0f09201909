/* Client of waxseal-fetch, the only process that opens connections to places which mail,
 * certificates, users or tenants name.
 *
 * One request a call over a Unix stream socket; the call blocks, at most timeout_ms for everything
 * (connect, waiting for its turn, the far server, the answer). No state, any thread.
 *
 *     struct fetch_request q = {.kind = FETCH_OCSP, .method = FETCH_POST, .url = url,
 *                               .content_type = STR("application/ocsp-request"), .body = der,
 *                               .timeout_ms = 3000};
 *     struct fetch_answer answer;
 *     TRY(fetch_call(config->fetch_socket, &q, arena, &answer, e));
 *     if (answer.status != 200) ...
 *
 * What a failure means (the error's detail names the host and the reason, for the log):
 *   RC_SOURCE_DOWN     the far server cannot be reached, broke off, talked nonsense or its TLS
 *                      certificate is not trusted
 *   RC_SOURCE_REFUSED  this place may not be asked: scheme, port, user info, special address range,
 *                      too many redirects
 *   RC_TOO_LARGE       the answer is longer than max_bytes or the kind's limit
 *   RC_TIMEOUT         the far server took longer than timeout_ms or the kind's limit
 *   RC_FETCH_DOWN      waxseal-fetch itself: not there, overloaded (a request that waited there for
 *                      too long, a host that too many wait for), silent, or does not let us in;
 *                      nothing is known about the far server then
 *   RC_INVALID         the request is over a limit below (nothing was sent)
 * Any answer with a HTTP status is RC_OK, 404 and 500 too. Redirects are followed in the daemon.
 */
#ifndef WAXSEAL_BASE_FETCH_H
#define WAXSEAL_BASE_FETCH_H

#include "base/arena.h"
#include "base/err.h"

enum {
    FETCH_MAX_URL = 2048,
    FETCH_MAX_TYPE = 127,        /* of a content type, either way */
    FETCH_MAX_BODY = 65536,      /* of a request */
    FETCH_MAX_ANSWER = 16 << 20, /* of any kind; each kind has its own limit in the daemon */
    FETCH_MAX_TIMEOUT_MS = 30000 /* of any kind */
};

/* The kinds have their own limits of size and time (fetch/limits.c). */
enum fetch_kind {
    FETCH_PING, /* nothing is fetched: is the daemon there? url is empty */
    FETCH_OCSP,
    FETCH_CRL,
    FETCH_AIA,         /* a certificate's issuer */
    FETCH_IMAGE,       /* a picture in a mail */
    FETCH_UNSUBSCRIBE, /* RFC 8058: https, POST of "List-Unsubscribe=One-Click", no redirects */
    FETCH_LDAP, /* GET of "ldap:NAME/ADDRESS": certificates that the directory [directory NAME] has
                   of a mail address; the body is told in fetch/directory.h */
    FETCH_TXT,  /* GET of "txt:NAME": texts of a name in the DNS; the body is told in fetch/txt.h */
    FETCH_KIND_COUNT
};

enum fetch_method { FETCH_GET, FETCH_POST };

struct fetch_request {
    enum fetch_kind kind;
    enum fetch_method method;
    str_t url;          /* absolute, http or https */
    str_t content_type; /* of the body; POST only */
    str_t body;         /* POST only */
    uint32_t max_bytes; /* of the answer's body; 0: the kind's limit */
    uint32_t timeout_ms;
};

struct fetch_answer {
    int status;         /* HTTP status, 200 to 599; 204 for FETCH_PING */
    str_t content_type; /* printable ASCII as the server sent it, or null; in the arena */
    str_t body;         /* in the arena; never null, may be empty */
};

rc_t fetch_call(str_t socket, const struct fetch_request *q, struct arena *a,
                struct fetch_answer *out, struct err *e) WX_MUST_USE;

#endif
