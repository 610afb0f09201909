/* What a person types into the search field: the tree it becomes, what is wrong with it and where,
 * and what is left of it for a class of messages. */
#include "tests/unit/test.h"

#include "mail/imap_kinds.h"
#include "mail/imap_query.h"

static void describe_node(const struct imap_terms *t, unsigned i, struct buf *b)
{
    static const char *const places[] = {
        "", "from=", "to=", "cc=", "bcc=", "subject=", "list=", "body="};
    const struct query_node *n = &t->nodes[i];
    switch (n->kind) {
    case QUERY_AND:
    case QUERY_OR:
        buf_cstr(b, n->kind == QUERY_AND ? "(" : "<");
        describe_node(t, n->left, b);
        buf_cstr(b, n->kind == QUERY_AND ? " " : "|");
        describe_node(t, n->right, b);
        buf_cstr(b, n->kind == QUERY_AND ? ")" : ">");
        break;
    case QUERY_NOT:
        buf_cstr(b, "-");
        describe_node(t, n->left, b);
        break;
    case QUERY_TEXT:
        buf_printf(b, "%s[%.*s]", places[n->place], STR_ARG(n->text));
        break;
    case QUERY_MARK:
    case QUERY_KEYWORD:
    case QUERY_IN:
        buf_printf(b, "%s%.*s",
                   n->kind == QUERY_KEYWORD ? "label="
                   : n->kind == QUERY_IN    ? "in="
                                            : "",
                   STR_ARG(n->text));
        break;
    case QUERY_NAME:
        buf_printf(b, "name=%.*s", STR_ARG(t->names[n->number]));
        break;
    case QUERY_ALL:
        buf_cstr(b, "*");
        break;
    default: {
        static const char *const words[] = {[QUERY_SINCE] = "since",
                                            [QUERY_BEFORE] = "before",
                                            [QUERY_LARGER] = "larger",
                                            [QUERY_SMALLER] = "smaller",
                                            [QUERY_KIND] = "kind"};
        buf_printf(b, "%s=%lld", words[n->kind], (long long) n->number);
    }
    }
}

#define TODAY 19783 /* 2024-03-01 */

