#include "base/fetch_wire.h"

static const char REQUEST_MAGIC[4] = "WXF1", ANSWER_MAGIC[4] = "WXA1";

static void put32(unsigned char *at, size_t v)
{
    at[0] = (unsigned char) (v >> 24);
    at[1] = (unsigned char) (v >> 16);
    at[2] = (unsigned char) (v >> 8);
    at[3] = (unsigned char) v;
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t) at[0] << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 | at[3];
}

/* Printable ASCII and SP only: neither a header line nor a log line can be broken by it. */
static bool is_printable(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] > 0x7e) return false;
    return true;
}

static bool is_graphic(str_t s)
{
    return is_printable(s) && str_chr(s, ' ') < 0;
}

/* --- requests -------------------------------------------------------------------------------- */

static bool request_fits(const struct fetch_request_head *h)
{
    if ((unsigned) h->kind >= FETCH_KIND_COUNT || (unsigned) h->method > FETCH_POST) return false;
    if (h->url > FETCH_MAX_URL || h->content_type > FETCH_MAX_TYPE || h->body > FETCH_MAX_BODY)
        return false;
    if (h->timeout_ms == 0 || h->timeout_ms > FETCH_MAX_TIMEOUT_MS) return false;
    if (h->max_bytes > FETCH_MAX_ANSWER) return false;
    if ((h->kind == FETCH_PING) != (h->url == 0)) return false;
    if (h->method == FETCH_GET) return h->content_type == 0 && h->body == 0;
    return h->kind != FETCH_PING && h->content_type > 0;
}

bool fetch_put_request(const struct fetch_request *q, struct buf *out)
{
    unsigned char head[FETCH_REQUEST_HEAD] = {0};
    if (q->url.n > FETCH_MAX_URL || q->content_type.n > FETCH_MAX_TYPE ||
        q->body.n > FETCH_MAX_BODY)
        return false;
    struct fetch_request_head h = {.kind = q->kind,
                                   .method = q->method,
                                   .url = (uint32_t) q->url.n,
                                   .content_type = (uint32_t) q->content_type.n,
                                   .body = (uint32_t) q->body.n,
                                   .max_bytes = q->max_bytes,
                                   .timeout_ms = q->timeout_ms};
    if (!request_fits(&h) || !is_graphic(q->url) || !is_printable(q->content_type)) return false;
    memcpy(head, REQUEST_MAGIC, sizeof REQUEST_MAGIC);
    head[4] = (unsigned char) h.kind;
    head[5] = (unsigned char) h.method;
    put32(head + 8, h.url);
    put32(head + 12, h.content_type);
    put32(head + 16, h.body);
    put32(head + 20, h.max_bytes);
    put32(head + 24, h.timeout_ms);
    return buf_reserve(out, sizeof head + q->url.n + q->content_type.n + q->body.n) &&
           buf_add(out, head, sizeof head) && buf_str(out, q->url) &&
           buf_str(out, q->content_type) && buf_str(out, q->body);
}

bool fetch_read_request_head(const unsigned char head[FETCH_REQUEST_HEAD],
                             struct fetch_request_head *out)
{
    if (memcmp(head, REQUEST_MAGIC, sizeof REQUEST_MAGIC) != 0 || head[6] || head[7]) return false;
    struct fetch_request_head h = {.kind = head[4],
                                   .method = head[5],
                                   .url = get32(head + 8),
                                   .content_type = get32(head + 12),
                                   .body = get32(head + 16),
                                   .max_bytes = get32(head + 20),
                                   .timeout_ms = get32(head + 24)};
    if (!request_fits(&h)) return false;
    *out = h;
    return true;
}

bool fetch_cut_request(const struct fetch_request_head *head, str_t rest, struct fetch_request *out)
{
    size_t type = head->url, body = type + head->content_type;
    if (rest.n != body + head->body) return false;
    struct fetch_request q = {.kind = head->kind,
                              .method = head->method,
                              .url = str_sub(rest, 0, type),
                              .content_type = str_sub(rest, type, body),
                              .body = str_sub(rest, body, rest.n),
                              .max_bytes = head->max_bytes,
                              .timeout_ms = head->timeout_ms};
    if (!is_graphic(q.url) || !is_printable(q.content_type)) return false;
    *out = q;
    return true;
}

