#include "policy/record.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/issue.h"
#include "policy/name.h"

enum {
    NAME_BYTES = 200,
    QUOTA_MAX = 10000000,
    FROM_MAX = 50,
    VERSION_MAX = INT32_MAX,
    DER_TEXT = 20 << 10,
    SEQ_MAX = 1000000000,
    MOVES_MAX = 10000,
    LOGO_TEXT = 88 << 10,
    OUTBOUND_MAX = 1000000
};

/* --- the table -------------------------------------------------------------------------------- */

static const struct record_field PLAN[] = {
    {"smime", TYPE_BOOL, RECORD_OPEN, 0, NULL, NULL, "personal S/MIME in the web client"},
};
static const struct record_field CUSTOMER[] = {
    {"name", TYPE_TEXT, RECORD_NEEDED, NAME_BYTES, NULL, "", "what people call it"},
    {"plan", TYPE_PLAN, RECORD_OPEN, 0, NULL, NULL, "plan of all its domains"},
    {"valid_from", TYPE_TIME, RECORD_OPEN, 0, NULL, NULL, "first second of the plan"},
    {"valid_until", TYPE_TIME, RECORD_OPEN, 0, NULL, NULL, "the plan ends at this second"},
    {"quota", TYPE_NUMBER, RECORD_NEEDED, QUOTA_MAX, NULL, "0", "licences it may use"},
    {"disabled", TYPE_BOOL, RECORD_NEEDED, 0, NULL, "false", "as if its plan had ended"},
    {"outbound_per_hour", TYPE_NUMBER, RECORD_OPEN, OUTBOUND_MAX, NULL, NULL,
     "messages an hour of each mailbox: its ceiling"},
    {"outbound_recipients", TYPE_NUMBER, RECORD_OPEN, OUTBOUND_MAX, NULL, NULL,
     "recipients of one message: the ceiling"},
};
static const struct record_field ORGANISATION[] = {
    {"customer", TYPE_ID, RECORD_NEEDED | RECORD_FIXED, 0, NULL, NULL, "whose it is"},
    {"name", TYPE_TEXT, RECORD_NEEDED, NAME_BYTES, NULL, "", "what people call it"},
    {"smime", TYPE_WORD, RECORD_NEEDED, 0, "enabled disabled", "enabled", "are rules applied?"},
    {"directory", TYPE_WORD, RECORD_NEEDED, 0, "off certificates names", "certificates",
     "what its accounts learn of each other: nothing, certificates, names and addresses too"},
    {"outbound_per_hour", TYPE_NUMBER, RECORD_OPEN, OUTBOUND_MAX, NULL, NULL,
     "messages an hour of each mailbox: its ceiling, over the customer's"},
    {"outbound_recipients", TYPE_NUMBER, RECORD_OPEN, OUTBOUND_MAX, NULL, NULL,
     "recipients of one message: the ceiling, over the customer's"},
};
static const struct record_field DOMAIN[] = {
    {"organisation", TYPE_ID, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL, "whose it is"},
    {"plan", TYPE_PLAN, RECORD_OPEN, 0, NULL, NULL, "stands over the customer's"},
    {"proof", TYPE_WORD, RECORD_OPEN | RECORD_INNER, 0, "operator dns", NULL, "who vouched"},
};
static const struct record_field ACCOUNT[] = {
    {"name", TYPE_TEXT, RECORD_NEEDED, NAME_BYTES, NULL, "", "whose mailbox it is"},
    {"plan", TYPE_PLAN, RECORD_OPEN, 0, NULL, NULL, "stands over the domain's"},
    {"from", TYPE_ADDRESSES, RECORD_NEEDED, FROM_MAX, NULL, NULL, "more addresses to send from"},
    {"outbound_per_hour", TYPE_NUMBER, RECORD_OPEN, OUTBOUND_MAX, NULL, NULL,
     "messages an hour, within the ceiling"},
    {"outbound_recipients", TYPE_NUMBER, RECORD_OPEN, OUTBOUND_MAX, NULL, NULL,
     "recipients of one message, within the ceiling"},
    {"state", TYPE_WORD, RECORD_NEEDED, 0, "active suspended", "active",
     "suspended: may not sign in"},
    {"renamed_from", TYPE_ADDRESS, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL,
     "its earlier address"},
};
static const struct record_field LICENCE[] = {
    {"organisation", TYPE_ID, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "of the account"},
    {"state", TYPE_WORD, RECORD_NEEDED | RECORD_INNER, 0, "active revoke_pending", NULL, "state"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "of this state"},
    {"until", TYPE_TIME, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL, "inactive from then on"},
};
static const struct record_field ROLE[] = {
    {"role", TYPE_WORD, RECORD_NEEDED, 0, "owner writer reader operator", NULL, "what one may do"},
};

