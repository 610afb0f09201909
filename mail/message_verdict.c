/* One verdict for the whole message: the words of its layers from the outside in, the level of
 * the worst finding, and a sentence for each.
 */
#include <stdio.h>

#include "mail/message_state.h"

void message_raise(enum message_level *level, enum message_level to)
{
    if (to > *level) *level = to;
}

/* --- collecting words --------------------------------------------------------------------------
 */

struct verdict {
    char words[512];
    size_t n;
    enum message_level level;
};

static void add_word(struct verdict *v, const char *word)
{
    int n = snprintf(v->words + v->n, sizeof v->words - v->n, "%s%s", v->n ? "+" : "", word);
    if (n > 0 && (size_t) n < sizeof v->words - v->n) v->n += (size_t) n;
}

static int last_signed(const struct opened *m)
{
    int last = -1;
    for (unsigned i = 0; i < m->layer_count; i++) {
        const struct layer *l = &m->layers[i];
        if (l->kind == LAYER_SIGNED && (l->broken || l->sig.count > 0)) last = (int) i;
    }
    return last;
}

static bool is_protected_by(const struct layer *l)
{
    if (l->kind != LAYER_SIGNED || l->broken || l->sig.count == 0) return false;
    for (size_t i = 0; i < l->sig.count; i++) {
        if (l->sig.signers[i].integrity != CMS_INTACT) return false;
    }
    return true;
}

/* Around the ciphertext any stranger can put a signature: only the sender's own counts. */
static bool is_protected_around(const struct opened *m, const struct layer *l)
{
    const struct message_view *v = &m->view;
    if (!is_protected_by(l) || v->from_count != 1 || m->from_fields > 1) return false;
    for (size_t i = 0; i < l->sig.count; i++) {
        const struct cms_signer *s = &l->sig.signers[i];
        if (s->chain.chain == CHAIN_TRUSTED &&
            cert_matches_address(s->cert, v->from[0].address) != ADDRESS_NO) {
            return true;
        }
    }
    return false;
}

/* By the cipher, or by what is inside layer `at`. */
static bool is_covered(const struct opened *m, unsigned at, const struct cms_envelope *env)
{
    bool covered = env->authenticated;
    for (unsigned i = at + 1; i < m->layer_count; i++)
        covered |= is_protected_by(&m->layers[i]);
    return covered;
}

rc_t message_inside(const struct message_view *v, struct message_inside *out, struct err *e)
{
    const struct opened *m = (const struct opened *) v;
    if (str_is_null(m->inside))
        return err_set(e, RC_INVALID, "This message is not encrypted, or is not open.");
    if (m->layers[0].kind != LAYER_ENCRYPTED)
        return err_set(e, RC_UNSUPPORTED, "There is another layer around the encrypted one.");
    if (m->left_over)
        return err_set(e, RC_INVALID, "There is something beside the encrypted content.");
    const struct cms_envelope *env = &v->layers[0].envelope;
    *out = (struct message_inside){
        .entity = m->inside, .cipher = env->cipher, .covered = is_covered(m, 0, env)};
    return RC_OK;
}

static bool is_weak_cipher(const char *cipher)
{
    return strncmp(cipher, "des", 3) == 0 || strncmp(cipher, "rc2", 3) == 0;
}

/* --- encryption --------------------------------------------------------------------------------
 */

static rc_t judge_opened(struct opened *m, unsigned at, const struct cms_envelope *env,
                         struct verdict *v, struct err *e)
{
    bool covered = is_covered(m, at, env), signed_inside = false;
    for (unsigned i = 0; i < at; i++)
        covered |= is_protected_around(m, &m->layers[i]);
    for (unsigned i = at + 1; i < m->layer_count; i++)
        signed_inside |= m->layers[i].kind == LAYER_SIGNED && m->layers[i].sig.count > 0;
    add_word(v, covered || signed_inside ? "encrypted" : "encrypted-unauthenticated");
    message_raise(&v->level, signed_inside ? LEVEL_GOOD : LEVEL_NEUTRAL);
    if (is_weak_cipher(env->cipher)) {
        TRY(message_reason(m, &v->level, REASON_weak_cipher, str_c(env->cipher), STR_NULL, e));
    }
    if (!covered) {
        return message_reason(m, &v->level, REASON_encrypted_unauthenticated, STR_NULL, STR_NULL,
                              e);
    }
    return message_reason(m, &v->level, REASON_encrypted, STR_NULL, STR_NULL, e);
}

