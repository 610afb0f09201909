/* What reading, exporting and importing a document share (inside policy/). */
#ifndef WAXSEAL_POLICY_DOCUMENT_PARTS_H
#define WAXSEAL_POLICY_DOCUMENT_PARTS_H

#include "policy/edit.h"

/* A member of the document that holds records: {id: record}, or {group: {id: record}}. */
struct document_section {
    const char *member;
    enum record_kind kind;
    bool grouped;
};
extern const struct document_section DOCUMENT_SECTIONS[];
extern const size_t DOCUMENT_SECTION_COUNT;

/* A group's id; null of "-", which stands for no organisation. Lives as long as the name. */
str_t document_group_of(const char *name);
/* Makes of `out` what the registry holds, without sealed keys. */
rc_t document_take_all(struct edit *t, json_t *out, struct err *e) WX_MUST_USE;

#endif
