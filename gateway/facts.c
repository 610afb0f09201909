#include "gateway/facts.h"

#include <stdlib.h>

#include "base/log.h"
#include "mail/auth_results.h"
#include "mail/message_worth.h"
#include "policy/alias.h"
#include "policy/caseless.h"
#include "policy/certificate.h"
#include "policy/plan.h"

enum { HEAD_MAX = 1 << 20, CERTS_MAX = 1000 };

/* --- the header --------------------------------------------------------------------------------
 */

static rc_t read_header(const struct gate_work *w, str_t raw, struct entity **out, struct err *e)
{
    str_t head = str_sub(raw, 0, HEAD_MAX);
    ptrdiff_t end = str_starts(raw, STR("\r\n")) ? -2 : str_find(head, STR("\r\n\r\n"));
    return entity_parse(str_sub(head, 0, end == -1 ? head.n : (size_t) end + 4), NULL, w->a, out,
                        e);
}

/* The one address of the one field of this name. False: none, or several. */
static bool one_address(const struct gate_work *w, const struct entity *header, str_t name,
                        str_t *out)
{
    struct mail_address *list = NULL;
    size_t n = 0;
    if (entity_field_count(header, name) != 1) return false;
    if (header_addresses(entity_field(header, name), w->a, &list, &n, NULL) != RC_OK || n != 1)
        return false;
    *out = list[0].address;
    return !str_is_null(*out);
}

/* Has who writes as `sender` this address, too? */
static rc_t has_address(struct gate_work *w, str_t sender, str_t address, bool *out, struct err *e)
{
    const struct registry r = gate_registry(w);
    str_t own = caseless_lower(w->a, sender), organisation = STR_NULL;
    *out = str_ieq(sender, address);
    if (*out) return RC_OK;
    TRY(registry_organisation_of(&r, w->a, ruleset_domain_of(own), &organisation, e));
    return alias_allows(w->kv, w->a, w->gate->config->instance, organisation, own, address, out, e);
}

static rc_t is_authenticated(struct gate_work *w, const struct entity *header, str_t sender,
                             bool *out, struct err *e)
{
    str_t from, other;
    bool allowed = false;
    *out = false;
    /* What is not looked at to its end may say who else wrote it. */
    if (header->raw.n >= HEAD_MAX) return RC_OK;
    if (sender.n == 0 || !one_address(w, header, STR("From"), &from)) return RC_OK;
    TRY(has_address(w, sender, from, &allowed, e));
    if (!allowed) return RC_OK;
    if (entity_field_count(header, STR("Sender")) > 0) {
        if (!one_address(w, header, STR("Sender"), &other)) return RC_OK;
        TRY(has_address(w, sender, other, &allowed, e));
    }
    *out = allowed;
    return RC_OK;
}

rc_t facts_is_authenticated(struct gate_work *w, const struct lmtp_mail *mail, bool *out,
                            struct err *e)
{
    struct entity *header = NULL;
    TRY(read_header(w, mail->data, &header, e));
    return is_authenticated(w, header, mail->from, out, e);
}

static rc_t put_headers(struct facts *f, struct err *e)
{
    const struct entity *h = f->header;
    size_t n = h->field_count;
    if (n > POLICY_HEADERS_MAX) return err_set(e, RC_TOO_LARGE, "The header has too many fields.");
    struct policy_header *list = ARENA_ARRAY(f->w->a, n + 1, struct policy_header);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        list[i].name = h->fields[i].name;
        list[i].value = header_text(h->fields[i].value, f->w->a);
        if (!list[i].value.p) return err_set(e, RC_NO_MEMORY, NULL);
    }
    f->m.headers = list;
    f->m.header_count = n;
    str_t subject = entity_field(h, STR("Subject")), type = entity_field(h, STR("Content-Type"));
    f->m.subject = subject.p ? header_text(subject, f->w->a) : STR("");
    f->m.content_type = type.p ? header_text(type, f->w->a) : STR("text/plain");
    return f->m.subject.p && f->m.content_type.p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

