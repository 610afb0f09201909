#include "policy/branding.h"

#include "base/b64.h"
#include "base/raster.h"
#include "crypto/seal.h"
#include "policy/accent.h"
#include "policy/edit.h"
#include "policy/name.h"

enum { WORK_BYTES = 1 << 20, DIGEST_BYTES = 32, BASE64_MAX = (BRANDING_LOGO_BYTES + 2) / 3 * 4 };

static const char *const MEMBERS[] = {"name", "accent", "support", "logo"};
enum { MEMBER_COUNT = sizeof MEMBERS / sizeof *MEMBERS };

static struct record_at place_of(str_t organisation)
{
    str_t id = organisation.n ? organisation : STR(BRANDING_INSTANCE);
    return (struct record_at){RECORD_BRANDING, STR_NULL, id};
}

/* --- what may be said --------------------------------------------------------------------------
 */

/* Characters nobody sees, and those that turn the direction of others: a name is shown in titles
 * and beside buttons. */
static bool is_hidden(uint32_t c)
{
    return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

/* The text is UTF-8. */
static const char *name_fault(str_t s)
{
    size_t characters = 0;
    for (size_t i = 0; i < s.n; characters++) {
        unsigned char b = (unsigned char) s.p[i];
        size_t n = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
        uint32_t c = n == 1 ? b : b & (0x7fu >> n);
        for (size_t k = 1; k < n && i + k < s.n; k++)
            c = c << 6 | ((unsigned char) s.p[i + k] & 63);
        if (is_hidden(c)) return "The name has a character that nobody sees.";
        i += n;
    }
    if (!str_trim(s).n) return "The name is empty.";
    return characters > BRANDING_NAME_CHARS ? "A name has at most 40 characters." : NULL;
}

static bool is_link_text(str_t s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' ||
            c == '`')
            return false;
    }
    return true;
}

static str_t before_any(str_t s, const char *ends)
{
    size_t n = 0;
    while (n < s.n && str_chr(str_c(ends), s.p[n]) < 0)
        n++;
    return str_sub(s, 0, n);
}

static const char *support_fault(str_t s)
{
    static const char SENTENCE[] = "It must be a link: https://… or mailto:… with an address.";
    if (!is_link_text(s)) return SENTENCE;
    if (str_starts(s, STR("mailto:")))
        return name_is_address(before_any(str_sub(s, 7, s.n), "?")) ? NULL : SENTENCE;
    if (!str_starts(s, STR("https://"))) return SENTENCE;
    str_t host = before_any(str_sub(s, 8, s.n), "/?#"), name = before_any(host, ":"),
          port = str_sub(host, name.n, host.n);
    uint32_t number = 1;
    bool good = name_is_domain(name) &&
                (!port.n || (str_to_u32(str_sub(port, 1, port.n), &number) && number < 65536));
    return good ? NULL : SENTENCE; /* name@host, which misleads, is no domain either */
}

static const char *logo_fault(str_t text, struct arena *a, str_t *bytes, struct raster *picture)
{
    if (!b64_decode(a, text, bytes)) return "The picture is to be sent in base64.";
    if (!raster_read(*bytes, picture)) return "That is neither a PNG nor a WebP picture.";
    str_t type = str_c(picture->type);
    if (!str_eq(type, STR("image/png")) && !str_eq(type, STR("image/webp")))
        return "A logo is a PNG or a WebP picture.";
    if (picture->width > BRANDING_LOGO_SIDE || picture->height > BRANDING_LOGO_SIDE)
        return "A logo has at most 512 by 512 pixels.";
    return bytes->n > BRANDING_LOGO_BYTES ? "A logo has at most 64 KB." : NULL;
}

/* *field: which member. */
static const char *fault_of(const json_t *row, struct arena *a, const char **field)
{
    str_t name = record_text(row, "name"), accent = record_text(row, "accent"),
          support = record_text(row, "support"), logo = record_text(row, "logo"), bytes;
    struct raster picture;
    uint32_t rgb;
    const char *sentence = NULL;
    *field = "name";
    if (!json_is_null(json_object_get(row, "name"))) sentence = name_fault(name);
    if (sentence) return sentence;
    *field = "accent";
    if (!json_is_null(json_object_get(row, "accent")) && !accent_read(accent, &rgb))
        return "A colour is # and six hexadecimal digits in lower case.";
    *field = "support";
    if (!json_is_null(json_object_get(row, "support"))) sentence = support_fault(support);
    if (sentence) return sentence;
    *field = "logo";
    if (json_is_null(json_object_get(row, "logo"))) return NULL;
    return logo_fault(logo, a, &bytes, &picture);
}

