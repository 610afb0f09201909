#include "crypto/ber.h"

#include "tests/unit/test.h"

#define BYTES(lit) ((str_t){"" lit, sizeof(lit) - 1})

static void reads_definite_and_indefinite(void **state)
{
    (void) state;
    static const struct {
        str_t in;
        bool ok;
        size_t content, whole;
    } rows[] = {
        {STR_INIT("\x04\x02hi"), true, 2, 4},
        {STR_INIT("\x04\x81\x02hi"), true, 2, 5}, /* longer length than needed */
        {STR_INIT("\x30\x80\x04\x01x\x00\x00"), true, 3, 7},
        {STR_INIT("\x30\x80\x30\x80\x00\x00\x00\x00"), true, 4, 8},
        {STR_INIT("\x30\x80\x04\x01x"), false, 0, 0}, /* no end */
        {STR_INIT("\x30\x80\x04\x01x\x00"), false, 0, 0},
        {STR_INIT("\x04\x80hi\x00\x00"), false, 0, 0}, /* primitive, indefinite */
        {STR_INIT("\x04\x03hi"), false, 0, 0},         /* longer than the input */
        {STR_INIT("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"), false, 0, 0},
        {STR_INIT("\x04\x89\x00\x00\x00\x00\x00\x00\x00\x00\x01x"), false, 0, 0},
        {STR_INIT("\x1f\x81\x01\x00"), false, 0, 0}, /* tag number over 30 */
        {STR_INIT("\x00\x00"), false, 0, 0},
        {STR_INIT("\x04"), false, 0, 0},
        {STR_INIT(""), false, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ber r = ber_start(rows[i].in);
        struct ber_value v;
        bool ok = ber_next(&r, &v);
        if (ok != rows[i].ok) fail_msg("row %zu", i);
        if (!ok) {
            assert_int_equal(r.rest.n, rows[i].in.n); /* stays where it was */
            continue;
        }
        assert_int_equal(v.content.n, rows[i].content);
        assert_int_equal(v.whole.n, rows[i].whole);
    }
}

static void nesting_has_a_limit(void **state)
{
    (void) state;
    char in[4 * 40];
    for (unsigned depth = 1; depth <= 40; depth++) {
        size_t n = 0;
        for (unsigned i = 0; i < depth; i++) {
            in[n++] = 0x30;
            in[n++] = (char) 0x80;
        }
        for (unsigned i = 0; i < 2 * depth; i++)
            in[n++] = 0;
        struct ber r = ber_start(str_n(in, n));
        struct ber_value v;
        assert_int_equal(ber_next(&r, &v), depth <= BER_DEPTH + 1);
    }
}

static void strings_in_pieces_are_joined(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    static const struct {
        str_t in, want;
        bool ok;
    } rows[] = {
        {STR_INIT("\x04\x03"
                  "abc"),
         STR_INIT("abc"), true},
        {STR_INIT("\x24\x80\x04\x01"
                  "a\x04\x02"
                  "bc\x00\x00"),
         STR_INIT("abc"), true},
        {STR_INIT("\x24\x08\x24\x06\x04\x01"
                  "a\x04\x01"
                  "b"),
         STR_INIT("ab"), true},
        {STR_INIT("\xa0\x03\x04\x01"
                  "a"),
         STR_INIT("a"), true}, /* implicit tag */
        {STR_INIT("\x80\x01"
                  "a"),
         STR_INIT("a"), true},
        {STR_INIT("\x24\x00"), STR_INIT(""), true},
        {STR_INIT("\x24\x03\x02\x01"
                  "a"),
         STR_INIT(""), false}, /* an INTEGER inside */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ber r = ber_start(rows[i].in);
        struct ber_value v;
        str_t got;
        size_t n;
        assert_true(ber_next(&r, &v));
        assert_int_equal(ber_octets_size(&v, &n), rows[i].ok);
        assert_int_equal(ber_octets_join(&v, a, &got), rows[i].ok);
        if (!rows[i].ok) continue;
        assert_int_equal(n, rows[i].want.n);
        assert_str(got, rows[i].want);
    }
}

static void der_is_definite_and_short(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 16);
    static const struct {
        str_t in, want;
    } rows[] = {
        {STR_INIT("\x30\x80\x02\x01\x05\x00\x00"), STR_INIT("\x30\x03\x02\x01\x05")},
        {STR_INIT("\x30\x81\x03\x02\x01\x05"), STR_INIT("\x30\x03\x02\x01\x05")},
        {STR_INIT("\x30\x80\x24\x80\x04\x01"
                  "a\x04\x01"
                  "b\x00\x00\x00\x00"),
         STR_INIT("\x30\x04\x04\x02"
                  "ab")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ber r = ber_start(rows[i].in);
        struct ber_value v;
        str_t got;
        assert_true(ber_next(&r, &v));
        assert_true(ber_to_der(&v, a, &got));
        assert_str(got, rows[i].want);
    }
    struct ber r = ber_start(BYTES("\xa1\x80\x02\x01\x05\x00\x00"));
    struct ber_value v;
    str_t got;
    assert_true(ber_next(&r, &v));
    assert_true(ber_to_der_as(&v, BER_SEQUENCE, a, &got));
    assert_str(got, BYTES("\x30\x03\x02\x01\x05"));
}

static void long_values_get_long_lengths(void **state)
{
    (void) state;
    CLEANUP_ARENA struct arena *a = arena_new(1 << 20);
    static const size_t sizes[] = {127, 128, 255, 256, 65535, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t n = sizes[i];
        char *in = arena_alloc(a, n + 16);
        in[0] = 0x04;
        in[1] = (char) 0x84;
        for (unsigned k = 0; k < 4; k++)
            in[2 + k] = (char) (n >> (24 - 8 * k));
        struct ber r = ber_start(str_n(in, n + 6)), again;
        struct ber_value v;
        str_t der;
        assert_true(ber_next(&r, &v));
        assert_true(ber_to_der(&v, a, &der));
        size_t head = n < 128 ? 2 : n < 256 ? 3 : n < 65536 ? 4 : 5;
        assert_int_equal(der.n, n + head);
        again = ber_start(der);
        assert_true(ber_next(&again, &v));
        assert_int_equal(v.content.n, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_definite_and_indefinite),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(strings_in_pieces_are_joined),
        cmocka_unit_test(der_is_definite_and_short),
        cmocka_unit_test(long_values_get_long_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
