/* waxsealctl doctor: walks through everything the server needs and says what is wrong with it, in
 * words that tell what to do. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/fetch.h"
#include "cli/command.h"
#include "cli/ctl.h"
#include "crypto/agent.h"
#include "crypto/cert.h"
#include "crypto/tls.h"
#include "policy/authority.h"
#include "policy/certificate.h"
#include "policy/migrate.h"

enum { WAIT_MS = 5000, LINE_MAX_BYTES = 1024, ROOTS_OLD_DAYS = 180, LIST_OLD_DAYS = 2 };

struct doctor {
    struct ctl c;
    int problems;
};

static void good(const char *what, const char *how)
{
    printf("ok       %-14s %s\n", what, how);
}

static void note(const char *what, const char *how)
{
    printf("note     %-14s %s\n", what, how);
}

static void bad(struct doctor *d, const char *what, const char *how, const struct err *e)
{
    printf("PROBLEM  %-14s %s", what, how);
    if (e) printf(": %s", e->message);
    if (e && e->detail[0]) printf(" (%s)", e->detail);
    putchar('\n');
    d->problems++;
}

static const char *path_of(struct doctor *d, str_t path)
{
    const char *p = arena_cstr(d->c.a, path);
    return p ? p : "";
}

/* --- files --------------------------------------------------------------------------- */

static void check_host_key(struct doctor *d)
{
    struct stat st;
    const char *path = path_of(d, d->c.config->host_key_file);
    if (stat(path, &st) != 0) {
        bad(d, "host key", "cannot be found; make it with: head -c 32 /dev/urandom > FILE", NULL);
    } else if (st.st_mode & 077) {
        bad(d, "host key", "others may read it; chmod 600", NULL);
    } else if (st.st_size < 32) {
        bad(d, "host key", "is shorter than 32 bytes", NULL);
    } else {
        good("host key", path);
    }
}

static void check_folder(struct doctor *d, const char *what, str_t path, const char *holds)
{
    struct stat st;
    if (str_is_null(path)) return;
    const char *file = path_of(d, arena_printf(d->c.a, "%.*s/%s", STR_ARG(path), holds));
    if (stat(file, &st) != 0) {
        bad(d, what, file, &(struct err){.message = "is not there"});
    } else {
        good(what, path_of(d, path));
    }
}

static void check_trust(struct doctor *d)
{
    struct err e;
    struct trust *t = NULL;
    if (trust_load(d->c.config->trust_dir, &t, &e) != RC_OK) {
        bad(d, "trust", path_of(d, d->c.config->trust_dir), &e);
    } else {
        good("trust", path_of(d, arena_printf(d->c.a, "%.*s: %zu certificates",
                                              STR_ARG(d->c.config->trust_dir),
                                              trust_count(t, TRUSTED_BY_ORGANISATION))));
    }
    trust_free(t);
}

/* How many there are, and since when: the list changes a few times a year. */
static void check_mail_roots(struct doctor *d)
{
    struct err e;
    struct stat st;
    struct trust *t = NULL;
    const struct trust_place place = {d->c.config->mail_roots, TRUSTED_BY_MAIL_ROOTS};
    const char *path = path_of(d, place.path);
    if (str_is_null(place.path)) {
        note("mail roots", "none named: only certificates of trust_dir are trusted");
    } else if (trust_load_places(&place, 1, &t, &e) != RC_OK || stat(path, &st) != 0) {
        bad(d, "mail roots", "make them with: waxsealctl roots --out FILE", &e);
    } else {
        long long days = ((long long) time(NULL) - (long long) st.st_mtime) / 86400;
        str_t text = arena_printf(d->c.a, "%s: %zu roots, %lld days old", path,
                                  trust_count(t, TRUSTED_BY_MAIL_ROOTS), days);
        good("mail roots", path_of(d, text));
        if (days > ROOTS_OLD_DAYS) note("mail roots", "are old; run waxsealctl roots again");
    }
    trust_free(t);
}

/* --- processes ------------------------------------------------------------------------ */

/* Lists of thousands are slow without briefs, and nothing else says so. */
static rc_t check_briefs(struct doctor *d, const struct registry *r, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const char *id;
    json_t *row;
    TRY(registry_list(r, RECORD_ORGANISATION, STR_NULL, &rows, e));
    json_object_foreach(rows, id, row)
    {
        long long records, briefs;
        TRY(certificate_count_briefs(r, str_c(id), &records, &briefs, e));
        if (records == briefs) continue;
        str_t how = arena_printf(d->c.a,
                                 "%s has %lld certificates and %lld briefs of them, so that its "
                                 "lists are slow; run: waxsealctl registry migrate",
                                 id, records, briefs);
        bad(d, "certificates", path_of(d, how), NULL);
    }
    return RC_OK;
}

