/* Recipients of a draft whose addresses are none (yet): they cannot stand in To, Cc or Bcc, and are
 * kept beside them, so that a draft that is opened again has all that was typed. Never sent:
 * prepare refuses them.
 *
 * JSON {to, cc, bcc, reply_to: [{name, address}]}; in the draft the field X-Waxseal-Faulty, whose
 * value is that JSON in base64, folded; inside the encryption where the draft is encrypted.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_FAULTY_H
#define WAXSEAL_WEBMAIL_COMPOSE_FAULTY_H

#include "webmail/app.h"

#define FAULTY_FIELD "X-Waxseal-Faulty"
#define FAULTY_MAX 100u         /* recipients, of all lists */
#define FAULTY_TEXT_MAX 998u    /* bytes of a name or an address */
#define FAULTY_BYTES_MAX 65536u /* of the JSON */

/* Member `faulty` of a compose body as the text to keep; null where there is none. Who cannot be
 * kept (too long, a control character, beyond the limits) is left out: the draft is worth more.
 * *any: there are some, kept or not. RC_INVALID, field "faulty": these are no lists of recipients.
 */
rc_t faulty_parse(const json_t *in, struct arena *a, bool *any, str_t *out,
                  struct err *e) WX_MUST_USE;
/* The field of a draft. Nothing for the null slice. */
void faulty_put(str_t text, struct arena *a, struct buf *out);
/* A field's value (null allowed) as JSON: only what faulty_parse would have kept, whoever wrote it;
 * else JSON null. New reference. */
json_t *faulty_json(str_t value, struct arena *a);

#endif
