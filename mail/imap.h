/* IMAP: a pool of held, selected connections and the operations of a mailbox.
 * The one caller of libetpan's IMAP half; RFC 3501 names throughout.
 *
 * A `struct imap` is a lease on one connection, used by one thread until
 * imap_release. Every operation obeys the lease's deadline. After a protocol
 * error or a time-out the connection is closed on release and never reused.
 *
 * Mailbox names are the server's own bytes (modified UTF-7 or UTF-8) as listed;
 * `display` is their UTF-8 form for people. All strings sent are checked: CR, LF,
 * NUL and over-long values are RC_INVALID and nothing is sent.
 */
#ifndef WAXSEAL_MAIL_IMAP_H
#define WAXSEAL_MAIL_IMAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "base/flow.h"

struct imap_pool;
struct imap;

struct imap_pool_options {
    size_t per_session; /* most connections one session key may hold */
    int idle_seconds;   /* closed after that long unused */
    size_t total;       /* most connections in the process (LRU beyond) */
};

rc_t imap_pool_new(const struct imap_pool_options *o, struct imap_pool **out,
                   struct err *e) WX_MUST_USE;
void imap_pool_free(struct imap_pool *p);
/* Closes every idle connection of a session (sign-out). */
void imap_pool_drop(struct imap_pool *p, str_t session);
/* The sessions that have connections now, at most `most`, each once; copied into the arena. */
size_t imap_pool_sessions(struct imap_pool *p, struct arena *a, str_t *out, size_t most);

struct imap_account {
    const struct config_endpoint *server;
    str_t session; /* pool key: the session's id; connections never cross sessions */
    str_t login;
    str_t password;
};

/* A connection for the account, signed in, with the mailbox selected when mailbox is not
 * null; prefers one that has it selected already. RC_WRONG_PASSWORD, RC_IMAP_DOWN,
 * RC_UNTRUSTED_PEER, RC_NOT_FOUND (no such mailbox), RC_TIMEOUT; RC_THROTTLED when too many
 * requests of the session wait already. */
rc_t imap_acquire(struct imap_pool *p, const struct imap_account *acc, str_t mailbox,
                  int deadline_ms, struct imap **out, struct err *e) WX_MUST_USE;
/* The same for a search that may take long: at most half of a session's connections (one at least)
 * are given out this way at once, so that its other requests never wait for one. */
rc_t imap_acquire_search(struct imap_pool *p, const struct imap_account *acc, str_t mailbox,
                         int deadline_ms, struct imap **out, struct err *e) WX_MUST_USE;
/* NULL is allowed. */
void imap_release(struct imap *im);
/* Only checks the credentials (sign-in); the connection stays in the pool. */
rc_t imap_check_login(struct imap_pool *p, const struct imap_account *acc, int deadline_ms,
                      struct err *e) WX_MUST_USE;
/* UIDVALIDITY of the selected mailbox as SELECT told it; no round trip. 0: nothing selected. */
uint32_t imap_uidvalidity(const struct imap *im);
/* Server says it can: "SORT", "THREAD=REFERENCES", "MOVE", "UIDPLUS", "CONDSTORE", ... */
bool imap_has(const struct imap *im, const char *capability);

/* --- folders -------------------------------------------------------------------- */

enum folder_role { /* RFC 6154, else by common name */
                   FOLDER_NONE,
                   FOLDER_INBOX,
                   FOLDER_SENT,
                   FOLDER_DRAFTS,
                   FOLDER_TRASH,
                   FOLDER_JUNK,
                   FOLDER_ARCHIVE,
                   FOLDER_ALL
};
const char *folder_role_word(enum folder_role r); /* "inbox", ..., "none" */

struct imap_folder {
    str_t name;     /* server bytes; what every other call takes */
    str_t display;  /* UTF-8, whole path */
    char delimiter; /* '\0': flat */
    enum folder_role role;
    bool selectable;
    bool subscribed;
    bool shared;  /* in another user's or a shared namespace (RFC 2342) */
    str_t owner;  /* of a shared folder: whose, as the server names people; or null */
    str_t rights; /* of a shared folder: letters of RFC 4314; null: the server does not tell */
    uint32_t total, unseen, uidvalidity, uidnext; /* 0 when not selectable */
    uint64_t modseq;                              /* HIGHESTMODSEQ; 0: not offered */
};

/* All folders with counts (LIST-STATUS where offered). Inbox first, then by name. */
rc_t imap_folders(struct imap *im, struct arena *a, struct imap_folder **out, size_t *n,
                  struct err *e) WX_MUST_USE;
