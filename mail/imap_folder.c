/* Folders: the list with counts and roles, and new ones. */
#include <stdio.h>
#include <stdlib.h>

#include "mail/imap_acl.h"
#include "mail/imap_lease.h"

#define FOLDERS_MAX 5000
#define NAMESPACES_MAX 32

const char *folder_role_word(enum folder_role r)
{
    static const char *const words[] = {"none",  "inbox", "sent",    "drafts",
                                        "trash", "junk",  "archive", "all"};
    return words[r];
}

/* --- roles ---------------------------------------------------------------------------------- */

static const struct {
    str_t mark;
    enum folder_role role;
} special_uses[] = {
    /* RFC 6154 */
    {STR_INIT("\\Sent"), FOLDER_SENT},       {STR_INIT("\\Drafts"), FOLDER_DRAFTS},
    {STR_INIT("\\Trash"), FOLDER_TRASH},     {STR_INIT("\\Junk"), FOLDER_JUNK},
    {STR_INIT("\\Archive"), FOLDER_ARCHIVE}, {STR_INIT("\\All"), FOLDER_ALL},
};

static const struct {
    str_t name;
    enum folder_role role;
} common_names[] = {
    {STR_INIT("Sent"), FOLDER_SENT},
    {STR_INIT("Sent Items"), FOLDER_SENT},
    {STR_INIT("Sent Messages"), FOLDER_SENT},
    {STR_INIT("Drafts"), FOLDER_DRAFTS},
    {STR_INIT("Trash"), FOLDER_TRASH},
    {STR_INIT("Deleted Items"), FOLDER_TRASH},
    {STR_INIT("Deleted Messages"), FOLDER_TRASH},
    {STR_INIT("Junk"), FOLDER_JUNK},
    {STR_INIT("Spam"), FOLDER_JUNK},
    {STR_INIT("Junk E-mail"), FOLDER_JUNK},
    {STR_INIT("Archive"), FOLDER_ARCHIVE},
};

static enum folder_role role_of_mark(str_t mark)
{
    for (size_t i = 0; i < sizeof special_uses / sizeof *special_uses; i++)
        if (str_ieq(mark, special_uses[i].mark)) return special_uses[i].role;
    return FOLDER_NONE;
}

static bool role_taken(const struct imap_folder *f, size_t n, enum folder_role role)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].role == role) return true;
    return false;
}

