/* The handlers of webmail/admin/routes.def; each area's are in the file of its name. */
#ifndef WAXSEAL_WEBMAIL_ADMIN_HANDLERS_H
#define WAXSEAL_WEBMAIL_ADMIN_HANDLERS_H

#include "webmail/app.h"

/* page.c */
call_handler admin_page;
/* session.c */
call_handler admin_session_signin, admin_session_signout, admin_session_get, admin_session_totp,
    admin_session_stepup;
/* organisations.c */
call_handler admin_organisations_query, admin_organisation_get, admin_organisation_set;
/* overview.c */
call_handler admin_overview_get;
/* accounts.c */
call_handler admin_accounts_query, admin_accounts_set, admin_accounts_add, admin_accounts_remove,
    admin_accounts_bulk, admin_accounts_import, admin_accounts_rename;
/* branding.c */
call_handler admin_branding_get, admin_branding_put, admin_branding_get_all, admin_branding_put_all;
/* roots.c */
call_handler admin_roots_get, admin_roots_put, admin_roots_add, admin_roots_remove;
/* licences.c */
call_handler admin_licences_get, admin_licences_activate, admin_licences_deactivate;
/* domains.c */
call_handler admin_domains_get, admin_domains_claim, admin_domains_verify, admin_domains_release,
    admin_domains_attach;
/* people.c */
call_handler admin_roles_get, admin_roles_set, admin_operators_get, admin_operators_set;
/* tokens.c */
call_handler admin_tokens_get, admin_tokens_make, admin_tokens_remove, admin_global_tokens_get,
    admin_global_tokens_make, admin_global_tokens_remove;
/* openapi.c */
call_handler admin_openapi_get;
/* audit.c */
call_handler admin_audit_query, admin_audits_get, admin_audits_remove, admin_audit_query_all;
/* records.c */
call_handler admin_customers_get, admin_customers_set, admin_customers_remove,
    admin_organisations_get, admin_organisations_set, admin_organisations_remove, admin_plans_get,
    admin_plans_set, admin_plans_remove, admin_registry_export, admin_registry_import;
/* certificates.c */
call_handler admin_certificates_query, admin_certificates_show, admin_certificates_add,
    admin_certificates_primary, admin_certificates_remove, admin_certificates_calendar,
    admin_certificates_import;
/* authority.c */
call_handler admin_authority_get, admin_authority_create, admin_authority_renew,
    admin_authority_set, admin_authority_crl, admin_authority_remove, admin_authority_lacking,
    admin_authority_issue, admin_authority_due, admin_authority_renewals, admin_authority_issued,
    admin_authority_revoke, admin_csr_get, admin_csr_make, admin_csr_answer, admin_csr_withdraw,
    admin_asked_get, admin_asked_approve, admin_asked_refuse;
/* rules.c */
call_handler admin_rules_get, admin_rules_put, admin_rules_ops, admin_rules_check;
/* simulate.c */
call_handler admin_rules_simulate, admin_policy_evaluate;
/* log.c */
call_handler admin_log_query, admin_log_get;

#endif
