#include "crypto/revocation.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/crl.h"
#include "crypto/issuers.h"
#include "crypto/ocsp.h"
#include "crypto/places.h"
#include "crypto/seal.h"

/* A place that had less time than this is not to blame for being late. */
#define FAIR_TIMEOUT_MS 700
#define LEAST_TIMEOUT_MS 100
/* An answer that names no next one is kept this long. */
#define KEEP_UNBOUNDED 3600
/* Issuers change rarely; but what a stranger's place says is not kept for long. */
#define KEEP_ISSUERS 86400
#define LINE_MAX_BYTES 1024

enum { ARENA_BYTES = CRL_MAX + (4u << 20) };

/* One certificate being looked up. */
struct lookup {
    struct revocation_asking *r;
    const struct cert *about, *issuer;
    struct arena *a;
    str_t key;      /* of the answer in the cache, or null: cannot be kept */
    bool cut_short; /* a place could not be asked properly: the outcome is not worth keeping */
};

/* One question to one place. */
struct asking {
    enum revocation_place kind;
    str_t url, body;
    const struct cert *issuer; /* whose word is wanted; NULL: nobody's */
};

/* --- the cache ------------------------------------------------------------------------- */

static bool cache_get(struct revocation_asking *r, str_t key, struct arena *a, str_t *out)
{
    return r->ops->get && key.n && r->ops->get(r->ops->holder, key, a, out);
}

static void cache_put(struct revocation_asking *r, str_t key, str_t value, int64_t seconds)
{
    if (!r->ops->put || !key.n || seconds <= 0 || value.n > REVOCATION_VALUE_MAX) return;
    r->ops->put(r->ops->holder, key, value, (uint32_t) seconds);
}

static str_t key_of(const char *kind, str_t first, str_t second, struct arena *a)
{
    unsigned char hash[32];
    str_t text = arena_printf(a, "%zu:%.*s%.*s", first.n, STR_ARG(first), STR_ARG(second));
    if (str_is_null(text) || sha256(text, hash, NULL) != RC_OK) return STR_NULL;
    str_t hex = hex_encode(a, str_n(hash, sizeof hash));
    return hex.n ? arena_printf(a, "%s:%.*s", kind, STR_ARG(hex)) : STR_NULL;
}

/* Nothing but a suspension is ever taken back. Authorities forget what has expired; we need not. */
static bool is_for_good(const struct cert_revocation *v)
{
    return v->status == REVOCATION_REVOKED &&
           (!v->reason || strcmp(v->reason, revoked_reason_word(CRL_REASON_CERTIFICATE_HOLD)) != 0);
}

static int64_t until_next(const struct cert_revocation *v, int64_t now)
{
    int64_t seconds = v->next_update ? v->next_update - now : KEEP_UNBOUNDED;
    return seconds < REVOCATION_KEEP_MAX ? seconds : REVOCATION_KEEP_MAX;
}

static int64_t keep_seconds(const struct cert_revocation *v, int64_t now)
{
    if (v->status == REVOCATION_UNKNOWN) return REVOCATION_RETRY;
    return is_for_good(v) ? REVOCATION_KEEP_REVOKED : until_next(v, now);
}

/* "1 source status this next revoked reason time url" LF, and the OCSP answer behind it. */
static void save(const struct lookup *l, const struct cert_revocation *v, str_t raw,
                 int64_t seconds)
{
    CLEANUP_BUF struct buf b = BUF_INIT(LINE_MAX_BYTES + OCSP_RESPONSE_MAX);
    buf_printf(&b, "1 %s %s %" PRId64 " %" PRId64 " %" PRId64 " %s %" PRId64 " %s\n",
               v->source ? v->source : "-", revocation_word(v->status), v->this_update,
               v->next_update, v->revoked_at, v->reason ? v->reason : "-", l->r->now,
               v->url[0] ? v->url : "-");
    buf_str(&b, raw);
    if (!b.failed) cache_put(l->r, l->key, buf_view(&b), seconds);
}

static bool take_time(str_t *rest, int64_t *out)
{
    str_t word;
    uint64_t n;
    str_cut(*rest, ' ', &word, rest);
    if (!str_to_u64(word, &n) || n > INT64_MAX) return false;
    *out = (int64_t) n;
    return true;
}

static bool take_status(str_t *rest, enum revocation *out)
{
    static const enum revocation kept[] = {REVOCATION_GOOD, REVOCATION_REVOKED, REVOCATION_UNKNOWN};
    str_t word;
    str_cut(*rest, ' ', &word, rest);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (!str_eq(word, str_c(revocation_word(kept[i])))) continue;
        *out = kept[i];
        return true;
    }
    return false;
}

