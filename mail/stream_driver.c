#include "mail/stream_driver.h"

#include <stdlib.h>

#define BUFFER_BYTES 8192

struct guarded {
    struct stream *stream;
    bool guarded;
    size_t bytes, parens;
};

/* Facts of libetpan: a read of 0 is taken for "try again" and loops for ever, so the end is -1. */
static ssize_t driver_read(mailstream_low *low, void *p, size_t n)
{
    struct guarded *g = low->data;
    if (g->guarded && g->bytes == 0) return -1;
    if (g->guarded && n > g->bytes) n = g->bytes;
    ssize_t got = stream_read(g->stream, p, n);
    if (got <= 0) return -1;
    if (!g->guarded) return got;
    g->bytes -= (size_t) got;
    const char *c = p;
    for (ssize_t i = 0; i < got; i++) {
        if (c[i] != '(') continue;
        if (g->parens == 0) return -1;
        g->parens--;
    }
    return got;
}

static ssize_t driver_write(mailstream_low *low, const void *p, size_t n)
{
    struct guarded *g = low->data;
    ssize_t done = stream_write(g->stream, p, n);
    return done > 0 ? done : -1;
}

static int driver_close(mailstream_low *low)
{
    struct guarded *g = low->data;
    stream_close(g->stream);
    g->stream = NULL;
    return 0;
}

static int driver_fd(mailstream_low *low)
{
    struct guarded *g = low->data;
    return g->stream ? stream_fd(g->stream) : -1;
}

static void driver_free(mailstream_low *low)
{
    struct guarded *g = low->data;
    stream_close(g->stream);
    free(g);
    free(low);
}

static void driver_cancel(mailstream_low *low)
{
    (void) low;
}

static struct mailstream_cancel *driver_get_cancel(mailstream_low *low)
{
    (void) low;
    return NULL;
}

static mailstream_low_driver driver = {
    .mailstream_read = driver_read,
    .mailstream_write = driver_write,
    .mailstream_close = driver_close,
    .mailstream_get_fd = driver_fd,
    .mailstream_free = driver_free,
    .mailstream_cancel = driver_cancel,
    .mailstream_get_cancel = driver_get_cancel,
};

mailstream *stream_driver_wrap(struct stream *s)
{
    struct guarded *g = calloc(1, sizeof *g);
    mailstream_low *low = g ? mailstream_low_new(g, &driver) : NULL;
    if (!low) {
        free(g);
        return NULL;
    }
    mailstream *ms = mailstream_new(low, BUFFER_BYTES);
    if (!ms) {
        mailstream_low_free(low);
        return NULL;
    }
    g->stream = s;
    return ms;
}

void stream_driver_release(mailstream *ms)
{
    struct guarded *g = ms->low->data;
    g->stream = NULL;
    mailstream_close(ms);
}

struct stream *stream_driver_stream(mailstream *ms)
{
    struct guarded *g = ms->low->data;
    return g->stream;
}

void stream_driver_guard(mailstream *ms, size_t bytes, size_t parens)
{
    struct guarded *g = ms->low->data;
    g->guarded = bytes > 0;
    g->bytes = bytes;
    g->parens = parens;
}

bool stream_driver_has_leftover(const mailstream *ms)
{
    return ms->read_buffer_len > 0;
}
