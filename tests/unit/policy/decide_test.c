/* Sentences of the rules' text that the worked examples leave open, one row each. */
#include "policy/decision_json.h"
#include "tests/unit/policy/policy_json.h"

#define PEOPLE                                                                                     \
    "'accounts': [{'address': 'ann@acme.example', 'licence': 'active'},"                           \
    "{'address': 'ben@acme.example', 'licence': 'active'}]"
#define CERT(id, address, more)                                                                    \
    "{'id': '" id "', 'address': '" address "', 'usage': ['sign', 'encrypt'], "                    \
    "'key': 'gateway', 'primary': true" more "}"
#define ANN CERT("k-ann", "ann@acme.example", "")
#define BEN CERT("k-ben", "ben@acme.example", "")
#define PAT CERT("c-pat", "pat@partner.example", "")
#define CERTS(list) ", 'certs': [" list "]"
#define RULE(more) ", 'rules': [{'id': 'R', 'priority': 1, 'from': ['*'], 'to': ['*'], " more "}]"
#define OUT                                                                                        \
    "'authenticated': true, 'mail_from': 'ann@acme.example', 'from': 'ann@acme.example', "         \
    "'to': ['pat@partner.example']"
#define OWN                                                                                        \
    "'authenticated': true, 'mail_from': 'ann@acme.example', 'from': 'ann@acme.example', "         \
    "'to': ['ben@acme.example']"
#define IN                                                                                         \
    "'authenticated': false, 'auth': 'pass', 'mail_from': 'pat@partner.example', "                 \
    "'from': 'pat@partner.example', 'to': ['ann@acme.example']"
#define FOR(ids, more) ", 'encrypted': {'for': [" ids "], 'cipher': 'aes-256-gcm'" more "}"

/* "outbound deliver 2.0.0; R sign=require:done/ok(k-ann) encrypt=…" of one recipient. */
static str_t summary(const struct decision_recipient *r, struct arena *a)
{
    str_t all = arena_printf(a, "%.*s %.*s%s%s", STR_ARG(decision_outcome_word(r->outcome)),
                             STR_ARG(decision_status_code(r->status)), r->held ? " held" : "",
                             r->stored == STORED_PLAIN       ? " plain"
                             : r->stored == STORED_ENCRYPTED ? " encrypted"
                                                             : "");
    for (size_t i = 0; i < r->pass_count; i++) {
        const struct decision_pass *p = &r->pass[i];
        all = arena_printf(a, "%.*s;", STR_ARG(all));
        for (int f = 0; f < RULE_ON_PARTIAL; f++) {
            const struct decision_action *x = &p->action[f];
            if (x->result == RESULT_ABSENT) continue;
            all = arena_printf(a, "%.*s %.*s=%.*s/%.*s", STR_ARG(all),
                               STR_ARG(rule_field_word((enum rule_field) f)),
                               STR_ARG(decision_result_word(x->result)),
                               STR_ARG(decision_reason_word(x->reason)));
            if (x->cert.p) all = arena_printf(a, "%.*s(%.*s)", STR_ARG(all), STR_ARG(x->cert));
        }
    }
    return all;
}

struct row {
    const char *title, *org, *message, *want;
    const char *state;
};

