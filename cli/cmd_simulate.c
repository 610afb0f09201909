/* waxsealctl rules simulate|check: what the stored rules, or a draft of them, would do. Nothing is
 * changed. */
#include <stdio.h>
#include <time.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "crypto/cert.h"
#include "policy/example.h"
#include "policy/roots.h"
#include "policy/rules_store.h"
#include "policy/simulate.h"

/* What a simulation holds. */
struct setting {
    struct simulation s;
    struct trust *trust;
    struct roots *roots;
    json_t *draft; /* NULL: none */
};

static void end(struct setting *s)
{
    rulebook_free(s->s.book);
    roots_free(s->roots);
    trust_free(s->trust);
    json_decref(s->draft);
}

static rc_t read_json(const char *path, size_t max, json_t **out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(max);
    TRY(cli_read_file(path, &text, e));
    return json_parse_object(buf_view(&text), out, e);
}

/* draft: argument that names the draft, if it is there; the one before it is the organisation. */
static rc_t begin(struct setting *s, struct desk *d, size_t draft, struct err *e)
{
    const struct config *c = d->c.config;
    const struct trust_place places[] = {{c->trust_dir, TRUSTED_BY_ORGANISATION},
                                         {c->mail_roots, TRUSTED_BY_MAIL_ROOTS}};
    TRY(rulebook_new(c, &s->s.book, e));
    TRY(trust_load_places(places, 2, &s->trust, e));
    TRY(roots_new(c, s->trust, &s->roots, e));
    rulebook_set_roots(s->s.book, s->roots);
    s->s.r = &d->r;
    s->s.now = (int64_t) time(NULL);
    if (d->count <= draft) return RC_OK;
    TRY(read_json(d->raw[draft], RULES_STORE_MAX_BYTES, &s->draft, e));
    s->s.draft = s->draft;
    s->s.draft_of = desk_word(d, draft - 1);
    return RC_OK;
}

int cmd_rules_simulate(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *file = NULL, *decision = NULL;
    CLEANUP_BUF struct buf notes = BUF_INIT(1 << 20);
    CLEANUP_DESK struct desk *d = desk_open(argc, argv, RECORD_KINDS, 1, 3,
                                            "rules simulate FILE|- [ORGANISATION DRAFT]", &code);
    if (!d) return code;
    if (d->count == 2) return cli_usage("rules simulate FILE|- [ORGANISATION DRAFT]");
    struct setting s = {.trust = NULL};
    rc_t rc = begin(&s, d, 2, &e);
    if (rc == RC_OK) rc = read_json(d->raw[0], EXAMPLE_BYTES_MAX, &file, &e);
    if (rc == RC_OK) rc = simulate_decide(&s.s, file, &notes, &decision, NULL, &e);
    end(&s);
    fprintf(stderr, "%.*s", STR_ARG(buf_view(&notes)));
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    cli_print(decision);
    return EXIT_FINE;
}

int cmd_rules_check(int argc, char **argv)
{
    struct err e = {0};
    int code;
    CLEANUP_JSON json_t *out = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 2, "rules check ORGANISATION [DRAFT]", &code);
    if (!d) return code;
    struct setting s = {.s = {.organisation = desk_word(d, 0)}};
    rc_t rc = begin(&s, d, 1, &e);
    if (rc == RC_OK) rc = simulate_check(&s.s, &out, &e);
    end(&s);
    if (rc != RC_OK) return desk_fail(d, &e, NULL);
    cli_print(out);
    return EXIT_FINE;
}
