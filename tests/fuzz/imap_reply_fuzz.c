/* A whole conversation: the input is everything the server ever says, in reads of 1 to 40 bytes. */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mail/imap_conn.h"
#include "mail/imap_lease.h"
#include "mail/stream_driver.h"

static const uint8_t *next, *end;

/* Takes the place of the TLS stream: the driver above it is the real one. */
static ssize_t memory_read(mailstream_low *low, void *p, size_t n)
{
    (void) low;
    size_t there = (size_t) (end - next);
    if (there == 0) return -1;
    size_t take = 1 + *next % 40;
    if (take > there) take = there;
    if (take > n) take = n;
    memcpy(p, next, take);
    next += take;
    return (ssize_t) take;
}

static ssize_t memory_write(mailstream_low *low, const void *p, size_t n)
{
    (void) low;
    (void) p;
    return (ssize_t) n;
}

static int memory_close(mailstream_low *low)
{
    (void) low;
    return 0;
}

static void memory_free(mailstream_low *low)
{
    free(low);
}

/* One real stream for all runs, its peer gone. */
static struct stream *dead_stream(void)
{
    static struct stream *s;
    if (s) return s;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    if (bind(fd, (struct sockaddr *) &a, size) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *) &a, &size) != 0)
        abort();
    struct config_endpoint at = {.host = STR("127.0.0.1"), .port = ntohs(a.sin_port)};
    if (stream_connect(&at, clock_ms() + 5000, RC_IMAP_DOWN, &s, NULL) != RC_OK) abort();
    close(fd);
    return s;
}

/* What changed, told by whatever the server says: only what can be, in order. */
static void ask_changes(struct imap *im, struct arena *a)
{
    struct imap_changes told;
    im->c->qresync = true;
    if (imap_changes(im, 77, 4, 9, a, &told, NULL) != RC_OK) return;
    if (told.reset && (told.count > 0 || told.vanished.n > 0)) abort();
    for (size_t i = 0; i < told.count; i++)
        if (told.changed[i].uid >= 9 || (i > 0 && told.changed[i - 1].uid >= told.changed[i].uid))
            abort();
    for (size_t i = 0; i < told.vanished.n; i++)
        if (!strchr("0123456789,:", told.vanished.p[i])) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static mailstream_low_driver driver = {.mailstream_read = memory_read,
                                           .mailstream_write = memory_write,
                                           .mailstream_close = memory_close,
                                           .mailstream_free = memory_free};
    next = bytes;
    end = bytes + n;
    /* A connection that is over stands for the socket: only its flags are asked for. */
    struct stream *s = dead_stream();
    struct imap_conn *c = s ? calloc(1, sizeof *c) : NULL;
    if (!c) abort();
    *c = (struct imap_conn){.ms = mailstream_new(mailstream_low_new(NULL, &driver), 4096),
                            .stream = s,
                            .in = BUF_INIT(2 * IMAP_RESPONSE_MAX),
                            .out = BUF_INIT(1u << 20),
                            .capabilities = strdup(" IMAP4REV1 LITERAL+ CONDSTORE LIST-EXTENDED "
                                                   "LIST-STATUS MOVE UIDPLUS ")};
    struct imap im = {.c = c, .retried = true};
    struct arena *a = arena_new(64u << 20);
    struct imap_folder *folders;
    struct imap_rows rows;
    size_t count = 0;
    uint32_t uid = 5, new_uid = 0, validity = 0;
    struct buf body = BUF_INIT(100000);
    (void) !imap_conn_select(c, STR("INBOX"), NULL);
    if (n > 0 && bytes[n - 1] == 'Q') ask_changes(&im, a);
    if (imap_folders(&im, a, &folders, &count, NULL) == RC_OK)
        for (size_t i = 0; i < count; i++)
            if (!str_is_clean(folders[i].display) || !str_is_utf8(folders[i].display)) abort();
    if (imap_list(&im, 0, 50, a, &rows, NULL) == RC_OK && rows.count > 50) abort();
    (void) !imap_fetch(&im, 5, &body, NULL);
    (void) !imap_move(&im, &uid, 1, STR("Trash"), &new_uid, &validity, NULL);
    (void) !imap_append(&im, STR("Sent"), STR("a: b\r\n\r\nc\r\n"), NULL, 0, &uid, &validity, NULL);
    buf_free(&body);
    arena_free(a);
    c->broken = true;
    imap_conn_close(c);
    return 0;
}
