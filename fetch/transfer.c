#include "fetch/transfer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mutant.h"
#include "fetch/limits.h"
#include "fetch/range.h"

#define SET(handle, option, value) (curl_easy_setopt((handle), (option), (value)) == CURLE_OK)

/* One connection and its answer. */
struct hop {
    const struct fetch_request *q;
    const struct transfer_options *o;
    struct transfer *out;
    const struct place *place;
    CURL *curl;
    struct curl_slist *headers;
    size_t header_bytes;
    uint32_t max_bytes;
    bool headers_whole; /* the empty line after them came */
    bool refused;       /* an address was */
    bool too_large;
    const char *odd; /* what the answer must not have, or NULL */
    char error[CURL_ERROR_SIZE];
};

int64_t transfer_now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

rc_t transfer_setup(struct err *e)
{
    /* No proxy, resolver file or key log may come from the environment. A name server that is
     * silent holds a thread of the resolver for a few seconds, not for half a minute. */
    if (clearenv() != 0 || setenv("RES_OPTIONS", "timeout:1 attempts:2", 1) != 0 ||
        curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(e, RC_INTERNAL, "libcurl could not be set up.");
    return RC_OK;
}

static void finish(struct transfer *t, enum fetch_outcome outcome, const char *detail)
{
    t->outcome = outcome;
    snprintf(t->detail, sizeof t->detail, "%.64s%s%.128s", t->host, t->host[0] ? ": " : "", detail);
}

void transfer_busy(struct transfer *t, const char *why)
{
    buf_clear(&t->body);
    finish(t, FETCH_BUSY, why);
}

/* --- what curl asks us ------------------------------------------------------------------------ */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct hop *h = arg;
    bool internet = purpose == CURLSOCKTYPE_IPCXN &&
                    (address->family == AF_INET || address->family == AF_INET6);
    bool public = internet && range_is_public(&address->addr, address->addrlen);
    if (!internet || (!WX_MUTANT(RANGE) && !public && !h->place->listed)) {
        h->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Neither is asked for: a compressed answer could unfold to any size. */
static const char *odd_header(str_t line)
{
    str_t name, value;
    str_cut(line, ':', &name, &value);
    value = str_trim(value);
    if (str_ieq(name, STR("content-encoding")) && !str_ieq(value, STR("identity")))
        return "an answer in an encoding";
    if (str_ieq(name, STR("transfer-encoding")) && !str_ieq(value, STR("chunked")))
        return "an answer in a transfer encoding";
    return NULL;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct hop *h = arg;
    size_t n = size * count;
    h->header_bytes += n;
    if (h->header_bytes > LIMIT_HEADER_BYTES) {
        h->too_large = true;
        return 0;
    }
    str_t line = str_n(bytes, n);
    if (str_starts(line, STR("HTTP/"))) h->headers_whole = false; /* the real one after 103 */
    if (str_trim(line).n == 0) h->headers_whole = true;
    h->odd = odd_header(line);
    return h->odd ? 0 : n;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct hop *h = arg;
    size_t n = size * count;
    if (n > h->max_bytes - h->out->body.n) {
        h->too_large = true;
        return 0;
    }
    return buf_add(&h->out->body, bytes, n) ? n : 0;
}

/* --- one hop ------------------------------------------------------------------------------------
 */

static bool set_request(struct hop *h)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    char type[sizeof "Content-Type: " + FETCH_MAX_TYPE];
    if (list && h->q->method == FETCH_POST) {
        snprintf(type, sizeof type, "Content-Type: %.*s", STR_ARG(h->q->content_type));
        struct curl_slist *more = curl_slist_append(list, type);
        if (!more) curl_slist_free_all(list);
        list = more;
    }
    h->headers = list;
    if (!list || !SET(h->curl, CURLOPT_HTTPHEADER, list)) return false;
    if (h->q->method == FETCH_GET) return SET(h->curl, CURLOPT_HTTPGET, 1L);
    return SET(h->curl, CURLOPT_POST, 1L) &&
           SET(h->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) h->q->body.n) &&
           SET(h->curl, CURLOPT_POSTFIELDS, h->q->body.n ? h->q->body.p : "");
}

