/* Prints the text/plain bodies of a message in UTF-8, one after the other: what a reader of the
 * plain alternative gets, where the view prefers HTML. plain FILE */
#include <stdio.h>
#include <stdlib.h>

#include "mail/entity.h"

static void print(const struct entity *m)
{
    CLEANUP_BUF struct buf b = BUF_INIT(64u << 20);
    if (str_eq(m->disposition, STR("attachment")) || str_eq(m->type, STR("message"))) return;
    for (size_t i = 0; i < m->child_count; i++)
        print(&m->children[i]);
    if (m->child_count || !str_eq(m->type, STR("text")) || !str_eq(m->subtype, STR("plain")))
        return;
    if (entity_decode_text(m, &b, NULL) == RC_OK) printf("%.*s\n", STR_ARG(buf_view(&b)));
}

int main(int argc, char **argv)
{
    CLEANUP_BUF struct buf file = BUF_INIT(64u << 20);
    CLEANUP_ARENA struct arena *a = arena_new(64u << 20);
    char chunk[65536];
    struct entity *m;
    struct err e;
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!f || !a) return 2;
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        buf_add(&file, chunk, n);
    fclose(f);
    if (entity_parse(buf_view(&file), NULL, a, &m, &e) != RC_OK) {
        fprintf(stderr, "%s\n", e.message);
        return 1;
    }
    print(m);
    return 0;
}
