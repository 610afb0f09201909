#include "gateway/refusal.h"

#include "policy/decision_json.h"

/* --- what can be done --------------------------------------------------------------------------
 */

#define WORDS(en, de)                                                                              \
    {                                                                                              \
        STR_INIT(en), STR_INIT(de)                                                                 \
    }

enum help {
    NO_HELP,
    ADMIN,
    CERTIFICATE,
    BROWSER,
    AGAIN,
    CIPHER,
    ENCRYPT,
    SIGN,
    RESEND,
    ALONE,
    ASK,
    HELPS
};

static const str_t HELP[HELPS][REPORT_LANGUAGES] = {
    [ADMIN] = WORDS("Please ask the administrator of your organisation.",
                    "Bitte wenden Sie sich an die Administration Ihrer Organisation."),
    [CERTIFICATE] = WORDS("Please ask the recipient for a valid certificate, and the administrator "
                          "of your organisation to register it.",
                          "Bitten Sie den Empfänger um ein gültiges Zertifikat und die "
                          "Administration Ihrer Organisation, es einzutragen."),
    [BROWSER] = WORDS("Please send the message from the web client, where your key can be used.",
                      "Bitte senden Sie die Nachricht aus dem Webclient, wo Ihr Schlüssel benutzt "
                      "werden kann."),
    [AGAIN] = WORDS("Please encrypt it again, for this recipient too.",
                    "Bitte verschlüsseln Sie sie noch einmal, auch für diesen Empfänger."),
    [CIPHER] = WORDS("Please encrypt the message with AES.",
                     "Bitte verschlüsseln Sie die Nachricht mit AES."),
    [ENCRYPT] = WORDS("Please encrypt the message for the recipient and send it again.",
                      "Bitte verschlüsseln Sie die Nachricht für den Empfänger und senden Sie sie "
                      "noch einmal."),
    [SIGN] = WORDS("Please sign the message and send it again.",
                   "Bitte signieren Sie die Nachricht und senden Sie sie noch einmal."),
    [RESEND] =
        WORDS("Please send the message again.", "Bitte senden Sie die Nachricht noch einmal."),
    [ALONE] = WORDS("You can send it to this recipient in a message of its own.",
                    "Sie können sie diesem Empfänger in einer eigenen Nachricht senden."),
    [ASK] =
        WORDS("Please ask the recipient how protected messages can be sent to them.",
              "Bitte fragen Sie den Empfänger, wie man ihm geschützte Nachrichten senden kann."),
};

/* --- why ---------------------------------------------------------------------------------------
 */

struct row {
    enum rule_field field;
    enum decision_reason reason;
    enum help help;
    str_t why[REPORT_LANGUAGES];
};

#define SIGN_EN "The message must be signed, but "
#define SIGN_DE "Die Nachricht muss signiert werden, aber "
#define ENCRYPT_EN "The message must be encrypted for this recipient, but "
#define ENCRYPT_DE "Die Nachricht muss für diesen Empfänger verschlüsselt werden, aber "
#define OPEN_EN "The server must open encrypted messages to this recipient, but "
#define OPEN_DE "Der Server muss verschlüsselte Nachrichten an diesen Empfänger öffnen, aber "
#define VALID_EN "This recipient takes only messages with a valid signature, and "
#define VALID_DE "Dieser Empfänger nimmt nur Nachrichten mit gültiger Signatur an, und "

#define ROW(field, reason, help, en, de)                                                           \
    {                                                                                              \
        RULE_##field, REASON_##reason, help, WORDS(en, de)                                         \
    }
/* What the sender lacks for either. */
#define SENDER(field, EN, DE)                                                                      \
    ROW(field, FEATURE_LAPSED, ADMIN, EN "the plan of your organisation has run out.",             \
        DE "der Tarif Ihrer Organisation ist abgelaufen."),                                        \
        ROW(field, NO_ACCOUNT, ADMIN, EN "your mailbox is not registered for it.",                 \
            DE "Ihr Postfach ist dafür nicht angelegt."),                                          \
        ROW(field, LICENCE_REVOKE_PENDING, ADMIN,                                                  \
            EN "the licence of your mailbox is being given back.",                                 \
            DE "die Lizenz Ihres Postfachs wird zurückgegeben."),                                  \
        ROW(field, LICENCE_INACTIVE, ADMIN, EN "your mailbox has no licence for it.",              \
            DE "Ihr Postfach hat keine Lizenz dafür.")
/* What is wrong with a certificate. */
#define CERT(field, help, EN, DE, en, de)                                                          \
    ROW(field, CERT_REVOKED, help, EN en " was revoked.", DE de " wurde gesperrt."),               \
        ROW(field, CERT_EXPIRED, help, EN en " has expired.", DE de " ist abgelaufen."),           \
        ROW(field, CERT_NOT_YET_VALID, help, EN en " is not valid yet.",                           \
            DE de " gilt noch nicht."),                                                            \
        ROW(field, CERT_UNTRUSTED, help, EN en " is not issued by anybody who is trusted.",        \
            DE de " ist von niemandem ausgestellt, dem vertraut wird."),                           \
        ROW(field, ALG_UNSUPPORTED, help, EN en " has a kind of key that is not supported.",       \
            DE de " hat eine Schlüsselart, die nicht unterstützt wird.")

