/* The verification report of a message, for download. */
#include "webmail/view/view.h"

rc_t message_proof(struct call *c, struct err *e)
{
    CLEANUP_OPENED struct opened_message m = {0};
    CLEANUP_BUF struct buf out = BUF_INIT_SECRET(32u << 20);
    struct message_request q = {.ask = true};
    TRY(message_request_read(c, &q, e));
    TRY(json_want_str(c->in, "part", STR_NULL, &q.part, e));
    q.attached = q.part.n > 0;
    TRY(view_open_message(c, &q, &m, e));
    const struct message_report_context ctx = {.raw = buf_view(&m.raw),
                                               .attached = m.attached,
                                               .evidence = m.evidence,
                                               .evidence_count = m.evidence_count,
                                               .checked_at = call_now(),
                                               .version = WAXSEAL_VERSION};
    TRY(message_report(m.view, &ctx, c->secret, &out, e));
    response_type(c->s, STR("text/plain; charset=utf-8"));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("verification-report.txt")));
    response_take(c->s, &out);
    return RC_OK;
}