/* --- answers --------------------------------------------------------------------------------- */

static bool answer_fits(const struct fetch_answer_head *h)
{
    if ((unsigned) h->outcome >= FETCH_OUTCOME_COUNT) return false;
    if (h->content_type > FETCH_MAX_TYPE || h->body > FETCH_MAX_ANSWER ||
        h->detail > FETCH_MAX_DETAIL)
        return false;
    if (h->outcome == FETCH_ANSWERED) return h->status >= 200 && h->status <= 599 && h->detail == 0;
    return h->status == 0 && h->content_type == 0 && h->body == 0;
}

static bool put_detail(str_t detail, struct buf *out)
{
    for (size_t i = 0; i < detail.n; i++)
        buf_char(out, is_printable(str_sub(detail, i, i + 1)) ? detail.p[i] : '?');
    return !out->failed;
}

bool fetch_put_answer_head(enum fetch_outcome outcome, const struct fetch_answer *answer,
                           str_t detail, struct buf *out)
{
    unsigned char head[FETCH_ANSWER_HEAD] = {0};
    struct fetch_answer none = {.status = 0};
    const struct fetch_answer *v = outcome == FETCH_ANSWERED ? answer : &none;
    str_t why = outcome == FETCH_ANSWERED ? STR_NULL : str_sub(detail, 0, FETCH_MAX_DETAIL);
    if (v->content_type.n > FETCH_MAX_TYPE || v->body.n > FETCH_MAX_ANSWER) return false;
    struct fetch_answer_head h = {.outcome = outcome,
                                  .status = v->status,
                                  .content_type = (uint32_t) v->content_type.n,
                                  .body = (uint32_t) v->body.n,
                                  .detail = (uint32_t) why.n};
    if (!answer_fits(&h) || !is_printable(v->content_type)) return false;
    memcpy(head, ANSWER_MAGIC, sizeof ANSWER_MAGIC);
    head[4] = (unsigned char) h.outcome;
    head[6] = (unsigned char) ((unsigned) h.status >> 8);
    head[7] = (unsigned char) h.status;
    put32(head + 8, h.content_type);
    put32(head + 12, h.body);
    put32(head + 16, h.detail);
    /* An answer has a body or a detail, never both: the body is always last. */
    return buf_add(out, head, sizeof head) && buf_str(out, v->content_type) && put_detail(why, out);
}

bool fetch_put_answer(enum fetch_outcome outcome, const struct fetch_answer *answer, str_t detail,
                      struct buf *out)
{
    return fetch_put_answer_head(outcome, answer, detail, out) &&
           (outcome != FETCH_ANSWERED || buf_str(out, answer->body));
}

bool fetch_read_answer_head(const unsigned char head[FETCH_ANSWER_HEAD], uint32_t max_bytes,
                            struct fetch_answer_head *out)
{
    if (memcmp(head, ANSWER_MAGIC, sizeof ANSWER_MAGIC) != 0 || head[5] || get32(head + 20))
        return false;
    struct fetch_answer_head h = {.outcome = head[4],
                                  .status = head[6] << 8 | head[7],
                                  .content_type = get32(head + 8),
                                  .body = get32(head + 12),
                                  .detail = get32(head + 16)};
    if (!answer_fits(&h) || (max_bytes > 0 && h.body > max_bytes)) return false;
    *out = h;
    return true;
}

bool fetch_cut_answer(const struct fetch_answer_head *head, str_t rest, struct fetch_answer *out,
                      str_t *detail)
{
    size_t body = head->content_type, why = body + head->body;
    if (rest.n != why + head->detail) return false;
    struct fetch_answer v = {.status = head->status,
                             .content_type = body ? str_sub(rest, 0, body) : STR_NULL,
                             .body = str_sub(rest, body, why)};
    str_t text = str_sub(rest, why, rest.n);
    if (!is_printable(v.content_type) || !is_printable(text)) return false;
    *out = v;
    *detail = text;
    return true;
}