/* The operator's mail server's word about who sent it. */
static enum policy_auth auth_of(const struct facts *f)
{
    struct arena *a = f->w->a;
    if (!f->in->recipient_count) return AUTH_UNKNOWN;
    const struct config_domain *d = config_domain_of(f->w->gate->config, f->in->recipients[0]);
    str_t id = d ? d->authserv_id : STR_NULL;
    str_t results = auth_results_of(f->header, id, a);
    if (str_is_null(results)) return AUTH_UNKNOWN;
    if (auth_results_pass(f->header, id, ruleset_domain_of(caseless_lower(a, f->m.from)), a))
        return AUTH_PASS;
    bool dmarc = str_ifind(results, STR("dmarc=")) >= 0;
    bool failed = str_ifind(results, dmarc ? STR("dmarc=fail") : STR("spf=fail")) >= 0;
    return failed ? AUTH_FAIL : AUTH_UNKNOWN;
}

/* --- recipients --------------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str_t *) a, *(const str_t *) b);
}

/* The addresses of all fields of this name, lower case, sorted. */
static rc_t addresses_of(const struct facts *f, str_t field, str_t **out, size_t *count,
                         struct err *e)
{
    struct arena *a = f->w->a;
    size_t room = 0, n = 0;
    str_t *list = NULL;
    for (size_t i = 0; i < f->header->field_count; i++) {
        struct mail_address *one = NULL;
        size_t k = 0;
        if (!str_ieq(f->header->fields[i].name, field)) continue;
        TRY(header_addresses(f->header->fields[i].value, a, &one, &k, e));
        if (n + k > room) {
            str_t *larger = ARENA_ARRAY(a, room = 2 * (n + k), str_t);
            if (!larger) return err_set(e, RC_NO_MEMORY, NULL);
            if (n) memcpy(larger, list, n * sizeof *list);
            list = larger;
        }
        for (size_t x = 0; x < k; x++) {
            if (!one[x].address.n) continue;
            list[n] = caseless_lower(a, one[x].address);
            if (!list[n++].p) return err_set(e, RC_NO_MEMORY, NULL);
        }
    }
    if (n) qsort(list, n, sizeof *list, by_text);
    *out = list;
    *count = n;
    return RC_OK;
}

/* Whom the header does not name has a blind copy. */
static rc_t put_recipients(struct facts *f, struct err *e)
{
    static const char *const fields[] = {"To", "Cc"};
    size_t n = f->in->recipient_count, named[2];
    str_t *list[3], *names[2];
    for (int role = 0; role < 3; role++) {
        list[role] = ARENA_ARRAY(f->w->a, n + 1, str_t);
        if (!list[role]) return err_set(e, RC_NO_MEMORY, NULL);
        f->m.to[role] = list[role];
    }
    for (int role = 0; role < ROLE_BCC; role++)
        TRY(addresses_of(f, str_c(fields[role]), &names[role], &named[role], e));
    for (size_t i = 0; i < n; i++) {
        const str_t *one = &f->in->recipients[i];
        int role = 0;
        while (role < ROLE_BCC &&
               !(named[role] && bsearch(one, names[role], named[role], sizeof *one, by_text)))
            role++;
        list[role][f->m.to_count[role]++] = *one;
    }
    return RC_OK;
}

/* --- certificates ------------------------------------------------------------------------------
 */

static bool is_known(const str_t *list, size_t n, str_t s)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], s)) return true;
    return false;
}

/* Everything each organisation involved registered for sender and recipients. */
static rc_t fill_ring(struct facts *f, struct err *e)
{
    const struct registry r = gate_registry(f->w);
    size_t n = f->in->recipient_count, orgs = 0, addresses = 0;
    str_t *address = ARENA_ARRAY(f->w->a, n + 1, str_t), *org = ARENA_ARRAY(f->w->a, n + 1, str_t);
    str_t *domain = ARENA_ARRAY(f->w->a, n + 1, str_t);
    size_t domains = 0;
    if (!address || !org || !domain) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i <= n; i++) {
        str_t one = caseless_lower(f->w->a, i < n ? f->in->recipients[i] : f->m.from), id;
        str_t at = ruleset_domain_of(one);
        if (!one.p) return err_set(e, RC_NO_MEMORY, NULL);
        address[addresses++] = one;
        if (!at.n || is_known(domain, domains, at)) continue;
        domain[domains++] = at;
        TRY(registry_organisation_of(&r, f->w->a, at, &id, e));
        if (id.p && !is_known(org, orgs, id)) org[orgs++] = id;
    }
    for (size_t i = 0; i < orgs; i++)
        TRY(key_ring_add(&f->ring, org[i], address, addresses, e));
    return RC_OK;
}

