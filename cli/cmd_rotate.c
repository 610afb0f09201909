/* waxsealctl keyd rotate: seals all keys again with the newest master key. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "policy/rotate.h"

enum { AGENT_MS = 20000 };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void) signal;
    stopped = 1;
}

static bool told(void *arg, size_t done, size_t of)
{
    const struct desk *d = arg;
    if (!d->json && isatty(STDERR_FILENO) && (done % 10 == 0 || done == of))
        fprintf(stderr, "\r%zu of %zu%s", done, of, done == of ? "\n" : "");
    return !stopped;
}

static long long number(const json_t *v, const char *name)
{
    return json_integer_value(json_object_get(v, name));
}

static void print_faults(const json_t *organisation)
{
    const json_t *faults = json_object_get(organisation, "faults");
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *f = json_array_get(faults, i);
        str_t address = record_text(f, "address");
        printf("%s %.16s %.*s: %s\n",
               json_string_value(json_object_get(organisation, "organisation")),
               json_string_value(json_object_get(f, "key")), STR_ARG(address),
               json_string_value(json_object_get(f, "message")));
    }
}

static void print_report(const struct desk *d, const json_t *report)
{
    const json_t *list = json_object_get(report, "organisations");
    long long left = number(report, "left");
    for (size_t i = 0; i < json_array_size(list); i++)
        print_faults(json_array_get(list, i));
    printf("%lld keys: %lld sealed with %s before, %lld now, %lld not\n", number(report, "keys"),
           number(report, "current"), json_string_value(json_object_get(report, "master")),
           number(report, "resealed"), left);
    bool whole = json_is_true(json_object_get(report, "finished")) && !d->count;
    if (left == 0 && whole)
        puts("Older master keys can be removed from the file of the key agent; old backups of "
             "Redis need them.");
    else if (!json_is_true(json_object_get(report, "finished")))
        puts("Stopped; run it again to go on.");
}

int cmd_keyd_rotate(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *report = NULL;
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 0, 1,
                                            "keyd rotate [ORGANISATION] [--check] [--json]", &code);
    if (!d) return code;
    const struct agent agent = {.socket = d->c.config->keyd_admin_socket, .timeout_ms = AGENT_MS};
    const struct rotation in = {
        .organisation = desk_word(d, 0), .check = d->dry_run, .told = told, .arg = d};
    struct sigaction on = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &on, NULL); /* the key at work is finished */
    sigaction(SIGTERM, &on, NULL);
    if (rotate_keys(&d->r, &d->by, str_is_null(agent.socket) ? NULL : &agent, &in, &report, &e) !=
        RC_OK)
        return desk_fail(d, &e, NULL);
    if (d->json)
        desk_print(d, report);
    else
        print_report(d, report);
    return number(report, "left") == 0 && json_is_true(json_object_get(report, "finished"))
               ? EXIT_FINE
               : EXIT_FAILED;
}
