/* Rules as a Sieve script, and back. */
#include <stdio.h>
#include <time.h>

#include "base/b64.h"
#include "crypto/seal.h"
#include "webmail/filters/rules.h"

#define HEAD "# Filters of the web client. Who changes this by hand finds it as text there.\r\n"
#define MARK_HASH "# sha256 "
#define MARK_RULES "# rules "
#define HEAD_END "# end\r\n"
#define LINE_BYTES 72u
#define DAY 86400
#define READ_MAX (2u << 20)

/* --- pieces ------------------------------------------------------------------------------------
 */

/* A quoted string (RFC 5228 section 2.4.2): only \ and " are special; line ends may stand in it. */
static void put_string(struct buf *b, str_t s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r') continue;
        if (s.p[i] == '\n') {
            buf_cstr(b, "\r\n");
            continue;
        }
        if (s.p[i] == '"' || s.p[i] == '\\') buf_char(b, '\\');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

/* A pattern of :matches that stands for s itself, with a * before or after it. */
static str_t pattern(struct arena *a, str_t s, bool begins)
{
    CLEANUP_BUF struct buf b = BUF_INIT(4 * FILTERS_MAX_VALUE);
    if (!begins) buf_char(&b, '*');
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("*?\\", s.p[i])) buf_char(&b, '\\');
        buf_char(&b, s.p[i]);
    }
    if (begins) buf_char(&b, '*');
    return arena_str(a, buf_view(&b));
}

static str_t member(const json_t *obj, const char *name)
{
    return json_text(json_object_get(obj, name));
}

static bool is_on(const json_t *obj, const char *name)
{
    return json_is_true(json_object_get(obj, name));
}

/* --- conditions --------------------------------------------------------------------------------
 */

static void put_headers(struct buf *b, str_t field)
{
    if (str_eq(field, STR("recipient")))
        buf_cstr(b, "[\"to\", \"cc\"]");
    else if (str_eq(field, STR("list")))
        buf_cstr(b, "\"list-id\"");
    else
        put_string(b, str_starts(field, STR("header:")) ? str_sub(field, 7, field.n) : field);
}

static bool is_people(str_t field)
{
    return str_eq(field, STR("from")) || str_eq(field, STR("to")) || str_eq(field, STR("cc")) ||
           str_eq(field, STR("recipient"));
}

static void put_text_test(struct buf *b, const json_t *c, struct arena *a)
{
    str_t field = member(c, "field"), op = member(c, "op"), value = member(c, "value");
    bool contains = str_eq(op, STR("contains")) || str_eq(op, STR("not_contains"));
    bool begins = str_eq(op, STR("begins")), ends = str_eq(op, STR("ends"));
    if (str_eq(op, STR("not_contains")) || str_eq(op, STR("is_not"))) buf_cstr(b, "not ");
    /* Names count where something is contained; an address is compared whole. */
    if (str_eq(field, STR("body")))
        buf_cstr(b, "body :text ");
    else
        buf_cstr(b, is_people(field) && !contains ? "address :all " : "header ");
    buf_cstr(b, contains ? ":contains " : begins || ends ? ":matches " : ":is ");
    if (!str_eq(field, STR("body"))) {
        put_headers(b, field);
        buf_char(b, ' ');
    }
    put_string(b, begins || ends ? pattern(a, value, begins) : value);
}

static void put_condition(struct buf *b, const json_t *c, const struct sieve_features *f,
                          struct arena *a)
{
    str_t field = member(c, "field"), op = member(c, "op");
    if (str_eq(field, STR("size"))) {
        buf_printf(b, "size :%.*s %lldK", STR_ARG(op),
                   (long long) json_integer_value(json_object_get(c, "value")));
    } else if (str_eq(field, STR("attachment"))) {
        if (str_eq(op, STR("no"))) buf_cstr(b, "not ");
        /* RFC 5703; without it, what mail with attachments nearly always is. */
        buf_cstr(b, sieve_has(f, "mime")
                        ? "header :mime :anychild :contains \"Content-Disposition\" \"attachment\""
                        : "header :contains \"Content-Type\" \"multipart/mixed\"");
    } else {
        put_text_test(b, c, a);
    }
}

