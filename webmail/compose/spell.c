/* Spell check of a draft, where the server decides from the draft in IMAP whether there may be
 * one: what is or may be encrypted never comes here. Whatever cannot be proved to be plain is
 * refused. */
#include "webmail/compose/spell.h"

#include <stdio.h>
#include <stdlib.h>

#include "webmail/compose/compose.h"
#include "webmail/compose/draft.h"
#include "webmail/compose/spell_turn.h"
#include "webmail/session/session.h"
#include "webmail/store.h"

#define TEXT_MAX (128u << 10)
#define HEADER_MAX (1u << 20)
#define WORDS_MAX 5000u
#define WORD_LETTERS 64u
#define WORDS STR("words")

static rc_t off(struct err *e)
{
    return err_set(e, RC_SPELL_CHECK_OFF, NULL);
}

static rc_t fetch_header(struct call *c, struct place p, struct buf *out, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct imap_mailbox box;
    rc_t rc = call_imap(c, p.folder, &im, e);
    if (rc == RC_NOT_FOUND) return off(e);
    TRY(rc);
    TRY(imap_mailbox(im, &box, e));
    if (box.uidvalidity != p.uidvalidity) return off(e);
    rc = imap_fetch_header(im, p.uid, out, e);
    return rc == RC_NOT_FOUND ? off(e) : rc;
}

static bool one_field_is(const struct entity *m, str_t name, str_t value)
{
    return entity_field_count(m, name) == 1 && str_eq(str_trim(entity_field(m, name)), value);
}

/* A draft of ours, written as one that will not be encrypted, and not encrypted. */
static bool is_plain(const struct entity *m)
{
    if (!one_field_is(m, STR("X-Waxseal-May-Encrypt"), STR("no"))) return false;
    if (!one_field_is(m, STR("X-Waxseal-Mode"), STR("none")) &&
        !one_field_is(m, STR("X-Waxseal-Mode"), STR("sign")))
        return false;
    return str_eq(m->type, STR("text")) || str_eq(m->type, STR("multipart"));
}

static rc_t check_draft(struct call *c, struct err *e)
{
    CLEANUP_BUF struct buf header = BUF_INIT(HEADER_MAX);
    struct place p;
    struct entity *m;
    json_t *draft;
    TRY(json_want_object(c->in, "draft", &draft, e));
    if (!draft || place_from_json(draft, c->arena, &p, NULL) != RC_OK) return off(e);
    TRY(fetch_header(c, p, &header, e));
    str_t raw = buf_view(&header);
    /* The header alone: a multipart without its body would be taken for text. */
    TRY(entity_parse(raw, NULL, c->arena, &m, e));
    return is_plain(m) ? RC_OK : off(e);
}

static json_t *miss_json(const struct spell_miss *m)
{
    json_t *v = json_object(), *list = json_array();
    json_put_int(v, "offset", (long long) m->offset);
    json_put_int(v, "length", (long long) m->length);
    for (size_t i = 0; i < m->count; i++)
        json_array_append_new(list, json_from_str(m->suggestions[i]));
    json_object_set_new(v, "suggestions", list);
    return v;
}

/* --- personal words -------------------------------------------------------------------------- */

/* "de" of "de-AT": personal words are of a language, not of a country. */
static bool language_of(str_t tag, str_t *out)
{
    size_t n = 0;
    while (n < tag.n && tag.p[n] >= 'a' && tag.p[n] <= 'z')
        n++;
    bool ends = n == tag.n || tag.p[n] == '-' || tag.p[n] == '_';
    *out = str_sub(tag, 0, n);
    return n >= 2 && n <= 3 && tag.n <= 12 && ends;
}

static int by_word(const void *x, const void *y)
{
    return str_cmp(*(const str_t *) x, *(const str_t *) y);
}

/* Those of one language, sorted; texts point into doc. */
static rc_t known_words(struct call *c, const json_t *doc, str_t tag, struct spell_text *t,
                        struct err *e)
{
    str_t language;
    if (!doc || !language_of(tag, &language)) return RC_OK;
    const json_t *list = json_object_get(doc, arena_cstr(c->arena, language));
    size_t n = json_array_size(list);
    str_t *words = ARENA_ARRAY(c->arena, n + 1, str_t);
    if (!words) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i < n; i++)
        words[i] = json_text(json_array_get(list, i));
    if (n > 1) qsort(words, n, sizeof *words, by_word);
    t->known = words;
    t->known_count = n;
    return RC_OK;
}

static bool is_word(const json_t *v)
{
    str_t w = json_text(v);
    size_t letters = 0;
    for (size_t i = 0; i < w.n; i++)
        letters += ((unsigned char) w.p[i] & 0xc0) != 0x80;
    return w.n > 0 && letters <= WORD_LETTERS && str_is_clean(w) && str_chr(w, ' ') < 0;
}

static size_t words_besides(const json_t *doc, const char *language)
{
    const char *key;
    json_t *list;
    size_t n = 0;
    json_object_foreach((json_t *) doc, key, list) if (strcmp(key, language) != 0) n +=
        json_array_size(list);
    return n;
}

struct words_change {
    const char *language;
    const json_t *add, *remove; /* remove NULL: add is the whole list */
};

static void take(json_t *set, const json_t *list, bool add)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *w = json_array_get(list, i);
        if (add)
            json_object_set_new(set, json_string_value(w), json_true());
        else
            json_object_del(set, json_string_value(w));
    }
}

