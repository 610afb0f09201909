/* What a rule may be. Everything that becomes part of a script is checked here first. */
#include <stdio.h>

#include "mail/build.h"
#include "webmail/filters/rules.h"

struct place {
    char path[48];
    struct err *e;
};

static rc_t refuse(const struct place *p, const char *member, const char *sentence)
{
    char path[64];
    snprintf(path, sizeof path, "%.40s%s%.20s", p->path, member[0] ? "." : "", member);
    return err_invalid(p->e, path, sentence);
}

static bool one_of(str_t word, const char *words)
{
    char padded[40];
    if (word.n == 0 || word.n > 30 || str_chr(word, ' ') >= 0 || !str_is_clean(word)) return false;
    snprintf(padded, sizeof padded, " %.*s ", STR_ARG(word));
    return strstr(words, padded) != NULL;
}

static bool is_line(const json_t *v, size_t most)
{
    return json_is_string(v) && json_string_length(v) <= most && str_is_clean(json_text(v)) &&
           str_chr(json_text(v), 0) < 0;
}

static bool is_address(const json_t *v)
{
    struct err ignored;
    return json_is_string(v) && address_check(json_text(v), &ignored) == RC_OK;
}

/* RFC 5322 ftext. */
static bool is_field_name(str_t s)
{
    if (s.n == 0 || s.n > 64) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr(":\"\\*?{}", s.p[i])) return false;
    return true;
}

static bool is_keyword(str_t s)
{
    if (s.n == 0 || s.n > 64 || s.p[0] == '$') return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("(){%*\"\\]", s.p[i])) return false;
    return true;
}

/* Only members of this list, so that nothing is kept that nobody checked. */
static bool has_only(const json_t *obj, const char *members)
{
    const char *name;
    json_t *v;
    if (!json_is_object(obj)) return false;
    json_object_foreach((json_t *) obj, name, v) if (!one_of(str_c(name), members)) return false;
    return true;
}

/* --- conditions --------------------------------------------------------------------------------
 */

static rc_t needs(const struct sieve_features *f, const char *extension, const struct place *p)
{
    char sentence[120];
    if (!f || sieve_has(f, extension)) return RC_OK;
    snprintf(sentence, sizeof sentence, "The mail server's filters cannot do this (%s).",
             extension);
    err_set(p->e, RC_UNSUPPORTED, "%s", sentence);
    err_field(p->e, p->path);
    return RC_UNSUPPORTED;
}

static rc_t check_text_condition(const json_t *c, const struct place *p)
{
    if (!one_of(json_text(json_object_get(c, "op")),
                " contains not_contains is is_not begins ends "))
        return refuse(p, "op", "This comparison is unknown.");
    const json_t *value = json_object_get(c, "value");
    if (!is_line(value, FILTERS_MAX_VALUE) || json_string_length(value) == 0)
        return refuse(p, "value", "Say what to look for, in one line.");
    return RC_OK;
}

static rc_t check_condition(const json_t *c, const struct sieve_features *f, const struct place *p)
{
    str_t field = json_text(json_object_get(c, "field")), op = json_text(json_object_get(c, "op"));
    if (!has_only(c, " field op value ")) return refuse(p, "", "This is not a condition.");
    if (str_eq(field, STR("size"))) {
        json_int_t kb = json_integer_value(json_object_get(c, "value"));
        if (!one_of(op, " over under ")) return refuse(p, "op", "Larger or smaller?");
        if (!json_is_integer(json_object_get(c, "value")) || kb < 1 || kb > 1000000)
            return refuse(p, "value", "The size is a number of kilobytes.");
        return RC_OK;
    }
    if (str_eq(field, STR("attachment")))
        return one_of(op, " yes no ") ? RC_OK : refuse(p, "op", "With or without?");
    if (str_eq(field, STR("body"))) TRY(needs(f, "body", p));
    bool known = one_of(field, " from to cc recipient subject list body ") ||
                 (str_starts(field, STR("header:")) && is_field_name(str_sub(field, 7, field.n)));
    if (!known) return refuse(p, "field", "This part of a message is unknown.");
    return check_text_condition(c, p);
}

/* --- actions -----------------------------------------------------------------------------------
 */

