#include "policy/document.h"

#include <string.h>

#include "policy/certificate_parts.h"
#include "policy/document_keys.h"
#include "policy/edit.h"
#include "policy/name.h"
#include "policy/rules_store.h"

struct section {
    const char *member;
    enum record_kind kind;
    bool grouped;
};

static const struct section SECTIONS[] = {
    {"plans", RECORD_PLAN, false},
    {"customers", RECORD_CUSTOMER, false},
    {"organisations", RECORD_ORGANISATION, false},
    {"domains", RECORD_DOMAIN, false},
    {"accounts", RECORD_ACCOUNT, true},
    {"licences", RECORD_LICENCE, true},
    {"roles", RECORD_ROLE, true},
    {"operators", RECORD_ROLE, false},
    {"claims", RECORD_CLAIM, true},
    {"certificates", RECORD_CERTIFICATE, true},
};
enum { SECTION_COUNT = sizeof SECTIONS / sizeof *SECTIONS };

/* "-" stands for no organisation. */
static str_t group_of(const char *name)
{
    return strcmp(name, "-") == 0 ? STR_NULL : str_c(name);
}

/* --- reading a document ----------------------------------------------------------------------- */

/* Says where: "accounts.acme.anna@acme.test: …". */
static rc_t located(const char *member, const char *group, const char *id, const struct err *why,
                    struct err *e)
{
    char field[64];
    rc_t rc = err_set(e, why->code, "%.20s%s%.40s%s%.60s: %.120s", member, group ? "." : "",
                      group ? group : "", id ? "." : "", id ? id : "", why->message);
    snprintf(field, sizeof field, "%.20s%s%.40s", member, why->field[0] ? ": " : "", why->field);
    err_field(e, field);
    return rc;
}

static rc_t wrong(const char *member, const char *group, const char *id, const char *sentence,
                  struct err *e)
{
    struct err why = {0};
    err_set(&why, RC_INVALID, "%s", sentence);
    return located(member, group, id, &why, e);
}

static rc_t read_rows(const struct section *s, const char *group, const json_t *in, json_t *out,
                      size_t *rows, struct err *e)
{
    const char *id;
    json_t *v;
    if (!json_is_object(in)) return wrong(s->member, group, NULL, "An object was expected.", e);
    json_object_foreach((json_t *) in, id, v)
    {
        struct err why = {0};
        json_t *row = NULL;
        if (++*rows > DOCUMENT_MAX_ROWS) return err_set(e, RC_TOO_LARGE, NULL);
        rc_t rc = record_check_id(s->kind, str_c(id), &why);
        if (rc == RC_OK) rc = record_read(s->kind, v, &row, &why);
        if (rc != RC_OK) return located(s->member, group, id, &why, e);
        json_object_set_new(out, id, row);
    }
    return RC_OK;
}

static rc_t read_groups(const struct section *s, const json_t *in, json_t *out, size_t *rows,
                        struct err *e)
{
    const char *group;
    json_t *v;
    if (!json_is_object(in)) return wrong(s->member, NULL, NULL, "An object was expected.", e);
    json_object_foreach((json_t *) in, group, v)
    {
        CLEANUP_JSON json_t *part = json_object();
        bool none = s->kind == RECORD_ACCOUNT && !group_of(group).n;
        if (!none && !name_is_id(str_c(group)))
            return wrong(s->member, group, NULL, "That is not an id.", e);
        TRY(read_rows(s, group, v, part, rows, e));
        if (json_object_size(part) > 0) json_object_set(out, group, part);
    }
    return RC_OK;
}

static rc_t read_rules(const json_t *in, json_t *out, struct err *e)
{
    const char *id;
    json_t *v;
    if (!json_is_object(in)) return wrong("rules", NULL, NULL, "An object was expected.", e);
    json_object_foreach((json_t *) in, id, v)
    {
        CLEANUP_BUF struct buf text = BUF_INIT(RULES_STORE_MAX_BYTES);
        struct err why = {0};
        if (!name_is_id(str_c(id))) return wrong("rules", id, NULL, "That is not an id.", e);
        if (rules_store_check(v, &why) != RC_OK) return located("rules", id, NULL, &why, e);
        if (!json_write(v, &text)) return wrong("rules", id, NULL, "It is too large.", e);
        json_object_set(out, id, v);
    }
    return RC_OK;
}

