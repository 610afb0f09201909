/* waxsealctl certificate check: who vouches for a certificate, and what its authority says about it
 * right now, asked the way the server asks, without the server's memory.
 */
#include <stdlib.h>
#include <time.h>

#include "base/b64.h"
#include "base/config.h"
#include "cli/command.h"
#include "crypto/revocation.h"
#include "crypto/tls.h"

enum { FILES_MAX = 64, CERT_FILE_MAX = 256 << 10 };

struct check {
    struct arena *a;
    struct trust_place trust[FILES_MAX];
    struct cert *bag[FILES_MAX];
    size_t trust_count, bag_count;
    str_t fetch;
    int64_t at;
    enum cert_purpose purpose;
    const char *file;
    json_t *asked, *found; /* what was asked outside, what was found out of whom */
};

/* --- arguments ----------------------------------------------------------------------------------
 */

static rc_t read_certificate(const char *path, struct cert **out, struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT(CERT_FILE_MAX);
    TRY(cli_read_file(path, &bytes, e));
    return cert_parse(buf_view(&bytes), out, e);
}

static rc_t read_option(struct check *k, const char *name, const char *value, struct err *e)
{
    bool roots = strcmp(name, "--mail-roots") == 0;
    if ((roots || strcmp(name, "--trust") == 0) && k->trust_count < FILES_MAX) {
        k->trust[k->trust_count++] = (struct trust_place){
            str_c(value), roots ? TRUSTED_BY_MAIL_ROOTS : TRUSTED_BY_ORGANISATION};
        return RC_OK;
    }
    if (strcmp(name, "--issuer") == 0 && k->bag_count < FILES_MAX) {
        TRY(read_certificate(value, &k->bag[k->bag_count], e));
        k->bag_count++;
        return RC_OK;
    }
    if (strcmp(name, "--fetch") == 0) {
        k->fetch = str_c(value);
        return RC_OK;
    }
    if (strcmp(name, "--at") == 0 && cli_parse_time(value, &k->at)) return RC_OK;
    if (strcmp(name, "--purpose") == 0 && (!strcmp(value, "sign") || !strcmp(value, "encrypt"))) {
        k->purpose = value[0] == 's' ? PURPOSE_SIGN : PURPOSE_ENCRYPT;
        return RC_OK;
    }
    return err_set(e, RC_BAD_REQUEST, "certificate check does not understand %s %s", name, value);
}

/* The server's own trust and fetcher where none are named. */
static rc_t read_config(struct check *k, struct err *e)
{
    const char *file = getenv("WAXSEAL_CONF");
    struct config *c;
    if (!file || !*file) return RC_OK;
    TRY(config_load(file, k->a, &c, e));
    if (k->trust_count == 0) {
        k->trust[k->trust_count++] = (struct trust_place){c->trust_dir, TRUSTED_BY_ORGANISATION};
        if (!str_is_null(c->mail_roots))
            k->trust[k->trust_count++] = (struct trust_place){c->mail_roots, TRUSTED_BY_MAIL_ROOTS};
    }
    if (str_is_null(k->fetch)) k->fetch = c->fetch_socket;
    return RC_OK;
}

static rc_t read_arguments(struct check *k, int argc, char **argv, struct err *e)
{
    for (int i = 0; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            if (i + 1 == argc) return err_set(e, RC_BAD_REQUEST, "%s wants a value", argv[i]);
            TRY(read_option(k, argv[i], argv[i + 1], e));
            i++;
        } else if (k->file) {
            return err_set(e, RC_BAD_REQUEST, "unexpected argument %s", argv[i]);
        } else {
            k->file = argv[i];
        }
    }
    if (!k->file) return err_set(e, RC_BAD_REQUEST, "certificate check wants a file");
    return read_config(k, e);
}

/* --- asking -------------------------------------------------------------------------------------
 */

static rc_t fetch(void *holder, enum revocation_place kind, str_t url, str_t body,
                  uint32_t timeout_ms, struct arena *a, str_t *out, struct err *e)
{
    struct check *k = holder;
    struct err why = {0};
    int64_t began = clock_ms();
    rc_t rc = revocation_fetch(k->fetch, kind, url, body, timeout_ms, a, out, &why);
    json_t *one = json_object();
    json_put_str(one, "kind", str_c(revocation_place_word(kind)));
    json_put_str(one, "url", url);
    json_put_str(one, "outcome", str_c(err_word(rc)));
    json_put_str(one, "detail", why.detail[0] ? str_c(why.detail) : STR_NULL);
    json_put_int(one, "milliseconds", clock_ms() - began);
    json_array_append_new(k->asked, one);
    if (e) *e = why;
    return rc;
}

