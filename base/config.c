#include "base/config_value.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdio.h>

enum { MAX_SECTIONS = 512, MAX_PROXIES = 64, MAX_PLACES = 64 };

/* --- the table of keys ----------------------------------------------------------------------- */

enum kind {
    KIND_TEXT,
    KIND_NUMBER,
    KIND_FLAG,
    KIND_NAME,
    KIND_PROXIES,
    KIND_PLACES,
    KIND_ENDPOINT,
    KIND_LDAP,
    KIND_LEVEL,
    KIND_FAIL,
    KIND_ADDRESS,
    KIND_LISTEN,
    KIND_HOP
};

struct key {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *fallback; /* NULL: must be given; "": absent */
    uint32_t least, most; /* KIND_NUMBER */
    const char *expected;
};

#define S(field) offsetof(struct config, field)
#define D(field) offsetof(struct config_domain, field)
#define L(field) offsetof(struct config_directory, field)
#define ENDPOINT                                                                                   \
    "an address imap(s)://, smtp(s)://, sieve:// with host:port; ?starttls, ?ca=FILE, ?name=HOST " \
    "may follow"

#define PLACE "unix:PATH, or ADDRESS:PORT of this machine"
#define HOP "smtp: or lmtp: with " PLACE

static const struct key SERVER_KEYS[] = {
    {"instance", KIND_NAME, S(instance), "waxseal", 0, 0, "1 to 32 of a-z, 0-9 and -"},
    {"listen", KIND_TEXT, S(listen), NULL, 0, 0, "the path of a Unix socket"},
    {"processes", KIND_NUMBER, S(processes), "2", 1, 64, "a number from 1 to 64"},
    {"threads", KIND_NUMBER, S(threads), "16", 1, 256, "a number from 1 to 256"},
    {"public_origin", KIND_TEXT, S(public_origin), NULL, 0, 0, "https://HOST[:PORT]"},
    {"crl_origin", KIND_TEXT, S(crl_origin), "", 0, 0, "http://HOST[:PORT]"},
    {"static_dir", KIND_TEXT, S(static_dir), NULL, 0, 0, "a folder"},
    {"template_dir", KIND_TEXT, S(template_dir), NULL, 0, 0, "a folder"},
    {"spell_dir", KIND_TEXT, S(spell_dir), "/usr/share/hunspell", 0, 0, "a folder"},
    {"redis_socket", KIND_TEXT, S(redis_socket), NULL, 0, 0, "the path of a Unix socket"},
    {"redis_user", KIND_TEXT, S(redis_user), "", 0, 0, "the name of a Redis user"},
    {"redis_password_file", KIND_TEXT, S(redis_password_file), "", 0, 0, "a file"},
    {"host_key_file", KIND_TEXT, S(host_key_file), NULL, 0, 0, "a file of 32 random bytes"},
    {"trust_dir", KIND_TEXT, S(trust_dir), NULL, 0, 0, "a folder of *.pem"},
    {"mail_roots", KIND_TEXT, S(mail_roots), "", 0, 0, "a file written by waxsealctl roots"},
    {"revocation", KIND_FAIL, S(revocation_hard), "soft", 0, 0, "soft or hard"},
    {"clear_fallback", KIND_FLAG, S(clear_fallback), "on", 0, 0, "on or off"},
    {"trusted_proxies", KIND_PROXIES, S(trusted_proxies), "", 0, 0, "addresses or ADDRESS/BITS"},
    {"session_idle_minutes", KIND_NUMBER, S(session_idle_minutes), "60", 1, 10080,
     "a number from 1 to 10080"},
    {"session_max_hours", KIND_NUMBER, S(session_max_hours), "24", 1, 720,
     "a number from 1 to 720"},
    {"message_max_bytes", KIND_NUMBER, S(message_max_bytes), "52428800", 65536, 268435456,
     "a number from 65536 to 268435456"},
    {"imap_connections_per_session", KIND_NUMBER, S(imap_connections_per_session), "3", 1, 16,
     "a number from 1 to 16"},
    {"push_streams", KIND_NUMBER, S(push_streams), "2000", 1, 20000, "a number from 1 to 20000"},
    {"imap_idle_seconds", KIND_NUMBER, S(imap_idle_seconds), "300", 5, 1700,
     "a number from 5 to 1700"},
    {"request_timeout_ms", KIND_NUMBER, S(request_timeout_ms), "20000", 100, 300000,
     "a number from 100 to 300000"},
    {"outbound_per_hour", KIND_NUMBER, S(outbound_per_hour), "1000", 0, 1000000,
     "a number from 0 to 1000000"},
    {"outbound_recipients", KIND_NUMBER, S(outbound_recipients), "500", 0, 1000000,
     "a number from 0 to 1000000"},
    {"log_level", KIND_LEVEL, S(log_level), "info", 0, 0, "debug, info, warn or error"},
};

