/* How the product looks to an organisation's people: name, accent colour, link to its support and
 * logo; and the installation's own (organisation null), which is shown before sign-in, to accounts
 * of no organisation, and wherever an organisation says nothing itself.
 *
 * A record stands in the hash `o:branding` under the organisation's id, the installation's under
 * BRANDING_INSTANCE. Everything is text and one picture whose type and size were read from its own
 * bytes; nothing of it is ever HTML, a style or a script.
 */
#ifndef WAXSEAL_POLICY_BRANDING_H
#define WAXSEAL_POLICY_BRANDING_H

#include "policy/registry.h"

#define BRANDING_INSTANCE "-"
enum {
    BRANDING_NAME_CHARS = 40,
    BRANDING_SUPPORT_BYTES = 500,
    BRANDING_LOGO_BYTES = 64 << 10,
    BRANDING_LOGO_SIDE = 512
};

/* {version, name, accent, support, logo: {url, type, width, height}|null}, members null where
 * nothing is said; version 0: there is no record. RC_NOT_FOUND, field "organisation". */
rc_t branding_get(const struct registry *r, str_t organisation, json_t **out,
                  struct err *e) WX_MUST_USE;
/* Members of the patch (name, accent, support: texts; logo: the picture in base64; null: say
 * nothing of it) replace; a record that says nothing goes. *out: as branding_get. seen: the version
 * the caller saw, 0: whatever it is now (RC_CONFLICT, field "version").
 * RC_INVALID by field: "name" (empty, longer than 40 characters, characters that hide or turn
 * others), "accent" (no #rrggbb), "support" (no plain https: or mailto: link), "logo" (neither PNG
 * nor WebP, cut off, more than 512 pixels a side); "logo" RC_TOO_LARGE. */
rc_t branding_set(const struct registry *r, const struct actor *by, str_t organisation,
                  const json_t *patch, int64_t seen, json_t **out, struct err *e) WX_MUST_USE;
/* What people of the organisation see: its own, else the installation's, member by member.
 * {name, accent, support, logo}: texts (logo: a URL) or null. */
rc_t branding_shown(const struct registry *r, str_t organisation, json_t **out,
                    struct err *e) WX_MUST_USE;

struct branding_logo {
    str_t bytes;
    const char *type; /* "image/png", "image/webp" */
};
/* By the rest of its URL, "ID/<64 hexadecimal digits>.png"; in the arena. RC_NOT_FOUND also for
 * one that was replaced. */
rc_t branding_logo(const struct registry *r, struct arena *a, str_t path, struct branding_logo *out,
                   struct err *e) WX_MUST_USE;

/* For documents: what is wrong with a record, read already, or NULL. */
const char *branding_fault(const json_t *row);

#endif