static json_t *revocation_json(const struct cert_revocation *v, struct arena *a)
{
    json_t *one = json_object();
    json_put_str(one, "status", str_c(revocation_word(v->status)));
    json_put_str(one, "source", v->source ? str_c(v->source) : STR_NULL);
    json_put_str(one, "url", v->url[0] ? str_c(v->url) : STR_NULL);
    json_put_str(one, "this_update", cli_format_time(v->this_update, a));
    json_put_str(one, "next_update", cli_format_time(v->next_update, a));
    json_put_str(one, "revoked_at", cli_format_time(v->revoked_at, a));
    json_put_str(one, "reason", v->reason ? str_c(v->reason) : STR_NULL);
    return one;
}

static void found(void *holder, const struct cert *about, const struct cert_revocation *v,
                  str_t raw)
{
    struct check *k = holder;
    (void) raw;
    json_t *one = revocation_json(v, k->a);
    json_put_str(one, "fingerprint", cert_fingerprint(about));
    json_array_append_new(k->found, one);
}

/* --- output -------------------------------------------------------------------------------------
 */

static json_t *certificate_json(const struct cert *c, struct arena *a)
{
    json_t *one = json_object();
    struct cert_info info;
    json_put_str(one, "fingerprint", cert_fingerprint(c));
    if (cert_describe(c, a, &info, NULL) != RC_OK) return one;
    json_put_str(one, "subject", info.subject);
    json_put_str(one, "issuer", info.issuer);
    json_put_str(one, "serial", info.serial);
    json_put_str(one, "not_before", cli_format_time(info.not_before, a));
    json_put_str(one, "not_after", cli_format_time(info.not_after, a));
    return one;
}

static void print_verdict(const struct check *k, const struct cert_verdict *v)
{
    CLEANUP_JSON json_t *out = json_object();
    json_t *path = json_array();
    for (size_t i = 0; i < v->path_count; i++)
        json_array_append_new(path, certificate_json(v->path[i], k->a));
    json_put_str(out, "chain", str_c(chain_status_word(v->chain)));
    json_put_str(out, "chain_detail", v->detail[0] ? str_c(v->detail) : STR_NULL);
    json_put_str(out, "trusted_by", str_c(trusted_by_word(v->trusted_by)));
    json_object_set_new(out, "path", path);
    json_object_set_new(out, "revocation", revocation_json(&v->revocation, k->a));
    json_object_set(out, "certificates", k->found);
    json_object_set(out, "asked", k->asked);
    cli_print(out);
}

static rc_t check(struct check *k, struct err *e)
{
    struct trust *trust = NULL;
    struct cert *c = NULL;
    struct cert_verdict v;
    struct revocation_asking asking;
    struct revocation_ops ops = {
        .fetch = str_is_null(k->fetch) ? NULL : fetch, .found = found, .holder = k};
    TRY(read_certificate(k->file, &c, e));
    rc_t rc = trust_load_places(k->trust, k->trust_count, &trust, e);
    if (rc == RC_OK) {
        revocation_start(&asking, &ops, true, (int64_t) time(NULL));
        const struct cert_checks checks = revocation_checks(&asking);
        const struct cert_question q = {.bag = k->bag,
                                        .bag_count = k->bag_count,
                                        .trust = trust,
                                        .purpose = k->purpose,
                                        .at = k->at,
                                        .checks = &checks};
        cert_verify(c, &q, &v);
        print_verdict(k, &v);
        cert_verdict_free(&v);
    }
    trust_free(trust);
    cert_unref(c);
    return rc;
}

int cmd_certificate_check(int argc, char **argv)
{
    CLEANUP_ARENA struct arena *a = arena_new(16u << 20);
    CLEANUP_JSON json_t *asked = json_array(), *seen = json_array();
    struct check k = {.a = a, .at = (int64_t) time(NULL), .asked = asked, .found = seen};
    struct err e = {0};
    if (!a) return EXIT_FAILED;
    rc_t rc = read_arguments(&k, argc, argv, &e);
    int code = EXIT_FINE;
    if (rc == RC_BAD_REQUEST)
        code = cli_usage(e.message);
    else if (rc != RC_OK || check(&k, &e) != RC_OK)
        code = cli_fail(&e);
    for (size_t i = 0; i < k.bag_count; i++)
        cert_unref(k.bag[i]);
    return code;
}