static void put_test(struct buf *b, const json_t *rule, const struct sieve_features *f,
                     struct arena *a)
{
    const json_t *list = json_object_get(rule, "conditions");
    size_t n = json_array_size(list);
    if (n == 0) {
        buf_cstr(b, "true");
        return;
    }
    if (n > 1) buf_cstr(b, str_eq(member(rule, "match"), STR("any")) ? "anyof(" : "allof(");
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buf_cstr(b, ",\r\n    ");
        put_condition(b, json_array_get(list, i), f, a);
    }
    if (n > 1) buf_char(b, ')');
}

/* --- actions -----------------------------------------------------------------------------------
 */

static bool is_type(const json_t *action, const char *type)
{
    return str_eq(member(action, "type"), str_c(type));
}

/* Flags have to be set before the message is put anywhere. */
static void put_flags(struct buf *b, const json_t *actions)
{
    for (size_t i = 0; i < json_array_size(actions); i++) {
        const json_t *x = json_array_get(actions, i);
        str_t flag = is_type(x, "read")    ? STR("\\Seen")
                     : is_type(x, "star")  ? STR("\\Flagged")
                     : is_type(x, "label") ? member(x, "value")
                                           : STR_NULL;
        if (str_is_null(flag)) continue;
        buf_cstr(b, "  addflag ");
        put_string(b, flag);
        buf_cstr(b, ";\r\n");
    }
}

static void put_actions(struct buf *b, const json_t *actions)
{
    static const struct {
        const char *type, *verb;
    } verbs[] = {{"copy", "fileinto :copy"},
                 {"forward", "redirect :copy"},
                 {"move", "fileinto"},
                 {"keep", "keep"},
                 {"discard", "discard"}};
    put_flags(b, actions);
    for (size_t i = 0; i < json_array_size(actions); i++) {
        const json_t *x = json_array_get(actions, i);
        for (size_t k = 0; k < sizeof verbs / sizeof verbs[0]; k++) {
            if (!is_type(x, verbs[k].type)) continue;
            buf_printf(b, "  %s", verbs[k].verb);
            if (k < 3) {
                buf_char(b, ' ');
                put_string(b, member(x, "value"));
            }
            buf_cstr(b, ";\r\n");
        }
    }
}

static void put_rule(struct buf *b, const json_t *rule, const struct sieve_features *f,
                     struct arena *a)
{
    if (!is_on(rule, "enabled")) return;
    str_t name = member(rule, "name");
    if (name.n > 0) buf_printf(b, "\r\n# %.*s", STR_ARG(name)); /* one line: it was checked */
    buf_cstr(b, "\r\nif ");
    put_test(b, rule, f, a);
    buf_cstr(b, " {\r\n");
    put_actions(b, json_object_get(rule, "actions"));
    if (is_on(rule, "stop")) buf_cstr(b, "  stop;\r\n");
    buf_cstr(b, "}\r\n");
}

/* --- vacation ----------------------------------------------------------------------------------
 */

static long long day_number(const json_t *v)
{
    struct tm tm = {0};
    int y = 0, m = 0, d = 0;
    const char *s = json_string_value(v);
    if (!s || sscanf(s, "%4d-%2d-%2d", &y, &m, &d) != 3) return -1;
    tm.tm_year = y - 1900;
    tm.tm_mon = m - 1;
    tm.tm_mday = d;
    return (long long) timegm(&tm) / DAY;
}

/* Once a sender: so many days that the whole absence lies in them. */
static int days_of(const json_t *v)
{
    long long from = day_number(json_object_get(v, "from"));
    long long until = day_number(json_object_get(v, "until"));
    if (!is_on(v, "once")) return (int) json_integer_value(json_object_get(v, "days"));
    if (from < 0 || until < from || until - from > 364) return 365;
    return (int) (until - from + 1);
}

