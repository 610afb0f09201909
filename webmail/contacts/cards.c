/* The address book as vCards, out and in. */
#include <stdlib.h>

#include "base/b64.h"
#include "mail/build.h"
#include "mail/contact.h"
#include "mail/entity.h"
#include "mail/text.h"
#include "webmail/contacts/judge.h"
#include "webmail/contacts/waiting.h"

#define MOST_BYTES (10u << 20)
#define MOST_SKIPPED 1000u
#define AT_ONCE 100u
#define MOST_HELD (1u << 20)
#define SCRATCH_BYTES (64u << 20)

/* --- out ---------------------------------------------------------------------------------------
 */

static size_t keys_of(struct call *c, const json_t *contact, str_t *out, size_t max)
{
    const json_t *list = c->features.smime ? json_object_get(contact, "certificates") : NULL;
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list) && n < max; i++) {
        CLEANUP_ENTRY struct entry entry = {.item = NULL};
        if (entry_read(json_array_get(list, i), c->arena, &entry) && entry.state == ENTRY_VALID)
            out[n++] = arena_str(c->arena, cert_der(entry.cert));
    }
    return n;
}

/* What is small is sent whole, with its length: a failure on the way is an error then, not half a
 * file. The rest is sent as it comes, and broken off where it fails. */
struct export
{
    struct buf *held;
    bool started;
    int version;
};

static void name_file(struct call *c)
{
    response_type(c->s, STR("text/vcard; charset=utf-8"));
    response_header(c->s, STR("Content-Disposition"),
                    content_disposition(c->arena, false, STR("contacts.vcf")));
}

static rc_t send_card(struct call *c, struct export *x, str_t card, struct err *e)
{
    if (!x->started && x->held->n + card.n <= MOST_HELD)
        return buf_str(x->held, card) ? RC_OK : err_set(e, RC_NO_MEMORY, NULL);
    if (!x->started) {
        name_file(c);
        TRY(response_start(c->q, c->s, e));
        x->started = true;
        if (!c->s->head_only) TRY(response_write(c->q, buf_view(x->held), e));
    }
    return c->s->head_only ? RC_OK : response_write(c->q, card, e);
}

static rc_t write_contact(struct call *c, struct export *x, const json_t *contact, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(1u << 20);
    struct contact_value emails[BOOK_MAX_ADDRESSES];
    str_t keys[CONTACT_MAX_KEYS];
    const json_t *list = json_object_get(contact, "addresses");
    struct contact_card card = {.name = json_text(json_object_get(contact, "name")),
                                .phone = json_text(json_object_get(contact, "phone")),
                                .note = json_text(json_object_get(contact, "notes")),
                                .emails = emails,
                                .keys = keys};
    for (size_t i = 0; i < json_array_size(list) && i < BOOK_MAX_ADDRESSES; i++) {
        const json_t *one = json_array_get(list, i);
        emails[card.email_count++] = (struct contact_value){
            .value = book_address(one), .label = json_text(json_object_get(one, "label"))};
    }
    card.key_count = keys_of(c, contact, keys, CONTACT_MAX_KEYS);
    if (!contact_write(&card, x->version, &text)) return err_set(e, RC_NO_MEMORY, NULL);
    return send_card(c, x, buf_view(&text), e);
}

static int by_name(const void *a, const void *b)
{
    const struct book_line *x = a, *y = b;
    int order = str_cmp(x->text, y->text);
    return order ? order : str_cmp(x->id, y->id);
}

static rc_t write_some(struct call *c, struct export *x, const struct book_line *lines, size_t n,
                       struct err *e)
{
    CLEANUP_JSON json_t *some = NULL;
    str_t ids[AT_ONCE];
    for (size_t i = 0; i < n; i++)
        ids[i] = lines[i].id;
    TRY(book_some(c, ids, n, &some, NULL, e));
    for (size_t i = 0; i < n; i++)
        if (json_is_object(json_array_get(some, i)))
            TRY(write_contact(c, x, json_array_get(some, i), e));
    return RC_OK;
}

