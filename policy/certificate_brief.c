/* What lists show of certificates, kept beside the records. */
#include <stdio.h>
#include <stdlib.h>

#include "policy/certificate_parts.h"

enum { BRIEF_BYTES = 64 << 10, ASK_MANY = 500 };

rc_t certificate_brief(str_t id, const json_t *row, json_t **out, struct err *e)
{
    TRY(certificate_view(id, row, 0, out, e));
    json_object_del(*out, "der");
    json_object_del(*out, "status"); /* the only one that depends on the time */
    return RC_OK;
}

static str_t brief_key(struct arena *a, str_t instance, str_t organisation)
{
    return arena_printf(a, "%.*s:o:briefs:%.*s", STR_ARG(instance), STR_ARG(organisation));
}

static rc_t brief_text(struct arena *a, str_t id, const json_t *row, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(BRIEF_BYTES);
    CLEANUP_JSON json_t *brief = NULL;
    TRY(certificate_brief(id, row, &brief, e));
    if (!json_write(brief, &b)) return err_set(e, RC_TOO_LARGE, NULL);
    *out = arena_str(a, buf_view(&b));
    return out->n ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static str_t count_key(struct arena *a, str_t instance, str_t organisation)
{
    return arena_printf(a, "%.*s:o:briefed:%.*s", STR_ARG(instance), STR_ARG(organisation));
}

static void count_change(struct edit *t, str_t organisation)
{
    EDIT_COMMAND(t, STR("INCR"), count_key(t->a, t->r->config->instance, organisation));
}

rc_t certificate_count_changes(const struct registry *r, str_t organisation, int64_t *out,
                               struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4096);
    struct kv_value v;
    uint64_t n = 0;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    str_t key = count_key(a, r->config->instance, organisation);
    if (!key.n) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(r->kv, a, &v, e, STR("GET"), key));
    if (v.type == KV_STR && !str_to_u64(v.s, &n)) return err_set(e, RC_DAMAGED, NULL);
    *out = (int64_t) n;
    return RC_OK;
}

rc_t certificate_store_brief(struct edit *t, struct record_at at, const json_t *after,
                             struct err *e)
{
    str_t text, key = brief_key(t->a, t->r->config->instance, at.group);
    count_change(t, at.group);
    if (!after) {
        EDIT_COMMAND(t, STR("HDEL"), key, at.id);
        return RC_OK;
    }
    TRY(brief_text(t->a, at.id, after, &text, e));
    EDIT_COMMAND(t, STR("HSET"), key, at.id, text);
    return RC_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int by_id(const void *x, const void *y)
{
    return str_cmp(((const struct certificate_text *) x)->id,
                   ((const struct certificate_text *) y)->id);
}

/* From the records themselves. */
static rc_t derive(const struct registry *r, struct arena *a, str_t organisation,
                   struct certificate_text **out, size_t *count, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    size_t n = 0;
    TRY(registry_list(r, RECORD_CERTIFICATE, organisation, &rows, e));
    struct certificate_text *list =
        ARENA_ARRAY(a, json_object_size(rows) + 1, struct certificate_text);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach(rows, id, row)
    {
        list[n].id = arena_str(a, str_c(id));
        TRY(brief_text(a, list[n].id, row, &list[n].text, e));
        n++;
    }
    *out = list;
    *count = n;
    return RC_OK;
}

rc_t certificate_briefs(const struct registry *r, struct arena *a, str_t organisation,
                        struct certificate_text **out, size_t *count, struct err *e)
{
    str_t records = record_key(a, r->config->instance, RECORD_CERTIFICATE, organisation);
    const str_t many[] = {STR("HLEN"), records};
    const str_t all[] = {STR("HGETALL"), brief_key(a, r->config->instance, organisation)};
    const struct kv_call calls[] = {{many, 2}, {all, 2}};
    struct kv_value v[2];
    TRY(kv_pipeline(r->kv, a, calls, 2, v, e));
    size_t n = v[1].type == KV_ARRAY ? v[1].count / 2 : 0;
    if (v[0].type != KV_INT || v[0].i < 0) return err_set(e, RC_STATE_DOWN, NULL);
    if ((size_t) v[0].i != n) {
        TRY(derive(r, a, organisation, out, count, e));
    } else {
        struct certificate_text *list = ARENA_ARRAY(a, n + 1, struct certificate_text);
        if (!list) return err_set(e, RC_NO_MEMORY, NULL);
        for (size_t i = 0; i < n; i++)
            list[i] = (struct certificate_text){v[1].items[2 * i].s, v[1].items[2 * i + 1].s};
        *out = list;
        *count = n;
    }
    qsort(*out, *count, sizeof **out, by_id);
    return RC_OK;
}

/* Of those ids; what has no brief has one made of its record. */
static rc_t ask_briefs(struct edit *t, str_t organisation, const json_t *ids, size_t from, size_t n,
                       struct certificate_text *out, size_t *count, struct err *e)
{
    str_t argv[2 + ASK_MANY];
    struct kv_value v;
    argv[0] = STR("HMGET");
    argv[1] = brief_key(t->a, t->r->config->instance, organisation);
    for (size_t i = 0; i < n; i++)
        argv[2 + i] = arena_str(t->a, json_text(json_array_get(ids, from + i)));
    TRY(kv_command(t->r->kv, t->a, &v, e, argv, 2 + n));
    if (v.type != KV_ARRAY || v.count != n) return err_set(e, RC_STATE_DOWN, NULL);
    for (size_t i = 0; i < n; i++) {
        CLEANUP_JSON json_t *row = NULL;
        struct certificate_text one = {argv[2 + i], v.items[i].s};
        if (v.items[i].type != KV_STR) {
            TRY(edit_get(t, (struct record_at){RECORD_CERTIFICATE, organisation, one.id}, &row, e));
            if (!row) continue;
            TRY(brief_text(t->a, one.id, row, &one.text, e));
        }
        out[(*count)++] = one;
    }
    return RC_OK;
}

rc_t certificate_briefs_by(struct edit *t, str_t organisation, const str_t *addresses, size_t n,
                           struct certificate_text **out, size_t *count, struct err *e)
{
    CLEANUP_JSON json_t *ids = json_array();
    TRY(certificate_ids_of(t, organisation, addresses, n, ids, e));
    size_t many = json_array_size(ids);
    *count = 0;
    *out = ARENA_ARRAY(t->a, many + 1, struct certificate_text);
    if (!*out) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t from = 0, some; from < many; from += some) {
        some = many - from < ASK_MANY ? many - from : ASK_MANY;
        TRY(ask_briefs(t, organisation, ids, from, some, *out, count, e));
    }
    return RC_OK;
}

