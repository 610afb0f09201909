#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/command.h"
#include "mail/entity.h"

rc_t cli_read_file(const char *path, struct buf *out, struct err *e)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (!f) return err_set(e, RC_NOT_FOUND, "%s: %s", path, strerror(errno));
    char step[16384];
    size_t n;
    rc_t rc = RC_OK;
    while (rc == RC_OK && (n = fread(step, 1, sizeof step, f)) > 0) {
        if (!buf_add(out, step, n))
            rc = err_set(e, RC_TOO_LARGE, "%s: the file is too large", path);
    }
    if (rc == RC_OK && ferror(f)) rc = err_set(e, RC_INTERNAL, "%s: cannot be read", path);
    wipe(step, sizeof step);
    if (!standard) fclose(f);
    return rc;
}

rc_t cli_read_passphrase(const char *path, struct buf *out, struct err *e)
{
    TRY(cli_read_file(path, out, e));
    if (out->n && out->p[out->n - 1] == '\n') out->p[--out->n] = '\0';
    if (out->n && out->p[out->n - 1] == '\r') out->p[--out->n] = '\0';
    return RC_OK;
}

bool cli_pem_to_der(str_t text, struct buf *out)
{
    ptrdiff_t begin = str_find(text, STR("-----BEGIN "));
    if (begin < 0) return buf_str(out, text);
    str_t rest = str_sub(text, (size_t) begin, text.n);
    ptrdiff_t line = str_chr(rest, '\n'), end = str_find(rest, STR("-----END "));
    return line > 0 && end > line &&
           mime_base64_decode(str_sub(rest, (size_t) line, (size_t) end), out);
}

void cli_print(const json_t *v)
{
    json_dumpf(v, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
}

int cli_fail(const struct err *e)
{
    CLEANUP_JSON json_t *v = json_object();
    json_t *error = json_object();
    json_put_str(error, "code", str_c(err_word(e->code)));
    json_put_str(error, "message", str_c(e->message));
    json_object_set_new(v, "error", error);
    cli_print(v);
    return EXIT_FAILED;
}

int cli_usage(const char *what)
{
    fprintf(stderr, "waxsealctl: %s\nwaxsealctl help lists the commands.\n", what);
    return EXIT_USAGE;
}

bool cli_parse_time(const char *text, int64_t *out)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!rest) return false;
    if (*rest == '.') {
        rest++;
        while (*rest >= '0' && *rest <= '9')
            rest++;
    }
    int hours = 0, minutes = 0, sign = *rest == '-' ? -1 : 1;
    if (strcmp(rest, "Z") != 0 && strcmp(rest, "z") != 0) {
        char end;
        if ((*rest != '+' && *rest != '-') ||
            sscanf(rest + 1, "%2d:%2d%c", &hours, &minutes, &end) != 2) {
            return false;
        }
    }
    *out = (int64_t) timegm(&tm) - sign * (hours * 3600 + minutes * 60);
    return true;
}

str_t cli_format_time(int64_t t, struct arena *a)
{
    struct tm tm;
    char text[40];
    time_t value = (time_t) t;
    if (t == 0 || !gmtime_r(&value, &tm)) return STR_NULL;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return arena_str(a, str_c(text));
}
