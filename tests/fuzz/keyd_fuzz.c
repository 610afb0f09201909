/* The key agent behind its peer check: any bytes as a request at either door. Whatever they are, no
 * answer holds a part of the private key, nothing is signed but attributes with their digest, and
 * nothing is left behind. The first byte chooses the door and what a short input is completed to;
 * the fields may name a real sealed key by "@r", "@e" (mailboxes) and "@a" (an authority). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/keyring/custody.h"
#include "keyd/act.h"

enum { KEYS = 3, MAX_INPUT = 1 << 16 };

static struct agency agency;
static struct keyring *ring;
static struct agent_key keys[KEYS];
static str_t secrets[KEYS]; /* a part of each private key */
static struct arena *forever;

static void make(size_t i, enum agent_purpose purpose, const char *kind)
{
    struct act t = {.agency = &agency, .keyring = ring, .a = forever};
    struct agent_frame f = {.code = AGENT_GENERATE, .count = 4};
    keys[i] = (struct agent_key){.purpose = purpose,
                                 .organisation = STR("acme"),
                                 .mailbox = purpose == AGENT_MAILBOX ? STR("a@b.c") : STR("")};
    f.fields[0] = str_c(agent_purpose_word(purpose));
    f.fields[1] = keys[i].organisation;
    f.fields[2] = keys[i].mailbox;
    f.fields[3] = str_c(kind);
    if (act_run(&t, &f) != AGENT_RESULT_DONE) abort();
    keys[i].id = t.answer[0];
    keys[i].sealed = t.answer[1];
    if (master_open(&agency.master, &keys[i], forever, &secrets[i], NULL) != RC_OK) abort();
    secrets[i] = str_sub(secrets[i], 40, 60); /* behind the algorithm: the private number */
    if (kind[0] == 'r') secrets[i] = str_sub(secrets[i], 0, 0);
}

static void set_up(void)
{
    forever = arena_new(4 << 20);
    log_init(STDERR_FILENO, LOG_ERROR + 1, "fuzz");
    if (!forever || keyring_new(&ring) != KEYRING_OK ||
        master_read(STR("00112233445566778899aabbccddeeff102132435465768798a9babbdcedfe0f"),
                    &agency.master, NULL) != RC_OK ||
        limits_new(64, 1000000, &agency.limits, NULL) != RC_OK)
        abort();
    make(0, AGENT_MAILBOX, "rsa3072");
    make(1, AGENT_MAILBOX, "p256");
    make(2, AGENT_AUTHORITY, "p256");
}

/* "@r" as purpose: the place of a real key. */
static void complete(struct agent_frame *f)
{
    if (!agent_operation_has_key(f->code) || f->fields[0].n != 2 || f->fields[0].p[0] != '@')
        return;
    const char c = f->fields[0].p[1];
    const struct agent_key *k = c == 'r' ? &keys[0] : c == 'e' ? &keys[1] : &keys[2];
    f->fields[0] = str_c(agent_purpose_word(k->purpose));
    f->fields[1] = k->organisation;
    f->fields[2] = k->mailbox;
    f->fields[3] = k->id;
    f->fields[4] = k->sealed;
}

static void check(const struct act *t, const struct agent_frame *f)
{
    for (size_t i = 0; i < t->answers; i++)
        for (size_t k = 0; k < KEYS; k++)
            if (secrets[k].n && str_find(t->answer[i], secrets[k]) >= 0) abort();
    if (f->code == AGENT_SIGN && t->answers && str_find(f->fields[7], f->fields[8]) < 0) abort();
    if (f->code == AGENT_ISSUE && t->answers && str_find(t->answer[0], f->fields[5]) < 0) abort();
    if (keyring_key_count(ring) || keyring_cert_count(ring)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct agent_frame f;
    if (!ring) set_up();
    if (n <= AGENT_HEAD || n > MAX_INPUT) return 0;
    unsigned door = bytes[0] & 1 ? AGENT_GATE : AGENT_ADMIN;
    if (!agent_read_head(door, bytes + 1, &f) ||
        !agent_cut(door, str_n(bytes + 1 + AGENT_HEAD, n - 1 - AGENT_HEAD), &f))
        return 0;
    if (f.code == AGENT_GENERATE && str_eq(f.fields[3], STR("rsa3072")))
        return 0; /* seconds each */
    struct arena *a = arena_new_secret(ACT_ARENA_BYTES);
    struct act t = {.agency = &agency, .keyring = ring, .a = a, .user = 1};
    complete(&f);
    act_run(&t, &f);
    check(&t, &f);
    arena_free(a);
    return 0;
}
