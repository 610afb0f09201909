/* What a certificate must be to be registered, and how it is shown. */
#include <string.h>

#include "base/b64.h"
#include "policy/certificate_parts.h"
#include "policy/name.h"

enum { VIEW_BYTES = 1 << 20, RSA_BITS_MIN = 2048 };

static const char *const USES[] = {"none", "sign", "encrypt", "both"};

const char *certificate_use_word(unsigned use)
{
    return USES[use & USE_BOTH];
}

rc_t certificate_read_use(str_t word, const char *field, unsigned fallback, unsigned *out,
                          struct err *e)
{
    if (str_is_null(word)) {
        *out = fallback;
        return RC_OK;
    }
    for (unsigned i = 0; i <= USE_BOTH; i++) {
        if (!str_eq(word, str_c(USES[i]))) continue;
        *out = i;
        return RC_OK;
    }
    return err_invalid(e, field, "It must be one of: sign encrypt both none.");
}

unsigned certificate_use_of(const json_t *row, const char *member)
{
    unsigned use = USE_NONE;
    if (certificate_read_use(record_text(row, member), member, USE_NONE, &use, NULL) != RC_OK)
        return USE_NONE;
    return use;
}

void certificate_yield(json_t *row, unsigned use, const char *to_id, int64_t now)
{
    unsigned had = certificate_use_of(row, "primary");
    char at[NAME_TIME_BYTES + 1];
    str_t address, fingerprint;
    if (!(had & use)) return;
    str_cut(str_c(to_id), ' ', &address, &fingerprint);
    name_write_time(now, at);
    json_put_str(row, "primary", str_c(certificate_use_word(had & ~use)));
    json_put_str(row, "replaced_by", fingerprint);
    json_put_str(row, "replaced_at", str_c(at));
}

void certificate_take(json_t *row, unsigned use)
{
    unsigned is = certificate_use_of(row, "primary") | use;
    json_put_str(row, "primary", str_c(certificate_use_word(is)));
    if (is != certificate_use_of(row, "usage")) return;
    json_put_str(row, "replaced_by", STR_NULL);
    json_put_str(row, "replaced_at", STR_NULL);
}

/* --- judging ---------------------------------------------------------------------------------- */

static rc_t judge_address(const struct cert *c, const struct cert_info *info, str_t address,
                          struct err *e)
{
    if (cert_matches_address(c, address) != ADDRESS_NO) return RC_OK;
    str_t first = info->address_count ? info->addresses[0] : STR("nobody's address");
    err_set(e, RC_INVALID, "The certificate is for %.*s, not for %.*s.",
            STR_ARG(str_sub(first, 0, 80)), STR_ARG(str_sub(address, 0, 80)));
    err_field(e, "address");
    return RC_INVALID;
}

static rc_t judge_strength(const struct cert_info *info, struct err *e)
{
    if (strncmp(info->key_algorithm, "rsa", 3) == 0 && info->key_bits < RSA_BITS_MIN) {
        err_set(e, RC_INVALID, "The key is too weak: RSA with %u bits; 2048 are the least.",
                info->key_bits);
        err_field(e, "key");
        return RC_INVALID;
    }
    if (info->weak)
        return err_invalid(e, "algorithm",
                           "The certificate is signed with SHA-1 or MD5, which can be forged.");
    return RC_OK;
}

static rc_t judge_use(const struct cert_info *info, unsigned want, unsigned *use, struct err *e)
{
    unsigned can =
        (info->can_sign ? USE_SIGN : USE_NONE) | (info->can_encrypt ? USE_ENCRYPT : USE_NONE);
    if (can == USE_NONE)
        return err_invalid(e, "usage",
                           "The certificate is not for mail: its key usage, extended key usage "
                           "(emailProtection) or kind of key forbids it.");
    if (want & ~can) {
        err_set(e, RC_INVALID, "The certificate can only %s.",
                can == USE_SIGN ? "sign" : "encrypt");
        err_field(e, "usage");
        return RC_INVALID;
    }
    *use = want ? want : can;
    return RC_OK;
}

rc_t certificate_judge(const struct cert *c, str_t address, unsigned want, int64_t now,
                       struct arena *a, unsigned *use, struct err *e)
{
    struct cert_info info;
    char until[NAME_TIME_BYTES + 1];
    if (cert_der(c).n > CERTIFICATE_DER_MAX) {
        err_set(e, RC_TOO_LARGE, "The certificate is too large.");
        err_field(e, "file");
        return RC_TOO_LARGE;
    }
    TRY(cert_describe(c, a, &info, e));
    if (info.is_ca)
        return err_invalid(e, "ca", "This is the certificate of an authority, not of a mailbox.");
    TRY(judge_address(c, &info, address, e));
    TRY(judge_strength(&info, e));
    TRY(judge_use(&info, want, use, e));
    if (info.not_after >= now) return RC_OK;
    name_write_time(info.not_after, until);
    err_set(e, RC_INVALID, "The certificate expired at %s.", until);
    err_field(e, "validity");
    return RC_INVALID;
}

