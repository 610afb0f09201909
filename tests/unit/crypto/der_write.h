/* A small DER writer for the tests of crypto/. Header only. */
#ifndef WAXSEAL_TEST_DER_WRITE_H
#define WAXSEAL_TEST_DER_WRITE_H

#include "crypto/ber.h"
#include "tests/unit/join.h"
#include "tests/unit/test.h"

static inline str_t tlv(struct arena *a, int id, str_t content)
{
    struct ber_value v = {.id = BER_OCTET_STRING, .content = content};
    str_t out = STR_NULL;
    assert_true(ber_to_der_as(&v, (unsigned char) id, a, &out));
    return out;
}

#define OID_DATA STR("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")

#endif
