/* What the administrative commands need: the configuration and its Redis. */
#ifndef WAXSEAL_CLI_CTL_H
#define WAXSEAL_CLI_CTL_H

#include "base/config.h"
#include "base/kv.h"

struct ctl {
    struct arena *a;
    struct config *config;
    struct kv *kv;
};

/* Of the file named by --config or $WAXSEAL_CONF. Does not connect yet. */
rc_t ctl_open(struct ctl *out, struct err *e) WX_MUST_USE;
void ctl_close(struct ctl *c);
/* Says on standard error what went wrong; returns EXIT_FAILED. */
int ctl_failed(const struct err *e);

#define CLEANUP_CTL __attribute__((cleanup(ctl_close)))

#endif
