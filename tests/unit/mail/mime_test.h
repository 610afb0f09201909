/* Shared by the MIME tests: an arena of the test, comparisons that print both sides. */
#ifndef WAXSEAL_TESTS_MIME_TEST_H
#define WAXSEAL_TESTS_MIME_TEST_H

#include "tests/unit/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "mail/entity.h"

static inline void expect_str(const char *what, str_t got, const char *want)
{
    str_t w = str_c(want);
    if (str_eq(got, w) && str_is_null(got) == str_is_null(w)) return;
    fail_msg("%s: got \"%.*s\"%s, expected \"%s\"", what, STR_ARG(got),
             str_is_null(got) ? " (null)" : "", want ? want : "(null)");
}

static inline int arena_setup(void **state)
{
    *state = arena_new(64u << 20);
    return *state ? 0 : -1;
}

static inline int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static inline struct entity *parse_ok(const char *text, size_t n, struct arena *a)
{
    struct entity *m = NULL;
    struct err e;
    rc_t rc = entity_parse(str_n(text, n), NULL, a, &m, &e);
    if (rc != RC_OK) fail_msg("entity_parse: %s", e.message);
    return m;
}

#define PARSE(text, a) parse_ok("" text, sizeof(text) - 1, (a))
#define ARENA_TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

#endif
