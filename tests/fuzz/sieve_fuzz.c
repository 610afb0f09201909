/* What a ManageSieve server says, line by line, and the script that is read back: half of the input
 * decides which. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/sieve_wire.h"
#include "webmail/filters/rules.h"

static void read_lines(str_t in, struct arena *a)
{
    while (in.n > 0) {
        struct sieve_line line;
        size_t used = 0;
        if (sieve_line_read(in, a, &line, &used, NULL) != RC_OK || used == 0) return;
        if (used > in.n || line.count > SIEVE_MAX_WORDS) abort();
        for (size_t i = 0; i < line.count; i++) {
            str_t quoted = sieve_quote(a, line.words[i].text);
            if (quoted.p && (quoted.n < 2 || str_chr(quoted, '\n') >= 0)) abort();
        }
        in = str_sub(in, used, in.n);
    }
}

/* What reads as ours can be written again and reads the same. */
static void read_script(str_t in, struct arena *a)
{
    static const struct sieve_features f = {
        .extensions = STR_INIT(" fileinto copy imap4flags body vacation date relational ")};
    CLEANUP_JSON json_t *rules = NULL, *vacation = NULL, *again = NULL, *away = NULL;
    str_t script;
    if (!filters_read(in, a, &rules, &vacation)) return;
    if (filters_write(rules, vacation, &f, a, &script, NULL) != RC_OK) return;
    if (!filters_read(script, a, &again, &away) || !json_equal(rules, again)) abort();
}

/* Rules as a client may send them. */
static void write_rules(str_t in, struct arena *a)
{
    CLEANUP_JSON json_t *doc = NULL, *rules = NULL, *vacation = NULL;
    str_t script;
    if (json_parse_object(in, &doc, NULL) != RC_OK) return;
    const json_t *r = json_object_get(doc, "rules"), *v = json_object_get(doc, "vacation");
    static const struct sieve_features f = {.extensions = STR_INIT(" fileinto vacation copy ")};
    if (filters_check(r, v, &f, NULL) != RC_OK) return;
    if (filters_write(r, v, &f, a, &script, NULL) != RC_OK) return;
    if (!filters_read(script, a, &rules, &vacation) || !json_equal(rules, r)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *a = arena_new(32u << 20);
    str_t in = n > 0 ? str_n(bytes + 1, n - 1) : STR("");
    if (a && n > 0) {
        if (bytes[0] == 'l') read_lines(in, a);
        if (bytes[0] == 's') read_script(in, a);
        if (bytes[0] == 'r') write_rules(in, a);
    }
    arena_free(a);
    return 0;
}
