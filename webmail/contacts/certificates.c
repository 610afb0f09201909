/* Certificates of contacts: how they come in, and what the person decides about them. */
#include "base/b64.h"
#include "crypto/request.h"
#include "webmail/contacts/judge.h"
#include "webmail/contacts/waiting.h"

#define MAX_PENDING 8u
#define MAX_REJECTED 16u
#define MAX_SUPERSEDED 16u

/* --- entries --------------------------------------------------------------------------------- */

static json_t *list_of(const json_t *contact)
{
    return json_object_get(contact, "certificates");
}

static json_t *find_entry(const json_t *contact, str_t der64)
{
    const json_t *list = list_of(contact);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_eq(json_text(json_object_get(json_array_get(list, i), "der")), der64))
            return json_array_get(list, i);
    return NULL;
}

static json_t *provenance_json(const struct provenance *p, struct arena *a)
{
    json_t *v = json_object();
    json_put_str(v, "folder", p->folder);
    json_put_str(v, "message_id", p->message_id);
    json_put_str(v, "date", p->date ? time_text(a, p->date) : STR_NULL);
    json_put_str(v, "subject", p->subject);
    return v;
}

static json_t *new_entry(struct call *c, const struct contact_certificate *cert)
{
    json_t *item = json_object(), *chain = json_array();
    for (size_t i = 0; i < cert->chain_count && i < BOOK_MAX_CHAIN; i++)
        json_array_append_new(chain, json_from_str(b64_encode(c->arena, cert->chain[i])));
    json_put_str(item, "der", b64_encode(c->arena, cert->der));
    json_put_str(item, "source", str_c(cert->source));
    json_put_str(item, "since", time_text(c->arena, call_now()));
    json_object_set_new(item, "chain", chain);
    if (cert->verdict && cert->purpose == PURPOSE_SIGN) json_put_bool(item, "for_signing", true);
    if (cert->from) json_object_set_new(item, "provenance", provenance_json(cert->from, c->arena));
    return item;
}

static bool is_of(const struct entry *entry, str_t address)
{
    return cert_matches_address(entry->cert, address) != ADDRESS_NO;
}

static bool can_encrypt(const struct entry *entry, struct arena *a)
{
    struct cert_info info;
    return cert_describe(entry->cert, a, &info, NULL) == RC_OK && info.can_encrypt;
}

static bool encrypts(const struct entry *entry, struct arena *a)
{
    return !entry->for_signing && can_encrypt(entry, a);
}

/* What the newcomer is for, the other was: its place is taken. One for signing and one that mail is
 * encrypted to leave each other alone. */
static void supersede(struct call *c, const json_t *contact, const json_t *by, str_t address,
                      bool older_only)
{
    CLEANUP_ENTRY struct entry newcomer = {.item = NULL};
    struct cert_info mine, theirs;
    const json_t *list = list_of(contact);
    if (!entry_read((json_t *) by, c->arena, &newcomer) ||
        cert_describe(newcomer.cert, c->arena, &mine, NULL) != RC_OK)
        return;
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (json_array_get(list, i) == by) continue;
        if (!entry_read(json_array_get(list, i), c->arena, &entry) || entry.state != ENTRY_VALID)
            continue;
        if (!is_of(&entry, address) || cert_describe(entry.cert, c->arena, &theirs, NULL) != RC_OK)
            continue;
        if (encrypts(&entry, c->arena) != encrypts(&newcomer, c->arena)) continue;
        if (older_only && theirs.not_before > mine.not_before) continue;
        entry_set_state(entry.item, ENTRY_SUPERSEDED, NULL);
    }
}

/* Calls supersede for each of the contact's addresses that the certificate names. */
static void take_over(struct call *c, const json_t *contact, const struct entry *entry,
                      bool older_only)
{
    const json_t *addresses = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        str_t address = book_address(json_array_get(addresses, i));
        if (is_of(entry, address)) supersede(c, contact, entry->item, address, older_only);
    }
}

static bool is_among(const json_t *addresses, str_t address)
{
    for (size_t i = 0; i < json_array_size(addresses); i++)
        if (str_ieq(book_address(json_array_get(addresses, i)), address)) return true;
    return false;
}

void contacts_guard_certificate(struct call *c, json_t *item, const json_t *had, const json_t *gets)
{
    CLEANUP_ENTRY struct entry entry = {.item = NULL};
    if (!entry_read(item, c->arena, &entry) || !entry.harvested ||
        (entry.state != ENTRY_VALID && entry.state != ENTRY_SUPERSEDED))
        return;
    for (size_t i = 0; i < json_array_size(gets); i++) {
        str_t address = book_address(json_array_get(gets, i));
        if (is_among(had, address) || !is_of(&entry, address)) continue;
        entry_set_state(item, ENTRY_PENDING, "merged");
        return;
    }
}