static void test_queries(void **state)
{
    (void) state;
    static const struct {
        const char *text, *means;
    } table[] = {
        {"", "*"},
        {"  one   two ", "([one] [two])"},
        {"\"one two\" three", "([one two] [three])"},
        {"\xe2\x80\x9cone two\xe2\x80\x9d x", "([one two] [x])"},
        {"one\xe3\x80\x80two\xc2\xa0three", "(([one] [two]) [three])"},
        {"from:alice subject:\"the roof\" x", "((from=[alice] subject=[the roof]) [x])"},
        {"FROM:alice TO:b cc:c bcc:d", "(((from=[alice] to=[b]) cc=[c]) bcc=[d])"},
        {"body:needle list:users", "(body=[needle] list=[users])"},
        {"-spam -from:bob -\"two words\"", "((-[spam] -from=[bob]) -[two words])"},
        {"a OR b c", "(<[a]|[b]> [c])"},
        {"a b OR c", "([a] <[b]|[c]>)"},
        {"a OR b OR -c", "<<[a]|[b]>|-[c]>"},
        {"a or b", "(([a] [or]) [b])"},
        {"a AND b", "([a] [b])"},
        {"NOT a b", "(-[a] [b])"},
        {"--a", "[a]"},
        {"(a b) OR (c -d)", "<([a] [b])|([c] -[d])>"},
        {"-(a OR b)", "-<[a]|[b]>"},
        {"from:(alice OR bob) x", "(<from=[alice]|from=[bob]> [x])"},
        {"from:(alice subject:x)", "(from=[alice] subject=[x])"},
        {"f(x) :) a)b", "(([f(x)] [:)]) [a)b])"},
        {"(f(x))", "[f(x)]"},
        {"from: alice", "from=[alice]"},
        {"is:unread is:starred has:attachment", "((UNSEEN FLAGGED) kind=4)"},
        {"is:read is:answered is:encrypted is:signed", "(((SEEN ANSWERED) kind=1) kind=2)"},
        {"is:draft is:forwarded", "(DRAFT KEYWORD $Forwarded)"},
        {"after:1970-01-02 before:2024-03-01", "(since=1 before=19783)"},
        {"after:2024-02-29", "since=19782"},
        {"after:2024/2/29 before:1.1.2024", NULL},
        {"on:2024-02", "(since=19754 before=19783)"},
        {"on:2023", "(since=19358 before=19723)"},
        {"after:7d before:yesterday", "(since=19776 before=19782)"},
        {"after:1m before:1y", "(since=19754 before=19417)"},
        {"since:today", "since=19783"},
        {"larger:5M smaller:300k", "(larger=5242880 smaller=307200)"},
        {"larger:1.5mb", "larger=1572864"},
        {"label:work -keyword:$Junk", "(label=work -label=$Junk)"},
        {"label:\"To do\"", "label=todo"},
        {"label:work2 keyword:work2 -keyword:todo", "((label=todo2 label=work2) -label=todo)"},
        {"in:sent in:\"Work/2024\"", "(in=sent in=Work/2024)"},
        {"filename:pdf", "name=pdf"},
        {"\"is:unread\"", "[is:unread]"},
        {"-is:unread", "-UNSEEN"},
        {"from:\"\" x", "(* [x])"},
        {"-\"\"", "*"},
        {"- -- a-b", "(([-] -[-]) [a-b])"},
        {"\"not closed", "[not closed]"},
        {"mailto:x http://a/b Re: x", "((([mailto:x] [http://a/b]) [Re:]) [x])"},
        {"size:5 fromage:x", "([size:5] [fromage:x])"},
    };
    static const struct imap_label labels[] = {{STR_INIT("To do"), STR_INIT("todo")},
                                               {STR_INIT("Work2"), STR_INIT("todo2")}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_query q = {
            .text = str_c(table[i].text), .today = TODAY, .labels = labels, .label_count = 2};
        struct imap_terms t;
        struct buf b = BUF_INIT(4000);
        rc_t rc = imap_query_read(&q, &t, NULL);
        if (!table[i].means) {
            assert_int_equal(rc, RC_INVALID);
            continue;
        }
        if (rc != RC_OK) fail_msg("\"%s\" is refused", table[i].text);
        describe_node(&t, t.root, &b);
        if (!str_eq(buf_view(&b), str_c(table[i].means)))
            fail_msg("\"%s\" is %.*s", table[i].text, STR_ARG(buf_view(&b)));
        assert_true(t.q.headers);
        buf_free(&b);
    }
}

/* What makes no sense is told in a sentence, with the place. */
static void test_wrong_queries(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        unsigned position; /* 0: of the whole */
        const char *says;
    } table[] = {
        {"after:2023-02-29", 7, "not a date"},
        {"after:1969-01-01", 7, "not a date"},
        {"x before:2024-13-01", 10, "not a date"},
        {"\xc3\xa4\xc3\xb6 on:soon", 7, "not a date"},
        {"is:nothing", 4, "is: takes"},
        {"has:", 1, "is missing"},
        {"has:wheels", 5, "has: takes attachment"},
        {"larger:huge", 8, "not a size"},
        {"larger:5000G", 8, "not a size"},
        {"label:\"two words\"", 7, "no such label"},
        {"label:a\\b", 7, "no such label"},
        {"(a b", 1, "not closed"},
        {"a (b OR ())", 9, "nothing between"},
        {"OR a", 1, "In front of OR"},
        {"a OR", 3, "Behind OR"},
        {"a OR OR b", 3, "Behind OR"},
        {"(a OR) b", 4, "Behind OR"},
        {"from: OR b", 1, "is missing"},
        {"((((((((((((((((((a))))))))))))))))))", 17, "too many parentheses"},
        {"filename:a filename:b filename:c filename:d filename:e", 54, "four times"},
    };
    struct imap_terms t;
    struct err e = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_query q = {.text = str_c(table[i].text), .today = TODAY};
        if (imap_query_read(&q, &t, &e) != RC_INVALID) fail_msg("\"%s\" is taken", table[i].text);
        if (e.position != table[i].position || !strstr(e.message, table[i].says))
            fail_msg("\"%s\": %u %s", table[i].text, e.position, e.message);
        assert_string_equal(e.field, "text");
    }
    static char many[400];
    for (size_t i = 0; i + 2 < sizeof many; i += 2)
        memcpy(many + i, "a ", 3);
    const str_t wrong[] = {str_c(many), STR("\xff"), STR("a\r\nb"), STR("a\0b")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct imap_query q = {.text = wrong[i]};
        assert_int_equal(imap_query_read(&q, &t, &e), RC_INVALID);
        assert_string_equal(e.field, "text");
    }
}