/* What a cache line says, if it can still be believed at `now`. */
static bool read_line(str_t line, int64_t now, struct cert_revocation *out)
{
    struct cert_revocation v = {0};
    int64_t saved;
    str_t word;
    str_cut(line, ' ', &word, &line);
    if (!str_eq(word, STR("1"))) return false;
    str_cut(line, ' ', &word, &line);
    v.source = str_eq(word, STR("ocsp")) ? "ocsp" : str_eq(word, STR("crl")) ? "crl" : NULL;
    if (!take_status(&line, &v.status) || !take_time(&line, &v.this_update) ||
        !take_time(&line, &v.next_update) || !take_time(&line, &v.revoked_at))
        return false;
    str_cut(line, ' ', &word, &line);
    v.reason = revoked_reason_word(revoked_reason_number(word));
    if (!take_time(&line, &saved) || line.n >= sizeof v.url) return false;
    if (line.n && !str_eq(line, STR("-"))) memcpy(v.url, line.p, line.n);
    if (saved > now + REVOKED_SKEW) return false;
    if (v.source && is_for_good(&v)) {
        *out = v;
        return true;
    }
    if (saved + REVOCATION_KEEP_MAX < now) return false;
    if (!v.source) { /* nobody answered */
        if (v.status != REVOCATION_UNKNOWN || saved + REVOCATION_RETRY < now) return false;
    } else if (revoked_check_times(v.this_update, v.next_update, now, NULL) != RC_OK) {
        return false;
    }
    *out = v;
    return true;
}

static bool load(const struct lookup *l, struct cert_revocation *out, str_t *raw)
{
    str_t value, line;
    if (!cache_get(l->r, l->key, l->a, &value)) return false;
    return str_cut(value, '\n', &line, raw) && read_line(line, l->r->now, out);
}

/* --- places ---------------------------------------------------------------------------- */

static int64_t now_ms(const struct revocation_ops *ops)
{
    return ops->clock_ms ? ops->clock_ms(ops->holder) : clock_ms();
}

/* Half of what is left for one place, so that one that hangs does not keep us from the next. */
static uint32_t time_for_one(const struct revocation_asking *r)
{
    int64_t left = r->deadline_ms - now_ms(r->ops);
    if (left < LEAST_TIMEOUT_MS) return 0;
    return (uint32_t) (left / 2 > LEAST_TIMEOUT_MS ? left / 2 : LEAST_TIMEOUT_MS);
}

/* By our own clock, as with every other answer: the cache's may go another way. */
static bool was_down_lately(struct revocation_asking *r, str_t key, struct arena *a)
{
    str_t value, word;
    int64_t since;
    if (!cache_get(r, key, a, &value)) return false;
    str_cut(value, ' ', &word, &value);
    return str_eq(word, STR("down")) && take_time(&value, &since) &&
           since <= r->now + REVOKED_SKEW && since + REVOCATION_RETRY >= r->now;
}

/* Under which a place is remembered as down: for this kind of question and this issuer only.
 * Whoever names an authority's OCSP responder as the place of some other issuer's certificates, or
 * its list as a certificate, gets no answer there, and must not keep others from asking. */
static str_t down_key(const struct asking *q, struct arena *a)
{
    str_t scope = arena_printf(a, "%s:%.*s", revocation_place_word(q->kind),
                               q->issuer ? (int) cert_fingerprint(q->issuer).n : 0,
                               q->issuer ? cert_fingerprint(q->issuer).p : "");
    return str_is_null(scope) ? scope : key_of("rev:u", q->url, scope, a);
}

/* RC_CANCELLED: there was no time, or nobody to ask it of; nothing is known about the place. */
static rc_t ask(struct revocation_asking *r, const struct asking *q, struct arena *a, str_t *out,
                struct err *e)
{
    str_t down = down_key(q, a);
    if (was_down_lately(r, down, a)) return err_set(e, RC_SOURCE_DOWN, NULL);
    uint32_t timeout = time_for_one(r);
    if (!timeout) return err_set(e, RC_CANCELLED, NULL);
    if (q->kind == PLACE_AIA && r->asked_aia == REVOCATION_AIA_MAX)
        return err_set(e, RC_CANCELLED, NULL);
    r->asked++;
    r->asked_aia += q->kind == PLACE_AIA;
    rc_t rc = r->ops->fetch(r->ops->holder, q->kind, q->url, q->body, timeout, a, out, e);
    if (rc == RC_FETCH_DOWN || rc == RC_NO_MEMORY ||
        (rc == RC_TIMEOUT && timeout < FAIR_TIMEOUT_MS))
        return RC_CANCELLED;
    if (rc != RC_OK) cache_put(r, down, arena_printf(a, "down %" PRId64, r->now), REVOCATION_RETRY);
    return rc;
}

