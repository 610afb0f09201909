#include "base/fetch.h"
#include "crypto/revocation.h"

const char *revocation_place_word(enum revocation_place kind)
{
    static const char *const words[] = {
        [PLACE_OCSP] = "ocsp", [PLACE_CRL] = "crl", [PLACE_AIA] = "aia"};
    return words[kind];
}

rc_t revocation_fetch(str_t socket, enum revocation_place kind, str_t url, str_t body,
                      uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e)
{
    static const enum fetch_kind kinds[] = {
        [PLACE_OCSP] = FETCH_OCSP, [PLACE_CRL] = FETCH_CRL, [PLACE_AIA] = FETCH_AIA};
    struct fetch_request q = {.kind = kinds[kind], .url = url, .timeout_ms = timeout_ms};
    struct fetch_answer answer;
    if (kind == PLACE_OCSP) {
        q.method = FETCH_POST;
        q.content_type = STR("application/ocsp-request");
        q.body = body;
    }
    TRY(fetch_call(socket, &q, a, &answer, e));
    if (answer.status != 200) {
        err_set(e, RC_SOURCE_DOWN, NULL);
        err_detail(e, "HTTP status %d", answer.status);
        return RC_SOURCE_DOWN;
    }
    *out = answer.body;
    return RC_OK;
}
