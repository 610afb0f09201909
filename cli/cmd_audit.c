/* waxsealctl audit, audit kept, audit remove. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "cli/terminal.h"
#include "policy/audit.h"

enum { COLUMNS = 100, FIELD_COLUMNS = 20 };

/* How many bytes of the text fill so many columns; a letter of UTF-8 takes one. */
static size_t bytes_of(str_t s, size_t columns)
{
    size_t n = 0;
    for (; n < s.n; n++) {
        bool begins = ((unsigned char) s.p[n] & 0xc0) != 0x80;
        if (begins && columns-- == 0) break;
    }
    return n;
}

/* At most so many columns, the last of them "…" where it was cut. */
static void print_cut(str_t s, size_t columns)
{
    bool all = bytes_of(s, columns) == s.n;
    terminal_put(stdout, all ? s : str_sub(s, 0, bytes_of(s, columns - 1)));
    if (!all) printf("…");
}

/* All of it, on as many lines as it needs; those after the first begin at `indent`. */
static void print_wrapped(str_t s, size_t used, size_t indent)
{
    for (size_t n; s.n > 0; s = str_sub(s, n, s.n), used = indent) {
        if (used > 0 && used == indent) printf("%*s", (int) indent, "");
        n = bytes_of(s, COLUMNS - used);
        terminal_put(stdout, str_sub(s, 0, n));
        putchar('\n');
    }
}

static str_t text_of(struct arena *a, const json_t *v);

/* "200: ada@x.test, bob@x.test, …": of many it counts how many they are. */
static str_t list_of(struct arena *a, const json_t *list)
{
    size_t n = json_array_size(list);
    str_t s = arena_printf(a, "%zu:", n);
    for (size_t i = 0; i < n && s.n < COLUMNS * 4; i++) {
        str_t one = text_of(a, json_array_get(list, i));
        s = arena_printf(a, "%.*s %.*s%s", STR_ARG(s), STR_ARG(one), i + 1 < n ? "," : "");
    }
    return s;
}

static str_t text_of(struct arena *a, const json_t *v)
{
    if (!v || json_is_null(v)) return STR("-");
    if (json_is_string(v)) return json_text(v);
    if (json_array_size(v) > 1 && json_is_string(json_array_get(v, 0))) return list_of(a, v);
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    str_t s = text ? arena_str(a, str_c(text)) : STR("?");
    free(text);
    return s;
}

static void print_change(struct arena *a, const json_t *change, const char *act)
{
    str_t before = text_of(a, json_object_get(change, "before"));
    str_t after = text_of(a, json_object_get(change, "after"));
    size_t room = COLUMNS - 4 - FIELD_COLUMNS - 1;
    printf("    ");
    str_t field = json_text(json_object_get(change, "field"));
    print_cut(field, FIELD_COLUMNS);
    size_t n = bytes_of(field, FIELD_COLUMNS) < field.n ? FIELD_COLUMNS : field.n;
    printf("%*s", (int) (FIELD_COLUMNS + 1 - n), "");
    if (strcmp(act, "changed") != 0) {
        print_cut(strcmp(act, "added") == 0 ? after : before, room);
    } else {
        print_cut(before, (room - 4) / 2);
        printf(" -> ");
        print_cut(after, (room - 4) / 2);
    }
    putchar('\n');
}

static void print_entry(struct arena *a, const json_t *entry)
{
    const json_t *before = json_object_get(entry, "before"),
                 *after = json_object_get(entry, "after");
    const char *act = !json_is_object(before)  ? "added"
                      : !json_is_object(after) ? "removed"
                                               : "changed";
    str_t of = record_text(entry, "organisation");
    str_t line = arena_printf(a, "%.*s  %s %.*s%s%.*s by %.*s", STR_ARG(record_text(entry, "at")),
                              act, STR_ARG(record_text(entry, "what")), of.n ? " of " : "",
                              STR_ARG(of), STR_ARG(record_text(entry, "who")));
    print_wrapped(line, 0, 22);
    CLEANUP_JSON json_t *changes = audit_difference(before, after);
    for (size_t i = 0; i < json_array_size(changes); i++)
        print_change(a, json_array_get(changes, i), act);
}

int cmd_audit(int argc, char **argv)
{
    struct err e = {0};
    int code;
    uint32_t count = 50;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 0, 0,
                  "audit [--organisation ID] [--what \"KIND ID\"] [--count N]", &code);
    if (!d) return code;
    if (d->limit.n && !str_to_u32(d->limit, &count)) return cli_usage("audit --count N");
    struct audit_filter f = {.organisation = d->organisation, .what = d->what, .count = count};
    if (audit_list(&d->r, &f, &rows, &e) != RC_OK) return desk_fail(d, &e, NULL);
    audit_explain(rows);
    if (d->json || json_array_size(rows) == 0) desk_print(d, rows);
    for (size_t i = 0; !d->json && i < json_array_size(rows); i++)
        print_entry(d->c.a, json_array_get(rows, i));
    return EXIT_FINE;
}

int cmd_audit_kept(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *rows = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 0, 0, "audit kept", &code);
    if (!d) return code;
    if (audit_kept(&d->r, &rows, &e) != RC_OK) return desk_fail(d, &e, NULL);
    desk_print(d, rows);
    return EXIT_FINE;
}

int cmd_audit_remove(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "audit remove ORGANISATION", &code);
    if (!d) return code;
    str_t organisation = desk_word(d, 0);
    if (audit_remove(&d->r, &d->by, organisation, &e) != RC_OK) return desk_fail(d, &e, NULL);
    return desk_done(d, "audit of %.*s: removed", STR_ARG(organisation));
}