/* Some contacts at a time, and what they took is given back. */
static rc_t write_all(struct call *c, struct export *x, const struct book_line *lines, size_t n,
                      struct err *e)
{
    CLEANUP_ARENA struct arena *scratch = arena_new(SCRATCH_BYTES);
    struct arena *whole = c->arena;
    rc_t rc = RC_OK;
    if (!scratch) return err_set(e, RC_NO_MEMORY, NULL);
    for (size_t i = 0; rc == RC_OK && i < n && !(x->started && c->s->head_only); i += AT_ONCE) {
        c->arena = scratch;
        rc = write_some(c, x, lines + i, n - i < AT_ONCE ? n - i : AT_ONCE, e);
        c->arena = whole;
        arena_reset(scratch);
    }
    return rc;
}

rc_t contacts_export(struct call *c, struct err *e)
{
    CLEANUP_BUF struct buf held = BUF_INIT_SECRET(MOST_HELD);
    str_t version = request_query(c->q, STR("version"));
    struct book_line *lines;
    size_t n;
    bool three = str_eq(version, STR("3"));
    if (version.p && !three && !str_eq(version, STR("4")))
        return err_invalid(e, "version", "The version is 3 or 4.");
    TRY(book_lines(c, &lines, &n, e));
    qsort(lines, n, sizeof *lines, by_name);
    struct export x = {.held = &held, .version = three ? 3 : 4};
    TRY(write_all(c, &x, lines, n, e));
    if (x.started) return RC_OK;
    name_file(c);
    response_take(c->s, &held);
    return RC_OK;
}

/* --- in ----------------------------------------------------------------------------------------
 */

struct import {
    long long added, changed;
    json_t *skipped;
    size_t parts; /* entries of it that are about a part of a card */
};

static void tell(struct import *im, size_t line, const char *why)
{
    json_t *v = json_object();
    json_put_int(v, "line", (long long) line);
    json_put_str(v, "why", str_c(why));
    json_array_append_new(im->skipped, v);
}

static void skip(struct import *im, size_t line, const char *why)
{
    if (json_array_size(im->skipped) - im->parts < MOST_SKIPPED) tell(im, line, why);
}

/* What there is no place for in a contact, or not enough. */
enum part {
    PART_ADDRESS_BAD,
    PART_ADDRESS_MORE,
    PART_NAME_CUT,
    PART_PHONE_CUT,
    PART_PHONE_MORE,
    PART_NOTES_CUT,
    PART_ORGANIZATION,
    PART_TITLE,
    PART_POSTAL,
    PART_URL,
    PART_BIRTHDAY,
    PART_KEY_KIND,
    PART_KEY_MORE,
    PARTS
};

static unsigned parts_of(const struct contact *card)
{
    str_t phone = card->phones.count ? card->phones.list[0].value : STR("");
    const bool left_out[PARTS] = {
        [PART_ADDRESS_MORE] = card->emails.more,
        [PART_NAME_CUT] = card->name.n > BOOK_MAX_NAME,
        [PART_PHONE_CUT] = phone.n > BOOK_MAX_PHONE,
        [PART_PHONE_MORE] = card->phones.count > 1,
        [PART_NOTES_CUT] = card->note_cut || card->note.n > BOOK_MAX_NOTES,
        [PART_ORGANIZATION] = card->organization.n > 0,
        [PART_TITLE] = card->title.n > 0,
        [PART_POSTAL] = card->addresses.count > 0,
        [PART_URL] = card->urls.count > 0,
        [PART_BIRTHDAY] = card->birthday.n > 0,
        [PART_KEY_KIND] = card->other_keys,
        [PART_KEY_MORE] = card->more_keys,
    };
    unsigned parts = 0;
    for (unsigned i = 0; i < PARTS; i++)
        if (left_out[i]) parts |= 1u << i;
    return parts;
}

/* One entry a kind; they do not push out what is told of whole cards. */
static void skip_parts(struct import *im, size_t line, unsigned parts)
{
    static const char *const words[PARTS] = {
        "address_bad", "address_more", "name_cut", "phone_cut", "phone_more",
        "notes_cut",   "organization", "title",    "postal",    "url",
        "birthday",    "key_kind",     "key_more"};
    for (unsigned i = 0; i < PARTS && im->parts < MOST_SKIPPED; i++) {
        if (!(parts & (1u << i))) continue;
        im->parts++;
        tell(im, line, words[i]);
    }
}

/* At most `max` bytes, no character cut. */
static str_t shorten(str_t s, size_t max)
{
    if (s.n <= max) return s;
    while (max > 0 && ((unsigned char) s.p[max] & 0xc0) == 0x80)
        max--;
    return str_sub(s, 0, max);
}

