#include "policy/document_authority.h"

#include <string.h>

#include "base/b64.h"
#include "crypto/crl.h"
#include "crypto/issue.h"
#include "crypto/request.h"
#include "crypto/seal.h"
#include "policy/authority_parts.h"
#include "policy/certificate_parts.h"
#include "policy/document_keys.h"
#include "policy/name.h"

enum { WORK_BYTES = 16 << 20, ISSUER_TEXT = 20 << 10, LIST_WORK_BYTES = 64 << 20 };

static rc_t wrong(const char *section, const char *organisation, const char *sentence,
                  struct err *e)
{
    err_set(e, RC_INVALID, "%s.%.64s: %s", section, organisation, sentence);
    err_field(e, section);
    return RC_INVALID;
}

/* --- records ---------------------------------------------------------------------------------- */

/* Is id the SHA-256 of the public key? */
static bool is_id_of(str_t id, str_t public_key, struct arena *a)
{
    unsigned char hash[32];
    return sha256(public_key, hash, NULL) == RC_OK &&
           str_eq(hex_encode(a, str_n(hash, sizeof hash)), id);
}

const char *document_authority_fault(const json_t *row)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    str_t public_key, *domains;
    size_t n;
    if (!a) return "There is no memory.";
    if (certificate_of(row, a, &c, NULL) != RC_OK) return "“der” is no certificate.";
    if (cert_describe(c, a, &info, NULL) != RC_OK || !info.is_ca) return "It is no authority's.";
    if (info.weak || info.weak_hash) return "It is weak.";
    if (issue_domains(c, a, &domains, &n, NULL) != RC_OK || n == 0) return "It names no domains.";
    if (issue_public_key(c, a, &public_key, NULL) != RC_OK ||
        !is_id_of(record_text(row, "key"), public_key, a))
        return "“key” is another certificate's.";
    return NULL;
}

const char *document_issued_fault(const json_t *row)
{
    if (str_cmp(record_text(row, "since"), record_text(row, "until")) >= 0)
        return "It would end before it begins.";
    return (record_text(row, "revoked_at").n == 0) == (record_text(row, "reason").n == 0)
               ? NULL
               : "“reason” goes with “revoked_at”.";
}

const char *document_request_fault(str_t id, const json_t *row)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    str_t der, public_key;
    if (!a) return "There is no memory.";
    if (!b64_decode(a, record_text(row, "csr"), &der) || request_check(der, NULL) != RC_OK)
        return "“csr” is no request.";
    if (request_public_key(der, a, &public_key, NULL) != RC_OK || !is_id_of(id, public_key, a))
        return "The request is another key's.";
    return NULL;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* Whose list it is: the authority's record, or what the list says itself of one that is gone. */
static rc_t issuer_of(const json_t *list, const json_t *authority, str_t key, struct arena *a,
                      struct cert **out)
{
    str_t der, public_key;
    if (authority && str_eq(record_text(authority, "key"), key))
        return certificate_of(authority, a, out, NULL);
    if (!b64_decode(a, record_text(list, "issuer"), &der) || !der.n) return RC_INVALID;
    TRY(cert_parse(der, out, NULL));
    TRY(issue_public_key(*out, a, &public_key, NULL));
    return is_id_of(key, public_key, a) ? RC_OK : RC_INVALID;
}

/* {number, at, next, der, issuer?, last?: true}, signed by the key that its name says. */
static const char *list_fault(const json_t *list, const json_t *authority, str_t key)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_CERT struct cert *c = NULL;
    struct revoked_answer answer;
    const json_t *number = json_object_get(list, "number"),
                 *issuer = json_object_get(list, "issuer"), *last = json_object_get(list, "last");
    int64_t at, next;
    str_t der;
    if (!a) return "There is no memory.";
    if (json_object_size(list) != 4u + (issuer != NULL) + (last != NULL) ||
        (issuer && !json_is_string(issuer)) || (last && !json_is_true(last)) ||
        !json_is_integer(number) || json_integer_value(number) < 1 ||
        !name_read_time(record_text(list, "at"), &at) ||
        !name_read_time(record_text(list, "next"), &next) || next <= at ||
        record_text(list, "issuer").n > ISSUER_TEXT ||
        record_text(list, "der").n > AUTHORITY_LIST_MAX - ISSUER_TEXT - 1024 ||
        !b64_decode(a, record_text(list, "der"), &der))
        return "It must have number, at, next and der.";
    if (issuer_of(list, authority, key, a, &c) != RC_OK) return "There is no such authority.";
    return crl_check(der, c, c, at, &answer, NULL) == RC_OK ? NULL
                                                            : "The authority did not sign it.";
}

