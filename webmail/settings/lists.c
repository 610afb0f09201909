/* Preferences that are lists: senders whose pictures are shown, labels, identities. */
#include <stdio.h>

#include "mail/build.h"
#include "webmail/settings/fields.h"

static const char COLOURS[] = " grey red orange yellow green teal blue purple pink ";

static rc_t refuse_item(const struct preference *f, size_t i, const char *member,
                        const char *sentence, struct err *e)
{
    char inner[40];
    snprintf(inner, sizeof inner, "[%zu]%s%s", i, member[0] ? "." : "", member);
    return field_refuse(f, inner, sentence, e);
}

static bool is_address(const json_t *v)
{
    struct err ignored;
    return json_is_string(v) && address_check(json_text(v), &ignored) == RC_OK;
}

/* Exactly these members, by name between blanks. */
static bool has_only(const json_t *obj, const char *members, size_t n)
{
    const char *name;
    json_t *v;
    char padded[40];
    if (!json_is_object(obj) || json_object_size(obj) != n) return false;
    json_object_foreach((json_t *) obj, name, v)
    {
        if (strlen(name) > 30) return false;
        snprintf(padded, sizeof padded, " %s ", name);
        if (strchr(name, ' ') || !strstr(members, padded)) return false;
    }
    return true;
}

/* --- senders ---------------------------------------------------------------------------------- */

rc_t field_check_senders(const struct preference *f, const json_t *v, struct err *e)
{
    if (!json_is_array(v) || json_array_size(v) > SETTINGS_MAX_SENDERS)
        return field_refuse(f, "", "This must be a list of at most 500 addresses.", e);
    /* Doubles are found by a set of the addresses in lower case. */
    CLEANUP_JSON json_t *seen = json_object();
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *item = json_array_get(v, i);
        str_t s = json_text(item);
        if (!is_address(item)) return refuse_item(f, i, "", "This is not an address.", e);
        for (size_t k = 0; k < s.n; k++)
            if (s.p[k] >= 'A' && s.p[k] <= 'Z')
                return refuse_item(f, i, "", "Addresses are written in lower case here.", e);
        if (json_object_get(seen, s.p))
            return refuse_item(f, i, "", "This address is there twice.", e);
        json_object_set_new(seen, s.p, json_true());
    }
    return RC_OK;
}

/* --- labels ----------------------------------------------------------------------------------- */

/* RFC 3501 flag-keyword, an atom; those with $ are the servers' own words (RFC 5788). */
static bool is_keyword(str_t s)
{
    if (s.n == 0 || s.n > 64 || s.p[0] == '$') return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("(){%*\"\\]", s.p[i])) return false;
    return true;
}

static bool is_colour(const json_t *v)
{
    char padded[24];
    str_t s = json_text(v);
    if (s.n == 0 || s.n > 12 || !str_is_clean(s) || str_chr(s, ' ') >= 0) return false;
    snprintf(padded, sizeof padded, " %.*s ", STR_ARG(s));
    return strstr(COLOURS, padded) != NULL;
}

rc_t field_check_labels(const struct preference *f, const json_t *v, struct err *e)
{
    if (!json_is_array(v) || json_array_size(v) > SETTINGS_MAX_LABELS)
        return field_refuse(f, "", "This must be a list of at most 100 labels.", e);
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *label = json_array_get(v, i);
        str_t keyword = json_text(json_object_get(label, "keyword"));
        if (!has_only(label, " keyword name colour ", 3))
            return refuse_item(f, i, "", "A label has keyword, name and colour.", e);
        if (!is_keyword(keyword))
            return refuse_item(f, i, "keyword", "The mail server cannot keep this keyword.", e);
        if (!field_is_line(json_object_get(label, "name"), 100) ||
            json_string_length(json_object_get(label, "name")) == 0)
            return refuse_item(f, i, "name", "A label needs a name of one line.", e);
        if (!is_colour(json_object_get(label, "colour")))
            return refuse_item(f, i, "colour", "A label cannot have this colour.", e);
        for (size_t k = 0; k < i; k++)
            if (str_ieq(keyword, json_text(json_object_get(json_array_get(v, k), "keyword"))))
                return refuse_item(f, i, "keyword", "This keyword is there twice.", e);
    }
    return RC_OK;
}

/* --- identities ------------------------------------------------------------------------------- */

/* Text of several lines: no control but line ends and tabs. */
static bool is_signature(const json_t *v)
{
    str_t s = json_text(v);
    if (!json_is_string(v) || s.n > SETTINGS_MAX_SIGNATURE) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c == 0x7f || (c < 0x20 && c != '\n' && c != '\t' && c != '\r')) return false;
    }
    return true;
}

static bool may_send_as(const struct field_owner *o, str_t address)
{
    bool may = str_ieq(address, o->address);
    for (size_t i = 0; !may && i < o->alias_count; i++)
        may = str_ieq(address, o->aliases[i]);
    return may;
}

static rc_t check_identity(const struct preference *f, const json_t *v, size_t i,
                           const struct field_owner *o, struct err *e)
{
    const json_t *reply_to = json_object_get(v, "reply_to");
    if (!has_only(v, " name address reply_to signature default ", 5))
        return refuse_item(f, i, "", "An identity has name, address, reply_to, signature, default.",
                           e);
    if (!field_is_line(json_object_get(v, "name"), 200))
        return refuse_item(f, i, "name", "A name is one line, and not so long.", e);
    if (!is_address(json_object_get(v, "address")) ||
        !may_send_as(o, json_text(json_object_get(v, "address"))))
        return refuse_item(f, i, "address", "You may not send with this address.", e);
    if (!json_is_string(reply_to) || (json_string_length(reply_to) > 0 && !is_address(reply_to)))
        return refuse_item(f, i, "reply_to", "This is not an address.", e);
    if (!is_signature(json_object_get(v, "signature")))
        return refuse_item(f, i, "signature", "A signature is text, and not so long.", e);
    if (!json_is_boolean(json_object_get(v, "default")))
        return refuse_item(f, i, "default", "This can only be true or false.", e);
    return RC_OK;
}

rc_t field_check_identities(const struct preference *f, const json_t *v,
                            const struct field_owner *o, struct err *e)
{
    size_t n = json_array_size(v), defaults = 0;
    if (!json_is_array(v) || n == 0 || n > SETTINGS_MAX_IDENTITIES)
        return field_refuse(f, "", "There must be one identity, and at most 20.", e);
    for (size_t i = 0; i < n; i++) {
        TRY(check_identity(f, json_array_get(v, i), i, o, e));
        if (json_is_true(json_object_get(json_array_get(v, i), "default"))) defaults++;
    }
    if (defaults == 1) return RC_OK;
    return field_refuse(f, "", "Exactly one identity is the default.", e);
}

json_t *field_default_identities(const struct field_owner *o)
{
    json_t *list = json_array(), *one = json_object();
    json_put_str(one, "name", STR(""));
    json_put_str(one, "address", o->address);
    json_put_str(one, "reply_to", STR(""));
    json_put_str(one, "signature", STR(""));
    json_put_bool(one, "default", true);
    json_array_append_new(list, one);
    return list;
}