rc_t contacts_keep_limits(const json_t *contact, struct arena *a, struct err *e)
{
    static const unsigned most[] = {[ENTRY_VALID] = BOOK_MAX_CERTIFICATES,
                                    [ENTRY_SUPERSEDED] = MAX_SUPERSEDED,
                                    [ENTRY_PENDING] = MAX_PENDING,
                                    [ENTRY_REJECTED] = MAX_REJECTED};
    unsigned seen[4] = {0};
    json_t *list = list_of(contact);
    for (size_t i = json_array_size(list); i-- > 0;) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        bool readable = entry_read(json_array_get(list, i), a, &entry);
        if (!readable || (++seen[entry.state] > most[entry.state] && entry.state != ENTRY_VALID))
            json_array_remove(list, i);
    }
    if (json_array_size(list) <= BOOK_MAX_CERTIFICATES) return RC_OK;
    return err_set(e, RC_FULL, "This contact has too many certificates.");
}

/* --- harvested ones -------------------------------------------------------------------------- */

struct current {
    struct judged judged;
    struct cert *cert; /* owned; NULL: none */
    bool usable, preferred;
};

static void current_free(struct current *x)
{
    judged_free(&x->judged);
    cert_unref(x->cert);
}

static bool is_better(const struct judged *j, bool usable, const struct current *than)
{
    if (!than->cert || usable != than->usable) return !than->cert || usable;
    return j->info.not_before > than->judged.info.not_before;
}

/* What is in use for the purpose, or was until it ended or was revoked. What never was trusted
 * holds no place. */
static void find_current(struct call *c, const json_t *contact, const struct judge_basis *basis,
                         struct current *out)
{
    const json_t *list = list_of(contact);
    *out = (struct current){.cert = NULL};
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        struct judged j;
        if (!entry_read(json_array_get(list, i), c->arena, &entry) || entry.state != ENTRY_VALID ||
            (entry.for_signing && basis->purpose == PURPOSE_ENCRYPT))
            continue;
        judge_certificate(c, entry.cert, entry.chain, entry.chain_count, basis, &j);
        /* Whoever keeps its authority from answering shall not make its place look empty. */
        bool usable = j.status == RECIPIENT_READY || j.status == RECIPIENT_REVOCATION_UNKNOWN;
        if (!j.fits || j.verdict.chain != CHAIN_TRUSTED || j.info.weak ||
            !is_better(&j, usable, out)) {
            judged_free(&j);
            continue;
        }
        current_free(out);
        *out = (struct current){.judged = j,
                                .cert = cert_ref(entry.cert),
                                .usable = usable,
                                .preferred = entry.preferred};
    }
}

static bool was_one_rejected(struct call *c, const json_t *contact, str_t address)
{
    const json_t *list = list_of(contact);
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        found = entry_read(json_array_get(list, i), c->arena, &entry) &&
                entry.state == ENTRY_REJECTED && is_of(&entry, address);
    }
    return found;
}

static bool same_authority(const struct cert_verdict *a, const struct cert_info *one,
                           const struct cert_verdict *b, const struct cert_info *two)
{
    if (a->path_count == 0 || b->path_count == 0) return false;
    if (!cert_same_key(a->path[a->path_count - 1], b->path[b->path_count - 1])) return false;
    return str_eq(one->issuer_der, two->issuer_der) || a->trusted_by == TRUSTED_BY_ORGANISATION;
}

static rc_t decide(struct call *c, const json_t *contact, const struct judge_basis *basis,
                   const struct contact_certificate *arrived, struct change_answer *out,
                   struct err *e)
{
    struct cert *cert = NULL;
    struct cert_info info;
    struct current now;
    TRY(cert_parse(arrived->der, &cert, e));
    rc_t rc = cert_describe(cert, c->arena, &info, e);
    if (rc == RC_OK) {
        find_current(c, contact, basis, &now);
        struct change_question q = {
            .arrived = {info.not_before, info.not_after, arrived->verdict->trusted_by},
            .revocation = arrived->verdict->revocation.status,
            .has_current = now.cert != NULL,
            .rejected_before = was_one_rejected(c, contact, basis->address),
            .now = call_now()};
        if (now.cert) {
            const struct judged *j = &now.judged;
            q.current =
                (struct change_side){j->info.not_before, j->info.not_after, j->verdict.trusted_by};
            q.current_usable = now.usable;
            q.current_preferred = now.preferred;
            q.same_key = cert_same_key(cert, now.cert);
            q.same_authority = same_authority(arrived->verdict, &info, &j->verdict, &j->info);
        }
        *out = change_decide(&q);
        current_free(&now);
    }
    cert_unref(cert);
    return rc;
}

