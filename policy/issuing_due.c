/* Who lacks a certificate of the organisation's authority, and what it issued is due: by briefs, a
 * part after the other, so that a certificate is neither read nor parsed for it. */
#include <stdlib.h>
#include <string.h>

#include "crypto/issue.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/issuing_parts.h"
#include "policy/licence.h"
#include "policy/name.h"

enum { BATCH = 200 };

static const struct issuing_some WHOLE = {.limit = ISSUING_MANY};

/* --- what it is about ------------------------------------------------------------------------- */

struct scope {
    str_t organisation, customer;
    str_t *domains; /* that the authority's certificate names */
    size_t count;
    char now[NAME_TIME_BYTES + 1];
};

static rc_t scope_read(struct edit *t, str_t organisation, int64_t now, struct scope *out,
                       struct err *e)
{
    CLEANUP_AUTHORITY struct authority u = {0};
    CLEANUP_JSON json_t *row = NULL;
    TRY(authority_open(t, organisation, false, &u, e));
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, organisation}, &row, e));
    *out = (struct scope){.organisation = organisation,
                          .customer = arena_str(t->a, record_text(row, "customer"))};
    name_write_time(now, out->now);
    return issue_domains(u.cert, t->a, &out->domains, &out->count, e);
}

/* Nothing can be issued there before the authority is renewed: last, so that it keeps nobody. */
static bool is_late(const struct scope *s, str_t address)
{
    str_t domain = name_domain_of(address);
    for (size_t i = 0; i < s->count; i++)
        if (str_ieq(s->domains[i], domain)) return false;
    return true;
}

/* Which of the addresses (texts) are active accounts with an active licence: {address: true}. */
static rc_t licensed(struct edit *t, const struct scope *s, const json_t *addresses, int64_t now,
                     json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *accounts = NULL, *licences = NULL;
    const char *address;
    json_t *account;
    TRY(edit_get_many(t, RECORD_ACCOUNT, s->organisation, addresses, &accounts, e));
    TRY(edit_get_many(t, RECORD_LICENCE, s->customer, addresses, &licences, e));
    *out = json_object();
    json_object_foreach(accounts, address, account)
    {
        if (str_eq(record_text(account, "state"), STR("active")) &&
            licence_state_at(json_object_get(licences, address), now) == LICENCE_ACTIVE)
            json_object_set(*out, address, json_true());
    }
    return RC_OK;
}

/* --- briefs ----------------------------------------------------------------------------------- */

struct facts {
    str_t source, custody, primary, from, until;
    bool revoked;
};

static rc_t read_facts(struct edit *t, str_t text, struct facts *out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    static const char *const MEMBERS[] = {"source", "custody", "primary", "not_before",
                                          "not_after"};
    str_t v[5];
    bool whole = true;
    for (size_t i = 0; i < 5; i++) {
        v[i] = certificate_brief_word(text, MEMBERS[i]);
        whole = whole && v[i].n > 0;
    }
    bool revoked = certificate_brief_word(text, "revoked_at").n > 0;
    if (!whole) { /* not as we write them */
        if (json_parse_object(text, &row, NULL) != RC_OK)
            return err_set(e, RC_DAMAGED, "What is kept of a certificate is damaged.");
        for (size_t i = 0; i < 5; i++)
            v[i] = arena_str(t->a, record_text(row, MEMBERS[i]));
        revoked = record_text(row, "revoked_at").n > 0;
    }
    *out = (struct facts){v[0], v[1], v[2], v[3], v[4], revoked};
    return RC_OK;
}

static unsigned use_of_word(str_t word)
{
    return str_eq(word, STR("both"))      ? USE_BOTH
           : str_eq(word, STR("sign"))    ? USE_SIGN
           : str_eq(word, STR("encrypt")) ? USE_ENCRYPT
                                          : USE_NONE;
}

