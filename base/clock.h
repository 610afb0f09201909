/* Time that only moves forward, for deadlines. */
#ifndef WAXSEAL_BASE_CLOCK_H
#define WAXSEAL_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
int64_t clock_ms(void);

#endif
