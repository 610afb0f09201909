#include "webmail/contacts/registered.h"

#include "base/log.h"
#include "policy/certificate.h"

enum { ADDRESS_MAX = 254 };

/* What one question told: about these addresses nobody is asked again in this request. */
struct registered_batch {
    struct registered_batch *next;
    const str_t *addresses; /* lower case */
    size_t n;
    struct certificate_known *known;
    size_t count;
};

static bool is_asked(const struct call *c, str_t address)
{
    for (const struct registered_batch *b = c->registered; b; b = b->next)
        for (size_t i = 0; i < b->n; i++)
            if (str_eq(b->addresses[i], address)) return true;
    return false;
}

/* What is no address is in no registry. */
static bool can_be_there(str_t address)
{
    return address.n && address.n <= ADDRESS_MAX && str_is_clean(address) && str_is_utf8(address) &&
           str_rchr(address, '@') > 0 && str_chr(address, ' ') < 0;
}

static rc_t ask(struct call *c, struct registered_batch *b, struct err *e)
{
    const struct registry r = {c->kv, c->app->config};
    rc_t rc = certificate_known(&r, c->organisation, b->addresses, b->n, c->arena, &b->known,
                                &b->count, e);
    if (rc != RC_DAMAGED) return rc;
    log_err(LOG_ERROR, "registered_certificates_damaged", e); /* mail must stay readable */
    b->count = 0;
    return RC_OK;
}

rc_t registered_ahead(struct call *c, const str_t *addresses, size_t n, struct err *e)
{
    if (!c->organisation.n || !c->features.smime) return RC_OK;
    struct registered_batch *b = ARENA_ARRAY(c->arena, 1, struct registered_batch);
    str_t *list = ARENA_ARRAY(c->arena, n + 1, str_t);
    if (!b || !list) return err_set(e, RC_NO_MEMORY, NULL);
    *b = (struct registered_batch){.next = c->registered, .addresses = list};
    for (size_t i = 0; i < n; i++) {
        if (!can_be_there(addresses[i])) continue;
        str_t lower = arena_lower(c->arena, addresses[i]);
        if (!lower.p) return err_set(e, RC_NO_MEMORY, NULL);
        if (!is_asked(c, lower)) list[b->n++] = lower;
    }
    if (b->n == 0) return RC_OK;
    TRY(ask(c, b, e));
    c->registered = b;
    return RC_OK;
}

rc_t registered_of(struct call *c, str_t address, registered_use *use, void *arg, struct err *e)
{
    TRY(registered_ahead(c, &address, 1, e));
    if (!c->registered || !can_be_there(address)) return RC_OK;
    str_t lower = arena_lower(c->arena, address);
    if (!lower.p) return err_set(e, RC_NO_MEMORY, NULL);
    for (const struct registered_batch *b = c->registered; b; b = b->next)
        for (size_t i = 0; i < b->count; i++)
            if (str_eq(b->known[i].address, lower)) use(&b->known[i], arg);
    return RC_OK;
}

/* --- signatures ------------------------------------------------------------------------------- */

static void keep_signer(const struct certificate_known *k, void *arg)
{
    struct registered_signers *s = arg;
    if (!k->can_sign || k->revoked || s->count == CERTIFICATES_PER_ADDRESS) return;
    if (cert_parse(k->der, &s->certs[s->count], NULL) == RC_OK) s->count++;
}

rc_t registered_signers(struct call *c, str_t address, struct registered_signers *out,
                        struct err *e)
{
    struct registered_signers found = {.count = 0};
    *out = found;
    if (!c->organisation.n || !c->features.smime) return RC_OK;
    found.certs =
        (struct cert **) arena_array(c->arena, CERTIFICATES_PER_ADDRESS, sizeof(struct cert *));
    if (!found.certs) return err_set(e, RC_NO_MEMORY, NULL);
    rc_t rc = registered_of(c, address, keep_signer, &found, e);
    *out = found;
    return rc;
}

void registered_signers_free(struct registered_signers *s)
{
    for (size_t i = 0; i < s->count; i++)
        cert_unref(s->certs[i]);
    *s = (struct registered_signers){0};
}