static rc_t check_forward(const json_t *value, const struct sieve_features *f,
                          const struct place *p)
{
    if (!is_address(value)) return refuse(p, "value", "This is not an address.");
    return needs(f, "copy", p);
}

static rc_t check_action(const json_t *a, const struct sieve_features *f, const struct place *p)
{
    str_t type = json_text(json_object_get(a, "type"));
    const json_t *value = json_object_get(a, "value");
    if (!has_only(a, " type value ") ||
        !one_of(type, " move copy label read star forward keep discard "))
        return refuse(p, "type", "This action is unknown.");
    bool folder = one_of(type, " move copy ");
    if (folder) TRY(needs(f, "fileinto", p));
    if (str_eq(type, STR("copy"))) TRY(needs(f, "copy", p));
    if (one_of(type, " label read star ")) TRY(needs(f, "imap4flags", p));
    if (folder && (!is_line(value, FILTERS_MAX_VALUE) || json_string_length(value) == 0))
        return refuse(p, "value", "Choose a folder.");
    if (str_eq(type, STR("label")) && !is_keyword(json_text(value)))
        return refuse(p, "value", "Choose a label.");
    if (str_eq(type, STR("forward"))) return check_forward(value, f, p);
    if (!folder && !str_eq(type, STR("label")) && value && !json_is_null(value))
        return refuse(p, "value", "This action takes nothing more.");
    return RC_OK;
}

/* --- rules -------------------------------------------------------------------------------------
 */

typedef rc_t item_check(const json_t *item, const struct sieve_features *f, const struct place *p);

static rc_t check_items(const json_t *list, size_t most, item_check *check, const char *name,
                        const struct sieve_features *f, const struct place *p)
{
    if (!json_is_array(list) || json_array_size(list) > most)
        return refuse(p, name, "These are too many, or not a list.");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct place inner = {.e = p->e};
        snprintf(inner.path, sizeof inner.path, "%.20s.%s[%zu]", p->path, name, i);
        TRY(check(json_array_get(list, i), f, &inner));
    }
    return RC_OK;
}

static rc_t check_rule(const json_t *r, const struct sieve_features *f, const struct place *p)
{
    const json_t *actions = json_object_get(r, "actions");
    if (!has_only(r, " name enabled match conditions actions stop "))
        return refuse(p, "", "This is not a rule.");
    if (!is_line(json_object_get(r, "name"), 200))
        return refuse(p, "name", "A name is one line, and not so long.");
    if (!json_is_boolean(json_object_get(r, "enabled")))
        return refuse(p, "enabled", "This can only be true or false.");
    if (!json_is_boolean(json_object_get(r, "stop")))
        return refuse(p, "stop", "This can only be true or false.");
    if (!one_of(json_text(json_object_get(r, "match")), " all any "))
        return refuse(p, "match", "All conditions, or any?");
    TRY(check_items(json_object_get(r, "conditions"), FILTERS_MAX_CONDITIONS, check_condition,
                    "conditions", f, p));
    TRY(check_items(actions, FILTERS_MAX_ACTIONS, check_action, "actions", f, p));
    if (json_array_size(actions) == 0 && !json_is_true(json_object_get(r, "stop")))
        return refuse(p, "actions", "Say what the rule does.");
    return RC_OK;
}

static rc_t check_redirects(const json_t *rules, const struct sieve_features *f, struct err *e)
{
    size_t n = 0;
    if (!f || f->max_redirects == 0) return RC_OK;
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *actions = json_object_get(json_array_get(rules, i), "actions");
        if (!json_is_true(json_object_get(json_array_get(rules, i), "enabled"))) continue;
        for (size_t k = 0; k < json_array_size(actions); k++) {
            str_t type = json_text(json_object_get(json_array_get(actions, k), "type"));
            n += str_eq(type, STR("forward")) ? 1 : 0;
        }
    }
    if (n <= f->max_redirects) return RC_OK;
    err_set(e, RC_INVALID, "The mail server forwards one message to at most %u addresses.",
            f->max_redirects);
    err_field(e, "rules");
    return RC_INVALID;
}

/* --- vacation ----------------------------------------------------------------------------------
 */

