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
            json_pack("{s:s, s:[s,s,i], s:{s:s}, s:b, s:[{s:s}]}", "v", "\x01<\x01", "l", "<",
                      "\x01<script\x01", 5, "o", "k", "\x01<\x01", "y", 1, "r", "x", "\x01<\x01");
    struct buf out = BUF_INIT(1u << 16);
    rc_t rc = template_render_text(str_n(bytes, n), model, &out, NULL);
    /* The values' "<" stands between two U+0001; a text of the input cannot be told from it. */
    if (rc == RC_OK && !memchr(bytes, 1, n) && str_find(buf_view(&out), STR("\x01<")) >= 0) abort();
    buf_free(&out);
    return 0;
}
