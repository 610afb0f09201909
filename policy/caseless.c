#include "policy/caseless.h"

/* A byte that does not begin well-formed UTF-8 is a character of its own beyond Unicode. */
enum { NOT_UNICODE = 0x110000 };

static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if (lead >= 0xe0 && lead <= 0xef) return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static uint32_t next_code_point(str_t s, size_t *at)
{
    const unsigned char *p = (const unsigned char *) s.p + *at;
    size_t n = sequence_length(*p);
    if (n == 0 || n > s.n - *at || (n > 1 && !str_is_utf8(str_n(p, n)))) {
        *at += 1;
        return NOT_UNICODE + *p;
    }
    *at += n;
    if (n == 1) return *p;
    uint32_t cp = *p & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        cp = cp << 6 | (p[i] & 0x3fu);
    return cp;
}

static size_t put_code_point(uint32_t cp, char *to)
{
    if (cp >= NOT_UNICODE || cp < 0x80) {
        to[0] = (char) (cp >= NOT_UNICODE ? cp - NOT_UNICODE : cp);
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        to[i] = (char) (0x80 | (cp & 0x3f));
    to[0] = (char) (((0xf00u >> n) & 0xffu) | cp);
    return n;
}

/* Capitals [first, last]; STEP 1: all of them, `by` further; 2: every second one, the small letter
 * is the next. No mapping needs more bytes than it replaces. */
struct capitals {
    uint32_t first, last, step;
    int32_t by;
};
static const struct capitals CAPITALS[] = {
    {0xc0, 0xd6, 1, 32},     {0xd8, 0xde, 1, 32},        {0x100, 0x12e, 2, 1},
    {0x130, 0x130, 1, -199}, {0x132, 0x136, 2, 1},       {0x139, 0x147, 2, 1},
    {0x14a, 0x176, 2, 1},    {0x178, 0x178, 1, -121},    {0x179, 0x17d, 2, 1},
    {0x1a0, 0x1a4, 2, 1},    {0x1af, 0x1af, 1, 1},       {0x1cd, 0x1db, 2, 1},
    {0x1de, 0x1ee, 2, 1},    {0x1f8, 0x21e, 2, 1},       {0x222, 0x232, 2, 1},
    {0x386, 0x386, 1, 38},   {0x388, 0x38a, 1, 37},      {0x38c, 0x38c, 1, 64},
    {0x38e, 0x38f, 1, 63},   {0x391, 0x3a1, 1, 32},      {0x3a3, 0x3ab, 1, 32},
    {0x3d8, 0x3ee, 2, 1},    {0x400, 0x40f, 1, 80},      {0x410, 0x42f, 1, 32},
    {0x460, 0x480, 2, 1},    {0x48a, 0x4be, 2, 1},       {0x4c0, 0x4c0, 1, 15},
    {0x4c1, 0x4cd, 2, 1},    {0x4d0, 0x52e, 2, 1},       {0x531, 0x556, 1, 48},
    {0x1e00, 0x1e94, 2, 1},  {0x1e9e, 0x1e9e, 1, -7615}, {0x1ea0, 0x1efe, 2, 1},
    {0xff21, 0xff3a, 1, 32},
};

static uint32_t lower(uint32_t cp)
{
    if (cp < 0x80) return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    for (size_t i = 0; i < sizeof CAPITALS / sizeof CAPITALS[0]; i++) {
        const struct capitals *c = &CAPITALS[i];
        if (cp < c->first) return cp;
        if (cp <= c->last)
            return (cp - c->first) % c->step == 0 ? (uint32_t) ((int32_t) cp + c->by) : cp;
    }
    return cp;
}

str_t caseless_lower(struct arena *a, str_t s)
{
    char *to = arena_alloc(a, s.n + 1);
    size_t n = 0;
    if (!to) return STR_NULL;
    for (size_t i = 0; i < s.n;)
        n += put_code_point(lower(next_code_point(s, &i)), to + n);
    to[n] = '\0';
    return str_n(to, n);
}

bool caseless_find(str_t text, str_t low, size_t *start, size_t *end)
{
    for (size_t from = *start; from < text.n;) {
        size_t i = from, j = 0, next = from;
        next_code_point(text, &next);
        while (i < text.n && j < low.n &&
               lower(next_code_point(text, &i)) == next_code_point(low, &j))
            if (j == low.n) {
                *start = from;
                *end = i;
                return true;
            }
        from = next;
    }
    return false;
}

/* What separates words beyond ASCII: punctuation, blanks, symbols, arrows, boxes, pictures. */
static bool separates(uint32_t cp)
{
    static const uint32_t RANGES[][2] = {
        {0x80, 0xa9},     {0xab, 0xb1},     {0xb4, 0xb4},       {0xb6, 0xb8},     {0xbb, 0xbb},
        {0xbf, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},       {0x2000, 0x206f}, {0x20a0, 0x20cf},
        {0x2190, 0x2bff}, {0x2e00, 0x2e7f}, {0x3000, 0x3004},   {0x3008, 0x3020}, {0x3030, 0x3030},
        {0xfe10, 0xfe1f}, {0xfe30, 0xfe6f}, {0xff01, 0xff0f},   {0xff1a, 0xff20}, {0xff3b, 0xff40},
        {0xff5b, 0xff65}, {0xfffc, 0xfffd}, {0x1f000, 0x1faff},
    };
    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++)
        if (cp >= RANGES[i][0] && cp <= RANGES[i][1]) return true;
    return cp >= NOT_UNICODE;
}

static bool in_word(uint32_t cp)
{
    if (cp >= 0x80) return !separates(cp);
    return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
           cp == '_';
}

bool caseless_next_word(str_t low, size_t *at, str_t *word)
{
    size_t start = *at, i = *at;
    while (i < low.n) {
        size_t before = i;
        bool inside = in_word(next_code_point(low, &i));
        if (!inside && start < before) {
            *word = str_sub(low, start, before);
            *at = before;
            return true;
        }
        if (!inside) start = i;
    }
    if (start >= low.n) return false;
    *word = str_sub(low, start, low.n);
    *at = low.n;
    return true;
}

bool caseless_is_word(str_t s)
{
    str_t word;
    size_t at = 0;
    return caseless_next_word(s, &at, &word) && word.n == s.n;
}

/* Is the character that ends right before `at` one of a word? */
static bool word_before(str_t s, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < 4)
        if (((unsigned char) s.p[--start] & 0xc0) != 0x80) break;
    size_t end = start;
    return start < at && in_word(next_code_point(s, &end)) && end == at;
}

bool caseless_has_phrase(str_t text, str_t phrase)
{
    for (size_t from = 0; phrase.n > 0 && from < text.n;) {
        ptrdiff_t found = str_find(str_sub(text, from, text.n), phrase);
        if (found < 0) return false;
        size_t at = from + (size_t) found, behind = at + phrase.n, next = behind;
        bool ends = behind == text.n || !in_word(next_code_point(text, &next));
        if (ends && !word_before(text, at)) return true;
        from = at + 1;
    }
    return false;
}
