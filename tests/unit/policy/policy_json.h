/* JSON of tests: written with single quotes, and decisions compared as the examples are. */
#ifndef WAXSEAL_TEST_POLICY_JSON_H
#define WAXSEAL_TEST_POLICY_JSON_H

#include <stdio.h>
#include <stdlib.h>

#include "policy/example.h"
#include "tests/unit/test.h"

/* ' becomes "; of repeated members the last counts. New reference. */
static inline json_t *parse(const char *text)
{
    CLEANUP_BUF struct buf b = BUF_INIT(1 << 20);
    json_error_t why;
    for (; *text; text++)
        buf_char(&b, *text == '\'' ? '"' : *text);
    json_t *v = json_loadb(b.p, b.n, 0, &why);
    if (!v) fail_msg("%s in %s", why.text, b.p);
    return v;
}

static inline json_t *load(const char *path)
{
    json_error_t why;
    json_t *v = json_load_file(path, 0, &why);
    if (!v) fail_msg("%s: %s", path, why.text);
    return v;
}

static inline int by_words(const void *a, const void *b)
{
    char *x = json_dumps(*(json_t *const *) a, JSON_SORT_KEYS | JSON_ENCODE_ANY);
    char *y = json_dumps(*(json_t *const *) b, JSON_SORT_KEYS | JSON_ENCODE_ANY);
    int order = strcmp(x, y);
    free(x);
    free(y);
    return order;
}

/* A list as a set: sorted. */
static inline void sort_list(json_t *list)
{
    size_t n = json_array_size(list);
    json_t **all = calloc(n + 1, sizeof(json_t *));
    for (size_t i = 0; i < n; i++)
        all[i] = json_incref(json_array_get(list, i));
    qsort(all, n, sizeof(json_t *), by_words);
    json_array_clear(list);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, all[i]);
    free(all);
}

/* copies and notify are sets, and so are the recipients in them. The caller's to free. */
static inline char *comparable(json_t *decision)
{
    static const char *const SETS[] = {"copies", "notify"};
    for (int s = 0; s < 2; s++) {
        json_t *list = json_object_get(decision, SETS[s]), *v;
        size_t i;
        json_array_foreach(list, i, v) sort_list(json_object_get(v, "recipients"));
        sort_list(list);
    }
    return json_dumps(decision, JSON_SORT_KEYS | JSON_INDENT(1));
}

/* The decision about one example. New reference. */
static inline json_t *decide(json_t *example)
{
    json_t *list = NULL, *decision;
    struct err e = {.code = RC_OK};
    if (examples_evaluate(example, NULL, &list, &e) != RC_OK) fail_msg("%s", e.message);
    decision = json_incref(json_object_get(json_array_get(list, 0), "decision"));
    json_decref(list);
    return decision;
}

#endif
