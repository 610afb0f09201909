/* Rules and the script made of them: what may be one, that a value stays a value, and the way back.
 */
#include "tests/unit/test.h"
#include "webmail/filters/forwards.h"
#include "webmail/filters/rules.h"

static const struct sieve_features ALL = {
    .extensions = STR_INIT(" fileinto copy imap4flags body mime vacation date relational "),
    .max_redirects = 2,
    .checks = true};
static const struct sieve_features NONE = {.extensions = STR_INIT(" envelope ")};

#define RULE(conditions, actions)                                                                  \
    "[{\"name\":\"r\",\"enabled\":true,\"match\":\"all\",\"conditions\":[" conditions              \
    "],\"actions\":[" actions "],\"stop\":false}]"
#define SUBJECT(value) "{\"field\":\"subject\",\"op\":\"contains\",\"value\":" value "}"
#define FORWARD(value) "{\"type\":\"forward\",\"value\":" value "}"
#define MOVE(value) "{\"type\":\"move\",\"value\":" value "}"
#define VACATION(more)                                                                             \
    "{\"enabled\":true,\"from\":null,\"until\":null,\"subject\":\"Away\",\"text\":\"Back soon\","  \
    "\"days\":7,\"once\":false,\"addresses\":[]" more "}"

static json_t *value_of(const char *text)
{
    json_t *v = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!v) fail_msg("not JSON: %s", text);
    return v;
}

static rc_t check(const char *rules, const char *vacation, const struct sieve_features *f,
                  struct err *e)
{
    CLEANUP_JSON json_t *r = value_of(rules), *v = value_of(vacation);
    return filters_check(r, v, f, e);
}

static str_t script_of(struct arena *a, const char *rules, const char *vacation)
{
    CLEANUP_JSON json_t *r = value_of(rules), *v = value_of(vacation);
    struct err e = {0};
    str_t script = STR_NULL;
    if (filters_check(r, v, &ALL, &e) != RC_OK) fail_msg("%s: %s", e.field, e.message);
    assert_int_equal(filters_write(r, v, &ALL, a, &script, NULL), RC_OK);
    return script;
}

static str_t body_of(str_t script)
{
    ptrdiff_t at = str_find(script, STR("# end\r\n"));
    assert_true(at > 0);
    return str_sub(script, (size_t) at + 7, script.n);
}

static void writes_what_it_says(void **state)
{
    (void) state;
    static const struct {
        const char *conditions, *actions, *expected;
    } rows[] = {
        {SUBJECT("\"News\""), MOVE("\"Letters/\\u00c4rger\""),
         "require [\"fileinto\"];\r\n\r\n# r\r\nif header :contains \"subject\" \"News\" {\r\n"
         "  fileinto \"Letters/\xc3\x84rger\";\r\n}\r\n"},
        {"{\"field\":\"from\",\"op\":\"is\",\"value\":\"a@b.test\"}", "{\"type\":\"discard\"}",
         "\r\n# r\r\nif address :all :is \"from\" \"a@b.test\" {\r\n  discard;\r\n}\r\n"},
        {"{\"field\":\"recipient\",\"op\":\"ends\",\"value\":\"*x?\\\\\"}", "{\"type\":\"keep\"}",
         "\r\n# r\r\nif address :all :matches [\"to\", \"cc\"] \"*\\\\*x\\\\?\\\\\\\\\" {\r\n  "
         "keep;\r\n}\r\n"},
        {"{\"field\":\"size\",\"op\":\"over\",\"value\":500},{\"field\":\"attachment\",\"op\":"
         "\"no\"}",
         "{\"type\":\"label\",\"value\":\"Work\"},{\"type\":\"read\"}",
         "require [\"imap4flags\", \"mime\"];\r\n\r\n# r\r\nif allof(size :over 500K,\r\n    not "
         "header :mime :anychild :contains \"Content-Disposition\" \"attachment\") {\r\n  addflag "
         "\"Work\";\r\n  addflag \"\\\\Seen\";\r\n}\r\n"},
        {"", MOVE("\"All\"") ",{\"type\":\"star\"}",
         "require [\"fileinto\", \"imap4flags\"];\r\n\r\n# r\r\nif true {\r\n  addflag "
         "\"\\\\Flagged\";\r\n  fileinto \"All\";\r\n}\r\n"},
        {"{\"field\":\"header:X-Tag\",\"op\":\"is_not\",\"value\":\"1\"}",
         "{\"type\":\"forward\",\"value\":\"x@y.test\"}",
         "require [\"copy\"];\r\n\r\n# r\r\nif not header :is \"X-Tag\" \"1\" {\r\n  redirect "
         ":copy "
         "\"x@y.test\";\r\n}\r\n"},
    };
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t rules = arena_printf(a, "%s%s%s%s%s",
                                   "[{\"name\":\"r\",\"enabled\":true,\"match\":\"all\","
                                   "\"conditions\":[",
                                   rows[i].conditions, "],\"actions\":[", rows[i].actions,
                                   "],\"stop\":false}]");
        assert_str(body_of(script_of(a, rules.p, "null")), str_c(rows[i].expected));
    }
}

