/* A message on its way, never held as a whole: the frozen entity, what is signed around it, and
 * what each envelope gets. All of it borrows: the entity lives longer than what is made of it.
 */
#ifndef WAXSEAL_WEBMAIL_COMPOSE_LETTER_H
#define WAXSEAL_WEBMAIL_COMPOSE_LETTER_H

#include "crypto/cms.h"
#include "webmail/compose/parse.h"

/* The entity with its (detached) signature: multipart/signed, or application/pkcs7-mime with the
 * entity inside (RFC 8551 sections 3.5.3, 3.5.2). Not moved once it is made: flows point into it.
 */
struct signed_text {
    struct buf before, after, fields;
    str_t views[3];
    struct flow parts[3], outer[2];
    struct flow_list list, outer_list;
    struct flow inner;
    struct flow all; /* the result */
};
rc_t signed_text_make(const struct flow *entity, str_t signature, const char *micalg, bool opaque,
                      struct signed_text *out, struct err *e) WX_MUST_USE;
void signed_text_free(struct signed_text *t);

/* A header (fields, with their line ends) and its content, which is encrypted to the certificates
 * where there are any (count > 0). Not moved once it is made. */
struct letter {
    struct buf head; /* secret */
    str_t view;
    struct cms_sealed *sealed;
    struct flow cipher, parts[2];
    struct flow_list list;
    struct flow message; /* the result; n 0: there is none */
};
rc_t letter_make(str_t header, str_t further, const struct flow *content, struct letter *out,
                 struct err *e) WX_MUST_USE;
/* The same, encrypted: what leaves is read back first, and must be what was wanted. */
rc_t letter_make_encrypted(str_t header, str_t further, const struct flow *content,
                           struct cert *const *certs, size_t count, bool gcm, struct arena *a,
                           struct letter *out, struct err *e) WX_MUST_USE;
void letter_free(struct letter *l);
#define CLEANUP_LETTER __attribute__((cleanup(letter_free)))

#endif