/* The same without what has to be counted or asked of each: counts, subscribed and rights are not
 * filled in. One round trip, whatever lies in the folders. */
rc_t imap_folder_names(struct imap *im, struct arena *a, struct imap_folder **out, size_t *n,
                       struct err *e) WX_MUST_USE;
rc_t imap_folder_create(struct imap *im, str_t display, struct arena *a, str_t *name,
                        struct err *e) WX_MUST_USE;

/* Moves the folder with all inside to this path; subscriptions go along. RC_NOT_FOUND; RC_CONFLICT
 * (field "path"): that name is taken, or the folder it names above is missing; RC_INVALID: it is
 * none, or the server does not take it. *name lives in the arena. */
rc_t imap_folder_rename(struct imap *im, str_t name, str_t display, struct arena *a, str_t *out,
                        struct err *e) WX_MUST_USE;
/* The folder and its messages are gone for good; folders inside it stay. */
rc_t imap_folder_delete(struct imap *im, str_t name, struct err *e) WX_MUST_USE;
rc_t imap_folder_subscribe(struct imap *im, str_t name, bool subscribed, struct err *e) WX_MUST_USE;
/* A path a person wrote as the server's name (modified UTF-7); below one of these folders (n may be
 * 0) it begins with that one's name, however that is shown. RC_INVALID, field "path". */
rc_t imap_folder_name(const struct imap_folder *list, size_t n, str_t display, struct arena *a,
                      str_t *name, struct err *e) WX_MUST_USE;

struct imap_quota { /* RFC 9208 */
    str_t root;
    bool messages;        /* counts messages; else storage in KiB */
    uint64_t used, limit; /* limit 0: none */
};
/* Of the INBOX; none where the server has no quotas. */
rc_t imap_quota(struct imap *im, struct arena *a, struct imap_quota **out, size_t *n,
                struct err *e) WX_MUST_USE;

/* --- the selected mailbox --------------------------------------------------------- */

struct imap_mailbox {
    uint32_t uidvalidity, uidnext, total, unseen;
    uint64_t modseq; /* HIGHESTMODSEQ (RFC 7162), 0: not offered */
    bool read_only;
};
/* The selected mailbox, brought up to date with NOOP. */
rc_t imap_mailbox(struct imap *im, struct imap_mailbox *out, struct err *e) WX_MUST_USE;

/* The same in one round trip. *quiet: nothing had happened since this connection looked the last
 * time, so *out is how it is; else *out only says where to begin, and a list asked for next brings
 * its own. */
rc_t imap_look(struct imap *im, struct imap_mailbox *out, bool *quiet, struct err *e) WX_MUST_USE;

struct imap_address {
    str_t name;    /* decoded UTF-8, may be null */
    str_t address; /* local@domain, cleaned of controls; may be null for a group */
};

/* By labels alone: SIGNED is multipart/signed or smime-type=signed-data, ENCRYPTED is
 * (auth)enveloped by smime-type, OPAQUE is CMS whose labels do not tell which. Never a verdict. */
enum imap_security { IMAP_SEC_NONE, IMAP_SEC_SIGNED, IMAP_SEC_ENCRYPTED, IMAP_SEC_OPAQUE };

struct imap_row {
    uint32_t uid, size;
    uint32_t seq;
    uint64_t modseq;
    int64_t internaldate; /* seconds since the epoch, UTC */
    int64_t date;         /* of the Date field; 0: absent or unreadable */
    struct imap_address *from, *to;
    size_t from_count, to_count;
    str_t subject; /* decoded UTF-8 */
    str_t message_id, in_reply_to;
    str_t *flags; /* "\\Seen", keywords; as the server spells them */
    size_t flag_count;
    bool has_flags;  /* the response told of flags, perhaps of none */
    bool attachment; /* from BODYSTRUCTURE: something a person would call an attachment */
    enum imap_security security; /* whole root part, from BODYSTRUCTURE only */
};

/* A conversation of the folder; a list shows its newest message. */
struct imap_thread {
    const uint32_t *uids; /* ascending, at most IMAP_THREAD_MAX */
    size_t count, unread;
    bool flagged; /* some message of it */
};
/* A longer conversation is several, each of so many messages. */
#define IMAP_THREAD_MAX 500u

struct imap_rows {
    struct imap_mailbox mailbox;
    struct imap_row *rows; /* newest first, or as asked for */
    size_t count;
    size_t total;                /* rows of the whole list; imap_list_ordered only */
    struct imap_thread *threads; /* of each row; NULL unless asked for */
};