static const struct key FETCH_KEYS[] = {
    {"socket", KIND_TEXT, S(fetch_socket), NULL, 0, 0, "the path of a Unix socket"},
    {"allow", KIND_PLACES, S(fetch_allow), "", 0, 0, "HOST:PORT, separated by blanks"},
    {"users", KIND_TEXT, S(fetch_users), "", 0, 0, "names of users, separated by blanks"},
    {"threads", KIND_NUMBER, S(fetch_threads), "8", 1, 64, "a number from 1 to 64"},
    {"issuers", KIND_FLAG, S(fetch_issuers), "on", 0, 0, "on or off"},
};

static const struct key KEYD_KEYS[] = {
    {"gate_socket", KIND_TEXT, S(keyd_gate_socket), NULL, 0, 0, "the path of a Unix socket"},
    {"admin_socket", KIND_TEXT, S(keyd_admin_socket), NULL, 0, 0, "the path of a Unix socket"},
    {"gate_users", KIND_TEXT, S(keyd_gate_users), NULL, 0, 0,
     "names of users, separated by blanks"},
    {"admin_users", KIND_TEXT, S(keyd_admin_users), NULL, 0, 0,
     "names of users, separated by blanks"},
    {"master_keys", KIND_TEXT, S(keyd_master_keys), NULL, 0, 0,
     "a path, or the name of a credential"},
    {"threads", KIND_NUMBER, S(keyd_threads), "4", 1, 16, "a number from 1 to 16"},
    {"uses_per_minute", KIND_NUMBER, S(keyd_uses_per_minute), "600", 1, 1000000,
     "a number from 1 to 1000000"},
};

static const struct key ADMIN_KEYS[] = {
    {"listen", KIND_TEXT, S(admin_listen), NULL, 0, 0, "the path of a Unix socket"},
    {"public_origin", KIND_TEXT, S(admin_public_origin), NULL, 0, 0, "https://HOST[:PORT]"},
    {"redis_user", KIND_TEXT, S(admin_redis_user), "", 0, 0, "the name of a Redis user"},
    {"redis_password_file", KIND_TEXT, S(admin_redis_password_file), "", 0, 0, "a file"},
    {"key_file", KIND_TEXT, S(admin_key_file), NULL, 0, 0, "a file of 32 random bytes"},
    {"processes", KIND_NUMBER, S(admin_processes), "2", 1, 16, "a number from 1 to 16"},
    {"threads", KIND_NUMBER, S(admin_threads), "8", 1, 64, "a number from 1 to 64"},
    {"session_idle_minutes", KIND_NUMBER, S(admin_idle_minutes), "30", 1, 480,
     "a number from 1 to 480"},
    {"session_max_hours", KIND_NUMBER, S(admin_max_hours), "12", 1, 24, "a number from 1 to 24"},
};