static void check_row(const struct row *w)
{
    char text[6000];
    struct err e = {.code = RC_OK};
    struct example x;
    struct decision d;
    struct arena *a = arena_new(1 << 22);
    snprintf(text, sizeof text,
             "{'orgs': [{'id': 'acme', 'domains': ['acme.example'], 'smime': 'enabled', %s}], "
             "'message': {%s}, 'state': {%s}}",
             w->org, w->message, w->state ? w->state : "");
    CLEANUP_JSON json_t *v = parse(text);
    if (example_read(v, NULL, a, NULL, &x, &e) != RC_OK ||
        policy_evaluate(&x.in, a, &d, &e) != RC_OK)
        fail_msg("%s: %s", w->title, e.message);
    str_t got = summary(&d.recipients[0], a);
    if (!str_eq(got, str_c(w->want)))
        fail_msg("%s:\n%.*s\nis not\n%s", w->title, STR_ARG(got), w->want);
    example_free(&x);
    arena_free(a);
}

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_row(&rows[i]);
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void signs(void **state)
{
    static const struct row rows[] = {
        {"what came signed stays, whatever the signature is worth",
         PEOPLE RULE("'sign': 'require'"), OUT ", 'signed': {'result': 'corrupt'}",
         "deliver 2.0.0; sign=satisfied/already_signed encrypt=none/off"},
        {"and so where the plan lapsed", "'smime': 'lapsed'" RULE("'sign': 'require'"),
         OUT ", 'signed': {'result': 'valid'}",
         "deliver 2.0.0; sign=satisfied/already_signed encrypt=none/off"},
        {"a lapsed plan comes before a missing account", "'smime': 'lapsed'" RULE("'sign': 'on'"),
         OUT, "deliver 2.0.0; sign=unavailable/feature_lapsed encrypt=none/off"},
        {"an inactive licence",
         "'accounts': [{'address': 'ann@acme.example', "
         "'licence': 'inactive'}]" CERTS(ANN),
         OUT, "deliver 2.0.0; sign=unavailable/licence_inactive encrypt=none/off"},
        {"a key that only the user has",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'key': 'user'")), OUT,
         "deliver 2.0.0; sign=unavailable/key_user_held encrypt=none/off"},
        {"no key", PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'key': 'none'")), OUT,
         "deliver 2.0.0; sign=unavailable/no_key encrypt=none/off"},
        {"expired before untrusted",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'status': 'expired', 'trust': 'untrusted'")),
         OUT, "deliver 2.0.0; sign=unavailable/cert_expired encrypt=none/off"},
        {"untrusted before an algorithm",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'alg': 'ed25519', 'trust': 'untrusted'")),
         OUT, "deliver 2.0.0; sign=unavailable/cert_untrusted encrypt=none/off"},
        {"a fault comes before a key that the user has",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'alg': 'ed25519', 'key': 'user'"))
             RULE("'sign': 'require'"),
         OUT, "reject 5.7.6; sign=unavailable/alg_unsupported encrypt=none/off"},
        {"revocation that is not known does not keep from signing",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'status': 'unknown', 'trust': 'pinned'"))
             RULE("'sign': 'require'"),
         OUT, "deliver 2.0.0; sign=done/ok(k) encrypt=none/off"},
        {"a certificate for encryption only is none",
         PEOPLE ", 'certs': [{'id': 'k', "
                "'address': 'ann@acme.example', 'usage': ['encrypt'], 'key': 'gateway'}]",
         OUT, "deliver 2.0.0; sign=unavailable/no_certificate encrypt=none/off"},
        {"of two primary ones the newer",
         PEOPLE CERTS(CERT("k1", "ann@acme.example",
                           ", 'seq': 1") "," CERT("k2", "ann@acme.example", ", 'seq': 2")),
         OUT, "deliver 2.0.0; sign=done/ok(k2) encrypt=none/off"},
    };
    (void) state;
    CHECK(rows);
}

