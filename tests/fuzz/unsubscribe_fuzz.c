/* List-Unsubscribe and the fields beside it: what is offered is clean, and one click needs https.
 * Authentication-Results: nobody's word is believed where no server is ours. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/auth_results.h"
#include "mail/unsubscribe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    struct entity *m;
    struct unsubscribe u;
    if (entity_parse(str_n(bytes, n), NULL, a, &m, NULL) == RC_OK &&
        unsubscribe_read(m, STR("mx.own.example"), a, &u)) {
        if (!str_is_clean(u.url) || !str_is_clean(u.mailto) || !str_is_clean(u.address)) abort();
        if (u.one_click && (!u.https || !str_istarts(u.url, STR("https://")))) abort();
        if (u.url.n && !u.host.n) abort();
    }
    if (entity_parse(str_n(bytes, n), NULL, a, &m, NULL) == RC_OK) {
        (void) auth_results_pass(m, STR("mx.own.example"), STR("l.example"), a);
        if (auth_results_pass(m, STR_NULL, STR("l.example"), a)) abort();
        if (auth_results_pass(m, STR("mx.own.example"), STR(""), a)) abort();
    }
    arena_free(a);
    return 0;
}
