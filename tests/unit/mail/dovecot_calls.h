/* A Dovecot for one test program, and what its tests ask of it again and again. */
#ifndef WAXSEAL_TESTS_UNIT_MAIL_DOVECOT_CALLS_H
#define WAXSEAL_TESTS_UNIT_MAIL_DOVECOT_CALLS_H

#include "tests/unit/mail/dovecot.h"

#define HEAD(subject)                                                                              \
    "From: a@demo.test\r\nTo: b@demo.test\r\nSubject: " subject "\r\nMIME-Version: 1.0\r\n"

static struct dovecot d;
static bool there;

static inline int setup(void **state)
{
    (void) state;
    there = dovecot_there();
    if (there) dovecot_start(&d);
    return 0;
}

static inline int teardown(void **state)
{
    (void) state;
    if (there) dovecot_stop(&d);
    return 0;
}

static inline void need_dovecot(void)
{
    if (there) return;
    print_message("# SKIP: Dovecot is not installed (make deps)\n");
    skip();
}

static inline uint32_t put(struct imap *im, const char *mailbox, str_t message)
{
    uint32_t uid = 0, validity = 0;
    rc_t rc = imap_append(im, str_c(mailbox), message, NULL, 0, &uid, &validity, &d.e);
    if (rc != RC_OK) fail_msg("append: %s (%s)", err_word(rc), d.e.detail);
    assert_int_not_equal(uid, 0);
    return uid;
}

static inline str_t fresh_box(struct imap *im, const char *display)
{
    str_t name;
    rc_t rc = imap_folder_create(im, str_c(display), d.a, &name, &d.e);
    if (rc != RC_OK) fail_msg("create: %s (%s)", err_word(rc), d.e.detail);
    return name;
}

#endif