static rc_t read_sections(const json_t *in, json_t *out, struct err *e)
{
    const char *name;
    json_t *v;
    size_t rows = 0;
    if (!str_eq(json_text(json_object_get(in, "schema")), STR(DOCUMENT_SCHEMA)))
        return err_invalid(e, "schema", "“schema” must be " DOCUMENT_SCHEMA ".");
    json_put_str(out, "schema", STR(DOCUMENT_SCHEMA));
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct section *s = &SECTIONS[i];
        json_t *given = json_object_get(in, s->member), *part;
        if (!given && s->kind == RECORD_CERTIFICATE) continue; /* says nothing of them */
        part = json_object();
        json_object_set_new(out, s->member, part);
        if (given && s->grouped) TRY(read_groups(s, given, part, &rows, e));
        if (given && !s->grouped) TRY(read_rows(s, NULL, given, part, &rows, e));
    }
    json_t *rules = json_object();
    json_object_set_new(out, "rules", rules);
    if (json_object_get(in, "rules")) TRY(read_rules(json_object_get(in, "rules"), rules, e));
    if (json_object_get(in, "sealed_keys")) TRY(document_read_keys(in, out, e));
    json_object_foreach((json_t *) in, name, v)
    {
        if (!json_object_get(out, name)) return wrong(name, NULL, NULL, "It is not known.", e);
    }
    return RC_OK;
}

/* --- what the records of a document say of each other ------------------------------------------
 */

struct whole {
    const struct config *c;
    const json_t *document;
};

static const json_t *row_of(const struct whole *w, const char *section, str_t id)
{
    return json_object_getn(json_object_get(w->document, section), id.p ? id.p : "", id.n);
}

static bool plan_exists(const struct whole *w, str_t plan)
{
    for (size_t i = 0; i < w->c->plan_count; i++)
        if (str_eq(w->c->plans[i].name, plan)) return true;
    return row_of(w, "plans", plan) != NULL;
}

static const char *judge_account(const struct whole *w, str_t group, str_t id, const json_t *row)
{
    const json_t *domain = row_of(w, "domains", name_domain_of(id)),
                 *from = json_object_get(row, "from");
    if (!str_eq(record_text(domain, "organisation"), group))
        return group.n ? "Its domain does not belong to this organisation."
                       : "Its domain belongs to an organisation.";
    for (size_t i = 0; i < json_array_size(from); i++)
        if (str_eq(json_text(json_array_get(from, i)), id))
            return "“from” names the account itself.";
    return NULL;
}

/* A mailbox of the organisation, or somebody outside, of whom there are no keys. */
static const char *judge_certificate(const struct whole *w, str_t group, str_t id,
                                     const json_t *row)
{
    str_t address, fingerprint;
    str_cut(id, ' ', &address, &fingerprint);
    const json_t *domain = row_of(w, "domains", name_domain_of(address)),
                 *accounts = row_of(w, "accounts", group);
    if (!row_of(w, "organisations", group)) return "There is no such organisation.";
    if (!str_eq(record_text(domain, "organisation"), group)) {
        if (!str_eq(record_text(row, "custody"), STR("none")))
            return "Keys are only of the organisation's own mailboxes.";
    } else if (!json_object_getn(accounts, address.p, address.n)) {
        return "There is no such account.";
    }
    return certificate_fault(id, row);
}

static const char *judge_licence(const struct whole *w, str_t group, const json_t *row)
{
    const json_t *organisation = row_of(w, "organisations", record_text(row, "organisation"));
    if (!row_of(w, "customers", group)) return "There is no such customer.";
    if (!str_eq(record_text(organisation, "customer"), group))
        return "Its organisation does not belong to this customer.";
    bool active = str_eq(record_text(row, "state"), STR("active"));
    return active == (record_text(row, "until").n == 0) ? NULL
                                                        : "“until” goes with revoke_pending.";
}

/* What is wrong with the row among the others, or NULL. */
static const char *judge_row(const struct whole *w, enum record_kind kind, str_t group, str_t id,
                             const json_t *row)
{
    str_t plan = record_text(row, "plan"), organisation = record_text(row, "organisation");
    bool operator= str_eq(record_text(row, "role"), STR("operator"));
    if (plan.n && !plan_exists(w, plan)) return "There is no such plan.";
    switch (kind) {
    case RECORD_ORGANISATION:
        return row_of(w, "customers", record_text(row, "customer")) ? NULL
                                                                    : "There is no such customer.";
    case RECORD_DOMAIN:
        return !organisation.n || row_of(w, "organisations", organisation)
                   ? NULL
                   : "There is no such organisation.";
    case RECORD_ACCOUNT:
        return judge_account(w, group, id, row);
    case RECORD_LICENCE:
        return judge_licence(w, group, row);
    case RECORD_ROLE:
        if (operator!=(group.n == 0)) return "Only operators stand over all organisations.";
        return !group.n || row_of(w, "organisations", group) ? NULL
                                                             : "There is no such organisation.";
    case RECORD_CERTIFICATE:
        return judge_certificate(w, group, id, row);
    case RECORD_CLAIM:
        return row_of(w, "organisations", group) ? NULL : "There is no such organisation.";
    default:
        return NULL;
    }
}