rc_t certificate_of(const json_t *row, struct arena *a, struct cert **out, struct err *e)
{
    str_t der;
    if (b64_decode(a, record_text(row, "der"), &der) && cert_parse(der, out, NULL) == RC_OK)
        return RC_OK;
    return err_set(e, RC_DAMAGED, "A stored certificate is damaged.");
}

static bool is_fingerprint(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return s.n == CERTIFICATE_FINGERPRINT;
}

/* Validity does not count: what is registered may have expired since. */
static const char *fault_of(str_t address, str_t fingerprint, const json_t *row, struct arena *a)
{
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    struct err why = {0};
    unsigned use;
    if (certificate_of(row, a, &c, NULL) != RC_OK || cert_describe(c, a, &info, NULL) != RC_OK)
        return "“der” is no certificate.";
    if (!str_eq(cert_fingerprint(c), fingerprint)) return "It has another fingerprint.";
    if (certificate_judge(c, address, certificate_use_of(row, "usage"), info.not_after, a, &use,
                          &why) != RC_OK)
        return "The certificate is not good for this address and usage.";
    if (certificate_use_of(row, "primary") & ~use) return "“primary” is more than “usage”.";
    bool agent = str_eq(record_text(row, "custody"), STR("agent"));
    str_t key = record_text(row, "key");
    if (agent != (key.n > 0) || (key.n && !is_fingerprint(key))) return "“key” goes with agent.";
    return NULL;
}

const char *certificate_fault(str_t id, const json_t *row)
{
    str_t address, fingerprint;
    struct arena *a = arena_new(VIEW_BYTES);
    if (!a) return "There is no memory to read it.";
    str_cut(id, ' ', &address, &fingerprint);
    if (record_text(row, "former").n) address = record_text(row, "former");
    const char *fault = fault_of(address, fingerprint, row, a);
    arena_free(a);
    return fault;
}

/* --- showing ---------------------------------------------------------------------------------- */

static void put_time(json_t *v, const char *name, int64_t t)
{
    char text[NAME_TIME_BYTES + 1];
    name_write_time(t, text);
    json_put_str(v, name, str_c(text));
}

static void put_described(json_t *v, const struct cert_info *info, int64_t now)
{
    json_t *list = json_array();
    const char *status = info->not_after < now    ? "expired"
                         : info->not_before > now ? "not_yet_valid"
                                                  : "valid";
    json_put_str(v, "status", str_c(status));
    put_time(v, "not_before", info->not_before);
    put_time(v, "not_after", info->not_after);
    bool ec = !str_is_null(info->curve);
    json_object_set_new(v, "algorithm",
                        ec ? json_from_str(info->curve)
                           : json_sprintf("%s%u", info->key_algorithm, info->key_bits));
    json_put_str(v, "subject", info->subject);
    json_put_str(v, "issuer", info->issuer);
    json_put_str(v, "serial", info->serial);
    for (size_t i = 0; i < info->address_count; i++)
        json_array_append_new(list, json_from_str(info->addresses[i]));
    json_object_set_new(v, "addresses", list);
}

rc_t certificate_view(str_t id, const json_t *row, int64_t now, json_t **view, struct err *e)
{
    static const char *const FIRST[] = {"usage", "primary", "custody"};
    static const char *const LAST[] = {"key",         "seq",         "source",     "since",
                                       "replaced_by", "replaced_at", "revoked_at", "former",
                                       "der",         "version"};
    CLEANUP_ARENA struct arena *a = arena_new(VIEW_BYTES);
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    str_t address, fingerprint;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(certificate_of(row, a, &c, e));
    TRY(cert_describe(c, a, &info, e));
    json_t *v = json_object();
    str_cut(id, ' ', &address, &fingerprint);
    json_put_str(v, "address", address);
    json_put_str(v, "fingerprint", fingerprint);
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++)
        json_object_set(v, FIRST[i], json_object_get(row, FIRST[i]));
    put_described(v, &info, now);
    if (record_text(row, "revoked_at").n) json_put_str(v, "status", STR("revoked"));
    for (size_t i = 0; i < sizeof LAST / sizeof *LAST; i++)
        json_object_set(v, LAST[i], json_object_get(row, LAST[i]));
    *view = v;
    return RC_OK;
}
