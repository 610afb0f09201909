/* Answers of name servers: texts or none, and never a line feed or control character in one. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "fetch/txt.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct buf out = BUF_INIT(TXT_MAX_TEXTS * (TXT_MAX_TEXT + 1));
    if (txt_read(bytes, n, &out)) {
        str_t rest = buf_view(&out), line;
        while (str_cut(rest, '\n', &line, &rest))
            if (line.n == 0 || line.n > TXT_MAX_TEXT || !str_is_clean(line)) abort();
        if (rest.n > 0) abort();
    }
    buf_free(&out);
    return 0;
}
