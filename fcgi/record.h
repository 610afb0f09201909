/* FastCGI records as an application writes them (FastCGI 1.0, sections 3.3 and 5). Pure: no I/O. */
#ifndef WAXSEAL_FCGI_RECORD_H
#define WAXSEAL_FCGI_RECORD_H

#include "base/buf.h"

#define RECORD_HEADER_BYTES 8u
#define RECORD_CONTENT_MAX 65528u /* the largest multiple of 8 that the length field holds */

/* The header of an FCGI_STDOUT record of n bytes, 1 to RECORD_CONTENT_MAX, without padding. */
void record_stdout_head(unsigned char head[RECORD_HEADER_BYTES], uint16_t request, size_t n);
/* Appends text as FCGI_STDOUT records, each padded to a multiple of 8. Empty text appends nothing:
 * an empty record would end the stream. False, and the bytes of *out as they
 * were, when it does not fit. */
bool record_stdout(struct buf *out, uint16_t request, str_t text);
/* Appends the end of FCGI_STDOUT and FCGI_END_REQUEST (status 0, complete). */
bool record_end(struct buf *out, uint16_t request);

#endif
