/* What is kept of a folder, the first words of messages, and the size of a step of a search. */
#include "tests/unit/mail/imap_fake.h"

#include "mail/imap_index.h"

#define DONE_TEXT "T OK done\r\n"
#define DONE "%" DONE_TEXT
#define CAPABLE(list) "* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS CONDSTORE " list "\r\n" DONE

/* --- what is kept --------------------------------------------------------------------------- */

static unsigned made;

/* 24 MB: more than all indexes may usually have together. */
static rc_t make_huge(struct imap *im, const struct imap_mailbox *box, const struct imap_index *old,
                      unsigned kind, struct imap_index **out, struct err *e)
{
    (void) im, (void) box, (void) old, (void) kind, (void) e;
    made++;
    *out = imap_index_make(2000000, 0, 2000000);
    return *out ? RC_OK : RC_NO_MEMORY;
}

static void get_huge(struct world *w, unsigned kind)
{
    struct imap *im = world_open(w, FAKE_DEADLINE);
    struct imap_mailbox box;
    CLEANUP_INDEX struct imap_index *ix = NULL;
    assert_int_equal(imap_index_get(im, kind, false, make_huge, &box, &ix, &w->e), RC_OK);
    assert_true(imap_index_is_known(im, kind));
    imap_release(im);
}

/* Whoever waits for an index of a very large folder gets it some day, and for several at once. */
static void test_huge_indexes_are_kept(void **state)
{
    (void) state;
    struct world w = {0};
    world_start(&w);
    made = 0;
    for (unsigned round = 0; round < 3; round++) {
        get_huge(&w, INDEX_THREADS);
        get_huge(&w, INDEX_REFERENCES);
    }
    assert_int_equal(made, 2);
    for (unsigned kind = INDEX_SORTED; kind < INDEX_SORTED + 4; kind++)
        get_huge(&w, kind);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    assert_false(imap_index_is_known(im, INDEX_THREADS)); /* 64 MB are the end */
    imap_release(im);
    world_stop(&w);
}

/* --- the first words ------------------------------------------------------------------------- */

#define SNIPPET_OF(seq, uid, text)                                                                 \
    "* " #seq " FETCH (UID " #uid " BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 12 1) " \
    "BODY[HEADER.FIELDS (CONTENT-TYPE CONTENT-TRANSFER-ENCODING)] {28}\r\nContent-Type: "          \
    "text/plain\r\n\r\n BODY[TEXT]<0> \"" text "\")\r\n"

/* What came before it failed is not lost. */
static void test_snippets_before_a_failure(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_snippet found[2];
    size_t n = 0;
    static const uint32_t uids[] = {3, 5};
    fake_rule(&w.f, "UID FETCH", STR(SNIPPET_OF(1, 3, "Hello") "%T NO sorry\r\n"), FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    assert_int_not_equal(imap_snippets(im, uids, 2, w.a, found, &n, &w.e), RC_OK);
    assert_int_equal(n, 1);
    assert_int_equal(found[0].uid, 3);
    assert_str(found[0].text, STR("Hello"));
    imap_release(im);
    world_stop(&w);
}

/* --- the size of a step ----------------------------------------------------------------------- */

/* However large a step the client asks to go on with. */
static void test_steps_of_a_search(void **state)
{
    (void) state;
    struct world w = {0};
    struct imap_found found;
    const struct imap_query q = {.text = STR("zebra"), .headers = true, .body = true};
    struct imap_scan at = {.piece = 1u << 20};
    fake_rule(&w.f, "CAPABILITY", STR(CAPABLE("ESEARCH")), FAKE_GO_ON, 0);
    fake_rule(&w.f, "SELECT",
              STR("* 70000 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 77] v\r\n"
                  "* OK [UIDNEXT 70001] n\r\n%T OK [READ-WRITE] selected\r\n"),
              FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID SEARCH RETURN (ALL) ALL",
              STR("* ESEARCH (TAG \"%T\") UID ALL 1:70000\r\n" DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "UID", STR(DONE), FAKE_GO_ON, 0);
    fake_rule(&w.f, "FETCH", STR(DONE), FAKE_GO_ON, 0);
    world_start(&w);
    struct imap *im = world_open(&w, FAKE_DEADLINE);
    rc_t rc = imap_search_part(im, &q, &at, FAKE_DEADLINE, w.a, &found, &w.e);
    if (rc != RC_OK) fail_msg("%s %s", w.e.message, w.e.detail);
    assert_true(at.complete);
    assert_true(fake_saw(&w.f, "UID 4465:70000 ")); /* the first step, and no more */
    imap_release(im);
    world_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_huge_indexes_are_kept),
        cmocka_unit_test(test_snippets_before_a_failure),
        cmocka_unit_test(test_steps_of_a_search),
    };
    return cmocka_run_group_tests_name("imap_index", tests, NULL, NULL);
}
