#include "keyd/master.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mutant.h"
#include "crypto/seal.h"

enum { VERSION = 1, ASSOCIATED_BYTES = 1024 };

static const char purpose_of_id[] = "waxseal-keyd master id", purpose_of_key[] = "waxseal-keyd";

/* --- the file ----------------------------------------------------------------------- */

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool read_hex(str_t text, unsigned char out[MASTER_KEY_BYTES])
{
    if (text.n != (size_t) 2 * MASTER_KEY_BYTES) return false;
    for (size_t i = 0; i < MASTER_KEY_BYTES; i++) {
        int high = digit(text.p[2 * i]), low = digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (unsigned char) (high << 4 | low);
    }
    return true;
}

/* 32 random bytes repeat none of them often; what a person made up does. */
static bool looks_random(const unsigned char key[MASTER_KEY_BYTES])
{
    unsigned seen[256] = {0}, distinct = 0;
    for (size_t i = 0; i < MASTER_KEY_BYTES; i++)
        distinct += seen[key[i]]++ == 0;
    return distinct >= MASTER_KEY_BYTES / 2;
}

static rc_t add_key(struct master *m, str_t line, unsigned number, struct err *e)
{
    unsigned char id[SEAL_KEY_BYTES];
    if (m->count == MASTER_MAX)
        return err_set(e, RC_INVALID, "There are more than %d master keys.", MASTER_MAX);
    unsigned char *key = m->keys[m->count].key;
    if (!read_hex(line, key) || !looks_random(key))
        return err_set(e, RC_INVALID, "Line %u is no master key (64 hexadecimal digits, random).",
                       number);
    TRY(seal_derive(str_n(key, MASTER_KEY_BYTES), str_c(purpose_of_id), STR_NULL, id, e));
    memcpy(m->keys[m->count].id, id, MASTER_ID_BYTES);
    for (size_t i = 0; i < m->count; i++)
        if (memcmp(m->keys[i].id, id, MASTER_ID_BYTES) == 0)
            return err_set(e, RC_INVALID, "Line %u repeats a master key.", number);
    m->count++;
    return RC_OK;
}

rc_t master_read(str_t text, struct master *out, struct err *e)
{
    struct master m = {.count = 0};
    rc_t rc = RC_OK;
    for (unsigned number = 1; rc == RC_OK && text.n > 0; number++) {
        str_t line;
        str_cut(text, '\n', &line, &text);
        line = str_trim(line);
        if (line.n > 0 && line.p[0] != '#') rc = add_key(&m, line, number, e);
    }
    if (rc == RC_OK && m.count == 0) rc = err_set(e, RC_INVALID, "There is no master key.");
    if (rc == RC_OK) *out = m;
    master_wipe(&m);
    return rc;
}

static rc_t check_file(int fd, const char *path, bool credential, struct err *e)
{
    struct stat st;
    mode_t others = credential ? 037 : 077;
    if (fstat(fd, &st) != 0) return err_set(e, RC_INVALID, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode)) return err_set(e, RC_INVALID, "%s: is no file", path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return err_set(e, RC_INVALID, "%s: belongs to another user", path);
    if (st.st_mode & others)
        return err_set(e, RC_INVALID, "%s: others may read or write it; chmod 600", path);
    return RC_OK;
}

rc_t master_load(const char *path, bool credential, struct master *out, struct err *e)
{
    char text[MASTER_FILE_BYTES];
    size_t n = 0;
    struct err why = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return err_set(e, RC_INVALID, "%s: %s", path, strerror(errno));
    rc_t rc = check_file(fd, path, credential, e);
    for (ssize_t got = 1; rc == RC_OK && got > 0 && n<sizeof text; n += got> 0 ? (size_t) got : 0)
        got = read(fd, text + n, sizeof text - n);
    close(fd);
    if (rc == RC_OK && n == sizeof text) rc = err_set(e, RC_INVALID, "%s: is too large", path);
    if (rc == RC_OK && master_read(str_n(text, n), out, &why) != RC_OK)
        rc = err_set(e, RC_INVALID, "%s: %s", path, why.message);
    wipe(text, sizeof text);
    return rc;
}

void master_wipe(struct master *m)
{
    wipe(m, sizeof *m);
}

