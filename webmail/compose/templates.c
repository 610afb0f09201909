/* Texts a person keeps to begin messages with: one document, replaced as a whole. */
#include <stdio.h>

#include "webmail/compose/compose.h"
#include "webmail/compose/parse.h"
#include "webmail/store.h"

#define TEMPLATES STR("templates")
#define TEMPLATES_MAX 200u
#define BYTES_MAX (256u << 10)
#define NAME_MAX_BYTES 200u
#define SUBJECT_MAX 998u

static rc_t refuse(size_t i, const char *member, const char *sentence, struct err *e)
{
    char field[48];
    snprintf(field, sizeof field, "templates[%zu].%s", i, member);
    return err_invalid(e, field, sentence);
}

/* What a message made of it asks for beside its text. */
static rc_t read_wishes(const json_t *in, size_t i, json_t *out, struct err *e)
{
    static const char *const reports[] = {"success", "failure", "delay"};
    struct compose m = {.dsn = 0};
    if (compose_parse_wishes(in, &m, NULL) != RC_OK)
        return refuse(i, "priority", "This is no priority, receipt or delivery report.", e);
    json_t *dsn = json_array();
    for (unsigned k = 0; k < 3; k++)
        if (m.dsn & 1u << k) json_array_append_new(dsn, json_string(reports[k]));
    json_put_str(out, "priority", str_c(compose_priority_word(m.priority)));
    json_put_bool(out, "receipt", m.receipt);
    json_object_set_new(out, "dsn", dsn);
    return RC_OK;
}

/* The members that are known, and no other. */
static rc_t read_template(const json_t *in, size_t i, json_t *out, struct err *e)
{
    str_t id, name, subject, text, html;
    if (!json_is_object(in)) return refuse(i, "id", "This is not a template.", e);
    TRY(json_need_str(in, "id", &id, e));
    TRY(json_need_str(in, "name", &name, e));
    TRY(json_want_str(in, "subject", STR(""), &subject, e));
    TRY(json_want_str(in, "text", STR(""), &text, e));
    TRY(json_want_str(in, "html", STR_NULL, &html, e));
    if (compose_check_submission(id, NULL) != RC_OK)
        return refuse(i, "id", "The id must be a UUID.", e);
    name = str_trim(name);
    if (name.n == 0 || name.n > NAME_MAX_BYTES || !str_is_clean(name))
        return refuse(i, "name", "A template needs a name of one line.", e);
    if (subject.n > SUBJECT_MAX || !str_is_clean(subject))
        return refuse(i, "subject", "The subject is too long, or has more than one line.", e);
    json_put_str(out, "id", id);
    json_put_str(out, "name", name);
    json_put_str(out, "subject", subject);
    json_put_str(out, "text", text);
    json_put_str(out, "html", html);
    return read_wishes(in, i, out, e);
}

/* The client knows them by their ids. At most TEMPLATES_MAX: compared one by one. */
static rc_t check_ids(const json_t *list, struct err *e)
{
    for (size_t i = 1; i < json_array_size(list); i++) {
        str_t id = json_text(json_object_get(json_array_get(list, i), "id"));
        for (size_t k = 0; k < i; k++)
            if (str_eq(id, json_text(json_object_get(json_array_get(list, k), "id"))))
                return refuse(i, "id", "Another template has this id.", e);
    }
    return RC_OK;
}

/* {templates, version}: version grows with each change, so that two tabs do not undo each other. */
static rc_t answer(struct call *c, const json_t *doc, struct err *e)
{
    json_t *out = json_object(), *list = json_object_get(doc, "templates");
    json_object_set_new(out, "templates", list ? json_incref(list) : json_array());
    json_put_int(out, "version", json_integer_value(json_object_get(doc, "version")));
    return call_answer(c, out, e);
}

rc_t compose_templates_get(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *doc = NULL;
    str_t version;
    TRY(store_load(c, TEMPLATES, &doc, &version, e));
    return answer(c, doc, e);
}

rc_t compose_templates_put(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *stored = NULL, *doc = json_object();
    CLEANUP_BUF struct buf size = BUF_INIT(BYTES_MAX);
    json_t *in, *list = json_array();
    str_t version;
    uint32_t known;
    json_object_set_new(doc, "templates", list);
    TRY(json_need_array(c->in, "templates", TEMPLATES_MAX, &in, e));
    TRY(json_need_u32(c->in, "version", &known, e));
    for (size_t i = 0; i < json_array_size(in); i++) {
        json_t *one = json_object();
        json_array_append_new(list, one);
        TRY(read_template(json_array_get(in, i), i, one, e));
    }
    TRY(check_ids(list, e));
    if (!json_write(doc, &size))
        return compose_refuse(e, RC_TOO_LARGE, "templates", "These are more than 256 KB.");
    TRY(store_load(c, TEMPLATES, &stored, &version, e));
    json_int_t last = json_integer_value(json_object_get(stored, "version"));
    if ((json_int_t) known != last) return err_set(e, RC_CONFLICT, NULL);
    json_put_int(doc, "version", last + 1);
    TRY(store_save(c, TEMPLATES, doc, version, e));
    return answer(c, doc, e);
}
