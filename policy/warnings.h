/* What is wrong with rules that are well-formed: for the page that shows them. Every warning is
 * true of the organisation as it is now; not everything that could be said is found.
 */
#ifndef WAXSEAL_POLICY_WARNINGS_H
#define WAXSEAL_POLICY_WARNINGS_H

#include "base/json.h"
#include "policy/evaluate.h"

/* X(enum, word, sentence for an administrator) */
#define RULE_WARNING_TABLE(X)                                                                      \
    X(HIDDEN, "hidden", "another rule always goes before it and says all that it says")            \
    X(DISABLED, "disabled", "it is switched off")                                                  \
    X(SETS_NOTHING, "sets_nothing", "it defines neither sign, encrypt, decrypt nor validate")      \
    X(MATCHES_NOBODY, "matches_nobody", "one of its sides names nobody")                           \
    X(DATASET_MISSING, "dataset_missing",                                                          \
      "one of its sides names only data sets that are not "                                        \
      "there")                                                                                     \
    X(DATASET_EMPTY, "dataset_empty", "one of its sides names only empty data sets")               \
    X(ALL_EXCLUDED, "all_excluded", "its exclusions take away all that it matches")                \
    X(FILTER_NEVER, "filter_never", "its filter cannot be true")                                   \
    X(WRONG_WAY, "wrong_way",                                                                      \
      "mail that it matches never passes in the direction that its "                               \
      "fields are about")                                                                          \
    X(CANNOT_SIGN, "cannot_sign", "it demands signatures of accounts that cannot sign")            \
    X(CANNOT_ENCRYPT, "cannot_encrypt",                                                            \
      "it demands encryption to accounts that cannot be "                                          \
      "encrypted to")                                                                              \
    X(CANNOT_OPEN, "cannot_open",                                                                  \
      "it demands decryption for accounts whose mail cannot be "                                   \
      "opened")                                                                                    \
    X(BROWSER_SIGNS, "browser_signs",                                                              \
      "it demands signatures of accounts whose keys are only in "                                  \
      "their browsers")                                                                            \
    X(BROWSER_OPENS, "browser_opens",                                                              \
      "it demands decryption for accounts whose keys are only in "                                 \
      "their browsers")
enum rule_warning_kind {
#define X(name, word, sentence) WARNING_##name,
    RULE_WARNING_TABLE(X)
#undef X
        WARNING_COUNT
};

struct rule_warning {
    size_t rule; /* index */
    enum rule_warning_kind kind;
    ptrdiff_t by;     /* hidden: the other rule; else -1 */
    size_t count, of; /* accounts it is true of, and that the rule is about; else 0 */
    str_t account;    /* the first of them; else null */
};
struct rule_warnings {
    struct rule_warning *list; /* by rule, then by kind */
    size_t count;
    /* false: so many rules that not all pairs were compared, or so many rules for so many accounts
     * that nothing is said about accounts */
    bool complete;
};

/* facts: all accounts and certificates of the organisation, with its rules; accounts NULL: nothing
 * about accounts is said. RC_NO_MEMORY. */
rc_t rule_warnings_find(const struct policy_organisation *facts, struct arena *a,
                        struct rule_warnings *out, struct err *e) WX_MUST_USE;
str_t rule_warning_word(enum rule_warning_kind k);
str_t rule_warning_sentence(enum rule_warning_kind k);
/* [{"rule", "warning", "text", "by"?, "accounts"?: {"count", "of", "first"}}]. New reference. */
json_t *rule_warnings_json(const struct rule_warnings *w, const struct ruleset *r);

#endif
