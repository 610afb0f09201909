/* The configuration file: one INI file, checked whole at start.
 *
 * The table CONFIG_KEYS in config.c names every key, its type, its default and
 * what is expected; docs/ADMIN.md shows the same table. A wrong line fails with
 * "FILE:LINE: key: expected ..., got ...". Unknown keys and sections fail too.
 *
 *     [server]        process-wide values
 *     [fetch]         waxseal-fetch, for the daemon and those who ask it; may be absent
 *     [keyd]          waxseal-keyd, for the daemon and those who ask it; may be absent
 *     [admin]         the administration's server (waxseald --role=admin); may be absent
 *     [gate]          the mail flow (waxseal-gate); may be absent
 *     [domain NAME]   one section per mail domain; "*" is the fallback
 *     [plan NAME]     initial features of a plan (Redis overrides, waxsealctl plan set)
 *     [directory NAME] an LDAP server with certificates of people; needs [fetch]
 */
#ifndef WAXSEAL_BASE_CONFIG_H
#define WAXSEAL_BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum tls_mode { TLS_MODE_NONE, TLS_MODE_STARTTLS, TLS_MODE_IMPLICIT };

/* One mail server. TLS_MODE_NONE is accepted for loopback addresses only. */
struct config_endpoint {
    str_t host;
    uint16_t port;
    enum tls_mode tls;
    str_t ca_file;  /* trust roots in PEM instead of the system's; or null */
    str_t tls_name; /* name to check in the certificate; null: host */
};

struct config_domain {
    str_t name; /* lower case; "*" = any other */
    struct config_endpoint imap;
    struct config_endpoint smtp;
    struct config_endpoint sieve; /* host null: none */
    str_t login;                  /* sign-in mapping: "%u" address, "%n" local part, "%d" domain */
    str_t authserv_id;            /* whose Authentication-Results are believed; or null: nobody's */
    str_t plan;                   /* plan of the domain until Redis says otherwise */
};

struct config_directory {
    str_t name;                    /* a-z, 0-9 and - */
    struct config_endpoint server; /* ldap or ldaps */
    str_t base;                    /* distinguished name to search below */
    str_t domains;                 /* mail domains it knows, lower case, by blanks; "*": any */
    str_t bind_dn;                 /* null: anonymous */
    str_t bind_password_file;      /* null: none */
};

struct config_plan {
    str_t name;
    bool smime;
};

/* A place on the operator's list: host in lower case (no brackets) and port. */
struct config_place {
    str_t host;
    uint16_t port;
};

/* A place of the mail flow: a Unix socket, or a host (no brackets) and port. */
struct config_hop {
    bool lmtp;  /* else SMTP */
    str_t path; /* null: host and port */
    str_t host;
    uint16_t port;
};

