#include "mail/preview.h"

struct rule {
    str_t word;
    enum preview is;
};

static const struct rule TYPES[] = {
    {STR_INIT("image/png"), PREVIEW_IMAGE},
    {STR_INIT("image/jpeg"), PREVIEW_IMAGE},
    {STR_INIT("image/jpg"), PREVIEW_IMAGE},
    {STR_INIT("image/pjpeg"), PREVIEW_IMAGE},
    {STR_INIT("image/x-png"), PREVIEW_IMAGE},
    {STR_INIT("image/gif"), PREVIEW_IMAGE},
    {STR_INIT("image/webp"), PREVIEW_IMAGE},
    {STR_INIT("image/avif"), PREVIEW_IMAGE},
    {STR_INIT("image/bmp"), PREVIEW_IMAGE},
    {STR_INIT("image/x-ms-bmp"), PREVIEW_IMAGE},
    {STR_INIT("application/pdf"), PREVIEW_PDF},
    {STR_INIT("application/x-pdf"), PREVIEW_PDF},
    {STR_INIT("text/plain"), PREVIEW_TEXT},
    {STR_INIT("text/csv"), PREVIEW_TEXT},
    {STR_INIT("text/markdown"), PREVIEW_TEXT},
    {STR_INIT("text/x-log"), PREVIEW_TEXT},
    {STR_INIT("text/x-diff"), PREVIEW_TEXT},
    {STR_INIT("text/x-patch"), PREVIEW_TEXT},
    {STR_INIT("text/rfc822-headers"), PREVIEW_TEXT},
    {STR_INIT("application/json"), PREVIEW_TEXT},
    {STR_INIT("text/calendar"), PREVIEW_CALENDAR},
    {STR_INIT("application/ics"), PREVIEW_CALENDAR},
    {STR_INIT("text/vcard"), PREVIEW_CONTACT},
    {STR_INIT("text/x-vcard"), PREVIEW_CONTACT},
    {STR_INIT("text/directory"), PREVIEW_CONTACT},
    {STR_INIT("application/ms-tnef"), PREVIEW_TNEF},
    {STR_INIT("application/vnd.ms-tnef"), PREVIEW_TNEF},
    {STR_INIT("message/delivery-status"), PREVIEW_REPORT},
    {STR_INIT("message/global-delivery-status"), PREVIEW_REPORT},
    {STR_INIT("message/disposition-notification"), PREVIEW_REPORT},
    {STR_INIT("message/global-disposition-notification"), PREVIEW_REPORT},
};

static const struct rule ENDINGS[] = {
    {STR_INIT(".png"), PREVIEW_IMAGE},       {STR_INIT(".jpg"), PREVIEW_IMAGE},
    {STR_INIT(".jpeg"), PREVIEW_IMAGE},      {STR_INIT(".gif"), PREVIEW_IMAGE},
    {STR_INIT(".webp"), PREVIEW_IMAGE},      {STR_INIT(".avif"), PREVIEW_IMAGE},
    {STR_INIT(".bmp"), PREVIEW_IMAGE},       {STR_INIT(".pdf"), PREVIEW_PDF},
    {STR_INIT(".txt"), PREVIEW_TEXT},        {STR_INIT(".log"), PREVIEW_TEXT},
    {STR_INIT(".md"), PREVIEW_TEXT},         {STR_INIT(".csv"), PREVIEW_TEXT},
    {STR_INIT(".json"), PREVIEW_TEXT},       {STR_INIT(".diff"), PREVIEW_TEXT},
    {STR_INIT(".patch"), PREVIEW_TEXT},      {STR_INIT(".ics"), PREVIEW_CALENDAR},
    {STR_INIT(".vcs"), PREVIEW_CALENDAR},    {STR_INIT(".vcf"), PREVIEW_CONTACT},
    {STR_INIT("winmail.dat"), PREVIEW_TNEF},
};

static bool says_nothing(str_t type)
{
    return str_eq(type, STR("application/octet-stream")) ||
           str_eq(type, STR("application/x-octet-stream")) ||
           str_eq(type, STR("application/binary")) || str_eq(type, STR("application/unknown"));
}

enum preview preview_of(str_t type, str_t name)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++)
        if (str_eq(type, TYPES[i].word)) return TYPES[i].is;
    for (size_t i = 0; says_nothing(type) && i < sizeof ENDINGS / sizeof ENDINGS[0]; i++)
        if (str_iends(name, ENDINGS[i].word)) return ENDINGS[i].is;
    return PREVIEW_NONE;
}

const char *preview_word(enum preview p)
{
    static const char *const WORDS[] = {
        [PREVIEW_IMAGE] = "image",       [PREVIEW_PDF] = "pdf",         [PREVIEW_TEXT] = "text",
        [PREVIEW_CALENDAR] = "calendar", [PREVIEW_CONTACT] = "contact", [PREVIEW_TNEF] = "tnef",
        [PREVIEW_REPORT] = "report"};
    return p <= PREVIEW_REPORT ? WORDS[p] : NULL;
}
