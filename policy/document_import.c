/* From what the registry holds to what a document says. */
#include <string.h>

#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/document.h"
#include "policy/document_authority.h"
#include "policy/document_keys.h"
#include "policy/document_parts.h"
#include "policy/rules_store.h"
#include "policy/token.h"

struct import {
    const json_t *wanted;
    bool dry_run, replace_keys;
    json_t *changes; /* out */
    long long added, changed, removed;
};

static void note(struct import *w, const char *kind, const char *group, const char *id,
                 const char *change, long long *count)
{
    (*count)++;
    if (json_array_size(w->changes) >= DOCUMENT_MAX_CHANGES) return;
    json_t *v = json_object();
    json_object_set_new(v, "what",
                        json_sprintf("%s%s%s %s", kind, group ? " " : "", group ? group : "", id));
    json_put_str(v, "change", str_c(change));
    json_array_append_new(w->changes, v);
}

static rc_t put_row(struct edit *t, struct import *w, const struct document_section *s,
                    const char *group, const char *id, const json_t *had, const json_t *row,
                    struct err *e)
{
    CLEANUP_JSON json_t *list = record_difference(s->kind, had, row);
    CLEANUP_JSON json_t *after = json_copy((json_t *) row);
    if (had && json_array_size(list) == 0) return RC_OK;
    if (had) json_put_int(after, "version", record_version(had) + 1);
    note(w, s->member, group, id, had ? "changed" : "added", had ? &w->changed : &w->added);
    str_t in = group ? arena_str(t->a, document_group_of(group)) : STR_NULL;
    struct record_at at = {s->kind, in, arena_str(t->a, str_c(id))};
    return edit_store(t, at, after, e);
}

/* From what is there to what is wanted. */
static rc_t put_rows(struct edit *t, struct import *w, const struct document_section *s,
                     const char *group, const json_t *had, const json_t *wanted, struct err *e)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) wanted, id, row)
        TRY(put_row(t, w, s, group, id, json_object_get(had, id), row, e));
    json_object_foreach((json_t *) had, id, row)
    {
        if (json_object_get(wanted, id)) continue;
        note(w, s->member, group, id, "removed", &w->removed);
        str_t in = group ? arena_str(t->a, document_group_of(group)) : STR_NULL;
        struct record_at at = {s->kind, in, arena_str(t->a, str_c(id))};
        TRY(edit_store(t, at, NULL, e));
    }
    return RC_OK;
}

static rc_t put_section(struct edit *t, struct import *w, const struct document_section *s,
                        const json_t *had, const json_t *wanted, struct err *e)
{
    const char *group;
    json_t *v;
    if (!s->grouped) return put_rows(t, w, s, NULL, had, wanted, e);
    json_object_foreach((json_t *) wanted, group, v)
        TRY(put_rows(t, w, s, group, json_object_get(had, group), v, e));
    json_object_foreach((json_t *) had, group, v)
    {
        if (!json_object_get(wanted, group)) TRY(put_rows(t, w, s, group, v, NULL, e));
    }
    return RC_OK;
}

static rc_t put_rules(struct edit *t, struct import *w, const json_t *had, const json_t *wanted,
                      struct err *e)
{
    const char *id;
    json_t *v;
    str_t instance = t->r->config->instance;
    json_object_foreach((json_t *) wanted, id, v)
    {
        const json_t *before = json_object_get(had, id);
        CLEANUP_BUF struct buf text = BUF_INIT(RULES_STORE_MAX_BYTES + 32);
        CLEANUP_JSON json_t *after = json_copy(v);
        if (before && json_equal(before, v)) continue;
        if (before) json_put_int(after, "version", record_version(before) + 1);
        if (!json_write(after, &text)) return err_set(e, RC_TOO_LARGE, NULL);
        note(w, "rules", NULL, id, before ? "changed" : "added", before ? &w->changed : &w->added);
        EDIT_COMMAND(t, STR("SET"), arena_printf(t->a, "%.*s:o:rules:%s", STR_ARG(instance), id),
                     buf_view(&text));
    }
    json_object_foreach((json_t *) had, id, v)
    {
        if (json_object_get(wanted, id)) continue;
        note(w, "rules", NULL, id, "removed", &w->removed);
        EDIT_COMMAND(t, STR("DEL"), arena_printf(t->a, "%.*s:o:rules:%s", STR_ARG(instance), id));
    }
    return RC_OK;
}

/* A key that is gone is gone: an export of before there were certificates must not remove them.
 * Tokens, of which a document says nothing, stay with their organisation. */
