#include "mail/sieve.h"

#include <stdlib.h>

#include "base/b64.h"
#include "base/buf.h"
#include "crypto/tls.h"
#include "mail/sieve_wire.h"

#define MAX_CAPABILITIES 64
#define MAX_PROBLEM 4000u
#define READ_BYTES 8192u
#define IN_MAX (SIEVE_MAX_LINE + SIEVE_MAX_LITERAL + READ_BYTES)
#define SCRATCH_BYTES 65536u

enum verdict { VERDICT_NONE, VERDICT_OK, VERDICT_NO, VERDICT_BYE };

struct sieve {
    struct stream *stream;
    struct arena *a;
    struct buf in; /* what came and was not read yet */
    struct sieve_features features;
    bool starttls, plain;
    bool dead;
    str_t code, text; /* of the last verdict */
};

/* --- lines ------------------------------------------------------------------------------------ */

static rc_t lost(struct sieve *s, const char *where, struct err *e)
{
    rc_t code = stream_timed_out(s->stream) ? RC_TIMEOUT : RC_SIEVE_DOWN;
    s->dead = true;
    err_set(e, code, NULL);
    err_detail(e, "ManageSieve connection lost at %s", where);
    return code;
}

static rc_t send_bytes(struct sieve *s, str_t bytes, const char *where, struct err *e)
{
    if (str_is_null(bytes)) return err_set(e, RC_NO_MEMORY, NULL);
    while (bytes.n > 0) {
        ssize_t n = stream_write(s->stream, bytes.p, bytes.n);
        if (n <= 0) return lost(s, where, e);
        bytes = str_sub(bytes, (size_t) n, bytes.n);
    }
    return RC_OK;
}