static rc_t judge_rows(const struct whole *w, const struct section *s, const char *group,
                       const json_t *rows, struct err *e)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        const char *sentence =
            judge_row(w, s->kind, group ? group_of(group) : STR_NULL, str_c(id), row);
        if (sentence) return wrong(s->member, group, id, sentence, e);
    }
    return RC_OK;
}

static rc_t judge_all(const struct whole *w, struct err *e)
{
    const char *name;
    json_t *v;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct section *s = &SECTIONS[i];
        const json_t *part = json_object_get(w->document, s->member);
        if (!s->grouped) {
            TRY(judge_rows(w, s, NULL, part, e));
            continue;
        }
        json_object_foreach((json_t *) part, name, v) TRY(judge_rows(w, s, name, v, e));
    }
    json_object_foreach(json_object_get(w->document, "rules"), name, v)
    {
        if (!row_of(w, "organisations", str_c(name)))
            return wrong("rules", name, NULL, "There is no such organisation.", e);
    }
    return document_judge_primary(json_object_get(w->document, "certificates"), e);
}

rc_t document_read(const struct config *c, const json_t *in, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *document = json_object();
    struct whole w = {c, document};
    TRY(read_sections(in, document, e));
    TRY(judge_all(&w, e));
    *out = json_incref(document);
    return RC_OK;
}

/* --- the registry as a document ----------------------------------------------------------------
 */

static rc_t take_rules(struct edit *t, const char *organisation, json_t *rules, struct err *e)
{
    struct kv_value v;
    json_t *document = NULL;
    str_t key =
        arena_printf(t->a, "%.*s:o:rules:%s", STR_ARG(t->r->config->instance), organisation);
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("GET"), key));
    if (v.type != KV_STR) return RC_OK;
    if (v.s.n > RULES_STORE_MAX_BYTES || json_parse_object(v.s, &document, NULL) != RC_OK)
        return err_set(e, RC_DAMAGED, "The stored rules of %s are damaged.", organisation);
    json_object_set_new(rules, organisation, document);
    return RC_OK;
}

static rc_t take_group(struct edit *t, const struct section *s, const char *group, json_t *out,
                       struct err *e)
{
    json_t *rows = NULL;
    TRY(edit_list(t, s->kind, group_of(group), &rows, e));
    if (json_object_size(rows) > 0)
        json_object_set_new(json_object_get(out, s->member), group, rows);
    else
        json_decref(rows);
    return RC_OK;
}

static rc_t take_groups(struct edit *t, json_t *out, struct err *e)
{
    const char *id;
    json_t *row;
    TRY(take_group(t, &SECTIONS[4], "-", out, e));
    json_object_foreach(json_object_get(out, "customers"), id, row)
        TRY(take_group(t, &SECTIONS[5], id, out, e));
    json_object_foreach(json_object_get(out, "organisations"), id, row)
    {
        TRY(take_group(t, &SECTIONS[4], id, out, e));
        TRY(take_group(t, &SECTIONS[6], id, out, e));
        TRY(take_group(t, &SECTIONS[8], id, out, e));
        TRY(take_group(t, &SECTIONS[9], id, out, e));
        TRY(take_rules(t, id, json_object_get(out, "rules"), e));
    }
    return RC_OK;
}

static rc_t take_all(struct edit *t, json_t *out, struct err *e)
{
    json_object_clear(out);
    json_put_str(out, "schema", STR(DOCUMENT_SCHEMA));
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        json_t *rows = NULL;
        if (SECTIONS[i].grouped)
            rows = json_object();
        else
            TRY(edit_list(t, SECTIONS[i].kind, STR_NULL, &rows, e));
        json_object_set_new(out, SECTIONS[i].member, rows);
    }
    json_object_set_new(out, "rules", json_object());
    return take_groups(t, out, e);
}

struct export
{
    json_t *document;
    bool sealed_keys;
};

static rc_t export_step(struct edit *t, void *arg, struct err *e)
{
    struct export *w = arg;
    TRY(take_all(t, w->document, e));
    return w->sealed_keys ? document_take_keys(t, w->document, e) : RC_OK;
}

rc_t document_export(const struct registry *r, bool sealed_keys, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *document = json_object();
    struct export w = {document, sealed_keys};
    struct actor nobody = {STR("export"), false, 0};
    TRY(edit_run(r, &nobody, export_step, &w, e));
    *out = json_incref(document);
    return RC_OK;
}