const char *branding_fault(const json_t *row)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    const char *field;
    return a ? fault_of(row, a, &field) : "There is no memory.";
}

/* --- views -------------------------------------------------------------------------------------
 */

static rc_t hex_digest(str_t bytes, struct arena *a, str_t *out, struct err *e)
{
    unsigned char digest[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    TRY(sha256(bytes, digest, e));
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    *out = arena_str(a, str_c(hex));
    return RC_OK;
}

static const char *ending_of(const char *type)
{
    return str_eq(str_c(type), STR("image/webp")) ? "webp" : "png";
}

static rc_t logo_view(const json_t *row, str_t id, json_t **out, struct err *e)
{
    CLEANUP_ARENA struct arena *a = arena_new(WORK_BYTES);
    str_t text = record_text(row, "logo"), bytes, hash;
    struct raster picture;
    if (!a) return err_set(e, RC_NO_MEMORY, NULL);
    if (!text.n || logo_fault(text, a, &bytes, &picture)) {
        *out = json_null();
        return RC_OK;
    }
    TRY(hex_digest(bytes, a, &hash, e));
    json_t *v = json_object();
    json_object_set_new(
        v, "url",
        json_sprintf("/brand/%.*s/%.*s.%s", STR_ARG(id), STR_ARG(hash), ending_of(picture.type)));
    json_put_str(v, "type", str_c(picture.type));
    json_put_int(v, "width", picture.width);
    json_put_int(v, "height", picture.height);
    *out = v;
    return RC_OK;
}

/* row NULL: nothing is said. */
static rc_t view(const json_t *row, str_t id, json_t **out, struct err *e)
{
    json_t *logo = NULL;
    TRY(logo_view(row, id, &logo, e));
    json_t *v = json_object();
    json_put_int(v, "version", record_version(row));
    for (size_t i = 0; i + 1 < MEMBER_COUNT; i++)
        json_put_str(v, MEMBERS[i], record_text(row, MEMBERS[i]));
    json_object_set_new(v, "logo", logo);
    *out = v;
    return RC_OK;
}

static rc_t need_organisation(const struct registry *r, str_t id, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    if (!id.n) return RC_OK;
    TRY(record_check_id(RECORD_ORGANISATION, id, e));
    TRY(registry_get(r, (struct record_at){RECORD_ORGANISATION, STR_NULL, id}, &row, e));
    if (row) return RC_OK;
    err_set(e, RC_NOT_FOUND, "There is no organisation %.*s.", STR_ARG(id));
    err_field(e, "organisation");
    return RC_NOT_FOUND;
}

rc_t branding_get(const struct registry *r, str_t organisation, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    struct record_at at = place_of(organisation);
    TRY(need_organisation(r, organisation, e));
    TRY(registry_get(r, at, &row, e));
    return view(row, at.id, out, e);
}

rc_t branding_shown(const struct registry *r, str_t organisation, json_t **out, struct err *e)
{
    CLEANUP_JSON json_t *own = NULL, *all = NULL;
    struct record_at at = place_of(STR_NULL);
    TRY(registry_get(r, at, &all, e));
    if (organisation.n) TRY(registry_get(r, place_of(organisation), &own, e));
    json_t *v = json_object(), *logo = NULL;
    for (size_t i = 0; i + 1 < MEMBER_COUNT; i++) {
        str_t said = record_text(own, MEMBERS[i]);
        json_put_str(v, MEMBERS[i], said.n ? said : record_text(all, MEMBERS[i]));
    }
    bool whose = record_text(own, "logo").n > 0;
    rc_t rc = logo_view(whose ? own : all, whose ? organisation : at.id, &logo, e);
    json_object_set(v, "logo", rc == RC_OK ? json_object_get(logo, "url") : NULL);
    if (!json_object_get(v, "logo")) json_object_set_new(v, "logo", json_null());
    json_decref(logo);
    if (rc == RC_OK)
        *out = v;
    else
        json_decref(v);
    return rc;
}

rc_t branding_logo(const struct registry *r, struct arena *a, str_t path, struct branding_logo *out,
                   struct err *e)
{
    CLEANUP_JSON json_t *row = NULL;
    str_t id, file, name, ending, bytes, hash;
    struct raster picture;
    if (!str_cut(path, '/', &id, &file) || !str_cut(file, '.', &name, &ending) ||
        record_check_id(RECORD_BRANDING, id, NULL) != RC_OK)
        return err_set(e, RC_NOT_FOUND, NULL);
    TRY(registry_get(r, (struct record_at){RECORD_BRANDING, STR_NULL, id}, &row, e));
    str_t text = record_text(row, "logo");
    if (!text.n || logo_fault(text, a, &bytes, &picture)) return err_set(e, RC_NOT_FOUND, NULL);
    TRY(hex_digest(bytes, a, &hash, e));
    if (!str_eq(hash, name) || !str_eq(ending, str_c(ending_of(picture.type))))
        return err_set(e, RC_NOT_FOUND, NULL);
    *out = (struct branding_logo){bytes, picture.type};
    return RC_OK;
}

/* --- changing ----------------------------------------------------------------------------------
 */

struct change {
    str_t organisation;
    const json_t *patch;
    int64_t seen;
    json_t *after;
};

/* For the audit: a picture is named by its digest. */
static rc_t in_words(struct edit *t, const json_t *row, json_t **out, struct err *e)
{
    str_t bytes, hash, logo = record_text(row, "logo");
    *out = row ? json_copy((json_t *) row) : NULL;
    if (!logo.n || !b64_decode(t->a, logo, &bytes)) return RC_OK;
    rc_t rc = hex_digest(bytes, t->a, &hash, e);
    if (rc == RC_OK) json_put_str(*out, "logo", hash);
    return rc;
}

static rc_t judge(struct edit *t, const json_t *row, struct err *e)
{
    const char *field, *sentence = fault_of(row, t->a, &field);
    return sentence ? err_invalid(e, field, sentence) : RC_OK;
}

static bool says_nothing(const json_t *row)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (!json_is_null(json_object_get(row, MEMBERS[i]))) return false;
    return true;
}

