/* Spell check of a draft, where the server decides from the draft in IMAP whether there may be
 * one: what is or may be encrypted never comes here. Whatever cannot be proved to be plain is
 * refused. */
#include "webmail/compose/spell.h"

#include "webmail/compose/compose.h"
#include "webmail/compose/draft.h"

#define TEXT_MAX (128u << 10)
#define HEADER_MAX (1u << 20)

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

rc_t compose_spell(struct call *c, struct err *e)
{
    str_t language, text;
    struct spell_miss *list;
    size_t n;
    TRY(check_draft(c, e));
    TRY(json_need_str(c->in, "language", &language, e));
    TRY(json_need_str(c->in, "text", &text, e));
    if (text.n > TEXT_MAX) return compose_refuse(e, RC_TOO_LARGE, "text", NULL);
    TRY(spell_check(c->app->config->spell_dir, language, text, c->arena, &list, &n, e));
    json_t *out = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, miss_json(&list[i]));
    return call_answer(c, json_pack("{s:o}", "misspelt", out), e);
}
