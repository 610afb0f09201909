/* Transcripts of many servers (corpus/imap): every reader gets every response, nothing breaks; each
 * transcript is understood: every response counted, every value walked, every number and name that
 * the client has a use for as the server wrote it. And what folder names may hold. */
#include <dirent.h>

#include "tests/unit/mail/imap_fake.h"

#include "mail/imap_row.h"
#include "mail/imap_search.h"

static bool corpus_dir(char *out, size_t size)
{
    const char *from = getenv("WAXSEAL_CORPUS");
    snprintf(out, size, "%s/imap", from ? from : "../shared/corpus");
    DIR *d = opendir(out);
    if (d) closedir(d);
    return d != NULL;
}

static bool read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(out, chunk, n);
    fclose(f);
    return !out->failed;
}

/* The transcripts have LF line ends and the tag A########. Their literals were counted with CRLF.
 */
static void as_reply(str_t text, struct buf *out)
{
    bool tagged = false;
    while (text.n > 0) {
        str_t line;
        ptrdiff_t at;
        str_cut(text, '\n', &line, &text);
        if (str_ends(line, STR("\r"))) line = str_sub(line, 0, line.n - 1);
        tagged = tagged || str_starts(line, STR("A########"));
        while ((at = str_find(line, STR("A########"))) >= 0) { /* also in ESEARCH (TAG "...") */
            buf_str(out, str_sub(line, 0, (size_t) at));
            buf_cstr(out, "%T");
            line = str_sub(line, (size_t) at + 9, line.n);
        }
        buf_str(out, line);
        buf_cstr(out, "\r\n");
    }
    if (!tagged) buf_cstr(out, "%T OK end\r\n");
}

static void try_login(str_t reply, const char *path)
{
    struct world w = {0};
    fake_rule(&w.f, "LOGIN", reply, FAKE_GO_ON, 0);
    world_start(&w);
    rc_t rc = imap_check_login(w.pool, &w.account, FAKE_DEADLINE, &w.e);
    if (rc != RC_OK) fail_msg("%s: %s (%s)", path, err_word(rc), w.e.detail);
    world_stop(&w);
}

static void try_greeting(str_t greeting, const char *path)
{
    struct world w = {.f = {.greeting = greeting}};
    world_start(&w);
    rc_t rc = imap_check_login(w.pool, &w.account, FAKE_DEADLINE, &w.e);
    rc_t want = str_starts(greeting, STR("* PREAUTH")) ? RC_UNTRUSTED_PEER : RC_OK;
    if (rc != want) fail_msg("%s: %s (%s)", path, err_word(rc), w.e.detail);
    world_stop(&w);
}

/* As the answer to each kind of reading command in turn. A NO is an answer; a broken connection
 * (RC_IMAP_DOWN) is not. */
