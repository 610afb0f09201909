/* Orders and conversations: asked for once, brought up to date, true of what is there, whatever a
 * server answers. */
#include "tests/unit/mail/imap_fake.h"

#include "mail/imap_index.h"

#define ROW(seq, uid, flags, subject)                                                              \
    "* " #seq " FETCH (UID " #uid " FLAGS (" flags                                                 \
    ") INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "                                               \
    "RFC822.SIZE 26 ENVELOPE (NIL \"" subject "\" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE " \
    "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 12 1))\r\n"
#define FLAGS(seq, uid, flags) "* " #seq " FETCH (UID " #uid " FLAGS (" flags "))\r\n"
#define DONE_TEXT "T OK done\r\n"
#define DONE "%" DONE_TEXT
#define CAPABLE(list) "* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS CONDSTORE " list "\r\n" DONE

static const str_t all_rows =
    STR_INIT(ROW(1, 3, "\\Seen", "one") ROW(2, 5, "", "two") ROW(3, 8, "\\Seen", "three") DONE);

static const struct imap_order threads = {.threads = true};

static unsigned count(struct fake *f, const char *text)
{
    unsigned n = 0;
    pthread_mutex_lock(&f->lock);
    str_t rest = buf_view(&f->seen);
    for (ptrdiff_t at; (at = str_find(rest, str_c(text))) >= 0; n++)
        rest = str_sub(rest, (size_t) at + 1, rest.n);
    pthread_mutex_unlock(&f->lock);
    return n;
}

static rc_t list(struct world *w, const struct imap_order *o, struct imap_rows *rows)
{
    struct imap *im = world_open(w, FAKE_DEADLINE);
    *rows = (struct imap_rows){0};
    rc_t rc = imap_list_ordered(im, o, 0, 50, w->a, rows, &w->e);
    imap_release(im);
    return rc;
}

/* "8:3,8 5:5": rows and the messages of their conversations. */
static void assert_threads(const struct imap_rows *rows, const char *want)
{
    CLEANUP_BUF struct buf got = BUF_INIT(4096);
    for (size_t i = 0; i < rows->count; i++) {
        size_t from = 0;
        buf_printf(&got, "%s%u:", i > 0 ? " " : "", rows->rows[i].uid);
        imap_uids_write(&got, rows->threads[i].uids, rows->threads[i].count, &from, 1000);
    }
    assert_str(buf_view(&got), str_c(want));
}

/* --- the server's THREAD ------------------------------------------------------------------- */

static void test_threads_of_the_server(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("ESEARCH THREAD=REFERENCES THREAD=REFS")), FAKE_GO_ON,
              0);
    fake_rule(&w.f, "UID THREAD REFS UTF-8 ALL", STR("* THREAD (3 (8))(5)\r\n" DONE), FAKE_GO_ON,
              0);
    fake_rule(&w.f, "UID SEARCH RETURN (ALL) ALL",
              STR("* ESEARCH (TAG \"%T\") UID ALL 3,5,8\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH 8,5 (UID FLAGS INTERNALDATE",
              STR(ROW(3, 8, "\\Seen", "three") ROW(2, 5, "", "two") DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH 3 (UID FLAGS)", STR(FLAGS(1, 3, "\\Flagged") DONE), FAKE_GO_ON, 0);
    world_start(&w);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(list(&w, &threads, &rows), RC_OK);
        assert_threads(&rows, "8:3,8 5:5");
        assert_int_equal(rows.total, 2);
        assert_int_equal(rows.mailbox.total, 3);
        assert_int_equal(rows.threads[0].unread, 1);
        assert_true(rows.threads[0].flagged);
        assert_int_equal(rows.threads[1].unread, 1);
        assert_false(rows.threads[1].flagged);
    }
    assert_int_equal(count(&w.f, "THREAD"), 1);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    uint32_t *uids = NULL;
    size_t n = 0;
    assert_int_equal(imap_conversation(im, 3, w.a, &uids, &n, &w.e), RC_OK);
    assert_true(n == 2 && uids[0] == 3 && uids[1] == 8);
    assert_int_equal(imap_conversation(im, 4, w.a, &uids, &n, &w.e), RC_NOT_FOUND);
    imap_release(im);
    assert_int_equal(count(&w.f, "THREAD"), 1);
    world_stop(&w);
}

/* What a list of messages never asks. */
static void test_nothing_is_threaded_for_the_newest(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("ESEARCH SORT THREAD=REFS")), FAKE_GO_ON, 0);
    fake_rule(&w.f, "FETCH", all_rows, FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(list(&w, &(struct imap_order){0}, &rows), RC_OK);
    assert_int_equal(rows.count, 3);
    assert_int_equal(rows.rows[0].uid, 8);
    assert_int_equal(rows.total, 3);
    assert_null(rows.threads);
    assert_int_equal(list(&w, &(struct imap_order){.ascending = true}, &rows), RC_OK);
    assert_int_equal(rows.rows[0].uid, 3);
    assert_false(fake_saw(&w.f, "THREAD") || fake_saw(&w.f, "SORT") || fake_saw(&w.f, "SEARCH"));
    world_stop(&w);
}