/* What is asked of the server about a class of messages. */
static void test_plans(void **state)
{
    (void) state;
    enum { SEALED = KIND_SEALED, SIGNED = KIND_SIGNED, FILES = KIND_ATTACHMENT };
    static const struct {
        const char *text;
        unsigned bits;
        enum query_kind root;
        bool body;
    } table[] = {
        {"a", 0, QUERY_TEXT, true},
        {"a", SEALED, QUERY_TEXT, false},
        {"body:a", SEALED, QUERY_NONE, false},
        {"-body:a", SEALED, QUERY_NONE, false}, /* nobody knows */
        {"-body:a", 0, QUERY_TEXT, true},
        {"a OR body:b", SEALED, QUERY_TEXT, false},
        {"is:encrypted", SEALED, QUERY_ALL, false},
        {"is:encrypted", 0, QUERY_NONE, false},
        {"-is:encrypted", 0, QUERY_ALL, false},
        {"is:signed a", SIGNED, QUERY_TEXT, true},
        {"is:signed OR from:b", 0, QUERY_TEXT, false},
        {"is:signed OR from:b", SIGNED, QUERY_ALL, false},
        {"-(is:signed from:b)", SIGNED, QUERY_TEXT, false},
        {"-(is:signed OR from:b)", SIGNED, QUERY_NONE, false},
        {"-(is:signed OR from:b)", 0, QUERY_TEXT, false},
        {"has:attachment is:unread", FILES, QUERY_MARK, false},
        {"filename:x", FILES | PLAN_NAME(0), QUERY_ALL, false},
        {"filename:x", FILES, QUERY_NONE, false},
        {"filename:x", FILES | SEALED | PLAN_NAME(0), QUERY_NONE, false},
        {"-filename:x", SEALED, QUERY_NONE, false},
        {"-filename:x", 0, QUERY_ALL, false},
        {"in:work a", 0, QUERY_TEXT, true},
        {"in:\"Clients/Work\"", 0, QUERY_ALL, false},
        {"in:archive", 0, QUERY_ALL, false},
        {"in:sent a", 0, QUERY_NONE, false},
        {"-in:sent a", 0, QUERY_TEXT, true},
        {"in:anywhere", 0, QUERY_ALL, false},
    };
    const struct imap_folder folder = {
        .display = STR("Clients/Work"), .delimiter = '/', .role = FOLDER_ARCHIVE};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct imap_query q = {
            .text = str_c(table[i].text), .headers = true, .body = true, .folder = &folder};
        struct imap_terms t;
        struct imap_plan p, again;
        assert_int_equal(imap_query_read(&q, &t, NULL), RC_OK);
        imap_plan_make(&t, table[i].bits, &p);
        imap_plan_make(&t, table[i].bits, &again);
        if (p.nodes[p.root].kind != table[i].root || p.body != table[i].body)
            fail_msg("\"%s\" of %x is %d", table[i].text, table[i].bits, p.nodes[p.root].kind);
        assert_true(imap_plan_same(&p, &again));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_wrong_queries),
        cmocka_unit_test(test_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
