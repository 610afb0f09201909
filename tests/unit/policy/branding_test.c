/* Branding: what may be said and what is refused; whose is seen; that it goes along with export,
 * import and the end of an organisation; that no picture is in the audit. And its colours. */
#include "policy/branding.h"

#include "base/b64.h"
#include "policy/accent.h"
#include "policy/document.h"
#include "tests/unit/policy/world.h"

/* A PNG's signature and IHDR: all that is read of one. */
static str_t picture(struct world *w, uint32_t width, uint32_t height)
{
    unsigned char png[33] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    for (int i = 0; i < 4; i++) {
        png[16 + i] = (unsigned char) (width >> (24 - 8 * i));
        png[20 + i] = (unsigned char) (height >> (24 - 8 * i));
    }
    png[24] = 8;
    png[25] = 6;
    return b64_encode(w->a, (str_t){(const char *) png, sizeof png});
}

static json_t *set(struct world *w, const char *organisation, const char *patch, struct err *e)
{
    json_t *in = world_json(patch), *out = NULL;
    rc_t rc =
        branding_set(&w->r, &w->by, organisation ? str_c(organisation) : STR_NULL, in, 0, &out, e);
    json_decref(in);
    assert_int_equal(rc == RC_OK, out != NULL);
    return out;
}

static void sets(struct world *w, const char *organisation, const char *patch)
{
    struct err e = {0};
    json_t *v = set(w, organisation, patch, &e);
    if (!v) fail_msg("%s: %s", patch, e.message);
    json_decref(v);
}

static void refuses(struct world *w, const char *member, const char *value)
{
    struct err e = {0};
    json_t *patch = json_object(), *out = NULL;
    json_object_set_new(patch, member, json_string(value));
    rc_t rc = branding_set(&w->r, &w->by, STR("north"), patch, 0, &out, &e);
    if (rc != RC_INVALID) fail_msg("%s: %s was taken", member, value);
    assert_string_equal(e.field, member);
    json_decref(patch);
}

static json_t *shown(struct world *w, const char *organisation)
{
    json_t *v = NULL;
    assert_int_equal(branding_shown(&w->r, organisation ? str_c(organisation) : STR_NULL, &v, NULL),
                     RC_OK);
    return v;
}

static void what_is_wrong_is_refused_by_field(void **state)
{
    struct world *w = *state;
    static const char *const names[] = {"",
                                        "   ",
                                        "A\xe2\x80\xae"
                                        "cba",
                                        "Mail\xe2\x80\x8b",
                                        "\xef\xbb\xbfMail",
                                        "two\nlines",
                                        "A\xf3\xa0\x80\xa1",
                                        "0123456789012345678901234567890123456789x"};
    static const char *const accents[] = {"", "red", "#fff", "#12345G", "#12345678", "#FF0000"};
    static const char *const links[] = {"",
                                        "http://help.test/",
                                        "javascript:alert(1)",
                                        "data:text/html,x",
                                        "https://",
                                        "https:///x",
                                        "https://user@help.test/",
                                        "https://help.test@evil.test/",
                                        "https://help.test\\@evil.test/",
                                        "https://help.test/a b",
                                        "https://help.test/\"x",
                                        "https://help.test:70000/",
                                        "https://help.test:/",
                                        "mailto:",
                                        "mailto:nobody",
                                        " https://help.test/"};
    world_acme(w, 5);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        refuses(w, "name", names[i]);
    for (size_t i = 0; i < sizeof accents / sizeof *accents; i++)
        refuses(w, "accent", accents[i]);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        refuses(w, "support", links[i]);
    refuses(w, "logo", "*");
    refuses(w, "logo", "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="); /* SVG */
    refuses(w, "logo", "R0lGODlhAQABAAAAACw=");                                     /* GIF */
    refuses(w, "logo", arena_printf(w->a, "%.*s", STR_ARG(picture(w, 513, 8))).p);
    refuses(w, "logo", arena_printf(w->a, "%.*s", STR_ARG(str_sub(picture(w, 8, 8), 0, 20))).p);
    struct err e = {0};
    assert_null(set(w, "nowhere", "{\"name\":\"X\"}", &e));
    assert_string_equal(e.field, "organisation");
    assert_null(set(w, "north", "{\"html\":\"X\"}", &e));
}

