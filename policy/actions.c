#include "base/mutant.h"
#include "policy/evaluate.h"

/* What the functions below look at. */
struct act {
    struct decision_recipient *r;
    struct decision_pass *p;
    const struct policy_organisation *org;
    const struct policy_input *in;
    str_t from;
    struct policy_mail *mail;
};

static void set_action(const struct act *x, enum rule_field f, enum decision_result result,
                       enum decision_reason reason)
{
    x->p->action[f] = (struct decision_action){.result = result, .reason = reason};
}

static bool refuse(const struct act *x, enum decision_status status)
{
    x->r->outcome = OUTCOME_REJECT;
    x->r->status = status;
    return false;
}

static enum rule_level level_of(const struct act *x, enum rule_field f)
{
    return (enum rule_level) x->p->matched.level[f];
}

static enum decision_reason reason_for_off(const struct act *x, enum rule_field f)
{
    return x->p->matched.giver[f] == GIVER_USER ? REASON_USER_DECLINED : REASON_OFF;
}

static const struct policy_account *account_of(const struct policy_organisation *o, str_t address)
{
    for (size_t i = 0; i < o->account_count; i++)
        if (str_eq(o->accounts[i].address, address)) return &o->accounts[i];
    return NULL;
}

static bool alg_is_usable(str_t alg)
{
    static const str_t USABLE[] = {STR_INIT("rsa2048"), STR_INIT("rsa3072"), STR_INIT("rsa4096"),
                                   STR_INIT("p256"), STR_INIT("p384")};
    for (size_t i = 0; i < sizeof USABLE / sizeof USABLE[0]; i++)
        if (str_ieq(alg, USABLE[i])) return true;
    return false;
}

/* Why a certificate can be used for nothing; REASON_OK: it can. */
static enum decision_reason fault_of(const struct policy_cert *c)
{
    if (c->status == CERT_STATUS_REVOKED) return REASON_CERT_REVOKED;
    if (c->status == CERT_STATUS_EXPIRED) return REASON_CERT_EXPIRED;
    if (c->status == CERT_STATUS_NOT_YET_VALID) return REASON_CERT_NOT_YET_VALID;
    if (c->trust == CERT_UNTRUSTED) return REASON_CERT_UNTRUSTED;
    return alg_is_usable(c->alg) ? REASON_OK : REASON_ALG_UNSUPPORTED;
}

/* Usable before faulty, primary before others, newer before older; of equals the first. */
static bool better(const struct policy_cert *x, const struct policy_cert *than)
{
    if (!than) return true;
    bool usable = fault_of(x) == REASON_OK, other = fault_of(than) == REASON_OK;
    if (usable != other) return usable;
    if (x->primary != than->primary) return x->primary;
    return x->seq > than->seq;
}

/* The sender must have the feature, an account and a licence that is active. */
static enum decision_reason sender_lacks(const struct act *x)
{
    if (x->org->smime == SMIME_LAPSED) return REASON_FEATURE_LAPSED;
    const struct policy_account *a = account_of(x->org, x->from);
    if (!a) return REASON_NO_ACCOUNT;
    if (a->licence == SEAT_REVOKE_PENDING) return REASON_LICENCE_REVOKE_PENDING;
    return a->licence == SEAT_ACTIVE ? REASON_OK : REASON_LICENCE_INACTIVE;
}

/* --- sign --------------------------------------------------------------------------------------
 */

static enum decision_reason find_signer(const struct act *x, const struct policy_cert **out)
{
    const struct policy_cert *best = NULL;
    bool any = false;
    for (size_t i = 0; i < x->org->cert_count; i++) {
        const struct policy_cert *c = &x->org->certs[i];
        if (!c->can_sign || !str_eq(c->address, x->from)) continue;
        any = true;
        if (c->primary && better(c, best)) best = c;
    }
    if (!any) return REASON_NO_CERTIFICATE;
    if (!best) return REASON_NOT_PRIMARY;
    enum decision_reason fault = fault_of(best);
    if (fault != REASON_OK) return fault;
    if (best->key == CUSTODY_USER) return REASON_KEY_USER_HELD;
    if (best->key != CUSTODY_GATEWAY) return REASON_NO_KEY;
    *out = best;
    return REASON_OK;
}

