/* What people see of an organisation, and of the installation. */
#include "policy/branding.h"

#include "webmail/admin/admin.h"
#include "webmail/admin/handlers.h"

/* {branding, shown}: what it says itself, and what its people see. */
static rc_t answer(struct call *c, json_t *own, struct err *e)
{
    json_t *shown = NULL;
    rc_t rc = branding_shown(admin_registry(c), admin_organisation(c), &shown, e);
    if (rc != RC_OK) {
        json_decref(own);
        return rc;
    }
    json_t *v = json_object();
    json_object_set_new(v, "branding", own);
    json_object_set_new(v, "shown", shown);
    return call_answer(c, v, e);
}

rc_t admin_branding_get(struct call *c, struct err *e)
{
    json_t *own = NULL;
    TRY(branding_get(admin_registry(c), admin_organisation(c), &own, e));
    return answer(c, own, e);
}

rc_t admin_branding_put(struct call *c, struct err *e)
{
    uint32_t seen;
    json_t *patch, *own = NULL;
    TRY(json_want_u32(c->in, "version", 0, &seen, e));
    TRY(json_want_object(c->in, "patch", &patch, e));
    if (!patch) return err_invalid(e, "patch", "What is to change?");
    TRY(branding_set(admin_registry(c), admin_actor(c), admin_organisation(c), patch, seen, &own,
                     e));
    return answer(c, own, e);
}

/* --- the installation's: the route names no organisation ---------------------------------------
 */

rc_t admin_branding_get_all(struct call *c, struct err *e)
{
    return admin_branding_get(c, e);
}

rc_t admin_branding_put_all(struct call *c, struct err *e)
{
    return admin_branding_put(c, e);
}
