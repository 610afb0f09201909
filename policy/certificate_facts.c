/* What the rules are told of an organisation's certificates. */
#include <string.h>

#include "base/b64.h"
#include "base/mutant.h"
#include "policy/certificate_parts.h"

size_t certificate_issuers(str_t issuers, struct arena *a,
                           struct cert *out[CERTIFICATE_ISSUERS_MAX])
{
    size_t n = 0;
    str_t one, der, rest = issuers;
    for (bool more = rest.n > 0; more && n < CERTIFICATE_ISSUERS_MAX;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (b64_decode(a, one, &der) && cert_parse(der, &out[n], NULL) == RC_OK) n++;
    }
    return n;
}

/* Trust, and what is known about revocation: an untrusted chain says nothing about that. */
static void judge(const struct cert *c, const json_t *row, const struct certificate_view_by *by,
                  struct arena *a, struct policy_cert *out)
{
    struct cert *bag[CERTIFICATE_ISSUERS_MAX];
    struct cert_verdict v = {0};
    out->trust = CERT_PINNED;
    if (!by->trust) return;
    size_t n = certificate_issuers(record_text(row, "issuers"), a, bag);
    bool valid = out->status == CERT_STATUS_GOOD; /* of others nobody need be asked */
    const struct cert_question q = {.bag = bag,
                                    .bag_count = n,
                                    .trust = by->trust,
                                    .purpose = out->can_sign ? PURPOSE_SIGN : PURPOSE_ENCRYPT,
                                    .checks = valid ? by->checks : NULL,
                                    .at = by->now};
    cert_verify(c, &q, &v);
    if (v.chain == CHAIN_TRUSTED) out->trust = CERT_TRUSTED;
    if (valid && !WX_MUTANT(REVOCATION) && v.revocation.status == REVOCATION_REVOKED)
        out->status = CERT_STATUS_REVOKED;
    if (valid && v.revocation.status == REVOCATION_UNKNOWN) out->status = CERT_STATUS_UNKNOWN;
    cert_verdict_free(&v);
    for (size_t i = 0; i < n; i++)
        cert_unref(bag[i]);
}

static str_t alg_of(const struct cert_info *info, struct arena *a)
{
    if (str_eq(info->curve, STR("P-256"))) return STR("p256");
    if (str_eq(info->curve, STR("P-384"))) return STR("p384");
    return arena_printf(a, "%s%u", info->key_algorithm, info->key_bits);
}

static rc_t read_one(str_t id, const json_t *row, const struct certificate_view_by *by,
                     struct arena *a, struct policy_cert *out, struct err *e)
{
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    str_t address, fingerprint, custody = record_text(row, "custody");
    unsigned use = certificate_use_of(row, "usage");
    TRY(certificate_of(row, a, &c, e));
    TRY(cert_describe(c, a, &info, e));
    str_cut(id, ' ', &address, &fingerprint);
    if (record_text(row, "former").n) address = record_text(row, "former"); /* what it names */
    *out = (struct policy_cert){.id = arena_str(a, fingerprint),
                                .address = arena_str(a, address),
                                .can_sign = use & USE_SIGN,
                                .can_encrypt = use & USE_ENCRYPT,
                                .key = str_eq(custody, STR("agent"))  ? CUSTODY_GATEWAY
                                       : str_eq(custody, STR("user")) ? CUSTODY_USER
                                                                      : CUSTODY_NONE,
                                .seq = json_integer_value(json_object_get(row, "seq")),
                                .status = record_text(row, "revoked_at").n ? CERT_STATUS_REVOKED
                                          : by->now > info.not_after       ? CERT_STATUS_EXPIRED
                                          : by->now < info.not_before ? CERT_STATUS_NOT_YET_VALID
                                                                      : CERT_STATUS_GOOD,
                                .alg = alg_of(&info, a)};
    judge(c, row, by, a, out);
    return out->id.n && out->address.n && out->alg.n ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* A certificate that is primary for one of its two uses is told as two: `primary` of the rules is
 * one word. Returns how many. */
static size_t split(struct policy_cert *one, const json_t *row)
{
    unsigned use = certificate_use_of(row, "usage"), primary = certificate_use_of(row, "primary");
    one->primary = primary != USE_NONE;
    if (use != USE_BOTH || primary == USE_BOTH || primary == USE_NONE) return 1;
    one[1] = one[0];
    one[0].can_encrypt = one[1].can_sign = false;
    one[0].primary = primary & USE_SIGN;
    one[1].primary = primary & USE_ENCRYPT;
    return 2;
}

rc_t certificate_facts(const struct registry *r, str_t organisation, const str_t *addresses,
                       size_t n, const struct certificate_view_by *by, struct arena *a,
                       struct policy_cert **out, size_t *count, struct err *e)
{
    struct edit t = {.r = r, .a = a};
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    size_t done = 0;
    TRY(certificate_held_by(&t, organisation, addresses, n, &rows, e));
    struct policy_cert *list = ARENA_ARRAY(a, 2 * json_object_size(rows) + 1, struct policy_cert);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach(rows, id, row)
    {
        TRY(read_one(str_c(id), row, by, a, &list[done], e));
        done += split(&list[done], row);
    }
    *out = list;
    *count = done;
    return RC_OK;
}

/* --- for the mail client ---------------------------------------------------------------------- */

/* False: it is not what its id says, or not of the address (its mailbox has another name now). */
static bool read_known(str_t id, const json_t *row, struct arena *a, struct certificate_known *out)
{
    CLEANUP_CERT struct cert *c = NULL;
    str_t address, fingerprint;
    unsigned use = certificate_use_of(row, "usage");
    str_cut(id, ' ', &address, &fingerprint);
    if (certificate_of(row, a, &c, NULL) != RC_OK || !str_eq(cert_fingerprint(c), fingerprint) ||
        cert_matches_address(c, address) == ADDRESS_NO)
        return false;
    *out = (struct certificate_known){.address = arena_str(a, address),
                                      .der = arena_str(a, cert_der(c)),
                                      .issuers = arena_str(a, record_text(row, "issuers")),
                                      .can_sign = use & USE_SIGN,
                                      .can_encrypt = use & USE_ENCRYPT,
                                      .primary_encrypt =
                                          use & certificate_use_of(row, "primary") & USE_ENCRYPT,
                                      .held = str_eq(record_text(row, "custody"), STR("agent")),
                                      .revoked = record_text(row, "revoked_at").n > 0};
    return out->address.n && out->der.n;
}

rc_t certificate_known(const struct registry *r, str_t organisation, const str_t *addresses,
                       size_t n, struct arena *a, struct certificate_known **out, size_t *count,
                       struct err *e)
{
    struct edit t = {.r = r, .a = a};
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    size_t done = 0;
    TRY(certificate_held_by(&t, organisation, addresses, n, &rows, e));
    struct certificate_known *list =
        ARENA_ARRAY(a, json_object_size(rows) + 1, struct certificate_known);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach(rows, id, row)
    {
        if (read_known(str_c(id), row, a, &list[done])) done++;
    }
    *out = list;
    *count = done;
    return RC_OK;
}
