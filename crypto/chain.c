/* Judging one certificate: chain, purpose, time, strength (RFC 5280 section 6, RFC 8550). */
#include <stdio.h>
#include <stdlib.h>

#include "base/mutant.h"
#include "crypto/trust_set.h"

enum { CHAIN_DEPTH = CERT_PATH_MAX - 2, BAG_MAX = 256, ROUNDS_MAX = 4, FETCHED_MAX = 4 };

/* One certificate being judged. */
struct judging {
    const struct cert *cert;
    const struct cert_question *q;
    struct cert_effort *effort;
    struct cert *fetched[ROUNDS_MAX * FETCHED_MAX]; /* owned: what AIA brought */
    size_t fetched_count;
    bool limited; /* only these help, instead of the bag and what was fetched */
    struct cert *only[CHAIN_DEPTH];
    size_t only_count;
};

/* --- findings ------------------------------------------------------------------------- */

/* Worst first. */
static const enum chain_status by_weight[] = {
    CHAIN_INVALID, CHAIN_UNKNOWN_ISSUER, CHAIN_INCOMPLETE,    CHAIN_PURPOSE,
    CHAIN_EXPIRED, CHAIN_WEAK,           CHAIN_NOT_YET_VALID, CHAIN_TRUSTED};

struct findings {
    enum cert_purpose purpose;
    enum chain_status status;
    int error, depth;
};

static size_t weight(enum chain_status s)
{
    size_t i = 0;
    while (by_weight[i] != s && by_weight[i] != CHAIN_TRUSTED) {
        i++;
    }
    return i;
}

static void find(struct findings *f, enum chain_status status, int error, int depth)
{
    if (weight(status) >= weight(f->status)) return;
    f->status = status;
    f->error = error;
    f->depth = depth;
}

static bool names_issuer_place(X509 *x)
{
    bool named = false;
    OSSL_OWN(AUTHORITY_INFO_ACCESS) aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
        int method = OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(aia, i)->method);
        named |= method == NID_ad_ca_issuers;
    }
    return named;
}

/* OpenSSL's purposes are stricter than RFC 8550 in two places: anyExtendedKeyUsage does not count
 * for it, and S/MIME encryption wants keyEncipherment, which an EC key cannot have. */
static bool purpose_is_fine(const struct findings *f, X509 *x, int depth)
{
    if (depth == 0) return cert_usage_allows(x, f->purpose);
    return (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) &&
           (X509_get_extended_key_usage(x) & XKU_ANYEKU) && X509_check_ca(x) > 0;
}

static enum chain_status classify(const struct findings *f, int error, X509 *x, int depth)
{
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return x && names_issuer_place(x) ? CHAIN_INCOMPLETE : CHAIN_UNKNOWN_ISSUER;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return CHAIN_UNKNOWN_ISSUER;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return CHAIN_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return CHAIN_NOT_YET_VALID;
    case X509_V_ERR_INVALID_PURPOSE:
        return x && purpose_is_fine(f, x, depth) ? CHAIN_TRUSTED : CHAIN_PURPOSE;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return CHAIN_WEAK;
    default:
        return CHAIN_INVALID;
    }
}

/* Collects every complaint instead of stopping at the first: which one OpenSSL meets first says
 * nothing about which is worst. The verdict is made from the findings, never from the return
 * value that going on produces. */
static int on_error(int ok, X509_STORE_CTX *ctx)
{
    struct findings *f = X509_STORE_CTX_get_app_data(ctx);
    if (ok) return 1;
    int error = X509_STORE_CTX_get_error(ctx), depth = X509_STORE_CTX_get_error_depth(ctx);
    find(f, classify(f, error, X509_STORE_CTX_get_current_cert(ctx), depth), error, depth);
    return 1;
}

/* --- one attempt ----------------------------------------------------------------------- */

typedef STACK_OF(X509) x509_stack;
OSSL_CLEANUP(x509_stack, sk_X509_free) /* borrowed certificates */

/* Which anchors an attempt may end at. */
enum with {
    WITH_ALL,      /* the trust set, as it is */
    WITH_REST,     /* the trust set without those that no longer count for this certificate */
    WITH_PERSONAL, /* the question's */
    WITH_ITSELF    /* the certificate, as it is vouched for */
};

static bool is_too_late(const struct cert *c, const struct trust_anchor *anchor)
{
    time_t end = (time_t) anchor->distrust_after;
    return end > 0 && X509_cmp_time(X509_get0_notBefore(cert_x509(c)), &end) >= 0;
}

