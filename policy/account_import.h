/* Many mailboxes of an organisation at once, from a table (base/csv.h).
 *
 * The first row names the columns, in any order: "address", and where wanted "name", "plan",
 * "from" (more addresses, blanks, commas or semicolons between), "outbound_per_hour",
 * "outbound_recipients", "state" and "licence" ("yes" or "no"; nothing is no). A first row with an
 * address in its first cell names none: address, name, plan, licence. A cell with nothing in it
 * says nothing. Letter case does not count but in names.
 *
 * The whole table is read before the first row is done; then rows are done in parts, each one
 * change of the registry with the licences it gives: a mailbox is never there without the licence
 * its row was told to have. A mailbox that is there stays as it is, but gets the licence its row
 * asks for, so that what was cut off is brought again as it was.
 *
 * The audit has an entry for each part, "accounts <organisation>" with {added: [address]}; none for
 * each mailbox, of which 10,000 would push half a year of changes out of it.
 */
#ifndef WAXSEAL_POLICY_ACCOUNT_IMPORT_H
#define WAXSEAL_POLICY_ACCOUNT_IMPORT_H

#include "policy/registry.h"

enum { ACCOUNT_IMPORT_MAX = 4 << 20 /* bytes */, ACCOUNT_IMPORT_ROWS = 10000 };

struct account_import {
    str_t organisation;
    str_t table;
    bool check; /* all but the writing; the seats that are left are counted, too */
    /* Told of each row, in order, those that are not tried too; false: no further part is tried.
     * May be NULL. */
    bool (*told)(void *arg, const json_t *row, size_t done, size_t of);
    void *arg;
};

/* *report: {rows: [{row, address, name, ok, result, licence, differs, code, field, message}], done,
 * already, failed, not_tried, licences, unlicensed, stopped}, a new reference.
 * row: as a spreadsheet counts. result: "added", "already" (ok: nothing is left to do; differs: the
 * columns whose cells say something else), "refused", "not_tried". licence: "given", "there"
 * (before), "none" (not asked for), "missing": asked for and not given, code and field say why
 * ("storage_full", "quota": no seat is left; "feature_disabled", "customer": the plan is not in
 * force) while the mailbox itself is there; null of rows refused or not tried. stopped: the code
 * for which the rest was not tried, or null. Refused as a whole: RC_NOT_FOUND ("organisation"),
 * RC_INVALID, RC_TOO_LARGE ("table": its form, its columns, its length). */
rc_t account_import(const struct registry *r, const struct actor *by,
                    const struct account_import *in, json_t **report, struct err *e) WX_MUST_USE;

#endif
