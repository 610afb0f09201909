#include "crypto/issue.h"

#include <openssl/pem.h>
#include <time.h>

#include "base/b64.h"
#include "crypto/der.h"
#include "crypto/ossl.h"
#include "crypto/revoked.h"
#include "crypto/seal.h"

enum {
    TBS_MAX = 1 << 20, /* as much as the agent takes */
    MAIL_MAX = 254,
    NAME_MAX_BYTES = 4 * ISSUE_NAME_CHARACTERS,
    URL_MAX = 500,
    SERIAL_BYTES = ISSUE_SERIAL_DIGITS / 2,
    KEY_ID_BYTES = 20,
    PRIMITIVE_BOOLEAN = 0x01,
    ENUMERATED = 0x0a,
    UTF8_STRING = 0x0c,
    UTC_TIME = 0x17,
    GENERAL_TIME = 0x18
};

/* Contents of object identifiers. */
#define OID_COMMON_NAME STR("\x55\x04\x03")
#define OID_ORGANISATION STR("\x55\x04\x0a")
#define OID_SUBJECT_KEY STR("\x55\x1d\x0e")
#define OID_KEY_USAGE STR("\x55\x1d\x0f")
#define OID_SAN STR("\x55\x1d\x11")
#define OID_BASIC STR("\x55\x1d\x13")
#define OID_LIST_NUMBER STR("\x55\x1d\x14")
#define OID_REASON STR("\x55\x1d\x15")
#define OID_CONSTRAINTS STR("\x55\x1d\x1e")
#define OID_LIST_PLACES STR("\x55\x1d\x1f")
#define OID_AUTHORITY_KEY STR("\x55\x1d\x23")
#define OID_EXTENDED STR("\x55\x1d\x25")
#define OID_MAIL STR("\x2b\x06\x01\x05\x05\x07\x03\x04")
#define OID_UTF8_MAILBOX STR("\x2b\x06\x01\x05\x05\x07\x08\x09")

/* Bits of KeyUsage in its first octet. */
enum { KU_SIGN = 0x80, KU_ENCIPHER = 0x20, KU_AGREE = 0x08, KU_CERTS = 0x04, KU_LISTS = 0x02 };

/* --- keys ------------------------------------------------------------------------------------- */

static EVP_PKEY *read_key(str_t spki)
{
    const unsigned char *p = (const unsigned char *) spki.p;
    if (spki.n == 0 || spki.n > 8192) return NULL;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long) spki.n);
    if (key && p == (const unsigned char *) spki.p + spki.n) return key;
    EVP_PKEY_free(key);
    return NULL;
}

/* The AlgorithmIdentifier of what this key signs (RFC 4055 section 5, RFC 5758 section 3.2), as
 * the agent will; null: it is no authority's. */
static str_t algorithm_of(const EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_is_a(key, "RSA"))
        return STR("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
    if (EVP_PKEY_is_a(key, "EC") && bits == 256)
        return STR("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
    if (EVP_PKEY_is_a(key, "EC") && bits == 384)
        return STR("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03");
    return STR_NULL;
}

/* RFC 7093 section 2, method 1: the first 160 bits of SHA-256 over the key itself. */
static bool key_identifier(EVP_PKEY *key, unsigned char out[32])
{
    X509_PUBKEY *pub = NULL;
    const unsigned char *p;
    int n = 0;
    bool ok = X509_PUBKEY_set(&pub, key) == 1 &&
              X509_PUBKEY_get0_param(NULL, &p, &n, NULL, pub) == 1 && n > 0 &&
              sha256(str_n(p, (size_t) n), out, NULL) == RC_OK;
    X509_PUBKEY_free(pub);
    return ok;
}

/* --- parts ------------------------------------------------------------------------------------ */

static void put_time(struct buf *b, int64_t at)
{
    char text[20];
    struct tm tm;
    time_t t = (time_t) at;
    gmtime_r(&t, &tm);
    bool two_digits = tm.tm_year < 150; /* RFC 5280 section 4.1.2.5: UTCTime through 2049 */
    strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm);
    str_t whole = str_c(text);
    der_add(b, two_digits ? UTC_TIME : GENERAL_TIME, str_sub(whole, two_digits ? 2 : 0, whole.n));
}