/* The strings of the line are copied: the buffer moves on. */
static rc_t keep_line(struct sieve *s, struct sieve_line *line, struct err *e)
{
    for (size_t i = 0; i < line->count; i++) {
        line->words[i].text = arena_str(s->a, line->words[i].text);
        if (str_is_null(line->words[i].text)) return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

static void drop(struct buf *b, size_t n)
{
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

static rc_t next_line(struct sieve *s, struct sieve_line *line, const char *where, struct err *e)
{
    for (;;) {
        size_t used = 0;
        char bytes[READ_BYTES];
        rc_t rc = sieve_line_read(buf_view(&s->in), s->a, line, &used, e);
        if (rc != RC_OK) {
            s->dead = true;
            return rc;
        }
        if (used > 0) {
            TRY(keep_line(s, line, e));
            drop(&s->in, used);
            return RC_OK;
        }
        ssize_t n = stream_read(s->stream, bytes, sizeof bytes);
        if (n <= 0) return lost(s, where, e);
        buf_add(&s->in, bytes, (size_t) n);
        if (s->in.failed) {
            s->dead = true;
            return err_set(e, RC_TOO_LARGE, NULL);
        }
    }
}

/* OK, NO or BYE with a code and a text, each of which may be missing. */
static enum verdict verdict_of(struct sieve *s, const struct sieve_line *line)
{
    static const str_t words[] = {STR_INIT("OK"), STR_INIT("NO"), STR_INIT("BYE")};
    enum verdict v = VERDICT_NONE;
    if (line->count == 0 || line->words[0].kind != SIEVE_ATOM) return v;
    for (int i = 0; i < 3; i++)
        if (str_ieq(line->words[0].text, words[i])) v = (enum verdict)(VERDICT_OK + i);
    if (v == VERDICT_NONE) return v;
    s->code = s->text = STR("");
    for (size_t i = 1; i < line->count; i++) {
        if (line->words[i].kind == SIEVE_CODE) s->code = line->words[i].text;
        if (line->words[i].kind == SIEVE_STRING) s->text = line->words[i].text;
    }
    return v;
}

/* Data lines go to `take` until the verdict. Returns RC_OK with *v OK or NO. */
typedef rc_t line_taker(struct sieve *s, const struct sieve_line *line, void *arg, struct err *e);

static rc_t read_answer(struct sieve *s, line_taker *take, void *arg, const char *where,
                        enum verdict *v, struct err *e)
{
    for (;;) {
        struct sieve_line line;
        TRY(next_line(s, &line, where, e));
        *v = verdict_of(s, &line);
        if (*v == VERDICT_BYE) return lost(s, where, e);
        if (*v != VERDICT_NONE) return RC_OK;
        if (take && line.count > 0) TRY(take(s, &line, arg, e));
    }
}

static rc_t command(struct sieve *s, str_t text, line_taker *take, void *arg, const char *where,
                    enum verdict *v, struct err *e)
{
    if (s->dead) return lost(s, where, e);
    TRY(send_bytes(s, text, where, e));
    return read_answer(s, take, arg, where, v, e);
}

/* The server's own words, for people: several lines, no other controls, not without end. */
static str_t clean_problem(struct arena *a, str_t s)
{
    CLEANUP_BUF struct buf b = BUF_INIT(MAX_PROBLEM + 8);
    s = str_trim(str_sub(s, 0, MAX_PROBLEM));
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c == '\r') continue;
        buf_char(&b, c == '\n' ? '\n' : c < 0x20 || c == 0x7f ? ' ' : (char) c);
    }
    str_t text = buf_view(&b);
    return text.n ? arena_str(a, text) : STR("The server refuses this script.");
}

static bool code_is(const struct sieve *s, const char *word)
{
    str_t w = str_c(word);
    return str_istarts(s->code, w) &&
           (s->code.n == w.n || s->code.p[w.n] == '/' || s->code.p[w.n] == ' ');
}

static rc_t refused(struct sieve *s, const char *where, struct err *e)
{
    rc_t rc = code_is(s, "NONEXISTENT") ? RC_NOT_FOUND
              : code_is(s, "QUOTA")     ? RC_FULL
                                        : RC_SIEVE_REFUSED;
    err_set(e, rc, NULL);
    err_detail(e, "ManageSieve %s: %.*s", where, STR_ARG(clean_problem(s->a, s->text)));
    return rc;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Words between single blanks, upper or lower case as the server writes them. */
static str_t spaced(struct arena *a, str_t words)
{
    CLEANUP_BUF struct buf b = BUF_INIT(SCRATCH_BYTES);
    str_t word;
    buf_char(&b, ' ');
    while (words.n > 0) {
        str_cut(words, ' ', &word, &words);
        if (word.n == 0 || !str_is_clean(word)) continue;
        buf_str(&b, word);
        buf_char(&b, ' ');
    }
    return b.failed ? STR(" ") : arena_str(a, buf_view(&b));
}

static rc_t take_capability(struct sieve *s, const struct sieve_line *line, void *arg,
                            struct err *e)
{
    size_t *lines = arg;
    str_t name = line->words[0].text, value = line->count > 1 ? line->words[1].text : STR("");
    if (++*lines > MAX_CAPABILITIES) return err_set(e, RC_DAMAGED, NULL);
    if (str_ieq(name, STR("IMPLEMENTATION"))) s->features.implementation = value;
    if (str_ieq(name, STR("SIEVE"))) s->features.extensions = spaced(s->a, value);
    if (str_ieq(name, STR("STARTTLS"))) s->starttls = true;
    if (str_ieq(name, STR("SASL"))) s->plain = str_ifind(spaced(s->a, value), STR(" PLAIN ")) >= 0;
    if (str_ieq(name, STR("VERSION"))) s->features.checks = true;
    if (str_ieq(name, STR("MAXREDIRECTS"))) (void) str_to_u32(value, &s->features.max_redirects);
    return RC_OK;
}

static rc_t read_capabilities(struct sieve *s, const char *where, struct err *e)
{
    enum verdict v;
    size_t lines = 0;
    s->features = (struct sieve_features){.implementation = STR(""), .extensions = STR(" ")};
    s->starttls = s->plain = false;
    TRY(read_answer(s, take_capability, &lines, where, &v, e));
    return v == VERDICT_OK ? RC_OK : refused(s, where, e);
}

/* RFC 5804 section 2.2: what was said before TLS does not count, and nothing may be left of it. */
static rc_t start_tls(struct sieve *s, const struct config_endpoint *server, struct err *e)
{
    enum verdict v;
    if (!s->starttls) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "ManageSieve server does not offer STARTTLS");
        return RC_UNTRUSTED_PEER;
    }
    TRY(command(s, STR("STARTTLS\r\n"), NULL, NULL, "STARTTLS", &v, e));
    if (v != VERDICT_OK || buf_view(&s->in).n > 0) {
        err_set(e, RC_UNTRUSTED_PEER, NULL);
        err_detail(e, "ManageSieve STARTTLS failed");
        return RC_UNTRUSTED_PEER;
    }
    TRY(stream_starttls(s->stream, server, e));
    return read_capabilities(s, "capabilities", e);
}

