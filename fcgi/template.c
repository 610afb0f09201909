#include "fcgi/template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"

#define MAX_NODES 4096u /* of a template */
#define MAX_DEPTH 16u   /* of blocks and includes */
#define MAX_TEMPLATES 256u
#define MAX_LANGUAGES 32u
#define MAX_FILE_BYTES (1u << 20)

enum node_kind {
    NODE_TEXT,
    NODE_VALUE,
    NODE_JSON,
    NODE_T,
    NODE_ASSET,
    NODE_INCLUDE,
    NODE_IF,
    NODE_EACH,
    NODE_ELSE,
    NODE_END
};

struct node {
    enum node_kind kind;
    str_t text; /* literal, name, key, or file */
    str_t url;  /* NODE_ASSET */
    unsigned line;
    unsigned other; /* NODE_IF: index of its ELSE or END; NODE_ELSE, NODE_EACH: of its END */
};

struct template_file {
    str_t name;
    struct node *nodes;
    unsigned count;
};

struct language {
    str_t name;
    json_t *texts;
};

struct template_set {
    struct arena *arena;
    struct template_file files[MAX_TEMPLATES];
    unsigned count;
    struct language languages[MAX_LANGUAGES];
    unsigned language_count;
};

/* --- parsing ---------------------------------------------------------------------------- */

struct parser {
    struct template_file *file;
    unsigned open[MAX_DEPTH];
    unsigned depth;
    unsigned line;
};

static rc_t fail(const struct parser *p, const char *what, struct err *e)
{
    return err_set(e, RC_INVALID, "%.*s:%u: %s", STR_ARG(p->file->name), p->line, what);
}

static bool is_name(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
        if (!ok) return false;
    }
    return s.n > 0 && s.n <= 64;
}

static rc_t add(struct parser *p, enum node_kind kind, str_t text, struct err *e)
{
    struct template_file *f = p->file;
    if (f->count == MAX_NODES) return fail(p, "the template is too long", e);
    f->nodes[f->count++] = (struct node){.kind = kind, .text = text, .line = p->line};
    return RC_OK;
}

static rc_t open_block(struct parser *p, enum node_kind kind, str_t name, struct err *e)
{
    if (p->depth == MAX_DEPTH) return fail(p, "blocks are nested too deeply", e);
    p->open[p->depth++] = p->file->count;
    return add(p, kind, name, e);
}

/* An {{else}}, or the end of a block of the given kind. */
static rc_t close_block(struct parser *p, enum node_kind kind, bool of_each, struct err *e)
{
    if (p->depth == 0) return fail(p, "there is no open block here", e);
    struct node *opener = &p->file->nodes[p->open[p->depth - 1]];
    if (kind == NODE_ELSE && opener->kind != NODE_IF)
        return fail(p, "{{else}} belongs to {{#if}}, once", e);
    if (kind == NODE_END && (opener->kind == NODE_EACH) != of_each)
        return fail(p, "another block is open here", e);
    opener->other = p->file->count;
    if (kind == NODE_ELSE)
        p->open[p->depth - 1] = p->file->count;
    else
        p->depth--;
    return add(p, kind, STR_NULL, e);
}

static rc_t parse_words(struct parser *p, str_t head, str_t rest, struct err *e)
{
    static const struct {
        str_t word;
        enum node_kind kind;
    } words[] = {{STR_INIT("#if"), NODE_IF},    {STR_INIT("#each"), NODE_EACH},
                 {STR_INIT(">"), NODE_INCLUDE}, {STR_INIT("json"), NODE_JSON},
                 {STR_INIT("t"), NODE_T},       {STR_INIT("asset"), NODE_ASSET}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!str_eq(head, words[i].word)) continue;
        if (words[i].kind == NODE_IF || words[i].kind == NODE_EACH)
            return open_block(p, words[i].kind, rest, e);
        return add(p, words[i].kind, rest, e);
    }
    return fail(p, "unknown word; #if, else, /if, #each, /each, >, asset, t, json", e);
}

static rc_t parse_tag(struct parser *p, str_t tag, struct err *e)
{
    str_t head, rest;
    if (str_starts(tag, STR("!"))) return RC_OK;
    tag = str_trim(tag);
    if (str_eq(tag, STR("else"))) return close_block(p, NODE_ELSE, false, e);
    if (str_eq(tag, STR("/if"))) return close_block(p, NODE_END, false, e);
    if (str_eq(tag, STR("/each"))) return close_block(p, NODE_END, true, e);
    bool words = str_cut(tag, ' ', &head, &rest);
    if (words) rest = str_trim(rest);
    if (!is_name(words ? rest : tag)) return fail(p, "this is not a name", e);
    return words ? parse_words(p, head, rest, e) : add(p, NODE_VALUE, tag, e);
}

