/* What the process gives up: core dumps, being looked into, swap, files, the network, programs.
 *
 * In builds with a sanitizer confine_memory and confine_calls do nothing and say so: the sanitizers
 * need files and more memory than may be locked.
 */
#ifndef WAXSEAL_KEYD_CONFINE_H
#define WAXSEAL_KEYD_CONFINE_H

#include <stdbool.h>

#include "base/err.h"

/* First of all: no core dump by any way, no /proc/PID/mem or ptrace for other processes of our
 * user. */
void confine_early(void);
/* Every page from now on stays in memory. False: the limits (RLIMIT_MEMLOCK) do not allow it. */
bool confine_memory(void);
/* For all threads, for good: only the system calls that serving takes. Files cannot be opened
 * (EPERM: the C library tries to, harmlessly); what only somebody else's code would do (a new
 * program, process, socket or connection, executable memory, other processes' memory) ends the
 * process. *confined is false in a build with a sanitizer. */
rc_t confine_calls(bool *confined, struct err *e) WX_MUST_USE;

#endif
