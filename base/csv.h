/* Tables as text (RFC 4180), record by record.
 *
 * UTF-8, with or without a byte order mark; lines end with CRLF or LF. Fields are separated by the
 * one of , ; and TAB that stands first in the first line, outside of quotes; a first line "sep=;"
 * (as spreadsheets write) says it too. Empty lines are passed over, but counted. Deviations that
 * could be read in two ways are refused: a quote inside an unquoted field, anything behind a
 * closing one, a lone CR, NUL.
 */
#ifndef WAXSEAL_BASE_CSV_H
#define WAXSEAL_BASE_CSV_H

#include "base/arena.h"
#include "base/err.h"

enum { CSV_FIELDS_MAX = 32, CSV_FIELD_BYTES_MAX = 8192 };

struct csv {
    str_t rest;
    char separator;
    size_t record; /* number of the record read last, as a spreadsheet counts rows; from 1 */
};

struct csv_record {
    str_t fields[CSV_FIELDS_MAX]; /* present, perhaps empty */
    size_t count;                 /* 0: there is no further record */
};

/* text lives as long as what is read. RC_INVALID: it is no UTF-8. */
rc_t csv_open(str_t text, struct csv *out, struct err *e) WX_MUST_USE;
/* The next record; fields are slices of the text or, where quotes stand in them, of the arena.
 * RC_INVALID names the record (err.position), RC_TOO_LARGE: fields beyond the limits. */
rc_t csv_next(struct csv *c, struct arena *a, struct csv_record *out, struct err *e) WX_MUST_USE;

#endif
