/* Transcripts of many servers (corpus/imap): every reader gets every response, nothing breaks. And
 * what folder names may hold. */
#include <dirent.h>

#include "tests/unit/mail/imap_fake.h"

#include "mail/imap_conn.h"

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

/* The transcripts have LF line ends and the tag A########. Their literals were counted with the
 * line ends they have. */
static void as_reply(str_t text, struct buf *out)
{
    bool tagged = false;
    while (text.n > 0) {
        str_t line;
        str_cut(text, '\n', &line, &text);
        if (str_ends(line, STR("\r"))) line = str_sub(line, 0, line.n - 1);
        if (str_starts(line, STR("A########"))) {
            tagged = true;
            buf_cstr(out, "%T");
            line = str_sub(line, 9, line.n);
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
    assert_true(files > 100);
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
        cmocka_unit_test(test_hostile_folder_names),
    };
    return cmocka_run_group_tests_name("imap_replay", tests, NULL, NULL);
}