static bool set_limits(struct hop *h)
{
    CURL *c = h->curl;
    return SET(c, CURLOPT_CURLU, h->place->url) && SET(c, CURLOPT_PROTOCOLS_STR, "http,https") &&
           SET(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") &&
           SET(c, CURLOPT_FOLLOWLOCATION, 0L) && SET(c, CURLOPT_PROXY, "") &&
           SET(c, CURLOPT_NOPROXY, "*") && SET(c, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED) &&
           SET(c, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1) &&
           SET(c, CURLOPT_HTTP09_ALLOWED, 0L) && SET(c, CURLOPT_SSL_VERIFYPEER, 1L) &&
           SET(c, CURLOPT_SSL_VERIFYHOST, 2L) &&
           SET(c, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2) &&
           SET(c, CURLOPT_FRESH_CONNECT, 1L) && SET(c, CURLOPT_FORBID_REUSE, 1L) &&
           SET(c, CURLOPT_DNS_CACHE_TIMEOUT, 0L) && SET(c, CURLOPT_NOSIGNAL, 1L) &&
           /* a thread of the resolver that is still busy is left to end by itself */
           SET(c, CURLOPT_QUICK_EXIT, 1L) && SET(c, CURLOPT_NOPROGRESS, 1L) &&
           SET(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) h->max_bytes) &&
           SET(c, CURLOPT_USERAGENT, "Waxseal");
}

static bool set_callbacks(struct hop *h)
{
    CURL *c = h->curl;
    return SET(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) && SET(c, CURLOPT_OPENSOCKETDATA, h) &&
           SET(c, CURLOPT_HEADERFUNCTION, on_header) && SET(c, CURLOPT_HEADERDATA, h) &&
           SET(c, CURLOPT_WRITEFUNCTION, on_body) && SET(c, CURLOPT_WRITEDATA, h) &&
           SET(c, CURLOPT_ERRORBUFFER, h->error);
}

