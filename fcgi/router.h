/* Finds the route of a request: patterns of literal and {named} segments, or a final "*". */
#ifndef WAXSEAL_FCGI_ROUTER_H
#define WAXSEAL_FCGI_ROUTER_H

#include "fcgi/http.h"

#define ROUTER_MAX_PARAMS 4

struct route_key {
    enum method method;
    str_t pattern; /* "/api/v1/folders/{f}/messages/{uid}", "/static/" followed by a star */
};

/* Index of the route, or -1. HEAD finds GET. params (ROUTER_MAX_PARAMS) receives the named
 * segments and the rest behind a star, as slices of path. *known: some route has this path with
 * another method (405 instead of 404). The first match counts; literal segments go before named. */
int router_find(const struct route_key *routes, size_t stride, size_t n, enum method method,
                str_t path, str_t *params, bool *known);
const char *method_name(enum method m);

#endif
