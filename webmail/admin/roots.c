/* Authorities that an organisation trusts of its own. */
#include "policy/roots.h"

#include "base/b64.h"
#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

/* {version, roots}: all as they are now. */
static rc_t answer(struct call *c, struct err *e)
{
    json_t *list = NULL;
    TRY(roots_list(admin_registry(c), admin_organisation(c), admin_actor(c)->now, &list, e));
    return call_answer(c, list, e);
}

rc_t admin_roots_get(struct call *c, struct err *e)
{
    return answer(c, e);
}

static rc_t read_file(struct call *c, str_t *out, struct err *e)
{
    str_t text;
    TRY(json_need_str(c->in, "file", &text, e));
    if (b64_decode(c->arena, text, out)) return RC_OK;
    return err_invalid(e, "file", "The file is to be sent in base64.");
}

rc_t admin_roots_put(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    const json_t *version = json_object_get(c->in, "version");
    str_t file;
    TRY(read_file(c, &file, e));
    if (version && !json_is_integer(version))
        return err_invalid(e, "version", "That is not a version.");
    TRY(roots_set(admin_registry(c), admin_actor(c), admin_organisation(c), file,
                  json_integer_value(version), &rows, e));
    return answer(c, e);
}

rc_t admin_roots_add(struct call *c, struct err *e)
{
    CLEANUP_JSON json_t *rows = NULL;
    str_t file;
    TRY(read_file(c, &file, e));
    TRY(roots_add(admin_registry(c), admin_actor(c), admin_organisation(c), file, "upload", &rows,
                  e));
    return answer(c, e);
}

rc_t admin_roots_remove(struct call *c, struct err *e)
{
    str_t fingerprint;
    TRY(json_need_str(c->in, "fingerprint", &fingerprint, e));
    TRY(roots_remove(admin_registry(c), admin_actor(c), admin_organisation(c), fingerprint, e));
    return answer(c, e);
}