static const struct key GATE_KEYS[] = {
    {"submission", KIND_LISTEN, S(gate_submission), "", 0, 0, PLACE},
    {"mailbox", KIND_LISTEN, S(gate_mailbox), "", 0, 0, PLACE},
    {"next", KIND_HOP, S(gate_next), NULL, 0, 0, HOP},
    {"mailboxes", KIND_HOP, S(gate_mailboxes), "", 0, 0, HOP},
    {"name", KIND_TEXT, S(gate_name), NULL, 0, 0, "the name of this host"},
    {"postmaster", KIND_ADDRESS, S(gate_postmaster), NULL, 0, 0, "an address"},
    {"quarantine", KIND_ADDRESS, S(gate_quarantine), NULL, 0, 0, "an address"},
    {"redis_user", KIND_TEXT, S(gate_redis_user), "", 0, 0, "the name of a Redis user"},
    {"redis_password_file", KIND_TEXT, S(gate_redis_password_file), "", 0, 0, "a file"},
    {"processes", KIND_NUMBER, S(gate_processes), "2", 1, 16, "a number from 1 to 16"},
    {"threads", KIND_NUMBER, S(gate_threads), "8", 1, 64, "a number from 1 to 64"},
};

static const struct key DOMAIN_KEYS[] = {
    {"imap", KIND_ENDPOINT, D(imap), NULL, 0, 0, ENDPOINT},
    {"smtp", KIND_ENDPOINT, D(smtp), NULL, 0, 0, ENDPOINT},
    {"sieve", KIND_ENDPOINT, D(sieve), "", 0, 0, ENDPOINT},
    {"login", KIND_TEXT, D(login), "%u", 0, 0, "text with %u, %n or %d"},
    {"authserv_id", KIND_TEXT, D(authserv_id), "", 0, 0, "the authserv-id of your own mail server"},
    {"plan", KIND_NAME, D(plan), "basic", 0, 0, "the name of a plan"},
};

static const struct key PLAN_KEYS[] = {
    {"smime", KIND_FLAG, offsetof(struct config_plan, smime), "off", 0, 0, "on or off"},
};

