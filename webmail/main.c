/* waxseald: the FastCGI server of the web client, or (--role=admin) of the administration.
 *
 *     waxseald [--role=admin] --config FILE   run (foreground; the service manager's business to
 * detach) waxseald … --check                read configuration, templates and files, then exit
 *     waxseald --print-admin-api | --print-openapi    docs/ADMIN-API.md, docs/openapi.json
 *     waxseald --print-api              docs/API.md on standard output
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/listen.h"
#include "base/log.h"
#include "base/master.h"
#include "base/secret_file.h"
#include "fcgi/address.h"
#include "policy/roots.h"
#include "policy/rulebook.h"
#include "webmail/admin/openapi.h"
#include "webmail/admin/routes.h"
#include "webmail/contacts/names.h"
#include "webmail/dispatch.h"
#include "webmail/pages.h"
#include "webmail/push/events.h"
#include "webmail/routes.h"
#include "webmail/session/devices.h"
#include "webmail/shared.h"
#include "webmail/view/ahead.h"
#include "webmail/view/images.h"
#include "webmail/view/list_cache.h"

#define LIST_CACHE_BYTES (8u << 20)
#define LIST_CACHE_PAGES 512u
#define SNIPPET_BYTES (2u << 20)
#define SNIPPET_COUNT 8192u
#define ACCOUNT_BYTES (256u << 10)
#define ACCOUNT_COUNT 2048u
#define STACK_BYTES (2u << 20)
#define MMAP_BYTES (2 << 20) /* from this size on storage is mapped by itself */
#define IO_TIMEOUT_MS 60000
#define LISTEN_BACKLOG 1024
#define STOP_MS 5000 /* to finish in, more than a request may take */
#define ARENA_FIXED (32u << 20)
#define CONFIG_ARENA_BYTES (8u << 20)

/* What the configuration leads to; replaced as a whole by a reload. */
struct setting {
    struct arena *arena;
    const struct config *config;
    struct trust *trust;
    struct static_files *files;
    struct template_set *templates;
    unsigned char host_key[SEAL_KEY_BYTES];
    str_t kv_password;
};

struct master {
    const struct site *site;
    const char *config_file;
    struct setting *setting;
    struct shared *shared;
    int listen_fd;
};

/* --- reading
 * -------------------------------------------------------------------------------------- */

static rc_t read_keys(struct setting *s, struct err *e)
{
    str_t key, password;
    TRY(secret_file_read(s->arena, s->config->host_key_file, SEAL_KEY_BYTES, &key, e));
    if (key.n != SEAL_KEY_BYTES)
        return err_set(e, RC_INVALID, "%.*s: must hold exactly %d bytes",
                       STR_ARG(s->config->host_key_file), SEAL_KEY_BYTES);
    memcpy(s->host_key, key.p, SEAL_KEY_BYTES);
    if (str_is_null(s->config->redis_password_file)) return RC_OK;
    TRY(secret_file_read(s->arena, s->config->redis_password_file, 512, &password, e));
    s->kv_password = str_trim(password);
    return RC_OK;
}

static rc_t check_proxies(const struct config *c, struct err *e)
{
    for (size_t i = 0; i < c->trusted_proxy_count; i++)
        if (!cidr_check(c->trusted_proxies[i]))
            return err_set(e, RC_INVALID, "%.*s: trusted_proxies: \"%.*s\" is no network",
                           STR_ARG(c->file), STR_ARG(c->trusted_proxies[i]));
    return RC_OK;
}

static void setting_free(struct setting *s)
{
    if (!s) return;
    template_free(s->templates);
    static_free(s->files);
    trust_free(s->trust);
    arena_free(s->arena);
    wipe(s->host_key, sizeof s->host_key);
    free(s);
}

static rc_t read_config(struct setting *s, const struct site *site, const char *file, struct err *e)
{
    struct config *whole;
    TRY(config_load(file, s->arena, &whole, e));
    s->config = whole;
    return site->mail ? RC_OK : config_for_admin(whole, s->arena, &s->config, e);
}

static rc_t fill(struct setting *s, const struct site *site, const char *file, struct err *e)
{
    TRY(read_config(s, site, file, e));
    TRY(check_proxies(s->config, e));
    TRY(read_keys(s, e));
    const struct trust_place places[] = {{s->config->trust_dir, TRUSTED_BY_ORGANISATION},
                                         {s->config->mail_roots, TRUSTED_BY_MAIL_ROOTS}};
    TRY(trust_load_places(places, 2, &s->trust, e));
    TRY(static_load(s->config->static_dir, &s->files, e));
    TRY(template_load(s->config->template_dir, s->files, &s->templates, e));
    return pages_check(s->templates, site->mail, e);
}

