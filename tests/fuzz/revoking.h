/* The pair of test certificates that the seeds of ocsp_fuzz and crl_fuzz are about. Their keys were
 * thrown away when the seeds were made. */
#ifndef WAXSEAL_FUZZ_REVOKING_H
#define WAXSEAL_FUZZ_REVOKING_H

#include <stdlib.h>

#include "crypto/revoked.h"

#define REVOKING_NOW 1750000000LL

static const char revoking_issuer[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBlTCCATqgAwIBAgICA+kwCgYIKoZIzj0EAwIwMTEZMBcGA1UECgwQV2F4c2Vh\n"
    "bCB0ZXN0IGtleTEUMBIGA1UEAwwLRnV6eiBpc3N1ZXIwHhcNMjQwNjE1MTUwNjQw\n"
    "WhcNMjYwNjE1MTUwNjQwWjAxMRkwFwYDVQQKDBBXYXhzZWFsIHRlc3Qga2V5MRQw\n"
    "EgYDVQQDDAtGdXp6IGlzc3VlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGwf\n"
    "5tSjv0K50sWG0ay2Hi8qpqWfVhgzU9rfzTJQYDmgP5qyN5iodfMxfSedHCfp6cdJ\n"
    "agzjdq6o2KEU+5t61amjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQD\n"
    "AgEGMB0GA1UdDgQWBBQjdDDjSVxwmS4eCCPwM7hpLQLdkjAKBggqhkjOPQQDAgNJ\n"
    "ADBGAiEAriKavgDKSuXK7U4KEYcgpDEyyl5Pd7R2j9MXRm+rWE0CIQDJaKZK0aGK\n"
    "jjb3KLMwYQL/4i3LvQzVz+6qUfYxvit0mw==\n"
    "-----END CERTIFICATE-----\n";
static const char revoking_leaf[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBwjCCAWegAwIBAgICA+owCgYIKoZIzj0EAwIwMTEZMBcGA1UECgwQV2F4c2Vh\n"
    "bCB0ZXN0IGtleTEUMBIGA1UEAwwLRnV6eiBpc3N1ZXIwHhcNMjQwNjE1MTUwNjQw\n"
    "WhcNMjYwNjE1MTUwNjQwWjAvMRkwFwYDVQQKDBBXYXhzZWFsIHRlc3Qga2V5MRIw\n"
    "EAYDVQQDDAlGdXp6IGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS+fusn\n"
    "5Op4HiNFLJVbNGsZt3c/Z6n7PIJhRUtr497XdLJeb1SYPCaMx+rztEdB660WPXGj\n"
    "zYm1Dxv4zbmDOifBo3EwbzAJBgNVHRMEAjAAMBsGA1UdEQQUMBKBEGZ1enpAZXhh\n"
    "bXBsZS5vcmcwHQYDVR0OBBYEFEDMjgbNIChaSFFDC78TQhLT0lskMCYGA1UdHwQf\n"
    "MB0wG6AZoBeGFWh0dHA6Ly9jcmwudGVzdC9hLmNybDAKBggqhkjOPQQDAgNJADBG\n"
    "AiEA00Y9enrlrw4su8kBpyulnQdbu9zhxCEbm/4SzWDXycsCIQDiOJee01fXwdTY\n"
    "pomL4c2Re2R/e5Ms18FUqy5IML3fxA==\n"
    "-----END CERTIFICATE-----\n";

static inline struct cert *revoking_cert(const char *pem)
{
    struct cert *c = NULL;
    if (cert_parse(str_c(pem), &c, NULL) != RC_OK) abort();
    return c;
}

/* What was believed makes sense. */
static inline void revoking_check(const struct revoked_answer *v)
{
    if (v->this_update > REVOKING_NOW + REVOKED_SKEW) abort();
    if (v->next_update && v->next_update < REVOKING_NOW - REVOKED_SKEW) abort();
    if ((v->status == REVOCATION_REVOKED) != (v->revoked_at != 0)) abort();
    const char *word = revoked_reason_word(v->reason);
    if (word && revoked_reason_number(str_c(word)) != v->reason) abort();
}

#endif
