/* Sealing all keys of organisations again with the newest master key, so that an older one can be
 * taken out of the agent's file: those of mailboxes, those that wait for their certificate, and
 * those of authorities.
 *
 * Each is sealed anew by the agent, which then opens what it made before it takes the old one's
 * place; it is put there only if the old one still is. What is sealed with the newest already is
 * passed over, so that it can be run again at any time. The Redis user must be one that reads
 * sealed keys (`admin`).
 */
#ifndef WAXSEAL_POLICY_ROTATE_H
#define WAXSEAL_POLICY_ROTATE_H

#include "crypto/agent.h"
#include "policy/registry.h"

struct rotation {
    str_t organisation; /* null: all */
    bool check;         /* count only */
    /* Told after each key; false: stop there. May be NULL. */
    bool (*told)(void *arg, size_t done, size_t of);
    void *arg;
};
/* *report: {master: id of the newest, organisations: [{organisation, keys, current, resealed, left,
 * faults: [{key, address|null, code, message}] (the first 100)}], keys, current, resealed, left,
 * finished, stopped}. current: were sealed with it already; left: are not sealed with it now, those
 * with a fault too; finished: nothing stopped it (stopped: the code, where the agent or Redis went
 * away). An older master key may be removed when `left` is 0 over all organisations. RC_NOT_FOUND:
 * no such organisation. RC_KEYD_DOWN. */
rc_t rotate_keys(const struct registry *r, const struct actor *by, const struct agent *agent,
                 const struct rotation *in, json_t **report, struct err *e) WX_MUST_USE;

#endif
