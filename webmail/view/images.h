/* Remote pictures of a mail: which ones, signed for one session and message, and their bytes.
 *
 * waxseald never fetches by itself: waxseal-fetch does (kind image). What is handed to the browser
 * is a PNG, JPEG, GIF, WebP, AVIF or BMP by its own first bytes, under our own header. Nothing of
 * it is stored but for two minutes in this process's memory, for this session alone.
 */
#ifndef WAXSEAL_WEBMAIL_IMAGES_H
#define WAXSEAL_WEBMAIL_IMAGES_H

#include "webmail/view/view.h"

/* How many pictures this process may be fetching at once, and their memory. */
struct image_desk;
rc_t image_desk_new(unsigned threads, struct image_desk **out, struct err *e) WX_MUST_USE;
void image_desk_free(struct image_desk *d);
/* What it remembers, by session (keys begin with its id); owned by the desk. */
struct list_cache *image_desk_kept(struct image_desk *d);

/* {url: path}, in *out (new reference): NULL when the message has none, or may have none because
 * something of it was decrypted or it is attached to another. ask: the user's settings
 * (reading.images, remote_images) decide too. */
rc_t images_of(struct call *c, const struct message_request *q, const struct opened_message *m,
               bool ask, json_t **out, struct err *e) WX_MUST_USE;

call_handler image_get;

#endif
