/* The walk through a message's layers, from the outside in (RFC 8551 section 3.7).
 *
 * A layer counts only when it is the whole root of what surrounds it. Everything else that looks
 * like CMS is an attachment (SECURITY.md, S/MIME).
 */
#include <stdio.h>

#include "mail/message_state.h"
#include "mail/text.h"

/* --- what an entity claims to be ---------------------------------------------------------- */

static bool type_is(const struct entity *m, str_t type, str_t subtype)
{
    return str_eq(m->type, type) && str_eq(m->subtype, subtype);
}

static bool is_signature_name(str_t s)
{
    return str_ieq(s, STR("application/pkcs7-signature")) ||
           str_ieq(s, STR("application/x-pkcs7-signature"));
}

bool message_is_signature(const struct entity *m)
{
    return type_is(m, STR("application"), STR("pkcs7-signature")) ||
           type_is(m, STR("application"), STR("x-pkcs7-signature")) ||
           (str_eq(m->type, STR("application")) && str_iends(m->filename, STR(".p7s")));
}

bool message_is_cms(const struct entity *m)
{
    if (!str_eq(m->type, STR("application"))) return false;
    if (str_eq(m->subtype, STR("pkcs7-mime")) || str_eq(m->subtype, STR("x-pkcs7-mime")) ||
        str_eq(m->subtype, STR("cms"))) {
        return true;
    }
    /* Gateways and old mailers lose the type but keep the name. */
    return str_iends(m->filename, STR(".p7m")) || str_iends(m->filename, STR(".p7z"));
}

/* The type alone says CMS: then damaged content is a damaged message, not just a file. */
static bool claims_cms(const struct entity *m)
{
    return message_is_cms(m) &&
           (str_eq(m->subtype, STR("pkcs7-mime")) || str_eq(m->subtype, STR("x-pkcs7-mime")));
}

bool message_is_multipart_signed(const struct entity *m)
{
    if (!type_is(m, STR("multipart"), STR("signed"))) return false;
    str_t protocol = entity_param(m, STR("protocol"));
    if (!str_is_null(protocol)) return is_signature_name(protocol);
    return m->child_count >= 2 && message_is_signature(&m->children[1]);
}

/* --- unwrapped content --------------------------------------------------------------------- */

static size_t plain_max(const struct opened *m)
{
    return m->options->max_plain ? m->options->max_plain : MESSAGE_PLAIN_MAX;
}

/* Each layer may be as large as the limit says, all of them together three times that: a message
 * that unpacks into message after message must not fill the memory. */
static size_t budget(const struct opened *m)
{
    size_t used = 0, one = plain_max(m), all = one > SIZE_MAX / 3 ? SIZE_MAX : 3 * one;
    for (unsigned i = 0; i < MESSAGE_LAYERS_MAX; i++)
        used += m->plain[i].n;
    size_t left = used < all ? all - used : 0;
    return left < one ? left : one;
}

static unsigned layers_max(const struct opened *m)
{
    unsigned n = m->options->max_layers;
    return n && n < MESSAGE_LAYERS_MAX ? n : MESSAGE_LAYERS_MAX;
}

static void stop_at(struct opened *m, enum stop why, const char *text)
{
    m->stop = why;
    snprintf(m->stop_text, sizeof m->stop_text, "%s", text);
}

/* Ids of parts inside get the number of the blob they came from. */
static rc_t enter(struct opened *m, str_t content, struct err *e)
{
    struct entity *inner;
    struct err why = {0};
    rc_t rc = entity_parse(content, NULL, m->arena, &inner, &why);
    if (rc == RC_TOO_LARGE) { /* the layer was fine, what is inside is not readable */
        stop_at(m, STOP_DAMAGED, why.message);
        return RC_OK;
    }
    if (rc != RC_OK) {
        if (e) *e = why;
        return rc;
    }
    m->payload = inner;
    m->blobs++;
    return RC_OK;
}

static struct layer *add_layer(struct opened *m, enum layer_kind kind)
{
    struct layer *l = &m->layers[m->layer_count++];
    *l = (struct layer){.kind = kind};
    return l;
}

/* --- signed ---------------------------------------------------------------------------------- */

