/* What is asked of a configuration once it was read. */
#include "base/buf.h"
#include "base/config.h"

rc_t config_for_admin(const struct config *c, struct arena *a, const struct config **out,
                      struct err *e)
{
    if (str_is_null(c->admin_listen))
        return err_set(e, RC_INVALID, "%.*s: expected a section [admin]", STR_ARG(c->file));
    struct config *own = ARENA_NEW(a, struct config);
    if (!own) return err_set(e, RC_NO_MEMORY, NULL);
    *own = *c;
    own->listen = c->admin_listen;
    own->public_origin = c->admin_public_origin;
    own->redis_user = c->admin_redis_user;
    own->redis_password_file = c->admin_redis_password_file;
    own->host_key_file = c->admin_key_file;
    own->processes = c->admin_processes;
    own->threads = c->admin_threads;
    own->session_idle_minutes = c->admin_idle_minutes;
    own->session_max_hours = c->admin_max_hours;
    *out = own;
    return RC_OK;
}

rc_t config_for_gate(const struct config *c, struct arena *a, const struct config **out,
                     struct err *e)
{
    if (!config_has_gate(c))
        return err_set(e, RC_INVALID, "%.*s: expected a section [gate]", STR_ARG(c->file));
    struct config *own = ARENA_NEW(a, struct config);
    if (!own) return err_set(e, RC_NO_MEMORY, NULL);
    *own = *c;
    own->redis_user = c->gate_redis_user;
    own->redis_password_file = c->gate_redis_password_file;
    own->processes = c->gate_processes;
    own->threads = c->gate_threads;
    *out = own;
    return RC_OK;
}

bool config_has_gate(const struct config *c)
{
    return !str_is_null(c->gate_name);
}

const struct config_domain *config_domain_of(const struct config *c, str_t address)
{
    const struct config_domain *other = NULL;
    ptrdiff_t at = str_rchr(address, '@');
    str_t domain = at < 0 ? STR("") : str_sub(address, (size_t) at + 1, address.n);
    for (size_t i = 0; i < c->domain_count; i++) {
        if (str_ieq(c->domains[i].name, domain)) return &c->domains[i];
        if (str_eq(c->domains[i].name, STR("*"))) other = &c->domains[i];
    }
    return other;
}

static bool is_listed(str_t list, str_t domain)
{
    while (list.n > 0) {
        str_t one;
        str_cut(list, ' ', &one, &list);
        if (str_ieq(one, domain)) return true;
    }
    return false;
}

const struct config_directory *config_directory_of(const struct config *c, str_t address)
{
    const struct config_directory *other = NULL;
    ptrdiff_t at = str_rchr(address, '@');
    if (at < 0) return NULL;
    for (size_t i = 0; i < c->directory_count; i++) {
        const struct config_directory *d = &c->directories[i];
        if (is_listed(d->domains, str_sub(address, (size_t) at + 1, address.n))) return d;
        if (!other && str_eq(d->domains, STR("*"))) other = d;
    }
    return other;
}

const struct config_directory *config_directory_named(const struct config *c, str_t name)
{
    for (size_t i = 0; i < c->directory_count; i++)
        if (str_eq(c->directories[i].name, name)) return &c->directories[i];
    return NULL;
}

str_t config_login_name(const struct config_domain *d, str_t address, struct arena *a)
{
    struct buf b = BUF_INIT(1024);
    ptrdiff_t at = str_rchr(address, '@');
    str_t local = at < 0 ? address : str_sub(address, 0, (size_t) at);
    str_t domain = at < 0 ? STR("") : str_sub(address, (size_t) at + 1, address.n);
    for (size_t i = 0; i < d->login.n; i++) {
        char next = d->login.p[i] == '%' && i + 1 < d->login.n ? d->login.p[++i] : '\0';
        if (next == 'u')
            buf_str(&b, address);
        else if (next == 'n')
            buf_str(&b, local);
        else if (next == 'd')
            buf_str(&b, domain);
        else
            buf_char(&b, d->login.p[i]);
    }
    str_t name = b.failed ? STR_NULL : arena_str(a, buf_view(&b));
    buf_free(&b);
    return name;
}
