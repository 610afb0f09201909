/* What a process of the mail flow has, and what each of its threads has of its own. */
#ifndef WAXSEAL_GATEWAY_GATE_H
#define WAXSEAL_GATEWAY_GATE_H

#include "base/config.h"
#include "base/kv.h"
#include "crypto/agent.h"
#include "policy/roots.h"
#include "policy/rulebook.h"

/* Shared by all threads, never changed while they run. */
struct gate {
    const struct config *config;
    const struct trust *trust; /* the installation's */
    struct roots *roots;
    struct rulebook *rules;
    struct agent agent; /* the gate's socket */
};

/* One thread's work at one mail. */
struct gate_work {
    const struct gate *gate;
    struct kv *kv;
    struct arena *a; /* wiping; the mail's */
    int64_t now;     /* seconds since 1970, when the mail was whole */
};

static inline struct registry gate_registry(const struct gate_work *w)
{
    return (struct registry){w->kv, w->gate->config};
}

#endif
