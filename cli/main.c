/* waxsealctl: administration and diagnosis from a shell. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static const struct command COMMANDS[] = {
    {"message", "inspect",
     "[--p12 F --passphrase-file F]… [--key F --cert F]… [--trust FILE|DIR]… [--at RFC3339] "
     "[--content] MESSAGE",
     "say what a message is worth: verdict, signers, encryption, parts", cmd_message_inspect},
    {"p12", "inspect", "--passphrase-file F FILE",
     "list keys and certificates of a PKCS#12 file, or why it does not open", cmd_p12_inspect},
};

static const size_t COUNT = sizeof COMMANDS / sizeof COMMANDS[0];

static int help(FILE *to, int code)
{
    fputs("usage: waxsealctl NOUN VERB [ARGUMENTS]\n\n", to);
    for (size_t i = 0; i < COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        fprintf(to, "  %s %s %s\n      %s\n", c->noun, c->verb, c->args, c->help);
    }
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc >= 2 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))) {
        return help(stdout, EXIT_FINE);
    }
    for (size_t i = 0; argc >= 3 && i < COUNT; i++) {
        if (strcmp(argv[1], COMMANDS[i].noun) || strcmp(argv[2], COMMANDS[i].verb)) continue;
        return COMMANDS[i].run(argc - 3, argv + 3);
    }
    return help(stderr, EXIT_USAGE);
}