static void put_number(struct buf *b, unsigned char tag, int64_t n)
{
    unsigned char octets[9] = {0};
    size_t from = 8;
    for (size_t i = 8; i > 0; i--, n >>= 8) {
        octets[i] = (unsigned char) n;
        if (octets[i]) from = i;
    }
    if (octets[from] & 0x80) from--;
    der_add(b, tag, str_n(octets + from, 9 - from));
}

/* Positive, and never shorter than it says. */
static rc_t put_serial(struct buf *b, struct err *e)
{
    unsigned char serial[SERIAL_BYTES];
    TRY(random_bytes(serial, sizeof serial, e));
    serial[0] = (unsigned char) ((serial[0] & 0x7f) | 0x40);
    der_add(b, BER_INTEGER, str_n(serial, sizeof serial));
    return RC_OK;
}

static void put_attribute(struct buf *b, str_t oid, str_t text)
{
    size_t from = b->n;
    der_add(b, BER_OID, oid);
    der_add(b, UTF8_STRING, text);
    der_wrap(b, from, BER_SEQUENCE);
    der_wrap(b, from, BER_SET);
}

static void put_validity(struct buf *b, int64_t from, int64_t until)
{
    size_t at = b->n;
    put_time(b, from);
    put_time(b, until);
    der_wrap(b, at, BER_SEQUENCE);
}

struct extension {
    size_t whole, value;
};

static struct extension begin(struct buf *b, str_t oid, bool critical)
{
    struct extension x = {.whole = b->n};
    der_add(b, BER_OID, oid);
    if (critical) der_add(b, PRIMITIVE_BOOLEAN, STR("\xff"));
    x.value = b->n;
    return x;
}

static void end(struct buf *b, struct extension x)
{
    der_wrap(b, x.value, BER_OCTET_STRING);
    der_wrap(b, x.whole, BER_SEQUENCE);
}

static void put_usage(struct buf *b, unsigned bits)
{
    struct extension x = begin(b, OID_KEY_USAGE, true);
    unsigned char value[2] = {(unsigned char) __builtin_ctz(bits), (unsigned char) bits};
    der_add(b, BER_BIT_STRING, str_n(value, 2));
    end(b, x);
}

static void put_for_mail(struct buf *b)
{
    struct extension x = begin(b, OID_EXTENDED, false);
    der_add(b, BER_OID, OID_MAIL);
    der_wrap(b, x.value, BER_SEQUENCE);
    end(b, x);
}

static void put_key_identifier(struct buf *b, const unsigned char *id)
{
    struct extension x = begin(b, OID_SUBJECT_KEY, false);
    der_add(b, BER_OCTET_STRING, str_n(id, KEY_ID_BYTES));
    end(b, x);
}

static void put_authority_key(struct buf *b, str_t id)
{
    struct extension x = begin(b, OID_AUTHORITY_KEY, false);
    der_add(b, BER_CONTEXT(0), id);
    der_wrap(b, x.value, BER_SEQUENCE);
    end(b, x);
}

/* The whole of it, where nothing failed on the way. */
static rc_t finish(struct buf *b, struct arena *a, str_t *out, struct err *e)
{
    der_wrap(b, 0, BER_SEQUENCE);
    if (b->failed) return err_set(e, RC_TOO_LARGE, NULL);
    str_t copy = arena_str(a, buf_view(b));
    if (str_is_null(copy)) return err_set(e, RC_NO_MEMORY, NULL);
    *out = copy;
    return RC_OK;
}

static void put_version3(struct buf *b)
{
    size_t at = b->n;
    der_add(b, BER_INTEGER, STR("\x02"));
    der_wrap(b, at, BER_CONTEXT_CONS(0));
}

static rc_t judge_times(int64_t from, int64_t until, struct err *e)
{
    /* GeneralizedTime ends with the year 9999. */
    if (from >= 0 && from < until && until < 253402300800LL) return RC_OK;
    return err_invalid(e, "validity", "It would end before it begins.");
}

/* --- the authority ---------------------------------------------------------------------------- */

/* Whole characters only. */
static str_t cut_name(str_t name)
{
    size_t i = 0, characters = 0;
    for (; i < name.n && i < NAME_MAX_BYTES; i++) {
        if (((unsigned char) name.p[i] & 0xc0) == 0x80) continue;
        if (characters++ == ISSUE_NAME_CHARACTERS) break;
    }
    return str_sub(name, 0, i);
}

