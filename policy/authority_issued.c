/* What an authority issued, asked by those whose change must not leave it behind. */
#include "crypto/issue.h"
#include "policy/authority_parts.h"
#include "policy/name.h"

static bool is_whose(const json_t *row, str_t whose)
{
    str_t address = record_text(row, "address");
    return str_eq(address, whose) || str_eq(name_domain_of(address), whose);
}

rc_t authority_holding(struct edit *t, str_t organisation, str_t whose, long long *out,
                       struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *serial;
    json_t *row;
    char now[NAME_TIME_BYTES + 1];
    name_write_time(t->by->now, now);
    *out = 0;
    TRY(edit_list(t, RECORD_ISSUED, organisation, &rows, e));
    json_object_foreach(rows, serial, row)
    {
        bool holds =
            !record_text(row, "revoked_at").n && str_cmp(record_text(row, "until"), str_c(now)) > 0;
        *out += holds && is_whose(row, whose);
    }
    return RC_OK;
}

rc_t authority_revoked_at(struct edit *t, str_t organisation, const struct cert *c, str_t *at,
                          struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    struct cert_info info;
    *at = STR_NULL;
    TRY(cert_describe(c, t->a, &info, e));
    if (info.serial.n != ISSUE_SERIAL_DIGITS) return RC_OK;
    TRY(edit_get(t, (struct record_at){RECORD_ISSUED, organisation, info.serial}, &row, e));
    if (!row || !record_text(row, "revoked_at").n ||
        !str_eq(record_text(row, "fingerprint"), cert_fingerprint(c)))
        return RC_OK;
    *at = arena_str(t->a, record_text(row, "revoked_at"));
    return str_is_null(*at) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}
