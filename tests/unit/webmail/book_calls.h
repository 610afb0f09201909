/* Calls of the address book's routes by one person, for its tests. */
#ifndef WAXSEAL_TEST_BOOK_CALLS_H
#define WAXSEAL_TEST_BOOK_CALLS_H

#include "tests/unit/webmail/book_acts.h"
#include "webmail/contacts/groups.h"
#include "webmail/contacts/met.h"
#include "webmail/store.h"

#define ALICE "alice@demo.test"

/* A call with a JSON body, by `who`; *out a new reference, NULL when it failed. */
static inline rc_t call_as(struct rig *r, const char *who, call_handler *f, const char *id,
                           const char *text, json_t **out, struct err *e)
{
    struct rig_call *rc = rig_call(r, who);
    rc->q.params[0] = str_c(id);
    if (text) rc->c.in = rig_json(text);
    rc_t code = f(&rc->c, e);
    if (out) *out = code == RC_OK ? json_incref(rc->c.out) : NULL;
    rig_call_free(rc);
    return code;
}

static inline rc_t put(struct rig *r, const char *id, const char *text, json_t **out)
{
    return call_as(r, ALICE, contacts_put, id, text, out, NULL);
}

/* Makes one, and gives its id (until the next call of another index). */
static inline const char *make(struct rig *r, unsigned i, const char *text)
{
    static char ids[4][20];
    json_t *made = NULL;
    assert_int_equal(put(r, "new", text, &made), RC_OK);
    snprintf(ids[i], sizeof ids[i], "%s", json_string_value(json_object_get(made, "id")));
    json_decref(made);
    return ids[i];
}

/* "total: name,name" */
static inline const char *list(struct rig *r, const char *query)
{
    static char out[512];
    struct rig_call *rc = rig_call(r, ALICE);
    struct err e = {0};
    rc->q.query = str_c(query);
    rc->q.method = METHOD_GET;
    rc_t code = contacts_list(&rc->c, &e);
    const json_t *all = json_object_get(rc->c.out, "contacts");
    int n = snprintf(out, sizeof out, "%s%lld:", code == RC_OK ? "" : err_word(code),
                     json_integer_value(json_object_get(rc->c.out, "total")));
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        assert_null(json_object_get(one, "notes"));
        n += snprintf(out + n, sizeof out - (size_t) n, "%s%s", i ? "," : " ",
                      json_string_value(json_object_get(one, "name")));
    }
    rig_call_free(rc);
    return out;
}

/* "source name <address>, ..." */
static inline const char *complete_with(struct rig *r, const char *who, const char *body)
{
    static char out[1024];
    json_t *v = NULL;
    struct err e = {0};
    out[0] = 0;
    if (call_as(r, who, contacts_complete, "", body, &v, &e) != RC_OK) return err_word(e.code);
    const json_t *all = json_object_get(v, "found");
    for (size_t i = 0, n = 0; i < json_array_size(all); i++) {
        const json_t *x = json_array_get(all, i);
        const json_t *address = json_object_get(x, "address"), *ready = json_object_get(x, "ready");
        n += (size_t) snprintf(out + n, sizeof out - n, "%s%s %s <%s>%s", i ? ", " : "",
                               json_string_value(json_object_get(x, "source")),
                               json_string_value(json_object_get(x, "name")),
                               json_is_null(address) ? "" : json_string_value(address),
                               json_is_true(ready) ? "!" : "");
    }
    json_decref(v);
    return out;
}

static inline const char *complete(struct rig *r, const char *text)
{
    char body[200];
    snprintf(body, sizeof body, "{\"text\":\"%s\"}", text);
    return complete_with(r, ALICE, body);
}
#define COMPLETE(text, found) assert_string_equal(complete(r, text), found)

#endif
