/* A browser's User-Agent line as two words for people. */
#include "webmail/session/devices.h"

struct sign {
    str_t mark, word; /* the first mark that the line holds decides */
};

static const struct sign BROWSERS[] = {
    {STR_INIT("Edg/"), STR_INIT("Edge")},
    {STR_INIT("EdgA/"), STR_INIT("Edge")},
    {STR_INIT("OPR/"), STR_INIT("Opera")},
    {STR_INIT("Vivaldi/"), STR_INIT("Vivaldi")},
    {STR_INIT("SamsungBrowser/"), STR_INIT("Samsung Internet")},
    {STR_INIT("FxiOS/"), STR_INIT("Firefox")},
    {STR_INIT("Firefox/"), STR_INIT("Firefox")},
    {STR_INIT("CriOS/"), STR_INIT("Chrome")},
    {STR_INIT("Chromium/"), STR_INIT("Chromium")},
    {STR_INIT("Chrome/"), STR_INIT("Chrome")},
    {STR_INIT("Safari/"), STR_INIT("Safari")},
};
static const struct sign SYSTEMS[] = {
    {STR_INIT("iPhone"), STR_INIT("iPhone")},   {STR_INIT("iPad"), STR_INIT("iPad")},
    {STR_INIT("Android"), STR_INIT("Android")}, {STR_INIT("Windows"), STR_INIT("Windows")},
    {STR_INIT("CrOS"), STR_INIT("ChromeOS")},   {STR_INIT("Mac OS X"), STR_INIT("macOS")},
    {STR_INIT("Linux"), STR_INIT("Linux")},     {STR_INIT("BSD"), STR_INIT("BSD")},
};

static str_t find(const struct sign *signs, size_t n, str_t line)
{
    for (size_t i = 0; i < n; i++)
        if (str_find(line, signs[i].mark) >= 0) return signs[i].word;
    return STR_NULL;
}

void agent_words(str_t user_agent, str_t *browser, str_t *system)
{
    str_t line = str_sub(user_agent, 0, 1000);
    *browser = find(BROWSERS, sizeof BROWSERS / sizeof BROWSERS[0], line);
    *system = find(SYSTEMS, sizeof SYSTEMS / sizeof SYSTEMS[0], line);
}