static void put_date_test(struct buf *b, const json_t *v, const char *name, const char *op)
{
    str_t zone = member(v, "zone");
    if (!json_is_string(json_object_get(v, name))) return;
    buf_cstr(b, ",\r\n    currentdate ");
    if (zone.n > 0) {
        buf_cstr(b, ":zone ");
        put_string(b, zone);
        buf_char(b, ' ');
    }
    buf_printf(b, ":value \"%s\" \"date\" ", op);
    put_string(b, member(v, name));
}

static void put_vacation(struct buf *b, const json_t *v)
{
    const json_t *addresses = json_object_get(v, "addresses");
    if (!is_on(v, "enabled")) return;
    buf_cstr(b, "\r\n# Vacation\r\nif allof(not header :contains \"X-Spam-Flag\" \"YES\"");
    put_date_test(b, v, "from", "ge");
    put_date_test(b, v, "until", "le");
    buf_printf(b, ") {\r\n  vacation :days %d", days_of(v));
    if (member(v, "subject").n > 0) {
        buf_cstr(b, "\r\n    :subject ");
        put_string(b, member(v, "subject"));
    }
    if (json_array_size(addresses) > 0) {
        buf_cstr(b, "\r\n    :addresses [");
        for (size_t i = 0; i < json_array_size(addresses); i++) {
            if (i > 0) buf_cstr(b, ", ");
            put_string(b, json_text(json_array_get(addresses, i)));
        }
        buf_char(b, ']');
    }
    buf_cstr(b, "\r\n    ");
    put_string(b, member(v, "text"));
    buf_cstr(b, ";\r\n}\r\n");
}

/* --- the whole ---------------------------------------------------------------------------------
 */

/* Which extensions the script uses, by its own words. A value that looks like one makes us require
 * more than is used, which does no harm where the server has it. */
static void put_require(struct buf *out, str_t body, const struct sieve_features *f)
{
    static const struct {
        const char *mark, *extension;
    } uses[] = {{"fileinto ", "fileinto"},  {":copy ", "copy"},
                {"addflag ", "imap4flags"}, {"body :text ", "body"},
                {"header :mime ", "mime"},  {"  vacation :days ", "vacation"},
                {"currentdate ", "date"},   {":value \"", "relational"}};
    const char *sep = "require [";
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        if (str_find(body, str_c(uses[i].mark)) < 0 || !sieve_has(f, uses[i].extension)) continue;
        buf_printf(out, "%s\"%s\"", sep, uses[i].extension);
        sep = ", ";
    }
    if (sep[0] == ',') buf_cstr(out, "];\r\n");
}