static bool push_all(x509_stack *s, struct cert *const *certs, size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < n && i < BAG_MAX && ok; i++) {
        ok = sk_X509_push(s, cert_x509(certs[i])) > 0;
    }
    return ok;
}

static bool push_help(x509_stack *s, const struct judging *j)
{
    if (j->limited) return push_all(s, j->only, j->only_count);
    return push_all(s, j->q->bag, j->q->bag_count) && push_all(s, j->fetched, j->fetched_count);
}

static bool is_among(const struct cert *c, struct cert *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (cert_equal(c, list[i])) return true;
    }
    return false;
}

/* RFC 5280 6.1 makes certificate policies a part of every path validation; OpenSSL leaves them out
 * unless asked. Any policy will do for us (user-initial-policy-set), which OpenSSL wants to be
 * told. */
static bool demand_policies(X509_VERIFY_PARAM *param)
{
    return X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_POLICY_CHECK) &&
           X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy));
}

static bool prepare(X509_STORE_CTX *ctx, const struct judging *j, x509_stack *bag,
                    x509_stack *anchors, struct findings *f)
{
    const struct trust *t = j->q->trust;
    bool shared = !anchors && t;
    if (!X509_STORE_CTX_init(ctx, shared ? t->store : NULL, cert_x509(j->cert), bag)) return false;
    if (!shared) X509_STORE_CTX_set0_trusted_stack(ctx, anchors);
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t) j->q->at);
    X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH);
    X509_VERIFY_PARAM_set_auth_level(param, 2); /* RSA 2048, SHA-224 at least: else "weak" */
    X509_STORE_CTX_set_app_data(ctx, f);
    X509_STORE_CTX_set_verify_cb(ctx, on_error);
    return demand_policies(param) &&
           X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) &&
           X509_STORE_CTX_set_purpose(ctx, f->purpose == PURPOSE_SIGN ? X509_PURPOSE_SMIME_SIGN
                                                                      : X509_PURPOSE_SMIME_ENCRYPT);
}

static struct cert *find_object(X509 *x, struct cert *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (cert_x509(list[i]) == x) return list[i];
    }
    return NULL;
}

/* The one among the vouched that is the certificate itself; NULL. */
static struct cert *vouched(const struct judging *j)
{
    for (size_t i = 0; i < j->q->vouched_count; i++)
        if (cert_equal(j->cert, j->q->vouched[i])) return j->q->vouched[i];
    return NULL;
}

/* Our certificate for an object of the chain: all of them came from us. New reference. */
static struct cert *cert_of(const struct judging *j, X509 *x)
{
    const struct cert_question *q = j->q;
    const struct trust_anchor *anchor = trust_find(q->trust, x);
    struct cert *c = anchor ? anchor->cert : find_object(x, q->anchors, q->anchor_count);
    if (!c) c = find_object(x, q->bag, q->bag_count);
    if (!c) c = find_object(x, j->fetched, j->fetched_count);
    if (c) return cert_ref(c);
    return cert_from_x509(x, &c, NULL) == RC_OK ? c : NULL;
}

static enum trusted_by source_of(const struct judging *j, X509 *x, enum with with)
{
    const struct trust_anchor *anchor = trust_find(j->q->trust, x);
    struct cert *itself = with == WITH_ITSELF ? vouched(j) : NULL;
    if (with == WITH_ITSELF)
        return itself && cert_x509(itself) == x ? TRUSTED_BY_REGISTERED : TRUSTED_BY_NONE;
    if (with == WITH_PERSONAL)
        return find_object(x, j->q->anchors, j->q->anchor_count) ? TRUSTED_BY_PERSONAL
                                                                 : TRUSTED_BY_NONE;
    return anchor ? anchor->source : TRUSTED_BY_NONE;
}

/* The path, up to the last certificate that is trusted where one is. A chain that OpenSSL calls
 * good and that ends nowhere we know is not. */
