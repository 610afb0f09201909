/* Template texts: parse or name the line, never write markup from a value. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "fcgi/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static json_t *model;
    if (!model)
        model =
            json_pack("{s:s, s:[s,s,i], s:{s:s}, s:b, s:[{s:s}]}", "v", "\x01<\x02", "l", "<",
                      "\x01<script\x02", 5, "o", "k", "\x01<\x02", "y", 1, "r", "x", "\x01<\x02");
    struct buf out = BUF_INIT(1u << 16);
    rc_t rc = template_render_text(str_n(bytes, n), model, &out, NULL);
    /* Each "<" of a value stands between U+0001 and U+0002, which only values have here. */
    if (rc == RC_OK && !memchr(bytes, 2, n) && str_find(buf_view(&out), STR("\x01<\x02")) >= 0)
        abort();
    buf_free(&out);
    return 0;
}
