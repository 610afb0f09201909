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
    unsigned *fields; /* enum message_field: what came from inside */
    bool *outside;    /* something that a person looks at came from outside */
};

static const struct {
    const char *name;
    bool always; /* no message is without it: the outer one where the inner header has none */
    bool looked_at;
} FIELDS[] = {[FIELD_SUBJECT] = {"Subject", false, true},
              [FIELD_FROM] = {"From", true, true},
              [FIELD_SENDER] = {"Sender", false, true},
              [FIELD_REPLY_TO] = {"Reply-To", false, true},
              [FIELD_TO] = {"To", false, true},
              [FIELD_CC] = {"Cc", false, true},
              [FIELD_BCC] = {"Bcc", false, false},
              [FIELD_DATE] = {"Date", true, true},
              [FIELD_MESSAGE_ID] = {"Message-ID", true, false},
              [FIELD_IN_REPLY_TO] = {"In-Reply-To", false, false},
              [FIELD_REFERENCES] = {"References", false, false}};

str_t message_field_name(enum message_field f)
{
    return str_c(FIELDS[f].name);
}

/* The entity whose field is shown. Notes whether it is the protected one. */
static const struct entity *pick(const struct choice *c, enum message_field f)
{
    str_t name = message_field_name(f);
    if (c->inner && entity_field_count(c->inner, name) > 0) {
        *c->fields |= 1u << f;
        return c->inner;
    }
    if (c->inner && !c->fall_back && !FIELDS[f].always) return c->inner;
    if (FIELDS[f].looked_at && entity_field_count(c->outer, name) > 0) *c->outside = true;
    return c->outer;
}

static rc_t pick_addresses(const struct choice *c, enum message_field f, struct arena *a,
                           struct mail_address **list, size_t *count, struct err *e)
{
    struct addresses found;
    TRY(read_addresses(pick(c, f), message_field_name(f), a, &found, e));
    *list = found.list;
    *count = found.count;
    return RC_OK;
}

static str_t text_of(const struct entity *m, enum message_field f, struct arena *a)
{
    str_t raw = m ? entity_field(m, message_field_name(f)) : STR_NULL;
    return str_is_null(raw) ? STR_NULL : header_text(raw, a);
}

static str_t pick_text(const struct choice *c, enum message_field f, struct arena *a)
{
    return text_of(pick(c, f), f, a);
}

static int64_t date_of(const struct entity *m)
{
    int zone;
    int64_t t;
    str_t date = entity_field(m, STR("Date"));
    return !str_is_null(date) && header_date(date, &t, &zone) ? t : 0;
}

static rc_t read_from(struct opened *m, const struct choice *c, struct err *e)
{
    struct addresses outer, inside;
    TRY(read_addresses(m->root, STR("From"), m->arena, &outer, e));
    m->from_fields = (unsigned) entity_field_count(m->root, STR("From"));
    struct addresses *shown = &outer;
    if (pick(c, FIELD_FROM) == c->inner && c->inner) {
        TRY(read_addresses(c->inner, STR("From"), m->arena, &inside, e));
        unsigned fields = (unsigned) entity_field_count(c->inner, STR("From"));
        if (outer.count > 0) m->from_differs = !same_addresses(&outer, &inside);
        /* RFC 9788 section 4.4: where they differ, the outer one is what the person must see. */
        if (!m->from_differs) shown = &inside;
        if (m->from_differs) *c->fields &= ~(1u << FIELD_FROM);
        if (m->from_differs) *c->outside = true;
        if (fields > m->from_fields) m->from_fields = fields;
    }
    m->view.from = shown->list;
    m->view.from_count = shown->count;
    return RC_OK;
}

/* Which fields somebody changed or added outside a signature that covers them. Subject and From
 * have sentences of their own. What encryption hid differs on purpose. */
