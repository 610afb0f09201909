/* What an example says about the message and about addresses. */
#include "policy/caseless.h"
#include "policy/example.h"

enum { TEXT_MAX = 1 << 20, WORD_MAX = 1000 };

/* A word of a table, or of the text's own kind. */
struct word {
    const char *word;
    int value;
};

static rc_t read_word(const json_t *obj, const char *key, const struct word *words, int fallback,
                      const struct place *at, int *out, struct err *e)
{
    str_t s;
    TRY(place_text(obj, key, WORD_MAX, false, at, &s, e));
    if (!s.p) {
        *out = fallback;
        return RC_OK;
    }
    for (; words->word; words++) {
        if (!str_eq(s, str_c(words->word))) continue;
        *out = words->value;
        return RC_OK;
    }
    return place_fail_key(at, key, RC_INVALID, e, "this word is not one of those expected");
}

static rc_t read_address(const json_t *obj, const char *key, bool lower, const struct place *at,
                         struct example_reader *r, str_t *out, struct err *e)
{
    TRY(place_text(obj, key, WORD_MAX, true, at, out, e));
    if (!lower) return RC_OK;
    *out = caseless_lower(r->a, *out);
    return out->p ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
}

static rc_t read_texts(const json_t *obj, const char *key, size_t max, const struct place *at,
                       struct example_reader *r, const str_t **out, size_t *count, struct err *e)
{
    const json_t *list;
    TRY(place_array(obj, key, max, false, at, &list, e));
    size_t n = json_array_size(list);
    str_t *texts = ARENA_ARRAY(r->a, n + 1, str_t);
    if (!texts) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct place side = PLACE_KEY(at, key), here = PLACE_AT(&side, i);
        const json_t *v = json_array_get(list, i);
        texts[i] = json_text(v);
        if (!json_is_string(v) || texts[i].n > WORD_MAX || str_chr(texts[i], '\0') >= 0)
            return place_fail(&here, RC_INVALID, e, "a text of at most 1000 bytes is expected");
    }
    *out = texts;
    *count = n;
    return RC_OK;
}

/* --- message -----------------------------------------------------------------------------------
 */

/* null, or {result}. */
static rc_t read_signature(const json_t *obj, const char *key, const struct place *at,
                           enum policy_signature *out, struct err *e)
{
    static const char *const KEYS[] = {"result", NULL};
    static const struct word WORDS[] = {{"valid", SIGNATURE_VALID},
                                        {"corrupt", SIGNATURE_CORRUPT},
                                        {"expired", SIGNATURE_EXPIRED},
                                        {"untrusted", SIGNATURE_UNTRUSTED},
                                        {"revoked", SIGNATURE_REVOKED},
                                        {"mismatch", SIGNATURE_MISMATCH},
                                        {NULL, 0}};
    const json_t *v;
    const struct place here = PLACE_KEY(at, key);
    int value;
    *out = SIGNATURE_NONE;
    TRY(place_object(obj, key, false, at, &v, e));
    if (!v) return RC_OK;
    TRY(place_known(v, KEYS, &here, e));
    TRY(read_word(v, "result", WORDS, -1, &here, &value, e));
    if (value < 0) return place_fail_key(&here, "result", RC_INVALID, e, "a text is expected");
    *out = (enum policy_signature) value;
    return RC_OK;
}

static rc_t read_encrypted(const json_t *obj, const struct place *at, struct example_reader *r,
                           struct policy_message *m, struct err *e)
{
    static const char *const KEYS[] = {"for", "cipher", "integrity", "inner_signed", NULL};
    static const struct word WORDS[] = {{"ok", 0}, {"tampered", 1}, {NULL, 0}};
    const json_t *v;
    const struct place here = PLACE_KEY(at, "encrypted");
    int tampered;
    TRY(place_object(obj, "encrypted", false, at, &v, e));
    if (!v) return RC_OK;
    TRY(place_known(v, KEYS, &here, e));
    struct policy_encryption *x = ARENA_NEW(r->a, struct policy_encryption);
    if (!x) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(read_texts(v, "for", EXAMPLE_FACTS_MAX, &here, r, &x->certs, &x->cert_count, e));
    TRY(place_text(v, "cipher", WORD_MAX, false, &here, &x->cipher, e));
    TRY(read_word(v, "integrity", WORDS, 0, &here, &tampered, e));
    TRY(read_signature(v, "inner_signed", &here, &x->inner, e));
    x->tampered = tampered != 0;
    m->encrypted = x;
    return RC_OK;
}

static rc_t read_choice(const json_t *user, const char *key, const struct place *at,
                        enum policy_choice *out, struct err *e)
{
    bool yes;
    const json_t *v = json_object_get(user, key);
    TRY(place_bool(user, key, false, at, &yes, e));
    *out = !v || json_is_null(v) ? CHOICE_NONE : yes ? CHOICE_YES : CHOICE_NO;
    return RC_OK;
}