/* Rows [offset, offset + limit) counted from the newest message by position. */
rc_t imap_list(struct imap *im, uint32_t offset, uint32_t limit, struct arena *a,
               struct imap_rows *out, struct err *e) WX_MUST_USE;
/* Rows of these UIDs, in the order given; those that are gone are left out. */
rc_t imap_rows_of(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                  struct imap_rows *out, struct err *e) WX_MUST_USE;

struct imap_change {
    uint32_t uid;
    str_t *flags;
    size_t flag_count;
};
#define IMAP_CHANGES_MAX 2000u
/* What happened to the messages below a UIDNEXT since a HIGHESTMODSEQ. */
struct imap_changes {
    struct imap_mailbox mailbox; /* as it is now; ask from its modseq on the next time */
    bool reset;                  /* cannot be told, or is more than worth telling: list anew */
    struct imap_change *changed; /* flags as they are, ascending by UID */
    size_t count;
    str_t vanished; /* gone for good: a set; may name what never was there. Or null */
};
/* By QRESYNC (RFC 7162). `reset` without it, with another UIDVALIDITY, for a modseq of 0 or of the
 * future, and for more than IMAP_CHANGES_MAX changes. What comes in while this is asked is told now
 * or told by the next call, perhaps by both, never by neither. */
rc_t imap_changes(struct imap *im, uint32_t uidvalidity, uint64_t modseq, uint32_t uidnext,
                  struct arena *a, struct imap_changes *out, struct err *e) WX_MUST_USE;

enum imap_sort {
    IMAP_SORT_POSITION,
    IMAP_SORT_DATE, /* of the Date field */
    IMAP_SORT_FROM, /* by name where the server can (RFC 5957), else by mailbox */
    IMAP_SORT_TO,
    IMAP_SORT_SUBJECT,
    IMAP_SORT_SIZE,
    IMAP_SORT_ARRIVAL /* INTERNALDATE, then UID: what was moved away and back stands where it did */
};
struct imap_order {
    enum imap_sort sort;
    bool ascending; /* equal ones: newest first */
    bool threads;   /* a row a conversation, placed as its newest message is */
};
/* By position, conversations stand as ARRIVAL where the server has SORT, else by UID. Rows [offset,
 * offset + limit) of the folder in this order, by the server's SORT (RFC 5256) and THREAD: REFS
 * where offered, which goes by References alone, else REFERENCES, else from the headers read here.
 * RC_UNSUPPORTED: no SORT. Orders and conversations are remembered as long as no message comes or
 * goes (imap_index.h). */
rc_t imap_list_ordered(struct imap *im, const struct imap_order *order, uint32_t offset,
                       uint32_t limit, struct arena *a, struct imap_rows *out,
                       struct err *e) WX_MUST_USE;
/* Is this order remembered for the selected mailbox, so that a list of it takes no longer than a
 * list? The first one of a large folder may take a mail server minutes. No round trip. */
bool imap_order_is_known(struct imap *im, const struct imap_order *order);
/* Makes it known. */
rc_t imap_order_prepare(struct imap *im, const struct imap_order *order, struct err *e) WX_MUST_USE;
/* UIDs of the conversation in the selected mailbox that holds this one, ascending. RC_NOT_FOUND. */
rc_t imap_conversation(struct imap *im, uint32_t uid, struct arena *a, uint32_t **uids, size_t *n,
                       struct err *e) WX_MUST_USE;

/* Message ids as numbers, good for imap_related of the same pool only. */
struct imap_ids {
    uint64_t *list;
    size_t count;
};
/* Ids of these messages and of all they refer to (Message-ID, References, In-Reply-To). */
rc_t imap_ids_of(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                 struct imap_ids *out, struct err *e) WX_MUST_USE;
/* UIDs of the selected mailbox that have or refer to one of the ids, ascending, the newest `most`
 * of them. Looked at are the newest IMAP_REFERENCES_MAX messages; some may be gone since. */
#define IMAP_REFERENCES_MAX 100000u
rc_t imap_related(struct imap *im, const struct imap_ids *ids, size_t most, struct arena *a,
                  uint32_t **uids, size_t *n, struct err *e) WX_MUST_USE;