/* --- coming in ------------------------------------------------------------------------------- */

/* The newest word about ciphers counts; a mail that is older, or says nothing, changes nothing. */
static bool learn_ciphers(json_t *item, const struct contact_certificate *cert)
{
    if (!cert->told_at || cert->told_at < json_integer_value(json_object_get(item, "told_at")))
        return false;
    bool changed = json_is_true(json_object_get(item, "gcm")) != cert->takes_gcm;
    json_put_bool(item, "gcm", cert->takes_gcm);
    json_put_int(item, "told_at", cert->told_at);
    return changed;
}

/* A person's own act: it may be used, what else there is stays. */
static bool bring_in(json_t *item, bool known)
{
    bool was_valid = known && !json_is_true(json_object_get(item, "for_signing")) &&
                     entry_state_of(json_text(json_object_get(item, "state"))) == ENTRY_VALID;
    json_object_del(item, "for_signing");
    if (!was_valid) entry_set_state(item, ENTRY_VALID, "imported");
    return !was_valid;
}

/* For every address of the contact that the certificate names, not only the one it came from: it
 * would be used for all of them. The most careful answer counts. */
static rc_t decide_all(struct call *c, const json_t *contact, const struct entry *entry,
                       const struct contact_certificate *cert, struct change_answer *out,
                       struct err *e)
{
    static const int care[] = {[ENTRY_VALID] = 0, [ENTRY_SUPERSEDED] = 1, [ENTRY_PENDING] = 2};
    const json_t *addresses = json_object_get(contact, "addresses");
    struct change_answer answer = {.why = NULL};
    struct trust_anchors anchors;
    struct judge_basis basis = {
        .purpose = cert->purpose, .checks = cert->checks, .anchors = &anchors};
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        struct change_answer one;
        basis.address = book_address(json_array_get(addresses, i));
        if (!is_of(entry, basis.address)) continue;
        TRY(trust_anchors(c, basis.address, &anchors, e));
        rc_t rc = decide(c, contact, &basis, cert, &one, e);
        trust_anchors_free(&anchors);
        TRY(rc);
        if (!answer.why || care[one.state] > care[answer.state]) answer = one;
    }
    if (!answer.why) return err_set(e, RC_INTERNAL, NULL);
    *out = answer;
    return RC_OK;
}

/* *changed: there is something to write. */
static rc_t place(struct call *c, const json_t *contact, json_t *item,
                  const struct contact_certificate *cert, struct contact_added *out, bool *changed,
                  struct err *e)
{
    CLEANUP_ENTRY struct entry entry = {.item = NULL};
    struct change_answer answer = {.why = NULL};
    if (!cert->verdict) {
        out->taken = bring_in(item, !out->added);
        *changed = *changed || out->taken;
        return RC_OK;
    }
    if (!entry_read(item, c->arena, &entry)) return err_set(e, RC_DAMAGED, NULL);
    /* Known from signatures; now mail is wanted to it. */
    bool promoted =
        entry.for_signing && cert->purpose == PURPOSE_ENCRYPT && entry.state != ENTRY_REJECTED;
    if (!out->added && !promoted && entry.state != ENTRY_PENDING) return RC_OK;
    /* What mail may be encrypted to is not made less by a signature. */
    if (!out->added && !entry.for_signing && cert->purpose == PURPOSE_SIGN) return RC_OK;
    TRY(decide_all(c, contact, &entry, cert, &answer, e));
    out->why = answer.why;
    out->taken = answer.state == ENTRY_VALID;
    *changed = *changed || out->added || promoted || answer.state != ENTRY_PENDING ||
               !str_eq(entry.why, str_c(answer.why));
    if (promoted) json_object_del(item, "for_signing");
    entry_set_state(item, answer.state, answer.why);
    if (out->taken) take_over(c, contact, &entry, true);
    return RC_OK;
}

