/* Licences: a customer's quota over the accounts of all its organisations.
 *
 * active: counted. revoke_pending: was active, may only decrypt, counted until 14 days have passed.
 * inactive: all others; no record is kept. A pending licence becomes inactive at its time without
 * anybody's doing: states are asked for a time. Giving seats is one change of the registry
 * (registry.h): however many ask at once, no more than the quota is given. A quota below what is
 * used takes nothing away; no seat is given until fewer are used.
 */
#ifndef WAXSEAL_POLICY_LICENCE_H
#define WAXSEAL_POLICY_LICENCE_H

#include "policy/registry.h"

enum { LICENCE_PENDING_SECONDS = 14 * 86400, LICENCE_NOTICE_DAYS = 30 };

enum licence_state { LICENCE_INACTIVE, LICENCE_ACTIVE, LICENCE_REVOKE_PENDING };

/* "active", "revoke_pending", "inactive", as the rules spell them. */
const char *licence_word(enum licence_state s);
/* Of a stored record (NULL: none) at that time. */
enum licence_state licence_state_at(const json_t *row, int64_t now);
/* Is the plan of this customer in force then? Not when the customer is disabled. */
bool licence_period_holds(const json_t *customer, int64_t now);

/* Activates or deactivates accounts of an organisation, in the order given; accounts NULL: all of
 * them. *out: [{account, result, state}], a row each: result activated, deactivated, unchanged,
 * no_seat or no_account. RC_FEATURE_DISABLED: the customer's period is not now (deactivating goes
 * on). At most 100,000 at once. */
rc_t licence_change(const struct registry *r, const struct actor *by, str_t organisation,
                    const json_t *accounts, bool on, json_t **out, struct err *e) WX_MUST_USE;

/* [{account, organisation, state, since, until}] of a customer; organisation null: of all. */
rc_t licence_list(const struct registry *r, str_t customer, str_t organisation, int64_t now,
                  json_t **out, struct err *e) WX_MUST_USE;

/* {customer, quota, active, revoke_pending, used, free, frees: [{at, seats}], valid_from,
 * valid_until, warnings: [{code, …}]}: seats that come free by themselves and when; warnings
 * disabled, not_begun, ended, ends {days} (LICENCE_NOTICE_DAYS before), over_quota {seats},
 * no_seat_left, few_seats_left {seats} (a tenth of the quota or less). */
rc_t licence_forecast(const struct registry *r, str_t customer, int64_t now, json_t **out,
                      struct err *e) WX_MUST_USE;

struct edit;
/* Gives seats as part of a larger change, in the order given, to accounts that are there or that
 * the change makes. *rows: [{account, result, state}] as licence_change, a new reference. *taken:
 * seats that count as taken beside those that are; those given here are added (a trial of many
 * parts carries it along; 0 for what is written). RC_FEATURE_DISABLED as licence_change. */
rc_t licence_give(struct edit *t, str_t organisation, const json_t *accounts, long long *taken,
                  json_t **rows, struct err *e) WX_MUST_USE;
/* An account is removed: its seat goes the way of a deactivated one, in the same change. */
rc_t licence_release(struct edit *t, str_t organisation, str_t account, struct err *e) WX_MUST_USE;

#endif