static const struct row ROWS[] = {
    SENDER(SIGN, SIGN_EN, SIGN_DE),
    ROW(SIGN, NO_CERTIFICATE, ADMIN, SIGN_EN "there is no certificate for your address.",
        SIGN_DE "für Ihre Adresse gibt es kein Zertifikat."),
    ROW(SIGN, NOT_PRIMARY, ADMIN, SIGN_EN "none of your certificates is marked as the primary one.",
        SIGN_DE "keines Ihrer Zertifikate ist als primär markiert."),
    CERT(SIGN, ADMIN, SIGN_EN, SIGN_DE, "your certificate", "Ihr Zertifikat"),
    ROW(SIGN, KEY_USER_HELD, BROWSER, SIGN_EN "your key is in your browser alone.",
        SIGN_DE "Ihr Schlüssel liegt nur in Ihrem Browser."),
    ROW(SIGN, NO_KEY, ADMIN, SIGN_EN "there is no key for your certificate.",
        SIGN_DE "zu Ihrem Zertifikat gibt es keinen Schlüssel."),

    SENDER(ENCRYPT, ENCRYPT_EN, ENCRYPT_DE),
    ROW(ENCRYPT, NO_CERTIFICATE, CERTIFICATE, ENCRYPT_EN "their certificate is not known.",
        ENCRYPT_DE "dessen Zertifikat ist nicht bekannt."),
    ROW(ENCRYPT, RECIPIENT_REVOKE_PENDING, ADMIN,
        ENCRYPT_EN "the licence of their mailbox is being given back.",
        ENCRYPT_DE "die Lizenz seines Postfachs wird zurückgegeben."),
    ROW(ENCRYPT, RECIPIENT_INACTIVE, ADMIN, ENCRYPT_EN "their mailbox has no licence for it.",
        ENCRYPT_DE "sein Postfach hat keine Lizenz dafür."),
    CERT(ENCRYPT, CERTIFICATE, ENCRYPT_EN, ENCRYPT_DE, "their certificate", "dessen Zertifikat"),
    ROW(ENCRYPT, NOT_FOR_RECIPIENT, AGAIN,
        "The message came encrypted, but not for this recipient, who could not read it.",
        "Die Nachricht kam verschlüsselt, aber nicht für diesen Empfänger: Er könnte sie nicht "
        "lesen."),
    ROW(ENCRYPT, REVOCATION_UNKNOWN, NO_HELP,
        ENCRYPT_EN "just now it is not known whether their certificate was revoked.",
        ENCRYPT_DE "gerade ist nicht bekannt, ob dessen Zertifikat gesperrt wurde."),

    ROW(DECRYPT, FEATURE_LAPSED, ADMIN, OPEN_EN "the plan of your organisation has run out.",
        OPEN_DE "der Tarif Ihrer Organisation ist abgelaufen."),
    ROW(DECRYPT, NO_ACCOUNT, ADMIN, OPEN_EN "their mailbox is not registered for it.",
        OPEN_DE "dessen Postfach ist dafür nicht angelegt."),
    ROW(DECRYPT, LICENCE_INACTIVE, ADMIN, OPEN_EN "their mailbox has no licence for it.",
        OPEN_DE "dessen Postfach hat keine Lizenz dafür."),
    ROW(DECRYPT, NO_KEY, AGAIN, OPEN_EN "it has no key for this one.",
        OPEN_DE "er hat keinen Schlüssel für diese Nachricht."),
    ROW(DECRYPT, KEY_USER_HELD, ADMIN, OPEN_EN "the key is in the recipient's browser alone.",
        OPEN_DE "der Schlüssel liegt nur im Browser des Empfängers."),
    ROW(DECRYPT, CIPHER_REFUSED, CIPHER, OPEN_EN "the cipher of this one is too weak or not known.",
        OPEN_DE "das Verfahren dieser Nachricht ist zu schwach oder nicht bekannt."),
    ROW(DECRYPT, NOT_ENCRYPTED, ENCRYPT,
        "This recipient takes only encrypted messages, and this one came as clear text.",
        "Dieser Empfänger nimmt nur verschlüsselte Nachrichten an, und diese kam als Klartext."),

    ROW(VALIDATE, UNSIGNED, SIGN, VALID_EN "this one is not signed.",
        VALID_DE "diese ist nicht signiert."),
    ROW(VALIDATE, CORRUPT, RESEND, VALID_EN "the signature of this one does not fit it.",
        VALID_DE "die Signatur dieser Nachricht passt nicht zu ihrem Inhalt."),
    ROW(VALIDATE, UNTRUSTED, ADMIN,
        VALID_EN "nobody who is trusted vouches for the signer of this one.",
        VALID_DE "für den Unterzeichner dieser Nachricht bürgt niemand, dem vertraut wird."),
    ROW(VALIDATE, EXPIRED, ADMIN, VALID_EN "the certificate of the signer has expired.",
        VALID_DE "das Zertifikat des Unterzeichners ist abgelaufen."),
    ROW(VALIDATE, REVOKED, ADMIN, VALID_EN "the certificate of the signer was revoked.",
        VALID_DE "das Zertifikat des Unterzeichners wurde gesperrt."),
    ROW(VALIDATE, MISMATCH, ADMIN, VALID_EN "the signer of this one is not its sender.",
        VALID_DE "wer diese Nachricht signiert hat, ist nicht ihr Absender."),
    ROW(VALIDATE, OPAQUE, ADMIN, VALID_EN "this one is encrypted, so that nothing can be checked.",
        VALID_DE "diese ist verschlüsselt, sodass sich nichts prüfen lässt."),
};

