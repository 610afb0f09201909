/* Internal to crypto/: the few declarations of PKCS#11 (2.40) that reading a list of roots needs,
 * and the attributes NSS adds to it. */
#ifndef WAXSEAL_CRYPTO_PKCS11_H
#define WAXSEAL_CRYPTO_PKCS11_H

#include <stddef.h>

typedef unsigned long ck_ulong;

struct ck_attribute {
    ck_ulong type;
    void *value;
    ck_ulong n; /* CK_UNAVAILABLE: there is none */
};
#define CK_UNAVAILABLE (~0UL)

typedef void ck_unused(void);

/* Only the functions that are called have their types. */
struct ck_functions {
    unsigned char version[2];
    ck_ulong (*initialize)(void *args);
    ck_ulong (*finalize)(void *reserved);
    ck_unused *get_info, *get_function_list;
    ck_ulong (*get_slots)(unsigned char present, ck_ulong *slots, ck_ulong *n);
    ck_unused *slots[7]; /* C_GetSlotInfo to C_SetPIN */
    ck_ulong (*open_session)(ck_ulong slot, ck_ulong flags, void *application, void *notify,
                             ck_ulong *session);
    ck_ulong (*close_session)(ck_ulong session);
    ck_unused *sessions[6]; /* C_CloseAllSessions to C_Logout */
    ck_unused *objects[4];  /* C_CreateObject to C_GetObjectSize */
    ck_ulong (*get_attributes)(ck_ulong session, ck_ulong object, struct ck_attribute *attributes,
                               ck_ulong n);
    ck_unused *set_attributes;
    ck_ulong (*find_begin)(ck_ulong session, struct ck_attribute *wanted, ck_ulong n);
    ck_ulong (*find_next)(ck_ulong session, ck_ulong *objects, ck_ulong most, ck_ulong *n);
    ck_ulong (*find_end)(ck_ulong session);
};
typedef ck_ulong ck_get_functions(struct ck_functions **list);

enum {
    CK_OK = 0,
    CKF_SERIAL_SESSION = 4,
    CKO_CERTIFICATE = 1,
    CKA_CLASS = 0,
    CKA_LABEL = 3,
    CKA_VALUE = 0x11,
    CKA_ISSUER = 0x81,
    CKA_SERIAL_NUMBER = 0x82,
};
#define CK_NSS 0xCE534350UL /* vendor defined, "NSCP" */
#define CKO_NSS_TRUST (CK_NSS + 3)
#define CKA_NSS_EMAIL_DISTRUST_AFTER (CK_NSS + 36)
#define CKA_TRUST_EMAIL_PROTECTION (CK_NSS + 0x2000 + 11)
#define CKA_CERT_SHA1_HASH (CK_NSS + 0x2000 + 100)
#define CKT_NSS_TRUSTED_DELEGATOR (CK_NSS + 2)

#endif
