/* The administration's API described, from routes.def and schemas.def. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_OPENAPI_H
#define WAXSEAL_WEBMAIL_ADMIN_OPENAPI_H

#include "base/json.h"

/* OpenAPI 3.1. RC_INTERNAL with the route or schema whose notation cannot be read. New reference.
 */
rc_t openapi_describe(json_t **out, struct err *e) WX_MUST_USE;
/* One notation (schemas.def) as a JSON Schema (2020-12). RC_INVALID: it is none. New reference. */
rc_t openapi_schema(str_t notation, json_t **out, struct err *e) WX_MUST_USE;
/* docs/ADMIN-API.md, appended to out. */
bool openapi_document(struct buf *out);

#endif