#define ENCRYPT RULE("'sign': 'off', 'encrypt': 'require'")
#define WISH RULE("'sign': 'off', 'encrypt': 'on'")
static void encrypts(void **state)
{
    static const struct row rows[] = {
        {"revocation that is not known, wished for",
         PEOPLE CERTS(CERT("c", "pat@partner.example", ", 'status': 'unknown'")) WISH, OUT,
         "deliver 2.0.0; sign=none/off encrypt=done/revocation_unknown(c)"},
        {"demanded: it waits",
         PEOPLE CERTS(CERT("c", "pat@partner.example", ", 'status': 'unknown'")) ENCRYPT, OUT,
         "defer 4.7.5; sign=none/off encrypt=deferred/revocation_unknown"},
        {"nobody can say, wished for", PEOPLE CERTS(PAT) WISH, OUT,
         "deliver 2.0.0; sign=none/off encrypt=done/revocation_unknown(c-pat)",
         "'revocation': 'down'"},
        {"what fails for good decides before what waits",
         PEOPLE CERTS(PAT) RULE("'outbound': 'enforce'"), OUT,
         "reject 5.7.3; sign=unavailable/no_certificate encrypt=deferred/revocation_unknown",
         "'revocation': 'down'"},
        {"encrypt decides the code before sign",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'alg': 'ed25519'"))
             RULE("'outbound': 'enforce'"),
         OUT, "reject 5.7.3; sign=unavailable/alg_unsupported encrypt=unavailable/no_certificate"},
        {"the other way round",
         PEOPLE CERTS(CERT("c", "pat@partner.example", ", 'alg': 'x25519'"))
             RULE("'outbound': 'enforce'"),
         OUT, "reject 5.7.6; sign=unavailable/no_certificate encrypt=unavailable/alg_unsupported"},
        {"a recipient of ours whose licence ends",
         "'accounts': [{'address': 'ann@acme.example', "
         "'licence': 'active'}, {'address': 'ben@acme.example', 'licence': "
         "'revoke_pending'}]" CERTS(BEN) ENCRYPT,
         OUT ", 'to': ['ben@acme.example']",
         "reject 5.7.3; sign=none/off encrypt=unavailable/recipient_revoke_pending"},
        {"the licence of an address that is not of our domains",
         "'accounts': [{'address': 'ann@acme.example', 'licence': 'active'}, "
         "{'address': 'pat@partner.example', 'licence': 'revoke_pending'}]" CERTS(PAT) ENCRYPT,
         OUT, "deliver 2.0.0; sign=none/off encrypt=done/ok(c-pat)"},
        {"a recipient of ours without a certificate: that first",
         "'accounts': [{'address': "
         "'ann@acme.example', 'licence': 'active'}, {'address': 'ben@acme.example', 'licence': "
         "'inactive'}]" ENCRYPT,
         OUT ", 'to': ['ben@acme.example']",
         "reject 5.7.3; sign=none/off encrypt=unavailable/no_certificate"},
        {"the licence comes before a fault",
         "'accounts': [{'address': 'ann@acme.example', 'licence': "
         "'active'}, {'address': 'ben@acme.example', 'licence': 'inactive'}]" CERTS(
             CERT("c", "ben@acme.example", ", 'status': 'revoked'")) ENCRYPT,
         OUT ", 'to': ['ben@acme.example']",
         "reject 5.7.3; sign=none/off encrypt=unavailable/recipient_inactive"},
        {"the fault of the best where none is usable",
         PEOPLE CERTS(CERT(
             "c1", "pat@partner.example",
             ", 'status': 'revoked', 'primary': false, 'seq': 9") "," CERT("c2",
                                                                           "pat@partner.example",
                                                                           ", 'trust': "
                                                                           "'untrusted'")) ENCRYPT,
         OUT, "reject 5.7.3; sign=none/off encrypt=unavailable/cert_untrusted"},
        {"encrypted before for somebody whose certificate nobody knows", PEOPLE ENCRYPT,
         OUT FOR("'x'", ""), "deliver 2.0.0; sign=none/off encrypt=satisfied/already_encrypted"},
        {"a revoked certificate is known all the same",
         PEOPLE CERTS(CERT("c", "pat@partner.example", ", 'status': 'revoked'")) WISH,
         OUT FOR("'x'", ""), "deliver 2.0.0; sign=none/off encrypt=unavailable/not_for_recipient"},
        {"one of several is enough",
         PEOPLE CERTS(PAT "," CERT("c2", "pat@partner.example", "")) ENCRYPT, OUT FOR("'c2'", ""),
         "deliver 2.0.0; sign=none/off encrypt=satisfied/already_encrypted"},
        {"a certificate for signing only is not known for this",
         PEOPLE ", 'certs': [{'id': 'c', "
                "'address': 'pat@partner.example', 'usage': ['sign'], 'key': 'none'}]" ENCRYPT,
         OUT FOR("'x'", ""), "deliver 2.0.0; sign=none/off encrypt=satisfied/already_encrypted"},
        {"the sender needs an active licence",
         "'accounts': [{'address': 'ann@acme.example', "
         "'licence': 'revoke_pending'}]" CERTS(PAT) ENCRYPT,
         OUT, "reject 5.7.3; sign=none/off encrypt=unavailable/licence_revoke_pending"},
    };
    (void) state;
    CHECK(rows);
}