static void act_sign(const struct act *x)
{
    const struct policy_cert *cert = NULL;
    if (level_of(x, RULE_SIGN) == LEVEL_OFF) {
        set_action(x, RULE_SIGN, RESULT_NONE, reason_for_off(x, RULE_SIGN));
        return;
    }
    if (x->mail->encrypted || x->mail->signature != SIGNATURE_NONE) {
        set_action(x, RULE_SIGN, RESULT_SATISFIED,
                   x->mail->encrypted ? REASON_ALREADY_ENCRYPTED : REASON_ALREADY_SIGNED);
        return;
    }
    enum decision_reason reason = sender_lacks(x);
    if (reason == REASON_OK) reason = find_signer(x, &cert);
    set_action(x, RULE_SIGN, cert ? RESULT_DONE : RESULT_UNAVAILABLE, reason);
    if (!cert) return;
    x->p->action[RULE_SIGN].cert = cert->id;
    x->mail->signature = SIGNATURE_VALID;
}

/* --- encrypt -----------------------------------------------------------------------------------
 */

static bool is_for(const struct policy_mail *mail, str_t cert)
{
    for (size_t i = 0; i < mail->cert_count; i++)
        if (str_eq(mail->certs[i], cert)) return true;
    return false;
}

/* What came encrypted serves this recipient unless we know better. */
static void act_encrypted_before(const struct act *x)
{
    bool known = false, included = false;
    for (size_t i = 0; i < x->org->cert_count; i++) {
        const struct policy_cert *c = &x->org->certs[i];
        if (!c->can_encrypt || !str_eq(c->address, x->r->address)) continue;
        known = true;
        included = included || is_for(x->mail, c->id);
    }
    if (known && !included)
        set_action(x, RULE_ENCRYPT, RESULT_UNAVAILABLE, REASON_NOT_FOR_RECIPIENT);
    else
        set_action(x, RULE_ENCRYPT, RESULT_SATISFIED, REASON_ALREADY_ENCRYPTED);
}

static enum decision_reason find_recipient_cert(const struct act *x, const struct policy_cert **out)
{
    const struct policy_cert *best = NULL;
    for (size_t i = 0; i < x->org->cert_count; i++) {
        const struct policy_cert *c = &x->org->certs[i];
        if (c->can_encrypt && str_eq(c->address, x->r->address) && better(c, best)) best = c;
    }
    if (!best) return REASON_NO_CERTIFICATE;
    const struct policy_account *a = NULL; /* of a managed recipient only */
    if (ruleset_manages(x->org->rules, ruleset_domain_of(x->r->address)))
        a = account_of(x->org, x->r->address);
    if (a && a->licence == SEAT_REVOKE_PENDING) return REASON_RECIPIENT_REVOKE_PENDING;
    if (a && a->licence != SEAT_ACTIVE) return REASON_RECIPIENT_INACTIVE;
    *out = best;
    return fault_of(best);
}

static void encrypt_now(const struct act *x, const struct policy_cert *cert)
{
    x->p->action[RULE_ENCRYPT].cert = cert->id;
    struct policy_mail *m = x->mail;
    m->inner = m->signature;
    m->signature = SIGNATURE_NONE;
    m->encrypted = true;
    m->same_pass = x->p->kind == PASS_INTERNAL;
    m->certs = &cert->id;
    m->cert_count = 1;
    m->cipher = STR("aes-256-gcm");
    m->tampered = false;
}

static void act_encrypt(const struct act *x)
{
    const struct policy_cert *cert = NULL;
    enum rule_level level = level_of(x, RULE_ENCRYPT);
    if (level == LEVEL_OFF) {
        set_action(x, RULE_ENCRYPT, RESULT_NONE, reason_for_off(x, RULE_ENCRYPT));
        return;
    }
    if (x->mail->encrypted) {
        act_encrypted_before(x);
        return;
    }
    enum decision_reason reason = sender_lacks(x);
    if (reason == REASON_OK) reason = find_recipient_cert(x, &cert);
    if (reason != REASON_OK) {
        set_action(x, RULE_ENCRYPT, RESULT_UNAVAILABLE, reason);
        return;
    }
    bool unknown = cert->status == CERT_STATUS_UNKNOWN || x->in->state.revocation_down;
    if (unknown && level == LEVEL_REQUIRE) {
        set_action(x, RULE_ENCRYPT, RESULT_DEFERRED, REASON_REVOCATION_UNKNOWN);
        return;
    }
    set_action(x, RULE_ENCRYPT, RESULT_DONE, unknown ? REASON_REVOCATION_UNKNOWN : REASON_OK);
    encrypt_now(x, cert);
}

static bool is_missed(const struct act *x, enum rule_field f)
{
    return level_of(x, f) == LEVEL_REQUIRE && x->p->action[f].result == RESULT_UNAVAILABLE &&
           !WX_MUTANT(RULE);
}