static bool is_date(const json_t *v)
{
    str_t s = json_text(v);
    uint32_t y, m, d;
    if (json_is_null(v)) return true;
    return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && str_to_u32(str_sub(s, 0, 4), &y) &&
           str_to_u32(str_sub(s, 5, 7), &m) && str_to_u32(str_sub(s, 8, 10), &d) && y >= 2000 &&
           m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

static bool is_zone(const json_t *v)
{
    str_t s = json_text(v);
    uint32_t n;
    if (!v || json_is_null(v)) return true;
    return s.n == 5 && (s.p[0] == '+' || s.p[0] == '-') && str_to_u32(str_sub(s, 1, 5), &n) &&
           n <= 1400 && n % 100 < 60;
}

/* Text of several lines without other controls. */
static bool is_text(const json_t *v, size_t most)
{
    str_t s = json_text(v);
    if (!json_is_string(v) || s.n > most) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c == 0x7f || (c < 0x20 && c != '\n' && c != '\t' && c != '\r')) return false;
    }
    return true;
}

static rc_t check_dates(const json_t *v, const struct place *p)
{
    const json_t *from = json_object_get(v, "from"), *until = json_object_get(v, "until");
    if (!from || !is_date(from)) return refuse(p, "from", "This is not a date.");
    if (!until || !is_date(until)) return refuse(p, "until", "This is not a date.");
    if (json_is_string(from) && json_is_string(until) &&
        str_cmp(json_text(from), json_text(until)) > 0)
        return refuse(p, "until", "The end is before the beginning.");
    if (!is_zone(json_object_get(v, "zone"))) return refuse(p, "zone", "This is not a zone.");
    return RC_OK;
}

static rc_t check_vacation(const json_t *v, const struct sieve_features *f, struct err *e)
{
    struct place p = {.path = "vacation", .e = e};
    const json_t *addresses = json_object_get(v, "addresses"), *days = json_object_get(v, "days");
    if (!v || json_is_null(v)) return RC_OK;
    if (!has_only(v, " enabled from until zone subject text days once addresses "))
        return refuse(&p, "", "This is not a vacation message.");
    if (!json_is_boolean(json_object_get(v, "enabled")))
        return refuse(&p, "enabled", "This can only be true or false.");
    bool on = json_is_true(json_object_get(v, "enabled"));
    if (on) TRY(needs(f, "vacation", &p));
    TRY(check_dates(v, &p));
    bool dated =
        json_is_string(json_object_get(v, "from")) || json_is_string(json_object_get(v, "until"));
    if (on && dated) TRY(needs(f, "date", &p));
    if (on && dated) TRY(needs(f, "relational", &p));
    if (!is_line(json_object_get(v, "subject"), 300))
        return refuse(&p, "subject", "A subject is one line, and not so long.");
    if (!is_text(json_object_get(v, "text"), FILTERS_MAX_TEXT) ||
        (on && json_string_length(json_object_get(v, "text")) == 0))
        return refuse(&p, "text", "Say what to answer.");
    if (!json_is_integer(days) || json_integer_value(days) < 1 || json_integer_value(days) > 365)
        return refuse(&p, "days", "This is a number of days from 1 to 365.");
    if (!json_is_boolean(json_object_get(v, "once")))
        return refuse(&p, "once", "This can only be true or false.");
    if (!json_is_array(addresses) || json_array_size(addresses) > 50)
        return refuse(&p, "addresses", "This must be a list of addresses.");
    for (size_t i = 0; i < json_array_size(addresses); i++)
        if (!is_address(json_array_get(addresses, i)))
            return refuse(&p, "addresses", "One of these is not an address.");
    return RC_OK;
}

rc_t filters_check(const json_t *rules, const json_t *vacation, const struct sieve_features *f,
                   struct err *e)
{
    if (!json_is_array(rules) || json_array_size(rules) > FILTERS_MAX_RULES)
        return err_invalid(e, "rules", "This must be a list of at most 100 rules.");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *r = json_array_get(rules, i);
        struct place p = {.e = e};
        snprintf(p.path, sizeof p.path, "rules[%zu]", i);
        /* What the server cannot do may stand in a rule that is off. */
        TRY(check_rule(r, json_is_true(json_object_get(r, "enabled")) ? f : NULL, &p));
    }
    TRY(check_redirects(rules, f, e));
    return check_vacation(vacation, f, e);
}
