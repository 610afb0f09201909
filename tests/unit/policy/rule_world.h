/* Random organisations, rules, certificates and messages, as examples in JSON: what fails can be
 * printed and given to `waxsealctl policy evaluate`. The same seed makes the same world everywhere.
 */
#ifndef WAXSEAL_TEST_POLICY_RULE_WORLD_H
#define WAXSEAL_TEST_POLICY_RULE_WORLD_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

static uint64_t world_state = 1;

static inline void world_seed(uint64_t seed)
{
    world_state = seed * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
    if (!world_state) world_state = 1;
}

/* xorshift64* */
static inline uint32_t world_below(uint32_t n)
{
    world_state ^= world_state >> 12;
    world_state ^= world_state << 25;
    world_state ^= world_state >> 27;
    return (uint32_t) ((world_state * 0x2545f4914f6cdd1du) >> 33) % n;
}

static inline int one_in(uint32_t n)
{
    return world_below(n) == 0;
}

#define PICK(list) ((list)[world_below(sizeof(list) / sizeof((list)[0]))])

static const char *const WORLD_ADDRESSES[] = {
    "ann@acme.example",         "ben@acme.example",    "cat@eu.acme.example",  "zoe@zeta.example",
    "zed@zeta.example",         "pat@partner.example", "quin@partner.example", "xena@other.example",
    "z@lab.eu.partner.example", "y@eu.partner.example"};
static const char *const WORLD_SELECTORS[] = {"*",
                                              "*",
                                              "@managed",
                                              "@external",
                                              "acme.example",
                                              "zeta.example",
                                              "partner.example",
                                              "*.example",
                                              "*.partner.example",
                                              "*.eu.partner.example",
                                              "*.acme.example",
                                              "dataset:people",
                                              "dataset:places",
                                              "dataset:none",
                                              "dataset:missing",
                                              "eu.acme.example",
                                              "other.example"};
static const char *const WORLD_SUBJECTS[] = {"Hello",
                                             "Your INVOICE 7",
                                             "Merger papers",
                                             "Plan [ENCRYPT] for May",
                                             "[sign] a  salary list",
                                             "submerger",
                                             "",
                                             "[sIgN][encrypt] top"};

static inline json_t *world_address(void)
{
    return json_string(PICK(WORLD_ADDRESSES));
}

static inline json_t *world_selector(void)
{
    return one_in(4) ? world_address() : json_string(PICK(WORLD_SELECTORS));
}

static inline json_t *world_selectors(uint32_t most)
{
    json_t *list = json_array();
    for (uint32_t n = 1 + world_below(most); n > 0; n--)
        json_array_append_new(list, world_selector());
    return list;
}

static inline json_t *world_test(void)
{
    switch (world_below(8)) {
    case 0:
        return json_pack("{s:s,s:s,s:s}", "field", "subject", "op", "contains", "value", "invoice");
    case 1:
        return json_pack("{s:s,s:s,s:s}", "field", "subject", "op", "contains_word_of", "value",
                         "words");
    case 2:
        return json_pack("{s:s,s:s,s:b}", "field", "has_attachment", "op", "equals", "value", 1);
    case 3:
        return json_pack("{s:s,s:s,s:i}", "field", "size", "op", one_in(2) ? "gt" : "lt", "value",
                         500);
    case 4:
        return json_pack("{s:s,s:s,s:s}", "field", "to", "op", "in_dataset", "value", "people");
    case 5:
        return json_pack("{s:s,s:s,s:o}", "field", "from", "op", "equals", "value",
                         world_address());
    case 6:
        return json_pack("{s:s,s:s,s:s}", "field", "header:X-Class", "op", "equals", "value",
                         "Secret");
    default:
        return json_pack("{s:s,s:s,s:s}", "field", "to", "op", "contains", "value", "EU.");
    }
}

static inline json_t *world_filter(int depth)
{
    json_t *list;
    if (depth > 2 || one_in(2)) return world_test();
    if (one_in(3)) return json_pack("{s:o}", "not", world_filter(depth + 1));
    list = json_array();
    for (uint32_t n = world_below(4); n > 0; n--)
        json_array_append_new(list, world_filter(depth + 1));
    return json_pack("{s:o}", one_in(2) ? "all" : "any", list);
}