/* Of its addresses those that are some; by them the contact there is, if any. */
static rc_t find_known(struct call *c, const struct contact *card, json_t *addresses,
                       json_t **known, str_t *id, str_t *version, unsigned *parts, struct err *e)
{
    for (size_t i = 0; i < card->emails.count; i++) {
        const struct contact_value *email = &card->emails.list[i];
        struct err ignored = {0};
        if (address_check(email->value, &ignored) != RC_OK) {
            *parts |= 1u << PART_ADDRESS_BAD;
            continue;
        }
        json_array_append_new(addresses, book_new_address(email->value, email->label));
        if (!*known) TRY(book_find(c, email->value, known, id, version, e));
    }
    return RC_OK;
}

/* False: there is no room for all of them. */
static bool add_addresses(json_t *contact, const json_t *addresses)
{
    bool all = true;
    json_t *list = json_object_get(contact, "addresses");
    for (size_t i = 0; i < json_array_size(addresses); i++) {
        json_t *one = json_array_get(addresses, i);
        bool there = false;
        for (size_t k = 0; k < json_array_size(list); k++)
            there = there || str_ieq(book_address(json_array_get(list, k)), book_address(one));
        bool room = json_array_size(list) < BOOK_MAX_ADDRESSES;
        if (!there && room) json_array_append(list, one);
        all = all && (there || room);
    }
    return all;
}

/* As for addresses a person adds. */
static void guard_certificates(struct call *c, json_t *contact, const json_t *had)
{
    json_t *list = json_object_get(contact, "certificates");
    for (size_t i = 0; i < json_array_size(list); i++)
        contacts_guard_certificate(c, json_array_get(list, i), had,
                                   json_object_get(contact, "addresses"));
}

/* What is there already is not overwritten. */
static void fill_text(json_t *contact, const char *key, str_t text)
{
    if (text.n > 0 && json_text(json_object_get(contact, key)).n == 0)
        json_put_str(contact, key, text);
}

/* *parts: what is left out of it. */
static rc_t save_card(struct call *c, const struct contact *card, struct import *im,
                      json_t **addresses, unsigned *parts, struct err *e)
{
    CLEANUP_JSON json_t *before = NULL, *contact = NULL;
    str_t id, version = STR_NULL;
    TRY(find_known(c, card, *addresses, &before, &id, &version, parts, e));
    if (json_array_size(*addresses) == 0) return RC_OK;
    if (!before) TRY(book_new_id(c, &id, e));
    contact = before ? json_deep_copy(before) : book_new_contact(id, STR_NULL);
    if (!add_addresses(contact, *addresses)) *parts |= 1u << PART_ADDRESS_MORE;
    guard_certificates(c, contact, json_object_get(before, "addresses"));
    fill_text(contact, "name", shorten(card->name, BOOK_MAX_NAME));
    fill_text(contact, "notes", shorten(card->note, BOOK_MAX_NOTES));
    if (card->phones.count)
        fill_text(contact, "phone", shorten(card->phones.list[0].value, BOOK_MAX_PHONE));
    if (before && json_equal(before, contact)) return RC_OK;
    json_put_int(contact, "version", json_integer_value(json_object_get(before, "version")) + 1);
    TRY(contacts_keep_limits(contact, c->arena, e));
    TRY(book_save(c, id, contact, before, version, e));
    im->added += !before;
    im->changed += before != NULL;
    return RC_OK;
}

/* As a certificate file the user brought, for each address of the card that it names. */
static rc_t add_key(struct call *c, const struct contact *card, const json_t *addresses, str_t text,
                    struct import *im, struct err *e)
{
    bool fits = false;
    str_t der;
    struct cert *cert = NULL;
    struct err why = {0};
    if (!b64_decode(c->arena, text, &der) || cert_parse(der, &cert, &why) != RC_OK) {
        skip(im, card->line, "key_damaged");
        return RC_OK;
    }
    cert_unref(cert);
    const struct contact_certificate item = {.der = der, .source = "imported"};
    for (size_t i = 0; !fits && i < json_array_size(addresses); i++) {
        struct contact_added done = {.contact = NULL};
        str_t address = book_address(json_array_get(addresses, i));
        rc_t rc = contacts_add_certificate(c, address, card->name, &item, &done, &why);
        json_decref(done.contact);
        if (rc == RC_INVALID) continue; /* not of this address */
        if (rc != RC_OK && rc != RC_FULL) {
            *e = why;
            return rc;
        }
        if (rc == RC_FULL) skip(im, card->line, "key_full");
        fits = true;
    }
    if (!fits) skip(im, card->line, "key_address");
    return RC_OK;
}

