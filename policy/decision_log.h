/* The log of decisions: why each mail was treated as it was, for administrators.
 *
 * One entry for each message and organisation that took part, with what this organisation decided
 * and nothing of another's: message id, direction, From, recipients, version of the rule document,
 * executed rule, trace, levels and who set them, actions with reasons, outcome, status. No subject,
 * no header beside these, no content, no key.
 *
 * Redis: stream `<instance>:log:<organisation>`, the newest DECISION_LOG_ENTRIES; counts of a day
 * in the hash `<instance>:stat:<organisation>:<yyyymmdd>` (UTC), kept DECISION_STAT_DAYS. Whoever
 * decides mail (`web`, `gate`) may append and read neither; `admin` and `ctl` read.
 *
 * Both outlive their organisation: who is no operator reads from audit_own_since() on, else a later
 * organisation of the same id would see the earlier one's correspondents.
 */
#ifndef WAXSEAL_POLICY_DECISION_LOG_H
#define WAXSEAL_POLICY_DECISION_LOG_H

#include "base/config.h"
#include "base/json.h"
#include "base/kv.h"
#include "policy/evaluate.h"

enum {
    DECISION_LOG_ENTRIES = 10000, /* of an organisation; Redis drops some later than that */
    DECISION_STAT_DAYS = 400,
    DECISION_LOG_PAGE_MAX = 500,
    DECISION_LOG_GROUPS_MAX = 50,      /* of an entry; recipients of others are named only */
    DECISION_LOG_RECIPIENTS_MAX = 500, /* named in an entry */
    DECISION_LOG_BYTES_MAX = 64 << 10  /* of an entry's groups; larger ones lose their traces */
};

/* What of an entry can be searched for without reading all of it: fields of the stream entry, all
 * text. X(field, what it is) */
#define DECISION_LOG_FIELD_TABLE(X)                                                                \
    X(message_id, "with its angle brackets, or empty")                                             \
    X(source, "web or gate")                                                                       \
    X(from, "lower case")                                                                          \
    X(recipients, "lower case, separated by blanks: those this organisation decided about")        \
    X(count, "of recipients, decimal; more than are named")                                        \
    X(direction, "outbound, inbound or internal; several: separated by blanks")                    \
    X(outcome, "the worst: reject, quarantine, defer, deliver")                                    \
    X(status, "of that: enhanced code")                                                            \
    X(rules, "ids of the executed ones, separated by blanks, each once; - where none matched")     \
    X(version, "of the rule document, decimal")                                                    \
    X(groups, "JSON array, see below")

/* `groups`: recipients that were treated alike: [{recipients: [address], direction, rule:
 * id|null, note?, effective: {field: level}, from_rule: {field: rule id|"default"|"user"}, trace:
 * {rule id: verdict}, actions: {field: {result, reason, cert?}}, outcome, status, held?}], as
 * decision_to_json has them. The trace has no rules that did not match or are switched off. */

struct decision_log_entry {
    str_t message_id; /* null: not known */
    const char *source;
    int64_t now; /* seconds since 1970: which day it counts for */
    const struct policy_input *in;
    const struct decision *decision;
    const int64_t *versions; /* of the rule documents, one for each organisation of `in` */
};

/* Appends to the log of each organisation that decided anything (feature switched off: nothing is
 * decided), counts, and writes a line `decision` of the program's log. One round trip for all of
 * them. RC_STATE_DOWN and others: for the caller to say; the mail goes on. The line is written in
 * any case. */
rc_t decision_log_append(struct kv *kv, const struct config *config, struct arena *a,
                         const struct decision_log_entry *entry, struct err *e) WX_MUST_USE;
/* The same for who has nothing else to do about a failure: it is said (`decision_log_failed`) and
 * counted. */
void decision_log_write(struct kv *kv, const struct config *config, struct arena *a,
                        const struct decision_log_entry *entry);
/* Of this process: how many could not be written. */
uint64_t decision_log_lost(void);

/* --- reading (policy/decision_log_read.c) ------------------------------------------------------
 */

/* Counts of one day, each by recipient: X(field of the hash) */
#define DECISION_STAT_TABLE(X)                                                                     \
    X(messages)  /* entries */                                                                     \
    X(signed)    /* by the organisation, or by the person already */                               \
    X(encrypted) /* the same */                                                                    \
    X(decrypted)                                                                                   \
    X(validated) /* a signature was looked at, and was valid */                                    \
    X(skipped)   /* wished for, not possible, delivered all the same */                            \
    X(refused)   /* rejected or quarantined, or held back by one that was */                       \
    X(deferred)

/* All members that are given must hold. */
struct decision_log_query {
    int64_t from, until; /* seconds since 1970; 0: any */
    str_t status;        /* an enhanced code, or an outcome's word */
    str_t direction;     /* one of the words */
    str_t address;       /* From or a recipient; in any letter case; part of it suffices */
    str_t message_id;    /* with or without angle brackets */
    str_t rule;          /* id of an executed one */
    str_t before;        /* entry id: older ones only */
    uint32_t limit;      /* 1 to DECISION_LOG_PAGE_MAX */
};
/* {"entries": [{id, at, message_id, source, direction, from, recipients: [..], count, outcome,
 * status, rule (of the first group), rules: [..], version, actions (of the first group)}], "more":
 * bool}, newest first. New reference. RC_INVALID by field. */
rc_t decision_log_find(struct kv *kv, const struct config *config, str_t organisation,
                       const struct decision_log_query *q, json_t **out, struct err *e) WX_MUST_USE;
/* One entry, with its `groups`. RC_NOT_FOUND, also where it is older than `since` (seconds since
 * 1970; 0: any). */
rc_t decision_log_get(struct kv *kv, const struct config *config, str_t organisation, int64_t since,
                      str_t id, json_t **out, struct err *e) WX_MUST_USE;
/* [{day: "2026-11-22", messages, signed, …}], oldest first, `days` (≤ DECISION_STAT_DAYS) up to and
 * with today; days without mail, and those that began before `since` (seconds since 1970; 0: any),
 * are there, with zeros. One round trip. */
rc_t decision_log_days(struct kv *kv, const struct config *config, str_t organisation,
                       int64_t since, int64_t now, unsigned days, json_t **out,
                       struct err *e) WX_MUST_USE;

#endif