static rc_t verify(struct opened *m, str_t der, str_t content, struct buf *out,
                   struct cms_signed *result, struct err *e)
{
    const struct message_options *from = m->options;
    struct cms_verify_options o = {.trust = from->trust,
                                   .now = from->now,
                                   .extra = from->known,
                                   .extra_count = from->known_count,
                                   .anchors = from->anchors,
                                   .anchor_count = from->anchor_count,
                                   .vouched = from->vouched,
                                   .vouched_count = from->vouched_count,
                                   .checks = from->checks,
                                   .verified_at = from->verified_at,
                                   .verified_holder = from->verified_holder,
                                   .effort = &m->effort};
    return cms_verify(der, content, &o, m->arena, out, result, e);
}

/* Errors that are about us, not about the message, end the opening. */
static bool is_ours(rc_t rc)
{
    return rc == RC_NO_MEMORY || rc == RC_INTERNAL;
}

static bool any_altered(const struct cms_signed *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->signers[i].integrity == CMS_ALTERED) return true;
    }
    return false;
}

/* Over the form with CRLF (RFC 8551 section 3.1.1), whatever stored it with LF since. Where the
 * lines are CRLF already and only some byte in a body looks like a bare LF, the bytes as they are
 * count first: nothing was lost on the way. */
static rc_t verify_detached(struct opened *m, struct layer *l, str_t der, str_t content,
                            struct err *e)
{
    CLEANUP_BUF struct buf lines = BUF_INIT_SECRET(plain_max(m) * 2);
    struct err why = {0};
    str_t canonical;
    if (!text_with_crlf(content, &lines, &canonical)) return err_set(e, RC_NO_MEMORY, NULL);
    bool same = canonical.p == content.p, exact = same || text_stored_with_crlf(content);
    rc_t rc = verify(m, der, exact ? content : canonical, NULL, &l->sig, &why);
    if (rc == RC_OK && exact && !same && any_altered(&l->sig)) {
        cms_signed_free(&l->sig);
        rc = verify(m, der, canonical, NULL, &l->sig, &why);
    }
    if (is_ours(rc)) {
        if (e) *e = why;
        return rc;
    }
    if (rc != RC_OK) l->broken = true;
    return RC_OK;
}

/* multipart/signed: the signed part and the signature (RFC 1847 section 2.1). Where one is missing
 * or is no signature, what there is is shown as not signed. */
static rc_t walk_multipart(struct opened *m, bool *done, struct err *e)
{
    const struct entity *whole = m->payload;
    struct layer *l = add_layer(m, LAYER_SIGNED);
    CLEANUP_BUF struct buf der = BUF_INIT(plain_max(m));
    if (whole->child_count != 2 || message_cms_bytes(&whole->children[1], &der) != RC_OK ||
        cms_sniff(buf_view(&der)) != CMS_TYPE_SIGNED) {
        l->broken = true;
    } else {
        TRY(verify_detached(m, l, buf_view(&der), whole->children[0].raw, e));
    }
    if (l->broken)
        *done = true;
    else
        m->payload = &whole->children[0];
    return RC_OK;
}

/* The content stays where it is: in the decoded body, which the view keeps, or in the file. */
static rc_t walk_opaque(struct opened *m, str_t der, struct buf *decoded, struct err *e)
{
    CLEANUP_BUF struct buf rest = BUF_INIT(plain_max(m)), joined = BUF_INIT_SECRET(plain_max(m));
    struct buf *kept = &m->plain[m->layer_count];
    struct err why = {0};
    struct cms_signed sig = {0};
    str_t content = STR_NULL;
    rc_t rc = cms_split(der, &rest, &joined, &content, &why);
    if (rc == RC_OK) rc = verify(m, buf_view(&rest), content, NULL, &sig, &why);
    if (is_ours(rc)) {
        if (e) *e = why;
        return rc;
    }
    if (rc != RC_OK) {
        stop_at(m, STOP_DAMAGED, why.message);
        return RC_OK;
    }
    struct layer *l = add_layer(m, LAYER_SIGNED);
    l->sig = sig;
    if (str_is_null(content)) {
        stop_at(m, STOP_CERTS_ONLY, "");
        return RC_OK;
    }
    struct buf *source = joined.p ? &joined : decoded;
    if (source) {
        *kept = *source;
        *source = BUF_INIT_SECRET(0);
    }
    return enter(m, content, e);
}

/* --- encrypted ------------------------------------------------------------------------------- */

/* Where the ciphertext comes from: decoded already (the first attempt takes it), or the entity or
 * file to decode it from again. */
struct source {
    struct buf *decoded;
    const struct entity *entity;
    str_t raw;
};