/* What the organisation registered for the sender makes his signatures count. */
static rc_t put_vouched(struct facts *f, struct err *e)
{
    str_t from = caseless_lower(f->w->a, f->m.from);
    f->vouched = ARENA_ARRAY(f->w->a, f->ring.count + 1, const struct cert *);
    if (!f->vouched) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < f->ring.count; i++) {
        const struct held_cert *h = &f->ring.list[i];
        if (h->can_sign && !h->revoked && str_eq(h->address, from) &&
            str_eq(h->organisation, f->in->organisation))
            f->vouched[f->vouched_count++] = h->cert;
    }
    return RC_OK;
}

/* --- looking outside ---------------------------------------------------------------------------
 */

static rc_t fetch(void *holder, enum revocation_place kind, str_t url, str_t body,
                  uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e)
{
    const struct facts *f = holder;
    return looking_fetch(f->w->gate->config, kind, url, body, timeout_ms, a, out, e);
}

static bool own(void *holder, str_t url, struct arena *a, str_t *list)
{
    const struct facts *f = holder;
    return looking_own(f->w->gate->config, f->w->kv, url, a, list);
}

static void start_checks(struct facts *f)
{
    const struct config *c = f->w->gate->config;
    bool may = !str_is_null(c->fetch_socket);
    f->asked = (struct revocation_ops){.fetch = may ? fetch : NULL, .own = own, .holder = f};
    revocation_start(&f->asking, &f->asked, may, f->w->now);
    f->checks = revocation_checks(&f->asking);
    if (!c->fetch_issuers) f->checks.issuers = NULL;
}

/* --- opening -----------------------------------------------------------------------------------
 */

static rc_t open_view(struct facts *f, const struct key_ops *ops, struct err *e)
{
    const struct gate *g = f->w->gate;
    const struct message_options o = {.smime = true,
                                      .trust =
                                          f->roots ? roots_trust(g->roots, f->roots) : g->trust,
                                      .now = f->w->now,
                                      .strict_revocation = g->config->revocation_hard,
                                      .vouched = (struct cert *const *) f->vouched,
                                      .vouched_count = f->vouched_count,
                                      .checks = &f->checks,
                                      .ops = ops,
                                      .max_plain = g->config->message_max_bytes};
    message_close(f->view);
    f->view = NULL;
    return message_open(f->in->mail->data, &o, f->w->a, &f->view, e);
}

static enum policy_signature signature_of(const struct message_view *v)
{
    static const enum policy_signature words[] = {
        [WORTH_UNSIGNED] = SIGNATURE_NONE,     [WORTH_VALID] = SIGNATURE_VALID,
        [WORTH_CORRUPT] = SIGNATURE_CORRUPT,   [WORTH_UNTRUSTED] = SIGNATURE_UNTRUSTED,
        [WORTH_EXPIRED] = SIGNATURE_EXPIRED,   [WORTH_REVOKED] = SIGNATURE_REVOKED,
        [WORTH_MISMATCH] = SIGNATURE_MISMATCH, [WORTH_UNCHECKED] = SIGNATURE_UNTRUSTED};
    return words[message_worth(v)];
}

/* To which of the certificates that are known here is it encrypted? */
static rc_t put_certs(struct facts *f, const struct cms_envelope *env, struct err *e)
{
    str_t *list = ARENA_ARRAY(f->w->a, f->ring.count + 1, str_t);
    size_t n = 0;
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < f->ring.count; i++) {
        bool found = false;
        for (size_t k = 0; k < env->count && !found; k++)
            found = held_cert_is_recipient(&f->ring.list[i], &env->recipients[k]);
        if (found && !is_known(list, n, f->ring.list[i].id)) list[n++] = f->ring.list[i].id;
    }
    f->encryption.certs = list;
    f->encryption.cert_count = n;
    return RC_OK;
}

/* Encrypted is a mail whose root is; a signature around it makes it a signed one. */
static bool is_encrypted(const struct message_view *v)
{
    return v->has_encryption && v->encryption_whole && v->layer_count > 0 && !v->has_signature;
}

