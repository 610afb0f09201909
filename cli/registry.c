#include "cli/registry.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"

/* --- arguments -------------------------------------------------------------------------------- */

static rc_t bad_option(const char *name, const char *expected, struct err *e)
{
    err_set(e, RC_BAD_REQUEST, "%.60s: expected %s", name, expected);
    err_field(e, name);
    return RC_BAD_REQUEST;
}

/* "none" is null where a field may be that. */
static rc_t option_value(const struct record_field *f, const char *text, json_t **out,
                         struct err *e)
{
    uint32_t n;
    bool on = strcmp(text, "on") == 0;
    if ((f->flags & RECORD_OPEN) && strcmp(text, "none") == 0) {
        *out = json_null();
        return RC_OK;
    }
    if (f->type == TYPE_BOOL) {
        if (!on && strcmp(text, "off") != 0) return bad_option(f->name, "on or off", e);
        *out = json_boolean(on);
    } else if (f->type == TYPE_NUMBER) {
        if (!str_to_u32(str_c(text), &n)) return bad_option(f->name, "a whole number", e);
        *out = json_integer(n);
    } else {
        *out = json_from_str(str_c(text));
    }
    return RC_OK;
}

bool cli_is_option(int fields, const struct record_field *f)
{
    bool elsewhere = f->type == TYPE_PLAN && fields != 1 + RECORD_CUSTOMER;
    return !(f->flags & RECORD_INNER) && f->type != TYPE_ADDRESSES && !elsewhere;
}

/* The field that "--valid-until" names, or NULL. */
static const struct record_field *option_field(enum record_kind kind, const char *option)
{
    char name[64];
    if (kind == RECORD_KINDS) return NULL;
    snprintf(name, sizeof name, "%s", option + 2);
    for (char *p = name; *p; p++)
        if (*p == '-') *p = '_';
    const struct record_shape *s = record_shape(kind);
    for (size_t i = 0; i < s->count; i++)
        if (cli_is_option(1 + (int) kind, &s->fields[i]) && strcmp(s->fields[i].name, name) == 0)
            return &s->fields[i];
    return NULL;
}

static rc_t read_named(struct desk *d, const char *option, const char *value, struct err *e)
{
    uint32_t n;
    if (strcmp(option, "--version") == 0) {
        if (!str_to_u32(str_c(value), &n) || n < 1) return bad_option(option, "a version", e);
        d->seen = n;
        return RC_OK;
    }
    if (strcmp(option, "--out") == 0)
        d->out = str_c(value);
    else if (strcmp(option, "--organisation") == 0)
        d->organisation = str_c(value);
    else if (strcmp(option, "--passphrase-file") == 0)
        d->passphrase_file = value;
    else if (strcmp(option, "--algorithm") == 0)
        d->algorithm = str_c(value);
    else if (strcmp(option, "--reason") == 0)
        d->reason = str_c(value);
    else if (strcmp(option, "--request") == 0)
        d->request = value;
    else if (strcmp(option, "--at") == 0)
        d->at = value;
    else if (strcmp(option, "--what") == 0)
        d->what = str_c(value);
    else if (strcmp(option, "--count") == 0)
        d->limit = str_c(value);
    else
        return bad_option(option, "another option; waxsealctl help lists them", e);
    return RC_OK;
}

/* One argument, or an option with its value; *i is moved on. */
static rc_t read_argument(struct desk *d, enum record_kind kind, int argc, char **argv, int *i,
                          struct err *e)
{
    const char *word = argv[*i];
    if (strncmp(word, "--", 2) != 0) {
        if (d->count == DESK_WORDS_MAX) return err_set(e, RC_TOO_LARGE, "Too many arguments.");
        d->raw[d->count] = word;
        d->words[d->count++] = arena_lower(d->c.a, str_c(word));
        return RC_OK;
    }
    if (strcmp(word, "--json") == 0) return d->json = true, RC_OK;
    if (strcmp(word, "--all") == 0) return d->all = true, RC_OK;
    if (strcmp(word, "--due") == 0) return d->due = true, RC_OK;
    if (strcmp(word, "--again") == 0) return d->again = true, RC_OK;
    if (strcmp(word, "--replace-keys") == 0) return d->replace_keys = true, RC_OK;
    if (strcmp(word, "--drop-old") == 0) return d->drop_old = true, RC_OK;
    if (strcmp(word, "--dry-run") == 0 || strcmp(word, "--check") == 0)
        return d->dry_run = true, RC_OK;
    if (strcmp(word, "--with-sealed-keys") == 0) return d->sealed_keys = true, RC_OK;
    const struct record_field *f = option_field(kind, word);
    if (*i + 1 == argc) return bad_option(word, "a value", e);
    const char *value = argv[++*i];
    json_t *v = NULL;
    if (!f) return read_named(d, word, value, e);
    TRY(option_value(f, value, &v, e));
    json_object_set_new(d->patch, f->name, v);
    return RC_OK;
}

str_t registry_whoami(struct arena *a)
{
    const char *sudo = getenv("SUDO_USER");
    const struct passwd *p = getpwuid(geteuid());
    return arena_printf(a, "ctl:%.64s", sudo && *sudo ? sudo : p ? p->pw_name : "?");
}