bool actions_send(struct decision_recipient *r, struct decision_pass *p,
                  const struct policy_input *in, str_t from, struct policy_mail *mail)
{
    const struct act x = {.r = r, .p = p, .org = p->org, .in = in, .from = from, .mail = mail};
    bool came_encrypted = mail->encrypted;
    act_sign(&x);
    r->as_signed = !came_encrypted && mail->signature != SIGNATURE_NONE;
    act_encrypt(&x);
    r->as_encrypted = mail->encrypted;
    r->own_copy = r->role == ROLE_BCC && mail->encrypted && !came_encrypted;
    bool encrypt = is_missed(&x, RULE_ENCRYPT), sign = is_missed(&x, RULE_SIGN);
    bool waits = p->action[RULE_ENCRYPT].result == RESULT_DEFERRED;
    if (!encrypt && !sign && !waits) return true;
    bool all = level_of(&x, RULE_ON_PARTIAL) == LEVEL_ALL_OR_NONE;
    if (!encrypt && !sign) { /* what waits may succeed later; what fails decides at once */
        r->outcome = OUTCOME_DEFER;
        r->status = STATUS_REVOCATION_WAITS;
    } else {
        enum decision_reason why = p->action[encrypt ? RULE_ENCRYPT : RULE_SIGN].reason;
        refuse(&x, why == REASON_ALG_UNSUPPORTED ? STATUS_NOT_SUPPORTED : STATUS_NOT_PROTECTED);
    }
    if (all) r->partial = r->outcome;
    return false;
}

/* --- decrypt -----------------------------------------------------------------------------------
 */

/* AES-GCM, AES-CBC and 3DES, however they are spelt: aes-256-gcm, id-aes128-CBC, des-ede3-cbc. */
static bool cipher_is_accepted(str_t cipher)
{
    static const str_t TRIPLE[] = {STR_INIT("3des"),     STR_INIT("3des-cbc"),
                                   STR_INIT("des3"),     STR_INIT("des3-cbc"),
                                   STR_INIT("des-ede3"), STR_INIT("des-ede3-cbc")};
    for (size_t i = 0; i < sizeof TRIPLE / sizeof TRIPLE[0]; i++)
        if (str_ieq(cipher, TRIPLE[i])) return true;
    if (str_istarts(cipher, STR("id-"))) cipher = str_sub(cipher, 3, cipher.n);
    return str_istarts(cipher, STR("aes")) &&
           (str_iends(cipher, STR("gcm")) || str_iends(cipher, STR("cbc")));
}

/* Whose key opens it: REASON_OK, KEY_USER_HELD, NO_KEY. */
static enum decision_reason find_opener(const struct act *x)
{
    enum decision_reason found = REASON_NO_KEY;
    for (size_t i = 0; i < x->org->cert_count; i++) {
        const struct policy_cert *c = &x->org->certs[i];
        if (!str_eq(c->address, x->r->address) || !is_for(x->mail, c->id)) continue;
        if (c->key == CUSTODY_GATEWAY) return REASON_OK;
        if (c->key == CUSTODY_USER) found = REASON_KEY_USER_HELD;
    }
    return found;
}

static enum decision_reason decrypt_lacks(const struct act *x)
{
    if (x->org->smime == SMIME_LAPSED) return REASON_FEATURE_LAPSED;
    const struct policy_account *a = account_of(x->org, x->r->address);
    if (!a) return REASON_NO_ACCOUNT;
    if (a->licence == SEAT_INACTIVE) return REASON_LICENCE_INACTIVE;
    enum decision_reason key = find_opener(x);
    if (key != REASON_OK) return key;
    if (!cipher_is_accepted(x->mail->cipher)) return REASON_CIPHER_REFUSED;
    return x->mail->tampered ? REASON_TAMPERED : REASON_OK;
}

bool actions_is_exempt(const struct policy_message *m)
{
    str_t type, rest;
    str_cut(m->content_type, ';', &type, &rest);
    bool null_sender = m->mail_from.n == 0 || str_eq(m->mail_from, STR("<>"));
    return null_sender && str_ieq(str_trim(type), STR("multipart/report"));
}

static bool decrypt_clear_text(const struct act *x, enum rule_level level)
{
    if (level == LEVEL_OFF) {
        set_action(x, RULE_DECRYPT, RESULT_NONE, REASON_OFF);
    } else if (level != LEVEL_FORCE || WX_MUTANT(RULE)) {
        set_action(x, RULE_DECRYPT, RESULT_NONE, REASON_NOT_ENCRYPTED);
    } else if (actions_is_exempt(x->in->message)) {
        set_action(x, RULE_DECRYPT, RESULT_NONE, REASON_NULL_SENDER_EXEMPT);
    } else {
        set_action(x, RULE_DECRYPT, RESULT_REFUSED, REASON_NOT_ENCRYPTED);
        return refuse(x, STATUS_CLEAR_TEXT);
    }
    return true;
}