static rc_t change_words(struct call *c, json_t **doc, void *arg, struct err *e)
{
    const struct words_change *w = arg;
    CLEANUP_JSON json_t *set = json_object();
    const char *key;
    json_t *value, *list = json_array();
    (void) c;
    if (!*doc) *doc = json_object();
    if (w->remove) take(set, json_object_get(*doc, w->language), true);
    take(set, w->add, true);
    take(set, w->remove, false);
    json_object_foreach(set, key, value) json_array_append_new(list, json_string(key));
    size_t n = json_array_size(list);
    json_object_set_new(*doc, w->language, list);
    if (n == 0) json_object_del(*doc, w->language);
    if (words_besides(*doc, "") > WORDS_MAX)
        return err_invalid(e, "words", "These are too many words of your own.");
    return RC_OK;
}

static rc_t read_words(struct call *c, const char *key, json_t **out, struct err *e)
{
    char field[32];
    TRY(json_want_array(c->in, key, WORDS_MAX, out, e));
    for (size_t i = 0; i < json_array_size(*out); i++) {
        if (is_word(json_array_get(*out, i))) continue;
        snprintf(field, sizeof field, "%s[%zu]", key, i);
        return err_invalid(e, field, "This is not one word.");
    }
    return RC_OK;
}

static rc_t answer_words(struct call *c, struct err *e)
{
    json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, WORDS, &doc, &version, e));
    return call_answer(c, json_pack("{s:o}", "words", doc ? doc : json_object()), e);
}

rc_t compose_words_get(struct call *c, struct err *e)
{
    return answer_words(c, e);
}

rc_t compose_words_put(struct call *c, struct err *e)
{
    str_t tag, language;
    json_t *words, *add, *remove;
    TRY(json_need_str(c->in, "language", &tag, e));
    if (!language_of(tag, &language)) return err_invalid(e, "language", "This is not a language.");
    TRY(read_words(c, "words", &words, e));
    TRY(read_words(c, "add", &add, e));
    TRY(read_words(c, "remove", &remove, e));
    if (words && (add || remove))
        return err_invalid(e, "words", "Either the whole list or what changes in it.");
    if (!words && !add && !remove) return err_invalid(e, "words", "There are no words.");
    CLEANUP_JSON json_t *none = json_array();
    struct words_change w = {.language = arena_cstr(c->arena, language),
                             .add = words ? words : add,
                             .remove = words    ? NULL
                                       : remove ? remove
                                                : none};
    if (!w.language || !none) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(store_update(c, WORDS, change_words, &w, e));
    return answer_words(c, e);
}

/* --- the check ------------------------------------------------------------------------------- */

rc_t compose_languages(struct call *c, struct err *e)
{
    str_t *tags;
    size_t n;
    TRY(spell_languages(c->app->config->spell_dir, c->arena, &tags, &n, e));
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_from_str(tags[i]));
    return call_answer(c, json_pack("{s:o}", "languages", list), e);
}

static rc_t choose(struct call *c, str_t language, str_t text, struct spell_dictionary *out,
                   struct err *e)
{
    str_t dir = c->app->config->spell_dir, hint, *tags;
    size_t n;
    if (!str_eq(language, STR("auto"))) return spell_find(dir, language, c->arena, out, e);
    TRY(json_want_str(c->in, "hint", STR_NULL, &hint, e));
    TRY(spell_languages(dir, c->arena, &tags, &n, e));
    return spell_guess(dir, hint, text, tags, n, c->arena, out, e);
}

static json_t *tag_json(const struct spell_dictionary *d)
{
    char tag[16];
    snprintf(tag, sizeof tag, "%s", d->name);
    for (char *p = tag; *p; p++)
        if (*p == '_') *p = '-';
    return json_string(tag);
}

/* The dear part: with a job of this account. */
static rc_t check_text(struct call *c, str_t language, struct spell_text *t, const json_t *words,
                       struct err *e)
{
    struct spell_dictionary d;
    struct spell_miss *list;
    size_t n;
    TRY(choose(c, language, t->text, &d, e));
    TRY(known_words(c, words, str_c(d.name), t, e));
    TRY(spell_check(c->app->config->spell_dir, &d, t, c->arena, &list, &n, e));
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, miss_json(&list[i]));
    return call_answer(c, json_pack("{s:o,s:o}", "language", tag_json(&d), "misspelt", out), e);
}

static rc_t begin_job(struct call *c, struct shared_key *who, struct err *e)
{
    uint32_t half = c->app->config->threads / 2;
    str_t parts[] = {STR("spelling of"), c->session->address};
    TRY(shared_key_of(parts, 2, who, e));
    return spell_job_begin(who, half ? half : 1, e);
}

rc_t compose_spell(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *words = NULL;
    struct spell_text t = {0};
    struct shared_key who;
    str_t language, version;
    TRY(check_draft(c, e));
    TRY(json_need_str(c->in, "language", &language, e));
    TRY(json_need_str(c->in, "text", &t.text, e));
    TRY(json_want_bool(c->in, "suggest", true, &t.suggest, e));
    if (t.text.n > TEXT_MAX) return compose_refuse(e, RC_TOO_LARGE, "text", NULL);
    TRY(store_load(c, WORDS, &words, &version, e));
    rc_t rc = begin_job(c, &who, e);
    if (rc == RC_OK) {
        rc = check_text(c, language, &t, words, e);
        spell_job_end(&who);
    }
    if (rc == RC_BUSY || rc == RC_THROTTLED) response_header(c->s, STR("Retry-After"), STR("1"));
    return rc;
}
