/* The header to show: the outer one, or the protected one inside (RFC 9788, and the older
 * protected-headers="v1" and RFC 8551 section 3.1 forms).
 */
#include "mail/message_state.h"

enum protection { PROTECT_NONE, PROTECT_HP, PROTECT_OLD };

struct addresses {
    struct mail_address *list;
    size_t count;
};

/* All fields of that name, one after the other: a second From must not be overlooked. */
static rc_t read_addresses(const struct entity *m, str_t name, struct arena *a,
                           struct addresses *out, struct err *e)
{
    struct addresses all = {0};
    for (size_t i = 0; m && i < m->field_count; i++) {
        struct mail_address *list;
        size_t n;
        if (!str_ieq(m->fields[i].name, name)) continue;
        TRY(header_addresses(m->fields[i].value, a, &list, &n, e));
        if (all.count == 0) {
            all = (struct addresses){list, n};
            continue;
        }
        struct mail_address *both = ARENA_ARRAY(a, all.count + n, struct mail_address);
        if (!both) return err_set(e, RC_NO_MEMORY, NULL);
        memcpy(both, all.list, all.count * sizeof *both);
        if (n) memcpy(both + all.count, list, n * sizeof *both);
        all = (struct addresses){both, all.count + n};
    }
    *out = all;
    return RC_OK;
}

static bool same_addresses(const struct addresses *a, const struct addresses *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!str_ieq(a->list[i].address, b->list[i].address)) return false;
    }
    return true;
}

/* --- which header -------------------------------------------------------------------------- */

static bool is_wrapper(const struct entity *m)
{
    return str_eq(m->type, STR("message")) && str_eq(m->subtype, STR("rfc822")) &&
           m->child_count == 1 && str_ieq(entity_param(m, STR("forwarded")), STR("no"));
}

static bool inside_layers(const struct opened *m)
{
    if (m->layer_count == 0 || m->stop != STOP_NONE) return false;
    for (unsigned i = 0; i < m->layer_count; i++) {
        if (m->layers[i].kind != LAYER_WRAPPED) return true;
    }
    return false;
}

const struct entity *message_content(const struct opened *m)
{
    return inside_layers(m) && is_wrapper(m->payload) ? &m->payload->children[0] : m->payload;
}

static enum protection find_protection(const struct opened *m)
{
    if (!inside_layers(m)) return PROTECT_NONE;
    str_t hp = entity_param(m->payload, STR("hp"));
    if (str_ieq(hp, STR("clear")) || str_ieq(hp, STR("cipher"))) return PROTECT_HP;
    if (is_wrapper(m->payload)) return PROTECT_HP;
    if (str_ieq(entity_param(m->payload, STR("protected-headers")), STR("v1"))) return PROTECT_OLD;
    return PROTECT_NONE;
}

/* Altered content does not get to say what the header was, nor what has the form of signed mail
 * but was signed by nobody. */
static bool is_intact(const struct opened *m)
{
    for (unsigned i = 0; i < m->layer_count; i++) {
        const struct layer *l = &m->layers[i];
        if (l->kind != LAYER_SIGNED) continue;
        if (l->broken || l->sig.count == 0) return false;
        for (size_t k = 0; k < l->sig.count; k++) {
            if (l->sig.signers[k].integrity == CMS_ALTERED) return false;
        }
    }
    return true;
}

/* --- reading ------------------------------------------------------------------------------- */

/* Where a field is taken from. Old writers protect the subject only, so that theirs may be
 * absent inside; in RFC 9788 what is absent inside was not in the message. */
struct choice {
    const struct entity *inner, *outer;
    bool fall_back;
};

static const struct entity *pick(const struct choice *c, str_t name, bool always)
{
    if (!c->inner || entity_field_count(c->inner, name) > 0) return c->inner ? c->inner : c->outer;
    return c->fall_back || always ? c->outer : c->inner;
}

static rc_t pick_addresses(const struct choice *c, str_t name, struct arena *a,
                           struct mail_address **list, size_t *count, struct err *e)
{
    struct addresses found;
    TRY(read_addresses(pick(c, name, false), name, a, &found, e));
    *list = found.list;
    *count = found.count;
    return RC_OK;
}

static str_t text_of(const struct entity *m, str_t name, struct arena *a)
{
    str_t raw = m ? entity_field(m, name) : STR_NULL;
    return str_is_null(raw) ? STR_NULL : header_text(raw, a);
}

static rc_t read_from(struct opened *m, const struct entity *inner, struct err *e)
{
    struct addresses outer, inside;
    TRY(read_addresses(m->root, STR("From"), m->arena, &outer, e));
    m->from_fields = (unsigned) entity_field_count(m->root, STR("From"));
    struct addresses *shown = &outer;
    if (inner && entity_field_count(inner, STR("From")) > 0) {
        TRY(read_addresses(inner, STR("From"), m->arena, &inside, e));
        unsigned fields = (unsigned) entity_field_count(inner, STR("From"));
        if (outer.count > 0) m->from_differs = !same_addresses(&outer, &inside);
        /* RFC 9788 section 4.4: where they differ, the outer one is what the person must see. */
        if (!m->from_differs) shown = &inside;
        if (fields > m->from_fields) m->from_fields = fields;
    }
    m->view.from = shown->list;
    m->view.from_count = shown->count;
    return RC_OK;
}

rc_t message_read_header(struct opened *m, struct err *e)
{
    struct message_view *v = &m->view;
    struct arena *a = m->arena;
    enum protection kind = find_protection(m);
    bool intact = is_intact(m);
    struct choice c = {.outer = m->root, .fall_back = kind == PROTECT_OLD};
    /* Of an altered message only what was also secret is worth showing. */
    if (kind != PROTECT_NONE && (intact || v->layer_count > 0)) {
        c.inner = is_wrapper(m->payload) ? &m->payload->children[0] : m->payload;
    }
    TRY(read_from(m, c.inner, e));
    struct addresses resent;
    TRY(read_addresses(m->root, STR("Resent-From"), a, &resent, e));
    v->resent_from = resent.list;
    v->resent_from_count = resent.count;
    TRY(pick_addresses(&c, STR("Sender"), a, &v->sender, &v->sender_count, e));
    TRY(pick_addresses(&c, STR("Reply-To"), a, &v->reply_to, &v->reply_to_count, e));
    TRY(pick_addresses(&c, STR("To"), a, &v->to, &v->to_count, e));
    TRY(pick_addresses(&c, STR("Cc"), a, &v->cc, &v->cc_count, e));
    TRY(pick_addresses(&c, STR("Bcc"), a, &v->bcc, &v->bcc_count, e));
    v->subject = text_of(pick(&c, STR("Subject"), false), STR("Subject"), a);
    v->message_id = text_of(pick(&c, STR("Message-ID"), true), STR("Message-ID"), a);
    v->in_reply_to = text_of(pick(&c, STR("In-Reply-To"), false), STR("In-Reply-To"), a);
    v->references = text_of(pick(&c, STR("References"), false), STR("References"), a);
    int zone;
    str_t date = entity_field(pick(&c, STR("Date"), true), STR("Date"));
    if (str_is_null(date) || !header_date(date, &v->date, &zone)) v->date = 0;
    v->header_protected = c.inner && intact;
    str_t outer = text_of(m->root, STR("Subject"), a);
    if (c.inner && !str_eq(outer, v->subject)) v->outer_subject = outer;
    m->legacy_display = c.inner && v->layer_count > 0;
    return RC_OK;
}
