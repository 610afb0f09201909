/* waxsealctl message inspect: what a message is worth, as one JSON object. The code is the
 * server's; the exit status is 0 whenever the file could be examined, however bad the verdict.
 */
#include <stdio.h>
#include <time.h>

#include "base/b64.h"
#include "cli/command.h"
#include "cli/keys.h"
#include "cli/plain_text.h"
#include "mail/message.h"

enum { FILES_MAX = 64 };
#define MESSAGE_FILE_MAX ((size_t) 128 << 20)
#define ARENA_MAX ((size_t) 512 << 20)

struct inspection {
    struct keyring *keys;
    struct trust_place trust[FILES_MAX];
    size_t trust_count;
    int64_t at;
    bool content;
    const char *file;
};

/* --- arguments ----------------------------------------------------------------------------------
 */

static bool is_option(const char *arg, const char *name, int i, int argc)
{
    return strcmp(arg, name) == 0 && i + 1 < argc;
}

/* Two options that belong together, in either order. */
struct pair {
    const char *first, *second;
};

static bool is_whole(struct pair *p, struct pair *out)
{
    if (!p->first || !p->second) return false;
    *out = *p;
    *p = (struct pair){NULL, NULL};
    return true;
}

/* RC_BAD_REQUEST: a usage error. */
static rc_t read_arguments(int argc, char **argv, struct inspection *in, struct err *e)
{
    struct pair p12 = {NULL, NULL}, key = {NULL, NULL}, whole;
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        if (is_option(arg, "--p12", i, argc) && !p12.first) {
            p12.first = argv[++i];
        } else if (is_option(arg, "--passphrase-file", i, argc) && !p12.second) {
            p12.second = argv[++i];
        } else if (is_option(arg, "--key", i, argc) && !key.first) {
            key.first = argv[++i];
        } else if (is_option(arg, "--cert", i, argc) && !key.second) {
            key.second = argv[++i];
        } else if (is_option(arg, "--trust", i, argc) && in->trust_count < FILES_MAX) {
            in->trust[in->trust_count++] =
                (struct trust_place){str_c(argv[++i]), TRUSTED_BY_ORGANISATION};
        } else if (is_option(arg, "--mail-roots", i, argc) && in->trust_count < FILES_MAX) {
            in->trust[in->trust_count++] =
                (struct trust_place){str_c(argv[++i]), TRUSTED_BY_MAIL_ROOTS};
        } else if (is_option(arg, "--at", i, argc)) {
            if (!cli_parse_time(argv[++i], &in->at)) {
                return err_set(e, RC_BAD_REQUEST, "--at wants a time like 2026-01-31T12:00:00Z");
            }
        } else if (strcmp(arg, "--content") == 0) {
            in->content = true;
        } else if ((arg[0] == '-' && arg[1]) || in->file) {
            return err_set(e, RC_BAD_REQUEST, "unexpected argument %s", arg);
        } else {
            in->file = arg;
        }
        if (is_whole(&p12, &whole)) TRY(cli_add_p12(in->keys, whole.first, whole.second, e));
        if (is_whole(&key, &whole)) TRY(cli_add_key(in->keys, whole.first, whole.second, e));
    }
    if (p12.first || p12.second || key.first || key.second) {
        return err_set(e, RC_BAD_REQUEST, "a key file without its other half");
    }
    return in->file ? RC_OK : err_set(e, RC_BAD_REQUEST, "message inspect wants a file");
}

/* --- output -------------------------------------------------------------------------------------
 */

static json_t *addresses_json(const struct mail_address *list, size_t n)
{
    json_t *v = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();
        json_put_str(one, "name", list[i].name);
        json_put_str(one, "address", list[i].address);
        json_array_append_new(v, one);
    }
    return v;
}

static json_t *headers_json(const struct message_view *m, struct arena *a)
{
    json_t *v = json_object();
    json_put_str(v, "subject", m->subject);
    json_object_set_new(v, "from", addresses_json(m->from, m->from_count));
    json_object_set_new(v, "sender", addresses_json(m->sender, m->sender_count));
    json_object_set_new(v, "reply_to", addresses_json(m->reply_to, m->reply_to_count));
    json_object_set_new(v, "to", addresses_json(m->to, m->to_count));
    json_object_set_new(v, "cc", addresses_json(m->cc, m->cc_count));
    json_put_str(v, "date", cli_format_time(m->date, a));
    json_put_str(v, "message_id", m->message_id);
    json_put_bool(v, "protected", m->header_protected);
    json_t *fields = json_array();
    for (unsigned f = 0; f < FIELD_COUNT; f++) {
        if (m->protected_fields & 1u << f)
            json_array_append_new(fields, json_from_str(message_field_name(f)));
    }
    json_object_set_new(v, "protected_fields", fields);
    json_put_str(v, "outer_subject", m->outer_subject);
    return v;
}

