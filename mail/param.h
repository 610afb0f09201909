/* Values of Content-Type and Content-Disposition: a token and its parameters (RFC 2045 section
 * 5.1, RFC 2183, RFC 2231), read as mailers write them: without quotes, without semicolons,
 * with RFC 2047 words inside, in raw 8-bit. At most 128 parameters are looked at.
 */
#ifndef WAXSEAL_MAIL_PARAM_H
#define WAXSEAL_MAIL_PARAM_H

#include "mail/entity.h"

struct param_value {
    str_t token;          /* before the first ';', lower case, without comments: "text/html" */
    struct param *params; /* one a name, continuations joined, decoded to UTF-8 */
    size_t count;
};

/* raw: field value with its folds. Everything in *out lives in the arena. RC_NO_MEMORY. */
rc_t param_parse(str_t raw, struct arena *a, struct param_value *out, struct err *e) WX_MUST_USE;
/* First parameter of that (lower-case) name, or the null slice. */
str_t param_find(const struct param *params, size_t n, str_t name);
/* A name a file may be saved under: last path element, no controls, no bidi controls, not "." or
 * "..", at most 200 bytes with its ending kept. The null slice when nothing is left. */
str_t param_file_name(str_t name, struct arena *a);

#endif
