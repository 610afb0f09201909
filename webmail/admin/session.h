/* Who is signed in at the administration.
 *
 * Sessions are those of webmail/session, with keys of this site's own (`<instance>:a:…`) and no
 * password inside. Beside each lies a mark, `<instance>:a:f:<session id>`: when its holder last
 * gave a code, and since when the second factor is on whose code it was. One that was switched off
 * or set up anew since counts no more. The mark is authenticated with the site's key.
 */
#ifndef WAXSEAL_WEBMAIL_ADMIN_SESSION_H
#define WAXSEAL_WEBMAIL_ADMIN_SESSION_H

#include "webmail/app.h"

struct admin_factor {
    bool given;          /* this session gave a code of the second factor that is on */
    int64_t fresh_until; /* until then it need not be given again; 0: it must */
};

/* Of c->session. */
rc_t admin_factor_load(struct call *c, struct admin_factor *out, struct err *e) WX_MUST_USE;
/* For struct site: only who has a role may sign in. */
rc_t admin_knows(struct call *c, str_t address, bool *out, struct err *e) WX_MUST_USE;
/* Session of the API: new reference. */
rc_t admin_session_describe(struct call *c, json_t **out, struct err *e) WX_MUST_USE;

#endif
