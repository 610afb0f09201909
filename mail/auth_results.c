#include "mail/auth_results.h"

#include "base/mutant.h"
#include "mail/message_state.h"

enum { MAX_FIELD = 64 << 10, MAX_FIELDS = 64 };

/* --- the field ---------------------------------------------------------------------------------
 */

/* What stands in quotes, escaped or not, is text and never structure. */
static char quoted_char(char c)
{
    return strchr(";=\"()\\ \t\r\n", c) ? '_' : c;
}

/* Without comments (nested ones too), with single blanks, and none beside '='. Quoted text stays.
 */
static str_t without_comments(str_t s, struct arena *a)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; p && i < s.n; i++) {
        char c = s.p[i];
        bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (c == '\\' && (quoted || depth) && i + 1 < s.n) {
            if (!depth) p[n++] = quoted_char(s.p[i + 1]);
            i++;
        } else if (c == '"' && !depth) {
            quoted = !quoted;
        } else if (c == '(' && !quoted) {
            depth++;
        } else if (c == ')' && !quoted && depth) {
            depth--;
        } else if (depth) {
            continue;
        } else if (quoted) {
            p[n++] = quoted_char(c);
        } else if (blank) {
            if (n > 0 && p[n - 1] != ' ' && p[n - 1] != '=') p[n++] = ' ';
        } else {
            if (c == '=' && n > 0 && p[n - 1] == ' ') n--;
            p[n++] = c;
        }
    }
    return str_n(p, p ? n : 0);
}

/* Only the topmost field of ours counts: our server writes on top, and what stands below came with
 * the message where that server does not take such fields out (RFC 8601 section 5). */
str_t auth_results_of(const struct entity *header, str_t authserv_id, struct arena *a)
{
    unsigned looked = 0;
    if (authserv_id.n == 0) return STR_NULL;
    for (size_t i = 0; i < header->field_count && looked < MAX_FIELDS; i++) {
        const struct field *f = &header->fields[i];
        if (!str_ieq(f->name, STR("Authentication-Results"))) continue;
        if (f->value.n > MAX_FIELD) return STR_NULL; /* whose it is cannot be told */
        looked++;
        str_t left = without_comments(f->value, a), id, version;
        str_cut(left, ';', &id, &left);
        str_cut(str_trim(id), ' ', &id, &version);
        if (WX_MUTANT(AUTHSERV) || str_ieq(id, authserv_id)) return left;
    }
    return STR_NULL;
}

/* --- a domain ----------------------------------------------------------------------------------
 */

/* "name=value" of a property names this domain, behind an '@' or by itself. */
static bool names_domain(str_t word, str_t property, str_t domain)
{
    str_t name, value;
    if (!str_cut(word, '=', &name, &value) || !str_ieq(name, property)) return false;
    return str_ieq(str_sub(value, (size_t) (str_rchr(value, '@') + 1), value.n), domain);
}

/* "dmarc=pass header.from=example.org", "dkim=pass header.d=example.org". The identity (header.i)
 * says nothing: it may be below the domain that signed (RFC 6376 section 3.5, i=). */
static bool passes(str_t result, str_t domain)
{
    str_t word, rest = str_trim(result);
    bool named = false, other = false;
    str_cut(rest, ' ', &word, &rest);
    bool dmarc = str_ieq(word, STR("dmarc=pass"));
    if (!dmarc && !str_ieq(word, STR("dkim=pass"))) return false;
    while (rest.n > 0) {
        str_cut(rest, ' ', &word, &rest);
        str_t property = dmarc ? STR("header.from") : STR("header.d");
        named = named || names_domain(word, property, domain);
        other = other || (str_istarts(word, property) && !names_domain(word, property, domain));
    }
    return named && !other;
}

bool auth_results_pass(const struct entity *header, str_t authserv_id, str_t domain,
                       struct arena *a)
{
    str_t left = auth_results_of(header, authserv_id, a), one;
    if (domain.n == 0) return false;
    for (unsigned results = 0; left.n > 0 && results < AUTH_RESULTS_MAX; results++) {
        str_cut(left, ';', &one, &left);
        if (passes(one, domain)) return true;
    }
    return false;
}

/* --- the sender --------------------------------------------------------------------------------
 */

static bool by_signature(const struct message_view *v)
{
    return v->signature_whole && strcmp(v->verdict, "signed-valid") == 0 &&
           (v->level == LEVEL_GOOD || v->level == LEVEL_NEUTRAL);
}

/* What our server has judged is the From field outside; only where it names the one that is shown.
 */
static bool by_results(const struct message_view *v, str_t authserv_id, struct arena *a)
{
    const struct entity *header = ((const struct opened *) v)->root;
    str_t shown = v->from[0].address;
    struct mail_address *list = NULL;
    size_t n = 0;
    if (entity_field_count(header, STR("From")) != 1 ||
        header_addresses(entity_field(header, STR("From")), a, &list, &n, NULL) != RC_OK ||
        n != 1 || !str_ieq(list[0].address, shown))
        return false;
    ptrdiff_t at = str_rchr(shown, '@');
    return at > 0 &&
           auth_results_pass(header, authserv_id, str_sub(shown, (size_t) at + 1, shown.n), a);
}

bool message_sender_confirmed(const struct message_view *v, str_t authserv_id, struct arena *a)
{
    const struct opened *m = (const struct opened *) v;
    if (m->depth > 0 || v->from_count != 1 || v->from[0].address.n == 0) return false;
    return by_signature(v) || by_results(v, authserv_id, a);
}
