/* The client of waxseal-keyd, the key agent: what a key of an organisation can do, for the gateway
 * and for administration. A private key never comes out of it.
 *
 * Each call is a connection of its own to one of the agent's two sockets: the gate's (agent_sign,
 * agent_unwrap, agent_derive, agent_failed) or the administration's (the others); agent_ping is
 * answered at both. Results live in the caller's arena; for content keys that is to be a wiping
 * one.
 *
 * Failures that all share: RC_KEYD_DOWN (not there, busy, or this user may not ask: a wrong peer is
 * told nothing), RC_FORBIDDEN (refused: not an operation this key does, or not these bytes),
 * RC_DAMAGED (the sealed key does not open for this place).
 */
#ifndef WAXSEAL_CRYPTO_AGENT_H
#define WAXSEAL_CRYPTO_AGENT_H

#include "base/arena.h"
#include "base/err.h"

struct agent {
    str_t socket;
    uint32_t timeout_ms; /* of one call, 1 to 60,000 */
};

/* What a key is for: a mailbox's key never signs as an authority, and the other way round. */
enum agent_purpose { AGENT_MAILBOX, AGENT_AUTHORITY };

/* A key and where it belongs. All of it is bound to the sealed bytes (associated data): they open
 * for no other place. */
struct agent_key {
    enum agent_purpose purpose;
    str_t organisation; /* 1 to 64 of a-z 0-9 - _ */
    str_t mailbox;      /* its address, lower case; empty for an authority */
    str_t id;           /* SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hex digits */
    str_t sealed;       /* opaque */
};

/* --- the gate's socket -------------------------------------------------------------- */

struct agent_signing {
    str_t digest_name; /* "sha256", "sha384", "sha512" */
    bool pss;          /* RSASSA-PSS instead of PKCS #1 v1.5; ignored for EC */
    str_t attributes;  /* DER SET OF signed attributes; what may be in it: keyring_sign */
    str_t digest;      /* what their messageDigest must be */
};
rc_t agent_sign(const struct agent *g, const struct agent_key *k, const struct agent_signing *what,
                struct arena *a, str_t *signature, struct err *e) WX_MUST_USE;

/* Content key of an RSA recipient, `want` bytes. Wrong PKCS #1 v1.5 padding is not a failure: a
 * key that opens nothing comes then, the same each time. RC_DECRYPT_FAILED; RC_KEY_STOPPED: 20
 * failures within an hour, come back later; RC_BUSY: the key's rate is used up. */
rc_t agent_unwrap(const struct agent *g, const struct agent_key *k, str_t algorithm,
                  str_t encrypted, size_t want, struct arena *a, str_t *content_key,
                  struct err *e) WX_MUST_USE;
/* The same for an ECDH recipient (RFC 5753). ukm: null when there is none. */
rc_t agent_derive(const struct agent *g, const struct agent_key *k, str_t algorithm,
                  str_t originator, str_t ukm, str_t wrapped, struct arena *a, str_t *content_key,
                  struct err *e) WX_MUST_USE;
/* Tells that a content key this agent gave did not open its message. Failures the agent sees itself
 * (RC_DECRYPT_FAILED) are counted already. */
rc_t agent_failed(const struct agent *g, const struct agent_key *k, struct err *e) WX_MUST_USE;

/* --- the administration's socket ----------------------------------------------------- */

struct agent_imported {
    str_t id, sealed;
    str_t type; /* "rsa", "ec", ... */
    uint32_t bits;
    str_t public_key;  /* SubjectPublicKeyInfo */
    str_t certificate; /* DER, or null: none in the file belongs to this key */
};
struct agent_import {
    struct agent_imported *keys; /* at least one */
    size_t key_count;
    str_t *certificates; /* DER, the others in the file: issuers, mostly */
    size_t certificate_count;
};
/* Opens a PKCS#12 file inside the agent and gives its keys sealed. RC_WRONG_PASSPHRASE, RC_DAMAGED,
 * RC_UNSUPPORTED, RC_NO_CERTIFICATE (no private key inside). What a certificate is good for, the
 * caller sees by cert_describe. */
rc_t agent_import_p12(const struct agent *g, enum agent_purpose purpose, str_t organisation,
                      str_t mailbox, str_t p12, str_t passphrase, struct arena *a,
                      struct agent_import *out, struct err *e) WX_MUST_USE;
/* Makes a key: "rsa3072", "p256", "p384". */
rc_t agent_generate(const struct agent *g, enum agent_purpose purpose, str_t organisation,
                    str_t mailbox, str_t kind, struct arena *a, struct agent_imported *out,
                    struct err *e) WX_MUST_USE;
/* A certification request (PKCS #10, DER) for a mailbox's key; name and address as in
 * keyring_request. */
rc_t agent_request(const struct agent *g, const struct agent_key *k, str_t common_name,
                   str_t address, struct arena *a, str_t *request, struct err *e) WX_MUST_USE;
/* Signs as the organisation's authority; what it signs: keyring_issue. out: the whole certificate
 * or list. */
rc_t agent_issue(const struct agent *g, const struct agent_key *k, str_t tbs, struct arena *a,
                 str_t *out, struct err *e) WX_MUST_USE;
/* Seals again with the newest master key, for the same mailbox or, when an account was renamed,
 * another one of the organisation. */
rc_t agent_reseal(const struct agent *g, const struct agent_key *k, str_t mailbox, struct arena *a,
                  str_t *sealed, struct err *e) WX_MUST_USE;

/* --- both ---------------------------------------------------------------------------- */

struct agent_state {
    str_t master_key;     /* id of the one that seals */
    uint32_t master_keys; /* how many open */
    bool locked;          /* its memory cannot be swapped out */
    bool confined;        /* its system calls are filtered */
};
rc_t agent_ping(const struct agent *g, struct arena *a, struct agent_state *out,
                struct err *e) WX_MUST_USE;

const char *agent_purpose_word(enum agent_purpose p); /* "mailbox", "authority" */
/* The id of the master key that a sealed key was sealed with (public), or null when it is none. */
str_t agent_sealed_with(str_t sealed, struct arena *a);

#endif