static rc_t open_contact(struct call *c, str_t address, str_t name, json_t **before,
                         json_t **contact, str_t *id, str_t *version, struct err *e)
{
    TRY(book_find(c, address, before, id, version, e));
    if (*before) {
        *contact = json_deep_copy(*before);
        return *contact ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
    }
    TRY(book_new_id(c, id, e));
    *contact = book_new_contact(*id, name);
    json_array_append_new(json_object_get(*contact, "addresses"),
                          book_new_address(address, STR("")));
    return RC_OK;
}

static rc_t add_once(struct call *c, str_t address, str_t name,
                     const struct contact_certificate *cert, struct contact_added *out,
                     struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    CLEANUP_JSON json_t *fresh = new_entry(c, cert);
    struct contact_added done = {.why = NULL};
    str_t id, version;
    TRY(open_contact(c, address, name, &before, &contact, &id, &version, e));
    json_t *item = find_entry(contact, json_text(json_object_get(fresh, "der")));
    done.added = !item;
    /* Decided before it is among the others. */
    if (!item) item = fresh;
    CLEANUP_JSON json_t *held = json_incref(item); /* the limits may drop it from the list */
    bool changed = learn_ciphers(item, cert) || done.added;
    TRY(place(c, contact, item, cert, &done, &changed, e));
    if (done.added) json_array_append(list_of(contact), item);
    if (changed) {
        TRY(contacts_keep_limits(contact, c->arena, e));
        TRY(book_save(c, id, contact, before, version, e));
    }
    CLEANUP_ENTRY struct entry entry = {.item = NULL};
    (void) entry_read(held, c->arena, &entry);
    done.state = entry_state_word(entry.state);
    done.contact = contact_json(c, contact);
    *out = done;
    return RC_OK;
}

rc_t contacts_add_certificate(struct call *c, str_t address, str_t name,
                              const struct contact_certificate *cert, struct contact_added *out,
                              struct err *e)
{
    struct cert *parsed = NULL;
    TRY(cert_parse(cert->der, &parsed, e));
    enum address_match match = cert_matches_address(parsed, address);
    cert_unref(parsed);
    if (match == ADDRESS_NO)
        return err_invalid(e, "address", "The certificate is not of this address.");
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = add_once(c, address, name, cert, out, e);
    return rc;
}

/* PEM (the first certificate, others as its chain) or base64 DER. */
static rc_t read_certificates(struct call *c, str_t text, str_t *ders, size_t max, size_t *n,
                              struct err *e)
{
    const str_t begin = STR("-----BEGIN CERTIFICATE-----");
    str_t rest = str_trim(text), der;
    size_t count = 0;
    for (ptrdiff_t at = str_find(rest, begin); at >= 0 && count < max; at = str_find(rest, begin)) {
        struct cert *cert = NULL;
        rest = str_sub(rest, (size_t) at, rest.n);
        if (cert_parse(rest, &cert, e) != RC_OK)
            return err_invalid(e, "certificate", "This is not a certificate.");
        ders[count++] = arena_str(c->arena, cert_der(cert));
        cert_unref(cert);
        rest = str_sub(rest, begin.n, rest.n);
    }
    if (count == 0) {
        if (!b64_decode(c->arena, rest, &der))
            return err_invalid(e, "certificate", "This is not a certificate.");
        ders[count++] = der;
    }
    *n = count;
    return RC_OK;
}

rc_t contacts_import_certificate(struct call *c, struct err *e)
{
    str_t text, address, ders[1 + BOOK_MAX_CHAIN];
    size_t n = 0;
    struct cert *cert = NULL;
    struct cert_info info;
    struct contact_added done;
    TRY(json_need_str(c->in, "certificate", &text, e));
    TRY(json_want_str(c->in, "address", STR_NULL, &address, e));
    TRY(read_certificates(c, text, ders, 1 + BOOK_MAX_CHAIN, &n, e));
    if (cert_parse(ders[0], &cert, e) != RC_OK)
        return err_invalid(e, "certificate", "This is not a certificate.");
    rc_t rc = cert_describe(cert, c->arena, &info, e);
    cert_unref(cert);
    TRY(rc);
    if (info.address_count == 0)
        return err_invalid(e, "certificate", "The certificate names no mail address.");
    if (str_is_null(address)) address = info.addresses[0];
    const struct contact_certificate item = {
        .der = ders[0], .source = "imported", .chain = ders + 1, .chain_count = n - 1};
    TRY(contacts_add_certificate(c, address, info.common_name, &item, &done, e));
    waiting_look(c);
    return call_answer(c, done.contact, e);
}

/* --- what the person decides ------------------------------------------------------------------ */