static const str_t HELD[REPORT_LANGUAGES] =
    WORDS("The message goes to all recipients or to none, and to another one it cannot go "
          "protected as it must be.",
          "Die Nachricht geht an alle Empfänger oder an keinen, und an einen anderen kann sie "
          "nicht so geschützt gehen, wie sie muss.");
static const str_t DOWN[REPORT_LANGUAGES] =
    WORDS("The rules for this message cannot be read just now.",
          "Die Regeln für diese Nachricht sind gerade nicht lesbar.");
static const str_t NO_CAUSE[REPORT_LANGUAGES] =
    WORDS("The rules of the recipient's organisation do not let this message in.",
          "Die Regeln der Organisation des Empfängers lassen diese Nachricht nicht zu.");

/* --- which -------------------------------------------------------------------------------------
 */

static const struct row *row_of(enum rule_field f, enum decision_reason why)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (ROWS[i].field == f && ROWS[i].reason == why) return &ROWS[i];
    return NULL;
}

/* The action that failed: of sending, encryption decides before the signature. */
static enum rule_field failed_field(const struct decision_pass *p)
{
    static const enum rule_field SENDING[] = {RULE_ENCRYPT, RULE_SIGN};
    for (size_t i = 0; i < 2; i++) {
        enum rule_field f = SENDING[i];
        if (p->action[f].result == RESULT_UNAVAILABLE && p->matched.level[f] == LEVEL_REQUIRE)
            return f;
    }
    if (p->action[RULE_ENCRYPT].result == RESULT_DEFERRED) return RULE_ENCRYPT;
    return p->action[RULE_VALIDATE].result == RESULT_REFUSED ? RULE_VALIDATE : RULE_DECRYPT;
}

/* May the sender know? In a mail that was never opened anybody sees that it is not encrypted, not
 * signed; what was found by opening is for nobody. */
static bool may_be_told(const struct decision_pass *p, enum rule_field f)
{
    enum decision_reason why = p->action[f].reason;
    bool opened = p->action[RULE_DECRYPT].result == RESULT_DONE;
    if (opened || (f == RULE_DECRYPT && why == REASON_TAMPERED)) return false;
    if (p->kind != PASS_INBOUND) return true;
    return (f == RULE_DECRYPT && why == REASON_NOT_ENCRYPTED) ||
           (f == RULE_VALIDATE && why == REASON_UNSIGNED);
}

static void tell(str_t status, str_t word, const str_t why[REPORT_LANGUAGES], enum help help,
                 struct refusal *out)
{
    *out = (struct refusal){.status = status, .word = word};
    for (int l = 0; l < REPORT_LANGUAGES; l++)
        out->words[l] = (struct report_words){.why = why[l], .help = HELP[help][l]};
}

bool refusal_of(const struct decision_recipient *r, struct refusal *out)
{
    if (r->outcome == OUTCOME_DELIVER) return false;
    str_t status = decision_status_code(r->status);
    const struct decision_pass *p = r->pass_count ? &r->pass[r->pass_count - 1] : NULL;
    if (r->held) {
        tell(status, STR("held"), HELD, ALONE, out);
        return true;
    }
    if (p && p->note == NOTE_RULES_UNAVAILABLE) {
        tell(status, STR("rules_unavailable"), DOWN, NO_HELP, out);
        return true;
    }
    enum rule_field f = p ? failed_field(p) : RULE_DECRYPT;
    const struct row *row = p && may_be_told(p, f) ? row_of(f, p->action[f].reason) : NULL;
    if (row)
        tell(status, decision_reason_word(row->reason), row->why, row->help, out);
    else
        tell(r->outcome == OUTCOME_DEFER ? status : decision_status_code(STATUS_KEY_INFORMATION),
             STR("refused"), NO_CAUSE, ASK, out);
    return true;
}
