/* Entries of the audit as people read them. */
#include <stdio.h>

#include "base/b64.h"
#include "crypto/cert.h"
#include "policy/audit.h"
#include "policy/name.h"

static void put_time(json_t *v, const char *member, int64_t t)
{
    char text[NAME_TIME_BYTES + 1];
    name_write_time(t, text);
    json_put_str(v, member, str_c(text));
}

static json_t *left_out(size_t bytes)
{
    json_t *v = json_object();
    json_put_int(v, AUDIT_LEFT_OUT, (long long) bytes);
    return v;
}

static bool put_certificate(json_t *record, str_t base64)
{
    CLEANUP_ARENA struct arena *a = arena_new(1u << 20);
    struct cert *c = NULL;
    struct cert_info info;
    str_t der;
    if (!a || !b64_decode(a, base64, &der) || cert_parse(der, &c, NULL) != RC_OK) return false;
    bool known = cert_describe(c, a, &info, NULL) == RC_OK;
    if (known) {
        json_t *list = json_array();
        for (size_t i = 0; i < info.address_count; i++)
            json_array_append_new(list, json_from_str(info.addresses[i]));
        json_put_str(record, "subject", info.subject);
        json_put_str(record, "issuer", info.issuer);
        json_put_str(record, "serial", info.serial);
        json_object_set_new(record, "addresses", list);
        json_put_str(record, "fingerprint", cert_fingerprint(c));
        put_time(record, "not_before", info.not_before);
        put_time(record, "not_after", info.not_after);
    }
    cert_unref(c);
    return known;
}

static size_t words_of(str_t s)
{
    size_t n = 0;
    str_t one, rest = s;
    while (rest.n > 0) {
        str_cut(rest, ' ', &one, &rest);
        n += one.n > 0;
    }
    return n;
}

/* Copies first: a value may be shared. */
static json_t *explain(const json_t *value)
{
    json_t *record = json_copy((json_t *) value);
    str_t der = record_text(value, "der"), issuers = record_text(value, "issuers");
    if (der.n) {
        json_object_del(record, "der");
        if (!put_certificate(record, der)) json_object_set_new(record, "der", left_out(der.n));
    }
    if (json_is_string(json_object_get(value, "issuers")))
        json_put_int(record, "issuers", (long long) words_of(issuers));
    size_t csr = record_text(value, "csr").n;
    if (csr) json_object_set_new(record, "csr", left_out(csr));
    return record;
}

void audit_explain(json_t *entries)
{
    static const char *const sides[] = {"before", "after"};
    for (size_t i = 0; i < json_array_size(entries); i++) {
        json_t *row = json_array_get(entries, i);
        for (size_t k = 0; k < 2; k++) {
            const json_t *value = json_object_get(row, sides[k]);
            if (json_is_object(value)) json_object_set_new(row, sides[k], explain(value));
        }
    }
}

json_t *audit_difference(const json_t *before, const json_t *after)
{
    json_t *list = json_array();
    const json_t *sides[] = {after, before};
    for (size_t k = 0; k < 2; k++) {
        const char *name;
        json_t *v;
        json_object_foreach((json_t *) sides[k], name, v)
        {
            json_t *b = json_object_get(before, name), *a = json_object_get(after, name);
            if (strcmp(name, "version") == 0 || (k == 1 && a)) continue;
            bool nothing = (!b || json_is_null(b)) && (!a || json_is_null(a));
            if (nothing || (a && b && json_equal(a, b))) continue;
            json_t *row = json_object();
            json_put_str(row, "field", str_c(name));
            json_object_set_new(row, "before", b ? json_incref(b) : json_null());
            json_object_set_new(row, "after", a ? json_incref(a) : json_null());
            json_array_append_new(list, row);
        }
    }
    return list;
}

size_t audit_control(str_t s, size_t at)
{
    const unsigned char *p = (const unsigned char *) s.p + at;
    if (p[0] < 0x20 || p[0] == 0x7f) return 1;
    return p[0] == 0xc2 && at + 1 < s.n && p[1] < 0xa0 ? 2 : 0;
}
