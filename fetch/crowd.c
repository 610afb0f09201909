#include "fetch/crowd.h"

#include <stdio.h>
#include <string.h>

bool crowd_enter(struct crowd *c, const char *host, int64_t now, unsigned *place)
{
    unsigned slow = 0, most = (c->threads + 1) / 2, free_place = c->threads;
    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < c->threads; i++) {
        if (c->waits[i].since == 0)
            free_place = i;
        else if (now - c->waits[i].since > LIMIT_SLOW_MS && strcmp(c->waits[i].host, host) == 0)
            slow++;
    }
    bool in = slow < most && free_place < c->threads;
    if (in) {
        c->waits[free_place].since = now;
        snprintf(c->waits[free_place].host, sizeof c->waits[0].host, "%s", host);
        *place = free_place;
    }
    pthread_mutex_unlock(&c->lock);
    return in;
}

void crowd_leave(struct crowd *c, unsigned place)
{
    pthread_mutex_lock(&c->lock);
    c->waits[place].since = 0;
    pthread_mutex_unlock(&c->lock);
}