static void answers_while_away(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(4 << 20);
    assert_str(
        body_of(
            script_of(a, "[]",
                      "{\"enabled\":true,\"from\":\"2026-07-01\",\"until\":\"2026-07-14\","
                      "\"zone\":\"+0200\",\"subject\":\"Away\",\"text\":\"I am\\n.\\nback "
                      "\\\"soon\\\"\",\"days\":7,\"once\":true,\"addresses\":[\"al@b.test\"]}")),
        STR("require [\"vacation\", \"date\", \"relational\"];\r\n\r\n# Vacation\r\nif allof(not "
            "header :contains \"X-Spam-Flag\" \"YES\",\r\n    currentdate :zone \"+0200\" :value "
            "\"ge\" \"date\" \"2026-07-01\",\r\n    currentdate :zone \"+0200\" :value \"le\" "
            "\"date\" \"2026-07-14\") {\r\n  vacation :days 14\r\n    :subject \"Away\"\r\n    "
            ":addresses [\"al@b.test\"]\r\n    \"I am\r\n.\r\nback \\\"soon\\\"\";\r\n}\r\n"));
    str_t off = script_of(a, "[]",
                          "{\"enabled\":false,\"from\":null,\"until\":null,\"subject\":"
                          "\"\",\"text\":\"\",\"days\":7,\"once\":true,\"addresses\":[]}");
    assert_int_equal(body_of(off).n, 0);
}

/* Outside of quoted strings and comments a script has none of the value's words. */
static void a_value_stays_a_value(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(8 << 20);
    static const char *const values[] = {
        "\"\\\"; discard; #\"",     "\"\\\\\\\"; discard; stop; \\\"\"",
        "\"*/ discard; /*\"",       "\"${subject} ${hex:22} discard\"",
        "\"text:\\u2028.discard\"", "\"\\\\\"",
        "\"\\\"\\\"\\\"discard\"",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        str_t rules = arena_printf(
            a,
            "[{\"name\":%s,\"enabled\":true,\"match\":\"any\",\"conditions\":[{\"field\":"
            "\"subject\",\"op\":\"ends\",\"value\":%s},{\"field\":\"from\",\"op\":\"contains\","
            "\"value\":%s}],\"actions\":[{\"type\":\"move\",\"value\":%s}],\"stop\":true}]",
            values[i], values[i], values[i], values[i]);
        str_t body = body_of(script_of(a, rules.p, "null"));
        CLEANUP_BUF struct buf code = BUF_INIT(1 << 16);
        for (size_t k = 0; k < body.n; k++) {
            if (body.p[k] == '#')
                while (k < body.n && body.p[k] != '\n')
                    k++;
            if (k < body.n && body.p[k] == '"') {
                for (k++; k < body.n && body.p[k] != '"'; k++)
                    if (body.p[k] == '\\') k++;
                assert_true(k < body.n);
                continue;
            }
            if (k < body.n) buf_char(&code, body.p[k]);
        }
        assert_str(buf_view(&code),
                   STR("require [];\r\n\r\n\nif anyof(header :matches  ,\r\n    header :contains  "
                       ") {\r\n  fileinto ;\r\n  stop;\r\n}\r\n"));
    }
}

