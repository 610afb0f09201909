/* What goes together, and who is told (steps 9 and 10 of the design's policy/README). */
#include "policy/evaluate.h"

/* A failure under all_or_none holds back the others. */
static void hold_back(struct decision *d)
{
    bool rejects = false, defers = false;
    for (size_t i = 0; i < d->recipient_count; i++) {
        rejects = rejects || d->recipients[i].partial == OUTCOME_REJECT;
        defers = defers || d->recipients[i].partial == OUTCOME_DEFER;
    }
    for (size_t i = 0; i < d->recipient_count && (rejects || defers); i++) {
        struct decision_recipient *r = &d->recipients[i];
        if (r->outcome == OUTCOME_REJECT || (!rejects && r->outcome != OUTCOME_DELIVER)) continue;
        r->outcome = rejects ? OUTCOME_REJECT : OUTCOME_DEFER;
        r->status = rejects ? STATUS_NOT_PROTECTED : STATUS_REVOCATION_WAITS;
        r->held = true;
    }
}

static rc_t put_index(struct arena *a, size_t room, size_t **list, size_t *count, size_t i,
                      struct err *e)
{
    if (!*list && !(*list = ARENA_ARRAY(a, room, size_t))) return err_set(e, RC_NO_MEMORY, NULL);
    (*list)[(*count)++] = i;
    return RC_OK;
}

/* The copy that recipient i belongs to: one of the four that are shared, or one of its own. */
static rc_t make_copies(struct arena *a, struct decision *d, struct err *e)
{
    struct decision_copy *shared[4] = {NULL};
    size_t n = d->recipient_count;
    d->copies = ARENA_ARRAY(a, n + 1, struct decision_copy);
    if (!d->copies) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        struct decision_copy *own = NULL, **slot = &own;
        if (r->outcome != OUTCOME_DELIVER) continue;
        if (!r->own_copy) slot = &shared[r->as_signed * 2 + r->as_encrypted];
        if (!*slot) {
            *slot = &d->copies[d->copy_count++];
            (*slot)->as_signed = r->as_signed;
            (*slot)->as_encrypted = r->as_encrypted;
        }
        TRY(put_index(a, r->own_copy ? 1 : n, &(*slot)->recipients, &(*slot)->count, i, e));
    }
    return RC_OK;
}

static rc_t report_defers(struct arena *a, struct decision *d, struct err *e)
{
    struct decision_report *of[DECISION_STATUSES] = {NULL};
    for (size_t i = 0; i < d->recipient_count; i++) {
        const struct decision_recipient *r = &d->recipients[i];
        if (r->outcome != OUTCOME_DEFER) continue;
        if (!of[r->status]) {
            of[r->status] = &d->reports[d->report_count++];
            *of[r->status] = (struct decision_report){.kind = REPORT_DEFER, .status = r->status};
        }
        TRY(put_index(a, d->recipient_count, &of[r->status]->recipients, &of[r->status]->count, i,
                      e));
    }
    return RC_OK;
}

/* Nothing can be sent: the submission itself is refused. */
static rc_t refuse_all(struct arena *a, struct decision *d, struct err *e)
{
    struct decision_report *all = &d->reports[d->report_count++];
    *all = (struct decision_report){.kind = REPORT_SMTP_REJECT, .status = d->recipients[0].status};
    for (size_t i = d->recipient_count; i-- > 0;)
        if (!d->recipients[i].held) all->status = d->recipients[i].status;
    for (size_t i = 0; i < d->recipient_count; i++)
        TRY(put_index(a, d->recipient_count, &all->recipients, &all->count, i, e));
    return RC_OK;
}

/* To nobody, or to a sender who may be forged, nothing is written. */
static bool can_write_to_sender(const struct policy_message *m)
{
    if (m->mail_from.n == 0 || str_eq(m->mail_from, STR("<>"))) return false;
    return m->authenticated || m->auth != AUTH_FAIL;
}

static rc_t report_each(const struct policy_input *in, struct arena *a, struct decision *d,
                        struct err *e)
{
    bool writes = can_write_to_sender(in->message);
    for (size_t i = 0; i < d->recipient_count; i++) {
        struct decision_recipient *r = &d->recipients[i];
        if (r->outcome != OUTCOME_REJECT) continue;
        struct decision_report *own = &d->reports[d->report_count++];
        *own = (struct decision_report){.kind = writes ? REPORT_DSN : REPORT_QUARANTINE,
                                        .to = writes ? in->message->mail_from : STR_NULL,
                                        .status = r->status};
        if (!writes) r->outcome = OUTCOME_QUARANTINE;
        TRY(put_index(a, 1, &own->recipients, &own->count, i, e));
    }
    return RC_OK;
}

rc_t split_decide(const struct policy_input *in, bool sends, struct arena *a, struct decision *d,
                  struct err *e)
{
    size_t rejected = 0;
    hold_back(d);
    for (size_t i = 0; i < d->recipient_count; i++) {
        if (d->recipients[i].outcome != OUTCOME_DELIVER) d->recipients[i].stored = STORED_NOWHERE;
        rejected += d->recipients[i].outcome == OUTCOME_REJECT;
    }
    d->reports = ARENA_ARRAY(a, d->recipient_count + 1, struct decision_report);
    if (!d->reports) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(report_defers(a, d, e));
    if (rejected > 0 && rejected == d->recipient_count)
        TRY(refuse_all(a, d, e));
    else
        TRY(report_each(in, a, d, e));
    return sends ? make_copies(a, d, e) : RC_OK;
}
