/* A query with what is known of a class of messages put in. */
#include "mail/imap_kinds.h"
#include "mail/imap_query.h"

struct planner {
    const struct imap_terms *t;
    unsigned bits;
    struct imap_plan *out;
};

static unsigned put(struct planner *p, struct plan_node node)
{
    /* Each node of the query makes at most one here, and ALL and NONE are nodes too. */
    p->out->nodes[p->out->count] = node;
    return p->out->count++;
}

static unsigned put_truth(struct planner *p, bool truth)
{
    return put(p, (struct plan_node){.kind = truth ? QUERY_ALL : QUERY_NONE});
}

static enum query_kind kind_at(const struct planner *p, unsigned i)
{
    return p->out->nodes[i].kind;
}

/* --- folders ------------------------------------------------------------------------------------
 */

static bool is_role(str_t word, enum folder_role role)
{
    if (role == FOLDER_NONE) return false;
    if (role == FOLDER_JUNK && str_ieq(word, STR("spam"))) return true;
    return str_ieq(word, str_c(folder_role_word(role)));
}

bool imap_in_folder(str_t word, const struct imap_folder *f)
{
    if (str_ieq(word, STR("anywhere"))) return true;
    if (!f) return false;
    ptrdiff_t at = f->delimiter ? str_rchr(f->display, f->delimiter) : -1;
    return is_role(word, f->role) || str_ieq(word, f->display) ||
           (at >= 0 && str_ieq(word, str_sub(f->display, (size_t) at + 1, f->display.n)));
}

/* --- simplifying
 * ---------------------------------------------------------------------------------- */

static unsigned plan(struct planner *p, unsigned i, bool without);

/* AND, or OR when it is excluded, and the other way round (De Morgan). */
static unsigned plan_pair(struct planner *p, const struct query_node *n, bool without)
{
    bool all = (n->kind == QUERY_AND) != without;
    unsigned before = p->out->count;
    unsigned left = plan(p, n->left, without);
    enum query_kind decides = all ? QUERY_NONE : QUERY_ALL, idle = all ? QUERY_ALL : QUERY_NONE;
    if (kind_at(p, left) == decides) return left;
    if (kind_at(p, left) == idle) {
        p->out->count = before; /* keeps equal plans equal */
        return plan(p, n->right, without);
    }
    unsigned middle = p->out->count;
    unsigned right = plan(p, n->right, without);
    if (kind_at(p, right) == idle) {
        p->out->count = middle;
        return left;
    }
    if (kind_at(p, right) == decides) {
        p->out->count = before;
        return put_truth(p, decides == QUERY_ALL);
    }
    return put(
        p, (struct plan_node){.kind = all ? QUERY_AND : QUERY_OR, .left = left, .right = right});
}

static unsigned plan_text(struct planner *p, const struct query_node *n, bool without)
{
    bool sealed = (p->bits & KIND_SEALED) != 0;
    struct plan_node node = {.kind = QUERY_TEXT, .of = n, .without = without};
    if (n->place == PLACE_ANY) {
        node.headers = p->t->q.headers;
        node.body = p->t->q.body && !sealed;
        if (!node.headers && !node.body) return put_truth(p, false);
    } else if (n->place == PLACE_BODY) {
        if (sealed) return put_truth(p, false);
        node.body = true;
    }
    return put(p, node);
}

static unsigned plan_name(struct planner *p, const struct query_node *n, bool without)
{
    if (p->bits & KIND_SEALED) return put_truth(p, false);
    return put_truth(p, ((p->bits & PLAN_NAME(n->number)) != 0) != without);
}

static unsigned plan(struct planner *p, unsigned i, bool without)
{
    const struct query_node *n = &p->t->nodes[i];
    switch (n->kind) {
    case QUERY_ALL:
    case QUERY_NONE:
        return put_truth(p, (n->kind == QUERY_ALL) != without);
    case QUERY_AND:
    case QUERY_OR:
        return plan_pair(p, n, without);
    case QUERY_NOT:
        return plan(p, n->left, !without);
    case QUERY_KIND:
        return put_truth(p, ((p->bits & (unsigned) n->number) != 0) != without);
    case QUERY_NAME:
        return plan_name(p, n, without);
    case QUERY_IN:
        return put_truth(p, imap_in_folder(n->text, p->t->q.folder) != without);
    case QUERY_TEXT:
        return plan_text(p, n, without);
    default:
        return put(p, (struct plan_node){.kind = n->kind, .of = n, .without = without});
    }
}

static bool looks_into_bodies(const struct imap_plan *p, unsigned i)
{
    const struct plan_node *n = &p->nodes[i];
    if (n->kind == QUERY_AND || n->kind == QUERY_OR)
        return looks_into_bodies(p, n->left) || looks_into_bodies(p, n->right);
    return n->kind == QUERY_TEXT && n->body;
}

void imap_plan_make(const struct imap_terms *t, unsigned bits, struct imap_plan *out)
{
    memset(out, 0, sizeof *out);
    struct planner p = {.t = t, .bits = bits, .out = out};
    out->root = plan(&p, t->root, false);
    out->body = looks_into_bodies(out, out->root);
}

static bool same_from(const struct imap_plan *a, unsigned i, const struct imap_plan *b, unsigned j)
{
    const struct plan_node *x = &a->nodes[i], *y = &b->nodes[j];
    if (x->kind != y->kind || x->of != y->of || x->without != y->without ||
        x->headers != y->headers || x->body != y->body)
        return false;
    if (x->kind != QUERY_AND && x->kind != QUERY_OR) return true;
    return same_from(a, x->left, b, y->left) && same_from(a, x->right, b, y->right);
}

bool imap_plan_same(const struct imap_plan *a, const struct imap_plan *b)
{
    return same_from(a, a->root, b, b->root);
}

bool imap_plan_is(const struct imap_plan *p, enum query_kind all_or_none)
{
    return p->nodes[p->root].kind == all_or_none;
}