static rc_t import_card(struct call *c, const struct contact *card, struct import *im,
                        struct err *e)
{
    CLEANUP_JSON json_t *addresses = NULL;
    unsigned parts = 0;
    rc_t rc = RC_CONFLICT;
    for (int i = 0; rc == RC_CONFLICT && i < BOOK_SAVE_TRIES; i++) {
        json_decref(addresses);
        addresses = json_array();
        parts = parts_of(card);
        rc = save_card(c, card, im, &addresses, &parts, e);
    }
    if (rc == RC_INVALID) skip(im, card->line, "address_taken");
    if (rc == RC_FULL) skip(im, card->line, "full");
    if (rc == RC_INVALID || rc == RC_FULL) return RC_OK;
    TRY(rc);
    if (json_array_size(addresses) == 0) {
        skip(im, card->line, "no_address");
        return RC_OK;
    }
    skip_parts(im, card->line, parts);
    if (card->key_count == 0) return RC_OK;
    if (!c->features.smime) {
        skip(im, card->line, "key_feature");
        return RC_OK;
    }
    for (size_t i = 0; i < card->key_count; i++)
        TRY(add_key(c, card, addresses, card->keys[i], im, e));
    return RC_OK;
}

/* UTF-16 with its mark, UTF-8, else windows-1252. */
static rc_t text_of(str_t bytes, struct buf *out, struct err *e)
{
    if (str_starts(bytes, STR("\xff\xfe")))
        return charset_to_utf8(STR("utf-16le"), str_sub(bytes, 2, bytes.n), out, e);
    if (str_starts(bytes, STR("\xfe\xff")))
        return charset_to_utf8(STR("utf-16be"), str_sub(bytes, 2, bytes.n), out, e);
    return text_guess_utf8(bytes, out) ? RC_OK : err_set(e, RC_TOO_LARGE, NULL);
}

static rc_t import_all(struct call *c, str_t text, struct import *im, struct err *e)
{
    CLEANUP_ARENA struct arena *scratch = arena_new(SCRATCH_BYTES);
    struct arena *whole = c->arena;
    struct contact *card = ARENA_NEW(whole, struct contact);
    struct contact_reader r;
    rc_t rc = RC_OK;
    if (!scratch || !card) return err_set(e, RC_NO_MEMORY, NULL);
    contact_reader_start(&r, text);
    c->arena = scratch;
    bool any = false;
    while (rc == RC_OK && contact_reader_next(&r, scratch, card)) {
        any = true;
        rc = request_cancelled(c->q) ? err_set(e, RC_CANCELLED, NULL) : import_card(c, card, im, e);
        arena_reset(scratch);
    }
    c->arena = whole;
    contact_reader_free(&r);
    if (rc == RC_OK && !any) return err_set(e, RC_DAMAGED, "There is no card in this file.");
    return rc;
}

rc_t contacts_import_text(struct call *c, str_t bytes, json_t **out, struct err *e)
{
    CLEANUP_BUF struct buf text = BUF_INIT(4 * MOST_BYTES);
    CLEANUP_JSON json_t *skipped = json_array();
    struct import im = {.skipped = skipped};
    TRY(text_of(bytes, &text, e));
    TRY(import_all(c, buf_view(&text), &im, e));
    json_t *answer = json_object();
    json_put_int(answer, "added", im.added);
    json_put_int(answer, "changed", im.changed);
    json_object_set(answer, "skipped", skipped);
    *out = answer;
    return RC_OK;
}

rc_t contacts_import(struct call *c, struct err *e)
{
    CLEANUP_BUF struct buf bytes = BUF_INIT(MOST_BYTES);
    json_t *answer;
    if (!str_eq(c->q->content_type, STR("text/vcard")))
        return err_set(e, RC_BAD_REQUEST, "The body must be of type text/vcard.");
    TRY(request_body(c->q, &bytes, e));
    TRY(contacts_import_text(c, buf_view(&bytes), &answer, e));
    waiting_look(c);
    return call_answer(c, answer, e);
}