static unsigned count_lines(str_t s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static rc_t parse(struct template_file *f, str_t text, struct arena *a, struct err *e)
{
    struct parser p = {.file = f, .line = 1};
    unsigned tags = 0;
    for (size_t i = 0; i + 1 < text.n; i++)
        tags += text.p[i] == '{' && text.p[i + 1] == '{';
    /* Each tag gives at most itself and the text before it; one text stays at the end. */
    f->nodes = ARENA_ARRAY(a, (tags < MAX_NODES / 2 ? tags * 2 : MAX_NODES) + 2, struct node);
    if (!f->nodes) return err_set(e, RC_NO_MEMORY, NULL);
    while (text.n > 0) {
        ptrdiff_t at = str_find(text, STR("{{"));
        str_t literal = at < 0 ? text : str_sub(text, 0, (size_t) at);
        if (literal.n > 0) TRY(add(&p, NODE_TEXT, literal, e));
        p.line += count_lines(literal);
        if (at < 0) break;
        text = str_sub(text, (size_t) at + 2, text.n);
        ptrdiff_t end = str_find(text, STR("}}"));
        if (end < 0) return fail(&p, "{{ without }}", e);
        str_t tag = str_sub(text, 0, (size_t) end);
        TRY(parse_tag(&p, tag, e));
        p.line += count_lines(tag);
        text = str_sub(text, (size_t) end + 2, text.n);
    }
    if (p.depth > 0) {
        p.line = f->nodes[p.open[p.depth - 1]].line;
        return fail(&p, "this block has no end", e);
    }
    return RC_OK;
}

/* --- rendering --------------------------------------------------------------------------- */

struct renderer {
    const struct template_set *set; /* NULL: a single text */
    const json_t *data;
    const json_t *element; /* of the innermost each, or NULL */
    json_t *texts, *fallback;
    struct buf *out;
    unsigned depth;
};

static const json_t *look_up(const struct renderer *r, str_t name)
{
    const json_t *v = r->data;
    if (name.n > 0 && name.p[0] == '.') {
        v = r->element;
        name = str_sub(name, 1, name.n);
    }
    while (v && name.n > 0) {
        str_t key;
        char copy[80];
        str_cut(name, '.', &key, &name);
        if (key.n == 0 || key.n >= sizeof copy) return NULL;
        memcpy(copy, key.p, key.n);
        copy[key.n] = '\0';
        v = json_object_get(v, copy);
    }
    return v;
}

static bool is_true(const json_t *v)
{
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_OBJECT:
        return json_object_size(v) > 0;
    case JSON_ARRAY:
        return json_array_size(v) > 0;
    case JSON_STRING:
        return json_string_length(v) > 0;
    case JSON_INTEGER:
        return json_integer_value(v) != 0;
    case JSON_REAL:
        return json_real_value(v) != 0.0;
    case JSON_TRUE:
        return true;
    default:
        return false;
    }
}

static void write_escaped(struct buf *out, str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&':
            buf_cstr(out, "&amp;");
            break;
        case '<':
            buf_cstr(out, "&lt;");
            break;
        case '>':
            buf_cstr(out, "&gt;");
            break;
        case '"':
            buf_cstr(out, "&#34;");
            break;
        case '\'':
            buf_cstr(out, "&#39;");
            break;
        case '\0':
            buf_cstr(out, "\xef\xbf\xbd");
            break;
        default:
            buf_char(out, s.p[i]);
        }
    }
}

static void write_value(struct buf *out, const json_t *v)
{
    if (json_is_string(v))
        write_escaped(out, str_n(json_string_value(v), json_string_length(v)));
    else if (json_is_integer(v))
        buf_printf(out, "%lld", (long long) json_integer_value(v));
    else if (json_is_boolean(v))
        buf_cstr(out, json_is_true(v) ? "true" : "false");
}

/* JSON in which no "<" is left, so that no tag, end tag or comment can begin inside a script
 * element, and no line separator that old parsers stumble over. */
