/* Pages: escaping above all; then blocks, and errors with file and line. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fcgi/static.h"
#include "fcgi/template.h"
#include "tests/unit/test.h"

static json_t *model(void)
{
    return json_pack("{s:s, s:s, s:i, s:b, s:b, s:n, s:[s,s], s:[], s:{s:s}, s:[{s:s},{s:s}]}",
                     "evil", "<b a='\"'>&", "name", "Zo\xc3\xab", "n", 7, "yes", 1, "no", 0, "null",
                     "list", "a", "<", "empty", "o", "k", "v", "rows", "x", "1", "x", "2");
}

static void renders(void **state)
{
    (void) state;
    static const struct {
        const char *text, *html;
    } rows[] = {
        {"plain } { text", "plain } { text"},
        {"{{name}}!", "Zo\xc3\xab!"},
        {"{{ name }}", "Zo\xc3\xab"},
        {"<a title=\"{{evil}}\">{{evil}}</a>",
         "<a title=\"&lt;b a=&#39;&#34;&#39;&gt;&amp;\">&lt;b a=&#39;&#34;&#39;&gt;&amp;</a>"},
        {"{{n}}{{yes}}{{null}}{{missing}}{{o.k}}{{o.x.y}}{{o}}", "7truev"},
        {"{{#if yes}}a{{else}}b{{/if}}", "a"},
        {"{{#if no}}a{{else}}b{{/if}}", "b"},
        {"{{#if no}}a{{/if}}c", "c"},
        {"{{#if empty}}a{{else}}b{{/if}}{{#if list}}c{{/if}}", "bc"},
        {"{{#if yes}}{{#if no}}1{{else}}2{{/if}}3{{else}}4{{/if}}5", "235"},
        {"{{#each list}}[{{.}}]{{/each}}", "[a][&lt;]"},
        {"{{#each rows}}{{.x}}{{#if .x}},{{/if}}{{/each}}", "1,2,"},
        {"{{#each missing}}x{{/each}}", ""},
        {"{{#each list}}{{#each rows}}{{.x}}{{/each}}{{.}};{{/each}}", "12a;12&lt;;"},
        {"{{! a remark }}x", "x"},
        {"{{json list}}", "[\"a\",\"\\u003c\"]"},
        {"{{json missing}}", "null"},
    };
    json_t *m = model();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_BUF struct buf out = BUF_INIT(1000);
        struct err e = {0};
        if (template_render_text(str_c(rows[i].text), m, &out, &e) != RC_OK)
            fail_msg("%s: %s", rows[i].text, e.message);
        assert_str(out.p ? buf_view(&out) : STR(""), str_c(rows[i].html));
    }
    json_decref(m);
}

static void json_cannot_leave_its_script(void **state)
{
    (void) state;
    json_t *m = json_pack("{s:s}", "v", "</script><!--<script>&\xe2\x80\xa8\xe2\x80\xa9");
    CLEANUP_BUF struct buf out = BUF_INIT(1000);
    assert_int_equal(template_render_text(STR("{{json v}}"), m, &out, NULL), RC_OK);
    assert_str(buf_view(&out), STR("\"\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026"
                                   "\\u2028\\u2029\""));
    json_decref(m);
}

static void names_the_line(void **state)
{
    (void) state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{{", "text:1: {{ without }}"},
        {"\n\n{{#if a}}", "text:3: this block has no end"},
        {"{{/if}}", "text:1: there is no open block here"},
        {"{{#if a}}{{/each}}", "text:1: another block is open here"},
        {"{{#each a}}{{/if}}", "text:1: another block is open here"},
        {"{{#each a}}{{else}}{{/each}}", "text:1: {{else}} belongs to {{#if}}, once"},
        {"{{#if a}}{{else}}{{else}}{{/if}}", "text:1: {{else}} belongs to {{#if}}, once"},
        {"a\n{{raw html}}",
         "text:2: unknown word; #if, else, /if, #each, /each, >, asset, t, json"},
        {"{{a<b}}", "text:1: this is not a name"},
        {"{{}}", "text:1: this is not a name"},
        {"{{> x.html}}", "text:1: nothing can be included here"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_BUF struct buf out = BUF_INIT(1000);
        struct err e = {0};
        assert_int_equal(template_render_text(str_c(rows[i].text), NULL, &out, &e), RC_INVALID);
        assert_string_equal(e.message, rows[i].message);
    }
}

static void is_bounded(void **state)
{
    (void) state;
    CLEANUP_BUF struct buf text = BUF_INIT(1 << 20), out = BUF_INIT(1000);
    json_t *m = model();
    struct err e = {0};
    for (int i = 0; i < 17; i++)
        buf_cstr(&text, "{{#if yes}}");
    assert_int_equal(template_render_text(buf_view(&text), m, &out, &e), RC_INVALID);
    buf_clear(&text);
    for (int i = 0; i < 5000; i++)
        buf_cstr(&text, "{{n}}");
    assert_int_equal(template_render_text(buf_view(&text), m, &out, &e), RC_INVALID);
    buf_clear(&text);
    for (int i = 0; i < 2000; i++)
        buf_cstr(&text, "{{n}}");
    assert_int_equal(template_render_text(buf_view(&text), m, &out, &e), RC_TOO_LARGE);
    json_decref(m);
}

/* --- folders --------------------------------------------------------------------------------- */

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int make_folder(void **state)
{
    (void) state;
    snprintf(folder, sizeof folder, "/tmp/waxseal-template-XXXXXX");
    assert_non_null(mkdtemp(folder));
    write_file("app.1a.js", "run()");
    write_file("app.1a.js.br", "BR");
    write_file("app.1a.js.gz", "GZ");
    write_file("en.2b.json", "{\"hello\": \"Hello & co\", \"only\": \"Only here\"}");
    write_file("de.3c.json", "{\"hello\": \"Hallo\"}");
    write_file("manifest.json", "{\"app.js\": \"app.1a.js\", \"en.json\": \"en.2b.json\", "
                                "\"de.json\": \"de.3c.json\"}");
    write_file("head.html", "<script src=\"{{asset app.js}}\"></script>");
    write_file("page.html", "{{> head.html}}<p>{{t hello}} {{t only}} {{who}}</p>");
    return 0;
}

