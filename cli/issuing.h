/* What the commands of authorities and of what they issue share. */
#ifndef WAXSEAL_CLI_ISSUING_H
#define WAXSEAL_CLI_ISSUING_H

#include "cli/registry.h"
#include "policy/issuing.h"

/* The key agent's administration, or NULL where the configuration has none. */
const struct agent *issuing_agent(const struct desk *d, struct agent *out);
/* A file of --out. RC_INVALID. */
rc_t issuing_write(str_t path, str_t bytes, struct err *e) WX_MUST_USE;

#endif
