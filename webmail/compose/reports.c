/* Delivery reports (RFC 3461): whether the outgoing server can be asked for them, told while the
 * message is written. At sending it is looked at again (prepare.c). */
#include "base/kill.h"
#include "mail/smtp.h"
#include "webmail/compose/compose.h"
#include "webmail/session/throttle.h"

#define ASKED_PER_HOUR 60u

rc_t compose_reports(struct call *c, struct err *e)
{
    struct smtp_account account = call_smtp_account(c);
    struct smtp_offer offered = {.dsn = false};
    TRY(throttle_act(c, "reports", ASKED_PER_HOUR,
                     "That was asked often just now. Please try again in an hour.", e));
    TRY(smtp_offers(&account, WX_PATIENCE(10) * 1000, c->arena, &offered, e));
    return call_answer(c, json_pack("{s:b}", "offered", offered.dsn), e);
}
