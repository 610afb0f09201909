#include "policy/looking.h"

#include "base/clock.h"
#include "base/log.h"
#include "policy/authority.h"

rc_t looking_fetch(const struct config *c, enum revocation_place kind, str_t url, str_t body,
                   uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e)
{
    int64_t began = clock_ms();
    rc_t rc = revocation_fetch(c->fetch_socket, kind, url, body, timeout_ms, a, out, e);
    log_event(rc == RC_OK ? LOG_INFO : LOG_WARN, "asked_outside", "kind",
              LOG_C(revocation_place_word(kind)), "url", LOG_S(url), "outcome", LOG_C(err_word(rc)),
              "detail", LOG_C(rc == RC_OK ? "" : e->detail), "ms", LOG_I(clock_ms() - began), NULL);
    return rc;
}

bool looking_own(const struct config *c, struct kv *kv, str_t url, struct arena *a, str_t *list)
{
    struct authority_list found;
    str_t prefix = arena_printf(a, "%.*s/crl/", STR_ARG(c->crl_origin)), end = STR(".crl");
    if (!prefix.n || !str_starts(url, prefix) || !str_ends(url, end)) return false;
    str_t name = str_sub(url, prefix.n, url.n - end.n);
    if (authority_list_read(kv, c->instance, name, a, &found, NULL) != RC_OK) return false;
    *list = found.der;
    return true;
}