rc_t issuing_uses(struct edit *t, str_t organisation, const str_t *addresses, size_t n, int64_t now,
                  json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *uses = json_object();
    struct certificate_text *briefs;
    char text[NAME_TIME_BYTES + 1];
    size_t count;
    name_write_time(now, text);
    TRY(certificate_briefs_by(t, organisation, addresses, n, &briefs, &count, e));
    for (size_t i = 0; i < count; i++) {
        struct facts f;
        str_t address, fingerprint;
        TRY(read_facts(t, briefs[i].text, &f, e));
        if (f.revoked || str_cmp(f.from, str_c(text)) > 0 || str_cmp(f.until, str_c(text)) < 0)
            continue;
        str_cut(briefs[i].id, ' ', &address, &fingerprint);
        long long had = json_integer_value(json_object_getn(uses, address.p, address.n));
        long long now_has = had | use_of_word(f.primary);
        if (now_has) json_object_setn_new(uses, address.p, address.n, json_integer(now_has));
    }
    *out = json_incref(uses);
    return RC_OK;
}

/* --- barred ----------------------------------------------------------------------------------- */

static bool is_barring(str_t reason)
{
    str_t one, rest = STR(ISSUING_BARRING);
    for (bool more = true; more;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (str_eq(one, reason)) return true;
    }
    return false;
}

/* Most of thousands were not revoked, and are not parsed. */
static rc_t read_revoked(struct edit *t, str_t organisation, json_t *out, struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HVALS"), edit_key(t, RECORD_ISSUED, organisation)));
    for (size_t i = 0; v.type == KV_ARRAY && i < v.count; i++) {
        json_t *row = NULL;
        if (str_find(v.items[i].s, STR("\"revoked_at\":null")) >= 0) continue;
        TRY(record_parse(RECORD_ISSUED, v.items[i].s, &row, e));
        if (record_text(row, "revoked_at").n)
            json_array_append_new(out, row);
        else
            json_decref(row);
    }
    return RC_OK;
}

rc_t issuing_barred(struct edit *t, str_t organisation, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *revoked = json_array(), *barred = json_object();
    size_t i;
    json_t *row;
    TRY(read_revoked(t, organisation, revoked, e));
    json_array_foreach(revoked, i, row)
    {
        str_t address = record_text(row, "address"), at = record_text(row, "revoked_at");
        if (is_barring(record_text(row, "reason")) &&
            str_cmp(record_text(barred, json_string_value(json_object_get(row, "address"))), at) <
                0)
            json_object_setn_new(barred, address.p, address.n, json_from_str(at));
    }
    json_array_foreach(revoked, i, row)
    {
        const char *address = json_string_value(json_object_get(row, "address"));
        if (!is_barring(record_text(row, "reason")) && json_object_get(barred, address) &&
            str_cmp(record_text(row, "since"), record_text(barred, address)) > 0)
            json_object_del(barred, address);
    }
    *out = json_incref(barred);
    return RC_OK;
}

/* --- lacking ---------------------------------------------------------------------------------- */

struct candidate {
    str_t address;
    bool late;
};

static int by_place(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    return a->late != b->late ? a->late - b->late : str_cmp(a->address, b->address);
}

struct lacking {
    str_t organisation;
    unsigned use;
    int64_t now;
    struct issuing_some *some;
    json_t *out, *barred;
};

static rc_t candidates(struct edit *t, const struct scope *s, struct candidate **out, size_t *n,
                       struct err *e)
{
    struct kv_value v;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HKEYS"), edit_key(t, RECORD_ACCOUNT, s->organisation)));
    *n = v.type == KV_ARRAY ? v.count : 0;
    *out = ARENA_ARRAY(t->a, *n + 1, struct candidate);
    if (!*out) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct candidate){v.items[i].s, is_late(s, v.items[i].s)};
    if (*n > 1) qsort(*out, *n, sizeof **out, by_place);
    return RC_OK;
}