static void try_commands(str_t reply, const char *path)
{
    struct world w = {0};
    static const char *const verbs[] = {"NOOP",      "FETCH",  "UID FETCH",  "LIST",     "LSUB",
                                        "NAMESPACE", "STATUS", "UID SEARCH", "UID STORE"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        fake_rule(&w.f, verbs[i], reply, FAKE_GO_ON, 0);
    world_start(&w);
    static const str_t seen[] = {STR_INIT("\\Seen")};
    for (int i = 0; i < 6; i++) {
        struct imap *im = world_open(&w, FAKE_DEADLINE);
        struct imap_rows rows;
        struct imap_folder *folders;
        struct imap_row row;
        uint32_t uid = 1, *uids;
        size_t n;
        rc_t rc = i == 0   ? imap_list(im, 0, 50, w.a, &rows, &w.e)
                  : i == 1 ? imap_rows_of(im, &uid, 1, w.a, &rows, &w.e)
                  : i == 2 ? imap_folders(im, w.a, &folders, &n, &w.e)
                  : i == 3 ? imap_flags_of(im, 1, w.a, &row, &w.e)
                  : i == 4 ? imap_search_header(im, STR("Subject"), STR("x"), w.a, &uids, &n, &w.e)
                           : imap_store(im, &uid, 1, true, seen, 1, &w.e);
        /* Another UIDVALIDITY in a STATUS is a reason to stop; these transcripts have several. */
        bool other_box = str_find(str_c(w.e.detail), STR("UIDVALIDITY")) >= 0;
        if ((rc == RC_IMAP_DOWN && !other_box) || rc == RC_TIMEOUT)
            fail_msg("%s, operation %d: %s (%s)", path, i, err_word(rc), w.e.detail);
        imap_release(im);
    }
    world_stop(&w);
}

/* --- what a transcript says, and what was understood --------------------------------------------
 */

/* An oracle of its own: responses by lines and literals only. */
struct told {
    size_t responses, fetches, folders;
    char status[4]; /* of the tagged reply */
};

static bool skip_literals(str_t *text, str_t *line)
{
    const char *from = line->p;
    int64_t size;
    while ((size = wire_literal_size(*line)) >= 0) {
        str_t rest;
        if ((size_t) size > text->n) return false;
        *text = str_sub(*text, (size_t) size, text->n);
        str_cut(*text, '\n', &rest, text);
        *line = str_ends(rest, STR("\r")) ? str_sub(rest, 0, rest.n - 1) : rest;
    }
    *line = str_n(from, (size_t) (line->p + line->n - from));
    return true;
}

static struct told read_told(str_t text, const char *path)
{
    struct told t = {0};
    while (text.n > 0) {
        str_t line;
        str_cut(text, '\n', &line, &text);
        if (str_ends(line, STR("\r"))) line = str_sub(line, 0, line.n - 1);
        if (!skip_literals(&text, &line)) fail_msg("%s: a literal is longer than it", path);
        if (str_starts(line, STR("%T ")))
            snprintf(t.status, sizeof t.status, "%.*s", (int) (line.n > 5 ? 2 : 0), line.p + 3);
        if (!str_starts(line, STR("* "))) continue;
        t.responses++;
        t.fetches += str_find(line, STR(" FETCH (")) > 0;
        t.folders += str_istarts(line, STR("* LIST "));
    }
    return t;
}

struct understood {
    const char *path;
    struct arena *a;
    struct told t;
};

static void take_fetch(struct understood *u, struct imap_response *r)
{
    struct imap_row row;
    struct imap_body body;
    str_t all = str_n(r->rest.p, (size_t) (r->rest.end - r->rest.p));
    ptrdiff_t at = str_find(all, STR("UID "));
    if (!imap_row_read(r, u->a, &row, &body) || r->rest.bad)
        fail_msg("%s: FETCH %u is not understood", u->path, r->number);
    if (at < 0 || row.uid != strtoul(all.p + at + 4, NULL, 10) || row.seq != r->number)
        fail_msg("%s: UID of FETCH %u", u->path, r->number);
    if (str_find(all, STR("FLAGS (")) >= 0 && !row.has_flags) fail_msg("%s: flags", u->path);
    if (str_find(all, STR("MODSEQ (")) >= 0 && row.modseq == 0) fail_msg("%s: modseq", u->path);
    u->t.fetches++;
}

/* Every value of every response, but the text that only people read. */
static rc_t on_any(void *ctx, struct imap_response *r, struct err *e)
{
    struct understood *u = ctx;
    struct wire w = r->rest;
    (void) e;
    u->t.responses++;
    if (r->cut) fail_msg("%s: a response was cut", u->path);
    if (str_ieq(r->word, STR("OK"))) return RC_OK;
    if (r->has_number && str_ieq(r->word, STR("FETCH"))) take_fetch(u, r);
    u->t.folders += str_ieq(r->word, STR("LIST"));
    while (!w.bad && !wire_at_end(&w))
        wire_skip(&w);
    if (w.bad) fail_msg("%s: %.*s is not understood", u->path, STR_ARG(r->word));
    return RC_OK;
}

/* As the answer to one command: each response once, the verdict of the server, and the next command
 * finds the connection in step. */
static void try_exactly(str_t reply, const char *path)
{
    struct world w = {0};
    struct imap_command cmd, *const one = &cmd;
    bool idles = str_starts(reply, STR("+ "));
    if (idles) fake_rule(&w.f, "DONE", STR(""), FAKE_GO_ON, 0);
    fake_rule(&w.f, idles ? "IDLE" : "XREPLAY", reply, FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct understood u = {.path = path, .a = w.a};
    struct told want = read_told(reply, path);
    rc_t rc;
    if (idles) {
        unsigned tag = 0;
        rc = imap_conn_idle(im->c, &tag, on_any, &u, &w.e);
        if (rc == RC_OK) rc = imap_conn_idle_done(im->c, tag, on_any, &u, &w.e);
        cmd.result = rc;
    } else {
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_text(im->c, STR("XREPLAY"));
        imap_cmd_end(im->c);
        rc = imap_conn_collect(im->c, &one, 1, on_any, &u, NULL, &w.e);
    }
    if (rc != RC_OK) fail_msg("%s: %s (%s)", path, err_word(rc), w.e.detail);
    if ((cmd.result == RC_OK) != (strcmp(want.status, "OK") == 0))
        fail_msg("%s: %s taken for %s", path, want.status, err_word(cmd.result));
    if (u.t.responses != want.responses || u.t.fetches != want.fetches ||
        u.t.folders != want.folders)
        fail_msg("%s: %zu responses of %zu, %zu FETCH of %zu, %zu LIST of %zu", path, u.t.responses,
                 want.responses, u.t.fetches, want.fetches, u.t.folders, want.folders);
    if (imap_conn_noop(im->c, &w.e) != RC_OK || im->c->broken)
        fail_msg("%s: the connection is out of step", path);
    imap_release(im);
    world_stop(&w);
}

static void replay(const char *path)
{
    CLEANUP_BUF struct buf raw = BUF_INIT(1u << 20);
    CLEANUP_BUF struct buf reply = BUF_INIT(1u << 20);
    if (!read_file(path, &raw)) fail_msg("%s cannot be read", path);
    str_t text = buf_view(&raw);
    bool greeting = str_find(text, STR("A########")) < 0 && str_starts(text, STR("* ")) &&
                    strstr(path, "greeting") != NULL;
    if (greeting) {
        try_greeting(text, path);
        return;
    }
    as_reply(text, &reply);
    if (strstr(path, "authenticate"))
        try_login(buf_view(&reply), path);
    else
        try_commands(buf_view(&reply), path);
    try_exactly(buf_view(&reply), path);
}

/* How many the corpus lists. */
static size_t manifest_count(const char *top)
{
    char path[400];
    CLEANUP_BUF struct buf b = BUF_INIT(16u << 20);
    snprintf(path, sizeof path, "%s/../manifest.json", top);
    if (!read_file(path, &b)) fail_msg("%s cannot be read", path);
    static const str_t mark = STR_INIT("\"family\": \"imap-transcripts\"");
    str_t rest = buf_view(&b);
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(rest, mark)) >= 0; n++)
        rest = str_sub(rest, (size_t) at + mark.n, rest.n);
    return n;
}

