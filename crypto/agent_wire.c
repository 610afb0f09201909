#include "crypto/agent_wire.h"

enum { LENGTH = 4, MAX_OWN = 6 };

static const char request_magic[] = "WXK1", answer_magic[] = "WXL1";

struct shape {
    const char *word;
    unsigned doors;
    bool key;
    uint32_t most[MAX_OWN]; /* of its own fields, 0 ends; none may be always empty */
};

static const struct shape shapes[AGENT_OPERATION_COUNT] = {
#define L(...)                                                                                     \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define X(name, word, doors, key, most) [AGENT_##name] = {word, doors, key, most},
    AGENT_OPERATIONS(X)
#undef X
#undef L
};

static const uint32_t place[AGENT_MAX_PLACE] = {16, AGENT_MAX_NAME, AGENT_MAX_ADDRESS, AGENT_KEY_ID,
                                                AGENT_MAX_SEALED};

const char *agent_operation_word(enum agent_operation op)
{
    return op < AGENT_OPERATION_COUNT ? shapes[op].word : "none";
}

const char *agent_result_word(enum agent_result r)
{
    static const char *const words[AGENT_RESULT_COUNT] = {
#define X(name, word) [AGENT_RESULT_##name] = word,
        AGENT_RESULTS(X)
#undef X
    };
    return r < AGENT_RESULT_COUNT ? words[r] : "none";
}

unsigned agent_operation_doors(enum agent_operation op)
{
    return op < AGENT_OPERATION_COUNT ? shapes[op].doors : 0;
}

bool agent_operation_has_key(enum agent_operation op)
{
    return op < AGENT_OPERATION_COUNT && shapes[op].key;
}

/* Greatest length of field i, or 0 when the operation has no such field. */
static uint32_t field_limit(const struct shape *s, size_t i)
{
    if (s->key && i < AGENT_MAX_PLACE) return place[i];
    if (s->key) i -= AGENT_MAX_PLACE;
    return i < MAX_OWN ? s->most[i] : 0;
}

size_t agent_operation_fields(enum agent_operation op, size_t *most)
{
    size_t n = 0, all = 0;
    if (op < AGENT_OPERATION_COUNT)
        for (uint32_t limit; (limit = field_limit(&shapes[op], n)) != 0; n++)
            all += LENGTH + limit;
    *most = all;
    return n;
}

static void put_number(char out[LENGTH], size_t v)
{
    for (int i = 0; i < LENGTH; i++)
        out[i] = (char) (v >> (8 * (LENGTH - 1 - i)));
}

static uint32_t get_number(const unsigned char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 | (uint32_t) p[2] << 8 | p[3];
}

bool agent_put(bool request, unsigned code, const str_t *fields, size_t count, struct buf *out)
{
    char head[AGENT_HEAD] = {0}, length[LENGTH];
    size_t all = 0;
    if (count > AGENT_MAX_FIELDS || code > 255) return false;
    for (size_t i = 0; i < count; i++) {
        if (fields[i].n > AGENT_MAX_ANSWER) return false;
        all += LENGTH + fields[i].n;
    }
    memcpy(head, request ? request_magic : answer_magic, 4);
    head[4] = (char) code;
    head[5] = (char) count;
    put_number(head + 8, all);
    if (!buf_reserve(out, sizeof head + all)) return false;
    buf_add(out, head, sizeof head);
    for (size_t i = 0; i < count; i++) {
        put_number(length, fields[i].n);
        buf_add(out, length, sizeof length);
        buf_str(out, fields[i]);
    }
    return !out->failed;
}

bool agent_read_head(unsigned door, const unsigned char head[AGENT_HEAD], struct agent_frame *out)
{
    unsigned code = head[4];
    size_t count = head[5], length = get_number(head + 8), most = AGENT_MAX_ANSWER;
    if (memcmp(head, door ? request_magic : answer_magic, 4) != 0 || head[6] || head[7])
        return false;
    if (door) {
        if (code >= AGENT_OPERATION_COUNT || !(shapes[code].doors & door) ||
            agent_operation_fields(code, &most) != count)
            return false;
    } else if (code >= AGENT_RESULT_COUNT || count > AGENT_MAX_FIELDS) {
        return false;
    }
    if (length > most || length < count * LENGTH) return false;
    *out = (struct agent_frame){.code = code, .count = count, .length = length};
    return true;
}

bool agent_cut(unsigned door, str_t rest, struct agent_frame *f)
{
    if (rest.n != f->length) return false;
    for (size_t i = 0; i < f->count; i++) {
        if (rest.n < LENGTH) return false;
        size_t n = get_number((const unsigned char *) rest.p);
        rest = str_sub(rest, LENGTH, rest.n);
        if (n > rest.n || (door && n > field_limit(&shapes[f->code], i))) return false;
        f->fields[i] = str_sub(rest, 0, n);
        rest = str_sub(rest, n, rest.n);
    }
    return rest.n == 0;
}
