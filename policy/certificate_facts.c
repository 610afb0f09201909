/* What the rules are told of an organisation's certificates. */
#include <string.h>

#include "base/b64.h"
#include "policy/certificate_parts.h"

enum { BAG_MAX = 8 };

/* Authorities that came with the certificate; returns how many. */
static size_t read_bag(const json_t *row, struct arena *a, struct cert *bag[BAG_MAX])
{
    size_t n = 0;
    str_t one, der, rest = record_text(row, "issuers");
    for (bool more = rest.n > 0; more && n < BAG_MAX;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (b64_decode(a, one, &der) && cert_parse(der, &bag[n], NULL) == RC_OK) n++;
    }
    return n;
}

static enum policy_cert_trust trust_of(const struct cert *c, const json_t *row, bool sign,
                                       const struct trust *trust, int64_t now, struct arena *a)
{
    struct cert *bag[BAG_MAX];
    struct cert_verdict v = {0};
    if (!trust) return CERT_PINNED;
    size_t n = read_bag(row, a, bag);
    const struct cert_question q = {.bag = bag,
                                    .bag_count = n,
                                    .trust = trust,
                                    .purpose = sign ? PURPOSE_SIGN : PURPOSE_ENCRYPT,
                                    .at = now};
    cert_verify(c, &q, &v);
    bool trusted = v.chain == CHAIN_TRUSTED;
    cert_verdict_free(&v);
    for (size_t i = 0; i < n; i++)
        cert_unref(bag[i]);
    return trusted ? CERT_TRUSTED : CERT_PINNED;
}

static str_t alg_of(const struct cert_info *info, struct arena *a)
{
    if (str_eq(info->curve, STR("P-256"))) return STR("p256");
    if (str_eq(info->curve, STR("P-384"))) return STR("p384");
    return arena_printf(a, "%s%u", info->key_algorithm, info->key_bits);
}

static rc_t read_one(str_t id, const json_t *row, const struct trust *trust, int64_t now,
                     struct arena *a, struct policy_cert *out, struct err *e)
{
    CLEANUP_CERT struct cert *c = NULL;
    struct cert_info info;
    str_t address, fingerprint, custody = record_text(row, "custody");
    unsigned use = certificate_use_of(row, "usage");
    TRY(certificate_of(row, a, &c, e));
    TRY(cert_describe(c, a, &info, e));
    str_cut(id, ' ', &address, &fingerprint);
    *out = (struct policy_cert){.id = arena_str(a, fingerprint),
                                .address = arena_str(a, address),
                                .can_sign = use & USE_SIGN,
                                .can_encrypt = use & USE_ENCRYPT,
                                .key = str_eq(custody, STR("agent"))  ? CUSTODY_GATEWAY
                                       : str_eq(custody, STR("user")) ? CUSTODY_USER
                                                                      : CUSTODY_NONE,
                                .seq = json_integer_value(json_object_get(row, "seq")),
                                .status = now > info.not_after    ? CERT_STATUS_EXPIRED
                                          : now < info.not_before ? CERT_STATUS_NOT_YET_VALID
                                                                  : CERT_STATUS_GOOD,
                                .trust = trust_of(c, row, use & USE_SIGN, trust, now, a),
                                .alg = alg_of(&info, a)};
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
                       size_t n, const struct trust *trust, int64_t now, struct arena *a,
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
        TRY(read_one(str_c(id), row, trust, now, a, &list[done], e));
        done += split(&list[done], row);
    }
    *out = list;
    *count = done;
    return RC_OK;
}