static void opens_and_checks(void **state)
{
    static const struct row rows[] = {
        {"off, in clear text", PEOPLE RULE("'decrypt': 'off', 'validate': 'off'"), IN,
         "deliver 2.0.0 plain; decrypt=none/off validate=none/off"},
        {"a mailbox that is not registered",
         "'accounts': []" CERTS(ANN) RULE("'decrypt': 'always'"), IN FOR("'k-ann'", ""),
         "reject 5.7.5; decrypt=unavailable/no_account"},
        {"inactive, wished for",
         "'accounts': [{'address': 'ann@acme.example', 'licence': 'inactive'}]" CERTS(ANN),
         IN FOR("'k-ann'", ""),
         "deliver 2.0.0 encrypted; decrypt=unavailable/licence_inactive validate=reported/opaque"},
        {"a lapsed plan, forced",
         "'smime': 'lapsed', " PEOPLE CERTS(ANN) RULE("'decrypt': 'force'"), IN FOR("'k-ann'", ""),
         "reject 5.7.5; decrypt=unavailable/feature_lapsed"},
        {"a lapsed plan still refuses clear text",
         "'smime': 'lapsed', " PEOPLE RULE("'decrypt': 'force'"), IN,
         "reject 5.7.1; decrypt=refused/not_encrypted"},
        {"an expired certificate opens old mail",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'status': 'expired'")), IN FOR("'k'", ""),
         "deliver 2.0.0 plain; decrypt=done/ok validate=reported/unsigned"},
        {"the gateway's key before the user's",
         PEOPLE CERTS(CERT("k1", "ann@acme.example",
                           ", 'key': 'user'") "," CERT("k2", "ann@acme.example", "")),
         IN FOR("'k1', 'k2'", ", 'inner_signed': {'result': 'expired'}"),
         "deliver 2.0.0 plain; decrypt=done/ok validate=reported/expired"},
        {"a certificate without any key",
         PEOPLE CERTS(CERT("k", "ann@acme.example", ", 'key': 'none'")) RULE("'decrypt': 'always'"),
         IN FOR("'k'", ""), "reject 5.7.5; decrypt=unavailable/no_key"},
        {"another's certificate", PEOPLE CERTS(BEN), IN FOR("'k-ben'", ""),
         "deliver 2.0.0 encrypted; decrypt=unavailable/no_key validate=reported/opaque"},
        {"3DES is taken", PEOPLE CERTS(ANN),
         IN ", 'encrypted': {'for': ['k-ann'], "
            "'cipher': 'DES-EDE3-CBC'}",
         "deliver 2.0.0 plain; decrypt=done/ok validate=reported/unsigned"},
        {"AES in counter mode is not", PEOPLE CERTS(ANN),
         IN ", 'encrypted': {'for': ['k-ann'], "
            "'cipher': 'aes-256-ctr'}",
         "deliver 2.0.0 encrypted; decrypt=unavailable/cipher_refused validate=reported/opaque"},
        {"an altered one, always", PEOPLE CERTS(ANN) RULE("'decrypt': 'always'"),
         IN FOR("'k-ann'", ", 'integrity': 'tampered'"),
         "reject 5.7.7; decrypt=unavailable/tampered"},
        {"a cipher comes before an alteration", PEOPLE CERTS(ANN) RULE("'decrypt': 'always'"),
         IN ", 'encrypted': {'for': ['k-ann'], 'cipher': 'rc4', 'integrity': 'tampered'}",
         "reject 5.7.6; decrypt=unavailable/cipher_refused"},
        {"validity demanded of what stays closed", PEOPLE RULE("'validate': 'require'"),
         IN FOR("'x'", ", 'inner_signed': {'result': 'valid'}"),
         "reject 5.7.5; decrypt=unavailable/no_key validate=refused/opaque"},
        {"validity demanded of the inner signature",
         PEOPLE CERTS(ANN) RULE("'validate': 'require'"),
         IN FOR("'k-ann'", ", 'inner_signed': {'result': 'valid'}"),
         "deliver 2.0.0 plain; decrypt=done/ok validate=reported/valid"},
        {"a signature around the envelope says nothing of what was in it",
         PEOPLE CERTS(ANN) RULE("'validate': 'require'"),
         IN ", 'signed': {'result': 'valid'}" FOR("'k-ann'", ""),
         "reject 5.7.1; decrypt=done/ok validate=refused/unsigned"},
        {"another's signature", PEOPLE RULE("'validate': 'require'"),
         IN ", 'signed': {'result': 'mismatch'}",
         "reject 5.7.5; decrypt=none/not_encrypted validate=refused/mismatch"},
        {"a report of a mail system, not from the null sender", PEOPLE RULE("'decrypt': 'force'"),
         IN ", 'content_type': 'multipart/report'", "reject 5.7.1; decrypt=refused/not_encrypted"},
        {"from the null sender, but no report", PEOPLE RULE("'validate': 'require'"),
         IN ", 'mail_from': '', 'content_type': 'multipart/reporting'",
         "reject 5.7.1; decrypt=none/not_encrypted validate=refused/unsigned"},
        {"a report is not exempt from a bad signature", PEOPLE RULE("'validate': 'require'"),
         IN ", 'mail_from': '', 'content_type': ' Multipart/REPORT ;x=y', "
            "'signed': {'result': 'corrupt'}",
         "reject 5.7.7; decrypt=none/not_encrypted validate=refused/corrupt"},
        {"nor from keys", PEOPLE RULE("'decrypt': 'force'"),
         IN ", 'mail_from': '', 'content_type': 'multipart/report'" FOR("'x'", ""),
         "reject 5.7.5; decrypt=unavailable/no_key"},
        {"inside, off for the copy that this pass encrypted",
         PEOPLE CERTS(ANN "," BEN)
             RULE("'outbound': 'enforce', 'decrypt': 'off', 'validate': 'require'"),
         OWN,
         "deliver 2.0.0 encrypted; sign=done/ok(k-ann) encrypt=done/ok(k-ben) decrypt=none/off "
         "validate=reported/valid"},
        {"inside, unsigned in a copy of this pass",
         PEOPLE CERTS(BEN) RULE("'sign': 'off', 'encrypt': 'on', 'validate': 'require'"), OWN,
         "reject 5.7.1; sign=none/off encrypt=done/ok(k-ben) decrypt=none/same_pass "
         "validate=refused/unsigned"},
        {"inside, encrypted in the browser: opened by the gateway", PEOPLE CERTS(ANN "," BEN),
         OWN FOR("'k-ben'", ", 'inner_signed': {'result': 'valid'}"),
         "deliver 2.0.0 plain; sign=satisfied/already_encrypted encrypt=none/off decrypt=done/ok "
         "validate=reported/valid"},
        {"inside, a failure before receiving ends it", PEOPLE RULE("'outbound': 'enforce'"), OWN,
         "reject 5.7.3; sign=unavailable/no_certificate encrypt=unavailable/no_certificate"},
        {"the feature is off", "'smime': 'disabled'" RULE("'decrypt': 'force'"), IN,
         "deliver 2.0.0;"},
        {"off comes before a store that is down", "'smime': 'disabled'", IN, "deliver 2.0.0;",
         "'rules_store': 'down'"},
        {"a store that is down, inbound", PEOPLE, IN, "defer 4.3.0;", "'rules_store': 'down'"},
    };
    (void) state;
    CHECK(rows);
}