static json_t *reasons_json(const struct message_view *m)
{
    json_t *v = json_array();
    for (size_t i = 0; i < m->reason_count; i++) {
        json_t *one = json_object();
        json_put_str(one, "code", str_c(m->reasons[i].code));
        json_put_str(one, "text", m->reasons[i].text);
        json_put_str(one, "better", m->reasons[i].better);
        json_array_append_new(v, one);
    }
    return v;
}

static const char *integrity_word(enum cms_integrity i)
{
    static const char *const WORDS[] = {"intact", "altered", "no_certificate", "unsupported"};
    return WORDS[i];
}

static const char *match_word(enum address_match m)
{
    return m == ADDRESS_YES ? "yes" : m == ADDRESS_CASE ? "case" : "no";
}

static json_t *signature_json(const struct message_view *m, struct arena *a)
{
    json_t *v = json_object(), *list = json_array();
    for (size_t i = 0; i < m->signer_count; i++) {
        const struct message_signer *s = &m->signers[i];
        json_t *one = json_object();
        json_put_str(one, "address", s->address);
        json_put_str(one, "subject", s->subject);
        json_put_str(one, "issuer", s->issuer);
        json_put_str(one, "serial", s->serial);
        json_put_str(one, "fingerprint", s->fingerprint);
        json_put_str(one, "algorithm", str_c(s->algorithm));
        json_put_str(one, "integrity", str_c(integrity_word(s->integrity)));
        json_put_str(one, "match", str_c(match_word(s->match)));
        json_put_str(one, "chain", s->cert ? str_c(chain_status_word(s->chain.chain)) : STR_NULL);
        json_put_str(one, "trusted_by",
                     s->cert ? str_c(trusted_by_word(s->chain.trusted_by)) : STR_NULL);
        json_put_str(one, "chain_detail", s->cert ? str_c(s->chain.detail) : STR_NULL);
        json_put_str(one, "revocation",
                     s->cert ? str_c(revocation_word(s->chain.revocation.status)) : STR_NULL);
        json_put_str(one, "not_before", cli_format_time(s->not_before, a));
        json_put_str(one, "not_after", cli_format_time(s->not_after, a));
        json_put_str(one, "signed_at", cli_format_time(s->signed_at, a));
        json_array_append_new(list, one);
    }
    json_put_bool(v, "whole", m->signature_whole);
    json_object_set_new(v, "signers", list);
    return v;
}

static json_t *recipient_json(const struct cms_recipient *r, struct arena *a)
{
    static const char *const KINDS[] = {"rsa-v15", "rsa-oaep", "ecdh", "other"};
    json_t *v = json_object();
    json_put_str(v, "kind", str_c(KINDS[r->kind]));
    json_put_str(v, "issuer", r->issuer.n ? cert_name_text(r->issuer, a) : STR_NULL);
    json_put_str(v, "serial", r->serial.n ? hex_encode(a, r->serial) : STR_NULL);
    json_put_str(v, "key_identifier",
                 r->key_identifier.n ? hex_encode(a, r->key_identifier) : STR_NULL);
    return v;
}

/* The outermost encrypted layer; further ones are in `layers`. */
static json_t *encryption_json(const struct message_view *m, struct arena *a)
{
    json_t *v = json_object(), *recipients = json_array();
    const struct message_encryption *first = m->layer_count ? &m->layers[0] : NULL;
    bool opened = m->layer_count > 0;
    for (size_t i = 0; i < m->layer_count; i++)
        opened = opened && m->layers[i].opened;
    for (size_t i = 0; first && i < first->envelope.count; i++) {
        json_array_append_new(recipients, recipient_json(&first->envelope.recipients[i], a));
    }
    json_put_bool(v, "whole", m->encryption_whole);
    json_put_str(v, "cipher", first ? str_c(first->envelope.cipher) : STR_NULL);
    json_put_str(v, "integrity",
                 first ? (first->envelope.authenticated ? STR("authenticated") : STR("none"))
                       : STR_NULL);
    json_object_set_new(v, "recipients", recipients);
    json_put_bool(v, "opened", opened);
    json_put_int(v, "layers", (long long) m->layer_count);
    return v;
}

static json_t *content_json(const struct message_view *m)
{
    CLEANUP_BUF struct buf text = BUF_INIT_SECRET(MESSAGE_FILE_MAX);
    for (size_t i = 0; i < m->part_count; i++) {
        if (text.n && text.p[text.n - 1] != '\n') buf_char(&text, '\n');
        const struct message_part *p = &m->parts[i];
        if (!p->html)
            buf_str(&text, p->text);
        else if (!str_is_null(p->plain))
            buf_str(&text, p->plain);
        else
            cli_html_to_text(p->text, &text);
    }
    json_t *v = json_object();
    json_put_str(v, "text", buf_view(&text));
    return v;
}