static void take(const struct revoked_answer *a, const char *source, str_t url,
                 struct cert_revocation *out)
{
    *out = (struct cert_revocation){.status = a->status,
                                    .source = source,
                                    .this_update = a->this_update,
                                    .next_update = a->next_update,
                                    .revoked_at = a->revoked_at,
                                    .reason = revoked_reason_word(a->reason)};
    snprintf(out->url, sizeof out->url, "%.*s", STR_ARG(url));
}

static bool is_final(const struct cert_revocation *v)
{
    return v->status == REVOCATION_GOOD || v->status == REVOCATION_REVOKED;
}

/* False: this place has no answer that counts. An answer "unknown" is left in *v, for the case that
 * nobody knows better. */
static bool ask_ocsp(struct lookup *l, str_t url, struct cert_revocation *v, str_t *raw)
{
    str_t request, response;
    struct revoked_answer answer;
    struct err e = {0};
    if (ocsp_request(l->about, l->issuer, l->a, &request, NULL) != RC_OK) return false;
    const struct asking q = {PLACE_OCSP, url, request, l->issuer};
    rc_t rc = ask(l->r, &q, l->a, &response, &e);
    if (rc == RC_CANCELLED) l->cut_short = true;
    if (rc != RC_OK || ocsp_check(response, l->about, l->issuer, l->r->now, &answer, NULL) != RC_OK)
        return false;
    take(&answer, "ocsp", url, v);
    *raw = response;
    return is_final(v);
}

/* Lists are kept too: the next correspondent of the same authority is on the same one. */
static bool ask_crl(struct lookup *l, str_t url, struct cert_revocation *v)
{
    struct revoked_answer answer;
    struct err e = {0};
    str_t list, key = key_of("rev:l", url, STR_NULL, l->a);
    bool kept = cache_get(l->r, key, l->a, &list);
    if (kept && crl_check(list, l->about, l->issuer, l->r->now, &answer, NULL) == RC_OK) {
        take(&answer, "crl", url, v);
        return true;
    }
    const struct asking q = {PLACE_CRL, url, STR_NULL, l->issuer};
    rc_t rc = ask(l->r, &q, l->a, &list, &e);
    if (rc == RC_CANCELLED) l->cut_short = true;
    if (rc != RC_OK || crl_check(list, l->about, l->issuer, l->r->now, &answer, NULL) != RC_OK)
        return false;
    take(&answer, "crl", url, v);
    cache_put(l->r, key, list, until_next(v, l->r->now));
    return true;
}

static bool look_at_own(struct lookup *l, struct cert_revocation *v)
{
    const struct revocation_ops *ops = l->r->ops;
    struct revoked_answer answer;
    struct places p;
    str_t list;
    if (!ops->own) return false;
    places_of_revocation(l->about, l->a, &p);
    for (size_t i = 0; i < p.crl_count; i++) {
        if (!ops->own(ops->holder, p.crl[i], l->a, &list) ||
            crl_check(list, l->about, l->issuer, l->r->now, &answer, NULL) != RC_OK)
            continue;
        take(&answer, "crl", p.crl[i], v);
        return true;
    }
    return false;
}

static struct cert_revocation ask_places(struct lookup *l, str_t *raw)
{
    struct cert_revocation v = {.status = REVOCATION_UNKNOWN};
    struct places p;
    *raw = STR_NULL;
    places_of_revocation(l->about, l->a, &p);
    for (size_t i = 0; i < p.ocsp_count; i++) {
        if (ask_ocsp(l, p.ocsp[i], &v, raw)) return v;
    }
    for (size_t i = 0; i < p.crl_count; i++) {
        struct cert_revocation listed;
        if (!ask_crl(l, p.crl[i], &listed)) continue;
        *raw = STR_NULL;
        return listed;
    }
    return v;
}

/* --- one certificate ------------------------------------------------------------------- */

