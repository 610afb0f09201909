/* A brand's accent colour, made fit for light and dark pages.
 *
 * Whatever colour is given, what is derived from it holds WCAG 2.2 AA: text and focus ring at least
 * 4.5:1 on every surface of static/css/tokens.css and on the tint behind chosen rows, white text at
 * least 4.5:1 on buttons, also under the pointer. Only the tokens of the accent are named here:
 * the colours of verdicts, warnings and errors are nobody's brand.
 * static/src/admin/accent.ts is the same for the preview; tests/fixtures/accent.json holds both to
 * it. Pure functions.
 */
#ifndef WAXSEAL_POLICY_ACCENT_H
#define WAXSEAL_POLICY_ACCENT_H

#include "base/buf.h"

/* "#rrggbb", lower case; false, and *out untouched, for anything else. */
bool accent_read(str_t s, uint32_t *out);
/* WCAG's contrast ratio of two colours 0xrrggbb: 1 to 21. */
double accent_contrast(uint32_t a, uint32_t b);
/* ":root{--wax:light-dark(#…,#…);…}"; false when the buffer has no room. */
bool accent_css(uint32_t rgb, struct buf *out);

#endif