/* Names the key, too: two authorities must never share a name (their lists would be mixed up). */
static void put_authority_name(struct buf *b, str_t organisation, const unsigned char *id)
{
    size_t at = b->n;
    char text[40];
    snprintf(text, sizeof text, "Mail authority %02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
    put_attribute(b, OID_ORGANISATION, organisation);
    put_attribute(b, OID_COMMON_NAME, str_c(text));
    der_wrap(b, at, BER_SEQUENCE);
}

static void put_constraints(struct buf *b, const struct issue_authority *in)
{
    struct extension x = begin(b, OID_CONSTRAINTS, true);
    for (size_t i = 0; i < in->domain_count; i++) {
        size_t at = b->n;
        der_add(b, BER_CONTEXT(1), in->domains[i]); /* all mailboxes of this host, no sub-domains */
        der_wrap(b, at, BER_SEQUENCE);
    }
    der_wrap(b, x.value, BER_CONTEXT_CONS(0));
    der_wrap(b, x.value, BER_SEQUENCE);
    end(b, x);
}

static void put_authority_extensions(struct buf *b, const struct issue_authority *in,
                                     const unsigned char *id)
{
    size_t at = b->n;
    struct extension x = begin(b, OID_BASIC, true);
    der_add(b, PRIMITIVE_BOOLEAN, STR("\xff"));
    put_number(b, BER_INTEGER, 0); /* pathLenConstraint */
    der_wrap(b, x.value, BER_SEQUENCE);
    end(b, x);
    put_usage(b, KU_CERTS | KU_LISTS);
    put_for_mail(b);
    put_constraints(b, in);
    put_key_identifier(b, id);
    put_authority_key(b, str_n(id, KEY_ID_BYTES));
    der_wrap(b, at, BER_SEQUENCE);
    der_wrap(b, at, BER_CONTEXT_CONS(3));
}

static rc_t judge_authority(const struct issue_authority *in, struct err *e)
{
    if (in->domain_count == 0 || in->domain_count > ISSUE_DOMAINS_MAX)
        return err_invalid(e, "domains", "An authority issues for one domain at least.");
    for (size_t i = 0; i < in->domain_count; i++)
        if (in->domains[i].n == 0 || in->domains[i].n > 253 || in->domains[i].p[0] == '.')
            return err_invalid(e, "domains", "That is not a domain.");
    if (in->name.n == 0 || !str_is_utf8(in->name) || !str_is_clean(in->name))
        return err_invalid(e, "name", "The authority needs the organisation's name.");
    return judge_times(in->from, in->until, e);
}

rc_t issue_authority(const struct issue_authority *in, struct arena *a, str_t *tbs, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(TBS_MAX);
    unsigned char id[32];
    TRY(judge_authority(in, e));
    OSSL_OWN(EVP_PKEY) key = read_key(in->public_key);
    str_t algorithm = key ? algorithm_of(key) : STR_NULL, name = cut_name(in->name);
    if (str_is_null(algorithm) || !key_identifier(key, id))
        return ossl_fail(e, RC_UNSUPPORTED, "This kind of key is no authority's.");
    put_version3(&b);
    TRY(put_serial(&b, e));
    buf_str(&b, algorithm);
    put_authority_name(&b, name, id);
    put_validity(&b, in->from, in->until);
    put_authority_name(&b, name, id);
    buf_str(&b, in->public_key);
    put_authority_extensions(&b, in, id);
    return finish(&b, a, tbs, e);
}

rc_t issue_domains(const struct cert *authority, struct arena *a, str_t **out, size_t *n,
                   struct err *e)
{
    NAME_CONSTRAINTS *names =
        X509_get_ext_d2i(cert_x509(authority), NID_name_constraints, NULL, NULL);
    size_t count = 0;
    int most = names ? sk_GENERAL_SUBTREE_num(names->permittedSubtrees) : 0;
    str_t *list = ARENA_ARRAY(a, (size_t) (most > 0 ? most : 0) + 1, str_t);
    for (int i = 0; list && i < most; i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(names->permittedSubtrees, i)->base;
        if (base->type != GEN_EMAIL) continue;
        list[count++] = arena_str(a, str_n(ASN1_STRING_get0_data(base->d.rfc822Name),
                                           (size_t) ASN1_STRING_length(base->d.rfc822Name)));
    }
    NAME_CONSTRAINTS_free(names);
    if (count == 0) return ossl_fail(e, RC_DAMAGED, "The authority's certificate names no domain.");
    *out = list;
    *n = count;
    return RC_OK;
}

rc_t issue_public_key(const struct cert *c, struct arena *a, str_t *spki, struct err *e)
{
    OSSL_OWN_BYTES der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert_x509(c)), &der);
    if (n <= 0) return ossl_fail(e, RC_DAMAGED, NULL);
    *spki = arena_str(a, str_n(der, (size_t) n));
    return str_is_null(*spki) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

