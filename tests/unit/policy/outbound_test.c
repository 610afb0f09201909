/* Ceilings over what an organisation's mailboxes may send: who may write what. What counts in the
 * end is asked in plan_test.c. */
#include "policy/outbound.h"

#include "tests/unit/policy/world.h"

/* The field and the number that the sentence names. */
static void refuses_above(struct world *w, const char *patch, const char *field, const char *number)
{
    struct err e = {0};
    struct registry_write out;
    assert_int_equal(world_write(w, RECORD_ACCOUNT, "north", "anna@north.test", patch, REGISTRY_PUT,
                                 0, &out, &e),
                     RC_INVALID);
    assert_string_equal(e.field, field);
    assert_non_null(strstr(e.message, number));
    assert_null(out.after);
}

static void a_mailbox_gets_less_never_more(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    w->config.outbound_per_hour = 1000;
    for (int operator= 0; operator<2; operator++) { /* whoever writes: more would not count */
        w->by.operator= operator;
        world_must(w, RECORD_ACCOUNT, "north", "anna@north.test",
                   "{\"outbound_per_hour\":1000,\"outbound_recipients\":1000000}");
        refuses_above(w, "{\"outbound_per_hour\":1001}", "outbound_per_hour", "1000 messages");
        world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"outbound_per_hour\":0}");
        world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"outbound_per_hour\":null}");
    }
    w->by.operator= true;
    world_must(w, RECORD_CUSTOMER, NULL, "acme",
               "{\"outbound_per_hour\":50,\"outbound_recipients\":5}");
    w->by.operator= false;
    refuses_above(w, "{\"outbound_per_hour\":51}", "outbound_per_hour", "50 messages");
    refuses_above(w, "{\"outbound_recipients\":6}", "outbound_recipients", "5 recipients");
    w->by.operator= true;
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"outbound_per_hour\":70}");
    w->by.operator= false;
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"outbound_per_hour\":70}");
    refuses_above(w, "{\"outbound_per_hour\":71}", "outbound_per_hour", "70 messages");
    /* The other organisation of the same customer, and a domain of none. */
    world_refuses(w, RECORD_ACCOUNT, "south", "bob@south.test", "{\"outbound_per_hour\":70}",
                  RC_INVALID, "outbound_per_hour");
    w->by.operator= true;
    world_must(w, RECORD_ACCOUNT, NULL, "eve@alone.test", "{\"outbound_per_hour\":999999}");
}

/* A ceiling that sinks leaves records above it, which anything else may still be said of. */
static void what_is_above_already_is_kept_until_it_is_changed(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"outbound_per_hour\":800}");
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"outbound_per_hour\":10}");
    w->by.operator= false;
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"name\":\"Anna\"}");
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"outbound_recipients\":3}");
    refuses_above(w, "{\"outbound_per_hour\":799}", "outbound_per_hour", "10 messages");
    world_must(w, RECORD_ACCOUNT, "north", "anna@north.test", "{\"outbound_per_hour\":10}");
    refuses_above(w, "{\"outbound_per_hour\":800}", "outbound_per_hour", "10 messages");
}

static void an_owner_does_not_move_the_ceiling(void **state)
{
    struct world *w = *state;
    world_acme(w, 5);
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"outbound_per_hour\":10}");
    w->by.operator= false;
    world_refuses(w, RECORD_ORGANISATION, NULL, "north", "{\"outbound_per_hour\":11}", RC_FORBIDDEN,
                  "outbound_per_hour");
    world_refuses(w, RECORD_ORGANISATION, NULL, "north", "{\"outbound_per_hour\":null}",
                  RC_FORBIDDEN, "outbound_per_hour");
    world_refuses(w, RECORD_ORGANISATION, NULL, "north", "{\"outbound_recipients\":11}",
                  RC_FORBIDDEN, "outbound_recipients");
    world_must(w, RECORD_ORGANISATION, NULL, "north", "{\"name\":\"North\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_mailbox_gets_less_never_more, world_open, world_close),
        cmocka_unit_test_setup_teardown(what_is_above_already_is_kept_until_it_is_changed,
                                        world_open, world_close),
        cmocka_unit_test_setup_teardown(an_owner_does_not_move_the_ceiling, world_open,
                                        world_close),
    };
    return cmocka_run_group_tests_name("outbound", tests, NULL, NULL);
}
