/* waxsealctl: administration and diagnosis from a shell. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

static int help(FILE *to, int code)
{
    fputs("usage: waxsealctl [--config FILE] NOUN VERB [ARGUMENTS]\n"
          "FILE is $WAXSEAL_CONF by default. Commands of the registry answer in JSON after "
          "--json.\n\n",
          to);
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
        const struct command *c = &CLI_COMMANDS[i];
        fprintf(to, "  %s%s%s %s\n      %s\n", c->noun, c->verb ? " " : "", c->verb ? c->verb : "",
                c->args, c->help);
        cli_help_options(to, c->fields);
    }
    return code;
}

static int run(int argc, char **argv)
{
    if (argc >= 3 && !strcmp(argv[1], "--config")) {
        setenv("WAXSEAL_CONF", argv[2], 1);
        argc -= 2;
        argv += 2;
    }
    if (argc >= 2 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))) {
        return help(stdout, EXIT_FINE);
    }
    for (size_t i = 0; argc >= 2 && i < CLI_COMMAND_COUNT; i++) {
        const struct command *c = &CLI_COMMANDS[i];
        if (strcmp(argv[1], c->noun)) continue;
        if (!c->verb) return c->run(argc - 2, argv + 2);
        if (argc >= 3 && !strcmp(argv[2], c->verb)) return c->run(argc - 3, argv + 3);
    }
    if (argc >= 2) {
        fprintf(stderr, "waxsealctl: there is no command \"%s%s%s\". These there are:\n\n", argv[1],
                argc >= 3 ? " " : "", argc >= 3 ? argv[2] : "");
    }
    return help(stderr, EXIT_USAGE);
}

/* An answer that could not be written whole must not look like one. */
int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    int code = run(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fputs("waxsealctl: the answer could not be written\n", stderr);
    return code == EXIT_FINE ? EXIT_FAILED : code;
}
