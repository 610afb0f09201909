/* waxsealctl completion, man: made of the table of commands, so that they never differ from it. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "policy/record.h"

/* "--valid-until" of a field that is an option; false: it is none. See cli/registry.c. */
static bool option_name(int fields, size_t i, char *out, size_t n)
{
    enum record_kind kind = (enum record_kind)(fields - 1);
    const struct record_field *f = &record_shape(kind)->fields[i];
    if (!cli_is_option(fields, f)) return false;
    snprintf(out, n, "--%s", f->name);
    for (char *p = out; *p; p++)
        if (*p == '_') *p = '-';
    return true;
}

static void each_option(int fields, void (*tell)(const char *, const struct record_field *))
{
    char name[64];
    if (!fields) return;
    const struct record_shape *s = record_shape((enum record_kind)(fields - 1));
    for (size_t i = 0; i < s->count; i++)
        if (option_name(fields, i, name, sizeof name)) tell(name, &s->fields[i]);
}

/* --- help ------------------------------------------------------------------------------------- */

static FILE *help_to;

static void help_option(const char *name, const struct record_field *f)
{
    if (f->type == TYPE_BOOL)
        fprintf(help_to, "        %s on|off: %s\n", name, f->help);
    else if (f->type == TYPE_WORD)
        fprintf(help_to, "        %s %s: %s\n", name, f->words, f->help);
    else
        fprintf(help_to, "        %s: %s\n", name, f->help);
}

void cli_help_options(FILE *to, int fields)
{
    help_to = to;
    each_option(fields, help_option);
}

/* --- completion ------------------------------------------------------------------------------- */

static void complete_option(const char *name, const struct record_field *f)
{
    (void) f;
    printf("%s ", name);
}

/* Words behind -- in the arguments' description. */
static void complete_args(const char *args)
{
    for (const char *p = strstr(args, "--"); p; p = strstr(p + 2, "--")) {
        size_t n = 2 + strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-");
        printf("%.*s ", (int) n, p);
    }
}

static bool first_of_noun(size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(CLI_COMMANDS[i].noun, CLI_COMMANDS[at].noun) == 0) return false;
    return true;
}

int cmd_completion_bash(int argc, char **argv)
{
    (void) argv;
    if (argc != 0) return cli_usage("completion bash");
    puts("# waxsealctl completion bash >/usr/share/bash-completion/completions/waxsealctl\n"
         "_waxsealctl() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} at=1 words=\n"
         "    [ \"${COMP_WORDS[1]}\" != --config ] || at=3\n"
         "    [ \"${COMP_WORDS[COMP_CWORD-1]}\" != --config ] || { COMPREPLY=(); return; }\n"
         "    if [ $COMP_CWORD = $at ]; then");
    printf("        words='--config help ");
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++)
        if (first_of_noun(i)) printf("%s ", CLI_COMMANDS[i].noun);
    puts("'\n    else\n        case \"${COMP_WORDS[at]}\" in");
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
        if (!first_of_noun(i) || !CLI_COMMANDS[i].verb) continue;
        printf("        %s) [ $COMP_CWORD != $((at + 1)) ] || words='", CLI_COMMANDS[i].noun);
        for (size_t k = i; k < CLI_COMMAND_COUNT; k++)
            if (strcmp(CLI_COMMANDS[k].noun, CLI_COMMANDS[i].noun) == 0)
                printf("%s ", CLI_COMMANDS[k].verb);
        puts("' ;;");
    }
    puts("        esac\n        case \"${COMP_WORDS[at]} ${COMP_WORDS[at+1]}\" in");
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
        const struct command *c = &CLI_COMMANDS[i];
        printf("        '%s %s'*) [ $COMP_CWORD = $((at + 1)) ] || words='", c->noun,
               c->verb ? c->verb : "");
        complete_args(c->args);
        each_option(c->fields, complete_option);
        puts("--json' ;;");
    }
    puts("        esac\n    fi\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -o default -F _waxsealctl waxsealctl");
    return EXIT_FINE;
}

/* --- manual page ------------------------------------------------------------------------------ */

/* roff: a hyphen is a minus, a backslash is none. */
static void roff(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '-')
            fputs("\\-", stdout);
        else if (*p == '\\')
            fputs("\\e", stdout);
        else
            putchar(*p);
    }
}

static void man_option(const char *name, const struct record_field *f)
{
    printf(".IP \"");
    roff(name);
    printf("\"\n");
    roff(f->help);
    if (f->type == TYPE_BOOL) fputs(" (on, off)", stdout);
    if (f->type == TYPE_WORD) printf(" (%s)", f->words);
    if (f->type == TYPE_TIME) fputs(" (2026\\-12\\-31, or 2026\\-12\\-31T12:00:00Z, UTC)", stdout);
    if (f->flags & RECORD_OPEN) fputs("; none: not said", stdout);
    putchar('\n');
}

int cmd_man(int argc, char **argv)
{
    (void) argv;
    if (argc != 0) return cli_usage("man");
    puts(".TH WAXSEALCTL 8 \"\" Waxseal \"System administration\"\n"
         ".SH NAME\nwaxsealctl \\- administration and diagnosis of Waxseal\n"
         ".SH SYNOPSIS\n.B waxsealctl\n[\\fB\\-\\-config\\fR \\fIFILE\\fR] \\fINOUN\\fR "
         "[\\fIVERB\\fR] [\\fIARGUMENTS\\fR]\n"
         ".SH DESCRIPTION\nReads the configuration named by \\fB\\-\\-config\\fR or "
         "$WAXSEAL_CONF. A change has effect at the next request of every session, and is in the "
         "audit. Commands of the registry answer with JSON after \\fB\\-\\-json\\fR.\n"
         ".SH COMMANDS");
    for (size_t i = 0; i < CLI_COMMAND_COUNT; i++) {
        const struct command *c = &CLI_COMMANDS[i];
        printf(".TP\n\\fB%s%s%s\\fR ", c->noun, c->verb ? " " : "", c->verb ? c->verb : "");
        roff(c->args);
        putchar('\n');
        roff(c->help);
        putchar('\n');
        if (!c->fields) continue;
        puts(".RS");
        each_option(c->fields, man_option);
        puts(".RE");
    }
    puts(".SH EXIT STATUS\n0: done. 1: not done, or not all of it; why is said. 2: the command was "
         "not understood.\n"
         ".SH FILES\n/etc/waxseal/waxseal.conf");
    return EXIT_FINE;
}
