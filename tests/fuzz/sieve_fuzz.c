/* What a ManageSieve server says, line by line, and the script that is read back: the first byte
 * decides which. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/sieve_wire.h"
#include "webmail/filters/forwards.h"
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

static bool forwards_somewhere(const json_t *rules)
{
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i), *actions = json_object_get(rule, "actions");
        if (!json_is_true(json_object_get(rule, "enabled"))) continue;
        for (size_t k = 0; k < json_array_size(actions); k++)
            if (str_eq(json_text(json_object_get(json_array_get(actions, k), "type")),
                       STR("forward")))
                return true;
    }
    return false;
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
    if (forwards_added(STR(""), script, a) != forwards_somewhere(r)) abort();
}

/* Two scripts, one after the other. */
static void compare(str_t in, struct arena *a)
{
    str_t one, two;
    str_cut(in, 0, &one, &two);
    bool added = forwards_added(one, two, a);
    if (forwards_added(one, one, a) || (two.n == 0 && added)) abort();
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
        if (bytes[0] == 'f') compare(in, a);
    }
    arena_free(a);
    return 0;
}
