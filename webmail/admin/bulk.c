#include "webmail/admin/bulk.h"

#include <stdio.h>

#include "policy/licence.h"
#include "policy/name.h"

void bulk_free(struct bulk *b)
{
    json_decref(b->rows);
}

rc_t bulk_check_addresses(const json_t *list, struct err *e)
{
    char field[32];
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (name_is_address(json_text(json_array_get(list, i)))) continue;
        snprintf(field, sizeof field, "addresses[%zu]", i);
        return err_invalid(e, field, "That is not an address: user@domain, in lower case.");
    }
    return RC_OK;
}

void bulk_row(struct bulk *b, str_t address, const char *result, const struct err *why)
{
    json_t *row = json_object();
    json_put_str(row, "address", address);
    json_put_bool(row, "ok", !why);
    if (!why && result) json_put_str(row, "result", str_c(result));
    if (why) {
        json_put_str(row, "code", str_c(err_word(why->code)));
        if (why->field[0]) json_put_str(row, "field", str_c(why->field));
        json_put_str(row, "message", str_c(why->message));
    }
    if (!b->rows) b->rows = json_array();
    json_array_append_new(b->rows, row);
    if (why)
        b->failed++;
    else
        b->done++;
}

rc_t bulk_rest(struct bulk *b, const json_t *addresses, size_t from, const struct err *why)
{
    for (size_t i = from; i < json_array_size(addresses); i++)
        bulk_row(b, json_text(json_array_get(addresses, i)), NULL, why);
    return RC_OK;
}

rc_t bulk_licences(struct call *c, const json_t *addresses, bool on, struct bulk *b, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    TRY(licence_change(admin_registry(c), admin_actor(c), admin_organisation(c), addresses, on,
                       &rows, e));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        str_t result = record_text(row, "result");
        struct err why = {0};
        if (str_eq(result, STR("no_seat"))) {
            err_set(&why, RC_FULL, "No licence is left.");
            err_field(&why, "quota");
        } else if (str_eq(result, STR("no_account"))) {
            err_set(&why, RC_NOT_FOUND, "There is no such mailbox.");
            err_field(&why, "address");
        }
        bulk_row(b, record_text(row, "account"), json_string_value(json_object_get(row, "result")),
                 why.code ? &why : NULL);
    }
    return RC_OK;
}

rc_t bulk_answer(struct call *c, struct bulk *b, struct err *e)
{
    json_t *answer = json_object();
    if (!b->rows) b->rows = json_array();
    json_object_set(answer, "rows", b->rows);
    json_put_int(answer, "done", (long long) b->done);
    json_put_int(answer, "failed", (long long) b->failed);
    return call_answer(c, answer, e);
}
