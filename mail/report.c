#include "mail/report.h"

#include "mail/text.h"

/* --- groups of fields --------------------------------------------------------------------------
 */

/* The next group of fields in *left, without the empty lines around it; false at the end. */
static bool next_group(str_t *left, str_t *out)
{
    str_t s = *left;
    size_t from = 0;
    while (from < s.n && (s.p[from] == '\r' || s.p[from] == '\n'))
        from++;
    if (from == s.n) return false;
    size_t at = from;
    for (;;) {
        const char *nl = memchr(s.p + at, '\n', s.n - at);
        if (!nl) {
            at = s.n;
            break;
        }
        at = (size_t) (nl - s.p) + 1;
        size_t next = at < s.n && s.p[at] == '\r' ? at + 1 : at;
        if (next >= s.n || s.p[next] == '\n') break;
    }
    *out = str_sub(s, from, at);
    *left = str_sub(s, at, s.n);
    return true;
}

static rc_t read_group(str_t text, struct arena *a, struct entity **out, struct err *e)
{
    const struct entity_limits limits = {.depth = 1, .parts = 1, .fields = 100};
    return entity_parse(text, &limits, a, out, e);
}

static str_t text_of(const struct entity *group, const char *name, struct arena *a)
{
    str_t raw = entity_field(group, str_c(name));
    str_t v = str_is_null(raw) ? STR_NULL : header_text(raw, a);
    return v.n ? v : STR_NULL;
}

/* Without "rfc822;" or "dns;" before it. */
static str_t typed(const struct entity *group, const char *name, struct arena *a)
{
    str_t v = text_of(group, name, a), type, rest;
    if (!str_cut(v, ';', &type, &rest)) return v;
    rest = str_trim(rest);
    return rest.n ? rest : STR_NULL;
}

static int64_t time_of(const struct entity *group, const char *name)
{
    int64_t t;
    int zone;
    str_t raw = entity_field(group, str_c(name));
    return !str_is_null(raw) && header_date(raw, &t, &zone) && t > 0 ? t : 0;
}

/* --- delivery reports --------------------------------------------------------------------------
 */

static void read_recipient(const struct entity *g, struct arena *a, struct report_recipient *out)
{
    str_t address = typed(g, "Final-Recipient", a), action = text_of(g, "Action", a);
    if (!address.n) address = typed(g, "Original-Recipient", a);
    *out = (struct report_recipient){.address = address.n ? address : STR(""),
                                     .action = action.n ? arena_lower(a, action) : STR(""),
                                     .status = text_of(g, "Status", a),
                                     .diagnostic = typed(g, "Diagnostic-Code", a),
                                     .remote = typed(g, "Remote-MTA", a),
                                     .last_attempt = time_of(g, "Last-Attempt-Date"),
                                     .retry_until = time_of(g, "Will-Retry-Until")};
}

static bool is_recipient(const struct entity *g)
{
    return entity_field_count(g, STR("Final-Recipient")) > 0 ||
           entity_field_count(g, STR("Original-Recipient")) > 0 ||
           entity_field_count(g, STR("Action")) > 0;
}

static rc_t read_delivery(str_t body, struct arena *a, struct report *out, struct err *e)
{
    str_t group;
    out->recipients = ARENA_ARRAY(a, REPORT_MAX_RECIPIENTS, struct report_recipient);
    if (!out->recipients) return err_set(e, RC_NO_MEMORY, NULL);
    while (next_group(&body, &group)) {
        struct entity *g;
        if (out->count == REPORT_MAX_RECIPIENTS) { /* only counted */
            out->total++;
            continue;
        }
        TRY(read_group(group, a, &g, e));
        if (is_recipient(g)) {
            read_recipient(g, a, &out->recipients[out->count++]);
            out->total++;
        } else if (out->count == 0 && !out->reporter.n) {
            out->reporter = typed(g, "Reporting-MTA", a);
            out->arrived = time_of(g, "Arrival-Date");
        }
    }
    return RC_OK;
}

/* --- receipts ----------------------------------------------------------------------------------
 */

/* "automatic-action/MDN-sent-automatically; displayed/error" */
static void read_disposition(str_t value, struct arena *a, struct report *out)
{
    str_t mode, what, modifier;
    if (!str_cut(value, ';', &mode, &what)) what = STR("");
    str_cut(str_trim(what), '/', &what, &modifier);
    out->automatic = str_istarts(mode, STR("automatic-action"));
    out->disposition = arena_lower(a, str_trim(what));
    if (str_is_null(out->disposition)) out->disposition = STR("");
    if (modifier.n && !out->problem.n) out->problem = str_trim(modifier);
}

static rc_t read_receipt(str_t body, struct arena *a, struct report *out, struct err *e)
{
    static const char *const problems[] = {"Error", "Failure", "Warning"};
    struct entity *g;
    str_t group = STR("");
    (void) next_group(&body, &group);
    TRY(read_group(group, a, &g, e));
    out->reporter = text_of(g, "Reporting-UA", a);
    out->recipient = typed(g, "Final-Recipient", a);
    if (!out->recipient.n) out->recipient = typed(g, "Original-Recipient", a);
    out->message_id = text_of(g, "Original-Message-ID", a);
    for (size_t i = 0; i < 3 && !out->problem.n; i++)
        out->problem = text_of(g, problems[i], a);
    read_disposition(text_of(g, "Disposition", a), a, out);
    return RC_OK;
}

rc_t report_read(str_t body, bool delivery, struct arena *a, struct report *out, struct err *e)
{
    struct report r = {.delivery = delivery, .disposition = STR("")};
    if (body.n > REPORT_MAX_BYTES) return err_set(e, RC_TOO_LARGE, "The report is too long.");
    TRY(delivery ? read_delivery(body, a, &r, e) : read_receipt(body, a, &r, e));
    *out = r;
    return RC_OK;
}