/* Of those; *looked: how many of them until there were enough. */
static rc_t look_at(struct edit *t, struct lacking *w, const struct scope *s, const json_t *bars,
                    const struct candidate *list, size_t n, size_t *looked, struct err *e)
{
    CLEANUP_JSON json_t *ids = json_array(), *who = NULL, *uses = NULL;
    str_t addresses[BATCH];
    for (size_t i = 0; i < n; i++) {
        addresses[i] = list[i].address;
        json_array_append_new(ids, json_from_str(addresses[i]));
    }
    TRY(licensed(t, s, ids, w->now, &who, e));
    TRY(issuing_uses(t, w->organisation, addresses, n, w->now, &uses, e));
    for (*looked = 0; *looked < n && json_array_size(w->out) < w->some->limit; (*looked)++) {
        str_t one = addresses[*looked];
        unsigned has = (unsigned) json_integer_value(json_object_getn(uses, one.p, one.n));
        if (json_object_getn(who, one.p, one.n) && (has & w->use) != w->use)
            json_array_append(json_object_getn(bars, one.p, one.n) ? w->barred : w->out,
                              json_array_get(ids, *looked));
    }
    return RC_OK;
}

static void go_on_after(struct issuing_some *some, str_t key, size_t left)
{
    some->left = (long long) left;
    some->next[0] = '\0';
    if (left == 0 || key.n >= sizeof some->next) return;
    memcpy(some->next, key.p, key.n);
    some->next[key.n] = '\0';
}

static rc_t lacking_step(struct edit *t, void *arg, struct err *e)
{
    struct lacking *w = arg;
    CLEANUP_JSON json_t *bars = NULL;
    struct scope s;
    struct candidate *list;
    size_t n, at = 0, looked;
    TRY(scope_read(t, w->organisation, w->now, &s, e));
    TRY(issuing_barred(t, w->organisation, &bars, e));
    TRY(candidates(t, &s, &list, &n, e));
    const struct candidate after = {w->some->after, is_late(&s, w->some->after)};
    while (w->some->after.n && at < n && by_place(&list[at], &after) <= 0)
        at++;
    for (; at < n && json_array_size(w->out) < w->some->limit; at += looked)
        TRY(look_at(t, w, &s, bars, list + at, n - at < BATCH ? n - at : BATCH, &looked, e));
    go_on_after(w->some, at > 0 ? list[at - 1].address : STR(""), n - at);
    return RC_OK;
}

rc_t issuing_lacking(const struct registry *r, str_t organisation, str_t usage, int64_t now,
                     struct issuing_some *some, json_t **addresses, json_t **barred, struct err *e)
{
    const struct actor nobody = {STR("look"), false, now};
    CLEANUP_JSON json_t *list = json_array(), *bars = json_array();
    struct issuing_some whole = WHOLE;
    struct lacking w = {organisation, USE_BOTH, now, some ? some : &whole, list, bars};
    TRY(certificate_read_use(usage, "usage", USE_BOTH, &w.use, e));
    TRY(edit_look(r, &nobody, lacking_step, &w, e));
    *addresses = json_incref(list);
    if (barred) *barred = json_incref(bars);
    return RC_OK;
}

/* --- due -------------------------------------------------------------------------------------- */

struct due {
    str_t address, fingerprint, until, custody;
    int64_t at;
    bool late;
};

/* What ends first before the others. */
static int by_end(const void *x, const void *y)
{
    const struct due *a = x, *b = y;
    if (a->late != b->late) return a->late - b->late;
    int order = str_cmp(a->until, b->until);
    if (order == 0) order = str_cmp(a->address, b->address);
    return order ? order : str_cmp(a->fingerprint, b->fingerprint);
}

struct look {
    str_t organisation;
    int64_t at;
    struct issuing_some *some;
    json_t *out;
};

/* Two thirds of its life. */
static bool due_at(const struct facts *f, int64_t *at)
{
    int64_t from, until;
    if (!name_read_time(f->from, &from) || !name_read_time(f->until, &until)) return false;
    *at = from + (until - from) / 3 * 2;
    return true;
}

