/* A next hop that says anything. The first byte: bit 0 LMTP, bit 1 a second mail; the rest is what
 * the server says, cut at bytes of 1 into what it says after each thing it hears. */
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mail/onward.h"

#define PATIENCE_MS 2
#define DEADLINE_MS 1000

struct peer {
    int listener, stop;
    str_t says;
    size_t dots; /* ends of messages that were heard */
};

static bool hear(struct peer *p, int fd, int patience, char last[5])
{
    char heard[8192];
    struct pollfd at = {.fd = fd, .events = POLLIN};
    if (poll(&at, 1, patience) <= 0) return true;
    ssize_t n = recv(fd, heard, sizeof heard, 0);
    for (ssize_t i = 0; i < n; i++) {
        memmove(last, last + 1, 4);
        last[4] = heard[i];
        if (memcmp(last, "\r\n.\r\n", 5) == 0) p->dots++;
    }
    return n > 0;
}

static void talk(struct peer *p, int fd)
{
    char last[5] = "";
    str_t one;
    while (p->says.n > 0) {
        str_cut(p->says, 1, &one, &p->says);
        if (one.n > 0 && send(fd, one.p, one.n, MSG_NOSIGNAL) < 0) return;
        if (!hear(p, fd, PATIENCE_MS, last)) return;
    }
    shutdown(fd, SHUT_WR);
    while (hear(p, fd, -1, last)) {}
}

static void *serve(void *ctx)
{
    struct peer *p = ctx;
    struct pollfd at[] = {{.fd = p->listener, .events = POLLIN}, {.fd = p->stop, .events = POLLIN}};
    for (;;) {
        if (poll(at, 2, -1) < 0) continue;
        int fd = at[0].revents ? accept(p->listener, NULL, NULL) : -1;
        if (fd < 0) return NULL;
        talk(p, fd);
        close(fd);
    }
}

/* A name that needs no file (Linux). */
static str_t listen_once(int *fd)
{
    static struct sockaddr_un at = {.sun_family = AF_UNIX};
    static int listener = -1;
    if (listener < 0) {
        int n = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "waxseal-onward-fuzz-%d",
                         (int) getpid());
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (n < 0 || bind(listener, (const struct sockaddr *) &at, sizeof at) != 0 ||
            listen(listener, 8) != 0)
            abort();
    }
    *fd = listener;
    return str_n(at.sun_path, sizeof at.sun_path - 1);
}

static void check(const struct onward_recipient *r)
{
    static const int class[] = {4, 2, 5, 4};
    int want = class[r->state];
    if (r->code / 100 != want || r->enhanced.n < 5 || r->enhanced.p[0] != '0' + want) abort();
    if (!str_is_clean(r->enhanced) || !str_is_clean(r->reply) || r->reply.n > 500) abort();
}

/* How many were taken. */
static size_t hand(struct onward *o, struct arena *a)
{
    struct onward_recipient to[] = {
        {.address = STR("bob@demo.test"), .notify = STR("SUCCESS"), .orcpt = STR("rfc822;b@x")},
        {.address = STR("carol@demo.test")},
        {.address = STR("m\xc3\xbcller@demo.test")}};
    const struct onward_client client = {.name = STR("mx.x.test"), .address = STR("2001:db8::1")};
    struct onward_envelope env = {.from = STR("alice@demo.test"),
                                  .ret = STR("HDRS"),
                                  .envid = STR("id"),
                                  .client = &client,
                                  .recipients = to,
                                  .count = 3};
    size_t taken = 0;
    rc_t rc = onward_hand(o, &env, STR("Subject: x\r\n\r\n.b\xc3\xb6\r\n"), DEADLINE_MS, a, NULL);
    if (rc == RC_INVALID) abort();
    for (size_t i = 0; i < 3; i++) {
        check(&to[i]);
        taken += to[i].state == ONWARD_TAKEN ? 1 : 0;
        if (rc == RC_OK && to[i].state == ONWARD_UNKNOWN) abort();
    }
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n < 2 || n > 65536) return -1;
    struct peer p = {.says = str_n(bytes + 1, n - 1)};
    struct onward_hop hop = {.protocol = bytes[0] & 1 ? ONWARD_LMTP : ONWARD_SMTP,
                             .socket = listen_once(&p.listener)};
    struct arena *a = arena_new(1u << 20);
    struct onward *o = NULL;
    pthread_t thread;
    int ends[2];
    if (!a || onward_new(&hop, &o, NULL) != RC_OK || pipe(ends) != 0) abort();
    p.stop = ends[0];
    if (pthread_create(&thread, NULL, serve, &p) != 0) abort();
    size_t mails = bytes[0] & 2 ? 2 : 1, taken = 0;
    for (size_t i = 0; i < mails; i++)
        taken += hand(o, a) > 0 ? 1 : 0;
    onward_free(o);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    if (taken > p.dots) abort(); /* nobody has what was never sent */
    arena_free(a);
    return 0;
}