static int remove_folder(void **state)
{
    (void) state;
    static const char *const names[] = {"app.1a.js",  "app.1a.js.br", "app.1a.js.gz",
                                        "en.2b.json", "de.3c.json",   "manifest.json",
                                        "head.html",  "page.html",    "bad.html"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void loads_a_folder(void **state)
{
    (void) state;
    struct static_files *files = NULL;
    struct template_set *set = NULL;
    struct err e = {0};
    CLEANUP_BUF struct buf out = BUF_INIT(1000);
    json_t *m = json_pack("{s:s}", "who", "<you>");
    assert_int_equal(static_load(str_c(folder), &files, &e), RC_OK);
    assert_int_equal(template_load(str_c(folder), files, &set, &e), RC_OK);
    assert_str(template_language(set, STR("fr, de-AT;q=0.8, en;q=0.5")), STR("de"));
    assert_str(template_language(set, STR("fr")), STR("en"));
    assert_int_equal(template_render(set, STR("page.html"), STR("de"), m, &out, &e), RC_OK);
    assert_str(buf_view(&out), STR("<script src=\"/static/app.1a.js\"></script>"
                                   "<p>Hallo Only here &lt;you&gt;</p>"));
    assert_int_equal(template_render(set, STR("none.html"), STR("de"), m, &out, &e), RC_NOT_FOUND);
    json_decref(m);
    template_free(set);
    static_free(files);
}

static void checks_references_at_load(void **state)
{
    (void) state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"x\n{{asset gone.js}}", "bad.html:2: there is no asset gone.js"},
        {"{{t gone}}", "bad.html:1: there is no text gone"},
        {"{{> gone.html}}", "bad.html:1: there is no template gone.html"},
        {"{{> bad.html}}", "bad.html: includes itself"},
    };
    struct static_files *files = NULL;
    struct template_set *set = NULL;
    struct err e = {0};
    assert_int_equal(static_load(str_c(folder), &files, &e), RC_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_file("bad.html", rows[i].text);
        assert_int_equal(template_load(str_c(folder), files, &set, &e), RC_INVALID);
        assert_string_equal(e.message, rows[i].message);
    }
    static_free(files);
}

static str_t header(const struct response *r, str_t name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (str_ieq(r->headers[i].name, name)) return r->headers[i].value;
    return STR_NULL;
}

static void serves_variants(void **state)
{
    (void) state;
    static const struct {
        const char *accept, *none_match, *body, *coding, *etag;
        int status;
    } rows[] = {
        {"gzip, br", NULL, "BR", "br", "\"app.1a.js-br\"", 200},
        {"gzip", NULL, "GZ", "gzip", "\"app.1a.js-gz\"", 200},
        {"br;q=0, gzip;q=0.5", NULL, "GZ", "gzip", "\"app.1a.js-gz\"", 200},
        {"identity", NULL, "run()", NULL, "\"app.1a.js\"", 200},
        {NULL, NULL, "run()", NULL, "\"app.1a.js\"", 200},
        {"brotli, gzipped", NULL, "run()", NULL, "\"app.1a.js\"", 200},
        {"br", "\"x\", W/\"app.1a.js-br\"", "", "br", "\"app.1a.js-br\"", 304},
        {"br", "\"app.1a.js\"", "BR", "br", "\"app.1a.js-br\"", 200},
    };
    struct static_files *files = NULL;
    struct err e = {0};
    assert_int_equal(static_load(str_c(folder), &files, &e), RC_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct request q = {.accept_encoding = str_c(rows[i].accept),
                            .if_none_match = str_c(rows[i].none_match)};
        struct response s = {.status = 200};
        assert_int_equal(static_serve(files, &q, STR("app.1a.js"), &s, &e), RC_OK);
        assert_str(s.static_body, str_c(rows[i].body));
        assert_str(header(&s, STR("Content-Encoding")), str_c(rows[i].coding));
        assert_str(header(&s, STR("ETag")), str_c(rows[i].etag));
        assert_str(header(&s, STR("Vary")), STR("Accept-Encoding"));
        assert_str(header(&s, STR("Content-Type")), STR("text/javascript; charset=utf-8"));
        assert_int_equal(s.status, rows[i].status);
    }
    struct request q = {0};
    struct response s = {.status = 200};
    assert_int_equal(static_serve(files, &q, STR("manifest.json"), &s, &e), RC_NOT_FOUND);
    assert_int_equal(static_serve(files, &q, STR("../head.html"), &s, &e), RC_NOT_FOUND);
    static_free(files);
}

static void a_broken_manifest_stops_the_start(void **state)
{
    (void) state;
    struct static_files *files = NULL;
    struct err e = {0};
    write_file("manifest.json", "{\"app.js\": \"app.9z.js\"}");
    assert_int_equal(static_load(str_c(folder), &files, &e), RC_INVALID);
    assert_string_equal(e.message, "manifest.json: app.js: its file is missing");
    assert_null(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders),
        cmocka_unit_test(json_cannot_leave_its_script),
        cmocka_unit_test(names_the_line),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test_setup_teardown(loads_a_folder, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(checks_references_at_load, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(serves_variants, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_broken_manifest_stops_the_start, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
