/* What the commands of the registry share: arguments, answers, tables. */
#ifndef WAXSEAL_CLI_REGISTRY_H
#define WAXSEAL_CLI_REGISTRY_H

#include "cli/ctl.h"
#include "policy/registry.h"

enum { DESK_WORDS_MAX = 10000 };

/* Who runs this, for the audit: "ctl:" and the user's name, also behind sudo. */
str_t registry_whoami(struct arena *a);

/* One command at work. */
struct desk {
    struct ctl c;
    struct registry r;
    struct actor by;
    /* The arguments, read by desk_open. */
    str_t words[DESK_WORDS_MAX];     /* those without -- */
    const char *raw[DESK_WORDS_MAX]; /* the same as they came: names of files */
    size_t count;
    json_t *patch;               /* fields given as options */
    int64_t seen;                /* --version N */
    bool json;                   /* --json */
    bool all, dry_run;           /* --all, --dry-run or --check */
    bool drop_old;               /* --drop-old */
    bool sealed_keys;            /* --with-sealed-keys */
    bool replace_keys;           /* --replace-keys */
    bool due, again;             /* --due, --again */
    const char *request, *at;    /* --request FILE, --at TIME, or NULL */
    str_t algorithm, reason;     /* --algorithm KIND, --reason WORD */
    const char *passphrase_file; /* --passphrase-file FILE, or NULL */
    str_t out, organisation, what,
        limit; /* --out FILE, --organisation ID, --what TEXT, --count N */
};

/* Opens configuration and Redis and reads the arguments; kind RECORD_KINDS: no fields as options.
 * words: how many are needed and allowed. NULL after it has said what is wrong; *code is the exit
 * code then. To be given to desk_close. */
struct desk *desk_open(int argc, char **argv, enum record_kind kind, size_t least, size_t most,
                       const char *usage, int *code);
void desk_close(struct desk **d);
#define CLEANUP_DESK __attribute__((cleanup(desk_close)))

/* The word, lower case. */
str_t desk_word(const struct desk *d, size_t i);
/* Says what went wrong (JSON: {"error": {code, message, details}}, with `more` among the details);
 * returns EXIT_FAILED. */
int desk_fail(const struct desk *d, const struct err *e, const json_t *more);
/* One value, as JSON or as text: of an object the members line by line, of a list a table. */
void desk_print(const struct desk *d, const json_t *v);
/* "WORDS…" on a line of its own, or {"done": true} as JSON; returns EXIT_FINE. */
int desk_done(const struct desk *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