static void comes_back_unless_changed(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(16 << 20);
    const char *text = RULE(SUBJECT("\"a \\\"b\\\" \\u00e4\""), MOVE("\"X\""));
    str_t script = script_of(a, text, VACATION(""));
    CLEANUP_JSON json_t *rules = NULL, *vacation = NULL, *want = value_of(text);
    assert_true(filters_read(script, a, &rules, &vacation));
    assert_true(json_equal(rules, want));
    assert_int_equal(json_integer_value(json_object_get(vacation, "days")), 7);
    /* A server that keeps LF only gives the same. */
    CLEANUP_BUF struct buf lf = BUF_INIT(1 << 20);
    for (size_t i = 0; i < script.n; i++)
        if (script.p[i] != '\r') buf_char(&lf, script.p[i]);
    CLEANUP_JSON json_t *again = NULL, *away = NULL;
    assert_true(filters_read(buf_view(&lf), a, &again, &away));
    assert_true(json_equal(again, want));
    /* One character changed anywhere: not ours any more, or the very same. */
    for (size_t i = 0; i < script.n; i++) {
        str_t copy = arena_str(a, script);
        json_t *r = NULL, *v = NULL;
        ((char *) (uintptr_t) copy.p)[i] ^= 1;
        if (!filters_read(copy, a, &r, &v)) continue;
        assert_true(json_equal(r, want));
        json_decref(r);
        json_decref(v);
    }
    json_t *r = NULL, *v = NULL;
    assert_false(filters_read(STR("require \"fileinto\";"), a, &r, &v));
    assert_false(filters_read(STR(""), a, &r, &v));
    assert_null(r);
}