/* Whatever stands in the answer: every message is in the list, once, and nothing else. */
static void test_answers_that_do_not_fit(void **state)
{
    (void) state;
    static const struct {
        str_t answer;
        const char *want; /* NULL: an error */
    } cases[] = {
        {STR_INIT("* THREAD\r\n" DONE), "8:8 5:5 3:3"},
        {STR_INIT(DONE), "8:8 5:5 3:3"},
        {STR_INIT("* THREAD (3)(99)\r\n" DONE), "8:8 5:5 3:3"},
        {STR_INIT("* THREAD (3 8)(8 5)(3)\r\n" DONE), "8:3,8 5:5"},
        {STR_INIT("* THREAD ((3)(8))(((5)))\r\n" DONE), "8:3,8 5:5"},
        {STR_INIT("* THREAD (8 3)\r\n* THREAD (5)\r\n" DONE), "8:3,8 5:5"},
        {STR_INIT("* THREAD (3\r\n" DONE), NULL},
        {STR_INIT("* THREAD 3 8\r\n" DONE), NULL},
        {STR_INIT("* THREAD (3 8))(5)\r\n" DONE), NULL},
        {STR_INIT("* THREAD (0)(-1)\r\n" DONE), NULL},
        {STR_INIT("* THREAD (99999999999)\r\n" DONE), NULL},
        {STR_INIT("%T NO not today\r\n"), NULL},
        {STR_INIT("%T BAD what\r\n"), NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w = {0};
        struct imap_rows rows;
        fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("THREAD=REFERENCES")), FAKE_GO_ON, 0);
        fake_rule(&w.f, "UID THREAD REFERENCES", cases[i].answer, FAKE_GO_ON, 0);
        fake_rule(&w.f, "UID SEARCH ALL", STR("* SEARCH 3 5 8\r\n" DONE), FAKE_GO_ON, 0);
        fake_rule(&w.f, "UID FETCH", all_rows, FAKE_GO_ON, 0);
        world_start(&w);
        rc_t rc = list(&w, &threads, &rows);
        if (cases[i].want) {
            if (rc != RC_OK) fail_msg("case %zu: %s (%s)", i, err_word(rc), w.e.detail);
            assert_threads(&rows, cases[i].want);
        } else {
            assert_int_not_equal(rc, RC_OK);
        }
        world_stop(&w);
    }
}

static void test_depth_and_length(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    struct buf deep = BUF_INIT(4u << 20);
    buf_cstr(&deep, "* THREAD ");
    for (int i = 0; i < 500000; i++)
        buf_char(&deep, '(');
    buf_cstr(&deep, "3 8");
    for (int i = 0; i < 500000; i++)
        buf_char(&deep, ')');
    buf_cstr(&deep, "(5)\r\n" DONE);
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("THREAD=REFS")), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID THREAD REFS", buf_view(&deep), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID SEARCH ALL", STR("* SEARCH 3 5 8\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH", all_rows, FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(list(&w, &threads, &rows), RC_OK);
    assert_threads(&rows, "8:3,8 5:5");
    world_stop(&w);
    buf_free(&deep);
}

