/* Master keys: what the private keys of organisations are sealed with.
 *
 * A file of text: one key a line, 64 hexadecimal digits; empty lines and lines that begin with "#"
 * are passed over. The last line is the newest and seals; all of them open. A key's id is derived
 * from it and public: it stands in front of what was sealed with it.
 *
 *     sealed key: 1 (version) ‖ id (8 bytes) ‖ AES-256-GCM (crypto/seal.h)
 *
 * The cipher's key is derived from the master key for each organisation. Associated data: purpose,
 * organisation, mailbox and id of the sealed key, each with its length in front.
 */
#ifndef WAXSEAL_KEYD_MASTER_H
#define WAXSEAL_KEYD_MASTER_H

#include "crypto/agent.h"

enum { MASTER_MAX = 16, MASTER_ID_BYTES = 8, MASTER_KEY_BYTES = 32, MASTER_FILE_BYTES = 8192 };

struct master {
    size_t count; /* the last one is the newest */
    struct {
        unsigned char id[MASTER_ID_BYTES], key[MASTER_KEY_BYTES];
    } keys[MASTER_MAX];
};

/* The file belongs to us or root and nobody else may read it. `credential`: it is one of systemd's,
 * whose mode shows a group that has no members. RC_INVALID says what is wrong and never what is in
 * the file. */
rc_t master_load(const char *path, bool credential, struct master *out, struct err *e) WX_MUST_USE;
/* Reads the text of such a file. */
rc_t master_read(str_t text, struct master *out, struct err *e) WX_MUST_USE;
void master_wipe(struct master *m);
/* Id of the newest, 16 hexadecimal digits. */
void master_newest(const struct master *m, char out[2 * MASTER_ID_BYTES + 1]);

/* False for names that no key can have: see struct agent_key. */
bool master_is_place(const struct agent_key *k);
/* Seals for the place that k names (k->sealed is not read). */
rc_t master_seal(const struct master *m, const struct agent_key *k, str_t plain, struct arena *a,
                 str_t *out, struct err *e) WX_MUST_USE;
/* RC_DAMAGED for whatever does not open. plain lives in the (wiping) arena. */
rc_t master_open(const struct master *m, const struct agent_key *k, struct arena *a, str_t *plain,
                 struct err *e) WX_MUST_USE;

#endif
