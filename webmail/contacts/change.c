#include "webmail/contacts/change.h"

#define DAY 86400

static const char *const STATES[] = {"valid", "superseded", "pending", "rejected"};

const char *entry_state_word(enum entry_state s)
{
    return STATES[s];
}

enum entry_state entry_state_of(str_t word)
{
    for (int i = ENTRY_VALID; i <= ENTRY_REJECTED; i++)
        if (str_eq(word, str_c(STATES[i]))) return (enum entry_state) i;
    return ENTRY_VALID;
}

int change_trust_rank(enum trusted_by t)
{
    switch (t) {
    case TRUSTED_BY_ORGANISATION:
        return 3;
    case TRUSTED_BY_PERSONAL:
        return 2;
    case TRUSTED_BY_MAIL_ROOTS:
        return 1;
    default:
        return 0;
    }
}

static struct change_answer answer(enum entry_state state, const char *why)
{
    return (struct change_answer){.state = state, .why = why};
}

struct change_answer change_decide(const struct change_question *q)
{
    bool newer = q->arrived.not_before > q->current.not_before;
    bool ends_soon = q->current.not_after - q->now <= (int64_t) CHANGE_RENEWAL_DAYS * DAY;
    if (q->revocation != REVOCATION_GOOD && q->revocation != REVOCATION_NO_SOURCE)
        return answer(ENTRY_PENDING, "revocation");
    if (q->rejected_before) return answer(ENTRY_PENDING, "rejected_before");
    if (!q->has_current) return answer(ENTRY_VALID, "first");
    if (change_trust_rank(q->arrived.trusted_by) < change_trust_rank(q->current.trusted_by))
        return answer(ENTRY_PENDING, "trust");
    if (!newer) return answer(q->current_usable ? ENTRY_SUPERSEDED : ENTRY_PENDING, "older");
    /* Nobody gets to read more than before. Of another authority it would make that one's later
     * certificates, for other keys, a renewal. */
    if (q->same_key && q->same_authority) return answer(ENTRY_VALID, "same_key");
    if (q->current_preferred && q->current_usable) return answer(ENTRY_PENDING, "preferred");
    if (!q->same_authority) return answer(ENTRY_PENDING, "authority");
    if (q->current_usable && !ends_soon) return answer(ENTRY_PENDING, "early");
    return answer(ENTRY_VALID, "renewed");
}
