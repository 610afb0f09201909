/* Pictures that a mail's HTML names on other hosts.
 *
 * Finds what a browser might load as a picture: src, srcset, background, poster, lowsrc and dynsrc
 * of any element, url() in style attributes and style sheets. Not a parser of HTML: whatever looks
 * like a tag counts, in comments too, because naming too many costs nothing (nothing is asked for
 * until the reader's own, strict parser shows it). Linear in the length; no I/O.
 */
#ifndef WAXSEAL_MAIL_REMOTE_H
#define WAXSEAL_MAIL_REMOTE_H

#include "base/arena.h"
#include "base/err.h"

enum { REMOTE_MAX_URL = 2000, REMOTE_LOOKED_AT = 20000 };

struct remote_image {
    str_t name; /* as the HTML names it: character references resolved, blanks at the ends, tabs and
                   line ends gone */
    str_t url;  /* what to ask for: http or https, printable ASCII, without fragment */
};

struct remote_images {
    struct remote_image *list;
    size_t count, max;
    unsigned looked_at;
};

/* max: at most so many different ones. */
rc_t remote_images_new(size_t max, struct arena *a, struct remote_images *out,
                       struct err *e) WX_MUST_USE;
/* Adds those of one HTML text, in its order, each once. Slices live in the arena. */
rc_t remote_images_add(struct remote_images *r, str_t html, struct arena *a,
                       struct err *e) WX_MUST_USE;
/* What is asked for, by what the HTML says (trimmed); the null slice for what is not on another
 * host, names user info or a host in other letters than ASCII, or is too long. */
str_t remote_url(str_t name, struct arena *a);

#endif
