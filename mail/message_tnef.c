/* Files in a winmail.dat as parts of the message. */
#include <stdio.h>

#include "mail/message_state.h"

enum { NESTED_MAX = 4 };

static bool is_tnef(str_t type, str_t name)
{
    return preview_of(type, name) == PREVIEW_TNEF;
}

static bool is_tnef_part(const struct entity *part)
{
    char type[128];
    int n = snprintf(type, sizeof type, "%.*s/%.*s", STR_ARG(part->type), STR_ARG(part->subtype));
    return n > 0 && (size_t) n < sizeof type && is_tnef(str_n(type, (size_t) n), part->filename);
}

/* "/t12" at the end of *id: its number, and what is before it; false: nothing like it. */
static bool cut_step(str_t *id, uint32_t *number)
{
    ptrdiff_t slash = str_rchr(*id, '/');
    if (slash < 0) return false;
    str_t step = str_sub(*id, (size_t) slash + 1, id->n);
    if (step.n < 2 || step.n > 4 || step.p[0] != 't') return false;
    if (!str_to_u32(str_sub(step, 1, step.n), number) || *number == 0) return false;
    *id = str_sub(*id, 0, (size_t) slash);
    return true;
}

/* The winmail.dat that is a part, and the way from there, outermost first. */
static const struct entity *find_outer(const struct opened *m, str_t *id,
                                       uint32_t steps[NESTED_MAX], size_t *count)
{
    uint32_t backwards[NESTED_MAX];
    size_t n = 0;
    while (n < NESTED_MAX && cut_step(id, &backwards[n])) {
        n++;
        const struct entity *part = message_known_part(m, *id);
        if (!part) continue;
        for (size_t i = 0; i < n; i++)
            steps[i] = backwards[n - 1 - i];
        *count = n;
        return is_tnef_part(part) ? part : NULL;
    }
    return NULL;
}

bool message_names_tnef_file(const struct opened *m, str_t id)
{
    uint32_t steps[NESTED_MAX];
    size_t count;
    return find_outer(m, &id, steps, &count) != NULL;
}

static rc_t read_outer(struct opened *m, str_t id, const struct entity *part, struct err *e)
{
    if (m->tnef_id.n && str_eq(m->tnef_id, id)) return RC_OK;
    m->tnef_id = STR_NULL;
    buf_free(&m->tnef_bytes);
    m->tnef_bytes = BUF_INIT_SECRET(MESSAGE_PLAIN_MAX);
    TRY(entity_decode_body(part, &m->tnef_bytes, e));
    TRY(tnef_read(buf_view(&m->tnef_bytes), m->arena, &m->tnef, e));
    m->tnef_id = arena_str(m->arena, id);
    return RC_OK;
}

static rc_t no_such_file(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "The message has no such part.");
}

rc_t message_find_part(struct opened *m, str_t id, struct found_part *out, struct err *e)
{
    uint32_t steps[NESTED_MAX];
    size_t count = 0;
    const struct entity *part = message_known_part(m, id);
    if (part) {
        *out = (struct found_part){.entity = part};
        return RC_OK;
    }
    part = find_outer(m, &id, steps, &count);
    if (!part) return no_such_file(e);
    TRY(read_outer(m, id, part, e));
    struct tnef inside = m->tnef;
    for (size_t i = 0;; i++) {
        if (steps[i] > inside.count) return no_such_file(e);
        const struct tnef_file *file = &inside.files[steps[i] - 1];
        if (i + 1 == count) {
            *out = (struct found_part){.file = file};
            return RC_OK;
        }
        if (!is_tnef(file->type, file->name)) return no_such_file(e);
        TRY(tnef_read(file->bytes, m->arena, &inside, e));
    }
}

rc_t message_part_tnef(struct message_view *v, str_t id, struct tnef *out, struct err *e)
{
    struct opened *m = (struct opened *) v;
    struct found_part part;
    TRY(message_find_part(m, id, &part, e));
    if (part.file) return tnef_read(part.file->bytes, m->arena, out, e);
    TRY(read_outer(m, id, part.entity, e));
    *out = m->tnef;
    return RC_OK;
}