/* --- by headers ---------------------------------------------------------------------------------
 */

static void put_head(struct buf *b, unsigned uid, const char *header)
{
    buf_printf(b,
               "* %u FETCH (UID %u BODY[HEADER.FIELDS (MESSAGE-ID REFERENCES IN-REPLY-TO SUBJECT)] "
               "{%zu}\r\n%s\r\n)\r\n",
               uid, uid, strlen(header) + 2, header);
}

static const char *const headers[] = {
    "Message-ID: <a@x>\r\nSubject: Roof\r\n",
    "message-id:\r\n <b@x>\r\nReferences: <a@x>\r\n <gone@x>\r\nSubject: Re: Roof\r\n",
    "Message-ID: <c@x>\r\nIn-Reply-To: Ann's mail <b@\r\n x>\r\nSubject: other words\r\n",
    "Message-ID: <d@x>\r\nSubject: Invoice\r\n",
    "Message-ID: <e@x>\r\nSubject: Invoice\r\n",
    "Message-ID: <f@x>\r\nSubject: =?utf-8?Q?Re:_[list]_AW[2]:_invoice?=\r\n",
    "Subject: Re: never seen\r\nReferences: no id here\r\n",
    "Message-ID: <h@x>\r\nReferences: <gone@x>\r\n",
    "",
};
#define HEADERS (sizeof headers / sizeof *headers)

