/* Completing an address in a book of 20,000 contacts and 5,000 earlier correspondents, on a Redis
 * of its own: milliseconds a keystroke, and the ratio to reading the words from Redis alone. A
 * program for reports, never a test: it makes no assertion about time. */
#include <time.h>

#include "tests/unit/webmail/rig.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"
#include "webmail/contacts/met.h"

#define CONTACTS BOOK_MAX_CONTACTS
#define ROUNDS 21

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static const char *const FIRST[] = {"Anna", "Bj\xc3\xb6rn",    "Carla", "Dmitri",
                                    "Elif", "Fran\xc3\xa7ois", "Greta", "Henrik"};
static const char *const LAST[] = {"M\xc3\xbcller", "Okafor", "Lindqvist", "Berg",
                                   "Novak",         "Silva",  "Tanaka"};

static struct rig_call *call(struct rig *r)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    rc->c.in = json_object();
    return rc;
}

static void fill(struct rig *r)
{
    for (unsigned i = 0; i < CONTACTS; i++) {
        struct rig_call *rc = call(r);
        str_t id, address = arena_printf(rc->c.arena, "p%u@company%u.test", i, i % 50);
        assert_int_equal(book_new_id(&rc->c, &id, NULL), RC_OK);
        json_t *contact = book_new_contact(
            id, arena_printf(rc->c.arena, "%s %s %u", FIRST[i % 8], LAST[i / 8 % 7], i));
        json_array_append_new(json_object_get(contact, "addresses"),
                              book_new_address(address, STR("")));
        assert_int_equal(book_save(&rc->c, id, contact, NULL, STR_NULL, NULL), RC_OK);
        json_decref(contact);
        if (i < MET_MAX) {
            CLEANUP_JSON json_t *list = json_array();
            json_array_append_new(
                list, book_new_address(i % 2 ? address
                                             : arena_printf(rc->c.arena, "met%u@elsewhere.test", i),
                                       STR("")));
            assert_int_equal(met_remember(&rc->c, list, STR(""), NULL), RC_OK);
        }
        rig_call_free(rc);
    }
}

static void words_alone(struct rig_call *rc)
{
    struct book_line *lines;
    struct kv_value v;
    size_t n;
    str_t state, key = call_user_key(&rc->c, STR("contact-state"));
    assert_int_equal(book_new_id(&rc->c, &state, NULL), RC_OK); /* not from memory */
    assert_int_equal(KV_CMD(rc->c.kv, rc->c.arena, &v, NULL, STR("SET"), key, state), RC_OK);
    assert_int_equal(book_lines(&rc->c, &lines, &n, NULL), RC_OK);
    assert_int_equal(n, CONTACTS);
}

static void completing(struct rig_call *rc)
{
    assert_int_equal(contacts_complete(&rc->c, NULL), RC_OK);
}

static void a_page(struct rig_call *rc)
{
    assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median(struct rig *r, void (*f)(struct rig_call *), const char *text)
{
    double ms[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct rig_call *rc = call(r);
        json_put_str(rc->c.in, "text", str_c(text));
        double t = now();
        f(rc);
        ms[i] = now() - t;
        rig_call_free(rc);
    }
    qsort(ms, ROUNDS, sizeof *ms, by_value);
    return ms[ROUNDS / 2];
}

int main(void)
{
    struct rig *r;
    void *state = NULL;
    rig_open(&state);
    r = state;
    list_cache_free(r->app.lists);
    assert_int_equal(list_cache_new(8u << 20, 512, &r->app.lists, NULL), RC_OK); /* as waxseald */
    fill(r);
    double words = median(r, words_alone, "");
    printf("contacts %u, earlier correspondents %u; median of %d\n", CONTACTS, MET_MAX, ROUNDS);
    printf("%-26s %6.1f ms\n", "words from Redis", words);
    static const char *const typed[] = {"b", "mul", "p1", "anna mul", "zzz"};
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        double ms = median(r, completing, typed[i]);
        printf("complete %-17s %6.1f ms, %4.2f x the words\n", typed[i], ms, ms / words);
    }
    double page = median(r, a_page, "");
    printf("%-26s %6.1f ms, %4.2f x the words\n", "page of 200 by name", page, page / words);
    return rig_close(&state);
}