static bool is_asker_gone(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static bool is_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

/* Drives one handle to its end. False: ended by deadline, asker or stop, and *out says so. */
static bool drive(CURLM *multi, const struct transfer_options *o, struct transfer *out,
                  CURLcode *result)
{
    struct curl_waitfd extra[] = {{.fd = o->asker, .events = CURL_WAIT_POLLIN},
                                  {.fd = o->stop, .events = CURL_WAIT_POLLIN}};
    for (int running = 1;;) {
        if (curl_multi_perform(multi, &running) != CURLM_OK) return false;
        int left_messages;
        const CURLMsg *m = curl_multi_info_read(multi, &left_messages);
        if (m && m->msg == CURLMSG_DONE) {
            *result = m->data.result;
            return true;
        }
        int64_t left = o->deadline - transfer_now_ms();
        if (left <= 0) {
            finish(out, FETCH_TIMED_OUT, "no answer in time");
            return false;
        }
        if (is_readable(o->stop)) {
            finish(out, FETCH_BUSY, "the daemon stops");
            return false;
        }
        if (is_asker_gone(o->asker)) {
            finish(out, FETCH_FAILED, "the asker is gone");
            return false;
        }
        if (curl_multi_poll(multi, extra, 2, left < 1000 ? (int) left : 1000, NULL) != CURLM_OK)
            return false;
    }
}

static void explain(struct hop *h, CURLcode code)
{
    struct transfer *t = h->out;
    if (h->too_large || code == CURLE_FILESIZE_EXCEEDED)
        finish(t, FETCH_TOO_LARGE, "the answer is too long");
    else if (h->odd)
        finish(t, FETCH_UNREACHABLE, h->odd);
    else if (h->refused)
        finish(t, FETCH_REFUSED, "an address that may not be asked");
    else if (code == CURLE_OPERATION_TIMEDOUT)
        finish(t, FETCH_TIMED_OUT, "no answer in time");
    else if (t->body.failed)
        finish(t, FETCH_FAILED, "out of memory");
    else if (code == CURLE_OUT_OF_MEMORY) /* libcurl 7.88 says so of a long header line */
        finish(t, FETCH_TOO_LARGE, "the answer's header is too long, or memory ran out");
    else
        finish(t, FETCH_UNREACHABLE, h->error[0] ? h->error : curl_easy_strerror(code));
}

static void take_answer(struct hop *h)
{
    long status = 0;
    char *type = NULL;
    curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(h->curl, CURLINFO_CONTENT_TYPE, &type);
    if (status < 200 || status > 599) {
        finish(h->out, FETCH_UNREACHABLE, "no HTTP status");
        return;
    }
    if (!h->headers_whole) {
        finish(h->out, FETCH_UNREACHABLE, "an answer cut off in its header");
        return;
    }
    h->out->outcome = FETCH_ANSWERED;
    h->out->status = (int) status;
    h->out->content_type[0] = '\0';
    size_t n = type ? strlen(type) : 0;
    for (size_t i = 0; i < n; i++)
        if (type[i] < 0x20 || type[i] > 0x7e) n = 0;
    if (n > 0 && n <= FETCH_MAX_TYPE) memcpy(h->out->content_type, type, n + 1);
}

/* Where the answer sends us, in *next (place_free); false: nowhere, the answer or the reason is in
 * h->out. 303 would turn a question into another one: it is left to the asker. */
static bool redirected(struct hop *h, struct place *next)
{
    char *location = NULL;
    const char *why;
    int s = h->out->status;
    bool follow =
        s == 301 || s == 302 || s == 307 || s == 308 || (s == 303 && h->q->method == FETCH_GET);
    if (h->out->outcome != FETCH_ANSWERED || !follow || limit_redirects(h->q) == 0) return false;
    curl_easy_getinfo(h->curl, CURLINFO_REDIRECT_URL, &location);
    if (!location) return false;
    if (h->out->redirects == limit_redirects(h->q)) {
        finish(h->out, FETCH_REFUSED, "too many redirects");
        return false;
    }
    if (!place_parse(str_c(location), h->o->allow, h->o->allow_count, next, &why)) {
        char text[FETCH_MAX_DETAIL];
        snprintf(text, sizeof text, "redirects to %s", why);
        finish(h->out, FETCH_REFUSED, text);
        return false;
    }
    if (h->place->https && !next->https) {
        place_free(next);
        finish(h->out, FETCH_REFUSED, "redirects from https to http");
        return false;
    }
    h->out->redirects++;
    return true;
}

/* True: go on at *next. */
static bool run_hop(const struct fetch_request *q, const struct transfer_options *o,
                    struct transfer *out, const struct place *place, struct place *next)
{
    struct hop h = {.q = q,
                    .o = o,
                    .out = out,
                    .place = place,
                    .max_bytes = limit_bytes(q),
                    .curl = curl_easy_init()};
    CURLM *multi = curl_multi_init();
    CURLcode code = CURLE_FAILED_INIT;
    bool more = false;
    finish(out, FETCH_FAILED, "libcurl could not be set up");
    buf_clear(&out->body);
    bool added = h.curl && multi && set_limits(&h) && set_callbacks(&h) && set_request(&h) &&
                 curl_multi_add_handle(multi, h.curl) == CURLM_OK;
    if (added && drive(multi, o, out, &code)) {
        if (code == CURLE_OK)
            take_answer(&h);
        else
            explain(&h, code);
        more = redirected(&h, next);
    }
    if (added) curl_multi_remove_handle(multi, h.curl);
    curl_easy_cleanup(h.curl);
    curl_multi_cleanup(multi);
    curl_slist_free_all(h.headers);
    return more;
}

/* One hop, unless too many wait for its host already. True: go on at *next. */
static bool try_hop(const struct fetch_request *q, const struct transfer_options *o,
                    struct transfer *out, const struct place *place, struct place *next)
{
    unsigned turn;
    int64_t now = transfer_now_ms();
    memcpy(out->host, place->host, sizeof out->host);
    out->port = place->port;
    if (now >= o->deadline) {
        finish(out, FETCH_TIMED_OUT, "no time is left");
        return false;
    }
    struct crowd *crowd = limit_is_patient(q->kind) ? o->patient : o->crowd;
    if (!crowd_enter(crowd, place->host, now, &turn)) {
        /* Nobody asked it: that says nothing about the place. */
        finish(out, FETCH_BUSY, "others wait for this host already");
        return false;
    }
    bool more = run_hop(q, o, out, place, next);
    crowd_leave(crowd, turn);
    return more;
}

void transfer_run(const struct fetch_request *q, const struct transfer_options *o,
                  struct transfer *out)
{
    struct place place, next = {.port = 0};
    const char *why;
    out->body = BUF_INIT(limit_bytes(q));
    if (!limit_allows(q)) {
        finish(out, FETCH_REFUSED, "not a request of this kind");
        return;
    }
    if (!place_parse(q->url, o->allow, o->allow_count, &place, &why)) {
        finish(out, FETCH_REFUSED, why);
        return;
    }
    for (;;) {
        bool more = try_hop(q, o, out, &place, &next);
        place_free(&place);
        if (!more) break;
        place = next;
    }
    if (out->outcome != FETCH_ANSWERED) buf_clear(&out->body);
}
