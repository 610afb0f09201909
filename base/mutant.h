/* Mutation points: checks that the tests must notice when they are missing.
 *
 * WX_MUTANT(NAME) is 0 in every ordinary build. `make MUTANT=NAME` builds a program in
 * which it is 1 and the check beside it is switched off; tests/mutants proves that the
 * suite turns red then. Such a build goes to build/mutant-NAME and is never installed.
 */
#ifndef WAXSEAL_BASE_MUTANT_H
#define WAXSEAL_BASE_MUTANT_H

#ifndef WAXSEAL_MUTANT_SIGNATURE
#define WAXSEAL_MUTANT_SIGNATURE 0 /* crypto: the signature check */
#endif
#ifndef WAXSEAL_MUTANT_FROM_MATCH
#define WAXSEAL_MUTANT_FROM_MATCH 0 /* mail: signer's address equals From */
#endif
#ifndef WAXSEAL_MUTANT_TAG
#define WAXSEAL_MUTANT_TAG 0 /* crypto: AES-GCM tag */
#endif
#ifndef WAXSEAL_MUTANT_REVOCATION
#define WAXSEAL_MUTANT_REVOCATION 0 /* crypto: a revoked certificate is not good */
#endif
#ifndef WAXSEAL_MUTANT_ANSWER
#define WAXSEAL_MUTANT_ANSWER 0 /* crypto: who signed an OCSP answer or a revocation list */
#endif
#ifndef WAXSEAL_MUTANT_TRUST
#define WAXSEAL_MUTANT_TRUST 0 /* crypto: an unknown issuer vouches for nobody */
#endif
#ifndef WAXSEAL_MUTANT_FEATURE
#define WAXSEAL_MUTANT_FEATURE 0 /* webmail: the plan's S/MIME flag (a rule) */
#endif
#ifndef WAXSEAL_MUTANT_RULE
#define WAXSEAL_MUTANT_RULE 0 /* policy: what a rule demands and cannot be done refuses */
#endif
#ifndef WAXSEAL_MUTANT_QUOTA
#define WAXSEAL_MUTANT_QUOTA 0 /* policy: no licence beyond the customer's quota */
#endif
#ifndef WAXSEAL_MUTANT_EDIT
#define WAXSEAL_MUTANT_EDIT 0 /* policy: a change is written only if nothing changed beside it */
#endif
#ifndef WAXSEAL_MUTANT_CSRF
#define WAXSEAL_MUTANT_CSRF 0 /* webmail: token and Origin on non-GET */
#endif
#ifndef WAXSEAL_MUTANT_TOTP
#define WAXSEAL_MUTANT_TOTP 0 /* webmail: the code of the second factor */
#endif
#ifndef WAXSEAL_MUTANT_TOTP_REPLAY
#define WAXSEAL_MUTANT_TOTP_REPLAY 0 /* webmail: a code is taken once */
#endif
#ifndef WAXSEAL_MUTANT_RANGE
#define WAXSEAL_MUTANT_RANGE 0 /* fetch: the address that is connected to */
#endif
#ifndef WAXSEAL_MUTANT_AUTHSERV
#define WAXSEAL_MUTANT_AUTHSERV 0 /* mail: whose Authentication-Results count */
#endif
#ifndef WAXSEAL_MUTANT_IMAGE
#define WAXSEAL_MUTANT_IMAGE 0 /* webmail: whose signature lets a remote picture be fetched */
#endif
#ifndef WAXSEAL_MUTANT_IMAGE_SENDER
#define WAXSEAL_MUTANT_IMAGE_SENDER                                                                \
    0 /* webmail: is a remembered sender of pictures the sender?                                   \
       */
#endif
#ifndef WAXSEAL_MUTANT_FORWARD
#define WAXSEAL_MUTANT_FORWARD 0 /* webmail: which script may send mail elsewhere */
#endif
#ifndef WAXSEAL_MUTANT_LEAK
#define WAXSEAL_MUTANT_LEAK                                                                        \
    0 /* client: sends the passphrase and a key, to prove the search fires */
#endif
#ifndef WAXSEAL_MUTANT_KEYD_LEAK
#define WAXSEAL_MUTANT_KEYD_LEAK                                                                   \
    0 /* keyd: leaks keys and passphrases in each way that is searched for */
#endif
#ifndef WAXSEAL_MUTANT_ADMIN_ROLE
#define WAXSEAL_MUTANT_ADMIN_ROLE 0 /* admin: which role may do what */
#endif
#ifndef WAXSEAL_MUTANT_ADMIN_FACTOR
#define WAXSEAL_MUTANT_ADMIN_FACTOR 0 /* admin: second factor and fresh codes */
#endif
#ifndef WAXSEAL_MUTANT_TOKEN_SCOPE
#define WAXSEAL_MUTANT_TOKEN_SCOPE 0 /* policy: what a token may do */
#endif
#ifndef WAXSEAL_MUTANT_KEYD_PEER
#define WAXSEAL_MUTANT_KEYD_PEER 0 /* keyd: who may ask */
#endif
#ifndef WAXSEAL_MUTANT_KEYD_STOP
#define WAXSEAL_MUTANT_KEYD_STOP 0 /* keyd: decrypting rests after too many failures */
#endif
#ifndef WAXSEAL_MUTANT_ABORT
/* webmail: a message with the field X-Waxseal-Abort ends the worker: proves what a parser's crash
 * does */
#define WAXSEAL_MUTANT_ABORT 0
#endif

#define WX_MUTANT(name) (WAXSEAL_MUTANT_##name)

#endif