/* --- import ------------------------------------------------------------------------------------
 */

struct import {
    const json_t *wanted;
    bool dry_run;
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

static rc_t put_row(struct edit *t, struct import *w, const struct section *s, const char *group,
                    const char *id, const json_t *had, const json_t *row, struct err *e)
{
    CLEANUP_JSON json_t *list = record_difference(s->kind, had, row);
    CLEANUP_JSON json_t *after = json_copy((json_t *) row);
    if (had && json_array_size(list) == 0) return RC_OK;
    if (had) json_put_int(after, "version", record_version(had) + 1);
    note(w, s->member, group, id, had ? "changed" : "added", had ? &w->changed : &w->added);
    str_t in = group ? arena_str(t->a, group_of(group)) : STR_NULL;
    struct record_at at = {s->kind, in, arena_str(t->a, str_c(id))};
    return edit_store(t, at, after, e);
}

/* From what is there to what is wanted. */
static rc_t put_rows(struct edit *t, struct import *w, const struct section *s, const char *group,
                     const json_t *had, const json_t *wanted, struct err *e)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) wanted, id, row)
        TRY(put_row(t, w, s, group, id, json_object_get(had, id), row, e));
    json_object_foreach((json_t *) had, id, row)
    {
        if (json_object_get(wanted, id)) continue;
        note(w, s->member, group, id, "removed", &w->removed);
        str_t in = group ? arena_str(t->a, group_of(group)) : STR_NULL;
        struct record_at at = {s->kind, in, arena_str(t->a, str_c(id))};
        TRY(edit_store(t, at, NULL, e));
    }
    return RC_OK;
}

static rc_t put_section(struct edit *t, struct import *w, const struct section *s,
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

/* A key that is gone is gone: an export of before there were certificates must not remove them. */
static rc_t keep_certificates(const json_t *had, const json_t *wanted, struct err *e)
{
    if (json_object_get(wanted, "certificates") ||
        json_object_size(json_object_get(had, "certificates")) == 0)
        return RC_OK;
    err_set(e, RC_CONFLICT, "There are certificates, of which the document says nothing.");
    err_field(e, "certificates");
    return RC_CONFLICT;
}

static rc_t import_step(struct edit *t, void *arg, struct err *e)
{
    struct import *w = arg;
    CLEANUP_JSON json_t *had = json_object(), *counts = json_object();
    json_array_clear(w->changes);
    w->added = w->changed = w->removed = 0;
    TRY(take_all(t, had, e));
    TRY(keep_certificates(had, w->wanted, e));
    for (size_t i = 0; i < SECTION_COUNT; i++)
        TRY(put_section(t, w, &SECTIONS[i], json_object_get(had, SECTIONS[i].member),
                        json_object_get(w->wanted, SECTIONS[i].member), e));
    TRY(put_rules(t, w, json_object_get(had, "rules"), json_object_get(w->wanted, "rules"), e));
    TRY(document_put_keys(t, had, w->wanted, &w->changed, e));
    bool keys = json_object_size(json_object_get(w->wanted, "sealed_keys")) > 0;
    if (w->dry_run || (!keys && w->added + w->changed + w->removed == 0)) {
        json_array_clear(t->commands);
        return RC_OK;
    }
    const char *id;
    json_t *v;
    json_object_foreach(json_object_get(had, "organisations"), id, v)
    {
        if (!json_object_get(json_object_get(w->wanted, "organisations"), id))
            edit_touch(t, arena_str(t->a, str_c(id)));
    }
    json_object_foreach(json_object_get(w->wanted, "organisations"), id, v)
        edit_touch(t, arena_str(t->a, str_c(id)));
    json_put_int(counts, "added", w->added);
    json_put_int(counts, "changed", w->changed);
    json_put_int(counts, "removed", w->removed);
    return edit_audit(t, STR_NULL, "registry", STR("import"), NULL, counts, e);
}

rc_t document_import(const struct registry *r, const struct actor *by, const json_t *document,
                     bool dry_run, json_t **report, struct err *e)
{
    CLEANUP_JSON json_t *changes = json_array();
    struct import w = {.wanted = document, .dry_run = dry_run, .changes = changes};
    TRY(edit_run(r, by, import_step, &w, e));
    json_t *v = json_object();
    json_put_int(v, "added", w.added);
    json_put_int(v, "changed", w.changed);
    json_put_int(v, "removed", w.removed);
    json_object_set(v, "changes", changes);
    *report = v;
    return RC_OK;
}
