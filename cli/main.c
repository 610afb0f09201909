/* waxsealctl: administration and diagnosis from a shell. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

static const struct command COMMANDS[] = {
    {"message", "inspect",
     "[--p12 F --passphrase-file F]… [--key F --cert F]… [--trust FILE|DIR]… [--mail-roots FILE] "
     "[--at RFC3339] [--content] MESSAGE",
     "say what a message is worth: verdict, signers, encryption, parts", cmd_message_inspect},
    {"message", "reasons", "", "list every reason a verdict may give, as in docs/VERDICTS.md",
     cmd_message_reasons},
    {"certificate", "check",
     "[--trust FILE|DIR]… [--mail-roots FILE] [--issuer FILE]… [--fetch SOCKET] [--at RFC3339] "
     "[--purpose sign|encrypt] CERTIFICATE",
     "say who vouches for a certificate, and ask whether it was revoked", cmd_certificate_check},
    {"p12", "inspect", "--passphrase-file F FILE",
     "list keys and certificates of a PKCS#12 file, or why it does not open", cmd_p12_inspect},
    {"plan", "set", "PLAN FEATURE on|off", "switch a feature (smime) of a plan", cmd_plan_set},
    {"plan", "show", "[PLAN]", "say what the plans hold", cmd_plan_show},
    {"domain", "set", "DOMAIN PLAN|default", "give a mail domain a plan", cmd_domain_set},
    {"user", "set", "ADDRESS PLAN|default", "give one user another plan", cmd_user_set},
    {"user", "show", "ADDRESS", "say which plan a user has, and who says so", cmd_user_show},
    {"user", "totp-off", "ADDRESS", "switch off a user's second factor (the device is lost)",
     cmd_user_totp_off},
    {"alias", "add", "ADDRESS ALIAS", "let a user send from another address", cmd_alias_add},
    {"alias", "remove", "ADDRESS ALIAS", "let him no longer", cmd_alias_remove},
    {"alias", "show", "ADDRESS", "list what a user may send from", cmd_alias_show},
    {"policy", "evaluate", "FILE|-",
     "decide about described mail (smime-policy-examples/1); needs neither Redis nor configuration",
     cmd_policy_evaluate},
    {"roots", NULL, "--out FILE [--module PATH]",
     "write the roots that NSS trusts for e-mail (the file of mail_roots)", cmd_roots},
    {"doctor", NULL, "", "check configuration, files, Redis and mail servers", cmd_doctor},
};

static const size_t COUNT = sizeof COMMANDS / sizeof COMMANDS[0];

static int help(FILE *to, int code)
{
    fputs("usage: waxsealctl [--config FILE] NOUN VERB [ARGUMENTS]\n"
          "FILE is $WAXSEAL_CONF by default.\n\n",
          to);
    for (size_t i = 0; i < COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        fprintf(to, "  %s%s%s %s\n      %s\n", c->noun, c->verb ? " " : "", c->verb ? c->verb : "",
                c->args, c->help);
    }
    return code;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc >= 2 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))) {
        return help(stdout, EXIT_FINE);
    }
    if (argc >= 3 && !strcmp(argv[1], "--config")) {
        setenv("WAXSEAL_CONF", argv[2], 1);
        argc -= 2;
        argv += 2;
    }
    for (size_t i = 0; argc >= 2 && i < COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        if (strcmp(argv[1], c->noun)) continue;
        if (!c->verb) return c->run(argc - 2, argv + 2);
        if (argc >= 3 && !strcmp(argv[2], c->verb)) return c->run(argc - 3, argv + 3);
    }
    return help(stderr, EXIT_USAGE);
}
