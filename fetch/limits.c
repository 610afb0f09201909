#include "fetch/limits.h"

static const struct limit LIMITS[FETCH_KIND_COUNT] = {
    [FETCH_PING] = {"ping", 0, 1000, NULL, NULL},
    /* An answer with a chain of responder certificates is some 10 KB. */
    [FETCH_OCSP] = {"ocsp", 128 << 10, 5000, "application/ocsp-request", NULL},
    /* Lists of large public authorities reach some megabytes. */
    [FETCH_CRL] = {"crl", FETCH_MAX_ANSWER, 20000, NULL, NULL},
    /* A bundle (p7c) of a bridge authority holds some hundred certificates. */
    [FETCH_AIA] = {"aia", 512 << 10, 5000, NULL, NULL},
    /* Newsletters carry photographs of some megabytes at most. */
    [FETCH_IMAGE] = {"image", 6 << 20, 10000, NULL, NULL},
    [FETCH_UNSUBSCRIBE] = {"unsubscribe", 64 << 10, 10000, "application/x-www-form-urlencoded",
                           "List-Unsubscribe=One-Click"},
    [FETCH_LDAP] = {"ldap", 256 << 10, 3000, NULL, NULL},
    [FETCH_TXT] = {"txt", 32 << 10, 6000, NULL, NULL},
};

const struct limit *limit_of(enum fetch_kind kind)
{
    return &LIMITS[(unsigned) kind < FETCH_KIND_COUNT ? kind : FETCH_PING];
}

uint32_t limit_bytes(const struct fetch_request *q)
{
    uint32_t most = limit_of(q->kind)->max_bytes;
    return q->max_bytes > 0 && q->max_bytes < most ? q->max_bytes : most;
}

uint32_t limit_timeout_ms(const struct fetch_request *q)
{
    uint32_t most = limit_of(q->kind)->timeout_ms;
    return q->timeout_ms < most ? q->timeout_ms : most;
}

bool limit_allows(const struct fetch_request *q)
{
    const struct limit *l = limit_of(q->kind);
    if (l->post_body && (!str_istarts(q->url, STR("https://")) || q->method == FETCH_GET ||
                         !str_eq(q->body, str_c(l->post_body))))
        return false;
    if (q->method == FETCH_GET) return true;
    return l->post_type && str_eq(q->content_type, str_c(l->post_type));
}

bool limit_is_patient(enum fetch_kind kind)
{
    return kind == FETCH_IMAGE || kind == FETCH_UNSUBSCRIBE;
}

unsigned limit_redirects(const struct fetch_request *q)
{
    /* RFC 8058 section 3.1: whoever wants to be asked says where. */
    return limit_of(q->kind)->post_body ? 0 : LIMIT_REDIRECTS;
}
