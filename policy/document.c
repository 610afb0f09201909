#include "policy/document.h"

#include <string.h>

#include "policy/authority_parts.h"
#include "policy/branding.h"
#include "policy/certificate_parts.h"
#include "policy/document_authority.h"
#include "policy/document_keys.h"
#include "policy/document_parts.h"
#include "policy/edit.h"
#include "policy/name.h"
#include "policy/rename.h"
#include "policy/roots.h"
#include "policy/rules_store.h"
#include "policy/token.h"

const struct document_section DOCUMENT_SECTIONS[] = {
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
    {"roots", RECORD_ROOT, true},
    {"renamed", RECORD_RENAMED, false},
    {"authorities", RECORD_AUTHORITY, false},
    {"issued", RECORD_ISSUED, true},
    {"requests", RECORD_REQUEST, true},
    {"tokens", RECORD_TOKEN, false},
    {"branding", RECORD_BRANDING, false},
};
const size_t DOCUMENT_SECTION_COUNT = sizeof DOCUMENT_SECTIONS / sizeof *DOCUMENT_SECTIONS;

/* Where a document of an earlier release is silent, it does not say that there are none. */
static bool may_be_silent(enum record_kind kind)
{
    return kind == RECORD_CERTIFICATE || kind == RECORD_AUTHORITY || kind == RECORD_ISSUED ||
           kind == RECORD_REQUEST || kind == RECORD_TOKEN;
}

str_t document_group_of(const char *name)
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

static rc_t read_rows(const struct document_section *s, const char *group, const json_t *in,
                      json_t *out, size_t *rows, struct err *e)
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

static rc_t read_groups(const struct document_section *s, const json_t *in, json_t *out,
                        size_t *rows, struct err *e)
{
    const char *group;
    json_t *v;
    if (!json_is_object(in)) return wrong(s->member, NULL, NULL, "An object was expected.", e);
    json_object_foreach((json_t *) in, group, v)
    {
        CLEANUP_JSON json_t *part = json_object();
        bool none = s->kind == RECORD_ACCOUNT && !document_group_of(group).n;
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
    for (size_t i = 0; i < DOCUMENT_SECTION_COUNT; i++) {
        const struct document_section *s = &DOCUMENT_SECTIONS[i];
        json_t *given = json_object_get(in, s->member), *part;
        if (!given && may_be_silent(s->kind)) continue;
        part = json_object();
        json_object_set_new(out, s->member, part);
        if (given && s->grouped) TRY(read_groups(s, given, part, &rows, e));
        if (given && !s->grouped) TRY(read_rows(s, NULL, given, part, &rows, e));
    }
    json_t *rules = json_object();
    json_object_set_new(out, "rules", rules);
    if (json_object_get(in, "rules")) TRY(read_rules(json_object_get(in, "rules"), rules, e));
    json_object_set_new(out, "crl", json_object()); /* read when authorities are judged */
    if (json_object_get(in, "sealed_keys")) TRY(document_read_keys(in, out, e));
    if (json_object_get(in, "sealed_authority_keys")) TRY(document_read_authority_keys(in, out, e));
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
    bool active = str_eq(record_text(row, "state"), STR("active"));
    /* One that runs out counts as long as it does, also when account and organisation are gone. */
    if (active && !str_eq(record_text(organisation, "customer"), group))
        return "Its organisation does not belong to this customer.";
    return active == (record_text(row, "until").n == 0) ? NULL
                                                        : "“until” goes with revoke_pending.";
}

static const char *judge_request(const struct whole *w, str_t group, str_t id, const json_t *row)
{
    str_t address = record_text(row, "address");
    if (!json_object_getn(row_of(w, "accounts", group), address.p ? address.p : "", address.n))
        return "There is no such account.";
    return document_request_fault(id, row);
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
    case RECORD_RENAMED:
        return rename_fault(row);
    case RECORD_AUTHORITY:
        if (!row_of(w, "organisations", id)) return "There is no such organisation.";
        return document_authority_fault(row);
    case RECORD_ISSUED:
        if (!row_of(w, "authorities", group)) return "There is no such authority.";
        return document_issued_fault(row);
    case RECORD_REQUEST:
        return judge_request(w, group, id, row);
    case RECORD_TOKEN:
        return !organisation.n || row_of(w, "organisations", organisation)
                   ? NULL
                   : "There is no such organisation.";
    case RECORD_BRANDING:
        if (!str_eq(id, STR(BRANDING_INSTANCE)) && !row_of(w, "organisations", id))
            return "There is no such organisation.";
        return branding_fault(row);
    case RECORD_ROOT:
        if (!row_of(w, "organisations", group)) return "There is no such organisation.";
        return roots_fault(id, row);
    default:
        return NULL;
    }
}