static void take_path(const struct judging *j, X509_STORE_CTX *ctx, enum with with,
                      struct findings *f, struct cert_verdict *v)
{
    x509_stack *chain = X509_STORE_CTX_get0_chain(ctx);
    int n = sk_X509_num(chain), end = n;
    if (n > CERT_PATH_MAX) n = end = CERT_PATH_MAX;
    for (int i = 0; i < n; i++) {
        enum trusted_by by = source_of(j, sk_X509_value(chain, i), with);
        if (by == TRUSTED_BY_NONE) continue;
        v->trusted_by = by;
        end = i + 1;
    }
    if (f->status == CHAIN_TRUSTED && v->trusted_by == TRUSTED_BY_NONE)
        find(f, CHAIN_INVALID, X509_V_ERR_CERT_UNTRUSTED, 0);
    if (f->status != CHAIN_TRUSTED) {
        v->trusted_by = TRUSTED_BY_NONE;
        end = n;
    }
    for (int i = 0; i < end; i++) {
        struct cert *c = i ? cert_of(j, sk_X509_value(chain, i)) : cert_ref((void *) j->cert);
        if (!c) break;
        v->path[v->path_count++] = c;
    }
}

/* The anchors instead of the whole trust set; NULL for WITH_ALL, and when memory is short. */
static x509_stack *choose_anchors(const struct judging *j, enum with with)
{
    const struct trust *t = j->q->trust;
    x509_stack *s = with == WITH_ALL ? NULL : sk_X509_new_null();
    bool ok = s != NULL;
    if (with == WITH_PERSONAL) ok = ok && push_all(s, j->q->anchors, j->q->anchor_count);
    struct cert *itself = with == WITH_ITSELF ? vouched(j) : NULL;
    if (itself) ok = ok && push_all(s, &itself, 1);
    for (size_t i = 0; with == WITH_REST && ok && i < t->count; i++) {
        if (!is_too_late(j->cert, &t->anchors[i]))
            ok = sk_X509_push(s, cert_x509(t->anchors[i].cert)) > 0;
    }
    if (ok) return s;
    sk_X509_free(s);
    return NULL;
}

/* An anchor that is the certificate itself needs no chain: whatever else came along cannot
 * spoil it. */
static void attempt(const struct judging *j, enum with with, struct cert_verdict *v)
{
    const struct cert_question *q = j->q;
    bool itself = with == WITH_ITSELF ||
                  (with == WITH_PERSONAL && is_among(j->cert, q->anchors, q->anchor_count));
    struct findings f = {.purpose = q->purpose, .status = CHAIN_TRUSTED};
    OSSL_OWN(X509_STORE_CTX) ctx = X509_STORE_CTX_new();
    OSSL_OWN(x509_stack) bag = sk_X509_new_null();
    OSSL_OWN(x509_stack) anchors = choose_anchors(j, with);
    *v = (struct cert_verdict){.chain = CHAIN_INVALID};
    bool ready = ctx && bag && (with == WITH_ALL || anchors);
    ready = ready && (itself || push_help(bag, j));
    if (!ready || !prepare(ctx, j, bag, anchors, &f)) {
        snprintf(v->detail, sizeof v->detail, "the chain could not be examined");
        return;
    }
    if (X509_verify_cert(ctx) <= 0) find(&f, CHAIN_INVALID, X509_STORE_CTX_get_error(ctx), 0);
    if (!cert_usage_allows(cert_x509(j->cert), q->purpose))
        find(&f, CHAIN_PURPOSE, X509_V_ERR_INVALID_PURPOSE, 0);
    if (cert_is_weak(cert_x509(j->cert))) find(&f, CHAIN_WEAK, X509_V_ERR_EE_KEY_TOO_SMALL, 0);
    take_path(j, ctx, with, &f, v);
    if (WX_MUTANT(TRUST) && f.status == CHAIN_UNKNOWN_ISSUER) f.status = CHAIN_TRUSTED;
    v->chain = f.status;
    if (f.status == CHAIN_TRUSTED) return;
    snprintf(v->detail, sizeof v->detail, "%s (certificate %d of the chain)",
             X509_verify_cert_error_string(f.error), f.depth);
}

static bool lacks_issuer(enum chain_status s)
{
    return s == CHAIN_UNKNOWN_ISSUER || s == CHAIN_INCOMPLETE;
}

static bool ends_too_late(const struct judging *j, const struct cert_verdict *v)
{
    X509 *end = v->path_count ? cert_x509(v->path[v->path_count - 1]) : NULL;
    const struct trust_anchor *anchor = trust_find(j->q->trust, end);
    return anchor && is_too_late(j->cert, anchor);
}

