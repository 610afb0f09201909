/* Where in a JSON document something stands: links on the stack that become a path such as
 * rules[3].filter.all[0].op, and readers whose errors name it. */
#ifndef WAXSEAL_POLICY_PLACE_H
#define WAXSEAL_POLICY_PLACE_H

#include "base/json.h"

struct place {
    const struct place *up; /* NULL: the document */
    const char *key;        /* NULL: an element, by index */
    size_t index;
};
#define PLACE_KEY(up_, key_) ((struct place){.up = (up_), .key = (key_)})
#define PLACE_AT(up_, index_) ((struct place){.up = (up_), .index = (index_)})

/* Sets code, err.field (the path, as much of it as fits) and err.message ("path: sentence").
 * Returns the code. */
rc_t place_fail(const struct place *at, rc_t code, struct err *e, const char *sentence);
/* The same of the member `key` of what stands at `at`. */
rc_t place_fail_key(const struct place *at, const char *key, rc_t code, struct err *e,
                    const char *sentence);
/* Fails at the first member whose key is not in keys (ends with NULL). */
rc_t place_known(const json_t *obj, const char *const *keys, const struct place *at,
                 struct err *e) WX_MUST_USE;
/* Members of an object, as in base/json.h; null counts as absent. Texts without NUL, at most max
 * bytes. */
rc_t place_text(const json_t *obj, const char *key, size_t max, bool needed, const struct place *at,
                str_t *out, struct err *e) WX_MUST_USE;
rc_t place_bool(const json_t *obj, const char *key, bool fallback, const struct place *at,
                bool *out, struct err *e) WX_MUST_USE;
/* lo <= number <= hi. */
rc_t place_int(const json_t *obj, const char *key, int64_t lo, int64_t hi, int64_t fallback,
               const struct place *at, int64_t *out, struct err *e) WX_MUST_USE;
/* *out = NULL when absent and not needed. */
rc_t place_array(const json_t *obj, const char *key, size_t max, bool needed,
                 const struct place *at, const json_t **out, struct err *e) WX_MUST_USE;
rc_t place_object(const json_t *obj, const char *key, bool needed, const struct place *at,
                  const json_t **out, struct err *e) WX_MUST_USE;

#endif