static inline void world_levels(json_t *rule)
{
    static const char *const FIELDS[] = {"sign", "encrypt", "validate"};
    static const char *const LEVELS[] = {"inherit", "off", "on", "require"};
    static const char *const DECRYPT[] = {"inherit", "off", "on", "always", "force"};
    static const char *const OUT[] = {"not_defined", "none", "sign_only", "optional", "enforce"};
    static const char *const IN[] = {"not_defined", "do_not_decrypt", "optional", "always",
                                     "force"};
    for (size_t i = 0; i < 3; i++)
        if (one_in(3)) json_object_set_new(rule, FIELDS[i], json_string(PICK(LEVELS)));
    if (one_in(3)) json_object_set_new(rule, "decrypt", json_string(PICK(DECRYPT)));
    if (one_in(3)) json_object_set_new(rule, "outbound", json_string(PICK(OUT)));
    if (one_in(4)) json_object_set_new(rule, "inbound", json_string(PICK(IN)));
    if (one_in(4))
        json_object_set_new(rule, "on_partial",
                            json_string(one_in(2)   ? "all_or_none"
                                        : one_in(2) ? "split"
                                                    : "inherit"));
}

static inline json_t *world_rule(const char *org, uint32_t i)
{
    char id[16];
    snprintf(id, sizeof id, "%c%u", org[0], i);
    json_t *r = json_pack("{s:s,s:i,s:i,s:o,s:o}", "id", id, "priority", (int) world_below(3) + 1,
                          "created", (int) world_below(4), "from", world_selectors(3), "to",
                          world_selectors(3));
    if (one_in(6)) json_object_set_new(r, "enabled", json_false());
    if (one_in(3)) json_object_set_new(r, "bidirectional", json_true());
    if (one_in(5)) json_object_set_new(r, "exclude_from", world_selectors(2));
    if (one_in(5)) json_object_set_new(r, "exclude_to", world_selectors(2));
    if (one_in(4)) json_object_set_new(r, "filter", world_filter(0));
    world_levels(r);
    return r;
}

static inline json_t *world_cert(uint32_t n)
{
    static const char *const KEYS[] = {"gateway", "gateway", "user", "none"};
    static const char *const STATUS[] = {"good",    "good",    "good",          "good",
                                         "expired", "revoked", "not_yet_valid", "unknown"};
    static const char *const TRUST[] = {"trusted", "trusted", "trusted", "pinned", "untrusted"};
    static const char *const ALG[] = {"rsa2048", "rsa2048", "p256", "rsa4096", "x25519"};
    char id[16];
    snprintf(id, sizeof id, "c%u", n);
    json_t *usage = json_array();
    if (!one_in(4)) json_array_append_new(usage, json_string("sign"));
    if (!one_in(4)) json_array_append_new(usage, json_string("encrypt"));
    return json_pack("{s:s,s:o,s:o,s:s,s:b,s:i,s:s,s:s,s:s}", "id", id, "address", world_address(),
                     "usage", usage, "key", PICK(KEYS), "primary", !one_in(3), "seq",
                     (int) world_below(3), "status", PICK(STATUS), "trust", PICK(TRUST), "alg",
                     PICK(ALG));
}

static inline json_t *world_org(const char *id)
{
    static const char *const SMIME[] = {"enabled", "enabled", "enabled", "enabled",
                                        "enabled", "lapsed",  "disabled"};
    static const char *const LICENCES[] = {"active", "active", "active", "revoke_pending",
                                           "inactive"};
    json_t *rules = json_array(), *certs = json_array(), *accounts = json_array();
    json_t *domains = json_array();
    for (uint32_t n = world_below(9), i = 0; i < n; i++)
        json_array_append_new(rules, world_rule(id, i));
    for (uint32_t n = world_below(32), i = 0; i < n; i++)
        json_array_append_new(certs, world_cert(i));
    for (size_t i = 0; i < sizeof WORLD_ADDRESSES / sizeof WORLD_ADDRESSES[0]; i++)
        if (!one_in(5))
            json_array_append_new(accounts, json_pack("{s:s,s:s}", "address", WORLD_ADDRESSES[i],
                                                      "licence", PICK(LICENCES)));
    json_array_append_new(domains, json_string(id[0] == 'a' ? "acme.example" : "zeta.example"));
    if (id[0] == 'a' && one_in(2)) json_array_append_new(domains, json_string("eu.acme.example"));
    json_t *sets = json_pack("{s:[o,o],s:[s,s],s:[],s:[s,s]}", "people", world_address(),
                             world_address(), "places", "partner.example", "eu.partner.example",
                             "none", "words", "salary", "merger");
    json_t *org = json_pack("{s:s,s:o,s:s,s:o,s:o,s:o,s:o}", "id", id, "domains", domains, "smime",
                            PICK(SMIME), "accounts", accounts, "certs", certs, "rules", rules,
                            "datasets", sets);
    if (one_in(3)) {
        json_t *defaults = json_object();
        world_levels(defaults);
        json_object_del(defaults, "outbound");
        json_object_del(defaults, "inbound");
        json_object_set_new(org, "defaults", defaults);
    }
    if (one_in(2))
        json_object_set_new(org, "triggers",
                            json_pack("{s:s,s:s}", "encrypt", "[encrypt]", "sign", "[sign]"));
    return org;
}