static const struct record_field CLAIM[] = {
    {"token", TYPE_PLAN, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "what the DNS has to say"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "of the claim"},
};

static const struct record_field CERTIFICATE[] = {
    {"der", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, DER_TEXT, NULL, NULL, "itself, in base64"},
    {"issuers", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, DER_TEXT, NULL, "",
     "authorities that came with it, in base64"},
    {"usage", TYPE_WORD, RECORD_NEEDED | RECORD_FIXED, 0, "sign encrypt both", NULL,
     "what it is for"},
    {"custody", TYPE_WORD, RECORD_NEEDED | RECORD_FIXED, 0, "none user agent", "none",
     "who has its key: none or user of a certificate alone; agent comes by itself with PKCS#12"},
    {"primary", TYPE_WORD, RECORD_NEEDED, 0, "none sign encrypt both", "none",
     "what it is used for before others"},
    {"key", TYPE_PLAN, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL, "id of the key in the agent"},
    {"seq", TYPE_NUMBER, RECORD_NEEDED | RECORD_INNER, SEQ_MAX, NULL, "0", "higher is newer"},
    {"source", TYPE_WORD, RECORD_NEEDED | RECORD_INNER, 0, "upload issued personal", "upload",
     "where it came from"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "when it was registered"},
    {"replaced_by", TYPE_PLAN, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL,
     "fingerprint of what became primary in its place"},
    {"replaced_at", TYPE_TIME, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL, "when"},
    {"revoked_at", TYPE_TIME, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL,
     "when the organisation's own authority revoked it"},
    {"former", TYPE_ADDRESS, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL,
     "the address it names: the mailbox was renamed since"},
};

static const struct record_field AUTHORITY[] = {
    {"der", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, DER_TEXT, NULL, NULL, "itself, in base64"},
    {"key", TYPE_PLAN, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "id of its key in the agent"},
    {"algorithm", TYPE_WORD, RECORD_NEEDED | RECORD_INNER, 0, "rsa3072 p256 p384", NULL,
     "kind of its key"},
    {"list_url", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, 500, NULL, NULL,
     "where its list of revoked certificates is"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "when it was made"},
    {"automatic", TYPE_BOOL, RECORD_NEEDED, 0, NULL, "false",
     "issue by itself to every account with a licence and no certificate"},
};
static const struct record_field ISSUED[] = {
    {"address", TYPE_ADDRESS, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "whose it is"},
    {"fingerprint", TYPE_PLAN, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "of the certificate"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "when it was issued"},
    {"until", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "end of its validity"},
    {"revoked_at", TYPE_TIME, RECORD_OPEN | RECORD_INNER, 0, NULL, NULL, "when it was revoked"},
    {"reason", TYPE_WORD, RECORD_OPEN | RECORD_INNER, 0, ISSUE_REASONS, NULL, "why"},
};
static const struct record_field REQUEST[] = {
    {"address", TYPE_ADDRESS, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "whose it is"},
    {"algorithm", TYPE_WORD, RECORD_NEEDED | RECORD_INNER, 0, "rsa3072 p256 p384", NULL,
     "kind of its key"},
    {"csr", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, DER_TEXT, NULL, NULL,
     "the request (PKCS #10), in base64"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "when it was made"},
};

static const struct record_field ROOT[] = {
    {"der", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, DER_TEXT, NULL, NULL, "itself, in base64"},
    {"source", TYPE_WORD, RECORD_NEEDED | RECORD_INNER, 0, "upload issued", "upload",
     "where it came from"},
    {"since", TYPE_TIME, RECORD_NEEDED | RECORD_INNER, 0, NULL, NULL, "when it was trusted"},
};

