/* Authorities that an organisation trusts: kept, listed, removed. */
#include "policy/roots.h"

#include "base/b64.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"

enum { FAULT_ARENA = 1 << 20 };

#define BEGIN_PEM STR("-----BEGIN ")
#define END_PEM STR("-----END ")

/* --- may it be trusted? ----------------------------------------------------------------------- */

static rc_t refuse(struct err *e, const char *field, const char *sentence)
{
    return err_invalid(e, field, sentence);
}

static rc_t judge(const struct cert *c, int64_t now, struct arena *a, struct err *e)
{
    struct cert_info info;
    TRY(cert_describe(c, a, &info, e));
    if (!info.is_ca)
        return refuse(e, "ca", "This certificate may not issue others: it is no authority's.");
    if (str_eq(str_c(info.key_algorithm), STR("rsa")) && info.key_bits < 2048)
        return refuse(e, "key", "Its RSA key has fewer than 2048 bits.");
    if (info.weak || info.weak_hash)
        return refuse(e, "algorithm", "It is signed with SHA-1 or MD5.");
    if (now > info.not_after) return refuse(e, "validity", "It has expired.");
    if (now < info.not_before) return refuse(e, "validity", "It is not valid yet.");
    return RC_OK;
}

const char *roots_fault(str_t id, const json_t *row)
{
    CLEANUP_ARENA struct arena *a = arena_new(FAULT_ARENA);
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    if (!a) return "There is no memory.";
    if (certificate_of(row, a, &c, NULL) != RC_OK) return "“der” is no certificate.";
    if (!str_eq(cert_fingerprint(c), id)) return "The fingerprint is another certificate's.";
    if (cert_describe(c, a, &info, NULL) != RC_OK || !info.is_ca) return "It is no authority's.";
    return info.weak || info.weak_hash ? "It is weak." : NULL;
}

/* --- what a file holds ------------------------------------------------------------------------ */

struct rooting {
    str_t organisation, file, fingerprint;
    const char *source;
    bool replace;
    int64_t seen, now;
    json_t *out;
};

/* Adds to {fingerprint: record}. */
static rc_t take_one(struct edit *t, str_t bytes, const char *source, json_t *rows, struct err *e)
{
    CLEANUP_CERT struct cert *c = NULL;
    char since[NAME_TIME_BYTES + 1];
    if (cert_parse(bytes, &c, NULL) != RC_OK) {
        err_set(e, RC_DAMAGED, "The file holds something that is no certificate.");
        err_field(e, "file");
        return RC_DAMAGED;
    }
    TRY(judge(c, t->by->now, t->a, e));
    if (cert_der(c).n > CERTIFICATE_DER_MAX) return refuse(e, "file", "It is too large.");
    str_t der = b64_encode(t->a, cert_der(c)), id = cert_fingerprint(c);
    if (!der.n) return err_set(e, RC_NO_MEMORY, NULL);
    json_t *row = json_object();
    name_write_time(t->by->now, since);
    json_put_str(row, "der", der);
    json_put_str(row, "source", str_c(source));
    json_put_str(row, "since", str_c(since));
    json_object_setn_new_nocheck(rows, id.p, id.n, row);
    return RC_OK;
}

static rc_t no_certificate(struct err *e)
{
    err_set(e, RC_DAMAGED, "The file holds no certificate.");
    err_field(e, "file");
    return RC_DAMAGED;
}

/* Every block of a PEM text; one that is no certificate (a private key, too) is a mistake. */
static rc_t take_pem(struct edit *t, str_t text, const char *source, json_t *rows, struct err *e)
{
    for (str_t rest = text;;) {
        ptrdiff_t begin = str_find(rest, BEGIN_PEM);
        if (begin < 0) return RC_OK;
        rest = str_sub(rest, (size_t) begin, rest.n);
        ptrdiff_t end = str_find(rest, END_PEM);
        if (end < 0 || !str_starts(rest, STR("-----BEGIN CERTIFICATE-----")))
            return no_certificate(e);
        ptrdiff_t line = str_chr(str_sub(rest, (size_t) end, rest.n), '\n');
        size_t n = line < 0 ? rest.n : (size_t) (end + line + 1);
        if (json_object_size(rows) > ROOTS_MAX) return RC_OK; /* too many already: see put_all */
        TRY(take_one(t, str_sub(rest, 0, n), source, rows, e));
        rest = str_sub(rest, n, rest.n);
    }
}

