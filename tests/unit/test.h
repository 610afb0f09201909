/* What every cmocka test includes, in the order cmocka wants it. */
#ifndef WAXSEAL_TEST_H
#define WAXSEAL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        str_t got_ = (got), want_ = (want);                                                        \
        if (!str_eq(got_, want_))                                                                  \
            fail_msg("\"%.*s\" is not \"%.*s\"", STR_ARG(got_), STR_ARG(want_));                   \
    } while (0)

#endif