void master_newest(const struct master *m, char out[2 * MASTER_ID_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *id = m->keys[m->count - 1].id;
    for (size_t i = 0; i < MASTER_ID_BYTES; i++) {
        out[2 * i] = digits[id[i] >> 4];
        out[2 * i + 1] = digits[id[i] & 15];
    }
    out[2 * MASTER_ID_BYTES] = '\0';
}

/* --- places ------------------------------------------------------------------------- */

static bool all_of(str_t s, const char *set)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || !strchr(set, s.p[i])) return false;
    return s.n > 0;
}

static bool is_mailbox(str_t s)
{
    ptrdiff_t at = str_rchr(s, '@');
    if (at < 1 || (size_t) at + 1 == s.n || s.n > 254 || !str_is_clean(s) || !str_is_utf8(s))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ' ' || (s.p[i] >= 'A' && s.p[i] <= 'Z')) return false;
    return true;
}

bool master_is_place(const struct agent_key *k)
{
    return k->organisation.n <= 64 &&
           all_of(k->organisation, "abcdefghijklmnopqrstuvwxyz0123456789-_") && k->id.n == 64 &&
           all_of(k->id, "0123456789abcdef") &&
           (k->purpose == AGENT_AUTHORITY ? k->mailbox.n == 0 : is_mailbox(k->mailbox));
}

/* --- sealing ------------------------------------------------------------------------ */

static bool put_part(struct buf *b, str_t s)
{
    return buf_char(b, (char) (s.n >> 8)) && buf_char(b, (char) s.n) && buf_str(b, s);
}

static bool put_associated(struct buf *b, const struct agent_key *k)
{
    return put_part(b, str_c(agent_purpose_word(k->purpose))) && put_part(b, k->organisation) &&
           put_part(b, k->mailbox) && put_part(b, k->id);
}

rc_t master_seal(const struct master *m, const struct agent_key *k, str_t plain, struct arena *a,
                 str_t *out, struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t body = STR_NULL;
    const size_t last = m->count - 1;
    CLEANUP_BUF struct buf associated = BUF_INIT(ASSOCIATED_BYTES);
    if (!master_is_place(k) || !put_associated(&associated, k)) return err_set(e, RC_INVALID, NULL);
    TRY(seal_derive(str_n(m->keys[last].key, MASTER_KEY_BYTES), str_c(purpose_of_key),
                    k->organisation, key, e));
    rc_t rc = seal(key, plain, buf_view(&associated), a, &body, e);
    wipe(key, sizeof key);
    if (rc != RC_OK) return rc;
    if (WX_MUTANT(KEYD_LEAK)) body = plain;
    char *p = arena_alloc(a, 1 + MASTER_ID_BYTES + body.n);
    if (!p) return err_set(e, RC_NO_MEMORY, NULL);
    p[0] = VERSION;
    memcpy(p + 1, m->keys[last].id, MASTER_ID_BYTES);
    memcpy(p + 1 + MASTER_ID_BYTES, body.p, body.n);
    *out = str_n(p, 1 + MASTER_ID_BYTES + body.n);
    return RC_OK;
}

static const unsigned char *key_named(const struct master *m, const char *id)
{
    for (size_t i = 0; i < m->count; i++)
        if (memcmp(m->keys[i].id, id, MASTER_ID_BYTES) == 0) return m->keys[i].key;
    return NULL;
}

rc_t master_open(const struct master *m, const struct agent_key *k, struct arena *a, str_t *plain,
                 struct err *e)
{
    unsigned char key[SEAL_KEY_BYTES];
    str_t s = k->sealed;
    CLEANUP_BUF struct buf associated = BUF_INIT(ASSOCIATED_BYTES);
    if (s.n <= 1 + MASTER_ID_BYTES || s.p[0] != VERSION || !master_is_place(k) ||
        !put_associated(&associated, k))
        return err_set(e, RC_DAMAGED, NULL);
    const unsigned char *with = key_named(m, s.p + 1);
    if (!with) return err_set(e, RC_DAMAGED, NULL);
    TRY(seal_derive(str_n(with, MASTER_KEY_BYTES), str_c(purpose_of_key), k->organisation, key, e));
    rc_t rc = unseal(key, str_sub(s, 1 + MASTER_ID_BYTES, s.n), buf_view(&associated), a, plain, e);
    wipe(key, sizeof key);
    return rc;
}