/* RFC 4616; nobody hears the password but the server. */
static rc_t authenticate(struct sieve *s, const struct sieve_account *acc, struct err *e)
{
    enum verdict v;
    struct arena *secret = arena_new_secret(SCRATCH_BYTES);
    if (!secret) return err_set(e, RC_NO_MEMORY, NULL);
    CLEANUP_BUF struct buf raw = BUF_INIT_SECRET(SCRATCH_BYTES / 4);
    buf_char(&raw, 0);
    buf_str(&raw, acc->login);
    buf_char(&raw, 0);
    buf_str(&raw, acc->password);
    str_t line = raw.failed ? STR_NULL
                            : arena_printf(secret, "AUTHENTICATE \"PLAIN\" \"%.*s\"\r\n",
                                           STR_ARG(b64_encode(secret, buf_view(&raw))));
    rc_t rc = command(s, line, NULL, NULL, "AUTHENTICATE", &v, e);
    arena_free(secret);
    TRY(rc);
    if (v == VERDICT_OK) return RC_OK;
    err_set(e, RC_WRONG_PASSWORD, NULL);
    err_detail(e, "ManageSieve AUTHENTICATE: %.*s", STR_ARG(clean_problem(s->a, s->text)));
    return RC_WRONG_PASSWORD;
}

static rc_t sign_in(struct sieve *s, const struct sieve_account *acc, struct err *e)
{
    if (!str_is_clean(acc->login) || !str_is_clean(acc->password)) return RC_WRONG_PASSWORD;
    TRY(read_capabilities(s, "greeting", e));
    if (acc->server->tls == TLS_MODE_STARTTLS) TRY(start_tls(s, acc->server, e));
    if (!stream_encrypted(s->stream) && !stream_loopback(s->stream))
        return err_set(e, RC_UNTRUSTED_PEER, NULL);
    if (!s->plain) {
        err_set(e, RC_SIEVE_REFUSED, NULL);
        err_detail(e, "ManageSieve server does not offer PLAIN");
        return RC_SIEVE_REFUSED;
    }
    return authenticate(s, acc, e);
}