static rc_t judge_silence(const json_t *had, const json_t *wanted, struct err *e)
{
    for (size_t i = 0; i < DOCUMENT_SECTION_COUNT; i++) {
        const char *member = DOCUMENT_SECTIONS[i].member;
        if (DOCUMENT_SECTIONS[i].kind == RECORD_TOKEN || json_object_get(wanted, member) ||
            json_object_size(json_object_get(had, member)) == 0)
            continue;
        err_set(e, RC_CONFLICT, "There are %s, of which the document says nothing.", member);
        err_field(e, member);
        return RC_CONFLICT;
    }
    return RC_OK;
}

static void note_list(void *arg, const char *organisation, const char *change)
{
    struct import *w = arg;
    long long *count = strcmp(change, "added") == 0     ? &w->added
                       : strcmp(change, "changed") == 0 ? &w->changed
                                                        : &w->removed;
    note(w, "crl", NULL, organisation, change, count);
}

/* Queues what makes of `had` what is wanted. */
static rc_t put_all(struct edit *t, struct import *w, const json_t *had, const json_t *wanted,
                    struct err *e)
{
    for (size_t i = 0; i < DOCUMENT_SECTION_COUNT; i++) {
        const char *member = DOCUMENT_SECTIONS[i].member;
        if (DOCUMENT_SECTIONS[i].kind == RECORD_TOKEN && !json_object_get(wanted, member)) continue;
        TRY(put_section(t, w, &DOCUMENT_SECTIONS[i], json_object_get(had, member),
                        json_object_get(wanted, member), e));
    }
    TRY(put_rules(t, w, json_object_get(had, "rules"), json_object_get(wanted, "rules"), e));
    TRY(document_put_lists(t, had, wanted, note_list, w, e));
    TRY(document_put_keys(t, had, wanted, w->replace_keys, &w->changed, e));
    return document_put_authority_keys(t, had, wanted, w->replace_keys, &w->changed, e);
}

/* The entry of the audit, and that everything compiled is old. */
static rc_t tell(struct edit *t, const struct import *w, const json_t *had, const json_t *wanted,
                 struct err *e)
{
    CLEANUP_JSON json_t *counts = json_object();
    const char *id;
    json_t *v;
    json_object_foreach(json_object_get(had, "organisations"), id, v)
    {
        if (json_object_get(json_object_get(wanted, "organisations"), id)) continue;
        str_t gone = arena_str(t->a, str_c(id));
        edit_touch(t, gone);
        authority_forget(t, gone);
        certificate_forget(t, gone);
        edit_end_audit(t, gone);
        TRY(token_forget(t, gone, e));
    }
    json_object_foreach(json_object_get(wanted, "organisations"), id, v)
        edit_touch(t, arena_str(t->a, str_c(id)));
    json_put_int(counts, "added", w->added);
    json_put_int(counts, "changed", w->changed);
    json_put_int(counts, "removed", w->removed);
    return edit_audit(t, STR_NULL, "registry", STR("import"), NULL, counts, e);
}

static rc_t import_step(struct edit *t, void *arg, struct err *e)
{
    struct import *w = arg;
    CLEANUP_JSON json_t *had = json_object(), *wanted = json_deep_copy(w->wanted);
    json_array_clear(w->changes);
    w->added = w->changed = w->removed = 0;
    if (!wanted) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(document_take_all(t, had, e));
    TRY(judge_silence(had, wanted, e));
    TRY(document_keep_authorities(had, wanted, e));
    TRY(put_all(t, w, had, wanted, e));
    bool keys = json_object_size(json_object_get(wanted, "sealed_keys")) > 0 ||
                json_object_size(json_object_get(wanted, "sealed_authority_keys")) > 0;
    if (w->dry_run || (!keys && w->added + w->changed + w->removed == 0)) {
        json_array_clear(t->commands);
        return RC_OK;
    }
    return tell(t, w, had, wanted, e);
}

rc_t document_import(const struct registry *r, const struct actor *by, const json_t *document,
                     unsigned how, json_t **report, struct err *e)
{
    CLEANUP_JSON json_t *changes = json_array();
    struct import w = {.wanted = document,
                       .dry_run = (how & DOCUMENT_DRY_RUN) != 0,
                       .replace_keys = (how & DOCUMENT_REPLACE_KEYS) != 0,
                       .changes = changes};
    TRY(authority_lists_adopt(r, e));
    TRY(edit_run(r, by, import_step, &w, e));
    json_t *v = json_object();
    json_put_int(v, "added", w.added);
    json_put_int(v, "changed", w.changed);
    json_put_int(v, "removed", w.removed);
    json_object_set(v, "changes", changes);
    *report = v;
    return RC_OK;
}