static rc_t judge_rows(const struct whole *w, const struct document_section *s, const char *group,
                       const json_t *rows, struct err *e)
{
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        const char *sentence =
            judge_row(w, s->kind, group ? document_group_of(group) : STR_NULL, str_c(id), row);
        if (sentence) return wrong(s->member, group, id, sentence, e);
    }
    return RC_OK;
}

static rc_t judge_all(const struct whole *w, struct err *e)
{
    const char *name;
    json_t *v;
    for (size_t i = 0; i < DOCUMENT_SECTION_COUNT; i++) {
        const struct document_section *s = &DOCUMENT_SECTIONS[i];
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
    const char *id = NULL, *sentence = tokens_fault(json_object_get(w->document, "tokens"), &id);
    if (sentence) return wrong("tokens", NULL, id, sentence, e);
    return document_judge_primary(json_object_get(w->document, "certificates"), e);
}

rc_t document_read(const struct config *c, const json_t *in, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *document = json_object();
    struct whole w = {c, document};
    TRY(read_sections(in, document, e));
    TRY(judge_all(&w, e));
    TRY(document_read_lists(in, document, e));
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

static rc_t take_group(struct edit *t, const struct document_section *s, const char *group,
                       json_t *out, struct err *e)
{
    json_t *rows = NULL;
    TRY(edit_list(t, s->kind, document_group_of(group), &rows, e));
    if (json_object_size(rows) > 0)
        json_object_set_new(json_object_get(out, s->member), group, rows);
    else
        json_decref(rows);
    return RC_OK;
}

/* All groups of a section: licences are by customer, the others by organisation. */
static rc_t take_groups(struct edit *t, const struct document_section *s, json_t *out,
                        struct err *e)
{
    const char *id;
    json_t *row,
        *groups = json_object_get(out, s->kind == RECORD_LICENCE ? "customers" : "organisations");
    if (s->kind == RECORD_ACCOUNT) TRY(take_group(t, s, "-", out, e));
    json_object_foreach(groups, id, row) TRY(take_group(t, s, id, out, e));
    return RC_OK;
}

rc_t document_take_all(struct edit *t, json_t *out, struct err *e)
{
    json_object_clear(out);
    json_put_str(out, "schema", STR(DOCUMENT_SCHEMA));
    for (size_t i = 0; i < DOCUMENT_SECTION_COUNT; i++) {
        json_t *rows = NULL;
        if (DOCUMENT_SECTIONS[i].grouped)
            rows = json_object();
        else
            TRY(edit_list(t, DOCUMENT_SECTIONS[i].kind, STR_NULL, &rows, e));
        json_object_set_new(out, DOCUMENT_SECTIONS[i].member, rows);
    }
    for (size_t i = 0; i < DOCUMENT_SECTION_COUNT; i++)
        if (DOCUMENT_SECTIONS[i].grouped) TRY(take_groups(t, &DOCUMENT_SECTIONS[i], out, e));
    json_t *rules = json_object(), *row;
    const char *id;
    json_object_set_new(out, "rules", rules);
    json_object_foreach(json_object_get(out, "organisations"), id, row)
        TRY(take_rules(t, id, rules, e));
    return document_take_lists(t, out, e);
}

struct export
{
    json_t *document;
    bool sealed_keys;
};

static rc_t export_step(struct edit *t, void *arg, struct err *e)
{
    struct export *w = arg;
    TRY(document_take_all(t, w->document, e));
    if (!w->sealed_keys) return RC_OK;
    TRY(document_take_keys(t, w->document, e));
    return document_take_authority_keys(t, w->document, e);
}

rc_t document_export(const struct registry *r, bool sealed_keys, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *document = json_object();
    struct export w = {document, sealed_keys};
    struct actor nobody = {STR("export"), false, 0};
    TRY(authority_lists_adopt(r, e));
    TRY(edit_run(r, &nobody, export_step, &w, e));
    *out = json_incref(document);
    return RC_OK;
}