static rc_t judge_closed(struct opened *m, const struct cms_envelope *env, struct verdict *v,
                         struct err *e)
{
    switch (m->stop) {
    case STOP_NO_KEY:
        add_word(v, "encrypted-no-key");
        if (m->depth > 0) {
            m->view.job = -1; /* nobody is asked for its key */
            return message_reason(m, &v->level, REASON_attached_encrypted, STR_NULL, STR_NULL, e);
        }
        return message_reason(m, &v->level, REASON_key_needed, STR_NULL, STR_NULL, e);
    case STOP_CIPHER:
        add_word(v, "decrypt-error");
        return message_reason(m, &v->level, REASON_cipher_unsupported, str_c(env->cipher), STR_NULL,
                              e);
    case STOP_SIZE:
        add_word(v, "decrypt-error");
        return message_reason(m, &v->level, REASON_too_large, str_c(m->stop_text), STR_NULL, e);
    default:
        add_word(v, "decrypt-error");
        return message_reason(m, &v->level, REASON_decrypt_failed, STR_NULL, STR_NULL, e);
    }
}

/* --- layers ------------------------------------------------------------------------------------
 */

static rc_t judge_layer(struct opened *m, unsigned i, int badge, struct verdict *v, struct err *e)
{
    const struct layer *l = &m->layers[i];
    if (l->kind == LAYER_ENCRYPTED) {
        const struct message_encryption *enc = &m->view.layers[l->encrypted];
        m->view.has_encryption = true;
        m->view.encryption_whole = !m->left_over;
        return enc->opened ? judge_opened(m, i, &enc->envelope, v, e)
                           : judge_closed(m, &enc->envelope, v, e);
    }
    if (l->kind != LAYER_SIGNED || m->stop == STOP_CERTS_ONLY) return RC_OK;
    struct judgement j;
    TRY(message_judge_signature(m, l, badge == (int) i, &j, e));
    if (l->broken || l->sig.count > 0) {
        m->view.has_signature = true;
        m->view.signature_whole = !m->left_over;
    }
    bool half = m->left_over && j.level == LEVEL_GOOD;
    add_word(v, half ? "partially-signed" : j.word);
    message_raise(&v->level, j.level);
    return RC_OK;
}

/* A signature that covers only ciphertext says nothing about the text (RFC 8551 section 3.7). */
static rc_t judge_order(struct opened *m, int badge, struct verdict *v, struct err *e)
{
    bool inside = false;
    for (unsigned i = (unsigned) (badge + 1); badge >= 0 && i < m->layer_count; i++) {
        inside |= m->layers[i].kind == LAYER_ENCRYPTED;
    }
    if (!inside || !is_protected_by(&m->layers[badge])) return RC_OK;
    return message_reason(m, &v->level, REASON_signs_ciphertext_only, STR_NULL, STR_NULL, e);
}

static rc_t judge_stop(struct opened *m, struct verdict *v, struct err *e)
{
    switch (m->stop) {
    case STOP_DAMAGED:
        add_word(v, "damaged");
        return message_reason(m, &v->level, REASON_damaged, str_c(m->stop_text), STR_NULL, e);
    case STOP_DEPTH: /* no word of the outer layers: nothing of theirs is shown */
        v->n = 0;
        add_word(v, "damaged");
        return message_reason(m, &v->level, REASON_too_deep,
                              arena_printf(m->arena, "%u", m->layer_count), STR_NULL, e);
    case STOP_CERTS_ONLY:
        add_word(v, "not-signed");
        return message_reason(m, &v->level, REASON_certificates_only, STR_NULL, STR_NULL, e);
    case STOP_SIZE:
        if (m->view.layer_count > 0 && !m->view.layers[m->view.layer_count - 1].opened) {
            return RC_OK; /* said with the encrypted layer */
        }
        return message_reason(m, &v->level, REASON_too_large, str_c(m->stop_text), STR_NULL, e);
    default:
        return RC_OK;
    }
}

/* Protection of parts only: no badge, and said so. */
static rc_t judge_parts(struct opened *m, struct verdict *v, struct err *e)
{
    struct message_view *view = &m->view;
    if (m->left_over && m->stop != STOP_DAMAGED)
        TRY(message_reason(m, &v->level, REASON_left_over, STR_NULL, STR_NULL, e));
    if (m->inner_signed && !view->has_signature) {
        add_word(v, "partially-signed");
        view->has_signature = true;
        TRY(message_reason(m, &v->level, REASON_partially_signed, STR_NULL, STR_NULL, e));
    }
    if (m->inner_encrypted && !view->has_encryption) {
        add_word(v, "partially-encrypted");
        view->has_encryption = true;
        TRY(message_reason(m, &v->level, REASON_partially_encrypted, STR_NULL, STR_NULL, e));
    }
    if (v->n == 0 && (m->attached_signed || m->lone_signature)) {
        add_word(v, "not-signed");
        TRY(m->attached_signed
                ? message_reason(m, &v->level, REASON_attached_signed, STR_NULL, STR_NULL, e)
                : message_reason(m, &v->level, REASON_lone_signature, STR_NULL, STR_NULL, e));
    }
    return RC_OK;
}

