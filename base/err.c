#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *word;
    int http;
    const char *lmtp;
    const char *sentence;
} table[RC_COUNT] = {
#define X(name, word, http, lmtp, text) [RC_##name] = {word, http, lmtp, text},
    ERR_TABLE(X)
#undef X
};

static rc_t known(rc_t code)
{
    return (unsigned) code < RC_COUNT ? code : RC_INTERNAL;
}

const char *err_word(rc_t code)
{
    return table[known(code)].word;
}

int err_http_status(rc_t code)
{
    return table[known(code)].http;
}

const char *err_lmtp_reply(rc_t code)
{
    return table[known(code)].lmtp;
}

const char *err_sentence(rc_t code)
{
    return table[known(code)].sentence;
}

/* A cut message must not end inside a UTF-8 sequence: it goes out as JSON. */
static void trim_partial_utf8(char *text)
{
    size_t n = strlen(text);
    while (n && !str_is_utf8(str_n(text, n)))
        n--;
    text[n] = '\0';
}

rc_t err_set(struct err *e, rc_t code, const char *fmt, ...)
{
    if (!e) return code;
    memset(e, 0, sizeof *e);
    e->code = code;
    if (!fmt) {
        snprintf(e->message, sizeof e->message, "%s", err_sentence(code));
        return code;
    }
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->message, sizeof e->message, fmt, ap);
    va_end(ap);
    trim_partial_utf8(e->message);
    return code;
}

void err_detail(struct err *e, const char *fmt, ...)
{
    if (!e) return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->detail, sizeof e->detail, fmt, ap);
    va_end(ap);
    trim_partial_utf8(e->detail);
}

void err_field(struct err *e, const char *field)
{
    if (e) snprintf(e->field, sizeof e->field, "%s", field);
}

rc_t err_invalid(struct err *e, const char *field, const char *sentence)
{
    err_set(e, RC_INVALID, "%s", sentence);
    err_field(e, field);
    return RC_INVALID;
}

void err_position(struct err *e, unsigned position)
{
    if (e) e->position = position;
}
