/* JSON in and out. jansson's json_t is the value type everywhere; this header
 * adds parsing with limits and typed, checked access, so that a handler sees
 * each input once, as the type it wants.
 *
 * Ownership follows jansson: "new" references are the caller's to json_decref.
 */
#ifndef WAXSEAL_BASE_JSON_H
#define WAXSEAL_BASE_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Parses one value, which must be an object. Duplicate keys, invalid UTF-8, NUL in
 * strings and nesting over jansson's limit are RC_BAD_REQUEST. New reference. */
rc_t json_parse_object(str_t text, json_t **out, struct err *e) WX_MUST_USE;

/* Typed members of an object. `need_` fails with RC_INVALID and err.field = key when
 * the member is absent or of another type; `want_` takes the fallback when absent
 * (null counts as absent) and fails only on another type. Slices live as long as obj. */
rc_t json_need_str(const json_t *obj, const char *key, str_t *out, struct err *e) WX_MUST_USE;
rc_t json_want_str(const json_t *obj, const char *key, str_t fallback, str_t *out,
                   struct err *e) WX_MUST_USE;
rc_t json_need_u32(const json_t *obj, const char *key, uint32_t *out, struct err *e) WX_MUST_USE;
rc_t json_want_u32(const json_t *obj, const char *key, uint32_t fallback, uint32_t *out,
                   struct err *e) WX_MUST_USE;
rc_t json_want_bool(const json_t *obj, const char *key, bool fallback, bool *out,
                    struct err *e) WX_MUST_USE;
/* Borrowed reference to an array of at most max elements. */
rc_t json_need_array(const json_t *obj, const char *key, size_t max, json_t **out,
                     struct err *e) WX_MUST_USE;
rc_t json_want_array(const json_t *obj, const char *key, size_t max, json_t **out,
                     struct err *e) WX_MUST_USE; /* absent: *out = NULL */
rc_t json_want_object(const json_t *obj, const char *key, json_t **out, struct err *e) WX_MUST_USE;

/* The text of a string, as long as it lives; the null slice of anything else, NULL included. */
str_t json_text(const json_t *v);
/* New string value; bytes that are not UTF-8 become U+FFFD, NUL is kept. The null
 * slice becomes JSON null. */
json_t *json_from_str(str_t s);
/* json_object_set_new with json_from_str. */
void json_put_str(json_t *obj, const char *key, str_t s);
void json_put_int(json_t *obj, const char *key, long long v);
void json_put_bool(json_t *obj, const char *key, bool v);
/* Compact text appended to b. False when the buffer refused. */
bool json_write(const json_t *v, struct buf *b);
/* Appends s as a JSON string as json_from_str would have it; the null slice as null. For answers
 * that are written without a value in between. False when the buffer refused. */
bool json_write_text(str_t s, struct buf *b);
/* The error shape {code, message, details}. New reference. */
json_t *json_from_err(const struct err *e);

/* Once per process, before any value is made: memory that JSON values give back is cleared first,
 * because values of opened messages hold plaintext. */
void json_wipe_freed(void);

static inline void json_cleanup(json_t **v)
{
    json_decref(*v);
}
#define CLEANUP_JSON __attribute__((cleanup(json_cleanup)))

#endif