str_t certificate_brief_word(str_t brief, const char *member)
{
    char head[40];
    int n = snprintf(head, sizeof head, "\"%s\":\"", member);
    ptrdiff_t at =
        n > 0 && (size_t) n < sizeof head ? str_find(brief, str_n(head, (size_t) n)) : -1;
    if (at < 0) return STR_NULL;
    str_t rest = str_sub(brief, (size_t) at + (size_t) n, brief.n);
    ptrdiff_t end = str_chr(rest, '"');
    return end < 0 ? STR_NULL : str_sub(rest, 0, (size_t) end);
}

rc_t certificate_count_briefs(const struct registry *r, str_t organisation, long long *records,
                              long long *briefs, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4096);
    struct kv_value v[2];
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    str_t instance = r->config->instance;
    const str_t all[] = {STR("HLEN"), record_key(a, instance, RECORD_CERTIFICATE, organisation)};
    const str_t short_ones[] = {STR("HLEN"), brief_key(a, instance, organisation)};
    const struct kv_call calls[] = {{all, 2}, {short_ones, 2}};
    TRY(kv_pipeline(r->kv, a, calls, 2, v, e));
    *records = v[0].i;
    *briefs = v[1].i;
    return RC_OK;
}

/* --- bringing them up to date ----------------------------------------------------------------- */

struct repair {
    str_t organisation;
    long long count;
};

static rc_t repair_step(struct edit *t, void *arg, struct err *e)
{
    struct repair *w = arg;
    struct certificate_text *right;
    struct kv_value v;
    size_t n, stored = 0, same = 0;
    str_t key = brief_key(t->a, t->r->config->instance, w->organisation);
    w->count = 0;
    TRY(derive(t->r, t->a, w->organisation, &right, &n, e));
    qsort(right, n, sizeof *right, by_id);
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGETALL"), key));
    for (size_t i = 0; v.type == KV_ARRAY && i + 1 < v.count; i += 2, stored++) {
        const struct certificate_text at = {v.items[i].s, STR_NULL};
        const struct certificate_text *it = n ? bsearch(&at, right, n, sizeof *right, by_id) : NULL;
        same += it && str_eq(it->text, v.items[i + 1].s);
    }
    if (same == n && stored == n) return RC_OK;
    w->count = (long long) (n > stored ? n - same : stored - same);
    EDIT_COMMAND(t, STR("DEL"), key);
    for (size_t i = 0; i < n; i++)
        EDIT_COMMAND(t, STR("HSET"), key, right[i].id, right[i].text);
    count_change(t, w->organisation);
    edit_touch(t, w->organisation);
    return RC_OK;
}

rc_t certificate_repair_briefs(const struct registry *r, const struct actor *by, str_t organisation,
                               long long *repaired, struct err *e)
{
    struct repair w = {.organisation = organisation};
    TRY(edit_run(r, by, repair_step, &w, e));
    *repaired = w.count;
    return RC_OK;
}