/* The first words of a message (mail/snippet.h). */
struct imap_snippet {
    uint32_t uid;
    bool sealed; /* something in it is encrypted, or may be: no text */
    str_t text;  /* perhaps empty */
};
#define IMAP_SNIPPETS_MAX 50u
/* Of these messages, those that are there, in no order: the first KBs of all in one round trip,
 * more of those whose text begins later. Encrypted ones are told by BODYSTRUCTURE and by what the
 * bytes are, and nothing of them is kept. out has room for n. After a failure, *count of out are
 * what was whole before it. */
rc_t imap_snippets(struct imap *im, const uint32_t *uids, size_t n, struct arena *a,
                   struct imap_snippet *out, size_t *count, struct err *e) WX_MUST_USE;

/* The same for what imap_related looks at. */
bool imap_references_are_known(struct imap *im);
rc_t imap_references_prepare(struct imap *im, struct err *e) WX_MUST_USE;

/* Whole message, byte for byte (BODY.PEEK[]). RC_NOT_FOUND, RC_TOO_LARGE over out->max.
 * A body cut short by a dying connection is an error, never a short success. */
rc_t imap_fetch(struct imap *im, uint32_t uid, struct buf *out, struct err *e) WX_MUST_USE;
/* Row (without what only the structure tells: attachment, security) and whole message in one round
 * trip; as imap_fetch. */
rc_t imap_open(struct imap *im, uint32_t uid, struct arena *a, struct imap_row *row,
               struct buf *out, struct err *e) WX_MUST_USE;
/* One part by its IMAP number, decoded, never held as a whole. */
struct entity;
struct imap_part_sink {
    /* Of a message with nothing encrypted or signed in it by its structure: the part's own header
     * fields, parsed; they live for the call. False: not wanted this way. */
    bool (*header)(void *ctx, const struct entity *part, struct err *e);
    rc_t (*begin)(void *ctx, uint64_t size, struct err *e);
    rc_t (*piece)(void *ctx, str_t bytes, struct err *e);
    void *ctx;
};
/* known: the part's decoded length as it was told when the message was read, or 0; with it base64
 * is decoded here, otherwise by the server (BINARY, RFC 3516). RC_UNSUPPORTED before `begin` was
 * called: neither of them, smaller than `least` as a whole, something else than a plain message, or
 * the server would not; then nothing has been given away. After `begin` a failure means that the
 * bytes given are cut short; RC_CONFLICT: the part is not `known` bytes long, and fewer than that
 * were given. */
rc_t imap_pour_part(struct imap *im, uint32_t uid, str_t path, uint32_t least, uint64_t known,
                    const struct imap_part_sink *sink, struct err *e) WX_MUST_USE;
/* The whole message into a sink, of at most `most` bytes (RC_TOO_LARGE). Only with RC_OK the sink
 * has got it, and nothing else. */
rc_t imap_fetch_flow(struct imap *im, uint32_t uid, size_t most, const struct flow_sink *to,
                     struct err *e) WX_MUST_USE;
/* Header only (BODY.PEEK[HEADER]). */
rc_t imap_fetch_header(struct imap *im, uint32_t uid, struct buf *out, struct err *e) WX_MUST_USE;
rc_t imap_flags_of(struct imap *im, uint32_t uid, struct arena *a, struct imap_row *out,
                   struct err *e) WX_MUST_USE;

/* flags are checked against RFC 3501 atoms. */
rc_t imap_store(struct imap *im, const uint32_t *uids, size_t n, bool add, const str_t *flags,
                size_t nflags, struct err *e) WX_MUST_USE;
/* MOVE, or COPY + \Deleted + UID EXPUNGE. new_uids (RFC 4315) has n elements or is NULL; 0 where
 * the server does not tell. */
rc_t imap_move(struct imap *im, const uint32_t *uids, size_t n, str_t target, uint32_t *new_uids,
               uint32_t *new_uidvalidity, struct err *e) WX_MUST_USE;
rc_t imap_copy(struct imap *im, const uint32_t *uids, size_t n, str_t target,
               struct err *e) WX_MUST_USE;
/* \Deleted + UID EXPUNGE: only these messages are gone, for good. */
rc_t imap_expunge(struct imap *im, const uint32_t *uids, size_t n, struct err *e) WX_MUST_USE;
/* Appends to any mailbox. *uid and *uidvalidity as APPENDUID says, else found by Message-ID,
 * else 0. Returns RC_OK only after the server's tagged OK. */
rc_t imap_append(struct imap *im, str_t mailbox, str_t message, const str_t *flags, size_t nflags,
                 uint32_t *uid, uint32_t *uidvalidity, struct err *e) WX_MUST_USE;
