/* Head of an (Auth)EnvelopedData: cipher and recipients, for the keyring. */
#include "crypto/cms_parts.h"

#include <string.h>

#define OID_AES "\x60\x86\x48\x01\x65\x03\x04\x01"              /* 2.16.840.1.101.3.4.1 */
#define OID_CAMELLIA "\x2a\x83\x08\x8c\x9a\x4b\x3d\x01\x01\x01" /* RFC 3657 */

static const struct cms_cipher_kind CIPHERS[] = {
    {STR_INIT(OID_AES "\x02"), "aes-128-cbc", "AES-128-CBC", 16, 16, CMS_MODE_CBC},
    {STR_INIT(OID_AES "\x16"), "aes-192-cbc", "AES-192-CBC", 24, 16, CMS_MODE_CBC},
    {STR_INIT(OID_AES "\x2a"), "aes-256-cbc", "AES-256-CBC", 32, 16, CMS_MODE_CBC},
    {STR_INIT(OID_AES "\x06"), "aes-128-gcm", "AES-128-GCM", 16, 16, CMS_MODE_GCM},
    {STR_INIT(OID_AES "\x1a"), "aes-192-gcm", "AES-192-GCM", 24, 16, CMS_MODE_GCM},
    {STR_INIT(OID_AES "\x2e"), "aes-256-gcm", "AES-256-GCM", 32, 16, CMS_MODE_GCM},
    {STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x12"), "chacha20-poly1305",
     "ChaCha20-Poly1305", 32, 16, CMS_MODE_CHACHA}, /* RFC 8103 */
    {STR_INIT(OID_CAMELLIA "\x02"), "camellia-128-cbc", "CAMELLIA-128-CBC", 16, 16, CMS_MODE_CBC},
    {STR_INIT(OID_CAMELLIA "\x03"), "camellia-192-cbc", "CAMELLIA-192-CBC", 24, 16, CMS_MODE_CBC},
    {STR_INIT(OID_CAMELLIA "\x04"), "camellia-256-cbc", "CAMELLIA-256-CBC", 32, 16, CMS_MODE_CBC},
    {STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x03\x07"), "des-ede3-cbc", "DES-EDE3-CBC", 24, 8,
     CMS_MODE_CBC},
    {STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x03\x02"), "rc2-cbc", "RC2-CBC", 0, 8, CMS_MODE_RC2},
};

const struct cms_cipher_kind *cms_cipher_find(str_t oid)
{
    for (size_t i = 0; i < sizeof CIPHERS / sizeof CIPHERS[0]; i++) {
        if (str_eq(oid, CIPHERS[i].oid)) return &CIPHERS[i];
    }
    return NULL;
}

static bool small_integer(str_t content, unsigned *out)
{
    if (content.n < 1 || content.n > 3) return false;
    unsigned v = 0;
    for (size_t i = 0; i < content.n; i++)
        v = v << 8 | (unsigned char) content.p[i];
    *out = v;
    return true;
}

bool cms_rc2_parameters(const struct ber_value *parameters, unsigned *bits, str_t *iv)
{
    struct ber_value version, octets;
    unsigned v = 0, effective = 0;
    if (parameters->id != BER_SEQUENCE) return false;
    struct ber r = ber_inside(parameters);
    if (!ber_expect(&r, BER_INTEGER, &version) || !small_integer(version.content, &v) ||
        !ber_expect(&r, BER_OCTET_STRING, &octets) || octets.content.n != 8) {
        return false;
    }
    switch (v) { /* RFC 2268 section 6: a table for small sizes, the size itself from 256 on */
    case 160:
        effective = 40;
        break;
    case 120:
        effective = 64;
        break;
    case 58:
        effective = 128;
        break;
    default:
        if (v < 256 || v > 1024 || v % 8) return false;
        effective = v;
    }
    *bits = effective;
    *iv = octets.content;
    return true;
}

bool cms_parameters_normal(const struct ber_value *in, struct arena *a, struct ber_value *out)
{
    str_t der;
    if (in->id == 0) {
        *out = *in;
        return true;
    }
    if (in->whole.n > CMS_PARAMETERS_MAX || !ber_to_der(in, a, &der)) return false;
    struct ber r = ber_start(der);
    return ber_next(&r, out);
}

/* --- the outer structure -------------------------------------------------------------- */

static void skip_optional(struct ber *r, unsigned char id)
{
    struct ber_value ignored;
    if (ber_peek(r) == id) (void) ber_next(r, &ignored);
}

static bool read_content_info(struct ber *r, struct cms_envelope_parts *p)
{
    struct ber_value info, type, algorithm, oid;
    if (!ber_expect(r, BER_SEQUENCE, &info)) return false;
    struct ber in = ber_inside(&info);
    if (!ber_expect(&in, BER_OID, &type) || !ber_expect(&in, BER_SEQUENCE, &algorithm)) {
        return false;
    }
    struct ber alg = ber_inside(&algorithm);
    if (!ber_expect(&alg, BER_OID, &oid)) return false;
    p->cipher_oid = oid.content;
    if (!ber_end(&alg) && !ber_next(&alg, &p->parameters)) return false;
    unsigned char id = ber_peek(&in);
    if (id == BER_CONTEXT(0) || id == BER_CONTEXT_CONS(0)) {
        size_t n;
        if (!ber_next(&in, &p->content) || !ber_octets_size(&p->content, &n)) return false;
    }
    return ber_end(&in);
}

static bool read_tag(struct ber *r, struct cms_envelope_parts *p)
{
    if (ber_peek(r) == BER_CONTEXT_CONS(1) && !ber_next(r, &p->attributes)) return false;
    unsigned char id = ber_peek(r);
    if (id != BER_OCTET_STRING && id != (BER_OCTET_STRING | BER_CONSTRUCTED)) return false;
    return ber_next(r, &p->tag);
}

rc_t cms_parts_read(str_t der, struct cms_envelope_parts *out, struct err *e)
{
    struct cms_envelope_parts p = {0};
    struct ber inside;
    struct ber_value data, version;
    if (!cms_content_info(der, &p.type, &inside)) {
        return err_set(e, RC_DAMAGED, "The encrypted message is damaged.");
    }
    if (p.type != CMS_TYPE_ENVELOPED && p.type != CMS_TYPE_AUTH_ENVELOPED) {
        return err_set(e, RC_UNSUPPORTED, "This is not an encrypted message.");
    }
    if (!ber_expect(&inside, BER_SEQUENCE, &data)) {
        return err_set(e, RC_DAMAGED, "The encrypted message is damaged.");
    }
    struct ber r = ber_inside(&data);
    bool ok = ber_expect(&r, BER_INTEGER, &version);
    skip_optional(&r, BER_CONTEXT_CONS(0)); /* originatorInfo: certificates we do not need */
    ok = ok && ber_expect(&r, BER_SET, &p.recipients);
    if (ok && p.recipients.whole.n > CMS_RECIPIENTS_MAX) {
        return err_set(e, RC_TOO_LARGE, "The message names too many recipients.");
    }
    ok = ok && read_content_info(&r, &p);
    if (ok && p.type == CMS_TYPE_AUTH_ENVELOPED) ok = read_tag(&r, &p);
    if (!ok) return err_set(e, RC_DAMAGED, "The encrypted message is damaged.");
    *out = p;
    return RC_OK;
}

/* --- recipients ----------------------------------------------------------------------- */

struct reading {
    struct arena *arena;
    struct cms_recipient *list;
    size_t count, room;
};

#define RECIPIENTS_MAX 4096

static struct cms_recipient *recipient_add(struct reading *to)
{
    if (to->count == to->room) {
        size_t room = to->room ? to->room * 2 : 8;
        struct cms_recipient *grown =
            room <= RECIPIENTS_MAX ? ARENA_ARRAY(to->arena, room, struct cms_recipient) : NULL;
        if (!grown) return NULL;
        if (to->count) memcpy(grown, to->list, to->count * sizeof *grown);
        to->list = grown;
        to->room = room;
    }
    struct cms_recipient *r = &to->list[to->count];
    *r = (struct cms_recipient){.index = (unsigned) to->count, .kind = CMS_KEY_OTHER};
    to->count++;
    return r;
}

static bool read_issuer_and_serial(struct ber *in, struct arena *a, struct cms_recipient *to)
{
    struct ber_value both, name, serial;
    if (!ber_expect(in, BER_SEQUENCE, &both)) return false;
    struct ber r = ber_inside(&both);
    if (!ber_expect(&r, BER_SEQUENCE, &name) || !ber_expect(&r, BER_INTEGER, &serial)) return false;
    to->serial = serial.content;
    return ber_to_der(&name, a, &to->issuer);
}

static bool is_string_id(unsigned char id, unsigned char primitive)
{
    return id == primitive || id == (primitive | BER_CONSTRUCTED);
}

/* RFC 5652 section 6.2.1. */
static bool read_ktri(const struct ber_value *v, struct reading *to)
{
    static const str_t RSA = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
    static const str_t OAEP = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07");
    struct cms_recipient *rec = recipient_add(to);
    struct ber r = ber_inside(v);
    struct ber_value version, id, algorithm, oid, key;
    if (!rec || !ber_expect(&r, BER_INTEGER, &version)) return false;
    if (is_string_id(ber_peek(&r), BER_CONTEXT(0))) {
        if (!ber_next(&r, &id) || !ber_octets_join(&id, to->arena, &rec->key_identifier)) {
            return false;
        }
    } else if (!read_issuer_and_serial(&r, to->arena, rec)) {
        return false;
    }
    if (!ber_expect(&r, BER_SEQUENCE, &algorithm)) return false;
    struct ber alg = ber_inside(&algorithm);
    if (!ber_expect(&alg, BER_OID, &oid) || !is_string_id(ber_peek(&r), BER_OCTET_STRING) ||
        !ber_next(&r, &key) || !ber_octets_join(&key, to->arena, &rec->encrypted_key)) {
        return false;
    }
    if (str_eq(oid.content, RSA)) rec->kind = CMS_KEY_RSA_V15;
    if (str_eq(oid.content, OAEP)) rec->kind = CMS_KEY_RSA_OAEP;
    return ber_to_der(&algorithm, to->arena, &rec->key_algorithm);
}

/* KeyAgreeRecipientIdentifier of one RecipientEncryptedKey. */
static bool read_agreed_key(struct ber *keys, struct arena *a, struct cms_recipient *rec)
{
    struct ber_value both, id, key;
    if (!ber_expect(keys, BER_SEQUENCE, &both)) return false;
    struct ber r = ber_inside(&both);
    if (ber_peek(&r) == BER_CONTEXT_CONS(0)) { /* RecipientKeyIdentifier */
        struct ber_value rid;
        if (!ber_next(&r, &rid)) return false;
        struct ber in = ber_inside(&rid);
        if (!is_string_id(ber_peek(&in), BER_OCTET_STRING) || !ber_next(&in, &id) ||
            !ber_octets_join(&id, a, &rec->key_identifier)) {
            return false;
        }
    } else if (!read_issuer_and_serial(&r, a, rec)) {
        return false;
    }
    return is_string_id(ber_peek(&r), BER_OCTET_STRING) && ber_next(&r, &key) &&
           ber_octets_join(&key, a, &rec->encrypted_key);
}

/* RFC 5652 section 6.2.2, with the ephemeral key of RFC 5753; static-static senders are OTHER. */
static bool read_kari(const struct ber_value *v, struct reading *to)
{
    struct ber r = ber_inside(v);
    struct ber_value version, originator, ukm, algorithm, list;
    struct cms_recipient shared = {.kind = CMS_KEY_OTHER};
    if (!ber_expect(&r, BER_INTEGER, &version) ||
        !ber_expect(&r, BER_CONTEXT_CONS(0), &originator)) {
        return false;
    }
    struct ber o = ber_inside(&originator);
    struct ber_value key;
    if (ber_expect(&o, BER_CONTEXT_CONS(1), &key)) {
        if (!ber_to_der_as(&key, BER_SEQUENCE, to->arena, &shared.originator_key)) return false;
        shared.kind = CMS_KEY_ECDH;
    }
    if (ber_peek(&r) == BER_CONTEXT_CONS(1)) {
        struct ber_value outer;
        if (!ber_next(&r, &outer)) return false;
        struct ber in = ber_inside(&outer);
        if (!is_string_id(ber_peek(&in), BER_OCTET_STRING) || !ber_next(&in, &ukm) ||
            !ber_octets_join(&ukm, to->arena, &shared.ukm)) {
            return false;
        }
    }
    if (!ber_expect(&r, BER_SEQUENCE, &algorithm) ||
        !ber_to_der(&algorithm, to->arena, &shared.key_algorithm) ||
        !ber_expect(&r, BER_SEQUENCE, &list)) {
        return false;
    }
    struct ber keys = ber_inside(&list);
    while (!ber_end(&keys)) {
        struct cms_recipient *rec = recipient_add(to);
        if (!rec) return false;
        unsigned index = rec->index;
        *rec = shared;
        rec->index = index;
        if (!read_agreed_key(&keys, to->arena, rec)) return false;
    }
    return true;
}

static bool read_recipients(const struct ber_value *set, struct reading *to)
{
    struct ber r = ber_inside(set);
    struct ber_value v;
    while (!ber_end(&r)) {
        if (!ber_next(&r, &v)) return false;
        bool ok = true;
        if (v.id == BER_SEQUENCE) {
            ok = read_ktri(&v, to);
        } else if (v.id == BER_CONTEXT_CONS(1)) {
            ok = read_kari(&v, to);
        } else {
            ok = recipient_add(to) != NULL; /* passwords, mailing-list keys, others */
        }
        if (!ok) return false;
    }
    return true;
}

static void describe_cipher(const struct cms_envelope_parts *p, struct arena *a,
                            struct cms_envelope *out)
{
    const struct cms_cipher_kind *kind = cms_cipher_find(p->cipher_oid);
    struct ber_value parameters;
    unsigned bits = 0;
    str_t iv;
    out->cipher = kind ? kind->word : "unknown";
    if (!kind) return;
    bool aead = cms_mode_is_aead(kind->mode);
    /* A cipher that does not belong into this structure is one we cannot read. */
    if (aead != (p->type == CMS_TYPE_AUTH_ENVELOPED)) return;
    out->authenticated = aead;
    out->key_bytes = kind->key_bytes;
    if (kind->mode == CMS_MODE_RC2 && cms_parameters_normal(&p->parameters, a, &parameters) &&
        cms_rc2_parameters(&parameters, &bits, &iv)) {
        out->key_bytes = bits / 8;
    }
}

rc_t cms_envelope_describe(const struct cms_envelope_parts *p, struct arena *a,
                           struct cms_envelope *out, struct err *e)
{
    struct reading to = {.arena = a};
    if (!read_recipients(&p->recipients, &to)) {
        return err_set(e, RC_DAMAGED, "The list of recipients in the message is damaged.");
    }
    struct cms_envelope env = {.type = p->type, .recipients = to.list, .count = to.count};
    describe_cipher(p, a, &env);
    *out = env;
    return RC_OK;
}

rc_t cms_envelope_read(str_t der, struct arena *a, struct cms_envelope *out, struct err *e)
{
    struct cms_envelope_parts p;
    TRY(cms_parts_read(der, &p, e));
    return cms_envelope_describe(&p, a, out, e);
}
