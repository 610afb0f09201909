/* The Message object of the API, made from an opened message. */
#ifndef WAXSEAL_WEBMAIL_MESSAGE_JSON_H
#define WAXSEAL_WEBMAIL_MESSAGE_JSON_H

#include "base/json.h"
#include "mail/imap.h"
#include "mail/message.h"

struct message_context {
    uint32_t uidvalidity;
    const struct imap_row *row; /* uid, flags, size, internaldate */
    struct cert *const *mine;   /* certificates of the user's vault: marks recipients */
    size_t mine_count;
    str_t part; /* id of the attached message that it is, or null */
    bool check; /* POST check is worth it */
    /* May a list be left with one click, is the sender confirmed? By what this server has said. */
    str_t authserv_id;
    bool can_post;  /* waxseal-fetch is there */
    json_t *policy; /* borrowed: of the reader's organisation, or NULL (policy.h) */
    json_t *remote; /* borrowed: {url: path}, or NULL: pictures from outside are not shown */
};
/* docs/PLAN.md "Message". New reference; NULL when out of memory. */
json_t *message_json(const struct message_view *v, const struct message_context *ctx,
                     struct arena *a);

/* A name for what has none, so that it can be listed and saved. */
str_t attachment_shown_name(const struct message_attachment *at, struct arena *a);

/* {security: Security|null}. */
json_t *message_security_json(const struct message_view *v, const struct message_context *ctx,
                              struct arena *a);

#endif
