#include "webmail/settings/fields.h"

#include <stdio.h>

const struct preference PREFERENCES[] = {
    {"security", "mode", FIELD_WORD, " auto none sign sign_encrypt ", "auto", 0, 0, 0},
    {"security", "lock_after_minutes", FIELD_NUMBER, NULL, NULL, 0, 1440, 15},
    {"security", "last_mode", FIELD_WORD, "- none sign encrypt sign_encrypt ", NULL, 0, 0, 0},
    {"security", "hide_subject", FIELD_FLAG, NULL, NULL, 0, 0, 0},
    {"security", "lookups", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"security", "listed", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"security", "reminded", FIELD_REMINDED, NULL, NULL, 0, 0, 0},
    {"reading", "mark_read", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"reading", "mark_read_after", FIELD_NUMBER, NULL, NULL, 0, 60, 0}, /* seconds */
    {"reading", "images", FIELD_WORD, " ask always never ", "ask", 0, 0, 0},
    {"composing", "undo_seconds", FIELD_NUMBER, NULL, NULL, 0, 30, 0},
    {"list", "threads", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"list", "sort", FIELD_WORD, " arrival date from to subject size ", "arrival", 0, 0, 0},
    {"list", "order", FIELD_WORD, " desc asc ", "desc", 0, 0, 0},
    {"list", "density", FIELD_WORD, " compact comfortable spacious ", "comfortable", 0, 0, 0},
    {"list", "snippets", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"list", "preview", FIELD_WORD, " right below none ", "right", 0, 0, 0},
    {"notifications", "desktop", FIELD_FLAG, NULL, NULL, 0, 0, 0},
    {"notifications", "details", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"ui", "theme", FIELD_WORD, " system light dark ", "system", 0, 0, 0},
    {"ui", "language", FIELD_LANGUAGE, NULL, "", 0, 16, 0},
    {"", "time_zone", FIELD_ZONE, NULL, "", 0, 64, 0},
    {"", "shortcuts", FIELD_FLAG, NULL, NULL, 0, 0, 1},
    {"", "remote_images", FIELD_SENDERS, NULL, NULL, 0, 0, 0},
    {"", "labels", FIELD_LABELS, NULL, NULL, 0, 0, 0},
    {"", "identities", FIELD_IDENTITIES, NULL, NULL, 0, 0, 0},
};
const size_t PREFERENCE_COUNT = sizeof PREFERENCES / sizeof PREFERENCES[0];

rc_t field_refuse(const struct preference *f, const char *inner, const char *sentence,
                  struct err *e)
{
    char path[64];
    snprintf(path, sizeof path, "%s%s%s%.24s", f->group, f->group[0] ? "." : "", f->name, inner);
    return err_invalid(e, path, sentence);
}

static bool is_word(const struct preference *f, const json_t *v)
{
    if (json_is_null(v)) return f->words[0] == '-';
    str_t word = json_text(v);
    char padded[40];
    if (word.n == 0 || word.n > 30 || str_chr(word, ' ') >= 0 || !str_is_clean(word)) return false;
    snprintf(padded, sizeof padded, " %.*s ", STR_ARG(word));
    return str_find(str_c(f->words), str_c(padded)) >= 0;
}

static bool all_of(str_t s, const char *more)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == 0 || !strchr(more, c))) return false;
    }
    return true;
}

/* RFC 5646: language ["-" script] ["-" region], as "de", "en-GB" or "sr-Latn-RS"; "": the
 * browser's. The region chooses the style of dates and numbers. */
static bool is_language(str_t s)
{
    str_t part, rest = s;
    if (!all_of(s, "-") || str_ends(s, STR("-"))) return false;
    for (int i = 0; rest.n > 0 && i < 3; i++) {
        str_cut(rest, '-', &part, &rest); /* without one: all of it, nothing is left */
        if (part.n < 2 || part.n > (i == 0 ? 3 : 4)) return false;
    }
    return rest.n == 0;
}

/* The shape of an IANA name ("Europe/Berlin", "Etc/GMT+5"); whether it is one the browser knows
 * better. "": the browser's. */
static bool is_zone(str_t s)
{
    if (s.n == 0) return true;
    if (!all_of(s, "/_+-")) return false;
    char first = s.p[0], last = s.p[s.n - 1];
    return first != '/' && first != '+' && first != '-' && last != '/' &&
           str_find(s, STR("//")) < 0;
}

