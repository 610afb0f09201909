/* A dialogue played to the machine in cuts: what it says, and the mail it hands over, as text. */
#ifndef WAXSEAL_TEST_LMTP_PLAY_H
#define WAXSEAL_TEST_LMTP_PLAY_H

#include <stdio.h>

#include "base/buf.h"
#include "gateway/lmtp.h"
#include "tests/unit/test.h"

/* A dialogue so far. */
#define LHLO "LHLO client.example\r\n"
#define MAIL LHLO "MAIL FROM:<a@b.example>\r\n"
#define RCPT MAIL "RCPT TO:<c@d.example>\r\n"
#define DATA RCPT "DATA\r\n"
#define DATA_CODES "220,250,250 2.1.0,250 2.1.5,354"

enum { PLAY_MESSAGE_BYTES = 1000, PLAY_ROOM = 64 << 20 };

struct play {
    size_t message_bytes; /* 0: PLAY_MESSAGE_BYTES */
    size_t work_bytes;
    struct buf said;  /* all replies */
    struct buf mails; /* each mail's envelope a line, then its data */
    unsigned taken;   /* mails */
    bool over;
};

/* Octets of the next piece: `cut` of them; 0: all; negative: by chance, from that seed on. */
static size_t play_piece(int cut, uint32_t *chance)
{
    if (cut > 0) return (size_t) cut;
    if (cut == 0) return SIZE_MAX;
    *chance = *chance * 1664525u + 1013904223u;
    return 1 + (*chance >> 16) % ((*chance >> 8) % 5 ? 7 : 60);
}

static void play_describe(struct play *p, const struct lmtp_mail *m)
{
    struct buf *b = &p->mails;
    buf_printf(b, "from <%.*s>", STR_ARG(m->from));
    if (m->sized) buf_printf(b, " size %llu", (unsigned long long) m->size);
    if (m->body) buf_printf(b, " %s", m->body == LMTP_BODY_7BIT ? "7bit" : "8bit");
    if (m->utf8) buf_cstr(b, " utf8");
    if (m->ret) buf_printf(b, " ret %s", m->ret == LMTP_RET_FULL ? "full" : "hdrs");
    if (m->envid.p) buf_printf(b, " envid %.*s", STR_ARG(m->envid));
#define X(member, word)                                                                            \
    if (m->xforward.member.p) buf_printf(b, " " #member "=%.*s", STR_ARG(m->xforward.member));
    LMTP_XFORWARD_TABLE(X)
#undef X
    for (size_t i = 0; i < m->count; i++) {
        const struct lmtp_recipient *r = &m->recipients[i];
        buf_printf(b, " to <%.*s>", STR_ARG(r->address));
        if (r->notify) buf_printf(b, " notify %u", r->notify);
        if (r->orcpt.p) buf_printf(b, " orcpt %.*s", STR_ARG(r->orcpt));
    }
    buf_char(b, '\n');
    buf_str(b, m->data);
}

/* Each recipient gets what its address begins with. */
static void play_take(struct play *p, struct lmtp_mail *m)
{
    p->taken++;
    play_describe(p, m);
    for (size_t i = 0; i < m->count; i++) {
        struct lmtp_recipient *r = &m->recipients[i];
        if (str_starts(r->address, STR("no")))
            r->reply = (struct lmtp_reply){550, STR("5.7.3"), STR("Not possible")};
        else if (str_starts(r->address, STR("later")))
            r->reply = (struct lmtp_reply){451, STR("4.3.0"), STR("Later")};
        else if (!str_starts(r->address, STR("silence")))
            r->reply = (struct lmtp_reply){250, STR("2.0.0"), STR("Handed on")};
    }
}

static void play(struct play *p, str_t in, int cut)
{
    struct lmtp *l = NULL;
    uint32_t chance = (uint32_t) -cut;
    const struct lmtp_options o = {.name = STR("gate.example"),
                                   .message_bytes =
                                       p->message_bytes ? p->message_bytes : PLAY_MESSAGE_BYTES,
                                   .work_bytes = p->work_bytes};
    p->said = BUF_INIT(PLAY_ROOM);
    p->mails = BUF_INIT(PLAY_ROOM);
    p->taken = 0;
    assert_int_equal(lmtp_new(&o, &l, NULL), RC_OK);
    while (in.n > 0 && !lmtp_is_over(l)) {
        size_t used;
        enum lmtp_wants wants = lmtp_feed(l, str_sub(in, 0, play_piece(cut, &chance)), &used);
        in = str_sub(in, used, in.n);
        assert_int_equal(lmtp_mail(l) != NULL, wants == LMTP_ANSWER);
        if (wants == LMTP_ANSWER) play_take(p, lmtp_mail(l));
        lmtp_answered(l);
        buf_str(&p->said, lmtp_output(l));
        lmtp_sent(l);
    }
    buf_str(&p->said, lmtp_output(l));
    p->over = lmtp_is_over(l);
    lmtp_free(l);
    assert_false(p->said.failed || p->mails.failed);
}

static void play_free(struct play *p)
{
    buf_free(&p->said);
    buf_free(&p->mails);
}

/* Whole, octet by octet, and in many other cuts: all the same. */
static void play_all(struct play *p, str_t in)
{
    play(p, in, 0);
    for (int cut = -40; cut <= 17; cut++) {
        struct play again = {.message_bytes = p->message_bytes, .work_bytes = p->work_bytes};
        if (cut == 0) continue;
        play(&again, in, cut);
        assert_str(buf_view(&again.said), buf_view(&p->said));
        assert_str(buf_view(&again.mails), buf_view(&p->mails));
        assert_int_equal(again.over, p->over);
        play_free(&again);
    }
}

/* "220,250,250 2.1.0": code and enhanced status of each reply, of many lines the last one. */
static str_t play_codes(const struct play *p, struct buf *out)
{
    str_t said = buf_view(&p->said);
    while (said.n > 0) {
        ptrdiff_t end = str_find(said, STR("\r\n"));
        assert_true(end >= 4 && end <= LMTP_REPLY_MAX - 2);
        str_t line = str_sub(said, 0, (size_t) end);
        said = str_sub(said, (size_t) end + 2, said.n);
        assert_true(str_is_clean(line));
        if (line.p[3] == '-') continue;
        assert_int_equal(line.p[3], ' ');
        bool enhanced = line.n > 9 && line.p[5] == '.' && line.p[7] == '.';
        if (out->n) buf_char(out, ',');
        buf_str(out, str_sub(line, 0, enhanced ? 9 : 3));
    }
    return buf_view(out);
}

#endif
