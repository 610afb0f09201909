/* Sessions.
 *
 * The cookie carries a random id and a random key. Redis holds, under the id's hash,
 * a record that is authenticated with a key of this host and whose IMAP password is
 * sealed under the cookie's key: neither Redis nor the host alone can open it.
 * Idle time by Redis' expiry, absolute time by the record. A sign-out of all devices
 * raises the account's epoch, which every request compares.
 */
#ifndef WAXSEAL_WEBMAIL_SESSION_H
#define WAXSEAL_WEBMAIL_SESSION_H

#include "webmail/app.h"

struct session {
    str_t id;       /* hex of the hash of the cookie's id: safe to log, key of the IMAP pool */
    str_t address;  /* lower case */
    str_t login;    /* user name at the servers */
    str_t password; /* in c->secret */
    str_t csrf;     /* token for X-Waxseal-Csrf */
    str_t epoch;    /* of the account when the session was made, and still */
    int64_t created;
    const struct config_domain *domain;
};

/* What the cookie carries, and the names made of it. */
struct session_seed {
    unsigned char id[16];
    unsigned char key[SEAL_KEY_BYTES];
    str_t hash;   /* hex of SHA-256 of the id: the session's id */
    str_t record; /* Redis key */
};
/* A new one, so that the sign-in's IMAP connection can already belong to the session. */
rc_t session_seed_new(struct call *c, struct session_seed *out, struct err *e) WX_MUST_USE;
/* Makes the session, sets the cookie, and ends the session the request came with, if any. The
 * seed's key is wiped. */
rc_t session_create(struct call *c, struct session_seed *seed, str_t address, str_t login,
                    str_t password, const struct config_domain *domain, const struct session **out,
                    struct err *e) WX_MUST_USE;
/* The session of the request's cookie, which lives on for its idle time unless the request came in
 * the background. RC_UNAUTHENTICATED, RC_STATE_DOWN. */
rc_t session_load(struct call *c, const struct session **out, struct err *e) WX_MUST_USE;
enum { SESSION_ID_CHARS = 64 }; /* of session->id: hexadecimal */
/* What every end of a session raises, and whoever ends one otherwise must: the event streams of all
 * processes look at it (webmail/push). */
rc_t session_announce_end(struct call *c, struct err *e) WX_MUST_USE;
/* Whatever this process holds of a session: connections, and what it remembers of the mail. */
void session_forget(struct app *app, str_t id);
/* Names in Redis: of a session's record by its id, of an account's epoch, of what
 * session_announce_end raises; prefix: app_prefix. */
str_t session_record_key(struct arena *a, str_t prefix, str_t id);
str_t session_epoch_key(struct arena *a, str_t prefix, str_t address);
str_t session_version_key(struct arena *a, str_t prefix);
/* The cookie of this instance and site; in the request arena. */
str_t session_cookie_name(struct call *c);
/* Forgets this session, its IMAP connections and the cookie. */
rc_t session_end(struct call *c, struct err *e) WX_MUST_USE;
/* Ends every session of the account, everywhere. */
rc_t session_end_all(struct call *c, struct err *e) WX_MUST_USE;

/* Token, Origin and Sec-Fetch-Site of a request that changes something. `form`: the token a form
 * field gave, or null: the header counts. Without a session only the origin is checked. */
rc_t session_check_csrf(struct call *c, str_t form, struct err *e) WX_MUST_USE;

#endif