/* The user's folder of a usual name, where the server marks none. */
static void guess_roles(struct imap_folder *f, size_t n)
{
    for (size_t k = 0; k < sizeof common_names / sizeof *common_names; k++) {
        if (role_taken(f, n, common_names[k].role)) continue;
        for (size_t i = 0; i < n; i++) {
            str_t last = f[i].display;
            ptrdiff_t at = f[i].delimiter ? str_rchr(last, f[i].delimiter) : -1;
            if (at >= 0) last = str_sub(last, (size_t) at + 1, last.n);
            bool usual = str_ieq(last, common_names[k].name) && f[i].role == FOLDER_NONE;
            if (!usual || !f[i].selectable || f[i].shared) continue;
            f[i].role = common_names[k].role;
            break;
        }
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

struct folder_reader {
    struct arena *a;
    struct imap_folder *list;
    size_t count, cap;
    struct imap_namespace shared[NAMESPACES_MAX];
    size_t shared_count;
    bool subscribed_only; /* these LIST responses come from LSUB */
    bool names_only;      /* no counts, subscriptions and rights are asked for */
};

static struct imap_folder *find_folder(struct folder_reader *fr, str_t name)
{
    /* Folders come in the order STATUS does, so the last one is the usual answer. */
    for (size_t i = fr->count; i > 0; i--)
        if (str_eq(fr->list[i - 1].name, name)) return &fr->list[i - 1];
    return NULL;
}

static struct imap_folder *add_folder(struct folder_reader *fr, struct err *e)
{
    if (fr->count == FOLDERS_MAX) {
        err_set(e, RC_TOO_LARGE, "There are too many folders.");
        return NULL;
    }
    if (fr->count == fr->cap) {
        size_t cap = fr->cap ? fr->cap * 2 : 64;
        struct imap_folder *bigger = ARENA_ARRAY(fr->a, cap, struct imap_folder);
        if (!bigger) {
            err_set(e, RC_NO_MEMORY, NULL);
            return NULL;
        }
        if (fr->count > 0) memcpy(bigger, fr->list, fr->count * sizeof *bigger);
        fr->list = bigger;
        fr->cap = cap;
    }
    return &fr->list[fr->count++];
}

static void read_marks(struct wire *w, struct imap_folder *f)
{
    f->selectable = true;
    if (!wire_take(w, '(')) {
        w->bad = true;
        return;
    }
    while (!w->bad && !wire_take(w, ')')) {
        str_t mark = wire_atom(w);
        if (str_ieq(mark, STR("\\Noselect")) || str_ieq(mark, STR("\\NonExistent")))
            f->selectable = false;
        if (str_ieq(mark, STR("\\Subscribed"))) f->subscribed = true;
        if (f->role == FOLDER_NONE) f->role = role_of_mark(mark);
    }
}

/* (\HasNoChildren \Sent) "/" "Sent" */
static rc_t read_list(struct folder_reader *fr, struct wire *w, struct err *e)
{
    struct imap_folder f = {.role = FOLDER_NONE};
    read_marks(w, &f);
    str_t delimiter = wire_nstring(w, fr->a);
    str_t name = wire_nstring(w, fr->a);
    /* A name no command could take back is no folder for us. */
    if (w->bad || name.n == 0 || imap_check_text(name, IMAP_MAILBOX_MAX, "", NULL) != RC_OK)
        return RC_OK;
    if (fr->subscribed_only) {
        struct imap_folder *old = find_folder(fr, name);
        if (old) old->subscribed = true;
        return RC_OK;
    }
    if (find_folder(fr, name)) return RC_OK;
    f.delimiter = delimiter.n == 1 && delimiter.p[0] >= ' ' ? delimiter.p[0] : '\0';
    f.name = arena_str(fr->a, name);
    f.display = imap_utf7_decode(name, fr->a);
    if (str_is_null(f.name) || str_is_null(f.display)) return err_set(e, RC_NO_MEMORY, NULL);
    if (str_ieq(name, STR("INBOX"))) f.role = FOLDER_INBOX;
    struct imap_folder *slot = add_folder(fr, e);
    if (!slot) return RC_TOO_LARGE;
    *slot = f;
    return RC_OK;
}

static void read_counts(struct folder_reader *fr, struct wire *w)
{
    str_t name = wire_nstring(w, fr->a);
    struct imap_folder *f = w->bad ? NULL : find_folder(fr, name);
    if (!f || !wire_take(w, '(')) return;
    while (!w->bad && !wire_take(w, ')')) {
        str_t item = wire_atom(w);
        uint64_t v = wire_number(w);
        uint32_t small = v > UINT32_MAX ? UINT32_MAX : (uint32_t) v;
        if (str_ieq(item, STR("MESSAGES"))) f->total = small;
        if (str_ieq(item, STR("UNSEEN"))) f->unseen = small;
        if (str_ieq(item, STR("UIDVALIDITY"))) f->uidvalidity = small;
        if (str_ieq(item, STR("UIDNEXT"))) f->uidnext = small;
        if (str_ieq(item, STR("HIGHESTMODSEQ"))) f->modseq = v;
    }
}

/* ((personal)) ((other users)) ((shared)), RFC 2342: prefixes of the last two. */
static void read_namespaces(struct folder_reader *fr, struct wire *w)
{
    wire_skip(w);
    for (int kind = 0; kind < 2; kind++) {
        if (!wire_take(w, '(')) {
            wire_skip(w); /* NIL */
            continue;
        }
        while (!w->bad && !wire_take(w, ')')) {
            if (!wire_take(w, '(')) {
                w->bad = true;
                return;
            }
            str_t prefix = arena_str(fr->a, wire_nstring(w, fr->a));
            str_t delimiter = w->bad || wire_next_is(w, ')') ? STR_NULL : wire_nstring(w, fr->a);
            if (prefix.n > 0 && fr->shared_count < NAMESPACES_MAX)
                fr->shared[fr->shared_count++] =
                    (struct imap_namespace){.prefix = prefix,
                                            .delimiter = delimiter.n == 1 ? delimiter.p[0] : '\0',
                                            .of_others = kind == 0};
            while (!w->bad && !wire_take(w, ')'))
                wire_skip(w);
        }
    }
}

static rc_t on_folder(void *ctx, struct imap_response *r, struct err *e)
{
    struct folder_reader *fr = ctx;
    if (r->has_number || r->cut) return RC_OK;
    if (str_ieq(r->word, STR("NAMESPACE"))) read_namespaces(fr, &r->rest);
    if (str_ieq(r->word, STR("STATUS"))) read_counts(fr, &r->rest);
    if (str_ieq(r->word, STR("LIST")) || str_ieq(r->word, STR("LSUB")))
        return read_list(fr, &r->rest, e);
    return RC_OK;
}

/* --- asking --------------------------------------------------------------------------------------
 */

static void mark_shared(struct folder_reader *fr)
{
    for (size_t i = 0; i < fr->count; i++)
        for (size_t k = 0; k < fr->shared_count; k++)
            if (str_starts(fr->list[i].name, fr->shared[k].prefix)) {
                fr->list[i].shared = true;
                fr->list[i].owner = imap_acl_owner(fr->list[i].name, &fr->shared[k], fr->a);
            }
}

static void write_ask(struct imap_conn *c, struct imap_command *cmd, const char *text)
{
    imap_cmd_begin(c, cmd);
    imap_cmd_text(c, str_c(text));
    imap_cmd_end(c);
}

static rc_t ask(struct imap_conn *c, struct folder_reader *fr, const char *text, struct err *e)
{
    struct imap_command cmd;
    write_ask(c, &cmd, text);
    return imap_conn_run(c, &cmd, on_folder, fr, e);
}

/* The list, and NAMESPACE where there are any, in one round trip. Of the mailbox that is selected a
 * server tells what this connection has seen of it: NOOP brings the rest, and has to be waited for,
 * as Dovecot does it after the command that follows. */
static rc_t ask_list(struct imap_conn *c, struct folder_reader *fr, const char *text, struct err *e)
{
    struct imap_command namespaces, list, *both[2];
    size_t n = 0;
    if (c->sel.name && !fr->names_only) TRY(imap_conn_noop(c, e));
    if (imap_conn_has(c, "NAMESPACE")) write_ask(c, both[n++] = &namespaces, "NAMESPACE");
    write_ask(c, both[n++] = &list, text);
    TRY(imap_conn_collect(c, both, n, on_folder, fr, NULL, e));
    return imap_cmd_error(&list, e);
}

#define STATUS_ITEMS "MESSAGES UNSEEN UIDVALIDITY UIDNEXT"

/* RFC 7162 section 3.1.7 */
static const char *more_items(const struct imap_conn *c)
{
    return imap_conn_has(c, "CONDSTORE") ? " HIGHESTMODSEQ" : "";
}

/* One STATUS a folder, pipelined in batches; a folder that refuses has no counts. */
static rc_t ask_counts(struct imap_conn *c, struct folder_reader *fr, struct err *e)
{
    enum { BATCH = 32 };
    for (size_t i = 0; i < fr->count;) {
        struct imap_command cmds[BATCH], *refs[BATCH];
        size_t n = 0;
        for (; i < fr->count && n < BATCH; i++) {
            if (!fr->list[i].selectable) continue;
            if (n > 0 && imap_cmd_is_literal(fr->list[i].name)) break; /* may have to wait */
            imap_cmd_begin(c, &cmds[n]);
            imap_cmd_text(c, STR("STATUS "));
            TRY(imap_cmd_string(c, fr->list[i].name, e));
            imap_cmd_printf(c, " (" STATUS_ITEMS "%s)", more_items(c));
            imap_cmd_end(c);
            refs[n] = &cmds[n];
            n++;
        }
        if (n > 0) TRY(imap_conn_collect(c, refs, n, on_folder, fr, NULL, e));
    }
    return RC_OK;
}

static rc_t folders_once(struct imap *im, struct folder_reader *fr, struct err *e)
{
    struct imap_conn *c = im->c;
    if (!c || c->broken) return err_set(e, RC_IMAP_DOWN, NULL);
    bool extended = imap_conn_has(c, "LIST-EXTENDED");
    bool counts = extended && imap_conn_has(c, "LIST-STATUS");
    bool uses = extended && imap_conn_has(c, "SPECIAL-USE");
    if (fr->names_only)
        return ask_list(c, fr, uses ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\"",
                        e);
    if (counts) {
        char text[160];
        snprintf(text, sizeof text,
                 "LIST \"\" \"*\" RETURN (SUBSCRIBED%s STATUS (" STATUS_ITEMS "%s))",
                 uses ? " SPECIAL-USE" : "", more_items(c));
        return ask_list(c, fr, text, e);
    }
    TRY(ask_list(c, fr, "LIST \"\" \"*\"", e));
    fr->subscribed_only = true;
    TRY(ask(c, fr, "LSUB \"\" \"*\"", e));
    fr->subscribed_only = false;
    return ask_counts(c, fr, e);
}

static int by_name(const void *x, const void *y)
{
    const struct imap_folder *a = x, *b = y;
    if ((a->role == FOLDER_INBOX) != (b->role == FOLDER_INBOX))
        return a->role == FOLDER_INBOX ? -1 : 1;
    if (a->shared != b->shared) return a->shared ? 1 : -1;
    return str_cmp(a->display, b->display);
}

static rc_t folders(struct imap *im, bool names_only, struct arena *a, struct imap_folder **out,
                    size_t *n, struct err *e)
{
    struct folder_reader fr;
    rc_t rc;
    do {
        fr = (struct folder_reader){.a = a, .names_only = names_only};
        rc = folders_once(im, &fr, e);
        mark_shared(&fr);
        if (rc == RC_OK && !names_only) rc = imap_acl_ask(im->c, fr.list, fr.count, a, e);
    } while (imap_should_retry(im, rc));
    if (rc != RC_OK) return rc;
    guess_roles(fr.list, fr.count);
    if (fr.count > 0) qsort(fr.list, fr.count, sizeof *fr.list, by_name);
    *out = fr.list;
    *n = fr.count;
    return RC_OK;
}

rc_t imap_folders(struct imap *im, struct arena *a, struct imap_folder **out, size_t *n,
                  struct err *e)
{
    return folders(im, false, a, out, n, e);
}

rc_t imap_folder_names(struct imap *im, struct arena *a, struct imap_folder **out, size_t *n,
                       struct err *e)
{
    return folders(im, true, a, out, n, e);
}

/* --- creating
 * ------------------------------------------------------------------------------------- */

static rc_t bad_name(struct err *e)
{
    err_set(e, RC_INVALID, "This name cannot be used for a folder.");
    err_field(e, "path");
    return RC_INVALID;
}

/* The folder this path is inside of, by what is shown of it. */
static const struct imap_folder *parent_of(const struct imap_folder *list, size_t n, str_t display)
{
    const struct imap_folder *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct imap_folder *f = &list[i];
        bool above = f->delimiter && display.n > f->display.n + 1 &&
                     str_starts(display, f->display) && display.p[f->display.n] == f->delimiter;
        if (above && (!best || f->display.n > best->display.n)) best = f;
    }
    return best;
}

rc_t imap_folder_name(const struct imap_folder *list, size_t n, str_t display, struct arena *a,
                      str_t *name, struct err *e)
{
    const struct imap_folder *above = parent_of(list, n, display);
    str_t own = above ? str_sub(display, above->display.n + 1, display.n) : display;
    bool ok = own.n > 0 && display.n <= IMAP_MAILBOX_MAX && str_is_clean(own) && str_is_utf8(own);
    ok = ok && str_chr(own, '*') < 0 && str_chr(own, '%') < 0 && own.n <= 255;
    if (!ok) return bad_name(e);
    str_t made = imap_utf7_encode(own, a);
    if (str_is_null(made)) return err_set(e, RC_NO_MEMORY, NULL);
    if (!str_eq(imap_utf7_decode(made, a), own)) return bad_name(e); /* nobody would see it so */
    if (above)
        made = arena_printf(a, "%.*s%c%.*s", STR_ARG(above->name), above->delimiter, STR_ARG(made));
    if (str_is_null(made)) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(imap_check_text(made, IMAP_MAILBOX_MAX, "path", e));
    *name = made;
    return RC_OK;
}

/* A folder whose name is not shown as its text can only be told by looking for it. */
static rc_t name_to_create(struct imap *im, str_t display, struct arena *a, str_t *name,
                           struct err *e)
{
    struct imap_folder *list;
    size_t n;
    rc_t rc = imap_folder_name(NULL, 0, display, a, name, e);
    bool plain = str_chr(display, '&') < 0 && str_find(display, STR("\xef\xbf\xbd")) < 0;
    if (plain) return rc;
    TRY(imap_folders(im, a, &list, &n, e));
    return imap_folder_name(list, n, display, a, name, e);
}

/* Response codes (RFC 5530) of a refusal that a name is the reason of; many servers give none. */
static bool is_about_name(str_t code)
{
    static const char *const names[] = {"ALREADYEXISTS", "NONEXISTENT", "TRYCREATE", "CANNOT"};
    str_t word, rest;
    str_cut(code, ' ', &word, &rest);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_ieq(word, str_c(names[i]))) return true;
    return word.n == 0;
}