static rc_t read_file(struct edit *t, const struct rooting *w, json_t *rows, struct err *e)
{
    str_t text = str_trim(w->file);
    if (w->file.n > ROOTS_FILE_MAX) {
        err_set(e, RC_TOO_LARGE, "The file is too large.");
        err_field(e, "file");
        return RC_TOO_LARGE;
    }
    if (!text.n && w->replace) return RC_OK;
    if (w->file.n && w->file.p[0] == 0x30) return take_one(t, w->file, w->source, rows, e);
    TRY(take_pem(t, text, w->source, rows, e));
    return json_object_size(rows) ? RC_OK : no_certificate(e);
}

/* --- views ------------------------------------------------------------------------------------ */

static void put_time(json_t *v, const char *member, int64_t t)
{
    char text[NAME_TIME_BYTES + 1];
    name_write_time(t, text);
    json_put_str(v, member, str_c(text));
}

static rc_t view(struct edit *t, const char *id, const json_t *row, int64_t now, json_t **out,
                 struct err *e)
{
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    TRY(certificate_of(row, t->a, &c, e));
    TRY(cert_describe(c, t->a, &info, e));
    json_t *v = json_object();
    json_put_str(v, "fingerprint", str_c(id));
    json_put_str(v, "subject", info.subject);
    json_put_str(v, "issuer", info.issuer);
    json_put_str(v, "serial", info.serial);
    put_time(v, "not_before", info.not_before);
    put_time(v, "not_after", info.not_after);
    json_object_set_new(v, "algorithm",
                        info.curve.n ? json_from_str(info.curve)
                                     : json_sprintf("%s%u", info.key_algorithm, info.key_bits));
    json_put_str(v, "status",
                 now > info.not_after    ? STR("expired")
                 : now < info.not_before ? STR("not_yet_valid")
                                         : STR("valid"));
    json_put_str(v, "source", record_text(row, "source"));
    json_put_str(v, "since", record_text(row, "since"));
    json_put_str(v, "der", record_text(row, "der"));
    *out = v;
    return RC_OK;
}

/* Of `rows` those that are in `among` (NULL: all). */
static rc_t views(struct edit *t, const json_t *rows, const json_t *among, int64_t now,
                  json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *list = json_array();
    const char *id;
    json_t *row, *v;
    json_object_foreach((json_t *) rows, id, row)
    {
        if (among && !json_object_get(among, id)) continue;
        TRY(view(t, id, row, now, &v, e));
        json_array_append_new(list, v);
    }
    *out = json_incref(list);
    return RC_OK;
}

/* --- changing --------------------------------------------------------------------------------- */

static rc_t need_organisation(struct edit *t, str_t id, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    TRY(edit_get(t, (struct record_at){RECORD_ORGANISATION, STR_NULL, id}, &row, e));
    if (row) return RC_OK;
    err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(id));
    err_field(e, "organisation");
    return RC_NOT_FOUND;
}

/* Of which authorities it is: 1 to 2^52. */
static int64_t version_of(const json_t *rows)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    const char *id;
    json_t *row;
    json_object_foreach((json_t *) rows, id, row)
    {
        for (const char *c = id; *c; c++)
            h = (h ^ (unsigned char) *c) * 1099511628211u;
    }
    return (int64_t) (h >> 12) + 1;
}

static rc_t put_one(struct edit *t, str_t organisation, const char *id, const json_t *before,
                    const json_t *after, struct err *e)
{
    struct record_at at = {RECORD_ROOT, organisation, arena_str(t->a, str_c(id))};
    CLEANUP_JSON json_t *whole = NULL;
    if (after) TRY(record_read(RECORD_ROOT, after, &whole, e));
    TRY(edit_store(t, at, whole, e));
    return edit_audit(t, organisation, "root", at.id, before, whole, e);
}

/* From what is there to what is wanted. */
static rc_t put_all(struct edit *t, str_t organisation, const json_t *had, const json_t *wanted,
                    struct err *e)
{
    const char *id;
    json_t *row;
    size_t before = json_array_size(t->commands);
    if (json_object_size(wanted) > ROOTS_MAX) {
        err_set(e, RC_TOO_LARGE, "An organisation may trust %d authorities of its own.", ROOTS_MAX);
        err_field(e, "roots");
        return RC_TOO_LARGE;
    }
    json_object_foreach((json_t *) wanted, id, row)
    {
        if (!json_object_get(had, id)) TRY(put_one(t, organisation, id, NULL, row, e));
    }
    json_object_foreach((json_t *) had, id, row)
    {
        if (!json_object_get(wanted, id)) TRY(put_one(t, organisation, id, row, NULL, e));
    }
    if (json_array_size(t->commands) == before) return RC_OK;
    edit_touch(t, organisation);
    return RC_OK;
}

