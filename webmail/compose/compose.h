/* Writing and sending: the routes under /api/v1/compose and the spell check.
 *
 * A message on its way: draft in IMAP → prepare (frozen entity as the draft, ticket) → finish
 * (signature in, verified, decided again, encrypted per envelope, submitted, Sent copy, draft
 * gone). The submission id the browser made once per composer holds it all together: the same
 * id never sends twice (submission.h).
 *
 * Reading order: parse.c (the request), decide.c (certificates), demand.c and demand_preview.c
 * (the organisation's rules), draft.c, prepare.c,
 * ticket.c, finish.c, deliver.c, submission.c; ask.c (drafts that wait for a certificate).
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_H
#define WAXSEAL_WEBMAIL_COMPOSE_H

#include "webmail/app.h"

call_handler compose_recipients, compose_draft, compose_draft_delete, compose_prepare,
    compose_finish, compose_status, compose_hold, compose_held, compose_spell, compose_ask,
    compose_waiting, compose_find, compose_languages, compose_words_get, compose_words_put,
    compose_templates_get, compose_templates_put, compose_reports, compose_demands;

#endif
