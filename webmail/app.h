/* The web client's server: what a process, a thread and a request have at hand.
 *
 * struct app is made once a process before its threads start; its members are
 * thread-safe or never written again. struct call is one request on its way
 * through the table in routes.def: by the time a handler runs, session, CSRF,
 * plan and body have been checked, and the JSON body is parsed.
 *
 * A handler is `rc_t f(struct call *c, struct err *e)`. It answers with
 * call_answer (JSON) or by filling c->s itself, or returns an error, which the
 * dispatcher turns into {code, message, details} and logs.
 */
#ifndef WAXSEAL_WEBMAIL_APP_H
#define WAXSEAL_WEBMAIL_APP_H

#include "base/config.h"
#include "base/json.h"
#include "base/kv.h"
#include "crypto/cert.h"
#include "crypto/seal.h"
#include "crypto/tls.h"
#include "fcgi/http.h"
#include "fcgi/static.h"
#include "fcgi/template.h"
#include "mail/imap.h"
#include "mail/smtp.h"
#include "policy/plan.h"

struct image_desk; /* webmail/view/images.h */
struct events;     /* webmail/push/events.h */
struct list_cache; /* webmail/view/list_cache.h */
struct shared;     /* webmail/shared.h */
struct names;      /* webmail/contacts/names.h */
struct roots;      /* policy/roots.h */
struct roots_set;  /* policy/roots.h */
struct rulebook;   /* policy/rulebook.h */
struct site;       /* webmail/routes.h */
struct admin;      /* webmail/admin/admin.h */
struct session;    /* webmail/session/session.h */

#define WAXSEAL_VERSION "0.1.0"

struct app {
    const struct site *site; /* NULL (in unit tests): the mail client's */
    const struct config *config;
    str_t prefix; /* of this site's own keys in Redis; null: the instance */
    unsigned char host_key[SEAL_KEY_BYTES];
    const struct trust *trust; /* the installation's roots and mail roots; see call_trust */
    struct imap_pool *imap;
    struct plan_store *plans;
    struct names *names; /* of the accounts of organisations; NULL: none are offered */
    struct roots *roots; /* what organisations trust beside `trust`; NULL: nothing */
    struct rulebook *rules;
    const struct template_set *templates;
    const struct static_files *files;
    struct list_cache *lists;
    struct image_desk *images;
    struct list_cache *snippets;
    struct list_cache
        *accounts; /* address by session id: what to read ahead, trusted for nothing */
    struct events *events;
    struct ahead_desk *ahead; /* webmail/view/ahead.h */
    struct shared *shared;    /* memory of all worker processes: crash marks, throttle */
    str_t kv_password;        /* or null */
};

struct call {
    struct app *app;
    struct kv *kv; /* this thread's Redis connection */
    struct request *q;
    struct response *s;
    struct arena *arena;           /* of the request */
    struct arena *secret;          /* wiped after the request: credentials and plaintext go here */
    const struct session *session; /* NULL on public routes */
    struct admin *admin;           /* of the administration's routes, else NULL */
    str_t coded; /* since when the second factor is on whose code this sign-in gave; else null */
    str_t plan;  /* name of the account's plan */
    struct features features;
    struct outbound outbound;              /* what the account may send */
    str_t organisation;                    /* that the account's domain belongs to; null: none */
    enum organisation_directory directory; /* what it learns of the organisation's other accounts */
    str_t registry_version;                /* of the instance, of which the above is */
    struct roots_set *roots; /* what that organisation trusts; given back after the request */
    struct registered_batch *registered; /* webmail/contacts/registered.h; in the arena */
    json_t *in;                          /* BODY_JSON: the parsed object; borrowed */
    str_t form;                          /* BODY_FORM: for form_field */
    size_t body_limit;                   /* BODY_RAW: the most bytes request_body may read */
    json_t *out;                         /* set by call_answer */
    json_t *more; /* object whose members go into the details of an error; owned, or NULL */
};

typedef rc_t call_handler(struct call *c, struct err *e);

/* By whom certificates are judged for this request's user: the installation's roots, and those of
 * his organisation. Lives as long as the request. */
const struct trust *call_trust(const struct call *c);
/* The answer, status 200; takes the reference. NULL is RC_NO_MEMORY. */
rc_t call_answer(struct call *c, json_t *answer, struct err *e) WX_MUST_USE;
/* `<instance>:u:<address>:<what>`, in the request arena. */
str_t call_user_key(struct call *c, str_t what);
/* Mailbox name of route parameter i ({f}: base64url of the server's bytes). RC_NOT_FOUND. */
rc_t call_folder(struct call *c, unsigned i, str_t *mailbox, struct err *e) WX_MUST_USE;
/* The same for a folder id in JSON. */
rc_t folder_from_id(struct arena *a, str_t id, str_t *mailbox, struct err *e) WX_MUST_USE;
str_t folder_to_id(struct arena *a, str_t mailbox);
/* Decimal route parameter i, 1..2^32-1. RC_NOT_FOUND. */
rc_t call_uid(struct call *c, unsigned i, uint32_t *uid, struct err *e) WX_MUST_USE;
/* The session's credentials for IMAP; slices live in c->secret. */
struct imap_account call_imap_account(struct call *c);
struct smtp_account call_smtp_account(struct call *c);
/* A connection of this session, with the mailbox selected unless null. imap_release when done
 * (CLEANUP_IMAP does). RC_WRONG_PASSWORD becomes RC_UNAUTHENTICATED and ends the session. */
rc_t call_imap(struct call *c, str_t mailbox, struct imap **out, struct err *e) WX_MUST_USE;
/* The same for a search that may take long (imap_acquire_search). */
rc_t call_imap_search(struct call *c, str_t mailbox, struct imap **out, struct err *e) WX_MUST_USE;
/* RC_CONFLICT unless the selected mailbox has this UIDVALIDITY. */
rc_t call_check_uidvalidity(struct imap *im, uint32_t expected, struct err *e) WX_MUST_USE;
/* Seconds since the epoch. */
int64_t call_now(void);

static inline void imap_release_cleanup(struct imap **im)
{
    imap_release(*im);
}
#define CLEANUP_IMAP __attribute__((cleanup(imap_release_cleanup)))

/* What the site's own keys in Redis begin with: sessions, documents of who signs in. */
static inline str_t app_prefix(const struct app *app)
{
    return app->prefix.n ? app->prefix : app->config->instance;
}

/* 32-byte key for a purpose, derived from the host key. */
rc_t app_key(const struct app *app, str_t purpose, str_t context, unsigned char out[SEAL_KEY_BYTES],
             struct err *e) WX_MUST_USE;

/* RFC 3339 UTC text of seconds since the epoch. */
str_t time_text(struct arena *a, int64_t seconds);

#endif
