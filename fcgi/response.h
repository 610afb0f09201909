/* What only the transport needs to know of responses. */
#ifndef WAXSEAL_FCGI_RESPONSE_H
#define WAXSEAL_FCGI_RESPONSE_H

#include "fcgi/http.h"

/* CGI header block with the empty line. with_length: Content-Length of the body held in r. */
bool response_head(const struct response *r, bool with_length, struct buf *out);

#endif