/* The same of a message that is not held. What fails on the way breaks the connection off. */
rc_t imap_append_flow(struct imap *im, str_t mailbox, const struct flow *message,
                      const str_t *flags, size_t nflags, uint32_t *uid, uint32_t *uidvalidity,
                      struct err *e) WX_MUST_USE;

/* --- sets of UIDs (RFC 3501 sequence-set) ---------------------------------------- */

/* Writes uids[*from..] as a set ("3:7,9"), ascending runs joined, until about max bytes; moves
 * *from on. */
void imap_uids_write(struct buf *out, const uint32_t *uids, size_t n, size_t *from, size_t max);
/* Reads a set (RFC 3501 sequence-set without "*") into out, at most max numbers. False when it is
 * none or longer. */
bool imap_uids_read(str_t set, uint32_t *out, size_t max, size_t *n);

/* --- search ----------------------------------------------------------------------- */

struct imap_label { /* what a person calls a keyword */
    str_t name, keyword;
};

struct imap_query {
    str_t text;   /* words and operators (mail/imap_query.h), UTF-8; null: everything */
    bool headers; /* from, to, cc, subject contain text */
    bool body;    /* also bodies, but never inside encrypted mail */
    bool unseen, flagged, encrypted, signed_only, attachment; /* narrowing */
    const struct imap_folder *folder; /* that is searched, for in:; NULL: in: finds nothing */
    const struct imap_label *labels;  /* for label: */
    size_t label_count;
    int64_t today; /* day since 1970 that "7d" counts from; 0: of the server's clock, UTC */
};
struct imap_found {
    uint32_t *uids; /* newest first */
    size_t count;
    size_t header_only; /* body search: messages that were searched by header only, because
                           something in them is encrypted; exact, of what was searched */
};
/* Words must all be found ("words in quotes" together); operators, OR, parentheses and a minus as
 * mail/imap_query.h says. RC_INVALID with a sentence and err.position for what makes no sense. A
 * body search never matches because of anything inside a message that holds an encrypted part,
 * whatever that part is called: labels and first bytes decide (imap_kinds.h). is:encrypted are
 * exactly those messages. */
rc_t imap_search(struct imap *im, const struct imap_query *q, struct arena *a,
                 struct imap_found *out, struct err *e) WX_MUST_USE;

#define IMAP_PIECE_MAX 65536u
/* How far a search in steps has come; all zero at first. */
struct imap_scan {
    uint32_t below; /* only smaller UIDs are still to be searched; 0: all are */
    uint32_t piece; /* messages that one step can do; more than IMAP_PIECE_MAX is that */
    bool complete;
    uint32_t left, total; /* messages still to be searched, and all; set by each step */
};
/* The next part of a search, the newest messages first, for about budget_ms: *at moves on until it
 * is complete, and *out holds what this part found and left out. A search that only asks about
 * headers and flags is done in one part. */
rc_t imap_search_part(struct imap *im, const struct imap_query *q, struct imap_scan *at,
                      int budget_ms, struct arena *a, struct imap_found *out,
                      struct err *e) WX_MUST_USE;
/* Reads the query only. long_one: it may take long (bodies, attachments, kinds); folders: it holds
 * in:, so that q->folder counts. */
rc_t imap_query_check(const struct imap_query *q, bool *long_one, bool *folders,
                      struct err *e) WX_MUST_USE;
/* A day as after: takes it, as days [*from, *to) since 1970. */
bool imap_query_days(str_t s, int64_t today, int64_t *from, int64_t *to);
/* Can this query find anything in q->folder at all, and does it name it by in:? */
rc_t imap_query_reaches(const struct imap_query *q, bool *reaches, bool *named,
                        struct err *e) WX_MUST_USE;
/* Another mailbox of the account is selected on this lease. RC_NOT_FOUND. */
rc_t imap_select(struct imap *im, str_t mailbox, struct err *e) WX_MUST_USE;
/* INTERNALDATE of these messages (seconds since the epoch, UTC), in the order given; 0: gone. */
rc_t imap_times_of(struct imap *im, const uint32_t *uids, size_t n, struct arena *a, int64_t *times,
                   struct err *e) WX_MUST_USE;

/* UIDs whose header field contains exactly this value (Message-ID, X-Waxseal-Submission). */
rc_t imap_search_header(struct imap *im, str_t field, str_t value, struct arena *a, uint32_t **uids,
                        size_t *n, struct err *e) WX_MUST_USE;

#endif