/* --- the sender's looks ------------------------------------------------------------------------
 */

/* The next @ of a name, also one that only looks like it (U+FF20, U+FE6B). *n: its bytes, 0: none.
 */
static size_t next_at(str_t s, size_t from, size_t *n)
{
    for (size_t i = from; i < s.n; i++) {
        str_t rest = str_sub(s, i, s.n);
        *n = s.p[i] == '@'                                                                    ? 1
             : str_starts(rest, STR("\xef\xbc\xa0")) || str_starts(rest, STR("\xef\xb9\xab")) ? 3
                                                                                              : 0;
        if (*n) return i;
    }
    *n = 0;
    return s.n;
}

/* An address inside a display name, other than the real one; every one of them counts. */
static bool name_pretends(const struct mail_address *from)
{
    static const char around[] = " \t\"'<>(),;:[]";
    str_t name = from->name;
    size_t n = 0;
    if (str_is_null(from->address)) return false;
    for (size_t at = next_at(name, 0, &n); n > 0; at = next_at(name, at + n, &n)) {
        size_t begin = at, end = at + n;
        while (begin > 0 && !strchr(around, name.p[begin - 1]))
            begin--;
        while (end < name.n && !strchr(around, name.p[end]))
            end++;
        str_t token = str_sub(name, begin, end);
        if (begin < at && end > at + n && !str_ieq(token, from->address)) return true;
    }
    return false;
}

static rc_t judge_sender(struct opened *m, struct verdict *v, struct err *e)
{
    const struct message_view *w = &m->view;
    if (v->level == LEVEL_NONE) return RC_OK; /* nothing is claimed about ordinary mail */
    for (size_t i = 0; i < w->from_count; i++) {
        if (!name_pretends(&w->from[i])) continue;
        TRY(message_reason(m, &v->level, REASON_name_is_address, w->from[i].address, STR_NULL, e));
    }
    if (w->sender_count == 1 && w->from_count == 1 && w->sender[0].address.p &&
        !str_ieq(w->sender[0].address, w->from[0].address)) {
        TRY(message_reason(m, &v->level, REASON_sender_differs, w->sender[0].address, STR_NULL, e));
    }
    if (m->from_differs && !w->has_signature) {
        TRY(message_reason(m, &v->level, REASON_inner_from_differs,
                           w->from_count ? w->from[0].address : STR_NULL, STR_NULL, e));
    }
    if (w->header_protected && w->layer_count == 0 && !str_is_null(w->outer_subject)) {
        TRY(message_reason(m, &v->level, REASON_subject_changed, STR_NULL, STR_NULL, e));
    }
    if (m->changed_fields.n)
        TRY(message_reason(m, &v->level, REASON_header_changed, m->changed_fields, STR_NULL, e));
    return RC_OK;
}

/* What the mail flow opened says so itself (mail/rewrite.h). Anybody can write that: it only takes
 * away. */
static rc_t judge_mark(struct opened *m, struct verdict *v, struct err *e)
{
    if (str_ifind(m->mark, STR("protected=no")) < 0) return RC_OK;
    if (v->n == 0) add_word(v, "opened-unauthenticated");
    return message_reason(m, &v->level, REASON_opened_unauthenticated, STR_NULL, STR_NULL, e);
}

rc_t message_judge(struct opened *m, struct err *e)
{
    struct verdict v = {.level = LEVEL_NONE};
    int badge = last_signed(m);
    for (unsigned i = 0; i < m->layer_count; i++)
        TRY(judge_layer(m, i, badge, &v, e));
    TRY(judge_order(m, badge, &v, e));
    TRY(judge_stop(m, &v, e));
    TRY(judge_parts(m, &v, e));
    TRY(judge_mark(m, &v, e));
    TRY(judge_sender(m, &v, e));
    if (v.n == 0) add_word(&v, "none");
    str_t kept = arena_str(m->arena, str_n(v.words, v.n));
    if (str_is_null(kept)) return err_set(e, RC_NO_MEMORY, NULL);
    m->view.verdict = kept.p;
    m->view.level = v.level;
    return RC_OK;
}