static void refuses_with_the_place(void **state)
{
    (void) state;
    static const struct {
        const char *rules, *vacation, *field;
    } rows[] = {
        {"{}", "null", "rules"},
        {"[7]", "null", "rules[0]"},
        {RULE("", ""), "null", "rules[0].actions"},
        {RULE(SUBJECT("\"\""), MOVE("\"x\"")), "null", "rules[0].conditions[0].value"},
        {RULE(SUBJECT("\"a\\nb\""), MOVE("\"x\"")), "null", "rules[0].conditions[0].value"},
        {RULE(SUBJECT("\"a\\u0000b\""), MOVE("\"x\"")), "null", "rules[0].conditions[0].value"},
        {RULE(SUBJECT("7"), MOVE("\"x\"")), "null", "rules[0].conditions[0].value"},
        {RULE("{\"field\":\"colour\",\"op\":\"is\",\"value\":\"x\"}", MOVE("\"x\"")), "null",
         "rules[0].conditions[0].field"},
        {RULE("{\"field\":\"header:a\\\"b\",\"op\":\"is\",\"value\":\"x\"}", MOVE("\"x\"")), "null",
         "rules[0].conditions[0].field"},
        {RULE("{\"field\":\"header:\",\"op\":\"is\",\"value\":\"x\"}", MOVE("\"x\"")), "null",
         "rules[0].conditions[0].field"},
        {RULE("{\"field\":\"subject\",\"op\":\"like\",\"value\":\"x\"}", MOVE("\"x\"")), "null",
         "rules[0].conditions[0].op"},
        {RULE("{\"field\":\"size\",\"op\":\"over\",\"value\":\"5\"}", MOVE("\"x\"")), "null",
         "rules[0].conditions[0].value"},
        {RULE("{\"field\":\"size\",\"op\":\"over; discard\",\"value\":5}", MOVE("\"x\"")), "null",
         "rules[0].conditions[0].op"},
        {RULE("", MOVE("\"\"")), "null", "rules[0].actions[0].value"},
        {RULE("", MOVE("\"a\\r\\nb\"")), "null", "rules[0].actions[0].value"},
        {RULE("", "{\"type\":\"exec\"}"), "null", "rules[0].actions[0].type"},
        {RULE("", "{\"type\":\"forward\",\"value\":\"x\"}"), "null", "rules[0].actions[0].value"},
        {RULE("", "{\"type\":\"label\",\"value\":\"\\\\Seen\"}"), "null",
         "rules[0].actions[0].value"},
        {RULE("", "{\"type\":\"keep\",\"x\":1}"), "null", "rules[0].actions[0].type"},
        {"[]", VACATION(",\"zone\":\"CET\""), "vacation.zone"},
        {"[]", VACATION(",\"more\":1"), "vacation"},
        {"[]",
         "{\"enabled\":true,\"from\":\"2026-07-02\",\"until\":\"2026-07-01\",\"subject\":\"\","
         "\"text\":\"x\",\"days\":7,\"once\":true,\"addresses\":[]}",
         "vacation.until"},
        {"[]",
         "{\"enabled\":true,\"from\":\"soon\",\"until\":null,\"subject\":\"\",\"text\":\"x\","
         "\"days\":7,\"once\":true,\"addresses\":[]}",
         "vacation.from"},
        {"[]",
         "{\"enabled\":true,\"from\":null,\"until\":null,\"subject\":\"a\\nb\",\"text\":\"x\","
         "\"days\":7,\"once\":true,\"addresses\":[]}",
         "vacation.subject"},
        {"[]",
         "{\"enabled\":true,\"from\":null,\"until\":null,\"subject\":\"\",\"text\":\"\",\"days\":7,"
         "\"once\":true,\"addresses\":[]}",
         "vacation.text"},
        {"[]",
         "{\"enabled\":true,\"from\":null,\"until\":null,\"subject\":\"\",\"text\":\"x\",\"days\":"
         "0,\"once\":true,\"addresses\":[]}",
         "vacation.days"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        if (check(rows[i].rules, rows[i].vacation, &ALL, &e) != RC_INVALID)
            fail_msg("%s %s was taken", rows[i].rules, rows[i].vacation);
        assert_string_equal(e.field, rows[i].field);
    }
}

static void asks_nothing_of_a_server_that_cannot(void **state)
{
    (void) state;
    struct err e = {0};
    assert_int_equal(check(RULE("", MOVE("\"x\"")), "null", &NONE, &e), RC_UNSUPPORTED);
    assert_string_equal(e.field, "rules[0].actions[0]");
    assert_int_equal(check("[]", VACATION(""), &NONE, &e), RC_UNSUPPORTED);
    /* A rule that is off may wait for a better server. */
    assert_int_equal(check("[{\"name\":\"\",\"enabled\":false,\"match\":\"any\",\"conditions\":[],"
                           "\"actions\":[{\"type\":\"read\"}],\"stop\":true}]",
                           "null", &NONE, &e),
                     RC_OK);
    assert_int_equal(check(RULE("", "{\"type\":\"forward\",\"value\":\"a@b.test\"},{\"type\":"
                                    "\"forward\",\"value\":\"c@b.test\"},{\"type\":\"forward\","
                                    "\"value\":\"d@b.test\"}"),
                           "null", &ALL, &e),
                     RC_INVALID);
    assert_string_equal(e.field, "rules");
}

/* --- where mail is sent on to ------------------------------------------------------------------
 */

#define A "require \"copy\";\nif header :is \"x\" \"redirect\" { redirect :copy \"a@x.test\"; }\n"

static const struct {
    const char *before, *after;
    bool added;
} forwards[] = {
    {"", "keep;", false},
    {"", "redirect \"a@x.test\";", true},
    {A, "redirect \"a@x.test\";", false}, /* it went there before */
    {A, "redirect \"b@x.test\";", true},
    {A, A "redirect \"b@x.test\";", true},
    {A "redirect \"b@x.test\";", A, false},
    {A, A "/* redirect \"b@x.test\"; */ # redirect \"b@x.test\";\n", false},
    {A, A "# /*\nredirect \"b@x.test\"; # */\n", true},
    {A, A "/* \" */ redirect \"b@x.test\"; /* \" */", true},
    {A, A "REDIRECT\t/* */ \"b@x.test\";", true},
    {A, A "fileinto \"; redirect \\\"b@x.test\\\";\";", false}, /* a string */
    {A, A "fileinto \"\\\\\"; redirect \"b@x.test\"; keep; #\"", true},
    {A, A "vacation text:\nredirect \"b@x.test\";\n..\n.\n;", false},
    {A, A "vacation text: # why\r\nx\r\n.\r\n; redirect \"b@x.test\";", true},
    {A, A "vacation text:\nx\n.\n; redirect text:\nb@x.test\n.\n;", true},
    {A, A "# x\rredirect \"b@x.test\";\n", true}, /* where does this comment end? */
    {A, A "redirect :list \"a@x.test\";", true},  /* another meaning of the same word */
    {A, A "notify \"mailto:a@x.test\";", true},
    {A, A "include \"other\";", true},
    {A "include \"other\";", A "include \"other\"; keep;", true}, /* who knows what it sends */
    {A, A "pipe \"program\";", true},
    {A, A "unheard_of \"a\";", true},
    {A, A "if unheard_of \"a\" { keep; }", true},
    {A, "set \"v\" \"b@x.test\"; redirect \"${v}\";", true},
    {"set \"v\" \"a@x.test\"; redirect \"$\\{v}\";", "set \"v\" \"b@x.test\"; redirect \"$\\{v}\";",
     true},
    {A, A "redirect \"", true}, /* not to be read */
    {A, A "/* redirect", true},
    {A, A "keep; \x01", true},
    {A, "if header :contains [\"a\", \"b\"] [\"c\"] { addflag \"\\\\Seen\"; stop; }", false},
};

static void knows_where_a_script_sends(void **state)
{
    (void) state;
    struct arena *a = arena_new(1u << 20);
    for (size_t i = 0; i < sizeof forwards / sizeof forwards[0]; i++)
        if (forwards_added(str_c(forwards[i].before), str_c(forwards[i].after), a) !=
            forwards[i].added)
            fail_msg("row %zu: %s", i, forwards[i].after);
    assert_false(forwards_added(STR("redirect \"${v}\";"), STR("redirect \"${v}\";"), a));
    str_t none = script_of(a, RULE(SUBJECT("\"redirect \\\"b@x.test\\\"\""), MOVE("\"A\"")),
                           VACATION(",\"zone\":null"));
    str_t one = script_of(a, RULE(SUBJECT("\"x\""), FORWARD("\"a@x.test\"")), "null");
    assert_false(forwards_added(STR(""), none, a));
    assert_true(forwards_added(none, one, a));
    assert_false(forwards_added(one, none, a));
    arena_free(a);
}

/* Too many places to compare one by one: any change counts. */
static void counts_no_more_places_than_it_keeps(void **state)
{
    (void) state;
    struct arena *a = arena_new(8u << 20);
    CLEANUP_BUF struct buf b = BUF_INIT(1u << 20);
    for (unsigned i = 0; i <= FORWARDS_MAX_PLACES; i++)
        buf_printf(&b, "redirect \"a%u@x.test\";\n", i);
    str_t many = arena_str(a, buf_view(&b));
    assert_false(forwards_added(many, many, a));
    buf_cstr(&b, "keep;");
    assert_true(forwards_added(many, buf_view(&b), a));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_it_says),
        cmocka_unit_test(answers_while_away),
        cmocka_unit_test(a_value_stays_a_value),
        cmocka_unit_test(comes_back_unless_changed),
        cmocka_unit_test(refuses_with_the_place),
        cmocka_unit_test(asks_nothing_of_a_server_that_cannot),
        cmocka_unit_test(knows_where_a_script_sends),
        cmocka_unit_test(counts_no_more_places_than_it_keeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