/* Over the rules and the script itself: one cannot be changed without the other unseen. */
static rc_t hash_of(str_t coded, str_t body, struct arena *a, str_t *hex, struct err *e)
{
    CLEANUP_BUF struct buf all = BUF_INIT(2 * READ_MAX);
    unsigned char hash[32];
    buf_str(&all, coded);
    buf_char(&all, '\n');
    buf_str(&all, body);
    if (all.failed) return err_set(e, RC_TOO_LARGE, NULL);
    TRY(sha256(buf_view(&all), hash, e));
    *hex = hex_encode(a, str_n(hash, sizeof hash));
    return str_is_null(*hex) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t put_head(struct buf *out, const json_t *rules, const json_t *vacation, str_t body,
                     struct arena *a, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(SIEVE_MAX_SCRIPT);
    CLEANUP_JSON json_t *doc = json_object();
    str_t hex;
    json_object_set(doc, "rules", (json_t *) rules);
    json_object_set(doc, "vacation", vacation ? (json_t *) vacation : json_null());
    if (!json_write(doc, &text)) return err_set(e, RC_TOO_LARGE, "These filters are too large.");
    str_t coded = b64_encode(a, buf_view(&text));
    if (str_is_null(coded)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(hash_of(coded, body, a, &hex, e));
    buf_printf(out, HEAD MARK_HASH "%.*s\r\n", STR_ARG(hex));
    for (size_t at = 0; at < coded.n; at += LINE_BYTES)
        buf_printf(out, MARK_RULES "%.*s\r\n", STR_ARG(str_sub(coded, at, at + LINE_BYTES)));
    buf_cstr(out, HEAD_END);
    return RC_OK;
}

rc_t filters_write(const json_t *rules, const json_t *vacation, const struct sieve_features *f,
                   struct arena *a, str_t *script, struct err *e)
{
    CLEANUP_BUF struct buf parts = BUF_INIT(SIEVE_MAX_SCRIPT), body = BUF_INIT(SIEVE_MAX_SCRIPT),
                           out = BUF_INIT(SIEVE_MAX_SCRIPT);
    /* The answer to the sender does not depend on where a rule puts the message. */
    put_vacation(&parts, vacation);
    for (size_t i = 0; i < json_array_size(rules); i++)
        put_rule(&parts, json_array_get(rules, i), f, a);
    put_require(&body, buf_view(&parts), f);
    buf_str(&body, buf_view(&parts));
    if (parts.failed || body.failed)
        return err_set(e, RC_TOO_LARGE, "These filters are too large.");
    TRY(put_head(&out, rules, vacation, buf_view(&body), a, e));
    buf_str(&out, buf_view(&body));
    if (out.failed) return err_set(e, RC_TOO_LARGE, "These filters are too large.");
    *script = arena_str(a, buf_view(&out));
    return str_is_null(*script) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

/* Line ends as we write them, whatever a server made of them. */
static str_t crlf(struct arena *a, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(READ_MAX);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') continue;
        if (s.p[i] == '\n') buf_char(&b, '\r');
        buf_char(&b, s.p[i]);
    }
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}

/* The lines of the head: the hash and the joined base64 of the rules. What is left is the body. */
static bool read_head(str_t script, struct arena *a, str_t *hash, str_t *coded, str_t *body)
{
    CLEANUP_BUF struct buf b = BUF_INIT(READ_MAX);
    ptrdiff_t end = str_find(script, STR("\r\n" HEAD_END));
    if (!str_starts(script, STR(HEAD)) || end < 0) return false;
    str_t head = str_sub(script, sizeof HEAD - 1, (size_t) end), line;
    *body = str_sub(script, (size_t) end + 2 + sizeof HEAD_END - 1, script.n);
    *hash = STR_NULL;
    while (head.n > 0) {
        str_cut(head, '\n', &line, &head);
        line = str_trim(line);
        if (str_starts(line, STR(MARK_HASH)))
            *hash = str_sub(line, sizeof MARK_HASH - 1, line.n);
        else if (str_starts(line, STR(MARK_RULES)))
            buf_str(&b, str_sub(line, sizeof MARK_RULES - 1, line.n));
        else
            return false;
    }
    *coded = b.failed ? STR_NULL : arena_str(a, buf_view(&b));
    return !str_is_null(*hash) && !str_is_null(*coded);
}

bool filters_read(str_t script, struct arena *a, json_t **rules, json_t **vacation)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t text = crlf(a, script), hash, coded, body, json, right;
    struct err ignored = {0};
    if (str_is_null(text) || !read_head(text, a, &hash, &coded, &body)) return false;
    if (hash_of(coded, body, a, &right, &ignored) != RC_OK || !str_eq(right, hash)) return false;
    if (!b64_decode(a, coded, &json) || json_parse_object(json, &doc, &ignored) != RC_OK)
        return false;
    const json_t *r = json_object_get(doc, "rules"), *v = json_object_get(doc, "vacation");
    if (filters_check(r, v, NULL, &ignored) != RC_OK) return false;
    *rules = json_incref((json_t *) r);
    *vacation = v ? json_incref((json_t *) v) : json_null();
    return true;
}