struct desk *desk_open(int argc, char **argv, enum record_kind kind, size_t least, size_t most,
                       const char *usage, int *code)
{
    struct err e = {0};
    struct desk *d = calloc(1, sizeof *d);
    if (!d) abort();
    d->patch = json_object();
    rc_t rc = ctl_open(&d->c, &e);
    for (int i = 0; rc == RC_OK && i < argc; i++)
        rc = read_argument(d, kind, argc, argv, &i, &e);
    if (rc == RC_OK && d->count >= least && d->count <= most) {
        d->r = (struct registry){d->c.kv, d->c.config};
        d->by = (struct actor){registry_whoami(d->c.a), true, (int64_t) time(NULL)};
        return d;
    }
    *code = rc == RC_BAD_REQUEST || rc == RC_OK ? EXIT_USAGE : EXIT_FAILED;
    if (rc == RC_OK)
        cli_usage(usage);
    else
        desk_fail(d, &e, NULL);
    desk_close(&d);
    return NULL;
}

void desk_close(struct desk **d)
{
    if (!*d) return;
    json_decref((*d)->patch);
    ctl_close(&(*d)->c);
    free(*d);
    *d = NULL;
}

str_t desk_word(const struct desk *d, size_t i)
{
    return i < d->count ? d->words[i] : STR_NULL;
}

enum { CELL_BYTES = 16 << 20 };

/* --- answers ---------------------------------------------------------------------------------- */

/* As it is shown: no cell holds what a terminal would obey. */
static void put_cell(const json_t *v, struct buf *out)
{
    if (json_is_string(v)) {
        terminal_text(json_text(v), out);
    } else if (json_is_null(v) || !v || (json_is_array(v) && json_array_size(v) == 0)) {
        buf_char(out, '-');
    } else if (json_is_array(v) && json_is_string(json_array_get(v, 0))) {
        for (size_t i = 0; i < json_array_size(v); i++) {
            if (i > 0) buf_char(out, ' ');
            put_cell(json_array_get(v, i), out);
        }
    } else {
        char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
        terminal_text(str_c(text), out);
        free(text);
    }
}

/* Columns that the cell takes: letters. */
static size_t print_cell(const json_t *v, bool print)
{
    CLEANUP_BUF struct buf b = BUF_INIT(CELL_BYTES);
    put_cell(v, &b);
    size_t columns = 0;
    for (size_t i = 0; i < b.n; i++)
        columns += ((unsigned char) b.p[i] & 0xc0) != 0x80;
    if (print) printf("%.*s", STR_ARG(buf_view(&b)));
    return columns;
}

static void print_members(const json_t *v)
{
    const char *name;
    json_t *member;
    json_object_foreach((json_t *) v, name, member)
    {
        printf("%-20s ", name);
        print_cell(member, true);
        putchar('\n');
    }
}

static void pad(size_t from, size_t to)
{
    for (; from < to; from++)
        putchar(' ');
}

/* Rows are objects; the columns are the members of the first. */
static void print_table(const json_t *rows)
{
    enum { COLUMNS = 16 };
    size_t width[COLUMNS] = {0}, n = 0, at;
    const json_t *first = json_array_get(rows, 0);
    const char *name;
    json_t *member;
    json_object_foreach((json_t *) first, name, member)
    {
        if (n == COLUMNS) break;
        width[n] = strlen(name);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            size_t w = print_cell(json_object_get(json_array_get(rows, i), name), false);
            if (w > width[n]) width[n] = w;
        }
        printf("%s", name);
        pad(strlen(name), width[n++] + 2);
    }
    putchar('\n');
    for (size_t i = 0; i < json_array_size(rows); i++) {
        at = 0;
        json_object_foreach((json_t *) first, name, member)
        {
            if (at == n) break;
            size_t w = print_cell(json_object_get(json_array_get(rows, i), name), true);
            pad(w, width[at++] + 2);
        }
        putchar('\n');
    }
}

void desk_print(const struct desk *d, const json_t *v)
{
    if (d->json) {
        cli_print(v);
    } else if (json_is_array(v) && json_array_size(v) > 0 && json_is_object(json_array_get(v, 0))) {
        print_table(v);
    } else if (json_is_object(v)) {
        print_members(v);
    } else if (json_is_array(v)) {
        puts("none");
    }
}

int desk_done(const struct desk *d, const char *fmt, ...)
{
    va_list ap;
    if (d->json) {
        puts("{\"done\": true}");
        return EXIT_FINE;
    }
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    return EXIT_FINE;
}

static void print_conflict(const json_t *conflict)
{
    const json_t *changes = json_object_get(conflict, "changes");
    str_t who = record_text(conflict, "who"), at = record_text(conflict, "at");
    if (who.n) fprintf(stderr, "  changed by %.*s at %.*s\n", STR_ARG(who), STR_ARG(at));
    fprintf(stderr, "  version now %lld\n", (long long) record_version(conflict));
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *row = json_array_get(changes, i);
        char *before = json_dumps(json_object_get(row, "before"), JSON_ENCODE_ANY);
        char *after = json_dumps(json_object_get(row, "after"), JSON_ENCODE_ANY);
        fprintf(stderr, "  %s: %s -> %s\n", json_string_value(json_object_get(row, "field")),
                before ? before : "?", after ? after : "?");
        free(before);
        free(after);
    }
}

int desk_fail(const struct desk *d, const struct err *e, const json_t *more)
{
    if (d->json) {
        CLEANUP_JSON json_t *v = json_object();
        json_t *error = json_from_err(e);
        if (more) json_object_update(json_object_get(error, "details"), (json_t *) more);
        json_object_set_new(v, "error", error);
        cli_print(v);
        return EXIT_FAILED;
    }
    fprintf(stderr, "waxsealctl: %s", e->message);
    if (e->field[0]) fprintf(stderr, " [%s]", e->field);
    if (e->detail[0]) fprintf(stderr, " (%s)", e->detail);
    fputc('\n', stderr);
    const json_t *conflict = json_object_get(more, "conflict");
    if (conflict) print_conflict(conflict);
    return EXIT_FAILED;
}
