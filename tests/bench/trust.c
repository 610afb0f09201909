/* Judging certificates: microseconds of processor time with one root and with as many as there are
 * for e-mail, with personal anchors, and for parsing. A program for reports: it prints and judges
 * nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/crypto/pki.h"

enum { ROOTS = 160, ROUNDS = 400, TAKES = 9 };

struct bench {
    struct pki roots[ROOTS], inter, leaf;
    struct trust *one, *many, *none;
};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

static void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static void judge(const struct bench *b, const struct trust *t, size_t anchors)
{
    struct cert *bag[] = {b->inter.cert}, *personal[200];
    struct cert_verdict v;
    for (size_t i = 0; i < anchors; i++)
        personal[i] = b->roots[i % ROOTS].cert;
    const struct cert_question q = {.bag = bag,
                                    .bag_count = 1,
                                    .trust = t,
                                    .anchors = personal,
                                    .anchor_count = anchors,
                                    .at = PKI_NOW};
    cert_verify(b->leaf.cert, &q, &v);
    need(v.chain == CHAIN_TRUSTED, v.detail);
    cert_verdict_free(&v);
}

static void one_root(const struct bench *b)
{
    judge(b, b->one, 0);
}

static void many_roots(const struct bench *b)
{
    judge(b, b->many, 0);
}

static void many_anchors(const struct bench *b)
{
    judge(b, b->none, 200);
}

static void parse(const struct bench *b)
{
    struct cert *c = NULL;
    need(cert_parse(cert_der(b->leaf.cert), &c, NULL) == RC_OK, "parse");
    cert_unref(c);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median_us(void (*f)(const struct bench *), const struct bench *b)
{
    double t[TAKES];
    for (int i = 0; i < TAKES; i++) {
        double start = now_us();
        for (int k = 0; k < ROUNDS; k++)
            f(b);
        t[i] = (now_us() - start) / ROUNDS;
    }
    qsort(t, TAKES, sizeof *t, by_value);
    return t[TAKES / 2];
}

int main(void)
{
    static struct bench b;
    const struct pki *all[ROOTS];
    for (size_t i = 0; i < ROOTS; i++) {
        char name[32];
        snprintf(name, sizeof name, "Root %zu", i);
        b.roots[i] = PKI(.subject = name, .ca = true, .usage = "keyCertSign");
        all[i] = &b.roots[i];
    }
    b.inter = PKI(.subject = "Issuer", .ca = true, .usage = "keyCertSign", .issuer = &b.roots[77]);
    b.leaf = PKI(.subject = "Leaf", .san = "email:anna@example.org", .issuer = &b.inter);
    b.one = pki_trust(&all[77], 1);
    b.many = pki_trust(all, ROOTS);
    need(trust_load_places(NULL, 0, &b.none, NULL) == RC_OK, "load");
    double one = median_us(one_root, &b);
    printf("%-44s %9s %6s\n", "operation (CPU time)", "us", "ratio");
    printf("%-44s %9.1f %6.2f\n", "judge a chain of three, one root", one, 1.0);
    double many = median_us(many_roots, &b);
    printf("%-44s %9.1f %6.2f\n", "the same, 160 roots", many, many / one);
    double anchors = median_us(many_anchors, &b);
    printf("%-44s %9.1f %6.2f\n", "the same, 200 personal anchors, no root", anchors,
           anchors / one);
    double parsed = median_us(parse, &b);
    printf("%-44s %9.1f %6.2f\n", "parse a certificate that is kept", parsed, parsed / one);
    return 0;
}
