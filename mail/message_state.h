/* Internal to mail/message*.c: a message being opened. */
#ifndef WAXSEAL_MAIL_MESSAGE_STATE_H
#define WAXSEAL_MAIL_MESSAGE_STATE_H

#include "mail/message.h"
#include "mail/tnef.h"

enum {
    MESSAGE_LAYERS_MAX = 8,
    MESSAGE_PARTS_MAX = 2000,
    MESSAGE_REASONS_MAX = 64,
    MESSAGE_ATTACHED_MAX = 4
};
#define MESSAGE_PLAIN_MAX ((size_t) 64 * 1024 * 1024)
#define MESSAGE_TEXT_MAX ((size_t) 16 * 1024 * 1024)

enum layer_kind { LAYER_SIGNED, LAYER_ENCRYPTED, LAYER_WRAPPED };

struct layer {
    enum layer_kind kind;
    bool broken;           /* SIGNED: the structure cannot be read */
    struct cms_signed sig; /* SIGNED */
    unsigned encrypted;    /* ENCRYPTED: index into view.layers */
};

/* Why the walk ended before the innermost content. */
enum stop {
    STOP_NONE,
    STOP_NO_KEY,
    STOP_DECRYPT,
    STOP_CIPHER,
    STOP_DAMAGED,
    STOP_DEPTH,
    STOP_SIZE,
    STOP_CERTS_ONLY
};

/* A part that can be asked for by id. */
struct known_part {
    str_t id;
    const struct entity *entity;
};

struct opened {
    struct message_view view; /* first: the public pointer is this one */
    struct arena *arena;
    const struct message_options *options;
    struct entity *root;       /* the message as it came */
    struct entity *payload;    /* what the layers hold: RFC 9788's Cryptographic Payload */
    unsigned blobs;            /* unwrapped so far: "L2/..." */
    struct cert_effort effort; /* of all signatures of all layers together */
    struct layer layers[MESSAGE_LAYERS_MAX];
    unsigned layer_count;
    enum stop stop;
    char stop_text[256];
    bool from_differs; /* protected From is another than the outer one */
    bool attached_signed, lone_signature, inner_signed, inner_encrypted;
    bool left_over; /* around a layer's object there is something that nobody is shown */
    /* The outermost part with a name and no label that a layer was found in: it stays a file. */
    struct {
        const struct entity *entity; /* or NULL */
        unsigned blob;
        bool sealed;
    } disguised;
    bool legacy_display; /* payload may carry RFC 9788's legacy display elements */
    unsigned from_fields;
    str_t
        changed_fields; /* "To, Date": outside another than what was signed; empty or null: none */
    struct buf plain[MESSAGE_LAYERS_MAX]; /* wiped by message_close */
    /* An attached message: how deep, its part's id with a slash (null: not attached), its bytes,
     * wiped by message_close, and whether they came out of an encrypted layer. */
    unsigned depth;
    str_t prefix;
    struct buf attached;
    bool sealed;  /* or it says that it did (X-Waxseal-Opened) */
    str_t mark;   /* value of that field, or null */
    str_t inside; /* what the outermost encrypted layer held; or null */
    struct known_part *known;
    size_t known_count;
    /* The winmail.dat that was read last: its part's id, bytes (wiped by message_close), files. */
    str_t tnef_id;
    struct buf tnef_bytes;
    struct tnef tnef;
};

/* message_tnef.c: a part by id: an entity, or a file in a winmail.dat that is one ("2/t1", and
 * "2/t1/t1" inside a message inside it). */
struct found_part {
    const struct entity *entity;  /* or NULL: */
    const struct tnef_file *file; /* bytes as they are */
};
const struct entity *message_known_part(const struct opened *m, str_t id);
/* By the id alone: may there be such a file? */
bool message_names_tnef_file(const struct opened *m, str_t id);
rc_t message_find_part(struct opened *m, str_t id, struct found_part *out,
                       struct err *e) WX_MUST_USE;

/* message_armor.c: the DER or BER that an entity holds, decoded into out (empty): also where base64
 * was not declared, and from the PEM form. What is no CMS is decoded as it says. RC_TOO_LARGE. */
rc_t message_cms_bytes(const struct entity *m, struct buf *out) WX_MUST_USE;
/* The same; *alone: nothing but blanks is around the object, which is whole. What a decoder skips
 * (a line behind the padding or the armor) counts. */
rc_t message_cms_alone(const struct entity *m, struct buf *out, bool *alone) WX_MUST_USE;
/* The same of decoded bytes. */
bool message_is_alone(str_t der);
/* Nothing that the decoder would skip, in front of the padding or behind it. */
bool message_is_base64_only(str_t s);
/* message_walk.c: opens layer after layer; fills layers, view.layers, payload, stop. */
rc_t message_walk(struct opened *m, str_t raw, struct err *e) WX_MUST_USE;
/* True when the entity is a CMS object by type or name (its content is not looked at). */
bool message_is_cms(const struct entity *m);
/* message_armor.c: which CMS type the beginning of a body is, whatever its label says. */
enum cms_type message_sniff(const struct entity *m);
/* The label (text, an image, any file) says nothing of it and it has no name of its own, but the
 * whole body is one CMS message: encrypted, or signed with its content. */
bool message_hides_cms(const struct entity *m);
bool message_is_signature(const struct entity *m);
bool message_is_multipart_signed(const struct entity *m);

/* message_header.c: header to show, from the outer and, where RFC 9788 gives one, the inner. */
rc_t message_read_header(struct opened *m, struct err *e) WX_MUST_USE;
/* Payload to show: inside the message/rfc822 wrapper of RFC 8551 section 3.1, if there is one. */
const struct entity *message_content(const struct opened *m);

/* message_parts.c */
rc_t message_collect(struct opened *m, struct err *e) WX_MUST_USE;

/* message_legacy.c: text without RFC 9788's legacy display lines (section 4.10). */
str_t message_skip_legacy_text(str_t text);
str_t message_skip_legacy_html(str_t html, struct arena *a);

/* message_reasons.c: the sentences. */
enum reason {
#define REASON(code, level, text, better) REASON_##code,
#include "mail/message_reasons.def"
#undef REASON
    REASON_COUNT
};
/* Raises the level to what the table says and adds the sentence, in which "{a}" and "{b}" stand for
 * the arguments (null: not used). Each sentence comes once. */
rc_t message_reason(struct opened *m, enum message_level *level, enum reason which, str_t a,
                    str_t b, struct err *e) WX_MUST_USE;
/* 2026-01-31, UTC. Null: out of memory or no such time. */
str_t message_day(struct arena *a, int64_t t);

/* message_signer.c: fills view.signers from the layer. */
rc_t message_describe_signers(struct opened *m, const struct layer *l, struct err *e) WX_MUST_USE;

/* message_signature.c: what one signed layer is worth. */
struct judgement {
    const char *word;
    enum message_level level;
};
rc_t message_judge_signature(struct opened *m, const struct layer *l, bool badge,
                             struct judgement *out, struct err *e) WX_MUST_USE;

/* message_verdict.c */
rc_t message_judge(struct opened *m, struct err *e) WX_MUST_USE;
void message_raise(enum message_level *level, enum message_level to);

#endif
