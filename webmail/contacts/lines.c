/* The words contacts are found by. */
#include "mail/fold.h"
#include "webmail/contacts/book.h"
#include "webmail/session/session.h"
#include "webmail/store.h"
#include "webmail/view/list_cache.h"

#define MAX_LINE_BYTES 16384u
#define AT_ONCE 100u
#define MAX_KEPT_BYTES (8u << 20)

/* KEYS: contacts, lines, state. ARGV: name of the new state, then id, MAC of the state read, line,
 * ... Only for what is as it was. A new name is safe at any time: what a process keeps under it was
 * read after it. */
static const char LINES_SCRIPT[] = "for i = 2, #ARGV, 3 do\n"
                                   "  local v = redis.call('HGET', KEYS[1], ARGV[i])\n"
                                   "  if v and string.sub(v, 1, 32) == ARGV[i + 1] then\n"
                                   "    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])\n"
                                   "  end\n"
                                   "end\n"
                                   "redis.call('SET', KEYS[3], ARGV[1])\n"
                                   "return 1\n";

rc_t book_line_of(struct call *c, const json_t *contact, str_t *out, struct err *e)
{
    CLEANUP_BUF struct buf b = BUF_INIT(MAX_LINE_BYTES);
    const json_t *list = json_object_get(contact, "addresses");
    buf_char(&b, '\t');
    fold_words(json_text(json_object_get(contact, "name")), &b);
    for (size_t i = 0; i < json_array_size(list); i++) {
        str_t address = book_address(json_array_get(list, i));
        buf_char(&b, '\t');
        fold_words(address, &b);
        buf_char(&b, '\t');
        buf_str(&b, arena_lower(c->arena, address));
    }
    if (b.failed) return err_set(e, RC_TOO_LARGE, NULL);
    str_t line = arena_str(c->arena, buf_view(&b));
    if (!line.p) return err_set(e, RC_NO_MEMORY, NULL);
    *out = line;
    return RC_OK;
}

/* The one behind tab i; null when there are fewer. */
static str_t field(const struct book_line *line, size_t i)
{
    str_t rest = line->text, one = STR_NULL;
    for (size_t k = 0; k <= i + 1; k++) {
        if (!rest.p) return STR_NULL;
        if (!str_cut(rest, '\t', &one, &rest)) rest = STR_NULL;
    }
    return one;
}

str_t book_line_name(const struct book_line *line)
{
    return field(line, 0);
}

bool book_line_address(const struct book_line *line, size_t i, str_t *folded, str_t *address)
{
    str_t last = field(line, 2 * i + 2);
    if (!last.p) return false;
    *folded = field(line, 2 * i + 1);
    *address = last;
    return true;
}

/* Lines of before ended with folded words, which begin with a blank. */
static bool is_whole(str_t text)
{
    ptrdiff_t tab = str_rchr(text, '\t');
    return tab > 0 && (size_t) tab + 1 < text.n && text.p[tab + 1] != ' ';
}

/* --- making them anew ----------------------------------------------------------------------------
 */

static rc_t make_some(struct call *c, const str_t *ids, size_t n, struct book_line *out,
                      size_t *made, struct err *e)
{
    CLEANUP_JSON json_t *some = NULL;
    str_t keys[] = {call_user_key(c, STR("contacts")), call_user_key(c, STR("contact-lines")),
                    call_user_key(c, STR("contact-state"))};
    str_t args[1 + 3 * AT_ONCE], versions[AT_ONCE];
    struct kv_value v;
    size_t used = 1;
    TRY(book_new_id(c, &args[0], e));
    TRY(book_some(c, ids, n, &some, versions, e));
    for (size_t i = 0; i < n; i++) {
        const json_t *contact = json_array_get(some, i);
        str_t line;
        if (!json_is_object(contact)) continue;
        TRY(book_line_of(c, contact, &line, e));
        args[used++] = ids[i];
        args[used++] = versions[i];
        args[used++] = line;
        out[(*made)++] = (struct book_line){ids[i], line};
    }
    if (used == 1) return RC_OK;
    return kv_eval(c->kv, c->arena, &v, e, str_c(LINES_SCRIPT), keys, 3, args, used);
}