static void test_transcripts(void **state)
{
    (void) state;
    char top[300];
    if (!corpus_dir(top, sizeof top)) {
        print_message("# SKIP: no corpus at %s (set WAXSEAL_CORPUS)\n", top);
        skip();
    }
    size_t files = 0;
    DIR *servers = opendir(top);
    assert_non_null(servers);
    for (struct dirent *s; (s = readdir(servers)) != NULL;) {
        char dir[700];
        snprintf(dir, sizeof dir, "%s/%s", top, s->d_name);
        DIR *d = s->d_name[0] == '.' ? NULL : opendir(dir);
        if (!d) continue;
        for (struct dirent *f; (f = readdir(d)) != NULL;) {
            char path[1000];
            if (f->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
            replay(path);
            files++;
        }
        closedir(d);
    }
    closedir(servers);
    print_message("# %zu transcripts\n", files);
    assert_int_equal(files, manifest_count(top));
}

/* --- the values a person would see --------------------------------------------------------------
 */

struct value_case {
    const char *file, *command, *want;
};

static void load(const char *top, const char *file, struct buf *reply)
{
    char path[700];
    CLEANUP_BUF struct buf raw = BUF_INIT(1u << 20);
    snprintf(path, sizeof path, "%s/%s", top, file);
    if (!read_file(path, &raw)) fail_msg("%s cannot be read", path);
    as_reply(buf_view(&raw), reply);
}

static void say_folders(struct world *w, struct imap *im, struct buf *out)
{
    struct imap_folder *f;
    size_t n;
    assert_int_equal(imap_folders(im, w->a, &f, &n, &w->e), RC_OK);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%.*s%s%s%s", i ? "|" : "", STR_ARG(f[i].display),
                   f[i].role == FOLDER_NONE ? "" : "=",
                   f[i].role == FOLDER_NONE ? "" : folder_role_word(f[i].role),
                   f[i].subscribed ? "+" : "");
}