static bool has_valid(struct call *c, const json_t *contact, str_t address, bool encrypting)
{
    const json_t *list = list_of(contact);
    bool found = false;
    for (size_t i = 0; !found && i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        found = entry_read(json_array_get(list, i), c->arena, &entry) &&
                entry.state == ENTRY_VALID && is_of(&entry, address) &&
                (!encrypting || encrypts(&entry, c->arena));
    }
    return found;
}

/* The one whose place was taken comes back when its successor goes. One that only ever was older
 * than another may be anybody's: it waits for the person now. */
static void revive(struct call *c, const json_t *contact, const struct entry *gone, str_t address)
{
    bool encrypting = encrypts(gone, c->arena);
    const json_t *list = list_of(contact);
    if (!is_of(gone, address) || has_valid(c, contact, address, encrypting)) return;
    for (size_t i = json_array_size(list); i-- > 0;) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (!entry_read(json_array_get(list, i), c->arena, &entry) ||
            entry.state != ENTRY_SUPERSEDED || !is_of(&entry, address) ||
            encrypts(&entry, c->arena) != encrypting)
            continue;
        bool was_used = !entry_never_used(&entry);
        entry_set_state(entry.item, was_used ? ENTRY_VALID : ENTRY_PENDING,
                        was_used ? "restored" : "older");
        if (was_used) return;
    }
}

static void revive_all(struct call *c, const json_t *contact, const struct entry *gone)
{
    const json_t *addresses = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(addresses); i++)
        revive(c, contact, gone, book_address(json_array_get(addresses, i)));
}

static void prefer(struct call *c, const json_t *contact, const struct entry *chosen)
{
    const json_t *addresses = json_object_get(contact, "addresses"), *list = list_of(contact);
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (!entry_read(json_array_get(list, i), c->arena, &entry)) continue;
        for (size_t k = 0; k < json_array_size(addresses); k++) {
            str_t address = book_address(json_array_get(addresses, k));
            if (is_of(chosen, address) && is_of(&entry, address))
                json_object_del(entry.item, "preferred");
        }
    }
    json_put_bool(chosen->item, "preferred", true);
}

static rc_t apply(struct call *c, const json_t *contact, const struct entry *entry, size_t at,
                  str_t action, struct err *e)
{
    bool is_prefer = str_eq(action, STR("prefer"));
    if (is_prefer && !can_encrypt(entry, c->arena))
        return err_invalid(e, "action", "This certificate is not made for encryption.");
    if (is_prefer || str_eq(action, STR("accept"))) {
        if (entry->state != ENTRY_VALID) {
            entry_set_state(entry->item, ENTRY_VALID, "accepted");
            take_over(c, contact, entry, false);
        }
        if (is_prefer) {
            json_object_del(entry->item, "for_signing");
            prefer(c, contact, entry);
        }
        return RC_OK;
    }
    if (str_eq(action, STR("reject"))) {
        entry_set_state(entry->item, ENTRY_REJECTED, NULL);
        revive_all(c, contact, entry);
        return RC_OK;
    }
    if (!str_eq(action, STR("remove")))
        return err_invalid(e, "action", "This is nothing to do with a certificate.");
    json_array_remove(list_of(contact), at);
    revive_all(c, contact, entry);
    return RC_OK;
}

static rc_t change_once(struct call *c, str_t id, str_t fingerprint, str_t action, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    str_t version;
    TRY(book_load(c, id, &before, &version, e));
    if (!before) return err_set(e, RC_NOT_FOUND, "There is no such contact.");
    contact = json_deep_copy(before);
    const json_t *list = list_of(contact);
    for (size_t i = 0; i < json_array_size(list); i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        CLEANUP_JSON json_t *item = json_incref(json_array_get(list, i)); /* outlives "remove" */
        if (!entry_read(item, c->arena, &entry) ||
            !str_eq(cert_fingerprint(entry.cert), fingerprint))
            continue;
        TRY(apply(c, contact, &entry, i, action, e));
        TRY(contacts_keep_limits(contact, c->arena, e));
        TRY(book_save(c, id, contact, before, version, e));
        return call_answer(c, contact_json(c, contact), e);
    }
    return err_set(e, RC_NOT_FOUND, "This contact has no such certificate.");
}

rc_t contacts_change_certificate(struct call *c, struct err *e)
{
    str_t action;
    TRY(json_need_str(c->in, "action", &action, e));
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++)
        rc = change_once(c, c->q->params[0], c->q->params[1], action, e);
    if (rc == RC_OK) waiting_look(c);
    return rc;
}