static struct cert_revocation look_up_in(struct lookup *l, str_t *raw)
{
    struct revocation_asking *r = l->r;
    struct cert_revocation v = {.status = REVOCATION_NOT_CHECKED};
    *raw = STR_NULL;
    if (!cert_names_revocation(cert_x509(l->about))) {
        v.status = REVOCATION_NO_SOURCE;
        return v;
    }
    if (look_at_own(l, &v)) return v;
    l->key = key_of("rev:c", cert_fingerprint(l->about), cert_fingerprint(l->issuer), l->a);
    if (load(l, &v, raw)) return v;
    if (!r->ops->fetch) return v;
    if (!r->ask) {
        struct places p;
        places_of_revocation(l->about, l->a, &p);
        /* Nothing to find out for whoever would ask. */
        if (p.ocsp_count + p.crl_count == 0) v.status = REVOCATION_UNKNOWN;
        return v;
    }
    v = ask_places(l, raw);
    if (v.source)
        save(l, &v, *raw, keep_seconds(&v, r->now));
    else if (!l->cut_short)
        save(l, &v, STR_NULL, REVOCATION_RETRY);
    return v;
}

static struct cert_revocation look_up(struct revocation_asking *r, const struct cert *about,
                                      const struct cert *issuer)
{
    CLEANUP_ARENA struct arena *a = arena_new(ARENA_BYTES);
    struct lookup l = {.r = r, .about = about, .issuer = issuer, .a = a};
    str_t raw;
    if (!a) return (struct cert_revocation){.status = REVOCATION_NOT_CHECKED};
    struct cert_revocation v = look_up_in(&l, &raw);
    if (r->ops->found) r->ops->found(r->ops->holder, about, &v, raw);
    return v;
}

static int badness(enum revocation s)
{
    switch (s) {
    case REVOCATION_REVOKED:
        return 3;
    case REVOCATION_UNKNOWN:
        return 2;
    case REVOCATION_NOT_CHECKED:
        return 1;
    default:
        return 0;
    }
}

static void check_path(void *holder, struct cert *const *path, size_t n,
                       struct cert_revocation *out)
{
    struct revocation_asking *r = holder;
    struct cert_revocation worst = {.status = REVOCATION_NOT_CHECKED};
    if (n < 2) { /* the issuer, who would have to answer, is not known */
        if (r->ask && r->ops->fetch) worst.status = REVOCATION_UNKNOWN;
        *out = worst;
        return;
    }
    for (size_t i = 0; i + 1 < n && worst.status != REVOCATION_REVOKED; i++) {
        struct cert_revocation v = look_up(r, path[i], path[i + 1]);
        if (i == 0 || badness(v.status) > badness(worst.status)) worst = v;
    }
    *out = worst;
}

/* --- missing issuers ------------------------------------------------------------------- */

/* What is kept is what was believed to be certificates; "" where there were none. */
static size_t issuers_at(struct revocation_asking *r, str_t url, struct arena *a, struct cert **out,
                         size_t max)
{
    str_t answer, key = key_of("aia", url, STR_NULL, a);
    struct err e = {0};
    if (cache_get(r, key, a, &answer)) return issuers_read(answer, out, max);
    if (!r->ask || !r->ops->fetch) return 0;
    const struct asking q = {PLACE_AIA, url, STR_NULL, NULL};
    if (ask(r, &q, a, &answer, &e) != RC_OK) return 0;
    CLEANUP_BUF struct buf der = BUF_INIT(ISSUERS_MAX_BYTES);
    size_t n = issuers_read(answer, out, max);
    for (size_t i = 0; i < n; i++)
        buf_str(&der, cert_der(out[i]));
    if (!der.failed) cache_put(r, key, buf_view(&der), n ? KEEP_ISSUERS : REVOCATION_RETRY);
    return n;
}

static size_t find_issuers(void *holder, const struct cert *cert, struct cert **out, size_t max)
{
    CLEANUP_ARENA struct arena *a = arena_new(4u << 20);
    struct places p;
    size_t n = 0;
    if (!a) return 0;
    places_of_issuers(cert, a, &p);
    for (size_t i = 0; i < p.aia_count && n == 0; i++)
        n = issuers_at(holder, p.aia[i], a, out, max);
    return n;
}

/* --- the object ------------------------------------------------------------------------ */

void revocation_start(struct revocation_asking *r, const struct revocation_ops *ops, bool may_ask,
                      int64_t now)
{
    *r = (struct revocation_asking){.ops = ops, .ask = may_ask, .now = now};
    if (may_ask) r->deadline_ms = now_ms(ops) + REVOCATION_BUDGET_MS;
}

struct cert_checks revocation_checks(struct revocation_asking *r)
{
    return (struct cert_checks){.revocation = check_path, .issuers = find_issuers, .holder = r};
}
