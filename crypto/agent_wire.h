/* What waxseal-keyd and who asks it say to each other (crypto/agent.h is the client).
 *
 * One request and one answer a connection, over a Unix stream socket. Numbers are unsigned, big
 * endian. A frame is a head of 12 bytes and what it announces:
 *
 *      0  4  "WXK1" (request) or "WXL1" (answer)
 *      4  1  operation, or result
 *      5  1  number of fields
 *      6  2  zero
 *      8  4  length of all that follows
 *     then each field: 4 bytes length, its bytes
 *
 * Number and greatest length of a request's fields are fixed by its operation (AGENT_OPERATIONS)
 * and checked before anything is read on: what does not fit ends the connection without an answer.
 */
#ifndef WAXSEAL_CRYPTO_AGENT_WIRE_H
#define WAXSEAL_CRYPTO_AGENT_WIRE_H

#include "base/buf.h"
#include "base/str.h"

enum {
    AGENT_HEAD = 12,
    AGENT_MAX_FIELDS = 128,
    AGENT_MAX_PLACE = 5, /* fields that name a key, first of every operation on one */
    AGENT_MAX_NAME = 64, /* organisation: 1 to 64 of a-z 0-9 - _ */
    AGENT_MAX_ADDRESS = 254,
    AGENT_KEY_ID = 64, /* SHA-256 of the SubjectPublicKeyInfo, lower-case hex */
    AGENT_MAX_SEALED = 12 << 10,
    AGENT_MAX_ATTRIBUTES = 64 << 10,
    AGENT_MAX_TBS = 1 << 20,
    AGENT_MAX_FILE = 2 << 20,
    AGENT_MAX_PASSPHRASE = 1024,
    AGENT_MAX_ANSWER = 4 << 20
};

/* Through which socket an operation may be asked for. */
enum { AGENT_GATE = 1, AGENT_ADMIN = 2 };

/* "place" is: purpose, organisation, mailbox, key id, sealed key.
 * X(name, word, doors, greatest length of each field behind the place, is on a key) */
#define AGENT_OPERATIONS(X)                                                                        \
    X(PING, "ping", AGENT_GATE | AGENT_ADMIN, 0, L(0))                                             \
    /* digest name, "pkcs1" or "pss", signed attributes, digest of the content */                  \
    X(SIGN, "sign", AGENT_GATE, 1, L(8, 5, AGENT_MAX_ATTRIBUTES, 64))                              \
    /* AlgorithmIdentifier, encrypted key, length of the content key (decimal) */                  \
    X(UNWRAP, "unwrap", AGENT_GATE, 1, L(4096, 1024, 2))                                           \
    /* AlgorithmIdentifier, originator's SubjectPublicKeyInfo, "" or 01 and ukm, wrapped key */    \
    X(DERIVE, "derive", AGENT_GATE, 1, L(4096, 2048, 1025, 256))                                   \
    X(FAILED, "failed", AGENT_GATE, 1, L(0))                                                       \
    /* purpose, organisation, mailbox, passphrase (UTF-8), PKCS#12 */                              \
    X(IMPORT, "import", AGENT_ADMIN, 0,                                                            \
      L(16, AGENT_MAX_NAME, AGENT_MAX_ADDRESS, AGENT_MAX_PASSPHRASE, AGENT_MAX_FILE))              \
    /* purpose, organisation, mailbox, kind */                                                     \
    X(GENERATE, "generate", AGENT_ADMIN, 0, L(16, AGENT_MAX_NAME, AGENT_MAX_ADDRESS, 16))          \
    /* common name, address */                                                                     \
    X(REQUEST, "request", AGENT_ADMIN, 1, L(256, AGENT_MAX_ADDRESS))                               \
    X(ISSUE, "issue", AGENT_ADMIN, 1, L(AGENT_MAX_TBS))                                            \
    /* mailbox it belongs to from now on */                                                        \
    X(RESEAL, "reseal", AGENT_ADMIN, 1, L(AGENT_MAX_ADDRESS))

enum agent_operation {
#define X(name, word, doors, key, most) AGENT_##name,
    AGENT_OPERATIONS(X)
#undef X
        AGENT_OPERATION_COUNT
};

/* The uniform words of an answer. */
#define AGENT_RESULTS(X)                                                                           \
    X(DONE, "done")                                                                                \
    X(REFUSED, "refused")     /* not an operation this key does, or not these bytes */             \
    X(UNKNOWN, "unknown_key") /* the sealed key does not open for this place */                    \
    X(FAILURE, "failed")      /* the key operation failed; never says where */                     \
    X(WRONG_PASSPHRASE, "wrong_passphrase")                                                        \
    X(DAMAGED, "damaged")                                                                          \
    X(UNSUPPORTED, "unsupported")                                                                  \
    X(EMPTY, "empty")       /* a PKCS#12 file without a private key */                             \
    X(STOPPED, "stopped")   /* too many failures: decrypting rests (4.7.0) */                      \
    X(TOO_FAST, "too_fast") /* the key's rate is used up */                                        \
    X(BUSY, "busy")         /* no room, or the agent stops */

enum agent_result {
#define X(name, word) AGENT_RESULT_##name,
    AGENT_RESULTS(X)
#undef X
        AGENT_RESULT_COUNT
};

const char *agent_operation_word(enum agent_operation op);
const char *agent_result_word(enum agent_result r);
unsigned agent_operation_doors(enum agent_operation op);
bool agent_operation_has_key(enum agent_operation op);
/* Number of fields; the last of an operation's may be up to *most bytes in all (with lengths). */
size_t agent_operation_fields(enum agent_operation op, size_t *most);

struct agent_frame {
    unsigned code;
    size_t count, length; /* fields; bytes behind the head */
    str_t fields[AGENT_MAX_FIELDS];
};

/* Appends a frame. False: too many fields, or no room. */
bool agent_put(bool request, unsigned code, const str_t *fields, size_t count, struct buf *out);
/* Fills code, count and length. door: AGENT_GATE or AGENT_ADMIN for a request, 0 for an answer.
 * False, and *out untouched, for anything but a head this version writes at that door. */
bool agent_read_head(unsigned door, const unsigned char head[AGENT_HEAD], struct agent_frame *out);
/* Cuts what follows the head, exactly f->length bytes, into f->fields (not copied). */
bool agent_cut(unsigned door, str_t rest, struct agent_frame *f);

#endif
