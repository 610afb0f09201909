/* X.509 certificates and trust (RFC 5280, 8398, 8550).
 *
 * struct cert is one immutable, reference-counted certificate; safe to read from
 * several threads. struct trust is an immutable set of roots with a purpose.
 */
#ifndef WAXSEAL_CRYPTO_CERT_H
#define WAXSEAL_CRYPTO_CERT_H

#include "base/arena.h"
#include "base/err.h"

struct cert;
struct trust;

/* DER (nothing may follow it), or the first certificate of a PEM text. RC_DAMAGED, RC_TOO_LARGE
 * (over 64 KB). */
rc_t cert_parse(str_t bytes, struct cert **out, struct err *e) WX_MUST_USE;
struct cert *cert_ref(struct cert *c);
void cert_unref(struct cert *c);              /* NULL is allowed */
str_t cert_der(const struct cert *c);         /* lives as long as c */
str_t cert_fingerprint(const struct cert *c); /* SHA-256, 64 lower-case hex digits */
bool cert_equal(const struct cert *a, const struct cert *b);
/* SHA-256 of the SubjectPublicKeyInfo, as the key agent names keys: 64 lower-case hex digits and a
 * NUL. RC_NO_MEMORY. */
rc_t cert_key_id(const struct cert *c, char out[65], struct err *e) WX_MUST_USE;

struct cert_info {
    str_t subject, issuer; /* RFC 4514 text, UTF-8, for showing */
    str_t common_name;     /* or null */
    str_t serial;          /* hex */
    str_t *addresses;      /* rfc822Name and SmtpUTF8Mailbox of the SAN; never the subject */
    size_t address_count;
    int64_t not_before, not_after;
    const char *key_algorithm; /* "rsa", "rsa-pss", "rsa-oaep", "ec", "ed25519", ... */
    unsigned key_bits;
    str_t curve;                /* "P-256", or null */
    bool can_sign, can_encrypt; /* key usage and extended key usage allow it (RFC 8550 section 4.4)
                                   and we can do it with this kind of key (RSA, EC) */
    bool is_ca;
    bool weak;               /* RSA < 2048, SHA-1 or MD5 signed */
    bool weak_hash;          /* SHA-1 or older, of a self-signed one too, whose signature proves
                                nothing */
    str_t ocsp_url, crl_url; /* first of each, HTTP before other schemes, or null */
    /* As recipient infos name it: DER Name, content octets of the INTEGER (as in struct
     * cms_recipient; null past 127), SubjectKeyIdentifier or null. */
    str_t issuer_der, serial_der, key_identifier;
};
rc_t cert_describe(const struct cert *c, struct arena *a, struct cert_info *out,
                   struct err *e) WX_MUST_USE;

enum address_match { ADDRESS_NO, ADDRESS_YES, ADDRESS_CASE /* local part differs in case only */ };
/* Against the SAN addresses only (rfc822Name, SmtpUTF8Mailbox), each of which must be one bare
 * mailbox; the subject never counts. Local parts byte by byte; domains without ASCII case, U-labels
 * turned into A-labels by Punycode without IDNA's mapping or normalisation (a domain that is not
 * in lower case NFC does not match). */
enum address_match cert_matches_address(const struct cert *c, str_t address);

enum chain_status {
    CHAIN_TRUSTED,
    CHAIN_UNKNOWN_ISSUER,
    CHAIN_INCOMPLETE,
    CHAIN_EXPIRED,
    CHAIN_NOT_YET_VALID,
    CHAIN_PURPOSE,
    CHAIN_WEAK,
    CHAIN_INVALID
};
enum revocation {
    REVOCATION_NOT_CHECKED, /* nobody was asked */
    REVOCATION_NO_SOURCE,   /* no certificate of the path names a place to ask */
    REVOCATION_GOOD,
    REVOCATION_REVOKED,
    REVOCATION_UNKNOWN /* asked, without a usable answer */
};
/* Who vouches for the end of the chain. */
enum trusted_by {
    TRUSTED_BY_NONE,
    TRUSTED_BY_MAIL_ROOTS,   /* a root with the e-mail trust bit */
    TRUSTED_BY_ORGANISATION, /* a certificate of trust_dir */
    TRUSTED_BY_PERSONAL,     /* one of the question's anchors */
    TRUSTED_BY_REGISTERED    /* it is one of the question's vouched certificates */
};
const char *chain_status_word(enum chain_status s); /* "trusted", "unknown_issuer", ... */
const char *revocation_word(enum revocation r);
const char *trusted_by_word(enum trusted_by t); /* "none", "mail_roots", ... */

/* What is known about the revocation of a whole path: the worst of its certificates. Times are Unix
 * seconds, 0: unknown. */
struct cert_revocation {
    enum revocation status;
    const char *source; /* "ocsp", "crl" (constants), or NULL */
    char url[512];      /* where the answer came from, or "" */
    int64_t this_update, next_update, revoked_at;
    const char *reason; /* word of RFC 5280 section 5.3.1 ("keyCompromise"; a constant), or NULL */
};

enum { CERT_PATH_MAX = 12 };

