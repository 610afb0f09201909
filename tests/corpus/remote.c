/* remote: HTML texts on standard input, each ended by NUL; prints a line for each picture that
 * would be asked for elsewhere: number of the text, TAB, its URL. For tests/corpus. */
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "mail/remote.h"

static bool read_all(struct buf *b)
{
    char chunk[65536];
    for (ssize_t n; (n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0;)
        if (!buf_add(b, chunk, (size_t) n)) return false;
    return true;
}

int main(void)
{
    CLEANUP_BUF struct buf all = BUF_INIT((size_t) 64 << 20);
    if (!read_all(&all)) return 2;
    str_t left = buf_view(&all), one;
    for (unsigned number = 0; left.n > 0; number++) {
        struct arena *a = arena_new((size_t) 64 << 20);
        struct remote_images r;
        str_cut(left, '\0', &one, &left);
        if (!a || remote_images_new(256, a, &r, NULL) != RC_OK ||
            remote_images_add(&r, one, a, NULL) != RC_OK)
            return 1;
        for (size_t i = 0; i < r.count; i++)
            printf("%u\t%.*s\n", number, STR_ARG(r.list[i].url));
        arena_free(a);
    }
    return 0;
}