/* The list of an organisation's authority: signed anew each day, or the timer does not run. */
static rc_t check_list(struct doctor *d, const struct registry *r, str_t organisation,
                       struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(16 << 20);
    CLEANUP_JSON json_t *row = NULL;
    struct authority_list list;
    int64_t now = (int64_t) time(NULL);
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(registry_get(r, (struct record_at){RECORD_AUTHORITY, STR_NULL, organisation}, &row, e));
    str_t name =
        arena_printf(a, "%.*s-%.*s", STR_ARG(organisation), STR_ARG(record_text(row, "key")));
    rc_t rc = authority_list_read(r->kv, r->config->instance, name, a, &list, e);
    if (rc == RC_NOT_FOUND) /* kept by an earlier release */
        rc = authority_list_read(r->kv, r->config->instance, organisation, a, &list, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND) return rc;
    const char *wrong = rc == RC_NOT_FOUND                      ? "is not there"
                        : list.next <= now                      ? "has ended"
                        : list.at + LIST_OLD_DAYS * 86400 < now ? "was not signed anew for days"
                                                                : NULL;
    if (wrong)
        bad(d, "revocations",
            path_of(d, arena_printf(d->c.a,
                                    "the list of %.*s %s; does waxseal-renew.timer run? At once: "
                                    "waxsealctl authority crl %.*s",
                                    STR_ARG(organisation), wrong, STR_ARG(organisation))),
            NULL);
    return RC_OK;
}

static void check_lists(struct doctor *d, const struct registry *r)
{
    struct err e = {0};
    CLEANUP_JSON json_t *ids = NULL;
    size_t i;
    json_t *id;
    int before = d->problems;
    rc_t rc = check_briefs(d, r, &e);
    if (rc == RC_OK) rc = authority_all(r, &ids, &e);
    json_array_foreach(ids, i, id)
    {
        if (rc == RC_OK) rc = check_list(d, r, json_text(id), &e);
    }
    if (rc != RC_OK)
        bad(d, "certificates", "cannot be looked at", &e);
    else if (d->problems == before)
        good("certificates",
             path_of(d, arena_printf(d->c.a,
                                     "lists of revoked ones: %zu, all current; briefs are whole",
                                     json_array_size(ids))));
}

/* Plans and aliases that an earlier release kept have no effect until they are brought over. */
static void check_registry(struct doctor *d)
{
    struct err e = {0};
    bool needed = false;
    struct registry r = {d->c.kv, d->c.config};
    CLEANUP_JSON json_t *rows = NULL;
    rc_t rc = registry_list(&r, RECORD_CUSTOMER, STR_NULL, &rows, &e);
    if (rc == RC_OK) rc = registry_needs_migration(&r, &needed, &e);
    if (rc != RC_OK)
        bad(d, "registry", "cannot be read", &e);
    else if (needed)
        bad(d, "registry", "holds what an earlier release kept; run: waxsealctl registry migrate",
            NULL);
    else
        good("registry", "can be read");
    if (rc == RC_OK && !needed) check_lists(d, &r);
}

static void check_redis(struct doctor *d)
{
    struct err e;
    struct kv_value v;
    str_t version = arena_printf(d->c.a, "%.*s:ver", STR_ARG(d->c.config->instance));
    if (KV_CMD(d->c.kv, d->c.a, &v, &e, STR("GET"), version) != RC_OK) {
        bad(d, "redis", path_of(d, d->c.config->redis_socket), &e);
    } else {
        good("redis", path_of(d, d->c.config->redis_socket));
        check_registry(d);
    }
}

static void check_listener(struct doctor *d, const char *what, str_t path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (path.n < sizeof at.sun_path) memcpy(at.sun_path, path.p, path.n);
    if (fd < 0 || connect(fd, (struct sockaddr *) &at, sizeof at) != 0) {
        bad(d, what, path_of(d, path), &(struct err){.message = "does not answer"});
    } else {
        good(what, path_of(d, path));
    }
    if (fd >= 0) close(fd);
}

