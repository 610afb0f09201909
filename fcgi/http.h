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
    str_t path;  /* percent-decoded, validated UTF-8, no NUL, no "//" or dot segments */
    str_t query; /* raw */
    str_t host;
    str_t origin;        /* Origin header, or null */
    str_t fetch_site;    /* Sec-Fetch-Site, or null */
    str_t csrf;          /* X-Waxseal-Csrf, or null */
    str_t account;       /* X-Waxseal-Account, percent-decoded ("" when malformed), or null */
    str_t cookie;        /* raw Cookie header */
    str_t authorization; /* raw Authorization header, or null */
    str_t content_type;  /* lower-case media type without parameters */
    str_t accept_encoding, accept_language, if_none_match, user_agent, range;
    str_t client_address; /* by the trusted-proxy rule */
    str_t id;             /* of this request, in answers (X-Request-Id) and logs; hex */
    bool https;
    bool background; /* X-Waxseal-Background: 1: the page asks, not the person; keeps no session */
    uint64_t content_length;
    struct arena *arena;
    str_t params[4]; /* of the matched route, in order */
    void *transport; /* fcgi's own */
};

/* Value of a query parameter, percent-decoded into the arena; the null slice when absent. */
str_t request_query(const struct request *r, str_t name);
str_t request_cookie(const struct request *r, str_t name);
/* Field of an application/x-www-form-urlencoded text, decoded into the arena; null when absent. */
str_t form_field(str_t form, str_t name, struct arena *a);
/* Reads the whole body into out (its max is the limit). RC_TOO_LARGE, RC_CANCELLED. */
rc_t request_body(struct request *r, struct buf *out, struct err *e) WX_MUST_USE;
/* True when the client has gone away. */
bool request_cancelled(const struct request *r);

struct response {
    int status;
    struct {
        str_t name, value;
    } headers[32];
    size_t header_count;
    struct buf body;
    str_t static_body; /* instead of body: memory that outlives the response (static files) */
    bool started;      /* response_start has sent the header: the body is streamed */
    bool head_only;    /* HEAD: the body is not sent */
};

/* Adds or replaces a header (the null slice removes it). Names and values must live until the
 * response is sent (literals, request arena). Values with controls are refused (false). */
bool response_header(struct response *r, str_t name, str_t value);
void response_type(struct response *r, str_t content_type);
/* Hands over the storage of b (no copy) as the body; b is empty afterwards. */
void response_take(struct response *r, struct buf *b);
/* The headers every answer begins with: nosniff, no-referrer, same-origin isolation, no powerful
 * features, no-store, and a policy that allows nothing. Handlers replace what they need. */
void response_defaults(struct response *r);
/* RFC 6266 value with an ASCII fall-back and an RFC 8187 name; inline_ or attachment. */
str_t content_disposition(struct arena *a, bool inline_, str_t filename);

/* Streaming of big bodies: sends status and headers, then the pieces. RC_CANCELLED when the client
 * has gone away. After response_start a failure can only break the connection off, so that nobody
 * takes what came for the whole: a failed write does that by itself, response_break for any other
 * reason. */
rc_t response_start(struct request *q, struct response *r, struct err *e) WX_MUST_USE;
rc_t response_write(struct request *q, str_t piece, struct err *e) WX_MUST_USE;
void response_break(struct request *q);

/* --- server ------------------------------------------------------------------------- */

struct http_server_options {
    unsigned threads;
    size_t stack_bytes; /* of a worker thread; at least 1 MiB (libetpan's parsers recurse) */
    const str_t *trusted_proxies; /* CIDR, checked by cidr_check */
    size_t trusted_proxy_count;
    int io_timeout_ms; /* a peer silent for that long is gone */
    /* What still runs that long after the stop signal dies with the process (by SIGKILL, as if the
     * master had sent it: the master may be gone itself). */
    int stop_timeout_ms;
    /* Called on a worker thread for each request; thread_state is what thread_start made. */
    void (*handle)(struct request *q, struct response *s, void *app, void *thread_state);
    void *(*thread_start)(void *app); /* NULL on failure: the process stops */
    void (*thread_stop)(void *thread_state);
    void *app;
    size_t request_arena_bytes;
};
/* Serves until SIGTERM or SIGINT, then finishes what runs and returns (graceful stop). The
 * listening socket is shared with other processes and is left alone. One call a process. */
rc_t http_serve(const struct http_server_options *o, int listen_fd, struct err *e) WX_MUST_USE;

#endif
