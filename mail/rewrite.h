/* What the mail flow makes of a mail that another program wrote: signed, encrypted, opened, or with
 * another subject. Bytes to bytes; keys are asked by callbacks; no I/O, no clock.
 *
 * The mail is read as a message with CRLF. One whose first line ends with a bare LF was stored
 * without: each bare LF in it is a line's end then and becomes CRLF. Memory is linear in the size
 * of the mail (measured with 25 MB: at most five times that, the result included), all of it freed
 * at the end but the parse (some hundred bytes a part) in the arena.
 */
#ifndef WAXSEAL_MAIL_REWRITE_H
#define WAXSEAL_MAIL_REWRITE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/agent.h"
#include "crypto/cms.h"
#include "mail/message.h"

struct rewrite_signer {
    const struct cert *cert;
    struct cert *const *chain; /* as in struct cms_sign_options */
    size_t chain_count;
    const struct cert *encryption; /* what answers are to be encrypted to, or NULL */
    int64_t signing_time;
    /* What agent_sign does; asked once. Its failure is that of the rewriting. */
    rc_t (*sign)(void *holder, const struct agent_signing *what, struct arena *a, str_t *signature,
                 struct err *e);
    void *holder;
};

struct rewrite_seal {
    struct cert *const *certs;
    size_t count;
    enum cms_cipher cipher;
};

struct rewrite_order {
    const struct rewrite_signer *sign; /* or NULL */
    const struct rewrite_seal *seal;   /* or NULL; what is signed here is signed inside */
    str_t subject; /* UTF-8: the new subject (a trigger was taken out); or null */
};

/* The mail as it is to leave, appended to out.
 *
 * Outer header: every field as it was, in its place, but Content-* (which goes with the content),
 * Bcc, Resent-Bcc and HP-Outer (which are gone); lines that are no fields are gone, too, a lone CR
 * or NUL is a blank. MIME-Version is added where a mail is signed or encrypted and has none. Date
 * and Message-ID are not: a mail for which they matter gets them from the caller before. A new
 * subject (RFC 2047) takes the place of the first Subject field, others go.
 *
 * Protected header (RFC 9788): copies of From, Sender, Reply-To, To, Cc, Subject, Date, Message-ID,
 * In-Reply-To, References, and of what else a reader shows or goes by: Comments, Keywords,
 * Organization, Followup-To, Importance, Sensitivity, X-Priority, Disposition-Notification-To,
 * X-Waxseal-Request. hp="clear", or with seal hp="cipher" and HP-Outer for each.
 *
 * Signed: multipart/signed, when the content is safe for transport (RFC 8551 section 3.1.3: 7 bits,
 * lines of at most 998 octets with CRLF, no trailing blanks, no "From " at a line's start). What is
 * not is made so: leaves are encoded in quoted-printable or base64, with the same octets behind it;
 * labels of multiparts corrected; header fields of parts folded or encoded again; text around the
 * parts of a multipart, which nobody is shown, left out. What is safe already keeps its octets, and
 * so does in any case what is signed or encrypted inside (S/MIME, PGP/MIME, also in an attached
 * message). Where safety cannot be had so, or the result would not hold the same content (it is
 * parsed and compared before it is signed), all of it stays as it came, under an opaque signature
 * (signed-data). Only encrypted: the content stays as it came.
 * Text without a Content-Type is text/plain; its charset is said only where it is UTF-8.
 *
 * What is handed out was opened again (message_open): signed by exactly this one signer, intact
 * over the whole, with a protected header that agrees with the outer one; encrypted: opens with the
 * content key.
 *
 * A mail that is signed already is not signed again, an encrypted one not encrypted: RC_INVALID. A
 * signed mail may be encrypted; it stays as it is inside, without a protected header of ours.
 * RC_TOO_LARGE: too many header fields. RC_UNSUPPORTED, RC_NO_CERTIFICATE: see crypto/cms.h.
 * RC_SIGNATURE_REJECTED: the signature is not one of the certificate's key. RC_INTERNAL: the result
 * did not open as it was meant to. out is untouched then. */
rc_t rewrite_outgoing(str_t raw, const struct rewrite_order *what, struct arena *a, struct buf *out,
                      struct err *e) WX_MUST_USE;

/* The mail with its outermost encrypted layer taken off, appended to out (a secret buffer). v:
 * opened by message_open with keys or key_ops, not closed yet; its raw still there.
 *
 * Outer header as above, with Bcc, but without any X-Waxseal-*; Subject from inside where the outer
 * one hides it, From never. Of the opened content's own header only Content-* goes on. Its octets
 * stay as they are: what is signed, compressed or encrypted once more inside stays so (one layer is
 * taken off, no more), and so may 8-bit text and long lines: the next hop must take 8BITMIME.
 * "X-Waxseal-Opened: cipher=...; protected=yes|no" says what was done: no, when neither the cipher
 * nor an intact signature right around the content keeps it from being changed on the way. If such
 * content has HTML anywhere (also in attached messages and files that may hold it), it becomes the
 * second part of multipart/mixed, after `notice` (UTF-8 text; null: an English one).
 *
 * RC_INVALID: the message is not encrypted, was not opened, or has something beside the ciphertext.
 * RC_UNSUPPORTED: there is another layer around the encrypted one (signed or compressed). That
 * stays closed: taking it off would take off the signature, which may be what protects the
 * ciphertext, and leave a mail that says less than it was. RC_TOO_LARGE: the content's header. */
rc_t rewrite_opened(const struct message_view *v, str_t notice, struct arena *a, struct buf *out,
                    struct err *e) WX_MUST_USE;

#endif
