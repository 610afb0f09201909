/* FastCGI parameters to struct request. Pure: no I/O, so that the fuzz target can drive it. */
#ifndef WAXSEAL_FCGI_REQUEST_H
#define WAXSEAL_FCGI_REQUEST_H

#include "fcgi/http.h"

#define REQUEST_MAX_PARAMS 256u
#define REQUEST_MAX_PARAM_BYTES (64u << 10) /* all together */
#define REQUEST_MAX_PATH 2048u
#define REQUEST_MAX_QUERY 8192u
#define REQUEST_MAX_FIELDS 64u /* of a query or a form */

/* envp: "NAME=value" strings, NULL at the end; they must outlive *out. */
rc_t request_parse(char *const *envp, const str_t *trusted, size_t trusted_count, struct arena *a,
                   struct request *out, struct err *e) WX_MUST_USE;
/* Percent-decoding. False on a bad escape, a NUL, or what is not UTF-8. */
bool percent_decode(str_t text, bool plus_is_space, struct arena *a, str_t *out);

/* Percent-encoding (RFC 3986 section 2.1) of all that is not unreserved, but for the characters of
 * `also`. The null slice when the arena is full. */
str_t percent_encode(str_t text, const char *also, struct arena *a);

#endif
