/* The first words of messages for a list, remembered by session, folder, UIDVALIDITY and UID. */
#include <stdio.h>

#include "webmail/session/session.h"
#include "webmail/view/list_cache.h"
#include "webmail/view/selection.h"
#include "webmail/view/view.h"

static str_t cache_key(struct call *c, const struct selection *s, uint32_t uid)
{
    return arena_printf(c->arena, "%.*s %u %u %.*s", STR_ARG(c->session->id), s->uidvalidity, uid,
                        STR_ARG(s->mailbox));
}

static void put(json_t *list, uint32_t uid, str_t text)
{
    char key[16];
    snprintf(key, sizeof key, "%u", uid);
    json_put_str(list, key, text);
}

/* What is remembered goes into the answer; the others' UIDs into missing. Messages never change, so
 * what was true of this UID still is. */
static size_t recall(struct call *c, const struct selection *s, json_t *list, uint32_t *missing)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        str_t key = cache_key(c, s, s->uids[i]);
        str_t text = list_cache_get(c->app->snippets, key, c->arena);
        if (str_is_null(text))
            missing[n++] = s->uids[i];
        else
            put(list, s->uids[i], text);
    }
    return n;
}

rc_t messages_snippets(struct call *c, struct err *e)
{
    CLEANUP_IMAP struct imap *im = NULL;
    struct selection s = {0};
    struct imap_snippet found[IMAP_SNIPPETS_MAX];
    uint32_t missing[IMAP_SNIPPETS_MAX];
    size_t count = 0;
    TRY(selection_read(c, &s, &im, e));
    if (s.n > IMAP_SNIPPETS_MAX || s.n == 0) {
        err_set(e, RC_INVALID, "Between 1 and %u messages at once.", IMAP_SNIPPETS_MAX);
        err_field(e, "uids");
        return RC_INVALID;
    }
    json_t *v = json_object(), *list = json_object();
    json_object_set_new(v, "snippets", list);
    size_t n = recall(c, &s, list, missing);
    rc_t rc = n > 0 ? imap_snippets(im, missing, n, c->arena, found, &count, e) : RC_OK;
    /* Also what was found before it failed: whoever asks again gets further. */
    for (size_t i = 0; i < count; i++) {
        if (found[i].sealed) continue;
        put(list, found[i].uid, found[i].text);
        list_cache_put(c->app->snippets, cache_key(c, &s, found[i].uid), found[i].text);
    }
    if (rc != RC_OK) {
        json_decref(v);
        return rc;
    }
    return call_answer(c, v, e);
}