static void say_search(struct world *w, struct imap *im, struct buf *out)
{
    struct found_reader found = {.a = w->a};
    struct imap_command cmd;
    size_t from = 0;
    found_begin(im->c, &cmd, false);
    imap_cmd_text(im->c, STR("ALL"));
    imap_cmd_end(im->c);
    assert_int_equal(found_run(im->c, &cmd, &found, &w->e), RC_OK);
    found_settle(&found);
    for (size_t i = 0; i < found.count / 2; i++) { /* newest first */
        uint32_t last = found.uids[found.count - 1 - i];
        found.uids[found.count - 1 - i] = found.uids[i];
        found.uids[i] = last;
    }
    imap_uids_write(out, found.uids, found.count, &from, 1000);
}

static void say_quota(struct world *w, struct imap *im, struct buf *out)
{
    struct imap_quota *q;
    size_t n;
    assert_int_equal(imap_quota(im, w->a, &q, &n, &w->e), RC_OK);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%.*s %s %llu/%llu", STR_ARG(q[i].root), q[i].messages ? "messages" : "KiB",
                   (unsigned long long) q[i].used, (unsigned long long) q[i].limit);
}

static void say_move(struct world *w, struct imap *im, struct buf *out)
{
    uint32_t uids[] = {1, 2, 3, 4, 5, 6, 7}, now[7] = {0}, validity = 0;
    assert_int_equal(imap_move(im, uids, 7, STR("Box"), now, &validity, &w->e), RC_OK);
    for (size_t i = 0; i < 7; i++)
        buf_printf(out, "%u ", now[i]);
    buf_printf(out, "of %u", validity);
}

static void say_append(struct world *w, struct imap *im, struct buf *out)
{
    uint32_t uid = 99, validity = 99;
    rc_t rc = imap_append(im, STR("Box"), STR("Subject: x\r\n\r\nx\r\n"), NULL, 0, &uid, &validity,
                          &w->e);
    assert_int_equal(rc, RC_OK);
    buf_printf(out, "%u of %u", uid, validity);
}

static void say_bytes(struct world *w, struct imap *im, bool header, struct buf *out)
{
    CLEANUP_BUF struct buf got = BUF_INIT(1u << 20);
    rc_t rc = header ? imap_fetch_header(im, 1, &got, &w->e) : imap_fetch(im, 1, &got, &w->e);
    assert_int_equal(rc, RC_OK);
    buf_printf(out, "%zu bytes%s", got.n,
               str_starts(buf_view(&got), STR("From: Unit Tests <unit-tests@mimekit.net>\r\n"))
                   ? " whole"
                   : "");
}

static void say_capabilities(struct imap *im, const char *list, struct buf *out)
{
    str_t rest = str_c(list), word;
    while (rest.n > 0) {
        char name[64];
        str_cut(rest, ' ', &word, &rest);
        snprintf(name, sizeof name, "%.*s", STR_ARG(word));
        if (imap_has(im, name)) buf_printf(out, "%s%s", out->n ? " " : "", name);
    }
}