static inline json_t *world_list(uint32_t most)
{
    json_t *list = json_array();
    for (uint32_t n = world_below(most + 1); n > 0; n--)
        json_array_append_new(list, world_address());
    return list;
}

static inline json_t *world_signature(void)
{
    static const char *const RESULTS[] = {"valid",   "valid",   "corrupt", "untrusted",
                                          "expired", "revoked", "mismatch"};
    return one_in(2) ? json_null() : json_pack("{s:s}", "result", PICK(RESULTS));
}

static inline json_t *world_encrypted(void)
{
    static const char *const CIPHERS[] = {"aes-256-gcm", "aes-128-cbc", "des-ede3-cbc",
                                          "rc2-128-cbc"};
    char id[16];
    json_t *list = json_array();
    for (uint32_t n = world_below(6); n > 0; n--) {
        snprintf(id, sizeof id, "c%u", world_below(32));
        json_array_append_new(list, json_string(id));
    }
    return json_pack("{s:o,s:s,s:s,s:o}", "for", list, "cipher", PICK(CIPHERS), "integrity",
                     one_in(5) ? "tampered" : "ok", "inner_signed", world_signature());
}

/* Half of the time somebody of the organisation that there always is. */
static inline json_t *world_sender(void)
{
    return one_in(2) ? world_address() : json_string(WORLD_ADDRESSES[world_below(3)]);
}

static inline json_t *world_message(void)
{
    json_t *m = json_pack("{s:b,s:o,s:o,s:o,s:s,s:i,s:b,s:s}", "authenticated", !one_in(4), "from",
                          world_sender(), "to", world_list(4), "cc", world_list(1), "subject",
                          PICK(WORLD_SUBJECTS), "size", (int) world_below(1000), "has_attachment",
                          one_in(2), "auth", one_in(3) ? "fail" : "pass");
    json_object_set_new(m, "mail_from", one_in(4) ? json_string("") : world_address());
    if (one_in(3)) json_object_set_new(m, "bcc", world_list(3));
    if (one_in(3)) json_object_set_new(m, "headers", json_pack("{s:s}", "x-CLASS", "SECRET"));
    if (one_in(4))
        json_object_set_new(m, "content_type",
                            json_string("Multipart/Report; report-type=delivery-status"));
    if (one_in(3)) {
        json_t *user = json_object();
        if (one_in(2)) json_object_set_new(user, "sign", json_boolean(one_in(2)));
        if (one_in(2)) json_object_set_new(user, "encrypt", json_boolean(one_in(2)));
        json_object_set_new(m, "user", user);
    }
    if (one_in(4)) json_object_set_new(m, "signed", world_signature());
    if (one_in(4)) json_object_set_new(m, "encrypted", world_encrypted());
    return m;
}

/* New reference. */
static inline json_t *world_example(uint64_t seed)
{
    world_seed(seed);
    json_t *v = json_pack("{s:I,s:[o],s:o}", "id", (json_int_t) seed, "orgs", world_org("acme"),
                          "message", world_message());
    if (!one_in(3)) json_array_append_new(json_object_get(v, "orgs"), world_org("zeta"));
    if (one_in(20))
        json_object_set_new(v, "state",
                            json_pack("{s:s}", one_in(2) ? "rules_store" : "revocation", "down"));
    return v;
}

#endif