str_t issue_pem(const struct cert *c, struct arena *a)
{
    OSSL_OWN(BIO) out = BIO_new(BIO_s_mem());
    char *text = NULL;
    if (!out || PEM_write_bio_X509(out, cert_x509(c)) != 1) {
        ossl_drain();
        return STR_NULL;
    }
    long n = BIO_get_mem_data(out, &text);
    return arena_str(a, str_n(text, (size_t) n));
}

/* --- mailboxes -------------------------------------------------------------------------------- */

static bool is_ascii(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] >= 0x80) return false;
    return true;
}

/* Longer than a common name may be: the subject stays empty, the SAN is critical then. */
static bool fits_subject(str_t address)
{
    return cut_name(address).n == address.n;
}

static void put_mailbox_name(struct buf *b, str_t address)
{
    size_t at = b->n;
    if (fits_subject(address)) put_attribute(b, OID_COMMON_NAME, address);
    der_wrap(b, at, BER_SEQUENCE);
}

static void put_address(struct buf *b, str_t address)
{
    struct extension x = begin(b, OID_SAN, !fits_subject(address));
    if (is_ascii(address)) {
        der_add(b, BER_CONTEXT(1), address);
    } else { /* RFC 9598 section 3 */
        size_t at = b->n;
        der_add(b, BER_OID, OID_UTF8_MAILBOX);
        size_t value = b->n;
        der_add(b, UTF8_STRING, address);
        der_wrap(b, value, BER_CONTEXT_CONS(0));
        der_wrap(b, at, BER_CONTEXT_CONS(0));
    }
    der_wrap(b, x.value, BER_SEQUENCE);
    end(b, x);
}

static void put_list_place(struct buf *b, str_t url)
{
    struct extension x = begin(b, OID_LIST_PLACES, false);
    der_add(b, BER_CONTEXT(6), url);
    der_wrap(b, x.value, BER_CONTEXT_CONS(0)); /* fullName */
    der_wrap(b, x.value, BER_CONTEXT_CONS(0)); /* distributionPoint */
    der_wrap(b, x.value, BER_SEQUENCE);
    der_wrap(b, x.value, BER_SEQUENCE);
    end(b, x);
}

static void put_mailbox_extensions(struct buf *b, const struct issue_mailbox *in,
                                   const EVP_PKEY *key, const unsigned char *id, str_t authority_id)
{
    size_t at = b->n;
    unsigned encrypt = EVP_PKEY_is_a(key, "RSA") ? KU_ENCIPHER : KU_AGREE;
    put_usage(b, (in->use & ISSUE_SIGN ? KU_SIGN : 0) | (in->use & ISSUE_ENCRYPT ? encrypt : 0));
    put_for_mail(b);
    put_address(b, in->address);
    put_list_place(b, in->list_url);
    put_key_identifier(b, id);
    put_authority_key(b, authority_id);
    der_wrap(b, at, BER_SEQUENCE);
    der_wrap(b, at, BER_CONTEXT_CONS(3));
}

static rc_t judge_mailbox(const struct issue_mailbox *in, struct err *e)
{
    if (in->address.n == 0 || in->address.n > MAIL_MAX || str_chr(in->address, '@') < 1 ||
        !str_is_utf8(in->address) || !str_is_clean(in->address))
        return err_invalid(e, "address", "That is not an address.");
    if (in->use == 0 || in->use > ISSUE_BOTH) return err_invalid(e, "usage", "It is for nothing.");
    if (!str_starts(in->list_url, STR("http")) || in->list_url.n > URL_MAX ||
        !is_ascii(in->list_url) || !str_is_clean(in->list_url))
        return err_invalid(e, "url", "The list of revoked certificates has no address.");
    return judge_times(in->from, in->until, e);
}

/* Of the authority: how it signs, what names it, and what it is. */
struct parent {
    str_t algorithm, name;
    struct cert_info info;
};