static rc_t check_seen(const struct rooting *w, const json_t *had, struct err *e)
{
    if (!w->seen || version_of(had) == w->seen) return RC_OK;
    err_set(e, RC_CONFLICT, "The trusted authorities were changed meanwhile.");
    err_field(e, "version");
    return RC_CONFLICT;
}

static bool is_issued(const json_t *row)
{
    return str_eq(record_text(row, "source"), STR("issued"));
}

static rc_t put_step(struct edit *t, void *arg, struct err *e)
{
    struct rooting *w = arg;
    CLEANUP_JSON json_t *had = NULL, *wanted = json_object(), *file = json_object();
    const char *id;
    json_t *row;
    json_decref(w->out);
    w->out = NULL;
    TRY(need_organisation(t, w->organisation, e));
    TRY(edit_list(t, RECORD_ROOT, w->organisation, &had, e));
    TRY(check_seen(w, had, e));
    TRY(read_file(t, w, file, e));
    json_object_foreach(had, id, row)
    {
        if (!w->replace || is_issued(row) || json_object_get(file, id))
            json_object_set(wanted, id, row);
    }
    json_object_foreach(file, id, row)
    {
        if (!json_object_get(wanted, id)) json_object_set(wanted, id, row);
    }
    TRY(put_all(t, w->organisation, had, wanted, e));
    return views(t, wanted, file, t->by->now, &w->out, e);
}

static rc_t run(const struct registry *r, const struct actor *by, edit_step *step,
                struct rooting *w, json_t **out, struct err *e)
{
    rc_t rc = record_check_id(RECORD_ORGANISATION, w->organisation, e);
    if (rc == RC_OK) rc = edit_run(r, by, step, w, e);
    if (rc == RC_OK && out)
        *out = w->out;
    else
        json_decref(w->out);
    return rc;
}

rc_t roots_add(const struct registry *r, const struct actor *by, str_t organisation, str_t file,
               const char *source, json_t **rows, struct err *e)
{
    struct rooting w = {.organisation = organisation, .file = file, .source = source};
    return run(r, by, put_step, &w, rows, e);
}

rc_t roots_set(const struct registry *r, const struct actor *by, str_t organisation, str_t file,
               int64_t seen, json_t **rows, struct err *e)
{
    struct rooting w = {.organisation = organisation,
                        .file = file,
                        .source = "upload",
                        .replace = true,
                        .seen = seen};
    return run(r, by, put_step, &w, rows, e);
}

static rc_t remove_step(struct edit *t, void *arg, struct err *e)
{
    struct rooting *w = arg;
    CLEANUP_JSON json_t *had = NULL, *wanted = json_object();
    const char *id;
    json_t *row;
    size_t found = 0;
    if (w->fingerprint.n < CERTIFICATE_PREFIX_MIN)
        return refuse(e, "fingerprint", "Eight digits of the fingerprint are the least.");
    TRY(need_organisation(t, w->organisation, e));
    TRY(edit_list(t, RECORD_ROOT, w->organisation, &had, e));
    json_object_foreach(had, id, row)
    {
        if (str_starts(str_c(id), w->fingerprint))
            found++;
        else
            json_object_set(wanted, id, row);
    }
    if (found != 1) {
        rc_t rc = found ? RC_CONFLICT : RC_NOT_FOUND;
        err_set(e, rc,
                found ? "Several fingerprints begin like that."
                      : "The organisation trusts no such authority.");
        err_field(e, "fingerprint");
        return rc;
    }
    return put_all(t, w->organisation, had, wanted, e);
}

rc_t roots_remove(const struct registry *r, const struct actor *by, str_t organisation,
                  str_t fingerprint, struct err *e)
{
    struct rooting w = {.organisation = organisation, .fingerprint = fingerprint};
    return run(r, by, remove_step, &w, NULL, e);
}

static rc_t list_step(struct edit *t, void *arg, struct err *e)
{
    struct rooting *w = arg;
    CLEANUP_JSON json_t *rows = NULL, *list = NULL;
    json_decref(w->out);
    w->out = NULL;
    TRY(need_organisation(t, w->organisation, e));
    TRY(edit_list(t, RECORD_ROOT, w->organisation, &rows, e));
    TRY(views(t, rows, NULL, w->now, &list, e));
    w->out = json_object();
    json_put_int(w->out, "version", version_of(rows));
    json_object_set(w->out, "roots", list);
    return RC_OK;
}

rc_t roots_list(const struct registry *r, str_t organisation, int64_t now, json_t **out,
                struct err *e)
{
    struct rooting w = {.organisation = organisation, .now = now};
    const struct actor nobody = {STR("look"), false, now};
    return run(r, &nobody, list_step, &w, out, e);
}