/* A mailbox of nine without THREAD, whose UIDs are its positions. */
static void nine(struct world *w, struct buf *heads, struct buf *rows)
{
    *heads = BUF_INIT(1u << 20);
    *rows = BUF_INIT(1u << 20);
    for (unsigned i = 0; i < HEADERS; i++) {
        put_head(heads, i + 1, headers[i]);
        buf_printf(rows,
                   "* %u FETCH (UID %u FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                   "RFC822.SIZE 26)\r\n",
                   i + 1, i + 1);
    }
    buf_cstr(heads, DONE);
    buf_cstr(rows, DONE);
    fake_rule(&w->f, "CAPABILITY", STR(CAPABLE("")), FAKE_GO_ON, 0);
    fake_rule(&w->f, "SELECT",
              STR("* 9 EXISTS\r\n* OK [UIDVALIDITY 77] v\r\n* OK [UIDNEXT 10] n\r\n%T OK "
                  "[READ-WRITE] selected\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w->f, "STATUS",
              STR("* STATUS INBOX (MESSAGES 9 UIDNEXT 10 UIDVALIDITY 77 UNSEEN 0 HIGHESTMODSEQ "
                  "5)\r\n" DONE),
              FAKE_GO_ON, 0);
    fake_rule(&w->f, "FETCH 1:9 (UID BODY.PEEK[HEADER.FIELDS", buf_view(heads), FAKE_GO_ON, 0);
    fake_rule(&w->f, "UID SEARCH ALL", STR("* SEARCH 1 2 3 4 5 6 7 8 9\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w->f, "UID FETCH", buf_view(rows), FAKE_GO_ON, 0);
}

static void test_threads_by_headers(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    struct buf heads, fetched;
    nine(&w, &heads, &fetched);
    world_start(&w);
    assert_int_equal(list(&w, &threads, &rows), RC_OK);
    /* h and b name the same message that is not there; f goes to the later invoice by its subject
     */
    assert_threads(&rows, "9:9 8:1:3,8 7:7 6:5:6 4:4");
    assert_int_equal(list(&w, &threads, &rows), RC_OK);
    assert_int_equal(count(&w.f, "HEADER.FIELDS"), 1);
    world_stop(&w);
    buf_free(&heads);
    buf_free(&fetched);
}

static void test_related_messages(void **state)
{
    (void) state;
    struct world w = {0};
    struct buf heads, fetched, some = BUF_INIT(10000);
    static const uint32_t one = 8;
    put_head(&some, 8, headers[7]);
    buf_cstr(&some, DONE);
    fake_rule(&w.f, "UID FETCH 8 (UID BODY.PEEK[HEADER", buf_view(&some), FAKE_GO_ON, 0);
    nine(&w, &heads, &fetched);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    struct imap_ids ids = {0};
    uint32_t *uids = NULL;
    size_t n = 0;
    assert_int_equal(imap_ids_of(im, &one, 1, w.a, &ids, &w.e), RC_OK);
    assert_int_equal(ids.count, 2);
    assert_int_equal(imap_related(im, &ids, 10, w.a, &uids, &n, &w.e), RC_OK);
    assert_true(n == 2 && uids[0] == 2 && uids[1] == 8);
    assert_int_equal(imap_related(im, &ids, 1, w.a, &uids, &n, &w.e), RC_OK);
    assert_true(n == 1 && uids[0] == 8);
    ids.count = 0;
    assert_int_equal(imap_related(im, &ids, 10, w.a, &uids, &n, &w.e), RC_OK);
    assert_int_equal(n, 0);
    imap_release(im);
    world_stop(&w);
    buf_free(&heads);
    buf_free(&fetched);
    buf_free(&some);
}

/* --- SORT ----------------------------------------------------------------------------------------
 */

static void test_sorting(void **state)
{
    (void) state;
    static const struct {
        struct imap_order order;
        const char *asked;
    } cases[] = {
        {{.sort = IMAP_SORT_DATE}, "UID SORT (REVERSE DATE REVERSE ARRIVAL) UTF-8 ALL\n"},
        {{.sort = IMAP_SORT_DATE, .ascending = true},
         "UID SORT (DATE REVERSE ARRIVAL) UTF-8 ALL\n"},
        {{.sort = IMAP_SORT_FROM}, "UID SORT (REVERSE DISPLAYFROM REVERSE ARRIVAL) UTF-8 ALL\n"},
        {{.sort = IMAP_SORT_TO}, "UID SORT (REVERSE DISPLAYTO REVERSE ARRIVAL) UTF-8 ALL\n"},
        {{.sort = IMAP_SORT_SUBJECT}, "UID SORT (REVERSE SUBJECT REVERSE ARRIVAL) UTF-8 ALL\n"},
        {{.sort = IMAP_SORT_SIZE}, "UID SORT (REVERSE SIZE REVERSE ARRIVAL) UTF-8 ALL\n"},
    };
    struct world w = {0};
    struct imap_rows rows;
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("SORT SORT=DISPLAY")), FAKE_GO_ON, 0);
    /* one that is not there, one twice, one forgotten */
    fake_rule(&w.f, "UID SORT", STR("* SORT 5 99 3 5\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID SEARCH ALL", STR("* SEARCH 3 5 8\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH", all_rows, FAKE_GO_ON, 0);
    world_start(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int again = 0; again < 2; again++) {
            assert_int_equal(list(&w, &cases[i].order, &rows), RC_OK);
            assert_true(rows.count == 3 && rows.rows[0].uid == 5 && rows.rows[1].uid == 3 &&
                        rows.rows[2].uid == 8);
        }
        assert_int_equal(count(&w.f, cases[i].asked), 1);
    }
    world_stop(&w);
}

/* A conversation stands where its newest arrival does, which need not have the highest number: it
 * may have been moved away and back. Of one second, the higher number is the newer. */
static void test_conversations_by_arrival(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("SORT THREAD=REFS")), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID THREAD", STR("* THREAD (3 8)(5)\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID SORT", STR("* SORT 8 3 5\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID SEARCH ALL", STR("* SEARCH 3 5 8\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH", all_rows, FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(list(&w, &threads, &rows), RC_OK);
    assert_threads(&rows, "5:5 8:3,8");
    assert_int_equal(list(&w, &(struct imap_order){.threads = true, .ascending = true}, &rows),
                     RC_OK);
    assert_threads(&rows, "8:3,8 5:5");
    assert_int_equal(count(&w.f, "UID SORT (ARRIVAL) UTF-8 ALL\n"), 1);
    world_stop(&w);
}

static void test_no_sort_is_said(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    world_start(&w);
    assert_int_equal(list(&w, &(struct imap_order){.sort = IMAP_SORT_FROM}, &rows), RC_UNSUPPORTED);
    assert_false(fake_saw(&w.f, "SORT"));
    world_stop(&w);
}

