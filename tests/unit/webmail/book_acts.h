/* What people and signed mails do to an address book, for its tests. */
#ifndef WAXSEAL_TEST_BOOK_ACTS_H
#define WAXSEAL_TEST_BOOK_ACTS_H

#include "base/b64.h"
#include "tests/unit/webmail/people.h"
#include "webmail/contacts/book.h"
#include "webmail/contacts/contacts.h"

#define ENCRYPT "keyAgreement"

/* As a person imports it. */
static inline rc_t add(struct rig *r, const char *address, const struct pki *p,
                       const struct pki *chain, bool *added)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct contact_added done = {.contact = NULL};
    str_t der = chain ? cert_der(chain->cert) : STR_NULL;
    const struct contact_certificate item = {.der = cert_der(p->cert),
                                             .source = "imported",
                                             .chain = &der,
                                             .chain_count = chain ? 1 : 0};
    rc_t code = contacts_add_certificate(&rc->c, str_c(address), STR("Bob"), &item, &done, NULL);
    if (code == RC_OK) *added = done.added;
    json_decref(done.contact);
    rig_call_free(rc);
    return code;
}

/* As a signed mail brings it: what became of it ("valid", "pending authority"). */
static inline const char *harvest_for(struct rig *r, const char *address, const struct pki *p,
                                      enum cert_purpose purpose, enum revocation revocation)
{
    static char out[64];
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct contact_added done = {.contact = NULL};
    struct cert_verdict verdict;
    const struct cert_question q = {.trust = r->app.trust, .purpose = purpose, .at = today()};
    cert_verify(p->cert, &q, &verdict);
    verdict.revocation.status = revocation;
    const struct provenance from = {.folder = STR("SU5CT1g"),
                                    .message_id = STR("<m@x.test>"),
                                    .subject = STR("<b>Hello</b>"),
                                    .date = PKI_NOW};
    const struct contact_certificate item = {.der = cert_der(p->cert),
                                             .source = "harvested",
                                             .verdict = &verdict,
                                             .from = &from,
                                             .purpose = purpose};
    assert_int_equal(
        contacts_add_certificate(&rc->c, str_c(address), STR("Bob"), &item, &done, NULL), RC_OK);
    snprintf(out, sizeof out, "%s%s%s", done.state, done.why ? " " : "", done.why ? done.why : "");
    cert_verdict_free(&verdict);
    json_decref(done.contact);
    rig_call_free(rc);
    return out;
}

static inline const char *harvest(struct rig *r, const char *address, const struct pki *p,
                                  enum revocation revocation)
{
    bool signs_only = X509_get_key_usage(p->x) == KU_DIGITAL_SIGNATURE;
    return harvest_for(r, address, p, signs_only ? PURPOSE_SIGN : PURPOSE_ENCRYPT, revocation);
}
#define HARVEST(address, p, outcome)                                                               \
    assert_string_equal(harvest(r, address, &(p), REVOCATION_NO_SOURCE), outcome)

/* What the person does, by the id of the only contact. */
static inline rc_t act(struct rig *r, const struct pki *p, const char *action)
{
    struct rig_call *list = rig_call(r, "alice@demo.test"), *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(contacts_list(&list->c, NULL), RC_OK);
    const json_t *contact = json_array_get(json_object_get(list->c.out, "contacts"), 0);
    rc->q.params[0] = json_text(json_object_get(contact, "id"));
    rc->q.params[1] = cert_fingerprint(p->cert);
    rc->c.in = json_object();
    json_put_str(rc->c.in, "action", str_c(action));
    rc_t code = contacts_change_certificate(&rc->c, NULL);
    rig_call_free(rc);
    rig_call_free(list);
    return code;
}

/* "state" or "state preferred" of a certificate of the only contact; "gone". */
static inline const char *state_of(struct rig *r, const struct pki *p)
{
    static char out[64];
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    assert_int_equal(contacts_list(&rc->c, NULL), RC_OK);
    const json_t *list =
        json_object_get(json_array_get(json_object_get(rc->c.out, "contacts"), 0), "certificates");
    snprintf(out, sizeof out, "gone");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!str_eq(json_text(json_object_get(item, "fingerprint")), cert_fingerprint(p->cert)))
            continue;
        bool preferred = json_is_true(json_object_get(item, "preferred"));
        snprintf(out, sizeof out, "%s%s", json_string_value(json_object_get(item, "state")),
                 preferred ? " preferred" : "");
    }
    rig_call_free(rc);
    return out;
}
#define STATE(p, expected) assert_string_equal(state_of(r, &(p)), expected)

static inline void expect(struct rig *r, const char *address, enum recipient_status status,
                          const struct pki *p)
{
    struct rig_call *rc = rig_call(r, "alice@demo.test");
    struct recipient_certificate found;
    assert_int_equal(contacts_find_certificate(&rc->c, str_c(address), NULL, &found, NULL), RC_OK);
    if (found.status != status) fail_msg("%s is %s", address, recipient_status_word(found.status));
    if (p)
        assert_true(cert_equal(found.cert, p->cert));
    else
        assert_null(found.cert);
    cert_unref(found.cert);
    rig_call_free(rc);
}

#endif