/* --- several recipients, by whole decisions ----------------------------------------------------
 */

static void expect(const char *org, const char *message, const char *want)
{
    char text[6000];
    snprintf(text, sizeof text,
             "{'orgs': [{'id': 'acme', 'domains': ['acme.example'], 'smime': 'enabled', %s}], "
             "'message': {%s}}",
             org, message);
    CLEANUP_JSON json_t *v = parse(text), *d = decide(v), *w = parse(want), *part = json_object();
    const char *key;
    json_t *x;
    json_object_foreach(w, key, x)
    { /* only what is asked for; of recipients their outcome */
        json_t *there = json_object_get(d, key);
        json_object_set_new(part, key, there ? json_incref(there) : json_null());
        if (strcmp(key, "outcomes") != 0) continue;
        json_t *all = json_object(), *r;
        const char *address;
        json_object_foreach(json_object_get(d, "recipients"), address, r) json_object_set_new(
            all, address,
            json_sprintf("%s %s%s", json_string_value(json_object_get(r, "outcome")),
                         json_string_value(json_object_get(r, "status")),
                         json_object_get(r, "held") ? " held" : ""));
        json_object_set_new(part, key, all);
    }
    char *got = comparable(part), *wanted = comparable(w);
    if (strcmp(got, wanted) != 0) fail_msg("%s\nis not\n%s\nfor %s", got, wanted, message);
    free(got);
    free(wanted);
}