/* False: that helps nothing, *v stays. */
static bool attempt_instead(const struct judging *j, enum with with, struct cert_verdict *v)
{
    struct cert_verdict other;
    attempt(j, with, &other);
    if (lacks_issuer(other.chain)) {
        cert_verdict_free(&other);
        return false;
    }
    cert_verdict_free(v);
    *v = other;
    return true;
}

/* Who vouches for the certificate, and personal trust, are asked only where nobody else knows the
 * issuer. */
static void judge(const struct judging *j, struct cert_verdict *v)
{
    attempt(j, WITH_ALL, v);
    if (ends_too_late(j, v)) { /* perhaps there is another way up */
        cert_verdict_free(v);
        attempt(j, WITH_REST, v);
        if (lacks_issuer(v->chain))
            snprintf(v->detail, sizeof v->detail,
                     "the root is no longer trusted for certificates as new as this one");
    }
    if (!lacks_issuer(v->chain)) return;
    if (vouched(j) && attempt_instead(j, WITH_ITSELF, v)) return;
    if (j->q->anchor_count) (void) attempt_instead(j, WITH_PERSONAL, v);
}

/* --- several ways up ---------------------------------------------------------------------- */

/* OpenSSL takes the first issuer of the right name and does not come back when that one was forged,
 * or leads to nobody we know: a renewed or cross-signed authority, or a stranger's certificate put
 * beside it, would hide a good path. */
struct climbing {
    struct judging *j;
    struct cert_verdict *best;
};

static struct cert *helper(const struct judging *j, size_t i)
{
    if (i < j->q->bag_count) return j->q->bag[i];
    i -= j->q->bag_count;
    return i < j->fetched_count ? j->fetched[i] : NULL;
}

static bool has_issued(const struct cert *issuer, const struct cert *c)
{
    EVP_PKEY *key = X509_get0_pubkey(cert_x509(issuer));
    return key && X509_check_issued(cert_x509(issuer), cert_x509(c)) == X509_V_OK &&
           X509_verify(cert_x509(c), key) == 1;
}

static bool have_namesakes(const struct judging *j)
{
    struct cert *a, *b;
    for (size_t i = 0; i < BAG_MAX && (a = helper(j, i)); i++) {
        for (size_t k = 0; k < i && (b = helper(j, k)); k++) {
            if (X509_subject_name_cmp(cert_x509(a), cert_x509(b)) == 0 && !cert_equal(a, b))
                return true;
        }
    }
    return false;
}

static void try_path(struct climbing *k)
{
    struct cert_verdict v;
    if (!k->j->effort->attempts) return;
    k->j->effort->attempts--;
    judge(k->j, &v);
    if (weight(v.chain) > weight(k->best->chain)) {
        cert_verdict_free(k->best);
        *k->best = v;
    } else {
        cert_verdict_free(&v);
    }
}

/* Every way up over signatures that fit, each tried when it goes no further; CHAIN_DEPTH deep. */
static void climb(struct climbing *k)
{
    struct judging *j = k->j;
    const struct cert *below = j->only_count ? j->only[j->only_count - 1] : j->cert;
    struct cert *c;
    bool further = false;
    for (size_t i = 0; i < BAG_MAX && (c = helper(j, i)); i++) {
        if (k->best->chain == CHAIN_TRUSTED || j->only_count == CHAIN_DEPTH) break;
        if (cert_equal(c, j->cert) || is_among(c, j->only, j->only_count)) continue;
        if (X509_check_issued(cert_x509(c), cert_x509(below)) != X509_V_OK) continue;
        if (!j->effort->checks) break;
        j->effort->checks--;
        if (!has_issued(c, below)) continue;
        further = true;
        j->only[j->only_count++] = c;
        climb(k);
        j->only_count--;
    }
    if (!further && k->best->chain != CHAIN_TRUSTED) try_path(k);
}

/* The best that can be said by any way up. */
static void judge_ways(struct judging *j, struct cert_verdict *v)
{
    judge(j, v);
    if (v->chain == CHAIN_TRUSTED || !have_namesakes(j)) return;
    struct climbing k = {j, v};
    j->limited = true;
    climb(&k);
    j->limited = false;
}

/* --- what is asked outside -------------------------------------------------------------- */

/* More intermediates into j. False: nothing came. */
static bool fetch_issuers(struct judging *j, const struct cert *of)
{
    const struct cert_checks *checks = j->q->checks;
    size_t room = sizeof j->fetched / sizeof j->fetched[0] - j->fetched_count;
    if (!checks || !checks->issuers || room < FETCHED_MAX) return false;
    size_t n = checks->issuers(checks->holder, of, &j->fetched[j->fetched_count], FETCHED_MAX);
    j->fetched_count += n;
    return n > 0;
}

