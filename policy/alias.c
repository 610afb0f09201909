#include "policy/alias.h"

#include "policy/record.h"

enum { ROW_MAX = 64 << 10 };

rc_t alias_list(struct kv *kv, struct arena *a, str_t instance, str_t organisation, str_t account,
                struct alias_list *out, struct err *e)
{
    struct kv_value v;
    CLEANUP_JSON json_t *row = NULL;
    TRY(KV_CMD(kv, a, &v, e, STR("HGET"), record_key(a, instance, RECORD_ACCOUNT, organisation),
               account));
    if (v.type == KV_STR && v.s.n > ROW_MAX) return err_set(e, RC_DAMAGED, NULL);
    if (v.type == KV_STR) TRY(record_parse(RECORD_ACCOUNT, v.s, &row, e));
    const json_t *from = json_object_get(row, "from");
    struct alias_list list = {.addresses = ARENA_ARRAY(a, json_array_size(from) + 1, str_t)};
    if (!list.addresses) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < json_array_size(from); i++) {
        str_t s = arena_str(a, json_text(json_array_get(from, i)));
        if (str_is_null(s)) return err_set(e, RC_NO_MEMORY, NULL);
        if (!str_ieq(s, account)) list.addresses[list.count++] = s;
    }
    *out = list;
    return RC_OK;
}

rc_t alias_allows(struct kv *kv, struct arena *a, str_t instance, str_t organisation, str_t account,
                  str_t address, bool *out, struct err *e)
{
    struct alias_list list;
    bool allowed = str_ieq(address, account);
    if (!allowed) TRY(alias_list(kv, a, instance, organisation, account, &list, e));
    for (size_t i = 0; !allowed && i < list.count; i++)
        allowed = str_ieq(list.addresses[i], address);
    *out = allowed;
    return RC_OK;
}
