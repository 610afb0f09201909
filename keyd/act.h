/* What is asked of the agent: one request in, one answer out. No I/O but the audit line. */
#ifndef WAXSEAL_KEYD_ACT_H
#define WAXSEAL_KEYD_ACT_H

#include <sys/types.h>

#include "crypto/agent_wire.h"
#include "crypto/keyring/keyring.h"
#include "keyd/limits.h"
#include "keyd/master.h"

/* Shared by all threads, never changed while they run. */
struct agency {
    struct master master;
    struct limits *limits;
    bool locked, confined; /* what agent_ping tells */
};

/* One thread's request. */
struct act {
    const struct agency *agency;
    struct keyring *keyring; /* the thread's own; empty before and after */
    struct arena *a;         /* wiping; holds the answer until it was sent */
    uid_t user;              /* who asks */
    str_t answer[AGENT_MAX_FIELDS];
    size_t answers;
};

enum { ACT_ARENA_BYTES = 16 << 20 };

/* Does what the frame asks (its operation is one of the door's), writes the audit line and leaves
 * the keyring empty. answer is filled for AGENT_RESULT_DONE only. */
enum agent_result act_run(struct act *t, const struct agent_frame *f);

/* Adds a field to the answer: a copy in the arena. False: no room. */
bool act_answer(struct act *t, const void *p, size_t n);
/* Adds a result of the keyring, and releases it. */
enum agent_result act_give(struct act *t, enum keyring_rc rc, uint8_t *p, size_t n);
enum agent_result act_result(enum keyring_rc rc);
/* Reads the place in the first fields of an operation on a key. */
bool act_read_place(const struct agent_frame *f, struct agent_key *out);
bool act_read_purpose(str_t word, enum agent_purpose *out);

/* One function each operation. own: its fields behind the place. */
enum agent_result act_sign(struct act *t, const struct agent_key *k, const str_t *own);
enum agent_result act_unwrap(struct act *t, const struct agent_key *k, const str_t *own);
enum agent_result act_derive(struct act *t, const struct agent_key *k, const str_t *own);
enum agent_result act_failed(struct act *t, const struct agent_key *k, const str_t *own);
enum agent_result act_request(struct act *t, const struct agent_key *k, const str_t *own);
enum agent_result act_issue(struct act *t, const struct agent_key *k, const str_t *own);
enum agent_result act_reseal(struct act *t, const struct agent_key *k, const str_t *own);
/* k: purpose, organisation and mailbox of what is made. own: fields behind them. */
enum agent_result act_import(struct act *t, struct agent_key *k, const str_t *own);
enum agent_result act_generate(struct act *t, struct agent_key *k, const str_t *own);

#endif