/* As documents of before have it: the one list of the organisation's one authority. */
static rc_t adopt_list(json_t *all, const char *organisation, const json_t *list,
                       const json_t *authority, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    str_t key = record_text(authority, "key");
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    const char *sentence =
        authority ? list_fault(list, authority, key) : "There is no such authority.";
    if (sentence) return wrong("crl", organisation, sentence, e);
    str_t name = authority_list_name(a, str_c(organisation), key);
    json_object_setn(all, name.p, name.n, (json_t *) list);
    json_put_str(all, organisation, key);
    return RC_OK;
}

static rc_t read_list(json_t *all, const char *name, const json_t *v, const json_t *authorities,
                      struct err *e)
{
    str_t organisation, key;
    if (!authority_list_split(str_c(name), &organisation, &key))
        return wrong("crl", name, "That is no name of a list.", e);
    const json_t *authority = json_object_getn(authorities, organisation.p, organisation.n);
    if (!key.n && json_is_object(v)) return adopt_list(all, name, v, authority, e);
    const char *sentence = key.n ? list_fault(v, authority, key) : NULL;
    if (sentence) return wrong("crl", name, sentence, e);
    json_object_set(all, name, (json_t *) v);
    return RC_OK;
}

/* A name that means a list means one that is there. */
static rc_t judge_names(const json_t *all, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    const char *name;
    json_t *v;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) all, name, v)
    {
        str_t organisation, key,
            meant =
                json_is_object(v) ? str_c(name) : authority_list_name(a, str_c(name), json_text(v));
        if (!json_object_getn(all, meant.p, meant.n) ||
            !authority_list_split(meant, &organisation, &key) || !key.n)
            return wrong("crl", name, "It names no list.", e);
    }
    return RC_OK;
}

rc_t document_read_lists(const json_t *in, json_t *out, struct err *e)
{
    const json_t *given = json_object_get(in, "crl");
    const char *name;
    json_t *v, *all = json_object();
    json_object_set_new(out, "crl", all);
    if (given && !json_is_object(given)) return wrong("crl", "", "An object was expected.", e);
    json_object_foreach((json_t *) given, name, v)
        TRY(read_list(all, name, v, json_object_get(out, "authorities"), e));
    return judge_names(all, e);
}

static rc_t take_list(struct edit *t, str_t name, json_t *all, struct err *e)
{
    struct kv_value v;
    str_t organisation, key;
    json_t *list = NULL;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HGET"),
               authority_lists_key(t->a, t->r->config->instance), name));
    if (v.type != KV_STR) return RC_OK;
    bool is_name = authority_list_split(name, &organisation, &key);
    if (is_name && !key.n)
        list = json_from_str(v.s);
    else if (!is_name || v.s.n > AUTHORITY_LIST_MAX || json_parse_object(v.s, &list, NULL) != RC_OK)
        return err_set(e, RC_DAMAGED, "A stored list is damaged.");
    json_object_setn_new(all, name.p, name.n, list);
    return RC_OK;
}

rc_t document_take_lists(struct edit *t, json_t *document, struct err *e)
{
    json_t *all = json_object();
    str_t *names;
    size_t n;
    json_object_set_new(document, "crl", all);
    TRY(authority_list_names(t->r, t->a, &names, &n, e));
    for (size_t i = 0; i < n; i++)
        TRY(take_list(t, names[i], all, e));
    return RC_OK;
}

rc_t document_put_lists(struct edit *t, const json_t *had, const json_t *wanted,
                        document_noted *noted, void *arg, struct err *e)
{
    const json_t *old = json_object_get(had, "crl"), *new = json_object_get(wanted, "crl");
    str_t lists = authority_lists_key(t->a, t->r->config->instance);
    const char *name;
    json_t *v;
    json_object_foreach((json_t *) new, name, v)
    {
        CLEANUP_BUF struct buf text = BUF_INIT(AUTHORITY_LIST_MAX);
        const json_t *before = json_object_get(old, name);
        if (before && json_equal(before, v)) continue;
        if (json_is_string(v) ? !buf_str(&text, json_text(v)) : !json_write(v, &text))
            return err_set(e, RC_TOO_LARGE, NULL);
        noted(arg, name, before ? "changed" : "added");
        EDIT_COMMAND(t, STR("HSET"), lists, str_c(name), buf_view(&text));
    }
    json_object_foreach((json_t *) old, name, v)
    {
        if (json_object_get(new, name)) continue;
        noted(arg, name, "removed");
        EDIT_COMMAND(t, STR("HDEL"), lists, str_c(name));
    }
    return RC_OK;
}

/* --- sealed keys ------------------------------------------------------------------------------ */

rc_t document_read_authority_keys(const json_t *in, json_t *out, struct err *e)
{
    return document_read_sealed(in, out, "sealed_authority_keys", e);
}

rc_t document_take_authority_keys(struct edit *t, json_t *document, struct err *e)
{
    return document_take_sealed(t, document, "sealed_authority_keys", authority_sealed_key, e);
}

