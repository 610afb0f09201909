/* What an organisation demands of a message, said for the person who writes it: a pure function of
 * what the rules see. The composer's preview (POST /api/v1/compose/demands) is this and nothing
 * else. Whoever includes it cannot include webmail/compose/decide.h (both have a `decision`).
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_DEMAND_PREVIEW_H
#define WAXSEAL_WEBMAIL_COMPOSE_DEMAND_PREVIEW_H

#include "base/json.h"
#include "policy/evaluate.h"

/* The pass of the sender's organisation over a recipient; NULL: it has none, or decides nothing. */
const struct decision_pass *demand_pass(const struct decision_recipient *r);

/* The answer: {organisation, version, recipients: [{address, sign, encrypt: {level, by, result,
 * reason, certificate?}, partial, rule}], locked, wished: {sign, encrypt: by|null}, trigger: {sign,
 * encrypt}|null, subject: text|null, may: {sign, encrypt, subject}, decision?}. New reference.
 *
 * level: what counts without the composer's choice, a trigger included. by: {kind: "rule", id,
 * name, note}, {kind: "default"} or {kind: "trigger"}. locked: who demands it of some recipient.
 * wished: the first rule that wishes for it (the organisation's default is no wish). may: something
 * of the rules can demand it of other recipients; subject: something depends on the subject. result
 * and reason are what the organisation's own keys could do; decision is the whole of it, with what
 * the person said. */
struct demand_asked {
    const struct policy_organisation *sender; /* of From; NULL: nothing is demanded */
    int64_t version;                          /* of its rule document */
    const json_t *names; /* that document as it is stored, for `name` and `note`; or NULL */
    bool whole;          /* with the decision */
};
rc_t demand_preview(const struct policy_input *in, const struct demand_asked *asked,
                    struct arena *a, json_t **out, struct err *e) WX_MUST_USE;

#endif