/* --- what came and went ------------------------------------------------------------------------
 */

/* Connection 1 sees three messages, connection 2 one less or one more. */
static void changed_world(struct world *w, const char *also, const char *status, const char *uids)
{
    static char select[2][200], search[200], capable[200];
    snprintf(capable, sizeof capable, "%s%s%s",
             "* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS CONDSTORE ESEARCH THREAD=REFS", also,
             "\r\n%" DONE_TEXT);
    fake_rule(&w->f, "CAPABILITY", str_c(capable), FAKE_GO_ON, 0);
    fake_rule(&w->f, "UID THREAD", STR("* THREAD (3 8)(5)\r\n" DONE), FAKE_GO_ON, 1);
    fake_rule(&w->f, "UID THREAD", STR("* THREAD (3 8)(5)(9)\r\n" DONE), FAKE_GO_ON, 2);
    fake_rule(&w->f, "UID SEARCH RETURN", STR("* ESEARCH (TAG \"x\") UID ALL 3,5,8\r\n" DONE),
              FAKE_GO_ON, 1);
    snprintf(search, sizeof search, "* ESEARCH (TAG \"x\") UID ALL %s\r\n%%" DONE_TEXT, uids);
    fake_rule(&w->f, "UID SEARCH RETURN", str_c(search), FAKE_GO_ON, 2);
    unsigned total = 0, uidnext = 0;
    assert_int_equal(sscanf(status, "%u %u", &total, &uidnext), 2);
    snprintf(select[0], sizeof select[0],
             "* %u EXISTS\r\n* OK [UIDVALIDITY 77] v\r\n* OK [UIDNEXT %u] n\r\n%%T OK in\r\n",
             total, uidnext);
    snprintf(select[1], sizeof select[1],
             "* STATUS INBOX (MESSAGES %u UIDNEXT %u UIDVALIDITY 77 UNSEEN 0 HIGHESTMODSEQ "
             "9)\r\n%%" DONE_TEXT,
             total, uidnext);
    fake_rule(&w->f, "SELECT", str_c(select[0]), FAKE_GO_ON, 2);
    fake_rule(&w->f, "STATUS", str_c(select[1]), FAKE_GO_ON, 2);
    fake_rule(&w->f, "UID FETCH",
              STR(ROW(1, 3, "\\Seen", "one") ROW(2, 5, "", "two") ROW(3, 8, "", "three")
                      ROW(4, 9, "", "four") DONE),
              FAKE_GO_ON, 0);
    world_start(w);
}

static void read_twice(struct world *w, struct imap_rows *rows)
{
    assert_int_equal(list(w, &threads, rows), RC_OK);
    assert_threads(rows, "8:3,8 5:5");
    struct imap *one = world_open(w, FAKE_DEADLINE), *two = world_open(w, FAKE_DEADLINE);
    rc_t rc = imap_list_ordered(two, &threads, 0, 50, w->a, rows, &w->e);
    if (rc != RC_OK) fail_msg("%s (%s)", err_word(rc), w->e.detail);
    imap_release(one);
    imap_release(two);
}

static void test_what_went_is_taken_out(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    changed_world(&w, "", "2 9", "3,5");
    read_twice(&w, &rows);
    assert_threads(&rows, "5:5 3:3");
    assert_int_equal(count(&w.f, "THREAD"), 1);
    world_stop(&w);
}

static void test_what_came_is_asked_for(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_rows rows;
    changed_world(&w, "", "4 10", "3,5,8:9");
    read_twice(&w, &rows);
    assert_threads(&rows, "9:9 8:3,8 5:5");
    assert_int_equal(count(&w.f, "THREAD"), 2);
    world_stop(&w);
}

