/* How an attachment can be shown in place, by what it is called. What is called so is judged again
 * by its bytes when it is asked for.
 */
#ifndef WAXSEAL_MAIL_PREVIEW_H
#define WAXSEAL_MAIL_PREVIEW_H

#include "base/str.h"

enum preview {
    PREVIEW_NONE,
    PREVIEW_IMAGE, /* base/raster.h decides */
    PREVIEW_PDF,
    PREVIEW_TEXT,
    PREVIEW_CALENDAR, /* mail/calendar.h */
    PREVIEW_CONTACT,  /* mail/contact.h */
    PREVIEW_TNEF,     /* mail/tnef.h */
    PREVIEW_REPORT    /* mail/report.h */
};

/* type: "text/plain", lower case; name: file name or null. A type that says nothing
 * (application/octet-stream) leaves it to the name's ending. */
enum preview preview_of(str_t type, str_t name);
/* "image"; NULL for PREVIEW_NONE. */
const char *preview_word(enum preview p);

#endif
