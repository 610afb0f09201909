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

/* Card by card; what was read is written, and read back as one card of that name. */
static void check_reader(str_t text, struct arena *a)
{
    struct contact_reader r, again;
    struct contact c, back;
    contact_reader_start(&r, text);
    for (int i = 0; i < 200 && contact_reader_next(&r, a, &c); i++) {
        CLEANUP_BUF struct buf out = BUF_INIT(1 << 20);
        const struct contact_card card = {
            .name = c.name, .note = c.note, .emails = c.emails.list, .email_count = c.emails.count};
        if (!contact_write(&card, 3 + i % 2, &out)) continue;
        contact_reader_start(&again, buf_view(&out));
        if (!contact_reader_next(&again, a, &back)) abort();
        if (c.name.n > 0 && c.name.n < 4096 && !str_eq(back.name, c.name)) abort();
        if (contact_reader_next(&again, a, &back)) abort();
        contact_reader_free(&again);
    }
    contact_reader_free(&r);
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
    check_reader(str_n(copy, n), a);
    free(copy);
    arena_free(a);
    return 0;
}