static bool act_decrypt(const struct act *x)
{
    enum rule_level level = level_of(x, RULE_DECRYPT);
    if (!x->mail->encrypted) return decrypt_clear_text(x, level);
    if (level == LEVEL_OFF || x->mail->same_pass) {
        set_action(x, RULE_DECRYPT, RESULT_NONE,
                   level == LEVEL_OFF ? REASON_OFF : REASON_SAME_PASS);
        return true;
    }
    enum decision_reason lacks = decrypt_lacks(x);
    if (lacks == REASON_OK) {
        set_action(x, RULE_DECRYPT, RESULT_DONE, REASON_OK);
        /* what was signed around the envelope says nothing about who wrote what was in it */
        x->mail->signature = x->mail->inner;
        x->mail->encrypted = false;
        return true;
    }
    set_action(x, RULE_DECRYPT, RESULT_UNAVAILABLE, lacks);
    if (level == LEVEL_ON || WX_MUTANT(RULE)) return true;
    return refuse(x, lacks == REASON_CIPHER_REFUSED ? STATUS_NOT_SUPPORTED
                     : lacks == REASON_TAMPERED     ? STATUS_ALTERED
                                                    : STATUS_KEY_INFORMATION);
}

/* --- validate ----------------------------------------------------------------------------------
 */

static enum decision_reason validity_of(const struct policy_mail *m)
{
    if (m->encrypted && !m->same_pass) return REASON_OPAQUE;
    enum policy_signature s = m->encrypted ? m->inner : m->signature;
    return (enum decision_reason)(REASON_UNSIGNED + (s - SIGNATURE_NONE));
}

static bool act_validate(const struct act *x)
{
    enum rule_level level = level_of(x, RULE_VALIDATE);
    enum decision_reason why = validity_of(x->mail);
    if (level == LEVEL_OFF) {
        set_action(x, RULE_VALIDATE, RESULT_NONE, REASON_OFF);
    } else if (level != LEVEL_REQUIRE || why == REASON_VALID || WX_MUTANT(RULE)) {
        set_action(x, RULE_VALIDATE, RESULT_REPORTED, why);
    } else if (why == REASON_UNSIGNED && actions_is_exempt(x->in->message)) {
        set_action(x, RULE_VALIDATE, RESULT_NONE, REASON_NULL_SENDER_EXEMPT);
    } else {
        set_action(x, RULE_VALIDATE, RESULT_REFUSED, why);
        return refuse(x, why == REASON_UNSIGNED  ? STATUS_CLEAR_TEXT
                         : why == REASON_CORRUPT ? STATUS_ALTERED
                                                 : STATUS_KEY_INFORMATION);
    }
    return true;
}

bool actions_receive(struct decision_recipient *r, struct decision_pass *p,
                     const struct policy_input *in, struct policy_mail *mail)
{
    const struct act x = {.r = r, .p = p, .org = p->org, .in = in, .mail = mail};
    return act_decrypt(&x) && act_validate(&x);
}

/* --- what an account can -----------------------------------------------------------------------
 */

enum decision_reason actions_sign_reason(const struct policy_organisation *o, str_t account)
{
    const struct policy_cert *cert = NULL;
    const struct act x = {.org = o, .from = account};
    enum decision_reason lacks = sender_lacks(&x);
    return lacks != REASON_OK ? lacks : find_signer(&x, &cert);
}

enum decision_reason actions_receive_reason(const struct policy_organisation *o, str_t account)
{
    const struct policy_cert *cert = NULL;
    struct decision_recipient r = {.address = account};
    const struct act x = {.org = o, .r = &r};
    return o->smime == SMIME_LAPSED ? REASON_FEATURE_LAPSED : find_recipient_cert(&x, &cert);
}

enum decision_reason actions_open_reason(const struct policy_organisation *o, str_t account)
{
    enum decision_reason found = REASON_NO_KEY;
    const struct policy_account *a = account_of(o, account);
    if (o->smime == SMIME_LAPSED) return REASON_FEATURE_LAPSED;
    if (!a) return REASON_NO_ACCOUNT;
    if (a->licence == SEAT_INACTIVE) return REASON_LICENCE_INACTIVE;
    for (size_t i = 0; i < o->cert_count; i++) {
        if (!str_eq(o->certs[i].address, account)) continue;
        if (o->certs[i].key == CUSTODY_GATEWAY) return REASON_OK;
        if (o->certs[i].key == CUSTODY_USER) found = REASON_KEY_USER_HELD;
    }
    return found;
}