static const struct key DIRECTORY_KEYS[] = {
    {"url", KIND_LDAP, L(server), NULL, 0, 0,
     "ldaps://HOST:PORT or ldap://HOST:PORT?starttls; ?ca=FILE, ?name=HOST may follow"},
    {"base", KIND_TEXT, L(base), NULL, 0, 0, "a distinguished name"},
    {"domains", KIND_TEXT, L(domains), "*", 0, 0, "mail domains, separated by blanks, or *"},
    {"bind_dn", KIND_TEXT, L(bind_dn), "", 0, 0, "a distinguished name"},
    {"bind_password_file", KIND_TEXT, L(bind_password_file), "", 0, 0, "a file"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* --- reading --------------------------------------------------------------------------------- */

struct section {
    char kind[16], name[256];
    int line;
    void *object;
    const struct key *keys;
    size_t count;
    uint64_t seen; /* bit per key */
};

struct reader {
    FILE *stream;
    int line;
    const char *file;
    struct arena *a;
    struct config *c;
    struct section sections[MAX_SECTIONS];
    size_t section_count;
    struct err *e;
    rc_t rc;
};

static rc_t fail(struct reader *r, int line, const char *key, const char *expected, str_t got)
{
    if (r->rc != RC_OK) return r->rc;
    r->rc = err_set(r->e, RC_INVALID, "%s:%d: %s%sexpected %s%s%.*s%s", r->file, line, key,
                    key[0] ? ": " : "", expected, str_is_null(got) ? "" : ", got \"", STR_ARG(got),
                    str_is_null(got) ? "" : "\"");
    return r->rc;
}

static bool is_name(str_t s)
{
    if (s.n == 0 || s.n > 32) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!islower((unsigned char) s.p[i]) && !isdigit((unsigned char) s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

static bool parse_proxies(struct reader *r, str_t text)
{
    r->c->trusted_proxies = ARENA_ARRAY(r->a, MAX_PROXIES, str_t);
    if (!r->c->trusted_proxies) return false;
    r->c->trusted_proxy_count = 0;
    while (text.n) {
        str_t one;
        str_cut(text, ' ', &one, &text);
        if (one.n == 0) continue;
        if (r->c->trusted_proxy_count == MAX_PROXIES) return false;
        r->c->trusted_proxies[r->c->trusted_proxy_count++] = one;
    }
    return true;
}

static bool parse_places(struct reader *r, str_t text)
{
    r->c->fetch_allow = ARENA_ARRAY(r->a, MAX_PLACES, struct config_place);
    if (!r->c->fetch_allow) return false;
    r->c->fetch_allow_count = 0;
    while (text.n) {
        str_t one;
        str_cut(text, ' ', &one, &text);
        if (one.n == 0) continue;
        if (r->c->fetch_allow_count == MAX_PLACES ||
            !config_read_place(r->a, one, &r->c->fetch_allow[r->c->fetch_allow_count]))
            return false;
        r->c->fetch_allow_count++;
    }
    return true;
}

static bool is_level(str_t s)
{
    return str_eq(s, STR("debug")) || str_eq(s, STR("info")) || str_eq(s, STR("warn")) ||
           str_eq(s, STR("error"));
}

static bool set_number(const struct key *k, str_t value, uint32_t *out)
{
    uint32_t n;
    if (!str_to_u32(value, &n) || n < k->least || n > k->most) return false;
    *out = n;
    return true;
}

/* value lives in the arena. False: not what the key expects. */
static bool assign(struct reader *r, void *object, const struct key *k, str_t value)
{
    char *at = (char *) object + k->offset;
    switch (k->kind) {
    case KIND_NAME:
        if (!is_name(value)) return false;
        break;
    case KIND_LEVEL:
        if (!is_level(value)) return false;
        break;
    case KIND_ADDRESS:
        if (!config_is_address(value)) return false;
        break;
    case KIND_TEXT:
        if (value.n == 0 || !str_is_clean(value)) return false;
        break;
    case KIND_NUMBER:
        return set_number(k, value, (uint32_t *) (void *) at);
    case KIND_FLAG:
        *(bool *) at = str_eq(value, STR("on"));
        return str_eq(value, STR("on")) || str_eq(value, STR("off"));
    case KIND_FAIL:
        *(bool *) at = str_eq(value, STR("hard"));
        return str_eq(value, STR("hard")) || str_eq(value, STR("soft"));
    case KIND_PROXIES:
        return parse_proxies(r, value);
    case KIND_PLACES:
        return parse_places(r, value);
    case KIND_LISTEN:
        return config_read_listen(r->a, value, (struct config_hop *) (void *) at);
    case KIND_HOP:
        return config_read_hop(r->a, value, (struct config_hop *) (void *) at);
    case KIND_ENDPOINT:
        return !str_starts(value, STR("ldap")) &&
               config_read_endpoint(value, (struct config_endpoint *) (void *) at);
    case KIND_LDAP:
        return str_starts(value, STR("ldap")) &&
               config_read_endpoint(value, (struct config_endpoint *) (void *) at);
    }
    *(str_t *) (void *) at = value;
    return true;
}

/* Sections that are there once, and without a name. */
static const struct {
    const char *kind;
    const struct key *keys;
    size_t count;
} ONCE[] = {{"server", SERVER_KEYS, COUNT(SERVER_KEYS)},
            {"fetch", FETCH_KEYS, COUNT(FETCH_KEYS)},
            {"keyd", KEYD_KEYS, COUNT(KEYD_KEYS)},
            {"admin", ADMIN_KEYS, COUNT(ADMIN_KEYS)},
            {"gate", GATE_KEYS, COUNT(GATE_KEYS)}};

static void *new_object(struct reader *r, struct section *s)
{
    for (size_t i = 0; i < COUNT(ONCE); i++) {
        if (strcmp(s->kind, ONCE[i].kind) != 0) continue;
        s->keys = ONCE[i].keys;
        s->count = ONCE[i].count;
        return s->name[0] ? NULL : r->c;
    }
    if (strcmp(s->kind, "domain") == 0 && s->name[0]) {
        struct config_domain *d = &r->c->domains[r->c->domain_count++];
        s->keys = DOMAIN_KEYS;
        s->count = COUNT(DOMAIN_KEYS);
        d->name = arena_str(r->a, str_c(s->name));
        return d;
    }
    if (strcmp(s->kind, "plan") == 0 && is_name(str_c(s->name))) {
        struct config_plan *p = &r->c->plans[r->c->plan_count++];
        s->keys = PLAN_KEYS;
        s->count = COUNT(PLAN_KEYS);
        p->name = arena_str(r->a, str_c(s->name));
        return p;
    }
    if (strcmp(s->kind, "directory") == 0 && is_name(str_c(s->name))) {
        struct config_directory *d = &r->c->directories[r->c->directory_count++];
        s->keys = DIRECTORY_KEYS;
        s->count = COUNT(DIRECTORY_KEYS);
        d->name = arena_str(r->a, str_c(s->name));
        return d;
    }
    return NULL;
}

static struct section *find_section(struct reader *r, const char *title)
{
    struct section s = {.line = r->line};
    str_t kind, name;
    str_cut(str_c(title), ' ', &kind, &name);
    name = str_trim(name);
    snprintf(s.kind, sizeof s.kind, "%.*s", STR_ARG(kind));
    snprintf(s.name, sizeof s.name, "%.*s", STR_ARG(name));
    for (char *p = s.name; *p; p++)
        *p = (char) tolower((unsigned char) *p);
    for (size_t i = 0; i < r->section_count; i++)
        if (!strcmp(r->sections[i].kind, s.kind) && !strcmp(r->sections[i].name, s.name))
            return &r->sections[i];
    if (r->section_count == MAX_SECTIONS) return NULL;
    s.object = new_object(r, &s);
    if (!s.object) return NULL;
    r->sections[r->section_count] = s;
    return &r->sections[r->section_count++];
}

/* inih's handler: 1 goes on, 0 notes an error. r->rc holds the first real one. */
static int on_pair(void *user, const char *title, const char *name, const char *value)
{
    struct reader *r = user;
    if (r->rc != RC_OK) return 0;
    struct section *s = find_section(r, title);
    if (!s) {
        fail(r, r->line, "",
             "a key inside [server], [fetch], [keyd], [admin], [gate], [domain NAME], [plan NAME] "
             "or [directory NAME]",
             str_c(title));
        return 0;
    }
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->keys[i].name, name) != 0) continue;
        str_t v = arena_str(r->a, str_trim(str_c(value)));
        if (s->seen & (1ull << i)) {
            fail(r, r->line, name, "to be given once", STR_NULL);
            return 0;
        }
        s->seen |= 1ull << i;
        if (str_is_null(v) || !assign(r, s->object, &s->keys[i], v)) {
            fail(r, r->line, name, s->keys[i].expected, v);
            return 0;
        }
        return 1;
    }
    fail(r, r->line, name, "a known key", str_c(name));
    return 0;
}

/* inih does not tell its handler the line: count them as they are handed out. */
static char *next_line(char *line, int n, void *user)
{
    struct reader *r = user;
    char *got = fgets(line, n, r->stream);
    if (!got) return NULL;
    r->line++;
    size_t length = strlen(got);
    if (length && got[length - 1] != '\n' && !feof(r->stream)) {
        fail(r, r->line, "", "a line of at most 200 bytes", STR_NULL);
        return NULL;
    }
    return got;
}

static rc_t fill_defaults(struct reader *r)
{
    for (size_t i = 0; i < r->section_count; i++) {
        struct section *s = &r->sections[i];
        for (size_t k = 0; k < s->count; k++) {
            const struct key *key = &s->keys[k];
            if (s->seen & (1ull << k)) continue;
            if (!key->fallback) return fail(r, s->line, key->name, key->expected, STR_NULL);
            if (key->fallback[0] && !assign(r, s->object, key, str_c(key->fallback)))
                return fail(r, s->line, key->name, key->expected, str_c(key->fallback));
        }
    }
    return RC_OK;
}

#define ANY "\1" /* stands for what an address may have there */

static size_t count_at(str_t s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '@';
    return n;
}

/* Can both be the same when each ANY becomes some text without '@'? Rather yes than no. */
static bool can_coincide(str_t x, str_t y)
{
    ptrdiff_t x1 = str_chr(x, *ANY), y1 = str_chr(y, *ANY);
    if (x1 < 0 && y1 < 0) return str_ieq(x, y);
    if (count_at(x) != count_at(y)) return false;
    size_t head_x = x1 < 0 ? x.n : (size_t) x1, head_y = y1 < 0 ? y.n : (size_t) y1;
    size_t tail_x = x1 < 0 ? x.n : x.n - 1 - (size_t) str_rchr(x, *ANY);
    size_t tail_y = y1 < 0 ? y.n : y.n - 1 - (size_t) str_rchr(y, *ANY);
    size_t head = head_x < head_y ? head_x : head_y, tail = tail_x < tail_y ? tail_x : tail_y;
    return str_ieq(str_sub(x, 0, head), str_sub(y, 0, head)) &&
           str_ieq(str_sub(x, x.n - tail, x.n), str_sub(y, y.n - tail, y.n));
}

static str_t login_shape(struct reader *r, const struct config_domain *d, str_t domain)
{
    return config_login_name(d, arena_printf(r->a, ANY "@%.*s", STR_ARG(domain)), r->a);
}

/* Two spellings of one mail account would be two accounts here: the second factor of one could be
 * passed by the other. */
static rc_t check_logins(struct reader *r)
{
    static const char expected[] = "a login that no other domain of this IMAP server can have too";
    const struct config *c = r->c;
    for (size_t i = 0; i < c->domain_count; i++) {
        const struct config_domain *x = &c->domains[i];
        bool any = str_eq(x->name, STR("*"));
        str_t shape = login_shape(r, x, any ? STR(ANY) : x->name);
        if (any && str_eq(shape, login_shape(r, x, STR("other"))))
            return fail(r, r->line, "login", expected, x->login);
        for (size_t k = 0; k < c->domain_count; k++) {
            const struct config_domain *y = &c->domains[k];
            str_t own = login_shape(r, y, y->name);
            if (k == i || str_eq(y->name, STR("*")) || !str_ieq(x->imap.host, y->imap.host) ||
                x->imap.port != y->imap.port || (any && str_ieq(login_shape(r, x, y->name), own)))
                continue;
            if (can_coincide(shape, own)) return fail(r, r->line, "login", expected, x->login);
        }
    }
    return RC_OK;
}

/* As a browser compares origins: letter case and the scheme's own port do not count. */
static str_t plain_origin(str_t origin)
{
    str_t own = str_ieq(str_sub(origin, 0, 8), STR("https://")) ? STR(":443") : STR(":80");
    if (str_ends(origin, STR("/"))) origin = str_sub(origin, 0, origin.n - 1);
    return str_ends(origin, own) ? str_sub(origin, 0, origin.n - own.n) : origin;
}

/* What mail brings into the client's pages must never be able to act as an administrator. */
static rc_t check_admin(struct reader *r)
{
    const struct config *c = r->c;
    if (str_is_null(c->admin_listen)) return RC_OK;
    if (str_ieq(plain_origin(c->admin_public_origin), plain_origin(c->public_origin)))
        return fail(r, r->line, "public_origin", "another origin in [admin] than in [server]",
                    c->admin_public_origin);
    if (str_eq(c->admin_key_file, c->host_key_file))
        return fail(r, r->line, "key_file", "another file than the host_key_file",
                    c->admin_key_file);
    if (str_eq(c->admin_listen, c->listen))
        return fail(r, r->line, "listen", "another socket in [admin] than in [server]",
                    c->admin_listen);
    return RC_OK;
}

static bool is_hop(const struct config_hop *h)
{
    return !str_is_null(h->path) || !str_is_null(h->host);
}

static rc_t check_gate(struct reader *r)
{
    const struct config *c = r->c;
    if (!config_has_gate(c)) return RC_OK;
    if (!is_hop(&c->gate_submission) && !is_hop(&c->gate_mailbox))
        return fail(r, r->line, "submission", "this or mailbox in [gate]", STR_NULL);
    if (is_hop(&c->gate_mailbox) && !is_hop(&c->gate_mailboxes))
        return fail(r, r->line, "mailboxes", "where mail goes that mailbox takes", STR_NULL);
    if (str_is_null(c->keyd_gate_socket))
        return fail(r, r->line, "", "a section [keyd] when there is a section [gate]", STR_NULL);
    return RC_OK;
}

static rc_t check_whole(struct reader *r)
{
    struct config *c = r->c;
    bool server = false;
    for (size_t i = 0; i < r->section_count; i++)
        server |= strcmp(r->sections[i].kind, "server") == 0;
    if (!server) return fail(r, r->line, "", "a section [server]", STR_NULL);
    if (c->revocation_hard && str_is_null(c->fetch_socket))
        return fail(r, r->line, "revocation", "a section [fetch] when it is hard", STR("hard"));
    if (c->directory_count > 0 && str_is_null(c->fetch_socket))
        return fail(r, r->line, "", "a section [fetch] when there is a [directory NAME]", STR_NULL);
    if (c->domain_count == 0) return fail(r, r->line, "", "a section [domain NAME]", STR_NULL);
    for (size_t i = 0; i < c->domain_count; i++) {
        bool known = false;
        for (size_t k = 0; k < c->plan_count; k++)
            known |= str_eq(c->plans[k].name, c->domains[i].plan);
        if (!known)
            return fail(r, r->line, "plan", "a plan that has a section [plan NAME]",
                        c->domains[i].plan);
    }
    TRY(check_admin(r));
    TRY(check_gate(r));
    return check_logins(r);
}

/* Where lists of revoked certificates are, unless said: TLS must not be needed to check TLS. */
static rc_t fill_crl_origin(struct reader *r)
{
    str_t origin = plain_origin(r->c->public_origin), host = str_sub(origin, 8, origin.n);
    if (!str_is_null(r->c->crl_origin))
        origin = r->c->crl_origin;
    else if (str_istarts(origin, STR("https://")) && str_chr(host, ':') < 0)
        origin = arena_printf(r->a, "http://%.*s", STR_ARG(host));
    r->c->crl_origin = plain_origin(origin);
    return r->c->crl_origin.p ? RC_OK : err_set(r->e, RC_NO_MEMORY, NULL);
}

static rc_t read_all(struct reader *r)
{
    int bad = ini_parse_stream(next_line, r, on_pair, r);
    if (r->rc != RC_OK) return r->rc;
    if (bad > 0) return fail(r, bad, "", "[section] or key = value", STR_NULL);
    if (bad < 0) return err_set(r->e, RC_INTERNAL, "%s: could not be read", r->file);
    TRY(fill_defaults(r));
    TRY(check_whole(r));
    return fill_crl_origin(r);
}

rc_t config_load(const char *file, struct arena *a, struct config **out, struct err *e)
{
    struct reader *r = ARENA_NEW(a, struct reader);
    struct config *c = ARENA_NEW(a, struct config);
    if (!r || !c) return err_set(e, RC_NO_MEMORY, NULL);
    *r = (struct reader){.file = file, .a = a, .c = c, .e = e};
    c->file = arena_str(a, str_c(file));
    c->domains = ARENA_ARRAY(a, MAX_SECTIONS, struct config_domain);
    c->plans = ARENA_ARRAY(a, MAX_SECTIONS, struct config_plan);
    c->directories = ARENA_ARRAY(a, MAX_SECTIONS, struct config_directory);
    if (!c->domains || !c->plans || !c->directories) return err_set(e, RC_NO_MEMORY, NULL);
    r->stream = fopen(file, "re");
    if (!r->stream) return err_set(e, RC_NOT_FOUND, "%s: %s", file, strerror(errno));
    rc_t rc = read_all(r);
    fclose(r->stream);
    if (rc == RC_OK) *out = c;
    return rc;
}