rc_t sieve_open(const struct sieve_account *acc, int deadline_ms, struct arena *a,
                struct sieve **out, struct err *e)
{
    struct sieve *s = calloc(1, sizeof *s);
    int64_t deadline = clock_ms() + deadline_ms;
    if (!s) return err_set(e, RC_NO_MEMORY, NULL);
    s->a = a;
    s->in = BUF_INIT(IN_MAX);
    rc_t rc = stream_connect(acc->server, deadline, RC_SIEVE_DOWN, &s->stream, e);
    if (rc == RC_OK) stream_set_deadline(s->stream, deadline);
    if (rc == RC_OK) rc = sign_in(s, acc, e);
    if (rc != RC_OK) {
        s->dead = true;
        sieve_close(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

void sieve_close(struct sieve *s)
{
    if (!s) return;
    static const char bye[] = "LOGOUT\r\n";
    if (!s->dead && s->stream) (void) !stream_write(s->stream, bye, sizeof bye - 1);
    stream_close(s->stream);
    buf_free(&s->in);
    free(s);
}

const struct sieve_features *sieve_features(const struct sieve *s)
{
    return &s->features;
}

bool sieve_has(const struct sieve_features *f, const char *extension)
{
    char padded[64];
    size_t n = strlen(extension);
    if (n == 0 || n > sizeof padded - 3) return false;
    padded[0] = ' ';
    memcpy(padded + 1, extension, n);
    padded[n + 1] = ' ';
    return str_ifind(f->extensions, str_n(padded, n + 2)) >= 0;
}

/* --- scripts ---------------------------------------------------------------------------------- */

struct listing {
    struct sieve_script *scripts;
    size_t n;
};

static rc_t take_script(struct sieve *s, const struct sieve_line *line, void *arg, struct err *e)
{
    struct listing *l = arg;
    (void) s;
    if (line->words[0].kind != SIEVE_STRING) return err_set(e, RC_DAMAGED, NULL);
    if (l->n == SIEVE_MAX_SCRIPTS) return RC_OK;
    l->scripts[l->n++] = (struct sieve_script){
        .name = line->words[0].text,
        .active = line->count > 1 && str_ieq(line->words[1].text, STR("ACTIVE"))};
    return RC_OK;
}

rc_t sieve_list(struct sieve *s, struct sieve_script **out, size_t *n, struct err *e)
{
    enum verdict v;
    struct listing l = {.scripts = ARENA_ARRAY(s->a, SIEVE_MAX_SCRIPTS, struct sieve_script)};
    if (!l.scripts) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(command(s, STR("LISTSCRIPTS\r\n"), take_script, &l, "LISTSCRIPTS", &v, e));
    if (v != VERDICT_OK) return refused(s, "LISTSCRIPTS", e);
    *out = l.scripts;
    *n = l.n;
    return RC_OK;
}

static rc_t named(struct sieve *s, const char *verb, str_t name, str_t *out, struct err *e)
{
    str_t quoted = name.n <= SIEVE_MAX_NAME ? sieve_quote(s->a, name) : STR_NULL;
    if (str_is_null(quoted)) return err_invalid(e, "name", "A script cannot have this name.");
    *out = arena_printf(s->a, "%s %.*s", verb, STR_ARG(quoted));
    return str_is_null(*out) ? err_set(e, RC_NO_MEMORY, NULL) : RC_OK;
}

static rc_t take_text(struct sieve *s, const struct sieve_line *line, void *arg, struct err *e)
{
    (void) s;
    if (line->words[0].kind != SIEVE_STRING) return err_set(e, RC_DAMAGED, NULL);
    *(str_t *) arg = line->words[0].text;
    return RC_OK;
}

rc_t sieve_get(struct sieve *s, str_t name, str_t *script, struct err *e)
{
    enum verdict v;
    str_t head, text = STR("");
    TRY(named(s, "GETSCRIPT", name, &head, e));
    str_t line = arena_printf(s->a, "%.*s\r\n", STR_ARG(head));
    TRY(command(s, line, take_text, &text, "GETSCRIPT", &v, e));
    if (v != VERDICT_OK) return refused(s, "GETSCRIPT", e);
    *script = text;
    return RC_OK;
}

/* The command and the script as a literal that needs no answer before it (RFC 5804 section 4). */
static rc_t send_script(struct sieve *s, str_t head, str_t script, const char *where,
                        str_t *problem, struct err *e)
{
    enum verdict v;
    if (script.n > SIEVE_MAX_SCRIPT)
        return err_set(e, RC_TOO_LARGE, "These filters are too large.");
    if (s->dead) return lost(s, where, e);
    TRY(send_bytes(s, arena_printf(s->a, "%.*s {%zu+}\r\n", STR_ARG(head), script.n), where, e));
    TRY(send_bytes(s, script.n ? script : STR(""), where, e));
    TRY(send_bytes(s, STR("\r\n"), where, e));
    TRY(read_answer(s, NULL, NULL, where, &v, e));
    if (v == VERDICT_NO && (code_is(s, "QUOTA") || code_is(s, "TRYLATER")))
        return refused(s, where, e);
    *problem = v == VERDICT_NO ? clean_problem(s->a, s->text) : STR_NULL;
    return RC_OK;
}

rc_t sieve_check(struct sieve *s, str_t script, str_t *problem, struct err *e)
{
    return send_script(s, STR("CHECKSCRIPT"), script, "CHECKSCRIPT", problem, e);
}

rc_t sieve_put(struct sieve *s, str_t name, str_t script, str_t *problem, struct err *e)
{
    str_t head;
    TRY(named(s, "PUTSCRIPT", name, &head, e));
    return send_script(s, head, script, "PUTSCRIPT", problem, e);
}

rc_t sieve_activate(struct sieve *s, str_t name, struct err *e)
{
    enum verdict v;
    str_t head;
    TRY(named(s, "SETACTIVE", name, &head, e));
    str_t line = arena_printf(s->a, "%.*s\r\n", STR_ARG(head));
    TRY(command(s, line, NULL, NULL, "SETACTIVE", &v, e));
    return v == VERDICT_OK ? RC_OK : refused(s, "SETACTIVE", e);
}
