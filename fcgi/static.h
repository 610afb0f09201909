/* The built client: immutable files by hashed name, and their logical names.
 *
 * Everything is read at start, before the worker processes are forked (so that they share the
 * memory), and found by table look-up: a request never names a path in the file system.
 */
#ifndef WAXSEAL_FCGI_STATIC_H
#define WAXSEAL_FCGI_STATIC_H

#include "fcgi/http.h"

struct static_files;

/* Reads DIR/manifest.json ({"app.js": "app.1a2b3c.js", ...}) and every regular file of DIR.
 * A manifest entry without its file is an error. */
rc_t static_load(str_t dir, struct static_files **out, struct err *e) WX_MUST_USE;
void static_free(struct static_files *f);
/* "/static/app.1a2b3c.js" for "app.js"; the null slice for an unknown name. */
str_t static_url(const struct static_files *f, str_t logical);
/* Content of a logical name as it is on disk; the null slice for an unknown name. */
str_t static_content(const struct static_files *f, str_t logical);
/* Logical name i, for walking over all; the null slice behind the last. */
str_t static_logical(const struct static_files *f, size_t i);
/* Answers a hashed name: type, ETag, year-long immutable caching, .br or .gz variant by
 * Accept-Encoding (Vary is set), 304 by If-None-Match. RC_NOT_FOUND. */
rc_t static_serve(const struct static_files *f, const struct request *q, str_t name,
                  struct response *s, struct err *e) WX_MUST_USE;
/* The same for a logical name at a stable address: revalidated at each use. */
rc_t static_serve_logical(const struct static_files *f, const struct request *q, str_t logical,
                          struct response *s, struct err *e) WX_MUST_USE;

#endif
