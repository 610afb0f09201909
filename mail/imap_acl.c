/* Folders of others: whose they are, and what this user may do there (RFC 2342, RFC 4314). */
#include "mail/imap_acl.h"

#include "mail/imap_lease.h"

#define RIGHTS_BATCH 32
#define RIGHTS_FOLDERS                                                                             \
    500 /* more than this a person does not look at; the rest is asked on use                      \
         */

str_t imap_acl_owner(str_t name, const struct imap_namespace *ns, struct arena *a)
{
    if (!ns->of_others || !str_starts(name, ns->prefix) || ns->delimiter == '\0') return STR_NULL;
    str_t owner, rest;
    str_cut(str_sub(name, ns->prefix.n, name.n), ns->delimiter, &owner, &rest);
    return owner.n > 0 ? imap_utf7_decode(owner, a) : STR_NULL;
}

struct rights_reader {
    struct arena *a;
    struct imap_folder *list;
    size_t n;
};

/* Letters of RFC 4314 and digits some servers still send; anything else is no rights. */
static bool is_rights(str_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9'))) return false;
    return s.n <= 36;
}

/* MYRIGHTS "shared/bob/Projects" lrws */
static rc_t on_rights(void *ctx, struct imap_response *r, struct err *e)
{
    struct rights_reader *rr = ctx;
    if (r->has_number || r->cut || !str_ieq(r->word, STR("MYRIGHTS"))) return RC_OK;
    str_t name = wire_nstring(&r->rest, rr->a);
    str_t rights = wire_at_end(&r->rest) ? STR("") : wire_nstring(&r->rest, rr->a);
    if (r->rest.bad || !is_rights(rights)) return RC_OK;
    for (size_t i = 0; i < rr->n; i++) {
        if (!str_eq(rr->list[i].name, name)) continue;
        rr->list[i].rights = arena_str(rr->a, rights);
        if (str_is_null(rr->list[i].rights)) return err_set(e, RC_NO_MEMORY, NULL);
    }
    return RC_OK;
}

rc_t imap_acl_ask(struct imap_conn *c, struct imap_folder *list, size_t n, struct arena *a,
                  struct err *e)
{
    struct rights_reader rr = {.a = a, .list = list, .n = n};
    size_t asked = 0;
    if (!imap_conn_has(c, "ACL")) return RC_OK;
    for (size_t i = 0; i < n && asked < RIGHTS_FOLDERS;) {
        struct imap_command cmds[RIGHTS_BATCH], *refs[RIGHTS_BATCH];
        size_t count = 0;
        for (; i < n && count < RIGHTS_BATCH; i++) {
            if (!list[i].shared || !list[i].selectable) continue;
            if (count > 0 && imap_cmd_is_literal(list[i].name)) break; /* may have to wait */
            imap_cmd_begin(c, &cmds[count]);
            imap_cmd_text(c, STR("MYRIGHTS "));
            TRY(imap_cmd_string(c, list[i].name, e));
            imap_cmd_end(c);
            refs[count] = &cmds[count];
            count++;
        }
        /* One that the server refuses has rights nobody knows: the server says no when it matters.
         */
        if (count > 0) TRY(imap_conn_collect(c, refs, count, on_rights, &rr, NULL, e));
        asked += count;
    }
    return RC_OK;
}