static void write_json(struct buf *out, const json_t *v)
{
    CLEANUP_BUF struct buf text = BUF_INIT(1u << 20);
    if (!v || !json_write(v, &text)) {
        if (v)
            out->failed = true;
        else
            buf_cstr(out, "null");
        return;
    }
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool separator = c == '\xe2' && i + 2 < text.n && text.p[i + 1] == '\x80' &&
                         (text.p[i + 2] == '\xa8' || text.p[i + 2] == '\xa9');
        if (c == '<' || c == '>' || c == '&') {
            buf_printf(out, "\\u%04x", (unsigned) c);
        } else if (separator) {
            buf_cstr(out, text.p[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
            i += 2;
        } else {
            buf_char(out, c);
        }
    }
}

static const struct template_file *find_template(const struct template_set *t, str_t name)
{
    for (unsigned i = 0; t && i < t->count; i++)
        if (str_eq(t->files[i].name, name)) return &t->files[i];
    return NULL;
}

static const json_t *find_text(const struct renderer *r, str_t key)
{
    char copy[80];
    if (key.n >= sizeof copy) return NULL;
    memcpy(copy, key.p, key.n);
    copy[key.n] = '\0';
    const json_t *v = r->texts ? json_object_get(r->texts, copy) : NULL;
    return v || !r->fallback ? v : json_object_get(r->fallback, copy);
}

static void render(struct renderer *r, const struct template_file *f, unsigned from, unsigned to);

static void render_include(struct renderer *r, str_t name)
{
    const struct template_file *f = find_template(r->set, name);
    if (!f || r->depth == MAX_DEPTH) {
        r->out->failed = true; /* checked at load: only a loop through data could come here */
        return;
    }
    r->depth++;
    render(r, f, 0, f->count);
    r->depth--;
}

static void render_each(struct renderer *r, const struct template_file *f, unsigned at)
{
    const struct node *n = &f->nodes[at];
    const json_t *list = look_up(r, n->text), *before = r->element;
    for (size_t i = 0; i < json_array_size(list) && !r->out->failed; i++) {
        r->element = json_array_get(list, i);
        render(r, f, at + 1, n->other);
    }
    r->element = before;
}

static void render(struct renderer *r, const struct template_file *f, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to && !r->out->failed; i++) {
        const struct node *n = &f->nodes[i];
        switch (n->kind) {
        case NODE_TEXT:
            buf_str(r->out, n->text);
            break;
        case NODE_VALUE:
            write_value(r->out, look_up(r, n->text));
            break;
        case NODE_JSON:
            write_json(r->out, look_up(r, n->text));
            break;
        case NODE_T:
            write_value(r->out, find_text(r, n->text));
            break;
        case NODE_ASSET:
            write_escaped(r->out, n->url);
            break;
        case NODE_INCLUDE:
            render_include(r, n->text);
            break;
        case NODE_IF:
            if (!is_true(look_up(r, n->text))) i = n->other; /* goes on behind ELSE or END */
            break;
        case NODE_ELSE:
            i = n->other;
            break;
        case NODE_EACH:
            render_each(r, f, i);
            i = n->other;
            break;
        case NODE_END:
            break;
        }
    }
}

rc_t template_render_text(str_t text, const json_t *data, struct buf *out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(4u << 20);
    struct template_file f = {.name = STR("text")};
    struct renderer r = {.data = data, .out = out};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(parse(&f, text, a, e));
    for (unsigned i = 0; i < f.count; i++)
        if (f.nodes[i].kind == NODE_INCLUDE)
            return err_set(e, RC_INVALID, "text:%u: nothing can be included here", f.nodes[i].line);
    render(&r, &f, 0, f.count);
    return out->failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

rc_t template_render(const struct template_set *t, str_t name, str_t language, const json_t *data,
                     struct buf *out, struct err *e)
{
    const struct template_file *f = find_template(t, name);
    struct renderer r = {.set = t, .data = data, .out = out};
    if (!f) return err_set(e, RC_NOT_FOUND, "There is no template %.*s.", STR_ARG(name));
    for (unsigned i = 0; i < t->language_count; i++) {
        if (str_eq(t->languages[i].name, language)) r.texts = t->languages[i].texts;
        if (str_eq(t->languages[i].name, STR("en"))) r.fallback = t->languages[i].texts;
    }
    render(&r, f, 0, f->count);
    return out->failed ? err_set(e, RC_TOO_LARGE, NULL) : RC_OK;
}

/* --- loading ------------------------------------------------------------------------------- */

static rc_t read_text(struct template_set *t, int dir_fd, const char *name, str_t *out,
                      struct err *e)
{
    struct stat st;
    char *p = NULL;
    ssize_t n = -1;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size <= (off_t) MAX_FILE_BYTES)
        p = arena_alloc(t->arena, (size_t) st.st_size + 1);
    if (p) n = read(fd, p, (size_t) st.st_size);
    if (fd >= 0) close(fd);
    if (n < 0 || n != st.st_size || !str_is_utf8(str_n(p, (size_t) n)))
        return err_set(e, RC_INVALID, "%s: cannot be read, is too large or not UTF-8", name);
    *out = str_n(p, (size_t) n);
    return RC_OK;
}