static str_t given_key(const struct opened *m, unsigned layer)
{
    for (size_t i = 0; i < m->options->key_count; i++) {
        if (m->options->keys[i].layer == layer) return m->options->keys[i].content_key;
    }
    return STR_NULL;
}

/* Opens with one key, in the ciphertext's own memory. */
static rc_t open_with(struct source *from, str_t key, struct buf *out, str_t *plain)
{
    buf_free(out);
    bool ok = true;
    if (from->decoded) {
        *out = *from->decoded;
        *from->decoded = BUF_INIT_SECRET(out->max);
        from->decoded = NULL;
    } else if (from->entity) {
        ok = message_cms_bytes(from->entity, out) == RC_OK;
    } else {
        ok = buf_str(out, from->raw);
    }
    return ok ? cms_envelope_open_within(out->p, out->n, key, plain, NULL) : RC_TOO_LARGE;
}

/* A message may name one reader thousands of times, and each attempt decrypts all of it. */
#define ATTEMPTS_MAX 16u

/* RC_NOT_FOUND: no key of the holder fits (or not yet). */
static rc_t ask_holder(const struct key_ops *ops, const struct cms_envelope *env,
                       struct source *from, struct buf *out, str_t *plain)
{
    rc_t rc = RC_NOT_FOUND;
    unsigned attempts = 0;
    for (size_t i = 0; ops && i < env->count && attempts < ATTEMPTS_MAX; i++) {
        CLEANUP_BUF struct buf key = BUF_INIT_SECRET(256);
        enum key_answer answer =
            ops->unwrap(ops->holder, &env->recipients[i], env->key_bytes, &key);
        if (answer != KEY_DONE) continue;
        attempts++;
        rc = open_with(from, buf_view(&key), out, plain);
        if (rc != RC_DECRYPT_FAILED) return rc;
    }
    return rc;
}

static rc_t add_envelope(struct opened *m, const struct cms_envelope *env, struct err *e)
{
    struct message_view *v = &m->view;
    if (!v->layers)
        v->layers = ARENA_ARRAY(m->arena, MESSAGE_LAYERS_MAX, struct message_encryption);
    if (!v->layers) return err_set(e, RC_NO_MEMORY, NULL);
    unsigned at = (unsigned) v->layer_count++;
    v->layers[at] = (struct message_encryption){.layer = at, .envelope = *env};
    add_layer(m, LAYER_ENCRYPTED)->encrypted = at;
    return RC_OK;
}

/* The envelope's slices outlive the buffer the message was decoded into. */
static bool keep_recipients(struct opened *m, struct cms_envelope *env)
{
    for (size_t i = 0; i < env->count; i++) {
        struct cms_recipient *r = &env->recipients[i];
        str_t *slices[] = {&r->serial, &r->key_identifier, &r->encrypted_key, &r->ukm};
        for (size_t k = 0; k < sizeof slices / sizeof slices[0]; k++) {
            if (str_is_null(*slices[k])) continue;
            *slices[k] = arena_str(m->arena, *slices[k]);
            if (str_is_null(*slices[k])) return false;
        }
    }
    return true;
}