static str_t key_of(const json_t *document, const char *organisation)
{
    return record_text(json_object_get(json_object_get(document, "authorities"), organisation),
                       "key");
}

static rc_t put_key(struct edit *t, const char *organisation, const json_t *had,
                    const json_t *wanted, bool replace, long long *changed, struct err *e)
{
    str_t key = authority_sealed_key(t, str_c(organisation)), old = key_of(had, organisation),
          new = key_of(wanted, organisation);
    const json_t *given = json_object_get(json_object_get(wanted, "sealed_authority_keys"),
                                          organisation),
                 *sealed = json_object_getn(given, new.p ? new.p : "", new.n);
    struct kv_value v;
    if (old.n && !str_eq(old, new)) EDIT_COMMAND(t, STR("HDEL"), key, arena_str(t->a, old));
    if (!new.n) return RC_OK;
    TRY(KV_CMD(t->r->kv, t->a, &v, e, STR("HEXISTS"), key, new));
    bool there = v.type == KV_INT && v.i == 1;
    if (!there && !sealed) {
        err_set(e, RC_INVALID, "The authority's key of %.64s is neither in the document nor here.",
                organisation);
        err_field(e, "sealed_authority_keys");
        return RC_INVALID;
    }
    if (!sealed || (there && str_eq(old, new) && !replace)) return RC_OK;
    *changed += !there;
    EDIT_COMMAND(t, STR("HSET"), key, arena_str(t->a, new), json_text(sealed));
    return RC_OK;
}

rc_t document_put_authority_keys(struct edit *t, const json_t *had, const json_t *wanted,
                                 bool replace, long long *changed, struct err *e)
{
    const json_t *before = json_object_get(had, "authorities"),
                 *after = json_object_get(wanted, "authorities");
    const char *organisation;
    json_t *row;
    json_object_foreach((json_t *) before, organisation, row)
        TRY(put_key(t, organisation, had, wanted, replace, changed, e));
    json_object_foreach((json_t *) after, organisation, row)
    {
        if (!json_object_get(before, organisation))
            TRY(put_key(t, organisation, had, wanted, replace, changed, e));
    }
    return RC_OK;
}

/* --- revocations are never taken back --------------------------------------------------------- */

static json_t *part_of(json_t *document, const char *section, const char *organisation)
{
    json_t *all = json_object_get(document, section), *part = json_object_get(all, organisation);
    if (part || !all) return part;
    part = json_object();
    json_object_set_new(all, organisation, part);
    return part;
}

static void mark(json_t *certificates, const json_t *issued)
{
    str_t fingerprint = record_text(issued, "fingerprint");
    const char *id;
    json_t *row;
    json_object_foreach(certificates, id, row)
    {
        str_t address, named;
        str_cut(str_c(id), ' ', &address, &named);
        if (!str_eq(named, fingerprint) || record_text(row, "revoked_at").n) continue;
        json_object_set(row, "revoked_at", json_object_get(issued, "revoked_at"));
        json_put_str(row, "primary", STR("none"));
    }
}

static void keep_of(const json_t *had, json_t *wanted, const char *organisation)
{
    const json_t *old = json_object_get(json_object_get(had, "issued"), organisation);
    json_t *ledger = part_of(wanted, "issued", organisation),
           *certificates = json_object_get(json_object_get(wanted, "certificates"), organisation),
           *row;
    const char *serial;
    json_object_foreach((json_t *) old, serial, row)
    {
        const json_t *now = json_object_get(ledger, serial);
        bool revoked = record_text(row, "revoked_at").n > 0;
        if (!now || (revoked && !record_text(now, "revoked_at").n))
            json_object_set(ledger, serial, row);
        if (revoked) mark(certificates, row);
    }
}

static const json_t *authority_of(const json_t *document, str_t organisation, str_t key)
{
    const json_t *row =
        json_object_getn(json_object_get(document, "authorities"), organisation.p, organisation.n);
    return row && str_eq(record_text(row, "key"), key) ? row : NULL;
}

static int64_t number_of(const json_t *list)
{
    return json_integer_value(json_object_get(list, "number"));
}

/* An authority comes back that was removed after the document was made: whatever it issued was
 * revoked by then, or had ended. */
static void end_ledger(json_t *wanted, str_t organisation, str_t at)
{
    json_t *issued = json_object_get(wanted, "issued"),
           *all = json_object_get(wanted, "certificates"), *row;
    const char *serial;
    json_object_foreach(json_object_getn(issued, organisation.p, organisation.n), serial, row)
    {
        if (record_text(row, "revoked_at").n || str_cmp(record_text(row, "until"), at) <= 0)
            continue;
        json_put_str(row, "revoked_at", at);
        json_put_str(row, "reason", STR("unspecified"));
        mark(json_object_getn(all, organisation.p, organisation.n), row);
    }
}

