#include "fetch/txt.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>

bool txt_cut(str_t url, str_t *name)
{
    str_t rest = str_sub(url, 4, url.n);
    if (!str_starts(url, STR("txt:")) || rest.n == 0 || rest.n > 253) return false;
    for (size_t i = 0; i < rest.n; i++) {
        char c = rest.p[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                    (c == '.' && i > 0 && rest.p[i - 1] != '.');
        if (!fine) return false;
    }
    *name = rest;
    return true;
}

/* One record: strings of a length and that many bytes, which together are the text. */
static void read_text(const unsigned char *data, size_t n, struct buf *out)
{
    char text[TXT_MAX_TEXT];
    size_t length = 0;
    for (size_t at = 0; at < n;) {
        size_t part = data[at++];
        if (part > n - at || part > sizeof text - length) return;
        memcpy(text + length, data + at, part);
        length += part;
        at += part;
    }
    if (!str_is_clean(str_n(text, length)) || length == 0) return;
    buf_add(out, text, length);
    buf_char(out, '\n');
}

bool txt_read(const unsigned char *message, size_t n, struct buf *out)
{
    ns_msg handle;
    if (n > TXT_MAX_ANSWER || ns_initparse(message, (int) n, &handle) != 0) return false;
    if (ns_msg_getflag(handle, ns_f_tc)) return false;
    int count = ns_msg_count(handle, ns_s_an);
    for (int i = 0, texts = 0; i < count && texts < TXT_MAX_TEXTS; i++) {
        ns_rr record;
        if (ns_parserr(&handle, ns_s_an, i, &record) != 0) return false;
        if (ns_rr_type(record) != ns_t_txt || ns_rr_class(record) != ns_c_in) continue;
        read_text(ns_rr_rdata(record), ns_rr_rdlen(record), out);
        texts++;
    }
    return !out->failed;
}

static void finish(struct transfer *out, enum fetch_outcome outcome, int status, const char *why)
{
    out->outcome = outcome;
    out->status = status;
    snprintf(out->detail, sizeof out->detail, "%s", why);
    if (outcome != FETCH_ANSWERED || status != 200) buf_clear(&out->body);
}

static void ask(struct __res_state *state, const char *name, struct transfer *out)
{
    unsigned char answer[TXT_MAX_ANSWER];
    state->retrans = 1;
    state->retry = 2;
    if (state->nscount > 2) state->nscount = 2;
    state->options |= RES_USE_EDNS0 | RES_IGNTC;
    int n = res_nquery(state, name, ns_c_in, ns_t_txt, answer, sizeof answer);
    if (n < 0 && (state->res_h_errno == HOST_NOT_FOUND || state->res_h_errno == NO_DATA))
        finish(out, FETCH_ANSWERED, 404, "");
    else if (n < 0)
        finish(out, FETCH_UNREACHABLE, 0, "the name servers gave no answer");
    else if ((size_t) n > sizeof answer || !txt_read(answer, (size_t) n, &out->body))
        finish(out, FETCH_FAILED, 0, "the answer of the name server cannot be read");
    else
        finish(out, FETCH_ANSWERED, out->body.n ? 200 : 404, "");
}

void txt_run(const struct fetch_request *q, struct transfer *out)
{
    struct __res_state state = {0};
    str_t name;
    out->body = BUF_INIT(limit_bytes(q));
    if (!limit_allows(q) || !txt_cut(q->url, &name)) {
        finish(out, FETCH_REFUSED, 0, "this is no name to ask for");
        return;
    }
    snprintf(out->host, sizeof out->host, "%.*s", STR_ARG(name));
    out->port = 53;
    if (res_ninit(&state) != 0) {
        finish(out, FETCH_FAILED, 0, "no name servers are known");
        return;
    }
    ask(&state, out->host, out);
    res_nclose(&state);
}