/* Kept by a GET too: nothing of the person's is changed by it. */
static rc_t make_all(struct call *c, struct book_line **out, size_t *n, struct err *e)
{
    struct kv_value v, gone;
    size_t made = 0;
    TRY(KV_CMD(c->kv, c->arena, &v, e, STR("HKEYS"), call_user_key(c, STR("contacts"))));
    size_t count = v.type == KV_ARRAY ? v.count : 0;
    struct book_line *lines = ARENA_ARRAY(c->arena, count + 1, struct book_line);
    if (!lines) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(KV_CMD(c->kv, c->arena, &gone, e, STR("DEL"), call_user_key(c, STR("contact-lines"))));
    for (size_t i = 0; i < count;) {
        str_t ids[AT_ONCE];
        size_t some = 0;
        for (; some < AT_ONCE && i < count; i++)
            ids[some++] = v.items[i].s;
        TRY(make_some(c, ids, some, lines, &made, e));
    }
    *out = lines;
    *n = made;
    return RC_OK;
}

/* --- as they were
 * ---------------------------------------------------------------------------------
 */

/* Of one state of the book, kept in this process until the session ends: a keystroke of an address
 * shall not read 20,000 contacts. Null where the state has no name yet. */
static str_t cache_name(struct call *c, const struct kv_value *state)
{
    if (state->type != KV_STR) return STR_NULL;
    return arena_printf(c->arena, "%.*swords:%.*s", STR_ARG(c->session->id), STR_ARG(state->s));
}

static void put_lines(struct call *c, str_t name, const struct book_line *lines, size_t n)
{
    CLEANUP_BUF struct buf b = BUF_INIT(MAX_KEPT_BYTES);
    for (size_t i = 0; i < n; i++) {
        buf_str(&b, lines[i].id);
        buf_str(&b, lines[i].text);
        buf_char(&b, '\n');
    }
    if (!b.failed) list_cache_put(c->app->lists, name, buf_view(&b));
}

static rc_t take_lines(struct call *c, str_t kept, struct book_line **out, size_t *n, struct err *e)
{
    size_t count = 0, made = 0;
    for (const char *p = kept.p; (p = memchr(p, '\n', (size_t) (kept.p + kept.n - p))); p++)
        count++;
    struct book_line *lines = ARENA_ARRAY(c->arena, count + 1, struct book_line);
    if (!lines) return err_set(e, RC_NO_MEMORY, NULL);
    while (made < count) {
        str_t one;
        str_cut(kept, '\n', &one, &kept);
        ptrdiff_t tab = str_chr(one, '\t');
        if (tab < 0) return err_set(e, RC_INTERNAL, NULL);
        lines[made++] =
            (struct book_line){str_sub(one, 0, (size_t) tab), str_sub(one, (size_t) tab, one.n)};
    }
    *out = lines;
    *n = made;
    return RC_OK;
}

/* The state's name first: what is read after it is at least that new. */
static rc_t read_lines(struct call *c, struct book_line **out, size_t *n, struct err *e)
{
    const str_t state[] = {STR_INIT("GET"), call_user_key(c, STR("contact-state"))};
    const str_t all[] = {STR_INIT("HGETALL"), call_user_key(c, STR("contact-lines"))};
    const str_t count[] = {STR_INIT("HLEN"), call_user_key(c, STR("contacts"))};
    const struct kv_call calls[] = {{state, 2}, {all, 2}, {count, 2}};
    struct kv_value v[3];
    TRY(kv_pipeline(c->kv, c->arena, calls, 3, v, e));
    if (v[1].type != KV_ARRAY || v[2].type != KV_INT) return err_set(e, RC_STATE_DOWN, NULL);
    if ((long long) (v[1].count / 2) != v[2].i) return make_all(c, out, n, e);
    struct book_line *lines = ARENA_ARRAY(c->arena, v[1].count / 2 + 1, struct book_line);
    if (!lines) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; i + 1 < v[1].count; i += 2) {
        if (!is_whole(v[1].items[i + 1].s)) return make_all(c, out, n, e);
        lines[i / 2] = (struct book_line){v[1].items[i].s, v[1].items[i + 1].s};
    }
    *out = lines;
    *n = v[1].count / 2;
    str_t name = cache_name(c, &v[0]);
    if (name.p) put_lines(c, name, *out, *n);
    return RC_OK;
}

rc_t book_lines(struct call *c, struct book_line **out, size_t *n, struct err *e)
{
    struct kv_value state;
    TRY(KV_CMD(c->kv, c->arena, &state, e, STR("GET"), call_user_key(c, STR("contact-state"))));
    str_t name = cache_name(c, &state);
    str_t kept = name.p ? list_cache_get(c->app->lists, name, c->arena) : STR_NULL;
    if (kept.p) return take_lines(c, kept, out, n, e);
    return read_lines(c, out, n, e);
}
