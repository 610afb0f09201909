/* The words contacts are found by. */
#include "mail/fold.h"
#include "webmail/contacts/book.h"
#include "webmail/store.h"

#define MAX_LINE_BYTES 16384u
#define AT_ONCE 100u

/* KEYS: contacts, lines. ARGV: id, MAC of the state read, line, ... Only for what is as it was. */
static const char LINES_SCRIPT[] = "for i = 1, #ARGV, 3 do\n"
                                   "  local v = redis.call('HGET', KEYS[1], ARGV[i])\n"
                                   "  if v and string.sub(v, 1, 32) == ARGV[i + 1] then\n"
                                   "    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])\n"
                                   "  end\n"
                                   "end\n"
                                   "return 1\n";

rc_t book_line_of(struct call *c, const json_t *contact, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(MAX_LINE_BYTES);
    const json_t *list = json_object_get(contact, "addresses");
    buf_char(&b, '\t');
    fold_words(json_text(json_object_get(contact, "name")), &b);
    for (size_t i = 0; i < json_array_size(list); i++) {
        buf_char(&b, '\t');
        fold_words(book_address(json_array_get(list, i)), &b);
    }
    if (b.failed) return err_set(e, RC_TOO_LARGE, NULL);
    str_t line = arena_str(c->arena, buf_view(&b));
    if (!line.p) return err_set(e, RC_NO_MEMORY, NULL);
    *out = line;
    return RC_OK;
}

static str_t field(const struct book_line *line, size_t i)
{
    str_t rest = line->text, one = STR_NULL;
    for (size_t k = 0; k <= i + 1; k++) {
        if (!rest.p) return STR_NULL;
        str_cut(rest, '\t', &one, &rest);
    }
    return one;
}

str_t book_line_name(const struct book_line *line)
{
    return field(line, 0);
}

str_t book_line_address(const struct book_line *line, size_t i)
{
    return field(line, i + 1);
}

/* --- making them anew ----------------------------------------------------------------------------
 */

static rc_t make_some(struct call *c, const str_t *ids, size_t n, bool keep, struct book_line *out,
                      size_t *made, struct err *e)
{
    str_t keys[] = {call_user_key(c, STR("contacts")), call_user_key(c, STR("contact-lines"))};
    str_t args[3 * AT_ONCE];
    struct kv_value v;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        CLEANUP_JSON json_t *contact = NULL;
        str_t version, line;
        TRY(book_load(c, ids[i], &contact, &version, e));
        if (!contact) continue;
        TRY(book_line_of(c, contact, &line, e));
        args[used++] = ids[i];
        args[used++] = version;
        args[used++] = line;
        out[(*made)++] = (struct book_line){ids[i], line};
    }
    if (!keep || used == 0) return RC_OK;
    return kv_eval(c->kv, c->arena, &v, e, str_c(LINES_SCRIPT), keys, 2, args, used);
}

static rc_t make_all(struct call *c, struct book_line **out, size_t *n, struct err *e)
{
    bool keep = c->q->method != METHOD_GET && c->q->method != METHOD_HEAD;
    struct kv_value v, gone;
    size_t made = 0;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HKEYS"), call_user_key(c, STR("contacts"))));
    size_t count = v.type == KV_ARRAY ? v.count : 0;
    struct book_line *lines = ARENA_ARRAY(c->arena, count + 1, struct book_line);
    if (!lines) return err_set(e, RC_NO_MEMORY, NULL);
    if (keep)
        TRY(KV_CMD(c->kv, c->arena, &gone, e, STR("DEL"), call_user_key(c, STR("contact-lines"))));
    for (size_t i = 0; i < count;) {
        str_t ids[AT_ONCE];
        size_t some = 0;
        for (; some < AT_ONCE && i < count; i++)
            ids[some++] = v.items[i].s;
        TRY(make_some(c, ids, some, keep, lines, &made, e));
    }
    *out = lines;
    *n = made;
    return RC_OK;
}

rc_t book_lines(struct call *c, struct book_line **out, size_t *n, struct err *e)
{
    const str_t all[] = {STR_INIT("HGETALL"), call_user_key(c, STR("contact-lines"))};
    const str_t count[] = {STR_INIT("HLEN"), call_user_key(c, STR("contacts"))};
    const struct kv_call calls[] = {{all, 2}, {count, 2}};
    struct kv_value v[2];
    TRY(kv_pipeline(c->kv, c->arena, calls, 2, v, e));
    if (v[0].type != KV_ARRAY || v[1].type != KV_INT) return err_set(e, RC_STATE_DOWN, NULL);
    if ((long long) (v[0].count / 2) != v[1].i) return make_all(c, out, n, e);
    struct book_line *lines = ARENA_ARRAY(c->arena, v[0].count / 2 + 1, struct book_line);
    if (!lines) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i + 1 < v[0].count; i += 2)
        lines[i / 2] = (struct book_line){v[0].items[i].s, v[0].items[i + 1].s};
    *out = lines;
    *n = v[0].count / 2;
    return RC_OK;
}
