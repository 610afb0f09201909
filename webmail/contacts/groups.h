/* Groups of the address book: one document, {groups: [{id, name, members: [...], version}], gone}.
 *
 * A member is the id of a contact or an address. Ids of contacts that are gone are taken out in the
 * step that removes them. That step always changes the document ("gone" counts), so that a group
 * that is saved meanwhile looks again whether its members are there. version counts changes.
 */
#ifndef WAXSEAL_WEBMAIL_CONTACTS_GROUPS_H
#define WAXSEAL_WEBMAIL_CONTACTS_GROUPS_H

#include "webmail/app.h"

#define GROUPS_MAX 200u
#define GROUP_MAX_MEMBERS 500u

/* *doc is never NULL; new reference. *version for store_save or struct book_groups. */
rc_t groups_load(struct call *c, json_t **doc, str_t *version, struct err *e) WX_MUST_USE;
/* The group of this id, borrowed; NULL. */
json_t *groups_find(const json_t *doc, str_t id);
/* {member: [ids of groups]}; new reference. */
json_t *groups_by_member(const json_t *doc, struct arena *a);
/* For the step that removes the contact `member`: in every group where it is, puts `by` in its
 * place (null: nothing; at most once). Changes the document in any case: write it in that step. */
void groups_replace(json_t *doc, str_t member, str_t by);

call_handler groups_list, groups_create, groups_put, groups_delete;

#endif
