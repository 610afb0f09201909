#include "fcgi/router.h"
#include "tests/unit/test.h"

static const struct route_key ROUTES[] = {
    {METHOD_GET, STR_INIT("/")},
    {METHOD_GET, STR_INIT("/mail/*")},
    {METHOD_GET, STR_INIT("/f/{f}/m/{uid}")},
    {METHOD_POST, STR_INIT("/f/{f}/m/{uid}")},
    {METHOD_POST, STR_INIT("/f/{f}/move")},
    {METHOD_GET, STR_INIT("/f/{f}/m/{uid}/p/*")},
    {METHOD_GET, STR_INIT("/frame")},
    {METHOD_GET, STR_INIT("/frame/sealed")},
};
enum { COUNT = sizeof ROUTES / sizeof ROUTES[0] };

static void finds_routes(void **state)
{
    (void) state;
    static const struct {
        enum method method;
        const char *path;
        int route;
        bool known;
        const char *params[3];
    } rows[] = {
        {METHOD_GET, "/", 0, true, {NULL}},
        {METHOD_HEAD, "/", 0, true, {NULL}},
        {METHOD_POST, "/", -1, true, {NULL}},
        {METHOD_GET, "/mail/", 1, true, {""}},
        {METHOD_GET, "/mail", 1, true, {NULL}},
        {METHOD_GET, "/mail/a/b", 1, true, {"a/b"}},
        {METHOD_GET, "/mailbox", -1, false, {NULL}},
        {METHOD_GET, "/f/abc/m/12", 2, true, {"abc", "12"}},
        {METHOD_POST, "/f/abc/m/12", 3, true, {"abc", "12"}},
        {METHOD_PUT, "/f/abc/m/12", -1, true, {NULL}},
        {METHOD_OTHER, "/f/abc/m/12", -1, true, {NULL}},
        {METHOD_POST, "/f/abc/move", 4, true, {"abc"}},
        {METHOD_GET, "/f//m/12", -1, false, {NULL}},
        {METHOD_GET, "/f/abc/m/", -1, false, {NULL}},
        {METHOD_GET, "/f/abc/m", -1, false, {NULL}},
        {METHOD_GET, "/f/abc/m/1/x", -1, false, {NULL}},
        {METHOD_GET, "/f/a/m/1/p/L1/1.2", 5, true, {"a", "1", "L1/1.2"}},
        {METHOD_GET, "/frame", 6, true, {NULL}},
        {METHOD_GET, "/frame/sealed", 7, true, {NULL}},
        {METHOD_GET, "/frame/", -1, false, {NULL}},
        {METHOD_GET, "", -1, false, {NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        str_t params[ROUTER_MAX_PARAMS] = {{0}};
        bool known = !rows[i].known;
        int got = router_find(ROUTES, sizeof ROUTES[0], COUNT, rows[i].method, str_c(rows[i].path),
                              params, &known);
        if (got != rows[i].route || known != rows[i].known)
            fail_msg("%s %s: route %d, known %d", method_name(rows[i].method), rows[i].path, got,
                     known);
        for (size_t k = 0; k < 3; k++)
            assert_str(params[k], str_c(rows[i].params[k]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_routes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
