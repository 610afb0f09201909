/* Requests and responses as handlers see them. No FCGX_* outside fcgi/.
 *
 * A request is parsed into typed fields before any handler runs; a response is
 * built by the handler and sent afterwards, so that a failing handler can still
 * answer with an error. Big bodies can be streamed with response_writer.
 */
#ifndef WAXSEAL_FCGI_HTTP_H
#define WAXSEAL_FCGI_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_DELETE, METHOD_OTHER };

struct request {
    enum method method;
    str_t path;         /* percent-decoded, validated UTF-8, no NUL, no "//" or dot segments */
    str_t query;        /* raw */
    str_t host;
    str_t origin;       /* Origin header, or null */
    str_t fetch_site;   /* Sec-Fetch-Site, or null */
    str_t csrf;         /* X-Waxseal-Csrf, or null */
    str_t cookie;       /* raw Cookie header */
    str_t content_type; /* lower-case media type without parameters */
    str_t accept_encoding, accept_language, if_none_match, user_agent, range;
    str_t client_address; /* by the trusted-proxy rule */
    bool https;
    uint64_t content_length;
    struct arena *arena;
    str_t params[4];    /* of the matched route, in order */
    void *transport;    /* fcgi's own */
};

/* Value of a query parameter, percent-decoded into the arena; the null slice when absent. */
str_t request_query(const struct request *r, str_t name);
str_t request_cookie(const struct request *r, str_t name);
/* Reads the whole body into out (its max is the limit). RC_TOO_LARGE, RC_CANCELLED. */
rc_t request_body(struct request *r, struct buf *out, struct err *e) WX_MUST_USE;
/* True when the client has gone away. */
bool request_cancelled(const struct request *r);

struct response {
    int status;
    struct { str_t name, value; } headers[32];
    size_t header_count;
    struct buf body;
    str_t static_body;  /* instead of body: memory that outlives the response (static files) */
};

/* Adds or replaces a header. Values with controls are refused (false). */
bool response_header(struct response *r, str_t name, str_t value);
void response_type(struct response *r, str_t content_type);

/* --- server ------------------------------------------------------------------------- */

struct http_server_options {
    str_t socket_path;
    unsigned threads;
    const str_t *trusted_proxies; /* CIDR */
    size_t trusted_proxy_count;
    /* Called on a worker thread for each request; thread_state is what thread_start made. */
    void (*handle)(struct request *q, struct response *s, void *app, void *thread_state);
    void *(*thread_start)(void *app);
    void (*thread_stop)(void *thread_state);
    void *app;
    size_t request_arena_bytes;
};
/* Serves until SIGTERM or SIGINT, then finishes what runs and returns (graceful stop). */
rc_t http_serve(const struct http_server_options *o, int listen_fd, struct err *e) WX_MUST_USE;
rc_t http_listen(str_t socket_path, int *fd, struct err *e) WX_MUST_USE;

#endif
