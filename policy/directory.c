#include "policy/directory.h"

/* Null: no address. */
static str_t domain_of(str_t address)
{
    ptrdiff_t at = str_rchr(address, '@');
    return at < 1 ? STR_NULL : str_sub(address, (size_t) at + 1, address.n);
}

rc_t directory_shared(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t other,
                      bool *out, struct err *e)
{
    (void) kv, (void) a, (void) instance, (void) e;
    str_t mine = domain_of(account);
    *out = mine.n > 0 && str_ieq(mine, domain_of(other));
    return RC_OK;
}