static struct cert *issuer_at_hand(const struct judging *j, const struct cert *c)
{
    for (size_t i = 0; i < j->q->bag_count && i < BAG_MAX; i++) {
        if (has_issued(j->q->bag[i], c)) return j->q->bag[i];
    }
    for (size_t i = 0; i < j->fetched_count; i++) {
        if (has_issued(j->fetched[i], c)) return j->fetched[i];
    }
    return NULL;
}

static bool names_source(const struct cert_verdict *v)
{
    bool named = v->path_count == 0 || cert_names_revocation(cert_x509(v->path[0]));
    for (size_t i = 1; i + 1 < v->path_count && !named; i++) {
        named = cert_names_revocation(cert_x509(v->path[i]));
    }
    return named;
}

/* Of a chain that somebody known vouches for, or did: what has expired may have been revoked too,
 * which is worse. Nobody else's word about where to ask is taken. */
static bool is_worth_asking(const struct cert_verdict *v)
{
    return v->chain == CHAIN_TRUSTED || v->chain == CHAIN_EXPIRED;
}

static void ask_revocation(struct judging *j, struct cert_verdict *v)
{
    const struct cert_checks *checks = j->q->checks;
    v->revocation.status = names_source(v) ? REVOCATION_NOT_CHECKED : REVOCATION_NO_SOURCE;
    if (v->revocation.status == REVOCATION_NO_SOURCE || !is_worth_asking(v)) return;
    if (!checks || !checks->revocation) return;
    struct cert *asked[CERT_PATH_MAX + 1];
    size_t n = v->path_count;
    memcpy(asked, v->path, n * sizeof *asked);
    if (n == 1) { /* trusted itself; still, its issuer may have revoked it */
        struct cert *issuer = issuer_at_hand(j, v->path[0]);
        if (!issuer && fetch_issuers(j, v->path[0])) issuer = issuer_at_hand(j, v->path[0]);
        if (issuer) asked[n++] = issuer;
    }
    checks->revocation(checks->holder, asked, n, &v->revocation);
    if (WX_MUTANT(REVOCATION) && v->revocation.status == REVOCATION_REVOKED)
        v->revocation.status = REVOCATION_GOOD;
}

void cert_verify(const struct cert *c, const struct cert_question *q, struct cert_verdict *out)
{
    struct cert_effort own = CERT_EFFORT;
    struct judging j = {.cert = c, .q = q, .effort = q->effort ? q->effort : &own};
    struct cert_verdict v;
    judge_ways(&j, &v);
    for (int i = 0; i < ROUNDS_MAX && v.chain == CHAIN_INCOMPLETE && v.path_count; i++) {
        size_t before = v.path_count;
        if (!fetch_issuers(&j, v.path[v.path_count - 1])) break;
        cert_verdict_free(&v);
        judge_ways(&j, &v);
        if (v.path_count <= before) break; /* what came was not the issuer */
    }
    ask_revocation(&j, &v);
    for (size_t i = 0; i < j.fetched_count; i++)
        cert_unref(j.fetched[i]);
    ossl_drain();
    *out = v;
}

void cert_verdict_free(struct cert_verdict *v)
{
    if (!v) return;
    for (size_t i = 0; i < v->path_count; i++)
        cert_unref(v->path[i]);
    *v = (struct cert_verdict){0};
}

void cert_verdict_copy(struct cert_verdict *to, const struct cert_verdict *from)
{
    *to = *from;
    for (size_t i = 0; i < to->path_count; i++)
        cert_ref(to->path[i]);
}

/* --- words --------------------------------------------------------------------------- */

const char *chain_status_word(enum chain_status s)
{
    static const char *const words[] = {"trusted",       "unknown_issuer", "incomplete", "expired",
                                        "not_yet_valid", "purpose",        "weak",       "invalid"};
    return words[s];
}

const char *revocation_word(enum revocation r)
{
    static const char *const words[] = {"not_checked", "no_source", "good", "revoked", "unknown"};
    return words[r];
}

const char *trusted_by_word(enum trusted_by t)
{
    static const char *const words[] = {"none", "mail_roots", "organisation", "personal",
                                        "registered"};
    return words[t];
}
