/* Subcommands of waxsealctl. One function each, one row in the table of commands.c each. */
#ifndef WAXSEAL_CLI_COMMAND_H
#define WAXSEAL_CLI_COMMAND_H

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/* Exit codes. */
enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *noun, *verb; /* "message", "inspect"; verb NULL: the noun is all ("doctor") */
    const char *args;        /* for the help */
    const char *help;        /* one line */
    /* The arguments behind the verb. Prints its result to standard output; returns an exit code. */
    int (*run)(int argc, char **argv);
    /* 1 + the kind of record whose fields are options of it; 0: none. */
    int fields;
};

int cmd_message_inspect(int argc, char **argv);
int cmd_message_reasons(int argc, char **argv);
int cmd_certificate_check(int argc, char **argv);
int cmd_certificate_add(int argc, char **argv);
int cmd_certificate_import(int argc, char **argv);
int cmd_certificate_list(int argc, char **argv);
int cmd_certificate_show(int argc, char **argv);
int cmd_certificate_primary(int argc, char **argv);
int cmd_certificate_remove(int argc, char **argv);
int cmd_trust_add(int argc, char **argv);
int cmd_trust_list(int argc, char **argv);
int cmd_trust_remove(int argc, char **argv);
int cmd_branding_show(int argc, char **argv);
int cmd_branding_set(int argc, char **argv);
int cmd_branding_remove(int argc, char **argv);
int cmd_authority_create(int argc, char **argv);
int cmd_authority_renew(int argc, char **argv);
int cmd_authority_show(int argc, char **argv);
int cmd_authority_list(int argc, char **argv);
int cmd_authority_set(int argc, char **argv);
int cmd_authority_remove(int argc, char **argv);
int cmd_authority_lists(int argc, char **argv);
int cmd_authority_crl(int argc, char **argv);
int cmd_certificate_issue(int argc, char **argv);
int cmd_certificate_renew(int argc, char **argv);
int cmd_certificate_due(int argc, char **argv);
int cmd_certificate_issued(int argc, char **argv);
int cmd_certificate_asked(int argc, char **argv);
int cmd_certificate_approve(int argc, char **argv);
int cmd_certificate_refuse(int argc, char **argv);
int cmd_certificate_revoke(int argc, char **argv);
int cmd_certificate_request(int argc, char **argv);
int cmd_certificate_requests(int argc, char **argv);
int cmd_certificate_answer(int argc, char **argv);
int cmd_certificate_withdraw(int argc, char **argv);
int cmd_p12_inspect(int argc, char **argv);
int cmd_plan_set(int argc, char **argv);
int cmd_plan_show(int argc, char **argv);
int cmd_domain_set(int argc, char **argv);
int cmd_user_set(int argc, char **argv);
int cmd_user_show(int argc, char **argv);
int cmd_user_totp_off(int argc, char **argv);
int cmd_alias_add(int argc, char **argv);
int cmd_alias_remove(int argc, char **argv);
int cmd_alias_show(int argc, char **argv);
int cmd_user_show(int argc, char **argv);
int cmd_policy_evaluate(int argc, char **argv);
int cmd_policy_check(int argc, char **argv);
int cmd_customer_add(int argc, char **argv);
int cmd_customer_set(int argc, char **argv);
int cmd_customer_show(int argc, char **argv);
int cmd_customer_list(int argc, char **argv);
int cmd_customer_remove(int argc, char **argv);
int cmd_organisation_add(int argc, char **argv);
int cmd_organisation_set(int argc, char **argv);
int cmd_organisation_show(int argc, char **argv);
int cmd_organisation_list(int argc, char **argv);
int cmd_organisation_remove(int argc, char **argv);
int cmd_domain_claim(int argc, char **argv);
int cmd_domain_verify(int argc, char **argv);
int cmd_domain_attach(int argc, char **argv);
int cmd_domain_detach(int argc, char **argv);
int cmd_domain_show(int argc, char **argv);
int cmd_domain_list(int argc, char **argv);
int cmd_account_add(int argc, char **argv);
int cmd_account_set(int argc, char **argv);
int cmd_account_show(int argc, char **argv);
int cmd_account_list(int argc, char **argv);
int cmd_account_rename(int argc, char **argv);
int cmd_account_import(int argc, char **argv);
int cmd_account_remove(int argc, char **argv);
int cmd_licence_activate(int argc, char **argv);
int cmd_licence_deactivate(int argc, char **argv);
int cmd_licence_list(int argc, char **argv);
int cmd_licence_show(int argc, char **argv);
int cmd_role_give(int argc, char **argv);
int cmd_role_take(int argc, char **argv);
int cmd_role_list(int argc, char **argv);
int cmd_role_totp_off(int argc, char **argv);
int cmd_token_make(int argc, char **argv);
int cmd_token_list(int argc, char **argv);
int cmd_token_remove(int argc, char **argv);
int cmd_rules_show(int argc, char **argv);
int cmd_rules_set(int argc, char **argv);
int cmd_rules_change(int argc, char **argv);
int cmd_rules_check(int argc, char **argv);
int cmd_rules_simulate(int argc, char **argv);
int cmd_registry_export(int argc, char **argv);
int cmd_registry_import(int argc, char **argv);
int cmd_registry_migrate(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_audit_kept(int argc, char **argv);
int cmd_audit_remove(int argc, char **argv);
int cmd_roots(int argc, char **argv);
int cmd_keyd_ping(int argc, char **argv);
int cmd_keyd_rotate(int argc, char **argv);
int cmd_keyd_master(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_completion_bash(int argc, char **argv);
int cmd_man(int argc, char **argv);

/* The table: what help, completion and the man page are made of (commands.c). */
extern const struct command CLI_COMMANDS[];
extern const size_t CLI_COMMAND_COUNT;

struct record_field;
/* Is this field of records of that kind (struct command, fields) an option of its commands? Lists
 * have commands of their own, and so have plans (plan, domain and user set). */
bool cli_is_option(int fields, const struct record_field *f);
/* The options of a command, a line each. */
void cli_help_options(FILE *to, int fields);

/* --- shared by the commands (util.c) ---------------------------------------------------------- */

/* Whole file, at most out->max bytes; "-" is standard input. */
rc_t cli_read_file(const char *path, struct buf *out, struct err *e) WX_MUST_USE;
/* A passphrase file: without the line end that editors add. */
rc_t cli_read_passphrase(const char *path, struct buf *out, struct err *e) WX_MUST_USE;
/* First PEM block of a text into DER; other bytes are taken as DER. */
bool cli_pem_to_der(str_t text, struct buf *out);
/* One JSON value and a line end to standard output. */
void cli_print(const json_t *v);
/* {"error": {code, message}} to standard output; returns EXIT_FAILED. */
int cli_fail(const struct err *e);
/* "usage" on standard error; returns EXIT_USAGE. */
int cli_usage(const char *what);
/* RFC 3339 date and time. */
bool cli_parse_time(const char *text, int64_t *out);
/* RFC 3339 in UTC; the null slice for 0. */
str_t cli_format_time(int64_t t, struct arena *a);

#endif