static rc_t read_user(const json_t *obj, const struct place *at, struct policy_message *m,
                      struct err *e)
{
    static const char *const KEYS[] = {"sign", "encrypt", NULL};
    const json_t *v;
    const struct place here = PLACE_KEY(at, "user");
    TRY(place_object(obj, "user", false, at, &v, e));
    if (!v) return RC_OK;
    TRY(place_known(v, KEYS, &here, e));
    TRY(read_choice(v, "sign", &here, &m->user_sign, e));
    return read_choice(v, "encrypt", &here, &m->user_encrypt, e);
}

static rc_t read_headers(const json_t *obj, const struct place *at, struct example_reader *r,
                         struct policy_message *m, struct err *e)
{
    const json_t *v;
    const struct place here = PLACE_KEY(at, "headers");
    const char *name;
    json_t *value;
    TRY(place_object(obj, "headers", false, at, &v, e));
    size_t n = json_object_size(v);
    if (n > POLICY_HEADERS_MAX)
        return place_fail(&here, RC_TOO_LARGE, e, "at most 2000 fields are possible");
    struct policy_header *list = ARENA_ARRAY(r->a, n + 1, struct policy_header);
    if (!list) return err_set(e, RC_NO_MEMORY, NULL);
    json_object_foreach((json_t *) v, name, value)
    {
        const struct place field = PLACE_KEY(&here, name);
        if (!json_is_string(value) || json_string_length(value) > TEXT_MAX)
            return place_fail(&field, RC_INVALID, e, "a text is expected");
        list[m->header_count++] = (struct policy_header){str_c(name), json_text(value)};
    }
    m->headers = list;
    return RC_OK;
}

rc_t example_read_message(const json_t *v, const struct place *at, struct example_reader *r,
                          struct policy_message *out, struct err *e)
{
    static const char *const KEYS[] = {
        "authenticated", "mail_from", "from",           "to",           "cc",   "bcc",  "subject",
        "headers",       "size",      "has_attachment", "content_type", "auth", "user", "signed",
        "encrypted",     NULL};
    static const char *const ROLES[] = {"to", "cc", "bcc"};
    static const struct word AUTH[] = {{"pass", AUTH_PASS}, {"fail", AUTH_FAIL}, {NULL, 0}};
    struct policy_message m = {.authenticated = false};
    int64_t size;
    int auth;
    example_note_unknown(v, KEYS, at, r);
    TRY(place_bool(v, "authenticated", false, at, &m.authenticated, e));
    TRY(place_text(v, "mail_from", WORD_MAX, false, at, &m.mail_from, e));
    TRY(read_address(v, "from", false, at, r, &m.from, e));
    for (int i = 0; i < 3; i++)
        TRY(read_texts(v, ROLES[i], POLICY_RECIPIENTS_MAX, at, r, &m.to[i], &m.to_count[i], e));
    TRY(place_text(v, "subject", TEXT_MAX, false, at, &m.subject, e));
    TRY(read_headers(v, at, r, &m, e));
    TRY(place_int(v, "size", 0, INT64_MAX, 0, at, &size, e));
    TRY(place_bool(v, "has_attachment", false, at, &m.has_attachment, e));
    TRY(place_text(v, "content_type", TEXT_MAX, false, at, &m.content_type, e));
    TRY(read_word(v, "auth", AUTH, AUTH_UNKNOWN, at, &auth, e));
    TRY(read_user(v, at, &m, e));
    TRY(read_signature(v, "signed", at, &m.signature, e));
    TRY(read_encrypted(v, at, r, &m, e));
    m.size = (uint64_t) size;
    m.auth = (enum policy_auth) auth;
    *out = m;
    return RC_OK;
}

/* --- accounts and certificates -----------------------------------------------------------------
 */

static rc_t read_account(const json_t *v, const struct place *at, struct example_reader *r,
                         struct policy_account *out, struct err *e)
{
    static const char *const KEYS[] = {"address", "licence", NULL};
    static const struct word WORDS[] = {{"active", SEAT_ACTIVE},
                                        {"revoke_pending", SEAT_REVOKE_PENDING},
                                        {"inactive", SEAT_INACTIVE},
                                        {NULL, 0}};
    int licence;
    if (!json_is_object(v)) return place_fail(at, RC_INVALID, e, "an object is expected");
    example_note_unknown(v, KEYS, at, r);
    TRY(read_address(v, "address", true, at, r, &out->address, e));
    TRY(read_word(v, "licence", WORDS, SEAT_INACTIVE, at, &licence, e));
    out->licence = (enum policy_licence) licence;
    return RC_OK;
}