static const struct record_field TOKEN[] = {
    {"name", TYPE_ID, RECORD_NEEDED | RECORD_FIXED, 0, NULL, NULL, "what the audit calls it"},
    {"organisation", TYPE_ID, RECORD_OPEN | RECORD_FIXED, 0, NULL, NULL, "where; null: everywhere"},
    {"scopes", TYPE_TEXT, RECORD_NEEDED | RECORD_FIXED, 400, NULL, NULL, "by blanks"},
    {"expires", TYPE_TIME, RECORD_NEEDED | RECORD_FIXED, 0, NULL, NULL, "no longer from then on"},
    {"made_by", TYPE_TEXT, RECORD_NEEDED | RECORD_FIXED, NAME_BYTES, NULL, NULL, "who made it"},
    {"made_at", TYPE_TIME, RECORD_NEEDED | RECORD_FIXED, 0, NULL, NULL, "when"},
};

static const struct record_field RENAMED[] = {
    {"moves", TYPE_TEXT, RECORD_NEEDED | RECORD_INNER, MOVES_MAX, NULL, NULL, "where it went"},
};

static const struct record_field BRANDING[] = {
    {"name", TYPE_TEXT, RECORD_OPEN, NAME_BYTES, NULL, NULL, "what the product is called"},
    {"accent", TYPE_TEXT, RECORD_OPEN, 7, NULL, NULL, "its colour, #rrggbb"},
    {"support", TYPE_TEXT, RECORD_OPEN, 500, NULL, NULL, "link to its support, https: or mailto:"},
    {"logo", TYPE_TEXT, RECORD_OPEN, LOGO_TEXT, NULL, NULL,
     "file of a PNG or WebP picture, at most 64 KB and 512 by 512 pixels"},
};

#define SHAPE(name, plural, id, table)                                                             \
    {                                                                                              \
        name, plural, id, table, sizeof(table) / sizeof *(table)                                   \
    }
static const struct record_shape SHAPES[RECORD_KINDS] = {
    [RECORD_PLAN] = SHAPE("plan", "plans", "plan", PLAN),
    [RECORD_CUSTOMER] = SHAPE("customer", "customers", "customer", CUSTOMER),
    [RECORD_ORGANISATION] = SHAPE("organisation", "organisations", "organisation", ORGANISATION),
    [RECORD_DOMAIN] = SHAPE("domain", "domains", "domain", DOMAIN),
    [RECORD_ACCOUNT] = SHAPE("account", "accounts", "account", ACCOUNT),
    [RECORD_LICENCE] = SHAPE("licence", "licences", "account", LICENCE),
    [RECORD_ROLE] = SHAPE("role", "roles", "who", ROLE),
    [RECORD_CLAIM] = SHAPE("claim", "claims", "domain", CLAIM),
    [RECORD_CERTIFICATE] = SHAPE("certificate", "certificates", "certificate", CERTIFICATE),
    [RECORD_ROOT] = SHAPE("root", "roots", "fingerprint", ROOT),
    [RECORD_RENAMED] = SHAPE("renamed", "renamed", "account", RENAMED),
    [RECORD_TOKEN] = SHAPE("token", "tokens", "token", TOKEN),
    [RECORD_AUTHORITY] = SHAPE("authority", "authorities", "organisation", AUTHORITY),
    [RECORD_ISSUED] = SHAPE("issued", "issued", "serial", ISSUED),
    [RECORD_BRANDING] = SHAPE("branding", "branding", "organisation", BRANDING),
    [RECORD_REQUEST] = SHAPE("request", "requests", "key", REQUEST),
};

const struct record_shape *record_shape(enum record_kind kind)
{
    return &SHAPES[kind];
}