rc_t imap_folder_refused(struct imap *im, str_t display, rc_t rc, str_t code, struct arena *a,
                         struct err *e)
{
    bool name = rc == RC_IMAP_ERROR || rc == RC_INVALID || rc == RC_NOT_FOUND || rc == RC_CONFLICT;
    if (!name || !is_about_name(code) || !im->c || im->c->broken || (e && e->field[0])) return rc;
    struct err said = {0}, ignored = {0};
    if (e) said = *e;
    struct imap_folder *list;
    size_t n;
    if (imap_folders(im, a, &list, &n, &ignored) != RC_OK) return rc;
    const struct imap_folder *above = parent_of(list, n, display);
    char delimiter = '\0';
    for (size_t i = 0; i < n && !delimiter; i++)
        delimiter = list[i].delimiter;
    ptrdiff_t cut = delimiter ? str_rchr(display, delimiter) : -1;
    str_t parent = cut > 0 ? str_sub(display, 0, (size_t) cut) : STR_NULL;
    bool missing = !str_is_null(parent) && !(above && str_eq(above->display, parent));
    if (missing && (rc == RC_IMAP_ERROR || rc == RC_NOT_FOUND))
        rc = err_set(e, RC_CONFLICT, "There is no folder \"%.*s\" to put it into.",
                     (int) (parent.n < 150 ? parent.n : 150), parent.p);
    else if (rc == RC_CONFLICT)
        err_set(e, rc, "There is a folder of that name already.");
    else if (rc != RC_NOT_FOUND)
        rc = err_set(e, RC_INVALID, "The mail server does not take this name for a folder.");
    if (rc != RC_NOT_FOUND) err_field(e, "path");
    err_detail(e, "%s", said.detail);
    return rc;
}

rc_t imap_folder_create(struct imap *im, str_t display, struct arena *a, str_t *name, struct err *e)
{
    str_t made;
    TRY(name_to_create(im, display, a, &made, e));
    /* A change cannot be repeated: whether the connection lives is tried before. */
    rc_t rc;
    do {
        rc = im->c && !im->c->broken ? imap_conn_noop(im->c, e) : err_set(e, RC_IMAP_DOWN, NULL);
    } while (imap_should_retry(im, rc));
    if (rc != RC_OK) return rc;
    static const char *const verbs[] = {"CREATE ", "SUBSCRIBE "};
    for (size_t i = 0; i < 2; i++) {
        struct imap_command cmd;
        imap_cmd_begin(im->c, &cmd);
        imap_cmd_text(im->c, str_c(verbs[i]));
        TRY(imap_cmd_string(im->c, made, e));
        imap_cmd_end(im->c);
        rc = imap_conn_run(im->c, &cmd, NULL, NULL, e);
        /* A folder that is there but not subscribed is no failure. */
        if (rc != RC_OK && (i == 0 || im->c->broken))
            return imap_folder_refused(im, display, rc, str_c(cmd.code), a, e);
    }
    *name = made;
    return RC_OK;
}