/* Newer than all there was: only what came is sorted. Older than some of it: all is. */
static void arrive(const char *came, const char *want, unsigned whole)
{
    struct world w = {0};
    struct imap_rows rows;
    static char answer[64];
    snprintf(answer, sizeof answer, "* SORT %s\r\n%%" DONE_TEXT, came);
    fake_rule(&w.f, "UID SORT (ARRIVAL) UTF-8 UID 8,9:*", str_c(answer), FAKE_GO_ON, 2);
    fake_rule(&w.f, "UID SORT (ARRIVAL) UTF-8 ALL", STR("* SORT 3 5 8\r\n" DONE), FAKE_GO_ON, 1);
    fake_rule(&w.f, "UID SORT (ARRIVAL) UTF-8 ALL", STR("* SORT 3 9 5 8\r\n" DONE), FAKE_GO_ON, 2);
    changed_world(&w, " SORT", "4 10", "3,5,8:9");
    read_twice(&w, &rows);
    assert_threads(&rows, want);
    assert_int_equal(count(&w.f, "UID SORT (ARRIVAL) UTF-8 ALL\n"), whole);
    world_stop(&w);
}
static void test_what_came_is_placed_by_arrival(void **state)
{
    (void) state;
    arrive("8 9", "9:9 8:3,8 5:5", 1);
    arrive("9 8", "8:3,8 5:5 9:9", 2);
    arrive("9", "8:3,8 5:5 9:9", 2); /* what was newest is gone: nothing to compare with */
}

/* A conversation without end is several rows of a bounded length. */
static void test_long_conversations_are_cut(void **state)
{
    (void) state;
    enum { MANY = 1234 };
    struct world w = {0};
    struct imap_rows rows;
    struct buf thread = BUF_INIT(1u << 20), fetched = BUF_INIT(1u << 20);
    buf_cstr(&thread, "* THREAD (");
    for (unsigned i = 1; i <= MANY; i++)
        buf_printf(&thread, "%u ", i);
    thread.n--;
    buf_cstr(&thread, ")\r\n" DONE);
    for (unsigned i = 1; i <= 3; i++) {
        unsigned uid = i < 3 ? i * IMAP_THREAD_MAX : MANY;
        buf_printf(&fetched,
                   "* %u FETCH (UID %u FLAGS () INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
                   "RFC822.SIZE 26)\r\n",
                   uid, uid);
    }
    buf_cstr(&fetched, DONE);
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("ESEARCH THREAD=REFS")), FAKE_GO_ON, 0);
    fake_rule(
        &w.f, "SELECT",
        STR("* 1234 EXISTS\r\n* OK [UIDVALIDITY 77] v\r\n* OK [UIDNEXT 1235] n\r\n%T OK in\r\n"),
        FAKE_GO_ON, 0);
    fake_rule(&w.f, "STATUS",
              STR("* STATUS INBOX (MESSAGES 1234 UIDNEXT 1235 UIDVALIDITY 77 UNSEEN 9 "
                  "HIGHESTMODSEQ 5)\r\n" DONE),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID THREAD", buf_view(&thread), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID SEARCH RETURN", STR("* ESEARCH (TAG \"x\") UID ALL 1:1234\r\n" DONE),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH 1234,1000,500 (UID FLAGS INTERNALDATE", buf_view(&fetched),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID FETCH 1:499,501:999,1001:1233 (UID FLAGS)", STR(FLAGS(7, 7, "") DONE),
              FAKE_GO_ON, 0);
    world_start(&w);
    assert_int_equal(list(&w, &threads, &rows), RC_OK);
    assert_threads(&rows, "1234:1001:1234 1000:501:1000 500:1:500");
    assert_int_equal(rows.threads[2].unread, 2);
    world_stop(&w);
    buf_free(&thread);
    buf_free(&fetched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_of_the_server),
        cmocka_unit_test(test_nothing_is_threaded_for_the_newest),
        cmocka_unit_test(test_answers_that_do_not_fit),
        cmocka_unit_test(test_depth_and_length),
        cmocka_unit_test(test_threads_by_headers),
        cmocka_unit_test(test_related_messages),
        cmocka_unit_test(test_sorting),
        cmocka_unit_test(test_conversations_by_arrival),
        cmocka_unit_test(test_what_came_is_placed_by_arrival),
        cmocka_unit_test(test_no_sort_is_said),
        cmocka_unit_test(test_what_went_is_taken_out),
        cmocka_unit_test(test_what_came_is_asked_for),
        cmocka_unit_test(test_long_conversations_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