/* The daemon must be there, let us in and have a free thread; no place outside is asked. */
static void check_fetch(struct doctor *d)
{
    struct err e;
    struct fetch_answer answer;
    const struct fetch_request ping = {.kind = FETCH_PING, .timeout_ms = WAIT_MS};
    str_t path = d->c.config->fetch_socket;
    if (str_is_null(path)) {
        note("fetch", "no section [fetch]: whether a certificate was revoked is never asked");
    } else if (fetch_call(path, &ping, d->c.a, &answer, &e) != RC_OK) {
        bad(d, "fetch", path_of(d, path), &e);
    } else {
        good("fetch", path_of(d, path));
    }
}

static bool has_word(str_t words, str_t word)
{
    for (str_t one; words.n > 0;) {
        str_cut(words, ' ', &one, &words);
        if (str_eq(one, word)) return true;
    }
    return false;
}

/* The web server parses mail from strangers: it must not be one of those who may use keys. */
static void check_keyd_users(struct doctor *d)
{
    struct stat st;
    const struct config *c = d->c.config;
    if (stat(path_of(d, c->listen), &st) != 0) return;
    const struct passwd *p = getpwuid(st.st_uid);
    if (!p || (!has_word(c->keyd_gate_users, str_c(p->pw_name)) &&
               !has_word(c->keyd_admin_users, str_c(p->pw_name))))
        return;
    str_t text = arena_printf(d->c.a,
                              "waxseald's own user (%s) may use them; give gateway and "
                              "administration users of their own",
                              p->pw_name);
    note("keys", path_of(d, text));
}

/* Whether what it says of itself is as it should be. */
static void check_keyd(struct doctor *d)
{
    struct err e;
    struct agent_state s;
    const struct config *c = d->c.config;
    const struct agent g = {.socket = c->keyd_admin_socket, .timeout_ms = WAIT_MS};
    if (str_is_null(g.socket)) {
        note("keys", "no section [keyd]: organisations cannot have keys here");
        return;
    }
    const char *where = path_of(d, g.socket);
    if (agent_ping(&g, d->c.a, &s, &e) != RC_OK) {
        bad(d, "keys", where, &e);
        return;
    }
    good("keys",
         path_of(d, arena_printf(d->c.a, "%s: %u master key%s, %.*s seals", where, s.master_keys,
                                 s.master_keys == 1 ? "" : "s", STR_ARG(s.master_key))));
    if (!s.locked) note("keys", "its memory may be swapped out; raise LimitMEMLOCK (256M)");
    if (!s.confined) bad(d, "keys", "its system calls are not limited", NULL);
    check_keyd_users(d);
}

/* --- administration -------------------------------------------------------------------- */

static str_t host_of(str_t origin)
{
    str_t scheme, host, port;
    ptrdiff_t at = str_find(origin, STR("://"));
    scheme = at < 0 ? origin : str_sub(origin, (size_t) at + 3, origin.n);
    str_cut(scheme, ':', &host, &port);
    return host;
}

/* Nobody but itself may read what seals its sessions and second factors. */
static void check_admin_key(struct doctor *d)
{
    struct stat st;
    const char *path = path_of(d, d->c.config->admin_key_file);
    if (stat(path, &st) != 0)
        note("admin key", path_of(d, arena_printf(d->c.a, "%s cannot be seen by this user", path)));
    else if (st.st_size != 32 || (st.st_mode & 0077) != 0)
        bad(d, "admin key", path, &(struct err){.message = "must be 32 bytes with mode 0600"});
    else
        good("admin key", path);
}

/* A process of its own is worth what keeps it apart: user, Redis user and host name. */
static void check_admin_apart(struct doctor *d)
{
    struct stat web, own;
    const struct config *c = d->c.config;
    if (stat(path_of(d, c->listen), &web) == 0 && stat(path_of(d, c->admin_listen), &own) == 0) {
        const struct passwd *p = getpwuid(own.st_uid);
        if (web.st_uid == own.st_uid)
            note("admin", "runs as the same user as the web client; give it one of its own");
        if (p && !str_is_null(c->keyd_admin_socket) &&
            !has_word(c->keyd_admin_users, str_c(p->pw_name)))
            note("admin", "its user is not in [keyd] admin_users: no certificates with keys");
    }
    if (str_eq(c->admin_redis_user, c->redis_user))
        bad(d, "admin", "has the Redis user of the web client; deploy/redis/users.acl has two",
            NULL);
    if (str_ieq(host_of(c->admin_public_origin), host_of(c->public_origin)))
        note("admin", "has the host name of the web client, which then gets its cookies");
}