struct config {
    str_t file;
    /* [server] */
    str_t instance;      /* in cookie and Redis key names; [a-z0-9-]{1,32} */
    str_t listen;        /* Unix socket of the FastCGI workers */
    uint32_t processes;  /* 1..64 */
    uint32_t threads;    /* 1..256 */
    str_t public_origin; /* "https://mail.example.org": Origin check, links */
    str_t crl_origin;    /* where lists of revoked certificates are fetched from, unless said
                            public_origin by http; also in config_for_admin */
    str_t static_dir;    /* built client (static/dist) */
    str_t template_dir;
    str_t spell_dir; /* hunspell dictionaries */
    str_t redis_socket;
    str_t redis_user;
    str_t redis_password_file; /* null: no AUTH */
    str_t host_key_file;       /* 32 random bytes, mode 0600: MACs, sealed vault */
    str_t trust_dir;           /* organisation roots, *.pem */
    str_t mail_roots;          /* roots trusted for e-mail, PEM; null: none */
    bool revocation_hard;      /* what could not be looked up: amber and no encryption, not grey */
    bool clear_fallback; /* what cannot be encrypted may be sent in clear, if its writer says so */
    str_t *trusted_proxies; /* CIDR, whose X-Forwarded-For counts */
    size_t trusted_proxy_count;
    uint32_t session_idle_minutes;
    uint32_t session_max_hours;
    uint32_t message_max_bytes; /* opened or sent, default 50 MiB */
    uint32_t imap_connections_per_session;
    uint32_t imap_idle_seconds;
    uint32_t push_streams; /* open event streams of one process */
    uint32_t request_timeout_ms;
    uint32_t outbound_per_hour, outbound_recipients; /* ceilings of an organisation's mailboxes
                                                        (policy/outbound.h); 0: none */
    str_t log_level;
    /* [fetch] */
    str_t fetch_socket; /* Unix socket of waxseal-fetch; null: nothing is asked outside */
    struct config_place *fetch_allow; /* may be asked whatever their port and address are */
    size_t fetch_allow_count;
    str_t
        fetch_users; /* names, separated by blanks, of those who may ask besides its own; or null */
    uint32_t fetch_threads;
    bool fetch_issuers; /* missing issuers are fetched from where certificates say (AIA) */
    /* [keyd] */
    str_t keyd_gate_socket, keyd_admin_socket; /* Unix sockets of waxseal-keyd; null: none */
    str_t keyd_gate_users, keyd_admin_users;   /* names, separated by blanks, of who may ask */
    str_t keyd_master_keys;        /* a path, or the name of a credential of systemd's */
    uint32_t keyd_threads;         /* at the gate's socket */
    uint32_t keyd_uses_per_minute; /* of one key: signing and decrypting each */
    /* [admin] */
    str_t admin_listen; /* Unix socket of the administration's workers; null: there is none */
    str_t admin_public_origin;                         /* never that of the mail client */
    str_t admin_redis_user, admin_redis_password_file; /* as those of [server] */
    str_t admin_key_file; /* 32 random bytes, mode 0600: seals its sessions and second factors */
    uint32_t admin_processes, admin_threads;
    uint32_t admin_idle_minutes, admin_max_hours; /* of its sessions */
    /* [gate]; a path or host is null where there is none */
    struct config_hop gate_submission, gate_mailbox; /* listens; each LMTP */
    struct config_hop gate_next;                     /* takes what goes on */
    struct config_hop gate_mailboxes;                /* takes what is for managed mailboxes */
    str_t gate_name;                                 /* of this host, in replies and reports */
    str_t gate_postmaster;                           /* whom reports are from */
    str_t gate_quarantine; /* where refused mail goes that nobody is told of */
    str_t gate_redis_user, gate_redis_password_file; /* as those of [server] */
    uint32_t gate_processes, gate_threads;
    struct config_domain *domains;
    size_t domain_count;
    struct config_plan *plans;
    size_t plan_count;
    struct config_directory *directories;
    size_t directory_count;
};

/* Reads and checks the file. Everything in *out lives in the arena. On failure the
 * error's message is "FILE:LINE: ..." (LINE of the section header for a missing key). */
rc_t config_load(const char *file, struct arena *a, struct config **out, struct err *e) WX_MUST_USE;
/* The configuration as the administration's server sees it: listen, public_origin, Redis user and
 * password, host key, processes, threads and session times of [server] are those of [admin].
 * RC_INVALID: there is no section [admin]. */
rc_t config_for_admin(const struct config *c, struct arena *a, const struct config **out,
                      struct err *e) WX_MUST_USE;
/* The same for the mail flow: Redis user and password, processes and threads are those of [gate].
 */
rc_t config_for_gate(const struct config *c, struct arena *a, const struct config **out,
                     struct err *e) WX_MUST_USE;
/* Is there a section [gate]? */
bool config_has_gate(const struct config *c);
/* The first directory that names the address's domain, else the first for any; or NULL. */
const struct config_directory *config_directory_of(const struct config *c, str_t address);
/* The directory of this name, or NULL. */
const struct config_directory *config_directory_named(const struct config *c, str_t name);
/* The domain of an address ("user@domain", any case), else the "*" section, else NULL. */
const struct config_domain *config_domain_of(const struct config *c, str_t address);
/* The user name to sign in with at the domain's servers, by its mapping. */
str_t config_login_name(const struct config_domain *d, str_t address, struct arena *a);

#endif
