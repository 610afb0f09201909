#include "policy/outbound.h"

static const char PER_HOUR[] = "outbound_per_hour", RECIPIENTS[] = "outbound_recipients";

static uint32_t number_of(const json_t *row, const char *field)
{
    const json_t *v = json_object_get(row, field);
    return json_is_integer(v) ? (uint32_t) json_integer_value(v) : OUTBOUND_ANY;
}

struct outbound outbound_said(const json_t *row)
{
    return (struct outbound){number_of(row, PER_HOUR), number_of(row, RECIPIENTS)};
}

/* 0 in the configuration is none; in a record it is one: nothing may be sent. */
static uint32_t nearest(uint32_t organisation, uint32_t customer, uint32_t configured)
{
    if (organisation != OUTBOUND_ANY) return organisation;
    if (customer != OUTBOUND_ANY) return customer;
    return configured ? configured : OUTBOUND_ANY;
}

struct outbound outbound_ceiling(const struct config *c, const json_t *organisation,
                                 const json_t *customer)
{
    struct outbound o = outbound_said(organisation), p = outbound_said(customer);
    return (struct outbound){nearest(o.per_hour, p.per_hour, c->outbound_per_hour),
                             nearest(o.recipients, p.recipients, c->outbound_recipients)};
}

static uint32_t lower(uint32_t x, uint32_t y)
{
    return x < y ? x : y;
}

struct outbound outbound_within(struct outbound said, struct outbound ceiling)
{
    return (struct outbound){lower(said.per_hour, ceiling.per_hour),
                             lower(said.recipients, ceiling.recipients)};
}

static rc_t check_one(uint32_t before, uint32_t after, uint32_t ceiling, const char *field,
                      const char *what, struct err *e)
{
    if (after == before || after == OUTBOUND_ANY || after <= ceiling) return RC_OK;
    err_set(e, RC_INVALID, "At most %u %s: that is the operator's ceiling here.", ceiling, what);
    err_field(e, field);
    return RC_INVALID;
}

rc_t outbound_check(const json_t *before, const json_t *after, struct outbound ceiling,
                    struct err *e)
{
    struct outbound b = outbound_said(before), a = outbound_said(after);
    TRY(check_one(b.per_hour, a.per_hour, ceiling.per_hour, PER_HOUR, "messages an hour", e));
    return check_one(b.recipients, a.recipients, ceiling.recipients, RECIPIENTS,
                     "recipients of one message", e);
}

bool outbound_same(const json_t *x, const json_t *y)
{
    struct outbound a = outbound_said(x), b = outbound_said(y);
    return a.per_hour == b.per_hour && a.recipients == b.recipients;
}

rc_t outbound_keep(const json_t *before, const json_t *after, struct err *e)
{
    if (outbound_same(before, after)) return RC_OK;
    bool hour = outbound_said(before).per_hour != outbound_said(after).per_hour;
    err_set(e, RC_FORBIDDEN, "Ceilings are the operator's to set.");
    err_field(e, hour ? PER_HOUR : RECIPIENTS);
    return RC_FORBIDDEN;
}

static void put(json_t *v, const char *field, uint32_t n)
{
    json_object_set_new(v, field, n == OUTBOUND_ANY ? json_null() : json_integer(n));
}

json_t *outbound_json(struct outbound o)
{
    json_t *v = json_object();
    put(v, PER_HOUR, o.per_hour);
    put(v, RECIPIENTS, o.recipients);
    return v;
}
