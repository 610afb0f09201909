/* The first words of anything are one short line of visible UTF-8. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mail/snippet.h"

static void check(str_t s)
{
    size_t n = 0;
    if (!s.p || !str_is_utf8(s) || !str_is_clean(s)) abort();
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char) s.p[i] & 0xc0) != 0x80;
    if (n > SNIPPET_MAX || str_find(s, STR("\xe2\x80\xae")) >= 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(64u << 20);
    str_t raw = str_n(bytes, n);
    bool cut;
    if (!a) return 0;
    check(snippet_of_message(raw, &cut, a));
    check(snippet_of_html(raw, a));
    check(snippet_of_plain(raw, a));
    arena_free(a);
    return 0;
}
