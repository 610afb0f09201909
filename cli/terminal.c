#include "cli/terminal.h"

#include "mail/text.h"

bool terminal_text(str_t foreign, struct buf *out)
{
    for (size_t i = 0; i < foreign.n;) {
        size_t from = i;
        bool harmless = text_control(foreign, from) == 0;
        uint32_t cp = text_next_utf8(foreign, &i);
        str_t one = str_sub(foreign, from, i);
        harmless = harmless && (cp != 0xfffd || str_eq(one, STR("\xef\xbf\xbd")));
        buf_str(out, harmless ? one : STR("?"));
    }
    return !out->failed;
}

void terminal_put(FILE *f, str_t foreign)
{
    CLEANUP_BUF struct buf b = BUF_INIT(foreign.n + 1);
    terminal_text(foreign, &b);
    fprintf(f, "%.*s", STR_ARG(buf_view(&b)));
}