static rc_t walk_encrypted(struct opened *m, str_t der, struct source *from, struct err *e)
{
    struct cms_envelope env;
    struct err why = {0};
    if (cms_envelope_read(der, m->arena, &env, &why) != RC_OK) {
        stop_at(m, STOP_DAMAGED, why.message);
        return RC_OK;
    }
    if (!keep_recipients(m, &env)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(add_envelope(m, &env, e));
    struct message_encryption *layer = &m->view.layers[m->view.layer_count - 1];
    struct buf *out = &m->plain[m->layer_count - 1];
    str_t plain = STR_NULL;
    if (env.key_bytes == 0) {
        stop_at(m, STOP_CIPHER, "");
        return RC_OK;
    }
    str_t key = given_key(m, layer->layer);
    rc_t rc = str_is_null(key) ? ask_holder(m->options->ops, &env, from, out, &plain)
                               : open_with(from, key, out, &plain);
    if (rc == RC_NOT_FOUND) {
        m->view.job = (int) layer->layer;
        stop_at(m, STOP_NO_KEY, "");
        return RC_OK;
    }
    if (rc != RC_OK) {
        buf_free(out);
        stop_at(m, rc == RC_TOO_LARGE ? STOP_SIZE : STOP_DECRYPT,
                "The decrypted message would be too large.");
        return RC_OK;
    }
    layer->opened = true;
    if (layer->layer == 0) m->inside = plain;
    return enter(m, plain, e);
}

/* --- compressed ------------------------------------------------------------------------------ */

/* Compressed, or merely wrapped as data: layers without protection. */
static rc_t walk_wrapped(struct opened *m, str_t der, enum cms_type type, struct err *e)
{
    struct err why = {0};
    struct buf *out = &m->plain[m->layer_count];
    rc_t rc = type == CMS_TYPE_DATA ? cms_data(der, out, &why) : cms_decompress(der, out, &why);
    if (rc != RC_OK) {
        stop_at(m, rc == RC_TOO_LARGE ? STOP_SIZE : STOP_DAMAGED, why.message);
        return RC_OK;
    }
    add_layer(m, LAYER_WRAPPED);
    return enter(m, buf_view(out), e);
}

/* --- the walk -------------------------------------------------------------------------------- */

static rc_t walk_blob(struct opened *m, str_t der, struct source *from, bool claimed, bool *done,
                      struct err *e)
{
    enum cms_type type = cms_sniff(der);
    *done = false;
    switch (type) {
    case CMS_TYPE_SIGNED:
        return walk_opaque(m, der, from->decoded, e);
    case CMS_TYPE_ENVELOPED:
    case CMS_TYPE_AUTH_ENVELOPED:
        return walk_encrypted(m, der, from, e);
    case CMS_TYPE_DATA:
    case CMS_TYPE_COMPRESSED:
        return walk_wrapped(m, der, type, e);
    default:
        break;
    }
    *done = true;
    if (claimed) stop_at(m, STOP_DAMAGED, "The S/MIME content of this message cannot be read.");
    return RC_OK;
}

/* Who named a file wants to have it, whatever was found inside. */
static void keep_disguised(struct opened *m)
{
    if (m->disguised.entity || m->payload->filename.n == 0) return;
    m->disguised.entity = m->payload;
    m->disguised.blob = m->blobs;
    m->disguised.sealed = m->sealed;
    for (size_t i = 0; i < m->view.layer_count; i++)
        m->disguised.sealed |= m->view.layers[i].opened;
}

static rc_t walk_cms(struct opened *m, bool *done, struct err *e)
{
    CLEANUP_BUF struct buf der = BUF_INIT_SECRET(m->plain[m->layer_count].max);
    struct source from = {.decoded = &der, .entity = m->payload};
    bool alone;
    if (message_cms_alone(m->payload, &der, &alone) != RC_OK) {
        stop_at(m, STOP_DAMAGED, "The S/MIME content of this message is too large.");
        *done = true;
        return RC_OK;
    }
    if (!alone && cms_sniff(buf_view(&der)) != CMS_TYPE_UNKNOWN) m->left_over = true;
    if (!message_is_cms(m->payload)) keep_disguised(m);
    return walk_blob(m, buf_view(&der), &from, claims_cms(m->payload), done, e);
}

rc_t message_walk(struct opened *m, str_t raw, struct err *e)
{
    bool bare = raw.n > 0 && raw.p[0] == 0x30 && cms_sniff(raw) != CMS_TYPE_UNKNOWN;
    /* A file that is CMS itself, without a mail around it: a message with no header. */
    TRY(entity_parse(bare ? STR("") : raw, NULL, m->arena, &m->root, e));
    m->payload = m->root;
    m->mark = entity_field(m->root, STR("X-Waxseal-Opened"));
    m->sealed |= !str_is_null(m->mark);
    if (!m->options->smime) return RC_OK;
    for (unsigned i = 0; i < MESSAGE_LAYERS_MAX; i++)
        m->plain[i] = BUF_INIT_SECRET(plain_max(m));
    bool done = false;
    struct source file = {.raw = raw};
    m->left_over = bare && !message_is_alone(raw);
    if (bare) TRY(walk_blob(m, raw, &file, true, &done, e));
    while (!done && m->stop == STOP_NONE) {
        bool multipart = message_is_multipart_signed(m->payload);
        if (!multipart && !message_is_cms(m->payload) && !message_hides_cms(m->payload)) break;
        if (multipart && m->payload->child_count > 2) {
            m->inner_signed = true; /* what was added is not signed: no layer of the whole */
            break;
        }
        if (m->layer_count == layers_max(m)) {
            stop_at(m, STOP_DEPTH, "");
            break;
        }
        m->plain[m->layer_count].max = budget(m);
        if (multipart) {
            TRY(walk_multipart(m, &done, e));
        } else {
            TRY(walk_cms(m, &done, e));
        }
    }
    return RC_OK;
}