static void try_value(const char *top, const struct value_case *t)
{
    struct world w = {0};
    CLEANUP_BUF struct buf reply = BUF_INIT(1u << 20), out = BUF_INIT(1u << 20);
    load(top, t->file, &reply);
    fake_rule(&w.f, t->command, buf_view(&reply), FAKE_GO_ON, 0);
    fake_rule(&w.f, "CAPABILITY",
              STR("* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS MOVE QUOTA LIST-EXTENDED LIST-STATUS "
                  "CONDSTORE\r\n%T OK\r\n"),
              FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    str_t command = str_c(t->command);
    if (str_eq(command, STR("LIST"))) say_folders(&w, im, &out);
    if (str_eq(command, STR("UID SEARCH"))) say_search(&w, im, &out);
    if (str_eq(command, STR("GETQUOTAROOT"))) say_quota(&w, im, &out);
    if (str_eq(command, STR("UID MOVE"))) say_move(&w, im, &out);
    if (str_eq(command, STR("APPEND"))) say_append(&w, im, &out);
    if (str_eq(command, STR("UID FETCH"))) say_bytes(&w, im, strstr(t->file, "header"), &out);
    if (str_eq(command, STR("CAPABILITY"))) say_capabilities(im, t->want, &out);
    if (str_eq(command, STR("SELECT"))) {
        const struct imap_selected *s = &im->c->sel;
        buf_printf(&out, "%u of %u next %u modseq %llu%s", s->exists, s->uidvalidity, s->uidnext,
                   (unsigned long long) s->modseq, s->read_only ? " read-only" : "");
    }
    if (!str_eq(buf_view(&out), str_c(t->want)))
        fail_msg("%s: \"%.*s\" is not \"%s\"", t->file, STR_ARG(buf_view(&out)), t->want);
    imap_release(im);
    world_stop(&w);
}

static const struct value_case values[] = {
    {"common/list-literal-subfolders.txt", "LIST", "INBOX=inbox|Literal Folder Name"},
    {"common/list-nil-folder-delim.txt", "LIST", "INBOX=inbox|Folder1|Folder2"},
    {"common/list-namespace.txt", "LIST", ""},
    {"domino/list-inbox.txt", "LIST", "Inbox=inbox"},
    {"lowercase/list.txt", "LIST", "INBOX=inbox|Trash=trash"},
    {"dovecot/list-special-use.txt", "LIST",
     "Drafts=drafts+|Junk=junk+|Sent Messages=sent+|Trash=trash+"},
    {"dovecot/list-unittests-messages.txt", "LIST", "UnitTests.Messages"},
    {"dovecot/search-raw.txt", "UID SEARCH", "1:14"},
    {"dovecot/search-all.txt", "UID SEARCH", "1:14"},
    {"dovecot/search-uids.txt", "UID SEARCH", "1:14"},
    {"dovecot/optimized-search.txt", "UID SEARCH", "1:7"},
    {"dovecot/search-changed-since.txt", "UID SEARCH", "1:7"},
    {"dovecot/search-uids-options.txt", "UID SEARCH", "2:6,9:13"},
    {"common/getquota.txt", "GETQUOTAROOT", " KiB 3783/15728640"},
    {"common/getquota-no-root.txt", "GETQUOTAROOT", "storage=0 KiB 28257/256000"},
    {"dovecot/move.txt", "UID MOVE", "8 9 10 11 12 13 14 of 1436832101"},
    {"dovecot/copy.txt", "UID MOVE", "1 2 3 4 5 6 7 of 1436832101"},
    {"exchange/issue115.txt", "UID MOVE", "0 0 0 0 0 0 0 of 0"},
    {"dovecot/append.1.txt", "APPEND", "1 of 1436832084"},
    {"dovecot/append.8.txt", "APPEND", "8 of 1436832084"},
    {"dovecot/getbodypart.txt", "UID FETCH", "253 bytes whole"},
    {"dovecot/getmessageheaders.txt", "UID FETCH", "226 bytes whole"},
    {"common/select-inbox.txt", "SELECT", "8 of 1436832084 next 9 modseq 2"},
    {"common/select-inbox-no-modseq.txt", "SELECT", "8 of 1436832084 next 9 modseq 0"},
    {"common/select-inbox-annotate.txt", "SELECT", "8 of 1436832084 next 9 modseq 2"},
    {"dovecot/examine-folder.txt", "SELECT", "0 of 1543354378 next 1 modseq 1 read-only"},
    {"dovecot/select-unittests-destination.txt", "SELECT", "14 of 1436832128 next 15 modseq 3"},
    {"dovecot/select-unittests-messages-qresync.txt", "SELECT", "7 of 1436832084 next 9 modseq 6"},
    {"lowercase/capability.txt", "CAPABILITY", "IMAP4REV1 SPECIAL-USE"},
    {"courier/capability.txt", "CAPABILITY", "UIDPLUS THREAD=REFERENCES SORT QUOTA IDLE ACL"},
    {"cyrus/capability.txt", "CAPABILITY", "IMAP4REV1 LITERAL+ RIGHTS=KXTE BINARY SORT=MODSEQ"},
    {"exchange/capability-postauth.txt", "CAPABILITY", "MOVE UIDPLUS IDLE LITERAL+"},
    {"metadata/capability.txt", "CAPABILITY", "QUOTA NAMESPACE XYZZY METADATA"},
};

static void test_values(void **state)
{
    (void) state;
    char top[300];
    if (!corpus_dir(top, sizeof top)) {
        print_message("# SKIP: no corpus at %s (set WAXSEAL_CORPUS)\n", top);
        skip();
    }
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        try_value(top, &values[i]);
}

/* --- folders ------------------------------------------------------------------------------------
 */

static void test_hostile_folder_names(void **state)
{
    (void) state;
    struct world w = {0};
    fake_rule(
        &w.f, "NAMESPACE",
        STR("* NAMESPACE ((\"\" \"/\")) ((\"user/\" \"/\")) ((\"shared/\" \"/\"))\r\n%T OK n\r\n"),
        FAKE_GO_ON, 0);
    fake_rule(&w.f, "LIST",
              STR("* LIST (\\HasNoChildren) \"/\" inbox\r\n"
                  "* LIST (\\Sent) \"/\" \"Gesendet\"\r\n"
                  "* LIST () \"/\" Sent\r\n"
                  "* LIST () \"/\" \"Deleted Items\"\r\n"
                  "* LIST (\\Noselect) \"/\" user\r\n"
                  "* LIST () \"/\" user/bob/Trash\r\n"
                  "* LIST () \"/\" \"shared/\\\"quoted\\\\\"\r\n"
                  "* LIST () \"/\" {14}\r\nline\r\nand more\r\n"
                  "* LIST () \"/\" \"\"\r\n"
                  "* LIST () \"/\" \"<script>alert(1)</script>\"\r\n"
                  "* LIST () \"/\" \"a\x01\x1b[31m\"\r\n"
                  "* LIST () \"/\" \"&ZeVnLIqe-\"\r\n"
                  "* LIST () \"/\" \"\xff\xfe\"\r\n"
                  "* LIST () NIL flat\r\n"
                  "* LIST (\\Drafts\r\n"
                  "* LIST\r\n"
                  "%T OK listed\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "LSUB", STR("* LSUB () \"/\" Gesendet\r\n%T OK l\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "STATUS \"user/bob/Trash\"", STR("%T NO not yours\r\n"), FAKE_GO_ON, 0);
    fake_rule(&w.f, "STATUS \"Gesendet\"",
              STR("* STATUS Gesendet (MESSAGES 7 UNSEEN 2 UIDVALIDITY 5 UIDNEXT 9)\r\n%T OK s\r\n"),
              FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct imap_folder *f = NULL;
    size_t n = 0;
    assert_int_equal(imap_folders(im, w.a, &f, &n, &w.e), RC_OK);
    bool sent = false, trash = false, quoted = false;
    assert_int_equal(f[0].role, FOLDER_INBOX);
    for (size_t i = 0; i < n; i++) {
        if (!str_is_utf8(f[i].display) || !str_is_clean(f[i].display))
            fail_msg("folder %zu is not for showing", i);
        if (str_chr(f[i].name, '\n') >= 0 || f[i].name.n == 0) fail_msg("a name no command takes");
        if (str_eq(f[i].name, STR("Gesendet"))) {
            sent =
                f[i].role == FOLDER_SENT && f[i].subscribed && f[i].total == 7 && f[i].unseen == 2;
        } else {
            assert_int_not_equal(f[i].role, FOLDER_SENT);
        }
        if (str_eq(f[i].name, STR("Deleted Items"))) trash = f[i].role == FOLDER_TRASH;
        if (str_eq(f[i].name, STR("user/bob/Trash")))
            assert_true(f[i].shared && f[i].role == FOLDER_NONE && f[i].total == 0);
        if (str_eq(f[i].name, STR("shared/\"quoted\\"))) quoted = f[i].shared;
    }
    assert_true(sent && trash && quoted);
    assert_int_equal(n, 12);
    imap_release(im);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcripts),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_hostile_folder_names),
    };
    return cmocka_run_group_tests_name("imap_replay", tests, NULL, NULL);
}
