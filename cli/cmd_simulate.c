/* waxsealctl rules simulate|check: what the stored rules, or a draft of them, would do. Nothing is
 * changed. */
#include <stdio.h>
#include <time.h>

#include "cli/command.h"
#include "cli/registry.h"
#include "crypto/cert.h"
#include "policy/decision_json.h"
#include "policy/example.h"
#include "policy/rulebook.h"
#include "policy/rules_store.h"
#include "policy/warnings.h"

enum { WORK_BYTES = 256 << 20 };

/* What a simulation holds. */
struct simulation {
    struct desk *d;
    struct rulebook *book;
    struct arena *a;
    struct rulebook_case c;
    struct policy_message message;
    struct ruleset *draft; /* NULL: none */
    struct trust *trust;
};

static void end(struct simulation *s)
{
    rulebook_close(&s->c);
    ruleset_unref(s->draft);
    rulebook_free(s->book);
    trust_free(s->trust);
    arena_free(s->a);
}

static rc_t begin(struct simulation *s, struct err *e)
{
    const struct config *c = s->d->c.config;
    const struct trust_place places[] = {{c->trust_dir, TRUSTED_BY_ORGANISATION},
                                         {c->mail_roots, TRUSTED_BY_MAIL_ROOTS}};
    s->a = arena_new(WORK_BYTES);
    if (!s->a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(rulebook_new(c, &s->book, e));
    TRY(trust_load_places(places, 2, &s->trust, e));
    rulebook_set_trust(s->book, s->trust);
    return RC_OK;
}

static rc_t read_json(const char *path, size_t max, json_t **out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(max);
    TRY(cli_read_file(path, &text, e));
    return json_parse_object(buf_view(&text), out, e);
}

/* The draft stands in the place of what is stored, if the message concerns this organisation. */
static rc_t take_draft(struct simulation *s, struct err *e)
{
    CLEANUP_JSON json_t *document = NULL;
    str_t id = desk_word(s->d, 1);
    if (s->d->count < 3) return RC_OK;
    TRY(read_json(s->d->raw[2], RULES_STORE_MAX_BYTES, &document, e));
    TRY(rules_store_check(document, e));
    TRY(rulebook_draft(s->book, s->d->c.kv, id, document, &s->draft, e));
    for (size_t i = 0; i < s->c.in.org_count; i++)
        if (str_eq(s->c.orgs[i].id, id)) s->c.orgs[i].rules = s->draft;
    return RC_OK;
}

/* Certificates that are described with the message stand in the place of the registered ones: each
 * organisation is taken to know them. */
static rc_t take_facts(struct simulation *s, const json_t *file, struct buf *notes, struct err *e)
{
    struct example_reader r = {.a = s->a, .notes = notes};
    bool described = json_object_get(file, "certs") != NULL;
    for (size_t i = 0; described && i < s->c.in.org_count; i++) {
        struct policy_organisation given = {.id = STR_NULL};
        CLEANUP_JSON json_t *only = json_object();
        json_object_set(only, "certs", json_object_get(file, "certs"));
        TRY(example_read_facts(only, NULL, &r, &given, e));
        s->c.orgs[i].certs = given.certs;
        s->c.orgs[i].cert_count = given.cert_count;
    }
    return example_read_state(file, NULL, &s->c.in.state, e);
}

static rc_t simulate(struct simulation *s, const json_t *file, struct buf *notes, json_t **out,
                     struct err *e)
{
    static const char *const KEYS[] = {"id", "title", "message", "certs", "state", NULL};
    const json_t *message;
    const struct place here = PLACE_KEY(NULL, "message");
    struct example_reader r = {.a = s->a, .notes = notes};
    struct decision d;
    TRY(place_known(file, KEYS, NULL, e));
    TRY(place_object(file, "message", true, NULL, &message, e));
    TRY(example_read_message(message, &here, &r, &s->message, e));
    TRY(rulebook_open(s->book, s->d->c.kv, &s->message, (int64_t) time(NULL), s->a, &s->c, e));
    TRY(take_draft(s, e));
    TRY(take_facts(s, file, notes, e));
    TRY(policy_evaluate(&s->c.in, s->a, &d, e));
    *out = decision_to_json(&d);
    return *out ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
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
    struct simulation s = {.d = d};
    rc_t rc = begin(&s, &e);
    if (rc == RC_OK) rc = read_json(d->raw[0], EXAMPLE_BYTES_MAX, &file, &e);
    if (rc == RC_OK) rc = simulate(&s, file, &notes, &decision, &e);
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
    struct rule_warnings w;
    CLEANUP_RULESET struct ruleset *rules = NULL;
    CLEANUP_DESK struct desk *d =
        desk_open(argc, argv, RECORD_KINDS, 1, 1, "rules check ORGANISATION", &code);
    if (!d) return code;
    struct simulation s = {.d = d};
    rc_t rc = begin(&s, &e);
    if (rc == RC_OK) rc = rulebook_get(s.book, d->c.kv, desk_word(d, 0), &rules, &e);
    const struct policy_organisation o = {.id = desk_word(d, 0), .rules = rules};
    if (rc == RC_OK) rc = rule_warnings_find(&o, s.a, &w, &e);
    if (rc != RC_OK) {
        end(&s);
        return desk_fail(d, &e, NULL);
    }
    CLEANUP_JSON json_t *out = json_object();
    json_put_bool(out, "complete", w.complete);
    json_object_set_new(out, "warnings", rule_warnings_json(&w, rules));
    cli_print(out);
    end(&s);
    return EXIT_FINE;
}