static void an_organisation_stands_over_the_installation(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    json_t *v = shown(w, "north");
    assert_true(json_is_null(json_object_get(v, "name")));
    json_decref(v);
    sets(w, NULL, "{\"name\":\"All\",\"support\":\"https://help.test:8443/x?y#z\"}");
    sets(w, "north", "{\"name\":\"<b>N\\u00f6rth</b>\",\"accent\":\"#0a5fd1\"}");
    json_t *logo = json_object(), *out = NULL;
    json_object_set_new(logo, "logo", json_from_str(picture(w, 512, 64)));
    assert_int_equal(branding_set(&w->r, &w->by, STR("north"), logo, 1, &out, NULL), RC_OK);
    json_decref(out);
    struct err e = {0};
    assert_int_equal(branding_set(&w->r, &w->by, STR("north"), logo, 1, &out, &e), RC_CONFLICT);
    assert_string_equal(e.field, "version");
    json_decref(logo);

    v = shown(w, "north");
    assert_string_equal(json_string_value(json_object_get(v, "name")), "<b>N\u00f6rth</b>");
    assert_string_equal(json_string_value(json_object_get(v, "support")),
                        "https://help.test:8443/x?y#z");
    str_t url = arena_str(w->a, json_text(json_object_get(v, "logo")));
    json_decref(v);
    assert_true(str_starts(url, STR("/brand/north/")));
    struct branding_logo got;
    str_t path = str_sub(url, strlen("/brand/"), url.n);
    assert_int_equal(branding_logo(&w->r, w->a, path, &got, NULL), RC_OK);
    assert_string_equal(got.type, "image/png");
    assert_int_equal(got.bytes.n, 33);
    str_t elsewhere = arena_printf(w->a, "south/%.*s", STR_ARG(str_sub(path, 6, path.n)));
    assert_int_equal(branding_logo(&w->r, w->a, elsewhere, &got, NULL), RC_NOT_FOUND);
    v = shown(w, NULL);
    assert_string_equal(json_string_value(json_object_get(v, "name")), "All");
    assert_true(json_is_null(json_object_get(v, "accent")));
    json_decref(v);

    struct kv_value entries;
    assert_int_equal(KV_CMD(w->kv, w->a, &entries, NULL, STR("XREVRANGE"), STR("t:o:audit"),
                            STR("+"), STR("-"), STR("COUNT"), STR("1")),
                     RC_OK);
    json_t *document = NULL, *report = NULL;
    assert_int_equal(document_export(&w->r, false, &document, NULL), RC_OK);
    assert_non_null(json_object_get(json_object_get(document, "branding"), "-"));
    sets(w, "north", "{\"name\":null,\"accent\":null,\"logo\":null}");
    assert_int_equal(branding_logo(&w->r, w->a, path, &got, NULL), RC_NOT_FOUND);
    assert_int_equal(document_import(&w->r, &w->by, document, 0, &report, &e), RC_OK);
    assert_int_equal(json_integer_value(json_object_get(report, "added")), 1);
    assert_int_equal(branding_logo(&w->r, w->a, path, &got, NULL), RC_OK);
    json_decref(report);
    json_t *row = json_object_get(json_object_get(document, "branding"), "north");
    json_object_set_new(row, "support", json_string("javascript:alert(1)"));
    assert_int_equal(document_read(&w->config, document, &report, &e), RC_INVALID);
    json_decref(document);
}

static void accents_are_those_the_page_shows(void **state)
{
    (void) state;
    json_t *known = json_load_file("tests/fixtures/accent.json", 0, NULL), *css;
    const char *accent;
    uint32_t rgb = 0;
    assert_true(json_object_size(known) >= 10);
    json_object_foreach(known, accent, css)
    {
        CLEANUP_BUF struct buf b = BUF_INIT(2048);
        assert_true(accent_read(str_c(accent), &rgb));
        assert_true(accent_css(rgb, &b));
        assert_true(str_eq(buf_view(&b), json_text(css)));
    }
    json_decref(known);
    assert_true(accent_contrast(0, 0xffffff) > 20.99);
    assert_false(accent_read(STR("#0A5FD1"), &rgb));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_wrong_is_refused_by_field, world_open, world_close),
        cmocka_unit_test_setup_teardown(an_organisation_stands_over_the_installation, world_open,
                                        world_close),
        cmocka_unit_test(accents_are_those_the_page_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
