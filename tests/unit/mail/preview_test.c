/* What can be shown in place, by type and name. */
#include "mail/preview.h"
#include "tests/unit/mail/mime_test.h"

static void test_kinds(void **state)
{
    (void) state;
    static const struct {
        const char *type, *name, *want;
    } rows[] = {
        {"image/png", NULL, "image"},
        {"image/svg+xml", "x.png", NULL},
        {"image/tiff", "x.tiff", NULL},
        {"application/octet-stream", "Photo.JPG", "image"},
        {"application/octet-stream", "photo.svg", NULL},
        {"application/octet-stream", NULL, NULL},
        {"application/zip", "x.png", NULL},
        {"text/html", "x.txt", NULL},
        {"text/xml", "x.txt", NULL},
        {"text/plain", "x.html", "text"},
        {"text/csv", NULL, "text"},
        {"application/pdf", NULL, "pdf"},
        {"application/octet-stream", "a.pdf", "pdf"},
        {"text/calendar", NULL, "calendar"},
        {"application/octet-stream", "invite.ICS", "calendar"},
        {"text/vcard", NULL, "contact"},
        {"text/x-vcard", "me.vcf", "contact"},
        {"application/ms-tnef", NULL, "tnef"},
        {"application/octet-stream", "winmail.dat", "tnef"},
        {"message/delivery-status", NULL, "report"},
        {"message/disposition-notification", NULL, "report"},
        {"message/rfc822", "x.eml", NULL},
        {"multipart/report", NULL, NULL},
        {"", "", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_str(rows[i].type,
                   str_c(preview_word(preview_of(str_c(rows[i].type), str_c(rows[i].name)))),
                   rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