static bool is_protected(const struct entity *root)
{
    if (str_eq(root->type, STR("multipart")))
        return str_eq(root->subtype, STR("signed")) || str_eq(root->subtype, STR("encrypted"));
    return str_eq(root->type, STR("application")) &&
           (str_eq(root->subtype, STR("pkcs7-mime")) || str_eq(root->subtype, STR("x-pkcs7-mime")));
}

static rc_t put_protection(struct facts *f, struct err *e)
{
    const struct message_view *v = f->view;
    f->m.has_attachment = v->attachment_count > 0;
    if (!is_encrypted(v)) {
        f->m.signature = signature_of(v);
        /* Protected otherwise (PGP/MIME, or CMS that cannot be read): never signed once more. */
        if (f->m.signature == SIGNATURE_NONE && is_protected(f->header))
            f->m.signature = SIGNATURE_UNTRUSTED;
        return RC_OK;
    }
    const struct cms_envelope *env = &v->layers[0].envelope;
    f->encryption =
        (struct policy_encryption){.cipher = str_c(env->cipher), .inner = SIGNATURE_VALID};
    f->m.encrypted = &f->encryption;
    return put_certs(f, env, e);
}

/* --- all ---------------------------------------------------------------------------------------
 */

static rc_t find_roots(struct facts *f, struct err *e)
{
    const struct gate *g = f->w->gate;
    struct kv_value v;
    str_t key = plan_version_key(f->w->a, g->config->instance);
    if (!key.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(f->w->kv, f->w->a, &v, e, STR("GET"), key));
    return roots_of(g->roots, f->w->kv, f->in->organisation, v.type == KV_STR ? v.s : STR("0"),
                    &f->roots, e);
}

rc_t facts_gather(struct gate_work *w, const struct gate_mail *in, struct facts *out, struct err *e)
{
    const struct lmtp_mail *mail = in->mail;
    struct facts *f = out;
    *f = (struct facts){.w = w, .in = in};
    key_ring_open(&f->ring, w);
    TRY(read_header(w, mail->data, &f->header, e));
    f->m = (struct policy_message){.mail_from = mail->from, .size = mail->data.n};
    if (!one_address(w, f->header, STR("From"), &f->m.from)) f->m.from = STR("");
    if (in->submitted) TRY(is_authenticated(w, f->header, mail->from, &f->m.authenticated, e));
    TRY(put_headers(f, e));
    TRY(put_recipients(f, e));
    if (!f->m.authenticated) f->m.auth = auth_of(f);
    TRY(fill_ring(f, e));
    TRY(put_vouched(f, e));
    TRY(find_roots(f, e));
    start_checks(f);
    TRY(open_view(f, NULL, e));
    return put_protection(f, e);
}

/* Trouble that passes; any other is the key's or the mail's, and will be the same tomorrow. */
static bool passes(rc_t rc)
{
    return rc == RC_KEYD_DOWN || rc == RC_KEY_STOPPED || rc == RC_BUSY || rc == RC_STATE_DOWN ||
           rc == RC_NO_MEMORY || rc == RC_TIMEOUT;
}

rc_t facts_open(struct facts *f, str_t opener, str_t organisation, struct err *e)
{
    struct key_ring *r = &f->ring;
    r->opener = opener;
    r->opener_organisation = organisation;
    r->trouble = RC_OK;
    r->asked = false;
    r->used = NULL;
    f->ops = key_ring_ops(r);
    TRY(open_view(f, &f->ops, e));
    const struct message_view *v = f->view;
    bool opened = v->layer_count > 0 && v->layers[0].opened;
    if (!opened && passes(r->trouble)) return err_set(e, r->trouble, NULL);
    if (r->used && !opened) key_ring_failed(r);
    f->encryption.tampered = r->asked && !opened;
    if (!opened && !r->asked) f->encryption.cert_count = 0; /* no key of his, after all */
    f->encryption.inner = opened ? signature_of(v) : SIGNATURE_NONE;
    f->would_be_oracle = r->asked && v->layer_count > 0 && !v->layers[0].envelope.authenticated &&
                         f->encryption.inner != SIGNATURE_VALID;
    return RC_OK;
}

void facts_close(struct facts *f)
{
    message_close(f->view);
    roots_unref(f->roots);
    key_ring_close(&f->ring);
    f->view = NULL;
    f->roots = NULL;
}
