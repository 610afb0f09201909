/* Whose turn it is to read an organisation's records anew: all threads of a process see at the same
 * moment that they changed, and one of them reading serves the others, who wait and take its
 * result.
 *
 * A thread takes a turn of the tables before one of the certificates, never the other way.
 */
#ifndef WAXSEAL_WEBMAIL_ADMIN_TURN_H
#define WAXSEAL_WEBMAIL_ADMIN_TURN_H

#include <pthread.h>

#include "base/str.h"

/* A turn that is taken: a local variable of who has it. */
struct turn {
    struct turns *of; /* NULL: none is taken */
    str_t organisation;
    struct turn *next;
};

struct turns {
    pthread_mutex_t lock;
    pthread_cond_t given;
    struct turn *taken; /* at most one of an organisation; as many as there are threads */
};
#define TURNS_INIT                                                                                 \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL                                  \
    }

/* Waits for the organisation's turn (borrowed); others' do not matter. The caller gives it back
 * (CLEANUP_TURN). */
static inline void turn_take(struct turns *t, str_t organisation, struct turn *out)
{
    pthread_mutex_lock(&t->lock);
    for (struct turn *n = t->taken; n;) {
        if (str_eq(n->organisation, organisation)) {
            pthread_cond_wait(&t->given, &t->lock);
            n = t->taken;
        } else {
            n = n->next;
        }
    }
    *out = (struct turn){t, organisation, t->taken};
    t->taken = out;
    pthread_mutex_unlock(&t->lock);
}

static inline void turn_give_cleanup(struct turn *n)
{
    if (!n->of) return;
    pthread_mutex_lock(&n->of->lock);
    struct turn **at = &n->of->taken;
    while (*at != n)
        at = &(*at)->next;
    *at = n->next;
    pthread_cond_broadcast(&n->of->given);
    pthread_mutex_unlock(&n->of->lock);
}
#define CLEANUP_TURN __attribute__((cleanup(turn_give_cleanup)))

#endif