static void removes_triggers(void **state)
{
#define TRIGGERS PEOPLE CERTS(ANN "," PAT) ", 'triggers': {'encrypt': '[Encrypt]', 'sign': '!s'}"
    (void) state;
    expect(TRIGGERS, OUT ", 'subject': ' a  [ENCRYPT]b[encrypt] \\t !S c '",
           "{'subject': 'a b c'}");
    expect(TRIGGERS, OUT ", 'subject': 'a  b'", "{'subject': null}");
    /* a composer's "no" does not count against it */
    expect(TRIGGERS, OUT ", 'subject': '[encrypt]', 'user': {'encrypt': false}",
           "{'subject': '', 'copies': [{'recipients': ['pat@partner.example'], 'signed': true, "
           "'encrypted': true}]}");
    /* authenticated senders only */
    expect(TRIGGERS, IN ", 'subject': '[encrypt] x'", "{'subject': null, 'notify': []}");
    expect("'smime': 'disabled', 'triggers': {'sign': 'x'}", OUT ", 'subject': 'x y'",
           "{'subject': null}");
    /* rules see the subject as it was */
    expect(
        PEOPLE CERTS(ANN "," PAT) ", 'triggers': {'sign': '[s]'}" RULE(
            "'outbound': 'none', 'filter': {'field': 'subject', 'op': 'contains', 'value': '[S]'}"),
        OUT ", 'subject': '[s] x'",
        "{'subject': 'x', 'copies': [{'recipients': ['pat@partner.example'], 'signed': true, "
        "'encrypted': false}]}");
}

#define TWO OUT ", 'to': ['pat@partner.example', 'Xena@other.example']"
static void holds_back(void **state)
{
    (void) state;
    /* what waits holds back with its own status */
    expect(PEOPLE CERTS(PAT "," CERT("c", "xena@other.example", ", 'status': 'unknown'"))
               RULE("'sign': 'off', 'encrypt': 'require', 'on_partial': 'all_or_none'"),
           TWO,
           "{'outcomes': {'pat@partner.example': 'defer 4.7.5 held', 'xena@other.example': "
           "'defer 4.7.5'}, 'copies': [], 'notify': [{'kind': 'defer', 'status': '4.7.5', "
           "'recipients': ['pat@partner.example', 'xena@other.example']}]}");
    /* a rejection holds back what waits, too */
    expect(PEOPLE CERTS(CERT("c", "pat@partner.example", ", 'status': 'unknown'"))
               RULE("'sign': 'off', 'encrypt': 'require', 'on_partial': 'all_or_none'"),
           TWO,
           "{'outcomes': {'pat@partner.example': 'reject 5.7.3 held', 'xena@other.example': "
           "'reject 5.7.3'}, 'notify': [{'kind': 'smtp_reject', 'status': '5.7.3', "
           "'recipients': ['pat@partner.example', 'xena@other.example']}]}");
    /* the code is that of the first who was not held */
    expect(PEOPLE CERTS(PAT "," CERT("c", "xena@other.example", ", 'alg': 'x448'"))
               RULE("'sign': 'off', 'encrypt': 'require', 'on_partial': 'all_or_none'"),
           TWO,
           "{'outcomes': {'pat@partner.example': 'reject 5.7.3 held', 'xena@other.example': "
           "'reject 5.7.6'}, 'notify': [{'kind': 'smtp_reject', 'status': '5.7.6', "
           "'recipients': ['pat@partner.example', 'xena@other.example']}]}");
    /* what is only wished for holds back nobody */
    expect(PEOPLE CERTS(PAT) RULE("'sign': 'off', 'encrypt': 'on', 'on_partial': 'all_or_none'"),
           TWO,
           "{'outcomes': {'pat@partner.example': 'deliver 2.0.0', 'xena@other.example': "
           "'deliver 2.0.0'}, 'notify': []}");
    /* a failure under a rule that splits holds back nobody, though another rule would */
    expect(
        PEOPLE CERTS(PAT) ", 'rules': [{'id': 'A', 'priority': 1, 'from': ['*'], 'to': "
                          "['partner.example'], 'encrypt': 'require', 'on_partial': "
                          "'all_or_none'}, {'id': 'B', "
                          "'priority': 2, 'from': ['*'], 'to': ['*'], 'encrypt': 'require', "
                          "'on_partial': 'split'}]",
        TWO,
        "{'outcomes': {'pat@partner.example': 'deliver 2.0.0', 'xena@other.example': "
        "'reject 5.7.3'}, 'notify': [{'kind': 'dsn', 'to': 'ann@acme.example', 'status': '5.7.3', "
        "'recipients': ['xena@other.example']}]}");
}