static rc_t setting_load(const struct site *site, const char *file, struct setting **out,
                         struct err *e)
{
    struct setting *s = calloc(1, sizeof *s);
    if (s) s->arena = arena_new_secret(CONFIG_ARENA_BYTES);
    if (!s || !s->arena) {
        free(s);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    rc_t rc = fill(s, site, file, e);
    if (rc == RC_OK)
        *out = s;
    else
        setting_free(s);
    return rc;
}

/* --- the worker process
 * ------------------------------------------------------------------------------ */

/* http_serve waits for them: no thread that is made before it may be the one that gets them. */
static void leave_signals_to_server(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* What both kinds of process have. */
static rc_t open_app(struct master *m, struct app *app, struct err *e)
{
    const struct setting *s = m->setting;
    *app = (struct app){.site = m->site,
                        .config = s->config,
                        .trust = s->trust,
                        .templates = s->templates,
                        .files = s->files,
                        .shared = m->shared,
                        .kv_password = s->kv_password};
    memcpy(app->host_key, s->host_key, sizeof app->host_key);
    if (!m->site->mail)
        app->prefix = arena_printf(s->arena, "%.*s:a", STR_ARG(s->config->instance));
    const struct imap_pool_options pool = {.per_session = s->config->imap_connections_per_session,
                                           .idle_seconds = (int) s->config->imap_idle_seconds,
                                           .total = 1024};
    TRY(imap_pool_new(&pool, &app->imap, e));
    TRY(plan_store_new(s->config, &app->plans, e));
    TRY(roots_new(s->config, s->trust, &app->roots, e));
    TRY(rulebook_new(s->config, &app->rules, e));
    rulebook_set_roots(app->rules, app->roots);
    return list_cache_new(ACCOUNT_BYTES, ACCOUNT_COUNT, &app->accounts, e);
}

/* What it takes to read and write mail, and only that. */
static rc_t open_mail(struct app *app, struct err *e)
{
    TRY(list_cache_new(LIST_CACHE_BYTES, LIST_CACHE_PAGES, &app->lists, e));
    TRY(list_cache_new(SNIPPET_BYTES, SNIPPET_COUNT, &app->snippets, e));
    TRY(ahead_desk_new(app->imap, &app->ahead, e));
    TRY(image_desk_new(app->config->threads, &app->images, e));
    TRY(names_new(&app->names, e));
    return events_new(app, &app->events, e);
}

/* False: the pool is still used by a thread that waits for a mail server. */
static bool close_mail(struct app *app)
{
    events_free(app->events);
    list_cache_free(app->lists);
    list_cache_free(app->snippets);
    image_desk_free(app->images);
    names_free(app->names);
    return ahead_desk_free(app->ahead);
}

static rc_t serve(struct master *m, struct err *e)
{
    const struct setting *s = m->setting;
    const bool mail = m->site->mail;
    struct app app;
    leave_signals_to_server();
    TRY(open_app(m, &app, e));
    if (mail) TRY(open_mail(&app, e));
    const struct http_server_options server = {
        .threads = s->config->threads,
        .stack_bytes = STACK_BYTES,
        .trusted_proxies = s->config->trusted_proxies,
        .trusted_proxy_count = s->config->trusted_proxy_count,
        .io_timeout_ms = IO_TIMEOUT_MS,
        .stop_timeout_ms = (int) s->config->request_timeout_ms + STOP_MS,
        .handle = dispatch,
        .thread_start = dispatch_thread_start,
        .thread_stop = dispatch_thread_stop,
        .app = &app,
        .request_arena_bytes = ARENA_FIXED + (size_t) s->config->message_max_bytes * 4};
    struct session_watch *watch = NULL;
    if (mail) TRY(session_watch_start(&app, &watch, e));
    shared_watch_crashes();
    rc_t rc = http_serve(&server, m->listen_fd, e);
    if (mail) session_watch_stop(watch);
    /* A mail server that still works for us keeps its connection until this process is gone. */
    bool idle = !mail || close_mail(&app);
    list_cache_free(app.accounts);
    plan_store_free(app.plans);
    rulebook_free(app.rules);
    roots_free(app.roots);
    if (idle) imap_pool_free(app.imap);
    wipe(app.host_key, sizeof app.host_key);
    return rc;
}

static int worker(void *arg, unsigned slot)
{
    struct master *m = arg;
    struct err e = {0};
    (void) slot;
    if (serve(m, &e) == RC_OK) return 0;
    log_err(LOG_ERROR, "worker_failed", &e);
    return 1;
}

static void reaped(void *arg, pid_t pid, int status)
{
    struct master *m = arg;
    shared_reap(m->shared, pid, WIFSIGNALED(status));
}

static rc_t reload(void *arg, struct err *e)
{
    struct master *m = arg;
    struct setting *fresh;
    TRY(setting_load(m->site, m->config_file, &fresh, e));
    if (!str_eq(fresh->config->listen, m->setting->config->listen)) {
        setting_free(fresh);
        return err_set(e, RC_INVALID, "listen cannot change without a restart.");
    }
    setting_free(m->setting); /* the running workers have their own copy since fork */
    m->setting = fresh;
    log_event(LOG_INFO, "reloaded", NULL);
    return RC_OK;
}

/* --- start
 * ------------------------------------------------------------------------------------------------
 */

static void *wiping_alloc(size_t n)
{
    return malloc(n);
}

static void wiping_free(void *p)
{
    if (p) wipe(p, malloc_usable_size(p));
    free(p);
}

static int fail(const struct err *e)
{
    fprintf(stderr, "waxseald: %s", e->message);
    if (e->detail[0]) fprintf(stderr, " (%s)", e->detail);
    fputc('\n', stderr);
    return 1;
}

static const struct site *site_named(const char *name)
{
    if (strcmp(name, SITE_MAIL.name) == 0) return &SITE_MAIL;
    return strcmp(name, SITE_ADMIN.name) == 0 ? &SITE_ADMIN : NULL;
}

static int print_text(bool (*document)(struct buf *out))
{
    CLEANUP_BUF struct buf text = BUF_INIT(1u << 20);
    if (!document(&text)) return 1;
    return fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0 ? 0 : 1;
}

static int print_openapi(void)
{
    CLEANUP_JSON json_t *v = NULL;
    struct err e = {0};
    if (openapi_describe(&v, &e) != RC_OK) return fail(&e);
    return json_dumpf(v, stdout, JSON_INDENT(1)) == 0 && puts("") >= 0 ? 0 : 1;
}

/* Each event stream takes one, and each mailbox that is watched. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(const struct site *site, const char *config_file, bool only_check)
{
    struct err e = {0};
    struct master m = {.site = site, .config_file = config_file, .listen_fd = -1};
    /* Passwords and content keys pass through JSON values. */
    json_set_alloc_funcs(wiping_alloc, wiping_free);
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    allow_descriptors();
    if (routes_check(&e) != RC_OK || admin_routes_check(&e) != RC_OK ||
        setting_load(site, config_file, &m.setting, &e) != RC_OK)
        return fail(&e);
    if (only_check) {
        printf("%s: ok\n", config_file);
        setting_free(m.setting);
        return 0;
    }
    log_init(STDERR_FILENO, log_level_of(m.setting->config->log_level),
             site->mail ? "waxseald" : "waxseal-admin");
    if (shared_new(&m.shared, &e) != RC_OK ||
        listen_unix(m.setting->config->listen, LISTEN_BACKLOG, false, &m.listen_fd, &e) != RC_OK)
        return fail(&e);
    const struct master_options options = {
        .processes = m.setting->config->processes,
        .stop_timeout_ms = (int) m.setting->config->request_timeout_ms + STOP_MS + 1000,
        .worker = worker,
        .reaped = reaped,
        .reload = reload,
        .app = &m};
    rc_t rc = master_run(&options, &e);
    const char *path = arena_cstr(m.setting->arena, m.setting->config->listen);
    if (path) unlink(path);
    setting_free(m.setting);
    return rc == RC_OK ? 0 : fail(&e);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},    {"role", required_argument, NULL, 'r'},
        {"check", no_argument, NULL, 'k'},           {"print-api", no_argument, NULL, 'a'},
        {"print-admin-api", no_argument, NULL, 'A'}, {"print-openapi", no_argument, NULL, 'o'},
        {"version", no_argument, NULL, 'v'},         {NULL, 0, NULL, 0}};
    const char *config = NULL;
    const struct site *site = &SITE_MAIL;
    bool check = false;
    json_wipe_freed();
    /* Left to itself, malloc keeps freed storage of up to 32 MB with the thread once it has seen
     * such a size: a large message goes back to the system at once instead. */
    mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
    mallopt(M_TRIM_THRESHOLD, 2 * MMAP_BYTES);
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (o) {
        case 'c':
            config = optarg;
            break;
        case 'k':
            check = true;
            break;
        case 'r':
            site = site_named(optarg);
            break;
        case 'a':
            return print_text(routes_document);
        case 'A':
            return print_text(openapi_document);
        case 'o':
            return print_openapi();
        case 'v':
            puts("waxseald " WAXSEAL_VERSION);
            return 0;
        default:
            config = NULL;
            optind = argc + 1;
        }
        if (optind > argc) break;
    }
    if (!config || !site || optind != argc) {
        fputs("usage: waxseald [--role=mail|admin] --config FILE [--check] | --print-api | "
              "--print-admin-api | --print-openapi | "
              "--version\n",
              stderr);
        return 2;
    }
    return run(site, config, check);
}