str_t record_key(struct arena *a, str_t instance, enum record_kind kind, str_t group)
{
    bool grouped = kind == RECORD_ACCOUNT || kind == RECORD_LICENCE || kind == RECORD_ROLE ||
                   kind == RECORD_CLAIM || kind == RECORD_CERTIFICATE || kind == RECORD_ISSUED ||
                   kind == RECORD_REQUEST || kind == RECORD_ROOT;
    if (kind == RECORD_ROLE && !group.n) /* apart from all organisations' */
        return arena_printf(a, "%.*s:o:operators", STR_ARG(instance));
    if (!grouped) return arena_printf(a, "%.*s:o:%s", STR_ARG(instance), SHAPES[kind].plural);
    return arena_printf(a, "%.*s:o:%s:%.*s", STR_ARG(instance), SHAPES[kind].plural,
                        STR_ARG(group.n ? group : STR("-")));
}

static bool is_hex(str_t s, size_t digits)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return s.n == digits;
}

/* "<address> <fingerprint>" */
static bool is_certificate(str_t id)
{
    str_t address, fingerprint;
    return str_cut(id, ' ', &address, &fingerprint) && is_hex(fingerprint, 64) &&
           name_is_address(address);
}

rc_t record_check_id(enum record_kind kind, str_t id, struct err *e)
{
    const char *field = SHAPES[kind].id_name;
    switch (kind) {
    case RECORD_PLAN:
        if (name_is_plan(id)) return RC_OK;
        return err_invalid(e, field, "A plan's name has a-z, 0-9, - and _ only.");
    case RECORD_CUSTOMER:
    case RECORD_ORGANISATION:
    case RECORD_AUTHORITY:
        if (name_is_id(id)) return RC_OK;
        return err_invalid(e, field,
                           "An id is 1 to 64 of a-z, 0-9, - and _, and begins with a letter "
                           "or digit.");
    case RECORD_DOMAIN:
    case RECORD_CLAIM:
        if (name_is_domain(id)) return RC_OK;
        return err_invalid(e, field, "That is not a mail domain (write it in A-labels, xn--…).");
    case RECORD_ROLE:
        if (name_is_actor(id)) return RC_OK;
        return err_invalid(e, field, "That is not a name to sign in with: an address, or an id.");
    case RECORD_CERTIFICATE:
        if (is_certificate(id)) return RC_OK;
        return err_invalid(e, field, "A certificate is named by its address and fingerprint.");
    case RECORD_TOKEN:
        if (is_hex(id, 64)) return RC_OK;
        return err_invalid(e, field, "A token is named by its id.");
    case RECORD_ROOT:
        if (is_hex(id, 64)) return RC_OK;
        return err_invalid(e, field, "A fingerprint is 64 hexadecimal digits.");
    case RECORD_ISSUED:
        if (is_hex(id, ISSUE_SERIAL_DIGITS)) return RC_OK;
        return err_invalid(e, field, "That is not a serial number of an authority here.");
    case RECORD_REQUEST:
        if (is_hex(id, 64)) return RC_OK;
        return err_invalid(e, field, "A request is named by the id of its key.");
    case RECORD_BRANDING:
        if (name_is_id(id) || str_eq(id, STR("-"))) return RC_OK;
        return err_invalid(e, field, "That is not an organisation's id.");
    case RECORD_ACCOUNT:
    case RECORD_LICENCE:
    case RECORD_RENAMED:
    case RECORD_KINDS:
        break;
    }
    if (name_is_address(id)) return RC_OK;
    return err_invalid(e, field, "That is not an account: user@domain is.");
}

/* --- one field -------------------------------------------------------------------------------- */

static rc_t wrong(const struct record_field *f, const char *expected, struct err *e)
{
    err_set(e, RC_INVALID, "“%s” must be %s.", f->name, expected);
    err_field(e, f->name);
    return RC_INVALID;
}

static bool is_one_of(str_t word, const char *words)
{
    str_t one, rest = str_c(words);
    for (bool more = true; more;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (str_eq(one, word)) return true;
    }
    return false;
}

static int by_text(const void *x, const void *y)
{
    json_t *const *a = x, *const *b = y;
    return str_cmp(json_text(*a), json_text(*b));
}