static rc_t set_step(struct edit *t, void *arg, struct err *e)
{
    struct change *w = arg;
    struct record_at at = place_of(w->organisation);
    CLEANUP_JSON json_t *before = NULL, *after = NULL, *had = NULL, *has = NULL;
    json_decref(w->after);
    w->after = NULL;
    TRY(need_organisation(t->r, w->organisation, e));
    TRY(edit_get(t, at, &before, e));
    if (w->seen && record_version(before) != w->seen) {
        err_set(e, RC_CONFLICT, "It was changed meanwhile.");
        err_field(e, "version");
        return RC_CONFLICT;
    }
    TRY(record_patch(RECORD_BRANDING, before, w->patch, &after, e));
    TRY(judge(t, after, e));
    CLEANUP_JSON json_t *differs = record_difference(RECORD_BRANDING, before, after);
    bool gone = says_nothing(after);
    w->after = gone ? NULL : json_incref(after);
    if ((gone && !before) || (before && json_array_size(differs) == 0)) return RC_OK;
    TRY(in_words(t, before, &had, e));
    TRY(in_words(t, w->after, &has, e));
    TRY(edit_store(t, at, w->after, e));
    return edit_audit(t, w->organisation, "branding", at.id, had, has, e);
}

/* A picture that is too large is said so before anything is read of it. */
static rc_t check_size(const json_t *patch, struct err *e)
{
    if (record_text(patch, "logo").n <= BASE64_MAX) return RC_OK;
    err_set(e, RC_TOO_LARGE, "A logo has at most 64 KB.");
    err_field(e, "logo");
    return RC_TOO_LARGE;
}

rc_t branding_set(const struct registry *r, const struct actor *by, str_t organisation,
                  const json_t *patch, int64_t seen, json_t **out, struct err *e)
{
    struct change w = {.organisation = organisation, .patch = patch, .seen = seen};
    TRY(check_size(patch, e));
    rc_t rc = edit_run(r, by, set_step, &w, e);
    if (rc == RC_OK) rc = view(w.after, place_of(organisation).id, out, e);
    json_decref(w.after);
    return rc;
}
