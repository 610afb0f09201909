/* Revoking what was issued. */
#include <stdlib.h>
#include <string.h>

#include "crypto/issue.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/issuing.h"
#include "policy/name.h"

struct revoke {
    const struct agent *agent;
    struct certificate_at at;
    str_t reason;
    struct arena *a;
    str_t serial;
    bool before; /* it was revoked already */
    json_t *out;
};

static rc_t fail_field(struct err *e, rc_t code, const char *field, const char *sentence)
{
    err_set(e, code, "%s", sentence);
    err_field(e, field);
    return code;
}

static json_t *shown(const char *serial, const json_t *row)
{
    json_t *out = json_object();
    json_put_str(out, "serial", str_c(serial));
    static const char *const MEMBERS[] = {"address", "fingerprint", "since",
                                          "until",   "revoked_at",  "reason"};
    for (size_t i = 0; i < sizeof MEMBERS / sizeof *MEMBERS; i++)
        json_object_set(out, MEMBERS[i], json_object_get(row, MEMBERS[i]));
    return out;
}

/* The one issued to the address whose fingerprint begins so. */
static rc_t find(const json_t *issued, struct certificate_at at, const char **out, struct err *e)
{
    const char *serial, *found = NULL;
    json_t *row;
    if (at.fingerprint.n < CERTIFICATE_PREFIX_MIN)
        return err_invalid(e, "certificate", "Eight digits of the fingerprint are the least.");
    json_object_foreach((json_t *) issued, serial, row)
    {
        if (!str_eq(record_text(row, "address"), at.address) ||
            !str_starts(record_text(row, "fingerprint"), at.fingerprint))
            continue;
        if (found)
            return fail_field(e, RC_CONFLICT, "certificate",
                              "Several fingerprints begin like that.");
        found = serial;
    }
    *out = found;
    return found ? RC_OK
                 : fail_field(e, RC_NOT_FOUND, "certificate",
                              "The organisation's authority issued no such certificate.");
}

/* The registered certificate says so, too, and is used no more. */
static rc_t mark(struct edit *t, str_t organisation, str_t address, str_t fingerprint,
                 const char *now, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *after = NULL;
    TRY(certificate_held(t, organisation, address, &before, e));
    after = json_deep_copy(before);
    const char *id =
        arena_cstr(t->a, arena_printf(t->a, "%.*s %.*s", STR_ARG(address), STR_ARG(fingerprint)));
    json_t *row = id ? json_object_get(after, id) : NULL;
    if (!row) return RC_OK; /* removed before */
    json_put_str(row, "revoked_at", str_c(now));
    json_put_str(row, "primary", STR("none"));
    return certificate_put(t, organisation, address, before, after, e);
}

/* Its serial number, from all that was issued: apart, so that the change itself reads one row. */
static rc_t find_step(struct edit *t, void *arg, struct err *e)
{
    struct revoke *w = arg;
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *issued = NULL;
    const char *serial;
    TRY(authority_open(t, w->at.organisation, true, &u, e));
    TRY(edit_list(t, RECORD_ISSUED, w->at.organisation, &issued, e));
    TRY(find(issued, w->at, &serial, e));
    w->serial = arena_str(w->a, str_c(serial));
    return str_is_null(w->serial) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t revoke_step(struct edit *t, void *arg, struct err *e)
{
    struct revoke *w = arg;
    CLEANUP_JSON json_t *row = NULL, *before = NULL;
    char now[NAME_TIME_BYTES + 1];
    str_t organisation = w->at.organisation;
    const struct record_at at = {RECORD_ISSUED, organisation, w->serial};
    name_write_time(t->by->now, now);
    TRY(edit_get(t, at, &row, e));
    if (!row)
        return fail_field(e, RC_NOT_FOUND, "certificate",
                          "The organisation's authority issued no such certificate.");
    json_decref(w->out);
    w->out = NULL;
    w->before = record_text(row, "revoked_at").n > 0;
    if (!w->before) {
        before = json_deep_copy(row);
        json_put_str(row, "revoked_at", str_c(now));
        json_put_str(row, "reason", w->reason);
        json_put_int(row, "version", record_version(before) + 1);
        TRY(edit_store(t, at, row, e));
        TRY(edit_audit(t, organisation, "issued", w->serial, before, row, e));
        /* the address of this moment: the mailbox may have been renamed since it was found */
        TRY(mark(t, organisation, record_text(row, "address"), record_text(row, "fingerprint"), now,
                 e));
        authority_list_outdate(t, organisation);
        edit_touch(t, organisation);
    }
    w->out = shown(arena_cstr(t->a, w->serial), row);
    return RC_OK;
}

/* Marked first: a short change that nobody's others can starve; the list, which is long and signed,
 * comes after it. Where that fails, whoever asks again, or the daily run, signs it. */
static rc_t revoke(const struct registry *r, const struct actor *by, struct revoke *w,
                   struct err *e)
{
    bool made = false;
    struct agent_state state;
    TRY(edit_look(r, by, find_step, w, e));
    TRY(agent_ping(w->agent, w->a, &state, e));
    TRY(edit_run(r, by, revoke_step, w, e));
    TRY(authority_list_publish(r, by, w->agent, w->at.organisation, true, &made, e));
    return w->before && !made ? fail_field(e, RC_CONFLICT, "certificate", "It is revoked already.")
                              : RC_OK;
}

rc_t issuing_revoke(const struct registry *r, const struct actor *by, const struct agent *agent,
                    struct certificate_at at, str_t reason, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(256 << 10);
    struct revoke w = {.agent = agent, .at = at, .reason = reason, .a = a};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(authority_need_agent(agent, e));
    if (!name_is_address(at.address))
        return err_invalid(e, "address", "That is not an address: user@domain is.");
    if (issue_reason(reason) < 0)
        return err_invalid(e, "reason", "It must be one of: " ISSUE_REASONS ".");
    if (!at.organisation.n)
        TRY(registry_organisation_of(r, a, name_domain_of(at.address), &w.at.organisation, e));
    rc_t rc = revoke(r, by, &w, e);
    if (rc == RC_OK)
        *out = w.out;
    else
        json_decref(w.out);
    return rc;
}

static int newest_first(const void *x, const void *y)
{
    const json_t *const *a = x, *const *b = y;
    int order = str_cmp(record_text(*b, "since"), record_text(*a, "since"));
    return order ? order : str_cmp(record_text(*a, "serial"), record_text(*b, "serial"));
}

rc_t issuing_list(const struct registry *r, str_t organisation, json_t **rows, struct err *e)
{
    CLEANUP_JSON json_t *issued = NULL;
    const char *serial;
    json_t *row;
    size_t n = 0;
    TRY(registry_list(r, RECORD_ISSUED, organisation, &issued, e));
    json_t **list = calloc(json_object_size(issued) + 1, sizeof *list);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach(issued, serial, row) list[n++] = shown(serial, row);
    if (n > 0) qsort(list, n, sizeof *list, newest_first);
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, list[i]);
    free(list);
    *rows = out;
    return RC_OK;
}
