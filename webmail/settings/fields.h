/* The table of preferences: one line a field, with type, allowed values and default.
 * Fields of no group are members of the settings themselves.
 */
#ifndef WAXSEAL_WEBMAIL_SETTINGS_FIELDS_H
#define WAXSEAL_WEBMAIL_SETTINGS_FIELDS_H

#include "webmail/app.h"

#define SETTINGS_MAX_REMINDED 64u
#define SETTINGS_MAX_SENDERS 500u
#define SETTINGS_MAX_LABELS 100u
#define SETTINGS_MAX_IDENTITIES 20u
#define SETTINGS_MAX_SIGNATURE 10000u

enum field_kind {
    FIELD_WORD,
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_FLAG,
    FIELD_LANGUAGE,
    FIELD_ZONE,
    FIELD_REMINDED,
    FIELD_SENDERS,
    FIELD_LABELS,
    FIELD_IDENTITIES
};

struct preference {
    const char *group, *name; /* group "": a member of the settings themselves */
    enum field_kind kind;
    const char *words;    /* FIELD_WORD: allowed ones between blanks; "-" as first: null is too */
    const char *fallback; /* FIELD_WORD, FIELD_TEXT */
    int least, most, number; /* FIELD_NUMBER, FIELD_FLAG: default; texts: most bytes */
};

extern const struct preference PREFERENCES[];
extern const size_t PREFERENCE_COUNT;

/* Whose preferences they are: what he may send as. */
struct field_owner {
    str_t address;
    const str_t *aliases; /* lower case */
    size_t alias_count;
};

/* RC_OK, or RC_INVALID with the path ("labels[2].keyword") and a sentence that says what is
 * expected. */
rc_t field_check(const struct preference *f, const json_t *v, const struct field_owner *o,
                 struct err *e) WX_MUST_USE;
/* Its default; new reference. */
json_t *field_default(const struct preference *f, const struct field_owner *o);
/* NULL: there is none. */
const struct preference *field_find(const char *group, const char *name);
/* One line of text for people: UTF-8 without control characters, at most `most` bytes. */
bool field_is_line(const json_t *v, size_t most);
/* The path of a field into err.field, and the sentence; RC_INVALID. inner: "[2].name" or "". */
rc_t field_refuse(const struct preference *f, const char *inner, const char *sentence,
                  struct err *e);

/* lists.c: the kinds that are lists of objects or words. */
rc_t field_check_senders(const struct preference *f, const json_t *v, struct err *e) WX_MUST_USE;
rc_t field_check_labels(const struct preference *f, const json_t *v, struct err *e) WX_MUST_USE;
rc_t field_check_identities(const struct preference *f, const json_t *v,
                            const struct field_owner *o, struct err *e) WX_MUST_USE;
json_t *field_default_identities(const struct field_owner *o);

#endif
