/* Internal to mail/: what a BODYSTRUCTURE (RFC 3501 section 7.4.2) says about a message. */
#ifndef WAXSEAL_MAIL_IMAP_BODY_H
#define WAXSEAL_MAIL_IMAP_BODY_H

#include "mail/imap.h"
#include "mail/imap_wire.h"

#define IMAP_BODY_CANDIDATES 16
#define IMAP_BODY_PATH 64

struct imap_body {
    bool read;                   /* there was a BODYSTRUCTURE at all */
    enum imap_security security; /* of the root part */
    bool attachment;
    bool sealed;  /* some part says it is encrypted, at any depth */
    bool unclear; /* nested or listed beyond our limits: counts as sealed */
    /* Parts whose labels do not tell: their first bytes must be looked at (imap_cms_sniff). */
    struct {
        char path[IMAP_BODY_PATH];
        bool labelled; /* called CMS by type or name: sealed unless its bytes say otherwise */
        bool root;     /* it is the whole message */
    } candidates[IMAP_BODY_CANDIDATES];
    size_t candidate_count;
};

/* Which names are wanted of a message's attachments, and which there are. */
struct imap_names {
    const str_t *wanted; /* found anywhere in a name, without regard to ASCII case */
    unsigned count;
    unsigned found; /* bit i: wanted[i] */
};

/* Reads one value. Malformed input sets w->bad and unclear. names may be NULL. */
void imap_body_read(struct wire *w, struct arena *a, struct imap_body *out,
                    struct imap_names *names);

enum imap_sniff { IMAP_SNIFF_OTHER, IMAP_SNIFF_OPEN, IMAP_SNIFF_SIGNED, IMAP_SNIFF_SEALED };
/* What the first bytes of a part (transfer-encoded as they came; DER, BER, base64 of either, PEM)
 * are: CMS that is encrypted (or signed around something encrypted), CMS that anyone can read
 * (SIGNED; OPEN: compressed), or nothing of the kind. */
enum imap_sniff imap_cms_sniff(str_t bytes);

#endif