static rc_t read_addresses(const struct record_field *f, const json_t *v, json_t **out,
                           struct err *e)
{
    size_t n = json_array_size(v);
    json_t *sorted[FROM_MAX];
    if (!json_is_array(v)) return wrong(f, "a list of addresses", e);
    if (n > f->max) {
        err_set(e, RC_TOO_LARGE, "“%s” may have at most %u entries.", f->name, f->max);
        err_field(e, f->name);
        return RC_TOO_LARGE;
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = json_array_get(v, i);
        if (!name_is_address(json_text(sorted[i])))
            return wrong(f, "a list of addresses in lower case", e);
    }
    if (n > 0) qsort(sorted, n, sizeof *sorted, by_text);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        if (i == 0 || by_text(&sorted[i], &sorted[i - 1]) != 0) json_array_append(list, sorted[i]);
    *out = list;
    return RC_OK;
}

static rc_t read_time(const struct record_field *f, str_t s, json_t **out, struct err *e)
{
    int64_t t;
    char text[NAME_TIME_BYTES + 1];
    if (!name_read_time(s, &t))
        return wrong(f, "a date, or a time as 2026-12-31T00:00:00Z, in UTC", e);
    name_write_time(t, text);
    *out = json_string(text);
    return RC_OK;
}

static rc_t read_text(const struct record_field *f, const json_t *v, json_t **out, struct err *e)
{
    str_t s = json_text(v);
    char expected[160];
    switch (f->type) {
    case TYPE_TEXT:
        if (s.n > f->max || !str_is_clean(s) || !str_is_utf8(s))
            return wrong(f, "one line of text, not too long", e);
        break;
    case TYPE_ID:
        if (!name_is_id(s)) return wrong(f, "an id: a-z, 0-9, - and _", e);
        break;
    case TYPE_PLAN:
        if (!name_is_plan(s)) return wrong(f, "a plan's name: a-z, 0-9, - and _", e);
        break;
    case TYPE_ADDRESS:
        if (!name_is_address(s)) return wrong(f, "an address in lower case", e);
        break;
    default:
        if (is_one_of(s, f->words)) break;
        snprintf(expected, sizeof expected, "one of: %s", f->words);
        return wrong(f, expected, e);
    }
    *out = json_from_str(s);
    return RC_OK;
}

static rc_t read_field(const struct record_field *f, const json_t *v, json_t **out, struct err *e)
{
    char expected[60];
    if (!v || json_is_null(v)) {
        if (f->flags & RECORD_OPEN) {
            *out = json_null();
            return RC_OK;
        }
        return wrong(f, "given", e);
    }
    if (f->type == TYPE_ADDRESSES) return read_addresses(f, v, out, e);
    if (f->type == TYPE_BOOL) {
        if (!json_is_boolean(v)) return wrong(f, "true or false", e);
        *out = json_boolean(json_is_true(v));
        return RC_OK;
    }
    if (f->type == TYPE_NUMBER) {
        snprintf(expected, sizeof expected, "a whole number from 0 to %u", f->max);
        if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > f->max)
            return wrong(f, expected, e);
        *out = json_integer(json_integer_value(v));
        return RC_OK;
    }
    if (!json_is_string(v)) return wrong(f, "a text", e);
    return f->type == TYPE_TIME ? read_time(f, json_text(v), out, e) : read_text(f, v, out, e);
}

static json_t *fallback_of(const struct record_field *f)
{
    if (f->type == TYPE_ADDRESSES) return json_array();
    if (!f->fallback) return json_null();
    if (f->type == TYPE_BOOL) return json_boolean(strcmp(f->fallback, "true") == 0);
    if (f->type == TYPE_NUMBER) return json_integer(strtol(f->fallback, NULL, 10));
    return json_string(f->fallback);
}

/* --- whole records ---------------------------------------------------------------------------- */

static const struct record_field *find(const struct record_shape *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->fields[i].name, name) == 0) return &s->fields[i];
    return NULL;
}

static rc_t refuse_unknown(const struct record_shape *s, const json_t *in, struct err *e)
{
    const char *name;
    json_t *v;
    if (!json_is_object(in)) return err_invalid(e, s->name, "A JSON object was expected.");
    json_object_foreach((json_t *) in, name, v)
    {
        if (strcmp(name, "version") == 0 || find(s, name)) continue;
        err_set(e, RC_INVALID, "A %s has no “%.40s”.", s->name, name);
        err_field(e, name);
        return RC_INVALID;
    }
    return RC_OK;
}

