#include "mail/message_worth.h"

static bool is_whole_word(str_t words, const char *word)
{
    str_t one;
    while (words.n) {
        str_cut(words, '+', &one, &words);
        if (str_eq(one, str_c(word))) return true;
    }
    return false;
}

static bool has_reason(const struct message_view *v, const char *code)
{
    for (size_t i = 0; i < v->reason_count; i++)
        if (strcmp(v->reasons[i].code, code) == 0) return true;
    return false;
}

enum message_worth message_worth(const struct message_view *v)
{
    str_t words = str_c(v->verdict);
    bool valid = is_whole_word(words, "signed-valid");
    if (valid && v->level == LEVEL_GOOD && v->signature_whole) return WORTH_VALID;
    if (has_reason(v, "certificate_revoked")) return WORTH_REVOKED;
    if (is_whole_word(words, "signed-invalid")) return WORTH_CORRUPT;
    if (is_whole_word(words, "signer-mismatch") ||
        is_whole_word(words, "signed-valid-but-address-unconfirmed"))
        return WORTH_MISMATCH;
    if (is_whole_word(words, "signed-expired")) return WORTH_EXPIRED;
    if (valid && v->signature_whole && v->level == LEVEL_NEUTRAL) return WORTH_UNCHECKED;
    if (valid || is_whole_word(words, "signed-untrusted") ||
        is_whole_word(words, "signed-unverifiable") ||
        is_whole_word(words, "signed-weak-or-invalid"))
        return WORTH_UNTRUSTED;
    return WORTH_UNSIGNED;
}

bool message_is_closed(const struct message_view *v)
{
    for (size_t i = 0; i < v->layer_count; i++)
        if (!v->layers[i].opened) return true;
    return false;
}