static rc_t read_parent(const struct cert *c, struct arena *a, struct parent *out, struct err *e)
{
    EVP_PKEY *key = X509_get0_pubkey(cert_x509(c));
    const unsigned char *name;
    size_t n = 0;
    TRY(cert_describe(c, a, &out->info, e));
    out->algorithm = key ? algorithm_of(key) : STR_NULL;
    if (!out->info.is_ca || str_is_null(out->algorithm) || !out->info.key_identifier.n ||
        X509_NAME_get0_der(X509_get_subject_name(cert_x509(c)), &name, &n) != 1)
        return ossl_fail(e, RC_UNSUPPORTED, "That is not an authority's certificate.");
    out->name = str_n(name, n); /* lives as long as the certificate */
    return RC_OK;
}

rc_t issue_mailbox(const struct issue_mailbox *in, struct arena *a, str_t *tbs, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(TBS_MAX);
    struct parent parent;
    unsigned char id[32];
    TRY(judge_mailbox(in, e));
    TRY(read_parent(in->authority, a, &parent, e));
    OSSL_OWN(EVP_PKEY) key = read_key(in->public_key);
    if (!key || !(EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")) ||
        !key_identifier(key, id))
        return ossl_fail(e, RC_UNSUPPORTED, "This kind of key cannot be used for mail.");
    if (in->from < parent.info.not_before || in->until > parent.info.not_after)
        return err_invalid(e, "validity", "It would outlive the authority.");
    put_version3(&b);
    TRY(put_serial(&b, e));
    buf_str(&b, parent.algorithm);
    buf_str(&b, parent.name);
    put_validity(&b, in->from, in->until);
    put_mailbox_name(&b, in->address);
    buf_str(&b, in->public_key);
    put_mailbox_extensions(&b, in, key, id, parent.info.key_identifier);
    return finish(&b, a, tbs, e);
}

/* --- lists ------------------------------------------------------------------------------------ */

int issue_reason(str_t word)
{
    str_t one, rest = STR(ISSUE_REASONS);
    for (bool more = true; more;) {
        more = str_cut(rest, ' ', &one, &rest);
        if (str_eq(one, word)) return revoked_reason_number(word);
    }
    return -1;
}

static rc_t put_revoked(struct buf *b, const struct issue_revoked *r, struct arena *a,
                        struct err *e)
{
    size_t at = b->n;
    str_t serial;
    if (r->serial.n != ISSUE_SERIAL_DIGITS || !hex_decode(a, r->serial, &serial) ||
        (serial.p[0] & 0xc0) != 0x40)
        return err_invalid(e, "serial", "That is not a serial number of ours.");
    der_add(b, BER_INTEGER, serial);
    put_time(b, r->at);
    if (r->reason > 0) {
        size_t list = b->n;
        struct extension x = begin(b, OID_REASON, false);
        put_number(b, ENUMERATED, r->reason);
        end(b, x);
        der_wrap(b, list, BER_SEQUENCE);
    }
    der_wrap(b, at, BER_SEQUENCE);
    return RC_OK;
}

static void put_list_extensions(struct buf *b, int64_t number, str_t authority_id)
{
    size_t at = b->n;
    put_authority_key(b, authority_id);
    struct extension x = begin(b, OID_LIST_NUMBER, false);
    put_number(b, BER_INTEGER, number);
    end(b, x);
    der_wrap(b, at, BER_SEQUENCE);
    der_wrap(b, at, BER_CONTEXT_CONS(0));
}

rc_t issue_list(const struct issue_list *in, struct arena *a, str_t *tbs, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(TBS_MAX);
    struct parent parent;
    if (in->number < 1) return err_invalid(e, "number", "Lists are counted from 1.");
    TRY(judge_times(in->at, in->next, e));
    TRY(read_parent(in->authority, a, &parent, e));
    der_add(&b, BER_INTEGER, STR("\x01"));
    buf_str(&b, parent.algorithm);
    buf_str(&b, parent.name);
    put_time(&b, in->at);
    put_time(&b, in->next);
    size_t at = b.n;
    for (size_t i = 0; i < in->count; i++)
        TRY(put_revoked(&b, &in->revoked[i], a, e));
    if (in->count > 0) der_wrap(&b, at, BER_SEQUENCE);
    put_list_extensions(&b, in->number, parent.info.key_identifier);
    return finish(&b, a, tbs, e);
}
