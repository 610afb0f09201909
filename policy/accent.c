#include "policy/accent.h"

#include <math.h>

enum { STEPS = 64, WHITE = 0xffffff, BLACK = 0 };

/* Of tokens.css: the surface of each theme that is hardest to be read on, and its sheet. */
enum {
    LIGHT_SUNK = 0xefebe5,
    LIGHT_SHEET = 0xfffefc,
    DARK_RAISE = 0x28252c,
    DARK_SHEET = 0x1e1c21
};

/* More than 4.5, so that tints of the same colour may lie under it. */
#define TEXT_LIGHT 5.2
#define TEXT_DARK 6.5
#define ON_FILL 4.5
/* A button stands out from what it lies on. */
#define FILL_DARK 2.2

bool accent_read(str_t s, uint32_t *out)
{
    uint32_t v = 0;
    if (s.n != 7 || s.p[0] != '#') return false;
    for (size_t i = 1; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9')
            v = v * 16 + (uint32_t) (c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v * 16 + (uint32_t) (c - 'a' + 10);
        else
            return false;
    }
    *out = v;
    return true;
}

static double linear(uint32_t channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t c)
{
    return 0.2126 * linear(c >> 16 & 255) + 0.7152 * linear(c >> 8 & 255) +
           0.0722 * linear(c & 255);
}

double accent_contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/* k of STEPS parts of the way from a to b. */
static uint32_t mix(uint32_t a, uint32_t b, uint32_t k)
{
    uint32_t out = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        uint32_t x = a >> shift & 255, y = b >> shift & 255;
        out = out << 8 | (x * (STEPS - k) + y * k + STEPS / 2) / STEPS;
    }
    return out;
}

/* As little as is needed of the way to black or white, until it stands out from `against`. */
static uint32_t until(uint32_t c, uint32_t to, uint32_t against, double least)
{
    uint32_t k = 0;
    while (k < STEPS && accent_contrast(mix(c, to, k), against) < least)
        k++;
    return mix(c, to, k);
}

static bool put(struct buf *out, const char *token, uint32_t light, uint32_t dark)
{
    return buf_printf(out, "--%s:light-dark(#%06x,#%06x);", token, light, dark);
}

bool accent_css(uint32_t rgb, struct buf *out)
{
    uint32_t light = until(rgb, BLACK, LIGHT_SUNK, TEXT_LIGHT),
             dark = until(rgb, WHITE, DARK_RAISE, TEXT_DARK),
             fill = until(rgb, BLACK, WHITE, ON_FILL),
             raised = until(rgb, WHITE, DARK_RAISE, FILL_DARK),
             dark_fill = until(raised, BLACK, WHITE, ON_FILL);
    return buf_cstr(out, ":root{") && put(out, "wax", light, dark) &&
           put(out, "wax-strong", mix(light, BLACK, 12), mix(dark, WHITE, 16)) &&
           put(out, "wax-fill", fill, dark_fill) &&
           put(out, "wax-fill-hover", mix(fill, BLACK, 10), mix(dark_fill, BLACK, 10)) &&
           put(out, "wax-soft", mix(LIGHT_SHEET, light, 6), mix(DARK_SHEET, dark, 8)) &&
           put(out, "wax-line", mix(LIGHT_SHEET, light, 18), mix(DARK_SHEET, dark, 22)) &&
           put(out, "seal", fill, dark_fill) &&
           put(out, "selected", mix(LIGHT_SHEET, light, 4), mix(DARK_SHEET, dark, 3)) &&
           put(out, "selected-hover", mix(LIGHT_SHEET, light, 6), mix(DARK_SHEET, dark, 4)) &&
           put(out, "focus", light, dark) && buf_cstr(out, "}\n");
}
