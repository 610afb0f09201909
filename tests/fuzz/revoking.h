/* The pair of test certificates that the seeds of ocsp_fuzz, crl_fuzz and revocation_fuzz are
 * about. Their keys were thrown away when the seeds were made. */
#ifndef WAXSEAL_FUZZ_REVOKING_H
#define WAXSEAL_FUZZ_REVOKING_H

#include <stdlib.h>

#include "crypto/revoked.h"

#define REVOKING_NOW 1750000000LL

static const char revoking_issuer[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBlDCCATqgAwIBAgICA+kwCgYIKoZIzj0EAwIwMTEZMBcGA1UECgwQV2F4c2Vh\n"
    "bCB0ZXN0IGtleTEUMBIGA1UEAwwLRnV6eiBpc3N1ZXIwHhcNMjQwNjE1MTUwNjQw\n"
    "WhcNMjYwNjE1MTUwNjQwWjAxMRkwFwYDVQQKDBBXYXhzZWFsIHRlc3Qga2V5MRQw\n"
    "EgYDVQQDDAtGdXp6IGlzc3VlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABH7w\n"
    "0dvNwtJ1HnjGZayYjlzShxilH/Nqy07jBsAkTyD2yPzGE775DYF9F+xgSxxPjCQy\n"
    "yxgYLzt9//jsP6C3d/qjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQD\n"
    "AgEGMB0GA1UdDgQWBBQro4c6AAxIzRUTOFd6+BrUwpXnATAKBggqhkjOPQQDAgNI\n"
    "ADBFAiEAynmrqkn7WIW2UAGiaMwuVs/likjL2MZ+77/QXu1O9fwCIGn8tLE5AkaO\n"
    "xsONUKJozkmaFZwd7L9qwPCrgkHYJUBl\n"
    "-----END CERTIFICATE-----\n";
static const char revoking_leaf[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIICFDCCAbugAwIBAgICA+owCgYIKoZIzj0EAwIwMTEZMBcGA1UECgwQV2F4c2Vh\n"
    "bCB0ZXN0IGtleTEUMBIGA1UEAwwLRnV6eiBpc3N1ZXIwHhcNMjQwNjE1MTUwNjQw\n"
    "WhcNMjYwNjE1MTUwNjQwWjAvMRkwFwYDVQQKDBBXYXhzZWFsIHRlc3Qga2V5MRIw\n"
    "EAYDVQQDDAlGdXp6IGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQR0Op9\n"
    "ZXsliCIKvEGLPDYAYrrn+0LjUXoIu/Bweyfm6//jU09ELOcUzq8V5IhHSH717uE9\n"
    "DC/zs7TBRUMvxZEGo4HEMIHBMAkGA1UdEwQCMAAwGwYDVR0RBBQwEoEQZnV6ekBl\n"
    "eGFtcGxlLm9yZzAdBgNVHQ4EFgQUSee4nxbkmft1uMdUbZWv3rvww7swJgYDVR0f\n"
    "BB8wHTAboBmgF4YVaHR0cDovL2NybC50ZXN0L2EuY3JsMFAGCCsGAQUFBwEBBEQw\n"
    "QjAdBggrBgEFBQcwAYYRaHR0cDovL29jc3AudGVzdC8wIQYIKwYBBQUHMAKGFWh0\n"
    "dHA6Ly9haWEudGVzdC9pLmNlcjAKBggqhkjOPQQDAgNHADBEAiArqXrTgY7GnPeI\n"
    "M9blKvItomgyOULmaf7QMF89oOL6dwIgHn9jBVDxEoFwiE6uUhV9ZjRJAda0rTPR\n"
    "EwYiko+YCAo=\n"
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

/* One answer of any bytes: what is not signed by the issuer tells nothing and changes nothing. */
typedef rc_t revoking_reader(str_t der, const struct cert *about, const struct cert *issuer,
                             int64_t now, struct revoked_answer *out, struct err *e);
static inline void revoking_try(revoking_reader *check, str_t bytes)
{
    static struct cert *leaf, *issuer;
    struct revoked_answer v = {.this_update = -1};
    struct err e = {0};
    if (!leaf) leaf = revoking_cert(revoking_leaf);
    if (!issuer) issuer = revoking_cert(revoking_issuer);
    rc_t rc = check(bytes, leaf, issuer, REVOKING_NOW, &v, &e);
    if (rc == RC_OK)
        revoking_check(&v);
    else if (e.code != rc || v.this_update != -1)
        abort();
}

#endif
