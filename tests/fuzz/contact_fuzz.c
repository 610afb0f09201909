/* vCards: what is shown is UTF-8 without controls, and bounded. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/contact.h"

static void check(str_t s)
{
    if (!str_is_utf8(s)) abort();
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] < 0x20 && s.p[i] != '\n') abort();
}

static void check_values(const struct contact_values *v)
{
    if (v->count > CONTACT_MAX_VALUES) abort();
    for (size_t i = 0; i < v->count; i++)
        check(v->list[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    struct contacts c;
    char *copy = malloc(n + 1); /* its end is where a sanitizer looks */
    memcpy(copy, bytes, n);
    if (contacts_read(str_n(copy, n), a, &c, NULL) == RC_OK) {
        if (c.count > CONTACT_MAX || c.count > c.total) abort();
        for (size_t i = 0; i < c.count; i++) {
            check(c.list[i].name);
            check(c.list[i].organization);
            check(c.list[i].note);
            check_values(&c.list[i].emails);
            check_values(&c.list[i].addresses);
            check_values(&c.list[i].urls);
        }
    }
    free(copy);
    arena_free(a);
    return 0;
}