/* What may be asked while a certificate is judged. Either callback may be NULL. Called from the
 * thread that judges; must keep to a deadline of their own. */
struct cert_checks {
    /* Was one of path[0] .. path[n - 2] revoked? Leaf first; path[n - 1] only issued: it is the
     * anchor (or, where the leaf itself is the anchor, its issuer) and is not asked about. n is 1
     * when a trusted leaf's issuer is not at hand. Not called when none names a source. */
    void (*revocation)(void *holder, struct cert *const *path, size_t n,
                       struct cert_revocation *out);
    /* Certificates that may have issued `cert`, from where it says they are (AIA): at most max
     * references for the caller to release. Returns how many; 0: none to be had. */
    size_t (*issuers)(void *holder, const struct cert *cert, struct cert **out, size_t max);
    void *holder;
};

enum cert_purpose { PURPOSE_SIGN, PURPOSE_ENCRYPT };

/* What looking for other ways up, where several authorities have one name, may still cost. */
struct cert_effort {
    unsigned checks, attempts; /* signatures looked at, chains judged */
};
#define CERT_EFFORT ((struct cert_effort){.checks = 48, .attempts = 12})

/* Everything is borrowed for the call. */
struct cert_question {
    struct cert *const *bag; /* intermediates that may help; proves nothing by itself */
    size_t bag_count;
    const struct trust *trust;   /* NULL: nothing is trusted but the anchors */
    struct cert *const *anchors; /* personal trust, already chosen for the address in question */
    size_t anchor_count;
    /* Certificates that somebody vouches for, already chosen for the address in question: each
     * counts for itself and makes no other one trusted, whatever it says of itself. */
    struct cert *const *vouched;
    size_t vouched_count;
    enum cert_purpose purpose;
    int64_t at;                       /* Unix seconds */
    const struct cert_checks *checks; /* NULL: nothing is asked */
    /* Shared by the questions of one message, as a stranger decides how many signers it has, and
     * counted down; NULL: CERT_EFFORT for this one alone. */
    struct cert_effort *effort;
};

/* cert_verdict_free when done; zeroed it is an empty one. */
struct cert_verdict {
    enum chain_status chain;
    enum trusted_by trusted_by; /* NONE unless the chain is trusted */
    struct cert_revocation revocation;
    /* Leaf first, ends with the anchor when trusted, else with the last that was found. */
    struct cert *path[CERT_PATH_MAX];
    size_t path_count;
    char detail[160]; /* OpenSSL's sentence, for the details panel; "" when trusted */
};
/* Chain for S/MIME signing or encryption at a time. Any certificate of the trust set and any anchor
 * ends a chain, also one that is no root (partial chain). When several things are wrong the worst
 * is told: invalid, unknown issuer or incomplete, purpose, expired, weak, not yet valid.
 * CHAIN_INCOMPLETE: the issuer is not at hand, but the last certificate says where to get it (AIA);
 * checks->issuers is asked before that is the answer, at most 4 times. The anchors count only where
 * trust knows no issuer; an anchor that is the certificate itself ends the chain there. So does a
 * vouched one, which counts where trust knows no issuer, before the anchors.
 * checks->revocation is asked when the chain is trusted or only expired; without it
 * REVOCATION_NO_SOURCE when no certificate of the path (anchor aside) names one, else
 * REVOCATION_NOT_CHECKED. What out held before is not released. */
void cert_verify(const struct cert *c, const struct cert_question *q, struct cert_verdict *out);
void cert_verdict_free(struct cert_verdict *v); /* NULL and zeroed are allowed; leaves it zeroed */
/* Both are to be freed. */
void cert_verdict_copy(struct cert_verdict *to, const struct cert_verdict *from);

struct trust_place {
    str_t path; /* null: none */
    enum trusted_by source;
};
/* PEM files, DER files, or directories of *.pem (sub-folders are not read). An empty directory is
 * allowed (nothing is trusted). A line "# distrust-after: RFC 3339 time in UTC" in front of a PEM
 * certificate ends its trust for certificates that begin later. A certificate that comes twice
 * counts as of the first place. RC_NOT_FOUND, RC_DAMAGED names the file: one without a readable
 * certificate. The set is immutable, any thread. */
rc_t trust_load_places(const struct trust_place *places, size_t n, struct trust **out,
                       struct err *e) WX_MUST_USE;
rc_t trust_load(str_t path, struct trust **out, struct err *e) WX_MUST_USE; /* organisation's */
/* The same from a text in PEM. */
rc_t trust_read(str_t pem, enum trusted_by source, struct trust **out, struct err *e) WX_MUST_USE;
/* Everything of base (or NULL) and these certificates (references are taken). What base says of a
 * certificate stands. */
rc_t trust_extend(const struct trust *base, struct cert *const *certs, size_t n,
                  enum trusted_by source, struct trust **out, struct err *e) WX_MUST_USE;
size_t trust_count(const struct trust *t, enum trusted_by source);
void trust_free(struct trust *t);
/* Subject Name for a person from a DER Name. */
str_t cert_name_text(str_t der_name, struct arena *a);

#endif
