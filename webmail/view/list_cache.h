/* Texts made for lists: rendered pages, kept while a mailbox has not changed, and first words of
 * messages.
 *
 * The key of a page names session, mailbox, window and the mailbox's state (UIDVALIDITY, UIDNEXT,
 * MODSEQ, counts): any change gives another key, so entries are never invalidated, only pushed out.
 * Thread-safe.
 */
#ifndef WAXSEAL_WEBMAIL_LIST_CACHE_H
#define WAXSEAL_WEBMAIL_LIST_CACHE_H

#include "base/arena.h"
#include "base/err.h"

struct list_cache;

/* most: bytes of all entries; entries: how many there may be. */
rc_t list_cache_new(size_t most, size_t entries, struct list_cache **out,
                    struct err *e) WX_MUST_USE;
void list_cache_free(struct list_cache *l);
/* Copy in the arena, or the null slice. */
str_t list_cache_get(struct list_cache *l, str_t key, struct arena *a);
void list_cache_put(struct list_cache *l, str_t key, str_t value);
/* The same where the value of a key never changes: one that is there stays as it is. */
void list_cache_put_once(struct list_cache *l, str_t key, str_t value);
/* Forgets every entry whose key begins so (sign-out). */
void list_cache_drop(struct list_cache *l, str_t prefix);
/* Whose entries there are: the distinct first n bytes of the keys, at most `most` of them, into ids
 * (copies in the arena). Returns how many; fewer when the arena is full. */
size_t list_cache_owners(struct list_cache *l, size_t n, struct arena *a, str_t *ids, size_t most);

#endif
