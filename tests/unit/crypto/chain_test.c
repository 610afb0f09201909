/* Who is trusted, and by whom. What is asked while that is decided: chain_asking_test.c. */
#include <unistd.h>

#include "tests/unit/crypto/chain.h"

static struct trust *load_text(const char *text, enum trusted_by source, rc_t want)
{
    char path[] = "/tmp/waxseal-roots-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    close(fd);
    struct trust *t = NULL;
    const struct trust_place place = {str_c(path), source};
    assert_int_equal(trust_load_places(&place, 1, &t, NULL), want);
    remove(path);
    return t;
}

static void put_pem(char *out, size_t size, const char *before, const struct pki *p)
{
    char *pem;
    OSSL_OWN(BIO) bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, p->x);
    long n = BIO_get_mem_data(bio, &pem);
    size_t at = strlen(out);
    snprintf(out + at, size - at, "%s%.*s", before, (int) n, pem);
}

/* --- path and sources ---------------------------------------------------------------- */

static void tells_the_path(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    struct cert *bag[] = {inter.cert};
    CLEANUP_VERDICT v = JUDGE(&anna, .trust = t, .bag = bag, .bag_count = 1);
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
    assert_int_equal(v.path_count, 3);
    assert_true(v.path[0] == anna.cert && v.path[1] == inter.cert);
    assert_true(cert_equal(v.path[2], root.cert));
    CLEANUP_VERDICT copy;
    cert_verdict_copy(&copy, &v);
    cert_verdict_free(&v);
    cert_verdict_free(&v);
    assert_int_equal(copy.path_count, 3);
    assert_true(cert_equal(copy.path[2], root.cert));
    CLEANUP_VERDICT open = JUDGE(&anna, .trust = t);
    assert_verdict(&open, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    assert_int_equal(open.path_count, 1);
}

/* The first that is trusted ends the path, though its own issuer is trusted too. */
static void ends_at_the_first_trusted(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&inter, &root);
    CLEANUP_VERDICT v = JUDGE(&anna, .trust = t);
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
    assert_int_equal(v.path_count, 2);
    CLEANUP_TRUST middle = PKI_TRUST(&inter);
    CLEANUP_VERDICT part = JUDGE(&anna, .trust = middle);
    assert_verdict(&part, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
    assert_int_equal(part.path_count, 2);
}

static void tells_who_vouches(void **state)
{
    (void) state;
    CLEANUP_PKI own = PKI(.subject = "Own", .ca = true, .usage = CA_USAGE);
    CLEANUP_PKI bob = PKI(.subject = "Bob", .issuer = &own);
    char text[16384] = "", both[16384] = "";
    put_pem(text, sizeof text, "# Root\n", &root);
    CLEANUP_TRUST mail = load_text(text, TRUSTED_BY_MAIL_ROOTS, RC_OK);
    assert_int_equal(trust_count(mail, TRUSTED_BY_MAIL_ROOTS), 1);
    assert_int_equal(trust_count(mail, TRUSTED_BY_ORGANISATION), 0);
    struct cert *bag[] = {inter.cert};
    CLEANUP_VERDICT v = JUDGE(&anna, .trust = mail, .bag = bag, .bag_count = 1);
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_MAIL_ROOTS);
    CLEANUP_VERDICT no = JUDGE(&bob, .trust = mail, .bag = bag, .bag_count = 1);
    assert_verdict(&no, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    /* Named by both, the organisation's word goes first: it has no end. */
    char dir[] = "/tmp/waxseal-trust-XXXXXX", a[64], b[64];
    assert_non_null(mkdtemp(dir));
    snprintf(a, sizeof a, "%s/a.pem", dir);
    snprintf(b, sizeof b, "%s/b.txt", dir);
    put_pem(both, sizeof both, "# distrust-after: 2001-01-01T00:00:00Z\n", &root);
    FILE *f = fopen(a, "w");
    fputs(text, f);
    fclose(f);
    f = fopen(b, "w");
    fputs(both, f);
    fclose(f);
    const struct trust_place places[] = {{str_c(dir), TRUSTED_BY_ORGANISATION},
                                         {STR_NULL, TRUSTED_BY_MAIL_ROOTS},
                                         {str_c(b), TRUSTED_BY_MAIL_ROOTS}};
    struct trust *two = NULL;
    assert_int_equal(trust_load_places(places, 3, &two, NULL), RC_OK);
    CLEANUP_VERDICT w = JUDGE(&anna, .trust = two, .bag = bag, .bag_count = 1);
    assert_verdict(&w, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
    trust_free(two);
    const struct trust_place other_way[] = {places[2], places[0]};
    assert_int_equal(trust_load_places(other_way, 2, &two, NULL), RC_OK);
    CLEANUP_VERDICT x = JUDGE(&anna, .trust = two, .bag = bag, .bag_count = 1);
    assert_verdict(&x, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    trust_free(two);
    remove(a);
    remove(b);
    rmdir(dir);
}

/* The roots of the system are for web servers: OpenSSL's defaults must never be asked. */
static void the_systems_roots_do_not_count(void **state)
{
    (void) state;
    char path[] = "/tmp/waxseal-bundle-XXXXXX", text[16384] = "";
    struct cert *bag[] = {inter.cert, root.cert};
    struct trust *nothing = NULL;
    int fd = mkstemp(path);
    put_pem(text, sizeof text, "", &root);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    close(fd);
    setenv("SSL_CERT_FILE", path, 1);
    assert_int_equal(trust_load_places(NULL, 0, &nothing, NULL), RC_OK);
    CLEANUP_VERDICT v = JUDGE(&anna, .trust = nothing, .bag = bag, .bag_count = 2);
    assert_verdict(&v, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    CLEANUP_VERDICT w = JUDGE(&anna, .bag = bag, .bag_count = 2);
    assert_verdict(&w, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    unsetenv("SSL_CERT_FILE");
    remove(path);
    trust_free(nothing);
}

/* --- roots that no longer count for what is new ---------------------------------------- */

static void obeys_the_end_of_trust(void **state)
{
    (void) state;
    struct cert *bag[] = {inter.cert};
    char before[16384] = "", after[16384] = "", bad[16384] = "";
    /* anna begins 365 days before PKI_NOW: 2024-06-15T15:06:40Z */
    put_pem(before, sizeof before, "# Root\n# distrust-after: 2024-06-15T15:06:39Z\n", &root);
    put_pem(after, sizeof after, "# Root\n# distrust-after: 2024-06-15T15:06:40Z\n", &root);
    put_pem(bad, sizeof bad, "# distrust-after: some day\n", &root);
    CLEANUP_TRUST ended = load_text(before, TRUSTED_BY_MAIL_ROOTS, RC_OK);
    CLEANUP_TRUST lasts = load_text(after, TRUSTED_BY_MAIL_ROOTS, RC_OK);
    assert_null(load_text(bad, TRUSTED_BY_MAIL_ROOTS, RC_DAMAGED));
    CLEANUP_VERDICT no = JUDGE(&anna, .trust = ended, .bag = bag, .bag_count = 1);
    assert_verdict(&no, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    assert_non_null(strstr(no.detail, "no longer trusted"));
    CLEANUP_VERDICT yes = JUDGE(&anna, .trust = lasts, .bag = bag, .bag_count = 1);
    assert_verdict(&yes, CHAIN_TRUSTED, TRUSTED_BY_MAIL_ROOTS);
    /* The date of one root does not reach the next. */
    CLEANUP_PKI other = PKI(.subject = "Other", .ca = true, .usage = CA_USAGE);
    CLEANUP_PKI bob = PKI(.subject = "Bob", .issuer = &other);
    put_pem(before, sizeof before, "# Other\n", &other);
    CLEANUP_TRUST two = load_text(before, TRUSTED_BY_MAIL_ROOTS, RC_OK);
    CLEANUP_VERDICT fine = JUDGE(&bob, .trust = two);
    assert_verdict(&fine, CHAIN_TRUSTED, TRUSTED_BY_MAIL_ROOTS);
    CLEANUP_VERDICT still = JUDGE(&anna, .trust = two, .bag = bag, .bag_count = 1);
    assert_verdict(&still, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    /* The user may trust it nevertheless. */
    CLEANUP_VERDICT own =
        JUDGE(&anna, .trust = two, .bag = bag, .bag_count = 1, .anchors = bag, .anchor_count = 1);
    assert_verdict(&own, CHAIN_TRUSTED, TRUSTED_BY_PERSONAL);
}

/* --- personal trust ---------------------------------------------------------------------- */

static void anchors_make_an_unknown_issuer_known(void **state)
{
    (void) state;
    CLEANUP_PKI strange = PKI(.subject = "Strange", .ca = true, .usage = CA_USAGE);
    CLEANUP_TRUST t = PKI_TRUST(&strange);
    struct cert *bag[] = {inter.cert}, *by_root[] = {strange.cert, root.cert},
                *by_issuer[] = {inter.cert}, *itself[] = {anna.cert}, *none[] = {strange.cert};
    CLEANUP_VERDICT v =
        JUDGE(&anna, .trust = t, .bag = bag, .bag_count = 1, .anchors = by_root, .anchor_count = 2);
    assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_PERSONAL);
    assert_int_equal(v.path_count, 3);
    CLEANUP_VERDICT w = JUDGE(&anna, .trust = t, .anchors = by_issuer, .anchor_count = 1);
    assert_verdict(&w, CHAIN_TRUSTED, TRUSTED_BY_PERSONAL);
    assert_int_equal(w.path_count, 2);
    CLEANUP_VERDICT x =
        JUDGE(&anna, .bag = bag, .bag_count = 1, .anchors = itself, .anchor_count = 1);
    assert_verdict(&x, CHAIN_TRUSTED, TRUSTED_BY_PERSONAL);
    assert_int_equal(x.path_count, 1);
    CLEANUP_VERDICT y =
        JUDGE(&anna, .bag = bag, .bag_count = 1, .anchors = none, .anchor_count = 1);
    assert_verdict(&y, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    /* Where others vouch already, they are the ones that are named. */
    CLEANUP_TRUST all = PKI_TRUST(&root);
    CLEANUP_VERDICT z = JUDGE(&anna, .trust = all, .bag = bag, .bag_count = 1, .anchors = itself,
                              .anchor_count = 1);
    assert_verdict(&z, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
}

static enum chain_status pinned(const struct pki *p, int64_t at, enum cert_purpose purpose)
{
    struct cert *itself[] = {p->cert}, *bag[] = {inter.cert};
    CLEANUP_VERDICT v = JUDGE(p, .bag = bag, .bag_count = 1, .anchors = itself, .anchor_count = 1,
                              .at = at, .purpose = purpose);
    return v.chain;
}

/* Trust in a certificate is no more than that: it must still be in its time, strong, and for mail.
 */
static void anchors_mend_nothing_else(void **state)
{
    (void) state;
    CLEANUP_PKI self = PKI(.subject = "Self");
    CLEANUP_PKI weak = PKI(.subject = "Weak", .key = "rsa1024");
    CLEANUP_PKI old = PKI(.subject = "Old", .issuer = &inter, .md = "SHA1");
    CLEANUP_PKI web = PKI(.subject = "Web", .extended = "serverAuth");
    CLEANUP_PKI sign = PKI(.subject = "Sign", .usage = "digitalSignature");
    assert_int_equal(pinned(&self, PKI_NOW, PURPOSE_SIGN), CHAIN_TRUSTED);
    assert_int_equal(pinned(&anna, PKI_NOW, PURPOSE_SIGN), CHAIN_TRUSTED);
    assert_int_equal(pinned(&self, PKI_NOW + 400 * PKI_DAY, PURPOSE_SIGN), CHAIN_EXPIRED);
    assert_int_equal(pinned(&self, PKI_NOW - 400 * PKI_DAY, PURPOSE_SIGN), CHAIN_NOT_YET_VALID);
    assert_int_equal(pinned(&weak, PKI_NOW, PURPOSE_SIGN), CHAIN_WEAK);
    assert_int_equal(pinned(&old, PKI_NOW, PURPOSE_SIGN), CHAIN_WEAK);
    assert_int_equal(pinned(&web, PKI_NOW, PURPOSE_SIGN), CHAIN_PURPOSE);
    assert_int_equal(pinned(&sign, PKI_NOW, PURPOSE_ENCRYPT), CHAIN_PURPOSE);
    assert_int_equal(pinned(&sign, PKI_NOW, PURPOSE_SIGN), CHAIN_TRUSTED);
    /* A chain that is wrong stays wrong, whomever the user trusts. */
    CLEANUP_PKI fake = PKI(.subject = "Root", .ca = true, .usage = CA_USAGE);
    CLEANUP_TRUST t = PKI_TRUST(&fake);
    struct cert *bag[] = {inter.cert}, *anchors[] = {root.cert};
    CLEANUP_VERDICT v =
        JUDGE(&anna, .trust = t, .bag = bag, .bag_count = 1, .anchors = anchors, .anchor_count = 1);
    assert_verdict(&v, CHAIN_INVALID, TRUSTED_BY_NONE);
}

/* Somebody's own certificate, trusted for what it is, makes nobody else known. */
static void a_trusted_leaf_issues_nothing(void **state)
{
    (void) state;
    CLEANUP_PKI sub = PKI(.subject = "Sub", .issuer = &anna, .san = "email:anna@example.org");
    struct cert *anchors[] = {anna.cert}, *bag[] = {anna.cert, inter.cert};
    CLEANUP_VERDICT v =
        JUDGE(&sub, .bag = bag, .bag_count = 2, .anchors = anchors, .anchor_count = 1);
    assert_true(v.chain != CHAIN_TRUSTED);
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_VERDICT w = JUDGE(&sub, .trust = t, .bag = bag, .bag_count = 2);
    assert_true(w.chain != CHAIN_TRUSTED);
}

/* --- attacks ----------------------------------------------------------------------------- */

/* Each for itself: by its very bytes, whatever it may do by what it says, and mending nothing. */
static void the_vouched_count_for_themselves(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_PKI own = PKI(.subject = "Pat", .san = "email:pat@out.example",
                          .usage = "digitalSignature,keyCertSign");
    CLEANUP_PKI twin = PKI(.subject = "Pat", .san = "email:pat@out.example",
                           .usage = "digitalSignature,keyCertSign");
    CLEANUP_PKI again = PKI(.subject = "Pat", .san = "email:pat@out.example", .key_of = &own,
                            .usage = "digitalSignature,keyCertSign", .from = PKI_NOW - PKI_DAY);
    CLEANUP_PKI issued = PKI(.subject = "Sub", .issuer = &own);
    CLEANUP_PKI late =
        PKI(.subject = "Pat", .from = PKI_NOW - 9 * PKI_DAY, .to = PKI_NOW - PKI_DAY);
    struct cert *pat[] = {root.cert, own.cert}, *ca[] = {inter.cert, root.cert},
                *old[] = {late.cert};
    const struct {
        struct pki *p;
        struct cert **vouched;
        size_t n;
        enum chain_status want;
    } rows[] = {
        {&own, pat, 2, CHAIN_TRUSTED},          {&twin, pat, 2, CHAIN_UNKNOWN_ISSUER},
        {&again, pat, 2, CHAIN_UNKNOWN_ISSUER}, {&issued, pat, 2, CHAIN_INVALID},
        {&own, ca, 2, CHAIN_UNKNOWN_ISSUER},    {&late, old, 1, CHAIN_EXPIRED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_VERDICT v = JUDGE(rows[i].p, .trust = t, .bag = pat, .bag_count = 2,
                                  .vouched = rows[i].vouched, .vouched_count = rows[i].n);
        assert_verdict(&v, rows[i].want,
                       rows[i].want == CHAIN_TRUSTED ? TRUSTED_BY_REGISTERED : TRUSTED_BY_NONE);
    }
    /* An authority of it is not made known by one of the certificates it issued. */
    struct cert *known[] = {anna.cert}, *bag[] = {inter.cert};
    CLEANUP_TRUST nobody = PKI_TRUST(&own);
    CLEANUP_PKI other = PKI(.subject = "Other", .issuer = &inter);
    CLEANUP_VERDICT o = JUDGE(&other, .trust = nobody, .bag = bag, .bag_count = 1, .vouched = known,
                              .vouched_count = 1);
    assert_true(o.chain != CHAIN_TRUSTED);
    /* Where an authority is trusted, that is what is said. */
    CLEANUP_VERDICT k =
        JUDGE(&anna, .trust = t, .bag = bag, .bag_count = 1, .vouched = known, .vouched_count = 1);
    assert_verdict(&k, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
}

static void paths_with_a_bad_member(void **state)
{
    (void) state;
    CLEANUP_PKI weak =
        PKI(.subject = "Weak", .ca = true, .usage = CA_USAGE, .issuer = &root, .key = "rsa1024");
    CLEANUP_PKI sha1 =
        PKI(.subject = "Sha1", .ca = true, .usage = CA_USAGE, .issuer = &root, .md = "SHA1");
    CLEANUP_PKI over = PKI(.subject = "Over", .ca = true, .usage = CA_USAGE,
                           .from = PKI_NOW - 900 * PKI_DAY, .to = PKI_NOW - PKI_DAY);
    CLEANUP_PKI web = PKI(.subject = "Web CA", .ca = true, .usage = CA_USAGE, .issuer = &root,
                          .extended = "serverAuth");
    CLEANUP_PKI no_sign =
        PKI(.subject = "No sign", .ca = true, .usage = "critical,cRLSign", .issuer = &root);
    CLEANUP_TRUST t = PKI_TRUST(&root, &over);
    const struct {
        const struct pki *issuer;
        enum chain_status chain;
    } rows[] = {{&weak, CHAIN_WEAK},   {&sha1, CHAIN_WEAK},       {&over, CHAIN_EXPIRED},
                {&web, CHAIN_PURPOSE}, {&no_sign, CHAIN_INVALID}, {&anna, CHAIN_INVALID}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_PKI p = PKI(.subject = "P", .issuer = rows[i].issuer);
        struct cert *bag[] = {rows[i].issuer->cert, inter.cert};
        CLEANUP_VERDICT v = JUDGE(&p, .trust = t, .bag = bag, .bag_count = 2);
        if (v.chain != rows[i].chain)
            fail_msg("row %zu: %s (%s)", i, chain_status_word(v.chain), v.detail);
    }
}

/* Another certificate for the same name and key, by another authority: cross-signed. */
static struct pki cross_signed(const struct pki *p, const struct pki *by)
{
    struct pki twin = {.key = p->key, .x = X509_dup(p->x)};
    EVP_PKEY_up_ref(twin.key);
    X509_set_issuer_name(twin.x, X509_get_subject_name(by->x));
    ASN1_INTEGER_set(X509_get_serialNumber(twin.x), 99);
    if (!X509_sign(twin.x, by->key, EVP_sha256())) abort();
    unsigned char *der = NULL;
    int n = i2d_X509(twin.x, &der);
    if (cert_parse(str_n(der, (size_t) n), &twin.cert, NULL) != RC_OK) abort();
    OPENSSL_free(der);
    return twin;
}

/* In whatever order a message brings them, a good path is found, and a forged one adds nothing. */
static void finds_the_way_among_namesakes(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_PKI stranger = PKI(.subject = "Stranger", .ca = true, .usage = CA_USAGE);
    CLEANUP_PKI cross = cross_signed(&inter, &stranger);
    struct pki forged[6];
    for (size_t i = 0; i < 6; i++)
        forged[i] = PKI(.subject = "Issuer", .ca = true, .usage = CA_USAGE, .issuer = &stranger);
    struct cert *bags[][8] = {{cross.cert, inter.cert},
                              {inter.cert, cross.cert},
                              {forged[0].cert, inter.cert},
                              {forged[0].cert, forged[1].cert, forged[2].cert, forged[3].cert,
                               forged[4].cert, cross.cert, stranger.cert, inter.cert}};
    const size_t counts[] = {2, 2, 2, 8};
    for (size_t i = 0; i < 4; i++) {
        CLEANUP_VERDICT v = JUDGE(&anna, .trust = t, .bag = bags[i], .bag_count = counts[i]);
        assert_verdict(&v, CHAIN_TRUSTED, TRUSTED_BY_ORGANISATION);
        assert_int_equal(v.path_count, 3);
        assert_true(v.path[1] == inter.cert);
    }
    CLEANUP_VERDICT none = JUDGE(&anna, .trust = t, .bag = bags[3], .bag_count = 7);
    assert_verdict(&none, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    CLEANUP_VERDICT only_forged = JUDGE(&anna, .trust = t, .bag = bags[3], .bag_count = 5);
    assert_verdict(&only_forged, CHAIN_UNKNOWN_ISSUER, TRUSTED_BY_NONE);
    for (size_t i = 0; i < 6; i++)
        pki_free(&forged[i]);
}

/* Hundreds of them cost a bounded time, and circles end. */
static void namesakes_cannot_keep_us_busy(void **state)
{
    (void) state;
    CLEANUP_TRUST t = PKI_TRUST(&root);
    CLEANUP_PKI a = PKI(.subject = "A", .ca = true, .usage = CA_USAGE);
    CLEANUP_PKI b = PKI(.subject = "B", .ca = true, .usage = CA_USAGE, .issuer = &a);
    struct pki rounds[40];
    struct cert *bag[80];
    size_t n = 0;
    for (size_t i = 0; i < 40; i++) {
        rounds[i] = cross_signed(i % 2 ? &a : &b, i % 2 ? &b : &a);
        ASN1_INTEGER_set(X509_get_serialNumber(rounds[i].x), (long) (1000 + i));
        if (!X509_sign(rounds[i].x, i % 2 ? b.key : a.key, EVP_sha256())) abort();
        unsigned char *der = NULL;
        int len = i2d_X509(rounds[i].x, &der);
        cert_unref(rounds[i].cert);
        if (cert_parse(str_n(der, (size_t) len), &rounds[i].cert, NULL) != RC_OK) abort();
        OPENSSL_free(der);
        bag[n++] = rounds[i].cert;
    }
    CLEANUP_PKI leaf = PKI(.subject = "Leaf", .issuer = &b);
    CLEANUP_VERDICT v = JUDGE(&leaf, .trust = t, .bag = bag, .bag_count = n);
    assert_true(v.chain != CHAIN_TRUSTED);
    /* All signers of a message together: what one has used up is not there for the next. */
    struct cert_effort effort = CERT_EFFORT, all = CERT_EFFORT;
    CLEANUP_VERDICT one = JUDGE(&leaf, .trust = t, .bag = bag, .bag_count = n, .effort = &effort);
    assert_true(effort.attempts < all.attempts && effort.checks < all.checks);
    effort = (struct cert_effort){0};
    CLEANUP_VERDICT next = JUDGE(&leaf, .trust = t, .bag = bag, .bag_count = n, .effort = &effort);
    assert_true(one.chain != CHAIN_TRUSTED && next.chain != CHAIN_TRUSTED);
    assert_int_equal(effort.attempts + effort.checks, 0);
    for (size_t i = 0; i < 40; i++)
        pki_free(&rounds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_path),
        cmocka_unit_test(ends_at_the_first_trusted),
        cmocka_unit_test(tells_who_vouches),
        cmocka_unit_test(the_systems_roots_do_not_count),
        cmocka_unit_test(obeys_the_end_of_trust),
        cmocka_unit_test(anchors_make_an_unknown_issuer_known),
        cmocka_unit_test(anchors_mend_nothing_else),
        cmocka_unit_test(a_trusted_leaf_issues_nothing),
        cmocka_unit_test(the_vouched_count_for_themselves),
        cmocka_unit_test(paths_with_a_bad_member),
        cmocka_unit_test(finds_the_way_among_namesakes),
        cmocka_unit_test(namesakes_cannot_keep_us_busy),
    };
    return cmocka_run_group_tests_name("chain", tests, make_chain, free_chain);
}
