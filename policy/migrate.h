/* Brings what earlier releases kept into the registry: plans (`<instance>:plan:<name>`), plans of
 * domains and users (`:domain:<name>`, `:user:<address>`) and further addresses
 * (`:user:<address>:alias`), and makes what is derived from records (certificate_repair_briefs)
 * what they say. May be run again; does nothing where there is nothing.
 */
#ifndef WAXSEAL_POLICY_MIGRATE_H
#define WAXSEAL_POLICY_MIGRATE_H

#include "policy/registry.h"

/* *report: {moved, repaired, left: [{key, why}]}: what is no name or address by today's rules stays
 * where it is. Each key is moved as one. New reference. */
rc_t registry_migrate(const struct registry *r, const struct actor *by, json_t **report,
                      struct err *e) WX_MUST_USE;
/* Is there something that an earlier release kept? */
rc_t registry_needs_migration(const struct registry *r, bool *out, struct err *e) WX_MUST_USE;

#endif