static void reports(void **state)
{
    (void) state;
    /* to nobody: kept, not answered, and from inside likewise */
    expect(PEOPLE CERTS(PAT) RULE("'sign': 'off', 'encrypt': 'require'"), TWO ", 'mail_from': ''",
           "{'outcomes': {'pat@partner.example': 'deliver 2.0.0', 'xena@other.example': "
           "'quarantine 5.7.3'}, 'notify': [{'kind': 'quarantine', 'status': '5.7.3', "
           "'recipients': ['xena@other.example']}]}");
    /* some wait, the others are refused: not all are refused */
    expect(PEOPLE CERTS(CERT("c", "pat@partner.example", ", 'status': 'unknown'"))
               RULE("'sign': 'off', 'encrypt': 'require'"),
           TWO,
           "{'outcomes': {'pat@partner.example': 'defer 4.7.5', 'xena@other.example': "
           "'reject 5.7.3'}, 'copies': [], 'notify': [{'kind': 'defer', 'status': '4.7.5', "
           "'recipients': ['pat@partner.example']}, {'kind': 'dsn', 'to': 'ann@acme.example', "
           "'status': '5.7.3', 'recipients': ['xena@other.example']}]}");
    /* nobody at all */
    expect(PEOPLE, OUT ", 'to': []", "{'recipients': {}, 'copies': [], 'notify': []}");
}

static void makes_copies(void **state)
{
    (void) state;
    /* who is open and blind is open */
    expect(PEOPLE CERTS(PAT) RULE("'sign': 'off', 'encrypt': 'on'"),
           OUT ", 'bcc': ['PAT@partner.example']",
           "{'copies': [{'recipients': ['pat@partner.example'], 'signed': false, 'encrypted': "
           "true}]}");
    /* blind copies of clear text need none of their own */
    expect(
        PEOPLE CERTS(ANN), OUT ", 'bcc': ['x@other.example', 'y@other.example']",
        "{'copies': [{'recipients': ['pat@partner.example', 'x@other.example', 'y@other.example'],"
        " 'signed': true, 'encrypted': false}]}");
    /* nor of what came encrypted; each of the newly encrypted does */
    expect(
        PEOPLE, OUT ", 'bcc': ['x@other.example']" FOR("'x'", ""),
        "{'copies': [{'recipients': ['pat@partner.example', 'x@other.example'], 'signed': false, "
        "'encrypted': true}]}");
    expect(
        PEOPLE CERTS(PAT "," CERT("x", "x@other.example", "") "," CERT("y", "y@other.example", ""))
            RULE("'sign': 'off', 'encrypt': 'on'"),
        OUT ", 'bcc': ['x@other.example', 'y@other.example']",
        "{'copies': [{'recipients': ['pat@partner.example'], 'signed': false, 'encrypted': true}, "
        "{'recipients': ['x@other.example'], 'signed': false, 'encrypted': true}, "
        "{'recipients': ['y@other.example'], 'signed': false, 'encrypted': true}]}");
    /* what came signed stays signed although the rule says off */
    expect(PEOPLE RULE("'outbound': 'none'"), OUT ", 'signed': {'result': 'valid'}",
           "{'copies': [{'recipients': ['pat@partner.example'], 'signed': true, 'encrypted': "
           "false}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs),
        cmocka_unit_test(encrypts),
        cmocka_unit_test(opens_and_checks),
        cmocka_unit_test(removes_triggers),
        cmocka_unit_test(holds_back),
        cmocka_unit_test(reports),
        cmocka_unit_test(makes_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
