#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 4096, VALUE = 512 };

static struct {
    int fd;
    enum log_level least;
    char process[32];
} logger = {.fd = STDERR_FILENO, .least = LOG_INFO, .process = "waxseal"};

struct line {
    char p[LINE];
    size_t n;
};

enum log_level log_level_of(str_t word)
{
    static const str_t words[] = {STR_INIT("debug"), STR_INIT("info"), STR_INIT("warn"),
                                  STR_INIT("error")};
    for (int i = 0; i < 4; i++)
        if (str_eq(word, words[i])) return (enum log_level) i;
    return LOG_INFO;
}

void log_init(int fd, enum log_level least, const char *process)
{
    logger.fd = fd;
    logger.least = least;
    snprintf(logger.process, sizeof logger.process, "%s", process);
}

/* Room for the closing "}\n" is always kept. */
static void put(struct line *l, const char *p, size_t n)
{
    size_t room = sizeof l->p - 3 - l->n;
    if (n > room) n = room;
    memcpy(l->p + l->n, p, n);
    l->n += n;
}

/* A quoted JSON string. Controls and bytes outside ASCII are escaped one by one, so that foreign
 * text can neither break the line nor the reader's terminal. */
static void put_quoted(struct line *l, str_t s)
{
    char piece[8];
    if (s.n > VALUE) s.n = VALUE;
    if (sizeof l->p - 3 - l->n < s.n * 6 + 2) s.n = (sizeof l->p - 3 - l->n) / 6;
    put(l, "\"", 1);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            put(l, s.p + i, 1);
        } else {
            int n = snprintf(piece, sizeof piece, "\\u%04x", c);
            put(l, piece, (size_t) n);
        }
    }
    put(l, "\"", 1);
}

static void put_head(struct line *l, enum log_level level, const char *event)
{
    static const char *const words[] = {"debug", "info", "warn", "error"};
    struct timespec now;
    struct tm tm;
    char text[160];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    int n = snprintf(text, sizeof text,
                     "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ\",\"level\":\"%s\","
                     "\"process\":\"%s\",\"pid\":%d,\"event\":\"%s\"",
                     tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                     now.tv_nsec / 1000000, words[level], logger.process, (int) getpid(), event);
    put(l, text, (size_t) n < sizeof text ? (size_t) n : sizeof text - 1);
}

void log_event(enum log_level level, const char *event, ...)
{
    if (level < logger.least) return;
    struct line l = {.n = 0};
    put_head(&l, level, event);
    va_list ap;
    va_start(ap, event);
    for (const char *name; (name = va_arg(ap, const char *));) {
        const struct log_value *v = va_arg(ap, const struct log_value *);
        char number[32];
        put(&l, ",", 1);
        put_quoted(&l, str_c(name));
        put(&l, ":", 1);
        if (v->kind == LOG_VALUE_STR) {
            put_quoted(&l, v->s);
        } else {
            int n = snprintf(number, sizeof number, "%lld", v->i);
            put(&l, number, (size_t) n);
        }
    }
    va_end(ap);
    l.p[l.n++] = '}';
    l.p[l.n++] = '\n';
    /* A log that cannot be written has nobody left to tell. */
    ssize_t written = write(logger.fd, l.p, l.n);
    (void) written;
}

void log_err(enum log_level level, const char *event, const struct err *e)
{
    log_event(level, event, "code", LOG_C(err_word(e->code)), "message", LOG_C(e->message), "field",
              LOG_C(e->field), "detail", LOG_C(e->detail), NULL);
}