static void check_admin(struct doctor *d)
{
    if (str_is_null(d->c.config->admin_listen)) {
        note("admin", "no section [admin]: the page and API of administrators are not served");
        return;
    }
    check_listener(d, "admin", d->c.config->admin_listen);
    check_admin_key(d);
    check_admin_apart(d);
}

/* --- mail servers ---------------------------------------------------------------------- */

/* One line of the server without its end; false at the end, a time-out, or an endless line. */
static bool read_line(struct stream *s, char line[LINE_MAX_BYTES])
{
    size_t n = 0;
    char c;
    while (n + 1 < LINE_MAX_BYTES && stream_read(s, &c, 1) == 1) {
        if (c == '\n') {
            line[n] = '\0';
            return true;
        }
        if (c != '\r') line[n++] = c;
    }
    return false;
}

static bool send_text(struct stream *s, const char *text)
{
    size_t n = strlen(text), done = 0;
    while (done < n) {
        ssize_t step = stream_write(s, text + done, n - done);
        if (step <= 0) return false;
        done += (size_t) step;
    }
    return true;
}

/* Reads lines until one starts with `want`; other lines are passed over, 40 at most. */
static bool await_line(struct stream *s, const char *want)
{
    char line[LINE_MAX_BYTES];
    for (int i = 0; i < 40 && read_line(s, line); i++) {
        if (strncmp(line, want, strlen(want)) == 0) return true;
    }
    return false;
}

static bool ask_for_tls(struct stream *s, bool imap)
{
    if (imap) return send_text(s, "d STARTTLS\r\n") && await_line(s, "d OK");
    return send_text(s, "EHLO waxsealctl.invalid\r\n") && await_line(s, "250 ") &&
           send_text(s, "STARTTLS\r\n") && await_line(s, "220 ");
}

static void check_endpoint(struct doctor *d, const char *what, const struct config_endpoint *at)
{
    struct err e = {0};
    struct stream *s = NULL;
    bool imap = strcmp(what, "imap") == 0, smtp = strcmp(what, "smtp") == 0;
    const char *where =
        path_of(d, arena_printf(d->c.a, "%.*s:%u", STR_ARG(at->host), (unsigned) at->port));
    rc_t rc = stream_connect(at, clock_ms() + WAIT_MS, imap ? RC_IMAP_DOWN : RC_SMTP_DOWN, &s, &e);
    if (rc == RC_OK && (imap || smtp) && !await_line(s, imap ? "* OK" : "220 ")) {
        rc = err_set(&e, RC_UNSUPPORTED, "it does not greet as such a server");
    }
    if (rc == RC_OK && (imap || smtp) && at->tls == TLS_MODE_STARTTLS) {
        rc = ask_for_tls(s, imap) ? stream_starttls(s, at, &e)
                                  : err_set(&e, RC_UNSUPPORTED, "it refuses STARTTLS");
    }
    if (rc == RC_OK) {
        good(what, where);
    } else {
        bad(d, what, where, &e);
    }
    stream_close(s);
}

static void check_domain(struct doctor *d, const struct config_domain *domain)
{
    printf("         domain %.*s, plan %.*s\n", STR_ARG(domain->name), STR_ARG(domain->plan));
    check_endpoint(d, "imap", &domain->imap);
    check_endpoint(d, "smtp", &domain->smtp);
    if (!str_is_null(domain->sieve.host)) check_endpoint(d, "sieve", &domain->sieve);
}

int cmd_doctor(int argc, char **argv)
{
    struct err e;
    struct doctor d = {0};
    (void) argv;
    if (argc) return cli_usage("doctor");
    if (ctl_open(&d.c, &e) != RC_OK) {
        bad(&d, "configuration", "is not usable", &e);
        return EXIT_FAILED;
    }
    const struct config *c = d.c.config;
    good("configuration", path_of(&d, c->file));
    check_host_key(&d);
    check_trust(&d);
    check_mail_roots(&d);
    check_folder(&d, "client", c->static_dir, "manifest.json");
    check_folder(&d, "templates", c->template_dir, "");
    check_folder(&d, "dictionaries", c->spell_dir, "");
    check_redis(&d);
    check_listener(&d, "waxseald", d.c.config->listen);
    check_fetch(&d);
    check_keyd(&d);
    check_admin(&d);
    for (size_t i = 0; i < c->domain_count; i++) {
        check_domain(&d, &c->domains[i]);
    }
    printf("%d problem%s\n", d.problems, d.problems == 1 ? "" : "s");
    ctl_close(&d.c);
    return d.problems ? EXIT_FAILED : EXIT_FINE;
}