/* LANG.json of the built files: two or three letters, nothing else there is called so. */
static rc_t load_texts(struct template_set *t, const struct static_files *files, struct err *e)
{
    for (size_t i = 0; !str_is_null(static_logical(files, i)); i++) {
        str_t name = static_logical(files, i);
        if (!str_ends(name, STR(".json")) || name.n < 7 || name.n > 8) continue;
        if (t->language_count == MAX_LANGUAGES)
            return err_set(e, RC_TOO_LARGE, "Too many languages.");
        struct language *l = &t->languages[t->language_count];
        TRY(json_parse_object(static_content(files, name), &l->texts, e));
        l->name = arena_str(t->arena, str_sub(name, 0, name.n - 5));
        t->language_count++;
    }
    return RC_OK;
}

static rc_t load_file(struct template_set *t, int dir_fd, const char *file_name, struct err *e)
{
    str_t name = arena_str(t->arena, str_c(file_name)), text;
    if (!str_ends(name, STR(".html"))) return RC_OK;
    TRY(read_text(t, dir_fd, file_name, &text, e));
    if (t->count == MAX_TEMPLATES) return err_set(e, RC_TOO_LARGE, "Too many templates.");
    struct template_file *f = &t->files[t->count++];
    f->name = name;
    return parse(f, text, t->arena, e);
}

static rc_t check_includes(const struct template_set *t, const struct template_file *f,
                           unsigned depth, struct err *e)
{
    if (depth > MAX_DEPTH) return err_set(e, RC_INVALID, "%.*s: includes itself", STR_ARG(f->name));
    for (unsigned i = 0; i < f->count; i++) {
        const struct node *n = &f->nodes[i];
        if (n->kind != NODE_INCLUDE) continue;
        const struct template_file *inner = find_template(t, n->text);
        if (!inner)
            return err_set(e, RC_INVALID, "%.*s:%u: there is no template %.*s", STR_ARG(f->name),
                           n->line, STR_ARG(n->text));
        TRY(check_includes(t, inner, depth + 1, e));
    }
    return RC_OK;
}

static rc_t check(struct template_set *t, const struct static_files *files, struct err *e)
{
    struct renderer english = {0};
    for (unsigned i = 0; i < t->language_count; i++)
        if (str_eq(t->languages[i].name, STR("en"))) english.texts = t->languages[i].texts;
    for (unsigned k = 0; k < t->count; k++) {
        struct template_file *f = &t->files[k];
        TRY(check_includes(t, f, 0, e));
        for (unsigned i = 0; i < f->count; i++) {
            struct node *n = &f->nodes[i];
            if (n->kind == NODE_ASSET) n->url = static_url(files, n->text);
            bool missing = (n->kind == NODE_ASSET && str_is_null(n->url)) ||
                           (n->kind == NODE_T && !json_is_string(find_text(&english, n->text)));
            if (missing)
                return err_set(e, RC_INVALID, "%.*s:%u: there is no %s %.*s", STR_ARG(f->name),
                               n->line, n->kind == NODE_T ? "text" : "asset", STR_ARG(n->text));
        }
    }
    return RC_OK;
}

rc_t template_load(str_t dir, const struct static_files *files, struct template_set **out,
                   struct err *e)
{
    struct arena *a = arena_new(16u << 20);
    struct template_set *t = a ? ARENA_NEW(a, struct template_set) : NULL;
    char *path = a ? arena_cstr(a, dir) : NULL;
    if (!t || !path) {
        arena_free(a);
        return err_set(e, RC_NO_MEMORY, NULL);
    }
    t->arena = a;
    rc_t rc = RC_OK;
    DIR *d = opendir(path);
    struct dirent *entry;
    if (!d) rc = err_set(e, RC_NOT_FOUND, "%s: %s", path, strerror(errno));
    while (rc == RC_OK && (entry = readdir(d)))
        if (entry->d_name[0] != '.') rc = load_file(t, dirfd(d), entry->d_name, e);
    if (d) closedir(d);
    if (rc == RC_OK) rc = load_texts(t, files, e);
    if (rc == RC_OK) rc = check(t, files, e);
    if (rc == RC_OK)
        *out = t;
    else
        template_free(t);
    return rc;
}

void template_free(struct template_set *t)
{
    if (!t) return;
    for (unsigned i = 0; i < t->language_count; i++)
        json_decref(t->languages[i].texts);
    arena_free(t->arena);
}

str_t template_language(const struct template_set *t, str_t accept_language)
{
    /* Browsers list languages by preference; weights out of order are not worth a sort. */
    while (accept_language.n > 0) {
        str_t item, tag, rest;
        str_cut(accept_language, ',', &item, &accept_language);
        str_cut(item, ';', &tag, &rest);
        str_cut(str_trim(tag), '-', &tag, &rest);
        for (unsigned i = 0; i < t->language_count; i++)
            if (str_ieq(t->languages[i].name, tag)) return t->languages[i].name;
    }
    return STR("en");
}
