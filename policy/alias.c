#include "policy/alias.h"

#include <stdlib.h>

enum { ADDRESS_MAX = 254 };

/* KEYS[1]: the set; ARGV: alias, most. 1 when it is in it now. */
static const char ADD_SCRIPT[] =
    "if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end\n"
    "if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end\n"
    "return redis.call('SADD', KEYS[1], ARGV[1])\n";

static str_t key_of(struct arena *a, str_t instance, str_t account)
{
    return arena_printf(a, "%.*s:user:%.*s:alias", STR_ARG(instance), STR_ARG(account));
}

/* One @ with something on both sides, nothing that could end a header or a list. */
static bool is_address(str_t s)
{
    ptrdiff_t at = str_chr(s, '@');
    if (s.n > ADDRESS_MAX || at < 1 || (size_t) at + 1 >= s.n || at != str_rchr(s, '@'))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("<>()[]\\,;:\"", s.p[i])) return false;
    return true;
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const str_t *) x, *(const str_t *) y);
}

rc_t alias_list(struct kv *kv, struct arena *a, str_t instance, str_t account,
                struct alias_list *out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(kv, a, &v, e, STR("SMEMBERS"), key_of(a, instance, account)));
    size_t n = v.type == KV_ARRAY ? v.count : 0;
    struct alias_list list = {.addresses = ARENA_ARRAY(a, n + 1, str_t)};
    if (!list.addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n && list.count < ALIAS_MAX; i++) {
        str_t s = v.items[i].type == KV_STR ? v.items[i].s : STR("");
        if (is_address(s) && str_is_utf8(s) && !str_ieq(s, account))
            list.addresses[list.count++] = s;
    }
    qsort(list.addresses, list.count, sizeof *list.addresses, by_text);
    *out = list;
    return RC_OK;
}

rc_t alias_allows(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t address,
                  bool *out, struct err *e)
{
    struct alias_list list;
    bool allowed = str_ieq(address, account);
    if (!allowed) TRY(alias_list(kv, a, instance, account, &list, e));
    for (size_t i = 0; !allowed && i < list.count; i++)
        allowed = str_ieq(list.addresses[i], address);
    *out = allowed;
    return RC_OK;
}

rc_t alias_set(struct kv *kv, struct arena *a, str_t instance, str_t account, str_t alias, bool on,
               struct err *e)
{
    struct kv_value v;
    str_t most = arena_printf(a, "%u", ALIAS_MAX);
    if (!is_address(account) || !str_is_utf8(account))
        return err_invalid(e, "account", "The account must be an address.");
    if (!is_address(alias) || !str_is_utf8(alias) || str_ieq(alias, account))
        return err_invalid(e, "alias", "The alias must be an address, and not the account's own.");
    str_t key = key_of(a, instance, arena_lower(a, account)),
          args[] = {arena_lower(a, alias), most};
    if (str_is_null(key)) return err_set(e, RC_NO_MEMORY, NULL);
    if (!on) {
        TRY(KV_CMD(kv, a, &v, e, STR("SREM"), key, args[0]));
        if (v.i == 1) return RC_OK;
        return err_set(e, RC_NOT_FOUND, "The account has no such alias.");
    }
    TRY(kv_eval(kv, a, &v, e, str_c(ADD_SCRIPT), &key, 1, args, 2));
    if (v.i == 1) return RC_OK;
    return err_set(e, RC_TOO_LARGE, "The account has %u aliases already.", ALIAS_MAX);
}
