#include "gateway/keys.h"

#include "base/b64.h"
#include "base/log.h"
#include "policy/certificate.h"

enum { SEALED_TEXT_MAX = 64 << 10 };

void key_ring_open(struct key_ring *r, struct gate_work *w)
{
    *r = (struct key_ring){.w = w};
}

void key_ring_close(struct key_ring *r)
{
    for (size_t i = 0; i < r->count; i++)
        cert_unref(r->list[i].cert);
    *r = (struct key_ring){.w = r->w};
}

static rc_t make_room(struct key_ring *r, size_t more, struct err *e)
{
    if (r->room - r->count >= more) return RC_OK;
    size_t room = 2 * r->room + more;
    struct held_cert *list = ARENA_ARRAY(r->w->a, room, struct held_cert);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    if (r->count) memcpy(list, r->list, r->count * sizeof *list);
    r->list = list;
    r->room = room;
    return RC_OK;
}

static rc_t add_one(struct key_ring *r, str_t organisation, const struct certificate_known *k,
                    struct err *e)
{
    struct held_cert h = {.organisation = organisation,
                          .address = k->address,
                          .can_sign = k->can_sign,
                          .can_encrypt = k->can_encrypt,
                          .revoked = k->revoked,
                          .has_key = k->held,
                          .issuers = k->issuers};
    TRY(cert_parse(k->der, &h.cert, e));
    r->list[r->count++] = h; /* from here on given back */
    struct held_cert *own = &r->list[r->count - 1];
    own->id = cert_fingerprint(own->cert);
    return cert_describe(own->cert, r->w->a, &own->info, e);
}

rc_t key_ring_add(struct key_ring *r, str_t organisation, const str_t *addresses, size_t n,
                  struct err *e)
{
    const struct registry registry = gate_registry(r->w);
    struct certificate_known *known = NULL;
    size_t count = 0;
    TRY(certificate_known(&registry, organisation, addresses, n, r->w->a, &known, &count, e));
    TRY(make_room(r, count, e));
    for (size_t i = 0; i < count; i++)
        TRY(add_one(r, organisation, &known[i], e));
    return RC_OK;
}

const struct held_cert *key_ring_find(const struct key_ring *r, str_t organisation, str_t id)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(r->list[i].id, id) && str_eq(r->list[i].organisation, organisation))
            return &r->list[i];
    return NULL;
}

bool held_cert_is_recipient(const struct held_cert *h, const struct cms_recipient *r)
{
    if (!str_is_null(r->key_identifier))
        return h->info.key_identifier.n > 0 && str_eq(h->info.key_identifier, r->key_identifier);
    return r->issuer.n > 0 && h->info.serial_der.n > 0 && str_eq(h->info.issuer_der, r->issuer) &&
           str_eq(h->info.serial_der, r->serial);
}

/* --- the agent ---------------------------------------------------------------------------------
 */

/* The sealed key, and where it belongs. */
static rc_t fetch_key(struct gate_work *w, const struct held_cert *h, struct agent_key *out,
                      struct err *e)
{
    struct kv_value v;
    char id[65];
    TRY(cert_key_id(h->cert, id, e));
    str_t place = arena_printf(w->a, "%.*s:ok:%.*s", STR_ARG(w->gate->config->instance),
                               STR_ARG(h->organisation));
    *out = (struct agent_key){.purpose = AGENT_MAILBOX,
                              .organisation = h->organisation,
                              .mailbox = h->address,
                              .id = arena_str(w->a, str_c(id))};
    if (!place.p || !out->id.p) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(w->kv, w->a, &v, e, STR("HGET"), place, out->id));
    if (v.type != KV_STR) return err_set(e, RC_NOT_FOUND, "There is no such key.");
    if (v.s.n > SEALED_TEXT_MAX || !b64_decode(w->a, v.s, &out->sealed))
        return err_set(e, RC_DAMAGED, "A sealed key cannot be read.");
    return RC_OK;
}

static rc_t ask_content_key(struct gate_work *w, const struct held_cert *h,
                            const struct cms_recipient *r, unsigned key_bytes, str_t *out,
                            struct err *e)
{
    struct agent_key key;
    const struct agent *g = &w->gate->agent;
    TRY(fetch_key(w, h, &key, e));
    if (r->kind == CMS_KEY_ECDH)
        return agent_derive(g, &key, r->key_algorithm, r->originator_key, r->ukm, r->encrypted_key,
                            w->a, out, e);
    return agent_unwrap(g, &key, r->key_algorithm, r->encrypted_key, key_bytes, w->a, out, e);
}

static enum key_answer unwrap(void *holder, const struct cms_recipient *r, unsigned key_bytes,
                              struct buf *out)
{
    struct key_ring *ring = holder;
    if (r->kind == CMS_KEY_OTHER || ring->used) return KEY_NONE;
    for (size_t i = 0; i < ring->count; i++) {
        const struct held_cert *h = &ring->list[i];
        struct err e = {0};
        str_t key = STR_NULL;
        if (!h->has_key || !str_eq(h->address, ring->opener) ||
            !str_eq(h->organisation, ring->opener_organisation) || !held_cert_is_recipient(h, r))
            continue;
        rc_t rc = ask_content_key(ring->w, h, r, key_bytes, &key, &e);
        if (rc == RC_OK && !buf_str(out, key)) rc = RC_NO_MEMORY;
        ring->asked = ring->asked || rc == RC_OK || rc == RC_DECRYPT_FAILED;
        if (rc == RC_OK) {
            ring->used = h;
            return KEY_DONE;
        }
        /* That it does not open is an answer; everything else is not. */
        if (rc == RC_DECRYPT_FAILED) continue;
        ring->trouble = rc;
        log_err(LOG_WARN, "key_not_used", &e);
    }
    return KEY_NONE;
}

struct key_ops key_ring_ops(struct key_ring *r)
{
    return (struct key_ops){.unwrap = unwrap, .holder = r};
}

void key_ring_failed(struct key_ring *r)
{
    struct agent_key key;
    struct err e = {0};
    if (!r->used) return;
    rc_t rc = fetch_key(r->w, r->used, &key, &e);
    if (rc == RC_OK) rc = agent_failed(&r->w->gate->agent, &key, &e);
    if (rc != RC_OK) log_err(LOG_WARN, "key_failure_not_counted", &e);
}

rc_t key_sign(void *holder, const struct agent_signing *what, struct arena *a, str_t *signature,
              struct err *e)
{
    const struct key_signing *s = holder;
    struct agent_key key;
    TRY(fetch_key(s->w, s->with, &key, e));
    return agent_sign(&s->w->gate->agent, &key, what, a, signature, e);
}