static rc_t find_due(struct edit *t, const struct look *w, const struct scope *s, struct due **out,
                     size_t *n, struct err *e)
{
    struct certificate_text *briefs;
    size_t count;
    TRY(certificate_briefs(t->r, t->a, w->organisation, &briefs, &count, e));
    *n = 0;
    *out = ARENA_ARRAY(t->a, count + 1, struct due);
    if (!*out) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        struct facts f;
        struct due one = {0};
        TRY(read_facts(t, briefs[i].text, &f, e));
        if (f.revoked || !str_eq(f.source, STR("issued")) || use_of_word(f.primary) == USE_NONE ||
            !due_at(&f, &one.at) || one.at > w->at ||
            (w->some->held && !str_eq(f.custody, STR("agent"))))
            continue;
        str_cut(briefs[i].id, ' ', &one.address, &one.fingerprint);
        one.until = f.until;
        one.custody = f.custody;
        one.late = is_late(s, one.address);
        (*out)[(*n)++] = one;
    }
    return RC_OK;
}

/* Those of active accounts with an active licence, in place. */
static rc_t keep_licensed(struct edit *t, const struct scope *s, int64_t now, struct due *list,
                          size_t *n, struct err *e)
{
    size_t kept = 0;
    for (size_t from = 0, many; from < *n; from += many) {
        CLEANUP_JSON json_t *ids = json_array(), *who = NULL;
        many = *n - from < BATCH ? *n - from : BATCH;
        for (size_t i = from; i < from + many; i++)
            json_array_append_new(ids, json_from_str(list[i].address));
        TRY(licensed(t, s, ids, now, &who, e));
        for (size_t i = from; i < from + many; i++)
            if (json_object_getn(who, list[i].address.p, list[i].address.n)) list[kept++] = list[i];
    }
    *n = kept;
    return RC_OK;
}

static json_t *due_row(const struct due *d)
{
    char text[NAME_TIME_BYTES + 1];
    json_t *row = json_object();
    name_write_time(d->at, text);
    json_put_str(row, "address", d->address);
    json_put_str(row, "fingerprint", d->fingerprint);
    json_put_str(row, "not_after", d->until);
    json_put_str(row, "due", str_c(text));
    json_put_str(row, "custody", d->custody);
    return row;
}

static rc_t due_step(struct edit *t, void *arg, struct err *e)
{
    struct look *w = arg;
    struct scope s;
    struct due *list, after = {0};
    size_t n, at = 0, end;
    str_t rest;
    TRY(scope_read(t, w->organisation, w->at, &s, e));
    TRY(find_due(t, w, &s, &list, &n, e));
    TRY(keep_licensed(t, &s, w->at, list, &n, e));
    if (n > 1) qsort(list, n, sizeof *list, by_end);
    str_cut(w->some->after, ' ', &after.until, &rest);
    str_cut(rest, ' ', &after.address, &after.fingerprint);
    after.late = is_late(&s, after.address);
    while (w->some->after.n && at < n && by_end(&list[at], &after) <= 0)
        at++;
    end = n - at < w->some->limit ? n : at + w->some->limit;
    for (; at < end; at++)
        json_array_append_new(w->out, due_row(&list[at]));
    const struct due *last = &list[end ? end - 1 : 0];
    go_on_after(w->some,
                end ? arena_printf(t->a, "%.*s %.*s %.*s", STR_ARG(last->until),
                                   STR_ARG(last->address), STR_ARG(last->fingerprint))
                    : STR(""),
                n - end);
    return RC_OK;
}

rc_t issuing_due(const struct registry *r, str_t organisation, int64_t at,
                 struct issuing_some *some, json_t **rows, struct err *e)
{
    const struct actor nobody = {STR("look"), false, at};
    CLEANUP_JSON json_t *list = json_array();
    struct issuing_some whole = {.limit = SIZE_MAX};
    struct look w = {organisation, at, some ? some : &whole, list};
    TRY(edit_look(r, &nobody, due_step, &w, e));
    *rows = json_incref(list);
    return RC_OK;
}
