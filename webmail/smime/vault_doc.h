/* Inside of the vault: its document, shared by vault.c (reading, choosing) and vault_file.c
 * (files).
 *
 * Document "keys": {keys: [{id, label, created, certificates: [base64 DER], request: base64 DER or
 * absent, file: name of the stored file or absent (then it is the id), downloads: [{time,
 * address}]}], primary: {sign, encrypt}}. Files: `keyfile:<name>`, sealed with that name as
 * associated data.
 */
#ifndef WAXSEAL_WEBMAIL_VAULT_DOC_H
#define WAXSEAL_WEBMAIL_VAULT_DOC_H

#include "webmail/smime/vault.h"

/* Borrowed; NULL: no such key. at may be NULL. */
json_t *vault_find_key(const json_t *doc, str_t id, size_t *at);
/* Records a download of every stored key file, then appends {key, p12 (base64)} of each to the
 * list; the files are encrypted. */
rc_t vault_export(struct call *c, json_t *list, struct err *e) WX_MUST_USE;
/* The list of keys, made when the document is new. */
json_t *vault_keys_of(json_t **doc);
/* The Key object of the API without its reminder; new reference. */
json_t *vault_key_json(const json_t *key, struct arena *a);

#endif