static rc_t read_version(const json_t *in, int64_t *out, struct err *e)
{
    const json_t *v = json_object_get(in, "version");
    if (v &&
        (!json_is_integer(v) || json_integer_value(v) < 1 || json_integer_value(v) > VERSION_MAX))
        return err_invalid(e, "version", "“version” must be a whole number from 1.");
    *out = v ? json_integer_value(v) : 1;
    return RC_OK;
}

static bool in_order(enum record_kind kind, const json_t *row)
{
    str_t from = record_text(row, "valid_from"), until = record_text(row, "valid_until");
    return kind != RECORD_CUSTOMER || !from.n || !until.n || str_cmp(from, until) < 0;
}

rc_t record_read(enum record_kind kind, const json_t *in, json_t **out, struct err *e)
{
    const struct record_shape *s = &SHAPES[kind];
    CLEANUP_JSON json_t *row = json_object();
    int64_t version = 1;
    TRY(refuse_unknown(s, in, e));
    TRY(read_version(in, &version, e));
    for (size_t i = 0; i < s->count; i++) {
        const struct record_field *f = &s->fields[i];
        CLEANUP_JSON json_t *fallback = fallback_of(f);
        json_t *given = json_object_get(in, f->name), *v = NULL;
        TRY(read_field(f, given ? given : fallback, &v, e));
        json_object_set_new(row, f->name, v);
    }
    if (!in_order(kind, row))
        return err_invalid(e, "valid_until", "The plan would end before it begins.");
    json_put_int(row, "version", version);
    *out = json_incref(row);
    return RC_OK;
}

rc_t record_parse(enum record_kind kind, str_t text, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *in = NULL;
    struct err why = {0};
    rc_t rc = json_parse_object(text, &in, &why);
    if (rc == RC_OK) rc = record_read(kind, in, out, &why);
    if (rc == RC_OK) return RC_OK;
    err_set(e, RC_DAMAGED, "A stored %s is damaged.", SHAPES[kind].name);
    err_detail(e, "%s %s", why.field, why.message);
    return RC_DAMAGED;
}

rc_t record_patch(enum record_kind kind, const json_t *before, const json_t *patch, json_t **out,
                  struct err *e)
{
    const struct record_shape *s = &SHAPES[kind];
    CLEANUP_JSON json_t *merged = before ? json_copy((json_t *) before) : json_object();
    const char *name;
    json_t *v, *row = NULL;
    TRY(refuse_unknown(s, patch, e));
    json_object_foreach((json_t *) patch, name, v)
    {
        const struct record_field *f = find(s, name);
        if (!f) continue; /* version: what was seen, not what is to be */
        bool same = before && json_equal(json_object_get(before, name), v);
        if (same) continue;
        if ((f->flags & RECORD_INNER) || (before && (f->flags & RECORD_FIXED)))
            return wrong(f, "left as it is", e);
        json_object_set(merged, name, v);
    }
    json_object_del(merged, "version");
    TRY(record_read(kind, merged, &row, e));
    json_put_int(row, "version", record_version(before) + 1);
    *out = row;
    return RC_OK;
}

json_t *record_difference(enum record_kind kind, const json_t *before, const json_t *after)
{
    const struct record_shape *s = &SHAPES[kind];
    json_t *list = json_array();
    for (size_t i = 0; i < s->count; i++) {
        const char *name = s->fields[i].name;
        json_t *b = json_object_get(before, name), *a = json_object_get(after, name);
        if ((!a && !b) || (a && b && json_equal(a, b))) continue;
        json_t *row = json_object();
        json_put_str(row, "field", str_c(name));
        json_object_set_new(row, "before", b ? json_incref(b) : json_null());
        json_object_set_new(row, "after", a ? json_incref(a) : json_null());
        json_array_append_new(list, row);
    }
    return list;
}

int64_t record_version(const json_t *row)
{
    return json_integer_value(json_object_get(row, "version"));
}

str_t record_text(const json_t *row, const char *field)
{
    return json_text(json_object_get(row, field));
}