static rc_t find_changes(struct opened *m, const struct choice *c, struct err *e)
{
    static const enum message_field LISTS[] = {FIELD_SENDER, FIELD_REPLY_TO, FIELD_TO, FIELD_CC};
    CLEANUP_BUF struct buf names = BUF_INIT(256);
    if (!c->inner || m->view.layer_count > 0) return RC_OK;
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        struct addresses outer, inner;
        str_t name = message_field_name(LISTS[i]);
        bool inside = entity_field_count(c->inner, name) > 0;
        if (!entity_field_count(m->root, name) || (!inside && c->fall_back)) continue;
        TRY(read_addresses(m->root, name, m->arena, &outer, e));
        TRY(read_addresses(c->inner, name, m->arena, &inner, e));
        if (same_addresses(&outer, &inner)) continue;
        buf_str(&names, names.n ? STR(", ") : STR(""));
        buf_str(&names, name);
    }
    int64_t outer = date_of(m->root), inner = date_of(c->inner);
    if (outer && inner && outer != inner) buf_cstr(&names, names.n ? ", Date" : "Date");
    m->changed_fields = arena_str(m->arena, buf_view(&names));
    return str_is_null(m->changed_fields) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t read_people(struct opened *m, const struct choice *c, struct err *e)
{
    struct message_view *v = &m->view;
    struct arena *a = m->arena;
    struct addresses resent;
    TRY(read_from(m, c, e));
    TRY(pick_addresses(c, FIELD_SENDER, a, &v->sender, &v->sender_count, e));
    TRY(pick_addresses(c, FIELD_REPLY_TO, a, &v->reply_to, &v->reply_to_count, e));
    TRY(pick_addresses(c, FIELD_TO, a, &v->to, &v->to_count, e));
    TRY(pick_addresses(c, FIELD_CC, a, &v->cc, &v->cc_count, e));
    TRY(pick_addresses(c, FIELD_BCC, a, &v->bcc, &v->bcc_count, e));
    TRY(read_addresses(m->root, STR("Resent-From"), a, &resent, e));
    v->resent_from = resent.list;
    v->resent_from_count = resent.count;
    return RC_OK;
}

/* X-Priority ("1 (Highest)" to "5"), else Importance. */
static int priority_of(const struct entity *m)
{
    str_t number = str_trim(entity_field(m, STR("X-Priority")));
    str_t word = str_trim(entity_field(m, STR("Importance")));
    if (number.n > 0 && number.p[0] >= '1' && number.p[0] <= '5')
        return number.p[0] < '3' ? 1 : number.p[0] > '3' ? -1 : 0;
    return str_ieq(word, STR("high")) ? 1 : str_ieq(word, STR("low")) ? -1 : 0;
}

/* What the writer wanted. By the protected header where there is one: nobody on the way makes a
 * message important. A receipt may be asked for outside (the copies for blind recipients are not
 * asked), and nothing comes of it here but words. */
static void read_wishes(struct message_view *v, const struct choice *c)
{
    str_t name = STR("Disposition-Notification-To");
    v->priority = priority_of(c->inner && !c->fall_back ? c->inner : c->outer);
    v->receipt_wanted = entity_field_count(c->outer, name) > 0 ||
                        (c->inner && entity_field_count(c->inner, name) > 0);
}

rc_t message_read_header(struct opened *m, struct err *e)
{
    struct message_view *v = &m->view;
    struct arena *a = m->arena;
    enum protection kind = find_protection(m);
    bool intact = is_intact(m), outside = false;
    unsigned fields = 0;
    struct choice c = {
        .outer = m->root, .fall_back = kind == PROTECT_OLD, .fields = &fields, .outside = &outside};
    /* Of an altered message only what was also secret is worth showing. */
    if (kind != PROTECT_NONE && (intact || v->layer_count > 0)) {
        c.inner = is_wrapper(m->payload) ? &m->payload->children[0] : m->payload;
    }
    TRY(read_people(m, &c, e));
    v->subject = pick_text(&c, FIELD_SUBJECT, a);
    v->message_id = pick_text(&c, FIELD_MESSAGE_ID, a);
    v->in_reply_to = pick_text(&c, FIELD_IN_REPLY_TO, a);
    v->references = pick_text(&c, FIELD_REFERENCES, a);
    v->date = date_of(pick(&c, FIELD_DATE));
    v->asks_certificate =
        str_ieq(str_trim(entity_field(c.inner ? c.inner : m->root, STR("X-Waxseal-Request"))),
                STR("certificate"));
    v->faulty = entity_field(c.inner ? c.inner : m->root, STR("X-Waxseal-Faulty"));
    read_wishes(v, &c);
    v->protected_fields = intact ? fields : 0;
    v->header_protected = c.inner && intact && !outside;
    str_t outer = text_of(m->root, FIELD_SUBJECT, a);
    if (c.inner && !str_eq(outer, v->subject)) v->outer_subject = outer;
    m->legacy_display = (c.inner && v->layer_count > 0) || !str_is_null(m->mark);
    return intact ? find_changes(m, &c, e) : RC_OK;
}