bool field_is_line(const json_t *v, size_t most)
{
    return json_is_string(v) && json_string_length(v) <= most && str_is_clean(json_text(v));
}

/* {fingerprint: days}: the last reminder about a certificate that the person has dismissed; what
 * the organisation answered to a request is put aside by the SHA-256 that the client makes of it,
 * with 0. In a change, null forgets one. */
static bool is_reminded(const json_t *v)
{
    const char *fingerprint;
    json_t *days;
    if (!json_is_object(v) || json_object_size(v) > SETTINGS_MAX_REMINDED) return false;
    json_object_foreach((json_t *) v, fingerprint, days)
    {
        if (strlen(fingerprint) != 64 || strspn(fingerprint, "0123456789abcdef") != 64)
            return false;
        json_int_t n = json_integer_value(days);
        if (!json_is_null(days) &&
            (!json_is_integer(days) || (n != 0 && n != 1 && n != 7 && n != 30)))
            return false;
    }
    return true;
}

static rc_t check_word(const struct preference *f, const json_t *v, struct err *e)
{
    char sentence[160];
    if (is_word(f, v)) return RC_OK;
    snprintf(sentence, sizeof sentence, "This can only be one of:%.120s",
             f->words + (f->words[0] == '-'));
    sentence[strlen(sentence) - 1] = '.';
    return field_refuse(f, "", sentence, e);
}

static rc_t check_number(const struct preference *f, const json_t *v, struct err *e)
{
    char sentence[80];
    if (json_is_integer(v) && json_integer_value(v) >= f->least && json_integer_value(v) <= f->most)
        return RC_OK;
    snprintf(sentence, sizeof sentence, "This must be a number from %d to %d.", f->least, f->most);
    return field_refuse(f, "", sentence, e);
}

rc_t field_check(const struct preference *f, const json_t *v, const struct field_owner *o,
                 struct err *e)
{
    str_t s = json_is_string(v) ? json_text(v) : STR_NULL;
    bool fits = json_is_string(v) && s.n <= (size_t) f->most;
    switch (f->kind) {
    case FIELD_WORD:
        return check_word(f, v, e);
    case FIELD_NUMBER:
        return check_number(f, v, e);
    case FIELD_FLAG:
        if (json_is_boolean(v)) return RC_OK;
        return field_refuse(f, "", "This can only be true or false.", e);
    case FIELD_TEXT:
        if (field_is_line(v, (size_t) f->most)) return RC_OK;
        return field_refuse(f, "", "This must be one line of text, and not so long.", e);
    case FIELD_LANGUAGE:
        if (fits && is_language(s)) return RC_OK;
        return field_refuse(f, "", "This must be a language such as \"de\" or \"en-GB\".", e);
    case FIELD_ZONE:
        if (fits && is_zone(s)) return RC_OK;
        return field_refuse(f, "", "This must be a time zone such as \"Europe/Berlin\".", e);
    case FIELD_REMINDED:
        if (is_reminded(v)) return RC_OK;
        return field_refuse(f, "", "This must name certificates and days.", e);
    case FIELD_SENDERS:
        return field_check_senders(f, v, e);
    case FIELD_LABELS:
        return field_check_labels(f, v, e);
    case FIELD_IDENTITIES:
        return field_check_identities(f, v, o, e);
    }
    return field_refuse(f, "", "This cannot be set.", e);
}

json_t *field_default(const struct preference *f, const struct field_owner *o)
{
    switch (f->kind) {
    case FIELD_NUMBER:
        return json_integer(f->number);
    case FIELD_FLAG:
        return json_boolean(f->number);
    case FIELD_REMINDED:
        return json_object();
    case FIELD_SENDERS:
    case FIELD_LABELS:
        return json_array();
    case FIELD_IDENTITIES:
        return field_default_identities(o);
    default:
        return f->fallback ? json_string(f->fallback) : json_null();
    }
}

const struct preference *field_find(const char *group, const char *name)
{
    for (size_t i = 0; i < PREFERENCE_COUNT; i++)
        if (strcmp(PREFERENCES[i].group, group) == 0 && strcmp(PREFERENCES[i].name, name) == 0)
            return &PREFERENCES[i];
    return NULL;
}