static rc_t read_usage(const json_t *v, const struct place *at, struct example_reader *r,
                       struct policy_cert *out, struct err *e)
{
    const str_t *list = NULL;
    size_t n = 0;
    const json_t *needed;
    TRY(place_array(v, "usage", 2, true, at, &needed, e));
    TRY(read_texts(v, "usage", 2, at, r, &list, &n, e));
    for (size_t i = 0; i < n; i++) {
        if (str_eq(list[i], STR("sign")))
            out->can_sign = true;
        else if (str_eq(list[i], STR("encrypt")))
            out->can_encrypt = true;
        else
            return place_fail_key(at, "usage", RC_INVALID, e, "sign and encrypt are possible");
    }
    return RC_OK;
}

static rc_t read_cert(const json_t *v, const struct place *at, struct example_reader *r,
                      struct policy_cert *out, struct err *e)
{
    static const char *const KEYS[] = {"id",  "address", "usage", "key", "primary",
                                       "seq", "status",  "trust", "alg", NULL};
    static const struct word KEY[] = {
        {"gateway", CUSTODY_GATEWAY}, {"user", CUSTODY_USER}, {"none", CUSTODY_NONE}, {NULL, 0}};
    static const struct word STATUS[] = {
        {"good", CERT_STATUS_GOOD},       {"expired", CERT_STATUS_EXPIRED},
        {"revoked", CERT_STATUS_REVOKED}, {"not_yet_valid", CERT_STATUS_NOT_YET_VALID},
        {"unknown", CERT_STATUS_UNKNOWN}, {NULL, 0}};
    static const struct word TRUST[] = {{"trusted", CERT_TRUSTED},
                                        {"pinned", CERT_PINNED},
                                        {"untrusted", CERT_UNTRUSTED},
                                        {NULL, 0}};
    int key, status, trust;
    if (!json_is_object(v)) return place_fail(at, RC_INVALID, e, "an object is expected");
    example_note_unknown(v, KEYS, at, r);
    TRY(place_text(v, "id", WORD_MAX, true, at, &out->id, e));
    TRY(read_address(v, "address", true, at, r, &out->address, e));
    TRY(read_usage(v, at, r, out, e));
    TRY(read_word(v, "key", KEY, CUSTODY_NONE, at, &key, e));
    TRY(place_bool(v, "primary", false, at, &out->primary, e));
    TRY(place_int(v, "seq", INT64_MIN, INT64_MAX, 0, at, &out->seq, e));
    TRY(read_word(v, "status", STATUS, CERT_STATUS_GOOD, at, &status, e));
    TRY(read_word(v, "trust", TRUST, CERT_TRUSTED, at, &trust, e));
    TRY(place_text(v, "alg", WORD_MAX, false, at, &out->alg, e));
    if (!out->alg.p) out->alg = STR("rsa2048");
    out->key = (enum policy_key) key;
    out->status = (enum policy_cert_status) status;
    out->trust = (enum policy_cert_trust) trust;
    return RC_OK;
}

rc_t example_read_facts(const json_t *org, const struct place *at, struct example_reader *r,
                        struct policy_organisation *out, struct err *e)
{
    static const struct word SMIME[] = {{"enabled", SMIME_ENABLED},
                                        {"disabled", SMIME_DISABLED},
                                        {"lapsed", SMIME_LAPSED},
                                        {NULL, 0}};
    const json_t *accounts, *certs;
    const struct place account_list = PLACE_KEY(at, "accounts"), cert_list = PLACE_KEY(at, "certs");
    int smime;
    TRY(read_word(org, "smime", SMIME, SMIME_ENABLED, at, &smime, e));
    TRY(place_array(org, "accounts", EXAMPLE_FACTS_MAX, false, at, &accounts, e));
    TRY(place_array(org, "certs", EXAMPLE_FACTS_MAX, false, at, &certs, e));
    size_t a = json_array_size(accounts), c = json_array_size(certs);
    struct policy_account *people = ARENA_ARRAY(r->a, a + 1, struct policy_account);
    struct policy_cert *cards = ARENA_ARRAY(r->a, c + 1, struct policy_cert);
    if (!people || !cards) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < a; i++) {
        const struct place here = PLACE_AT(&account_list, i);
        TRY(read_account(json_array_get(accounts, i), &here, r, &people[i], e));
    }
    for (size_t i = 0; i < c; i++) {
        const struct place here = PLACE_AT(&cert_list, i);
        TRY(read_cert(json_array_get(certs, i), &here, r, &cards[i], e));
    }
    out->smime = (enum policy_smime) smime;
    out->accounts = people;
    out->account_count = a;
    out->certs = cards;
    out->cert_count = c;
    return RC_OK;
}
