/* An organisation's own authority for mail: its certificate, its list of revoked ones.
 *
 * The certificate stands in `o:authorities` under the organisation, what it issued in
 * `o:issued:<organisation>` under the serial number, its list in `o:lists` under
 * "<organisation>-<id of its key>", which is also its name in the URL: another authority has
 * another one. The sealed key stands apart in `oa:<organisation>`, which neither the mail client's
 * server nor the gateway may read; it is opened by the key agent alone.
 *
 * A list outlives its authority: with that goes a last list, which says it holds until everything
 * that was issued has ended, and is served until then.
 *
 * JSON results are new references. RC_KEYD_DOWN where the agent is not there: nothing is changed
 * then.
 */
#ifndef WAXSEAL_POLICY_AUTHORITY_H
#define WAXSEAL_POLICY_AUTHORITY_H

#include "crypto/agent.h"
#include "policy/registry.h"

enum {
    AUTHORITY_YEARS = 10,
    AUTHORITY_LIST_DAYS = 7,        /* a list says it ends then */
    AUTHORITY_LIST_AGE = 20 * 3600, /* seconds; an older one is made anew by authority_list_due */
    AUTHORITY_LIST_MAX = 3 << 20,   /* bytes of a list as it is kept */
    AUTHORITY_KEPT_MAX = 50         /* last lists of one organisation */
};

/* Makes key, certificate and first list. algorithm: "rsa3072", "p256", "p384"; null: rsa3072.
 * RC_CONFLICT: it has one. RC_INVALID "domains": it has no domain. *view: authority_view. */
rc_t authority_create(const struct registry *r, const struct actor *by, const struct agent *agent,
                      str_t organisation, str_t algorithm, json_t **view,
                      struct err *e) WX_MUST_USE;
/* The certificate anew, by the same key and name: for the domains of today, for ten years. What was
 * issued goes on with it (it begins when the first one did); who was given the earlier one needs
 * the new one for new domains. */
rc_t authority_renew(const struct registry *r, const struct actor *by, const struct agent *agent,
                     str_t organisation, json_t **view, struct err *e) WX_MUST_USE;
/* May it issue by itself? seen: version the caller saw, 0: whatever. */
rc_t authority_set(const struct registry *r, const struct actor *by, str_t organisation,
                   bool automatic, int64_t seen, json_t **view, struct err *e) WX_MUST_USE;
/* Forgets it with key and the note of what it issued, and keeps a last list that holds at least
 * until the latest end of what it issued (revoked, or it could not go); where all of that has ended
 * no list, and no agent is needed. RC_CONFLICT "issued": certificates of it still hold; revoke
 * those first. RC_CONFLICT "lists": AUTHORITY_KEPT_MAX are kept. */
rc_t authority_remove(const struct registry *r, const struct actor *by, const struct agent *agent,
                      str_t organisation, struct err *e) WX_MUST_USE;
/* {organisation, fingerprint, subject, algorithm, not_before, not_after, status, domains: [of the
 * certificate], uncovered: [domains of the organisation it may not issue for yet], automatic,
 * since, list: {url, key, number, at, next, revoked, status: "current"|"expired"|"none"}, issued:
 * {valid, revoked}, certificate (PEM), version}. RC_NOT_FOUND. */
rc_t authority_view(const struct registry *r, str_t organisation, int64_t now, json_t **view,
                    struct err *e) WX_MUST_USE;
/* Ids of organisations that have one: [text]. */
rc_t authority_all(const struct registry *r, json_t **out, struct err *e) WX_MUST_USE;

/* Signs the list anew and keeps it; no change of the registry, so that others' changes do not stop
 * it. only_due: only where something was revoked since, or it is older than AUTHORITY_LIST_AGE.
 * *made (may be NULL): was it? RC_BUSY: others of this authority were faster many times. */
rc_t authority_list_publish(const struct registry *r, const struct actor *by,
                            const struct agent *agent, str_t organisation, bool only_due,
                            bool *made, struct err *e) WX_MUST_USE;
struct authority_list {
    str_t der;
    int64_t number, at, next;
    bool last; /* its authority is gone */
};
/* The list for whoever asks, in the arena. name: "<organisation>-<key id>", or "<organisation>": of
 * the authority whose certificates name it so, whatever came after it. RC_NOT_FOUND. */
rc_t authority_list_read(struct kv *kv, str_t instance, str_t name, struct arena *a,
                         struct authority_list *out, struct err *e) WX_MUST_USE;
/* Lists of authorities that are gone: [{organisation, key, number, at, next, url}]. url:
 * where it is served now. organisation null: of all. */
rc_t authority_lists_kept(const struct registry *r, str_t organisation, json_t **rows,
                          struct err *e) WX_MUST_USE;
/* Forgets those that ended a week ago or earlier. *damaged: names of lists, of whomever, that
 * cannot be read; they stay. */
rc_t authority_lists_sweep(const struct registry *r, int64_t now, json_t **damaged,
                           struct err *e) WX_MUST_USE;
/* Lists that an earlier release kept get their place and keep their name. */
rc_t authority_lists_adopt(const struct registry *r, struct err *e) WX_MUST_USE;

#endif
