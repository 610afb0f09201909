/* Rules of an organisation as typed values: what rules_json.h reads, what rule_ops.h changes, what
 * ruleset.h compiles. Nothing here does I/O or knows the time.
 *
 * All text is in the arena of the document it belongs to; addresses, domains, data set entries and
 * texts of filters are in lower case (caseless_lower).
 */
#ifndef WAXSEAL_POLICY_RULE_H
#define WAXSEAL_POLICY_RULE_H

#include "base/arena.h"
#include "base/err.h"

/* What one organisation may have. */
enum {
    RULES_MAX = 5000,
    RULE_SELECTORS_MAX = 1000,         /* of one list of one rule */
    RULES_SELECTORS_MAX = 200000,      /* of all rules */
    RULE_FILTER_DEPTH_MAX = 8,         /* "all", "any" and "not" inside each other */
    RULE_FILTER_TESTS_MAX = 100,       /* of one filter */
    RULE_DATASETS_MAX = 1000,          /* lists */
    RULE_DATASET_ENTRIES_MAX = 200000, /* of all lists together */
    RULE_DOMAINS_MAX = 10000,
    RULE_ID_MAX = 128, /* bytes, as the next two */
    RULE_SELECTOR_MAX = 320,
    RULE_TEXT_MAX = 1000,
    RULE_PRIORITY_MAX = 1000000000
};

/* X(enum, word) */
#define RULE_FIELD_TABLE(X)                                                                        \
    X(SIGN, "sign")                                                                                \
    X(ENCRYPT, "encrypt")                                                                          \
    X(DECRYPT, "decrypt")                                                                          \
    X(VALIDATE, "validate")                                                                        \
    X(ON_PARTIAL, "on_partial")
#define RULE_LEVEL_TABLE(X)                                                                        \
    X(INHERIT, "inherit")                                                                          \
    X(OFF, "off")                                                                                  \
    X(ON, "on")                                                                                    \
    X(REQUIRE, "require")                                                                          \
    X(ALWAYS, "always")                                                                            \
    X(FORCE, "force")                                                                              \
    X(SPLIT, "split")                                                                              \
    X(ALL_OR_NONE, "all_or_none")

enum rule_field {
#define X(name, word) RULE_##name,
    RULE_FIELD_TABLE(X)
#undef X
        RULE_FIELD_COUNT
};
enum rule_level { /* INHERIT: not defined */
#define X(name, word) LEVEL_##name,
                  RULE_LEVEL_TABLE(X)
#undef X
                      LEVEL_COUNT
};

/* The value is the class that specificity counts with. */
enum selector_kind {
    SELECTOR_ANY = 0,      /* "*" */
    SELECTOR_EXTERNAL = 1, /* "@external" */
    SELECTOR_WILDCARD = 2, /* "*.dom": sub-domains at any depth, not dom itself */
    SELECTOR_DOMAIN = 3,
    SELECTOR_DATASET = 4, /* "dataset:NAME" */
    SELECTOR_ADDRESS = 5,
    SELECTOR_MANAGED = 6 /* "@managed": of class 3 */
};
struct selector {
    enum selector_kind kind;
    str_t text; /* address, domain, ".dom" of a wildcard, name of a data set; else null */
};
struct selectors {
    struct selector *list;
    size_t count;
};

enum filter_kind { FILTER_ALL, FILTER_ANY, FILTER_NOT, FILTER_TEST };
enum filter_field {
    FILTER_SUBJECT,
    FILTER_SIZE,
    FILTER_HAS_ATTACHMENT,
    FILTER_FROM,
    FILTER_TO,
    FILTER_HEADER
};
enum filter_op {
    FILTER_EQUALS,
    FILTER_CONTAINS,
    FILTER_GT,
    FILTER_LT,
    FILTER_IN_DATASET,
    FILTER_CONTAINS_WORD_OF
};
struct filter {
    enum filter_kind kind;
    struct filter *parts; /* all, any: count of them; not: one */
    size_t count;
    enum filter_field field;
    enum filter_op op;
    str_t header; /* name, lower case */
    str_t text;   /* lower case; the name of a data set as it is written */
    int64_t number;
    bool flag;
};

/* Whose addresses a list of selectors is about. */
enum rule_list { LIST_FROM, LIST_TO, LIST_EXCLUDE_FROM, LIST_EXCLUDE_TO, LIST_COUNT };

struct rule {
    str_t id;
    uint32_t priority; /* 1 is highest; need not be unique */
    int64_t created;   /* higher is newer */
    bool enabled, bidirectional;
    struct selectors lists[LIST_COUNT];
    struct filter *filter;           /* NULL: none */
    uint8_t level[RULE_FIELD_COUNT]; /* enum rule_level; the presets are resolved */
};

struct dataset {
    str_t name;
    str_t *entries; /* addresses, domains or words */
    size_t count;
};

enum rule_trigger { TRIGGER_SIGN, TRIGGER_ENCRYPT, TRIGGER_COUNT };

/* All an administrator writes about one organisation's mail. */
struct rule_document {
    struct arena *a; /* owned */
    str_t organisation;
    str_t *domains; /* managed, exact names */
    size_t domain_count;
    uint8_t defaults[RULE_FIELD_COUNT]; /* LEVEL_INHERIT: the built-in one counts */
    str_t triggers[TRIGGER_COUNT];      /* null: none */
    struct dataset *datasets;
    size_t dataset_count;
    struct rule *rules;
    size_t rule_count, rule_room;
};

/* An empty document; NULL when out of memory. */
struct rule_document *rule_document_new(void);
/* NULL is allowed. */
void rule_document_free(struct rule_document *d);
static inline void rule_document_cleanup(struct rule_document **d)
{
    rule_document_free(*d);
}
#define CLEANUP_RULE_DOCUMENT __attribute__((cleanup(rule_document_cleanup)))

str_t rule_field_word(enum rule_field f);
str_t rule_level_word(enum rule_level l);
/* May this field have this level? */
bool rule_field_takes(enum rule_field f, enum rule_level l);
/* False for a word that is no level of this field. */
bool rule_level_read(enum rule_field f, str_t word, enum rule_level *out);
/* What counts where neither a rule nor the organisation says anything: sign and validate on,
 * encrypt off, decrypt on, on_partial split. */
enum rule_level rule_builtin_default(enum rule_field f);

/* One selector. RC_INVALID with a sentence that says what is wrong (err.field is not set);
 * RC_NO_MEMORY. */
rc_t rule_selector_read(str_t text, struct arena *a, struct selector *out,
                        struct err *e) WX_MUST_USE;
/* As an administrator writes it; the null slice when the arena is full. */
str_t rule_selector_write(const struct selector *s, struct arena *a);
/* The index of the rule of this id, or -1. */
ptrdiff_t rule_find(const struct rule_document *d, str_t id);

#endif