/* What the list says is revoked, also where a document of before does not say so: the authority may
 * have been away in between, so that nothing but its list knows. */
static rc_t keep_listed(json_t *wanted, str_t organisation, const json_t *list, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(LIST_WORK_BYTES);
    json_t *issued = json_object_get(wanted, "issued"),
           *all = json_object_get(wanted, "certificates");
    struct crl_entry *entries;
    size_t n;
    str_t der;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (!b64_decode(a, record_text(list, "der"), &der) ||
        crl_entries(der, a, &entries, &n, NULL) != RC_OK)
        return err_set(e, RC_DAMAGED, "A stored list is damaged.");
    issued = json_object_getn(issued, organisation.p, organisation.n);
    all = json_object_getn(all, organisation.p, organisation.n);
    for (size_t i = 0; i < n; i++) {
        json_t *row = json_object_getn(issued, entries[i].serial.p, entries[i].serial.n);
        char at[NAME_TIME_BYTES + 1];
        if (!row || record_text(row, "revoked_at").n) continue;
        const char *word = revoked_reason_word(entries[i].reason);
        str_t reason = word && issue_reason(str_c(word)) > 0 ? str_c(word) : STR("unspecified");
        name_write_time(entries[i].at, at);
        json_put_str(row, "revoked_at", str_c(at));
        json_put_str(row, "reason", reason);
        mark(all, row);
    }
    return RC_OK;
}

/* No list goes, nor comes an older one again, nor another under its name: whoever was given a
 * certificate asks there. Who signed one whose authority is not in the document stands in it. */
static rc_t keep_lists(const json_t *had, json_t *wanted, struct err *e)
{
    json_t *all = json_object_get(wanted, "crl"), *v;
    const char *name;
    str_t organisation, key;
    json_object_foreach(json_object_get(had, "crl"), name, v)
    {
        if (json_is_string(v) || number_of(v) >= number_of(json_object_get(all, name)))
            json_object_set_new(all, name, json_deep_copy(v));
    }
    json_object_foreach(all, name, v)
    {
        if (!json_is_object(v) || !authority_list_split(str_c(name), &organisation, &key)) continue;
        const json_t *gone = authority_of(had, organisation, key);
        if (authority_of(wanted, organisation, key)) {
            TRY(keep_listed(wanted, organisation, v, e));
            if (json_object_get(v, "last")) end_ledger(wanted, organisation, record_text(v, "at"));
            json_object_del(v, "issuer");
            json_object_del(v, "last");
        } else if (!json_object_get(v, "issuer") && gone)
            json_object_set(v, "issuer", json_object_get(gone, "der"));
    }
    return RC_OK;
}

/* 0: it cannot be read. */
static int64_t end_of(const json_t *authority)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    if (!a || certificate_of(authority, a, &c, NULL) != RC_OK ||
        cert_describe(c, a, &info, NULL) != RC_OK)
        return 0;
    return info.not_after;
}

/* What was issued under a renewed certificate may be of a domain that the older one excludes. */
static void keep_certificate(const json_t *old, json_t *new)
{
    if (end_of(old) < end_of(new)) return;
    json_object_set(new, "der", json_object_get(old, "der"));
    json_object_set(new, "list_url", json_object_get(old, "list_url"));
}

/* Of the roots that were issued here the authority's own alone, if it was trusted before. */
static void keep_root(const json_t *had, json_t *wanted, const char *organisation,
                      const json_t *authority)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    CLEANUP_CERT struct cert *c = NULL;
    const json_t *old = json_object_get(json_object_get(had, "roots"), organisation);
    json_t *roots = part_of(wanted, "roots", organisation), *row;
    const char *id;
    void *next;
    if (!a || certificate_of(authority, a, &c, NULL) != RC_OK) return;
    str_t own = cert_fingerprint(c);
    json_object_foreach_safe(roots, next, id, row)
    {
        if (str_eq(record_text(row, "source"), STR("issued")) && !str_eq(str_c(id), own))
            json_object_del(roots, id);
    }
    row = json_object_getn(old, own.p, own.n);
    if (row && !json_object_getn(roots, own.p, own.n)) json_object_setn(roots, own.p, own.n, row);
}

rc_t document_keep_authorities(const json_t *had, json_t *wanted, struct err *e)
{
    json_t *authorities = json_object_get(wanted, "authorities"), *row;
    const char *organisation;
    json_object_foreach(json_object_get(had, "authorities"), organisation, row)
    {
        json_t *new = json_object_get(authorities, organisation);
        if (!new || !str_eq(record_text(row, "key"), record_text(new, "key"))) continue;
        keep_of(had, wanted, organisation);
        keep_certificate(row, new);
        keep_root(had, wanted, organisation, new);
    }
    return keep_lists(had, wanted, e);
}
