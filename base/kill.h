/* Kill points: places on the way of a send where a worker may die, named in the code.
 *
 * In an ordinary build WX_KILL_POINT(name) is nothing. `make KILL=1` builds programs (in
 * build/kill, never installed) that end themselves by SIGKILL at the point a test has armed:
 * $WAXSEAL_KILL_DIR/armed holds "name" or "name:2" (the second time). Whoever dies there removes
 * that file first, so that each arming kills once, and adds the name to $WAXSEAL_KILL_DIR/killed.
 * tests/fault finds the names by reading the source.
 */
#ifndef WAXSEAL_BASE_KILL_H
#define WAXSEAL_BASE_KILL_H

#ifdef WAXSEAL_KILL
void kill_point(const char *name);
#define WX_KILL_POINT(name) kill_point(name)
/* How long is waited for a dead or silent one: a test waits less. */
#define WX_PATIENCE(seconds) ((void) (seconds), 3)
#else
#define WX_KILL_POINT(name) ((void) 0)
#define WX_PATIENCE(seconds) (seconds)
#endif

#endif