/* What is in a winmail.dat; null for every other attachment, and for one that cannot be read. */
static json_t *inside_json(struct message_view *m, const struct message_attachment *at)
{
    struct tnef t;
    if (preview_of(at->type, at->name) != PREVIEW_TNEF ||
        message_part_tnef(m, at->id, &t, NULL) != RC_OK)
        return json_null();
    json_t *v = json_array();
    for (size_t i = 0; i < t.count; i++) {
        json_t *one = json_object();
        json_put_str(one, "name", t.files[i].name);
        json_put_str(one, "type", t.files[i].type);
        json_put_int(one, "size", (long long) t.files[i].bytes.n);
        json_array_append_new(v, one);
    }
    return v;
}

static json_t *attachments_json(struct message_view *m)
{
    json_t *v = json_array();
    for (size_t i = 0; i < m->attachment_count; i++) {
        const struct message_attachment *at = &m->attachments[i];
        json_t *one = json_object();
        json_put_str(one, "id", at->id);
        json_put_str(one, "name", at->name);
        json_put_str(one, "title", at->title);
        json_put_str(one, "type", at->type);
        json_put_int(one, "size", (long long) at->size);
        json_put_bool(one, "inline", at->inlined);
        const char *preview = preview_word(preview_of(at->type, at->name));
        json_put_str(one, "preview", preview ? str_c(preview) : STR_NULL);
        json_object_set_new(one, "inside", inside_json(m, at));
        json_array_append_new(v, one);
    }
    return v;
}

static void print_view(struct message_view *m, bool content, struct arena *a)
{
    CLEANUP_JSON json_t *v = json_object();
    json_put_str(v, "verdict", str_c(m->verdict));
    json_put_str(v, "level", str_c(message_level_word(m->level)));
    json_object_set_new(v, "reasons", reasons_json(m));
    json_object_set_new(v, "headers", headers_json(m, a));
    json_object_set_new(v, "signature", signature_json(m, a));
    json_object_set_new(v, "encryption", encryption_json(m, a));
    if (content) json_object_set_new(v, "content", content_json(m));
    json_object_set_new(v, "attachments", attachments_json(m));
    cli_print(v);
}

/* --- the command --------------------------------------------------------------------------------
 */

static rc_t inspect(const struct inspection *in, struct err *e)
{
    CLEANUP_BUF struct buf raw = BUF_INIT(MESSAGE_FILE_MAX);
    CLEANUP_ARENA struct arena *a = arena_new_secret(ARENA_MAX);
    struct trust *trust = NULL;
    struct message_view *view = NULL;
    struct key_ops ops = {.unwrap = cli_unwrap, .holder = in->keys};
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    TRY(cli_read_file(in->file, &raw, e));
    TRY(trust_load_places(in->trust, in->trust_count, &trust, e));
    struct message_options o = {.smime = true, .trust = trust, .now = in->at, .ops = &ops};
    rc_t rc = message_open(buf_view(&raw), &o, a, &view, e);
    if (rc == RC_OK) {
        print_view(view, in->content, a);
        message_close(view);
    }
    trust_free(trust);
    return rc;
}

int cmd_message_inspect(int argc, char **argv)
{
    struct err e = {0};
    struct inspection in = {.at = (int64_t) time(NULL)};
    if (keyring_new(&in.keys) != KEYRING_OK) {
        err_set(&e, RC_NO_MEMORY, NULL);
        return cli_fail(&e);
    }
    rc_t rc = read_arguments(argc, argv, &in, &e);
    int code = EXIT_FINE;
    if (rc == RC_BAD_REQUEST)
        code = cli_usage(e.message);
    else if (rc != RC_OK || inspect(&in, &e) != RC_OK)
        code = cli_fail(&e);
    keyring_free(in.keys);
    return code;
}

/* The table of docs/VERDICTS.md. */
int cmd_message_reasons(int argc, char **argv)
{
    const struct message_reason_info *r;
    if (argc > 0) return cli_usage(argv[0]);
    puts("| code | level | sentence | what would make it better |\n|---|---|---|---|");
    for (size_t i = 0; (r = message_reason_info(i)); i++) {
        printf("| `%s` | %s | %s | %s |\n", r->code,
               r->level == LEVEL_NONE ? "" : message_level_word(r->level), r->text,
               r->better ? r->better : "");
    }
    return EXIT_FINE;
}
